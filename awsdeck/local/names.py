"""Route 53 through its own API: MiniStack's handlers forget networks, tags and some routing policies."""

from __future__ import annotations

import secrets
from typing import Any

from .call import call
from .kind import Kind, Made, Properties


def batch(action: str, properties: Properties) -> dict[str, Any]:
    """One change of a record as the API takes it; CloudFormation writes its values as plain text."""
    record = {key: value for key, value in properties.items() if not key.startswith("HostedZone") and key != "Comment"}
    values = record.pop("ResourceRecords", None)
    if values is not None:
        record["ResourceRecords"] = [{"Value": value} for value in values]
    return {"Changes": [{"Action": action, "ResourceRecordSet": record}]}


def zone_of(properties: Properties) -> str:
    """The id of a record's zone, which the template may give by name."""
    given = str(properties.get("HostedZoneId") or "").removeprefix("/hostedzone/")
    if given:
        return given
    wanted = str(properties.get("HostedZoneName") or "")
    for zone in call("route53", "ListHostedZones")["HostedZones"]:
        if zone["Name"].rstrip(".") == wanted.rstrip("."):
            return str(zone["Id"].removeprefix("/hostedzone/"))
    raise ValueError(f"No hosted zone named {wanted}")


class Record:
    """AWS::Route53::RecordSet; `Ref` is its name."""

    in_place = frozenset({
        "AliasTarget", "Comment", "Failover", "GeoLocation", "HealthCheckId", "MultiValueAnswer", "Region",
        "ResourceRecords", "TTL", "Weight",
    })  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        self.change("CREATE", properties)
        return str(properties["Name"]), {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        self.change("UPSERT", new)
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        self.change("DELETE", properties)

    @staticmethod
    def change(action: str, properties: Properties) -> None:
        call(
            "route53",
            "ChangeResourceRecordSets",
            HostedZoneId=zone_of(properties),
            ChangeBatch=batch(action, properties),
        )


class RecordGroup:
    """AWS::Route53::RecordSetGroup: records of one zone."""

    in_place = frozenset({"Comment", "RecordSets"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        for record in self.records(properties):
            Record.change("CREATE", record)
        return f"{stack}-{logical_id}", {"Id": f"{stack}-{logical_id}"}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        before, after = self.records(old), self.records(new)
        kept = [(record["Name"], record["Type"], record.get("SetIdentifier")) for record in after]
        for record in before:
            if (record["Name"], record["Type"], record.get("SetIdentifier")) not in kept:
                Record.change("DELETE", record)
        for record in after:
            Record.change("UPSERT", record)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        for record in self.records(properties):
            Record.change("DELETE", record)

    @staticmethod
    def records(properties: Properties) -> list[Properties]:
        zone: Properties = {key: value for key, value in properties.items() if key.startswith("HostedZone")}
        return [{**zone, **record} for record in properties.get("RecordSets") or []]


def tag(kind: str, resource: str, old: Any, new: Any) -> None:
    """Bring the tags of a zone or health check from `old` to `new`."""
    before, after = ({one["Key"]: str(one["Value"]) for one in tags or []} for tags in (old, new))
    fresh = [{"Key": key, "Value": value} for key, value in sorted(after.items()) if before.get(key) != value]
    gone = sorted(before.keys() - after.keys())
    if fresh or gone:
        call(
            "route53",
            "ChangeTagsForResource",
            ResourceType=kind,
            ResourceId=resource,
            AddTags=fresh or None,
            RemoveTagKeys=gone or None,
        )


class Zone:
    """AWS::Route53::HostedZone; the log of queries is kept in the template alone."""

    in_place = frozenset({
        "HostedZoneConfig", "HostedZoneFeatures", "HostedZoneTags", "QueryLoggingConfig", "VPCs",
    })  # fmt: skip

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        vpcs = properties.get("VPCs") or []
        comment = (properties.get("HostedZoneConfig") or {}).get("Comment")
        made = call(
            "route53",
            "CreateHostedZone",
            Name=properties["Name"],
            CallerReference=secrets.token_hex(8),
            HostedZoneConfig={"Comment": comment, "PrivateZone": bool(vpcs)},
            VPC=vpcs[0] if vpcs else None,
        )
        zone = str(made["HostedZone"]["Id"].removeprefix("/hostedzone/"))
        for vpc in vpcs[1:]:
            call("route53", "AssociateVPCWithHostedZone", HostedZoneId=zone, VPC=vpc)
        tag("hostedzone", zone, None, properties.get("HostedZoneTags"))
        return zone, self.attributes(zone)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        comments = [(given.get("HostedZoneConfig") or {}).get("Comment") or "" for given in (old, new)]
        if comments[0] != comments[1]:
            call("route53", "UpdateHostedZoneComment", Id=physical_id, Comment=comments[1])
        before, after = old.get("VPCs") or [], new.get("VPCs") or []
        for vpc in after:
            if vpc not in before:
                call("route53", "AssociateVPCWithHostedZone", HostedZoneId=physical_id, VPC=vpc)
        for vpc in before:
            if vpc not in after:
                call("route53", "DisassociateVPCFromHostedZone", HostedZoneId=physical_id, VPC=vpc)
        tag("hostedzone", physical_id, old.get("HostedZoneTags"), new.get("HostedZoneTags"))
        return physical_id, self.attributes(physical_id)

    def attributes(self, zone: str) -> dict[str, Any]:
        found = call("route53", "GetHostedZone", Id=zone)
        return {"Id": zone, "NameServers": (found.get("DelegationSet") or {}).get("NameServers") or []}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("route53", "DeleteHostedZone", Id=physical_id)


class HealthCheck:
    """AWS::Route53::HealthCheck; kept by the API, and calling nobody."""

    in_place = frozenset({"HealthCheckConfig", "HealthCheckTags"})
    FIXED = ("Type", "MeasureLatency", "RequestInterval")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call(
            "route53",
            "CreateHealthCheck",
            CallerReference=secrets.token_hex(8),
            HealthCheckConfig=properties["HealthCheckConfig"],
        )
        check = str(made["HealthCheck"]["Id"])
        tag("healthcheck", check, None, properties.get("HealthCheckTags"))
        return check, {"HealthCheckId": check}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        before, after = old["HealthCheckConfig"], new["HealthCheckConfig"]
        if any(before.get(name) != after.get(name) for name in self.FIXED):
            return self.create(physical_id, new, "")
        if before != after:
            given = {name: value for name, value in after.items() if name not in self.FIXED}
            call("route53", "UpdateHealthCheck", HealthCheckId=physical_id, **given)
        tag("healthcheck", physical_id, old.get("HealthCheckTags"), new.get("HealthCheckTags"))
        return physical_id, {"HealthCheckId": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("route53", "DeleteHealthCheck", HealthCheckId=physical_id)


TYPES: dict[str, Kind] = {
    "AWS::Route53::HealthCheck": HealthCheck(),
    "AWS::Route53::HostedZone": Zone(),
    "AWS::Route53::RecordSet": Record(),
    "AWS::Route53::RecordSetGroup": RecordGroup(),
}
