"""Try a state machine out in a test: its definition is followed state by state, and tasks answer as they are told.

Nothing is waited for and nothing is called. Definitions in JSONPath can be tried; JSONata cannot.
Source: Step Functions Developer Guide, using Amazon States Language.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .paths import Scope, StateError, put

MOST_STEPS = 1_000


class Execution:
    """How an execution went.

    `status` is "succeeded" or "failed"; then there is `output`, or `error` and `cause`. `path` are the states in the order
    they ran, `calls` what each task was sent, by its name.
    """

    def __init__(self) -> None:
        self.status = "running"
        self.output: Any = None
        self.error: str | None = None
        self.cause: str | None = None
        self.path: list[str] = []
        self.calls: dict[str, list[Any]] = {}

    def __repr__(self) -> str:
        outcome = self.output if self.status == "succeeded" else f"{self.error}: {self.cause}"
        return f"<Execution {self.status} {' > '.join(self.path)}: {outcome!r}>"


def run(machine: Any, input: Any = None, mocks: Mapping[str, Any] | None = None) -> Execution:
    """Follow a state machine (or a definition as a dictionary) with an input, `{}` when left out.

    `mocks` says for tasks by name what they give: data, a function of what they are sent, an error
    (`StateError("Busy", "try later")`), or several of these in a tuple, one for each call; the last one stays.

    What only the deploy knows stands in what tasks are sent as `${Queue.Arn}`.

    Raises `AssertionError` for a task that is reached and not among the mocks, for JSONata, and for an execution of more
    than 1,000 steps.
    """
    execution = Execution()
    definition = _definition(machine)
    given = {} if input is None else json.loads(json.dumps(input))
    runner = _Runner(execution, mocks or {}, {"Execution": {"Input": given, "Id": "execution", "Name": "execution"}})
    try:
        execution.output = runner.flow(definition, given, {}, str(definition.get("QueryLanguage", "JSONPath")))
        execution.status = "succeeded"
    except StateError as error:
        execution.status, execution.error, execution.cause = "failed", error.name, error.cause
    return execution


def _definition(machine: Any) -> dict[str, Any]:
    if isinstance(machine, Mapping):
        return dict(machine)
    text = machine.node.resource.properties["DefinitionString"]
    if isinstance(text, dict):
        text = text["Fn::Sub"]
        text = (text if isinstance(text, str) else text[0]).replace("${!", "${")
    read: dict[str, Any] = json.loads(text)
    return read


class _Runner:
    def __init__(self, execution: Execution, mocks: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self.execution = execution
        self.mocks = mocks
        self.context = dict(context)

    def flow(self, body: Mapping[str, Any], data: Any, variables: dict[str, Any], language: str) -> Any:
        """Run a map of states; what the last one gives."""
        name = body["StartAt"]
        while name is not None:
            self.execution.path.append(name)
            if len(self.execution.path) > MOST_STEPS:
                raise AssertionError(f"{MOST_STEPS:,} steps and no end: {', '.join(self.execution.path[-5:])} …")
            state = body["States"][name]
            if state.get("QueryLanguage", language) != "JSONPath":
                raise AssertionError(f"the state {name!r} speaks JSONata, which is not tried out here")
            self.context["State"] = {"Name": name, "EnteredTime": "2026-01-01T00:00:00Z"}
            self.context["Task"] = {"Token": f"token of {name}"}
            name, data = self._state(name, state, data, variables)
        return data

    def _state(self, name: str, state: Mapping[str, Any], data: Any, variables: dict[str, Any]) -> tuple[Any, Any]:
        """One state: which comes next (None: it ends), and with what data."""
        tries: dict[int, int] = {}
        while True:
            try:
                return self._once(name, state, data, variables)
            except StateError as error:
                if self._retried(state, error, tries):
                    continue
                for catcher in state.get("Catch", ()):
                    if _fits(error, catcher["ErrorEquals"]):
                        found = {"Error": error.name, "Cause": error.cause}
                        scope = Scope(found, self.context, variables)
                        variables.update(scope.fill(catcher.get("Assign", {})))
                        return catcher["Next"], _placed(data, catcher.get("ResultPath", "$"), found)
                raise

    def _retried(self, state: Mapping[str, Any], error: StateError, tries: dict[int, int]) -> bool:
        for at, retrier in enumerate(state.get("Retry", ())):
            if _fits(error, retrier["ErrorEquals"]):
                tries[at] = tries.get(at, 0) + 1
                most: int = retrier.get("MaxAttempts", 3)
                return tries[at] <= most
        return False

    def _once(self, name: str, state: Mapping[str, Any], data: Any, variables: dict[str, Any]) -> tuple[Any, Any]:
        scope = Scope(data, self.context, variables)
        chosen = {} if state.get("InputPath", "$") is None else scope.find(state.get("InputPath", "$"))
        scope = Scope(chosen, self.context, variables)
        kind = state["Type"]
        if kind == "Fail":
            texts = [
                scope.find(state[f"{one}Path"]) if f"{one}Path" in state else state.get(one, "")
                for one in ("Error", "Cause")
            ]
            raise StateError(*map(str, texts))
        if kind == "Choice":
            return self._choose(state, scope, variables), _out(state, chosen, self.context, variables)
        effective = scope.fill(state["Parameters"]) if "Parameters" in state else chosen
        result = self._result(name, kind, state, effective, scope, variables)
        if "ResultSelector" in state:
            result = Scope(result, self.context, variables).fill(state["ResultSelector"])
        variables.update(Scope(result, self.context, variables).fill(state.get("Assign", {})))
        if kind not in ("Wait", "Succeed"):
            result = _placed(chosen, state.get("ResultPath", "$"), result)
        return state.get("Next"), _out(state, result, self.context, variables)

    def _result(
        self, name: str, kind: str, state: Mapping[str, Any], data: Any, scope: Scope, variables: dict[str, Any]
    ) -> Any:
        if kind == "Task":
            return self._task(name, data)
        if kind == "Pass":
            return state.get("Result", data)
        if kind == "Parallel":
            return [self.flow(branch, data, dict(variables), "JSONPath") for branch in state["Branches"]]
        if kind == "Map":
            return self._map(name, state, scope, variables)
        return data

    def _task(self, name: str, sent: Any) -> Any:
        calls = self.execution.calls.setdefault(name, [])
        calls.append(sent)
        if name not in self.mocks:
            raise AssertionError(
                f"the task {name!r} is reached, and mocks= does not say what it gives; it is sent {sent!r}"
            )
        given = self.mocks[name]
        if isinstance(given, tuple):
            given = given[min(len(calls), len(given)) - 1]
        if callable(given) and not isinstance(given, StateError):
            function: Callable[[Any], Any] = given
            given = function(sent)
        if isinstance(given, StateError):
            raise given
        return given

    def _map(self, name: str, state: Mapping[str, Any], scope: Scope, variables: dict[str, Any]) -> list[Any]:
        if "ItemReader" in state:
            items = self._task(name, scope.fill(state["ItemReader"].get("Parameters", {})))
        else:
            items = scope.find(state.get("ItemsPath", "$"))
        if not isinstance(items, list):
            raise StateError("States.Runtime", f"{name}: {items!r} is no list")
        results = []
        for index, item in enumerate(items):
            self.context["Map"] = {"Item": {"Index": index, "Value": item}}
            selected = Scope(scope.data, self.context, variables)
            template = state.get("ItemSelector", state.get("Parameters"))
            given = item if template is None else selected.fill(template)
            processor = state.get("ItemProcessor", state.get("Iterator"))
            results.append(self.flow(processor, given, dict(variables), "JSONPath"))
        return results

    def _choose(self, state: Mapping[str, Any], scope: Scope, variables: dict[str, Any]) -> str:
        for rule in state["Choices"]:
            if _holds(rule, scope):
                variables.update(scope.fill(rule.get("Assign", {})))
                following: str = rule["Next"]
                return following
        if "Default" not in state:
            raise StateError("States.NoChoiceMatched", "no choice fits, and there is no default")
        variables.update(scope.fill(state.get("Assign", {})))
        last: str = state["Default"]
        return last


def _fits(error: StateError, names: list[str]) -> bool:
    return any(name in ("States.ALL", error.name) or (name == "States.TaskFailed" and error.name != "States.Timeout")
               for name in names)  # fmt: skip


def _placed(data: Any, path: str | None, value: Any) -> Any:
    return data if path is None else put(data, path, value)


def _out(state: Mapping[str, Any], data: Any, context: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
    path = state.get("OutputPath", "$")
    return {} if path is None else Scope(data, context, variables).find(path)


def _holds(rule: Mapping[str, Any], scope: Scope) -> bool:
    if "And" in rule:
        return all(_holds(one, scope) for one in rule["And"])
    if "Or" in rule:
        return any(_holds(one, scope) for one in rule["Or"])
    if "Not" in rule:
        return not _holds(rule["Not"], scope)
    path = rule["Variable"]
    operator = next(name for name in rule if name not in ("Variable", "Next", "Comment", "Assign"))
    wanted = rule[operator]
    if operator == "IsPresent":
        return scope.has(path) is wanted
    value = scope.find(path)
    if operator.startswith("Is"):
        return _is(operator, value) is wanted
    if operator.endswith("Path"):
        operator, wanted = operator.removesuffix("Path"), scope.find(wanted)
    return _compared(operator, value, wanted)


def _is(operator: str, value: Any) -> bool:
    return {
        "IsNull": value is None,
        "IsBoolean": isinstance(value, bool),
        "IsNumeric": isinstance(value, int | float) and not isinstance(value, bool),
        "IsString": isinstance(value, str),
        "IsTimestamp": isinstance(value, str) and _moment(value) is not None,
    }[operator]


def _compared(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "StringMatches":
        return isinstance(value, str) and fnmatch.fnmatchcase(value, wanted.replace("[", "[[]").replace("?", "[?]"))
    kind = next(kind for kind in ("String", "Numeric", "Timestamp", "Boolean") if operator.startswith(kind))
    if not all(
        _is({"Numeric": "IsNumeric", "Boolean": "IsBoolean"}.get(kind, f"Is{kind}"), one) for one in (value, wanted)
    ):
        return False
    if kind == "Timestamp":
        value, wanted = _moment(value), _moment(wanted)
    how = operator.removeprefix(kind)
    found: bool = {
        "Equals": value == wanted, "LessThan": value < wanted, "LessThanEquals": value <= wanted,
        "GreaterThan": value > wanted, "GreaterThanEquals": value >= wanted,
    }[how]  # fmt: skip
    return found


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
