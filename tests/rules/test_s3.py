"""Buckets and their policies: near misses, the encryption evaluator, both modes of limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Ask, AskAll, AskHints

HEADER = "s3:x-amz-server-side-encryption"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}}
GIB = 1024**3
NONE = {"Ref": "AWS::NoValue"}


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties, "DeletionPolicy": "Retain"}


def deny(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", **parts}


def allow(**parts: Any) -> dict[str, Any]:
    who = {"AWS": "arn:aws:iam::123456789012:root"}
    return {"Effect": "Allow", "Principal": who, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **parts}


def policy(*statements: dict[str, Any], bucket: Any = "b") -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": bucket, "PolicyDocument": document}}


# Names


@pytest.mark.parametrize(
    ("name", "severities"),
    [
        ("abc", []),
        ("a" * 63, []),
        ("my.bucket.example", []),
        ("1.2.3.4.example", []),
        ({"Fn::Sub": "Not_Valid-${Text}"}, []),
        ("ab", ["error"]),
        ("a" * 64, ["error"]),
        ("-abc", ["error"]),
        ("abc.", ["error"]),
        ("10.0.0.1", ["error"]),
        ("abc--ol-s3", ["error"]),
        ("abc.-def", ["warning"]),
    ],
)
def test_bucket_names(ask: Ask, name: Any, severities: list[str]) -> None:
    assert ask({"B": bucket(BucketName=name)}, Parameters=STAGE).severities("S3001") == severities


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("images", True),
        ({"Fn::Sub": "images"}, True),
        ("images-123456789012", False),
        ({"Fn::Sub": "images-${AWS::Region}"}, False),
        ({"Fn::Join": ["-", ["images", {"Ref": "AWS::AccountId"}]]}, False),
        ({"Ref": "Text"}, False),
    ],
)
def test_a_name_with_something_of_its_own_in_it_is_not_taken(ask: Ask, name: Any, speaks: bool) -> None:
    said = ask({"B": bucket(BucketName=name)}, Parameters=STAGE, member={"region": "eu-west-1", "account": "1" * 12})
    assert bool(said.of("S3002")) is speaks


def test_one_name_in_two_stacks_is_an_error_even_across_regions(ask_all: AskAll) -> None:
    stacks = {"one": {"A": bucket(BucketName="images")}, "two": {"B": bucket(BucketName="images")}}
    said = ask_all(stacks, {"one": {"region": "eu-west-1"}, "two": {"region": "us-east-1"}})
    assert said.severities("S3002") == ["error", "warning", "warning"]


def test_two_copies_of_one_template_are_not_two_stacks(ask_all: AskAll) -> None:
    resources = {"A": bucket(BucketName="images")}
    assert ask_all({"one": resources, "two": dict(resources)}).severities("S3002") == ["warning", "warning"]


# Encryption


def encrypted(*rules: dict[str, Any]) -> dict[str, Any]:
    return bucket(BucketEncryption={"ServerSideEncryptionConfiguration": list(rules)})


def default(**given: Any) -> dict[str, Any]:
    return {"ServerSideEncryptionByDefault": given}


@pytest.mark.parametrize(
    ("rules", "severities"),
    [
        ([default(SSEAlgorithm="aws:kms:dsse", KMSMasterKeyID="alias/k")], []),
        ([default(SSEAlgorithm="aws:kms")], []),
        ([default(SSEAlgorithm="AES256", KMSMasterKeyID="")], []),
        ([default(SSEAlgorithm="AES256", KMSMasterKeyID={"Ref": "Text"})], []),
        ([default(SSEAlgorithm={"Ref": "Text"}, KMSMasterKeyID="alias/k")], []),
        ([default(SSEAlgorithm="AES256", KMSMasterKeyID={"Ref": "K"})], ["error"]),
        ([default(SSEAlgorithm="aes256")], ["error"]),
        ([{**default(SSEAlgorithm="AES256"), "BucketKeyEnabled": True}], ["warning"]),
        ([{**default(SSEAlgorithm="AES256"), "BucketKeyEnabled": False}], []),
        ([default(SSEAlgorithm="AES256"), default(SSEAlgorithm="aws:kms")], ["warning"]),
    ],
)
def test_default_encryption(ask: Ask, rules: list[dict[str, Any]], severities: list[str]) -> None:
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}}
    assert ask({"B": encrypted(*rules), "K": key}, Parameters=STAGE).severities("S3003") == severities


def test_algorithm_and_key_that_change_together_fit(ask: Ask) -> None:
    rule = default(
        SSEAlgorithm={"Fn::If": ["Prod", "aws:kms", "AES256"]}, KMSMasterKeyID={"Fn::If": ["Prod", "alias/k", NONE]}
    )
    assert not ask({"B": encrypted(rule)}, Conditions=PROD, Parameters=STAGE).of("S3003")
    rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] = {"Fn::If": ["Prod", NONE, "alias/k"]}
    (finding,) = ask({"B": encrypted(rule)}, Conditions=PROD, Parameters=STAGE).of("S3003")
    assert finding.path[-3:] == ("KMSMasterKeyID", "Fn::If", 2)


MISSING = {"Null": {HEADER: "true"}}
WRONG = {"StringNotEquals": {HEADER: "aws:kms"}}


@pytest.mark.parametrize(
    "statements",
    [
        [deny(Condition=MISSING)],
        [deny(Condition=WRONG)],
        [deny(Condition={"StringNotEqualsIfExists": {HEADER: ["aws:kms", "AES256"]}})],
        [deny(Condition={"ForAllValues:StringNotLike": {HEADER: "aws:kms*"}})],
        [deny(Condition={"Null": {HEADER.upper(): True}}, Action="S3:PUTOBJECT")],
        [deny(Condition=MISSING, Action="s3:Put*", Resource="arn:aws:s3:::*")],
        [deny(Condition=MISSING, NotAction="s3:GetObject", Action=NONE)],
        [deny(Condition=MISSING), deny(Condition={**WRONG, "Null": {HEADER: "false"}})],
        [deny(Condition={**MISSING, **WRONG}), deny(Condition=WRONG)],
        [deny(Condition=MISSING, Resource="arn:aws:s3:::b"), deny(Condition=WRONG)],
        [deny(Condition=MISSING, Resource={"Ref": "Text"})],
        [deny(Condition={**MISSING, **WRONG}), deny(Condition={**WRONG, "StringLike": {"aws:PrincipalArn": "*"}})],
        [deny(Condition=WRONG), allow(Action="s3:PutObject", Condition={"StringEquals": {HEADER: "aws:kms"}})],
        [deny(Condition={"StringEquals": {HEADER: "AES256"}})],
        [deny(Condition={"Null": {HEADER: "false"}})],
        [deny(Condition={"Null": {f"{HEADER}-aws-kms-key-id": "true"}})],
        [allow()],
    ],
)
def test_a_policy_that_enforces_encryption_or_does_not_try_is_fine(ask: Ask, statements: list[dict[str, Any]]) -> None:
    assert not ask({"P": policy(*statements)}, Parameters=STAGE).of("S3005")


@pytest.mark.parametrize(
    ("statements", "number", "words"),
    [
        ([deny(Condition={**MISSING, **WRONG})], 1, "another algorithm passes"),
        ([deny(Condition=MISSING), deny(Condition={**MISSING, **WRONG})], 2, "another algorithm passes"),
        ([allow(), deny(Condition=MISSING, Resource="arn:aws:s3:::b")], 2, "its resource is the bucket"),
        ([deny(Condition=WRONG, Action=["s3:GetObject", "s3:PutObjectAcl"])], 1, "leave s3:PutObject out"),
        ([allow(Action="s3:PutObject", Condition={"StringEquals": {HEADER: "aws:kms"}})], 1, "it only allows"),
        ([deny(Condition={"StringNotEquals": {HEADER[3:]: "aws:kms"}})], 1, "lacks the s3:"),
    ],
)
def test_a_policy_that_tries_and_fails_is_told_why(
    ask: Ask, statements: list[dict[str, Any]], number: int, words: str
) -> None:
    (finding,) = ask({"P": policy(*statements)}).of("S3005")
    assert finding.severity == "warning"
    assert words in finding.message
    assert f"statement {number} " in finding.message
    assert finding.path[-1] == number - 1


def test_a_bucket_that_asks_for_enforcement_needs_a_policy_that_enforces(ask: Ask) -> None:
    asking = {**bucket(), "Metadata": {"awsdeck": {"enforce_encryption": True}}}
    objects = {"Fn::Sub": "${B.Arn}/*"}
    good = policy(deny(Condition=WRONG, Resource=objects), bucket={"Ref": "B"})
    assert not ask({"B": bucket()}).of("S3004")
    assert ask({"B": asking}).severities("S3004") == ["warning"]
    assert not ask({"B": asking, "P": good}).of("S3004")
    assert not ask({"B": asking, "P": policy(deny(), bucket={"Ref": "Text"})}, Parameters=STAGE).of("S3004")
    other = policy(deny(Condition=WRONG, Resource="arn:aws:s3:::other/*"), bucket={"Ref": "B"})
    named = {**asking, "Properties": {"BucketName": "mine"}}
    assert ask({"B": named, "P": other}).severities("S3004") == ["warning"]


# Transport


def tls(**parts: Any) -> dict[str, Any]:
    both = [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::Join": ["", [{"Fn::GetAtt": "B.Arn"}, "/*"]]}]
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return deny(**{"Action": "s3:*", "Resource": both, "Condition": condition, **parts})


@pytest.mark.parametrize(
    "statements",
    [
        [tls()],
        [tls(Principal={"AWS": "*"}, Action="*", Condition={"Bool": {"AWS:securetransport": False}})],
        [tls(Resource={"Fn::GetAtt": ["B", "Arn"]}), tls(Resource={"Fn::Sub": "arn:${AWS::Partition}:s3:::${B}/*"})],
        [tls(Resource="*")],
        [tls(Condition={"Bool": {"aws:SecureTransport": {"Ref": "Text"}}})],
        [tls(Condition={"Bool": {"aws:SecureTransport": "false"}, "StringLike": {"aws:PrincipalArn": "*"}})],
    ],
)
def test_a_bucket_that_refuses_plain_http_or_may_do_so_is_fine(ask: Ask, statements: list[dict[str, Any]]) -> None:
    said = ask({"B": bucket(), "P": policy(*statements, bucket={"Ref": "B"})}, Parameters=STAGE)
    assert not said.of("S3006")


@pytest.mark.parametrize(
    "statement",
    [
        tls(Effect="Allow"),
        tls(Action="s3:PutObject"),
        tls(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        tls(Resource={"Fn::Sub": "${B.Arn}/*"}),
        tls(Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ],
)
def test_a_bucket_that_lets_plain_http_in_is_told_at_its_policy(ask: Ask, statement: dict[str, Any]) -> None:
    said = ask({"B": bucket(), "P": policy(statement, bucket={"Ref": "B"})})
    assert said.where("S3006") == [("P", "Properties", "PolicyDocument")]


def test_a_policy_named_after_the_bucket_counts_as_its_own(ask: Ask) -> None:
    name = {"Fn::Sub": "images-${AWS::AccountId}"}
    arns = [{"Fn::Sub": f"arn:aws:s3:::images-${{AWS::AccountId}}{end}"} for end in ("", "/*")]
    said = ask({"B": bucket(BucketName=name), "P": policy(tls(Resource=arns), bucket=name)})
    assert not said.of("S3006")


# Public access


def test_a_website_may_be_public_for_reading_alone(ask: Ask) -> None:
    site = bucket(
        WebsiteConfiguration={"IndexDocument": "index.html"},
        PublicAccessBlockConfiguration={"BlockPublicPolicy": False, "RestrictPublicBuckets": False},
    )
    reading = allow(Principal="*", Resource={"Fn::Sub": "${B.Arn}/*"})
    assert not ask({"B": site, "P": policy(reading, bucket={"Ref": "B"})}).of("S3007")
    writing = {**reading, "Action": ["s3:GetObject", "s3:PutObject"]}
    assert ask({"B": site, "P": policy(writing, bucket={"Ref": "B"})}).severities("S3007") == ["warning"]
    assert ask({"B": bucket(), "P": policy(reading, bucket={"Ref": "B"})}).severities("S3007") == ["warning"]
    fenced = {**reading, "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}
    assert not ask({"B": bucket(), "P": policy(fenced, bucket={"Ref": "B"})}).of("S3007")


def owned(ownership: Any) -> dict[str, Any]:
    return {"Rules": [{"ObjectOwnership": ownership}]}


@pytest.mark.parametrize(
    ("properties", "speaks"),
    [
        ({"AccessControl": "BucketOwnerFullControl"}, False),
        ({"AccessControl": "PublicRead", "OwnershipControls": owned("ObjectWriter")}, False),
        ({"AccessControl": "PublicRead", "OwnershipControls": owned({"Ref": "Text"})}, False),
        ({"AccessControl": "PublicRead", "OwnershipControls": {"Ref": "Text"}}, False),
        ({"AccessControl": {"Ref": "Text"}}, False),
        ({"AccessControl": "PublicRead", "OwnershipControls": owned("BucketOwnerEnforced")}, True),
        ({"AccessControl": "AwsExecRead"}, True),
    ],
)
def test_acls_need_ownership_controls(ask: Ask, properties: dict[str, Any], speaks: bool) -> None:
    assert bool(ask({"B": bucket(**properties)}, Parameters=STAGE).of("S3008")) is speaks


def test_acl_and_ownership_that_change_together_fit(ask: Ask) -> None:
    properties = {
        "AccessControl": {"Fn::If": ["Prod", "LogDeliveryWrite", NONE]},
        "OwnershipControls": {"Fn::If": ["Prod", owned("BucketOwnerPreferred"), NONE]},
    }
    assert not ask({"B": bucket(**properties)}, Conditions=PROD, Parameters=STAGE).of("S3008")


@pytest.mark.parametrize(
    "statement",
    [
        allow(Action=["s3:GetObject", "s3:ListBucket"], Resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        allow(Action="s3:Get*", Resource="arn:aws:s3:::b"),
        allow(Action="s3:GetObject", Resource="*"),
        allow(Action="s3:GetObject", Resource="arn:aws-us-gov:s3:::b/reports/2026/*"),
        allow(Action="s3:SomethingNew", Resource="arn:aws:s3:::b"),
        allow(Action="s3:GetObject", Resource=["arn:aws:s3:::b", {"Ref": "Text"}]),
        allow(Action="s3:ListBucket", NotResource="arn:aws:s3:::b/*", Resource=NONE),
        allow(Action={"Ref": "Text"}, Resource="arn:aws:s3:::b"),
    ],
)
def test_a_bucket_policy_that_fits_or_cannot_be_judged_is_fine(ask: Ask, statement: dict[str, Any]) -> None:
    assert not ask({"P": policy(statement)}, Parameters=STAGE).of("S3025")


@pytest.mark.parametrize(
    "statement",
    [
        allow(Resource="arn:aws:s3:::b"),
        allow(Action="s3:ListBucket"),
        allow(Action=["s3:GetObject", "s3:GetBucketLocation"]),
        allow(Resource="arn:aws:s3:::bb/*"),
        allow(Resource="arn:aws:sqs:eu-west-1:123456789012:q"),
        {key: value for key, value in allow().items() if key != "Principal"},
    ],
)
def test_a_bucket_policy_that_cannot_work_is_one_error(ask: Ask, statement: dict[str, Any]) -> None:
    assert ask({"P": policy(statement)}).severities("S3025") == ["error"]


def test_a_policy_for_a_bucket_of_the_template_is_judged_by_reference(ask: Ask) -> None:
    resources = {"B": bucket(), "P": policy(allow(Resource={"Fn::GetAtt": ["B", "Arn"]}), bucket={"Ref": "B"})}
    assert ask(resources).severities("S3025") == ["error"]
    resources["P"] = policy(allow(Resource="arn:aws:s3:::some-name/*"), bucket={"Ref": "B"})
    assert not ask(resources).of("S3025")


# Logs


def logging_to(name: Any) -> dict[str, Any]:
    return bucket(LoggingConfiguration={"DestinationBucketName": name})


def test_access_logs_stay_in_the_region_and_the_account(ask_all: AskAll) -> None:
    stacks = {"here": {"B": logging_to("our-logs")}, "there": {"L": bucket(BucketName="our-logs")}}
    same = {"region": "eu-west-1", "account": "123456789012"}
    assert not ask_all(stacks, {"here": same, "there": same}).of("S3009")
    assert not ask_all(stacks).of("S3009")
    elsewhere = {"region": "us-east-1", "account": "210987654321"}
    assert ask_all(stacks, {"here": same, "there": elsewhere}).severities("S3009") == ["error", "error"]


@pytest.mark.parametrize(
    ("target", "speaks"),
    [
        ({}, False),
        ({"ObjectLockEnabled": True}, True),
        ({"ObjectLockEnabled": {"Ref": "Text"}}, False),
        ({"ObjectLockConfiguration": {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}}, True),
    ],
)
def test_a_log_bucket_must_be_able_to_take_logs(ask: Ask, target: dict[str, Any], speaks: bool) -> None:
    said = ask({"B": logging_to({"Ref": "L"}), "L": bucket(**target)}, Parameters=STAGE)
    assert said.severities("S3009") == (["warning"] if speaks else [])


def test_a_bucket_that_logs_to_itself_is_a_warning(ask: Ask) -> None:
    assert ask({"B": logging_to({"Ref": "B"})}).severities("S3009") == ["warning"]
    assert ask({"B": bucket(LoggingConfiguration={"LogFilePrefix": "x"})}).severities("S3009") == ["warning"]


def test_a_log_bucket_itself_needs_no_logs(ask: Ask) -> None:
    said = ask({"B": logging_to({"Ref": "L"}), "L": bucket(), "M": bucket()})
    assert [finding.resource for finding in said.of("S3010")] == ["M"]


# Lifecycle


def lifecycle(*rules: dict[str, Any]) -> dict[str, Any]:
    return bucket(LifecycleConfiguration={"Rules": [{"Status": "Enabled", **rule} for rule in rules]})


def moves(*steps: tuple[str, Any]) -> dict[str, Any]:
    return {"Transitions": [{"StorageClass": name, "TransitionInDays": days} for name, days in steps]}


@pytest.mark.parametrize("name", ["INTELLIGENT_TIERING", "GLACIER_IR", "DEEP_ARCHIVE", "Glacier"])
def test_classes_younger_than_the_notes_are_not_refused(ask: Ask, name: str) -> None:
    for mode in ("documented", "current"):
        assert not ask({"B": lifecycle(moves((name, 30)))}, mode).of("S3011")


@pytest.mark.parametrize(
    ("rule", "severities"),
    [
        (moves(("STANDARD", 30)), ["error"]),
        ({"Transitions": [{"StorageClass": {"Ref": "Text"}, "TransitionInDays": 1}]}, []),
        ({"Transition": {"StorageClass": "GLACIER", "TransitionInDays": 1}, **moves(("GLACIER", 2))}, ["error"]),
        ({**moves(("GLACIER", 1)), "ExpirationInDays": 2}, []),
        ({**moves(("GLACIER", 1)), "ExpirationDate": "2030-01-01T00:00:00Z"}, ["error"]),
        ({"Transitions": [{"StorageClass": "GLACIER"}]}, ["warning"]),
    ],
)
def test_transitions(ask: Ask, rule: dict[str, Any], severities: list[str]) -> None:
    assert ask({"B": lifecycle(rule)}, Parameters=STAGE).severities("S3011") == severities


@pytest.mark.parametrize(
    ("steps", "severities"),
    [
        ([("STANDARD_IA", 30), ("INTELLIGENT_TIERING", 60), ("ONEZONE_IA", 90), ("GLACIER", 120)], []),
        ([("GLACIER", 90), ("STANDARD_IA", 30)], []),
        ([("GLACIER_IR", 0), ("GLACIER", 10), ("DEEP_ARCHIVE", 20)], []),
        ([("ONEZONE_IA", 30), ("GLACIER_IR", 60)], ["error"]),
        ([("DEEP_ARCHIVE", 30), ("GLACIER", 60)], ["error"]),
        ([("STANDARD_IA", 29)], ["warning"]),
        ([("STANDARD_IA", 30), ("GLACIER", 59)], ["warning"]),
        ([("STANDARD_IA", 30), ("GLACIER", 30)], ["warning"]),
        ([("GLACIER", {"Ref": "Text"}), ("STANDARD_IA", 60)], []),
    ],
)
def test_the_way_through_the_classes(ask: Ask, steps: list[tuple[str, Any]], severities: list[str]) -> None:
    assert ask({"B": lifecycle(moves(*steps))}, Parameters=STAGE).severities("S3012") == severities


def test_each_lifecycle_rule_is_judged_alone(ask: Ask) -> None:
    apart = lifecycle({"Id": "a", **moves(("GLACIER", 30))}, {"Id": "b", **moves(("STANDARD_IA", 60))})
    assert not ask({"B": apart}).of("S3012")
    twice = lifecycle({"Id": "a", **moves(("GLACIER", 30))}, {"Id": "a", "ExpirationInDays": 1})
    assert ask({"B": twice}).severities("S3012") == ["error"]


@pytest.mark.parametrize(
    ("rule", "speaks"),
    [
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}, False),
        ({"ExpiredObjectDeleteMarker": True}, False),
        ({"Prefix": "logs/"}, True),
        ({**moves(("GLACIER", 30)), "ExpirationInDays": 31}, False),
        ({**moves(("GLACIER", 30)), "ExpirationInDays": 30}, True),
    ],
)
def test_a_lifecycle_rule_does_something_in_the_right_order(ask: Ask, rule: dict[str, Any], speaks: bool) -> None:
    assert bool(ask({"B": lifecycle(rule)}).of("S3012")) is speaks


# Website, CORS, versions, notifications


@pytest.mark.parametrize(
    ("site", "speaks"),
    [
        ({"IndexDocument": "index.html", "ErrorDocument": "errors/404.html"}, False),
        ({"RedirectAllRequestsTo": {"HostName": "example.com"}}, False),
        ({"IndexDocument": {"Ref": "Text"}}, False),
        ({"Ref": "Text"}, False),
        ({"RoutingRules": []}, True),
    ],
)
def test_websites(ask: Ask, site: dict[str, Any], speaks: bool) -> None:
    assert bool(ask({"B": bucket(WebsiteConfiguration=site)}, Parameters=STAGE).of("S3015")) is speaks


@pytest.mark.parametrize(
    ("rule", "severities"),
    [
        ({"AllowedMethods": ["GET", "HEAD"], "AllowedOrigins": ["*"]}, []),
        ({"AllowedMethods": ["PUT"], "AllowedOrigins": ["https://example.com"]}, []),
        ({"AllowedMethods": [{"Ref": "Text"}], "AllowedOrigins": ["https://*.example.com"]}, []),
        ({"AllowedMethods": ["GET", "DELETE"], "AllowedOrigins": ["*"]}, ["warning"]),
        ({"AllowedMethods": ["PATCH"], "AllowedOrigins": ["https://example.com"]}, ["error"]),
        ({"AllowedMethods": ["GET"], "AllowedOrigins": []}, ["error"]),
    ],
)
def test_cors_rules(ask: Ask, rule: dict[str, Any], severities: list[str]) -> None:
    said = ask({"B": bucket(CorsConfiguration={"CorsRules": [rule]})}, Parameters=STAGE)
    assert said.severities("S3017") == severities


def replicated(to: Any, **more: Any) -> dict[str, Any]:
    rules = [{"Status": "Enabled", "Destination": {"Bucket": to}}]
    return bucket(ReplicationConfiguration={"Role": "arn:aws:iam::123456789012:role/r", "Rules": rules}, **more)


VERSIONED = {"VersioningConfiguration": {"Status": "Enabled"}}


@pytest.mark.parametrize(
    ("source", "target", "severities"),
    [
        (VERSIONED, VERSIONED, []),
        (VERSIONED, {"ObjectLockEnabled": True}, []),
        ({"VersioningConfiguration": {"Status": {"Ref": "Text"}}}, VERSIONED, []),
        ({"VersioningConfiguration": {"Ref": "Text"}}, VERSIONED, []),
        (VERSIONED, {}, ["error"]),
        ({}, VERSIONED, ["error"]),
        ({"VersioningConfiguration": {"Status": "Suspended"}}, VERSIONED, ["error"]),
    ],
)
def test_replication_needs_versions_on_both_sides(
    ask: Ask, source: dict[str, Any], target: dict[str, Any], severities: list[str]
) -> None:
    for to in ({"Fn::GetAtt": ["T", "Arn"]}, {"Fn::Sub": "arn:aws:s3:::${T}"}):
        said = ask({"B": replicated(to, **source), "T": bucket(**target)}, Parameters=STAGE)
        assert said.severities("S3019") == severities


def test_replication_that_comes_with_its_versions_is_fine(ask: Ask) -> None:
    source = replicated("arn:aws:s3:::elsewhere")
    configuration = source["Properties"]["ReplicationConfiguration"]
    properties = {
        "ReplicationConfiguration": {"Fn::If": ["Prod", configuration, NONE]},
        "VersioningConfiguration": {"Fn::If": ["Prod", {"Status": "Enabled"}, NONE]},
    }
    assert not ask({"B": bucket(**properties)}, Conditions=PROD, Parameters=STAGE).of("S3019")
    properties["VersioningConfiguration"] = {"Fn::If": ["Test", {"Status": "Enabled"}, NONE]}
    assert ask({"B": bucket(**properties)}, Conditions=PROD, Parameters=STAGE).severities("S3019") == ["error"]


def test_noncurrent_versions_need_versions_that_once_were_kept(ask: Ask) -> None:
    rule = lifecycle({"NoncurrentVersionExpiration": {"NoncurrentDays": 30}})["Properties"]
    assert ask({"B": bucket(**rule)}).severities("S3019") == ["warning"]
    assert not ask({"B": bucket(**rule, VersioningConfiguration={"Status": "Suspended"})}).of("S3019")


def notified(*given: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for kind, event, keys in given:
        rules = [{"Name": name, "Value": value} for name, value in keys.items()]
        target = "arn:aws:sns:eu-west-1:123456789012:t"
        kinds.setdefault(f"{kind}Configurations", []).append(
            {
                "Event": event,
                {"Lambda": "Function"}.get(kind, kind): target,
                **({"Filter": {"S3Key": {"Rules": rules}}} if rules else {}),
            }
        )
    return bucket(NotificationConfiguration=kinds)


CREATED, REMOVED = "s3:ObjectCreated:*", "s3:ObjectRemoved:*"


@pytest.mark.parametrize(
    ("given", "speaks"),
    [
        ([("Lambda", CREATED, {"prefix": "a"}), ("Queue", CREATED, {"prefix": "b"})], False),
        (
            [("Lambda", CREATED, {"prefix": "a", "suffix": ".x"}), ("Topic", CREATED, {"prefix": "a", "suffix": ".y"})],
            False,
        ),
        ([("Lambda", CREATED, {}), ("Topic", REMOVED, {})], False),
        ([("Lambda", "s3:ObjectCreated:Put", {}), ("Topic", "s3:ObjectCreated:Post", {})], False),
        ([("Lambda", CREATED, {"prefix": {"Ref": "Text"}}), ("Topic", CREATED, {})], False),
        ([("Lambda", CREATED, {"Prefix": "a"}), ("Topic", CREATED, {"prefix": "b"})], False),
        ([("Lambda", CREATED, {"prefix": "a"}), ("Topic", "s3:ObjectCreated:Put", {"prefix": "ab"})], True),
        ([("Lambda", CREATED, {"suffix": ".jpg"}), ("Lambda", CREATED, {"prefix": "images/"})], True),
        ([("Lambda", "s3:ObjectCreated", {})], True),
    ],
)
def test_notifications_do_not_overlap(ask: Ask, given: list[tuple[str, str, dict[str, Any]]], speaks: bool) -> None:
    assert ask({"B": notified(*given)}, Parameters=STAGE).severities("S3024") == (["error"] if speaks else [])


def test_notifications_of_two_worlds_do_not_overlap(ask: Ask) -> None:
    both = notified(("Topic", CREATED, {}), ("Topic", CREATED, {}))
    one, two = both["Properties"]["NotificationConfiguration"]["TopicConfigurations"]
    apart = [{"Fn::If": ["Prod", one, NONE]}, {"Fn::If": ["Test", two, NONE]}]
    both["Properties"]["NotificationConfiguration"]["TopicConfigurations"] = apart
    assert not ask({"B": both}, Conditions=PROD, Parameters=STAGE).of("S3024")


@pytest.mark.parametrize(
    ("body", "speaks"),
    [
        ({"DeletionPolicy": "RetainExceptOnCreate"}, False),
        ({"DeletionPolicy": {"Ref": "Text"}}, False),
        ({"DeletionPolicy": "Delete", "Properties": {"Tags": [{"Key": "Temporary", "Value": "yes"}]}}, False),
        ({"DeletionPolicy": "Delete"}, True),
    ],
)
def test_a_bucket_is_kept_when_its_stack_goes(ask: Ask, body: dict[str, Any], speaks: bool) -> None:
    said = ask({"B": {"Type": "AWS::S3::Bucket", "Properties": {}, **body}}, Parameters=STAGE)
    assert said.where("S3023") == ([("B", "DeletionPolicy")] if speaks else [])


# Hints


@pytest.mark.parametrize(
    ("hints", "documented", "current"),
    [
        ({"size_bytes": 5 * 1024 * GIB}, [], []),
        ({"size_bytes": 6 * 1024 * GIB}, ["error"], []),
        ({"size_bytes": 50_001 * GIB}, ["error"], ["error"]),
        ({"size_bytes": -1}, ["error"], ["error"]),
        ({"size_bytes": 5 * GIB, "multipart": False}, ["warning"], ["warning"]),
        ({"size_bytes": 5 * GIB + 1, "multipart": False}, ["error"], ["error"]),
        ({"size_bytes": 5 * GIB + 1, "multipart": True}, [], []),
        ({"parts": 10_001}, ["error"], ["error"]),
    ],
)
def test_object_sizes(ask_hints: AskHints, hints: dict[str, Any], documented: list[str], current: list[str]) -> None:
    assert ask_hints("S3Object", **hints).severities("S3020") == documented
    assert ask_hints("S3Object", "current", **hints).severities("S3020") == current


@pytest.mark.parametrize(
    ("hints", "documented", "current"),
    [
        ({"gets_per_second": 300}, 0, 0),
        ({"gets_per_second": 301}, 1, 0),
        ({"gets_per_second": 6_000}, 1, 1),
        ({"gets_per_second": 6_000, "prefixes": 2}, 1, 0),
        ({"puts_per_second": 3_501, "gets_per_second": 5_501}, 2, 2),
    ],
)
def test_request_rates(ask_hints: AskHints, hints: dict[str, Any], documented: int, current: int) -> None:
    assert len(ask_hints("S3Bucket", **hints).of("S3021")) == documented
    assert len(ask_hints("S3Bucket", "current", **hints).of("S3021")) == current


def test_consistency_depends_on_the_limits_in_force(ask_hints: AskHints) -> None:
    assert ask_hints("S3Bucket", reads_after_overwrite=True).severities("S3022") == ["info"]
    assert not ask_hints("S3Bucket", "current", reads_after_overwrite=True).of("S3022")
    assert not ask_hints("S3Bucket", waits_after_overwrite=True).of("S3022")
    assert ask_hints("S3Bucket", "current", waits_after_overwrite=True).severities("S3022") == ["info"]


@pytest.mark.parametrize(
    ("hints", "speaks"),
    [
        ({"storage_class": "GLACIER", "retrieval_time_hours": 3}, False),
        ({"storage_class": "GLACIER", "retrieval_time_hours": 1, "retrieval": "expedited"}, False),
        ({"storage_class": "GLACIER_IR", "retrieval_time_hours": 0}, False),
        ({"storage_class": "GLACIER", "retrieval_time_hours": 0.05, "retrieval": "expedited"}, True),
        ({"storage_class": "DEEP_ARCHIVE", "retrieval_time_hours": 11}, True),
        ({"storage_class": "ONEZONE_IA", "reproducible": True}, False),
        ({"storage_class": "ONEZONE_IA", "reproducible": False}, True),
    ],
)
def test_storage_classes_fit_what_is_asked_of_them(ask_hints: AskHints, hints: dict[str, Any], speaks: bool) -> None:
    assert bool(ask_hints("S3Bucket", **hints).of("S3014")) is speaks


def test_reduced_redundancy_is_fine_for_thumbnails_in_the_notes_alone(ask_hints: AskHints) -> None:
    hints = {"storage_class": "REDUCED_REDUNDANCY", "reproducible": True}
    assert not ask_hints("S3Bucket", **hints).of("S3013")
    assert ask_hints("S3Bucket", "current", **hints).severities("S3013") == ["warning"]


@pytest.mark.parametrize(
    ("rules", "speaks"),
    [
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}], False),
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": [{"Ref": "Site"}]}], False),
        ([{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}], True),
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://other.example"]}], True),
        ([], True),
    ],
)
def test_files_that_other_sites_load_need_cors(ask_hints: AskHints, rules: list[dict[str, Any]], speaks: bool) -> None:
    said = ask_hints("S3Bucket", loaded_by=["https://shop.example"], cors_rules=rules)
    assert bool(said.of("S3016")) is speaks


# Websites, locks and logs beside a Deny


OWN = [{"Fn::GetAtt": ["B", "Arn"]}, {"Fn::Sub": "${B.Arn}/*"}]


@pytest.mark.parametrize(
    ("site", "statement", "speaks"),
    [
        ({"IndexDocument": "i.html"}, {}, True),
        ({"RedirectAllRequestsTo": {"HostName": "example.com"}}, {}, False),
        ({"Ref": "Text"}, {}, False),
        ({"IndexDocument": "i.html"}, {"Principal": {"AWS": "123456789012"}}, False),
        ({"IndexDocument": "i.html"}, {"Effect": "Allow"}, False),
        ({"IndexDocument": "i.html"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
    ],
)
def test_a_website_is_dark_when_plain_http_is_denied(ask: Ask, site: Any, statement: Any, speaks: bool) -> None:
    denied = tls(Action="s3:*", Resource=OWN, **statement)
    own = policy(denied, bucket={"Ref": "B"})
    said = ask({"B": bucket(WebsiteConfiguration=site), "P": own}, Parameters=STAGE)
    assert bool(said.of("S3026")) is speaks


@pytest.mark.parametrize(
    ("rule", "speaks"),
    [
        ({"ExpirationInDays": 3, "ExpiredObjectDeleteMarker": True}, True),
        ({"ExpirationInDays": 3, "ExpiredObjectDeleteMarker": "true"}, True),
        ({"ExpirationInDays": 3, "ExpiredObjectDeleteMarker": False}, False),
        ({"ExpiredObjectDeleteMarker": True}, False),
        ({"ExpirationInDays": 3, "ExpiredObjectDeleteMarker": {"Ref": "Text"}}, False),
    ],
)
def test_delete_markers_go_in_a_rule_of_their_own(ask: Ask, rule: dict[str, Any], speaks: bool) -> None:
    said = ask({"B": bucket(LifecycleConfiguration={"Rules": [{"Status": "Enabled", **rule}]})}, Parameters=STAGE)
    assert any("ExpiredObjectDeleteMarker" in finding.message for finding in said.of("S3012")) is speaks


@pytest.mark.parametrize(
    ("statement", "speaks"),
    [
        ({}, True),
        ({"Principal": {"AWS": "123456789012"}}, False),
        ({"Condition": {"StringNotEqualsIfExists": {HEADER: "AES256"}, "Bool": {"aws:ViaAWSService": "false"}}}, False),
        ({"Effect": "Allow"}, False),
    ],
)
def test_a_log_bucket_takes_uploads_that_do_not_ask_for_encryption(ask: Ask, statement: Any, speaks: bool) -> None:
    denied = deny(Resource={"Fn::Sub": "${B.Arn}/*"}, Condition={"StringNotEquals": {HEADER: "AES256"}})
    own = policy({**denied, **statement}, bucket={"Ref": "B"})
    said = ask(
        {"Source": bucket(LoggingConfiguration={"DestinationBucketName": {"Ref": "B"}}), "B": bucket(), "P": own}
    )
    assert any("log delivery" in finding.message for finding in said.of("S3009")) is speaks
