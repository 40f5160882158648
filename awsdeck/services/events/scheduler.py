"""Amazon EventBridge Scheduler: something is done once, or again and again, in any time zone.

Source: EventBridge Scheduler User Guide.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, to_json
from ..messaging.sqs import QueueAccess
from ..security.iam import ExistingRole, IAMRole
from ..security.keys import KeyAccess, grant_key, key_arn
from .events import EventBusAccess, on_behalf, send_through
from .kinesis import StreamAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .events import EventTarget

SCHEDULE = "AWS::Scheduler::Schedule"
GROUP = "AWS::Scheduler::ScheduleGroup"
SERVICE = "scheduler.amazonaws.com"


class Call:
    """A call of an AWS service as the target of a schedule; made by `Schedule.call`."""

    __slots__ = ("arn", "allow")

    def __init__(self, arn: str, allow: Sequence[tuple[str, str]]) -> None:
        self.arn = arn
        self.allow = tuple(allow)


@construct
class Schedule(Construct):
    """Something that is done once or again and again, through a role ("Role") that may do that alone.

    - `when`: `"rate(5 minutes)"`, `"cron(0 8 ? * MON-FRI *)"`, or once, `"at(2026-12-24T18:00:00)"`.
    - `time_zone`: in which cron and at are read, such as "Europe/Berlin"; UTC by default.
    - `target`: a function, queue, topic, state machine, Kinesis stream (with `partition`), event bus (with `source` and
      `detail_type`), or `Schedule.call(…)` for any call of AWS.
    - `input`: what the target gets, data or text. `group`: the message group for a FIFO queue.
    - `window`: minutes, 1 to 1,440, within which it may happen; at the exact minute when left out.
    - `start`, `end`: times (`"2026-12-01T00:00:00Z"`) between which it happens.
    - `retries`, 0 to 185, and `max_age`, 60 to 86,400 seconds, until it is given up, to `dead_letter` if there is one.
    - `key`: a customer key to encrypt the input with. `role`: a role instead of one of its own.
    - `schedule_group`: the name of a group to put it into.

    Source: EventBridge Scheduler User Guide, schedule types, targets; execution role.
    """

    when: str
    target: EventTarget | Call
    time_zone: str | None = None
    input: Mapping[str, Any] | Sequence[Any] | str | None = None
    group: str | None = None
    partition: str | None = None
    source: str | None = None
    detail_type: str | None = None
    window: int | None = None
    start: str | None = None
    end: str | None = None
    retries: int | None = None
    max_age: int | None = None
    dead_letter: QueueAccess | None = None
    key: KeyAccess | str | None = None
    role: IAMRole | ExistingRole | None = None
    schedule_group: str | None = None
    description: str | None = None
    enabled: bool = True
    name: str | None = None

    arn = attribute("Arn")

    def build(self) -> None:
        """Make the role and the schedule."""
        role = self.role or IAMRole(self, "Role", assumed_by=on_behalf(SERVICE))
        self.execution_role = role
        resource_class(SCHEDULE)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            GroupName=self.schedule_group,
            ScheduleExpression=self.when,
            ScheduleExpressionTimezone=self.time_zone,
            FlexibleTimeWindow={"Mode": "OFF"}
            if self.window is None
            else {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": self.window},
            StartDate=self.start,
            EndDate=self.end,
            State=None if self.enabled else "DISABLED",
            KmsKeyArn=key_arn(self.key),
            Target=self._target(role),
        )
        grant_key(self, self.key, role, ("kms:Decrypt",), via="scheduler")

    def _target(self, role: IAMRole | ExistingRole) -> dict[str, Any]:
        target = self.target
        self._check(target)
        if isinstance(target, Call):
            for action, arn in target.allow:
                role.allow(action, on=arn)
            reached = target.arn
        else:
            reached = send_through(role, target, self.node.path)
        if self.dead_letter is not None:
            send_through(role, self.dead_letter, self.node.path)
        retries = {"MaximumRetryAttempts": self.retries, "MaximumEventAgeInSeconds": self.max_age}
        event = {"Source": self.source, "DetailType": self.detail_type}
        return {
            "Arn": reached,
            "RoleArn": role.arn,
            "Input": self.input if self.input is None or isinstance(self.input, str) else to_json(self.input),
            "SqsParameters": None if self.group is None else {"MessageGroupId": self.group},
            "KinesisParameters": None if self.partition is None else {"PartitionKey": self.partition},
            "EventBridgeParameters": event if isinstance(target, EventBusAccess) else None,
            "RetryPolicy": retries if self.retries is not None or self.max_age is not None else None,
            "DeadLetterConfig": None if self.dead_letter is None else {"Arn": self.dead_letter.arn},
        }

    def _check(self, target: Any) -> None:
        """Raise `ConstructError` for what a target needs and does not get, or gets and does not take."""
        wrong = []
        for names, kind, what in (
            (("partition",), StreamAccess, "a Kinesis stream"),
            (("source", "detail_type"), EventBusAccess, "an event bus"),
        ):
            given = [name for name in names if getattr(self, name) is not None]
            if isinstance(target, kind) and len(given) < len(names):
                wrong.append(f"{what} needs {' and '.join(f'{name}=' for name in names)}")
            elif given and not isinstance(target, kind):
                wrong.append(f"{given[0]}= is for {what}")
        if self.group is not None and not isinstance(target, QueueAccess):
            wrong.append("group= is for a queue")
        if wrong:
            raise ConstructError("\n".join(f"{self.node.path}: {one}" for one in wrong), place=caller())

    @staticmethod
    def call(action: str, *, allow: Sequence[tuple[str, str]]) -> Call:
        """Any call of an AWS service: `Schedule.call("ec2:stopInstances", allow=[("ec2:StopInstances", arn)])`.

        The name of the service is the SDK's, in small letters; `allow` says what the role may do on which ARNs. The
        schedule's `input` holds the call's arguments. Source: EventBridge Scheduler User Guide, universal targets.
        """
        service, colon, what = action.partition(":")
        if not colon or not what[:1].islower() or not service.isalnum():
            raise ConstructError(
                f"{action!r} is no call", place=caller(), fix="service:call, such as ec2:stopInstances"
            )
        return Call(f"arn:{AWS.Partition}:scheduler:::aws-sdk:{service}:{what}", allow)
