"""Operations of the fake: what happens to a stack, put on its timetable when they start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...diff.nested import STACK
from . import nested
from .script import Script

if TYPE_CHECKING:
    from .proposal import FakeChangeSet
    from .stack import FakeStack


def execute(stack: FakeStack, made: FakeChangeSet, token: str, script: Script, now: float) -> None:
    """Start creating or updating."""
    create = stack.status == "REVIEW_IN_PROGRESS"
    stack.earlier = stack.describe()
    made.execution, made.started_with = "EXECUTE_IN_PROGRESS", token
    stack.change_sets[:] = [made]
    stack.updated, stack.token = now, token
    verb = "CREATE" if create else "UPDATE"
    before = stack.before = (stack.template, stack.parameters, stack.tags)
    stack.stack_event(f"{verb}_IN_PROGRESS", now, "User Initiated")
    when = now
    failed = False
    done: list[tuple[str, str]] = []
    for change in made.changes:
        item = change["ResourceChange"]
        name, action = item["LogicalResourceId"], item["Action"]
        if action == "Remove":
            continue
        word = "CREATE" if action == "Add" else "UPDATE"
        begun = when
        if item["ResourceType"] == STACK:
            when, reason = nested.begin(stack, name, made.template["Resources"][name], script, when)
        else:
            when, reason = when + script.seconds, script.fail.get(name, "")
        stack.later(begun, lambda at, n=name, w=word: stack.resource_event(n, f"{w}_IN_PROGRESS", at, ""))  # type: ignore[misc]
        if reason:
            if name in script.hooks:
                stack.later(when, lambda at, n=name, w=word: stack.hook_event(n, w, script.hooks[n], at))  # type: ignore[misc]
            stack.later(when, lambda at, n=name, w=word, r=reason: stack.resource_event(n, f"{w}_FAILED", at, r))  # type: ignore[misc]
            done.append((name, word))
            failed = True
            break
        said = script.said.get(name, "")
        stack.later(when, lambda at, n=name, w=word, r=said: stack.resource_event(n, f"{w}_COMPLETE", at, r))  # type: ignore[misc]
        done.append((name, word))
    stack.touched = done
    stack.template, stack.parameters, stack.tags = made.template, made.parameters, made.tags

    def ended(status: str, execution: str, reason: str = "") -> Callable[[float], None]:
        def end(at: float) -> None:
            made.execution = execution
            if execution == "EXECUTE_FAILED" and not create:
                stack.template, stack.parameters, stack.tags = before
            if execution == "EXECUTE_COMPLETE":
                stack.set_outputs(script.outputs)
                stack.terms = stack.terms if made.terms is None else made.terms
            elif create:
                stack.outputs = {}
            stack.stack_event(status, at, reason)

        return end

    if script.invalid:
        stack.timetable.clear()
        stack.touched = []
        stack.objections.append((now, script.invalid))
        text = f"Validation failed with {len(script.invalid)} error(s). Call DescribeEvents to retrieve the list."
        stack.later(now + 0.1, lambda at: stack.stack_event(f"{verb}_FAILED", at, text))
        _roll_back(stack, create, [], script, now + 0.1, ended)
    elif failed and script.keep_failed:
        stack.later(when, ended(f"{verb}_FAILED", "EXECUTE_FAILED", "rollback is disabled"))
    elif failed or script.held:
        _roll_back(stack, create, done, script, when, ended)
    else:
        removed = [c["ResourceChange"] for c in made.changes if c["ResourceChange"]["Action"] == "Remove"]
        if removed:
            stack.later(when, lambda at: stack.stack_event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", at))
        for item in removed:
            when += script.seconds
            _delete_later(stack, item["LogicalResourceId"], when, script, before[0])
        stack.later(when + 0.5, ended(f"{verb}_COMPLETE", "EXECUTE_COMPLETE"))


def _roll_back(
    stack: FakeStack,
    create: bool,
    done: list[tuple[str, str]],
    script: Script,
    when: float,
    ended: Callable[..., Callable[[float], None]],
) -> None:
    back = "ROLLBACK" if create else "UPDATE_ROLLBACK"
    causes = ", ".join(name for name, _ in done if name in script.fail)
    text = script.held or f"The following resource(s) failed to {'create' if create else 'update'}: [{causes}]. "
    stack.later(when, lambda at: stack.stack_event(f"{back}_IN_PROGRESS", at, text))
    broken = False
    for name, word in reversed(done):
        when += script.seconds
        if name in script.rollback_fails:
            reason, status = script.rollback_fails[name], "DELETE_FAILED" if word == "CREATE" else "UPDATE_FAILED"
            stack.later(when, lambda at, n=name, s=status, r=reason: stack.resource_event(n, s, at, r))  # type: ignore[misc]
            broken = True
        else:
            status = "DELETE_COMPLETE" if word == "CREATE" else "UPDATE_COMPLETE"
            stack.later(when, lambda at, n=name, s=status: stack.resource_event(n, s, at, ""))  # type: ignore[misc]
    end = f"{back}_FAILED" if broken else f"{back}_COMPLETE"
    end = "DELETE_COMPLETE" if script.vanish and end == "ROLLBACK_COMPLETE" else end
    stack.later(when + 0.5, ended(end, "EXECUTE_FAILED"))


def undo(stack: FakeStack, token: str, script: Script, now: float, skip: Sequence[str] = ()) -> None:
    """Start rolling back what failed, what is stuck, or what is still running."""
    stack.earlier = stack.describe()
    create = stack.status == "CREATE_FAILED"
    stack.token = token
    stack.timetable.clear()
    stuck = {name: reason for name, reason in script.rollback_fails.items() if name not in skip}
    execution = stack.change_sets[0] if stack.change_sets else None

    def ended(status: str, outcome: str, reason: str = "") -> Callable[[float], None]:
        def end(at: float) -> None:
            if execution is not None:
                execution.execution = outcome
            if not create:
                stack.template, stack.parameters, stack.tags = stack.before
            stack.stack_event(status, at, reason)

        return end

    _roll_back(stack, create, stack.touched, Script(rollback_fails=stuck, seconds=script.seconds), now, ended)
    stack.advance(now)


def delete(stack: FakeStack, token: str, script: Script, now: float, retain: Sequence[str]) -> None:
    """Start deleting."""
    stack.earlier = stack.describe()
    stack.token, stack.deleted = token, now
    if stack.status == "REVIEW_IN_PROGRESS":
        stack.stack_event("DELETE_COMPLETE", now)
        return
    stack.timetable.clear()
    stack.stack_event("DELETE_IN_PROGRESS", now, "User Initiated")
    when, broken = now, False
    for name in reversed(list(stack.resources)):
        if stack.resources[name]["ResourceStatus"] == "DELETE_COMPLETE":
            continue
        if name in retain:
            stack.later(when, lambda at, n=name: stack.resource_event(n, "DELETE_SKIPPED", at, ""))  # type: ignore[misc]
            continue
        when += script.seconds
        broken = _delete_later(stack, name, when, script, stack.template) or broken
    final = "DELETE_FAILED" if broken else "DELETE_COMPLETE"
    stack.later(when + 0.5, lambda at: stack.stack_event(final, at))


def _delete_later(stack: FakeStack, name: str, when: float, script: Script, template: Mapping[str, Any]) -> bool:
    """Put a deletion on the timetable; True when it is going to fail."""
    body = template.get("Resources", {}).get(name, {})
    reason = script.stuck.get(name, "")
    if stack.resources[name]["ResourceType"] == STACK:
        reason = reason or nested.remove(stack, name, script, when)
    if reason:
        stack.later(when, lambda at: stack.resource_event(name, "DELETE_FAILED", at, reason))
    elif str(body.get("DeletionPolicy", "")).startswith("Retain"):
        stack.later(when, lambda at: stack.resource_event(name, "DELETE_SKIPPED", at, ""))
    else:
        stack.later(when, lambda at: stack.resource_event(name, "DELETE_COMPLETE", at, ""))
    return bool(reason)
