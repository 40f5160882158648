"""What a state machine has others do: functions, queues, topics, tables, jobs, other machines, any call of AWS.

A task brings the permissions its machine's role needs, on exactly what it uses.
Source: Step Functions Developer Guide, integrating services; IAM policies for integrated services.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller
from ...tokens import AWS, has_marker
from ..existing import arn_here
from ..security.keys import grant_key
from ..security.policy import Statement
from .choice import Expr, TaskToken, Var, template
from .stateflow import Guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, Unpack

    from ..events.events import EventBusAccess
    from ..functions.invocable import Invocable
    from ..messaging.sns import TopicAccess
    from ..messaging.sqs import QueueAccess
    from ..security.iam import ExistingRole, IAMRole
    from .choice import Language
    from .stateflow import Fields, Need
    from .stepfunctions import MachineAccess, StateMachineActivity

    class TaskFields(Fields, total=False):
        """What every task takes besides `Fields`."""

        timeout: int | Var | Expr
        heartbeat: int | Var | Expr
        credentials: str | Var | Expr


SERVICE_ERRORS = (
    "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
)  # fmt: skip
"""Errors of Lambda itself that pass. Source: Step Functions Developer Guide, best practices, transient Lambda exceptions."""


class Task(Guarded):
    """A state that has somebody do something: any integration by the end of its ARN, or an ARN of its own.

    - `resource`: `"sqs:sendMessage"` stands for `arn:aws:states:::sqs:sendMessage`; or the ARN of a function or activity.
    - `arguments`: what is sent, with `var("$.…")`, `expr("…")` and `task_token` in it; the whole input when left out.
    - `allow`: pairs of an action and an ARN that the machine's role needs: `[("glue:StartCrawler", crawler_arn)]`.
    - `timeout`, `heartbeat`: seconds, numbers or where they stand. `credentials`: the ARN of a role to do it with.

    And what every state takes (`State`). For common ones there are functions with permissions: `invoke`, `send`,
    `publish`, `get_item`, `call`, …
    """

    KIND = "Task"

    def __init__(
        self,
        name: str,
        resource: str,
        *,
        arguments: Mapping[str, Any] | Var | Expr | None = None,
        allow: Sequence[tuple[str, str]] = (),
        **fields: Unpack[TaskFields],
    ) -> None:
        common: dict[str, Any] = dict(fields)
        self.limits: dict[str, Any] = {
            field: common.pop(field) for field in ("timeout", "heartbeat", "credentials") if field in common
        }
        super().__init__(name, common)
        self.resource = resource if has_marker(resource) or resource.startswith("arn:") else integration(resource)
        self.arguments = arguments
        for action, arn in allow:
            self.needs.append(_allowing((action,), arn))

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What is done, and how long it may take."""
        made: dict[str, Any] = {"Resource": self.resource}
        if self.arguments is not None:
            made["Arguments" if language == "JSONata" else "Parameters"] = template(self.arguments, language)
        for field, name in (("timeout", "TimeoutSeconds"), ("heartbeat", "HeartbeatSeconds")):
            value = self.limits.get(field)
            if isinstance(value, Var) and language == "JSONPath":
                made[f"{name}Path"] = value.path
            elif value is not None:
                made[name] = template(value, language)
        if "credentials" in self.limits:
            made["Credentials"] = template({"RoleArn": self.limits["credentials"]}, language)
        return made


class Whole(Task):
    """A task that puts the whole input into one of its arguments when nothing else is given for it."""

    def __init__(self, name: str, resource: str, into: str, **more: Any) -> None:
        super().__init__(name, resource, **more)
        self.into = into

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What is done, with the input."""
        arguments = self.arguments if isinstance(self.arguments, dict) else {}
        if arguments.get(self.into) is None:
            whole = Var("$", "text") if language == "JSONPath" else Expr("$states.input")
            self.arguments = {**arguments, self.into: whole}
        return super().own(language, outer)


class Event(Task):
    """A task that puts one event on a bus."""

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What is put, with the input when nothing else is given."""
        assert isinstance(self.arguments, dict)
        if "Entries" not in self.arguments:
            whole = Var("$", "text") if language == "JSONPath" else Expr("$states.input")
            self.arguments = {"Entries": [{"Detail": whole, **self.arguments}]}
        return super().own(language, outer)


def integration(what: str, *, token: bool = False) -> str:
    """The ARN of an integration, by its end."""
    return f"arn:{AWS.Partition}:states:::{what}{'.waitForTaskToken' if token else ''}"


def _allowing(actions: Sequence[str], on: str | Sequence[str], when: Any = None) -> Need:
    def allow(machine: Any, role: Any) -> None:
        role.allow(*actions, on=on, when=when)

    return allow


def _holds_token(value: Any) -> bool:
    if isinstance(value, TaskToken):
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return any(_holds_token(item) for item in items)


def fitting(name: str, what: Any, mark: str, kind: str) -> None:
    """Refuse what is not of the kind that a task works with, and so has no `mark`."""
    if not hasattr(what, mark):
        said = f"the {type(what).__name__} {what.node.path}" if hasattr(what, "node") else repr(what)
        raise ConstructError(f"the task {name!r} takes {kind}, not {said}", place=caller(), fix=f"give {kind}")


def _check_token(name: str, value: Any, *, wait: bool) -> None:
    if wait is not _holds_token(value):
        missing = "nobody gets the task token to answer with" if wait else "task_token stands in its arguments"
        raise ConstructError(
            f"the task {name!r} {'waits' if wait else 'does not wait'} for an answer, and {missing}", place=caller(),
            fix="put task_token into what is sent" if wait else "write wait_for_answer=True",
        )  # fmt: skip


def invoke(
    name: str,
    function: Invocable,
    *,
    payload: Mapping[str, Any] | Var | Expr | None = None,
    wait_for_answer: bool = False,
    asynchronous: bool = False,
    retry_service_errors: bool = True,
    **fields: Unpack[TaskFields],
) -> Task:
    """Invoke a function or alias; what it returns is the result.

    - `payload`: what it gets, the whole input when left out.
    - `wait_for_answer`: go on when somebody answers with the `task_token` in the payload; give `timeout` or `heartbeat`.
    - `asynchronous`: do not wait for the function.
    - `retry_service_errors`: retry what passes, errors of Lambda itself, 6 times from 2 seconds on.
    """
    fitting(name, function, "invoke_arn", "a function or an alias of one")
    _check_token(name, payload, wait=wait_for_answer)
    if wait_for_answer and asynchronous:
        raise ConstructError(f"{name!r} cannot wait and not wait", place=caller(), fix="choose one")
    if wait_for_answer or asynchronous:
        arguments = {"FunctionName": function.invoke_arn, "Payload": payload}
        arguments |= {"InvocationType": "Event"} if asynchronous else {}
        made: Task = Whole(
            name, integration("lambda:invoke", token=wait_for_answer), "Payload", arguments=arguments, **fields
        )
    else:
        made = Task(name, function.invoke_arn, arguments=payload, **fields)
    made.needs.append(lambda _machine, role: function.grant_invoke(role))
    if retry_service_errors:
        made.retry(*SERVICE_ERRORS, interval=2, attempts=6, backoff=2)
    return made


def send(
    name: str,
    queue: QueueAccess,
    *,
    body: Mapping[str, Any] | str | Var | Expr | None = None,
    group: str | Var | Expr | None = None,
    deduplication: str | Var | Expr | None = None,
    delay: int | None = None,
    wait_for_answer: bool = False,
    **fields: Unpack[TaskFields],
) -> Task:
    """Send a message to a queue: the whole input, or `body`. `group` and `deduplication` are for FIFO queues.

    `wait_for_answer`: go on when somebody answers with the `task_token` in the body.
    """
    fitting(name, queue, "url", "a queue")
    if getattr(queue, "fifo", False) is True and group is None:
        raise ConstructError(
            f"the task {name!r} sends to the FIFO queue {queue.node.path} without a message group", place=caller(),
            fix="give group=, such as var('$.customer')",
        )  # fmt: skip
    _check_token(name, body, wait=wait_for_answer)
    arguments = {
        "QueueUrl": queue.url, "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": deduplication,
        "DelaySeconds": delay,
    }  # fmt: skip
    made = Whole(
        name,
        integration("sqs:sendMessage", token=wait_for_answer),
        "MessageBody",
        arguments=given(arguments),
        **fields,
    )

    def let(machine: Any, role: Any) -> None:
        grant_key(queue, queue.key, role, ("kms:GenerateDataKey", "kms:Decrypt"), via="sqs")
        role.allow("sqs:SendMessage", on=queue.arn)

    made.needs.append(let)
    return made


def publish(
    name: str,
    topic: TopicAccess,
    *,
    message: Mapping[str, Any] | str | Var | Expr | None = None,
    subject: str | Var | Expr | None = None,
    wait_for_answer: bool = False,
    **fields: Unpack[TaskFields],
) -> Task:
    """Publish a message to a topic: the whole input, or `message`; `subject` is for e-mails.

    `wait_for_answer`: go on when somebody answers with the `task_token` in the message.
    """
    fitting(name, topic, "grant_publish", "a topic")
    _check_token(name, message, wait=wait_for_answer)
    arguments = given({"TopicArn": topic.arn, "Message": message, "Subject": subject})
    resource = integration("sns:publish", token=wait_for_answer)
    made = Whole(name, resource, "Message", arguments=arguments, **fields)
    made.needs.append(lambda _machine, role: topic.grant_publish(role))
    return made


def put_event(
    name: str,
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any] | Var | Expr | None = None,
    bus: EventBusAccess | None = None,
    **fields: Unpack[TaskFields],
) -> Task:
    """Put an event on a bus, the account's default one when none is given; `detail` is the whole input when left out."""
    if bus is not None:
        fitting(name, bus, "bus_name", "an event bus")
    entry = given(
        {
            "Source": source,
            "DetailType": detail_type,
            "Detail": detail,
            "EventBusName": None if bus is None else bus.bus_name,
        }
    )
    made = Event(name, integration("events:putEvents"), arguments=entry, **fields)
    made.needs.append(
        _allowing(("events:PutEvents",), arn_here("events", "event-bus/default") if bus is None else bus.arn)
    )
    return made


# machines and jobs


def start(
    name: str,
    machine: MachineAccess,
    *,
    input: Mapping[str, Any] | Var | Expr | None = None,
    wait: bool = True,
    wait_for_answer: bool = False,
    **fields: Unpack[TaskFields],
) -> Task:
    """Start an execution of another standard machine with the whole input, or `input`, and wait until it ends (`wait`).

    The result is then what it gave under `Output`. An express machine is called with
    `call("Total", "sfn:startSyncExecution", …)`. Waiting takes an EventBridge rule that Step Functions keeps.
    """
    fitting(name, machine, "executions", "a state machine")
    _check_token(name, input, wait=wait_for_answer)
    how = ".waitForTaskToken" if wait_for_answer else ".sync:2" if wait else ""
    arguments = given({"StateMachineArn": machine.arn, "Input": input})
    made = Whole(name, integration(f"states:startExecution{how}"), "Input", arguments=arguments, **fields)
    made.needs.append(_allowing(("states:StartExecution",), machine.arn))
    if how == ".sync:2":
        watching = ("states:DescribeExecution", "states:StopExecution")
        made.needs.append(_allowing(watching, f"{machine.executions}:*"))
        made.early.append(_kept_rule("StepFunctionsExecution"))
    return made


def run_task(
    name: str,
    *,
    cluster: str,
    task_definition: str,
    roles: Sequence[IAMRole | ExistingRole],
    arguments: Mapping[str, Any] | None = None,
    launch_type: Literal["FARGATE", "EC2", "EXTERNAL"] | None = "FARGATE",
    wait: bool = True,
    wait_for_answer: bool = False,
    **fields: Unpack[TaskFields],
) -> Task:
    """Run an ECS task and wait until it stops (`wait`).

    `cluster` and `task_definition` are ARNs, `roles` those that the task definition has; `arguments` are further ones of
    `RunTask`: `{"NetworkConfiguration": …, "Overrides": …}`.
    """
    _check_token(name, arguments, wait=wait_for_answer)
    how = ".waitForTaskToken" if wait_for_answer else ".sync" if wait else ""
    more = {"Cluster": cluster, "TaskDefinition": task_definition, "LaunchType": launch_type, **(arguments or {})}
    made = Task(name, integration(f"ecs:runTask{how}"), arguments=given(more), **fields)
    in_cluster = {"ArnEquals": {"ecs:cluster": cluster}}
    made.needs.append(_allowing(("ecs:RunTask",), task_definition, in_cluster))
    for role in roles:
        made.needs.append(_passing(role))
    if how == ".sync":
        made.needs.append(_allowing(("ecs:DescribeTasks", "ecs:StopTask"), "*", in_cluster))
        made.early.append(_kept_rule("ECSTask"))
    return made


def _passing(passed: IAMRole | ExistingRole) -> Need:
    return lambda _machine, role: passed.grant_pass(role, to="ecs-tasks.amazonaws.com")


def submit_job(
    name: str,
    *,
    job: str | Var | Expr,
    definition: str,
    queue: str,
    arguments: Mapping[str, Any] | None = None,
    wait: bool = True,
    **fields: Unpack[TaskFields],
) -> Task:
    """Submit a Batch job called `job` and wait until it ends (`wait`); `definition` and `queue` are ARNs."""
    more = {"JobName": job, "JobDefinition": definition, "JobQueue": queue, **(arguments or {})}
    made = Task(name, integration(f"batch:submitJob{'.sync' if wait else ''}"), arguments=more, **fields)
    made.needs.append(_allowing(("batch:SubmitJob",), [definition, queue]))
    if wait:  # neither knows single jobs
        made.needs.append(_allowing(("batch:DescribeJobs", "batch:TerminateJob"), "*"))
        made.early.append(_kept_rule("BatchJobs"))
    return made


def start_job_run(
    name: str, *, job: str, arguments: Mapping[str, Any] | None = None, wait: bool = True, **fields: Unpack[TaskFields]
) -> Task:
    """Run a Glue job, by its name, and wait until it ends (`wait`); `arguments` are the job's own, `{"--day": var(…)}`."""
    more = given({"JobName": job, "Arguments": arguments})
    made = Task(name, integration(f"glue:startJobRun{'.sync' if wait else ''}"), arguments=more, **fields)
    watching = ("glue:BatchStopJobRun", "glue:GetJobRun", "glue:GetJobRuns") if wait else ()
    made.needs.append(_allowing(("glue:StartJobRun", *watching), arn_here("glue", f"job/{job}")))
    return made


def call(
    name: str,
    action: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    on: str | Sequence[str],
    actions: Sequence[str] = (),
    wait_for_answer: bool = False,
    **fields: Unpack[TaskFields],
) -> Task:
    """Any call of an AWS service: `call("List", "s3:listObjectsV2", {"Bucket": name}, on=bucket.arn, actions=[…])`.

    - `action`: the SDK's name of the service, and of the call with a small first letter.
    - `on`: the ARNs it is allowed on, `"*"` for calls that know no resources.
    - `actions`: what the role is allowed, when that is not called as the call is: `["s3:ListBucket"]`.
    """
    _check_token(name, arguments, wait=wait_for_answer)
    service, colon, what = action.partition(":")
    if not colon or not what or not service.isalnum():
        raise ConstructError(f"{action!r} is no call", place=caller(), fix="service:call, such as s3:listBuckets")
    made = Task(name, integration(f"aws-sdk:{service}:{what}", token=wait_for_answer), arguments=arguments, **fields)
    prefix = _PREFIXES.get(service, service)
    made.needs.append(_allowing(actions or (f"{prefix}:{what[:1].upper()}{what[1:]}",), on))
    return made


_PREFIXES = {
    "sfn": "states", "eventbridge": "events", "cloudwatchlogs": "logs", "elasticloadbalancingv2": "elasticloadbalancing",
    "cognitoidentityprovider": "cognito-idp", "sesv2": "ses", "apigatewayv2": "apigateway", "emr": "elasticmapreduce",
    "cloudwatchevents": "events",
}  # fmt: skip
"""Services that IAM calls otherwise than the SDK."""


def http(
    name: str,
    endpoint: str,
    *,
    connection: str,
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] = "GET",
    body: Mapping[str, Any] | Var | Expr | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, Any] | None = None,
    **fields: Unpack[TaskFields],
) -> Task:
    """Call an HTTPS API with the credentials of an EventBridge connection, given by its ARN.

    The role may call this address in this way alone, and read the secrets of connections.
    """
    arguments = given({
        "ApiEndpoint": endpoint, "Method": method, "Authentication": {"ConnectionArn": connection}, "RequestBody": body,
        "QueryParameters": query, "Headers": headers,
    })  # fmt: skip
    made = Task(name, integration("http:invoke"), arguments=arguments, **fields)

    def let(machine: Any, role: Any) -> None:
        only = {"StringEquals": {"states:HTTPMethod": method, "states:HTTPEndpoint": endpoint}}
        role.allow("states:InvokeHTTPEndpoint", on=machine.arn, when=only)
        role.allow("events:RetrieveConnectionCredentials", on=connection)
        secrets = arn_here("secretsmanager", "secret:events!connection/*")
        role.allow("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", on=secrets)

    made.needs.append(let)
    return made


def ask(
    name: str, activity: StateMachineActivity | str, *, arguments: Mapping[str, Any] | Var | Expr | None = None,
    **fields: Unpack[TaskFields],
) -> Task:  # fmt: skip
    """Let a worker of an activity do something, and wait for it; give `timeout` or `heartbeat`. Standard machines only."""
    return Task(name, activity if isinstance(activity, str) else activity.arn, arguments=arguments, **fields)


def _kept_rule(what: str) -> Statement:
    """What it takes to wait for others: Step Functions keeps an EventBridge rule of its own for them."""
    rule = arn_here("events", f"rule/StepFunctionsGetEventsFor{what}Rule")
    return Statement(["events:DescribeRule", "events:PutRule", "events:PutTargets"], [rule])


def given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are not None."""
    return {name: value for name, value in arguments.items() if value is not None}
