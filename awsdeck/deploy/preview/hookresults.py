"""Hooks that have stopped a change set, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..watch.objections import findings

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation


def hook_failures(cf: CloudFormation, target: str, id: str) -> Iterator[str]:
    """What the hooks that failed for a target (`CHANGE_SET` and its ARN) have found. Raises `Refused`."""
    hooks = {
        item["HookResultId"]: item.get("TypeName", "")
        for page in cf.pages("ListHookResults", "list_hook_results", TargetType=target, TargetId=id)
        for item in page.get("HookResults", ())
        if str(item.get("Status", "")).endswith("_FAILED")
    }
    yield from map(str, findings(cf, hooks))
