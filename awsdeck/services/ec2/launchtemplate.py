"""Launch templates: how instances are to be started, kept for groups of them.

Source: EC2 User Guide, launch templates.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..existing import Existing, checked_name
from ..security.iam import ExistingRole, IAMRole
from ..vpc.securitygroup import connected
from ..vpc.subnet import VPCAccess
from .image import Image, image_id, image_of
from .machine import (
    MANAGED_NODE,
    group_name,
    key_name,
    mappings,
    metadata,
    profile_of,
    role_of,
    tell_use,
)
from .purchase import OnDemand, Purchase
from .userdata import UserData, user_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..security.policy import Conditions, Grant, Principal
    from ..vpc.connections import Connections
    from ..vpc.securitygroup import SecurityGroupAccess
    from .ebs import EBSDevice
    from .families import InstanceType
    from .host import EC2KeyPair, EC2PlacementGroup
    from .machine import Metadata

LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"
TAGGED = ("instance", "volume", "network-interface")


class LaunchTemplateAccess(Construct):
    """A launch template to start instances from, whether it is made here or exists already."""

    if TYPE_CHECKING:
        machine_image: Image | None
        instance_role: IAMRole | ExistingRole | None

    id = ref()
    latest_version = attribute("LatestVersionNumber")
    default_version = attribute("DefaultVersionNumber")

    def specification(self) -> dict[str, Any]:
        """How an instance or an Auto Scaling group names the template in the version that is newest at deploy."""
        return {"LaunchTemplateId": self.id, "Version": self.latest_version}


@construct
class LaunchTemplate(LaunchTemplateAccess):
    """How instances are to be started: for Auto Scaling groups, or `EC2Instance(launch_template=…)`.

    - `image`: `"ami-…"`, or an `Image`; a newer image makes a new version of the template.
    - `instance_type`: such as "m5.large"; a group may name others.
    - `vpc`: the instances' network; with it they stand behind `security_groups`, or behind a group of their own.
    - `purchase`: `OnDemand()`, `Spot(…)`, `DedicatedHost(…)` or `DedicatedInstance()`. In an Auto Scaling group with
      several types, the group says how much is Spot.
    - `role`: an `IAMRole`, made here or existing, or an ARN. Left out, one is made that may do nothing but what is
      granted to it. `session_manager` lets people sign in through Systems Manager.
    - `user_data`: a script as text, or `UserData.file("boot.sh.j2", …)`; at most 16 KB.
    - `root`: the root disk as an `EBSDevice`; an encrypted gp3 one of the image's size by default, as far as the image
      tells its name. `devices`: others, by device name.
    - `key_pair`, `placement_group` (with `partition`), `name`: by name or construct.
    - `monitoring`: a value a minute instead of every five. `termination_protection`, `stop_protection`: refuse to.
    - `metadata`: "required" (IMDSv2 only, default), "optional", "off"; `metadata_hops`: 1 to 64, 2 for containers.
    - `credits`: "standard" or "unlimited", for t2, t3, t3a and t4g. `hibernation`, `ebs_optimized`; `on_shutdown`: "stop"
      or "terminate" when a machine shuts itself down; `assign_public_ip`: whether it gets one, instead of the subnet.
    - `tags`: what instances and volumes started from it carry.

    Makes the template, and below it "Role" with its instance profile, and "SecurityGroup", unless they are given.

    Source: EC2 User Guide, launch templates.
    """

    image: Image | str | None = None
    instance_type: InstanceType | Token | None = None
    name: str | None = None
    description: str | None = None
    vpc: VPCAccess | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    purchase: Purchase = OnDemand()
    role: IAMRole | ExistingRole | str | None = None
    session_manager: bool = False
    user_data: str | UserData | None = None
    root: EBSDevice | None = None
    devices: Mapping[str, EBSDevice] = {}
    key_pair: EC2KeyPair | str | None = None
    placement_group: EC2PlacementGroup | str | None = None
    partition: int | Token | None = None
    monitoring: bool = False
    termination_protection: bool = False
    stop_protection: bool = False
    metadata: Metadata = "required"
    metadata_hops: int | Token | None = None
    credits: Literal["standard", "unlimited"] | None = None
    hibernation: bool = False
    ebs_optimized: bool | None = None
    on_shutdown: Literal["stop", "terminate"] | None = None
    assign_public_ip: bool | None = None
    tags: Mapping[str, str] = {}

    def build(self) -> None:
        """Make the role, the security group and the template."""
        image = image_of(self.image, self.node.path)
        self.machine_image: Image | None = image
        self.role = self._role = role_of(self, self.role)
        self.instance_role = self._role
        if self.session_manager:
            self._role.allow(*MANAGED_NODE, on="*")
        self._connections: Connections | None = None
        if self.vpc is not None or self.security_groups is not None:
            self._connections = connected(self, self.vpc, self.security_groups)  # type: ignore[arg-type]
        groups = self._connections.group_ids if self._connections is not None else None
        place = {**self.purchase.placement(), "GroupName": group_name(self.placement_group)}
        place["PartitionNumber"] = self.partition
        resource_class(LAUNCH_TEMPLATE)(
            self,
            MAIN,
            LaunchTemplateName=self.name,
            VersionDescription=self.description,
            LaunchTemplateData={
                "ImageId": None if image is None else image_id(self, image),
                "InstanceType": self.instance_type,
                "IamInstanceProfile": {"Name": profile_of(self, self._role)},
                "SecurityGroupIds": groups if self.assign_public_ip is None else None,
                "NetworkInterfaces": self._interfaces(groups),
                "UserData": user_data(self, self.user_data),
                "BlockDeviceMappings": mappings(self, image, self.root, self.devices),
                "KeyName": key_name(self.key_pair),
                "Placement": place if any(value is not None for value in place.values()) else None,
                "InstanceMarketOptions": self.purchase.market(),
                "Monitoring": {"Enabled": True} if self.monitoring else None,
                "DisableApiTermination": True if self.termination_protection else None,
                "DisableApiStop": True if self.stop_protection else None,
                "MetadataOptions": metadata(self.metadata, self.metadata_hops),
                "CreditSpecification": None if self.credits is None else {"CpuCredits": self.credits},
                "HibernationOptions": {"Configured": True} if self.hibernation else None,
                "EbsOptimized": self.ebs_optimized,
                "InstanceInitiatedShutdownBehavior": self.on_shutdown,
                "TagSpecifications": tagged(self.tags, *TAGGED),
            },
        )
        tell_use(self, image, self.instance_type, self.purchase)

    def _interfaces(self, groups: Sequence[str] | None) -> list[dict[str, Any]] | None:
        if self.assign_public_ip is None:
            return None
        return [
            {
                "DeviceIndex": 0,
                "AssociatePublicIpAddress": self.assign_public_ip,
                "Groups": groups,
                "DeleteOnTermination": True,
            }
        ]

    @property
    def has_groups(self) -> bool:
        """Whether it says behind which security groups the instances stand."""
        return self._connections is not None

    @property
    def connections(self) -> Connections:
        """Who may connect to the instances, and to whom they may. Raises `ConstructError` without a `vpc`."""
        if self._connections is None:
            raise ConstructError(f"{self.node.path} has no security group", place=caller(), fix="give it vpc=")
        return self._connections

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the instances do something: a permission of their role."""
        return self._role.allow(*actions, on=on, when=when, sid=sid)

    def as_principal(self) -> Principal:
        """The instances' role as a principal of a resource's policy."""
        return self._role.as_principal()

    @staticmethod
    def from_id(scope: Construct, id: str, template_id: str, *, version: str) -> ExistingLaunchTemplate:
        """A launch template that exists already, in one of its versions: a number, "$Latest" or "$Default"."""
        checked_name(template_id, "the id alone", "lt-[0-9a-f]+")
        values = {"id": template_id, "latest_version": version, "default_version": version}
        return ExistingLaunchTemplate(scope, id, values=values)


@construct
class ExistingLaunchTemplate(Existing, LaunchTemplateAccess):
    """A launch template made elsewhere; see `LaunchTemplate.from_id`."""

    WHAT = "launch template"
    machine_image = None
    instance_role = None


def tagged(tags: Mapping[str, str], *kinds: str) -> list[dict[str, Any]] | None:
    """The `TagSpecifications` that give the same tags to each kind of resource."""
    if not tags:
        return None
    listed = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return [{"ResourceType": kind, "Tags": listed} for kind in kinds]
