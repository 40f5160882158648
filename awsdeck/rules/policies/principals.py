"""How a policy may write who it speaks of.

Source: IAM User Guide, AWS JSON policy elements: Principal; IAM identifiers.
"""

from __future__ import annotations

import re

from ...catalog.words import meant
from ..vocabulary import Violation, as_list, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .policy import Statement

KINDS = ("AWS", "Service", "Federated", "CanonicalUser")
_OWNERS = re.compile(r"\d{12}|aws|cloudfront|\*|")
_PLAIN = re.compile(r"\*|\d{12}|A[A-Z0-9]{15,}|[0-9a-f]{64}")
"""Everybody, an account, the unique id of an identity, or a canonical user of Amazon S3."""


def written_wrong(statement: Statement) -> Iterator[Violation]:
    """What in `Principal` and `NotPrincipal` of a statement no service reads."""
    n = statement.number
    for part in ("Principal", "NotPrincipal"):
        given = statement.body.get(part)
        if isinstance(given, str) and given != "*" and not is_unknown(given) and "$" not in given:
            yield Violation(
                statement.at(part), problem=f"{part} in statement {n} is {given}, and only * stands there alone",
                fix=f'say what kind it is, such as {{"{_kind(given)}": "{given}"}}',
            )  # fmt: skip
        if not isinstance(given, dict) or is_unknown(given):
            continue
        for kind in given:
            if kind not in KINDS and not str(kind).startswith("Fn::"):
                near = meant(str(kind), KINDS)
                yield Violation(
                    statement.at(part, kind), problem=f"there is no kind of principal {kind} (statement {n})",
                    allowed=", ".join(KINDS), fix=f"did you mean {near}?" if near else None,
                )  # fmt: skip
        several = isinstance(given.get("AWS"), list)
        for index, who in enumerate(as_list(given.get("AWS"))):
            problem = _no_identity(who)
            if problem:
                yield Violation(
                    statement.at(part, "AWS", *((index,) if several else ())),
                    problem=f"{who} in statement {n} {problem}",
                    fix="write an account id, or the ARN of an account, a user or a role",
                )


def _kind(given: str) -> str:
    return "Service" if given.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS"


def _no_identity(who: Any) -> str | None:
    """Why a text names no identity; None where it does, or where it cannot be told."""
    if not isinstance(who, str) or is_unknown(who) or "$" in who:
        return None
    if not who.startswith("arn:"):
        return None if _PLAIN.fullmatch(who) else "is no principal"
    parts = who.split(":", 5)
    if len(parts) < 6:
        return "is no whole ARN"
    if not _OWNERS.fullmatch(parts[4]):
        return f"has the account {parts[4]}, and an account id has 12 digits"
    if parts[2] in ("iam", "sts") and parts[4].isdigit() and "*" in parts[5]:
        return "has a wildcard, which a principal cannot have in a part of it"
    return None
