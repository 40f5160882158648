"""Amazon DynamoDB and its accelerator."""
