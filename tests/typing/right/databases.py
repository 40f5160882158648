"""Databases, clusters, proxies and secrets, as people write them."""

from awsdeck import (
    VPC,
    App,
    AuroraCluster,
    AuroraGlobalCluster,
    ClusterCopy,
    Generate,
    HostedRotation,
    IAMRole,
    PointInTime,
    RDSInstance,
    RDSOption,
    RDSOptionGroup,
    RDSParameterGroup,
    RDSProxy,
    RDSSnapshot,
    RDSSubnetGroup,
    Secret,
    Stack,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
vpc = VPC(stack, "Vpc", cidr="10.0.0.0/16", availability_zones=2)
role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")

settings = RDSParameterGroup(
    stack, "Settings", family="postgres16", parameters={"log_statement": "ddl", "a": 1, "b": True}
)
options = RDSOptionGroup(
    stack, "Options", engine="mysql", major_version="8.0", options=[RDSOption("MEMCACHED", port=11211)]
)
group = RDSSubnetGroup(stack, "Subnets", vpc=vpc, subnets="private")

db = RDSInstance(
    stack, "Db", engine="postgres", version="16.4", instance_class="db.m7g.large", vpc=vpc, storage=100,
    storage_type="gp3", multi_az=True, backup_retention=7, parameters=settings, logs=["postgresql"], monitoring=60,
    insights="advanced", credentials="generated",
)  # fmt: skip
other = RDSInstance(
    stack, "Other", engine="mysql", instance_class="db.t4g.micro", vpc=vpc, options=options, subnet_group=group
)
reader = db.add_replica("Reader", multi_az=True, logs=["upgrade"])
deeper = reader.add_replica("Deeper").promoted(backup_retention=14)
taken = RDSSnapshot(stack, "Before", of=db, name="before")
restored = RDSInstance.from_snapshot(
    stack, "Restored", taken.arn, engine="postgres", instance_class="db.m7g.large", vpc=vpc, multi_az=True
)
then = RDSInstance(
    stack,
    "Then",
    engine="postgres",
    instance_class="db.m7g.large",
    vpc=vpc,
    restore=PointInTime(db, "2026-11-25T10:00:00Z"),
)
old = RDSInstance.from_id(stack, "Old", "main", engine="mysql", endpoint="main.example.com", secret=other.secret)
address: str = f"{db.endpoint}:{db.port} {reader.endpoint} {old.endpoint}:{old.port} {db.arn} {restored.instance_id}"

db.connections.allow_from("10.1.0.0/16")
db.connections.allow_from(other)
db.grant_connect(role, "app")
db.secret.grant_read(role)
password: str = other.secret.value("password")
db.metric("CPUUtilization", statistic="p99")

secret = Secret(stack, "Token", generate=Generate(username="app", exclude="/@"), replicas=["us-east-1"])
secret.rotate(30, by=HostedRotation("postgres", users="single"))
secret.attach(db)
existing = Secret.from_name(stack, "Existing", "shop/db")
mine = RDSInstance(stack, "Mine", engine="mysql", instance_class="db.t4g.micro", vpc=vpc, credentials=existing)

world = AuroraGlobalCluster(stack, "World", name="world", engine="aurora-postgresql")
cluster = AuroraCluster(
    stack, "Cluster", engine="aurora-postgresql", vpc=vpc, capacity=(0.5, 8), readers=2, global_cluster=world,
    version="16.4", parameters={"rds.force_ssl": True}, logs=["postgresql", "instance"],
)  # fmt: skip
clone = AuroraCluster(
    stack,
    "Clone",
    engine="aurora-postgresql",
    vpc=vpc,
    instance_class="db.r7g.large",
    restore=ClusterCopy(cluster, clone=True),
)
cluster.add_reader("Batch", serverless=True).grant_connect(role, "batch")
cluster.grant_data_api(role)
endpoints: list[str] = [cluster.endpoint, cluster.reader_endpoint, clone.writer.endpoint, cluster.port, world.endpoint]

proxy = RDSProxy(stack, "Proxy", database=cluster, iam="required", secrets=[cluster.secret])
proxy.grant_connect(role, "app")
proxy.connections.allow_from(db)
reading: str = proxy.add_reader_endpoint("Read").endpoint
