"""How the work on a stack set ended, how one is, and who wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import field, frozen

from ...errors import DeckError
from ..observer import Observer
from .records import InstanceRecord, InstanceResult, OperationRecord, SetRecord

if TYPE_CHECKING:
    from .plan import SetPlan

SetStatus = Literal[
    "created", "updated", "unchanged", "planned", "deleted", "absent", "followed", "stopped", "failed", "refused"
]  # fmt: skip


class SetObserver(Observer, Protocol):
    """What the work on stack sets tells: as for stacks, and plans and ends of its own."""

    def set_planned(self, plan: SetPlan) -> None:
        """A stack set's plan stands, and nothing has been changed yet."""

    def set_finished(self, result: SetResult) -> None:
        """A stack set is done, in whichever way."""


@frozen
class SetResult:
    """How it ended for one stack set; `results` are the instances that its operations touched, their last word each."""

    name: str
    status: SetStatus
    set_id: str | None = None
    operations: tuple[OperationRecord, ...] = ()
    results: tuple[InstanceResult, ...] = ()
    seconds: float = 0.0
    error: DeckError | None = None

    @property
    def ok(self) -> bool:
        """True when the stack set is as it should be."""
        return self.error is None

    def to_dict(self) -> dict[str, Any]:
        """One line of NDJSON."""
        fields: dict[str, Any] = {
            "type": "result",
            "stack_set": self.name,
            "status": self.status,
            "set_id": self.set_id,
            "operations": [operation.to_dict() for operation in self.operations],
            "instances": [result.to_dict() for result in self.results],
            "seconds": round(self.seconds, 3),
            "error": str(self.error) if self.error else None,
        }
        return {name: value for name, value in fields.items() if value not in (None, [])}


@frozen
class SetView:
    """A stack set as it is now; `record` is None when it is not there."""

    name: str
    region: str
    record: SetRecord | None
    instances: tuple[InstanceRecord, ...] = ()
    operations: tuple[OperationRecord, ...] = ()
    drifts: Mapping[str, list[dict[str, Any]]] = field(factory=dict)  # by instance

    @property
    def healthy(self) -> bool:
        """True when it is there and every instance is up to date."""
        return self.record is not None and all(one.status == "CURRENT" for one in self.instances)

    @property
    def drifted(self) -> tuple[InstanceRecord, ...]:
        """The instances that differ from the template, as far as the last comparison tells."""
        return tuple(one for one in self.instances if one.drift == "DRIFTED")

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        fields: dict[str, Any] = {"stack_set": self.name, "region": self.region, "status": "NOT_DEPLOYED"}
        if self.record is not None:
            fields.update(
                status=self.record.status,
                set_id=self.record.id,
                permission_model=self.record.permission,
                drift=self.record.drift,
                instances=[
                    {**one.to_dict(), **({"drifts": self.drifts[one.where]} if one.where in self.drifts else {})}
                    for one in self.instances
                ],
                operations=[operation.to_dict() for operation in self.operations],
            )
        return fields
