"""Alias records of Route 53: what they may point to, and in whose hosted zone that lies."""

from __future__ import annotations

import json
import re

from ..vocabulary import Rule, Violation, is_unknown, truth
from .recordsets import RECORDS, ZONE, Entry, entries, everywhere, normal
from .websites import CLOUDFRONT_ZONE, SECOND_WEBSITE_ZONES, WEBSITE_ZONES, website_endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Target
    from ..view import View

BUCKET = "AWS::S3::Bucket"
DISTRIBUTION = "AWS::CloudFront::Distribution"
TENANT = "AWS::CloudFront::DistributionTenant"
BALANCERS = ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")

_BUCKET_NAME = re.compile(r"(.+)\.s3(?!-website)[.-]([a-z0-9.-]+\.)?amazonaws\.com(\.cn)?")
_WEBSITE = re.compile(r"(.+\.)?s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?")
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".cloudfront.net")


def _alias(record: Entry) -> dict[str, Any] | None:
    alias = record.get("AliasTarget")
    return alias if isinstance(alias, dict) and not is_unknown(alias) else None


def _to(record: Entry, alias: dict[str, Any], *types: str) -> Target | None:
    found = record.target(alias.get("DNSName"))
    return found if found is not None and found.view.type in types else None


# R53010: buckets as websites


def _website(graph: Graph) -> Iterator[Violation]:
    for record in everywhere(graph):
        alias = _alias(record)
        if alias is None:
            continue
        found, name = _to(record, alias, BUCKET), normal(alias.get("DNSName"))
        where = record.under("AliasTarget", "DNSName")
        if found is not None:
            yield Violation(where, view=record.view, name=record.name or "the record", to=found.attribute or "Ref")
        elif name is not None and (match := _BUCKET_NAME.fullmatch(name)):
            yield Violation(where, view=record.view, name=record.name or "the record", to=match[0])
        elif name is not None and record.name is not None and _WEBSITE.fullmatch(name):
            yield from _served(graph, record, record.name)


def _served(graph: Graph, record: Entry, name: str) -> Iterator[Violation]:
    """Whether the buckets that are here include the one whose website the record would show."""
    named = {normal(bucket.get("BucketName")): bucket for bucket in graph.of(BUCKET)}
    mine = named.get(name)
    where = record.under("AliasTarget", "DNSName")
    if mine is not None:
        if "WebsiteConfiguration" not in mine.properties:
            yield Violation(
                where,
                view=record.view,
                severity="warning",
                message="the bucket {bucket} is no website, so {name} shows nothing",
                fix="give the bucket WebsiteConfiguration",
                bucket=mine.id,
                name=name,
            )
        return
    others = [
        bucket for known, bucket in named.items() if known is not None and "WebsiteConfiguration" in bucket.properties
    ]
    if others and None not in named and not any(_aliased(graph, normal(bucket.get("BucketName"))) for bucket in others):
        yield Violation(
            where,
            view=record.view,
            severity="warning",
            message="S3 shows the bucket that is named like the record, {name}, and {bucket} is named otherwise",
            fix="name the bucket {name}",
            bucket=others[0].id,
            name=name,
        )


def _website_hint(view: View) -> Iterator[Violation]:
    name, bucket = normal(view.get("name")), normal(view.get("bucket"))
    if name is None or bucket is None or "${" in f"{name}{bucket}":
        return
    if truth(view.get("website")) is False:
        yield Violation(("target",), message="the bucket {bucket} is no website", fix="give it website=", bucket=bucket)
    if bucket != name:
        yield Violation(("target",), name=name, bucket=bucket or "without a name of its own")


def _aliased(graph: Graph, name: str | None) -> bool:
    """Whether a record is named like a bucket, which is then not meant by another record."""
    return any(record.name == name for record in everywhere(graph))


# R53011: whose hosted zone


def _zone(view: View) -> Iterator[Violation]:
    for record in entries(view):
        alias = _alias(record)
        if alias is None:
            continue
        name, zone = normal(alias.get("DNSName")), alias.get("HostedZoneId")
        expected = None if name is None else _expected(name)
        where = record.under("AliasTarget", "HostedZoneId")
        told = expected is not None and isinstance(zone, str) and not is_unknown(zone)
        if told and zone != expected and zone not in SECOND_WEBSITE_ZONES:
            yield Violation(where, value=zone, target=name, expected=expected, allowed=expected)
        elif name is not None and f".{name}".endswith(_AWS) and _own(record, zone):
            yield Violation(where, message="{target} lies in a zone of AWS, not in the record's own",
                            fix="give the hosted zone id of the AWS service", target=name)  # fmt: skip
        if name is not None and name.endswith(".cloudfront.net") and truth(alias.get("EvaluateTargetHealth")) is True:
            yield _evaluates(record)


def _expected(name: str) -> str | None:
    if name.endswith(".cloudfront.net"):
        return CLOUDFRONT_ZONE
    return next((zone for region, zone in WEBSITE_ZONES.items() if name == website_endpoint(region)), None)


def _own(record: Entry, zone: Any) -> bool:
    """Whether an id certainly is that of the zone the record stands in."""
    if record.zone is None or zone is None:
        return False
    kind, own = record.zone[0], record.zone[-1]
    if kind == "id":
        return isinstance(zone, str) and zone.removeprefix("/hostedzone/") == own
    if kind == "value":
        return bool(json.dumps(zone, sort_keys=True, default=str) == own)
    found = record.target(zone)
    return kind == "zone" and found is not None and id(found.view) == own


def _evaluates(record: Entry) -> Violation:
    return Violation(
        record.under("AliasTarget", "EvaluateTargetHealth"),
        view=record.view,
        message="Route 53 cannot judge the health of a CloudFront distribution",
        fix="leave EvaluateTargetHealth out, or make it false",
    )


def _types(graph: Graph) -> dict[tuple[Any, str | None], set[str | None]]:
    """The types of the records that are known, by zone and name."""
    found: dict[tuple[Any, str | None], set[str | None]] = {}
    for record in everywhere(graph):
        found.setdefault((record.zone, record.name), set()).add(record.type)
    return found


def _record(graph: Graph, record: Entry, alias: dict[str, Any]) -> Iterator[Violation]:
    """Whether an alias of another record leads to one of its own zone, of its own type, and not to itself."""
    name, zone = normal(alias.get("DNSName")), record.target(alias.get("HostedZoneId"))
    service = _to(record, alias, DISTRIBUTION, *BALANCERS)
    if service is not None and _own(record, alias.get("HostedZoneId")):
        yield Violation(
            record.under("AliasTarget", "HostedZoneId"),
            view=record.view,
            message="{target} lies in a zone of AWS, not in the record's own",
            fix="give the hosted zone id of the service: "
            + (CLOUDFRONT_ZONE if service.view.type == DISTRIBUTION else "CanonicalHostedZoneID of the load balancer"),
            target=service.view.id,
        )
    if zone is None or zone.view.type != ZONE or record.zone is None or name is None or f".{name}".endswith(_AWS):
        return
    if record.zone[0] == "zone" and not _own(record, alias.get("HostedZoneId")):
        yield Violation(
            record.under("AliasTarget", "HostedZoneId"),
            view=record.view,
            message="an alias leads to a record of its own zone, and {target} lies in {zone}",
            fix="write a CNAME record, or make both records in one zone",
            target=name,
            zone=zone.view.id,
        )
    elif _own(record, alias.get("HostedZoneId")):
        types = graph.kept(_types).get((record.zone, name), set())
        if name == record.name:
            yield Violation(
                record.under("AliasTarget", "DNSName"),
                view=record.view,
                message="the alias {target} leads to itself",
                fix="name what it stands for",
                target=name,
            )
        elif types and None not in types and record.type is not None and record.type not in types:
            yield Violation(
                record.under("Type"),
                view=record.view,
                severity="warning",
                message="an alias of type {type} leads to a record of type {type}, and {target} is {others}",
                fix="give both records one type",
                type=record.type,
                target=name,
                others=", ".join(sorted(str(one) for one in types)),
            )


def _pair(graph: Graph) -> Iterator[Violation]:
    for record in everywhere(graph):
        alias = _alias(record)
        if alias is None:
            continue
        yield from _record(graph, record, alias)
        distribution = _to(record, alias, DISTRIBUTION)
        if distribution is not None:
            zone = alias.get("HostedZoneId")
            if isinstance(zone, str) and not is_unknown(zone) and zone != CLOUDFRONT_ZONE:
                yield Violation(
                    record.under("AliasTarget", "HostedZoneId"), view=record.view, value=zone,
                    target=distribution.view.id, expected=CLOUDFRONT_ZONE, allowed=CLOUDFRONT_ZONE,
                )  # fmt: skip
            if truth(alias.get("EvaluateTargetHealth")) is True:
                yield _evaluates(record)
            continue
        balancer, zone_of = _to(record, alias, *BALANCERS), record.target(alias.get("HostedZoneId"))
        if balancer is None or zone_of is None:
            continue
        where = record.under("AliasTarget", "HostedZoneId")
        if _own(record, alias.get("HostedZoneId")):
            yield Violation(
                where, view=record.view, message="{target} lies in a zone of AWS, not in the record's own",
                fix=f"use Fn::GetAtt of {balancer.view.id}", target=balancer.view.id,
            )  # fmt: skip
        elif zone_of.view.type in BALANCERS and zone_of.view is not balancer.view:
            yield Violation(
                where,
                view=record.view,
                severity="warning",
                message="the name is that of {target}, and the hosted zone that of {other}",
                fix="take both from {target}",
                target=balancer.view.id,
                other=zone_of.view.id,
            )


# R53012 and R53013


def _distribution(graph: Graph) -> Iterator[Violation]:
    for record in everywhere(graph):
        alias = _alias(record)
        if alias is None:
            continue
        found = _to(record, alias, DISTRIBUTION)
        named = normal(alias.get("DNSName"))
        if found is None and (named is None or not named.endswith(".cloudfront.net")):
            continue
        vpcs = None if record.zone_view is None else record.zone_view.get("VPCs")
        if isinstance(vpcs, list) and vpcs and not any(is_unknown(vpc) for vpc in vpcs):
            yield Violation(
                record.under("AliasTarget"),
                view=record.view,
                message="a record of a private hosted zone cannot be an alias of a CloudFront distribution",
                fix="put it in a public hosted zone",
            )
        elif found is not None and record.name is not None and _answers(graph, found.view, record.name) is False:
            yield Violation(
                record.under("AliasTarget", "DNSName"), view=record.view, name=record.name, distribution=found.view.id,
                severity="warning",
            )  # fmt: skip


def _answers(graph: Graph, distribution: View, name: str) -> bool | None:
    """Whether a distribution answers for a name; None when that cannot be told."""
    if graph.of(TENANT) or distribution.get("DistributionConfig/ConnectionMode", "direct") != "direct":
        return None
    if is_unknown(distribution.get("DistributionConfig")):
        return None
    aliases = distribution.get("DistributionConfig/Aliases", [])
    if not isinstance(aliases, list):
        return None
    known = [normal(alias) for alias in aliases]
    wild = f"*.{name.partition('.')[2]}"
    return True if name in known or wild in known else None if None in known else False


def _balancer(graph: Graph) -> Iterator[Violation]:
    for record in everywhere(graph):
        values = record.get("ResourceRecords")
        for index, value in enumerate(values if isinstance(values, list) else []):
            found = record.target(value)
            if found is not None and found.view.type in BALANCERS and found.attribute == "DNSName":
                where = record.under("ResourceRecords", index)
                if record.type == "CNAME":
                    yield Violation(where, view=record.view, balancer=found.view.id)
                elif record.type in ("A", "AAAA"):
                    yield Violation(
                        where,
                        view=record.view,
                        severity="error",
                        message="a record of type {type} holds addresses, and the name of {balancer} is none",
                        type=record.type,
                        balancer=found.view.id,
                    )


# Examples


def _bare(**properties: Any) -> dict[str, Any]:
    return {"Type": RECORDS[0], "Properties": {"Name": "www.example.com", **properties}}


def _to_alias(dns: Any, zone: Any, *, evaluate: bool = False, **own: Any) -> dict[str, Any]:
    target = {"DNSName": dns, "HostedZoneId": zone, "EvaluateTargetHealth": evaluate}
    return _bare(**own or {"HostedZoneName": "example.com."}, Type="A", AliasTarget=target)


def _template(record: dict[str, Any], **others: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    made = {name: {"Type": type, "Properties": properties} for name, (type, properties) in others.items()}
    return {"Resources": {"It": record, **made}}


def _att(id: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, attribute]}


def _bucket(name: str = "www.example.com", **properties: Any) -> tuple[str, dict[str, Any]]:
    return BUCKET, {"BucketName": name, **properties}


def _served_by(*aliases: str) -> tuple[str, dict[str, Any]]:
    return DISTRIBUTION, {"DistributionConfig": {"Enabled": True, "Aliases": list(aliases)}}


_SITE: dict[str, Any] = {"WebsiteConfiguration": {"IndexDocument": "index.html"}}
_ENDPOINT = ("s3-website-eu-west-1.amazonaws.com", WEBSITE_ZONES["eu-west-1"])
_LB: tuple[str, dict[str, Any]] = (BALANCERS[0], {"Type": "application"})
_GUIDE = "Route 53 Developer Guide"
_API = "Route 53 API Reference, AliasTarget"

_ZONE: Any = (ZONE, {"Name": "example.com"})
_SIX: Any = ("AWS::Route53::RecordSet", {
    "HostedZoneId": {"Ref": "Zone"}, "Name": "v6.example.com", "Type": "AAAA", "TTL": "60", "ResourceRecords": ["::1"],
})  # fmt: skip

ALIAS_RULES: tuple[Rule, ...] = (
    Rule(
        "R53010", (*RECORDS, BUCKET), "error",
        "an alias leads to the website endpoint of S3, not to a bucket, and {to} is a bucket's own",
        scope="graph",
        check=_website,
        fix="name the bucket exactly like the record, give it WebsiteConfiguration, and use the website endpoint of its "
        "region (such as s3-website-eu-west-1.amazonaws.com) with that endpoint's hosted zone id",
        source=f"{_GUIDE}, routing traffic to a website that is hosted in an Amazon S3 bucket; {_API}; course notes, S3",
        verified="docs",
        good=(
            _template(_to_alias(*_ENDPOINT), Site=_bucket(**_SITE)),
            _template(_to_alias(*_ENDPOINT)),
        ),
        bad=(
            _template(_to_alias(_att("Site", "DomainName"), _ENDPOINT[1]), Site=_bucket(**_SITE)),
            _template(_to_alias(_att("Site", "WebsiteURL"), _ENDPOINT[1]), Site=_bucket(**_SITE)),
            _template(_to_alias("www.example.com.s3.amazonaws.com", _ENDPOINT[1])),
            _template(_to_alias(*_ENDPOINT), Site=_bucket()),
            _template(_to_alias(*_ENDPOINT), Site=_bucket("shop-pages", **_SITE)),
        ),
    ),
    Rule(
        "R53010", "awsdeck::Route53Record", "error",
        "S3 shows the bucket that is named like the record, {name}, and this one is {bucket}",
        scope="construct",
        check=_website_hint,
        fix="give the bucket the record's name: name={name}",
        source=f"{_GUIDE}, routing traffic to a website that is hosted in an Amazon S3 bucket; course notes, S3",
        verified="docs",
        good={"name": "www.example.com.", "bucket": "www.example.com", "website": True},
        bad=(
            {"name": "www.example.com.", "bucket": "", "website": True},
            {"name": "www.example.com.", "bucket": "shop-pages", "website": True},
            {"name": "www.example.com.", "bucket": "www.example.com", "website": False},
        ),
    ),
    Rule(
        "R53011", RECORDS, "error",
        "{target} lies in the hosted zone {expected}, not in {value}",
        check=_zone,
        fix="write HostedZoneId: {expected}",
        source=f"{_API}; AWS General Reference, Amazon S3 endpoints and quotas",
        good=(
            _to_alias("d1.cloudfront.net", CLOUDFRONT_ZONE),
            _to_alias(*_ENDPOINT),
            _to_alias("s3-website.eu-south-1.amazonaws.com", "Z3IXVV8C73GIO3"),
            _to_alias("blue.example.com", "Z1D633PJN98FT9"),
        ),
        bad=(
            _to_alias("d1.cloudfront.net", "Z1D633PJN98FT9"),
            _to_alias("s3-website.eu-west-2.amazonaws.com", _ENDPOINT[1]),
            _to_alias("d1.cloudfront.net", CLOUDFRONT_ZONE, evaluate=True),
            _to_alias("lb-1.eu-west-1.elb.amazonaws.com", "Z1D633PJN98FT9", HostedZoneId="Z1D633PJN98FT9"),
        ),
    ),
    Rule(
        "R53011", RECORDS, "error",
        "{target} lies in the hosted zone {expected}, not in {value}",
        scope="graph",
        check=_pair,
        fix="write HostedZoneId: {expected}",
        source=_API,
        good=(
            _template(_to_alias(_att("Lb", "DNSName"), _att("Lb", "CanonicalHostedZoneID")), Lb=_LB),
            _template(_to_alias(_att("Cdn", "DomainName"), CLOUDFRONT_ZONE), Cdn=_served_by("www.example.com")),
            _template(_to_alias("blue.example.com", {"Ref": "Zone"}, HostedZoneId={"Ref": "Zone"}), Zone=_ZONE),
        ),
        bad=(
            _template(_to_alias("blue.example.net", {"Ref": "Other"}, HostedZoneId={"Ref": "Zone"}), Zone=_ZONE, Other=_ZONE),
            _template(_to_alias("www.example.com", {"Ref": "Zone"}, HostedZoneId={"Ref": "Zone"}), Zone=_ZONE),
            _template(_to_alias("v6.example.com", {"Ref": "Zone"}, HostedZoneId={"Ref": "Zone"}), Zone=_ZONE, Six=_SIX),
            _template(_to_alias(_att("Lb", "DNSName"), _att("Other", "CanonicalHostedZoneID")), Lb=_LB, Other=_LB),
            _template(_to_alias(_att("Cdn", "DomainName"), "Z1D633PJN98FT9"), Cdn=_served_by("www.example.com")),
            _template(
                _to_alias(_att("Lb", "DNSName"), {"Ref": "Zone"}, HostedZoneId={"Ref": "Zone"}),
                Lb=_LB, Zone=_ZONE,
            ),
        ),
    ),
    Rule(
        "R53012", (*RECORDS, DISTRIBUTION), "error",
        "the distribution {distribution} does not answer for {name}",
        scope="graph",
        check=_distribution,
        fix="add {name} to its Aliases",
        source=f"{_API}; {_GUIDE}, routing traffic to an Amazon CloudFront distribution",
        good=(
            _template(_to_alias(_att("Cdn", "DomainName"), CLOUDFRONT_ZONE), Cdn=_served_by("www.example.com")),
            _template(_to_alias(_att("Cdn", "DomainName"), CLOUDFRONT_ZONE), Cdn=_served_by("*.example.com")),
        ),
        bad=(
            _template(_to_alias(_att("Cdn", "DomainName"), CLOUDFRONT_ZONE), Cdn=_served_by()),
            _template(
                _to_alias("d1.cloudfront.net", CLOUDFRONT_ZONE, HostedZoneId={"Ref": "Zone"}),
                Zone=("AWS::Route53::HostedZone", {
                    "Name": "example.com", "VPCs": [{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}],
                }),
            ),
        ),
    ),
    Rule(
        "R53013", (*RECORDS, *BALANCERS), "warning",
        "a CNAME record to {balancer} costs queries and cannot stand at the top of a zone; an alias does not, and can",
        scope="graph",
        check=_balancer,
        fix="make it an alias record of type A: AliasTarget with DNSName and the load balancer's hosted zone id",
        source=f"{_GUIDE}, routing traffic to an ELB load balancer; choosing between alias and non-alias records; course "
        "notes, Load Balancers",
        verified="docs",
        good=_template(_to_alias(_att("Lb", "DNSName"), _att("Lb", "CanonicalHostedZoneID")), Lb=_LB),
        bad=(
            _template(
                _bare(
                    HostedZoneName="example.com.", Type="CNAME", TTL="60", ResourceRecords=[_att("Lb", "DNSName")]
                ),
                Lb=_LB,
            ),
            _template(
                _bare(
                    HostedZoneName="example.com.", Type="A", TTL="60", ResourceRecords=[_att("Lb", "DNSName")]
                ),
                Lb=_LB,
            ),
        ),
    ),
)  # fmt: skip
