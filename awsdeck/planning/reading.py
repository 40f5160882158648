"""Resources of a template as far as their values are known before the deploy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Entry = dict[str, Any]

_NOTHING: Any = object()


class Reading:
    """One resource of a template, and what could not be read of it."""

    __slots__ = ("id", "body", "properties", "parameters", "unknown", "assumed")

    def __init__(self, id: str, body: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self.id = id
        self.body = body
        given = body.get("Properties")
        self.properties: Any = given if isinstance(given, dict) else {}
        self.parameters = parameters
        self.unknown: list[str] = []
        self.assumed: list[str] = []

    def entry(self, **figures: Any) -> Entry:
        """The figures with the resource's id, and the names of those that are not known or only assumed."""
        found = {"id": self.id, **figures}
        if isinstance(self.body.get("Condition"), str):
            found["condition"] = self.body["Condition"]
        found["unknown"] = sorted(set(self.unknown))
        found["assumed"] = sorted(set(self.assumed))
        return found

    def plain(self, value: Any, name: str) -> Any:
        """A value as far as it is known: None when it is not, or when there is none."""
        if isinstance(value, dict) and len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" and argument == "AWS::NoValue":
                return None
            parameter = self.parameters.get(argument) if function == "Ref" and isinstance(argument, str) else None
            if isinstance(parameter, dict) and "Default" in parameter and "SSM" not in str(parameter.get("Type")):
                self.assumed.append(name)
                return parameter["Default"]
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                self.unknown.append(name)
                return None
        if isinstance(value, str) and "{{resolve:" in value:
            self.unknown.append(name)
            return None
        return value

    def get(self, *steps: str, name: str, holder: Any = _NOTHING) -> Any:
        """What stands at the steps, below the properties unless a holder is given."""
        value = self.properties if holder is _NOTHING else holder
        for step in steps:
            value = self.plain(value, name)
            if not isinstance(value, dict) or step not in value:
                return None
            value = value[step]
        return self.plain(value, name)

    def number(self, *steps: str, name: str, holder: Any = _NOTHING, default: Any = None) -> Any:
        """The same as a number; `default` where the template says nothing."""
        value = self.get(*steps, name=name, holder=holder)
        if value is None:
            return None if name in self.unknown else default
        if isinstance(value, str):
            try:
                value = float(value) if "." in value else int(value)
            except ValueError:
                self.unknown.append(name)
                return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.unknown.append(name)
            return None
        return value

    def entries(self, *steps: str, name: str, holder: Any = _NOTHING) -> list[Any]:
        """The entries of a list that are there for sure."""
        value = self.get(*steps, name=name, holder=holder)
        if not isinstance(value, list):
            return []
        return [one for one in (self.plain(item, name) for item in value) if isinstance(one, dict)]


def readings(template: Mapping[str, Any]) -> Iterator[Reading]:
    """The resources of a template."""
    resources, parameters = template.get("Resources"), template.get("Parameters")
    for id, body in (resources if isinstance(resources, dict) else {}).items():
        if isinstance(body, dict) and isinstance(body.get("Type"), str):
            yield Reading(str(id), body, parameters if isinstance(parameters, dict) else {})
