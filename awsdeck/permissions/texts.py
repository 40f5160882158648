"""ARNs as texts that can be compared, with marks where only the deploy knows."""

from __future__ import annotations

import re
import weakref

from ..catalog import find
from ..references import sub_parts
from ..rules.policies.access import plain_arn
from .match import made, narrow, open_ended, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..rules import Graph, Member, View

_SHAPES = {
    "AWS::AutoScaling::AutoScalingGroup": (
        "AutoScalingGroupName", "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{made}:autoScalingGroupName/{name}",
    ),
    "AWS::CloudFront::Distribution": (None, "arn:aws:cloudfront::{account}:distribution/{name}"),
    "AWS::EC2::Instance": (None, "arn:aws:ec2:{region}:{account}:instance/{name}"),
    "AWS::EC2::Volume": (None, "arn:aws:ec2:{region}:{account}:volume/{name}"),
    "AWS::ElastiCache::ReplicationGroup": (
        "ReplicationGroupId", "arn:aws:elasticache:{region}:{account}:replicationgroup:{name}",
    ),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", "arn:aws:rds:{region}:{account}:cluster:{name}"),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", "arn:aws:rds:{region}:{account}:db:{name}"),
    "AWS::SSM::Parameter": ("Name", "arn:aws:ssm:{region}:{account}:parameter/{name}"),
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::DynamoDB::GlobalTable": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::Kinesis::Stream": ("Name", "arn:aws:kinesis:{region}:{account}:stream/{name}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{region}:{account}:function:{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{region}:{account}:log-group:{name}"),
    "AWS::Events::EventBus": ("Name", "arn:aws:events:{region}:{account}:event-bus/{name}"),
    "AWS::StepFunctions::StateMachine": ("StateMachineName", "arn:aws:states:{region}:{account}:stateMachine:{name}"),
    "AWS::SecretsManager::Secret": (None, "arn:aws:secretsmanager:{region}:{account}:secret:{name}"),
    "AWS::KMS::Key": (None, "arn:aws:kms:{region}:{account}:key/{name}"),
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{account}:role{path}{name}"),
    "AWS::IAM::User": ("UserName", "arn:aws:iam::{account}:user{path}{name}"),
    "AWS::IAM::Group": ("GroupName", "arn:aws:iam::{account}:group{path}{name}"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "arn:aws:iam::{account}:policy{path}{name}"),
}  # fmt: skip
"""The property that names a resource, and its ARN."""

_REF_IS_ARN = frozenset(
    ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy", "AWS::StepFunctions::StateMachine", "AWS::SecretsManager::Secret")
)
_QUALIFIED = frozenset(("AWS::Lambda::Alias", "AWS::Lambda::Version"))
_NAME_ATTRIBUTES = frozenset(("QueueName", "TopicName", "Name", "KeyId", "InstanceId", "VolumeId"))
_REF_IS_NAME = frozenset(_SHAPES) - _REF_IS_ARN - {"AWS::SQS::Queue"}


_LOWER = frozenset(("AWS::ElastiCache::ReplicationGroup", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance"))
"""What AWS calls in small letters, however its name is written. Source: the types' CloudFormation reference."""


NESTED: weakref.WeakKeyDictionary[Graph, dict[tuple[str, str], Member]] = weakref.WeakKeyDictionary()
"""The templates of nested stacks, by the template and the resource that holds each."""


def shape_of(type: str) -> tuple[str | None, str] | None:
    """The property that names a resource of a type, and the form of its ARN; None where they are not known here."""
    return _SHAPES.get(type)


def arn_of(view: View) -> str:
    """The ARN of a resource; a mark where its type is not known here."""
    if view.type in _QUALIFIED:
        return _qualified(view)
    shape = _SHAPES.get(view.type)
    if shape is None:
        return made(f"{_label(view)}.Arn")
    return shape[1].format(
        name=_name(view), region=region_of(view.member), account=account_of(view.member),
        path=_text_or(view, view.get("Path", "/"), "/"), made=made(f"{_label(view)}.Arn"),
    ).replace(":parameter//", ":parameter/")  # fmt: skip


def has_arn(view: View) -> bool:
    """Whether it is known which ARN is the resource's own."""
    return view.type in _SHAPES or view.type in _QUALIFIED or _own_arn(view.type) is not None


def _own_arn(type: str) -> str | None:
    """The attribute that gives the ARN of resources of a type, and not of something that belongs to them."""
    found = find(type)
    if found is None:
        return None
    ends = [name for name in found.attributes if name.lower().endswith("arn") and "." not in name]
    short = type.rpartition("::")[2].lower() + "arn"
    return next(
        (name for name in ends if name.lower() in ("arn", short)), ends[0] if len(ends) == 1 else None
    )  # fmt: skip


def _gives_arn(type: str, attribute: str | None) -> bool:
    """Whether `Ref` (None) or an attribute gives the resource's own ARN."""
    if attribute is not None:
        return attribute == _own_arn(type) or (type == "AWS::SecretsManager::Secret" and attribute == "Id")
    if type in _REF_IS_ARN:
        return True
    found = find(type)
    return type not in _SHAPES and found is not None and found.ref is not None and found.ref == _own_arn(type)


def _qualified(view: View) -> str:
    """The ARN of a function's alias or version."""
    function = _text_or(view, view.get("FunctionName"), unknown(_label(view)))
    if not function.startswith("arn:"):
        function = function_arn(view.member, function)
    alias = view.type == "AWS::Lambda::Alias"
    return f"{function}:{_text_or(view, view.get('Name'), unknown(_label(view))) if alias else made(_label(view))}"


def function_arn(member: Member | None, given: str) -> str:
    """The ARN of the function, alias or version that Lambda takes a name, `name:alias` or `account:function:name` for."""
    if given.startswith("arn:"):
        return given
    account, found, name = given.partition(":function:")
    if not found:
        account, name = account_of(member), given
    return f"arn:aws:lambda:{region_of(member)}:{account}:function:{name}"


def region_of(member: Member | None) -> str:
    """The region a template is deployed to."""
    return (member.region if member is not None else None) or narrow("region")


def account_of(member: Member | None) -> str:
    """The account a template is deployed to."""
    return (member.account if member is not None else None) or narrow("account")


def _label(view: View) -> str:
    return f"{view.member.name}/{view.id}" if view.member is not None else view.id


def _name(view: View) -> str:
    property = _SHAPES[view.type][0]
    given = view.get(property, None) if property else None
    if given is None:
        return made(_label(view))
    found = _text_or(view, given, unknown(_label(view)))
    return found.lower() if view.type in _LOWER and not open_ended(found) else found


def _text_or(view: View, value: Any, otherwise: str) -> str:
    found = text_of(view.member, value) if view.member is not None else None
    return otherwise if found is None else found


def text_of(member: Member, value: Any) -> str | None:
    """What a value of a template reads as, in the `aws` partition; None where that cannot be told at all."""
    found = _read(member, value)
    return None if found is None else plain_arn(found)


def _read(member: Member, value: Any) -> str | None:
    if isinstance(value, str):
        return re.sub(r"\$\{([^}]*)\}", lambda match: unknown(match[1]), value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, dict) or len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Ref" and isinstance(argument, str):
        return _referred(member, argument, None)
    if name == "Fn::GetAtt":
        parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
        return _referred(member, str(parts[0]), ".".join(str(part) for part in parts[1:]))
    if name == "Fn::Sub":
        return _sub(member, argument)
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        texts = [_read(member, part) for part in argument[1]]
        return str(argument[0]).join(text if text is not None else unknown("a value") for text in texts)
    if name == "Fn::ImportValue":
        found = member.graph.export(member, argument)
        return unknown(f"import of {argument}") if found is None else _read(*found)
    return unknown(name)


def _sub(member: Member, argument: Any) -> str | None:
    whole, local = (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})
    if not isinstance(whole, str) or not isinstance(local, dict):
        return None
    texts = []
    for kind, part in sub_parts(whole):
        if kind == "text":
            texts.append(_read(member, part) or "")
        elif part in local:
            texts.append(_read(member, local[part]) or unknown(part))
        else:
            target, _, attribute = part.strip().partition(".")
            texts.append(_referred(member, target, attribute or None))
    return "".join(texts)


_PSEUDO = {"AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


def _referred(member: Member, id: str, attribute: str | None) -> str:
    view = member.views.get(id)
    if view is not None:
        return attribute_of(view, attribute)
    if id == "AWS::Region":
        return region_of(member)
    if id == "AWS::AccountId":
        return account_of(member)
    if id in _PSEUDO:
        return _PSEUDO[id]
    known = member.pseudo(id, None)
    return known if isinstance(known, str) else unknown(f"{member.name}/{id}")


def attribute_of(view: View, attribute: str | None) -> str:
    """What `Ref` (None) or `Fn::GetAtt` of a resource gives."""
    type = view.type
    if type == "AWS::CloudFormation::Stack" and (attribute or "").startswith("Outputs.") and view.member is not None:
        inner = NESTED.get(view.member.graph, {}).get((view.member.name or "", view.id))
        output = inner.section("Outputs").get(str(attribute).partition(".")[2]) if inner is not None else None
        found = text_of(inner, output.get("Value")) if inner is not None and isinstance(output, dict) else None
        return found or unknown(f"{_label(view)}.{attribute}")
    if type in _QUALIFIED and attribute in (None, "AliasArn", "FunctionArn"):
        return _qualified(view)
    if _gives_arn(type, attribute):
        return arn_of(view) + (":*" if type == "AWS::Logs::LogGroup" else "")
    if attribute == "StreamArn":
        return f"{arn_of(view)}/stream/{made(f'{_label(view)}.StreamArn')}"
    names = attribute in _NAME_ATTRIBUTES or (type == "AWS::CloudFront::Distribution" and attribute == "Id")
    if type in _SHAPES and ((attribute is None and type in _REF_IS_NAME) or names):
        return _name(view)
    return made(f"{_label(view)}.{attribute or 'Ref'}")
