"""Numbers that several rules, constructs or calculators share; each stands here once."""

from __future__ import annotations

from .vocabulary import Limit

KIB = 1024
MIB = 1024**2
GIB = 1024**3
TIB = 1024**4
DAY = 86_400  # seconds

# Amazon SQS
VISIBILITY_DEFAULT = 30  # seconds
VISIBILITY_MOST = 43_200  # 12 hours
RETENTION_LEAST = 60  # seconds
RETENTION_DEFAULT = 4 * DAY
RETENTION_MOST = 14 * DAY
RECEIVES_MOST = 1_000
"""How often a message may be received before it goes to the dead-letter queue."""
QUEUE_MESSAGE_LEAST = KIB
QUEUE_MESSAGE_MOST = Limit(256 * KIB, MIB, "2025-08")
FIFO_CALLS = 300
"""Calls a second for each API action of a FIFO queue."""
BATCH_MOST = 10
FIFO_CALLS_FAST = {
    "us-east-1": 70_000, "us-west-2": 70_000, "eu-west-1": 70_000,
    "us-east-2": 19_000, "eu-central-1": 19_000,
    "ap-south-1": 9_000, "ap-southeast-1": 9_000, "ap-southeast-2": 9_000, "ap-northeast-1": 9_000,
}  # fmt: skip
"""The same in high-throughput mode, by region."""
FIFO_CALLS_FAST_ELSEWHERE = 4_500

# Amazon SNS
TOPIC_MESSAGE_DEFAULT = 256 * KIB
TOPIC_MESSAGE_MOST = MIB
TOPIC_LARGE_SUBSCRIPTIONS = 100
"""Subscriptions a topic may have when its messages may be larger than the default."""
SMS_PART = 140  # bytes

# Amazon S3
OBJECT_MOST = Limit(5 * TIB, 50_000 * GIB, "2025-12")
SINGLE_PUT_MOST = 5 * GIB
MULTIPART_ADVISED = 100 * MIB
PARTS_MOST = 10_000
PART_LEAST = 5 * MIB
PART_MOST = 5 * GIB
PUTS_PER_SECOND = Limit(100, 3_500, "2018-07")
GETS_PER_SECOND = Limit(300, 5_500, "2018-07")
INFREQUENT_ACCESS_DAYS = 30
"""Days that STANDARD_IA and ONEZONE_IA charge for at least."""
LIFECYCLE_RULES_MOST = 1_000
CORS_RULES_MOST = 100

# AWS Lambda
FUNCTION_TIMEOUT_DEFAULT = 3  # seconds
FUNCTION_TIMEOUT_MOST = 900  # 15 minutes
MANAGED_TIMEOUT_MOST = 5_400
"""The same on Lambda Managed Instances."""
FUNCTION_MEMORY_DEFAULT = 128  # MB
FUNCTION_MEMORY_MOST = 10_240  # MB
MANAGED_MEMORY_MOST = 32_768  # MB
FUNCTION_STORAGE_DEFAULT = 512  # MB of /tmp
FUNCTION_STORAGE_MOST = 10_240
FUNCTION_LAYERS_MOST = 5
FUNCTION_ENVIRONMENT_MOST = 4 * KIB
SHORTEST_ARN = 16
"""Characters of an ARN such as `arn:aws:s3:::abc`."""
FILTERS_MOST = 10
"""Filters of an event source mapping; more than 5 need a raised quota."""
INLINE_CODE_MOST = 4 * MIB
CONCURRENCY_ACCOUNT = 1_000
"""Executions at once in one account and region, by default; AWS raises it on request."""
CONCURRENCY_UNRESERVED = 100
"""How many of them no function may reserve."""
EVENT_BATCH_MOST = 10_000
EVENT_WINDOW_MOST = 300  # seconds
EVENT_CONCURRENCY_LEAST = 2
EVENT_CONCURRENCY_MOST = 1_000
RECORD_AGE_LEAST = 60  # seconds
RECORD_AGE_MOST = 7 * DAY
VISIBILITY_ADVISED = 6
"""How many times a function's timeout its queue should hide a message."""

# Amazon DynamoDB
ITEM_MOST = 400 * KIB
PARTITION_KEY_MOST = 2_048  # bytes
SORT_KEY_MOST = 1_024  # bytes
TRANSACTION_ITEMS_MOST = 100
TRANSACTION_SIZE_MOST = 4 * MIB
LOCAL_INDEXES_MOST = 5
GLOBAL_INDEXES_DEFAULT = 20
"""Global secondary indexes of a table; AWS raises it on request."""
PROJECTED_MOST = 20
"""Non-key attributes that one index names."""
PROJECTED_TOGETHER_MOST = 100
INDEX_KEY_MOST = 4
"""Attributes of one kind in the key of a global index."""
STREAM_HOURS = 24
STREAM_READERS = 2
"""Readers of one shard of a stream at a time."""
READ_UNIT = 4 * KIB
"""What one read unit reads in a second, strongly consistent; twice that otherwise."""
WRITE_UNIT = KIB
BILLING_SWITCHES_MOST = 4
"""Switches to on-demand in 24 hours."""

# AWS Identity and Access Management: characters of a policy without white space
INLINE_POLICY_SIZE = {"role": 10_240, "user": 2_048, "group": 5_120}
"""All inline policies of one identity together."""
MANAGED_POLICY_SIZE = 6_144
