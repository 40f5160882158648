"""The small app with CDK's constructs, as its guide would have it: for type checkers and editors, not for templates."""

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

app = App()
shop = Stack(app, "shop")

uploads = s3.Bucket(shop, "Uploads", encryption=s3.BucketEncryption.KMS, enforce_ssl=True, versioned=True)
failed = sqs.Queue(shop, "Failed", retention_period=Duration.days(14))
orders = sqs.Queue(shop, "Orders", dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=5, queue=failed))
placed = sns.Topic(shop, "Placed")
placed.add_subscription(subscriptions.SqsSubscription(orders))

app.synth()
