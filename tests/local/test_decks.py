"""Every golden deck is deployed to the embedded engine, changed, and deleted; what matters of it is read back."""

from __future__ import annotations

import contextlib
import os
import runpy
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from awsdeck import catalog
from awsdeck.assembly import Assembly
from awsdeck.deploy import AWS, deploy, destroy
from awsdeck.local import Engine

pytestmark = pytest.mark.local

GOLDEN = Path(__file__).parents[1] / "golden"
DECKS = sorted(path.parent.name for path in GOLDEN.glob("*/deck.py"))
REGION = "us-east-1"
RECORDED = {
    "AWS::ApiGateway::VpcLink",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::AutoScaling::WarmPool",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentConfig",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::DAX::Cluster",
    "AWS::DAX::ParameterGroup",
    "AWS::DAX::SubnetGroup",
    "AWS::DLM::LifecyclePolicy",
    "AWS::EC2::CapacityReservation",
    "AWS::EC2::Host",
    "AWS::EC2::VPCCidrBlock",
    "AWS::ElastiCache::GlobalReplicationGroup",
    "AWS::ElasticBeanstalk::Application",
    "AWS::ElasticBeanstalk::ApplicationVersion",
    "AWS::ElasticBeanstalk::ConfigurationTemplate",
    "AWS::ElasticBeanstalk::Environment",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::ListenerCertificate",
    "AWS::Route53::CidrCollection",
    "AWS::Route53::DNSSEC",
    "AWS::Route53::KeySigningKey",
    "AWS::SES::ContactList",
    "AWS::SES::ReceiptFilter",
    "AWS::WAFv2::WebACLAssociation",
    "AWS::XRay::Group",
    "AWS::XRay::ResourcePolicy",
    "AWS::XRay::SamplingRule",
}
"""The types in the decks that nobody emulates; the engine says so of each of them."""


class Ground:
    """One account of the engine, in which a deck is deployed alone."""

    def __init__(self, engine: Engine, account: str) -> None:
        self.engine = engine
        self.account = account
        self.aws = AWS(region=REGION, endpoint_url=engine.url, credentials=(account, "local"))
        self.parameters: dict[str, str] = {}
        self.replaced: dict[str, str] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.engine.url,
            region_name=region,
            aws_access_key_id=self.account,
            aws_secret_access_key="local",
        )


@pytest.fixture
def ground(local_engine: Engine, request: pytest.FixtureRequest) -> Ground:
    deck: str = request.node.callspec.params["deck"]
    return Ground(local_engine, f"{DECKS.index(deck) + 100:012d}")


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    before, path = Path.cwd(), list(sys.path)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


@pytest.mark.parametrize("deck", DECKS)
def test_a_golden_deck_deploys_can_be_changed_and_goes(deck: str, ground: Ground, tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / deck, tmp_path, ignore=shutil.ignore_patterns("out"), dirs_exist_ok=True)
    BEFORE.get(deck, nothing)(ground)
    source = (tmp_path / "deck.py").read_text(encoding="utf-8")
    for given, there in ground.replaced.items():
        source = source.replace(given, there)
    (tmp_path / "deck.py").write_text(source, encoding="utf-8")
    with standing_in(tmp_path):
        app = runpy.run_path("deck.py")["app"]
        assembly = app.assembly
        bucket = f"files-{ground.account}"
        if any(assembly[name].assets for name in assembly.stacks):
            region = next(assembly[name].region or REGION for name in assembly.stacks if assembly[name].assets)
            place = {} if region == REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            ground.client("s3", region).create_bucket(Bucket=bucket, **place)
        everything = [id for name in assembly.stacks for id in assembly[name].template["Resources"]]
        for change in (nothing_changes, tag_everything):
            change(assembly)
            deploy(
                assembly,
                aws=ground.aws,
                parameters=ground.parameters,
                allow_replace=everything,  # whatever refers to what changes "may" be replaced
                bucket=bucket,
                confirm=lambda _: True,
                timeout=60,
            )
        for name in assembly.stacks:
            where = assembly[name].region or REGION
            kept = ground.engine.recorded(name, region=where, account=ground.account)
            assert {one["type"] for one in kept} <= RECORDED
        AFTER.get(deck, nothing)(ground)
        result = destroy(assembly, aws=ground.aws, confirm=lambda _: True, allow_destroy=everything, timeout=60)
    left = {(name, one.logical_id) for name, stack in result.stacks.items() for one in stack.leftovers}
    assert left <= {
        (name, id)
        for name in assembly.stacks
        for id, body in assembly[name].template["Resources"].items()
        if body.get("DeletionPolicy")
    }


def nothing_changes(_: Assembly) -> None:
    """As the deck has it."""


def tag_everything(assembly: Assembly) -> None:
    """A change of every resource that is tagged with a list, which replaces none of them."""
    for name in assembly.stacks:
        for body in assembly[name].template["Resources"].values():
            known = catalog.find(body["Type"])
            if known is None or known.tag_property is None or known.tags_as != "list" or not known.tags_updatable:
                continue
            tags = body.setdefault("Properties", {}).setdefault(known.tag_property, [])
            more = {"PropagateAtLaunch": False} if body["Type"].endswith("AutoScalingGroup") else {}
            tags.append({"Key": "round", "Value": "two", **more})


def nothing(_: Ground) -> None:
    """Nothing is needed, or nothing more is asked."""


# What a deck expects to be there already


def dns_before(ground: Ground) -> None:
    zone = ground.client("route53").create_hosted_zone(Name="example.org", CallerReference="one")["HostedZone"]["Id"]
    ground.replaced["Z1D633PJN98FT9"] = zone.removeprefix("/hostedzone/")


def balancers_before(ground: Ground) -> None:
    pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Shop"
    acl = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shop/11111111-2222-3333-4444-555555555555"
    ground.replaced['secret.value("secret")'] = "secret.value()"  # what is generated is no JSON
    ground.parameters = {
        "Image": "ami-0abcdef1234567890", "UserPool": pool, "UserPoolClient": "shop", "WebAcl": acl,
    }  # fmt: skip


def beanstalk_before(ground: Ground) -> None:
    zone = ground.client("route53").create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]
    ground.replaced["Z0123456789ABCDEFGHIJ"] = zone.removeprefix("/hostedzone/")


def compute_before(ground: Ground) -> None:
    ground.parameters = {"Zone": "eu-west-1a"}


def identities_before(ground: Ground) -> None:
    ground.parameters = {"FirstPassword": "to be changed 1!"}


def mail_before(ground: Ground) -> None:
    zone = ground.client("route53").create_hosted_zone(Name="example.com", CallerReference="one")["HostedZone"]["Id"]
    ground.replaced["Z1D633PJN98FT9"] = zone.removeprefix("/hostedzone/")
    secret = ground.client("secretsmanager", "eu-west-1").create_secret
    secret(Name="mail/dkim", SecretString='{"private": "bm8ga2V5"}')


def network_before(ground: Ground) -> None:
    ec2 = ground.client("ec2", "eu-west-1")
    for given in ("sg-0a1b2c3d4e5f60718", "sg-0a1b2c3d4e5f60719"):
        ground.replaced[given] = ec2.create_security_group(GroupName=given[-2:], Description="legacy")["GroupId"]


def storage_before(ground: Ground) -> None:
    made = ground.client("ec2", "eu-west-1").create_volume(AvailabilityZone="eu-west-1a", Size=1)
    ground.replaced["vol-0123456789abcdef0"] = made["VolumeId"]


def table_before(ground: Ground) -> None:
    ground.client("iam").create_role(RoleName="report", Path="/jobs/", AssumeRolePolicyDocument="{}")


BEFORE: dict[str, Callable[[Ground], None]] = {
    "balancers": balancers_before,
    "beanstalk": beanstalk_before,
    "compute": compute_before,
    "dns": dns_before,
    "identities": identities_before,
    "mail": mail_before,
    "network": network_before,
    "storage": storage_before,
    "table": table_before,
}


# What is asked of a deck that is there


def dns_after(ground: Ground) -> None:
    route53 = ground.client("route53")
    zones = {zone["Name"]: zone for zone in route53.list_hosted_zones()["HostedZones"]}
    records: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for page in route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zones["example.com."]["Id"]):
        for record in page["ResourceRecordSets"]:
            records.setdefault((record["Name"], record["Type"]), []).append(record)
    assert zones["shop.internal."]["Config"]["PrivateZone"] is True
    assert [value["Value"] for value in records["example.com.", "MX"][0]["ResourceRecords"]] == [
        "10 mail1.example.com", "20 mail2.example.com",
    ]  # fmt: skip
    assert {record["Weight"] for record in records["www.example.com.", "A"]} == {90, 10}
    assert records["pages.example.com.", "A"][0]["AliasTarget"]["HostedZoneId"] == "Z3AQBSTGFYJSTF"
    checks = {check["HealthCheckConfig"]["Type"] for check in route53.list_health_checks()["HealthChecks"]}
    assert checks == {"HTTPS_STR_MATCH", "TCP", "CALCULATED", "CLOUDWATCH_METRIC"}
    acm = ground.client("acm")
    arn = acm.list_certificates()["CertificateSummaryList"][0]["CertificateArn"]
    certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert certificate["DomainName"] == "example.com"
    assert set(certificate["SubjectAlternativeNames"]) >= {"*.example.com", "shop.example.org"}


def balancers_after(ground: Ground) -> None:
    elbv2 = ground.client("elbv2", "eu-west-1")
    balancers = elbv2.describe_load_balancers()["LoadBalancers"]
    web = next(one for one in balancers if one["Type"] == "application")
    front = next(one for one in balancers if one["Type"] == "network" and one["Scheme"] == "internet-facing")
    listeners = elbv2.describe_listeners(LoadBalancerArn=web["LoadBalancerArn"])["Listeners"]
    assert {(one["Port"], one["Protocol"], one["DefaultActions"][0]["Type"]) for one in listeners} == {
        (80, "HTTP", "redirect"), (443, "HTTPS", "forward"),
    }  # fmt: skip
    https = next(one for one in listeners if one["Port"] == 443)
    rules = elbv2.describe_rules(ListenerArn=https["ListenerArn"])["Rules"]
    numbers = [rule["Priority"] for rule in rules if not rule["IsDefault"]]
    assert len(numbers) == len(set(numbers)) == 6
    assert len(front["AvailabilityZones"]) == 2
    groups = {group["Port"]: group for group in elbv2.describe_target_groups()["TargetGroups"] if group.get("Port")}
    pages = elbv2.describe_target_health(TargetGroupArn=groups[53]["TargetGroupArn"])["TargetHealthDescriptions"]
    assert len(pages) == 2


def caches_after(ground: Ground) -> None:
    elasticache = ground.client("elasticache", "eu-west-1")
    groups = {one["CacheNodeType"]: one for one in elasticache.describe_replication_groups()["ReplicationGroups"]}
    sessions, scores = groups["cache.r7g.large"], groups["cache.r6gd.xlarge"]
    assert (sessions["AutomaticFailover"], sessions["MultiAZ"], sessions["AuthTokenEnabled"]) == (
        "enabled", "enabled", True,
    )  # fmt: skip
    assert sessions["TransitEncryptionEnabled"]
    assert sessions["AtRestEncryptionEnabled"]
    assert sessions["SnapshotRetentionLimit"] == 7
    assert len(sessions["MemberClusters"]) == 3
    assert len(scores["NodeGroups"]) == 3
    assert scores["UserGroupIds"] == ["shop-players"]
    clusters = elasticache.describe_cache_clusters()["CacheClusters"]
    assert [one["NumCacheNodes"] for one in clusters if one["Engine"] == "memcached"] == [3]
    (carts,) = elasticache.describe_serverless_caches()["ServerlessCaches"]
    assert (carts["Engine"], carts["CacheUsageLimits"]["DataStorage"]["Maximum"]) == ("valkey", 10)


def compute_after(ground: Ground) -> None:
    ec2 = ground.client("ec2", "eu-west-1")
    machines = [machine for group in ec2.describe_instances()["Reservations"] for machine in group["Instances"]]
    kinds = {machine["InstanceType"] for machine in machines if machine["State"]["Name"] == "running"}
    assert {"c5.large", "i3.large", "r4.xlarge", "t4g.small"} <= kinds
    assert "dedicated" in {machine["Placement"]["Tenancy"] for machine in machines}
    (spread,) = ec2.describe_placement_groups()["PlacementGroups"]
    assert (spread["Strategy"], spread["PartitionCount"]) == ("partition", 3)
    (pair,) = ec2.describe_key_pairs()["KeyPairs"]
    kept = ground.client("ssm", "eu-west-1").get_parameter(
        Name=f"/ec2/keypair/{pair['KeyPairId']}", WithDecryption=True
    )
    assert "PRIVATE KEY" in kept["Parameter"]["Value"]


def databases_after(ground: Ground) -> None:
    rds = ground.client("rds", "eu-west-1")
    found = rds.describe_db_instances()["DBInstances"]
    orders = next(one for one in found if one["Engine"] == "postgres" and one.get("Iops"))
    name = orders["DBInstanceIdentifier"]
    assert (orders["MultiAZ"], orders["AllocatedStorage"], orders["Iops"], orders["StorageThroughput"]) == (
        True, 400, 12_000, 500,
    )  # fmt: skip
    assert (orders["BackupRetentionPeriod"], orders["StorageEncrypted"], orders["DeletionProtection"]) == (
        14, True, True,
    )  # fmt: skip
    readers = {one["DBInstanceIdentifier"] for one in found if one.get("ReadReplicaSourceDBInstanceIdentifier") == name}
    assert len(readers) == 2
    assert set(orders["ReadReplicaDBInstanceIdentifiers"]) == readers
    (abroad,) = (
        one
        for one in ground.client("rds", "us-east-1").describe_db_instances()["DBInstances"]
        if one["Engine"] == "postgres"
    )
    assert abroad["ReadReplicaSourceDBInstanceIdentifier"] == orders["DBInstanceArn"]
    accounts = [one for one in found if one["Engine"] == "mysql"]
    assert not any(one.get("ReadReplicaSourceDBInstanceIdentifier") for one in accounts)
    assert any("auditing" in one["OptionGroupMemberships"][0]["OptionGroupName"] for one in accounts)
    clusters = rds.describe_db_clusters()["DBClusters"]
    catalogue = next(one for one in clusters if len(one["DBClusterMembers"]) == 3)
    assert catalogue["ServerlessV2ScalingConfiguration"]["MaxCapacity"] == 8.0
    assert [one["IsClusterWriter"] for one in catalogue["DBClusterMembers"]].count(True) == 1
    (stock,) = (one for one in found if one["Engine"] == "sqlserver-se")
    assert stock["Endpoint"]["Port"] == 1433
    (proxy,) = rds.describe_db_proxies()["DBProxies"]
    assert (proxy["Auth"][0]["IAMAuth"], proxy["IdleClientTimeout"]) == ("REQUIRED", 600)
    (target,) = rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
    assert target["TrackedClusterId"] == catalogue["DBClusterIdentifier"]
    secrets = ground.client("secretsmanager", "eu-west-1").list_secrets(MaxResults=100)["SecretList"]
    turning = [one for one in secrets if one.get("RotationEnabled")]
    assert len(turning) == 2
    assert any(one["Name"].startswith("rds!db-") for one in secrets)


def keys_after(ground: Ground) -> None:
    kms = ground.client("kms", "eu-west-1")
    keys = [kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"] for one in kms.list_keys()["Keys"]]
    assert {key["KeySpec"] for key in keys} == {"SYMMETRIC_DEFAULT", "HMAC_256", "ECC_NIST_P256"}
    (original,) = (key for key in keys if key["MultiRegion"])
    assert kms.get_key_rotation_status(KeyId=original["KeyId"])["RotationPeriodInDays"] == 180
    regions = original["MultiRegionConfiguration"]["ReplicaKeys"]
    away = ground.client("kms", regions[0]["Region"]).describe_key(KeyId=original["KeyId"])["KeyMetadata"]
    assert away["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA"


def monitoring_after(ground: Ground) -> None:
    found = ground.client("cloudwatch", "eu-west-1").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    assert len(found["CompositeAlarms"]) == 1
    errors = next(one for one in found["MetricAlarms"] if one["Namespace"] == "Shop" and one["MetricName"] == "Errors")
    assert (errors["Threshold"], errors["Statistic"], errors["TreatMissingData"]) == (10.0, "Sum", "notBreaching")
    logs = ground.client("logs", "eu-west-1")
    kept = {one["logGroupName"]: one.get("retentionInDays") for one in logs.describe_log_groups()["logGroups"]}
    assert kept["/shop/web"] == 365
    assert len(logs.describe_metric_filters(logGroupName="/shop/web")["metricFilters"]) == 2


def network_after(ground: Ground) -> None:
    ec2 = ground.client("ec2", "eu-west-1")
    vpcs = {one["CidrBlock"]: one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]}
    ours = {"Name": "vpc-id", "Values": [vpcs["10.20.0.0/16"]]}
    subnets = ec2.describe_subnets(Filters=[ours])["Subnets"]
    assert {subnet["AvailabilityZone"] for subnet in subnets} == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    assert len(subnets) == 12
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 3
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert sorted(one["VpcEndpointType"] for one in endpoints) == ["Gateway", "Gateway", "Interface", "Interface"]
    logs = ec2.describe_flow_logs()["FlowLogs"]
    assert {(one["TrafficType"], one["LogDestinationType"]) for one in logs} == {
        ("REJECT", "cloud-watch-logs"), ("ALL", "s3"),
    }  # fmt: skip
    (guard,) = (one for one in ec2.describe_network_acls(Filters=[ours])["NetworkAcls"] if not one["IsDefault"])
    assert len(guard["Entries"]) == 2
    assert len(guard["Associations"]) == 3
    groups = {one["GroupName"]: one["IpPermissions"] for one in ec2.describe_security_groups()["SecurityGroups"]}
    assert {rule["FromPort"] for rule in groups["shop-ground-Database"]} == {5432}
    (peering,) = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    assert peering["Status"]["Code"] == "active"


def scaling_after(ground: Ground) -> None:
    autoscaling = ground.client("autoscaling", "eu-west-1")
    groups = {one["MaxSize"]: one for one in autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]}
    assert (groups[8]["MinSize"], groups[8]["HealthCheckType"]) == (2, "ELB")
    assert groups[8]["TerminationPolicies"] == ["OldestLaunchTemplate", "Default"]
    policies = autoscaling.describe_policies()["ScalingPolicies"]
    assert {one["PolicyType"] for one in policies} == {"TargetTrackingScaling", "StepScaling", "PredictiveScaling"}
    planned = autoscaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert {(one["Recurrence"], one["MinSize"]) for one in planned} == {("0 7 * * 1-5", 4), ("0 20 * * 1-5", 2)}
    hooks = autoscaling.describe_lifecycle_hooks(AutoScalingGroupName=groups[20]["AutoScalingGroupName"])
    assert {one["HeartbeatTimeout"] for one in hooks["LifecycleHooks"]} == {300, 600}


def storage_after(ground: Ground) -> None:
    ec2 = ground.client("ec2", "eu-west-1")
    volumes = {one["Attachments"][0]["Device"]: one for one in ec2.describe_volumes()["Volumes"] if one["Attachments"]}
    assert {device: (one["VolumeType"], one["Size"]) for device, one in volumes.items() if device != "/dev/sdk"} == {
        "/dev/xvda": ("gp3", 40), "/dev/sdf": ("io1", 500), "/dev/sdg": ("sc1", 125), "/dev/sdh": ("gp3", 2_000),
        "/dev/sdi": ("st1", 500), "/dev/sdj": ("io2", 200),
    }  # fmt: skip
    assert (volumes["/dev/sdf"]["Iops"], volumes["/dev/sdh"]["Iops"]) == (12_000, 10_000)
    assert volumes["/dev/sdj"]["MultiAttachEnabled"]
    assert all(one["Encrypted"] for device, one in volumes.items() if device != "/dev/sdk")


def api_after(ground: Ground) -> None:
    gateway = ground.client("apigateway", "eu-west-1")
    apis = {one["name"]: one["id"] for one in gateway.get_rest_apis()["items"]}
    api = next(id for name, id in apis.items() if name.endswith("Api"))
    stages = {one["stageName"]: one for one in gateway.get_stages(restApiId=api)["item"]}
    assert {"prod", "next"} <= stages.keys()
    assert stages["prod"]["variables"] == {"color": "blue"}
    (plan,) = gateway.get_usage_plans()["items"]
    assert (plan["quota"]["limit"], plan["quota"]["period"]) == (10_000, "MONTH")
    assert len(gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]) == 1
    assert gateway.get_domain_name(domainName="api.example.com")["domainName"] == "api.example.com"
    pools = ground.client("cognito-idp", "eu-west-1").list_user_pools(MaxResults=10)["UserPools"]
    assert len(pools) == 1


def edge_after(ground: Ground) -> None:
    cloudfront = ground.client("cloudfront")
    every = cloudfront.list_distributions()["DistributionList"]["Items"]
    configs = [cloudfront.get_distribution_config(Id=one["Id"])["DistributionConfig"] for one in every]
    site = max(configs, key=lambda config: config.get("CacheBehaviors", {"Quantity": 0})["Quantity"])
    patterns = [one["PathPattern"] for one in site["CacheBehaviors"]["Items"]]
    assert patterns[:3] == ["/api/quote", "/api/*", "/films/*"]
    assert site["OriginGroups"]["Quantity"] == 1
    films = site["CacheBehaviors"]["Items"][2]
    group = films["TrustedKeyGroups"]["Items"][0]
    assert len(cloudfront.get_key_group(Id=group)["KeyGroup"]["KeyGroupConfig"]["Items"]) == 2
    assert len(ground.client("logs").describe_deliveries()["deliveries"]) == 1


def mail_after(ground: Ground) -> None:
    ses, sesv2 = ground.client("ses", "eu-west-1"), ground.client("sesv2", "eu-west-1")
    (name,) = sesv2.list_configuration_sets()["ConfigurationSets"]
    told = sesv2.get_configuration_set_event_destinations(ConfigurationSetName=name)["EventDestinations"]
    assert len(told) == 5
    (rules,) = ses.list_receipt_rule_sets()["RuleSets"]
    assert len(ses.describe_receipt_rule_set(RuleSetName=rules["Name"])["Rules"]) == 5
    assert len(sesv2.list_dedicated_ip_pools()["DedicatedIpPools"]) == 1


def workflows_after(ground: Ground) -> None:
    sfn, events = ground.client("stepfunctions", "eu-west-1"), ground.client("events", "eu-west-1")
    machines = {one["name"].split("-")[1]: one["stateMachineArn"] for one in sfn.list_state_machines()["stateMachines"]}
    assert set(machines) == {"Filed", "Nightly", "Order", "Total"}
    (alias,) = sfn.list_state_machine_aliases(stateMachineArn=machines["Order"])["stateMachineAliases"]
    assert alias["stateMachineAliasArn"] == f"{machines['Order']}:live"
    (rule,) = events.list_rules(EventBusName="shop-orders")["Rules"]
    assert len(events.list_targets_by_rule(Rule=rule["Name"], EventBusName="shop-orders")["Targets"]) == 4
    assert [one["RetentionDays"] for one in events.list_archives()["Archives"]] == [30]
    planned = ground.client("scheduler", "eu-west-1").list_schedules()["Schedules"]
    assert {one["Target"]["Arn"] for one in planned} == {machines["Nightly"], alias["stateMachineAliasArn"]}
    kinesis = ground.client("kinesis", "eu-west-1")
    (stream,) = kinesis.list_streams()["StreamNames"]
    told = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    assert (told["RetentionPeriodHours"], told["EncryptionType"]) == (48, "KMS")


AFTER: dict[str, Callable[[Ground], None]] = {
    "api": api_after,
    "balancers": balancers_after,
    "caches": caches_after,
    "compute": compute_after,
    "databases": databases_after,
    "dns": dns_after,
    "edge": edge_after,
    "keys": keys_after,
    "mail": mail_after,
    "monitoring": monitoring_after,
    "network": network_after,
    "scaling": scaling_after,
    "storage": storage_after,
    "workflows": workflows_after,
}
