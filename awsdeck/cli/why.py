"""`awsdeck why`: which lines and which defaults set a value."""

from __future__ import annotations

from ..errors import InputError
from .command import Argument, Command
from .deck import assemble
from .show import short_place
from .synth import deck_report, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from ..provenance import Writer
    from ..resource import Resource
    from ..tree import App
    from .context import Context

LONGEST = 72
BESIDE = ("DeletionPolicy", "UpdateReplacePolicy")
"""What stands beside the properties and is decided by what a type holds, or by `node.retain`."""


def why(context: Context, stack: str, subject: str) -> int:
    """Tell who set the properties of a resource, or one of them."""
    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    artifact = _stack(assembly, stack)
    resource, property = _find(loaded.app, artifact, subject)
    told = {name: (value, _writers(resource, name)) for name, value in _values(resource.finished()).items()}
    if property is not None:
        if property not in told:
            raise _unset(resource, property, list(told))
        told = {property: told[property]}
    if context.json:
        context.screen.data(_data(resource, artifact, told))
        return 0
    node = resource.node
    place = short_place(node.source)
    paint = context.screen.paint
    made = f", made at {place}" if place else ""
    context.screen.say(f"{paint(_nested_id(resource), 'bold')}  {resource.TYPE}, {_path(resource)}{made}")
    for name, (value, writers) in told.items():
        context.screen.say(f"  {paint(name, 'rule')} = {_shown(value, property is not None)}")
        for writer in writers:
            place = short_place(writer.place)
            context.screen.say(f"    {paint(f'{place}: ' if place else '', 'label')}{_words(writer)}")
    return 0


def _stack(assembly: Assembly, name: str) -> StackArtifact:
    if name in assembly.stacks:
        return assembly[name]
    from .deck import stacks_named

    return assembly[stacks_named(assembly, [name])[0]]


def _find(app: App, artifact: StackArtifact, subject: str) -> tuple[Resource, str | None]:
    """The resource, by logical id or by the path of a construct, and the property when one is named."""
    from ..resource import Resource

    stack = next(stack for stack in app.stacks if stack.name == artifact.name)
    named: dict[str, Resource] = {}
    within: list[tuple[str, Resource]] = []
    for construct in stack.node.walk():
        if isinstance(construct, Resource):
            path = _path(construct)
            inner = path.removeprefix(f"{stack.node.label}/")
            nested = _nested_id(construct)
            within.append((construct.node.logical_id, construct))
            for name in (nested, path, path.partition("/")[2], inner):
                named.setdefault(name, construct)
    for name, construct in within:  # an id of a nested stack alone, where nothing else goes by it
        named.setdefault(name, construct)
    if subject in named:
        return named[subject], None
    name = subject.rpartition(".")[0]
    while name:
        if name in named:
            return named[name], subject[len(name) + 1 :].partition(".")[0]
        name = name.rpartition(".")[0]
    from difflib import get_close_matches

    wanted = subject.partition(".")[0]
    close = get_close_matches(wanted, list(named), 1)
    ids = ", ".join(sorted(artifact.template["Resources"])[:12])
    raise InputError(
        f"the stack {artifact.name} has no resource {wanted}",
        fix=f"did you mean {close[0]}?" if close else f"such as: {ids or 'it has none'}",
    )


def _path(resource: Resource) -> str:
    return resource.node.label


def _nested_id(resource: Resource) -> str:
    """Its logical id, with those of the nested stacks around it: `Nested.Id`."""
    ids = [resource.node.logical_id]
    home = resource.node.stack
    while home is not None and home.parent is not None:
        ids.insert(0, home.node.resource.node.logical_id)
        home = home.parent
    return ".".join(ids)


def _values(body: dict[str, Any]) -> dict[str, Any]:
    return {**dict(sorted(body.get("Properties", {}).items())), **{name: body[name] for name in BESIDE if name in body}}


def _writers(resource: Resource, property: str) -> list[Writer]:
    from ..provenance import removal, writers

    return removal(resource) if property in BESIDE else writers(resource, property)


def _unset(resource: Resource, property: str, given: list[str]) -> InputError:
    known = resource.type
    if known is not None and property in known.properties:
        return InputError(
            f"{resource.node.logical_id} does not set {property}; AWS's own default counts",
            fix=f"awsdeck explain {resource.TYPE}.{property}",
        )
    from difflib import get_close_matches

    close = get_close_matches(property, [*given, *(known.properties if known is not None else ())], 1)
    return InputError(f"{resource.TYPE} has no property {property}", fix=f"did you mean {close[0]}?" if close else None)


def _words(writer: Writer) -> str:
    before = {"set": "set later: ", "override": "overridden: ", "keyword": "", "made": ""}
    return before.get(writer.kind, "") + writer.text


def _shown(value: Any, whole: bool) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if whole or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _data(resource: Resource, artifact: StackArtifact, told: dict[str, tuple[Any, list[Writer]]]) -> dict[str, Any]:
    properties = {}
    for name, (value, writers) in told.items():
        said = []
        for writer in writers:
            place = short_place(writer.place)
            where = {"file": place.file, "line": place.line} if place else {}
            said.append({"kind": writer.kind, "text": writer.text, **where})
        properties[name] = {"value": value, "set_by": said}
    return {
        "version": 1,
        "stack": artifact.name,
        "resource": _nested_id(resource),
        "type": resource.TYPE,
        "construct": _path(resource),
        "properties": properties,
    }


COMMANDS = (
    Command(
        "why",
        why,
        "Tell which lines and which defaults set a value.",
        Argument("stack", "The stack.", required=True),
        Argument(
            "subject", "A resource by logical id or construct path; one property of it.",
            metavar="RESOURCE[.PROPERTY]", required=True,
        ),
    ),
)  # fmt: skip
