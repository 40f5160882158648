"""Mistakes with databases that a type checker finds."""

from awsdeck import (
    VPC,
    App,
    AuroraCluster,
    Generate,
    HostedRotation,
    RDSInstance,
    RDSOptionGroup,
    RDSProxy,
    Secret,
    Stack,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
size = "db.m7g.large"
vpc = VPC(stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)

RDSInstance(stack, "A", engine="postgresql", instance_class=size, vpc=vpc)  # wrong: "engine"
RDSInstance(stack, "B", engine="postgres", instance_class=size, vpc="vpc-1")  # wrong: "vpc"
RDSInstance(stack, "C", engine="postgres", instance_class=size, vpc=vpc, storage_type="ssd")  # wrong: "storage_type"
RDSInstance(stack, "D", engine="postgres", instance_class=size, vpc=vpc, storage="100 GB")  # wrong: "storage"
RDSInstance(stack, "E", engine="postgres", instance_class=size, vpc=vpc, logs=["slow"])  # wrong: list
RDSInstance(stack, "F", engine="postgres", instance_class=size, vpc=vpc, credentials="plain")  # wrong: "credentials"
RDSInstance(stack, "G", engine="postgres", instance_class=size, vpc=vpc, password="secret")  # wrong: password

db = RDSInstance(stack, "Db", engine="postgres", instance_class=size, vpc=vpc)
db.add_replica("Reader", mode="read-only")  # wrong: "mode"
print(db.adress)  # wrong: adress
db.grant_connect("app")  # wrong: user

AuroraCluster(stack, "H", engine="aurora", vpc=vpc, instance_class=size)  # wrong: "engine"
AuroraCluster(stack, "I", engine="aurora-mysql", vpc=vpc, capacity=8)  # wrong: "capacity"
RDSProxy(stack, "J", database="db")  # wrong: "database"
RDSOptionGroup(stack, "K", engine="postgres", major_version="16")  # wrong: "engine"
Secret(stack, "L", generate="password")  # wrong: "generate"
Generate(length="32")  # wrong: "length"
HostedRotation("sqlite")  # wrong: sqlite
