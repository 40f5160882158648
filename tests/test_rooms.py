"""The rooms of the package and the one direction in which they import."""

from __future__ import annotations

import ast
import pathlib

import pytest

import awsdeck

NAMES: list[str] = awsdeck.__dict__["__all__"]
PACKAGE = pathlib.Path(awsdeck.__file__).parent
ROOMS = [
    ("errors",),
    ("source",),
    ("tokens",),
    ("remains",),
    ("output", "marks", "yamlscalars", "jsonmarks", "jsontext", "yamlmarks", "yamltext", "references", "template"),
    ("catalog",),
    ("assets",),
    ("assembly", "terms"),
    ("rules",),
    ("planning",),
    ("settings", "proven", "uncaught", "wiring"),
    ("node",),
    ("keywords",),
    ("constructs",),
    ("tree",),
    ("plaintext",),
    ("resource",),
    ("sections",),
    ("aspects",),
    ("cfn",),
    ("services",),
    ("states",),
    ("nested", "include", "answering", "custom", "stackset", "moves"),
    ("synth",),
    ("provenance",),
    ("permissions",),
    ("config", "deck"),
    ("lint",),
    ("diff",),
    ("deploy",),
    ("blueprint",),
    ("local",),
    ("cli",),
    ("testing",),
    ("__main__",),
]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}
PLAIN_ONLY = {"rules", "diff", "deploy", "catalog", "template", "assembly"}
"""Rooms that take plain templates and never see the tree."""
TREE = {
    "node",
    "constructs",
    "tree",
    "resource",
    "sections",
    "cfn",
    "services",
    "synth",
    "wiring",
    "settings",
    "aspects",
    "nested",
    "stackset",
    "include",
    "custom",
}
DOOR = ("deploy/account/aws.py", "deploy/account/identity.py", "deploy/account/kinds.py", "deploy/account/retry.py")
"""Together the only door to AWS: identities and clients, insisting, and the reading of errors."""
LATE = {
    ("tree", "synth"),  # App.synth() is the door from the tree to its passes
    ("node", "aspects"),
    ("node", "resource"),  # node.resource gives the L1 below
    ("tree", "assembly"),
    ("settings", "config"),  # a deck that Python runs reads the project's configuration itself, when there is one
    ("resource", "cfn"),  # names in an error message
    ("tokens", "tree"),
}
"""Imports inside functions that go the other way, each with its reason."""


def imports(path: pathlib.Path) -> list[tuple[str, bool]]:
    """Every room a file imports, and whether it does so at import time."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, late: bool) -> None:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = parts[: len(parts) - node.level]
                names = (
                    [(*base, *(node.module or "").split("."))] if node.module else [(*base, a.name) for a in node.names]
                )
                found.extend((name[0], late) for name in names if name and name[0])
            elif node.module and node.module.split(".")[0] == "awsdeck":
                found.append((([*node.module.split("."), node.names[0].name])[1], late))
        if isinstance(node, ast.Import):
            found.extend((a.name.split(".")[1], late) for a in node.names if a.name.startswith("awsdeck."))
        for child in ast.iter_child_nodes(node):
            visit(child, late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))

    visit(tree, False)
    return found


def files() -> list[pathlib.Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_above_it(path: pathlib.Path) -> None:
    room = path.relative_to(PACKAGE).with_suffix("").parts[0]
    assert room in LEVEL, f"{room} is a new room: give it a place in ROOMS"
    for other, late in imports(path):
        if other not in LEVEL or other == room:
            continue
        if late and (room, other) in LATE:
            continue
        assert LEVEL[other] <= LEVEL[room], f"{path.name} imports {other}, which stands below {room}"


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_for_plain_templates_never_see_the_tree(path: pathlib.Path) -> None:
    room = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if room in PLAIN_ONLY:
        assert not {other for other, _ in imports(path)} & TREE


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_one_place_opens_the_network_and_only_the_command_line_speaks(path: pathlib.Path) -> None:
    place = str(path.relative_to(PACKAGE)).replace("\\", "/")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        names = (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else ([node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])
        )
        for name in names:
            if name.split(".")[0] in ("boto3", "botocore"):
                assert place.startswith((*DOOR, "deploy/fake", "local/")), name
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            assert place.startswith("cli/") or place in (
                "catalog/refresh.py", "catalog/proof.py", "cfn/stubs.py", "local/server.py", "__main__.py",
            ), f"{place}:{node.lineno} prints"  # fmt: skip


def test_every_public_name_can_be_imported_and_is_listed() -> None:
    assert sorted(NAMES) == NAMES
    for name in NAMES:
        assert getattr(awsdeck, name) is not None
    checked = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.asname
        for node in ast.walk(checked)
        if isinstance(node, ast.ImportFrom) and node.level
        for alias in node.names
        if alias.asname
    }
    assert typed == set(NAMES)


def test_a_public_name_misspelt_is_answered_with_the_right_one() -> None:
    with pytest.raises(AttributeError, match="did you mean 'SQSQueue'"):
        getattr(awsdeck, "SQSQeue")  # noqa: B009
