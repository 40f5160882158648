"""CloudFormation's calls that a deploy makes, in and out as plain values and records."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from ..errors import Kind, Refused, shortened
from ..records import (
    ChangeRecord,
    ChangeSetRecord,
    Detail,
    DriftRecord,
    EventRecord,
    PropertyDrift,
    ResourceRecord,
    StackRecord,
)
from ..terms.conduct import triggers_of

if TYPE_CHECKING:
    from .board import Board
    from .retry import Retry


@frozen
class CloudFormation:
    """CloudFormation in one region. Reads give records; writes have a token or may be said twice."""

    _open: Callable[[], Any]
    retry: Retry
    emulated: bool = False
    board: Board | None = None

    @property
    def _client(self) -> Any:
        return self._open()

    @property
    def region(self) -> str:
        """Where this is."""
        return str(self._client.meta.region_name)

    def patient(
        self, patience: float, lost: Callable[[Kind, float], None], *, throttled: float | None = None
    ) -> CloudFormation:
        """The same, waiting so long for outages to end, and for throttling, and telling of them."""
        limit = patience if throttled is None else throttled
        return evolve(self, retry=evolve(self.retry, patience=patience, throttled=limit, lost=lost))

    def hasty(self, patience: float = 30.0) -> CloudFormation:
        """The same for what is not needed: soon gives up, and tells nobody."""
        return evolve(self, retry=evolve(self.retry, patience=patience, throttled=patience, lost=None))

    def unstoppable(self) -> CloudFormation:
        """The same for tidying up after the user has asked to stop."""
        return evolve(self, retry=evolve(self.retry, stop=threading.Event(), patience=30.0, throttled=120.0))

    def pause(self, seconds: float) -> None:
        """Wait; raises `Interrupted` when the user wants to stop."""
        self.retry.pause(seconds)

    def now(self) -> float:
        """The run's time."""
        return self.retry.clock.now()

    def call(self, operation: str, method: str, **arguments: Any) -> dict[str, Any]:
        """One call, said again where that is safe; arguments that are None are left out. Raises `Refused`."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return self.retry.call(operation, lambda: getattr(self._client, method)(**given)) or {}

    def pages(self, operation: str, method: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """The pages of an answer, as `call` gives them."""
        token = None
        while True:
            page = self.call(operation, method, **arguments, NextToken=token)
            yield page
            token = page.get("NextToken")
            if not token:
                return

    def knows(self, operation: str, member: str | None = None) -> bool:
        """Whether the installed botocore knows an operation, and a member of its request."""
        model = self._client.meta.service_model
        if operation not in model.operation_names:
            return False
        shape = model.operation_model(operation).input_shape
        return member is None or (shape is not None and member in shape.members)

    # reads

    def stack(self, name: str) -> StackRecord | None:
        """The stack of that name or ARN, or None; by ARN a deleted stack is still found."""
        try:
            answer = self.call("DescribeStacks", "describe_stacks", StackName=name)
        except Refused as refused:
            if refused.kind == "missing":
                return None
            raise
        return _stack(answer["Stacks"][0]) if answer.get("Stacks") else None

    def stacks(self) -> tuple[int, list[StackRecord]]:
        """All stacks that are not deleted, and how many pages they took."""
        pages = list(self.pages("DescribeStacks", "describe_stacks"))
        return len(pages), [_stack(item) for page in pages for item in page.get("Stacks", ())]

    def look(self, stack: str) -> StackRecord | None:
        """A stack by ARN for somebody who watches it: many of one region are asked for together."""
        return self.board.look(self, stack) if self.board is not None else self.stack(stack)

    @contextmanager
    def watching(self, stack: str) -> Iterator[None]:
        """While a stack is watched, by ARN; `look` counts on being told."""
        if self.board is not None:
            self.board.watch(stack)
        try:
            yield
        finally:
            if self.board is not None:
                self.board.leave(stack)

    def events(self, stack: str) -> Iterator[list[EventRecord]]:
        """The stack's history page by page, newest first."""
        for page in self.pages("DescribeStackEvents", "describe_stack_events", StackName=stack):
            yield [_event(item) for item in page.get("StackEvents", ())]

    def resources(self, stack: str) -> list[ResourceRecord]:
        """All resources of a stack, deleted ones too while CloudFormation remembers them."""
        return [
            ResourceRecord(
                item["LogicalResourceId"],
                item.get("PhysicalResourceId", ""),
                item["ResourceType"],
                item["ResourceStatus"],
                item.get("ResourceStatusReason", ""),
            )
            for page in self.pages("ListStackResources", "list_stack_resources", StackName=stack)
            for item in page.get("StackResourceSummaries", ())
        ]

    def template(self, stack: str) -> dict[str, Any] | str:
        """The template as it was submitted: an object for JSON, text for YAML."""
        answer = self.call("GetTemplate", "get_template", StackName=stack, TemplateStage="Original")
        body: dict[str, Any] | str = answer.get("TemplateBody", {})
        return body if isinstance(body, str) else json.loads(json.dumps(body))  # boto3 makes ordered dicts of it

    def importers(self, export: str) -> list[str]:
        """The stacks that import an export."""
        try:
            pages = list(self.pages("ListImports", "list_imports", ExportName=export))
        except Refused as refused:
            if refused.kind in ("invalid", "missing"):  # nobody imports it: AWS calls that a validation error
                return []
            raise
        return [name for page in pages for name in page.get("Imports", ())]

    def change_set(self, arn: str, *, changes: bool = True) -> ChangeSetRecord:
        """A change set with every page of its changes, or without them."""
        first: dict[str, Any] = {}
        found: list[ChangeRecord] = []
        for page in self.pages("DescribeChangeSet", "describe_change_set", ChangeSetName=arn):
            first = first or page
            found += [_change(item["ResourceChange"]) for item in page.get("Changes", ()) if "ResourceChange" in item]
            if not changes:
                break
        return ChangeSetRecord(
            str(first.get("ChangeSetId", arn)),
            str(first.get("StackId", "")),
            str(first.get("Status", "")),
            str(first.get("StatusReason", "")),
            str(first.get("ExecutionStatus", "")),
            tuple(found),
        )

    def change_sets(self, stack: str) -> list[str]:
        """The ARNs of all change sets of a stack."""
        pages = self.pages("ListChangeSets", "list_change_sets", StackName=stack)
        return [item["ChangeSetId"] for page in pages for item in page.get("Summaries", ())]

    def validation_failures(self, change_set: str) -> list[tuple[str, str]]:
        """What CloudFormation's check before a deploy objects to: logical id or path, and reason."""
        if not hasattr(self._client, "describe_events"):
            return []
        pages = self.pages(
            "DescribeEvents", "describe_events", ChangeSetName=change_set, Filters={"FailedEvents": True}
        )
        return [
            (
                str(item.get("ValidationPath") or item.get("LogicalResourceId") or ""),
                str(item.get("ValidationStatusReason") or item.get("ResourceStatusReason") or ""),
            )
            for page in pages
            for item in page.get("OperationEvents", ())
            if item.get("EventType") == "VALIDATION_ERROR"
        ]

    def objections(self, stack: str, since: float) -> list[EventRecord]:
        """What CloudFormation's check at the start of an operation objects to, which the stack's history only counts.

        `since` is when the operation began, on CloudFormation's clock: the answer has earlier operations too.
        """
        if not hasattr(self._client, "describe_events"):
            return []
        pages = self.pages("DescribeEvents", "describe_events", StackName=stack, Filters={"FailedEvents": True})
        return [
            EventRecord(
                id=item["EventId"],
                time=_seconds(item.get("Timestamp")) or since,
                logical_id=item.get("LogicalResourceId", ""),
                physical_id=item.get("PhysicalResourceId", ""),
                type=item.get("ResourceType", ""),
                status="VALIDATION_FAILED",
                reason=shortened(item.get("ValidationStatusReason", "")),
                stack_id=item.get("StackId", ""),
            )
            for page in pages
            for item in page.get("OperationEvents", ())
            if item.get("EventType") == "VALIDATION_ERROR"
            and item.get("OperationType") != "CREATE_CHANGESET"
            and (_seconds(item.get("Timestamp")) or since) >= since - 1  # the two may be rounded differently
        ]

    def detect_drift(self, stack: str) -> str:
        """Start comparing a stack with its template; returns the id to ask with."""
        return str(self.call("DetectStackDrift", "detect_stack_drift", StackName=stack)["StackDriftDetectionId"])

    def drift_detection(self, detection: str) -> tuple[str, str, str]:
        """How far a comparison is: its status, the stack's drift status, and a reason."""
        answer = self.call(
            "DescribeStackDriftDetectionStatus",
            "describe_stack_drift_detection_status",
            StackDriftDetectionId=detection,
        )
        return (
            str(answer.get("DetectionStatus", "")),
            str(answer.get("StackDriftStatus", "")),
            str(answer.get("DetectionStatusReason", "")),
        )

    def drifts(self, stack: str) -> list[DriftRecord]:
        """What the last comparison found for every resource it could check."""
        pages = self.pages("DescribeStackResourceDrifts", "describe_stack_resource_drifts", StackName=stack)
        return [_drift(item) for page in pages for item in page.get("StackResourceDrifts", ())]

    # writes: each has a token or may be said twice

    def create_change_set(
        self,
        *,
        stack: str,
        name: str,
        create: bool,
        body: str | None,
        url: str | None,
        parameters: list[Mapping[str, Any]],
        tags: Mapping[str, str],
        capabilities: tuple[str, ...],
        token: str,
        role: str | None = None,
        nested: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> tuple[str, str]:
        """Ask for a change set, with `more` members of the request; returns its ARN and the stack's.

        One of that name can only be ours: names are random.
        """
        try:
            answer = self.call(
                "CreateChangeSet",
                "create_change_set",
                StackName=stack,
                ChangeSetName=name,
                TemplateBody=body,
                TemplateURL=url,
                Parameters=parameters,
                Tags=[{"Key": key, "Value": value} for key, value in sorted(tags.items())],
                Capabilities=list(capabilities),
                ClientToken=token,
                RoleARN=role,
                IncludeNestedStacks=nested or None,
                **{"ChangeSetType": "CREATE" if create else "UPDATE", **(more or {})},
            )
        except Refused as refused:
            if refused.kind != "exists":
                raise
            answer = self.call("DescribeChangeSet", "describe_change_set", ChangeSetName=name, StackName=stack)
            return str(answer["ChangeSetId"]), str(answer["StackId"])
        return str(answer["Id"]), str(answer["StackId"])

    def delete_change_set(self, arn: str) -> None:
        """Delete a change set; one that is gone already is fine."""
        try:
            self.call("DeleteChangeSet", "delete_change_set", ChangeSetName=arn)
        except Refused as refused:
            if refused.kind not in ("missing", "status"):
                raise

    def execute_change_set(
        self, arn: str, *, token: str, retain_on_rollback: bool = False, disable_rollback: bool | None = None
    ) -> None:
        """Start the operation; said twice with one token it starts once. Without `disable_rollback` the change set says
        what happens on failure.
        """
        self.call(
            "ExecuteChangeSet",
            "execute_change_set",
            ChangeSetName=arn,
            ClientRequestToken=token,
            RetainExceptOnCreate=retain_on_rollback or None,
            DisableRollback=disable_rollback,
        )

    def delete_stack(self, stack: str, *, token: str, retain: tuple[str, ...] = (), force: bool = False) -> None:
        """Start deleting a stack; one that failed to be deleted can leave resources behind, named or with `force`."""
        self.call(
            "DeleteStack",
            "delete_stack",
            StackName=stack,
            ClientRequestToken=token,
            RetainResources=list(retain) or None,
            DeletionMode="FORCE_DELETE_STACK" if force else None,
        )

    def roll_back(self, stack: str, *, token: str) -> None:
        """Start undoing a failed creation or update that was left as it was."""
        self.call(
            "RollbackStack", "rollback_stack", StackName=stack, ClientRequestToken=token, RetainExceptOnCreate=True
        )

    def continue_rollback(self, stack: str, *, token: str, skip: tuple[str, ...] = (), force: bool = False) -> None:
        """Start a failed rollback again; what is skipped, with `force` all that failed, is taken for rolled back."""
        self.call(
            "ContinueUpdateRollback",
            "continue_update_rollback",
            StackName=stack,
            ClientRequestToken=token,
            ResourcesToSkip=list(skip) or None,
            ForceRollback=force or None,
        )

    def cancel_update(self, stack: str, *, token: str) -> None:
        """Ask to break an update off and roll it back."""
        self.call("CancelUpdateStack", "cancel_update_stack", StackName=stack, ClientRequestToken=token)

    def protect(self, stack: str, enabled: bool) -> None:
        """Turn termination protection on or off."""
        self.call(
            "UpdateTerminationProtection",
            "update_termination_protection",
            StackName=stack,
            EnableTerminationProtection=enabled,
        )


def _stack(item: Mapping[str, Any]) -> StackRecord:
    outputs = item.get("Outputs") or ()
    return StackRecord(
        id=item["StackId"],
        name=item["StackName"],
        status=item["StackStatus"],
        reason=item.get("StackStatusReason", ""),
        parameters={entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in item.get("Parameters") or ()},
        outputs={entry["OutputKey"]: entry.get("OutputValue", "") for entry in outputs},
        exports={entry["ExportName"]: entry["OutputKey"] for entry in outputs if entry.get("ExportName")},
        tags={entry["Key"]: entry["Value"] for entry in item.get("Tags") or ()},
        protected=bool(item.get("EnableTerminationProtection")),
        role=item.get("RoleARN", ""),
        topics=tuple(item.get("NotificationARNs") or ()),
        triggers=triggers_of(item.get("RollbackConfiguration") or {}),
        monitoring=int((item.get("RollbackConfiguration") or {}).get("MonitoringTimeInMinutes") or 0),
        operation=next((entry["OperationId"] for entry in item.get("LastOperations") or ()), ""),
        created=_seconds(item.get("CreationTime")) or 0.0,
        updated=_seconds(item.get("LastUpdatedTime")),
        deleted=_seconds(item.get("DeletionTime")),
    )


def _event(item: Mapping[str, Any]) -> EventRecord:
    return EventRecord(
        id=item["EventId"],
        time=_seconds(item.get("Timestamp")) or 0.0,
        logical_id=item.get("LogicalResourceId", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        type=item.get("ResourceType", ""),
        status=item.get("ResourceStatus", ""),
        reason=shortened(item.get("ResourceStatusReason") or item.get("HookStatusReason", "")),
        token=item.get("ClientRequestToken", ""),
        stack_id=item.get("StackId", ""),
        hook=item.get("HookType", ""),
        hook_id=item.get("HookInvocationId", ""),
    )


def _change(item: Mapping[str, Any]) -> ChangeRecord:
    return ChangeRecord(
        logical_id=item.get("LogicalResourceId", ""),
        type=item.get("ResourceType", ""),
        action=item.get("Action", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        replacement=item.get("Replacement", ""),
        policy_action=item.get("PolicyAction", ""),
        details=tuple(
            Detail(
                detail.get("Target", {}).get("Attribute", ""),
                detail.get("Target", {}).get("Name", ""),
                detail.get("Target", {}).get("RequiresRecreation", ""),
                detail.get("Evaluation", ""),
                detail.get("CausingEntity", ""),
            )
            for detail in item.get("Details") or ()
        ),
    )


def _drift(item: Mapping[str, Any]) -> DriftRecord:
    return DriftRecord(
        logical_id=item.get("LogicalResourceId", ""),
        physical_id=item.get("PhysicalResourceId", ""),
        type=item.get("ResourceType", ""),
        status=item.get("StackResourceDriftStatus", ""),
        differences=tuple(
            PropertyDrift(
                part.get("PropertyPath", ""),
                part.get("ExpectedValue", ""),
                part.get("ActualValue", ""),
                part.get("DifferenceType", ""),
            )
            for part in item.get("PropertyDifferences") or ()
        ),
    )


def _seconds(moment: Any) -> float | None:
    return float(moment.timestamp()) if moment is not None else None
