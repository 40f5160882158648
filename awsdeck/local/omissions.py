"""What MiniStack's CloudFormation leaves out of resources it makes: told to its services right after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import balancers, bucket
from .call import call
from .kind import Properties

Apply = Callable[[str, Properties, Properties], None]


def changed(key: str, old: Properties, new: Properties) -> Any:
    """The new value of a property that is set and not what it was."""
    return new[key] if key in new and new[key] != old.get(key) else None


def table(name: str, old: Properties, new: Properties) -> None:
    """AWS::DynamoDB::Table: time to live, backups, encryption, table class."""
    if expiry := changed("TimeToLiveSpecification", old, new):
        call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=expiry)
    if backups := changed("PointInTimeRecoverySpecification", old, new):
        call("dynamodb", "UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=backups)
    if encryption := changed("SSESpecification", old, new):
        asked = {**encryption, "Enabled": encryption.get("SSEEnabled")}
        call("dynamodb", "UpdateTable", TableName=name, SSESpecification=asked)
    if kind := changed("TableClass", old, new):
        call("dynamodb", "UpdateTable", TableName=name, TableClass=kind)


def function(name: str, old: Properties, new: Properties) -> None:
    """AWS::Lambda::Function: reserved concurrency, dead-letter target, VPC."""
    reserved = changed("ReservedConcurrentExecutions", old, new)
    if reserved is not None:
        call("lambda", "PutFunctionConcurrency", FunctionName=name, ReservedConcurrentExecutions=reserved)
    elif "ReservedConcurrentExecutions" in old and "ReservedConcurrentExecutions" not in new:
        call("lambda", "DeleteFunctionConcurrency", FunctionName=name)
    configuration = {key: changed(key, old, new) for key in ("DeadLetterConfig", "VpcConfig")}
    if any(configuration.values()):
        call("lambda", "UpdateFunctionConfiguration", FunctionName=name, **configuration)


def stream(name: str, old: Properties, new: Properties) -> None:
    """AWS::Kinesis::Stream: encryption."""
    before, after = old.get("StreamEncryption"), new.get("StreamEncryption")
    if before != after:
        change, settings = ("StartStreamEncryption", after) if after else ("StopStreamEncryption", before)
        call("kinesis", change, StreamName=name, **(settings or {}))


def schedule(name: str, old: Properties, new: Properties) -> None:
    """AWS::Scheduler::Schedule: the time zone, the times between which it happens, the key."""
    call("scheduler", "UpdateSchedule", **{**new, "Name": name})


AFTERWARDS: dict[str, Apply] = {
    "AWS::DynamoDB::Table": table,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancers.subnets,
    "AWS::ElasticLoadBalancingV2::TargetGroup": balancers.targets,
    "AWS::Kinesis::Stream": stream,
    "AWS::Lambda::Function": function,
    "AWS::S3::Bucket": bucket.apply,
    "AWS::Scheduler::Schedule": schedule,
}
BEFORE_DELETE: dict[str, Callable[[str], None]] = {"AWS::S3::Bucket": bucket.keep_objects}
STACK_TAGS = {  # types that get the tags of their stack, and the property and its form
    "AWS::EC2::Instance": ("Tags", "list"),
    "AWS::EC2::NatGateway": ("Tags", "list"),
    "AWS::EC2::NetworkInterface": ("Tags", "list"),
    "AWS::EC2::Volume": ("Tags", "list"),
    "AWS::S3::Bucket": ("Tags", "list"),
}
