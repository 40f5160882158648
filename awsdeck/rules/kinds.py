"""What references give, where something else is wanted: a URL for an ARN, a network for a subnet, text for a list.

Only what is certain on both sides is compared: what a type's `Ref` and attributes give, and what properties of a
well-known name take.
"""

from __future__ import annotations

from functools import lru_cache

from .. import catalog
from .links import at_mention
from .vocabulary import ABSENT, Rule, Violation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .graph import Edge, Graph, Member

    Path = tuple[str | int, ...]
    Kind = tuple[str, str]

ARN = "ARN"
ID = "id"
NAME = "name"
URL = "URL"
_FORMS = {
    "RoleName": NAME, "UserName": NAME, "GroupName": NAME, "InstanceProfileName": NAME, "BucketName": NAME,
    "FunctionName": NAME, "TableName": NAME, "LogGroupName": NAME, "QueueUrl": URL, "ClusterName": NAME,
    "AlarmName": NAME, "DBInstanceIdentifier": NAME, "DBClusterIdentifier": NAME, "DBSubnetGroupName": NAME,
    "DBParameterGroupName": NAME, "DBClusterParameterGroupName": NAME, "ApplicationName": NAME,
    "EnvironmentName": NAME, "VpcId": ID, "SubnetId": ID, "RouteTableId": ID, "InternetGatewayId": ID,
    "NatGatewayId": ID, "InstanceId": ID, "VolumeId": ID, "LaunchTemplateId": ID, "RestApiId": ID, "ApiId": ID,
    "ResourceId": ID, "HealthCheckId": ID, "PublicIp": "public address", "KeyName": NAME,
    "DhcpOptionsId": ID, "NetworkAclId": ID, "TransitGatewayId": ID,
}  # fmt: skip
"""What `Ref` gives, by the property that it is the value of. Those that end in `Arn` are ARNs."""
_REF_ONLY = {
    "AWS::EC2::EIP": "public address",
    "AWS::EC2::NetworkInterface": ID,
    "AWS::ElasticBeanstalk::ApplicationVersion": NAME,
    "AWS::ElasticLoadBalancing::LoadBalancer": NAME,
    "AWS::Kinesis::Stream": NAME,
    "AWS::Route53::HostedZone": ID,
    "AWS::SQS::Queue": URL,
}
_PLAIN_ENDS = (
    "Name",
    "Id",
    "ID",
    "Url",
    "URL",
    "DNSName",
    "Address",
    "Port",
    "DomainName",
    "CidrBlock",
    "AvailabilityZone",
)
"""How attributes end that are certainly no ARNs."""
_NO_NAME_ENDS = ("Address", "Port", "Url", "URL", "DNSName", "DomainName", "CidrBlock", "AvailabilityZone")
"""How attributes end that are neither names nor ids."""

_VPC, _SUBNET, _GROUP = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
_TABLE, _ROLE, _BUCKET = "AWS::EC2::RouteTable", "AWS::IAM::Role", "AWS::S3::Bucket"
_BALANCER, _TARGETS = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::TargetGroup"
_REST, _HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
_KEY = "AWS::KMS::Key"  # whose id is taken for its ARN by most properties, but not by policies
_APPLICATION, _PROFILE = "AWS::ElasticBeanstalk::Application", "AWS::IAM::InstanceProfile"

WANTED: dict[str, Kind] = {
    "AllocationId": ("AWS::EC2::EIP", "allocation id"),
    "DBParameterGroupName": ("AWS::RDS::DBParameterGroup", NAME),
    "DBSubnetGroupName": ("AWS::RDS::DBSubnetGroup", NAME),
    "DestinationSecurityGroupId": (_GROUP, ID),
    "HealthCheckId": ("AWS::Route53::HealthCheck", ID),
    "InternetGatewayId": ("AWS::EC2::InternetGateway", ID),
    "FunctionVersion": ("", "version"),
    "LoadBalancerArn": (_BALANCER, ARN),
    "NatGatewayId": ("AWS::EC2::NatGateway", ID),
    "RouteTableId": (_TABLE, ID),
    "RouteTableIds": (_TABLE, ID),
    "SecurityGroupIds": (_GROUP, ID),
    "SourceSecurityGroupId": (_GROUP, ID),
    "SubnetId": (_SUBNET, ID),
    "SubnetIds": (_SUBNET, ID),
    "TargetGroupARNs": (_TARGETS, ARN),
    "TargetGroupArn": (_TARGETS, ARN),
    "TopicARN": ("AWS::SNS::Topic", ARN),
    "TopicArn": ("AWS::SNS::Topic", ARN),
    "VPCSecurityGroups": (_GROUP, ID),
    "VPCZoneIdentifier": (_SUBNET, ID),
    "VpcId": (_VPC, ID),
    "VpcSecurityGroupIds": (_GROUP, ID),
}
"""What a property of this name takes, whatever the type."""
WANTED_BY: dict[tuple[str, str], Kind] = {
    ("AWS::ApiGateway::Method", "ResourceId"): ("AWS::ApiGateway::Resource", ID),
    ("AWS::ApiGateway::Resource", "ParentId"): ("AWS::ApiGateway::Resource", ID),
    ("AWS::CloudWatch::Alarm", "AlarmActions"): ("", ARN),
    ("AWS::EC2::Instance", "IamInstanceProfile"): (_PROFILE, NAME),
    ("AWS::EC2::EIPAssociation", "InstanceId"): ("AWS::EC2::Instance", ID),
    ("AWS::EC2::EIPAssociation", "NetworkInterfaceId"): ("AWS::EC2::NetworkInterface", ID),
    ("AWS::EC2::SecurityGroupEgress", "GroupId"): (_GROUP, ID),
    ("AWS::EC2::SecurityGroupIngress", "GroupId"): (_GROUP, ID),
    ("AWS::EC2::VolumeAttachment", "InstanceId"): ("AWS::EC2::Instance", ID),
    ("AWS::EC2::VolumeAttachment", "VolumeId"): ("AWS::EC2::Volume", ID),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "ApplicationName"): (_APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::ConfigurationTemplate", "ApplicationName"): (_APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::Environment", "ApplicationName"): (_APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::Environment", "VersionLabel"): ("AWS::ElasticBeanstalk::ApplicationVersion", NAME),
    ("AWS::Events::Rule", "Arn"): ("", ARN),
    ("AWS::IAM::Group", "ManagedPolicyArns"): ("AWS::IAM::ManagedPolicy", ARN),
    ("AWS::IAM::InstanceProfile", "Roles"): (_ROLE, NAME),
    ("AWS::IAM::ManagedPolicy", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::ManagedPolicy", "Roles"): (_ROLE, NAME),
    ("AWS::IAM::ManagedPolicy", "Users"): ("AWS::IAM::User", NAME),
    ("AWS::IAM::Policy", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::Policy", "Roles"): (_ROLE, NAME),
    ("AWS::IAM::Policy", "Users"): ("AWS::IAM::User", NAME),
    ("AWS::IAM::Role", "ManagedPolicyArns"): ("AWS::IAM::ManagedPolicy", ARN),
    ("AWS::IAM::User", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::User", "ManagedPolicyArns"): ("AWS::IAM::ManagedPolicy", ARN),
    ("AWS::Lambda::Function", "Role"): (_ROLE, ARN),
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"): ("AWS::RDS::DBCluster", NAME),
    ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier"): ("", NAME),
    ("AWS::S3::Bucket", "DestinationBucketName"): (_BUCKET, NAME),
    ("AWS::S3::Bucket", "Function"): ("", ARN),
    ("AWS::S3::Bucket", "Queue"): ("AWS::SQS::Queue", ARN),
    ("AWS::S3::Bucket", "Role"): (_ROLE, ARN),
    ("AWS::S3::Bucket", "Topic"): ("AWS::SNS::Topic", ARN),
    ("AWS::S3::BucketPolicy", "Bucket"): (_BUCKET, NAME),
    ("AWS::SNS::TopicPolicy", "Topics"): ("AWS::SNS::Topic", ARN),
    ("AWS::SQS::Queue", "deadLetterTargetArn"): ("AWS::SQS::Queue", ARN),
    ("AWS::SQS::QueuePolicy", "Queues"): ("AWS::SQS::Queue", URL),
}
_OF_SERVICE = {
    "AWS::ApiGateway::": {"RestApiId": (_REST, ID)},
    "AWS::ApiGatewayV2::": {"ApiId": (_HTTP, ID)},
}
_ROLE_ENDS = ("RoleArn", "RoleARN", "ExecutionRoleArn", "PermissionArn")
_ARN_ENDS = ("Arn", "ARN", "Arns", "ARNs")
_NO_ARN = frozenset(("TargetFunctionArn", "ClusterArn", "BudgetLimitArn"))
"""Properties whose names end so, and which take a name too."""
_ALSO = {
    "InternetGatewayId": ("AWS::EC2::VPNGateway",),
    "SubnetId": (), "LoadBalancerArn": (),
}  # fmt: skip
_OF_PARAMETER = {
    "AWS::EC2::Instance::Id": ("AWS::EC2::Instance", ID),
    "AWS::EC2::SecurityGroup::Id": (_GROUP, ID),
    "AWS::EC2::Subnet::Id": (_SUBNET, ID),
    "AWS::EC2::VPC::Id": (_VPC, ID),
    "AWS::EC2::Volume::Id": ("AWS::EC2::Volume", ID),
    "AWS::Route53::HostedZone::Id": ("AWS::Route53::HostedZone", ID),
}
_LIST_TYPES = ("CommaDelimitedList", "List<")


# What is given, and what is wanted


_FIRM = (ARN, ID, NAME, URL, "allocation id", "public address", "version")


@lru_cache(512)
def given_by(type: str, attribute: str | None) -> Kind | None:
    """Which type's what `Ref` (no attribute) or an attribute gives, where it is certain."""
    known = catalog.find(type)
    if known is None or not type.startswith("AWS::") or type.startswith("AWS::CloudFormation::"):
        return None
    if attribute is None:
        if type in _REF_ONLY:
            return type, _REF_ONLY[type]
        named = known.ref
        if named is None or type == _GROUP:
            return None
        return (type, ARN) if named.endswith(("Arn", "ARN")) else (type, _FORMS[named]) if named in _FORMS else None
    if known.has_attribute(attribute) is False:
        return None
    if attribute.endswith(("Arn", "ARN")) and "." not in attribute:
        own = attribute in ("Arn", "ARN") or type.rpartition("::")[2].lower() == attribute[:-3].lower()
        return type if own else "", ARN
    if type == "AWS::EC2::EIP" and attribute == "AllocationId":
        return type, "allocation id"
    if type == _GROUP and attribute in ("GroupId", "Id"):
        return type, ID
    if type == "AWS::Lambda::Version" and attribute == "Version":
        return type, "version"
    if attribute == "VpcId":
        return _VPC, ID
    if attribute == known.ref and attribute in _FORMS:
        return type, _FORMS[attribute]
    if attribute == "RootResourceId":
        return "AWS::ApiGateway::Resource", ID
    return ("", attribute) if attribute.endswith(_PLAIN_ENDS) and known.has_attribute(attribute) else None


@lru_cache(2048)
def wanted_by(type: str, name: str) -> Kind | None:
    """Which type's what a property takes, where it is certain; no type where only the form is."""
    found = WANTED_BY.get((type, name)) or WANTED.get(name)
    if found:
        return found
    for service, properties in _OF_SERVICE.items():
        if type.startswith(service) and name in properties:
            return properties[name]
    if name.endswith(_ROLE_ENDS):
        return _ROLE, ARN
    return ("", ARN) if name.endswith(_ARN_ENDS) and name not in _NO_ARN else None


def _misfits(given: Kind, wanted: Kind) -> bool:
    (type, form), (other, needed) = given, wanted
    if form != needed and form not in _FIRM:
        return needed == ARN or (form.endswith(_NO_NAME_ENDS) and needed in (ID, NAME, "allocation id"))
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
        many = _many(view.type, edge.attribute)
        what = f"{edge.target}.{edge.attribute}" if edge.attribute else f"Ref of {edge.target} ({view.type})"
    elif edge.target in parameters and edge.kind == "Ref":
        kind = parameters[edge.target].get("Type") if isinstance(parameters[edge.target], dict) else None
        kind = kind if isinstance(kind, str) else ""
        many = _list_type(kind) if kind else None
        given = _OF_PARAMETER.get(kind.removeprefix("List<").removesuffix(">"))
        what = f"the parameter {edge.target} ({kind})"
    else:
        return None
    place = _list_place(source, steps) if many is not None else None
    if place is not None and place is not many:
        if many:
            return f"{what} is a list, and {name} takes one value here", "choose one with Fn::Select, or join them"
        return f"{what} is one value, and {name} takes a list", "put it into a list"
    wanted = wanted_by(source, name)
    if name in ("Resource", "NotResource") and "Statement" in steps:
        wanted = "", ARN
        given = (
            (_KEY, ID) if given is None and view is not None and edge.attribute is None and view.type == _KEY else given
        )
    if given is None or wanted is None or not _misfits(given, wanted):
        return None
    if edge.path[1] == "LoadBalancerAttributes" or given[0] in _ALSO.get(name, ()):
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


def _list_type(kind: str) -> bool:
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        kind = kind[len("AWS::SSM::Parameter::Value<") : -1]
    return kind.startswith(_LIST_TYPES)


@lru_cache(1024)
def _many(type: str, attribute: str | None) -> bool | None:
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
    return {"list": True, "string": False, "integer": False, "number": False, "boolean": False}.get(shape.kind)


@lru_cache(4096)
def _list_place(type: str, steps: Path) -> bool | None:
    """Whether a list is wanted at a place: True or False, None where both may stand or it is not known."""
    known = catalog.find(type)
    shape = known.shape(steps) if known is not None else None
    if shape is None or (shape.spec.keys() & {"one", "any", "all"} and not shape.types):
        return None
    return {"list": True, "string": False, "integer": False, "number": False, "boolean": False}.get(shape.kind)


def _lists_in_outputs(member: Member, parameters: dict[str, Any]) -> Iterator[Violation]:
    for edge in member.elsewhere():
        if edge.path[0] != "Outputs" or edge.path[2:3] != ("Value",) or edge.kind not in ("Ref", "GetAtt"):
            continue
        if _straight(edge.path[3:-1]) != ():
            continue
        view = member.views.get(edge.target)
        body = parameters.get(edge.target)
        if view is not None:
            many = _many(view.type, edge.attribute) if edge.attribute or edge.kind == "Ref" else None
        else:
            many = _list_type(str(body.get("Type"))) if isinstance(body, dict) and edge.kind == "Ref" else None
        if many:
            yield at_mention(
                member, edge, f"{edge.target} gives a list, and an output is text", "join it with Fn::Join"
            )


# What a reference needs to be there


def _off(graph: Graph) -> Iterator[Violation]:
    """Streams of tables that have none, and buckets that a policy of another bucket speaks of."""
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
            elif view.type == _BUCKET and edge.attribute == "Arn" and "Resource" in edge.path:
                policy = member.views.get(edge.source)
                own = member.target(policy.properties.get("Bucket")) if policy is not None else None
                if policy is None or policy.type != "AWS::S3::BucketPolicy" or own is None or own.view is view:
                    continue
                if own.view.type == _BUCKET and "Condition" not in own.view.body:
                    yield at_mention(
                        member, edge, f"the policy of {own.view.id} speaks of the bucket {edge.target}",
                        f"a bucket policy may name its own bucket and the objects there alone: {own.view.id}.Arn",
                    )  # fmt: skip


# Rules


def _function(role: Any) -> dict[str, Any]:
    code = {"Handler": "a.b", "Runtime": "python3.13", "Code": {"ZipFile": "pass"}}
    return {"Type": "AWS::Lambda::Function", "Properties": {"Role": role, **code}}


def _with(**resources: Any) -> dict[str, Any]:
    services = {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    trust = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    return {"Resources": {"R": {"Type": _ROLE, "Properties": trust}, "V": {"Type": _VPC}, **resources}}


def _subnet(network: Any) -> dict[str, Any]:
    return {"Type": _SUBNET, "Properties": {"VpcId": network, "CidrBlock": "10.0.0.0/24"}}


def _profile(roles: Any) -> dict[str, Any]:
    return {"Type": _PROFILE, "Properties": {"Roles": roles}}


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
    buckets = {name: {"Type": _BUCKET} for name in "AB"}
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
        bad=(_stream(), _bucket_policy("A", {"Fn::GetAtt": ["B", "Arn"]})),
    ),
)  # fmt: skip
