"""Who may call an API: functions that decide, and user pools.

Source: API Gateway Developer Guide, control and manage access to REST APIs; course notes, API Gateway.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...errors import ConstructError
from ...keywords import checked, checked_but
from ...rules.limits import AUTHORIZER_TTL_DEFAULT
from ...source import caller
from ..security.cognito import UserPoolAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...resource import Resource
    from ...tokens import Token
    from ..functions.invocable import Invocable
    from .apigateway import RestApi

AUTHORIZER = "AWS::ApiGateway::Authorizer"
_SOURCES = ("header", "query", "stage", "context")


class Authorizer:
    """What decides who may call; made by `Authorizer.token(…)`, `.request(…)` or `.cognito(…)`.

    It is given to `RestApi(auth=…)` or `route(…, auth=…)`, which make the authorizer and, for a function, the permission
    to invoke it.
    """

    __slots__ = ("kind", "name", "ttl", "function", "pools", "sources", "pattern")

    def __init__(
        self,
        kind: str,
        name: str,
        ttl: int | Token,
        *,
        function: Invocable | None = None,
        pools: Sequence[UserPoolAccess | str] = (),
        sources: Sequence[str] = (),
        pattern: str | None = None,
    ) -> None:
        if not (name.isascii() and name.isalnum()):
            raise ConstructError(f"{name!r} cannot name an authorizer", place=caller(), fix="letters and digits only")
        if kind != "COGNITO_USER_POOLS" and not hasattr(function, "invoke_arn"):
            raise ConstructError(
                f"a {type(function).__name__} cannot decide who may call", place=caller(),
                fix="give a LambdaFunction or an alias",
            )  # fmt: skip
        self.kind = kind
        self.name = name
        self.ttl = ttl
        self.function = function
        self.pools = tuple(pools)
        self.sources = tuple(sources)
        self.pattern = pattern

    @classmethod
    @checked
    def token(
        cls,
        function: Invocable,
        *,
        header: str = "Authorization",
        pattern: str | None = None,
        ttl: int | Token = AUTHORIZER_TTL_DEFAULT,
        name: str = "Authorizer",
    ) -> Authorizer:
        """A function that gets the token of a header and answers with a policy.

        `pattern` is a regular expression that tokens must match; `ttl`: seconds an answer is remembered for a token,
        0 to 3,600 (300; 0: every call asks).
        """
        return cls("TOKEN", name, ttl, function=function, sources=[f"method.request.header.{header}"], pattern=pattern)

    @classmethod
    @checked
    def request(
        cls,
        function: Invocable,
        *,
        sources: Sequence[str] = ("header:Authorization",),
        ttl: int | Token = AUTHORIZER_TTL_DEFAULT,
        name: str = "Authorizer",
    ) -> Authorizer:
        """A function that gets the whole request but its body.

        `sources` tell callers apart while answers are remembered: `"header:Authorization"`, `"query:token"`,
        `"stage:name"`, `"context:identity.sourceIp"`; a call without one of them is refused unasked.
        """
        return cls("REQUEST", name, ttl, function=function, sources=[_source(one) for one in sources])

    @classmethod
    @checked_but("pools")
    def cognito(
        cls,
        *pools: UserPoolAccess | str,
        header: str = "Authorization",
        name: str = "Authorizer",
    ) -> Authorizer:
        """Users of Cognito user pools, constructs or ARNs; the token stands in a header."""
        if not pools:
            raise ConstructError("an authorizer without a user pool", place=caller(), fix="give a UserPool or an ARN")
        for pool in pools:
            if not isinstance(pool, UserPoolAccess | str):
                raise ConstructError(
                    f"a {type(pool).__name__} is no user pool", place=caller(), fix="give a UserPool or an ARN"
                )
        return cls("COGNITO_USER_POOLS", name, 0, pools=pools, sources=[f"method.request.header.{header}"])

    @property
    def authorization(self) -> str:
        """The AuthorizationType of a method that asks this one."""
        return "COGNITO_USER_POOLS" if self.kind == "COGNITO_USER_POOLS" else "CUSTOM"

    def make(self, api: RestApi, id: str) -> Resource:
        """The authorizer of one API."""
        from .integration import lambda_uri, permit

        properties: dict[str, Any] = {
            "RestApiId": api.api_id,
            "Name": id,
            "Type": self.kind,
            "IdentitySource": ", ".join(self.sources) or None,
            "IdentityValidationExpression": self.pattern,
        }
        if self.function is not None:
            properties["AuthorizerUri"] = lambda_uri(self.function)
        if self.kind == "COGNITO_USER_POOLS":
            properties["ProviderARNs"] = [pool if isinstance(pool, str) else pool.arn for pool in self.pools]
        else:
            properties["AuthorizerResultTtlInSeconds"] = self.ttl
        made = resource_class(AUTHORIZER)(api, id, **properties)
        if self.function is not None:
            permit(api, f"{id}Permission", self.function, f"{api.execute_arn}/authorizers/{made.ref}")
        return made


def _source(text: str) -> str:
    kind, colon, name = text.partition(":")
    if not colon or kind not in _SOURCES or not name:
        raise ConstructError(
            f"{text!r} tells no callers apart", place=caller(),
            fix='"header:Authorization", "query:token", "stage:name" or "context:identity.sourceIp"',
        )  # fmt: skip
    where = {"header": "method.request.header.", "query": "method.request.querystring.", "stage": "stageVariables."}
    return f"{where.get(kind, 'context.')}{name}"
