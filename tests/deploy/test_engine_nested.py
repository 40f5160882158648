"""Plans of nested stacks against the embedded CloudFormation."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import App, NestedStack, Stack
from awsdeck.cfn import sqs
from awsdeck.deploy import AWS, apply, deploy, plan, read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from awsdeck.assembly import Assembly
    from awsdeck.local import Engine

pytestmark = pytest.mark.local


def deck(name: str, timeout: int) -> Assembly:
    app = App()
    stack = Stack(app, name, region="eu-west-1")
    inner = NestedStack(stack, "Inner")
    sqs.Queue(inner, "Orders", VisibilityTimeout=timeout)
    return app.synth()


def test_a_plan_shows_what_changes_inside_a_nested_stack(
    local_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    name = f"deploy-{secrets.token_hex(4)}"
    assert deploy(deck(name, 30), aws=aws).ok
    kept = os.path.join(tmp_path, "plan.json")
    planned: Any = plan(deck(name, 60), aws=aws, keep=True)
    [change] = planned.plans[name].within
    assert (change.logical_id, change.action) == ("Inner.Orders", "update")
    assert [one.after for one in change.properties] in ([60], ["60"])
    planned.write(kept)
    assert apply(deck(name, 60), read_plan(kept), aws=aws).stacks[name].status == "updated"
