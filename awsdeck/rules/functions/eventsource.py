"""What Lambda polls for a function: queues, streams, topics of Kafka; and whether the two fit."""

from __future__ import annotations

from ..limits import (
    BATCH_MOST,
    EVENT_BATCH_MOST,
    EVENT_CONCURRENCY_LEAST,
    EVENT_CONCURRENCY_MOST,
    EVENT_WINDOW_MOST,
    FUNCTION_TIMEOUT_DEFAULT,
    RECORD_AGE_LEAST,
    RECORD_AGE_MOST,
    STREAM_READERS,
    VISIBILITY_ADVISED,
    VISIBILITY_DEFAULT,
)
from ..policies.access import POLLED, QUEUE, fifo, only, spelled, together
from ..templates.needs import Need, missing, role_behind
from ..vocabulary import ABSENT, AnyOf, Between, Is, Violation, grouped, is_unknown, number, same
from .aliases import MAPPING, called

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
STREAM = "AWS::Kinesis::Stream"

_KINDS = {
    QUEUE: "sqs",
    TABLE: "dynamodb",
    GLOBAL_TABLE: "dynamodb",
    STREAM: "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::MSK::Cluster": "kafka",
    "AWS::MSK::ServerlessCluster": "kafka",
    "AWS::AmazonMQ::Broker": "mq",
    "AWS::DocDB::DBCluster": "docdb",
}
_ARNS = {"sqs": "sqs", "dynamodb": "dynamodb", "kinesis": "kinesis", "kafka": "kafka", "mq": "mq"}
WORDS = {
    "sqs": "an SQS queue",
    "dynamodb": "a DynamoDB stream",
    "kinesis": "a Kinesis stream",
    "kafka": "a Kafka topic",
    "mq": "an Amazon MQ broker",
    "docdb": "a DocumentDB change stream",
}
_STREAMS = ("dynamodb", "kinesis")
_NOT_FOR = {
    # property: (the value that says nothing, the sources it works with)
    "ParallelizationFactor": (1, _STREAMS),
    "TumblingWindowInSeconds": (0, _STREAMS),
    "BisectBatchOnFunctionError": (False, (*_STREAMS, "kafka")),
    "MaximumRetryAttempts": (-1, (*_STREAMS, "kafka")),
    "MaximumRecordAgeInSeconds": (-1, (*_STREAMS, "kafka")),
}
_KAFKA = ("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig")
_RANGES = {
    "ParallelizationFactor": Between(1, 10),
    "TumblingWindowInSeconds": Between(0, 900, "seconds"),
    "MaximumRetryAttempts": Between(-1, 10_000),
    "MaximumRecordAgeInSeconds": AnyOf(Is(-1), Between(RECORD_AGE_LEAST, RECORD_AGE_MOST, "seconds")),
    "ScalingConfig/MaximumConcurrency": Between(EVENT_CONCURRENCY_LEAST, EVENT_CONCURRENCY_MOST),
}
BATCH = {
    "BatchSize": Between(1, EVENT_BATCH_MOST),
    "MaximumBatchingWindowInSeconds": Between(0, EVENT_WINDOW_MOST, "seconds"),
}


class Source:
    """What a mapping reads: its `kind`, and the resource (None when it is not in the graph)."""

    __slots__ = ("kind", "view", "attribute")

    def __init__(self, kind: str, view: View | None, attribute: str | None) -> None:
        self.kind = kind
        self.view = view
        self.attribute = attribute


def source(graph: Graph, mapping: View) -> Source | None:
    """What a mapping reads, so far as its template tells."""
    if isinstance(mapping.get("SelfManagedEventSource"), dict):
        return Source("kafka", None, None)
    value = mapping.get("EventSourceArn")
    found = graph.target(mapping, value)
    if found is not None:
        kind = _KINDS.get(found.view.type)
        return Source(kind, found.view, found.attribute) if kind else None
    written = spelled(value)
    parts = written.replace("${AWS::", "${AWS.").split(":") if written else []
    kind = _ARNS.get(parts[2]) if len(parts) > 5 and parts[0] == "arn" else None
    return Source(kind, None, None) if kind else None


def _worlds(graph: Graph, *names: str) -> Iterator[tuple[View, Source]]:
    for mapping in graph.of(MAPPING):
        for world in only(mapping, "EventSourceArn", "SelfManagedEventSource", *names).worlds():
            found = source(graph, world)
            if found is not None:
                yield world, found


# Alone


def scaling(view: View) -> Iterator[Violation]:
    for name, test in _RANGES.items():
        value = view.get(name)
        if test(value, view.mode) is False:
            yield Violation(
                tuple(name.split("/")),
                message="{path} is outside what Lambda takes",
                allowed=test.allowed(view.mode),
                value=value,
            )
    if view.get("ScalingConfig") not in (ABSENT, {}) and isinstance(view.get("ProvisionedPollerConfig"), dict):
        yield Violation(
            ("ScalingConfig",),
            message="a mapping has provisioned pollers or a highest concurrency, not both",
            fix="leave ScalingConfig or ProvisionedPollerConfig out",
        )


# With its source


def starting_position(graph: Graph) -> Iterator[Violation]:
    for world, found in _worlds(graph, "StartingPosition", "StartingPositionTimestamp", *_KAFKA):
        position = world.get("StartingPosition")
        what = WORDS[found.kind]
        if position is ABSENT:
            if found.kind in _STREAMS or (found.kind == "kafka" and not _queue_mode(world)):
                yield Violation(
                    ("StartingPosition",),
                    view=world,
                    message="say where to begin reading {what}",
                    fix="set StartingPosition: TRIM_HORIZON (everything still there) or LATEST (what comes from now on)",
                    allowed="TRIM_HORIZON or LATEST"
                    if found.kind == "dynamodb"
                    else "TRIM_HORIZON, LATEST, AT_TIMESTAMP",
                    what=what,
                )
        elif found.kind == "sqs":
            yield Violation(
                ("StartingPosition",),
                view=world,
                message="a queue has no starting position",
                fix="leave StartingPosition out",
            )
        elif position == "AT_TIMESTAMP" and found.kind == "dynamodb":
            yield Violation(
                ("StartingPosition",),
                view=world,
                message="a DynamoDB stream is not read from a point in time",
                fix="use TRIM_HORIZON or LATEST",
                allowed="TRIM_HORIZON or LATEST",
            )
        elif position == "AT_TIMESTAMP" and world.get("StartingPositionTimestamp") is ABSENT:
            yield Violation(
                ("StartingPosition",),
                view=world,
                message="AT_TIMESTAMP needs the time to begin at",
                fix="set StartingPositionTimestamp (seconds since 1970)",
            )


def _queue_mode(mapping: View) -> bool:
    """Whether a Kafka topic may be read as a queue, which has no position to begin at."""
    return any(mapping.get(f"{name}/ConsumptionMode") not in (ABSENT, "Stream") for name in _KAFKA)


def batches(graph: Graph) -> Iterator[Violation]:
    for world, found in _worlds(graph, *BATCH):
        if found.kind != "sqs":
            continue
        size, window = number(world.get("BatchSize")), number(world.get("MaximumBatchingWindowInSeconds", 0))
        if size is not None and size > BATCH_MOST and window == 0:
            first_in = _first_in(world, found)
            if first_in is False:
                yield Violation(
                    ("BatchSize",),
                    view=world,
                    message="more than {most} messages at once need time to gather",
                    fix="set MaximumBatchingWindowInSeconds to 1 or more",
                    allowed=f"at most {BATCH_MOST} without a batching window",
                    most=BATCH_MOST,
                    value=size,
                )
        if _first_in(world, found) is not True:
            continue
        if size is not None and size > BATCH_MOST:
            yield Violation(
                ("BatchSize",),
                view=world,
                message="a FIFO queue gives at most {most} messages at once",
                fix="set BatchSize to {most} or less",
                allowed=f"1 to {BATCH_MOST}",
                most=BATCH_MOST,
                value=size,
            )
        if window:
            yield Violation(
                ("MaximumBatchingWindowInSeconds",),
                view=world,
                message="a FIFO queue has no batching window",
                fix="leave MaximumBatchingWindowInSeconds out",
                value=window,
            )


def _first_in(world: View, found: Source) -> bool | None:
    if found.view is None:
        written = spelled(world.get("EventSourceArn")) or ""
        return None if written.endswith("}") else written.endswith(".fifo")
    kinds = {fifo(pair[1]) for pair in together(world, only(found.view, "FifoQueue"))}
    return kinds.pop() if len(kinds) == 1 else None


def only_for(graph: Graph) -> Iterator[Violation]:
    for world, found in _worlds(graph, *_NOT_FOR, "ScalingConfig", "DestinationConfig"):
        what = WORDS[found.kind]
        for name, (idle, kinds) in _NOT_FOR.items():
            value = world.get(name)
            if value is ABSENT or is_unknown(value) or same(value, idle) or found.kind in kinds:
                continue
            if found.kind == "docdb":
                continue
            yield Violation((name,), view=world, name=name, what=what, kinds=_list(kinds))
        failing = world.get("DestinationConfig/OnFailure")
        if found.kind in ("sqs", "mq") and isinstance(failing, dict) and failing and not is_unknown(failing):
            yield Violation(
                ("DestinationConfig", "OnFailure"),
                view=world,
                name="a destination for failures",
                what=what,
                kinds=_list((*_STREAMS, "kafka")),
                fix="give the queue a dead-letter queue instead" if found.kind == "sqs" else "leave it out",
            )
        limit = world.get("ScalingConfig")
        if found.kind in _STREAMS and isinstance(limit, dict) and limit and not is_unknown(limit):
            yield Violation(
                ("ScalingConfig",),
                view=world,
                name="ScalingConfig",
                what=what,
                kinds=WORDS["sqs"],
                fix="leave it out; ParallelizationFactor says how many batches of a shard run at once",
            )


def _list(kinds: tuple[str, ...]) -> str:
    return " or ".join(WORDS[kind] for kind in kinds)


def table_stream(graph: Graph) -> Iterator[Violation]:
    for world, found in _worlds(graph):
        table = found.view
        if table is None or table.type not in (TABLE, GLOBAL_TABLE):
            continue
        if found.attribute != "StreamArn":
            yield Violation(
                ("EventSourceArn",),
                view=world,
                message="Lambda reads the stream of {table}, not the table",
                fix="use GetAtt {table}.StreamArn",
                table=table.id,
            )
        if any(
            pair[1].get("StreamSpecification") is ABSENT for pair in together(world, only(table, "StreamSpecification"))
        ):
            yield Violation(("EventSourceArn",), view=world, table=table.id)


def readers(graph: Graph) -> Iterator[Violation]:
    """Tables with more mappings on their stream than a shard lets read."""
    reading: dict[int, list[View]] = {}
    tables: dict[int, View] = {}
    for mapping in graph.of(MAPPING):
        found = source(graph, mapping)
        if found is None or found.view is None or found.kind != "dynamodb" or found.attribute != "StreamArn":
            continue
        if mapping.get("Enabled") is not ABSENT and not same(mapping.get("Enabled"), True):
            continue
        if any(mapping.member is not None and mapping.member.exclusive(mapping, other)
               for other in reading.get(id(found.view), ())):  # fmt: skip
            continue
        tables[id(found.view)] = found.view
        reading.setdefault(id(found.view), []).append(mapping)
    for key, mappings in reading.items():
        most = 1 if tables[key].type == GLOBAL_TABLE else STREAM_READERS
        if len(mappings) > most:
            yield Violation(("EventSourceArn",), view=mappings[most], table=tables[key].id, n=len(mappings), most=most)


def visibility(graph: Graph) -> Iterator[Violation]:
    for mapping in graph.of(MAPPING):
        found = source(graph, mapping)
        function = called(graph, mapping, mapping.get("FunctionName"))
        if found is None or found.view is None or found.kind != "sqs" or function is None:
            continue
        queue = only(found.view, "VisibilityTimeout")
        for here, hidden, run in together(
            only(mapping, "MaximumBatchingWindowInSeconds"), queue, only(function.function, "Timeout")
        ):
            visible = number(hidden.get("VisibilityTimeout", VISIBILITY_DEFAULT))
            timeout = number(run.get("Timeout", FUNCTION_TIMEOUT_DEFAULT))
            window = number(here.get("MaximumBatchingWindowInSeconds", 0))
            if visible is None or timeout is None:
                continue
            if visible < timeout:
                yield Violation(
                    ("VisibilityTimeout",),
                    view=hidden,
                    function=function.function.id,
                    timeout=timeout,
                    visible=visible,
                    advised=VISIBILITY_ADVISED * timeout + (window or 0),
                    allowed=f"at least {grouped(timeout)} seconds",
                )
                break
            if window is not None and visible < VISIBILITY_ADVISED * timeout + window:
                advised = VISIBILITY_ADVISED * timeout + window
                yield Violation(
                    ("VisibilityTimeout",),
                    view=hidden,
                    severity="warning",
                    message="AWS advises a visibility timeout of six times the {timeout} seconds that {function} may take, "
                    "batching window added; it is {visible} seconds",
                    fix="set VisibilityTimeout to {advised} or more",
                    function=function.function.id,
                    timeout=timeout,
                    visible=visible,
                    advised=advised,
                    allowed=f"at least {grouped(advised)} seconds",
                )
                break


# With the function's role


_LISTING = ("dynamodb:ListStreams", "kinesis:ListShards")


def _polling(graph: Graph) -> Iterator[Need]:
    for mapping in graph.of(MAPPING):
        role = role_behind(graph, mapping)
        if role is None:
            continue
        for path, value in mapping.values("EventSourceArn"):
            found = graph.target(mapping, value)
            if found is not None and found.view.type in POLLED:
                yield Need(mapping, path, role, POLLED[found.view.type], found.view)


def reading(graph: Graph) -> Iterator[Violation]:
    for need, lacking in missing(graph, _polling(graph)):
        yield Violation(
            need.path,
            view=need.consumer,
            severity="warning" if all(action in _LISTING for action in lacking) else "error",
            role=need.role.id,
            actions=", ".join(lacking),
            source=need.target.id,
        )
