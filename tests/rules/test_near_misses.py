"""Templates that look wrong at first sight and are not; every rule must stay silent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, check_graph, check_resource
from awsdeck.template import Template

TOPIC = "AWS::SNS::Topic"
ROLE = "AWS::IAM::Role"
TAKE = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [TAKE]}
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [READ]}
PROD = {"Prod": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}


def everything(data: dict[str, Any], **known: Any) -> list[Finding]:
    graph = Graph()
    graph.add(Template.from_dict(data), **known)
    found = [finding for view in graph for finding in check_resource(view)] + check_graph(graph)
    return [
        finding for finding in found if finding.severity != "info" and finding.rule != "TPL002"
    ]  # more than is used


def alone(type: str, properties: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": type, "Properties": properties, **attributes}}}


def topics(**names: Any) -> dict[str, Any]:
    return {"Resources": {id: {"Type": TOPIC, "Properties": properties} for id, properties in names.items()}}


SILENT: dict[str, dict[str, Any]] = {
    "a trust policy with one statement instead of a list": alone(
        ROLE, {"AssumeRolePolicyDocument": {**TRUST, "Statement": TAKE}}
    ),
    "a trust policy that a parameter brings": {
        **alone(ROLE, {"AssumeRolePolicyDocument": {"Ref": "Trust"}}), "Parameters": {"Trust": {"Type": "String"}},
    },
    "a trust policy with actions in any case and a wildcard": alone(
        ROLE,
        {"AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Principal": "*", "Action": ["STS:assumerole*", "sts:TagSession"],
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
            }],
        }},
    ),
    "a trust policy whose principal depends on a condition": {
        **alone(
            ROLE,
            {"AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Fn::If": ["Prod", {"AWS": {"Ref": "AWS::AccountId"}}, {"Service": "ec2.amazonaws.com"}]},
                }],
            }},
        ),
        "Conditions": PROD,
    },
    "a web identity whose condition key is only known at deploy time": alone(
        ROLE,
        {"AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.example.com"},
                "Condition": {"Fn::Transform": {"Name": "Pin"}},
            }],
        }},
    ),
    "a role that only tags the session of a SAML provider": alone(
        ROLE,
        {"AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow", "Action": "sts:TagSession",
                "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/Work"},
            }],
        }},
    ),
    "an unquoted date as the policy's version": alone(
        "AWS::IAM::ManagedPolicy", {"PolicyDocument": {**DOCUMENT, "Version": date(2012, 10, 17)}}
    ),
    "the same Sid in two documents": alone(
        ROLE,
        {
            "AssumeRolePolicyDocument": TRUST,
            "Policies": [
                {"PolicyName": name, "PolicyDocument": {**DOCUMENT, "Statement": [{**READ, "Sid": "A"}]}}
                for name in ("one", "two")
            ],
        },
    ),
    "two empty Sids": alone(
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": {**DOCUMENT, "Statement": [{**READ, "Sid": ""}] * 2}},
    ),
    "one role in an instance profile, chosen by a condition": {
        "Conditions": PROD,
        **alone("AWS::IAM::InstanceProfile", {"Roles": [{"Fn::If": ["Prod", "a", "b"]}]}),
    },
    "two roles in an instance profile, never together": {
        "Conditions": PROD,
        **alone(
            "AWS::IAM::InstanceProfile",
            {"Roles": [
                {"Fn::If": ["Prod", "a", {"Ref": "AWS::NoValue"}]}, {"Fn::If": ["Test", "b", {"Ref": "AWS::NoValue"}]},
            ]},
        ),
    },
    "a policy whose users are only known at deploy time": {
        **alone("AWS::IAM::Policy", {"PolicyName": "p", "PolicyDocument": DOCUMENT, "Users": {"Ref": "Who"}}),
        "Parameters": {"Who": {"Type": "CommaDelimitedList"}},
    },
    "a name that only the deploy knows": {
        **alone("AWS::IAM::Group", {"GroupName": {"Fn::Sub": "${AWS::StackName} team"}}),
    },
    "the keys of the documentation": {
        "Description": "AKIAIOSFODNN7EXAMPLE and AKIAI44QH8DHBEXAMPLE, and XAKIAQ2W3E4R5T6Y7U8I9", **topics(A={}),
    },
    "a password behind a parameter that is not shown": {
        "Parameters": {"Pw": {"Type": "String", "NoEcho": "true"}},
        "Resources": {
            "Db": {
                "Type": "AWS::RDS::DBCluster",
                "Properties": {
                    "Engine": "aurora-mysql", "MasterUsername": "admin", "MasterUserPassword": {"Ref": "Pw"},
                    "StorageEncrypted": True,
                },
            }
        },
    },
    "two names that never meet": {
        "Conditions": PROD,
        "Resources": {
            "A": {"Type": TOPIC, "Condition": "Prod", "Properties": {"TopicName": "orders"}},
            "B": {"Type": TOPIC, "Condition": "Test", "Properties": {"TopicName": "orders"}},
        },
    },
    "one name for two types": {
        "Resources": {
            "A": {"Type": TOPIC, "Properties": {"TopicName": "orders"}},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
        }
    },
    "a ring that no set of conditions closes": {
        "Conditions": PROD,
        **topics(
            A={"DisplayName": {"Fn::If": ["Prod", {"Ref": "B"}, "x"]}},
            B={"DisplayName": {"Fn::If": ["Test", {"Ref": "A"}, "x"]}},
        ),
    },
    "a mention of itself in text that stays as it is": topics(A={"DisplayName": {"Fn::Sub": "${!A}"}}),
    "DependsOn beside a reference that stands under a condition": {
        "Conditions": PROD,
        "Resources": {
            "A": {"Type": TOPIC},
            "B": {
                "Type": TOPIC,
                "DependsOn": "A",
                "Properties": {"DisplayName": {"Fn::If": ["Prod", {"Fn::GetAtt": ["A", "TopicName"]}, "x"]}},
            },
        },
    },
    "names that a transform makes": {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"A": {"Type": TOPIC, "Properties": {"DisplayName": {"Ref": "FunctionRole"}}}},
    },
    "names that a loop makes": {
        "Transform": "AWS::LanguageExtensions",
        "Resources": {
            "Fn::ForEach::Topics": ["Name", ["a", "b"], {"Topic${Name}": {"Type": TOPIC}}],
            "B": {"Type": TOPIC, "Properties": {"DisplayName": {"Ref": "Topica"}}},
        },
    },
    "attributes that nobody can know": {
        "Resources": {
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://example.com/t"}},
            "Mine": {"Type": "Custom::Thing", "Properties": {"ServiceToken": "arn:aws:sns:eu-west-1:123456789012:t"}},
            "A": {"Type": TOPIC, "Properties": {"DisplayName": {"Fn::GetAtt": ["Child", "Outputs.Name"]}}},
            "B": {"Type": TOPIC, "Properties": {"DisplayName": {"Fn::GetAtt": "Mine.Whatever"}}},
        }
    },
    "a policy variable that is not a name of the template": alone(
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{**READ, "Resource": {"Fn::Sub": "arn:aws:s3:::reports/${!aws:username}"}}],
        }},
    ),
    "an output that a condition leaves out": {
        "Conditions": PROD,
        **topics(A={}),
        "Outputs": {
            "One": {"Condition": "Prod", "Value": {"Ref": "A"}, "Export": {"Name": "topic"}},
            "Two": {"Condition": "Test", "Value": {"Ref": "A"}, "Export": {"Name": "topic"}},
        },
    },
    "an unquoted date as the template's version": {
        "AWSTemplateFormatVersion": date(2010, 9, 9), **topics(A={}),
    },
    "a policy for a later deletion that a function gives": alone(
        TOPIC, {}, DeletionPolicy={"Fn::If": ["Prod", "Retain", "Delete"]}
    ) | {"Conditions": PROD, "Transform": "AWS::LanguageExtensions"},
    "an import of an export that is somewhere else": topics(A={"DisplayName": {"Fn::ImportValue": "theirs"}}),
    "a function from an image that has no handler": alone(
        "AWS::Lambda::Function",
        {"PackageType": "Image", "Role": "arn:aws:iam::123456789012:role/r",
         "Code": {"ImageUri": {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/work:1"}}},
    ),
    "a function whose runtime and memory are parameters": {
        **alone(
            "AWS::Lambda::Function",
            {"Role": {"Ref": "R"}, "Handler": "a.b", "Runtime": {"Ref": "R"}, "MemorySize": {"Ref": "M"},
             "Timeout": {"Ref": "M"}, "Code": {"S3Bucket": {"Ref": "R"}, "S3Key": {"Ref": "R"}}, "Layers": [{"Ref": "R"}],
             "Environment": {"Variables": {"AWS_NODEJS_CONNECTION_REUSE_ENABLED": "1"}}, "VpcConfig": {"Ref": "AWS::NoValue"}},
        ),
        "Parameters": {"R": {"Type": "String"}, "M": {"Type": "Number"}},
    },
    "a mapping whose source comes from another stack": alone(
        "AWS::Lambda::EventSourceMapping",
        {"FunctionName": "work", "EventSourceArn": {"Fn::ImportValue": "orders-stream"}, "StartingPosition": "LATEST"},
    ),
    "an alias of the latest code": alone(
        "AWS::Lambda::Alias", {"FunctionName": "work", "FunctionVersion": "$LATEST", "Name": "dev"}
    ),
    "a kept table with expiry, a stream and indexes that a condition adds": {
        "Conditions": PROD,
        **alone(
            "AWS::DynamoDB::Table",
            {
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"Fn::If": ["Prod", {"AttributeName": "mail", "AttributeType": "S"}, {"Ref": "AWS::NoValue"}]},
                ],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "BillingMode": {"Fn::If": ["Prod", "PROVISIONED", "PAY_PER_REQUEST"]},
                "ProvisionedThroughput": {"Fn::If": [
                    "Prod", {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}, {"Ref": "AWS::NoValue"},
                ]},
                "GlobalSecondaryIndexes": {"Fn::If": [
                    "Prod",
                    [{"IndexName": "by-mail", "KeySchema": [{"AttributeName": "mail", "KeyType": "HASH"}],
                      "Projection": {"ProjectionType": "ALL"},
                      "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}],
                    {"Ref": "AWS::NoValue"},
                ]},
                "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
            DeletionPolicy="Retain",
        ),
    },
    "a long list of conditions in one resource": {
        "Conditions": {f"C{n}": {"Fn::Equals": [{"Ref": "AWS::StackName"}, str(n)]} for n in range(30)},
        **topics(A={"Tags": [{"Key": f"k{n}", "Value": {"Fn::If": [f"C{n}", "a", "b"]}} for n in range(30)]}),
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_of(name: str) -> None:
    assert everything(SILENT[name]) == []


def test_a_default_password_given_as_a_parameter_is_not_taken_for_a_literal() -> None:
    data = SILENT["a password behind a parameter that is not shown"]
    assert not [f for f in everything(data, parameters={"Pw": "hunter2!"}) if f.rule == "IAM017"]


def test_a_known_false_condition_needs_no_capability() -> None:
    data = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {"R": {"Type": ROLE, "Condition": "Never", "Properties": {"RoleName": "r"}}},
    }
    assert not [finding for finding in everything(data, capabilities=[]) if finding.rule == "IAM021"]


def test_two_loose_templates_may_export_the_same_name() -> None:
    graph = Graph()
    for name in ("blue", "green"):
        data = {**topics(A={}), "Outputs": {"A": {"Value": {"Ref": "A"}, "Export": {"Name": "topic"}}}}
        graph.add(Template.from_dict(data, name))
    assert not [finding for finding in check_graph(graph) if finding.rule == "XSV003"]
