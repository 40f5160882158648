"""Amazon Cognito: clients and domains of user pools."""

from __future__ import annotations

import re

from ..policies.access import literal, spelled
from ..vocabulary import ABSENT, Rule, Violation, as_list, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

CLIENT = "AWS::Cognito::UserPoolClient"
DOMAIN = "AWS::Cognito::UserPoolDomain"

SCOPES = ("aws.cognito.signin.user.admin", "email", "openid", "phone", "profile")
"""What clients may be allowed besides the scopes of resource servers, which have a slash."""
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])([:/?]|$)")
_RESERVED = ("amazon", "aws", "cognito")
_REFERENCE = "Cognito User Pools API Reference, CreateUserPoolClient"


def _addresses(view: View) -> Iterator[Violation]:
    for prop in ("CallbackURLs", "LogoutURLs", "DefaultRedirectURI"):
        places = view.values(f"{prop}/*") if prop.endswith("s") else view.values(prop)
        for path, value in places:
            written = literal(value)
            if written is None:
                continue
            if "#" in written:
                yield Violation(path, value=written, why="holds a fragment", fix="leave # and what follows out")
            elif re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", written) is None:
                yield Violation(path, value=written, why="has no scheme", fix="write the whole address, with https://")
            elif written.startswith("http://") and not _LOCAL.match(written):
                yield Violation(path, value=written, why="is not encrypted", fix="write https://")


def _grants(view: View) -> Iterator[Violation]:
    given = view.get("AllowedOAuthFlows")
    flows = [literal(one) for one in as_list(given)]
    if is_unknown(given) or None in flows:
        return
    machine = "client_credentials" in flows
    if machine and len(flows) > 1:
        yield Violation(
            ("AllowedOAuthFlows",), message="client_credentials is the only grant of its client",
            fix="make a client of its own for the other grants",
        )  # fmt: skip
    if machine and (view.get("GenerateSecret") is ABSENT or truth(view.get("GenerateSecret")) is False):
        yield Violation(
            ("GenerateSecret",), message="client_credentials takes a client with a secret",
            fix="GenerateSecret: true; on the construct, secret=True",
        )  # fmt: skip
    for path, value in view.values("AllowedOAuthScopes/*"):
        scope = literal(value)
        if scope is None or "/" in scope:
            continue
        if scope not in SCOPES:
            yield Violation(
                path, message="{value} is no scope", value=scope, allowed=", ".join(SCOPES),
                fix="one of these, or identifier/name of a resource server: pool.scopes(…)",
            )  # fmt: skip
        elif machine and len(flows) == 1:
            yield Violation(
                path, message="{value} is a scope of users, and client_credentials has none", value=scope,
                fix="name scopes of a resource server: identifier/name; pool.scopes(…) makes them",
            )  # fmt: skip


def _longest(view: View) -> Iterator[Violation]:
    refresh = _lasts(view, "RefreshToken", "days")
    for kind in ("AccessToken", "IdToken"):
        lasts = _lasts(view, kind, "hours")
        if refresh and lasts and lasts > refresh:
            yield Violation((f"{kind}Validity",), kind="access" if kind == "AccessToken" else "ID")


def _lasts(view: View, kind: str, unit: str) -> float | None:
    """For how many seconds a token is good, when that is said."""
    amount = number(view.get(f"{kind}Validity"))
    units = literal(view.get(f"TokenValidityUnits/{kind}", unit))
    return amount * _SECONDS[units] if amount is not None and units in _SECONDS else None


def _domain(view: View) -> Iterator[Violation]:
    arn = view.get("CustomDomainConfig/CertificateArn")
    parts = (spelled(arn) or "").split(":")
    if len(parts) > 5 and parts[2] == "acm" and "${" not in parts[3] and parts[3] != "us-east-1":
        yield Violation(("CustomDomainConfig", "CertificateArn"), where=parts[3])
    name = literal(view.get("Domain"))
    reserved = [word for word in _RESERVED if name is not None and word in name]
    if reserved and view.get("CustomDomainConfig") is ABSENT:
        yield Violation(
            ("Domain",), message="a prefix of Cognito's domain does not hold {word}", fix="choose another prefix",
            word=reserved[0],
        )  # fmt: skip


def _client(**properties: Any) -> dict[str, Any]:
    return {"Type": CLIENT, "Properties": {"UserPoolId": "eu-west-1_a", **properties}}


def _page(**properties: Any) -> dict[str, Any]:
    return {"Type": DOMAIN, "Properties": {"UserPoolId": "eu-west-1_a", **properties}}


_MACHINE = {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthFlowsUserPoolClient": True}

RULES: tuple[Rule, ...] = (
    Rule(
        "COG001", CLIENT, "error",
        "{value} is no address that users can come back to: it {why}",
        check=_addresses,
        source=f"{_REFERENCE}, CallbackURLs: absolute, without a fragment, HTTPS but for localhost",
        verified="docs",
        good=(
            _client(CallbackURLs=["https://shop.example.com/in", "http://localhost:3000", "myapp://in"]),
            _client(LogoutURLs=[{"Ref": "Url"}], DefaultRedirectURI="https://shop.example.com/in"),
        ),
        bad=(
            _client(CallbackURLs=["http://shop.example.com"]), _client(CallbackURLs=["https://shop.example.com/#in"]),
            _client(LogoutURLs=["shop.example.com/out"]), _client(CallbackURLs=["http://localhost.example.com"]),
        ),
    ),
    Rule(
        "COG002", CLIENT, "error",
        "the grants and scopes of the client do not fit",
        check=_grants,
        source=f"{_REFERENCE}, AllowedOAuthFlows, AllowedOAuthScopes",
        verified="docs",
        good=(
            _client(**_MACHINE, GenerateSecret=True, AllowedOAuthScopes=["orders/read"]),
            _client(AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", "email", "orders/read"]),
            _client(AllowedOAuthFlows=[{"Ref": "Flow"}], AllowedOAuthScopes=["openid"]),
        ),
        bad=(
            _client(**_MACHINE, AllowedOAuthScopes=["orders/read"]),
            _client(**_MACHINE, GenerateSecret=True, AllowedOAuthScopes=["openid"]),
            _client(AllowedOAuthFlows=["code", "client_credentials"], GenerateSecret=True, AllowedOAuthScopes=["a/b"]),
            _client(AllowedOAuthFlows=["code"], AllowedOAuthScopes=["mail"]),
        ),
    ),
    Rule(
        "COG003", CLIENT, "error",
        "the {kind} token would outlive the refresh token that it comes from",
        check=_longest,
        fix="make it shorter, or RefreshTokenValidity longer",
        source="Cognito Developer Guide, managing user pool token expiration and caching",
        verified="docs",
        good=(
            _client(AccessTokenValidity=24, RefreshTokenValidity=1),
            _client(AccessTokenValidity=60, RefreshTokenValidity=60,
                    TokenValidityUnits={"AccessToken": "minutes", "RefreshToken": "minutes"}),
        ),
        bad=(
            _client(AccessTokenValidity=2, RefreshTokenValidity=60, TokenValidityUnits={"RefreshToken": "minutes"}),
            _client(IdTokenValidity=2, RefreshTokenValidity=60, TokenValidityUnits={"RefreshToken": "minutes"}),
        ),
    ),
    Rule(
        "COG004", DOMAIN, "error",
        "a domain of your own takes a certificate of us-east-1, and this one is of {where}",
        check=_domain,
        fix="request the certificate in us-east-1, whatever the region of the pool is",
        source="Cognito Developer Guide, using your own domain; assigning a prefix domain",
        verified="docs",
        good=(
            _page(Domain="auth.example.com",
                  CustomDomainConfig={"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/x"}),
            _page(Domain="shop-users"),
        ),
        bad=(
            _page(Domain="auth.example.com",
                  CustomDomainConfig={"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/x"}),
            _page(Domain="my-aws-shop"),
        ),
    ),
)  # fmt: skip
