"""The same resources with troposphere: `many_troposphere.py RESOURCES STACKS [alike]`."""

import os
import sys

from troposphere import (
    GetAtt,
    GetAZs,
    Ref,
    Select,
    Sub,
    Tags,
    Template,
    awslambda,
    cloudwatch,
    dynamodb,
    ec2,
    ecs,
    elasticloadbalancingv2,
    events,
    iam,
    kms,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
)

KINDS = 20


def group(template: Template, n: int, mark: str) -> None:
    """One resource of each kind; `mark` stands in all of them."""
    tags = Tags(mark=mark)
    vpc = ec2.VPC(f"Vpc{n}", CidrBlock="10.0.0.0/16", EnableDnsSupport=True, Tags=tags)
    subnet = ec2.Subnet(
        f"Subnet{n}", VpcId=Ref(vpc), CidrBlock="10.0.1.0/24", AvailabilityZone=Select(0, GetAZs("")),
        MapPublicIpOnLaunch=False, Tags=tags,
    )  # fmt: skip
    firewall = ec2.SecurityGroup(
        f"Firewall{n}",
        GroupDescription="web",
        VpcId=Ref(vpc),
        SecurityGroupIngress=[
            ec2.SecurityGroupRule(
                IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="10.0.0.0/16", Description="https"
            ),
            ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="10.0.0.0/16", Description="http"),
        ],
        Tags=tags,
    )
    instance = ec2.Instance(
        f"Instance{n}", ImageId="ami-0abcdef1234567890", InstanceType="m5.large", SubnetId=Ref(subnet),
        SecurityGroupIds=[GetAtt(firewall, "GroupId")], EbsOptimized=True, Tags=tags,
        BlockDeviceMappings=[
            ec2.BlockDeviceMapping(
                DeviceName="/dev/xvda", Ebs=ec2.EbsBlockDevice(VolumeSize=50, VolumeType="gp3", Encrypted=True)
            ),
        ],
    )  # fmt: skip
    key = kms.Key(
        f"Key{n}", Description=f"data {mark}", EnableKeyRotation=True, DeletionPolicy="Retain", UpdateReplacePolicy="Retain",
        KeyPolicy={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
                    "Action": "kms:*",
                    "Resource": "*",
                },
            ],
        },
    )  # fmt: skip
    bucket = s3.Bucket(
        f"Bucket{n}",
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(
                        SSEAlgorithm="aws:kms", KMSMasterKeyID=GetAtt(key, "Arn")
                    )
                ),
            ],
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        LifecycleConfiguration=s3.LifecycleConfiguration(
            Rules=[
                s3.LifecycleRule(
                    Id=f"archive-{mark}",
                    Status="Enabled",
                    Transitions=[s3.LifecycleRuleTransition(StorageClass="GLACIER", TransitionInDays=90)],
                    ExpirationInDays=365,
                ),
            ],
        ),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    failed = sqs.Queue(
        f"Failed{n}", MessageRetentionPeriod=1_209_600, ReceiveMessageWaitTimeSeconds=20, SqsManagedSseEnabled=True,
        VisibilityTimeout=30, Tags=tags,
    )  # fmt: skip
    topic = sns.Topic(f"Topic{n}", DisplayName=f"orders {mark}", KmsMasterKeyId="alias/aws/sns")
    subscription = sns.SubscriptionResource(
        f"Subscription{n}", TopicArn=Ref(topic), Protocol="https", RawMessageDelivery=True,
        Endpoint=f"https://example.com/orders/{mark}",
    )  # fmt: skip
    table = dynamodb.Table(
        f"Table{n}",
        AttributeDefinitions=[
            dynamodb.AttributeDefinition(AttributeName="customer", AttributeType="S"),
            dynamodb.AttributeDefinition(AttributeName="placed", AttributeType="N"),
        ],
        KeySchema=[
            dynamodb.KeySchema(AttributeName="customer", KeyType="HASH"),
            dynamodb.KeySchema(AttributeName="placed", KeyType="RANGE"),
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=tags,
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=True),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    role = iam.Role(
        f"Role{n}",
        AssumeRolePolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
            ],
        },
        ManagedPolicyArns=[Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")],
        Policies=[
            iam.Policy(
                PolicyName=f"send-{mark}",
                PolicyDocument={
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": GetAtt(failed, "Arn")}
                    ],
                },
            ),
        ],
    )
    worker = awslambda.Function(
        f"Worker{n}",
        Runtime="python3.13",
        Handler="app.handle",
        Role=GetAtt(role, "Arn"),
        Code=awslambda.Code(S3Bucket="releases", S3Key="worker.zip"),
        MemorySize=512,
        Timeout=30,
        Environment=awslambda.Environment(Variables={"QUEUE": Ref(failed), "MODE": mark}),
        DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=GetAtt(failed, "Arn")),
    )
    log = logs.LogGroup(
        f"Logs{n}", LogGroupName=f"/aws/lambda/worker-{mark}", RetentionInDays=30, DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )  # fmt: skip
    nightly = events.Rule(
        f"Nightly{n}", ScheduleExpression="rate(1 day)", State="ENABLED",
        Targets=[events.Target(Id=f"worker-{mark}", Arn=GetAtt(worker, "Arn"))],
    )  # fmt: skip
    alarm = cloudwatch.Alarm(
        f"Alarm{n}", AlarmActions=[Ref(topic)], ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1,
        MetricName="ApproximateNumberOfMessagesVisible", Namespace=f"Shop/{mark}", Period=300, Statistic="Maximum",
        Threshold=0, Dimensions=[cloudwatch.MetricDimension(Name="QueueName", Value=GetAtt(failed, "QueueName"))],
    )  # fmt: skip
    secret = secretsmanager.Secret(
        f"Secret{n}", Description=f"database {mark}", DeletionPolicy="Retain", UpdateReplacePolicy="Retain",
        GenerateSecretString=secretsmanager.GenerateSecretString(
            SecretStringTemplate='{"username": "shop"}', GenerateStringKey="password", PasswordLength=30,
            ExcludeCharacters='"@/\\',
        ),
    )  # fmt: skip
    database = rds.DBInstance(
        f"Db{n}", Engine="postgres", DBInstanceClass="db.m5.large", AllocatedStorage="100", MultiAZ=True,
        StorageEncrypted=True, BackupRetentionPeriod=7, Tags=tags, MasterUsername="shop",
        VPCSecurityGroups=[GetAtt(firewall, "GroupId")], DeletionPolicy="Snapshot", UpdateReplacePolicy="Snapshot",
        MasterUserPassword=Sub(f"{{{{resolve:secretsmanager:${{Secret{n}}}:SecretString:password}}}}"),
    )  # fmt: skip
    task = ecs.TaskDefinition(
        f"Task{n}",
        Family=f"web-{mark}",
        Cpu="256",
        Memory="512",
        NetworkMode="awsvpc",
        RequiresCompatibilities=["FARGATE"],
        ContainerDefinitions=[
            ecs.ContainerDefinition(
                Name="web",
                Image="public.ecr.aws/nginx/nginx:1.27",
                Essential=True,
                PortMappings=[ecs.PortMapping(ContainerPort=80, Protocol="tcp")],
                Environment=[
                    ecs.Environment(Name="MODE", Value="live"),
                    ecs.Environment(Name="TOPIC", Value=Ref(topic)),
                ],
            ),
        ],
    )
    targets = elasticloadbalancingv2.TargetGroup(
        f"Targets{n}", VpcId=Ref(vpc), Port=80, Protocol="HTTP", TargetType="ip", HealthCheckPath=f"/healthy/{mark}",
        HealthCheckIntervalSeconds=30, Matcher=elasticloadbalancingv2.Matcher(HttpCode="200-299"),
    )  # fmt: skip
    setting = ssm.Parameter(f"Setting{n}", Type="String", Value=Ref(topic), Description=f"where orders are told {mark}")
    template.add_resource([
        vpc, subnet, firewall, instance, key, bucket, failed, topic, subscription, table, role, worker, log, nightly,
        alarm, secret, database, task, targets, setting,
    ])  # fmt: skip


def main(resources: int, stacks: int, alike: bool) -> None:
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "awsdeck.out")
    os.makedirs(folder, exist_ok=True)
    for number in range(stacks):
        template = Template()
        template.set_version()
        for n in range(resources // stacks // KINDS):
            group(template, n, str(n) if alike else f"{number}-{n}")
        with open(os.path.join(folder, f"stack-{number}.template.json"), "w", encoding="utf-8") as file:
            file.write(template.to_json())


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["alike"])
