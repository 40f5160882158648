"""A stack's own policy, asked before CloudFormation enforces it in the middle of an update.

Source: CloudFormation User Guide, preventing updates to stack resources: once there is a policy, what no statement allows
is denied, and a Deny outweighs every Allow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ...terms import policy_text

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation
    from .merge import PlannedChange

_ACTIONS = {
    "update": ("Update:Modify",),
    "replace": ("Update:Replace",),
    "maybe-replace": ("Update:Modify", "Update:Replace"),
    "delete": ("Update:Delete",),
    "rename": ("Update:Delete",),
}
_VERBS = {"Update:Modify": "changing", "Update:Replace": "replacing", "Update:Delete": "deleting"}


@frozen
class Denial:
    """A change that the stack's policy denies; `statement` is the one that does, None when none allows it.

    `sure` is False for what is denied only if CloudFormation does replace the resource.
    """

    logical_id: str
    type: str
    action: str
    statement: Mapping[str, Any] | None = field(default=None, hash=False)
    sure: bool = True

    @property
    def message(self) -> str:
        """One sentence for people, with the statement."""
        why = (
            f"by the statement {json.dumps(self.statement, sort_keys=True)}"
            if self.statement is not None
            else f"as no statement allows {self.action} on it"
        )
        may = "" if self.sure else ", should that be needed,"
        return f"the stack policy denies {_VERBS[self.action]} {self.logical_id} ({self.type}){may} {why}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "logical_id": self.logical_id,
            "resource_type": self.type,
            "action": self.action,
            "statement": self.statement,
            "sure": self.sure,
        }


def policy_of(cf: CloudFormation, stack_id: str) -> dict[str, Any] | None:
    """The policy that a stack has now; None without one. Raises `Refused` when it may not be read."""
    text = cf.call("GetStackPolicy", "get_stack_policy", StackName=stack_id).get("StackPolicyBody")
    try:
        policy = json.loads(text) if text else None
    except ValueError:
        return None
    return policy if isinstance(policy, dict) else None


def set_policy(cf: CloudFormation, stack_id: str, policy: Mapping[str, Any]) -> None:
    """Give a stack a policy for updates, in place of the one it has."""
    cf.call("SetStackPolicy", "set_stack_policy", StackName=stack_id, StackPolicyBody=policy_text(policy))


def denials(policy: Mapping[str, Any] | None, changes: Iterable[PlannedChange]) -> tuple[Denial, ...]:
    """What of these changes the policy denies."""
    return tuple(_denials(policy, changes)) if policy else ()


def _denials(policy: Mapping[str, Any], changes: Iterable[PlannedChange]) -> Iterator[Denial]:
    for change in changes:
        subject = change.was or change.logical_id
        denied = {}
        for action in _ACTIONS.get(change.action, ()):
            allowed, statement = decision(policy, action, subject, change.type)
            if not allowed:
                denied[action] = statement
        if denied:
            action = next(iter(denied))
            both = change.action != "maybe-replace" or len(denied) == 2
            yield Denial(subject, change.type, action, denied[action], both)


def decision(
    policy: Mapping[str, Any], action: str, logical_id: str, type_name: str
) -> tuple[bool, Mapping[str, Any] | None]:
    """Whether a policy allows an action on a resource, and the statement that decides (None when none speaks of it)."""
    allowing = None
    for statement in _list(policy.get("Statement")):
        if not isinstance(statement, dict) or not _applies(statement, action, logical_id, type_name):
            continue
        if statement.get("Effect") == "Deny":
            return False, statement
        if statement.get("Effect") == "Allow":
            allowing = allowing or statement
    return allowing is not None, allowing


def _applies(statement: Mapping[str, Any], action: str, logical_id: str, type_name: str) -> bool:
    return (
        _named(statement, "Action", action)
        and _named(statement, "Resource", f"LogicalResourceId/{logical_id}")
        and all(_holds(operator, tests, type_name) for operator, tests in (statement.get("Condition") or {}).items())
    )


def _named(statement: Mapping[str, Any], element: str, value: str) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(pattern, value) for pattern in _list(statement[f"Not{element}"]))
    return any(_like(pattern, value) for pattern in _list(statement.get(element)))


def _holds(operator: str, tests: Any, type_name: str) -> bool:
    if not isinstance(tests, dict):
        return False
    negated = "Not" in operator
    like = operator in ("StringLike", "StringNotLike")
    for key, patterns in tests.items():
        if key != "ResourceType":
            return False
        hit = any(_like(p, type_name) if like else str(p) == type_name for p in _list(patterns))
        if hit == negated:
            return False
    return True


def _like(pattern: Any, value: str) -> bool:
    wild = str(pattern).replace("[", "[[]")
    return fnmatchcase(value.lower(), wild.lower()) if ":" in value else fnmatchcase(value, wild)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
