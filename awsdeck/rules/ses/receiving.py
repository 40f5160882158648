"""Rules about mail that SES receives: what it may use, in which order its rules stand, and where it receives at all."""

from __future__ import annotations

from ..policies.access import (
    BUCKET,
    INVOCABLE,
    KEY,
    ROLE,
    TOPIC,
    Grants,
    Permissions,
    allowing,
    covers,
    fifo,
    generated,
    key_allows,
    key_of,
    literal,
    only,
    trusts,
)
from ..templates.wiring import Order
from ..vocabulary import ABSENT, Rule, Stacks, Violation
from .ses import DESTINATION, RULE, RULE_SET, RULES_MOST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

CONTACT_LIST = "AWS::SES::ContactList"
REGIONS = frozenset((
    "af-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2", "eu-west-3",
    "il-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
))  # fmt: skip
"""Where SES receives mail: regions in which CloudFormation knows receipt rules.

Source: CloudFormation resource schemas by region (2026-10); AWS General Reference, Amazon SES endpoints and quotas, email
receiving endpoints, which had half of them in 2024.
"""
_TOLD = "Rule/Actions/*/{}/TopicArn"
_KINDS = ("AddHeaderAction", "BounceAction", "LambdaAction", "S3Action", "SNSAction", "StopAction", "WorkmailAction")


def _world_rules(graph: Graph) -> Iterator[View]:
    for rule in graph.of(RULE):
        yield from only(rule, "Rule").worlds()


# SES002: what SES may do with messages


def _permissions(graph: Graph) -> Iterator[Violation]:
    order = Order()
    for rule in _world_rules(graph):
        for path, action in rule.values("Rule/Actions/*/S3Action"):
            if isinstance(action, dict):
                yield from _stored(graph, order, rule, path, action)
        for path, value in rule.values("Rule/Actions/*/LambdaAction/FunctionArn"):
            found = graph.target(rule, value)
            if found is not None and found.view.type in INVOCABLE and not generated(rule, found.view):
                yield from _granted(graph, order, rule, path, found.view, "lambda:InvokeFunction")
    yield from _topics(graph)


def _stored(graph: Graph, order: Order, rule: View, path: Path, action: dict[str, Any]) -> Iterator[Violation]:
    found = graph.target(rule, action.get("BucketName"))
    bucket = found.view if found is not None and found.view.type == BUCKET else None
    role = action.get("IamRoleArn")
    if bucket is not None and not generated(rule, bucket):
        if role is None:
            yield from _granted(graph, order, rule, (*path, "BucketName"), bucket, "s3:PutObject")
            yield from _default_key(rule, (*path, "BucketName"), bucket)
        else:
            taken = graph.target(rule, role)
            if taken is not None and taken.view.type == ROLE:
                verdict = graph.kept(Grants).may(taken.view, "s3:PutObject", bucket)
                if verdict is False:
                    yield Violation(
                        (*path, "IamRoleArn"),
                        view=rule,
                        severity="warning",
                        message="{role}, with which SES writes to {target}, is not allowed s3:PutObject there",
                        fix="allow {role} s3:PutObject on the objects of {target}",
                        role=taken.view.id,
                        target=bucket.id,
                    )
    key = key_of(rule, action.get("KmsKeyArn"))
    if key is not None and role is None and key_allows(key, "ses", "kms:GenerateDataKey") is False:
        yield _key(rule, (*path, "KmsKeyArn"), key, "messages with it", "kms:GenerateDataKey*")


def _granted(graph: Graph, order: Order, rule: View, path: Path, target: View, action: str) -> Iterator[Violation]:
    permissions = graph.kept(Permissions)
    verdict, granting = permissions.granted("ses", action, target, rule)
    if target.type == BUCKET:  # what a policy says of objects below the bucket is not weighed
        granting = [policy for policy in permissions.of(target) if _lets(policy, action)]
    if verdict is False:
        yield Violation(path, view=rule, target=target.id, action=action)
    elif granting and all(order.after(rule, one) is False for one in granting):
        yield Violation(
            path,
            view=rule,
            severity="warning",
            message="the rule does not wait for {grant}, which lets SES use {target}: creating the stack may fail",
            fix="add {grant} to the rule's DependsOn",
            grant=granting[0].id,
            target=target.id,
        )


def _lets(policy: View, action: str) -> bool:
    """Whether a policy speaks of SES and this action for certain."""
    return any(
        trusts(statement, "ses") is True and covers(statement, action) is True
        for statement in allowing(policy.get("PolicyDocument"))[0]
    )


def _default_key(rule: View, path: Path, bucket: View) -> Iterator[Violation]:
    place = "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/KMSMasterKeyID"
    for _, value in bucket.values(place):
        key = key_of(bucket, value)
        if key is not None and key_allows(key, "ses", "kms:GenerateDataKey") is False:
            yield _key(rule, path, key, f"what it puts into {bucket.id} with it", "kms:GenerateDataKey and kms:Decrypt")


def _key(rule: View, path: Path, key: View, what: str, actions: str) -> Violation:
    return Violation(
        path,
        view=rule,
        severity="warning",
        message="SES encrypts " + what + ", and the policy of {key} does not let it",
        fix="allow ses.amazonaws.com " + actions + " in the policy of {key}",
        key=key.id,
    )


def _told(graph: Graph) -> Iterator[tuple[View, Path, View]]:
    """Every topic of the graph that a rule or an event destination names."""
    places = [(RULE, _TOLD.format(kind)) for kind in _KINDS]
    places.append((DESTINATION, "EventDestination/SnsDestination/TopicARN"))
    for type, place in places:
        for view in graph.of(type):
            for path, value in view.values(place):
                found = graph.target(view, value)
                if found is not None and found.view.type == TOPIC:
                    yield view, path, found.view


def _topics(graph: Graph) -> Iterator[Violation]:
    for view, path, topic in _told(graph):
        key = key_of(topic, topic.get("KmsMasterKeyId"))
        if key is not None and key_allows(key, "ses", "kms:GenerateDataKey", "kms:Decrypt") is False:
            yield Violation(
                path,
                view=view,
                severity="warning",
                message="{target} is encrypted with {key}, whose policy does not let SES use it: nobody is told",
                fix="allow ses.amazonaws.com kms:GenerateDataKey and kms:Decrypt in the policy of {key}",
                target=topic.id,
                key=key.id,
            )
        if fifo(topic) is True:
            yield Violation(
                path,
                view=view,
                severity="warning",
                message="{target} is a FIFO topic, and SES says of no message to which group it belongs",
                fix="use a standard topic",
                target=topic.id,
            )


# SES010: the order of rules


def _home(graph: Graph, rule: View) -> tuple[Any, ...] | None:
    """The set that a rule belongs to."""
    value = rule.get("RuleSetName")
    found = graph.target(rule, value)
    if found is not None:
        return ("set", id(found.view))
    name = literal(value)
    return None if name is None or rule.member is None else ("name", name, rule.member.region, rule.member.account)


def _behind(graph: Graph, rule: View) -> Any:
    """What a rule stands behind: a rule of the graph, a name, ABSENT for the front, None when it cannot be told."""
    after = rule.get("After")
    if after is ABSENT:
        return ABSENT
    found = graph.target(rule, after)
    if found is not None:
        return found.view.id if found.view.type == RULE else None
    return literal(after)


def _order(graph: Graph) -> Iterator[Violation]:
    homes: dict[tuple[Any, ...], list[View]] = {}
    for rule in graph.of(RULE):
        home = _home(graph, rule)
        if home is not None:
            homes.setdefault(home, []).append(rule)
    order = Order()
    for rules in homes.values():
        names: dict[str, View] = {}
        places: dict[Any, View] = {}
        for rule in rules:
            name = literal(rule.get("Rule/Name"))
            if name is not None:
                first = names.setdefault(name, rule)
                if first is not rule and not _apart(first, rule):
                    yield Violation(("Rule", "Name"), view=rule, severity="error",
                                    message="{other} of the same set is called {name} too", fix="give each a name of its own",
                                    other=first.id, name=name)  # fmt: skip
            behind = _behind(graph, rule)
            if behind is None:
                continue
            first = places.setdefault(behind, rule)
            if first is not rule and not _apart(first, rule):
                where = "at the front" if behind is ABSENT else f"behind {behind}"
                yield Violation(
                    ("After",) if behind is not ABSENT else ("RuleSetName",), view=rule, other=first.id, where=where
                )
        for rule in rules:
            name = literal(rule.get("After"))
            target = names.get(name) if name is not None else None
            if target is not None and target is not rule and order.after(rule, target) is False:
                yield Violation(("After",), view=rule, severity="error",
                                message="the rule stands behind {other} and does not wait for it: creating the stack may fail",
                                fix="add {other} to its DependsOn", other=target.id)  # fmt: skip
        if len(rules) > RULES_MOST:
            yield Violation(("RuleSetName",), view=rules[RULES_MOST], severity="error",
                            message="a rule set has at most {most} rules, and here are {many}",
                            fix="give rules several recipients", most=RULES_MOST, many=len(rules))  # fmt: skip


def _apart(one: View, other: View) -> bool:
    return one.member is not None and one.member.exclusive(one, other)


# Regions and accounts


def _regions(graph: Graph) -> Iterator[Violation]:
    for rule_set in graph.of(RULE_SET):
        region = rule_set.member.region if rule_set.member is not None else None
        if region is not None and region not in REGIONS:
            yield Violation(("RuleSetName",), view=rule_set, region=region, allowed=", ".join(sorted(REGIONS)))


def _lists(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[Any, ...], View] = {}
    for one in graph.of(CONTACT_LIST):
        member = one.member
        if member is None:
            continue
        known = member.region is not None
        first = seen.setdefault((member.region, member.account) if known else (id(member),), one)
        if first is not one and not _apart(first, one):
            yield Violation(("ContactListName",), view=one, other=first.id)


# Examples


def _received(*, policy: bool, waits: bool = True, role: bool = False, **action: Any) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "Type": RULE,
        "Properties": {
            "RuleSetName": {"Ref": "Inbox"},
            "Rule": {"Enabled": True, "Actions": [{"S3Action": {"BucketName": {"Ref": "Mail"}, **action}}]},
        },
    }
    resources: dict[str, Any] = {
        "Inbox": {"Type": RULE_SET, "Properties": {}}, "Orders": rule, "Mail": {"Type": BUCKET, "Properties": {}},
    }  # fmt: skip
    if policy:
        statement = {
            "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${Mail.Arn}/*"},
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        }  # fmt: skip
        resources["MayPut"] = {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Mail"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            },
        }  # fmt: skip
        if waits:
            rule["DependsOn"] = "MayPut"
    return {"Resources": resources}


def _invoked(*, permission: bool) -> dict[str, Any]:
    action = {"LambdaAction": {"FunctionArn": {"Fn::GetAtt": ["Worker", "Arn"]}}}
    resources: dict[str, Any] = {
        "Worker": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "arn:aws:iam::123456789012:role/w", "Code": {"ZipFile": ""}}},
        "Orders": {
            "Type": RULE, "Properties": {"RuleSetName": "inbox", "Rule": {"Enabled": True, "Actions": [action]}},
        },
    }  # fmt: skip
    if permission:
        resources["May"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": "Worker"}, "Action": "lambda:InvokeFunction", "Principal": "ses.amazonaws.com",
                "SourceAccount": {"Ref": "AWS::AccountId"},
            },
        }  # fmt: skip
        resources["Orders"]["DependsOn"] = "May"
    return {"Resources": resources}


def _published(key_policy: bool, **topic: Any) -> dict[str, Any]:
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    let = {
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [owner, let] if key_policy else [owner]}
    action = {"SNSAction": {"TopicArn": {"Ref": "Told"}}}
    return {
        "Resources": {
            "Key": {"Type": KEY, "Properties": {"KeyPolicy": policy}},
            "Told": {"Type": TOPIC, "Properties": topic or {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}},
            "Orders": {
                "Type": RULE, "Properties": {"RuleSetName": "inbox", "Rule": {"Enabled": True, "Actions": [action]}},
            },
        }
    }  # fmt: skip


def _rules(**several: dict[str, Any]) -> dict[str, Any]:
    return {
        "Resources": {
            id: {
                "Type": RULE, "DependsOn": body.pop("waits", []),
                "Properties": {"RuleSetName": "inbox", "Rule": {"Name": id.lower(), "Enabled": True}, **body},
            }
            for id, body in several.items()
        }
    }  # fmt: skip


_INBOX = {"Resources": {"Inbox": {"Type": RULE_SET, "Properties": {}}}}
_LIST = {"Type": CONTACT_LIST, "Properties": {}}

RULES: tuple[Rule, ...] = (
    Rule(
        "SES002", RULE, "error",
        "SES may not use {target}: no permission allows ses.amazonaws.com {action}",
        scope="graph",
        check=_permissions,
        fix="allow ses.amazonaws.com {action} on {target} (with this account as the source) and let the rule wait for "
        "that permission with DependsOn",
        source="SES Developer Guide, Giving permissions to Amazon SES for email receiving; course notes, SES",
        verified="docs",
        good=(_received(policy=True), _invoked(permission=True), _published(key_policy=True),
              _received(policy=False, IamRoleArn="arn:aws:iam::123456789012:role/mail")),
        bad=(_received(policy=False), _received(policy=True, waits=False), _invoked(permission=False),
             _published(key_policy=False), _published(key_policy=True, FifoTopic=True)),
    ),
    Rule(
        "SES010", RULE, "warning",
        "{other} stands {where} as well, so that which of the two rules comes first is left to chance",
        scope="graph",
        check=_order,
        fix="let each rule stand After the one before it",
        source="SES API Reference, CreateReceiptRule, After; SES Developer Guide, Service quotas in Amazon SES",
        verified="docs",
        good=(_rules(One={}, Two={"After": {"Fn::GetAtt": ["One", "RuleName"]}}),
              _rules(One={}, Two={"After": "one", "waits": ["One"]})),
        bad=(_rules(One={}, Two={}), _rules(One={}, Two={"After": "one"}),
             _rules(One={}, Two={"After": {"Ref": "One"}}, Three={"After": {"Ref": "One"}})),
    ),
    Rule(
        "SES011", RULE_SET, "warning",
        "SES receives no mail in {region}, as far as is known",
        scope="graph",
        check=_regions,
        fix="put the rules into a stack of another region",
        source="AWS General Reference, Amazon SES endpoints and quotas; CloudFormation resource schemas by region",
        good=Stacks({"mail": _INBOX}, {"mail": {"region": "eu-west-1"}}),
        bad=Stacks({"mail": _INBOX}, {"mail": {"region": "me-central-1"}}),
    ),
    Rule(
        "SES013", CONTACT_LIST, "error",
        "an account has one contact list in a region, and {other} is one already",
        scope="graph",
        check=_lists,
        fix="make one list with several topics",
        source="SES Developer Guide, Using list management",
        verified="docs",
        good={"Resources": {"Everybody": _LIST}},
        bad={"Resources": {"Everybody": _LIST, "Others": _LIST}},
    ),
)  # fmt: skip
