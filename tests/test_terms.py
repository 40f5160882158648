"""The terms on which a stack is deployed: checked where they are written, carried whole into the manifest."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import App, ConstructError, NestedStack, SNSTopic, SQSQueue, Stack, Stage
from awsdeck.assembly import Assembly
from awsdeck.errors import InputError
from awsdeck.synth import synthesize
from awsdeck.terms import OPEN_POLICY, named_in, policy_of, problems

if TYPE_CHECKING:
    from pathlib import Path

ROLE = "arn:aws:iam::123456789012:role/teams/shop/deployer"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:deploys"
ALARM = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors"
LOCKED = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}


def test_all_terms_stand_in_the_manifest_and_come_back(tmp_path: Path) -> None:
    app = App()
    stack = Stack(
        app, "shop", role=ROLE, execution_role=ROLE, notification_arns=[TOPIC], monitoring=15, stack_policy=LOCKED,
        rollback_triggers=(arn for arn in (ALARM, f"composite:{ALARM}")),
    )  # fmt: skip
    SQSQueue(stack, "Orders")
    app.synth(str(tmp_path))
    entry = json.loads((tmp_path / "manifest.json").read_text())["stacks"]["shop"]
    assert entry["rollbackTriggers"] == [ALARM, f"composite:{ALARM}"]
    back = Assembly.load(str(tmp_path))["shop"]
    assert (back.role, back.execution_role, back.monitoring) == (ROLE, ROLE, 15)
    assert (back.notification_arns, back.stack_policy) == ((TOPIC,), LOCKED)


def test_nothing_said_and_none_wanted_are_two_things_in_the_manifest(tmp_path: Path) -> None:
    app = App()
    SQSQueue(Stack(app, "silent"), "Q")
    SQSQueue(Stack(app, "empty", notification_arns=[], rollback_triggers=[], monitoring=0, stack_policy={}), "Q")
    app.synth(str(tmp_path))
    made = Assembly.load(str(tmp_path))
    names = ("notification_arns", "rollback_triggers", "monitoring", "stack_policy")
    assert [getattr(made["silent"], name) for name in names] == [None] * 4
    assert [getattr(made["empty"], name) for name in names] == [(), (), 0, {}]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"role": "deployer"}, "the ARN of a role"),
        ({"execution_role": "arn:aws:iam::1:role/x"}, "the ARN of a role"),
        ({"notification_arns": TOPIC}, "a list of at most 5"),
        ({"notification_arns": [TOPIC] * 6}, "6 topics"),
        ({"notification_arns": [ALARM]}, "the ARN of a topic"),
        ({"rollback_triggers": [ALARM] * 6}, "6 alarms"),
        ({"rollback_triggers": ["errors"]}, "the ARN of an alarm"),
        ({"rollback_triggers": [f"complex:{ALARM}"]}, "the ARN of an alarm"),
        ({"monitoring": 181}, "from 0 to 180"),
        ({"monitoring": True}, "from 0 to 180"),
        ({"tags": {f"t{n}": "x" for n in range(51)}}, "51 tags"),
        ({"tags": {"k" * 129: "x"}}, "1 to 128"),
        ({"tags": {"k": "v" * 257}}, "1 to 256"),
        ({"tags": {"AWS:x": "v"}}, "aws:"),
        ({"tags": {"k": 1}}, "texts"),
        ({"stack_policy": "none"}, "a policy as a mapping"),
        ({"stack_policy": {"Statements": []}}, "there is no Statements"),
        ({"stack_policy": {"Statement": [1]}}, "1 is no statement"),
        ({"stack_policy": {"Statement": [{"Effect": "Deny"}]}}, "Principal"),
        ({"stack_policy": {"Statement": [{**LOCKED["Statement"][0], "Action": "Update:Move"}]}}, "Update:Modify"),
        ({"stack_policy": {"Statement": [{**LOCKED["Statement"][0], "Resource": "Orders"}]}}, "LogicalResourceId/"),
        ({"stack_policy": {"Statement": [{**LOCKED["Statement"][0], "NotAction": "Update:*"}]}}, "one of them"),
        (
            {"stack_policy": {"Statement": [{**LOCKED["Statement"][0], "Condition": {"Bool": {"a": "b"}}}]}},
            "resource's type",
        ),
        ({"stack_policy": {"Statement": [{**LOCKED["Statement"][0], "Sid": "x" * 16_400}]}}, "16,384"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_what_can(terms: dict[str, Any], said: str) -> None:
    found = problems(**terms)
    assert found
    assert said in " ".join(f"{one.text} {one.fix}" for one in found)
    assert all("source: " in one.text for one in found)


@pytest.mark.parametrize(
    "policy",
    [
        LOCKED,
        {},
        OPEN_POLICY,
        {"Version": "2012-10-17", "Statement": {**LOCKED["Statement"][0], "Action": ["Update:Re*", "Update:Delete"]}},
        {
            "Statement": [
                {
                    "Effect": "Allow", "NotAction": "Update:Delete", "Principal": "*",
                    "NotResource": ["LogicalResourceId/Db*"], "Condition": {"StringLike": {"ResourceType": ["AWS::EC2::*"]}},
                }
            ]
        },
    ],
)  # fmt: skip
def test_a_policy_that_cloudformation_takes_is_accepted(policy: dict[str, Any]) -> None:
    assert problems(stack_policy=policy) == []


def test_a_mistake_is_told_at_its_own_line_and_all_of_them_at_once() -> None:
    app = App()
    other = SNSTopic(Stack(app, "other"), "Deploys")
    with pytest.raises(ConstructError) as caught:
        Stack(
            app,
            "shop",
            notification_arns=[other.arn],
            monitoring=-1,
        )
    lines = re.findall(r"test_terms.py:(\d+): the stack shop: (\w+)", str(caught.value))
    assert [name for _, name in lines] == ["notification_arns", "monitoring"]
    assert int(lines[1][0]) == int(lines[0][0]) + 1
    assert "known only once its stack is deployed" in str(caught.value)
    assert str(caught.value).count("fix: ") == 2


def test_a_stage_gives_its_terms_to_stacks_that_have_none_of_their_own() -> None:
    app = App()
    stage = Stage(app, "prod", role=ROLE, notification_arns=[TOPIC], termination_protection=True, monitoring=5)
    first = Stack(stage, "a")
    second = Stack(stage, "b", notification_arns=[], termination_protection=False)
    for stack in (first, second):
        SQSQueue(stack, "Q")
    made = synthesize(app)
    a, b = made["prod-a"], made["prod-b"]
    assert (a.role, a.notification_arns, a.termination_protection, a.monitoring) == (ROLE, (TOPIC,), True, 5)
    assert (b.role, b.notification_arns, b.termination_protection) == (ROLE, (), False)


def test_a_wrong_term_of_a_stage_is_told_at_the_stage() -> None:
    with pytest.raises(ConstructError, match=r"test_terms.py:\d+: the stage prod: monitoring: 999"):
        Stage(App(), "prod", monitoring=999)


# what updates may not do


def test_a_protected_construct_may_not_be_replaced_or_deleted_and_all_else_may() -> None:
    app = App()
    stack = Stack(app, "shop")
    orders, _ = SQSQueue(stack, "Orders"), SQSQueue(stack, "Other")
    stack.protect(orders)
    assert synthesize(app)["shop"].stack_policy == {
        "Statement": [
            *OPEN_POLICY["Statement"],
            {
                "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
                "Resource": "LogicalResourceId/Orders",
            },
        ]
    }  # fmt: skip


def test_what_is_protected_stands_under_its_final_name() -> None:
    app = App()
    stack = Stack(app, "shop")
    queue = SQSQueue(stack, "Orders")
    stack.protect(queue, against=["modify"])
    queue.node.resource.node.override_logical_id("OldOrders")
    policy = synthesize(app)["shop"].stack_policy
    assert policy is not None
    assert named_in(policy) == ["OldOrders"]
    assert policy["Statement"][1]["Action"] == ["Update:Modify"]


def test_protection_is_added_to_a_policy_that_is_there() -> None:
    app = App()
    stack = Stack(app, "shop", stack_policy=LOCKED)
    stack.protect(SQSQueue(stack, "Orders"))
    policy = synthesize(app)["shop"].stack_policy
    assert policy is not None
    assert [one["Resource"] for one in policy["Statement"]] == ["*", "LogicalResourceId/Orders"]
    assert len(LOCKED["Statement"]) == 1


def test_a_policy_that_names_what_is_not_there_is_told_with_what_was_meant() -> None:
    app = App()
    denied = [{**LOCKED["Statement"][0], "Resource": "LogicalResourceId/Order"}]
    SQSQueue(Stack(app, "shop", stack_policy={"Statement": denied}), "Orders")
    with pytest.raises(ConstructError, match="did you mean Orders"):
        synthesize(app)


def test_only_what_is_in_the_stack_can_be_protected() -> None:
    app = App()
    shop, other = Stack(app, "shop"), Stack(app, "other")
    inner = NestedStack(shop, "Inner")
    for stranger in (SQSQueue(other, "Q"), SQSQueue(inner, "Q")):
        with pytest.raises(ConstructError, match="which is not in it"):
            shop.protect(stranger)
    with pytest.raises(ConstructError, match="modify, replace, delete"):
        shop.protect(against=["move"])  # type: ignore[list-item]
    shop.protect(inner)
    SQSQueue(shop, "Q")
    policy = synthesize(app)["shop"].stack_policy
    assert policy is not None
    assert named_in(policy) == ["Inner"]


def test_a_stack_without_a_policy_has_none() -> None:
    assert policy_of(None, ()) is None
    assert policy_of({}, ()) == {}
    assert policy_of({}, [("Db", ["delete"])]) == policy_of(None, [("Db", ["delete"])])


# functions around deploys


def test_functions_of_the_app_the_stage_and_the_stack_are_called_in_that_order() -> None:
    app = App()
    stage = Stage(app, "prod")
    stack = Stack(stage, "shop")
    SQSQueue(stack, "Q")
    SQSQueue(Stack(app, "other"), "Q")

    @stack.before_deploy
    def third(plan: object) -> None: ...

    @stage.before_deploy
    def second(plan: object) -> None: ...

    @app.before_deploy
    def first(plan: object) -> None: ...

    app.after_deploy(first)
    made = synthesize(app)
    assert made["prod-shop"].before == (first, second, third)
    assert (made["other"].before, made["other"].after) == ((first,), (first,))


def test_functions_are_not_in_the_manifest(tmp_path: Path) -> None:
    app = App()
    stack = Stack(app, "shop")
    SQSQueue(stack, "Q")
    stack.before_deploy(lambda plan: None)
    app.synth(str(tmp_path))
    assert Assembly.load(str(tmp_path))["shop"].before == ()


def test_what_is_no_function_is_told_where_it_is_given() -> None:
    app = App()
    stack = Stack(app, "shop")
    with pytest.raises(ConstructError, match=r"test_terms.py:\d+: before_deploy\(None\)"):
        stack.before_deploy(None)  # type: ignore[type-var]
    with pytest.raises(ConstructError, match="write it for shop"):
        NestedStack(stack, "Inner").after_deploy(print)
    SQSQueue(stack.node.children["Inner"], "Q")
    synthesize(app)
    with pytest.raises(ConstructError, match="after synth"):
        app.after_deploy(print)


def test_a_manifest_with_terms_that_cannot_be_is_damaged(tmp_path: Path) -> None:
    app = App()
    SQSQueue(Stack(app, "shop", monitoring=5), "Q")
    app.synth(str(tmp_path))
    path = tmp_path / "manifest.json"
    path.write_text(path.read_text().replace('"monitoring": 5', '"monitoring": 500'))
    with pytest.raises(InputError, match="monitoring"):
        Assembly.load(str(tmp_path))
