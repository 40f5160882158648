"""`lint --deep`: what cfn-lint and cloudformation-validate find too, one finding for each cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.lint import deep

if TYPE_CHECKING:
    from .conftest import Project

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Unused:
    Type: String
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 1000
      Nope: 1
"""
DECK = """
from awsdeck import App, Stack
from awsdeck.cfn import sqs

app = App()
stack = Stack(app, "shop", region="eu-west-1")
sqs.Queue(stack, "Q", QueueName="a" * 5, Tags=[{"Key": "a", "Value": "b"}])
app.synth()
"""


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    pytest.importorskip("cfnlint")
    pytest.importorskip("cloudformation_validate")


def test_one_cause_is_one_finding_that_says_who_found_it(empty: Project) -> None:
    empty.write("t.yaml", TEMPLATE)
    data = empty.run("lint", "t.yaml", "--deep", "--format", "json").data
    delays = [one for one in data["findings"] if one["line"] == 9]
    (delay,) = delays
    assert delay["rule"] == "SQS004"
    assert "also found by cfn-lint E3034" in delay["source"]
    assert "also found by cloudformation-validate F3034" in delay["source"]
    (nope,) = [one for one in data["findings"] if one["line"] == 10]
    assert "cfn-lint E3002" in nope["source"]


def test_without_deep_nobody_else_is_asked(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: Any) -> None:
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(deep, "deepened", asked)
    empty.write("t.yaml", TEMPLATE)
    assert "also found by" not in empty.run("lint", "t.yaml").out


def test_what_only_the_others_find_has_its_line_and_tool(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deep, "_one_cause", lambda known, other: False)
    empty.write("t.yaml", TEMPLATE)
    data = empty.run("lint", "t.yaml", "--deep", "--format", "json").data
    theirs = [one for one in data["findings"] if one["rule"] == "E3034"]
    assert [(one["file"], one["line"], one["resource"]) for one in theirs] == [("t.yaml", 9, "Q")]
    assert theirs[0]["source"].startswith("cfn-lint ")


def test_findings_about_a_deck_stand_at_the_line_of_their_construct(
    empty: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty.write("deck.py", DECK)
    monkeypatch.setattr(deep, "tools", lambda: [deep.VALIDATE])
    data = empty.run("lint", "deck.py", "--deep", "--severity", "info", "--format", "json").data
    theirs = [one for one in data["findings"] if (one.get("source") or "").startswith(deep.VALIDATE)]
    assert theirs
    assert {(one["file"], one["line"]) for one in theirs} == {("deck.py", 6)}


def test_without_the_extra_the_way_to_it_is_said(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deep, "TOOLS", {"cfn-lint": "no_such_module"})
    empty.write("t.yaml", TEMPLATE)
    answer = empty.run("lint", "t.yaml", "--deep")
    assert answer.code == 4
    assert "pip install 'awsdeck[deep]'" in answer.err
