"""A shop on Elastic Beanstalk: a web tier behind its own load balancer, an admin site that shares one, and a worker."""

from awsdeck import (
    ALB,
    VPC,
    Alarm,
    App,
    BeanstalkApplication,
    BeanstalkConfiguration,
    BeanstalkDeployment,
    BeanstalkEnvironment,
    BeanstalkLoadBalancer,
    BeanstalkPlatform,
    BeanstalkProcess,
    BeanstalkRollout,
    BeanstalkRoute,
    BeanstalkSchedule,
    BeanstalkSpot,
    BeanstalkTrigger,
    BeanstalkUpdates,
    BeanstalkWorker,
    Certificate,
    DynamoDBTable,
    HostedZone,
    Output,
    S3Bucket,
    Secret,
    SecurityGroup,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    asset,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1")
vpc = VPC(shop, "Vpc", availability_zones=2)
zone = HostedZone.from_id(shop, "Zone", "Z0123456789ABCDEFGHIJ", "example.com")
certificate = Certificate(shop, "Certificate", domain="shop.example.com", zone=zone)
alerts = SNSTopic(shop, "Alerts")
orders = DynamoDBTable(shop, "Orders", partition_key="id")
failed = SQSQueue(shop, "FailedMails")
mails = SQSQueue(shop, "Mails", visibility_timeout=600, dead_letter=failed.after(5))
logs = S3Bucket(shop, "Logs")
signing = Secret(shop, "Signing")
plan = SSMParameter(shop, "Plan", value="gold")

application = BeanstalkApplication(shop, "Shop", max_versions=50, delete_bundles=True)
python = BeanstalkPlatform.python("3.13", wsgi="application:application", processes=2)

web = BeanstalkEnvironment(
    shop,
    "Web",
    application=application,
    version=application.version(asset("src/web", ignore=["tests/"])),
    platform=python,
    name="shop-web",
    cname_prefix="shop-of-example",
    vpc=vpc,
    instance_types=["t3.small", "t3a.small"],
    min=2,
    max=8,
    spot=BeanstalkSpot(on_demand_base=2, on_demand_percent=25, strategy="price-capacity-optimized"),
    scaling=BeanstalkTrigger("CPUUtilization", unit="Percent", lower=25, upper=70, cooldown=300),
    schedules=[
        BeanstalkSchedule("morning", recurrence="0 7 * * MON-FRI", min=4),
        BeanstalkSchedule("evening", recurrence="0 19 * * MON-FRI", min=2),
    ],
    load_balancer=BeanstalkLoadBalancer(
        certificate=certificate,
        http=False,
        health_path="/health",
        processes={"images": BeanstalkProcess(port=8080, health_path="/ok", deregistration_delay=30)},
        routes=[BeanstalkRoute("images", paths=["/images/*"], priority=1)],
        idle_timeout=120,
        access_logs=logs,
        access_logs_prefix="web",
    ),
    deployment=BeanstalkDeployment.traffic_splitting(percent=20, minutes=10),
    rollout=BeanstalkRollout.healthy(batch=1, in_service=2),
    updates=BeanstalkUpdates("Sun:03:00"),
    environment={"STAGE": "prod", "ORDERS": orders.table_name, "MAILS": mails.url},
    secrets={"SIGNING_KEY": (signing, "password"), "PLAN": plan},
    health_log_retention=14,
    tracing=True,
    root_size=20,
    notifications=alerts,
    proxy="nginx",
    static_files={"/static": "static"},
    options={("aws:elasticbeanstalk:command", "Timeout"): 900},
)
orders.grant_read_write(web)
mails.grant_send(web)
cache = SecurityGroup(shop, "Cache", vpc=vpc, description="where sessions are kept")
cache.connections.allow_from(web, 6379)
zone.alias("shop", web)
bad = Alarm(shop, "Unwell", metric=web.metric("EnvironmentHealth", statistic="Maximum"), threshold=15)
bad.notify(alerts)

front = ALB(shop, "Front", vpc=vpc, access_logs=logs, access_logs_prefix="front")
front.add_listener(certificate=certificate)
admin = BeanstalkEnvironment(
    shop,
    "Admin",
    application=application,
    platform=BeanstalkPlatform.nodejs("22", release="6.6.0"),
    vpc=vpc,
    max=2,
    load_balancer=BeanstalkLoadBalancer(
        shared=front,
        listener_port=443,
        routes=[BeanstalkRoute("default", hosts=["admin.example.com"], priority=1)],
    ),
    deployment=BeanstalkDeployment.rolling_with_additional_batch(batch=1),
)

settings = BeanstalkConfiguration(
    shop,
    "WorkerSettings",
    application=application,
    platform=python,
    tier="worker",
    vpc=vpc,
    worker=BeanstalkWorker(mails, path="/mail", visibility_timeout=600, inactivity_timeout=500),
    log_retention=7,
)
BeanstalkEnvironment(
    shop,
    "Mailer",
    application=application,
    version=application.version("src/mailer", id="MailerVersion"),
    tier="worker",
    template=settings,
    max=2,
)
BeanstalkEnvironment(
    shop, "Try", application=application, platform=BeanstalkPlatform.docker(), vpc=vpc, single_instance=True
)
Output(shop, "Url", value=web.url)
app.synth()
