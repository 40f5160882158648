"""Amazon EC2 Auto Scaling: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..ec2.attachments import SUBNET
from ..ec2.blockdevices import LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from ..vocabulary import AnyOf, AtLeast, Between, Is, Limit, OneOf, Present, Rule
from .groups import (
    BALANCER,
    CLASSIC,
    DISTRIBUTION,
    LISTENER,
    ON_DEMAND_STRATEGIES,
    OVERRIDES,
    OVERRIDES_ADVISED,
    SPOT_STRATEGIES,
    TARGETS,
    balancers,
    configuration,
    health,
    mixed,
    one_zone,
    persistent,
    places,
    source,
    spot_twice,
    terminations,
)
from .rolling import ways
from .scaling import ACTION, GROUP, POLICY, bounds, hooks, idle, policies, reset, schedules, warm_pools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HOOK = "AWS::AutoScaling::LifecycleHook"
WARM_POOL = "AWS::AutoScaling::WarmPool"


def _group(**given: Any) -> dict[str, Any]:
    return {
        "MinSize": "2",
        "MaxSize": "4",
        "LaunchConfigurationName": "lc",
        "VPCZoneIdentifier": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
        **given,
    }


def _whole(**given: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {name: given.pop(name) for name in ("UpdatePolicy", "CreationPolicy") if name in given}
    return {"Type": GROUP, "Properties": _group(**given), **attributes}


def _mix(distribution: Any = None, *overrides: Any) -> dict[str, Any]:
    template = {"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}}
    policy: dict[str, Any] = {"LaunchTemplate": {**template, "Overrides": list(overrides)}}
    if distribution is not None:
        policy["InstancesDistribution"] = distribution
    made = _group(MixedInstancesPolicy=policy)
    del made["LaunchConfigurationName"]
    return made


def _policy(kind: str, **given: Any) -> dict[str, Any]:
    return {"Type": POLICY, "Properties": {"AutoScalingGroupName": "web", "PolicyType": kind, **given}}


def _on_cpu(group: Any) -> dict[str, Any]:
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    tracking = {"TargetValue": 50, "PredefinedMetricSpecification": metric}
    return _policy("TargetTrackingScaling", AutoScalingGroupName=group, TargetTrackingConfiguration=tracking)


def _steps(*bounds: tuple[float | None, float | None]) -> dict[str, Any]:
    steps = []
    for low, high in bounds:
        ends = {"MetricIntervalLowerBound": low, "MetricIntervalUpperBound": high}
        steps.append({"ScalingAdjustment": 1, **{name: end for name, end in ends.items() if end is not None}})
    return _policy("StepScaling", AdjustmentType="ChangeInCapacity", StepAdjustments=steps)


def _with(group: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"Resources": {"Group": {"Type": GROUP, "Properties": group}, **others}}


_SUBNETS = {
    name: {"Type": SUBNET, "Properties": {"VpcId": "vpc-1", "CidrBlock": f"10.0.{n}.0/24", "AvailabilityZone": place}}
    for n, (name, place) in enumerate({"A": "eu-west-1a", "B": "eu-west-1b", "C": "eu-west-1a"}.items())
}
_ALB = {"Type": BALANCER, "Properties": {"Subnets": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"]}}
_SPOT = {
    "Type": LAUNCH_TEMPLATE,
    "Properties": {"LaunchTemplateData": {"InstanceMarketOptions": {"MarketType": "spot"}}},
}
_ON_DEMAND = {"Type": LAUNCH_TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceType": "m5.large"}}}
_HOOKED = {"AutoScalingGroupName": "web", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}
_TOPIC = "arn:aws:sns:eu-west-1:123456789012:hooks"
_NIGHTLY = {"AutoScalingGroupName": "web", "Recurrence": "0 22 * * *"}


def _from(template: dict[str, Any]) -> dict[str, Any]:
    made = _mix()
    specification = {"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"}
    made["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"] = specification
    return _with(made, Template=template)


def _single(request: str) -> dict[str, Any]:
    options = {"SpotInstanceType": request, "InstanceInterruptionBehavior": "stop"}
    market = {
        "MarketType": "spot",
        "SpotOptions": options if request == "persistent" else {"SpotInstanceType": request},
    }
    template = {"Type": LAUNCH_TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceMarketOptions": market}}}
    made = _group(LaunchTemplate={"LaunchTemplateId": {"Ref": "Template"}, "Version": "1"})
    del made["LaunchConfigurationName"]
    return _with(made, Template=template)


def _balanced(kind: str) -> dict[str, Any]:
    targets = {"Type": TARGETS, "Properties": {"TargetType": kind, "Port": 80, "Protocol": "HTTP", "VpcId": "vpc-1"}}
    return _with(_group(TargetGroupARNs=[{"Ref": "Targets"}], HealthCheckType="ELB"), Targets=targets)


def _rolling(**given: Any) -> dict[str, Any]:
    return _whole(UpdatePolicy={"AutoScalingRollingUpdate": given})


RULES: tuple[Rule, ...] = (
    Rule(
        "ASG001", GROUP, "error",
        "a group's sizes are numbers with MinSize <= DesiredCapacity <= MaxSize",
        check=bounds,
        source="Auto Scaling API Reference, CreateAutoScalingGroup; course notes, ElastiCache",
        good=(_group(), _group(MinSize=2, MaxSize=2, DesiredCapacity="2"), _group(MinSize={"Ref": "Least"})),
        bad=(
            _group(MinSize="4", MaxSize="2"),
            _group(DesiredCapacity="5"),
            _group(DesiredCapacity=1),
            _group(MinSize="few"),
            _group(MaxSize="-1"),
        ),
    ),
    Rule(
        "ASG002", GROUP, "error",
        "a group is made from exactly one launch template, mixed policy, launch configuration or instance",
        check=source,
        source="CloudFormation resource schema, AWS::AutoScaling::AutoScalingGroup",
        good=(
            _group(),
            {
                "MinSize": "1", "MaxSize": "1", "AvailabilityZones": ["eu-west-1a"],
                "LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"},
            },
        ),
        bad=(
            {"MinSize": "1", "MaxSize": "1", "AvailabilityZones": ["eu-west-1a"]},
            _group(LaunchTemplate={"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}),
            {
                "MinSize": "1", "MaxSize": "1", "AvailabilityZones": ["eu-west-1a"],
                "LaunchTemplate": {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "Version": "1"},
            },
        ),
    ),
    Rule(
        "ASG003", LAUNCH_CONFIGURATION, "warning",
        "launch configurations are superseded; use AWS::EC2::LaunchTemplate",
        check=configuration,
        fix="move its properties to a launch template",
        limit=Limit("not stated", "not for accounts opened on or after 2024-10-01", "2024-10"),
        source="EC2 Auto Scaling User Guide, create a launch configuration",
        verified="docs",
        good={"Type": LAUNCH_TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceType": "m5.large"}}},
        bad={"ImageId": "ami-12345678", "InstanceType": "m5.large"},
    ),
    Rule(
        "ASG004", GROUP, "error",
        "a group needs subnets or zones",
        check=places,
        source="Auto Scaling API Reference, CreateAutoScalingGroup, AvailabilityZones",
        good=(
            _group(),
            {"MinSize": "1", "MaxSize": "1", "InstanceId": "i-0123456789abcdef0"},
            _group(VPCZoneIdentifier={"Ref": "Subnets"}),
        ),
        bad=(
            {"MinSize": "1", "MaxSize": "1", "LaunchConfigurationName": "lc"},
            _group(VPCZoneIdentifier=[]),
            _group(AvailabilityZones=["eu-west-1a"], AvailabilityZoneIds=["euw1-az1"]),
        ),
    ),
    Rule(
        "ASG005", GROUP, "error",
        "health is checked by EC2, EBS, ELB and VPC_LATTICE",
        check=health,
        source="CloudFormation resource schema, AWS::AutoScaling::AutoScalingGroup HealthCheckType",
        good=(
            _group(HealthCheckType="ELB", HealthCheckGracePeriod=120),
            _group(HealthCheckType="EBS,ELB", HealthCheckGracePeriod=120),
            _group(TargetGroupARNs=[]),
        ),
        bad=(
            _group(HealthCheckType="ALB"),
            _group(HealthCheckType="EC2,ELB", HealthCheckGracePeriod=120),
            _group(TargetGroupARNs=["arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"]),
            _group(HealthCheckType="ELB"),
        ),
    ),
    Rule(
        "ASG006", (GROUP, TARGETS, CLASSIC, BALANCER, LISTENER), "error",
        "a group joins Application and Network Load Balancers by a target group of instances, Classic ones by name",
        scope="graph",
        check=balancers,
        source="Auto Scaling API Reference, CreateAutoScalingGroup, LoadBalancerNames, TargetGroupARNs; course notes, "
        "Elastic Load Balancers",
        good=_balanced("instance"),
        bad=(
            _balanced("ip"),
            _with(_group(LoadBalancerNames=[{"Ref": "Balancer"}]), Balancer=_ALB),
            _with(_group(TargetGroupARNs=[{"Ref": "Balancer"}]), Balancer=_ALB),
        ),
    ),
    Rule(
        "ASG007", GROUP, "error",
        "the mix of on-demand and Spot instances is outside what Auto Scaling takes",
        when={"MixedInstancesPolicy": Present()},
        then={
            f"{DISTRIBUTION}/OnDemandPercentageAboveBaseCapacity": Between(0, 100, "percent"),
            f"{DISTRIBUTION}/OnDemandBaseCapacity": AtLeast(0, "instances"),
            f"{DISTRIBUTION}/SpotInstancePools": Between(1, 20, "pools"),
            f"{DISTRIBUTION}/SpotAllocationStrategy": OneOf(SPOT_STRATEGIES),
            f"{DISTRIBUTION}/OnDemandAllocationStrategy": OneOf(ON_DEMAND_STRATEGIES),
            f"{OVERRIDES}/*/WeightedCapacity": Between(1, 999),
        },
        check=mixed,
        source="Auto Scaling API Reference, InstancesDistribution; LaunchTemplateOverrides; course notes, EC2",
        good=(
            _mix({"SpotInstancePools": 2, "SpotAllocationStrategy": "lowest-price"}),
            _mix({"OnDemandBaseCapacity": 0}, {"InstanceType": "m5.large"}),
        ),
        bad=(
            _mix({"SpotInstancePools": 2, "SpotAllocationStrategy": "capacity-optimized"}),
            _mix({"SpotInstancePools": 21}),
            _mix({"OnDemandPercentageAboveBaseCapacity": 101}),
            _mix({"OnDemandBaseCapacity": -1}),
            _mix({"SpotAllocationStrategy": "cheapest"}),
            _mix(None, {"InstanceType": "m5.large", "WeightedCapacity": "1"}, {"InstanceType": "m5.xlarge"}),
            _mix(None, *[{"InstanceType": f"m5.{n}xlarge"} for n in range(OVERRIDES_ADVISED + 1)]),
        ),
    ),
    Rule(
        "ASG007", (GROUP, LAUNCH_TEMPLATE), "error",
        "the launch template {template} asks for Spot by itself, which a mixed policy does not take",
        scope="graph",
        check=spot_twice,
        fix="leave InstanceMarketOptions out of the template; the policy says how many are Spot",
        source="EC2 Auto Scaling User Guide, auto scaling groups with multiple instance types and purchase options",
        good=_from(_ON_DEMAND),
        bad=_from(_SPOT),
    ),
    Rule(
        "ASG008", POLICY, "error",
        "{kind}: {problem}",
        check=policies,
        source="Auto Scaling API Reference, PutScalingPolicy; StepAdjustment; TargetTrackingConfiguration",
        good=(
            _on_cpu("web"),
            _steps((0, 10), (10, None)),
            _steps((None, -10), (-10, 0)),
            _policy("SimpleScaling", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1, Cooldown="60"),
        ),
        bad=(
            _policy("TargetTrackingScaling"),
            _policy("StepScaling", AdjustmentType="ChangeInCapacity"),
            _policy("SimpleScaling", AdjustmentType="ChangeInCapacity"),
            _policy("PredictiveScaling"),
            _policy("TargetTrackingScaling", TargetTrackingConfiguration={"TargetValue": 50}),
            _policy(
                "TargetTrackingScaling",
                TargetTrackingConfiguration={
                    "TargetValue": 50,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget"},
                },
            ),
            _policy(
                "TargetTrackingScaling",
                TargetTrackingConfiguration={"TargetValue": 5, "CustomizedMetricSpecification": {"MetricName": "Jobs"}},
            ),
            _steps((0, 10), (20, None)),
            _steps((0, 10), (5, None)),
            _steps((0, None), (5, None)),
            _steps((0, 10)),
            _steps((-10, 0)),
            {"Type": POLICY, "Properties": {**_on_cpu("web")["Properties"], "Cooldown": "60"}},
        ),
    ),
    Rule(
        "ASG009", (GROUP, POLICY, ACTION), "warning",
        "the group {group} cannot scale: MinSize and MaxSize are both {size}",
        scope="graph",
        check=idle,
        fix="raise MaxSize, or leave the policy out",
        source="EC2 Auto Scaling User Guide, set scaling limits for your Auto Scaling group",
        verified="docs",
        good=_with(_group(), Policy=_on_cpu({"Ref": "Group"})),
        bad=_with(_group(MaxSize=2), Policy=_on_cpu({"Ref": "Group"})),
    ),
    Rule(
        "ASG009", GROUP, "error",
        "instances live for a day at least, or as long as they will",
        then={"MaxInstanceLifetime": AnyOf(Is(0), AtLeast(86_400, "seconds"))},
        fix="set MaxInstanceLifetime to 86,400 seconds or more, or leave it out",
        source="Auto Scaling API Reference, CreateAutoScalingGroup, MaxInstanceLifetime",
        good=(_group(MaxInstanceLifetime=0), _group(MaxInstanceLifetime="86400")),
        bad=_group(MaxInstanceLifetime=3_600),
    ),
    Rule(
        "ASG010", (GROUP, SUBNET), "warning",
        "the group runs in one Availability Zone, and ends with it",
        scope="graph",
        check=one_zone,
        fix="spread it over subnets in two zones at least",
        source="Security Hub User Guide, AutoScaling.2",
        verified="docs",
        good=(
            _with(_group(VPCZoneIdentifier=[{"Ref": "A"}, {"Ref": "B"}]), **_SUBNETS),
            _with(_group(VPCZoneIdentifier={"Ref": "Subnets"})),
            _with(_group(MinSize=1, MaxSize=1, VPCZoneIdentifier=["subnet-0a1b2c3d"])),
        ),
        bad=(
            _with(_group(VPCZoneIdentifier=[{"Ref": "A"}, {"Ref": "C"}]), **_SUBNETS),
            _with(_group(VPCZoneIdentifier=["subnet-0a1b2c3d"])),
            _with({"MinSize": 1, "MaxSize": 2, "LaunchConfigurationName": "lc", "AvailabilityZones": ["eu-west-1a"]}),
        ),
    ),
    Rule(
        "ASG011", (HOOK, GROUP), "error",
        "a lifecycle hook waits 30 to 7,200 seconds, and tells topics and queues through a role",
        check=hooks,
        refers=True,
        source="Auto Scaling API Reference, PutLifecycleHook",
        verified="docs",
        good=(
            {**_HOOKED, "HeartbeatTimeout": 7_200},
            {**_HOOKED, "NotificationTargetARN": _TOPIC, "RoleARN": "arn:aws:iam::123456789012:role/hooks"},
        ),
        bad=({**_HOOKED, "HeartbeatTimeout": 29}, {**_HOOKED, "NotificationTargetARN": _TOPIC}),
    ),
    Rule(
        "ASG012", ACTION, "error",
        "a scheduled action sets sizes that fit together, at a time",
        check=schedules,
        source="Auto Scaling API Reference, PutScheduledUpdateGroupAction",
        verified="docs",
        good=(
            {**_NIGHTLY, "MinSize": 0, "MaxSize": 0},
            {"AutoScalingGroupName": "web", "StartTime": "2027-01-01T00:00:00Z", "DesiredCapacity": 4},
            {**_NIGHTLY, "MinSize": 1, "Recurrence": "*/5 0-23 1,15 * 7"},
        ),
        bad=(
            _NIGHTLY,
            {**_NIGHTLY, "MinSize": 4, "MaxSize": 2},
            {**_NIGHTLY, "MinSize": 1, "Recurrence": "cron(0 22 * * ? *)"},
            {**_NIGHTLY, "MinSize": 1, "Recurrence": "0 25 * * *"},
            {"AutoScalingGroupName": "web", "MinSize": 1},
        ),
    ),
    Rule(
        "ASG013", GROUP, "error",
        "an UpdatePolicy replaces instances within its bounds",
        check=ways,
        source="CloudFormation User Guide, UpdatePolicy attribute; CreationPolicy attribute",
        verified="docs",
        good=(
            _rolling(MinInstancesInService=1, MaxBatchSize=2, PauseTime="PT1H", WaitOnResourceSignals=True),
            _whole(UpdatePolicy={"AutoScalingInstanceRefresh": {"Strategy": "Rolling"}}),
            _whole(
                UpdatePolicy={"AutoScalingRollingUpdate": {"MinInstancesInService": 0}}, MinSize="0", MaxSize="0"
            ),
            _whole(CreationPolicy={"ResourceSignal": {"Count": 2, "Timeout": "PT1H"}}),
        ),
        bad=(
            _rolling(MinInstancesInService=4),
            _rolling(MaxBatchSize=0),
            _rolling(PauseTime="15m"),
            _rolling(PauseTime="PT1H1S"),
            _whole(CreationPolicy={"ResourceSignal": {"Count": 2, "Timeout": "PT13H"}}),
            _rolling(SuspendProcesses=["Healthcheck"]),
            _whole(UpdatePolicy={"AutoscalingRollingUpdate": {}}),
            _whole(
                UpdatePolicy={
                    "AutoScalingRollingUpdate": {}, "AutoScalingInstanceRefresh": {"Strategy": "Rolling"},
                }
            ),
            _whole(UpdatePolicy={"AutoScalingInstanceRefresh": {"Preferences": {"MinHealthyPercentage": 90}}}),
            _whole(UpdatePolicy={"AutoScalingInstanceRefresh": {"Strategy": "rolling"}}),
            _whole(UpdatePolicy={"AutoScalingReplacingUpdate": {"WillReplace": True}}, AutoScalingGroupName="web"),
        ),
    ),
    Rule(
        "ASG014", GROUP, "error",
        "instances go by termination policies that there are",
        check=terminations,
        source="EC2 Auto Scaling User Guide, termination policies",
        verified="docs",
        good=_group(TerminationPolicies=["OldestLaunchTemplate", "arn:aws:lambda:eu-west-1:123456789012:function:pick"]),
        bad=_group(TerminationPolicies=["Oldest"]),
    ),
    Rule(
        "ASG015", WARM_POOL, "error",
        "a warm pool holds at least {low} instances and at most {high} are prepared",
        check=warm_pools,
        fix="raise MaxGroupPreparedCapacity, or lower MinSize",
        source="Auto Scaling API Reference, PutWarmPool",
        verified="docs",
        good=(
            {"AutoScalingGroupName": "web", "MinSize": 1, "MaxGroupPreparedCapacity": 4},
            {"AutoScalingGroupName": "web", "MinSize": 1, "MaxGroupPreparedCapacity": -1},
        ),
        bad={"AutoScalingGroupName": "web", "MinSize": 5, "MaxGroupPreparedCapacity": 4},
    ),
    Rule(
        "ASG017", (GROUP, POLICY, ACTION), "info",
        "every deployment that touches the group sets it back to DesiredCapacity, whatever it has scaled to",
        scope="graph",
        check=reset,
        fix="leave DesiredCapacity out; a new group starts with MinSize",
        source="CloudFormation User Guide, UpdatePolicy attribute, AutoScalingScheduledAction",
        verified="docs",
        good=_with(_group(), Policy=_on_cpu({"Ref": "Group"})),
        bad=_with(_group(DesiredCapacity=2), Policy=_on_cpu({"Ref": "Group"})),
    ),
    Rule(
        "ASG018", (GROUP, LAUNCH_TEMPLATE), "warning",
        "the launch template {template} makes Spot requests that go on, and the group replaces what is interrupted itself",
        scope="graph",
        check=persistent,
        fix="set SpotInstanceType: one-time in the template, or leave it out",
        source="CloudFormation User Guide, AWS::EC2::LaunchTemplate SpotOptions, SpotInstanceType",
        verified="docs",
        good=_single("one-time"),
        bad=_single("persistent"),
    ),
)  # fmt: skip
