"""Disks of every kind: a database with its volumes, shared storage, logs, and the snapshots of all of them."""

from awsdeck import (
    VPC,
    Alarm,
    App,
    EBSDevice,
    EBSVolume,
    EC2Instance,
    IAMRole,
    Image,
    KMSKey,
    SnapshotCopy,
    SnapshotPolicy,
    SnapshotSchedule,
    SNSTopic,
    Stack,
    get_azs,
    select,
)

app = App()
stack = Stack(app, "storage", region="eu-west-1", tags={"team": "data"})
vpc = VPC(stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)
key = KMSKey(stack, "Disks")

database = EC2Instance(
    stack,
    "Database",
    image=Image("ami-0abcdef1234567890", root_device="/dev/xvda", architecture="x86_64"),
    instance_type="m5.2xlarge",
    vpc=vpc,
    subnets="private",
    root=EBSDevice(40, key=key),
    devices={
        "/dev/sdf": EBSDevice(500, type="io1", iops=12_000, key=key, delete_on_termination=False),
        "/dev/sdg": EBSDevice(125, type="sc1", snapshot="snap-0123456789abcdef0"),
    },
)

data = EBSVolume(
    stack,
    "Data",
    type="gp3",
    size=2_000,
    iops=10_000,
    throughput=500,
    key=key,
    availability_zone=database.availability_zone,
    required_iops=8_000,
)
database.attach(data, device="/dev/sdh")
data.snapshot_daily(at="02:00", keep=14, copy_to=SnapshotCopy("eu-central-1", "6m"))

logs = EBSVolume(stack, "Logs", type="st1", size=500, availability_zone=database.availability_zone)
logs.attach_to(database, "/dev/sdi")
logs.snapshot_on(
    SnapshotSchedule(every=12, at="06:00", keep=14),
    SnapshotSchedule(cron="cron(0 4 1 * ? *)", keep_for="1y", tags={"kept": "year"}, name="Monthly"),
)

restored = EBSVolume(
    stack,
    "Restored",
    snapshot="snap-0123456789abcdef0",
    availability_zone=select(0, get_azs()),
    initialization_rate=200,
)
shared = EBSVolume(
    stack,
    "Shared",
    type="io2",
    size=200,
    iops=5_000,
    multi_attach=True,
    availability_zone=database.availability_zone,
)
shared.attach_to(database, "/dev/sdj")
archive = EBSVolume.from_id(stack, "Archive", "vol-0123456789abcdef0")
database.attach(archive, device="/dev/sdk")

operator = IAMRole(stack, "Operator", assumed_by="lambda.amazonaws.com")
data.grant_attach(operator, [database])
data.grant_detach(operator, [database])

alarms = SNSTopic(stack, "Alarms")
Alarm(stack, "Slow", metric=data.metric("VolumeQueueLength"), threshold=64, periods=3).notify(alarms)

SnapshotPolicy(
    stack,
    "Machines",
    of="instances",
    tags={"backup": "weekly"},
    schedules=[SnapshotSchedule(cron="cron(0 3 ? * SUN *)", keep=8)],
    exclude_boot=True,
)

app.synth()
