"""RDS: types MiniStack has an API for and no handler, and what its handlers of databases leave out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, ClassVar

from ministack.services import rds

from ..rules.rds.dbengines import PORTS, family
from .call import call
from .called import Called
from .kind import Kind, Made, Properties

DISKS = {"Iops": "Iops", "StorageThroughput": "StorageThroughput", "CACertificateIdentifier": "CACertificateIdentifier"}
"""Properties of an instance that MiniStack shows and does not take over, and what they are called there."""


def lower(properties: Properties) -> dict[str, Any]:
    """An option group as the API takes it."""
    return {**properties, "OptionGroupName": str(properties["OptionGroupName"]).lower()}


class Snapshot(Called):
    """AWS::RDS::DBSnapshot; `Ref` is its ARN, and it is deleted by its name."""

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("rds", "DeleteDBSnapshot", DBSnapshotIdentifier=physical_id.rpartition(":")[2])


class ProxyTargets:
    """AWS::RDS::DBProxyTargetGroup: the databases behind a proxy, and how many connections it keeps."""

    in_place = frozenset({
        "ConnectionPoolConfigurationInfo", "DBClusterIdentifiers", "DBInstanceIdentifiers", "TargetGroupName",
    })  # fmt: skip
    LISTS: ClassVar[dict[str, str]] = {
        "DBClusterIdentifiers": "TRACKED_CLUSTER",
        "DBInstanceIdentifiers": "RDS_INSTANCE",
    }

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        return self.put({}, properties)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return self.put(old, new)

    def put(self, old: Properties, new: Properties) -> Made:
        proxy = {"DBProxyName": new["DBProxyName"], "TargetGroupName": new.get("TargetGroupName") or "default"}
        pool = new.get("ConnectionPoolConfigurationInfo")
        if pool and pool != old.get("ConnectionPoolConfigurationInfo"):
            call("rds", "ModifyDBProxyTargetGroup", ConnectionPoolConfig=pool, **proxy)
        held = call("rds", "DescribeDBProxyTargets", **proxy)["Targets"]
        for name, kind in self.LISTS.items():
            after = set(new.get(name) or [])
            before = {str(one["RdsResourceId"]) for one in held if one["Type"] == kind}
            if before - after:
                call("rds", "DeregisterDBProxyTargets", **proxy, **{name: sorted(before - after)})
            if after - before:
                call("rds", "RegisterDBProxyTargets", **proxy, **{name: sorted(after - before)})
        arn = call("rds", "DescribeDBProxyTargetGroups", **proxy)["TargetGroups"][0]["TargetGroupArn"]
        return str(arn), {"TargetGroupArn": arn}

    def delete(self, physical_id: str, properties: Properties) -> None:
        proxy = {"DBProxyName": properties["DBProxyName"]}
        for name in self.LISTS:
            if properties.get(name):
                call("rds", "DeregisterDBProxyTargets", **proxy, **{name: properties[name]})


TYPES: dict[str, Kind] = {
    "AWS::RDS::DBProxy": Called(
        "rds", "CreateDBProxy", "DBProxy/DBProxyName", "DeleteDBProxy", "DBProxyName",
        attributes={"DBProxyArn": "DBProxy/DBProxyArn", "Endpoint": "DBProxy/Endpoint", "VpcId": "DBProxy/VpcId"},
        in_place=("Auth", "DebugLogging", "IdleClientTimeout", "RequireTLS", "RoleArn", "Tags", "VpcSecurityGroupIds"),
        change="ModifyDBProxy",
    ),
    "AWS::RDS::DBProxyEndpoint": Called(
        "rds", "CreateDBProxyEndpoint", "DBProxyEndpoint/DBProxyEndpointName", "DeleteDBProxyEndpoint",
        "DBProxyEndpointName", in_place=("Tags", "VpcSecurityGroupIds"),
        attributes={
            "DBProxyEndpointArn": "DBProxyEndpoint/DBProxyEndpointArn", "Endpoint": "DBProxyEndpoint/Endpoint",
            "IsDefault": "DBProxyEndpoint/IsDefault", "VpcId": "DBProxyEndpoint/VpcId",
        },
    ),
    "AWS::RDS::DBProxyTargetGroup": ProxyTargets(),
    "AWS::RDS::DBSnapshot": Snapshot(
        "rds", "CreateDBSnapshot", "DBSnapshot/DBSnapshotArn", "DeleteDBSnapshot", "DBSnapshotIdentifier",
        named="DBSnapshotIdentifier", longest=200, lower=True, same=("DBSnapshotArn",), in_place=("Tags",),
        attributes={"Engine": "DBSnapshot/Engine", "EngineVersion": "DBSnapshot/EngineVersion"},
    ),
    "AWS::RDS::GlobalCluster": Called(
        "rds", "CreateGlobalCluster", "GlobalCluster/GlobalClusterIdentifier", "DeleteGlobalCluster",
        "GlobalClusterIdentifier", named="GlobalClusterIdentifier", longest=60, lower=True,
        in_place=("DeletionProtection", "EngineLifecycleSupport", "EngineVersion", "Tags"),
    ),
    "AWS::RDS::OptionGroup": Called(
        "rds", "CreateOptionGroup", "OptionGroup/OptionGroupName", "DeleteOptionGroup", "OptionGroupName",
        shape=lower, named="OptionGroupName", longest=255, lower=True, in_place=("OptionConfigurations", "Tags"),
    ),
}  # fmt: skip


def instances(known: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's own handler of database instances, for replicas, options, disks and kept passwords too."""

    def before(properties: Properties) -> Properties:
        source = str(properties.get("SourceDBInstanceIdentifier") or "")
        if source:
            unsaid = {"BackupRetentionPeriod": 0} if replicates(properties) else {}
            properties = {**inherited(source), **unsaid, **properties}
        port = PORTS.get(family(str(properties.get("Engine") or "")))
        return properties if port is None else {"Port": port, **properties}

    def finish(name: str, properties: Properties, attributes: dict[str, Any]) -> dict[str, Any]:
        record = rds._instances[name]
        follow(name, str(properties.get("DBClusterIdentifier") or ""))
        if replicates(properties):
            join(name, str(properties["SourceDBInstanceIdentifier"]))
        record.update({ours: int_or_text(properties[given]) for given, ours in DISKS.items() if properties.get(given)})
        if properties.get("OptionGroupName"):
            membership = {"OptionGroupName": str(properties["OptionGroupName"]), "Status": "in-sync"}
            record["OptionGroupMemberships"] = [membership]
        return {**attributes, **password(f"rds!db-{name}", record, properties)}

    return wrapped(known, before, finish)


def clusters(known: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's own handler of database clusters, for kept passwords too."""

    def finish(name: str, properties: Properties, attributes: dict[str, Any]) -> dict[str, Any]:
        return {**attributes, **password(f"rds!cluster-{name}", rds._clusters[name], properties)}

    return wrapped(known, lambda properties: properties, finish)


def wrapped(
    known: dict[str, Any],
    before: Callable[[Properties], Properties],
    finish: Callable[[str, Properties, dict[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """A handler that is given other properties, and whose attributes are completed."""

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        physical_id, attributes = known["create"](logical_id, before(properties), stack)
        return physical_id, finish(physical_id, properties, attributes)

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        changed_id, attributes = known["update"](physical_id, before(old), before(new), stack, *logical_id)
        return changed_id, finish(changed_id, new, attributes)

    def delete(physical_id: str, properties: Properties) -> None:
        for store in (rds._instances, rds._clusters):
            forget(store.get(physical_id) or {})
        known["delete"](physical_id, properties)

    return {**known, "create": create, "update": update, "delete": delete}


def replicates(properties: Properties) -> bool:
    """Whether an instance follows its source, and was not merely restored from it."""
    restored = properties.get("RestoreTime") or str(properties.get("UseLatestRestorableTime")).lower() == "true"
    return bool(properties.get("SourceDBInstanceIdentifier")) and not restored


def inherited(source: str) -> Properties:
    """What a replica has from its source, when that stands in the same region."""
    held = rds._instances.get(source.rpartition(":")[2]) or {}
    same = ("AllocatedStorage", "Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "StorageType")
    return {name: held[name] for name in same if held.get(name) is not None}


def follow(name: str, cluster: str) -> None:
    """Make an instance a reader when its cluster has a writer."""
    members = (rds._clusters.get(cluster) or {}).get("DBClusterMembers", [])
    if any(one["IsClusterWriter"] for one in members if one["DBInstanceIdentifier"] != name):
        for one in members:
            one["IsClusterWriter"] = one["IsClusterWriter"] and one["DBInstanceIdentifier"] != name


def join(replica: str, source: str) -> None:
    """Let an instance and its replica name each other; one in another region is named by its ARN."""
    near = source.rpartition(":")[2]
    held = rds._instances.get(near)
    rds._instances[replica]["ReadReplicaSourceDBInstanceIdentifier"] = near if held is not None else source
    if held is not None and replica not in held.setdefault("ReadReplicaDBInstanceIdentifiers", []):
        held["ReadReplicaDBInstanceIdentifiers"].append(replica)


def password(name: str, record: Properties, properties: Properties) -> dict[str, Any]:
    """The secret in which RDS keeps a password itself; made once."""
    if str(properties.get("ManageMasterUserPassword")).lower() != "true":
        return {}
    kept = record.get("MasterUserSecret")
    if not kept:
        content = {"username": record.get("MasterUsername"), "password": "made by the embedded CloudFormation"}
        arn = call("secretsmanager", "CreateSecret", Name=name, SecretString=json.dumps(content))["ARN"]
        kept = record["MasterUserSecret"] = {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": ""}
    return {"MasterUserSecret.SecretArn": kept["SecretArn"]}


def forget(record: Properties) -> None:
    """Take away the secret of a database that goes."""
    kept = record.get("MasterUserSecret")
    if kept:
        call("secretsmanager", "DeleteSecret", SecretId=kept["SecretArn"], ForceDeleteWithoutRecovery=True)


def int_or_text(value: Any) -> Any:
    return int(value) if str(value).isdigit() else value
