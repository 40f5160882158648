from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, Rule, View, check_graph, check_resource, find, registry
from awsdeck.rules.vocabulary import Between, EndsWith, Is, Length, Limit, Present, Unset, Violation
from awsdeck.template import Template

QUEUE = "AWS::SQS::Queue"
TAKE = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [TAKE]}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}


def construct(type: str, properties: dict[str, Any], **attributes: Any) -> list[Finding]:
    return check_resource(View("It", type, {"Type": type, "Properties": properties, **attributes}))


def lint(
    properties: dict[str, Any], type: str = QUEUE, known: dict[str, Any] | None = None, **sections: Any
) -> list[Finding]:
    data = {"Resources": {"It": {"Type": type, "Properties": properties}}, **sections}
    graph = Graph()
    graph.add(Template.from_dict(data), **(known or {}))
    return [finding for view in graph for finding in check_resource(view)]


def rule_ids(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings if finding.severity != "info"}


@pytest.fixture
def try_rule(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs one made-up rule on a made-up type."""

    def run(properties: dict[str, Any], mode: Any = "documented", **words: Any) -> list[Finding]:
        rule = Rule("TRY001", "Try::It::Out", "error", "wrong", source="here", good={}, bad={}, **words)
        monkeypatch.setattr(registry, "plan", lambda *_: registry.Plan([rule]))
        return check_resource(View("It", "Try::It::Out", {"Properties": properties}, mode=mode))

    return run


def test_one_cause_gives_one_finding() -> None:
    assert rule_ids(construct(QUEUE, {"VisibilityTimeout": "soon"})) == {"XSV018"}
    assert rule_ids(construct(QUEUE, {"VisibilityTimeout": 50_000})) == {"SQS002"}
    role = {"MaxSessionDuration": 5, "AssumeRolePolicyDocument": TRUST}
    assert rule_ids(construct("AWS::IAM::Role", role)) == {"IAM012"}


def test_a_missing_property_says_nothing_of_the_others() -> None:
    assert rule_ids(construct("AWS::IAM::Role", {"MaxSessionDuration": 5})) == {"IAM012", "XSV018"}


def test_a_missing_part_does_not_hide_what_is_wrong_beside_it() -> None:
    policy = {"PolicyDocument": {"Version": "2012-10-18", "Statement": [READ]}}
    findings = construct("AWS::IAM::Role", {"AssumeRolePolicyDocument": TRUST, "Policies": [policy]})
    assert rule_ids(findings) == {"IAM006", "XSV018"}


def test_a_rule_goes_before_the_schemas_list_of_choices() -> None:
    findings = construct("AWS::IAM::Policy", {"PolicyName": "p", "PolicyDocument": {**TRUST, "Statement": [READ]}})
    assert rule_ids(findings) == {"IAM011"}


def test_the_finding_carries_place_source_and_what_is_allowed() -> None:
    (finding,) = (f for f in lint({"VisibilityTimeout": 50_000}) if f.rule == "SQS002")
    assert finding.path == ("Resources", "It", "Properties", "VisibilityTimeout")
    assert finding.stack == "template"
    assert (finding.resource, finding.type) == ("It", QUEUE)
    assert "0 to 43,200" in (finding.allowed or "")
    assert "50,000" in finding.message
    assert finding.source


def test_numbers_and_booleans_are_as_lenient_as_cloudformation() -> None:
    assert not rule_ids(construct(QUEUE, {"VisibilityTimeout": "30", "FifoQueue": "true", "QueueName": "a.fifo"}))
    assert "SQS002" in rule_ids(construct(QUEUE, {"VisibilityTimeout": "50000"}))


def test_what_is_only_known_at_deploy_time_is_never_a_finding() -> None:
    for value in ({"Ref": "P"}, {"Fn::ImportValue": "x"}, {"Fn::GetAtt": ["A", "B"]}, "{{resolve:ssm:x}}"):
        assert not rule_ids(construct(QUEUE, {"VisibilityTimeout": value}))


def test_no_value_is_an_absent_property() -> None:
    assert not rule_ids(construct(QUEUE, {"VisibilityTimeout": {"Ref": "AWS::NoValue"}}))
    assert not rule_ids(lint({"VisibilityTimeout": {"Ref": "AWS::NoValue"}}))


def test_both_branches_of_an_if_are_checked_each_for_itself() -> None:
    big = {"Big": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}}
    findings = lint({"VisibilityTimeout": {"Fn::If": ["Big", 50_000, 60_000]}}, Conditions=big)
    places = {finding.path[4:] for finding in findings if finding.rule == "SQS002"}
    assert places == {("Fn::If", 1), ("Fn::If", 2)}


def test_branches_of_one_condition_belong_together() -> None:
    properties = {
        "FifoQueue": {"Fn::If": ["Fifo", True, {"Ref": "AWS::NoValue"}]},
        "QueueName": {"Fn::If": ["Fifo", "orders.fifo", "orders"]},
    }
    assert not rule_ids(construct(QUEUE, properties))
    properties["QueueName"] = {"Fn::If": ["Fifo", "orders", "orders.fifo"]}
    assert rule_ids(construct(QUEUE, properties))


def test_a_resource_that_never_exists_is_not_checked() -> None:
    data = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {"It": {"Type": QUEUE, "Condition": "Prod", "Properties": {"VisibilityTimeout": 50_000}}},
    }
    for stage, expected in (("prod", {"SQS002"}), ("test", set())):
        graph = Graph()
        graph.add(Template.from_dict(data), parameters={"Stage": stage})
        findings = [finding for view in graph for finding in check_resource(view) if finding.rule == "SQS002"]
        assert rule_ids(findings) == expected


def test_a_branch_that_the_resources_own_condition_rules_out_is_not_checked() -> None:
    properties = {"VisibilityTimeout": {"Fn::If": ["Prod", 30, 50_000]}}
    data = {
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}},
        "Resources": {"It": {"Type": QUEUE, "Condition": "Prod", "Properties": properties}},
    }
    graph = Graph()
    graph.add(Template.from_dict(data))
    assert not any(finding.rule == "SQS002" for view in graph for finding in check_resource(view))


def test_properties_that_a_macro_makes_are_not_guessed() -> None:
    macro = {"Fn::Transform": {"Name": "Mine"}}
    for properties in (macro, {"FifoQueue": True, **macro}):
        assert not rule_ids(lint(properties)) - {"XSV018"}


def test_items_that_fall_away_do_not_shift_the_place() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [{"Ref": "AWS::NoValue"}, {**statement, "Principal": "*"}]}
    (finding,) = (f for f in lint({"PolicyDocument": document}, "AWS::IAM::ManagedPolicy") if f.rule == "IAM005")
    assert finding.path[3:] == ("PolicyDocument", "Statement", 1, "Principal")


def test_a_known_parameter_is_checked_like_a_literal() -> None:
    timeout: dict[str, Any] = {"Parameters": {"T": {"Type": "Number", "Default": 50_000}}}
    assert not rule_ids(lint({"VisibilityTimeout": {"Ref": "T"}}, **timeout))
    assert "SQS002" in rule_ids(lint({"VisibilityTimeout": {"Ref": "T"}}, known={"use_defaults": True}, **timeout))
    known = {"parameters": {"T": 43_201}}
    assert "SQS002" in rule_ids(lint({"VisibilityTimeout": {"Ref": "T"}}, known=known, **timeout))


def test_skipped_rules_do_not_speak() -> None:
    view = View("It", QUEUE, {"Type": QUEUE, "Properties": {"VisibilityTimeout": 50_000, "Nothing": 1}})
    assert rule_ids(check_resource(view, skip={"SQS002"})) == {"XSV018"}
    assert "SQS002" in rule_ids(check_resource(view, skip={"XSV018"}))


def test_an_error_of_the_documented_limits_says_what_aws_allows_today(try_rule: Any) -> None:
    size = {"then": {"Size": Between(1, Limit(5, 15, "2026-10"), "GiB")}}
    (finding,) = try_rule({"Size": 10}, **size)
    assert "1 to 15 GiB since 2026-10" in finding.message
    assert "limits='current'" in finding.message
    (finding,) = try_rule({"Size": 20}, **size)
    assert "limits" not in finding.message
    assert try_rule({"Size": 10}, "current", **size) == []


def test_words_of_a_fix_are_filled_from_the_properties(try_rule: Any) -> None:
    (finding,) = try_rule({"Name": "orders"}, then={"Name": EndsWith(".fifo")}, fix="call it {Name}.fifo")
    assert finding.fix == "call it orders.fifo"
    assert finding.message == "wrong; Name is orders"


def test_what_a_user_wrote_is_never_read_as_a_word_to_fill(try_rule: Any) -> None:
    def check(view: View) -> list[Violation]:
        return [Violation(("Name",), message="no", value="${AWS::Region} {id} {0!r:>}")]

    (finding,) = try_rule({"Name": "x"}, check=check)
    assert finding.message == "no; Name is ${AWS::Region} {id} {0!r:>}"


@pytest.mark.parametrize(
    ("properties", "words", "speaks"),
    [
        ({"A": {"Ref": "X"}}, {"then": {"A/B": Unset()}}, False),
        ({"A": {"B": {"Ref": "X"}}}, {"then": {"A/B": Unset()}}, True),
        ({"A": {"Ref": "X"}}, {"then": {"A/B": Present()}}, False),
        ({"A": {}}, {"then": {"A/B": Present()}}, True),
        ({}, {"then": {"A/B": Present()}}, True),
        ({"A": [{"B": 1}, {}]}, {"then": {"A/*/B": Present()}}, True),
        ({"A": [{"B": 1}, {"Ref": "X"}]}, {"then": {"A/*/B": Present()}}, False),
        ({}, {"then": {"A/*/B": Present()}}, False),
        ({"A": None}, {"then": {"A": Between(1, 2)}}, False),
        ({"A": "1_0"}, {"then": {"A": Between(5, 20)}}, True),
        ({"A": " 10 "}, {"then": {"A": Between(5, 20)}}, False),
        ({"A": "nan"}, {"then": {"A": Between(5, 20)}}, True),
        ({"A": 1.5}, {"then": {"A": Between(1, 2)}}, True),
        ({"A": True}, {"then": {"A": Is("true")}}, False),
        ({"A": [{"Ref": "X"}, {"Ref": "Y"}]}, {"then": {"A": Length(0, 1)}}, True),
        ({"A": [{"Fn::If": 1}, {"Ref": "Y"}]}, {"then": {"A": Length(0, 1)}}, False),
        ({"A": {"Fn::Sub": "${X}.fifo"}}, {"then": {"A": EndsWith(".fifo")}}, False),
        ({"A": {"Fn::Sub": "${X}o"}}, {"then": {"A": EndsWith(".fifo")}}, False),
        ({"A": {"Fn::Sub": "${X}-q"}}, {"then": {"A": EndsWith(".fifo")}}, True),
        ({"A": {"Fn::Join": ["", ["q", {"Ref": "X"}]]}}, {"then": {"A": EndsWith(".fifo")}}, False),
        ({"B": 1}, {"when": {"A": Is(5, default=5)}, "then": {"B": Is(2)}}, True),
        ({"B": 1}, {"when": {"A": Is(5)}, "then": {"B": Is(2)}}, False),
    ],
)
def test_a_test_speaks_only_when_it_is_certain(try_rule: Any, properties: Any, words: Any, speaks: bool) -> None:
    assert bool(try_rule(properties, **words)) is speaks


def test_the_schema_rule_is_listed_like_any_other() -> None:
    rule = find("xsv018")
    assert rule is not None
    assert rule.to_dict()["phase"] == ["construct", "template"]


def test_a_slip_in_a_type_is_an_error_and_a_new_type_a_warning() -> None:
    (typo,) = construct("AWS::SQS::Quue", {})
    assert (typo.severity, typo.fix) == ("error", "did you mean AWS::SQS::Queue?")
    (young,) = construct("AWS::Xyzzy::PlughFrobnicator", {})
    assert young.severity == "warning"
    for type in ("Custom::Mine", "AWS::Serverless::Function", "My::Own::Type::MODULE", "Acme::Service::Thing"):
        assert construct(type, {"Anything": 1}) == []


def test_findings_of_the_graph_name_their_stack() -> None:
    graph = Graph()
    for name in ("one", "two"):
        graph.add(Template.from_dict({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputt": {}}, name))
    assert {finding.stack for finding in check_graph(graph) if finding.rule == "XSV013"} == {"one", "two"}


@pytest.mark.parametrize("module", registry.ABOUT)
def test_a_module_that_waits_for_types_waits_for_those_its_rules_speak_of(module: str) -> None:
    spoken = {type for rule in registry.module_rules(module) for type in rule.types if type != "*"}
    assert spoken == {name for name in registry.ABOUT[module] if "::" in name}
    assert module in registry.TOGETHER
