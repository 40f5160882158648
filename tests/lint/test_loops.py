"""Loops of AWS::LanguageExtensions: what they come to is judged, and told where it is written."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck.lint import lint
from awsdeck.lint.change import check_change
from awsdeck.template import loads

if TYPE_CHECKING:
    from awsdeck.errors import Finding

HEAD = """
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Mappings:
  Delays: {long: {a: 901, b: 5}}
Resources:
"""


def found(resources: str, *rules: str, rest: str = "", **options: Any) -> list[Finding]:
    whole = HEAD.lstrip("\n") + indent(dedent(resources).lstrip("\n"), "  ") + dedent(rest)
    findings = lint(loads(whole, file="t.yaml"), ignore=["TPL002"], **options)
    return [one for one in findings if not rules or one.rule in rules]


def at(findings: list[Finding]) -> list[tuple[str, int | None, int | None]]:
    return [(one.rule, one.line, one.column) for one in findings]


def test_every_turn_of_a_loop_is_judged_and_told_once_at_its_line() -> None:
    several = found("""
      Fn::ForEach::Queues:
        - Name
        - [A, B, C]
        - 'Queue${Name}':
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: 901
              Nope: !Ref Name
      """)
    assert at(several) == [("SQS004", 13, 25), ("XSV018", 14, 11)]
    assert several[0].path[:4] == ("Resources", "Fn::ForEach::Queues", 2, "Queue${Name}")


def test_what_only_one_turn_gets_wrong_is_found() -> None:
    (delay,) = found(
        """
      Fn::ForEach::Queues:
        - Name
        - !Ref Names
        - 'Queue${Name}':
            Type: AWS::SQS::Queue
            Properties: {DelaySeconds: !FindInMap [Delays, long, !Ref Name]}
      """,
        "SQS004",
    )
    assert delay.resource == "Queuea"


def test_resources_of_a_loop_can_be_referred_to_by_the_names_they_get() -> None:
    said = found(
        """
      Fn::ForEach::Topics:
        - Name
        - [A, B]
        - 'Topic${Name}': {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${Name}-x"}}
      Fn::ForEach::Alarms:
        - Name
        - [A, B]
        - 'Alarm${Name}':
            Type: AWS::SNS::Topic
            Properties: {DisplayName: !GetAtt ['Topic${Name}', TopicName]}
      Last: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt TopicC.TopicName}}
      """,
        "XSV001",
    )
    assert [one.message for one in said] == ["there is no resource or parameter TopicC"]


def test_a_parameter_that_may_hold_other_names_leaves_references_alone() -> None:
    text = """
      Fn::ForEach::Topics:
        - Name
        - !Ref Names
        - 'Topic${Name}': {Type: AWS::SNS::Topic}
      Last: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt Topicz.TopicName}}
      """
    assert found(text, "XSV001") == []
    assert len(found(text, "XSV001", parameters={"Names": "x,y"})) == 1
    assert found(text, "XSV001", parameters={"Names": "x,z"}) == []


def test_loops_stand_in_properties_conditions_and_outputs_and_inside_each_other() -> None:
    text = """
      Box:
        Type: AWS::SQS::Queue
        Properties:
          Fn::ForEach::Settings:
            - Setting
            - [DelaySeconds, VisibilityTimeout]
            - '${Setting}': 901
      Fn::ForEach::Outer:
        - X
        - ['1', '2']
        - Fn::ForEach::Inner:
            - Y
            - [a, b]
            - 'T${X}${Y}': {Type: AWS::SNS::Topic, Condition: 'Is${Y}'}
    """
    rest = """
      Conditions:
        Fn::ForEach::Is:
          - Y
          - [a, b]
          - 'Is${Y}': !Equals [!Ref AWS::StackName, !Ref Y]
      Outputs:
        Fn::ForEach::Arns:
          - X
          - ['1', '3']
          - 'Out${X}': {Value: !GetAtt ['T${X}a', TopicArn], Condition: Isa}
    """
    said = found(text, rest=rest)
    assert sorted({one.rule for one in said}) == ["SQS004", "XSV001"]
    assert [one.message for one in said if one.rule == "XSV001"] == ["there is no resource or parameter T3a"]


def test_an_ampersand_takes_only_letters_and_digits() -> None:
    text = """
      Fn::ForEach::Nets:
        - Block
        - ["10.0.0.0/24", "10.0.1.0/24"]
        - 'Queue%{Block}': {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Block}}
      """
    assert "TPL020" not in {one.rule for one in found(text.replace("%", "&"))}
    said = found(text.replace("%", "$"), "TPL020", "XSV013")
    assert at(said) == [("TPL020", 9, 8), ("TPL020", 9, 23)]


def test_a_loop_that_cannot_be_followed_is_left_alone() -> None:
    text = """
      Fn::ForEach::Topics:
        - Name
        - !Split [',', !ImportValue names]
        - 'Topic${Name}': {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Name, Nope: 1}}
      Last: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt TopicA.TopicName}}
      """
    assert found(text) == []


@pytest.mark.parametrize("size", [8, 400])
def test_loops_that_make_more_than_anybody_can_use_come_to_an_end(size: int) -> None:
    loop: Any = {"T${A}": {"Type": "AWS::SNS::Topic"}}
    for name in "BCDEFGH":
        loop = {f"Fn::ForEach::{name}": [name, [f"x{n}" for n in range(size)], loop]}
    data = {"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::A": ["A", ["a"], loop]}}
    assert lint(data) is not None


def test_a_suppression_inside_a_loop_is_used_when_one_turn_needs_it() -> None:
    said = found("""
      Fn::ForEach::Queues:
        - Name
        - [a, b]
        - 'Queue${Name}':
            Type: AWS::SQS::Queue
            Metadata: {awsdeck: {ignore: [{rule: SQS004, reason: slow on purpose}, {rule: SQS001, reason: nothing}]}}
            Properties: {DelaySeconds: !FindInMap [Delays, long, !Ref Name]}
      """)
    assert [one.message for one in said if one.rule == "LNT003"] == ["SQS001 is suppressed and not violated"]
    assert "SQS004" not in {one.rule for one in said}


def test_what_loops_make_counts_for_the_limits_of_a_template() -> None:
    numbers = [f"n{number}" for number in range(501)]
    loop = ["N", numbers, {"T${N}": {"Type": "AWS::SNS::Topic"}}]
    data = {"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::Topics": loop}}
    assert [one.rule for one in lint(data)] == ["XSV013"]


def test_without_the_transform_a_loop_and_its_functions_are_errors() -> None:
    data = {
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Resources": {
            "Fn::ForEach::Topics": ["N", ["a"], {"T${N}": {"Type": "AWS::SNS::Topic"}}],
            "A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::ToJsonString": {"a": 1}}}},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": {"Fn::Length": ["a"]}}},
            "C": {
                "Type": "AWS::SNS::Topic",
                "Properties": {"DisplayName": {"Fn::FindInMap": ["M", "x", "b", {"DefaultValue": "d"}]}},
            },
        },
    }
    said = [one for one in lint(data) if one.rule == "TPL004"]
    assert len(said) == 4
    assert all("needs the transform AWS::LanguageExtensions" in one.message for one in said)
    extended = lint({"Transform": "AWS::LanguageExtensions", **data})
    assert [one for one in extended if one.severity == "error"] == []


WORDS = st.sampled_from(
    [
        "Fn::ForEach::A",
        "Fn::ForEach::B",
        "Fn::ForEach",
        "T${X}",
        "T&{X}",
        "Ref",
        "Fn::Sub",
        "Type",
        "Properties",
        "X",
        "Names",
    ]
)
LEAVES = st.one_of(WORDS, st.none(), st.integers(0, 3), st.sampled_from(["AWS::SNS::Topic", "${X}", "&{X}-${Y}"]))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(WORDS, inner, max_size=3),
        st.tuples(WORDS, inner, inner).map(list),
    ),
    max_leaves=20,
)


@given(st.dictionaries(WORDS, VALUES, max_size=4), st.dictionaries(WORDS, VALUES, max_size=2))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_stands_in_a_loop_it_is_judged(resources: dict[str, Any], outputs: dict[str, Any]) -> None:
    data = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        "Resources": {"T": {"Type": "AWS::SNS::Topic"}, **resources},
        "Outputs": outputs,
    }
    for finding in lint(data, severity="info"):
        assert finding.message
        assert finding.rule


def test_a_change_of_what_a_loop_makes_is_judged_too() -> None:
    text = """
      Fn::ForEach::Tables:
        - Name
        - [A, B]
        - 'Table${Name}':
            Type: AWS::DynamoDB::Table
            DeletionPolicy: Retain
            UpdateReplacePolicy: Retain
            Properties:
              BillingMode: PAY_PER_REQUEST
              AttributeDefinitions: [{AttributeName: KEY, AttributeType: S}]
              KeySchema: [{AttributeName: KEY, KeyType: HASH}]
      """
    before, after = (
        loads(HEAD.lstrip("\n") + indent(dedent(text.replace("KEY", key)).lstrip("\n"), "  "), file="t.yaml")
        for key in ("a", "b")
    )
    assert at(check_change(before, after)) == [("UPD007", 17, 11)]
    assert check_change(before, before) == []
