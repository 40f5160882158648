"""The IAM policy of whoever deploys: what CloudFormation is asked, and what it does in the caller's name.

CloudFormation works with the permissions of its caller unless a role is given, so the caller needs those of every
resource type's own handlers, which the resource schemas list; each is limited to the ARNs that are known before.
Source: CloudFormation User Guide, Controlling access with IAM; CloudFormation resource schemas, handlers; Service
Authorization Reference.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from ... import catalog
from ...catalog.scopes import scopes_of
from ...diff.nested import nested_stacks
from ..files.bootstrap import STACK
from ..request import INLINE_LIMIT, minified
from ..sets.causes import ADMINISTRATION
from .reach import PASS_ROLE, Holding, covered, holdings, partition_of

if TYPE_CHECKING:
    from ...assembly import StackArtifact

Purpose = Literal["deploy", "plan"]
LIMIT = 6_144  # characters of a managed policy, white space not counted
LOOK = (
    "DescribeChangeSet", "DescribeStackEvents", "DescribeStackResourceDrifts", "DescribeStacks",
    "DetectStackDrift", "GetStackPolicy", "GetTemplate", "ListChangeSets", "ListStackResources",
)  # fmt: skip
PLAN = ("CreateChangeSet", "DeleteChangeSet", "TagResource")
ACT = (
    "CancelUpdateStack", "ContinueUpdateRollback", "DeleteStack", "ExecuteChangeSet", "RemoveAlias", "RollbackStack",
    "SetAlias", "SetStackPolicy", "UntagResource", "UpdateTerminationProtection",
)  # fmt: skip
MOVE = (
    "CreateStackRefactor", "DescribeStackRefactor", "ExecuteStackRefactor", "ListStackRefactorActions",
    "ListStackRefactors",
)  # fmt: skip
ANYWHERE = (
    "DescribeAccountLimits", "DescribeEvents", "DescribeStackDriftDetectionStatus", "GetHookResult",
    "GetTemplateSummary", "ListExports", "ListHookResults", "ListImports",
)  # fmt: skip
"""Calls of CloudFormation: on a stack to look, to plan, to change it; between stacks; and those about no stack."""
LOOK_AT_SET = (
    "DescribeOrganizationsAccess", "DescribeStackInstance", "DescribeStackSet", "DescribeStackSetOperation",
    "DetectStackSetDrift", "ListStackInstanceResourceDrifts", "ListStackInstances", "ListStackSetOperationResults",
    "ListStackSetOperations",
)  # fmt: skip
ACT_ON_SET = (
    "CreateStackInstances", "CreateStackSet", "DeleteStackInstances", "DeleteStackSet", "StopStackSetOperation",
    "TagResource", "UntagResource", "UpdateStackInstances", "UpdateStackSet",
)  # fmt: skip
"""The same for stack sets."""
_CONTENTS = {
    "AWS::S3::Bucket": ("s3:DeleteBucket", "s3:ListBucketVersions"),
    "AWS::ECR::Repository": ("ecr:DeleteRepository", "ecr:ListImages"),
}
"""What tells whether there is something left in a resource, so that it cannot be deleted; it reaches as far as the first."""
_PART = 16  # characters that the names of halves are longer by
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
        return _size(self.document)

    def parts(self, limit: int = LIMIT) -> list[dict[str, Any]]:
        """The document as several, each of at most `limit` characters where its statements allow that."""
        found: list[list[Any]] = []
        for statement in (piece for one in self.document["Statement"] for piece in _pieces(one, limit)):
            home = next((part for part in found if _size(_document([*part, statement])) <= limit), None)
            if home is None:
                found.append([statement])
            else:
                home.append(statement)
        return [_document(part) for part in found]


def caller_policy(stacks: Iterable[StackArtifact], purpose: Purpose) -> CallerPolicy:
    """The least that deploying these stacks and stack sets needs; with "plan", what showing their changes and drift needs.

    What is in a stack set is made by the roles of the accounts it goes to, so the caller needs nothing for it.
    """
    given = list(stacks)
    artifacts = [one for one in given if one.spread is None]
    held = [holding for artifact in artifacts for holding in holdings(artifact, _templates(artifact))]
    types: dict[str, dict[str, tuple[str, ...]]] = {}
    unknown = set()
    for holding in held:
        known = catalog.find(holding.type)
        if known is None or not known.permissions():
            unknown.add(holding.type)
            continue
        types[holding.type] = {
            handler: known.permissions(handler) for handler in (HANDLERS if purpose == "deploy" else ("read",))
        }
        if purpose == "deploy":
            tagging = known.permissions("tagging")
            types[holding.type]["update"] = tuple(sorted({*types[holding.type]["update"], *tagging}))
    statements = _of_stacks(artifacts, purpose) if artifacts else []
    for handler in HANDLERS:
        statements += _of_handler(handler, held, types)
    if purpose == "deploy":
        statements += _of_contents(held)
    statements += _of_sets([one for one in given if one.spread is not None], purpose)
    statements += _of_files(given, purpose)
    statements += _of_roles(given, purpose)
    return CallerPolicy(_document(statements), dict(sorted(types.items())), tuple(sorted(unknown)))


def _of_stacks(artifacts: Iterable[StackArtifact], purpose: Purpose) -> list[dict[str, Any]]:
    calls = (*LOOK, *PLAN, *(ACT if purpose == "deploy" else ()))
    arns = sorted(
        _arn(one, f"stack/{name}/*")
        for one in artifacts
        for name in (one.name, *((f"{one.name}-*",) if nested_stacks(one.template) else ()))
    )
    return [
        _statement("Stacks", _calls(calls), arns),
        _statement("CloudFormation", _calls((*ANYWHERE, *(MOVE if purpose == "deploy" else ()))), "*"),
    ]


def _of_sets(artifacts: list[StackArtifact], purpose: Purpose) -> list[dict[str, Any]]:
    """What is done to stack sets; for the instances it has to reach their accounts and the types in them too."""
    if not artifacts:
        return []
    calls = _calls((*LOOK_AT_SET, *(ACT_ON_SET if purpose == "deploy" else ())))
    limited = [call for call in calls if "stackset" in scopes_of(call)]
    arns = [_arn(one, f"stackset/{one.name}:*") for one in artifacts]
    if purpose == "deploy":
        arns += [_arn(one, "stackset-target/*") for one in artifacts]
        arns += [f"arn:{partition_of(one)}:cloudformation:*:*:type/resource/*" for one in artifacts]
    return [
        _statement("StackSets", limited, sorted(set(arns))),
        _statement("AnyStackSet", set(calls) - set(limited), "*"),
    ]


def _of_files(artifacts: Iterable[StackArtifact], purpose: Purpose) -> list[dict[str, Any]]:
    """Putting files into a bucket, and finding the one of `awsdeck bootstrap`.

    CloudFormation looks into nested stacks for a plan, so their templates are sent for it.
    """
    sending = [one for one in artifacts if _large(one) or (one.assets if purpose == "deploy" else _nests(one))]
    if not sending:
        return []
    files = sorted({f"arn:{partition_of(one)}:s3:::*/awsdeck/*" for one in sending})
    found = sorted({_arn(one, f"stack/{STACK}/*") for one in sending})
    return [
        _statement("Files", ("s3:GetObject", "s3:PutObject"), files),
        _statement("Bucket", _calls(("DescribeStacks",)), found),
    ]


def _of_contents(held: Iterable[Holding]) -> list[dict[str, Any]]:
    reached: dict[str, list[str]] = {}
    for holding in held:
        if holding.type in _CONTENTS:
            model, action = _CONTENTS[holding.type]
            reached.setdefault(action, []).extend(holding.arns(model))
    return [
        _statement(f"Contents{action.partition(':')[0].title()}", (action,), covered(arns))
        for action, arns in sorted(reached.items())
    ]


def _of_roles(artifacts: Iterable[StackArtifact], purpose: Purpose) -> list[dict[str, Any]]:
    """Handing CloudFormation the roles that it is to work with, for plans too: change sets name them."""
    roles: set[str] = set()
    looked_at: set[str] = set()
    for one in artifacts:
        if one.spread is None:
            roles.update(filter(None, (one.execution_role,)))
        elif purpose == "deploy" and one.spread.get("accounts"):
            default = f"arn:{partition_of(one)}:iam::{one.account or '*'}:role/{ADMINISTRATION}"
            looked_at.add(one.spread.get("administrationRole") or default)
    statements = []
    if roles | looked_at:
        condition = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        statements.append({**_statement("PassRole", (PASS_ROLE,), sorted(roles | looked_at)), "Condition": condition})
    if looked_at:
        statements.append(_statement("AdministrationRole", ("iam:GetRole",), sorted(looked_at)))
    return statements


def _arn(artifact: StackArtifact, resource: str) -> str:
    where = f"{artifact.region or '*'}:{artifact.account or '*'}"
    return f"arn:{partition_of(artifact)}:cloudformation:{where}:{resource}"


def _nests(artifact: StackArtifact) -> bool:
    return any(str(asset["key"]).endswith(".template.json") for asset in artifact.assets)


def _of_handler(
    handler: str, held: Iterable[Holding], types: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> list[dict[str, Any]]:
    """The statements of one handler: a statement for the actions of a service that reach the same."""
    reached: dict[str, set[str]] = {}
    for holding in held:
        for action in types.get(holding.type, {}).get(handler, ()):
            reached.setdefault(action, set()).update(holding.arns(action))
    groups: dict[tuple[str, ...], list[str]] = {}
    for action, arns in reached.items():
        if arns:
            groups.setdefault(tuple(covered(arns)), []).append(action)
    statements, taken = [], set()
    for arns_of_group, actions in sorted(groups.items(), key=lambda group: (group[0] != ("*",), sorted(group[1]))):
        services = sorted({action.partition(":")[0] for action in actions})
        word = "" if arns_of_group == ("*",) else "".join(part.title() for part in services[0].split("-"))
        sid = handler.capitalize() + word
        number = 2
        while sid in taken:
            sid, number = f"{handler.capitalize()}{word}{number}", number + 1
        taken.add(sid)
        statements.append(_statement(sid, actions, "*" if arns_of_group == ("*",) else list(arns_of_group)))
    return statements


def _pieces(statement: Mapping[str, Any], limit: int) -> list[Mapping[str, Any]]:
    """A statement, in halves of halves while it alone is larger than a policy may be."""
    actions = statement["Action"]
    if _size(_document([statement])) <= limit - _PART or len(actions) < 2:
        return [statement]
    middle = len(actions) // 2
    halves = ({**statement, "Action": actions[:middle]}, {**statement, "Action": actions[middle:]})
    pieces = [piece for half in halves for piece in _pieces(half, limit)]
    return [{**piece, "Sid": f"{statement['Sid']}Part{number}"} for number, piece in enumerate(pieces, 1)]


def _document(statements: list[Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _size(document: Mapping[str, Any]) -> int:
    return len(json.dumps(document, separators=(",", ":")))


def _large(artifact: StackArtifact) -> bool:
    return len(minified(artifact.template).encode()) > INLINE_LIMIT


def _calls(names: Iterable[str]) -> list[str]:
    return [f"cloudformation:{name}" for name in names]


def _statement(sid: str, actions: Iterable[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": resource}


def _templates(artifact: StackArtifact) -> list[Mapping[str, Any]]:
    """The template of a stack and those of the stacks nested in it."""
    templates: list[Mapping[str, Any]] = [artifact.template]
    for asset in artifact.assets:
        if asset.get("kind") == "template" and asset["key"] in artifact.files:
            with open(artifact.files[asset["key"]](), encoding="utf-8") as file:
                templates.append(json.load(file))
    return templates
