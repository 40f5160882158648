"""How a deploy looks while it runs: a live table on a terminal, plain lines elsewhere, NDJSON for programs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..lint.report import excerpt, printable
from .changes import diff_summary, plan_lines
from .show import short_place

if TYPE_CHECKING:
    from ..deploy import Failure, Notice, Progress, StackEvent, StackPlan, StackResult
    from .show import Screen

GOOD_WORDS = {
    "created": "created", "updated": "updated", "unchanged": "nothing to do", "recreated": "made anew",
    "deleted": "deleted", "absent": "was not there", "rolled-back": "rolled back",
}  # fmt: skip
VERBS = {
    "create": "create", "update": "update", "recreate": "make anew", "delete": "delete", "follow": "follow",
    "rollback": "roll back", "cancel": "break the update off",
}  # fmt: skip


class Lines:
    """One line for everything that happens, with the time since the start."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.started = time.monotonic()
        self.told: set[str] = set()  # stacks whose end has been told

    def plan_ready(self, plan: StackPlan) -> None:
        if plan.operation == "none":
            return
        now = ""
        if plan.operation in ("follow", "rollback", "cancel") and plan.before is not None:
            now = f" (it is in {plan.before.status})"
        self.screen.say(
            f"{self.screen.paint(plan.name, 'bold')} in {plan.region}: {VERBS[plan.operation]}{now}",
            *plan_lines(self.screen, plan),
        )
        counts = diff_summary(self.screen, plan.diff) if plan.operation != "delete" else ""
        if counts:
            self.screen.say(f"  {counts}")

    def progress(self, progress: Progress) -> None:
        pass

    def event(self, event: StackEvent) -> None:
        if not self.screen.quiet:
            self.screen.say(self.line(event))

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
        seconds = time.monotonic() - self.started
        reason = f"  {printable(record.reason)}" if record.reason and record.status.endswith("FAILED") else ""
        where = f"  {event.origin.file}:{event.origin.line}" if event.origin and event.origin.file and reason else ""
        return (
            f"{seconds:6.1f} s  {event.stack}  {self.screen.paint(status.ljust(20), style)}  "
            f"{record.logical_id}  {record.type}{where}{reason}"
        )

    def reason(self, result: StackResult) -> list[str]:
        """Why a stack is not as it should be: the root cause first, with the line that made the resource."""
        if result.failure is not None:
            return [*failure_lines(self.screen, result.failure), *self._error(result, brief=True)]
        return self._error(result)

    def _error(self, result: StackResult, *, brief: bool = False) -> list[str]:
        error = result.error
        if error is None:
            return []
        lines = [] if brief else [f"  {printable(line)}" for line in error.message.split("\n")]
        return [*lines, f"  {self.screen.paint_error('fix:', 'label')} {printable(error.fix)}"] if error.fix else lines


class Live(Lines):
    """On a terminal: events pass by above a bar for every stack that is being worked on."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self.bars: dict[str, Progress] = {}
        self.live: Any = None

    def plan_ready(self, plan: StackPlan) -> None:
        self.close()
        super().plan_ready(plan)

    def progress(self, progress: Progress) -> None:
        self.bars[progress.stack] = progress
        self._show()

    def event(self, event: StackEvent) -> None:
        self._show(self.line(event))

    def notice(self, notice: Notice) -> None:
        self.close()
        super().notice(notice)

    def stack_finished(self, result: StackResult) -> None:
        self.close()
        self.bars.pop(result.name, None)
        super().stack_finished(result)

    def close(self) -> None:
        """Take the bars away, so that other words can be written."""
        if self.live is not None:
            self.live.stop()
            self.live = None

    def _show(self, line: str | None = None) -> None:
        from rich.console import Console
        from rich.live import Live as Display
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        if self.live is None:
            console = Console(file=self.screen.out, no_color=not self.screen.color)
            self.live = Display(console=console, transient=True, auto_refresh=False)
            self.live.start()
        if line is not None:
            self.live.console.print(Text.from_ansi(line, no_wrap=True, overflow="ellipsis"))
        grid = Table.grid(padding=(0, 2))
        for bar in self.bars.values():
            grid.add_row(
                bar.stack,
                ProgressBar(total=bar.total or None, completed=bar.done, width=30),
                f"{bar.done}/{bar.total}" if bar.total else str(bar.done),
                bar.status.replace("_", " ").lower(),
                f"{bar.seconds:.0f} s",
            )
        self.live.update(grid, refresh=True)


class Records:
    """One line of JSON for everything that happens."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.told: set[str] = set()
        self.words = Lines(screen)
        screen.record({"type": "version", "version": 1})

    def plan_ready(self, plan: StackPlan) -> None:
        self.screen.record(plan.to_dict())

    def progress(self, progress: Progress) -> None:
        self.screen.record(progress.to_dict())

    def event(self, event: StackEvent) -> None:
        self.screen.record(event.to_dict())

    def notice(self, notice: Notice) -> None:
        self.screen.record(notice.to_dict())

    def stack_finished(self, result: StackResult) -> None:
        self.told.add(result.name)
        self.screen.record(result.to_dict())
        if not result.ok:
            self.screen.complain(f"{result.name}: {result.status}", *self.words.reason(result))

    def close(self) -> None:
        """Nothing more comes."""


def failure_lines(screen: Screen, failure: Failure) -> list[str]:
    """What went wrong first, with the source line of the construct."""
    subject = failure.construct or failure.logical_id or failure.stack
    kind = f" ({failure.type})" if failure.type else ""
    lines = [f"  {screen.paint_error('cause:', 'error')} {printable(subject)}{kind}: {printable(failure.reason)}"]
    place = short_place(failure.place)
    if place is not None and place.line:
        lines.append(f"  {printable(str(place))}")
        lines.extend(excerpt(screen.source_line(place.file, place.line), place.line, None, screen.paint_error, "error"))
    lines.append(f"  the stack is in {failure.status} now")
    lines.extend(
        f"  also failed: {event.logical_id} ({event.type}): {printable(event.reason)}" for event in failure.others
    )
    return lines
