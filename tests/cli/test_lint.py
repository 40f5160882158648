"""`awsdeck lint` and `explain` as people and programs see them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from awsdeck.cli import context
from awsdeck.errors import InputError
from awsdeck.lint.report import excerpt

if TYPE_CHECKING:
    from .conftest import Project

QUEUE = """
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 1000
"""


def test_text_has_the_line_a_mark_and_what_to_do(empty: Project) -> None:
    empty.write("queue.yaml", QUEUE)
    answer = empty.run("lint", "queue.yaml")
    assert answer.code == 4
    lines = answer.out.splitlines()
    assert lines[0] == "queue.yaml"
    assert lines[1].startswith("  5:21  error SQS004 ")
    assert lines[2] == "     5 |       DelaySeconds: 1000"
    assert lines[3] == "       |                     ^^^^"
    assert "      in Orders (AWS::SQS::Queue), DelaySeconds" in lines
    assert any(line.startswith("      allowed: 0 to 900") for line in lines)
    assert lines[-1] == "1 error in 1 template, 1 resource"


def test_json_is_in_the_shape_of_its_schema(empty: Project) -> None:
    from jsonschema import Draft202012Validator

    from awsdeck.catalog.store import SCHEMAS

    empty.write("queue.yaml", QUEUE)
    empty.write("broken.json", "{")
    answer = empty.run("lint", "queue.yaml", "broken.json", "--format", "json")
    assert answer.code == 4
    assert answer.err == ""
    with open(f"{SCHEMAS}/finding.schema.json", encoding="utf-8") as file:
        Draft202012Validator(json.load(file)).validate(answer.data)
    assert [(item["rule"], item["file"], item["line"]) for item in answer.data["findings"]] == [
        ("LNT001", "broken.json", 1),
        ("SQS004", "queue.yaml", 5),
    ]
    assert answer.data["summary"] == {
        "errors": 2, "warnings": 0, "info": 0, "suppressed": 0, "templates": 1, "resources": 1,
    }  # fmt: skip


def test_a_template_comes_through_standard_input_with_its_lines(empty: Project) -> None:
    path = empty.write("queue.yaml", QUEUE)
    with path.open() as text:
        answer = empty.call("lint", "-", stdin=text)
    assert answer.code == 4
    assert "     5 |       DelaySeconds: 1000" in answer.out


def test_without_a_path_the_deck_is_linted(project: Project) -> None:
    answer = project.run("lint", "--format", "json", "--severity", "info")
    assert answer.code == 0
    assert ("deck.py", "shop/Orders") in {(item["file"], item["construct"]) for item in answer.data["findings"]}
    assert answer.data["summary"]["resources"] == 2


def test_a_deck_that_does_not_run_is_a_finding_and_the_rest_is_linted(empty: Project) -> None:
    empty.write("deck.py", "1 / 0\n")
    empty.write("queue.yaml", QUEUE)
    answer = empty.run("lint", "deck.py", "queue.yaml", "--output", "json")
    assert [(item["rule"], item["line"]) for item in answer.data["findings"]] == [("LNT001", 1), ("SQS004", 5)]
    assert "ZeroDivisionError" in answer.data["findings"][0]["message"]


def test_limits_decide_what_is_an_error(empty: Project) -> None:
    empty.write("deck.py", "from awsdeck import App, Stack\napp = App()\nStack(app, 's')\n")
    volume = {
        "Type": "AWS::EC2::Volume",
        "Properties": {"Size": 100, "AvailabilityZone": "eu-west-1a", "VolumeType": "gp3"},
    }
    empty.write("volume.json", json.dumps({"Resources": {"V": volume}}))
    assert empty.run("lint", "volume.json", "--limits", "current").code == 0


def test_parameters_make_values_known(empty: Project) -> None:
    empty.write(
        "t.yaml",
        """
        Parameters:
          Delay: {Type: Number}
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: !Ref Delay
        """,
    )
    assert empty.run("lint", "t.yaml").code == 0
    for name, text in (
        ("p.json", '{"Delay": 1000}'),
        ("p.json", '[{"ParameterKey": "Delay", "ParameterValue": "1000"}]'),
        ("p.yaml", "Parameters: {Delay: 1000}"),
        ("p.toml", "Delay = 1000"),
    ):
        empty.write(name, text)
        assert empty.run("lint", "t.yaml", "--parameters", name).code == 4, name


@pytest.mark.parametrize("text", ["[1]", "{", '{"A": {"B": 1}}', ""])
def test_a_parameters_file_that_is_none_is_told(empty: Project, text: str) -> None:
    empty.write("p.json", text)
    with pytest.raises(InputError):
        context.parameters_file("p.json")


def test_a_selector_that_no_rule_begins_with_is_told(empty: Project) -> None:
    empty.write("queue.yaml", QUEUE)
    answer = empty.run("lint", "queue.yaml", "--ignore", "SQX")
    assert answer.code == 4
    assert "did you mean SQS" in answer.err


def test_a_folder_without_templates_is_told(empty: Project) -> None:
    empty.write("d/package.json", '{"name": "x"}')
    answer = empty.run("lint", "d")
    assert answer.code == 4
    assert "no template in d" in answer.err


def test_colour_is_for_terminals_that_want_it(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.write("queue.yaml", QUEUE)
    assert "\x1b" not in empty.run("lint", "queue.yaml").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31;1merror\x1b[0m" in empty.run("lint", "queue.yaml").out
    assert "\x1b" not in empty.run("lint", "queue.yaml", "--no-color").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in empty.run("lint", "queue.yaml").out


def test_a_template_cannot_write_to_the_terminal(empty: Project) -> None:
    empty.write("t.json", json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"\x1b[2J": 1}}}}))
    assert "\x1b" not in empty.run("lint", "t.json").out


def test_a_long_line_is_cut_around_the_spot() -> None:
    text = "x" * 5000 + ' "spot"' + "y" * 5000
    line, mark = excerpt(text, 1, 5002, lambda text, _: text, "error")
    assert len(line) < 130
    assert line[mark.index("^") : mark.rindex("^") + 1] == '"spot"'


def test_every_rule_is_listed(empty: Project) -> None:
    from awsdeck.rules import all_rules

    rules = empty.run("lint", "--list-rules", "--format", "json").data["rules"]
    assert {rule["id"] for rule in rules} >= {rule.id for rule in all_rules()} | {"LNT001"}
    text = empty.run("lint", "--list-rules").out
    assert "SQS004  error" in text


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("sqs004", "0 to 900 seconds"),
        ("LNT002", "a suppression names its rule"),
        ("AWS::SQS::Queue", "FifoQueue"),
        ("AWS::SQS::Queue.DelaySeconds", "0 to 900"),
        ("AWS::S3::Bucket.LifecycleConfiguration.Rules.Status", "Enabled"),
    ],
)
def test_explain_tells_what_is_known(empty: Project, subject: str, shown: str) -> None:
    assert shown in empty.run("explain", subject).out
    assert empty.run("explain", subject, "--output", "json").data["version"] == 1


@pytest.mark.parametrize(
    ("subject", "meant"),
    [("SQS0004", "SQS004"), ("AWS::SQS::Queu", "AWS::SQS::Queue"), ("AWS::SQS::Queue.DelaySecond", "DelaySeconds")],
)
def test_explain_says_what_was_probably_meant(empty: Project, subject: str, meant: str) -> None:
    answer = empty.run("explain", subject)
    assert answer.code == 4
    assert f"did you mean {meant}" in answer.err


IGNORING = """
from awsdeck import App, Stack
from awsdeck.cfn import sqs
app = App()
shop = Stack(app, "shop")
other = Stack(app, "other")
shop.node.ignore("SQS011", reason="asked for")
app.node.ignore("SQS003", reason="said once for all")
dead = sqs.Queue(shop, "A", MessageRetentionPeriod=60)
sqs.Queue(shop, "B", RedrivePolicy={"deadLetterTargetArn": dead.Arn, "maxReceiveCount": 3})
holder = sqs.Queue(other, "C", QueueName="c")
holder.node.ignore("SNS001", reason="nothing of the kind", until="2999-01-01")
app.synth()
"""


def test_what_the_deck_ignores_is_not_told_of_its_assembly(empty: Project) -> None:
    empty.write("deck.py", IGNORING)
    assert empty.run("synth").code == 0
    manifest = json.loads((empty.folder / "awsdeck.out" / "manifest.json").read_text())
    assert manifest["stacks"]["shop"]["ignore"]["SQS011"] == {"reason": "asked for"}
    assert manifest["stacks"]["other"]["resources"]["C"]["ignore"] == {
        "SNS001": {"reason": "nothing of the kind", "until": "2999-01-01"}
    }
    assert "Metadata" not in (empty.folder / "awsdeck.out" / "shop.template.json").read_text()
    for path in ("deck.py", "awsdeck.out"):
        answer = empty.run("lint", path, "--output", "json")
        assert answer.code == 0, answer.out
        told = [
            (finding["rule"], finding["message"], finding.get("construct") or None)
            for finding in answer.data["findings"]
        ]
        assert sorted(told) == [
            ("LNT003", "SNS001 is suppressed and not violated", "other/C"),
            ("LNT003", "SQS003 is suppressed and not violated", None),
        ], path


def test_a_deck_that_ignores_until_a_day_that_has_passed_is_told(empty: Project) -> None:
    line = 'shop.node.ignore("SQS011", reason="asked for"'
    empty.write("deck.py", IGNORING.replace(line, line + ', until="2020-01-01"'))
    answer = empty.run("lint", "--select", "SQS011,LNT004", "--output", "json")
    assert [finding["rule"] for finding in answer.data["findings"]] == ["LNT004", "SQS011"]


def test_what_may_be_meant_otherwise_is_a_warning(empty: Project) -> None:
    empty.write(
        "t.yaml",
        """
        Resources:
          F:
            Type: AWS::Lambda::Function
            Properties: {Code: ./src, Handler: a.b, Runtime: python3.12, Role: "arn:aws:iam::123456789012:role/x"}
          Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 010}}
        """,
    )
    answer = empty.run("lint", "t.yaml")
    assert answer.code == 0
    assert "warning XSV018 Code must be an object, but is './src'; text stands here only until" in answer.out
    assert "warning LNT005 010 without quotes means the number 8" in answer.out


def test_a_folder_without_templates_beside_good_files_is_named(empty: Project) -> None:
    empty.write("good.yaml", "Resources:\n  T:\n    Type: AWS::SNS::Topic\n")
    empty.write("notes/readme.md", "nothing\n")
    answer = empty.run("lint", "good.yaml", "notes")
    assert answer.code == 4
    assert "there is no template in it" in answer.out
    assert "1 error in 1 template" in answer.out
    assert empty.run("lint", "good.yaml", "notes", "--skip-others").code == 0


def test_a_template_too_large_for_a_request_is_told_its_way(empty: Project) -> None:
    topics = {
        f"T{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a" * 90}} for number in range(390)
    }
    empty.write("t.json", json.dumps({"Resources": topics}))
    assert empty.run("lint", "t.json").code == 0
    answer = empty.run("lint", "t.json", "--severity", "info", "--select", "XSV024")
    assert "more than the 51,200" in answer.out
    empty.write("t.json", json.dumps({"Resources": topics}, indent=200))
    wide = empty.run("lint", "t.json")
    assert wide.code == 4
    assert "CloudFormation takes 1,048,576 from a bucket" in wide.out
