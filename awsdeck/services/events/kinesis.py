"""Amazon Kinesis Data Streams: streams of records, who writes and reads them, consumers with throughput of their own.

Source: Kinesis Data Streams Developer Guide.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker, select, split
from ..cloudwatch.metric import Metric
from ..existing import Existing, arn_here, checked_arn, checked_name
from ..security.keys import KeyAccess, grant_key, key_arn
from ..security.policy import Document, Grant, Principal, Statement, give

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ...resource import Resource
    from ...tokens import Token
    from ..security.policy import Conditions, Grantee

STREAM = "AWS::Kinesis::Stream"
CONSUMER = "AWS::Kinesis::StreamConsumer"
POLICY = "AWS::Kinesis::ResourcePolicy"
READ = (
    "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator",
    "kinesis:ListShards",
)  # fmt: skip
WRITE = ("kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords")
_AMOUNTS = ("GetRecords.IteratorAgeMilliseconds", "GetRecords.Latency", "PutRecord.Latency", "PutRecords.Latency")


class StreamAccess(Construct):
    """Who may write and read a stream, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    stream_name = ref()

    def grant_read(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody read records; with a customer key, decrypt with it."""
        grant_key(self, self.key, who, ("kms:Decrypt",), via="kinesis")
        return give(who, READ, on=[self.arn], through=self._state, when=when)

    def grant_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody put records; with a customer key, encrypt with it."""
        grant_key(self, self.key, who, ("kms:GenerateDataKey",), via="kinesis")
        return give(who, WRITE, on=[self.arn], through=self._state, when=when)

    def grant_read_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody put and read records."""
        self.grant_read(who, when=when)
        return self.grant_write(who, when=when)

    def grant_stream(self, who: str | Principal | Grantee) -> Grant:
        """What a function needs that the stream invokes; `function.on(stream)` says it."""
        return self.grant_read(who)

    def consumer(self, name: str) -> KinesisConsumer:
        """A reader with 2 MB a second of each shard for itself: `function.on(stream.consumer("billing"))`."""
        word = "".join(piece[:1].upper() + piece[1:] for piece in name.replace("_", "-").split("-"))
        return KinesisConsumer(self, word, stream=self, name=name)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What Kinesis says of the stream: `IncomingRecords`, `WriteProvisionedThroughputExceeded`, …

        Counts are added up, ages and times are at their most (`Maximum`), unless another `statistic` is given.
        Source: Kinesis Data Streams Developer Guide, monitoring with CloudWatch.
        """
        usual = "Maximum" if name in _AMOUNTS else "Sum"
        return Metric(
            "AWS/Kinesis", name, {"StreamName": self.stream_name}, statistic=statistic or usual, period=period
        )


@construct
class KinesisStream(StreamAccess):
    """A stream of records that several readers can read, each at its own pace, encrypted.

    - `shards`: how much goes through: 1 MB or 1,000 records a second into each, 2 MB a second out. Left out, the stream
      is on demand and has as many as it needs.
    - `retention`: hours that records are kept, 24 (a day) to 8,760 (a year).
    - `key`: a `KMSKey`, or an ARN, id or alias; Kinesis's own key (`alias/aws/kinesis`) by default.
    - `encryption`: "none" keeps records as they come.
    - `name`: a fixed name, at most 128 characters; leave it out unless somebody else needs to know it.

    Records outlive the stream's removal from the stack. Source: Kinesis Data Streams Developer Guide.
    """

    shards: int | Token | None = None
    retention: int | Token = 24
    key: KeyAccess | str | None = None
    encryption: Literal["kms", "none"] = "kms"
    name: str | None = None

    def build(self) -> None:
        """Make the stream."""
        self._policy = Document()
        if self.key is not None and self.encryption == "none":
            raise ConstructError(
                f'{self.node.path}: key= goes with encryption="kms"', place=caller(), fix="leave one of them out"
            )
        key = "alias/aws/kinesis" if self.key is None else key_arn(self.key)
        resource_class(STREAM)(
            self,
            MAIN,
            Name=self.name,
            StreamModeDetails={"StreamMode": "ON_DEMAND" if self.shards is None else "PROVISIONED"},
            ShardCount=self.shards,
            RetentionPeriodHours=self.retention,
            StreamEncryption=None if self.encryption == "none" else {"EncryptionType": "KMS", "KeyId": key},
        )

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        made = self.node.children.get("Policy")
        if made is None:
            made = resource_class(POLICY)(self, "Policy", ResourceArn=self.arn, ResourcePolicy=self._policy)
        else:
            made.node.resource.set(ResourcePolicy=self._policy)
        return made.node.resource

    @staticmethod
    def from_name(scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None) -> ExistingStream:
        """A stream of this account and region that exists already; `key` is its customer key."""
        checked_name(name)
        values = {"arn": arn_here("kinesis", f"stream/{name}"), "stream_name": name}
        return ExistingStream(scope, id, values=values, key=key)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None) -> ExistingStream:
        """A stream that exists already, by ARN; `key` is its customer key."""
        arn = checked_arn(arn, "kinesis", "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", r"stream/[^/]+")
        name = select(1, split("/", arn)) if has_marker(arn) else arn.rpartition("/")[2]
        return ExistingStream(scope, id, values={"arn": arn, "stream_name": name}, key=key)


@construct
class ExistingStream(Existing, StreamAccess):
    """A stream made elsewhere; see `KinesisStream.from_arn`."""

    WHAT = "stream"


@construct
class KinesisConsumer(Construct):
    """A reader with throughput of its own (enhanced fan-out); made by `stream.consumer(…)`."""

    stream: StreamAccess
    name: str

    arn = attribute("ConsumerARN")

    def build(self) -> None:
        """Make the consumer."""
        resource_class(CONSUMER)(self, MAIN, ConsumerName=self.name, StreamARN=self.stream.arn)

    def grant_stream(self, who: Grantee) -> Grant:
        """What a function needs that the consumer invokes; `function.on(consumer)` says it."""
        who.allow("kinesis:SubscribeToShard", on=self.arn)
        return self.stream.grant_read(who)

    def grant_read(self, who: Grantee) -> Grant:
        """Let somebody read as this consumer."""
        who.allow("kinesis:DescribeStreamConsumer", on=self.arn)
        return self.grant_stream(who)
