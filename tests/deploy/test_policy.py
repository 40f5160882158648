"""The policy of whoever deploys: no more than its stacks need, limited to the ARNs that are known before."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

import awsdeck.deploy
from awsdeck.assembly import StackArtifact
from awsdeck.catalog import find
from awsdeck.deploy.caller.policy import LIMIT, CallerPolicy, caller_policy
from awsdeck.deploy.caller.reach import covered
from awsdeck.lint import lint


def stack(resources: dict[str, Any], name: str = "shop", **where: Any) -> StackArtifact:
    given = {"region": "eu-west-1", "account": "123456789012", **where}
    return StackArtifact(name, {"Resources": resources}, **given)


def reached(policy: CallerPolicy, action: str, handler: str = "Create") -> list[str]:
    """What a handler's action may be done to."""
    found = [
        one["Resource"]
        for one in policy.document["Statement"]
        if one["Sid"].startswith(handler) and action in one["Action"]
    ]
    assert len(found) <= 1, found
    return [found[0]] if found and isinstance(found[0], str) else found[0] if found else []


QUEUE = {"Type": "AWS::SQS::Queue"}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}


def test_what_cloudformation_will_call_a_resource_is_a_pattern_of_the_stack_and_its_id() -> None:
    assert reached(caller_policy([stack({"Orders": QUEUE})], "deploy"), "sqs:CreateQueue") == [
        "arn:aws:sqs:eu-west-1:123456789012:shop-Orders-*"
    ]
    bucket = caller_policy([stack({"Uploads": {"Type": "AWS::S3::Bucket"}})], "deploy")
    assert reached(bucket, "s3:CreateBucket") == ["arn:aws:s3:::shop-uploads-*"]


def test_a_name_that_would_be_cut_is_a_pattern_of_the_stack_alone() -> None:
    long = stack({"Orders" * 8: QUEUE}, name="shop-of-many-things-that-people-want")
    assert reached(caller_policy([long], "deploy"), "sqs:CreateQueue") == [
        "arn:aws:sqs:eu-west-1:123456789012:shop-of-many-things-*"
    ]


def test_a_resource_with_a_name_is_reached_by_it_and_so_is_what_is_in_it() -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}
    assert reached(caller_policy([stack({"Table": table})], "deploy"), "dynamodb:CreateTable") == [
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/*",
    ]


def test_a_name_that_only_the_deploy_knows_can_be_any() -> None:
    named = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}
    assert reached(caller_policy([stack({"Orders": named})], "deploy"), "sqs:CreateQueue") == [
        "arn:aws:sqs:eu-west-1:123456789012:*"
    ]


def test_what_stands_on_a_resource_reaches_that_one() -> None:
    resources = {
        "Orders": QUEUE,
        "Policy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {"Queues": [{"Ref": "Orders"}], "PolicyDocument": {}},
        },
        "Role": ROLE,
        "Rights": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Role"}], "PolicyName": "p"}},
    }
    policy = caller_policy([stack(resources)], "deploy")
    assert reached(policy, "sqs:SetQueueAttributes", "Create") in (
        [],
        ["arn:aws:sqs:eu-west-1:123456789012:shop-Orders-*"],
    )
    assert reached(policy, "iam:PutRolePolicy") == ["arn:aws:iam::123456789012:role/shop-Role-*"]
    assert reached(policy, "iam:PutUserPolicy") == []


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ({"Fn::GetAtt": ["Role", "Arn"]}, ["arn:aws:iam::123456789012:role/shop-Role-*"]),
        (
            "arn:aws:iam::123456789012:role/old",
            ["arn:aws:iam::123456789012:role/old", "arn:aws:iam::123456789012:role/shop-Role-*"],
        ),
        ({"Ref": "RoleArn"}, ["arn:aws:iam::123456789012:role/*"]),
        ({"Fn::ImportValue": "role"}, ["arn:aws:iam::123456789012:role/*"]),
    ],
)
def test_a_role_may_be_passed_when_the_stack_names_it(given: Any, passed: list[str]) -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Role": given, "Code": {"ZipFile": "x"}}}
    assert reached(caller_policy([stack({"Role": ROLE, "Worker": function})], "deploy"), "iam:PassRole") == passed


def test_a_stack_that_may_go_anywhere_is_not_limited_to_a_region_or_account() -> None:
    anywhere = caller_policy([stack({"Orders": QUEUE}, region=None, account=None)], "deploy")
    assert reached(anywhere, "sqs:CreateQueue") == ["arn:aws:sqs:*:*:shop-Orders-*"]
    china = caller_policy([stack({"Orders": QUEUE}, region="cn-north-1")], "deploy")
    assert reached(china, "sqs:CreateQueue") == ["arn:aws-cn:sqs:cn-north-1:123456789012:shop-Orders-*"]


def test_every_permission_of_every_handler_is_in_the_policy() -> None:
    resources: dict[str, Any] = {"Orders": QUEUE, "Role": ROLE, "Uploads": {"Type": "AWS::S3::Bucket"}}
    policy = caller_policy([stack(resources)], "deploy")
    for body in resources.values():
        known = find(body["Type"])
        assert known is not None
        for handler in ("create", "update", "delete", "read"):
            for action in known.permissions(handler):
                assert reached(policy, action, handler.capitalize()), action


def test_large_policies_come_in_parts_that_iam_takes_and_nothing_is_lost() -> None:
    kinds = (
        "AWS::S3::Bucket",
        "AWS::DynamoDB::Table",
        "AWS::Lambda::Function",
        "AWS::EC2::VPC",
        "AWS::RDS::DBInstance",
    )
    policy = caller_policy([stack({f"R{number}": {"Type": kind} for number, kind in enumerate(kinds)})], "deploy")
    parts = policy.parts()
    assert policy.size > LIMIT
    assert len(parts) > 1
    assert all(len(json.dumps(part, separators=(",", ":"))) <= LIMIT for part in parts)

    def rights(document: Any) -> set[tuple[str, str]]:
        return {
            (action, arn)
            for one in document["Statement"]
            for action in one["Action"]
            for arn in ([one["Resource"]] if isinstance(one["Resource"], str) else one["Resource"])
        }

    assert set().union(*(rights(part) for part in parts)) == rights(policy.document)
    for part in parts:
        sids = [one["Sid"] for one in part["Statement"]]
        assert len(sids) == len(set(sids))
        template = {"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": part}}}}
        assert [finding.message for finding in lint(template) if finding.severity == "error"] == []


def test_an_arn_that_another_reaches_is_left_out() -> None:
    assert covered(["arn:a:*", "arn:a:b", "arn:c", "arn:c"]) == ["arn:a:*", "arn:c"]


def made() -> set[str]:
    """The operations of CloudFormation that the package calls: every method of its client that is named anywhere."""
    names: Any = botocore.session.get_session().get_service_model("cloudformation").operation_names
    operations = {xform_name(name): name for name in names}
    folder = Path(awsdeck.deploy.__file__).parent
    found = set()
    for file in folder.rglob("*.py"):
        if "fake" in file.relative_to(folder).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            named = (
                node.value if isinstance(node, ast.Constant) else node.attr if isinstance(node, ast.Attribute) else ""
            )
            if isinstance(named, str) and named in operations:
                found.add(operations[named])
    return found


SPREAD = {"accounts": ["111122223333"], "regions": ["eu-west-1"]}


def allowed(policy: CallerPolicy) -> set[str]:
    return {action for one in policy.document["Statement"] for action in one["Action"]}


def test_a_stack_and_a_stack_set_allow_every_call_that_the_package_makes_and_no_other() -> None:
    both = [stack({"Orders": QUEUE}), stack({"Orders": QUEUE}, name="guards", spread=SPREAD)]
    of_deploy = {
        one.partition(":")[2] for one in allowed(caller_policy(both, "deploy")) if one.startswith("cloudformation:")
    }
    assert len(made()) > 45
    assert made() - of_deploy == set()
    implied = {"TagResource", "UntagResource", "ListExports"}  # by tags in a request, and by imports in a template
    newer = {"SetAlias", "RemoveAlias"}  # than the oldest botocore there may be
    assert of_deploy - made() <= implied | newer


def test_a_stack_set_is_worked_with_and_what_is_in_it_is_made_by_others() -> None:
    policy = caller_policy([stack({"Orders": QUEUE}, name="guards", spread=SPREAD)], "deploy")
    said = {one["Sid"]: one for one in policy.document["Statement"]}
    assert set(said) == {"StackSets", "AnyStackSet", "PassRole", "AdministrationRole"}
    assert said["StackSets"]["Resource"] == [
        "arn:aws:cloudformation:*:*:type/resource/*",
        "arn:aws:cloudformation:eu-west-1:123456789012:stackset-target/*",
        "arn:aws:cloudformation:eu-west-1:123456789012:stackset/guards:*",
    ]
    assert said["PassRole"]["Resource"] == [
        "arn:aws:iam::123456789012:role/AWSCloudFormationStackSetAdministrationRole"
    ]
    own = {**SPREAD, "administrationRole": "arn:aws:iam::123456789012:role/own"}
    named = caller_policy([stack({}, name="guards", spread=own)], "deploy").document["Statement"]
    assert [one["Resource"] for one in named if one["Sid"] == "PassRole"] == [["arn:aws:iam::123456789012:role/own"]]
    units = {"units": ["ou-ab12-workload1"], "regions": ["eu-west-1"]}
    assert "iam:PassRole" not in allowed(caller_policy([stack({}, name="guards", spread=units)], "deploy"))


def test_who_only_plans_a_stack_set_changes_none() -> None:
    actions = allowed(caller_policy([stack({"Orders": QUEUE}, name="guards", spread=SPREAD)], "plan"))
    assert "cloudformation:DescribeStackSet" in actions
    assert not {one for one in actions if one.split(":")[1].startswith(("Create", "Update", "Delete", "Stop", "Pass"))}


@pytest.mark.parametrize("purpose", ["deploy", "plan"])
def test_the_role_that_a_stack_is_worked_on_with_may_be_handed_to_cloudformation(purpose: Any) -> None:
    role = "arn:aws:iam::123456789012:role/work"
    policy = caller_policy([stack({"Orders": QUEUE}, execution_role=role)], purpose)
    assert {
        "Sid": "PassRole", "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": [role],
        "Condition": {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}},
    } in policy.document["Statement"]  # fmt: skip


def test_a_deploy_may_look_for_the_bucket_of_the_bootstrap_and_into_its_own_buckets_before_they_go() -> None:
    artifact = stack({"Uploads": {"Type": "AWS::S3::Bucket"}, "Big": {**QUEUE, "Metadata": {"note": "x" * 60_000}}})
    said = {one["Sid"]: one for one in caller_policy([artifact], "deploy").document["Statement"]}
    assert said["Bucket"]["Resource"] == ["arn:aws:cloudformation:eu-west-1:123456789012:stack/awsdeck-files/*"]
    assert said["ContentsS3"]["Action"] == ["s3:ListBucketVersions"]
    assert said["ContentsS3"]["Resource"] == ["arn:aws:s3:::shop-uploads-*"]
    plan = {one["Sid"] for one in caller_policy([artifact], "plan").document["Statement"]}
    assert "ContentsS3" not in plan
