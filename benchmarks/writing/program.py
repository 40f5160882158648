"""What the programs of all peers have in common: order, references, functions for groups and stacks, a main."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any

from .layout import Code, Group, assign, call, text, variable

RESERVED = ("stack", "template", "app", "n", "mark", "main", "number", "sys", "os", "json")


class Program(ABC):
    """Writes a source; the words of a peer are what its subclass knows."""

    PEER = ""
    MAIN_GROUPS = ""
    MAIN_STACKS = ""

    def __init__(self, source: dict[str, Any]) -> None:
        """`source` is a template, or `{"Stacks": {name: template}}`."""
        self.groups = "Stacks" not in source and any("<n>" in id for id in source["Resources"])
        self.stacks: dict[str, dict[str, Any]] = source.get("Stacks") or {source.get("Name", "shop"): source}
        self.modules: set[str] = set()
        self.names: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.parameters: dict[str, Any] = {}

    # what a peer has to say

    @abstractmethod
    def module(self, type: str) -> str: ...

    @abstractmethod
    def resource(self, id: str, body: dict[str, Any]) -> list[str]: ...

    @abstractmethod
    def parameter(self, id: str, body: dict[str, Any]) -> list[str]: ...

    @abstractmethod
    def output(self, id: str, body: dict[str, Any]) -> list[str]: ...

    @abstractmethod
    def ref(self, id: str) -> Code: ...

    @abstractmethod
    def attribute(self, id: str, name: str) -> Code: ...

    @abstractmethod
    def function(self, name: str, argument: Any) -> Code: ...

    @abstractmethod
    def head(self) -> list[str]: ...

    # what is the same for all

    def value(self, value: Any) -> Code:
        """A value of a property, with no classes for what is nested."""
        if isinstance(value, str):
            return text(value)
        if isinstance(value, list):
            return Group("[", tuple(("", self.value(item)) for item in value), "]")
        if not isinstance(value, dict):
            return repr(value)
        function = self.intrinsic(value)
        return Group("{", tuple((f"{text(key)}: ", self.value(item)) for key, item in value.items()), "}") if (
            function is None
        ) else function  # fmt: skip

    def intrinsic(self, value: dict[str, Any]) -> Code | None:
        """`Ref` and the functions, or None for a plain mapping."""
        if len(value) != 1:
            return None
        ((name, argument),) = value.items()
        if name == "Ref":
            return self.ref(argument)
        if name == "Fn::GetAtt":
            return self.attribute(*argument)
        return self.function(name, argument) if name.startswith("Fn::") else None

    def program(self) -> str:
        """The whole file."""
        functions = [self.one(name, template) for name, template in self.stacks.items()]
        first = (
            f'"""Written by benchmarks.writing for {self.PEER}: the same work as the programs of the other peers."""'
        )
        main = (self.MAIN_GROUPS if self.groups else self.MAIN_STACKS).replace("KINDS", self.kinds())
        listed = ", ".join(f"{name!r}: {function_name(name)}" for name in self.stacks)
        return "\n".join(
            [first, "", *self.head(), *functions, "", "", main.replace("STACKS", "{" + listed + "}").strip(), ""]
        )

    def kinds(self) -> str:
        return str(sum(len(template["Resources"]) for template in self.stacks.values()))

    def one(self, stack: str, template: dict[str, Any]) -> str:
        """A function that makes one group, or one stack."""
        resources = template["Resources"]
        self.modules |= {self.module(body["Type"]) for body in resources.values()}
        taken = {*RESERVED, *self.modules}
        self.names = {}
        for id in [*template.get("Parameters", ()), *resources]:
            self.names[id] = variable(id, {*taken, *self.names.values()})
        self.types = {id: body["Type"] for id, body in resources.items()}
        self.parameters = template.get("Parameters", {})
        lines: list[str] = []
        for id, body in self.parameters.items():
            lines += self.parameter(id, body)
        for id in ordered(resources):
            lines += self.resource(id, resources[id])
        for id, body in template.get("Outputs", {}).items():
            lines += self.output(id, body)
        more = ", n, mark" if self.groups else ""
        return "\n".join(["", "", f"def {function_name('group' if self.groups else stack)}(stack{more}):", *lines])

    def depends_on(self, body: dict[str, Any]) -> list[str]:
        given = body.get("DependsOn", [])
        return [given] if isinstance(given, str) else list(given)


def function_name(stack: str) -> str:
    return "make_" + re.sub(r"\W", "_", stack)


def mentioned(value: Any) -> set[str]:
    """The ids that a value speaks of."""
    if isinstance(value, list):
        return set().union(*map(mentioned, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, item in value.items():
        if key == "Ref":
            found.add(item)
        elif key == "Fn::GetAtt":
            found.add(item[0])
        elif key == "Fn::Sub":
            found.update(re.findall(r"\$\{([^.}]+)", item if isinstance(item, str) else item[0]))
        else:
            found |= mentioned(item)
    return found


def ordered(resources: dict[str, Any]) -> list[str]:
    """The ids, each after those it speaks of."""
    done: dict[str, None] = {}

    def visit(id: str, above: tuple[str, ...]) -> None:
        if id in done or id in above or id not in resources:
            return
        body = resources[id]
        needs = mentioned(body.get("Properties", {}))
        needs.update([body["DependsOn"]] if isinstance(body.get("DependsOn"), str) else body.get("DependsOn", ()))
        for other in sorted(needs):
            visit(other, (*above, id))
        done[id] = None

    for id in resources:
        visit(id, ())
    return list(done)


__all__ = ["Code", "Group", "Program", "assign", "call", "text"]
