"""Amazon SQS: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..limits import (
    BATCH_MOST,
    DAY,
    FIFO_CALLS,
    FIFO_CALLS_FAST,
    FIFO_CALLS_FAST_ELSEWHERE,
    QUEUE_MESSAGE_LEAST,
    QUEUE_MESSAGE_MOST,
    RETENTION_DEFAULT,
    RETENTION_LEAST,
    RETENTION_MOST,
    VISIBILITY_DEFAULT,
    VISIBILITY_MOST,
)
from ..policies.access import everyone, literal, spelled
from ..policies.policy import documents
from ..vocabulary import (
    ABSENT,
    Between,
    EndsWith,
    Is,
    IsNot,
    Matches,
    OneOf,
    Present,
    Rule,
    Stacks,
    Unset,
    Violation,
    grouped,
    is_unknown,
    number,
    truth,
)
from .redrive import dead_letter, dead_letter_retention, sources_allowed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

QUEUE = "AWS::SQS::Queue"
POLICY = "AWS::SQS::QueuePolicy"
CONSTRUCT = "awsdeck::SQSQueue"

_MESSAGE_SIZE = Between(QUEUE_MESSAGE_LEAST, QUEUE_MESSAGE_MOST, "bytes")
_FIFO_NAME = EndsWith(".fifo")


def _message_size(view: View) -> Iterator[Violation]:
    value = view.get("MaximumMessageSize")
    if _MESSAGE_SIZE(value, view.mode) is not False:
        return
    allowed = _MESSAGE_SIZE.allowed(view.mode)
    if view.mode == "documented" and _MESSAGE_SIZE(value, "current") is True:
        yield Violation(
            ("MaximumMessageSize",),
            severity="warning",
            message="messages larger than 256 KB go beyond the course notes (AWS allows up to {today} bytes since {since}: "
            "use limits='current')",
            allowed=allowed,
            value=value,
            today=QUEUE_MESSAGE_MOST.current,
            since=QUEUE_MESSAGE_MOST.as_of,
        )
    else:
        yield Violation(("MaximumMessageSize",), allowed=allowed, value=value)


def _kind_and_name(view: View) -> Iterator[Violation]:
    given, name = view.get("FifoQueue"), view.get("QueueName")
    ends = None if name is ABSENT else _FIFO_NAME(name, view.mode)
    if truth(given) is True:
        if ends is False:
            yield Violation(
                ("QueueName",),
                message="the name of a FIFO queue ends in .fifo",
                fix="add .fifo to the name, or leave QueueName out",
                value=literal(name) or spelled(name),
            )
    elif truth(given) is False and ends is not True:
        yield Violation(
            ("FifoQueue",),
            message="SQS does not know FifoQueue on a standard queue, not even as false",
            fix="leave FifoQueue out (in an Fn::If: AWS::NoValue)",
        )
    elif (given is ABSENT or truth(given) is False) and ends is True:
        yield Violation(
            ("QueueName",),
            message="a name that ends in .fifo is for FIFO queues alone",
            fix="set FifoQueue: true, or drop .fifo from the name",
            value=literal(name) or spelled(name),
        )


def _high_throughput(view: View) -> Iterator[Violation]:
    limit, scope = view.get("FifoThroughputLimit"), view.get("DeduplicationScope")
    if limit == "perMessageGroupId" and not is_unknown(scope) and scope != "messageGroup":
        yield Violation(
            ("DeduplicationScope",),
            message="a throughput limit for each message group needs deduplication for each message group too",
            fix="set DeduplicationScope: messageGroup, or leave FifoThroughputLimit out",
            allowed="messageGroup",
        )


def _throughput(view: View) -> Iterator[Violation]:
    rate, batch = number(view.get("expected_tps")), number(view.get("batch_size")) or 1
    if truth(view.get("fifo")) is not True or rate is None:
        return
    if truth(view.get("high_throughput")) is True:
        region = view.get("region")
        limit = (
            FIFO_CALLS_FAST.get(region, FIFO_CALLS_FAST_ELSEWHERE)
            if isinstance(region, str) and not is_unknown(region) and "${" not in region
            else max(FIFO_CALLS_FAST.values())
        )
    else:
        limit = FIFO_CALLS
    if rate / min(max(batch, 1), BATCH_MOST) > limit:
        yield Violation(("expected_tps",), value=rate, limit=limit, allowed=f"at most {grouped(limit)} calls a second")


def _same_name(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[object, ...], View] = {}
    for queue in graph.of(QUEUE):
        member, name = queue.member, literal(queue.get("QueueName"))
        if member is None or name is None:
            continue
        if member.region is None:
            continue
        first = seen.setdefault((member.region, member.account, name), queue)
        if first.member is not None and first.member is not member:
            yield Violation(("QueueName",), view=queue, value=name, other=first.id, stack=first.member.name)


def _task_time(view: View) -> Iterator[Violation]:
    task = number(view.get("task_seconds"))
    visible = number(view.get("visibility_timeout", VISIBILITY_DEFAULT))
    if task is None:
        return
    if task > VISIBILITY_MOST:
        yield Violation(
            ("task_seconds",),
            severity="error",
            message="no message can be worked on for longer than 12 hours",
            fix="split the task, or keep its state outside the queue",
            allowed=f"at most {grouped(VISIBILITY_MOST)} seconds",
            value=task,
        )
    elif visible is not None and task > visible:
        yield Violation(
            ("visibility_timeout",), task=task, visible=visible, allowed=f"at least {grouped(task)} seconds"
        )


def _delivery(view: View) -> Iterator[Violation]:
    if is_unknown(view.get("fifo")) or truth(view.get("fifo")) is True:
        return
    if truth(view.get("needs_order")) is True:
        yield Violation(("needs_order",), message="a standard queue keeps the order of messages only as a best effort")
    if truth(view.get("idempotent")) is False:
        yield Violation(("idempotent",), message="a standard queue may deliver a message more than once")


def _policy(view: View) -> Iterator[Violation]:
    for path, value in view.values("Queues/*"):
        written = spelled(value) or ""
        if written.startswith("arn:") or written.endswith(".Arn}"):
            yield Violation(
                path,
                severity="error",
                message="Queues takes the URLs of queues, not their ARNs",
                fix="use Ref of the queue, which is its URL",
            )
    for statement in (statement for document in documents(view) for statement in document.statements):
        if statement.body.get("Effect") == "Allow" and everyone(statement) and not statement.body.get("Condition"):
            yield Violation(statement.path)


def _policies_of_one_queue(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[object, ...], View] = {}
    for policy in graph.of(POLICY):
        for path, value in policy.values("Queues/*"):
            found = graph.target(policy, value)
            written = literal(value)
            if found is None and written is None:
                continue
            key = ("resource", id(found.view)) if found is not None else ("url", written)
            first = seen.setdefault(key, policy)
            if first is policy or (policy.member is not None and policy.member.exclusive(first, policy)):
                continue
            yield Violation(
                path,
                view=policy,
                other=first.id,
            )


def _example_pair(source: dict[str, Any], dead: dict[str, Any]) -> dict[str, Any]:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5}
    return {
        "Resources": {
            "Orders": {"Type": QUEUE, "Properties": {"RedrivePolicy": redrive, **source}},
            "Dead": {"Type": QUEUE, "Properties": dead},
        }
    }


def _example_policy(queue: Any, **statement: Any) -> dict[str, Any]:
    return {
        "Queues": [queue],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "sqs:SendMessage",
                    "Resource": {"Fn::GetAtt": ["Orders", "Arn"]},
                    **statement,
                }
            ],
        },
    }


_FROM_ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
_QUEUE = {"Type": QUEUE, "Properties": {}}
_NAMED = {"Resources": {"Orders": {"Type": QUEUE, "Properties": {"QueueName": "orders"}}}}
_POLICY_OF_ORDERS = {"Type": POLICY, "Properties": _example_policy({"Ref": "Orders"}, Condition=_FROM_ACCOUNT)}
_FIFO_ONLY = ("ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")

RULES = (
    Rule(
        "SQS001", QUEUE, "error",
        "a queue keeps messages from 1 minute to 14 days",
        then={"MessageRetentionPeriod": Between(RETENTION_LEAST, RETENTION_MOST, "seconds")},
        source="SQS Developer Guide, Message quotas; course notes, SQS",
        good=({"MessageRetentionPeriod": RETENTION_MOST}, {"MessageRetentionPeriod": "60"}),
        bad=({"MessageRetentionPeriod": 30}, {"MessageRetentionPeriod": RETENTION_MOST + 1}),
    ),
    Rule(
        "SQS002", QUEUE, "error",
        "a message stays invisible for 0 seconds to 12 hours after it is received",
        then={"VisibilityTimeout": Between(0, VISIBILITY_MOST, "seconds")},
        source="SQS Developer Guide, Visibility timeout; course notes, SQS",
        good={"VisibilityTimeout": VISIBILITY_MOST},
        bad={"VisibilityTimeout": 50_000},
    ),
    Rule(
        "SQS003", QUEUE, "error",
        "MaximumMessageSize is outside what SQS takes",
        when={"MaximumMessageSize": Present()},
        check=_message_size,
        fix="keep larger payloads in S3 and send a pointer to them",
        limit=QUEUE_MESSAGE_MOST,
        source="SQS API Reference, CreateQueue; course notes, SQS",
        good={"MaximumMessageSize": 262_144},
        bad=({"MaximumMessageSize": 512}, {"MaximumMessageSize": 1_048_577}),
    ),
    Rule(
        "SQS004", QUEUE, "error",
        "{prop} is outside what SQS takes",
        then={
            "DelaySeconds": Between(0, 900, "seconds"),
            "ReceiveMessageWaitTimeSeconds": Between(0, 20, "seconds"),
            "KmsDataKeyReusePeriodSeconds": Between(60, DAY, "seconds"),
        },
        source="CloudFormation resource schema, AWS::SQS::Queue; SQS API Reference, SetQueueAttributes",
        good={"ReceiveMessageWaitTimeSeconds": 20, "DelaySeconds": 900, "KmsDataKeyReusePeriodSeconds": 60},
        bad=({"ReceiveMessageWaitTimeSeconds": 30}, {"DelaySeconds": 901}, {"KmsDataKeyReusePeriodSeconds": 59}),
    ),
    Rule(
        "SQS005", QUEUE, "error",
        "FifoQueue and a name in .fifo belong together",
        check=_kind_and_name,
        source="SQS API Reference, CreateQueue; SQS Developer Guide, FIFO queue quotas",
        good=({"QueueName": "orders.fifo", "FifoQueue": True}, {"QueueName": "orders"}),
        bad=(
            {"QueueName": "orders", "FifoQueue": True},
            {"QueueName": "orders.fifo"},
            {"FifoQueue": False},
        ),
    ),
    Rule(
        "SQS006", QUEUE, "error",
        "{prop} only works on a FIFO queue, not even false is taken elsewhere",
        when={"FifoQueue": IsNot(True)},
        then={name: Unset() for name in _FIFO_ONLY},
        fix="leave {prop} out, or make it a FIFO queue",
        source="SQS API Reference, CreateQueue",
        good={"FifoQueue": True, "ContentBasedDeduplication": True},
        bad=({"ContentBasedDeduplication": True}, {"ContentBasedDeduplication": False}),
    ),
    Rule(
        "SQS007", QUEUE, "error",
        "{prop} takes {allowed}",
        when={"FifoQueue": Is(True)},
        then={
            "FifoThroughputLimit": OneOf("perQueue", "perMessageGroupId"),
            "DeduplicationScope": OneOf("queue", "messageGroup"),
        },
        check=_high_throughput,
        source="SQS Developer Guide, High throughput for FIFO queues",
        good={"FifoQueue": True, "FifoThroughputLimit": "perMessageGroupId", "DeduplicationScope": "messageGroup"},
        bad=(
            {"FifoQueue": True, "FifoThroughputLimit": "perMessageGroupId"},
            {"FifoQueue": True, "DeduplicationScope": "group"},
        ),
    ),
    Rule(
        "SQS008", CONSTRUCT, "warning",
        "a FIFO queue takes {limit} calls a second for each action, and more are expected",
        scope="construct",
        check=_throughput,
        fix="send in batches (batch_size up to 10), set high_throughput, or use a standard queue",
        source="SQS Developer Guide, Message quotas; course notes, SQS",
        verified="docs",
        good=({"fifo": True, "expected_tps": 300}, {"fifo": True, "expected_tps": 3_000, "batch_size": 10}),
        bad={"fifo": True, "expected_tps": 500},
    ),
    Rule(
        "SQS009", QUEUE, "error",
        "a queue name has 1 to 80 letters, digits, hyphens and underscores, .fifo included",
        then={"QueueName": Matches(r"(?!.{81})[A-Za-z0-9_-]+(\.fifo)?", "1 to 80 of A-Z a-z 0-9 _ -, and .fifo at the end")},
        fix="choose such a name, or leave QueueName out",
        source="SQS API Reference, CreateQueue",
        good=({"QueueName": "a-b"}, {"QueueName": "a" * 75 + ".fifo", "FifoQueue": True}),
        bad=({"QueueName": "a b"}, {"QueueName": "a" * 76 + ".fifo", "FifoQueue": True}),
    ),
    Rule(
        "SQS009", QUEUE, "error",
        "{other} in {stack} already has this queue name in this account and region",
        scope="graph",
        check=_same_name,
        fix="choose another name, or leave QueueName out",
        source="SQS API Reference, CreateQueue",
        good=Stacks({"one": _NAMED, "two": _NAMED}, {"one": {"region": "eu-west-1"}, "two": {"region": "us-east-1"}}),
        bad=Stacks({"one": _NAMED, "two": _NAMED}, {"one": {"region": "eu-west-1"}, "two": {"region": "eu-west-1"}}),
    ),
    Rule(
        "SQS010", QUEUE, "error",
        "the dead-letter queue does not fit",
        scope="graph",
        check=dead_letter,
        source="SQS Developer Guide, Configuring a dead-letter queue; SQS API Reference, CreateQueue",
        verified="docs",
        good=_example_pair({"FifoQueue": True}, {"FifoQueue": True}),
        bad=(
            _example_pair({"FifoQueue": True}, {}),
            {"Type": QUEUE, "Properties": {"RedrivePolicy": {"maxReceiveCount": 5}}},
        ),
    ),
    Rule(
        "SQS011", QUEUE, "warning",
        "{dead} should keep messages for longer than {source}, whose {kept} seconds count from when a message was first "
        "sent",
        scope="graph",
        check=dead_letter_retention,
        fix="set MessageRetentionPeriod of {dead} to 1,209,600 (14 days)",
        source="SQS Developer Guide, Setting up dead-letter queue retention",
        verified="docs",
        good=_example_pair({}, {"MessageRetentionPeriod": RETENTION_MOST}),
        bad=_example_pair({}, {}),
    ),
    Rule(
        "SQS012", QUEUE, "info",
        "long polling costs less than asking an empty queue again and again",
        then={"ReceiveMessageWaitTimeSeconds": IsNot(0, default=0)},
        fix="set ReceiveMessageWaitTimeSeconds, up to 20",
        source="SQS Developer Guide, Short and long polling; course notes, SQS",
        good={"ReceiveMessageWaitTimeSeconds": 20},
        bad=({}, {"ReceiveMessageWaitTimeSeconds": 0}),
    ),
    Rule(
        "SQS013", CONSTRUCT, "warning",
        "a task of {task} seconds outlives the visibility timeout of {visible} seconds, and its message is delivered again",
        scope="construct",
        check=_task_time,
        fix="set visibility_timeout to more than the longest task",
        source="SQS Developer Guide, Visibility timeout; course notes, SQS",
        good={"task_seconds": 60, "visibility_timeout": 90},
        bad=({"task_seconds": 60}, {"task_seconds": 50_000, "visibility_timeout": VISIBILITY_MOST}),
    ),
    Rule(
        "SQS014", CONSTRUCT, "warning",
        "a standard queue delivers at least once, in no certain order",
        scope="construct",
        check=_delivery,
        fix="set fifo=True, or make the consumer indifferent to repeats and order",
        source="SQS Developer Guide, Standard queues; course notes, SQS",
        verified="docs",
        good=({"fifo": True, "needs_order": True}, {"idempotent": True}),
        bad=({"needs_order": True}, {"idempotent": False}),
    ),
    Rule(
        "SQS015", QUEUE, "error",
        "a queue is encrypted with a KMS key or with SQS's own key, not with both",
        when={"SqsManagedSseEnabled": Is(True)},
        then={"KmsMasterKeyId": Unset()},
        fix="leave KmsMasterKeyId or SqsManagedSseEnabled out",
        source="CloudFormation resource schema, AWS::SQS::Queue",
        good=({"KmsMasterKeyId": "alias/k"}, {"KmsMasterKeyId": "alias/k", "SqsManagedSseEnabled": False}),
        bad={"KmsMasterKeyId": "alias/k", "SqsManagedSseEnabled": True},
    ),
    Rule(
        "SQS016", POLICY, "warning",
        "this statement lets everybody use the queue",
        check=_policy,
        fix="name the principals, or add a Condition such as aws:SourceArn",
        source="SQS Developer Guide, Basic examples of SQS policies; CloudFormation resource schema, AWS::SQS::QueuePolicy",
        good=_example_policy({"Ref": "Orders"}, Condition=_FROM_ACCOUNT),
        bad=(
            _example_policy({"Ref": "Orders"}),
            _example_policy({"Fn::GetAtt": ["Orders", "Arn"]}, Condition=_FROM_ACCOUNT),
        ),
    ),
    Rule(
        "SQS016", POLICY, "warning",
        "{other} already gives this queue a policy, and the later of the two replaces the other",
        scope="graph",
        check=_policies_of_one_queue,
        fix="put all statements into one QueuePolicy",
        source="SQS API Reference, SetQueueAttributes",
        good={"Resources": {"Orders": _QUEUE, "First": _POLICY_OF_ORDERS}},
        bad={"Resources": {"Orders": _QUEUE, "First": _POLICY_OF_ORDERS, "Second": _POLICY_OF_ORDERS}},
    ),
    Rule(
        "SQS017", QUEUE, "info",
        "say how long messages are kept; left out it is 4 days",
        then={"MessageRetentionPeriod": Present()},
        fix="set MessageRetentionPeriod",
        source="SQS Developer Guide, Message quotas; course notes, SQS",
        good={"MessageRetentionPeriod": RETENTION_DEFAULT},
        bad={},
    ),
    Rule(
        "SQS018", QUEUE, "error",
        "redrivePermission is allowAll, byQueue or denyAll",
        scope="graph",
        check=sources_allowed,
        source="SQS API Reference, SetQueueAttributes, RedriveAllowPolicy",
        verified="docs",
        good=(
            {"RedriveAllowPolicy": {"redrivePermission": "allowAll"}},
            {"RedriveAllowPolicy": {
                "redrivePermission": "byQueue", "sourceQueueArns": ["arn:aws:sqs:eu-west-1:123456789012:orders"],
            }},
        ),
        bad=(
            {"RedriveAllowPolicy": {"redrivePermission": "allow"}},
            {"RedriveAllowPolicy": {"redrivePermission": "byQueue"}},
            {"RedriveAllowPolicy": {"redrivePermission": "denyAll", "sourceQueueArns": ["a"]}},
            {"RedriveAllowPolicy": {"redrivePermission": "byQueue", "sourceQueueArns": [str(n) for n in range(11)]}},
            _example_pair({}, {"RedriveAllowPolicy": {"redrivePermission": "denyAll"}}),
        ),
    ),
)  # fmt: skip
