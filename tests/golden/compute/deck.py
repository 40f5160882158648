"""Machines in a network: on demand, Spot, reserved, on a host of their own, and from a launch template."""

from datetime import UTC, datetime

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
    Image,
    LaunchTemplate,
    Output,
    Parameter,
    Reserved,
    S3Bucket,
    Spot,
    SQSQueue,
    Stack,
    UserData,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})
vpc = VPC(shop, "Vpc", cidr="10.0.0.0/16", availability_zones=2, nat_gateways="one")
linux = Image.amazon_linux(2023)
orders, uploads = SQSQueue(shop, "Orders"), S3Bucket(shop, "Uploads")

keys = EC2KeyPair(shop, "Keys", type="rsa", format="ppk")
web = EC2Instance(
    shop,
    "Web",
    image=Image.amazon_linux(2023, architecture="arm64"),
    instance_type="t4g.small",
    vpc=vpc,
    subnets="public",
    elastic_ip=True,
    credits="standard",
    key_pair=keys,
    monitoring=True,
    termination_protection=True,
    session_manager=True,
    name="web",
    interruptible=False,
    workload="web-server",
)
web.connections.allow_from_anywhere(443)
orders.grant_send(web)

batch = EC2Instance(
    shop,
    "Batch",
    image=linux,
    instance_type="c5.large",
    vpc=vpc,
    purchase=Spot(
        max_price=0.05,
        on_interruption="stop",
        valid_until=datetime(2030, 1, 1, tzinfo=UTC),
    ),
    user_data=UserData.file("boot.sh.j2", packages=["jq", "htop"], queue=orders.url),
    root=EBSDevice(30),
    devices={"/dev/sdg": EBSDevice(125, type="st1")},
)
batch.connections.allow_from(web, 8080)
orders.grant_consume(batch)
uploads.grant_read(batch, prefix="in/")
logs = EBSVolume(shop, "Logs", type="st1", size=500, availability_zone=batch.availability_zone)
batch.attach(logs, device="/dev/sdf")

ledger = EC2Instance(
    shop,
    "Ledger",
    image=linux,
    instance_type="r4.xlarge",
    vpc=vpc,
    purchase=Reserved("convertible", years=3, payment="partial-upfront", discount=0.5),
    root=EBSDevice(100, throughput=250),
    on_shutdown="stop",
    stateful=True,
)
ledger.connections.allow_from(web, 5432)

zone = Parameter(shop, "Zone", type="AWS::EC2::AvailabilityZone::Name").ref
host = EC2Host(shop, "Host", availability_zone=zone, family="m5", recovery=True, reservation=HostReservation(years=1))
EC2Instance(
    shop,
    "Licensed",
    image=Image.windows(2022),
    instance_type="m5.large",
    zone=zone,
    purchase=DedicatedHost(host, affinity="host"),
)
EC2Instance(shop, "Alone", image=linux, instance_type="m5.large", vpc=vpc, purchase=DedicatedInstance())

apart = EC2PlacementGroup(shop, "Apart", strategy="partition", partitions=3)
EC2Instance(shop, "Shard", image=linux, instance_type="i3.large", vpc=vpc, placement_group=apart, partition=2)

start = LaunchTemplate(
    shop,
    "Start",
    image=Image.ubuntu("24.04"),
    instance_type="m5.large",
    vpc=vpc,
    user_data="#!/bin/bash\napt-get update\n",
    metadata_hops=2,
    tags={"role": "worker"},
)
EC2Instance(shop, "Worker", launch_template=start, vpc=vpc)

Output(shop, "Address", value=web.public_ip)
app.synth()
