"""What instances and launch templates have in common: profile, disks, metadata, what they are told about use.

Source: EC2 User Guide, launch an Amazon EC2 instance; instance metadata service.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...errors import ConstructError
from ...rules import check_hints
from ...rules.ec2.blockdevices import ROOTS
from ...rules.ec2.launching import image_architecture
from ...source import caller
from ...tokens import render
from ..security.iam import INSTANCE_PROFILE, ExistingRole, IAMRole
from .ebs import EBSDevice
from .host import EC2KeyPair, EC2PlacementGroup
from .image import XVDA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    from ...constructs import Construct
    from ...tokens import Token
    from .image import Image
    from .purchase import Purchase

    Metadata = Literal["required", "optional", "off"]

EC2 = "ec2.amazonaws.com"
MANAGED_NODE = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What an instance needs to be reached through Session Manager, and no more; none of it knows resources.

Source: Systems Manager User Guide, create a custom IAM role for Session Manager.
"""


def role_of(owner: Construct, given: IAMRole | ExistingRole | str | None) -> IAMRole | ExistingRole:
    """The role that was given, by itself or by ARN; without one, one that may do nothing yet."""
    if given is None:
        return IAMRole(owner, "Role", assumed_by=EC2)
    if isinstance(given, str):
        return IAMRole.from_arn(owner, "Role", given)
    if isinstance(given, IAMRole | ExistingRole):
        return given
    raise ConstructError(
        f"{owner.node.path}: a {type(given).__name__} is not a role", place=caller(),
        fix="give an IAMRole or an ARN, or leave it out",
    )  # fmt: skip


def profile_of(owner: Construct, role: IAMRole | ExistingRole) -> Token | str:
    """The name of the instance profile that carries a role to EC2."""
    if isinstance(role, IAMRole) and role.node.stack is owner.node.stack:
        return role.instance_profile()
    made = resource_class(INSTANCE_PROFILE)(owner, "InstanceProfile", Roles=[role.role_name])
    return made.node.resource.ref


def metadata(use: Metadata, hops: int | Token | None) -> dict[str, Any]:
    """The `MetadataOptions`: with sessions only (IMDSv2), with and without, or switched off."""
    if use == "off":
        return {"HttpEndpoint": "disabled"}
    return {"HttpEndpoint": "enabled", "HttpTokens": use, "HttpPutResponseHopLimit": hops}


def mappings(
    owner: Construct, image: Image | None, root: EBSDevice | None, devices: Mapping[str, EBSDevice]
) -> list[dict[str, Any]] | None:
    """The `BlockDeviceMappings`: the root under the name that the image calls it by, then the others.

    A root whose name is known is encrypted, also when nothing is said of it.
    """
    found: dict[str, EBSDevice] = {}
    name = None if image is None else image.root_device
    if root is None and name is not None:
        root = EBSDevice()
    if root is not None:
        if name is None:
            name = XVDA
            tell(owner, root_device_assumed=name)
        found[name] = _device(owner, "root", root)
        if name not in ROOTS:
            tell(owner, root_type=root.type, root_device=name)
    for name, device in devices.items():
        if name in found:
            raise ConstructError(
                f"{owner.node.path}: {name} is the root disk", place=caller(), fix="give the root as root=EBSDevice(…)"
            )
        found[name] = _device(owner, name, device)
    return [device.to_mapping(name) for name, device in found.items()] or None


def _device(owner: Construct, name: str, device: object) -> EBSDevice:
    if isinstance(device, EBSDevice):
        return device
    raise ConstructError(
        f"{owner.node.path}: {name} is a {type(device).__name__}", place=caller(), fix="give an EBSDevice(…)"
    )


def key_name(given: EC2KeyPair | str | None) -> str | None:
    """The name of a key pair."""
    return given.key_name if isinstance(given, EC2KeyPair) else given


def group_name(given: EC2PlacementGroup | str | None) -> str | None:
    """The name of a placement group."""
    return given.name if isinstance(given, EC2PlacementGroup) else given


def tell(owner: Construct, **hints: Any) -> None:
    """Report what the rules about machines say of the hints given; those left as None say nothing."""
    node = owner.node
    given = {name: value for name, value in hints.items() if value is not None}
    plain = render(given, node.own_stack.wiring.provisional, [])
    findings = check_hints("EC2Instance", node.plain_id, plain, node.root_app.limits)
    if findings:
        node.root_app.report(findings, node)


def tell_use(
    owner: Construct,
    image: Image | None,
    instance_type: str | None,
    purchase: Purchase,
    *,
    interruptible: bool | None = None,
    stateful: bool | None = None,
    workload: str | None = None,
) -> None:
    """Report what the rules say of an image on a type, of a purchase, and of what is expected of the machine."""
    named = image is not None and image.parameter is not None and image_architecture(image.parameter) is not None
    tell(
        owner,
        instance_type=instance_type,
        architecture=None if image is None or named else image.architecture,  # a name is read by the rules themselves
        interruptible=interruptible,
        stateful=stateful,
        workload=workload,
        **purchase.hints(),
    )
