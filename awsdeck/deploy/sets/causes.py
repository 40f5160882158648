"""Why a stack set cannot be deployed, in words: access to the organization, and the two roles of self-managed sets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...errors import DeckError, DeployError
from ..errors import Refused
from .records import InstanceResult

if TYPE_CHECKING:
    from .calls import StackSets
    from .spread import Spread

ADMINISTRATION = "AWSCloudFormationStackSetAdministrationRole"
EXECUTION = "AWSCloudFormationStackSetExecutionRole"
_HINTS = (
    ("should have", "trust relationship", "execution"),
    ("cannot be assumed", "", "roles"),
    ("administrationrole", "", "roles"),
    ("trusted access", "", "access"),
    ("organizations access", "", "access"),
    ("delegated admin", "", "delegate"),
    ("not subscribed", "", "region"),
    ("is not enabled", "region", "region"),
    ("is disabled", "region", "region"),
    ("already exists", "", "exists"),
    ("suspended", "", "suspended"),
)


def check_access(sets: StackSets, spread: Spread, name: str) -> None:
    """Raise `DeployError` when CloudFormation may not work with the organization; who may not ask goes on."""
    if spread.units and sets.access().startswith("DISABLED"):
        raise DeployError(
            f"{name} goes to units of an organization, and CloudFormation has no trusted access to it",
            fix="in the management account switch it on: CloudFormation, StackSets, Activate trusted access, or "
            "`aws cloudformation activate-organizations-access`",
        )


def explained(error: DeckError, spread: Spread) -> DeckError:
    """The error, with what to do where its text tells."""
    if isinstance(error, Refused) and error.kind in ("invalid", "denied"):
        fix = hint([error.message], spread)
        if fix:
            error.fix = fix
    return error


def hint(texts: Iterable[str], spread: Spread) -> str | None:
    """What to do about the first text that is known."""
    for text in texts:
        lower = text.lower()
        for word, other, topic in _HINTS:
            if word in lower and other in lower:
                return _fix(topic, spread)
    return None


def _fix(topic: str, spread: Spread) -> str | None:
    administration = spread.administration_role or f"the role {ADMINISTRATION}"
    execution = spread.execution_role_name or EXECUTION
    if spread.units and topic in ("execution", "roles"):
        topic = "access"
    return {
        "execution": f"make the role {execution} in each of those accounts, with the rights that the template needs and a "
        f"trust policy that names {administration} of the account that keeps the stack set",
        "roles": f"make {administration} in the account that keeps the stack set: cloudformation.amazonaws.com has to be "
        f"trusted, and sts:AssumeRole allowed on the role {execution} of every account that gets an instance",
        "access": "switch on trusted access for CloudFormation in the organization's management account",
        "delegate": "say delegated_admin=True (or --delegated-admin) in an account that is registered for it, and leave it "
        "out in the management account",
        "region": "enable the region in those accounts, or leave it out of the stack set",
        "exists": "names in the template have to differ from what is in those accounts: leave them to CloudFormation",
        "suspended": "leave the account out with without=[…]",
    }.get(topic)


def reasons(results: Iterable[InstanceResult], most: int = 8) -> list[str]:
    """The failed instances with their reasons, those with equal reasons together."""
    by_reason: dict[str, list[str]] = {}
    for one in results:
        if one.status == "FAILED":
            by_reason.setdefault(one.reason or "no reason given", []).append(one.where)
    lines = [
        f"{', '.join(places[:4])}{f' and {len(places) - 4} more' if len(places) > 4 else ''}: {reason}"
        for reason, places in by_reason.items()
    ]
    return [*lines[:most], *([f"… and {len(lines) - most} other reasons"] if len(lines) > most else [])]
