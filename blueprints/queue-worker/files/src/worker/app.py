"""The worker: every job of the queue becomes an item of the table.

Lambda hands over up to ten messages at once, of several groups. A job that fails is given back, and with it the later
ones of its group, so that the order within the group holds; all others are done.
"""

from __future__ import annotations

import json
import logging
import os
import time
from typing import Any

import boto3

DAY = 86_400  # seconds
BUCKET = os.environ["BUCKET"]
PREFIX = os.environ["PREFIX"]
KEEP_DAYS = int(os.environ["KEEP_DAYS"])

logger = logging.getLogger()
logger.setLevel(logging.INFO)
s3 = boto3.client("s3")
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work on a batch, and say which messages have to come again."""
    failed: list[str] = []
    stopped: set[str] = set()
    for record in event["Records"]:
        group: str = record["attributes"]["MessageGroupId"]
        if group not in stopped:
            try:
                finish(record["body"], group)
                continue
            except Exception:
                logger.exception("message %s of group %s has failed", record["messageId"], group)
                stopped.add(group)
        failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def finish(body: str, group: str) -> None:
    """Do a job and keep its result; the item of a job that comes a second time stays as it is."""
    job: dict[str, Any] = json.loads(body)
    now = time.time()
    item = {
        **work(job),
        "id": job["id"],
        "group_id": group,
        "job": body,
        "finished_at": int(now * 1000),  # milliseconds: two jobs of a group seldom share one
        "expires_at": int(now) + KEEP_DAYS * DAY,  # seconds, as the time to live wants it
    }
    try:
        table.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        logger.info("job %s was done before", job["id"])


def work(job: dict[str, Any]) -> dict[str, Any]:
    """What is to be done for a job: replace this. The answer becomes part of the item.

    It may happen twice for one job, so that doing it twice must do no harm.
    """
    if "file" not in job:
        return {}
    if not job["file"].startswith(PREFIX):
        raise ValueError(f"{job['file']} is not below {PREFIX}")
    return {"bytes": s3.get_object(Bucket=BUCKET, Key=job["file"])["ContentLength"]}
