"""Auto Scaling groups as users write them; nothing to say about any of it."""

from datetime import UTC, datetime
from typing import assert_type

from awsdeck import (
    ALB,
    VPC,
    App,
    AutoScalingGroup,
    EBSDevice,
    Image,
    InstanceNeeds,
    InstanceRefresh,
    LambdaFunction,
    LaunchTemplate,
    Metric,
    MixedPurchase,
    Parameter,
    ReplacingUpdate,
    RollingUpdate,
    Signals,
    SNSTopic,
    Spot,
    SQSQueue,
    Stack,
    TargetGroup,
    Token,
    inline,
)

app = App()
stack = Stack(app, "shop", region="eu-west-1")
vpc = VPC(stack, "Vpc", availability_zones=2)
topic, queue = SNSTopic(stack, "T"), SQSQueue(stack, "Q")
function = LambdaFunction(stack, "F", code=inline("def handler(e, c): ..."), runtime="python3.13")
web = AutoScalingGroup(
    stack,
    "Web",
    vpc=vpc,
    subnets="private",
    min=2,
    max=Parameter(stack, "Most", type="Number").ref,
    image=Image.amazon_linux(2023),
    instance_type="m5.large",
    root=EBSDevice(50),
    health_check=["elb", "ebs"],
    termination_policies=["oldest-instance", function],
    update=RollingUpdate(batch=2, suspend=["AZRebalance"]),
    signals=Signals(timeout=600),
    metrics=["GroupInServiceInstances"],
    maintenance=(90, 110),
)
AutoScalingGroup(
    stack,
    "Mixed",
    vpc=vpc,
    max=4,
    launch_template=LaunchTemplate(stack, "Template", image="ami-0123456789abcdef0", vpc=vpc),
    purchase=MixedPurchase(["m5.large", ("m5.xlarge", 2)], on_demand_base=1, on_demand_percent_above=50),
    update=InstanceRefresh(min_healthy=90),
)
needs = MixedPurchase(InstanceNeeds((2, 8), (4_096, None), manufacturers=["amd"]), spot_strategy="capacity-optimized")
AutoScalingGroup(
    stack, "Needs", vpc=vpc, max=4, image="ami-0123456789abcdef0", purchase=needs, update=ReplacingUpdate()
)
AutoScalingGroup(stack, "Spot", vpc=vpc, max=4, image="ami-0123456789abcdef0", purchase=Spot(), update=None)
targets = TargetGroup(stack, "Targets", vpc=vpc, targets=[web])
alb = ALB(stack, "Front", vpc=vpc)
web.scale_on_cpu(60)
web.scale_on_requests(targets, 1_000, balancer=alb)
web.scale_on(queue.metric("ApproximateNumberOfMessagesVisible") / web.metric("GroupInServiceInstances"), 10.5)
web.scale_by_steps(web.metric("CPUUtilization"), above={70: 1, 90.5: 3}, below={20: -1}, unit="percent")
web.scale_on_schedule("0 8 * * 1-5", min=4, timezone="Europe/Berlin")
web.scale_on_schedule(start=datetime(2027, 1, 1, tzinfo=UTC), desired=4)
web.scale_predictively("requests", 1_000, target_group=targets, forecast_only=True)
web.on_launch(function, timeout=300)
web.on_terminate(queue, otherwise="continue")
web.notify(topic, on=["launch-error"])
web.warm_pool(least=1, state="hibernated")
queue.grant_consume(web)
web.connections.allow_from(alb, 8080)
assert_type(web.group_name, Token)
assert_type(web.arn, str)
assert_type(web.metric("CPUUtilization"), Metric)
AutoScalingGroup.from_name(stack, "Old", "web").scale_on_cpu()
