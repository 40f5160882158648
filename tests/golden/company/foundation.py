"""What everything stands on: keys, people, the network, names."""

from __future__ import annotations

from awsdeck import (
    VPC,
    App,
    Certificate,
    FlowLog,
    GatewayEndpoint,
    HostedZone,
    IAMGroup,
    IAMManagedPolicy,
    IAMRole,
    IAMUser,
    InterfaceEndpoint,
    KMSKey,
    Principal,
    SNSTopic,
    Stack,
    SubnetGroup,
    allow,
)

REGION = "eu-west-1"
TAGS = {"company": "northwind"}


class Foundation:
    """Keys, identities, network and domain."""

    def __init__(self, app: App) -> None:
        self.keys = Stack(app, "keys", region=REGION, tags=TAGS)
        self.data_key = KMSKey(self.keys, "Data", alias="northwind-data", description="What customers trust us with")
        self.log_key = KMSKey(self.keys, "Log", alias="northwind-log", description="What happened")
        self.alarm_topic = SNSTopic(self.keys, "Alarms", display_name="alarms", key=self.data_key)

        self.network = Stack(app, "network", region=REGION, tags=TAGS)
        self.vpc = VPC(
            self.network,
            "Vpc",
            cidr="10.20.0.0/16",
            availability_zones=3,
            nat_gateways="per-zone",
            subnets=[SubnetGroup("public"), SubnetGroup("private"), SubnetGroup("isolated")],
        )
        GatewayEndpoint(self.network, "ToS3", vpc=self.vpc, service="s3")
        GatewayEndpoint(self.network, "ToTables", vpc=self.vpc, service="dynamodb")
        for service in ("secretsmanager", "sqs"):
            door = InterfaceEndpoint(self.network, f"To{service.capitalize()}", vpc=self.vpc, service=service)
            door.connections.allow_from("10.20.0.0/16")
        FlowLog(self.network, "Flow", of=self.vpc)

        self.identity = Stack(app, "identity", region=REGION, tags=TAGS)
        readers = IAMManagedPolicy(
            self.identity, "ReadCosts", statements=[allow("ce:GetCostAndUsage", on="*")], description="see what is spent"
        )
        self.developers = IAMGroup(self.identity, "Developers", managed_policies=["ReadOnlyAccess", readers])
        for name in ("ann", "bob", "cleo"):
            IAMUser(self.identity, name.capitalize(), groups=[self.developers])
        self.auditor = IAMRole(
            self.identity,
            "Auditor",
            assumed_by=Principal.account("210987654321", external_id="northwind-audit"),
            managed_policies=["SecurityAudit"],
        )
        self.deployer = IAMRole(self.identity, "Deployer", assumed_by="codebuild.amazonaws.com")

        self.names = Stack(app, "names", region="us-east-1", tags=TAGS)
        self.zone = HostedZone(self.names, "Zone", name="northwind.example")
        self.zone.txt("", "v=spf1 include:amazonses.com -all")
        self.zone.caa("", "amazon.com")
        self.certificate = Certificate(
            self.names, "Certificate", domain="northwind.example", names=["*.northwind.example"], zone=self.zone
        )
