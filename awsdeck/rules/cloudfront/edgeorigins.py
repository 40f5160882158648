"""Origins of CloudFront distributions: what behaviours point at, how it is reached, and who else can reach it."""

from __future__ import annotations

import re

from ..limits import CLOUDFRONT_READ_SECONDS_MOST
from ..policies.access import BUCKET, BUCKET_POLICY, everyone, literal, spelled
from ..policies.policy import documents
from ..vocabulary import ABSENT, Rule, Violation, is_unknown, number, text, truth
from .cachebehaviors import paths, repeated
from .distributions import (
    API,
    CONFIG,
    CONSTRUCT,
    DISTRIBUTION,
    GUIDE,
    HTTPS,
    behaviors,
    config,
    example,
    given,
    groups,
    items,
    key,
    may_go,
    named,
    origins,
    part,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import Path, View

CONFIGS = ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig")
FAILOVER_CODES = (400, 403, 404, 416, 429, 500, 502, 503, 504)
FAILOVER_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))

_SUFFIX = re.compile(r"\.(amazonaws\.com(\.cn)?|amazonaws\.eu|\$\{AWS::URLSuffix\})$", re.IGNORECASE)
_WEBSITE = re.compile(r"(^|\.)s3-website[.-]")
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


# What behaviours point at


def _targets(view: View) -> Iterator[Violation]:
    told = config(view)
    if not told or given(told, "S3Origin") is not ABSENT or given(told, "CustomOrigin") is not ABSENT:
        return
    listed, grouped_ = told.get("Origins", ABSENT), told.get("OriginGroups", ABSENT)
    if given(told, "Origins") is ABSENT and grouped_ is ABSENT:
        yield Violation((CONFIG,), message="a distribution needs an origin", fix="give Origins")
        return
    if not isinstance(listed, list) or any(is_unknown(one) for one in listed):
        return
    if isinstance(grouped_, dict) and (is_unknown(grouped_) or is_unknown(grouped_.get("Items"))):
        return
    places = [*((path, body, body.get("Id")) for path, body in (*origins(view), *groups(view)))]
    ids: dict[str, Any] = {}
    for path, _, value in places:
        if key(value) in ids and value is not None:
            yield Violation(
                (*path, "Id"), message="two origins have the Id {value}", fix="give each an Id of its own", value=text(value),
            )  # fmt: skip
        ids[key(value)] = value
    if any(is_unknown(value) for value in ids.values()):
        return
    declared = ", ".join(sorted(text(value) for value in ids.values()))
    members = [
        ((*path, "Members", "Items", number_, "OriginId"), one.get("OriginId"), "the origin group")
        for path, body in groups(view)
        for number_, one in enumerate(items(part(body, "Members").get("Items")))
        if isinstance(one, dict) and not is_unknown(one)
    ]
    wanted = [
        ((*path, "TargetOriginId"), body.get("TargetOriginId"), named(path, body)) for path, body in behaviors(view)
    ]
    for path, value, who in (*wanted, *members):
        if value is not None and not is_unknown(value) and key(value) not in ids:
            yield Violation(path, who=who, target=text(value), allowed=declared)


# How an origin is reached


def _origins(view: View) -> Iterator[Violation]:
    for path, body in origins(view):
        configs = [name for name in CONFIGS if body.get(name, ABSENT) is not ABSENT]
        called = text(body.get("Id", path[-1])) if not is_unknown(body.get("Id")) else f"origin {path[-1]}"
        if len(configs) != 1:
            problem = "has none of" if not configs else "has more than one of"
            yield Violation(
                path, problem=f"the origin {called} {problem} S3OriginConfig, CustomOriginConfig and VpcOriginConfig",
                allowed="exactly one of them",
            )  # fmt: skip
            continue
        yield from _domain(path, body, configs[0], called)
        access = spelled(part(body, "S3OriginConfig").get("OriginAccessIdentity", ""))
        if given(body, "OriginAccessControlId") is not ABSENT and access and re.sub(r"\$\{[^}]*\}", "", access):
            yield Violation(
                (*path, "OriginAccessControlId"),
                problem=f"the origin {called} has both an origin access control and an origin access identity",
                fix='keep the access control, and write OriginAccessIdentity: ""',
            )


def _domain(path: Path, body: dict[str, Any], kind: str, called: str) -> Iterator[Violation]:
    written = spelled(body.get("DomainName"))
    if written is None:
        return
    where = (*path, "DomainName")
    lower = written.lower()
    if "/" in written or written.endswith(".WebsiteURL}"):
        yield Violation(
            where, problem=f"the origin {called} has a URL where a host name belongs", value=written,
            fix="write the host alone; what comes behind it is OriginPath",
        )  # fmt: skip
        return
    website = _WEBSITE.search(lower) is not None
    if kind == "S3OriginConfig" and (website or _not_s3(lower)):
        what = "an S3 website endpoint" if website else "no S3 bucket"
        yield Violation(
            where, problem=f"the origin {called} has S3OriginConfig and is {what}", value=written,
            fix="use CustomOriginConfig (of a website endpoint with OriginProtocolPolicy: http-only), or the bucket's "
            "RegionalDomainName",
        )  # fmt: skip
    elif kind == "CustomOriginConfig" and website:
        spoken = part(body, kind).get("OriginProtocolPolicy")
        if spoken == "https-only":
            yield Violation(
                (*path, kind, "OriginProtocolPolicy"), severity="warning", value=spoken, allowed="http-only",
                problem=f"the origin {called} is an S3 website endpoint, which speaks plain HTTP alone",
            )  # fmt: skip


def _not_s3(domain: str) -> bool:
    """Whether a name that is all known is no name of S3."""
    if "${" in _SUFFIX.sub("", domain) or (_SUFFIX.search(domain) is None and "${" in domain):
        return False
    stem = _SUFFIX.sub("", domain)
    if stem == domain:
        return True
    return not any(label.startswith("s3") or label.endswith("s3") for label in stem.split("."))


# Around CloudFront


def bucket_of(graph: Graph, view: View, value: Any) -> View | None:
    """The bucket of the graph whose domain name this is."""
    found = graph.target(view, value)
    if found is not None:
        return found.view if found.view.type == BUCKET else None
    written = spelled(value)
    match = re.match(r"\$\{(\w+)(\.\w+)?\}", written) if written is not None else None
    known = view.member.views.get(match[1]) if match is not None and view.member is not None else None
    return known if known is not None and known.type == BUCKET else None


def _around(graph: Graph) -> Iterator[Violation]:
    open_: dict[int, View] = {}
    for policy in graph.of(BUCKET_POLICY):
        found = graph.target(policy, policy.get("Bucket"))
        public = (
            statement.body.get("Effect") == "Allow" and everyone(statement) and not statement.body.get("Condition")
            for document in documents(policy)
            for statement in document.statements
        )
        if found is not None and any(public):
            open_[id(found.view)] = policy
    for distribution in graph.of(DISTRIBUTION):
        for view in distribution.worlds():
            for path, body in origins(view):
                told = body.get("S3OriginConfig")
                bucket = bucket_of(graph, view, body.get("DomainName")) if isinstance(told, dict) else None
                if bucket is None or is_unknown(told):
                    continue
                access = given(part(body, "S3OriginConfig"), "OriginAccessIdentity")
                if given(body, "OriginAccessControlId") is ABSENT and access is ABSENT:
                    yield Violation(path, view=view, bucket=bucket.id)
                elif id(bucket) in open_:
                    yield Violation(
                        path, view=view, bucket=bucket.id, policy=open_[id(bucket)].id,
                        message="whoever knows the name of {bucket} can go around CloudFront: {policy} lets everybody in",
                        fix="let only this distribution read: Principal cloudfront.amazonaws.com with a condition on "
                        "AWS:SourceArn",
                    )  # fmt: skip


def _unknown_policy(view: View) -> Iterator[Violation]:
    bucket = view.get("existing_bucket")
    if isinstance(bucket, str):
        yield Violation(("origin",), bucket=bucket)


# Numbers of origins


def _numbers(view: View) -> Iterator[Violation]:
    yield from repeated(view)
    for path, body in origins(view):
        for name, most in (("ConnectionAttempts", 3), ("ConnectionTimeout", 10)):
            value = number(body.get(name))
            if value is not None and not 1 <= value <= most:
                yield Violation((*path, name), value=value, allowed=f"1 to {most}")
        for kind in CONFIGS:
            told = body.get(kind)
            value = number(told.get("OriginReadTimeout")) if isinstance(told, dict) else None
            if value is None:
                continue
            where = (*path, kind, "OriginReadTimeout")
            if value < 1:
                yield Violation(where, value=value, allowed="at least 1")
            elif value > CLOUDFRONT_READ_SECONDS_MOST:
                yield Violation(
                    where, severity="warning", value=value, most=CLOUDFRONT_READ_SECONDS_MOST,
                    message="an origin has {most} seconds to answer until AWS raises the quota",
                )  # fmt: skip


# What else users run into


def _log_bucket(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(DISTRIBUTION):
        for path, value in view.values(f"{CONFIG}/Logging/Bucket"):
            bucket = bucket_of(graph, view, value)
            name = literal(value)
            if name is not None and not re.search(r"\.s3([.-][a-z0-9-]+)?\.amazonaws\.com(\.cn)?$", name):
                yield Violation(
                    path, view=view, message="Logging.Bucket takes the domain name of a bucket, not its name",
                    value=name, fix="use GetAtt DomainName of the bucket",
                )  # fmt: skip
            if bucket is None or is_unknown(bucket.get("OwnershipControls", "")):
                continue
            rules = [owner for _, owner in bucket.values("OwnershipControls/Rules/*/ObjectOwnership")]
            if not rules or "BucketOwnerEnforced" in rules:
                yield Violation(path, view=view, bucket=bucket.id)


def _group(view: View) -> Iterator[Violation]:
    told = config(view).get("OriginGroups")
    if isinstance(told, dict) and isinstance(told.get("Items"), list):
        yield from _quantity(told, (CONFIG, "OriginGroups"))
    for path, body in groups(view):
        members = body.get("Members")
        if isinstance(members, dict) and isinstance(members.get("Items"), list):
            yield from _quantity(members, (*path, "Members"))
            ids = [key(one.get("OriginId")) for one in members["Items"] if isinstance(one, dict)]
            if len(set(ids)) < len(ids):
                yield Violation((*path, "Members"), message="an origin group fails over to the origin that has failed")
        codes = part(body, "FailoverCriteria", "StatusCodes")
        if isinstance(codes, dict) and isinstance(codes.get("Items"), list):
            where = (*path, "FailoverCriteria", "StatusCodes")
            yield from _quantity(codes, where)
            for index, code in enumerate(codes["Items"]):
                if number(code) is not None and number(code) not in FAILOVER_CODES:
                    yield Violation(
                        (*where, "Items", index), message="CloudFront does not fail over for {value}", value=code,
                        allowed=", ".join(map(str, FAILOVER_CODES)),
                    )  # fmt: skip


def _quantity(body: dict[str, Any], path: Path) -> Iterator[Violation]:
    said, size = number(body.get("Quantity")), len(body["Items"])
    if said is not None and said != size and not any(may_go(one) for one in body["Items"]):
        yield Violation((*path, "Quantity"), value=said, size=size, allowed=str(size))


def _shield(view: View) -> Iterator[Violation]:
    for path, body in origins(view):
        told = body.get("OriginShield")
        if not isinstance(told, dict) or is_unknown(told) or truth(told.get("Enabled")) is False:
            continue
        region = told.get("OriginShieldRegion", ABSENT)
        if region is ABSENT and truth(told.get("Enabled")) is True:
            yield Violation((*path, "OriginShield"), fix="give OriginShieldRegion, the region nearest to the origin")
        elif isinstance(region, str) and not is_unknown(region) and not _REGION.fullmatch(region):
            yield Violation((*path, "OriginShield", "OriginShieldRegion"), value=region, allowed="such as eu-west-1")


def _failover_writes(view: View) -> Iterator[Violation]:
    ids = {key(body.get("Id")) for _, body in groups(view)}
    for path, body in behaviors(view):
        methods = body.get("AllowedMethods")
        if key(body.get("TargetOriginId")) in ids and isinstance(methods, list):
            writes = [one for one in methods if isinstance(one, str) and one not in FAILOVER_METHODS]
            if writes:
                yield Violation((*path, "AllowedMethods"), who=named(path, body), writes=", ".join(writes))


# Examples


def _origin(domain: Any = "web.example.com", **given: Any) -> dict[str, Any]:
    body = {"Id": "web", "DomainName": domain, **given}
    return example(Origins=[body if any(name in body for name in CONFIGS) else {**body, "CustomOriginConfig": HTTPS}])


def _two(default: dict[str, Any] | None = None, **group: Any) -> dict[str, Any]:
    made = {
        "Id": "both", "FailoverCriteria": {"StatusCodes": {"Quantity": 1, "Items": [500]}},
        "Members": {"Quantity": 2, "Items": [{"OriginId": "web"}, {"OriginId": "other"}]}, **group,
    }  # fmt: skip
    origins = [{"Id": id, "DomainName": f"{id}.example.com", "CustomOriginConfig": HTTPS} for id in ("web", "other")]
    return example(default=default, Origins=origins, OriginGroups={"Quantity": 1, "Items": [made]})


def _over(policy: dict[str, Any] | None = None, **origin: Any) -> dict[str, Any]:
    """A distribution over a bucket, whose policy may say something."""
    domain = {"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}
    body = {"Id": "web", "DomainName": domain, "S3OriginConfig": {}, **origin}
    made = {
        "It": {"Type": DISTRIBUTION, "Properties": example(Origins=[body])},
        "Bucket": {"Type": BUCKET, "Properties": {}},
    }
    if policy is not None:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${Bucket.Arn}/*"}, **policy}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        properties = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": document}
        made["Policy"] = {"Type": BUCKET_POLICY, "Properties": properties}
    return {"Resources": made}


def _logged(**bucket: Any) -> dict[str, Any]:
    told = example(Logging={"Bucket": {"Fn::GetAtt": ["Logs", "DomainName"]}})
    return {
        "Resources": {
            "It": {"Type": DISTRIBUTION, "Properties": told},
            "Logs": {"Type": BUCKET, "Properties": bucket},
        }
    }


def _owner(ownership: str) -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}


_S3_SITE = "b.s3-website-us-east-1.amazonaws.com"
_ONLY_CLOUDFRONT = {
    "Principal": {"Service": "cloudfront.amazonaws.com"},
    "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"}},
}

RULES: tuple[Rule, ...] = (
    Rule(
        "CFR001", DISTRIBUTION, "error",
        "{who} points at the origin {target}, and there is none of that name",
        check=_targets,
        fix="write the Id of one of Origins or of OriginGroups",
        source=f"{API}, CacheBehavior; course notes, CloudFront",
        good=(example(), _two(), _two({"TargetOriginId": "both"})),
        bad=(
            example(default={"TargetOriginId": "s3"}),
            example({"TargetOriginId": "s3"}),
            example(Origins=ABSENT),
            _two(Members={"Quantity": 2, "Items": [{"OriginId": "web"}, {"OriginId": "third"}]}),
        ),
    ),
    Rule(
        "CFR002", DISTRIBUTION, "error",
        "{problem}",
        check=_origins,
        source=f"{API}, Origin; {GUIDE}, use various origins; course notes, CloudFront",
        good=(
            _origin(_S3_SITE, CustomOriginConfig={"OriginProtocolPolicy": "http-only"}),
            _origin("b.s3.eu-west-1.amazonaws.com", S3OriginConfig={}),
            _origin({"Fn::GetAtt": ["Bucket", "RegionalDomainName"]}, S3OriginConfig={}),
        ),
        bad=(
            _origin(_S3_SITE, S3OriginConfig={}),
            _origin("ec2-203-0-113-25.compute-1.amazonaws.com", S3OriginConfig={}),
            _origin(S3OriginConfig={}, CustomOriginConfig=HTTPS),
            _origin("https://web.example.com/"),
            _origin(
                "b.s3.amazonaws.com", OriginAccessControlId="E2T5VTFBZJ3BJB",
                S3OriginConfig={"OriginAccessIdentity": "origin-access-identity/cloudfront/E127EXAMPLE51Z"},
            ),
            _origin(_S3_SITE),
        ),
    ),
    Rule(
        "CFR008", DISTRIBUTION, "warning",
        "nothing lets CloudFront alone read {bucket}: the bucket must be public, or CloudFront sees nothing",
        scope="graph",
        check=_around,
        fix="give the origin an OriginAccessControlId, and let the distribution read in the bucket's policy",
        source=f"{GUIDE}, restrict access to an Amazon S3 origin; course notes, S3",
        verified="docs",
        good=(
            _over(_ONLY_CLOUDFRONT, OriginAccessControlId="E2T5VTFBZJ3BJB"),
            _over(S3OriginConfig={"OriginAccessIdentity": "origin-access-identity/cloudfront/E127EXAMPLE51Z"}),
        ),
        bad=(_over(), _over({"Principal": "*"}, OriginAccessControlId="E2T5VTFBZJ3BJB")),
    ),
    Rule(
        "CFR011", DISTRIBUTION, "error",
        "{prop} is outside what CloudFront takes",
        check=_numbers,
        # The notes state no number. How long an answer may take and how many behaviours there are is a matter of quota
        # that AWS raises, so that is advice in both modes.
        source=f"{API}, Origin, CacheBehavior (PathPattern); {GUIDE}, quotas",
        verified="docs",
        good=(
            _origin(ConnectionAttempts=3, ConnectionTimeout="10"),
            paths(*(f"/{n}/*" for n in range(75))),
            _origin(CustomOriginConfig={**HTTPS, "OriginReadTimeout": 120}),
        ),
        bad=(
            _origin(ConnectionAttempts=5),
            _origin(ConnectionTimeout=11),
            paths("/a/*", "a/*"),
            paths(*(f"/{n}/*" for n in range(76))),
            _origin(CustomOriginConfig={**HTTPS, "OriginReadTimeout": 0}),
            _origin(CustomOriginConfig={**HTTPS, "OriginReadTimeout": 180}),
        ),
    ),
    Rule(
        "CFR017", CONSTRUCT, "warning",
        "{bucket} exists already, and only its owner can let this distribution read it",
        scope="construct",
        check=_unknown_policy,
        fix="have its policy allow s3:GetObject to cloudfront.amazonaws.com with a condition on AWS:SourceArn",
        source=f"{GUIDE}, restrict access to an Amazon S3 origin",
        verified="docs",
        good={"existing_bucket": None},
        bad={"existing_bucket": "site/Files"},
    ),
    Rule(
        "CFR018", DISTRIBUTION, "error",
        "CloudFront writes these logs with an ACL, and {bucket} takes none: the distribution cannot be made",
        scope="graph",
        check=_log_bucket,
        fix="set OwnershipControls with ObjectOwnership: BucketOwnerPreferred, or deliver the logs with "
        "AWS::Logs::DeliverySource instead",
        source=f"{GUIDE}, configure standard logging (legacy); S3 User Guide, controlling ownership of objects",
        verified="docs",
        good=_logged(**_owner("BucketOwnerPreferred")),
        bad=(_logged(), _logged(**_owner("BucketOwnerEnforced"))),
    ),
    Rule(
        "CFR020", DISTRIBUTION, "error",
        "{prop} is {value} and there are {size}",
        check=_group,
        source=f"{API}, OriginGroup, StatusCodes; {GUIDE}, optimize high availability with CloudFront origin failover",
        verified="docs",
        good=_two(),
        bad=(
            _two(Members={"Quantity": 1, "Items": [{"OriginId": "web"}, {"OriginId": "other"}]}),
            _two(Members={"Quantity": 2, "Items": [{"OriginId": "web"}, {"OriginId": "web"}]}),
            _two(FailoverCriteria={"StatusCodes": {"Quantity": 1, "Items": [418]}}),
        ),
    ),
    Rule(
        "CFR023", DISTRIBUTION, "error",
        "an origin shield stands in a region",
        check=_shield,
        source=f"{API}, OriginShield",
        verified="docs",
        good=(_origin(OriginShield={"Enabled": True, "OriginShieldRegion": "eu-west-1"}),
              _origin(OriginShield={"Enabled": False})),
        bad=(_origin(OriginShield={"Enabled": True}),
             _origin(OriginShield={"Enabled": True, "OriginShieldRegion": "Ireland"})),
    ),
    Rule(
        "CFR025", DISTRIBUTION, "warning",
        "{who} takes {writes}, for which CloudFront never fails over",
        check=_failover_writes,
        fix="send what writes to an origin of its own, and only GET, HEAD and OPTIONS to the origin group",
        source=f"{GUIDE}, optimize high availability with CloudFront origin failover",
        verified="docs",
        good=_two({"TargetOriginId": "both", "AllowedMethods": ["GET", "HEAD", "OPTIONS"]}),
        bad=_two({
            "TargetOriginId": "both",
            "AllowedMethods": ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        }),
    ),
)  # fmt: skip
