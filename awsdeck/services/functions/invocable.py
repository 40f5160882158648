"""What can be invoked: a function or an alias of one. Who may call it, and what calls it."""

from __future__ import annotations

import re
from itertools import product

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...source import caller
from ...tokens import AWS, describe, express, to_json
from ..security.policy import Grant, Statement, give, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..events.kinesis import KinesisConsumer, StreamAccess
    from ..messaging.sns import TopicAccess
    from ..messaging.sqs import DeadLetter, QueueAccess
    from ..s3.s3 import BucketAccess
    from ..security.policy import Conditions, Grantee, Principal
    from .triggers import Start, Streaming

PERMISSION = "AWS::Lambda::Permission"
URL = "AWS::Lambda::Url"
INVOKE = "lambda:InvokeFunction"

_AMOUNTS = frozenset((
    "ConcurrentExecutions", "Duration", "IteratorAge", "PostRuntimeExtensionsDuration", "ProvisionedConcurrencyUtilization",
    "ProvisionedConcurrentExecutions", "UnreservedConcurrentExecutions",
))  # fmt: skip
"""Metrics that are no counts of something that happened."""
_CONDITIONS = {
    "aws:SourceArn": "SourceArn",
    "aws:SourceAccount": "SourceAccount",
    "aws:PrincipalOrgID": "PrincipalOrgID",
}


class Invocable(Construct):
    """The common half of functions and aliases."""

    @property
    def invoke_arn(self) -> str:
        """What callers name: the function's ARN, or the alias's."""
        raise NotImplementedError

    @property
    def function(self) -> Any:
        """The function itself."""
        raise NotImplementedError

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the function's role do `actions` on the ARNs in `on`, under the conditions `when`."""
        granted: Grant = self.function.execution_role.allow(*actions, on=on, when=when, sid=sid)
        return granted

    def as_principal(self) -> Principal:
        """The function's role as a principal of a resource's policy."""
        found: Principal = self.function.execution_role.as_principal()
        return found

    def grant_invoke(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody invoke exactly this: a function without its aliases, or an alias."""
        return give(who, [INVOKE], on=[self.invoke_arn], through=self._permit, when=when)

    def accept_from(self, service: str, source_arn: str) -> Resource:
        """Let one resource of an AWS service invoke this, and no other; returns the permission."""
        return self._permission(service, SourceArn=source_arn)

    def accept_from_account(self, service: str, source_arn: str | None = None) -> Resource:
        """Let an AWS service invoke this on behalf of this account; for sources whose ARN would close a circle.

        An ARN that is known all the same, by a fixed name, is asked for too.
        """
        source = {} if source_arn is None else {"SourceArn": source_arn}
        return self._permission(service, SourceAccount=AWS.AccountId, **source)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What Lambda says of the function, or of an alias alone: `Errors`, `Invocations`, `Duration`, `Throttles`, …

        Counts are summed unless `statistic` says otherwise. Source: Lambda Developer Guide, types of metrics.
        """
        from ..cloudwatch.metric import Metric

        chosen = statistic or ("Average" if name in _AMOUNTS else "Sum")
        return Metric("AWS/Lambda", name, self._dimensions(), statistic=chosen, period=period)

    def _dimensions(self) -> dict[str, str]:
        return {"FunctionName": self.function.function_name}

    def add_url(
        self,
        *,
        auth: Literal["iam", "none"] = "iam",
        origins: Sequence[str] = (),
        methods: Sequence[str] = (),
        headers: Sequence[str] = (),
        streaming: bool = False,
    ) -> FunctionURL:
        """An https address of its own; with `auth="none"` everybody on the internet may call it.

        `origins`, `methods` and `headers` are what web pages of other origins may use (CORS); `streaming` sends the
        answer as it is made.
        """
        if auth not in ("iam", "none"):
            raise ConstructError(f"{self.node.path}: auth={auth!r}", place=caller(), fix='"iam" or "none"')
        return FunctionURL(
            self, "Url", target=self, auth=auth, origins=origins, methods=methods, headers=headers, streaming=streaming
        )

    def on(
        self,
        source: QueueAccess
        | TopicAccess
        | BucketAccess
        | StreamAccess
        | KinesisConsumer
        | Streaming
        | Resource
        | str
        | Mapping[str, Any],
        *,
        events: Sequence[str] | None = None,
        prefix: str | None = None,
        suffix: str | None = None,
        filters: Sequence[Mapping[str, Any]] | None = None,
        filter: Mapping[str, Any] | None = None,
        filter_on: Literal["attributes", "body"] | None = None,
        dead_letter: DeadLetter | QueueAccess | None = None,
        batch_size: int | Token | None = None,
        batch_window: int | Token | None = None,
        partial_failure: bool | None = None,
        max_concurrency: int | Token | None = None,
        start: Start | float | None = None,
        parallel: int | Token | None = None,
        retries: int | Token | None = None,
        max_age: int | Token | None = None,
        split_on_error: bool | None = None,
        tumbling_window: int | Token | None = None,
        on_failure: QueueAccess | TopicAccess | None = None,
        input: Any = None,
        enabled: bool | None = None,
    ) -> Construct:
        """Invoke this for everything that `source` has to tell; the permissions it takes come with it.

        - A queue, a table or other DynamoDB or Kinesis stream (also by ARN): Lambda polls it with the function's role.
          `batch_size` records at once, waiting up to `batch_window` seconds; `filters` are patterns, one of which must
          fit; `partial_failure`: the function answers with the records that failed, and the others are done.
        - Queues alone: `max_concurrency`, 2 to 1,000 executions at once.
        - Streams alone: `start` ("latest", "oldest", or seconds since 1970 for Kinesis; "latest" by default), `parallel`
          batches of one shard at once (1 to 10), `retries` and `max_age` (seconds) before a record is given up to
          `on_failure`, `split_on_error` halves a failing batch, `tumbling_window` in seconds.
        - A bucket: `events` (`["s3:ObjectCreated:*"]` by default) on keys with `prefix` and `suffix`.
        - A topic: `filter`, `filter_on` and `dead_letter` as `topic.subscribe` takes them.
        - A schedule, `"rate(5 minutes)"` or `"cron(0 12 * * ? *)"` in UTC, or a pattern of EventBridge events as a
          dictionary; `input` is sent in place of the event.

        Source: Lambda Developer Guide, invoking Lambda with events from other AWS services; course notes, Lambda.
        """
        from .triggers import connect

        given = {name: value for name, value in locals().items() if name not in ("self", "source", "connect")}
        return connect(self, source, {name: value for name, value in given.items() if value is not None})

    def _permit(self, statement: Statement) -> Resource:
        """A statement of a resource policy as the permission resource that Lambda has for it."""
        assert statement.principal is not None
        properties: dict[str, Sequence[Any]] = {}
        for operator, keys in statement.conditions.items():
            for key, value in keys.items():
                name = _CONDITIONS.get(key)
                if name is None or operator.removeprefix("Arn") not in ("StringEquals", "Equals", "Like"):
                    raise ConstructError(
                        f"{self.node.path}: a function's policy cannot hold the condition {operator} {key}",
                        place=caller(), fix=f"it can hold {', '.join(_CONDITIONS)}",
                    )  # fmt: skip
                properties[name] = listed(value)
        if not all(properties.values()):
            raise ConstructError(f"{self.node.path}: a condition without a value", place=caller(), fix="give one")
        made = [  # a permission holds one value, and of several any will do
            self._permission(name, **dict(zip(properties, values, strict=True)))
            for name in statement.principal.names
            for values in product(*properties.values())
        ]
        return made[-1]

    def _permission(self, principal: str, **properties: Any) -> Resource:
        wanted = {"Action": INVOKE, "FunctionName": self.invoke_arn, "Principal": principal, **properties}
        words = [properties.get("SourceArn"), principal if "SourceArn" not in properties else None]
        own = self.node.plain_id
        id = "InvokeBy" + "".join(_letters(describe(word)).removeprefix(own) for word in words if word is not None)
        same = self.__dict__.setdefault("_permissions", {})
        key = to_json(express(wanted))
        if key not in same:
            number = sum(1 for taken in self.node.children if re.fullmatch(rf"{id}\d*", taken))
            same[key] = resource_class(PERMISSION)(self, f"{id}{number + 1 if number else ''}", **wanted)
        made: Resource = same[key]
        return made


@construct
class FunctionURL(Construct):
    """The https address of a function or alias; made by `add_url`.

    Source: Lambda Developer Guide, Lambda function URLs.
    """

    target: Invocable
    auth: Literal["iam", "none"] = "iam"
    origins: Sequence[str] = ()
    methods: Sequence[str] = ()
    headers: Sequence[str] = ()
    streaming: bool = False

    url = attribute("FunctionUrl")

    def build(self) -> None:
        """Make the address, and for everybody the permission to call it."""
        from .lambda_ import LambdaAlias

        alias = self.target if isinstance(self.target, LambdaAlias) else None
        cors = {
            "AllowOrigins": list(self.origins) or None,
            "AllowMethods": list(self.methods) or None,
            "AllowHeaders": list(self.headers) or None,
        }
        made = resource_class(URL)(
            self,
            "Resource",
            TargetFunctionArn=self.target.function.arn,
            Qualifier=alias.name if alias is not None else None,
            AuthType="NONE" if self.auth == "none" else "AWS_IAM",
            Cors=cors if any(cors.values()) else None,
            InvokeMode="RESPONSE_STREAM" if self.streaming else None,
        )
        if alias is not None:
            made.node.depends_on(alias.node.resource)
        if self.auth == "none":
            called = {"FunctionName": self.target.invoke_arn, "Principal": "*"}
            resource_class(PERMISSION)(
                self, "Call", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE", **called
            )
            resource_class(PERMISSION)(self, "Invoke", Action=INVOKE, InvokedViaFunctionUrl=True, **called)

    def grant_call(self, who: Grantee) -> Grant:
        """Let a role, user or other function of this account call the address with signed requests."""
        on = self.target.invoke_arn
        who.allow("lambda:InvokeFunctionUrl", on=on, when={"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}})
        granted: Grant = who.allow(INVOKE, on=on, when={"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})
        return granted


def _letters(text: str) -> str:
    tail = (
        text.rpartition(":")[2] if text.startswith("arn:") else text.removesuffix(".Arn").removesuffix(".amazonaws.com")
    )
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", tail))
