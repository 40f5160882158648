"""Mistakes with functions that a type checker finds."""

from awsdeck import App, LambdaFunction, S3Bucket, SQSQueue, Stack, inline

app = App()
stack = Stack(app, "shop")
code = inline("def handler(e, c): ...")
worker = LambdaFunction(stack, "Worker", code=code, runtime="python3.13")
LambdaFunction(stack, "NoCode", runtime="python3.13")  # wrong: code
LambdaFunction(stack, "OldRuntime", code=code, runtime="python2.7")  # wrong: python2.7
LambdaFunction(stack, "Processor", code=code, runtime="python3.13", architecture="arm")  # wrong: arm
LambdaFunction(stack, "Text", code=code, runtime="python3.13", timeout="30")  # wrong: timeout
LambdaFunction(stack, "Unknown", code=code, runtime="python3.13", memry=128)  # wrong: memry
LambdaFunction(stack, "Bucket", code=code, runtime="python3.13", on_failure=S3Bucket(stack, "B"))  # wrong: on_failure
worker.on(SQSQueue(stack, "Q"), batchsize=10)  # wrong: batchsize
worker.on(SQSQueue(stack, "R"), start="first")  # wrong: first
worker.on(5)  # wrong: QueueAccess
worker.alias("live", 8)  # wrong: LambdaVersion
worker.add_url(auth="nobody")  # wrong: nobody
