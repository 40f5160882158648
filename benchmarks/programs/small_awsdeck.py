"""The small app with awsdeck's constructs."""

from awsdeck import App, S3Bucket, SNSTopic, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")

uploads = S3Bucket(shop, "Uploads", encryption="kms", versioned=True)
failed = SQSQueue(shop, "Failed")
orders = SQSQueue(shop, "Orders", dead_letter=failed.after(5))
placed = SNSTopic(shop, "Placed")
placed.subscribe(orders)

app.synth()
