"""Stages: the same stacks for several environments, each with a configuration of its own type."""

from __future__ import annotations

import dataclasses
import pathlib

import pytest

from awsdeck import App, ConstructError, SQSQueue, Stack, Stage, across
from awsdeck.cfn import sns, sqs
from awsdeck.cli.deck import stacks_named
from awsdeck.synth import synthesize


@dataclasses.dataclass(frozen=True)
class Env:
    delay: int
    tries: int = 3


def shop(stage: Stage[Env]) -> None:
    data = Stack(stage, "data")
    failed = SQSQueue(data, "Failed")
    SQSQueue(Stack(stage, "work"), "Orders", delay=stage.env.delay, dead_letter=failed.after(stage.env.tries))


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


def test_one_synthesis_makes_the_stacks_of_every_stage(app: App) -> None:
    shop(Stage(app, "dev", env=Env(delay=0), region="eu-west-1"))
    shop(
        Stage(
            app, "prod", env=Env(delay=5, tries=9), region="eu-central-1", account="123456789012", tags={"env": "prod"}
        )
    )
    made = synthesize(app)
    assert list(made.stacks) == ["dev-data", "prod-data", "dev-work", "prod-work"]
    orders = made["prod-work"].template["Resources"]["Orders"]["Properties"]
    assert orders["DelaySeconds"] == 5
    assert orders["RedrivePolicy"]["maxReceiveCount"] == 9
    assert (made["prod-work"].region, made["prod-work"].account) == ("eu-central-1", "123456789012")
    assert made["prod-work"].tags == {"env": "prod"}
    assert made["prod-work"].dependencies == ("prod-data",)
    assert made["dev-work"].origins["Orders"].construct == "dev/work/Orders"


def test_a_pattern_on_the_command_line_chooses_a_stage(app: App) -> None:
    for name in ("dev", "prod"):
        shop(Stage(app, name, env=Env(delay=0)))
    assert stacks_named(synthesize(app), ["prod-*"]) == ["prod-data", "prod-work"]


def test_a_subclass_says_what_every_environment_consists_of(app: App) -> None:
    class Shop(Stage[Env]):
        def build(self) -> None:
            self.orders = SQSQueue(Stack(self, "work"), "Orders", delay=self.env.delay)

    for number, name in enumerate(("dev", "prod")):
        Shop(app, name, env=Env(delay=number))
    made = synthesize(app)
    orders = [made[f"{name}-work"].template["Resources"]["Orders"]["Properties"] for name in ("dev", "prod")]
    assert [one["DelaySeconds"] for one in orders] == [0, 1]


def test_what_a_stack_says_itself_goes_before_its_stage(app: App) -> None:
    stage = Stage(app, "prod", region="eu-west-1", account="123456789012", tags={"a": "1", "b": "1"}, prefix="p")
    stack = Stack(stage, "x", region="us-east-1", tags={"b": "2"})
    named = Stack(stage, "y", name="exactly-this")
    assert (stack.name, stack.region, stack.account) == ("px", "us-east-1", "123456789012")
    assert stack.tags == {"a": "1", "b": "2"}
    assert named.name == "exactly-this"
    assert stage.stacks == [stack, named]
    assert stage.env is None


def test_without_a_prefix_names_must_differ_between_stages(app: App) -> None:
    Stack(Stage(app, "dev", prefix=""), "shop")
    with pytest.raises(ConstructError, match="two stacks are called 'shop'"):
        Stack(Stage(app, "prod", prefix=""), "shop")


@pytest.mark.parametrize("by", ["reference", "across"])
def test_a_reference_between_stages_is_refused(app: App, by: str) -> None:
    queue = sqs.Queue(Stack(Stage(app, "dev"), "shop"), "Q")
    value = queue.QueueName if by == "reference" else across(queue.QueueName)
    topic = sns.Topic(Stack(Stage(app, "prod", region="eu-west-1"), "shop"), "T", DisplayName=value)
    with pytest.raises(ConstructError, match=r"refers to dev/shop/Q\.QueueName of the stage dev") as caught:
        synthesize(app)
    assert caught.value.place == topic.node.source


def test_what_stages_share_stands_outside_them(app: App) -> None:
    shared = sqs.Queue(Stack(app, "shared"), "Q")
    for name in ("dev", "prod"):
        sns.Topic(Stack(Stage(app, name), "shop"), "T", DisplayName=shared.QueueName)
    made = synthesize(app)
    assert made["dev-shop"].dependencies == made["prod-shop"].dependencies == ("shared",)


def test_logical_ids_are_the_same_in_every_stage(app: App) -> None:
    for name in ("dev", "prod"):
        shop(Stage(app, name, env=Env(delay=0)))
    made = synthesize(app)
    assert set(made["dev-work"].template["Resources"]) == set(made["prod-work"].template["Resources"]) == {"Orders"}


def test_a_stage_stands_directly_in_the_app(app: App) -> None:
    with pytest.raises(ConstructError, match="give it the App"):
        Stage(Stack(app, "shop"), "dev")  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="give it the App"):
        Stage(Stage(app, "dev"), "inner")  # type: ignore[arg-type]
