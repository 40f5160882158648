"""Where a finding stands inside a text: names in `Fn::Sub`, values of JSON that is written as text."""

from __future__ import annotations

import json
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsdeck.lint import lint
from awsdeck.lint.files import spot
from awsdeck.template import loads


def places(text: str, rule: str, file: str = "t.yaml") -> list[str]:
    """What stands at the places of a rule's findings, to the end of the word."""
    template = loads(dedent(text).lstrip("\n"), file=file)
    found = [finding for finding in lint(template) if finding.rule == rule]
    assert found
    shown = []
    for finding in found:
        assert finding.line is not None
        assert finding.column is not None
        shown.append(template.source_line(finding.line)[finding.column - 1 :].split(" ")[0].rstrip(",\"'}]\\"))
    return shown


SUBS = {
    "plain": "!Sub ${Here} and ${Missing}",
    "quoted": '!Sub "${Here} \\t and ${Missing}"',
    "single": "!Sub '${Here} and ''it'' ${Missing}'",
    "literal": "!Sub |\n        ${Here}\n\n          and ${Missing} x",
    "literal, kept": "!Sub |+\n        ${Here}\n        and ${Missing}\n\n",
    "literal, with its indentation": "!Sub |2\n           ${Here}\n           and ${Missing}",
    "folded": "!Sub >-\n        ${Here}\n        and\n        ${Missing} x",
    "over lines": "!Sub ${Here}\n        and\n        ${Missing} x",
    "with names": "!Sub\n        - a ${V} ${Missing}\n        - {V: !Ref Here}",
    "long form": "\n        Fn::Sub: |\n          ${Here}\n          ${Missing}",
    "in a join": "!Join ['-', [a, !Sub 'x ${Missing}']]",
}


@pytest.mark.parametrize("form", SUBS)
def test_a_name_in_a_sub_is_pointed_at_in_yaml(form: str) -> None:
    text = f"""
Parameters: {{Here: {{Type: String}}}}
Resources:
  T:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: {SUBS[form]}
      TopicName: !Ref Here
"""
    assert places(text, "XSV001") == ["${Missing"]


def test_a_name_in_a_sub_is_pointed_at_in_json() -> None:
    body = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {
        "DisplayName": {"Fn::Sub": 'a "quoted"\n\u00e9\U0001f600 \\ ${Missing}'}}}}}  # fmt: skip
    for ascii_only in (True, False):
        assert places(json.dumps(body, ensure_ascii=ascii_only), "XSV001", "t.json") == ["${Missing"]


def test_the_second_of_two_equal_names_is_not_taken_for_another() -> None:
    text = """
      Resources:
        T:
          Type: AWS::SNS::Topic
          Properties:
            DisplayName: !Sub "${Missings} ${Missing}"
      """
    assert sorted(places(text, "XSV001")) == ["${Missing", "${Missings"]


POLICY = """
Resources:
  P:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyName: p
      PolicyDocument: {text}
"""
STATEMENT = '{"Version": "2012-10-17", "Statement": [{"Effect": "Alow", "Action": "logs:Put*", "Principal": "*", "Resource": "*"}]}'


@pytest.mark.parametrize(
    "text",
    [
        f"'{STATEMENT}'",
        json.dumps(STATEMENT),
        "|\n        " + STATEMENT.replace("[", "\n          [\n        "),
        ">\n        " + STATEMENT.replace("[", "\n          [\n        "),
    ],
)
def test_a_value_of_a_policy_that_is_text_is_pointed_at(text: str) -> None:
    (shown,) = places(POLICY.replace("{text}", text), "IAM023")
    assert shown.strip('\\"') == "Alow"


def test_a_state_and_a_widget_in_text_are_pointed_at() -> None:
    states = """
      Resources:
        M:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            RoleArn: arn:aws:iam::123456789012:role/r
            DefinitionString: !Sub |
              {"StartAt": "A", "States": {
                "A": {"Type": "Task", "Resource": "${AWS::Region}", "Next": "Nobody"},
                "B": {"Type": "Tusk"}}}
        D:
          Type: AWS::CloudWatch::Dashboard
          Properties:
            DashboardBody: |
              {"widgets": [
                {"type": "text", "properties": {"markdown": "a"}},
                {"type": "texd", "properties": {"markdown": "a"}}]}
      """
    assert '"Nobody' in places(states, "SFN002")
    assert places(states, "CWA012") == ['"texd']


def test_text_that_is_no_json_is_pointed_at_where_it_breaks() -> None:
    text = """
      Resources:
        D:
          Type: AWS::CloudWatch::Dashboard
          Properties:
            DashboardBody: |
              {"widgets": [
                {"type": text}]}
      """
    assert places(text, "TPL003") == ["text"]


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0\x85\u2028\u2029\ufeff"), max_size=30),
    st.sampled_from(["json", "plain"]),
)
def test_whatever_stands_before_a_name_its_place_in_json_is_right(before: str, form: str) -> None:
    value = before.replace("${", "") + "${Missing}"
    text = json.dumps({"a": {"Fn::Sub": value}}, ensure_ascii=form == "json")
    place = spot(loads(text, file="t.json"), ("a", "Fn::Sub"), "${Missing}")
    assert place is not None
    assert place.column is not None
    assert text[place.column - 1 :].startswith("${Missing}")


@given(st.lists(st.text("ab $", max_size=6), max_size=6))
def test_whatever_lines_stand_before_a_name_its_place_in_a_block_is_right(lines: list[str]) -> None:
    block = "\n".join(f"    {line}" for line in ["x", *lines, "${Missing}"])
    text = f"a:\n  Fn::Sub: |\n{block}\n"
    template: Any = loads(text, file="t.yaml")
    place = spot(template, ("a", "Fn::Sub"), "${Missing}")
    assert place is not None
    assert (place.line, place.column) == (4 + len(lines), 5)
