"""State machine definitions as rules see them: read from an object or from text, with what only the deploy knows left open.

Source: Step Functions Developer Guide, using Amazon States Language; CloudFormation, DefinitionSubstitutions.
"""

from __future__ import annotations

import json
import re

from ...references import sub_parts
from ..vocabulary import ABSENT, is_unknown, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

MACHINE = "AWS::StepFunctions::StateMachine"
FORMS = ("Definition", "DefinitionString", "DefinitionS3Location")
NESTING = {"Parallel": "Branches", "Map": "ItemProcessor"}

_OPEN = re.compile("\ue000(\\d+)\ue001")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


class Machine:
    """One definition. `body` is None where it cannot be read, `problem` says why when that is a mistake.

    `unknown` are the values that stand for its open parts, `missing` the placeholders that nothing fills, `unused` the
    substitutions that fill nothing. `size` counts characters, None where it depends on the deploy.
    """

    __slots__ = ("form", "body", "problem", "unknown", "missing", "unused", "size")

    def __init__(self, view: View) -> None:
        self.form: str | None = next((name for name in FORMS[:2] if view.get(name) is not ABSENT), None)
        self.body: dict[str, Any] | None = None
        self.problem: str | None = None
        self.unknown: list[Any] = []
        self.missing: list[str] = []
        self.unused: list[str] = []
        self.size: int | None = None
        given = view.get("DefinitionSubstitutions", {})
        substitutions = given if isinstance(given, dict) and not is_unknown(given) else None
        if self.form == "Definition":
            self._object(view.get("Definition"), substitutions)
        elif self.form == "DefinitionString":
            self._text(view.get("DefinitionString"), substitutions)

    def _object(self, value: Any, substitutions: Mapping[str, Any] | None) -> None:
        if isinstance(value, dict) and not is_unknown(value):
            self.body = self._filled(value, substitutions)
            self._left_over(json.dumps(value, default=str), substitutions)

    def _filled(self, value: Any, substitutions: Mapping[str, Any] | None) -> Any:
        if isinstance(value, str) and "${" in value:
            return "".join(self._placeholders(value, substitutions))
        if isinstance(value, dict) and not is_unknown(value):
            return {name: self._filled(item, substitutions) for name, item in value.items()}
        if isinstance(value, list):
            return [self._filled(item, substitutions) for item in value]
        return value

    def _text(self, value: Any, substitutions: Mapping[str, Any] | None) -> None:
        pieces = _pieces(value)
        if pieces is None:
            return
        known = [piece for piece in pieces if isinstance(piece, str)]
        if len(known) == len(pieces) and not substitutions:
            self.size = len("".join(known))
        written = ""
        for piece in pieces:
            written += piece if isinstance(piece, str) else self._open(piece)
        self._left_over(written, substitutions)
        whole = "".join(self._placeholders(written, substitutions))
        quoted, bare = _quoted(whole)
        try:
            body = json.loads(quoted)
        except ValueError as error:
            if not bare:
                self.problem = f"the definition is not JSON: {error}"
            return
        if isinstance(body, dict):
            self.body = body
        elif not (isinstance(body, str) and _OPEN.search(body)):
            self.problem = "the definition is not a JSON object"

    def _open(self, value: Any) -> str:
        self.unknown.append(value)
        return f"\ue000{len(self.unknown) - 1}\ue001"

    def _placeholders(self, written: str, substitutions: Mapping[str, Any] | None) -> Iterator[str]:
        end = 0
        for match in _PLACEHOLDER.finditer(written):
            yield written[end : match.start()]
            end = match.end()
            value = (substitutions or {}).get(match[1], ABSENT)
            if value is ABSENT or value is None or is_unknown(value) or isinstance(value, dict | list):
                yield self._open({"Fn::Unknown": match[1]} if value is ABSENT else value)
            else:
                yield text(value)
        yield written[end:]

    def _left_over(self, written: str, substitutions: Mapping[str, Any] | None) -> None:
        if substitutions:
            names = list(dict.fromkeys(_PLACEHOLDER.findall(written)))
            self.missing = [name for name in names if name not in substitutions]
            self.unused = [name for name in substitutions if name not in names]

    def behind(self, value: Any) -> Any:
        """What stands for a text that is open as a whole; the value itself otherwise."""
        match = _OPEN.fullmatch(value) if isinstance(value, str) else None
        return self.unknown[int(match[1])] if match else value

    def path(self, steps: Path) -> Path:
        """Where something stands in the resource's properties; the path leads on into a definition that is text."""
        return ("Definition" if self.form == "Definition" else "DefinitionString", *steps)


class Flow:
    """One map of states: the machine's own, a branch of a Parallel, or what a Map does with each item."""

    __slots__ = ("body", "path", "language", "states", "owner")

    def __init__(self, body: Mapping[str, Any], path: Path, language: str | None, owner: State | None) -> None:
        self.body = body
        self.path = path
        self.language = language
        self.owner = owner
        given = body.get("States")
        self.states: dict[str, State] = {}
        if isinstance(given, dict) and not is_unknown(given):
            for name, state in given.items():
                if isinstance(state, dict) and not is_unknown(state) and isinstance(name, str):
                    self.states[name] = State(name, state, (*path, "States", name), self)

    @property
    def whole(self) -> bool:
        """Whether every state is known, by name and in what it says."""
        given = self.body.get("States")
        return isinstance(given, dict) and len(given) == len(self.states) and not any(map(opened, self.states))


class State:
    """One state. `language` is None where only the deploy knows it."""

    __slots__ = ("name", "body", "path", "flow", "kind", "language")

    def __init__(self, name: str, body: Mapping[str, Any], path: Path, flow: Flow) -> None:
        self.name = name
        self.body = body
        self.path = path
        self.flow = flow
        kind = body.get("Type")
        self.kind = kind if isinstance(kind, str) and not opened(kind) else None
        own = body.get("QueryLanguage", flow.language)
        self.language = own if isinstance(own, str) and not opened(own) else None

    def targets(self) -> Iterator[tuple[Path, Any]]:
        """Everywhere the state may lead, with the place that says so."""
        for name in ("Next", "Default"):
            if name in self.body:
                yield (*self.path, name), self.body[name]
        for name in ("Catch", "Choices"):
            items = self.body.get(name)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                if isinstance(item, dict) and "Next" in item:
                    yield (*self.path, name, index, "Next"), item["Next"]

    def flows(self) -> Iterator[Flow]:
        """The maps of states inside this one."""
        if self.kind == "Parallel":
            branches = self.body.get("Branches")
            for index, branch in enumerate(branches if isinstance(branches, list) else ()):
                if isinstance(branch, dict) and not is_unknown(branch):
                    yield Flow(branch, (*self.path, "Branches", index), self.flow.language, self)
        elif self.kind == "Map":
            for name in ("ItemProcessor", "Iterator"):
                inner = self.body.get(name)
                if isinstance(inner, dict) and not is_unknown(inner):
                    yield Flow(inner, (*self.path, name), self.flow.language, self)


def machine(view: View) -> Machine:
    """The definition of a state machine, read once for all rules."""
    found: Machine = view.kept("machine", Machine)
    return found


def flows(of: Machine) -> Iterator[Flow]:
    """Every map of states, the outermost first."""
    if of.body is None:
        return
    language = of.body.get("QueryLanguage", "JSONPath")
    waiting = [Flow(of.body, (), language if isinstance(language, str) and not opened(language) else None, None)]
    while waiting:
        flow = waiting.pop(0)
        yield flow
        waiting += [inner for state in flow.states.values() for inner in state.flows()]


def states(of: Machine) -> Iterator[State]:
    """Every state of every map."""
    for flow in flows(of):
        yield from flow.states.values()


def opened(value: Any) -> bool:
    """Whether a value, or a part of a text, is only known at deploy time."""
    return is_unknown(value) or (isinstance(value, str) and "\ue000" in value)


def _pieces(value: Any) -> list[Any] | None:
    """A text in literal parts and others; None when it is all open."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Fn::Sub":
        local: Any = {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
            argument, local = argument
        if not isinstance(argument, str):
            return None
        pieces: list[Any] = []
        for kind, part in sub_parts(argument):
            if kind == "text":
                pieces.append(part)
            elif part in local:
                pieces.append(local[part])
            else:
                id, dot, attribute = part.strip().partition(".")
                pieces.append({"Fn::GetAtt": [id, attribute]} if dot else {"Ref": id})
        return pieces
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
        separator, items = argument
        if not isinstance(separator, str) or not isinstance(items, list):
            return None
        joined: list[Any] = []
        for index, item in enumerate(items):
            joined += [separator] if index and separator else []
            joined += _pieces(item) or [item]
        return joined
    return None


def _quoted(written: str) -> tuple[str, bool]:
    """The JSON text with quotes around what is open and has none, and whether there is such."""
    found, inside, bare, index = "", False, False, 0
    for match in re.finditer('\\\\.|"|\ue000\\d+\ue001', written, re.DOTALL):
        found += written[index : match.start()]
        index = match.end()
        if match[0] == '"':
            inside = not inside
        if match[0][0] == "\ue000" and not inside:
            found += f'"{match[0]}"'
            bare = True
        else:
            found += match[0]
    return found + written[index:], bare
