"""Amazon CloudWatch and AWS X-Ray."""
