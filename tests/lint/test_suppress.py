"""Suppressions in templates, and which findings are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding, InputError
from awsdeck.lint import Filter, lint
from awsdeck.lint.suppress import Suppressions


def template(note: Any, *, whole: bool = False) -> dict[str, Any]:
    queue: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": -1}}
    other = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": -2}}
    metadata = {"Metadata": {"awsdeck": note}}
    if whole:
        return {**metadata, "Resources": {"Q": queue, "R": other}}
    return {"Resources": {"Q": {**queue, **metadata}, "R": other}}


def told(note: Any, *, whole: bool = False) -> list[tuple[str, str | None]]:
    return [(finding.rule, finding.resource) for finding in lint(template(note, whole=whole))]


@pytest.mark.parametrize(
    "note",
    [
        {"ignore": ["SQS004"], "reason": "a test"},
        {"ignore": "SQS004", "reason": "a test"},
        {"ignore": [{"rule": "sqs004", "reason": "a test"}]},
        {"ignore": {"rule": "SQS004", "reason": "a test", "until": "2999-12-31"}},
    ],
)
def test_a_suppression_counts_for_its_resource_alone(note: dict[str, Any]) -> None:
    assert told(note) == [("SQS004", "R")]


def test_a_suppression_at_the_top_counts_for_all_resources() -> None:
    assert told({"ignore": ["SQS004"], "reason": "a test"}, whole=True) == []


@pytest.mark.parametrize(
    "note",
    [
        {"ignore": ["SQS004"]},
        {"ignore": [{"rule": "SQS004", "reason": " "}]},
        {"ignore": [{"reason": "which one?"}]},
        {"ignore": [5], "reason": "x"},
        {"ignore": [{"rule": "SQS004", "reason": "x", "until": "soon"}]},
    ],
)
def test_a_suppression_that_is_not_complete_does_not_count_and_is_an_error(note: dict[str, Any]) -> None:
    assert told(note) == [("LNT002", "Q"), ("SQS004", "Q"), ("SQS004", "R")]


def test_a_suppression_whose_date_has_passed_does_not_count() -> None:
    assert told({"ignore": [{"rule": "SQS004", "reason": "x", "until": "2020-01-01"}]}) == [
        ("LNT004", "Q"),
        ("SQS004", "Q"),
        ("SQS004", "R"),
    ]


def test_a_suppression_counts_on_its_last_day() -> None:
    note = {"ignore": [{"rule": "SQS004", "reason": "x", "until": "2026-03-01"}]}
    assert len(Suppressions(template(note), day="2026-03-01").entries) == 1
    assert len(Suppressions(template(note), day="2026-03-02").entries) == 0


def test_a_suppression_of_nothing_is_told() -> None:
    note = {"ignore": ["SQS004", "SQS001", "SQS999", "UPD001"], "reason": "x"}
    messages = [finding.message for finding in lint(template(note)) if finding.rule == "LNT003"]
    assert messages == ["SQS001 is suppressed and not violated", "there is no rule SQS999"]


def test_what_is_suppressed_is_not_called_unused_because_it_is_only_a_hint() -> None:
    note = {"ignore": ["SQS017"], "reason": "four days are right"}
    assert [finding.rule for finding in lint(template(note)) if finding.resource == "Q"] == ["SQS004"]


def test_hints_are_shown_when_asked_for() -> None:
    data = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}
    assert lint(data) == []
    hints = lint(data, severity="info")
    assert {finding.severity for finding in hints} == {"info"}
    assert lint(data, select=[hints[0].rule]) == [finding for finding in hints if finding.rule == hints[0].rule]


@pytest.mark.parametrize(
    ("select", "ignore", "severity", "passes"),
    [
        ((), (), None, {"SQS004", "SNS001"}),
        (("SQS",), (), None, {"SQS004", "SQS017"}),
        (("sqs004",), (), None, {"SQS004"}),
        ((), ("SQS",), None, {"SNS001"}),
        (("S",), ("SQS0",), None, {"SNS001"}),
        ((), (), "error", {"SQS004"}),
        ((), (), "info", {"SQS004", "SQS017", "SNS001"}),
    ],
)
def test_filters(select: tuple[str, ...], ignore: tuple[str, ...], severity: str | None, passes: set[str]) -> None:
    wanted = Filter(select, ignore, severity)
    findings = [Finding("SQS004", "error", "a"), Finding("SNS001", "warning", "b"), Finding("SQS017", "info", "c")]
    assert {finding.rule for finding in findings if wanted.passes(finding)} == passes


def test_a_severity_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="fatal"):
        Filter(severity="fatal")
