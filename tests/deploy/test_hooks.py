"""A user's own functions around a deploy: when they are called, what they may say, and how their mistakes are told."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Conduct, Hooks, StackPlan, StackResult, deploy
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded, DeployError, RolledBack, StoppedWatching

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}}}
OTHER: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "b"}}}}
WRITES = {"ExecuteChangeSet", "SetStackPolicy", "UpdateTerminationProtection"}


def left(fake: FakeCloudFormation) -> list[str]:
    waiting = [made.arn for stack in fake.stacks for made in stack.change_sets if made.execution == "AVAILABLE"]
    return waiting + [stack.name for stack in fake.stacks if stack.status == "REVIEW_IN_PROGRESS"]


def test_before_it_gets_the_plan_and_after_it_the_result(fake: FakeCloudFormation, make: Any) -> None:
    seen: list[Any] = []

    def before(plan: StackPlan) -> None:
        seen.append((plan.operation, plan.changes[0].logical_id, "ExecuteChangeSet" in fake.operations()))

    def after(result: StackResult) -> None:
        seen.append((result.status, result.ok, fake.status("shop")))

    deploy(make.shop(TEMPLATE, before=[before], after=[after]), aws=fake.aws())
    assert seen == [("create", "Topic", False), ("created", True, "CREATE_COMPLETE")]


def test_functions_of_the_run_come_before_those_of_the_stack(fake: FakeCloudFormation, make: Any) -> None:
    order: list[str] = []
    shop = make.shop(
        TEMPLATE, before=[lambda plan: order.append("stack")], after=[lambda r: order.append("stack after")]
    )
    hooks = Hooks(before=[lambda plan: order.append("run")], after=[lambda result: order.append("run after")])
    deploy(shop, aws=fake.aws(), hooks=hooks)
    assert order == ["run", "stack", "run after", "stack after"]


def test_a_no_before_it_declines_the_deploy_and_leaves_nothing(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    def friday(plan: StackPlan) -> str:
        return "no deploys on Fridays"

    with pytest.raises(ApprovalNeeded, match="friday refuses the deploy: no deploys on Fridays") as caught:
        deploy(make.shop(TEMPLATE, before=[friday]), aws=fake.aws(), observer=listener)
    assert caught.value.exit_code == 3
    assert f"test_hooks.py:{inspect.getsourcelines(friday)[1]}" in str(caught.value)
    assert not WRITES & set(fake.operations())
    assert left(fake) == []
    assert listener.results[0].status == "declined"


def test_a_no_after_it_is_a_failure_and_stops_what_needs_the_stack(fake: FakeCloudFormation, listener: Any) -> None:
    def smoke(result: StackResult) -> str:
        return "the page does not answer"

    stacks = Assembly(
        [StackArtifact("net", TEMPLATE, after=[smoke]), StackArtifact("app", TEMPLATE, dependencies=["net"])]
    )
    with pytest.raises(DeployError, match="smoke does not accept it: the page does not answer") as caught:
        deploy(stacks, aws=fake.aws(), observer=listener)
    assert caught.value.exit_code == 1
    assert {one.name: one.status for one in listener.results} == {"net": "failed", "app": "skipped"}
    assert fake.status("net") == "CREATE_COMPLETE"


def test_a_deploy_that_failed_is_told_to_what_comes_after_it_and_stays_the_error(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    seen: list[Any] = []

    def tell(result: StackResult) -> str:
        seen.append((result.status, result.failure.logical_id if result.failure else ""))
        return "nobody was reached"

    fake.script("shop", Script(fail={"Topic": "no such key"}))
    with pytest.raises(RolledBack, match="no such key"):
        deploy(make.shop(TEMPLATE, after=[tell]), aws=fake.aws(), observer=listener)
    assert seen == [("failed", "Topic")]
    assert any("nobody was reached" in notice.message for notice in listener.notices)


def test_nothing_is_called_where_nothing_is_done(fake: FakeCloudFormation, make: Any) -> None:
    called: list[Any] = []
    fake.add_stack("shop", TEMPLATE)
    hooks = Hooks(before=[called.append], after=[called.append])
    deploy(make.shop(TEMPLATE), aws=fake.aws(), hooks=hooks)
    with pytest.raises(ApprovalNeeded):
        deploy(make.shop(OTHER), aws=fake.aws(), hooks=hooks, confirm=lambda plan: False)
    assert called == []


def test_what_is_only_started_has_no_after(fake: FakeCloudFormation, make: Any) -> None:
    called: list[Any] = []
    with pytest.raises(StoppedWatching):
        deploy(make.shop(TEMPLATE), aws=fake.aws(), hooks=Hooks(after=[called.append]), conduct=Conduct(wait=False))
    assert called == []


def broken(what: object) -> None:
    raise ZeroDivisionError("of hunter2")


def stops(what: object) -> None:
    raise SystemExit(3)


@pytest.mark.parametrize(("hook", "said"), [(broken, "ZeroDivisionError"), (stops, "SystemExit")])
def test_a_mistake_in_a_function_is_told_with_its_own_line(
    fake: FakeCloudFormation, make: Any, hook: Any, said: str
) -> None:
    with pytest.raises(DeployError, match=f"{hook.__name__} has failed: {said}") as caught:
        deploy(make.shop(TEMPLATE, before=[hook]), aws=fake.aws())
    assert f"test_hooks.py:{inspect.getsourcelines(hook)[1] + 1}: shop" in str(caught.value)
    assert left(fake) == []
    with pytest.raises(DeployError, match=f"{hook.__name__} has failed: {said}"):
        deploy(make.shop(TEMPLATE, after=[hook]), aws=fake.aws())
    assert fake.status("shop") == "CREATE_COMPLETE"


def test_a_secret_in_what_a_function_says_is_masked(fake: FakeCloudFormation, make: Any) -> None:
    template = {**TEMPLATE, "Parameters": {"Password": {"Type": "String", "NoEcho": True}}}
    for hook in (broken, lambda plan: "hunter2 is a bad one"):
        with pytest.raises(DeployError) as caught:
            deploy(make.shop(template, before=[hook]), aws=fake.aws(), parameters={"Password": "hunter2"})
        assert "hunter2" not in str(caught.value)
        assert "****" in str(caught.value)


async def later(plan: object) -> None: ...


@pytest.mark.parametrize(
    ("hook", "said"),
    [(lambda plan: False, "gives no reason"), (lambda plan: 7, "returns 7"), (later, "returns a coroutine")],
)
def test_what_a_function_returns_is_not_guessed_at(fake: FakeCloudFormation, make: Any, hook: Any, said: str) -> None:
    with pytest.raises(DeployError, match=said):
        deploy(make.shop(TEMPLATE, before=[hook]), aws=fake.aws())
    assert not WRITES & set(fake.operations())


def test_a_true_and_an_empty_text_are_no_objection(fake: FakeCloudFormation, make: Any) -> None:
    assert deploy(make.shop(TEMPLATE, before=[lambda plan: True, lambda plan: ""]), aws=fake.aws()).ok


def test_an_error_of_awsdecks_own_is_passed_on_as_a_no(fake: FakeCloudFormation, make: Any) -> None:
    def refuse(plan: object) -> None:
        raise DeployError("frozen until Monday")

    with pytest.raises(ApprovalNeeded, match="frozen until Monday"):
        deploy(make.shop(TEMPLATE, before=[refuse]), aws=fake.aws())


def test_ctrl_c_in_a_function_before_it_leaves_nothing(fake: FakeCloudFormation, make: Any) -> None:
    def interrupted(plan: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deploy(make.shop(TEMPLATE, before=[interrupted]), aws=fake.aws())
    assert left(fake) == []
    assert not WRITES & set(fake.operations())


def test_functions_are_called_on_the_thread_that_deploys(fake: FakeCloudFormation, make: Any) -> None:
    import threading

    threads: list[Any] = []

    def note(what: object) -> None:
        threads.append(threading.current_thread())

    deploy(make.shop(TEMPLATE, before=[note], after=[note]), aws=fake.aws())
    assert threads == [threading.current_thread()] * 2


def test_a_step_that_is_not_the_deploy_itself_calls_nothing(fake: FakeCloudFormation, make: Any) -> None:
    seen: list[str] = []
    fake.add_stack("shop", TEMPLATE)
    fake.script("shop", Script(fail={"Topic": "no"}))
    with pytest.raises(DeployError):
        deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(rollback=False))
    hooks = Hooks(before=[lambda plan: seen.append(plan.operation)], after=[lambda result: seen.append(result.status)])
    deploy(make.shop(OTHER), aws=fake.aws(), conduct=Conduct(auto_rollback=True), hooks=hooks)
    assert seen == ["update", "updated"]
