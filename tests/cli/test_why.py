"""`awsdeck why`: who set a value, in the order in which they spoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Project

DECK = """
from awsdeck import App, Construct, DynamoDBTable, IAMRole, S3Bucket, SQSQueue, Stack, construct
from awsdeck.cfn import sqs
from awsdeck.nested import NestedStack

app = App()
shop = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})
failed = SQSQueue(shop, "Failed")
orders = SQSQueue(
    shop, "Orders",
    visibility_timeout=120,
    dead_letter=failed.after(5),
)
orders.node.override("Properties.DelaySeconds", 9)
raw = sqs.Queue(shop, "Raw", DelaySeconds=5)
raw.DelaySeconds = 7
role = IAMRole(shop, "Role", assumed_by="ec2.amazonaws.com")
orders.grant_send(role)
failed.grant_consume(role)
table = DynamoDBTable(shop, "Table", partition_key="customer_id", ttl="expires_at")
table.add_global_index("by-email", partition_key="email")
table.node.retain(False)
uploads = S3Bucket(shop, "Uploads", versioned=True)
shop.node.tag("owner", "ann")


@construct
class Inbox(Construct):
    size: int = 1024

    def build(self) -> None:
        SQSQueue(self, "Queue", max_message_size=self.size)


Inbox(shop, "Inbox")
for number in range(2):
    SQSQueue(shop, f"Copy{number}", delay=number + 5)
SQSQueue(NestedStack(shop, "Inner"), "Deep", delay=3)
app.synth()
"""


@pytest.fixture
def deck(empty: Project) -> Project:
    empty.write("deck.py", DECK)
    return empty


def line(text: str) -> int:
    return next(n for n, one in enumerate(DECK.strip("\n").splitlines(), 1) if text in one)


def told(deck: Project, subject: str) -> dict[str, Any]:
    answer = deck.run("why", "shop", subject, "--output", "json")
    assert answer.code == 0, answer.err
    found: dict[str, Any] = answer.data["properties"]
    return found


def writers(deck: Project, subject: str) -> list[tuple[str, int | None, str]]:
    (property,) = told(deck, subject).values()
    return [(one["kind"], one.get("line"), one["text"]) for one in property["set_by"]]


def test_a_keyword_is_named_with_its_own_line(deck: Project) -> None:
    assert writers(deck, "Orders.VisibilityTimeout") == [
        ("keyword", line("visibility_timeout=120"), "visibility_timeout=120")
    ]
    assert writers(deck, "Orders.RedrivePolicy") == [("keyword", line("dead_letter="), "dead_letter=failed.after(5)")]
    assert writers(deck, "Uploads.VersioningConfiguration")[0][2] == "versioned=True"
    assert writers(deck, "Table.TimeToLiveSpecification")[0][2] == "ttl='expires_at'"


def test_a_default_is_named_as_one(deck: Project) -> None:
    assert writers(deck, "Orders.ReceiveMessageWaitTimeSeconds") == [
        ("default", line("orders = SQSQueue("), "default of SQSQueue")
    ]
    assert writers(deck, "Table.PointInTimeRecoverySpecification")[0][0] == "default"


def test_what_was_set_later_and_overridden_follows(deck: Project) -> None:
    assert writers(deck, "Raw.DelaySeconds") == [
        ("keyword", line("raw = sqs.Queue"), "DelaySeconds=5"),
        ("set", line("raw.DelaySeconds"), "raw.DelaySeconds = 7"),
    ]
    assert writers(deck, "Orders.DelaySeconds") == [
        ("override", line("node.override"), 'orders.node.override("Properties.DelaySeconds", 9)')
    ]
    assert writers(deck, "Failed.MessageRetentionPeriod")[-1] == (
        "set", line("dead_letter="), "dead_letter=failed.after(5),",
    )  # fmt: skip
    assert [one[0] for one in writers(deck, "Table.AttributeDefinitions")] == ["keyword", "set"]


def test_every_grant_has_its_line_in_a_policy(deck: Project) -> None:
    assert writers(deck, "RolePolicy.PolicyDocument") == [
        ("made", line("orders.grant_send"), "made by IAMRole shop/Role: orders.grant_send(role)"),
        ("set", line("failed.grant_consume"), "failed.grant_consume(role)"),
    ]


def test_tags_come_from_the_tree_and_the_stack(deck: Project) -> None:
    assert [(kind, text) for kind, _, text in writers(deck, "Raw.Tags")] == [
        ("tag", "owner=ann, a tag of shop"),
        ("tag", "team=shop: tags of the stack, which CloudFormation adds"),
    ]


def test_what_becomes_of_data_has_a_reason(deck: Project) -> None:
    assert writers(deck, "Uploads.DeletionPolicy") == [
        ("type", None, "AWS::S3::Bucket holds data, so it outlives its removal by default")
    ]
    assert writers(deck, "Table.DeletionPolicy")[0][2] == "shop/Table is to be deleted"


def test_a_construct_of_the_users_own_is_the_one_that_speaks(deck: Project) -> None:
    assert writers(deck, "Inbox/Queue.MaximumMessageSize") == [
        ("keyword", line("max_message_size="), "max_message_size=self.size")
    ]


def test_constructs_made_in_a_loop_are_found_by_their_class(deck: Project) -> None:
    assert writers(deck, "Copy1.DelaySeconds") == [("keyword", line("delay=number"), "delay=number + 5")]


def test_what_is_nested_is_found_by_its_path(deck: Project) -> None:
    for subject in ("Inner/Deep.DelaySeconds", "Inner.Deep.DelaySeconds", "Deep.DelaySeconds"):
        assert writers(deck, subject) == [("keyword", line("delay=3"), "delay=3")]
    assert deck.run("why", "shop", "Inner.Deep", "--output", "json").data["resource"] == "Inner.Deep"
    assert "Inner.Deep  AWS::SQS::Queue" in deck.run("why", "shop", "Inner.Deep").out


def test_a_stage_need_not_be_named_in_the_path(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, SQSQueue, Stack, Stage
        from awsdeck.nested import NestedStack

        app = App()
        net = NestedStack(Stack(Stage(app, "prod"), "shop", region="eu-west-1"), "Net")
        SQSQueue(net, "Q")
        app.synth()
    """,
    )
    for path in ("Net/Q", "shop/Net/Q", "prod/shop/Net/Q"):
        assert "made at deck.py:6" in empty.run("why", "prod-shop", path).out


def test_a_resource_alone_shows_all_of_it(deck: Project) -> None:
    answer = deck.run("why", "shop", "Orders")
    assert answer.code == 0
    assert answer.out.splitlines()[:3] == [
        f"Orders  AWS::SQS::Queue, shop/Orders, made at deck.py:{line('orders = SQSQueue(')}",
        "  DelaySeconds = 9",
        f'    deck.py:{line("node.override")}: overridden: orders.node.override("Properties.DelaySeconds", 9)',
    ]
    assert "VisibilityTimeout = 120" in answer.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("shop", "Ordrs"), "did you mean Orders?"),
        (("shp", "Orders"), "did you mean shop?"),
        (("shop", "Orders.DelaySecond"), "did you mean DelaySeconds?"),
        (("shop", "Orders.KmsMasterKeyId"), "does not set KmsMasterKeyId"),
        (("shop",), "missing argument"),
    ],
)
def test_what_is_not_there_is_told_with_what_was_meant(deck: Project, words: tuple[str, ...], said: str) -> None:
    answer = deck.run("why", *words)
    assert answer.code == 4
    assert said.lower() in answer.err.lower()
