"""awsdeck.toml and [tool.awsdeck]: found, checked, obeyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from awsdeck import config
from awsdeck.catalog.store import SCHEMAS
from awsdeck.errors import InputError

if TYPE_CHECKING:
    from .conftest import Project

with open(f"{SCHEMAS}/config.schema.json", encoding="utf-8") as _file:
    SCHEMA: dict[str, Any] = json.load(_file)
WORDS_READ = {
    "$schema", "title", "description", "examples", "type", "enum", "minLength", "minimum", "pattern", "items",
    "properties", "additionalProperties",
}  # fmt: skip


def test_settings_are_obeyed(project: Project) -> None:
    project.write("inner/other.py", (project.folder / "deck.py").read_text())
    project.write(
        "awsdeck.toml", 'app = "inner/other.py"\nout = "built"\nlimits = "current"\n[lint]\nignore = ["SQS", "SNS"]\n'
    )
    assert project.run("synth").code == 0
    assert (project.folder / "built" / "manifest.json").exists()
    assert project.run("lint", "--severity", "info", "--output", "json").data["findings"] == []


def test_the_nearest_configuration_above_counts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("pyproject.toml", '[tool.other]\na = 1\n[tool.awsdeck]\nout = "built"\n')
    (project.folder / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(project.folder / "deep" / "er")
    assert project.run("synth").code == 0
    assert (project.folder / "built" / "shop.template.json").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('app = "deck.py"\nlimit = "current"\n', "awsdeck.toml:2: there is no setting limit; did you mean limits?"),
        ('limits = "old"\n', "awsdeck.toml:1: limits: one of: documented, current"),
        ("[lint]\nselect = 5\n", "lint.select"),
        ("[deploy]\nconcurrency = 0\n", "awsdeck.toml:2: deploy.concurrency: 0 is not at least 1"),
        ('[deploy]\nstateful = "x"\n', "awsdeck.toml:2: deploy.stateful: 'x' is not a list"),
        ('[deploy]\nstateful = ["x"]\n', "awsdeck.toml:2: deploy.stateful.0: 'x' is not written like AWS::SQS::Queue"),
        ("app = \n", "awsdeck.toml:1:7: this is not TOML"),
        ("app = [\n", "this is not TOML"),
    ],
)
def test_a_wrong_configuration_is_one_message_with_its_line(project: Project, text: str, message: str) -> None:
    project.write("awsdeck.toml", text)
    answer = project.run("synth")
    assert answer.code == 4
    assert message in answer.err.replace(str(project.folder) + "/", "")


def test_a_configuration_that_is_named_must_exist(project: Project) -> None:
    answer = project.run("synth", "--config", "nothing.toml")
    assert answer.code == 4
    assert "nothing.toml" in answer.err


def test_all_that_is_wrong_is_told_at_once(project: Project) -> None:
    project.write("awsdeck.toml", 'a = 1\nb = 2\nlimits = "old"\n')
    answer = project.run("synth")
    for name in ("setting a", "setting b", "limits"):
        assert name in answer.err


def test_the_schema_uses_only_words_that_the_quick_check_reads() -> None:
    def words(schema: Any) -> set[str]:
        found = set(schema)
        for inner in (*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")):
            if isinstance(inner, dict):
                found |= words(inner)
        return found

    assert words(SCHEMA) <= WORDS_READ


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from(["", "x", "current", "error"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from([*SCHEMA["properties"], "select", "concurrency", "tags", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*SCHEMA["properties"], "x"]), VALUES, max_size=3))
def test_the_quick_check_agrees_with_jsonschema(data: dict[str, Any]) -> None:
    assert config.fits(data, SCHEMA) == Draft202012Validator(SCHEMA).is_valid(data)


def test_types_of_the_project_are_known(empty: Project) -> None:
    schema = {
        "typeName": "Acme::Shop::Shelf", "properties": {"Height": {"type": "integer"}}, "required": ["Height"],
        "additionalProperties": False, "primaryIdentifier": ["/properties/Height"],
    }  # fmt: skip
    empty.write("shelf.json", json.dumps(schema))
    assert "Acme::Shop::Shelf" in empty.run("schema", "add", "shelf.json").out
    empty.write("t.json", '{"Resources": {"S": {"Type": "Acme::Shop::Shelf", "Properties": {"Heigth": 1}}}}')
    answer = empty.call("lint", "t.json", "--output", "json")
    assert answer.code == 4
    assert {finding["rule"] for finding in answer.data["findings"]} == {"XSV018"}
    assert "Height" in empty.call("explain", "Acme::Shop::Shelf").out
    assert empty.run("schema", "add", "t.json").code == 4
    assert empty.run("schema", "add", "nothing.json").code == 4


def test_a_schema_that_takes_the_place_of_one_of_awss_is_told(empty: Project) -> None:
    empty.write("topic.json", json.dumps({"typeName": "AWS::SNS::Topic", "properties": {"X": {"type": "string"}}}))
    answer = empty.call("schema", "add", "topic.json")
    assert answer.code == 0
    assert "AWS::SNS::Topic is one of AWS's own" in answer.err


def test_a_schema_without_properties_is_refused(empty: Project) -> None:
    empty.write("queue.json", '{"typeName": "AWS::SQS::Queue", "properties": {}}')
    answer = empty.call("schema", "add", "queue.json")
    assert answer.code == 4
    assert "AWS::SQS::Queue has no properties" in answer.err


def test_a_rule_to_ignore_that_does_not_exist_is_told_from_the_configuration_too(project: Project) -> None:
    project.write("awsdeck.toml", '[lint]\nignore = ["NOPE"]\n')
    answer = project.run("lint")
    assert answer.code == 4
    assert "awsdeck.toml: no rule is called NOPE" in answer.err


def test_a_folder_that_is_gone_is_told(empty: Project) -> None:
    gone = empty.folder / "gone"
    script = "import os, sys; os.rmdir(os.getcwd()); from awsdeck.__main__ import main; sys.exit(main())"
    gone.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, "lint"], cwd=gone, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
    )  # fmt: skip
    assert done.returncode == 4
    assert "the current folder does not exist any more" in done.stderr


def test_a_file_that_is_no_text_is_told(empty: Project) -> None:
    (empty.folder / "awsdeck.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        config.read()


@pytest.mark.parametrize(("name", "head"), [("awsdeck.toml", ""), ("pyproject.toml", "[tool.awsdeck]\n")])
def test_python_and_the_command_line_read_the_same_configuration(empty: Project, name: str, head: str) -> None:
    empty.write(name, f'{head}limits = "current"\n')
    deck = "import sys\nfrom awsdeck import App\napp = App({})\nprint(app.limits, app.folder, file=sys.stderr)\napp.synth()\n"
    empty.write("inner/deck.py", deck.format(""))
    told = f"current {empty.folder}\n"
    assert empty.python("inner/deck.py").err == told
    assert empty.call("synth", "inner/deck.py").err.startswith(told)
    empty.write("inner/deck.py", deck.format('limits="documented"'))
    assert empty.python("inner/deck.py").err.startswith("documented")


def test_python_tells_what_is_wrong_with_a_configuration_as_the_command_line_does(empty: Project) -> None:
    empty.write("deck.py", "from awsdeck import App\napp = App()\n")
    empty.write("awsdeck.toml", 'limit = "current"\n')
    answer = empty.python("deck.py")
    assert answer.code != 0
    assert "did you mean limits?" in answer.err
    assert "Traceback" not in answer.err
