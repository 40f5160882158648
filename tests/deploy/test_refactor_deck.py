"""A deck that is taken apart into two stacks: what was deployed is carried over, and nothing is left to deploy."""

from __future__ import annotations

from awsdeck import App, DynamoDBTable, IAMRole, SNSTopic, SQSQueue, Stack
from awsdeck.assembly import Assembly
from awsdeck.deploy import deploy, find_moves, refactor
from awsdeck.deploy.fake import FakeCloudFormation
from awsdeck.diff import diff
from awsdeck.synth import synthesize


def deck(*, apart: bool) -> Assembly:
    """A table, a queue that hears of a topic, and a role that may use them."""
    app = App()
    data = Stack(app, "data" if apart else "shop", region="eu-west-1")
    shop = Stack(app, "shop", region="eu-west-1") if apart else data
    table = DynamoDBTable(data, "Purchases" if apart else "Orders", partition_key="id", stream="new-image")
    queue = SQSQueue(data, "Inbox")
    topic = SNSTopic(data, "Placed")
    topic.subscribe(queue)
    if apart:
        table.node.moved("shop/Orders")
        queue.node.moved("shop/Inbox")
        topic.node.moved("shop/Placed")
    worker = IAMRole(shop, "Worker", assumed_by="ec2.amazonaws.com")
    table.grant_read_write(worker)
    queue.grant_consume(worker)
    return synthesize(app)


def test_taking_a_stack_apart_leaves_every_resource_and_nothing_to_deploy(fake: FakeCloudFormation) -> None:
    deploy(deck(apart=False), aws=fake.aws(), confirm=lambda plan: True)
    before = {id: item["PhysicalResourceId"] for id, item in fake.stacks[0].resources.items()}
    new = deck(apart=True)
    [plan] = find_moves(new, aws=fake.aws()).refactorings
    assert plan.created == ("data",)
    refactor(new, plan, aws=fake.aws())
    stacks = {stack.name: stack for stack in fake.stacks}
    for name, artifact in new.stacks.items():
        assert diff(stacks[name].template, artifact.template).empty, name
    after = {id: item["PhysicalResourceId"] for stack in fake.stacks for id, item in stack.resources.items()}
    assert after.pop("Purchases") == before.pop("Orders")
    assert after == before
    again = deploy(new, aws=fake.aws(), confirm=lambda plan: True)
    assert {result.status for result in again.stacks.values()} == {"unchanged"}


def test_putting_it_together_again_takes_the_imports_away(fake: FakeCloudFormation) -> None:
    apart = deck(apart=True)
    deploy(apart, aws=fake.aws(), confirm=lambda plan: True)
    app = App()
    data = Stack(app, "data", region="eu-west-1")
    table = DynamoDBTable(data, "Purchases", partition_key="id", stream="new-image")
    queue = SQSQueue(data, "Inbox")
    topic = SNSTopic(data, "Placed")
    topic.subscribe(queue)
    worker = IAMRole(data, "Worker", assumed_by="ec2.amazonaws.com")
    worker.node.moved("shop/Worker")
    table.grant_read_write(worker)
    queue.grant_consume(worker)
    rest = Stack(app, "shop", region="eu-west-1")
    SNSTopic(rest, "Other")
    new = synthesize(app)
    shop = next(stack for stack in fake.stacks if stack.name == "shop")
    shop.template["Resources"]["Other"] = new["shop"].template["Resources"]["Other"]
    [plan] = find_moves(new, aws=fake.aws()).refactorings
    refactor(new, plan, aws=fake.aws())
    stack = next(stack for stack in fake.stacks if stack.name == "data")
    assert "Fn::ImportValue" not in str(stack.template)
    difference = diff(stack.template, new["data"].template)
    assert not difference.resources
    assert [entry.section for entry in difference.entries] == ["Outputs"] * len(difference.entries)
