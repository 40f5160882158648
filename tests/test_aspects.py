"""Aspects: plain functions over the tree, in order, until nothing new appears."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from awsdeck import App, ConstraintError, Construct, ConstructError, Resource, SQSQueue, Stack
from awsdeck.cfn import sns, sqs
from awsdeck.synth import synthesize

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = pathlib.Path(__file__).name


def label(key: str) -> Callable[[Construct], None]:
    def run(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            construct.QueueName = f"{construct.given().get('QueueName') or ''}{key}"

    run.__name__ = f"label_{key}"
    return run


def test_an_aspect_changes_what_stands_in_the_template() -> None:
    def short_waits(construct: Construct) -> None:
        if isinstance(construct, SQSQueue):
            construct.node.resource.VisibilityTimeout = 10

    app = App(aspects=[short_waits])
    SQSQueue(Stack(app, "a"), "Q")
    assert synthesize(app)["a"].template["Resources"]["Q"]["Properties"]["VisibilityTimeout"] == 10


def test_aspects_run_by_order_and_then_as_they_were_given() -> None:
    app = App(aspects=[label("b"), label("c")])
    stack = Stack(app, "a")
    sqs.Queue(stack, "Q")
    stack.node.aspect(label("a"), order=-1)
    stack.node.aspect(label("d"), order=1)
    assert synthesize(app)["a"].template["Resources"]["Q"]["Properties"]["QueueName"] == "abcd"
    assert [applied.aspect.name for applied in app.applied] == ["label_a", "label_b", "label_c", "label_d"]


def test_an_aspect_of_a_node_sees_that_node_and_what_is_below_parents_first() -> None:
    app = App()
    sqs.Queue(Stack(app, "other"), "Q")
    stack = Stack(app, "a")
    queue = SQSQueue(stack, "Q")
    seen: list[Construct] = []
    stack.node.aspect(seen.append)
    synthesize(app)
    assert seen == [stack, queue, queue.node.resource]


def test_what_each_aspect_did_is_counted() -> None:
    def lonely(construct: Construct) -> None:
        pass

    def slow(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            construct.DelaySeconds = 5

    app = App(aspects=[lonely, slow])
    stack = Stack(app, "a")
    sqs.Queue(stack, "One")
    sqs.Queue(stack, "Two")
    sns.Topic(stack, "T")
    synthesize(app)
    none, some = app.applied
    assert (none.seen, none.changed, none.added) == (5, 0, 0)
    assert (some.seen, some.changed, some.added) == (5, 2, 0)
    assert str(some) == "slow (order 0): 2 changed, 0 added"


@pytest.mark.parametrize("change", ["tag", "retain", "override", "override_logical_id", "ignore"])
def test_a_change_through_the_node_is_counted_too(change: str) -> None:
    changes: dict[str, Callable[[Construct], None]] = {
        "tag": lambda construct: construct.node.tag("team", "shop"),
        "retain": lambda construct: construct.node.retain(),
        "override": lambda construct: construct.node.override("Metadata.Note", "x"),
        "override_logical_id": lambda construct: construct.node.override_logical_id("Mine"),
        "ignore": lambda construct: construct.node.ignore("SQS001", reason="a test"),
    }

    def run(construct: Construct) -> None:
        if isinstance(construct, Resource):
            changes[change](construct)

    app = App(aspects=[run])
    sqs.Queue(Stack(app, "a"), "Q")
    synthesize(app)
    assert app.applied[0].changed == 1


def test_what_an_aspect_adds_is_seen_by_all_aspects_before_names_are_final() -> None:
    def alarm_topic(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            assert construct.node.scope is not None
            sns.Topic(construct.node.scope, f"{construct.node.id}Alarms")

    def name_topics(construct: Construct) -> None:
        if isinstance(construct, sns.Topic):
            construct.DisplayName = construct.node.id

    app = App(aspects=[name_topics, alarm_topic])
    sqs.Queue(Stack(app, "a"), "Q")
    resources = synthesize(app)["a"].template["Resources"]
    assert resources["QAlarms"]["Properties"] == {"DisplayName": "QAlarms"}
    assert [(applied.aspect.name, applied.changed, applied.added) for applied in app.applied] == [
        ("name_topics", 1, 0),
        ("alarm_topic", 0, 1),
    ]


def test_an_aspect_may_add_a_stack_and_another_aspect() -> None:
    def late(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            construct.DelaySeconds = 5

    def audit(construct: Construct) -> None:
        if isinstance(construct, App):
            sqs.Queue(Stack(construct, "audit"), "Trail")
            construct.node.aspect(late)

    app = App(aspects=[audit])
    sqs.Queue(Stack(app, "a"), "Q")
    made = synthesize(app)
    assert made["audit"].template["Resources"]["Trail"]["Properties"] == {"DelaySeconds": 5}
    assert made["a"].template["Resources"]["Q"]["Properties"] == {"DelaySeconds": 5}


def test_aspects_that_never_settle_are_stopped_naming_the_busiest() -> None:
    def endless(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            assert construct.node.scope is not None
            sqs.Queue(construct.node.scope, construct.node.id + "x")

    app = App(aspects=[endless])
    sqs.Queue(Stack(app, "a"), "Q")
    with pytest.raises(
        ConstructError, match="the aspect endless added 16 constructs in 16 rounds and goes on"
    ) as caught:
        synthesize(app)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith(HERE)


def test_what_goes_wrong_inside_an_aspect_is_told_at_its_own_line() -> None:
    def broken(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            raise KeyError("nothing")

    app = App(aspects=[broken])
    sqs.Queue(Stack(app, "a"), "Q")
    with pytest.raises(ConstructError, match="the aspect broken failed at a/Q: KeyError: 'nothing'") as caught:
        synthesize(app)
    assert caught.value.place is not None
    assert caught.value.place.line == broken.__code__.co_firstlineno + 2


def test_a_rule_that_an_aspect_breaks_says_so() -> None:
    def too_long(construct: Construct) -> None:
        if isinstance(construct, sqs.Queue):
            construct.DelaySeconds = 901

    app = App(aspects=[too_long])
    sqs.Queue(Stack(app, "a"), "Q")
    with pytest.raises(ConstraintError, match=r"\(after too_long, given at .*test_aspects.py:\d+\)"):
        synthesize(app)


def test_only_a_function_can_be_an_aspect_and_only_before_synthesis() -> None:
    app = App()
    with pytest.raises(ConstructError, match="'x' is not an aspect"):
        app.node.aspect("x")  # type: ignore[arg-type]
    sqs.Queue(Stack(app, "a"), "Q")
    app.assembly = synthesize(app)
    with pytest.raises(ConstructError, match="an aspect comes after synth"):
        app.node.aspect(print)


DECK = """
from awsdeck import App, SQSQueue, Stack

def quick(construct):
    if isinstance(construct, SQSQueue):
        construct.node.resource.VisibilityTimeout = 10

def idle(construct):
    pass

app = App(aspects=[quick])
stack = Stack(app, "shop")
stack.node.aspect(idle, order=-1)
SQSQueue(stack, "Q")
app.synth()
"""


def test_the_command_line_lists_what_ran_in_which_order_and_what_it_did(tmp_path: pathlib.Path) -> None:
    (tmp_path / "deck.py").write_text(DECK)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-m", "awsdeck", "synth", "--verbose"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = [line.strip() for line in (done.stdout + done.stderr).splitlines()]
    at = said.index("aspects")
    assert said[at + 1 : at + 3] == [
        "idle on shop (order -1): 0 changed, 0 added  deck.py:13",
        "quick (order 0): 1 changed, 0 added  deck.py:11",
    ]
