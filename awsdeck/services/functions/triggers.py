"""What invokes a function: queues and streams that Lambda polls, buckets, topics, schedules and events."""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct
from ...errors import ConstructError
from ...node import MAIN
from ...resource import Resource
from ...rules.events.schedules import schedule_problem
from ...rules.limits import FILTERS_MOST, STREAM_READERS
from ...source import caller
from ...tokens import attribute_of, describe, express, reference, referent_of, to_json
from ..existing import Existing
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.keys import grant_key
from ..security.policy import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Literal, Protocol

    from ...tokens import Token
    from ..security.policy import Grant
    from .invocable import Invocable

    Start = Literal["latest", "oldest"]

    class Streaming(Protocol):
        """Something with a stream of its own, such as a table."""

        @property
        def node(self) -> Any: ...
        @property
        def stream_arn(self) -> Any: ...  # a descriptor on the class is not yet a str to pyright


MAPPING = "AWS::Lambda::EventSourceMapping"
RULE = "AWS::Events::Rule"

STREAMS = {
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    "kinesis": (
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ),
}
"""What the role needs to read a stream. Source: Lambda Developer Guide, DynamoDB and Kinesis execution roles."""
_STARTS = {"latest": "LATEST", "oldest": "TRIM_HORIZON"}
_TYPES = {
    "AWS::SQS::Queue": ("sqs", "Arn"),
    "AWS::DynamoDB::Table": ("dynamodb", "StreamArn"),
    "AWS::DynamoDB::GlobalTable": ("dynamodb", "StreamArn"),
    "AWS::Kinesis::Stream": ("kinesis", "Arn"),
    "AWS::Kinesis::StreamConsumer": ("kinesis", "ConsumerARN"),
}
_POLLED = ("filters", "batch_size", "batch_window", "partial_failure", "enabled")
_TAKES = {
    "sqs": ("a queue", (*_POLLED, "max_concurrency")),
    "dynamodb": (
        "a stream",
        (*_POLLED, "start", "parallel", "retries", "max_age", "split_on_error", "tumbling_window", "on_failure"),
    ),
    "bucket": ("a bucket", ("events", "prefix", "suffix")),
    "topic": ("a topic", ("filter", "filter_on", "dead_letter")),
    "rule": ("a schedule or pattern", ("input", "enabled")),
}
_TAKES["kinesis"] = _TAKES["dynamodb"]
_SCHEDULE = re.compile(r"(rate|cron)\(.*\)")


def connect(target: Invocable, source: Any, given: dict[str, Any]) -> Construct:
    """Let a source invoke the target; `given` are the options that are not None."""
    kind = _kind(target, source)
    what, takes = _TAKES[kind]
    wrong = sorted(given.keys() - set(takes))
    if wrong:
        raise ConstructError(
            f"{target.node.path}: {', '.join(f'{name}=' for name in wrong)} says nothing of {what}", place=caller(),
            fix=f"{what} takes {', '.join(f'{name}=' for name in takes)}",
        )  # fmt: skip
    for pattern in listed(given.get("filters", ())):
        _check_pattern(target, pattern, '{"eventName": ["INSERT"]}')
    return _CONNECT[kind](target, source, given)


def _check_pattern(target: Invocable, pattern: Any, example: str, under: str = "") -> None:
    """Raise `ConstructError` for a pattern that fits nothing or everything: each of its fields lists what fits."""
    if not isinstance(pattern, dict) or not pattern:
        shown = f"{pattern!r} of {under}" if under else repr(pattern)
        raise ConstructError(f"{target.node.path}: {shown} is no pattern", place=caller(), fix=f"such as {example}")
    for name, value in pattern.items():
        where = f"{under}.{name}" if under else str(name)
        if isinstance(value, dict):
            _check_pattern(target, value, example, where)
        elif value == [] or type(value) in (str, int, float, bool, type(None)):
            raise ConstructError(
                f"{target.node.path}: {where} of the pattern is {value!r}, and a field lists what fits", place=caller(),
                fix=f"such as {example}" if value == [] else f"write [{value!r}]",
            )  # fmt: skip


def _check_schedule(target: Invocable, schedule: str) -> None:
    """Raise `ConstructError` for what EventBridge does not take."""
    wrong = schedule_problem(schedule)
    if wrong is not None:
        raise ConstructError(f"{target.node.path}: {wrong[0]}", place=caller(), fix=wrong[1])


def _kind(target: Invocable, source: Any) -> str:
    from ..dynamodb.dynamodb import TableAccess
    from ..events.kinesis import KinesisConsumer, StreamAccess
    from ..s3.s3 import BucketAccess

    if isinstance(source, TopicAccess):
        return "topic"
    if isinstance(source, TableAccess):
        source._followed()
        return "dynamodb"
    if isinstance(source, BucketAccess):
        return "bucket"
    if isinstance(source, QueueAccess):
        return "sqs"
    if isinstance(source, StreamAccess | KinesisConsumer):
        return "kinesis"
    if isinstance(source, Resource) and source.TYPE in _TYPES:
        return _TYPES[source.TYPE][0]
    if hasattr(source, "stream_arn"):
        return "dynamodb"
    if isinstance(source, dict):
        return "rule"
    if isinstance(source, str):
        if type(source) is str and _SCHEDULE.fullmatch(source):
            return "rule"
        found = referent_of(source)
        if found is not None and getattr(found[0], "TYPE", None) in _TYPES:
            return _TYPES[found[0].TYPE][0]
        written = re.match(r"arn:[^:]+:(sqs|dynamodb|kinesis):", describe(source).replace("AWS::Partition", "aws"))
        if written:
            return written[1]
    shown = repr(source) if type(source) is str else f"a {type(source).__name__}"
    raise ConstructError(
        f"{target.node.path}: {shown} cannot invoke a function", place=caller(),
        fix="give a queue, a topic, a bucket, a table, the ARN of a queue or stream, "
        'a schedule such as "rate(5 minutes)", or a pattern of events',
    )  # fmt: skip


def _arn(source: Any, kind: str) -> str:
    if isinstance(source, str):
        return source
    if isinstance(source, Resource):
        return attribute_of(source, _TYPES[source.TYPE][1])
    arn: str = source.stream_arn if kind == "dynamodb" else source.arn
    return arn


def _polled(kind: str) -> Callable[[Invocable, Any, dict[str, Any]], Construct]:
    def connected(target: Invocable, source: Any, given: dict[str, Any]) -> Construct:
        arn = _arn(source, kind)
        id = f"From{_word(describe(arn))}"
        earlier = target.node.children.get(id)
        if earlier is not None:
            raise ConstructError(
                f"{target.node.path} reads {describe(arn)} already, since {earlier.node.source}", place=caller(),
                fix="say it once",
            )  # fmt: skip
        if kind == "dynamodb":
            _check_readers(target, arn)
        _check_filters(target, given.get("filters") or ())
        start = given.pop("start", None)
        return EventSource(
            target, id, target=target, source=source, kind=kind, arn=arn, start=_start(kind, start), **given
        )

    return connected


def _check_filters(target: Invocable, filters: Sequence[Any]) -> None:
    """Source: Lambda Developer Guide, Control which events Lambda sends to your function."""
    distinct = len([one for at, one in enumerate(filters) if one not in filters[:at]])
    if len(filters) > FILTERS_MOST or distinct < len(filters):
        what = f"{len(filters)} filters" + (f", {distinct} of them different" if distinct < len(filters) else "")
        raise ConstructError(
            f"{target.node.path}: filters= has {what}", place=caller(),
            fix=f"at most 5 different ones, or {FILTERS_MOST} where AWS has raised the quota",
        )  # fmt: skip


def _start(kind: str, start: Any) -> str | float | None:
    if kind == "sqs":
        return None
    if start is None or start in _STARTS:
        return _STARTS[start or "latest"]
    if isinstance(start, int | float) and not isinstance(start, bool):
        return start
    raise ConstructError(
        f"start={start!r}", place=caller(), fix='"latest", "oldest", or seconds since 1970 on a Kinesis stream'
    )


def _check_readers(target: Invocable, arn: str) -> None:
    """Lambda lets two functions read a shard of a DynamoDB stream.

    Source: DynamoDB Developer Guide, DynamoDB Streams and Lambda triggers.
    """
    key = str(express(arn))
    readers = [
        construct
        for construct in target.node.root_app.node.walk()
        if isinstance(construct, EventSource) and construct.kind == "dynamodb" and str(express(construct.arn)) == key
    ]
    if len(readers) >= STREAM_READERS:
        others = " and ".join(f"{reader.target.node.path} ({reader.node.source})" for reader in readers)
        raise ConstructError(
            f"{target.node.path}: {describe(arn)} has {len(readers)} readers already, {others}; more than "
            f"{STREAM_READERS} would be throttled",
            place=caller(),
            fix="let one function pass the records on, through a topic or EventBridge",
        )


@construct
class EventSource(Construct):
    """A queue or stream that Lambda polls for a function; made by `function.on(…)`."""

    target: Invocable
    source: Any
    kind: str
    arn: str
    start: str | float | None = None
    filters: Sequence[Mapping[str, Any]] = ()
    batch_size: int | Token | None = None
    batch_window: int | Token | None = None
    partial_failure: bool = False
    max_concurrency: int | Token | None = None
    parallel: int | Token | None = None
    retries: int | Token | None = None
    max_age: int | Token | None = None
    split_on_error: bool | None = None
    tumbling_window: int | Token | None = None
    on_failure: QueueAccess | TopicAccess | None = None
    enabled: bool | None = None

    def build(self) -> None:
        """Make the mapping; it waits for the permissions to read."""
        needs = [self._grant()]
        if self.on_failure is not None:
            needs.append(granted_to(self.target, self.on_failure))
        at_time = isinstance(self.start, int | float)
        made = resource_class(MAPPING)(
            self,
            MAIN,
            FunctionName=self.target.invoke_arn,
            EventSourceArn=self.arn,
            StartingPosition="AT_TIMESTAMP" if at_time else self.start,
            StartingPositionTimestamp=self.start if at_time else None,
            BatchSize=self.batch_size,
            MaximumBatchingWindowInSeconds=self.batch_window,
            FilterCriteria={"Filters": [{"Pattern": to_json(one)} for one in self.filters]} if self.filters else None,
            FunctionResponseTypes=["ReportBatchItemFailures"] if self.partial_failure else None,
            ScalingConfig=None if self.max_concurrency is None else {"MaximumConcurrency": self.max_concurrency},
            ParallelizationFactor=self.parallel,
            MaximumRetryAttempts=self.retries,
            MaximumRecordAgeInSeconds=self.max_age,
            BisectBatchOnFunctionError=self.split_on_error,
            TumblingWindowInSeconds=self.tumbling_window,
            DestinationConfig=None if self.on_failure is None else {"OnFailure": {"Destination": self.on_failure.arn}},
            Enabled=self.enabled,
        )
        for grant in needs:
            if grant is not None and grant.policy is not None:
                made.node.depends_on(grant.policy)

    def _grant(self) -> Grant | None:
        function = self.target.function
        if not function.owns_role:
            return None
        if isinstance(self.source, QueueAccess):
            return self.source.grant_consume(function)
        if hasattr(self.source, "grant_stream"):
            granted: Grant = self.source.grant_stream(function)
            return granted
        if self.kind == "sqs":
            from ..messaging.sqs import CONSUME

            allowed: Grant = function.allow(*CONSUME, on=self.arn)
            return allowed
        stream = _stream_of(self.arn) if self.kind == "kinesis" else self.arn
        if stream is not self.arn:
            function.allow("kinesis:SubscribeToShard", on=self.arn)
        read: Grant = function.allow(*STREAMS[self.kind], on=stream)
        return read


def _stream_of(arn: str) -> str:
    """The stream of a Kinesis consumer, which has throughput of its own; any other ARN as it is.

    Source: Kinesis Data Streams Developer Guide, consumers with dedicated throughput; Service Authorization Reference,
    Amazon Kinesis Data Streams.
    """
    made = referent_of(arn) if type(arn) is not str else None
    if made is not None:
        consumer = getattr(made[0], "TYPE", None) == "AWS::Kinesis::StreamConsumer"
        return attribute_of(made[0], "StreamARN") if consumer else arn
    stream, found, _ = arn.partition("/consumer/")
    return stream if found else arn


def granted_to(target: Invocable, destination: Any) -> Grant | None:
    """Let a function's role send to a destination; None when the role belongs to somebody else."""
    function = target.function
    if not function.owns_role:
        return None
    if isinstance(destination, QueueAccess):  # Lambda knows the queue, so sending is all it does
        grant_key(destination, destination.key, function, ("kms:GenerateDataKey", "kms:Decrypt"))
        sent: Grant = function.allow("sqs:SendMessage", on=destination.arn)
        return sent
    if isinstance(destination, TopicAccess):
        return destination.grant_publish(function)
    if hasattr(destination, "grant_invoke"):
        granted: Grant = destination.grant_invoke(function)
        return granted
    raise ConstructError(
        f"{target.node.path}: a {type(destination).__name__} cannot be a destination", place=caller(),
        fix="give a queue, a topic or a function",
    )  # fmt: skip


def _bucket(target: Invocable, source: Any, given: dict[str, Any]) -> Construct:
    if isinstance(source, Existing):
        raise ConstructError(
            f"{target.node.path}: the bucket {source.node.path} exists already, so what it notifies cannot be changed here",
            place=caller(),
            fix="have its owner send its events to EventBridge and give a pattern: "
            '{"source": ["aws.s3"], "detail": {"bucket": {"name": ["…"]}}}',
        )
    events = given.pop("events", "s3:ObjectCreated:*")
    events = (events,) if isinstance(events, str) else events
    source.notify(target, *events, **given)
    bucket: Construct = source
    return bucket


def _topic(target: Invocable, source: Any, given: dict[str, Any]) -> Construct:
    made: Construct = source.subscribe(target, **given)
    return made


def _rule(target: Invocable, source: Any, given: dict[str, Any]) -> Construct:
    schedule = isinstance(source, str)
    if schedule:
        _check_schedule(target, source)
    else:
        _check_pattern(target, source, '{"source": ["aws.ec2"]}')
    words = (
        "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", source)) if schedule else "Event"
    )
    id, number = f"On{words}", 1
    while id in target.node.children:
        number += 1
        id = f"On{words}{number}"
    payload = given.get("input")
    enabled = given.get("enabled", True)
    rule = resource_class(RULE)(
        target,
        id,
        ScheduleExpression=source if schedule else None,
        EventPattern=None if schedule else source,
        State="ENABLED" if enabled else "DISABLED",
        Targets=[
            {
                "Id": "Function",
                "Arn": target.invoke_arn,
                "Input": None if payload is None else payload if isinstance(payload, str) else to_json(payload),
            }
        ],
    )
    target.accept_from("events.amazonaws.com", attribute_of(rule, "Arn"))
    return rule


_CONNECT: dict[str, Callable[[Invocable, Any, dict[str, Any]], Construct]] = {
    "sqs": _polled("sqs"),
    "dynamodb": _polled("dynamodb"),
    "kinesis": _polled("kinesis"),
    "bucket": _bucket,
    "topic": _topic,
    "rule": _rule,
}


def _word(text: str) -> str:
    """A source's name for an id: `Orders` for `Orders.Arn`, the last part of a written ARN."""
    stem = re.sub(r"\.(Arn|StreamArn)$", "", text)
    if stem.startswith("arn:"):
        stem = stem.split(":", 5)[-1].partition("/stream/")[0].removeprefix("table/").removeprefix("stream/")
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", stem))


def alarm_name(alarm: Any) -> str:
    """The name of an alarm given as a construct, a resource, or text."""
    if isinstance(alarm, str):
        return alarm
    resource = getattr(alarm, "node", None) and alarm.node.resource
    if isinstance(resource, Resource) and resource.TYPE in (
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
    ):
        return reference(resource)
    raise ConstructError(
        f"a {type(alarm).__name__} is not an alarm", place=caller(), fix="give a CloudWatch alarm or its name"
    )
