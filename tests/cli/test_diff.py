"""`awsdeck diff` against files, folders, revisions and what is deployed."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project


def edit(project: Project, old: str, new: str) -> None:
    deck = project.folder / "deck.py"
    text = deck.read_text()
    assert old in text
    deck.write_text(text.replace(old, new))


def test_the_last_assembly_is_compared_when_there_are_no_credentials(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    answer = project.run("diff")
    assert answer.code == 4
    assert "nothing to compare with" in answer.err
    assert project.run("synth").code == 0
    assert "shop: no changes against awsdeck.out" in project.run("diff", "--exit-code").out
    edit(project, "DelaySeconds=5", "DelaySeconds=6")
    answer = project.run("diff", "--exit-code")
    assert answer.code == 2
    assert "~ Orders  AWS::SQS::Queue  deck.py:6" in answer.out
    assert "~ DelaySeconds: 5 -> 6" in answer.out
    assert project.run("diff").code == 0


def test_a_replacement_says_why_and_what_becomes_of_the_data(project: Project) -> None:
    project.run("synth")
    edit(project, "DelaySeconds=5", "QueueName='other'")
    answer = project.run("diff", "--against", "awsdeck.out")
    assert "± Orders" in answer.out
    assert "replaced because QueueName changes" in answer.out
    assert "1 to replace" in answer.out


def test_json_has_every_stack_with_its_changes(project: Project) -> None:
    project.run("synth")
    edit(project, "DelaySeconds=5", "DelaySeconds=6")
    data = project.run("diff", "--against", "awsdeck.out", "--output", "json").data
    assert data["version"] == 1
    (stack,) = data["stacks"]
    assert (stack["stack"], stack["against"]) == ("shop", "awsdeck.out")
    assert [change["logical_id"] for change in stack["resources"]] == ["Orders"]


def test_a_stack_that_is_gone_from_the_deck_is_shown(project: Project) -> None:
    project.run("synth")
    edit(project, '"shop"', '"store"')
    answer = project.run("diff", "--against", "awsdeck.out")
    assert "- Orders" in answer.out
    assert "+ Orders" in answer.out


def test_an_older_revision_is_synthesized_and_compared(project: Project) -> None:
    for words in (
        ["init", "-q"],
        ["add", "deck.py"],
        ["-c", "user.email=a@b", "-c", "user.name=n", "commit", "-qm", "one"],
    ):
        subprocess.run(["git", *words], cwd=project.folder, check=True)
    edit(project, "DelaySeconds=5", "DelaySeconds=6")
    answer = project.run("diff", "--against", "HEAD", "--exit-code")
    assert answer.code == 2, answer.err
    assert "shop against revision HEAD" in answer.out
    assert "~ DelaySeconds: 5 -> 6" in answer.out
    assert not (project.folder / "awsdeck.out").exists()
    answer = project.run("diff", "--against", "nothing-of-the-kind")
    assert answer.code == 4
    assert "neither a file nor a git revision" in answer.err


def test_two_templates_are_compared_without_a_deck(empty: Project) -> None:
    empty.write("old.yaml", "Resources: {Q: {Type: AWS::SQS::Queue}}")
    empty.write("new.json", '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1}}}}')
    assert "+ DelaySeconds: 1" in empty.run("diff", "new.json", "--against", "old.yaml").out
    assert empty.run("diff", "new.json").code == 4
    assert empty.run("diff", "new.json", "--against", "deck.py").code == 4


def test_a_stack_that_is_not_there_is_told(project: Project) -> None:
    answer = project.run("diff", "shp", "--against", "HEAD")
    assert answer.code == 4
    assert "did you mean shop?" in answer.err
