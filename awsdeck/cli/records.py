"""How a deploy looks for programs: one line of JSON for everything that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .progress import Lines, Shown

if TYPE_CHECKING:
    from ..deploy import Journal, Notice, Progress, StackEvent, StackPlan, StackResult
    from .show import Screen


class Records:
    """NDJSON in the shape of `schemas/record.schema.json`; words go to standard error."""

    def __init__(self, screen: Screen, shown: Shown = "bar", journal: Journal | None = None) -> None:
        self.screen = screen
        self.shown: Shown = shown
        self.listens = shown != "none"
        self.journal = journal
        self.told: set[str] = set()
        self.words = Lines(screen)
        screen.record({"type": "version", "version": 1})

    def plan_ready(self, plan: StackPlan) -> None:
        self.screen.record(plan.to_dict())
        for change in plan.changes:
            self.screen.record({"type": "change", "stack": plan.name, **change.to_dict()})

    def progress(self, progress: Progress) -> None:
        if self.shown == "bar":
            self.screen.record(progress.to_dict())

    def event(self, event: StackEvent) -> None:
        if self.shown in ("bar", "events") or (self.shown == "errors" and event.record.failed):
            self.screen.record(event.to_dict())

    def notice(self, notice: Notice) -> None:
        self.screen.record(notice.to_dict())

    def stack_finished(self, result: StackResult) -> None:
        self.told.add(result.name)
        if result.ok and result.outputs:
            self.screen.record({"type": "outputs", "stack": result.name, "outputs": dict(result.outputs)})
        if result.timeline is not None:
            self.screen.record({"type": "timeline", **result.timeline.to_dict()})
        self.screen.record(result.to_dict())
        if not result.ok or result.error is not None:
            self.screen.complain(f"{result.name}: {result.status}", *self.words.reason(result))

    def close(self) -> None:
        """Nothing more comes."""
