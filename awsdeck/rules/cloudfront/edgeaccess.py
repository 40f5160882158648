"""Whether a distribution can read what it serves: the policies of buckets, and of the keys they are encrypted with."""

from __future__ import annotations

from ..policies.access import (
    BUCKET,
    BUCKET_POLICY,
    allowing,
    covers,
    every,
    key_allows,
    key_of,
    literal,
    only,
    some,
    trusts,
)
from ..vocabulary import ABSENT, Rule, Stacks, Violation, is_unknown, truth
from .distributions import CONSTRUCT, DISTRIBUTION, GUIDE, example, given, origins, part
from .edgeorigins import bucket_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import Path, View
    from ..vocabulary import Verdict

SERVICE = "cloudfront"
REQUEST_POLICY = "AWS::CloudFront::OriginRequestPolicy"
KEY_GROUP = "AWS::CloudFront::KeyGroup"
KEYS_MOST = 5


def _controlled(graph: Graph) -> Iterator[tuple[View, Path, View]]:
    """Distributions, with origins that they read with signed requests, and the buckets that these are."""
    for distribution in graph.of(DISTRIBUTION):
        for view in distribution.worlds():
            for path, body in origins(view):
                signed = given(body, "OriginAccessControlId") is not ABSENT
                bucket = bucket_of(graph, view, body.get("DomainName")) if signed else None
                if bucket is not None and isinstance(body.get("S3OriginConfig"), dict):
                    yield view, path, bucket


def _keys(graph: Graph) -> Iterator[Violation]:
    for view, path, bucket in _controlled(graph):
        for _, rule in bucket.values("BucketEncryption/ServerSideEncryptionConfiguration/*"):
            told = part(rule, "ServerSideEncryptionByDefault")
            if told.get("SSEAlgorithm") not in ("aws:kms", "aws:kms:dsse"):
                continue
            named = told.get("KMSMasterKeyID", ABSENT)
            if named is ABSENT or (literal(named) or "").endswith("alias/aws/s3"):
                yield Violation(
                    path,
                    view=view,
                    message="{bucket} is encrypted with AWS's own key aws/s3, with which CloudFront cannot decrypt",
                    fix="encrypt with SSE-S3 (AES256), or with a key whose policy lets cloudfront.amazonaws.com decrypt",
                    bucket=bucket.id,
                )
                continue
            key = key_of(bucket, named)
            if key is not None and key_allows(key, SERVICE, "kms:Decrypt") is False:
                yield Violation(path, view=view, bucket=bucket.id, key=key.id)


def _reads(policy: View) -> Verdict:
    """Whether a bucket's policy lets CloudFront read objects at all, for whatever distribution."""
    verdicts: list[Verdict] = []
    for world in only(policy, "PolicyDocument").worlds():
        found, begin = allowing(world.get("PolicyDocument"))
        verdicts += begin
        verdicts += [every((trusts(one, SERVICE), covers(one, "s3:GetObject"))) for one in found]
    return some(verdicts) if verdicts else None


def _policies(graph: Graph) -> Iterator[Violation]:
    of: dict[int, list[View]] = {}
    unclear = False
    for policy in graph.of(BUCKET_POLICY):
        found = graph.target(policy, policy.get("Bucket"))
        if found is not None:
            of.setdefault(id(found.view), []).append(policy)
        else:
            unclear = unclear or is_unknown(policy.get("Bucket"))
    for view, path, bucket in _controlled(graph):
        listed = of.get(id(bucket), [])
        if not listed and (unclear or not graph.complete or bucket.get("BucketName") is not ABSENT):
            continue
        if all(_reads(policy) is False for policy in listed):
            yield Violation(path, view=view, bucket=bucket.id)


def _pages(view: View) -> Iterator[Violation]:
    dynamic = view.get("dynamic")
    if truth(view.get("single_page")) is True and isinstance(dynamic, list) and dynamic:
        yield Violation(("single_page",), patterns=", ".join(str(pattern) for pattern in dynamic))


# Examples


def _site(
    *, policy: dict[str, Any] | None = None, key: dict[str, Any] | None = None, **encryption: Any
) -> dict[str, Any]:
    domain = {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}
    body = {"Id": "web", "DomainName": domain, "S3OriginConfig": {}, "OriginAccessControlId": "E2T5VTFBZJ3BJB"}
    rule = {"ServerSideEncryptionByDefault": encryption}
    bucket = {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}} if encryption else {}
    made = {
        "It": {"Type": DISTRIBUTION, "Properties": example(Origins=[body])},
        "Bucket": {"Type": BUCKET, "Properties": bucket},
    }
    if policy is not None:
        properties = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": _document(policy)}
        made["Policy"] = {"Type": BUCKET_POLICY, "Properties": properties}
    if key is not None:
        made["Key"] = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": _document(key)}}
    return {"Resources": made}


def _document(statement: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}


_READ = {"Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}}
_CLOUDFRONT = {"Principal": {"Service": "cloudfront.amazonaws.com"}}
_ACCOUNT = {"Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}, "Action": "kms:*"}
_KMS: dict[str, Any] = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}
_SOURCE = f"{GUIDE}, restrict access to an Amazon S3 origin"


def _keys_of_group(view: View) -> Iterator[Violation]:
    keys = view.get("KeyGroupConfig/Items")
    if isinstance(keys, list) and len(keys) > KEYS_MOST:
        yield Violation(("KeyGroupConfig", "Items"), most=KEYS_MOST, given=len(keys))


def _headers(view: View) -> Iterator[Violation]:
    for path, header in view.values("OriginRequestPolicyConfig/HeadersConfig/Headers/*"):
        if isinstance(header, str) and header.lower() == "authorization":
            yield Violation(path, header=header)


def _forwarding(*headers: Any) -> dict[str, Any]:
    config = {"HeaderBehavior": "whitelist", "Headers": list(headers)}
    rest = {"CookiesConfig": {"CookieBehavior": "none"}, "QueryStringsConfig": {"QueryStringBehavior": "none"}}
    return {"OriginRequestPolicyConfig": {"Name": "some", "HeadersConfig": config, **rest}}


RULES: tuple[Rule, ...] = (
    Rule(
        "CFR029", CONSTRUCT, "warning",
        "single_page answers for what {patterns} refuses and does not find too: callers get a page with status 200",
        scope="construct",
        check=_pages,
        fix="leave single_page out, and let a CloudFrontFunction of the default behaviour send addresses without a dot to "
        "the page",
        source=f"{GUIDE}, generate custom error responses",
        verified="docs",
        good=({"single_page": True}, {"dynamic": ["/api/*"]}),
        bad={"single_page": True, "dynamic": ["/api/*"]},
    ),
    Rule(
        "CFR030", DISTRIBUTION, "warning",
        "{key} does not let CloudFront decrypt what is in {bucket}",
        scope="graph",
        check=_keys,
        fix="let cloudfront.amazonaws.com do kms:Decrypt in the policy of {key}, with a condition on aws:SourceArn",
        source=_SOURCE,
        verified="partly",
        good=(
            _site(key={**_CLOUDFRONT, "Action": "kms:Decrypt"}, **_KMS),
            _site(SSEAlgorithm="AES256"),
            _site(SSEAlgorithm="aws:kms", KMSMasterKeyID={"Ref": "AWS::StackName"}),
        ),
        bad=(_site(key=_ACCOUNT, **_KMS), _site(SSEAlgorithm="aws:kms")),
    ),
    Rule(
        "CFR031", DISTRIBUTION, "warning",
        "no policy of {bucket} lets CloudFront read it, so viewers get errors (403)",
        scope="graph",
        check=_policies,
        fix="allow s3:GetObject to cloudfront.amazonaws.com in an AWS::S3::BucketPolicy, with a condition on AWS:SourceArn",
        source=_SOURCE,
        verified="docs",
        good=(_site(policy={**_CLOUDFRONT, **_READ}), _site()),
        bad=(
            _site(policy={**_CLOUDFRONT, **_READ, "Action": "s3:ListBucket"}),
            Stacks({"site": _site()}, {"site": {"region": "eu-west-1"}}, complete=True),
        ),
    ),
    Rule(
        "CFR032", REQUEST_POLICY, "error",
        "a policy for requests to the origin cannot name the header {header}",
        check=_headers,
        fix="name Authorization in a cache policy, as answers differ by it; or send everything, with AWS's policy AllViewer",
        source=f"{GUIDE}, add custom headers to origin requests, configure CloudFront to forward the Authorization header",
        verified="docs",
        good=(_forwarding("X-Customer"), _forwarding({"Ref": "Header"}), {"OriginRequestPolicyConfig": {"Name": "all"}}),
        bad=(_forwarding("Authorization"), _forwarding("X-Customer", "authorization")),
    ),
    Rule(
        "CFR033", KEY_GROUP, "warning",
        "a key group holds {most} public keys until AWS raises the quota, and here are {given}",
        check=_keys_of_group,
        fix="make a second key group: a behaviour may trust several",
        source=f"{GUIDE}, quotas, key groups",
        verified="partly",
        good=({"KeyGroupConfig": {"Name": "g", "Items": ["a"] * KEYS_MOST}}, {"KeyGroupConfig": {"Name": "g", "Items": {"Ref": "Keys"}}}),
        bad={"KeyGroupConfig": {"Name": "g", "Items": ["a"] * (KEYS_MOST + 1)}},
    ),
)  # fmt: skip
