"""Amazon CloudFront: distributions that serve what lies elsewhere from places near the viewers.

Source: CloudFront Developer Guide; course notes, CloudFront.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.route53.websites import CLOUDFRONT_ZONE
from ...source import caller
from ...tokens import AWS, attribute_of
from ..existing import Existing, checked_name, part
from ..hints import check
from ..s3.s3 import BucketAccess, S3Bucket
from ..security.certificate import Certificate, CertificateAccess
from ..security.policy import Grant, Principal, Statement, give
from .behavior import Behavior
from .edgelogs import deliver
from .edgename import own_name
from .origin import Origin, OriginGroup, as_origin, reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ..cloudwatch.metric import Metric
    from ..functions.invocable import FunctionURL
    from ..route53.aliastarget import AliasTarget
    from ..security.policy import Grantee
    from .behavior import Signers
    from .origin import OriginChoice

DISTRIBUTION = "AWS::CloudFront::Distribution"
ACCESS_CONTROL = "AWS::CloudFront::OriginAccessControl"
MONITORING = "AWS::CloudFront::MonitoringSubscription"
PERMISSION = "AWS::Lambda::Permission"
SERVICE = "cloudfront.amazonaws.com"

PRICES = {"all": None, "200": "PriceClass_200", "100": "PriceClass_100"}
HTTP = {"1.1": "http1.1", "2": "http2", "3": "http3", "2and3": "http2and3"}
TLS = {"1.2": "TLSv1.2_2021", "1.2-2025": "TLSv1.2_2025", "1.3": "TLSv1.3_2025"}
_RATES = ("4xxErrorRate", "5xxErrorRate", "TotalErrorRate", "CacheHitRate", "OriginLatency")
"""Metrics that are no counts of something that happened."""


class ErrorPage:
    """What viewers get in place of an error: a page, another status, and for how long the error is kept.

    - `page`: a path of the distribution that begins with a slash, such as "/404.html"; it must not fail itself.
    - `status`: what viewers are told, such as 200; the error's own status unless it is given.
    - `seconds`: how long the error stays in the cache, 10 by default.

    Source: CloudFront Developer Guide, generate custom error responses.
    """

    __slots__ = ("page", "status", "seconds")

    def __init__(self, page: str | None = None, *, status: int | None = None, seconds: int | None = None) -> None:
        self.page = page
        self.status = status
        self.seconds = seconds


class DistributionAccess(Construct):
    """Who may do what with a distribution, and where it is found, whether it is made here or exists already.

    What it keeps cannot be invalidated by a template: `aws cloudfront create-invalidation` does it, or a pipeline that
    `grant_invalidate` lets do so.
    """

    id = ref()
    domain_name = attribute("DomainName")

    @property
    def arn(self) -> str:
        """The distribution's ARN."""
        return f"arn:{AWS.Partition}:cloudfront::{AWS.AccountId}:distribution/{self.id}"

    def grant_invalidate(self, who: Grantee) -> Grant:
        """Let a role, user or function throw out of the cache what has changed, and see when that is done."""
        actions = ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"]
        return give(who, actions, on=[self.arn], through=self._refuse)

    def _refuse(self, statement: Statement) -> Resource:
        raise ConstructError(
            f"{self.node.path}: a distribution has no policy of its own", place=caller(),
            fix="give the permission to a role, a user or a function",
        )  # fmt: skip

    def alias_target(self) -> AliasTarget:
        """What an alias record points to."""
        from ..route53.aliastarget import AliasTarget

        return AliasTarget(self.domain_name, CLOUDFRONT_ZONE, evaluate_health=False)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What CloudFront measures, in us-east-1 alone: `Requests`, `BytesDownloaded`, `4xxErrorRate`, `5xxErrorRate`, …

        With `detailed_metrics` `CacheHitRate` and `OriginLatency` too. Counts are summed unless `statistic` says
        otherwise; alarms on them stand in a stack of us-east-1. Source: CloudFront Developer Guide, view CloudFront and
        edge function metrics.
        """
        from ..cloudwatch.metric import Metric

        chosen = statistic or ("Average" if name in _RATES or name[:3].isdigit() else "Sum")
        dimensions = {"DistributionId": self.id, "Region": "Global"}
        return Metric("AWS/CloudFront", name, dimensions, statistic=chosen, period=period)


@construct
class CloudFrontDistribution(DistributionAccess):
    """Content from near the viewers: over HTTPS, compressed, HTTP/2 and 3, IPv6, TLS 1.2 and newer.

    - `origin`: what it serves: a bucket (also one with a website), a load balancer, a function's address
      (`function.add_url()`), a REST API, a host name, an `Origin` that says more of it, or an `OriginGroup` of two.
    - `behavior`: a `Behavior`: how it serves that. `behaviors`: others by path pattern, which are looked at in order
      before: `{"/api/*": Behavior(balancer)}`. The asterisk stands for any text, the question mark for one sign.
    - `signed_by`: a `KeyGroup`, or several: unless a behaviour says otherwise, only who has an address or a cookie signed
      with one of their keys may watch. `restricted`: whether that is needed can be told, and is checked.
    - `root`: what is served for "/"; "index.html" before a bucket, nothing else otherwise.
    - `single_page`: a page that answers for what is not found, with status 200, as applications in the browser want it:
      True for the root, or its path; it answers for all behaviours. `errors`: pages by status, `{404: "/404.html"}`, or `ErrorPage`s.
    - `aliases`: names of one's own, which `certificate` must cover: a `Certificate` of us-east-1, or its ARN. It may be
      made in another stack; `minimum_tls` is "1.2" (TLSv1.2_2021, the default), "1.2-2025" or "1.3".
    - `allow_countries`, `deny_countries`: who may watch by country, as two letters (ISO 3166-1), one of both.
    - `price_class`: "all" edge locations (default), "200" without the dearest, or "100": North America, Europe, Israel.
    - `http`: "2and3" (default), "2", "3" or "1.1"; `ipv6` is on.
    - `web_acl`: the ARN of a WAF web ACL of scope CLOUDFRONT, in us-east-1.
    - `logs`: a bucket that gets the access logs, below `AWSLogs/` and the account, or below `logs_prefix`; as `logs_format`
      "w3c" (default), "json", "plain", "raw" or "parquet". That takes a stack in us-east-1. They are delivered by
      CloudWatch Logs (standard logging v2): the older logging of CloudFront itself writes with ACLs, which `S3Bucket` has
      switched off.
    - `detailed_metrics`: more metrics, for a fee. `enabled`; `comment`: at most 128 characters.

    Beside the distribution it makes, for each bucket or address that only it may read, an origin access control
    ("Access…") and a statement of the bucket's policy, or permissions of the function ("Call…"). They speak of this
    distribution alone; in another stack, and in a key's policy, of those of this account, as naming it would close a
    circle. For logs it makes "LogSource", "LogDestination" and "LogDelivery"; for detailed metrics "Monitoring".

    Objects that change must be invalidated, or have names that change; no template can do that. Staging distributions
    for continuous deployment are left out.

    Source: CloudFront Developer Guide, distribution settings; course notes, CloudFront.
    """

    origin: OriginChoice
    behavior: Behavior | None = None
    behaviors: Mapping[str, Behavior] = {}
    signed_by: Signers | None = None
    restricted: bool | None = None
    root: str | None = None
    single_page: bool | str = False
    errors: Mapping[int, str | ErrorPage] = {}
    aliases: Sequence[str] = ()
    certificate: CertificateAccess | str | None = None
    minimum_tls: Literal["1.2", "1.2-2025", "1.3"] = "1.2"
    allow_countries: Sequence[str] = ()
    deny_countries: Sequence[str] = ()
    price_class: Literal["all", "200", "100"] = "all"
    http: Literal["2and3", "2", "3", "1.1"] = "2and3"
    ipv6: bool = True
    web_acl: str | None = None
    logs: BucketAccess | None = None
    logs_prefix: str | None = None
    logs_format: Literal["w3c", "json", "plain", "raw", "parquet"] = "w3c"
    detailed_metrics: bool = False
    enabled: bool = True
    comment: str | None = None

    def build(self) -> None:
        """Make the distribution and what its origins take."""
        self._origins: list[tuple[tuple[Any, ...], str, Origin]] = []
        self._groups: list[tuple[tuple[Any, ...], str, OriginGroup]] = []
        self._behaviors: dict[str, dict[str, Any]] = {}
        self._given: dict[str, Behavior] = {}
        own = self.behavior or Behavior()
        if own.origin is not None:
            raise ConstructError(
                f"{self.node.path}: behavior= has an origin of its own", place=caller(),
                fix="give it as origin= of the distribution, or the behaviour in behaviors= under a path pattern",
            )  # fmt: skip
        check(
            self,
            patterns=list(self.behaviors) or None,
            allow_countries=list(self.allow_countries) or None,
            deny_countries=list(self.deny_countries) or None,
            certificate_region=self._certificate_region(),
            logs=True if self.logs is not None else None,
            logs_region=None if self.logs is None or self.node.stack is None else self.node.stack.region,
        )
        default, first = self._behavior(own, self.origin)
        for pattern, one in self.behaviors.items():
            if not isinstance(one, Behavior):
                raise ConstructError(
                    f"{self.node.path}: a {type(one).__name__} stands for {pattern!r}", place=caller(),
                    fix="give a Behavior: Behavior(origin)",
                )  # fmt: skip
            self._add(pattern, one)
        told = [default, *self._behaviors.values()]
        check(self, restricted=self.restricted, signed=any(one["TrustedKeyGroups"] for one in told))
        self._check_pages()
        if self.root is None and first.kind == "bucket":
            self.root = "index.html"
        resource_class(DISTRIBUTION)(
            self,
            MAIN,
            DistributionConfig={
                "Enabled": self.enabled,
                "Comment": self.comment,
                "Origins": self._listed(),
                "OriginGroups": self._grouped(),
                "DefaultCacheBehavior": default,
                "CacheBehaviors": self._paths(),
                "DefaultRootObject": self.root,
                "CustomErrorResponses": self._errors() or None,
                "Aliases": list(self.aliases) or None,
                "ViewerCertificate": self._shown(),
                "Restrictions": self._countries(),
                "PriceClass": PRICES[self.price_class],
                "HttpVersion": HTTP[self.http],
                "IPV6Enabled": self.ipv6,
                "WebACLId": self.web_acl,
            },
        )
        self._open()
        if self.logs is not None:
            deliver(self, self.arn, self.logs, self.logs_prefix, self.logs_format)
        if self.detailed_metrics:
            told_ = {"RealtimeMetricsSubscriptionConfig": {"RealtimeMetricsSubscriptionStatus": "Enabled"}}
            resource_class(MONITORING)(self, "Monitoring", DistributionId=self.id, MonitoringSubscription=told_)

    def add_behavior(self, pattern: str, behavior: Behavior) -> None:
        """Serve one more path pattern, after all others."""
        check(self, patterns=[*self._behaviors, pattern])
        self._add(pattern, behavior)
        self._check_pages()
        config = dict(self.node.resource.properties["DistributionConfig"])
        config |= {"Origins": self._listed(), "OriginGroups": self._grouped(), "CacheBehaviors": self._paths()}
        self.node.resource.set(DistributionConfig=config)
        self._open()

    def _check_pages(self) -> None:
        if self.single_page:
            asked = {pattern: one.origin for pattern, one in self._given.items()}
            dynamic = [pattern for pattern, one in asked.items() if one is not None and _dynamic(one)]
            check(self, single_page=True, dynamic=dynamic or None)

    # how it behaves

    def _add(self, pattern: str, behavior: Behavior) -> None:
        given = self.origin if behavior.origin is None else behavior.origin
        self._given[pattern] = behavior
        self._behaviors[pattern] = self._behavior(behavior, given)[0]

    def _behavior(self, behavior: Behavior, given: OriginChoice) -> tuple[dict[str, Any], Origin]:
        if isinstance(given, OriginGroup):
            return behavior.render(self, self._group(given), given, self.signed_by), given.primary
        origin = as_origin(given)
        return behavior.render(self, self._known(origin), origin, self.signed_by), origin

    def _paths(self) -> list[dict[str, Any]] | None:
        return [{"PathPattern": pattern, **body} for pattern, body in self._behaviors.items()] or None

    # where it fetches from

    def _known(self, origin: Origin) -> str:
        """The id of an origin, which is the same for the same origin."""
        key = origin.identity()
        for known, id, _ in self._origins:
            if known == key:
                return id
        id = f"origin{len(self._origins) + 1}"
        self._origins.append((key, id, origin))
        return id

    def _group(self, group: OriginGroup) -> str:
        key = (group.primary.identity(), group.secondary.identity(), tuple(group.on))
        for known, id, _ in self._groups:
            if known == key:
                return id
        self._known(group.primary)
        self._known(group.secondary)
        id = f"group{len(self._groups) + 1}"
        self._groups.append((key, id, group))
        return id

    def _listed(self) -> list[dict[str, Any]]:
        return [origin.body(self, id, self._access(origin)) for _, id, origin in self._origins]

    def _grouped(self) -> dict[str, Any] | None:
        made = [
            {
                "Id": id,
                "FailoverCriteria": {"StatusCodes": {"Quantity": len(group.on), "Items": group.on}},
                "Members": {
                    "Quantity": 2,
                    "Items": [{"OriginId": self._known(one)} for one in (group.primary, group.secondary)],
                },
            }
            for _, id, group in self._groups
        ]
        return {"Quantity": len(made), "Items": made} if made else None

    def _access(self, origin: Origin) -> str | None:
        """The id of the origin access control with which requests to an origin are signed."""
        kind: str = origin.kind
        if kind == "function":
            url: Any = origin.target
            if url.auth == "none":
                return None
        if kind not in ("bucket", "function"):
            return None
        of = "s3" if kind == "bucket" else "lambda"
        id = f"Access{of[:1].upper()}{of[1:]}"
        made = self.node.children.get(id)
        if made is None:
            made = resource_class(ACCESS_CONTROL)(
                self,
                id,
                OriginAccessControlConfig={
                    "Name": own_name(self, None, f"-{of}"),
                    "OriginAccessControlOriginType": of,
                    "SigningBehavior": "always",
                    "SigningProtocol": "sigv4",
                },
            )
        return attribute_of(made.node.resource, "Id")

    def _open(self) -> None:
        """Let this distribution read what nobody else may."""
        opened: set[int] = self.__dict__.setdefault("_opened", set())
        for _, _, origin in self._origins:
            target: Any = origin.target
            if id(target) in opened or origin.kind not in ("bucket", "function"):
                continue
            opened.add(id(target))
            if origin.kind == "bucket":
                self._open_bucket(target)
            elif target.auth == "iam":
                self._open_function(target)

    def _open_bucket(self, bucket: BucketAccess) -> None:
        source = f"arn:{AWS.Partition}:cloudfront::{AWS.AccountId}:distribution/*"
        if isinstance(bucket, Existing):
            check(self, existing_bucket=bucket.node.path)
            return
        here = bucket.node.stack is self.node.stack
        bucket._state(
            Statement(
                ["s3:GetObject"],
                [f"{bucket.arn}/*"],
                principal=Principal.service(SERVICE),
                conditions={"StringEquals": {"AWS:SourceArn": self.arn}}
                if here
                else {"ArnLike": {"AWS:SourceArn": source}},
            )
        )
        if isinstance(bucket, S3Bucket) and bucket.key is not None:
            from ..security.keys import grant_key

            # The key is there before the bucket, and the bucket before this: its policy cannot name the distribution.
            grant_key(
                self, bucket.key, Principal.service(SERVICE), ["kms:Decrypt"], when={"ArnLike": {"aws:SourceArn": source}}
            )  # fmt: skip

    def _open_function(self, url: FunctionURL) -> None:
        here = url.node.stack is self.node.stack
        every = f"arn:{AWS.Partition}:cloudfront::{AWS.AccountId}:distribution/*"
        scope: Construct = self if here else url
        number = 1 + sum(1 for name in scope.node.children if re.fullmatch(r"CallByCloudFront\d*", name))
        id = f"CallByCloudFront{number if number > 1 else ''}"
        told = {
            "FunctionName": url.target.invoke_arn,
            "Principal": SERVICE,
            "SourceArn": self.arn if here else every,
        }
        permission = resource_class(PERMISSION)
        permission(scope, id, Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM", **told)
        permission(scope, f"{id}Invoke", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True, **told)

    # what viewers see

    def _certificate_region(self) -> str | None:
        given = self.certificate
        if isinstance(given, CertificateAccess):
            return given.region
        whole = isinstance(given, str) and type(given) is str and given.startswith("arn:") and given.count(":") >= 5
        return part(given, 3) if whole and isinstance(given, str) else None

    def _shown(self) -> dict[str, Any] | None:
        given = self.certificate
        if given is None:
            return None
        arn = given if isinstance(given, str) else given.arn
        if isinstance(given, Certificate):
            arn = reach(self, given, given.arn)
        return {
            "AcmCertificateArn": arn,
            "SslSupportMethod": "sni-only",
            "MinimumProtocolVersion": TLS[self.minimum_tls],
        }

    def _countries(self) -> dict[str, Any] | None:
        listed = list(self.allow_countries) or list(self.deny_countries)
        if not listed:
            return None
        kind = "whitelist" if self.allow_countries else "blacklist"
        return {"GeoRestriction": {"RestrictionType": kind, "Locations": listed}}

    def _errors(self) -> list[dict[str, Any]]:
        pages: dict[int, ErrorPage] = {}
        if self.single_page:
            page = self.single_page if isinstance(self.single_page, str) else f"/{self.root or 'index.html'}"
            pages = {code: ErrorPage(page, status=200) for code in (403, 404)}
        for code, given in self.errors.items():
            pages[code] = given if isinstance(given, ErrorPage) else ErrorPage(given)
        return [
            {
                "ErrorCode": code,
                "ResponsePagePath": page.page,
                "ResponseCode": code if page.page is not None and page.status is None else page.status,
                "ErrorCachingMinTTL": 10 if page.seconds is None else page.seconds,
            }
            for code, page in sorted(pages.items())
        ]

    @staticmethod
    def from_id(scope: Construct, id: str, distribution_id: str, domain_name: str) -> ExistingDistribution:
        """A distribution that exists already, by its id and its name, such as "d111111abcdef8.cloudfront.net"."""
        values = {"id": checked_name(distribution_id, "from_id", r"[A-Z0-9]+"), "domain_name": domain_name}
        return ExistingDistribution(scope, id, values=values)


@construct
class ExistingDistribution(Existing, DistributionAccess):
    """A distribution made elsewhere; see `CloudFrontDistribution.from_id`."""

    WHAT = "distribution"


def _dynamic(given: OriginChoice) -> bool:
    """Whether answers are made for whoever asks."""
    several = (given.primary, given.secondary) if isinstance(given, OriginGroup) else (as_origin(given),)
    return any(one.dynamic for one in several)
