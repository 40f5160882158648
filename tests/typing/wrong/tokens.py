"""Mistakes with deploy-time values that a type checker finds."""

from awsdeck import App, Condition, Parameter, Stack, equals, if_
from awsdeck.cfn import s3, sqs

app = App()
stack = Stack(app, "shop")
size = Parameter(stack, "Size", type="Number", minimum=1)  # wrong: minimum
zones = Parameter(stack, "Zones", type="CommaDelimitedList")
large = Condition(stack, "Large", True)  # wrong: ConditionExpression
fine = Condition(stack, "Fine", equals(size.ref, 1))

sqs.Queue(stack, "If", DelaySeconds=if_(fine, "a", "b"))  # wrong: DelaySeconds
if_(True, 1, 2)  # wrong: if_
s3.Bucket(stack, "Enum", VersioningConfiguration={"Status": if_(fine, "On", "Off")})  # wrong: Suspended
s3.Bucket(stack, "List", BucketName=zones.items)  # wrong: ListToken
len(zones.items)  # wrong: ListToken
sqs.Queue(stack, "Construct", QueueName=size)  # wrong: Parameter
sqs.Queue(stack, "Other").when("Fine")  # wrong: Condition
