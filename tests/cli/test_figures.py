"""`awsdeck calc` and `awsdeck advise`: the arithmetic and the decisions of the course notes on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from awsdeck.planning import CALCULATORS, GUIDES

if TYPE_CHECKING:
    from .conftest import Project


def test_a_calculation_prints_figures_with_their_units(project: Project) -> None:
    done = project.run("calc", "capacity", "--reads", "80", "--item-kb", "3", "--consistent")
    assert done.code == 0, done.err
    assert "80 units a second" in done.out


def test_a_calculation_as_json_keeps_exact_decimals(project: Project) -> None:
    words = ("calc", "lambda-price", "--requests", "2000000", "--duration-ms", "100", "--output", "json")
    data = json.loads(project.run(*words).out)
    assert data["version"] == 1
    assert data["result"]["requests"] == "0.20"
    assert data["result"]["billed_ms"] == 100


def test_the_limits_of_the_run_count(project: Project) -> None:
    documented = project.run("calc", "fifo", "--messages", "500")
    current = project.run("calc", "fifo", "--messages", "500", "--limits", "current")
    assert "2 queues" in documented.out
    assert "1 queue\n" in current.out


def test_everything_that_is_wrong_is_said_at_once(project: Project) -> None:
    done = project.run("calc", "lambda-price", "--requests", "many", "--memory-mb", "big")
    assert done.code == 4
    assert "--requests many: a whole number is wanted" in done.err
    assert "--memory-mb big" in done.err
    assert "--duration-ms is missing" in done.err
    assert "Traceback" not in done.err


def test_a_figure_out_of_bounds_says_its_bounds(project: Project) -> None:
    done = project.run("calc", "gp2", "--size-gib", "20000")
    assert done.code == 4
    assert "1 to 16,384" in done.err


def test_a_guide_says_what_to_choose_and_why(project: Project) -> None:
    done = project.run("advise", "purchase", "--predictable", "--commitment-years", "3")
    assert done.out.startswith("Reserved (Standard)")
    assert "course notes" in done.out


def test_a_guide_without_a_need_lists_its_choices(project: Project) -> None:
    data = json.loads(project.run("advise", "load-balancer", "--output", "json").out)
    assert [choice["name"] for choice in data["choices"]] == ["ALB", "NLB", "Classic"]


def test_a_need_that_a_guide_does_not_know_is_told_with_those_it_knows(project: Project) -> None:
    done = project.run("advise", "storage-class", "--access", "never")
    assert done.code == 4
    assert "frequent" in done.err


@pytest.mark.parametrize(("group", "words"), [("calc", CALCULATORS), ("advise", GUIDES)])
def test_a_group_alone_lists_its_commands(project: Project, group: str, words: dict[str, str]) -> None:
    done = project.run(group)
    assert done.code == 4
    assert all(word in done.out + done.err for word in words)
    assert f"`awsdeck {group}` needs a command" in done.err
