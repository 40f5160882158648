"""One stack of the fake: its state, and the timetable of the operation that is running."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from ...diff import diff

UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
}
STACK = "AWS::CloudFormation::Stack"


class Refusal(Exception):
    """What the fake refuses, with AWS's code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@frozen
class Script:
    """How one operation goes.

    `fail` has the reason for each resource that fails; `rollback_fails` those that cannot be undone; `stuck` those
    that cannot be deleted. `seconds` is how long one resource takes. `no_changes` makes the change set come to
    nothing, `refuse` fails it with a reason, `invalid` are the findings behind that reason; without a reason the
    change set is fine and its execution comes to nothing because of them. `replacement` and
    `policy_action` override what the change set says of a resource, `hidden` are resources it leaves out, and
    `dynamic` those it adds with their replacement, because a parameter has another value; `through` names the
    property and whose value it takes for one of them.
    """

    fail: Mapping[str, str] = field(factory=dict)
    rollback_fails: Mapping[str, str] = field(factory=dict)
    stuck: Mapping[str, str] = field(factory=dict)
    outputs: Mapping[str, str] = field(factory=dict)
    seconds: float = 1.0
    change_set_seconds: float = 1.0
    no_changes: bool = False
    refuse: str = ""
    invalid: Mapping[str, str] = field(factory=dict)
    replacement: Mapping[str, str] = field(factory=dict)
    policy_action: Mapping[str, str] = field(factory=dict)
    hidden: Sequence[str] = ()
    dynamic: Mapping[str, str] = field(factory=dict)
    through: Mapping[str, tuple[str, str]] = field(factory=dict)
    keep_failed: bool = False


@define
class FakeChangeSet:
    """A change set: what it would do, and whether it was done."""

    arn: str
    token: str
    template: dict[str, Any]
    parameters: dict[str, str]
    tags: dict[str, str]
    changes: list[dict[str, Any]]
    script: Script
    ready: float
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    started_with: str = ""

    def describe(self, now: float) -> dict[str, Any]:
        """As DescribeChangeSet answers, without the changes."""
        pending = now < self.ready
        execution = "UNAVAILABLE" if pending or self.status == "FAILED" else self.execution
        return {
            "ChangeSetId": self.arn,
            "ChangeSetName": self.arn.split("/")[1],
            "Status": "CREATE_IN_PROGRESS" if pending else self.status,
            "StatusReason": "" if pending else self.reason,
            "ExecutionStatus": execution,
        }


@define
class FakeStack:
    """A stack; `advance` does what is due on its timetable."""

    id: str
    name: str
    created: float
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    updated: float | None = None
    deleted: float | None = None
    template: dict[str, Any] = field(factory=dict)
    parameters: dict[str, str] = field(factory=dict)
    tags: dict[str, str] = field(factory=dict)
    outputs: dict[str, str] = field(factory=dict)
    protected: bool = False
    events: list[dict[str, Any]] = field(factory=list)
    resources: dict[str, dict[str, Any]] = field(factory=dict)
    change_sets: list[FakeChangeSet] = field(factory=list)
    earlier: dict[str, Any] | None = None
    objections: list[tuple[float, Mapping[str, str]]] = field(factory=list)
    _timetable: list[tuple[float, Callable[[float], None]]] = field(factory=list)
    _token: str = ""
    _before: tuple[dict[str, Any], dict[str, str], dict[str, str]] = field(factory=lambda: ({}, {}, {}))
    _touched: list[tuple[str, str]] = field(factory=list)

    # state

    def advance(self, now: float) -> None:
        """Do everything that is due."""
        while self._timetable and self._timetable[0][0] <= now:
            when, action = self._timetable.pop(0)
            action(when)

    def must_be_updatable(self) -> None:
        """Refuse as CloudFormation does when the stack cannot take an operation now."""
        if self.status not in UPDATABLE and self.status != "REVIEW_IN_PROGRESS":
            raise Refusal("ValidationError", f"Stack:{self.id} is in {self.status} state and can not be updated.")

    def has_resources(self) -> bool:
        """True while anything is in the stack."""
        return any(item["ResourceStatus"] != "DELETE_COMPLETE" for item in self.resources.values())

    def describe(self) -> dict[str, Any]:
        """As DescribeStacks answers; values of NoEcho parameters are masked."""
        declared = self.template.get("Parameters", {})
        exports = {name: body.get("Export", {}).get("Name") for name, body in self.template.get("Outputs", {}).items()}
        return {
            "StackId": self.id,
            "StackName": self.name,
            "StackStatus": self.status,
            "StackStatusReason": self.reason or None,
            "CreationTime": self.created,
            "LastUpdatedTime": self.updated,
            "DeletionTime": self.deleted,
            "EnableTerminationProtection": self.protected,
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": "****" if declared.get(name, {}).get("NoEcho") else value}
                for name, value in self.parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "Outputs": [
                {"OutputKey": name, "OutputValue": value, "ExportName": exports.get(name)}
                for name, value in self.outputs.items()
            ],
        }

    def list_resources(self) -> list[dict[str, Any]]:
        """As ListStackResources answers."""
        return list(self.resources.values())

    def settle(self, status: str, kept: Mapping[str, str]) -> None:
        """Put the stack into a state without an operation that leads there."""
        gone = status in ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")
        for name in self.template.get("Resources", {}):
            self._resource(name, kept.get(name, "DELETE_COMPLETE" if gone else "CREATE_COMPLETE"), self.created, "")
        self._stack_event(status, self.created)
        if status.endswith("_COMPLETE") and not gone:
            self._set_outputs({})

    def review(self, now: float) -> None:
        """A stack that only holds a change set."""
        self._stack_event("REVIEW_IN_PROGRESS", now)

    # change sets

    def propose(self, given: Mapping[str, Any], template: str, script: Script, prefix: str) -> FakeChangeSet:
        """Make a change set."""
        new: dict[str, Any] = json.loads(template)
        parameters = {}
        for item in given.get("Parameters", []):
            key = item["ParameterKey"]
            if item.get("UsePreviousValue") == "true":
                if key not in self.parameters:
                    raise Refusal(
                        "ValidationError", f"Invalid input for parameter key {key}. Cannot specify usePreviousValue"
                    )
                parameters[key] = self.parameters[key]
            else:
                parameters[key] = item["ParameterValue"]
        for key, body in new.get("Parameters", {}).items():
            if key not in parameters and "Default" not in body:
                raise Refusal("ValidationError", f"Parameters: [{key}] must have values")
            parameters.setdefault(key, str(body.get("Default", "")))
        if any(key not in new.get("Parameters", {}) for key in parameters):
            raise Refusal("ValidationError", "Parameters do not exist in the template")
        _check_capabilities(new, given.get("Capabilities", []))
        old = self.template if self.status != "REVIEW_IN_PROGRESS" else {}
        changes = _changes(old, new, script)
        tags = {item["Key"]: item["Value"] for item in given.get("Tags", [])}
        made = FakeChangeSet(
            f"{prefix}{given['ChangeSetName']}/{uuid.uuid4()}",
            given.get("ClientToken", ""),
            new,
            parameters,
            tags,
            changes,
            script,
            self._now() + script.change_set_seconds,
        )
        same = (old, self.parameters, self.tags) == (new, parameters, tags)
        if script.refuse:
            made.status, made.reason = "FAILED", script.refuse
        elif script.no_changes or (same and self.status != "REVIEW_IN_PROGRESS"):
            made.status = "FAILED"
            made.reason = (
                "The submitted information didn't contain changes. Submit different information to create a change set."
            )
        self.change_sets.append(made)
        return made

    def _now(self) -> float:
        return max((event["Timestamp"] for event in self.events), default=self.created)

    # operations

    def execute(self, made: FakeChangeSet, token: str, script: Script, now: float) -> None:
        """Start creating or updating."""
        create = self.status == "REVIEW_IN_PROGRESS"
        self.earlier = self.describe()
        made.execution, made.started_with = "EXECUTE_IN_PROGRESS", token
        self.change_sets[:] = [made]
        self.updated, self._token = now, token
        verb = "CREATE" if create else "UPDATE"
        before = self._before = (self.template, self.parameters, self.tags)
        self._stack_event(f"{verb}_IN_PROGRESS", now, "User Initiated")
        when = now
        failed = False
        done: list[tuple[str, str]] = []
        for change in made.changes:
            item = change["ResourceChange"]
            name, action = item["LogicalResourceId"], item["Action"]
            if action == "Remove":
                continue
            word = "CREATE" if action == "Add" else "UPDATE"
            self._later(when, lambda at, n=name, w=word: self._resource(n, f"{w}_IN_PROGRESS", at, ""))  # type: ignore[misc]
            when += script.seconds
            if name in script.fail:
                reason = script.fail[name]
                self._later(when, lambda at, n=name, w=word, r=reason: self._resource(n, f"{w}_FAILED", at, r))  # type: ignore[misc]
                done.append((name, word))
                failed = True
                break
            self._later(when, lambda at, n=name, w=word: self._resource(n, f"{w}_COMPLETE", at, ""))  # type: ignore[misc]
            done.append((name, word))
        self._touched = done
        self.template, self.parameters, self.tags = made.template, made.parameters, made.tags

        def ended(status: str, execution: str, reason: str = "") -> Callable[[float], None]:
            def end(at: float) -> None:
                made.execution = execution
                if execution == "EXECUTE_FAILED" and not create:
                    self.template, self.parameters, self.tags = before
                if execution == "EXECUTE_COMPLETE":
                    self._set_outputs(script.outputs)
                elif create:
                    self.outputs = {}
                self._stack_event(status, at, reason)

            return end

        if script.invalid:
            self._timetable.clear()
            self._touched = []
            self.objections.append((now, script.invalid))
            text = f"Validation failed with {len(script.invalid)} error(s). Call DescribeEvents to retrieve the list."
            self._later(now + 0.1, lambda at: self._stack_event(f"{verb}_FAILED", at, text))
            self._roll_back(create, [], script, now + 0.1, ended)
        elif failed and script.keep_failed:
            self._later(when, ended(f"{verb}_FAILED", "EXECUTE_FAILED", "rollback is disabled"))
        elif failed:
            self._roll_back(create, done, script, when, ended)
        else:
            removed = [c["ResourceChange"] for c in made.changes if c["ResourceChange"]["Action"] == "Remove"]
            if removed:
                self._later(when, lambda at: self._stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", at))
            for item in removed:
                when += script.seconds
                self._delete_later(item["LogicalResourceId"], when, script, before[0])
            self._later(when + 0.5, ended(f"{verb}_COMPLETE", "EXECUTE_COMPLETE"))

    def _roll_back(
        self,
        create: bool,
        done: list[tuple[str, str]],
        script: Script,
        when: float,
        ended: Callable[..., Callable[[float], None]],
    ) -> None:
        back = "ROLLBACK" if create else "UPDATE_ROLLBACK"
        causes = ", ".join(name for name, _ in done if name in script.fail)
        text = f"The following resource(s) failed to {'create' if create else 'update'}: [{causes}]. "
        self._later(when, lambda at: self._stack_event(f"{back}_IN_PROGRESS", at, text))
        broken = False
        for name, word in reversed(done):
            when += script.seconds
            if name in script.rollback_fails:
                reason, status = script.rollback_fails[name], "DELETE_FAILED" if word == "CREATE" else "UPDATE_FAILED"
                self._later(when, lambda at, n=name, s=status, r=reason: self._resource(n, s, at, r))  # type: ignore[misc]
                broken = True
            else:
                status = "DELETE_COMPLETE" if word == "CREATE" else "UPDATE_COMPLETE"
                self._later(when, lambda at, n=name, s=status: self._resource(n, s, at, ""))  # type: ignore[misc]
        self._later(when + 0.5, ended(f"{back}_FAILED" if broken else f"{back}_COMPLETE", "EXECUTE_FAILED"))

    def undo(self, token: str, script: Script, now: float, skip: Sequence[str] = ()) -> None:
        """Start rolling back what failed, what is stuck, or what is still running."""
        self.earlier = self.describe()
        create = self.status == "CREATE_FAILED"
        self._token = token
        self._timetable.clear()
        stuck = {name: reason for name, reason in script.rollback_fails.items() if name not in skip}
        execution = self.change_sets[0] if self.change_sets else None

        def ended(status: str, outcome: str, reason: str = "") -> Callable[[float], None]:
            def end(at: float) -> None:
                if execution is not None:
                    execution.execution = outcome
                if not create:
                    self.template, self.parameters, self.tags = self._before
                self._stack_event(status, at, reason)

            return end

        self._roll_back(create, self._touched, Script(rollback_fails=stuck, seconds=script.seconds), now, ended)
        self.advance(now)

    def delete(self, token: str, script: Script, now: float, retain: Sequence[str]) -> None:
        """Start deleting."""
        self.earlier = self.describe()
        self._token, self.deleted = token, now
        if self.status == "REVIEW_IN_PROGRESS":
            self._stack_event("DELETE_COMPLETE", now)
            return
        self._stack_event("DELETE_IN_PROGRESS", now, "User Initiated")
        when, broken = now, False
        for name in reversed(list(self.resources)):
            if self.resources[name]["ResourceStatus"] == "DELETE_COMPLETE" or name in retain:
                continue
            when += script.seconds
            broken = broken or name in script.stuck
            self._delete_later(name, when, script, self.template)
        final = "DELETE_FAILED" if broken else "DELETE_COMPLETE"
        self._later(when + 0.5, lambda at: self._stack_event(final, at))

    def _delete_later(self, name: str, when: float, script: Script, template: Mapping[str, Any]) -> None:
        body = template.get("Resources", {}).get(name, {})
        if name in script.stuck:
            reason = script.stuck[name]
            self._later(when, lambda at: self._resource(name, "DELETE_FAILED", at, reason))
        elif str(body.get("DeletionPolicy", "")).startswith("Retain"):
            self._later(when, lambda at: self._resource(name, "DELETE_SKIPPED", at, ""))
        else:
            self._later(when, lambda at: self._resource(name, "DELETE_COMPLETE", at, ""))

    def _later(self, when: float, action: Callable[[float], None]) -> None:
        self._timetable.append((when, action))

    def _set_outputs(self, scripted: Mapping[str, str]) -> None:
        self.outputs = {
            name: scripted.get(
                name, str(body.get("Value")) if isinstance(body.get("Value"), str) else f"value-of-{name}"
            )
            for name, body in self.template.get("Outputs", {}).items()
        }

    def _stack_event(self, status: str, at: float, reason: str = "") -> None:
        self.status, self.reason = status, reason if "ROLLBACK" in status or "FAILED" in status else ""
        self._event(self.name, self.id, STACK, status, at, reason)

    def _resource(self, name: str, status: str, at: float, reason: str) -> None:
        known = self.resources.get(name)
        body = self.template.get("Resources", {}).get(name, {})
        physical = known["PhysicalResourceId"] if known else f"{self.name}-{name}-{uuid.uuid4().hex[:8]}"
        type_name = known["ResourceType"] if known else str(body.get("Type", "Custom::Unknown"))
        self.resources[name] = {
            "LogicalResourceId": name,
            "PhysicalResourceId": physical,
            "ResourceType": type_name,
            "ResourceStatus": status,
            "LastUpdatedTimestamp": at,
        }
        self._event(name, physical, type_name, status, at, reason)

    def _event(self, logical: str, physical: str, type_name: str, status: str, at: float, reason: str) -> None:
        self.events.append(
            {
                "StackId": self.id,
                "EventId": str(uuid.uuid4()),
                "StackName": self.name,
                "LogicalResourceId": logical,
                "PhysicalResourceId": physical,
                "ResourceType": type_name,
                "Timestamp": at,
                "ResourceStatus": status,
                "ResourceStatusReason": reason or None,
                "ClientRequestToken": self._token or None,
            }
        )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], script: Script) -> list[dict[str, Any]]:
    """What a change set says; a rename is a removal and an addition, as for the real one."""
    changes = []
    before, after = old.get("Resources", {}), new.get("Resources", {})
    difference = {change.logical_id: change for change in diff(old, new).resources}
    for name in [*after, *(name for name in before if name not in after)]:
        if name in script.hidden or before.get(name) == after.get(name):
            continue
        body = after.get(name) or before[name]
        item: dict[str, Any] = {"LogicalResourceId": name, "ResourceType": body["Type"]}
        if name not in before:
            item["Action"] = "Add"
        elif name not in after:
            item["Action"] = "Remove"
            item["PolicyAction"] = script.policy_action.get(
                name, _policy(body, "DeletionPolicy", "", item["ResourceType"])
            )
        else:
            change = difference.get(name)
            guess = {"replace": "True", "maybe-replace": "Conditional"}.get(change.action if change else "", "False")
            item["Action"], item["Replacement"] = "Modify", script.replacement.get(name, guess)
            if item["Replacement"] == "True":
                policy = _policy(body, "UpdateReplacePolicy", "ReplaceAnd", item["ResourceType"])
                item["PolicyAction"] = script.policy_action.get(name, policy)
            item["Details"] = [
                {"Target": {"Attribute": "Properties", "Name": str(part.path[0])}, "Evaluation": "Static"}
                for part in (change.properties if change else ())
                if part.path
            ]
        changes.append({"Type": "Resource", "ResourceChange": item})
    for name, replacement in script.dynamic.items():
        property, entity = script.through.get(name, ("Parameter", "Parameter"))
        target = {"Attribute": "Properties", "Name": property, "RequiresRecreation": "Always"}
        item = {"LogicalResourceId": name, "ResourceType": after[name]["Type"], "Action": "Modify"}
        item |= {"Replacement": replacement, "Details": [
            {"Target": target, "Evaluation": "Dynamic", "CausingEntity": entity}
        ]}  # fmt: skip
        changes.append({"Type": "Resource", "ResourceChange": item})
    return changes


def _policy(body: Mapping[str, Any], attribute: str, prefix: str, type_name: str) -> str:
    default = "Snapshot" if attribute == "DeletionPolicy" and type_name.startswith("AWS::RDS::DB") else "Delete"
    policy = str(body.get(attribute, default))
    return prefix + ("Retain" if policy.startswith("Retain") else policy)


def _check_capabilities(template: Mapping[str, Any], given: Sequence[str]) -> None:
    from ..request import capabilities

    missing = set(capabilities(template)) - set(given) - {"CAPABILITY_AUTO_EXPAND"}
    if "CAPABILITY_NAMED_IAM" in given:
        missing.discard("CAPABILITY_IAM")
    if missing:
        raise Refusal("InsufficientCapabilitiesException", f"Requires capabilities : [{', '.join(sorted(missing))}]")
