"""Volumes and snapshots as users write them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    App,
    EBSDevice,
    EBSVolume,
    EC2Instance,
    IAMRole,
    Image,
    KMSKey,
    Metric,
    Parameter,
    SnapshotCopy,
    SnapshotPolicy,
    SnapshotSchedule,
    Stack,
    Token,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
key = KMSKey(stack, "Key")
box = EC2Instance(
    stack,
    "Box",
    image=Image("ami-0123456789abcdef0", root_device="/dev/xvda"),
    instance_type="m5.large",
    root=EBSDevice(50, key=key),
    devices={"/dev/sdf": EBSDevice(type="st1", size=500, delete_on_termination=False)},
)
logs = EBSVolume(stack, "Logs", type="st1", size=500, availability_zone=box.availability_zone, key=key)
data = EBSVolume(
    stack, "Data", size=Parameter(stack, "Size", type="Number").ref, availability_zone="eu-west-1a", required_iops=3_000
)
box.attach(logs, device="/dev/sdg")
logs.attach_to("i-0123456789abcdef0", "/dev/sdh")
old = EBSVolume.from_id(stack, "Old", "vol-0123456789abcdef0", key="alias/disks")
role = IAMRole(stack, "Role", assumed_by="lambda.amazonaws.com")
old.grant_attach(role, [box, "i-0123456789abcdef0"])
old.grant_detach(role)
assert_type(logs.id, Token)
assert_type(logs.arn, str)
assert_type(logs.metric("VolumeReadOps"), Metric)
assert_type(logs.snapshot_daily("02:00", keep=14, copy_to=SnapshotCopy("eu-central-1", "6m")), SnapshotPolicy)
data.snapshot_on(
    SnapshotSchedule(every=12, keep_for=30),
    SnapshotSchedule(cron="cron(0 3 ? * SUN *)", keep=4, copy_to=[SnapshotCopy("us-east-1", 30, key=key)]),
)
SnapshotPolicy(stack, "All", of="instances", tags={"backup": "daily"}, schedules=[SnapshotSchedule()])
