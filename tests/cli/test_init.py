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


KNOWN = (
    "data-landing", "mail-intake", "message-inbox", "queue-worker", "serverless-api", "static-site", "web-three-tier",
)  # fmt: skip


def test_without_a_name_the_blueprints_are_listed_with_a_sentence_each(empty: Project) -> None:
    from awsdeck import blueprint

    listed = empty.run("init", "--output", "json").data["blueprints"]
    assert [one["name"] for one in listed] == [one.name for one in blueprint.available()]
    assert set(KNOWN) <= {one["name"] for one in listed}
    answer = empty.run("init")
    assert answer.code == 0
    for one in listed:
        assert one["name"] in answer.out
        assert one["summary"].split()[0] in answer.out
    assert "awsdeck init BLUEPRINT [FOLDER]" in answer.err
    assert list(empty.folder.iterdir()) == []


def test_answers_without_a_blueprint_and_nobody_to_ask_are_an_error(empty: Project) -> None:
    answer = empty.run("init", "--set", "name=shop")
    assert answer.code == 4
    assert "queue-worker" in answer.err


def test_a_person_chooses_a_blueprint_by_number_is_asked_its_answers_and_where_to(
    empty: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from awsdeck import blueprint

    found = blueprint.available()
    number = [one.name for one in found].index("message-inbox") + 1
    questions = found[number - 1].questions()
    assert questions[0].name == "name"
    lines = ["0", str(len(found) + 1), "", "queue-wroker", str(number), "shop", *("" for _ in questions[1:]), ""]
    monkeypatch.setattr(sys, "stdin", Person("\n".join([*lines, ""])))
    answer = empty.run("init")
    assert answer.code == 0, answer.err
    assert answer.err.count("Which one") == 5
    assert "did you mean 'queue-worker'?" in answer.err
    assert all(question.title in answer.err for question in questions)
    assert (empty.folder / "shop" / "deck.py").is_file()
    assert "cd shop" in answer.err


def test_sentences_are_broken_where_the_terminal_ends(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from awsdeck import blueprint

    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "stdin", Person(""))
    lines = empty.run("init").out.splitlines()
    assert max(map(len, lines)) <= 100
    words = " ".join(lines).split()
    for one in blueprint.available():
        assert set(one.summary.split()) <= set(words)


def test_a_person_chooses_by_name_or_path_and_says_where_to(shelf: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for chosen in ("./small", "small"):
        monkeypatch.setattr(sys, "stdin", Person(f"{chosen}\nshop\n\nthere\n"))
        answer = shelf.run("init", "--force")
        assert answer.code == 0, answer.err
        assert note(shelf) == "shop 3\n"


def test_a_person_who_answers_in_advance_is_asked_for_the_rest(shelf: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Person("small\n7\nthere\n"))
    answer = shelf.run("init", "--set", "name=early")
    assert answer.code == 0, answer.err
    assert note(shelf) == "early 7\n"
    assert "Name: " not in answer.err


@pytest.mark.parametrize("typed", ["", "small\n", "small\nshop\n", "small\nshop\n\n"])
def test_a_person_who_goes_away_writes_nothing(shelf: Project, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Person(typed))
    answer = shelf.run("init")
    assert answer.code == 4
    assert "the answers end before the questions do" in answer.err
    assert sorted(one.name for one in shelf.folder.iterdir()) == ["small"]


def test_nobody_is_asked_where_everything_is_taken_as_it_is(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in (["-y"], ["--output", "json"]):
        monkeypatch.setattr(sys, "stdin", Person("1\n"))
        answer = empty.run("init", *words)
        assert answer.code == 0
        assert "queue-worker" in answer.out
        assert "Which one" not in answer.err


def test_what_an_empty_line_stands_for_is_shown_as_it_would_be_typed(
    empty: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {**MANIFEST, "answers": {**MANIFEST["answers"], "required": [], "properties": {  # type: ignore[dict-item]
        "versioned": {"title": "Versions", "type": "boolean", "default": False},
        "email": {"title": "Address", "type": "string", "default": ""},
    }}}  # fmt: skip
    empty.write("small/blueprint.json", json.dumps(manifest))
    empty.write("small/files/note.txt.j2", "{{ versioned }} {{ email | length }}\n")
    monkeypatch.setattr(sys, "stdin", Person("yes\n\n"))
    answer = empty.run("init", "small", "there")
    assert answer.code == 0, answer.err
    assert "Versions [no]: " in answer.err
    assert "Address [empty]: " in answer.err
    assert note(empty) == "True 0\n"


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
