"""From nothing to the class of a resource type."""

from aws_cdk import aws_sqs

print(aws_sqs.CfnQueue.CFN_RESOURCE_TYPE_NAME)
