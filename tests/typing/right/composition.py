"""Parts of programs: stages, nested stacks, included templates, custom resources, aspects, values across regions."""

from dataclasses import dataclass

from awsdeck import (
    App,
    Construct,
    CustomResource,
    Include,
    NestedStack,
    Output,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    Stage,
    across,
)


@dataclass(frozen=True)
class Env:
    """What differs between environments."""

    delay: int


def shop(stage: Stage[Env]) -> Stack:
    """The stacks of one environment."""
    stack = Stack(stage, "shop")
    SQSQueue(stack, "Orders", delay=stage.env.delay)
    return stack


def keep(construct: Construct) -> None:
    """Keep everything."""
    construct.node.retain()


app = App(aspects=[keep])
app.node.aspect(lambda construct: None, order=5)
prod = shop(Stage(app, "prod", env=Env(delay=5), region="eu-west-1"))
plain = Stage(app, "plain")
inner = NestedStack(prod, "Inner", parameters={"Size": 3}, timeout=5)
queue = SQSQueue(inner, "Q")
old = Include(prod, "Old", file="old.yaml", parameters={"Env": "prod"})
old.resource("Queue").VisibilityTimeout = 60
seed = CustomResource(prod, "Seed", handler="seed.py:handler", properties={"Name": queue.queue_name}, timeout=60)
seed.allow("ses:VerifyEmailIdentity", on="*")
S3Bucket(prod, "Uploads").grant_read(seed)
Output(prod, "Seeded", seed.get_att("Name"))
SNSTopic(Stack(app, "other"), "T", display_name=across(queue.arn))
