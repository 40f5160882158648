"""Amazon CloudWatch Logs: log groups, who writes and reads them, what is counted and forwarded.

Source: CloudWatch Logs User Guide.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..existing import Existing, arn_here, checked_arn, checked_name, part
from ..security.keys import KeyAccess, grant_key, holds_permissions, key_arn
from ..security.policy import Document, Grant, Principal, Statement, give
from .metric import Metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ..functions.invocable import Invocable
    from ..security.policy import Conditions, Grantee

LOG_GROUP = "AWS::Logs::LogGroup"
METRIC_FILTER = "AWS::Logs::MetricFilter"
SUBSCRIPTION = "AWS::Logs::SubscriptionFilter"
WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")
READ = ("logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartLiveTail")
KEY_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
"""What CloudWatch Logs does with a key. Source: CloudWatch Logs User Guide, encrypt log data using AWS KMS."""


class LogGroupAccess(Construct):
    """Who may write and read a log group, and what is done with its events, made here or existing."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    log_group_name = ref()

    def grant_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody write events, in streams of their own; CloudWatch Logs itself uses the key."""
        return give(who, WRITE, on=[self._own(who)], through=self._state, when=when)

    def grant_read(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody read and search events; with a customer key, decrypt with it too.

        Logs Insights takes more, `logs:StartQuery` here and `logs:GetQueryResults`, which knows no log groups.
        """
        grant_key(self, self.key, who, ("kms:Decrypt",), via="logs")
        return give(who, READ, on=[self._own(who)], through=self._state, when=when)

    def _own(self, who: object) -> str:
        """How a statement for somebody names the group."""
        return self.arn

    def count(
        self,
        id: str,
        pattern: str,
        *,
        metric: str | None = None,
        namespace: str,
        value: str | float = 1,
        default: float | None = 0,
        dimensions: Mapping[str, str] | None = None,
        unit: str | None = None,
    ) -> Metric:
        """Count events that fit a filter pattern (`"ERROR"`, `'{ $.status = 500 }'`) as a metric, which is returned.

        - `metric`: its name, the id by default; `namespace`: not one of AWS's own (`AWS/…`).
        - `value`: what each event counts, a number or a field of it (`"$.latency"`); `default`: what is published when
          nothing fits, None for nothing.
        - `dimensions`: at most three, from fields of the event (`{"Path": "$.path"}`); there is no default then.
        """
        name = metric or id
        resource_class(METRIC_FILTER)(
            self,
            id,
            LogGroupName=self.log_group_name,
            FilterPattern=pattern,
            MetricTransformations=[
                {
                    "MetricName": name,
                    "MetricNamespace": namespace,
                    "MetricValue": str(value) if not isinstance(value, str) else value,
                    "DefaultValue": None if dimensions else default,
                    "Dimensions": [{"Key": key, "Value": field} for key, field in (dimensions or {}).items()] or None,
                    "Unit": unit,
                }
            ],
        )
        return Metric(namespace, name, statistic="Sum")

    def forward(
        self, id: str, target: Invocable | str, pattern: str = "", *, role: str | None = None, by_stream: bool = True
    ) -> Resource:
        """Send events that fit a pattern to a function, or to a Kinesis or Firehose stream by ARN.

        A function gets the permission to be invoked; a stream needs the ARN of a `role` that `logs.amazonaws.com` may
        take on. `by_stream`: to Kinesis, events of one log stream stay together. A log group has at most two.
        """
        arn: str
        if isinstance(target, str):
            arn, permission = target, None
        elif hasattr(target, "invoke_arn"):
            arn, permission = target.invoke_arn, self._invoker(target)
        else:
            raise ConstructError(
                f"{self.node.path} cannot forward to a {type(target).__name__}", place=caller(),
                fix="give a function, or the ARN of a Kinesis or Firehose stream with role=",
            )  # fmt: skip
        made = resource_class(SUBSCRIPTION)(
            self,
            id,
            LogGroupName=self.log_group_name,
            FilterPattern=pattern,
            DestinationArn=arn,
            RoleArn=role,
            Distribution=None if by_stream else "Random",
        )
        if permission is not None:
            made.node.depends_on(permission)
        return made

    def _invoker(self, target: Invocable) -> Resource:
        return target.accept_from("logs.amazonaws.com", self.arn)

    def metric(self, name: str, *, statistic: str = "Sum", period: int = 300) -> Metric:
        """What CloudWatch Logs says of the group: `IncomingLogEvents`, `IncomingBytes`, `ForwardedLogEvents`, …"""
        return Metric("AWS/Logs", name, {"LogGroupName": self.log_group_name}, statistic=statistic, period=period)


@construct
class LogGroup(LogGroupAccess):
    """A log group, whose events outlive its removal from the stack.

    - `retention`: days events are kept: 1, 3, 5, 7, 14, 30 (default), 60, 90, 120, 150, 180, 365, 400, 545, 731, 1,096,
      1,827, 2,192, 2,557, 2,922, 3,288 or 3,653; None for ever.
    - `key`: a customer key. A `KMSKey` of this app lets CloudWatch Logs use it for log groups of this account and region
      alone (for this one, when it has a fixed name).
    - `log_class`: "standard", "infrequent-access" (cheaper; no metric filters, live tail or subscriptions) or "delivery".
      It cannot be changed later.
    - `mask`: kinds of personal data to hide from readers, such as "EmailAddress" or "CreditCardNumber".
    - `deletion_protection`: refuse every deletion (off: the group is kept anyway when it leaves the stack).
    - `name`: a fixed name, at most 512 characters; leave it out unless somebody else needs to know it.

    Source: CloudWatch Logs User Guide.
    """

    name: str | None = None
    retention: int | None = 30
    key: KeyAccess | str | None = None
    log_class: Literal["standard", "infrequent-access", "delivery"] = "standard"
    mask: Sequence[str] = ()
    deletion_protection: bool = False

    def build(self) -> None:
        """Make the log group."""
        self._policy = Document()
        self._let_key()
        resource_class(LOG_GROUP)(
            self,
            MAIN,
            LogGroupName=self.name,
            RetentionInDays=self.retention,
            KmsKeyId=key_arn(self.key),
            LogGroupClass=None if self.log_class == "standard" else self.log_class.replace("-", "_").upper(),
            DataProtectionPolicy=_protection(self.mask) if self.mask else None,
            DeletionProtectionEnabled=True if self.deletion_protection else None,
        )

    def _let_key(self) -> None:
        name = "*" if self.name is None else self.name
        group = arn_here("logs", f"log-group:{name}")
        grant_key(
            self, self.key, Principal.service(f"logs.{AWS.Region}.amazonaws.com"), KEY_USE,
            when={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
        )  # fmt: skip

    def _own(self, who: object) -> str:
        """The group for an identity; in the group's own policy its ARN would close a circle, so there it is by name."""
        if holds_permissions(who):
            return self.arn
        return arn_here("logs", f"log-group:{'*' if self.name is None else f'{self.name}:*'}")

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        self.node.resource.set(ResourcePolicyDocument=self._policy)
        return self.node.resource

    @staticmethod
    def from_name(scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None) -> ExistingLogGroup:
        """A log group of this account and region that exists already; `key` is its customer key."""
        checked_name(name, pattern=r"[\w./#-]{1,512}")
        arn = arn_here("logs", f"log-group:{name}:*")
        return ExistingLogGroup(scope, id, values={"arn": arn, "log_group_name": name}, key=key)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None) -> ExistingLogGroup:
        """A log group that exists already, by ARN, with or without `:*` at its end."""
        example = "arn:aws:logs:eu-west-1:123456789012:log-group:/shop/web"
        arn = checked_arn(
            arn if not isinstance(arn, str) or has_marker(arn) else arn.removesuffix(":*"),
            "logs",
            example,
            r"log-group:[\w./#-]+",
        )
        name = part(arn, 5)
        if not has_marker(name):
            name, arn = name.removeprefix("log-group:"), f"{arn}:*"
        else:
            name = select(1, split(":", name))
        return ExistingLogGroup(scope, id, values={"arn": arn, "log_group_name": name}, key=key)


@construct
class ExistingLogGroup(Existing, LogGroupAccess):
    """A log group made elsewhere; see `LogGroup.from_name`."""

    WHAT = "log group"


def _protection(mask: Sequence[str]) -> dict[str, Any]:
    kinds = [
        one
        if has_marker(one) or one.startswith("arn:")
        else f"arn:{AWS.Partition}:dataprotection::aws:data-identifier/{one}"
        for one in mask
    ]
    return {
        "Name": "data-protection",
        "Version": "2021-06-01",
        "Statement": [
            {"Sid": "Audit", "DataIdentifier": kinds, "Operation": {"Audit": {"FindingsDestination": {}}}},
            {"Sid": "Mask", "DataIdentifier": kinds, "Operation": {"Deidentify": {"MaskConfig": {}}}},
        ],
    }
