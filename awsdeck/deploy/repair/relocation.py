"""The templates of a refactoring: what is deployed, with resources under other names or in other stacks.

A refactoring may change nothing of a resource, so every body stays as it is deployed; only what it says of others is
written anew: another name in the same stack, an import where there are two stacks now, the thing itself where an
import has become needless.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import define, field

from ...diff.compare import same
from ...errors import InputError
from ...references import references, sub_parts
from .moves import Move

Spot = tuple[str, str]  # stack and logical id
OF_ITS_STACK = frozenset({"AWS::StackName", "AWS::StackId", "AWS::NotificationARNs"})
"""Values that become others in another stack. Source: CloudFormation User Guide, Stack refactoring considerations."""
PSEUDO = "AWS::"


def relocated(
    old: Mapping[str, Mapping[str, Any]], moves: Iterable[Move], deck: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The templates that change, by stack; `old` is what is deployed, `deck` what the deck wants.

    An export that is needed from now on is taken from the deck. Raises `InputError` with everything that stands in
    the way.
    """
    places = {(move.home, move.was): (move.stack, move.id) for move in moves}
    work = _Work(old, deck, places)
    made = {name: work.template(name) for name in {*old, *(stack for stack, _ in places.values())}}
    for stack, outputs in work.exports.items():
        made[stack].setdefault("Outputs", {}).update(outputs)
    changed = {name: template for name, template in sorted(made.items()) if template != old.get(name)}
    for name, template in changed.items():
        if not template["Resources"]:
            work.problems.append(f"{name} would be left without resources, and CloudFormation has no empty stacks")
    if work.problems:
        raise InputError(
            "\n  ".join(("this cannot be moved:", *dict.fromkeys(work.problems))),
            fix="leave those moves out, or deploy what they lack first",
        )
    return changed


@define
class _Work:
    old: Mapping[str, Mapping[str, Any]]
    deck: Mapping[str, Mapping[str, Any]]
    places: Mapping[Spot, Spot]
    problems: list[str] = field(factory=list)
    exports: dict[str, dict[str, Any]] = field(factory=dict)  # outputs of the deck that are needed from now on

    def template(self, stack: str) -> dict[str, Any]:
        """The template of a stack after the moves."""
        made = copy.deepcopy(dict(self.old.get(stack) or {"AWSTemplateFormatVersion": "2010-09-09"}))
        bodies: dict[str, Any] = {}
        for home, template in self.old.items():
            for id, body in (template.get("Resources") or {}).items():
                place = self.places.get((home, id), (home, id))
                if place[0] == stack:
                    bodies[place[1]] = _Text(self, home, stack, place[1]).resource(body)
        made["Resources"] = bodies
        outputs = {
            name: _Text(self, stack, stack, name).value(body)
            for name, body in (made.get("Outputs") or {}).items()
            if not self._leaves(stack, body)
        }
        if "Outputs" in made:
            made["Outputs"] = outputs
            if not outputs:
                del made["Outputs"]
        return made

    def _leaves(self, stack: str, output: Any) -> bool:
        """Whether an output gives something that is in another stack from now on."""
        return any(self.places.get((stack, id), (stack, id))[0] != stack for id in _named(output))

    def exported(self, stack: str, value: Any, wanted_by: str) -> Any:
        """The name under which a stack exports a value, new ones as the deck has them; None, and a problem, if none."""
        for template, new in ((self.old.get(stack), False), (self.deck.get(stack), True)):
            for key, output in ((template or {}).get("Outputs") or {}).items():
                name = (output.get("Export") or {}).get("Name") if isinstance(output, dict) else None
                if name is None or not same(self._now(stack, output.get("Value"), new=new), value):
                    continue
                if new:
                    self.exports.setdefault(stack, {})[key] = output
                return name
        self.problems.append(
            f"{wanted_by} refers to {_shown(value)}, which is in {stack} then, and the deck does not export it"
        )
        return None

    def _now(self, stack: str, value: Any, *, new: bool) -> Any:
        return value if new or self._leaves(stack, value) else _Text(self, stack, stack, "").value(value)

    def behind(self, name: Any) -> tuple[str, Any] | None:
        """The stack that exports a name now, and the value it gives."""
        for stack, template in self.old.items():
            for output in (template.get("Outputs") or {}).values():
                if isinstance(output, dict) and same((output.get("Export") or {}).get("Name"), name):
                    return stack, output.get("Value")
        return None


@define
class _Text:
    """What stands in one resource or output: written in stack `home`, read in stack `here` from now on."""

    work: _Work
    home: str
    here: str
    name: str

    def resource(self, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        made = {key: self.value(value) for key, value in body.items() if key != "DependsOn"}
        if isinstance(body.get("Condition"), str):
            self._same_section("Conditions", body["Condition"])
        if "DependsOn" in body:
            names = [body["DependsOn"]] if isinstance(body["DependsOn"], str) else body["DependsOn"]
            places = [self.work.places.get((self.home, one), (self.home, one)) for one in names]
            left = [id for stack, id in places if stack == self.here]
            if left:
                made["DependsOn"] = left[0] if isinstance(body["DependsOn"], str) else left
        return made

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(key, argument)] = value.items()
            if key == "Ref" and isinstance(argument, str):
                return self._reference(argument, None, value)
            if key == "Fn::GetAtt":
                target, attribute = _attribute(argument)
                if target is not None:
                    return self._reference(target, attribute, value)
            if key == "Fn::Sub":
                return {key: self._sub(argument)}
            if key == "Fn::ImportValue":
                return self._import(argument)
            if key == "Fn::If" and isinstance(argument, list) and argument and isinstance(argument[0], str):
                self._same_section("Conditions", argument[0])
                return {key: [argument[0], *(self.value(item) for item in argument[1:])]}
            if key == "Fn::FindInMap" and isinstance(argument, list) and argument and isinstance(argument[0], str):
                self._same_section("Mappings", argument[0])
        return {key: self.value(item) for key, item in value.items()}

    def _reference(self, target: str, attribute: str | None, value: Any) -> Any:
        if target not in (self.work.old.get(self.home, {}).get("Resources") or {}):
            self._outside(target)
            return value
        stack, id = self.work.places.get((self.home, target), (self.home, target))
        expression = {"Ref": id} if attribute is None else {"Fn::GetAtt": [id, attribute]}
        if stack == self.here:
            plain = attribute is not None and isinstance(value.get("Fn::GetAtt"), str)
            return {"Fn::GetAtt": f"{id}.{attribute}"} if plain else expression
        return {"Fn::ImportValue": self.work.exported(stack, expression, f"{self.here}/{self.name}")}

    def _outside(self, target: str) -> None:
        """A parameter or a pseudo parameter: it has to mean the same in the other stack."""
        if self.home == self.here:
            return
        if target in OF_ITS_STACK:
            self.work.problems.append(f"{self.here}/{self.name} uses {target}, which is another in {self.here}")
        elif not target.startswith(PSEUDO):
            self._same_section("Parameters", target)

    def _same_section(self, section: str, name: str) -> None:
        if self.home == self.here:
            return
        mine = (self.work.old.get(self.home, {}).get(section) or {}).get(name)
        theirs = (self.work.old.get(self.here, {}).get(section) or {}).get(name)
        if mine is None or not same(mine, theirs):
            what = {"Parameters": "parameter", "Conditions": "condition", "Mappings": "mapping"}[section]
            self.work.problems.append(
                f"{self.here}/{self.name} needs the {what} {name}, which {self.here} does not have as {self.home} has it"
            )

    def _import(self, name: Any) -> Any:
        found = self.work.behind(name)
        if found is None:
            return {"Fn::ImportValue": self.value(name)}
        stack, value = found
        leaves = any(self.work.places.get((stack, id), (stack, id))[0] != stack for id in _named(value))
        if stack != self.here and not leaves:
            return {"Fn::ImportValue": self.value(name)}
        return _Text(self.work, stack, self.here, self.name).value(value)

    def _sub(self, argument: Any) -> Any:
        text, names = (
            (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        )
        if not isinstance(text, str) or not isinstance(names, dict):
            return self.value(argument)
        made, own = "", {key: self.value(item) for key, item in names.items()}
        for kind, piece in sub_parts(text):
            if kind == "text" or piece in names:
                made += piece.replace("${", "${!") if kind == "text" else "${" + piece + "}"
                continue
            target, _, attribute = piece.partition(".")
            value = {"Fn::GetAtt": [target, attribute]} if attribute else {"Ref": target}
            there = self._reference(target, attribute or None, value)
            if "Fn::ImportValue" in there:
                key = "".join(part.capitalize() if part.islower() else part for part in piece.split("."))
                own[key] = there
                made += "${" + key + "}"
            else:
                id = there.get("Ref") or ".".join(there["Fn::GetAtt"])
                made += "${" + id + "}"
        return [made, own] if own else made


def _attribute(argument: Any) -> tuple[str | None, str]:
    if isinstance(argument, str):
        target, _, attribute = argument.partition(".")
        return target, attribute
    if isinstance(argument, list) and len(argument) == 2 and all(isinstance(part, str) for part in argument):
        return argument[0], argument[1]
    return None, ""


def _named(value: Any) -> set[str]:
    return {one.target for one in references(value) if one.kind in ("Ref", "GetAtt", "Sub")}


def _shown(value: Mapping[str, Any]) -> str:
    return str(value["Ref"]) if "Ref" in value else ".".join(value["Fn::GetAtt"])
