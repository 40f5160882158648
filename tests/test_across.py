"""References that cross regions: refused unless chosen, and then carried by the deploy."""

from __future__ import annotations

import pathlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import (
    App,
    ConstructError,
    NestedStack,
    Output,
    SNSTopic,
    SQSQueue,
    Stack,
    TokenError,
    across,
    join,
)
from awsdeck.assembly import Assembly
from awsdeck.cfn import ec2, sns, sqs
from awsdeck.errors import InputError
from awsdeck.synth import synthesize

if TYPE_CHECKING:
    from awsdeck.local import Engine


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


@pytest.fixture
def east(app: App) -> Stack:
    return Stack(app, "east", region="us-east-1")


@pytest.fixture
def west(app: App) -> Stack:
    return Stack(app, "west", region="us-west-2")


def test_a_reference_to_another_region_is_refused_and_the_error_names_the_way_out(
    app: App, east: Stack, west: Stack
) -> None:
    queue = sqs.Queue(east, "Q")
    topic = sns.Topic(west, "T", DisplayName=queue.QueueName)
    with pytest.raises(
        ConstructError, match=r"west \(us-west-2\) refers to east/Q.QueueName in east \(us-east-1\)"
    ) as caught:
        synthesize(app)
    assert "across(...)" in (caught.value.fix or "")
    assert caught.value.place == topic.node.source


def test_across_makes_an_output_here_a_parameter_there_and_a_note_in_the_manifest(
    app: App, east: Stack, west: Stack
) -> None:
    queue = sqs.Queue(east, "Q")
    sns.Topic(west, "T", DisplayName=f"of {across(queue.QueueName)}")
    sns.Topic(west, "U", DisplayName=across(queue.QueueName))
    made = synthesize(app)
    assert made["east"].template["Outputs"] == {"ExportQQueueName": {"Value": {"Fn::GetAtt": ["Q", "QueueName"]}}}
    assert made["west"].template["Parameters"] == {
        "FromQQueueName": {
            "Type": "String",
            "Description": "ExportQQueueName of the stack east; awsdeck deploy fills it in",
        }
    }
    resources = made["west"].template["Resources"]
    assert resources["T"]["Properties"]["DisplayName"] == {"Fn::Sub": "of ${FromQQueueName}"}
    assert resources["U"]["Properties"]["DisplayName"] == {"Ref": "FromQQueueName"}
    assert made["west"].dependencies == ("east",)
    assert made["west"].inputs == {"FromQQueueName": ("east", "ExportQQueueName")}
    assert made.manifest()["stacks"]["west"]["inputs"] == {
        "FromQQueueName": {"stack": "east", "output": "ExportQQueueName"}
    }


def test_the_note_survives_writing_and_reading(app: App, east: Stack, west: Stack, tmp_path: pathlib.Path) -> None:
    sns.Topic(west, "T", DisplayName=across(sqs.Queue(east, "Q").ref))
    app.synth(str(tmp_path / "out"))
    assert Assembly.load(str(tmp_path / "out"))["west"].inputs == {"FromQ": ("east", "ExportQ")}


def test_where_both_stand_in_one_region_it_is_an_ordinary_import(app: App, east: Stack) -> None:
    beside = Stack(app, "beside", region="us-east-1")
    queue = sqs.Queue(east, "Q")
    sns.Topic(beside, "T", DisplayName=across(queue.QueueName))
    sns.Topic(east, "U", DisplayName=across(queue.QueueName))
    made = synthesize(app)
    assert made["beside"].template["Resources"]["T"]["Properties"]["DisplayName"] == {
        "Fn::ImportValue": "east:Q-QueueName"
    }
    assert made["east"].template["Resources"]["U"]["Properties"]["DisplayName"] == {"Fn::GetAtt": ["Q", "QueueName"]}
    assert "Parameters" not in made["beside"].template


def test_lists_and_nested_stacks_cross_too(app: App, east: Stack, west: Stack) -> None:
    vpc = ec2.VPC(NestedStack(east, "Net"), "Vpc", CidrBlock="10.0.0.0/16")
    sns.Topic(NestedStack(west, "In"), "T", DisplayName=join("-", across(vpc.CidrBlockAssociations)))
    made = synthesize(app)
    (parameter,) = (one for one in made["west"].template["Parameters"] if one.startswith("From"))
    assert made["west"].template["Parameters"][parameter]["Type"] == "CommaDelimitedList"
    assert made["west"].inputs == {parameter: ("east", "ExportNetVpcCidrBlockAssociations")}
    passed = made["west"].template["Resources"]["In"]["Properties"]["Parameters"]
    assert passed == {parameter: {"Fn::Join": [",", {"Ref": parameter}]}}
    output = made["east"].template["Outputs"]["ExportNetVpcCidrBlockAssociations"]["Value"]
    assert output["Fn::Join"][1] == {
        "Fn::Split": [",", {"Fn::GetAtt": ["Net", "Outputs.ExportVpcCidrBlockAssociations"]}]
    }


def test_another_account_stays_out_of_reach(app: App, east: Stack) -> None:
    other = Stack(app, "other", region="us-west-2", account="123456789012")
    sns.Topic(other, "T", DisplayName=across(sqs.Queue(east, "Q").QueueName))
    with pytest.raises(ConstructError, match="same region and account") as caught:
        synthesize(app)
    assert "across" not in (caught.value.fix or "")


@pytest.mark.parametrize("value", ["plain", "https://{}/x"])
def test_it_takes_one_value_and_nothing_else(east: Stack, value: str) -> None:
    queue = sqs.Queue(east, "Q")
    with pytest.raises(TokenError, match="one value of a construct") as caught:
        across(value.format(queue.QueueName) if "{}" in value else value)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_across.py")


def test_stacks_that_need_each_other_across_regions_are_a_ring(app: App, east: Stack, west: Stack) -> None:
    queue = sqs.Queue(east, "Q")
    topic = sns.Topic(west, "T", DisplayName=across(queue.QueueName))
    sns.Topic(east, "U", DisplayName=across(topic.TopicName))
    with pytest.raises(InputError, match="stacks need each other"):
        synthesize(app)


def test_every_deploy_carries_the_value_of_then(local_engine: Engine, tmp_path: pathlib.Path) -> None:
    from awsdeck.deploy import AWS, deploy, destroy

    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    unique = uuid.uuid4().hex[:8]
    east, west = f"east-{unique}", f"west-{unique}"

    def program(label: str) -> Assembly:
        app = App()
        app.folder = str(tmp_path)
        one = Stack(app, east, region="us-east-1")
        queue = SQSQueue(one, "Q", name=f"{unique}-{label}")
        two = Stack(app, west, region="us-west-2")
        SNSTopic(two, "T", display_name=f"of {across(queue.arn)}")
        Output(two, "Arn", across(queue.arn))
        return synthesize(app)

    def yes(**more: Any) -> dict[str, Any]:
        return {"aws": aws, "confirm": lambda plan: True, **more}

    with pytest.raises(InputError, match=f"deploy {east} first"):
        deploy(program("a"), stacks=[west], **yes())
    for label in ("a", "b"):
        deploy(program(label), stacks=[east], **yes(allow_replace=["Q"]))
        result = deploy(program(label), stacks=[west], **yes())
        assert result.outputs[west]["Arn"].endswith(f":{unique}-{label}")
    by_hand = deploy(program("b"), stacks=[west], **yes(parameters={f"{west}:FromQArn": "arn:by:hand"}))
    assert by_hand.outputs[west]["Arn"] == "arn:by:hand"
    destroy(program("b"), **yes(allow_destroy=["Q"]))
