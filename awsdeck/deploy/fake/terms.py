"""What a stack is deployed with besides its template: topics, alarms, a role, a policy, and what failure leads to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .refusal import Refusal
from .script import Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cloud import Answer, Call, FakeCloudFormation
    from .proposal import FakeChangeSet
    from .stack import FakeStack

PAUSED = ("CREATE_FAILED", "UPDATE_FAILED")
_NO_REPLACEMENT = "Replacement type updates not supported on stack with disable-rollback."


def terms_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a change set would change of a stack's terms; refuses what CloudFormation refuses."""
    found: dict[str, Any] = {}
    if "RoleARN" in given:
        found["RoleARN"] = given["RoleARN"]
    if "NotificationARNs" in given:
        found["NotificationARNs"] = given["NotificationARNs"] or []
        _at_most("notificationARNs", found["NotificationARNs"], 5)
    if "RollbackConfiguration" in given:
        asked = given["RollbackConfiguration"]
        triggers = {"RollbackTriggers": asked["RollbackTriggers"] or []} if "RollbackTriggers" in asked else {}
        _at_most("rollbackConfiguration.rollbackTriggers", triggers.get("RollbackTriggers", []), 5)
        if "MonitoringTimeInMinutes" in asked:
            triggers["MonitoringTimeInMinutes"] = int(asked["MonitoringTimeInMinutes"])
        found["RollbackConfiguration"] = triggers
    if given.get("ChangeSetType") != "CREATE" and given.get("OnStackFailure") == "DELETE":
        raise Refusal("ValidationError", "OnStackFailure DELETE is only valid for change sets of type CREATE")
    if given.get("DeploymentMode") == "REVERT_DRIFT" and given.get("IncludeNestedStacks") == "true":
        raise Refusal("ValidationError", "IncludeNestedStacks is not supported with DeploymentMode REVERT_DRIFT")
    return found


def _at_most(name: str, values: list[Any], most: int) -> None:
    if len(values) > most:
        raise Refusal("ValidationError", f"Value at '{name}' must have length less than or equal to {most}")


def merged(terms: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The terms once a change set is executed; within the rollback configuration what is not said stays."""
    both = {**terms, **changed}
    if "RollbackConfiguration" in changed:
        both["RollbackConfiguration"] = {**terms.get("RollbackConfiguration", {}), **changed["RollbackConfiguration"]}
    return both


def resumable(stack: FakeStack) -> bool:
    """Whether a stack that failed and was left so can take a change set; refuses one that never can."""
    if stack.status not in PAUSED:
        return False
    if stack.status == "CREATE_FAILED" and any(made.asked.get("OnStackFailure") for made in stack.change_sets):
        raise Refusal(
            "ValidationError",
            "This stack cannot be updated from [CREATE_FAILED] state because it contains [on-failure: DO_NOTHING].",
        )
    return True


def conducted(stack: FakeStack, made: FakeChangeSet, given: Mapping[str, Any], script: Script) -> Script:
    """How the execution goes, with what was asked for in case of failure; refuses what does not go together."""
    on_failure, express = made.asked.get("OnStackFailure"), made.asked.get("DeploymentConfig", {})
    if on_failure and "DisableRollback" in given:
        raise Refusal("ValidationError", "DisableRollback cannot be specified, OnStackFailure is in the change set")
    keeps = "true" in (given.get("DisableRollback"), express.get("DisableRollback")) or on_failure == "DO_NOTHING"
    if stack.status in PAUSED and not keeps:
        raise Refusal(
            "ValidationError",
            f"This stack is currently in a non-terminal [{stack.status}] state. To update the stack from this state, "
            "please use the disable-rollback parameter",
        )
    if keeps and stack.status != "REVIEW_IN_PROGRESS":
        items = [change["ResourceChange"] for change in made.changes]
        replaced = {one["LogicalResourceId"]: _NO_REPLACEMENT for one in items if one.get("Replacement") == "True"}
        script = evolve(script, fail={**replaced, **script.fail})
    return evolve(script, keep_failed=script.keep_failed or keeps, vanish=script.vanish or on_failure == "DELETE")


def settle(fake: FakeCloudFormation, stack: FakeStack, made: FakeChangeSet, given: Mapping[str, Any]) -> None:
    """Have a change set change terms as well, and bring back what was changed by hand if it is to."""
    made.terms = merged(stack.terms, terms_of(given))
    if made.terms != stack.terms and not made.script.no_changes and "didn't contain changes" in made.reason:
        made.status, made.reason = "CREATE_COMPLETE", ""
    if given.get("DeploymentMode") == "REVERT_DRIFT":
        _revert(fake, stack, made)


def _revert(fake: FakeCloudFormation, stack: FakeStack, made: FakeChangeSet) -> None:
    known = {change["ResourceChange"]["LogicalResourceId"] for change in made.changes}
    for name, item in stack.resources.items():
        if fake.drifted.get(f"{stack.name}/{name}") and name not in known:
            change = {"LogicalResourceId": name, "ResourceType": item["ResourceType"], "Action": "Modify"}
            made.changes.append({"Type": "Resource", "ResourceChange": {**change, "Replacement": "False"}})
            made.status, made.reason = "CREATE_COMPLETE", ""


def get_stack_policy(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {"StackPolicyBody": fake.find_stack(call.arguments["StackName"]).policy or None}


def set_stack_policy(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    body = call.arguments.get("StackPolicyBody", "")
    try:
        statements = json.loads(body)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Refusal("ValidationError", "Error validating stack policy: Invalid stack policy") from None
    if not statements or len(body) > 16_384:
        raise Refusal("ValidationError", "Error validating stack policy: Invalid stack policy")
    fake.find_stack(call.arguments["StackName"]).policy = body
    return {}


ANSWERS: dict[str, Answer] = {
    "GetStackPolicy": get_stack_policy,
    "SetStackPolicy": set_stack_policy,
}
