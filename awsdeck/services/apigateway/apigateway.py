"""Amazon API Gateway: REST APIs.

Source: API Gateway Developer Guide; course notes, API Gateway.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...rules.apigateway.apipaths import VERBS, VERBS_WORDS
from ...source import caller
from ...tokens import AWS, has_marker
from ..cloudwatch.logs import LogGroupAccess
from ..existing import Existing, checked_name
from ..security.certificate import CertificateAccess
from ..security.cognito import UserPoolAccess
from ..security.keys import holds_permissions
from ..security.policy import Document, Grant, Principal, Statement, give
from ..vpc.vpcendpoint import InterfaceEndpoint
from .apimethod import ApiMethod, Preflight
from .apiroutes import ApiModel, Key, Route, keys_of
from .apistage import ApiCache, ApiCanary, ApiDeployment, ApiStage, MethodSettings, Throttle, metric_of
from .authorizer import Authorizer
from .cors import Cors
from .integration import Integration, integration_of, integrations_of
from .usageplan import UsagePlan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import Any, Literal, TypedDict, Unpack

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..functions.lambda_ import LambdaVersion
    from ..route53.aliastarget import AliasTarget
    from ..security.policy import Grantee
    from .apidomain import ApiDomain
    from .apiroutes import Auth
    from .integration import Target
    from .usageplan import ApiKey

    class ImportOptions(TypedDict, total=False):
        """What `RestApi.from_openapi` takes beside the file: all of `RestApi` that the file does not say."""

        name: str | None
        description: str | None
        endpoint: Literal["regional", "edge", "private"]
        vpc_endpoints: Sequence[InterfaceEndpoint | str]
        policy: Sequence[Statement]
        binary: Sequence[str]
        minimum_compression: int | Token | None
        key_source: Literal["header", "authorizer"] | None
        default_endpoint: bool
        domain: str | None
        certificate: CertificateAccess | str | None
        base_path: str
        stage_name: str | None
        throttle: Throttle | None
        cache: ApiCache | None
        methods: Mapping[str, MethodSettings]
        access_log: bool | LogGroupAccess
        log_format: str | Mapping[str, str] | None
        log: Literal["off", "error", "info"]
        log_bodies: bool
        metrics: bool
        tracing: bool
        variables: Mapping[str, str] | None
        canary: ApiCanary | None
        keep_deployments: bool


API = "AWS::ApiGateway::RestApi"
RESOURCE = "AWS::ApiGateway::Resource"
RESPONSE = "AWS::ApiGateway::GatewayResponse"
MODEL = "AWS::ApiGateway::Model"
VALIDATOR = "AWS::ApiGateway::RequestValidator"
INVOKE = "execute-api:Invoke"
_WORDS = {"iam": "AWS_IAM", "none": "NONE"}


class ApiAccess(Construct):
    """Who may call a REST API, whether it is made here or exists already."""

    if TYPE_CHECKING:

        def _state(self, statement: Statement) -> Resource: ...

    api_id = ref()
    api_name = ""

    @property
    def execute_arn(self) -> str:
        """The ARN that callers' policies name, without stage, method and path."""
        return f"arn:{AWS.Partition}:execute-api:{AWS.Region}:{AWS.AccountId}:{self.api_id}"

    @checked
    def arn_for_execute(self, method: str = "*", path: str = "*", stage: str = "*") -> str:
        """The ARN of a method and path for policies; variables of the path stand for any text."""
        return f"{self.execute_arn}/{_tail(method, path, stage)}"

    def address(self, stage: str) -> str:
        """The address of a stage, with a slash at its end."""
        return f"https://{self.api_id}.execute-api.{AWS.Region}.{AWS.URLSuffix}/{stage}/"

    @checked
    def grant_invoke(
        self, who: str | Principal | Grantee, method: str = "*", path: str = "*", *, stage: str = "*"
    ) -> Grant:
        """Let somebody call methods that ask for IAM (`auth="iam"`), with signed requests.

        A role, user or group gets the permission itself; others (accounts, organizations, services) get it in the API's
        own policy, which then decides about everybody who has no permission of their own.
        """
        tail = _tail(method, path, stage)
        on = f"{self.execute_arn}/{tail}" if holds_permissions(who) else f"execute-api:/{tail}"
        return give(who, [INVOKE], on=[on], through=self._state)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of all stages together: `Count`, `4XXError`, `5XXError`, `Latency`, `CacheHitCount`, …

        Counts are summed unless `statistic` says otherwise. Source: API Gateway Developer Guide, dimensions and metrics.
        """
        return metric_of(self, name, {}, statistic, period)


@construct
class RestApi(ApiAccess):
    """A REST API: a table of methods and paths, and where each of them leads.

    - `routes`: `{"GET /orders": function, "POST /jobs": queue, "ANY /legacy/{proxy+}": http("https://…/{proxy}")}`. A target
      is a function, an alias or a version, a queue, a topic, a state machine, an https address, or one of `invoke`, `http`,
      `soap`, `mock`, `send_message`, `publish_message`, `start_execution`, `call_table`, `call_service`; `route(…)` says
      more about a row. Each function gets a permission for its method and path.
    - `openapi`: a Swagger 2.0 or OpenAPI 3.0 file in place of `routes`; `integrations` gives targets by operationId.
    - `auth`: who may call, unless a row says otherwise: "iam" (signed requests), an `Authorizer`, a `UserPool`, or "none".
      `api_key`: a key of a usage plan is asked for. `public`: why everybody may call; without it, open methods are warned
      about (API015).
    - `cors`: a `Cors`; every path gets an OPTIONS method, and answers of API Gateway's own the headers.
    - `endpoint`: "regional" (default), "edge" (through CloudFront), or "private" with `vpc_endpoints`, which alone may
      call unless `policy` says otherwise.
    - `policy`: statements of the API's own policy; resources are written `execute-api:/*`.
    - `binary`: media types that are not text; `minimum_compression`: bytes from which answers are compressed, 0 to
      10,485,760. `key_source`: where keys come from, "header" or "authorizer".
    - `domain`, `certificate`, `base_path`: a name of your own for the first stage (`ApiDomain`); then `default_endpoint=False`
      closes the other address.
    - `stage_name`: the first stage ("prod"; None for none). Of it: `throttle`, `cache`, `methods` (`MethodSettings` by row),
      `access_log` (True for a log group, or one of yours), `log_format`, `log` ("error" or "info": what happens inside),
      `log_bodies`, `metrics` (for each method), `tracing` (X-Ray), `variables`, `canary`. Logs need a setting of the account,
      see `ApiAccount`, which is why they are off.
    - `keep_deployments`: earlier deployments stay, for `ApiCanary` and for going back.

    Makes the API, its resources, methods, permissions and roles, models, validators, authorizers, gateway responses, a
    deployment and a stage. The deployment is made anew whenever something changes that a stage shows.

    Source: API Gateway Developer Guide; course notes, API Gateway.
    """

    routes: Mapping[str, Target] = {}
    openapi: str | PathLike[str] | None = None
    integrations: Mapping[str, Target] = {}
    name: str | None = None
    description: str | None = None
    auth: Auth | None = None
    api_key: bool = False
    public: str | None = None
    cors: Cors | None = None
    endpoint: Literal["regional", "edge", "private"] = "regional"
    vpc_endpoints: Sequence[InterfaceEndpoint | str] = ()
    policy: Sequence[Statement] = ()
    binary: Sequence[str] = ()
    minimum_compression: int | Token | None = None
    key_source: Literal["header", "authorizer"] | None = None
    default_endpoint: bool = True
    domain: str | None = None
    certificate: CertificateAccess | str | None = None
    base_path: str = ""
    stage_name: str | None = "prod"
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
    keep_deployments: bool = False

    root_id = attribute("RootResourceId")

    def build(self) -> None:
        """Make the API, its routes, and the first stage."""
        self.api_name = self.node.plain_id if self.name is None else self.name
        self.versions: list[LambdaVersion] = []
        self.domains: list[ApiDomain] = []
        self._keys: dict[str, Key] = {}
        self._resources: dict[str, str] = {}
        self._made: dict[Any, Resource] = {}
        self._stages: dict[str, ApiStage] = {}
        self._policy = Document(self.policy)
        if not self.routes and self.openapi is None:
            raise ConstructError(
                f"{self.node.path}: an API without methods cannot be deployed", place=caller(),
                fix='give routes={"GET /orders": function}, or openapi="api.yaml"',
            )  # fmt: skip
        if self.integrations and self.openapi is None:
            raise ConstructError(
                f"{self.node.path}: integrations= gives targets to the operations of a file", place=caller(),
                fix="name the file as openapi=, or write routes=",
            )  # fmt: skip
        if self.endpoint == "private" and not self.policy and self.vpc_endpoints:
            self._policy.add(self._from_endpoints())
        resource_class(API)(
            self,
            MAIN,
            Name=self.api_name,
            Description=self.description,
            EndpointConfiguration={
                "Types": [self.endpoint.upper()],
                "VpcEndpointIds": [one if isinstance(one, str) else one.id for one in self.vpc_endpoints] or None,
            },
            Policy=self._policy if self._policy.statements else None,
            BinaryMediaTypes=list(self.binary) or None,
            MinimumCompressionSize=self.minimum_compression,
            ApiKeySourceType=None if self.key_source is None else self.key_source.upper(),
            DisableExecuteApiEndpoint=None if self.default_endpoint else True,
        )
        if self.openapi is not None:
            self.node.resource.set(Body=self._body(), FailOnWarnings=True)
        self.deployment = ApiDeployment(self, "Deployment", api=self)
        if self.openapi is None:
            self._refusals()
            found = keys_of(self.node.path, self.routes)
            targets = integrations_of({row: _target(self.routes[row]) for row in found}, self.node.path)
            for row, key in found.items():
                self._row(key, self.routes[row], targets[row])
            for key in found.values():
                self._preflight(key)
        else:
            self._keys.update((str(one.key), one.key) for one in self._definition.operations)
        if self.stage_name is not None:
            self.stage(
                self.stage_name, throttle=self.throttle, cache=self.cache, methods=self.methods,
                access_log=self.access_log, log_format=self.log_format, log=self.log, log_bodies=self.log_bodies,
                metrics=self.metrics, tracing=self.tracing, variables=self.variables, canary=self.canary,
            )  # fmt: skip
        self._name_it()

    # routes

    @property
    def is_imported(self) -> bool:
        """Whether its methods stand in a file."""
        return self.openapi is not None

    @property
    def route_keys(self) -> list[str]:
        """The rows of the table, as `GET /orders`."""
        return list(self._keys)

    def add_route(self, row: str, target: Target) -> None:
        """Add a row to the table."""
        if self.is_imported:
            raise ConstructError(
                f"{self.node.path} takes its methods from {self.openapi}", place=caller(), fix="add it to the file"
            )
        for key in keys_of(self.node.path, [row], self._keys).values():
            self._row(key, target, integration_of(_target(target), f"{self.node.path}: {key}"))
            self._preflight(key)

    def _row(self, key: Key, target: Target, integration: Integration) -> None:
        given = target if isinstance(target, Route) else Route(target)
        self._keys[str(key)] = key
        made = ApiMethod(self, key.id, api=self, key=key, route=given, integration=integration)
        self.shows(made)

    def _preflight(self, key: Key) -> None:
        verbs = [one.verb for one in self._keys.values() if one.path == key.path]
        if "OPTIONS" in verbs or self.cors is None:
            return
        asked = Key("OPTIONS", key.path)
        made = self.node.children.get(asked.id)
        if made is None:
            made = Preflight(self, asked.id, api=self, key=asked)
            self.shows(made)
        assert isinstance(made, Preflight)
        made.answer(self.cors, verbs)

    def shows(self, made: Construct) -> None:
        """Let the deployment wait for something that it takes a picture of."""
        self.deployment.node.depends_on(made)

    def resource_id(self, key: Key) -> str:
        """The id of the resource of a path; those on the way are made too."""
        above: str = self.root_id
        path: list[str] = []
        for part in key.parts:
            path.append(part)
            known = self._resources.get("/".join(path))
            if known is None:
                made = resource_class(RESOURCE)(
                    self, " ".join(["Path", *path]), RestApiId=self.api_id, ParentId=above, PathPart=part
                )
                known = self._resources["/".join(path)] = made.ref
            above = known
        return above

    def authorizer_of(self, given: Any) -> tuple[str, str | None]:
        """The AuthorizationType of a method and the id of its authorizer, which is made on first use."""
        if isinstance(given, str) and given in _WORDS:
            return _WORDS[given], None
        if isinstance(given, UserPoolAccess):
            made = self._once(given, lambda: Authorizer.cognito(given, name=_plain(given.node.id)))
            return "COGNITO_USER_POOLS", made.ref
        if not isinstance(given, Authorizer):
            raise ConstructError(
                f"{self.node.path}: {repr(given) if isinstance(given, str) else f'a {type(given).__name__}'} cannot authorize",
                place=caller(),
                fix='"iam", "none", a UserPool, or Authorizer.token(…), .request(…), .cognito(…)',
            )  # fmt: skip
        return given.authorization, self._once(given, lambda: given).ref

    def _once(self, key: Any, authorizer: Any) -> Resource:
        if key not in self._made:
            given: Authorizer = authorizer()
            id = given.name
            number = 1
            while id in self.node.children:
                number += 1
                id = f"{given.name}{number}"
            self._made[key] = given.make(self, id)
            self.shows(self._made[key])
        return self._made[key]

    def model(self, given: ApiModel) -> str:
        """The name of a model, which is made on first use."""
        other = self._made.get(("model", given.name))
        if other is None:
            other = resource_class(MODEL)(
                self, f"Model {given.name}", RestApiId=self.api_id, Name=given.name, ContentType=given.content_type,
                Schema=given.schema, Description=given.description or None,
            )  # fmt: skip
            self._made[given] = self._made["model", given.name] = other
            self.shows(other)
        elif given not in self._made:
            raise ConstructError(
                f"{self.node.path} has another model {given.name!r}",
                place=caller(),
                fix="give one of them another name",
            )
        return other.ref

    def validator(self, *, body: bool, parameters: bool) -> str:
        """The id of a validator of bodies, parameters or both, which is made on first use."""
        name = {(True, True): "Requests", (True, False): "Bodies", (False, True): "Parameters"}[body, parameters]
        if name not in self._made:
            self._made[name] = resource_class(VALIDATOR)(
                self, f"Check {name}", RestApiId=self.api_id, Name=name, ValidateRequestBody=body,
                ValidateRequestParameters=parameters,
            )  # fmt: skip
            self.shows(self._made[name])
        return self._made[name].ref

    def _refusals(self) -> None:
        headers = {} if self.cors is None else self.cors.refusals()
        for kind in ("DEFAULT_4XX", "DEFAULT_5XX") if headers else ():
            made = resource_class(RESPONSE)(
                self,
                f"Response {kind[-3:]}",
                RestApiId=self.api_id,
                ResponseType=kind,
                ResponseParameters={f"gatewayresponse.header.{name}": value for name, value in headers.items()},
            )
            self.shows(made)

    # a file

    def _body(self) -> dict[str, Any]:
        if self.routes or self.auth is not None or self.api_key or self.cors is not None:
            raise ConstructError(
                f"{self.node.path}: openapi= says what the methods are and who may call them", place=caller(),
                fix="say routes, auth, api_key and cors in the file, and leave the keywords out",
            )  # fmt: skip
        from .openapi import Definition

        assert self.openapi is not None
        self._definition = Definition(self.node, self.openapi)
        return self._definition.body(self, integrations_of(self.integrations, self.node.path))

    # who may call

    def _from_endpoints(self) -> Statement:
        ids = [one if isinstance(one, str) else one.id for one in self.vpc_endpoints]
        return Statement(
            [INVOKE], ["execute-api:/*"], principal=Principal.anyone(),
            conditions={"StringEquals": {"aws:SourceVpce": ids}},
        )  # fmt: skip

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        self.node.resource.set(Policy=self._policy)
        return self.node.resource

    # stages

    @property
    def stages(self) -> list[ApiStage]:
        """The stages made here, in order."""
        return list(self._stages.values())

    @property
    def default_stage(self) -> ApiStage:
        """The first stage. Raises `ConstructError` when there is none."""
        for stage in self._stages.values():
            return stage
        raise ConstructError(f"{self.node.path} has no stage", place=caller(), fix='make one: api.stage("prod")')

    @property
    def url(self) -> str:
        """The address of the first stage, with a slash at its end."""
        return self.default_stage.url

    def stage(
        self,
        name: str,
        *,
        throttle: Throttle | None = None,
        cache: ApiCache | None = None,
        methods: Mapping[str, MethodSettings] | None = None,
        access_log: bool | LogGroupAccess = False,
        log_format: str | Mapping[str, str] | None = None,
        log: Literal["off", "error", "info"] = "off",
        log_bodies: bool = False,
        metrics: bool = False,
        tracing: bool = False,
        variables: Mapping[str, str] | None = None,
        canary: ApiCanary | None = None,
        description: str | None = None,
    ) -> ApiStage:
        """One more address of the API as it is now, with settings of its own; the keywords are those of `RestApi`."""
        if name in self._stages:
            raise ConstructError(
                f"{self.node.path} has a stage {name!r} already ({self._stages[name].node.source})", place=caller(),
                fix="give it another name",
            )  # fmt: skip
        id = "Stage" if name == self.stage_name else f"Stage {name}"
        self._stages[name] = made = ApiStage(
            self, id, api=self, name=name, throttle=throttle, cache=cache, methods=methods or {}, access_log=access_log,
            log_format=log_format, log=log, log_bodies=log_bodies, metrics=metrics, tracing=tracing,
            variables=variables, canary=canary, description=description,
        )  # fmt: skip
        return made

    def usage_plan(
        self,
        name: str,
        *,
        rate: float | Token | None = None,
        burst: int | Token | None = None,
        quota: tuple[int, Literal["day", "week", "month"]] | None = None,
        quota_offset: int | None = None,
        methods: Mapping[str, Throttle] | None = None,
        keys: Sequence[ApiKey | str] = (),
        stages: Sequence[ApiStage] | None = None,
        description: str | None = None,
    ) -> UsagePlan:
        """What holders of keys may use of the API; all stages made so far unless `stages` says which. See `UsagePlan`."""
        return UsagePlan(
            self, f"Plan {name}", stages=self.stages if stages is None else stages, rate=rate, burst=burst, quota=quota,
            quota_offset=quota_offset, methods=methods or {}, keys=keys, name=name, description=description,
        )  # fmt: skip

    # names

    def _name_it(self) -> None:
        if self.domain is None:
            if self.certificate is not None or self.base_path:
                raise ConstructError(
                    f"{self.node.path}: certificate= and base_path= go with a name", place=caller(), fix="give domain="
                )
            return
        from .apidomain import ApiDomain

        if self.certificate is None or self.endpoint == "private":
            raise ConstructError(
                f"{self.node.path}: {self.domain} needs a certificate" if self.certificate is None
                else f"{self.node.path}: private APIs have no name of this kind",
                place=caller(),
                fix="give certificate=" if self.certificate is None else "leave domain= out",
            )  # fmt: skip
        made = ApiDomain(
            self, "Domain", domain=self.domain, certificate=self.certificate,
            endpoint="edge" if self.endpoint == "edge" else "regional",
        )  # fmt: skip
        made.map(self.default_stage, self.base_path)
        self.domains.append(made)

    def alias_target(self) -> AliasTarget:
        """What an alias record of the API's own name points to. Raises `ConstructError` when it has none."""
        for made in self.domains:
            return made.alias_target()
        raise ConstructError(
            f"{self.node.path} has no name of its own that an alias could lead to", place=caller(),
            fix="give domain= and certificate=",
        )  # fmt: skip

    @staticmethod
    def from_openapi(
        scope: Construct,
        id: str,
        file: str | PathLike[str],
        *,
        integrations: Mapping[str, Target] | None = None,
        **options: Unpack[ImportOptions],
    ) -> RestApi:
        """An API whose methods stand in a Swagger 2.0 or OpenAPI 3.0 file, JSON or YAML.

        `integrations` gives targets by operationId; operations with an `x-amazon-apigateway-integration` of their own need
        none. `options` are the other keywords of `RestApi`. What is wrong with the file is told at its own lines.
        """
        return RestApi(scope, id, openapi=file, integrations=integrations or {}, **options)

    @staticmethod
    def from_id(scope: Construct, id: str, api_id: str, *, name: str | None = None) -> ExistingApi:
        """A REST API of this account and region that exists already; its `name` is needed for metrics."""
        checked_name(api_id, method="from_id", pattern=r"[a-z0-9]+")
        return ExistingApi(scope, id, values={"api_id": api_id, "api_name": name or api_id})


@construct
class ExistingApi(Existing, ApiAccess):
    """A REST API made elsewhere; see `RestApi.from_id`."""

    WHAT = "API"


def _tail(method: str, path: str, stage: str) -> str:
    verb = method if has_marker(method) else "*" if method.upper() == "ANY" else method.upper()
    if not has_marker(verb) and verb != "*" and verb not in VERBS:
        raise ConstructError(f"{method!r} is no method", place=caller(), fix=f"{VERBS_WORDS}, or * for all")
    plain = path if has_marker(path) else "/".join("*" if part.startswith("{") else part for part in path.split("/"))
    return f"{stage}/{verb}/{plain if has_marker(plain) else plain.removeprefix('/')}"


def _target(given: Any) -> Any:
    return given.target if isinstance(given, Route) else given


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum() and letter.isascii()) or "Pool"
