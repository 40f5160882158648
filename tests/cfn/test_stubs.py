"""The type stubs of L1: complete, the same every time, and true of the classes that a program really gets."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from awsdeck import catalog
from awsdeck.catalog import store
from awsdeck.cfn import stubs
from awsdeck.cfn.names import module_name
from awsdeck.cfn.shapes import Shapes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("stubs")
    stubs.write(top)
    return top


def classes(folder: Path, module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse((folder / module / "__init__.pyi").read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def keywords(node: ast.ClassDef) -> dict[str, bool]:
    """The keywords of the class, and whether each is required."""
    (made,) = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    return {arg.arg: default is None for arg, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True)}


def declared(node: ast.ClassDef) -> dict[str, str]:
    return {
        one.target.id: ast.unparse(one.annotation)
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }


def test_every_type_has_a_class_with_its_properties_and_attributes(folder: Path) -> None:
    wrong: list[str] = []
    for service, names in catalog.services().items():
        found = classes(folder, module_name(service))
        assert list(found) == names
        for name in names:
            kind = catalog.find(f"{service}::{name}")
            assert kind is not None
            given = {one: one in kind.required for one in kind.property_names()}
            members = declared(found[name])
            attributes = {one.partition(".")[0] for one in kind.attributes}
            if keywords(found[name]) != given or members.keys() != given.keys() | attributes:
                wrong.append(kind.name)
    assert wrong == []


def test_two_runs_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "awsdeck.cfn.stubs", str(tmp_path)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert f"{len(list(tmp_path.rglob('*.pyi')))} stubs below" in done.stdout
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.pyi"))
    assert len(files) == len(catalog.services()) + 1
    assert [path for path in files if (folder / path).read_bytes() != (tmp_path / path).read_bytes()] == []


def test_stubs_of_services_that_are_gone_are_taken_away_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "__init__.pyi").write_text('"""Every resource type of AWS::Gone."""\n')
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "__init__.pyi").write_text("x: int\n")
    stubs.write(tmp_path)
    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "mine" / "__init__.pyi").read_text() == "x: int\n"
    assert (tmp_path / "sqs" / "__init__.pyi").exists()


def test_an_option_is_not_taken_for_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert stubs.main(["--help"]) == 0
    assert stubs.main(["--out"]) == 4
    assert "python -m awsdeck.cfn.stubs [DIR]" in capsys.readouterr().out
    (tmp_path / "file").write_text("")
    assert stubs.main(["file/below"]) == 4
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_class_says_what_ref_gives_and_what_replaces_the_resource(folder: Path) -> None:
    doc = ast.get_docstring(classes(folder, "sqs")["Queue"])
    assert doc == "AWS::SQS::Queue.\n\n`ref` gives QueueUrl.\nA change of FifoQueue or QueueName makes a new one."


def test_a_class_reads_like_the_documentation(folder: Path) -> None:
    queue = classes(folder, "sqs")["Queue"]
    members = declared(queue)
    assert members["Arn"] == "_Final[_Token]"
    assert members["QueueName"] == "_Shared[str | None, _Token]"
    assert members["DelaySeconds"] == "_Property[_Int | None]"
    assert members["RedrivePolicy"] == "_Property[Queue.RedrivePolicyProperty]"
    assert "Arn" not in keywords(queue)
    function = declared(classes(folder, "lambda_")["Function"])
    assert function["SnapStartResponse"] == "_Final[SnapStartResponseAttributes]"
    assert declared(classes(folder, "route53")["HostedZone"])["NameServers"] == "_Final[_ListToken]"


def test_the_package_lists_every_service_for_editors(folder: Path) -> None:
    text = (folder / "__init__.pyi").read_text()
    listed = {
        alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {module_name(service) for service in catalog.services()} <= listed


def test_keys_that_python_cannot_spell_are_kept(folder: Path) -> None:
    text = (folder / "wafv2" / "__init__.pyi").read_text()
    assert 'OverrideActionProperty = _TypedDict("OverrideActionProperty", {' in text
    assert '        "None": ' in text


def test_values_that_contain_themselves_end(folder: Path) -> None:
    kind = catalog.find("AWS::WAFv2::RuleGroup")
    assert kind is not None
    records = {record.name: record for record in Shapes(kind).records.values()}
    statement = records["StatementProperty"]
    assert "NotStatement" in statement.keys
    assert "RuleGroup.StatementProperty" in (folder / "wafv2" / "__init__.pyi").read_text()


def test_nested_names_are_unique_and_differ_from_the_properties() -> None:
    for name in catalog.type_names():
        kind = catalog.find(name)
        assert kind is not None
        names = [record.name for record in Shapes(kind).records.values()]
        assert len({*names, *kind.properties}) == len(names) + len(kind.properties)


def test_alternatives_are_taken_together() -> None:
    schema = {
        "typeName": "Acme::Test::Union",
        "properties": {"Target": {"oneOf": [{"$ref": "#/definitions/A"}, {"$ref": "#/definitions/B"}]}},
        "definitions": {
            "A": {
                "type": "object",
                "properties": {"X": {"type": "string"}, "N": {"type": "integer"}},
                "required": ["X", "N"],
            },
            "B": {
                "type": "object",
                "properties": {"Y": {"type": "string"}, "N": {"type": "boolean"}},
                "required": ["N"],
            },
        },
    }
    try:
        kind = catalog.add(schema)
        lines = "\n".join(stubs.Writer(kind, "Union").lines())
    finally:
        store._added.pop("Acme::Test::Union", None)
        store._found.pop("Acme::Test::Union", None)
    assert "N: _Required[_Int | _Bool]" in lines
    assert "        X: str | None" in lines
    assert "        Y: str | None" in lines
    assert "Target: Union.TargetProperty = ...," in lines
