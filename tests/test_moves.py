"""`node.moved`: what was called otherwise is written down for every resource that it speaks of."""

from __future__ import annotations

import pytest

from awsdeck import App, DynamoDBTable, S3Bucket, SQSQueue, Stack
from awsdeck.errors import ConstructError
from awsdeck.nested import NestedStack
from awsdeck.synth import synthesize


def moved(app: App) -> dict[str, tuple[str, ...]]:
    """What each resource was called, by stack and logical id."""
    return {
        f"{stack.name}/{id}": origin.moved
        for stack in synthesize(app)
        for id, origin in stack.origins.items()
        if origin.moved
    }


def test_a_resource_under_another_name_says_which() -> None:
    app = App()
    SQSQueue(Stack(app, "shop"), "Orders").node.moved("Inbox")
    assert moved(app) == {"shop/Orders": ("shop/Inbox",)}


def test_everything_that_a_construct_makes_comes_along() -> None:
    app = App()
    stack = Stack(app, "data")
    S3Bucket(stack, "Uploads", encryption="kms").node.moved("shop/Files")
    found = moved(app)
    assert found["data/Uploads"] == ("shop/Files",)
    assert found["data/UploadsPolicy"] == ("shop/FilesPolicy",)
    assert len(found) == len([id for one in synthesize(app) for id in one.origins])


def test_what_moved_twice_says_it_twice() -> None:
    app = App()
    queue = SQSQueue(Stack(app, "shop"), "Orders")
    queue.node.moved("Inbox")
    queue.node.moved("old/Queue")
    assert moved(app) == {"shop/Orders": ("shop/Inbox", "old/Queue")}


def test_a_single_resource_of_a_construct_can_say_it_too() -> None:
    app = App()
    table = DynamoDBTable(Stack(app, "shop"), "Orders", partition_key="id")
    table.node.resource.node.moved("Table")
    assert moved(app) == {"shop/Orders": ("shop/Table",)}


@pytest.mark.parametrize("was", ["", "a/b/c", "with-hyphen", "1stack/Id", "shop/"])
def test_what_nothing_can_have_been_called_is_refused_at_its_line(was: str) -> None:
    queue = SQSQueue(Stack(App(), "shop"), "Orders")
    with pytest.raises(ConstructError, match="cannot be what shop/Orders was called") as caught:
        queue.node.moved(was)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_moves.py")


def test_a_move_to_where_it_is_says_nothing() -> None:
    app = App()
    SQSQueue(Stack(app, "shop"), "Orders").node.moved("Orders")
    with pytest.raises(ConstructError, match="what it is called now"):
        synthesize(app)


def test_what_stands_in_a_nested_stack_cannot_be_carried_over() -> None:
    stack = Stack(App(), "shop")
    queue = SQSQueue(NestedStack(stack, "Inner"), "Orders")
    with pytest.raises(ConstructError, match="nested stack"):
        queue.node.moved("Inbox")


def test_a_move_that_comes_after_synthesis_is_refused() -> None:
    app = App()
    queue = SQSQueue(Stack(app, "shop"), "Orders")
    synthesize(app)
    with pytest.raises(ConstructError, match="after synth"):
        queue.node.moved("Inbox")
