"""How changes look: a diff or a plan in lines, worst news last where it is not missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..diff import ABSENT
from ..lint.report import counted, printable
from ..rules.vocabulary import grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..assembly import Origin
    from ..deploy import PlannedChange, StackPlan
    from ..diff import Diff, EntryChange, PropertyChange, ResourceChange
    from .show import Screen

MARKS = {
    "create": "+", "delete": "-", "replace": "±", "maybe-replace": "±", "update": "~", "rename": "±", "metadata": "·",
    "keep": "o", "import": "+",
}  # fmt: skip
STYLE = {
    "create": "create", "delete": "delete", "replace": "replace", "maybe-replace": "replace", "update": "update",
    "rename": "replace", "metadata": "label", "keep": "label", "import": "create",
}  # fmt: skip
WORDS = {
    "create": "to create", "delete": "to delete", "replace": "to replace", "maybe-replace": "perhaps to replace",
    "update": "to change", "rename": "to rename", "metadata": "in the template only", "keep": "kept", "import": "to import",
}  # fmt: skip
DATA = {
    "lost": "its data is lost", "maybe": "its data may be lost", "snapshot": "a snapshot of its data is taken",
    "kept": "the old one and its data stay, outside the stack",
}  # fmt: skip
LONGEST = 80


def diff_lines(screen: Screen, diff: Diff, origins: Mapping[str, Origin] | None = None) -> Iterator[str]:
    """Everything that differs, resource by resource."""
    for change in diff.resources:
        yield from _resource(screen, change, (origins or {}).get(change.logical_id))
    section = ""
    for entry in _told(diff):
        if entry.section != section:
            section = entry.section
            if entry.name != section:
                yield screen.paint(f"  {section}", "label")
        yield from _entry(screen, entry)
    for export in diff.exports_removed:
        yield screen.paint(
            f"  ! the export {export.name} goes; stacks that import it keep this one from being updated", "warning"
        )
    if diff.broadening:
        yield screen.paint("  wider access", "warning")
        for item in diff.broadening:
            yield screen.paint(f"  ! {printable(item.message)}", "warning")


def diff_summary(screen: Screen, diff: Diff) -> str:
    """The counts, and the bad news."""
    counts: dict[str, int] = {}
    for change in diff.resources:
        counts[change.action] = counts.get(change.action, 0) + 1
    parts = [
        screen.paint(f"{counts[action]} {word}", STYLE[action]) for action, word in WORDS.items() if action in counts
    ]
    others = len(_told(diff))
    if others:
        parts.append(counted(others, "other change"))
    if diff.data_loss:
        names = ", ".join(change.was or change.logical_id for change in diff.data_loss)
        parts.append(screen.paint(f"data at risk: {names}", "loss"))
    return ", ".join(parts)


def _told(diff: Diff) -> list[EntryChange]:
    """Entries worth a line; that a new template says which format it is in is not."""
    return [entry for entry in diff.entries if (entry.section, entry.action) != ("AWSTemplateFormatVersion", "create")]


def plan_lines(screen: Screen, plan: StackPlan) -> Iterator[str]:
    """A plan: what the templates say, with what only CloudFormation knows added."""
    origins = plan.artifact.origins
    if plan.operation == "delete":
        for planned in plan.changes:
            yield from _planned(screen, planned)
    else:
        yield from diff_lines(screen, plan.diff, origins)
        told = {change.logical_id for change in plan.diff.resources} | {change.was for change in plan.diff.resources}
        for planned in plan.changes:
            if planned.logical_id not in told:
                yield from _planned(screen, planned)
    for note in plan.notes:
        yield f"  {printable(note)}"
    said = {item.message for item in plan.diff.broadening}
    for ask in plan.asks:
        if ask not in said:
            yield screen.paint(f"  ! {printable(ask)}", "warning")


def _resource(screen: Screen, change: ResourceChange, origin: Origin | None) -> Iterator[str]:
    style = STYLE[change.action]
    name = f"{change.was} -> {change.logical_id}" if change.was else change.logical_id
    where = f"  {origin.file}:{origin.line}" if origin is not None and origin.file else ""
    yield (
        f"  {screen.paint(f'{MARKS[change.action]} {printable(name)}', style)}  {printable(change.type)}"
        + screen.paint(printable(where), "label")
    )
    for cause in change.causes:
        verb = "replaced" if cause.certain else "perhaps replaced"
        path = ".".join(map(str, cause.path))
        through = f", which refers to {cause.through}" if cause.through else ""
        yield screen.paint(f"      {verb} because {path} changes{through}", style)
    if change.action not in ("create", "delete"):
        for item in (*change.properties, *change.attributes):
            yield from _property(screen, item)
    for follower in change.followers:
        effect = {"replace": "is replaced too", "maybe": "may be replaced too"}.get(follower.effect, "gets a new value")
        yield f"      {follower.name} ({'.'.join(map(str, follower.path))}) {effect}"
    for note in change.notes:
        yield f"      {printable(note)}"
    if change.data in DATA:
        yield screen.paint(f"      {DATA[change.data]}", "loss" if change.data in ("lost", "maybe") else "label")


def _property(screen: Screen, change: PropertyChange) -> Iterator[str]:
    path = ".".join(map(str, change.path)) or "value"
    effect = {"replace": "  (replaces)", "maybe": "  (may replace)"}.get(change.replacement, "")
    style = "create" if change.before is ABSENT else "delete" if change.after is ABSENT else "update"
    yield (
        f"      {screen.paint(f'{_mark(change.before, change.after)} {printable(path)}', style)}: "
        + _sides(change.before, change.after)
        + effect
    )


def _entry(screen: Screen, entry: EntryChange) -> Iterator[str]:
    before, after = entry.before, entry.after
    values = [_output(side) for side in (before, after)] if entry.section == "Outputs" else [before, after]
    sides = _sides(*values) if _value(values[0]) != _value(values[1]) else _sides(before, after)
    mark = screen.paint(f"{_mark(before, after)} {printable(entry.name)}", STYLE[entry.action])
    yield f"  {mark}: {sides}"


def _output(side: Any) -> Any:
    """The value of an output, without what is written about it."""
    return side["Value"] if isinstance(side, dict) and "Value" in side else side


def _planned(screen: Screen, change: PlannedChange) -> Iterator[str]:
    because = f", because {change.because} changes" if change.because else ""
    physical = f"  {change.physical_id}" if change.physical_id else ""
    mark = MARKS.get(change.action, "~")
    yield (
        f"  {screen.paint(f'{mark} {printable(change.logical_id)}', STYLE.get(change.action, 'update'))}"
        f"  {printable(change.type)}{screen.paint(printable(physical), 'label')}{printable(because)}"
    )
    if change.data in DATA and change.action != "keep":
        yield screen.paint(f"      {DATA[change.data]}", "loss" if change.data in ("lost", "maybe") else "label")


def _mark(before: Any, after: Any) -> str:
    return "+" if before is ABSENT else "-" if after is ABSENT else "~"


def _sides(before: Any, after: Any) -> str:
    if before is ABSENT:
        return _value(after)
    if after is ABSENT:
        return _value(before)
    return f"{_value(before)} -> {_value(after)}"


def _value(value: Any) -> str:
    shown = repr(value) if isinstance(value, str) else grouped(value)
    shown = printable(shown)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
