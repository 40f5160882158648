"""What a load balancer does with a request: send it on, redirect it, answer it itself, ask who somebody is.

Source: User Guide for Application Load Balancers, listener rules; rule action types; rule condition types.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller
from ...tokens import has_marker
from ..security.policy import listed
from .targetgroup import TargetGroupAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...tokens import Token
    from ..security.secretsmanager import SecretAccess

    Weighted: TypeAlias = "TargetGroupAccess | tuple[TargetGroupAccess, int | Token]"
    Unknown: TypeAlias = Literal["authenticate", "allow", "deny"]

TURN_AWAY = 404


class Action:
    """What happens to a request: a `Forward`, `Redirect`, `FixedResponse`, `OIDCLogin` or `CognitoLogin`."""

    __slots__ = ()

    asks: bool = False
    """Whether the load balancer itself calls somebody on the internet over HTTPS."""

    @property
    def groups(self) -> list[TargetGroupAccess]:
        """The target groups that it sends requests to."""
        return []

    def steps(self) -> list[dict[str, Any]]:
        """What CloudFormation calls actions, the last of which says what to do in the end."""
        raise NotImplementedError


class Forward(Action):
    """Requests go to one target group, or to several by weight: `Forward((blue, 9), (green, 1))`.

    - groups: a `TargetGroup`, or with a weight of 0 to 999 as a pair; at most 5.
    - `sticky_seconds`: who has been sent to a group stays with it for so long, 1 to 604,800 (7 days).
    """

    __slots__ = ("parts", "sticky_seconds")

    def __init__(self, *groups: Weighted, sticky_seconds: int | Token | None = None) -> None:
        self.parts = [one if isinstance(one, tuple) and len(one) == 2 else (one, None) for one in groups]
        wrong = next((group for group, _ in self.parts if not isinstance(group, TargetGroupAccess)), None)
        if not self.parts or wrong is not None:
            what = "to nothing" if wrong is None else f"to a {type(wrong).__name__}"
            raise ConstructError(
                f"Forward {what}", place=caller(), fix="give a TargetGroup, or pairs of one and a weight"
            )
        self.sticky_seconds = sticky_seconds

    @property
    def groups(self) -> list[TargetGroupAccess]:
        """The target groups that it sends requests to."""
        return [group for group, _ in self.parts]

    def steps(self) -> list[dict[str, Any]]:
        """The action."""
        if len(self.parts) == 1 and self.sticky_seconds is None and self.parts[0][1] is None:
            return [{"Type": "forward", "TargetGroupArn": self.parts[0][0].arn}]
        config: dict[str, Any] = {
            "TargetGroups": [{"TargetGroupArn": group.arn, "Weight": weight} for group, weight in self.parts]
        }
        if self.sticky_seconds is not None:
            config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": self.sticky_seconds}
        return [{"Type": "forward", "ForwardConfig": config}]


class Redirect(Action):
    """The client is sent somewhere else; `Redirect()` sends it to the same address over HTTPS.

    - `protocol`: "HTTPS" (default), "HTTP", or "#{protocol}" for the one of the request; from HTTPS there is no way
      back to HTTP. `port`: 443 for HTTPS by default, else the one of the request.
    - `host`, `path`, `query`: kept unless given; they can hold `#{host}`, `#{path}`, `#{port}` and `#{query}`.
    - `permanent`: 301, which browsers remember; otherwise 302.
    """

    __slots__ = ("protocol", "port", "host", "path", "query", "permanent")

    def __init__(
        self,
        *,
        protocol: Literal["HTTPS", "HTTP", "#{protocol}"] = "HTTPS",
        port: int | str | None = None,
        host: str | None = None,
        path: str | None = None,
        query: str | None = None,
        permanent: bool = True,
    ) -> None:
        if path is not None and not has_marker(path) and not path.startswith("/"):
            raise ConstructError(f"path={path!r} is not absolute", place=caller(), fix="begin it with /")
        self.protocol = protocol
        self.port = str(443 if port is None and protocol == "HTTPS" else "#{port}" if port is None else port)
        self.host = host
        self.path = path
        self.query = query
        self.permanent = permanent

    def steps(self) -> list[dict[str, Any]]:
        """The action."""
        config = {
            "Protocol": self.protocol,
            "Port": self.port,
            "Host": self.host,
            "Path": self.path,
            "Query": self.query,
            "StatusCode": "HTTP_301" if self.permanent else "HTTP_302",
        }
        return [{"Type": "redirect", "RedirectConfig": config}]


class FixedResponse(Action):
    """The load balancer answers itself.

    - `status`: 200 to 299 or 400 to 599; `body`: at most 1,024 characters.
    - `content_type`: "text/plain" (default), "text/css", "text/html", "application/javascript" or "application/json".
    """

    __slots__ = ("status", "body", "content_type")

    def __init__(
        self,
        status: int = TURN_AWAY,
        body: str | None = None,
        *,
        content_type: Literal[
            "text/plain", "text/css", "text/html", "application/javascript", "application/json"
        ] = "text/plain",
    ) -> None:
        if (
            isinstance(status, bool)
            or not isinstance(status, int)
            or not (200 <= status <= 299 or 400 <= status <= 599)
        ):
            raise ConstructError(f"status={status!r}", place=caller(), fix="200 to 299, or 400 to 599")
        self.status = status
        self.body = body
        self.content_type = content_type

    def steps(self) -> list[dict[str, Any]]:
        """The action."""
        config = {"StatusCode": str(self.status), "MessageBody": self.body, "ContentType": self.content_type}
        return [{"Type": "fixed-response", "FixedResponseConfig": config}]


class Login(Action):
    """Somebody must sign in before `then` happens; HTTPS listeners only.

    The load balancer asks who it is over HTTPS, so its security group lets it out to everywhere on port 443.
    """

    __slots__ = ("then", "session_seconds", "cookie", "scope", "on_unauthenticated", "extra")
    asks = True
    TYPE = ""
    CONFIG = ""

    def __init__(
        self,
        then: TargetGroupAccess | Action,
        session_seconds: int | Token | None,
        cookie: str | None,
        scope: str | None,
        on_unauthenticated: Unknown,
        extra: Mapping[str, str] | None,
    ) -> None:
        self.then = action(then)
        self.session_seconds = session_seconds
        self.cookie = cookie
        self.scope = scope
        self.on_unauthenticated: Unknown = on_unauthenticated
        self.extra = dict(extra or {})

    @property
    def groups(self) -> list[TargetGroupAccess]:
        """The target groups that it sends requests to in the end."""
        return self.then.groups

    def _settings(self) -> dict[str, Any]:
        raise NotImplementedError

    def steps(self) -> list[dict[str, Any]]:
        """The sign-in, and what comes after it, in order."""
        seconds = self.session_seconds
        config = {
            **self._settings(),
            "OnUnauthenticatedRequest": self.on_unauthenticated,
            "Scope": self.scope,
            "SessionCookieName": self.cookie,
            "SessionTimeout": seconds,
            "AuthenticationRequestExtraParams": self.extra or None,
        }
        return [{"Type": self.TYPE, self.CONFIG: config}, *self.then.steps()]


class OIDCLogin(Login):
    """Sign-in with an OpenID Connect provider, then `then`.

    - `issuer`, `authorization_endpoint`, `token_endpoint`, `user_info_endpoint`: full https addresses.
    - `client_id`; `client_secret`: a `Secret`, or one of its fields: `secret.value("client_secret")`. It never stands
      in the template: CloudFormation reads it when it deploys.
    - `scope`: "openid" by default; `cookie`: the name of the session cookie; `session_seconds`: 7 days by default.
    - `on_unauthenticated`: "authenticate" (default, send to the provider), "allow" or "deny".
    - `extra`: up to 10 more parameters of the request to the provider.

    Source: User Guide for Application Load Balancers, authenticate users.
    """

    __slots__ = ("issuer", "endpoints", "client_id", "client_secret")
    TYPE = "authenticate-oidc"
    CONFIG = "AuthenticateOidcConfig"

    def __init__(
        self,
        *,
        issuer: str,
        authorization_endpoint: str,
        token_endpoint: str,
        user_info_endpoint: str,
        client_id: str,
        client_secret: SecretAccess | Token,
        then: TargetGroupAccess | Action,
        scope: str | None = None,
        session_seconds: int | Token | None = None,
        cookie: str | None = None,
        on_unauthenticated: Unknown = "authenticate",
        extra: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(then, session_seconds, cookie, scope, on_unauthenticated, extra)
        self.issuer = issuer
        self.endpoints = (authorization_endpoint, token_endpoint, user_info_endpoint)
        for address in (issuer, *self.endpoints):
            if not isinstance(address, str) or not (has_marker(address) or address.startswith("https://")):
                raise ConstructError(
                    f"{address!r} is no https address", place=caller(), fix="write all of it: https://…"
                )
        self.client_id = client_id
        self.client_secret = _secret(client_secret)

    def _settings(self) -> dict[str, Any]:
        authorization, token, user_info = self.endpoints
        return {
            "Issuer": self.issuer,
            "AuthorizationEndpoint": authorization,
            "TokenEndpoint": token,
            "UserInfoEndpoint": user_info,
            "ClientId": self.client_id,
            "ClientSecret": self.client_secret,
        }


class CognitoLogin(Login):
    """Sign-in with a Cognito user pool, then `then`.

    - `user_pool`: the ARN of the pool; `client_id`: an app client of it that has a secret; `domain`: the prefix or the
      full name of the pool's domain.
    - the rest as for `OIDCLogin`.

    Source: User Guide for Application Load Balancers, authenticate users.
    """

    __slots__ = ("user_pool", "client_id", "domain")
    TYPE = "authenticate-cognito"
    CONFIG = "AuthenticateCognitoConfig"

    def __init__(
        self,
        *,
        user_pool: str,
        client_id: str,
        domain: str,
        then: TargetGroupAccess | Action,
        scope: str | None = None,
        session_seconds: int | Token | None = None,
        cookie: str | None = None,
        on_unauthenticated: Unknown = "authenticate",
        extra: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(then, session_seconds, cookie, scope, on_unauthenticated, extra)
        self.user_pool = user_pool
        self.client_id = client_id
        self.domain = domain

    def _settings(self) -> dict[str, Any]:
        return {"UserPoolArn": self.user_pool, "UserPoolClientId": self.client_id, "UserPoolDomain": self.domain}


def action(given: Any) -> Action:
    """What was given as an action: itself, or a target group to forward to."""
    if isinstance(given, Action):
        return given
    if isinstance(given, TargetGroupAccess):
        return Forward(given)
    raise ConstructError(
        f"a {type(given).__name__} says nothing of what to do with requests", place=caller(),
        fix="give a TargetGroup, a Forward, a Redirect, a FixedResponse, an OIDCLogin or a CognitoLogin",
    )  # fmt: skip


def written(given: Action, *, text_timeout: bool) -> list[dict[str, Any]]:
    """The steps of an action, numbered where there are several.

    A listener says the session's timeout as text and a rule as a number; CloudFormation is that particular.
    """
    steps = given.steps()
    for place, step in enumerate(steps, 1):
        if len(steps) > 1:
            step["Order"] = place
        config = step.get("AuthenticateOidcConfig") or step.get("AuthenticateCognitoConfig")
        if text_timeout and config and isinstance(config["SessionTimeout"], int):
            config["SessionTimeout"] = str(config["SessionTimeout"])
    return steps


def _secret(given: Any) -> str:
    if isinstance(given, str):
        if has_marker(given) or given.startswith("{{resolve:"):
            return given
        raise ConstructError(
            "client_secret= is plain text, which everybody who may read the template would see", place=caller(),
            fix='keep it in Secrets Manager and give the Secret, or secret.value("client_secret")',
        )  # fmt: skip
    if not hasattr(given, "value"):
        raise ConstructError(f"client_secret= is a {type(given).__name__}", place=caller(), fix="give a Secret")
    value: str = given.value()
    return value


def conditions(
    *,
    host: str | Sequence[str] = (),
    path: str | Sequence[str] = (),
    headers: Mapping[str, str | Sequence[str]] | None = None,
    query: Mapping[str, str | Sequence[str]] | Sequence[str] | str = (),
    methods: str | Sequence[str] = (),
    source_ip: str | Sequence[str] = (),
    address_type: Literal["ipv4", "ipv6"] | None = None,
) -> list[dict[str, Any]]:
    """The conditions of a rule, all of which must hold; of several values in one of them any will do."""
    found: list[dict[str, Any]] = []
    for values, field, config in (
        (host, "host-header", "HostHeaderConfig"),
        (path, "path-pattern", "PathPatternConfig"),
        (methods, "http-request-method", "HttpRequestMethodConfig"),
        (source_ip, "source-ip", "SourceIpConfig"),
    ):
        if isinstance(values, str) or values:
            found.append({"Field": field, config: {"Values": list(listed(values))}})
    if headers is not None and not hasattr(headers, "items"):
        raise ConstructError(
            f"headers={headers!r}", place=caller(), fix='give values by name: {"X-Tenant": ["a", "b"]}'
        )
    for name, wanted in (headers or {}).items():
        config_ = {"HttpHeaderName": name, "Values": list(listed(wanted))}
        found.append({"Field": "http-header", "HttpHeaderConfig": config_})
    given: Any = query
    if hasattr(given, "items"):
        for name, wanted in given.items():
            pairs = [{"Key": name, "Value": value} for value in listed(wanted)]
            found.append({"Field": "query-string", "QueryStringConfig": {"Values": pairs}})
    elif isinstance(given, str) or given:
        found.append(
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Value": one} for one in listed(given)]}}
        )
    if address_type is not None:
        found.append({"Field": "source-ip", "SourceIpConfig": {"IpAddressType": address_type}})
    return found
