"""Which module holds the rules of which service, and every rule by its id."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .vocabulary import Rule, Scope

SERVICES = {
    "AWS::DynamoDB": "dynamodb",
    "AWS::IAM": "iam",
    "AWS::Lambda": "lambda_",
    "AWS::S3": "s3",
    "AWS::SNS": "sns",
    "AWS::SQS": "sqs",
}
EVERYWHERE = ("grammar", "names", "policy", "template")
"""Modules with rules about single resources of any service."""
TOGETHER = (*EVERYWHERE, "arguments", "links", "stacks", "wiring")
"""Modules with rules about resources of several services."""
CHANGES = ("functions", "tables", "update")
"""Modules with rules about going from one template to another."""
GENERAL = (*TOGETHER, *CHANGES)

_loaded: dict[str, tuple[Rule, ...]] = {}
_plans: dict[tuple[str, str], Plan] = {}


class Plan:
    """The rules of one scope about one resource type, by what makes them worth running.

    `always` are run on every resource; those of `on` only where the property they hang on is given. `refer` are those
    that look where references lead.
    """

    __slots__ = ("rules", "always", "on", "refer")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.always = tuple(rule for rule in self.rules if rule.triggers is None)
        self.refer = tuple((rule, rule.triggers) for rule in self.rules if rule.refers)
        self.on: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for property in sorted(rule.triggers or ()):
                self.on.setdefault(property, []).append(rule)


def module_rules(module: str) -> tuple[Rule, ...]:
    """The rules of one module, loaded on first use."""
    rules = _loaded.get(module)
    if rules is None:
        rules = _loaded[module] = tuple(import_module(f".{module}", __package__).RULES)
    return rules


def service_of(type: str) -> str | None:
    """The module with the rules of a resource type (`AWS::SQS::Queue`) or construct (`awsdeck::SQSQueue`)."""
    vendor, _, rest = type.partition("::")
    if vendor == "awsdeck":
        return next((m for s, m in SERVICES.items() if rest.startswith(s.removeprefix("AWS::"))), None)
    return SERVICES.get(f"{vendor}::{rest.partition('::')[0]}")


def plan(type: str, scope: Scope = "resource") -> Plan:
    """How to check one resource of this type."""
    found = _plans.get((type, scope))
    if found is None:
        service = service_of(type)
        modules = (*((service,) if service else ()), *EVERYWHERE)
        found = _plans[type, scope] = Plan(
            rule
            for module in modules
            for rule in module_rules(module)
            if rule.scope == scope and (type in rule.types or "*" in rule.types)
        )
    return found


def rules_for(type: str, scope: Scope = "resource") -> tuple[Rule, ...]:
    """The rules of one scope that speak of a resource type, general ones last."""
    return plan(type, scope).rules


def of_scope(scope: Scope, types: Iterable[str]) -> Iterator[Rule]:
    """The rules of one scope that can matter where resources of these types stand."""
    types = set(types)
    services = {service for service in map(service_of, types) if service}
    for module in (*sorted(services), *(CHANGES if scope == "update" else TOGETHER)):
        for rule in module_rules(module):
            if rule.scope == scope and ("*" in rule.types or not types.isdisjoint(rule.types)):
                yield rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule there is, by id; one that shows in several scopes is there once for each."""
    rules = [rule for module in (*dict.fromkeys(SERVICES.values()), *GENERAL) for rule in module_rules(module)]
    return tuple(sorted(rules, key=lambda rule: rule.id))


def parts(id: str) -> tuple[Rule, ...]:
    """The rule with this id (letters count as capitals), once for each scope it shows in."""
    return tuple(rule for rule in all_rules() if rule.id == id.upper())


def find(id: str) -> Rule | None:
    """The rule with this id, or the first of its parts."""
    return next(iter(parts(id)), None)
