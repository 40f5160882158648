"""Where resources name the key they are encrypted with, and whether that key will do.

What S3 and SNS need to send to an encrypted queue or topic is told with their notifications and subscriptions (XSV004,
SNS005); KMS009 has the other services that send there.

Source: CloudFormation resource schemas, the properties that take a KMS key for the resource itself.
"""

from __future__ import annotations

from ..vocabulary import Rule, Stacks, Violation, is_unknown
from .access import KEY, QUEUE, TOPIC, key_allows, managed_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

ALIAS = "AWS::KMS::Alias"
REPLICA = "AWS::KMS::ReplicaKey"
SYMMETRIC = "SYMMETRIC_DEFAULT"

_DISKS = "BlockDeviceMappings/*/Ebs/KmsKeyId"
ENCRYPTED: dict[str, tuple[str, ...]] = {
    "AWS::Backup::BackupVault": ("EncryptionKeyArn",),
    "AWS::DynamoDB::Table": ("SSESpecification/KMSMasterKeyId",),
    "AWS::EC2::Instance": (_DISKS,),
    "AWS::EC2::LaunchTemplate": (f"LaunchTemplateData/{_DISKS}",),
    "AWS::EC2::Volume": ("KmsKeyId",),
    "AWS::ECR::Repository": ("EncryptionConfiguration/KmsKey",),
    "AWS::EFS::FileSystem": ("KmsKeyId",),
    "AWS::ElastiCache::ReplicationGroup": ("KmsKeyId",),
    "AWS::ElastiCache::ServerlessCache": ("KmsKeyId",),
    "AWS::Kinesis::Stream": ("StreamEncryption/KeyId",),
    "AWS::Lambda::Function": ("KmsKeyArn",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::RDS::DBCluster": ("KmsKeyId", "MasterUserSecret/KmsKeyId", "PerformanceInsightsKmsKeyId"),
    "AWS::RDS::DBInstance": ("KmsKeyId", "MasterUserSecret/KmsKeyId", "PerformanceInsightsKMSKeyId"),
    "AWS::S3::Bucket": (
        "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/KMSMasterKeyID",
    ),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SecretsManager::Secret": ("KmsKeyId",),
}
"""Properties for keys of another region (S3 and Secrets Manager replicas, RDS backups, global tables) are not among them."""
TYPES = tuple(ENCRYPTED)


def sealed(graph: Graph) -> Iterator[tuple[View, Path, Any]]:
    """Every place where a resource of the graph names its key."""
    for view in graph.of(*TYPES):
        for prop in ENCRYPTED[view.type]:
            if prop.partition("/")[0] in view.properties:
                for path, value in view.values(prop):
                    yield view, path, value


def key_of(view: View, value: Any) -> View | None:
    """The key or replica of the graph that a value names, also through an alias."""
    found = view.graph.target(view, value) if view.graph is not None else None
    if found is not None and found.view.type == ALIAS:
        alias = found.view
        found = alias.graph.target(alias, alias.get("TargetKeyId")) if alias.graph is not None else None
    return found.view if found is not None and found.view.type in (KEY, REPLICA) else None


def made_as(key: View) -> View | None:
    """The key whose spec counts: a replica's primary, when it is in the graph."""
    if key.type == KEY:
        return key
    found = key.graph.target(key, key.get("PrimaryKeyArn")) if key.graph is not None else None
    return found.view if found is not None and found.view.type == KEY else None


def region_of(value: Any) -> str | None:
    """The region that a key's ARN names literally."""
    if not isinstance(value, str) or is_unknown(value) or not value.startswith("arn:") or "${" in value:
        return None
    parts = value.split(":")
    return parts[3] if len(parts) >= 6 and parts[2] == "kms" and parts[3] else None


# Checks


def _fit(graph: Graph) -> Iterator[Violation]:
    for view, path, value in sealed(graph):
        key = key_of(view, value)
        made = None if key is None else made_as(key)
        spec = None if made is None else made.get("KeySpec", SYMMETRIC)
        if key is not None and isinstance(spec, str) and not is_unknown(spec) and spec != SYMMETRIC:
            yield Violation(
                path,
                view=view,
                message="{key} is a {spec} key, and {id} is encrypted with symmetric keys only",
                fix=f"use a key of spec {SYMMETRIC}",
                key=key.id,
                spec=spec,
            )
        here = view.member.region if view.member is not None else None
        there = key.member.region if key is not None and key.member is not None else region_of(value)
        if here and there and here != there:
            yield Violation(path, view=view, key=key.id if key is not None else value, here=here, there=there)


def _senders(graph: Graph) -> Iterator[tuple[View, Path, View, str]]:
    """What AWS services send to queues and topics of the graph: from where, to what, and which service."""
    for rule in graph.of("AWS::Events::Rule"):
        for place in ("Targets/*/Arn", "Targets/*/DeadLetterConfig/Arn"):
            yield from _sent(graph, rule, place, "events")
    for place in ("AlarmActions/*", "OKActions/*", "InsufficientDataActions/*"):
        for alarm in graph.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
            yield from _sent(graph, alarm, place, "cloudwatch")
    for subscription in graph.of("AWS::SNS::Subscription"):
        yield from _sent(graph, subscription, "RedrivePolicy/deadLetterTargetArn", "sns")


def _sent(graph: Graph, view: View, place: str, service: str) -> Iterator[tuple[View, Path, View, str]]:
    if place.partition("/")[0] not in view.properties:
        return
    for path, value in view.values(place):
        found = graph.target(view, value)
        if found is not None and found.view.type in (QUEUE, TOPIC):
            yield view, path, found.view, service


def _senders_use(graph: Graph) -> Iterator[Violation]:
    for view, path, target, service in _senders(graph):
        principal = f"{service}.amazonaws.com"
        if managed_key(target):
            yield Violation(
                path,
                view=view,
                message="{target} is encrypted with AWS's own key, which {principal} may not use: messages get lost",
                fix="encrypt {target} with a customer key that {principal} may use (or a queue with SQS's own keys)",
                target=target.id,
                principal=principal,
            )
        key = key_of(target, target.get("KmsMasterKeyId"))
        if key is not None and key_allows(key, service, "kms:GenerateDataKey", "kms:Decrypt") is False:
            yield Violation(path, view=view, target=target.id, key=key.id, principal=principal)


# Examples


_OWNER = {
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*",
}  # fmt: skip


def _let(service: str, *actions: str) -> dict[str, Any]:
    principal = {"Service": f"{service}.amazonaws.com"}
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*"}


def _sealed(**key: Any) -> dict[str, Any]:
    return {
        "Resources": {
            "Key": {"Type": KEY, "Properties": key},
            "Orders": {"Type": QUEUE, "Properties": {"KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}},
        }
    }


def _alarmed(*statements: dict[str, Any], key: Any = None) -> dict[str, Any]:
    policy = {"KeyPolicy": {"Version": "2012-10-17", "Statement": [_OWNER, *statements]}}
    return {
        "Resources": {
            "Key": {"Type": KEY, "Properties": policy},
            "Told": {"Type": TOPIC, "Properties": {"KmsMasterKeyId": key or {"Fn::GetAtt": ["Key", "Arn"]}}},
            "Old": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "AWS/SQS", "MetricName": "ApproximateAgeOfOldestMessage", "Statistic": "Maximum",
                    "Period": 60, "EvaluationPeriods": 1, "Threshold": 60, "AlarmActions": [{"Ref": "Told"}],
                    "ComparisonOperator": "GreaterThanThreshold",
                },
            },
        }
    }  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule(
        "KMS008", (*TYPES, KEY), "error",
        "{key} is a key of {there}, and {id} in {here} is encrypted with keys of its own region only",
        scope="graph",
        check=_fit,
        fix="use a key of {here}; a multi-region key has a replica there",
        source="KMS API Reference, CreateKey, KeySpec; KMS Developer Guide, Multi-Region keys",
        good=(_sealed(), _sealed(MultiRegion=True)),
        bad=(
            _sealed(KeySpec="RSA_2048"),
            Stacks(
                {"shop": {"Resources": {"Orders": {"Type": QUEUE, "Properties": {"KmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:key/k"}}}}},
                {"shop": {"region": "eu-west-1"}},
            ),
        ),
    ),
    Rule(
        "KMS009", ("AWS::Events::Rule", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::SNS::Subscription"), "warning",
        "{target} is encrypted with {key}, whose policy does not let {principal} use it: messages get lost",
        scope="graph",
        check=_senders_use,
        fix="allow {principal} kms:GenerateDataKey and kms:Decrypt in the policy of {key}",
        source="SQS Developer Guide, Key management, permissions for AWS services; SNS Developer Guide, Managing encryption "
        "keys, compatibility between event sources and encrypted topics",
        verified="docs",
        good=_alarmed(_let("cloudwatch", "kms:GenerateDataKey*", "kms:Decrypt")),
        bad=(_alarmed(), _alarmed(key="alias/aws/sns")),
    ),
)  # fmt: skip
