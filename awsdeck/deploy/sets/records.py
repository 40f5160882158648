"""What CloudFormation tells of stack sets, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

RUNNING = frozenset({"RUNNING", "STOPPING", "QUEUED"})
SELF, SERVICE = "SELF_MANAGED", "SERVICE_MANAGED"


@frozen
class SetRecord:
    """A stack set as DescribeStackSet shows it; `units` and `regions` are those of service-managed permissions."""

    id: str
    name: str
    status: str
    permission: str = SELF
    description: str = ""
    template: Mapping[str, Any] = field(factory=dict, repr=False)
    parameters: Mapping[str, str] = field(factory=dict)
    tags: Mapping[str, str] = field(factory=dict)
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    auto_deploy: bool = False
    retain_on_leaving: bool = False
    managed_execution: bool = False
    administration_role: str = ""
    execution_role_name: str = ""
    drift: str = ""


@frozen
class InstanceRecord:
    """One stack of a stack set; `status` compares it with the set, `detail` is how its last operation went."""

    account: str
    region: str
    stack_id: str = ""
    status: str = ""  # CURRENT, OUTDATED, INOPERABLE
    detail: str = ""  # PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED, …
    reason: str = ""
    unit: str = ""
    drift: str = ""

    @property
    def where(self) -> str:
        """Account and region, as they are named everywhere."""
        return f"{self.account}/{self.region}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields = {
            "account": self.account,
            "region": self.region,
            "stack_id": self.stack_id,
            "status": self.status,
            "detail": self.detail,
            "reason": self.reason,
            "unit": self.unit,
            "drift": self.drift,
        }
        return {name: value for name, value in fields.items() if value}


@frozen
class OperationRecord:
    """An operation on a stack set, running or over."""

    id: str
    action: str  # CREATE, UPDATE, DELETE, DETECT_DRIFT
    status: str  # RUNNING, SUCCEEDED, FAILED, STOPPING, STOPPED, QUEUED
    reason: str = ""
    created: float = 0.0
    ended: float | None = None
    retained: bool = False

    @property
    def running(self) -> bool:
        """True until it is over."""
        return self.status in RUNNING

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields: dict[str, Any] = {
            "operation": self.id,
            "action": self.action,
            "status": self.status,
            "reason": self.reason,
            "created": self.created,
            "ended": self.ended,
        }
        return {name: value for name, value in fields.items() if value}


@frozen
class InstanceResult:
    """How an operation went in one account and region."""

    account: str
    region: str
    status: str  # PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED
    reason: str = ""
    unit: str = ""

    @property
    def where(self) -> str:
        """Account and region, as they are named everywhere."""
        return f"{self.account}/{self.region}"

    @property
    def over(self) -> bool:
        """True when nothing more will happen to it."""
        return self.status in ("SUCCEEDED", "FAILED", "CANCELLED")

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields = {"account": self.account, "region": self.region, "status": self.status, "reason": self.reason}
        return {name: value for name, value in {**fields, "unit": self.unit}.items() if value}
