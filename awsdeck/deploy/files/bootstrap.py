"""The bucket for files that a project may have once in a region: a stack of its own, to be read before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...assembly import Assembly, StackArtifact

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

STACK = "awsdeck-files"
OUTPUT = "BucketName"


def template(*, bucket: str | None = None, key: str | None = None, expire_after: int | None = None) -> dict[str, Any]:
    """The template of the bucket.

    Nobody outside the account reads it, and only over TLS; it is encrypted with S3's own key, or with `key`, the ARN of
    a KMS key. `bucket` is its name; CloudFormation makes one when it is left out. With `expire_after`, days from 1 on,
    files that have been there for so long are deleted: functions keep their code, but a rollback to it needs the file.
    The bucket outlives its stack.
    Source: Amazon S3 User Guide, Security best practices.
    """
    encrypted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    rules: list[dict[str, Any]] = [
        {"Id": "broken-uploads", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}
    ]
    if expire_after is not None:
        rules.append({"Id": "old-files", "Status": "Enabled", "Prefix": "awsdeck/", "ExpirationInDays": expire_after})
    files: dict[str, Any] = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": encrypted, "BucketKeyEnabled": bool(key)}
            ]
        },
        "LifecycleConfiguration": {"Rules": rules},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True,
        },
    }  # fmt: skip
    if bucket is not None:
        files["BucketName"] = bucket
    refusal = {
        "Sid": "OnlyOverTLS",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": ["Files", "Arn"]}, {"Fn::Sub": "${Files.Arn}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Files that stacks of awsdeck need before they can be made: code of functions, large templates.",
        "Resources": {
            "Files": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": files,
            },
            "FilesPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {
                    "Bucket": {"Ref": "Files"},
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [refusal]},
                },
            },
        },
        "Outputs": {OUTPUT: {"Description": "The bucket for files", "Value": {"Ref": "Files"}}},
    }


def bootstrap(made: dict[str, Any], *, region: str | None = None) -> Assembly:
    """The template as a stack that can be deployed like any other."""
    return Assembly([StackArtifact(STACK, made, region=region, termination_protection=True)])


def bucket_there(cf: CloudFormation) -> str | None:
    """The bucket that a bootstrap has made in a region; None when there is none, or it may not be looked for."""
    from ..errors import Refused

    try:
        record = cf.stack(STACK)
    except Refused:
        return None
    return record.outputs.get(OUTPUT) if record is not None and not record.gone else None
