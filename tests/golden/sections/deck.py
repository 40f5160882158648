"""Parameters, mappings, conditions, outputs and every way to write a deploy-time value."""

from awsdeck import (
    AWS,
    App,
    Condition,
    Mapping,
    NoValue,
    Output,
    Parameter,
    Stack,
    equals,
    get_azs,
    if_,
    join,
    select,
    split,
    ssm_value,
    to_json,
)  # fmt: skip
from awsdeck.cfn import cloudwatch, sns, sqs, ssm

app = App()
stack = Stack(app, "sections")
stage = Parameter(stack, "Stage", allowed_values=["dev", "prod"], default="dev")
delay = Parameter(stack, "Delay", type="Number", default=0, min_value=0, max_value=900)
names = Parameter(stack, "Names", type="CommaDelimitedList", default=["a", "b"])
waits = Mapping(stack, "Waits", {"dev": {"seconds": 1}, "prod": {"seconds": 20}})
production = Condition(stack, "Production", equals(stage.ref, "prod"))
quiet = Condition(stack, "Quiet", ~production | equals(AWS.Region, "us-east-1"))

queue = sqs.Queue(
    stack,
    "Jobs",
    DelaySeconds=delay.ref,
    ReceiveMessageWaitTimeSeconds=waits.find(stage.ref, "seconds"),
    KmsMasterKeyId=if_(production, "alias/aws/sqs", NoValue),
)
topic = sns.Topic(stack, "News", DisplayName=f"{stage.ref}-{names.items[0]}-{AWS.StackName}")
topic.when(quiet)
ssm.Parameter(stack, "Settings", Type="String", Value=to_json({"queue": queue.Arn, "region": AWS.Region, "n": [1, 2]}))
cloudwatch.Dashboard(
    stack,
    "Board",
    DashboardBody=to_json({"widgets": [{"type": "text", "x": 0, "y": 0, "width": 3, "height": 3,
                                        "properties": {"markdown": f"## {queue.QueueName}"}}]}),
)  # fmt: skip
Output(stack, "Zone", select(0, get_azs()))
Output(stack, "Last", split(":", queue.Arn)[5])
Output(stack, "All", join(" ", [queue.ref, join("|", names.items)]), export=f"{AWS.StackName}-all")
Output(stack, "Image", ssm_value("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"))
Output(stack, "Topic", topic.ref, condition=quiet)
app.synth()
