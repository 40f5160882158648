"""EC2 types MiniStack has an API for and no CloudFormation handler."""

from __future__ import annotations

import base64
from typing import Any

from ministack.services import ec2

from . import disks
from .call import call
from .kind import Fixed, Kind, Made, Properties, made_up


def tag(resource: str, old: Properties, new: Properties) -> None:
    """Bring the tags of a resource from `old` to `new`."""
    before = {entry["Key"]: str(entry["Value"]) for entry in old.get("Tags") or []}
    after = {entry["Key"]: str(entry["Value"]) for entry in new.get("Tags") or []}
    gone = [{"Key": key} for key in sorted(before.keys() - after.keys())]
    fresh = [{"Key": key, "Value": value} for key, value in sorted(after.items()) if before.get(key) != value]
    if gone:
        call("ec2", "DeleteTags", Resources=[resource], Tags=gone)
    if fresh:
        call("ec2", "CreateTags", Resources=[resource], Tags=fresh)


class Tagged:
    """A type of which MiniStack's API changes nothing but the tags once it is made."""

    in_place: frozenset[str] = frozenset({"Tags"})

    def attributes(self, physical_id: str) -> dict[str, Any]:
        return {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        tag(physical_id, old, new)
        return physical_id, self.attributes(physical_id)


class Instance(Tagged):
    """AWS::EC2::Instance; a record that EC2's API lists and starts, with no machine behind it.

    MiniStack cannot modify one: what AWS changes in place is here a replacement.
    """

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        asked = {
            key: value
            for key, value in properties.items()
            if key not in ("BlockDeviceMappings", "Tags", "Volumes", "LicenseSpecifications")
        }
        placement = {key: asked.pop(key, None) for key in ("AvailabilityZone", "Tenancy", "HostId", "Affinity")}
        profile, monitoring, user_data = (
            asked.pop(key, None) for key in ("IamInstanceProfile", "Monitoring", "UserData")
        )
        if any(placement.values()):
            asked["Placement"] = placement
        if asked.get("NetworkInterfaces"):
            asked["NetworkInterfaces"] = [{**one, "Groups": one.get("GroupSet")} for one in asked["NetworkInterfaces"]]
        if profile:
            asked["IamInstanceProfile"] = {"Name": profile}
        if monitoring is not None:
            asked["Monitoring"] = {"Enabled": monitoring}
        if user_data:
            asked["UserData"] = base64.b64decode(user_data).decode("utf-8", "replace")  # the client encodes it again
        if not asked.get("LaunchTemplate"):
            asked.setdefault("ImageId", "ami-12c6146b")
        made = call("ec2", "RunInstances", MinCount=1, MaxCount=1, **asked)["Instances"][0]["InstanceId"]
        tag(made, {}, properties)
        place(made, placement, properties.get("SubnetId"))
        attributes = self.attributes(made)
        disks.make(made, attributes["AvailabilityZone"], properties.get("BlockDeviceMappings"))
        return made, attributes

    def attributes(self, physical_id: str) -> dict[str, Any]:
        found = call("ec2", "DescribeInstances", InstanceIds=[physical_id])["Reservations"][0]["Instances"][0]
        return {
            "AvailabilityZone": found.get("Placement", {}).get("AvailabilityZone", ""),
            "InstanceId": physical_id,
            "PrivateDnsName": found.get("PrivateDnsName", ""),
            "PrivateIp": found.get("PrivateIpAddress", ""),
            "PublicDnsName": found.get("PublicDnsName", ""),
            "PublicIp": found.get("PublicIpAddress", ""),
            "State.Name": found.get("State", {}).get("Name", ""),
            "VpcId": found.get("VpcId", ""),
        }

    def delete(self, physical_id: str, properties: Properties) -> None:
        volumes = disks.going(physical_id, properties.get("BlockDeviceMappings"))
        call("ec2", "TerminateInstances", InstanceIds=[physical_id])
        for volume in volumes:
            if volume in ec2._volumes:
                ec2._volumes[volume]["Attachments"] = []
                call("ec2", "DeleteVolume", VolumeId=volume)


def place(instance: str, asked: Properties, subnet: str | None) -> None:
    """Where an instance stands, which MiniStack does not look at: the zone of its subnet, and the tenancy asked for."""
    where = {"AvailabilityZone": asked.get("AvailabilityZone"), "Tenancy": asked.get("Tenancy")}
    if subnet in ec2._subnets:
        where["AvailabilityZone"] = ec2._subnets[subnet]["AvailabilityZone"]
    ec2._instances[instance]["Placement"].update({key: value for key, value in where.items() if value})


class Address(Tagged):
    """AWS::EC2::EIP; `Ref` is the address."""

    in_place = frozenset({"InstanceId", "Tags"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call("ec2", "AllocateAddress", Domain=properties.get("Domain") or "vpc")
        if properties.get("InstanceId"):
            call("ec2", "AssociateAddress", AllocationId=made["AllocationId"], InstanceId=properties["InstanceId"])
        tag(made["AllocationId"], {}, properties)
        return made["PublicIp"], {"AllocationId": made["AllocationId"], "PublicIp": made["PublicIp"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        allocation = self.attributes(physical_id)["AllocationId"]
        tag(allocation, old, new)
        if new.get("InstanceId") and new.get("InstanceId") != old.get("InstanceId"):
            call("ec2", "AssociateAddress", AllocationId=allocation, InstanceId=new["InstanceId"])
        return physical_id, self.attributes(physical_id)

    def attributes(self, physical_id: str) -> dict[str, Any]:
        every = call("ec2", "DescribeAddresses")["Addresses"]  # MiniStack gives all of them, whatever is asked for
        found = next(one for one in every if one["PublicIp"] == physical_id)
        return {"AllocationId": found["AllocationId"], "PublicIp": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "ReleaseAddress", AllocationId=self.attributes(physical_id)["AllocationId"])


class AddressAssociation(Fixed):
    """AWS::EC2::EIPAssociation."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        asked = dict(properties)
        address = asked.pop("EIP", None)
        if address and not asked.get("AllocationId"):
            asked["AllocationId"] = Address().attributes(address)["AllocationId"]
        made = call("ec2", "AssociateAddress", **asked)["AssociationId"]
        return made, {"Id": made}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "DisassociateAddress", AssociationId=physical_id)


class Gateway(Tagged):
    """AWS::EC2::NatGateway."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call("ec2", "CreateNatGateway", **untagged(properties))["NatGateway"]["NatGatewayId"]
        tag(made, {}, properties)
        return made, self.attributes(made)

    def attributes(self, physical_id: str) -> dict[str, Any]:
        return {"NatGatewayId": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "DeleteNatGateway", NatGatewayId=physical_id)


class Volume(Tagged):
    """AWS::EC2::Volume, which can grow and change its type in place."""

    in_place = frozenset({"Iops", "Size", "Tags", "Throughput", "VolumeType"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call("ec2", "CreateVolume", **untagged(properties))["VolumeId"]
        ec2._volumes[made]["MultiAttachEnabled"] = str(properties.get("MultiAttachEnabled")).lower() == "true"
        tag(made, {}, properties)
        return made, self.attributes(made)

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        changed = {key: new[key] for key in sorted(self.in_place - {"Tags"}) if key in new and new[key] != old.get(key)}
        if changed:
            call("ec2", "ModifyVolume", VolumeId=physical_id, **changed)
        return super().update(physical_id, old, new)

    def attributes(self, physical_id: str) -> dict[str, Any]:
        return {"VolumeId": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "DeleteVolume", VolumeId=physical_id)


class VolumeAttachment(Fixed):
    """AWS::EC2::VolumeAttachment."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        call("ec2", "AttachVolume", **{"Device": "/dev/sdf", **properties})
        return f"{properties['VolumeId']}|{properties['InstanceId']}", {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "DetachVolume", VolumeId=physical_id.partition("|")[0])


class SecurityGroupRule(Fixed):
    """AWS::EC2::SecurityGroupIngress and SecurityGroupEgress: one rule of a group that has others."""

    def __init__(self, direction: str) -> None:
        self.direction = direction

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        permission = self.permission(properties)
        group = properties.get("GroupId") or properties.get("GroupName")
        call("ec2", f"AuthorizeSecurityGroup{self.direction}", GroupId=group, IpPermissions=[permission])
        return made_up("sgr", logical_id), {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        permission = self.permission(properties)
        group = properties.get("GroupId") or properties.get("GroupName")
        call("ec2", f"RevokeSecurityGroup{self.direction}", GroupId=group, IpPermissions=[permission])

    @staticmethod
    def permission(properties: Properties) -> Properties:
        def described(**peer: Any) -> list[Properties] | None:
            ((_, value),) = peer.items()
            return [{**peer, "Description": properties.get("Description")}] if value else None

        peer = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
        lists = properties.get("SourcePrefixListId") or properties.get("DestinationPrefixListId")
        return {
            "IpProtocol": properties["IpProtocol"],
            "FromPort": properties.get("FromPort"),
            "ToPort": properties.get("ToPort"),
            "IpRanges": described(CidrIp=properties.get("CidrIp")),
            "Ipv6Ranges": described(CidrIpv6=properties.get("CidrIpv6")),
            "UserIdGroupPairs": described(GroupId=peer),
            "PrefixListIds": described(PrefixListId=lists),
        }


class Interface(Tagged):
    """AWS::EC2::NetworkInterface."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        asked = {**untagged(properties), "Groups": properties.get("GroupSet")}
        made = call("ec2", "CreateNetworkInterface", **asked)["NetworkInterface"]["NetworkInterfaceId"]
        tag(made, {}, properties)
        return made, self.attributes(made)

    def attributes(self, physical_id: str) -> dict[str, Any]:
        found = call("ec2", "DescribeNetworkInterfaces", NetworkInterfaceIds=[physical_id])["NetworkInterfaces"][0]
        return {"Id": physical_id, "PrimaryPrivateIpAddress": found.get("PrivateIpAddress", "")}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ec2", "DeleteNetworkInterface", NetworkInterfaceId=physical_id)


def untagged(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if key != "Tags"}


TYPES: dict[str, Kind] = {
    "AWS::EC2::EIP": Address(),
    "AWS::EC2::EIPAssociation": AddressAssociation(),
    "AWS::EC2::Instance": Instance(),
    "AWS::EC2::NatGateway": Gateway(),
    "AWS::EC2::NetworkInterface": Interface(),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRule("Egress"),
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRule("Ingress"),
    "AWS::EC2::Volume": Volume(),
    "AWS::EC2::VolumeAttachment": VolumeAttachment(),
}
