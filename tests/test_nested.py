"""Nested stacks: a template of their own, parameters and outputs from references, deployed for real."""

from __future__ import annotations

import json
import pathlib
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    NestedStack,
    Output,
    Parameter,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    join,
    select,
)
from awsdeck.assembly import Assembly
from awsdeck.cfn import ec2, sns, sqs
from awsdeck.errors import ApprovalNeeded
from awsdeck.synth import synthesize

if TYPE_CHECKING:
    from awsdeck.assembly import StackArtifact
    from awsdeck.deploy import StackPlan
    from awsdeck.local import Engine


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "shop", region="eu-west-1")


def nested(artifact: StackArtifact, id: str) -> dict[str, Any]:
    """The template uploaded for the nested stack with this logical id."""
    asset = next(one for one in artifact.assets if one["id"] == id)
    made: dict[str, Any] = json.loads(pathlib.Path(artifact.files[asset["key"]]()).read_text(encoding="utf-8"))
    return made


def test_what_stands_in_a_nested_stack_goes_to_a_template_of_its_own(app: App, stack: Stack) -> None:
    inner = NestedStack(stack, "Inner", description="inside", timeout=5, tags={"team": "shop"})
    sqs.Queue(inner, "Q")
    sqs.Queue(stack, "Q")
    made = synthesize(app)["shop"]
    assert set(made.template["Resources"]) == {"Inner", "Q"}
    assert nested(made, "Inner") == {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "inside",
        "Resources": {"Q": {"Type": "AWS::SQS::Queue"}},
    }
    (asset,) = made.assets
    body = made.template["Resources"]["Inner"]
    assert body["Properties"] == {
        "TemplateURL": {
            "Fn::Sub": "https://s3.${AWS::Region}.${AWS::URLSuffix}/${AssetsBucket}/"
            f"awsdeck/{asset['hash']}.template.json"
        },
        "TimeoutInMinutes": 5,
        "Tags": [{"Key": "team", "Value": "shop"}],
    }
    assert asset["kind"] == "template"
    assert asset["source"] == "shop/Inner"


def test_a_value_of_the_parent_becomes_a_parameter_and_one_from_inside_an_output(app: App, stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed")
    inner = NestedStack(stack, "Inner")
    orders = SQSQueue(inner, "Orders", dead_letter=failed.after(3))
    sns.Topic(stack, "T", DisplayName=f"for {orders.name or orders.arn}")
    made = synthesize(app)["shop"]
    child = nested(made, "Inner")
    assert child["Parameters"] == {"FromFailedArn": {"Type": "String"}}
    redrive = child["Resources"]["Orders"]["Properties"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Ref": "FromFailedArn"}
    assert child["Outputs"] == {"ExportOrdersArn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}}}
    parent = made.template["Resources"]
    assert parent["Inner"]["Properties"]["Parameters"] == {"FromFailedArn": {"Fn::GetAtt": ["Failed", "Arn"]}}
    assert parent["T"]["Properties"]["DisplayName"] == {"Fn::Sub": "for ${Inner.Outputs.ExportOrdersArn}"}


def test_a_value_passes_through_every_level_and_between_siblings(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    middle = NestedStack(stack, "Middle")
    deep = NestedStack(middle, "Deep")
    topic = sns.Topic(deep, "T", DisplayName=queue.QueueName)
    sibling = NestedStack(stack, "Sibling")
    sns.Topic(sibling, "U", DisplayName=topic.ref)
    made = synthesize(app)["shop"]
    assert made.template["Resources"]["Middle"]["Properties"]["Parameters"]["FromQQueueName"] == {
        "Fn::GetAtt": ["Q", "QueueName"]
    }
    inside = nested(made, "Middle")["Resources"]["Deep"]["Properties"]["Parameters"]
    assert inside == {"FromQQueueName": {"Ref": "FromQQueueName"}}
    assert nested(made, "Middle")["Outputs"] == {"ExportDeepT": {"Value": {"Fn::GetAtt": ["Deep", "Outputs.ExportT"]}}}
    assert made.template["Resources"]["Sibling"]["Properties"]["Parameters"] == {
        "FromT": {"Fn::GetAtt": ["Middle", "Outputs.ExportDeepT"]}
    }


def test_other_stacks_import_from_inside_through_the_stack_that_is_deployed(app: App, stack: Stack) -> None:
    inner = NestedStack(stack, "Inner")
    queue = sqs.Queue(inner, "Q")
    other = Stack(app, "other", region="eu-west-1")
    inside = NestedStack(other, "N")
    sns.Topic(inside, "T", DisplayName=queue.QueueName)
    made = synthesize(app)
    assert made["other"].dependencies == ("shop",)
    assert made["shop"].template["Outputs"] == {
        "ExportInnerQQueueName": {
            "Export": {"Name": "shop-Inner:Q-QueueName"},
            "Value": {"Fn::GetAtt": ["Inner", "Outputs.ExportQQueueName"]},
        }
    }
    passed = made["other"].template["Resources"]["N"]["Properties"]["Parameters"]
    assert passed == {"FromQQueueName": {"Fn::ImportValue": "shop-Inner:Q-QueueName"}}


def test_lists_travel_as_text_and_arrive_as_lists(app: App, stack: Stack) -> None:
    zones = Parameter(stack, "Zones", type="CommaDelimitedList", default="a,b")
    vpc = ec2.VPC(stack, "Vpc", CidrBlock="10.0.0.0/16")
    inner = NestedStack(stack, "Inner")
    network = ec2.VPC(inner, "Network", CidrBlock="10.1.0.0/16")
    sns.Topic(inner, "T", DisplayName=join("-", zones.items), TopicName=select(0, vpc.CidrBlockAssociations))
    sns.Topic(stack, "U", DisplayName=join("-", network.CidrBlockAssociations))
    made = synthesize(app)["shop"]
    child = nested(made, "Inner")
    assert child["Parameters"]["FromZones"] == {"Type": "CommaDelimitedList"}
    assert child["Resources"]["T"]["Properties"]["DisplayName"] == {"Fn::Join": ["-", {"Ref": "FromZones"}]}
    passed = made.template["Resources"]["Inner"]["Properties"]["Parameters"]
    assert passed["FromZones"] == {"Fn::Join": [",", {"Ref": "Zones"}]}
    assert passed["FromVpcCidrBlockAssociations"] == {
        "Fn::Join": [",", {"Fn::GetAtt": ["Vpc", "CidrBlockAssociations"]}]
    }
    assert made.template["Resources"]["U"]["Properties"]["DisplayName"] == {
        "Fn::Join": ["-", {"Fn::Split": [",", {"Fn::GetAtt": ["Inner", "Outputs.ExportNetworkCidrBlockAssociations"]}]}]
    }


def test_a_secret_parameter_stays_secret_inside(app: App, stack: Stack) -> None:
    word = Parameter(stack, "Word", secret=True)
    inner = NestedStack(stack, "Inner")
    sns.Topic(inner, "T", DisplayName=word.ref)
    assert nested(synthesize(app)["shop"], "Inner")["Parameters"]["FromWord"] == {"Type": "String", "NoEcho": True}


def test_names_that_are_taken_are_left_alone(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    inner = NestedStack(stack, "Inner")
    Parameter(inner, "FromQ", default="mine")
    Output(inner, "ExportT", "mine")
    topic = sns.Topic(inner, "T", DisplayName=queue.ref)
    sns.Topic(stack, "U", DisplayName=topic.ref)
    child = nested(synthesize(app)["shop"], "Inner")
    assert child["Parameters"]["FromQ"]["Default"] == "mine"
    assert len(child["Parameters"]) == 2
    assert child["Outputs"]["ExportT"] == {"Value": "mine"}
    assert len(child["Outputs"]) == 2


def test_dependencies_hold_across_the_border_in_both_directions(app: App, stack: Stack) -> None:
    first, last = sqs.Queue(stack, "First"), sqs.Queue(stack, "Last")
    inner = NestedStack(stack, "Inner")
    one, two = sqs.Queue(inner, "One"), sqs.Queue(inner, "Two")
    one.node.depends_on(first)
    last.node.depends_on(one)
    two.node.depends_on(one)
    inner.node.depends_on(sqs.Queue(stack, "Whole"))
    made = synthesize(app)["shop"]
    assert made.template["Resources"]["Inner"]["DependsOn"] == ["First", "Whole"]
    assert made.template["Resources"]["Last"]["DependsOn"] == ["Inner"]
    child = nested(made, "Inner")["Resources"]
    assert child["Two"]["DependsOn"] == ["One"]
    assert "DependsOn" not in child["One"]


def test_parameters_of_its_own_are_filled_by_hand(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    inner = NestedStack(stack, "Inner", parameters={"Size": 3, "Name": queue.QueueName})
    size = Parameter(inner, "Size", type="Number")
    Parameter(inner, "Name")
    Parameter(inner, "Free", default="x")
    sqs.Queue(inner, "I", DelaySeconds=size.ref)
    made = synthesize(app)["shop"].template["Resources"]["Inner"]["Properties"]["Parameters"]
    assert made == {"Size": 3, "Name": {"Fn::GetAtt": ["Q", "QueueName"]}}


def test_a_parameter_that_is_not_filled_or_not_there_is_told_at_the_nested_stack(app: App, stack: Stack) -> None:
    inner = NestedStack(stack, "Inner", parameters={"Sice": 3})
    Parameter(inner, "Size", type="Number")
    sqs.Queue(inner, "Q")
    with pytest.raises(ConstructError) as caught:
        synthesize(app)
    assert "no parameter Sice" in caught.value.message
    assert "nobody gives the parameter Size" in caught.value.message
    assert caught.value.place == inner.node.source


def test_two_nested_stacks_that_need_each_other_are_a_cycle_with_the_way_round(app: App, stack: Stack) -> None:
    one, two = NestedStack(stack, "One"), NestedStack(stack, "Two")
    first = sqs.Queue(one, "First")
    second = sqs.Queue(two, "Second", QueueName=f"x-{first.QueueName}")
    sns.Topic(one, "T", DisplayName=second.QueueName)
    with pytest.raises(ConstraintError, match="One") as caught:
        synthesize(app)
    assert {finding.resource for finding in caught.value.findings} & {"One", "Two"}


def test_a_mistake_inside_is_told_with_its_own_line(app: App, stack: Stack) -> None:
    inner = NestedStack(stack, "Inner")
    dead = "arn:aws:sqs:eu-west-1:123456789012:x"
    queue = sqs.Queue(inner, "Q", RedrivePolicy={"deadLetterTargetArn": dead, "maxReceiveCount": 3})
    queue.node.override("Properties.RedrivePolicy.deadLetterTargetArn", {"Fn::GetAtt": ["Nobody", "Arn"]})
    with pytest.raises(ConstraintError, match="Nobody") as caught:
        synthesize(app)
    (finding,) = caught.value.findings
    assert finding.construct == "shop/Inner/Q"
    assert queue.node.source is not None
    assert finding.line == queue.node.source.line


def test_limits_count_for_each_template_and_a_full_one_is_hinted_at(app: App, stack: Stack) -> None:
    parts = [NestedStack(stack, f"Part{number}") for number in range(2)]
    for part in parts:
        for number in range(300):
            sns.Topic(part, f"T{number}")
    for number in range(398):
        sns.Topic(stack, f"T{number}")
    made = synthesize(app)["shop"]
    assert len(made.template["Resources"]) == 400
    (hint,) = [finding for finding in app.findings if finding.rule == "XSV020"]
    assert hint.stack == "shop"
    assert hint.severity == "info"
    assert "400 of the 500 resources" in hint.message


def test_a_nested_stack_needs_a_stack_around_it(app: App) -> None:
    with pytest.raises(ConstructError, match="stands outside a stack"):
        NestedStack(app, "N")


def test_a_subclass_builds_itself(app: App, stack: Stack) -> None:
    class Inbox(NestedStack):
        def build(self) -> None:
            self.queue = SQSQueue(self, "Queue")

    inbox = Inbox(stack, "Inbox")
    SNSTopic(stack, "Placed").subscribe(inbox.queue)
    made = synthesize(app)["shop"]
    assert "Queue" in nested(made, "Inbox")["Resources"]


def test_the_assembly_holds_the_templates_and_is_read_back(app: App, stack: Stack, tmp_path: pathlib.Path) -> None:
    sqs.Queue(NestedStack(stack, "Inner"), "Q")
    out = tmp_path / "out"
    app.synth(str(out))
    again = Assembly.load(str(out))["shop"]
    assert set(nested(again, "Inner")["Resources"]) == {"Q"}
    assert again.to_manifest() == app.synth(str(out))["shop"].to_manifest()


def test_a_nested_stack_is_deployed_changed_and_destroyed(local_engine: Engine, tmp_path: pathlib.Path) -> None:
    import boto3

    from awsdeck.deploy import AWS, deploy, destroy

    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    name = f"nested-{uuid.uuid4().hex[:8]}"

    def program(delay: int) -> Assembly:
        app = App()
        app.folder = str(tmp_path)
        stack = Stack(app, name, region="eu-west-1")
        inner = NestedStack(stack, "Inner")
        failed = SQSQueue(stack, "Failed")
        orders = SQSQueue(inner, "Orders", delay=delay, dead_letter=failed.after(3))
        Output(stack, "Url", orders.url)
        return synthesize(app)

    for delay in (0, 7):
        assembly = program(delay)
        result = deploy(assembly, aws=aws, confirm=lambda plan: True)
        url = result.outputs[name]["Url"]
        sqs_client = boto3.client(
            "sqs", region_name="eu-west-1", endpoint_url=local_engine.url,
            aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
        )  # fmt: skip
        queue = sqs_client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        assert int(queue["Attributes"]["DelaySeconds"]) == delay
        assert ":" in json.loads(queue["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    destroy(assembly, aws=aws, confirm=lambda plan: True)


def test_data_in_a_nested_stack_is_guarded_like_data_in_any(local_engine: Engine, tmp_path: pathlib.Path) -> None:
    from awsdeck.deploy import AWS, deploy, destroy

    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    name = f"nested-{uuid.uuid4().hex[:8]}"

    def program(*, bucket: bool = True, inner: bool = True) -> Assembly:
        app = App()
        app.folder = str(tmp_path)
        stack = Stack(app, name, region="eu-west-1")
        sqs.Queue(stack, "Q")
        if inner:
            part = NestedStack(NestedStack(stack, "Inner"), "Deep")
            sns.Topic(part, "T")
            if bucket:
                S3Bucket(part, "B").node.retain(False)
        return synthesize(app)

    yes: dict[str, Any] = {"aws": aws, "confirm": lambda plan: True}
    deploy(program(), **yes)
    for lossy in (program(bucket=False), program(inner=False)):
        with pytest.raises(ApprovalNeeded, match=r"--allow-destroy Inner\.Deep\.B"):
            deploy(lossy, **yes)
    with pytest.raises(ApprovalNeeded, match=r"Inner\.Deep\.B \(AWS::S3::Bucket\) is deleted"):
        destroy(program(), **yes)
    told: list[set[tuple[str, str]]] = []

    def look(plan: StackPlan) -> bool:
        told.append({(change.logical_id, change.action) for change in plan.within})
        return True

    deploy(program(bucket=False), aws=aws, confirm=look, allow_destroy=["Inner.Deep.B"])
    assert {("Inner.Deep.B", "delete"), ("Inner.Deep.BPolicy", "delete")} <= told[0]
    destroy(program(), **yes)
