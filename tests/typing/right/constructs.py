"""Constructs of one's own: keywords are typed from the class, `scope` and `id` stand first."""

from typing import assert_type

from awsdeck import App, Construct, Stack, Token, attribute, construct, field, ref
from awsdeck.cfn import sqs


@construct
class Mailbox(Construct):
    """A queue with a limit."""

    name: str
    fifo: bool = False
    retention: int = 345_600
    tags: dict[str, str] = field(factory=dict)
    readers: list[str] = field(factory=list)
    dead_letter: "Mailbox | None" = None

    arn = attribute("Arn")
    url = ref()

    def build(self) -> None:
        self.main = sqs.Queue(
            self,
            "Resource",
            QueueName=self.name,
            FifoQueue=self.fifo or None,
            MessageRetentionPeriod=self.retention,
            Tags=[{"Key": key, "Value": value} for key, value in self.tags.items()],
        )


@construct
class Loud(Mailbox):
    """A mailbox that tells somebody."""

    address: str
    times: int = 1


class Quiet(Mailbox):
    """A mailbox without keywords of its own."""


app = App(limits="current")
stack = Stack(app, "shop")
plain = Construct(stack, "Group")
first = Mailbox(stack, "First", name="first")
second = Mailbox(plain, "Second", name="second.fifo", fifo=True, tags={"a": "b"}, dead_letter=first)
third = Loud(second, "Third", address="ops@example.com", name="third", times=2)
fourth = Quiet(scope=stack, id="Fourth", name="fourth")

assert_type(first.fifo, bool)
assert_type(first.arn, Token)
assert_type(first.url, Token)
text: str = first.arn
first.node.depends_on(second)
