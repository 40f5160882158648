"""Networks and connections as they are meant to be used."""

from awsdeck import (
    VPC,
    App,
    FlowLog,
    GatewayEndpoint,
    InterfaceEndpoint,
    LambdaFunction,
    NetworkAcl,
    Parameter,
    S3Bucket,
    SecurityGroup,
    Stack,
    SubnetGroup,
    VPCPeering,
    allow,
    inline,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(
    stack,
    "Vpc",
    availability_zones=["eu-west-1a", "eu-west-1b"],
    nat_gateways="per-zone",
    zone_room=8,
    subnets=[SubnetGroup("public", 24), SubnetGroup("private"), SubnetGroup("isolated", name="data")],
)
old = VPC.from_ids(stack, "Old", "vpc-0123abcd", availability_zones=["eu-west-1a"], private=["subnet-0123abcd"])
web = SecurityGroup(stack, "Web", vpc=vpc, egress="none")
legacy = SecurityGroup.from_id(stack, "Legacy", "sg-0123abcd", mutable=False)
worker = LambdaFunction(
    stack,
    "Worker",
    code=inline("x"),
    runtime="python3.13",
    vpc=vpc,
    subnets="data",
    security_groups=[web, "sg-0123abcd"],
)
web.connections.allow_from(worker, 443)
web.connections.allow_to(legacy, (8000, 8010), protocol="udp")
web.connections.allow_from("10.0.0.0/8", Parameter(stack, "Port", type="Number").ref)
web.connections.allow_internally("all")
worker.connections.allow_to(web, port=443, description="orders")
where = vpc.choose([*vpc.subnets("data"), "subnet-0123abcd"])
names: list[str] = [*where.ids, *where.availability_zones]
GatewayEndpoint(stack, "S3", vpc=old, service="s3", policy=[allow("s3:GetObject", on="*")])
InterfaceEndpoint(stack, "Queues", vpc=vpc, service="sqs", open_to="none").connections.allow_from(web)
FlowLog(stack, "Flows", of=vpc.subnets("data")[0], to=S3Bucket(stack, "Records"), interval=60)
VPCPeering(stack, "Peering", vpc=vpc, peer=old, peer_cidrs=["10.1.0.0/16"])
NetworkAcl(stack, "Acl", vpc=vpc, subnets="data").allow_in(100, "10.0.0.0/16", 5432)
