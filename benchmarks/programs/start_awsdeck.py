"""From nothing to the class of a resource type."""

import awsdeck  # noqa: F401
from awsdeck.cfn import sqs

print(sqs.Queue.TYPE)
