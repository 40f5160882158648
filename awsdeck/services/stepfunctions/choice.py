"""What a state machine finds in its data: paths, expressions, and the conditions that choices are made by.

Source: Step Functions Developer Guide, Choice workflow state; using JSONPath paths; transforming data with JSONata.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, TypeAlias

    Language = Literal["JSONPath", "JSONata"]
    Kind = Literal["text", "number", "boolean", "time"]
    Compared: TypeAlias = "str | float | bool | Var"

_PREFIXES = {"text": "String", "number": "Numeric", "boolean": "Boolean", "time": "Timestamp"}
_SIGNS = {
    "Equals": "=", "LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">=",
}  # fmt: skip
_TYPES = {"IsNumeric": "number", "IsString": "string", "IsBoolean": "boolean", "IsNull": "null"}
_SIMPLE = re.compile(r"\$\$?[A-Za-z_]?\w*((\.[A-Za-z_]\w*)|(\[\d+\]))*")


class Condition:
    """Something that is true or false of a state's data; joined by `&`, `|` and turned round by `~`."""

    __slots__ = ()

    if TYPE_CHECKING:

        def jsonpath(self) -> dict[str, Any]:
            """The condition as a choice rule of JSONPath."""
            ...

        def jsonata(self) -> str:
            """The condition as an expression of JSONata, without its braces."""
            ...

    def __and__(self, other: Condition) -> Condition:
        return Joined("And", self, other)

    def __or__(self, other: Condition) -> Condition:
        return Joined("Or", self, other)

    def __invert__(self) -> Condition:
        return Joined("Not", self)

    def __bool__(self) -> bool:
        raise ConstructError(
            "whether a condition holds shows when the machine runs, so Python's and, or, not and if cannot use it",
            place=caller(), fix="join conditions with & and |, turn one round with ~, and put each side in brackets",
        )  # fmt: skip


class Joined(Condition):
    """Conditions that must hold together, or one of them, or not."""

    __slots__ = ("how", "parts")

    def __init__(self, how: Literal["And", "Or", "Not"], *parts: Condition) -> None:
        self.how = how
        wrong = next((part for part in parts if not isinstance(part, Condition)), None)
        if wrong is not None:
            raise ConstructError(
                f"{wrong!r} is no condition", place=caller(), fix='put each side in brackets: (var("$.n") > 5) & (…)'
            )
        inside = [part.parts if isinstance(part, Joined) and part.how == how != "Not" else (part,) for part in parts]
        self.parts: tuple[Condition, ...] = tuple(one for some in inside for one in some)

    def jsonpath(self) -> dict[str, Any]:
        """The condition as a choice rule of JSONPath."""
        if self.how == "Not":
            return {"Not": self.parts[0].jsonpath()}
        return {self.how: [part.jsonpath() for part in self.parts]}

    def jsonata(self) -> str:
        """The condition as an expression of JSONata."""
        if self.how == "Not":
            return f"$not({self.parts[0].jsonata()})"
        return f" {self.how.lower()} ".join(f"({part.jsonata()})" for part in self.parts)


class Comparison(Condition):
    """A comparison of what stands at a path."""

    __slots__ = ("var", "how", "value")

    def __init__(self, var: Var, how: str, value: Any) -> None:
        self.var = var
        self.how = how
        self.value = value

    def jsonpath(self) -> dict[str, Any]:
        """The comparison as a choice rule of JSONPath."""
        if self.how.startswith("Is") or self.how == "StringMatches":
            return {"Variable": self.var.path, self.how: self.value}
        if isinstance(self.value, Var):
            return {"Variable": self.var.path, f"{_PREFIXES[self.var.kind]}{self.how}Path": self.value.path}
        value, kind = self.value, self.var.kind if self.var.kind == "time" else _kind(self.value) or "text"
        return {"Variable": self.var.path, f"{_PREFIXES[kind]}{self.how}": value}

    def jsonata(self) -> str:
        """The comparison as an expression of JSONata."""
        left = self.var.expression()
        if self.how == "IsPresent":
            return f"$exists({left})" if self.value else f"$not($exists({left}))"
        if self.how in _TYPES:
            sign = "=" if self.value else "!="
            return f"$type({left}) {sign} '{_TYPES[self.how]}'"
        if self.how == "StringMatches":
            parts = "".join(".*" if sign == "*" else re.escape(sign).replace("/", r"\/") for sign in self.value)
            return f"$contains({left}, /^{parts}$/)"
        if self.how == "IsTimestamp":
            return f"$exists($toMillis({left}))"
        right = self.value.expression() if isinstance(self.value, Var) else _literal(self.value)
        return f"{left} {_SIGNS[self.how]} {right}"


class Var:
    """What stands at a path of a state's data; made by `var("$.order.total")`.

    Compared with text, a number, True or False, or another `var`, it is a condition. As a value in a state's arguments
    it puts there what it finds.
    """

    __slots__ = ("path", "kind")

    def __init__(self, path: str, kind: Kind) -> None:
        self.path = path
        self.kind: Kind = kind

    def __eq__(self, other: Compared) -> Condition:  # type: ignore[override]
        return self._compared("Equals", other)

    def __ne__(self, other: Compared) -> Condition:  # type: ignore[override]
        return ~self._compared("Equals", other)

    def __lt__(self, other: Compared) -> Condition:
        return self._compared("LessThan", other)

    def __le__(self, other: Compared) -> Condition:
        return self._compared("LessThanEquals", other)

    def __gt__(self, other: Compared) -> Condition:
        return self._compared("GreaterThan", other)

    def __ge__(self, other: Compared) -> Condition:
        return self._compared("GreaterThanEquals", other)

    __hash__ = None  # type: ignore[assignment]

    def matches(self, pattern: str) -> Condition:
        """Text that fits a pattern in which `*` stands for anything: `var("$.file").matches("log-*.txt")`."""
        return Comparison(self, "StringMatches", pattern)

    def is_present(self) -> Condition:
        """Whether there is anything at the path."""
        return Comparison(self, "IsPresent", True)

    def is_null(self) -> Condition:
        """Whether the value is null."""
        return Comparison(self, "IsNull", True)

    def is_text(self) -> Condition:
        """Whether the value is text."""
        return Comparison(self, "IsString", True)

    def is_number(self) -> Condition:
        """Whether the value is a number."""
        return Comparison(self, "IsNumeric", True)

    def is_boolean(self) -> Condition:
        """Whether the value is true or false."""
        return Comparison(self, "IsBoolean", True)

    def is_time(self) -> Condition:
        """Whether the value is a point in time."""
        return Comparison(self, "IsTimestamp", True)

    def _compared(self, how: str, value: Compared) -> Condition:
        kind = self.kind if isinstance(value, Var) else _kind(value)
        if kind is None or (kind == "boolean" and how != "Equals"):
            shown = "True or False, which are not more or less" if kind == "boolean" else f"a {type(value).__name__}"
            raise ConstructError(
                f"{self.path} cannot be compared with {shown}", place=caller(),
                fix="compare with text, a number, True, False or another var(…)",
            )  # fmt: skip
        return Comparison(self, how, value)

    def expression(self) -> str:
        """The same as an expression of JSONata."""
        if not _SIMPLE.fullmatch(self.path):
            raise ConstructError(
                f"{self.path!r} says in JSONPath what a JSONata machine cannot read", place=caller(),
                fix='use expr("…")',
            )  # fmt: skip
        if self.path.startswith("$$"):
            return f"$states.context{self.path[2:]}"
        return f"$states.input{self.path[1:]}" if self.path[1:2] in ("", ".", "[") else self.path

    def __repr__(self) -> str:
        return f"var({self.path!r})"


class Expr(Condition):
    """An expression of JSONata, as a condition or a value; made by `expr("$states.input.total > 5")`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def jsonpath(self) -> dict[str, Any]:
        """Raise `ConstructError`: JSONPath knows no such thing."""
        raise ConstructError(
            f"expr({self.text!r}) is JSONata, and the state's query language is JSONPath", place=caller(),
            fix='write query_language="JSONata", or compare a var("$.…")',
        )  # fmt: skip

    def jsonata(self) -> str:
        """The expression."""
        return self.text

    def __repr__(self) -> str:
        return f"expr({self.text!r})"


def var(path: str, kind: Kind = "text") -> Var:
    """What stands at a path: `$` is the state's input, `$.order.id` a part of it, `$name` a variable, `$$` the context.

    `kind` ("text", "number", "boolean", "time") is how it compares with another `var`, and what it is to DynamoDB; "time"
    compares with text such as "2026-11-25T12:00:00Z" as a point in time. A call of a function is a path too:
    `var("States.Format('{}-{}', $.a, $.b)")`. In a JSONata machine the path is translated.

    Raises `ConstructError` for text that is no path.
    """
    from ...rules.stepfunctions.statefields import path_problem

    wrong = None if has_marker(path) else path_problem(path)
    if wrong is not None:
        raise ConstructError(f"{path!r} {wrong}", place=caller(), fix="such as $.order.id")
    return Var(path, kind)


def expr(text: str) -> Expr:
    """An expression of JSONata, without its braces: `expr("$states.input.total > 5")`.

    Raises `ConstructError` for one in braces.
    """
    if text.strip().startswith("{%"):
        raise ConstructError(f"expr({text!r}) brings its braces itself", place=caller(), fix="leave {% and %} out")
    return Expr(text)


class TaskToken:
    """The token by which somebody answers a waiting task."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "task_token"


task_token = TaskToken()
"""Stands in the arguments of a task that waits for an answer, for the token to answer with."""


def template(value: Any, language: Language) -> Any:
    """A structure as it stands in a state: with `.$` keys in JSONPath, with `{% %}` in JSONata."""
    if isinstance(value, Var | Expr | TaskToken):
        return _alone(value, language)
    if isinstance(value, dict):
        filled: dict[str, Any] = {}
        for name, item in value.items():
            found = _found(item, language)
            if found is None:
                filled[name] = template(item, language)
            else:
                filled[f"{name}.$"] = found
        return filled
    if isinstance(value, list | tuple):
        if language == "JSONPath" and any(isinstance(item, Var | TaskToken) for item in value):
            raise ConstructError(
                "a path cannot stand in a list", place=caller(),
                fix="make the list of it: var(\"States.Array($.a, 'b')\"), or use JSONata",
            )  # fmt: skip
        return [template(item, language) for item in value]
    return value


def _found(item: Any, language: Language) -> str | None:
    if language == "JSONPath":
        if isinstance(item, Var):
            return item.path
        if isinstance(item, TaskToken):
            return "$$.Task.Token"
    return None


def _alone(value: Var | Expr | TaskToken, language: Language) -> str:
    if isinstance(value, Expr):
        if language == "JSONPath":
            value.jsonpath()
        return f"{{% {value.text} %}}"
    if language == "JSONata":
        return f"{{% {'$states.context.Task.Token' if isinstance(value, TaskToken) else value.expression()} %}}"
    return "$$.Task.Token" if isinstance(value, TaskToken) else value.path


def choice_rule(condition: Condition | str, language: Language) -> dict[str, Any]:
    """A condition as a rule of a choice, without where it leads."""
    if isinstance(condition, str):
        return {"Condition": condition}
    return condition.jsonpath() if language == "JSONPath" else {"Condition": f"{{% {condition.jsonata()} %}}"}


def _kind(value: Any) -> Kind | None:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else None


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    quoted = str.__str__(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{quoted}'"
