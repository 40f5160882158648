"""From a tree to templates: references across stacks, order, rings, and the same bytes every time."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from awsdeck import (
    AWS,
    App,
    Condition,
    ConstraintError,
    ConstructError,
    CycleError,
    Output,
    Parameter,
    SQSQueue,
    Stack,
    TokenError,
    equals,
)
from awsdeck.assembly import Assembly
from awsdeck.cfn import s3, sns, sqs, ssm
from awsdeck.errors import InputError
from awsdeck.synth import synthesize


def test_a_reference_across_stacks_becomes_an_export_and_an_import_with_stable_names() -> None:
    app = App()
    net, shop = Stack(app, "net"), Stack(app, "shop")
    queue = sqs.Queue(net, "Orders")
    sns.Topic(shop, "T", DisplayName=f"{queue.QueueName}")
    sqs.Queue(shop, "Q", RedrivePolicy={"deadLetterTargetArn": queue.Arn, "maxReceiveCount": 3})
    made = synthesize(app)
    assert made["net"].template["Outputs"] == {
        "ExportOrdersArn": {"Value": {"Fn::GetAtt": ["Orders", "Arn"]}, "Export": {"Name": "net:Orders-Arn"}},
        "ExportOrdersQueueName": {
            "Value": {"Fn::GetAtt": ["Orders", "QueueName"]}, "Export": {"Name": "net:Orders-QueueName"},
        },
    }  # fmt: skip
    resources = made["shop"].template["Resources"]
    assert resources["T"]["Properties"]["DisplayName"] == {"Fn::ImportValue": "net:Orders-QueueName"}
    assert made["shop"].dependencies == ("net",)
    assert [stack.name for stack in made] == ["net", "shop"]


def test_a_stack_that_depends_on_one_made_later_still_comes_after_it() -> None:
    app = App()
    first, second = Stack(app, "a"), Stack(app, "b")
    sns.Topic(first, "T", DisplayName=sqs.Queue(second, "Q").QueueName)
    assert [stack.name for stack in synthesize(app)] == ["b", "a"]


def test_an_explicit_dependency_across_stacks_orders_them() -> None:
    app = App()
    first, second = Stack(app, "a"), Stack(app, "b")
    sqs.Queue(first, "Q").node.depends_on(sqs.Queue(second, "R"))
    made = synthesize(app)
    assert made["a"].dependencies == ("b",)
    assert "DependsOn" not in made["a"].template["Resources"]["Q"]


@pytest.mark.parametrize(
    ("here", "there"),
    [({"region": "eu-west-1"}, {"region": "us-east-1"}), ({"account": "1" * 12}, {"account": "2" * 12})],
)
def test_a_reference_to_another_region_or_account_is_an_error_that_says_what_to_do(here: Any, there: Any) -> None:
    app = App()
    queue = sqs.Queue(Stack(app, "a", **there), "Q")
    topic = sns.Topic(Stack(app, "b", **here), "T", DisplayName=queue.ref)
    with pytest.raises(ConstructError) as caught:
        synthesize(app)
    assert "same region and account" in str(caught.value)
    assert "fixed name" in (caught.value.fix or "")
    assert str(caught.value.place) == str(topic.node.source)


def test_a_ring_of_stacks_prints_the_way_round_with_every_line() -> None:
    app = App()
    a, b, c = Stack(app, "a"), Stack(app, "b"), Stack(app, "c")
    queues = {stack: sqs.Queue(stack, "Q") for stack in (a, b, c)}
    askers = [
        sns.Topic(a, "T", DisplayName=queues[b].ref),
        sns.Topic(b, "T", DisplayName=queues[c].ref),
        sns.Topic(c, "T", DisplayName=queues[a].ref),
    ]
    with pytest.raises(CycleError) as caught:
        synthesize(app)
    said = str(caught.value)
    for asker in askers:
        assert str(asker.node.source) in said
    assert "uses b/Q" in said
    assert "uses c/Q" in said
    assert "uses a/Q" in said


def test_a_ring_of_resources_prints_every_line() -> None:
    app = App()
    stack = Stack(app, "a")
    one = sns.Topic(stack, "One")
    other = sns.Topic(stack, "Other")
    one.DisplayName = other.TopicName
    other.DisplayName = one.TopicName
    with pytest.raises(ConstraintError) as caught:
        synthesize(app)
    finding = next(f for f in caught.value.findings if f.rule == "XSV002")
    assert "One" in finding.message
    assert "Other" in finding.message
    for topic in (one, other):
        assert topic.node.source is not None
        assert f"test_synth.py:{topic.node.source.line}" in str(caught.value)


def test_a_parameter_of_another_stack_is_refused() -> None:
    app = App()
    stage = Parameter(Stack(app, "a"), "Stage")
    sns.Topic(Stack(app, "b"), "T", DisplayName=stage.ref)
    with pytest.raises(ConstructError, match="belongs to the stack a"):
        synthesize(app)


def test_a_value_of_another_stack_in_an_override_orders_the_stacks() -> None:
    app = App()
    shop, net = Stack(app, "a"), Stack(app, "b")
    queue = sqs.Queue(net, "Q")
    topic = sns.Topic(shop, "T")
    topic.override("Metadata.queue", queue.Arn)
    topic.override("Metadata.gone", None)
    made = synthesize(app)
    assert made["a"].dependencies == ("b",)
    assert made["a"].template["Resources"]["T"]["Metadata"] == {"queue": {"Fn::ImportValue": "b:Q-Arn"}}


def test_an_override_names_a_resource_by_its_final_id() -> None:
    app = App()
    stack = Stack(app, "a")
    queue, topic = sqs.Queue(stack, "Q"), sns.Topic(stack, "T")
    topic.override("Metadata", {"queue": queue.Arn})
    queue.node.override_logical_id("Orders")
    made = synthesize(app)
    assert made["a"].template["Resources"]["T"]["Metadata"] == {"queue": {"Fn::GetAtt": ["Orders", "Arn"]}}


def test_an_export_of_a_resource_with_a_condition_has_it_too() -> None:
    app = App()
    net, shop = Stack(app, "net"), Stack(app, "shop")
    queue = sqs.Queue(net, "Q")
    queue.when(Condition(net, "Far", equals(AWS.Region, "eu-west-1")))
    sns.Topic(shop, "T", DisplayName=queue.QueueName)
    outputs = synthesize(app)["net"].template["Outputs"]
    assert {name: body["Condition"] for name, body in outputs.items()} == {"ExportQQueueName": "Far"}


@pytest.mark.parametrize(
    "write",
    [
        lambda s, q: s.metadata.update(x=q.Arn),
        lambda s, q: setattr(s, "description", f"in {AWS.Region}"),
        lambda s, q: s.tags.update(x=f"in {AWS.Region}"),
    ],
)
def test_a_deploy_time_value_in_what_cloudformation_does_not_resolve_is_refused(write: Any) -> None:
    app = App()
    stack = Stack(app, "a")
    write(stack, sqs.Queue(stack, "Q"))
    with pytest.raises(TokenError, match="deploy-time value") as caught:
        synthesize(app)
    assert caught.value.place == stack.node.source


def test_a_construct_of_another_app_is_refused() -> None:
    other = App()
    queue = sqs.Queue(Stack(other, "a"), "Q")
    app = App()
    sns.Topic(Stack(app, "b"), "T", DisplayName=queue.ref)
    with pytest.raises(ConstructError, match="another app"):
        synthesize(app)


def test_a_name_that_nothing_has_is_found_in_raw_functions_too() -> None:
    app = App()
    sns.Topic(Stack(app, "b"), "T", DisplayName={"Ref": "Nothing"})  # type: ignore[arg-type]
    with pytest.raises(ConstraintError) as caught:
        synthesize(app)
    assert [finding.rule for finding in caught.value.findings] == ["XSV001"]
    assert caught.value.findings[0].construct == "b/T"


def test_the_assembly_is_written_and_read_back_whole(tmp_path: pathlib.Path) -> None:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1", account="1" * 12, tags={"a": "b"}, termination_protection=True)
    SQSQueue(stack, "Orders")
    made = app.synth(str(tmp_path / "out"))
    back = Assembly.load(str(tmp_path / "out"))
    assert back.manifest() == made.manifest()
    assert back["shop"].template == made["shop"].template
    origin = back["shop"].origins["Orders"]
    assert origin.construct == "shop/Orders"
    assert origin.line == stack.node.children["Orders"].node.source.line  # type: ignore[union-attr]


def test_templates_of_stacks_that_are_gone_do_not_stay_behind(tmp_path: pathlib.Path) -> None:
    for names in (["a", "b"], ["a"]):
        app = App()
        for name in names:
            sqs.Queue(Stack(app, name), "Q")
        app.synth(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.template.json", "manifest.json"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "manifest.json").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text('{"version": 99}'),
        lambda folder: (folder / "manifest.json").write_text('{"version": 1, "stacks": {"a": {}}}'),
        lambda folder: (folder / "a.template.json").unlink(),
    ],
)
def test_a_damaged_assembly_is_one_clear_error(tmp_path: pathlib.Path, damage: Any) -> None:
    app = App()
    sqs.Queue(Stack(app, "a"), "Q")
    app.synth(str(tmp_path))
    damage(tmp_path)
    with pytest.raises(InputError):
        Assembly.load(str(tmp_path))


DECK = """
from awsdeck import App, AWS, S3Bucket, SNSTopic, SQSQueue, Stack, IAMRole
app = App()
net = Stack(app, "net")
shop = Stack(app, "shop", tags={"b": "1", "a": "2"})
failed = SQSQueue(net, "Failed")
orders = SQSQueue(shop, "Orders", dead_letter=failed.after(3))
topic = SNSTopic(shop, "Placed")
topic.subscribe(orders, filter={"kind": ["a", "b"]})
bucket = S3Bucket(shop, "Uploads", name=f"uploads-{AWS.AccountId}", encryption="kms", enforce_encryption=True)
role = IAMRole(shop, "Role", assumed_by=["ec2.amazonaws.com", "lambda.amazonaws.com"])
bucket.grant_read_write(role, prefix="in/")
orders.grant_consume(role)
app.synth()
"""


def test_the_same_program_gives_the_same_bytes_with_any_hash_seed_from_any_folder(tmp_path: pathlib.Path) -> None:
    seen = []
    for number, seed in enumerate(("0", "1", "4711")):
        project = tmp_path / f"somewhere{number}"
        project.mkdir()
        (project / "deck.py").write_text(DECK)
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        start = project if number else tmp_path
        subprocess.run([sys.executable, str(project / "deck.py")], cwd=start, env=environment, check=True)
        seen.append({path.name: path.read_bytes() for path in (project / "awsdeck.out").iterdir()})
    assert seen[0] == seen[1] == seen[2]
    assert set(seen[0]) == {"manifest.json", "net.template.json", "shop.template.json"}
    assert json.loads(seen[0]["manifest.json"])["stacks"]["shop"]["resources"]["Orders"]["file"] == "deck.py"


def test_a_mistake_in_a_deck_run_by_python_is_one_message_without_a_traceback(tmp_path: pathlib.Path) -> None:
    deck = tmp_path / "deck.py"
    deck.write_text("from awsdeck import *\napp = App()\nSQSQueue(Stack(app, 'a'), 'Q',\n    delay=901)\napp.synth()\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(deck)], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(("error: deck.py:3", "error: deck.py:4"))
    assert "0 to 900" in done.stderr
    assert not (tmp_path / "awsdeck.out").exists()


def test_a_bucket_without_properties_has_no_empty_section() -> None:
    app = App()
    s3.Bucket(Stack(app, "a"), "B")
    assert "Properties" not in synthesize(app)["a"].template["Resources"]["B"]
    assert AWS.Region is not None


def test_a_message_names_constructs_as_the_deck_does() -> None:
    app = App()
    queue = SQSQueue(Stack(app, "s", region="eu-west-1"), "Q")
    other = Stack(app, "t", region="us-east-1")
    Output(other, "O", value=queue.arn)
    with pytest.raises(ConstructError, match=r"^\S+ t/O in t \(us-east-1\) refers to s/Q\.Arn in s"):
        app.synth()


def test_a_tag_may_be_a_value_that_only_the_deploy_knows() -> None:
    app = App()
    stack = Stack(app, "shop")
    queue = sqs.Queue(stack, "Q")
    topic = sns.Topic(stack, "T", Tags=[{"Key": "own", "Value": queue.QueueName}])
    table = ssm.Parameter(stack, "P", Type="String", Value="x", Tags={"own": queue.QueueName})
    queue.node.override_logical_id("Orders")
    for one in (topic, table):
        one.node.tag("queue", queue.Arn)
    made = synthesize(app)["shop"].template["Resources"]
    name, arn = ({"Fn::GetAtt": ["Orders", attribute]} for attribute in ("QueueName", "Arn"))
    assert made["T"]["Properties"]["Tags"] == [{"Key": "own", "Value": name}, {"Key": "queue", "Value": arn}]
    assert made["P"]["Properties"]["Tags"] == {"own": name, "queue": arn}
