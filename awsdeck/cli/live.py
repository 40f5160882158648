"""How a deploy looks on a terminal: events pass by above a bar for every stack and a table of what is being worked on."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from .progress import Lines, Shown, span

if TYPE_CHECKING:
    from ..deploy import Journal, Notice, Progress, StackEvent, StackPlan, StackResult
    from .show import Screen

ROWS = 8  # resources in the table, those that have been at it longest
BAR = 30


class Live(Lines):
    """Bars and a table that change in place; other words are written above them."""

    def __init__(self, screen: Screen, shown: Shown = "bar", journal: Journal | None = None) -> None:
        super().__init__(screen, shown, journal)
        self.bars: dict[str, Progress] = {}
        self.working: dict[tuple[str, str], tuple[str, str, float]] = {}  # to type, status, since when
        self.live: Any = None

    def plan_ready(self, plan: StackPlan) -> None:
        self.close()
        super().plan_ready(plan)

    def progress(self, progress: Progress) -> None:
        self.bars[progress.stack] = progress
        self._show()

    def event(self, event: StackEvent) -> None:
        record = event.record
        key = (event.stack, record.name)
        if record.status.endswith("_IN_PROGRESS") and not record.of_stack:
            since = self.working[key][2] if key in self.working else time.monotonic()
            self.working[key] = (record.type, record.status, since)
        else:
            self.working.pop(key, None)
        self._show(self.line(event) if self.tells(event) else None)

    def notice(self, notice: Notice) -> None:
        self.close()
        super().notice(notice)

    def stack_finished(self, result: StackResult) -> None:
        self.close()
        self.bars.pop(result.name, None)
        self.working = {key: what for key, what in self.working.items() if key[0] != result.name}
        super().stack_finished(result)

    def stays(self) -> bool:
        """Ask whoever has pressed Ctrl-C; True to watch on. Before anything runs there is nothing to ask."""
        self.close()
        if not self.bars or sys.stdin is None or not sys.stdin.isatty():
            return False
        names = ", ".join(self.bars)
        self.screen.complain(
            f"{names}: the operation goes on in AWS whatever you do here; nothing new is started",
            f"  to break an update off: awsdeck cancel {next(iter(self.bars))}",
        )
        self.screen.put(self.screen.err, "Watch on (w), or leave (Enter)? ", flush=True)
        return sys.stdin.readline().strip().lower() in ("w", "watch")

    def close(self) -> None:
        """Take the bars away, so that other words can be written."""
        if self.live is not None:
            self.live.stop()
            self.live = None

    def _show(self, line: str | None = None) -> None:
        from rich.console import Console, Group
        from rich.live import Live as Display
        from rich.text import Text

        if self.live is None:
            console = Console(file=self.screen.out, no_color=not self.screen.color)
            self.live = Display(console=console, transient=True, auto_refresh=False)
            self.live.start()
        if line is not None:
            self.live.console.print(Text.from_ansi(line, no_wrap=True, overflow="ellipsis"))
        self.live.update(Group(self._table(), self._bars()), refresh=True)

    def _bars(self) -> Any:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        grid = Table.grid(padding=(0, 2))
        for bar in self.bars.values():
            grid.add_row(
                bar.stack,
                ProgressBar(total=bar.total or None, completed=bar.done, width=BAR),
                f"{bar.done}/{bar.total}" if bar.total else str(bar.done),
                bar.status.replace("_", " ").lower(),
                span(bar.seconds),
                "" if bar.remaining is None else f"about {span(bar.remaining)} left",
            )
        return grid

    def _table(self) -> Any:
        from rich.table import Table

        grid = Table.grid(padding=(0, 2))
        now = time.monotonic()
        longest = sorted(self.working.items(), key=lambda entry: entry[1][2])
        for (stack, name), (type, status, since) in longest[:ROWS]:
            grid.add_row(stack, name, type, status.replace("_", " ").lower(), span(now - since), style="dim")
        if len(longest) > ROWS:
            grid.add_row("", f"and {len(longest) - ROWS} more", style="dim")
        return grid
