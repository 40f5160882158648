"""Rules about keys: what they must leave alone, and what only shows across resources or updates."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, View, check_graph, check_resource, check_update
from awsdeck.template import Template

KEY = "AWS::KMS::Key"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
SAFE = {"EnableKeyRotation": True}
P = {"Ref": "P"}


def found(type: str, properties: dict[str, Any], **body: Any) -> list[Finding]:
    whole = {"Type": type, "DeletionPolicy": "Retain", "Properties": properties, **body}
    return [one for one in check_resource(View("It", type, whole)) if one.rule.startswith("KMS")]


def graph(resources: dict[str, Any], region: str | None = "eu-west-1", **sections: Any) -> Graph:
    made = Graph()
    made.add(Template.from_dict({"Resources": resources, **sections}, "shop"), region=region)
    return made


def of(findings: list[Finding], *rules: str) -> list[tuple[str, str]]:
    return [(one.rule, one.severity) for one in findings if one.rule in rules]


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {**SAFE, "KeyPolicy": {"Version": "2012-10-17", "Statement": list(statements)}}


def let(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*", **more}


@pytest.mark.parametrize(
    "properties",
    [
        {"EnableKeyRotation": P, "KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        {"EnableKeyRotation": True, "KeySpec": P, "KeyUsage": P, "PendingWindowInDays": P, "RotationPeriodInDays": P},
        {"EnableKeyRotation": P, "RotationPeriodInDays": 90},
        {"EnableKeyRotation": "true", "RotationPeriodInDays": "365", "PendingWindowInDays": "30"},
        {"KeySpec": "RSA_4096", "KeyUsage": "SIGN_VERIFY"},
        {"Origin": "EXTERNAL"},
        {"Origin": P},
        {**SAFE, "KeyPolicy": P},
        policy(let(ROOT, "kms:*")),
        policy(let({"AWS": P}, "kms:PutKeyPolicy")),
        policy(let("*", "kms:*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
        policy(let({"Ref": "P"}, "kms:*")),
        policy({"Effect": "Allow", "Principal": ROOT, "NotAction": "kms:Decrypt", "Resource": "*"}),
        policy(let(ROOT, "kms:*"), let(ROOT, "kms:Decrypt", Resource="arn:aws:kms:eu-west-1:123456789012:key/k")),
        policy(
            let(ROOT, "kms:*"), let(ROOT, "kms:Decrypt", Resource={"Fn::Sub": "arn:aws:kms:*:${AWS::AccountId}:key/*"})
        ),
        policy({"Fn::If": ["C", let(ROOT, "kms:*"), let({"AWS": P}, "kms:*")]}),
    ],
)
def test_what_kms_takes_or_only_the_deploy_knows_is_left_alone(properties: dict[str, Any]) -> None:
    assert not found(KEY, properties)


def test_a_policy_given_as_text_is_read_too() -> None:
    bad = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"kms:Decrypt","Resource":"*"}]}'
    assert of(found(KEY, {**SAFE, "KeyPolicy": bad}), "KMS004") == [("KMS004", "error")]
    assert not found(KEY, {**SAFE, "KeyPolicy": bad, "BypassPolicyLockoutSafetyCheck": True})


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
def test_a_key_for_everybody_is_told_unless_a_condition_narrows_it(principal: Any) -> None:
    opened = let(principal, "kms:Decrypt")
    assert of(found(KEY, policy(let(ROOT, "kms:*"), opened)), "KMS004") == [("KMS004", "warning")]
    narrowed = {**opened, "Condition": {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}}}
    assert not found(KEY, policy(let(ROOT, "kms:*"), narrowed))
    assert not found(KEY, policy(let(ROOT, "kms:*"), {**opened, "Effect": "Deny"}))


def test_statements_that_do_nothing_or_name_nobody_are_told_apart() -> None:
    said = found(KEY, policy(let(ROOT, "kms:*"), {**let(ROOT, "kms:Decrypt"), "Resource": "arn:aws:sqs:eu-west-1:1:q"}))
    assert of(said, "KMS004") == [("KMS004", "warning")]
    said = found(KEY, policy(let(ROOT, "kms:*"), {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}))
    assert of(said, "KMS004") == [("KMS004", "error")]


@pytest.mark.parametrize("deletion", ["Retain", "RetainExceptOnCreate", {"Fn::If": ["C", "Retain", "Delete"]}])
def test_a_key_that_is_kept_or_may_be_is_left_alone(deletion: Any) -> None:
    assert not found(KEY, SAFE, DeletionPolicy=deletion)


@pytest.mark.parametrize(
    "name", ["alias/shop", "alias/shop/orders_1-2", {"Fn::Sub": "alias/${AWS::StackName}"}, {"Ref": "Name"}]
)
def test_names_of_your_own_are_left_alone(name: Any) -> None:
    assert not found("AWS::KMS::Alias", {"AliasName": name, "TargetKeyId": {"Ref": "Key"}})


def test_an_alias_of_an_alias_is_found_through_a_reference() -> None:
    resources = {
        "A": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/a", "TargetKeyId": "k"}},
        "B": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/b", "TargetKeyId": {"Ref": "A"}}},
    }
    view = next(one for one in graph(resources) if one.id == "B")
    assert [one.rule for one in check_resource(view)] == ["KMS006"]


# What is encrypted


def queue(key: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": key}}


def test_the_key_is_found_through_an_alias_and_a_replica() -> None:
    resources = {
        "Key": {"Type": KEY, "Properties": {"KeySpec": "RSA_2048"}},
        "Name": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/a", "TargetKeyId": {"Ref": "Key"}}},
        "Copy": {"Type": "AWS::KMS::ReplicaKey", "Properties": {"PrimaryKeyArn": {"Fn::GetAtt": ["Key", "Arn"]}}},
        "Orders": queue({"Ref": "Name"}),
        "Mail": queue({"Ref": "Copy"}),
    }
    said = [one for one in check_graph(graph(resources)) if one.rule == "KMS008"]
    assert {one.resource for one in said} == {"Orders", "Mail"}


@pytest.mark.parametrize(
    "key",
    [
        "arn:aws:kms:eu-west-1:123456789012:key/k",
        "alias/aws/sqs",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        {"Ref": "P"},
        {"Fn::Sub": "arn:aws:kms:${AWS::Region}:123456789012:key/k"},
        {"Fn::Sub": "arn:aws:kms:us-east-1:${AWS::AccountId}:key/k"},
    ],
)
def test_keys_that_may_be_of_this_region_are_left_alone(key: Any) -> None:
    parameters = {"P": {"Type": "String"}}
    assert not of(check_graph(graph({"Orders": queue(key)}, Parameters=parameters)), "KMS008", "KMS009")


def test_keys_for_copies_elsewhere_are_of_another_region_on_purpose() -> None:
    arn = "arn:aws:kms:us-east-1:123456789012:key/k"
    secret = {"ReplicaRegions": [{"Region": "us-east-1", "KmsKeyId": arn}]}
    table = {"Replicas": [{"Region": "us-east-1", "SSESpecification": {"KMSMasterKeyId": arn}}]}
    resources = {
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
        "Table": {"Type": "AWS::DynamoDB::GlobalTable", "Properties": table},
    }
    assert not of(check_graph(graph(resources)), "KMS008")


def alarmed(statements: list[Any], key: Any = None) -> dict[str, Any]:
    return {
        "Key": {"Type": KEY, "Properties": policy(let(ROOT, "kms:*"), *statements)},
        "Told": {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": key or {"Fn::GetAtt": ["Key", "Arn"]}}},
        "Old": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"OKActions": [{"Ref": "Told"}]}},
        "Daily": {"Type": "AWS::Events::Rule", "Properties": {"Targets": [{"Id": "T", "Arn": {"Ref": "Told"}}]}},
    }


def test_what_sends_to_an_encrypted_topic_needs_its_key() -> None:
    said = check_graph(graph(alarmed([])))
    assert of(said, "KMS009") == [("KMS009", "warning")] * 2
    said = check_graph(graph(alarmed([], "alias/aws/sns")))
    assert {one.resource for one in said if one.rule == "KMS009"} == {"Old", "Daily"}


def test_a_policy_that_may_let_them_is_left_alone() -> None:
    both = {"Service": ["events.amazonaws.com", "cloudwatch.amazonaws.com"]}
    for statement in (
        let(both, "kms:GenerateDataKey*", "kms:Decrypt"),
        let(both, "kms:*", Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        let({"Service": P}, "kms:*"),
    ):
        assert not of(check_graph(graph(alarmed([statement]))), "KMS009")


# Updates


def updated(old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return [one for one in check_update(graph(old), graph(new)) if one.rule == "UPD027"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            {},
            {
                "KeySpec": "SYMMETRIC_DEFAULT",
                "KeyUsage": "ENCRYPT_DECRYPT",
                "MultiRegion": "false",
                "Origin": "AWS_KMS",
            },
        ),
        ({"MultiRegion": P}, {"MultiRegion": True}),
        ({"EnableKeyRotation": False}, {"EnableKeyRotation": True, "Description": "x", "Enabled": False}),
    ],
)
def test_saying_what_was_so_and_what_only_the_deploy_knows_are_no_changes(old: Any, new: Any) -> None:
    assert not updated({"Key": {"Type": KEY, "Properties": old}}, {"Key": {"Type": KEY, "Properties": new}})


@pytest.mark.parametrize("name", ["KeySpec", "KeyUsage", "MultiRegion", "Origin"])
def test_what_a_key_is_for_good_cannot_be_changed(name: str) -> None:
    value = {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", "MultiRegion": True, "Origin": "EXTERNAL"}[name]
    said = updated({"Key": {"Type": KEY}}, {"Key": {"Type": KEY, "Properties": {name: value}}})
    assert [(one.severity, one.path[-1]) for one in said] == [("error", name)]


def test_what_stays_encrypted_with_a_key_that_goes_is_named() -> None:
    key, arn = {"Type": KEY, "DeletionPolicy": "Delete"}, {"Fn::GetAtt": ["Key", "Arn"]}
    said = updated({"Key": key, "Orders": queue(arn)}, {"Orders": queue("alias/aws/sqs")})
    assert [(one.severity, one.resource) for one in said] == [("warning", "Orders")]
    assert not updated({"Key": key, "Orders": queue(arn)}, {})
    assert not updated({"Key": {**key, "DeletionPolicy": "Retain"}, "Orders": queue(arn)}, {"Orders": queue("alias/a")})
    assert not updated({"Key": key, "Orders": queue(arn)}, {"Key": key, "Orders": queue("alias/a")})
