"""How the states of a definition lead to one another: what is reached, what is missing, what never ends.

Source: Step Functions Developer Guide, using Amazon States Language, state machine structure; transitions.
"""

from __future__ import annotations

from . import statefields
from .statelanguage import flows, machine, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View
    from .statefields import Problem
    from .statelanguage import Flow, State

STATE_NAME_MOST = 80
STATE_NAME_TOP = 128
KINDS = tuple(statefields.FIELDS)


def problems(view: View) -> list[tuple[Problem, str | None]]:
    """Everything wrong with the states of a machine, each with the state it is of."""
    found: list[tuple[Problem, str | None]] = []
    of = machine(view)
    names: dict[str, State] = {}
    if of.body is not None:
        found += [(problem, None) for problem in statefields.top(of.body)]
    for flow in flows(of):
        found += [(problem, None if flow.owner is None else flow.owner.name) for problem in _flow(flow)]
        for state in flow.states.values():
            known = names.setdefault(state.name, state)
            if known is not state and not opened(state.name):
                found.append((("SFN002", state.path, "the name is taken by a state elsewhere in the machine", None,
                               "give every state of the machine a name of its own"), state.name))  # fmt: skip
            found += [(problem, state.name) for problem in (*_state(state), *statefields.problems(state))]
    return found


def _flow(flow: Flow) -> Iterator[Problem]:
    start, given = flow.body.get("StartAt"), flow.body.get("States")
    if given is None or (isinstance(given, dict) and not given):
        yield "SFN002", flow.path, "States is missing or empty", None, "give at least one state"
        return
    if start is None:
        yield "SFN002", flow.path, "StartAt is missing", None, f"such as StartAt: {next(iter(flow.states), 'First')}"
    elif not opened(start) and flow.whole and (not isinstance(start, str) or start not in flow.states):
        yield (
            "SFN002", (*flow.path, "StartAt"), f"StartAt names {start!r}, which is no state", None,
            f"one of {', '.join(flow.states)}",
        )  # fmt: skip
    if not flow.whole:
        return
    leads = {name: [target for _, target in state.targets()] for name, state in flow.states.items()}
    targets = [target for ones in leads.values() for target in ones]
    if not any(map(opened, [*targets, start])):
        yield from _reached(flow, start, leads)
    ends = [
        state for state in flow.states.values()
        if state.kind is None or state.kind in statefields.TERMINAL or state.body.get("End", False) is not False
    ]  # fmt: skip
    if not ends:
        yield "SFN003", (*flow.path, "States"), "no state ends", None, "give the last state End: true, or add a Succeed"


def _reached(flow: Flow, start: Any, leads: dict[str, list[Any]]) -> Iterator[Problem]:
    if not isinstance(start, str) or start not in leads:
        return
    seen, waiting = {start}, [start]
    while waiting:
        for target in leads[waiting.pop()]:
            if isinstance(target, str) and target in leads and target not in seen:
                seen.add(target)
                waiting.append(target)
    for name, state in flow.states.items():
        if name not in seen:
            yield "SFN003", state.path, f"the state {name!r} is never reached", None, "lead to it, or take it out"


def _state(state: State) -> Iterator[Problem]:
    kind = state.body.get("Type")
    if len(state.name) > STATE_NAME_MOST and not opened(state.name):
        severe = None if len(state.name) > STATE_NAME_TOP else "warning"
        yield (
            "SFN002", state.path, f"the name has {len(state.name)} characters", severe, f"at most {STATE_NAME_MOST}",
        )  # fmt: skip
    if kind is None:
        yield "SFN002", state.path, "Type is missing", None, ", ".join(KINDS)
    elif not opened(kind) and (not isinstance(kind, str) or kind not in KINDS):
        yield "SFN002", (*state.path, "Type"), f"{kind!r} is no type of state", None, ", ".join(KINDS)
    for place, target in state.targets():
        known = isinstance(target, str) and target in state.flow.states
        if not opened(target) and state.flow.whole and not known:
            from difflib import get_close_matches

            close = get_close_matches(str(target), list(state.flow.states), 1)
            fix = f"did you mean {close[0]}?" if close else f"one of {', '.join(state.flow.states)}"
            yield "SFN002", place, f"leads to {target!r}, which is no state beside it", None, fix
    if state.kind not in KINDS:
        return
    if state.kind in statefields.TERMINAL or state.kind == "Choice":
        given = [name for name in ("Next", "End") if name in state.body]
        if given:
            where = "its Choices and Default" if state.kind == "Choice" else "nowhere"
            yield (
                "SFN002", (*state.path, given[0]), f"a {state.kind} has no {given[0]}: it leads to {where}", None,
                "take it out",
            )  # fmt: skip
        return
    ends = state.body.get("End")
    if "Next" in state.body and ends is not None and ends is not False and not opened(ends):
        yield "SFN002", state.path, "Next and End exclude each other", None, "give one"
    elif "Next" not in state.body and (ends is None or ends is False):
        yield "SFN002", state.path, "it neither ends nor leads on", None, "give Next or End: true"
