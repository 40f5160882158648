"""The same templates with troposphere, every resource written by hand: `l2_troposphere.py RESOURCES STACKS`."""

import os
import sys

from troposphere import GetAtt, Ref, Sub, Template, s3, sns, sqs

MADE = 7


def group(template: Template, n: int, mark: str) -> None:
    """A bucket, a queue with its dead-letter queue, and a topic that the queue subscribes to."""
    uploads = s3.Bucket(
        f"Uploads{n}",
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    BucketKeyEnabled=True,
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms"),
                )
            ]
        ),
        OwnershipControls=s3.OwnershipControls(
            Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")],
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
    uploads_policy = s3.BucketPolicy(
        f"Uploads{n}Policy",
        Bucket=Ref(uploads),
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "DenyPlainHttp",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [GetAtt(uploads, "Arn"), Sub(f"${{Uploads{n}.Arn}}/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        },
    )
    failed = sqs.Queue(
        f"Failed{n}", MessageRetentionPeriod=1_209_600, ReceiveMessageWaitTimeSeconds=20, SqsManagedSseEnabled=True,
        VisibilityTimeout=30,
    )  # fmt: skip
    orders = sqs.Queue(
        f"Orders{n}",
        MessageRetentionPeriod=345_600,
        ReceiveMessageWaitTimeSeconds=20,
        RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(failed, "Arn"), maxReceiveCount=5),
        SqsManagedSseEnabled=True,
        VisibilityTimeout=30,
    )
    placed = sns.Topic(f"Placed{n}", DisplayName=f"orders {mark}")
    orders_policy = sqs.QueuePolicy(
        f"Orders{n}Policy",
        Queues=[Ref(orders)],
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": GetAtt(orders, "Arn"),
                    "Condition": {"ArnEquals": {"aws:SourceArn": Ref(placed)}},
                }
            ],
        },
    )
    subscription = sns.SubscriptionResource(
        f"Orders{n}FromPlaced{n}", Protocol="sqs", Endpoint=GetAtt(orders, "Arn"), TopicArn=Ref(placed),
        DependsOn=[f"Orders{n}Policy"],
    )  # fmt: skip
    template.add_resource([uploads, uploads_policy, failed, orders, placed, orders_policy, subscription])


def main(resources: int, stacks: int) -> None:
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "awsdeck.out")
    os.makedirs(folder, exist_ok=True)
    for number in range(stacks):
        template = Template()
        template.set_version()
        for n in range(resources // stacks // MADE):
            group(template, n, f"{number}-{n}")
        with open(os.path.join(folder, f"stack-{number}.template.json"), "w", encoding="utf-8") as file:
            file.write(template.to_json())


main(int(sys.argv[1]), int(sys.argv[2]))
