"""Configuration sets of Amazon SES: how messages are sent, and who hears what became of them.

Source: SES Developer Guide, using configuration sets; setting up event destinations.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import AWS
from ..existing import Existing, arn_here, checked_name
from ..messaging.sns import SNSTopic, TopicAccess
from ..security.iam import IAMRole
from ..security.policy import Principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..cloudwatch.metric import Metric

    Event = Literal[
        "send", "reject", "bounce", "complaint", "delivery", "open", "click", "rendering-failure", "delivery-delay",
        "subscription",
    ]  # fmt: skip
    ValueSource = Literal["message-tag", "email-header", "link-tag"]

CONFIGURATION_SET = "AWS::SES::ConfigurationSet"
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
POOL = "AWS::SES::DedicatedIpPool"
SERVICE = "ses.amazonaws.com"

EVENTS: tuple[Event, ...] = (
    "send", "reject", "bounce", "complaint", "delivery", "open", "click", "rendering-failure", "delivery-delay",
    "subscription",
)  # fmt: skip
SOURCES = {"message-tag": "messageTag", "email-header": "emailHeader", "link-tag": "linkTag"}


@construct
class SESDedicatedIPPool(Construct):
    """Addresses that only this account sends from.

    - `managed`: SES takes as many as the mail needs, and warms them up (on); off, dedicated addresses are ordered by hand
      and put in. A standard pool can become a managed one, not the other way round.
    - `name`: at most 64 lower-case letters, digits, hyphens and underscores.

    Dedicated addresses are paid for. Source: SES Developer Guide, dedicated IP addresses.
    """

    name: str | None = None
    managed: bool = True

    pool_name = ref()

    def build(self) -> None:
        """Make the pool."""
        resource_class(POOL)(self, MAIN, PoolName=self.name, ScalingMode="MANAGED" if self.managed else "STANDARD")


class ConfigurationSetAccess(Construct):
    """A configuration set and where its events go, whether it is made here or exists already.

    Events: "send" (SES took the message), "reject" (it holds a virus), "bounce", "complaint", "delivery", "open",
    "click", "rendering-failure" (of a template), "delivery-delay", "subscription" (somebody changed theirs).
    """

    set_name = ref()

    @property
    def arn(self) -> str:
        """The ARN that policies name the set by."""
        return arn_here("ses", f"configuration-set/{self.set_name}")

    @checked
    def notify(self, topic: TopicAccess, *events: Event, id: str | None = None, enabled: bool = True) -> Construct:
        """Tell a standard topic of events; it lets SES publish for this set and no other.

        A topic that exists already must do so itself. Source: SES Developer Guide, set up an Amazon SNS event destination.
        """
        target = {"SnsDestination": {"TopicARN": topic.arn}}
        made = self._send(id or f"To{_word(topic)}", events, enabled, target)
        if isinstance(topic, SNSTopic):
            made.node.depends_on(topic.accept_from_account(SERVICE, self._source(topic)))
        return made

    @checked
    def to_cloudwatch(
        self,
        *events: Event,
        dimensions: Mapping[str, tuple[ValueSource, str]] | None = None,
        id: str = "ToCloudWatch",
        enabled: bool = True,
    ) -> Construct:
        """Count events in CloudWatch by dimensions, at most 10: `{"campaign": ("message-tag", "none")}`.

        Each dimension has a name, where its value comes from ("message-tag", "email-header" or "link-tag" of that name)
        and the value of messages that have none. Left out, events are counted by the configuration set.
        """
        asked = dimensions or {"ses:configuration-set": ("message-tag", "none")}
        odd = [
            one
            for one in asked.values()
            if not isinstance(one, tuple | list) or len(one) != 2 or one[0] not in tuple(SOURCES)
        ]
        if odd:
            what = odd[0][0] if isinstance(odd[0], tuple | list) and len(odd[0]) == 2 else odd[0]
            raise ConstructError(
                f"{self.node.path}: a dimension from {what!r}", place=caller(),
                fix=f'(where from, value without one), such as ("message-tag", "none"); from {", ".join(SOURCES)}',
            )  # fmt: skip
        listed = [
            {"DimensionName": name, "DimensionValueSource": SOURCES[source], "DefaultDimensionValue": default}
            for name, (source, default) in asked.items()
        ]
        return self._send(id, events, enabled, {"CloudWatchDestination": {"DimensionConfigurations": listed}})

    @checked
    def to_firehose(
        self,
        stream_arn: str,
        *events: Event,
        role: IAMRole | str | None = None,
        id: str = "ToFirehose",
        enabled: bool = True,
    ) -> Construct:
        """Stream events to a Firehose delivery stream, by ARN.

        `role` may put records there on behalf of SES; left out, one is made as child of the destination, "Role", that SES
        takes on for this set alone. Source: SES Developer Guide, set up a Data Firehose event destination.
        """
        made = EventDestination(self, id)
        given: str
        waits: tuple[Construct, ...] = ()
        if role is None:
            trust = Principal.service(SERVICE).when(
                {"StringEquals": {"aws:SourceAccount": AWS.AccountId}, "ArnLike": {"aws:SourceArn": self.arn}}
            )
            own = IAMRole(made, "Role", assumed_by=trust)
            granted = own.allow("firehose:PutRecord", "firehose:PutRecordBatch", on=stream_arn)
            given, waits = own.arn, (granted.policy,) if granted.policy is not None else ()
        else:
            given = role if isinstance(role, str) else role.arn
        target = {"KinesisFirehoseDestination": {"DeliveryStreamARN": stream_arn, "IAMRoleARN": given}}
        made.send(self, self._checked(events), enabled, target)
        if waits:
            made.node.resource.node.depends_on(*waits)
        return made

    @checked
    def to_eventbridge(self, *events: Event, id: str = "ToEventBridge", enabled: bool = True) -> Construct:
        """Send events to the account's default bus of EventBridge, the only one that SES sends to."""
        bus = arn_here("events", "event-bus/default")
        return self._send(id, events, enabled, {"EventBridgeDestination": {"EventBusArn": bus}})

    def metric(self, name: str, *, statistic: str = "Sum", period: int = 300) -> Metric:
        """What SES says of the set: `Send`, `Delivery`, `Bounce`, `Complaint`, `Reputation.BounceRate`, …

        Counts need `to_cloudwatch`, rates the reputation metrics. Source: SES Developer Guide, monitoring with CloudWatch.
        """
        from ..cloudwatch.metric import Metric

        return Metric("AWS/SES", name, {"ses:configuration-set": self.set_name}, statistic=statistic, period=period)

    def _send(self, id: str, events: Sequence[str], enabled: bool, target: dict[str, Any]) -> EventDestination:
        made = EventDestination(self, id)
        made.send(self, self._checked(events), enabled, target)
        return made

    def _checked(self, events: Sequence[str]) -> list[str]:
        wrong = [event for event in events if event not in EVENTS]
        if wrong or not events:
            what = f"an event {wrong[0]!r}" if wrong else "no event"
            raise ConstructError(f"{self.node.path}: {what}", place=caller(), fix=f"one of {', '.join(EVENTS)}")
        return [_camel(event) for event in dict.fromkeys(events)]

    def _source(self, target: Construct) -> str:
        """The set's ARN as a policy of `target` writes it, without closing a circle between stacks."""
        if target.node.stack is self.node.stack or isinstance(self, Existing):
            return self.arn
        fixed = getattr(self, "name", None)
        return arn_here("ses", f"configuration-set/{fixed or '*'}")


@construct
class EventDestination(Construct):
    """Where some events of a configuration set go; made by `notify`, `to_cloudwatch`, `to_firehose`, `to_eventbridge`."""

    def send(self, owner: ConfigurationSetAccess, events: list[str], enabled: bool, target: dict[str, Any]) -> None:
        """Make the destination."""
        body = {"Enabled": enabled, "MatchingEventTypes": events, **target}
        resource_class(DESTINATION)(self, MAIN, ConfigurationSetName=owner.set_name, EventDestination=body)


@construct
class SESConfigurationSet(ConfigurationSetAccess):
    """How messages are sent that name it, or whose identity uses it.

    - `tls`: "require" (default): messages go to servers that speak TLS, or not at all; "optional".
    - `sending`: False stops all messages of the set.
    - `reputation_metrics`: CloudWatch gets its rates of bounces and complaints (on).
    - `suppress`: addresses that are not sent to again: those that gave a "bounce", a "complaint" (both by default);
      none of them as an empty list; None leaves it to the account.
    - `pool`: an `SESDedicatedIPPool`, or its name.
    - `max_delivery`: seconds that SES tries to deliver a message, 300 to 50,400 (14 hours, the default).
    - `redirect_domain`: a domain of your own for links that are counted; `redirect_https`: "require" (default),
      "open-only" or "optional".
    - `engagement_metrics`, `optimized_delivery`: Virtual Deliverability Manager for this set, on or off; it must be on for
      the account, and is paid for.
    - `name`: at most 64 letters, digits, hyphens and underscores; programs that name it themselves must know it.

    Where its events go is told with `notify`, `to_cloudwatch`, `to_firehose` and `to_eventbridge`.

    Source: SES Developer Guide, using configuration sets.
    """

    name: str | None = None
    tls: Literal["require", "optional"] = "require"
    sending: bool = True
    reputation_metrics: bool = True
    suppress: Sequence[Literal["bounce", "complaint"]] | None = ("bounce", "complaint")
    pool: SESDedicatedIPPool | str | None = None
    max_delivery: int | Token | None = None
    redirect_domain: str | None = None
    redirect_https: Literal["require", "open-only", "optional"] = "require"
    engagement_metrics: bool | None = None
    optimized_delivery: bool | None = None

    def build(self) -> None:
        """Make the set."""
        pool = self.pool.pool_name if isinstance(self.pool, SESDedicatedIPPool) else self.pool
        resource_class(CONFIGURATION_SET)(
            self,
            MAIN,
            Name=self.name,
            DeliveryOptions={
                "TlsPolicy": self.tls.upper(),
                "SendingPoolName": pool,
                "MaxDeliverySeconds": self.max_delivery,
            },
            SendingOptions=None if self.sending else {"SendingEnabled": False},
            ReputationOptions={"ReputationMetricsEnabled": self.reputation_metrics},
            SuppressionOptions=None
            if self.suppress is None
            else {"SuppressedReasons": [reason.upper() for reason in self.suppress]},
            TrackingOptions=self._tracking(),
            VdmOptions=self._deliverability(),
        )

    def _tracking(self) -> dict[str, Any] | None:
        if self.redirect_domain is None:
            return None
        policy = {"open-only": "REQUIRE_OPEN_ONLY"}.get(self.redirect_https, self.redirect_https.upper())
        return {"CustomRedirectDomain": self.redirect_domain, "HttpsPolicy": policy}

    def _deliverability(self) -> dict[str, Any] | None:
        options = {
            "DashboardOptions": _switch("EngagementMetrics", self.engagement_metrics),
            "GuardianOptions": _switch("OptimizedSharedDelivery", self.optimized_delivery),
        }
        return options if any(options.values()) else None

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingConfigurationSet:
        """A configuration set that exists already."""
        checked_name(name)
        return ExistingConfigurationSet(scope, id, values={"set_name": name})


@construct
class ExistingConfigurationSet(Existing, ConfigurationSetAccess):
    """A configuration set made elsewhere; see `SESConfigurationSet.from_name`."""

    WHAT = "configuration set"


def _switch(name: str, on: bool | None) -> dict[str, str] | None:
    return None if on is None else {name: "ENABLED" if on else "DISABLED"}


def _camel(event: str) -> str:
    first, *rest = event.split("-")
    return first + "".join(word.capitalize() for word in rest)


def _word(construct: Construct) -> str:
    id = construct.node.plain_id
    return id[:1].upper() + id[1:]


def region_for(source: Construct, reader: Construct) -> str:
    """The region of `source` as a template that `reader` stands in writes it.

    Raises `ConstructError` when it is not known and another stack would take its own for it.
    """
    stack = source.node.stack
    region = None if stack is None else stack.region
    if region is None and reader.node.stack is not stack:
        raise ConstructError(
            f"{reader.node.path} stands in another stack than {source.node.path}, whose region it must name",
            place=caller(),
            fix='give that stack a region: region="eu-west-1"',
        )
    return AWS.Region if region is None else region
