"""Everything around databases: instances, replicas here and abroad, Aurora, proxies, secrets and their rotation."""

from awsdeck import (
    VPC,
    App,
    AuroraCluster,
    AuroraGlobalCluster,
    ClusterCopy,
    Generate,
    HostedRotation,
    IAMRole,
    LambdaFunction,
    PointInTime,
    RDSClusterParameterGroup,
    RDSInstance,
    RDSOption,
    RDSOptionGroup,
    RDSParameterGroup,
    RDSProxy,
    RDSSnapshot,
    RDSSubnetGroup,
    Secret,
    Stack,
    inline,
)

app = App()
net = Stack(app, "shop-network", region="eu-west-1")
vpc = VPC(net, "Vpc", cidr="10.0.0.0/16", availability_zones=2)

# Orders: PostgreSQL with a standby, readers, and a copy in another region
data = Stack(app, "shop-data", region="eu-west-1", tags={"team": "shop"})
settings = RDSParameterGroup(
    data, "Settings", family="postgres17", parameters={"rds.force_ssl": True, "log_min_duration_statement": 500}
)
orders = RDSInstance(
    data, "Orders", engine="postgres", version="17.6", instance_class="db.m7g.large", vpc=vpc, storage=400,
    max_storage=1_000, iops=12_000, throughput=500, multi_az=True, backup_retention=14, backup_window="03:00-04:00",
    maintenance_window="sun:05:00-sun:06:00", keep_backups=True, database="orders", parameters=settings,
    logs=["postgresql", "upgrade"], monitoring=60, insights="advanced", ca_certificate="rds-ca-rsa2048-g1",
    read_heavy=True, workload="oltp",
)  # fmt: skip
reader = orders.add_replica("Reader", instance_class="db.r7g.large")
reports = orders.add_replica("Reports", backup_retention=1, multi_az=True)
reports.node.ignore("RDS011", reason="what the deep copy answers may be some seconds old")
reports.add_replica("Deep")
RDSSnapshot(data, "BeforeUpgrade", of=orders, name="orders-before-upgrade")

abroad = Stack(app, "shop-abroad", region="us-east-1")
away = VPC(abroad, "Vpc", cidr="10.1.0.0/16", availability_zones=2)
copy = orders.add_replica("OrdersCopy", scope=abroad, vpc=away, key="alias/aws/rds", backup_retention=7)
# a replica is encrypted because its source is, and must not say StorageEncrypted, which this check asks for
copy.node.override("Metadata.cfn-lint.config.ignore_checks", ["E3720"])

# Accounts: MySQL whose password RDS keeps, with options and its own subnet group
subnets = RDSSubnetGroup(data, "Subnets", vpc=vpc, description="Databases of the shop")
options = RDSOptionGroup(
    data, "Auditing", engine="mysql", major_version="8.4",
    options=[RDSOption("MARIADB_AUDIT_PLUGIN", settings={"SERVER_AUDIT_EVENTS": "CONNECT,QUERY_DDL"})],
)  # fmt: skip
accounts = RDSInstance(
    data, "Accounts", engine="mysql", version="8.4.7", instance_class="db.t4g.small", vpc=vpc, subnet_group=subnets,
    options=options, parameters={"require_secure_transport": True}, credentials="managed",
    logs=["audit", "error", "slowquery"],
)  # fmt: skip
RDSInstance(
    data, "AccountsYesterday", engine="mysql", version="8.4.7", instance_class="db.t4g.small", vpc=vpc,
    restore=PointInTime(accounts, "2026-11-24T22:00:00Z"), deletion_protection=False,
)  # fmt: skip

# Stock: SQL Server with a secret of one's own, rotated by a function that CloudFormation brings along
root = Secret(data, "StockRoot", generate=Generate(username="stock", length=32, exclude="/\"@ '&\\"))
stock = RDSInstance(
    data, "Stock", engine="sqlserver-se", instance_class="db.m6i.large", vpc=vpc, storage=100,
    license="license-included", credentials=root, logs=["agent", "error"], timezone="UTC",
)  # fmt: skip
root.rotate(
    30, by=HostedRotation("sqlserver", subnets=vpc.choose("private").ids, security_groups=stock.connections.group_ids)
)
stock.connections.allow_internally()

# Products: Aurora that grows and shrinks, behind a proxy, with a clone to try things on
products = AuroraCluster(
    data, "Products", engine="aurora-postgresql", version="16.11", capacity=(0.5, 8), readers=1, vpc=vpc,
    database="products", parameters={"rds.force_ssl": True}, logs=["postgresql"], insights="standard",
    io_optimized=True,
)  # fmt: skip
products.add_reader("Batch", promotion_tier=15)
AuroraCluster(
    data, "ProductsTrial", engine="aurora-postgresql", version="16.11", capacity=(0.5, 2), vpc=vpc,
    restore=ClusterCopy(products, clone=True), deletion_protection=False,
)  # fmt: skip

# Carts: a global MySQL cluster, with a second region
world = AuroraGlobalCluster(data, "World", name="shop-carts", engine="aurora-mysql", version="8.0.mysql_aurora.3.10.3")
tuned = RDSClusterParameterGroup(data, "Tuned", family="aurora-mysql8.0", parameters={"binlog_format": "ROW"})
AuroraCluster(
    data, "Carts", engine="aurora-mysql", version="8.0.mysql_aurora.3.10.3", instance_class="db.r7g.large", vpc=vpc,
    readers=1, global_cluster=world, parameters=tuned, backup_retention=35,
)  # fmt: skip
AuroraCluster(
    abroad, "Carts", engine="aurora-mysql", version="8.0.mysql_aurora.3.10.3", instance_class="db.r7g.large",
    vpc=away, global_cluster=world, secondary=True, key="alias/aws/rds",
)  # fmt: skip

# Who uses them
work = Stack(app, "shop-work", region="eu-west-1")
worker = LambdaFunction(
    work, "Worker", code=inline("def handler(event, context): ..."), handler="index.handler", runtime="python3.13",
    timeout=30, vpc=vpc,
    environment={"DB_HOST": orders.endpoint, "DB_READER": reader.endpoint, "DB_SECRET": orders.secret.arn},
)  # fmt: skip
orders.secret.grant_read(worker)
orders.grant_connect(worker, "worker")
orders.connections.allow_from(worker)
accounts.secret.grant_read(worker)
products.grant_data_api(worker)

proxy = RDSProxy(work, "Proxy", database=products, iam="required", max_connections=80, idle_timeout=600)
proxy.grant_connect(worker, "worker")
proxy.connections.allow_from(worker)
proxy.add_reader_endpoint("Read")

token = Secret(
    work, "PartnerToken", generate=Generate(length=64, punctuation=False), description="What partners sign in with"
)
token.grant_read(IAMRole(work, "Partners", assumed_by="ecs-tasks.amazonaws.com"), stage="AWSCURRENT")
token.grant_read("123456789012")
turner = LambdaFunction(
    work, "Turner", code=inline("def handler(event, context): ..."), handler="index.handler", runtime="python3.13"
)
token.rotate(schedule="cron(0 3 1 * ? *)", window=3, by=turner)

app.synth()
