"""Volumes, disks of instances and their snapshots: defaults, wiring, permissions, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    EBSDevice,
    EBSVolume,
    EC2Instance,
    IAMRole,
    Image,
    KMSKey,
    LaunchTemplate,
    SnapshotCopy,
    SnapshotPolicy,
    SnapshotSchedule,
    Stack,
)
from awsdeck.synth import synthesize

IMAGE = Image("ami-0123456789abcdef0", root_device="/dev/xvda")


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


def warned(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings}


def volume(stack: Stack, id: str = "V", **options: Any) -> EBSVolume:
    return EBSVolume(stack, id, **{"availability_zone": "eu-west-1a", "size": 500, **options})


def test_a_volume_is_encrypted_gp3_and_leaves_a_snapshot(stack: Stack) -> None:
    volume(stack)
    assert resources(stack)["V"] == {
        "Type": "AWS::EC2::Volume",
        "Properties": {"AvailabilityZone": "eu-west-1a", "Size": 500, "VolumeType": "gp3", "Encrypted": True},
        "DeletionPolicy": "Snapshot",
        "UpdateReplacePolicy": "Snapshot",
    }


def test_a_copy_brings_its_encryption_and_zone_along(stack: Stack) -> None:
    EBSVolume(stack, "V", copy_of="vol-0123456789abcdef0")
    assert resources(stack)["V"]["Properties"] == {"SourceVolumeId": "vol-0123456789abcdef0", "VolumeType": "gp3"}


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"type": "io1"}, "EBS003"),
        ({"type": "io1", "iops": 21_000}, "EBS004"),
        ({"type": "io2", "iops": 99}, "EBS005"),
        ({"iops": 2_999}, "EBS006"),
        ({"throughput": 2_001}, "EBS007"),
        ({"type": "gp2", "throughput": 125}, "EBS007"),
        ({"type": "gp2", "iops": 500}, "EBS008"),
        ({"type": "st1", "size": 124}, "EBS009"),
        ({"type": "io1", "size": 10, "iops": 501}, "EBS010"),
        ({"size": None}, "EBS014"),
        ({"multi_attach": True}, "EBS016"),
        ({"initialization_rate": 200}, "EBS022"),
    ],
)
def test_a_value_the_documentation_forbids_is_an_error_at_the_line(
    stack: Stack, keywords: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        volume(stack, **keywords)
    assert rule in rules(caught)
    for finding in caught.value.findings:
        assert str(finding.file).endswith("test_storage.py")
        assert finding.source


def test_several_mistakes_are_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        volume(stack, type="st1", size=50, iops=500, throughput=100, multi_attach=True)
    assert rules(caught) == {"EBS007", "EBS008", "EBS009", "EBS016"}


def test_more_iops_are_allowed_with_todays_limits() -> None:
    stack = Stack(App(limits="current"), "shop", region="eu-west-1")
    volume(stack, type="io1", size=2_000, iops=60_000)
    assert resources(stack)["V"]["Properties"]["Iops"] == 60_000


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"type": "gp2", "required_iops": 2_000}, "EBS011"),
        ({"type": "gp3", "required_iops": 4_000}, "EBS011"),
        ({"iops": 3_500, "required_iops": 4_000}, "EBS011"),
        ({"encrypted": False}, "EBS019"),
        ({"changes_per_day": 5}, "UPD012"),
    ],
)
def test_what_is_unwise_is_a_warning(stack: Stack, keywords: dict[str, Any], rule: str) -> None:
    volume(stack, **keywords)
    assert rule in warned(stack)


@pytest.mark.parametrize(
    ("keywords", "type", "iops"),
    [
        ({"required_iops": 3_000}, "gp3", None),
        ({"required_iops": 8_000}, "gp3", 8_000),
        ({"required_iops": 100_000}, "io2", 100_000),
        ({"size": 10, "required_iops": 8_000}, "io2", 8_000),
        ({"size": None, "snapshot": "snap-0123456789abcdef0", "required_iops": 8_000}, "gp3", 8_000),
        ({"iops": 9_000, "required_iops": 8_000}, "gp3", 9_000),
        ({"type": "io1", "iops": 5_000, "required_iops": 5_000}, "io1", 5_000),
        ({}, "gp3", None),
    ],
)
def test_the_cheapest_type_that_gives_what_is_required_is_taken(
    stack: Stack, keywords: dict[str, Any], type: str, iops: int | None
) -> None:
    made = volume(stack, **keywords)
    assert not [rule for rule in warned(stack) if rule == "EBS011"]
    assert made.type == type
    properties = resources(stack)["V"]["Properties"]
    assert (properties["VolumeType"], properties.get("Iops")) == (type, iops)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"type": "gp2", "size": 9_000, "required_iops": 12_000}, "a gp2 volume delivers 10,000 IOPS at most"),
        ({"type": "st1", "required_iops": 1_000}, "a st1 volume delivers 500 IOPS at most"),
        ({"type": "io1", "size": 900, "iops": 20_000, "required_iops": 30_000}, "a io1 volume delivers 20,000"),
        ({"type": "gp3", "required_iops": 90_000}, "a gp3 volume delivers 80,000 IOPS at most"),
    ],
)
def test_a_type_that_never_gives_what_is_required_is_refused(
    stack: Stack, keywords: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConstraintError, match=words) as caught:
        volume(stack, **keywords)
    assert "leave type= out" in str(caught.value)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [({"required_iops": 300_000}, "io2 has 256,000"), ({"size": 8, "required_iops": 9_000}, "9 GiB or more, on io2")],
)
def test_more_than_any_volume_gives_is_refused(stack: Stack, keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(ConstructError, match=words):
        volume(stack, **keywords)


def test_what_is_expected_and_fits_is_not_told(stack: Stack) -> None:
    volume(stack, "A", type="gp2", size=1_000, required_iops=3_000)
    volume(stack, "B", iops=5_000, required_iops=5_000, changes_per_day=4)
    assert not warned(stack)


def test_a_key_without_encryption_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="nothing is encrypted"):
        volume(stack, encrypted=False, key="alias/disks")
    with pytest.raises(ConstructError, match="is not a key"):
        EBSDevice(8, key=5)  # type: ignore[arg-type]


# Attachments


def test_a_volume_is_attached_from_either_side(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=IMAGE, instance_type="m5.large")
    first = volume(stack, "A", availability_zone=box.availability_zone)
    second = volume(stack, "B", availability_zone=box.availability_zone)
    first.attach_to(box, "/dev/sdf")
    box.attach(second, device="/dev/sdg")
    made = resources(stack)
    assert made["A"]["Properties"]["AvailabilityZone"] == {"Fn::GetAtt": ["Box", "AvailabilityZone"]}
    assert made["AAttachmentSdf"]["Properties"] == {
        "Device": "/dev/sdf", "InstanceId": {"Ref": "Box"}, "VolumeId": {"Ref": "A"},
    }  # fmt: skip
    assert made["BoxAttachmentSdg"]["Properties"]["VolumeId"] == {"Ref": "B"}


def test_attachments_of_one_volume_do_not_collide(stack: Stack) -> None:
    shared = volume(stack, type="io2", iops=500, multi_attach=True)
    shared.attach_to("i-0123456789abcdef0", "/dev/sdf")
    shared.attach_to("i-0123456789abcdef1", "/dev/sdf")
    assert {"VAttachmentSdf", "VAttachmentSdf2"} <= resources(stack).keys()


def test_another_zone_is_an_error_at_synth(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=IMAGE, instance_type="m5.large", zone="eu-west-1b")
    volume(stack).attach_to(box, "/dev/sdf")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"EBS017"}
    (finding,) = caught.value.findings
    assert "eu-west-1a" in finding.message
    assert "eu-west-1b" in finding.message


def test_a_slow_volume_as_the_root_is_an_error_at_synth(stack: Stack) -> None:
    volume(stack, type="st1").attach_to("i-0123456789abcdef0", "/dev/xvda")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"EBS001"}


def test_two_instances_cannot_share_a_plain_volume(stack: Stack) -> None:
    one = volume(stack)
    one.attach_to("i-0123456789abcdef0", "/dev/sdf")
    one.attach_to("i-0123456789abcdef1", "/dev/sdf")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"EBS016"}


# Disks of instances


def test_a_device_says_all_of_a_block_device() -> None:
    device = EBSDevice(
        100, iops=4_000, throughput=250, snapshot="snap-0123456789abcdef0", key="alias/disks", delete_on_termination=False,
        initialization_rate=300,
    )  # fmt: skip
    assert device.to_mapping("/dev/sdf") == {
        "DeviceName": "/dev/sdf",
        "Ebs": {
            "VolumeSize": 100, "VolumeType": "gp3", "Iops": 4_000, "Throughput": 250,
            "SnapshotId": "snap-0123456789abcdef0", "Encrypted": True, "KmsKeyId": "alias/disks",
            "DeleteOnTermination": False, "VolumeInitializationRate": 300,
        },
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["st1", "sc1"])
@pytest.mark.parametrize("made", [EC2Instance, LaunchTemplate])
def test_no_machine_boots_from_a_slow_disk(stack: Stack, made: Any, kind: Any) -> None:
    with pytest.raises(ConstraintError) as caught:
        made(stack, "Box", image=IMAGE, instance_type="m5.large", root=EBSDevice(500, type=kind))
    assert rules(caught) == {"EBS001"}
    (finding,) = caught.value.findings
    assert kind in finding.message
    assert str(finding.file).endswith("test_storage.py")
    assert "gp3" in str(finding.fix)


def test_a_slow_root_is_known_by_what_the_image_calls_it_too(stack: Stack) -> None:
    odd = Image("ami-0123456789abcdef0", root_device="/dev/nvme0n1")
    with pytest.raises(ConstraintError) as caught:
        EC2Instance(stack, "Box", image=odd, instance_type="m5.large", root=EBSDevice(500, type="st1"))
    assert rules(caught) == {"EBS001"}
    assert "/dev/nvme0n1" in caught.value.findings[0].message


def test_a_slow_disk_for_data_is_fine(stack: Stack) -> None:
    EC2Instance(
        stack, "Box", image=IMAGE, instance_type="m5.large", devices={"/dev/sdf": EBSDevice(500, type="st1")}
    )  # fmt: skip
    mappings = resources(stack)["Box"]["Properties"]["BlockDeviceMappings"]
    assert [entry["DeviceName"] for entry in mappings] == ["/dev/xvda", "/dev/sdf"]
    assert all(entry["Ebs"]["Encrypted"] for entry in mappings)


# Permissions


def statements(stack: Stack, policy: str) -> list[Any]:
    found: list[Any] = resources(stack)[policy]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_attaching_names_the_volume_and_the_instances(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
    box = EC2Instance(stack, "Box", image=IMAGE, instance_type="m5.large")
    volume(stack).grant_attach(role, [box, "i-0123456789abcdef0"])
    start = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:"
    assert statements(stack, "RolePolicy") == [
        {
            "Effect": "Allow",
            "Action": "ec2:AttachVolume",
            "Resource": [
                {"Fn::Sub": start + "volume/${V}"},
                {"Fn::Sub": start + "instance/${Box}"},
                {"Fn::Sub": start + "instance/i-0123456789abcdef0"},
            ],
        }
    ]


def test_an_instance_attaches_a_volume_to_itself_alone(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=IMAGE, instance_type="m5.large")
    volume(stack).grant_attach(box)
    start = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:"
    (statement,) = statements(stack, "BoxRolePolicy")
    assert statement["Resource"] == [{"Fn::Sub": start + "volume/${V}"}, {"Fn::Sub": start + "instance/${Box}"}]


def test_attaching_an_encrypted_volume_lets_ec2_have_the_key_and_nobody_else(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
    volume(stack, key=KMSKey(stack, "Key")).grant_attach(role, ["i-0123456789abcdef0"])
    (_, grant) = statements(stack, "RolePolicy")
    assert grant == {
        "Effect": "Allow",
        "Action": "kms:CreateGrant",
        "Resource": {"Fn::GetAtt": ["Key", "Arn"]},
        "Condition": {
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {"kms:ViaService": {"Fn::Sub": "ec2.${AWS::Region}.amazonaws.com"}},
        },
    }


def test_detaching_takes_no_key(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
    EBSVolume.from_id(stack, "V", "vol-0123456789abcdef0", key="alias/disks").grant_detach(role)
    (only,) = statements(stack, "RolePolicy")
    assert only["Action"] == "ec2:DetachVolume"
    assert only["Resource"][0] == {
        "Fn::Sub": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:volume/vol-0123456789abcdef0"
    }


@pytest.mark.parametrize("id", ["data", "i-0123456789abcdef0", "arn:aws:ec2:eu-west-1:123456789012:volume/vol-0123"])
def test_an_existing_volume_goes_by_its_id(stack: Stack, id: str) -> None:
    with pytest.raises(ConstructError):
        EBSVolume.from_id(stack, "V", id)


def test_metrics_are_the_volumes_own(stack: Stack) -> None:
    metric = EBSVolume.from_id(stack, "V", "vol-0123456789abcdef0").metric("VolumeReadOps", statistic="Sum")
    assert (metric.namespace, metric.name, metric.statistic) == ("AWS/EBS", "VolumeReadOps", "Sum")
    assert metric.dimensions == {"VolumeId": "vol-0123456789abcdef0"}


# Snapshots


def test_daily_snapshots_find_the_volume_by_its_own_tag(stack: Stack) -> None:
    volume(stack).snapshot_daily(at="02:30", keep=14)
    made = resources(stack)
    tag = {"Key": "awsdeck:snapshots", "Value": "shop/V"}
    assert made["V"]["Properties"]["Tags"] == [tag]
    details = made["VDaily"]["Properties"]["PolicyDetails"]
    assert details["TargetTags"] == [tag]
    assert details["Schedules"] == [
        {
            "Name": "Schedule 1", "CopyTags": True, "RetainRule": {"Count": 14},
            "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["02:30"]},
        }
    ]  # fmt: skip
    assert made["VDaily"]["Properties"]["ExecutionRoleArn"] == {"Fn::GetAtt": ["VDailyRole", "Arn"]}


def test_the_role_for_snapshots_is_taken_on_for_this_accounts_policies_alone(stack: Stack) -> None:
    volume(stack).snapshot_daily()
    role = resources(stack)["VDailyRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "dlm.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert role["ManagedPolicyArns"] == [
        {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSDataLifecycleManagerServiceRole"}
    ]


def test_copies_elsewhere_may_read_with_the_key_of_the_volume(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    far = "arn:aws:kms:eu-central-1:123456789012:key/0123abcd-0123-abcd-0123-0123456789ab"
    volume(stack, key=key).snapshot_daily(copy_to=SnapshotCopy("eu-central-1", "6m", key=far))
    made = resources(stack)
    (rule,) = made["VDaily"]["Properties"]["PolicyDetails"]["Schedules"][0]["CrossRegionCopyRules"]
    assert rule == {
        "TargetRegion": "eu-central-1", "Encrypted": True, "CopyTags": True, "CmkArn": far,
        "RetainRule": {"Interval": 6, "IntervalUnit": "MONTHS"},
    }  # fmt: skip
    found = made["VDailyRolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert all(one["Resource"] == [{"Fn::GetAtt": ["Key", "Arn"]}, far] for one in found)
    grants = [one for one in found if one["Action"] == "kms:CreateGrant"]
    assert [one["Condition"] for one in grants] == [{"Bool": {"kms:GrantIsForAWSResource": "true"}}]
    assert made["VDaily"]["DependsOn"] == ["VDailyRolePolicy"]


def test_snapshots_at_home_need_no_key(stack: Stack) -> None:
    volume(stack, key=KMSKey(stack, "Key")).snapshot_daily()
    assert "VDailyRolePolicy" not in resources(stack)


def test_a_policy_of_ones_own_takes_machines_by_tag_and_a_given_role(stack: Stack) -> None:
    role = "arn:aws:iam::123456789012:role/snapshots"
    SnapshotPolicy(
        stack,
        "P",
        of="instances",
        exclude_boot=True,
        tags={"backup": "weekly"},
        role=role,
        schedules=[
            SnapshotSchedule(
                cron="cron(0 3 ? * SUN *)", keep_for=30, fast_restore=["eu-west-1a"], share_with=["123456789012"],
                archive_for="1y", tags={"kept": "month"},
            )
        ],
    )  # fmt: skip
    made = resources(stack)
    assert list(made) == ["P"]
    details = made["P"]["Properties"]["PolicyDetails"]
    assert made["P"]["Properties"]["ExecutionRoleArn"] == role
    assert (details["ResourceTypes"], details["Parameters"]) == (["INSTANCE"], {"ExcludeBootVolume": True})
    (schedule,) = details["Schedules"]
    days = {"Interval": 30, "IntervalUnit": "DAYS"}
    assert schedule["CreateRule"] == {"CronExpression": "cron(0 3 ? * SUN *)"}
    assert schedule["RetainRule"] == days
    assert schedule["FastRestoreRule"] == {"AvailabilityZones": ["eu-west-1a"], **days}
    assert schedule["ShareRules"] == [{"TargetAccounts": ["123456789012"]}]
    assert schedule["ArchiveRule"] == {"RetainRule": {"RetentionArchiveTier": {"Interval": 1, "IntervalUnit": "YEARS"}}}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"keep": 7, "keep_for": 30}, "both are given"),
        ({"cron": "cron(0 3 * * ? *)", "every": 12}, "says when by itself"),
        ({"at": "3 o'clock"}, "no time of day"),
        ({"keep_for": "soon"}, "keep_for='soon'"),
    ],
)
def test_a_schedule_that_contradicts_itself_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        SnapshotSchedule(**options)
    assert "test_storage.py:" in str(caught.value.place)


def test_an_interval_that_there_is_not_is_an_error(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        volume(stack).snapshot_on(SnapshotSchedule(every=5))  # type: ignore[arg-type]
    assert rules(caught) == {"EBS021"}


def test_a_policy_without_schedules_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="holds nothing"):
        SnapshotPolicy(stack, "P", tags={"a": "b"}, schedules=[])
    with pytest.raises(ConstructError, match="for snapshots of instances"):
        SnapshotPolicy(stack, "Q", tags={"a": "b"}, schedules=[SnapshotSchedule()], exclude_boot=True)


def test_a_zone_of_another_region_is_an_error_at_synth(stack: Stack) -> None:
    volume(stack, availability_zone="us-east-1a")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert rules(caught) == {"VPC026"}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda volume: volume.attach_to(5, "/dev/sdf"), "int is no instance"),
        (lambda volume: volume.attach_to("i-0123456789abcdef0", 5), "device=5"),
        (lambda volume: volume.grant_attach("ec2.amazonaws.com"), "no policy of its own"),
        (lambda volume: volume.grant_detach("ec2.amazonaws.com"), "no policy of its own"),
        (lambda volume: volume.snapshot_on("daily"), "SnapshotSchedule"),
        (lambda _: SnapshotSchedule(copy_to="eu-central-1"), "holds a str"),  # type: ignore[arg-type]
        (lambda _: SnapshotSchedule(at=3), "no time of day"),  # type: ignore[arg-type]
    ],
)
def test_mistakes_are_told_in_words(stack: Stack, act: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words):
        act(volume(stack))


def test_only_a_volume_is_attached(stack: Stack) -> None:
    box = EC2Instance(stack, "Box", image=IMAGE, instance_type="m5.large")
    with pytest.raises(ConstructError, match="str is no volume"):
        box.attach("vol-0123456789abcdef0", device="/dev/sdf")  # type: ignore[arg-type]
