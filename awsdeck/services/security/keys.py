"""Customer keys: what a key is known by, and what lets somebody use the one that a queue or a bucket is encrypted with."""

from __future__ import annotations

from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...source import caller
from ...tokens import AWS, describe, express, referent_of
from ..existing import Existing, arn_here
from ..hints import check
from .policy import Grant, Principal, Statement, both, principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .policy import Conditions, Grantee

KEY = "AWS::KMS::Key"
REPLICA = "AWS::KMS::ReplicaKey"
ALIAS = "AWS::KMS::Alias"

ENCRYPT = ("kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
DECRYPT = ("kms:Decrypt",)
MAC = ("kms:GenerateMac", "kms:VerifyMac")
SIGN = ("kms:Sign",)
VERIFY = ("kms:GetPublicKey", "kms:Verify")
ADMIN = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
)
"""What an administrator of a key does; using it for data is not among it.

Source: KMS Developer Guide, default key policy, allows key administrators to administer the KMS key.
"""
SOURCELESS = frozenset(("events.amazonaws.com", "s3.amazonaws.com"))
"""Services whose requests to KMS do not say, or are not documented to say, on whose behalf they come.

A condition on `aws:SourceAccount` would keep them out; they are let use the key for queues or topics of this account.
Source: SNS Developer Guide, managing encryption keys, compatibility between event sources and encrypted topics; S3 User
Guide, AWS KMS key policy for event notifications.
"""
CLOUDFRONT = "cloudfront.amazonaws.com"
"""The service that names its distribution alone: any of this account, as a single one's ARN closes a circle.

Source: CloudFront Developer Guide, restrict access to an Amazon S3 origin, SSE-KMS.
"""
SILENT = frozenset((("ses.amazonaws.com", "sns"),))
"""Services that do not say it, or are not documented to, when they use the key through another one.

Source: SES Developer Guide, giving permissions to Amazon SES for email receiving, encrypted topics.
"""
_CONTEXTS = {"sns": "aws:sns:topicArn", "sqs": "aws:sqs:arn"}
"""What a service names in the encryption context of what it encrypts."""
_NARROW = ("aws:source", "kms:viaservice", "kms:calleraccount", "kms:encryptioncontext")


class KeyAccess(Construct):
    """Who may use a key and who may change it, whether it is made here or exists already.

    A role, user, group or function gets the permission itself. Others (services, accounts, ARNs) get it in the key's
    policy; services only on behalf of this account, so that nobody else's resources make them use the key.
    """

    arn = attribute("Arn")
    key_id = ref()

    if TYPE_CHECKING:

        def let(
            self,
            who: str | Principal | Grantee,
            actions: Sequence[str],
            *,
            when: Conditions | None = None,
            owner: Construct | None = None,
            via: str | None = None,
        ) -> Grant | None:
            """Let somebody do something with the key.

            `owner` is what is encrypted with it, for warnings; `via` the service through which alone it is used (`"sqs"`).
            None is returned when the account's own policies decide already.
            """
            ...

    def grant_encrypt(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody encrypt, with data keys too."""
        return self.let(who, ENCRYPT, when=when)

    def grant_decrypt(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody decrypt."""
        return self.let(who, DECRYPT, when=when)

    def grant_encrypt_decrypt(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody encrypt and decrypt."""
        return self.let(who, (*ENCRYPT, *DECRYPT), when=when)

    def grant_generate_mac(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody make and check message authentication codes; the key must be an HMAC key."""
        return self.let(who, MAC, when=when)

    def grant_sign(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody sign; the key must be an asymmetric one for signatures."""
        return self.let(who, SIGN, when=when)

    def grant_verify(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody check signatures, in KMS or with the public key outside."""
        return self.let(who, VERIFY, when=when)

    def grant_admin(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant | None:
        """Let somebody administer the key: its policy, rotation, aliases, deletion; not use it for data."""
        return self.let(who, ADMIN, when=when)

    def spelled(self) -> tuple[str, Conditions | None]:
        """How a policy names the key: its ARN, or, when only an alias is known, every key with that alias."""
        return self.arn, None

    def delegates(self) -> bool:
        """Whether the account's own policies may let identities use the key, as far as is known."""
        return True

    def _let_identity(self, who: Grantee, actions: Sequence[str], when: Conditions | None) -> Grant:
        arn, by_alias = self.spelled()
        granted: Grant = who.allow(*actions, on=arn, when=both(by_alias or {}, when or {}) or None)
        return granted


@construct
class ExistingKey(Existing, KeyAccess):
    """A key made elsewhere; see `KMSKey.from_arn`. Its policy is not ours to change."""

    WHAT = "key"
    alias: str | None = None

    def let(
        self,
        who: str | Principal | Grantee,
        actions: Sequence[str],
        *,
        when: Conditions | None = None,
        owner: Construct | None = None,
        via: str | None = None,
    ) -> Grant | None:
        """Let an identity do something with the key; others must be let by whoever owns it, which is warned of."""
        if holds_permissions(who):
            return self._let_identity(who, actions, when)  # type: ignore[arg-type]
        if owner is None:
            self._state(Statement(actions, ["*"], principal=principal(who)))
        else:
            _warn(owner, self.arn, principal(who), actions)
        return None

    def spelled(self) -> tuple[str, Conditions | None]:
        """The key's ARN, or every key with the alias it is known by."""
        return (self.arn, None) if self.alias is None else named(self.alias)


def key_arn(key: KeyAccess | str | None) -> str | None:
    """What stands in a property that names an encryption key: a key's ARN, an alias's key, or text as it was given."""
    if key is None or isinstance(key, str):
        return key
    checked_key(key, "key=")
    return key.arn


def grant_key(
    owner: Construct,
    key: KeyAccess | str | None,
    who: str | Principal | Grantee,
    actions: Sequence[str],
    *,
    via: str | None = None,
    when: Conditions | None = None,
) -> None:
    """Let somebody use the key that `owner` is encrypted with.

    A role, user, group or function gets the permission itself. Others need it from the key's own policy: a `KMSKey` of
    this app gets the statement, and of any other key they are warned about (XSV023). Keys of AWS's own (`alias/aws/…`)
    ask for no permission. `via` is the service that uses the key for them (`"sqs"`).
    """
    key = known_key(key)
    if key is None:
        return
    if isinstance(key, KeyAccess):
        key.let(who, actions, when=when, owner=owner, via=via)
        return
    if is_managed(key):
        return
    if not holds_permissions(who):
        _warn(owner, key, principal(who), actions)
        return
    arn, alias = named(key)
    who.allow(*actions, on=arn, when=both(alias or {}, when or {}) or None)  # type: ignore[union-attr]


def own_statement(
    who: Grantee, key: KeyAccess | str | None, actions: Sequence[str], *, via: str | None = None
) -> Statement | None:
    """The same for what stands in an identity's first policy: the statement it takes there, None when it takes none.

    A key that does not leave it to the account's policies gets the statement itself.
    """
    key = known_key(key)
    if key is None or is_managed(key):
        return None
    if isinstance(key, str):
        arn, by_alias = named(key)
    elif key.delegates():
        arn, by_alias = key.spelled()
    else:
        key.let(who, actions, via=via)
        return None
    return Statement(actions, [arn], conditions=by_alias)


def known_key(key: KeyAccess | str | None) -> KeyAccess | str | None:
    """The construct of a key when only a reference to it was given; else what was given."""
    made = referent_of(key) if isinstance(key, str) and type(key) is not str else None
    if made is None or getattr(made[0], "TYPE", None) not in (KEY, REPLICA, ALIAS):
        return key
    above = made[0].node.scope
    return above if isinstance(above, KeyAccess) else key


def holds_permissions(who: object) -> bool:
    """Whether somebody has permissions of their own, so that no resource's policy need speak of them."""
    return not isinstance(who, str | Principal) and hasattr(who, "allow")


def on_behalf(who: Principal, when: Conditions | None, via: str | None = None) -> dict[str, dict[str, Any]]:
    """The conditions under which a key's policy lets somebody: services for this account only, others through `via`."""
    given = both(when or {}, {})
    told = {**given, **both(who.conditions, {})}
    if any(key.lower().startswith(_NARROW) for keys in told.values() for key in keys):
        return given
    if who.kind == "Service":
        if all(str.__str__(name) in SOURCELESS or (str.__str__(name), via) in SILENT for name in who.names):
            if via not in _CONTEXTS:
                return given
            return both(given, {"ArnLike": {f"kms:EncryptionContext:{_CONTEXTS[via]}": arn_here(via, "*")}})
        if all(str.__str__(name) == CLOUDFRONT for name in who.names):
            ours = f"arn:{AWS.Partition}:cloudfront::{AWS.AccountId}:distribution/*"
            return both(given, {"ArnLike": {"aws:SourceArn": ours}})
        return both(given, {"StringEquals": {"aws:SourceAccount": AWS.AccountId}})
    if via is not None:
        return both(given, {"StringEquals": {"kms:ViaService": f"{via}.{AWS.Region}.amazonaws.com"}})
    return given


def is_own_account(who: Principal) -> bool:
    """Whether this is the account that the stack stands in, as a whole."""
    own = express(Principal.this_account().names[0])
    return who.kind == "AWS" and all(express(name) == own for name in who.names)


def named(key: str) -> tuple[str, Conditions | None]:
    """How a policy names a key: by its ARN, or, when an alias is all that is known, by that alias as a condition.

    Source: KMS Developer Guide, specifying KMS keys in IAM policy statements; using aliases to control access.
    """
    name = referent_of(key) if type(key) is not str else None
    ref = None if name is None or name[1] is not None else getattr(name[0], "TYPE", None)
    if not is_alias(key) and ref != ALIAS:
        bare = ref in (KEY, REPLICA) or not is_arn(key)
        return (arn_here("kms", f"key/{key}") if bare else key), None
    alias = key.rpartition(":")[2] if type(key) is str else key
    literal = type(key) is str and key.startswith("arn:")
    region, account = key.split(":")[3:5] if literal else (AWS.Region, AWS.AccountId)
    keys = f"arn:{AWS.Partition}:kms:{region}:{account}:key/*"
    return keys, {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}


def is_managed(key: KeyAccess | str | None) -> bool:
    """Whether this is a key of AWS's own, by its alias."""
    return type(key) is str and key.startswith("alias/aws/")


def is_arn(key: str) -> bool:
    """Whether this is an ARN; what only the deploy knows counts as one."""
    return type(key) is not str or key.startswith("arn:") or not key.isascii()


def is_alias(key: str) -> bool:
    """Whether this is the name or the ARN of an alias, as far as it is known now."""
    return type(key) is str and key.isascii() and key.rpartition(":")[2].startswith("alias/")


def checked_key(key: object, where: str) -> None:
    """Raise `ConstructError` for something that is no key."""
    if key is not None and not isinstance(key, str | KeyAccess):
        raise ConstructError(
            f"{where}: a {type(key).__name__} is not a key", place=caller(), fix="give a KMSKey, or a key's ARN"
        )


def _warn(owner: Construct, key: str, who: Principal, actions: Sequence[str]) -> None:
    if is_own_account(who):  # the account's own identities get it from their policies
        return
    made = referent_of(key) if type(key) is not str else None
    if who.kind == "Service" and made is not None and getattr(made[0], "TYPE", None) in (KEY, REPLICA):
        return  # its policy stands in the app, where the rules read it
    for name in who.names if who.kind in ("AWS", "Service") else ():
        check(owner, key=describe(key), key_user=describe(name), key_actions=" and ".join(actions))
