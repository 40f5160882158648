"""`awsdeck drift`: what somebody has changed by hand."""

from __future__ import annotations

from ..lint.report import counted, printable
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .subjects import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..assembly import StackArtifact
    from ..deploy import StackDrift
    from .context import Context
    from .show import Screen

DIFFERS = 2
WORDS = {"IN_SYNC": "as the template says", "DRIFTED": "drifted", "NOT_CHECKED": "not checked", "UNKNOWN": "not known"}


def drift(
    context: Context, stacks: list[str], exit_code: bool, local: bool, profile: str | None, region: str | None
) -> int:
    """Compare deployed stacks with their templates; 2 when one differs, with --exit-code."""
    from ..deploy import drift as look

    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws)
    if context.json:
        context.screen.data({"version": 1, "stacks": [_data(one, assembly[name]) for name, one in found.items()]})
    else:
        for name, artifact in assembly.stacks.items():
            if name in found:
                context.screen.say(*_lines(context.screen, found[name], artifact, whole=context.verbose))
            else:
                context.screen.note(f"{name} is not deployed")
    return DIFFERS if exit_code and any(one.drifted for one in found.values()) else 0


def _lines(screen: Screen, found: StackDrift, artifact: StackArtifact, *, whole: bool) -> Iterator[str]:
    style = {"IN_SYNC": "good", "DRIFTED": "warning"}.get(found.status, "label")
    yield f"{screen.paint(found.name, 'bold')}: {screen.paint(WORDS.get(found.status, found.status), style)}"
    for record in found.drifted:
        origin = artifact.origins.get(record.logical_id)
        where = f"  {origin.file}:{origin.line}" if origin is not None and origin.file else ""
        gone = record.status == "DELETED"
        mark = screen.paint(f"{'-' if gone else '~'} {record.logical_id}", "delete" if gone else "update")
        yield f"  {mark}  {record.type}  {printable(record.physical_id)}{screen.paint(where, 'label')}"
        if gone:
            yield "      it was deleted by hand"
        for part in record.differences:
            path = part.path.lstrip("/").replace("/", ".")
            sides = {
                "ADD": f"{printable(part.actual)} was added",
                "REMOVE": f"{printable(part.expected)} was removed",
            }.get(part.kind, f"{printable(part.expected)} -> {printable(part.actual)}")
            yield f"      {printable(path)}: {sides}"
    if found.unchecked:
        names = ": " + ", ".join(record.logical_id for record in found.unchecked) if whole else ""
        yield screen.paint(f"  {counted(len(found.unchecked), 'resource')} cannot be compared{names}", "label")


def _data(found: StackDrift, artifact: StackArtifact) -> dict[str, Any]:
    data = found.to_dict()
    for record in data["drifted"]:
        origin = artifact.origins.get(record["logical_id"])
        if origin is not None:
            fields = {"construct": origin.construct, "file": origin.file, "line": origin.line}
            record.update((name, value) for name, value in fields.items() if value is not None)
    return data


COMMANDS = (
    Command(
        "drift", drift, "Tell what was changed by hand in deployed stacks.",
        Argument("stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True),
        Option("--exit-code", "Exit with 2 when something differs.", "flag"),
        *OPTIONS,
    ),
)  # fmt: skip
