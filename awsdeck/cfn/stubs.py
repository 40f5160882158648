"""Type stubs of L1: `python -m awsdeck.cfn.stubs [DIR]` writes one module a service, into the package by default.

Each is a package of its own (`sqs/__init__.pyi`): a checker that finds `sqs.pyi` alone warns of missing source.
"""

from __future__ import annotations

import json
import os
import re
import sys
from itertools import chain
from keyword import iskeyword

from .. import catalog
from .names import module_name
from .shapes import Shapes, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..catalog import ResourceType
    from .shapes import Record

    Members = tuple[str, ...]
    Groups = dict[str, "str | Groups"]

HERE = os.path.dirname(os.path.abspath(__file__))
STUB = "__init__.pyi"
OPENING = "Every resource type of"
LONGEST_ENUM = 60
"""A longer list of values is a string to type checkers; making the resource still checks it."""

ANY = ("_Any",)
SCALARS = {"string": "str", "integer": "_Int", "number": "_Number", "boolean": "_Bool"}

# Underscores, because there are resources called Resource and Stack, and keys called Any and None.
IMPORTS = {
    "typing": ("Any", "Final", "Literal", "Required", "TypedDict"),
    "...resource": ("Resource",),
    "...tokens": ("ListToken", "Token"),
    "...constructs": ("Construct",),
    "..values": ("Bool", "Int", "Json", "List", "Map", "Number", "Property", "Shared"),
}

PACKAGE = '''\
"""L1: every CloudFormation resource type under its own names.

Write `from awsdeck.cfn import sqs`: mypy would have to load all services to see through `cfn.sqs`.
"""

import os

from .build import resource_class as resource_class

__all__ = ["resource_class"]

MYPY = False
if MYPY and os.name == "":  # for mypy alone: others know that no system is called ""
    from typing import Any

    def __getattr__(name: str) -> Any: ...

if not MYPY:
'''


def write(folder: str | os.PathLike[str] | None = None) -> list[str]:
    """Write the stubs of all services below `folder`, the installed package by default; gives the files written."""
    top = HERE if folder is None else os.fspath(folder)
    services = {module_name(service): service for service in catalog.services()}
    written = [_write(os.path.join(top, STUB), package(sorted(services)))]
    for module, service in sorted(services.items()):
        written.append(_write(os.path.join(top, module, STUB), stub(service)))
    for entry in sorted(os.listdir(top)):
        if entry not in services:
            _remove_stale(os.path.join(top, entry))
    return written


def _remove_stale(folder: str) -> None:
    """Take away the stub of a service that is gone, and nothing that was not written here."""
    path = os.path.join(folder, STUB)
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            made_here = file.readline().startswith(f'"""{OPENING}')
        if made_here:
            os.remove(path)
            if not os.listdir(folder):
                os.rmdir(folder)


def _write(path: str, text: str) -> str:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


def package(modules: Sequence[str]) -> str:
    """The stub of `awsdeck.cfn` itself."""
    return PACKAGE + "".join(f"    from . import {module} as {module}\n" for module in modules)


def stub(service: str) -> str:
    """The stub of one service."""
    lines: list[str] = []
    for name in catalog.services()[service]:
        kind = catalog.find(f"{service}::{name}")
        assert kind is not None
        lines += Writer(kind, name).lines()
    text = "\n".join(lines)
    used = set(re.findall(r"\b_([A-Z]\w*)", text))
    imports = [
        f"from {module} import {', '.join(f'{name} as _{name}' for name in names if name in used)}"
        for module, names in IMPORTS.items()
        if used.intersection(names)
    ]
    return "\n".join([f'"""{OPENING} {service}."""', "", *imports, "", text, ""])


class Writer:
    """Writes the class of one resource type."""

    def __init__(self, kind: ResourceType, name: str) -> None:
        self.kind = kind
        self.name = name
        self.shapes = Shapes(kind)
        self.groups = groups(kind)
        self.known: dict[int, Members] = {}
        names = {*kind.properties, *self.groups, *(key for one in self.shapes.records.values() for key in one.keys)}
        self.scope = f"_{name}Type" if name in names else name

    def lines(self) -> Iterator[str]:
        """The class, line by line."""
        kind = self.kind
        given = {name: self.value([kind.properties[name]], name in kind.required) for name in kind.property_names()}
        order = sorted(given, key=lambda name: (name not in kind.required, name))
        yield ""
        yield f"class {self.name}(_Resource):"
        yield from summary(kind)
        for record in self.shapes.records.values():
            yield from self.record(record)
        yield f"    def __init__(self, scope: _Construct, id: str, /{', *' if given else ''},"
        yield from (f"        {name}: {given[name]}{'' if name in kind.required else ' = ...'}," for name in order)
        if self._open():
            yield "        **properties: _Any,"
        yield "    ) -> None: ..."
        yield from self.attributes(self.groups, given, "    ")
        yield from (f"    {name}: _Property[{text}]" for name, text in given.items() if name not in self.groups)
        if self.scope != self.name:
            yield f"{self.scope} = {self.name}"

    def _open(self) -> bool:
        spec = self.kind.table.specs[self.kind.root]
        return spec.get("+", -1) != -1 or "q" in spec

    def record(self, record: Record) -> Iterator[str]:
        """A nested object as a TypedDict; its keys are CloudFormation's, also those that Python cannot spell."""
        keys = {name: self.value(specs, name in record.required) for name, specs in record.keys.items()}
        keys = {name: f"_Required[{text}]" if name in record.required else text for name, text in keys.items()}
        if all(name.isidentifier() and not iskeyword(name) for name in keys):
            yield f"    class {record.name}(_TypedDict, total=False):"
            yield from (f"        {name}: {text}" for name, text in keys.items())
            return
        yield f'    {record.name} = _TypedDict("{record.name}", {{'
        yield from (f'        "{name}": "{text}",' for name, text in keys.items())
        yield "    }, total=False)"

    def attributes(self, groups: Groups, given: Mapping[str, str], indent: str) -> Iterator[str]:
        """What the resource tells at deploy time; dotted names lead through classes of their own."""
        for name, inside in groups.items():
            if name == "*":  # the user gives the names, as with a nested stack's outputs
                yield f"{indent}def __getattr__(self, name: str, /) -> {inside}: ..."
                continue
            read = inside if isinstance(inside, str) else f"{name}Attributes"
            if not isinstance(inside, str):
                yield f"{indent}class {read}:"
                yield from self.attributes(inside, {}, indent + "    ")
            yield f"{indent}{name}: " + (f"_Shared[{given[name]}, {read}]" if name in given else f"_Final[{read}]")

    def value(self, specs: Sequence[int], required: bool) -> str:
        """The type of what may be given: one of several specs, or None where it is not required.

        Not for a nested object: checkers would then only say that it is wrong, and not which key of it.
        """
        members = [*chain.from_iterable(map(self.members, specs))]
        optional = not required and not any(member.startswith(f"{self.scope}.") for member in members)
        return union([*members, *(("None",) if optional else ())])

    def members(self, at: int) -> Members:
        """The types that a spec's value may have."""
        known = self.known.get(at)
        if known is None:
            self.known[at] = ANY  # what stands inside itself
            known = self.known[at] = tuple(self._members(at))
        return known

    def _members(self, at: int) -> Iterable[str]:
        shape = self.shapes.shape(at)
        record = self.shapes.records.get(at)
        text = ("str",) if "string" in shape.types else ()
        if record is not None:
            return (f"{self.scope}.{record.name}",)
        if shape.enum is not None and (listed := literal(shape.enum)):
            return listed
        if shape.kind in SCALARS:
            return (SCALARS[shape.kind],)
        if shape.kind == "json":
            return ("_Json", *text)
        below = [self.members(one) for one in within(shape)]
        if shape.kind == "list":
            return (f"_List[{union(below[0]) if 'l' in shape.spec else '_Any'}]",)
        if shape.kind == "map":
            return (f"_Map[{union(below[0])}]", *text)
        if shape.kind == "union":
            return chain.from_iterable(below) if below else [SCALARS.get(one, "_Any") for one in shape.types]
        return next((one for one in below if one != ANY), ANY)


def summary(kind: ResourceType) -> Iterator[str]:
    """The docstring of a class: what an editor shows beside its keywords."""
    replaced = sorted({path[0] for path in kind.create_only if len(path) == 1} - kind.read_only)
    facts = [
        *([f"`ref` gives {kind.ref}."] if kind.ref else ()),
        *([f"A change of {' or '.join(replaced)} makes a new one."] if replaced else ()),
    ]
    if not facts:
        yield f'    """{kind.name}."""'
        return
    yield f'    """{kind.name}.'
    yield ""
    yield from (f"    {fact}" for fact in facts)
    yield '    """'


def literal(values: Sequence[Any]) -> Members:
    """The listed values and a deploy-time value; nothing when they are too many, or no strings or whole numbers."""
    if len(values) > LONGEST_ENUM or {type(value) for value in values} not in ({str}, {int}):
        return ()
    return (f"_Literal[{', '.join(map(quoted, values))}]", "_Token")


def quoted(value: str | int) -> str:
    """A value as it is written in Python."""
    return json.dumps(value) if isinstance(value, str) and value.isascii() else repr(value)


def union(members: Iterable[str]) -> str:
    """One of several types, each said once."""
    kinds = dict.fromkeys(members)
    return "_Any" if "_Any" in kinds else " | ".join(kinds)


def groups(kind: ResourceType) -> Groups:
    """The attributes as a tree by the parts of their names, each leaf with the type of its deploy-time value."""
    tree: Groups = {}
    for name in kind.attributes:
        *above, last = name.split(".")
        at = tree
        for step in above:
            inside = at.get(step)
            if not isinstance(inside, dict):
                inside = at[step] = {}
            at = inside
        if not isinstance(at.get(last), dict):
            shape = kind.shape(name.split("."))
            at[last] = "_ListToken" if shape is not None and shape.kind == "list" else "_Token"
    return tree


def main(arguments: Sequence[str]) -> int:
    """What `python -m awsdeck.cfn.stubs` does."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__)
        return 0 if "--help" in arguments or "-h" in arguments else 4
    try:
        files = write(*arguments)
    except OSError as error:
        print(f"the stubs cannot be written: {error}", file=sys.stderr)
        return 4
    print(f"{len(files)} stubs below {os.path.dirname(files[0])}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
