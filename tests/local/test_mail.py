"""Mail in the engine: rules in their order, templates, and domains that are proved at once."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytest.importorskip("ministack")

from ministack.services import ses, ses_v2

from awsdeck.local import mail

from .conftest import Deployed

Client = Callable[[str], Any]


def put(stack: Deployed, change: str = "UPDATE", **resources: Any) -> None:
    body = json.dumps({"Resources": resources})
    assert stack.put(body, change) == f"{change}_COMPLETE", stack.reasons()


def rule(name: str | None, after: Any = None, **more: Any) -> dict[str, Any]:
    given = {
        "Rule": {"Enabled": True, **({} if name is None else {"Name": name}), **more},
        "RuleSetName": {"Ref": "Inbox"},
    }
    return {"Type": "AWS::SES::ReceiptRule", "Properties": given if after is None else {**given, "After": after}}


def test_what_is_used_of_ministack_is_there() -> None:
    assert list(inspect.signature(ses._dkim_tokens).parameters) == ["domain"]
    assert len(ses._dkim_tokens("example.com")) == 3
    assert hasattr(ses_v2._identities, "get")
    assert set(mail.TYPES) == {
        "AWS::SES::DedicatedIpPool", "AWS::SES::ReceiptRule", "AWS::SES::ReceiptRuleSet", "AWS::SES::Template",
    }  # fmt: skip


def test_rules_keep_their_order_and_the_active_set_stays(stack: Deployed, client: Client) -> None:
    inbox = {"Type": "AWS::SES::ReceiptRuleSet", "Properties": {"RuleSetName": stack.name}}
    first = {"Fn::GetAtt": ["First", "RuleName"]}
    second = {"Fn::GetAtt": ["Second", "RuleName"]}
    put(stack, "CREATE", Inbox=inbox, Third=rule("third", second), Second=rule("second", first), First=rule(None))
    api = client("ses")

    def rules() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api.describe_receipt_rule_set(RuleSetName=stack.name)["Rules"]
        return found

    assert [one["Name"] for one in rules()] == [stack.ids["First"], "second", "third"]
    changed = rule("second", first, TlsPolicy="Require", Recipients=["a@example.com"])
    put(stack, Inbox=inbox, Third=rule("last", second), Second=changed, First=rule(None))
    assert [one["Name"] for one in rules()] == [stack.ids["First"], "second", "last"]
    assert (rules()[1]["TlsPolicy"], rules()[1]["Recipients"]) == ("Require", ["a@example.com"])
    api.set_active_receipt_rule_set(RuleSetName=stack.name)
    assert api.describe_active_receipt_rule_set()["Metadata"]["Name"] == stack.name
    api.set_active_receipt_rule_set()
    stack.cloudformation.delete_stack(StackName=stack.name)
    stack.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError, match="RuleSetDoesNotExist"):
        api.describe_receipt_rule_set(RuleSetName=stack.name)


def test_a_rule_of_a_set_that_exists_elsewhere_finds_it_here_too(stack: Deployed, client: Client) -> None:
    theirs = f"{stack.name}-theirs"
    body = {"Rule": {"Name": "mine", "Enabled": True}, "RuleSetName": theirs}
    put(stack, "CREATE", Mine={"Type": "AWS::SES::ReceiptRule", "Properties": body})
    api = client("ses")
    assert [one["Name"] for one in api.describe_receipt_rule_set(RuleSetName=theirs)["Rules"]] == ["mine"]
    stack.cloudformation.delete_stack(StackName=stack.name)
    stack.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack.name, WaiterConfig={"Delay": 1})
    assert api.describe_receipt_rule_set(RuleSetName=theirs).get("Rules", []) == []
    api.delete_receipt_rule_set(RuleSetName=theirs)


def test_a_template_is_made_changed_and_renamed(stack: Deployed, client: Client) -> None:
    def template(**parts: str) -> dict[str, Any]:
        return {"Type": "AWS::SES::Template", "Properties": {"Template": {"SubjectPart": "Order {{number}}", **parts}}}

    put(stack, "CREATE", Order=template(TextPart="a", HtmlPart="b"))
    api, name = client("ses"), stack.ids["Order"]
    assert api.get_template(TemplateName=name)["Template"]["HtmlPart"] == "b"
    put(stack, Order=template(TextPart="c"))
    assert stack.ids["Order"] == name
    assert api.get_template(TemplateName=name)["Template"] == {
        "TemplateName": name, "SubjectPart": "Order {{number}}", "TextPart": "c", "HtmlPart": "",
    }  # fmt: skip
    put(stack, Order=template(TextPart="c", TemplateName=f"{stack.name}-order"))
    assert api.get_template(TemplateName=f"{stack.name}-order")["Template"]["TextPart"] == "c"
    with pytest.raises(ClientError, match="TemplateDoesNotExist"):
        api.get_template(TemplateName=name)


def test_a_domain_gives_the_records_that_prove_it(stack: Deployed, client: Client) -> None:
    domain = f"{stack.name}.example"
    name, value = ({"Fn::GetAtt": ["Domain", f"DkimDNSToken{kind}2"]} for kind in ("Name", "Value"))
    record = {"HostedZoneId": {"Ref": "Zone"}, "Name": name, "Type": "CNAME", "TTL": "300", "ResourceRecords": [value]}
    resources: dict[str, Any] = {
        "Zone": {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": domain}},
        "Domain": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": domain}},
        "Record": {"Type": "AWS::Route53::RecordSet", "Properties": record},
    }
    put(stack, "CREATE", **resources)
    tokens = client("sesv2").get_email_identity(EmailIdentity=domain)["DkimAttributes"]["Tokens"]
    records = client("route53").list_resource_record_sets(HostedZoneId=stack.ids["Zone"])["ResourceRecordSets"]
    (found,) = [one for one in records if one["Type"] == "CNAME"]
    assert found["Name"] == f"{tokens[1]}._domainkey.{domain}."
    assert found["ResourceRecords"] == [{"Value": f"{tokens[1]}.dkim.amazonses.com"}]
    resources["Domain"]["Properties"]["FeedbackAttributes"] = {"EmailForwardingEnabled": False}
    put(stack, **resources)
    identity = client("sesv2").get_email_identity(EmailIdentity=domain)
    assert identity["FeedbackForwardingStatus"] is False
    assert identity["DkimAttributes"]["Tokens"] == tokens
