"""Amazon EventBridge, its Scheduler, and Amazon Kinesis."""
