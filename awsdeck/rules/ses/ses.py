"""Rules about Amazon SES: identities, what proves them, how messages are sent, and what is done with those received."""

from __future__ import annotations

import re

from ..policies.secrets import text_of
from ..vocabulary import ABSENT, Not, OneOf, Present, Rule, Violation, grouped, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

IDENTITY = "AWS::SES::EmailIdentity"
CONFIGURATION_SET = "AWS::SES::ConfigurationSet"
DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
TEMPLATE = "AWS::SES::Template"
RULE = "AWS::SES::ReceiptRule"
RULE_SET = "AWS::SES::ReceiptRuleSet"
FILTER = "AWS::SES::ReceiptFilter"
EMAIL = "awsdeck::SESEmail"

MIB = 1024**2
MESSAGE_MOST = {"v1": 10 * MIB, "v2": 40 * MIB, "smtp": 40 * MIB}
"""Bytes of one message after encoding, by the way it is sent."""
RECIPIENTS_MOST = 50
TEMPLATE_MOST = 500 * 1024
ACTIONS_MOST = 10
RULE_RECIPIENTS_MOST = 500
"""Recipients of a receipt rule; they were 100 until 2023."""
RULES_MOST = 200
HEADER_MOST = 2_048
DIMENSIONS_MOST = 10
SIMULATOR = "simulator.amazonses.com"
"""Where messages may be sent to from the sandbox too."""
EVENTS = (
    "send", "reject", "bounce", "complaint", "delivery", "open", "click", "renderingFailure", "deliveryDelay",
    "subscription",
)  # fmt: skip
ACTIONS = (
    "AddHeaderAction", "BounceAction", "ConnectAction", "LambdaAction", "S3Action", "SNSAction", "StopAction",
    "WorkmailAction",
)  # fmt: skip

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_LOCAL = re.compile(r"[^@\s]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,50}")
_TAG = re.compile(r"\{\{\{?\s*([#/^!&>~]?)\s*~?\s*([^\s{}]*)([^{}]*)\}\}\}?")
_PATH = re.compile(r"(?:this\.|\.\./)*([A-Za-z_][\w-]*)")
_HELPERS = frozenset(("if", "unless", "each", "with", "else", "lookup", "log", "this", "inline"))


def is_domain(text: str) -> bool:
    """Whether a text is a domain with a dot in it."""
    return len(text) <= 253 and DOMAIN.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address."""
    local, at, domain = text.rpartition("@")
    return bool(at) and _LOCAL.fullmatch(local) is not None and is_domain(domain)


# Identities


def _names(view: View) -> Iterator[Violation]:
    yield from _identity(view) if view.type == IDENTITY else _filter(view)


def _identity(view: View) -> Iterator[Violation]:
    value = view.get("EmailIdentity")
    if isinstance(value, str) and not is_unknown(value) and not (is_domain(value) or is_address(value)):
        yield Violation(
            ("EmailIdentity",), value=value, kind="domain or address", allowed="such as example.com or shop@example.com",
            fix="give a domain or an e-mail address",
        )  # fmt: skip


def _filter(view: View) -> Iterator[Violation]:
    value = view.get("Filter/IpFilter/Cidr")
    if isinstance(value, str) and not is_unknown(value) and not _is_ipv4(value):
        yield Violation(
            ("Filter", "IpFilter", "Cidr"), value=value, kind="range of IPv4 addresses", allowed="such as 10.0.0.1 or 10.0.0.0/24",
            fix="give one address, or a range",
        )  # fmt: skip
    policy = view.get("Filter/IpFilter/Policy")
    if isinstance(policy, str) and not is_unknown(policy) and policy not in ("Allow", "Block"):
        yield Violation(("Filter", "IpFilter", "Policy"), value=policy, kind="policy", allowed="Allow, Block",
                        fix="write Allow or Block")  # fmt: skip


def _is_ipv4(value: str) -> bool:
    import ipaddress

    try:
        ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        return False
    return True


def _mail_from(view: View) -> Iterator[Violation]:
    identity, below = view.get("EmailIdentity"), view.get("MailFromAttributes/MailFromDomain")
    if (
        not isinstance(identity, str)
        or not isinstance(below, str)
        or is_unknown(identity)
        or is_unknown(below)
        or not below
    ):
        return
    domain = identity.rpartition("@")[2].lower()
    if not below.lower().endswith(f".{domain}"):
        yield Violation(("MailFromAttributes", "MailFromDomain"), value=below, domain=domain)


def _signing(view: View) -> Iterator[Violation]:
    identity = view.get("EmailIdentity")
    body = view.get("DkimSigningAttributes")
    if not isinstance(body, dict) or is_unknown(body):
        return
    selector = body.get("DomainSigningSelector", ABSENT)
    key = body.get("DomainSigningPrivateKey", ABSENT)
    length = body.get("NextSigningKeyLength", ABSENT)
    path = ("DkimSigningAttributes",)
    if isinstance(identity, str) and not is_unknown(identity) and "@" in identity:
        yield Violation(path, problem="keys for signing belong to domains, and this is an address",
                        fix="leave DkimSigningAttributes out, or verify the domain")  # fmt: skip
        return
    if (selector is ABSENT) != (key is ABSENT):
        lacking = "DomainSigningSelector" if selector is ABSENT else "DomainSigningPrivateKey"
        yield Violation((*path, lacking), problem="a key of your own takes its selector and the key itself",
                        fix=f"give {lacking} too")  # fmt: skip
    elif selector is not ABSENT and length is not ABSENT:
        yield Violation((*path, "NextSigningKeyLength"), problem="NextSigningKeyLength is for the keys that SES makes",
                        fix="leave it out beside a key of your own")  # fmt: skip
    if key is not ABSENT and text_of(key):
        yield Violation((*path, "DomainSigningPrivateKey"), severity="warning",
                        problem="the private key stands in the template, where everybody reads it",
                        fix="keep it in a secret: {{resolve:secretsmanager:…}}, or a parameter with NoEcho")  # fmt: skip


# Where events go


def _destination(view: View) -> Iterator[Violation]:
    body = view.get("EventDestination")
    if not isinstance(body, dict) or is_unknown(body):
        return
    given = [name for name in body if name.endswith("Destination")]
    if len(given) != 1:
        what = " and ".join(sorted(given)) or "none"
        yield Violation(("EventDestination",), problem=f"an event destination has one place to send to, here {what}",
                        fix="make one destination for each")  # fmt: skip
    known = {name.lower() for name in EVENTS}
    for path, event in view.values("EventDestination/MatchingEventTypes/*"):
        if isinstance(event, str) and not is_unknown(event) and event.replace("_", "").lower() not in known:
            yield Violation(path, problem=f"{event!r} is no event of SES", allowed=", ".join(EVENTS),
                            fix="name one of its events")  # fmt: skip
    bus = view.get("EventDestination/EventBridgeDestination/EventBusArn")
    if isinstance(bus, str) and not is_unknown(bus) and not bus.endswith(":event-bus/default"):
        yield Violation(("EventDestination", "EventBridgeDestination", "EventBusArn"),
                        problem="SES sends to the default bus only", allowed="arn:…:event-bus/default",
                        fix="name the default bus, and forward from there")  # fmt: skip
    dimensions = view.get("EventDestination/CloudWatchDestination/DimensionConfigurations")
    if isinstance(dimensions, list) and len(dimensions) > DIMENSIONS_MOST:
        yield Violation(("EventDestination", "CloudWatchDestination", "DimensionConfigurations"),
                        problem=f"{len(dimensions)} dimensions", allowed=f"at most {DIMENSIONS_MOST}",
                        fix="count by fewer")  # fmt: skip


def _asleep(view: View) -> Iterator[Violation]:
    holder = "Rule" if view.type == RULE else "EventDestination"
    body = view.get(holder)
    if isinstance(body, dict) and not is_unknown(body) and view.get(f"{holder}/Enabled") is ABSENT:
        what = "a receipt rule" if holder == "Rule" else "an event destination"
        yield Violation((holder, "Enabled"), what=what)


# Templates


def placeholders(text: str) -> set[str]:
    """The names that a text's `{{…}}` ask for, below whatever block they stand in."""
    found: set[str] = set()
    for mark, name, rest in _tags(text):
        words = rest.split() if name in _HELPERS or mark == "#" else [name, *rest.split()]
        if mark in ("/", "!", ">"):
            continue
        for word in words:
            path = _PATH.fullmatch(word.partition(".")[0] if not word.startswith(("this.", "../")) else word)
            if path is not None and path[1] not in _HELPERS and "=" not in word:
                found.add(path[1])
    return found


def _tags(text: str) -> Iterator[tuple[str, str, str]]:
    for match in _TAG.finditer(re.sub(r"\{\{!--.*?--\}\}", "", text, flags=re.DOTALL)):
        if not match[2].startswith("resolve:"):
            yield match[1], match[2], match[3]


def _unfit(text: str) -> str | None:
    """What is wrong with the braces and blocks of a text."""
    bare = re.sub(r"\{\{!--.*?--\}\}", "", text, flags=re.DOTALL)
    left = _TAG.sub("", bare)
    if "{{" in left:  # closing ones alone are text: they end style sheets too
        return "has two braces that nothing closes"
    blocks: list[str] = []
    for mark, name, _ in _tags(text):
        if mark == "#":
            blocks.append(name)
        elif mark == "/":
            if not blocks or blocks[-1] != name:
                return f"closes /{name} where " + (f"#{blocks[-1]} is open" if blocks else "nothing is open")
            blocks.pop()
    return f"does not close #{blocks[-1]}" if blocks else None


PARTS = ("SubjectPart", "TextPart", "HtmlPart")


def _template(view: View) -> Iterator[Violation]:
    size = 0
    for part in PARTS:
        text = view.get(f"Template/{part}")
        if not isinstance(text, str):
            continue
        size += len(text.encode("utf-8", "surrogatepass"))
        problem = _unfit(text)
        if problem is not None:
            yield Violation(("Template", part), problem=f"{part} {problem}",
                            fix="write placeholders in two braces on each side, and close every block")  # fmt: skip
    if size > TEMPLATE_MOST:
        yield Violation(("Template",), problem=f"the template has {grouped(size)} bytes",
                        allowed=f"at most {grouped(TEMPLATE_MOST)} bytes", fix="keep pictures and files elsewhere, and link them")  # fmt: skip
    body = view.get("Template")
    if isinstance(body, dict) and not is_unknown(body) and "TextPart" not in body and "HtmlPart" not in body:
        yield Violation(("Template",), severity="warning", problem="the template says nothing but its subject",
                        fix="give it a TextPart or an HtmlPart")  # fmt: skip


def _fields(view: View) -> Iterator[Violation]:
    given, parts = view.get("fields"), view.get("parts")
    if not isinstance(given, list) or not isinstance(parts, list) or any(is_unknown(one) for one in [*given, *parts]):
        return
    given = [name for name in given if isinstance(name, str)]
    asked = {name for part in parts for name in placeholders(str(part))}
    for name in sorted(asked - set(given)):
        yield Violation(("fields",), problem=f"the template asks for {name}, which nobody fills in",
                        allowed=", ".join(sorted(given)) or "no field", fix="name it in fields, or correct the placeholder")  # fmt: skip
    for name in sorted(set(given) - asked):
        yield Violation(("fields",), problem=f"the field {name} stands nowhere in the template",
                        fix=f"write {name} in two braces on each side where it belongs, or leave it out of fields")  # fmt: skip


# Receipt rules


def _rule(view: View) -> Iterator[Violation]:
    yield from _rule_itself(view)
    actions = view.get("Rule/Actions")
    for path, action in view.values("Rule/Actions/*"):
        if isinstance(action, dict) and not is_unknown(action):
            yield from _action(view, path, action)
    if isinstance(actions, list):
        kinds = [next(iter(action), None) if isinstance(action, dict) else None for action in actions]
        if "StopAction" in kinds[:-1] and _counted(actions):
            yield Violation(("Rule", "Actions", kinds.index("StopAction")), severity="warning",
                            problem="actions behind a StopAction: SES wants it to be the last",
                            fix="put the StopAction at the end")  # fmt: skip


def _counted(several: list[Any]) -> bool:
    """Whether every entry of a list is one entry, whatever is decided later."""
    return not any(isinstance(one, dict) and ("Fn::If" in one or "Fn::Transform" in one) for one in several)


def _rule_itself(view: View) -> Iterator[Violation]:
    name, tls = view.get("Rule/Name"), view.get("Rule/TlsPolicy")
    if isinstance(name, str) and not is_unknown(name) and not _NAME.fullmatch(name):
        yield Violation(("Rule", "Name"), problem=f"{name!r} is no name of a rule",
                        allowed="1 to 64 letters, digits, _, - and ., a letter or digit at both ends",
                        fix="choose such a name")  # fmt: skip
    if isinstance(tls, str) and not is_unknown(tls) and tls not in ("Optional", "Require"):
        yield Violation(("Rule", "TlsPolicy"), problem=f"TlsPolicy is {tls!r}", allowed="Optional, Require",
                        fix="write Optional or Require")  # fmt: skip
    for prop, most in (("Actions", ACTIONS_MOST), ("Recipients", RULE_RECIPIENTS_MOST)):
        several = view.get(f"Rule/{prop}")
        if isinstance(several, list) and _counted(several) and len(several) > most:
            yield Violation(("Rule", prop), problem=f"{len(several)} {prop.lower()}", allowed=f"at most {most}",
                            fix="make several rules of it")  # fmt: skip
    for path, recipient in view.values("Rule/Recipients/*"):
        if not isinstance(recipient, str) or is_unknown(recipient):
            continue
        if not (is_domain(recipient.removeprefix(".")) or is_address(recipient)):
            yield Violation(path, problem=f"{recipient!r} is no recipient",
                            allowed="an address, example.com, or .example.com for all below it",
                            fix="give an address or a domain")  # fmt: skip
        elif "*" in recipient:
            yield Violation(path, severity="warning", problem=f"recipients are no patterns, and nobody is called {recipient}",
                            allowed="an address, example.com, or .example.com for all below it",
                            fix="give the domain alone for all its addresses")  # fmt: skip


def _action(view: View, path: tuple[str | int, ...], action: dict[str, Any]) -> Iterator[Violation]:
    kinds = [name for name in action if name in ACTIONS]
    if len(kinds) != 1:
        what = " and ".join(sorted(kinds)) or "nothing"
        yield Violation(path, problem=f"one action does one thing, this one {what}", allowed=", ".join(ACTIONS),
                        fix="make one action for each")  # fmt: skip
        return
    body = action[kinds[0]]
    if not isinstance(body, dict) or is_unknown(body):
        return
    for kind, prop, values in (
        ("LambdaAction", "InvocationType", ("Event", "RequestResponse")),
        ("StopAction", "Scope", ("RuleSet",)),
        ("SNSAction", "Encoding", ("UTF-8", "Base64")),
    ):
        value = body.get(prop)
        if kind == kinds[0] and isinstance(value, str) and not is_unknown(value) and value not in values:
            yield Violation((*path, kind, prop), problem=f"{prop} is {value!r}", allowed=", ".join(values),
                            fix=f"write {' or '.join(values)}")  # fmt: skip
    if kinds[0] == "AddHeaderAction":
        name, value = body.get("HeaderName"), body.get("HeaderValue")
        if isinstance(name, str) and not is_unknown(name) and not _HEADER.fullmatch(name):
            yield Violation((*path, kinds[0], "HeaderName"), problem=f"{name!r} is no name of a header",
                            allowed="1 to 50 letters, digits and hyphens", fix="choose such a name")  # fmt: skip
        if (
            isinstance(value, str)
            and not is_unknown(value)
            and (len(value) > HEADER_MOST or "\n" in value or "\r" in value)
        ):
            yield Violation((*path, kinds[0], "HeaderValue"), problem="a header's value is one line",
                            allowed=f"at most {grouped(HEADER_MOST)} characters, no new lines", fix="shorten it")  # fmt: skip


# Messages that a program means to send


def _message(view: View) -> Iterator[Violation]:
    sender, identities = view.get("sender"), view.get("identities")
    known = [one for one in identities if isinstance(one, str)] if isinstance(identities, list) else []
    open_ended = not isinstance(identities, list) or any(is_unknown(one) for one in identities)
    if isinstance(sender, str) and not is_unknown(sender):
        address = _bare(sender)
        if not is_address(address):
            yield Violation(("sender",), problem=f"{sender!r} is no address", fix="such as orders@example.com")
        elif not open_ended and not _covered(address, known):
            yield Violation(("sender",), problem=f"nothing that SES has verified covers the sender {address}",
                            fix="make an SESIdentity for the address or its domain")  # fmt: skip
    recipients = view.get("recipients")
    several = [one for one in recipients if isinstance(one, str)] if isinstance(recipients, list) else []
    amount = len(recipients) if isinstance(recipients, list) else number(recipients)
    if amount is not None and amount > RECIPIENTS_MOST:
        yield Violation(("recipients",), problem=f"{grouped(int(amount))} recipients of one message",
                        allowed=f"at most {RECIPIENTS_MOST}", fix="send several messages, or in bulk with a template")  # fmt: skip
    if truth(view.get("sandbox")) is True and not open_ended:
        for one in several:
            address = _bare(one)
            if not is_unknown(one) and not address.lower().endswith(f"@{SIMULATOR}") and not _covered(address, known):
                yield Violation(("recipients",), problem=f"in the sandbox nothing is sent to {address}, which is not verified",
                                fix="verify it too, use the mailbox simulator, or ask for the account to leave the sandbox")  # fmt: skip
    size, way = number(view.get("size_bytes")), view.get("api", "v2")
    most = MESSAGE_MOST.get(way) if isinstance(way, str) else None
    if size is not None and most is not None and size > most:
        yield Violation(("size_bytes",), problem=f"a message of {grouped(int(size))} bytes through {way}",
                        allowed=f"at most {grouped(most)} bytes", fix=_smaller(size))  # fmt: skip


def _smaller(size: float) -> str:
    if size <= MESSAGE_MOST["v2"]:
        return "use the second version of the API, or put the attachment into S3 and send a link"
    return "put the attachment into S3 and send a link"


def _bare(address: str) -> str:
    """The address itself, without the name before it."""
    match = re.fullmatch(r".*<([^<>]*)>\s*", address, re.DOTALL)
    return (match[1] if match else address).strip()


def _covered(address: str, identities: list[str]) -> bool:
    """Whether an address, or it without its label, is verified, or its domain is, or one above that."""
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    for identity in identities:
        known, at, above = identity.rpartition("@")
        above = above.lower().removesuffix(".")
        if at and domain == above and known in (local, local.partition("+")[0]):
            return True
        if not at and (domain == above or domain.endswith(f".{above}")):
            return True
    return False


# The rules


def _example(**rule: Any) -> dict[str, Any]:
    return {"RuleSetName": {"Ref": "Inbox"}, "Rule": {"Enabled": True, **rule}}


def _event(*types: str, **target: Any) -> dict[str, Any]:
    given = target or {"SnsDestination": {"TopicARN": {"Ref": "Told"}}}
    body = {"Enabled": True, "MatchingEventTypes": list(types or ("bounce",)), **given}
    return {"ConfigurationSetName": {"Ref": "Shop"}, "EventDestination": body}


def _text(text: str) -> dict[str, Any]:
    return {"Template": {"SubjectPart": "Your order", "TextPart": text}}


_TELL = {"SNSAction": {"TopicArn": {"Ref": "T"}}}
_QUOTAS = "SES Developer Guide, Service quotas in Amazon SES"

RULES: tuple[Rule, ...] = (
    # An older copy of the quota page has 100 recipients; it says 500 today.
    Rule(
        "SES001", RULE, "error",
        "{problem}",
        check=_rule,
        source=f"SES API Reference, ReceiptRule; ReceiptAction; {_QUOTAS}; course notes, SES",
        verified="docs",
        good=(
            _example(TlsPolicy="Require", Actions=[_TELL]),
            _example(Name="orders.2026", Recipients=["shop@example.com", "example.com", ".example.com"]),
            _example(Actions=[_TELL] * ACTIONS_MOST, Recipients=["example.com"] * RULE_RECIPIENTS_MOST),
        ),
        bad=(
            {"RuleSetName": {"Ref": "RS"}, "Rule": {"TlsPolicy": "Always"}}, _example(Name="-orders"),
            _example(Actions=[{**_TELL, "StopAction": {"Scope": "RuleSet"}}]), _example(Actions=[{}]),
            _example(Actions=[{"LambdaAction": {"FunctionArn": "a", "InvocationType": "Async"}}]),
            _example(Actions=[{"StopAction": {"Scope": "Rule"}}]), _example(Actions=[_TELL] * 11),
            _example(Recipients=["example.com"] * 501), _example(Recipients=["*@example.com"]),
            _example(Actions=[{"AddHeaderAction": {"HeaderName": "X Order", "HeaderValue": "1"}}]),
            _example(Actions=[{"AddHeaderAction": {"HeaderName": "X-Order", "HeaderValue": "1\n2"}}]),
            _example(Actions=[{"StopAction": {"Scope": "RuleSet"}}, _TELL]),
        ),
    ),
    Rule(
        "SES003", EMAIL, "error",
        "{problem}",
        scope="construct",
        check=_message,
        source=f"SES API Reference, SendEmail; {_QUOTAS}; SES Developer Guide, Verified identities; course notes, SES",
        verified="docs",
        good=(
            {"sender": "orders@shop.example.com", "identities": ["example.com"], "recipients": 50},
            {"sender": "Shop <shop+news@example.com>", "identities": ["shop@example.com"], "size_bytes": 40 * MIB},
            {"sender": "a@example.com", "identities": ["example.com"], "sandbox": True,
             "recipients": ["success@simulator.amazonses.com", "b@example.com"]},
        ),
        bad=(
            {"sender": "unverified@example.com", "identities": []}, {"sender": "example.com", "identities": ["example.com"]},
            {"sender": "a@example.com", "identities": ["example.com"], "recipients": 51},
            {"sender": "a@example.com", "identities": ["example.com"], "recipients": ["b@example.net"], "sandbox": True},
            {"sender": "a@example.com", "identities": ["example.com"], "size_bytes": 11 * MIB, "api": "v1"},
            {"sender": "a@example.com", "identities": ["example.com"], "size_bytes": 41 * MIB, "api": "smtp"},
        ),
    ),
    Rule(
        "SES004", (IDENTITY, FILTER), "error",
        "{value} is no {kind}",
        check=_names,
        source="SES API Reference v2, CreateEmailIdentity, EmailIdentity; SES API Reference, ReceiptIpFilter",
        verified="docs",
        good=(
            {"EmailIdentity": "example.com"},
            {"EmailIdentity": "shop@mail.example.com"},
            {"Type": FILTER, "Properties": {"Filter": {"IpFilter": {"Cidr": "10.0.0.1", "Policy": "Allow"}}}},
            {"Type": FILTER, "Properties": {"Filter": {"IpFilter": {"Cidr": "10.0.0.1/24", "Policy": "Block"}}}},
        ),
        bad=(
            {"EmailIdentity": "example"},
            {"EmailIdentity": "shop@example"},
            {"EmailIdentity": "https://example.com"},
            {"Type": FILTER, "Properties": {"Filter": {"IpFilter": {"Cidr": "2001:db8::/32", "Policy": "Block"}}}},
            {"Type": FILTER, "Properties": {"Filter": {"IpFilter": {"Cidr": "10.0.0.0/33", "Policy": "Block"}}}},
            {"Type": FILTER, "Properties": {"Filter": {"IpFilter": {"Cidr": "10.0.0.0/8", "Policy": "Deny"}}}},
        ),
    ),
    Rule(
        "SES005", EMAIL, "warning",
        "messages to many subscribers of several kinds ({value}) are what SNS is for",
        scope="construct",
        when={"purpose": Present()},
        then={"purpose": Not(OneOf("alert", "fan-out"))},
        fix="publish to an SNSTopic",
        source="course notes, SES versus SNS; SNS Developer Guide, Email notifications",
        verified="notes",
        good={"sender": "a@example.com", "identities": ["example.com"], "purpose": "newsletter"},
        bad={"sender": "a@example.com", "identities": ["example.com"], "purpose": "fan-out"},
    ),
    Rule(
        "SES006", (RULE, DESTINATION), "warning",
        "{what} does nothing until it is enabled, and left out that means it is not",
        check=_asleep,
        fix="set Enabled to true, or say false when that is meant",
        source="SES API Reference, ReceiptRule, Enabled; SES API Reference v2, EventDestinationDefinition, Enabled",
        verified="docs",
        good={"RuleSetName": "inbox", "Rule": {"Enabled": False}},
        bad={"RuleSetName": "inbox", "Rule": {"Actions": [_TELL]}},
    ),
    Rule(
        "SES007", IDENTITY, "error",
        "{value} is no domain below {domain}, where bounces of its mail must go to",
        check=_mail_from,
        fix="choose a name such as bounce.{domain}",
        source="SES Developer Guide, Using a custom MAIL FROM domain",
        verified="docs",
        good={"EmailIdentity": "shop@example.com", "MailFromAttributes": {"MailFromDomain": "bounce.example.com"}},
        bad=(
            {"EmailIdentity": "example.com", "MailFromAttributes": {"MailFromDomain": "example.com"}},
            {"EmailIdentity": "example.com", "MailFromAttributes": {"MailFromDomain": "bounce.example.net"}},
        ),
    ),
    Rule(
        "SES008", IDENTITY, "error",
        "{problem}",
        check=_signing,
        source="SES API Reference v2, CreateEmailIdentity, DkimSigningAttributes",
        verified="docs",
        good=(
            {"EmailIdentity": "example.com", "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"}},
            {"EmailIdentity": "example.com", "DkimSigningAttributes": {
                "DomainSigningSelector": "m", "DomainSigningPrivateKey": "{{resolve:secretsmanager:dkim}}"}},
        ),
        bad=(
            {"EmailIdentity": "example.com", "DkimSigningAttributes": {"DomainSigningSelector": "m"}},
            {"EmailIdentity": "a@example.com", "DkimSigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"}},
            {"EmailIdentity": "example.com", "DkimSigningAttributes": {
                "DomainSigningSelector": "m", "DomainSigningPrivateKey": {"Ref": "Key"}, "NextSigningKeyLength": "RSA_2048_BIT"}},
            {"EmailIdentity": "example.com", "DkimSigningAttributes": {
                "DomainSigningSelector": "m", "DomainSigningPrivateKey": "MIIEowIBAAKCAQEA"}},
        ),
    ),
    Rule(
        "SES009", DESTINATION, "error",
        "{problem}",
        check=_destination,
        source="SES API Reference, EventDestination; SES API Reference v2, EventDestinationDefinition; EventBridgeDestination; "
        f"{_QUOTAS}",
        verified="docs",
        good=(
            _event("bounce", "RENDERING_FAILURE", "deliveryDelay"),
            _event(EventBridgeDestination={"EventBusArn": "arn:aws:events:eu-west-1:123456789012:event-bus/default"}),
        ),
        bad=(
            _event("bounced"),
            _event(SnsDestination={"TopicARN": {"Ref": "Told"}}, CloudWatchDestination={"DimensionConfigurations": []}),
            _event(EventBridgeDestination={"EventBusArn": "arn:aws:events:eu-west-1:123456789012:event-bus/shop"}),
            _event(CloudWatchDestination={"DimensionConfigurations": [
                {"DimensionName": f"d{n}", "DimensionValueSource": "messageTag", "DefaultDimensionValue": "x"}
                for n in range(11)
            ]}),
        ),
    ),
    Rule(
        "SES012", TEMPLATE, "error",
        "{problem}",
        check=_template,
        source=f"SES Developer Guide, Advanced email personalization; {_QUOTAS}",
        verified="docs",
        good=(_text("Hello {{name}}: {{#each items}}{{this.title}} {{/each}}{{#if gift}}!{{else}}.{{/if}}"), _text("Hello"),
              _text("{{{html}}} {{!-- {{ --}}")),
        bad=(_text("Hello {{name}"), _text("{{#if gift}}!"), _text("{{#if gift}}{{/each}}"), _text("{{/if}}"),
             _text("x" * (TEMPLATE_MOST + 1)), {"Template": {"SubjectPart": "Your order"}}),
    ),
    Rule(
        "SES012", "awsdeck::SESTemplate", "error",
        "{problem}",
        scope="construct",
        check=_fields,
        source="SES Developer Guide, Using templates to send personalized email",
        verified="docs",
        good={"parts": ["Order {{number}}", "{{#each items}}{{this.title}}{{/each}}"], "fields": ["number", "items", "title"]},
        bad=({"parts": ["Order {{nummer}}"], "fields": ["number"]}, {"parts": ["Order"], "fields": ["number"]}),
    ),
)  # fmt: skip
