"""Amazon EventBridge: buses, rules that pick events, and what they are sent to.

Source: EventBridge User Guide.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..cloudwatch.metric import Metric
from ..existing import Existing, arn_here, checked_arn, checked_name
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.iam import IAMRole
from ..security.keys import KeyAccess, grant_key, key_arn
from ..security.policy import Grant, Principal, Statement, give
from ..stepfunctions.stepfunctions import MachineAccess
from .eventinput import EventField, made_input
from .kinesis import StreamAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, TypeAlias, TypedDict

    from ...resource import Resource
    from ..functions.invocable import Invocable
    from ..security.iam import ExistingRole
    from ..security.policy import Conditions, Grantee

    EventTarget: TypeAlias = "Invocable | QueueAccess | TopicAccess | MachineAccess | StreamAccess | EventBusAccess"

    Fitting: TypeAlias = "Sequence[str | float | bool | Mapping[str, Any] | None] | Mapping[str, Any]"
    """What a field of an event must be: one of a list, or again fields."""

    EventPattern = TypedDict(
        "EventPattern",
        {
            "source": Fitting,
            "detail-type": Fitting,
            "detail": Mapping[str, Any],
            "account": Fitting,
            "region": Fitting,
            "resources": Fitting,
            "id": Fitting,
            "time": Fitting,
            "version": Fitting,
            "$or": Sequence[Mapping[str, Any]],
        },
        total=False,
    )

RULE = "AWS::Events::Rule"
BUS = "AWS::Events::EventBus"
BUS_POLICY = "AWS::Events::EventBusPolicy"
ARCHIVE = "AWS::Events::Archive"
SERVICE = "events.amazonaws.com"


class EventBusAccess(Construct):
    """Who may put events on a bus, whether it is made here or exists already."""

    if TYPE_CHECKING:

        def _state(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    bus_name = ref()

    def grant_put(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody put events on the bus; another account as a whole by its number."""
        return give(who, ("events:PutEvents",), on=[self.arn], through=self._state, when=when)

    def archive(self, id: str = "Archive", *, days: int | None = None, pattern: EventPattern | None = None) -> Resource:
        """Keep events for replay, for so many days (for ever when left out), all or those that fit a pattern."""
        return resource_class(ARCHIVE)(self, id, SourceArn=self.arn, RetentionDays=days, EventPattern=pattern)

    def on(self, id: str, pattern: EventPattern, *targets: EventTarget) -> EventRule:
        """A rule that sends the bus's events that fit a pattern to targets."""
        rule = EventRule(self, id, pattern=pattern, bus=self)
        for target in targets:
            rule.to(target)
        return rule


@construct
class EventBus(EventBusAccess):
    """A bus of one's own for events of applications; those of AWS are on the account's default one.

    - `name`: at most 256 characters.
    - `key`: a customer key to encrypt events with. `dead_letter`: a queue for events that could not be delivered.

    The default bus is `EventBus.from_name(stack, "Default", "default")`. Source: EventBridge User Guide, event buses.
    """

    name: str
    description: str | None = None
    key: KeyAccess | str | None = None
    dead_letter: QueueAccess | None = None

    def build(self) -> None:
        """Make the bus."""
        self._policies = 0
        resource_class(BUS)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            KmsKeyIdentifier=key_arn(self.key),
            DeadLetterConfig=None if self.dead_letter is None else {"Arn": self.dead_letter.arn},
        )
        by_bus = {
            "ArnEquals": {
                "kms:EncryptionContext:aws:events:event-bus:arn": arn_here("events", f"event-bus/{self.name}")
            }
        }
        grant_key(self, self.key, Principal.service(SERVICE), ("kms:Decrypt", "kms:GenerateDataKey"), when=by_bus)
        grant_key(self, self.key, Principal.service(SERVICE), ("kms:DescribeKey",))
        if self.dead_letter is not None:
            self.dead_letter.accept_from_account(SERVICE)

    def _state(self, statement: Statement) -> Resource:
        self._policies += 1
        sid = f"{self.node.plain_id}{self._policies}"
        statement.sid = sid
        return resource_class(BUS_POLICY)(
            self, f"Policy{self._policies}", EventBusName=self.bus_name, StatementId=sid,
            Statement=statement.to_cloudformation(),
        )  # fmt: skip

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingEventBus:
        """A bus of this account and region that exists already; every account has one called "default"."""
        checked_name(name)
        values = {"arn": arn_here("events", f"event-bus/{name}"), "bus_name": name}
        return ExistingEventBus(scope, id, values=values)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingEventBus:
        """A bus that exists already, by ARN."""
        arn = checked_arn(arn, "events", "arn:aws:events:eu-west-1:123456789012:event-bus/orders", r"event-bus/.+")
        name = select(1, split("/", arn)) if has_marker(arn) else arn.partition("/")[2]
        return ExistingEventBus(scope, id, values={"arn": arn, "bus_name": name})


@construct
class ExistingEventBus(Existing, EventBusAccess):
    """A bus made elsewhere; see `EventBus.from_name`."""

    WHAT = "event bus"


@construct
class EventRule(Construct):
    """A rule that sends events that fit a pattern, or an event of its own on a schedule, to up to five targets.

    - `pattern`: for each field what fits: `{"source": ["aws.ec2"], "detail": {"state": ["stopped"]}}`; also `{"prefix":
      "a"}`, `{"suffix": …}`, `{"anything-but": …}`, `{"numeric": [">", 5]}`, `{"exists": True}`, `{"cidr": …}`,
      `{"wildcard": …}`, `{"equals-ignore-case": …}`, and `"$or"` of several patterns.
    - `schedule`: `"rate(5 minutes)"` or `"cron(0 12 * * ? *)"` in UTC; `Schedule` knows time zones, and does more.
    - `bus`: the default one when left out.
    - `name`: a fixed name; leave it out unless somebody else needs to know it.

    `rule.to(target)` adds a target. Source: EventBridge User Guide, rules.
    """

    pattern: EventPattern | None = None
    schedule: str | None = None
    bus: EventBusAccess | None = None
    description: str | None = None
    enabled: bool = True
    name: str | None = None

    arn = attribute("Arn")

    def build(self) -> None:
        """Make the rule."""
        self._targets: list[dict[str, Any]] = []
        resource_class(RULE)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            EventBusName=None if self.bus is None else self.bus.bus_name,
            EventPattern=self.pattern,
            ScheduleExpression=self.schedule,
            State="ENABLED" if self.enabled else "DISABLED",
        )

    def to(
        self,
        target: EventTarget,
        *,
        input: Mapping[str, Any] | Sequence[Any] | str | EventField | None = None,
        group: str | None = None,
        partition: str | None = None,
        retries: int | None = None,
        max_age: int | None = None,
        dead_letter: QueueAccess | None = None,
    ) -> EventRule:
        """Send what fits to a function, queue, topic, state machine, Kinesis stream or other bus; returns the rule.

        A function, queue or topic lets the rule in, and nobody else; the others are reached through a role of the rule
        ("Role"), which may do that alone.
        - `input`: what is sent instead of the event: data, with `event_field("$.detail.id")` for values of the event, or
          one such alone.
        - `group`: the message group for a FIFO queue. `partition`: the path of a stream's partition key in the event
          (`"$.detail.id"`), the event's id by default.
        - `retries`, 0 to 185 (the default), and `max_age`, 60 to 86,400 seconds, until an event is given up, to
          `dead_letter` if there is one.
        """
        arn, role = self._reach(target)
        queue = isinstance(target, QueueAccess)
        if (group is not None and not queue) or (partition is not None and not isinstance(target, StreamAccess)):
            raise ConstructError(
                f"{self.node.path}: group= is for queues, partition= for streams", place=caller(), fix="leave it out"
            )
        policy = {"MaximumRetryAttempts": retries, "MaximumEventAgeInSeconds": max_age}
        if dead_letter is not None:
            self._let(dead_letter)
        self._targets.append({
            "Id": f"Target{len(self._targets) + 1}",
            "Arn": arn,
            "RoleArn": role,
            **made_input(input),
            "SqsParameters": None if group is None else {"MessageGroupId": group},
            "KinesisParameters": None if partition is None else {"PartitionKeyPath": partition},
            "RetryPolicy": policy if retries is not None or max_age is not None else None,
            "DeadLetterConfig": None if dead_letter is None else {"Arn": dead_letter.arn},
        })  # fmt: skip
        self.node.resource.set(Targets=list(self._targets))
        return self

    def _reach(self, target: Any) -> tuple[str, str | None]:
        """The target's ARN, and that of the role through which it is reached."""
        if isinstance(target, QueueAccess | TopicAccess):
            self._let(target)
            return target.arn, None
        if hasattr(target, "invoke_arn") and hasattr(target, "accept_from"):
            self._let(target)
            return target.invoke_arn, None
        role = self.node.children.get("Role")
        if not isinstance(role, IAMRole):
            role = IAMRole(self, "Role", assumed_by=on_behalf(SERVICE))
        return send_through(role, target, self.node.path), role.arn

    def _let(self, target: Any) -> None:
        if target.node.stack is self.node.stack:
            target.accept_from(SERVICE, self.arn)
        else:  # the target's stack cannot refer to the rule, which refers to it
            named = None if self.name is None else arn_here("events", f"rule/{self.name}")
            target.accept_from_account(SERVICE, named if self.bus is None else None)

    def metric(self, name: str, *, statistic: str = "Sum", period: int = 300) -> Metric:
        """What EventBridge says of the rule: `MatchedEvents`, `FailedInvocations`, `InvocationsSentToDlq`, …"""
        return Metric(
            "AWS/Events", name, {"RuleName": self.node.resource.ref}, statistic=statistic, period=period
        )  # fmt: skip


def on_behalf(service: str) -> Principal:
    """A service that may take on a role for this account alone."""
    return Principal.service(service).when({"StringEquals": {"aws:SourceAccount": AWS.AccountId}})


def send_through(role: IAMRole | ExistingRole, target: Any, who: str) -> str:
    """Let a role send to a target, and nothing else; the target's ARN. Raises `ConstructError` for what is none."""
    if isinstance(target, QueueAccess):
        grant_key(target, target.key, role, ("kms:GenerateDataKey", "kms:Decrypt"), via="sqs")
        role.allow("sqs:SendMessage", on=target.arn)
    elif isinstance(target, TopicAccess):
        target.grant_publish(role)
    elif isinstance(target, MachineAccess):
        target.grant_start(role)
        return target.start_arn
    elif isinstance(target, StreamAccess):
        grant_key(target, target.key, role, ("kms:GenerateDataKey",), via="kinesis")
        role.allow("kinesis:PutRecord", "kinesis:PutRecords", on=target.arn)
    elif isinstance(target, EventBusAccess):
        role.allow("events:PutEvents", on=target.arn)
    elif hasattr(target, "grant_invoke"):
        target.grant_invoke(role)
        invoked: str = target.invoke_arn
        return invoked
    else:
        raise ConstructError(
            f"{who}: events cannot be sent to a {type(target).__name__}", place=caller(),
            fix="give a function, a queue, a topic, a state machine, a Kinesis stream or an event bus",
        )  # fmt: skip
    arn: str = target.arn
    return arn
