"""Programs with awsdeck's L1."""

from __future__ import annotations

from typing import Any

from awsdeck.cfn.names import module_name

from .program import Code, Program, assign, call, text

FUNCTIONS = {"Fn::Sub": "sub", "Fn::ImportValue": "import_value", "Fn::GetAZs": "get_azs", "Fn::Base64": "base64"}


class Deck(Program):
    """`ec2.VPC(stack, "Vpc", CidrBlock=…)`: CloudFormation's names, nested values as plain dicts."""

    PEER = "awsdeck"
    MAIN_GROUPS = """
def main(resources, stacks, alike):
    app = App()
    for number in range(stacks):
        stack = Stack(app, f"stack-{number}")
        for n in range((resources // KINDS + stacks - 1 - number) // stacks):
            make_group(stack, n, str(n) if alike else f"{number}-{n}")
    app.synth()


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["alike"])
"""
    MAIN_STACKS = """
app = App()
for name, make in STACKS.items():
    make(Stack(app, name))
app.synth()
"""

    def head(self) -> list[str]:
        imported = "AWS, App, Output, Parameter, Stack, base64, get_azs, import_value, intrinsic, select, sub"
        return [
            "import sys",
            "",
            f"from awsdeck import {imported}",
            f"from awsdeck.cfn import {', '.join(sorted(self.modules))}",
        ]

    def module(self, type: str) -> str:
        return module_name(type.rpartition("::")[0])

    def resource(self, id: str, body: dict[str, Any]) -> list[str]:
        properties = [(f"{key}=", self.value(value)) for key, value in body.get("Properties", {}).items()]
        name = f"{self.module(body['Type'])}.{body['Type'].rpartition('::')[2]}"
        lines = [assign(self.names[id], call(name, [("", "stack"), ("", text(id)), *properties]))]
        if "UpdatePolicy" in body:
            policy = [("", repr("UpdatePolicy")), ("", self.value(body["UpdatePolicy"]))]
            lines.append(assign("", call(f"{self.names[id]}.node.override", policy)))
        return lines + [f"    {self.names[id]}.node.depends_on({self.names[other]})" for other in self.depends_on(body)]

    def parameter(self, id: str, body: dict[str, Any]) -> list[str]:
        given = [(f"{key.lower()}=", self.value(value)) for key, value in body.items()]
        return [assign(self.names[id], call("Parameter", [("", "stack"), ("", text(id)), *given]))]

    def output(self, id: str, body: dict[str, Any]) -> list[str]:
        export = [("export=", self.value(body["Export"]["Name"]))] if "Export" in body else []
        return [assign("", call("Output", [("", "stack"), ("", text(id)), ("", self.value(body["Value"])), *export]))]

    def ref(self, id: str) -> Code:
        return f"{self.names[id]}.ref" if id in self.names else id.replace("::", ".")

    def attribute(self, id: str, name: str) -> Code:
        return f"{self.names[id]}.{name}"

    def function(self, name: str, argument: Any) -> Code:
        if name == "Fn::Select":
            return call("select", [("", self.value(item)) for item in argument])
        if name == "Fn::Sub" and isinstance(argument, list):
            values = [(f"{key}=", self.value(value)) for key, value in argument[1].items()]
            return call("sub", [("", text(argument[0])), *values])
        if name in FUNCTIONS:
            return call(FUNCTIONS[name], [("", self.value(argument))])
        return call("intrinsic", [("", repr(name)), ("", self.value(argument))])
