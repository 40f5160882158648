"""What holds for every template and every resource of it, whatever the service."""

from __future__ import annotations

import re
from functools import lru_cache

from ... import catalog
from ...catalog.words import meant
from ..policies.secrets import ENVIRONMENTS, named_secrets, text_of
from ..view import View, spread, texts
from ..vocabulary import ABSENT, Rule, Stacks, Violation, is_unknown, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ...catalog import ResourceType
    from ..graph import Graph, Member

    Path = tuple[str | int, ...]

SECTIONS = frozenset((
    "AWSTemplateFormatVersion", "Conditions", "Description", "Globals", "Hooks", "Mappings", "Metadata", "Outputs",
    "Parameters", "Resources", "Rules", "Transform",
))  # fmt: skip
RESOURCE_KEYS = frozenset((
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
    "UpdateReplacePolicy", "Version",
))  # fmt: skip

# Source: CloudFormation User Guide, understand CloudFormation quotas.
MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
MAP_MOST = 200
BODY_MOST = 1_000_000  # bytes
FILE_MOST = 1_048_576  # bytes, of what lies in a bucket
INLINE_MOST = 51_200  # bytes, of what is sent with the request itself
DESCRIPTION_MOST = 1_024  # bytes
NAME_MOST = 255
FORMAT = "2010-09-09"

DELETION = ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
REPLACEMENT = ("Delete", "Retain", "Snapshot")

# The property that names the physical resource, where the schema's identifier is an ARN or URL that AWS makes.
NAMED_BY = {
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}

_KEY_ID = r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
_SAMPLE_KEYS = frozenset(("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE"))
_LONG_KEY = r"[A-Za-z0-9/+=]{40}"
_SECRET_NAME = "aws_secret_access_key"  # noqa: S105
_ZONE = r"[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:central|north|south|east|west|north(?:east|west)|south(?:east|west))-\d[a-z]?"
_ARN = r"arn:(aws[a-z-]*):[a-z0-9-]*:([a-z0-9-]*):(\d{12})?:?"
_ANY_ZONE = rb"-(?<=ral-|rth-|uth-|ast-|est-)\d"  # begins with plain text, which makes it forty times faster
_ZONES_END = (b"st-", b"th-", b"ral-")
_PASSWORDS = {
    "AWS::IAM::User": "LoginProfile/Password",
    "AWS::RDS::DBCluster": "MasterUserPassword",
    "AWS::RDS::DBInstance": "MasterUserPassword",
}


# Limits of a template


def _limits(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        if member.data.get("Resources") == {} and "Transform" not in member.data:
            yield Violation(
                ("Resources",), member=member, problem="there is no resource; a template holds at least one",
                fix="put one in, or leave the stack out",
            )  # fmt: skip
        for section, most in MOST.items():
            number = len(member.section(section))
            if number > most and not any(str(key).startswith("Fn::") for key in member.section(section)):
                yield _limit(
                    member, (section,), f"{number:,} {section.lower()}; a template takes {most:,}", f"at most {most:,}"
                )
        for name, rows in member.section("Mappings").items():
            for key, row in rows.items() if isinstance(rows, dict) else ():
                if isinstance(row, dict) and len(row) > MAP_MOST:
                    yield _limit(
                        member,
                        ("Mappings", name, key),
                        f"{len(row):,} values in one row of a map; {MAP_MOST} may stand there",
                    )
        description = member.data.get("Description")
        if isinstance(description, str) and len(description.encode("utf-8", "surrogatepass")) > DESCRIPTION_MOST:
            yield _limit(member, ("Description",), f"the description is longer than {DESCRIPTION_MOST:,} bytes")
        size = member.template.size
        if len(scanned(member)) > BODY_MOST * 0.9 or (size is not None and size > FILE_MOST):
            yield from _body_size(member, size)
        yield from _shape(member)


def _filling(graph: Graph) -> Iterator[Violation]:
    most = MOST["Resources"]
    for member in graph.members:
        number = len(member.section("Resources"))
        if most * 0.8 <= number <= most:
            yield Violation(("Resources",), member=member, number=number, most=most)


def _body_size(member: Member, written: int | None) -> Iterator[Violation]:
    size = _minified(member)
    if size > BODY_MOST:
        yield _limit(member, (), f"the template has {size:,} bytes without any white space; {BODY_MOST:,} are allowed")
    elif written is not None and written > FILE_MOST:
        yield Violation(
            (), member=member, problem=f"the file has {written:,} bytes; CloudFormation takes {FILE_MOST:,} from a bucket",
            fix=f"write it as JSON without white space ({size:,} bytes), or split the template",
        )  # fmt: skip


def _minified(member: Member) -> int:
    """The bytes of a template as it is sent: JSON without any white space."""
    import json

    text = json.dumps(member.written, separators=(",", ":"), ensure_ascii=False, default=str)
    return len(text.encode("utf-8", "surrogatepass"))


def _inline(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        written = member.template.size
        if written is None and len(scanned(member)) > INLINE_MOST // 2:
            written = _minified(member)
        if written is not None and INLINE_MOST < written <= FILE_MOST:
            yield Violation((), member=member, number=written, most=INLINE_MOST)


def _limit(member: Member, path: Path, problem: str, allowed: str | None = None) -> Violation:
    return Violation(
        path, member=member, problem=problem, allowed=allowed, fix="split the template" if allowed else None
    )


def _shape(member: Member) -> Iterator[Violation]:
    for key in member.data:
        if key not in SECTIONS and not str(key).startswith("Fn::"):
            near = meant(str(key), SECTIONS)
            yield Violation(
                (key,),
                member=member,
                problem=f"{key} is not a section of a template",
                fix=f"did you mean {near}?" if near else "leave it out, or put it under Metadata",
            )
    version = member.data.get("AWSTemplateFormatVersion")
    if version is not None and str(version) != FORMAT:
        yield Violation(
            ("AWSTemplateFormatVersion",),
            member=member,
            problem=f"there is no template format {version}",
            allowed=FORMAT,
            fix=f"write {FORMAT}",
        )
    for section in (*MOST, "Conditions"):
        for name in member.section(section):
            if not isinstance(name, str) or name.startswith("Fn::"):
                continue
            alnum = (name.isascii() and name.isalnum()) or section == "Conditions"
            if not alnum or len(name) > NAME_MOST:
                yield Violation(
                    (section, name),
                    member=member,
                    problem=f"{name[:60]} cannot be a name in {section}",
                    allowed=f"1 to {NAME_MOST} letters and digits",
                    fix="use letters and digits alone",
                )
    for id, body in member.section("Resources").items():
        if not str(id).startswith("Fn::"):
            yield from _resource_shape(member, id, body)


def _resource_shape(member: Member, id: str, body: Any) -> Iterator[Violation]:
    if not isinstance(body, dict) or not isinstance(body.get("Type"), str):
        if not (isinstance(body, dict) and any(str(key).startswith("Fn::") for key in body)):
            yield Violation(
                ("Resources", id), member=member, problem=f"{id} has no Type", fix="give it a resource type"
            )
        return
    for key in body:
        if key not in RESOURCE_KEYS and not str(key).startswith("Fn::") and body["Type"].startswith("AWS::"):
            if body["Type"].startswith("AWS::Serverless::"):
                continue
            near = meant(str(key), RESOURCE_KEYS)
            yield Violation(
                ("/", key),
                view=member.views[id],
                problem=f"{key} is not a part of a resource",
                fix=f"did you mean {near}?" if near else "properties stand under Properties",
            )


# Names


def physical_name(view: View) -> tuple[tuple[str, Any], ...] | None:
    """The properties that together name the physical resource, with their values; None unless all are given."""
    known = catalog.find(view.type)
    if known is None:
        return None
    found = []
    for property, steps in _naming(known):
        value = view.at(steps)
        if value is ABSENT or value is None:
            return None
        found.append((property, value))
    return tuple(found) or None


@lru_cache(4096)
def _naming(known: ResourceType) -> tuple[tuple[str, list[str]], ...]:
    """The properties that together name a physical resource of a type, and their steps; none where AWS names it."""
    named = NAMED_BY.get(known.name)
    paths = [(property, property.split(".")) for property in ((named,) if named else known.primary_identifier)]
    return () if any(steps[0] in known.read_only for _, steps in paths) else tuple(paths)


def _same_names(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        taken: dict[tuple[str, str], list[View]] = {}
        nameless = _nameless({view.type for view in member.views.values()})
        for view in member.views.values():
            if view.type in nameless:
                continue
            name = physical_name(view)
            literal = [value for _, value in name or () if isinstance(value, str | int) and not is_unknown(value)]
            if name is None or not literal or any(_undecided(value) for _, value in name):
                continue
            key = (view.type, repr([text(value) if isinstance(value, str | int) else value for _, value in name]))
            for other in taken.setdefault(key, []):
                if not member.exclusive(view, other):
                    yield Violation(
                        name[-1][0].split("."),
                        view=view,
                        other=other.id,
                        name=text(literal[-1]),
                    )
                    break
            taken[key].append(view)
    yield from _same_names_elsewhere(graph)


def _nameless(types: set[str]) -> set[str]:
    """Those of the types whose resources get their names from AWS alone."""
    return {type for type in types if (known := catalog.find(type)) is None or not _naming(known)}


def _same_names_elsewhere(graph: Graph) -> Iterator[Violation]:
    """Names that stacks of one account (and region, where names end there) take from each other."""
    taken: dict[tuple[object, ...], View] = {}
    for view in graph.of(*_NAMED_ONCE) if len(graph.members) > 1 else ():
        member, name = view.member, physical_name(view)
        if member is None or not name or not all(isinstance(value, str) and not is_unknown(value) for _, value in name):
            continue
        account_wide = view.type.startswith("AWS::IAM::")
        place = (member.account,) if account_wide else (member.region, member.account)
        if place[0] is None and not graph.complete:
            continue
        first = taken.setdefault((view.type, place, *(value for _, value in name)), view)
        if first.member is None or first.member is member:
            continue
        if first.member.section("Resources") != member.section("Resources"):
            yield Violation(
                name[-1][0].split("."), view=view, other=f"{first.id} in {first.member.name}", name=name[-1][1]
            )


_NAMED_ONCE = (
    "AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table", "AWS::IAM::Group", "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::Lambda::Function", "AWS::Logs::LogGroup",
    "AWS::SNS::Topic", "AWS::StepFunctions::StateMachine",
)  # fmt: skip
"""Types besides buckets and queues, which have rules of their own."""


def _undecided(value: Any) -> bool:
    return isinstance(value, list) or (isinstance(value, dict) and ("Fn::If" in value or not is_unknown(value)))


# Smaller things


def _hard_coded(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        if not _names_a_place(scanned(member)):
            continue
        for view in member.views.values():
            if not _names_a_place(member.texts.get(view.id, b"")):
                continue
            for path, value in _strings(view.body.get("Properties"), ()):
                problem = _fixed_place(value, path)
                if problem:
                    yield Violation(("/", "Properties", *path), view=view, problem=problem)


def _names_a_place(found: bytes) -> bool:
    if b"arn:aws" in found:
        return True
    return any(end in found for end in _ZONES_END) and re.search(_ANY_ZONE, found) is not None


def _fixed_place(value: str, path: Path) -> str | None:
    if value.startswith("arn:aws"):
        match = re.match(_ARN, value)
        if match is None:
            return None
        if match[3]:
            return f"the account {match[3]} is written into an ARN"
        if match[2]:
            return f"the region {match[2]} is written into an ARN"
        return f"the partition {match[1]} is written into an ARN"
    if "-" in value and len(value) < 20 and re.fullmatch(_ZONE, value) and "Fn::Equals" not in path:
        kind = "availability zone" if value[-1].isalpha() else "region"
        return f"the {kind} {value} is fixed"
    return None


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text inside a value with its path."""
    waiting: list[tuple[Path, Any]] = [(path, value)]
    while waiting:
        where, item = waiting.pop()
        if type(item) is str:
            yield where, item
        elif type(item) is dict:
            for key, child in item.items():
                waiting.append(((*where, key), child))
        elif type(item) is list:
            for index, child in enumerate(item):
                waiting.append(((*where, index), child))


def scanned(member: Member) -> bytes:
    """All texts of a template in one piece, good for looking whether something occurs at all."""
    if member.scanned is None:
        rest: list[Any] = [section for name, section in member.data.items() if name != "Resources"]
        for id, body in member.section("Resources").items():
            rest += [item for key, item in body.items() if key != "Properties"] if id in member.views else [body]
        member.scanned = b"\n".join([*member.texts.values(), texts([*member.data, *member.section("Resources"), rest])])
    return member.scanned


def _secrets(graph: Graph) -> Iterator[Violation]:
    for member in graph.members:
        blob = scanned(member)
        if b"AKIA" not in blob and b"ASIA" not in blob and _SECRET_NAME.encode() not in blob.lower():
            continue
        for path, value in _strings(member.data, ()):
            found = [key for key in re.findall(_KEY_ID, value) if key not in _SAMPLE_KEYS]
            if found or (re.fullmatch(_LONG_KEY, value) and _named_secret(member.data, path)):
                view = member.views.get(str(path[1])) if path[0] == "Resources" and len(path) > 2 else None
                yield Violation(("/", *path[2:]) if view else path, view=view, member=member)


def _named_secret(data: Any, path: Path) -> bool:
    """Whether what stands at the path is the value of a variable or option called AWS_SECRET_ACCESS_KEY."""
    if str(path[-1]).lower() == _SECRET_NAME:
        return True
    holder = data
    for step in path[:-1]:
        holder = holder[step]
    return isinstance(holder, dict) and any(
        isinstance(name, str) and name.lower() == _SECRET_NAME for key, name in holder.items() if key != path[-1]
    )


def _passwords(view: View) -> Iterator[Violation]:
    if view.type in ENVIRONMENTS:
        properties = view.body.get("Properties")
        for path in named_secrets(view.type, properties) if isinstance(properties, dict) else ():
            yield Violation(("/", "Properties", *path), problem="stands in the template, under a secret's name")
        return
    for path, value in spread(view.body.get("Properties"), _PASSWORDS[view.type].split("/")):
        where = ("/", "Properties", *path)
        if isinstance(value, str):
            if "{{resolve:secretsmanager:" not in value and "{{resolve:ssm-secure:" not in value:
                shown = "is read from a plain parameter" if "{{resolve:" in value else "stands in the template"
                yield Violation(where, problem=shown)
        elif text_of(value):
            yield Violation(where, problem="stands in the template")
        elif isinstance(value, dict) and isinstance(value.get("Ref"), str) and view.member is not None:
            parameter = view.member.section("Parameters").get(value["Ref"])
            if (
                isinstance(parameter, dict)
                and parameter.get("Type") == "String"
                and str(parameter.get("NoEcho")).lower() != "true"
            ):
                yield Violation(where, problem=f"comes from the parameter {value['Ref']}, which is shown to everybody")


def _policies(view: View) -> Iterable[Violation]:
    body = view.body
    return _attributes(view) if "DeletionPolicy" in body or "UpdateReplacePolicy" in body else ()


def _attributes(view: View) -> Iterator[Violation]:
    body = view.body
    for attribute, allowed in (("DeletionPolicy", DELETION), ("UpdateReplacePolicy", REPLACEMENT)):
        value = body.get(attribute)
        if value is None or is_unknown(value):
            continue
        if value not in allowed:
            yield Violation(
                ("/", attribute),
                attribute=attribute,
                value=value,
                problem=f"{attribute} {value} does not exist",
                allowed=", ".join(allowed),
                fix=f"choose one of {', '.join(allowed)}",
            )
        elif value == "Snapshot":
            known = catalog.find(view.type)
            if known is not None and not known.snapshot:
                yield Violation(
                    ("/", attribute),
                    attribute=attribute,
                    value=value,
                    severity="warning",
                    problem=f"{attribute} Snapshot saves nothing of {view.type}",
                    fix="choose Retain to keep the data",
                )


# Rules


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def _bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def _instance(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-12345678", **properties}}


def _function(**properties: Any) -> dict[str, Any]:
    given = {"Role": "arn:aws:iam::123456789012:role/work", "Code": {"ZipFile": "pass"}, **properties}
    return {"Type": "AWS::Lambda::Function", "Properties": given}


def _user(password: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": password}}}


RULES: tuple[Rule, ...] = (
    Rule(
        "IAM002", "*", "warning",
        "an access key of AWS stands in the template at {path}",
        scope="graph",
        check=_secrets,
        fix="take it out, revoke the key, and give the resource a role instead",
        source="course notes, IAM: prefer roles; IAM User Guide, IAM identifiers, unique ID prefixes",
        verified="docs",
        good=(
            _resources(Web=_instance(IamInstanceProfile="web")),
            {"Description": "not AKIAIOSFODNN7EXAMPLE", **_resources(T=_topic())},
        ),
        bad=(
            _resources(Web=_instance(UserData={"Fn::Base64": "export AWS_ACCESS_KEY_ID=AKIAQ2W3E4R5T6Y7U8I9"})),
            {"Parameters": {"Key": {"Type": "String", "Default": "ASIAQ2W3E4R5T6Y7U8I9"}}, **_resources(T=_topic())},
            _resources(Work=_function(Environment={"Variables": {"AWS_SECRET_ACCESS_KEY": "a1B2" * 10}})),
        ),
    ),
    Rule(
        "IAM017", (*_PASSWORDS, *ENVIRONMENTS), "warning",
        "the password {problem}",
        check=_passwords,
        on=(*(path.partition("/")[0] for path in _PASSWORDS.values()), *(steps[0] for steps in ENVIRONMENTS.values())),
        refers=tuple(_PASSWORDS),
        fix="refer to AWS Secrets Manager ({{resolve:secretsmanager:…}}), or to a parameter with NoEcho",
        source="CloudFormation User Guide, best practices, do not embed credentials; course notes, IAM",
        good=(
            {"LoginProfile": {"Password": "{{resolve:secretsmanager:dev:SecretString:password}}"}},
            {
                "Parameters": {"Password": {"Type": "String", "NoEcho": True}},
                **_resources(Dev=_user({"Ref": "Password"})),
            },
            _resources(Work=_function(Environment={"Variables": {"DB_SECRET_ARN": "x", "DB_SECRET": "prod/db"}})),
        ),
        bad=(
            {"LoginProfile": {"Password": "hunter2!"}},
            {"LoginProfile": {"Password": {"Fn::Sub": "hunter2-${AWS::Region}"}}},
            _resources(Work=_function(Environment={"Variables": {"DB_PASSWORD": "hunter2hunter2"}})),
            {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": "{{resolve:ssm:password}}"}},
            {
                "Parameters": {"Password": {"Type": "String"}},
                **_resources(Dev=_user({"Ref": "Password"})),
            },
        ),
    ),
    Rule(
        "XSV013", "*", "error",
        "a template keeps to CloudFormation's sections, names and limits",
        scope="graph",
        check=_limits,
        source="CloudFormation User Guide, understand CloudFormation quotas; template anatomy",
        verified="docs",
        good=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(500)), _topic())),
            {"AWSTemplateFormatVersion": FORMAT, **_resources(T=_topic())},
        ),
        bad=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(501)), _topic())),
            {**_resources(T=_topic()), "Output": {}},
            {**_resources(T=_topic()), "AWSTemplateFormatVersion": "2010-09-10"},
            _resources(**{"my-topic": _topic()}),
            {**_resources(T=_topic()), "Description": "a" * 1_025},
            {**_resources(T=_topic()), "Outputs": {f"O{number}": {"Value": "x"} for number in range(201)}},
            _resources(T={"Type": "AWS::SNS::Topic", "Propertis": {}}),
            _resources(T={"Properties": {}}),
            _resources(),
        ),
    ),
    Rule(
        "XSV020", "*", "info",
        "{number} of the {most} resources that one template may have",
        scope="graph",
        check=_filling,
        fix="put what belongs together into a NestedStack or a stack of its own, while nothing has to be moved yet",
        source="CloudFormation User Guide, understand CloudFormation quotas; nested stacks",
        verified="docs",
        good=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(399)), _topic())),
        ),
        bad=(
            _resources(**dict.fromkeys((f"T{number}" for number in range(400)), _topic())),
            _resources(**dict.fromkeys((f"T{number}" for number in range(500)), _topic())),
        ),
    ),
    Rule(
        "XSV024", "*", "info",
        "the template has {number} bytes: more than the {most} that a request takes, so it goes through a bucket",
        scope="graph",
        check=_inline,
        fix="deploy it through a bucket (awsdeck does that by itself where it has one), or split the template",
        source="CloudFormation User Guide, understand CloudFormation quotas, template body size",
        verified="docs",
        good=_resources(**dict.fromkeys((f"T{number}" for number in range(100)), _topic(DisplayName="a" * 90))),
        bad=_resources(**dict.fromkeys((f"T{number}" for number in range(350)), _topic(DisplayName="a" * 90))),
    ),
    Rule(
        "XSV014", "*", "error",
        "the name {name} is already taken by {other}, a resource of the same type",
        scope="graph",
        check=_same_names,
        fix="give each its own name, or leave the name out to have one made",
        source="CloudFormation User Guide, resource names; CloudFormation resource schema, primaryIdentifier",
        good=(
            _resources(A=_topic(TopicName="orders"), B=_topic(TopicName="bills")),
            {
                "Conditions": {
                    "Fast": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
                    "Slow": {"Fn::Not": [{"Condition": "Fast"}]},
                },
                **_resources(
                    A={**_topic(TopicName="orders"), "Condition": "Fast"},
                    B={**_topic(TopicName="orders"), "Condition": "Slow"},
                ),
            },
            Stacks(
                {"one": _resources(A=_topic(TopicName="orders")), "two": _resources(B=_topic(TopicName="orders"))},
                {"one": {"region": "eu-west-1"}, "two": {"region": "us-east-1"}},
            ),
        ),
        bad=(
            _resources(A=_topic(TopicName="orders"), B=_topic(TopicName="orders")),
            _resources(A=_bucket(BucketName="orders"), B=_bucket(BucketName="orders")),
            Stacks(
                {"one": _resources(A=_topic(TopicName="orders")), "two": _resources(B=_topic(TopicName="orders"))},
                {"one": {"region": "eu-west-1"}, "two": {"region": "eu-west-1"}},
            ),
        ),
    ),
    Rule(
        "XSV016", "*", "info",
        "a template that fixes its region, zone, account or partition works in one place only",
        scope="graph",
        check=_hard_coded,
        fix="use AWS::Partition, AWS::Region, AWS::AccountId or Fn::GetAZs",
        source="CloudFormation User Guide, pseudo parameters; Fn::GetAZs",
        good=_resources(
            T=_topic(KmsMasterKeyId={"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/k"})
        ),
        bad=(
            _resources(S={
                "Type": "AWS::SNS::Subscription",
                "Properties": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Protocol": "sms", "Endpoint": "+1"},
            }),
            _resources(V={"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "eu-west-1a", "Size": 1}}),
        ),
    ),
    Rule(
        "XSV017", "*", "error",
        "a DeletionPolicy or UpdateReplacePolicy is one that the type supports",
        check=_policies,
        source="CloudFormation User Guide, DeletionPolicy attribute; UpdateReplacePolicy attribute",
        verified="docs",
        good=(
            {**_bucket(), "UpdateReplacePolicy": "Retain", "DeletionPolicy": "RetainExceptOnCreate"},
            {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": "a"}, "DeletionPolicy": "Snapshot"},
        ),
        bad=(
            {**_bucket(), "UpdateReplacePolicy": "RetainExceptOnCreate"},
            {**_bucket(), "DeletionPolicy": "Keep"},
            {**_bucket(), "DeletionPolicy": "Snapshot"},
        ),
    ),
)  # fmt: skip
