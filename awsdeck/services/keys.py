"""Customer keys: what lets somebody use the key that a queue, topic or bucket is encrypted with."""

from __future__ import annotations

from ..tokens import AWS, describe, referent_of
from .existing import arn_here
from .hints import check
from .policy import Principal, principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..constructs import Construct
    from .policy import Conditions, Grantee


def grant_key(owner: Construct, key: str | None, who: str | Principal | Grantee, actions: Sequence[str]) -> None:
    """Let somebody use the key that `owner` is encrypted with.

    A role, user, group or function gets the permission itself. Others need it from the key's own policy, which is not
    ours to change: they are warned about (XSV023). Keys of AWS's own (`alias/aws/…`) ask for no permission.
    """
    if key is None or is_managed(key):
        return
    if isinstance(who, str | Principal) or not hasattr(who, "allow"):
        _warn(owner, key, principal(who), actions)
        return
    arn, when = named(key)
    who.allow(*actions, on=arn, when=when)


def named(key: str) -> tuple[str, Conditions | None]:
    """How a policy names a key: by its ARN, or, when an alias is all that is known, by that alias as a condition.

    Source: KMS Developer Guide, specifying KMS keys in IAM policy statements; using aliases to control access.
    """
    name = referent_of(key) if type(key) is not str else None
    ref = None if name is None or name[1] is not None else getattr(name[0], "TYPE", None)
    if not is_alias(key) and ref != "AWS::KMS::Alias":
        bare = ref == "AWS::KMS::Key" or not is_arn(key)
        return (arn_here("kms", f"key/{key}") if bare else key), None
    alias = key.rpartition(":")[2] if type(key) is str else key
    literal = type(key) is str and key.startswith("arn:")
    region, account = key.split(":")[3:5] if literal else (AWS.Region, AWS.AccountId)
    keys = f"arn:{AWS.Partition}:kms:{region}:{account}:key/*"
    return keys, {"ForAnyValue:StringEquals": {"kms:ResourceAliases": alias}}


def is_managed(key: str) -> bool:
    """Whether this is a key of AWS's own, by its alias."""
    return type(key) is str and key.startswith("alias/aws/")


def is_arn(key: str) -> bool:
    """Whether this is an ARN; what only the deploy knows counts as one."""
    return type(key) is not str or key.startswith("arn:") or not key.isascii()


def is_alias(key: str) -> bool:
    """Whether this is the name or the ARN of an alias, as far as it is known now."""
    return type(key) is str and key.isascii() and key.rpartition(":")[2].startswith("alias/")


def _warn(owner: Construct, key: str, who: Principal, actions: Sequence[str]) -> None:
    own = str.__str__(Principal.this_account().names[0])
    for name in who.names if who.kind in ("AWS", "Service") else ():
        if str.__str__(name) != own:  # the account's own identities get it from their policies
            check(owner, key=describe(key), key_user=describe(name), key_actions=" and ".join(actions))
