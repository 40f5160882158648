"""How CloudFront distributions behave: paths, methods, caching, who may watch, and functions on the way."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ..limits import CLOUDFRONT_BEHAVIORS_MOST
from ..policies.access import literal, spelled
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number, truth
from .distributions import (
    ALL,
    API,
    CONFIG,
    CONSTRUCT,
    DISTRIBUTION,
    GUIDE,
    READ,
    READ_OPTIONS,
    behaviors,
    config,
    example,
    given,
    items,
    named,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import Path, View

POLICIES = ("allow-all", "https-only", "redirect-to-https")
LEGACY = ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL")
VIEWER_EVENTS = ("viewer-request", "viewer-response")
EVENTS = (*VIEWER_EVENTS, "origin-request", "origin-response")
CACHE_POLICY = "AWS::CloudFront::CachePolicy"

_PATTERN = re.compile(r"[A-Za-z0-9_\-.*$/~\"'@:+&?]{1,255}")


# Which methods over which protocol


def _methods(view: View) -> Iterator[Violation]:
    for path, body in behaviors(view):
        spoken = body.get("ViewerProtocolPolicy")
        if isinstance(spoken, str) and not is_unknown(spoken):
            where = (*path, "ViewerProtocolPolicy")
            if spoken not in POLICIES:
                yield Violation(where, value=spoken, allowed=", ".join(POLICIES))
            elif spoken == "allow-all":
                yield Violation(
                    where, severity="warning", message="{who} answers over plain HTTP too", who=named(path, body),
                    fix="write redirect-to-https",
                )  # fmt: skip
        allowed, cached = _set(body, "AllowedMethods"), _set(body, "CachedMethods")
        if allowed is not None and allowed not in (READ, READ_OPTIONS, ALL):
            yield Violation(
                (*path, "AllowedMethods"), value=", ".join(sorted(allowed)),
                message="CloudFront does not take these methods together: {value}",
                allowed="GET, HEAD; or GET, HEAD, OPTIONS; or all of GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE",
            )  # fmt: skip
        elif cached is not None and cached not in (READ, READ_OPTIONS):
            yield Violation(
                (*path, "CachedMethods"), value=", ".join(sorted(cached)), message="CloudFront does not cache {value}",
                allowed="GET, HEAD; or GET, HEAD, OPTIONS",
            )  # fmt: skip
        elif (cached is not None and given(body, "AllowedMethods") is ABSENT and not cached <= READ) or (
            cached is not None and allowed is not None and not cached <= allowed
        ):
            yield Violation((*path, "CachedMethods"), message="OPTIONS is cached and not allowed",
                            fix="add OPTIONS to AllowedMethods")  # fmt: skip


def _set(body: dict[str, Any], name: str) -> frozenset[str] | None:
    """A list of methods as a set; None when it is left out or not all known."""
    listed = given(body, name)
    if not isinstance(listed, list) or any(not isinstance(one, str) or is_unknown(one) for one in listed):
        return None
    return frozenset(listed)


# How long something is kept


def _lifetimes(view: View) -> Iterator[Violation]:
    for path, body in behaviors(view):
        policy, forwarded = given(body, "CachePolicyId"), body.get("ForwardedValues", ABSENT)
        if policy is not ABSENT:
            legacy = [name for name in LEGACY if body.get(name, ABSENT) is not ABSENT]
            if legacy:
                yield Violation(
                    (*path, legacy[0]), severity="warning", fix="leave it out: the cache policy says it",
                    message="{who} has a cache policy, beside which {name} does not count", who=named(path, body),
                    name=legacy[0],
                )  # fmt: skip
            continue
        if forwarded is ABSENT:
            yield Violation(
                path, message="{who} has neither CachePolicyId nor ForwardedValues", who=named(path, body),
                fix="give CachePolicyId, such as 658327ea-f89d-4fab-a63d-7e88639e58f6 (Managed-CachingOptimized)",
            )  # fmt: skip
        elif isinstance(forwarded, dict) and not is_unknown(forwarded):
            cookies = forwarded.get("Cookies")
            kind = cookies.get("Forward") if isinstance(cookies, dict) and not is_unknown(cookies) else None
            if isinstance(kind, str) and not is_unknown(kind) and kind not in ("all", "none", "whitelist"):
                yield Violation(
                    (*path, "ForwardedValues", "Cookies", "Forward"), message="cookies are not forwarded in this way",
                    value=kind, allowed="all, none, whitelist",
                )  # fmt: skip
        yield from _order(path, body)


def _order(path: Path, body: dict[str, Any]) -> Iterator[Violation]:
    low, default, high = (number(body.get(name)) for name in ("MinTTL", "DefaultTTL", "MaxTTL"))
    for one, first, other, second in (
        (low, "MinTTL", default, "DefaultTTL"), (default, "DefaultTTL", high, "MaxTTL"), (low, "MinTTL", high, "MaxTTL"),
    ):  # fmt: skip
        if one is not None and other is not None and one > other:
            yield Violation((*path, first), first=first, one=one, second=second, other=other)
            return


def _policy_order(view: View) -> Iterator[Violation]:
    body = view.get("CachePolicyConfig")
    if isinstance(body, dict) and not is_unknown(body):
        yield from _order(("CachePolicyConfig",), body)


def _disabled(view: View) -> Iterator[Violation]:
    body = view.get("CachePolicyConfig")
    if not isinstance(body, dict) or is_unknown(body) or number(body.get("MaxTTL")) != 0:
        return
    keyed = body.get("ParametersInCacheKeyAndForwardedToOrigin")
    if not isinstance(keyed, dict) or is_unknown(keyed):
        return
    path = ("CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin")
    for name in ("EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli"):
        if truth(keyed.get(name)) is True:
            yield Violation((*path, name), fix="write false")
    for part, kind in (
        ("HeadersConfig", "HeaderBehavior"), ("CookiesConfig", "CookieBehavior"),
        ("QueryStringsConfig", "QueryStringBehavior"),
    ):  # fmt: skip
        told = keyed.get(part)
        value = told.get(kind) if isinstance(told, dict) else None
        if isinstance(value, str) and not is_unknown(value) and value != "none":
            yield Violation((*path, part, kind), fix="write none, and forward it with an origin request policy")


# Who may watch what


def _restricted(view: View) -> Iterator[Violation]:
    if truth(view.get("restricted")) is True and truth(view.get("signed")) is False:
        yield Violation(("restricted",))


def _signers(view: View) -> Iterator[Violation]:
    for path, body in behaviors(view):
        if given(body, "TrustedSigners") is not ABSENT:
            yield Violation((*path, "TrustedSigners"), who=named(path, body))


# Which paths there are


def _patterns(view: View) -> Iterator[tuple[Path, str]]:
    for number_, body in enumerate(items(config(view).get("CacheBehaviors"))):
        pattern = spelled(body.get("PathPattern")) if isinstance(body, dict) and not is_unknown(body) else None
        if pattern is not None and "${" not in pattern:
            yield (CONFIG, "CacheBehaviors", number_, "PathPattern"), pattern


def repeated(view: View) -> Iterator[Violation]:
    """Patterns told twice, and more behaviours than there may be."""
    listed = items(config(view).get("CacheBehaviors"))
    if len(listed) > CLOUDFRONT_BEHAVIORS_MOST:
        yield Violation(
            (CONFIG, "CacheBehaviors"), severity="warning", message="a distribution has {most} behaviours until AWS raises the quota",
            most=CLOUDFRONT_BEHAVIORS_MOST, fix="use fewer patterns, or ask AWS for a higher quota",
        )  # fmt: skip
    seen: set[str] = set()
    for path, pattern in _patterns(view):
        if pattern.removeprefix("/") in seen:
            yield Violation(
                path, message="{value} is told twice; a slash in front makes no difference", value=pattern,
                fix="keep one of them",
            )  # fmt: skip
        seen.add(pattern.removeprefix("/"))


def _repeated_hint(view: View) -> Iterator[Violation]:
    seen: dict[str, str] = {}
    for pattern in items(view.get("patterns")):
        if isinstance(pattern, str) and not is_unknown(pattern) and "${" not in pattern:
            if pattern.removeprefix("/") in seen:
                yield Violation(("behaviors",), value=pattern)
            seen[pattern.removeprefix("/")] = pattern


def _shape(view: View) -> Iterator[Violation]:
    before: list[str] = []
    for path, pattern in _patterns(view):
        if not _PATTERN.fullmatch(pattern):
            yield Violation(
                path, message="{value} is no path pattern", value=pattern, fix="write others percent-encoded",
                allowed="1 to 255 of A-Z a-z 0-9 _ - . * $ / ~ \" ' @ : + & ?",
            )  # fmt: skip
            continue
        plain = pattern.removeprefix("/")
        wider = next((one for one in before if one != plain and _includes(one, plain)), None)
        if wider is not None:
            yield Violation(
                path, severity="warning", message="{value} never gets a request: {wider} stands before it and takes them",
                value=pattern, wider=wider, fix="put the narrower pattern first",
            )  # fmt: skip
        before.append(plain)


def _includes(wide: str, narrow: str) -> bool:
    """Whether one pattern takes every path that another one takes, as far as their letters tell."""
    return fnmatchcase(narrow, wide.replace("[", "[[]").replace("?", "[!*]"))


# Which functions are called on the way


def _functions(view: View) -> Iterator[Violation]:
    for path, body in behaviors(view):
        who = named(path, body)
        edge, far = _events(body, "FunctionAssociations"), _events(body, "LambdaFunctionAssociations")
        for number_, event in edge:
            if event not in VIEWER_EVENTS:
                yield Violation(
                    (*path, "FunctionAssociations", number_, "EventType"),
                    problem=f"a CloudFront function cannot be called on {event}", allowed=", ".join(VIEWER_EVENTS),
                    fix="use Lambda@Edge for what the origin is asked or answers" if event in EVENTS else None,
                )  # fmt: skip
        for number_, event in far:
            where = (*path, "LambdaFunctionAssociations", number_)
            if event not in EVENTS:
                yield Violation((*where, "EventType"), problem=f"there is no event {event}", allowed=", ".join(EVENTS))
            told = body["LambdaFunctionAssociations"][number_]
            if event.endswith("-response") and truth(told.get("IncludeBody")) is True:
                yield Violation(
                    (*where, "IncludeBody"), problem="the body is that of a request; a response has none to give"
                )
        for kind, events in (("FunctionAssociations", edge), ("LambdaFunctionAssociations", far)):
            seen: set[str] = set()
            for number_, event in events:
                if event in seen:
                    yield Violation(
                        (*path, kind, number_), problem=f"{who} calls two functions on {event}",
                        fix="put both into one function",
                    )  # fmt: skip
                seen.add(event)
        viewers = [number_ for number_, event in far if event in VIEWER_EVENTS]
        if edge and viewers:
            yield Violation(
                (*path, "LambdaFunctionAssociations", viewers[0]),
                problem=f"{who} has CloudFront functions and Lambda@Edge on viewer events",
                fix="use one kind for both viewer events; Lambda@Edge on origin events may stay",
            )


def _events(body: dict[str, Any], name: str) -> list[tuple[int, str]]:
    """The events of a list of functions, as far as they are known, with the place in the list."""
    return [
        (place, one["EventType"])
        for place, one in enumerate(items(body.get(name)))
        if isinstance(one, dict) and isinstance(one.get("EventType"), str) and not is_unknown(one["EventType"])
    ]


# Lambda@Edge by its ARN alone


def _edge_arn(view: View) -> Iterator[Violation]:
    for path, body in behaviors(view):
        for place, one in enumerate(items(body.get("LambdaFunctionAssociations"))):
            arn = literal(one.get("LambdaFunctionARN")) if isinstance(one, dict) and not is_unknown(one) else None
            if arn is None or not arn.startswith("arn:"):
                continue
            parts = arn.split(":")
            where = (*path, "LambdaFunctionAssociations", place, "LambdaFunctionARN")
            if len(parts) > 3 and parts[3] != "us-east-1":
                yield Violation(
                    where, problem=f"Lambda@Edge starts from us-east-1, and this function stands in {parts[3]}", value=arn,
                    fix="make the function in a stack of us-east-1",
                )  # fmt: skip
            if len(parts) != 8 or not parts[7].isdigit():
                yield Violation(
                    where, problem="Lambda@Edge takes a numbered version, no alias and not $LATEST", value=arn,
                    fix="give the ARN of a version, such as one that ends in :3",
                )  # fmt: skip


def _edge_hint(view: View) -> Iterator[Violation]:
    event, region = view.get("event"), view.get("event_region")
    if not isinstance(event, str):
        return
    if isinstance(region, str) and "${" not in region and region != "us-east-1":
        yield Violation(
            (event,),
            problem=f"Lambda@Edge starts from us-east-1, and this function stands in {region}",
            fix='make the function in a stack with region="us-east-1"',
        )
    if view.get("event_version") == "$LATEST":
        yield Violation(
            (event,), problem="Lambda@Edge takes a numbered version, not $LATEST", fix="give function.version()"
        )


# Examples


def _with(lambdas: tuple[tuple[str, str], ...] = (), functions: tuple[str, ...] = (), **extra: Any) -> dict[str, Any]:
    return example(default={
        "LambdaFunctionAssociations": [{"EventType": event, "LambdaFunctionARN": arn, **extra} for event, arn in lambdas],
        "FunctionAssociations": [
            {"EventType": event, "FunctionARN": "arn:aws:cloudfront::123456789012:function/f"} for event in functions
        ],
    })  # fmt: skip


def _ttl(**given: Any) -> dict[str, Any]:
    forwarded = {"ForwardedValues": {"QueryString": False}}
    return example(default={"CachePolicyId": ABSENT, **forwarded, **given})


def _policy(low: int, default: int, high: int, *, gzip: bool = False, cookies: str = "none") -> dict[str, Any]:
    keyed = {
        "EnableAcceptEncodingGzip": gzip, "HeadersConfig": {"HeaderBehavior": "none"},
        "CookiesConfig": {"CookieBehavior": cookies}, "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }  # fmt: skip
    told = {
        "Name": "shop", "MinTTL": low, "DefaultTTL": default, "MaxTTL": high,
        "ParametersInCacheKeyAndForwardedToOrigin": keyed,
    }  # fmt: skip
    return {"Type": CACHE_POLICY, "Properties": {"CachePolicyConfig": told}}


def paths(*patterns: str) -> dict[str, Any]:
    """An example with a behaviour for each pattern."""
    return example(*({"PathPattern": pattern} for pattern in patterns))


_FAR = "arn:aws:lambda:{}:123456789012:function:edge:{}"
_VERSION = _FAR.format("us-east-1", "3")
_ORDER = "{first} is {one} and {second} is {other}: an object would have to stay longer than it may"
_FIX_ORDER = "MinTTL is at most DefaultTTL, and that at most MaxTTL"

RULES: tuple[Rule, ...] = (
    Rule(
        "CFR005", DISTRIBUTION, "error",
        "CloudFront knows no such protocol policy",
        check=_methods,
        source=f"{API}, AllowedMethods, CachedMethods, CacheBehavior; course notes, CloudFront",
        good=(
            example(default={"AllowedMethods": ["DELETE", "PATCH", "POST", "PUT", "GET", "HEAD", "OPTIONS"]}),
            example(default={"AllowedMethods": ["HEAD", "GET", "OPTIONS"], "CachedMethods": ["OPTIONS", "GET", "HEAD"]}),
            example(default={"AllowedMethods": [], "CachedMethods": []}),
        ),
        bad=(
            example(default={"AllowedMethods": ["GET", "POST"]}),
            example({"CachedMethods": ["GET", "HEAD", "OPTIONS"]}),
            example(default={"ViewerProtocolPolicy": "http"}),
            example(default={"ViewerProtocolPolicy": "allow-all"}),
        ),
    ),
    Rule(
        "CFR006", DISTRIBUTION, "error",
        _ORDER,
        check=_lifetimes,
        fix=_FIX_ORDER,
        source=f"{API}, CacheBehavior (InvalidTTLOrder); {GUIDE}, manage how long content stays in the cache",
        verified="docs",
        good=(_ttl(MinTTL=0, DefaultTTL=86_400), _ttl(MinTTL=31_536_001), example()),
        bad=(
            _ttl(MinTTL=100, DefaultTTL=10),
            _ttl(MinTTL=100, MaxTTL=10),
            example(default={"CachePolicyId": ABSENT}),
            _ttl(ForwardedValues={"QueryString": False, "Cookies": {"Forward": "some"}}),
            example(default={"MinTTL": 5}),
        ),
    ),
    Rule(
        "CFR007", CONSTRUCT, "warning",
        "everybody who knows an address may watch: content for some viewers needs signed URLs or signed cookies",
        scope="construct",
        check=_restricted,
        fix="give signed_by=KeyGroup(…)",
        source=f"{GUIDE}, serve private content with signed URLs and signed cookies; course notes, CloudFront",
        good={"restricted": True, "signed": True},
        bad={"restricted": True, "signed": False},
    ),
    Rule(
        "CFR007", DISTRIBUTION, "warning",
        "{who} trusts key pairs of whole accounts, which only their root user can manage",
        check=_signers,
        fix="use TrustedKeyGroups with an AWS::CloudFront::KeyGroup",
        source=f"{GUIDE}, specify signers that can create signed URLs and signed cookies",
        good=example(default={"TrustedKeyGroups": [{"Ref": "Keys"}]}),
        bad=example(default={"TrustedSigners": ["self"]}),
    ),
    Rule(
        "CFR011", CONSTRUCT, "error",
        "{value} is told twice; a slash in front makes no difference",
        scope="construct",
        check=_repeated_hint,
        fix="keep one of them",
        source=f"{API}, CacheBehavior (PathPattern)",
        verified="docs",
        good={"patterns": ["/a/*", "/b/*"]},
        bad={"patterns": ["/a/*", "a/*"]},
    ),
    Rule(
        "CFR012", DISTRIBUTION, "error",
        "{value} is no path pattern",
        check=_shape,
        source=f"{GUIDE}, cache behavior settings, path pattern",
        verified="docs",
        good=(paths("/api/v1/*", "/api/*"), paths("*.jpg", "/images/*.jpg?"), paths("/a*", "/b*")),
        bad=(paths("/a b"), paths("/api/*", "/api/v1/*"), paths("/" + "a" * 255)),
    ),
    Rule(
        "CFR013", CACHE_POLICY, "error",
        _ORDER,
        check=_policy_order,
        fix=_FIX_ORDER,
        source=f"{API}, CachePolicyConfig",
        verified="docs",
        good=_policy(0, 60, 3_600),
        bad=(_policy(100, 60, 3_600), _policy(0, 7_200, 3_600)),
    ),
    Rule(
        "CFR024", CACHE_POLICY, "warning",
        "with MaxTTL 0 nothing is cached, so nothing can be part of the cache key",
        check=_disabled,
        source=f"{GUIDE}, understand cache policies",
        verified="partly",
        good=(_policy(0, 0, 0), _policy(0, 0, 1, gzip=True)),
        bad=(_policy(0, 0, 0, gzip=True), _policy(0, 0, 0, cookies="all")),
    ),
    Rule(
        "CFR014", DISTRIBUTION, "error",
        "{problem}",
        check=_functions,
        source=f"{GUIDE}, restrictions on edge functions; {API}, FunctionAssociation, LambdaFunctionAssociation",
        verified="docs",
        good=(
            _with((("origin-request", _VERSION),), ("viewer-request", "viewer-response")),
            _with((("viewer-request", _VERSION),), IncludeBody=True),
        ),
        bad=(
            _with(functions=("origin-request",)),
            _with((("viewer-request", _VERSION),), ("viewer-response",)),
            _with(functions=("viewer-request", "viewer-request")),
            _with((("request", _VERSION),)),
            _with((("origin-response", _VERSION),), IncludeBody=True),
        ),
    ),
    Rule(
        "CFR015", DISTRIBUTION, "error",
        "{problem}",
        check=_edge_arn,
        source=f"{GUIDE}, restrictions on Lambda@Edge",
        verified="docs",
        good=_with((("viewer-request", _VERSION),)),
        bad=(
            _with((("viewer-request", _FAR.format("eu-west-1", "3")),)),
            _with((("viewer-request", _FAR.format("us-east-1", "live")),)),
            _with((("viewer-request", _VERSION.rpartition(":")[0]),)),
        ),
    ),
    Rule(
        "CFR015", CONSTRUCT, "error",
        "{problem}",
        scope="construct",
        check=_edge_hint,
        source=f"{GUIDE}, restrictions on Lambda@Edge",
        verified="docs",
        good={"event": "on_origin_request", "event_region": "us-east-1", "event_version": "3"},
        bad=(
            {"event": "on_origin_request", "event_region": "eu-west-1", "event_version": "3"},
            {"event": "on_origin_request", "event_region": "us-east-1", "event_version": "$LATEST"},
        ),
    ),
)  # fmt: skip
