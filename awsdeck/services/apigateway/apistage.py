"""Deployments and stages of a REST API: caches, throttling, logs, canaries.

Source: API Gateway Developer Guide, deploy REST APIs; course notes, API Gateway.
"""

from __future__ import annotations

import hashlib
import json

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.apigateway.apipaths import setting_path
from ...rules.apigateway.apipicture import PARTS, pictured
from ...source import caller
from ...tokens import to_json
from ..cloudwatch.logs import LogGroup, LogGroupAccess
from ..cloudwatch.metric import Metric
from ..security.iam import IAMRole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal

    from ...resource import Resource
    from ...tokens import Token
    from ..functions.lambda_ import LambdaVersion
    from .apigateway import ApiAccess, RestApi

STAGE = "AWS::ApiGateway::Stage"
DEPLOYMENT = "AWS::ApiGateway::Deployment"
ACCOUNT = "AWS::ApiGateway::Account"
ACCESS = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "caller": "$context.identity.caller",
    "user": "$context.identity.user",
    "requestTime": "$context.requestTime",
    "httpMethod": "$context.httpMethod",
    "resourcePath": "$context.resourcePath",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
}
"""What an access log says of a request unless told otherwise."""
AMOUNTS = ("CacheHitRate", "IntegrationLatency", "Latency")
"""Metrics that are no counts of something that happened."""


class Throttle:
    """At most `rate` requests a second on average, and `burst` at once; the others get 429 Too Many Requests.

    An account has 10,000 a second and 5,000 at once for all its APIs of a region; a limit above them does nothing.
    Source: API Gateway Developer Guide, throttle requests to your REST APIs; course notes, API Throttling.
    """

    __slots__ = ("rate", "burst")

    def __init__(self, rate: float | Token | None = None, burst: int | Token | None = None) -> None:
        self.rate = rate
        self.burst = burst


class ApiCache:
    """Answers to GET requests are kept: `size` in GB, "0.5" to "237", and `ttl` in seconds, 0 to 3,600 (300).

    `encrypted` is on. It is billed by the hour, whether it is used or not. Source: API Gateway Developer Guide, cache
    settings for REST APIs; course notes, "What is API Caching?"
    """

    __slots__ = ("size", "ttl", "encrypted")

    def __init__(
        self,
        size: Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"] = "0.5",
        ttl: int | Token = 300,
        *,
        encrypted: bool = True,
    ) -> None:
        self.size = size
        self.ttl = ttl
        self.encrypted = encrypted


class MethodSettings:
    """What is different for one method of a stage: its `throttle`, and for how long its answers are kept.

    `cache_ttl`: seconds, 0 to 3,600; `cached=False`: its answers are not kept. `log`: "error" or "info".
    """

    __slots__ = ("throttle", "cache_ttl", "cached", "log")

    def __init__(
        self,
        *,
        throttle: Throttle | None = None,
        cache_ttl: int | Token | None = None,
        cached: bool | None = None,
        log: Literal["off", "error", "info"] | None = None,
    ) -> None:
        self.throttle = throttle
        self.cache_ttl = cache_ttl
        self.cached = cached
        self.log = log


class ApiCanary:
    """A share of a stage's requests goes to the newest deployment, the others to an earlier one.

    - `percent`: 0 to 100 of the requests; `base`: the id of the deployment that the others get, as a stage shows it. The
      API must keep its deployments (`keep_deployments=True`).
    - `variables`: stage variables that are different for the share; `use_cache`: it shares the stage's cache.

    Source: API Gateway Developer Guide, set up a canary release deployment.
    """

    __slots__ = ("percent", "base", "variables", "use_cache")

    def __init__(
        self,
        percent: float | Token,
        *,
        base: str,
        variables: Mapping[str, str] | None = None,
        use_cache: bool = False,
    ) -> None:
        self.percent = percent
        self.base = base
        self.variables = dict(variables or {})
        self.use_cache = use_cache


@construct
class ApiDeployment(Construct):
    """The picture of an API that its stages show; a new one is taken whenever the API changes, and only then.

    Its logical id carries a hash of all that the stages show: the API, its resources, methods, models, validators,
    authorizers and gateway responses, and the versions of functions that it names.
    """

    api: RestApi

    deployment_id = attribute("DeploymentId")

    def build(self) -> None:
        """Take the picture."""
        made = resource_class(DEPLOYMENT)(self, MAIN, RestApiId=self.api.api_id)
        if self.api.keep_deployments:
            made.node.retain()

    def settle(self) -> None:
        """Put the hash into the logical id, once nothing can change the API any more."""
        main = self.node.resource.node
        if main.fixed_id is None:
            versions = sorted(filter(None, map(_named, self.api.versions)))
            held = [*sorted(map(self._spoken, self._shown()), key=_place), *versions]
            digest = hashlib.sha256(json.dumps(held, sort_keys=True, default=str).encode()).hexdigest()
            main.fixed_id = f"{main.plain_id}{digest[:10].upper()}"

    def _spoken(self, made: Resource) -> list[Any]:
        """All of a resource that a stage can show, with the ids that what it refers to has got in the meantime."""
        assert self.node.stack is not None
        for site in made._sites:
            site.write(self.node.stack.wiring.provisional)
        condition = made.body.get("Condition")
        shown = condition if condition is None or isinstance(condition, str) else condition.node.plain_id
        overrides = [[path, holder] for path, holder in made._overrides or () if path in ("Condition", "Type")]
        return [
            made.node.fixed_id or made.node.plain_id, made.TYPE, pictured(made.TYPE, made.properties), shown, overrides,
        ]  # fmt: skip

    def _shown(self) -> Iterable[Resource]:
        mine = self.node.resource.properties["RestApiId"]
        stack = self.node.stack
        assert stack is not None
        yield self.api.node.resource
        for made in stack.node.resources:
            if made.TYPE in PARTS and made.properties.get("RestApiId") == mine:
                yield made


def _place(spoken: list[Any]) -> tuple[str, str]:
    """Where a resource stands in the picture, whatever the order of the routes is."""
    return spoken[0], spoken[1]


def _named(version: LambdaVersion) -> str | None:
    if version.construct is None:
        return version.number
    version.construct.settle()  # type: ignore[attr-defined]  # its id changes with the code
    return version.construct.node.resource.node.fixed_id


@construct
class ApiStage(Construct):
    """One address of a REST API, with its own cache, throttling, logs and variables; made by `api.stage(…)`."""

    api: RestApi
    name: str
    throttle: Throttle | None = None
    cache: ApiCache | None = None
    methods: Mapping[str, MethodSettings] = {}
    access_log: bool | LogGroupAccess = False
    log_format: str | Mapping[str, str] | None = None
    log: Literal["off", "error", "info"] = "off"
    log_bodies: bool = False
    metrics: bool = False
    tracing: bool = False
    variables: Mapping[str, str] | None = None
    canary: ApiCanary | None = None
    description: str | None = None

    stage_name = ref()

    def build(self) -> None:
        """Make the stage, and a log group when `access_log=True`."""
        self._unknown_methods()
        canary = self.canary
        newest = self.api.deployment.deployment_id
        self.log_group: LogGroupAccess | None = None
        if isinstance(self.access_log, LogGroupAccess):
            self.log_group = self.access_log
        elif self.access_log:
            self.log_group = LogGroup(self, "Logs")
        if canary is not None and not self.api.keep_deployments:
            raise ConstructError(
                f"{self.node.path}: the deployment {canary.base} would be deleted once there is a newer one",
                place=caller(), fix="keep them: RestApi(…, keep_deployments=True)",
            )  # fmt: skip
        made = resource_class(STAGE)(
            self,
            MAIN,
            RestApiId=self.api.api_id,
            DeploymentId=newest if canary is None else canary.base,
            StageName=self.name,
            Description=self.description,
            CacheClusterEnabled=True if self.cache is not None else None,
            CacheClusterSize=None if self.cache is None else self.cache.size,
            MethodSettings=self._settings() or None,
            AccessLogSetting=None
            if self.log_group is None
            else {"DestinationArn": self.log_group.arn, "Format": access_format(self.log_format, ACCESS)},
            TracingEnabled=True if self.tracing else None,
            Variables=dict(self.variables) if self.variables else None,
            CanarySetting=None
            if canary is None
            else {
                "DeploymentId": newest,
                "PercentTraffic": canary.percent,
                "StageVariableOverrides": canary.variables or None,
                "UseStageCache": canary.use_cache,
            },
        )
        if self.logs:
            for account in _accounts(self):
                made.node.depends_on(account)

    @property
    def logs(self) -> bool:
        """Whether API Gateway writes to CloudWatch Logs for the stage."""
        return self.log_group is not None or self.log != "off"

    @property
    def url(self) -> str:
        """The stage's own address, with a slash at its end."""
        return self.api.address(self.stage_name)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of the stage alone, as `api.metric`."""
        return metric_of(self.api, name, {"Stage": self.stage_name}, statistic, period)

    def _unknown_methods(self) -> None:
        fitting(self.node.path, self.methods, MethodSettings)
        known = self.api.route_keys
        unknown = [row for row in self.methods if row not in known] if not self.api.is_imported else []
        if unknown:
            raise ConstructError(
                f"{self.node.path}: methods= names {', '.join(map(repr, unknown))}, which the API does not have",
                place=caller(),
                fix=f"one of: {', '.join(known)}",
            )

    def _settings(self) -> list[dict[str, Any]]:
        cache, throttle = self.cache, self.throttle
        common: dict[str, Any] = {
            "CachingEnabled": None if cache is None else True,
            "CacheTtlInSeconds": None if cache is None else cache.ttl,
            "CacheDataEncrypted": None if cache is None else cache.encrypted,
            "ThrottlingRateLimit": None if throttle is None else throttle.rate,
            "ThrottlingBurstLimit": None if throttle is None else throttle.burst,
            "LoggingLevel": None if self.log == "off" else self.log.upper(),
            "DataTraceEnabled": True if self.log_bodies else None,
            "MetricsEnabled": True if self.metrics else None,
        }
        common = {name: value for name, value in common.items() if value is not None}
        rows = [{"HttpMethod": "*", "ResourcePath": "/*", **common}] if common else []
        for row, own in self.methods.items():
            verb, path = row.split()
            different: dict[str, Any] = {
                "CachingEnabled": own.cached,
                "CacheTtlInSeconds": own.cache_ttl,
                "ThrottlingRateLimit": None if own.throttle is None else own.throttle.rate,
                "ThrottlingBurstLimit": None if own.throttle is None else own.throttle.burst,
                "LoggingLevel": None if own.log is None else own.log.upper(),
            }
            different = {name: value for name, value in different.items() if value is not None}
            place = {"HttpMethod": "*" if verb == "ANY" else verb, "ResourcePath": setting_path(path)}
            rows.append({**place, **common, **different})
        return rows


@construct
class ApiAccount(Construct):
    """The role with which API Gateway writes to CloudWatch Logs, for all APIs of this account and region.

    It is a setting of the account, not of an API: without it, stages with `access_log` or `log` cannot be made, and two
    stacks that set it overwrite each other. Make it once, or not at all where somebody else does. It stays when it leaves
    the stack, for the other APIs.

    Makes the setting and a role with AWS's policy AmazonAPIGatewayPushToCloudWatchLogs. Stages of the same stack that log
    wait for it. Source: API Gateway Developer Guide, set up CloudWatch logging for REST APIs.
    """

    role: IAMRole | str | None = None

    def build(self) -> None:
        """Make the setting, and a role unless one is given."""
        given = self.role
        if given is None:
            given = IAMRole(
                self, "Role", assumed_by="apigateway.amazonaws.com",
                managed_policies=["service-role/AmazonAPIGatewayPushToCloudWatchLogs"],
            )  # fmt: skip
            given.node.retain()
        arn = given if isinstance(given, str) else given.arn
        made = resource_class(ACCOUNT)(self, MAIN, CloudWatchRoleArn=arn)
        made.node.retain()
        stack = self.node.stack
        assert stack is not None
        for one in stack.node.walk():
            if isinstance(one, ApiStage) and one.logs:
                one.node.resource.node.depends_on(self)


def fitting(where: str, methods: Mapping[str, object], kind: type) -> None:
    """Raise `ConstructError` for settings of methods that are none."""
    for row, given in methods.items():
        if not isinstance(given, kind):
            raise ConstructError(
                f"{where}: methods= has a {type(given).__name__} for {row!r}",
                place=caller(),
                fix=f"give {kind.__name__}(…)",
            )


def access_format(given: str | Mapping[str, str] | None, usual: Mapping[str, str]) -> str:
    """A line of an access log: text as it was given, or JSON of what a dictionary names."""
    return given if isinstance(given, str) else to_json(dict(usual if given is None else given))


def _accounts(place: Construct) -> Iterable[ApiAccount]:
    stack = place.node.stack
    assert stack is not None
    return [one for one in stack.node.walk() if isinstance(one, ApiAccount)]


def metric_of(api: ApiAccess, name: str, more: dict[str, str], statistic: str | None, period: int) -> Metric:
    """A metric of an API: counts are summed, times averaged, unless told otherwise."""
    chosen = statistic or ("Average" if name in AMOUNTS else "Sum")
    return Metric("AWS/ApiGateway", name, {"ApiName": api.api_name, **more}, statistic=chosen, period=period)
