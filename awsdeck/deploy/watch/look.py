"""Look at deployed stacks without changing anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ..records import HEALTHY, StackRecord

if TYPE_CHECKING:
    from ...assembly import Assembly
    from ..account.aws import AWS


@frozen
class StackStatus:
    """A stack as it is now; `record` is None when it is not deployed."""

    name: str
    region: str
    record: StackRecord | None

    @property
    def healthy(self) -> bool:
        """True when the stack exists and its last operation ended well or was undone."""
        return self.record is not None and self.record.status in HEALTHY

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        fields: dict[str, Any] = {"stack": self.name, "region": self.region, "status": "NOT_DEPLOYED"}
        if self.record is not None:
            fields.update(
                status=self.record.status,
                reason=self.record.reason,
                stack_id=self.record.id,
                protected=self.record.protected,
                created=self.record.created,
                updated=self.record.updated,
            )
        return fields


def status(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None) -> dict[str, StackStatus]:
    """The state of each stack of the assembly, in its order."""
    from ..run import chosen_stacks

    found = {}
    for name, artifact in chosen_stacks(assembly, stacks).items():
        cf = aws.of(artifact).cloudformation(artifact.region)
        record = cf.stack(name)
        found[name] = StackStatus(name, cf.region, None if record is None or record.gone else record)
    return found


def outputs(assembly: Assembly, *, aws: AWS, stacks: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """The outputs of each deployed stack; a stack that is not deployed is left out."""
    known = status(assembly, aws=aws, stacks=stacks)
    return {name: dict(one.record.outputs) for name, one in known.items() if one.record is not None}
