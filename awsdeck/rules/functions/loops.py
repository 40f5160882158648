"""Functions that may write to what calls them."""

from __future__ import annotations

import re

from ..policies.access import (
    BUCKET,
    QUEUE,
    TOPIC,
    Grants,
    allowing,
    covers,
    every,
    generated,
    literal,
    matches,
    same_one,
    some,
    spelled,
)
from ..templates.needs import FUNCTION, role_of
from ..vocabulary import Rule, Violation, as_list, same
from .aliases import MAPPING, called
from .eventsource import TABLE, source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..policies.policy import Statement
    from ..view import View
    from ..vocabulary import Verdict

    Path = tuple[str | int, ...]

_WRITES = {
    QUEUE: ("sqs:SendMessage",),
    TOPIC: ("sns:Publish",),
    TABLE: ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"),
}


def _triggers(graph: Graph) -> Iterator[tuple[View, Path, View, View]]:
    """Who calls (with the path there), the function that is called, and the resource that its events come from."""
    for bucket in graph.of(BUCKET):
        for path, entry in bucket.values("NotificationConfiguration/LambdaConfigurations/*"):
            if not isinstance(entry, dict) or "Filter" in entry:
                continue
            event = literal(entry.get("Event"))
            found = called(graph, bucket, entry.get("Function"))
            if found is not None and event is not None and event.startswith("s3:ObjectCreated:"):
                yield bucket, (*path, "Function"), found.function, bucket
    for mapping in graph.of(MAPPING):
        found, origin = called(graph, mapping, mapping.get("FunctionName")), source(graph, mapping)
        filtered = "FilterCriteria" in mapping.properties or same(mapping.get("Enabled"), False)
        if found is not None and origin is not None and origin.view is not None and not filtered:
            yield mapping, ("FunctionName",), found.function, origin.view
    for subscription in graph.of("AWS::SNS::Subscription"):
        found = called(graph, subscription, subscription.get("Endpoint"))
        topic = graph.target(subscription, subscription.get("TopicArn"))
        if found is not None and topic is not None and "FilterPolicy" not in subscription.properties:
            yield subscription, ("Endpoint",), found.function, topic.view
    for topic_ in graph.of(TOPIC):
        for path, value in topic_.values("Subscription/*/Endpoint"):
            found = called(graph, topic_, value)
            if found is not None:
                yield topic_, path, found.function, topic_


def _loops(graph: Graph) -> Iterator[Violation]:
    for caller, path, function, origin in _triggers(graph):
        role = role_of(graph, function) if function.get("RecursiveLoop") != "Allow" else None
        if role is None or generated(caller, function, role):
            continue
        grants = graph.kept(Grants)
        if origin.type == BUCKET:
            writes = some(
                _writes_objects(graph, view, statement, origin)
                for view, document in grants.documents(role)
                for statement in allowing(document)[0]
            )
        else:
            writes = some(grants.may(role, action, origin) for action in _WRITES.get(origin.type, ()))
        if writes is True:
            told = any(
                (found := graph.target(function, value)) is not None and same_one(found.view, origin)
                for _, value in function.values("Environment/Variables/*")
            )
            yield Violation(
                path,
                view=caller,
                severity="warning" if told else "info",
                function=function.id,
                origin=origin.id,
                how="is told of and may write to" if told else "may write to",
            )


def _writes_objects(graph: Graph, view: View, statement: Statement, bucket: View) -> Verdict:
    """Whether a statement certainly lets objects be put anywhere in a bucket."""
    return every(
        (
            covers(statement, "s3:PutObject"),
            None if statement.body.get("Condition") or "NotResource" in statement.body else True,
            some(_all_objects(graph, view, value, bucket) for value in as_list(statement.body.get("Resource"))),
        )
    )


def _all_objects(graph: Graph, view: View, value: Any, bucket: View) -> Verdict:
    written = spelled(value)
    if written is None:
        return None
    if written == "*":
        return True
    owner, slash, objects = written.partition("/")
    if not slash or objects != "*":
        return None
    inside = re.search(r"\$\{[A-Za-z0-9]+(?:\.Arn)?\}$", owner)
    if inside is not None:
        found = graph.target(view, {"Fn::Sub": inside[0]})
        return found is not None and same_one(found.view, bucket)
    name = literal(bucket.get("BucketName"))
    return None if name is None or "${" in owner else matches(owner.rpartition(":")[2], name)


# Rules


def _thumbnails(target: str, *, environment: bool = True, **properties: Any) -> dict[str, Any]:
    notifying = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": {"Fn::GetAtt": ["Work", "Arn"]}}]}
    allowed = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": {"Fn::Sub": f"arn:aws:s3:::${{{target}}}/*"}}
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    work = {
        "Role": {"Fn::GetAtt": ["WorkRole", "Arn"]},
        "Code": {"ZipFile": "..."},
        "Handler": "index.handle",
        "Runtime": "python3.14",
        **({"Environment": {"Variables": {"TARGET": {"Ref": target}}}} if environment else {}),
        **properties,
    }
    return {
        "Resources": {
            "Uploads": {"Type": BUCKET, "Properties": {"NotificationConfiguration": notifying}},
            "Small": {"Type": BUCKET},
            "Work": {"Type": FUNCTION, "Properties": work},
            "WorkRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                    "Policies": [
                        {"PolicyName": "w", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
                    ],
                },
            },
        }
    }


RULES: tuple[Rule, ...] = (
    Rule(
        "XSV006", FUNCTION, "warning",
        "{function} {how} {origin}, which calls it: it may call itself without end",
        scope="graph",
        check=_loops,
        fix="write to another place, or let only events with a certain prefix or filter call the function",
        source="Lambda Developer Guide, Use Lambda recursive loop detection to prevent infinite loops; Process Amazon S3 event "
        "notifications with Lambda",
        verified="docs",
        good=(_thumbnails("Small"), _thumbnails("Uploads", RecursiveLoop="Allow")),
        bad=(_thumbnails("Uploads"), _thumbnails("Uploads", environment=False)),
    ),
)  # fmt: skip
