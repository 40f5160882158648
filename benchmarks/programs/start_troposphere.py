"""From nothing to the class of a resource type."""

import troposphere  # noqa: F401
from troposphere import sqs

print(sqs.Queue.resource_type)
