"""Mail that Amazon SES receives: sets of rules, what they do with it, and whom it takes no mail from.

Receiving takes a verified domain (`SESIdentity`), an MX record that leads to SES (`receive`), and a rule set that is the
active one of its region. Making a set the active one is nothing that CloudFormation can do: `activation_command` is
the command for it, to be run once after the deploy.

Source: SES Developer Guide, email receiving with Amazon SES.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import attribute_of
from ..existing import Existing, arn_here, checked_name
from ..route53.route53 import ZoneAccess
from .mailaction import MailAction, conditions_of
from .mailconfiguration import region_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ..route53.records import Route53Record

RULE_SET = "AWS::SES::ReceiptRuleSet"
RULE = "AWS::SES::ReceiptRule"
FILTER = "AWS::SES::ReceiptFilter"
PRIORITY = 10


class RuleSetAccess(Construct):
    """The rules of a set, whether it is made here or exists already."""

    set_name = ref()

    @checked
    def add_rule(
        self,
        name: str,
        *,
        recipients: Sequence[str] = (),
        actions: Sequence[MailAction],
        tls: Literal["require", "optional"] = "require",
        scan: bool = True,
        enabled: bool = True,
        after: SESReceiptRule | str | None = None,
    ) -> SESReceiptRule:
        """Say what is done with messages to some recipients; every rule that fits a message is followed, in order.

        - `name`: at most 64 letters, digits, `_`, `-` and `.`; the construct is called the same.
        - `recipients`: addresses, domains ("example.com") or domains with all below them (".example.com"), at most 500;
          none means every verified domain.
        - `actions`: `MailAction`s, at most 10, in this order.
        - `tls`: "require" (default) refuses messages that do not come over TLS; `scan`: look for spam and viruses (on).
        - `after`: the rule that this one follows; left out, the one that was added last. A set has at most 200 rules.
        """
        order: list[SESReceiptRule] = self.__dict__.setdefault("_order", [])
        place = len(order)
        if isinstance(after, SESReceiptRule):
            if after not in order:
                raise ConstructError(
                    f"{after.node.path} is no rule of {self.node.path}", place=caller(),
                    fix="give a rule of this set, or the name of one that is in it already",
                )  # fmt: skip
            place = order.index(after) + 1
        made = SESReceiptRule(
            self, name, rule_set=self, recipients=list(recipients), actions=list(actions), tls=tls, scan=scan,
            enabled=enabled, follows=after if isinstance(after, str) else None,
        )  # fmt: skip
        order.insert(place, made)
        for number in range(max(place, 1), min(place + 2, len(order))):
            order[number].follow(order[number - 1])
        return made

    @checked
    def receive(self, zone: ZoneAccess, name: str = "", *, priority: int = PRIORITY) -> Route53Record:
        """Lead the mail of a domain to SES in the region of this set: an MX record in the domain's zone.

        `name` is a name below the zone, "" for its own; `priority`: the smallest number is tried first.
        """
        server = f"inbound-smtp.{region_for(self, zone)}.amazonaws.com"
        return zone.mx(name, (priority, server))

    @property
    def activation_command(self) -> str:
        """The command that makes this the active rule set of its region, in place of any other; one can be at a time."""
        return f"aws ses set-active-receipt-rule-set --rule-set-name {self.set_name} --region {region_for(self, self)}"


@construct
class SESReceiptRuleSet(RuleSetAccess):
    """Rules for mail that comes in; nothing happens until the set is the active one of its region.

    CloudFormation cannot make it that: run `activation_command` after the first deploy, and
    `aws ses set-active-receipt-rule-set` without a name before the set is deleted, as SES keeps the active one. Nothing
    hidden does it for you.

    - `name`: at most 64 letters, digits, `_`, `-` and `.`; the stack makes one up when it is left out.

    SES receives mail in some regions only. Source: SES Developer Guide, email receiving with Amazon SES; creating receipt
    rules; course notes, SES.
    """

    name: str | None = None

    def build(self) -> None:
        """Make the set."""
        resource_class(RULE_SET)(self, MAIN, RuleSetName=self.name)

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingRuleSet:
        """A rule set that exists already: rules can be added to it, in front of its own or `after` one by name."""
        checked_name(name)
        return ExistingRuleSet(scope, id, values={"set_name": name, "name": name})


@construct
class ExistingRuleSet(Existing, RuleSetAccess):
    """A rule set made elsewhere; see `SESReceiptRuleSet.from_name`."""

    WHAT = "rule set"


@construct
class SESReceiptRule(Construct):
    """One rule of a set; made by `rules.add_rule("orders", recipients=[…], actions=[…])`."""

    rule_set: RuleSetAccess
    recipients: Sequence[str] = ()
    actions: Sequence[MailAction] = ()
    tls: Literal["require", "optional"] = "require"
    scan: bool = True
    enabled: bool = True
    follows: str | None = None

    def build(self) -> None:
        """Make the rule, and what lets SES do what it says."""
        resource_class(RULE)(
            self,
            MAIN,
            RuleSetName=self.rule_set.set_name,
            After=self.follows,
            Rule={
                "Name": self.node.id,
                "Enabled": self.enabled,
                "Recipients": list(self.recipients) or None,
                "Actions": [action.into(self) for action in self.actions] or None,
                "ScanEnabled": self.scan,
                "TlsPolicy": "Require" if self.tls == "require" else "Optional",
            },
        )

    def follow(self, before: SESReceiptRule) -> None:
        """Stand behind another rule of the set, and be made after it."""
        self.node.resource.set(After=attribute_of(before.node.resource, "RuleName"))

    def source_arn(self, target: Construct) -> str:
        """The rule's ARN as a policy of `target` writes it, without closing a circle between stacks."""
        fixed = getattr(self.rule_set, "name", None)
        near = target.node.stack is self.node.stack
        rule_set = fixed or (self.rule_set.set_name if near else "*")
        return arn_here("ses", f"receipt-rule-set/{rule_set}:receipt-rule/{self.node.id}")

    def on_behalf(self, target: Construct) -> dict[str, dict[str, Any]]:
        """The conditions under which a policy of `target` lets SES: for this rule alone."""
        return conditions_of(self.source_arn(target))


@construct
class SESReceiptFilter(Construct):
    """Addresses that mail is taken from, or not, whatever the rules say.

    - `cidr`: an IPv4 address or a range of them, "10.0.0.0/8".
    - `policy`: "block" (default), or "allow", which lets an address through that a wider filter blocks.
    - `name`: at most 64 letters, digits, `_` and `-`. An account has at most 100 filters in a region, and nothing of them
      can be changed: another one takes its place.

    Source: SES Developer Guide, creating IP address filters.
    """

    cidr: str
    policy: Literal["block", "allow"] = "block"
    name: str | None = None

    def build(self) -> None:
        """Make the filter."""
        resource_class(FILTER)(
            self, MAIN, Filter={"Name": self.name, "IpFilter": {"Cidr": self.cidr, "Policy": self.policy.capitalize()}}
        )  # fmt: skip
