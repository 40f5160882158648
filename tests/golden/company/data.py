"""Where data is kept: databases, tables, caches, buckets, disks."""

from __future__ import annotations

from awsdeck import (
    App,
    AuroraCluster,
    DynamoDBTable,
    EBSDevice,
    EBSVolume,
    EC2Host,
    EC2Instance,
    Image,
    IAMRole,
    LifecycleRule,
    MemcachedCluster,
    RDSInstance,
    RDSProxy,
    RedisCluster,
    Reserved,
    S3Bucket,
    ScaledCapacity,
    SnapshotPolicy,
    SnapshotSchedule,
    Spot,
    Stack,
)
from awsdeck.planning import Load
from foundation import REGION, TAGS, Foundation

COMPUTERS = Image("ami-0abcdef1234567890", architecture="x86_64", root_device="/dev/xvda")


class Data:
    """Every store, and the machines that crunch what is in them."""

    def __init__(self, app: App, base: Foundation) -> None:
        self.databases = Stack(app, "databases", region=REGION, tags=TAGS)
        self.ledger = RDSInstance(
            self.databases,
            "Ledger",
            engine="postgres",
            instance_class="db.m7g.large",
            vpc=base.vpc,
            subnets="isolated",
            storage=200,
            max_storage=1_000,
            multi_az=True,
            backup_retention=14,
            key=base.data_key,
            credentials="generated",
            secret_key=base.data_key,
            iam_authentication=True,
        )
        self.replicas = [self.ledger.add_replica(f"Reader{number}") for number in (1, 2)]
        self.proxy = RDSProxy(self.databases, "Proxy", database=self.ledger, vpc=base.vpc, subnets="private")
        self.catalog = AuroraCluster(
            self.databases,
            "Catalog",
            engine="aurora-mysql",
            vpc=base.vpc,
            subnets="isolated",
            capacity=(0.5, 8),
            readers=1,
            key=base.data_key,
            backup_retention=7,
        )

        self.caches = Stack(app, "caches", region=REGION, tags=TAGS)
        self.sessions = RedisCluster(
            self.caches,
            "Sessions",
            vpc=base.vpc,
            subnets="isolated",
            engine="valkey",
            node_type="cache.t4g.small",
            replicas=1,
            auth_token="generate",
            key=base.data_key,
        )
        self.pages = MemcachedCluster(
            self.caches, "Pages", vpc=base.vpc, subnets="isolated", nodes=3, node_type="cache.t4g.small"
        )

        self.tables = Stack(app, "tables", region=REGION, tags=TAGS)
        self.orders = DynamoDBTable(
            self.tables,
            "Orders",
            partition_key="customer",
            sort_key=("placed", "N"),
            stream="new-and-old-images",
            encryption="kms",
            key=base.data_key,
        )
        self.orders.add_global_index("by-state", partition_key="state", sort_key=("placed", "N"))
        self.carts = DynamoDBTable(
            self.tables, "Carts", partition_key="session", ttl="expires", expected=Load(reads=80, writes=20, item_kb=3)
        )
        self.stock = DynamoDBTable(
            self.tables,
            "Stock",
            partition_key="sku",
            billing="provisioned",
            read_capacity=ScaledCapacity(5, 200),
            write_capacity=ScaledCapacity(5, 100),
        )
        self.prices = DynamoDBTable(self.tables, "Prices", partition_key="sku")
        self.fast_prices = self.prices.accelerate(vpc=base.vpc, subnets="isolated")

        self.files = Stack(app, "files", region=REGION, tags=TAGS)
        self.logs = S3Bucket(self.files, "Logs", lifecycle=[LifecycleRule(expire_after=400)])
        self.uploads = S3Bucket(
            self.files,
            "Uploads",
            encryption="kms",
            key=base.data_key,
            versioned=True,
            event_bridge=True,
            lifecycle=[LifecycleRule(to={"STANDARD_IA": 30, "GLACIER": 180}, expire_after=2_555)],
        )
        self.reports = S3Bucket(self.files, "Reports", versioned=True)

        self.batch = Stack(app, "batch", region=REGION, tags=TAGS)
        cruncher = IAMRole(self.batch, "Cruncher", assumed_by="ec2.amazonaws.com")
        self.uploads.grant_read(cruncher)
        self.reports.grant_write(cruncher)
        for number in range(3):
            box = EC2Instance(
                self.batch,
                f"Crunch{number}",
                image=COMPUTERS,
                instance_type="c5.2xlarge",
                vpc=base.vpc,
                subnets="private",
                zone=base.vpc.subnets("private")[number].availability_zone,
                role=cruncher,
                purchase=Spot(on_interruption="stop", persistent=True),
                root=EBSDevice(type="gp3", size=50),
            )
            scratch = EBSVolume(
                self.batch,
                f"Scratch{number}",
                type="st1",
                size=500,
                availability_zone=box.availability_zone,
                key=base.data_key,
            )
            scratch.node.tag("backup", "daily")
            box.attach(scratch, device="/dev/sdf")
        SnapshotPolicy(
            self.batch, "Backups", tags={"backup": "daily"}, schedules=[SnapshotSchedule(every=24, keep=14)],
            keys=[base.data_key],
        )  # fmt: skip
        EC2Instance(
            self.batch,
            "Licences",
            image=COMPUTERS,
            instance_type="m5.xlarge",
            vpc=base.vpc,
            subnets="private",
            role=cruncher,
            purchase=Reserved("convertible", years=3, payment="partial-upfront"),
        )
        EC2Host(self.batch, "Host", availability_zone=base.vpc.subnets("private")[0].availability_zone, family="m5")
