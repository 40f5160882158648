"""Amazon SNS: what the documentation demands beyond the resource schema."""

from __future__ import annotations

import json
import re

from ..limits import SMS_PART, TOPIC_LARGE_SUBSCRIPTIONS, TOPIC_MESSAGE_DEFAULT, TOPIC_MESSAGE_MOST
from ..policies.access import (
    INVOCABLE,
    Permissions,
    everyone,
    fifo,
    generated,
    identity,
    key_allows,
    key_of,
    literal,
    managed_key,
    only,
    plain_arn,
    same_one,
    spelled,
    together,
)
from ..policies.policy import documents
from ..templates.template import scanned
from ..vocabulary import (
    ABSENT,
    EndsWith,
    IsNot,
    Limit,
    Not,
    OneOf,
    Present,
    Rule,
    Violation,
    as_list,
    grouped,
    is_unknown,
    number,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Target
    from ..view import View

TOPIC = "AWS::SNS::Topic"
SUBSCRIPTION = "AWS::SNS::Subscription"
POLICY = "AWS::SNS::TopicPolicy"
QUEUE = "AWS::SQS::Queue"
CONSTRUCT = "awsdeck::SNSTopic"

PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
RAW_PROTOCOLS = ("sqs", "http", "https", "firehose")
LARGE_PROTOCOLS = ("sqs", "lambda", "firehose")
_MESSAGE = Limit(TOPIC_MESSAGE_DEFAULT, TOPIC_MESSAGE_MOST, "2026-10")
_MOVED = f" (AWS allows up to {grouped(_MESSAGE.current)} with max_message_size: use limits='current')"
_FIFO_NAME = EndsWith(".fifo")
_FIFO_ONLY = ("ContentBasedDeduplication", "ArchivePolicy", "FifoThroughputScope")

_ENDPOINTS = {
    # protocol: how the endpoint begins, the whole of it, in words
    "sqs": (r"arn:aws:sqs:", r"arn:aws:sqs:[^:]*:[^:]*:.+", "the ARN of a queue"),
    "lambda": (
        r"arn:aws:lambda:",
        r"arn:aws:lambda:[^:]*:[^:]*:function:.+",
        "the ARN of a function, version or alias",
    ),
    "firehose": (
        r"arn:aws:firehose:",
        r"arn:aws:firehose:[^:]*:[^:]*:deliverystream/.+",
        "the ARN of a delivery stream",
    ),
    "application": (r"arn:aws:sns:", r"arn:aws:sns:[^:]*:[^:]*:endpoint/.+", "the ARN of an application endpoint"),
    "http": (r"http://", r"http://.+", "a URL that begins with http://"),
    "https": (r"https://", r"https://.+", "a URL that begins with https://"),
    "email": (r"", r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "email-json": (r"", r"[^@\s]+@[^@\s]+", "an e-mail address"),
    "sms": (r"", r"\+[1-9]\d{1,14}", "a phone number such as +491701234567"),
}
_ATTRIBUTES: dict[tuple[str, str], tuple[str | None, ...]] = {
    # protocol and type: the attributes that are its endpoint (None is Ref)
    ("sqs", QUEUE): ("Arn",),
    ("lambda", "AWS::Lambda::Function"): ("Arn",),
    ("lambda", "AWS::Lambda::Alias"): (None, "AliasArn"),
    ("lambda", "AWS::Lambda::Version"): (None, "FunctionArn"),
    ("firehose", "AWS::KinesisFirehose::DeliveryStream"): ("Arn",),
}
_REF_IS_ARN = (TOPIC, "AWS::Lambda::Alias", "AWS::Lambda::Version")
_ENDPOINT_TYPES = {type for _, type in _ATTRIBUTES} | {TOPIC, "AWS::S3::Bucket", "AWS::DynamoDB::Table"}


# Subscriptions, alone or inside their topic


class Subscribed:
    """One subscription: its resource, the path of its own properties, and these."""

    __slots__ = ("view", "path", "given")

    def __init__(self, view: View, path: tuple[str | int, ...], given: dict[str, Any]) -> None:
        self.view = view
        self.path = path
        self.given = given

    @property
    def protocol(self) -> str | None:
        return literal(self.given.get("Protocol"))

    @property
    def endpoint(self) -> Any:
        return self.given.get("Endpoint", ABSENT)

    def at(self, prop: str) -> tuple[str | int, ...]:
        return (*self.path, prop)


def subscriptions(view: View) -> Iterator[Subscribed]:
    """The subscriptions that a Subscription is, or that a Topic holds, in one world."""
    if view.type == SUBSCRIPTION:
        yield Subscribed(view, (), view.properties)
        return
    for index, item in enumerate(as_list(view.get("Subscription"))):
        if isinstance(item, dict) and not is_unknown(item):
            yield Subscribed(view, ("Subscription", index), item)


def _every_subscription(graph: Graph) -> list[tuple[Subscribed, View | None, Target | None]]:
    """Every subscription of a graph in every world, with its topic and its endpoint where they are in the graph."""
    return graph.kept(_subscriptions)


def _subscriptions(graph: Graph) -> list[tuple[Subscribed, View | None, Target | None]]:
    every = []
    for view in graph.of(SUBSCRIPTION, TOPIC):
        if view.type == TOPIC and not view.has("Subscription"):
            continue
        for world in (view if view.type == SUBSCRIPTION else only(view, "Subscription")).worlds():
            for one in subscriptions(world):
                if view.type == TOPIC:
                    topic: View | None = view
                else:
                    found = graph.target(view, one.given.get("TopicArn"))
                    topic = found.view if found is not None and found.view.type == TOPIC else None
                every.append((one, topic, graph.target(view, one.endpoint)))
    return every


def _protocol(view: View) -> Iterator[Violation]:
    for one in subscriptions(view):
        protocol = one.given.get("Protocol")
        if protocol is not None and not is_unknown(protocol) and protocol not in PROTOCOLS:
            yield Violation(one.at("Protocol"), value=protocol, allowed=", ".join(PROTOCOLS))
        if one.endpoint is ABSENT and view.type == SUBSCRIPTION:
            yield Violation(
                one.at("Endpoint"),
                severity="warning",
                message="a subscription without an endpoint reaches nobody",
                fix="set Endpoint",
            )


def _endpoint(view: View) -> Iterator[Violation]:
    for one in subscriptions(view):
        protocol = one.protocol
        if protocol == "firehose" and "SubscriptionRoleArn" not in one.given:
            inline = view.type == TOPIC
            yield Violation(
                one.at("SubscriptionRoleArn") if not inline else one.path,
                message="a firehose subscription needs a role that SNS assumes to write",
                fix="make it an AWS::SNS::Subscription with SubscriptionRoleArn"
                if inline
                else "set SubscriptionRoleArn",
            )
        written = spelled(one.endpoint)
        if protocol not in _ENDPOINTS or written is None or written.startswith("${"):
            continue
        begins, whole, words = _ENDPOINTS[protocol]
        plain = plain_arn(written)
        if re.match(begins, plain) if "${" in plain else re.fullmatch(whole, plain):
            continue
        if "${" in plain and len(plain.split("${", 1)[0]) < len(begins) and begins.startswith(plain.split("${", 1)[0]):
            continue
        yield Violation(
            one.at("Endpoint"),
            severity="warning" if protocol == "sms" else None,
            value=written,
            protocol=protocol,
            allowed=words,
        )


def _endpoint_reference(graph: Graph) -> Iterator[Violation]:
    for one, _topic, found in _every_subscription(graph):
        protocol = one.protocol
        if found is None or protocol not in _ENDPOINTS or found.view.type not in _ENDPOINT_TYPES:
            continue
        fits = _ATTRIBUTES.get((protocol, found.view.type))
        if fits is not None and found.attribute in fits:
            continue
        arn = str(found.attribute).endswith("Arn") or (found.attribute is None and found.view.type in _REF_IS_ARN)
        if protocol not in ("sqs", "lambda", "firehose") and not arn:
            continue
        yield Violation(
            one.at("Endpoint"),
            view=one.view,
            protocol=protocol,
            given=f"{found.attribute or 'Ref'} of {found.view.id}",
            allowed=_ENDPOINTS[protocol][2],
        )


# Topics


def _kind_and_name(view: View) -> Iterator[Violation]:
    given, name = view.get("FifoTopic"), view.get("TopicName")
    if not is_unknown(given):
        first_in = truth(given) is True
        ends = None if name is ABSENT else _FIFO_NAME(name, view.mode)
        if ends is not None and ends is not first_in:
            yield Violation(
                ("TopicName",),
                message="the name of a FIFO topic ends in .fifo"
                if first_in
                else "a name that ends in .fifo is for FIFO topics alone",
                fix="add .fifo to the name, or leave TopicName out"
                if first_in
                else "set FifoTopic: true, or drop .fifo from the name",
                value=spelled(name),
            )
        for prop in _FIFO_ONLY if not first_in else ():
            value = view.get(prop)
            if value is ABSENT or is_unknown(value):
                continue
            off = prop == "ContentBasedDeduplication" and truth(value) is False
            yield Violation((prop,), severity="warning" if off else None)
    written = literal(name)
    if written is not None and re.fullmatch(r"(?!.{257})[A-Za-z0-9_-]+(\.fifo)?", written) is None:
        yield Violation(
            ("TopicName",),
            message="a topic name has 1 to 256 letters, digits, hyphens and underscores, .fifo included",
            fix="choose such a name, or leave TopicName out",
            value=written,
            allowed="1 to 256 of A-Z a-z 0-9 _ -, and .fifo at the end",
        )


def _fifo_delivery(graph: Graph) -> Iterator[Violation]:
    if not any(b"Fifo" in scanned(member) or b".fifo" in scanned(member) for member in graph.members):
        return
    for one, topic, found in _every_subscription(graph):
        queue = found.view if found is not None and found.view.type == QUEUE else None
        first_in = _fifo_topic(one, topic)
        if first_in is True and one.protocol not in ("sqs", None):
            yield Violation(
                one.at("Protocol"),
                view=one.view,
                message="a FIFO topic only delivers to queues, not to {protocol}",
                fix="put a queue between the topic and the consumer, or use a standard topic",
                protocol=one.protocol,
                allowed="sqs",
            )
        if one.protocol != "sqs":
            continue
        arn = literal(one.endpoint) or ""
        if queue is not None and topic is not None:
            standard = any(
                fifo(worlds[1]) is False and fifo(worlds[2]) is True
                for worlds in together(one.view, only(topic, "FifoTopic"), only(queue, "FifoQueue"))
            )
        elif queue is not None:
            standard = first_in is False and fifo(queue) is True
        else:
            standard = first_in is False and arn.startswith("arn:") and arn.endswith(".fifo")
        if standard:
            yield Violation(one.at("Endpoint"), view=one.view, queue=queue.id if queue is not None else arn)


def _fifo_topic(one: Subscribed, topic: View | None) -> bool | None:
    if topic is not None:
        kinds = {fifo(worlds[1]) for worlds in together(one.view, only(topic, "FifoTopic"))}
        return kinds.pop() if len(kinds) == 1 else None
    arn = literal(one.given.get("TopicArn")) or ""
    return arn.endswith(".fifo") if arn.startswith("arn:") else None


# Who may deliver


def _queue_permission(graph: Graph) -> Iterator[Violation]:
    for one, topic, found in _every_subscription(graph):
        if one.protocol != "sqs" or topic is None or found is None or found.view.type != QUEUE:
            continue
        queue = found.view
        if generated(one.view, queue):
            continue
        permissions = graph.kept(Permissions)
        verdict, _granting = permissions.granted("sns", "sqs:SendMessage", queue, topic)
        if verdict is False:
            yield Violation(one.at("Endpoint"), view=one.view, topic=topic.id, queue=queue.id)
        if managed_key(queue):
            yield Violation(
                one.at("Endpoint"),
                view=one.view,
                message="{queue} is encrypted with AWS's own key, which SNS may not use: messages get lost",
                fix="encrypt {queue} with SQS's own keys (SqsManagedSseEnabled) or a customer key that sns.amazonaws.com "
                "may use",
                queue=queue.id,
            )
        key = key_of(queue, queue.get("KmsMasterKeyId"))
        if key is not None and key_allows(key, "sns", "kms:GenerateDataKey", "kms:Decrypt") is False:
            yield Violation(
                one.at("Endpoint"),
                view=one.view,
                message="{queue} is encrypted with {key}, whose policy does not let SNS use it: messages get lost",
                fix="allow sns.amazonaws.com kms:GenerateDataKey and kms:Decrypt in the policy of {key}",
                queue=queue.id,
                key=key.id,
            )


def _function_permission(graph: Graph) -> Iterator[Violation]:
    for one, topic, found in _every_subscription(graph):
        if one.protocol != "lambda" or topic is None or found is None or found.view.type not in INVOCABLE:
            continue
        if generated(one.view, found.view):
            continue
        permissions = graph.kept(Permissions)
        if permissions.granted("sns", "lambda:InvokeFunction", found.view, topic)[0] is False:
            yield Violation(one.at("Endpoint"), view=one.view, function=found.view.id)


def _policy(view: View) -> Iterator[Violation]:
    for path, value in view.values("Topics/*"):
        written = spelled(value)
        if written is not None and (written.endswith(".TopicName}") or not written.startswith(("arn:", "${"))):
            yield Violation(
                path,
                severity="error",
                message="Topics takes the ARNs of topics, not their names",
                fix="use Ref of the topic, which is its ARN",
                value=written,
            )
    for statement in (statement for document in documents(view) for statement in document.statements):
        if statement.body.get("Effect") == "Allow" and everyone(statement) and not statement.body.get("Condition"):
            yield Violation(statement.path)
        for action in statement.all("Action"):
            written = literal(action)
            if written is not None and ":" in written and not written.lower().startswith("sns:"):
                yield Violation(
                    statement.at("Action"),
                    severity="error",
                    message="SNS refuses a topic policy with actions of other services, such as {action}",
                    fix="name actions that begin with sns:",
                    action=written,
                )


def _policies_of_one_topic(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[object, ...], View] = {}
    for policy in graph.of(POLICY):
        for path, value in policy.values("Topics/*"):
            found, written = graph.target(policy, value), literal(value)
            if found is None and written is None:
                continue
            first = seen.setdefault((id(found.view),) if found is not None else (written,), policy)
            if first is not policy and not (policy.member is not None and policy.member.exclusive(first, policy)):
                yield Violation(path, view=policy, other=first.id)


def _unheard(graph: Graph) -> Iterator[Violation]:
    heard: set[int] = set()
    for view in graph.of(SUBSCRIPTION):
        for _path, value in view.values("TopicArn"):
            found = graph.target(view, value)
            if found is not None:
                heard.add(id(found.view))
            elif literal(value) is None:
                return
    for topic in graph.of(TOPIC):
        if id(topic) not in heard and not topic.properties.get("Subscription") and not generated(topic):
            yield Violation((), view=topic)


# What a subscription asks for


def _options(view: View) -> Iterator[Violation]:
    for one in subscriptions(view):
        if "RawMessageDelivery" in one.given and one.protocol in PROTOCOLS and one.protocol not in RAW_PROTOCOLS:
            yield Violation(
                one.at("RawMessageDelivery"),
                severity="error",
                message="{protocol} does not support raw message delivery, not even as false",
                fix="leave RawMessageDelivery out",
                protocol=one.protocol,
                allowed=", ".join(RAW_PROTOCOLS),
            )
        scope = one.given.get("FilterPolicyScope", ABSENT)
        if scope is not ABSENT and not is_unknown(scope) and scope not in ("MessageAttributes", "MessageBody"):
            yield Violation(
                one.at("FilterPolicyScope"),
                message="a filter policy looks at the attributes or at the body of a message",
                value=scope,
                allowed="MessageAttributes, MessageBody",
            )
        policy = one.given.get("FilterPolicy")
        if isinstance(policy, str) and "{{resolve:" not in policy:
            try:
                policy = json.loads(policy)
            except ValueError:
                continue
        if isinstance(policy, dict) and not is_unknown(policy):
            yield from _filter_values(one, policy)
            if "$or" not in policy:
                yield from _filter(one, policy)


def _filter_values(one: Subscribed, policy: dict[str, Any]) -> Iterator[Violation]:
    for key, value in policy.items():
        if not isinstance(value, list | dict) and value is not None and not is_unknown(value):
            yield Violation(
                one.at("FilterPolicy"),
                severity="error",
                message="a filter policy lists the values of {key}, and {given} is no list",
                fix=f"write {json.dumps(str(key))}: [{json.dumps(value, default=str)}]",
                key=key,
                given=value,
            )


def _filter(one: Subscribed, policy: dict[str, Any]) -> Iterator[Violation]:
    if len(policy) > 5:
        yield Violation(
            one.at("FilterPolicy"),
            message="a filter policy has at most 5 attribute names, this one has {count}",
            fix="filter on fewer attributes",
            count=len(policy),
        )
    combinations = _combinations(policy, 1)
    if combinations is not None and combinations > 150:
        yield Violation(
            one.at("FilterPolicy"),
            message="a filter policy allows at most 150 combinations of values, this one has {count}",
            fix="list fewer values",
            count=combinations,
        )


def _combinations(value: Any, depth: int) -> int | None:
    """The product of how many values each attribute lists, each times how deep it stands."""
    if is_unknown(value):
        return None
    if isinstance(value, list):
        return None if any(is_unknown(item) for item in value) else max(len(value), 1) * depth
    if not isinstance(value, dict) or "$or" in value:
        return None
    product = 1
    for item in value.values():
        inner = _combinations(item, depth + 1 if isinstance(item, dict) else depth)
        if inner is None:
            return None
        product *= inner
    return product


def _twice(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[object, ...], list[Subscribed]] = {}
    for one, topic, _found in _every_subscription(graph):
        arn = literal(one.given.get("TopicArn"))
        endpoint = spelled(one.endpoint)
        if endpoint is None or one.protocol is None or (topic is None and arn is None):
            continue
        member = id(one.view.member) if "${" in endpoint else 0
        key = (identity(topic) if topic is not None else arn, one.protocol, endpoint, member)
        for other in seen.setdefault(key, []):
            same_world = one.view is other.view
            if same_world or (
                not same_one(one.view, other.view) and next(together(one.view, other.view), None) is not None
            ):
                yield Violation(
                    one.at("Endpoint"), view=one.view, other=other.view.id, endpoint=endpoint, protocol=one.protocol
                )
                break
        seen[key].append(one)


# Sizes


def _planned_size(view: View) -> Iterator[Violation]:
    size, sms = number(view.get("message_bytes")), number(view.get("sms_bytes"))
    limit = TOPIC_MESSAGE_DEFAULT
    if view.mode == "current":
        limit = int(number(view.get("max_message_size")) or TOPIC_MESSAGE_DEFAULT)
    if size is not None and size > limit:
        hint = "" if size > TOPIC_MESSAGE_MOST or view.mode == "current" else _MOVED
        yield Violation(
            ("message_bytes",),
            message="a planned message is larger than the {limit} bytes that this topic takes" + hint,
            allowed=f"at most {grouped(limit)} bytes",
            value=int(size),
            limit=limit,
        )
    if sms is not None and sms > SMS_PART:
        yield Violation(
            ("sms_bytes",),
            message="a text message of more than {part} bytes is split and paid for in parts",
            fix="shorten it",
            value=int(sms),
            part=SMS_PART,
        )


def _large_topics(graph: Graph) -> Iterator[Violation]:
    large = {
        identity(topic): topic
        for topic in graph.of(TOPIC)
        for _path, size in topic.values("MaximumMessageSize")
        if (number(size) or 0) > TOPIC_MESSAGE_DEFAULT
    }
    if not large:
        return
    count: dict[tuple[int, str], set[tuple[object, ...]]] = {}
    for one, topic, _found in _every_subscription(graph):
        if topic is None or identity(topic) not in large:
            continue
        count.setdefault(identity(topic), set()).add((one.view.id, one.path))
        if one.protocol in PROTOCOLS and one.protocol not in LARGE_PROTOCOLS:
            yield Violation(one.at("Protocol"), view=one.view, topic=topic.id, protocol=one.protocol)
    for body, found in count.items():
        if len(found) > TOPIC_LARGE_SUBSCRIPTIONS:
            yield Violation(
                ("MaximumMessageSize",),
                view=large[body],
                message="a topic with messages over 256 KB has at most {most} subscriptions, this one has {count}",
                fix="lower MaximumMessageSize to 262144",
                most=TOPIC_LARGE_SUBSCRIPTIONS,
                count=len(found),
            )


# The rules


_ARN = {"Fn::GetAtt": ["Work", "Arn"]}


def _subscribed(protocol: str, endpoint: Any, **more: Any) -> dict[str, Any]:
    return {"TopicArn": {"Ref": "Placed"}, "Protocol": protocol, "Endpoint": endpoint, **more}


def _example(subscription: dict[str, Any], topic: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Placed": {"Type": TOPIC, "Properties": topic or {}},
            "Sub": {"Type": SUBSCRIPTION, "Properties": subscription},
            "Work": {"Type": QUEUE, "Properties": {}},
            **resources,
        }
    }


_FIFO_WORK = {"Type": QUEUE, "Properties": {"FifoQueue": True}}
_WORKER = {"Type": "AWS::Lambda::Function", "Properties": {"Role": "arn:aws:iam::123456789012:role/r", "Code": {}}}
_FROM_PLACED = {"ArnEquals": {"aws:SourceArn": {"Ref": "Placed"}}}


def _example_queue_policy(principal: str) -> dict[str, Any]:
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Work"}],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": principal},
                        "Action": "sqs:SendMessage",
                        "Resource": _ARN,
                        "Condition": _FROM_PLACED,
                    }
                ],
            },
        },
    }


def _example_permission(principal: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "Worker"},
            "Action": "lambda:InvokeFunction",
            "Principal": principal,
            "SourceArn": {"Ref": "Placed"},
        },
    }


def _example_policy(topic: Any, **statement: Any) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": {"Ref": "Placed"}, **statement}
    return {"Topics": [topic], "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]}}


_FROM_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
_POLICY_OF_PLACED = {"Type": POLICY, "Properties": _example_policy({"Ref": "Placed"}, Condition=_FROM_ACCOUNT)}
_PLACED = {"Type": TOPIC, "Properties": {}}
_INVOKE = {"Fn::GetAtt": ["Worker", "Arn"]}
_MANAGED_WORK = {"Type": QUEUE, "Properties": {"KmsMasterKeyId": "alias/aws/sqs"}}

RULES = (
    Rule(
        "SNS001", (SUBSCRIPTION, TOPIC), "error",
        "SNS knows no such protocol",
        check=_protocol,
        fix="use one of {allowed}",
        source="SNS API Reference, Subscribe; course notes, SNS",
        good=_subscribed("email", "a@example.com"),
        bad=(_subscribed("mail", "a@example.com"), {"TopicArn": {"Ref": "Placed"}, "Protocol": "email"}),
    ),
    Rule(
        "SNS002", (SUBSCRIPTION, TOPIC), "error",
        "the endpoint of {protocol} is {allowed}",
        check=_endpoint,
        source="SNS API Reference, Subscribe",
        good=(
            _subscribed("https", "https://example.com/in"),
            _subscribed("sqs", "arn:aws:sqs:eu-west-1:123456789012:orders"),
            _subscribed("sms", "+491701234567"),
        ),
        bad=(
            _subscribed("https", "http://example.com/in"),
            _subscribed("sqs", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders"),
            _subscribed("sms", "0170 1234567"),
            _subscribed("firehose", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/d"),
        ),
    ),
    Rule(
        "SNS002", (SUBSCRIPTION, TOPIC), "error",
        "the endpoint of {protocol} is {allowed}, and {given} is something else",
        scope="graph",
        check=_endpoint_reference,
        fix="use GetAtt Arn of a queue, function or delivery stream, or Ref of a Lambda alias or version",
        source="SNS API Reference, Subscribe; CloudFormation User Guide, AWS::SQS::Queue return values",
        good=(
            _example(_subscribed("sqs", _ARN)),
            _example(_subscribed("lambda", _INVOKE), Worker=_WORKER),
        ),
        bad=(
            _example(_subscribed("sqs", {"Ref": "Work"})),
            _example(_subscribed("lambda", {"Ref": "Worker"}), Worker=_WORKER),
        ),
    ),
    Rule(
        "SNS003", TOPIC, "error",
        "{prop} only works on a FIFO topic",
        check=_kind_and_name,
        fix="leave {prop} out, or make it a FIFO topic",
        source="SNS API Reference, CreateTopic; CloudFormation resource schema, AWS::SNS::Topic",
        good=({"TopicName": "t.fifo", "FifoTopic": True, "ContentBasedDeduplication": True}, {"TopicName": "t"}),
        bad=(
            {"TopicName": "t", "FifoTopic": True},
            {"TopicName": "t.fifo"},
            {"ContentBasedDeduplication": True},
            {"TopicName": "a b"},
        ),
    ),
    Rule(
        "SNS004", (SUBSCRIPTION, TOPIC), "error",
        "a standard topic cannot deliver to the FIFO queue {queue}",
        scope="graph",
        check=_fifo_delivery,
        fix="make the topic FIFO too, or the queue standard",
        source="SNS Developer Guide, Message delivery for FIFO topics",
        verified="docs",
        good=(
            _example(_subscribed("sqs", _ARN), {"FifoTopic": True}, Work=_FIFO_WORK),
            _example(_subscribed("sqs", _ARN), {"FifoTopic": True}),
        ),
        bad=(
            _example(_subscribed("sqs", _ARN), Work=_FIFO_WORK),
            _example(_subscribed("email", "a@example.com"), {"FifoTopic": True}),
        ),
    ),
    Rule(
        "SNS005", (SUBSCRIPTION, TOPIC), "warning",
        "{topic} may not send to {queue}: no queue policy allows it, and messages get lost",
        scope="graph",
        check=_queue_permission,
        fix="add a QueuePolicy for {queue} that allows sqs:SendMessage to sns.amazonaws.com with aws:SourceArn {topic}",
        source="SNS Developer Guide, Subscribing an Amazon SQS queue to an Amazon SNS topic",
        verified="docs",
        good=_example(_subscribed("sqs", _ARN), May=_example_queue_policy("sns.amazonaws.com")),
        bad=(
            _example(_subscribed("sqs", _ARN)),
            _example(_subscribed("sqs", _ARN), May=_example_queue_policy("s3.amazonaws.com")),
            _example(_subscribed("sqs", _ARN), May=_example_queue_policy("sns.amazonaws.com"), Work=_MANAGED_WORK),
        ),
    ),
    Rule(
        "SNS006", (SUBSCRIPTION, TOPIC), "warning",
        "SNS may not invoke {function}: no permission allows it, and messages get lost",
        scope="graph",
        check=_function_permission,
        fix="add an AWS::Lambda::Permission on {function} for sns.amazonaws.com with the topic as SourceArn",
        source="Lambda Developer Guide, Using Lambda with Amazon SNS",
        verified="docs",
        good=_example(_subscribed("lambda", _INVOKE), Worker=_WORKER, May=_example_permission("sns.amazonaws.com")),
        bad=(
            _example(_subscribed("lambda", _INVOKE), Worker=_WORKER),
            _example(_subscribed("lambda", _INVOKE), Worker=_WORKER, May=_example_permission("s3.amazonaws.com")),
        ),
    ),
    Rule(
        "SNS007", POLICY, "warning",
        "this statement lets everybody use the topic",
        check=_policy,
        fix="name publishers and subscribers, or add a Condition such as aws:SourceArn",
        source="SNS Developer Guide, Example cases for access control; course notes, SNS",
        good=_example_policy({"Ref": "Placed"}, Condition=_FROM_ACCOUNT),
        bad=(
            _example_policy({"Ref": "Placed"}),
            _example_policy("placed", Condition=_FROM_ACCOUNT),
            _example_policy({"Ref": "Placed"}, Condition=_FROM_ACCOUNT, Action="sqs:SendMessage"),
        ),
    ),
    Rule(
        "SNS007", POLICY, "warning",
        "{other} already gives this topic a policy, and the later of the two replaces the other",
        scope="graph",
        check=_policies_of_one_topic,
        fix="put all statements into one TopicPolicy",
        source="SNS API Reference, SetTopicAttributes",
        good={"Resources": {"Placed": _PLACED, "First": _POLICY_OF_PLACED}},
        bad={"Resources": {"Placed": _PLACED, "First": _POLICY_OF_PLACED, "Second": _POLICY_OF_PLACED}},
    ),
    Rule(
        "SNS008", TOPIC, "info",
        "nobody subscribes to this topic, and only subscribers get its messages",
        scope="graph",
        check=_unheard,
        fix="add a subscription",
        source="SNS Developer Guide, What is Amazon SNS; course notes, SNS",
        verified="docs",
        good={"Type": TOPIC, "Properties": {"Subscription": [{"Protocol": "email", "Endpoint": "a@example.com"}]}},
        bad={"Type": TOPIC, "Properties": {}},
    ),
    Rule(
        "SNS009", (SUBSCRIPTION, TOPIC), "warning",
        "SNS does not take this subscription",
        check=_options,
        source="SNS Developer Guide, Filter policy constraints; SNS API Reference, Subscribe",
        verified="docs",
        good=_subscribed("sqs", _ARN, RawMessageDelivery=True, FilterPolicy={"kind": ["a", "b"]}),
        bad=(
            _subscribed("email", "a@example.com", RawMessageDelivery=True),
            _subscribed("sqs", _ARN, FilterPolicy={name: ["x"] for name in "abcdef"}),
            _subscribed("sqs", _ARN, FilterPolicy={"a": [str(n) for n in range(151)]}),
            _subscribed("sqs", _ARN, FilterPolicyScope="Body"),
        ),
    ),
    Rule(
        "SNS009", (SUBSCRIPTION, TOPIC), "warning",
        "{other} already subscribes {endpoint} to this topic with {protocol}",
        scope="graph",
        check=_twice,
        fix="keep one of the two",
        source="SNS API Reference, Subscribe",
        verified="docs",
        good=_example(
            _subscribed("email", "a@example.com"),
            Other={"Type": SUBSCRIPTION, "Properties": _subscribed("email", "b@example.com")},
        ),
        bad=_example(
            _subscribed("email", "a@example.com"),
            {"Subscription": [{"Protocol": "email", "Endpoint": "a@example.com"}]},
        ),
    ),
    Rule(
        "SNS010", CONSTRUCT, "info",
        "a planned message is larger than this topic takes",
        scope="construct",
        check=_planned_size,
        fix="keep larger payloads in S3 and publish a pointer to them",
        limit=_MESSAGE,
        source="SNS API Reference, Publish",
        good=({"message_bytes": 200_000}, {"sms_bytes": 140}),
        bad=({"message_bytes": 300_000}, {"sms_bytes": 141}),
    ),
    Rule(
        "SNS010", TOPIC, "warning",
        "{topic} takes messages over 256 KB, and {protocol} cannot deliver those",
        scope="graph",
        check=_large_topics,
        fix="lower MaximumMessageSize of {topic} to 262144, or subscribe through a queue",
        source="SNS API Reference, CreateTopic",
        good=_example(_subscribed("sqs", _ARN), {"MaximumMessageSize": 1_048_576}),
        bad=_example(_subscribed("email", "a@example.com"), {"MaximumMessageSize": 1_048_576}),
    ),
    Rule(
        "SNS011", CONSTRUCT, "error",
        "a topic pushes its messages to subscribers, it cannot be polled",
        scope="construct",
        then={"pull": IsNot(True)},
        fix="subscribe an SQSQueue to the topic and poll that",
        source="SNS Developer Guide, Fanout scenarios; course notes, SNS",
        verified="docs",
        good=({"pull": False}, {}),
        bad={"pull": True},
    ),
    Rule(
        "SNS012", CONSTRUCT, "warning",
        "mail to customers ({value}) is what SES is for: whoever gets it from a topic must subscribe and confirm first",
        scope="construct",
        when={"purpose": Present()},
        then={"purpose": Not(OneOf("confirmation", "notification", "newsletter", "marketing"))},
        fix="send it with SES (SESIdentity); keep the topic for programs and operators",
        source="course notes, SES versus SNS; SNS Developer Guide, Email notifications",
        verified="notes",
        good=({"purpose": "fan-out"}, {}),
        bad={"purpose": "newsletter"},
    ),
)  # fmt: skip
