"""What has to be in a bucket before a stack can be made."""
