"""Machines as users write them; nothing to say about any of it."""

from datetime import UTC, datetime
from typing import assert_type

from awsdeck import (
    VPC,
    App,
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
    Token,
    UserData,
    suggest,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
queue, bucket = SQSQueue(stack, "Q"), S3Bucket(stack, "B")
box = EC2Instance(
    stack,
    "Box",
    image=Image.amazon_linux(2023, architecture="arm64"),
    instance_type="t4g.small",
    vpc=vpc,
    subnets="private",
    security_groups=[SecurityGroup(stack, "Group", vpc=vpc), "sg-0123456789abcdef0"],
    purchase=Spot(max_price=0.05, on_interruption="stop", valid_until=datetime(2030, 1, 1, tzinfo=UTC)),
    role=IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com"),
    user_data=UserData.file("boot.sh.j2", queue=queue.url),
    root=EBSDevice(50, type="gp3"),
    devices={"/dev/sdf": EBSDevice(100)},
    key_pair=EC2KeyPair(stack, "Keys", format="ppk"),
    placement_group=EC2PlacementGroup(stack, "Near", strategy="cluster"),
    metadata="required",
    credits="standard",
)
EC2Instance(stack, "Plain", image="ami-0abcdef1234567890", instance_type="m12g.large", purchase=OnDemand())
EC2Instance(stack, "Chosen", image=Image("ami-0abcdef1234567890"), instance_type=Parameter(stack, "Kind").ref)
EC2Instance(
    stack,
    "Kept",
    image=Image.ubuntu("24.04"),
    instance_type="m5.large",
    vpc=vpc,
    purchase=Reserved("convertible", years=3, payment="all-upfront"),
)
host = EC2Host(stack, "Host", availability_zone="eu-west-1a", family="m5", reservation=HostReservation(years=1))
EC2Instance(stack, "Own", image=Image.windows(2022), instance_type="m5.large", purchase=DedicatedHost(host))
EC2Instance(stack, "Alone", image=Image.windows(2022), instance_type="m5.large", purchase=DedicatedInstance())
start = LaunchTemplate(stack, "Start", image=Image.ubuntu(), instance_type="m5.large", vpc=vpc, purchase=Spot())
EC2Instance(stack, "Started", launch_template=start)
old = EC2Instance.from_id(stack, "Old", "i-0123456789abcdef0")

box.connections.allow_from(box, 443)
start.connections.allow_from(box, 443)
box.attach(EBSVolume(stack, "Logs", size=10, availability_zone=box.availability_zone), device="/dev/sdf")
EBSVolume(stack, "Data", size=10, availability_zone=box.availability_zone).attach_to(box, "/dev/sdg")
box.metric("CPUUtilization", statistic="Maximum")
queue.grant_send(box)
queue.grant_send(start)
bucket.grant_read(old)
assert_type(box.id, Token)
assert_type(box.private_ip, Token)
assert_type(start.latest_version, Token)
assert_type(suggest("web")[0].families, tuple[str, ...])
