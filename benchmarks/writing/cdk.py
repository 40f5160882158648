"""Programs with the L1 of aws-cdk-lib: a `Cfn…` class for every type and a struct for every nested property."""

from __future__ import annotations

import importlib
import re
from typing import Any

from .program import Code, Group, Program, assign, call, text

STRUCT = re.compile(r"(\w+)\.(\w+Property)\b")


def plain(name: str) -> str:
    """What `DBInstanceClass` and `db_instance_class` have in common."""
    return re.sub(r"\W|_", "", name).lower()


class Cdk(Program):
    """`ec2.CfnVPC(stack, "Vpc", cidr_block=…)`."""

    PEER = "aws-cdk-lib"
    APP = """
if sys.argv[-1] == "as-it-comes":
    app = App()
    synthesizer = {}
else:
    app = App(analytics_reporting=False, stack_traces=False, tree_metadata=False, context={"aws:cdk:disable-path-metadata": True})
    synthesizer = {"generate_bootstrap_version_rule": False}


"""
    MAIN_GROUPS = (
        APP
        + """
def main(resources, stacks, alike):
    for number in range(stacks):
        stack = Stack(app, f"stack-{number}", synthesizer=DefaultStackSynthesizer(**synthesizer))
        for n in range((resources // KINDS + stacks - 1 - number) // stacks):
            make_group(stack, n, str(n) if alike else f"{number}-{n}")
    app.synth()


main(int(sys.argv[1]), int(sys.argv[2]), "alike" in sys.argv)
""".lstrip()
    )
    MAIN_STACKS = (
        APP
        + """
for name, make in STACKS.items():
    make(Stack(app, name, synthesizer=DefaultStackSynthesizer(**synthesizer)))
app.synth()
""".lstrip()
    )

    def head(self) -> list[str]:
        core = "App, CfnDeletionPolicy, CfnOutput, CfnParameter, CfnTag, CfnUpdatePolicy, DefaultStackSynthesizer, Fn, Stack"
        modules = [
            f"from aws_cdk import aws_{name} as {name}_"
            if name == "lambda"
            else f"from aws_cdk import aws_{name} as {name}"
            for name in sorted(self.modules)
        ]
        return ["import sys", "", f"from aws_cdk import {core}", *modules]

    def module(self, type: str) -> str:
        return type.split("::")[1].lower()

    def kind(self, type: str) -> Any:
        module = importlib.import_module(f"aws_cdk.aws_{self.module(type)}")
        return getattr(module, f"Cfn{type.rpartition('::')[2]}")

    def qualified(self, kind: Any) -> str:
        name = kind.__module__.rpartition("aws_")[2]
        return f"{'lambda_' if name == 'lambda' else name}.{kind.__qualname__}"

    def resource(self, id: str, body: dict[str, Any]) -> list[str]:
        kind = self.kind(body["Type"])
        properties = self.properties(kind, kind.__init__.__annotations__, body.get("Properties", {}))
        name = self.names[id]
        lines = [assign(name, call(self.qualified(kind), [("", "stack"), ("", text(id)), *properties]))]
        for key, option in (("DeletionPolicy", "deletion_policy"), ("UpdateReplacePolicy", "update_replace_policy")):
            if key in body:
                lines.append(f"    {name}.cfn_options.{option} = CfnDeletionPolicy.{body[key].upper()}")
        if "UpdatePolicy" in body:
            lines.append(
                assign(
                    "",
                    call(f"{name}.add_override", [("", repr("UpdatePolicy")), ("", self.value(body["UpdatePolicy"]))]),
                )
            )
        return lines + [f"    {name}.add_resource_dependency({self.names[other]})" for other in self.depends_on(body)]

    def properties(self, kind: Any, annotations: dict[str, Any], given: dict[str, Any]) -> list[tuple[str, Code]]:
        names = {plain(name): name for name in annotations}
        lacking = [key for key in given if plain(key) not in names]
        if lacking:
            raise LookupError(f"{kind.__qualname__} of aws-cdk-lib has no {', '.join(lacking)}")
        return [
            (f"{names[plain(key)]}=", self.typed(kind, str(annotations[names[plain(key)]]), value))
            for key, value in given.items()
        ]

    def typed(self, kind: Any, annotation: str, value: Any) -> Code:
        """The value as a struct where the annotation names one."""
        if isinstance(value, list):
            return Group("[", tuple(("", self.typed(kind, annotation, item)) for item in value), "]")
        if not isinstance(value, dict) or self.intrinsic(value) is not None:
            return self.value(value)
        if "CfnTag" in annotation and value.keys() == {"Key", "Value"}:
            return call("CfnTag", [("key=", self.value(value["Key"])), ("value=", self.value(value["Value"]))])
        found = STRUCT.search(annotation)
        if found is None:
            return self.value(value)
        struct = getattr(getattr(importlib.import_module(kind.__module__), found[1]), found[2])
        if "Mapping[" in annotation[: found.start()]:
            made = tuple((f"{text(key)}: ", self.struct(struct, item)) for key, item in value.items())
            return Group("{", made, "}")
        return self.struct(struct, value)

    def struct(self, struct: Any, value: dict[str, Any]) -> Code:
        return call(self.qualified(struct), self.properties(struct, struct.__init__.__annotations__, value))

    def parameter(self, id: str, body: dict[str, Any]) -> list[str]:
        given = [(f"{key.lower()}=", self.value(value)) for key, value in body.items()]
        return [assign(self.names[id], call("CfnParameter", [("", "stack"), ("", text(id)), *given]))]

    def output(self, id: str, body: dict[str, Any]) -> list[str]:
        parts: list[tuple[str, Code]] = [("", "stack"), ("", text(id)), ("value=", self.value(body["Value"]))]
        if "Export" in body:
            parts.append(("export_name=", self.value(body["Export"]["Name"])))
        return [assign("", call("CfnOutput", parts))]

    def ref(self, id: str) -> Code:
        if id in self.parameters:
            return f"{self.names[id]}.value_as_string"
        return f"{self.names[id]}.ref" if id in self.names else call("Fn.ref", [("", text(id))])

    def attribute(self, id: str, name: str) -> Code:
        kind = self.kind(self.types[id])
        own = {plain(known): known for known in dir(kind) if known.startswith("attr_")}.get(plain(f"attr_{name}"))
        return f"{self.names[id]}.{own}" if own else f"{self.names[id]}.get_att({name!r}).to_string()"

    def function(self, name: str, argument: Any) -> Code:
        short = {"Fn::Sub": "sub", "Fn::ImportValue": "import_value", "Fn::GetAZs": "get_azs", "Fn::Base64": "base64"}
        if name == "Fn::Select":
            return call("Fn.select", [("", self.value(item)) for item in argument])
        if name == "Fn::Sub" and isinstance(argument, list):
            return call("Fn.sub", [("", self.value(item)) for item in argument])
        if name in short:
            return call(f"Fn.{short[name]}", [("", self.value(argument))])
        raise LookupError(f"{name} is not used by these programs")
