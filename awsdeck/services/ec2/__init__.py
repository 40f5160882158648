"""Amazon EC2 and Amazon EBS."""
