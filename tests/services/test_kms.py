"""Keys: what they are made as, who is let use them and on whose behalf, and one key for everything that encrypts."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    Alarm,
    App,
    ConstraintError,
    ConstructError,
    DynamoDBTable,
    EncryptPlan,
    IAMRole,
    KMSAlias,
    KMSKey,
    KMSReplicaKey,
    LambdaFunction,
    LogGroup,
    Principal,
    S3Bucket,
    SNSTopic,
    SQSQueue,
    Stack,
    TableReplica,
    inline,
)
from awsdeck.cfn import events, kms
from awsdeck.synth import synthesize

ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
OWNER = {"Sid": "Account", "Effect": "Allow", "Principal": ROOT, "Action": "kms:*", "Resource": "*"}
HERE = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CODE = inline("def handler(event, context):\n    return event")


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def policy(stack: Stack, key: str = "Key") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[key]["Properties"]["KeyPolicy"]["Statement"]
    return found


def statements(stack: Stack, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[f"{role}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    return found


def services(stack: Stack) -> dict[str, Any]:
    """The conditions under which each service may use the key."""
    return {
        str(one["Principal"]["Service"]): one.get("Condition") for one in policy(stack) if "Service" in one["Principal"]
    }


def findings(stack: Stack, rule: str) -> list[str]:
    return [found.message for found in stack.node.root_app.findings if found.rule == rule]


# What keys are made as


def test_a_plain_key_is_rotated_kept_and_left_to_the_accounts_own_policies(stack: Stack) -> None:
    KMSKey(stack, "Key")
    assert resources(stack)["Key"] == {
        "Type": "AWS::KMS::Key",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"EnableKeyRotation": True, "KeyPolicy": {"Version": "2012-10-17", "Statement": [OWNER]}},
    }


def test_what_a_key_is_told_stands_in_the_template(stack: Stack) -> None:
    KMSKey(
        stack, "Key", description="Orders", rotation_days=90, multi_region=True, deletion_days=7, enabled=False,
        lockout_check=False,
    )  # fmt: skip
    made = resources(stack)["Key"]["Properties"]
    assert {name: value for name, value in made.items() if name != "KeyPolicy"} == {
        "Description": "Orders", "EnableKeyRotation": True, "RotationPeriodInDays": 90, "MultiRegion": True,
        "PendingWindowInDays": 7, "Enabled": False, "BypassPolicyLockoutSafetyCheck": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "spec", "usage"),
    [
        ({"spec": "rsa-2048"}, "RSA_2048", None),
        ({"spec": "rsa-4096", "usage": "sign-verify"}, "RSA_4096", "SIGN_VERIFY"),
        ({"spec": "ecc-nist-p384"}, "ECC_NIST_P384", "SIGN_VERIFY"),
        ({"spec": "ecc-nist-p521", "usage": "key-agreement"}, "ECC_NIST_P521", "KEY_AGREEMENT"),
        ({"spec": "ml-dsa-65"}, "ML_DSA_65", "SIGN_VERIFY"),
        ({"spec": "hmac-512"}, "HMAC_512", "GENERATE_VERIFY_MAC"),
    ],
)
def test_asymmetric_and_hmac_keys_are_for_what_their_spec_can_do_and_are_not_rotated(
    stack: Stack, given: dict[str, Any], spec: str, usage: str | None
) -> None:
    KMSKey(stack, "Key", **given)
    made = resources(stack)["Key"]["Properties"]
    assert (made["KeySpec"], made.get("KeyUsage"), "EnableKeyRotation" in made) == (spec, usage, False)


@pytest.mark.parametrize(
    ("given", "rule", "said"),
    [
        ({"spec": "rsa-2048", "rotation": True}, "KMS001", "symmetric"),
        ({"imported": True, "rotation": True}, "KMS001", "symmetric"),
        ({"deletion_days": 3}, "KMS002", "7 to 30 days"),
        ({"rotation_days": 30}, "KMS002", "90 to 2,560 days"),
        ({"spec": "hmac-256", "usage": "encrypt-decrypt"}, "KMS005", "GENERATE_VERIFY_MAC"),
        ({"spec": "rsa-2048", "usage": "key-agreement"}, "KMS005", "SIGN_VERIFY"),
        ({"account": False}, "KMS004", "kms:PutKeyPolicy"),
        ({"account": False, "users": [Principal.account("210987654321")]}, "KMS004", "kms:PutKeyPolicy"),
        ({"alias": "aws/shop"}, "KMS006", "alias/"),
        ({"alias": "the shop"}, "KMS006", "alias/"),
    ],
)
def test_what_kms_refuses_is_refused_at_the_users_line(
    stack: Stack, given: dict[str, Any], rule: str, said: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        KMSKey(stack, "Key", **given)
    assert [finding.rule for finding in caught.value.findings] == [rule]
    assert "test_kms.py:" in str(caught.value)
    assert said in str(caught.value)


def test_a_key_without_rotation_or_with_a_period_for_nothing_is_warned_of(stack: Stack) -> None:
    KMSKey(stack, "Key", rotation=False, rotation_days=90)
    assert findings(stack, "KMS003")
    assert "does nothing" in findings(stack, "KMS002")[0]


def test_what_is_no_key_is_refused_with_what_would_be(stack: Stack) -> None:
    with pytest.raises(ConstructError, match=r"key= takes .*KeyAccess or text or None, not 5"):
        SQSQueue(stack, "Q", encryption="kms", key=5)  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="shop/Old: a int is not a key"):
        SQSQueue.from_name(stack, "Old", "old", key=5)  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="a float is not a key"):
        DynamoDBTable(
            stack,
            "T",
            partition_key="id",
            encryption="kms",
            key="alias/a",
            replicas=[TableReplica("us-east-1", key=0.5)],  # type: ignore[arg-type]
        )
    with pytest.raises(ConstructError, match="is not the ARN of something of kms"):
        KMSKey.from_arn(stack, "K", "arn:aws:kms:eu-west-1:123456789012:alias/shop")


def test_kms_itself_encrypts_four_kilobytes_and_a_data_key_the_rest() -> None:
    assert EncryptPlan(4_096).size == 4_096
    assert EncryptPlan(10_240, data_key=True).data_key
    with pytest.raises(ConstraintError, match=r"4,096 bytes.*envelope encryption") as caught:
        EncryptPlan(4_097)
    assert caught.value.findings[0].rule == "KMS007"


# Aliases and copies


def test_an_alias_stands_for_the_key_it_leads_to(stack: Stack) -> None:
    key = KMSKey(stack, "Key", alias="shop")
    name = KMSAlias(stack, "Name", name="alias/orders", key=key)
    SQSQueue(stack, "Q", encryption="kms", key=name)
    name.grant_decrypt(IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com"))
    made = resources(stack)
    key_arn = {"Fn::GetAtt": ["Key", "Arn"]}
    assert made["KeyAlias"]["Properties"] == {"AliasName": "alias/shop", "TargetKeyId": key_arn}
    assert made["Name"]["Properties"] == {"AliasName": "alias/orders", "TargetKeyId": key_arn}
    assert made["Q"]["Properties"]["KmsMasterKeyId"] == key_arn
    assert statements(stack, "Clerk")[0]["Resource"] == key_arn


def test_an_alias_of_a_key_known_by_id_or_arn_alone(stack: Stack) -> None:
    by_arn, by_id = KMSAlias(stack, "A", name="a", key=ARN), KMSAlias(stack, "B", name="b", key=ARN.rpartition("/")[2])
    clerk = IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")
    by_arn.grant_decrypt(clerk)
    by_id.grant_sign(clerk)
    here = {"Fn::Sub": f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{ARN.rpartition('/')[2]}"}
    assert [one["Resource"] for one in statements(stack, "Clerk")] == [ARN, here]


def test_a_key_gets_several_names(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    key.add_alias("shop/orders")
    key.add_alias("shop_mail")
    assert {id: body["Properties"]["AliasName"] for id, body in resources(stack).items() if "Alias" in id} == {
        "KeyAliasShopOrders": "alias/shop/orders", "KeyAliasShopMail": "alias/shop_mail",
    }  # fmt: skip


def test_a_copy_in_another_region_has_the_keys_material_and_a_policy_of_its_own(stack: Stack) -> None:
    key = KMSKey(stack, "Key", multi_region=True)
    away = Stack(stack.node.root_app, "away", region="us-east-1")
    copy = KMSReplicaKey(away, "Copy", primary=key, alias="shop", deletion_days=7)
    copy.grant_decrypt(Principal.account("210987654321"))
    made = resources(away)["Copy"]["Properties"]
    assert made["PrimaryKeyArn"] == {"Ref": "FromKeyArn"}
    assert [one["Principal"] for one in made["KeyPolicy"]["Statement"]] == [
        ROOT, {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::210987654321:root"}},
    ]  # fmt: skip
    assert len(policy(stack)) == 1


def test_a_key_of_one_region_has_no_copies(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    away = Stack(stack.node.root_app, "away", region="us-east-1")
    with pytest.raises(ConstraintError, match="multi_region=True") as caught:
        KMSReplicaKey(away, "Copy", primary=key)
    assert caught.value.findings[0].rule == "KMS011"


def test_a_copy_beside_its_primary_is_refused(stack: Stack) -> None:
    KMSReplicaKey(stack, "Copy", primary=KMSKey(stack, "Key", multi_region=True))
    with pytest.raises(ConstraintError, match="KMS011"):
        resources(stack)


# Who is let


@pytest.mark.parametrize(
    ("grant", "given", "actions"),
    [
        ("grant_encrypt", {}, ["kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]),
        ("grant_decrypt", {}, "kms:Decrypt"),
        ("grant_encrypt_decrypt", {}, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]),
        ("grant_generate_mac", {"spec": "hmac-256"}, ["kms:GenerateMac", "kms:VerifyMac"]),
        ("grant_sign", {"spec": "ecc-nist-p256"}, "kms:Sign"),
        ("grant_verify", {"spec": "ecc-nist-p256"}, ["kms:GetPublicKey", "kms:Verify"]),
    ],
)
def test_a_role_gets_exactly_this_on_exactly_this_key_in_its_own_policy(
    stack: Stack, grant: str, given: dict[str, Any], actions: object
) -> None:
    key = KMSKey(stack, "Key", **given)
    getattr(key, grant)(IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com"))
    arn = {"Fn::GetAtt": ["Key", "Arn"]}
    assert statements(stack, "Clerk") == [{"Effect": "Allow", "Action": actions, "Resource": arn}]
    assert policy(stack) == [OWNER]


def test_an_administrator_changes_the_key_and_uses_it_for_no_data(stack: Stack) -> None:
    KMSKey(stack, "Key").grant_admin(IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com"))
    actions = set(statements(stack, "Clerk")[0]["Action"])
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:UpdateAlias"} <= actions
    assert not any(
        action.startswith(("kms:Decrypt", "kms:Encrypt", "kms:Generate", "kms:Sign", "kms:*")) for action in actions
    )
    assert "kms:CreateGrant" not in actions


def test_a_service_is_let_on_behalf_of_this_account_alone_unless_more_is_said(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    key.grant_decrypt("cloudtrail.amazonaws.com")
    key.grant_encrypt("backup.amazonaws.com", when={"ArnLike": {"aws:SourceArn": "arn:aws:backup:*:123456789012:*"}})
    key.grant_decrypt(
        Principal.service("rds.amazonaws.com"), when={"StringEquals": {"kms:CallerAccount": "123456789012"}}
    )
    assert services(stack) == {
        "cloudtrail.amazonaws.com": HERE,
        "backup.amazonaws.com": {"ArnLike": {"aws:SourceArn": "arn:aws:backup:*:123456789012:*"}},
        "rds.amazonaws.com": {"StringEquals": {"kms:CallerAccount": "123456789012"}},
    }


def test_cloudfront_is_let_for_distributions_of_this_account(stack: Stack) -> None:
    bucket = S3Bucket(stack, "Bucket", encryption="kms", key=KMSKey(stack, "Key"))
    arn = "arn:aws:cloudfront::123456789012:distribution/E1"
    bucket.grant_read("cloudfront.amazonaws.com", when={"StringEquals": {"aws:SourceArn": arn}})
    ours = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"}
    assert services(stack) == {"cloudfront.amazonaws.com": {"ArnLike": {"aws:SourceArn": ours}}}


def test_the_account_itself_needs_no_second_statement_and_nobody_unknown_is_let_in(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    assert key.grant_decrypt(Principal.this_account()) is None
    assert key.grant_decrypt(Principal.anyone()) is None
    key.grant_decrypt(Principal.organization("o-1234567890"))
    assert len(policy(stack)) == 2
    assert policy(stack)[1]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}


def test_a_key_apart_from_the_account_names_everybody_in_its_own_policy(stack: Stack) -> None:
    officer, clerk = (IAMRole(stack, id, assumed_by="ec2.amazonaws.com") for id in ("Officer", "Clerk"))
    key = KMSKey(stack, "Key", account=False, admins=[officer], users=[clerk])
    worker = LambdaFunction(stack, "Worker", code=CODE, runtime="python3.13", key=key, environment={"SIZE": "1"})
    SQSQueue(stack, "Q", encryption="kms", key=key).grant_send(worker)
    who = [one["Principal"]["AWS"]["Fn::GetAtt"][0] for one in policy(stack)]
    assert who == ["Officer", "Clerk", "WorkerRole", "WorkerRole"]
    assert [one.get("Condition") for one in policy(stack)][2:] == [
        {"StringEquals": {"kms:ViaService": {"Fn::Sub": f"{service}.${{AWS::Region}}.amazonaws.com"}}}
        for service in ("lambda", "sqs")
    ]
    assert not any("kms:" in str(one["Action"]) for one in statements(stack, "WorkerRole"))


def test_an_identity_of_another_account_is_let_on_both_sides() -> None:
    app = App()
    home = Stack(app, "home", region="eu-west-1", account="123456789012")
    away = Stack(app, "away", region="eu-west-1", account="210987654321")
    clerk = IAMRole(away, "Clerk", assumed_by="ec2.amazonaws.com", name="clerk")
    KMSKey.from_arn(away, "Theirs", ARN).grant_decrypt(clerk)
    KMSKey(home, "Key").grant_decrypt("arn:aws:iam::210987654321:role/clerk")
    assert policy(home)[1]["Principal"] == {"AWS": "arn:aws:iam::210987654321:role/clerk"}
    assert statements(away, "Clerk") == [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ARN}]


def test_an_existing_key_lets_identities_and_refuses_to_change_its_own_policy(stack: Stack) -> None:
    clerk = IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")
    KMSKey.from_arn(stack, "Theirs", ARN).grant_decrypt(clerk)
    KMSKey.from_alias(stack, "Named", "archive").grant_sign(clerk)
    with pytest.raises(ConstructError, match="the key shop/Theirs2 exists already"):
        KMSKey.from_arn(stack, "Theirs2", ARN).grant_decrypt("sns.amazonaws.com")
    assert statements(stack, "Clerk") == [
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ARN},
        {
            "Effect": "Allow",
            "Action": "kms:Sign",
            "Resource": {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"},
            "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/archive"}},
        },
    ]


# One key for everything


def test_every_construct_that_encrypts_takes_the_key_itself(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    SQSQueue(stack, "Queue", encryption="kms", key=key)
    SNSTopic(stack, "Topic", key=key)
    S3Bucket(stack, "Bucket", encryption="kms", key=key)
    DynamoDBTable(stack, "Table", partition_key="id", encryption="kms", key=key)
    LambdaFunction(stack, "Worker", code=CODE, runtime="python3.13", key=key)
    LogGroup(stack, "Logs", key=key)
    made = {id: body["Properties"] for id, body in resources(stack).items()}
    rule = made["Bucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
    assert [
        made["Queue"]["KmsMasterKeyId"], made["Topic"]["KmsMasterKeyId"], rule["KMSMasterKeyID"],
        made["Table"]["SSESpecification"]["KMSMasterKeyId"], made["Worker"]["KmsKeyArn"], made["Logs"]["KmsKeyId"],
    ] == [{"Fn::GetAtt": ["Key", "Arn"]}] * 6  # fmt: skip


def test_services_that_send_to_what_the_key_encrypts_are_let_use_it_for_this_account(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    queue, topic = SQSQueue(stack, "Queue", encryption="kms", key=key), SNSTopic(stack, "Topic", key=key)
    topic.subscribe(queue)
    bucket = S3Bucket(stack, "Bucket", encryption="kms", key=key)
    bucket.notify(queue, "s3:ObjectCreated:*")
    Alarm(stack, "Old", metric=queue.metric("ApproximateAgeOfOldestMessage"), threshold=60).notify(topic)
    LogGroup(stack, "Logs", key=key)
    queues = {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*"}
    groups = {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"}
    assert services(stack) == {
        "sns.amazonaws.com": HERE,
        "s3.amazonaws.com": {"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": queues}},
        "cloudwatch.amazonaws.com": HERE,
        "{'Fn::Sub': 'logs.${AWS::Region}.amazonaws.com'}": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }
    assert {one["Action"] if isinstance(one["Action"], str) else tuple(one["Action"]) for one in policy(stack)} == {
        "kms:*", ("kms:Decrypt", "kms:GenerateDataKey"),
        ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
    }  # fmt: skip
    assert not findings(stack, "XSV023")


def test_a_key_given_by_a_reference_to_it_is_known_all_the_same(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    SNSTopic(stack, "Topic").subscribe(SQSQueue(stack, "Queue", encryption="kms", key=key.arn))
    SNSTopic(stack, "Other").subscribe(SQSQueue(stack, "Second", encryption="kms", key=key.key_id))
    assert services(stack) == {"sns.amazonaws.com": HERE}


def test_a_log_group_with_a_name_is_the_only_one_the_key_is_for(stack: Stack) -> None:
    LogGroup(stack, "Logs", name="/shop/web", key=KMSKey(stack, "Key"))
    (condition,) = services(stack).values()
    assert condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]["Fn::Sub"].endswith(":log-group:/shop/web")


def test_an_account_elsewhere_uses_the_key_through_what_it_was_let_at(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    SQSQueue(stack, "Queue", encryption="kms", key=key).grant_send("210987654321")
    S3Bucket(stack, "Bucket", encryption="kms", key=key).grant_read("210987654321")
    assert [one["Condition"]["StringEquals"]["kms:ViaService"]["Fn::Sub"].partition(".")[0] for one in policy(stack)[1:]] == [
        "sqs", "s3",
    ]  # fmt: skip


def test_nothing_waits_for_itself_when_one_key_is_for_everything_that_sends_to_each_other(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    queue, topic = SQSQueue(stack, "Queue", encryption="kms", key=key), SNSTopic(stack, "Topic", key=key)
    bucket = S3Bucket(stack, "Bucket", encryption="kms", key=key, enforce_encryption=True)
    table = DynamoDBTable(stack, "Table", partition_key="id", encryption="kms", key=key, stream="new-image")
    logs = LogGroup(stack, "Logs", key=key)
    worker = LambdaFunction(
        stack, "Worker", code=CODE, runtime="python3.13", timeout=5, key=key, log_to=logs, on_failure=topic,
        environment={"KEY": key.arn, "QUEUE": queue.url}, dead_letter=queue,
    )  # fmt: skip
    topic.subscribe(queue, dead_letter=SQSQueue(stack, "Failed", encryption="kms", key=key))
    topic.subscribe(worker)
    bucket.notify(topic, "s3:ObjectRemoved:*")
    worker.on(queue)
    worker.on(table)
    bucket.grant_read_write(worker)
    key.grant_admin(worker)
    Alarm(stack, "Errors", metric=worker.metric("Errors"), threshold=1).notify(topic, worker)
    made = resources(stack)  # raises CycleError otherwise
    assert not {name for name in made if f"'{name}'" in str(made["Key"]["Properties"])}


def test_nothing_waits_for_itself_across_stacks_either(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    other = Stack(stack.node.root_app, "other", region="eu-west-1")
    topic = SNSTopic(stack, "Topic", key=key)
    queue = SQSQueue(other, "Queue", encryption="kms", key=key)
    topic.subscribe(queue)
    Alarm(other, "Old", metric=queue.metric("ApproximateAgeOfOldestMessage"), threshold=60).notify(topic)
    assert set(services(stack)) == {"sns.amazonaws.com", "cloudwatch.amazonaws.com"}
    statement = resources(stack)["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"] == {
        "Fn::Sub": "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    }


def test_a_key_that_is_not_ours_is_warned_of_when_a_service_needs_it(stack: Stack) -> None:
    SNSTopic(stack, "Topic").subscribe(SQSQueue(stack, "Queue", encryption="kms", key=ARN))
    theirs = KMSKey.from_arn(stack, "Theirs", ARN)
    S3Bucket(stack, "Bucket").notify(SQSQueue(stack, "Second", encryption="kms", key=theirs), "s3:ObjectCreated:*")
    LogGroup(stack, "Logs", key=theirs)
    said = findings(stack, "XSV023")
    assert [next(name for name in ("sns", "s3", "logs") if name in one) for one in said] == ["sns", "s3", "logs"]


def test_a_plain_key_resource_is_left_to_the_rules_that_read_its_policy(stack: Stack) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:*", "Resource": "*"}
    key = kms.Key(
        stack, "Key", EnableKeyRotation=True, KeyPolicy={"Version": "2012-10-17", "Statement": [OWNER, statement]}
    )
    SNSTopic(stack, "Topic").subscribe(SQSQueue(stack, "Queue", encryption="kms", key=key.Arn))
    resources(stack)
    assert not stack.node.root_app.findings


def test_a_rule_that_sends_to_a_queue_whose_key_keeps_it_out_is_told(stack: Stack) -> None:
    queue = SQSQueue(stack, "Queue", encryption="kms", key=KMSKey(stack, "Key"))
    events.Rule(stack, "Daily", ScheduleExpression="rate(1 day)", Targets=[{"Id": "Q", "Arn": queue.arn}])
    resources(stack)
    assert "events.amazonaws.com" in findings(stack, "KMS009")[0]


def test_a_service_whose_requests_name_no_account_is_let_for_this_accounts_queues(stack: Stack) -> None:
    queue = SQSQueue(stack, "Queue", encryption="kms", key=KMSKey(stack, "Key"))
    rule = events.Rule(stack, "Daily", ScheduleExpression="rate(1 day)", Targets=[{"Id": "Q", "Arn": queue.arn}])
    queue.accept_from("events.amazonaws.com", rule.Arn)
    assert list(services(stack)["events.amazonaws.com"]["ArnLike"]) == ["kms:EncryptionContext:aws:sqs:arn"]
    assert not findings(stack, "KMS009")


def test_asymmetric_keys_do_not_encrypt_what_services_hold(stack: Stack) -> None:
    SQSQueue(stack, "Queue", encryption="kms", key=KMSKey(stack, "Key", spec="rsa-2048"))
    with pytest.raises(ConstraintError, match="symmetric keys only") as caught:
        resources(stack)
    assert caught.value.findings[0].rule == "KMS008"


def test_a_key_alone_is_enough_to_encrypt_with_it() -> None:
    app = App()
    stack = Stack(app, "shop", region="eu-west-1")
    key = KMSKey(stack, "Key")
    SQSQueue(stack, "Queue", key=key)
    S3Bucket(stack, "Bucket", key=key)
    DynamoDBTable(stack, "Table", partition_key="id", key=key)
    made = app.synth().stacks["shop"].template["Resources"]
    arn = {"Fn::GetAtt": ["Key", "Arn"]}
    assert made["Queue"]["Properties"]["KmsMasterKeyId"] == arn
    (rule,) = made["Bucket"]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"KMSMasterKeyID": arn, "SSEAlgorithm": "aws:kms"}
    assert made["Table"]["Properties"]["SSESpecification"]["KMSMasterKeyId"] == arn
