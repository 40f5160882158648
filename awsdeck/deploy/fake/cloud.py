"""The scripted CloudFormation itself: what it holds, and how a request finds its answer."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import botocore.exceptions
from attrs import define, evolve, field, frozen
from botocore.awsrequest import AWSResponse, HeadersDict

from ..account.aws import AWS
from ..account.clock import VirtualClock
from . import (
    adoption,
    aliases,
    changesets,
    contents,
    drifts,
    exports,
    hooks,
    identities,
    recovery,
    refactors,
    sets,
    stacks,
    terms,
)
from .faults import ANSWERS as REFUSALS
from .faults import Cut, Fault, Rejected, Skewed, Stale
from .identities import Session, check, key_of
from .proposal import FakeChangeSet
from .refactors import FakeRefactor
from .refusal import Refusal
from .script import Script
from .stack import FakeStack
from .wire import answer_xml, arguments, error_xml

Answer = Callable[["FakeCloudFormation", "Call"], dict[str, Any]]
ANSWERS: dict[str, Answer] = {
    **stacks.ANSWERS,
    **changesets.ANSWERS,
    **recovery.ANSWERS,
    **drifts.ANSWERS,
    **adoption.ANSWERS,
    **aliases.ANSWERS,
    **refactors.ANSWERS,
    **hooks.ANSWERS,
    **exports.ANSWERS,
    **identities.ANSWERS,
    **sets.ANSWERS,
    **terms.ANSWERS,
}
"""Who answers which of CloudFormation's operations."""


@frozen
class Call:
    """One request that arrived, with its arguments as boto3 was given them."""

    operation: str
    arguments: Mapping[str, Any]
    time: float
    stale: bool = False  # to be answered as things were before the last operation
    key: str = ""  # the access key it was signed with


@define
class FakeCloudFormation:
    """CloudFormation of one account and region; everything it was asked is in `calls`.

    `choose` may decide on a fault for every call by itself; it gets the operation and the number of the call.
    """

    clock: VirtualClock = field(factory=VirtualClock)
    region: str = "eu-west-1"
    account: str = "123456789012"
    page: int = 100  # events, changes or resources in one answer
    forgets_tokens: bool = False  # refuse a start that is said twice, as emulators do
    choose: Callable[[str, int], Fault | None] | None = None
    calls: list[Call] = field(factory=list)
    stacks: list[FakeStack] = field(factory=list)
    objects: dict[str, bytes] = field(factory=dict)
    imports: dict[str, list[str]] = field(factory=dict)  # export name to stacks that import it, besides those here
    stack_sets: list[sets.FakeStackSet] = field(factory=list)
    set_scripts: dict[str, list[sets.SetScript]] = field(factory=dict)  # stack set to how its next operations go
    organization: dict[str, list[str]] = field(factory=dict)  # unit to its accounts
    trusted: bool = True  # whether CloudFormation may work with the organization
    delegated: bool = False  # whether this account acts for the management account
    limits: dict[str, int] = field(factory=lambda: {"StackLimit": 2000, "StackOutputsLimit": 200})
    session_seconds: float = 3600.0  # how long the keys of a role are good
    unseen_expiry: float = 0.0  # by how much longer the client takes them to be good
    closed_roles: set[str] = field(factory=set)  # that nobody may take on
    external_ids: dict[str, str] = field(factory=dict)  # role to what its owner wants to hear
    sessions: dict[str, Session] = field(factory=dict)  # access key to the role
    drifted: dict[str, dict[str, tuple[str, str]]] = field(
        factory=dict
    )  # "stack/Id" to property paths, two values each
    existing: dict[str, set[str]] = field(factory=dict)  # what is there outside of stacks: ids by type
    unimportable: set[str] = field(factory=set)  # types that cannot be imported
    refactors: list[FakeRefactor] = field(factory=list)
    immovable: set[str] = field(factory=set)  # types that a refactoring does not take
    unasked: list[dict[str, Any]] = field(factory=list)  # what a refactoring does beyond what it was asked for
    contents: dict[str, int] = field(factory=dict)  # buckets and repositories to the number of things in them
    drift_status: dict[str, str] = field(factory=dict)  # "stack/Id" to UNKNOWN, DELETED, …
    incomparable: dict[str, str] = field(factory=dict)  # stack to the reason why its comparison fails
    comparison_seconds: float = 0.0
    comparing: dict[str, tuple[str, float]] = field(factory=dict)  # stack id to its comparison and when that ends
    hook_results: dict[str, list[dict[str, str]]] = field(factory=dict)  # "Hook::Name/Id" to its annotations
    hook_targets: dict[str, str] = field(factory=dict)  # the same to the change set it has stopped
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
        for service in ("cloudformation", "sts", "s3", "ecr"):
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
            stack = self.new_stack(name)
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
        for stack_set in self.stack_sets:
            stack_set.advance(float("inf"))

    # answer

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        with self._lock:
            inquiry = contents.asks(request)
            if inquiry is not None:
                self.calls.append(Call(inquiry, {}, self.clock.now()))
                fault = self._next_fault(inquiry)
                if type(fault) in REFUSALS:
                    return _response(request, *_error(*REFUSALS[type(fault)]))
                return _response(request, 200, contents.answer(self, inquiry, request))
            place = contents.object_of(request)
            if place is not None:
                return self._answer_s3(request, place)
            body = request.body.decode() if isinstance(request.body, bytes) else str(request.body or "")
            query = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
            operation = query.pop("Action", "")
            given = arguments(query)
            call = Call(operation, given, self.clock.now(), key=key_of(request.headers.get("Authorization")))
            self.calls.append(call)
            fault = self._next_fault(operation)
            if isinstance(fault, Cut) and fault.when == "before":
                raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)
            if isinstance(fault, Rejected):
                return _response(request, *_error(400, fault.code, fault.message))
            if isinstance(fault, Skewed):
                date = format_datetime(datetime.fromtimestamp(self.clock.now() + fault.seconds, UTC), usegmt=True)
                text = "The difference between the request time and the current time is too large."
                return _response(request, *_error(403, "RequestTimeTooSkewed", text), {"Date": date})
            if type(fault) in REFUSALS:
                return _response(request, *_error(*REFUSALS[type(fault)]))
            try:
                result = self._do(evolve(call, stale=isinstance(fault, Stale)))
            except Refusal as refusal:
                return _response(request, *_error(400, refusal.code, str(refusal)))
            if isinstance(fault, Cut):
                raise botocore.exceptions.ReadTimeoutError(endpoint_url=request.url)
            return _response(request, 200, answer_xml(operation, result))

    def _next_fault(self, operation: str) -> Fault | None:
        waiting = self._faults.get(operation)
        if waiting:
            return waiting.pop(0)
        return self.choose(operation, len(self.calls)) if self.choose is not None else None

    def _answer_s3(self, request: Any, key: str) -> AWSResponse:
        operation = "PutObject" if request.method == "PUT" else "HeadObject"
        self.calls.append(Call(operation, {"Key": key}, self.clock.now()))
        fault = self._next_fault(operation)
        if isinstance(fault, Cut) and fault.when == "before":
            raise botocore.exceptions.EndpointConnectionError(endpoint_url=request.url)
        if type(fault) in REFUSALS:
            return _response(request, *_error(*REFUSALS[type(fault)]))
        if request.method == "PUT":
            content = request.body
            self.objects[key] = content if isinstance(content, bytes) else content.read()
        elif key not in self.objects:
            return _response(request, 404, "")
        if isinstance(fault, Cut):
            raise botocore.exceptions.ReadTimeoutError(endpoint_url=request.url)
        return _response(request, 200, "")

    def _do(self, call: Call) -> dict[str, Any]:
        for stack in self.stacks:
            stack.advance(call.time)
        check(self, call)
        answer = ANSWERS.get(call.operation)
        if answer is None:
            raise Refusal("InvalidAction", f"the fake does not know {call.operation}")
        return answer(self, call)

    # look up, for those who answer

    def next_script(self, stack: str) -> Script:
        """How the operation that starts now goes."""
        scripts = self._scripts.get(stack)
        return scripts.pop(0) if scripts else Script()

    def coming_script(self, stack: str) -> Script:
        """How the next operation will go; it stays the next one."""
        return (self._scripts.get(stack) or [Script()])[0]

    def new_stack(self, name: str) -> FakeStack:
        """A stack of that name, with nothing in it yet."""
        arn = f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{name}/{uuid.uuid4()}"
        stack = FakeStack(arn, name, created=self.clock.now(), cloud=self)
        self.stacks.append(stack)
        return stack

    def find_stack(self, name: str) -> FakeStack:
        """The stack of that name or ARN; raises `Refusal` as CloudFormation does."""
        for stack in reversed(self.stacks):
            if name == stack.id or (name in (stack.name, stack.alias) and stack.status != "DELETE_COMPLETE"):
                return stack
        raise Refusal("ValidationError", f"Stack with id {name} does not exist")

    def find_change_set(self, arn: str, holder: str = "") -> tuple[FakeStack, FakeChangeSet]:
        """A change set, by its ARN or by its name and its stack's; raises `Refusal` when it is not there."""
        for stack in self.stacks:
            for made in stack.change_sets:
                if arn == made.arn or (holder in (stack.name, stack.id) and arn == made.arn.split("/")[1]):
                    return stack, made
        raise Refusal("ChangeSetNotFound", f"ChangeSet [{arn}] does not exist")

    def paged(self, given: Mapping[str, Any], name: str, items: list[Any]) -> dict[str, Any]:
        """One page of a long answer, with the token for the next."""
        start = int(given.get("NextToken", 0))
        end = start + self.page
        return {name: items[start:end], **({"NextToken": str(end)} if end < len(items) else {})}


def _error(status: int, code: str, message: str) -> tuple[int, str]:
    return status, error_xml(code, message)


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def _response(request: Any, status: int, body: str, more: Mapping[str, str] | None = None) -> AWSResponse:
    headers = HeadersDict({"Content-Type": "text/xml", "x-amzn-RequestId": str(uuid.uuid4()), **(more or {})})
    return AWSResponse(request.url, status, headers, _Raw(body.encode()))
