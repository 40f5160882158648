"""Amazon SQS and Amazon SNS."""
