"""The methods of a REST API: what each of them asks of its callers, and where it leads.

Source: API Gateway Developer Guide, methods for REST APIs in API Gateway.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..hints import check
from .apiroutes import Key, Route
from .integration import Integration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .apigateway import RestApi
    from .cors import Cors

METHOD = "AWS::ApiGateway::Method"


@construct
class ApiMethod(Construct):
    """One row of an API's table: the method, and the permission or role that it takes; made by `RestApi`."""

    api: RestApi
    key: Key
    route: Route
    integration: Integration

    def build(self) -> None:
        """Make the method."""
        api, key, route = self.api, self.key, self.route
        given = route.auth if route.auth is not None else "none" if route.public is not None else api.auth
        kind, authorizer = api.authorizer_of("none" if given is None else given)
        asks = api.api_key if route.api_key is None else route.api_key
        reason = route.public if route.public is not None else api.public
        if reason is not None and kind == "NONE" and not asks:
            self.node.ignore("API015", reason=reason)
        if route.scopes and kind != "COGNITO_USER_POOLS":
            raise ConstructError(
                f"{self.node.path}: scopes= are those of a user pool's tokens, and the method asks for {kind}",
                place=caller(), fix="give auth= a UserPool, or leave the scopes out",
            )  # fmt: skip
        self._spoken_of()
        source = api.arn_for_execute(key.verb, key.path)
        made = self.integration.connect(self, key, source, api.cors)
        api.versions += self.integration.versions
        parameters = {**made.parameters, **self._parameters()}
        properties = {**made.properties, **self._cached(parameters)}
        validated = any(parameters.values()) and bool(route.query or route.headers)
        resource_class(METHOD)(
            self,
            MAIN,
            RestApiId=api.api_id,
            ResourceId=api.resource_id(key),
            HttpMethod=key.verb,
            AuthorizationType=kind,
            AuthorizerId=authorizer,
            AuthorizationScopes=list(route.scopes) or None,
            ApiKeyRequired=True if asks else None,
            OperationName=route.operation,
            Integration=properties,
            MethodResponses=made.responses,
            RequestParameters=parameters or None,
            RequestModels=None if route.body is None else {route.body.content_type: api.model(route.body)},
            RequestValidatorId=api.validator(body=route.body is not None, parameters=validated)
            if route.body is not None or validated
            else None,
        )

    def _spoken_of(self) -> None:
        if self.integration.is_soap:
            body = self.route.body
            check(self, soap=True, model=None if body is None else body.content_type, binary=list(self.api.binary))

    def _parameters(self) -> dict[str, bool]:
        found = {f"method.request.querystring.{name}": must for name, must in self.route.query.items()}
        return found | {f"method.request.header.{name}": must for name, must in self.route.headers.items()}

    def _cached(self, parameters: dict[str, bool]) -> dict[str, Any]:
        keys = []
        for name in self.route.cache_by:
            known = [one for one in parameters if one.rpartition(".")[2] == name]
            if not known:
                raise ConstructError(
                    f"{self.node.path}: cache_by= names {name!r}, which is no parameter of the method", place=caller(),
                    fix="name it in query= or headers= too, as in query={'page': False}",
                )  # fmt: skip
            keys += known
        return {"CacheKeyParameters": keys} if keys else {}


@construct
class ImportedMethod(Construct):
    """What a method of a file takes: its permission or role; made by `RestApi(openapi=…)`."""

    api: RestApi
    key: Key
    integration: Integration

    def build(self) -> None:
        """Make the permission or role."""
        self.made = self.integration.connect(
            self, self.key, self.api.arn_for_execute(self.key.verb, self.key.path), None
        )


@construct
class Preflight(Construct):
    """The method that answers the OPTIONS requests of browsers for one path; made by `RestApi(cors=…)`."""

    api: RestApi
    key: Key

    def build(self) -> None:
        """Wait for what it is to answer."""

    def answer(self, cors: Cors, verbs: Sequence[str]) -> None:
        """Let pages use these methods."""
        integration, responses = cors.preflight(verbs)
        if self.api.binary:
            integration["ContentHandling"] = "CONVERT_TO_TEXT"
        if MAIN in self.node.children:
            self.node.resource.set(Integration=integration, MethodResponses=responses)
            return
        resource_class(METHOD)(
            self,
            MAIN,
            RestApiId=self.api.api_id,
            ResourceId=self.api.resource_id(self.key),
            HttpMethod="OPTIONS",
            AuthorizationType="NONE",
            Integration=integration,
            MethodResponses=responses,
        )
