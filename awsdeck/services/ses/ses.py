"""Amazon Simple Email Service: who a message may come from, and what proves that it does.

Source: SES Developer Guide; course notes, SES.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import attribute_of, has_marker
from ..existing import Existing, arn_here, checked_name
from ..hints import check
from ..route53.records import full_name
from ..route53.route53 import ZoneAccess
from ..security.policy import Grant, Statement, both, give, listed
from .mailconfiguration import ConfigurationSetAccess, region_for
from .mailtemplate import SESTemplate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, NoReturn

    from ..security.policy import Conditions, Grantee

    Enforcement = Literal["none", "quarantine", "reject"]
    Purpose = Literal["confirmation", "notification", "newsletter", "marketing", "alert", "fan-out"]

IDENTITY = "AWS::SES::EmailIdentity"
SEND = ("ses:SendEmail", "ses:SendRawEmail")
SEND_TEMPLATED = ("ses:SendTemplatedEmail", "ses:SendBulkEmail", "ses:SendBulkTemplatedEmail")
SPF = "v=spf1 include:amazonses.com ~all"
"""Source: SES Developer Guide, using a custom MAIL FROM domain."""


class OwnDKIM:
    """A key of your own that messages are signed with, in place of the three that SES makes (BYODKIM).

    - `selector`: its name in the DNS, "mail2026" for `mail2026._domainkey.example.com`.
    - `private_key`: RSA of 1,024 to 2,048 bits, in base64 without the lines around it; `secret.value("key")` keeps it
      out of the template.
    - `public_key`: in base64; with it, and with a hosted zone, the TXT record is made.

    Source: SES Developer Guide, provide your own DKIM authentication token.
    """

    __slots__ = ("selector", "private_key", "public_key")

    @checked
    def __init__(self, selector: str, private_key: str, *, public_key: str | None = None) -> None:
        self.selector = selector
        self.private_key = private_key
        self.public_key = public_key


class IdentityAccess(Construct):
    """Who may send as a domain or an address, whether it is made here or exists already."""

    if TYPE_CHECKING:
        configuration_set: ConfigurationSetAccess | str | None
        identity: str

    identity_name = ref()

    @property
    def arn(self) -> str:
        """The ARN that policies name the identity by."""
        return arn_here("ses", f"identity/{self.identity_name}")

    @checked
    def grant_send(
        self,
        who: Grantee,
        *,
        from_addresses: str | Sequence[str] = (),
        from_names: str | Sequence[str] = (),
        recipients: str | Sequence[str] = (),
        templates: Sequence[SESTemplate] = (),
        when: Conditions | None = None,
    ) -> Grant:
        """Let a role, a user, a group or a function send as this identity.

        - `from_addresses`: only with these senders: "orders@example.com", "*@shop.example.com".
        - `from_names`: only with these names beside the address; `recipients`: only to these addresses.
        - `templates`: with these templates too, also in bulk.

        The configuration set that the identity uses by itself is part of it. While the account is in the sandbox, whoever
        it is sent to must be an identity as well, and be granted. Source: SES Developer Guide, controlling access to SES.
        """
        actions = (*SEND, *(SEND_TEMPLATED if templates else ()))
        on = [self.arn]
        if self.configuration_set is not None:
            on.append(_set_arn(self.configuration_set))
        on += [template.arn for template in templates]
        conditions: Conditions = when or {}
        for key, values, quantifier in (
            ("ses:FromAddress", from_addresses, ""),
            ("ses:FromDisplayName", from_names, ""),
            ("ses:Recipients", recipients, "ForAllValues:"),
        ):
            if values:
                several = sorted(values) if isinstance(values, set | frozenset) else listed(values)
                conditions = both(conditions, _texts(key, several, quantifier))
        return give(who, actions, on=on, through=self._refuse, when=conditions or None)

    def _refuse(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"{self.node.path}: CloudFormation has no policies of identities, so nobody but a role, a user, a group or a "
            "function can be let",
            place=caller(),
            fix="give one of those; for another account, have it assume a role of this one",
        )


@construct
class SESIdentity(IdentityAccess):
    """A domain or an address that messages may come from.

    - `domain` ("example.com") or `email` ("shop@example.com"): one of them, or `zone` alone for the zone's own domain.
      It cannot be changed later. The owner of an address must follow the link in a message that SES sends; that, and
      leaving the sandbox, is nothing CloudFormation can do.
    - `zone`: the Route 53 zone of the domain; the records below are made in it. Without one, make them by hand.
    - `dkim`: "rsa-2048" (default) or "rsa-1024": SES signs with keys of its own, for which three CNAME records are
      made; an `OwnDKIM`; or "off", which leaves a domain unverified.
    - `mail_from`: the name, below the domain, that bounces go to ("bounce"), with its MX and SPF (TXT) records; without
      it SES uses a domain of its own. `mail_from_failure`: what happens while its MX record is missing: "default" (SES's
      own domain) or "reject".
    - `dmarc`: what receivers are to do with messages that nothing proves: "none", "quarantine" or "reject"; makes the
      TXT record `_dmarc`. `dmarc_reports`: the address that gets their reports.
    - `forward_feedback`: bounces and complaints come to the sender as messages (on); turn it off when a configuration
      set tells a topic of them.
    - `configuration_set`: an `SESConfigurationSet`, or its name, for messages that name none.

    Source: SES Developer Guide, verified identities; authenticating your email; course notes, SES.
    """

    domain: str | None = None
    email: str | None = None
    zone: ZoneAccess | None = None
    dkim: Literal["rsa-2048", "rsa-1024", "off"] | OwnDKIM = "rsa-2048"
    mail_from: str | None = None
    mail_from_failure: Literal["default", "reject"] = "default"
    dmarc: Enforcement | None = None
    dmarc_reports: str | None = None
    forward_feedback: bool = True
    configuration_set: ConfigurationSetAccess | str | None = None

    def build(self) -> None:
        """Make the identity, and its records when there is a zone."""
        identity = self._identity()
        self.identity = identity
        """The domain or address as it was given."""
        self._host = identity if self.email is None or has_marker(identity) else identity.rpartition("@")[2]
        below = self._bounce_domain()
        resource_class(IDENTITY)(
            self,
            MAIN,
            EmailIdentity=identity,
            DkimAttributes={"SigningEnabled": False} if self.dkim == "off" else None,
            DkimSigningAttributes=self._signing(),
            MailFromAttributes=None
            if below is None
            else {
                "MailFromDomain": below,
                "BehaviorOnMxFailure": "REJECT_MESSAGE" if self.mail_from_failure == "reject" else "USE_DEFAULT_VALUE",
            },
            FeedbackAttributes=None if self.forward_feedback else {"EmailForwardingEnabled": False},
            ConfigurationSetAttributes=None
            if self.configuration_set is None
            else {"ConfigurationSetName": _set_name(self.configuration_set)},
        )
        if self.zone is not None:
            self._prove(self.zone, below)

    def _identity(self) -> str:
        given = [value for value in (self.domain, self.email) if value is not None]
        if len(given) == 2 or (not given and self.zone is None):
            raise ConstructError(
                f"{self.node.path} is "
                + ("both a domain and an address" if given else "neither a domain nor an address"),
                place=caller(),
                fix='domain="example.com", email="shop@example.com", or zone= for the domain of a hosted zone',
            )
        if given:
            return given[0]
        assert self.zone is not None
        return self.zone.name if has_marker(self.zone.name) else self.zone.name.removesuffix(".")

    def _bounce_domain(self) -> str | None:
        if self.mail_from is None or has_marker(self.mail_from):
            return self.mail_from
        if self.email is not None and has_marker(self.email):
            if not self.mail_from.endswith("."):
                raise ConstructError(
                    f"{self.node.path}: the domain of an address that only the deploy knows cannot be told from it",
                    place=caller(),
                    fix='give the whole name with a dot at its end: mail_from="bounce.example.com."',
                )
            return self.mail_from.removesuffix(".")
        if has_marker(self._host):
            return f"{self.mail_from}.{self._host}"
        return full_name(self.mail_from, self._host).removesuffix(".")

    def _signing(self) -> dict[str, Any] | None:
        if isinstance(self.dkim, OwnDKIM):
            return {"DomainSigningSelector": self.dkim.selector, "DomainSigningPrivateKey": self.dkim.private_key}
        if self.email is not None or self.dkim == "off":
            return None
        return {"NextSigningKeyLength": "RSA_1024_BIT" if self.dkim == "rsa-1024" else "RSA_2048_BIT"}

    def _prove(self, zone: ZoneAccess, below: str | None) -> None:
        """Make the records by which receivers know that a message is the domain's."""
        word = self.node.plain_id
        if isinstance(self.dkim, OwnDKIM):
            if self.dkim.public_key is not None:
                key = f"v=DKIM1; k=rsa; p={self.dkim.public_key}"
                zone.txt(self._at(f"{self.dkim.selector}._domainkey"), key, id=f"{word}DKIM")
        elif self.email is None and self.dkim != "off":
            for number in (1, 2, 3):
                name, value = (
                    attribute_of(self.node.resource, f"DkimDNSToken{kind}{number}") for kind in ("Name", "Value")
                )
                zone.cname(f"{name}.", value, id=f"{word}DKIM{number}")
        if below is not None:
            zone.mx(f"{below}.", (10, f"feedback-smtp.{region_for(self, zone)}.amazonses.com"), id=f"{word}MailFromMX")
            zone.txt(f"{below}.", SPF, id=f"{word}MailFromSPF")
        if self.dmarc is not None:
            reports = "" if self.dmarc_reports is None else f"; rua=mailto:{self.dmarc_reports}"
            zone.txt(self._at("_dmarc"), f"v=DMARC1; p={self.dmarc}{reports}", id=f"{word}DMARC")

    def _at(self, name: str) -> str:
        return f"{name}.{self._host}."

    @staticmethod
    def from_name(
        scope: Construct, id: str, name: str, *, configuration_set: ConfigurationSetAccess | str | None = None
    ) -> ExistingIdentity:
        """A domain or address that is verified already; `configuration_set` is the one it uses by itself."""
        checked_name(name)
        return ExistingIdentity(
            scope, id, values={"identity_name": name, "identity": name}, configuration_set=configuration_set
        )


@construct
class ExistingIdentity(Existing, IdentityAccess):
    """An identity made elsewhere; see `SESIdentity.from_name`."""

    WHAT = "identity"
    configuration_set: ConfigurationSetAccess | str | None = None


@construct
class SESEmail(Construct):
    """A message that a program means to send, told so that it is checked; nothing of it stands in the template.

    - `sender`: the address it comes from; `identities`: what may be sent as (identities, or domains and addresses by
      name): by default every identity that the app has made so far.
    - `recipients`: addresses, or how many there are; at most 50 for one message.
    - `size_bytes`: with attachments, encoded; at most 10 MB with the first version of the API, 40 MB otherwise. `api`:
      "v2" (default), "v1" or "smtp".
    - `sandbox`: the account has not left the sandbox, so that recipients must be verified too.
    - `purpose`: what the message is for: "confirmation", "notification", "newsletter", "marketing" (to customers), or
      "alert" and "fan-out" (to machines and operators, which is what SNS is for).

    Source: SES Developer Guide, service quotas; course notes, SES versus SNS.
    """

    sender: str
    identities: Sequence[IdentityAccess | str] | None = None
    recipients: Sequence[str] | int | None = None
    size_bytes: int | None = None
    api: Literal["v1", "v2", "smtp"] = "v2"
    sandbox: bool = False
    purpose: Purpose | None = None

    def build(self) -> None:
        """Hold the message against what SES takes."""
        given = self.identities
        if given is None:
            given = [one for one in self.node.root_app.node.walk() if isinstance(one, SESIdentity | ExistingIdentity)]
        check(
            self,
            sender=self.sender,
            identities=[one if isinstance(one, str) else one.identity for one in given],
            recipients=self.recipients
            if isinstance(self.recipients, int) or self.recipients is None
            else list(self.recipients),
            size_bytes=self.size_bytes,
            api=self.api,
            sandbox=self.sandbox or None,
            purpose=self.purpose,
        )


def _texts(key: str, values: Sequence[str], quantifier: str) -> dict[str, dict[str, Any]]:
    """A condition on a key that must be one of several texts, which may be patterns."""
    patterns = any(not has_marker(value) and "*" in value for value in values)
    operator = f"{quantifier}StringLike" if patterns else f"{quantifier}StringEquals"
    return {operator: {key: values[0] if len(values) == 1 else list(values)}}


def _set_name(given: ConfigurationSetAccess | str) -> str:
    return given if isinstance(given, str) else given.set_name


def _set_arn(given: ConfigurationSetAccess | str) -> str:
    return arn_here("ses", f"configuration-set/{given}") if isinstance(given, str) else given.arn
