"""Auto Scaling groups: the near misses of each rule, and values from parameters and conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask

GROUP = "AWS::AutoScaling::AutoScalingGroup"
POLICY = "AWS::AutoScaling::ScalingPolicy"
ACTION = "AWS::AutoScaling::ScheduledAction"
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"
TEMPLATE = "AWS::EC2::LaunchTemplate"
SUBNET = "AWS::EC2::Subnet"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
STRINGS = {name: {"Type": "String"} for name in ("Stage", "Least", "Most", "Subnets", "Id")}


def group(*without: str, **given: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        name: given.pop(name) for name in ("UpdatePolicy", "CreationPolicy", "Condition") if name in given
    }
    properties = {
        "MinSize": "2",
        "MaxSize": "4",
        "LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"},
        "VPCZoneIdentifier": ["subnet-0a1b2c3d", "subnet-1a2b3c4d"],
        **given,
    }
    kept = {name: value for name, value in properties.items() if name not in without}
    return {"Type": GROUP, "Properties": kept, **attributes}


def mixed(distribution: Any = None, overrides: Any = ()) -> dict[str, Any]:
    template = {"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}}
    policy = {"LaunchTemplate": {**template, "Overrides": list(overrides)}, "InstancesDistribution": distribution or {}}
    return group("LaunchTemplate", MixedInstancesPolicy=policy)


def policy(kind: str | None = None, group: Any = "web", **given: Any) -> dict[str, Any]:
    kinds = {} if kind is None else {"PolicyType": kind}
    return {"Type": POLICY, "Properties": {"AutoScalingGroupName": group, **kinds, **given}}


def on_cpu(group: Any) -> dict[str, Any]:
    metric = {"PredefinedMetricType": "ASGAverageCPUUtilization"}
    return policy(
        "TargetTrackingScaling", group,
        TargetTrackingConfiguration={"TargetValue": 50, "PredefinedMetricSpecification": metric},
    )  # fmt: skip


# Sizes


@pytest.mark.parametrize(
    "sizes",
    [
        {"MinSize": 0, "MaxSize": 0},
        {"MinSize": "2", "MaxSize": "2", "DesiredCapacity": "2"},
        {"MinSize": {"Ref": "Least"}, "MaxSize": "1"},
        {"MinSize": {"Ref": "Least"}, "MaxSize": {"Ref": "Most"}, "DesiredCapacity": 7},
        {"MinSize": {"Fn::If": ["Prod", "2", "1"]}, "MaxSize": {"Fn::If": ["Prod", "4", "1"]}},
    ],
)
def test_sizes_that_fit_or_are_unknown_are_fine(ask: Ask, sizes: dict[str, Any]) -> None:
    assert not ask({"G": group(**sizes)}, Conditions=PROD, Parameters=STRINGS).of("ASG001")


@pytest.mark.parametrize(
    ("sizes", "place"),
    [
        ({"MinSize": "5"}, "MinSize"),
        ({"DesiredCapacity": "5"}, "DesiredCapacity"),
        ({"MinSize": {"Ref": "Least"}, "DesiredCapacity": 5}, "DesiredCapacity"),
        ({"MinSize": "1.5"}, "MinSize"),
        ({"MaxSize": "many"}, "MaxSize"),
    ],
)
def test_sizes_that_do_not_fit_are_an_error_at_the_one_that_is_off(ask: Ask, sizes: dict[str, Any], place: str) -> None:
    said = ask({"G": group(**sizes)}, Parameters=STRINGS)
    assert said.where("ASG001") == [("G", "Properties", place)]
    assert said.severities("ASG001") == ["error"]


def test_the_world_in_which_sizes_cross_is_found(ask: Ask) -> None:
    made = group(MinSize={"Fn::If": ["Prod", "5", "1"]})
    assert len(ask({"G": made}, Conditions=PROD, Parameters=STRINGS).of("ASG001")) == 1


def test_a_known_parameter_counts(ask: Ask) -> None:
    made = {"G": group(MinSize={"Ref": "Least"})}
    assert ask(made, member={"parameters": {"Least": "9"}}, Parameters=STRINGS).of("ASG001")
    assert not ask(made, member={"parameters": {"Least": "3"}}, Parameters=STRINGS).of("ASG001")


# What it is made from, and where


def test_either_of_two_sources_by_a_condition_is_one_source(ask: Ask) -> None:
    nothing = {"Ref": "AWS::NoValue"}
    made = group(
        LaunchTemplate={"Fn::If": ["Prod", {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}, nothing]},
        LaunchConfigurationName={"Fn::If": ["Prod", nothing, "lc"]},
    )
    assert not ask({"G": made}, Conditions=PROD, Parameters=STRINGS).of("ASG002")


def test_a_template_of_a_mix_needs_a_version_too(ask: Ask) -> None:
    specification = {"LaunchTemplateId": "lt-0123456789abcdef0"}
    made = group(
        "LaunchTemplate", MixedInstancesPolicy={"LaunchTemplate": {"LaunchTemplateSpecification": specification}}
    )
    said = ask({"G": made})
    assert [found.rule for found in said.findings if found.severity == "error"] == ["XSV018"]


@pytest.mark.parametrize(
    "places",
    [
        {"VPCZoneIdentifier": {"Ref": "Subnets"}},
        {"VPCZoneIdentifier": [{"Ref": "Id"}]},
        {"VPCZoneIdentifier": {"Fn::Split": [",", {"Fn::ImportValue": "subnets"}]}},
        {"VPCZoneIdentifier": [{"Fn::ImportValue": "subnets"}]},
        {"VPCZoneIdentifier": ["subnet-0a1b2c3d,subnet-1a2b3c4d"]},
        {"VPCZoneIdentifier": ["subnet-0a1b2c3d"], "MaxSize": "1", "MinSize": "1"},
        {"VPCZoneIdentifier": ["subnet-0a1b2c3d"], "MaxSize": {"Ref": "Most"}},
    ],
)
def test_places_that_may_be_in_two_zones_are_fine(ask: Ask, places: dict[str, Any]) -> None:
    said = ask({"G": group(**places)}, Parameters=STRINGS)
    assert not said.of("ASG004")
    assert not said.of("ASG010")


def test_zones_of_the_region_as_a_list_are_several(ask: Ask) -> None:
    made = group("VPCZoneIdentifier", AvailabilityZones={"Fn::GetAZs": ""})
    assert not ask({"G": made}).of("ASG010")


def test_a_parameter_that_is_one_subnet_is_one_zone(ask: Ask) -> None:
    parameters = {"One": {"Type": "AWS::EC2::Subnet::Id"}}
    assert ask({"G": group(VPCZoneIdentifier=[{"Ref": "One"}])}, Parameters=parameters).severities("ASG010") == [
        "warning"
    ]


def test_subnets_of_different_places_in_the_list_of_zones_are_two_zones(ask: Ask) -> None:
    def subnet(place: int) -> dict[str, Any]:
        zone = {"Fn::Select": [place, {"Fn::GetAZs": ""}]}
        return {
            "Type": SUBNET,
            "Properties": {"VpcId": "vpc-1", "CidrBlock": f"10.0.{place}.0/24", "AvailabilityZone": zone},
        }

    made = group(VPCZoneIdentifier=[{"Ref": "A"}, {"Ref": "B"}])
    assert not ask({"G": made, "A": subnet(0), "B": subnet(1)}).of("ASG010")
    assert ask({"G": made, "A": subnet(0), "B": subnet(0)}).of("ASG010")


# Health and load balancers


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HealthCheckType": "EC2"}, []),
        ({"HealthCheckType": "EBS,ELB", "HealthCheckGracePeriod": 60}, []),
        ({"HealthCheckType": {"Ref": "Id"}, "TargetGroupARNs": ["arn:aws:elasticloadbalancing:x"]}, []),
        ({"TargetGroupARNs": {"Ref": "Subnets"}}, []),
        ({"TargetGroupARNs": ["arn:aws:elasticloadbalancing:x"]}, ["warning"]),
        ({"HealthCheckType": "EC2,ELB", "HealthCheckGracePeriod": 60}, ["warning"]),
        ({"HealthCheckType": "ELB"}, ["info"]),
        ({"HealthCheckType": "elb", "HealthCheckGracePeriod": 60}, ["error"]),
    ],
)
def test_health_checks_and_their_neighbours(ask: Ask, given: dict[str, Any], said: list[str]) -> None:
    assert ask({"G": group(**given)}, Parameters=STRINGS).severities("ASG005") == said


def targets(**given: Any) -> dict[str, Any]:
    return {"Type": TARGETS, "Properties": {"Port": 80, "Protocol": "HTTP", "VpcId": "vpc-1", **given}}


@pytest.mark.parametrize("kind", [{}, {"TargetType": "instance"}, {"TargetType": {"Ref": "Id"}}])
def test_target_groups_of_instances_or_unknown_targets_are_fine(ask: Ask, kind: dict[str, Any]) -> None:
    made = group(TargetGroupARNs=[{"Ref": "T"}], HealthCheckType="ELB", HealthCheckGracePeriod=60)
    assert not ask({"G": made, "T": targets(**kind)}, Parameters=STRINGS).of("ASG006")


def test_another_vpc_behind_a_target_group_is_a_warning(ask: Ask) -> None:
    vpcs = {name: {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}} for name in ("V", "W")}
    place = {"CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"}
    subnet = {"Type": SUBNET, "Properties": {"VpcId": {"Ref": "V"}, **place}}
    made = group(TargetGroupARNs=[{"Ref": "T"}], VPCZoneIdentifier=[{"Ref": "A"}], HealthCheckType="ELB")
    resources = {**vpcs, "A": subnet, "G": made}
    assert not ask({**resources, "T": targets(VpcId={"Ref": "V"})}).of("ASG006")
    assert ask({**resources, "T": targets(VpcId={"Ref": "W"})}).severities("ASG006") == ["warning"]


# Mixes


@pytest.mark.parametrize(
    "distribution",
    [
        {"SpotInstancePools": 3},
        {"SpotInstancePools": 3, "SpotAllocationStrategy": {"Ref": "Id"}},
        {"OnDemandPercentageAboveBaseCapacity": "100", "OnDemandBaseCapacity": {"Ref": "Least"}},
        {"SpotAllocationStrategy": "price-capacity-optimized", "OnDemandAllocationStrategy": "prioritized"},
    ],
)
def test_mixes_within_their_bounds_are_fine(ask: Ask, distribution: dict[str, Any]) -> None:
    assert not ask({"G": mixed(distribution)}, Parameters=STRINGS).of("ASG007")


def test_weights_are_for_all_types_or_none_as_far_as_all_are_known(ask: Ask) -> None:
    weighed, plain = {"InstanceType": "m5.large", "WeightedCapacity": "1"}, {"InstanceType": "m5.xlarge"}
    assert not ask({"G": mixed(overrides=[weighed, {"Ref": "Id"}])}, Parameters=STRINGS).of("ASG007")
    assert ask({"G": mixed(overrides=[weighed, plain])}).severities("ASG007") == ["error"]


# Policies


@pytest.mark.parametrize(
    "given",
    [
        policy(AdjustmentType="ChangeInCapacity", ScalingAdjustment=1),
        policy({"Ref": "Id"}),  # type: ignore[arg-type]
        policy("StepScaling", AdjustmentType="ExactCapacity", StepAdjustments={"Ref": "Id"}),
        policy("TargetTrackingScaling", TargetTrackingConfiguration={"Ref": "Id"}),
        policy(
            "StepScaling", AdjustmentType="ChangeInCapacity",
            StepAdjustments=[
                {"MetricIntervalLowerBound": "10", "ScalingAdjustment": 2},
                {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": "10", "ScalingAdjustment": 1},
            ],
        ),
        policy(
            "StepScaling", AdjustmentType="ChangeInCapacity",
            StepAdjustments=[
                {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": {"Ref": "Most"}, "ScalingAdjustment": 1},
                {"MetricIntervalLowerBound": 50, "ScalingAdjustment": 2},
            ],
        ),
        policy(
            "TargetTrackingScaling",
            TargetTrackingConfiguration={
                "TargetValue": 100,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": {"Fn::Sub": "${Id}/x"},
                },
            },
        ),
    ],
)  # fmt: skip
def test_policies_that_are_whole_or_unknown_are_fine(ask: Ask, given: dict[str, Any]) -> None:
    assert not ask({"P": given}, Parameters=STRINGS).of("ASG008")


def test_a_cooldown_of_a_tracking_policy_is_a_warning(ask: Ask) -> None:
    made = on_cpu("web")
    made["Properties"]["Cooldown"] = "60"
    assert ask({"P": made}).severities("ASG008") == ["warning"]


def test_a_schedule_that_moves_the_bounds_lets_the_group_scale(ask: Ask) -> None:
    resources = {"G": group(MaxSize="2"), "P": on_cpu({"Ref": "G"})}
    assert ask(resources).severities("ASG009") == ["warning"]
    for name in ({"Ref": "G"}, {"Ref": "Id"}):
        day = {"AutoScalingGroupName": name, "Recurrence": "0 8 * * *", "MaxSize": 8}
        assert not ask({**resources, "S": {"Type": ACTION, "Properties": day}}, Parameters=STRINGS).of("ASG009")


def test_a_desired_capacity_is_only_hinted_at_where_something_scales(ask: Ask) -> None:
    assert not ask({"G": group(DesiredCapacity="3")}).of("ASG017")
    assert ask({"G": group(DesiredCapacity="3"), "P": on_cpu({"Ref": "G"})}).severities("ASG017") == ["info"]


# Hooks, schedules, updates


def test_a_hook_without_a_target_needs_no_role_and_a_reference_tells_what_the_target_is(ask: Ask) -> None:
    def hook(**given: Any) -> dict[str, Any]:
        properties = {
            "AutoScalingGroupName": "web",
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
            **given,
        }
        return {"Type": "AWS::AutoScaling::LifecycleHook", "Properties": properties}

    topic = {"Type": "AWS::SNS::Topic", "Properties": {}}
    assert not ask({"H": hook()}).of("ASG011")
    assert not ask({"H": hook(NotificationTargetARN={"Ref": "Id"})}, Parameters=STRINGS).of("ASG011")
    assert ask({"H": hook(NotificationTargetARN={"Ref": "T"}), "T": topic}).severities("ASG011") == ["error"]


@pytest.mark.parametrize("cron", ["0 8 * * 1-5", "*/5 0 1 JAN MON", {"Ref": "Id"}])
def test_schedules_in_five_fields_or_unknown_are_fine(ask: Ask, cron: Any) -> None:
    action = {"AutoScalingGroupName": "web", "MinSize": 1, "Recurrence": cron}
    assert not ask({"S": {"Type": ACTION, "Properties": action}}, Parameters=STRINGS).of("ASG012")


@pytest.mark.parametrize(
    "ways",
    [
        {"AutoScalingRollingUpdate": {"MinInstancesInService": 3, "PauseTime": "PT1H"}},
        {"AutoScalingRollingUpdate": {"MinInstancesInService": {"Ref": "Most"}, "MaxBatchSize": "100"}},
        {"AutoScalingRollingUpdate": {"PauseTime": {"Ref": "Id"}, "WaitOnResourceSignals": "true"}},
        {"AutoScalingRollingUpdate": {"WaitOnResourceSignals": True}},
        {"AutoScalingReplacingUpdate": {"WillReplace": True}, "AutoScalingScheduledAction": {}},
        {"AutoScalingInstanceRefresh": {"Strategy": "Rolling", "Preferences": {"MinHealthyPercentage": 0}}},
        {"Fn::If": ["Prod", {"AutoScalingRollingUpdate": {}}, {"Ref": "AWS::NoValue"}]},
    ],
)
def test_ways_of_updating_within_their_bounds_are_fine(ask: Ask, ways: dict[str, Any]) -> None:
    assert not ask({"G": group(UpdatePolicy=ways)}, Conditions=PROD, Parameters=STRINGS).of("ASG013")


def test_a_rolling_update_that_keeps_all_instances_cannot_go_on(ask: Ask) -> None:
    made = group(UpdatePolicy={"AutoScalingRollingUpdate": {"MinInstancesInService": 4}})
    said = ask({"G": made})
    assert said.where("ASG013") == [("G", "UpdatePolicy", "AutoScalingRollingUpdate", "MinInstancesInService")]
    assert "MaxSize is 4" in said.of("ASG013")[0].message


def update(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    graphs = []
    for resources in (old, new):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": resources, "Parameters": STRINGS}, "shop"))
        graphs.append(graph)
    return [one.severity for one in check_update(*graphs) if one.rule == "ASG016"]


def test_running_instances_stay_behind_only_without_a_way_of_updating_them() -> None:
    def made(type: str, **attributes: Any) -> dict[str, Any]:
        named = {"LaunchTemplateId": {"Ref": "T"}, "Version": {"Fn::GetAtt": ["T", "LatestVersionNumber"]}}
        template = {"Type": TEMPLATE, "Properties": {"LaunchTemplateData": {"InstanceType": type}}}
        return {"T": template, "G": group(LaunchTemplate=named, **attributes)}

    rolling: dict[str, Any] = {"UpdatePolicy": {"AutoScalingRollingUpdate": {}}}
    sized = {"UpdatePolicy": {"AutoScalingScheduledAction": {"IgnoreUnmodifiedGroupSizeProperties": True}}}
    assert update(made("m5.large"), made("m5.xlarge")) == ["warning"]
    assert update(made("m5.large", **sized), made("m5.xlarge", **sized)) == ["warning"]
    assert not update(made("m5.large", **rolling), made("m5.xlarge", **rolling))
    assert not update(made("m5.large"), made("m5.large"))
    assert not update(made("m5.large"), made("m5.large", MaxSize="8"))
