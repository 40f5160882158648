"""How a deploy looks while it runs where there is no terminal: a line for everything that happens."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from ..lint.report import excerpt, printable
from .changes import diff_summary, plan_lines
from .show import short_place

if TYPE_CHECKING:
    from ..deploy import Failure, Journal, Notice, Progress, StackEvent, StackPlan, StackResult
    from .show import Screen

SILENCE = 60.0  # seconds without an event after which a line says that it goes on
Shown = Literal["bar", "events", "errors", "none"]
GOOD_WORDS = {
    "created": "created", "updated": "updated", "unchanged": "nothing to do", "recreated": "made anew", "imported": "imported",
    "deleted": "deleted", "absent": "was not there", "rolled-back": "rolled back",
}  # fmt: skip
VERBS = {
    "create": "create", "update": "update", "recreate": "make anew", "delete": "delete", "follow": "follow",
    "rollback": "roll back", "cancel": "break the update off", "import": "import",
}  # fmt: skip


class Lines:
    """One line for everything that happens, with the time since the start; `shown` is how much of it is told."""

    def __init__(self, screen: Screen, shown: Shown = "events", journal: Journal | None = None) -> None:
        self.screen = screen
        self.shown: Shown = shown
        self.listens = shown != "none"
        self.journal = journal
        self.width = 0
        self.said: dict[str, float] = {}  # stack to when something was last said of it, in its own seconds
        self.heard: set[str] = set()  # stacks of which something was said since
        self.started = time.monotonic()
        self.told: set[str] = set()  # stacks whose end has been told

    def plan_ready(self, plan: StackPlan) -> None:
        if plan.operation == "none":
            return
        now = ""
        if plan.operation in ("follow", "rollback", "cancel") and plan.before is not None:
            now = f" (it is in {plan.before.status})"
        self.screen.say(
            f"{self.screen.paint(plan.name, 'bold')} in {plan.region}: {VERBS[plan.operation]}{_phase(plan.phase)}{now}",
            *plan_lines(self.screen, plan),
        )
        counts = diff_summary(self.screen, plan.diff) if plan.operation != "delete" else ""
        if counts:
            self.screen.say(f"  {counts}")

    def progress(self, progress: Progress) -> None:
        """Say from time to time that it goes on, when nothing else is to be said."""
        stack = progress.stack
        if stack in self.heard or stack not in self.said:
            self.heard.discard(stack)
            self.said[stack] = progress.seconds
        elif (
            self.shown in ("bar", "events") and not self.screen.quiet and progress.seconds - self.said[stack] >= SILENCE
        ):
            self.said[stack] = progress.seconds
            left = "" if progress.remaining is None else f", about {span(progress.remaining)} left"
            counts = f", {progress.done} of {progress.total} done" if progress.total else ""
            status = progress.status.replace("_", " ").lower()
            self.screen.say(f"{self._time()}  {stack.ljust(self.width)}  still {status}{counts}{left}")

    def event(self, event: StackEvent) -> None:
        if self.tells(event):
            self.heard.add(event.stack)
            self.screen.say(self.line(event))

    def _time(self) -> str:
        return f"{time.monotonic() - self.started:6.1f} s"

    def tells(self, event: StackEvent) -> bool:
        """Whether an event is shown."""
        if self.screen.quiet or self.shown == "none":
            return False
        return self.shown != "errors" or event.record.failed

    def notice(self, notice: Notice) -> None:
        style = "warning" if notice.level == "warning" else "label"
        self.screen.note(self.screen.paint_error(f"{notice.stack}: {printable(notice.message)}", style))

    def stack_finished(self, result: StackResult) -> None:
        self.told.add(result.name)
        paint = self.screen.paint
        if result.ok:
            self.screen.say(
                f"{paint(result.name, 'bold')}: {paint(GOOD_WORDS[result.status], 'good')} in {result.seconds:.{0 if result.seconds >= 10 else 1}f} s",
                *(f"  {name} = {printable(value)}" for name, value in sorted(result.outputs.items())),
            )
        else:
            self.screen.say(f"{paint(result.name, 'bold')}: {paint(result.status, 'error')}")
            self.screen.complain(*self.reason(result))
        if result.ok and result.error is not None:
            self.screen.complain(*self._error(result))
        for left in result.leftovers:
            self.screen.say(
                f"  left behind: {left.logical_id} ({left.type}) {left.physical_id} {printable(left.reason)}".rstrip()
            )

    def close(self) -> None:
        """Nothing more comes."""

    def line(self, event: StackEvent) -> str:
        """An event as one line."""
        record = event.record
        status = record.status.replace("_", " ").lower()
        style = (
            "error" if record.status.endswith("FAILED") else "good" if record.status.endswith("COMPLETE") else "label"
        )
        if "ROLLBACK" in record.status or record.status.startswith("DELETE"):
            style = "warning" if style != "error" else style
        self.width = max(self.width, len(event.stack))
        reason = f"  {printable(record.reason)}" if record.reason and record.status.endswith("FAILED") else ""
        where = f"  {event.origin.file}:{event.origin.line}" if event.origin and event.origin.file and reason else ""
        return (
            f"{self._time()}  {event.stack.ljust(self.width)}  {self.screen.paint(status.ljust(20), style)}  "
            f"{record.name}  {record.type}{where}{reason}"
        )

    def reason(self, result: StackResult) -> list[str]:
        """Why a stack is not as it should be: the root cause first, with the line that made the resource."""
        if result.failure is not None:
            return failure_lines(self.screen, result.failure)
        return self._error(result)

    def _error(self, result: StackResult) -> list[str]:
        error = result.error
        if error is None:
            return []
        place = short_place(error.place)
        where = f"{place}: " if place is not None else ""
        lines = [f"  {printable(line)}" for line in f"{where}{error.message}".split("\n")]
        return [*lines, f"  {self.screen.paint_error('fix:', 'label')} {printable(error.fix)}"] if error.fix else lines


def failure_lines(screen: Screen, failure: Failure) -> list[str]:
    """What went wrong first, with the source line of the construct."""
    subject = failure.construct or failure.logical_id or failure.stack
    known = ", ".join(filter(None, (failure.logical_id if "." in failure.logical_id else "", failure.type)))
    kind = f" ({known})" if known else ""
    lines = [f"  {screen.paint_error('cause:', 'error')} {printable(subject)}{kind}: {printable(failure.reason)}"]
    place = short_place(failure.place)
    if place is not None and place.line:
        lines.append(f"  {printable(str(place))}")
        lines.extend(excerpt(screen.source_line(place.file, place.line), place.line, None, screen.paint_error, "error"))
    lines.extend(f"  {printable(str(objection))}" for objection in failure.objections)
    if failure.fix:
        lines.append(f"  {screen.paint_error('likely fix:', 'label')} {printable(failure.fix)}")
        lines.append(f"  {screen.paint_error('source:', 'label')} {failure.source}")
    lines.append(f"  the stack is in {failure.status} now: {failure.state}")
    lines.append(f"  {screen.paint_error('next:', 'label')} {printable(failure.next)}")
    lines.extend(f"  also failed: {event.name} ({event.type}): {printable(event.reason)}" for event in failure.others)
    return lines


def _phase(phase: tuple[int, int] | None) -> str:
    """Which of the phases of one stack this is, for a stack that has several."""
    return f", phase {phase[0]} of {phase[1]}" if phase else ""


def span(seconds: float) -> str:
    """A length of time in few characters: `42 s`, `3 min 5 s`, `1 h 2 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
