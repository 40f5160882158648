"""CloudFormation's calls about stack sets, in and out as records; every write has an operation id or a token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ..errors import Kind, Refused, shortened
from .records import SELF, InstanceRecord, InstanceResult, OperationRecord, SetRecord

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation
    from .spread import Targets


@frozen
class StackSets:
    """Stack sets kept in one account and region; `delegated` when another account acts for the management account."""

    cf: CloudFormation
    delegated: bool = False

    def patient(self, patience: float, lost: Callable[[Kind, float], None], throttled: float) -> StackSets:
        """The same, waiting so long for outages to end."""
        return evolve(self, cf=self.cf.patient(patience, lost, throttled=throttled))

    def hasty(self, patience: float = 10.0) -> StackSets:
        """The same for what is not needed."""
        return evolve(self, cf=self.cf.hasty(patience))

    @property
    def _as(self) -> str | None:
        return "DELEGATED_ADMIN" if self.delegated else None

    def _call(self, operation: str, method: str, **arguments: Any) -> dict[str, Any]:
        return self.cf.call(operation, method, CallAs=self._as, **arguments)

    def _all(self, operation: str, method: str, key: str, **arguments: Any) -> list[dict[str, Any]]:
        pages = self.cf.pages(operation, method, CallAs=self._as, **arguments)
        return [item for page in pages for item in page.get(key, ())]

    # reads

    def find(self, name: str) -> SetRecord | None:
        """The stack set of that name, or None."""
        try:
            answer = self._call("DescribeStackSet", "describe_stack_set", StackSetName=name)
        except Refused as refused:
            if refused.kind == "missing":
                return None
            raise
        record = _set(answer["StackSet"])
        return None if record.status == "DELETED" else record

    def instances(self, name: str) -> list[InstanceRecord]:
        """All stacks of a stack set."""
        found = self._all("ListStackInstances", "list_stack_instances", "Summaries", StackSetName=name)
        return sorted((_instance(item) for item in found), key=lambda one: (one.account, one.region))

    def overrides(self, name: str, account: str, region: str) -> dict[str, str]:
        """The values that one instance has instead of the stack set's."""
        answer = self._call(
            "DescribeStackInstance",
            "describe_stack_instance",
            StackSetName=name,
            StackInstanceAccount=account,
            StackInstanceRegion=region,
        )
        return _pairs(answer["StackInstance"].get("ParameterOverrides"))

    def operations(self, name: str) -> list[OperationRecord]:
        """The newest operations, newest first."""
        answer = self._call("ListStackSetOperations", "list_stack_set_operations", StackSetName=name)
        return [_operation(item) for item in answer.get("Summaries", ())]

    def operation(self, name: str, operation: str) -> OperationRecord:
        """One operation."""
        answer = self._call(
            "DescribeStackSetOperation", "describe_stack_set_operation", StackSetName=name, OperationId=operation
        )
        return _operation(answer["StackSetOperation"])

    def results(self, name: str, operation: str) -> list[InstanceResult]:
        """How far an operation is in every account and region."""
        found = self._all(
            "ListStackSetOperationResults",
            "list_stack_set_operation_results",
            "Summaries",
            StackSetName=name,
            OperationId=operation,
        )
        return sorted((_result(item) for item in found), key=lambda one: (one.account, one.region))

    def access(self) -> str:
        """Whether CloudFormation may work with the organization: ENABLED, DISABLED, or empty when nobody says."""
        try:
            answer = self.hasty().cf.call(
                "DescribeOrganizationsAccess", "describe_organizations_access", CallAs=self._as
            )
        except Refused:
            return ""
        return str(answer.get("Status", ""))

    def drifts(self, name: str, instance: InstanceRecord, operation: str) -> list[dict[str, Any]]:
        """The resources of an instance that a comparison found changed."""
        return self._all(
            "ListStackInstanceResourceDrifts",
            "list_stack_instance_resource_drifts",
            "Summaries",
            StackSetName=name,
            StackInstanceAccount=instance.account,
            StackInstanceRegion=instance.region,
            OperationId=operation,
            StackInstanceResourceDriftStatuses=["MODIFIED", "DELETED"],
        )

    # writes

    def create(self, name: str, *, token: str, settings: Mapping[str, Any]) -> None:
        """Make a stack set, with no instances yet."""
        self._call("CreateStackSet", "create_stack_set", StackSetName=name, ClientRequestToken=token, **settings)

    def update(self, name: str, *, operation: str, settings: Mapping[str, Any], preferences: Mapping[str, Any]) -> None:
        """Start changing a stack set and all its instances."""
        self._start("UpdateStackSet", "update_stack_set", name, operation, OperationPreferences=preferences, **settings)

    def add(
        self, name: str, targets: Targets, *, operation: str, preferences: Mapping[str, Any], values: Mapping[str, str]
    ) -> None:
        """Start making instances."""
        self._start(
            "CreateStackInstances", "create_stack_instances", name, operation, OperationPreferences=preferences,
            ParameterOverrides=_given(values) or None, **targets.to_request(),
        )  # fmt: skip

    def change(
        self, name: str, targets: Targets, *, operation: str, preferences: Mapping[str, Any], values: Mapping[str, str]
    ) -> None:
        """Start giving instances these values and no others instead of the stack set's."""
        self._start(
            "UpdateStackInstances", "update_stack_instances", name, operation, OperationPreferences=preferences,
            ParameterOverrides=_given(values), **targets.to_request(),
        )  # fmt: skip

    def remove(
        self, name: str, targets: Targets, *, operation: str, preferences: Mapping[str, Any], retain: bool
    ) -> None:
        """Start removing instances from the set, with their stacks unless these are retained."""
        self._start(
            "DeleteStackInstances", "delete_stack_instances", name, operation, OperationPreferences=preferences,
            RetainStacks=retain, **targets.to_request(),
        )  # fmt: skip

    def detect_drift(self, name: str, *, operation: str) -> None:
        """Start comparing every instance with the template."""
        self._start("DetectStackSetDrift", "detect_stack_set_drift", name, operation)

    def stop(self, name: str, operation: str) -> None:
        """Ask to begin with no further instance."""
        self._call("StopStackSetOperation", "stop_stack_set_operation", StackSetName=name, OperationId=operation)

    def delete(self, name: str) -> None:
        """Delete a stack set that has no instances; one that is gone already is fine."""
        try:
            self._call("DeleteStackSet", "delete_stack_set", StackSetName=name)
        except Refused as refused:
            if refused.kind != "missing":
                raise

    def _start(self, call: str, method: str, name: str, operation: str, **arguments: Any) -> None:
        """Start an operation once: an answer that says that its id is taken, or that one is running, may mean ours."""
        try:
            self._call(call, method, StackSetName=name, OperationId=operation, **arguments)
        except Refused as refused:
            if refused.kind not in ("exists", "busy") or not self._known(name, operation):
                raise

    def _known(self, name: str, operation: str) -> bool:
        try:
            self.operation(name, operation)
        except Refused:
            return False
        return True


def _given(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(values.items())]


def _pairs(items: Any) -> dict[str, str]:
    return {item["ParameterKey"]: item.get("ParameterValue", "") for item in items or ()}


def _set(item: Mapping[str, Any]) -> SetRecord:
    from ...template import loads

    body, automatic = item.get("TemplateBody") or "{}", item.get("AutoDeployment") or {}
    return SetRecord(
        id=item["StackSetId"],
        name=item["StackSetName"],
        status=item.get("Status", ""),
        permission=item.get("PermissionModel") or SELF,
        description=item.get("Description", ""),
        template=dict(loads(body, file=f"{item['StackSetName']} (deployed)").data),
        parameters=_pairs(item.get("Parameters")),
        tags={entry["Key"]: entry["Value"] for entry in item.get("Tags") or ()},
        units=tuple(item.get("OrganizationalUnitIds") or ()),
        regions=tuple(item.get("Regions") or ()),
        auto_deploy=bool(automatic.get("Enabled")),
        retain_on_leaving=bool(automatic.get("RetainStacksOnAccountRemoval")),
        managed_execution=bool((item.get("ManagedExecution") or {}).get("Active")),
        administration_role=item.get("AdministrationRoleARN", ""),
        execution_role_name=item.get("ExecutionRoleName", ""),
        drift=(item.get("StackSetDriftDetectionDetails") or {}).get("DriftStatus", ""),
    )


def _instance(item: Mapping[str, Any]) -> InstanceRecord:
    return InstanceRecord(
        account=item.get("Account", ""),
        region=item.get("Region", ""),
        stack_id=item.get("StackId", ""),
        status=item.get("Status", ""),
        detail=(item.get("StackInstanceStatus") or {}).get("DetailedStatus", ""),
        reason=shortened(item.get("StatusReason", "")),
        unit=item.get("OrganizationalUnitId", ""),
        drift=item.get("DriftStatus", ""),
    )


def _operation(item: Mapping[str, Any]) -> OperationRecord:
    return OperationRecord(
        id=item["OperationId"],
        action=item.get("Action", ""),
        status=item.get("Status", ""),
        reason=shortened(item.get("StatusReason", "")),
        created=_seconds(item.get("CreationTimestamp")) or 0.0,
        ended=_seconds(item.get("EndTimestamp")),
        retained=bool(item.get("RetainStacks")),
    )


def _result(item: Mapping[str, Any]) -> InstanceResult:
    gate = item.get("AccountGateResult") or {}
    reason = item.get("StatusReason", "") or (gate.get("StatusReason", "") if gate.get("Status") == "FAILED" else "")
    return InstanceResult(
        item.get("Account", ""),
        item.get("Region", ""),
        item.get("Status", ""),
        shortened(reason),
        item.get("OrganizationalUnitId", ""),
    )


def _seconds(moment: Any) -> float | None:
    return moment.timestamp() if isinstance(moment, datetime) else None
