"""What whoever deploys must be allowed."""
