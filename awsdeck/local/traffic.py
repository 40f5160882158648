"""Access lists, flow logs, peerings and the like of a VPC, which MiniStack has an API for and no handler."""

from __future__ import annotations

from typing import Any

from ministack.services import ec2

from .call import call
from .called import Called
from .kind import Fixed, Kind, Made, Properties
from .network import tag, untagged


class Tagged(Called):
    """A type of EC2 whose tags are set by a call of their own."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = super().create(logical_id, untagged(properties), stack)
        tag(made[0], {}, properties)
        return made

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        tag(physical_id, old, new)
        return super().update(physical_id, old, new)


def entry(properties: Properties) -> Properties:
    """An entry of an access list as the API takes it."""
    given = {"Egress": False, **properties}
    if "Icmp" in given:
        given["IcmpTypeCode"] = given.pop("Icmp")
    return given


class AccessEntry:
    """AWS::EC2::NetworkAclEntry."""

    in_place = frozenset({"CidrBlock", "Icmp", "Ipv6CidrBlock", "PortRange", "Protocol", "RuleAction"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        call("ec2", "CreateNetworkAclEntry", **entry(properties))
        return f"{properties['NetworkAclId']}|{properties['RuleNumber']}|{properties.get('Egress', False)}", {}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        call("ec2", "ReplaceNetworkAclEntry", **entry(new))
        return physical_id, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        keys = {key: entry(properties)[key] for key in ("NetworkAclId", "RuleNumber", "Egress")}
        call("ec2", "DeleteNetworkAclEntry", **keys)


class AccessAssociation(Fixed):
    """AWS::EC2::SubnetNetworkAclAssociation; MiniStack's API forgets the subnet, which is written down after it."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        acl = properties["NetworkAclId"]
        made = call("ec2", "ReplaceNetworkAclAssociation", AssociationId=logical_id, NetworkAclId=acl)
        association = str(made["NewAssociationId"])
        for one in ec2._network_acls[acl]["Associations"]:
            if one["NetworkAclAssociationId"] == association:
                one["SubnetId"] = properties["SubnetId"]
        return association, {"AssociationId": association}

    def delete(self, physical_id: str, properties: Properties) -> None:
        acl = ec2._network_acls.get(properties["NetworkAclId"])
        if acl is not None:
            kept = [one for one in acl["Associations"] if one["NetworkAclAssociationId"] != physical_id]
            acl["Associations"] = kept


class Peering(Tagged):
    """AWS::EC2::VPCPeeringConnection; between networks of one account it is accepted at once."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        physical_id, _ = super().create(logical_id, properties, stack)
        call("ec2", "AcceptVpcPeeringConnection", VpcPeeringConnectionId=physical_id)
        return physical_id, {"Id": physical_id}


def resources(properties: Properties) -> dict[str, Any]:
    return {**properties, "ResourceIds": [properties["ResourceId"]]}


TYPES: dict[str, Kind] = {
    "AWS::EC2::EgressOnlyInternetGateway": Tagged(
        "ec2", "CreateEgressOnlyInternetGateway", "EgressOnlyInternetGateway/EgressOnlyInternetGatewayId",
        "DeleteEgressOnlyInternetGateway", "EgressOnlyInternetGatewayId", same=("Id",), in_place=("Tags",),
    ),
    "AWS::EC2::FlowLog": Tagged(
        "ec2", "CreateFlowLogs", "FlowLogIds/0", "DeleteFlowLogs", "FlowLogIds", shape=resources, same=("Id",),
        in_place=("Tags",),
    ),
    "AWS::EC2::NetworkAcl": Tagged(
        "ec2", "CreateNetworkAcl", "NetworkAcl/NetworkAclId", "DeleteNetworkAcl", "NetworkAclId", same=("Id",),
        in_place=("Tags",),
    ),
    "AWS::EC2::NetworkAclEntry": AccessEntry(),
    "AWS::EC2::SubnetNetworkAclAssociation": AccessAssociation(),
    "AWS::EC2::VPCPeeringConnection": Peering(
        "ec2", "CreateVpcPeeringConnection", "VpcPeeringConnection/VpcPeeringConnectionId",
        "DeleteVpcPeeringConnection", "VpcPeeringConnectionId", in_place=("Tags",), same=("Id",),
    ),
}  # fmt: skip
