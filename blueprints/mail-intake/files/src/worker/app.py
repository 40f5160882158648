"""The worker: every message that came in is read, and what it says becomes a file of JSON in the same bucket.

Lambda hands over up to five notices of SES at once. One that fails is given back and comes again; the others are done.
"""

from __future__ import annotations

import email
import email.policy
import json
import logging
import os
from email.message import EmailMessage
from typing import Any

import boto3

BUCKET = os.environ["BUCKET"]
INCOMING = os.environ["INCOMING"]
SUMMARIES = os.environ["SUMMARIES"]
VERDICTS = ("virusVerdict", "spamVerdict")

logger = logging.getLogger()
logger.setLevel(logging.INFO)
s3 = boto3.client("s3")


def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Work on a batch, and say which notices have to come again."""
    failed: list[str] = []
    for record in event["Records"]:
        try:
            finish(json.loads(record["body"]))
        except Exception:
            logger.exception("notice %s has failed", record["messageId"])
            failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def finish(notice: dict[str, Any]) -> None:
    """Read the message that a notice tells of, work on it, and keep the result; doing it twice does no harm."""
    if notice.get("notificationType") != "Received":
        logger.info("not about a message: %s", notice.get("notificationType"))
        return
    id, receipt = notice["mail"]["messageId"], notice["receipt"]
    bad = [name for name in VERDICTS if receipt.get(name, {}).get("status") == "FAIL"]
    if bad:
        logger.warning("message %s is left alone: %s", id, ", ".join(bad))
        return
    stored = receipt["action"]
    if stored["bucketName"] != BUCKET or not stored["objectKey"].startswith(INCOMING):
        raise ValueError(f"message {id} lies elsewhere: {stored['bucketName']}/{stored['objectKey']}")
    content = s3.get_object(Bucket=BUCKET, Key=stored["objectKey"])["Body"].read()
    message = email.message_from_bytes(content, policy=email.policy.default)
    summary = {
        **work(message),
        "from": str(message["From"]),
        "to": receipt["recipients"],
        "subject": str(message["Subject"]),
        "received_at": notice["mail"]["timestamp"],
        "key": stored["objectKey"],
    }
    s3.put_object(
        Bucket=BUCKET,
        Key=f"{SUMMARIES}{id}.json",
        Body=json.dumps(summary, ensure_ascii=False).encode(),
        ContentType="application/json",
    )


def work(message: EmailMessage) -> dict[str, Any]:
    """What is to be done with a message: replace this. The answer becomes part of the summary.

    Anybody can send mail and write any sender into it: trust nothing in it without a proof of your own.
    """
    body = message.get_body(preferencelist=("plain", "html"))
    return {
        "text": "" if body is None else body.get_content()[:1000],
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }
