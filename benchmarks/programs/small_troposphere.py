"""The small app with troposphere: the same template, written by hand."""

import os

from troposphere import GetAtt, Ref, Sub, Template, s3, sns, sqs

template = Template()
template.set_version()

uploads = template.add_resource(
    s3.Bucket(
        "Uploads",
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
)
template.add_resource(
    s3.BucketPolicy(
        "UploadsPolicy",
        Bucket=Ref(uploads),
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "DenyPlainHttp",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [GetAtt(uploads, "Arn"), Sub("${Uploads.Arn}/*")],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        },
    )
)
failed = template.add_resource(
    sqs.Queue(
        "Failed",
        MessageRetentionPeriod=1_209_600,
        ReceiveMessageWaitTimeSeconds=20,
        SqsManagedSseEnabled=True,
        VisibilityTimeout=30,
    )
)
orders = template.add_resource(
    sqs.Queue(
        "Orders",
        MessageRetentionPeriod=345_600,
        ReceiveMessageWaitTimeSeconds=20,
        RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(failed, "Arn"), maxReceiveCount=5),
        SqsManagedSseEnabled=True,
        VisibilityTimeout=30,
    )
)
placed = template.add_resource(sns.Topic("Placed"))
template.add_resource(
    sqs.QueuePolicy(
        "OrdersPolicy",
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
)
template.add_resource(
    sns.SubscriptionResource(
        "OrdersFromPlaced",
        Protocol="sqs",
        Endpoint=GetAtt(orders, "Arn"),
        TopicArn=Ref(placed),
        DependsOn=["OrdersPolicy"],
    )
)

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "awsdeck.out")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "shop.template.json"), "w", encoding="utf-8") as file:
    file.write(template.to_json())
