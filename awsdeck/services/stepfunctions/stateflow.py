"""The states of a state machine and what leads from one to the next; tasks are in `tasks`.

Source: Step Functions Developer Guide, using Amazon States Language, workflow states.
"""

from __future__ import annotations

from ...errors import ConstructError, Place
from ...source import caller
from .choice import Condition, Var, choice_rule, template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, ClassVar, Self, TypeAlias, TypedDict, Unpack

    from ..security.policy import Statement
    from .choice import Expr, Language

    Path: TypeAlias = "str | Var | None"
    Need: TypeAlias = "Callable[[Any, Any], object]"
    """Gives a role (second) what a task needs on behalf of a machine (first)."""

    class Fields(TypedDict, total=False):
        """What states have in common; which kind takes which is checked."""

        comment: str
        query_language: Language
        input_path: Path
        output_path: Path
        result_path: Path
        result_selector: Mapping[str, Any]
        assign: Mapping[str, Any]
        output: Any


_NAMES = {
    "comment": "Comment", "query_language": "QueryLanguage", "input_path": "InputPath", "output_path": "OutputPath",
    "result_path": "ResultPath", "result_selector": "ResultSelector", "assign": "Assign", "output": "Output",
}  # fmt: skip


class State:
    """One step of a state machine: `first >> second` leads from one to the next, and the last one ends.

    Every kind takes what fits it of:
    - `comment`; `query_language`: "JSONata" in a machine of JSONPath.
    - JSONPath: `input_path` and `output_path` choose a part of what comes in and goes out (`"$.order"`, None: nothing),
      `result_path` is where the result is put into the input (None: dropped), `result_selector` makes it of the result.
    - JSONata: `output` is what goes out.
    - `assign`: variables that later states read, by name.

    Values may be `var("$.…")`, in a JSONata machine also `expr("…")`. A state belongs to one machine.
    """

    KIND: ClassVar[str] = ""
    ENDS: ClassVar[bool] = False
    """Whether nothing can come after it."""

    def __init__(self, name: str, fields: Mapping[str, Any]) -> None:
        self.name = name
        self.source: Place | None = caller()
        wrong = [field for field in fields if field not in _NAMES]
        if not isinstance(name, str) or wrong:
            what = f"no keyword {wrong[0]!r}" if wrong else f"a name, not {name!r}"
            raise ConstructError(
                f"{type(self).__name__} {name!r} takes {what}", place=self.source, fix=f"there is {', '.join(_NAMES)}"
            )
        self.fields = dict(fields)
        self.following: State | None = None
        self.before: list[State] = []
        self.retries: list[dict[str, Any]] = []
        self.catchers: list[tuple[dict[str, Any], State]] = []
        self.machine: Any = None
        self.needs: list[Need] = []
        self.early: list[Statement] = []

    def __rshift__(self, other: State | Chain) -> Chain:
        return Chain(self, self) >> other

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def lead(self, to: State) -> None:
        """Lead on to a state. Raises `ConstructError` when this one ends, or leads elsewhere already."""
        if self.ENDS:
            raise ConstructError(
                f"{self!r} ends the machine, so nothing comes after it", place=caller(), fix="stop there"
            )
        if self.following is not None and self.following is not to:
            raise ConstructError(
                f"{self!r} leads to {self.following!r} already", place=caller(),
                fix="use a Choice for several ways, or a Parallel for several at once",
            )  # fmt: skip
        self.following = to
        to.before.append(self)

    def goes_on(self) -> bool:
        """Whether it is still open what comes after it."""
        return not self.ENDS and self.following is None

    def targets(self) -> Iterator[State]:
        """Every state this one leads to."""
        if self.following is not None:
            yield self.following
        for _, handler in self.catchers:
            yield handler

    def inner(self) -> Iterator[State]:
        """The first states of the flows inside this one."""
        yield from ()

    def language(self, outer: Language) -> Language:
        """The query language of the state in a machine of another."""
        own: Language = self.fields.get("query_language", outer)
        return own

    def body(self, outer: Language) -> dict[str, Any]:
        """The state as Amazon States Language writes it."""
        language = self.language(outer)
        made: dict[str, Any] = {"Type": self.KIND}
        for field, value in self.fields.items():
            if field in ("assign", "output", "result_selector"):
                made[_NAMES[field]] = template(value, language)
            else:
                made[_NAMES[field]] = value.path if isinstance(value, Var) else value
        made.update(self.own(language, outer))
        if self.retries:
            made["Retry"] = self.retries
        if self.catchers:
            made["Catch"] = [
                {**_catcher(written, language), "Next": handler.name} for written, handler in self.catchers
            ]
        if not self.ENDS and self.KIND != "Choice":
            made.update({"End": True} if self.following is None else {"Next": self.following.name})
        return made

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What this kind of state says besides; `outer` is the language of the machine."""
        return {}


class Chain:
    """States in a row, from the first to where it goes on; made by `first >> second`."""

    __slots__ = ("first", "last")

    def __init__(self, first: State, last: State) -> None:
        self.first = first
        self.last = last

    def __rshift__(self, other: State | Chain) -> Chain:
        to = first_of(other)
        self.last.lead(to)
        return Chain(self.first, other.last if isinstance(other, Chain) else to)


def first_of(what: State | Chain) -> State:
    """Where a state or chain begins. Raises `ConstructError` for something else."""
    if isinstance(what, Chain):
        return what.first
    if isinstance(what, State):
        return what
    raise ConstructError(
        f"a {type(what).__name__} is no state", place=caller(),
        fix='give a state or a chain of them; for a function write states.invoke("Pay", function)',
    )  # fmt: skip


def _catcher(written: Mapping[str, Any], language: Language) -> dict[str, Any]:
    made = {"ErrorEquals": written["errors"]}
    if "result_path" in written:
        made["ResultPath"] = written["result_path"]
    for name in ("assign", "output"):
        if written[name] is not None:
            made[name.title()] = template(written[name], language)
    return made


class Guarded(State):
    """A state whose errors can be retried and caught: a task, a Parallel, a Map."""

    def retry(
        self,
        *errors: str,
        interval: int | None = None,
        attempts: int | None = None,
        backoff: float | None = None,
        max_delay: int | None = None,
        jitter: bool = False,
    ) -> Self:
        """Try again after errors by name, after any (`States.ALL`) when none is named; retries apply in their order.

        - `interval`: seconds before the first retry, 1 by default; `backoff`: by how much each next wait is longer, 1.0
          or more, 2.0 by default; `max_delay`: seconds that a wait has at most.
        - `attempts`: retries at most, 3 by default; 0: these errors are not retried. `jitter`: waits vary at random.

        Source: Step Functions Developer Guide, handling errors, retrying after an error.
        """
        made = {
            "ErrorEquals": list(errors) or ["States.ALL"], "IntervalSeconds": interval, "MaxAttempts": attempts,
            "BackoffRate": backoff, "MaxDelaySeconds": max_delay, "JitterStrategy": "FULL" if jitter else None,
        }  # fmt: skip
        self.retries.append({name: value for name, value in made.items() if value is not None})
        return self

    def catch(
        self,
        handler: State | Chain,
        *errors: str,
        result_path: str | Var | None = "input",
        assign: Mapping[str, Any] | None = None,
        output: Any = None,
    ) -> Self:
        """Go on with another state after errors by name, after any (`States.ALL`) when none is named.

        `result_path` is where in the state's input the error is put (`"$.error"`; None: it is dropped); left out, the
        error takes the place of the input. `assign` and, in JSONata, `output` as for states.
        """
        to = first_of(handler)
        written: dict[str, Any] = {"errors": list(errors) or ["States.ALL"], "assign": assign, "output": output}
        if not (isinstance(result_path, str) and result_path == "input"):
            written["result_path"] = result_path.path if isinstance(result_path, Var) else result_path
        self.catchers.append((written, to))
        to.before.append(self)
        return self


class Pass(State):
    """A state that passes its input on, or something made of it.

    - `result`: fixed data as its result; `parameters`: data with `var("$.…")` in it. Both are JSONPath; in JSONata `output`.
    """

    KIND = "Pass"

    def __init__(
        self, name: str, *, result: Any = None, parameters: Mapping[str, Any] | None = None, **fields: Unpack[Fields]
    ) -> None:
        super().__init__(name, fields)
        self.result = result
        self.parameters = parameters

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """Its result."""
        made: dict[str, Any] = {} if self.result is None else {"Result": self.result}
        if self.parameters is not None:
            made["Parameters"] = template(self.parameters, language)
        return made


class Wait(State):
    """A state that waits: for `seconds` (a number, or where it stands), or `until` a time (`"2026-11-25T12:00:00Z"`).

    One of the two is given. In a machine of JSONata they may be `expr("…")`.
    """

    KIND = "Wait"

    def __init__(
        self, name: str, *, seconds: int | Var | Expr | None = None, until: str | Var | Expr | None = None,
        **fields: Unpack[Fields],
    ) -> None:  # fmt: skip
        super().__init__(name, fields)
        self.seconds = seconds
        self.until = until

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """How long."""
        made: dict[str, Any] = {}
        for field, value in (("Seconds", self.seconds), ("Timestamp", self.until)):
            if isinstance(value, Var) and language == "JSONPath":
                made[f"{field}Path"] = value.path
            elif value is not None:
                made[field] = template(value, language)
        return made


class Succeed(State):
    """A state that ends the machine, or the branch it stands in, with success."""

    KIND = "Succeed"
    ENDS = True

    def __init__(self, name: str, **fields: Unpack[Fields]) -> None:
        super().__init__(name, fields)


class Fail(State):
    """A state that ends the machine as failed, with the name of an `error` and its `cause`, text or where it stands."""

    KIND = "Fail"
    ENDS = True

    def __init__(
        self, name: str, *, error: str | Var | Expr | None = None, cause: str | Var | Expr | None = None,
        **fields: Unpack[Fields],
    ) -> None:  # fmt: skip
        super().__init__(name, fields)
        self.error = error
        self.cause = cause

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """The error."""
        made: dict[str, Any] = {}
        for field, value in (("Error", self.error), ("Cause", self.cause)):
            if isinstance(value, Var) and language == "JSONPath":
                made[f"{field}Path"] = value.path
            elif value is not None:
                made[field] = template(value, language)
        return made


class Choice(State):
    """A state that leads to the first of several whose condition holds, else to the one in `otherwise`.

    `Choice("Which").when(var("$.total") > 100, check).otherwise(pay)`; in JSONata a condition is `expr("…")`. What follows
    with `>>` comes after every branch that goes on, and for whatever has no branch.
    """

    KIND = "Choice"

    def __init__(self, name: str, **fields: Unpack[Fields]) -> None:
        super().__init__(name, fields)
        self.branches: list[tuple[Condition | str, State, Mapping[str, Any] | None]] = []
        self.default: State | None = None

    def when(self, condition: Condition | str, to: State | Chain, *, assign: Mapping[str, Any] | None = None) -> Self:
        """Lead to a state when a condition holds; `assign` sets variables on the way."""
        if not isinstance(condition, Condition) and not (isinstance(condition, str) and condition.startswith("{%")):
            raise ConstructError(
                f"{condition!r} is no condition", place=caller(), fix='such as var("$.total") > 100, or expr("…")'
            )
        target = first_of(to)
        self.branches.append((condition, target, assign))
        target.before.append(self)
        if self.following is not None:
            self._join(target, self.following)
        return self

    def otherwise(self, to: State | Chain) -> Self:
        """Lead there when no condition holds."""
        if self.default is not None:
            raise ConstructError(f"{self!r} has a default already, {self.default!r}", place=caller(), fix="say it once")
        self.default = first_of(to)
        self.default.before.append(self)
        if self.following is not None:
            self._join(self.default, self.following)
        return self

    def lead(self, to: State) -> None:
        """Let all branches that go on lead there, and whatever has no branch."""
        if self.following is not None and self.following is not to:
            super().lead(to)
        for _, target, _ in list(self.branches):
            self._join(target, to)
        if self.default is not None:
            self._join(self.default, to)
        self.following = to
        to.before.append(self)

    def goes_on(self) -> bool:
        """Whether it is still open what comes when no condition holds."""
        return self.default is None and self.following is None

    def targets(self) -> Iterator[State]:
        """Every state this one leads to."""
        for _, target, _ in self.branches:
            yield target
        last = self.default or self.following
        if last is not None:
            yield last

    def _join(self, start: State, to: State) -> None:
        """Lead on from every open end behind a state; nothing is to be done where it is the goal itself."""
        for state in reachable(start, beyond=(self, to)):
            if state.goes_on():
                state.lead(to)

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """The choices."""
        choices = []
        for condition, target, assign in self.branches:
            rule = {**choice_rule(condition, language), "Next": target.name}
            if assign is not None:
                rule["Assign"] = template(assign, language)
            choices.append(rule)
        last = self.default or self.following
        return {"Choices": choices, **({} if last is None else {"Default": last.name})}


def reachable(start: State, *, beyond: tuple[State, ...] = ()) -> list[State]:
    """The states of one flow from a start on, in the order they are met, without those in `beyond` and behind them."""
    found: list[State] = []
    waiting = [start]
    while waiting:
        state = waiting.pop(0)
        if not any(state is one for one in (*found, *beyond)):
            found.append(state)
            waiting += state.targets()
    return found


def everything(start: State) -> list[State]:
    """The states of a flow and of all flows inside it."""
    found: list[State] = []
    for state in reachable(start):
        found.append(state)
        for inner in state.inner():
            found += everything(inner)
    return found


def flow(start: State, language: Language) -> dict[str, Any]:
    """The states from a start on as Amazon States Language writes them."""
    return {"StartAt": start.name, "States": {state.name: state.body(language) for state in reachable(start)}}


def tangles(start: State, machine: Any) -> Iterator[str]:
    """What is wrong with how states stand together: names taken twice, states that nobody reaches or shares."""
    known: dict[str, State] = {}
    states = everything(start)
    for state in states:
        other = known.setdefault(state.name, state)
        if other is not state:
            yield f"two states are called {state.name!r}: {other.source} and {state.source}; rename one"
        if state.machine is not None and state.machine is not machine:
            yield (
                f"{state!r} ({state.source}) stands in {state.machine.node.path} already; make it anew for each machine, "
                "in a function of yours"
            )
    told: list[State] = []
    for state in states:
        for before in state.before:
            if not any(before is one for one in (*states, *told)):
                told.append(before)
                yield f"{before!r} ({before.source}) leads to {state!r}, but nothing leads to it; begin there, or lead to it"
