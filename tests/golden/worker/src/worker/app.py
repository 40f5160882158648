"""Takes orders out of a queue and tells which ones it could not handle."""

import json
import os

from shared import table


def handle(event, context):
    failed = []
    for record in event["Records"]:
        try:
            table.put(os.environ["TABLE"], json.loads(record["body"]))
        except ValueError:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
