"""Buckets: private and encrypted by default, policies statement by statement, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    AWS,
    App,
    ConstraintError,
    ConstructError,
    CorsRule,
    IAMRole,
    LifecycleRule,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    UploadPlan,
    Website,
)  # fmt: skip
from awsdeck.synth import synthesize

BUCKET = {"Fn::GetAtt": ["B", "Arn"]}
OBJECTS = {"Fn::Sub": "${B.Arn}/*"}


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def policy(stack: Stack, id: str = "BPolicy") -> Any:
    return resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]


def test_a_plain_bucket_is_private_encrypted_and_kept(stack: Stack) -> None:
    S3Bucket(stack, "B")
    made = resources(stack)
    assert made["B"] == {
        "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        },
    }  # fmt: skip
    assert made["BPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [BUCKET, OBJECTS],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]  # fmt: skip
    assert [f for f in stack.node.root_app.findings if f.severity != "info"] == []


@pytest.mark.parametrize(
    ("encryption", "algorithm"), [("s3", "AES256"), ("kms", "aws:kms"), ("kms-dsse", "aws:kms:dsse")]
)
def test_enforcing_encryption_denies_every_put_without_the_header(
    stack: Stack, encryption: Any, algorithm: str
) -> None:
    S3Bucket(stack, "B", encryption=encryption, enforce_encryption=True, tls_only=False)
    assert policy(stack) == [
        {
            "Sid": "DenyUnencryptedPut", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": OBJECTS,
            "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": algorithm}},
        }
    ]  # fmt: skip


def test_with_a_key_of_its_own_other_keys_are_denied_too(stack: Stack) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    S3Bucket(stack, "B", encryption="kms", key=key, enforce_encryption=True)
    assert policy(stack)[2]["Condition"] == {
        "StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}
    }


def test_reading_is_granted_on_the_bucket_its_objects_and_its_key_and_nothing_wider(stack: Stack) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    bucket = S3Bucket(stack, "B", encryption="kms", key=key, versioned=True)
    bucket.grant_read(IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com"))
    assert policy(stack, "RolePolicy") == [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key},
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": OBJECTS},
    ]


def test_a_prefix_narrows_reading_listing_writing_and_deleting(stack: Stack) -> None:
    bucket = S3Bucket(stack, "B")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    bucket.grant_read_write(role, prefix="in/")
    bucket.grant_delete(role, prefix="tmp/")
    assert policy(stack, "RolePolicy") == [
        {
            "Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET,
            "Condition": {"StringLike": {"s3:prefix": ["in/*"]}},
        },
        {
            "Effect": "Allow", "Action": ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            "Resource": {"Fn::Sub": "${B.Arn}/in/*"},
        },
        {"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": {"Fn::Sub": "${B.Arn}/tmp/*"}},
    ]  # fmt: skip


def test_another_account_is_granted_in_the_buckets_own_policy(stack: Stack) -> None:
    S3Bucket(stack, "B", tls_only=False).grant_read("123456789012")
    assert [s["Action"] for s in policy(stack)] == ["s3:ListBucket", "s3:GetObject"]
    assert all(
        s["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::123456789012:root"}} for s in policy(stack)
    )


def test_access_logs_go_to_another_bucket_that_accepts_only_them(stack: Stack) -> None:
    logs = S3Bucket(stack, "B", tls_only=False)
    S3Bucket(stack, "Source", access_logs=logs, access_logs_prefix="source/")
    made = resources(stack)
    assert made["Source"]["Properties"]["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": "B"}, "LogFilePrefix": "source/",
    }  # fmt: skip
    assert made["BPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${B.Arn}/source/*"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
                "ArnLike": {"aws:SourceArn": {"Fn::GetAtt": ["Source", "Arn"]}},
            },
        }
    ]  # fmt: skip


def test_notifications_come_from_s3_itself_and_wait_for_their_permission(stack: Stack) -> None:
    bucket, queue, topic = S3Bucket(stack, "B"), SQSQueue(stack, "Q"), SNSTopic(stack, "T")
    bucket.notify(queue, "s3:ObjectCreated:*", prefix="in/", suffix=".csv")
    bucket.notify(topic, "s3:ObjectRemoved:*")
    made = resources(stack)
    assert made["B"]["Properties"]["NotificationConfiguration"] == {
        "QueueConfigurations": [{
            "Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["Q", "Arn"]},
            "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}},
        }],
        "TopicConfigurations": [{"Event": "s3:ObjectRemoved:*", "Topic": {"Ref": "T"}}],
    }  # fmt: skip
    assert made["B"]["DependsOn"] == ["QPolicy", "TPolicy"]
    assert made["QPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
    assert {body["Type"] for body in made.values()} == {
        "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
    }  # fmt: skip


def test_lifecycle_cors_website_and_the_rest_render_as_cloudformation_writes_them(stack: Stack) -> None:
    bucket = S3Bucket(
        stack, "B", name=f"site-{AWS.AccountId}", versioned=True, acceleration=True, event_bridge=True,
        website=Website("index.html", error="error.html"),
        cors=[CorsRule(["https://example.com"], ["GET"], headers=["*"], max_age=3_000)],
        lifecycle=[LifecycleRule(to={"STANDARD_IA": 30, "GLACIER": 90, "DEEP_ARCHIVE": 180}, expire_after=365, prefix="logs/")],
    )  # fmt: skip
    bucket.add_lifecycle_rule(LifecycleRule(noncurrent_expire_after=30, keep_noncurrent=3, abort_uploads_after=7))
    properties = resources(stack)["B"]["Properties"]
    assert properties["BucketName"] == {"Fn::Sub": "site-${AWS::AccountId}"}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}
    assert properties["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert properties["WebsiteConfiguration"] == {"IndexDocument": "index.html", "ErrorDocument": "error.html"}
    assert properties["CorsConfiguration"]["CorsRules"] == [
        {"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"], "MaxAge": 3_000}
    ]
    assert properties["LifecycleConfiguration"]["Rules"] == [
        {
            "Status": "Enabled", "Prefix": "logs/", "ExpirationInDays": 365,
            "Transitions": [
                {"StorageClass": "STANDARD_IA", "TransitionInDays": 30}, {"StorageClass": "GLACIER", "TransitionInDays": 90},
                {"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 180},
            ],
        },
        {
            "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"name": "My_Bucket"}, "S3001"),
        ({"lifecycle": [LifecycleRule(to={"REDUCED_REDUNDANCY": 30})]}, "S3011"),  # type: ignore[dict-item]
        ({"lifecycle": [LifecycleRule(to={"GLACIER": 30, "STANDARD_IA": 60})]}, "S3012"),
        ({"website": Website(error="e.html")}, "S3015"),
        ({"cors": [CorsRule(["*"], ["OPTIONS"])]}, "S3017"),  # type: ignore[list-item]
        ({"name": "a.b.example", "acceleration": True}, "S3018"),
    ],
)
def test_a_combination_the_documentation_forbids_is_an_error_at_the_line(
    stack: Stack, keywords: Any, rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        S3Bucket(stack, "B", **keywords)
    assert rule in {finding.rule for finding in caught.value.findings}


def test_overlapping_notifications_are_refused_at_the_second_call(stack: Stack) -> None:
    bucket = S3Bucket(stack, "B")
    bucket.notify(SQSQueue(stack, "Q"), "s3:ObjectCreated:*")
    with pytest.raises(ConstraintError) as caught:
        bucket.notify(SNSTopic(stack, "T"), "s3:ObjectCreated:Put")
    assert {finding.rule for finding in caught.value.findings} == {"S3024"}


def test_s3_cannot_notify_a_fifo_queue(stack: Stack) -> None:
    S3Bucket(stack, "B").notify(SQSQueue(stack, "Q", fifo=True), "s3:ObjectCreated:*")
    with pytest.raises(ConstraintError) as caught:
        resources(stack)
    assert {finding.rule for finding in caught.value.findings} == {"XSV005"}


def test_a_bucket_is_public_only_when_it_says_so_twice(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="blocks public policies"):
        S3Bucket(stack, "Private").grant_public_read()
    S3Bucket(stack, "B", public="policy", website=Website("index.html"), tls_only=False).grant_public_read()
    assert policy(stack) == [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": OBJECTS}]


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"key": "arn:aws:kms:x", "encryption": "s3"}, 'encryption="kms"'),
        ({"encryption": "sse-c"}, "takes 's3', 'kms', 'kms-dsse'"),
    ],
)
def test_encryption_that_does_not_fit_is_refused(stack: Stack, keywords: Any, said: str) -> None:
    with pytest.raises(ConstructError, match=said):
        S3Bucket(stack, "B", **keywords)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"lifecycle": [LifecycleRule(to={"GLACIER": 90})], "retrieval_time_hours": 1}, "S3014"),
        ({"lifecycle": [LifecycleRule(to={"ONEZONE_IA": 30})], "multi_az": True}, "S3014"),
        ({"loaded_by": ["https://shop.example.com"]}, "S3016"),
    ],
)
def test_what_a_bucket_is_used_for_is_held_against_what_it_can_do(stack: Stack, keywords: Any, rule: str) -> None:
    S3Bucket(stack, "B", **keywords)
    findings = [finding for finding in stack.node.root_app.findings if finding.severity != "info"]
    assert {finding.rule for finding in findings} == {rule}
    assert findings[0].construct == "shop/B"


def test_an_upload_is_planned_within_what_s3_takes() -> None:
    assert UploadPlan(10 * 1024**3, part_size_bytes=100 * 1024**2).parts == 103
    wrongs: list[dict[str, Any]] = [
        {"size_bytes": 6 * 1024**4, "part_size_bytes": 5 * 1024**3},
        {"size_bytes": 6 * 1024**3},
    ]
    for wrong in wrongs:
        with pytest.raises(ConstraintError) as caught:
            UploadPlan(**wrong)
        finding = caught.value.findings[0]
        assert finding.rule == "S3020"
        assert finding.file is not None
        assert finding.file.endswith("test_s3.py")
    UploadPlan(6 * 1024**4, part_size_bytes=5 * 1024**3, limits="current")
