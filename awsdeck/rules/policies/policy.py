"""Policy documents of every service: where they stand, how statements are read, and what holds for all of them."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

from ..view import View, spread
from ..vocabulary import ABSENT, Rule, Violation, as_list, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Literal

    Kind = Literal["identity", "trust", "resource"]
    Path = tuple[str | int, ...]

IDENTITY: Kind = "identity"
TRUST: Kind = "trust"
RESOURCE: Kind = "resource"

# Source: CloudFormation resource schemas, the properties that take an IAM policy document.
DOCUMENTS: dict[str, tuple[tuple[str, Kind], ...]] = {
    "AWS::IAM::ManagedPolicy": (("PolicyDocument", IDENTITY),),
    "AWS::IAM::Policy": (("PolicyDocument", IDENTITY),),
    "AWS::IAM::GroupPolicy": (("PolicyDocument", IDENTITY),),
    "AWS::IAM::RolePolicy": (("PolicyDocument", IDENTITY),),
    "AWS::IAM::UserPolicy": (("PolicyDocument", IDENTITY),),
    "AWS::IAM::Group": (("Policies/*/PolicyDocument", IDENTITY),),
    "AWS::IAM::User": (("Policies/*/PolicyDocument", IDENTITY),),
    "AWS::IAM::Role": (("AssumeRolePolicyDocument", TRUST), ("Policies/*/PolicyDocument", IDENTITY)),
    "AWS::SSO::PermissionSet": (("InlinePolicy", IDENTITY),),
    "AWS::ApiGateway::RestApi": (("Policy", RESOURCE),),
    "AWS::Backup::BackupVault": (("AccessPolicy", RESOURCE),),
    "AWS::CloudTrail::ResourcePolicy": (("ResourcePolicy", RESOURCE),),
    "AWS::CodeArtifact::Domain": (("PermissionsPolicyDocument", RESOURCE),),
    "AWS::CodeArtifact::Repository": (("PermissionsPolicyDocument", RESOURCE),),
    "AWS::DynamoDB::Table": (
        ("ResourcePolicy/PolicyDocument", RESOURCE),
        ("StreamSpecification/ResourcePolicy/PolicyDocument", RESOURCE),
    ),
    "AWS::DynamoDB::GlobalTable": (
        ("Replicas/*/ResourcePolicy/PolicyDocument", RESOURCE),
        ("Replicas/*/ReplicaStreamSpecification/ResourcePolicy/PolicyDocument", RESOURCE),
    ),
    "AWS::EC2::VPCEndpoint": (("PolicyDocument", RESOURCE),),
    "AWS::ECR::PublicRepository": (("RepositoryPolicyText", RESOURCE),),
    "AWS::ECR::RegistryPolicy": (("PolicyText", RESOURCE),),
    "AWS::ECR::Repository": (("RepositoryPolicyText", RESOURCE),),
    "AWS::EFS::FileSystem": (("FileSystemPolicy", RESOURCE),),
    "AWS::Elasticsearch::Domain": (("AccessPolicies", RESOURCE),),
    "AWS::Events::EventBus": (("Policy", RESOURCE),),
    "AWS::KMS::Key": (("KeyPolicy", RESOURCE),),
    "AWS::KMS::ReplicaKey": (("KeyPolicy", RESOURCE),),
    "AWS::Kinesis::ResourcePolicy": (("ResourcePolicy", RESOURCE),),
    "AWS::Logs::LogGroup": (("ResourcePolicyDocument", RESOURCE),),
    "AWS::Logs::ResourcePolicy": (("PolicyDocument", RESOURCE),),
    "AWS::MSK::ClusterPolicy": (("Policy", RESOURCE),),
    "AWS::OpenSearchService::Domain": (("AccessPolicies", RESOURCE),),
    "AWS::S3::AccessPoint": (("Policy", RESOURCE),),
    "AWS::S3::BucketPolicy": (("PolicyDocument", RESOURCE),),
    "AWS::S3::MultiRegionAccessPointPolicy": (("Policy", RESOURCE),),
    "AWS::S3Express::BucketPolicy": (("PolicyDocument", RESOURCE),),
    "AWS::S3ObjectLambda::AccessPointPolicy": (("PolicyDocument", RESOURCE),),
    "AWS::S3Tables::TableBucketPolicy": (("ResourcePolicy", RESOURCE),),
    "AWS::SNS::TopicInlinePolicy": (("PolicyDocument", RESOURCE),),
    "AWS::SNS::TopicPolicy": (("PolicyDocument", RESOURCE),),
    "AWS::SQS::QueueInlinePolicy": (("PolicyDocument", RESOURCE),),
    "AWS::SQS::QueuePolicy": (("PolicyDocument", RESOURCE),),
    "AWS::SecretsManager::ResourcePolicy": (("ResourcePolicy", RESOURCE),),
    "AWS::VpcLattice::AuthPolicy": (("Policy", RESOURCE),),
    "AWS::XRay::ResourcePolicy": (("PolicyDocument", RESOURCE),),
}
TYPES = tuple(DOCUMENTS)

VERSIONS = ("2012-10-17", "2008-10-17")
_GROUP = r"arn:[^:]*:iam::[^:]*:group/"
_ALNUM = r"[A-Za-z0-9]*"


class Statement:
    """One statement: its `number` in the document (from 1), its `body`, and its `path` in the resource's properties.

    In a document given as JSON text the path leads on into the text.
    """

    __slots__ = ("number", "body", "path", "text")

    def __init__(self, number: int, body: Mapping[str, Any], path: Path, text: bool) -> None:
        self.number = number
        self.body = body
        self.path = path
        self.text = text

    def at(self, *steps: str | int) -> Path:
        """The path of something inside the statement."""
        return (*self.path, *steps)

    def all(self, name: str) -> list[Any]:
        """The entries of an element that may hold one or several; unknown ones are among them."""
        return as_list(self.body.get(name, ABSENT))

    def principals(self, kind: str) -> list[tuple[Path, Any]]:
        """The principals of one kind (`AWS`, `Service`, `Federated`, …), each with its path."""
        principal = self.body.get("Principal")
        found = principal.get(kind, ABSENT) if isinstance(principal, dict) and not is_unknown(principal) else ABSENT
        several = isinstance(found, list)
        return [
            (self.at("Principal", kind, *((index,) if several else ())), entry)
            for index, entry in enumerate(as_list(found))
        ]


class Document:
    """A policy document inside a resource: where it stands (`path`), what `kind` it is, its `body` and statements."""

    __slots__ = ("path", "kind", "body", "text", "statements")

    def __init__(self, path: Path, kind: Kind, body: Mapping[str, Any], text: bool) -> None:
        self.path = path
        self.kind = kind
        self.body = body
        self.text = text
        self.statements = list(self._read())

    def at(self, *steps: str | int) -> Path:
        """The path of something inside the document."""
        return (*self.path, *steps)

    def _read(self) -> Iterator[Statement]:
        given = self.body.get("Statement", ABSENT)
        several = isinstance(given, list)
        for index, entry in enumerate(as_list(given)):
            where = ("Statement", index) if several else ("Statement",)
            found = [((), entry)] if not is_unknown(entry) else spread(entry, [])
            for below, body in found:
                if isinstance(body, dict) and not is_unknown(body):
                    yield Statement(index + 1, body, self.at(*where, *below), self.text)


def documents(view: View, kind: Kind | None = None) -> list[Document]:
    """The policy documents of a resource that can be read before deploy, or those of one kind; JSON text is parsed."""
    places = DOCUMENTS.get(view.type)
    if places is None:
        return []
    kinds: list[Kind] = [one for _, one in places]
    if kind is None and len(kinds) > 1:
        return [document for one in dict.fromkeys(kinds) for document in documents(view, one)]
    found: list[Document] = view.kept(_KEPT[kind or kinds[0]], _READERS[kind or kinds[0]])
    return found


_KEPT: dict[Kind, str] = {kind: f"{kind} documents" for kind in (IDENTITY, TRUST, RESOURCE)}


def _documents(view: View, wanted: Kind) -> list[Document]:
    found = []
    for place, kind in DOCUMENTS[view.type]:
        if kind != wanted or not view.has(place.partition("/")[0]):
            continue
        for path, value in view.values(place):
            body: Any = value
            if isinstance(value, str) and not is_unknown(value):
                try:
                    body = json.loads(value)
                except ValueError:
                    continue
            if isinstance(body, dict) and not is_unknown(body):
                found.append(Document(path, kind, body, isinstance(value, str)))
    return found


_READERS: dict[Kind, Callable[[View], list[Document]]] = {
    IDENTITY: lambda view: _documents(view, IDENTITY),
    TRUST: lambda view: _documents(view, TRUST),
    RESOURCE: lambda view: _documents(view, RESOURCE),
}


def _version(view: View) -> Iterator[Violation]:
    for document in documents(view):
        version = document.body.get("Version", ABSENT)
        if version is ABSENT:
            if "Statement" in document.body:
                yield Violation(
                    document.at("Version"),
                    severity="warning",
                    problem="is not given, which means 2008-10-17",
                )
        elif not is_unknown(version) and str(version) != VERSIONS[0]:
            old = str(version) == VERSIONS[1]
            yield Violation(
                document.at("Version"),
                severity="warning" if old else "error",
                problem=f"is {version}" if old else f"is {version}, which does not exist",
                allowed=" or ".join(VERSIONS),
            )


def _group_principal(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            for path, entry in statement.principals("AWS"):
                named = _literal_text(entry)
                target = view.member.target(entry) if view.member is not None and not isinstance(entry, str) else None
                if (named and re.match(_GROUP, named)) or (target and target.view.type == "AWS::IAM::Group"):
                    yield Violation(path, n=statement.number, group=target.view.id if target else named)


def _literal_text(value: Any) -> str | None:
    """A string, or the text of a `Fn::Sub` with its marks left in."""
    if isinstance(value, dict) and len(value) == 1 and "Fn::Sub" in value:
        argument = value["Fn::Sub"]
        value = argument[0] if isinstance(argument, list) and argument else argument
    return value if isinstance(value, str) else None


def _sids(view: View) -> Iterator[Violation]:
    for document in documents(view):
        seen: dict[str, int] = {}
        for statement in document.statements:
            sid = statement.body.get("Sid")
            if not isinstance(sid, str) or not sid or is_unknown(sid):
                continue
            where = statement.at("Sid")
            if document.kind == IDENTITY and not re.fullmatch(_ALNUM, sid):
                yield Violation(
                    where,
                    sid=sid,
                    n=statement.number,
                    problem="has characters other than letters and digits",
                    allowed="A-Z, a-z and 0-9",
                )
            first = seen.setdefault(sid, statement.number)
            if first != statement.number:
                yield Violation(
                    where,
                    sid=sid,
                    n=statement.number,
                    problem=f"is already used by statement {first}",
                    severity="warning" if document.kind == RESOURCE else "error",
                )


LEADING_KEYS = "dynamodb:leadingkeys"
_FOR_ALL = ("forallvalues:stringequals", "forallvalues:stringlike")


def leading_keys(statement: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The tests of a statement's condition that speak of the partition key of items: operator and key as written."""
    block = statement.get("Condition")
    if not isinstance(block, dict) or is_unknown(block):
        return []
    return [
        (operator, key)
        for operator, keys in block.items()
        if isinstance(keys, dict) and not is_unknown(keys)
        for key in keys
        if str(key).lower() == LEADING_KEYS and operator.lower() != "null"
    ]


def keeps_to_own(statement: Mapping[str, Any]) -> bool | None:
    """Whether a statement lets its users at the items with certain partition keys alone."""
    block = statement.get("Condition")
    if block is not None and (is_unknown(block) or not isinstance(block, dict)):
        return None
    found = [operator.lower().removesuffix("ifexists") for operator, _ in leading_keys(statement)]
    return any(operator in _FOR_ALL for operator in found)


def _fine_grained(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            tests = leading_keys(statement.body)
            if not tests or statement.body.get("Effect") != "Allow":
                continue
            for operator, key in tests:
                if not operator.lower().startswith("forallvalues:"):
                    yield Violation(
                        statement.at("Condition", operator, key),
                        n=statement.number,
                        operator=operator,
                        test=operator.rpartition(":")[2],
                    )
            for action in statement.all("Action"):
                if isinstance(action, str) and fnmatchcase("dynamodb:scan", action.lower().replace("[", "[[]")):
                    yield Violation(
                        statement.at("Action"),
                        message="statement {n} allows {action}, and a Scan reads the items of everybody",
                        fix="allow single actions such as dynamodb:GetItem and dynamodb:Query",
                        n=statement.number,
                        action=action,
                    )


_READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}


def _managed(*statements: Mapping[str, Any], **document: Any) -> dict[str, Any]:
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements), **document}}


def _bucket_policy(**statement: Any) -> dict[str, Any]:
    body = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*", **statement}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "reports", **_managed(body)}}


def _own_items(operator: str, *actions: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/scores",
        "Condition": {operator: {"dynamodb:LeadingKeys": ["${www.amazon.com:user_id}"]}},
    }


RULES: tuple[Rule, ...] = (
    Rule(
        "IAM006", TYPES, "error",
        "the policy's Version {problem}; only 2012-10-17 fills in variables such as ${aws:username}",
        check=_version,
        fix='set Version: "2012-10-17"',
        source="IAM User Guide, IAM JSON policy elements: Version",
        verified="docs",
        good=(_managed(_READ), {"PolicyDocument": json.dumps(_managed(_READ)["PolicyDocument"])}),
        bad=(
            _managed(_READ, Version="2012-10-18"),
            _managed(_READ, Version="2008-10-17"),
            {"PolicyDocument": {"Statement": [_READ]}},
        ),
    ),
    Rule(
        "IAM014", TYPES, "error",
        "statement {n} names the group {group} as a principal, which no policy can do",
        check=_group_principal,
        refers=True,
        fix="name a role or a user, or give the group the permission in an identity policy",
        source="IAM User Guide, IAM JSON policy elements: Principal",
        verified="docs",
        good=_bucket_policy(Principal={"AWS": "arn:aws:iam::123456789012:role/dev"}),
        bad=(
            _bucket_policy(Principal={"AWS": ["arn:aws:iam::123456789012:group/dev"]}),
            {
                "Resources": {
                    "Dev": {"Type": "AWS::IAM::Group"},
                    "Open": _bucket_policy(Principal={"AWS": {"Fn::GetAtt": ["Dev", "Arn"]}}),
                }
            },
        ),
    ),
    Rule(
        "IAM020", TYPES, "error",
        "the Sid {sid} of statement {n} {problem}",
        check=_sids,
        fix="give every statement of a policy a Sid of its own, of letters and digits, or none",
        source="IAM User Guide, IAM JSON policy elements: Sid",
        verified="docs",
        good=(
            _managed({**_READ, "Sid": "A"}, {**_READ, "Sid": "B"}),
            _bucket_policy(Sid="two words", Principal="*"),
        ),
        bad=(
            _managed({**_READ, "Sid": "A"}, {**_READ, "Sid": "A"}),
            _managed({**_READ, "Sid": "read-reports"}),
        ),
    ),
    Rule(
        "DDB024", TYPES, "warning",
        "statement {n} tests dynamodb:LeadingKeys with {operator}, which an operation on several keys gets round",
        check=_fine_grained,
        fix="use ForAllValues:{test}",
        source="DynamoDB Developer Guide, Using IAM policy conditions for fine-grained access control; course notes, "
        "DynamoDB",
        verified="docs",
        good=_managed(_own_items("ForAllValues:StringEquals", "dynamodb:GetItem", "dynamodb:Query")),
        bad=(
            _managed(_own_items("StringEquals", "dynamodb:GetItem")),
            _managed(_own_items("ForAllValues:StringEquals", "dynamodb:*")),
        ),
    ),
)  # fmt: skip
