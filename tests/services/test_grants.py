"""What a grant does beyond the resource itself: keys, conditions, exceptions, subscriptions that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    IAMManagedPolicy,
    IAMPolicy,
    IAMRole,
    LifecycleRule,
    Principal,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    Statement,
    Website,
    allow,
)  # fmt: skip
from awsdeck.cfn import kms
from awsdeck.synth import synthesize

ID = "12345678-1234-1234-1234-123456789012"
KEY = f"arn:aws:kms:eu-west-1:123456789012:key/{ID}"
PARTNER = "arn:aws:iam::210987654321:root"


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    stack.app = app  # type: ignore[attr-defined]
    return stack


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)["shop"].template["Resources"]
    return found


def findings(stack: Stack, rule: str) -> list[Any]:
    app = stack.node.root_app
    synthesize(app)
    return [finding for finding in app.findings if finding.rule == rule]


def key_statement(stack: Stack, role: str = "RolePolicy") -> Any:
    found = resources(stack)[role]["Properties"]["PolicyDocument"]["Statement"]
    return next(one for one in found if str(one["Action"]).find("kms:") >= 0)


def role(stack: Stack) -> IAMRole:
    return IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")


def a_key_policy() -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": PARTNER}, "Action": "kms:*", "Resource": "*"},
        ],
    }


# Keys


def test_a_bare_key_id_becomes_the_arn_of_the_key(stack: Stack) -> None:
    S3Bucket(stack, "B", encryption="kms", key=ID).grant_read(role(stack))
    assert key_statement(stack)["Resource"] == {
        "Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/" + ID
    }


def test_the_reference_to_a_key_is_its_id_and_becomes_its_arn(stack: Stack) -> None:
    key = kms.Key(stack, "Key", KeyPolicy=a_key_policy())
    S3Bucket(stack, "B", encryption="kms", key=key.ref).grant_read(role(stack))
    assert key_statement(stack)["Resource"] == {
        "Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}"
    }


@pytest.mark.parametrize("alias", ["alias/mine", "arn:aws:kms:eu-west-1:123456789012:alias/mine"])
def test_a_key_known_by_its_alias_is_granted_through_the_alias(stack: Stack, alias: str) -> None:
    S3Bucket(stack, "B", encryption="kms", key=alias).grant_read(role(stack))
    statement = key_statement(stack)
    assert statement["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/mine"}}
    assert str(statement["Resource"]).rstrip("'}").endswith(":key/*")


@pytest.mark.parametrize("give", ["grant_send", "grant_consume"])
def test_queues_know_keys_by_alias_too(stack: Stack, give: str) -> None:
    getattr(SQSQueue(stack, "Q", encryption="kms", key="alias/mine"), give)(role(stack))
    assert "kms:ResourceAliases" in str(key_statement(stack))


def test_keys_of_aws_need_no_permission(stack: Stack) -> None:
    SNSTopic(stack, "T", key="alias/aws/sns").grant_publish(role(stack))
    assert "kms:" not in str(resources(stack)["RolePolicy"])


def test_an_account_outside_is_told_to_need_the_key_and_the_own_account_is_not(stack: Stack) -> None:
    bucket = S3Bucket(stack, "B", encryption="kms", key=KEY)
    bucket.grant_read(Principal.this_account())
    other = S3Bucket(stack, "C", encryption="kms", key=KEY)
    other.grant_write(PARTNER)
    SQSQueue(stack, "Q", encryption="kms", key=KEY).grant_send("210987654321")
    SNSTopic(stack, "T", key=KEY).grant_publish(PARTNER)
    said = findings(stack, "XSV023")
    assert len(said) == 3
    assert all(finding.severity == "warning" and KEY in finding.message for finding in said)


# Statements


def test_exceptions_are_written_as_not_action_and_not_resource(stack: Stack) -> None:
    someone = role(stack)
    someone.deny("iam:*", "sts:*", on="*", invert="actions")
    someone.deny("s3:*", on="arn:aws:s3:::own/*", invert="resources")
    found = resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert found == [
        {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::own/*"},
    ]


def test_two_lists_of_exceptions_are_never_merged(stack: Stack) -> None:
    someone = role(stack)
    someone.deny("iam:*", on="*", invert="actions")
    someone.deny("sts:*", on="*", invert="actions")
    found = resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["NotAction"] for one in found] == ["iam:*", "sts:*"]


def test_what_can_be_inverted_is_said() -> None:
    with pytest.raises(ConstructError, match='"actions", "resources" or "both"'):
        allow("s3:*", on="*", invert="action")  # type: ignore[arg-type]


@pytest.mark.parametrize("when", [{"aws:x": "y"}, "aws:x", ["StringEquals"]])
def test_a_condition_without_an_operator_is_refused_at_the_line(when: Any) -> None:
    with pytest.raises(ConstructError, match="StringEquals"):
        allow("s3:GetObject", on="*", when=when)
    with pytest.raises(ConstructError, match="StringEquals"):
        Principal.account("123456789012").when(when)


@pytest.mark.parametrize("made", [IAMManagedPolicy, IAMPolicy])
def test_a_policy_without_statements_is_refused(stack: Stack, made: Any) -> None:
    with pytest.raises(ConstructError, match="no statements"):
        made(stack, "P", statements=[])


def test_a_role_for_nobody_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="nobody may take on"):
        IAMRole(stack, "R", assumed_by=[])


def test_a_role_that_asks_a_service_for_a_second_factor_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        IAMRole(stack, "R", assumed_by="ec2.amazonaws.com", require_mfa=True)
    assert {finding.rule for finding in caught.value.findings} == {"IAM025"}


def test_a_typing_error_in_a_condition_operator_is_refused_at_the_line(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        role(stack).allow("s3:GetObject", on="arn:aws:s3:::b/*", when={"StringEqual": {"aws:x": "y"}})
    assert caught.value.findings[0].fix == "did you mean StringEquals?"


# Subscriptions


def test_the_same_queue_twice_is_refused_as_sns_would(stack: Stack) -> None:
    topic, queue = SNSTopic(stack, "T"), SQSQueue(stack, "Q")
    topic.subscribe(queue, filter={"kind": ["a"]})
    with pytest.raises(ConstructError, match="one subscription for each"):
        topic.subscribe(queue, filter={"kind": ["b"]})


def test_topics_of_the_same_id_can_push_to_one_queue(stack: Stack) -> None:
    app = stack.node.root_app
    queue = SQSQueue(stack, "Q")
    SNSTopic(stack, "T").subscribe(queue)
    SNSTopic(Stack(app, "other", region="eu-west-1"), "T").subscribe(queue)
    assert sum(one["Type"] == "AWS::SNS::Subscription" for one in resources(stack).values()) == 2


def test_similar_addresses_are_different_subscriptions_whatever_their_order() -> None:
    def ids(*addresses: str) -> dict[str, str]:
        stack = Stack(App(), "shop")
        topic = SNSTopic(stack, "T")
        for address in addresses:
            topic.subscribe(address)
        found = resources(stack)
        return {one["Properties"]["Endpoint"]: id for id, one in found.items() if id != "T"}

    given = ("a.b@example.com", "a-b@example.com", "a+b@example.com", "ab@example.com", "https://example.com/a/b")
    assert len(ids(*given)) == 5
    assert ids(*given) == ids(*reversed(given))
    assert ids("ab@example.com") == {"ab@example.com": "TToAbExampleCom"}


# Queues and buckets


def test_a_dead_letter_queue_says_whose_letters_it_takes(stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed", dead_letters_of=[SQSQueue.from_name(stack, "Old", "old"), KEYLESS])
    SQSQueue(stack, "None", dead_letters_of="none")
    SQSQueue(stack, "Any", dead_letters_of="any")
    made = resources(stack)
    policy = made[failed.node.plain_id]["Properties"]["RedriveAllowPolicy"]
    assert policy["redrivePermission"] == "byQueue"
    assert policy["sourceQueueArns"][1] == KEYLESS
    assert made["None"]["Properties"]["RedriveAllowPolicy"] == {"redrivePermission": "denyAll"}
    assert made["Any"]["Properties"]["RedriveAllowPolicy"] == {"redrivePermission": "allowAll"}


KEYLESS = "arn:aws:sqs:eu-west-1:123456789012:orders"


def test_a_source_of_dead_letters_without_a_name_would_close_a_circle(stack: Stack) -> None:
    source = SQSQueue(stack, "Source")
    with pytest.raises(ConstructError, match="wait for each other"):
        SQSQueue(stack, "Failed", dead_letters_of=[source])


def test_a_named_source_and_its_dead_letter_queue_close_no_circle(stack: Stack) -> None:
    failed = SQSQueue(stack, "Failed", dead_letters_of=[KEYLESS])
    SQSQueue(stack, "Orders", name="orders", dead_letter=failed.after(3))
    assert resources(stack)["Orders"]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 3


def test_putting_alone_can_be_granted(stack: Stack) -> None:
    S3Bucket(stack, "B", encryption="kms", key=KEY).grant_put(role(stack), prefix="in/")
    found = resources(stack)["RolePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert [one["Action"] for one in found] == ["kms:GenerateDataKey", "s3:PutObject"]


def test_new_objects_can_be_locked_by_default(stack: Stack) -> None:
    S3Bucket(stack, "B", lock_days=30, lock_mode="compliance")
    made = resources(stack)["B"]["Properties"]
    assert made["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}},
    }  # fmt: skip
    assert made["ObjectLockEnabled"] is True
    assert made["VersioningConfiguration"] == {"Status": "Enabled"}


def test_older_tls_can_be_refused(stack: Stack) -> None:
    S3Bucket(stack, "B", minimum_tls="1.2")
    denied = resources(stack)["BPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert denied[1]["Condition"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


def test_a_website_is_not_shut_by_a_deny_of_plain_http(stack: Stack) -> None:
    S3Bucket(stack, "Site", website=Website("index.html"), public="policy").grant_public_read()
    assert "SecureTransport" not in str(resources(stack))
    assert findings(stack, "S3026") == []


def test_a_website_that_insists_on_tls_is_warned_about(stack: Stack) -> None:
    S3Bucket(stack, "Site", website=Website("index.html"), public="policy", tls_only=True).grant_public_read()
    assert len(findings(stack, "S3026")) == 1


def test_how_many_old_versions_stay_needs_a_day(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="noncurrent_expire_after=1, keep_noncurrent=3"):
        LifecycleRule(keep_noncurrent=3)


def test_statements_made_by_hand_can_be_inverted() -> None:
    made = Statement(["iam:*"], ["*"], effect="Deny", invert="both").to_cloudformation()
    assert made == {"Effect": "Deny", "NotAction": "iam:*", "NotResource": "*"}


def test_enforced_encryption_denies_other_keys_by_arn_and_says_nothing_of_an_alias(stack: Stack) -> None:
    for id, key in (("B", ID), ("C", "alias/mine")):
        S3Bucket(stack, id, encryption="kms", key=key, enforce_encryption=True)
    made = resources(stack)
    assert f":key/{ID}" in str(made["BPolicy"])
    assert "DenyOtherKeys" in str(made["BPolicy"])
    assert "DenyOtherKeys" not in str(made["CPolicy"])
