"""Instances together with the launch templates they start from, and what is known of their images."""

from __future__ import annotations

import re

from ..policies.secrets import text_of
from ..vocabulary import ABSENT, UNKNOWN, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Verdict

    Path = tuple[str | int, ...]

INSTANCE = "AWS::EC2::Instance"
TEMPLATE = "AWS::EC2::LaunchTemplate"
DATA = "LaunchTemplateData"
NAMES = {
    "Tenancy": "Placement/Tenancy",
    "HostId": "Placement/HostId",
    "HostResourceGroupArn": "Placement/HostResourceGroupArn",
    "Affinity": "Placement/Affinity",
    "AvailabilityZone": "Placement/AvailabilityZone",
    "PlacementGroupName": "Placement/GroupName",
    "CreditSpecification/CPUCredits": "CreditSpecification/CpuCredits",
    "Monitoring": "Monitoring/Enabled",
}
"""What an instance says under another name than a launch template."""


class Launch:
    """One way an instance starts, as conditions fall: what it says itself goes before its launch template.

    `instance` is None for a launch template that nothing of the app starts from, `template` when there is none or it
    is not known here (`certain` is then False).
    """

    __slots__ = ("instance", "template", "certain")

    def __init__(self, instance: View | None, template: View | None, *, certain: bool = True) -> None:
        self.instance = instance
        self.template = template
        self.certain = certain

    def find(self, name: str) -> tuple[Any, View | None, Path]:
        """The value of one of the instance's properties, who gives it, and where."""
        if self.instance is not None:
            value = self.instance.get(name)
            if value is not ABSENT:
                return value, self.instance, tuple(name.split("/"))
        if self.template is not None:
            path = f"{DATA}/{NAMES.get(name, name)}"
            value = self.template.get(path)
            if value is not ABSENT:
                return value, self.template, tuple(path.split("/"))
        return (ABSENT if self.certain else UNKNOWN), None, ()

    def get(self, name: str) -> Any:
        """The value of one of the instance's properties."""
        return self.find(name)[0]

    def told(self, path: str) -> Any:
        """What the launch template says beyond an instance's properties."""
        if self.template is None:
            return ABSENT if self.certain else UNKNOWN
        return self.template.get(f"{DATA}/{path}")

    def zone(self, graph: Graph) -> tuple[Any, View | None, Path]:
        """Its zone, said or by its subnet, who gives it, and where."""
        found = self.find("AvailabilityZone")
        if found[0] is not ABSENT:
            return found
        value, view, path = self.find("SubnetId")
        subnet = None if view is None else graph.target(view, value)
        if subnet is None or subnet.view.type != "AWS::EC2::Subnet":
            return ABSENT, None, ("AvailabilityZone",)
        return subnet.view.get("AvailabilityZone"), view, path

    @property
    def is_spot(self) -> Verdict:
        """Whether it is a Spot Instance."""
        market = self.told("InstanceMarketOptions/MarketType")
        return None if is_unknown(market) else market == "spot"


def template_of(world: View) -> tuple[bool, View | None]:
    """Whether it is known what launch template an instance starts from, and the template.

    A version by its number may say something else than the template does today.
    """
    given = world.get("LaunchTemplate")
    if given is ABSENT:
        return True, None
    if not isinstance(given, dict) or is_unknown(given) or world.graph is None:
        return False, None
    named = world.graph.target(world, given.get("LaunchTemplateId"))
    version = world.graph.target(world, given.get("Version"))
    if named is None or version is None or named.view is not version.view or named.view.type != TEMPLATE:
        return False, None
    return True, named.view


def launches(graph: Graph) -> list[Launch]:
    """Every way an instance of the graph starts, and every launch template that no instance starts from."""
    return graph.kept(_launches)


def _launches(graph: Graph) -> list[Launch]:
    found = list(_started(graph))
    used = {id(launch.template.body) for launch in found if launch.template is not None}
    for view in graph.of(TEMPLATE):
        if id(view.body) not in used:
            found += [Launch(None, world) for world in view.worlds()]
    return found


def _started(graph: Graph) -> Iterator[Launch]:
    for instance in graph.of(INSTANCE):
        for world in instance.worlds():
            certain, view = template_of(world)
            if view is None:
                yield Launch(world, None, certain=certain)
                continue
            for template in view.worlds():
                if all(template.world.get(name, falls) is falls for name, falls in world.world.items()):
                    yield Launch(world, template)


# Images

_PUBLIC = r"/aws/service/(ami-amazon-linux-latest|ami-windows-latest|canonical/ubuntu|ecs|eks|marketplace)/"


def image_name(view: View, image: Any) -> str | None:
    """The name of the public parameter of Systems Manager that an image is looked up by."""
    if isinstance(image, dict) and len(image) == 1 and isinstance(image.get("Ref"), str) and view.member is not None:
        body = view.member.section("Parameters").get(image["Ref"])
        kind = body.get("Type") if isinstance(body, dict) else None
        if image["Ref"] in view.member.known or not str(kind).startswith("AWS::SSM::Parameter::Value"):
            return None
        name = body.get("Default")  # type: ignore[union-attr]
    elif isinstance(image, str):
        match = re.fullmatch(r"(?:\{\{)?resolve:ssm:([^:}]+)(?::[^}]*)?(?:\}\})?", image)
        name = match[1] if match else None
    else:
        return None
    return name if isinstance(name, str) and re.match(_PUBLIC, name) else None


def image_architecture(name: str) -> str | None:
    """The processor that a public image is made for, as far as its name tells."""
    if re.match(_PUBLIC, name) is None:
        return None
    if "arm64" in name:
        return "arm64"
    return "x86_64" if re.search(r"x86_64|/amd64/|ami-windows-latest", name) else None


def is_windows(name: str) -> bool:
    """Whether a public image is one of Windows."""
    return "ami-windows-latest" in name


# User data


def script(value: Any) -> tuple[str, bool]:
    """What is known of user data as text, and whether that is all of it."""
    if isinstance(value, dict) and len(value) == 1 and "Fn::Base64" in value:
        return _pieces(value["Fn::Base64"])
    if not isinstance(value, str) or is_unknown(value):
        return "", False
    import base64
    import binascii

    try:
        return base64.b64decode("".join(value.split()), validate=True).decode("utf-8", "replace"), True
    except (binascii.Error, ValueError):
        return "", False


def _pieces(value: Any) -> tuple[str, bool]:
    whole = text_of(value)
    if whole is not None:
        return whole, isinstance(value, str)
    if isinstance(value, dict) and len(value) == 1:
        ((name, given),) = value.items()
        if name == "Fn::Sub":
            text = given[0] if isinstance(given, list) and given else given
            return (re.sub(r"\$\{[^!}]+\}", " ", text), False) if isinstance(text, str) else ("", False)
        if name == "Fn::Join" and isinstance(given, list) and len(given) == 2 and isinstance(given[1], list):
            separator = given[0] if isinstance(given[0], str) else ""
            return separator.join(_pieces(part)[0] for part in given[1]), False
    return "", False
