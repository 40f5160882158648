"""Programs with troposphere: a class for every nested property."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from .program import Code, Group, Program, assign, call, text

MODULES = {"lambda": "awslambda"}
# It refuses a replica that stands in two zones, which RDS has had for years: `no_validation()` for those alone.


class Troposphere(Program):
    """`ec2.VPC("Vpc", CidrBlock=…)`, collected into a `Template`."""

    PEER = "troposphere"
    WRITE = """
def write(name, template):
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "awsdeck.out")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.template.json"), "w", encoding="utf-8") as file:
        file.write(template.to_json())


"""
    MAIN_GROUPS = (
        WRITE
        + """
def main(resources, stacks, alike):
    for number in range(stacks):
        template = Template()
        template.set_version()
        for n in range((resources // KINDS + stacks - 1 - number) // stacks):
            make_group(template, n, str(n) if alike else f"{number}-{n}")
        write(f"stack-{number}", template)


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["alike"])
""".lstrip()
    )
    MAIN_STACKS = (
        WRITE
        + """
for name, make in STACKS.items():
    template = Template()
    template.set_version()
    make(template)
    write(name, template)
""".lstrip()
    )

    def head(self) -> list[str]:
        return [
            "import os",
            "import sys",
            "",
            "from troposphere import Base64, Export, GetAtt, GetAZs, If, ImportValue, Join, Output, Parameter, Ref, Select, Split",
            f"from troposphere import Sub, Tags, Template, {', '.join(sorted(self.modules))}",
            "from troposphere import autoscaling, policies",
        ]

    def module(self, type: str) -> str:
        service = type.split("::")[1].lower()
        return MODULES.get(service, service)

    def made_by(self, type: str) -> Any:
        module = importlib.import_module(f"troposphere.{self.module(type)}")
        for one in vars(module).values():
            if inspect.isclass(one) and getattr(one, "resource_type", None) == type:
                return one
        raise LookupError(f"troposphere has no class for {type}")

    def resource(self, id: str, body: dict[str, Any]) -> list[str]:
        kind = self.made_by(body["Type"])
        parts: list[tuple[str, Code]] = [("", text(id)), *self.properties(kind, body.get("Properties", {}))]
        parts += [(f"{key}=", repr(body[key])) for key in ("DeletionPolicy", "UpdateReplacePolicy") if key in body]
        if "DependsOn" in body:
            parts.append(("DependsOn=", self.value(self.depends_on(body))))
        if "UpdatePolicy" in body:
            parts.append(
                (
                    "UpdatePolicy=",
                    self.nested(importlib.import_module("troposphere.policies").UpdatePolicy, body["UpdatePolicy"]),
                )
            )
        unchecked = ".no_validation()" if "SourceDBInstanceIdentifier" in body.get("Properties", {}) else ""
        made = call(f"stack.add_resource({self.module(body['Type'])}.{kind.__name__}", parts)
        return [assign(self.names[id], made) + unchecked + ")"]

    def properties(self, kind: Any, given: dict[str, Any]) -> list[tuple[str, Code]]:
        lacking = given.keys() - kind.props.keys()
        if lacking:
            raise LookupError(f"{kind.__name__} of troposphere has no {', '.join(sorted(lacking))}")
        return [(f"{key}=", self.typed(kind.props[key][0], value)) for key, value in given.items()]

    def typed(self, expected: Any, value: Any) -> Code:
        """The value as an instance of what the property wants."""
        kinds = expected if isinstance(expected, tuple | list) else (expected,)
        classes = [kind for kind in kinds if isinstance(kind, type) and hasattr(kind, "props")]
        if isinstance(value, dict) and self.intrinsic(value) is None and classes:
            return self.nested(classes[0], value)
        if isinstance(value, list) and classes:
            return Group("[", tuple(("", self.typed(classes[0], item)) for item in value), "]")
        tags = [kind for kind in kinds if getattr(kind, "__name__", "") in ("Tags", "validate_tags_or_list")]
        if tags and isinstance(value, list) and all(item.keys() == {"Key", "Value"} for item in value):
            return call(
                "Tags",
                [("", Group("{", tuple((f"{text(tag['Key'])}: ", self.value(tag["Value"])) for tag in value), "}"))],
            )
        return self.value(value)

    def nested(self, kind: Any, value: dict[str, Any]) -> Code:
        module = kind.__module__.rpartition(".")[2]
        self.modules.add(module)
        return call(f"{module}.{kind.__name__}", self.properties(kind, value))

    def parameter(self, id: str, body: dict[str, Any]) -> list[str]:
        given = [(f"{key}=", self.value(value)) for key, value in body.items()]
        return [assign(self.names[id], call("stack.add_parameter(Parameter", [("", text(id)), *given])) + ")"]

    def output(self, id: str, body: dict[str, Any]) -> list[str]:
        parts: list[tuple[str, Code]] = [("", text(id)), ("Value=", self.value(body["Value"]))]
        if "Export" in body:
            parts.append(("Export=", call("Export", [("", self.value(body["Export"]["Name"]))])))
        return [assign("", call("stack.add_output(Output", parts)) + ")"]

    def ref(self, id: str) -> Code:
        return f"Ref({self.names.get(id) or text(id)})"

    def attribute(self, id: str, name: str) -> Code:
        return f"GetAtt({self.names[id]}, {name!r})"

    def function(self, name: str, argument: Any) -> Code:
        short = name.partition("::")[2]
        if short in ("Select", "Join", "Split", "If") or (short == "Sub" and isinstance(argument, list)):
            return call(short, [("", self.value(item)) for item in argument])
        return call(short, [("", self.value(argument))])
