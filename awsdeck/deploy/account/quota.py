"""What CloudFormation allows this account, for the message when it is used up."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ...errors import DeckError
from ..errors import Refused

if TYPE_CHECKING:
    from .cloudformation import CloudFormation

_NAMES = {
    "StackLimit": "stacks",
    "StackOutputsLimit": "outputs of a stack",
    "ConcurrentResourcesLimit": "resources worked on at once",
}


def with_quota(error: DeckError, cf: CloudFormation | None) -> str:
    """The error's message; for a quota that is used up, with what the account's quotas in the region are."""
    if cf is None or not isinstance(error, Refused) or error.kind != "limit":
        return error.message
    limits: dict[str, int] = {}
    with suppress(DeckError):  # only an explanation is lost
        for page in cf.hasty(5.0).pages("DescribeAccountLimits", "describe_account_limits"):
            limits.update({item["Name"]: item["Value"] for item in page.get("AccountLimits", ())})
    listed = ", ".join(f"{value:,} {_NAMES.get(name, name)}" for name, value in sorted(limits.items()))
    return f"{error.message} (this account may have {listed} in {cf.region})" if listed else error.message
