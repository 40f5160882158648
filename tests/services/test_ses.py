"""SES: identities and what proves them, who may send, where events go, templates, and what is done with mail received."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    ContactTopic,
    HostedZone,
    IAMRole,
    IAMUser,
    KMSKey,
    LambdaFunction,
    MailAction,
    OwnDKIM,
    Parameter,
    S3Bucket,
    SESConfigurationSet,
    SESContactList,
    SESDedicatedIPPool,
    SESEmail,
    SESIdentity,
    SESReceiptFilter,
    SESReceiptRuleSet,
    SESTemplate,
    SNSTopic,
    SQSQueue,
    Stack,
    inline,
)
from awsdeck.services.ses.mailconfiguration import EVENTS
from awsdeck.synth import synthesize

SOURCE = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
ACCOUNT = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
HERE = Path(__file__).name


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def made(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id].get("Properties", {})
    return found


def records(stack: Stack) -> dict[tuple[str, str], list[Any]]:
    found = [body["Properties"] for body in resources(stack).values() if body["Type"] == "AWS::Route53::RecordSet"]
    return {(json.dumps(one["Name"]).strip('"'), one["Type"]): one["ResourceRecords"] for one in found}


def statements(stack: Stack, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made(stack, id)["PolicyDocument"]["Statement"]
    return found


def for_rule(name: str, rule_set: str = "${Inbox}") -> dict[str, Any]:
    arn = {"Fn::Sub": f"{SOURCE}:receipt-rule-set/{rule_set}:receipt-rule/{name}"}
    return {**ACCOUNT, "ArnLike": {"aws:SourceArn": arn}}


def function(stack: Stack, id: str = "Worker") -> LambdaFunction:
    return LambdaFunction(stack, id, code=inline("def handler(e, c): ..."), runtime="python3.13")


def zone(stack: Stack, name: str = "example.com") -> Any:
    return HostedZone.from_id(stack, "Zone", "Z1D633PJN98FT9", name)


# Identities


def test_a_domain_is_proved_by_three_records_in_its_zone(stack: Stack) -> None:
    SESIdentity(stack, "Domain", zone=zone(stack))
    assert made(stack, "Domain") == {
        "EmailIdentity": "example.com",
        "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"},
    }
    assert records(stack) == {
        (f'{{"Fn::Sub": "${{Domain.DkimDNSTokenName{n}}}."}}', "CNAME"): [
            {"Fn::GetAtt": ["Domain", f"DkimDNSTokenValue{n}"]}
        ]
        for n in (1, 2, 3)
    }


def test_a_domain_below_the_zone_has_its_records_there_too(stack: Stack) -> None:
    SESIdentity(
        stack, "Mail", domain="mail.example.com", zone=zone(stack), dkim="off", mail_from="bounce", dmarc="reject",
        dmarc_reports="dmarc@example.com",
    )  # fmt: skip
    assert made(stack, "Mail")["MailFromAttributes"] == {
        "MailFromDomain": "bounce.mail.example.com", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }  # fmt: skip
    assert made(stack, "Mail")["DkimAttributes"] == {"SigningEnabled": False}
    assert records(stack) == {
        ("bounce.mail.example.com.", "MX"): ["10 feedback-smtp.eu-west-1.amazonses.com"],
        ("bounce.mail.example.com.", "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
        ("_dmarc.mail.example.com.", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:dmarc@example.com"'],
    }


def test_without_a_zone_there_are_no_records(stack: Stack) -> None:
    SESIdentity(stack, "Domain", domain="example.com", mail_from="bounce.example.com", dmarc="none")
    assert list(resources(stack)) == ["Domain"]


def test_a_key_of_ones_own_takes_the_place_of_the_three(stack: Stack) -> None:
    key = Parameter(stack, "Key", secret=True)
    SESIdentity(stack, "Domain", zone=zone(stack), dkim=OwnDKIM("mail", key.ref, public_key="MIIB"))
    assert made(stack, "Domain")["DkimSigningAttributes"] == {
        "DomainSigningSelector": "mail", "DomainSigningPrivateKey": {"Ref": "Key"},
    }  # fmt: skip
    assert records(stack) == {("mail._domainkey.example.com.", "TXT"): ['"v=DKIM1; k=rsa; p=MIIB"']}


def test_an_address_needs_no_records_for_signing(stack: Stack) -> None:
    sending = SESConfigurationSet(stack, "Sending")
    SESIdentity(
        stack, "Owner", email="owner@example.com", zone=zone(stack), forward_feedback=False, configuration_set=sending
    )
    assert made(stack, "Owner") == {
        "EmailIdentity": "owner@example.com",
        "FeedbackAttributes": {"EmailForwardingEnabled": False},
        "ConfigurationSetAttributes": {"ConfigurationSetName": {"Ref": "Sending"}},
    }
    assert records(stack) == {}


@pytest.mark.parametrize("given", [{}, {"domain": "example.com", "email": "a@example.com"}])
def test_an_identity_is_a_domain_or_an_address(stack: Stack, given: dict[str, str]) -> None:
    with pytest.raises(ConstructError, match=r"domain=.*email=.*zone="):
        SESIdentity(stack, "Domain", **given)  # type: ignore[arg-type]


def test_every_mistake_with_an_identity_is_told_at_its_line(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        SESIdentity(stack, "Domain", email="a@example", mail_from="bounce.example.net.", dkim=OwnDKIM("s", "MIIB"))
    said = str(caught.value)
    assert said.count(HERE) >= 3
    assert re.search("SES004.*a@example", said)
    assert re.search("SES007.*bounce.example.net", said)
    assert re.search("SES008.*domains", said)


def test_a_domain_may_be_known_at_the_deploy_alone(stack: Stack) -> None:
    name = Parameter(stack, "Name")
    other = HostedZone.from_id(stack, "Zone", "Z1D633PJN98FT9", name.ref)
    SESIdentity(stack, "Domain", zone=other, dkim="off", mail_from="bounce", dmarc="none")
    assert made(stack, "Domain")["EmailIdentity"] == {"Ref": "Name"}
    assert made(stack, "Domain")["MailFromAttributes"]["MailFromDomain"] == {"Fn::Sub": "bounce.${Name}"}
    names = {json.loads(name)["Fn::Sub"] for name, _ in records(stack)}
    assert names == {"bounce.${Name}.", "_dmarc.${Name}."}


def test_the_domain_of_an_address_known_at_the_deploy_alone_must_be_told(stack: Stack) -> None:
    address = Parameter(stack, "Address")
    with pytest.raises(ConstructError, match="a dot at its end"):
        SESIdentity(stack, "Wrong", email=address.ref, mail_from="bounce")
    SESIdentity(stack, "Right", email=address.ref, mail_from="bounce.example.com.")
    assert made(stack, "Right")["MailFromAttributes"]["MailFromDomain"] == "bounce.example.com"


def test_the_region_of_an_unplaced_stack_cannot_be_told_to_another(stack: Stack) -> None:
    home = Stack(stack.node.root_app, "mail")
    with pytest.raises(ConstructError, match="region="):
        SESIdentity(home, "Domain", zone=zone(stack), mail_from="bounce")


# Who may send


def test_a_role_may_send_as_the_identity_from_these_addresses_and_no_more(stack: Stack) -> None:
    domain = SESIdentity(stack, "Domain", domain="example.com", configuration_set="sending")
    clerk = IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")
    domain.grant_send(clerk, from_addresses="orders@example.com", from_names=["Shop", "The Shop"])
    assert statements(stack, "ClerkPolicy") == [
        {
            "Effect": "Allow",
            "Action": ["ses:SendEmail", "ses:SendRawEmail"],
            "Resource": [
                {"Fn::Sub": f"{SOURCE}:identity/${{Domain}}"},
                {"Fn::Sub": f"{SOURCE}:configuration-set/sending"},
            ],
            "Condition": {
                "StringEquals": {"ses:FromAddress": "orders@example.com", "ses:FromDisplayName": ["Shop", "The Shop"]}
            },
        }
    ]


def test_templates_and_patterns_of_recipients_are_part_of_a_grant(stack: Stack) -> None:
    order = SESTemplate(stack, "Order", subject="Order", text="Thank you")
    worker = function(stack)
    old = SESIdentity.from_name(stack, "Old", "old.example.com")
    old.grant_send(worker, recipients=["*@example.net"], templates=[order])
    (statement,) = statements(stack, "WorkerRolePolicy")
    assert set(statement["Action"]) == {
        "ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail", "ses:SendBulkEmail", "ses:SendBulkTemplatedEmail",
    }  # fmt: skip
    assert statement["Resource"] == [
        {"Fn::Sub": f"{SOURCE}:identity/old.example.com"},
        {"Fn::Sub": f"{SOURCE}:template/${{Order}}"},
    ]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"ses:Recipients": "*@example.net"}}


def test_conditions_of_a_grant_come_together_with_those_given(stack: Stack) -> None:
    user = IAMUser(stack, "Ann")
    domain = SESIdentity(stack, "Domain", domain="example.com")
    domain.grant_send(user, from_addresses="a@example.com", when={"Bool": {"aws:SecureTransport": "true"}})
    (statement,) = statements(stack, "AnnPolicy")
    assert statement["Condition"] == {
        "StringEquals": {"ses:FromAddress": "a@example.com"}, "Bool": {"aws:SecureTransport": "true"},
    }  # fmt: skip


def test_services_and_accounts_cannot_be_let_and_are_told_why(stack: Stack) -> None:
    domain = SESIdentity(stack, "Domain", domain="example.com")
    with pytest.raises(ConstructError, match="no policies of identities") as caught:
        domain.grant_send("123456789012")  # type: ignore[arg-type]
    assert HERE in str(caught.value)


# A message told


def test_a_message_that_fits_leaves_nothing_in_the_template(stack: Stack) -> None:
    SESIdentity(stack, "Domain", domain="example.com")
    SESEmail(
        stack, "Order", sender="Shop <orders@example.com>", recipients=50, size_bytes=40 * 1024**2, purpose="newsletter"
    )
    assert list(resources(stack)) == ["Domain"]


def test_a_message_says_all_that_is_wrong_with_it(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        SESEmail(stack, "Order", sender="a@example.net", recipients=["b@x.org"] * 51, size_bytes=11 * 1024**2, api="v1")
    said = str(caught.value)
    assert all(words in said for words in ("verified covers", "at most 50", "10,485,760", HERE))


def test_in_the_sandbox_recipients_must_be_verified(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="sandbox"):
        SESEmail(
            stack,
            "Order",
            sender="a@example.com",
            identities=["example.com"],
            recipients=["b@example.net"],
            sandbox=True,
        )


@pytest.mark.parametrize(
    ("purpose", "rules"), [("fan-out", ["SES005"]), ("alert", ["SES005"]), ("confirmation", []), ("marketing", [])]
)
def test_messages_to_machines_are_for_sns(stack: Stack, purpose: Any, rules: list[str]) -> None:
    SESEmail(stack, "Order", sender="a@example.com", identities=["example.com"], purpose=purpose)
    assert [finding.rule for finding in stack.node.root_app.findings] == rules


@pytest.mark.parametrize(("purpose", "rules"), [("newsletter", ["SNS012"]), ("fan-out", []), (None, [])])
def test_mail_to_customers_is_for_ses(stack: Stack, purpose: Any, rules: list[str]) -> None:
    SNSTopic(stack, "News", purpose=purpose)
    assert [finding.rule for finding in stack.node.root_app.findings] == rules


# Configuration sets


def test_a_configuration_set_is_safe_by_itself(stack: Stack) -> None:
    SESConfigurationSet(stack, "Sending")
    assert made(stack, "Sending") == {
        "DeliveryOptions": {"TlsPolicy": "REQUIRE"},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
    }


def test_everything_of_a_configuration_set_can_be_told(stack: Stack) -> None:
    SESConfigurationSet(
        stack, "Sending", name="sending", tls="optional", sending=False, reputation_metrics=False, suppress=None,
        pool=SESDedicatedIPPool(stack, "Pool", name="pool", managed=False), max_delivery=300, redirect_domain="l.example.com",
        redirect_https="open-only", engagement_metrics=False, optimized_delivery=True,
    )  # fmt: skip
    assert made(stack, "Pool") == {"PoolName": "pool", "ScalingMode": "STANDARD"}
    assert made(stack, "Sending") == {
        "Name": "sending",
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL", "SendingPoolName": {"Ref": "Pool"}, "MaxDeliverySeconds": 300},
        "SendingOptions": {"SendingEnabled": False},
        "ReputationOptions": {"ReputationMetricsEnabled": False},
        "TrackingOptions": {"CustomRedirectDomain": "l.example.com", "HttpsPolicy": "REQUIRE_OPEN_ONLY"},
        "VdmOptions": {
            "DashboardOptions": {"EngagementMetrics": "DISABLED"}, "GuardianOptions": {"OptimizedSharedDelivery": "ENABLED"},
        },
    }  # fmt: skip


def test_a_topic_hears_of_events_of_this_set_alone(stack: Stack) -> None:
    topic = SNSTopic(stack, "Told", key=KMSKey(stack, "Key"))
    sending = SESConfigurationSet(stack, "Sending")
    sending.notify(topic, "bounce", "rendering-failure", "bounce")
    assert made(stack, "SendingToTold")["EventDestination"] == {
        "Enabled": True, "MatchingEventTypes": ["bounce", "renderingFailure"], "SnsDestination": {"TopicARN": {"Ref": "Told"}},
    }  # fmt: skip
    assert resources(stack)["SendingToTold"]["DependsOn"] == ["ToldPolicy"]
    arn = {"Fn::Sub": f"{SOURCE}:configuration-set/${{Sending}}"}
    (statement,) = statements(stack, "ToldPolicy")
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert statement["Condition"] == {**ACCOUNT, "ArnLike": {"aws:SourceArn": arn}}
    let = made(stack, "Key")["KeyPolicy"]["Statement"][1]
    assert (let["Principal"], let["Action"]) == (
        {"Service": "ses.amazonaws.com"},
        ["kms:Decrypt", "kms:GenerateDataKey"],
    )
    assert list(let["Condition"]["ArnLike"]) == ["kms:EncryptionContext:aws:sns:topicArn"]


def test_a_topic_of_another_stack_knows_the_set_by_name_or_by_pattern(stack: Stack) -> None:
    other = Stack(stack.node.root_app, "mail", region="eu-west-1")
    topic = SNSTopic(stack, "Told")
    SESConfigurationSet(other, "Named", name="named").notify(topic, "bounce")
    SESConfigurationSet(other, "Any").notify(topic, "bounce")
    known = [one["Condition"]["ArnLike"]["aws:SourceArn"] for one in statements(stack, "ToldPolicy")]
    assert known == [{"Fn::Sub": f"{SOURCE}:configuration-set/{name}"} for name in ("named", "*")]


def test_firehose_gets_events_through_a_role_for_this_set_alone(stack: Stack) -> None:
    stream = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/mail"
    SESConfigurationSet(stack, "Sending").to_firehose(stream, "open", "click")
    assert made(stack, "SendingToFirehose")["EventDestination"]["KinesisFirehoseDestination"] == {
        "DeliveryStreamARN": stream, "IAMRoleARN": {"Fn::GetAtt": ["SendingToFirehoseRole", "Arn"]},
    }  # fmt: skip
    (trust,) = made(stack, "SendingToFirehoseRole")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "ses.amazonaws.com"}
    assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}
    (allowed,) = statements(stack, "SendingToFirehoseRolePolicy")
    assert (allowed["Action"], allowed["Resource"]) == (["firehose:PutRecord", "firehose:PutRecordBatch"], stream)
    assert resources(stack)["SendingToFirehose"]["DependsOn"] == ["SendingToFirehoseRolePolicy"]


def test_a_role_that_is_given_is_used(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ses.amazonaws.com")
    sending = SESConfigurationSet.from_name(stack, "Sending", "sending")
    sending.to_firehose("arn:aws:firehose:eu-west-1:123456789012:deliverystream/mail", *EVENTS, role=role)
    found = made(stack, "SendingToFirehose")
    assert found["ConfigurationSetName"] == "sending"
    assert found["EventDestination"]["KinesisFirehoseDestination"]["IAMRoleARN"] == {"Fn::GetAtt": ["Role", "Arn"]}
    assert len(found["EventDestination"]["MatchingEventTypes"]) == len(EVENTS)


def test_events_are_counted_and_sent_to_the_default_bus(stack: Stack) -> None:
    sending = SESConfigurationSet(stack, "Sending")
    sending.to_cloudwatch("send", dimensions={"campaign": ("email-header", "none")}, enabled=False)
    sending.to_eventbridge("delivery-delay")
    counted = made(stack, "SendingToCloudWatch")["EventDestination"]
    assert counted["Enabled"] is False
    assert counted["CloudWatchDestination"]["DimensionConfigurations"] == [
        {"DimensionName": "campaign", "DimensionValueSource": "emailHeader", "DefaultDimensionValue": "none"}
    ]
    bus = made(stack, "SendingToEventBridge")["EventDestination"]["EventBridgeDestination"]["EventBusArn"]
    assert bus == {"Fn::Sub": "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"}
    assert sending.metric("Bounce").dimensions.keys() == {"ses:configuration-set"}


@pytest.mark.parametrize("events", [(), ("bounced",)])
def test_an_event_that_ses_does_not_have_is_refused(stack: Stack, events: Any) -> None:
    with pytest.raises(ConstructError, match="rendering-failure"):
        SESConfigurationSet(stack, "Sending").to_eventbridge(*events)


def test_a_dimension_from_nowhere_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="message-tag"):
        SESConfigurationSet(stack, "Sending").to_cloudwatch("send", dimensions={"a": ("header", "b")})  # type: ignore[dict-item]


# Templates and lists


def test_a_template_is_read_from_files_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "order.html").write_text("<p>{{number}} für Sie</p>", encoding="utf-8")
    app = App()
    app.folder = str(tmp_path)
    stack = Stack(app, "shop")
    SESTemplate(
        stack, "Order", name="order", subject="Order {{number}}", html_file="mail/order.html", fields=["number"]
    )
    assert made(stack, "Order")["Template"] == {
        "TemplateName": "order", "SubjectPart": "Order {{number}}", "HtmlPart": "<p>{{number}} für Sie</p>",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "nothing but its subject"), ({"text": "a", "text_file": "b"}, "both text= and text_file="),
        ({"text_file": "nowhere.txt"}, "'nowhere.txt' cannot be read"),
    ],
)  # fmt: skip
def test_a_template_needs_text_from_one_place(stack: Stack, given: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        SESTemplate(stack, "Order", subject="Order", **given)
    assert HERE in str(caught.value)


def test_placeholders_and_fields_must_be_the_same(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        SESTemplate(stack, "Order", subject="{{nummer}}", text="{{#if gift}}!{{/if}}", fields=["number", "gift"])
    said = str(caught.value)
    assert "asks for nummer" in said
    assert "the field number stands nowhere" in said
    assert "for gift" not in said
    assert "field gift" not in said


def test_a_block_that_is_not_closed_is_told(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match=r"SES012.*does not close #if"):
        SESTemplate(stack, "Order", subject="Order", text="{{#if gift}}!")


def test_a_contact_list_has_topics(stack: Stack) -> None:
    SESContactList(
        stack, "All", name="all", topics=[ContactTopic("news", "News", default="opt-in", description="weekly")]
    )
    assert made(stack, "All") == {
        "ContactListName": "all",
        "Topics": [
            {"TopicName": "news", "DisplayName": "News", "Description": "weekly", "DefaultSubscriptionStatus": "OPT_IN"}
        ],
    }


# Mail that comes in


def test_a_rule_puts_messages_into_a_bucket_that_lets_ses_for_this_rule_alone(stack: Stack) -> None:
    mails = S3Bucket(stack, "Mails", tls_only=False)
    inbox = SESReceiptRuleSet(stack, "Inbox")
    inbox.add_rule("orders", recipients=["orders@example.com"], actions=[MailAction.to_s3(mails, "in/")])
    assert made(stack, "InboxOrders") == {
        "RuleSetName": {"Ref": "Inbox"},
        "Rule": {
            "Name": "orders", "Enabled": True, "ScanEnabled": True, "TlsPolicy": "Require",
            "Recipients": ["orders@example.com"],
            "Actions": [{"S3Action": {"BucketName": {"Ref": "Mails"}, "ObjectKeyPrefix": "in/"}}],
        },
    }  # fmt: skip
    assert statements(stack, "MailsPolicy") == [
        {
            "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${Mails.Arn}/in/*"}, "Condition": for_rule("orders"),
        }
    ]  # fmt: skip
    assert resources(stack)["InboxOrders"]["DependsOn"] == ["MailsPolicy"]


def test_the_key_of_a_bucket_lets_ses_use_it_on_behalf_of_this_account(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    mails = S3Bucket(stack, "Mails", encryption="kms", key=key)
    SESReceiptRuleSet(stack, "Inbox").add_rule("all", actions=[MailAction.to_s3(mails)])
    let = made(stack, "Key")["KeyPolicy"]["Statement"][1]
    assert let == {
        "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Resource": "*",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Condition": ACCOUNT,
    }  # fmt: skip


def test_ses_encrypts_with_a_key_that_lets_it_for_this_rule_alone(stack: Stack) -> None:
    key, mails = KMSKey(stack, "Key"), S3Bucket(stack, "Mails")
    SESReceiptRuleSet(stack, "Inbox", name="inbox").add_rule("all", actions=[MailAction.to_s3(mails, key=key)])
    let = made(stack, "Key")["KeyPolicy"]["Statement"][1]
    assert (let["Action"], let["Condition"]) == ("kms:GenerateDataKey*", for_rule("all", "inbox"))
    (action,) = made(stack, "InboxAll")["Rule"]["Actions"]
    assert action["S3Action"]["KmsKeyArn"] == {"Fn::GetAtt": ["Key", "Arn"]}


def test_the_owner_of_a_key_known_by_arn_must_let_ses(stack: Stack) -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    SESReceiptRuleSet(stack, "Inbox").add_rule("all", actions=[MailAction.to_s3(S3Bucket(stack, "Mails"), key=arn)])
    (finding,) = [one for one in stack.node.root_app.findings if one.rule == "XSV023"]
    assert "ses.amazonaws.com" in finding.message


def test_the_key_of_aws_is_named_by_its_arn_and_needs_no_permission(stack: Stack) -> None:
    SESReceiptRuleSet(stack, "Inbox").add_rule(
        "all", actions=[MailAction.to_s3(S3Bucket(stack, "Mails"), key="alias/aws/ses")]
    )
    (action,) = made(stack, "InboxAll")["Rule"]["Actions"]
    arn = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/ses"
    assert action["S3Action"]["KmsKeyArn"] == {"Fn::Sub": arn}


def test_with_a_role_the_bucket_itself_is_left_alone(stack: Stack) -> None:
    role = IAMRole(stack, "Role", assumed_by="ses.amazonaws.com")
    archive = S3Bucket.from_name(stack, "Archive", "archive")
    SESReceiptRuleSet(stack, "Inbox").add_rule("all", actions=[MailAction.to_s3(archive, "in/", role=role)])
    (action,) = made(stack, "InboxAll")["Rule"]["Actions"]
    assert action["S3Action"] == {
        "BucketName": "archive", "ObjectKeyPrefix": "in/", "IamRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
    }  # fmt: skip
    (statement,) = statements(stack, "RolePolicy")
    assert statement["Action"] == "s3:PutObject"
    assert statement["Resource"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::archive/in/*"}
    assert resources(stack)["InboxAll"]["DependsOn"] == ["RolePolicy"]


def test_a_function_and_an_alias_let_ses_invoke_them_for_this_rule(stack: Stack) -> None:
    worker = function(stack)
    live = worker.alias("live")
    SESReceiptRuleSet(stack, "Inbox").add_rule(
        "all", actions=[MailAction.to_lambda(worker), MailAction.to_lambda(live, wait=True)]
    )
    permissions = {
        json.dumps(body["Properties"]["FunctionName"]): body["Properties"]
        for body in resources(stack).values()
        if body["Type"] == "AWS::Lambda::Permission"
    }
    assert len(permissions) == 2
    for permission in permissions.values():
        assert permission["Principal"] == "ses.amazonaws.com"
        assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
        assert permission["SourceArn"] == for_rule("all")["ArnLike"]["aws:SourceArn"]
    first, second = made(stack, "InboxAll")["Rule"]["Actions"]
    assert first["LambdaAction"]["InvocationType"] == "Event"
    assert second["LambdaAction"]["InvocationType"] == "RequestResponse"
    assert len(resources(stack)["InboxAll"]["DependsOn"]) == 2


def test_the_other_actions_are_written_as_ses_wants_them(stack: Stack) -> None:
    told = SNSTopic(stack, "Told")
    SESReceiptRuleSet(stack, "Inbox").add_rule(
        "all",
        tls="optional",
        scan=False,
        enabled=False,
        actions=[
            MailAction.add_header("X-Shop", "yes"),
            MailAction.to_sns(told, encoding="base64"),
            MailAction.to_workmail("arn:aws:workmail:eu-west-1:123456789012:organization/m-0123"),
            MailAction.bounce("info@example.com", "mailbox-full", message="Come back later", topic=told),
            MailAction.stop(topic=told),
        ],
    )
    rule = made(stack, "InboxAll")["Rule"]
    assert (rule["TlsPolicy"], rule["ScanEnabled"], rule["Enabled"]) == ("Optional", False, False)
    assert "Recipients" not in rule
    assert rule["Actions"] == [
        {"AddHeaderAction": {"HeaderName": "X-Shop", "HeaderValue": "yes"}},
        {"SNSAction": {"TopicArn": {"Ref": "Told"}, "Encoding": "Base64"}},
        {"WorkmailAction": {"OrganizationArn": "arn:aws:workmail:eu-west-1:123456789012:organization/m-0123"}},
        {
            "BounceAction": {
                "Sender": "info@example.com", "SmtpReplyCode": "552", "StatusCode": "5.2.2", "Message": "Come back later",
                "TopicArn": {"Ref": "Told"},
            }
        },
        {"StopAction": {"Scope": "RuleSet", "TopicArn": {"Ref": "Told"}}},
    ]  # fmt: skip
    (statement,) = statements(stack, "ToldPolicy")
    assert statement["Condition"] == for_rule("all")


def test_rules_stand_in_the_order_in_which_they_were_added_or_told(stack: Stack) -> None:
    inbox = SESReceiptRuleSet(stack, "Inbox")
    first = inbox.add_rule("first", actions=[MailAction.stop()])
    inbox.add_rule("last", actions=[MailAction.stop()])
    inbox.add_rule("between", actions=[MailAction.stop()], after=first)
    inbox.add_rule("end", actions=[MailAction.stop()])
    order = {id: body["Properties"].get("After") for id, body in resources(stack).items() if id != "Inbox"}
    assert order == {
        "InboxFirst": None,
        "InboxBetween": {"Fn::GetAtt": ["InboxFirst", "RuleName"]},
        "InboxLast": {"Fn::GetAtt": ["InboxBetween", "RuleName"]},
        "InboxEnd": {"Fn::GetAtt": ["InboxLast", "RuleName"]},
    }


def test_rules_join_a_set_that_exists_already(stack: Stack) -> None:
    inbox = SESReceiptRuleSet.from_name(stack, "Inbox", "inbox")
    mails = S3Bucket(stack, "Mails", tls_only=False)
    inbox.add_rule("ours", actions=[MailAction.to_s3(mails)], after="theirs")
    found = made(stack, "InboxOurs")
    assert (found["RuleSetName"], found["After"]) == ("inbox", "theirs")
    assert statements(stack, "MailsPolicy")[0]["Condition"] == for_rule("ours", "inbox")


def test_a_rule_of_another_set_is_nothing_to_stand_behind(stack: Stack) -> None:
    other = SESReceiptRuleSet(stack, "Other").add_rule("there", actions=[MailAction.stop()])
    with pytest.raises(ConstructError, match="no rule of"):
        SESReceiptRuleSet(stack, "Inbox").add_rule("here", actions=[MailAction.stop()], after=other)


def test_targets_in_another_stack_close_no_circle(stack: Stack) -> None:
    home = Stack(stack.node.root_app, "mail", region="eu-west-1")
    mails, told = S3Bucket(stack, "Mails", tls_only=False), SNSTopic(stack, "Told")
    inbox = SESReceiptRuleSet(home, "Inbox")
    inbox.add_rule("all", actions=[MailAction.to_s3(mails, topic=told), MailAction.to_lambda(function(stack))])
    assert statements(stack, "MailsPolicy")[0]["Condition"] == for_rule("all", "*")


def test_mail_is_led_to_the_region_of_the_rules_and_the_command_is_told(stack: Stack) -> None:
    inbox = SESReceiptRuleSet(stack, "Inbox", name="inbox")
    inbox.receive(zone(stack), "in", priority=5)
    assert records(stack) == {("in.example.com.", "MX"): ["5 inbound-smtp.eu-west-1.amazonaws.com"]}
    assert made(stack, "Inbox") == {"RuleSetName": "inbox"}
    command = inbox.activation_command
    assert "aws ses set-active-receipt-rule-set --rule-set-name " in str.__str__(command)
    assert str.__str__(command).endswith(" --region eu-west-1")


@pytest.mark.parametrize("policy", ["block", "allow"])
def test_filters_block_and_allow_addresses(stack: Stack, policy: Any) -> None:
    SESReceiptFilter(stack, "Some", cidr="192.0.2.0/24", policy=policy, name="some")
    assert made(stack, "Some")["Filter"] == {
        "Name": "some", "IpFilter": {"Cidr": "192.0.2.0/24", "Policy": policy.capitalize()},
    }  # fmt: skip


def test_mistakes_of_a_rule_are_told_together_at_its_line(stack: Stack) -> None:
    inbox = SESReceiptRuleSet(stack, "Inbox")
    with pytest.raises(ConstraintError) as caught:
        inbox.add_rule(
            "-orders", recipients=["orders at example.com"],
            actions=[MailAction.add_header("X Shop", "a\nb"), *[MailAction.stop()] * 10],
        )  # fmt: skip
    said = str(caught.value)
    assert all(words in said for words in ("'-orders'", "no recipient", "name of a header", "one line", "at most 10"))
    assert HERE in said


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda stack: MailAction.to_s3(SQSQueue(stack, "Q")), "takes a BucketAccess"),  # type: ignore[arg-type]
        (lambda stack: MailAction.to_lambda(SQSQueue(stack, "Q")), "cannot be invoked"),  # type: ignore[arg-type]
        (lambda stack: MailAction.to_sns(SQSQueue(stack, "Q")), "takes a TopicAccess"),  # type: ignore[arg-type]
        (lambda stack: MailAction.to_sns(SNSTopic(stack, "T"), encoding="utf8"), "base64"),  # type: ignore[arg-type]
        (lambda stack: MailAction.bounce("a@example.com", "full"), "mailbox-full"),  # type: ignore[arg-type]
        (lambda stack: SQSQueue(stack, "Q"), "a list of a MailAction"),
    ],
)
def test_what_cannot_be_an_action_is_refused(stack: Stack, wrong: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words):
        SESReceiptRuleSet(stack, "Inbox").add_rule("all", actions=[wrong(stack)])


def test_a_fifo_topic_and_a_region_without_receiving_are_warned_of() -> None:
    stack = Stack(App(), "shop", region="me-central-1")
    inbox = SESReceiptRuleSet(stack, "Inbox", name="inbox")
    inbox.add_rule("all", actions=[MailAction.to_sns(SNSTopic(stack, "Told", fifo=True))])
    synthesize(stack.node.root_app)
    found = {finding.rule for finding in stack.node.root_app.findings}
    assert {"SES002", "SES011"} <= found


def loose(made: Any) -> Any:
    """The same without its types, for calls that a type checker would refuse."""
    return made


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda stack: loose(SESReceiptRuleSet(stack, "R")).add_rule("r", actions=None, recipients="a@example.com"),
         ("recipients= takes a list", "actions= takes a list")),
        (lambda stack: loose(SESReceiptRuleSet(stack, "R")).receive("example.com"), ("zone= takes a ZoneAccess",)),
        (lambda stack: loose(SESConfigurationSet(stack, "C")).notify(None, "bounce"), ("topic= takes a TopicAccess",)),
        (lambda stack: loose(SESConfigurationSet(stack, "C")).to_cloudwatch("send", dimensions={"a": 1}), ("a dimension from 1",)),
        (lambda stack: loose(SESConfigurationSet)(stack, "C", suppress=b"bounce"), ("suppress= takes a list",)),
        (lambda stack: loose(SESIdentity(stack, "I", domain="example.com")).grant_send(
            IAMRole(stack, "W", assumed_by="ec2.amazonaws.com"), from_addresses=True, templates="x"),
         ("from_addresses= takes text or a list of text", "templates= takes a list")),
        (lambda stack: loose(MailAction).bounce("a@example.com", []), ("reason= takes 'mailbox-does-not-exist'",)),
        (lambda stack: SESTemplate(stack, "T", subject="x", html_file="a\0b"), ("no file can be called so",)),
        (lambda stack: loose(SESEmail)(stack, "E", sender="a@example.com", identities=b"x"), ("identities= takes a list",)),
    ],
)  # fmt: skip
def test_an_argument_of_the_wrong_kind_is_refused_where_it_stands(
    stack: Stack, wrong: Any, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConstructError) as caught:
        wrong(stack)
    for one in words:
        assert one in str(caught.value)
    assert HERE in str(caught.value)
