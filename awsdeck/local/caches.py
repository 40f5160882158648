"""ElastiCache through its own API, where MiniStack's CloudFormation has nothing."""

from __future__ import annotations

from .call import call
from .kind import Kind, Made, Properties, made_up


class Serverless:
    """AWS::ElastiCache::ServerlessCache."""

    in_place = frozenset({
        "CacheUsageLimits", "DailySnapshotTime", "Description", "Endpoint", "Engine", "FinalSnapshotName",
        "MajorEngineVersion", "ReaderEndpoint", "SecurityGroupIds", "SnapshotRetentionLimit", "Tags", "UserGroupId",
    })  # fmt: skip
    CHANGED = (
        "CacheUsageLimits", "DailySnapshotTime", "Description", "Engine", "MajorEngineVersion", "SecurityGroupIds",
        "SnapshotRetentionLimit", "UserGroupId",
    )  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        given = {"ServerlessCacheName": made_up(stack, logical_id, 40).lower(), **properties}
        name = call("elasticache", "CreateServerlessCache", **given)["ServerlessCache"]["ServerlessCacheName"]
        return str(name), self.attributes(str(name))

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        changed = {key: new[key] for key in self.CHANGED if key in new and new[key] != old.get(key)}
        if changed:
            call("elasticache", "ModifyServerlessCache", ServerlessCacheName=physical_id, **changed)
        return physical_id, self.attributes(physical_id)

    def attributes(self, name: str) -> Properties:
        found = call("elasticache", "DescribeServerlessCaches", ServerlessCacheName=name)["ServerlessCaches"][0]
        flat = {key: str(found.get(key) or "") for key in ("ARN", "CreateTime", "FullEngineVersion", "Status")}
        for group in ("Endpoint", "ReaderEndpoint"):
            at = found.get(group) or {}
            flat |= {f"{group}.Address": str(at.get("Address", name)), f"{group}.Port": str(at.get("Port", 6379))}
        return flat

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("elasticache", "DeleteServerlessCache", ServerlessCacheName=physical_id)


TYPES: dict[str, Kind] = {"AWS::ElastiCache::ServerlessCache": Serverless()}
