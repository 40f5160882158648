"""What becomes of the running instances of an Auto Scaling group when what they are made from changes."""

from __future__ import annotations

from ..templates.update import differs, pairs
from ..vocabulary import Rule, Update, Violation, is_unknown
from .scaling import GROUP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

TEMPLATE = "AWS::EC2::LaunchTemplate"
REPLACING = ("AutoScalingInstanceRefresh", "AutoScalingReplacingUpdate", "AutoScalingRollingUpdate")
"""The update policies that bring running instances up to date."""


def _left_behind(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, GROUP):
        policy = new.body.get("UpdatePolicy")
        if is_unknown(policy) or (isinstance(policy, dict) and any(name in policy for name in REPLACING)):
            continue
        for name in ("LaunchTemplate", "LaunchConfigurationName", "MixedInstancesPolicy"):
            if differs(old.get(name), new.get(name)) or _renewed(before, after, old, new, name):
                yield Violation((name,), view=new, name=name)
                break


def _renewed(before: Graph, after: Graph, old: View, new: View, name: str) -> bool:
    """Whether a group follows the latest version of a launch template that gets a new one."""
    path = f"{name}/LaunchTemplate/LaunchTemplateSpecification" if name == "MixedInstancesPolicy" else name
    targets = []
    for graph, view in ((before, old), (after, new)):
        target = graph.target(view, view.get(f"{path}/Version"))
        if target is None or target.attribute != "LatestVersionNumber":
            return False
        targets.append(target.view)
    return differs(targets[0].get("LaunchTemplateData"), targets[1].get("LaunchTemplateData")) is True


def _group(type: str, **attributes: Any) -> dict[str, Any]:
    template = {
        "LaunchTemplateId": {"Ref": "Template"},
        "Version": {"Fn::GetAtt": ["Template", "LatestVersionNumber"]},
    }
    return {
        "Resources": {
            "Template": {"Type": TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceType": type}}},
            "Group": {
                "Type": GROUP,
                "Properties": {"MinSize": "1", "MaxSize": "2", "LaunchTemplate": template},
                **attributes,
            },
        }
    }


_ROLLING = {"UpdatePolicy": {"AutoScalingRollingUpdate": {"MinInstancesInService": 1}}}
_OTHER = {"LaunchTemplate": {"LaunchTemplateName": "web", "Version": "1"}, "MinSize": "1", "MaxSize": "2"}

RULES: tuple[Rule, ...] = (
    Rule(
        "ASG016", GROUP, "warning",
        "{name} changes, but the running instances stay as they are until something else replaces them",
        scope="update",
        check=_left_behind,
        fix="give the group an UpdatePolicy: AutoScalingRollingUpdate or AutoScalingInstanceRefresh",
        source="CloudFormation User Guide, UpdatePolicy attribute",
        verified="docs",
        good=(
            Update(_group("m5.large", **_ROLLING), _group("m5.xlarge", **_ROLLING)),
            Update(_group("m5.large"), _group("m5.large")),
        ),
        bad=(
            Update(_group("m5.large"), _group("m5.xlarge")),
            Update(
                {"Type": GROUP, "Properties": _OTHER},
                {"Type": GROUP, "Properties": {**_OTHER, "LaunchTemplate": {"LaunchTemplateName": "b", "Version": "1"}}},
            ),
        ),
    ),
)  # fmt: skip
