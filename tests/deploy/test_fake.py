"""The scripted CloudFormation as users have it: for testing a pipeline of one's own without an account and without waiting.

The first test is one to copy. The others hold the fake to what CloudFormation does.
"""

from __future__ import annotations

import threading
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import pytest

from awsdeck import App, SQSQueue, Stack
from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import VirtualClock, deploy
from awsdeck.deploy.fake import Cut, FakeCloudFormation, Script, Stale, Throttled
from awsdeck.errors import RolledBack

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}
TEMPLATE: dict[str, Any] = {"Resources": {"Topic": TOPIC}}


def test_a_pipeline_says_what_went_wrong_and_leaves_the_stack_as_it_was() -> None:
    app = App()
    SQSQueue(Stack(app, "shop"), "Orders", visibility_timeout=60)

    fake = FakeCloudFormation()
    fake.add_stack("shop", TEMPLATE)  # what is deployed already
    fake.script("shop", Script(fail={"Orders": "no more queues for you"}, seconds=90))
    fake.fault("DescribeStacks", Throttled(), times=30)

    with pytest.raises(RolledBack, match="no more queues for you"):
        deploy(app.synth(), aws=fake.aws())
    assert fake.status("shop") == "UPDATE_ROLLBACK_COMPLETE"
    assert "DeleteStack" not in fake.operations()


def client(fake: FakeCloudFormation) -> Any:
    session = boto3.Session("AKID", "secret", region_name="eu-west-1")
    fake.install(session)
    return session.client("cloudformation", config=botocore.config.Config(retries={"total_max_attempts": 1}))


def proposed(client: Any, **more: Any) -> str:
    given = {"StackName": "shop", "ChangeSetName": "first", "ChangeSetType": "CREATE", "ClientToken": "once", **more}
    body = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    return str(client.create_change_set(TemplateBody=body, **given)["Id"])


def passes(fake: FakeCloudFormation, seconds: float) -> None:

    fake.clock.sleep(seconds, threading.Event())


def test_any_boto3_client_can_be_answered() -> None:
    fake = FakeCloudFormation()
    assert client(fake).describe_stacks()["Stacks"] == []
    assert fake.operations() == ["DescribeStacks"]


def test_a_change_set_is_made_in_time_executed_once_and_followed_by_its_stack() -> None:
    fake = FakeCloudFormation()
    cloud = client(fake)
    arn = proposed(cloud)
    assert cloud.describe_change_set(ChangeSetName=arn)["Status"] == "CREATE_IN_PROGRESS"
    passes(fake, 1)
    assert cloud.describe_change_set(ChangeSetName=arn)["ExecutionStatus"] == "AVAILABLE"
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    cloud.execute_change_set(ChangeSetName=arn, ClientRequestToken="go")
    cloud.execute_change_set(ChangeSetName=arn, ClientRequestToken="go")  # said again, done once
    assert fake.status("shop") == "CREATE_IN_PROGRESS"
    fake.finish()
    assert fake.status("shop") == "CREATE_COMPLETE"
    told = [event["ResourceStatus"] for event in cloud.describe_stack_events(StackName="shop")["StackEvents"]]
    assert told.count("CREATE_IN_PROGRESS") == 2  # the stack and its topic


def test_a_token_makes_a_request_the_same_request() -> None:
    fake = FakeCloudFormation()
    cloud = client(fake)
    assert proposed(cloud) == proposed(cloud)
    assert len(fake.stacks) == 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ChangeSetType": "UPDATE"}, "ValidationError"),
        ({"Parameters": [{"ParameterKey": "Stranger", "ParameterValue": "x"}]}, "ValidationError"),
        ({"TemplateBody": "{" + " " * 51_200 + "}"}, "ValidationError"),
        (
            {"TemplateBody": '{"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r"}}}}'},
            "InsufficientCapabilitiesException",
        ),
    ],
)
def test_what_cloudformation_refuses_is_refused(given: dict[str, Any], code: str) -> None:
    cloud = client(FakeCloudFormation())
    arguments = {"StackName": "shop", "ChangeSetName": "first", "ChangeSetType": "CREATE",
                 "TemplateBody": '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}', **given}  # fmt: skip
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        cloud.create_change_set(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_a_line_that_is_cut_after_the_request_has_done_what_was_asked() -> None:
    fake = FakeCloudFormation()
    fake.fault("CreateChangeSet", Cut("after"))
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        proposed(client(fake))
    assert fake.status("shop") == "REVIEW_IN_PROGRESS"
    fake.fault("DescribeStacks", Cut("before"))
    with pytest.raises(botocore.exceptions.EndpointConnectionError):
        client(fake).describe_stacks()


def test_a_stale_read_shows_the_stack_before_its_last_operation() -> None:
    fake = FakeCloudFormation()
    cloud = client(fake)
    arn = proposed(cloud)
    passes(fake, 1)
    cloud.execute_change_set(ChangeSetName=arn)
    fake.fault("DescribeStacks", Stale())
    shown = [cloud.describe_stacks(StackName="shop")["Stacks"][0]["StackStatus"] for _ in range(2)]
    assert shown == ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"]


def test_long_answers_come_in_pages() -> None:
    fake = FakeCloudFormation(page=2)
    fake.add_stack("shop", {"Resources": {f"Topic{number}": TOPIC for number in range(5)}})
    pages = list(client(fake).get_paginator("describe_stack_events").paginate(StackName="shop"))
    assert [len(page["StackEvents"]) for page in pages] == [2, 2, 2]


def test_time_passes_only_when_somebody_waits() -> None:
    fake = FakeCloudFormation(clock=VirtualClock(start=1_000_000.0))
    fake.script("shop", Script(seconds=3_600))

    deploy(Assembly([StackArtifact("shop", TEMPLATE)]), aws=fake.aws())
    assert fake.clock.now() - 1_000_000.0 > 3_600
