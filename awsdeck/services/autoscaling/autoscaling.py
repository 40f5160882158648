"""Amazon EC2 Auto Scaling: groups of instances that grow, shrink and heal.

Source: EC2 Auto Scaling User Guide; course notes, EC2.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS
from ..ec2.host import EC2PlacementGroup
from ..ec2.launchtemplate import LaunchTemplate, LaunchTemplateAccess
from ..ec2.machine import group_name as placement_group_name
from ..ec2.purchase import OnDemand, Purchase, Reserved, Spot
from ..existing import Existing, checked_name
from ..functions.invocable import Invocable
from ..messaging.sns import TopicAccess
from ..security.iam import ExistingRole, IAMRole
from ..security.keys import grant_key
from ..security.policy import Principal
from ..vpc.securitygroup import SecurityGroupAccess, connected
from ..vpc.subnet import VPCAccess
from .groupupdate import InstanceRefresh, ReplacingUpdate, RollingUpdate, Signals
from .mixedpurchase import MixedPurchase
from .scaling import GroupAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...constructs import Construct
    from ...resource import Resource
    from ...tokens import Token
    from ..ec2.ebs import EBSDevice
    from ..ec2.families import InstanceType
    from ..ec2.host import EC2KeyPair
    from ..ec2.image import Image
    from ..ec2.machine import Metadata
    from ..ec2.userdata import UserData
    from ..vpc.connections import Connections
    from ..vpc.subnet import SubnetChoice

    Health = Literal["ebs", "elb", "vpc-lattice"]
    Termination = Literal[
        "allocation-strategy", "closest-to-next-instance-hour", "default", "newest-instance", "oldest-instance",
        "oldest-launch-configuration", "oldest-launch-template",
    ]  # fmt: skip
    Event = Literal["launch", "launch-error", "terminate", "terminate-error", "test"]

GROUP = "AWS::AutoScaling::AutoScalingGroup"
EVENTS = {
    "launch": "autoscaling:EC2_INSTANCE_LAUNCH",
    "launch-error": "autoscaling:EC2_INSTANCE_LAUNCH_ERROR",
    "terminate": "autoscaling:EC2_INSTANCE_TERMINATE",
    "terminate-error": "autoscaling:EC2_INSTANCE_TERMINATE_ERROR",
    "test": "autoscaling:TEST_NOTIFICATION",
}
TERMINATIONS = {
    "allocation-strategy": "AllocationStrategy",
    "closest-to-next-instance-hour": "ClosestToNextInstanceHour",
    "default": "Default",
    "newest-instance": "NewestInstance",
    "oldest-instance": "OldestInstance",
    "oldest-launch-configuration": "OldestLaunchConfiguration",
    "oldest-launch-template": "OldestLaunchTemplate",
}
GRACE = 300
"""Seconds that new instances behind a load balancer have to start, when nothing else is said."""
OF_THE_TEMPLATE = (
    "image", "instance_type", "role", "session_manager", "user_data", "root", "devices", "key_pair", "monitoring",
    "metadata", "metadata_hops", "credits", "assign_public_ip", "security_groups",
)  # fmt: skip
"""What a launch template says, and the group only where it makes its own."""
_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


@construct
class AutoScalingGroup(GroupAccess):
    """Instances made from one launch template, as many as are needed, replaced when they fail.

    - `min`, `max`: how many there are at least and at most; `desired`: how many at first. Left out (which is best), it
      starts with `min`, and no deployment sets back what it has scaled to.
    - `vpc` and `subnets`: where they stand: a kind of subnet, or several subnets, in two zones or more. Without a VPC
      `availability_zones` of the region's default one.
    - `image`, `instance_type`, `security_groups`, `role`, `session_manager`, `user_data`, `root`, `devices`, `key_pair`,
      `monitoring`, `metadata`, `metadata_hops`, `credits`, `assign_public_ip`: as of a `LaunchTemplate`, which is made
      of them; or `launch_template`, one of your own.
    - `purchase`: `OnDemand()` (default), `Spot(…)`, `DedicatedHost(…)`, `DedicatedInstance()`, or several types and both
      ways with `MixedPurchase(…)`.
      `capacity_rebalance`: Spot instances in danger are replaced before they are interrupted (on where there are any).
    - `health_check`: "elb", "ebs" or "vpc-lattice", several as a list, beside the checks of EC2; "elb" by itself as soon
      as a target group is joined. `health_check_grace`: seconds until new instances are checked; 300 with "elb".
    - `warm_up`: seconds until a new instance counts for metrics; `cooldown`: seconds between simple scalings.
    - `termination_policies`: which instances go first: "oldest-instance", "newest-instance", "oldest-launch-template",
      "allocation-strategy", "closest-to-next-instance-hour", "default", or a function that says so, which Auto Scaling's
      service-linked role may then invoke (the account has it from its first group on).
    - `max_instance_lifetime`: seconds until an instance is replaced, a day or more. `protect_from_scale_in`: new
      instances are not scaled in.
    - `update`: how running instances are replaced when what they are made from changes: `RollingUpdate()` (default),
      `InstanceRefresh()`, `ReplacingUpdate()`, or None: not at all. `signals`: `Signals()`, which new instances send.
    - `metrics`: the group's own metrics, all of them (True) or by name; they cost nothing.
    - `maintenance`: percent of the group that stays healthy, and that it may grow to, while instances are replaced:
      `(90, 110)`. `zone_balance`: "best-effort" (default) or "only". `placement_group`: by name or construct.
    - `deletion_protection`: "instances" keeps a group that has some from being deleted, "all" any.
    - `name`: a fixed name; leave it out unless somebody else needs to know it.

    Makes the group and, unless it is given, "LaunchTemplate" with its role and security group. Keys made in this app
    that its disks are encrypted with let Auto Scaling use them. Its policies, schedules, hooks and alarms stand below.
    Processes of a group cannot be suspended for good by a template; `RollingUpdate(suspend=[…])` does it for a while.

    Source: EC2 Auto Scaling User Guide; course notes, EC2.
    """

    max: int | Token
    min: int | Token = 1
    desired: int | Token | None = None
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    availability_zones: Sequence[str] | None = None
    launch_template: LaunchTemplateAccess | None = None
    image: Image | str | None = None
    instance_type: InstanceType | Token | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    role: IAMRole | ExistingRole | str | None = None
    session_manager: bool = False
    user_data: str | UserData | None = None
    root: EBSDevice | None = None
    devices: Mapping[str, EBSDevice] = {}
    key_pair: EC2KeyPair | str | None = None
    monitoring: bool = False
    metadata: Metadata = "required"
    metadata_hops: int | Token | None = None
    credits: Literal["standard", "unlimited"] | None = None
    assign_public_ip: bool | None = None
    purchase: Purchase | MixedPurchase = OnDemand()
    capacity_rebalance: bool | None = None
    health_check: Health | Sequence[Health] | None = None
    health_check_grace: int | Token | None = None
    warm_up: int | Token | None = None
    cooldown: int | Token | None = None
    termination_policies: Sequence[Termination | Invocable] = ()
    max_instance_lifetime: int | Token | None = None
    protect_from_scale_in: bool = False
    update: RollingUpdate | InstanceRefresh | ReplacingUpdate | None = RollingUpdate()
    signals: Signals | None = None
    metrics: bool | Sequence[str] = False
    maintenance: tuple[int, int] | None = None
    zone_balance: Literal["best-effort", "only"] | None = None
    placement_group: EC2PlacementGroup | str | None = None
    deletion_protection: Literal["instances", "all"] | None = None
    name: str | None = None

    group_name = ref()
    group_arn = attribute("AutoScalingGroupARN")

    @property
    def arn(self) -> str:
        """The group's ARN."""
        return self.group_arn

    def build(self) -> None:
        """Make the launch template where none is given, and the group."""
        mixed = self.purchase if isinstance(self.purchase, MixedPurchase) else None
        if isinstance(self.purchase, Reserved):
            raise ConstructError(
                f"{self.node.path}: Reserved() keeps capacity for one instance, and a group has now more and now fewer",
                place=caller(),
                fix="leave purchase= out; Reserved Instances of the same type and region cover its instances by themselves",
            )
        template = self._template(mixed)
        self.launch_template = template
        self.instance_role: IAMRole | ExistingRole | None = template.instance_role
        self._target_groups: list[str] = []
        self._told: list[dict[str, Any]] = []
        self._waits: list[Resource] = []
        place = None if self.vpc is None else self.vpc.choose(self.subnets)
        if place is None and self.subnets is not None:
            raise ConstructError(f"{self.node.path}: subnets= without vpc=", place=caller(), fix="say in which VPC")
        spot = isinstance(self.purchase, Spot) or (mixed is not None and mixed.uses_spot)
        rebalances = (True if spot else None) if self.capacity_rebalance is None else self.capacity_rebalance
        made = resource_class(GROUP)(
            self,
            MAIN,
            AutoScalingGroupName=self.name,
            MinSize=_size(self.min),
            MaxSize=_size(self.max),
            DesiredCapacity=_size(self.desired),
            VPCZoneIdentifier=None if place is None else place.ids,
            AvailabilityZones=self.availability_zones,
            LaunchTemplate=template.specification() if mixed is None else None,
            MixedInstancesPolicy=None if mixed is None else mixed.policy(template),
            CapacityRebalance=rebalances,
            **self._health(),
            DefaultInstanceWarmup=self.warm_up,
            Cooldown=None if self.cooldown is None else _size(self.cooldown),
            TerminationPolicies=[self._termination(one) for one in self.termination_policies] or None,
            MaxInstanceLifetime=self.max_instance_lifetime,
            NewInstancesProtectedFromScaleIn=True if self.protect_from_scale_in else None,
            MetricsCollection=self._metrics(),
            InstanceMaintenancePolicy=self._maintenance(),
            AvailabilityZoneDistribution=self._balance(),
            PlacementGroup=placement_group_name(self.placement_group),
            DeletionProtection=_PROTECTIONS[self.deletion_protection] if self.deletion_protection else None,
        )
        if self._waits:
            made.node.depends_on(*self._waits)
        self._updates()
        if place is not None:
            place.hold_back(made)
        self._use_keys(template)

    def _template(self, mixed: MixedPurchase | None) -> LaunchTemplateAccess:
        """The launch template that was given, or one of the group's own."""
        given = self.launch_template
        if given is not None:
            fields = type(self)._fields
            odd = [name for name in OF_THE_TEMPLATE if getattr(self, name) is not fields[name]]
            if not isinstance(self.purchase, MixedPurchase) and self.purchase is not fields["purchase"]:
                odd.append("purchase")
            if odd:
                raise ConstructError(
                    f"{self.node.path} is made from {given.node.path}, so {', '.join(odd)} has to be said there",
                    place=caller(), fix=f"give {odd[0]}= to the launch template",
                )  # fmt: skip
            return given
        values = {name: getattr(self, name) for name in OF_THE_TEMPLATE}
        if mixed is not None and self.instance_type is None:
            values["instance_type"] = mixed.first_type()
        purchase = self.purchase if isinstance(self.purchase, Purchase) else OnDemand()
        return LaunchTemplate(self, "LaunchTemplate", vpc=self.vpc, purchase=purchase, **values)

    # What it is made with

    def _health(self) -> dict[str, Any]:
        given = self.health_check
        checks = [] if given is None else [given] if isinstance(given, str) else list(given)
        grace = self.health_check_grace
        if grace is None and "elb" in checks:
            grace = GRACE
        return {
            "HealthCheckType": ",".join(one.upper().replace("-", "_") for one in checks) or None,
            "HealthCheckGracePeriod": grace,
        }

    def _termination(self, one: Termination | Invocable) -> str:
        if isinstance(one, Invocable):
            granted = one.grant_invoke(Principal.arn(_linked_arn()))
            self._waits += [granted.policy] if granted.policy is not None else []
            return one.invoke_arn
        if one not in TERMINATIONS:
            raise ConstructError(
                f"{self.node.path}: termination_policies= holds {one!r}", place=caller(),
                fix=f"one of: {', '.join(TERMINATIONS)}, or a function",
            )  # fmt: skip
        return TERMINATIONS[one]

    def _metrics(self) -> list[dict[str, Any]] | None:
        if self.metrics is False:
            return None
        names = None if self.metrics is True else list(self.metrics)
        return [{"Granularity": "1Minute", "Metrics": names}]

    def _maintenance(self) -> dict[str, int] | None:
        if self.maintenance is None:
            return None
        if len(self.maintenance) != 2:
            raise ConstructError(f"{self.node.path}: maintenance={self.maintenance!r}", place=caller(), fix="(90, 110)")
        least, most = self.maintenance
        return {"MinHealthyPercentage": least, "MaxHealthyPercentage": most}

    def _balance(self) -> dict[str, str] | None:
        return None if self.zone_balance is None else {"CapacityDistributionStrategy": f"balanced-{self.zone_balance}"}

    def _updates(self) -> None:
        policy = {} if self.update is None else self.update.policy(self.min, self.max, self.signals)
        policy["AutoScalingScheduledAction"] = {"IgnoreUnmodifiedGroupSizeProperties": True}
        self.node.override("UpdatePolicy", policy)
        if self.signals is not None:
            first = self.min if self.desired is None else self.desired
            self.node.override("CreationPolicy", self.signals.creation(first if isinstance(first, int) else None))

    def _use_keys(self, template: LaunchTemplateAccess) -> None:
        """Let Auto Scaling use the keys of the disks that it makes, which it may not by itself."""
        if not isinstance(template, LaunchTemplate):
            return
        disks = [*([template.root] if template.root is not None else []), *template.devices.values()]
        for key in {id(disk.key): disk.key for disk in disks if disk.key is not None}.values():
            grant_key(self, key, _linked_principal(), _USE)
            grant_key(
                self, key, _linked_principal(), ["kms:CreateGrant"],
                when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            )  # fmt: skip

    # What it is tied to

    @property
    def connections(self) -> Connections:
        """Who may connect to the instances, and to whom they may."""
        template = self.launch_template
        if isinstance(template, LaunchTemplate):
            return template.connections
        raise ConstructError(
            f"the security groups of {self.node.path} are not known here", place=caller(),
            fix="open those that its launch template names",
        )  # fmt: skip

    def join_target_group(self, arn: str) -> None:
        """Have the instances registered with a target group, by ARN; `target_group.add(group)` does it, and opens ports.

        Its health checks count from then on, unless `health_check` says something else.
        """
        if any(str.__eq__(arn, known) for known in self._target_groups):
            return
        self._target_groups.append(arn)
        checks = {}
        if self.health_check is None:
            grace = GRACE if self.health_check_grace is None else self.health_check_grace
            checks = {"HealthCheckType": "ELB", "HealthCheckGracePeriod": grace}
        self.node.resource.set(TargetGroupARNs=self._target_groups, **checks)

    def notify(
        self,
        topic: TopicAccess,
        on: Sequence[Event] = ("launch", "launch-error", "terminate", "terminate-error"),
    ) -> None:
        """Tell a topic when instances come and go, or fail to. Source: EC2 Auto Scaling User Guide, SNS notifications."""
        if not isinstance(topic, TopicAccess):
            raise ConstructError(
                f"{self.node.path} cannot tell a {type(topic).__name__}", place=caller(), fix="give an SNSTopic"
            )
        odd = next((one for one in on if one not in EVENTS), None)
        if odd is not None or not on:
            raise ConstructError(f"{self.node.path}: on={odd!r}", place=caller(), fix=f"some of: {', '.join(EVENTS)}")
        grant_key(topic, topic.key, _linked_principal(), ("kms:Decrypt", "kms:GenerateDataKey*"))
        self._told.append({"TopicARN": topic.arn, "NotificationTypes": [EVENTS[one] for one in on]})
        self.node.resource.set(NotificationConfigurations=self._told)

    @staticmethod
    def from_name(
        scope: Construct,
        id: str,
        name: str,
        *,
        role: IAMRole | ExistingRole | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
    ) -> ExistingGroup:
        """A group of this account and region that exists already; with its role and groups it can be given more."""
        checked_name(name, "the name alone")
        return ExistingGroup(
            scope, id, values={"group_name": name}, role=role, security_groups=security_groups
        )  # fmt: skip


@construct
class ExistingGroup(Existing, GroupAccess):
    """A group made elsewhere; see `AutoScalingGroup.from_name`."""

    WHAT = "Auto Scaling group"
    role: IAMRole | ExistingRole | None = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None

    def build(self) -> None:
        """Take what is known of it; nothing is added to the template."""
        super().build()
        self.instance_role = self.role
        groups = self.security_groups
        self._connections = None if groups is None else connected(self, None, groups)  # type: ignore[arg-type]

    @property
    def connections(self) -> Connections:
        """Who may connect to the instances, and to whom they may."""
        if self._connections is None:
            raise ConstructError(
                f"the security groups of {self.node.path} are not known here", place=caller(), fix="security_groups=[…]"
            )
        return self._connections


_PROTECTIONS = {"instances": "prevent-force-deletion", "all": "prevent-all-deletion"}


def _linked_arn() -> str:
    path = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    return f"arn:{AWS.Partition}:iam::{AWS.AccountId}:role/{path}"


def _linked_principal() -> Principal:
    """The role that Auto Scaling acts with.

    It is named by a condition: it may not exist yet, and a policy that names it as its principal would be refused.
    """
    conditions = {"StringEquals": {"aws:PrincipalArn": _linked_arn(), "kms:CallerAccount": AWS.AccountId}}
    return Principal.anyone().when(conditions)


def _size(given: int | Token | None) -> str | Token | None:
    return str(given) if isinstance(given, int) else given
