"""Many resources of twenty kinds with awsdeck's L1: `many_awsdeck.py RESOURCES STACKS [alike]`."""

import sys

from awsdeck import AWS, App, Stack, get_azs
from awsdeck.cfn import (
    cloudwatch,
    dynamodb,
    ec2,
    ecs,
    elasticloadbalancingv2,
    events,
    iam,
    kms,
    lambda_,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
)

KINDS = 20


def group(stack: Stack, n: int, mark: str) -> None:
    """One resource of each kind; `mark` stands in all of them."""
    tags = [{"Key": "mark", "Value": mark}]
    vpc = ec2.VPC(stack, f"Vpc{n}", CidrBlock="10.0.0.0/16", EnableDnsSupport=True, Tags=tags)
    subnet = ec2.Subnet(
        stack, f"Subnet{n}", VpcId=vpc.ref, CidrBlock="10.0.1.0/24", AvailabilityZone=get_azs()[0],
        MapPublicIpOnLaunch=False, Tags=tags,
    )  # fmt: skip
    firewall = ec2.SecurityGroup(
        stack,
        f"Firewall{n}",
        GroupDescription="web",
        VpcId=vpc.ref,
        SecurityGroupIngress=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16", "Description": "https"},
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.0.0.0/16", "Description": "http"},
        ],
        Tags=tags,
    )
    ec2.Instance(
        stack, f"Instance{n}", ImageId="ami-0abcdef1234567890", InstanceType="m5.large", SubnetId=subnet.ref,
        SecurityGroupIds=[firewall.GroupId], EbsOptimized=True, Tags=tags,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50, "VolumeType": "gp3", "Encrypted": True}},
        ],
    )  # fmt: skip
    key = kms.Key(
        stack, f"Key{n}", Description=f"data {mark}", EnableKeyRotation=True,
        KeyPolicy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:{AWS.Partition}:iam::{AWS.AccountId}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
            ],
        },
    )  # fmt: skip
    s3.Bucket(
        stack,
        f"Bucket{n}",
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key.Arn}},
            ],
        },
        VersioningConfiguration={"Status": "Enabled"},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        LifecycleConfiguration={
            "Rules": [
                {
                    "Id": f"archive-{mark}",
                    "Status": "Enabled",
                    "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
                    "ExpirationInDays": 365,
                },
            ],
        },
    )
    failed = sqs.Queue(
        stack, f"Failed{n}", MessageRetentionPeriod=1_209_600, ReceiveMessageWaitTimeSeconds=20, SqsManagedSseEnabled=True,
        VisibilityTimeout=30, Tags=tags,
    )  # fmt: skip
    topic = sns.Topic(stack, f"Topic{n}", DisplayName=f"orders {mark}", KmsMasterKeyId="alias/aws/sns")
    sns.Subscription(
        stack, f"Subscription{n}", TopicArn=topic.ref, Protocol="https", RawMessageDelivery=True,
        Endpoint=f"https://example.com/orders/{mark}",
    )  # fmt: skip
    dynamodb.Table(
        stack,
        f"Table{n}",
        AttributeDefinitions=[
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "placed", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "placed", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=tags,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        SSESpecification={"SSEEnabled": True},
    )
    role = iam.Role(
        stack,
        f"Role{n}",
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            ],
        },
        ManagedPolicyArns=[f"arn:{AWS.Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
        Policies=[
            {
                "PolicyName": f"send-{mark}",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": failed.Arn}],
                },
            },
        ],
    )
    worker = lambda_.Function(
        stack,
        f"Worker{n}",
        Runtime="python3.13",
        Handler="app.handle",
        Role=role.Arn,
        Code={"S3Bucket": "releases", "S3Key": "worker.zip"},
        MemorySize=512,
        Timeout=30,
        Environment={"Variables": {"QUEUE": failed.ref, "MODE": mark}},
        DeadLetterConfig={"TargetArn": failed.Arn},
    )
    logs.LogGroup(stack, f"Logs{n}", LogGroupName=f"/aws/lambda/worker-{mark}", RetentionInDays=30)
    events.Rule(
        stack, f"Nightly{n}", ScheduleExpression="rate(1 day)", State="ENABLED",
        Targets=[{"Id": f"worker-{mark}", "Arn": worker.Arn}],
    )  # fmt: skip
    cloudwatch.Alarm(
        stack, f"Alarm{n}", AlarmActions=[topic.ref], ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
        MetricName="ApproximateNumberOfMessagesVisible", Namespace=f"Shop/{mark}", Period=300, Statistic="Maximum",
        Threshold=0, Dimensions=[{"Name": "QueueName", "Value": failed.QueueName}],
    )  # fmt: skip
    secret = secretsmanager.Secret(
        stack, f"Secret{n}", Description=f"database {mark}",
        GenerateSecretString={
            "SecretStringTemplate": '{"username": "shop"}', "GenerateStringKey": "password", "PasswordLength": 30,
            "ExcludeCharacters": '"@/\\',
        },
    )  # fmt: skip
    rds.DBInstance(
        stack, f"Db{n}", Engine="postgres", DBInstanceClass="db.m5.large", AllocatedStorage="100", MultiAZ=True,
        StorageEncrypted=True, BackupRetentionPeriod=7, Tags=tags, MasterUsername="shop", VPCSecurityGroups=[firewall.GroupId],
        MasterUserPassword=f"{{{{resolve:secretsmanager:{secret.ref}:SecretString:password}}}}",
    )  # fmt: skip
    ecs.TaskDefinition(
        stack,
        f"Task{n}",
        Family=f"web-{mark}",
        Cpu="256",
        Memory="512",
        NetworkMode="awsvpc",
        RequiresCompatibilities=["FARGATE"],
        ContainerDefinitions=[
            {
                "Name": "web",
                "Image": "public.ecr.aws/nginx/nginx:1.27",
                "Essential": True,
                "PortMappings": [{"ContainerPort": 80, "Protocol": "tcp"}],
                "Environment": [{"Name": "MODE", "Value": "live"}, {"Name": "TOPIC", "Value": topic.ref}],
            },
        ],
    )
    elasticloadbalancingv2.TargetGroup(
        stack, f"Targets{n}", VpcId=vpc.ref, Port=80, Protocol="HTTP", TargetType="ip", HealthCheckPath=f"/healthy/{mark}",
        HealthCheckIntervalSeconds=30, Matcher={"HttpCode": "200-299"},
    )  # fmt: skip
    ssm.Parameter(stack, f"Setting{n}", Type="String", Value=topic.ref, Description=f"where orders are told {mark}")


def main(resources: int, stacks: int, alike: bool) -> None:
    app = App()
    for number in range(stacks):
        stack = Stack(app, f"stack-{number}")
        for n in range(resources // stacks // KINDS):
            group(stack, n, str(n) if alike else f"{number}-{n}")
    app.synth()


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["alike"])
