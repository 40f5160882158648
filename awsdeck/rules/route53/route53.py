"""Amazon Route 53: what the documentation demands of records beyond the resource schema."""

from __future__ import annotations

from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number, text, truth
from .aliastargets import ALIAS_RULES
from .domainnames import NAME_RULES
from .hostedzones import ZONE_RULES
from .recordranges import ranges
from .recordsets import GROUP, RECORD, RECORDS, ZONE, Entry, entries, everywhere, inside, normal
from .recordvalues import FORMATS, SINGLE, is_ipv4

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

CONSTRUCT = "awsdeck::Route53Record"

_IDENTIFIER_MOST = 128
_FAILOVER = ("PRIMARY", "SECONDARY")


# Records alone


def _zone_given(view: View) -> Iterator[Violation]:
    given = [name for name in ("HostedZoneId", "HostedZoneName") if view.get(name) is not ABSENT]
    if len(given) == 2:
        yield Violation(("HostedZoneName",), message="HostedZoneId and HostedZoneName are both given",
                        fix="keep HostedZoneId", allowed="one of the two")  # fmt: skip
    elif not given:
        yield Violation(("HostedZoneId",), allowed="one of the two")


def _final_dot(view: View) -> Iterator[Violation]:
    for name in ("HostedZoneName", "RecordSets/*/HostedZoneName"):
        for path, value in view.values(name):
            if isinstance(value, str) and value and not is_unknown(value) and not value.endswith("."):
                yield Violation(path, value=value, fix=f"write {value}.")


def _alias_or_values(view: View) -> Iterator[Violation]:
    for record in entries(view):
        alias = record.get("AliasTarget") is not ABSENT
        ttl = record.get("TTL") is not ABSENT
        values = record.get("ResourceRecords") not in (ABSENT, [])
        if alias and (ttl or values):
            extra = "TTL" if ttl else "ResourceRecords"
            yield Violation(
                record.under(extra),
                message="an alias record takes TTL and values from its target, and {extra} is given",
                fix=f"leave {extra} out, or leave AliasTarget out",
                extra=extra,
            )
        elif not alias and not (ttl and values):
            missing = " and ".join(name for name, there in (("TTL", ttl), ("ResourceRecords", values)) if not there)
            yield Violation(
                record.under(),
                message="a record that is no alias needs TTL and ResourceRecords; {missing} is missing"
                if " " not in missing
                else "a record needs AliasTarget, or TTL and ResourceRecords",
                fix=f"give {missing}",
                missing=missing,
            )


def _apex_cname(view: View) -> Iterator[Violation]:
    for record in entries(view):
        if record.type == "CNAME" and record.apex:
            yield Violation(record.under("Type"), name=record.name)


def _apex_hint(view: View) -> Iterator[Violation]:
    name, zone = normal(view.get("name")), normal(view.get("zone_name"))
    if view.get("type") == "CNAME" and name is not None and name == zone:
        yield Violation(("name",), name=name)


def _outside(view: View) -> Iterator[Violation]:
    for record in entries(view):
        if record.name is not None and record.zone_name is not None and not inside(record.name, record.zone_name):
            yield Violation(record.under("Name"), name=record.name, zone=record.zone_name)


def _outside_hint(view: View) -> Iterator[Violation]:
    name, zone = normal(view.get("name")), normal(view.get("zone_name"))
    if name is not None and zone is not None and "${" not in f"{name}{zone}" and not inside(name, zone):
        yield Violation(("name",), name=name, zone=zone)


def _values(view: View) -> Iterator[Violation]:
    for record in entries(view):
        type, values = record.type, record.get("ResourceRecords")
        if type not in FORMATS or not isinstance(values, list):
            continue
        if type in SINGLE and len(values) > 1 and not any(isinstance(value, dict) for value in values):
            yield Violation(
                record.under("ResourceRecords"),
                message="a {type} record has one value, and {n} are given",
                fix="keep one of them",
                type=type,
                n=len(values),
            )
        words, fits = FORMATS[type]
        for index, value in enumerate(values):
            if isinstance(value, dict | list) or value is None or is_unknown(value):
                continue
            where = record.under("ResourceRecords", index)
            if not fits(text(value)):
                yield Violation(where, value=value, type=type, allowed=words)
            elif type == "CNAME" and is_ipv4(text(value)):
                yield Violation(
                    where,
                    severity="warning",
                    message="a CNAME record leads to another name, and {value} is an address",
                    fix="make it an A record",
                    value=value,
                )


def _routing(view: View) -> Iterator[Violation]:
    for record in entries(view):
        policies, identifier = record.policies(), record.get("SetIdentifier")
        if len(policies) > 1:
            yield Violation(
                record.under(policies[1]),
                message="a record follows one routing policy, and {several} are given",
                fix="keep one of them",
                several=" and ".join(policies),
            )
        elif policies and identifier is ABSENT:
            yield Violation(
                record.under(policies[0]),
                message="{policy} chooses between records of one name, which SetIdentifier tells apart",
                fix="give each of them a SetIdentifier of its own",
                policy=policies[0],
            )
        elif identifier is not ABSENT and not policies and record.get("MultiValueAnswer") is ABSENT:
            yield Violation(
                record.under("SetIdentifier"),
                message="SetIdentifier says nothing without a routing policy",
                fix="give Weight, Region, Failover, GeoLocation, GeoProximityLocation, CidrRoutingConfig or "
                "MultiValueAnswer, or leave it out",
            )
        if isinstance(identifier, str) and not is_unknown(identifier) and not 1 <= len(identifier) <= _IDENTIFIER_MOST:
            yield Violation(
                record.under("SetIdentifier"),
                message="SetIdentifier is too long or empty",
                allowed=f"1 to {_IDENTIFIER_MOST} characters",
            )


# Records together


def _named(graph: Graph) -> dict[tuple[Any, ...], list[Entry]]:
    """The records by zone, name and, where the name is made at deploy time, the template that makes it."""
    found: dict[tuple[Any, ...], list[Entry]] = {}
    for record in everywhere(graph):
        if record.zone is None:
            continue
        if record.name is not None:
            found.setdefault((record.zone, record.name, None), []).append(record)
        elif (made := _made(record.get("Name"))) is not None and record.view.member is not None:
            found.setdefault((record.zone, made, id(record.view.member)), []).append(record)
    return found


def _made(name: Any) -> str | None:
    """A name that `Ref` or `Fn::Sub` makes, as it is written: the same text is the same name."""
    if not isinstance(name, dict) or len(name) != 1:
        return None
    ((function, argument),) = name.items()
    if not isinstance(argument, str):
        return None
    return f"${{{argument}}}" if function == "Ref" else argument if function == "Fn::Sub" else None


def _coexist(one: Entry, other: Entry) -> bool:
    """Whether two records can exist at the same time, as far as conditions tell."""
    first, second = one.view, other.view
    if first.member is None or first.member is not second.member:
        return True
    if first.id == second.id:
        return first is second
    world = dict(first.world)
    for name, value in second.world.items():
        if world.setdefault(name, value) is not value:
            return False
    for condition in (first.body.get("Condition"), second.body.get("Condition")):
        if isinstance(condition, str) and world.setdefault(condition, True) is not True:
            return False
    return first.member.possible(world)


def _together(records: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    for index, record in enumerate(records):
        for earlier in records[:index]:
            if _coexist(earlier, record):
                yield earlier, record


def _conflicts(graph: Graph) -> Iterator[Violation]:
    for (_, name, _), records in graph.kept(_named).items():
        for earlier, record in _together(records):
            problem = _conflict(earlier, record)
            if problem is not None:
                message, step = problem
                yield Violation(
                    record.under(step), view=record.view, message=message, name=name, type=record.type,
                    other=earlier.view.id, its=earlier.type,
                )  # fmt: skip


def _conflict(one: Entry, other: Entry) -> tuple[str, str] | None:
    if one.type is None or other.type is None:
        return None
    if one.type != other.type:
        if "CNAME" in (one.type, other.type):
            return "{name} has a CNAME record beside one of another type, {other}, which DNS does not allow", "Type"
        return None
    first, second = one.policies(), other.policies()
    if not first or not second:
        if one.get("SetIdentifier") is ABSENT and other.get("SetIdentifier") is ABSENT:
            return "{name} has two {type} records: this and {other}", "Name"
        return "{name} has a {type} record with a routing policy and one without: this and {other}", "Name"
    if len(first) == len(second) == 1 and first != second:
        return "the {type} records of {name} follow two routing policies: this and {other}", second[0]
    same = one.get("SetIdentifier"), other.get("SetIdentifier")
    if same[0] == same[1] and isinstance(same[0], str) and not is_unknown(same[0]):
        return "two {type} records of {name} have one SetIdentifier: this and {other}", "SetIdentifier"
    for policy, what in (("GeoLocation", "one place"), ("Region", "one region")):
        if first == [policy] and one.get(policy) == other.get(policy) and not _open(one.get(policy)):
            return f"two {{type}} records of {{name}} answer for {what}: this and {{other}}", policy
    ttl = number(one.get("TTL")), number(other.get("TTL"))
    if first == ["Weight"] and None not in ttl and ttl[0] != ttl[1]:
        return "the weighted {type} records of {name} differ in TTL: this and {other}", "TTL"
    return None


def _open(value: Any) -> bool:
    """Whether a place is not, or not wholly, written down."""
    return is_unknown(value) or (isinstance(value, dict) and any(is_unknown(item) for item in value.values()))


def _failover(graph: Graph) -> Iterator[Violation]:
    for (_, name, _), records in graph.kept(_named).items():
        groups: dict[str | None, list[Entry]] = {}
        for record in records:
            if record.get("Failover") in _FAILOVER:
                groups.setdefault(record.type, []).append(record)
        for type, group in groups.items():
            if type is not None:
                yield from _failover_group(name, type, group)


def _failover_group(name: str, type: str, group: list[Entry]) -> Iterator[Violation]:
    for earlier, record in _together(group):
        role = record.get("Failover")
        if earlier.get("Failover") == role:
            yield Violation(
                record.under("Failover"), view=record.view, name=name, type=type, role=role, other=earlier.view.id,
            )  # fmt: skip
    roles = {record.get("Failover") for record in group}
    for record in group:
        if len(roles) == 1:
            missing = "SECONDARY" if roles == {"PRIMARY"} else "PRIMARY"
            yield Violation(
                record.under("Failover"),
                view=record.view,
                severity="warning",
                message="there is no {missing} {type} record of {name} here to fail over {to}",
                fix=f"add it, unless another stack has it: Failover {missing}",
                missing=missing,
                to="to" if missing == "SECONDARY" else "from",
                type=type,
                name=name,
            )
            break
    for record in group:
        alias = record.get("AliasTarget")
        evaluates = alias.get("EvaluateTargetHealth", False) if isinstance(alias, dict) else False
        if (
            record.get("Failover") == "PRIMARY"
            and record.get("HealthCheckId") is ABSENT
            and not is_unknown(alias)
            and truth(evaluates) is False
        ):
            yield Violation(
                record.under("Failover"),
                view=record.view,
                severity="warning",
                message="nobody checks the primary record of {name}, so Route 53 never fails over",
                fix="give HealthCheckId, or EvaluateTargetHealth: true on an alias",
                name=name,
            )


def _instance_address(graph: Graph) -> Iterator[Violation]:
    for record in everywhere(graph):
        values = record.get("ResourceRecords")
        for index, value in enumerate(values if isinstance(values, list) else []):
            found = record.target(value)
            if found is not None and found.view.type == "AWS::EC2::Instance" and found.attribute == "PublicIp":
                yield Violation(record.under("ResourceRecords", index), view=record.view, instance=found.view.id)


# Examples


def _bare(**properties: Any) -> dict[str, Any]:
    return {"Type": RECORD, "Properties": properties}


def _plain(**properties: Any) -> dict[str, Any]:
    given = {"Name": "www.example.com", "Type": "A", "TTL": "300", "ResourceRecords": ["192.0.2.1"], **properties}
    return _bare(**{"HostedZoneName": "example.com.", **given})


def _records(*several: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"Resources": {**{f"Record{n}": one for n, one in enumerate(several, 1)}, **others}}


def _group(*several: dict[str, Any]) -> dict[str, Any]:
    return {"Type": GROUP, "Properties": {"HostedZoneName": "example.com.", "RecordSets": list(several)}}


def _typed(type: str, *values: str, **properties: Any) -> dict[str, Any]:
    return _plain(Type=type, ResourceRecords=list(values), **properties)


def _member(**properties: Any) -> dict[str, Any]:
    return {"Name": "www.example.com", "Type": "A", "TTL": "300", "ResourceRecords": ["192.0.2.1"], **properties}


_ZONE_ALONE = {"Type": ZONE, "Properties": {"Name": "example.com"}}
_NO_ZONE = _bare(Name="a.example.com", Type="A", TTL="300", ResourceRecords=["192.0.2.1"])
_P, _S = (
    {"Failover": role, "SetIdentifier": role.lower(), "HealthCheckId": "11111111-2222-3333-4444-555555555555"}
    for role in _FAILOVER
)
_GUIDE = "Route 53 Developer Guide"
_API = "Route 53 API Reference"

_SUB = {"Name": {"Fn::Sub": "a.${Domain}"}}
_EU = {"GeoLocation": {"ContinentCode": "EU"}}

RULES: tuple[Rule, ...] = (
    Rule(
        "R53001", RECORDS, "error",
        "the record says neither HostedZoneId nor HostedZoneName",
        check=_zone_given,
        fix="give HostedZoneId (or HostedZoneName, with a dot at its end)",
        source="CloudFormation resource schema, AWS::Route53::RecordSet",
        good=(_plain(), _group(_member())),
        bad=(_NO_ZONE, _plain(HostedZoneId="Z1D633PJN98FT9"), {"Type": GROUP, "Properties": {"RecordSets": [_member()]}}),
    ),
    Rule(
        "R53002", RECORDS, "error",
        "HostedZoneName ends with a dot",
        check=_final_dot,
        source="CloudFormation User Guide, AWS::Route53::RecordSet, HostedZoneName",
        good=_plain(),
        bad=_plain(HostedZoneName="example.com"),
    ),
    Rule(
        "R53003", RECORDS, "error",
        "a record is an alias (AliasTarget alone), or has TTL and ResourceRecords",
        check=_alias_or_values,
        source=f"{_API}, ResourceRecordSet; course notes, Route 53",
        good=(
            _plain(),
            _bare(
                HostedZoneName="example.com.", Name="www.example.com", Type="A",
                AliasTarget={"HostedZoneId": "Z1H1FL5HABSF5", "DNSName": "lb.example.net"},
            ),
        ),
        bad=(
            _plain(AliasTarget={"HostedZoneId": "Z1H1FL5HABSF5", "DNSName": "lb.example.net"}),
            _bare(HostedZoneName="example.com.", Name="www.example.com", Type="A"),
            _bare(HostedZoneName="example.com.", Name="a.example.com", Type="A", ResourceRecords=["192.0.2.1"]),
        ),
    ),
    Rule(
        "R53004", RECORDS, "error",
        "a CNAME record cannot stand at the top of its zone, {name}",
        check=_apex_cname,
        refers=True,
        fix="make it an alias of type A (and AAAA)",
        source=f"{_GUIDE}, choosing between alias and non-alias records; course notes, Load Balancers",
        verified="docs",
        good=(
            _typed("CNAME", "lb.example.net"),
            _records(
                _bare(
                    HostedZoneId={"Ref": "Zone"}, Name="www.example.com", Type="CNAME", TTL="60",
                    ResourceRecords=["lb.example.net"],
                ),
                Zone=_ZONE_ALONE,
            ),
        ),
        bad=(
            _typed("CNAME", "lb.example.net", Name="example.com."),
            _records(
                _bare(
                    HostedZoneId={"Ref": "Zone"}, Name="Example.com", Type="CNAME", TTL="60",
                    ResourceRecords=["lb.example.net"],
                ),
                Zone=_ZONE_ALONE,
            ),
        ),
    ),
    Rule(
        "R53004", CONSTRUCT, "error",
        "a CNAME record cannot stand at the top of its zone, {name}",
        scope="construct",
        check=_apex_hint,
        fix="use zone.alias(…), or an A record",
        source=f"{_GUIDE}, choosing between alias and non-alias records; course notes, Load Balancers",
        verified="docs",
        good={"type": "CNAME", "name": "www.example.com.", "zone_name": "example.com"},
        bad={"type": "CNAME", "name": "example.com.", "zone_name": "example.com"},
    ),
    Rule(
        "R53005", RECORDS, "error",
        "the record {name} does not lie in the zone {zone}",
        check=_outside,
        refers=True,
        fix="put it in the zone of its own domain",
        source=f"{_API}, ChangeResourceRecordSets",
        good=(_plain(), _plain(Name="a.b.Example.com.")),
        bad=(
            _plain(Name="www.example.org"),
            _plain(Name="www.notexample.com"),
            _group(_member(Name="www.example.org")),
        ),
    ),
    Rule(
        "R53005", CONSTRUCT, "error",
        "the record {name} does not lie in the zone {zone}",
        scope="construct",
        check=_outside_hint,
        fix="put it in the zone of its own domain",
        source=f"{_API}, ChangeResourceRecordSets",
        good={"type": "A", "name": "www.example.com.", "zone_name": "example.com"},
        bad={"type": "A", "name": "www.example.org.", "zone_name": "example.com"},
    ),
    Rule(
        "R53006", RECORDS, "error",
        "{value} is no value of a record of type {type}",
        check=_values,
        source=f"{_GUIDE}, supported DNS record types; {_API}, ResourceRecord",
        good=(
            _plain(),
            _typed("AAAA", "2001:db8::1"),
            _typed("TXT", '"v=spf1 -all"', '"one" "and two"'),
            _typed("MX", "10 mail.example.com"),
            _typed("CAA", '0 issue "amazon.com"'),
            _plain(ResourceRecords=[{"Ref": "Address"}]),
            _group(_member()),
        ),
        bad=(
            _plain(ResourceRecords=["web.example.com"]),
            _typed("AAAA", "192.0.2.1"),
            _typed("TXT", "v=spf1 -all"),
            _typed("TXT", '"' + "x" * 256 + '"'),
            _typed("MX", "mail.example.com"),
            _typed("CAA", "0 issue amazon.com"),
            _typed("SRV", "1 10 xmpp.example.com"),
            _typed("CNAME", "https://lb.example.net/"),
            _typed("CNAME", "a.example.net", "b.example.net"),
            _group(_member(ResourceRecords=["192.0.2.256"])),
        ),
    ),
    Rule(
        "R53007", RECORDS, "error",
        "a routing policy takes SetIdentifier and exactly one of its attributes",
        check=_routing,
        source=f"{_API}, ResourceRecordSet",
        good=(_plain(), _plain(Weight=10, SetIdentifier="blue"), _plain(MultiValueAnswer=False)),
        bad=(
            _plain(Weight=10),
            _plain(SetIdentifier="blue"),
            _plain(Weight=10, Region="eu-west-1", SetIdentifier="blue"),
            _plain(MultiValueAnswer=True),
            _group(_member(Failover="PRIMARY")),
        ),
    ),
    Rule(
        "R53008", RECORDS, "error",
        "{prop} cannot be {value}",
        check=ranges,
        source=f"{_API}, ResourceRecordSet; {_GUIDE}, values specific for multivalue answer records",
        good=(
            _plain(Weight=255, SetIdentifier="a"),
            _plain(MultiValueAnswer=True, SetIdentifier="a"),
            _plain(Region="us-gov-west-1", SetIdentifier="a"),
            _plain(GeoLocation={"CountryCode": "*"}, SetIdentifier="a"),
            _plain(GeoLocation={"ContinentCode": "AN"}, SetIdentifier="a"),
        ),
        bad=(
            _plain(Weight=300, SetIdentifier="a"),
            _typed("AAA", "192.0.2.1"),
            _plain(Region="europe", SetIdentifier="a"),
            _plain(GeoLocation={"ContinentCode": "XX"}, SetIdentifier="a"),
            _plain(GeoLocation={"CountryCode": "de"}, SetIdentifier="a"),
            _plain(GeoProximityLocation={"Coordinates": {"Latitude": "95", "Longitude": "1"}}, SetIdentifier="a"),
            _plain(TTL="-1"),
            _plain(TTL="1h"),
            _typed("CNAME", "lb.example.net", MultiValueAnswer=True, SetIdentifier="a"),
            _group(_member(Failover="FIRST", SetIdentifier="a")),
        ),
    ),
    Rule(
        "R53009", RECORDS, "error",
        "{name} has records that cannot stand beside each other",
        scope="graph",
        check=_conflicts,
        fix="give one of them another name, or both of them one routing policy with SetIdentifiers of their own",
        source=f"{_API}, ResourceRecordSet; {_GUIDE}, supported DNS record types",
        good=(
            _records(_plain(), _plain(Type="AAAA", ResourceRecords=["2001:db8::1"])),
            _records(_plain(Weight=1, SetIdentifier="a"), _plain(Weight=2, SetIdentifier="b")),
            _records(_plain(), _plain(HostedZoneName="example.org.", Name="www.example.org")),
            _records(_plain(**_SUB), _plain(Name={"Fn::Sub": "b.${Domain}"})),
            _records(_plain(**_EU, SetIdentifier="a"), _plain(GeoLocation={"CountryCode": "*"}, SetIdentifier="b")),
        ),
        bad=(
            _records(_plain(), _plain(Name="WWW.example.com.")),
            _records(_plain(), _typed("CNAME", "lb.example.net")),
            _records(_plain(), _plain(Weight=1, SetIdentifier="a")),
            _records(_plain(Weight=1, SetIdentifier="a"), _plain(Region="eu-west-1", SetIdentifier="b")),
            _records(_plain(Weight=1, SetIdentifier="a"), _plain(Weight=2, SetIdentifier="a")),
            _records(_plain(Weight=1, SetIdentifier="a"), _plain(Weight=2, SetIdentifier="b", TTL="60")),
            _records(_group(_member(), _member())),
            _records(_plain(**_SUB), _typed("CNAME", "lb.example.net", **_SUB)),
            _records(_plain(**_EU, SetIdentifier="a"), _plain(**_EU, SetIdentifier="b")),
        ),
    ),
    *ALIAS_RULES,
    *NAME_RULES,
    *ZONE_RULES,
    Rule(
        "R53014", RECORDS, "warning",
        "the public address of {instance} changes whenever it is stopped and started",
        scope="graph",
        check=_instance_address,
        fix="give the instance an Elastic IP address and use that, or put a load balancer in front",
        source="EC2 User Guide, Amazon EC2 instance IP addressing; course notes, EC2 instances",
        verified="docs",
        good=_records(
            _plain(ResourceRecords=[{"Ref": "Address"}]),
            Web={"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-0abcdef1234567890"}},
            Address={"Type": "AWS::EC2::EIP", "Properties": {"InstanceId": {"Ref": "Web"}}},
        ),
        bad=_records(
            _plain(ResourceRecords=[{"Fn::GetAtt": ["Web", "PublicIp"]}]),
            Web={"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-0abcdef1234567890"}},
        ),
    ),
    Rule(
        "R53016", RECORDS, "error",
        "{name} has two {role} records of type {type}: this and {other}",
        scope="graph",
        check=_failover,
        fix="make one of them the other role",
        source=f"{_API}, ResourceRecordSet, Failover; {_GUIDE}, active-active and active-passive failover",
        good=_records(_plain(**_P), _plain(**_S)),
        bad=(
            _records(_plain(**_P), _plain(**{**_P, "SetIdentifier": "other"}), _plain(**_S)),
            _records(_plain(**_P)),
            _records(_plain(Failover="PRIMARY", SetIdentifier="p"), _plain(**_S)),
        ),
    ),
)  # fmt: skip
