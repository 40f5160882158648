"""How the work on stack sets looks: lines for people, NDJSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lint.report import counted, printable
from .changes import diff_lines, diff_summary
from .progress import Lines
from .records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..deploy.sets import SetPlan, SetResult, SetView
    from .show import Screen

MARKS = {"create": "+", "remove": "-", "retain": "o", "retry": "~", "keep": " "}
STYLES = {"create": "create", "remove": "delete", "retain": "label", "retry": "update", "keep": "label"}
WORDS = {"retain": "its stack stays", "retry": "tried again"}
SHOWN_MOST = 40  # instances that stay as they are


class SetLines(Lines):
    """A line for everything that happens."""

    def set_planned(self, plan: SetPlan) -> None:
        if plan.operation == "none":
            return
        verbs = {"create": "create", "update": "update", "delete": "delete"}
        head = f"{self.screen.paint(plan.name, 'bold')} in {plan.region}: {verbs[plan.operation]} the stack set"
        self.screen.say(head, *plan_lines(self.screen, plan))

    def set_finished(self, result: SetResult) -> None:
        self.told.add(result.name)
        paint = self.screen.paint
        if result.status == "planned":
            return
        if result.ok:
            words = {"unchanged": "nothing to do", "absent": "was not there"}
            word = words.get(result.status, result.status)
            ends = ", ".join(
                f"{one.action.lower().replace('_', ' ')} {one.status.lower()}" for one in result.operations
            )
            told = f" ({ends})" if result.status == "followed" and ends else ""
            self.screen.say(f"{paint(result.name, 'bold')}: {paint(word, 'good')}{told} in {result.seconds:.1f} s")
            return
        self.screen.say(f"{paint(result.name, 'bold')}: {paint(result.status, 'error')}")
        error = result.error
        if error is not None:
            self.screen.complain(*(f"  {printable(line)}" for line in error.message.split("\n")))
            if error.fix:
                self.screen.complain(f"  {self.screen.paint_error('fix:', 'label')} {printable(error.fix)}")


class SetRecords(Records):
    """NDJSON; words go to standard error."""

    def set_planned(self, plan: SetPlan) -> None:
        self.screen.record(plan.to_dict())

    def set_finished(self, result: SetResult) -> None:
        self.told.add(result.name)
        self.screen.record(result.to_dict())
        if result.error is not None:
            self.screen.complain(f"{result.name}: {result.error}")


def plan_lines(screen: Screen, plan: SetPlan) -> Iterator[str]:
    """A plan: the template, other settings, instance by instance, and the steps."""
    if plan.operation != "delete":
        yield from diff_lines(screen, plan.diff, plan.artifact.origins)
        for name, before, after in plan.settings:
            yield f"  {screen.paint('~', 'update')} {printable(name)}: {printable(before) or '-'} -> {printable(after) or '-'}"
    quiet = [row for row in plan.placements if row.action == "keep"]
    for row in plan.placements:
        if row.action == "keep" and len(quiet) > SHOWN_MOST:
            continue
        note = ", ".join(filter(None, (WORDS.get(row.action, ""), printable(row.reason))))
        mark = screen.paint(f"{MARKS[row.action]} {row.where}", STYLES[row.action])
        yield f"  {mark}{f'  {note}' if note else ''}"
    if len(quiet) > SHOWN_MOST:
        yield f"    {counted(len(quiet), 'instance')} as before"
    for note in plan.notes:
        yield f"  {printable(note)}"
    for ask in plan.asks:
        yield screen.paint(f"  ! {printable(ask)}", "warning")
    for number, step in enumerate(plan.steps, 1):
        yield screen.paint(f"  {number}. {printable(str(step))}", "label")
    counts = diff_summary(screen, plan.diff) if plan.operation != "delete" else ""
    if counts:
        yield f"  {counts}"


def view_lines(screen: Screen, view: SetView) -> Iterator[str]:
    """A stack set as it is."""
    if view.record is None:
        yield f"{screen.paint(view.name, 'bold')} in {view.region}: not deployed"
        return
    kind = "units of the organization" if view.record.permission == "SERVICE_MANAGED" else "accounts"
    yield f"{screen.paint(view.name, 'bold')} in {view.region}: {counted(len(view.instances), 'instance')}, by {kind}"
    for one in view.instances:
        style = {"CURRENT": "good", "OUTDATED": "warning"}.get(one.status, "error")
        drift = f"  {one.drift.lower().replace('_', ' ')}" if one.drift == "DRIFTED" else ""
        detail = f" ({one.detail.lower()})" if one.detail and one.status != "CURRENT" else ""
        reason = f"  {printable(one.reason)}" if one.reason else ""
        yield f"  {one.where}  {screen.paint(one.status.lower(), style)}{detail}{drift}{reason}"
    for operation in view.operations[:3]:
        word = operation.action.lower().replace("_", " ")
        yield screen.paint(f"  {word} {operation.status.lower()}  {operation.id}", "label")


def drift_lines(screen: Screen, view: SetView) -> Iterator[str]:
    """What differs in which instance."""
    for one in view.drifted:
        yield screen.paint(f"{one.where} differs", "warning")
        for item in view.drifts.get(one.where, ()):
            yield f"  {item.get('LogicalResourceId', '')} ({item.get('ResourceType', '')}): {str(item.get('StackResourceDriftStatus', '')).lower()}"
            for part in item.get("PropertyDifferences", ()):
                yield (
                    f"    {printable(part.get('PropertyPath', ''))}: {printable(part.get('ExpectedValue', ''))} -> "
                    f"{printable(part.get('ActualValue', ''))}"
                )
    if not view.drifted:
        yield f"{view.name}: every instance is as its template says"
