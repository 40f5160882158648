"""What services demand of single properties and their schemas do not say: values, forms, what goes with what.

A demand says at which path which test must hold, and when. A path with `*` goes into lists; a demand below a list is
asked of each item, and its conditions are then paths inside that item.
"""

from __future__ import annotations

import re

from .vocabulary import (
    ABSENT,
    AtLeast,
    Between,
    Is,
    IsNot,
    Length,
    Matches,
    OneOf,
    Present,
    Rule,
    StartsWith,
    Test,
    Unset,
    Violation,
    is_unknown,
    number,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from .view import View

    Path = tuple[str | int, ...]


class Demand:
    """A test of the value at `path`, where all conditions in `when` hold; `within` is the list whose items are meant."""

    __slots__ = ("path", "test", "when", "within", "fix", "on")

    def __init__(
        self, path: str, test: Test, when: Mapping[str, Test] | None = None, *, within: str = "", fix: str | None = None
    ) -> None:
        self.path = path
        self.test = test
        self.when = {tuple(key.split("/")): value for key, value in (when or {}).items()}
        self.within = within
        self.fix = fix
        first = (within or path).partition("/")[0]
        self.on = first if within or "*" in path or test(ABSENT) is not False else None
        """The property without which there is nothing to ask."""


_NUMBER = Matches(r"-?\d+", "a whole number")
_ADDRESS = Matches(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", "an IPv4 address")
_NEW_DATABASE = {
    "DBClusterIdentifier": Unset(), "DBSnapshotIdentifier": Unset(), "SourceDBInstanceIdentifier": Unset(),
    "SourceDBClusterIdentifier": Unset(), "DBClusterSnapshotIdentifier": Unset(), "SourceDbiResourceId": Unset(),
    "SourceDBInstanceAutomatedBackupsArn": Unset(),
}  # fmt: skip
_NEW_CLUSTER = {
    "SnapshotIdentifier": Unset(), "SourceDBClusterIdentifier": Unset(), "GlobalClusterIdentifier": Unset(),
    "ReplicationSourceIdentifier": Unset(), "SourceDbClusterResourceId": Unset(), "Engine": Present(),
}  # fmt: skip
_METHODS = "ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT"
_SIZE = r"(?:nano|micro|small|medium|large|\d*xlarge|metal)"
_IDS = {
    "ImageId": "ami", "InstanceId": "i", "InternetGatewayId": "igw", "NatGatewayId": "nat", "NetworkInterfaceId": "eni",
    "RouteTableId": "rtb", "SourceSecurityGroupId": "sg", "SubnetId": "subnet", "VolumeId": "vol", "VpcId": "vpc",
    "AllocationId": "eipalloc", "LaunchTemplateId": "lt",
}  # fmt: skip


def _actions(within: str) -> tuple[Demand, ...]:
    return (
        Demand("TargetGroupArn", Present(), {"Type": Is("forward"), "ForwardConfig": Unset()}, within=within),
        Demand("RedirectConfig", Present(), {"Type": Is("redirect")}, within=within),
        Demand("FixedResponseConfig", Present(), {"Type": Is("fixed-response")}, within=within),
        Demand(
            "FixedResponseConfig/ContentType",
            OneOf("text/plain", "text/css", "text/html", "application/javascript", "application/json"),
            within=within,
        ),
    )


# Source: the properties of each type in the CloudFormation Template Reference, and the API behind it.
DEMANDS: dict[str, tuple[Demand, ...]] = {
    "AWS::ApiGateway::Method": (
        Demand("AuthorizationType", OneOf("NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS")),
        Demand("HttpMethod", OneOf("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")),
    ),
    "AWS::ApiGateway::Stage": (Demand("DeploymentId", Present()),),
    "AWS::ApiGatewayV2::Api": (
        Demand("Name", Present(), {"Body": Unset(), "BodyS3Location": Unset()}),
        Demand("ProtocolType", OneOf("HTTP", "WEBSOCKET")),
        Demand("RouteSelectionExpression", Present(), {"ProtocolType": Is("WEBSOCKET")}),
    ),
    "AWS::ApiGatewayV2::Integration": (
        Demand("IntegrationType", OneOf("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")),
        Demand("IntegrationUri", Present(), {"IntegrationType": Is("AWS_PROXY"), "IntegrationSubtype": Unset()}),
        Demand("PayloadFormatVersion", OneOf("1.0", "2.0")),
        Demand("TimeoutInMillis", Between(50, 30_000, "milliseconds")),
    ),
    "AWS::ApiGatewayV2::Route": (
        Demand("AuthorizationType", OneOf("NONE", "AWS_IAM", "CUSTOM", "JWT")),
        Demand("AuthorizerId", Present(), {"AuthorizationType": OneOf("CUSTOM", "JWT")}),
        Demand(
            "RouteKey",
            Matches(rf"(?!(?:{_METHODS}) +[^/]).*", "$default, or a method and a path that begins with a slash"),
        ),
        Demand("Target", StartsWith("integrations/")),
    ),
    "AWS::AutoScaling::AutoScalingGroup": (Demand("Cooldown", _NUMBER), Demand("HealthCheckGracePeriod", _NUMBER)),
    "AWS::CertificateManager::Certificate": (Demand("ValidationMethod", OneOf("DNS", "EMAIL", "HTTP")),),
    "AWS::CloudWatch::Alarm": (Demand("EvaluationPeriods", Present(), {"MetricName": Present()}),),
    "AWS::DLM::LifecyclePolicy": (Demand("State", OneOf("ENABLED", "DISABLED", "ERROR")),),
    "AWS::DynamoDB::Table": (
        Demand("SSESpecification/SSEEnabled", IsNot(False), {"SSESpecification/SSEType": Present()}),
    ),
    "AWS::EC2::EIPAssociation": (Demand("InstanceId", Present(), {"NetworkInterfaceId": Unset()}),),
    "AWS::EC2::Instance": (
        Demand("CpuOptions/ThreadsPerCore", Present(), {"CpuOptions/CoreCount": Present()}),
        Demand("PrivateIpAddress", _ADDRESS),
        Demand("SecurityGroups", Unset(), {"SubnetId": Present()}, fix="use SecurityGroupIds"),
    ),
    "AWS::EC2::SecurityGroupEgress": (Demand("GroupId", Present()),),
    "AWS::EC2::SecurityGroupIngress": (Demand("GroupId", Present(), {"GroupName": Unset()}),),
    "AWS::EC2::VPCEndpoint": (
        Demand("ServiceName", Present(), {"ResourceConfigurationArn": Unset(), "ServiceNetworkArn": Unset()}),
    ),
    "AWS::EC2::VPCGatewayAttachment": (Demand("InternetGatewayId", Present(), {"VpnGatewayId": Unset()}),),
    "AWS::EC2::VolumeAttachment": (Demand("Device", Matches(r"/dev/\S+|xvd\S+", "a device, such as /dev/sdf")),),
    "AWS::ElastiCache::CacheCluster": (Demand("Engine", OneOf("memcached", "redis", "valkey", any_case=True)),),
    "AWS::ElastiCache::ReplicationGroup": (Demand("Engine", OneOf("redis", "valkey", any_case=True)),),
    "AWS::ElasticBeanstalk::ApplicationVersion": (Demand("SourceBundle", Present()),),
    "AWS::ElasticLoadBalancingV2::Listener": (
        Demand("Port", Present(), {"Protocol": Present()}),
        Demand("SslPolicy", StartsWith("ELBSecurityPolicy-")),
        *_actions("DefaultActions/*"),
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": (
        *_actions("Actions/*"),
        Demand(
            "Field",
            OneOf("host-header", "http-header", "http-request-method", "path-pattern", "query-string", "source-ip"),
            within="Conditions/*",
        ),
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        Demand(
            "Matcher/HttpCode",
            Matches(r"[2-5]\d\d(?:-[2-5]\d\d)?(?:\s*,\s*[2-5]\d\d(?:-[2-5]\d\d)?)*", "codes of 200 to 599, such as 200-299"),
        ),
        Demand(
            "Value",
            OneOf("lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"),
            {"Key": Is("stickiness.type")},
            within="TargetGroupAttributes/*",
        ),
    ),
    "AWS::IAM::ManagedPolicy": (Demand("ManagedPolicyName", Matches(r"[\w+=,.@-]{1,128}", "letters, digits and +=,.@_-")),),
    "AWS::IAM::OIDCProvider": (Demand("Url", StartsWith("https://")),),
    "AWS::Lambda::Function": (
        Demand("LoggingConfig/ApplicationLogLevel", Unset(), {"LoggingConfig/LogFormat": Is("Text", default="Text")}),
        Demand("LoggingConfig/SystemLogLevel", Unset(), {"LoggingConfig/LogFormat": Is("Text", default="Text")}),
        Demand(
            "Code/S3Bucket", Present(), {"Code/ZipFile": Unset(), "Code/ImageUri": Unset()}, fix="say where the code is"
        ),
    ),
    "AWS::RDS::DBCluster": (Demand("MasterUsername", Present(), _NEW_CLUSTER),),
    "AWS::RDS::DBInstance": (
        Demand("CharacterSetName", Unset(), {"Engine": OneOf("mysql", "mariadb", "postgres")}),
        Demand("DBInstanceClass", Present(), {**_NEW_DATABASE, "Engine": Present()}),
        Demand(
            "DBName",
            Matches(r"[A-Za-z_][A-Za-z0-9_$]{0,62}", "a letter, then letters, digits and underscores"),
            {"Engine": OneOf("mariadb", "postgres")},
        ),
        Demand("DBSecurityGroups", Unset(), {"VPCSecurityGroups": Present()}),
        Demand("LicenseModel", Is("general-public-license", default="general-public-license"), {"Engine": OneOf("mysql", "mariadb")}),
        Demand("LicenseModel", Is("postgresql-license", default="postgresql-license"), {"Engine": Is("postgres")}),
        Demand("MasterUsername", Present(), {**_NEW_DATABASE, "Engine": OneOf("mysql", "mariadb", "postgres")}),
        Demand(
            "MasterUsername", Unset(), {"DBClusterIdentifier": Present(), "Engine": StartsWith("aurora")},
            fix="set it on the cluster",
        ),
        Demand("Port", Between(1150, 65535)),
    ),
    "AWS::Route53::HealthCheck": (
        Demand(
            "HealthCheckConfig/SearchString", Unset(),
            {"HealthCheckConfig/Type": OneOf("HTTP", "HTTPS", "TCP", "CALCULATED", "CLOUDWATCH_METRIC")},
        ),
    ),
    "AWS::Route53::HostedZone": (Demand("Name", Present()),),
    "AWS::S3::Bucket": (
        Demand("LifecycleConfiguration/Rules", Length(1, 1000)),
        Demand("LifecycleConfiguration/Rules/*/AbortIncompleteMultipartUpload/DaysAfterInitiation", AtLeast(1)),
        Demand("LifecycleConfiguration/Rules/*/NoncurrentVersionExpiration/NoncurrentDays", AtLeast(1)),
        Demand(
            "ObjectLockConfiguration/Rule/DefaultRetention/Years", Unset(),
            {"ObjectLockConfiguration/Rule/DefaultRetention/Days": Present()},
        ),
        Demand("Destination/Bucket", StartsWith("arn:"), within="ReplicationConfiguration/Rules/*"),
        Demand("DeleteMarkerReplication", Present(), {"Filter": Present()}, within="ReplicationConfiguration/Rules/*"),
        Demand("Priority", Present(), {"Filter": Present()}, within="ReplicationConfiguration/Rules/*"),
    ),
    "AWS::SNS::Topic": (Demand("DisplayName", Length(0, 100)),),
    "AWS::SSM::Parameter": (
        Demand("Name", Matches(r"[^/]+|/.+", "a name, or a path that begins with a slash")),
    ),
}  # fmt: skip
_PLACES = ("AWS::EC2::Instance", "AWS::EC2::LaunchTemplate")


def _demands(view: View) -> Iterator[Violation]:
    for demand in DEMANDS.get(view.type, ()):
        if demand.on is not None and not view.has(demand.on):
            continue
        if demand.within:
            for at, item in view.values(demand.within):
                if isinstance(item, dict) and not is_unknown(item):
                    yield from _asked(view, demand, at, item)
        elif all(test(view.at(steps), view.mode) is True for steps, test in demand.when.items()):
            yield from _tested(view, demand)


def _asked(view: View, demand: Demand, at: Path, item: Any) -> Iterator[Violation]:
    if all(test(_inside(item, steps), view.mode) is True for steps, test in demand.when.items()):
        steps = tuple(demand.path.split("/"))
        value = _inside(item, steps)
        if _open(item, steps[:-1]) and demand.test(value, view.mode) is False:
            yield _said(demand, (*at, *steps), value, view)


def _tested(view: View, demand: Demand) -> Iterator[Violation]:
    if "*" in demand.path:
        for at, value in view.values(demand.path):
            if demand.test(value, view.mode) is False:
                yield _said(demand, at, value, view)
        return
    steps = tuple(demand.path.split("/"))
    value = view.at(steps)
    if demand.test(value, view.mode) is False and (len(steps) == 1 or _open(view.at(steps[:1]), steps[1:-1])):
        yield _said(demand, steps, value, view)


def _open(value: Any, steps: Path) -> bool:
    """Whether what holds a property is there, and is written down."""
    for step in steps:
        value = value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    return isinstance(value, dict) and not is_unknown(value) and not any(str(key).startswith("Fn::") for key in value)


def _inside(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return ABSENT
        if is_unknown(value):
            return value
        value = value.get(step, ABSENT)
    return value


def _said(demand: Demand, at: Path, value: Any, view: View) -> Violation:
    name = "/".join(str(step) for step in at)
    if isinstance(demand.test, Unset):
        problem = f"{name} cannot be given here"
    elif value is ABSENT:
        problem = f"{name} is missing"
    else:
        shown = value if isinstance(value, str | int | float) else f"{len(value)} long"
        problem = f"{name} is {str(shown)[:80]}"
    return Violation(at, problem=problem, allowed=demand.test.allowed(view.mode), fix=demand.fix)


# Ids that are written down


def _written_ids(view: View) -> Iterator[Violation]:
    for name in sorted(_IDS.keys() & view.properties.keys()):
        start, value = _IDS[name], view.get(name)
        if isinstance(value, str) and not is_unknown(value) and _no_id(value, start):
            yield Violation(
                (name,), problem=f"{name} is {value[:60]}, which is no id", allowed=f"{start}-… in hexadecimal"
            )


def _no_id(value: str, start: str) -> bool:
    if start == "ami" and value.startswith("resolve:ssm:"):
        return False
    return re.fullmatch(rf"{start}-[0-9a-z]{{6,}}", value) is None


# User data


def _user_data(view: View) -> Iterator[Violation]:
    path = "UserData" if view.type == _PLACES[0] else "LaunchTemplateData/UserData"
    for at, value in view.values(path):
        text = value.get("Fn::Sub") if isinstance(value, dict) and len(value) == 1 else value
        text = text[0] if isinstance(text, list) and text else text
        if isinstance(text, str) and "{{resolve:" not in text and re.search(r"[^A-Za-z0-9+/=\s${}:.]|^#|\S[ ]\S", text):
            yield Violation(
                at, problem="user data is given in Base64, and this is plain text", fix="put it into Fn::Base64"
            )


# Tags


def _tags(view: View) -> Iterator[Violation]:
    tags = view.get("Tags")
    if not isinstance(tags, list) or view.type == "AWS::AutoScaling::AutoScalingGroup":
        return
    keys = [tag.get("Key") if type(tag) is dict else None for tag in tags]
    if all(type(key) is str and key[:4].lower() != "aws:" for key in keys) and len(set(keys)) == len(keys):
        return  # as nearly always
    seen: set[str] = set()
    for at, tag in view.values("Tags/*"):
        key = tag.get("Key") if isinstance(tag, dict) else None
        if not isinstance(key, str) or is_unknown(key):
            continue
        if key.lower().startswith("aws:"):
            yield Violation((*at, "Key"), problem=f"the tag {key} begins with aws:, which is kept for AWS")
        elif key in seen and "Fn::If" not in at:
            yield Violation((*at, "Key"), problem=f"the tag {key} is given twice")
        seen.add(key)


def _scalable(view: View) -> Iterator[Violation]:
    least, most = number(view.get("MinCapacity")), number(view.get("MaxCapacity"))
    if least is not None and most is not None and least > most:
        yield Violation(("MinCapacity",), problem=f"MinCapacity {least} is more than MaxCapacity {most}")


def _pattern(view: View) -> Iterator[Violation]:
    pattern, value = view.get("AllowedPattern"), view.get("Value")
    if not isinstance(pattern, str) or not isinstance(value, str) or is_unknown(value) or is_unknown(pattern):
        return
    try:
        met = re.search(pattern, value)
    except (re.error, RecursionError):
        return
    if len(value) < 1000 and not met:
        yield Violation(("Value",), problem=f"the value does not match AllowedPattern {pattern}")


def _policy_names(view: View) -> Iterator[Violation]:
    seen: set[str] = set()
    for at, name in view.values("Policies/*/PolicyName"):
        if isinstance(name, str) and not is_unknown(name) and "Fn::If" not in at:
            if name in seen:
                yield Violation(
                    at, problem=f"two inline policies are called {name}, and the later takes the earlier's place"
                )
            seen.add(name)


# Rules

_TAKEN = {"Key": "team", "Value": "a"}

RULES: tuple[Rule, ...] = (
    Rule(
        "TPL011", tuple(DEMANDS), "error",
        "a property is what its service asks for",
        check=_demands,
        source="CloudFormation Template Reference, properties of the type",
        verified="docs",
        good=(
            {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
            {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled"}]}}},
            {"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": "vpc-1", "VpnGatewayId": "vgw-1"}},
        ),
        bad=(
            {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a" * 101}},
            {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": []}}},
            {"Type": "AWS::EC2::VPCGatewayAttachment", "Properties": {"VpcId": "vpc-1"}},
        ),
    ),
    Rule(
        "TPL012", "*", "error",
        "an id that is written down has the form of one",
        check=_written_ids,
        on=tuple(_IDS),
        source="EC2 User Guide, Resource IDs",
        verified="docs",
        good={"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/24"}},
        bad={"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": "main", "CidrBlock": "10.0.0.0/24"}},
    ),
    Rule(
        "TPL013", _PLACES, "error",
        "user data is given in Base64",
        check=_user_data,
        source="CloudFormation Template Reference, AWS::EC2::Instance UserData",
        verified="docs",
        good=(
            {"Type": _PLACES[0], "Properties": {"UserData": {"Fn::Base64": "#!/bin/sh"}}},
            {"Type": _PLACES[0], "Properties": {"UserData": "IyEvYmluL3No"}},
        ),
        bad={"Type": _PLACES[0], "Properties": {"UserData": "#!/bin/sh"}},
    ),
    Rule(
        "TPL014", "*", "error",
        "tags have different keys, none of them kept for AWS",
        check=_tags,
        on=("Tags",),
        source="AWS General Reference, tagging AWS resources",
        verified="docs",
        good={"Type": "AWS::SQS::Queue", "Properties": {"Tags": [_TAKEN, {"Key": "Team", "Value": "b"}]}},
        bad=(
            {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [_TAKEN, _TAKEN]}},
            {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "aws:team", "Value": "a"}]}},
        ),
    ),
    Rule(
        "TPL016", "AWS::ApplicationAutoScaling::ScalableTarget", "error",
        "the least capacity is not above the most",
        check=_scalable,
        source="CloudFormation Template Reference, AWS::ApplicationAutoScaling::ScalableTarget",
        verified="docs",
        good={"MinCapacity": 1, "MaxCapacity": 1},
        bad={"MinCapacity": 2, "MaxCapacity": 1},
    ),
    Rule(
        "TPL017", "AWS::SSM::Parameter", "error",
        "the value of a parameter matches its own pattern",
        check=_pattern,
        source="CloudFormation Template Reference, AWS::SSM::Parameter AllowedPattern",
        verified="docs",
        good={"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "3", "AllowedPattern": "^[0-9]$"}},
        bad={"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a", "AllowedPattern": "^[0-9]$"}},
    ),
    Rule(
        "TPL018", ("AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"), "error",
        "the inline policies of one identity have different names",
        check=_policy_names,
        source="IAM User Guide, managed policies and inline policies",
        verified="docs",
        good={"Policies": [{"PolicyName": "a"}, {"PolicyName": "b"}]},
        bad={"Policies": [{"PolicyName": "a"}, {"PolicyName": "a"}]},
    ),
)  # fmt: skip
