"""A scripted CloudFormation inside the process, for testing what deploys: this package's own tests use it, yours may.

It hangs on botocore's `before-send` event, so requests go through the real serializer and signer and answers through
the real parser; only the network is missing. Operations run on a virtual clock: waiting takes no time.

    fake = FakeCloudFormation()
    fake.script("shop", Script(fail={"Db": "no such subnet"}))      # how the next operation on the stack goes
    fake.fault("DescribeStacks", Throttled(), times=30)             # what the next calls run into
    deploy(assembly, aws=fake.aws())                                # raises RolledBack, with Db as the cause
    assert fake.status("shop") == "ROLLBACK_COMPLETE"
    assert "DeleteStack" not in fake.operations()

For clients that were not made by `fake.aws()`, call `fake.install(session)` with a boto3 session first.
"""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import parse_qs

import botocore.exceptions
from attrs import define, field, frozen
from botocore.awsrequest import AWSResponse

from .aws import AWS
from .clock import VirtualClock
from .fakestack import FakeChangeSet, FakeStack, Refusal, Script
from .fakewire import answer_xml, arguments, error_xml

__all__ = [
    "Cut",
    "Denied",
    "Expired",
    "FakeCloudFormation",
    "Fault",
    "Rejected",
    "Script",
    "ServerError",
    "Stale",
    "Throttled",
]

ACCOUNT = "123456789012"
INLINE_LIMIT = 51_200


@frozen
class Throttled:
    """AWS asks to slow down."""


@frozen
class ServerError:
    """AWS fails for a moment."""


@frozen
class Denied:
    """The caller lacks the permission."""


@frozen
class Expired:
    """The credentials have run out."""


@frozen
class Cut:
    """The network is cut: before the request arrives, or after AWS has done what was asked."""

    when: Literal["before", "after"] = "before"


@frozen
class Rejected:
    """AWS says no, in its own words."""

    code: str
    message: str = "no"


@frozen
class Stale:
    """A read shows how the stack was before its last operation."""


Fault = Throttled | ServerError | Denied | Expired | Rejected | Cut | Stale

_ANSWERS: dict[type, tuple[int, str, str]] = {
    Throttled: (400, "Throttling", "Rate exceeded"),
    ServerError: (503, "ServiceUnavailable", "Service is unavailable, try again"),
    Denied: (403, "AccessDenied", "User is not authorized to perform this action"),
    Expired: (403, "ExpiredToken", "The security token included in the request is expired"),
}


@frozen
class Call:
    """One request that arrived, with its arguments as boto3 was given them."""

    operation: str
    arguments: Mapping[str, Any]
    time: float


@define
class FakeCloudFormation:
    """CloudFormation of one account and region; everything it was asked is in `calls`.

    `choose` may decide on a fault for every call by itself; it gets the operation and the number of the call.
    """

    clock: VirtualClock = field(factory=VirtualClock)
    region: str = "eu-west-1"
    page: int = 100  # events, changes or resources in one answer
    forgets_tokens: bool = False  # refuse a start that is said twice, as emulators do
    choose: Callable[[str, int], Fault | None] | None = None
    calls: list[Call] = field(factory=list)
    stacks: list[FakeStack] = field(factory=list)
    objects: dict[str, bytes] = field(factory=dict)
    imports: dict[str, list[str]] = field(factory=dict)  # export name to the stacks that import it
    drifted: dict[str, dict[str, tuple[str, str]]] = field(
        factory=dict
    )  # "stack/Id" to property paths, two values each
    _scripts: dict[str, list[Script]] = field(factory=dict)
    _faults: dict[str, list[Fault]] = field(factory=dict)
    _lock: threading.RLock = field(factory=threading.RLock)

    # set up

    def aws(self, **options: Any) -> AWS:
        """An `AWS` that leads here and nowhere else."""
        given = {"region": self.region, "credentials": ("AKIDFAKE", "secret"), "clock": self.clock, **options}
        return AWS(hook=self.install, **given)

    def install(self, session: Any) -> None:
        """Answer for every client that a boto3 session makes from now on."""
        for service in ("cloudformation", "sts", "s3"):
            session.events.register_first(f"before-send.{service}", self._answer)

    def script(self, stack: str, *scripts: Script) -> None:
        """Say how the next operations on a stack go; without a script all goes well."""
        self._scripts.setdefault(stack, []).extend(scripts)

    def fault(self, operation: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next calls of an operation run into a fault."""
        self._faults.setdefault(operation, []).extend([fault] * times)

    def add_stack(
        self,
        name: str,
        template: Mapping[str, Any],
        *,
        status: str = "CREATE_COMPLETE",
        parameters: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        protected: bool = False,
        kept: Mapping[str, str] | None = None,
    ) -> FakeStack:
        """A stack that is there already; `kept` are resources with their status, all others have followed the stack."""
        with self._lock:
            stack = self._new_stack(name)
            stack.template = dict(template)
            stack.parameters = dict(parameters or {})
            stack.tags = dict(tags or {})
            stack.protected = protected
            stack.settle(status, kept or {})
            return stack

    # ask afterwards

    def status(self, name: str) -> str | None:
        """The status of the newest stack of that name; None when it was never made."""
        with self._lock:
            stack = next((one for one in reversed(self.stacks) if one.name == name), None)
            if stack is None:
                return None
            stack.advance(self.clock.now())
            return stack.status

    def operations(self) -> list[str]:
        """The names of all calls, in order."""
        return [call.operation for call in self.calls]

    def finish(self) -> None:
        """Let everything that is still running come to its end."""
        for stack in self.stacks:
            stack.advance(float("inf"))

    # answer

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        with self._lock:
            if ("X-Amz-Content-SHA256" in request.headers and ".s3." in request.url) or "s3.amazonaws" in request.url:
                return self._answer_s3(request)
            body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
            query = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            operation = query.pop("Action", "")
            given = arguments(query)
            self.calls.append(Call(operation, given, self.clock.now()))
            fault = self._fault(operation)
            if isinstance(fault, Cut) and fault.when == "before":
                raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)
            if isinstance(fault, Rejected):
                return _response(request, *_error(400, fault.code, fault.message))
            if type(fault) in _ANSWERS:
                return _response(request, *_error(*_ANSWERS[type(fault)]))
            try:
                result = self._do(operation, given, stale=isinstance(fault, Stale))
            except Refusal as refusal:
                return _response(request, *_error(400, refusal.code, str(refusal)))
            if isinstance(fault, Cut):
                raise botocore.exceptions.ReadTimeoutError(endpoint_url=request.url)
            return _response(request, 200, answer_xml(operation, result))

    def _fault(self, operation: str) -> Fault | None:
        waiting = self._faults.get(operation)
        if waiting:
            return waiting.pop(0)
        return self.choose(operation, len(self.calls)) if self.choose is not None else None

    def _answer_s3(self, request: Any) -> AWSResponse:
        key = request.url.split("?")[0].split("/", 3)[-1]
        operation = "PutObject" if request.method == "PUT" else "HeadObject"
        self.calls.append(Call(operation, {"Key": key}, self.clock.now()))
        fault = self._fault(operation)
        if isinstance(fault, Cut) and fault.when == "before":
            raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)
        if type(fault) in _ANSWERS:
            return _response(request, *_error(*_ANSWERS[type(fault)]))
        if request.method == "PUT":
            content = request.body
            self.objects[key] = content if isinstance(content, bytes) else content.read()
        elif key not in self.objects:
            return _response(request, 404, "")
        if isinstance(fault, Cut):
            raise botocore.exceptions.ReadTimeoutError(endpoint_url=request.url)
        return _response(request, 200, "")

    def _do(self, operation: str, given: Mapping[str, Any], *, stale: bool) -> dict[str, Any]:
        now = self.clock.now()
        for stack in self.stacks:
            stack.advance(now)
        if operation == "GetCallerIdentity":
            return {"Account": ACCOUNT, "UserId": "fake", "Arn": f"arn:aws:iam::{ACCOUNT}:user/fake"}
        method = getattr(self, f"_{operation}", None)
        if method is None:
            raise Refusal("InvalidAction", f"the fake does not know {operation}")
        result: dict[str, Any] = method(given, stale) if operation == "DescribeStacks" else method(given)
        return result

    # operations, under CloudFormation's names

    def _DescribeStacks(self, given: Mapping[str, Any], stale: bool) -> dict[str, Any]:  # noqa: N802
        if "StackName" not in given:
            return {"Stacks": [stack.describe() for stack in self.stacks if stack.status != "DELETE_COMPLETE"]}
        stack = self._stack(given["StackName"])
        return {"Stacks": [stack.earlier or stack.describe() if stale else stack.describe()]}

    def _DescribeStackEvents(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack = self._stack(given["StackName"])
        return self._paged(given, "StackEvents", list(reversed(stack.events)))

    def _ListStackResources(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._paged(given, "StackResourceSummaries", self._stack(given["StackName"]).list_resources())

    def _GetTemplate(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"TemplateBody": self._stack(given["StackName"]).template}

    def _ListImports(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        users = self.imports.get(given["ExportName"])
        if not users:
            raise Refusal("ValidationError", f"Export '{given['ExportName']}' is not imported by any stack.")
        return {"Imports": users}

    def _CreateChangeSet(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        name, create = given["StackName"], given.get("ChangeSetType", "UPDATE") == "CREATE"
        if len(given.get("TemplateBody", "").encode()) > INLINE_LIMIT:
            raise Refusal("ValidationError", "Value at 'templateBody' must have length less than or equal to 51200")
        for holder in self.stacks:
            for made in holder.change_sets:
                if made.token and made.token == given.get("ClientToken"):
                    return {"Id": made.arn, "StackId": holder.id}
        stack = next(
            (one for one in self.stacks if name in (one.name, one.id) and one.status != "DELETE_COMPLETE"), None
        )
        if create and stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise Refusal("ValidationError", f"Stack [{name}] already exists and cannot be created again")
        if not create and (stack is None or stack.status == "REVIEW_IN_PROGRESS"):
            raise Refusal("ValidationError", f"Stack [{name}] does not exist")
        if stack is not None and not create:
            stack.must_be_updatable()
        script = (self._scripts.get(name) or [Script()])[0]
        template = given.get("TemplateBody") or self.objects[given["TemplateURL"].split("/", 3)[-1]].decode()
        if stack is None:
            stack = self._new_stack(name)
            stack.review(self.clock.now())
        made = stack.propose(given, template, script, f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:changeSet/")
        return {"Id": made.arn, "StackId": stack.id}

    def _DescribeChangeSet(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack, made = self._change_set(given["ChangeSetName"])
        head = made.describe(self.clock.now())
        return {**head, "StackId": stack.id, "StackName": stack.name, **self._paged(given, "Changes", made.changes)}

    def _ListChangeSets(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack = self._stack(given["StackName"])
        return {"Summaries": [{"ChangeSetId": made.arn, "StackId": stack.id} for made in stack.change_sets]}

    def _DeleteChangeSet(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack, made = self._change_set(given["ChangeSetName"])
        if made.execution.startswith("EXECUTE_"):
            raise Refusal("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] is in {made.execution} state")
        stack.change_sets.remove(made)
        return {}

    def _ExecuteChangeSet(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack, made = self._change_set(given["ChangeSetName"])
        token = given.get("ClientRequestToken", "")
        if made.execution.startswith("EXECUTE_"):
            if made.started_with == token and not self.forgets_tokens:
                return {}
            raise Refusal(
                "InvalidChangeSetStatus", f"ChangeSet [{made.arn}] cannot be executed in {made.execution} state"
            )
        stack.must_be_updatable()
        scripts = self._scripts.get(stack.name)
        script = scripts.pop(0) if scripts else Script()
        stack.execute(made, token, script, self.clock.now())
        return {}

    def _DeleteStack(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        try:
            stack = self._stack(given["StackName"])
        except Refusal:
            return {}
        if stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
            return {}
        if stack.protected:
            raise Refusal(
                "ValidationError", f"Stack [{stack.id}] cannot be deleted while TerminationProtection is enabled"
            )
        review = stack.status == "REVIEW_IN_PROGRESS"
        scripts = self._scripts.get(stack.name)
        script = scripts.pop(0) if scripts and not review and stack.has_resources() else Script()
        stack.delete(given.get("ClientRequestToken", ""), script, self.clock.now(), given.get("RetainResources", []))
        return {}

    def _RollbackStack(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._undo(given, {"UPDATE_FAILED", "CREATE_FAILED"})

    def _ContinueUpdateRollback(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._undo(given, {"UPDATE_ROLLBACK_FAILED"})

    def _CancelUpdateStack(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._undo(given, {"UPDATE_IN_PROGRESS"})

    def _undo(self, given: Mapping[str, Any], states: set[str]) -> dict[str, Any]:
        stack = self._stack(given["StackName"])
        if stack.status not in states:
            raise Refusal("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be rolled back")
        scripts = self._scripts.get(stack.name)
        script = scripts.pop(0) if scripts else Script()
        stack.undo(given.get("ClientRequestToken", ""), script, self.clock.now(), given.get("ResourcesToSkip", []))
        return {}

    def _DetectStackDrift(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"StackDriftDetectionId": self._stack(given["StackName"]).id}

    def _DescribeStackDriftDetectionStatus(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack = self._stack(given["StackDriftDetectionId"])
        drifted = any(self.drifted.get(f"{stack.name}/{name}") for name in stack.resources)
        return {
            "StackId": stack.id,
            "StackDriftDetectionId": stack.id,
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": "DRIFTED" if drifted else "IN_SYNC",
            "Timestamp": self.clock.now(),
        }

    def _DescribeStackResourceDrifts(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack = self._stack(given["StackName"])
        found = []
        for name, item in stack.resources.items():
            changed = self.drifted.get(f"{stack.name}/{name}", {})
            differences = [
                {"PropertyPath": path, "ExpectedValue": before, "ActualValue": after, "DifferenceType": "NOT_EQUAL"}
                for path, (before, after) in changed.items()
            ]
            found.append(
                {
                    "StackId": stack.id,
                    "LogicalResourceId": name,
                    "PhysicalResourceId": item["PhysicalResourceId"],
                    "ResourceType": item["ResourceType"],
                    "StackResourceDriftStatus": "MODIFIED" if differences else "IN_SYNC",
                    "PropertyDifferences": differences,
                    "Timestamp": self.clock.now(),
                }
            )
        return self._paged(given, "StackResourceDrifts", found)

    def _UpdateTerminationProtection(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        stack = self._stack(given["StackName"])
        stack.protected = given["EnableTerminationProtection"] == "true"
        return {"StackId": stack.id}

    def _DescribeEvents(self, given: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        if "StackName" in given:
            stack = self._stack(given["StackName"])
            operation, events = "UPDATE_STACK", list(stack.objections)
            made_of = stack.template.get("Resources", {})
        else:
            stack, made = self._change_set(given["ChangeSetName"])
            operation, events = "CREATE_CHANGESET", [(made.ready, made.script.invalid)]
            made_of = made.template.get("Resources", {})
        return {
            "OperationEvents": [
                {
                    "EventId": str(uuid.uuid4()),
                    "EventType": "VALIDATION_ERROR",
                    "OperationType": operation,
                    "StackId": stack.id,
                    "LogicalResourceId": where,
                    "ResourceType": made_of.get(where, {}).get("Type", ""),
                    "Timestamp": at,
                    "ValidationStatusReason": reason,
                }
                for at, found in events
                for where, reason in found.items()
            ]
        }

    # look up

    def _new_stack(self, name: str) -> FakeStack:
        arn = f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}"
        stack = FakeStack(arn, name, created=self.clock.now())
        self.stacks.append(stack)
        return stack

    def _stack(self, name: str) -> FakeStack:
        for stack in reversed(self.stacks):
            if name == stack.id or (name == stack.name and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Refusal("ValidationError", f"Stack with id {name} does not exist")

    def _change_set(self, arn: str) -> tuple[FakeStack, FakeChangeSet]:
        for stack in self.stacks:
            for made in stack.change_sets:
                if arn == made.arn:
                    return stack, made
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{arn}] does not exist")

    def _paged(self, given: Mapping[str, Any], name: str, items: list[Any]) -> dict[str, Any]:
        start = int(given.get("NextToken", 0))
        end = start + self.page
        return {name: items[start:end], **({"NextToken": str(end)} if end < len(items) else {})}


def _error(status: int, code: str, message: str) -> tuple[int, str]:
    return status, error_xml(code, message)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _response(request: Any, status: int, body: str) -> AWSResponse:
    headers = {"Content-Type": "text/xml", "x-amzn-RequestId": str(uuid.uuid4())}
    return AWSResponse(request.url, status, headers, _Raw(body.encode()))
