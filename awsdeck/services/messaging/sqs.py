"""Amazon Simple Queue Service: standard and FIFO queues, dead-letter queues, who may send and receive."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import RETENTION_DEFAULT, RETENTION_MOST, VISIBILITY_DEFAULT
from ...source import caller
from ...tokens import AWS
from ..existing import Existing, arn_here, checked_arn, checked_name, part
from ..hints import check
from ..security.keys import KeyAccess, grant_key, key_arn
from ..security.policy import Document, Grant, Principal, Statement, give

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..security.policy import Conditions, Grantee

QUEUE = "AWS::SQS::Queue"
QUEUE_POLICY = "AWS::SQS::QueuePolicy"

SEND = ("sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl")
CONSUME = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
)
PURGE = ("sqs:PurgeQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl")


class DeadLetter:
    """Where messages go that were received too often; made by `queue.after(times)`."""

    __slots__ = ("queue", "receives")

    def __init__(self, queue: QueueAccess, receives: int) -> None:
        self.queue = queue
        self.receives = receives


class QueueAccess(Construct):
    """Who may do what with a queue, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    url = ref()
    queue_name = attribute("QueueName")

    def after(self, receives: int) -> DeadLetter:
        """This queue as the dead-letter queue of another: messages come here after `receives` (1 to 1,000) tries."""
        return DeadLetter(self, receives)

    def grant_send(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody send messages; with a customer key, use it too."""
        self._grant_key(who, "kms:GenerateDataKey", "kms:Decrypt")
        return give(who, self._actions(who, SEND), on=[self.arn], through=self._state, when=when)

    def grant_consume(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody receive and delete messages; with a customer key, use it too."""
        self._grant_key(who, "kms:Decrypt")
        return give(who, CONSUME, on=[self.arn], through=self._state, when=when)

    def grant_purge(self, who: str | Principal | Grantee) -> Grant:
        """Let somebody empty the queue."""
        return give(who, PURGE, on=[self.arn], through=self._state)

    def accept_from(self, service: str, source_arn: str) -> Resource:
        """Let one resource of an AWS service send here, and no other (`aws:SourceArn`); returns the queue policy.

        A customer key lets the service use it on behalf of this account: the source's ARN could close a circle.
        """
        self._let_service(service)
        return self._state(
            Statement(
                ["sqs:SendMessage"],
                [self.arn],
                principal=Principal.service(service),
                conditions={"ArnEquals": {"aws:SourceArn": source_arn}},
            )
        )

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """What SQS says of the queue: `ApproximateAgeOfOldestMessage`, `ApproximateNumberOfMessagesVisible`, …

        `statistic` and `period` as for `Metric`. Source: SQS Developer Guide, available CloudWatch metrics.
        """
        from ..cloudwatch.metric import Metric

        return Metric("AWS/SQS", name, {"QueueName": self.queue_name}, statistic=statistic, period=period)

    def _actions(self, who: object, actions: tuple[str, ...]) -> tuple[str, ...]:
        return actions if not isinstance(who, str | Principal) else actions[:1]

    def _grant_key(self, who: str | Principal | Grantee, *actions: str) -> None:
        grant_key(self, self.key, who, actions, via="sqs")

    def _let_service(self, service: str) -> None:
        self._grant_key(Principal.service(service), "kms:GenerateDataKey", "kms:Decrypt")

    def accept_from_account(self, service: str, source_arn: str | None = None) -> Resource:
        """Let an AWS service send here on behalf of this account; for sources whose ARN would close a circle.

        An ARN that is known all the same, by a fixed name, is asked for too.
        """
        source = {} if source_arn is None else {"ArnLike": {"aws:SourceArn": source_arn}}
        self._let_service(service)
        return self._state(
            Statement(
                ["sqs:SendMessage"],
                [self.arn],
                principal=Principal.service(service),
                conditions={"StringEquals": {"aws:SourceAccount": AWS.AccountId}, **source},
            )
        )


@construct
class SQSQueue(QueueAccess):
    """A queue: standard, or first-in-first-out with `fifo=True`.

    - `visibility_timeout`: seconds a received message is hidden, 0 to 43,200 (12 hours); 30 by default.
    - `retention`: seconds a message is kept, 60 to 1,209,600 (14 days); 4 days by default, 14 days on a queue that
      serves as dead-letter queue.
    - `delay`: seconds before a message can be received, 0 to 900.
    - `receive_wait`: seconds a receive call waits for messages (long polling), 0 to 20; 20 by default.
    - `max_message_size`: bytes, 1,024 to 262,144 in the course notes' limits, 1,048,576 today.
    - `dead_letter`: another queue of the same kind: `dead_letter=failed.after(5)`.
    - `dead_letters_of`: which queues of this account and region may use this one as dead-letter queue: "any" (what AWS
      does by itself), "none", or up to 10 queues: ARNs, existing queues, or constructs with a `name`.
    - `key`: a `KMSKey`, or an ARN, id or alias. `encryption`: "sqs" (default without a key, free), "kms" (default with
      one; `alias/aws/sqs` if there is none), or "none". Services that send here through a `KMSKey` of this app are let use it on behalf of this account.
    - `deduplication`: "content" lets a FIFO queue tell repeated messages by their text.
    - `high_throughput`: a FIFO queue that orders within message groups only, for more calls a second.
    - `tls_only`: refuse requests that do not come over TLS.
    - `name`: a fixed name (at most 80 characters; `.fifo` at the end of a FIFO queue's); leave it out unless somebody
      else needs to know it.

    What the queue is used for can be told, and is checked: `expected_tps` (calls a second, or messages with a
    `batch_size` of 1 to 10), `task_seconds` (how long a consumer needs), `idempotent`, `needs_order`.

    Source: SQS Developer Guide; course notes, SQS.
    """

    name: str | None = None
    fifo: bool = False
    visibility_timeout: int | Token = VISIBILITY_DEFAULT
    retention: int | Token | None = None
    delay: int | Token | None = None
    receive_wait: int | Token = 20
    max_message_size: int | Token | None = None
    dead_letter: DeadLetter | None = None
    dead_letters_of: Literal["any", "none"] | Sequence[QueueAccess | str] | None = None
    encryption: Literal["sqs", "kms", "none"] | None = None
    key: KeyAccess | str | None = None
    data_key_reuse: int | Token | None = None
    deduplication: Literal["content"] | None = None
    high_throughput: bool = False
    tls_only: bool = False
    expected_tps: float | None = None
    batch_size: int | None = None
    task_seconds: float | None = None
    idempotent: bool | None = None
    needs_order: bool | None = None

    def build(self) -> None:
        """Make the queue."""
        self._policy = Document()
        if self.encryption is None:
            self.encryption = "sqs" if self.key is None else "kms"
        if self.key is not None and self.encryption != "kms":
            raise ConstructError(
                f'{self.node.path}: key= goes with encryption="kms", not {self.encryption!r}', place=caller(),
                fix='write encryption="kms", or leave the key out',
            )  # fmt: skip
        redrive = None
        if self.dead_letter is not None:
            redrive = {
                "deadLetterTargetArn": self.dead_letter.queue.arn,
                "maxReceiveCount": self.dead_letter.receives,
            }
        resource_class(QUEUE)(
            self,
            MAIN,
            QueueName=self.name,
            FifoQueue=True if self.fifo else None,
            VisibilityTimeout=self.visibility_timeout,
            MessageRetentionPeriod=RETENTION_DEFAULT if self.retention is None else self.retention,
            DelaySeconds=self.delay,
            ReceiveMessageWaitTimeSeconds=self.receive_wait,
            MaximumMessageSize=self.max_message_size,
            RedrivePolicy=redrive,
            RedriveAllowPolicy=self._sources(),
            SqsManagedSseEnabled={"sqs": True, "none": False}.get(self.encryption),
            KmsMasterKeyId=("alias/aws/sqs" if self.key is None else key_arn(self.key))
            if self.encryption == "kms"
            else None,
            KmsDataKeyReusePeriodSeconds=self.data_key_reuse,
            ContentBasedDeduplication=True if self.deduplication == "content" else None,
            DeduplicationScope="messageGroup" if self.high_throughput else None,
            FifoThroughputLimit="perMessageGroupId" if self.high_throughput else None,
        )
        check(
            self,
            fifo=self.fifo,
            high_throughput=self.high_throughput,
            region=self.node.stack.region if self.node.stack is not None else None,
            visibility_timeout=self.visibility_timeout,
            expected_tps=self.expected_tps,
            batch_size=self.batch_size,
            task_seconds=self.task_seconds,
            idempotent=self.idempotent,
            needs_order=self.needs_order,
        )
        if self.tls_only:
            self._state(
                Statement(
                    ["sqs:*"],
                    [self.arn],
                    effect="Deny",
                    principal=Principal.anyone(),
                    conditions={"Bool": {"aws:SecureTransport": "false"}},
                    sid="DenyPlainHttp",
                )
            )

    def _sources(self) -> dict[str, Any] | None:
        given = self.dead_letters_of
        if given is None:
            return None
        if isinstance(given, str) and given in ("any", "none"):
            return {"redrivePermission": "allowAll" if given == "any" else "denyAll"}
        several: Sequence[QueueAccess | str] = given if isinstance(given, list | tuple) else [given]  # type: ignore[list-item]
        return {"redrivePermission": "byQueue", "sourceQueueArns": [_source_arn(one) for one in several]}

    def after(self, receives: int) -> DeadLetter:
        """This queue as the dead-letter queue of another: messages come here after `receives` (1 to 1,000) tries.

        Unless `retention` was given, it keeps them for 14 days.
        """
        if self.retention is None:
            self.node.resource.set(MessageRetentionPeriod=RETENTION_MOST)
        return super().after(receives)

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        made = self.node.children.get("Policy")
        if made is None:
            made = resource_class(QUEUE_POLICY)(self, "Policy", Queues=[self.url], PolicyDocument=self._policy)
        else:
            made.node.resource.set(PolicyDocument=self._policy)
        return made.node.resource

    @staticmethod
    def from_name(scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None) -> ExistingQueue:
        """A queue of this account and region that exists already; `key` is its customer key."""
        checked_name(name)
        url = f"https://sqs.{AWS.Region}.{AWS.URLSuffix}/{AWS.AccountId}/{name}"
        return ExistingQueue(
            scope, id, values={"arn": arn_here("sqs", name), "url": url, "queue_name": name}, key=key
        )  # fmt: skip

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None) -> ExistingQueue:
        """A queue that exists already, by ARN."""
        arn = checked_arn(arn, "sqs", "arn:aws:sqs:eu-west-1:123456789012:orders", r"[\w.-]+")
        name = part(arn, 5)
        url = f"https://sqs.{part(arn, 3)}.{AWS.URLSuffix}/{part(arn, 4)}/{name}"
        return ExistingQueue(scope, id, values={"arn": arn, "url": url, "queue_name": name}, key=key)


@construct
class ExistingQueue(Existing, QueueAccess):
    """A queue made elsewhere; see `SQSQueue.from_arn`."""

    WHAT = "queue"


def _source_arn(source: QueueAccess | str) -> str:
    """The ARN of a queue that sends its dead letters, without a reference: it refers to the other one already."""
    if isinstance(source, str):
        return checked_arn(source, "sqs", "arn:aws:sqs:eu-west-1:123456789012:orders")
    if not isinstance(source, SQSQueue):
        return source.arn
    if source.name is None:
        raise ConstructError(
            f"{source.node.path} and its dead-letter queue would wait for each other", place=caller(),
            fix='give it a name=, write its ARN, or allow "any"',
        )  # fmt: skip
    return arn_here("sqs", source.name)
