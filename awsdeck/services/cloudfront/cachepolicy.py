"""What CloudFront keeps and for how long, what it asks the origin for, and what it adds to answers.

Source: CloudFront Developer Guide, control the cache key with a policy; control origin requests with a policy; add or
remove HTTP headers in CloudFront responses with a policy.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from .edgename import own_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token

    Chosen = Literal["none", "all"] | Sequence[str]

CACHE_POLICY = "AWS::CloudFront::CachePolicy"
REQUEST_POLICY = "AWS::CloudFront::OriginRequestPolicy"


@construct
class CachePolicy(Construct):
    """What tells two requests apart for the cache, and how long an answer stays there; shared by any distributions.

    - `default_ttl`, `min_ttl`, `max_ttl`: seconds; a day, 0 and a year by default. The origin's own `Cache-Control`
      counts between the least and the most; the default is for answers without it.
    - `headers`: a list of names, or "none" (default). `cookies`, `query_strings`: "none" (default), "all", or a list of
      names; `cookies_except`, `query_strings_except`: all but these. What is named here is sent to the origin too.
    - `compressed`: keep compressed answers, gzip and Brotli, apart (on; off where nothing is kept, `max_ttl=0`).
    - `name`: unique in the account; made of the stack's name and region when left out.

    Source: CloudFront Developer Guide, understand cache policies.
    """

    name: str | None = None
    comment: str | None = None
    default_ttl: int | Token = 86_400
    min_ttl: int | Token = 0
    max_ttl: int | Token = 31_536_000
    headers: Literal["none"] | Sequence[str] = "none"
    cookies: Chosen = "none"
    cookies_except: Sequence[str] = ()
    query_strings: Chosen = "none"
    query_strings_except: Sequence[str] = ()
    compressed: bool | None = None

    id = ref()

    def build(self) -> None:
        """Make the policy."""
        compressed = self.max_ttl != 0 if self.compressed is None else self.compressed
        keyed = {
            "EnableAcceptEncodingGzip": compressed,
            "EnableAcceptEncodingBrotli": compressed,
            "HeadersConfig": _headers(self.headers),
            "CookiesConfig": chosen(self, "Cookie", self.cookies, self.cookies_except),
            "QueryStringsConfig": chosen(self, "QueryString", self.query_strings, self.query_strings_except),
        }
        resource_class(CACHE_POLICY)(
            self,
            MAIN,
            CachePolicyConfig={
                "Name": own_name(self, self.name),
                "Comment": self.comment,
                "MinTTL": self.min_ttl,
                "DefaultTTL": self.default_ttl,
                "MaxTTL": self.max_ttl,
                "ParametersInCacheKeyAndForwardedToOrigin": keyed,
            },
        )


@construct
class OriginRequestPolicy(Construct):
    """What the origin is told of a request beside what the cache policy names, without making the cache tell it apart.

    - `headers`: "none" (default), "all" those of the viewer, or a list of names; `headers_except`: all of the viewer's
      but these; `cloudfront_headers`: all of the viewer's, and these of CloudFront, such as
      "CloudFront-Viewer-Country".
    - `cookies`, `query_strings`: "none" (default), "all", or a list; `cookies_except`, `query_strings_except`: all but
      these.
    - `name`: unique in the account; made of the stack's name and region when left out.

    Source: CloudFront Developer Guide, understand origin request policies.
    """

    name: str | None = None
    comment: str | None = None
    headers: Chosen = "none"
    headers_except: Sequence[str] = ()
    cloudfront_headers: Sequence[str] = ()
    cookies: Chosen = "none"
    cookies_except: Sequence[str] = ()
    query_strings: Chosen = "none"
    query_strings_except: Sequence[str] = ()

    id = ref()

    def build(self) -> None:
        """Make the policy."""
        resource_class(REQUEST_POLICY)(
            self,
            MAIN,
            OriginRequestPolicyConfig={
                "Name": own_name(self, self.name),
                "Comment": self.comment,
                "HeadersConfig": self._headers(),
                "CookiesConfig": chosen(self, "Cookie", self.cookies, self.cookies_except),
                "QueryStringsConfig": chosen(self, "QueryString", self.query_strings, self.query_strings_except),
            },
        )

    def _headers(self) -> dict[str, Any]:
        named = [
            bool(self.cloudfront_headers), bool(self.headers_except), not isinstance(self.headers, str) and bool(self.headers)
        ]  # fmt: skip
        if sum(named) > 1 or (self.headers == "all" and self.headers_except):
            raise ConstructError(
                f"{self.node.path}: the headers are named twice", place=caller(),
                fix="give one of headers=, headers_except= and cloudfront_headers=",
            )  # fmt: skip
        if self.cloudfront_headers:
            return {"HeaderBehavior": "allViewerAndWhitelistCloudFront", "Headers": list(self.cloudfront_headers)}
        if self.headers_except:
            return {"HeaderBehavior": "allExcept", "Headers": list(self.headers_except)}
        return {"HeaderBehavior": "allViewer"} if self.headers == "all" else _headers(self.headers)


def _headers(given: str | Sequence[str]) -> dict[str, Any]:
    if isinstance(given, str) or not given:
        return {"HeaderBehavior": "none"}
    return {"HeaderBehavior": "whitelist", "Headers": list(given)}


def chosen(owner: Construct, kind: str, given: str | Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """Which cookies or query strings count, as CloudFormation writes it."""
    listed = f"{kind}s"
    if others and given not in ("none", ()):
        raise ConstructError(
            f"{owner.node.path}: {listed} are named twice",
            place=caller(),
            fix="give those that count, or those that do not",
        )
    if others:
        return {f"{kind}Behavior": "allExcept", listed: list(others)}
    if isinstance(given, str):
        return {f"{kind}Behavior": given}
    return {f"{kind}Behavior": "whitelist", listed: list(given)} if given else {f"{kind}Behavior": "none"}


def policy_id(given: Any, managed: Mapping[str, str], made: type[Any], what: str) -> str | None:
    """The id of a policy that users name: one made here, one of AWS's by name, or an id.

    Raises `ConstructError` at the user's line for a name that AWS has no policy of.
    """
    if given is None:
        return None
    if isinstance(given, made):
        found: str = given.id
        return found
    if not isinstance(given, str):
        raise ConstructError(
            f"a {type(given).__name__} is no {what}", place=caller(), fix=f"give a {made.__name__} or a name"
        )
    if has_marker(given) or _is_id(given):
        return given
    name = str.__str__(given).removeprefix("Managed-")
    if name not in managed:
        from difflib import get_close_matches

        close = get_close_matches(name, managed, 1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        raise ConstructError(
            f"AWS has no {what} {given!r}", place=caller(),
            fix=f"{hint}its own are {', '.join(managed)}; or give a {made.__name__}",
        )  # fmt: skip
    return managed[name]


def _is_id(text: str) -> bool:
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(set(part) <= _HEX for part in parts)


_HEX = frozenset("0123456789abcdef")
