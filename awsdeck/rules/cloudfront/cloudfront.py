"""CloudFront distributions: names, certificates, error pages and who may watch, beyond the resource schema."""

from __future__ import annotations

import re

from ..policies.access import literal, spelled
from ..vocabulary import ABSENT, Limit, Rule, Stacks, Violation, is_unknown, number, truth
from .distributions import API, CONFIG, CONSTRUCT, DISTRIBUTION, GUIDE, config, example, given, items, may_go

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import Path, View

STREAMING = "AWS::CloudFront::StreamingDistribution"
CERTIFICATE = "AWS::CertificateManager::Certificate"
HOME = "us-east-1"
"""The region in which CloudFront looks for certificates, edge functions and firewalls."""
PARTITIONS = ("cn-", "us-gov-", "eusc-")
"""How the names of regions begin in which CloudFront is another one, or none."""
ERROR_CODES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(\*\.)?({_LABEL}\.)+{_LABEL}")


# Which certificate is shown


def _certificate(view: View) -> Iterator[Violation]:
    told = config(view)
    shown, path = told.get("ViewerCertificate", ABSENT), (CONFIG, "ViewerCertificate")
    aliases = told.get("Aliases")
    named_ = isinstance(aliases, list) and bool(aliases) and not any(may_go(one) for one in aliases)
    if shown is ABSENT:
        if named_:
            yield Violation(
                (CONFIG, "Aliases"), message="Aliases need a certificate that covers them",
                fix=f"give ViewerCertificate: AcmCertificateArn of a certificate in {HOME}, and SslSupportMethod: sni-only",
            )  # fmt: skip
        return
    if not isinstance(shown, dict) or is_unknown(shown):
        return
    own = truth(shown.get("CloudFrontDefaultCertificate"))
    arn = shown.get("AcmCertificateArn", ABSENT)
    others = [name for name in ("AcmCertificateArn", "IamCertificateId") if shown.get(name, ABSENT) is not ABSENT]
    if len(others) == 2 or (others and own is True):
        yield Violation(
            path, message="a distribution shows one certificate",
            allowed="one of AcmCertificateArn, IamCertificateId and CloudFrontDefaultCertificate: true",
        )  # fmt: skip
    if named_ and own is True and not others:
        yield Violation(
            (CONFIG, "Aliases"), message="CloudFront's own certificate covers names below cloudfront.net alone, no Aliases",
            fix=f"give AcmCertificateArn of a certificate in {HOME}, and SslSupportMethod: sni-only",
        )  # fmt: skip
    if others and shown.get("SslSupportMethod", ABSENT) is ABSENT:
        yield Violation(path, message="a certificate needs SslSupportMethod", fix="write SslSupportMethod: sni-only")
    written = None if arn is ABSENT else spelled(arn)
    if written is not None:
        yield from _region_of(written, (*path, "AcmCertificateArn"))


def _region_of(arn: str, path: Path) -> Iterator[Violation]:
    parts = arn.split(":")
    if len(parts) >= 6 and parts[:3] == ["arn", "aws", "acm"] and parts[3] != HOME and "${" not in parts[3]:
        yield Violation(path, value=arn, region=parts[3])


def _certificate_made(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(DISTRIBUTION):
        for path, value in view.values(f"{CONFIG}/ViewerCertificate/AcmCertificateArn"):
            found = graph.target(view, value)
            if found is None or found.view.type != CERTIFICATE or found.view.member is None:
                continue
            region = found.view.member.region
            if isinstance(region, str) and region != HOME and not region.startswith(PARTITIONS):
                yield Violation(path, view=view, region=region)


def _certificate_hint(view: View) -> Iterator[Violation]:
    region = view.get("certificate_region")
    elsewhere = isinstance(region, str) and not is_unknown(region) and "${" not in region and region != HOME
    if elsewhere and not region.startswith(PARTITIONS):
        yield Violation(("certificate",), region=region)


# What is no more


def _streaming(view: View) -> Iterator[Violation]:
    yield Violation((), severity="warning" if view.mode == "documented" else None)


# Which names there are


def _aliases(view: View) -> Iterator[Violation]:
    for path, value in view.values(f"{CONFIG}/Aliases/*"):
        name = literal(value)
        if name is None:
            continue
        if len(name) > 253 or not _DOMAIN.fullmatch(name.lower()):
            yield Violation(
                path, message="the alias {value} is no domain name", value=name,
                fix="a domain name such as www.example.com, or *.example.com with the asterisk as its first label",
            )  # fmt: skip


def _aliases_taken(graph: Graph) -> Iterator[Violation]:
    seen: dict[str, View] = {}
    for view in graph.of(DISTRIBUTION):
        if truth(view.get(f"{CONFIG}/Staging", False)) is not False:
            continue
        for path, value in view.values(f"{CONFIG}/Aliases/*"):
            name = literal(value)
            if name is None:
                continue
            first = seen.setdefault(name.lower(), view)
            if first is not view and (view.member is None or not view.member.exclusive(first, view)):
                yield Violation(path, view=view, value=name, other=first.id)


# Which pages are shown in place of others


def _error_pages(view: View) -> Iterator[Violation]:
    told = config(view)
    for number_, body in enumerate(items(told.get("CustomErrorResponses"))):
        if not isinstance(body, dict) or is_unknown(body):
            continue
        path = (CONFIG, "CustomErrorResponses", number_)
        code, page, answer = body.get("ErrorCode"), given(body, "ResponsePagePath"), given(body, "ResponseCode")
        if number(code) is not None and number(code) not in ERROR_CODES:
            yield Violation(
                path, problem=f"CloudFront has no error page for {code}",
                allowed=", ".join(map(str, ERROR_CODES)),
            )  # fmt: skip
        if (page is ABSENT) != (answer is ABSENT):
            missing, there = (
                ("ResponsePagePath", "ResponseCode") if page is ABSENT else ("ResponseCode", "ResponsePagePath")
            )
            yield Violation(
                path, problem=f"the answer to {code} has {there} and no {missing}", fix="give both, or neither"
            )
        written = None if page is ABSENT else spelled(page)
        if written is not None and not written.startswith(("/", "${")):
            yield Violation(
                (*path, "ResponsePagePath"), severity="warning", problem="the path of an error page begins with a slash",
                value=written, fix=f"write /{written}",
            )  # fmt: skip
    root = spelled(told.get("DefaultRootObject", ""))
    if root is not None and root.startswith("/"):
        yield Violation(
            (CONFIG, "DefaultRootObject"), problem="the name of the root object has no slash in front", value=root,
            fix=f"write {root.lstrip('/')}",
        )  # fmt: skip


# Countries, firewalls and logs


def _countries(view: View) -> Iterator[Violation]:
    told = view.get(f"{CONFIG}/Restrictions/GeoRestriction")
    if not isinstance(told, dict) or is_unknown(told):
        return
    kind, listed = told.get("RestrictionType"), told.get("Locations", ABSENT)
    path = (CONFIG, "Restrictions", "GeoRestriction")
    if kind == "none" and listed is not ABSENT and listed != [] and not is_unknown(listed):
        yield Violation((*path, "Locations"), message="countries are listed and RestrictionType is none",
                        fix="write whitelist or blacklist")  # fmt: skip
    elif kind in ("whitelist", "blacklist") and (listed is ABSENT or listed == []):
        yield Violation(path, message="RestrictionType is {kind} and no country is listed", kind=kind,
                        fix="give Locations, or RestrictionType: none")  # fmt: skip


def _countries_hint(view: View) -> Iterator[Violation]:
    if view.get("allow_countries") is not ABSENT and view.get("deny_countries") is not ABSENT:
        yield Violation(("deny_countries",))


def _firewall(view: View) -> Iterator[Violation]:
    arn = spelled(view.get(f"{CONFIG}/WebACLId", ""))
    if arn is None or not arn.startswith("arn:"):
        return
    parts = arn.split(":")
    if len(parts) >= 6 and parts[2] == "wafv2":
        wrong = "${" not in parts[3] and parts[3] != HOME
        if wrong or parts[5].startswith("regional/"):
            yield Violation((CONFIG, "WebACLId"), value=arn)


def _log_region(view: View) -> Iterator[Violation]:
    region = view.get("logs_region")
    if view.get("logs") is True and isinstance(region, str) and "${" not in region and region != HOME:
        yield Violation(("logs",), region=region)


# Examples

_ARN = "arn:aws:acm:{}:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"


def _shown(arn: Any, **given: Any) -> dict[str, Any]:
    return {"AcmCertificateArn": arn, "SslSupportMethod": "sni-only", **given}


def _named(alias: str, id: str = "It") -> dict[str, Any]:
    certificate = _shown(_ARN.format(HOME))
    return {id: {"Type": DISTRIBUTION, "Properties": example(Aliases=[alias], ViewerCertificate=certificate)}}


def _beside(region: str) -> Stacks:
    """A distribution with a certificate made in the same template, in a region."""
    resources = {
        "Certificate": {"Type": CERTIFICATE, "Properties": {"DomainName": "www.example.com"}},
        "It": {"Type": DISTRIBUTION, "Properties": example(ViewerCertificate=_shown({"Ref": "Certificate"}))},
    }
    return Stacks({"site": {"Resources": resources}}, {"site": {"region": region}})


def _page(**given: Any) -> dict[str, Any]:
    return example(CustomErrorResponses=[{"ErrorCode": 404, **given}])


def _restricted(kind: str, *countries: str) -> dict[str, Any]:
    listed = {"Locations": list(countries)} if countries else {}
    return example(Restrictions={"GeoRestriction": {"RestrictionType": kind, **listed}})


_CERTIFICATES = f"{GUIDE}, requirements for using SSL/TLS certificates with CloudFront; {API}, ViewerCertificate"
_FIX_CERTIFICATE = (
    "make the certificate in a stack of us-east-1; a distribution in another region refers to it with across()"
)
_RTMP = {
    "StreamingDistributionConfig": {
        "Comment": "films", "Enabled": True, "S3Origin": {"DomainName": "b.s3.amazonaws.com", "OriginAccessIdentity": ""},
        "TrustedSigners": {"Enabled": False},
    },
    "Tags": [],
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(
        "CFR003", DISTRIBUTION, "error",
        "CloudFront takes certificates of us-east-1 alone, and this one stands in {region}",
        check=_certificate,
        fix=_FIX_CERTIFICATE,
        source=_CERTIFICATES,
        good=(
            example(ViewerCertificate=_shown(_ARN.format(HOME)), Aliases=["www.example.com"]),
            example(ViewerCertificate={"CloudFrontDefaultCertificate": True}),
            example(),
        ),
        bad=(
            example(ViewerCertificate=_shown(_ARN.format("eu-west-1"))),
            example(ViewerCertificate={"AcmCertificateArn": _ARN.format(HOME)}),
            example(Aliases=["www.example.com"]),
            example(Aliases=["www.example.com"], ViewerCertificate={"CloudFrontDefaultCertificate": True}),
        ),
    ),
    Rule(
        "CFR003", DISTRIBUTION, "error",
        "CloudFront takes certificates of us-east-1 alone, and this one is made in {region}",
        scope="graph",
        check=_certificate_made,
        fix=_FIX_CERTIFICATE,
        source=_CERTIFICATES,
        good=_beside(HOME),
        bad=_beside("eu-west-1"),
    ),
    Rule(
        "CFR003", CONSTRUCT, "error",
        "CloudFront takes certificates of us-east-1 alone, and this one stands in {region}",
        scope="construct",
        check=_certificate_hint,
        fix='make it in a stack with region="us-east-1": the distribution may stand in another one',
        source=_CERTIFICATES,
        good={"certificate_region": HOME},
        bad={"certificate_region": "eu-west-1"},
    ),
    Rule(
        "CFR004", STREAMING, "error",
        "RTMP distributions ended on 2020-12-31: AWS makes none any more",
        check=_streaming,
        fix="serve HLS or DASH through AWS::CloudFront::Distribution",
        limit=Limit("available", "ended", "2020-12-31"),
        source=f"{API}, CreateStreamingDistribution; course notes, CloudFront",
        good={"Type": DISTRIBUTION, "Properties": example()},
        bad=_RTMP,
    ),
    Rule(
        "CFR009", DISTRIBUTION, "error",
        "the alias {value} belongs to {other} already",
        check=_aliases,
        source=f"{API}, CreateDistribution (CNAMEAlreadyExists); {GUIDE}, requirements for using alternate domain names",
        good=(_named("www.example.com")["It"], _named("*.Example.com")["It"]),
        bad=(
            _named("https://a.example.com")["It"], _named("www.*.example.com")["It"], _named("localhost")["It"],
        ),
    ),
    Rule(
        "CFR009", DISTRIBUTION, "error",
        "the alias {value} belongs to {other} already",
        scope="graph",
        check=_aliases_taken,
        fix="let one distribution answer for the name, or give the other a wildcard or a name of its own",
        source=f"{API}, CreateDistribution (CNAMEAlreadyExists)",
        good={"Resources": {**_named("a.example.com", "One"), **_named("*.example.com", "Two")}},
        bad={"Resources": {**_named("a.example.com", "One"), **_named("A.example.com", "Two")}},
    ),
    Rule(
        "CFR010", DISTRIBUTION, "error",
        "{problem}",
        check=_error_pages,
        source=f"{API}, CustomErrorResponse; {GUIDE}, specify a default root object",
        good=(_page(ResponseCode=200, ResponsePagePath="/index.html"), _page(ErrorCachingMinTTL=10),
              example(DefaultRootObject="index.html")),
        bad=(_page(ResponseCode=200), _page(ResponsePagePath="/404.html"), example(DefaultRootObject="/index.html"),
             _page(ErrorCode=418), _page(ResponseCode=200, ResponsePagePath="index.html")),
    ),
    Rule(
        "CFR019", DISTRIBUTION, "error",
        "countries and RestrictionType do not go together",
        check=_countries,
        source=f"{API}, GeoRestriction",
        verified="docs",
        good=(_restricted("none"), _restricted("whitelist", "DE", "FR")),
        bad=(_restricted("none", "DE"), _restricted("blacklist")),
    ),
    Rule(
        "CFR019", CONSTRUCT, "error",
        "countries are either allowed or denied: all others are the opposite",
        scope="construct",
        check=_countries_hint,
        fix="give allow_countries or deny_countries",
        source=f"{API}, GeoRestriction",
        verified="docs",
        good={"allow_countries": ["DE"]},
        bad={"allow_countries": ["DE"], "deny_countries": ["FR"]},
    ),
    Rule(
        "CFR021", DISTRIBUTION, "error",
        "a web ACL for CloudFront has the scope CLOUDFRONT and stands in us-east-1",
        check=_firewall,
        fix="make the web ACL in us-east-1 with Scope: CLOUDFRONT",
        source="WAF Developer Guide, using AWS WAF with CloudFront; CloudFormation User Guide, AWS::WAFv2::WebACL",
        verified="docs",
        good=(
            example(WebACLId="arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1234abcd"),
            example(WebACLId="473e64fd-f30b-4765-81a0-62ad96dd167a"),
        ),
        bad=(
            example(WebACLId="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/1234abcd"),
            example(WebACLId="arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/1234abcd"),
        ),
    ),
    Rule(
        "CFR022", CONSTRUCT, "error",
        "CloudFront delivers its access logs from us-east-1 alone, and this stack stands in {region}",
        scope="construct",
        check=_log_region,
        fix='put the distribution into a stack with region="us-east-1"; the bucket may stand elsewhere',
        source=f"{GUIDE}, configure standard logging (v2)",
        verified="docs",
        good={"logs": True, "logs_region": HOME},
        bad={"logs": True, "logs_region": "eu-west-1"},
    ),
)  # fmt: skip
