"""How one stack's template names things: its own by logical id, other stacks' by export and import."""

from __future__ import annotations

import re

from .errors import ConstructError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .tokens import Referent
    from .tree import Construct, Stack


class Need:
    """One stack's need of another: what was asked for, and the construct whose line asks."""

    __slots__ = ("producer", "what", "asker")

    def __init__(self, producer: Stack, what: str, asker: Construct | None) -> None:
        self.producer = producer
        self.what = what
        self.asker = asker


class Wiring:
    """The references out of one stack, and the exports other stacks ask of it."""

    __slots__ = ("stack", "exports", "needs", "asker")

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.exports: dict[str, tuple[Referent, str | None]] = {}
        self.needs: dict[Stack, Need] = {}
        self.asker: Construct | None = None

    def provisional(self, referent: Referent, attribute: str | None) -> Any:
        """What will stand for a referent, as far as it can be told while the tree still grows."""
        other = referent.node.stack
        if other is self.stack:
            return _local(referent, attribute)
        return {"Fn::ImportValue": export_name(other, referent, attribute)}

    def final(self, referent: Referent, attribute: str | None) -> Any:
        """What stands for a referent in this stack's template; makes the other stack export it if need be.

        Raises `ConstructError` when the other stack is in another region or account, or the thing cannot be exported.
        """
        other: Stack = referent.node.stack
        if other is self.stack:
            return _local(referent, attribute)
        what = f"{referent.node.path}{'.' + attribute if attribute else ''}"
        self._reachable(other, referent, what)
        name = export_name(other, referent, attribute)
        other.wiring.exports[name] = (referent, attribute)
        self.needs.setdefault(other, Need(other, what, self.asker))
        return {"Fn::ImportValue": name}

    def _reachable(self, other: Stack, referent: Referent, what: str) -> None:
        asker = self.asker.node if self.asker is not None else self.stack.node
        if referent.node.root_app is not self.stack.node.root_app:
            raise ConstructError(
                f"{asker.path} refers to {what} of another app", place=asker.source,
                fix="make both in one app, or export the value and use import_value(...)",
            )  # fmt: skip
        if (other.region, other.account) != (self.stack.region, self.stack.account):
            raise ConstructError(
                f"{asker.path} in {_where(self.stack)} refers to {what} in {_where(other)}; CloudFormation exports "
                "reach only stacks of the same region and account",
                place=asker.source,
                fix="put both stacks in one region and account, or give the value a fixed name and write that name",
            )
        if not getattr(referent, "exportable", True):
            raise ConstructError(
                f"{asker.path} refers to {what}, which belongs to the stack {other.name}", place=asker.source,
                fix="declare it in each stack that uses it",
            )  # fmt: skip

    def outputs(self) -> dict[str, Any]:
        """The outputs that other stacks' references ask for."""
        return {
            output_id(referent, attribute): {"Value": _local(referent, attribute), "Export": {"Name": name}}
            for name, (referent, attribute) in self.exports.items()
        }


def export_name(stack: Stack, referent: Referent, attribute: str | None) -> str:
    """`shop:Orders` for a reference, `shop:Orders-Arn` for an attribute: stable as long as names are."""
    name = f"{stack.name}:{referent.node.logical_id}"
    return name if attribute is None else f"{name}-{re.sub(r'[^A-Za-z0-9]+', '-', attribute)}"


def output_id(referent: Referent, attribute: str | None) -> str:
    """The logical id of the output behind an export."""
    return f"Export{referent.node.logical_id}{re.sub(r'[^A-Za-z0-9]+', '', attribute or '')}"


def _local(referent: Referent, attribute: str | None) -> dict[str, Any]:
    id = referent.node.logical_id
    return {"Ref": id} if attribute is None else {"Fn::GetAtt": [id, attribute]}


def _where(stack: Stack) -> str:
    return f"{stack.name} ({stack.region or 'no region given'}{', ' + stack.account if stack.account else ''})"
