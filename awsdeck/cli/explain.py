"""`awsdeck explain`: what is known of a rule, a resource type, or a property of one."""

from __future__ import annotations

from ..errors import InputError
from .command import Argument, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ..catalog import ResourceType
    from ..rules import Rule
    from .context import Context


def explain(context: Context, subject: str) -> int:
    """Tell all about a rule (SQS001), a type (AWS::SQS::Queue), or a property (AWS::SQS::Queue.RedrivePolicy)."""
    if "::" in subject:
        return _type(context, subject)
    from ..lint.own import OWN
    from ..lint.packs import find_in_packs
    from ..rules import find

    rule = find(subject) or find_in_packs(subject)
    if rule is not None:
        return _rule(context, rule)
    own = OWN.get(subject.upper())
    if own is not None:
        data = {"id": subject.upper(), "severity": own[0], "message": own[1]}
        return _show(context, data, [("severity", own[0]), ("says", own[1])])
    from difflib import get_close_matches

    from ..rules import all_rules

    ids = [*(rule.id for rule in all_rules()), *OWN]
    close = get_close_matches(subject.upper(), ids, 1)
    raise InputError(
        f"there is no rule {subject}",
        fix=f"did you mean {close[0]}?"
        if close
        else "give a rule's id, a type such as AWS::SQS::Queue, or TYPE.Property",
    )


def _rule(context: Context, rule: Rule) -> int:
    mode = context.mode
    rows = [
        ("severity", rule.severity),
        ("phase", ", ".join(rule.phases)),
        ("types", ", ".join(rule.types)),
        ("says", rule.message),
        *((f"when {path}", test.allowed(mode)) for path, test in rule.when.items()),
        *((f"then {path}", test.allowed(mode)) for path, test in rule.then.items()),
        ("fix", rule.fix),
        ("source", rule.source),
        ("verified", rule.verified),
    ]
    limits = {
        path: (test.allowed("documented"), test.allowed("current"), limit.as_of)
        for path, test in rule.then.items()
        if (limit := test.moved()) is not None
    }
    for path, (documented, current, as_of) in limits.items():
        rows.append((f"limits {path}", f"documented: {documented}; current: {current} (since {as_of})"))
    good, bad = (example if isinstance(example, dict) else None for example in (rule.good[0], rule.bad[0]))
    data = {
        **rule.to_dict(),
        "conditions": {path: test.allowed(mode) for path, test in rule.when.items()},
        "allowed": {path: test.allowed(mode) for path, test in rule.then.items()},
        "good": good,
        "bad": bad,
    }
    for name, example in (("good", good), ("bad", bad)):
        if example is not None:
            rows.append((name, _short_json(example)))
    return _show(context, data, rows)


def _type(context: Context, subject: str) -> int:
    from .. import catalog

    name, _, path = subject.partition(".")
    _ = context.config  # with it the project's own types are known
    known = catalog.find(name)
    if known is None:
        close = catalog.suggest(name)
        raise InputError(f"the type {name} does not exist", fix=f"did you mean {close}?" if close else None)
    if path:
        return _property(context, known, path)
    from ..rules import all_rules

    rules = [rule for rule in all_rules() if name in rule.types]
    properties: list[dict[str, Any]] = [
        {"name": key, **(known.describe((key,)) or {})} for key in known.property_names()
    ]
    if context.json:
        context.screen.data(
            {
                "version": 1,
                "type": name,
                "properties": properties,
                "attributes": list(known.attributes),
                "ref": known.ref,
                "stateful": known.stateful,
                "snapshot": known.snapshot,
                "rules": [rule.to_dict() for rule in rules],
            }
        )
        return 0
    paint = context.screen.paint
    context.screen.say(paint(name, "bold"))
    width = max((len(item["name"]) for item in properties), default=0)
    for item in properties:
        context.screen.say(f"  {item['name'].ljust(width)}  {', '.join(_facts(item))}")
    rows = [
        ("Ref gives", known.ref or "what CloudFormation calls its physical id"),
        ("GetAtt", ", ".join(known.attributes) or "nothing"),
        ("holds data", "yes, kept when it leaves the template" if known.stateful else "no"),
    ]
    _rows(context, rows)
    if rules:
        context.screen.say(paint("rules", "bold"))
        for rule in rules:
            context.screen.say(f"  {paint(rule.id, 'rule')}  {rule.severity:<7}  {rule.message}")
    return 0


def _property(context: Context, known: ResourceType, path: str) -> int:
    steps = tuple(step for step in path.replace("/", ".").split("."))
    found = known.describe(steps)
    if found is None:
        found = known.describe(tuple(part for step in steps for part in (step, "*")))
    if found is None:
        from difflib import get_close_matches

        close = get_close_matches(steps[0], known.property_names(), 1)
        raise InputError(f"{known.name} has no property {path}", fix=f"did you mean {close[0]}?" if close else None)
    from ..rules import all_rules

    rules = [
        rule
        for rule in all_rules()
        if known.name in rule.types and any(key.split("/")[0] == steps[0] for key in (*rule.when, *rule.then))
    ]
    data = {"type": known.name, "property": path, **found, "rules": [rule.id for rule in rules]}
    if context.json:
        context.screen.data({"version": 1, **data})
        return 0
    context.screen.say(context.screen.paint(f"{known.name}.{path}", "bold"))
    _rows(
        context,
        [(name.replace("_", " "), _plain(value)) for name, value in found.items() if value not in (False, None)],
    )
    for rule in rules:
        context.screen.say(f"  {context.screen.paint(rule.id, 'rule')}  {rule.severity:<7}  {rule.message}")
    return 0


def _facts(item: dict[str, Any]) -> list[str]:
    facts = [str(item.get("type", "any"))]
    facts += [name for name in ("required", "deprecated") if item.get(name)]
    effect = {"replace": "a change replaces the resource", "maybe": "a change may replace it"}.get(
        item.get("replacement", "")
    )
    facts += [effect] if effect else []
    facts += [str(item[name]) for name in ("range", "length") if name in item]
    if "enum" in item:
        facts.append("one of " + ", ".join(map(str, item["enum"][:8])) + (" …" if len(item["enum"]) > 8 else ""))
    return facts


def _show(context: Context, data: dict[str, Any], rows: Iterable[tuple[str, str | None]]) -> int:
    if context.json:
        context.screen.data({"version": 1, **data})
        return 0
    context.screen.say(context.screen.paint(str(data["id"]), "bold"))
    _rows(context, rows)
    return 0


def _rows(context: Context, rows: Iterable[tuple[str, str | None]]) -> None:
    shown = [(name, text) for name, text in rows if text]
    width = max((len(name) for name, _ in shown), default=0)
    for name, text in shown:
        context.screen.say(f"  {context.screen.paint(name.ljust(width), 'label')}  {text}")


def _plain(value: Any) -> str:
    if value is True:
        return "yes"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _short_json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, default=str)


COMMANDS = (
    Command(
        "explain",
        explain,
        "Tell what is known of a rule, a resource type, or a property.",
        Argument(
            "subject",
            "SQS001, AWS::SQS::Queue, or AWS::SQS::Queue.RedrivePolicy.",
            metavar="RULE|TYPE[.PROPERTY]",
            required=True,
        ),
    ),
)
