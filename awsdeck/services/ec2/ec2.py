"""Amazon Elastic Compute Cloud: instances, how they are paid for, who reaches them and what they may do.

Source: EC2 User Guide; course notes, EC2.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import describe, has_marker
from ..existing import Existing, arn_here, checked_name
from ..security.iam import ExistingRole, IAMRole
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import Placement, VPCAccess
from .image import Image, image_id, image_of
from .launchtemplate import LAUNCH_TEMPLATE, LaunchTemplate, LaunchTemplateAccess
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
from .purchase import OnDemand, Purchase, Reserved
from .reservation import commitment, reserve
from .userdata import UserData, user_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..security.policy import Conditions, Grant, Principal
    from ..vpc.connections import Connections
    from ..vpc.subnet import SubnetChoice
    from .ebs import EBSDevice, VolumeAccess
    from .families import InstanceType
    from .host import EC2KeyPair, EC2PlacementGroup
    from .machine import Metadata

INSTANCE = "AWS::EC2::Instance"
EIP = "AWS::EC2::EIP"
ONLY_TEMPLATES_KNOW = ("Throughput", "VolumeInitializationRate")
"""What the disks of a launch template can be told, and those of an instance cannot."""


class InstanceAccess(Construct):
    """An instance, who reaches it and what it may do, whether it is made here or exists already."""

    if TYPE_CHECKING:
        id: Token  # a type checker does not look through a descriptor when it compares with a protocol
        instance_role: IAMRole | ExistingRole | None
        _connections: Connections | None
    else:
        id = ref()

    availability_zone = attribute("AvailabilityZone")
    private_ip = attribute("PrivateIp")
    private_dns_name = attribute("PrivateDnsName")
    public_ip = attribute("PublicIp")
    public_dns_name = attribute("PublicDnsName")

    @property
    def arn(self) -> str:
        """The instance's ARN, as policies name it."""
        return arn_here("ec2", f"instance/{self.id}")

    @property
    def connections(self) -> Connections:
        """Who may connect to the instance, and to whom it may. Raises `ConstructError` when it has no group."""
        if self._connections is None:
            raise ConstructError(
                f"{self.node.path} has no security group of its own", place=caller(),
                fix="give it a vpc=, or security_groups=",
            )  # fmt: skip
        return self._connections

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the instance do `actions` on the ARNs in `on`: a permission of its role."""
        return self._role().allow(*actions, on=on, when=when, sid=sid)

    def as_principal(self) -> Principal:
        """The instance's role as a principal of a resource's policy."""
        return self._role().as_principal()

    def _role(self) -> IAMRole | ExistingRole:
        if self.instance_role is None:
            raise ConstructError(
                f"the role of {self.node.path} is not known here",
                place=caller(),
                fix="give it as role=, or use the role",
            )
        return self.instance_role

    def attach(self, volume: VolumeAccess, device: str) -> Resource:
        """Attach a volume of the same zone under a device name, `/dev/sdf` to `/dev/sdp`; returns the attachment."""
        from .ebs import attachment

        return attachment(self, volume, self.id, device)

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """One of the instance's metrics, such as "CPUUtilization", "NetworkOut" or "StatusCheckFailed".

        Source: EC2 User Guide, CloudWatch metrics that are available for your instances.
        """
        from ..cloudwatch.metric import Metric

        return Metric("AWS/EC2", name, {"InstanceId": self.id}, statistic=statistic, period=period)


@construct
class EC2Instance(InstanceAccess):
    """A virtual machine in one zone, with a role of its own that may do nothing but what is granted to it.

    - `image`: `"ami-…"`, or an `Image`: `Image.amazon_linux(2023, architecture="arm64")`, `Image.ubuntu("24.04")`,
      `Image.windows(2022)`. Another image replaces the instance.
    - `instance_type`: such as "m5.large"; its processor must be the image's.
    - `vpc` and `subnets`: where it stands: a kind of subnet or one subnet; of several the first, or the one in `zone`
      ("eu-west-1b"). Without a VPC it stands in the region's default one.
    - `security_groups`: `SecurityGroup`s or ids; left out, one of its own is made, which `connections` opens.
    - `purchase`: `OnDemand()` (default), `Spot(…)`, `Reserved(…)`, `DedicatedHost(host)`, `DedicatedInstance()`.
    - `launch_template`: a `LaunchTemplate` to start from; what is given here goes before what it says.
    - `role`: an `IAMRole`, made here or existing, or an ARN. `session_manager` lets people sign in through Systems
      Manager, without SSH.
    - `user_data`: a script for the first start as text, or `UserData.file("boot.sh.j2", …)`; at most 16 KB.
    - `root`: the root disk as an `EBSDevice`; an encrypted gp3 one of the image's size by default, as far as the image
      tells its name. `devices`: others that come and go with the instance, by device name; `attach(volume, device=…)`
      takes one that lives on its own.
    - `key_pair`: an `EC2KeyPair` or the name of one. `placement_group`: an `EC2PlacementGroup` or the name of one, with
      the number of a `partition`.
    - `elastic_ip`: a public address that stays. `assign_public_ip`: whether it gets one that does not; the subnet
      decides otherwise. `address`: a fixed private one. `source_dest_check=False`: for routers and NAT.
    - `monitoring`: a value a minute instead of every five. `termination_protection`: refuse to be deleted.
    - `metadata`: "required" (IMDSv2 only, default), "optional", "off"; `metadata_hops`: 1 to 64, 2 for containers.
    - `credits`: "standard" or "unlimited", for t2, t3, t3a and t4g. `ebs_optimized`, `hibernation`;
      `on_shutdown`: "stop" (default) or "terminate" when the machine shuts itself down.
    - `name`: its Name tag.

    What it is used for can be told, and is checked: `interruptible`, `stateful`, `workload` ("web-server",
    "machine-learning", "sap-hana" …; see `suggest`).

    Makes the instance, and below it "Role" with its instance profile, "SecurityGroup", "ElasticIp",
    "LaunchTemplate" (for what an instance cannot be told directly: Spot, a reservation, a partition, the throughput of
    a disk) and "Reservation", as far as they are asked for or not given.

    Source: EC2 User Guide; course notes, EC2.
    """

    image: Image | str | None = None
    instance_type: InstanceType | Token | None = None
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    zone: str | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    purchase: Purchase = OnDemand()
    launch_template: LaunchTemplateAccess | None = None
    role: IAMRole | ExistingRole | str | None = None
    session_manager: bool = False
    user_data: str | UserData | None = None
    root: EBSDevice | None = None
    devices: Mapping[str, EBSDevice] = {}
    key_pair: EC2KeyPair | str | None = None
    placement_group: EC2PlacementGroup | str | None = None
    partition: int | Token | None = None
    elastic_ip: bool = False
    assign_public_ip: bool | None = None
    address: str | None = None
    source_dest_check: bool | None = None
    monitoring: bool = False
    termination_protection: bool = False
    metadata: Metadata | None = None
    metadata_hops: int | Token | None = None
    credits: Literal["standard", "unlimited"] | None = None
    ebs_optimized: bool | None = None
    hibernation: bool = False
    on_shutdown: Literal["stop", "terminate"] | None = None
    name: str | None = None
    interruptible: bool | None = None
    stateful: bool | None = None
    workload: str | None = None

    def build(self) -> None:
        """Make the instance and what belongs to it."""
        image = image_of(self.image, self.node.path)
        if image is None and self.launch_template is not None:
            image = self.launch_template.machine_image
        self.machine_image: Image | None = image
        self._take_role()
        subnet = self._subnet()
        groups = self._groups()
        own = self.launch_template is None
        disks = mappings(self, image if own or self.root is not None else None, self.root, self.devices)
        started = self._started_from(disks, None if subnet is None else subnet[1])
        public = self._assigned(subnet)
        faced = public is not None
        made = resource_class(INSTANCE)(
            self,
            MAIN,
            ImageId=None if image is None or self.image is None else image_id(self, image),
            InstanceType=self.instance_type,
            LaunchTemplate=started,
            SubnetId=None if subnet is None or faced else subnet[0],
            AvailabilityZone=self.zone if subnet is None else None,
            SecurityGroupIds=None if faced else groups,
            NetworkInterfaces=None if public is None else self._interfaces(subnet, groups, public),
            PrivateIpAddress=None if faced else self.address,
            IamInstanceProfile=self._profile,
            UserData=user_data(self, self.user_data),
            BlockDeviceMappings=None if _only_for_templates(disks) else disks,
            KeyName=key_name(self.key_pair),
            PlacementGroupName=group_name(self.placement_group) if self.partition is None else None,
            **self.purchase.placement(),
            SourceDestCheck=self.source_dest_check,
            Monitoring=True if self.monitoring else None,
            DisableApiTermination=True if self.termination_protection else None,
            MetadataOptions=(
                None
                if self.metadata is None and not own and self.metadata_hops is None
                else metadata(self.metadata or "required", self.metadata_hops)
            ),
            CreditSpecification=None if self.credits is None else {"CPUCredits": self.credits},
            EbsOptimized=self.ebs_optimized,
            HibernationOptions={"Configured": True} if self.hibernation else None,
            InstanceInitiatedShutdownBehavior=self.on_shutdown,
            PropagateTagsToVolumeOnCreation=True if own else None,
            Tags=None if self.name is None else [{"Key": "Name", "Value": self.name}],
        )
        if self._place is not None:
            self._place.hold_back(made)
        if self.elastic_ip:
            resource_class(EIP)(self, "ElasticIp", Domain="vpc", InstanceId=self.id)
        tell_use(
            self, image, self.instance_type, self.purchase, interruptible=self.interruptible, stateful=self.stateful,
            workload=self.workload,
        )  # fmt: skip

    def _take_role(self) -> None:
        """Settle whose permissions it has: its own role's, or those of the launch template it starts from."""
        template = self.launch_template
        self._profile: str | None = None
        if template is not None and self.role is None:
            self.instance_role = template.instance_role
        else:
            self.instance_role = role_of(self, self.role)
            self._profile = profile_of(self, self.instance_role)
        self.role = self.instance_role
        if self.session_manager:
            self._role().allow(*MANAGED_NODE, on="*")

    def _subnet(self) -> tuple[str, str | None] | None:
        """The id of its subnet and, if it is known, the zone."""
        self._place: Placement | None = None
        if self.vpc is None:
            if self.subnets is not None:
                raise ConstructError(
                    f"{self.node.path}: subnets= without vpc=", place=caller(), fix="say in which VPC they are"
                )
            return None
        chosen = self.vpc.choose(self.subnets)
        several = not isinstance(self.subnets, str | None) and len(chosen.ids) > 1
        known = chosen.subnets
        if self.zone is not None:
            known = [one for one in known if str.__str__(one.availability_zone) == str.__str__(self.zone)]
            if not known:
                zones = [one for one in chosen.availability_zones if not has_marker(one)]
                raise ConstructError(
                    f"{self.node.path}: none of its subnets is in {describe(self.zone)}", place=caller(),
                    fix=f"they are in {', '.join(zones)}" if zones else "name the zones in VPC(availability_zones=[…])",
                )  # fmt: skip
        elif several:
            raise ConstructError(
                f"{self.node.path}: an instance stands in one subnet, not in {len(chosen.ids)}", place=caller(),
                fix="give one of them, or say in which zone=",
            )  # fmt: skip
        if not known:
            return chosen.ids[0], None
        self._place = Placement(known[:1])
        return known[0].id, known[0].availability_zone

    def _groups(self) -> list[str] | None:
        """The ids of its security groups; one is made in a VPC unless groups or a launch template bring theirs."""
        template = self.launch_template
        self._connections = None
        if self.security_groups is None and isinstance(template, LaunchTemplate) and template.has_groups:
            self._connections = template.connections
            return None
        if self.vpc is None and self.security_groups is None:
            return None
        self._connections = connected(self, self.vpc, self.security_groups)  # type: ignore[arg-type]
        return self._connections.group_ids

    def _assigned(self, subnet: tuple[str, str | None] | None) -> bool | None:
        """Whether it is told to have a public address; an interface of its launch template then moves to a subnet."""
        template = self.launch_template
        if self.assign_public_ip is None and subnet is not None and isinstance(template, LaunchTemplate):
            return template.assign_public_ip
        return self.assign_public_ip

    def _interfaces(
        self, subnet: tuple[str, str | None] | None, groups: list[str] | None, public: bool
    ) -> list[dict[str, Any]]:
        if groups is None and self._connections is not None:
            groups = self._connections.group_ids
        return [
            {
                "DeviceIndex": "0",
                "AssociatePublicIpAddress": public,
                "SubnetId": None if subnet is None else subnet[0],
                "GroupSet": groups,
                "PrivateIpAddress": self.address,
                "DeleteOnTermination": True,
            }
        ]

    def _started_from(self, disks: list[dict[str, Any]] | None, zone: str | None) -> dict[str, Any] | None:
        """The launch template it starts from: the one given, or one for what only launch templates can say."""
        data: dict[str, Any] = {"InstanceMarketOptions": self.purchase.market()}
        if isinstance(self.purchase, Reserved) and self.purchase.capacity:
            kept = reserve(self, self.purchase, self.instance_type, self.zone if zone is None else zone)
            target = {"CapacityReservationId": kept.ref}
            data["CapacityReservationSpecification"] = {"CapacityReservationTarget": target}
        if self.partition is not None:
            place = {"GroupName": group_name(self.placement_group), "PartitionNumber": self.partition}
            data["Placement"] = place
        if _only_for_templates(disks):
            data["BlockDeviceMappings"] = disks
        needed = {name: value for name, value in data.items() if value is not None}
        if self.launch_template is not None:
            if needed:
                raise ConstructError(
                    f"{self.node.path} starts from {self.launch_template.node.path}, which has to say {', '.join(needed)}",
                    place=caller(),
                    fix="give purchase=, partition= or the disk to the launch template",
                )
            return self.launch_template.specification()
        if not needed:
            return None
        made = resource_class(LAUNCH_TEMPLATE)(self, "LaunchTemplate", LaunchTemplateData=needed)
        return {"LaunchTemplateId": made.ref, "Version": made.get_att("LatestVersionNumber")}

    def planned_purchase(self) -> dict[str, Any] | None:
        """What the plan of purchases says of it; None when nothing is to be bought."""
        return commitment(self) if isinstance(self.purchase, Reserved) else None

    @staticmethod
    def from_id(
        scope: Construct,
        id: str,
        instance_id: str,
        *,
        availability_zone: str | None = None,
        role: IAMRole | ExistingRole | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
    ) -> ExistingInstance:
        """An instance of this account and region that exists already; with its role and groups it can be given more."""
        checked_name(instance_id, "the id alone", "i-[0-9a-f]+")
        zone = {} if availability_zone is None else {"availability_zone": availability_zone}
        return ExistingInstance(
            scope, id, values={"id": instance_id, **zone}, role=role, security_groups=security_groups
        )  # fmt: skip


@construct
class ExistingInstance(Existing, InstanceAccess):
    """An instance made elsewhere; see `EC2Instance.from_id`."""

    WHAT = "instance"
    role: IAMRole | ExistingRole | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None

    def build(self) -> None:
        """Take what is known of it; nothing is added to the template."""
        super().build()
        self.instance_role = self.role
        groups = self.security_groups
        self._connections = None if groups is None else connected(self, None, groups)  # type: ignore[arg-type]


def _only_for_templates(disks: list[dict[str, Any]] | None) -> bool:
    return any(disk["Ebs"].get(name) is not None for disk in disks or () for name in ONLY_TEMPLATES_KNOW)
