"""Where CloudFront fetches what it serves: buckets, load balancers, function addresses and other hosts.

Source: CloudFront Developer Guide, use various origins with CloudFront distributions.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..elb.loadbalancer import BalancerAccess
from ..existing import Existing
from ..functions.invocable import FunctionURL
from ..s3.s3 import BucketAccess, S3Bucket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, Protocol, TypeAlias

    from ...constructs import Construct

    class Stage(Protocol):
        """A stage of a REST API."""

        @property
        def api(self) -> Any:
            """The API."""
            ...

        @property
        def stage_name(self) -> str:
            """The stage's name, the first part of its paths."""
            ...

    class Api(Protocol):
        """A REST API, which is reached at its first stage."""

        @property
        def default_stage(self) -> Any:
            """The first stage."""
            ...

    OriginTarget: TypeAlias = "BucketAccess | BalancerAccess | FunctionURL | Api | Stage | str"
    OriginChoice: TypeAlias = "Origin | OriginGroup | OriginTarget"

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
TLS = {"1.0": ["TLSv1", "TLSv1.1", "TLSv1.2"], "1.1": ["TLSv1.1", "TLSv1.2"], "1.2": ["TLSv1.2"]}
FAILOVER = (500, 502, 503, 504)
"""Answers for which the second origin of a group is asked, unless told otherwise."""


class Origin:
    """One place that CloudFront fetches from, with how it does so.

    - `target`: a bucket, a load balancer, a function's address (`function.add_url()`), a REST API or a stage of one, or a
      host name. A bucket with
      `website` is reached at its website endpoint, over HTTP, which is all it speaks; any other bucket by signed requests
      that nobody else can make (origin access control). So is a function's address, unless it lets everybody in.
    - `path`: what is put in front of every path, such as "/v1"; no slash at its end.
    - `headers`: sent with every request, by name; they replace those of the viewer.
    - `protocol`: "https-only" (default), "http-only" or "match-viewer"; `http_port` 80, `https_port` 443; `tls`: the
      oldest TLS spoken with it, "1.2" by default. For hosts and load balancers alone.
    - `read_timeout`: seconds to wait for an answer, 1 to 120, 30 by default; `keepalive`: seconds a connection is kept, 1
      to 120, 5 by default; `connect_timeout`: seconds, 1 to 10; `attempts`: 1 to 3.
    - `shield`: a region, the nearest to the origin, whose cache all others ask, so that the origin is asked less.
    - `website`: False reaches a bucket itself although it has a website.

    Source: CloudFront Developer Guide, origin settings.
    """

    __slots__ = (
        "target", "path", "headers", "protocol", "http_port", "https_port", "tls", "read_timeout", "keepalive",
        "connect_timeout", "attempts", "shield", "website",
    )  # fmt: skip

    def __init__(
        self,
        target: OriginTarget,
        *,
        path: str | None = None,
        headers: Mapping[str, str] | None = None,
        protocol: Literal["https-only", "http-only", "match-viewer"] = "https-only",
        http_port: int | None = None,
        https_port: int | None = None,
        tls: Literal["1.0", "1.1", "1.2"] = "1.2",
        read_timeout: int | None = None,
        keepalive: int | None = None,
        connect_timeout: int | None = None,
        attempts: int | None = None,
        shield: str | None = None,
        website: bool | None = None,
    ) -> None:
        _checked(target)
        self.target = target
        self.path = path
        self.headers = dict(headers or {})
        self.protocol = protocol
        self.http_port = http_port
        self.https_port = https_port
        self.tls = tls
        self.read_timeout = read_timeout
        self.keepalive = keepalive
        self.connect_timeout = connect_timeout
        self.attempts = attempts
        self.shield = shield
        self.website = website
        if path is not None and not has_marker(path) and (not path.startswith("/") or path.endswith("/")):
            raise ConstructError(
                f"path={path!r} of an origin", place=caller(), fix="begin it with a slash, and end it without one"
            )
        if protocol not in ("https-only", "http-only", "match-viewer"):
            raise ConstructError(
                f"protocol={protocol!r} of an origin", place=caller(), fix='"https-only", "http-only" or "match-viewer"'
            )

    @property
    def kind(self) -> Literal["bucket", "website", "function", "api", "host"]:
        """How CloudFront reaches it."""
        target = self.target
        if isinstance(target, BucketAccess):
            site = isinstance(target, S3Bucket) and target.website is not None
            return "website" if (site if self.website is None else self.website) else "bucket"
        if isinstance(target, FunctionURL):
            return "function"
        return "host" if isinstance(target, str | BalancerAccess) else "api"

    @property
    def dynamic(self) -> bool:
        """Whether answers are made for whoever asks, so that nothing is cached unless told otherwise."""
        return self.kind in ("function", "api") or isinstance(self.target, BalancerAccess)

    def identity(self) -> tuple[Any, ...]:
        """What is equal for two origins that are the same."""
        values = [getattr(self, name) for name in self.__slots__[1:]]
        target = self.target if isinstance(self.target, str) else id(self.target)
        return (str.__str__(target) if isinstance(target, str) else target, *(repr(value) for value in values))

    def domain(self, here: Construct) -> str:
        """The host name of the target, as the stack of `here` can say it."""
        target = self.target
        if isinstance(target, str):
            if not has_marker(target) and not _HOST.fullmatch(target):
                raise ConstructError(
                    f"{here.node.path}: {target!r} is no host name", place=caller(),
                    fix='write the host alone, such as www.example.com; a path goes into Origin(…, path="/…")',
                )  # fmt: skip
            return target
        if isinstance(target, BucketAccess):
            if self.kind == "bucket":
                return reach(here, target, target.regional_domain_name)
            if not isinstance(target, S3Bucket):
                raise ConstructError(
                    f"{here.node.path}: the website endpoint of {target.node.path} depends on its region, which is not known",
                    place=caller(),
                    fix='write its host name, with protocol="http-only"',
                )
            return select(2, split("/", reach(here, target, target.website_url)))
        if isinstance(target, FunctionURL):
            return select(2, split("/", reach(here, target, target.url)))
        if isinstance(target, BalancerAccess):
            return reach(here, target, target.dns_name)
        api = _stage(target).api
        return f"{reach(here, api, api.api_id)}.execute-api.{_region(api)}.{AWS.URLSuffix}"

    def _prefix(self, here: Construct) -> str | None:
        """What is put in front of every path, a stage's name first."""
        if self.kind != "api":
            return self.path
        stage: Any = _stage(self.target)
        return f"/{reach(here, stage, stage.stage_name)}{self.path or ''}"

    def body(self, here: Construct, id: str, access: str | None) -> dict[str, Any]:
        """The origin as CloudFormation writes it; `access` is its origin access control."""
        kind = self.kind
        shown: dict[str, Any] = {
            "Id": id,
            "DomainName": self.domain(here),
            "OriginPath": self._prefix(here),
            "OriginCustomHeaders": [
                {"HeaderName": name, "HeaderValue": value} for name, value in self.headers.items()
            ] or None,
            "OriginAccessControlId": access,
            "ConnectionAttempts": self.attempts,
            "ConnectionTimeout": self.connect_timeout,
            "OriginShield": None if self.shield is None else {"Enabled": True, "OriginShieldRegion": self.shield},
        }  # fmt: skip
        if kind == "bucket":
            shown["S3OriginConfig"] = {"OriginAccessIdentity": "", "OriginReadTimeout": self.read_timeout}
            return shown
        plain = kind == "website"
        shown["CustomOriginConfig"] = {
            "OriginProtocolPolicy": "http-only" if plain else self.protocol,
            "HTTPPort": self.http_port,
            "HTTPSPort": self.https_port,
            "OriginSSLProtocols": None if plain or self.protocol == "http-only" else TLS[self.tls],
            "OriginReadTimeout": self.read_timeout,
            "OriginKeepaliveTimeout": self.keepalive,
        }
        return shown


class OriginGroup:
    """Two origins, the second of which is asked when the first one fails: reading requests alone fail over.

    - `primary`, `secondary`: origins, or what makes one.
    - `on`: answers that count as failure, of 400, 403, 404, 416, 429, 500, 502, 503 and 504; 500, 502, 503 and 504 by default. No
      answer at all always counts.

    Source: CloudFront Developer Guide, optimize high availability with CloudFront origin failover.
    """

    __slots__ = ("primary", "secondary", "on")

    def __init__(
        self, primary: Origin | OriginTarget, secondary: Origin | OriginTarget, *, on: Sequence[int] = FAILOVER
    ) -> None:
        self.primary = as_origin(primary)
        self.secondary = as_origin(secondary)
        self.on = list(on)


def as_origin(given: Any) -> Origin:
    """An origin from what users write for one."""
    return given if isinstance(given, Origin) else Origin(given)


def _checked(target: Any) -> None:
    named = isinstance(target, str | BucketAccess | BalancerAccess | FunctionURL)
    if named or hasattr(type(target), "default_stage") or (hasattr(target, "api") and hasattr(target, "stage_name")):
        return
    raise ConstructError(
        f"a {type(target).__name__} is no origin",
        place=caller(),
        fix="give a bucket, a load balancer, a function's address, a REST API, a host name, or an Origin",
    )


def _stage(target: Any) -> Any:
    return target.default_stage if hasattr(type(target), "default_stage") else target


def _region(api: Construct) -> str:
    stack = api.node.stack
    return AWS.Region if stack is None or stack.region is None else stack.region


def reach(here: Construct, owner: Construct, value: str) -> str:
    """A value of `owner` as the stack of `here` can use it, in another region too."""
    from ...wiring import across

    known = isinstance(owner, Existing) or owner.node.stack is here.node.stack
    return value if known else across(value)
