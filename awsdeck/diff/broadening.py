"""Who may do more than before: IAM statements, trust, managed policies, security groups, public switches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from ipaddress import ip_network
from typing import Any

from attrs import frozen

from .changes import Broadening
from .compare import fingerprint, is_intrinsic, is_policy, normal

_ATTACHED = ("Roles", "Users", "Groups", "RoleName", "UserName", "GroupName")
_IDENTITY_TYPES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::SSO::PermissionSet")
_ATTACHABLE_TYPES = (
    "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
)  # fmt: skip
_MANAGED = ("ManagedPolicyArns", "ManagedPolicies")

# (type, property path, the value that opens)
_EXPOSURES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("AWS::RDS::DBInstance", ("PubliclyAccessible",), "true"),
    ("AWS::RDS::DBCluster", ("PubliclyAccessible",), "true"),
    ("AWS::Redshift::Cluster", ("PubliclyAccessible",), "true"),
    ("AWS::DMS::ReplicationInstance", ("PubliclyAccessible",), "true"),
    ("AWS::Lambda::Url", ("AuthType",), "NONE"),
    ("AWS::S3::Bucket", ("PublicAccessBlockConfiguration", "BlockPublicAcls"), "false"),
    ("AWS::S3::Bucket", ("PublicAccessBlockConfiguration", "BlockPublicPolicy"), "false"),
    ("AWS::S3::Bucket", ("PublicAccessBlockConfiguration", "IgnorePublicAcls"), "false"),
    ("AWS::S3::Bucket", ("PublicAccessBlockConfiguration", "RestrictPublicBuckets"), "false"),
)


@frozen
class Grant:
    """One thing that somebody may, or may not, do; every part is a pattern or a deploy-time value as text."""

    effect: str
    principal: str
    action: str
    resource: str
    conditions: frozenset[str]

    def covers(self, other: Grant) -> bool:
        """True when whoever has this grant needs no `other`."""
        return (
            self.effect == other.effect
            and _fits(other.principal, self.principal)
            and _fits(other.action.lower(), self.action.lower())
            and _fits(other.resource, self.resource)
            and self.conditions <= other.conditions
        )


@frozen
class Statement:
    """A statement with its place: the resource that carries it and whether it says who may assume a role."""

    logical_id: str
    trust: bool
    grants: tuple[Grant, ...]


def broadening(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Broadening, ...]:
    """What `new` allows and `old` does not; the two are maps of resources."""
    before, after = statements(old), statements(new)
    return (
        *_statements_added(before, after),
        *_denials_removed(before, after),
        *_managed_policies_added(old, new),
        *_boundaries_changed(old, new),
        *_ingress_added(old, new),
        *_exposures(old, new),
    )


def _statements_added(old: list[Statement], new: list[Statement]) -> Iterator[Broadening]:
    for statement, fresh in _uncovered(new, old, deny=False):
        kind = "trust" if statement.trust else "statement"
        yield Broadening(kind, statement.logical_id, _sentence(fresh, statement), _details(fresh))


def _denials_removed(old: list[Statement], new: list[Statement]) -> Iterator[Broadening]:
    for statement, gone in _uncovered(old, new, deny=True):
        listed = ", ".join(_unique(grant.action for grant in gone))
        message = f"{statement.logical_id}: a Deny of {listed} is removed or narrowed"
        yield Broadening("deny-removed", statement.logical_id, message, _details(gone))


def _uncovered(
    these: list[Statement], those: list[Statement], *, deny: bool
) -> Iterator[tuple[Statement, list[Grant]]]:
    """The statements among `these` with the grants that nothing in `those` includes."""
    known = {grant for statement in those for grant in statement.grants}
    for statement in these:
        alone = [
            grant
            for grant in statement.grants
            if (grant.effect == "Deny") == deny
            and grant not in known
            and not any(other.covers(grant) for other in known)
        ]
        if alone:
            yield statement, alone


def statements(resources: Mapping[str, Any]) -> list[Statement]:
    """Every policy statement in the resources' properties, wherever it stands."""
    found: list[Statement] = []
    for logical_id, body in sorted(resources.items()):
        if not isinstance(body, dict) or not isinstance(body.get("Properties"), dict):
            continue
        type_name, properties = str(body.get("Type", "")), body["Properties"]
        if type_name == "AWS::Lambda::Permission":
            found.append(_lambda_permission(logical_id, properties))
            continue
        holders = _holders(logical_id, type_name, properties)
        for path, document in _documents(properties):
            trust = path[-1] == "AssumeRolePolicyDocument"
            for statement in _listed(normal(document).get("Statement")):
                if isinstance(statement, dict):
                    who = () if trust else holders
                    found.append(Statement(logical_id, trust, tuple(_grants(statement, logical_id, who))))
    return found


def _documents(value: Any, path: tuple[str, ...] = ("",)) -> Iterator[tuple[tuple[str, ...], Any]]:
    document = value if isinstance(value, dict) else normal(value) if isinstance(value, str) else None
    if is_policy(document):
        yield path, document
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _documents(item, (*path, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _documents(item, path)


def _holders(logical_id: str, type_name: str, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """Who a policy without principals of its own speaks to."""
    if type_name in _IDENTITY_TYPES:
        return (_text({"Ref": logical_id}),)
    if type_name in _ATTACHABLE_TYPES:
        attached = [_text(who) for name in _ATTACHED for who in _listed(properties.get(name)) if who is not None]
        return tuple(attached) or (_text({"Ref": logical_id}),)
    return ()


def _grants(statement: Mapping[str, Any], logical_id: str, holders: tuple[str, ...]) -> Iterator[Grant]:
    principals = tuple(_principals(statement)) or holders or ("*",)
    conditions = frozenset(
        fingerprint([operator, key, value])
        for operator, tests in _items(statement.get("Condition"))
        for key, value in _items(tests)
    )
    for principal in principals:
        for action in _parts(statement, "Action", "NotAction"):
            for resource in _parts(statement, "Resource", "NotResource") or (_text({"Ref": logical_id}),):
                yield Grant(str(statement.get("Effect", "Allow")), principal, action, resource, conditions)


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    for name, prefix in (("Principal", ""), ("NotPrincipal", "everybody but ")):
        value = statement.get(name)
        if isinstance(value, dict) and not is_intrinsic(value):
            for kind, members in sorted(value.items()):
                yield from (
                    f"{prefix}{'' if _text(who) == '*' else kind + ' '}{_text(who)}" for who in _listed(members)
                )
        else:
            yield from (prefix + _text(who) for who in _listed(value) if who is not None)


def _parts(statement: Mapping[str, Any], name: str, inverse: str) -> tuple[str, ...]:
    direct = tuple(_text(item) for item in _listed(statement.get(name)) if item is not None)
    if direct:
        return direct
    excluded = [_text(item) for item in _listed(statement.get(inverse)) if item is not None]
    return (f"anything but {', '.join(excluded)}",) if excluded else ()


def _lambda_permission(logical_id: str, properties: Mapping[str, Any]) -> Statement:
    limits = ("SourceArn", "SourceAccount", "PrincipalOrgID", "EventSourceToken", "FunctionUrlAuthType")
    conditions = frozenset(fingerprint([name, normal(properties[name])]) for name in limits if name in properties)
    grant = Grant(
        "Allow",
        _text(properties.get("Principal", "*")),
        _text(properties.get("Action", "*")),
        _text(properties.get("FunctionName", "*")),
        conditions,
    )
    return Statement(logical_id, False, (grant,))


def _managed_policies_added(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Broadening]:
    for logical_id, properties in _properties(new):
        before = {_text(arn) for name in _MANAGED for arn in _listed(_of(old, logical_id).get(name))}
        for name in _MANAGED:
            for arn in _listed(properties.get(name)):
                if arn is not None and _text(arn) not in before:
                    message = f"{logical_id} gets the managed policy {_text(arn)}"
                    yield Broadening("managed-policy", logical_id, message, {"policy": arn})


def _boundaries_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Broadening]:
    for logical_id, properties in _properties(new):
        before, after = _of(old, logical_id).get("PermissionsBoundary"), properties.get("PermissionsBoundary")
        if before is not None and normal(before) != normal(after):
            message = f"{logical_id}: the permissions boundary {_text(before)} is removed or changed"
            yield Broadening("boundary", logical_id, message, {"before": before, "after": after})


@frozen
class Ingress:
    """A door in a security group."""

    group: str
    protocol: str
    first: str
    last: str
    source: str

    def covers(self, other: Ingress) -> bool:
        """True when everything that comes in through `other` already comes in here."""
        return self.group == other.group and self._protocol(other) and _within(other.source, self.source)

    def _protocol(self, other: Ingress) -> bool:
        if self.protocol == "-1":
            return True
        if self.protocol != other.protocol:
            return False
        if (self.first, self.last) == (other.first, other.last):
            return True
        try:
            return int(self.first) <= int(other.first) and int(other.last) <= int(self.last)
        except ValueError:
            return False

    def __str__(self) -> str:
        ports = self.first if self.first == self.last else f"{self.first}-{self.last}"
        what = "any protocol" if self.protocol == "-1" else f"{self.protocol} {ports}".strip("- ")
        return f"{what} from {self.source}"


def _ingress_added(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Broadening]:
    before = [door for _, door in _doors(old)]
    for logical_id, door in _doors(new):
        if not any(known.covers(door) for known in before):
            details = {"group": door.group, "protocol": door.protocol, "from_port": door.first, "to_port": door.last}
            message = f"{logical_id} lets in {door}"
            yield Broadening("ingress", logical_id, message, {**details, "source": door.source})


def _doors(resources: Mapping[str, Any]) -> Iterator[tuple[str, Ingress]]:
    for logical_id, properties in _properties(resources):
        type_name = resources[logical_id].get("Type")
        if type_name == "AWS::EC2::SecurityGroup":
            for rule in _listed(properties.get("SecurityGroupIngress")):
                if isinstance(rule, dict):
                    yield logical_id, _ingress(logical_id, rule)
        elif type_name == "AWS::EC2::SecurityGroupIngress":
            group = properties.get("GroupId", properties.get("GroupName"))
            yield logical_id, _ingress(_group_name(group), properties)


def _ingress(group: str, rule: Mapping[str, Any]) -> Ingress:
    sources = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName")
    source = next((_text(rule[name]) for name in sources if name in rule), "anywhere")
    protocol = _text(rule.get("IpProtocol", "-1"))
    protocol = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}.get(protocol, protocol)
    first, last = _text(rule.get("FromPort", "")), _text(rule.get("ToPort", rule.get("FromPort", "")))
    return Ingress(group, protocol, first, last, source)


def _group_name(group: Any) -> str:
    if is_intrinsic(group):
        target = group.get("Ref", group.get("Fn::GetAtt"))
        name = target.split(".")[0] if isinstance(target, str) else target[0] if target else None
        if isinstance(name, str):
            return name
    return _text(group)


def _exposures(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Broadening]:
    for logical_id, properties in _properties(new):
        for type_name, path, opens in _EXPOSURES:
            if new[logical_id].get("Type") != type_name:
                continue
            before, after = normal(_at(_of(old, logical_id), path)), normal(_at(properties, path))
            weakened = opens == "false" and before == "true" and after != "true"
            if weakened or (after == opens and before != opens):
                message = f"{logical_id}: {'.'.join(path)} is now {after if after is not None else 'left out'}"
                yield Broadening(
                    "exposure", logical_id, message, {"path": list(path), "before": before, "after": after}
                )


def _properties(resources: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, body in sorted(resources.items()):
        if isinstance(body, dict) and isinstance(body.get("Properties"), dict):
            yield logical_id, body["Properties"]


def _of(resources: Mapping[str, Any], logical_id: str) -> Mapping[str, Any]:
    return dict(_properties({logical_id: resources.get(logical_id)})).get(logical_id, {})


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _items(value: Any) -> list[tuple[str, Any]]:
    return sorted(value.items()) if isinstance(value, dict) else []


def _text(value: Any) -> str:
    value = normal(value)
    return value if isinstance(value, str) else fingerprint(value)


def _fits(value: str, pattern: str) -> bool:
    return value == pattern or fnmatchcase(value, pattern.replace("[", "[[]"))


def _within(inner: str, outer: str) -> bool:
    if inner == outer:
        return True
    try:
        one, other = ip_network(inner, strict=False), ip_network(outer, strict=False)
    except ValueError:
        return False
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _unique(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _details(grants: list[Grant]) -> dict[str, Any]:
    return {
        "principals": _unique(grant.principal for grant in grants),
        "actions": _unique(grant.action for grant in grants),
        "resources": _unique(grant.resource for grant in grants),
        "conditions": sorted({condition for grant in grants for condition in grant.conditions}),
    }


def _sentence(grants: list[Grant], statement: Statement) -> str:
    details = _details(grants)
    who, what = ", ".join(details["principals"]), ", ".join(details["actions"])
    if statement.trust:
        return f"{statement.logical_id} may be assumed by {who} ({what})"
    where = ", ".join(details["resources"])
    return f"{statement.logical_id}: {who} may {what} on {where}" + (
        ", under conditions" if details["conditions"] else ""
    )
