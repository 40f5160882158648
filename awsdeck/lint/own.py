"""What lint says of files and of suppressions; not of AWS, so these are not among the rules."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import Severity

UNREADABLE = "LNT001"
NO_REASON = "LNT002"
UNUSED = "LNT003"
EXPIRED = "LNT004"
DOUBT = "LNT005"
UNTRANSLATED = "LNT006"
NESTED = "LNT007"

OWN: dict[str, tuple[Severity, str]] = {
    UNREADABLE: ("error", "a file cannot be read as a CloudFormation template, or a deck does not run"),
    NO_REASON: ("error", "a suppression names its rule and says why: {rule: SQS012, reason: …}"),
    UNUSED: ("warning", "a suppression that suppresses nothing"),
    EXPIRED: ("warning", "a suppression whose date has passed, and which does not count any more"),
    DOUBT: ("warning", "an unquoted YAML value that CloudFormation reads as something else than what is written"),
    NESTED: ("error", "a nested stack, and the template beside it that it names, do not fit together"),
    UNTRANSLATED: ("error", "a template with Transform AWS::Serverless-2016-10-31 that SAM cannot translate"),
}
"""Severity and meaning of each of lint's own findings."""
