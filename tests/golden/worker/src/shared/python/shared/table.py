"""Writes items."""

import boto3


def put(name, item):
    boto3.resource("dynamodb").Table(name).put_item(Item=item)
