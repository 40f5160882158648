"""From paths to templates: files, folders, globs, assemblies, and what cannot be read."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.lint import lint

if TYPE_CHECKING:
    from pathlib import Path

BAD = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": -1}}}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "bad.json").write_text(json.dumps(BAD))
    (tmp_path / "sub" / "bad.template").write_text(json.dumps(BAD))
    (tmp_path / "sub" / "package.json").write_text('{"name": "x"}')
    (tmp_path / "sub" / "notes.yaml").write_text("Resources: none, Fn::Sub is only mentioned\n")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "bad.json").write_text(json.dumps(BAD))
    return tmp_path


def files(*paths: str) -> list[tuple[str | None, str]]:
    return [(finding.file, finding.rule) for finding in lint(list(paths))]


def test_a_folder_gives_the_templates_in_it_and_nothing_else(folder: Path) -> None:
    assert files(".") == [("./sub/bad.json", "SQS004"), ("./sub/bad.template", "SQS004")]


def test_a_glob_gives_the_templates_that_match(folder: Path) -> None:
    assert files("**/b*.json") == [("node_modules/bad.json", "SQS004"), ("sub/bad.json", "SQS004")]
    assert [rule for _, rule in files("*.nothing")] == ["LNT001"]


def test_a_file_is_read_once(folder: Path) -> None:
    os.symlink("bad.json", folder / "sub" / "link.json")
    assert files("sub/bad.json", "sub/bad.json") == [("sub/bad.json", "SQS004")]
    assert len([file for file, _ in files("sub") if file != "sub/bad.template"]) == 1


@pytest.mark.parametrize(
    ("name", "content", "line", "says"),
    [
        ("tab.yaml", b"Resources:\n\tQ: 1\n", 2, "tab"),
        ("twice.yaml", b"Resources:\n  Q: 1\n  Q: 2\n", 3, "given twice"),
        ("cut.json", b'{"Resources": {', 1, "JSON"),
        ("empty.yaml", b"", None, "empty"),
        ("binary.json", b'{"a": "\0"}', 1, "binary"),
        ("latin.yaml", b"Description: \xe9\n", 1, "UTF-8"),
        ("list.yaml", b"- a\n", None, "list"),
        ("package.json", b'{"name": "x"}', None, "not a CloudFormation template"),
        ("bomb.yaml", b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 10)) for letter in b"bcdefgh"
        ), None, "aliases"),
        ("large.yaml", b"# " + b"x" * 11_000_000, None, "larger"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_finding_and_the_others_are_linted(
    folder: Path, name: str, content: bytes, line: int | None, says: str
) -> None:
    (folder / name).write_bytes(content)
    unreadable, bad = sorted(lint([name, "sub/bad.json"]), key=lambda finding: finding.rule)
    assert (unreadable.rule, unreadable.severity, unreadable.file) == ("LNT001", "error", name)
    assert says in unreadable.message
    assert line is None or unreadable.line == line
    assert (bad.rule, bad.file) == ("SQS004", "sub/bad.json")


def test_a_missing_file_and_one_without_permission_are_findings(folder: Path) -> None:
    assert files("nothing.json") == [("nothing.json", "LNT001")]
    if os.geteuid() != 0:
        os.chmod(folder / "sub" / "bad.json", 0)
        assert ("sub/bad.json", "LNT001") in files("sub")


def test_a_broken_template_of_a_folder_is_told_and_other_broken_files_are_not(folder: Path) -> None:
    (folder / "broken.yaml").write_text("Resources:\n\tQ: {Type: AWS::SQS::Queue}\n")
    (folder / "chart.yaml").write_text("a: {{ helm }}\n\tb")
    assert files(".")[0] == ("./broken.yaml", "LNT001")
    assert "./chart.yaml" not in [file for file, _ in files(".")]


def assembly(folder: Path) -> None:
    origin = Origin("shop/Orders", "deck.py", 7)
    bad = StackArtifact("shop", BAD, region="eu-west-1", origins={"Q": origin})
    imports = {
        "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::ImportValue": "nothing"}}}}
    }
    Assembly([bad, StackArtifact("other", imports, region="eu-west-1")]).write(str(folder))


def test_an_assembly_is_linted_as_one_and_located_in_the_deck(folder: Path) -> None:
    assembly(folder / "awsdeck.out")
    found = lint("awsdeck.out")
    (queue,) = [finding for finding in found if finding.rule == "SQS004"]
    assert (queue.file, queue.line, queue.construct, queue.stack) == ("deck.py", 7, "shop/Orders", "shop")
    (imported,) = [finding for finding in found if finding.rule == "XSV003"]
    assert (imported.severity, imported.stack) == ("error", "other")
    assert [finding.rule for finding in lint(".") if finding.stack == "shop"] == ["SQS004"]


def test_a_damaged_assembly_is_one_finding(folder: Path) -> None:
    assembly(folder / "awsdeck.out")
    (folder / "awsdeck.out" / "shop.template.json").unlink()
    (finding,) = lint("awsdeck.out")
    assert finding.rule == "LNT001"
    assembly(folder / "awsdeck.out")
    (folder / "awsdeck.out" / "manifest.json").write_text('{"version": 1, "stacks": {"shop": {}}}')
    (finding,) = lint("awsdeck.out")
    assert (finding.rule, "damaged" in finding.message) == ("LNT001", True)


def test_a_pipe_in_a_folder_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert [one for one in lint(folder) if str(one.file).endswith("pipe.yaml")] == []
