"""`awsdeck diff` against files, folders, revisions and what is deployed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.cli.context import Context
from awsdeck.cli.updates import deployed_templates, update_findings
from awsdeck.deploy.records import ResourceRecord, StackRecord
from awsdeck.diff.nested import Whole, inner_pairs

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


NESTED = """
from awsdeck import App, DynamoDBTable, LocalIndex, Stack
from awsdeck.nested import NestedStack

app = App()
shop = Stack(app, "shop", region="eu-west-1")
net = NestedStack(shop, "Net")
DynamoDBTable(NestedStack(net, "Deep"), "T", partition_key="id", sort_key="at")
DynamoDBTable(net, "T", partition_key="id", sort_key="at")
app.synth()
"""


@pytest.mark.parametrize("against", ["folder", "revision"])
def test_what_changes_in_nested_stacks_is_shown_with_the_rules_it_breaks(empty: Project, against: str) -> None:
    empty.write("deck.py", NESTED)
    words = ("diff", "--against", "awsdeck.out")
    if against == "folder":
        assert empty.run("synth").code == 0
    else:
        who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        for command in (("init", "-q"), ("add", "deck.py"), (*who, "commit", "-qm", "x")):
            subprocess.run(["git", *command], cwd=empty.folder, check=True)
        words = ("diff", "--against", "HEAD")
    edit(empty, 'sort_key="at")\nDyn', 'sort_key="at", local_indexes=[LocalIndex("by-x", sort_key="x")])\nDyn')
    answer = empty.run(*words)
    assert "shop/Net/Deep, nested" in answer.out
    assert "T  AWS::DynamoDB::Table" in answer.out
    assert "LocalSecondaryIndexes" in answer.out
    assert "UPD006" in answer.out + answer.err
    assert "in Net/Deep: " in answer.out + answer.err
    assert "shop/Net, nested" in answer.out
    data = empty.run(*words, "--output", "json").data
    assert [stack["stack"] for stack in data["stacks"]] == ["shop", "shop/Net", "shop/Net/Deep"]
    rules = {(finding["rule"], finding["line"]) for finding in data["stacks"][0]["findings"]}
    assert ("UPD006", 6) in rules


def nest(url: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}, **more}


def test_nested_stacks_are_paired_where_both_sides_are_known() -> None:
    one, other = Whole({"Resources": {"A": {}}}), Whole({"Resources": {"B": {}}})
    old = Whole(
        {
            "Resources": {
                "Same": nest("1"),
                "Gone": nest("1"),
                "Kept": nest("1", DeletionPolicy="Retain"),
                "Far": nest("1"),
            }
        },
        {"Same": one, "Gone": one, "Kept": one},
    )
    new = Whole(
        {"Resources": {"Same": nest("2"), "Fresh": nest("2"), "Far": nest("2")}},
        {"Same": other, "Fresh": other, "Far": other},
    )
    pairs = {path: (was, now) for path, was, now in inner_pairs(old, new)}
    assert pairs == {"Fresh": (None, other), "Gone": (one, {"Resources": {}}), "Same": (one, other)}
    assert [path for path, _, _ in inner_pairs({"Resources": {"Same": nest("1")}}, new)] == ["Far", "Fresh"]
    assert [path for path, _, _ in inner_pairs(None, new)] == ["Far", "Fresh", "Same"]


class Cloud:
    """A CloudFormation that has one stack, with one nested in it."""

    region = "eu-west-1"

    def __init__(self, templates: dict[str, dict[str, Any]]) -> None:
        self.templates = templates

    def of(self, artifact: StackArtifact) -> Cloud:
        return self

    def cloudformation(self, region: str | None) -> Cloud:
        return self

    def stack(self, name: str) -> StackRecord:
        return StackRecord(name, name, "UPDATE_COMPLETE")

    def template(self, stack_id: str) -> dict[str, Any]:
        return self.templates[stack_id]

    def resources(self, stack_id: str) -> list[ResourceRecord]:
        assert stack_id == "shop"  # what has no nested stack is not asked for its resources
        gone = ResourceRecord("Net", "old", "AWS::CloudFormation::Stack", "DELETE_COMPLETE", "")
        return [gone, ResourceRecord("Net", "net", "AWS::CloudFormation::Stack", "CREATE_COMPLETE", "")]


def test_what_is_deployed_includes_nested_stacks(tmp_path: Path) -> None:
    def queue(fifo: bool) -> dict[str, Any]:
        return {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True} if fifo else {}}}}

    file = tmp_path / "new.template.json"
    file.write_text(json.dumps(queue(True)))
    artifact = StackArtifact(
        "shop", {"Resources": {"Net": nest("https://x/awsdeck/new.template.json")}},
        assets=[{"key": "awsdeck/new.template.json"}], files={"awsdeck/new.template.json": lambda: str(file)},
        origins={"Net": Origin("shop/Net", "deck.py", 6)},
    )  # fmt: skip
    cloud: Any = Cloud({"shop": {"Resources": {"Net": nest("https://x/old")}}, "net": queue(False)})
    before = deployed_templates(cloud, Assembly([artifact]), ["shop"])["shop"]
    findings = update_findings(Context({}), artifact, before)
    assert {finding.rule for finding in findings} >= {"UPD011"}
    assert {(finding.stack, finding.construct, finding.file, finding.line) for finding in findings} == {
        ("shop/Net", "shop/Net", "deck.py", 6)
    }
    assert all(finding.message.startswith("in Net: ") for finding in findings)
