"""How one stack's template names things: its own by logical id, other stacks' by whatever leads there.

A nested stack gets what is outside as a parameter and gives what is inside as an output; stacks beside each other
export and import; `across` lets a deploy carry a value to another region.
"""

from __future__ import annotations

import re

from .errors import ConstructError, TokenError
from .source import caller
from .tokens import ListToken, express, living, reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any, TypeVar

    from .constructs import Construct
    from .tokens import Referent
    from .tree import App, Stack

    Text = TypeVar("Text", str, ListToken)

_LONGEST = 255  # characters of a logical id


class Need:
    """One stack's need of another: what was asked for, and the construct whose line asks."""

    __slots__ = ("producer", "what", "asker")

    def __init__(self, producer: Stack, what: str, asker: Construct | None) -> None:
        self.producer = producer
        self.what = what
        self.asker = asker


class Input:
    """A parameter that a reference made: what the parent fills it with, or the output that a deploy reads."""

    __slots__ = ("name", "body", "value", "origin")

    def __init__(self, name: str, body: dict[str, Any], value: Any, origin: tuple[str, str] | None) -> None:
        self.name = name
        self.body = body
        self.value = value
        self.origin = origin


class Wiring:
    """The references out of one stack, and the outputs others ask of it; `crossed` tells whether there are any."""

    __slots__ = ("stack", "given", "inputs", "needs", "asker", "crossed", "taken", "shown", "declared", "_outputs")

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.declared: list[Construct] = []
        self.given: dict[str, dict[str, Any]] = {}
        self.inputs: dict[tuple[Referent, str | None], Input] = {}
        self.needs: dict[Stack, Need] = {}
        self.asker: Construct | None = None
        self.crossed = False
        self.taken: Container[str] = ()
        self.shown: Container[str] = ()
        self._outputs: dict[tuple[Referent, str | None], str] = {}

    def provisional(self, referent: Referent, attribute: str | None) -> Any:
        """What will stand for a referent, as far as it can be told while the tree still grows."""
        other = referent.node.stack
        if other is self.stack:
            return _local(referent, attribute)
        self._outward(referent)
        self.crossed = True
        return {"Fn::ImportValue": export_name(other, referent, attribute)}

    def final(self, referent: Referent, attribute: str | None) -> Any:
        """What stands for a referent in this stack's template; makes the other stack give it if need be.

        Raises `ConstructError` when the other stack is out of reach, or the thing cannot be exported.
        """
        other: Stack = referent.node.stack
        if other is self.stack:
            return _local(referent, attribute)
        self._outward(referent)
        child = None if isinstance(referent, Crossing) else _towards(self.stack, other)
        if child is not None:
            return child.wiring._up(referent, attribute)
        if self.stack.parent is not None:
            return self._down(referent, attribute)
        if isinstance(referent, Crossing):
            return self._carried(referent)
        return self._imported(referent, attribute)

    def _outward(self, referent: Referent) -> None:
        """Refuse what has a name in its own template only and no value: a condition, a mapping."""
        if getattr(referent, "named_only", False):
            raise ConstructError(
                f"{referent.node.label} is a {type(referent).__name__} of {referent.node.stack.name}; the template of "
                f"{self.stack.name} cannot name it",
                place=caller(),
                fix=f"make one in {self.stack.name} too",
            )

    def _up(self, referent: Referent, attribute: str | None) -> Any:
        """A value from inside this nested stack, as its parent's template says it."""
        output = self.give(referent, attribute)
        value = {"Fn::GetAtt": [self.stack.node.resource.node.logical_id, f"Outputs.{output}"]}
        return {"Fn::Split": [",", value]} if _gives_list(referent, attribute) else value

    def _down(self, referent: Referent, attribute: str | None) -> Any:
        """A value from outside this nested stack, as a parameter that its parent fills."""
        known = self.inputs.get((referent, attribute))
        if known is None:
            assert self.stack.parent is not None
            parent = self.stack.parent.wiring
            asker, parent.asker = parent.asker, self.asker
            try:
                value = parent.final(referent, attribute)
            finally:
                parent.asker = asker
            many = _gives_list(referent, attribute)
            body: dict[str, Any] = {"Type": "CommaDelimitedList" if many else "String"}
            if getattr(referent, "SECTION", None) == "Parameters" and getattr(referent, "body", {}).get("NoEcho"):
                body["NoEcho"] = True
            known = self._input(referent, attribute, body, {"Fn::Join": [",", value]} if many else value)
        return {"Ref": known.name}

    def _imported(self, referent: Referent, attribute: str | None) -> Any:
        """A value of a stack beside this one."""
        home: Stack = referent.node.stack
        self._reachable(home, referent, attribute)
        name = export_name(home, referent, attribute)
        home.root.wiring.give(referent, attribute, export=name)
        self._need(home.root, referent, attribute)
        value = {"Fn::ImportValue": name}
        return {"Fn::Split": [",", value]} if _gives_list(referent, attribute) else value

    def _carried(self, crossing: Crossing) -> Any:
        """A value of another region: a parameter that a deploy fills with the other stack's output."""
        referent, attribute = crossing.referent, crossing.attribute
        home: Stack = referent.node.stack
        producer = home.root
        if producer is self.stack or (producer.region, producer.account) == (self.stack.region, self.stack.account):
            return self.final(referent, attribute)
        self._reachable(home, referent, attribute, across=True)
        known = self.inputs.get((crossing, None))
        if known is None:
            output = producer.wiring.give(referent, attribute)
            self._need(producer, referent, attribute)
            body = {
                "Type": "CommaDelimitedList" if _gives_list(referent, attribute) else "String",
                "Description": f"{output} of the stack {producer.name}; awsdeck deploy fills it in",
            }
            known = self._input(crossing, None, body, None, (producer.name, output))
        return {"Ref": known.name}

    def give(self, referent: Referent, attribute: str | None, *, export: str | None = None) -> str:
        """The logical id of an output of this stack for a value in it or in a stack nested in it."""
        output = self._outputs.get((referent, attribute))
        if output is None:
            home: Stack = referent.node.stack
            inside = "" if home is self.stack else home.node.resource.node.logical_id
            output = self._outputs[referent, attribute] = _free(
                f"Export{inside}{_word(referent, attribute)}",
                referent,
                lambda name: name in self.given or name in self.shown,
            )
            value = self.final(referent, attribute)
            self.given[output] = {"Value": {"Fn::Join": [",", value]} if _gives_list(referent, attribute) else value}
            condition = self._presence(referent)
            if condition is not None:
                self.given[output]["Condition"] = condition
        if export is not None:
            self.given[output]["Export"] = {"Name": export}
        return output

    def _presence(self, referent: Referent) -> str | None:
        """The condition under which this template holds what stands for a referent."""
        inside = _towards(self.stack, referent.node.stack)
        standing = referent if inside is None else inside.node.resource
        body = getattr(standing, "body", None)
        condition = body.get("Condition") if isinstance(body, dict) and getattr(standing, "TYPE", None) else None
        return condition if condition is None or isinstance(condition, str) else str(condition.node.logical_id)

    def _input(
        self,
        referent: Referent,
        attribute: str | None,
        body: dict[str, Any],
        value: Any,
        origin: tuple[str, str] | None = None,
    ) -> Input:
        inner = (referent.referent, referent.attribute) if isinstance(referent, Crossing) else (referent, attribute)
        known = {one.name for one in self.inputs.values()}
        name = _free(f"From{_word(*inner)}", inner[0], lambda name: name in known or name in self.taken)
        made = self.inputs[referent, attribute] = Input(name, body, value, origin)
        return made

    def _need(self, producer: Stack, referent: Referent, attribute: str | None) -> None:
        self.needs.setdefault(producer, Need(producer, _what(referent, attribute), self.asker))

    def _reachable(self, home: Stack, referent: Referent, attribute: str | None, *, across: bool = False) -> None:
        asker = self.asker.node if self.asker is not None else self.stack.node
        other, what = home.root, _what(referent, attribute)
        if referent.node.root_app is not self.stack.node.root_app:
            raise ConstructError(
                f"{asker.label} refers to {what} of another app", place=asker.source,
                fix="make both in one app, or export the value and use import_value(...)",
            )  # fmt: skip
        spread = next((one for one in (other, self.stack) if one.spread is not None), None)
        if spread is not None:
            raise ConstructError(
                f"{asker.label} of {self.stack.name} refers to {what} of {other.name}, and {spread.name} is a stack set: "
                "what is in it exists once in every account and region",
                place=asker.source,
                fix="give the thing a fixed name and write that name, or hand the value over with parameters={...}",
            )
        if other.stage is not self.stack.stage and other.stage is not None and self.stack.stage is not None:
            raise ConstructError(
                f"{asker.label} of the stage {self.stack.stage.node.id} refers to {what} of the stage "
                f"{other.stage.node.id}; stages stand for separate environments",
                place=asker.source,
                fix="use the stage's own construct, or put what they share in a stack outside the stages",
            )
        if other.account != self.stack.account or (other.region != self.stack.region and not across):
            alike = other.account == self.stack.account
            raise ConstructError(
                f"{asker.label} in {_where(self.stack)} refers to {what} in {_where(other)}; CloudFormation exports "
                "reach only stacks of the same region and account",
                place=asker.source,
                fix=("write across(...) around the value to have each deploy carry it there, " if alike else "")
                + "put both stacks in one region and account, or give the value a fixed name and write that name",
            )
        if not getattr(referent, "exportable", True):
            raise ConstructError(
                f"{asker.label} refers to {what}, which belongs to the stack {home.name}", place=asker.source,
                fix="declare it in each stack that uses it",
            )  # fmt: skip

    def parameters(self) -> dict[str, Any]:
        """The parameters that references to other stacks have made."""
        return {one.name: one.body for one in self.inputs.values()}


class Crossing:
    """A reference that may cross regions, as `across` makes it."""

    __slots__ = ("referent", "attribute", "node", "__weakref__")

    class Node:
        """Where a crossing stands for the writers of references: nowhere in the tree."""

        __slots__ = ("serial", "root_app", "stack", "logical_id", "path")

        def __init__(self, inner: Any) -> None:
            self.serial: int | None = None
            self.root_app: App = inner.root_app
            self.stack = None
            self.logical_id = inner.logical_id
            self.path = inner.path

    def __init__(self, referent: Referent, attribute: str | None) -> None:
        self.referent = referent
        self.attribute = attribute
        self.node = Crossing.Node(referent.node)

    def gives_list(self, attribute: str | None) -> bool:
        """Whether the value is a list."""
        return _gives_list(self.referent, self.attribute)


def across(value: Text) -> Text:
    """Let a stack of another region use this value: `table=across(orders.arn)`.

    Exports and dynamic references end at the region. So this stack gets an output, the other one a parameter without
    a default, and the manifest says which belongs to which: every `awsdeck deploy` reads the output and fills the
    parameter in, after deploying this stack first. A value that changes reaches the other region with its next
    deploy; whoever deploys the templates with something else passes the parameter by hand. Both stacks are in one
    account. Where both turn out to stand in one region, this is an ordinary export and import.

    CloudFormation's own `intrinsic("Fn::GetStackOutput", {"StackName": …, "OutputName": …, "Region": …})` needs no
    deploy of ours, but an output that changes does not make the stack that reads it change.
    Source: CloudFormation User Guide, Fn::ImportValue, Fn::GetStackOutput and dynamic references.
    """
    expression = express(value)
    match expression:
        case {"Ref": int(serial)}:
            attribute = None
        case {"Fn::GetAtt": [int(serial), str(attribute)]}:
            pass
        case _:
            raise TokenError(
                "across(...) takes one value of a construct of another stack", place=caller(),
                fix='write it around that value alone: f"{across(bucket.arn)}/*"',
            )  # fmt: skip
    referent = living(serial)
    crossings: dict[tuple[int, str | None], Crossing] = referent.node.root_app.crossings
    crossing = crossings.setdefault((serial, attribute), Crossing(referent, attribute))
    token = reference(crossing)
    crossed: Any = token if isinstance(value, str) else ListToken(express(token))
    same: Text = crossed
    return same


def export_name(stack: Stack | None, referent: Referent, attribute: str | None) -> str:
    """`shop:Orders` for a reference, `shop:Orders-Arn` for an attribute: stable as long as names are."""
    name = f"{stack.name if stack is not None else ''}:{referent.node.logical_id}"
    return name if attribute is None else f"{name}-{re.sub(r'[^A-Za-z0-9]+', '-', attribute)}"


def _word(referent: Referent, attribute: str | None) -> str:
    return f"{referent.node.logical_id}{re.sub(r'[^A-Za-z0-9]+', '', attribute or '')}"


def _free(name: str, referent: Referent, taken: Callable[[str], bool]) -> str:
    """The name, or with a hash of the path where something else is called so."""
    if len(name) > _LONGEST - 8 or taken(name):
        from hashlib import sha256

        return f"{name[: _LONGEST - 8]}{sha256(referent.node.path.encode()).hexdigest()[:8].upper()}"
    return name


def _local(referent: Referent, attribute: str | None) -> dict[str, Any]:
    id = referent.node.logical_id
    return {"Ref": id} if attribute is None else {"Fn::GetAtt": [id, attribute]}


def _towards(stack: Stack, other: Stack) -> Stack | None:
    """The stack nested directly in `stack` that is `other` or leads to it."""
    while other.parent is not None:
        if other.parent is stack:
            return other
        other = other.parent
    return None


def _gives_list(referent: Referent, attribute: str | None) -> bool:
    return bool(referent.gives_list(attribute))


def _what(referent: Referent, attribute: str | None) -> str:
    return f"{referent.node.label}{'.' + attribute if attribute else ''}"


def _where(stack: Stack) -> str:
    return f"{stack.name} ({stack.region or 'no region given'}{', ' + stack.account if stack.account else ''})"
