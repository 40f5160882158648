"""The name under which CloudFront asks an origin, which most AWS services know by their own name alone."""

from __future__ import annotations

import re

from ..policies.access import spelled
from ..vocabulary import ABSENT, Rule, Violation
from .distributions import (
    API,
    DISTRIBUTION,
    GUIDE,
    behaviors,
    example,
    groups,
    items,
    key,
    named,
    origins,
    part,
)
from .managedpolicies import CACHING, HOSTED, REQUESTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

_OWN_NAME = re.compile(r"\.s3-website[.-]|\.execute-api\.|\.lambda-url\.")


def _strict(view: View) -> dict[str, str]:
    """The ids of origins that answer under their own name alone, with what they are."""
    found = {}
    for _, body in origins(view):
        domain = spelled(body.get("DomainName")) or ""
        match = _OWN_NAME.search(domain)
        if body.get("S3OriginConfig", ABSENT) is not ABSENT:
            found[key(body.get("Id"))] = "a bucket"
        elif match is not None:
            found[key(body.get("Id"))] = _WHAT[match[0].strip(".-")]
    for _, body in groups(view):
        for one in items(part(body, "Members").get("Items")):
            what = found.get(key(one.get("OriginId"))) if isinstance(one, dict) else None
            if what is not None:
                found[key(body.get("Id"))] = what
    return found


_WHAT = {"s3-website": "a bucket's website", "execute-api": "an API", "lambda-url": "a function"}


def _host(view: View) -> Iterator[Violation]:
    strict = _strict(view)
    for path, body in behaviors(view):
        what = strict.get(key(body.get("TargetOriginId")))
        for name in ("CachePolicyId", "OriginRequestPolicyId") if what is not None else ():
            policy = body.get(name)
            if isinstance(policy, str) and policy in HOSTED:
                yield Violation((*path, name), who=named(path, body), what=what, policy=_NAMES[policy])


_NAMES = {id: name for table in (CACHING, REQUESTS) for name, id in table.items()}


def _to(domain: str, **given: Any) -> dict[str, Any]:
    config = (
        {"S3OriginConfig": {}} if ".s3." in domain else {"CustomOriginConfig": {"OriginProtocolPolicy": "http-only"}}
    )
    return example(Origins=[{"Id": "web", "DomainName": domain, **config}], default=given)


_BUCKET = "b.s3.eu-west-1.amazonaws.com"

RULES: tuple[Rule, ...] = (
    Rule(
        "CFR028", DISTRIBUTION, "warning",
        "{who} asks {what} under the viewer's host name ({policy}), and that knows its own name alone",
        check=_host,
        fix="use AllViewerExceptHostHeader (b689b0a8-53d0-40ab-baf2-68738e2966ac), or a policy that leaves Host out",
        source=f"{GUIDE}, use managed origin request policies; {API}, Origin",
        verified="docs",
        good=(
            _to(_BUCKET, OriginRequestPolicyId=REQUESTS["CORS-S3Origin"]),
            _to("web.example.com", OriginRequestPolicyId=REQUESTS["AllViewer"]),
        ),
        bad=(
            _to(_BUCKET, OriginRequestPolicyId=REQUESTS["AllViewer"]),
            _to("abc.execute-api.eu-west-1.amazonaws.com", CachePolicyId=CACHING["UseOriginCacheControlHeaders"]),
            _to("b.s3-website-eu-west-1.amazonaws.com", OriginRequestPolicyId=REQUESTS["HostHeaderOnly"]),
        ),
    ),
)  # fmt: skip
