"""Change sets of nothing but outputs, which CloudFormation carries out and MiniStack calls no change."""

from __future__ import annotations

import re
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, handlers

_NOTHING = "The submitted information didn't contain changes"


def install() -> None:
    """Let such change sets be executed; again is harmless."""
    known = handlers._ACTION_HANDLERS["CreateChangeSet"]
    if getattr(known, "knows_outputs", False):
        return

    def create(params: Any) -> Any:
        answer = known(params)
        found = re.search(r"<Id>([^<]+)</Id>", answer[2].decode())
        if found:
            _free(changesets._find_change_set(found[1])[1])
        return answer

    create.knows_outputs = True  # type: ignore[attr-defined]
    handlers._ACTION_HANDLERS["CreateChangeSet"] = create


def _free(change_set: dict[str, Any] | None) -> None:
    if not change_set or change_set["Status"] != "FAILED" or not change_set["StatusReason"].startswith(_NOTHING):
        return
    stack = cloudformation._stacks.get(change_set["StackName"]) or {}
    if change_set["_template"].get("Outputs", {}) != stack.get("_template", {}).get("Outputs", {}):
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")
