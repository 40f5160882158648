"""The forms of a report: SARIF, JUnit, GitHub annotations, several at once, and the baseline."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator

if TYPE_CHECKING:
    from .conftest import Project

QUEUES = """
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 1000
  Quiet:
    Type: AWS::SQS::Queue
    Metadata:
      awsdeck:
        ignore:
          - {rule: SQS004, reason: "a very, very slow queue: 100 %"}
    Properties:
      DelaySeconds: 2000
"""
PUBLISHED = Path(__file__).parent.parent / "lint" / "published"
SARIF = json.loads((PUBLISHED / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def sarif(text: str) -> Any:
    data = json.loads(text)
    Draft4Validator(SARIF).validate(data)
    return data["runs"][0]


def test_sarif_has_rules_places_and_suppressions(empty: Project) -> None:
    empty.write("my queues.yaml", QUEUES)
    answer = empty.run("lint", "my queues.yaml", "--format", "sarif")
    assert answer.code == 4
    assert answer.err == ""
    run = sarif(answer.out)
    found, quiet = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert rules[found["ruleIndex"]]["id"] == found["ruleId"] == "SQS004"
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20queues.yaml", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 5, "startColumn": 21}
    assert quiet["suppressions"] == [{"kind": "inSource", "justification": "a very, very slow queue: 100 %"}]
    assert "suppressions" not in found


def test_sarif_of_every_kind_of_finding_follows_the_published_schema(empty: Project) -> None:
    empty.write("broken.yaml", "Resources: [")
    empty.write("binary.yaml", "\0")
    empty.write(
        "ring.yaml",
        """
        Resources:
          A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref B}}
          B: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${A} ${Nobody}"}}
          C: {Type: AWS::SQS::Queue, Metadata: {awsdeck: {ignore: [SQS004, {rule: SQS001, reason: none}]}}}
        """,
    )
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import sqs

        app = App()
        sqs.Queue(Stack(app, "shop"), "Q", DelaySeconds=901)
        app.synth()
        """,
    )
    words = ("broken.yaml", "binary.yaml", "ring.yaml", "deck.py", "nowhere.yaml", str(empty.folder / "ring.yaml"))
    run = sarif(empty.run("lint", *words, "--format", "sarif", "--severity", "info", "--pack", "security").out)
    found = {result["ruleId"] for result in run["results"]}
    assert {"LNT001", "LNT002", "LNT003", "SQS004", "XSV001", "XSV002"} <= found
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note"}


def test_sarif_without_any_finding_is_a_run_too(empty: Project) -> None:
    empty.write("a.yaml", "Resources:\n  T:\n    Type: AWS::SNS::Topic\n")
    assert sarif(empty.run("lint", "a.yaml", "--format", "sarif").out)["results"] == []


def test_a_fingerprint_outlives_lines_that_come_before(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    first = sarif(empty.run("lint", "a.yaml", "--format", "sarif").out)["results"]
    empty.write("a.yaml", "# a word before\n" + QUEUES)
    second = sarif(empty.run("lint", "a.yaml", "--format", "sarif").out)["results"]
    assert [one["partialFingerprints"] for one in first] == [one["partialFingerprints"] for one in second]
    assert first[0]["locations"] != second[0]["locations"]


def test_junit_has_a_suite_for_each_file_also_for_one_that_is_right(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    empty.write("b.yaml", "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n")
    answer = empty.run("lint", "a.yaml", "b.yaml", "--format", "junit", "--ignore", "SNS")
    top = ET.fromstring(answer.out)
    bad, good = top.findall("testsuite")
    assert (top.get("tests"), top.get("failures")) == ("3", "1")
    assert (bad.get("name"), bad.get("failures"), bad.get("skipped")) == ("a.yaml", "1", "1")
    failure = bad.find("testcase/failure")
    assert failure is not None
    assert failure.get("type") == "error"
    assert "a.yaml:5:21" in (failure.text or "")
    assert [case.get("name") for case in good] == ["no findings"]


def test_github_marks_the_line_and_escapes_what_would_end_the_command(empty: Project) -> None:
    empty.write("a,b.yaml", QUEUES)
    answer = empty.run("lint", "a,b.yaml", "--format", "github")
    (line,) = answer.out.splitlines()
    assert line.startswith("::error file=a%2Cb.yaml,line=5,col=21,title=awsdeck SQS004::")
    assert "%0Aallowed: 0 to 900" in line


def test_several_forms_go_to_several_places_in_one_run(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    words = ("--format", "text", "--format", "sarif=out.sarif", "--format", "junit=out.xml,json=out.json")
    answer = empty.run("lint", "a.yaml", *words)
    assert answer.out.splitlines()[0] == "a.yaml"
    sarif((empty.folder / "out.sarif").read_text(encoding="utf-8"))
    assert (empty.folder / "out.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert json.loads((empty.folder / "out.json").read_text(encoding="utf-8"))["summary"]["suppressed"] == 1


def test_a_form_that_does_not_exist_or_cannot_be_written_is_one_message(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    unknown = empty.run("lint", "a.yaml", "--format", "xml")
    assert unknown.code == 4
    assert "text, json, sarif, junit, github" in unknown.err
    twice = empty.run("lint", "a.yaml", "--format", "json", "--format", "github")
    assert "standard output takes one format" in twice.err + twice.out
    nowhere = empty.run("lint", "a.yaml", "--format", "sarif=no/such/folder/out.sarif")
    assert nowhere.code == 4
    assert "cannot write no/such/folder/out.sarif" in nowhere.err


def test_a_baseline_lets_only_new_findings_count(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    assert empty.run("lint", "a.yaml", "--baseline", "known.json", "--update-baseline").code == 0
    quiet = empty.run("lint", "a.yaml", "--baseline", "known.json")
    assert quiet.code == 0
    assert "1 in the baseline" in quiet.out
    empty.write(
        "a.yaml", "# moved\n" + QUEUES + "  New:\n    Type: AWS::SQS::Queue\n    Properties: {DelaySeconds: 901}\n"
    )
    fresh = empty.run("lint", "a.yaml", "--baseline", "known.json")
    assert fresh.code == 4
    assert "in New (AWS::SQS::Queue)" in fresh.out
    assert "in Orders" not in fresh.out


def test_what_a_baseline_knows_and_nobody_finds_any_more_is_told(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    empty.run("lint", "a.yaml", "--baseline", "known.json", "--update-baseline")
    empty.write("a.yaml", QUEUES.replace("1000", "900"))
    answer = empty.run("lint", "a.yaml", "--baseline", "known.json")
    assert "1 of its findings are gone" in answer.err


def test_a_baseline_in_the_configuration_counts_for_every_run(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    empty.write("awsdeck.toml", '[lint]\nbaseline = "known.json"\n')
    assert empty.run("lint", "a.yaml", "--update-baseline").code == 0
    assert empty.run("lint", "a.yaml").code == 0


def test_a_baseline_that_is_missing_or_none_is_one_message(empty: Project) -> None:
    empty.write("a.yaml", QUEUES)
    missing = empty.run("lint", "a.yaml", "--baseline", "known.json")
    assert missing.code == 4
    assert "--update-baseline" in missing.err
    for text in ("{", "[]", '{"version": 1, "findings": [{"rule": 3}]}', '{"version": 9, "findings": []}'):
        empty.write("known.json", text)
        wrong = empty.run("lint", "a.yaml", "--baseline", "known.json")
        assert wrong.code == 4
        assert "baseline" in wrong.err
        assert "Traceback" not in wrong.err


def test_a_file_that_cannot_be_read_does_not_hide_in_a_baseline(empty: Project) -> None:
    empty.write("a.yaml", "Resources: [")
    answer = empty.run("lint", "a.yaml", "--baseline", "known.json", "--update-baseline")
    assert answer.code == 4
    assert not (empty.folder / "known.json").exists()
