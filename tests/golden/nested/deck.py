from awsdeck import App, NestedStack, Output, Parameter, SNSTopic, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")
stage = Parameter(shop, "Stage", default="dev")
failed = SQSQueue(shop, "Failed")

intake = NestedStack(shop, "Intake", description="What comes in")
orders = SQSQueue(intake, "Orders", dead_letter=failed.after(3))
placed = SNSTopic(NestedStack(intake, "Topics"), "Placed", display_name=stage.ref)
placed.subscribe(orders)

Output(shop, "OrdersUrl", orders.url)
Output(shop, "PlacedArn", placed.arn)

app.synth()
