"""What changes of instances cost: a stop and a start, or another instance and what was on the old one's disks."""

from __future__ import annotations

from ..templates.update import changes, differs, fate_of, pairs
from ..vocabulary import Rule, Update, Violation
from .launching import INSTANCE, TEMPLATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

STOPPED = ("EbsOptimized", "InstanceType", "KernelId", "RamdiskId", "UserData")
"""What is changed while the instance is stopped, when its root is on EBS."""
_LOST = "what its own disks hold does not come along, and its id and private address change"


def _instance(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, INSTANCE):
        found = changes(old, new)
        sure = any(kind == "replace" for _, kind in found)
        for path, kind in found:
            name = str(path[0])
            if kind == "replace":
                yield Violation(path, view=new, name=name, fate=fate_of(new))
            elif name in STOPPED and not sure and differs(old.get(name), new.get(name)) is True:
                yield Violation(
                    path, view=new, severity="info", name=name, fix="choose a time when nobody needs it",
                    message="the change of {name} stops and starts the instance; one with its root on instance store is "
                    "replaced",
                )  # fmt: skip


def _started_from(before: Graph, after: Graph) -> Iterator[Violation]:
    """A launch template that changes: its instances name its newest version, so others take their place."""
    for old, new in pairs(before, after, TEMPLATE):
        if differs(old.get("LaunchTemplateData"), new.get("LaunchTemplateData")) is not True:
            continue
        for was, instance in pairs(before, after, INSTANCE):
            if _follows(after, instance, new) and _follows(before, was, old):
                yield Violation(
                    ("LaunchTemplateData",), view=new, box=instance.id,
                    message=f"the change replaces {{box}}, which starts from its newest version; {_LOST}",
                )  # fmt: skip


def _follows(graph: Graph, instance: View, template: View) -> bool:
    target = graph.target(instance, instance.get("LaunchTemplate/Version"))
    return target is not None and target.view is template


def _changed(before: Graph, after: Graph) -> Iterator[Violation]:
    yield from _instance(before, after)
    yield from _started_from(before, after)


# Examples


def _box(**properties: Any) -> dict[str, Any]:
    return {"Type": INSTANCE, "Properties": {"ImageId": "ami-12345678", "InstanceType": "t2.micro", **properties}}


def _spot(price: str) -> dict[str, Any]:
    market = {"MarketType": "spot", "SpotOptions": {"MaxPrice": price}}
    start = {"LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}}
    return {
        "Resources": {
            "Start": {"Type": TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceMarketOptions": market}}},
            "Box": _box(LaunchTemplate=start),
        }
    }


RULES: tuple[Rule, ...] = (
    Rule(
        "UPD029", (INSTANCE, TEMPLATE), "warning",
        f"the change of {{name}} replaces {{id}}: a new one is made, and {{fate}}; {_LOST}",
        scope="update",
        check=_changed,
        fix="keep what it holds on a volume of its own, and change it when nobody needs it",
        source="CloudFormation resource schema, AWS::EC2::Instance; CloudFormation User Guide, update behaviors of stack "
        "resources",
        good=(Update(_box(), _box(Monitoring=True)), Update(_spot("0.05"), _spot("0.05"))),
        bad=(
            Update(_box(KeyName="a"), _box(KeyName="b")),
            Update(_box(), _box(ImageId="ami-87654321")),
            Update(_box(), _box(InstanceType="t2.small")),
            Update(_spot("0.05"), _spot("0.06")),
        ),
    ),
)  # fmt: skip
