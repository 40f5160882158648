"""How CloudFront treats requests whose path fits a pattern.

Source: CloudFront Developer Guide, cache behavior settings.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...rules.cloudfront.managedpolicies import CACHING, HEADERS, REQUESTS
from ...source import caller
from ...wiring import across
from ..functions.lambda_ import LambdaVersion
from ..hints import check
from ..security.iam import IAMRole
from .cachepolicy import CachePolicy, OriginRequestPolicy, policy_id
from .edgefunction import CloudFrontFunction
from .responseheaders import ResponseHeadersPolicy
from .signing import ExistingKeyGroup, KeyGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...constructs import Construct
    from .origin import Origin, OriginChoice, OriginGroup

    Methods = Literal["read", "read-options", "all"]
    Signers = KeyGroup | ExistingKeyGroup | Sequence[KeyGroup | ExistingKeyGroup]

METHODS = {
    "read": ["GET", "HEAD"],
    "read-options": ["GET", "HEAD", "OPTIONS"],
    "all": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
}
EVENTS = {
    "on_request": "viewer-request",
    "on_response": "viewer-response",
    "on_origin_request": "origin-request",
    "on_origin_response": "origin-response",
}


class Behavior:
    """How requests are answered: from which origin, over which protocol, from the cache or not.

    - `origin`: another one than the distribution's: what `CloudFrontDistribution` takes as `origin`.
    - `cache`: a `CachePolicy`, or one of AWS's by name, such as "CachingOptimized" (the default: cookies and query
      strings are not looked at) or "CachingDisabled" (the default before load balancers, functions and APIs).
    - `requests`: an `OriginRequestPolicy`, or one of AWS's by name, such as "AllViewer" (the default before load
      balancers, which need the name that their certificate is for) or "AllViewerExceptHostHeader" (before functions and APIs).
    - `responses`: a `ResponseHeadersPolicy`, or one of AWS's by name, such as "SecurityHeadersPolicy".
    - `methods`: "read" (GET and HEAD), "read-options", or "all"; "all" before load balancers, functions and APIs, else "read".
      `cache_options` keeps answers to OPTIONS too.
    - `viewers`: "redirect-to-https" (default), "https-only" or "allow-all".
    - `compress`: send text compressed (on).
    - `signed_by`: a `KeyGroup`, or several: only who has an address or cookie signed with one of their keys may watch.
    - `on_request`, `on_response`: a `CloudFrontFunction`, or a version of a Lambda function (`function.version()`), that
      sees what the viewer asks or gets. `on_origin_request`, `on_origin_response`: a version that sees what the origin
      is asked, for what is not in the cache, or answers. Lambda functions stand in us-east-1 and get their role trusted;
      `body` gives those of requests the body too.
    - `grpc`: gRPC calls are let through; it takes `methods="all"`.
    - `smooth_streaming`: Microsoft Smooth Streaming; `realtime_log`: the ARN of a real-time log configuration;
      `field_encryption`: the id of a field-level encryption configuration.

    Source: CloudFront Developer Guide, cache behavior settings.
    """

    __slots__ = (
        "origin", "cache", "requests", "responses", "methods", "cache_options", "viewers", "compress", "signed_by",
        "functions", "body", "grpc", "smooth_streaming", "realtime_log", "field_encryption",
    )  # fmt: skip

    def __init__(
        self,
        origin: OriginChoice | None = None,
        *,
        cache: CachePolicy | str | None = None,
        requests: OriginRequestPolicy | str | None = None,
        responses: ResponseHeadersPolicy | str | None = None,
        methods: Methods | None = None,
        cache_options: bool = False,
        viewers: Literal["redirect-to-https", "https-only", "allow-all"] = "redirect-to-https",
        compress: bool = True,
        signed_by: Signers | None = None,
        on_request: CloudFrontFunction | LambdaVersion | None = None,
        on_response: CloudFrontFunction | LambdaVersion | None = None,
        on_origin_request: LambdaVersion | None = None,
        on_origin_response: LambdaVersion | None = None,
        body: bool = False,
        grpc: bool = False,
        smooth_streaming: bool = False,
        realtime_log: str | None = None,
        field_encryption: str | None = None,
    ) -> None:
        if methods not in (None, *METHODS):
            raise ConstructError(f"methods={methods!r}", place=caller(), fix='"read", "read-options" or "all"')
        self.origin = origin
        self.cache = cache
        self.requests = requests
        self.responses = responses
        self.methods = methods
        self.cache_options = cache_options
        self.viewers = viewers
        self.compress = compress
        self.signed_by = signed_by
        self.functions: dict[str, CloudFrontFunction | LambdaVersion] = {
            name: given
            for name, given in (
                ("on_request", on_request), ("on_response", on_response), ("on_origin_request", on_origin_request),
                ("on_origin_response", on_origin_response),
            )
            if given is not None
        }  # fmt: skip
        self.body = body
        self.grpc = grpc
        self.smooth_streaming = smooth_streaming
        self.realtime_log = realtime_log
        self.field_encryption = field_encryption

    def render(
        self, owner: Construct, target: str, origin: Origin | OriginGroup, signers: Signers | None
    ) -> dict[str, Any]:
        """The behaviour as CloudFormation writes it, with the id of its origin and who signs unless it says itself."""
        dynamic = getattr(origin, "dynamic", False)
        hidden = getattr(origin, "kind", None) in ("function", "api")
        requests = self.requests
        if requests is None and dynamic:
            requests = "AllViewerExceptHostHeader" if hidden else "AllViewer"
        methods = METHODS[self.methods or ("all" if dynamic else "read")]
        groups = trusted(owner, self.signed_by if self.signed_by is not None else signers)
        near, far = self._functions(owner)
        return {
            "TargetOriginId": target,
            "ViewerProtocolPolicy": self.viewers,
            "AllowedMethods": methods,
            "CachedMethods": METHODS["read-options"] if self.cache_options else None,
            "Compress": self.compress,
            "CachePolicyId": policy_id(
                self.cache or ("CachingDisabled" if dynamic else "CachingOptimized"),
                CACHING,
                CachePolicy,
                "cache policy",
            ),
            "OriginRequestPolicyId": policy_id(requests, REQUESTS, OriginRequestPolicy, "origin request policy"),
            "ResponseHeadersPolicyId": policy_id(
                self.responses, HEADERS, ResponseHeadersPolicy, "response headers policy"
            ),
            "TrustedKeyGroups": groups or None,
            "FunctionAssociations": near or None,
            "LambdaFunctionAssociations": far or None,
            "GrpcConfig": {"Enabled": True} if self.grpc else None,
            "SmoothStreaming": True if self.smooth_streaming else None,
            "RealtimeLogConfigArn": self.realtime_log,
            "FieldLevelEncryptionId": self.field_encryption,
        }

    def _functions(self, owner: Construct) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        near, far = [], []
        for name, given in self.functions.items():
            event = EVENTS[name]
            if isinstance(given, CloudFrontFunction):
                near.append({"EventType": event, "FunctionARN": given.arn})
            elif isinstance(given, LambdaVersion):
                body = True if self.body and event.endswith("-request") else None
                far.append({"EventType": event, "LambdaFunctionARN": _far(owner, name, given), "IncludeBody": body})
            else:
                raise ConstructError(
                    f"{owner.node.path}: {name}= cannot call a {type(given).__name__}", place=caller(),
                    fix="give a CloudFrontFunction, or a version of a Lambda function: function.version()",
                )  # fmt: skip
        return near, far


def _far(owner: Construct, name: str, version: LambdaVersion) -> str:
    """The ARN of a version that runs at the edge, whose role Lambda@Edge is let take on."""
    function = version.function
    stack = function.node.stack
    region = None if stack is None else stack.region
    numbered = version.number if version.construct is None else None
    check(owner, event=name, event_region=region, event_version=numbered)
    role = function.execution_role
    if isinstance(role, IAMRole):
        role.trust("edgelambda.amazonaws.com")
    if stack is owner.node.stack:
        return version.arn
    if version.construct is not None:
        return across(version.construct.node.resource.ref)
    return f"{across(function.arn)}:{version.number}"


def trusted(owner: Construct, given: Signers | None) -> list[str]:
    """The ids of the key groups that may sign."""
    several: Any = [] if given is None else given if isinstance(given, list | tuple) else [given]
    for one in several:
        if not isinstance(one, KeyGroup | ExistingKeyGroup):
            raise ConstructError(
                f"{owner.node.path}: a {type(one).__name__} cannot sign", place=caller(),
                fix="give a KeyGroup, or several; public keys go into one",
            )  # fmt: skip
    return [one.id for one in several]
