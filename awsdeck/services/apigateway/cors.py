"""Which web pages of other origins may call an API.

Source: API Gateway Developer Guide, CORS for REST APIs; course notes, API Gateway.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...keywords import checked_but
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

ALL = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s']+")
HEADERS = ("Authorization", "Content-Type", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-User-Agent", "X-Api-Key")
ALLOW = "Access-Control-Allow-"


class Cors:
    """Web pages of these origins may call the API; browsers ask with an OPTIONS request, which is answered by itself.

    - `origins`: `["https://shop.example.com"]`, or `["*"]` for all. Of several, the one that asks is named in answers
      to OPTIONS; answers of API Gateway's own, such as 403 and 429, then name `*`, and none with `credentials`.
    - `methods`: those of the path by default; `headers`: what pages may send (`Authorization`, `Content-Type`,
      `X-Api-Key` and those of signed requests); `exposed`: response headers that pages may read.
    - `credentials`: pages send cookies; not with `*`. `max_age`: seconds browsers remember the answer.

    A function behind a proxy integration answers the request itself, so it must send `Access-Control-Allow-Origin` too.
    """

    __slots__ = ("origins", "everyone", "methods", "headers", "exposed", "credentials", "max_age")

    @checked_but("origins")
    def __init__(
        self,
        origins: Sequence[str] | str,
        *,
        methods: Sequence[str] = (),
        headers: Sequence[str] = HEADERS,
        exposed: Sequence[str] = (),
        credentials: bool = False,
        max_age: int | None = None,
    ) -> None:
        given = [origins] if isinstance(origins, str) else origins
        self.origins = list(given) if isinstance(given, list | tuple) else []
        if not self.origins or not all(isinstance(one, str) for one in self.origins):
            raise ConstructError("Cors without origins", place=caller(), fix='such as ["https://shop.example.com"]')
        known = [one for one in self.origins if not has_marker(one)]
        odd = [one for one in known if one != "*" and not _ORIGIN.fullmatch(one)]
        if odd or ("*" in known and len(self.origins) > 1):
            raise ConstructError(
                f"Cors: {', '.join(map(repr, odd))}: browsers name an origin by scheme, host and port, without a path"
                if odd
                else "Cors: '*' stands for all origins, and others are named beside it",
                place=caller(),
                fix='such as ["https://shop.example.com"], or ["*"]',
            )
        quoted = [one for one in (*headers, *exposed, *methods) if not has_marker(one) and "'" in one]
        if quoted or (max_age is not None and max_age < -1):
            raise ConstructError(
                f"Cors: {quoted[0]!r} holds a quote" if quoted else f"Cors: max_age={max_age}", place=caller(),
                fix="names of headers and methods alone" if quoted else "seconds; -1 for not at all",
            )  # fmt: skip
        self.everyone = known == ["*"]
        self.methods = tuple(method if has_marker(method) else method.upper() for method in methods)
        self.headers = tuple(headers)
        self.exposed = tuple(exposed)
        self.credentials = credentials
        self.max_age = max_age

    def allowed(self, verbs: Sequence[str]) -> list[str]:
        """The methods that pages may use where these are."""
        return list(self.methods or (ALL if "ANY" in verbs else sorted({*verbs, "OPTIONS"})))

    def answers(self) -> dict[str, str]:
        """The headers of an answer that is no proxy's, as API Gateway writes them."""
        found = {f"{ALLOW}Origin": f"'{self.origins[0]}'"}
        if not self.everyone:
            found["Vary"] = "'Origin'"
        if self.credentials:
            found[f"{ALLOW}Credentials"] = "'true'"
        if self.exposed:
            found["Access-Control-Expose-Headers"] = f"'{','.join(self.exposed)}'"
        return found

    def refusals(self) -> dict[str, str]:
        """The headers of API Gateway's own answers; nothing where it cannot tell which origin asks."""
        if len(self.origins) == 1:
            return self.answers()
        return {} if self.credentials else {f"{ALLOW}Origin": "'*'"}

    def choice(self) -> str:
        """Lines of a mapping template that name the origin that asks, when there are several."""
        if len(self.origins) == 1:
            return ""
        known = " || ".join(f'$origin == "{origin}"' for origin in self.origins)
        return (
            '#set($origin = $input.params().header.get("Origin"))\n'
            '#if(!$origin || $origin == "")\n#set($origin = $input.params().header.get("origin"))\n#end\n'
            f"#if({known})\n#set($context.responseOverride.header.{ALLOW}Origin = $origin)\n#end\n"
        )

    def preflight(self, verbs: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The integration and the responses of the method that answers OPTIONS."""
        headers = {
            **self.answers(),
            f"{ALLOW}Headers": f"'{','.join(self.headers)}'",
            f"{ALLOW}Methods": f"'{','.join(self.allowed(verbs))}'",
        }
        headers.pop("Access-Control-Expose-Headers", None)
        if self.max_age is not None:
            headers["Access-Control-Max-Age"] = f"'{self.max_age}'"
        answer: dict[str, Any] = {
            "StatusCode": "204",
            "ResponseParameters": {f"method.response.header.{name}": value for name, value in headers.items()},
        }
        if self.choice():
            answer["ResponseTemplates"] = {"application/json": self.choice()}
        integration = {
            "Type": "MOCK",
            "PassthroughBehavior": "WHEN_NO_MATCH",
            "RequestTemplates": {"application/json": '{"statusCode": 204}'},
            "IntegrationResponses": [answer],
        }
        declared = {f"method.response.header.{name}": True for name in headers}
        return integration, [{"StatusCode": "204", "ResponseParameters": declared}]
