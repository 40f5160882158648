"""AWS Step Functions: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..policies.access import FUNCTION, Grants, generated
from ..vocabulary import ABSENT, Limit, Rule, Violation, as_list, is_unknown, number
from .stateflows import problems
from .statelanguage import FORMS, MACHINE, machine, opened, states

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from .statefields import Problem
    from .statelanguage import Machine, State

ALIAS = "AWS::StepFunctions::StateMachineAlias"
DEFINITION_MOST = 1_048_576
"""Characters of a definition. Source: Step Functions Developer Guide, quotas."""
NAME_MOST = 80
_DEVELOPER = "Step Functions Developer Guide"
_LAMBDA = ("lambda:invoke", ".waitForTaskToken")
_OF_STATE = "state {element}: {problem}"


def _of(rule: str) -> Callable[[View], Iterator[Violation]]:
    def check(view: View) -> Iterator[Violation]:
        of = machine(view)
        found: list[tuple[Problem, str | None]] = view.kept("state problems", problems) if of.body is not None else []
        for (id, steps, problem, severity, fix), state in found:
            if id == rule:
                yield Violation(
                    of.path(steps),
                    message="{problem}" if state is None else _OF_STATE,
                    severity=severity,  # type: ignore[arg-type]
                    fix=fix,
                    problem=problem,
                    element=_about(steps) if state is None else state,
                )

    return check


def _about(steps: Any) -> str | None:
    """The state whose own place this is, for what is said of all states together."""
    return str(steps[-1]) if steps[-2:-1] == ("States",) else None


def _whole(view: View) -> Iterator[Violation]:
    given = [name for name in FORMS if view.get(name) is not ABSENT]
    if len(given) != 1:
        said = "none" if not given else " and ".join(given)
        yield Violation(
            given[1:2],
            problem=f"give exactly one of {', '.join(FORMS)}; there is {said}",
            fix="say what the machine does in Definition or DefinitionString",
        )
    of = machine(view)
    if of.problem is not None:
        yield Violation(("DefinitionString",), problem=of.problem, fix="correct it; to_json(…) writes JSON")
    if of.size is not None and of.size > DEFINITION_MOST:
        yield Violation(
            ("DefinitionString",),
            problem=f"the definition has {of.size:,} characters",
            allowed=f"at most {DEFINITION_MOST:,}",
            fix="put parts of it into machines of their own, or large data into S3",
        )


def _without_retry(view: View) -> Iterator[Violation]:
    of = machine(view)
    for state in states(of):
        if state.kind == "Task" and "Retry" not in state.body and "Catch" not in state.body and _invokes(of, state):
            yield Violation(
                of.path(state.path),
                severity="warning",
                message=_OF_STATE,
                element=state.name,
                problem="it calls Lambda without Retry or Catch, so a passing error of the service ends the execution",
                fix="retry Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException and "
                "Lambda.TooManyRequestsException",
            )
    yield from _of("SFN003")(view)


def _invokes(of: Machine, state: State) -> bool:
    resource = of.behind(state.body.get("Resource"))
    return isinstance(resource, str) and (":lambda:" in resource or resource.endswith(_LAMBDA))


def _express(view: View) -> Iterator[Violation]:
    of = machine(view)
    kind, name = view.get("StateMachineType", "STANDARD"), view.get("StateMachineName", "")
    if isinstance(kind, str) and not is_unknown(kind) and kind not in ("STANDARD", "EXPRESS"):
        yield Violation(("StateMachineType",), problem=f"{kind} is no type of state machine", fix="STANDARD or EXPRESS")
    if isinstance(name, str) and not is_unknown(name) and len(name) > NAME_MOST:
        yield Violation(
            ("StateMachineName",), problem=f"the name has {len(name)} characters", fix=f"at most {NAME_MOST}"
        )
    level, places = view.get("LoggingConfiguration/Level", "OFF"), view.get("LoggingConfiguration/Destinations")
    if not is_unknown(level) and level != "OFF" and not is_unknown(places) and len(as_list(places)) != 1:
        yield Violation(
            ("LoggingConfiguration",),
            problem=f"the log level {level} needs exactly one destination, and there are {len(as_list(places))}",
            fix="give the ARN of one log group, with :* at its end",
        )
    if view.get("StateMachineType") != "EXPRESS":
        return
    for state in states(of):
        resource = state.body.get("Resource")
        if state.kind == "Task" and isinstance(resource, str):
            tail = resource.partition("\ue001")[2] if opened(resource) else resource
            waits = next((end for end in (".sync", ".sync:2", ".waitForTaskToken") if tail.endswith(end)), None)
            what = f"waits with {waits}" if waits else "waits for an activity" if ":activity:" in resource else None
            if what:
                yield Violation(
                    of.path((*state.path, "Resource")),
                    message=_OF_STATE,
                    element=state.name,
                    problem=f"it {what}, which an EXPRESS machine does not do",
                    fix="make it a STANDARD machine, or request the call without waiting",
                )
        elif state.kind == "Map":
            for inner in state.flows():
                config = inner.body.get("ProcessorConfig")
                if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
                    yield Violation(
                        of.path(inner.path),
                        message=_OF_STATE,
                        element=state.name,
                        problem="a distributed Map does not run in an EXPRESS machine",
                        fix="make it a STANDARD machine; the Map's own executions may be EXPRESS",
                    )


def _callbacks(view: View) -> Iterator[Violation]:
    of = machine(view)
    limited = of.body is not None and "TimeoutSeconds" in of.body
    timely = ("TimeoutSeconds", "HeartbeatSeconds", "TimeoutSecondsPath", "HeartbeatSecondsPath")
    for state in states(of):
        resource = of.behind(state.body.get("Resource"))
        waits = isinstance(resource, str) and (resource.endswith(".waitForTaskToken") or ":activity:" in resource)
        if state.kind == "Task" and waits and not limited and not any(name in state.body for name in timely):
            yield Violation(
                of.path(state.path),
                message=_OF_STATE,
                element=state.name,
                problem="it waits for an answer up to a year, when nobody gives one",
                fix="give TimeoutSeconds or HeartbeatSeconds",
            )


def _substitutions(view: View) -> Iterator[Violation]:
    of = machine(view)
    for name in of.missing:
        yield Violation(
            ("DefinitionSubstitutions",),
            problem=f"the definition holds ${{{name}}}, and nothing fills it",
            fix=f"add {name}",
        )
    for name in of.unused:
        yield Violation(
            ("DefinitionSubstitutions", name), problem=f"the definition does not hold ${{{name}}}", fix="take it out"
        )


def _role(graph: Graph) -> Iterator[Violation]:
    grants: Grants | None = None
    for view in graph.of(MACHINE):
        role = graph.target(view, view.get("RoleArn"))
        if role is None or role.view.type != "AWS::IAM::Role" or generated(view, role.view):
            continue
        of = machine(view)
        for state in states(of):
            if state.kind != "Task" or "Credentials" in state.body:
                continue
            named = of.behind(state.body.get("Resource"))
            if named == "arn:aws:states:::lambda:invoke":
                given = state.body.get("Parameters") or state.body.get("Arguments")
                named = of.behind(given.get("FunctionName")) if isinstance(given, dict) else None
            function = graph.target(view, named)
            if function is None or function.view.type != FUNCTION:
                continue
            grants = grants or Grants(graph)
            if grants.may(role.view, "lambda:InvokeFunction", function.view) is False:
                yield Violation(
                    of.path(state.path), view=view, role=role.view.id, element=state.name, target=function.view.id
                )


def _routing(view: View) -> Iterator[Violation]:
    for prop in ("RoutingConfiguration", "DeploymentPreference"):
        if view.get(prop) is not ABSENT:
            break
    else:
        yield Violation((), problem="say which version the alias leads to", fix="give RoutingConfiguration")
        return
    routes = view.get("RoutingConfiguration")
    if routes is ABSENT or is_unknown(routes):
        return
    weights = [number(route.get("Weight")) for route in as_list(routes) if isinstance(route, dict)]
    if len(as_list(routes)) > 2:
        yield Violation(("RoutingConfiguration",), problem="an alias leads to at most two versions", fix="give two")
    elif None not in weights and sum(weight or 0 for weight in weights) != 100:
        total = sum(weight or 0 for weight in weights)
        yield Violation(
            ("RoutingConfiguration",), problem=f"the weights add up to {total}", fix="make them add up to 100"
        )


# The rules


_DONE = {"Type": "Succeed"}


def _example(*states: dict[str, Any] | None, start: str = "A", **more: Any) -> dict[str, Any]:
    """A machine whose states are called A, B, C …"""
    named = {chr(65 + index): state for index, state in enumerate(states) if state is not None}
    return {"RoleArn": "arn:aws:iam::123456789012:role/r", "Definition": {"StartAt": start, "States": named}, **more}


def _task_example(**fields: Any) -> dict[str, Any]:
    resource = "arn:aws:states:::sqs:sendMessage"
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


_FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"
_RETRY = [{"ErrorEquals": ["Lambda.ServiceException"]}]
_ROLE: dict[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ]
        }
    },
}


def _invoking(resource: Any, action: str = "lambda:InvokeFunction") -> dict[str, Any]:
    policy = {
        "PolicyName": "P",
        "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]},
    }
    role = {"Type": _ROLE["Type"], "Properties": {**_ROLE["Properties"], "Policies": [policy]}}
    task = {"Type": "Task", "Resource": {"Fn::GetAtt": ["F", "Arn"]}, "End": True, "Retry": _RETRY}
    return {
        "Resources": {
            "F": {
                "Type": FUNCTION,
                "Properties": {"Code": {"ZipFile": ""}, "Role": "arn:aws:iam::123456789012:role/f"},
            },
            "R": role,
            "M": {"Type": MACHINE, "Properties": {**_example(task), "RoleArn": {"Fn::GetAtt": ["R", "Arn"]}}},
        }
    }


RULES: tuple[Rule, ...] = (
    Rule(
        "SFN001", MACHINE, "error",
        "give exactly one of Definition, DefinitionString and DefinitionS3Location, as JSON of at most 1 MB",
        check=_whole,
        source="CloudFormation resource schema, AWS::StepFunctions::StateMachine; Step Functions Developer Guide, quotas",
        limit=Limit(DEFINITION_MOST, DEFINITION_MOST, "2026-10"),
        good=(
            _example(_DONE),
            {"RoleArn": "r", "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'},
            {"RoleArn": "r", "DefinitionString": '{"TimeoutSeconds": ${T}, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
             "DefinitionSubstitutions": {"T": {"Ref": "T"}}},
            {"RoleArn": "r", "DefinitionString": {"Fn::Sub": '{"StartAt": "A", "States": {"A": {"Type": "${T}"}}}'}},
        ),
        bad=(
            {"RoleArn": "r"},
            {**_example(_DONE), "DefinitionS3Location": {"Bucket": "b", "Key": "k"}},
            {"RoleArn": "r", "DefinitionString": "{StartAt: A}"},
            {"RoleArn": "r", "DefinitionString": {"Fn::Sub": '{"StartAt": "${A}", }'}},
        ),
    ),
    Rule(
        "SFN002", MACHINE, "error",
        "every state leads to a state beside it, or ends",
        check=_of("SFN002"),
        source=f"{_DEVELOPER}, using Amazon States Language, state machine structure",
        verified="docs",
        good=(
            _example(_DONE),
            _example({"Type": "Pass", "Next": "B"}, _DONE),
            {"RoleArn": "r", "DefinitionString": {"Fn::Sub": '{"StartAt": "${First}", "States": {"A": {"Type": "Succeed"}}}'}},
        ),
        bad=(
            _example(_DONE, start="B"),
            _example({"Type": "Pass", "Next": "C"}, _DONE),
            _example({"Type": "Pass"}),
            _example({"Type": "Pass", "Next": "B", "End": True}, _DONE),
            _example({"Type": "Succeed", "End": True}),
            _example({"Type": "Job", "End": True}),
            _example({"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "A", "States": {"A": _DONE}}}),
            {"RoleArn": "r", "DefinitionString": '{"StartAt": "B", "States": {"A": {"Type": "Succeed"}}}'},
        ),
    ),
    Rule(
        "SFN003", MACHINE, "error",
        "every state is reached, and one of them ends",
        check=_without_retry,
        source=f"{_DEVELOPER}, using Amazon States Language, transitions; best practices, handling transient Lambda exceptions",
        verified="docs",
        good=(
            _example({"Type": "Pass", "Next": "B"}, _DONE),
            _example(_task_example(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "B"}]), {"Type": "Fail"}),
            _example(_task_example(Resource=_FUNCTION_ARN, Retry=_RETRY)),
        ),
        bad=(
            _example(_DONE, {"Type": "Pass", "Next": "A"}),
            _example({"Type": "Pass", "Next": "B"}, {"Type": "Pass", "Next": "A"}),
            _example(_task_example(Resource=_FUNCTION_ARN)),
        ),
    ),
    Rule(
        "SFN004", MACHINE, "error",
        "tasks, waits and retries take what Amazon States Language says",
        check=_of("SFN004"),
        source=f"{_DEVELOPER}, using Amazon States Language: Task, Wait, error handling",
        verified="docs",
        good=(
            _example({"Type": "Wait", "Seconds": 10, "End": True}),
            _example({"Type": "Wait", "Seconds": "{% $n %}", "End": True, "QueryLanguage": "JSONata"}),
            _example(_task_example(Retry=[{"ErrorEquals": ["A"], "MaxAttempts": 0}, {"ErrorEquals": ["States.ALL"]}])),
            _example(_task_example(Resource="${Task}"), DefinitionSubstitutions={"Task": {"Ref": "T"}}),
        ),
        bad=(
            _example({"Type": "Wait", "End": True}),
            _example({"Type": "Wait", "Seconds": 1, "Timestamp": "2026-01-01T00:00:00Z", "End": True}),
            _example({"Type": "Wait", "Timestamp": "tomorrow", "End": True}),
            _example({"Type": "Task", "End": True}),
            _example(_task_example(Resource="my-function")),
            _example(_task_example(Resource="arn:aws:states:::aws-sdk:s3:ListBuckets")),
            _example(_task_example(Resource="arn:aws:states:::sqs:sendMessage.sync")),
            _example(_task_example(Resource="arn:aws:states:::sqs:receiveMessage")),
            _example(_task_example(TimeoutSeconds=10, HeartbeatSeconds=10)),
            _example(_task_example(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}])),
            _example(_task_example(Retry=[{"ErrorEquals": ["A"], "MaxAttempts": -1}])),
            _example(_task_example(Retry=[{"ErrorEquals": ["A"], "BackoffRate": 0.5}])),
            _example(_task_example(Retry=[{"ErrorEquals": []}])),
            {"RoleArn": "r", "Definition": {"TimeoutSeconds": 0, "StartAt": "A", "States": {"A": _DONE}}},
        ),
    ),
    Rule(
        "SFN005", MACHINE, "error",
        "an EXPRESS machine waits for nobody, and what logs has one destination",
        check=_express,
        source=f"{_DEVELOPER}, choosing workflow type; Step Functions API Reference, LoggingConfiguration",
        verified="docs",
        good=(
            _example(_task_example(), StateMachineType="EXPRESS"),
            _example(_task_example(Resource="arn:aws:states:::ecs:runTask.sync")),
            _example(_DONE, LoggingConfiguration={"Level": "OFF"}),
        ),
        bad=(
            _example(_task_example(Resource="arn:aws:states:::ecs:runTask.sync"), StateMachineType="EXPRESS"),
            _example(_task_example(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken"), StateMachineType="EXPRESS"),
            _example(_task_example(Resource="arn:aws:states:eu-west-1:123456789012:activity:a"), StateMachineType="EXPRESS"),
            _example(_DONE, LoggingConfiguration={"Level": "ALL"}),
            _example(_DONE, StateMachineType="QUICK"),
            _example(_DONE, StateMachineName="n" * 81),
        ),
    ),
    Rule(
        "SFN006", MACHINE, "warning",
        "the role {role} is not allowed lambda:InvokeFunction on {target}: state {element} will fail",
        scope="graph",
        check=_role,
        fix="allow lambda:InvokeFunction on {target} to {role}",
        source=f"{_DEVELOPER}, IAM policies for integrated services, Lambda",
        verified="docs",
        good=(_invoking({"Fn::GetAtt": ["F", "Arn"]}), _invoking("*")),
        bad=_invoking("*", "lambda:GetFunction"),
    ),
    Rule(
        "SFN007", MACHINE, "error",
        "a state's fields, paths and expressions are those of its kind and query language",
        check=_of("SFN007"),
        source=f"{_DEVELOPER}, using Amazon States Language: workflow states; transforming data with JSONata; paths",
        verified="docs",
        good=(
            _example(_task_example(Parameters={"id.$": "$.id", "n.$": "States.MathAdd($.n, 1)"}, ResultPath=None)),
            _example(_task_example(Arguments={"id": "{% $states.input.id %}"}, QueryLanguage="JSONata")),
        ),
        bad=(
            {"RoleArn": "r", "Definition": {"Timeout": 5, "StartAt": "A", "States": {"A": _DONE}}},
            _example(_task_example(Timeout=5)),
            _example(_task_example(Arguments={})),
            _example(_task_example(Parameters={}, QueryLanguage="JSONata")),
            _example(_task_example(Parameters={"id.$": "id"})),
            _example(_task_example(Parameters={"id": "$.id"})),
            _example(_task_example(Parameters={"id.$": "States.Sum(1)"})),
            _example(_task_example(ResultPath="$.a[*]")),
            _example(_task_example(InputPath="$.a[")),
            _example(_task_example(Arguments={"a": "{% $b"}, QueryLanguage="JSONata")),
        ),
    ),
    Rule(
        "SFN008", MACHINE, "error",
        "a choice compares one thing with something of its kind",
        check=_of("SFN008"),
        source=f"{_DEVELOPER}, Choice workflow state",
        verified="docs",
        good=_example(
            {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "B"}], "Default": "B"}, _DONE
        ),
        bad=(
            _example({"Type": "Choice", "Choices": [], "Default": "B"}, _DONE),
            _example({"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": "5", "Next": "B"}],
                      "Default": "B"}, _DONE),
            _example({"Type": "Choice", "Choices": [{"Variable": "$.n", "BiggerThan": 5, "Next": "B"}], "Default": "B"}, _DONE),
            _example({"Type": "Choice", "Choices": [{"NumericEquals": 5, "Next": "B"}], "Default": "B"}, _DONE),
            _example({"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": "$n > 5", "Next": "B"}],
                      "Default": "B"}, _DONE),
            _example({"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 5, "Next": "B"}]}, _DONE),
        ),
    ),
    Rule(
        "SFN009", MACHINE, "error",
        "a Parallel has branches, and a Map says what is done with each item",
        check=_of("SFN009"),
        source=f"{_DEVELOPER}, Parallel workflow state; Map workflow state, distributed mode",
        verified="docs",
        good=_example({"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "M", "States": {"M": _DONE}}}),
        bad=(
            _example({"Type": "Parallel", "End": True, "Branches": []}),
            _example({"Type": "Map", "End": True}),
            _example({"Type": "Map", "End": True, "ItemReader": {},
                      "ItemProcessor": {"StartAt": "M", "States": {"M": _DONE}}}),
            _example({"Type": "Map", "End": True, "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED"}, "StartAt": "M", "States": {"M": _DONE}}}),
        ),
    ),
    Rule(
        "SFN010", MACHINE, "warning",
        "placeholders and DefinitionSubstitutions fit each other",
        check=_substitutions,
        source="CloudFormation resource schema, AWS::StepFunctions::StateMachine, DefinitionSubstitutions",
        verified="docs",
        good=_example(_task_example(Resource="${Task}"), DefinitionSubstitutions={"Task": {"Ref": "T"}}),
        bad=(
            _example(_task_example(Resource="${Task}"), DefinitionSubstitutions={"Task": "arn:aws:a", "Other": "b"}),
            _example(_task_example(Resource="${Task}"), DefinitionSubstitutions={"Tusk": "a"}),
        ),
    ),
    Rule(
        "SFN011", MACHINE, "warning",
        "a task that waits for somebody's answer has a timeout",
        check=_callbacks,
        source=f"{_DEVELOPER}, best practices, using timeouts to avoid stuck executions",
        verified="docs",
        good=_example(_task_example(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken", HeartbeatSeconds=60)),
        bad=_example(_task_example(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken")),
    ),
    Rule(
        "SFN012", ALIAS, "error",
        "an alias leads to one or two versions, whose weights add up to 100",
        check=_routing,
        source=f"{_DEVELOPER}, aliases; CloudFormation resource schema, AWS::StepFunctions::StateMachineAlias",
        verified="docs",
        good=(
            {"RoutingConfiguration": [{"StateMachineVersionArn": "a", "Weight": 100}]},
            {"RoutingConfiguration": [{"StateMachineVersionArn": "a", "Weight": {"Ref": "W"}}]},
        ),
        bad=({}, {"RoutingConfiguration": [{"StateMachineVersionArn": "a", "Weight": 90}]}),
    ),
)  # fmt: skip
