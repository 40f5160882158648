"""What references give, where something else is wanted: a URL for an ARN, a network for a subnet, text for a list.

Only what is certain on both sides is compared: what a type's `Ref` and attributes give, and what properties of a
well-known name take.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ... import catalog
from ..vocabulary import ABSENT, Rule, Violation, is_unknown
from .links import at_mention
from .places import (
    ALSO,
    ARN,
    BUCKET,
    FIRM,
    ID,
    KEY,
    LIST_TYPES,
    NAME,
    NAMED,
    NO_KEY_ID,
    NO_NAME_ENDS,
    OF_PARAMETER,
    OPEN_ENDED,
    PLACE,
    PROFILE,
    ROLE,
    SUBNET,
    URL,
    VPC,
    given_by,
    wanted_by,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Edge, Graph, Member
    from .places import Kind

    Path = tuple[str | int, ...]


def _misfits(given: Kind, wanted: Kind) -> bool:
    (type, form), (other, needed) = given, wanted
    if needed == PLACE:
        return form in (ARN, ID, NAME)
    if form != needed and form not in FIRM:
        return needed == ARN or (form.endswith(NO_NAME_ENDS) and needed in (ID, NAME, "allocation id"))
    if form != needed:
        return True
    return bool(type and other) and type != other


def _kinds(graph: Graph) -> Iterator[Violation]:
    fitting: set[tuple[Any, ...]] = set()
    for member in graph.members:
        parameters = member.section("Parameters")
        for edge in member.mentions:
            if edge.kind not in ("Ref", "GetAtt") or edge.path[:1] != ("Properties",):
                continue
            source = member.views[edge.source].type
            target = member.views.get(edge.target)
            same = (source, edge.path, edge.kind, target.type, edge.attribute) if target is not None else None
            if same in fitting:
                continue
            steps = _straight(edge.path[1:-1])
            if not steps or not source.startswith("AWS::") or source.startswith("AWS::Serverless::"):
                continue
            said = _mistake(member, edge, source, steps, parameters)
            if said:
                found = at_mention(member, edge, *said)
                found.path = found.path[:-1]  # the value, as rules of services say it, and not the name inside
                yield found
            elif same is not None:
                fitting.add(same)
        yield from _lists_in_outputs(member, parameters)
        yield from _headless(member)


def _headless(member: Member) -> Iterator[Violation]:
    """Resources of policies that begin with a name where their ARN should be: `${Bucket}/*`."""
    for edge in member.mentions:
        if edge.kind not in ("Sub", "Ref") or edge.attribute is not None or "Statement" not in edge.path:
            continue
        view, source = member.views.get(edge.target), member.views.get(edge.source)
        place = next((step for step in edge.path if step in ("Resource", "NotResource")), None)
        if view is None or source is None or place is None:
            continue
        if edge.kind == "Ref":
            first = edge.path[-4:] == ("Fn::Join", 1, 0, "Ref")
        else:
            text: Any = source.body
            for step in edge.path:
                text = text[step] if _holds(text, step) else None
            text = text[0] if isinstance(text, list) and text else text
            first = isinstance(text, str) and text.startswith(f"${{{edge.target}}}")
        given = given_by(view.type, None) if first else None
        if given is not None and given[1] in (NAME, ID, URL):
            yield at_mention(
                member, edge, f"{edge.target} gives the {given[1]} of {view.type}, and {place} takes an ARN",
                f"begin with ${{{edge.target}.Arn}}",
            )  # fmt: skip


def _holds(value: Any, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _straight(path: Path) -> Path | None:
    """The path of a property whose value this is as it stands, without the branches of `Fn::If`."""
    steps: list[str | int] = []
    number = 0
    while number < len(path):
        step = path[number]
        if step == "Fn::If":
            if number + 1 == len(path) or path[number + 1] not in (1, 2):
                return None
            number += 2
            continue
        if isinstance(step, str) and step.startswith("Fn::"):
            return None
        steps.append(step)
        number += 1
    return tuple(steps)


def _mistake(
    member: Member, edge: Edge, source: str, steps: Path, parameters: dict[str, Any]
) -> tuple[str, str | None] | None:
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    view = member.views.get(edge.target)
    many: bool | None
    if view is not None:
        given = given_by(view.type, edge.attribute) if edge.attribute is not None or edge.kind == "Ref" else None
        many = gives_many(view.type, edge.attribute)
        what = f"{edge.target}.{edge.attribute}" if edge.attribute else f"Ref of {edge.target} ({view.type})"
    elif edge.target in parameters and edge.kind == "Ref":
        kind = parameters[edge.target].get("Type") if isinstance(parameters[edge.target], dict) else None
        kind = kind if isinstance(kind, str) else ""
        many = is_list_type(kind) if kind else None
        given = OF_PARAMETER.get(kind.removeprefix("List<").removesuffix(">"))
        what = f"the parameter {edge.target} ({kind})"
    else:
        return None
    place = _list_place(source, steps) if many is not None else None
    if place is not None and place is not many:
        if many:
            return f"{what} is a list, and {name} takes one value here", "choose one with Fn::Select, or join them"
        return f"{what} is one value, and {name} takes a list", "put it into a list"
    if given is not None and given[1] in (ARN, URL) and (kind := _place_kind(source, steps)) in _NUMERIC:
        return f"{what} gives the {given[1]} of a resource, and {name} takes a {_NUMERIC[kind]}", None
    wanted = wanted_by(source, name)
    if (name in ("Resource", "NotResource") and "Statement" in steps) or (source, name) in NO_KEY_ID:
        wanted = "", ARN
        given = (
            (KEY, ID) if given is None and view is not None and edge.attribute is None and view.type == KEY else given
        )
    named = NAMED.get((source, name)) if view is not None and edge.kind == "Ref" else None
    if named and view is not None and view.type.startswith("AWS::") and not view.type.startswith(OPEN_ENDED):
        return None if view.type in named else (f"{what} is none of {', '.join(named)}, and {name} takes one", None)
    if given is None or wanted is None or not _misfits(given, wanted):
        return None
    if edge.path[1] == "LoadBalancerAttributes" or given[0] in ALSO.get(name, ()):
        return None
    its = f"the {given[1]} of {'a resource' if not given[0] else given[0]}"
    return f"{what} gives {its}, and {name} takes {_spoken(wanted)}", _way_out(view.type if view else None, wanted)


def _spoken(kind: Kind) -> str:
    return f"the {kind[1]} of {kind[0]}" if kind[0] else f"an {kind[1]}"


def _way_out(type: str | None, wanted: Kind) -> str | None:
    known = catalog.find(type) if type else None
    if known is None or (wanted[0] and wanted[0] != type):
        return None
    if wanted[1] == ARN and "Arn" in known.attributes:
        return "use its attribute Arn (Fn::GetAtt)"
    return "use Ref" if given_by(type or "", None) == wanted else None


# Lists


def is_list_type(kind: str) -> bool:
    """Whether a parameter of this type is a list."""
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        kind = kind[len("AWS::SSM::Parameter::Value<") : -1]
    return kind.startswith(LIST_TYPES)


@lru_cache(1024)
def gives_many(type: str, attribute: str | None) -> bool | None:
    """Whether what a reference gives is a list; None where it is not known."""
    known = catalog.find(type)
    if known is None or type.startswith("AWS::CloudFormation::"):
        return None
    if attribute is None:
        return False
    if known.has_attribute(attribute) is not True:
        return None
    shape = known.shape(attribute.split("."))
    if shape is None:
        return None
    return _LISTS.get(shape.kind)


_NUMERIC = {"boolean": "boolean", "integer": "whole number", "number": "number"}
_LISTS = {"list": True, "string": False, **dict.fromkeys(_NUMERIC, False)}
"""By kind of value, whether it is a list."""


@lru_cache(4096)
def _list_place(type: str, steps: Path) -> bool | None:
    """Whether a list is wanted at a place: True or False, None where both may stand or it is not known."""
    return _LISTS.get(_place_kind(type, steps) or "")


@lru_cache(4096)
def _place_kind(type: str, steps: Path) -> str | None:
    """What is wanted at a place: "list", "string", "integer", …; None where several may stand or it is not known."""
    known = catalog.find(type)
    shape = known.shape(steps) if known is not None else None
    if shape is None or (shape.spec.keys() & {"one", "any", "all"} and not shape.types):
        return None
    return shape.kind


def _lists_in_outputs(member: Member, parameters: dict[str, Any]) -> Iterator[Violation]:
    for edge in member.elsewhere():
        if edge.path[0] != "Outputs" or edge.path[2:3] != ("Value",) or edge.kind not in ("Ref", "GetAtt"):
            continue
        if _straight(edge.path[3:-1]) != ():
            continue
        view = member.views.get(edge.target)
        body = parameters.get(edge.target)
        if view is not None:
            many = gives_many(view.type, edge.attribute) if edge.attribute or edge.kind == "Ref" else None
        else:
            many = is_list_type(str(body.get("Type"))) if isinstance(body, dict) and edge.kind == "Ref" else None
        if many:
            yield at_mention(
                member, edge, f"{edge.target} gives a list, and an output is text", "join it with Fn::Join"
            )


# What a reference needs to be there


def _off(graph: Graph) -> Iterator[Violation]:
    """Streams of tables that have none, and buckets that a policy of another bucket speaks of."""
    yield from _another_bucket(graph)
    yield from _miscalled(graph)
    for member in graph.members:
        for edge in (*member.mentions, *member.elsewhere()):
            view = member.views.get(edge.target)
            if view is None or edge.attribute is None:
                continue
            if view.type == "AWS::DynamoDB::Table" and edge.attribute == "StreamArn":
                if view.get("StreamSpecification") is ABSENT and len(view.properties) > 1:
                    yield at_mention(
                        member, edge, f"{edge.target} has no stream, so it has no StreamArn",
                        "give the table a StreamSpecification",
                    )  # fmt: skip
            elif view.type == BUCKET and edge.attribute == "Arn" and "Resource" in edge.path:
                policy = member.views.get(edge.source)
                own = member.target(policy.properties.get("Bucket")) if policy is not None else None
                if policy is None or policy.type != "AWS::S3::BucketPolicy" or own is None or own.view is view:
                    continue
                if own.view.type == BUCKET and "Condition" not in own.view.body:
                    yield at_mention(
                        member, edge, f"the policy of {own.view.id} speaks of the bucket {edge.target}",
                        f"a bucket policy may name its own bucket and the objects there alone: {own.view.id}.Arn",
                    )  # fmt: skip


_CALLED = {
    "AWS::EC2::FlowLog": (
        "ResourceType", "ResourceId",
        {"NetworkInterface": "AWS::EC2::NetworkInterface", "Subnet": SUBNET, "TransitGateway": "AWS::EC2::TransitGateway",
         "VPC": VPC},
    ),
    "AWS::SecretsManager::SecretTargetAttachment": ("TargetType", "TargetId", None),
}  # fmt: skip
"""Types with a property that says of what type the resource in another property is, and the words for types."""


def _miscalled(graph: Graph) -> Iterator[Violation]:
    for type, (saying, holding, words) in _CALLED.items():
        for view in graph.of(type):
            said, found = view.get(saying), graph.target(view, view.get(holding))
            if (
                not isinstance(said, str)
                or is_unknown(said)
                or found is None
                or not found.view.type.startswith("AWS::")
            ):
                continue
            meant = said if words is None else words.get(said)
            if meant is not None and meant != found.view.type and not found.view.type.startswith(OPEN_ENDED):
                yield Violation(
                    (saying,), view=view, problem=f"{saying} is {said}, and {found.view.id} is {found.view.type}"
                )


def _another_bucket(graph: Graph) -> Iterator[Violation]:
    """Policies of a bucket whose name is known, or made up by CloudFormation, that name another bucket."""
    for policy in graph.of("AWS::S3::BucketPolicy"):
        own = policy.member.target(policy.properties.get("Bucket")) if policy.member is not None else None
        if own is None or own.view.type != BUCKET or "BucketName" in own.view.properties:
            continue
        for at, value in policy.values("PolicyDocument/Statement/*/Resource"):
            for resource in value if isinstance(value, list) else [value]:
                found = (
                    re.fullmatch(r"arn:aws[\w-]*:s3:::([a-z0-9.-]+)(?:/.*)?", resource)
                    if isinstance(resource, str)
                    else None
                )
                if found:
                    yield Violation(
                        at, view=policy,
                        problem=f"the policy of {own.view.id}, whose name CloudFormation makes up, speaks of the bucket {found[1]}",
                        fix=f"a bucket policy may name its own bucket and the objects there alone: {own.view.id}.Arn",
                    )  # fmt: skip


# Rules


def _function(role: Any) -> dict[str, Any]:
    code = {"Handler": "a.b", "Runtime": "python3.13", "Code": {"ZipFile": "pass"}}
    return {"Type": "AWS::Lambda::Function", "Properties": {"Role": role, **code}}


def _with(**resources: Any) -> dict[str, Any]:
    services = {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    trust = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return {"Resources": {"R": {"Type": ROLE, "Properties": trust}, "V": {"Type": VPC}, **resources}}


def _subnet(network: Any) -> dict[str, Any]:
    return {"Type": SUBNET, "Properties": {"VpcId": network, "CidrBlock": "10.0.0.0/24"}}


def _profile(roles: Any) -> dict[str, Any]:
    return {"Type": PROFILE, "Properties": {"Roles": roles}}


def _stream(**properties: Any) -> dict[str, Any]:
    table = {"KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST", **properties}
    return {
        "Resources": {
            "T": {"Type": "AWS::DynamoDB::Table", "Properties": table},
            "N": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Fn::GetAtt": ["T", "StreamArn"]}}},
        }
    }


def _bucket_policy(bucket: str, resource: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resource}
    policy = {"Bucket": {"Ref": bucket}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    buckets = {name: {"Type": BUCKET} for name in "AB"}
    return {"Resources": {**buckets, "P": {"Type": "AWS::S3::BucketPolicy", "Properties": policy}}}


_VPC_PARAMETER = {"Parameters": {"P": {"Type": "AWS::EC2::VPC::Id"}}}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL009", "*", "error",
        "a reference gives what the property takes",
        scope="graph",
        check=_kinds,
        source="CloudFormation User Guide, Ref; Fn::GetAtt; return values of the resource types",
        verified="docs",
        good=(
            _with(F=_function({"Fn::GetAtt": ["R", "Arn"]})),
            _with(S=_subnet({"Ref": "V"}), P=_profile([{"Ref": "R"}])),
            {**_with(S=_subnet({"Ref": "P"})), **_VPC_PARAMETER},
            {**_with(S=_subnet({"Fn::If": ["C", {"Ref": "V"}, {"Ref": "P"}]})), **_VPC_PARAMETER},
        ),
        bad=(
            _with(F=_function({"Ref": "R"})), _with(S=_subnet({"Ref": "R"})), _with(P=_profile({"Ref": "R"})),
            _bucket_policy("A", {"Fn::Sub": "${A}/*"}), _bucket_policy("A", {"Fn::Join": ["", [{"Ref": "A"}, "/*"]]}),
            _with(P=_profile([{"Fn::GetAtt": ["R", "Arn"]}])), _with(S=_subnet({"Fn::GetAtt": ["V", "CidrBlock"]})),
            {**_with(F=_function({"Ref": "P"})), **_VPC_PARAMETER},
            {**_with(), "Outputs": {"O": {"Value": {"Fn::GetAtt": ["V", "CidrBlockAssociations"]}}}},
        ),
    ),
    Rule(
        "TPL006", "*", "error",
        "what a reference is about is there",
        scope="graph",
        check=_off,
        source="CloudFormation Template Reference, AWS::DynamoDB::Table return values; S3 User Guide, bucket policies",
        verified="docs",
        good=(
            _stream(StreamSpecification={"StreamViewType": "KEYS_ONLY"}),
            _bucket_policy("A", {"Fn::Sub": "${A.Arn}/*"}),
        ),
        bad=(
            _stream(),
            _bucket_policy("A", {"Fn::GetAtt": ["B", "Arn"]}),
            _bucket_policy("A", "arn:aws:s3:::another-bucket/*"),
            _with(L={"Type": "AWS::EC2::FlowLog", "Properties": {
                "ResourceId": {"Ref": "V"}, "ResourceType": "Subnet", "TrafficType": "ALL"}}),
        ),
    ),
)  # fmt: skip
