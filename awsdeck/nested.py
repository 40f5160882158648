"""Nested stacks: a part of a stack with a template of its own."""

from __future__ import annotations

import os

from .assembly import ASSETS_BUCKET
from .cfn import resource_class
from .errors import ConstructError
from .node import MAIN, Node
from .output import write_atomic
from .services.functions.code import STORE, assets_bucket
from .source import caller
from .template import render_json
from .tokens import AWS, express, finish, render
from .tree import Stack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .constructs import Construct

STACK = "AWS::CloudFormation::Stack"


class NestedStack(Stack):
    """A part of a stack that CloudFormation deploys from a template of its own, together with the stack.

    Use it as the scope of other constructs; references in and out work as everywhere and become its parameters and
    outputs. What stands in it counts for its own 500 resources, 200 parameters and 200 outputs. Its template is
    uploaded by `awsdeck deploy` under a hash of its content.

    - `parameters`: values for `Parameter` constructs that stand in it.
    - `timeout`: minutes it may take to be created.

    Moving a resource that is deployed already into or out of a nested stack replaces it. Source: CloudFormation User
    Guide, nested stacks and quotas.
    """

    __slots__ = ("values",)

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        description: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        timeout: int | None = None,
    ) -> None:
        self.node = node = Node(self, scope, id)
        parent = node.stack
        if parent is None:
            raise ConstructError(
                f"the nested stack {id!r} stands outside a stack", place=caller(), fix="give it a Stack as its scope"
            )
        self.name = f"{parent.name}-{node.plain_id}"
        self.parent = parent
        self.stage = parent.stage
        self.region, self.account = parent.region, parent.account
        self.description = description
        self.tags = dict(tags or {})
        self.termination_protection = False
        self.role = self.execution_role = self.notification_arns = self.rollback_triggers = None
        self.monitoring = self.stack_policy = None
        self.values = dict(parameters or {})
        self._begin()
        resource_class(STACK)(
            self,
            MAIN,
            TemplateURL=_address(parent, "template.json"),
            Tags=[{"Key": key, "Value": value} for key, value in sorted(self.tags.items())] or None,
            TimeoutInMinutes=timeout,
        )
        node.stack = self
        self.build()


class TemplateFile:
    """The template of a nested stack as something to upload: named by a hash of what it says."""

    __slots__ = ("source", "user", "hash", "text", "_store")
    kind = "template"

    def __init__(self, stack: Stack, template: dict[str, Any]) -> None:
        from hashlib import sha256

        self.text = render_json(template)
        self.hash = sha256(self.text.encode()).hexdigest()
        self.source = stack.node.path
        self.user = stack.node.resource.node.logical_id
        self._store = os.path.join(stack.node.root_app.folder, STORE, "assets")

    @property
    def key(self) -> str:
        """Where it is found in the bucket."""
        return f"awsdeck/{self.hash}.template.json"

    def zipped(self) -> str:
        """The path of the file, which is written unless it is there."""
        path = os.path.join(self._store, f"{self.hash}.template.json")
        if not os.path.exists(path):
            os.makedirs(self._store, exist_ok=True)
            write_atomic(path, self.text)
        return path


def settle(stack: Stack, resource: dict[str, Any], template: dict[str, Any]) -> TemplateFile:
    """Give the resource that stands for a nested stack its template and parameters, once both are final.

    Raises `ConstructError` for parameters that nobody fills, or that are given and not there.
    """
    assert stack.parent is not None
    made = TemplateFile(stack, template)
    wiring = stack.parent.wiring
    wiring.asker = stack
    properties = resource["Properties"]
    properties["TemplateURL"] = finish(express(_address(stack.parent, made.hash + ".template.json")), wiring.final)
    values = {one.name: one.value for one in stack.wiring.inputs.values()}
    declared = template.get("Parameters", {})
    given: dict[str, Any] = render(getattr(stack, "values", {}), wiring.final, [])
    unknown = sorted(given.keys() - declared.keys())
    missing = sorted(
        name
        for name, body in declared.items()
        if "Default" not in body and name not in given and name not in values and name != ASSETS_BUCKET
    )
    if unknown or missing:
        said = [f"the template has no parameter {name}" for name in unknown]
        said += [f"nobody gives the parameter {name} a value" for name in missing]
        raise ConstructError(
            f"{stack.node.path}: {'; '.join(said)}", place=stack.node.source,
            fix="name its parameters in parameters={...}; values of other constructs need none",
        )  # fmt: skip
    if ASSETS_BUCKET in declared:
        values[ASSETS_BUCKET] = finish(express(assets_bucket(stack.parent).ref), wiring.final)
    if values or given:
        properties["Parameters"] = {**values, **given}
    return made


def _address(parent: Stack, file: str) -> str:
    return f"https://s3.{AWS.Region}.{AWS.URLSuffix}/{assets_bucket(parent).ref}/awsdeck/{file}"
