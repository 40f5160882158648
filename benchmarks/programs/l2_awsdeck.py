"""Many small apps with awsdeck's constructs, all rules on: `l2_awsdeck.py RESOURCES STACKS`."""

import sys

from awsdeck import App, S3Bucket, SNSTopic, SQSQueue, Stack

MADE = 7
"""Resources of one group: a bucket with its policy, two queues and a policy, a topic, a subscription."""


def group(stack: Stack, n: int, mark: str) -> None:
    """A bucket, a queue with its dead-letter queue, and a topic that the queue subscribes to."""
    S3Bucket(stack, f"Uploads{n}", encryption="kms", versioned=True)
    failed = SQSQueue(stack, f"Failed{n}")
    orders = SQSQueue(stack, f"Orders{n}", dead_letter=failed.after(5))
    placed = SNSTopic(stack, f"Placed{n}", display_name=f"orders {mark}")
    placed.subscribe(orders)


def main(resources: int, stacks: int) -> None:
    app = App()
    for number in range(stacks):
        stack = Stack(app, f"stack-{number}", region="eu-west-1")
        for n in range((resources // MADE + stacks - 1 - number) // stacks):
            group(stack, n, f"{number}-{n}")
    app.synth()


main(int(sys.argv[1]), int(sys.argv[2]))
