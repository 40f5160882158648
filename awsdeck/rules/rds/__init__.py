"""Amazon RDS and Amazon Aurora."""
