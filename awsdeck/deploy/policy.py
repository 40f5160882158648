"""The IAM policy of whoever deploys: what CloudFormation is asked, and what it does in the caller's name.

CloudFormation works with the permissions of its caller unless a role is given, so the caller needs those of every
resource type's own handlers, which the resource schemas list.
Source: CloudFormation User Guide, Controlling access with IAM; CloudFormation resource schemas, handlers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from .. import catalog
from .request import INLINE_LIMIT, minified

if TYPE_CHECKING:
    from ..assembly import StackArtifact

Purpose = Literal["deploy", "plan"]
LIMIT = 6_144  # characters of a managed policy, white space not counted
LOOK = (
    "DescribeChangeSet", "DescribeStackEvents", "DescribeStackResourceDrifts", "DescribeStacks",
    "DetectStackDrift", "GetTemplate", "ListChangeSets", "ListStackResources",
)  # fmt: skip
PLAN = ("CreateChangeSet", "DeleteChangeSet", "TagResource")
ACT = (
    "CancelUpdateStack", "ContinueUpdateRollback", "DeleteStack", "ExecuteChangeSet", "RollbackStack", "UntagResource",
    "UpdateTerminationProtection",
)  # fmt: skip
ANYWHERE = ("DescribeEvents", "DescribeStackDriftDetectionStatus", "ListImports")
"""Calls of CloudFormation: on a stack to look, to plan, to change it; and those that are about no stack."""
HANDLERS = ("create", "update", "delete", "read")


@frozen
class CallerPolicy:
    """A policy document, what each type adds to it, and the types nobody knows the needs of."""

    document: Mapping[str, Any]
    types: Mapping[str, Mapping[str, tuple[str, ...]]]
    unknown: tuple[str, ...]

    @property
    def size(self) -> int:
        """Characters as IAM counts them."""
        return len(json.dumps(self.document, separators=(",", ":")))


def caller_policy(stacks: Iterable[StackArtifact], purpose: Purpose) -> CallerPolicy:
    """The least that deploying these stacks needs; with "plan", what showing their changes and drift needs."""
    artifacts = list(stacks)
    types: dict[str, dict[str, tuple[str, ...]]] = {}
    unknown = []
    for name in sorted({name for artifact in artifacts for name in _types(artifact)}):
        known = catalog.find(name)
        if known is None or not known.permissions():
            unknown.append(name)
            continue
        handlers = HANDLERS if purpose == "deploy" else ("read",)
        types[name] = {handler: known.permissions(handler) for handler in handlers}
        if purpose == "deploy":
            types[name]["update"] = tuple(sorted({*types[name]["update"], *known.permissions("tagging")}))
    calls = (*LOOK, *PLAN, *(ACT if purpose == "deploy" else ()))
    arns = sorted(
        f"{_partition(one)}:cloudformation:{one.region or '*'}:{one.account or '*'}:stack/{one.name}/*"
        for one in artifacts
    )
    statements = [
        _statement("Stacks", _calls(calls), arns),
        _statement("CloudFormation", _calls(ANYWHERE), "*"),
    ]
    for handler in HANDLERS:
        actions = {action for by_handler in types.values() for action in by_handler.get(handler, ())}
        if actions:
            statements.append(_statement(handler.capitalize(), actions, "*"))
    sending = [one for one in artifacts if _large(one) or (purpose == "deploy" and one.assets)]
    if sending:
        files = sorted({f"{_partition(one)}:s3:::*/awsdeck/*" for one in sending})
        statements.append(_statement("Files", ("s3:GetObject", "s3:PutObject"), files))
    return CallerPolicy({"Version": "2012-10-17", "Statement": statements}, types, tuple(unknown))


def _partition(artifact: StackArtifact) -> str:
    region = artifact.region or ""
    return "arn:aws-cn" if region.startswith("cn-") else "arn:aws-us-gov" if region.startswith("us-gov-") else "arn:aws"


def _large(artifact: StackArtifact) -> bool:
    return len(minified(artifact.template).encode()) > INLINE_LIMIT


def _calls(names: Iterable[str]) -> list[str]:
    return [f"cloudformation:{name}" for name in names]


def _statement(sid: str, actions: Iterable[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _types(artifact: StackArtifact) -> Iterator[str]:
    """The resource types of a stack and of the stacks nested in it."""
    templates: list[Mapping[str, Any]] = [artifact.template]
    for asset in artifact.assets:
        if asset.get("kind") == "template" and asset["key"] in artifact.files:
            with open(artifact.files[asset["key"]](), encoding="utf-8") as file:
                templates.append(json.load(file))
    for template in templates:
        for body in (template.get("Resources") or {}).values():
            if isinstance(body, dict) and isinstance(body.get("Type"), str):
                yield body["Type"]
