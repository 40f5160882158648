"""Repair against the embedded CloudFormation: imports, deletions that fail, drift, rollbacks, protection."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.deploy import AWS, deploy, destroy, drift, import_resources, importable, outputs, rollback, status
from awsdeck.errors import ApprovalNeeded, DeployError, InputError, NotClean

if TYPE_CHECKING:
    from awsdeck.local import Engine

pytestmark = pytest.mark.local


@pytest.fixture
def aws(local_engine: Engine) -> AWS:
    keys = (local_engine.access_key, local_engine.secret_key)
    return AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)


@pytest.fixture
def name() -> str:
    return f"repair-{secrets.token_hex(4)}"


def queue(timeout: int, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain",
        "Properties": {"VisibilityTimeout": timeout, **properties},
    }  # fmt: skip


def topic(name: str) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def assembly(name: str, *resources: tuple[str, dict[str, Any]], **sections: Any) -> Assembly:
    body = {"Resources": dict(resources), **sections}
    origins = {id: Origin(f"{name}/{id}", "deck.py", 7) for id in body["Resources"]}
    return Assembly([StackArtifact(name, body, origins=origins)])


def test_a_queue_becomes_part_of_a_new_stack_and_then_of_its_deploys(aws: AWS, name: str) -> None:
    url = aws.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    deck = assembly(name, ("Queue", queue(30, QueueName=name)), ("Topic", topic("a")))
    assert set(importable(deck[name], aws)) == {"Queue", "Topic"}
    done = import_resources(deck, aws=aws, stack=name, identifiers={"Queue": url})
    assert done.stacks[name].status == "imported"
    changed = assembly(
        name, ("Queue", queue(60, QueueName=name)), ("Topic", topic("a")), Outputs={"Url": {"Value": {"Ref": "Queue"}}}
    )
    assert deploy(changed, aws=aws).stacks[name].status == "updated"
    found = drift(changed, aws=aws)[name]
    assert (found.differs, found.failed) == (False, "")
    attributes = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "60"
    assert outputs(changed, aws=aws)[name]["Url"].endswith(f"/{name}")


def test_a_bucket_comes_into_a_stack_that_runs(aws: AWS, name: str) -> None:
    deploy(assembly(name, ("Topic", topic("a"))), aws=aws)
    aws.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": name}}
    deck = assembly(name, ("Topic", topic("a")), ("Bucket", bucket))
    assert import_resources(deck, aws=aws, stack=name, identifiers={"Bucket": {}}).stacks[name].status == "imported"
    with pytest.raises(InputError, match="no resource of the deck"):
        import_resources(deck, aws=aws, stack=name, identifiers={"Bucket": name})
    [left] = destroy(deck, aws=aws).stacks[name].leftovers
    assert (left.logical_id, left.physical_id) == ("Bucket", name)


def test_what_is_not_there_or_somebody_elses_is_not_imported(aws: AWS, name: str) -> None:
    deck = assembly(name, ("Queue", queue(30)))
    with pytest.raises(DeployError) as caught:
        import_resources(deck, aws=aws, stack=name, identifiers={"Queue": "http://nowhere/000000000000/none"})
    assert "check the identifier" in str(caught.value.fix)
    assert status(deck, aws=aws)[name].record is None
    owner = assembly(f"{name}-owner", ("Queue", queue(30)), Outputs={"Url": {"Value": {"Ref": "Queue"}}})
    deploy(owner, aws=aws)
    taken = outputs(owner, aws=aws)[f"{name}-owner"]["Url"]
    with pytest.raises(DeployError, match="already exists in stack") as caught:
        import_resources(deck, aws=aws, stack=name, identifiers={"Queue": taken})
    assert "one stack only" in str(caught.value.fix)


def test_a_declined_import_leaves_no_stack(aws: AWS, name: str) -> None:
    url = aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    deck = assembly(name, ("Queue", queue(30, QueueName=name)))
    with pytest.raises(ApprovalNeeded):
        import_resources(deck, aws=aws, stack=name, identifiers={"Queue": url}, confirm=lambda plan: False)
    assert status(deck, aws=aws)[name].record is None


def test_drift_tells_what_was_deleted_by_hand(aws: AWS, name: str) -> None:
    deck = assembly(name, ("Queue", queue(30)), Outputs={"Url": {"Value": {"Ref": "Queue"}}})
    deploy(deck, aws=aws)
    aws.client("sqs").delete_queue(QueueUrl=outputs(deck, aws=aws)[name]["Url"])
    found = drift(deck, aws=aws)[name]
    assert found.differs
    assert [record.status for record in found.drifted] == ["DELETED"]


def test_a_creation_that_was_kept_is_undone(aws: AWS, name: str) -> None:
    deck = assembly(name, ("Topic", topic("a")), ("Queue", queue(99_999_999)))
    aws.client("cloudformation").create_stack(
        StackName=name, TemplateBody=json.dumps(deck[name].template), DisableRollback=True
    )
    client = aws.client("cloudformation")
    while client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"].endswith("IN_PROGRESS"):
        pass
    assert status(deck, aws=aws)[name].record.status == "CREATE_FAILED"  # type: ignore[union-attr]
    assert rollback(deck, aws=aws, stacks=[name]).ok


def test_protection_is_taken_off_when_that_is_said(aws: AWS, name: str) -> None:
    deck = assembly(name, ("Topic", topic("a")))
    deck[name].termination_protection = True
    deploy(deck, aws=aws)
    with pytest.raises(ApprovalNeeded, match="termination protection"):
        destroy(deck, aws=aws)
    assert destroy(deck, aws=aws, disable_protection=True).stacks[name].status == "deleted"


def test_a_full_bucket_is_told_before_it_is_deleted(aws: AWS, name: str, listener: Any) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}
    deck = assembly(name, ("Bucket", bucket))
    deploy(deck, aws=aws)
    aws.client("s3").put_object(Bucket=name, Key="a", Body=b"x")
    with pytest.raises(ApprovalNeeded):
        destroy(deck, aws=aws, allow_destroy=["Bucket"], confirm=lambda plan: False, observer=listener)
    assert "has objects in it" in listener.plans[0].notes[0]


@pytest.mark.parametrize("options", [{"retain": ["Images"]}, {"force_delete": True}])
def test_what_cannot_be_deleted_is_told_before_and_left_behind_after(
    aws: AWS, name: str, listener: Any, options: dict[str, Any]
) -> None:
    repository = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": name}}
    deck = assembly(name, ("Images", repository), ("Topic", topic("a")))
    deploy(deck, aws=aws)
    aws.client("ecr").put_image(repositoryName=name, imageManifest="{}", imageTag="a")
    with pytest.raises(NotClean, match="is not empty") as caught:
        destroy(deck, aws=aws, allow_destroy=["Images"], observer=listener)
    assert caught.value.exit_code == 5
    assert "has images in it" in listener.plans[0].notes[0]
    assert status(deck, aws=aws)[name].record.status == "DELETE_FAILED"  # type: ignore[union-attr]
    result = destroy(deck, aws=aws, **options).stacks[name]
    assert result.status == "deleted"
    assert [(left.logical_id, left.physical_id) for left in result.leftovers] == [("Images", name)]
    assert aws.client("ecr").describe_repositories(repositoryNames=[name])["repositories"]
