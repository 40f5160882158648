"""What a deck says of deploys: terms of stacks, protection, functions around them."""

from awsdeck import App, SQSQueue, Stack, Stage
from awsdeck.deploy import Conduct, Hooks, StackPlan, StackResult

app = App()
stage = Stage(app, "prod", notification_arns=["arn:aws:sns:eu-west-1:123456789012:deploys"], monitoring=5)
stack = Stack(
    stage,
    "shop",
    termination_protection=True,
    role="arn:aws:iam::123456789012:role/deployer",
    rollback_triggers=(),
    stack_policy={"Statement": []} if app.locked else None,
)
stack.protect(SQSQueue(stack, "Orders"), against=["replace", "delete"])


@app.before_deploy
def look(plan: StackPlan) -> str | None:
    return "too many" if plan.total > 100 else None


@stack.after_deploy
def tell(result: StackResult) -> None:
    print(result.outputs["Url"])


seen: str | None = look.__doc__
hooks = Hooks(before=[look], after=[tell])
conduct = Conduct(rollback=False, on_create_failure="delete", wait_in_progress=600.0)
