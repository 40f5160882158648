"""HTTP APIs of API Gateway: cheaper and smaller than REST APIs, for functions and web servers.

Source: API Gateway Developer Guide, API Gateway HTTP APIs.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker
from ..cloudwatch.logs import LogGroup, LogGroupAccess
from ..cloudwatch.metric import Metric
from ..functions.invocable import Invocable
from ..functions.lambda_ import LambdaVersion
from ..security.cognito import UserPoolAccess, UserPoolClient
from ..security.keys import holds_permissions
from .apiroutes import Key, keys_of
from .apistage import Throttle, access_format
from .cors import ALL, Cors
from .integration import permit, target_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ..security.policy import Grant, Grantee

API = "AWS::ApiGatewayV2::Api"
AUTHORIZER = "AWS::ApiGatewayV2::Authorizer"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
ROUTE = "AWS::ApiGatewayV2::Route"
STAGE = "AWS::ApiGatewayV2::Stage"
DEFAULT = "$default"
ACCESS = {
    "requestId": "$context.requestId",
    "ip": "$context.identity.sourceIp",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
}
"""What an access log says of a request unless told otherwise."""
_AMOUNTS = ("IntegrationLatency", "Latency")


class JwtAuthorizer:
    """Callers bring a token (JWT) of an issuer, made for one of the audiences.

    - `issuer`: the address that tokens name, such as `https://login.example.com`; `audience`: ids of applications.
    - `header`: where the token stands. `name`: letters and digits.
    """

    __slots__ = ("issuer", "audience", "header", "name")

    @checked
    def __init__(
        self, issuer: str, audience: Sequence[str], *, header: str = "Authorization", name: str = "Authorizer"
    ) -> None:
        if isinstance(audience, str) or not audience:
            raise ConstructError(
                "a JwtAuthorizer takes tokens that were made for somebody", place=caller(),
                fix='audience=["the id of an application"]',
            )  # fmt: skip
        self.issuer = issuer
        self.audience = list(audience)
        self.header = header
        self.name = name

    @classmethod
    @checked
    def cognito(cls, pool: UserPoolAccess, *clients: UserPoolClient | str, name: str = "Authorizer") -> JwtAuthorizer:
        """Tokens of a user pool that were made for these of its clients."""
        odd = next((one for one in clients if not isinstance(one, UserPoolClient | str)), None)
        if odd is not None:
            raise ConstructError(f"a {type(odd).__name__} is no client of a pool", place=caller(), fix="pool.client(…)")
        ids = [one if isinstance(one, str) else one.client_id for one in clients]
        return cls(pool.provider_url, ids, name=name)


@construct
class HttpApi(Construct):
    """An HTTP API: routes to functions and web servers, deployed by itself whenever it changes.

    - `routes`: `{"GET /orders": function, "ANY /old/{proxy+}": "https://old.example.com/{proxy}", "$default": function}`. A
      target is a function, an alias or a version, or an https address. Each function gets a permission for its route.
    - `auth`: who may call: "iam" (signed requests), a `JwtAuthorizer`, or "none"; `open_routes`: rows that ask for nothing.
      `public`: why everybody may call; without it, open routes are warned about (API015).
    - `cors`: a `Cors`, which API Gateway itself answers with.
    - `throttle`: requests a second and at once, of all routes together; `access_log`: True for a log group, or one of yours;
      `log_format`; `variables` of the stage.
    - `default_endpoint`: whether the API has its own address; `name`: the id by default.

    Makes the API, an integration for each target, routes, permissions, an authorizer, the stage `$default`, and a log group.
    It has no caches, models, keys or usage plans: those are a `RestApi`'s. Source: API Gateway Developer Guide, choose
    between REST APIs and HTTP APIs.
    """

    routes: Mapping[str, Invocable | LambdaVersion | str]
    name: str | None = None
    description: str | None = None
    auth: Literal["iam", "none"] | JwtAuthorizer | None = None
    open_routes: Sequence[str] = ()
    public: str | None = None
    cors: Cors | None = None
    throttle: Throttle | None = None
    access_log: bool | LogGroupAccess = False
    log_format: str | Mapping[str, str] | None = None
    variables: Mapping[str, str] | None = None
    default_endpoint: bool = True

    api_id = ref()
    url = attribute("ApiEndpoint")
    """The address, without a slash at its end."""

    def build(self) -> None:
        """Make the API, its routes and its stage."""
        plain = [row for row in self.routes if row != DEFAULT]
        keys = keys_of(self.node.path, plain)
        unknown = [row for row in self.open_routes if row not in self.routes]
        if unknown or not self.routes:
            raise ConstructError(
                f"{self.node.path}: open_routes= names {', '.join(map(repr, unknown))}, which is no route"
                if unknown
                else f"{self.node.path} has no routes",
                place=caller(),
                fix=f"one of: {', '.join(self.routes)}" if unknown else 'routes={"GET /orders": function}',
            )
        resource_class(API)(
            self,
            MAIN,
            Name=self.node.plain_id if self.name is None else self.name,
            Description=self.description,
            ProtocolType="HTTP",
            CorsConfiguration=None if self.cors is None else self._cors(self.cors, keys.values()),
            DisableExecuteApiEndpoint=None if self.default_endpoint else True,
        )
        self._integrations: dict[Any, Resource] = {}
        self._authorizer: str | None = None
        if isinstance(self.auth, JwtAuthorizer):
            self._authorizer = resource_class(AUTHORIZER)(
                self, self.auth.name, ApiId=self.api_id, Name=self.auth.name, AuthorizerType="JWT",
                IdentitySource=[f"$request.header.{self.auth.header}"],
                JwtConfiguration={"Issuer": self.auth.issuer, "Audience": self.auth.audience},
            ).ref  # fmt: skip
        if self.public is not None and self.auth in (None, "none"):
            self.node.ignore("API015", reason=self.public)
        for row, target in self.routes.items():
            HttpRoute(
                self, keys[row].id if row in keys else "Default", api=self, row=row, key=keys.get(row), target=target
            )
        self.log_group: LogGroupAccess | None = None
        if isinstance(self.access_log, LogGroupAccess):
            self.log_group = self.access_log
        elif self.access_log:
            self.log_group = LogGroup(self, "Logs")
        throttle = self.throttle
        resource_class(STAGE)(
            self,
            "Stage",
            ApiId=self.api_id,
            StageName=DEFAULT,
            AutoDeploy=True,
            StageVariables=dict(self.variables) if self.variables else None,
            DefaultRouteSettings=None
            if throttle is None
            else {"ThrottlingRateLimit": throttle.rate, "ThrottlingBurstLimit": throttle.burst},
            AccessLogSettings=None
            if self.log_group is None
            else {"DestinationArn": self.log_group.arn, "Format": access_format(self.log_format, ACCESS)},
        )

    def asks(self, row: str) -> tuple[str, str | None]:
        """The AuthorizationType of a route and the id of its authorizer."""
        if row in self.open_routes or self.auth in (None, "none"):
            return "NONE", None
        return ("AWS_IAM", None) if self.auth == "iam" else ("JWT", self._authorizer)

    def integration(self, target: Invocable | LambdaVersion | str, key: Key | None) -> Resource:
        """The integration with a target; a function has one for all its routes."""
        known = target if isinstance(target, str) else id(target)
        verb = "ANY" if key is None else key.verb
        place = (known, verb if isinstance(target, str) else "")
        if place not in self._integrations:
            number = len(self._integrations) + 1
            web = isinstance(target, str)
            self._integrations[place] = resource_class(INTEGRATION)(
                self,
                f"Integration{number}",
                ApiId=self.api_id,
                IntegrationType="HTTP_PROXY" if web else "AWS_PROXY",
                IntegrationMethod=verb if web else None,
                IntegrationUri=target if isinstance(target, str) else target_arn(target),
                PayloadFormatVersion="1.0" if web else "2.0",
            )
        return self._integrations[place]

    def arn_for_execute(self, method: str = "*", path: str = "*") -> str:
        """The ARN of a route for policies, in all stages; variables of the path stand for any text."""
        parts = (
            path if has_marker(path) else "/".join("*" if part.startswith("{") else part for part in path.split("/"))
        )
        verb = method if has_marker(method) else "*" if method.upper() == "ANY" else method.upper()
        if has_marker(path):
            tail = f"{verb}/{path}"
        else:
            tail = f"{verb}/{parts.removeprefix('/')}" if path != DEFAULT else DEFAULT
        return f"arn:{AWS.Partition}:execute-api:{AWS.Region}:{AWS.AccountId}:{self.api_id}/*/{tail}"

    def grant_invoke(self, who: Grantee, method: str = "*", path: str = "*") -> Grant:
        """Let a role, user or group call routes that ask for IAM (`auth="iam"`), with signed requests."""
        if not holds_permissions(who):
            raise ConstructError(
                f"{self.node.path}: HTTP APIs have no policy of their own", place=caller(),
                fix="give a role, a user or a group, or use a RestApi",
            )  # fmt: skip
        granted: Grant = who.allow("execute-api:Invoke", on=self.arn_for_execute(method, path))
        return granted

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What is known of the API: `Count`, `4xx`, `5xx`, `Latency`, `IntegrationLatency`, `DataProcessed`."""
        chosen = statistic or ("Average" if name in _AMOUNTS else "Sum")
        return Metric("AWS/ApiGateway", name, {"ApiId": self.api_id}, statistic=chosen, period=period)

    def _cors(self, cors: Cors, keys: Any) -> dict[str, Any]:
        verbs = sorted({key.verb for key in keys})
        wide = "ANY" in verbs or DEFAULT in self.routes
        return {
            "AllowOrigins": cors.origins,
            "AllowMethods": list(cors.methods or (ALL if wide else [*verbs, "OPTIONS"])),
            "AllowHeaders": list(cors.headers),
            "ExposeHeaders": list(cors.exposed) or None,
            "AllowCredentials": True if cors.credentials else None,
            "MaxAge": cors.max_age,
        }


@construct
class HttpRoute(Construct):
    """One row of an HTTP API's table, and the permission that it takes; made by `HttpApi`."""

    api: HttpApi
    row: str
    key: Key | None
    target: Invocable | LambdaVersion | str

    def build(self) -> None:
        """Make the route."""
        target, key = self.target, self.key
        if isinstance(target, str):
            if not has_marker(target) and not target.startswith(("http://", "https://")):
                raise ConstructError(
                    f"{self.node.path}: {target!r} is no web address",
                    place=caller(),
                    fix="such as https://example.com/x",
                )
        else:
            verb, path = ("*", DEFAULT) if key is None else (key.verb, key.path)
            permit(self, "Permission", target, self.api.arn_for_execute(verb, path))
        kind, authorizer = self.api.asks(self.row)
        resource_class(ROUTE)(
            self,
            MAIN,
            ApiId=self.api.api_id,
            RouteKey=DEFAULT if key is None else str(key),
            AuthorizationType=kind,
            AuthorizerId=authorizer,
            Target=f"integrations/{self.api.integration(target, key).ref}",
        )
