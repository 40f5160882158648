"""Runs rules over resources and graphs and turns what they say into findings."""

from __future__ import annotations

import re

from ..errors import Finding
from . import registry
from .schema import SCHEMA, nonconforming
from .view import View, texts
from .vocabulary import ABSENT, Violation, grouped, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from typing import Any

    from .graph import Graph
    from .registry import Plan
    from .vocabulary import Mode, Rule, Test

    Path = tuple[str | int, ...]

_CERTAIN = frozenset(("package", "read-only", "type", "unknown-property"))
_GENERAL = frozenset(("TPL009", "TPL011", "TPL024", "TPL025", "TPL026", "UPD001", "XSV014"))
"""Rules about any type, to which others have something better to say of theirs."""
_NAME = re.compile(r"\b[A-Z]\w+")
_WORD = re.compile(r"\{(\w+)\}")


def check_resource(view: View, *, skip: Container[str] = ()) -> list[Finding]:
    """What the schema and the rules say of one resource alone, but for the rules to `skip`.

    One cause gives one finding: a property of the wrong name or kind silences the rules about it, and a rule that
    speaks of a value goes before the schema's bare bounds.
    """
    problems = nonconforming(view)
    plan = registry.plan(view.type)
    findings: list[Finding] = []
    if plan.rules:
        memory = plan.memory(view) if view.settled and "Condition" not in view.body and skip == () else None
        said = memory.check(view, _run) if memory is not None else None
        findings = _ruled(plan, view, skip) if said is None else said
    if not problems:
        return _once(findings) if len(findings) > 1 else findings
    findings = [finding for finding in _once(findings) if not any(_silences(one, finding) for one in problems)]
    ruled = [finding for finding in findings if finding.severity == "error"]
    if SCHEMA.id not in skip:
        findings.extend(
            _finding(SCHEMA, view, problem) for problem in problems if not any(_covers(one, problem) for one in ruled)
        )
    return findings


def _ruled(plan: Plan, view: View, skip: Container[str]) -> list[Finding]:
    """What the rules of a type say, in their order."""
    findings: list[Finding] = []
    for world in view.worlds():
        for rule in plan.always:
            if rule.id not in skip:
                _run(rule, world, findings)
        for property in world.properties:
            for rule in plan.on.get(property, ()):
                if rule.id not in skip:
                    _run(rule, world, findings)
    return findings


def _silences(problem: Violation, finding: Finding) -> bool:
    """Whether the schema has said already what is wrong at a finding's place."""
    if problem.values["kind"] in _CERTAIN:
        return _touch(problem.path, finding.path[3:])
    return _required(problem) and _names(problem, finding.path[3:])


def _covers(finding: Finding, problem: Violation) -> bool:
    """Whether a rule has said what the schema would say with bare numbers or lists."""
    if problem.values["kind"] in _CERTAIN or _required(problem):
        return False
    path = finding.path[3:]
    return _touch(path, problem.path) or _names(problem, path) or _same_choice(finding, problem)


def _same_choice(finding: Finding, problem: Violation) -> bool:
    """Whether a rule speaks of properties that go together, or do not, where the schema names them too."""
    kind = problem.values["kind"]
    if kind not in ("exclusive", "missing"):
        return False
    named = set(_NAME.findall(problem.allowed or problem.values["problem"]))
    place, path = _plain(problem.path), _plain(finding.path[3:])
    holder = place[:-1] if kind == "exclusive" else place
    if path == holder:
        return not named.isdisjoint(_NAME.findall(f"{finding.message} {finding.fix}"))
    return path[:-1] == holder and path[-1] in named


def _required(problem: Violation) -> bool:
    return problem.values["kind"] == "missing" and problem.allowed is None


def _names(problem: Violation, path: Path) -> bool:
    """Whether a problem of a whole object speaks of the property at the path, directly in that object."""
    steps, size = _plain(path), len(_plain(problem.path))
    if len(steps) <= size or steps[:size] != _plain(problem.path):
        return False
    return re.search(rf"\b{re.escape(steps[size])}\b", problem.values["problem"]) is not None


def check_hints(type: str, id: str, hints: Mapping[str, Any], mode: Mode) -> list[Finding]:
    """What the rules say of hints given to a construct (`expected_tps`, `task_seconds`, …)."""
    view = View(id, f"awsdeck::{type}", {"Properties": dict(hints)}, mode=mode)
    findings: list[Finding] = []
    for rule in registry.rules_for(view.type, "construct"):
        _run(rule, view, findings)
    return findings


def check_graph(graph: Graph, *, skip: Container[str] = ()) -> list[Finding]:
    """What only shows across the resources of one or several templates, but for the rules to `skip`."""
    rules = registry.of_scope("graph", *_held(graph))
    return settled(finding for rule in rules if rule.id not in skip for finding in _checked(rule, graph.mode, graph))


def _held(*graphs: Graph) -> tuple[set[str], set[str]]:
    """The types and the sections that there are in graphs."""
    types = {view.type for graph in graphs for view in graph}
    return types, {str(section) for graph in graphs for member in graph.members for section in member.data}


def check_references(graph: Graph, *, skip: Container[str] = ()) -> list[Finding]:
    """What rules about single resources add to `check_resource` of each alone, now that references lead somewhere."""
    added: list[Finding] = []
    for view in graph:
        refer = registry.plan(view.type).refer
        if not refer or not _refers(texts(view.properties)):
            continue
        found = _referring(refer, view, skip)
        if found:
            alone = _referring(refer, View(view.id, view.type, view.body, mode=view.mode), skip)
            said = {(finding.rule, finding.path) for finding in alone}
            added += [finding for finding in found if (finding.rule, finding.path) not in said]
    return _once(added)


def _refers(found: bytes) -> bool:
    return b"Ref" in found or b"Fn::" in found


def _referring(refer: Iterable[tuple[Rule, frozenset[str] | None]], view: View, skip: Container[str]) -> list[Finding]:
    findings: list[Finding] = []
    for world in view.worlds():
        for rule, triggers in refer:
            if rule.id not in skip and (triggers is None or not triggers.isdisjoint(world.properties)):
                _run(rule, world, findings)
    return findings


def check_more(rules: Iterable[Rule], graph: Graph) -> list[Finding]:
    """What rules that nobody has registered say of the resources of a graph, alone and together."""
    several = tuple(rules)
    findings: list[Finding] = []
    for view in graph:
        fitting = [rule for rule in several if rule.scope == "resource" and _speaks_of(rule, view.type)]
        for world in view.worlds() if fitting else ():
            for rule in fitting:
                _run(rule, world, findings)
    for rule in several:
        if rule.scope == "graph":
            findings.extend(_checked(rule, graph.mode, graph))
    return _once(findings)


def _speaks_of(rule: Rule, type: str) -> bool:
    return type in rule.types or "*" in rule.types


def check_update(before: Graph, after: Graph, *, skip: Container[str] = ()) -> list[Finding]:
    """What is wrong with going from one set of templates to another, but for the rules to `skip`."""
    rules = registry.of_scope("update", *_held(before, after))
    return settled(
        finding for rule in rules if rule.id not in skip for finding in _checked(rule, after.mode, before, after)
    )


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """Every finding once; where a rule knows more of a place, the general one has nothing to add."""
    once = _once(findings)
    said = {(finding.stack, finding.path) for finding in once if finding.rule not in _GENERAL}
    return [finding for finding in once if finding.rule not in _GENERAL or (finding.stack, finding.path) not in said]


def _once(findings: Iterable[Finding]) -> list[Finding]:
    return list(
        {(finding.rule, finding.stack, finding.path, finding.message): finding for finding in findings}.values()
    )


def _touch(one: Path, other: Path) -> bool:
    """Whether one path is the other or lies below it; an empty path is nobody's."""
    first, second = _plain(one), _plain(other)
    size = min(len(first), len(second))
    return size > 0 and first[:size] == second[:size]


def _plain(path: Path) -> list[str]:
    """The path without the branches of `Fn::If`, which some paths name and some do not."""
    return [
        str(step)
        for index, step in enumerate(path)
        if step != "Fn::If" and not (index and path[index - 1] == "Fn::If" and step in (1, 2))
    ]


def _run(rule: Rule, view: View, findings: list[Finding]) -> None:
    for steps, test in rule.gates:
        if test(view.at(steps), view.mode) is not True:
            return
    for steps, test in rule.tests:
        if "*" in steps:
            for where, value in view.branches("/".join(steps)):
                if test(value, view.mode) is False:
                    findings.append(_finding(rule, view, _failed(where, value, test, view.mode), test))
        elif test(value := view.at(steps), view.mode) is False:
            findings.append(_finding(rule, view, _failed(steps, value, test, view.mode), test))
    if rule.check is not None:
        for violation in rule.check(view):
            findings.append(_finding(rule, violation.view or view, violation))  # noqa: PERF401  (most have none)


def _checked(rule: Rule, mode: Mode, *graphs: Graph) -> Iterator[Finding]:
    if rule.check is not None:
        for violation in rule.check(*graphs):
            yield _finding(rule, violation.view, violation, mode=mode)


def _failed(where: Path, value: Any, test: Test, mode: Mode) -> Violation:
    violation = Violation(where, value=None if value is ABSENT else value, allowed=test.allowed(mode))
    if isinstance(value, list | dict | str):
        violation.values["n"] = len(value)
    return violation


def _finding(
    rule: Rule, view: View | None, violation: Violation, test: Test | None = None, mode: Mode | None = None
) -> Finding:
    steps = violation.path
    whole = steps[:1] == ("/",)
    if whole:
        steps = steps[1:]
    prop = "/".join(str(step) for step in steps)
    path: Path = steps
    if view is not None and whole:
        path = ("Resources", view.id, *steps)
    elif view is not None:
        written = tuple(view.written(steps))
        prop = "/".join(_plain(written))  # one way of counting, whichever entries of a list the conditions drop
        path = ("Resources", view.id, "Properties", *written)
    words = _Words(view, violation, prop)
    message = violation.message or rule.message
    if violation.message is None and "problem" in violation.values and "{problem}" not in message:
        message = "{problem}"
    given = violation.values.get("value", ABSENT)
    if given is not ABSENT and prop and "{value}" not in message and not isinstance(given, list | dict):
        message += "; {prop} is " + ("not given" if given is None else "{value}")
    member = violation.member if violation.member is not None or view is None else view.member
    fix = violation.fix or rule.fix
    return Finding(
        rule.id,
        violation.severity or rule.severity,
        words.fill(message) + _moved(test, violation, view.mode if view is not None else mode),
        stack=member.name if member is not None else None,
        resource=view.id if view is not None else None,
        type=view.type if view is not None else None,
        path=path,
        source=f"{rule.source}, {view.type}" if rule is SCHEMA and view is not None else rule.source,
        allowed=violation.allowed,
        fix=words.fill(fix) if fix else None,
        ring=violation.ring,
        element=violation.element,
    )


def _moved(test: Test | None, violation: Violation, mode: Mode | None) -> str:
    limit = test.moved() if test is not None else None
    if limit is None or mode != "documented" or test is None or test(violation.values["value"], "current") is not True:
        return ""
    return f" (AWS allows {test.allowed('current')} since {limit.as_of}: use limits='current')"


class _Words:
    """What stands for `{word}` in a message: `id`, `type`, `prop`, `allowed`, a rule's own values, properties."""

    __slots__ = ("view", "values")

    def __init__(self, view: View | None, violation: Violation, prop: str) -> None:
        self.view = view
        self.values = {
            "id": view.id if view is not None else "",
            "type": view.type if view is not None else "",
            "prop": prop,
            "path": prop,
            "allowed": violation.allowed or "",
            "element": violation.element or "",
            **violation.values,
        }

    def fill(self, words: str) -> str:
        return _WORD.sub(self._word, words)

    def _word(self, match: re.Match[str]) -> str:
        name = match[1]
        if name in self.values:
            return grouped(self.values[name])
        value = self.view.properties.get(name) if self.view is not None else None
        if isinstance(value, str | int | float) and not is_unknown(value):
            return grouped(value)
        return f"<{name}>" if name[:1].isupper() else match[0]
