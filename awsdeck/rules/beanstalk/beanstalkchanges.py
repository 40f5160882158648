"""Changes of Elastic Beanstalk environments that AWS refuses."""

from __future__ import annotations

from ..templates.update import pairs
from ..vocabulary import Rule, Update, Violation, is_unknown, text
from . import beanstalkoptions as known
from .beanstalkoptions import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph

ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
_FIXED = {"LoadBalancerType": "classic", "LoadBalancerIsShared": "false"}
"""What is settled when an environment is made, and what it is when nothing is said."""


def _balancers(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, ENVIRONMENT):
        was, now = options(old), options(new)
        if "SingleInstance" in (found.value(known.ENVIRONMENT, "EnvironmentType") for found in (was, now)):
            continue
        for name, default in _FIXED.items():
            first, second = (found.value(known.ENVIRONMENT, name, default) for found in (was, now))
            if is_unknown(first) or is_unknown(second) or text(first).lower() == text(second).lower():
                continue
            option = now.of(known.ENVIRONMENT, name)
            said = was.of(known.ENVIRONMENT, name) is not None and option is not None
            yield Violation(
                ("OptionSettings",) if option is None else (*option.path, "Value"), view=new,
                severity=None if said else "warning", was=first, value=second, prop=name,
            )  # fmt: skip


def _environment(*settings: tuple[str, Any]) -> dict[str, Any]:
    written = [{"Namespace": known.ENVIRONMENT, "OptionName": name, "Value": value} for name, value in settings]
    return {"Type": ENVIRONMENT, "Properties": {"ApplicationName": "shop", "OptionSettings": written}}


_APPLICATION = ("LoadBalancerType", "application")

RULES: tuple[Rule, ...] = (
    Rule(
        "EBK015", ENVIRONMENT, "error",
        "{prop} of an environment is settled when it is made: {was} cannot become {value}",
        scope="update",
        check=_balancers,
        fix="make an environment under a new id beside it, move the names over, and take this one out then",
        source="Elastic Beanstalk Developer Guide, configuring a shared Application Load Balancer",
        verified="docs",
        good=(
            Update(_environment(_APPLICATION), _environment(_APPLICATION, ("LoadBalancerIsShared", "false"))),
            Update(_environment(("EnvironmentType", "SingleInstance")), _environment(_APPLICATION)),
            Update(_environment(), _environment(("LoadBalancerType", "classic"))),
        ),
        bad=(
            Update(_environment(_APPLICATION), _environment(("LoadBalancerType", "network"))),
            Update(_environment(_APPLICATION), _environment()),
            Update(
                _environment(_APPLICATION, ("LoadBalancerIsShared", "true")),
                _environment(_APPLICATION, ("LoadBalancerIsShared", "false")),
            ),
        ),
    ),
)  # fmt: skip
