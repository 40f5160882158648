"""Mistakes with the parts of programs."""

from dataclasses import dataclass

from awsdeck import App, Construct, CustomResource, Include, NestedStack, Stack, Stage, across


@dataclass(frozen=True)
class Env:
    """What differs between environments."""

    delay: int


def shop(stage: Stage[Env]) -> None:
    """The stacks of one environment."""
    print(stage.env.tries)  # wrong: tries


def name(construct: Construct, text: str) -> None:
    """Take two arguments."""


app = App(aspects=[name])  # wrong: str
app.node.aspect("name")  # wrong: aspect
stack = Stack(app, "shop")
shop(Stage(app, "prod", env="prod"))  # wrong: Stage
Stage(stack, "inner")  # wrong: Stack
NestedStack(app, "N", region="eu-west-1")  # wrong: region
Include(stack, "Old")  # wrong: file
CustomResource(stack, "Seed", properties={})  # wrong: handler
across(5)  # wrong: Text
