"""Amazon Simple Notification Service: topics, subscriptions of every protocol, who may publish."""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, describe, has_marker
from ..existing import Existing, arn_here, checked_arn, checked_name, part
from ..hints import check
from ..security.keys import KeyAccess, grant_key, key_arn
from ..security.policy import Document, Grant, Principal, Statement, give
from .sqs import DeadLetter, QueueAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, TypedDict, Unpack

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.cloudwatch import AlarmAccess
    from ..cloudwatch.metric import Metric
    from ..functions.invocable import Invocable
    from ..security.policy import Conditions, Grantee

    class Options(TypedDict, total=False):
        """What every kind of subscription takes; see `SNSTopic.subscribe`."""

        filter: Mapping[str, Any] | None
        filter_on: Literal["attributes", "body"]
        raw: bool | None
        dead_letter: DeadLetter | QueueAccess | None


TOPIC = "AWS::SNS::Topic"
TOPIC_POLICY = "AWS::SNS::TopicPolicy"
SUBSCRIPTION = "AWS::SNS::Subscription"

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PLAIN = re.compile(r"\+?[0-9]+|[A-Za-z0-9]+@[a-z0-9]+(\.[a-z0-9]+)*|https?://[a-z0-9]+(\.[a-z0-9]+)*/?")
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}")


class TopicAccess(Construct):
    """Who hears what a topic says and who may publish, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = ref()
    topic_name = attribute("TopicName")

    def subscribe(
        self,
        target: QueueAccess | Invocable | str,
        *,
        filter: Mapping[str, Any] | None = None,
        filter_on: Literal["attributes", "body"] = "attributes",
        raw: bool | None = None,
        dead_letter: DeadLetter | QueueAccess | None = None,
    ) -> Subscription:
        """Push messages to a queue, a function, an e-mail address, a telephone number (`+49…`) or a web address.

        - A queue or function gets the permission it needs, for this topic and no other.
        - `filter`: only messages whose attributes (or JSON body, with `filter_on="body"`) match.
        - `raw`: deliver the message without SNS's envelope; queues, web addresses and Firehose only.
        - `dead_letter`: a queue for what could not be delivered.
        """
        if isinstance(target, QueueAccess):
            policy = target.accept_from("sns.amazonaws.com", self.arn)
            made = self._subscription(
                target, "sqs", target.arn, f"From{_word(self)}", filter, filter_on, raw, dead_letter
            )
            made.node.depends_on(policy)
            return made
        if not isinstance(target, str) and hasattr(target, "invoke_arn"):
            permission = target.accept_from("sns.amazonaws.com", self.arn)
            made = self._subscription(
                target, "lambda", target.invoke_arn, f"From{_word(self)}", filter, filter_on, raw, dead_letter
            )
            made.node.depends_on(permission)
            return made
        protocol = _protocol(target)
        assert isinstance(target, str)
        return self._subscription(self, protocol, target, f"To{_letters(target)}", filter, filter_on, raw, dead_letter)

    def subscribe_email(self, address: str, *, json: bool = False, **options: Unpack[Options]) -> Subscription:
        """Push to an e-mail address, as text or (`json`) with the whole envelope; its owner must confirm."""
        return self._subscription(
            self, "email-json" if json else "email", address, f"To{_letters(address)}", **_options(options)
        )

    def subscribe_sms(self, number: str, **options: Unpack[Options]) -> Subscription:
        """Push to a telephone number in E.164 form (`+4915112345678`)."""
        return self._subscription(self, "sms", number, f"To{_letters(number)}", **_options(options))

    def subscribe_url(self, url: str, **options: Unpack[Options]) -> Subscription:
        """Push to an http or https endpoint, which must confirm."""
        protocol = "http" if type(url) is str and url.startswith("http://") else "https"
        return self._subscription(self, protocol, url, f"To{_letters(url)}", **_options(options))

    def subscribe_function(self, id: str, function_arn: str, **options: Unpack[Options]) -> Subscription:
        """Push to a Lambda function, version or alias by ARN, with the permission to invoke it."""
        resource_class("AWS::Lambda::Permission")(
            self, f"Invoke{id}", Action="lambda:InvokeFunction", FunctionName=function_arn,
            Principal="sns.amazonaws.com", SourceArn=self.arn,
        )  # fmt: skip
        return self._subscription(self, "lambda", function_arn, f"To{id}", **_options(options))

    def subscribe_firehose(self, id: str, stream_arn: str, role_arn: str, **options: Unpack[Options]) -> Subscription:
        """Push to a Firehose delivery stream through a role that `sns.amazonaws.com` may take on."""
        return self._subscription(self, "firehose", stream_arn, f"To{id}", role=role_arn, **_options(options))

    def subscribe_application(self, id: str, endpoint_arn: str, **options: Unpack[Options]) -> Subscription:
        """Push to a mobile application's endpoint by ARN."""
        return self._subscription(self, "application", endpoint_arn, f"To{id}", **_options(options))

    def grant_publish(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody publish; with a customer key, use it too."""
        self._grant_key(who)
        return give(who, ["sns:Publish"], on=[self.arn], through=self._state, when=when)

    def grant_subscribe(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody subscribe."""
        return give(who, ["sns:Subscribe"], on=[self.arn], through=self._state, when=when)

    def accept_from(self, service: str, source_arn: str) -> Resource:
        """Let one resource of an AWS service publish here, and no other; returns the topic policy.

        A customer key lets the service use it on behalf of this account: the source's ARN could close a circle.
        """
        self._grant_key(Principal.service(service))
        return self._state(
            Statement(
                ["sns:Publish"],
                [self.arn],
                principal=Principal.service(service),
                conditions={"ArnLike": {"aws:SourceArn": source_arn}},
            )
        )

    def accept_from_account(self, service: str, source_arn: str | None = None) -> Resource:
        """Let an AWS service send here on behalf of this account; for sources whose ARN would close a circle.

        An ARN that is known all the same, by a fixed name, is asked for too.
        """
        source = {} if source_arn is None else {"ArnLike": {"aws:SourceArn": source_arn}}
        self._grant_key(Principal.service(service))
        return self._state(
            Statement(
                ["sns:Publish"],
                [self.arn],
                principal=Principal.service(service),
                conditions={"StringEquals": {"aws:SourceAccount": AWS.AccountId}, **source},
            )
        )

    def metric(self, name: str, *, statistic: str = "Sum", period: int = 300) -> Metric:
        """What SNS says of the topic: `NumberOfMessagesPublished`, `NumberOfNotificationsFailed`, `PublishSize`, …"""
        from ..cloudwatch.metric import Metric

        return Metric("AWS/SNS", name, {"TopicName": self.topic_name}, statistic=statistic, period=period)

    def _grant_key(self, who: str | Principal | Grantee) -> None:
        grant_key(self, self.key, who, ("kms:GenerateDataKey", "kms:Decrypt"), via="sns")

    def _subscription(
        self,
        scope: Construct,
        protocol: str,
        endpoint: str,
        id: str,
        filter: Mapping[str, Any] | None = None,
        filter_on: str = "attributes",
        raw: bool | None = None,
        dead_letter: DeadLetter | QueueAccess | None = None,
        role: str | None = None,
    ) -> Subscription:
        id = self._free(scope, id, endpoint)
        failed = dead_letter.queue if isinstance(dead_letter, DeadLetter) else dead_letter
        if failed is not None:
            failed.accept_from("sns.amazonaws.com", self.arn)
        return Subscription(
            scope, id, topic=self, protocol=protocol, endpoint=endpoint, filter=filter, filter_on=filter_on, raw=raw,
            dead_letter=failed, role=role,
        )  # fmt: skip

    def _free(self, scope: Construct, id: str, endpoint: str) -> str:
        """The id for a subscription; refuses an endpoint that this topic has already, as SNS does."""
        held = scope.node.children.get(id)
        if not isinstance(held, Subscription):
            return id
        if held.topic is self and str.__eq__(held.endpoint, endpoint):
            raise ConstructError(
                f"{self.node.path} pushes to this endpoint already, and SNS keeps one subscription for each",
                place=caller(),
                fix='say all it is to get in one filter: several values of one key, or {"$or": [{…}, {…}]}',
            )
        return f"{id}{_digest(f'{self.node.path} {describe(endpoint)}')}"


@construct
class SNSTopic(TopicAccess):
    """A topic that pushes every message to all its subscribers; standard, or ordered with `fifo=True`.

    - `display_name`: at most 100 characters; the sender's name of e-mails and short messages.
    - `deduplication`: "content" lets a FIFO topic tell repeated messages by their text.
    - `key`: a `KMSKey`, or the ARN, id or alias of a key, to encrypt with; left out, SNS keeps messages encrypted by
      itself only in transit. Services that publish here through a `KMSKey` of this app are let use it on behalf of this
      account.
    - `max_message_size`: bytes, 1,024 to 1,048,576; above 262,144 only queues, functions and Firehose may subscribe.
    - `archive_days`: a FIFO topic keeps messages for replay, 1 to 365 days.
    - `tracing`: X-Ray follows messages through.
    - `tls_only`: refuse publishers that do not use TLS.
    - `name`: a fixed name (`.fifo` at the end of a FIFO topic's); leave it out unless somebody else needs to know it.

    What the topic is used for can be told, and is checked: `message_bytes`, `sms_bytes`, `pull` (consumers that mean
    to poll), `purpose` ("confirmation", "notification", "newsletter" or "marketing" to customers; "alert" or "fan-out").

    Source: SNS Developer Guide; course notes, SNS.
    """

    name: str | None = None
    fifo: bool = False
    display_name: str | None = None
    deduplication: Literal["content"] | None = None
    key: KeyAccess | str | None = None
    max_message_size: int | Token | None = None
    archive_days: int | None = None
    tracing: bool = False
    tls_only: bool = False
    message_bytes: int | None = None
    sms_bytes: int | None = None
    pull: bool | None = None
    purpose: Literal["confirmation", "notification", "newsletter", "marketing", "alert", "fan-out"] | None = None

    def build(self) -> None:
        """Make the topic."""
        self._policy = Document()
        resource_class(TOPIC)(
            self,
            MAIN,
            TopicName=self.name,
            FifoTopic=True if self.fifo else None,
            DisplayName=self.display_name,
            ContentBasedDeduplication=True if self.deduplication == "content" else None,
            KmsMasterKeyId=key_arn(self.key),
            MaximumMessageSize=self.max_message_size,
            ArchivePolicy=None if self.archive_days is None else {"MessageRetentionPeriod": str(self.archive_days)},
            TracingConfig="Active" if self.tracing else None,
        )
        check(
            self,
            message_bytes=self.message_bytes,
            max_message_size=self.max_message_size,
            sms_bytes=self.sms_bytes,
            pull=self.pull,
            purpose=self.purpose,
        )
        if self.tls_only:
            self._state(
                Statement(
                    ["sns:Publish"],
                    [self.arn],
                    effect="Deny",
                    principal=Principal.anyone(),
                    conditions={"Bool": {"aws:SecureTransport": "false"}},
                    sid="DenyPlainHttp",
                )
            )

    def accept_alarm(self, alarm: AlarmAccess) -> Resource:
        """Let a CloudWatch alarm publish here; alarms of other stacks as those of this account and region.

        The alarms of one stack share a statement. With a customer key of this app, CloudWatch may use it for this account.
        """
        self._grant_key(Principal.service("cloudwatch.amazonaws.com"))
        near = alarm.node.stack is self.node.stack
        arn = alarm.arn if near else arn_here("cloudwatch", "alarm:*")
        alarms: list[str] = self.__dict__.setdefault("_alarms", [])
        if not any(str.__eq__(arn, known) for known in alarms):
            self._policy.drop("FromAlarms")
            alarms.append(arn)
        return self._state(
            Statement(
                ["sns:Publish"],
                [self.arn],
                principal=Principal.service("cloudwatch.amazonaws.com"),
                conditions={"ArnLike": {"aws:SourceArn": alarms[0] if len(alarms) == 1 else list(alarms)}},
                sid="FromAlarms",
            )
        )

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        made = self.node.children.get("Policy")
        if made is None:
            made = resource_class(TOPIC_POLICY)(self, "Policy", Topics=[self.arn], PolicyDocument=self._policy)
        else:
            made.node.resource.set(PolicyDocument=self._policy)
        return made.node.resource

    @staticmethod
    def from_name(scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None) -> ExistingTopic:
        """A topic of this account and region that exists already; `key` is its customer key."""
        checked_name(name)
        return ExistingTopic(scope, id, values={"arn": arn_here("sns", name), "topic_name": name}, key=key)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None) -> ExistingTopic:
        """A topic that exists already, by ARN. It can be subscribed to, as far as its own policy lets this account."""
        arn = checked_arn(arn, "sns", "arn:aws:sns:eu-west-1:123456789012:placed", r"[\w.-]+")
        return ExistingTopic(scope, id, values={"arn": arn, "topic_name": part(arn, 5)}, key=key)


@construct
class ExistingTopic(Existing, TopicAccess):
    """A topic made elsewhere; see `SNSTopic.from_arn`."""

    WHAT = "topic"


@construct
class Subscription(Construct):
    """One subscriber of a topic; made by `topic.subscribe(…)`."""

    topic: TopicAccess
    protocol: str
    endpoint: str
    filter: Mapping[str, Any] | None = None
    filter_on: str = "attributes"
    raw: bool | None = None
    dead_letter: QueueAccess | None = None
    role: str | None = None

    arn = ref()

    def build(self) -> None:
        """Make the subscription."""
        resource_class(SUBSCRIPTION)(
            self,
            MAIN,
            TopicArn=self.topic.arn,
            Protocol=self.protocol,
            Endpoint=self.endpoint,
            FilterPolicy=self.filter,
            FilterPolicyScope="MessageBody" if self.filter is not None and self.filter_on == "body" else None,
            RawMessageDelivery=self.raw,
            RedrivePolicy=None if self.dead_letter is None else {"deadLetterTargetArn": self.dead_letter.arn},
            SubscriptionRoleArn=self.role,
        )


def _protocol(target: object) -> str:
    if type(target) is str:
        if target.startswith(("http://", "https://")):
            return target.partition(":")[0]
        if _EMAIL.fullmatch(target):
            return "email"
        if _PHONE.fullmatch(target):
            return "sms"
    shown = repr(target) if type(target) is str else f"a {type(target).__name__}"
    raise ConstructError(
        f"cannot tell how to deliver to {shown}", place=caller(),
        fix="give a queue, name@example.com, +4915112345678 or https://…; for ARNs use subscribe_function, "
        "subscribe_firehose or subscribe_application",
    )  # fmt: skip


_OPTIONS = frozenset(("filter", "filter_on", "raw", "dead_letter"))


def _options(options: Options) -> Options:
    wrong = sorted(options.keys() - _OPTIONS)
    if wrong:
        raise ConstructError(
            f"a subscription has no option {wrong[0]!r}", place=caller(), fix=f"one of: {', '.join(sorted(_OPTIONS))}"
        )
    return options


def _word(construct: Construct) -> str:
    id = construct.node.plain_id
    return id[:1].upper() + id[1:]


def _letters(text: str) -> str:
    """A word for an address; what the word leaves out goes into a digest, so that similar addresses stay apart."""
    if has_marker(text):
        return _words(describe(text))
    word = _words(text)
    return word if _PLAIN.fullmatch(text) else f"{word}{_digest(text)}"


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _words(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", text))
