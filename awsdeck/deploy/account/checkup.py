"""What a deploy finds in an account: what may be read, what is left of the quotas, what this botocore cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from ...errors import CredentialsError, DeckError
from ..errors import Refused

if TYPE_CHECKING:
    from .cloudformation import CloudFormation

READS = (
    ("DescribeStacks", "describe_stacks", "every command needs it"),
    ("ListExports", "list_exports", "exports in use cannot be told before a deploy"),
    ("DescribeAccountLimits", "describe_account_limits", "quotas cannot be told"),
)
"""Reads about no stack, which can be tried without one, and what is lost without each."""
EXTRAS = (
    ("CreateChangeSet", "DeploymentConfig", "--express"),
    ("CreateChangeSet", "DisableValidation", "--skip-validation"),
    ("CreateChangeSet", "DeploymentMode", "--revert-drift"),
    ("ContinueUpdateRollback", "ForceRollback", "`rollback --force` in one call"),
    ("CreateStackRefactor", None, "`awsdeck refactor`"),
    ("SetAlias", None, "`awsdeck rename`"),
)
"""What only newer releases of botocore know, and what it is for."""
NEARLY = 0.9  # of a quota


@frozen
class Permission:
    """One action that was tried; `lost` says what is not possible without it, empty when it is allowed."""

    action: str
    lost: str = ""


@frozen
class Quota:
    """How much of a quota is used; `used` is None where that is not counted."""

    name: str
    limit: int
    used: int | None = None

    @property
    def nearly(self) -> bool:
        """Whether it is nearly used up."""
        return self.used is not None and self.used >= NEARLY * self.limit


def permissions(cf: CloudFormation) -> Iterator[Permission]:
    """Try what only reads; raises `CredentialsError` when there is nobody to have permissions."""
    for operation, method, lost in READS:
        try:
            cf.hasty(10.0).call(operation, method)
        except CredentialsError:
            raise
        except Refused as refused:
            yield Permission(f"cloudformation:{operation}", lost if refused.kind == "denied" else refused.message)
        except DeckError as error:
            yield Permission(f"cloudformation:{operation}", error.message)
        else:
            yield Permission(f"cloudformation:{operation}")


def quotas(cf: CloudFormation) -> Iterator[Quota]:
    """The account's quotas in the region, with the stacks counted; nothing when they may not be read."""
    limits: dict[str, int] = {}
    used: int | None = None
    try:
        for page in cf.hasty(10.0).pages("DescribeAccountLimits", "describe_account_limits"):
            limits.update({item["Name"]: item["Value"] for item in page.get("AccountLimits", ())})
        used = len(cf.hasty(30.0).stacks()[1]) if "StackLimit" in limits else None
    except CredentialsError:
        raise
    except DeckError:
        pass
    words = {"StackLimit": "stacks", "StackOutputsLimit": "outputs of a stack"}
    for name, value in sorted(limits.items()):
        if name in words:
            yield Quota(words[name], value, used if name == "StackLimit" else None)


def lacking(cf: CloudFormation) -> list[str]:
    """What the installed botocore is too old for."""
    return [what for operation, member, what in EXTRAS if not cf.knows(operation, member)]
