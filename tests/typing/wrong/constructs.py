"""Mistakes with constructs of one's own, and with names of the package."""

import awsdeck
from awsdeck import App, Construct, Stack, construct, field


@construct
class Mailbox(Construct):
    """A queue with a limit."""

    name: str
    fifo: bool = False
    tags: dict[str, str] = field(factory=dict)


app = App()
stack = Stack(app, "shop")
awsdeck.Stak(app, "misspelt")  # wrong: Stak
App(limits="newest")  # wrong: newest
Stack(app, "net", regoin="eu-west-1")  # wrong: regoin
Mailbox(stack, "Missing")  # wrong: name
Mailbox(stack, "Type", name=5)  # wrong: name
Mailbox(stack, "Unknown", name="a", fifi=True)  # wrong: fifi
Mailbox(stack, "Positional", "a")  # wrong: positional
Mailbox("stack", "Scope", name="a")  # wrong: str
Mailbox(stack, name="a")  # wrong: id
mailbox = Mailbox(stack, "Fine", name="a", tags={"a": "b"})
mailbox.fifo = "yes"  # wrong: bool
Construct(stack, "Plain", name="a")  # wrong: name
print(mailbox.path)  # wrong: path
