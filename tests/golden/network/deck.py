"""A shop's network: subnets in three zones, endpoints, flow logs, a guarded data group, and clients in a second stack."""

from awsdeck import (
    AWS,
    VPC,
    App,
    FlowLog,
    GatewayEndpoint,
    InterfaceEndpoint,
    LambdaFunction,
    NetworkAcl,
    Output,
    S3Bucket,
    SecurityGroup,
    Stack,
    SubnetGroup,
    VPCPeering,
    allow,
    inline,
)

app = App()
ground = Stack(app, "shop-ground", region="eu-west-1")
vpc = VPC(
    ground,
    "Vpc",
    cidr="10.20.0.0/16",
    availability_zones=3,
    nat_gateways="per-zone",
    secondary_cidrs=["100.64.0.0/20"],
    ipv6=True,
    subnets=[
        SubnetGroup("public", 24),
        SubnetGroup("private", 20),
        SubnetGroup("isolated", 24, name="data"),
        SubnetGroup("isolated", name="pods", block="100.64.0.0/20"),
    ],
)
uploads = S3Bucket(ground, "AccessLogs")
records = S3Bucket(ground, "Records", access_logs=uploads)
FlowLog(ground, "Flows", of=vpc, traffic="reject")
FlowLog(ground, "DataFlows", of=vpc.subnets("data")[0], to=records, prefix="data", parquet=True)
GatewayEndpoint(ground, "S3", vpc=vpc, service="s3")
GatewayEndpoint(
    ground,
    "Tables",
    vpc=vpc,
    service="dynamodb",
    subnets="private",
    policy=[allow("dynamodb:GetItem", on=f"arn:{AWS.Partition}:dynamodb:{AWS.Region}:{AWS.AccountId}:table/orders")],
)
InterfaceEndpoint(ground, "Secrets", vpc=vpc, service="secretsmanager")
database = SecurityGroup(ground, "Database", vpc=vpc, egress="none", description="data of the shop")
guard = NetworkAcl(ground, "Guard", vpc=vpc, subnets="data")
guard.allow_in(100, "10.20.0.0/16", 5432)
guard.allow_out(100, "10.20.0.0/16", (1024, 65535))

office = VPC(ground, "Office", cidr="10.30.0.0/20", nat_gateways="none", availability_zones=1)
VPCPeering(ground, "ToOffice", vpc=vpc, peer=office)

shop = Stack(app, "shop", region="eu-west-1")
web = SecurityGroup(shop, "Web", vpc=vpc)
web.connections.allow_from_anywhere(443)
web.connections.allow_internally((8000, 8010))
worker = LambdaFunction(shop, "Worker", code=inline("def handler(event, context): pass"), runtime="python3.13", vpc=vpc)
for client in (web, worker):
    database.connections.allow_from(client, 5432)
database.connections.allow_from("10.30.0.0/20", 5432, description="the office")

old = VPC.from_ids(
    shop,
    "Old",
    "vpc-0a1b2c3d4e5f60718",
    availability_zones=["eu-west-1a", "eu-west-1b"],
    private=["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"],
    route_tables={"private": ["rtb-0a1b2c3d4e5f60718"]},
    cidr="10.40.0.0/16",
)
InterfaceEndpoint(shop, "Queues", vpc=old, service="sqs")
LambdaFunction(
    shop,
    "Mover",
    code=inline("def handler(event, context): pass"),
    runtime="python3.13",
    vpc=old,
    security_groups=["sg-0a1b2c3d4e5f60718"],
).connections.allow_to(SecurityGroup.from_id(shop, "Legacy", "sg-0a1b2c3d4e5f60719"), 3306)
Output(ground, "Network", vpc.id)
app.synth()
