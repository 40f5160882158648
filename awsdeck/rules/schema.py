"""What the resource schemas say, as the rule that runs before all others."""

from __future__ import annotations

from .. import catalog
from .vocabulary import Rule, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .view import View

_MILD = frozenset(("package", "read-only"))
"""Departures from a schema that CloudFormation, or the packaging before it, puts right."""


def nonconforming(view: View) -> list[Violation]:
    """Where a resource departs from its schema; `kind` among the values says in which way."""
    known = catalog.find(view.type)
    if known is None:
        return _no_such_type(view)
    given = view.body.get("Properties")
    problems = known.check(view.properties if view.member is not None and isinstance(given, dict) else given, ())
    if problems and view.member is not None:
        problems = [problem for problem in problems if _reached(view, problem.path)]
    mild = _MILD if view.member is not None else ("package",)  # a program has no reason to give what AWS drops
    return (
        [
            Violation(
                problem.path,
                severity="warning" if problem.kind in mild else None,
                problem=problem.message,
                kind=problem.kind,
                allowed=problem.allowed,
                fix=problem.fix,
            )
            for problem in problems
        ]
        if problems
        else []
    )


def _reached(view: View, path: tuple[str | int, ...]) -> bool:
    """Whether the branches of `Fn::If` that a path leads through are taken in some setting of the conditions."""
    if "Fn::If" not in path or view.member is None:
        return True
    own = view.body.get("Condition")
    world = {own: True} if isinstance(own, str) else {}
    value: Any = view.properties
    for number, step in enumerate(path):
        inner: Any = value
        try:
            value = inner[step]
        except (KeyError, IndexError, TypeError):
            break
        branch = path[number + 1] if step == "Fn::If" and number + 1 < len(path) else None
        name = value[0] if branch in (1, 2) and isinstance(value, list) and value else None
        if isinstance(name, str) and world.setdefault(name, branch == 1) is not (branch == 1):
            return False
    return view.member.possible(world)


def _no_such_type(view: View) -> list[Violation]:
    """A type of AWS's own that is not in the schemas: a slip of the pen, or younger than they are."""
    type = view.type
    if not type.startswith("AWS::") or type.startswith("AWS::Serverless::") or type.endswith("::MODULE"):
        return []
    meant = catalog.suggest(type)
    return [
        Violation(
            ("/", "Type"),
            severity=None if meant else "warning",
            kind="unknown-type",
            problem=f"{type} is not a resource type that is known here",
            fix=f"did you mean {meant}?" if meant else "check the spelling, or update the schemas",
        )
    ]


SCHEMA = Rule(
    "XSV018", "*", "error",
    "properties follow the schema of their type",
    scope="schema",
    check=nonconforming,
    source="CloudFormation resource schema",
    good={
        "Type": "AWS::SNS::Subscription",
        "Properties": {"Protocol": "email", "TopicArn": {"Ref": "T"}, "Endpoint": "a@example.com"},
    },
    bad=(
        {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email"}},
        {"Type": "AWS::SQS::Queue", "Properties": {"DelaySecond": 5}},
        {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "soon"}},
        {"Type": "AWS::SQS::Quue"},
    ),
)  # fmt: skip
"""The one rule that runs before all others: what it finds decides which of them may speak."""

RULES: tuple[Rule, ...] = (SCHEMA,)
