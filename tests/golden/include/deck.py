from awsdeck import App, IAMRole, Include, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")
old = Include(shop, "Old", file="old.yaml", parameters={"Env": "prod"})
queue = old.resource("Queue")
failed = SQSQueue(shop, "Failed")
queue.RedrivePolicy = {"deadLetterTargetArn": failed.arn, "maxReceiveCount": 5}
worker = IAMRole(shop, "Worker", assumed_by="lambda.amazonaws.com")
worker.allow("sqs:ReceiveMessage", "sqs:DeleteMessage", on=queue.Arn)

app.synth()
