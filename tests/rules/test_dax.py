"""DAX: what only looks wrong, and what a cluster's role may turn out to be allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.rules.conftest import Ask

STAGE = {"Stage": {"Type": "String"}, "Nodes": {"Type": "Number"}}
ENCRYPTED = {"SSESpecification": {"SSEEnabled": "true"}, "ClusterEndpointEncryptionType": "TLS"}
DATA = ["dynamodb:GetItem", "dynamodb:Query"]


def cluster(**properties: Any) -> dict[str, Any]:
    given = {"ReplicationFactor": 3, "IAMRoleARN": "arn:aws:iam::1:role/r", "NodeType": "dax.r5.large", **ENCRYPTED}
    return {"Type": "AWS::DAX::Cluster", "Properties": {**given, **properties}}


def role(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "dax.amazonaws.com"}, "Action": "sts:AssumeRole"}
    policies = [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}}]
    given = {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        **({"Policies": policies} if statements else {}),
        **properties,
    }
    return {"Type": "AWS::IAM::Role", "Properties": given}


def allowed(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on, **more}


TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
USED = cluster(IAMRoleARN={"Fn::GetAtt": ["Role", "Arn"]})


@pytest.mark.parametrize(
    "properties",
    [
        {"ReplicationFactor": {"Ref": "Nodes"}, "AvailabilityZones": ["eu-west-1a"]},
        {"ReplicationFactor": "3", "AvailabilityZones": {"Ref": "Stage"}},
        {"ReplicationFactor": 10},
        {"NodeType": {"Ref": "Stage"}, "ClusterName": {"Fn::Sub": "${AWS::StackName}-orders"}},
        {"ClusterName": "Orders-2"},
        {"PreferredMaintenanceWindow": {"Ref": "Stage"}},
        {"ClusterEndpointEncryptionType": {"Ref": "Stage"}},
    ],
)
def test_what_only_looks_wrong_is_left_alone(ask: Ask, properties: dict[str, Any]) -> None:
    said = ask({"It": cluster(**properties)}, Parameters=STAGE)
    assert [str(finding) for finding in said.findings if finding.rule.startswith("DAX")] == []


def test_parameters_may_be_json_text_and_come_at_deploy(ask: Ask) -> None:
    for given in ('{"record-ttl-millis": "5"}', {"query-ttl-millis": {"Ref": "Nodes"}}, {"Ref": "Stage"}):
        group = {"Type": "AWS::DAX::ParameterGroup", "Properties": {"ParameterNameValues": given}}
        assert not ask({"It": group}, Parameters=STAGE).of("DAX007")


@pytest.mark.parametrize(
    "holder",
    [
        role(allowed(*DATA, "dynamodb:DescribeTable", on={"Fn::GetAtt": ["Orders", "Arn"]})),
        role(allowed("dynamodb:*")),
        role(allowed("*")),
        role(allowed(*DATA, on={"Ref": "Stage"})),
        role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"]),
        role(ManagedPolicyArns={"Ref": "Stage"}),
        role(Policies={"Ref": "Stage"}),
        role({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    ],
)
def test_a_role_that_may_suffice_is_left_alone(ask: Ask, holder: dict[str, Any]) -> None:
    assert not ask({"Orders": TABLE, "Role": holder, "It": USED}, Parameters=STAGE).of("DAX005")


def test_a_policy_that_may_belong_to_the_role_keeps_it_from_being_judged(ask: Ask) -> None:
    loose = {
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "p",
            "Roles": [{"Ref": "Stage"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed("dynamodb:*")]},
        },
    }
    assert not ask({"Role": role(), "It": USED, "Loose": loose}, Parameters=STAGE).of("DAX005")
    assert ask({"Role": role(), "It": USED}).severities("DAX005") == ["warning"]


def test_a_role_from_elsewhere_is_not_judged(ask: Ask) -> None:
    assert not ask({"It": cluster()}).of("DAX005")


def test_one_cause_is_told_once(ask: Ask) -> None:
    wrong = role(allowed("dynamodb:*"))
    wrong["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": "ec2.amazonaws.com"}
    said = ask({"Role": wrong, "It": USED})
    assert said.severities("DAX005") == ["error"]
    assert not said.of("XSV007")


def test_one_node_needs_one_zone_only(ask: Ask) -> None:
    subnets = {"Type": "AWS::DAX::SubnetGroup", "Properties": {"SubnetIds": ["subnet-1"]}}
    for nodes, found in ((1, 0), (3, 1)):
        said = ask({"Subnets": subnets, "It": cluster(ReplicationFactor=nodes, SubnetGroupName={"Ref": "Subnets"})})
        assert len(said.of("DAX008")) == found
