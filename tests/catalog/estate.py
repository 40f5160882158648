"""Twenty kinds of resources, all right; `estate(n)` gives n of them under new names."""

from __future__ import annotations

import copy
from typing import Any

ACCOUNT = "123456789012"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TAGS = [{"Key": "team", "Value": "shop"}, {"Key": "cost", "Value": {"Ref": "CostCentre"}}]

KINDS: dict[str, dict[str, Any]] = {
    "AWS::SQS::Queue": {
        "QueueName": "orders.fifo",
        "FifoQueue": True,
        "DelaySeconds": "30",
        "MessageRetentionPeriod": {"Fn::If": ["IsProd", 1209600, 345600]},
        "VisibilityTimeout": {"Ref": "Visibility"},
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dlq", "Arn"]}, "maxReceiveCount": 5},
        "KmsMasterKeyId": {"Ref": "AWS::NoValue"},
        "Tags": TAGS,
    },
    "AWS::SNS::Topic": {
        "TopicName": {"Fn::Sub": "${AWS::StackName}-placed.fifo"},
        "FifoTopic": "true",
        "Subscription": [
            {"Endpoint": {"Fn::GetAtt": ["Orders", "Arn"]}, "Protocol": "sqs"},
            {"Fn::If": ["IsProd", {"Endpoint": "ops@example.com", "Protocol": "email"}, {"Ref": "AWS::NoValue"}]},
        ],
    },
    "AWS::S3::Bucket": {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Key"}}}
            ]
        },
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "RestrictPublicBuckets": "true"},
        "LifecycleConfiguration": {
            "Rules": [
                {
                    "Id": "cool",
                    "Status": "Enabled",
                    "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}],
                    "ExpirationInDays": 365,
                }
            ]
        },
        "Tags": TAGS,
    },
    "AWS::DynamoDB::Table": {
        "AttributeDefinitions": [
            {"AttributeName": "customer", "AttributeType": "S"},
            {"AttributeName": "placed", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "placed", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "Key"}},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
    },
    "AWS::Lambda::Function": {
        "Code": {"S3Bucket": {"Ref": "Assets"}, "S3Key": "worker.zip"},
        "Handler": "app.handle",
        "Runtime": "python3.13",
        "Role": {"Fn::GetAtt": "Role.Arn"},
        "Timeout": 30,
        "MemorySize": 512,
        "Environment": {"Variables": {"TABLE": {"Ref": "Table"}, "LEVEL": "info", "RETRIES": 3, "DEBUG": False}},
        "VpcConfig": {
            "Fn::If": ["InVpc", {"SubnetIds": {"Ref": "Subnets"}, "SecurityGroupIds": []}, {"Ref": "AWS::NoValue"}]
        },
    },
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument": POLICY,
        "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess"}],
        "Policies": [{"PolicyName": "inline", "PolicyDocument": POLICY}],
        "MaxSessionDuration": 3600,
    },
    "AWS::EC2::VPC": {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": "true", "Tags": TAGS},
    "AWS::EC2::Subnet": {
        "VpcId": {"Ref": "Vpc"},
        "CidrBlock": {"Fn::Select": [0, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, 4, 8]}]},
        "AvailabilityZone": {"Fn::Select": ["0", {"Fn::GetAZs": ""}]},
        "MapPublicIpOnLaunch": False,
    },
    "AWS::EC2::SecurityGroup": {
        "GroupDescription": "web servers",
        "VpcId": {"Ref": "Vpc"},
        "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}],
    },
    "AWS::EC2::Instance": {
        "ImageId": "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}",
        "InstanceType": "c5.large",
        "SubnetId": {"Ref": "Subnet"},
        "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": "50", "VolumeType": "gp3"}}],
        "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${AWS::Region}\n"}},
    },
    "AWS::RDS::DBInstance": {
        "Engine": "postgres",
        "DBInstanceClass": "db.m5.large",
        "AllocatedStorage": "100",
        "BackupRetentionPeriod": 7,
        "MultiAZ": True,
        "MasterUsername": "shop",
        "MasterUserPassword": "{{resolve:secretsmanager:db:SecretString:password}}",
        "StorageEncrypted": True,
    },
    "AWS::CloudWatch::Alarm": {
        "AlarmName": "deep-queue",
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Orders", "QueueName"]}}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 100,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [{"Ref": "Ops"}],
    },
    "AWS::Logs::LogGroup": {"LogGroupName": "/aws/lambda/worker", "RetentionInDays": "14"},
    "AWS::KMS::Key": {
        "KeyPolicy": {"Version": "2012-10-17", "Statement": []},
        "EnableKeyRotation": True,
        "PendingWindowInDays": 7,
    },
    "AWS::Events::Rule": {
        "ScheduleExpression": "rate(5 minutes)",
        "State": "ENABLED",
        "Targets": [{"Arn": {"Fn::GetAtt": ["Worker", "Arn"]}, "Id": "worker"}],
    },
    "AWS::StepFunctions::StateMachine": {
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/flow",
        "DefinitionString": {"Fn::Sub": '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'},
        "StateMachineType": "STANDARD",
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "Type": "application",
        "Scheme": "internet-facing",
        "Subnets": {"Fn::Split": [",", {"Fn::ImportValue": "subnets"}]},
        "LoadBalancerAttributes": [{"Key": "idle_timeout.timeout_seconds", "Value": "60"}],
    },
    "AWS::AutoScaling::AutoScalingGroup": {
        "MinSize": "1",
        "MaxSize": "4",
        "VPCZoneIdentifier": {"Ref": "Subnets"},
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Lt"}, "Version": {"Fn::GetAtt": "Lt.LatestVersionNumber"}},
        "Tags": [{"Key": "team", "Value": "shop", "PropagateAtLaunch": True}],
    },
    "AWS::ECS::TaskDefinition": {
        "Cpu": "256",
        "Memory": 512,
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "ContainerDefinitions": [
            {
                "Name": "web",
                "Image": "nginx",
                "PortMappings": [{"ContainerPort": 80}],
                "Environment": [{"Name": "STAGE", "Value": {"Ref": "Stage"}}],
            }
        ],
    },
    "AWS::Lambda::EventSourceMapping": {
        "EventSourceArn": {"Fn::GetAtt": ["Orders", "Arn"]},
        "FunctionName": {"Ref": "Worker"},
        "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    },
}


def estate(count: int) -> list[tuple[str, dict[str, Any]]]:
    """`count` resources of the twenty kinds in turn, each a copy of its own."""
    kinds = list(KINDS.items())
    return [(name, copy.deepcopy(properties)) for name, properties in (kinds[at % len(kinds)] for at in range(count))]
