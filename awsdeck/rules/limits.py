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

# Amazon EC2
USER_DATA_MOST = 16 * KIB
"""Bytes of user data before they are encoded."""
RESERVATION_INSTANCES_MOST = 1_000
COMMITMENT_YEARS = (1, 3)
COMMITMENT_PAYMENTS = {"no-upfront": "No Upfront", "partial-upfront": "Partial Upfront", "all-upfront": "All Upfront"}
"""How a commitment is paid for, and how EC2 calls it. Source: EC2 API Reference, ReservedInstancesOffering."""
COMMITMENT_DISCOUNT_MOST = {
    "standard": Limit(75, 72, "2026"), "convertible": Limit(54, 66, "2026"), "host": Limit(70, 70, "2018"),
}  # fmt: skip
"""Percent off the on-demand price. Source: course notes, EC2; AWS whitepaper, Amazon EC2 Reserved Instances and other
reservation models. The notes' 4 % for convertible ones is a misprint for 54 %."""
SPOT_PRICE_LEAST = 0.001
"""USD an hour."""
PARTITIONS_MOST = 7
"""Partitions of a placement group in a zone."""

# AWS Identity and Access Management: characters of a policy without white space
INLINE_POLICY_SIZE = {"role": 10_240, "user": 2_048, "group": 5_120}
"""All inline policies of one identity together."""
MANAGED_POLICY_SIZE = 6_144

# AWS Secrets Manager
SECRET_LENGTH_DEFAULT = 32
SECRET_LENGTH_MOST = 4_096
"""Characters of a generated password."""
SECRET_MOST = 64 * KIB
SECRET_ROTATION_DEFAULT = 30
SECRET_ROTATION_MOST = 1_000
SECRET_WINDOW_MOST = 24
"""Hours in which a rotation may begin."""

# Amazon ElastiCache
CACHE_NODES_MOST = 40
"""Nodes of a Memcached cluster; AWS raises it on request."""
CACHE_REPLICAS_MOST = 5
"""Read replicas beside the primary of a shard."""
CACHE_SHARDS_MOST = 500
CACHE_NODES_TOGETHER = 90
"""Nodes of all shards of one group, by default; AWS raises it up to the number of shards."""
CACHE_SNAPSHOT_DAYS_MOST = 35
CACHE_SNAPSHOT_DAYS_DEFAULT = 1
CACHE_WINDOW_LEAST = 60  # minutes
CACHE_PORTS = {"memcached": 11_211, "redis": 6_379, "valkey": 6_379}
AUTH_TOKEN_LEAST = 16
AUTH_TOKEN_MOST = 128
SERVERLESS_CACHE_STORAGE_MOST = 5_000  # GB
SERVERLESS_CACHE_UNITS_LEAST = 1_000  # ECPUs a second
SERVERLESS_CACHE_UNITS_MOST = 15_000_000

# Amazon DynamoDB Accelerator (DAX)
ACCELERATOR_NODES_ADVISED = 3
ACCELERATOR_NODES_API = 10
"""What the API Reference ends at; the Developer Guide has one more."""
ACCELERATOR_NODES_MOST = 11
ACCELERATOR_PORT = 8_111
ACCELERATOR_PORT_TLS = 9_111
ACCELERATOR_TTL_DEFAULT = 300  # seconds
WRITES_PAY_OFF = 0.5
"""The share of writes above which a cache in front of a database does not pay off."""

# Elastic Load Balancing
IDLE_TIMEOUT_DEFAULT = 60  # seconds
IDLE_TIMEOUT_MOST = 4_000
IDLE_TIMEOUT_CLASSIC = 3_600
"""The most that the API of Classic Load Balancers is sure to take; their user guide says 4,000."""
LISTENER_RULE_LAST = 50_000
"""The highest priority number of a listener rule."""
CONDITION_VALUES_MOST = 5
"""Values in all conditions of one rule of an Application Load Balancer."""
WEIGHTED_GROUPS_MOST = 5
"""Target groups that one action forwards to."""
COOKIE_SECONDS_MOST = 7 * DAY
DEREGISTRATION_MOST = 3_600  # seconds
SLOW_START_LEAST = 30  # seconds
SLOW_START_MOST = 900
NETWORK_PROTOCOLS = Limit(("TCP",), ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"), "2026-10")
"""What a Network Load Balancer listens on; what came after TCP is refused nowhere, it is younger and not forbidden."""

# Amazon EBS: sizes in GiB, throughput in MiB/s
VOLUME_TYPES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")
VOLUME_TYPE_DEFAULT = "gp2"
VOLUME_SIZES = {
    "gp2": (1, 16_384), "gp3": (1, 65_536), "io1": (4, 16_384), "io2": (4, 65_536), "st1": (125, 16_384),
    "sc1": (125, 16_384), "standard": (1, 1_024),
}  # fmt: skip
IO1_IOPS_MOST = Limit(20_000, 64_000, "2018-12")
PROVISIONED_IOPS_LEAST = 100
IO2_IOPS_MOST = 256_000
GP3_IOPS_DEFAULT = 3_000
GP3_IOPS_MOST = 80_000
GP3_THROUGHPUT_DEFAULT = 125
GP3_THROUGHPUT_MOST = 2_000
GP3_THROUGHPUT_PER_IOPS = 0.25
VOLUME_IOPS_PER_GIB = {"io1": 50, "io2": 1_000, "gp3": 500}
"""How many may be provisioned for each GiB."""
GP2_IOPS_PER_GIB = 3
GP2_IOPS_LEAST = 100
GP2_IOPS_MOST = Limit(10_000, 16_000, "2018-12")
MAGNETIC_IOPS_MOST = {"st1": 500, "sc1": 250, "standard": 200}
"""Of volumes on magnetic disks; for st1 and sc1 in operations of 1 MiB."""
MULTI_ATTACH_MOST = 16
VOLUME_CHANGES_MOST = 4
"""Changes of a volume's size, type or speed in 24 hours."""

# Amazon Route 53
TTL_MOST = 2_147_483_647  # seconds
WEIGHT_MOST = 255
CHILD_CHECKS_MOST = 256
"""Health checks that one calculated check watches."""

# Amazon RDS
BACKUP_DAYS_MOST = 35
BACKUP_DAYS_DEFAULT = 7
"""What a construct sets; RDS itself keeps one day."""
BACKUP_WINDOW_LEAST = 30
"""Minutes of a backup or maintenance window."""
MONITORING_SECONDS = (0, 1, 5, 10, 15, 30, 60)
INSIGHTS_DAYS = (7, *range(31, 714, 31), 731)
"""Days that Performance Insights may keep what it saw."""
REPLICAS_MOST = {
    "oracle": Limit(5, 5, "2026"),
    "db2": Limit(3, 3, "2026"),
    "sqlserver": Limit(5, 15, "2026"),
}
REPLICAS_MOST_ELSEWHERE = Limit(5, 15, "2026")
"""Read replicas of one instance by the family of its engine; elsewhere of MySQL, MariaDB and PostgreSQL."""
REPLICA_CHAIN_MOST = 3
"""Replicas one after the other behind a source."""
AURORA_INSTANCES_MOST = 16
"""Instances of an Aurora cluster: a writer and 15 readers."""

# AWS Certificate Manager
CERTIFICATE_NAMES = 10
"""Names of one certificate; AWS raises it on request."""

# AWS Key Management Service
ENCRYPT_MOST = 4_096
"""Bytes that KMS encrypts itself; anything larger takes a data key."""
ROTATION_DAYS_LEAST = 90
ROTATION_DAYS_MOST = 2_560
DELETION_DAYS_LEAST = 7
DELETION_DAYS_MOST = 30

# Amazon CloudWatch
ALARM_PERIODS = (10, 20, 30)
"""Seconds of the periods below a minute; the others are whole minutes."""
ALARM_SPAN_MOST = DAY
"""Seconds that all periods of an alarm may take together when they are shorter than an hour."""
ALARM_LONG_SPAN_MOST = 7 * DAY
ALARM_QUERIES_MOST = 10
LOG_SUBSCRIPTIONS_MOST = 2
LOG_DIMENSIONS_MOST = 3

# AWS Systems Manager
PARAMETER_MOST = {"Standard": 4 * KIB, "Advanced": 8 * KIB, "Intelligent-Tiering": 8 * KIB}
"""Bytes of a parameter's value, by tier."""
ACU_LEAST = 0
ACU_TOP_LEAST = 1
ACU_MOST = 256
"""Capacity units of Aurora Serverless; the most a cluster may have is one unit at least."""
BACKTRACK_MOST = 259_200  # seconds, 72 hours
PROXY_NAME_MOST = 63

# Amazon CloudFront
CLOUDFRONT_BEHAVIORS_MOST = 75
"""Behaviours of one distribution beside the default one; AWS raises it on request."""
CLOUDFRONT_READ_SECONDS_MOST = 120
"""Seconds that an origin may take to answer; AWS raises it on request."""
EDGE_FUNCTION_MOST = 10 * KIB
"""Bytes of a CloudFront function."""
EDGE_VIEWER_TIMEOUT_MOST = 5
EDGE_ORIGIN_TIMEOUT_MOST = 30
"""Seconds of a Lambda@Edge function on viewer events and on origin events."""
EDGE_VIEWER_MEMORY_MOST = 128
"""MB of a Lambda@Edge function on viewer events."""

# Amazon API Gateway
API_RATE_MOST = 10_000
"""Requests a second of all APIs of an account in a region, by default; AWS raises it on request."""
API_BURST_MOST = 5_000
"""Requests at once; the course notes call them concurrent."""
API_RATE_YOUNG = 2_500
API_BURST_YOUNG = 1_250
API_YOUNG_REGIONS = (
    "af-south-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-west-1",
    "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "mx-central-1",
)  # fmt: skip
"""Regions in which an account begins with less. Source: API Gateway Developer Guide, quotas."""
API_CACHE_SIZES = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")  # GB
API_CACHE_TTL_MOST = 3_600  # seconds
API_COMPRESSION_MOST = 10 * MIB
API_KEY_LEAST, API_KEY_MOST = 20, 128  # characters
API_TIMEOUT_LEAST = 50  # milliseconds
API_TIMEOUT_MOST = 29_000
API_TIMEOUT_STREAMED = 900_000
HTTP_API_TIMEOUT = 30_000
AUTHORIZER_TTL_DEFAULT = 300  # seconds
AUTHORIZER_TTL_MOST = 3_600

# AWS Elastic Beanstalk
BUNDLE_MOST = 500 * MIB
"""Bytes of a source bundle, zipped. Source: Elastic Beanstalk Developer Guide, create an application source bundle."""
