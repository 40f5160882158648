"""A web tier that follows its load in every way, and workers that are mostly Spot."""

from awsdeck import (
    ALB,
    VPC,
    Alarm,
    App,
    AutoScalingGroup,
    EBSDevice,
    Image,
    InstanceNeeds,
    InstanceRefresh,
    KMSKey,
    LambdaFunction,
    LaunchTemplate,
    MixedPurchase,
    RollingUpdate,
    Signals,
    SNSTopic,
    SQSQueue,
    Stack,
    TargetGroup,
    inline,
)

app = App()
net = Stack(app, "net", region="eu-west-1")
vpc = VPC(net, "Vpc", cidr="10.0.0.0/16", availability_zones=2)

shop = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})
key = KMSKey(shop, "Disks")
events = SNSTopic(shop, "Events")

web = AutoScalingGroup(
    shop,
    "Web",
    vpc=vpc,
    subnets="private",
    min=2,
    max=8,
    image=Image.amazon_linux(2023, architecture="arm64"),
    instance_type="m7g.large",
    root=EBSDevice(30, key=key),
    devices={"/dev/sdf": EBSDevice(200, type="gp3", iops=4_000, throughput=500, key=key)},
    user_data="#!/bin/sh\nsystemctl start web\n",
    warm_up=120,
    signals=Signals(timeout=600),
    update=RollingUpdate(batch=2),
    termination_policies=["oldest-launch-template", "default"],
    maintenance=(90, 110),
    max_instance_lifetime=30 * 86_400,
    metrics=["GroupInServiceInstances", "GroupDesiredCapacity"],
)
targets = TargetGroup(shop, "Targets", vpc=vpc, port=8080, targets=[web])
front = ALB(shop, "Front", vpc=vpc, subnets="public")
certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0123abcd-0123-abcd-0123-0123456789ab"
front.add_listener(default=targets, certificate=certificate, redirect_http=True)
web.scale_on_cpu(60)
web.scale_on_requests(targets, 1_000, scale_in=False)
web.scale_on_schedule("0 7 * * 1-5", min=4, timezone="Europe/Berlin", id="Morning")
web.scale_on_schedule("0 20 * * 1-5", min=2, timezone="Europe/Berlin", id="Evening")
web.scale_predictively("cpu", 60, forecast_only=True, ahead=300)
web.notify(events)
web.warm_pool(least=1, state="stopped", reuse=True)

jobs = SQSQueue(shop, "Jobs")
leaving = SQSQueue(shop, "Leaving")
greeter = LambdaFunction(
    shop, "Greeter", code=inline("def handler(event, context):\n    return event\n"), runtime="python3.13"
)
workers = AutoScalingGroup(
    shop,
    "Workers",
    vpc=vpc,
    min=0,
    max=20,
    image=Image.amazon_linux(2023),
    purchase=MixedPurchase(
        [("m5.large", 1), ("m6i.large", 1), ("m5.xlarge", 2)], on_demand_base=1, on_demand_percent_above=20
    ),
    update=InstanceRefresh(min_healthy=80, max_healthy=120, checkpoints=[50, 100], checkpoint_delay=600),
    metrics=True,
)
jobs.grant_consume(workers)
waiting = jobs.metric("ApproximateNumberOfMessagesVisible", statistic="Average")
workers.scale_on(waiting / workers.metric("GroupInServiceInstances"), 100, id="OnBacklog")
workers.scale_by_steps(waiting, above={1_000: 2, 5_000: 6}, below={0: -1})
workers.on_launch(greeter, timeout=300, otherwise="continue")
workers.on_terminate(leaving, timeout=600, otherwise="continue")
Alarm(shop, "Stuck", metric=waiting, threshold=10_000, periods=3).notify(events)

template = LaunchTemplate(shop, "Batch", image="ami-0123456789abcdef0", vpc=vpc)
AutoScalingGroup(
    shop,
    "Batches",
    vpc=vpc,
    min=1,
    max=4,
    launch_template=template,
    purchase=MixedPurchase(InstanceNeeds((2, 8), (4_096, None), generations=["current"])),
    zone_balance="only",
    deletion_protection="instances",
)

app.synth()
