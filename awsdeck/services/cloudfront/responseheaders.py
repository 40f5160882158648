"""What CloudFront adds to answers and takes from them: security headers, CORS, headers of one's own.

Source: CloudFront Developer Guide, understand response headers policies.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...node import MAIN
from .edgename import own_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    Referrer = Literal[
        "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin", "strict-origin",
        "strict-origin-when-cross-origin", "unsafe-url",
    ]  # fmt: skip

HEADERS_POLICY = "AWS::CloudFront::ResponseHeadersPolicy"


class CorsHeaders:
    """Which pages of other origins may read the answers, whatever the origin says of it.

    - `origins`: such as "https://www.example.com", or "*"; `methods`: "ALL", or some of GET, HEAD, PUT, POST, DELETE,
      OPTIONS, PATCH; `headers`: what a request may send, "*" by default; `expose`: what a page may read of the answer.
    - `credentials`: cookies may be sent; nothing may be "*" then. `max_age`: seconds a browser remembers the answer.
    - `override`: replace what the origin says (on).

    Source: CloudFront Developer Guide, understand response headers policies, CORS headers.
    """

    __slots__ = ("body",)

    def __init__(
        self,
        origins: Sequence[str],
        *,
        methods: Sequence[str] = ("GET", "HEAD"),
        headers: Sequence[str] = ("*",),
        expose: Sequence[str] = (),
        credentials: bool = False,
        max_age: int | None = None,
        override: bool = True,
    ) -> None:
        self.body: dict[str, Any] = {
            "AccessControlAllowOrigins": {"Items": list(origins)},
            "AccessControlAllowMethods": {"Items": list(methods)},
            "AccessControlAllowHeaders": {"Items": list(headers)},
            "AccessControlExposeHeaders": {"Items": list(expose)} if expose else None,
            "AccessControlAllowCredentials": credentials,
            "AccessControlMaxAgeSec": max_age,
            "OriginOverride": override,
        }

    def to_cloudformation(self) -> dict[str, Any]:
        """The same as CloudFormation writes it."""
        return self.body


@construct
class ResponseHeadersPolicy(Construct):
    """Headers that CloudFront sends with answers; those that make browsers careful are on unless they are left out.

    - `https_seconds`: for how long browsers come over HTTPS alone (Strict-Transport-Security), a year by default, None
      to leave it out; `https_subdomains`: below the name too; `https_preload`: may stand in the lists of browsers.
    - `frames`: "deny" (default) or "same-origin": which pages may show this one inside; None leaves it out.
    - `sniffing`: False (default) has browsers believe the type of an answer.
    - `referrer`: what other sites learn of the page one came from, "strict-origin-when-cross-origin" by default.
    - `content`: a Content-Security-Policy, such as "default-src 'self'".
    - `override`: these count even when the origin says otherwise (on).
    - `cors`: `CorsHeaders`; `headers`: more headers by name; `remove`: names of headers to take out, such as "Server".
    - `timing`: percent of the answers that say how long they took (Server-Timing), 0 to 100.
    - `name`: unique in the account; made of the stack's name and region when left out.

    Source: CloudFront Developer Guide, understand response headers policies.
    """

    name: str | None = None
    comment: str | None = None
    https_seconds: int | None = 31_536_000
    https_subdomains: bool = False
    https_preload: bool = False
    frames: Literal["deny", "same-origin"] | None = "deny"
    sniffing: bool = False
    referrer: Referrer | None = "strict-origin-when-cross-origin"
    content: str | None = None
    override: bool = True
    cors: CorsHeaders | None = None
    headers: Mapping[str, str] = {}
    remove: Sequence[str] = ()
    timing: float | None = None

    id = ref()

    def build(self) -> None:
        """Make the policy."""
        security = self._security()
        resource_class(HEADERS_POLICY)(
            self,
            MAIN,
            ResponseHeadersPolicyConfig={
                "Name": own_name(self, self.name),
                "Comment": self.comment,
                "SecurityHeadersConfig": security if any(security.values()) else None,
                "CorsConfig": self.cors,
                "CustomHeadersConfig": self._own(),
                "RemoveHeadersConfig": {"Items": [{"Header": one} for one in self.remove]} if self.remove else None,
                "ServerTimingHeadersConfig": self._timing(),
            },
        )

    def _security(self) -> dict[str, Any]:
        override = self.override
        strict = {
            "AccessControlMaxAgeSec": self.https_seconds,
            "IncludeSubdomains": self.https_subdomains,
            "Preload": True if self.https_preload else None,
            "Override": override,
        }
        frame = "DENY" if self.frames == "deny" else "SAMEORIGIN"
        content, referrer = self.content, self.referrer
        return {
            "StrictTransportSecurity": None if self.https_seconds is None else strict,
            "ContentTypeOptions": None if self.sniffing else {"Override": override},
            "FrameOptions": None if self.frames is None else {"FrameOption": frame, "Override": override},
            "ReferrerPolicy": None if referrer is None else {"ReferrerPolicy": referrer, "Override": override},
            "ContentSecurityPolicy": None
            if content is None
            else {"ContentSecurityPolicy": content, "Override": override},
        }

    def _own(self) -> dict[str, Any] | None:
        if not self.headers:
            return None
        listed = [{"Header": name, "Value": value, "Override": self.override} for name, value in self.headers.items()]
        return {"Items": listed}

    def _timing(self) -> dict[str, Any] | None:
        return None if self.timing is None else {"Enabled": self.timing > 0, "SamplingRate": self.timing}
