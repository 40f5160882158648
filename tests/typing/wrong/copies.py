"""Mistakes that show while one types: copies and groups of databases."""

from awsdeck import (
    App,
    AuroraGlobalCluster,
    ClusterCopy,
    GlobalDatastore,
    PointInTime,
    RDSClusterParameterGroup,
    RDSOption,
    RDSParameterGroup,
    RDSSnapshot,
    RDSSubnetGroup,
    Stack,
)

stack = Stack(App(), "shop")
RDSParameterGroup(stack, "D1", family=16, parameters={})  # wrong: family
RDSClusterParameterGroup(stack, "D2", family=16, parameters={})  # wrong: family
RDSSubnetGroup(stack, "D3", vpc="vpc-1")  # wrong: vpc
RDSSnapshot(stack, "D4", of="db", name="before")  # wrong: of
RDSOption("MEMCACHED", port="11211")  # wrong: port
PointInTime(5)  # wrong: InstanceAccess
ClusterCopy(5)  # wrong: AuroraCluster
AuroraGlobalCluster(stack, "D5", engine="postgres", name="w")  # wrong: engine
GlobalDatastore(stack, "D6", primary="cache")  # wrong: primary
