"""Types that the engine has handlers of ours for: made, changed in place or replaced, and taken away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import REGION, Deployed

Client = Callable[[str], Any]
ROLE = "arn:aws:iam::123456789012:role/runs"


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def create(stack: Deployed, **resources: Any) -> None:
    assert stack.put(template(**resources), "CREATE") == "CREATE_COMPLETE", stack.reasons()


def update(stack: Deployed, **resources: Any) -> None:
    assert stack.put(template(**resources)) == "UPDATE_COMPLETE", stack.reasons()


def delete(stack: Deployed) -> None:
    stack.cloudformation.delete_stack(StackName=stack.name)
    stack.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})


def records(route53: Any, zone: str) -> dict[tuple[str, str], Any]:
    found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {(one["Name"], one["Type"]): one for one in found if one["Type"] not in ("NS", "SOA")}


def test_records_alone_and_in_groups_follow_their_template(stack: Deployed, client: Client) -> None:
    zone = resource("Route53::HostedZone", Name="example.com", HostedZoneTags=[{"Key": "team", "Value": "shop"}])
    ref = {"Ref": "Zone"}

    def one(address: str, **more: Any) -> dict[str, Any]:
        return {"Name": "www.example.com.", "Type": "A", "TTL": "60", "ResourceRecords": [address], **more}

    def group(*names: str) -> dict[str, Any]:
        several = [{**one("192.0.2.9"), "Name": f"{name}.example.com."} for name in names]
        return resource("Route53::RecordSetGroup", HostedZoneName="example.com.", RecordSets=several)

    create(
        stack,
        Zone=zone,
        Www=resource("Route53::RecordSet", HostedZoneId=ref, **one("192.0.2.1")),
        Group={**group("a", "b"), "DependsOn": "Zone"},
    )
    route53, id = client("route53"), stack.ids["Zone"]
    assert {name for name, _ in records(route53, id)} == {"www.example.com.", "a.example.com.", "b.example.com."}
    tags = route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=id)["ResourceTagSet"]["Tags"]
    assert {"Key": "team", "Value": "shop"} in tags
    changed = {**zone, "Properties": {**zone["Properties"], "HostedZoneConfig": {"Comment": "ours"}}}
    update(
        stack,
        Zone=changed,
        Www=resource("Route53::RecordSet", HostedZoneId=ref, **one("192.0.2.2", TTL="30")),
        Group={**group("b", "c"), "DependsOn": "Zone"},
    )
    assert stack.ids["Zone"] == id
    now = records(route53, id)
    assert {name for name, _ in now} == {"www.example.com.", "b.example.com.", "c.example.com."}
    assert (now["www.example.com.", "A"]["TTL"], now["www.example.com.", "A"]["ResourceRecords"]) == (
        30, [{"Value": "192.0.2.2"}],
    )  # fmt: skip
    assert route53.get_hosted_zone(Id=id)["HostedZone"]["Config"]["Comment"] == "ours"
    delete(stack)
    with pytest.raises(ClientError, match="NoSuchHostedZone"):
        route53.get_hosted_zone(Id=id)


def test_a_record_whose_name_changes_is_replaced(stack: Deployed, client: Client) -> None:
    zone = resource("Route53::HostedZone", Name="example.net")

    def record(name: str) -> dict[str, Any]:
        return resource(
            "Route53::RecordSet", HostedZoneId={"Ref": "Zone"}, Name=name, Type="A", TTL="60",
            ResourceRecords=["192.0.2.1"],
        )  # fmt: skip

    create(stack, Zone=zone, Www=record("old.example.net."))
    update(stack, Zone=zone, Www=record("new.example.net."))
    assert {name for name, _ in records(client("route53"), stack.ids["Zone"])} == {"new.example.net."}


def test_a_private_zone_has_its_networks(stack: Deployed, client: Client) -> None:
    def made(*networks: str) -> dict[str, Any]:
        vpcs = [{"VPCId": {"Ref": network}, "VPCRegion": REGION} for network in networks]
        return {
            "One": resource("EC2::VPC", CidrBlock="10.1.0.0/16"),
            "Two": resource("EC2::VPC", CidrBlock="10.2.0.0/16"),
            "Zone": resource("Route53::HostedZone", Name="inside.example", VPCs=vpcs),
        }

    create(stack, **made("One"))
    update(stack, **made("One", "Two"))
    found = client("route53").get_hosted_zone(Id=stack.ids["Zone"])
    assert found["HostedZone"]["Config"]["PrivateZone"]
    assert {vpc["VPCId"] for vpc in found["VPCs"]} == {stack.ids["One"], stack.ids["Two"]}


def test_a_health_check_changes_in_place_what_route53_lets_change(stack: Deployed, client: Client) -> None:
    def check(**config: Any) -> dict[str, Any]:
        given = {"Type": "HTTP", "FullyQualifiedDomainName": "www.example.com", "RequestInterval": 30, **config}
        return resource("Route53::HealthCheck", HealthCheckConfig=given)

    create(stack, Check=check())
    first = stack.ids["Check"]
    update(stack, Check=check(FailureThreshold=5))
    found = client("route53").get_health_check(HealthCheckId=first)["HealthCheck"]["HealthCheckConfig"]
    assert (stack.ids["Check"], found["FailureThreshold"]) == (first, 5)
    update(stack, Check=check(RequestInterval=10))
    assert stack.ids["Check"] != first


def test_an_alarm_keeps_its_name_and_goes_with_the_stack(stack: Deployed, client: Client) -> None:
    def alarm(threshold: int) -> dict[str, Any]:
        return resource(
            "CloudWatch::Alarm", Namespace="Shop", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
            Threshold=threshold, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip

    rule = {"Fn::Sub": "ALARM(${Errors})"}
    create(stack, Errors=alarm(5), All=resource("CloudWatch::CompositeAlarm", AlarmRule=rule))
    name = stack.ids["Errors"]
    update(stack, Errors=alarm(9), All=resource("CloudWatch::CompositeAlarm", AlarmRule=rule))
    cloudwatch = client("cloudwatch")
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert found["Threshold"] == 9.0
    delete(stack)
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_an_access_list_holds_its_entries_and_its_subnet(stack: Deployed, client: Client) -> None:
    def made(action: str) -> dict[str, Any]:
        acl = {"Ref": "Acl"}
        return {
            "Vpc": resource("EC2::VPC", CidrBlock="10.3.0.0/16"),
            "Subnet": resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.3.1.0/24"),
            "Acl": resource("EC2::NetworkAcl", VpcId={"Ref": "Vpc"}, Tags=[{"Key": "a", "Value": "b"}]),
            "Entry": resource(
                "EC2::NetworkAclEntry", NetworkAclId=acl, RuleNumber=100, Protocol=6, RuleAction=action,
                CidrBlock="0.0.0.0/0", PortRange={"From": 443, "To": 443},
            ),
            "Association": resource("EC2::SubnetNetworkAclAssociation", NetworkAclId=acl, SubnetId={"Ref": "Subnet"}),
        }  # fmt: skip

    create(stack, **made("allow"))
    update(stack, **made("deny"))
    ec2, id = client("ec2"), stack.ids["Acl"]
    (acl,) = ec2.describe_network_acls(NetworkAclIds=[id])["NetworkAcls"]
    assert [(one["RuleNumber"], one["RuleAction"]) for one in acl["Entries"]] == [(100, "deny")]
    assert [one["SubnetId"] for one in acl["Associations"]] == [stack.ids["Subnet"]]
    delete(stack)
    assert id not in {one["NetworkAclId"] for one in ec2.describe_network_acls()["NetworkAcls"]}


def test_flow_logs_and_peerings_are_there_and_go(stack: Deployed, client: Client) -> None:
    create(
        stack,
        One=resource("EC2::VPC", CidrBlock="10.4.0.0/16"),
        Two=resource("EC2::VPC", CidrBlock="10.5.0.0/16"),
        Log=resource(
            "EC2::FlowLog", ResourceId={"Ref": "One"}, ResourceType="VPC", TrafficType="REJECT",
            LogDestinationType="s3", LogDestination="arn:aws:s3:::logs",
        ),
        Peer=resource("EC2::VPCPeeringConnection", VpcId={"Ref": "One"}, PeerVpcId={"Ref": "Two"}),
    )  # fmt: skip
    ec2, ids = client("ec2"), stack.ids
    (log,) = ec2.describe_flow_logs(FlowLogIds=[ids["Log"]])["FlowLogs"]
    assert (log["ResourceId"], log["TrafficType"]) == (ids["One"], "REJECT")
    (peering,) = ec2.describe_vpc_peering_connections(VpcPeeringConnectionIds=[ids["Peer"]])["VpcPeeringConnections"]
    assert peering["Status"]["Code"] == "active"
    delete(stack)
    assert ec2.describe_flow_logs(FlowLogIds=[ids["Log"]])["FlowLogs"] == []


def test_the_private_half_of_a_key_pair_lies_in_parameter_store(stack: Deployed, client: Client) -> None:
    name = f"{stack.name}-pair"
    create(stack, Pair=resource("EC2::KeyPair", KeyName=name))
    pair = client("ec2").describe_key_pairs(KeyNames=[name])["KeyPairs"][0]["KeyPairId"]
    where = f"/ec2/keypair/{pair}"
    ssm = client("ssm")
    assert "PRIVATE KEY" in ssm.get_parameter(Name=where, WithDecryption=True)["Parameter"]["Value"]
    delete(stack)
    with pytest.raises(ClientError, match="ParameterNotFound"):
        ssm.get_parameter(Name=where)


def test_an_instance_has_the_disks_it_asks_for_and_they_go_with_it(stack: Deployed, client: Client) -> None:
    disks = [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": True}},
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 200, "VolumeType": "st1"}},
        {"DeviceName": "/dev/sdg", "Ebs": {"VolumeSize": 9, "DeleteOnTermination": False}},
    ]
    create(stack, Box=resource("EC2::Instance", ImageId="ami-0abcdef1234567890", BlockDeviceMappings=disks))
    ec2 = client("ec2")
    of_box = {"Name": "attachment.instance-id", "Values": [stack.ids["Box"]]}
    volumes = {one["Attachments"][0]["Device"]: one for one in ec2.describe_volumes(Filters=[of_box])["Volumes"]}
    assert {device: (one["Size"], one["VolumeType"]) for device, one in volumes.items()} == {
        "/dev/xvda": (30, "gp3"), "/dev/sdf": (200, "st1"), "/dev/sdg": (9, "gp2"),
    }  # fmt: skip
    delete(stack)
    left = {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]}
    assert left & {one["VolumeId"] for one in volumes.values()} == {volumes["/dev/sdg"]["VolumeId"]}


def test_an_instance_stands_in_the_zone_of_its_subnet(stack: Deployed, client: Client) -> None:
    zone = f"{REGION}b"
    create(
        stack,
        Vpc=resource("EC2::VPC", CidrBlock="10.6.0.0/16"),
        Subnet=resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.6.1.0/24", AvailabilityZone=zone),
        Box=resource("EC2::Instance", ImageId="ami-0abcdef1234567890", SubnetId={"Ref": "Subnet"}, Tenancy="dedicated"),
    )
    found = client("ec2").describe_instances(InstanceIds=[stack.ids["Box"]])["Reservations"][0]["Instances"][0]
    assert (found["Placement"]["AvailabilityZone"], found["Placement"]["Tenancy"]) == (zone, "dedicated")


def test_of_two_addresses_each_keeps_its_own_allocation(stack: Deployed, client: Client) -> None:
    def address(text: str) -> dict[str, Any]:
        return resource("EC2::EIP", Domain="vpc", Tags=[{"Key": "for", "Value": text}])

    create(stack, One=address("a"), Two=address("b"))
    update(stack, One=address("c"), Two=address("d"))
    ec2, ids = client("ec2"), stack.ids
    tags = {one["PublicIp"]: one["Tags"][0]["Value"] for one in ec2.describe_addresses()["Addresses"]}
    assert (tags[ids["One"]], tags[ids["Two"]]) == ("c", "d")
    update(stack, One=address("c"))
    left = {one["PublicIp"] for one in ec2.describe_addresses()["Addresses"]}
    assert left & set(ids.values()) == {ids["One"]}


def test_rotation_and_policy_of_a_secret_come_and_go(stack: Deployed, client: Client) -> None:
    secret = {"Ref": "Secret"}
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:DeleteSecret", "Resource": "*"}]}  # fmt: skip
    kept = resource("SecretsManager::Secret", SecretString="one")
    create(
        stack,
        Secret=kept,
        Rotation=resource(
            "SecretsManager::RotationSchedule", SecretId=secret, RotationRules={"AutomaticallyAfterDays": 30}
        ),
        Policy=resource("SecretsManager::ResourcePolicy", SecretId=secret, ResourcePolicy=policy),
    )
    secrets, id = client("secretsmanager"), stack.ids["Secret"]
    described = secrets.describe_secret(SecretId=id)
    assert (described["RotationEnabled"], described["RotationRules"]["AutomaticallyAfterDays"]) == (True, 30)
    assert json.loads(secrets.get_resource_policy(SecretId=id)["ResourcePolicy"]) == policy
    update(stack, Secret=kept)
    assert not secrets.describe_secret(SecretId=id).get("RotationEnabled")
    assert not secrets.get_resource_policy(SecretId=id).get("ResourcePolicy")


def test_a_replica_takes_engine_and_size_from_its_source(stack: Deployed, client: Client) -> None:
    create(
        stack,
        Source=resource(
            "RDS::DBInstance", Engine="mysql", DBInstanceClass="db.m5.large", AllocatedStorage="50",
            BackupRetentionPeriod=7, MasterUsername="admin", MasterUserPassword="to be changed",
        ),
        Reader=resource(
            "RDS::DBInstance", DBInstanceClass="db.m5.large", SourceDBInstanceIdentifier={"Ref": "Source"}
        ),
        Options=resource(
            "RDS::OptionGroup", EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="ours"
        ),
    )  # fmt: skip
    rds, ids = client("rds"), stack.ids
    (reader,) = rds.describe_db_instances(DBInstanceIdentifier=ids["Reader"])["DBInstances"]
    assert (reader["Engine"], reader["AllocatedStorage"]) == ("mysql", 50)
    assert reader["ReadReplicaSourceDBInstanceIdentifier"] == ids["Source"]
    (source,) = rds.describe_db_instances(DBInstanceIdentifier=ids["Source"])["DBInstances"]
    assert source["ReadReplicaDBInstanceIdentifiers"] == [ids["Reader"]]
    (options,) = rds.describe_option_groups(OptionGroupName=ids["Options"])["OptionGroupsList"]
    assert options["EngineName"] == "mysql"


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "RSA_2048"])
def test_an_asymmetric_key_is_described_as_it_was_asked_for(stack: Deployed, client: Client, spec: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"},
    ]}  # fmt: skip
    create(stack, Key=resource("KMS::Key", KeySpec=spec, KeyUsage="SIGN_VERIFY", KeyPolicy=policy))
    found = client("kms").describe_key(KeyId=stack.ids["Key"])["KeyMetadata"]
    assert (found["KeySpec"], found["KeyUsage"]) == (spec, "SIGN_VERIFY")


def test_public_parameters_of_images_have_stand_ins(stack: Deployed, client: Client) -> None:
    name = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
    body = {
        "Parameters": {"Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": name}},
        "Resources": {"Box": resource("EC2::Instance", ImageId={"Ref": "Image"})},
    }
    assert stack.put(json.dumps(body), "CREATE") == "CREATE_COMPLETE"
    found = client("ec2").describe_instances(InstanceIds=[stack.ids["Box"]])["Reservations"][0]["Instances"][0]
    parameter = client("ssm").get_parameter(Name=name)["Parameter"]
    assert found["ImageId"] == parameter["Value"]
    assert "stand-in" in parameter["Selector"]
    with pytest.raises(ClientError, match="ParameterNotFound"):
        client("ssm").get_parameter(Name="/shop/ami")


def test_keys_of_signed_addresses_change_their_comment_and_leave_when_nobody_uses_them(
    stack: Deployed, client: Client
) -> None:
    def given(comment: str, encoded: str = "one") -> dict[str, Any]:
        config = {"CallerReference": encoded, "Name": encoded, "EncodedKey": encoded, "Comment": comment}
        return {
            "Key": resource("CloudFront::PublicKey", PublicKeyConfig=config),
            "Group": resource("CloudFront::KeyGroup", KeyGroupConfig={"Name": "paid", "Items": [{"Ref": "Key"}]}),
        }

    create(stack, **given("a"))
    cloudfront, first = client("cloudfront"), stack.ids
    update(stack, **given("b"))
    assert stack.ids == first
    config = cloudfront.get_public_key_config(Id=first["Key"])["PublicKeyConfig"]
    assert (config["Comment"], config["EncodedKey"]) == ("b", "one")
    update(stack, **given("b", "two"))
    assert stack.ids["Key"] != first["Key"]
    assert stack.ids["Group"] == first["Group"]
    items = cloudfront.get_key_group_config(Id=first["Group"])["KeyGroupConfig"]["Items"]
    assert items == [stack.ids["Key"]]
    with pytest.raises(ClientError, match="NoSuchPublicKey"):
        cloudfront.get_public_key(Id=first["Key"])
    delete(stack)
    with pytest.raises(ClientError, match="NoSuchResource"):
        cloudfront.get_key_group(Id=first["Group"])


def test_an_alias_moves_to_the_version_that_is_made_of_a_changed_machine(stack: Deployed, client: Client) -> None:
    def given(number: int, **more: Any) -> dict[str, Any]:
        flow = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": number, "End": True}}}
        version = {"StateMachineVersionArn": {"Ref": "Version"}}
        return {
            "Machine": resource("StepFunctions::StateMachine", DefinitionString=json.dumps(flow), RoleArn=ROLE),
            "Version": resource(
                "StepFunctions::StateMachineVersion",
                StateMachineArn={"Ref": "Machine"},
                StateMachineRevisionId={"Fn::GetAtt": ["Machine", "StateMachineRevisionId"]},
            ),
            "Alias": resource(
                "StepFunctions::StateMachineAlias", Name="live", DeploymentPreference={**version, "Type": "ALL_AT_ONCE"},
            ),
            "Asked": resource("StepFunctions::Activity", Name=f"asked-{stack.name}"),
            **more,
        }  # fmt: skip

    create(stack, **given(1))
    sfn, first = client("stepfunctions"), stack.ids
    assert first["Version"] == f"{first['Machine']}:1"
    assert first["Alias"] == f"{first['Machine']}:live"
    update(stack, **given(2))
    assert stack.ids == {**first, "Version": f"{first['Machine']}:2"}
    routes = sfn.describe_state_machine_alias(stateMachineAliasArn=first["Alias"])["routingConfiguration"]
    assert routes == [{"stateMachineVersionArn": stack.ids["Version"], "weight": 100}]
    assert sfn.describe_activity(activityArn=first["Asked"])["name"] == f"asked-{stack.name}"
    delete(stack)
    assert first["Asked"] not in {one["activityArn"] for one in sfn.list_activities()["activities"]}


def test_logs_of_a_service_are_delivered_where_the_template_says(stack: Deployed, client: Client) -> None:
    source, target = f"source-{stack.name}", f"target-{stack.name}"

    def given(fields: list[str], path: str) -> dict[str, Any]:
        return {
            "Bucket": resource("S3::Bucket"),
            "Source": resource(
                "Logs::DeliverySource", Name=source, LogType="ACCESS_LOGS",
                ResourceArn="arn:aws:cloudfront::123456789012:distribution/E1",
            ),
            "Target": resource(
                "Logs::DeliveryDestination", Name=target, OutputFormat="w3c",
                DestinationResourceArn={"Fn::GetAtt": ["Bucket", "Arn"]},
            ),
            "Delivery": {
                **resource(
                    "Logs::Delivery", DeliverySourceName={"Ref": "Source"}, S3SuffixPath=path, RecordFields=fields,
                    DeliveryDestinationArn={"Fn::GetAtt": ["Target", "Arn"]},
                ),
            },
        }  # fmt: skip

    create(stack, **given(["date"], "one"))
    update(stack, **given(["date", "time"], "two"))
    logs = client("logs")
    told = logs.get_delivery(id=stack.ids["Delivery"])["delivery"]
    assert (told["recordFields"], told["s3DeliveryConfiguration"]["suffixPath"]) == (["date", "time"], "two")
    assert logs.get_delivery_source(name=source)["deliverySource"]["service"] == "cloudfront"
    delete(stack)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        logs.get_delivery_source(name=source)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        logs.get_delivery_destination(name=target)


def test_an_archive_keeps_its_name_and_changes_how_long(stack: Deployed, client: Client) -> None:
    def given(days: int) -> dict[str, Any]:
        bus = "arn:aws:events:eu-west-1:123456789012:event-bus/default"
        return resource("Events::Archive", SourceArn=bus, RetentionDays=days, EventPattern={"source": ["shop"]})

    create(stack, Archive=given(3))
    update(stack, Archive=given(7))
    events = client("events")
    kept = events.describe_archive(ArchiveName=stack.ids["Archive"])
    assert (kept["RetentionDays"], json.loads(kept["EventPattern"])) == (7, {"source": ["shop"]})
    delete(stack)
    assert kept["ArchiveName"] not in {one["ArchiveName"] for one in events.list_archives()["Archives"]}
