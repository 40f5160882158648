"""Pure renames: the same resource under another logical id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .compare import fingerprint, normal


def renames(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Old id to new id of the resources that differ in nothing but their logical id.

    What refers to a renamed resource under its new name counts as unchanged, so whole chains are recognised.
    """
    found: dict[str, str] = {}
    while True:
        gone = {_mark(renamed(old[name], found)): name for name in sorted(old.keys() - new.keys()) if name not in found}
        taken = set(found.values())
        fresh = {_mark(new[name]): name for name in sorted(new.keys() - old.keys()) if name not in taken}
        matches = {gone[mark]: fresh[mark] for mark in gone.keys() & fresh.keys()}
        if not matches:
            return found
        found.update(matches)


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """`value` with every reference to an old name turned to the new one."""
    if not names:
        return value
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(key, argument)] = value.items()
        if key == "Ref" and isinstance(argument, str):
            return {key: names.get(argument, argument)}
        if key == "Fn::GetAtt" and isinstance(argument, str):
            target, dot, attribute = argument.partition(".")
            return {key: names.get(target, target) + dot + attribute}
        if key == "Fn::GetAtt" and isinstance(argument, list) and argument and isinstance(argument[0], str):
            return {key: [names.get(argument[0], argument[0]), *argument[1:]]}
        if key == "Fn::Sub":
            return {key: _renamed_sub(argument, names)}
    return {
        key: _renamed_names(item, names) if key == "DependsOn" else renamed(item, names) for key, item in value.items()
    }


def _renamed_sub(argument: Any, names: Mapping[str, str]) -> Any:
    text, rest = (argument[0], argument[1:]) if isinstance(argument, list) and argument else (argument, [])
    if not isinstance(text, str):
        return argument
    for old, new in names.items():
        text = text.replace("${" + old + "}", "${" + new + "}").replace("${" + old + ".", "${" + new + ".")
    return [text, *renamed(rest, names)] if rest else text


def _renamed_names(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    return [names.get(item, item) if isinstance(item, str) else item for item in value]


def _mark(resource: Any) -> str:
    if not isinstance(resource, dict):
        return fingerprint(resource)
    return fingerprint([resource.get("Type"), normal(resource.get("Properties") or {})])
