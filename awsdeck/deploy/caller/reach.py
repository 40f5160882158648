"""How far the permissions of a deploy need to reach: the ARNs of what a stack holds, as far as they are known before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ...catalog.scopes import scopes_of
from ...permissions.texts import shape_of

if TYPE_CHECKING:
    from ...assembly import StackArtifact

ROLE = "AWS::IAM::Role"
PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action
MANY = 12  # kinds of resources that a policy names one by one
LONGEST = 64  # characters of a name; what CloudFormation makes of longer ones is cut
_GENERATED = frozenset({
    "AWS::CloudWatch::Alarm", "AWS::DynamoDB::Table", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role",
    "AWS::IAM::User", "AWS::Kinesis::Stream", "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::S3::Bucket",
    "AWS::SNS::Topic", "AWS::SQS::Queue",
})  # fmt: skip
"""Types whose names CloudFormation makes of the stack's, the logical id, and a few letters.

Source: CloudFormation User Guide, Name type.
"""
_INSIDE = {"dynamodb": "/", "s3": "/", "lambda": ":", "logs": ":"}
"""What stands between the name of a resource and what is in it: objects, indexes, aliases."""
_ATTACHED = {
    "AWS::IAM::Policy": {"AWS::IAM::Role": "Roles", "AWS::IAM::User": "Users", "AWS::IAM::Group": "Groups"},
    "AWS::IAM::RolePolicy": {"AWS::IAM::Role": "RoleName"},
    "AWS::IAM::UserPolicy": {"AWS::IAM::User": "UserName"},
    "AWS::IAM::GroupPolicy": {"AWS::IAM::Group": "GroupName"},
    "AWS::Lambda::Permission": {"AWS::Lambda::Function": "FunctionName"},
    "AWS::Lambda::Version": {"AWS::Lambda::Function": "FunctionName"},
    "AWS::Lambda::Alias": {"AWS::Lambda::Function": "FunctionName"},
    "AWS::S3::BucketPolicy": {"AWS::S3::Bucket": "Bucket"},
    "AWS::SNS::Subscription": {"AWS::SNS::Topic": "TopicArn"},
    "AWS::SNS::TopicPolicy": {"AWS::SNS::Topic": "Topics"},
    "AWS::SQS::QueuePolicy": {"AWS::SQS::Queue": "Queues"},
}
"""What stands on another resource, and the property that says on which."""
_ROLE = re.compile(r"Role(Arn|ARN)?$|^Role")


@frozen
class Holding:
    """The resources of one type in a stack: their logical ids and properties."""

    type: str
    stack: StackArtifact = field(repr=False)
    members: tuple[tuple[str, Mapping[str, Any]], ...] = field(repr=False)

    def arns(self, action: str) -> list[str]:
        """What an action of this type's handlers has to reach: `*` where IAM knows no resource for it, and nothing where
        the properties call for no such action.
        """
        if action == PASS_ROLE:
            return [*_roles(self.stack), *(_passed(self.stack, self.members))]
        forms = {form for forms in scopes_of(action).values() for form in forms}
        if not forms:
            return ["*"]
        own = [form for form in forms if _is_form(self.type, form, self.stack)]
        if own:
            return [arn for name, given in self.members for arn in _arns(self.stack, self.type, name, given)]
        if len(forms) > MANY:  # tags, which stand on anything
            return sorted({_filled(":".join((*form.split(":")[:5], "*")), self.stack, "*") for form in forms})
        return [arn for form in sorted(forms) for arn in self._attached(form)]

    def _attached(self, form: str) -> list[str]:
        """The ARNs of one form that this type, which has none of its own, is about."""
        about = _ATTACHED.get(self.type, {})
        type = next((name for name in about if _is_form(name, form, self.stack)), None)
        if type is None:
            return [] if about and form.startswith("arn:{partition}:iam:") else [_filled(form, self.stack, "*")]
        found = []
        for _, given in self.members:
            value = given.get(about[type])
            for one in value if isinstance(value, list) else [] if value is None else [value]:
                found += _referred(self.stack, type, one)
        return found


def holdings(stack: StackArtifact, templates: Iterable[Mapping[str, Any]]) -> list[Holding]:
    """What a stack and the stacks nested in it hold, by type."""
    found: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for template in templates:
        for logical_id, body in (template.get("Resources") or {}).items():
            if isinstance(body, dict) and isinstance(body.get("Type"), str):
                given = body.get("Properties")
                found.setdefault(body["Type"], []).append((logical_id, given if isinstance(given, dict) else {}))
    return [Holding(name, stack, tuple(members)) for name, members in sorted(found.items())]


def partition_of(stack: StackArtifact) -> str:
    """`aws`, or what it is called in China and in the regions of the US government."""
    region = stack.region or ""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def covered(arns: Iterable[str]) -> list[str]:
    """The ARNs without those that another of them reaches too."""
    several = sorted(set(arns))
    wide = [arn for arn in several if "*" in arn]
    return [arn for arn in several if not any(other != arn and _reaches(other, arn) for other in wide)]


def _reaches(wide: str, arn: str) -> bool:
    return fnmatchcase(arn, wide.replace("[", "[[]").replace("?", "[?]"))


def _filled(form: str, stack: StackArtifact, name: str, path: str = "/") -> str:
    """An ARN's form with what is known of the stack."""
    where = {"partition": partition_of(stack), "region": stack.region or "*", "account": stack.account or "*"}
    text = form.replace("arn:aws:", "arn:{partition}:", 1)
    return text.format_map({**where, "name": name, "path": path, "made": "*"})


def _is_form(type: str, form: str, stack: StackArtifact) -> bool:
    """Whether a form is that of a type's ARNs."""
    shape = shape_of(type)
    return shape is not None and _filled(shape[1], stack, "*") == _filled(form, stack, "*")


def _arns(stack: StackArtifact, type: str, logical_id: str, properties: Mapping[str, Any]) -> Iterator[str]:
    """The ARNs of one resource and of what is in it."""
    shape = shape_of(type)
    if shape is None:
        return
    arn = _filled(shape[1], stack, _name(stack, type, shape[0], logical_id, properties), _path(properties))
    yield arn
    inside = _INSIDE.get(arn.split(":")[2])
    if inside and not arn.endswith("*"):
        yield f"{arn}{inside}*"


def _referred(stack: StackArtifact, type: str, value: Any) -> list[str]:
    """The ARNs of the resource of a type that a value names: one of the stack, one by its name, or any."""
    shape = shape_of(type)
    if shape is None:
        return []
    if isinstance(value, str):
        return [value] if value.startswith("arn:") else [_filled(shape[1], stack, value.rpartition("/")[2])]
    resources = stack.template.get("Resources") or {}
    body = resources.get(_source_of(value))
    if isinstance(body, dict) and body.get("Type") == type:
        return list(_arns(stack, type, _source_of(value), body.get("Properties") or {}))
    return [_filled(shape[1], stack, "*")]


def _source_of(value: Any) -> str:
    """The logical id that `Ref` or `Fn::GetAtt` names; empty for anything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((function, argument),) = value.items()
    if function not in ("Ref", "Fn::GetAtt"):
        return ""
    first = argument[0] if isinstance(argument, list) and argument else argument
    return first.partition(".")[0] if isinstance(first, str) else ""


def _path(properties: Mapping[str, Any]) -> str:
    path = properties.get("Path", "/")
    return path if isinstance(path, str) else "/*"


def _name(stack: StackArtifact, type: str, property: str | None, logical_id: str, properties: Mapping[str, Any]) -> str:
    """The name of a resource, or a pattern for those it may get."""
    given = properties.get(property) if property else None
    if isinstance(given, str):
        return given
    if given is not None or type not in _GENERATED:
        return "*"
    made = f"{stack.name}-{logical_id}-*"
    if len(made) + 12 > LONGEST:
        made = f"{stack.name[:20]}*"
    return made.lower() if type == "AWS::S3::Bucket" else made


def _roles(stack: StackArtifact) -> Iterator[str]:
    for logical_id, body in (stack.template.get("Resources") or {}).items():
        if isinstance(body, dict) and body.get("Type") == ROLE:
            yield from _arns(stack, ROLE, logical_id, body.get("Properties") or {})


def _passed(stack: StackArtifact, members: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """The roles that resources name and the stack does not make; any, where a role's ARN is only known at deploy time."""
    for value in _roles_in([properties for _, properties in members]):
        if isinstance(value, str | dict):
            yield from _referred(stack, ROLE, value)


def _roles_in(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, item in value.items():
            if _ROLE.search(name) and not isinstance(item, list) and not (isinstance(item, dict) and len(item) != 1):
                yield item
            else:
                yield from _roles_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from _roles_in(item)
