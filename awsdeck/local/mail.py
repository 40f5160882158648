"""Amazon SES where MiniStack's CloudFormation has nothing: receipt rules, templates, and the tokens that prove a domain."""

from __future__ import annotations

from typing import Any

from ministack.services import ses, ses_v2

from .call import call
from .called import Called
from .kind import Fixed, Kind, Made, Properties, made_up

Handler = dict[str, Any]


def with_tokens(known: Handler) -> Handler:
    """AWS::SES::EmailIdentity: the names and values of the three records that prove a domain, and SES finds at once."""

    def told(made: Made) -> Made:
        identity, attributes = made
        if "@" in identity:
            return made
        tokens = ses._dkim_tokens(identity)
        record = ses_v2._identities[identity]
        signing = {"SigningEnabled": True, "Status": "SUCCESS", "Tokens": tokens}
        record["DkimAttributes"] = {**record["DkimAttributes"], **signing}
        for number, token in enumerate(tokens, 1):
            attributes[f"DkimDNSTokenName{number}"] = f"{token}._domainkey.{identity}"
            attributes[f"DkimDNSTokenValue{number}"] = f"{token}.dkim.amazonses.com"
        return identity, attributes

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        return told(known["create"](logical_id, properties, stack))

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        return told(known["update"](physical_id, old, new, stack, *logical_id))

    return {**known, "create": create, "update": update}


class RuleSet(Fixed):
    """AWS::SES::ReceiptRuleSet; making one the active set takes its own command here too."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = str(properties.get("RuleSetName") or made_up(stack, logical_id, 64))
        call("ses", "CreateReceiptRuleSet", RuleSetName=name)
        return name, {}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ses", "DeleteReceiptRuleSet", RuleSetName=physical_id)


class ReceiptRule:
    """AWS::SES::ReceiptRule; a changed one keeps its place, and a set that the account has already is made here too."""

    in_place = frozenset({"After", "Rule"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        return self.put(properties, made_up(stack, logical_id, 64), properties.get("After"))

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        if new["Rule"].get("Name", physical_id) != physical_id:
            return self.put(new, physical_id, new.get("After"))
        rules = call("ses", "DescribeReceiptRuleSet", RuleSetName=new["RuleSetName"]).get("Rules", [])
        names = [rule["Name"] for rule in rules]
        place = names.index(physical_id) if physical_id in names else 0
        self.delete(physical_id, new)
        return self.put(new, physical_id, names[place - 1] if place else None)

    def put(self, properties: Properties, name: str, after: str | None) -> Made:
        rule = {"Name": name, **properties["Rule"]}
        sets = call("ses", "ListReceiptRuleSets").get("RuleSets", [])
        if all(one["Name"] != properties["RuleSetName"] for one in sets):
            call("ses", "CreateReceiptRuleSet", RuleSetName=properties["RuleSetName"])
        call("ses", "CreateReceiptRule", RuleSetName=properties["RuleSetName"], After=after, Rule=rule)
        return rule["Name"], {"RuleName": rule["Name"], "Id": rule["Name"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ses", "DeleteReceiptRule", RuleSetName=properties["RuleSetName"], RuleName=physical_id)


class Template:
    """AWS::SES::Template."""

    in_place = frozenset({"Tags", "Template"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        return self.put(properties, made_up(stack, logical_id, 64))

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        if new["Template"].get("TemplateName", physical_id) == physical_id:
            self.delete(physical_id, old)
        return self.put(new, physical_id)

    def put(self, properties: Properties, name: str) -> Made:
        template = {"TemplateName": name, **properties["Template"]}
        call("ses", "CreateTemplate", Template=template)
        return template["TemplateName"], {"Id": template["TemplateName"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("ses", "DeleteTemplate", TemplateName=physical_id)


TYPES: dict[str, Kind] = {
    "AWS::SES::DedicatedIpPool": Called(
        "sesv2", "CreateDedicatedIpPool", "=PoolName", "DeleteDedicatedIpPool", "PoolName", named="PoolName",
        lower=True, in_place=("ScalingMode", "Tags"),
    ),
    "AWS::SES::ReceiptRule": ReceiptRule(),
    "AWS::SES::ReceiptRuleSet": RuleSet(),
    "AWS::SES::Template": Template(),
}  # fmt: skip
