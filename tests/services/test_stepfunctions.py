"""State machines: how states lead on, what their data looks like, permissions statement by statement, what is refused."""

from __future__ import annotations

import json
import pathlib
import re
import sys
from typing import Any, cast

import pytest

from awsdeck import (
    App,
    ConstraintError,
    ConstructError,
    DeckError,
    DynamoDBTable,
    IAMRole,
    KMSKey,
    LambdaFunction,
    LogGroup,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    StateMachineActivity,
    inline,
    states,
)
from awsdeck.states import expr, task_token, var
from awsdeck.synth import synthesize

ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def function(stack: Stack) -> LambdaFunction:
    return LambdaFunction(stack, "F", code=inline("def handler(event, context): ..."), runtime="python3.13")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def definition(stack: Stack, id: str = "M") -> dict[str, Any]:
    text = resources(stack)[id]["Properties"]["DefinitionString"]
    read: dict[str, Any] = json.loads(text["Fn::Sub"] if isinstance(text, dict) else text)
    return read


def statements(stack: Stack, id: str = "MRolePolicy") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]
    return found


def made(stack: Stack, flow: states.State | states.Chain, **keywords: Any) -> dict[str, Any]:
    StateMachine(stack, "M", definition=flow, **keywords)
    return definition(stack)


def arn(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    return {finding.rule for finding in caught.value.findings}


# how states lead on


def test_states_lead_on_as_they_are_chained_and_the_last_one_ends(stack: Stack) -> None:
    flow = states.Pass("A") >> states.Wait("B", seconds=5) >> states.Pass("C")
    assert made(stack, flow, comment="why", timeout=60) == {
        "Comment": "why", "TimeoutSeconds": 60, "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 5, "Next": "C"},
            "C": {"Type": "Pass", "End": True},
        },
    }  # fmt: skip


def test_chains_can_be_chained(stack: Stack) -> None:
    flow = (states.Pass("A") >> states.Pass("B")) >> (states.Pass("C") >> states.Succeed("D"))
    found = made(stack, flow)["States"]
    assert [found[name].get("Next") for name in "ABCD"] == ["B", "C", "D", None]


def test_what_follows_a_choice_comes_after_each_branch_that_goes_on(stack: Stack) -> None:
    big, small = states.Pass("Big") >> states.Pass("Bigger"), states.Fail("Small")
    choice = states.Choice("Size").when(var("$.n") > 5, big).when(var("$.n") < 1, small)
    found = made(stack, choice >> states.Succeed("Done"))["States"]
    assert found["Bigger"]["Next"] == "Done"
    assert found["Small"] == {"Type": "Fail"}
    assert found["Size"]["Default"] == "Done"


def test_a_branch_added_later_leads_to_what_follows_too(stack: Stack) -> None:
    choice = states.Choice("Size")
    flow = states.Pass("A") >> choice >> states.Succeed("Done")
    choice.when(var("$.n") > 5, states.Pass("Big")).otherwise(states.Pass("Else"))
    found = made(stack, flow)["States"]
    assert found["Big"]["Next"] == found["Else"]["Next"] == "Done"
    assert found["Size"]["Default"] == "Else"


def test_a_choice_may_lead_back(stack: Stack) -> None:
    wait, ask = states.Wait("Wait", seconds=1), states.Pass("Ask")
    flow = wait >> ask >> states.Choice("Ready?").when(var("$.ready") == True, states.Succeed("Done")).otherwise(wait)  # noqa: E712
    assert made(stack, flow)["States"]["Ready?"]["Default"] == "Wait"


def test_a_machine_can_be_one_state(stack: Stack) -> None:
    assert made(stack, states.Succeed("Done"))["StartAt"] == "Done"


def test_parallel_and_map_hold_flows_of_their_own(stack: Stack) -> None:
    parallel = states.Parallel("Both", states.Pass("L"), states.Pass("R1") >> states.Pass("R2"))
    each = states.Map(
        "Each", states.Pass("One"), items="$.list", item={"it": var("$$.Map.Item.Value")}, max_concurrency=3
    )
    found = made(stack, parallel >> each)["States"]
    assert [branch["StartAt"] for branch in found["Both"]["Branches"]] == ["L", "R1"]
    assert found["Each"]["ItemProcessor"] == {
        "ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}},
    }  # fmt: skip
    assert found["Each"]["ItemsPath"] == "$.list"
    assert found["Each"]["ItemSelector"] == {"it.$": "$$.Map.Item.Value"}


def test_errors_are_retried_and_caught(stack: Stack, function: LambdaFunction) -> None:
    task = states.invoke("A", function, retry_service_errors=False)
    task.retry("Busy", interval=2, attempts=5, backoff=1.5, max_delay=30, jitter=True).retry()
    task.catch(states.Fail("F"), "Busy", result_path="$.error").catch(states.Pass("P"))
    found = made(stack, task >> states.Succeed("Done"))["States"]["A"]
    assert found["Retry"] == [
        {"ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 1.5, "MaxDelaySeconds": 30,
         "JitterStrategy": "FULL"},
        {"ErrorEquals": ["States.ALL"]},
    ]  # fmt: skip
    assert found["Catch"] == [
        {"ErrorEquals": ["Busy"], "ResultPath": "$.error", "Next": "F"}, {"ErrorEquals": ["States.ALL"], "Next": "P"},
    ]  # fmt: skip


# data and conditions


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        (var("$.n") > 5, {"Variable": "$.n", "NumericGreaterThan": 5}),
        (var("$.s") == "a", {"Variable": "$.s", "StringEquals": "a"}),
        (var("$.b") == True, {"Variable": "$.b", "BooleanEquals": True}),  # noqa: E712
        (var("$.t", "time") < "2026-01-01T00:00:00Z", {"Variable": "$.t", "TimestampLessThan": "2026-01-01T00:00:00Z"}),
        (var("$.n", "number") >= var("$.m"), {"Variable": "$.n", "NumericGreaterThanEqualsPath": "$.m"}),
        (var("$.s") != "a", {"Not": {"Variable": "$.s", "StringEquals": "a"}}),
        (var("$.s").matches("a*"), {"Variable": "$.s", "StringMatches": "a*"}),
        (var("$.s").is_present(), {"Variable": "$.s", "IsPresent": True}),
        (
            (var("$.a") == 1) & (var("$.b") == 2) & (var("$.c") == 3),
            {"And": [{"Variable": f"$.{name}", "NumericEquals": n} for name, n in (("a", 1), ("b", 2), ("c", 3))]},
        ),
        (
            (var("$.a") == 1) | ~(var("$.b") <= 2),
            {"Or": [{"Variable": "$.a", "NumericEquals": 1}, {"Not": {"Variable": "$.b", "NumericLessThanEquals": 2}}]},
        ),
    ],
)
def test_a_condition_is_a_choice_rule(stack: Stack, condition: Any, rule: Any) -> None:
    flow = states.Choice("C").when(condition, states.Succeed("A")).otherwise(states.Fail("B"))
    assert made(stack, flow)["States"]["C"]["Choices"] == [{**rule, "Next": "A"}]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (expr("$states.input.n > 5"), "$states.input.n > 5"),
        (var("$.n") > 5, "$states.input.n > 5"),
        (var("$$.Execution.Name") == "it's", r"$states.context.Execution.Name = 'it\'s'"),
        (var("$count") == True, "$count = true"),  # noqa: E712
        (expr("$a") & ~expr("$b"), "($a) and ($not($b))"),
        (var("$.s").is_text(), "$type($states.input.s) = 'string'"),
        (var("$.s").is_present(), "$exists($states.input.s)"),
        (var("$.s").matches("a.*"), r"$contains($states.input.s, /^a\..*$/)"),
    ],
)
def test_a_condition_of_jsonata_is_an_expression(stack: Stack, condition: Any, text: str) -> None:
    flow = states.Choice("C").when(condition, states.Succeed("A")).otherwise(states.Fail("B"))
    assert made(stack, flow, query_language="JSONata")["States"]["C"]["Choices"] == [
        {"Condition": f"{{% {text} %}}", "Next": "A"}
    ]


def test_fields_of_jsonpath_are_rendered_and_none_drops(stack: Stack) -> None:
    flow = states.Pass(
        "A", parameters={"id": var("$.id"), "in": {"deep": var("$$.Execution.Id")}, "plain": 5}, input_path="$.order",
        result_path=None, output_path=var("$.x"), assign={"n": var("$.n")},
    )  # fmt: skip
    assert made(stack, flow)["States"]["A"] == {
        "Type": "Pass", "InputPath": "$.order", "ResultPath": None, "OutputPath": "$.x", "Assign": {"n.$": "$.n"},
        "Parameters": {"id.$": "$.id", "in": {"deep.$": "$$.Execution.Id"}, "plain": 5}, "End": True,
    }  # fmt: skip


def test_a_machine_of_jsonata_has_arguments_and_output(stack: Stack, function: LambdaFunction) -> None:
    flow = states.invoke("A", function, payload={"id": expr("$states.input.id")}, output=expr("$states.result"))
    found = made(stack, flow, query_language="JSONata")
    assert found["QueryLanguage"] == "JSONata"
    assert found["States"]["A"]["Arguments"] == {"id": "{% $states.input.id %}"}
    assert found["States"]["A"]["Output"] == "{% $states.result %}"


def test_one_state_may_speak_jsonata_in_a_machine_of_jsonpath(stack: Stack) -> None:
    found = made(stack, states.Pass("A") >> states.Pass("B", query_language="JSONata", output=expr("5")))["States"]
    assert found["B"] == {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% 5 %}", "End": True}


def test_times_and_errors_may_come_from_the_data(stack: Stack) -> None:
    flow = states.Wait("A", until=var("$.at")) >> states.Fail("B", error=var("$.e"), cause="why")
    found = made(stack, flow)["States"]
    assert found["A"]["TimestampPath"] == "$.at"
    assert found["B"] == {"Type": "Fail", "ErrorPath": "$.e", "Cause": "why"}


# tasks and permissions


def test_invoking_a_function_needs_that_function_and_retries_what_passes(
    stack: Stack, function: LambdaFunction
) -> None:
    found = made(stack, states.invoke("A", function))["States"]["A"]
    assert found["Resource"] == "${F.Arn}"
    assert found["Retry"][0]["ErrorEquals"][0] == "Lambda.ServiceException"
    assert statements(stack) == [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("F")}]


def test_a_function_that_answers_gets_the_token(stack: Stack, function: LambdaFunction) -> None:
    task = states.invoke("A", function, payload={"token": task_token}, wait_for_answer=True, timeout=60)
    found = made(stack, task)["States"]["A"]
    assert found["Resource"] == "arn:${AWS::Partition}:states:::lambda:invoke.waitForTaskToken"
    assert found["Parameters"] == {"FunctionName": "${F.Arn}", "Payload": {"token.$": "$$.Task.Token"}}
    assert found["TimeoutSeconds"] == 60


def test_sending_with_a_customer_key_needs_the_key_too(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q", encryption="kms", key=KMSKey(stack, "Key"))
    found = made(stack, states.send("A", queue, group="g"))["States"]["A"]["Parameters"]
    assert found == {"QueueUrl": "${Q}", "MessageBody.$": "$", "MessageGroupId": "g"}
    assert statements(stack) == [
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": arn("Key")},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn("Q")},
    ]


def test_publishing_needs_that_topic(stack: Stack) -> None:
    made(stack, states.publish("A", SNSTopic(stack, "T"), subject="s"))
    assert statements(stack) == [{"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "T"}}]


def test_each_call_of_a_table_needs_itself_alone(stack: Stack) -> None:
    table = DynamoDBTable(stack, "T", partition_key="id")
    flow = (
        states.get_item("G", table, key={"id": var("$.id")})
        >> states.put_item("P", table, item={"id": "a", "n": 5, "yes": True, "no": None, "raw": {"L": []},
                                             "m": var("$.m", "number")})
        >> states.update_item("U", table, key={"id": "a"}, update="SET n = :n", values={":n": 1})
        >> states.delete_item("D", table, key={"id": "a"}, condition="n = :n", values={":n": 1})
    )  # fmt: skip
    found = made(stack, flow)["States"]
    assert found["G"]["Parameters"] == {"TableName": "${T}", "Key": {"id": {"S.$": "$.id"}}}
    assert found["P"]["Parameters"]["Item"] == {
        "id": {"S": "a"}, "n": {"N": "5"}, "yes": {"BOOL": True}, "no": {"NULL": True}, "raw": {"L": []},
        "m": {"N.$": "States.Format('{}', $.m)"},
    }  # fmt: skip
    assert statements(stack) == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": arn("T"),
        }
    ]


def test_waiting_for_another_machine_needs_its_executions_and_the_kept_rule_first(stack: Stack) -> None:
    other = StateMachine(stack, "Other", definition=states.Succeed("Done"))
    machine = StateMachine(stack, "M", definition=states.start("A", other))
    assert [one["Action"] for one in statements(stack)] == [
        "states:StartExecution", ["states:DescribeExecution", "states:StopExecution"],
    ]  # fmt: skip
    assert statements(stack)[1]["Resource"]["Fn::Sub"].endswith(":execution:${Other.Name}:*")
    (kept,) = statements(stack, "MPolicy")
    assert kept["Resource"]["Fn::Sub"].endswith("rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")
    assert "MPolicy" in resources(stack)["M"]["DependsOn"]
    assert machine.arn != other.arn


def test_jobs_of_ecs_batch_and_glue_are_waited_for(stack: Stack) -> None:
    role = IAMRole(stack, "Task", assumed_by="ecs-tasks.amazonaws.com")
    cluster, task = (
        "arn:aws:ecs:eu-west-1:123456789012:cluster/c",
        "arn:aws:ecs:eu-west-1:123456789012:task-definition/t:1",
    )
    batch = "arn:aws:batch:eu-west-1:123456789012"
    flow = (
        states.run_task("E", cluster=cluster, task_definition=task, roles=[role])
        >> states.submit_job("B", job="j", definition=f"{batch}:job-definition/d:1", queue=f"{batch}:job-queue/q")
        >> states.start_job_run("G", job="g", wait=False)
    )
    found = made(stack, flow)["States"]
    assert [found[name]["Resource"].rpartition(":")[2] for name in "EBG"] == [
        "runTask.sync", "submitJob.sync", "startJobRun",
    ]  # fmt: skip
    by_action = {json.dumps(one["Action"]): one for one in statements(stack)}
    assert by_action['"ecs:RunTask"']["Resource"] == task
    assert by_action['"ecs:RunTask"']["Condition"] == {"ArnEquals": {"ecs:cluster": cluster}}
    assert by_action['"iam:PassRole"']["Resource"] == arn("Task")
    assert by_action['"batch:SubmitJob"']["Resource"] == [f"{batch}:job-definition/d:1", f"{batch}:job-queue/q"]
    assert by_action['"glue:StartJobRun"']["Resource"]["Fn::Sub"].endswith(":job/g")
    (kept,) = statements(stack, "MPolicy")
    assert len(kept["Resource"]) == 2


def test_any_call_of_aws_is_allowed_under_its_name_on_what_is_given(stack: Stack) -> None:
    flow = states.call("A", "sfn:stopExecution", {"ExecutionArn": var("$.arn")}, on=ARN) >> states.call(
        "B", "s3:listObjectsV2", {"Bucket": "b"}, on="arn:aws:s3:::b", actions=["s3:ListBucket"]
    )
    assert made(stack, flow)["States"]["A"]["Resource"].endswith(":states:::aws-sdk:sfn:stopExecution")
    assert [(one["Action"], one["Resource"]) for one in statements(stack)] == [
        ("states:StopExecution", ARN), ("s3:ListBucket", "arn:aws:s3:::b"),
    ]  # fmt: skip


def test_an_api_is_called_in_one_way_alone(stack: Stack) -> None:
    connection = "arn:aws:events:eu-west-1:123456789012:connection/pay/1"
    made(stack, states.http("A", "https://pay.example.com/", connection=connection, method="POST", body=var("$")))
    first, second, third = statements(stack)
    assert first["Resource"] == arn("M")
    assert first["Condition"]["StringEquals"] == {
        "states:HTTPEndpoint": "https://pay.example.com/", "states:HTTPMethod": "POST",
    }  # fmt: skip
    assert second == {"Effect": "Allow", "Action": "events:RetrieveConnectionCredentials", "Resource": connection}
    assert third["Resource"]["Fn::Sub"].endswith(":secret:events!connection/*")


def test_an_activity_is_asked_and_its_worker_let_in(stack: Stack, function: LambdaFunction) -> None:
    activity = StateMachineActivity(stack, "Audit", name="audit")
    activity.grant_work(function)
    assert made(stack, states.ask("A", activity, timeout=5))["States"]["A"]["Resource"] == "${Audit}"
    assert "MRolePolicy" not in resources(stack)
    assert statements(stack, "FRolePolicy")[0]["Resource"] == {"Ref": "Audit"}


def test_a_plain_task_brings_what_it_is_told_to_be_allowed(stack: Stack) -> None:
    task = states.Task(
        "A", "glue:startCrawler", arguments={"Name": "c"}, allow=[("glue:StartCrawler", "arn:aws:glue:::c")]
    )
    assert made(stack, task)["States"]["A"]["Resource"] == "arn:${AWS::Partition}:states:::glue:startCrawler"
    assert statements(stack) == [{"Effect": "Allow", "Action": "glue:StartCrawler", "Resource": "arn:aws:glue:::c"}]


def test_a_distributed_map_starts_its_own_machine_and_reads_its_bucket(stack: Stack) -> None:
    from awsdeck import S3Bucket

    bucket, results = S3Bucket(stack, "In"), S3Bucket(stack, "Out")
    each = states.DistributedMap(
        "E",
        states.Pass("One"),
        bucket=bucket,
        object_key=var("$.key"),
        format="CSV",
        results=results,
        express=True,
        batch=10,
    )
    found = made(stack, each)["States"]["E"]
    assert found["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    assert found["ItemReader"]["Parameters"] == {"Bucket": "${In}", "Key.$": "$.key"}
    assert found["ItemReader"]["ReaderConfig"] == {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}
    assert statements(stack)[0] == {"Effect": "Allow", "Action": "states:StartExecution", "Resource": arn("M")}
    assert {"Ref": "In"} not in [one["Resource"] for one in statements(stack)]


def test_a_role_given_by_arn_is_left_alone_and_another_gets_the_permissions(
    stack: Stack, function: LambdaFunction
) -> None:
    StateMachine(
        stack, "Lent", definition=states.invoke("A", function), role="arn:aws:iam::123456789012:role/lent", tracing=True
    )
    role = IAMRole(stack, "Own", assumed_by="states.amazonaws.com")
    StateMachine(stack, "M", definition=states.invoke("A", function), role=role)
    found = resources(stack)
    assert found["Lent"]["Properties"]["RoleArn"] == "arn:aws:iam::123456789012:role/lent"
    assert not [id for id in found if id.startswith("Lent") and id != "Lent"]
    assert statements(stack, "OwnPolicy")[0]["Resource"] == arn("F")


# logs, tracing, keys


def test_an_express_machine_logs_its_errors_and_a_standard_one_nothing(stack: Stack) -> None:
    StateMachine(stack, "E", definition=states.Succeed("A"), type="express")
    StateMachine(stack, "S", definition=states.Succeed("A"))
    group = LogGroup(stack, "G")
    StateMachine(stack, "L", definition=states.Succeed("A"), logs=group, log_level="all", log_data=True)
    StateMachine(stack, "N", definition=states.Succeed("A"), type="express", log_level="off")
    found = resources(stack)
    assert found["E"]["Properties"]["LoggingConfiguration"]["Level"] == "ERROR"
    assert found["ELogs"]["Type"] == "AWS::Logs::LogGroup"
    assert "LoggingConfiguration" not in found["S"]["Properties"]
    assert found["L"]["Properties"]["LoggingConfiguration"] == {
        "Level": "ALL", "IncludeExecutionData": True,
        "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": arn("G")}}],
    }  # fmt: skip
    assert "LoggingConfiguration" not in found["N"]["Properties"]


def test_tracing_and_a_key_are_allowed_before_the_machine_is_made(stack: Stack) -> None:
    StateMachine(stack, "M", definition=states.Succeed("A"), tracing=True, key=KMSKey(stack, "Key"))
    found = resources(stack)["M"]
    assert found["Properties"]["TracingConfiguration"] == {"Enabled": True}
    assert found["Properties"]["EncryptionConfiguration"] == {
        "Type": "CUSTOMER_MANAGED_KMS_KEY",
        "KmsKeyId": arn("Key"),
    }
    assert "MPolicy" in found["DependsOn"]
    assert [one["Resource"] for one in statements(stack, "MPolicy")] == ["*", arn("Key")]


# who may what, versions and aliases


def test_grants_name_the_machine_or_its_executions(stack: Stack, function: LambdaFunction) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("A"))
    machine.grant_start(function)
    machine.grant_start_sync(function)
    machine.grant_read(function)
    machine.grant_stop(function)
    machine.grant_task_response(function)
    whole, executions = statements(stack, "FRolePolicy")
    assert whole["Resource"] == arn("M")
    assert "states:StartSyncExecution" in whole["Action"]
    assert "states:SendTaskSuccess" in whole["Action"]
    assert executions["Resource"]["Fn::Sub"].endswith(":execution:${M.Name}:*")
    assert "states:StopExecution" in executions["Action"]


def test_a_service_cannot_be_let_in_since_a_machine_has_no_policy(stack: Stack) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("A"))
    with pytest.raises(ConstructError, match="no policy of its own"):
        machine.grant_start("events.amazonaws.com")


def test_an_alias_moves_gradually_to_the_version_it_makes(stack: Stack, function: LambdaFunction) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("A"))
    live = machine.alias("live", shift="linear", percent=10, interval=5)
    live.grant_start(function)
    found = resources(stack)
    assert found["MLive"]["Properties"]["DeploymentPreference"] == {
        "StateMachineVersionArn": arn("MVersion"), "Type": "LINEAR", "Percentage": 10, "Interval": 5,
    }  # fmt: skip
    assert found["MVersion"]["DeletionPolicy"] == "Retain"
    assert statements(stack, "FRolePolicy")[0]["Resource"] == arn("MLive")


def test_an_alias_splits_between_versions(stack: Stack) -> None:
    machine = StateMachine(stack, "M", definition=states.Succeed("A"))
    machine.alias("both", weights={machine.version(): 90, f"{ARN}:1": 10})
    with pytest.raises(ConstraintError) as caught:
        machine.alias("odd", weights={f"{ARN}:1": 90})
    assert rules(caught) == {"SFN012"}
    routes = resources(stack)["MBoth"]["Properties"]["RoutingConfiguration"]
    assert [route["Weight"] for route in routes] == [90, 10]


def test_an_existing_machine_is_started_by_arn(stack: Stack, function: LambdaFunction) -> None:
    machine = StateMachine.from_arn(stack, "Old", ARN)
    machine.grant_start(function)
    machine.grant_stop(function)
    assert [one["Resource"] for one in statements(stack, "FRolePolicy")] == [
        ARN, "arn:aws:states:eu-west-1:123456789012:execution:orders:*",
    ]  # fmt: skip
    with pytest.raises(ConstructError, match="not the ARN"):
        StateMachine.from_arn(stack, "Bad", "arn:aws:states:eu-west-1:123456789012:execution:orders:1")


def test_metrics_are_of_the_machine(stack: Stack) -> None:
    metric = StateMachine(stack, "M", definition=states.Succeed("A")).metric("ExecutionsFailed")
    assert (metric.namespace, metric.statistic) == ("AWS/States", "Sum")


# files


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


FILE = """
StartAt: A
States:
  A:
    Type: Task
    Resource: ${Check}
    TimeoutSeconds: ${Seconds}
    Retry: [{ErrorEquals: [States.ALL]}]
    Comment: "in ${Stage}"
    End: true
"""


def test_a_file_is_filled_with_text_numbers_and_constructs_that_are_let(
    stack: Stack, function: LambdaFunction, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "a.asl.yaml").write_text(FILE)
    StateMachine.from_file(
        stack, "M", tmp_path / "a.asl.yaml", substitutions={"Check": function, "Seconds": 5, "Stage": 'the "last"'}
    )
    found = definition(stack)["States"]["A"]
    assert (found["Resource"], found["TimeoutSeconds"], found["Comment"]) == ("${F.Arn}", 5, 'in the "last"')
    assert statements(stack) == [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("F")}]


def test_a_file_may_be_json_and_its_mistakes_are_told(stack: Stack, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "a.asl.json"
    file.write_text('{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}')
    with pytest.raises(ConstraintError, match="StartAt names 'B'"):
        StateMachine.from_file(stack, "M", file)
    file.write_text('{"StartAt": ')
    with pytest.raises(DeckError, match=r"a\.asl\.json"):
        StateMachine.from_file(stack, "N", file)
    with pytest.raises(ConstructError, match="cannot be read"):
        StateMachine.from_file(stack, "O", tmp_path / "none.json")


def test_names_of_a_file_that_nothing_stands_for_are_told_all_at_once(stack: Stack, tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.yaml").write_text(FILE)
    with pytest.raises(ConstructError) as caught:
        StateMachine.from_file(stack, "M", tmp_path / "a.yaml", substitutions={"Seconds": 5, "Other": "x"})
    for words in ("${Check}", "${Stage}", "does not hold ${Other}"):
        assert words in str(caught.value)
    assert "test_stepfunctions.py" in str(caught.value)


# what is refused


def test_a_state_that_nobody_reaches_is_told_where_it_was_made(stack: Stack) -> None:
    done = states.Succeed("Done")
    _ = states.Pass("Lost") >> done
    with pytest.raises(ConstructError, match=r"Pass\('Lost'\).*nothing leads to it") as caught:
        StateMachine(stack, "M", definition=states.Pass("A") >> done)
    assert "test_stepfunctions.py" in str(caught.value)


def test_two_states_of_one_name_are_told_also_across_branches(stack: Stack) -> None:
    flow = states.Parallel("P", states.Pass("A"), states.Pass("A")) >> states.Pass("P")
    with pytest.raises(ConstructError) as caught:
        StateMachine(stack, "M", definition=flow)
    assert "two states are called 'A'" in str(caught.value)
    assert "two states are called 'P'" in str(caught.value)


def test_a_state_belongs_to_one_machine(stack: Stack) -> None:
    done = states.Succeed("Done")
    StateMachine(stack, "M", definition=done)
    with pytest.raises(ConstructError, match="stands in shop/M already"):
        StateMachine(stack, "N", definition=states.Pass("A") >> done)


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (lambda: states.Succeed("A") >> states.Pass("B"), "ends the machine"),
        (lambda: states.Pass("A") >> 5, "is no state"),  # type: ignore[operator]
        (lambda: states.Choice("A").when(True, states.Pass("B")), "is no condition"),  # type: ignore[arg-type]
        (lambda: states.Choice("A").when("$.n", states.Pass("B")), "is no condition"),
        (lambda: var("n"), "does not begin with"),
        (lambda: var("$.a["), "brackets"),
        (lambda: var("$.n") > True, "cannot be compared"),
        (lambda: var("$.n") == [], "cannot be compared"),
        (lambda: (var("$.n") > 5) and (var("$.m") > 5), "when the machine runs"),
        (lambda: expr("{% $a %}"), "brings its braces"),
        (lambda: states.Pass("A", colour="red"), "no keyword 'colour'"),  # type: ignore[call-arg]
        (lambda: states.call("A", "listBuckets", on="*"), "is no call"),
        (lambda: states.Choice("A").otherwise(states.Pass("B")).otherwise(states.Pass("C")), "a default already"),
    ],
)
def test_a_mistake_in_a_state_is_told_at_its_line(flow: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        flow()
    assert "test_stepfunctions.py" in str(caught.value)


def test_a_state_leads_to_one_other(stack: Stack) -> None:
    first = states.Pass("A")
    _ = first >> states.Pass("B")
    with pytest.raises(ConstructError, match="leads to Pass\\('B'\\) already"):
        _ = first >> states.Pass("C")


def test_a_token_without_a_wait_and_a_wait_without_a_token_are_refused(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    with pytest.raises(ConstructError, match="nobody gets the task token"):
        states.send("A", queue, wait_for_answer=True)
    with pytest.raises(ConstructError, match="does not wait"):
        states.send("A", queue, body={"token": task_token})


def test_jsonata_in_a_machine_of_jsonpath_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="query language is JSONPath"):
        StateMachine(stack, "M", definition=states.Choice("A").when(expr("$a"), states.Pass("B")))
    with pytest.raises(ConstructError, match="cannot read"):
        StateMachine(
            stack, "N", definition=states.Pass("A", output=var("$.a[*].b")), query_language="JSONata"
        )  # fmt: skip
    with pytest.raises(ConstructError, match="cannot stand in a list"):
        StateMachine(stack, "O", definition=states.Pass("A", parameters={"a": [var("$.b")]}))


@pytest.mark.parametrize(
    ("flow", "rule", "words"),
    [
        (lambda: states.Wait("A"), "SFN004", "has none"),
        (lambda: states.Wait("A", seconds=-1), "SFN004", "Seconds is -1"),
        (lambda: states.Wait("A", until="tomorrow"), "SFN004", "no point in time"),
        (lambda: states.Task("A", "sqs:sendMessage", timeout=5, heartbeat=5), "SFN004", "not below"),
        (lambda: states.Task("A", "sqs:sendMessage").retry(attempts=-1), "SFN004", "MaxAttempts is -1"),
        (lambda: states.Task("A", "sqs:sendMessage").retry().retry("Busy"), "SFN004", "States.ALL must stand"),
        (lambda: states.Pass("A", result_path="$.a[*]"), "SFN007", "several places"),
        (lambda: states.Pass("A", result_selector={}), "SFN007", "no field ResultSelector"),
        (lambda: states.Pass("A", output=5), "SFN007", "Output belongs to JSONata"),
        (lambda: states.Choice("A"), "SFN008", "without Choices"),
        (lambda: states.Parallel("A"), "SFN009", "without Branches"),
        (lambda: states.Pass("n" * 129), "SFN002", "129 characters"),
    ],
)
def test_what_the_language_forbids_is_an_error_when_the_machine_is_made(
    stack: Stack, flow: Any, rule: str, words: str
) -> None:
    with pytest.raises(ConstraintError, match=words) as caught:
        StateMachine(stack, "M", definition=flow())
    assert rule in rules(caught)
    for finding in caught.value.findings:
        assert finding.file is not None
        assert finding.file.endswith("test_stepfunctions.py")


def test_an_express_machine_waits_for_nobody_and_several_mistakes_come_at_once(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    flow = states.send("A", queue, body={"t": task_token}, wait_for_answer=True, timeout=5) >> states.Wait("B")
    with pytest.raises(ConstraintError) as caught:
        StateMachine(stack, "M", definition=flow, type="express")
    assert rules(caught) == {"SFN004", "SFN005"}


def test_a_definition_that_never_ends_is_an_error(stack: Stack) -> None:
    first, second = states.Pass("A"), states.Pass("B")
    with pytest.raises(ConstraintError, match="no state ends"):
        StateMachine(stack, "M", definition=first >> second >> first)


def line() -> int:
    """The line that asks."""
    return sys._getframe(1).f_lineno


def test_what_is_wrong_with_a_state_is_told_at_its_own_line(stack: Stack, function: LambdaFunction) -> None:
    first = line() + 1
    wait = states.Wait("W", seconds=-3)
    inner = states.Pass("P", result_path="x")
    each = states.Map("Each", inner, items="$.lines")
    with pytest.raises(ConstraintError) as caught:
        StateMachine(stack, "M", definition=wait >> each, timeout=-1)
    told = {(finding.message.split(":")[0], finding.line) for finding in caught.value.findings}
    assert told == {("state W", first), ("state P", first + 1), ("TimeoutSeconds is -1", first + 4)}
    assert {finding.construct for finding in caught.value.findings} == {"shop/M"}


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        (lambda queue, _: states.invoke("T", queue), "a function or an alias of one, not the SQSQueue shop/Q"),
        (lambda _, function: states.send("T", function), "a queue, not the LambdaFunction shop/F"),
        (lambda queue, _: states.publish("T", queue), "a topic, not the SQSQueue shop/Q"),
        (lambda _, __: states.publish("T", cast("Any", "orders")), "a topic, not 'orders'"),
        (lambda queue, _: states.put_item("T", queue, item={"id": "1"}), "a table, not the SQSQueue shop/Q"),
        (lambda _, function: states.start("T", function), "a state machine, not the LambdaFunction shop/F"),
        (
            lambda queue, _: states.put_event("T", source="s", detail_type="d", bus=queue),
            "an event bus, not the SQSQueue shop/Q",
        ),
    ],
)
def test_a_task_with_something_of_another_kind_says_what_it_takes(
    stack: Stack, function: LambdaFunction, task: Any, kind: str
) -> None:
    with pytest.raises(ConstructError, match=f"the task 'T' takes {kind}"):
        task(SQSQueue(stack, "Q"), function)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda table: states.put_item("T", table, item={"id": "1"}),
            "writes an item with id, and the key of shop/Orders",
        ),
        (lambda table: states.get_item("T", table, key={"id": "1", "at": 2, "x": 3}), "asks by id, at, x"),
        (lambda table: states.delete_item("T", table, key={}), "asks by nothing"),
        (lambda table: states.update_item("T", table, key={"at": 2}, update="SET a = :a"), "is id and at"),
        (lambda table: states.put_item("T", table, item=cast("Any", var("$.item"))), "is no item"),
    ],
)
def test_a_table_is_asked_by_its_own_key(stack: Stack, make: Any, said: str) -> None:
    table = DynamoDBTable(stack, "Orders", partition_key="id", sort_key=("at", "N"))
    with pytest.raises(ConstructError, match=re.escape(said)):
        make(table)


def test_the_key_of_a_table_made_elsewhere_is_not_known(stack: Stack) -> None:
    table = DynamoDBTable.from_name(stack, "Orders", "orders")
    assert made(stack, states.get_item("T", table, key={"any": "1"}))["States"]["T"]["Parameters"]["Key"]


def test_what_is_wrong_in_a_file_is_told_at_the_line_of_the_file(tmp_path: pathlib.Path, stack: Stack) -> None:
    lines = [
        "StartAt: A", "States:", "  A: {Type: Parallel, End: true, Branches: [{StartAt: I, States: {I: {Type: Wait, End: true}}}]}",
        "  B: {Type: Pass, ResultPath: x, End: true}",
    ]  # fmt: skip
    (tmp_path / "flow.asl.yaml").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConstraintError) as caught:
        StateMachine.from_file(stack, "M", tmp_path / "flow.asl.yaml")
    told = {(finding.rule, pathlib.Path(finding.file or "").name, finding.line) for finding in caught.value.findings}
    assert told == {("SFN003", "flow.asl.yaml", 4), ("SFN004", "flow.asl.yaml", 3), ("SFN007", "flow.asl.yaml", 4)}


def test_a_message_to_a_fifo_queue_has_a_group(stack: Stack) -> None:
    queue = SQSQueue(stack, "Q", fifo=True)
    with pytest.raises(ConstructError, match="without a message group"):
        states.send("A", queue)
    sent = made(stack, states.send("A", queue, group=var("$.customer")))["States"]["A"]["Parameters"]
    assert sent["MessageGroupId.$"] == "$.customer"
