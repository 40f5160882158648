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

    from ..assembly import Origin, StackArtifact
    from ..deploy import StackDrift
    from ..deploy.records import DriftRecord
    from .context import Context
    from .show import Screen

FAILED, DIFFERS = 1, 2
WORDS = {
    "IN_SYNC": "as the template says", "DRIFTED": "drifted", "NOT_CHECKED": "not checked", "UNKNOWN": "not known",
    "FAILED": "not compared",
}  # fmt: skip
STYLES = {"IN_SYNC": "good", "DRIFTED": "warning", "FAILED": "error", "UNKNOWN": "warning"}


def drift(
    context: Context, stacks: list[str], exit_code: bool, local: bool, profile: str | None, region: str | None
) -> int:
    """Compare deployed stacks with their templates; 2 when one differs, with --exit-code, 1 when one cannot be told."""
    from ..deploy import drift as look

    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    found = look(assembly, aws=aws)
    if context.json:
        missing = [name for name in assembly.stacks if name not in found]
        told = [_data(one, assembly[name]) for name, one in found.items()]
        context.screen.data({"version": 1, "stacks": told, **({"not_deployed": missing} if missing else {})})
    else:
        for name, artifact in assembly.stacks.items():
            if name not in found:
                context.screen.note(f"{name} is not deployed")
                continue
            for one in found[name].walk():
                context.screen.say(*_lines(context.screen, one, artifact, whole=context.verbose))
        differing = [name for name, one in found.items() if one.differs]
        if differing:
            context.screen.note(
                f"`awsdeck deploy {' '.join(differing)} --revert-drift` brings back what the template says"
            )
    failed = [one.name for stack in found.values() for one in stack.walk() if one.failed]
    if exit_code and any(one.differs for one in found.values()):
        return DIFFERS
    return FAILED if failed else 0


def _origin(artifact: StackArtifact, found: StackDrift, record: DriftRecord) -> Origin | None:
    """Where the deck makes a resource; for one in a nested stack, at least where it makes that."""
    path = found.name.split("/")[1:]
    return artifact.origin(".".join([*path, record.logical_id])) or (artifact.origin(path[0]) if path else None)


def _lines(screen: Screen, found: StackDrift, artifact: StackArtifact, *, whole: bool) -> Iterator[str]:
    word = screen.paint(WORDS.get(found.status, found.status), STYLES.get(found.status, "label"))
    yield f"{screen.paint(found.name, 'bold')}: {word}"
    if found.failed:
        yield f"  {screen.paint(printable(found.failed), 'error')}"
    for record in found.drifted:
        origin = _origin(artifact, found, record)
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
    if found.unknown:
        names = ", ".join(record.logical_id for record in found.unknown)
        yield screen.paint(f"  CloudFormation cannot tell of {names} whether it is as the template says", "warning")
    if found.unchecked:
        names = ": " + ", ".join(record.logical_id for record in found.unchecked) if whole else ""
        yield screen.paint(f"  {counted(len(found.unchecked), 'resource')} cannot be compared{names}", "label")


def _data(found: StackDrift, artifact: StackArtifact) -> dict[str, Any]:
    data = found.to_dict()
    for record, told in zip(found.drifted, data["drifted"], strict=True):
        origin = _origin(artifact, found, record)
        if origin is not None:
            fields = {"construct": origin.construct, "file": origin.file, "line": origin.line}
            told.update((name, value) for name, value in fields.items() if value is not None)
    if found.nested:
        data["nested"] = [_data(inner, artifact) for inner in found.nested]
    return data


COMMANDS = (
    Command(
        "drift", drift, "Tell what was changed by hand in deployed stacks.",
        Argument("stacks", "Stacks by name, pattern or ARN; all of the deck when none is named.", metavar="STACK", many=True),
        Option("--exit-code", "Exit with 2 when something differs.", "flag"),
        *OPTIONS,
        epilog="Stacks nested in others are looked into. Exit code 1 when a comparison fails; what CloudFormation cannot "
        "compare is told and is no drift.",
    ),
)  # fmt: skip
