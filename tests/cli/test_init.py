"""`awsdeck init`: from a blueprint to a project."""

from __future__ import annotations

import json
import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project

MANIFEST = {
    "name": "small",
    "description": "A project with one file. For tests.",
    "version": "1.0.0",
    "answers": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"title": "Name", "type": "string", "pattern": "^[a-z]+$"},
            "size": {"title": "Size", "type": "integer", "minimum": 1, "default": 3},
        },
    },
    "next": ["read note.txt"],
}


class Person(StringIO):
    """Standard input with somebody in front of it."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def shelf(empty: Project) -> Project:
    empty.write("small/blueprint.json", json.dumps(MANIFEST))
    empty.write("small/files/note.txt.j2", "{{ name }} {{ size }}\n")
    return empty


def note(project: Project) -> str:
    return (project.folder / "there" / "note.txt").read_text()


def test_without_a_name_the_blueprints_are_listed(empty: Project) -> None:
    from awsdeck import blueprint

    listed = empty.run("init", "--output", "json").data["blueprints"]
    assert [one["name"] for one in listed] == [one.name for one in blueprint.available()]
    assert empty.run("init").code == 0


def test_answers_come_from_the_command_line_and_defaults(shelf: Project) -> None:
    answer = shelf.run("init", "small", "there", "--set", "name=shop", "-y")
    assert answer.code == 0, answer.err
    assert note(shelf) == "shop 3\n"
    assert "wrote 1 file to there" in answer.out
    assert "read note.txt" in answer.err


def test_answers_come_from_a_file_and_the_command_line_goes_before_it(shelf: Project) -> None:
    for name, text in (
        ("a.json", '{"name": "a", "size": 5}'),
        ("a.toml", 'name = "a"\nsize = 5\n'),
        ("a.yaml", "name: a\nsize: 5\n"),
    ):
        shelf.write(name, text)
        assert shelf.run("init", "small", "there", "--answers", name, "--set", "name=b", "--force").code == 0
        assert note(shelf) == "b 5\n"


def test_a_person_is_asked_until_the_answer_fits(shelf: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Person("\nSHOP\nshop\nmany\n\n"))
    answer = shelf.run("init", "small", "there")
    assert answer.code == 0, answer.err
    assert note(shelf) == "shop 3\n"
    assert "Size [3]: " in answer.err
    assert "'SHOP' does not fit" in answer.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["small", "there"], "name"),
        (["small", "there", "--set", "name=SHOP"], "SHOP"),
        (["small", "there", "--set", "name"], "NAME=VALUE"),
        (["small", "there", "--set", "name=a", "--set", "colour=red"], "colour"),
        (["small", "there", "--answers", "nothing.json"], "nothing.json"),
        (["smal"], "there is no blueprint 'smal'"),
    ],
)
def test_wrong_answers_write_nothing(shelf: Project, words: list[str], says: str) -> None:
    answer = shelf.run("init", *words)
    assert answer.code == 4
    assert says in answer.err
    assert not (shelf.folder / "there").exists()


def test_files_in_the_way_are_kept_unless_forced(shelf: Project) -> None:
    shelf.write("there/note.txt", "mine\n")
    answer = shelf.run("init", "small", "there", "--set", "name=shop")
    assert answer.code == 4
    assert "note.txt" in answer.err
    assert note(shelf) == "mine\n"
    assert shelf.run("init", "small", "there", "--set", "name=shop", "--force").code == 0
    assert note(shelf) == "shop 3\n"
