"""SAM templates: left alone as they are written, and judged as SAM translates them where the translator is there."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.lint import deep, lint, serverless
from awsdeck.lint.files import Source
from awsdeck.template import loads

if TYPE_CHECKING:
    from awsdeck.errors import Finding

SHOP = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Timeout: 30
    MemorySize: {memory}
    Environment: {Variables: {TABLE: !Ref Table}}
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handle
      AutoPublishAlias: live
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
        - AmazonSQSReadOnlyAccess
      Events:
        Api: {Type: Api, Properties: {Path: /a, Method: get}}
        Queue: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 10}}
  Table:
    Type: AWS::Serverless::SimpleTable
  Queue:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: {visible}}
  Other:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !GetAtt Work.Arn, TopicName: !Ref Work.Version}
    DependsOn: WorkRole
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Work}}]
Outputs:
  Url: {Value: !Sub "https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/${Stage}"}
  Deployed: {Value: !Ref ServerlessRestApiProdStage}
  Role: {Value: !GetAtt WorkRole.Arn}
  Alias: {Value: !Ref Work.Alias}
"""


def shop(memory: int = 256, visible: int = 180) -> str:
    return SHOP.replace("{memory}", str(memory)).replace("{visible}", str(visible))


def told(text: str, **options: Any) -> list[Finding]:
    """What SAM's own view adds to what is said of a template as it is written."""
    template = loads(dedent(text).lstrip("\n"), file="t.yaml")
    return serverless.Translation(Source([template]), template).judged(lint(template, severity="info"), **options)


def errors(findings: list[Finding]) -> list[tuple[str, int | None, str | None]]:
    return [(one.rule, one.line, one.resource) for one in findings if one.severity == "error"]


def test_a_sam_template_that_is_right_is_left_alone_as_it_is_written() -> None:
    assert lint(loads(shop(), file="t.yaml")) == []


def test_without_its_transform_a_sam_resource_is_an_error() -> None:
    (finding,) = lint({"Resources": {"F": {"Type": "AWS::Serverless::SimpleTable"}}})
    assert "without its transform" in finding.message


def test_where_there_is_no_translator_that_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverless, "find_spec", lambda name: None)
    (finding,) = told(shop())
    assert (finding.rule, finding.severity, finding.line) == ("LNT006", "info", 2)
    assert "awsdeck[deep]" in str(finding.fix)


class TestTranslated:
    @pytest.fixture(autouse=True)
    def _installed(self) -> None:
        pytest.importorskip("samtranslator")

    def test_what_is_right_stays_without_errors(self) -> None:
        assert errors(told(shop())) == []

    def test_a_setting_under_globals_is_pointed_at_there(self) -> None:
        (error,) = [one for one in told(shop(memory=50)) if one.severity == "error"]
        assert (error.rule, error.line, error.resource, error.type) == (
            "LAM003",
            7,
            "Work",
            "AWS::Serverless::Function",
        )
        assert error.path == ("Globals", "Function", "MemorySize")
        assert "aws-sam-translator" in str(error.source)

    def test_what_follows_from_both_sides_is_found_on_the_plain_resource(self) -> None:
        assert errors(told(shop(visible=5))) == [("LAM022", 28, "Queue")]

    def test_what_sam_refuses_is_an_error_at_its_resource(self) -> None:
        text = shop().replace("Type: Api,", "Type: Nothing,")
        assert errors(told(text)) == [("LNT006", 12, "Work")]

    def test_a_property_of_the_resource_is_pointed_at(self) -> None:
        text = shop(visible=5_400).replace(
            "      Handler: app.handle\n", "      Handler: app.handle\n      Timeout: 901\n"
        )
        assert errors(told(text)) == [("LAM002", 17, "Work")]

    def test_a_suppression_on_the_sam_resource_counts(self) -> None:
        ignore = "    Metadata: {awsdeck: {ignore: [{rule: LAM003, reason: small on purpose}]}}\n"
        text = shop(memory=50).replace(
            "    Type: AWS::Serverless::Function\n", "    Type: AWS::Serverless::Function\n" + ignore
        )
        assert errors(told(text)) == []

    def test_applications_of_others_and_loops_need_no_network(self) -> None:
        text = """
          Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
          Resources:
            App:
              Type: AWS::Serverless::Application
              Properties:
                Location: {ApplicationId: arn:aws:serverlessrepo:us-east-1:123456789012:applications/a, SemanticVersion: 1.0.0}
            Fn::ForEach::Work:
              - Name
              - [A, B]
              - 'Work${Name}':
                  Type: AWS::Serverless::Function
                  Properties: {CodeUri: ., Handler: a.b, Runtime: python3.13, MemorySize: 1}
          """
        assert {(rule, line) for rule, line, _ in errors(told(text))} == {("LAM003", 12)}

    def test_the_others_raise_no_alarm_about_names_that_sam_makes(self) -> None:
        pytest.importorskip("cloudformation_validate")
        template = loads(shop(), file="t.yaml")
        found = deep.deepened(Source([template]), lint(template))
        assert errors(found) == []

    def test_deep_says_it_with_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(deep, "tools", list)
        template = loads(shop(memory=50), file="t.yaml")
        found = deep.deepened(Source([template]), lint(template))
        assert "LAM003" in {one.rule for one in found}
