"""A stack to deploy, and somebody who listens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.deploy import Journal, Notice, Progress, StackEvent, StackPlan, StackResult
from awsdeck.deploy.fake import FakeCloudFormation


@define
class Listener:
    """Everything a deploy has told; `on` is called with each kind first, and may raise."""

    plans: list[StackPlan] = field(factory=list)
    steps: list[Progress] = field(factory=list)
    events: list[StackEvent] = field(factory=list)
    notices: list[Notice] = field(factory=list)
    results: list[StackResult] = field(factory=list)
    on: Callable[[str, Any], None] = lambda kind, what: None

    def plan_ready(self, plan: StackPlan) -> None:
        self.on("plan", plan)
        self.plans.append(plan)

    def progress(self, progress: Progress) -> None:
        self.on("progress", progress)
        self.steps.append(progress)

    def event(self, event: StackEvent) -> None:
        self.on("event", event)
        self.events.append(event)

    def notice(self, notice: Notice) -> None:
        self.on("notice", notice)
        self.notices.append(notice)

    def stack_finished(self, result: StackResult) -> None:
        self.on("finished", result)
        self.results.append(result)

    def story(self) -> list[tuple[str, str]]:
        return [(event.record.logical_id, event.record.status) for event in self.events]


@pytest.fixture
def fake() -> FakeCloudFormation:
    return FakeCloudFormation()


@pytest.fixture
def listener() -> Listener:
    return Listener()


class Keeper(Listener):
    """One who keeps the record of the run too."""

    journal: Journal


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Where records of runs go."""
    return str(tmp_path / ".awsdeck" / "runs")


@pytest.fixture
def keeper(folder: str) -> Keeper:
    keeper = Keeper()
    keeper.journal = Journal(folder)
    return keeper


def queue(timeout: int = 30, **attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}, **attributes}


def topic(name: str = "Placed", **attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}, **attributes}


def table(**attributes: Any) -> dict[str, Any]:
    return {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}, **attributes}


def shop(template: dict[str, Any] | None = None, **options: Any) -> Assembly:
    """One stack named shop; every resource was made on a line of its own."""
    template = template or {"Resources": {"Topic": topic()}}
    names = template.get("Resources", {})
    origins = {name: Origin(f"shop/{name}", "deck.py", line) for line, name in enumerate(names, 10)}
    return Assembly([StackArtifact("shop", template, origins=origins, **options)])


@pytest.fixture
def make() -> Any:
    """The makers above, for tests in files that cannot import a conftest."""
    return type("Make", (), {"queue": queue, "topic": topic, "table": table, "shop": shop})
