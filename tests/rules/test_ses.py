"""Rules about SES and dashboards: what they must leave alone, and what references, conditions and parameters change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, View, check_graph, check_resource
from awsdeck.rules.ses.receiving import REGIONS
from awsdeck.rules.ses.ses import placeholders
from awsdeck.template import Template

P = {"Ref": "P"}
OURS = ("SES", "CWA")
RULE = "AWS::SES::ReceiptRule"
IDENTITY = "AWS::SES::EmailIdentity"
TEMPLATE = "AWS::SES::Template"
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
BOARD = "AWS::CloudWatch::Dashboard"


def found(type: str, properties: dict[str, Any]) -> list[Finding]:
    view = View("It", type, {"Type": type, "Properties": properties})
    return [one for one in check_resource(view) if one.rule.startswith(OURS)]


def graph(resources: dict[str, Any], **known: Any) -> list[Finding]:
    made = Graph()
    template = {
        "Resources": resources,
        "Parameters": {"P": {"Type": "String"}},
        "Conditions": {"C": {"Fn::Equals": [P, "a"]}},
    }
    made.add(Template.from_dict(template, "shop"), **known)
    return [one for one in check_graph(made) if one.rule.startswith(OURS)]


def rule(*actions: Any, **more: Any) -> dict[str, Any]:
    return {"RuleSetName": "inbox", "Rule": {"Enabled": True, "Actions": list(actions), **more}}


def either(first: Any, second: Any) -> dict[str, Any]:
    return {"Fn::If": ["C", first, second]}


TELL = {"SNSAction": {"TopicArn": P}}
STOP = {"StopAction": {"Scope": "RuleSet"}}


@pytest.mark.parametrize(
    ("type", "properties"),
    [
        (RULE, {"RuleSetName": P, "Rule": P}),
        (RULE, rule(P, TELL, TlsPolicy=P, Name=P, Recipients=[P], ScanEnabled=P)),
        (RULE, rule(*[either(TELL, {"Ref": "AWS::NoValue"})] * 9, TELL)),
        (RULE, rule(TELL, STOP)),
        (RULE, rule({"LambdaAction": {"FunctionArn": P, "InvocationType": P}}, {"StopAction": {"Scope": P}})),
        (RULE, rule({"AddHeaderAction": {"HeaderName": P, "HeaderValue": P}})),
        (RULE, rule({"AddHeaderAction": {"HeaderName": "a" * 50, "HeaderValue": "b" * 2048}})),
        (RULE, {"RuleSetName": "a", "Rule": {"Name": "a" * 64, "Enabled": P}}),
        (RULE, rule(Recipients=["A.B+c@Example.COM", ".sub.example.com", "xn--bcher-kva.example"])),
        (IDENTITY, {"EmailIdentity": P}),
        (IDENTITY, {"EmailIdentity": "Shop@Example.com", "MailFromAttributes": {"MailFromDomain": "Bounce.example.com"}}),
        (IDENTITY, {"EmailIdentity": "example.com", "MailFromAttributes": {"MailFromDomain": P}}),
        (IDENTITY, {"EmailIdentity": P, "MailFromAttributes": {"MailFromDomain": "bounce.example.com"}}),
        (IDENTITY, {"EmailIdentity": "example.com", "DkimSigningAttributes": P}),
        (IDENTITY, {"EmailIdentity": P, "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_1024_BIT"}}),
        (IDENTITY, {"EmailIdentity": "a@example.com", "DkimAttributes": {"SigningEnabled": False}}),
        (DESTINATION, {"ConfigurationSetName": P, "EventDestination": P}),
        (
            DESTINATION,
            {
                "ConfigurationSetName": "a",
                "EventDestination": {
                    "Enabled": False, "MatchingEventTypes": [P, "RENDERING_FAILURE", "deliveryDelay"],
                    "EventBridgeDestination": {"EventBusArn": P},
                },
            },
        ),
        (TEMPLATE, {"Template": {"SubjectPart": P, "TextPart": P}}),
        (TEMPLATE, {"Template": {"SubjectPart": "{{{a}}} {{{{b}}}}", "HtmlPart": "<style>@media all {a { b: c }}</style>{{~x~}}"}}),
        (TEMPLATE, {"Template": {"SubjectPart": "a", "TextPart": "{{resolve:ssm:/shop/text}}"}}),
        (TEMPLATE, {"Template": {"SubjectPart": "a", "TextPart": "{{#with a}}{{#each b}}{{../c}}{{@index}}{{/each}}{{/with}}"}}),
        ("AWS::SES::ReceiptFilter", {"Filter": {"IpFilter": {"Cidr": P, "Policy": P}}}),
        ("AWS::SES::ReceiptFilter", {"Filter": {"IpFilter": {"Cidr": "10.0.0.1", "Policy": "Block"}}}),
        (BOARD, {"DashboardBody": P}),
        (BOARD, {"DashboardBody": {"Fn::Join": ["", ['{"widgets":[{"type":"text","properties":{"markdown":"', P, '"}}]}']]}}),
        (BOARD, {"DashboardBody": {"Fn::Sub": '{"widgets":[{"type":"${P}","width":"${P}","properties":{}}]}'}}),
        (BOARD, {"DashboardBody": {"Fn::Sub": '{"widgets":${P}}'}}),
        (BOARD, {"DashboardBody": json.dumps({"widgets": [{"type": "metric", "properties": {"annotations": {"alarms": ["a"]}}}]})}),
        (BOARD, {"DashboardName": P, "DashboardBody": json.dumps({"start": "-PT1H"})}),
    ],
)  # fmt: skip
def test_what_may_be_right_is_left_alone(type: str, properties: dict[str, Any]) -> None:
    assert found(type, properties) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hello {{name}} {{ name }} {{{name}}}", {"name"}),
        ("{{#if gift}}{{wrap}}{{else}}{{plain}}{{/if}}", {"gift", "wrap", "plain"}),
        ("{{#each items}}{{this.title}} {{../total}} {{@index}}{{/each}}", {"items", "title", "total"}),
        ("{{address.street}} {{!-- {{note}} --}}{{! note }}", {"address"}),
        ("{{resolve:ssm:/shop/name}}", set()),
        ("{{#unless paid}}{{> footer}}{{/unless}}", {"paid"}),
    ],
)
def test_placeholders_are_found_wherever_they_stand(text: str, names: set[str]) -> None:
    assert placeholders(text) == names


def test_both_branches_of_a_condition_are_looked_at() -> None:
    (finding,) = found(RULE, rule(TlsPolicy=either("Always", "Require")))
    assert finding.path[-3:] == ("TlsPolicy", "Fn::If", 1)


# Permissions


def bucket_policy(**statement: Any) -> dict[str, Any]:
    body = {
        "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject",
        "Resource": {"Fn::Sub": "${Mail.Arn}/*"}, **statement,
    }  # fmt: skip
    document = {"Version": "2012-10-17", "Statement": [body]}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Mail"}, "PolicyDocument": document}}


def stored(policy: dict[str, Any] | None, action: dict[str, Any] | None = None, **rest: Any) -> list[Finding]:
    given = {"S3Action": {"BucketName": {"Ref": "Mail"}, **(action or {})}}
    receipt = {"Type": RULE, "Properties": rule(given), **({} if policy is None else {"DependsOn": "Policy"})}
    resources = {"Mail": {"Type": "AWS::S3::Bucket", "Properties": {}}, "Orders": receipt, **rest}
    if policy is not None:
        resources["Policy"] = policy
    return [one for one in graph(resources) if one.rule == "SES002"]


@pytest.mark.parametrize(
    "statement",
    [
        {}, {"Action": "s3:Put*"}, {"Action": ["s3:*"]}, {"Principal": "*"}, {"Principal": P}, {"Action": P},
        {"Principal": {"Service": ["lambda.amazonaws.com", "ses.amazonaws.com"]}},
        {"Condition": {"StringEquals": {"aws:SourceArn": {"Fn::Sub": "arn:aws:ses:${AWS::Region}:1:receipt-rule-set/a:b"}}}},
        {"Condition": {"StringEquals": {"aws:Referer": {"Ref": "AWS::AccountId"}}}},
    ],
)  # fmt: skip
def test_a_bucket_policy_that_may_let_ses_is_enough(statement: dict[str, Any]) -> None:
    assert stored(bucket_policy(**statement)) == []


@pytest.mark.parametrize(
    "statement",
    [{"Action": "s3:GetObject"}, {"Principal": {"Service": "lambda.amazonaws.com"}}, {"Effect": "Deny"}],
)
def test_a_bucket_policy_that_lets_others_or_less_is_not(statement: dict[str, Any]) -> None:
    (finding,) = stored(bucket_policy(**statement))
    assert finding.severity == "error"
    assert finding.path[-1] == "BucketName"


def test_buckets_and_functions_from_elsewhere_are_not_judged() -> None:
    here = {
        "Orders": {
            "Type": RULE,
            "Properties": rule({"S3Action": {"BucketName": "mail"}}, {"LambdaAction": {"FunctionArn": P}}),
        }
    }
    assert graph(here) == []


def test_with_a_role_only_the_role_counts() -> None:
    def role(action: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": action, "Resource": {"Fn::Sub": "${Mail.Arn}/*"}}
        trust = {"Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "sts:AssumeRole"}
        return {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
                "Policies": [
                    {"PolicyName": "a", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
                ],
            },
        }

    named = {"IamRoleArn": {"Fn::GetAtt": ["Writer", "Arn"]}}
    assert stored(None, named, Writer=role("s3:PutObject")) == []
    (finding,) = stored(None, named, Writer=role("s3:GetObject"))
    assert (finding.severity, "Writer" in finding.message) == ("warning", True)


def test_a_role_that_ses_may_not_take_on_is_told() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    resources = {
        "Writer": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}},
        "Orders": {"Type": RULE, "Properties": rule({"S3Action": {"BucketName": "a", "IamRoleArn": {"Fn::GetAtt": ["Writer", "Arn"]}}})},
    }  # fmt: skip
    made = Graph()
    made.add(Template.from_dict({"Resources": resources}, "shop"))
    assert [one.resource for one in check_graph(made) if one.rule == "XSV007"] == ["Orders"]


def test_the_key_of_a_bucket_must_let_ses() -> None:
    def key(*services: str) -> dict[str, Any]:
        body = [
            {"Effect": "Allow", "Principal": {"Service": f"{one}.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
            for one in services
        ]
        return {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": body}}}

    sealed = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}}
        ]}},
    }  # fmt: skip
    assert stored(bucket_policy(), Mail=sealed, Key=key("ses")) == []
    (finding,) = stored(bucket_policy(), Mail=sealed, Key=key("logs"))
    assert (finding.severity, "Key" in finding.message) == ("warning", True)


# Order


def several(**rules: dict[str, Any]) -> list[Finding]:
    resources = {
        id: {
            "Type": RULE, **({"Condition": body["when"]} if "when" in body else {}),
            "Properties": {"RuleSetName": body.get("of", "inbox"), "Rule": {"Name": id, "Enabled": True}, **body.get("also", {})},
        }
        for id, body in rules.items()
    }  # fmt: skip
    return graph(resources)


def test_rules_of_different_sets_or_conditions_do_not_meet() -> None:
    assert several(One={}, Two={"of": "other"}) == []
    assert several(One={"of": P}, Two={"of": {"Fn::Sub": "${P}-b"}}) == []
    assert several(One={}, Two={"also": {"After": P}}) == []
    assert several(One={}, Two={"also": {"After": "there already"}}) == []


def test_a_name_used_twice_in_a_set_is_an_error() -> None:
    one = {"Type": RULE, "Properties": {"RuleSetName": "inbox", "Rule": {"Name": "a", "Enabled": True}}}
    two = {"Type": RULE, "Properties": {**one["Properties"], "After": {"Fn::GetAtt": ["One", "RuleName"]}}}  # type: ignore[dict-item]
    (finding,) = graph({"One": one, "Two": two})
    assert (finding.rule, finding.severity, finding.resource) == ("SES010", "error", "Two")


def test_more_than_200_rules_are_an_error() -> None:
    rules: dict[str, Any] = {"R0": {}} | {f"R{n}": {"also": {"After": {"Ref": f"R{n - 1}"}}} for n in range(1, 201)}
    (finding,) = several(**rules)
    assert "200" in finding.message
    del rules["R200"]
    assert several(**rules) == []


# Regions and accounts


@pytest.mark.parametrize("region", [*sorted(REGIONS), None])
def test_receiving_where_ses_receives_is_fine(region: str | None) -> None:
    assert graph({"Inbox": {"Type": "AWS::SES::ReceiptRuleSet", "Properties": {}}}, region=region) == []


def test_one_contact_list_of_two_that_never_meet_is_fine() -> None:
    lists = {"Type": "AWS::SES::ContactList", "Properties": {}}
    assert [one.rule for one in graph({"A": lists, "B": lists})] == ["SES013"]
    made = Graph()
    for name, region in (("one", "eu-west-1"), ("two", "eu-west-2")):
        made.add(Template.from_dict({"Resources": {"A": lists}}, name), region=region)
    assert [one.rule for one in check_graph(made)] == []
