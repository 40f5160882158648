"""Mistakes with Auto Scaling groups that a type checker finds."""

from awsdeck import (
    VPC,
    App,
    AutoScalingGroup,
    InstanceNeeds,
    InstanceRefresh,
    MixedPurchase,
    RollingUpdate,
    S3Bucket,
    Stack,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
web = AutoScalingGroup(stack, "Web", vpc=vpc, max=4, image="ami-0123456789abcdef0")
AutoScalingGroup(stack, "NoMost", vpc=vpc, image="ami-0123456789abcdef0")  # wrong: max
AutoScalingGroup(stack, "Text", vpc=vpc, max="4")  # wrong: max
AutoScalingGroup(stack, "Health", vpc=vpc, max=4, health_check="alb")  # wrong: alb
AutoScalingGroup(stack, "Going", vpc=vpc, max=4, termination_policies=["oldest"])  # wrong: oldest
AutoScalingGroup(stack, "Update", vpc=vpc, max=4, update="rolling")  # wrong: update
AutoScalingGroup(stack, "Unknown", vpc=vpc, max=4, size=2)  # wrong: size
MixedPurchase(["m5.large"], spot_strategy="cheapest")  # wrong: cheapest
InstanceNeeds(2, (4_096, None))  # wrong: tuple
InstanceRefresh("all")  # wrong: all
RollingUpdate(2)  # wrong: positional
web.scale_on("CPUUtilization", 50)  # wrong: Measure
web.scale_by_steps(web.metric("CPUUtilization"), above={70: 1}, unit="share")  # wrong: share
web.scale_predictively("memory", 50)  # wrong: memory
web.on_launch(S3Bucket(stack, "B"))  # wrong: S3Bucket
web.notify("arn:aws:sns:eu-west-1:123456789012:events")  # wrong: TopicAccess
web.warm_pool(state="asleep")  # wrong: asleep
