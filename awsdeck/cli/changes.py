"""How changes look: a diff or a plan in lines, worst news last where it is not missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..diff import ABSENT
from ..lint.report import counted, printable
from ..rules.vocabulary import grouped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..assembly import Origin
    from ..deploy import PlannedChange, PlannedProperty, StackPlan
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
UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""CloudFormation's word for a value it does not know yet."""


def diff_lines(screen: Screen, diff: Diff, origins: Mapping[str, Origin] | None = None) -> Iterator[str]:
    """Everything that differs, resource by resource."""
    for change in diff.resources:
        yield from _resource(screen, change, (origins or {}).get(change.logical_id))
    yield from _entries(screen, diff)
    for export in diff.exports_removed:
        yield screen.paint(
            f"  ! the export {export.name} goes; stacks that import it keep this one from being updated", "warning"
        )
    yield from _wider(screen, diff)


def _entries(screen: Screen, diff: Diff) -> Iterator[str]:
    section = ""
    for entry in _told(diff):
        if entry.section != section:
            section = entry.section
            if entry.name != section:
                yield screen.paint(f"  {section}", "label")
        yield from _entry(screen, entry)


def _wider(screen: Screen, diff: Diff) -> Iterator[str]:
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
    """A plan: what the templates say, with what only CloudFormation knows laid over it."""
    if plan.operation == "delete":
        for planned in plan.changes:
            yield from _planned(screen, planned)
    else:
        yield from _changes(screen, plan)
        yield from _entries(screen, plan.diff)
        yield from _settings(screen, plan)
        yield from _exports(screen, plan)
        yield from _wider(screen, plan.diff)
        yield from _within(screen, plan)
        yield from _uploads(screen, plan)
    if plan.capabilities:
        yield screen.paint(f"  capabilities: {', '.join(plan.capabilities)}", "label")
    for note in plan.notes:
        yield f"  {printable(note)}"
    said = {item.message for item in plan.diff.broadening}
    for ask in plan.asks:
        if ask not in said:
            yield screen.paint(f"  ! {printable(ask)}", "warning")
    for warning in plan.gate.warned:
        yield screen.paint(f"  ! {printable(warning)}", "warning")
    for finding in plan.warnings:
        yield screen.paint(f"  ! CloudFormation warns: {printable(finding.message)}", "warning")
    for denial in plan.gate.denied:
        yield screen.paint(f"  ! {printable(denial.message)}", "loss")
    if plan.later:
        yield f"  planned when its turn comes: {printable(plan.later)}"


def _changes(screen: Screen, plan: StackPlan) -> Iterator[str]:
    """Resource by resource: the templates' story, told with CloudFormation's verdict and values."""
    by_id = {change.logical_id: change for change in plan.diff.resources}
    planned = {change.logical_id: change for change in plan.changes}
    renamed = {change.was for change in plan.diff.resources if change.was}
    for name in sorted({*by_id, *planned} - renamed):
        change, known = by_id.get(name), planned.get(name)
        origin = plan.artifact.origin(name)
        if change is not None and known is not None:
            yield from _resource(screen, change, origin, known)
        elif change is not None:
            yield from _resource(screen, change, origin)
        elif known is not None:
            yield from _planned(screen, known, origin)


def _settings(screen: Screen, plan: StackPlan) -> Iterator[str]:
    for name, before, after in plan.settings:
        mark = "+" if not before else "-" if not after else "~"
        style = {"+": "create", "-": "delete", "~": "update"}[mark]
        sides = " -> ".join(_value(side) for side in (before, after) if side)
        yield f"  {screen.paint(f'{mark} {printable(name)}', style)}: {'given anew' if after == '(given anew)' else sides}"


def _exports(screen: Screen, plan: StackPlan) -> Iterator[str]:
    for export in plan.gate.blocked:
        yield screen.paint(f"  ! {printable(export.message)}", "loss")
    told = {export.output for export in plan.exports}
    for removed in plan.diff.exports_removed:
        if removed.output not in told and plan.before is not None:
            yield screen.paint(f"  - the export {printable(str(removed.name))} goes; nobody imports it", "label")


def _within(screen: Screen, plan: StackPlan) -> Iterator[str]:
    stack = ""
    for change in plan.within:
        inner, _, _ = change.logical_id.rpartition(".")
        if inner != stack:
            stack = inner
            yield screen.paint(f"  in the nested stack {printable(inner)}", "label")
        for line in _planned(screen, change, plan.artifact.origin(change.logical_id)):
            yield f"  {line}"


def _uploads(screen: Screen, plan: StackPlan) -> Iterator[str]:
    if not plan.uploads:
        return
    fresh = [upload for upload in plan.uploads if not upload.there]
    bucket = f" to {plan.bucket}" if plan.bucket else ""
    if not fresh:
        yield screen.paint(
            f"  {counted(len(plan.uploads), 'file')}, all there already{bucket and f' in {plan.bucket}'}", "label"
        )
        return
    there = len(plan.uploads) - len(fresh)
    rest = f", {there} there already" if there else ""
    yield screen.paint(f"  {counted(len(fresh), 'file')} to upload{bucket}{rest}", "label")
    for upload in fresh:
        yield f"    ^ {printable(upload.source)}  {_size(upload.size)}"


def _size(size: int) -> str:
    amount = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _resource(
    screen: Screen, change: ResourceChange, origin: Origin | None, known: PlannedChange | None = None
) -> Iterator[str]:
    action = known.action if known is not None else change.action
    mark, style = MARKS.get(action, "~"), STYLE.get(action, "update")
    name = f"{change.was} -> {change.logical_id}" if change.was else change.logical_id
    physical = f"  {known.physical_id}" if known is not None and known.physical_id else ""
    yield (
        f"  {screen.paint(f'{mark} {printable(name)}', style)}  {printable(change.type)}"
        + screen.paint(printable(_where(origin) + physical), "label")
        + _confirmed(screen, known)
    )
    for cause in change.causes if known is None or "replace" in action else ():
        verb = "replaced" if cause.certain and action != "maybe-replace" else "perhaps replaced"
        path = ".".join(map(str, cause.path))
        through = f", which refers to {cause.through}" if cause.through else ""
        yield screen.paint(f"      {verb} because {path} changes{through}", style)
    if known is not None and "replace" in action and not change.causes and known.because:
        yield screen.paint(f"      replaced because {printable(known.because)} changes", style)
    if change.action not in ("create", "delete"):
        for item in known.properties if known is not None else (*change.properties, *change.attributes):
            yield from _property(screen, item)
    yield from _consequences(known if known is not None else change)
    for note in change.notes:
        yield f"      {printable(note)}"
    yield from _data(screen, known.data if known is not None else change.data)


def _where(origin: Origin | None) -> str:
    return f"  {origin.file}:{origin.line}" if origin is not None and origin.file else ""


def _confirmed(screen: Screen, known: PlannedChange | None) -> str:
    unsaid = known is not None and not known.confirmed
    return screen.paint("  not confirmed by CloudFormation", "warning") if unsaid else ""


def _consequences(change: ResourceChange | PlannedChange) -> Iterator[str]:
    for follower in change.followers:
        effect = {"replace": "is replaced too", "maybe": "may be replaced too"}.get(follower.effect, "gets a new value")
        if follower.section == "Outputs":
            effect = "gets a new value" if follower.effect == "replace" else "may get a new value"
        yield f"      {printable(follower.name)} ({'.'.join(map(str, follower.path))}) {effect}"


def _data(screen: Screen, data: str | None) -> Iterator[str]:
    if data in DATA:
        style = {"lost": "loss", "maybe": "loss", "snapshot": "warning"}.get(str(data), "label")
        yield screen.paint(f"      {DATA[str(data)]}", style)


def _property(screen: Screen, change: PropertyChange | PlannedProperty) -> Iterator[str]:
    path = ".".join(map(str, change.path)) or "value"
    effect = {"replace": "  (replaces)", "maybe": "  (may replace)"}.get(change.replacement, "")
    mark = _mark(change.before, change.after)
    style = {"+": "create", "-": "delete"}.get(mark, "update")
    yield (
        f"      {screen.paint(f'{mark} {printable(path)}', style)}: "
        + _sides(change.before, change.after)
        + effect
        + _of_property(screen, change)
    )


def _of_property(screen: Screen, change: PropertyChange | PlannedProperty) -> str:
    """What only CloudFormation knows of a property: where its new value comes from, or that it does not see it."""
    if not getattr(change, "confirmed", True):
        return screen.paint("  not confirmed by CloudFormation", "warning")
    entity = str(getattr(change, "entity", ""))
    return screen.paint(f"  from {printable(entity)}", "label") if entity else ""


def _entry(screen: Screen, entry: EntryChange) -> Iterator[str]:
    before, after = entry.before, entry.after
    values = [_output(side) for side in (before, after)] if entry.section == "Outputs" else [before, after]
    sides = _sides(*values) if _value(values[0]) != _value(values[1]) else _sides(before, after)
    mark = screen.paint(f"{_mark(before, after)} {printable(entry.name)}", STYLE[entry.action])
    yield f"  {mark}: {sides}"


def _output(side: Any) -> Any:
    """The value of an output, without what is written about it."""
    return side["Value"] if isinstance(side, dict) and "Value" in side else side


def _planned(screen: Screen, change: PlannedChange, origin: Origin | None = None) -> Iterator[str]:
    because = f", because {change.because} changes" if change.because else ""
    if change.action == "keep":
        because = f", {change.because}" if change.because else ""
    physical = f"  {change.physical_id}" if change.physical_id else ""
    mark = MARKS.get(change.action, "~")
    name = change.logical_id.rpartition(".")[2]
    yield (
        f"  {screen.paint(f'{mark} {printable(name)}', STYLE.get(change.action, 'update'))}"
        f"  {printable(change.type)}{screen.paint(printable(_where(origin) + physical), 'label')}{printable(because)}"
        + _confirmed(screen, change)
    )
    for item in change.properties:
        yield from _property(screen, item)
    yield from _consequences(change)
    if change.action != "keep":
        yield from _data(screen, change.data)


def _mark(before: Any, after: Any) -> str:
    if before is ABSENT and after is ABSENT:
        return "~"
    return "+" if before is ABSENT else "-" if after is ABSENT else "~"


def _sides(before: Any, after: Any) -> str:
    if before is ABSENT and after is ABSENT:
        return "changes; CloudFormation does not say from what to what"
    if before is ABSENT:
        return _value(after)
    if after is ABSENT:
        return _value(before)
    return f"{_value(before)} -> {_value(after)}"


def _value(value: Any) -> str:
    if value == UNKNOWN:
        return "known after the deploy"
    shown = repr(value) if isinstance(value, str) else grouped(value)
    shown = printable(shown)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
