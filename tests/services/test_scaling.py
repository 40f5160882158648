"""Auto Scaling groups: defaults, what they follow, what they are tied to, permissions, what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from awsdeck import (
    ALB,
    VPC,
    App,
    AutoScalingGroup,
    ConstraintError,
    ConstructError,
    EBSDevice,
    IAMRole,
    Image,
    InstanceNeeds,
    InstanceRefresh,
    KMSKey,
    LambdaFunction,
    LaunchTemplate,
    Metric,
    MixedPurchase,
    Parameter,
    ReplacingUpdate,
    Reserved,
    RollingUpdate,
    Signals,
    SNSTopic,
    Spot,
    SQSQueue,
    Stack,
    TargetGroup,
    TargetHealth,
    inline,
)
from awsdeck.synth import synthesize

IMAGE = Image("ami-0123456789abcdef0", root_device="/dev/xvda", architecture="x86_64")
LINKED = {
    "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/autoscaling.amazonaws.com/"
    "AWSServiceRoleForAutoScaling"
}


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def group(stack: Stack, vpc: VPC, id: str = "Web", **options: Any) -> AutoScalingGroup:
    given = {"vpc": vpc, "max": 4, "image": IMAGE, "instance_type": "m5.large", **options}
    return AutoScalingGroup(stack, id, **given)


def made(stack: Stack, id: str = "Web") -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def statements(stack: Stack, policy: str) -> list[Any]:
    found: list[Any] = resources(stack)[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


# What it is


def test_a_group_stands_in_private_subnets_and_starts_with_its_least(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, min=2)
    assert made(stack) == {
        "MinSize": "2",
        "MaxSize": "4",
        "VPCZoneIdentifier": [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}],
        "LaunchTemplate": {
            "LaunchTemplateId": {"Ref": "WebLaunchTemplate"},
            "Version": {"Fn::GetAtt": ["WebLaunchTemplate", "LatestVersionNumber"]},
        },
    }


def test_running_instances_are_replaced_one_by_one_and_what_has_scaled_stays(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, min=2)
    assert resources(stack)["Web"]["UpdatePolicy"] == {
        "AutoScalingRollingUpdate": {
            "MaxBatchSize": 1,
            "MinInstancesInService": 2,
            "SuspendProcesses": [
                "AZRebalance", "AlarmNotification", "HealthCheck", "ReplaceUnhealthy", "ScheduledActions",
            ],
        },
        "AutoScalingScheduledAction": {"IgnoreUnmodifiedGroupSizeProperties": True},
    }  # fmt: skip


@pytest.mark.parametrize(("least", "most", "keep"), [(1, 1, None), (4, 4, 3), (0, 2, None), (2, 3, 2)])
def test_a_rolling_update_keeps_what_it_can(stack: Stack, vpc: VPC, least: int, most: int, keep: int | None) -> None:
    group(stack, vpc, min=least, max=most)
    rolling = resources(stack)["Web"]["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert rolling.get("MinInstancesInService") == keep


def test_sizes_may_come_from_parameters(stack: Stack, vpc: VPC) -> None:
    most = Parameter(stack, "Most", type="Number").ref
    group(stack, vpc, max=most)
    assert made(stack)["MaxSize"] == {"Ref": "Most"}
    assert "MinInstancesInService" not in resources(stack)["Web"]["UpdatePolicy"]["AutoScalingRollingUpdate"]


def test_the_launch_template_is_as_described(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, root=EBSDevice(30), devices={"/dev/sdf": EBSDevice(500, type="st1")}, user_data="#!/bin/sh\n")
    data = made(stack, "WebLaunchTemplate")["LaunchTemplateData"]
    assert data["ImageId"] == "ami-0123456789abcdef0"
    assert data["SecurityGroupIds"] == [{"Fn::GetAtt": ["WebLaunchTemplateSecurityGroup", "GroupId"]}]
    assert [one["DeviceName"] for one in data["BlockDeviceMappings"]] == ["/dev/xvda", "/dev/sdf"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"


def test_a_template_of_ones_own_says_what_instances_are_like(stack: Stack, vpc: VPC) -> None:
    template = LaunchTemplate(stack, "Template", image=IMAGE, instance_type="m5.large", vpc=vpc)
    web = AutoScalingGroup(stack, "Web", vpc=vpc, max=4, launch_template=template)
    assert web.connections is template.connections
    with pytest.raises(ConstructError, match="instance_type, role, purchase has to be said there"):
        AutoScalingGroup(
            stack, "B", vpc=vpc, max=4, launch_template=template, instance_type="m5.large", role="arn:aws:iam::1:role/r",
            purchase=Spot(),
        )  # fmt: skip
    assert made(stack)["LaunchTemplate"]["LaunchTemplateId"] == {"Ref": "Template"}


def test_all_other_settings_are_written_as_auto_scaling_calls_them(stack: Stack, vpc: VPC) -> None:
    group(
        stack, vpc, health_check=["ebs", "elb"], cooldown=60, warm_up=120, max_instance_lifetime=86_400,
        termination_policies=["oldest-launch-template", "closest-to-next-instance-hour"], protect_from_scale_in=True,
        metrics=True, maintenance=(90, 110), zone_balance="only", deletion_protection="all", capacity_rebalance=False,
        placement_group="rack", name="web",
    )  # fmt: skip
    found = made(stack)
    expected = {
        "AutoScalingGroupName": "web",
        "HealthCheckType": "EBS,ELB",
        "HealthCheckGracePeriod": 300,
        "Cooldown": "60",
        "DefaultInstanceWarmup": 120,
        "MaxInstanceLifetime": 86_400,
        "TerminationPolicies": ["OldestLaunchTemplate", "ClosestToNextInstanceHour"],
        "NewInstancesProtectedFromScaleIn": True,
        "MetricsCollection": [{"Granularity": "1Minute"}],
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 110},
        "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-only"},
        "DeletionProtection": "prevent-all-deletion",
        "CapacityRebalance": False,
        "PlacementGroup": "rack",
    }
    assert expected.items() <= found.items()


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"min": 5}, "ASG001"),
        ({"desired": 5}, "ASG001"),
        ({"health_check": "alb"}, "ASG005"),
        ({"max_instance_lifetime": 60}, "ASG009"),
        ({"update": RollingUpdate(keep=4)}, "ASG013"),
        ({"update": RollingUpdate(batch=0)}, "ASG013"),
        ({"update": RollingUpdate(pause=3_601)}, "ASG013"),
        ({"update": InstanceRefresh(min_healthy=50, max_healthy=200)}, "ASG013"),
        ({"purchase": MixedPurchase(on_demand_percent_above=101)}, "ASG007"),
        ({"purchase": MixedPurchase(spot_pools=2)}, "ASG007"),
        ({"purchase": MixedPurchase([("m5.large", 0)])}, "ASG007"),
        ({"root": EBSDevice(500, type="st1")}, "EBS001"),
    ],
)
def test_a_value_the_documentation_forbids_is_an_error_at_the_line(
    stack: Stack, vpc: VPC, keywords: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        group(stack, vpc, **keywords)
    assert rule in rules(caught)
    for finding in caught.value.findings:
        assert str(finding.file).endswith("test_scaling.py")
        assert finding.source


def test_nowhere_to_stand_is_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        AutoScalingGroup(stack, "Web", max=4, image=IMAGE, instance_type="m5.large")
    assert rules(caught) == {"ASG004"}
    with pytest.raises(ConstructError, match="subnets= without vpc="):
        AutoScalingGroup(stack, "B", max=4, image=IMAGE, instance_type="m5.large", subnets="private")


def test_one_zone_is_a_warning(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, subnets=vpc.subnets("private")[:1])
    resources(stack)
    assert "ASG010" in {finding.rule for finding in stack.node.root_app.findings}


def test_a_termination_policy_that_there_is_not_is_refused(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="oldest") as caught:
        group(stack, vpc, termination_policies=["oldest"])
    assert "oldest-instance" in str(caught.value.fix)


def test_a_function_may_choose_who_goes(stack: Stack, vpc: VPC) -> None:
    chooser = LambdaFunction(stack, "Chooser", code=inline("def handler(e, c): ..."), runtime="python3.13")
    group(stack, vpc, termination_policies=[chooser, "default"])
    found = resources(stack)
    assert found["Web"]["Properties"]["TerminationPolicies"] == [{"Fn::GetAtt": ["Chooser", "Arn"]}, "Default"]
    (permission,) = [one for one in found.values() if one["Type"] == "AWS::Lambda::Permission"]
    assert permission["Properties"]["Principal"] == LINKED


# How it is paid for


def test_spot_stands_in_the_template_and_is_rebalanced(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, purchase=Spot(max_price=0.05))
    assert made(stack)["CapacityRebalance"] is True
    market = made(stack, "WebLaunchTemplate")["LaunchTemplateData"]["InstanceMarketOptions"]
    assert market == {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05", "SpotInstanceType": "one-time"}}


def test_a_request_that_goes_on_is_of_no_use_to_a_group(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, purchase=Spot(on_interruption="stop"))
    resources(stack)
    assert "ASG018" in {finding.rule for finding in stack.node.root_app.findings}


def test_capacity_is_not_reserved_for_a_group(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="keeps capacity for one instance"):
        group(stack, vpc, purchase=Reserved())


def test_a_mix_names_types_with_weights_best_first(stack: Stack, vpc: VPC) -> None:
    group(
        stack, vpc, instance_type=None,
        purchase=MixedPurchase(
            [("m5.xlarge", 2), ("m5.2xlarge", 4)], on_demand_base=1, on_demand_percent_above=25,
            spot_strategy="lowest-price", spot_pools=3, spot_max_price=0.2, on_demand_strategy="prioritized",
        ),
    )  # fmt: skip
    policy = made(stack)["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"] == {
        "OnDemandBaseCapacity": 1, "OnDemandPercentageAboveBaseCapacity": 25, "OnDemandAllocationStrategy": "prioritized",
        "SpotAllocationStrategy": "lowest-price", "SpotInstancePools": 3, "SpotMaxPrice": "0.2",
    }  # fmt: skip
    assert policy["LaunchTemplate"]["Overrides"] == [
        {"InstanceType": "m5.xlarge", "WeightedCapacity": "2"}, {"InstanceType": "m5.2xlarge", "WeightedCapacity": "4"},
    ]  # fmt: skip
    assert made(stack, "WebLaunchTemplate")["LaunchTemplateData"]["InstanceType"] == "m5.xlarge"
    assert made(stack)["CapacityRebalance"] is True


def test_a_mix_that_is_all_on_demand_is_not_rebalanced(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, purchase=MixedPurchase(["m5.large", "m5a.large"], on_demand_percent_above=100))
    assert "CapacityRebalance" not in made(stack)


def test_needs_take_the_place_of_types(stack: Stack, vpc: VPC) -> None:
    needs = InstanceNeeds((2, 8), (4_096, None), manufacturers=["intel"], burstable="included", but=["t2.*"])
    group(stack, vpc, instance_type=None, purchase=MixedPurchase(needs))
    assert made(stack)["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"] == [
        {
            "InstanceRequirements": {
                "VCpuCount": {"Min": 2, "Max": 8}, "MemoryMiB": {"Min": 4_096}, "CpuManufacturers": ["intel"],
                "BurstablePerformance": "included", "ExcludedInstanceTypes": ["t2.*"],
            }
        }
    ]  # fmt: skip
    with pytest.raises(ConstructError, match="both are given"):
        InstanceNeeds((2, 8), (4_096, None), only=["m5.*"], but=["t2.*"])
    with pytest.raises(ConstructError, match="vcpus=2"):
        InstanceNeeds(2, (4_096, None))  # type: ignore[arg-type]


def test_a_template_that_asks_for_spot_itself_does_not_go_into_a_mix(stack: Stack, vpc: VPC) -> None:
    template = LaunchTemplate(stack, "T", image=IMAGE, instance_type="m5.large", vpc=vpc, purchase=Spot())
    AutoScalingGroup(stack, "Web", vpc=vpc, max=4, launch_template=template, purchase=MixedPurchase(["m5.large"]))
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"ASG007"}


# How it is brought up to date


def test_signals_are_waited_for_at_first_and_in_every_batch(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, min=2, signals=Signals(timeout=5_400, min_success_percent=50))
    found = resources(stack)["Web"]
    assert found["CreationPolicy"] == {
        "ResourceSignal": {"Count": 2, "Timeout": "PT1H30M"},
        "AutoScalingCreationPolicy": {"MinSuccessfulInstancesPercent": 50},
    }
    rolling = found["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert (rolling["WaitOnResourceSignals"], rolling["PauseTime"]) == (True, "PT1H")


def test_an_instance_refresh_says_how_far_it_goes(stack: Stack, vpc: VPC) -> None:
    refresh = InstanceRefresh(min_healthy=90, checkpoints=[50], checkpoint_delay=60, standby="wait", alarms=["slow"])
    group(stack, vpc, update=refresh)
    assert resources(stack)["Web"]["UpdatePolicy"]["AutoScalingInstanceRefresh"] == {
        "Strategy": "Rolling",
        "Preferences": {
            "MinHealthyPercentage": 90, "CheckpointPercentages": [50], "CheckpointDelay": 60, "StandbyInstances": "Wait",
            "AlarmSpecification": {"Alarms": ["slow"]},
        },
    }  # fmt: skip
    with pytest.raises(ConstructError, match="strategy='all'"):
        InstanceRefresh("all")  # type: ignore[arg-type]


def test_a_group_may_be_replaced_as_a_whole_or_left_alone(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc, "A", update=ReplacingUpdate())
    group(stack, vpc, "B", update=None)
    found = resources(stack)
    assert found["A"]["UpdatePolicy"]["AutoScalingReplacingUpdate"] == {"WillReplace": True}
    assert list(found["B"]["UpdatePolicy"]) == ["AutoScalingScheduledAction"]


# What it follows


def test_a_group_follows_its_processor_and_its_network(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.scale_on_cpu(40, warm_up=60, scale_in=False)
    web.scale_on_network(1_000_000, "out")
    assert made(stack, "WebOnCpu") == {
        "AutoScalingGroupName": {"Ref": "Web"},
        "PolicyType": "TargetTrackingScaling",
        "EstimatedInstanceWarmup": 60,
        "TargetTrackingConfiguration": {
            "TargetValue": 40,
            "DisableScaleIn": True,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
        },
    }
    tracked = made(stack, "WebOnNetworkOut")["TargetTrackingConfiguration"]
    assert tracked["PredefinedMetricSpecification"] == {"PredefinedMetricType": "ASGAverageNetworkOut"}


def test_requests_are_counted_for_one_target_group_once_something_sends_them(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    targets = TargetGroup(stack, "Targets", vpc=vpc, targets=[web])
    with pytest.raises(ConstructError, match="no Application Load Balancer sends requests"):
        web.scale_on_requests(targets, 1_000)
    ALB(stack, "Front", vpc=vpc, scheme="internal", subnets="private").add_listener(80, default=targets)
    web.scale_on_requests(targets, 1_000)
    found = resources(stack)["WebOnRequests"]
    metric = found["Properties"]["TargetTrackingConfiguration"]["PredefinedMetricSpecification"]
    assert metric == {
        "PredefinedMetricType": "ALBRequestCountPerTarget",
        "ResourceLabel": {"Fn::Sub": "${Front.LoadBalancerFullName}/${Targets.TargetGroupFullName}"},
    }
    assert "FrontListener80" in found["DependsOn"]


def test_a_policy_that_counts_requests_waits_for_the_rule_that_sends_them(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    targets = TargetGroup(stack, "Targets", vpc=vpc, targets=[web])
    listener = ALB(stack, "Front", vpc=vpc, scheme="internal", subnets="private").add_listener(80)
    listener.add_rule(targets, path="/shop")
    web.scale_on_requests(targets, 1_000)
    assert resources(stack)["WebOnRequests"]["DependsOn"] == ["FrontListener80Rule10"]


def test_any_metric_can_be_followed(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    jobs = SQSQueue(stack, "Jobs")
    web.scale_on(Metric("Shop", "Sessions", {"Tier": "web"}), 100)
    web.scale_on(Metric("Shop", "Latency", statistic="p99"), 2, id="OnLatency")
    web.scale_on(
        jobs.metric("ApproximateNumberOfMessagesVisible") / web.metric("GroupInServiceInstances"), 10, id="OnBacklog"
    )  # fmt: skip
    assert made(stack, "WebOnSessions")["TargetTrackingConfiguration"]["CustomizedMetricSpecification"] == {
        "Namespace": "Shop", "MetricName": "Sessions", "Statistic": "Average",
        "Dimensions": [{"Name": "Tier", "Value": "web"}],
    }  # fmt: skip
    (latency,) = made(stack, "WebOnLatency")["TargetTrackingConfiguration"]["CustomizedMetricSpecification"]["Metrics"]
    assert (latency["MetricStat"]["Stat"], latency["ReturnData"]) == ("p99", True)
    queries = made(stack, "WebOnBacklog")["TargetTrackingConfiguration"]["CustomizedMetricSpecification"]["Metrics"]
    assert [one["ReturnData"] for one in queries] == [True, False, False]
    assert queries[0]["Expression"] == "m1 / m2"
    with pytest.raises(ConstructError, match="is no metric"):
        web.scale_on("CPUUtilization", 50)  # type: ignore[arg-type]


def test_steps_up_and_down_join_and_have_an_alarm_each(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    metric = web.metric("CPUUtilization", statistic="Maximum")
    web.scale_by_steps(metric, above={90: 3, 70: 1}, below={30: -1, 10: -2}, periods=2, id="Cpu")
    up, down = made(stack, "WebCpuUp"), made(stack, "WebCpuDown")
    assert up["StepAdjustments"] == [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 3},
    ]
    assert down["StepAdjustments"] == [
        {"MetricIntervalLowerBound": -20, "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1},
        {"MetricIntervalUpperBound": -20, "ScalingAdjustment": -2},
    ]
    assert (up["AdjustmentType"], up["MetricAggregationType"]) == ("ChangeInCapacity", "Maximum")
    alarm = made(stack, "WebCpuUpAlarm")
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (70, "GreaterThanOrEqualToThreshold")
    assert (alarm["EvaluationPeriods"], alarm["AlarmActions"]) == (2, [{"Ref": "WebCpuUp"}])
    low = made(stack, "WebCpuDownAlarm")
    assert (low["Threshold"], low["ComparisonOperator"]) == (30, "LessThanOrEqualToThreshold")


def test_steps_may_be_percent_or_sizes(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.scale_by_steps(web.metric("CPUUtilization"), above={70: 20}, unit="percent", at_least=2)
    found = made(stack, "WebOnCPUUtilizationUp")
    assert (found["AdjustmentType"], found["MinAdjustmentMagnitude"]) == ("PercentChangeInCapacity", 2)
    with pytest.raises(ConstructError, match="no steps"):
        web.scale_by_steps(web.metric("CPUUtilization"))


def test_schedules_change_the_bounds_in_a_time_zone(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.scale_on_schedule("0 7 * * 1-5", min=2, timezone="Europe/Berlin")
    east = timezone(timedelta(hours=2))
    web.scale_on_schedule(start=datetime(2027, 1, 1, 2, tzinfo=east), desired=4)
    assert made(stack, "WebSchedule1") == {
        "AutoScalingGroupName": {"Ref": "Web"}, "Recurrence": "0 7 * * 1-5", "MinSize": 2, "TimeZone": "Europe/Berlin",
    }  # fmt: skip
    assert made(stack, "WebSchedule2")["StartTime"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "given",
    [
        {"cron": "0 7 * * *"},
        {"cron": "cron(0 7 * * ? *)", "min": 1},
        {"cron": "0 7 * * *", "min": 3, "max": 2},
    ],
)
def test_a_schedule_that_does_nothing_or_at_no_time_is_an_error(stack: Stack, vpc: VPC, given: dict[str, Any]) -> None:
    web = group(stack, vpc)
    with pytest.raises(ConstraintError) as caught:
        web.scale_on_schedule(**given)
    assert rules(caught) == {"ASG012"}


def test_load_is_foreseen(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.scale_predictively("network-in", 1_000, ahead=600, beyond_max=10)
    assert made(stack, "WebPredictive")["PredictiveScalingConfiguration"] == {
        "Mode": "ForecastAndScale",
        "MetricSpecifications": [
            {"TargetValue": 1_000, "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ASGNetworkIn"}}
        ],
        "SchedulingBufferTime": 600,
        "MaxCapacityBreachBehavior": "IncreaseMaxCapacity",
        "MaxCapacityBuffer": 10,
    }
    with pytest.raises(ConstructError, match="target_group= goes with"):
        web.scale_predictively("requests", 1_000, id="Other")


def test_a_policy_of_a_group_of_one_size_is_a_warning(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc, min=2, max=2)
    web.scale_by_steps(web.metric("CPUUtilization"), above={70: 1})
    resources(stack)
    assert "ASG009" in {finding.rule for finding in stack.node.root_app.findings}


# What happens to its instances


def test_a_queue_is_told_through_a_role_that_may_do_nothing_else(stack: Stack, vpc: VPC) -> None:
    leaving = SQSQueue(stack, "Leaving")
    group(stack, vpc).on_terminate(leaving, timeout=600, otherwise="continue", metadata="drain")
    found = resources(stack)
    hook = found["WebOnTerminate"]
    assert hook["Properties"] == {
        "AutoScalingGroupName": {"Ref": "Web"},
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": 600,
        "DefaultResult": "CONTINUE",
        "NotificationMetadata": "drain",
        "NotificationTargetARN": {"Fn::GetAtt": ["Leaving", "Arn"]},
        "RoleARN": {"Fn::GetAtt": ["WebOnTerminateRole", "Arn"]},
    }
    assert hook["DependsOn"] == ["WebOnTerminateRolePolicy"]
    (statement,) = statements(stack, "WebOnTerminateRolePolicy")
    assert statement["Resource"] == {"Fn::GetAtt": ["Leaving", "Arn"]}
    assert statement["Action"] == ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"]


def test_a_topic_is_told_and_a_role_may_be_given(stack: Stack, vpc: VPC) -> None:
    role = IAMRole(stack, "Role", assumed_by="autoscaling.amazonaws.com")
    group(stack, vpc).on_launch(SNSTopic(stack, "Events"), role=role)
    assert made(stack, "WebOnLaunch")["RoleARN"] == {"Fn::GetAtt": ["Role", "Arn"]}
    (statement,) = statements(stack, "RolePolicy")
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", {"Ref": "Events"})


def test_a_function_hears_of_this_group_alone_and_may_answer(stack: Stack, vpc: VPC) -> None:
    greeter = LambdaFunction(stack, "Greeter", code=inline("def handler(e, c): ..."), runtime="python3.13")
    group(stack, vpc).on_launch(greeter)
    found = resources(stack)
    assert "NotificationTargetARN" not in found["WebOnLaunch"]["Properties"]
    (rule,) = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Events::Rule"]
    assert rule["EventPattern"] == {
        "source": ["aws.autoscaling"],
        "detail-type": ["EC2 Instance-launch Lifecycle Action"],
        "detail": {"AutoScalingGroupName": [{"Ref": "Web"}]},
    }
    answers = [one for one in statements(stack, "GreeterRolePolicy") if "autoscaling" in str(one["Action"])]
    assert answers == [
        {
            "Effect": "Allow",
            "Action": ["autoscaling:CompleteLifecycleAction", "autoscaling:RecordLifecycleActionHeartbeat"],
            "Resource": {"Fn::GetAtt": ["Web", "AutoScalingGroupARN"]},
        }
    ]


def test_a_hook_that_nobody_hears_of_and_one_that_is_too_short(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    with pytest.raises(ConstraintError) as caught:
        web.on_terminate(timeout=29)
    assert rules(caught) == {"ASG011"}
    web.on_launch(timeout=30)
    assert "RoleARN" not in made(stack, "WebOnLaunch")


def test_instances_wait_in_a_warm_pool(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.warm_pool(least=1, most=3, state="hibernated", reuse=True)
    assert made(stack, "WebWarmPool") == {
        "AutoScalingGroupName": {"Ref": "Web"}, "MinSize": 1, "MaxGroupPreparedCapacity": 3, "PoolState": "Hibernated",
        "InstanceReusePolicy": {"ReuseOnScaleIn": True},
    }  # fmt: skip


def test_a_topic_is_told_of_what_comes_and_goes(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    web.notify(SNSTopic(stack, "A"))
    web.notify(SNSTopic(stack, "B"), on=["launch-error"])
    with pytest.raises(ConstructError, match="on='crash'"):
        web.notify(SNSTopic(stack, "C"), on=["crash"])  # type: ignore[list-item]
    first, second = made(stack)["NotificationConfigurations"]
    assert len(first["NotificationTypes"]) == 4
    assert second == {"TopicARN": {"Ref": "B"}, "NotificationTypes": ["autoscaling:EC2_INSTANCE_LAUNCH_ERROR"]}


# What it is tied to


def test_a_target_group_makes_its_health_checks_count_and_opens_its_port_alone(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    targets = TargetGroup(stack, "Targets", vpc=vpc, port=8080, health=TargetHealth(port=8081), targets=[web])
    ALB(stack, "Front", vpc=vpc, scheme="internal", subnets="private").add_listener(80, default=targets)
    found = made(stack)
    assert found["TargetGroupARNs"] == [{"Ref": "Targets"}]
    assert (found["HealthCheckType"], found["HealthCheckGracePeriod"]) == ("ELB", 300)
    opened = [
        one["Properties"]["FromPort"]
        for one in resources(stack).values()
        if one["Type"] == "AWS::EC2::SecurityGroupIngress"
        and one["Properties"]["GroupId"] == {"Fn::GetAtt": ["WebLaunchTemplateSecurityGroup", "GroupId"]}
    ]
    assert sorted(opened) == [8080, 8081]


def test_what_was_said_of_health_stays_and_a_target_group_is_joined_once(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc, health_check="elb", health_check_grace=30)
    for _ in range(2):
        web.join_target_group("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef")
    assert len(made(stack)["TargetGroupARNs"]) == 1
    assert made(stack)["HealthCheckGracePeriod"] == 30


def test_instances_get_permissions_by_their_role(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    jobs = SQSQueue(stack, "Jobs")
    jobs.grant_consume(web)
    (statement,) = statements(stack, "WebLaunchTemplateRolePolicy")
    assert statement["Resource"] == {"Fn::GetAtt": ["Jobs", "Arn"]}


def test_resizing_is_granted_for_the_group_alone(stack: Stack, vpc: VPC) -> None:
    role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
    group(stack, vpc).grant_resize(role)
    AutoScalingGroup.from_name(stack, "Old", "old").grant_complete(role)
    first, second = statements(stack, "RolePolicy")
    assert first["Resource"] == {"Fn::GetAtt": ["Web", "AutoScalingGroupARN"]}
    assert second["Resource"] == {
        "Fn::Sub": "arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}:"
        "autoScalingGroup:*:autoScalingGroupName/old"
    }


def test_keys_of_disks_let_auto_scaling_use_them_and_nobody_else(stack: Stack, vpc: VPC) -> None:
    key = KMSKey(stack, "Key")
    group(stack, vpc, root=EBSDevice(30, key=key), devices={"/dev/sdf": EBSDevice(100, key=key)})
    _, use, grant = made(stack, "Key")["KeyPolicy"]["Statement"]
    own = {"aws:PrincipalArn": LINKED, "kms:CallerAccount": {"Ref": "AWS::AccountId"}}
    assert use["Condition"] == {"StringEquals": own}
    assert grant["Action"] == "kms:CreateGrant"
    assert grant["Condition"] == {"StringEquals": own, "Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_an_existing_group_scales_too_and_says_what_it_does_not_know(stack: Stack) -> None:
    old = AutoScalingGroup.from_name(stack, "Old", "web")
    old.scale_on_cpu(50)
    assert made(stack, "OldOnCpu")["AutoScalingGroupName"] == "web"
    with pytest.raises(ConstructError, match="role of the instances"):
        old.allow("s3:GetObject", on="*")
    with pytest.raises(ConstructError, match="security groups"):
        _ = old.connections


def test_metrics_are_found_where_aws_publishes_them(stack: Stack, vpc: VPC) -> None:
    web = group(stack, vpc)
    assert web.metric("GroupInServiceInstances").namespace == "AWS/AutoScaling"
    assert web.metric("CPUUtilization").namespace == "AWS/EC2"


def test_tags_of_the_tree_reach_the_instances(stack: Stack, vpc: VPC) -> None:
    group(stack, vpc)
    stack.node.tag("team", "shop")
    assert made(stack)["Tags"] == [{"Key": "team", "Value": "shop", "PropagateAtLaunch": True}]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda web: web.scale_by_steps("CPUUtilization", above={70: 1}), "is no metric"),
        (lambda web: web.scale_by_steps(web.metric("CPUUtilization"), above={"70": 1}), "at no number"),
        (lambda web: web.scale_by_steps(web.metric("CPUUtilization"), above={70: 1}, unit="share"), "unit='share'"),
        (lambda web: web.scale_on_requests("arn", 100), "no target group"),
        (lambda web: web.scale_predictively("memory"), "on='memory'"),
        (lambda web: web.scale_on_schedule(start=5, min=1), "no point in time"),
        (lambda web: web.notify("arn:aws:sns:eu-west-1:123456789012:events"), "cannot tell a str"),
        (lambda web: web.on_launch(5), "notify="),
        (lambda web: web.warm_pool(state="asleep"), "state="),
        (lambda web: web.grant_resize("ec2.amazonaws.com"), "no policy of its own"),
        (lambda web: web.grant_complete("ec2.amazonaws.com"), "no policy of its own"),
        (lambda _: Signals(timeout="15m"), "no time to wait"),  # type: ignore[arg-type]
        (lambda _: InstanceRefresh(standby="leave"), "standby='leave'"),  # type: ignore[arg-type]
        (lambda _: MixedPurchase("m5.large"), "is one"),
    ],
)
def test_mistakes_are_told_in_words(stack: Stack, vpc: VPC, act: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words):
        act(group(stack, vpc))


@pytest.mark.parametrize(
    "keywords", [{"update": "rolling"}, {"purchase": "spot"}, {"signals": 5}, {"maintenance": (90,)}]
)
def test_what_is_no_setting_is_refused(stack: Stack, vpc: VPC, keywords: dict[str, Any]) -> None:
    with pytest.raises(ConstructError, match=f"{next(iter(keywords))}="):
        group(stack, vpc, **keywords)
