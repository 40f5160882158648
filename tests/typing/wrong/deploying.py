"""Lines about deploys that both type checkers refuse."""

from awsdeck import App, SQSQueue, Stack, Stage
from awsdeck.deploy import Conduct, Hooks

app = App()
stack = Stack(app, "shop")
Stack(app, "a", notification_arns=5)  # wrong: notification_arns
Stack(app, "b", monitoring="long")  # wrong: monitoring
Stack(app, "c", stack_policy="none")  # wrong: stack_policy
Stage(app, "d", role=5)  # wrong: role
stack.protect(SQSQueue(stack, "Q"), against=["move"])  # wrong: move
stack.before_deploy(5)  # wrong: before_deploy
app.after_deploy("tell")  # wrong: after_deploy
Conduct(on_create_failure="explode")  # wrong: explode
Hooks(before=[5])  # wrong: int
