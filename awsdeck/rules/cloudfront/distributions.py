"""CloudFront distributions as rules read them: their origins, and how they behave for which paths."""

from __future__ import annotations

import json

from ..vocabulary import ABSENT, NO_VALUE, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import Path, View

DISTRIBUTION = "AWS::CloudFront::Distribution"
CONSTRUCT = "awsdeck::CloudFrontDistribution"
CONFIG = "DistributionConfig"
GUIDE = "CloudFront Developer Guide"
API = "CloudFront API Reference"

READ = frozenset(("GET", "HEAD"))
READ_OPTIONS = READ | {"OPTIONS"}
ALL = READ_OPTIONS | {"PUT", "PATCH", "POST", "DELETE"}


def config(view: View) -> dict[str, Any]:
    """What the distribution is told; empty when that is only known at deploy time."""
    value = view.get(CONFIG)
    return value if isinstance(value, dict) and not is_unknown(value) else {}


def behaviors(view: View) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The default behaviour and then every other one in order, with its path."""
    told = config(view)
    default = told.get("DefaultCacheBehavior")
    if isinstance(default, dict) and not is_unknown(default):
        yield (CONFIG, "DefaultCacheBehavior"), default
    for number, body in enumerate(items(told.get("CacheBehaviors"))):
        if isinstance(body, dict) and not is_unknown(body):
            yield (CONFIG, "CacheBehaviors", number), body


def named(path: Path, body: dict[str, Any]) -> str:
    """What to call a behaviour: by its path pattern where there is one."""
    pattern = body.get("PathPattern")
    if path[-1] == "DefaultCacheBehavior":
        return "the default behaviour"
    return f"the behaviour of {pattern}" if isinstance(pattern, str) else f"behaviour {path[-1]}"


def origins(view: View) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every origin with its path."""
    for number, body in enumerate(items(config(view).get("Origins"))):
        if isinstance(body, dict) and not is_unknown(body):
            yield (CONFIG, "Origins", number), body


def groups(view: View) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every origin group with its path."""
    for number, body in enumerate(items(part(config(view), "OriginGroups").get("Items"))):
        if isinstance(body, dict) and not is_unknown(body):
            yield (CONFIG, "OriginGroups", "Items", number), body


def part(body: Any, *names: str) -> dict[str, Any]:
    """An object inside another one; empty when it is not there, or only known at deploy time."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) and not is_unknown(body) else None
    return body if isinstance(body, dict) and not is_unknown(body) else {}


def items(value: Any) -> list[Any]:
    """The items of a list that is known; nothing else."""
    return value if isinstance(value, list) else []


def given(body: dict[str, Any], name: str) -> Any:
    """A property that says something: ABSENT when it is left out, or is an empty list or text."""
    value = body.get(name, ABSENT)
    return ABSENT if value in ("", []) or value is None else value


def may_go(value: Any) -> bool:
    """Whether an item of a list may turn out not to be there."""
    return isinstance(value, dict) and ("Fn::If" in value or value == NO_VALUE)


def key(value: Any) -> str:
    """What is equal for equal values, intrinsic functions too."""
    return json.dumps(value, sort_keys=True, default=str)


def example(*behaviors: dict[str, Any], default: dict[str, Any] | None = None, **told: Any) -> dict[str, Any]:
    """Properties of a distribution that is right but for what is given."""
    body: dict[str, Any] = {
        "Enabled": True,
        "Origins": [{"Id": "web", "DomainName": "web.example.com", "CustomOriginConfig": HTTPS}],
        "DefaultCacheBehavior": behavior(**(default or {})),
    }
    if behaviors:
        body["CacheBehaviors"] = [behavior(**{"PathPattern": "/api/*", **one}) for one in behaviors]
    return {CONFIG: {name: value for name, value in {**body, **told}.items() if value is not ABSENT}}


def behavior(**given: Any) -> dict[str, Any]:
    """A behaviour that is right but for what is given."""
    body = {
        "TargetOriginId": "web", "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6", **given,
    }  # fmt: skip
    return {name: value for name, value in body.items() if value is not ABSENT}


HTTPS = {"OriginProtocolPolicy": "https-only"}
