"""Changes of load balancers, target groups and listener rules that AWS refuses, or that give new addresses."""

from __future__ import annotations

from ..policies.access import literal
from ..templates.update import changes, differs, exists, members, pairs
from ..vocabulary import ABSENT, Rule, Update, Violation, number
from .balancing import BALANCER, CLASSIC, LISTENER_RULE, TARGET_GROUP, kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Member
    from ..view import View


def _replaced(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, BALANCER, TARGET_GROUP, CLASSIC):
        for path, effect in changes(old, new):
            if effect != "replace":
                continue
            if new.type == TARGET_GROUP:
                yield Violation(
                    path,
                    view=new,
                    message="another {prop} makes a new target group: its targets get no requests until they have passed "
                    "their health checks there",
                    fix="make a second target group and move the weights over, if that matters",
                )
            else:
                yield Violation(path, view=new, followers=_followers(new))
            break


def _followers(view: View) -> str:
    """Who takes over the new DNS name by itself, in words."""
    member = view.member
    ids = sorted({edge.source for edge in member.edges() if edge.target == view.id and edge.attribute == "DNSName"}) \
        if member is not None else []  # fmt: skip
    if not ids:
        return "whoever uses the old one must be told"
    return f"{', '.join(ids)} will follow, and whoever else uses the old one must be told"


def _priorities(before: Graph, after: Graph) -> Iterator[Violation]:
    for old_member, new_member in members(before, after):
        held = _held(old_member)
        for id, rule in new_member.views.items():
            if rule.type != LISTENER_RULE or not exists(rule):
                continue
            key = _key(rule)
            other = held.get(key) if key is not None else None
            if other is None or other == id:
                continue
            was = old_member.views.get(id)
            if was is None and _key_of(new_member, other) == key:
                continue  # both have it now, which is said of the template itself
            yield Violation(("Priority",), view=rule, priority=number(rule.get("Priority")), other=other)


def _held(member: Member) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for id, rule in member.views.items():
        key = _key(rule) if rule.type == LISTENER_RULE and exists(rule) else None
        if key is not None:
            found.setdefault(key, id)
    return found


def _key_of(member: Member, id: str) -> Any:
    rule = member.views.get(id)
    return None if rule is None or rule.type != LISTENER_RULE else _key(rule)


def _key(rule: View) -> Any:
    """The listener and priority of a rule, as far as they are known."""
    priority, listener = number(rule.get("Priority")), rule.get("ListenerArn")
    if priority is None or rule.asked:
        return None
    found = None if rule.member is None else rule.member.target(listener)
    if found is not None:
        return "made", found.view.id, priority
    written = literal(listener)
    return None if written is None else ("arn", written, priority)


def _first_groups(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, BALANCER):
        if kind(old) != "network" or kind(new) != "network":
            continue
        had, has = old.get("SecurityGroups"), new.get("SecurityGroups")
        if had not in (ABSENT, []) or not isinstance(has, list) or not has:
            continue
        if any(differs(old.get(name), new.get(name)) is not False for name in ("Name", "Scheme")):
            continue
        yield Violation(("SecurityGroups",), view=new)


# Examples


_TWO = {"Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]}
_ARN = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/0123456789abcdef/0123456789abcdef"


def _change(type: str, old: dict[str, Any], new: dict[str, Any]) -> Update:
    return Update(
        {"Resources": {"It": {"Type": type, "Properties": old}}},
        {"Resources": {"It": {"Type": type, "Properties": new}}},
    )


def _rules(**priorities: int) -> dict[str, Any]:
    return {
        "Resources": {
            id: {
                "Type": LISTENER_RULE,
                "Properties": {
                    "ListenerArn": _ARN,
                    "Priority": priority,
                    "Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
                    "Conditions": [{"Field": "path-pattern", "Values": [f"/{id}"]}],
                },
            }
            for id, priority in priorities.items()
        }
    }


_GROUP = {"Port": 80, "Protocol": "HTTP", "VpcId": "vpc-0a1b2c3d"}

RULES = (
    Rule(
        "ELB006", BALANCER, "error",
        "a Network Load Balancer that was made without security groups can get none later",
        scope="update",
        check=_first_groups,
        fix="leave them out, or make a second load balancer with security groups and move over",
        source="Elastic Load Balancing API Reference, SetSecurityGroups",
        good=(
            _change(BALANCER, {**_TWO, "Type": "network", "SecurityGroups": ["sg-1"]},
                    {**_TWO, "Type": "network", "SecurityGroups": ["sg-2"]}),
            _change(BALANCER, {**_TWO, "Type": "network"},
                    {**_TWO, "Type": "network", "Name": "second", "SecurityGroups": ["sg-2"]}),
        ),
        bad=_change(BALANCER, {**_TWO, "Type": "network"}, {**_TWO, "Type": "network", "SecurityGroups": ["sg-1"]}),
    ),
    Rule(
        "UPD024", (BALANCER, TARGET_GROUP, CLASSIC), "warning",
        "another {prop} makes a new load balancer with a new DNS name; {followers}",
        scope="update",
        check=_replaced,
        fix="reach it through an alias record, and lower the record's TTL before",
        source=f"CloudFormation resource schema, {BALANCER}, {TARGET_GROUP}, {CLASSIC}",
        good=(
            _change(BALANCER, _TWO, {"Subnets": ["subnet-0a1b2c3d", "subnet-2a2b3c4d"]}),
            _change(BALANCER, {**_TWO, "Scheme": "internal"}, {**_TWO, "Scheme": "internal", "SecurityGroups": ["sg-1"]}),
            _change(TARGET_GROUP, _GROUP, {**_GROUP, "HealthCheckPath": "/up"}),
        ),
        bad=(
            _change(BALANCER, {**_TWO, "Scheme": "internal"}, {**_TWO, "Scheme": "internet-facing"}),
            _change(TARGET_GROUP, _GROUP, {**_GROUP, "Port": 8080}),
            _change(CLASSIC, {"Listeners": [], "Scheme": "internal"}, {"Listeners": []}),
        ),
    ),
    Rule(
        "UPD025", LISTENER_RULE, "error",
        "priority {priority} is still held by {other} while this update runs",
        scope="update",
        check=_priorities,
        fix="choose a free priority, or move {other} away in an update of its own first",
        source=f"CloudFormation Template Reference, {LISTENER_RULE}, Priority",
        good=(Update(_rules(A=10, B=20), _rules(A=30, B=20)), Update(_rules(A=30, B=20), _rules(A=30, B=10))),
        bad=(
            Update(_rules(A=10, B=20), _rules(A=20, B=10)),
            Update(_rules(A=10, B=20), _rules(A=10, C=20)),
        ),
    ),
)  # fmt: skip
