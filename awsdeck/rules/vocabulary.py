"""The words rules are written in.

A rule is data: which types it speaks of, `when` it applies, what must `then` hold, who says so, and one good and one
bad example that prove it. A test word (`Between`, `OneOf`, …) judges one value: True, False, or None for "cannot tell
before deploy"; only a certain False is a finding. What the words cannot say is a `check` function yielding
`Violation`s.
"""

from __future__ import annotations

import json
import re

from ..references import sub_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Literal, TypeAlias

    from ..errors import Severity

    Scope = Literal["resource", "graph", "update", "construct", "schema"]
    Mode = Literal["documented", "current"]
    Verdict = bool | None
    Example: TypeAlias = "Mapping[str, Any] | Update | Stacks"

MODES = ("documented", "current")
ANY = "*"
_DIGITS = "+-.0123456789eE"
_LONGEST = 120


class _Absent:
    """The value of a property that is not there."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT: Any = _Absent()
NO_VALUE = {"Ref": "AWS::NoValue"}
UNKNOWN: Any = {"Fn::Unknown": None}
"""What stands below a value that is only known at deploy time; it may be absent."""


def is_unknown(value: Any) -> bool:
    """Whether a value is only known at deploy time: an intrinsic function or a dynamic reference."""
    if type(value) is dict:
        if len(value) != 1:
            return False
        (name,) = value
        return name in {"Ref", "Condition"} or (isinstance(name, str) and name.startswith("Fn::"))
    return type(value) is str and "{{resolve:" in value


def number(value: Any) -> int | float | None:
    """A number as CloudFormation reads it (`"5"` is 5), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if value - value == 0 else None  # infinity and NaN are no numbers of JSON
    if not isinstance(value, str) or value.strip().strip(_DIGITS):  # "1_000", "nan" and the like are no numbers
        return None
    try:
        return int(value)
    except ValueError:
        try:
            amount = float(value)
        except ValueError:
            return None
        return amount if amount - amount == 0 else None


def truth(value: Any) -> bool | None:
    """A boolean as CloudFormation reads it (`"true"` is true), or None."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return None


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it where a string is wanted."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def same(value: Any, wanted: Any) -> bool:
    """Equality as lenient as CloudFormation's."""
    if isinstance(wanted, bool):
        return truth(value) is wanted
    if isinstance(wanted, int | float):
        return number(value) == wanted
    if isinstance(wanted, str):
        return isinstance(value, str | int | float) and text(value) == wanted
    return bool(value == wanted)


def as_list(value: Any) -> list[Any]:
    """A list, whether one thing or several were given; nothing for an absent value."""
    if value is ABSENT or value is None:
        return []
    return value if isinstance(value, list) else [value]


def grouped(value: Any) -> str:
    """A value as a person reads it: numbers with thousands separators, structures as short JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}"
    shown = json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


class Limit:
    """A number or list that has moved: what the course notes say, and what AWS allows today."""

    __slots__ = ("documented", "current", "as_of")

    def __init__(self, documented: Any, current: Any, as_of: str) -> None:
        self.documented = documented
        self.current = current
        self.as_of = as_of

    def of(self, mode: Mode) -> Any:
        """The value that counts in this mode."""
        return self.documented if mode == "documented" else self.current


def _now(value: Any, mode: Mode) -> Any:
    return value.of(mode) if isinstance(value, Limit) else value


class Test:
    """Judges one value. `allowed(mode)` says in words what passes."""

    __slots__ = ()
    absent: Verdict = True
    """The verdict on a property that is not there."""

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        if value is ABSENT:
            return self.absent
        if value is None or is_unknown(value):
            return None
        return self.judge(value, mode)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        """True or False for a known value; None when it cannot tell."""
        raise NotImplementedError

    def allowed(self, mode: Mode) -> str:
        """What passes, in words."""
        raise NotImplementedError

    def moved(self) -> Limit | None:
        """The limit inside that differs between the two modes, if there is one."""
        slots: Iterable[str] = self.__slots__
        for name in slots:
            value = getattr(self, name)
            if isinstance(value, Limit):
                return value
        return None


class Is(Test):
    """Equal to a value, as leniently as CloudFormation compares; an absent property is `default`."""

    __slots__ = ("value", "absent")

    def __init__(self, value: Any, *, default: Any = ABSENT) -> None:
        self.value = value
        self.absent = default is not ABSENT and same(default, value)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return same(value, self.value)

    def allowed(self, mode: Mode) -> str:
        return grouped(self.value)


class IsNot(Is):
    """Not equal to a value; an absent property passes unless `default` is that value."""

    __slots__ = ()

    def __init__(self, value: Any, *, default: Any = ABSENT) -> None:
        self.value = value
        self.absent = default is ABSENT or not same(default, value)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return not same(value, self.value)

    def allowed(self, mode: Mode) -> str:
        return f"anything but {grouped(self.value)}"


class Present(Test):
    """The property is given; a deploy-time value counts as given."""

    __slots__ = ()
    absent = False

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        return None if _may_vanish(value) else value is not ABSENT

    def allowed(self, mode: Mode) -> str:
        return "any value; it must be given"


class Unset(Test):
    """The property is not given, not even as false or empty."""

    __slots__ = ()

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        return None if _may_vanish(value) else value is ABSENT

    def allowed(self, mode: Mode) -> str:
        return "nothing; leave it out"


class Between(Test):
    """A number within bounds, both included; whole numbers only unless `fraction`."""

    __slots__ = ("low", "high", "unit", "fraction")

    def __init__(self, low: Any, high: Any, unit: str = "", *, fraction: bool = False) -> None:
        self.low, self.high, self.unit, self.fraction = low, high, unit, fraction

    def judge(self, value: Any, mode: Mode) -> Verdict:
        amount = number(value)
        if amount is None or (not self.fraction and amount != int(amount)):
            return False
        return bool(_now(self.low, mode) <= amount <= _now(self.high, mode))

    def allowed(self, mode: Mode) -> str:
        return f"{grouped(_now(self.low, mode))} to {grouped(_now(self.high, mode))} {self.unit}".rstrip()


class AtMost(Test):
    """A number no greater than a bound."""

    __slots__ = ("high", "unit")

    def __init__(self, high: Any, unit: str = "") -> None:
        self.high, self.unit = high, unit

    def judge(self, value: Any, mode: Mode) -> Verdict:
        amount = number(value)
        return None if amount is None else bool(amount <= _now(self.high, mode))

    def allowed(self, mode: Mode) -> str:
        return f"at most {grouped(_now(self.high, mode))} {self.unit}".rstrip()


class AtLeast(Test):
    """A number no less than a bound."""

    __slots__ = ("low", "unit")

    def __init__(self, low: Any, unit: str = "") -> None:
        self.low, self.unit = low, unit

    def judge(self, value: Any, mode: Mode) -> Verdict:
        amount = number(value)
        return None if amount is None else bool(amount >= _now(self.low, mode))

    def allowed(self, mode: Mode) -> str:
        return f"at least {grouped(_now(self.low, mode))} {self.unit}".rstrip()


class OneOf(Test):
    """One of a list of values; letters count as they are unless `any_case`."""

    __slots__ = ("values", "any_case")

    def __init__(self, *values: Any, any_case: bool = False) -> None:
        self.values = values[0] if len(values) == 1 and isinstance(values[0], list | tuple | Limit) else values
        self.any_case = any_case

    def judge(self, value: Any, mode: Mode) -> Verdict:
        values = _now(self.values, mode)
        if self.any_case:
            return text(value).lower() in [text(v).lower() for v in values]
        return any(same(value, v) for v in values)

    def allowed(self, mode: Mode) -> str:
        return ", ".join(grouped(v) for v in _now(self.values, mode))


class Matches(Test):
    """A string that matches a regular expression from its start to its end; `words` describe it."""

    __slots__ = ("pattern", "words")

    def __init__(self, pattern: str, words: str) -> None:
        self.pattern, self.words = pattern, words

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return re.fullmatch(self.pattern, text(value)) is not None

    def allowed(self, mode: Mode) -> str:
        return self.words


class StartsWith(Test):
    """A string that begins with one of the given beginnings; judged on the literal start of a Sub or Join too."""

    __slots__ = ("starts",)

    def __init__(self, *starts: str) -> None:
        self.starts = starts

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        head = _literal_edge(value, 0)
        if head is None:
            return super().__call__(value, mode)
        return head.startswith(self.starts) or (None if any(s.startswith(head) for s in self.starts) else False)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return text(value).startswith(self.starts)

    def allowed(self, mode: Mode) -> str:
        return "something that begins with " + " or ".join(self.starts)


class EndsWith(Test):
    """A string that ends with one of the given endings; judged on the literal end of a Sub or Join too."""

    __slots__ = ("ends",)

    def __init__(self, *ends: str) -> None:
        self.ends = ends

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        tail = _literal_edge(value, -1)
        if tail is None:
            return super().__call__(value, mode)
        return tail.endswith(self.ends) or (None if any(e.endswith(tail) for e in self.ends) else False)

    def judge(self, value: Any, mode: Mode) -> Verdict:
        return text(value).endswith(self.ends)

    def allowed(self, mode: Mode) -> str:
        return "something that ends in " + " or ".join(self.ends)


def _literal_edge(value: Any, edge: int) -> str | None:
    """What is literal at the start (0) or end (-1) of a Sub or Join with something unknown in it, else None."""
    if type(value) is not dict or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    parts: list[Any] = []
    if name == "Fn::Sub":
        whole = argument[0] if isinstance(argument, list) and argument else argument
        if isinstance(whole, str):
            parts = [literal if kind == "text" else None for kind, literal in sub_parts(whole)]
    elif name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        parts = argument[1]
    if not parts:
        return None
    piece = parts[edge]
    return piece if isinstance(piece, str) and not is_unknown(piece) else ""


def _may_vanish(value: Any) -> bool:
    return (
        value is UNKNOWN
        or value is None
        or (type(value) is dict and len(value) == 1 and not _GROWING.isdisjoint(value))
    )


_GROWING = frozenset(("Fn::If", "Fn::Transform"))
"""Functions that may give nothing, or more than one entry of a list."""


class Length(Test):
    """The number of characters of a string, or of entries of a list or map."""

    __slots__ = ("low", "high")

    def __init__(self, low: Any, high: Any) -> None:
        self.low, self.high = low, high

    def judge(self, value: Any, mode: Mode) -> Verdict:
        if isinstance(value, list) and any(_may_vanish(item) for item in value):
            return None
        size = len(value) if isinstance(value, list | dict) else len(text(value))
        return bool(_now(self.low, mode) <= size <= _now(self.high, mode))

    def allowed(self, mode: Mode) -> str:
        return f"{grouped(_now(self.low, mode))} to {grouped(_now(self.high, mode))} long"


class Not(Test):
    """The opposite of another test, for an absent value too; what cannot be told stays so."""

    __slots__ = ("test",)

    def __init__(self, test: Test) -> None:
        self.test = test

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        verdict = self.test(value, mode)
        return None if verdict is None else not verdict

    def allowed(self, mode: Mode) -> str:
        return f"not {self.test.allowed(mode)}"


class AnyOf(Test):
    """At least one of several tests holds."""

    __slots__ = ("tests",)

    def __init__(self, *tests: Test) -> None:
        self.tests = tests

    def __call__(self, value: Any, mode: Mode = "documented") -> Verdict:
        verdicts = [test(value, mode) for test in self.tests]
        return True if True in verdicts else None if None in verdicts else False

    def allowed(self, mode: Mode) -> str:
        return ", or ".join(test.allowed(mode) for test in self.tests)


class Violation:
    """One place where a rule is broken.

    `path` is relative to the resource's properties; it is relative to the whole resource when it starts with "/", and
    to the template when there is no `view` but a `member`. `values` fill the rule's message, and a `problem` among
    them takes its place when it has no `{problem}`; what is given here goes before what the rule says. `ring` is the
    way round for a cycle: paths from the top of the template, one for each step. `element` is what it is about in a
    text that holds things by name; the message may say `{element}`.
    """

    __slots__ = ("path", "values", "view", "member", "message", "severity", "fix", "allowed", "ring", "element")

    def __init__(
        self,
        path: Iterable[str | int] = (),
        *,
        view: Any = None,
        member: Any = None,
        message: str | None = None,
        severity: Severity | None = None,
        fix: str | None = None,
        allowed: str | None = None,
        ring: Iterable[tuple[str | int, ...]] = (),
        element: str | None = None,
        **values: Any,
    ) -> None:
        self.path = tuple(path)
        self.view = view
        self.member = member
        self.message = message
        self.severity: Severity | None = severity
        self.fix = fix
        self.allowed = allowed
        self.ring = tuple(ring)
        self.element = element
        self.values = values


class Update:
    """An example for an update rule: the template before and after."""

    __slots__ = ("old", "new")

    def __init__(self, old: Mapping[str, Any] | Stacks, new: Mapping[str, Any] | Stacks) -> None:
        self.old = old
        self.new = new


class Stacks:
    """An example of several templates that belong together; `known` has `Member`'s keywords for each by name."""

    __slots__ = ("templates", "known", "complete")

    def __init__(
        self,
        templates: Mapping[str, Mapping[str, Any]],
        known: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        complete: bool = False,
    ) -> None:
        self.templates = templates
        self.known = known or {}
        self.complete = complete


class Rule:
    """One documented constraint.

    `scope` says what `check` gets and where the rule runs:
    - "resource": one resource, `check(view)`; enforced when a construct is made and on templates;
    - "graph": all resources of one or several templates, `check(graph)`; at synth and on templates;
    - "update": `check(before, after)`, two graphs; in diff and deploy;
    - "construct": hints given to a construct, under the type `awsdeck::<Class>`; `check(view)`;
    - "schema": the resource schema itself, which runs before the rules and decides which of them may speak.

    A rule that shows in several scopes is several of these under one id, one for each scope. `verified` tells how far
    it was checked against a machine-readable source or a page of the documentation. A rule about one resource that
    `refers` says more once it is known what references lead to, and is asked again when all resources are there (or
    those of the types it names). A rule that speaks of the properties `on` alone is not asked where none of them is given. What a `dated` rule says hangs on the day too.
    """

    __slots__ = (
        "id", "types", "severity", "message", "scope", "when", "then", "gates", "tests", "check", "fix", "source",
        "verified", "limit", "good", "bad", "refers", "on", "dated",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        types: str | tuple[str, ...],
        severity: Severity,
        message: str,
        *,
        source: str,
        good: Example | tuple[Example, ...],
        bad: Example | tuple[Example, ...],
        scope: Scope = "resource",
        when: Mapping[str, Test] | None = None,
        then: Mapping[str, Test] | None = None,
        check: Callable[..., Iterable[Violation]] | None = None,
        fix: str | None = None,
        verified: Literal["checked", "docs", "partly", "notes"] = "checked",
        limit: Limit | None = None,
        refers: bool | tuple[str, ...] = False,
        on: tuple[str, ...] = (),
        dated: bool = False,
    ) -> None:
        self.id = id
        self.types = (types,) if isinstance(types, str) else types
        self.severity: Severity = severity
        self.message = message
        self.scope: Scope = scope
        self.when = dict(when or {})
        self.then = dict(then or {})
        self.gates = tuple((tuple(path.split("/")), test) for path, test in self.when.items())
        self.tests = tuple((tuple(path.split("/")), test) for path, test in self.then.items())
        self.check = check
        self.fix = fix
        self.source = source
        self.verified = verified
        self.limit = limit
        self.good = good if isinstance(good, tuple) else (good,)
        self.bad = bad if isinstance(bad, tuple) else (bad,)
        self.refers = refers
        self.on = on
        self.dated = dated

    @property
    def phases(self) -> tuple[str, ...]:
        """Where the rule is enforced, in the words of `lint --list-rules`."""
        return {
            "resource": ("construct", "template"),
            "graph": ("template", "graph"),
            "update": ("update",),
            "construct": ("construct",),
            "schema": ("construct", "template"),
        }[self.scope]

    @property
    def triggers(self) -> frozenset[str] | None:
        """The properties without which the rule cannot be broken (one of them must be given), or None for any."""
        if self.on:
            return frozenset(self.on)
        for steps, test in self.gates:
            if test(ABSENT) is not True:
                return frozenset(steps[:1])
        if self.check is None and all("*" in steps or test(ABSENT) is True for steps, test in self.tests):
            return frozenset(steps[0] for steps, _ in self.tests)
        return None

    def to_dict(self) -> dict[str, Any]:
        """The rule as `lint --list-rules --format json` prints it."""
        return {
            "id": self.id,
            "severity": self.severity,
            "phase": list(self.phases),
            "types": list(self.types),
            "message": self.message,
            "fix": self.fix,
            "source": self.source,
            "verified": self.verified,
        }

    def __repr__(self) -> str:
        return f"Rule({self.id})"
