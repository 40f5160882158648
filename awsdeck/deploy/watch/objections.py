"""What hooks say of the resources they have stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...errors import DeckError
from ..errors import shortened

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation
    from ..records import EventRecord

MOST = 10  # hooks that are asked


@frozen
class Objection:
    """One finding of a hook: which check, what is wrong, and what it suggests. Empty is what it does not say."""

    hook: str
    check: str
    message: str
    remedy: str = ""
    link: str = ""
    severity: str = ""

    def __str__(self) -> str:
        name = f"{self.hook} {self.check}".rstrip()
        says = ": ".join(filter(None, (name, self.message)))
        remedy = " ".join(filter(None, (self.remedy, self.link)))
        return f"{says} ({remedy})" if remedy else says

    def to_dict(self) -> dict[str, str]:
        """Plain data; what is empty is left out."""
        fields = {
            "hook": self.hook,
            "check": self.check,
            "message": self.message,
            "remedy": self.remedy,
            "link": self.link,
            "severity": self.severity,
        }
        return {name: value for name, value in fields.items() if value}


def objections(cf: CloudFormation, events: Iterable[EventRecord]) -> tuple[Objection, ...]:
    """The findings behind hooks that events speak of; what cannot be asked is left out, it only explains."""
    return findings(cf, {event.hook_id: event.hook for event in events if event.hook_id and event.hook})


def findings(cf: CloudFormation, hooks: Mapping[str, str]) -> tuple[Objection, ...]:
    """The findings of hooks, given as the ids of their results with the hooks' names."""
    found: list[Objection] = []
    for id, name in list(hooks.items())[:MOST]:
        try:
            answer = cf.call("GetHookResult", "get_hook_result", HookResultId=id)
        except (DeckError, AttributeError):  # not allowed, or a boto3 that does not know it
            continue
        if not str(answer.get("Status", "")).endswith("_FAILED"):
            continue
        named = answer.get("TypeName") or name
        told = [_objection(named, item) for item in answer.get("Annotations") or () if item.get("Status") == "FAILED"]
        reason = shortened(answer.get("HookStatusReason", ""), 500)
        found += told or ([Objection(named, "", reason)] if reason else [])
    return tuple(dict.fromkeys(found))


def _objection(hook: str, item: dict[str, Any]) -> Objection:
    return Objection(
        hook,
        item.get("AnnotationName", ""),
        shortened(item.get("StatusMessage", ""), 500),
        shortened(item.get("RemediationMessage", ""), 500),
        item.get("RemediationLink", ""),
        item.get("SeverityLevel", ""),
    )
