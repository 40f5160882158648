"""The same deploys against the embedded CloudFormation, over HTTP, in a process of its own."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.deploy import AWS, Conduct, apply, deploy, destroy, drift, follow, outputs, plan, read_plan, status
from awsdeck.deploy.preview.stackpolicy import policy_of
from awsdeck.errors import ApprovalNeeded, RolledBack
from awsdeck.terms import OPEN_POLICY

if TYPE_CHECKING:
    from awsdeck.local import Engine

pytestmark = pytest.mark.local


@pytest.fixture
def aws(local_engine: Engine) -> AWS:
    keys = (local_engine.access_key, local_engine.secret_key)
    return AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)


@pytest.fixture
def name() -> str:
    return f"deploy-{secrets.token_hex(4)}"


def queue(timeout: Any, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout, **properties}}


def template(**resources: Any) -> dict[str, Any]:
    first = next(iter(resources))
    return {"Resources": resources, "Outputs": {"First": {"Value": {"Ref": first}}}}


def assembly(name: str, body: dict[str, Any], **options: Any) -> Assembly:
    origins = {logical_id: Origin(f"{name}/{logical_id}", "deck.py", 7) for logical_id in body["Resources"]}
    return Assembly([StackArtifact(name, body, origins=origins, **options)])


def test_a_stack_lives_from_creation_to_destruction(aws: AWS, name: str, listener: Any) -> None:
    first = assembly(name, template(Queue=queue(30)))
    assert deploy(first, aws=aws, observer=listener).stacks[name].status == "created"
    assert (name, "CREATE_COMPLETE") in listener.story()
    assert f"/{name}-Queue-" in outputs(first, aws=aws)[name]["First"]
    assert deploy(first, aws=aws).stacks[name].status == "unchanged"
    second = assembly(name, template(Queue=queue(60), More=queue(5)))
    assert deploy(second, aws=aws).stacks[name].status == "updated"
    client = aws.client("sqs")
    url = outputs(second, aws=aws)[name]["First"]
    assert client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "60"
    assert destroy(second, aws=aws, confirm=lambda plan: True).stacks[name].status == "deleted"
    assert status(second, aws=aws)[name].record is None
    assert destroy(second, aws=aws).stacks[name].status == "absent"


def test_a_plan_changes_nothing_and_a_kept_one_is_carried_out(aws: AWS, name: str, tmp_path: Path) -> None:
    first = assembly(name, template(Queue=queue(30)))
    assert plan(first, aws=aws).plans[name].operation == "create"
    assert status(first, aws=aws)[name].record is None
    kept = str(tmp_path / "plan.json")
    plan(first, aws=aws, keep=True).write(kept)
    assert apply(first, read_plan(kept), aws=aws).stacks[name].status == "created"
    second = assembly(name, template(Queue=queue(60)))
    shown = plan(second, aws=aws, keep=True)
    assert [(one.logical_id, one.action) for one in shown.plans[name].changes] == [("Queue", "update")]
    shown.write(kept)
    deploy(assembly(name, template(Queue=queue(90))), aws=aws)
    with pytest.raises(ApprovalNeeded, match="Queue is another"):
        apply(second, read_plan(kept), aws=aws)


def test_a_kept_plan_does_not_make_a_stack_that_another_run_has_made(aws: AWS, name: str, tmp_path: Path) -> None:
    wanted = assembly(name, template(Queue=queue(30)))
    kept = str(tmp_path / "plan.json")
    plan(wanted, aws=aws, keep=True).write(kept)
    deploy(assembly(name, template(Queue=queue(90))), aws=aws)
    with pytest.raises(ApprovalNeeded, match="is not what was planned"):
        apply(wanted, read_plan(kept), aws=aws)
    client = aws.client("sqs")
    url = outputs(wanted, aws=aws)[name]["First"]
    assert client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "90"


def test_a_change_set_that_finds_nothing_is_no_change(aws: AWS, name: str) -> None:
    deploy(assembly(name, template(Queue=queue(30))), aws=aws)
    assert deploy(assembly(name, template(Queue=queue(30))), aws=aws, force=True).stacks[name].status == "unchanged"


def test_a_failure_is_rolled_back_and_told_with_its_line(aws: AWS, name: str) -> None:
    deploy(assembly(name, template(Queue=queue(30))), aws=aws)
    with pytest.raises(RolledBack) as caught:
        deploy(assembly(name, template(Queue=queue(99_999_999))), aws=aws)
    assert str(caught.value).startswith("deck.py:7: Queue (AWS::SQS::Queue) failed:")
    assert status(assembly(name, template(Queue=queue(30))), aws=aws)[name].healthy


def test_a_name_that_is_taken_is_told_with_its_line(aws: AWS, name: str) -> None:
    def bucket(called: str) -> dict[str, Any]:
        return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": called}}

    aws.client("s3").create_bucket(
        Bucket=f"{name}-taken", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    deploy(assembly(name, template(Uploads=bucket(f"{name}-own"))), aws=aws)
    with pytest.raises(RolledBack) as caught:
        deploy(assembly(name, template(Uploads=bucket(f"{name}-taken"))), aws=aws, allow_replace=["Uploads"])
    assert str(caught.value).startswith("deck.py:7: Uploads (AWS::S3::Bucket) failed:")
    assert f"{name}-taken" in str(caught.value)


def test_a_failed_creation_is_made_anew(aws: AWS, name: str) -> None:
    with pytest.raises(RolledBack):
        deploy(assembly(name, template(Queue=queue(99_999_999))), aws=aws)
    assert deploy(assembly(name, template(Queue=queue(30))), aws=aws).stacks[name].status == "recreated"


def test_a_declined_creation_leaves_no_stack(aws: AWS, name: str) -> None:
    with pytest.raises(ApprovalNeeded):
        deploy(assembly(name, template(Queue=queue(30))), aws=aws, confirm=lambda plan: False)
    assert status(assembly(name, template(Queue=queue(30))), aws=aws)[name].record is None


def test_a_table_is_not_lost_without_a_flag(aws: AWS, name: str) -> None:
    def table(key: str) -> dict[str, Any]:
        return {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            },
        }

    deploy(assembly(name, template(Table=table("id"))), aws=aws)
    changed = assembly(name, template(Table=table("other")))
    with pytest.raises(ApprovalNeeded, match="--allow-replace Table"):
        deploy(changed, aws=aws, confirm=lambda plan: True)
    assert deploy(changed, aws=aws, allow_replace=["Table"]).stacks[name].status == "updated"
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        destroy(changed, aws=aws)
    assert destroy(changed, aws=aws, allow_destroy=["Table"]).ok


def test_terms_arrive_and_stay_until_others_are_said(aws: AWS, name: str) -> None:
    topic = "arn:aws:sns:eu-west-1:123456789012:deploys"
    deny = {"Effect": "Deny", "Action": "Update:Delete", "Principal": "*", "Resource": "LogicalResourceId/Queue"}
    policy = {"Statement": [*OPEN_POLICY["Statement"], deny]}
    terms: dict[str, Any] = {"notification_arns": [topic], "monitoring": 0, "stack_policy": policy}
    made = assembly(name, template(Queue=queue(1)), **terms)
    deploy(made, aws=aws, conduct=Conduct(on_create_failure="delete"))
    assert policy_of(aws.cloudformation("eu-west-1"), name) == policy
    deploy(assembly(name, template(Queue=queue(2))), aws=aws, conduct=Conduct(rollback=False))
    assert policy_of(aws.cloudformation("eu-west-1"), name) == policy
    assert deploy(assembly(name, template(Queue=queue(2))), aws=aws).stacks[name].status == "unchanged"
    wider = assembly(name, template(Queue=queue(2)), stack_policy={})
    with pytest.raises(ApprovalNeeded, match="allows deleting Queue"):
        deploy(wider, aws=aws)
    assert deploy(wider, aws=aws, confirm=lambda plan: True).stacks[name].status == "updated"
    assert policy_of(aws.cloudformation("eu-west-1"), name) == OPEN_POLICY
    destroy(made, aws=aws, confirm=lambda plan: True)


def test_parameters_tags_and_protection_arrive(aws: AWS, name: str) -> None:
    body = {
        **template(Queue=queue({"Ref": "Size"})),
        "Parameters": {"Size": {"Type": "String"}, "Secret": {"Type": "String", "NoEcho": True}},
    }
    made = assembly(name, body, tags={"team": "shop"}, termination_protection=True)
    deploy(made, aws=aws, parameters={"Size": "1", f"{name}:Secret": "hunter2"})
    record = status(made, aws=aws)[name].record
    assert record is not None
    assert record.parameters["Size"] == "1"
    assert record.tags["team"] == "shop"
    assert record.protected
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        destroy(made, aws=aws, confirm=lambda plan: True)
    relaxed = assembly(name, body, tags={"team": "shop"})
    assert deploy(relaxed, aws=aws, parameters={"Size": "2"}).stacks[name].status == "updated"
    assert destroy(relaxed, aws=aws, confirm=lambda plan: True).ok


def test_a_large_template_travels_through_a_bucket(aws: AWS, name: str) -> None:
    topics = {f"T{n}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "x" * 90}} for n in range(400)}
    bucket = f"assets-{name}"
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    big = assembly(name, template(**topics))
    assert deploy(big, aws=aws, bucket=bucket).stacks[name].status == "created"
    assert destroy(big, aws=aws).ok


def test_files_go_to_a_bucket_that_is_made_for_them(aws: AWS, name: str, tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"PK")
    key = f"awsdeck/{name}.zip"
    body = {**template(Queue=queue(30)), "Parameters": {"AssetsBucket": {"Type": "String"}}}
    made = assembly(name, body, assets=[{"key": key}], files={key: lambda: str(tmp_path / "code.zip")})
    assert deploy(made, aws=aws).stacks[name].status == "created"
    assert aws.client("s3").get_object(Bucket="awsdeck-assets", Key=key)["Body"].read() == b"PK"
    record = status(made, aws=aws)[name].record
    assert record is not None
    assert record.parameters["AssetsBucket"] == "awsdeck-assets"


def test_stacks_that_need_each_other_come_and_go_in_order(aws: AWS, name: str) -> None:
    exported = {**template(Queue=queue(30))}
    exported["Outputs"] = {"Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": f"{name}-arn"}}}
    policy = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": {"Fn::ImportValue": f"{name}-arn"}},
    }
    both = Assembly(
        [
            StackArtifact(name, exported),
            StackArtifact(f"{name}-user", template(Parameter=policy), dependencies=[name]),
        ]
    )
    assert deploy(both, aws=aws).ok
    assert destroy(both, aws=aws, confirm=lambda plan: True).ok


def test_a_change_by_hand_is_drift(aws: AWS, name: str) -> None:
    made = assembly(name, template(Queue=queue(30)))
    deploy(made, aws=aws)
    assert drift(made, aws=aws)[name].status == "IN_SYNC"
    url = outputs(made, aws=aws)[name]["First"]
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})
    found = drift(made, aws=aws)[name]
    assert found.status == "DRIFTED"
    assert [part.actual for record in found.drifted for part in record.differences] == ["77"]


def test_the_last_operation_can_be_asked_about_later(aws: AWS, name: str) -> None:
    deploy(assembly(name, template(Queue=queue(30))), aws=aws)
    assert follow(assembly(name, template(Queue=queue(30))), aws=aws).ok
    broken = assembly(name, template(Queue=queue(99_999_999)))
    with pytest.raises(RolledBack):
        deploy(broken, aws=aws)
    with pytest.raises(RolledBack, match="Queue"):
        follow(broken, aws=aws)
