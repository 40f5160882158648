"""AWS Key Management Service: customer keys, their copies in other regions, their aliases, and their policies.

Source: KMS Developer Guide; course notes, KMS.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker, select, split
from ...wiring import across
from ..existing import arn_here, checked_arn, checked_name, part
from ..hints import check, hold
from .keys import (
    ALIAS,
    DECRYPT,
    ENCRYPT,
    KEY,
    REPLICA,
    ExistingKey,
    KeyAccess,
    holds_permissions,
    is_own_account,
    on_behalf,
)
from .policy import Document, Grant, Principal, Statement, principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ...rules.vocabulary import Mode
    from ...tokens import Token
    from .policy import Conditions, Grantee

    Spec = Literal[
        "symmetric", "rsa-2048", "rsa-3072", "rsa-4096", "ecc-nist-p256", "ecc-nist-p384", "ecc-nist-p521",
        "ecc-nist-edwards25519", "ecc-secg-p256k1", "ml-dsa-44", "ml-dsa-65", "ml-dsa-87", "sm2", "hmac-224",
        "hmac-256", "hmac-384", "hmac-512",
    ]  # fmt: skip
    Usage = Literal["encrypt-decrypt", "sign-verify", "generate-verify-mac", "key-agreement"]

_ONE_USE = (("hmac-", "generate-verify-mac"), ("ecc-", "sign-verify"), ("ml-dsa-", "sign-verify"))
"""What keys are for that can do one thing only, or one thing mostly."""


class OwnKey(KeyAccess):
    """The common half of keys and their copies: a policy of their own, which grants add to."""

    if TYPE_CHECKING:
        admins: Sequence[str | Principal | Grantee]
        users: Sequence[str | Principal | Grantee]
        account: bool
        _policy: Document

    def _begin(self) -> Document:
        """The policy that the key is made with: for the account, or for those alone who are named."""
        self._policy = Document()
        if self.account:
            self._policy.add(Statement(["kms:*"], ["*"], principal=Principal.this_account(), sid="Account"))
        else:
            self._admit()
        return self._policy

    def _finish(self, alias: str | None) -> None:
        """What needs the key itself: those whom the account's policies let, and its name."""
        if self.account:
            self._admit()
        if alias is not None:
            KMSAlias(self, "Alias", name=alias, key=self)

    def delegates(self) -> bool:
        """Whether the account's own policies may let identities use the key."""
        return self.account

    def _admit(self) -> None:
        """Let in those that were named when the key was made."""
        for who in self.admins:
            self.grant_admin(who)
        for who in self.users:
            self.let(who, self._use())

    def _use(self) -> tuple[str, ...]:
        return (*ENCRYPT, *DECRYPT)

    def let(
        self,
        who: str | Principal | Grantee,
        actions: Sequence[str],
        *,
        when: Conditions | None = None,
        owner: Construct | None = None,
        via: str | None = None,
    ) -> Grant | None:
        """Let somebody do something with the key: identities by their own policy, others by the key's.

        With `account=False` identities are named in the key's policy too. Services are let on behalf of this account,
        unless `when` says more; principals elsewhere through the service `via` alone when it is given. None is
        returned when the account's own policies decide already.
        """
        if holds_permissions(who) and self.account:
            return self._let_identity(who, actions, when)  # type: ignore[arg-type]
        named = principal(who)
        if self.account and is_own_account(named):
            return None
        if named.kind == "*" and not named.conditions and not when:
            return None  # nobody unknown to AWS can use a key, and nobody else should be able to
        return self._add(named, actions, when, via)

    def _add(self, who: Principal, actions: Sequence[str], when: Conditions | None, via: str | None) -> Grant:
        made = self.node.children.get(MAIN)
        names = [[name] for name in who.names] if who.kind == "Service" else [list(who.names)]
        statements = []
        for several in names:
            one = Principal(who.kind, several, who.conditions)
            statements.append(Statement(actions, ["*"], principal=one, conditions=on_behalf(one, when, via)))
            self._policy.add(statements[-1])
        if not statements:
            raise ConstructError(
                f"{self.node.path}: a grant to a service that has no name", place=caller(),
                fix='Principal.service("lambda.amazonaws.com")',
            )  # fmt: skip
        if made is not None:
            made.node.resource.set(KeyPolicy=self._policy)
        return Grant(statements[-1], None if made is None else made.node.resource)


@construct
class KMSKey(OwnKey):
    """A key that encrypts, signs or authenticates, and never leaves KMS; kept when it is removed from the stack.

    - `spec`: "symmetric" (default: what AWS services encrypt with), "rsa-2048", "rsa-3072", "rsa-4096",
      "ecc-nist-p256", "ecc-nist-p384", "ecc-nist-p521", "ecc-nist-edwards25519", "ecc-secg-p256k1", "ml-dsa-44",
      "ml-dsa-65", "ml-dsa-87", "sm2" (China), "hmac-224" to "hmac-512". `usage`: "encrypt-decrypt", "sign-verify",
      "generate-verify-mac" or "key-agreement"; left out, what the spec is made for. Neither can be changed later.
    - `rotation`: new key material every year (on for symmetric keys, the only ones that can); `rotation_days`: 90 to
      2,560 instead of 365. Data stays readable.
    - `multi_region`: the key can have copies in other regions: `KMSReplicaKey`. Cannot be changed later.
    - `deletion_days`: how long AWS waits before it deletes the key for good, 7 to 30; 30 by default.
    - `alias`: a name, `"orders"` for `alias/orders`; the `KMSAlias` below is called "Alias".
    - `account`: the account's own IAM policies decide who may use and administer the key (on), so that grants to roles
      need nothing of the key's policy. Off, only who is named here may: `admins`, `users` and grants.
    - `admins`: roles, users, accounts or ARNs that administer the key; `users`: those that may use it for what it does.
    - `lockout_check`: AWS refuses a policy that would leave nobody able to change it (on).
    - `imported`: the key material comes from elsewhere; import it through the API after the key is made.
    - `description`: at most 8,192 characters; `enabled`: False stops all use.

    Source: KMS Developer Guide, creating keys; key policies; course notes, KMS.
    """

    spec: Spec = "symmetric"
    usage: Usage | None = None
    rotation: bool | None = None
    rotation_days: int | Token | None = None
    multi_region: bool = False
    deletion_days: int | Token | None = None
    alias: str | None = None
    description: str | None = None
    enabled: bool = True
    imported: bool = False
    account: bool = True
    admins: Sequence[str | Principal | Grantee] = ()
    users: Sequence[str | Principal | Grantee] = ()
    lockout_check: bool = True

    def build(self) -> None:
        """Make the key, and its alias when it has one."""
        symmetric = self.spec == "symmetric"
        rotates = (symmetric and not self.imported) if self.rotation is None else self.rotation
        resource_class(KEY)(
            self,
            MAIN,
            Description=self.description,
            Enabled=None if self.enabled else False,
            EnableKeyRotation=True if rotates else None,
            RotationPeriodInDays=self.rotation_days,
            KeySpec=None if symmetric else _written(self.spec),
            KeyUsage=None if self._usage() == "encrypt-decrypt" else _written(self._usage()),
            MultiRegion=True if self.multi_region else None,
            Origin="EXTERNAL" if self.imported else None,
            PendingWindowInDays=self.deletion_days,
            KeyPolicy=self._begin(),
            BypassPolicyLockoutSafetyCheck=None if self.lockout_check else True,
        )
        self._finish(self.alias)

    def _usage(self) -> Usage:
        if self.usage is not None:
            return self.usage
        found = [use for start, use in _ONE_USE if self.spec.startswith(start)]
        return found[0] if found else "encrypt-decrypt"  # type: ignore[return-value]

    def _use(self) -> tuple[str, ...]:
        return _USES[self._usage()]

    def add_alias(self, name: str) -> KMSAlias:
        """Give the key one more name; the construct is called `Alias` and the name."""
        word = "".join(piece[:1].upper() + piece[1:] for piece in name.replace("/", "-").replace("_", "-").split("-"))
        return KMSAlias(self, f"Alias{word}", name=name, key=self)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingKey:
        """A key that exists already, by ARN. Identities can be let use it; its policy is its owner's."""
        example = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
        arn = checked_arn(arn, "kms", example, r"key/[\w-]+")
        whole = part(arn, 5)
        key_id = select(1, split("/", whole)) if has_marker(whole) else whole.removeprefix("key/")
        return ExistingKey(scope, id, values={"arn": arn, "key_id": key_id})

    @staticmethod
    def from_alias(scope: Construct, id: str, alias: str) -> ExistingKey:
        """A key of this account and region that exists already, by an alias of it (`"alias/orders"` or `"orders"`).

        Permissions name every key that carries the alias, since the key itself is not known.
        """
        name = full_alias(checked_name(alias))
        return ExistingKey(scope, id, values={"arn": arn_here("kms", name), "key_id": name}, alias=name)


@construct
class KMSReplicaKey(OwnKey):
    """A copy of a multi-region key in the region of its stack: the same key material, a policy of its own.

    - `primary`: the `KMSKey` with `multi_region=True`, in a stack of another region, or its ARN.
    - `account`, `admins`, `users`, `alias`, `description`, `enabled`, `deletion_days`: as for `KMSKey`.

    What was encrypted in one region can be decrypted in the other. Source: KMS Developer Guide, multi-Region keys.
    """

    primary: KeyAccess | str
    alias: str | None = None
    description: str | None = None
    enabled: bool = True
    deletion_days: int | Token | None = None
    account: bool = True
    admins: Sequence[str | Principal | Grantee] = ()
    users: Sequence[str | Principal | Grantee] = ()

    def build(self) -> None:
        """Make the copy."""
        resource_class(REPLICA)(
            self,
            MAIN,
            PrimaryKeyArn=self._primary_arn(),
            Description=self.description,
            Enabled=None if self.enabled else False,
            PendingWindowInDays=self.deletion_days,
            KeyPolicy=self._begin(),
        )
        self._finish(self.alias)

    def _primary_arn(self) -> str:
        primary = self.primary
        if isinstance(primary, str):
            return primary
        if isinstance(primary, KMSKey):
            check(self, multi_region=primary.multi_region)
            if primary.node.stack is not self.node.stack:
                return across(primary.arn)
        return primary.arn


@construct
class KMSAlias(KeyAccess):
    """A name for a key, which can lead to another key later: `name="orders"` for `alias/orders`.

    Used as a key it stands for the key it leads to: properties name that key, and grants speak of it.

    - `name`: letters, digits, `/`, `_` and `-`; not below `aws/`, which is AWS's own. It cannot be changed without a new
      alias.
    - `key`: a `KMSKey`, a replica or an existing key, or a key's id or ARN.

    Source: KMS Developer Guide, aliases.
    """

    name: str
    key: KeyAccess | str

    def build(self) -> None:
        """Make the alias."""
        target = self.key
        resource_class(ALIAS)(
            self,
            MAIN,
            AliasName=full_alias(self.name),
            TargetKeyId=target if isinstance(target, str) else target.arn,
        )

    alias_name = ref()

    @property
    def alias_arn(self) -> str:
        """The ARN of the name itself."""
        return arn_here("kms", self.alias_name)

    if not TYPE_CHECKING:

        @property
        def arn(self):
            """The ARN of the key it leads to."""
            return self._target().arn

        @property
        def key_id(self):
            """The id of the key it leads to."""
            return self._target().key_id

    def let(
        self,
        who: str | Principal | Grantee,
        actions: Sequence[str],
        *,
        when: Conditions | None = None,
        owner: Construct | None = None,
        via: str | None = None,
    ) -> Grant | None:
        """Let somebody do something with the key it leads to."""
        return self._target().let(who, actions, when=when, owner=owner, via=via)

    def spelled(self) -> tuple[str, Conditions | None]:
        """How a policy names the key it leads to."""
        return self._target().spelled()

    def delegates(self) -> bool:
        """Whether the account's own policies may let identities use the key it leads to."""
        return self._target().delegates()

    def _target(self) -> KeyAccess:
        if isinstance(self.key, KeyAccess):
            return self.key
        held = self.node.children.get("Target")
        if held is None:
            arn = (
                self.key if has_marker(self.key) or self.key.startswith("arn:") else arn_here("kms", f"key/{self.key}")
            )
            held = ExistingKey(self, "Target", values={"arn": arn, "key_id": self.key})
        assert isinstance(held, KeyAccess)
        return held


class EncryptPlan:
    """What is to be encrypted by a call of KMS itself, held against what it takes.

    - `size`: bytes, at most 4,096; `data_key`: True when the call asks for a data key, with which the data is
      encrypted outside of KMS (envelope encryption), of any size.

    Raises `ConstraintError` at the user's line. Source: KMS API Reference, Encrypt; course notes, KMS.
    """

    def __init__(self, size: int, *, data_key: bool = False, limits: Mode = "documented") -> None:
        hold("KMSEncryption", limits, size=size, data_key=data_key or None)
        self.size = size
        self.data_key = data_key


def full_alias(name: str) -> str:
    """An alias as KMS writes it, with `alias/` in front."""
    return name if has_marker(name) or name.startswith("alias/") else f"alias/{name}"


_USES: dict[str, tuple[str, ...]] = {
    "encrypt-decrypt": (*ENCRYPT, *DECRYPT),
    "sign-verify": ("kms:Sign", "kms:GetPublicKey", "kms:Verify"),
    "generate-verify-mac": ("kms:GenerateMac", "kms:VerifyMac"),
    "key-agreement": ("kms:DeriveSharedSecret", "kms:GetPublicKey"),
}


def _written(word: str) -> str:
    if not isinstance(word, str):
        raise ConstructError(f"{word!r} is no spec or usage of a key", place=caller(), fix='spec="symmetric"')
    return word.replace("-", "_").upper()
