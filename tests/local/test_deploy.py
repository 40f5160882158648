"""The embedded CloudFormation does what a deploy relies on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from awsdeck.local import Engine

from .conftest import REGION, Deployed


def template(outputs: dict[str, Any] | None = None, **resources: Any) -> str:
    body: dict[str, Any] = {"Resources": resources}
    if outputs:
        body["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
    return json.dumps(body)


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    "Version": "2012-10-17",
}
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def test_a_stack_is_made_changed_and_deleted(stack: Deployed, client: Callable[[str], Any]) -> None:
    outputs = {"Url": {"Ref": "Queue"}}
    assert (
        stack.put(template(outputs, Queue=resource("SQS::Queue", VisibilityTimeout=5)), "CREATE") == "CREATE_COMPLETE"
    )
    assert stack.put(template(outputs, Queue=resource("SQS::Queue", VisibilityTimeout=9))) == "UPDATE_COMPLETE"
    url = stack.outputs["Url"]
    kept = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    assert kept["Attributes"] == {"VisibilityTimeout": "9"}
    stack.cloudformation.delete_stack(StackName=stack.name)
    stack.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError, match="NonExistentQueue"):
        client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


def test_a_failed_create_rolls_back_and_says_why(stack: Deployed, client: Callable[[str], Any]) -> None:
    failing = template(
        Group=resource("IAM::Group", GroupName=f"{stack.name}-group"),
        Bad={
            **resource("IAM::GroupPolicy", GroupName="nobody", PolicyName="p", PolicyDocument=READ),
            "DependsOn": "Group",
        },
    )
    assert stack.put(failing, "CREATE") == "ROLLBACK_COMPLETE"
    assert any("NoSuchEntity" in reason for reason in stack.reasons())
    with pytest.raises(ClientError, match="NoSuchEntity"):
        client("iam").get_group(GroupName=f"{stack.name}-group")


def test_a_failed_update_brings_the_old_values_back(stack: Deployed, client: Callable[[str], Any]) -> None:
    assert stack.put(template(Queue=resource("SQS::Queue", DelaySeconds=5)), "CREATE") == "CREATE_COMPLETE"
    bad = {**resource("IAM::UserToGroupAddition", GroupName="nobody", Users=["none"]), "DependsOn": "Queue"}
    assert stack.put(template(Queue=resource("SQS::Queue", DelaySeconds=6), Bad=bad)) == "UPDATE_ROLLBACK_COMPLETE"
    kept = client("sqs").get_queue_attributes(QueueUrl=stack.ids["Queue"], AttributeNames=["DelaySeconds"])
    assert kept["Attributes"] == {"DelaySeconds": "5"}


def test_iam_types_are_real(stack: Deployed, client: Callable[[str], Any]) -> None:
    role, user, group = (f"{stack.name}-{kind}" for kind in ("role", "user", "group"))
    inline = {"PolicyName": "own", "PolicyDocument": READ}
    described = {
        "Role": resource("IAM::Role", RoleName=role, AssumeRolePolicyDocument=TRUST),
        "User": resource("IAM::User", UserName=user),
        "Group": resource(
            "IAM::Group",
            GroupName=group,
            Policies=[inline],
            ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        ),
        "Profile": resource("IAM::InstanceProfile", Roles=[{"Ref": "Role"}]),
        "OfRole": resource("IAM::RolePolicy", RoleName={"Ref": "Role"}, PolicyName="a", PolicyDocument=READ),
        "OfUser": resource("IAM::UserPolicy", UserName={"Ref": "User"}, PolicyName="b", PolicyDocument=READ),
        "OfGroup": resource("IAM::GroupPolicy", GroupName={"Ref": "Group"}, PolicyName="c", PolicyDocument=READ),
        "Member": resource("IAM::UserToGroupAddition", GroupName={"Ref": "Group"}, Users=[{"Ref": "User"}]),
    }
    outputs = {"Profile": {"Ref": "Profile"}, "Arn": {"Fn::GetAtt": ["Group", "Arn"]}}
    assert stack.put(template(outputs, **described), "CREATE") == "CREATE_COMPLETE"
    iam = client("iam")
    profile = iam.get_instance_profile(InstanceProfileName=stack.outputs["Profile"])["InstanceProfile"]
    assert [held["RoleName"] for held in profile["Roles"]] == [role]
    assert stack.outputs["Arn"] == iam.get_group(GroupName=group)["Group"]["Arn"]
    assert iam.get_role_policy(RoleName=role, PolicyName="a")["PolicyDocument"] == READ
    assert iam.get_user_policy(UserName=user, PolicyName="b")["PolicyDocument"] == READ
    assert sorted(iam.list_group_policies(GroupName=group)["PolicyNames"]) == ["c", "own"]
    assert [one["PolicyName"] for one in iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]] == [
        "ReadOnlyAccess"
    ]
    assert [one["UserName"] for one in iam.get_group(GroupName=group)["Users"]] == [user]

    described["Group"] = resource("IAM::Group", GroupName=group)
    described["OfRole"]["Properties"]["PolicyName"] = "renamed"
    del described["Member"]
    assert stack.put(template(outputs, **described)) == "UPDATE_COMPLETE"
    assert iam.list_group_policies(GroupName=group)["PolicyNames"] == ["c"]
    assert iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"] == []
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["renamed"]
    assert iam.get_group(GroupName=group)["Users"] == []


def test_bucket_settings_can_be_read_back(stack: Deployed, client: Callable[[str], Any]) -> None:
    def bucket(**more: Any) -> str:
        return template(Bucket=resource("S3::Bucket", VersioningConfiguration={"Status": "Enabled"}, **more))

    rule = {
        "Id": "old",
        "Status": "Enabled",
        "Prefix": "logs/",
        "ExpirationInDays": "365",
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    encryption = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    full = bucket(
        BucketEncryption=encryption,
        LifecycleConfiguration={"Rules": [rule]},
        Tags=[{"Key": "team", "Value": "shop"}],
        LoggingConfiguration={"LogFilePrefix": "access/"},
        AccelerateConfiguration={"AccelerationStatus": "Enabled"},
        ObjectLockEnabled=True,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}},
        },
    )
    assert stack.put(full, "CREATE") == "CREATE_COMPLETE", stack.reasons()
    s3, name = client("s3"), stack.ids["Bucket"]
    kept = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert kept[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert lifecycle["ID"] == "old"
    assert lifecycle["Filter"] == {"Prefix": "logs/"}
    assert lifecycle["Expiration"] == {"Days": 365}
    assert lifecycle["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    assert lifecycle["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert {"Key": "team", "Value": "shop"} in s3.get_bucket_tagging(Bucket=name)["TagSet"]
    logging = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
    assert (logging["TargetBucket"], logging["TargetPrefix"]) == (name, "access/")
    assert s3.get_bucket_accelerate_configuration(Bucket=name)["Status"] == "Enabled"
    lock = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 3}

    assert stack.put(bucket(BucketEncryption=encryption)) == "UPDATE_COMPLETE"
    assert s3.get_bucket_logging(Bucket=name).get("LoggingEnabled") is None
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=name)


def test_a_bucket_with_objects_is_not_deleted(stack: Deployed, client: Callable[[str], Any]) -> None:
    assert stack.put(template(Bucket=resource("S3::Bucket")), "CREATE") == "CREATE_COMPLETE"
    s3, name = client("s3"), stack.ids["Bucket"]
    s3.put_object(Bucket=name, Key="a", Body=b"1")
    stack.cloudformation.delete_stack(StackName=stack.name)
    assert stack.settled() == "DELETE_FAILED"
    assert any("not empty" in reason for reason in stack.reasons())
    s3.delete_object(Bucket=name, Key="a")


def test_a_bucket_policy_that_asks_for_encryption_refuses_a_plain_upload(
    stack: Deployed, client: Callable[[str], Any]
) -> None:
    objects = {"Fn::Sub": "${Bucket.Arn}/*"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:PutObject",
                "Resource": objects,
                "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}},
            },
            {
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "s3:PutObject",
                "Resource": objects,
                "Condition": {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption": "AES256"}},
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [{"Fn::GetAtt": ["Bucket", "Arn"]}, objects],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
    body = template(
        Bucket=resource("S3::Bucket"),
        Policy=resource("S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=policy),
    )
    assert stack.put(body, "CREATE") == "CREATE_COMPLETE"
    s3, name = client("s3"), stack.ids["Bucket"]
    with pytest.raises(ClientError, match="AccessDenied") as refused:
        s3.put_object(Bucket=name, Key="plain", Body=b"x" * 100_000)
    assert "explicit deny" in str(refused.value)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=name, Key="other", Body=b"1", ServerSideEncryption="aws:kms")
    s3.put_object(Bucket=name, Key="good", Body=b"1", ServerSideEncryption="AES256")
    assert s3.get_object(Bucket=name, Key="good")["Body"].read() == b"1"
    assert [held["Key"] for held in s3.list_objects_v2(Bucket=name)["Contents"]] == ["good"]
    s3.delete_object(Bucket=name, Key="good")


def test_an_upload_encrypted_with_kms_and_no_key_gets_the_key_of_s3(
    stack: Deployed, client: Callable[[str], Any]
) -> None:
    assert stack.put(template(Bucket=resource("S3::Bucket")), "CREATE") == "CREATE_COMPLETE"
    s3, name = client("s3"), stack.ids["Bucket"]
    assert (
        s3.put_object(Bucket=name, Key="a", Body=b"1", ServerSideEncryption="aws:kms")["SSEKMSKeyId"] == "alias/aws/s3"
    )
    s3.delete_object(Bucket=name, Key="a")


ANSWERING = """
import json
import urllib.request

def handle(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    failing = event["ResourceProperties"].get("Fail") and event["RequestType"] == "Create"
    answer |= {"Status": "FAILED" if failing else "SUCCESS", "Reason": "the disk is full", "PhysicalResourceId": "one"}
    answer["Data"] = {"Greeting": "hello"}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request)
"""


def test_a_custom_resource_runs_its_function_and_its_failure_rolls_back(
    stack: Deployed, client: Callable[[str], Any]
) -> None:
    described: dict[str, Any] = {
        "Role": resource("IAM::Role", AssumeRolePolicyDocument=TRUST),
        "Dead": resource("SQS::Queue"),
        "Function": resource(
            "Lambda::Function",
            Code={"ZipFile": ANSWERING},
            Handler="index.handle",
            Role={"Fn::GetAtt": ["Role", "Arn"]},
            Runtime="python3.13",
            ReservedConcurrentExecutions=5,
            DeadLetterConfig={"TargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
        ),
        "Custom": {"Type": "Custom::Greeter", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}},
    }
    outputs = {"Greeting": {"Fn::GetAtt": ["Custom", "Greeting"]}}
    assert stack.put(template(outputs, **described), "CREATE") == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs == {"Greeting": "hello"}
    function = client("lambda").get_function(FunctionName=stack.ids["Function"])
    assert function["Concurrency"] == {"ReservedConcurrentExecutions": 5}
    assert function["Configuration"]["DeadLetterConfig"]["TargetArn"].endswith(stack.ids["Dead"].rpartition("/")[2])

    described["Other"] = {**described["Custom"], "Properties": {**described["Custom"]["Properties"], "Fail": "yes"}}
    assert stack.put(template(outputs, **described)) == "UPDATE_ROLLBACK_COMPLETE"
    assert "the disk is full" in stack.reasons()
    assert "Other" not in stack.ids


def test_a_message_to_a_fifo_topic_arrives_once_in_the_fifo_queue(
    stack: Deployed, client: Callable[[str], Any]
) -> None:
    allowed = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "Topic"}}},
            }
        ],
    }
    body = template(
        {"Topic": {"Ref": "Topic"}, "Queue": {"Ref": "Queue"}},
        Queue=resource("SQS::Queue", FifoQueue=True, ContentBasedDeduplication=True, SqsManagedSseEnabled=True),
        Topic=resource("SNS::Topic", FifoTopic=True, ContentBasedDeduplication=True),
        Policy=resource("SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=allowed),
        Link=resource(
            "SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="sqs",
            Endpoint={"Fn::GetAtt": ["Queue", "Arn"]},
            RawMessageDelivery=True,
        ),
    )
    assert stack.put(body, "CREATE") == "CREATE_COMPLETE"
    for _ in range(2):
        client("sns").publish(TopicArn=stack.outputs["Topic"], Message="placed", MessageGroupId="one")
    got = client("sqs").receive_message(QueueUrl=stack.outputs["Queue"], WaitTimeSeconds=2, MaxNumberOfMessages=10)
    assert [message["Body"] for message in got["Messages"]] == ["placed"]


def test_table_and_topic_keep_what_the_emulator_leaves_out(stack: Deployed, client: Callable[[str], Any]) -> None:
    table = resource(
        "DynamoDB::Table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": "true"},
        SSESpecification={"SSEEnabled": True},
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )
    topic = resource("SNS::Topic", KmsMasterKeyId="alias/aws/sns")
    assert stack.put(template(Table=table, Topic=topic), "CREATE") == "CREATE_COMPLETE", stack.reasons()
    dynamodb, name = client("dynamodb"), stack.ids["Table"]
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["AttributeName"] == "expires"
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert described["SSEDescription"]["Status"] == "ENABLED"
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    attributes = client("sns").get_topic_attributes(TopicArn=stack.ids["Topic"])["Attributes"]
    assert attributes["KmsMasterKeyId"] == "alias/aws/sns"


def test_instances_volumes_and_addresses_are_real(stack: Deployed, client: Callable[[str], Any]) -> None:
    described: dict[str, Any] = {
        "Vpc": resource("EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Subnet": resource("EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.1.0/24"),
        "Group": resource("EC2::SecurityGroup", GroupDescription="web", VpcId={"Ref": "Vpc"}),
        "Rule": resource(
            "EC2::SecurityGroupIngress",
            GroupId={"Fn::GetAtt": ["Group", "GroupId"]},
            IpProtocol="tcp",
            FromPort="443",
            ToPort=443,
            CidrIp="10.0.0.0/8",
        ),
        "Box": resource(
            "EC2::Instance",
            ImageId="ami-0abcdef1234567890",
            InstanceType="c5.large",
            SubnetId={"Ref": "Subnet"},
            SecurityGroupIds=[{"Fn::GetAtt": ["Group", "GroupId"]}],
            UserData={"Fn::Base64": "echo hello"},
            Tags=[{"Key": "Name", "Value": "box"}],
        ),
        "Disk": resource("EC2::Volume", AvailabilityZone=f"{REGION}a", Size=500, VolumeType="st1", Encrypted=True),
        "Mount": resource(
            "EC2::VolumeAttachment", InstanceId={"Ref": "Box"}, VolumeId={"Ref": "Disk"}, Device="/dev/sdf"
        ),
        "Address": resource("EC2::EIP", Domain="vpc"),
        "Nat": resource(
            "EC2::NatGateway", SubnetId={"Ref": "Subnet"}, AllocationId={"Fn::GetAtt": ["Address", "AllocationId"]}
        ),
    }
    outputs = {"Ip": {"Fn::GetAtt": ["Box", "PrivateIp"]}}
    assert stack.put(template(outputs, **described), "CREATE") == "CREATE_COMPLETE", stack.reasons()
    ec2, ids = client("ec2"), stack.ids
    box = ec2.describe_instances(InstanceIds=[ids["Box"]])["Reservations"][0]["Instances"][0]
    assert (box["InstanceType"], box["ImageId"], box["SubnetId"]) == (
        "c5.large",
        "ami-0abcdef1234567890",
        ids["Subnet"],
    )
    assert box["PrivateIpAddress"] == stack.outputs["Ip"]
    assert {"Key": "Name", "Value": "box"} in box["Tags"]
    (disk,) = ec2.describe_volumes(VolumeIds=[ids["Disk"]])["Volumes"]
    assert (disk["Size"], disk["VolumeType"], disk["Encrypted"]) == (500, "st1", True)
    assert disk["Attachments"][0]["InstanceId"] == ids["Box"]
    (group,) = ec2.describe_security_groups(GroupIds=[ids["Group"]])["SecurityGroups"]
    assert [rule["FromPort"] for rule in group["IpPermissions"]] == [443]
    (nat,) = ec2.describe_nat_gateways(NatGatewayIds=[ids["Nat"]])["NatGateways"]
    assert nat["SubnetId"] == ids["Subnet"]

    described["Disk"]["Properties"]["Size"] = 600
    del described["Rule"]
    assert stack.put(template(outputs, **described)) == "UPDATE_COMPLETE", stack.reasons()
    assert ec2.describe_volumes(VolumeIds=[ids["Disk"]])["Volumes"][0]["Size"] == 600
    assert ec2.describe_security_groups(GroupIds=[ids["Group"]])["SecurityGroups"][0]["IpPermissions"] == []


def test_a_type_nobody_emulates_is_recorded_and_labelled(stack: Deployed, local_engine: Engine) -> None:
    described = {
        "Queue": resource("SQS::Queue"),
        "App": resource("ElasticBeanstalk::Application", ApplicationName=f"{stack.name}-app"),
        "Mesh": resource("AppMesh::Mesh", MeshName="m1"),
        "Cluster": resource(
            "DAX::Cluster", IAMRoleARN="arn:aws:iam::1:role/r", NodeType="dax.r5.large", ReplicationFactor=3
        ),
    }
    outputs = {
        "App": {"Ref": "App"},
        "Endpoint": {"Fn::GetAtt": ["Cluster", "ClusterDiscoveryEndpoint"]},
        "Arn": {"Fn::GetAtt": ["Mesh", "Arn"]},
    }
    assert stack.put(template(outputs, **described), "CREATE") == "CREATE_COMPLETE", stack.reasons()
    assert stack.outputs["App"] == f"{stack.name}-app"
    assert stack.outputs["Endpoint"].endswith(".recorded")
    assert stack.outputs["Arn"].startswith("arn:aws:appmesh:eu-west-1:123456789012:mesh/")
    listed = local_engine.recorded(stack.name, region=REGION)
    assert [(one["logical_id"], one["type"]) for one in listed] == [
        ("App", "AWS::ElasticBeanstalk::Application"),
        ("Cluster", "AWS::DAX::Cluster"),
        ("Mesh", "AWS::AppMesh::Mesh"),
    ]
    assert listed[1]["properties"]["ReplicationFactor"] == 3

    before = stack.ids
    described["Cluster"]["Properties"]["ReplicationFactor"] = 4
    described["Mesh"]["Properties"]["MeshName"] = "m2"
    assert stack.put(template(outputs, **described)) == "UPDATE_COMPLETE", stack.reasons()
    assert stack.ids["Cluster"] == before["Cluster"]
    assert stack.ids["Mesh"] != before["Mesh"]


def test_a_type_that_does_not_exist_is_refused(stack: Deployed) -> None:
    with pytest.raises(ClientError, match="AWS::Nope::Thing"):
        stack.put(template(Thing=resource("Nope::Thing")), "CREATE")
