"""State machines tried out in tests: the way they go, what tasks are sent, errors, and what data becomes."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import App, DynamoDBTable, LambdaFunction, SQSQueue, Stack, StateMachine, inline, states
from awsdeck.states import expr, task_token, var
from awsdeck.testing import StateError, run


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def machine(stack: Stack) -> StateMachine:
    function = LambdaFunction(stack, "F", code=inline("def handler(event, context): ..."), runtime="python3.13")
    queue, table = SQSQueue(stack, "Q"), DynamoDBTable(stack, "T", partition_key="id")
    failed = states.Pass("Note", parameters={"why": var("$.error.Cause")}) >> states.Fail("Failed", error="Oops")
    check = states.invoke("Check", function, payload={"id": var("$.id")}, result_path="$.check").catch(
        failed, result_path="$.error"
    )
    ask = states.send("Ask", queue, body={"id": var("$.id"), "token": task_token}, wait_for_answer=True, timeout=60,
                      result_path=None)  # fmt: skip
    keep = states.put_item("Keep", table, item={"id": var("$.id"), "total": var("$.total", "number")}, result_path=None)
    choice = states.Choice("Big?").when((var("$.total") > 100) & (var("$.check.ok") == True), ask)  # noqa: E712
    return StateMachine(stack, "M", definition=check >> choice >> keep >> states.Succeed("Done", output_path="$.check"))


def test_an_execution_goes_its_way_and_tasks_hear_what_they_would_be_sent(machine: StateMachine) -> None:
    mocks = {"Check": lambda sent: {"ok": sent["id"] == "a"}, "Ask": {"ignored": True}, "Keep": {}}
    done = run(machine, {"id": "a", "total": 150}, mocks)
    assert (done.status, done.output) == ("succeeded", {"ok": True})
    assert done.path == ["Check", "Big?", "Ask", "Keep", "Done"]
    assert done.calls["Check"] == [{"id": "a"}]
    (asked,) = done.calls["Ask"]
    assert asked["MessageBody"] == {"id": "a", "token": "token of Ask"}
    (kept,) = done.calls["Keep"]
    assert kept["Item"] == {"id": {"S": "a"}, "total": {"N": "150"}}


def test_the_other_branch_skips_a_task(machine: StateMachine) -> None:
    done = run(machine, {"id": "b", "total": 150}, {"Check": {"ok": False}, "Keep": {}})
    assert done.path == ["Check", "Big?", "Keep", "Done"]


def test_an_error_is_retried_then_caught(machine: StateMachine) -> None:
    busy = StateError("Lambda.ServiceException", "later")
    done = run(machine, {"id": "a", "total": 1}, {"Check": (busy, busy, {"ok": True}), "Keep": {}})
    assert done.status == "succeeded"
    assert len(done.calls["Check"]) == 3
    done = run(machine, {"id": "a", "total": 1}, {"Check": StateError("Broken", "for good"), "Keep": {}})
    assert (done.status, done.error) == ("failed", "Oops")
    assert done.path == ["Check", "Note", "Failed"]
    assert len(done.calls["Check"]) == 1
    done = run(machine, {"id": "a", "total": 1}, {"Check": busy})
    assert len(done.calls["Check"]) == 7


def test_a_task_without_a_mock_is_told(machine: StateMachine) -> None:
    with pytest.raises(AssertionError, match="the task 'Keep' is reached"):
        run(machine, {"id": "a", "total": 1}, {"Check": {"ok": True}})


def one(state: dict[str, Any], data: Any = None, **mocks: Any) -> Any:
    done = run({"StartAt": "A", "States": {"A": {"End": True, **state}}}, data, mocks)
    return done.output if done.status == "succeeded" else (done.error, done.cause)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ({"a.$": "$.x.y[1]"}, {"a": 2}),
        ({"a.$": "$['x'].y[-1]"}, {"a": 3}),
        ({"a.$": "$.items[*].n"}, {"a": [1, 2]}),
        ({"a": {"b": [{"c.$": "$.s"}], "d": "$.s"}}, {"a": {"b": [{"c": "t"}], "d": "$.s"}}),
        ({"a.$": "$$.Execution.Input.s"}, {"a": "t"}),
        ({"a.$": "States.Format('{}: {}', $.s, $.x.y[0])"}, {"a": "t: 1"}),
        ({"a.$": "States.ArrayLength(States.Array($.s, 'b', 5, true, null))"}, {"a": 5}),
        ({"a.$": "States.MathAdd($.x.y[0], -3)"}, {"a": -2}),
        ({"a.$": "States.StringSplit('a,b;c', ',;')"}, {"a": ["a", "b", "c"]}),
        ({"a.$": "States.JsonToString($.x)"}, {"a": '{"y":[1,2,3]}'}),
        ({"a.$": "States.StringToJson('{\"b\": 1}')"}, {"a": {"b": 1}}),
        ({"a.$": "States.JsonMerge($.x, States.StringToJson('{\"z\": 1}'), false)"}, {"a": {"y": [1, 2, 3], "z": 1}}),
        ({"a.$": "States.ArrayPartition($.x.y, 2)"}, {"a": [[1, 2], [3]]}),
        ({"a.$": "States.ArrayRange(1, 9, 4)"}, {"a": [1, 5, 9]}),
        ({"a.$": "States.ArrayUnique(States.Array(1, 2, 1))"}, {"a": [1, 2]}),
        ({"a.$": "States.ArrayContains($.x.y, 2)"}, {"a": True}),
        ({"a.$": "States.Base64Decode(States.Base64Encode($.s))"}, {"a": "t"}),
        ({"a.$": "States.Hash('a', 'SHA-1')"}, {"a": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"}),
    ],
)  # fmt: skip
def test_paths_and_functions_are_filled_in(template: Any, value: Any) -> None:
    data = {"x": {"y": [1, 2, 3]}, "items": [{"n": 1}, {"n": 2}], "s": "t"}
    assert one({"Type": "Pass", "Parameters": template}, data) == value


def test_nothing_at_a_path_fails_the_execution() -> None:
    error, cause = one({"Type": "Pass", "Parameters": {"a.$": "$.none"}})
    assert (error, cause) == ("States.ParameterPathFailure", "there is nothing at $.none")


def test_results_are_chosen_placed_and_dropped() -> None:
    task = {"Type": "Task", "Resource": "r", "InputPath": "$.in", "ResultSelector": {"n.$": "$.Payload.n"}}
    assert one({**task, "ResultPath": "$.deep.out"}, {"in": {"a": 1}}, A={"Payload": {"n": 5}}) == {
        "a": 1, "deep": {"out": {"n": 5}},
    }  # fmt: skip
    assert one({**task, "ResultPath": None}, {"in": {"a": 1}}, A={"Payload": {"n": 5}}) == {"a": 1}
    assert one({**task, "OutputPath": "$.n"}, {"in": {"a": 1}}, A={"Payload": {"n": 5}}) == 5
    assert one({"Type": "Pass", "OutputPath": None}, {"a": 1}) == {}


def test_variables_are_read_by_later_states() -> None:
    definition = {"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"n.$": "$.x"}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"got.$": "$n"}, "End": True},
    }}  # fmt: skip
    assert run(definition, {"x": 7}).output == {"got": 7}


def test_branches_and_items_run_one_by_one() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Task", "Resource": "r", "End": True}}}
    branch = {"StartAt": "L", "States": {"L": {"Type": "Pass", "Result": "left", "End": True}}}
    other = {"StartAt": "R", "States": {"R": {"Type": "Succeed"}}}
    assert one({"Type": "Parallel", "Branches": [branch, other]}, {"a": 1}) == ["left", {"a": 1}]
    each = {"Type": "Map", "ItemsPath": "$.list", "ItemProcessor": inner,
            "ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "$$.Map.Item.Index", "all.$": "$.k"}}  # fmt: skip
    assert one(each, {"list": ["x", "y"], "k": 1}, I=lambda sent: [sent["v"], sent["i"], sent["all"]]) == [
        ["x", 0, 1], ["y", 1, 1],
    ]  # fmt: skip
    assert one(each, {"list": 5, "k": 1})[0] == "States.Runtime"


@pytest.mark.parametrize(
    ("rule", "data", "holds"),
    [
        ({"Variable": "$.a", "StringMatches": "log-*.[txt]"}, {"a": "log-1.[txt]"}, True),
        ({"Variable": "$.a", "StringMatches": "log-?"}, {"a": "log-1"}, False),
        ({"Variable": "$.a", "NumericLessThanEqualsPath": "$.b"}, {"a": 1, "b": 1}, True),
        ({"Variable": "$.a", "NumericEquals": 1}, {"a": "1"}, False),
        ({"Variable": "$.a", "TimestampGreaterThan": "2026-01-01T00:00:00Z"}, {"a": "2026-01-01T00:30:00-01:00"}, True),
        ({"Variable": "$.a", "IsPresent": False}, {}, True),
        ({"Variable": "$.a", "IsTimestamp": True}, {"a": "2026"}, False),
        (
            {"Or": [{"Variable": "$.a", "BooleanEquals": True}, {"Not": {"Variable": "$.a", "IsNull": True}}]},
            {"a": None},
            False,
        ),
        (
            {"And": [{"Variable": "$.a", "StringGreaterThan": "a"}, {"Variable": "$.a", "IsString": True}]},
            {"a": "b"},
            True,
        ),
    ],
)
def test_choices_compare_as_step_functions_does(rule: Any, data: Any, holds: bool) -> None:
    definition = {
        "StartAt": "C",
        "States": {
            "C": {"Type": "Choice", "Choices": [{**rule, "Next": "Y"}], "Default": "N"},
            "Y": {"Type": "Succeed"}, "N": {"Type": "Succeed"},
        },
    }  # fmt: skip
    assert run(definition, data).path[-1] == ("Y" if holds else "N")


def test_no_choice_that_fits_fails_and_a_circle_is_told() -> None:
    rule = {"Variable": "$.a", "NumericEquals": 1, "Next": "C"}
    definition: dict[str, Any] = {"StartAt": "C", "States": {"C": {"Type": "Choice", "Choices": [rule]}}}
    assert run(definition, {"a": 2}).error == "States.NoChoiceMatched"
    with pytest.raises(AssertionError, match="no end"):
        run(definition, {"a": 1})


def test_jsonata_is_not_tried_out(stack: Stack) -> None:
    machine = StateMachine(stack, "J", definition=states.Pass("A", output=expr("5")), query_language="JSONata")
    with pytest.raises(AssertionError, match="speaks JSONata"):
        run(machine)
    with pytest.raises(AssertionError, match="filters and slices are not"):
        one({"Type": "Pass", "Parameters": {"a.$": "$.x[?(@.n == 1)]"}}, {"x": []})
