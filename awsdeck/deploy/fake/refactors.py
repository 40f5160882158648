"""Stack refactorings of the fake: checked, listed, executed as a whole or undone."""

from __future__ import annotations

import copy
import json
import uuid
from typing import TYPE_CHECKING, Any

from attrs import define, field

from ...diff.compare import same
from ...diff.rename import renamed
from .refusal import Refusal
from .script import Script
from .stack import UPDATABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cloud import Answer, Call, FakeCloudFormation
    from .stack import FakeStack

Spot = tuple[str, str]
REFACTOR = "refactor"
"""The name under which the next refactoring finds its script."""


@define
class FakeRefactor:
    """One refactoring: the templates it leads to and where each resource goes."""

    id: str
    description: str
    templates: dict[str, dict[str, Any]]
    places: dict[Spot, Spot]
    ready: float
    problem: str = ""
    execution: str = "AVAILABLE"
    reason: str = ""
    ends: float = 0.0
    script: Script = field(factory=Script)

    def head(self, now: float) -> dict[str, Any]:
        """As DescribeStackRefactor tells it."""
        if now < self.ready:
            status, execution = "CREATE_IN_PROGRESS", "UNAVAILABLE"
        elif self.problem:
            status, execution = "CREATE_FAILED", "UNAVAILABLE"
        else:
            status, execution = "CREATE_COMPLETE", self.execution
        return {
            "StackRefactorId": self.id,
            "Description": self.description,
            "Status": status,
            "StatusReason": self.problem if status == "CREATE_FAILED" else None,
            "ExecutionStatus": execution,
            "ExecutionStatusReason": self.reason or None,
        }


def create_stack_refactor(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    given = call.arguments
    templates = {
        one["StackName"]: json.loads(one.get("TemplateBody") or fake.objects[one["TemplateURL"].split("/", 3)[-1]])
        for one in given["StackDefinitions"]
    }
    if len(templates) > 5:
        raise Refusal("ValidationError", "StackDefinitions has more than 5 members")
    places = {_spot(one["Source"]): _spot(one["Destination"]) for one in given.get("ResourceMappings", [])}
    there = {name for name in templates if _stack(fake, name) is not None}
    made = FakeRefactor(str(uuid.uuid4()), given.get("Description", ""), templates, places, fake.clock.now() + 2)
    made.problem = next(_problems(fake, made, there, given.get("EnableStackCreation") == "true"), "")
    fake.refactors.append(made)
    return {"StackRefactorId": made.id}


def _spot(one: dict[str, str]) -> Spot:
    return one["StackName"], one["LogicalResourceId"]


def _stack(fake: FakeCloudFormation, name: str) -> Any:
    return next((one for one in fake.stacks if name in (one.name, one.id) and one.status != "DELETE_COMPLETE"), None)


def _problems(fake: FakeCloudFormation, made: FakeRefactor, there: set[str], may_create: bool) -> Any:
    """What stands in the way, as CloudFormation says it."""
    for name, template in made.templates.items():
        if not template.get("Resources"):
            yield f"Stack {name} would be empty after the refactor, which is not supported"
        if name not in there and not may_create:
            yield f"Stack {name} does not exist and EnableStackCreation is not set"
        if name in there:
            stack = _stack(fake, name)
            if stack.status not in UPDATABLE:
                yield f"Stack {name} is in {stack.status} state"
            if any(stack.template.get(part, {}) != template.get(part, {}) for part in ("Parameters", "Conditions")):
                yield f"Parameters and conditions of {name} cannot change in a stack refactor"
    before = {(name, id): body for name in there for id, body in _stack(fake, name).template["Resources"].items()}
    after = {
        (name, id): body for name, template in made.templates.items() for id, body in template["Resources"].items()
    }
    moved = {made.places.get(spot, spot): spot for spot in before}
    for spot in sorted(after.keys() ^ moved.keys()):
        yield f"The resource {spot[1]} of {spot[0]} is created or deleted, and a stack refactor does neither"
    names = {was: new for (_, was), (_, new) in made.places.items()}
    for spot, body in after.items():
        old = before[moved[spot]]
        if old["Type"] in fake.immovable:
            yield f"Resource type {old['Type']} is not supported for stack refactoring"
        crossing = "Fn::ImportValue" in json.dumps([body, old])  # what an import stands for is not worked out here
        if body["Type"] != old["Type"] or not (crossing or same(renamed(old, names), body)):
            yield f"The resource {spot[1]} of {spot[0]} is modified, which a stack refactor does not do"


def _find(fake: FakeCloudFormation, call: Call) -> FakeRefactor:
    wanted = call.arguments["StackRefactorId"]
    found = next((one for one in fake.refactors if one.id == wanted), None)
    if found is None:
        raise Refusal("StackRefactorNotFoundException", f"Stack refactor {wanted} does not exist")
    _advance(fake, found)
    return found


def describe_stack_refactor(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return _find(fake, call).head(fake.clock.now())


def list_stack_refactors(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    heads = [one.head(fake.clock.now()) for one in fake.refactors]
    return fake.paged(call.arguments, "StackRefactorSummaries", heads)


def list_stack_refactor_actions(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    made = _find(fake, call)
    actions: list[dict[str, Any]] = [
        {"Action": "CREATE", "Entity": "STACK", "Description": name}
        for name in made.templates
        if _stack(fake, name) is None
    ]
    for (home, was), (stack, id) in made.places.items():
        source = {"StackName": home, "LogicalResourceId": was}
        target = {"StackName": stack, "LogicalResourceId": id}
        actions.append(
            {"Action": "MOVE", "Entity": "RESOURCE", "Detection": "MANUAL",
             "ResourceMapping": {"Source": source, "Destination": target}}
        )  # fmt: skip
    return fake.paged(call.arguments, "StackRefactorActions", [*actions, *fake.unasked])


def execute_stack_refactor(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    made = _find(fake, call)
    if made.execution != "AVAILABLE" or made.problem:
        raise Refusal("ValidationError", f"Stack refactor {made.id} is in {made.execution} state")
    made.execution, made.script = "EXECUTE_IN_PROGRESS", fake.next_script(REFACTOR)
    made.ends = fake.clock.now() + 2 * made.script.seconds
    return {}


def _advance(fake: FakeCloudFormation, made: FakeRefactor) -> None:
    if made.execution != "EXECUTE_IN_PROGRESS" or fake.clock.now() < made.ends:
        return
    if made.script.fail:
        made.execution = "ROLLBACK_FAILED" if made.script.rollback_fails else "ROLLBACK_COMPLETE"
        made.reason = next(iter(made.script.fail.values()))
        return
    made.execution = "EXECUTE_COMPLETE"
    carried = {
        spot: _stack(fake, spot[0]).resources.pop(spot[1]) for spot in made.places if _stack(fake, spot[0]) is not None
    }
    for name, template in made.templates.items():
        stack = _stack(fake, name) or fake.new_stack(name)
        new = stack.status == "REVIEW_IN_PROGRESS"
        stack.template = copy.deepcopy(template)
        for spot, item in carried.items():
            home, id = made.places[spot]
            if home == name:
                stack.resources[id] = {**item, "LogicalResourceId": id}
        stack.updated = fake.clock.now()
        stack.stack_event("CREATE_IN_PROGRESS" if new else "UPDATE_IN_PROGRESS", fake.clock.now())
        stack.later(fake.clock.now() + 3, _settled(stack, "CREATE_COMPLETE" if new else "UPDATE_COMPLETE"))


def _settled(stack: FakeStack, status: str) -> Callable[[float], None]:
    return lambda at: stack.stack_event(status, at)


ANSWERS: dict[str, Answer] = {
    "CreateStackRefactor": create_stack_refactor,
    "DescribeStackRefactor": describe_stack_refactor,
    "ListStackRefactors": list_stack_refactors,
    "ListStackRefactorActions": list_stack_refactor_actions,
    "ExecuteStackRefactor": execute_stack_refactor,
}
