"""Blueprints: from a manifest and answers to files, all of them or none, and never outside the folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from awsdeck import blueprint
from awsdeck.blueprint import Blueprint, rendering
from awsdeck.errors import InputError

Made = Callable[..., Blueprint]

NAME = {"title": "Name", "type": "string", "pattern": "^[a-z]+$", "description": "lower-case letters"}
DAYS = {"title": "Days", "type": "integer", "minimum": 1, "maximum": 14, "default": 4}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Write a blueprint with these files and questions, and read it."""

    def make(files: dict[str, str | bytes], questions: dict[str, Any] | None = None, **more: Any) -> Blueprint:
        folder = tmp_path / "plan"
        for path, content in files.items():
            file = folder / "files" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        asked = {"name": NAME} if questions is None else questions
        required = [name for name, question in asked.items() if "default" not in question]
        manifest = {
            "name": "plan",
            "description": "A plan for tests. Choose it never.",
            "version": "1.0.0",
            "answers": {"type": "object", "required": required, "properties": asked},
            **more,
        }
        (folder / "blueprint.json").write_text(json.dumps(manifest, indent=1))
        return blueprint.find(str(folder))

    return make


def content(folder: Path) -> dict[str, str]:
    """Everything below a folder, by path."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


# finding


def test_a_blueprint_is_found_by_its_name() -> None:
    assert "message-inbox" in [one.name for one in blueprint.available()]
    assert blueprint.find("message-inbox").name == "message-inbox"


def test_an_unknown_name_gets_the_close_one_named() -> None:
    with pytest.raises(InputError, match="did you mean 'message-inbox'"):
        blueprint.find("mesage-inbox")


def test_a_folder_without_a_manifest_is_no_blueprint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no blueprint\.json"):
        blueprint.find(str(tmp_path))


def test_finding_and_asking_load_neither_jinja_nor_the_command_line() -> None:
    code = (
        "import sys; from awsdeck import blueprint; blueprint.find('message-inbox').missing({});"
        "print(sorted({'jinja2', 'typer', 'boto3'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# the manifest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "blueprint.json:1"),
        ('{\n"name": "A b"}', "blueprint.json:2"),
        ("[]", "is not of type 'object'"),
        ("\xff", "not UTF-8"),
    ],
)
def test_a_wrong_manifest_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "blueprint.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as told:
        blueprint.find(str(tmp_path))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({**DAYS, "default": 99}, "99 is more than 14"),
        ({**DAYS, "default": "four"}, "'four' is not a whole number"),
        ({**NAME, "pattern": "("}, "does not compile"),
        ({"type": "string"}, "'title' is a required property"),
        ({**NAME, "choices": ["a"]}, "'choices' was unexpected"),
        ({**NAME, "type": "object"}, "is not one of"),
    ],
)
def test_a_question_that_contradicts_itself_is_a_mistake_of_the_manifest(
    made: Made, question: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=r"blueprint\.json:\d+:\d+") as told:
        made({"a": ""}, {"asked": question})
    assert said in str(told.value)


def test_required_is_what_has_no_default(made: Made) -> None:
    answers = {"type": "object", "required": ["days", "ghost"], "properties": {"days": DAYS, "name": NAME}}
    with pytest.raises(InputError) as told:
        made({"a": ""}, answers=answers)
    for said in ("days has a default", "ghost is not asked", "name has no default"):
        assert said in str(told.value)


# answers


def test_questions_come_in_order_with_all_that_is_needed_to_ask(made: Made) -> None:
    plan = made(
        {"a": ""}, {"name": NAME, "stage": {"title": "Stage", "type": "string", "enum": ["a", "b"], "default": "a"}}
    )
    first, second = plan.questions()
    assert (first.name, first.default, first.pattern, first.text) == (
        "name",
        None,
        "^[a-z]+$",
        "Name (lower-case letters)",
    )
    assert (second.name, second.default, second.choices, second.text) == ("stage", "a", ("a", "b"), "Stage (a, b)")
    assert [question.name for question in plan.missing({"name": "x"})] == ["stage"]
    assert plan.summary == "A plan for tests"


@pytest.mark.parametrize(
    ("kind", "given", "typed"),
    [
        ("integer", "14", 14), ("integer", " 7 ", 7), ("integer", 7, 7),
        ("number", "0.5", 0.5),
        ("boolean", "yes", True), ("boolean", "false", False), ("boolean", "True", True), ("boolean", False, False),
        ("string", "14", "14"), ("string", "a=b", "a=b"),
    ],
)  # fmt: skip
def test_text_answers_become_what_the_schema_wants(made: Made, kind: str, given: object, typed: object) -> None:
    checked = made({"a": ""}, {"x": {"title": "X", "type": kind}}).check({"x": given})
    assert checked == {"x": typed}
    assert type(checked["x"]) is type(typed)


def test_what_is_not_answered_gets_its_default(made: Made) -> None:
    assert made({"a": ""}, {"name": NAME, "days": DAYS}).check({"name": "x"}) == {"name": "x", "days": 4}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "name: not answered"),
        ({"name": "A"}, "name: 'A' does not fit; lower-case letters"),
        ({"name": "a\n"}, "name: line breaks"),
        ({"name": "a\x1b[31m"}, "name: line breaks and control characters"),
        ({"name": "a" * 1001}, "name: longer than 1000"),
        ({"name": ["a"]}, "name: ['a'] is not a text"),
        ({"name": "a", "days": "x"}, "days: 'x' is not a whole number"),
        ({"name": "a", "days": "15"}, "days: 15 is more than 14"),
        ({"name": "a", "days": True}, "days: True is not a whole number"),
        ({"name": "a", "day": "1"}, "day: nobody asked for it; did you mean days?"),
    ],
)
def test_a_wrong_answer_is_told(made: Made, answers: dict[str, Any], said: str) -> None:
    plan = made({"a": ""}, {"name": NAME, "days": DAYS})
    with pytest.raises(InputError) as told:
        plan.check(answers)
    assert said in str(told.value)


def test_all_wrong_answers_are_told_at_once(made: Made) -> None:
    with pytest.raises(InputError) as told:
        made({"a": ""}, {"name": NAME, "days": DAYS}).check({"name": "A", "days": "0", "colour": "red"})
    assert all(said in str(told.value) for said in ("name: 'A'", "days: 0 is less", "colour: nobody"))


def test_wrong_answers_write_nothing(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        made({"a": "x"}).render({"name": "A"}, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


# rendering


def test_templates_are_rendered_names_filled_in_and_other_files_copied(made: Made, tmp_path: Path) -> None:
    plan = made({
        "{{ name }}/main.py.j2": "name = {{ name | quoted }}\n",
        "README.md": "not a {{ template }}\n",
        "data.bin": b"\x00\xff",
    })  # fmt: skip
    out = tmp_path / "out"
    assert plan.render({"name": "shop"}, str(out)) == ["README.md", "data.bin", "shop/main.py"]
    assert (out / "shop/main.py").read_text() == 'name = "shop"\n'
    assert (out / "README.md").read_text() == "not a {{ template }}\n"
    assert (out / "data.bin").read_bytes() == b"\x00\xff"


def test_the_same_answers_give_the_same_bytes(made: Made, tmp_path: Path) -> None:
    plan = made({"b.j2": "{% for k, v in {'x': 1, 'a': 2}.items() %}{{ k }}{{ v }}{% endfor %}", "a": "1"})
    for folder in ("one", "two"):
        plan.render({"name": "x"}, str(tmp_path / folder))
    assert content(tmp_path / "one") == content(tmp_path / "two") == {"a": "1", "b": "x1a2"}


def test_templates_can_include_and_extend_each_other(made: Made, tmp_path: Path) -> None:
    plan = made({"a.j2": "{% include 'sub/b.j2' %}", "sub/b.j2": "[{{ name }}]"})
    plan.render({"name": "x"}, str(tmp_path / "out"))
    assert content(tmp_path / "out") == {"a": "[x]", "sub/b": "[x]"}


def test_quoted_text_is_a_literal_whatever_it_holds(made: Made, tmp_path: Path) -> None:
    plan = made({"a.py.j2": "x = {{ x | quoted }}\n"}, {"x": {"title": "X", "type": "string"}})
    nasty = 'a"b\'c\\d{}{{ 7 * 7 }}é☃\\"; import os'
    plan.render({"x": nasty}, str(tmp_path / "out"))
    scope: dict[str, Any] = {}
    exec((tmp_path / "out/a.py").read_text(), scope)
    assert scope["x"] == nasty


def test_an_executable_file_stays_executable(made: Made, tmp_path: Path) -> None:
    plan = made({"run": "#!/bin/sh\n", "plain": ""})
    os.chmod(tmp_path / "plan/files/run", 0o755)
    plan.render({"name": "x"}, str(tmp_path / "out"))
    assert (tmp_path / "out/run").stat().st_mode & stat.S_IXUSR
    assert not (tmp_path / "out/plain").stat().st_mode & stat.S_IXUSR


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n{{ nam }}\n", 2, "'nam' is undefined; did you mean 'name'?"),
        ("a\nb\n{{ name.x.y }}\n", 3, "has no attribute 'x'"),
        ("a\n{% if name %}\n", 2, "Unexpected end of template"),
        ("a\n{{ name | nofilter }}\n", 2, "No filter named 'nofilter'"),
        ("\n\n{{ 1 / 0 }}", 3, "division by zero"),
        ("\n{% include 'ghost' %}", 2, "there is no template 'ghost'"),
        ("\n{% include '/etc/passwd' %}", 2, "there is no template '/etc/passwd'"),
        ("\n{{ name.__class__.__mro__ }}", 2, "not allowed"),
        ("\n{{ ''.__class__ }}", 2, "not allowed"),
        ("\n{{ name | random }}", 2, "No filter named 'random'"),
        ("\n{% set d = {} %}{{ d.update({1: 2}) }}", 2, "not allowed"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(
    made: Made, tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(InputError) as told:
        made({"a.j2": text, "z.j2": "{{ name }}"}).render({"name": "x"}, str(tmp_path / "out"))
    assert said in told.value.message
    assert told.value.place is not None
    assert (told.value.place.file, told.value.place.line) == (str(tmp_path / "plan/files/a.j2"), line)
    assert not (tmp_path / "out").exists()


def test_a_template_that_is_not_utf8_is_told_with_its_line(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.j2:2: this is not UTF-8"):
        made({"a.j2": b"a\n\xff"}).render({"name": "x"}, str(tmp_path / "out"))


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10**9 }}",
        "{{ 'a' * 10**8 * 10 }}",
        "{{ 'a' | center(10**9) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ 10 ** (10 ** 10) }}",
        "{{ [0] * 10**10 }}",
        "{% for i in range(10**9) %}{% endfor %}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for i in range(99999) %}{{ '1234567890' * 100 }}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x='aa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% include 'a.j2' %}",
    ],
)
def test_a_hostile_template_is_stopped_and_writes_nothing(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 1)
    with pytest.raises(InputError) as told:
        made({"a.j2": text}).render({"name": "x"}, str(tmp_path / "out"))
    assert "a.j2" in str(told.value) or "takes longer" in str(told.value)
    assert not (tmp_path / "out").exists()


def test_the_users_secrets_are_not_given_to_the_process_that_renders(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}
    real = subprocess.run

    def spy(*arguments: Any, **named: Any) -> Any:
        seen.update(named["env"])
        return real(*arguments, **named)

    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr(subprocess, "run", spy)
    made({"a": ""}).render({"name": "x"}, str(tmp_path / "out"))
    assert seen
    assert not [name for name in seen if name.startswith("AWS")]


# where it is written to


@pytest.mark.parametrize(
    "path",
    [
        "{{ up }}/a",
        "a/{{ up }}",
        "{{ two }}",
        "{{ root }}",
        "x{{ drive }}",
        "{{ back }}",
        "{{ empty }}/a",
        "{{ windows }}.txt",
        "{{ dot }}",
    ],
)
def test_a_name_never_leads_out_of_the_folder(made: Made, tmp_path: Path, path: str) -> None:
    values = {
        "up": "..", "root": "/etc/x", "drive": "C:\\x", "back": "..\\x", "empty": " ", "windows": "nul", "dot": "a.", "two": "a/b",
    }  # fmt: skip
    questions = {name: {"title": name, "type": "string", "default": value} for name, value in values.items()}
    with pytest.raises(InputError):
        made({f"{path}.j2": "x"}, questions).render({}, str(tmp_path / "out/deep"))
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("kind", ["file", "folder", "dangling"])
def test_a_link_in_a_blueprint_is_refused(made: Made, tmp_path: Path, kind: str) -> None:
    plan = made({"a": "x"})
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("s")
    goal = {"file": secret / "key", "folder": secret, "dangling": tmp_path / "ghost"}[kind]
    (tmp_path / "plan/files/b").symlink_to(goal)
    with pytest.raises(InputError, match="is a link"):
        plan.render({"name": "x"}, str(tmp_path / "out"))


def test_a_folder_of_files_that_is_a_link_is_refused(made: Made, tmp_path: Path) -> None:
    plan = made({"a": "x"})
    (tmp_path / "plan/files").rename(tmp_path / "elsewhere")
    (tmp_path / "plan/files").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a link"):
        plan.render({"name": "x"}, str(tmp_path / "out"))


def test_a_link_in_the_target_is_not_followed_out_of_it(made: Made, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/sub").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="leads out"):
        made({"sub/a": "x"}).render({"name": "x"}, str(tmp_path / "out"), force=True)
    assert content(tmp_path / "elsewhere") == {}


def test_force_replaces_a_link_and_not_what_it_points_to(made: Made, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").symlink_to(tmp_path / "mine")
    made({"a": "x"}).render({"name": "x"}, str(tmp_path / "out"), force=True)
    assert (tmp_path / "mine").read_text() == "mine"
    assert (tmp_path / "out/a").read_text() == "x"


def test_what_is_there_is_only_written_over_with_force(made: Made, tmp_path: Path) -> None:
    plan = made({"a": "new", "b": "new", "sub/c": "new"})
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    (out / "a").write_text("old")
    (out / "sub/mine").write_text("mine")
    with pytest.raises(InputError, match=r"already in .*: a"):
        plan.render({"name": "x"}, str(out))
    assert content(out) == {"a": "old", "sub/mine": "mine"}
    plan.render({"name": "x"}, str(out), force=True)
    assert content(out) == {"a": "new", "b": "new", "sub/c": "new", "sub/mine": "mine"}


@pytest.mark.parametrize("there", ["file", "folder"])
def test_a_file_where_a_folder_must_be_is_told_and_the_other_way_round(made: Made, tmp_path: Path, there: str) -> None:
    out = tmp_path / "out"
    (out / ("x" if there == "file" else "sub/c")).mkdir(parents=True)
    if there == "file":
        (out / "sub").write_text("")
    with pytest.raises(InputError, match="not a folder" if there == "file" else "is a folder"):
        made({"sub/c": "new"}).render({"name": "x"}, str(out), force=True)


def test_two_files_that_become_one_are_told(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="become shop"):
        made({"shop": "1", "{{ name }}.j2": "2"}).render({"name": "shop"}, str(tmp_path / "out"))


def test_names_that_differ_only_in_capitals_are_told(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="differ only in capitals"):
        made({"A.j2": "1", "a": "2"}).render({"name": "x"}, str(tmp_path / "out"))


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full")])
def test_an_interruption_leaves_everything_as_it_was(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool, error: Any
) -> None:
    plan = made({"a": "new", "new/b": "new", "c": "new"})
    out = tmp_path / "there" / "out"
    if existing:
        out.mkdir(parents=True)
        (out / "a").write_text("old")
        (out / "c").write_text("old")
    before = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    calls = 0

    def fail_late(function: Callable[..., None]) -> Callable[..., None]:
        def call(*arguments: Any) -> None:
            nonlocal calls
            calls += 1
            if calls == (4 if existing else 1):
                raise error
            function(*arguments)

        return call

    monkeypatch.setattr(os, "replace", fail_late(os.replace))
    monkeypatch.setattr(os, "rename", fail_late(os.rename))
    with pytest.raises((KeyboardInterrupt, InputError)):
        plan.render({"name": "x"}, str(out), force=True)
    assert calls > 0
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")} == before
    if existing:
        assert content(out) == {"a": "old", "c": "old"}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission_to_write_is_one_sentence(made: Made, tmp_path: Path) -> None:
    plan = made({"a": "x"})
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(InputError, match="permission denied"):
        plan.render({"name": "x"}, str(tmp_path / "locked/out"))


def test_rendering_into_the_current_folder_works(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = made({"a": "x"})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    plan.render({"name": "x"}, ".")
    assert content(tmp_path / "here") == {"a": "x"}
