"""Instances, launch templates, hosts and purchases: defaults, wiring, permissions, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    VPC,
    App,
    ConstraintError,
    ConstructError,
    DedicatedHost,
    DedicatedInstance,
    EBSDevice,
    EBSVolume,
    EC2Host,
    EC2Instance,
    EC2KeyPair,
    EC2PlacementGroup,
    HostReservation,
    IAMRole,
    Image,
    LaunchTemplate,
    OnDemand,
    Parameter,
    Reserved,
    S3Bucket,
    SecurityGroup,
    Spot,
    SQSQueue,
    Stack,
    UserData,
    suggest,
)
from awsdeck.services.ec2.reservation import purchase_plan
from awsdeck.synth import synthesize

AMI = "ami-0abcdef1234567890"
X86 = Image(AMI, architecture="x86_64", root_device="/dev/sda1")
HERE = Path(__file__).name


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc", availability_zones=["eu-west-1a", "eu-west-1b"], nat_gateways="none")


def template(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template
    return found


def made(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = template(stack)["Resources"][id]["Properties"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def warned(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings if finding.severity == "warning"}


# Instances


def test_a_plain_instance_asks_for_sessions_encrypts_its_root_and_may_do_nothing(stack: Stack, vpc: VPC) -> None:
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", vpc=vpc)
    assert made(stack, "Box") == {
        "ImageId": AMI,
        "InstanceType": "m5.large",
        "SubnetId": {"Ref": "VpcIsolated1"},
        "SecurityGroupIds": [{"Fn::GetAtt": ["BoxSecurityGroup", "GroupId"]}],
        "IamInstanceProfile": {"Ref": "BoxRoleInstanceProfile"},
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/sda1",
                "Ebs": {"VolumeType": "gp3", "Encrypted": True, "DeleteOnTermination": True},
            }
        ],
        "MetadataOptions": {"HttpEndpoint": "enabled", "HttpTokens": "required"},
        "PropagateTagsToVolumeOnCreation": True,
    }
    kinds = [body["Type"] for name, body in template(stack)["Resources"].items() if name.startswith("Box")]
    assert sorted(kinds) == [
        "AWS::EC2::Instance", "AWS::EC2::SecurityGroup", "AWS::IAM::InstanceProfile", "AWS::IAM::Role",
    ]  # fmt: skip


def test_what_is_asked_of_an_instance_stands_in_its_properties(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=X86, instance_type="t3.small", zone="eu-west-1a", key_pair="ops", monitoring=True,
        termination_protection=True, ebs_optimized=True, credits="standard", on_shutdown="terminate",
        source_dest_check=False, metadata="optional", metadata_hops=2, name="box", hibernation=True,
        placement_group="apart", address="10.0.0.5", devices={"/dev/sdf": EBSDevice(20)},
    )  # fmt: skip
    found = made(stack, "Box")
    assert found["AvailabilityZone"] == "eu-west-1a"
    assert (found["KeyName"], found["Monitoring"], found["DisableApiTermination"]) == ("ops", True, True)
    assert (found["EbsOptimized"], found["CreditSpecification"]) == (True, {"CPUCredits": "standard"})
    assert (found["InstanceInitiatedShutdownBehavior"], found["SourceDestCheck"]) == ("terminate", False)
    assert found["MetadataOptions"] == {
        "HttpEndpoint": "enabled", "HttpTokens": "optional", "HttpPutResponseHopLimit": 2,
    }  # fmt: skip
    assert (found["HibernationOptions"], found["PlacementGroupName"]) == ({"Configured": True}, "apart")
    assert (found["PrivateIpAddress"], found["Tags"]) == ("10.0.0.5", [{"Key": "Name", "Value": "box"}])
    assert [disk["DeviceName"] for disk in found["BlockDeviceMappings"]] == ["/dev/sda1", "/dev/sdf"]
    assert "SubnetId" not in found


def test_metadata_can_be_switched_off(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", metadata="off")
    assert made(stack, "Box")["MetadataOptions"] == {"HttpEndpoint": "disabled"}


def test_an_instance_stands_in_the_first_subnet_or_in_that_of_its_zone(stack: Stack, vpc: VPC) -> None:
    EC2Instance(stack, "First", image=X86, instance_type="m5.large", vpc=vpc, subnets="public")
    EC2Instance(stack, "Second", image=X86, instance_type="m5.large", vpc=vpc, subnets="public", zone="eu-west-1b")
    EC2Instance(stack, "Third", image=X86, instance_type="m5.large", vpc=vpc, subnets=[vpc.subnets("public")[1]])
    resources = template(stack)["Resources"]
    where = [resources[id]["Properties"]["SubnetId"]["Ref"] for id in ("First", "Second", "Third")]
    assert where == ["VpcPublic1", "VpcPublic2", "VpcPublic2"]
    assert "AvailabilityZone" not in resources["First"]["Properties"]
    assert resources["First"]["DependsOn"] == ["VpcPublicToInternet"]


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"subnets": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]}, "in one subnet, not in 2"),
        ({"zone": "eu-west-1c"}, "none of its subnets is in eu-west-1c"),
        ({"vpc": None, "subnets": "public"}, "subnets= without vpc="),
        ({"image": 5}, "image= takes"),
        ({"role": 5}, "role= takes"),
        ({"devices": {"/dev/sda1": EBSDevice(10)}}, "/dev/sda1 is the root disk"),
        ({"devices": {"/dev/sdf": 10}}, "give an EBSDevice"),
    ],
)
def test_an_instance_that_cannot_be_placed_or_made_is_refused_at_its_line(
    stack: Stack, vpc: VPC, keywords: dict[str, Any], words: str
) -> None:
    given = {"image": X86, "instance_type": "m5.large", "vpc": vpc, **keywords}
    with pytest.raises(ConstructError) as caught:
        EC2Instance(stack, "Box", **given)
    assert words in str(caught.value)
    assert HERE in str(caught.value)


def test_an_elastic_ip_belongs_to_the_instance_and_a_public_one_to_its_interface(stack: Stack, vpc: VPC) -> None:
    EC2Instance(
        stack, "Box", image=X86, instance_type="m5.large", vpc=vpc, subnets="public", elastic_ip=True,
        assign_public_ip=False, address="10.0.0.9",
    )  # fmt: skip
    resources = template(stack)["Resources"]
    assert resources["BoxElasticIp"]["Properties"] == {"Domain": "vpc", "InstanceId": {"Ref": "Box"}}
    box = resources["Box"]["Properties"]
    assert box["NetworkInterfaces"] == [
        {
            "DeviceIndex": "0",
            "AssociatePublicIpAddress": False,
            "SubnetId": {"Ref": "VpcPublic1"},
            "GroupSet": [{"Fn::GetAtt": ["BoxSecurityGroup", "GroupId"]}],
            "PrivateIpAddress": "10.0.0.9",
            "DeleteOnTermination": True,
        }
    ]
    assert not {"SubnetId", "SecurityGroupIds", "PrivateIpAddress"} & box.keys()


def test_connections_open_the_instances_own_group_and_nothing_wider(stack: Stack, vpc: VPC) -> None:
    web = EC2Instance(stack, "Web", image=X86, instance_type="m5.large", vpc=vpc)
    app = EC2Instance(stack, "App", image=X86, instance_type="m5.large", vpc=vpc)
    app.connections.allow_from(web, 8080)
    opened = [
        body["Properties"]
        for body in template(stack)["Resources"].values()
        if body["Type"] == "AWS::EC2::SecurityGroupIngress"
    ]
    assert [(rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) for rule in opened] == [(8080, 8080, "tcp")]
    assert opened[0]["SourceSecurityGroupId"] == {"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}
    assert opened[0]["GroupId"] == {"Fn::GetAtt": ["AppSecurityGroup", "GroupId"]}


def test_groups_that_are_given_take_the_place_of_its_own(stack: Stack, vpc: VPC) -> None:
    shared = SecurityGroup(stack, "Shared", vpc=vpc)
    EC2Instance(
        stack, "Box", image=X86, instance_type="m5.large", vpc=vpc, security_groups=[shared, "sg-0123456789abcdef0"]
    )
    EC2Instance(stack, "Loose", image=X86, instance_type="m5.large", security_groups=["sg-0123456789abcdef0"])
    resources = template(stack)["Resources"]
    assert resources["Box"]["Properties"]["SecurityGroupIds"] == [
        {"Fn::GetAtt": ["Shared", "GroupId"]}, "sg-0123456789abcdef0",
    ]  # fmt: skip
    assert resources["Loose"]["Properties"]["SecurityGroupIds"] == ["sg-0123456789abcdef0"]
    assert "BoxSecurityGroup" not in resources


def test_an_instance_without_groups_has_no_connections(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=X86, instance_type="m5.large")
    with pytest.raises(ConstructError, match="no security group of its own"):
        box.connections  # noqa: B018


def test_a_volume_is_attached_by_a_resource_of_the_same_zone(stack: Stack, vpc: VPC) -> None:
    box = EC2Instance(stack, "Box", image=X86, instance_type="m5.large", vpc=vpc)
    logs = EBSVolume(stack, "Logs", size=500, type="st1", availability_zone=box.availability_zone)
    box.attach(logs, device="/dev/sdf")
    resources = template(stack)["Resources"]
    assert resources["BoxAttachmentSdf"] == {
        "Type": "AWS::EC2::VolumeAttachment",
        "Properties": {"VolumeId": {"Ref": "Logs"}, "InstanceId": {"Ref": "Box"}, "Device": "/dev/sdf"},
    }
    assert resources["Logs"]["Properties"]["AvailabilityZone"] == {"Fn::GetAtt": ["Box", "AvailabilityZone"]}


def test_metrics_are_those_of_the_instance(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=X86, instance_type="m5.large")
    metric = box.metric("CPUUtilization", statistic="Maximum", period=60)
    assert (metric.namespace, metric.name, metric.statistic, metric.period) == (
        "AWS/EC2", "CPUUtilization", "Maximum", 60,
    )  # fmt: skip
    assert list(metric.dimensions) == ["InstanceId"]


# Permissions


def test_a_grant_goes_to_the_role_of_the_instance(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=X86, instance_type="m5.large")
    queue, bucket = SQSQueue(stack, "Q"), S3Bucket(stack, "B")
    queue.grant_send(box)
    bucket.grant_read(box, prefix="in/")
    resources = template(stack)["Resources"]
    said = resources["BoxRolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert said[0] == {
        "Effect": "Allow",
        "Action": ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"],
        "Resource": {"Fn::GetAtt": ["Q", "Arn"]},
    }
    assert all(statement["Resource"] != "*" for statement in said)
    assert resources["BoxRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]
    assert resources["BoxRoleInstanceProfile"]["Properties"] == {"Roles": [{"Ref": "BoxRole"}]}


def test_session_manager_is_let_in_on_request_with_the_least_it_needs(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", session_manager=True)
    resources = template(stack)["Resources"]
    assert resources["BoxRolePolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": [
                "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
            ],
            "Resource": "*",
        }
    ]  # fmt: skip
    assert "ManagedPolicyArns" not in resources["BoxRole"]["Properties"]


def test_a_role_may_be_given_whether_it_is_made_here_or_exists(stack: Stack) -> None:
    shared = IAMRole(stack, "Shared", assumed_by="ec2.amazonaws.com")
    one = EC2Instance(stack, "One", image=X86, instance_type="m5.large", role=shared)
    two = EC2Instance(stack, "Two", image=X86, instance_type="m5.large", role=shared)
    EC2Instance(
        stack, "Old", image=X86, instance_type="m5.large", role="arn:aws:iam::123456789012:role/app/worker"
    )  # fmt: skip
    assert one.role is two.role is shared
    resources = template(stack)["Resources"]
    profiles = [resources[id]["Properties"]["IamInstanceProfile"] for id in ("One", "Two", "Old")]
    assert profiles == [{"Ref": "SharedInstanceProfile"}] * 2 + [{"Ref": "OldInstanceProfile"}]
    assert resources["OldInstanceProfile"]["Properties"] == {"Roles": ["worker"]}


def test_an_instance_that_exists_can_be_granted_to_connected_and_given_a_volume(stack: Stack, vpc: VPC) -> None:
    role = IAMRole.from_name(stack, "Role", "worker")
    box = EC2Instance.from_id(
        stack, "Old", "i-0123456789abcdef0", availability_zone="eu-west-1a", role=role,
        security_groups=["sg-0123456789abcdef0"],
    )  # fmt: skip
    SQSQueue(stack, "Q").grant_send(box)
    box.connections.allow_from("10.0.0.0/16", 22)
    box.attach(EBSVolume(stack, "V", size=10, availability_zone=box.availability_zone), device="/dev/sdf")
    resources = template(stack)["Resources"]
    assert resources["V"]["Properties"]["AvailabilityZone"] == "eu-west-1a"
    assert resources["OldAttachmentSdf"]["Properties"]["InstanceId"] == "i-0123456789abcdef0"
    assert "AWS::EC2::Instance" not in {body["Type"] for body in resources.values()}


def test_of_an_instance_that_exists_nothing_is_made_up(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="is not an id"):
        EC2Instance.from_id(stack, "Wrong", "box")
    bare = EC2Instance.from_id(stack, "Bare", "i-0123456789abcdef1")
    with pytest.raises(ConstructError, match="role of shop/Bare is not known"):
        bare.allow("s3:GetObject", on="arn:aws:s3:::b/*")
    with pytest.raises(ConstructError, match="no security group of its own"):
        bare.connections  # noqa: B018


# Purchases


def test_a_spot_instance_gets_the_launch_template_that_says_so(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=X86, instance_type="c5.large", purchase=Spot(max_price=0.05, on_interruption="stop")
    )
    resources = template(stack)["Resources"]
    assert resources["BoxLaunchTemplate"]["Properties"] == {
        "LaunchTemplateData": {
            "InstanceMarketOptions": {
                "MarketType": "spot",
                "SpotOptions": {
                    "MaxPrice": "0.05", "SpotInstanceType": "persistent", "InstanceInterruptionBehavior": "stop",
                },
            }
        }
    }  # fmt: skip
    assert resources["Box"]["Properties"]["LaunchTemplate"] == {
        "LaunchTemplateId": {"Ref": "BoxLaunchTemplate"},
        "Version": {"Fn::GetAtt": ["BoxLaunchTemplate", "LatestVersionNumber"]},
    }
    assert resources["Box"]["Properties"]["InstanceType"] == "c5.large"


@pytest.mark.parametrize(
    ("spot", "options"),
    [
        (Spot(), {"SpotInstanceType": "one-time"}),
        (Spot(0.00012345), {"MaxPrice": "0.000123", "SpotInstanceType": "one-time"}),
        (Spot("0.031"), {"MaxPrice": "0.031", "SpotInstanceType": "one-time"}),
        (Spot(2), {"MaxPrice": "2", "SpotInstanceType": "one-time"}),
        (
            Spot(on_interruption="hibernate", valid_until=datetime(2027, 1, 1, tzinfo=UTC)),
            {
                "SpotInstanceType": "persistent", "InstanceInterruptionBehavior": "hibernate",
                "ValidUntil": "2027-01-01T00:00:00Z",
            },
        ),
        (
            Spot(on_interruption="stop", valid_until=datetime(2027, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
            {
                "SpotInstanceType": "persistent", "InstanceInterruptionBehavior": "stop",
                "ValidUntil": "2027-01-01T00:00:00Z",
            },
        ),
    ],
)  # fmt: skip
def test_spot_options_are_written_as_ec2_reads_them(spot: Spot, options: dict[str, Any]) -> None:
    found = spot.market()["SpotOptions"]
    assert {name: value for name, value in found.items() if value is not None} == options


@pytest.mark.parametrize(
    ("purchase", "rule"),
    [
        (Spot(max_price="free"), "EC2005"),
        (Spot(max_price=0.0001), "EC2005"),
    ],
)
def test_a_price_that_is_none_is_refused_at_once(stack: Stack, purchase: Spot, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=X86, instance_type="c5.large", purchase=purchase)
    assert rules(caught) == {rule}
    assert HERE in str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"purchase": Spot(persistent=True)}, "EC2002"),
        ({"purchase": Spot(valid_until="2027-01-01T00:00:00Z")}, "EC2003"),
        ({"purchase": Spot(on_interruption="stop", persistent=False)}, "EC2028"),
        ({"purchase": Spot(on_interruption="stop"), "placement_group": "near"}, "EC2029"),
        ({"purchase": Spot(), "termination_protection": True}, "EC2036"),
    ],
)
def test_a_spot_request_that_ec2_would_not_take_is_refused_at_the_instances_line(
    stack: Stack, keywords: dict[str, Any], rule: str
) -> None:
    EC2Instance(stack, "Box", image=X86, instance_type="c5.large", **keywords)
    with pytest.raises(ConstraintError) as caught:
        template(stack)
    assert rules(caught) == {rule}
    (finding,) = caught.value.findings
    assert str(finding.file).endswith(HERE)
    assert finding.line
    assert finding.fix


def test_a_price_that_is_no_price_and_a_time_that_is_none_are_refused() -> None:
    with pytest.raises(ConstructError, match="max_price=True"):
        Spot(max_price=True).market()
    with pytest.raises(ConstructError, match="no point in time"):
        Spot(valid_until=5).market()  # type: ignore[arg-type]


def test_work_that_must_not_be_interrupted_on_spot_is_warned_about(stack: Stack) -> None:
    EC2Instance(stack, "A", image=X86, instance_type="c5.large", purchase=Spot(), interruptible=False)
    EC2Instance(stack, "B", image=X86, instance_type="c5.large", purchase=Spot(), interruptible=True, stateful=False)
    EC2Instance(stack, "C", image=X86, instance_type="c5.large", purchase=OnDemand(), interruptible=False)
    found = [(finding.rule, finding.construct) for finding in stack.node.root_app.findings]
    assert found == [("EC2006", "shop/A")]


def test_a_reserved_instance_keeps_its_capacity_and_plans_its_commitment(stack: Stack, vpc: VPC) -> None:
    bought = Reserved("convertible", years=3, payment="all-upfront", discount=0.5)
    for id in ("One", "Two"):
        EC2Instance(stack, id, image=X86, instance_type="r5.large", vpc=vpc, purchase=bought)
    resources = template(stack)["Resources"]
    assert resources["OneReservation"]["Properties"] == {
        "InstanceType": "r5.large",
        "InstancePlatform": "Linux/UNIX",
        "AvailabilityZone": "eu-west-1a",
        "InstanceCount": 1,
        "InstanceMatchCriteria": "targeted",
        "EndDateType": "unlimited",
    }
    data = resources["OneLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    assert data == {
        "CapacityReservationSpecification": {
            "CapacityReservationTarget": {"CapacityReservationId": {"Ref": "OneReservation"}}
        }
    }
    (planned,) = purchase_plan(stack.node.root_app)
    assert planned.to_dict() == {
        "kind": "instance",
        "instance_type": "r5.large",
        "platform": "Linux/UNIX",
        "offering": "convertible",
        "years": 3,
        "payment": "All Upfront",
        "region": "eu-west-1",
        "count": 2,
        "constructs": ["shop/One", "shop/Two"],
        "search": "aws ec2 describe-reserved-instances-offerings --instance-type r5.large --product-description "
        "Linux/UNIX --offering-class convertible --offering-type 'All Upfront' --instance-tenancy default "
        "--min-duration 94608000 --max-duration 94608000 --no-include-marketplace --filters Name=scope,Values=Region "
        "--region eu-west-1",
    }


def test_a_commitment_can_be_planned_without_capacity_and_for_windows(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=Image.windows(2022), instance_type="m5.large", purchase=Reserved(capacity=False)
    )  # fmt: skip
    kinds = {body["Type"] for body in template(stack)["Resources"].values()}
    assert "AWS::EC2::CapacityReservation" not in kinds
    assert "AWS::EC2::LaunchTemplate" not in kinds
    (planned,) = purchase_plan(stack.node.root_app)
    assert (planned.entry["platform"], planned.entry["years"], planned.entry["payment"]) == ("Windows", 1, "No Upfront")


def test_capacity_with_an_end_is_limited(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=X86, instance_type="m5.large", zone="eu-west-1a",
        purchase=Reserved(until=datetime(2027, 6, 1, tzinfo=UTC)),
    )  # fmt: skip
    found = made(stack, "BoxReservation")
    assert (found["EndDateType"], found["EndDate"]) == ("limited", "2027-06-01T00:00:00Z")


@pytest.mark.parametrize(
    ("purchase", "rule", "words"),
    [
        (Reserved(years=2), "EC2007", "1, 3"),  # type: ignore[arg-type]
        (Reserved("light"), "EC2008", "standard, convertible, scheduled"),  # type: ignore[arg-type]
        (Reserved(discount=0.8), "EC2008", "up to 75 %"),
        (Reserved("convertible", discount=0.6), "EC2008", "AWS offers up to 66 %"),
        (Reserved(exchange_to="r5.large"), "EC2009", "cannot be exchanged"),
        (Reserved("convertible", exchange_to="r5.large", value=100, exchange_value=50), "EC2009", "at least 100"),
        (Reserved("scheduled"), "EC2010", "daily, weekly, monthly"),
    ],
)
def test_a_commitment_that_nobody_offers_is_refused(stack: Stack, purchase: Reserved, rule: str, words: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=X86, instance_type="m5.large", zone="eu-west-1a", purchase=purchase)
    assert rules(caught) == {rule}
    assert words in str(caught.value)
    assert HERE in str(caught.value)


def test_what_aws_offers_today_is_another_bound() -> None:
    stack = Stack(App(limits="current"), "shop", region="eu-west-1")
    EC2Instance(stack, "A", image=X86, instance_type="m7i.large", zone="eu-west-1a", purchase=Reserved(discount=0.74))
    assert warned(stack) == {"EC2008"}
    with pytest.raises(ConstraintError, match="not sold any more"):
        EC2Instance(
            stack, "B", image=X86, instance_type="m7i.large", zone="eu-west-1a",
            purchase=Reserved("scheduled", recurrence="weekly", hours=4),
        )  # fmt: skip


def test_a_scheduled_commitment_is_searched_for_by_its_slots(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=X86, instance_type="c4.large", zone="eu-west-1a",
        purchase=Reserved("scheduled", recurrence="weekly", hours=6),
    )  # fmt: skip
    (planned,) = purchase_plan(stack.node.root_app)
    assert "describe-scheduled-instance-availability" in planned.search()
    assert "Frequency=Weekly,Interval=1 --min-slot-duration-in-hours 6" in planned.search()


@pytest.mark.parametrize(
    ("keywords", "words"),
    [({"zone": None}, "kept in one zone"), ({"instance_type": None}, "kept for one type")],
)
def test_capacity_is_kept_for_a_known_type_in_a_known_zone(stack: Stack, keywords: dict[str, Any], words: str) -> None:
    given = {"image": X86, "instance_type": "m5.large", "zone": "eu-west-1a", **keywords}
    with pytest.raises(ConstructError, match=words):
        EC2Instance(stack, "Box", purchase=Reserved(), **given)


def test_every_mistake_of_a_commitment_is_told_at_once(stack: Stack) -> None:
    wrong = Reserved("standrd", years=2, payment="later")  # type: ignore[arg-type]
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=X86, instance_type="m5.large", zone="eu-west-1a", purchase=wrong)
    assert {finding.rule for finding in caught.value.findings} == {"EC2007", "EC2008", "EC2043"}
    (paid,) = [finding for finding in caught.value.findings if finding.rule == "EC2043"]
    assert paid.allowed == "no-upfront, partial-upfront, all-upfront"


def test_the_payment_of_a_host_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConstructError, match="no-upfront, partial-upfront, all-upfront"):
        HostReservation(payment="later")  # type: ignore[arg-type]


def test_an_instance_on_a_host_names_it(stack: Stack) -> None:
    host = EC2Host(stack, "Host", availability_zone="eu-west-1a", family="m5", recovery=True, auto_placement=False)
    EC2Instance(
        stack, "Box", image=X86, instance_type="m5.large", zone="eu-west-1a",
        purchase=DedicatedHost(host, affinity="host"),
    )  # fmt: skip
    EC2Instance(stack, "Alone", image=X86, instance_type="m5.large", purchase=DedicatedInstance())
    EC2Instance(stack, "Any", image=X86, instance_type="m5.large", purchase=DedicatedHost())
    resources = template(stack)["Resources"]
    assert resources["Host"]["Properties"] == {
        "AvailabilityZone": "eu-west-1a", "InstanceFamily": "m5", "AutoPlacement": "off", "HostRecovery": "on",
    }  # fmt: skip
    box = resources["Box"]["Properties"]
    assert (box["Tenancy"], box["Affinity"], box["HostId"]) == ("host", "host", {"Fn::GetAtt": ["Host", "HostId"]})
    assert resources["Alone"]["Properties"]["Tenancy"] == "dedicated"
    assert resources["Any"]["Properties"]["Tenancy"] == "host"


def test_an_instance_that_does_not_fit_its_host_is_refused_at_its_line(stack: Stack) -> None:
    host = EC2Host(stack, "Host", availability_zone="eu-west-1a", family="m5")
    EC2Instance(
        stack, "Box", image=X86, instance_type="c5.large", zone="eu-west-1b", purchase=DedicatedHost(host)
    )  # fmt: skip
    with pytest.raises(ConstraintError) as caught:
        template(stack)
    assert rules(caught) == {"EC2014"}
    assert len(caught.value.findings) == 2
    assert all(str(finding.file).endswith(HERE) for finding in caught.value.findings)
    assert "the family m5, not c5.large" in str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"family": "t2"}, "EC2012"),
        ({"family": "m5.large"}, "EC2012"),
        ({"family": "m5", "instance_type": "m5.large"}, "EC2011"),
        ({}, "EC2011"),
        ({"family": "m5", "reservation": HostReservation(years=5)}, "EC2007"),  # type: ignore[arg-type]
        ({"family": "m5", "reservation": HostReservation(discount=0.8)}, "EC2008"),
    ],
)
def test_a_host_that_is_not_to_be_had_is_refused(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Host(stack, "Host", availability_zone="eu-west-1a", **keywords)
    assert rules(caught) == {rule}


def test_a_host_can_be_planned_to_be_reserved(stack: Stack) -> None:
    EC2Host(
        stack, "Host", availability_zone="eu-west-1a", family="m5",
        reservation=HostReservation(years=3, payment="partial-upfront"),
    )  # fmt: skip
    (planned,) = purchase_plan(stack.node.root_app)
    assert planned.search() == (
        "aws ec2 describe-host-reservation-offerings --min-duration 94608000 --max-duration 94608000 "
        "--filter Name=instance-family,Values=m5 Name=payment-option,Values=PartialUpfront --region eu-west-1"
    )


def test_a_host_and_a_resource_group_exclude_each_other() -> None:
    with pytest.raises(ConstructError, match="one host, or on those of a resource group"):
        DedicatedHost("h-0123456789abcdef0", resource_group="arn:aws:resource-groups:eu-west-1:123456789012:group/g")


# Images


def test_a_newest_image_is_a_parameter_that_instances_of_a_stack_share(stack: Stack) -> None:
    arm = Image.amazon_linux(2023, architecture="arm64")
    EC2Instance(stack, "One", image=arm, instance_type="t4g.small")
    EC2Instance(stack, "Two", image=Image.amazon_linux(architecture="arm64"), instance_type="t4g.small")
    found = template(stack)
    assert {name: (body["Type"], body["Default"]) for name, body in found["Parameters"].items()} == {
        "AmazonLinux2023Arm64Image": (
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
        )
    }
    ids = [found["Resources"][id]["Properties"]["ImageId"] for id in ("One", "Two")]
    assert ids == [{"Ref": "AmazonLinux2023Arm64Image"}] * 2


@pytest.mark.parametrize(
    ("image", "parameter", "root"),
    [
        (
            Image.amazon_linux(minimal=True, kernel="6.1"),
            "/aws/service/ami-amazon-linux-latest/al2023-ami-minimal-kernel-6.1-x86_64",
            "/dev/xvda",
        ),
        (
            Image.amazon_linux(2),
            "/aws/service/ami-amazon-linux-latest/amzn2-ami-kernel-5.10-hvm-x86_64-gp2",
            "/dev/xvda",
        ),
        (
            Image.ubuntu("24.04", architecture="arm64"),
            "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
            "/dev/sda1",
        ),
        (
            Image.ubuntu("22.04", serial="20250610"),
            "/aws/service/canonical/ubuntu/server/22.04/stable/20250610/amd64/hvm/ebs-gp2/ami-id",
            "/dev/sda1",
        ),
        (
            Image.windows(2025, core=True),
            "/aws/service/ami-windows-latest/Windows_Server-2025-English-Core-Base",
            "/dev/sda1",
        ),
        (Image.from_parameter("/images/web", root_device="/dev/xvda"), "/images/web", "/dev/xvda"),
    ],
)
def test_images_know_their_parameter_and_their_root(image: Image, parameter: str, root: str) -> None:
    assert (image.parameter, image.root_device) == (parameter, root)
    assert parameter in repr(image)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Image.amazon_linux(2022),  # type: ignore[arg-type]
        lambda: Image.amazon_linux(2, minimal=True),
        lambda: Image.amazon_linux(architecture="arm"),  # type: ignore[arg-type]
        lambda: Image.ubuntu("focal"),  # type: ignore[arg-type]
        lambda: Image.ubuntu(serial="latest"),
        lambda: Image.windows(2008),  # type: ignore[arg-type]
        lambda: Image.from_parameter("an image"),
    ],
)
def test_an_image_that_there_is_not_is_refused(make: Any) -> None:
    with pytest.raises(ConstructError) as caught:
        make()
    assert caught.value.fix


def test_an_arm_image_on_an_x86_type_is_refused_at_the_users_line_with_a_way_out(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=Image(AMI, architecture="arm64"), instance_type="m5.large")
    assert rules(caught) == {"EC2026"}
    assert HERE in str(caught.value)
    assert "m7g.large" in str(caught.value)


def test_a_newest_arm_image_on_an_x86_type_is_refused_too(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=Image.amazon_linux(architecture="arm64"), instance_type="m5.large")
    with pytest.raises(ConstraintError) as caught:
        template(stack)
    (finding,) = caught.value.findings
    assert finding.rule == "EC2026"
    assert str(finding.file).endswith(HERE)


def test_a_root_whose_name_nobody_knows_is_told_of(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=AMI, instance_type="m5.large", root=EBSDevice(50))
    EC2Instance(stack, "Plain", image=AMI, instance_type="m5.large")
    assert [(finding.rule, finding.construct) for finding in stack.node.root_app.findings] == [("EC2033", "shop/Box")]
    resources = template(stack)["Resources"]
    assert resources["Box"]["Properties"]["BlockDeviceMappings"][0]["DeviceName"] == "/dev/xvda"
    assert "BlockDeviceMappings" not in resources["Plain"]["Properties"]


def test_the_throughput_of_a_disk_goes_into_a_launch_template(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", root=EBSDevice(100, throughput=250))
    resources = template(stack)["Resources"]
    data = resources["BoxLaunchTemplate"]["Properties"]["LaunchTemplateData"]
    assert data["BlockDeviceMappings"][0]["Ebs"]["Throughput"] == 250
    assert "BlockDeviceMappings" not in resources["Box"]["Properties"]


# Types


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [("t2.huge", "EC2017", "did you mean"), ("m5large", "EC2017", "m5.large"), ("C5.large", "EC2017", "c5.large")],
)
def test_a_type_that_there_cannot_be_is_refused(stack: Stack, kind: str, rule: str, words: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=AMI, instance_type=kind)
    assert rules(caught) == {rule}
    assert words in str(caught.value)


def test_a_type_younger_than_the_table_is_only_warned_about(stack: Stack) -> None:
    EC2Instance(stack, "Box", image=AMI, instance_type="m12g.large")
    assert warned(stack) == {"EC2017"}


def test_a_type_from_a_parameter_is_taken_as_it_is(stack: Stack) -> None:
    kind = Parameter(stack, "Kind", default="m5.large").ref
    EC2Instance(stack, "Box", image=Image(AMI, architecture="arm64"), instance_type=kind)
    assert made(stack, "Box")["InstanceType"] == {"Ref": "Kind"}
    assert not stack.node.root_app.findings


def test_families_are_suggested_by_use_case() -> None:
    assert [(one.families, one.today) for one in suggest("machine learning")] == [(("p3",), ("p5",))]
    assert suggest("SAP HANA in memory")[0].families == ("x1",)
    assert {family for one in suggest("a database") for family in one.families} == {"i3", "t2", "r4", "c5"}
    assert "web servers" in suggest("web")[0].use_case
    with pytest.raises(ConstructError, match="one of: genomics"):
        suggest("chess")


def test_a_family_that_does_not_suit_the_workload_is_hinted_at(stack: Stack) -> None:
    EC2Instance(stack, "A", image=X86, instance_type="t2.large", workload="sap-hana")
    EC2Instance(stack, "B", image=X86, instance_type="x1.16xlarge", workload="sap-hana")
    found = [(finding.rule, finding.construct) for finding in stack.node.root_app.findings if finding.rule == "EC2018"]
    assert found == [("EC2018", "shop/A")]


# User data


def test_user_data_keeps_deploy_time_values_and_the_shells_own_dollars(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    EC2Instance(
        stack, "Box", image=X86, instance_type="m5.large", user_data=f"#!/bin/sh\nexport URL={queue.url} H=${{HOME}}\n"
    )
    assert made(stack, "Box")["UserData"] == {
        "Fn::Base64": {"Fn::Sub": "#!/bin/sh\nexport URL=${Q} H=${!HOME}\n"}
    }  # fmt: skip


def test_a_template_of_user_data_is_filled_and_its_tokens_survive(stack: Stack, tmp_path: Path) -> None:
    stack.node.root_app.folder = str(tmp_path)
    (tmp_path / "boot.sh.j2").write_text(
        "#!/bin/sh\n{% for name in names %}echo {{ name }} {{ url }}\n{% endfor %}echo $HOME\n"
    )
    queue = SQSQueue(stack, "Q")
    script = UserData.file("boot.sh.j2", names=["a", "b"], url=queue.url)
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", user_data=script)
    assert made(stack, "Box")["UserData"] == {
        "Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho a ${Q}\necho b ${Q}\necho $HOME\n"}
    }  # fmt: skip


def test_a_file_that_is_no_template_is_taken_as_it_is(stack: Stack, tmp_path: Path) -> None:
    stack.node.root_app.folder = str(tmp_path)
    (tmp_path / "boot.sh").write_text("#!/bin/sh\necho {{ not a value }}\n")
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", user_data=UserData.file("boot.sh"))
    assert made(stack, "Box")["UserData"] == {"Fn::Base64": "#!/bin/sh\necho {{ not a value }}\n"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one\n{{ missing }}\n", "boot.j2:2: 'missing' is undefined"),
        ("one\n{% if %}\n", "boot.j2:2:"),
        ("one\n\n{{ url.__class__.__mro__ }}\n", "boot.j2:3:"),
        ("{{ url.upper() }}\n", "boot.j2:1:"),
        ("{{ 1 / 0 }}\n", "boot.j2:1:"),
        ("{% include 'other.j2' %}\n", "boot.j2:1:"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(stack: Stack, tmp_path: Path, text: str, words: str) -> None:
    stack.node.root_app.folder = str(tmp_path)
    (tmp_path / "boot.j2").write_text(text)
    url = SQSQueue(stack, "Q").url
    with pytest.raises(ConstructError) as caught:
        EC2Instance(stack, "Box", image=X86, instance_type="m5.large", user_data=UserData.file("boot.j2", url=url))
    assert words in str(caught.value)
    assert HERE in str(caught.value)


def test_files_that_cannot_be_user_data_are_refused(stack: Stack, tmp_path: Path) -> None:
    stack.node.root_app.folder = str(tmp_path)
    (tmp_path / "boot.sh").write_text("#!/bin/sh\n")
    (tmp_path / "boot.bin").write_bytes(b"\xff\xfe\x00")
    for given, words in (
        (UserData.file("none.sh"), "there is no file none.sh"),
        (UserData.file("boot.sh", url="x"), "takes no values"),
        (UserData.file("boot.bin"), "not text in UTF-8"),
    ):
        with pytest.raises(ConstructError, match=words):
            EC2Instance(stack, f"Box{words[:4].strip()}", image=X86, instance_type="m5.large", user_data=given)


def test_user_data_over_16_kilobytes_is_refused(stack: Stack) -> None:
    EC2Instance(stack, "Fits", image=X86, instance_type="m5.large", user_data="#" * 16_384)
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=X86, instance_type="m5.large", user_data="é" * 8_193)
    assert rules(caught) == {"EC2027"}
    assert "16,386 bytes" in str(caught.value)


# Launch templates


def test_a_launch_template_says_all_an_instance_says(stack: Stack, vpc: VPC) -> None:
    made_here = LaunchTemplate(
        stack, "Web", image=Image.ubuntu("24.04"), instance_type="t3.small", vpc=vpc, user_data="#!/bin/sh\n",
        monitoring=True, credits="unlimited", tags={"team": "web"}, session_manager=True, assign_public_ip=True,
        purchase=Spot(), partition=2, placement_group="apart", key_pair="ops",
    )  # fmt: skip
    made_here.connections.allow_from_anywhere(443)
    SQSQueue(stack, "Q").grant_send(made_here)
    resources = template(stack)["Resources"]
    data = resources["Web"]["Properties"]["LaunchTemplateData"]
    assert data["ImageId"] == {"Ref": "Ubuntu2404Image"}
    assert data["IamInstanceProfile"] == {"Name": {"Ref": "WebRoleInstanceProfile"}}
    assert data["NetworkInterfaces"] == [
        {
            "DeviceIndex": 0,
            "AssociatePublicIpAddress": True,
            "Groups": [{"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}],
            "DeleteOnTermination": True,
        }
    ]
    assert "SecurityGroupIds" not in data
    assert data["Placement"] == {"GroupName": "apart", "PartitionNumber": 2}
    assert data["CreditSpecification"] == {"CpuCredits": "unlimited"}
    assert data["MetadataOptions"] == {"HttpEndpoint": "enabled", "HttpTokens": "required"}
    assert data["UserData"] == {"Fn::Base64": "#!/bin/sh\n"}
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    assert [one["ResourceType"] for one in data["TagSpecifications"]] == ["instance", "volume", "network-interface"]
    assert data["Monitoring"] == {"Enabled": True}


def test_an_instance_takes_role_and_groups_from_the_launch_template_it_starts_from(stack: Stack, vpc: VPC) -> None:
    start = LaunchTemplate(stack, "Start", image=X86, instance_type="m5.large", vpc=vpc)
    box = EC2Instance(stack, "Box", launch_template=start, vpc=vpc)
    assert box.role is start.role
    assert box.connections is start.connections
    assert made(stack, "Box") == {
        "LaunchTemplate": {
            "LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]},
        },
        "SubnetId": {"Ref": "VpcIsolated1"},
    }  # fmt: skip


def test_the_interface_of_a_launch_template_moves_into_the_instances_subnet(stack: Stack, vpc: VPC) -> None:
    start = LaunchTemplate(stack, "Start", image=X86, instance_type="m5.large", vpc=vpc, assign_public_ip=True)
    EC2Instance(stack, "Box", launch_template=start, vpc=vpc, subnets="public")
    box = made(stack, "Box")
    assert "SubnetId" not in box
    assert box["NetworkInterfaces"] == [
        {
            "DeviceIndex": "0",
            "AssociatePublicIpAddress": True,
            "SubnetId": {"Ref": "VpcPublic1"},
            "GroupSet": [{"Fn::GetAtt": ["StartSecurityGroup", "GroupId"]}],
            "DeleteOnTermination": True,
        }
    ]


def test_what_only_a_launch_template_can_say_is_said_by_the_one_given(stack: Stack) -> None:
    start = LaunchTemplate(stack, "Start", image=X86, instance_type="m5.large")
    with pytest.raises(ConstructError, match="InstanceMarketOptions") as caught:
        EC2Instance(stack, "Box", launch_template=start, purchase=Spot())
    assert HERE in str(caught.value)


def test_spot_and_a_host_never_go_together(stack: Stack) -> None:
    start = LaunchTemplate(stack, "Start", image=X86, instance_type="m5.large", purchase=Spot())
    EC2Instance(stack, "Box", launch_template=start, purchase=DedicatedHost())
    with pytest.raises(ConstraintError) as caught:
        template(stack)
    assert rules(caught) == {"EC2001"}


def test_an_instance_without_any_image_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Bare", instance_type="m5.large")
    assert rules(caught) == {"EC2020"}
    start = LaunchTemplate(stack, "Start", instance_type="m5.large")
    EC2Instance(stack, "Box", launch_template=start)
    with pytest.raises(ConstraintError, match="neither the instance nor its launch template Start has an image"):
        template(stack)


def test_a_launch_template_that_exists_is_named_by_id_and_version(stack: Stack) -> None:
    old = LaunchTemplate.from_id(stack, "Old", "lt-0123456789abcdef0", version="3")
    EC2Instance(stack, "Box", launch_template=old)
    assert made(stack, "Box") == {"LaunchTemplate": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "3"}}
    with pytest.raises(ConstructError):
        LaunchTemplate.from_id(stack, "Wrong", "web", version="1")


# Groups and keys


def test_a_partition_is_asked_for_through_a_launch_template(stack: Stack) -> None:
    apart = EC2PlacementGroup(stack, "Apart", strategy="partition", partitions=3)
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", placement_group=apart, partition=2)
    resources = template(stack)["Resources"]
    assert resources["BoxLaunchTemplate"]["Properties"]["LaunchTemplateData"] == {
        "Placement": {"GroupName": {"Ref": "Apart"}, "PartitionNumber": 2}
    }
    assert "PlacementGroupName" not in resources["Box"]["Properties"]


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [({"strategy": "cluster", "partitions": 2}, "EC2031"), ({"strategy": "partition", "partitions": 8}, "EC2039")],
)
def test_partitions_belong_to_groups_of_partitions(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        EC2PlacementGroup(stack, "Group", **keywords)
    assert rules(caught) == {rule}


def test_a_key_pair_is_made_by_aws_or_brought_along(stack: Stack) -> None:
    own = EC2KeyPair(stack, "Ops", format="ppk", type="rsa")
    brought = EC2KeyPair(stack, "Mine", name="mine", public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me")
    EC2Instance(stack, "Box", image=X86, instance_type="m5.large", key_pair=own)
    resources = template(stack)["Resources"]
    assert resources["Ops"]["Properties"] == {"KeyName": "shop-Ops", "KeyType": "rsa", "KeyFormat": "ppk"}
    assert resources["Mine"]["Properties"] == {
        "KeyName": "mine", "PublicKeyMaterial": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me",
    }  # fmt: skip
    assert resources["Box"]["Properties"]["KeyName"] == {"Ref": "Ops"}
    assert own.private_key_parameter.startswith("/ec2/keypair/")
    with pytest.raises(ConstructError, match="AWS never saw its private key"):
        brought.private_key_parameter  # noqa: B018
