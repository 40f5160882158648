"""Elastic Beanstalk: what its keywords take, and what its attributes are."""

from typing import assert_type

from awsdeck import (
    VPC,
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
    BeanstalkVersion,
    BeanstalkWorker,
    DynamoDBTable,
    Parameter,
    Secret,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    Token,
    asset,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
vpc = VPC(stack, "Vpc")
size = Parameter(stack, "Size", type="Number", default=2)
application = BeanstalkApplication(stack, "Shop", max_versions=20)
version = application.version(asset("app"))
assert_type(version, BeanstalkVersion)
assert_type(version.label, Token)
web = BeanstalkEnvironment(
    stack,
    "Web",
    application=application,
    version=version,
    platform=BeanstalkPlatform.python("3.13", wsgi="app:application", threads=20),
    vpc=vpc,
    subnets="private",
    instance_types=["t3.small"],
    min=size.ref,
    max=8,
    spot=BeanstalkSpot(on_demand_base=1, max_price=0.05),
    scaling=BeanstalkTrigger("RequestCount", unit="Count", lower=10, upper=100, statistic="Sum"),
    schedules=[BeanstalkSchedule("morning", recurrence="0 7 * * *", min=4)],
    load_balancer=BeanstalkLoadBalancer(
        process=BeanstalkProcess(port=8000, health_path="/health"),
        processes={"admin": BeanstalkProcess(port=8001)},
        routes=[BeanstalkRoute("admin", hosts=["admin.example.com"], priority=1)],
    ),
    deployment=BeanstalkDeployment.rolling(batch="25%"),
    rollout=BeanstalkRollout.timed(batch=1, pause="PT5M"),
    updates=BeanstalkUpdates("Sun:03:00", level="patch"),
    environment={"QUEUE": SQSQueue(stack, "Orders").url},
    secrets={
        "A": Secret(stack, "One"),
        "B": (Secret(stack, "Two"), "password"),
        "C": SSMParameter(stack, "P", value="x"),
    },
    notifications=SNSTopic(stack, "Alerts"),
    options={("aws:autoscaling:asg", "Cooldown"): 300, ("aws:elasticbeanstalk:xray", "XRayEnabled"): True},
)
assert_type(web.endpoint, Token)
assert_type(web.url, str)
DynamoDBTable(stack, "Table", partition_key="id").grant_read(web)
shared = BeanstalkConfiguration(
    stack, "Base", application=application, platform="Go 1 running on 64bit Amazon Linux 2023", tier="worker"
)
BeanstalkEnvironment(
    stack, "Work", application=application, template=shared, tier="worker", worker=BeanstalkWorker(path="/work")
)
BeanstalkEnvironment(
    stack, "Old", application=BeanstalkApplication.from_name(stack, "Old2", "old"), platform=BeanstalkPlatform.docker(),
    single_instance=True, metadata="optional", root_type="gp2", role="arn:aws:iam::123456789012:role/servers",
)  # fmt: skip
