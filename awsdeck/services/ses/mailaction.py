"""What Amazon SES does with a message that it received: the actions of a receipt rule.

Source: SES Developer Guide, action options; giving permissions to Amazon SES for email receiving.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...keywords import checked
from ...source import caller
from ...tokens import AWS, has_marker
from ..existing import Existing, arn_here
from ..messaging.sns import TopicAccess
from ..s3.s3 import BucketAccess
from ..security.iam import IAMRole
from ..security.keys import KeyAccess, grant_key, is_managed, key_arn
from ..security.policy import Principal
from .mailconfiguration import SERVICE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ..functions.invocable import Invocable
    from .receipt import SESReceiptRule

REASONS = {
    "mailbox-does-not-exist": ("550", "5.1.1", "Mailbox does not exist"),
    "mailbox-full": ("552", "5.2.2", "Mailbox full"),
    "message-too-large": ("552", "5.3.4", "Message too large"),
    "message-content-rejected": ("500", "5.6.1", "Message content rejected"),
    "temporary-failure": ("450", "4.0.0", "Temporary failure"),
}
"""What the sender is told: the reply code, the enhanced status code, and the text.

Source: SES Developer Guide, return bounce response action; RFC 5321; RFC 3463.
"""


class MailAction:
    """One action of a receipt rule: `MailAction.to_s3(bucket, "orders/")`, `.to_sns(topic)`, `.to_lambda(function)`, …

    What SES needs to be allowed comes with it, for this rule and no other. Buckets and topics that exist already must
    let SES themselves. Every action but `add_header` can tell a `topic` that it was done.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def into(self, rule: SESReceiptRule) -> dict[str, Any]:
            """The action as CloudFormation writes it; gives SES the permissions that the rule then waits for."""
            ...

    @staticmethod
    @checked
    def to_s3(
        bucket: BucketAccess,
        prefix: str = "",
        *,
        key: KeyAccess | str | None = None,
        role: IAMRole | str | None = None,
        topic: TopicAccess | None = None,
    ) -> MailAction:
        """Put the whole message into a bucket, below `prefix`: up to 40 MB.

        - `key`: SES encrypts the message itself with this key before it hands it over, so that only the S3 encryption
          client reads it; `alias/aws/ses` is AWS's own. A bucket with a customer key needs nothing here: SES is let use
          that key.
        - `role`: SES writes with this role, which it must be let take on, in place of the bucket's own policy: for
          buckets in regions where SES receives nothing.
        """
        return _ToS3(bucket, prefix, key, role, topic)

    @staticmethod
    @checked
    def to_sns(topic: TopicAccess, *, encoding: Literal["utf-8", "base64"] = "utf-8") -> MailAction:
        """Publish the whole message to a standard topic: up to 150 KB, larger ones bounce.

        `encoding`: "base64" keeps characters that "utf-8" might not.
        """
        return _ToSNS(topic, encoding)

    @staticmethod
    @checked
    def to_lambda(function: Invocable, *, wait: bool = False, topic: TopicAccess | None = None) -> MailAction:
        """Invoke a function or alias with what the message's headers say; its body is not among it.

        `wait`: for up to 30 seconds, for an answer that decides what happens next: "STOP_RULE", "STOP_RULE_SET" or
        "CONTINUE".
        """
        return _ToLambda(function, wait, topic)

    @staticmethod
    @checked
    def bounce(
        sender: str,
        reason: Literal[
            "mailbox-does-not-exist",
            "mailbox-full",
            "message-too-large",
            "message-content-rejected",
            "temporary-failure",
        ] = "mailbox-does-not-exist",
        *,
        message: str | None = None,
        topic: TopicAccess | None = None,
    ) -> MailAction:
        """Send the message back to where it came from, from the verified address `sender`.

        `reason` gives the codes; `message` takes the place of its words.
        """
        code, status, words = REASONS[reason]
        body = {"Sender": sender, "SmtpReplyCode": code, "StatusCode": status, "Message": message or words}
        return _Plain("BounceAction", body, topic)

    @staticmethod
    @checked
    def add_header(name: str, value: str) -> MailAction:
        """Add a header to the message for the actions that follow.

        `name` has 1 to 50 letters, digits and hyphens; `value` at most 2,048 characters, no new lines.
        """
        return _Plain("AddHeaderAction", {"HeaderName": name, "HeaderValue": value}, None)

    @staticmethod
    @checked
    def stop(*, topic: TopicAccess | None = None) -> MailAction:
        """Let no rule that follows look at the message."""
        return _Plain("StopAction", {"Scope": "RuleSet"}, topic)

    @staticmethod
    @checked
    def to_workmail(organization_arn: str, *, topic: TopicAccess | None = None) -> MailAction:
        """Hand the message to an organization of Amazon WorkMail."""
        return _Plain("WorkmailAction", {"OrganizationArn": organization_arn}, topic)


class _Plain(MailAction):
    """An action that needs nothing but its own values."""

    __slots__ = ("kind", "body", "topic")

    def __init__(self, kind: str, body: dict[str, Any], topic: TopicAccess | None) -> None:
        self.kind = kind
        self.body = body
        self.topic = topic

    def into(self, rule: SESReceiptRule) -> dict[str, Any]:
        return {self.kind: {**self.body, **_told(rule, self.topic)}}


class _ToS3(MailAction):
    __slots__ = ("bucket", "prefix", "key", "role", "topic")

    def __init__(
        self,
        bucket: BucketAccess,
        prefix: str,
        key: KeyAccess | str | None,
        role: IAMRole | str | None,
        topic: TopicAccess | None,
    ) -> None:
        if not isinstance(bucket, BucketAccess):
            raise ConstructError(f"a {type(bucket).__name__} is no bucket", place=caller(), fix="give an S3Bucket")
        self.bucket = bucket
        self.prefix = prefix
        self.key = key
        self.role = role
        self.topic = topic

    def into(self, rule: SESReceiptRule) -> dict[str, Any]:
        if self.role is None:
            self._let_service(rule)
        elif not isinstance(self.role, str):
            granted = self.bucket.grant_put(self.role, prefix=self.prefix)
            if granted.policy is not None:
                rule.node.depends_on(granted.policy)
            grant_key(self.bucket, self.key, self.role, ("kms:GenerateDataKey*",))
        body = {
            "BucketName": self.bucket.bucket_name,
            "ObjectKeyPrefix": self.prefix or None,
            "KmsKeyArn": self._key(),
            "IamRoleArn": self.role if self.role is None or isinstance(self.role, str) else self.role.arn,
        }
        return {"S3Action": {**_given(body), **_told(rule, self.topic)}}

    def _let_service(self, rule: SESReceiptRule) -> None:
        service = Principal.service(SERVICE)
        if not isinstance(self.bucket, Existing):
            when = rule.on_behalf(self.bucket)
            granted = self.bucket.grant_put(service, prefix=self.prefix, when=when)
            grant_key(self.bucket, self.bucket.key, service, ("kms:GenerateDataKey", "kms:Decrypt"), via="s3")
            if granted.policy is not None:
                rule.node.depends_on(granted.policy)
        if self.key is not None and not is_managed(self.key):
            when = rule.on_behalf(self.key if isinstance(self.key, KeyAccess) else rule)
            grant_key(rule, self.key, service, ("kms:GenerateDataKey*",), when=when)

    def _key(self) -> str | None:
        if isinstance(self.key, str) and not has_marker(self.key) and self.key.startswith("alias/"):
            return arn_here("kms", self.key)
        return key_arn(self.key)


class _ToSNS(MailAction):
    __slots__ = ("topic", "encoding")

    def __init__(self, topic: TopicAccess, encoding: str) -> None:
        if encoding not in ("utf-8", "base64"):
            raise ConstructError(f"encoding={encoding!r}", place=caller(), fix='"utf-8" or "base64"')
        self.topic = topic
        self.encoding = encoding

    def into(self, rule: SESReceiptRule) -> dict[str, Any]:
        encoding = "UTF-8" if self.encoding == "utf-8" else "Base64"
        return {"SNSAction": {**_told(rule, self.topic), "Encoding": encoding}}


class _ToLambda(MailAction):
    __slots__ = ("function", "wait", "topic")

    def __init__(self, function: Invocable, wait: bool, topic: TopicAccess | None) -> None:
        if not hasattr(function, "invoke_arn"):
            raise ConstructError(
                f"a {type(function).__name__} cannot be invoked", place=caller(), fix="give a function or an alias"
            )
        self.function = function
        self.wait = wait
        self.topic = topic

    def into(self, rule: SESReceiptRule) -> dict[str, Any]:
        rule.node.depends_on(self.function.accept_from_account(SERVICE, rule.source_arn(self.function)))
        kind = "RequestResponse" if self.wait else "Event"
        body = {"FunctionArn": self.function.invoke_arn, "InvocationType": kind}
        return {"LambdaAction": {**body, **_told(rule, self.topic)}}


def _told(rule: SESReceiptRule, topic: TopicAccess | None) -> dict[str, str]:
    """The topic that an action names, which lets SES publish for this rule."""
    if topic is None:
        return {}
    if not isinstance(topic, TopicAccess):
        raise ConstructError(f"a {type(topic).__name__} is no topic", place=caller(), fix="give a standard SNSTopic")
    if not isinstance(topic, Existing):
        rule.node.depends_on(topic.accept_from_account(SERVICE, rule.source_arn(topic)))
    return {"TopicArn": topic.arn}


def _given(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def conditions_of(arn: str) -> dict[str, dict[str, Any]]:
    """On behalf of one rule of this account."""
    return {"StringEquals": {"aws:SourceAccount": AWS.AccountId}, "ArnLike": {"aws:SourceArn": arn}}
