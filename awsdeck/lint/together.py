"""Templates that belong together: nested stacks with a template beside, and exports that other templates import."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase

from ..catalog.words import meant
from ..errors import DeckError, Finding
from ..rules.templates.parameters import unfit
from ..rules.vocabulary import is_unknown
from ..template import load
from .own import NESTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..rules.graph import Graph, Member
    from ..rules.view import View
    from ..template import Template

    Path = tuple[str | int, ...]

NESTING = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}
"""The property that names the template of a stack inside, by type."""
SOURCE = "CloudFormation User Guide, nested stacks; aws cloudformation package"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|\$\{|\{\{resolve:")
_NAME = re.compile(r"\$\{[^}]*\}")


def nested(graph: Graph) -> Iterator[tuple[Member, Finding]]:
    """Where a stack inside and the template beside that it names do not fit, with the template that holds the stack."""
    for view in graph.of(*NESTING):
        member = view.member
        if member is None or member.template.file in (None, "<stdin>"):
            continue
        address = view.get(NESTING[view.type])
        if not isinstance(address, str) or not address or _ADDRESS.search(address):
            continue
        path = os.path.join(os.path.dirname(str(member.template.file)), address)
        if os.path.isdir(path):
            continue
        for finding in _fits(member, view, path):
            yield member, finding


def _fits(member: Member, view: View, path: str) -> Iterator[Finding]:
    where: Path = ("Resources", view.id, "Properties", NESTING[view.type])
    try:
        child = load(path)
    except DeckError as error:
        if os.path.exists(path):
            return  # which is told where that file is looked at
        said = error.message.removeprefix("cannot read ")
        yield _finding(view, where, f"the template of the stack is not there: {said}", severity="warning")
        return
    yield from _parameters(view, child)
    if "Transform" not in child.data:
        yield from _outputs(member, view, child)


def _parameters(view: View, child: Template) -> Iterator[Finding]:
    declared = child.data.get("Parameters") or {}
    given = view.body.get("Properties", {}).get("Parameters", {})
    if not isinstance(declared, dict) or not isinstance(given, dict):
        return
    if is_unknown(given) or any(str(name).startswith("Fn::") for name in (*given, *declared)):
        return
    where: Path = ("Resources", view.id, "Properties", "Parameters")
    for name, value in given.items():
        body = declared.get(name)
        if body is None:
            near = meant(str(name), declared)
            fix = f"did you mean {near}?" if near else None
            yield _finding(view, (*where, name), f"{_shown(child)} has no parameter {name}", fix=fix)
        elif isinstance(body, dict) and isinstance(value, str | int | float) and not is_unknown(value):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            for problem in unfit(body, text, f"the value of {name}"):
                yield _finding(view, (*where, name), f"{_shown(child)} refuses this: {problem}")
    for name, body in declared.items():
        if name not in given and isinstance(body, dict) and "Default" not in body:
            yield _finding(view, where, f"{_shown(child)} needs the parameter {name}", fix=f"give {name}")


def _outputs(member: Member, view: View, child: Template) -> Iterator[Finding]:
    declared = child.data.get("Outputs") or {}
    if not isinstance(declared, dict):
        return
    for edge in (*member.mentions, *member.elsewhere()):
        name = (edge.attribute or "").removeprefix("Outputs.")
        if edge.target != view.id or not (edge.attribute or "").startswith("Outputs.") or name in declared:
            continue
        near = meant(name, declared)
        path = ("Resources", edge.source, *edge.path) if edge.source else edge.path
        element = f"${{{edge.target}.{edge.attribute}}}" if edge.kind == "Sub" else None
        yield _finding(
            view, path, f"{_shown(child)} has no output {name}", fix=f"did you mean {near}?" if near else None,
            resource=edge.source or None, element=element,
        )  # fmt: skip


def _shown(child: Template) -> str:
    return os.path.normpath(child.file or "the template")


def _finding(
    view: View, path: Path, message: str, *, severity: Any = "error", resource: str | None = "", **more: Any
) -> Finding:
    id = view.id if resource == "" else resource
    body = view.member.section("Resources").get(id) if view.member is not None and id else None
    type = body.get("Type") if isinstance(body, dict) else None
    return Finding(NESTED, severity, message, path=path, resource=id, type=type, source=SOURCE, **more)


# Exports


def exported(graph: Graph) -> set[tuple[str, str]]:
    """The names that templates export, as far as they are known, with their files; what comes later stands as `${…}`."""
    found = set()
    for member in graph.members:
        for output in member.section("Outputs").values():
            export = output.get("Export") if isinstance(output, dict) else None
            name = member.simplify(export.get("Name")) if isinstance(export, dict) else None
            if isinstance(name, dict):
                found.add((_pattern(name), member.template.file or ""))
            elif isinstance(name, str):
                found.add((name, member.template.file or ""))
    return found


def _pattern(name: dict[str, Any]) -> str:
    text = name.get("Fn::Sub")
    text = text[0] if isinstance(text, list) and text else text
    if isinstance(text, str):
        return text
    joined = name.get("Fn::Join")
    if isinstance(joined, list) and len(joined) == 2 and isinstance(joined[0], str) and isinstance(joined[1], list):
        return joined[0].join(part if isinstance(part, str) else "${x}" for part in joined[1])
    return "${x}"


def settled_imports(imports: Iterable[Finding], exports: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """What is left to say of imports, now that the exports of all templates of a run, and their files, are known."""
    names = sorted(exports)
    plain = [(name, file) for name, file in names if "${" not in name]
    made = [
        "?*".join(re.sub(r"([*?[])", r"[\1]", part) for part in _NAME.split(name)) for name, _ in names if "${" in name
    ]
    for finding in imports:
        name = finding.element or ""
        if any(name == one for one, _ in plain) or any(fnmatchcase(name, pattern) for pattern in made):
            continue
        near = next((one for one, file in plain if file != finding.file and _one_slip(name, one)), None)
        yield finding.replace(severity="warning", fix=f"did you mean {near}?") if near else finding


def _one_slip(one: str, other: str) -> bool:
    """Whether two names differ by a single slip: a letter too few, too many, wrong, or two that changed places; or by case."""
    if one.lower() == other.lower():
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 4:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, others = one[start:], other[start:]
    if rest[2:] == others[2:] and rest[:2] == others[1::-1]:
        return True
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]
