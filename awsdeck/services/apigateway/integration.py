"""Where requests of an API go: functions, web servers, queues, topics, tables, state machines, or nowhere.

Source: API Gateway Developer Guide, integrations for REST APIs; course notes, API Gateway.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...errors import ConstructError
from ...keywords import checked, checked_but
from ...rules.apigateway.apipaths import VERBS, VERBS_WORDS, is_variable
from ...source import caller
from ...tokens import AWS, has_marker, to_json
from ..dynamodb.dynamodb import TableAccess
from ..existing import Existing, part
from ..functions.invocable import INVOKE, PERMISSION, Invocable
from ..functions.lambda_ import ExistingFunction, LambdaVersion
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.iam import IAMRole
from ..security.keys import grant_key
from .vpclink import VpcLink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Protocol, TypeAlias

    from ...constructs import Construct
    from ...tokens import Token
    from .apiroutes import Key, Route
    from .cors import Cors

    class Startable(Protocol):
        """A state machine."""

        @property
        def arn(self) -> str:
            """Its ARN."""
            ...


_FORM = "application/x-www-form-urlencoded"


class Made:
    """What an integration gives a method: its properties and the responses that the method declares."""

    __slots__ = ("properties", "responses", "parameters")

    def __init__(
        self,
        properties: dict[str, Any],
        responses: list[dict[str, Any]] | None = None,
        parameters: dict[str, bool] | None = None,
    ) -> None:
        self.properties = properties
        self.responses = responses
        self.parameters = parameters or {}


class Integration:
    """Where a route's requests go; made by `invoke`, `http`, `soap`, `mock`, `send_message`, `publish_message`, …"""

    __slots__ = ()

    if TYPE_CHECKING:

        def connect(self, place: Construct, key: Key, source_arn: str, cors: Cors | None) -> Made:
            """What the method of `key` says of it; `place` holds the permission or role that it takes."""
            ...

    @property
    def versions(self) -> list[LambdaVersion]:
        """Versions of functions that it names, whose ids change with their code."""
        return []

    @property
    def is_soap(self) -> bool:
        """Whether it passes XML on to a SOAP service."""
        return False


if TYPE_CHECKING:
    Target: TypeAlias = Invocable | LambdaVersion | QueueAccess | TopicAccess | Startable | Integration | Route | str


class _Function(Integration):
    __slots__ = ("target", "timeout")

    def __init__(self, target: Invocable | LambdaVersion, timeout: int | Token | None) -> None:
        self.target = target
        self.timeout = timeout

    @property
    def versions(self) -> list[LambdaVersion]:
        return [self.target] if isinstance(self.target, LambdaVersion) else []

    def connect(self, place: Construct, key: Key, source_arn: str, cors: Cors | None) -> Made:
        permit(place, "Permission", self.target, source_arn)
        return Made(
            {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": lambda_uri(self.target),
                "TimeoutInMillis": self.timeout,
            }
        )


class _Web(Integration):
    __slots__ = ("url", "verb", "link", "timeout", "headers", "soap")

    def __init__(
        self,
        url: str,
        verb: str | None,
        link: VpcLink | str | None,
        timeout: int | Token | None,
        headers: Mapping[str, str],
        soap: bool,
    ) -> None:
        if not has_marker(url) and not url.startswith(("http://", "https://")):
            raise ConstructError(f"{url!r} is no web address", place=caller(), fix="such as https://api.example.com/x")
        if verb is not None and not has_marker(verb) and verb.upper() not in VERBS:
            raise ConstructError(f"method={verb!r} is no method", place=caller(), fix=VERBS_WORDS)
        self.url = url
        self.verb = verb if verb is None or has_marker(verb) else verb.upper()
        self.link = link
        self.timeout = timeout
        self.headers = _fixed(headers)
        self.soap = soap

    @property
    def is_soap(self) -> bool:
        return self.soap

    def connect(self, place: Construct, key: Key, source_arn: str, cors: Cors | None) -> Made:
        names = [text.strip("{}+") for text in key.parts if is_variable(text)]
        passed = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in names}
        passed |= {f"integration.request.header.{name}": f"'{value}'" for name, value in self.headers.items()}
        link = self.link
        return Made(
            {
                "Type": "HTTP_PROXY",
                "IntegrationHttpMethod": key.verb if self.verb is None else self.verb,
                "Uri": self.url,
                "PassthroughBehavior": "WHEN_NO_MATCH",
                "RequestParameters": passed or None,
                "ConnectionType": None if link is None else "VPC_LINK",
                "ConnectionId": link if link is None or isinstance(link, str) else link.id,
                "TimeoutInMillis": self.timeout,
            },
            parameters={f"method.request.path.{name}": True for name in names},
        )


class _Mock(Integration):
    __slots__ = ("status", "body", "headers")

    def __init__(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = _fixed(headers)

    def connect(self, place: Construct, key: Key, source_arn: str, cors: Cors | None) -> Made:
        body = self.body if isinstance(self.body, str) or self.body is None else to_json(self.body)
        headers = {name: f"'{value}'" for name, value in self.headers.items()}
        answers = [_answer(str(self.status), None, "" if body is None else body, headers, cors)]
        request = to_json({"statusCode": self.status})
        return Made(
            {
                "Type": "MOCK",
                "PassthroughBehavior": "WHEN_NO_MATCH",
                "RequestTemplates": {"application/json": request},
                "IntegrationResponses": answers,
            },
            _declared(answers),
        )


class _Service(Integration):
    """A call of an AWS service with a role that may do this one thing."""

    __slots__ = ("uri", "request", "content_type", "actions", "resources", "sealed", "answer", "timeout")

    def __init__(
        self,
        uri: str,
        request: str,
        *,
        actions: Sequence[str],
        resources: Sequence[str],
        content_type: str | None = None,
        sealed: tuple[Any, tuple[str, ...], str] | None = None,
        answer: str = "",
        timeout: int | Token | None = None,
    ) -> None:
        self.uri = uri
        self.request = request
        self.content_type = content_type
        self.actions = tuple(actions)
        self.resources = tuple(resources)
        self.sealed = sealed
        self.answer = answer
        self.timeout = timeout

    def connect(self, place: Construct, key: Key, source_arn: str, cors: Cors | None) -> Made:
        role = IAMRole(place, "Role", assumed_by="apigateway.amazonaws.com")
        role.allow(*self.actions, on=list(self.resources))
        if self.sealed is not None:
            owner, actions, service = self.sealed
            grant_key(owner, owner.key, role, actions, via=service)
        answers = [
            _answer("200", None, self.answer, {}, cors),
            _answer("400", r"4\d{2}", '{"message":"the request was refused"}', {}, cors),
            _answer("500", r"5\d{2}", '{"message":"the service behind the API failed"}', {}, cors),
        ]
        kind = {"integration.request.header.Content-Type": f"'{self.content_type}'"} if self.content_type else None
        return Made(
            {
                "Type": "AWS",
                "IntegrationHttpMethod": "POST",
                "Uri": self.uri,
                "Credentials": role.arn,
                "PassthroughBehavior": "NEVER",
                "RequestParameters": kind,
                "RequestTemplates": {"application/json": self.request},
                "IntegrationResponses": answers,
                "TimeoutInMillis": self.timeout,
            },
            _declared(answers),
        )


@checked_but("target")
def invoke(target: Invocable | LambdaVersion, *, timeout: int | Token | None = None) -> Integration:
    """Invoke a function, an alias or a version with the whole request, and answer what it answers.

    `timeout`: milliseconds, 50 to 29,000 (29,000); a Regional or private API may have a higher quota. Makes the permission
    for this method and path alone, in all stages of the API.
    """
    if not isinstance(target, Invocable | LambdaVersion):
        raise ConstructError(f"a {type(target).__name__} is no function", place=caller(), fix="give a LambdaFunction")
    return _Function(target, timeout)


@checked
def http(
    url: str,
    *,
    method: str | None = None,
    link: VpcLink | str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: int | Token | None = None,
) -> Integration:
    """Pass requests on to a web server as they are, and its answers back.

    - `url`: variables of the path may stand in it: `"https://shop.example.com/{proxy}"` for `ANY /{proxy+}`.
    - `method`: the one to call with; the caller's by default.
    - `link`: a `VpcLink`, through which servers behind a Network Load Balancer are reached.
    - `headers`: what to add, as fixed text. `timeout`: as for `invoke`.
    """
    return _Web(url, method, link, timeout, headers or {}, soap=False)


@checked
def soap(
    url: str,
    *,
    link: VpcLink | str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: int | Token | None = None,
) -> Integration:
    """Pass XML on to a SOAP web service unchanged; requests are POSTs.

    Source: course notes, API Gateway ("can configure API Gateway as a SOAP web service passthrough").
    """
    return _Web(url, "POST", link, timeout, headers or {}, soap=True)


@checked
def mock(body: Any = None, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Integration:
    """Answer without asking anybody: text, or data that becomes JSON."""
    return _Mock(status, body, headers or {})


@checked_but("queue")
def send_message(queue: QueueAccess, *, group: str | None = None, deduplication: str | None = None) -> Integration:
    """Put the body of the request into a queue.

    Queues that are first-in-first-out take the `group` of a message, fixed text or something of the request
    (`"$input.params('customer')"`), and `deduplication` unless they tell messages apart by their text. Makes a role that
    may send to this queue.
    """
    if not isinstance(queue, QueueAccess):
        raise ConstructError(f"a {type(queue).__name__} is no queue", place=caller(), fix="give an SQSQueue")
    fifo = getattr(queue, "fifo", None)
    if fifo and group is None:
        raise ConstructError(
            f"{queue.node.path} is first-in-first-out, so messages need a group", place=caller(),
            fix="""give it, as in send_message(queue, group="$input.params('customer')")""",
        )  # fmt: skip
    region, account = (part(queue.arn, 3), part(queue.arn, 4)) if isinstance(queue, Existing) else _here()
    request = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"
    for name, value in (("MessageGroupId", group), ("MessageDeduplicationId", deduplication)):
        request += "" if value is None else f"&{name}=$util.urlEncode({_velocity(value)})"
    return _Service(
        _uri("sqs", f"path/{account}/{queue.queue_name}", region),
        request,
        actions=["sqs:SendMessage"],
        resources=[queue.arn],
        content_type=_FORM,
        sealed=(queue, ("kms:GenerateDataKey", "kms:Decrypt"), "sqs"),
        answer='{"messageId":"$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"}',
    )


@checked_but("topic")
def publish_message(topic: TopicAccess, *, subject: str | None = None) -> Integration:
    """Publish the body of the request; `subject` is fixed text or something of the request.

    Makes a role that may publish to this topic.
    """
    if not isinstance(topic, TopicAccess):
        raise ConstructError(f"a {type(topic).__name__} is no topic", place=caller(), fix="give an SNSTopic")
    if getattr(topic, "fifo", False):
        raise ConstructError(
            f"{topic.node.path} is first-in-first-out, whose messages need a group that this does not give",
            place=caller(), fix='use call_service("sns", "Publish", …), or a function',
        )  # fmt: skip
    region = part(topic.arn, 3) if isinstance(topic, Existing) else AWS.Region
    request = (
        f"Action=Publish&TopicArn=$util.urlEncode('{topic.arn}')&Message=$util.urlEncode($input.body)"
        + ("" if subject is None else f"&Subject=$util.urlEncode({_velocity(subject)})")
    )  # fmt: skip
    return _Service(
        _uri("sns", "action/Publish", region),
        request,
        actions=["sns:Publish"],
        resources=[topic.arn],
        content_type=_FORM,
        sealed=(topic, ("kms:GenerateDataKey", "kms:Decrypt"), "sns"),
        answer='{"messageId":"$input.path(\'$.PublishResponse.PublishResult.MessageId\')"}',
    )


@checked_but("table", "request")
def call_table(
    table: TableAccess, action: str, request: Mapping[str, Any], *, answer: str = "$input.body"
) -> Integration:
    """Call DynamoDB without a function: `call_table(orders, "GetItem", {"Key": {"id": {"S": "$input.params('id')"}}})`.

    `request` holds the action's parameters but for the table; texts in it may take what the request brings, which
    `$util.escapeJavaScript(…)` keeps from breaking out of its quotes. `answer` is the mapping template of the answer. Makes
    a role that may do this on the table, and on its index when there is an `IndexName`.
    """
    if not isinstance(table, TableAccess):
        raise ConstructError(f"a {type(table).__name__} is no table", place=caller(), fix="give a DynamoDBTable")
    if not hasattr(request, "get"):
        raise ConstructError(
            f"call_table(…): the request is a {type(request).__name__}", place=caller(),
            fix='a dictionary of the parameters, such as {"Key": {…}}',
        )  # fmt: skip
    index = request.get("IndexName")
    return _Service(
        _uri("dynamodb", f"action/{action}", AWS.Region),
        to_json({"TableName": table.table_name, **request}),
        actions=[f"dynamodb:{action}"],
        resources=[table.arn if index is None else table.index_arn(index)],
        sealed=(table, ("kms:Decrypt",), "dynamodb"),
        answer=answer,
    )


@checked_but("machine")
def start_execution(machine: Startable, *, sync: bool = False) -> Integration:
    """Start a state machine with the body of the request as its input.

    `sync` waits for the result of an express workflow. Makes a role that may start this one.
    """
    if not hasattr(machine, "grant_start"):
        raise ConstructError(
            f"a {type(machine).__name__} is no state machine", place=caller(), fix="give a StateMachine"
        )
    if sync and getattr(getattr(machine, "of", machine), "type", "express") == "standard":
        raise ConstructError(
            "the result of a standard workflow cannot be waited for: StartSyncExecution is for express ones",
            place=caller(), fix='StateMachine(…, type="express"), or leave sync= out',
        )  # fmt: skip
    action = "StartSyncExecution" if sync else "StartExecution"
    request = (
        "#set($input_text = $util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\"))\n"
        f'{{"input":"$input_text","stateMachineArn":"{machine.arn}"}}'
    )
    return _Service(
        _uri("states", f"action/{action}", AWS.Region),
        request,
        actions=[f"states:{action}"],
        resources=[machine.arn],
        answer="$input.path('$.output')" if sync else "$input.body",
    )


@checked
def call_service(
    service: str,
    action: str,
    request: str | Mapping[str, Any],
    *,
    allow: str | Sequence[str],
    on: str | Sequence[str],
    content_type: str | None = None,
    answer: str = "$input.body",
    timeout: int | Token | None = None,
) -> Integration:
    """Call any AWS service: its name in ARNs (`"events"`), an action (`"PutEvents"`), and the mapping template.

    `allow` and `on` are what the role that is made may do; `content_type` is what the service gets the request as.
    """
    return _Service(
        _uri(service, f"action/{action}", AWS.Region),
        request if isinstance(request, str) else to_json(request),
        actions=[allow] if isinstance(allow, str) else allow,
        resources=[on] if isinstance(on, str) else on,
        content_type=content_type,
        answer=answer,
        timeout=timeout,
    )


def integration_of(target: Any, where: str) -> Integration:
    """The integration that a target of the table stands for."""
    if isinstance(target, Integration):
        return target
    if isinstance(target, Invocable | LambdaVersion):
        return invoke(target)
    if isinstance(target, QueueAccess):
        return send_message(target)
    if isinstance(target, TopicAccess):
        return publish_message(target)
    if isinstance(target, str):
        return http(target)
    if hasattr(target, "grant_start"):
        return start_execution(target)
    raise ConstructError(
        f"{where} leads to a {type(target).__name__}", place=caller(),
        fix="a function, an alias or a version, a queue, a topic, a state machine, an https address, or one of http(…), "
        "soap(…), mock(…), call_table(…), call_service(…)",
    )  # fmt: skip


def integrations_of(targets: Mapping[str, Any], where: str) -> dict[str, Integration]:
    """The integrations of several rows. Raises `ConstructError` with all that lead nowhere."""
    found: dict[str, Integration] = {}
    wrong: dict[str, str | None] = {}
    for row, target in targets.items():
        try:
            found[row] = integration_of(target, f"{where}: {row}")
        except ConstructError as error:
            told = error.message if error.message.startswith(where) else f"{where}: {row}: {error.message}"
            wrong[told] = error.fix
    if wrong:
        fixes = dict.fromkeys(fix for fix in wrong.values() if fix)
        raise ConstructError("\n".join(wrong), place=caller(), fix="; ".join(fixes))
    return found


def lambda_uri(target: Invocable | LambdaVersion) -> str:
    """How API Gateway names a function that it invokes."""
    arn = target_arn(target)
    region = part(arn, 3) if isinstance(target, ExistingFunction) else AWS.Region
    return f"arn:{AWS.Partition}:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"


def target_arn(target: Invocable | LambdaVersion) -> str:
    """The ARN of what is invoked."""
    return target.arn if isinstance(target, LambdaVersion) else target.invoke_arn


def permit(place: Construct, id: str, target: Invocable | LambdaVersion, source_arn: str) -> None:
    """Let one method, or one authorizer, of an API invoke a function.

    The permission stands with the API: beside a function of another stack it would need the API, which needs the function.
    """
    resource_class(PERMISSION)(
        place,
        id,
        Action=INVOKE,
        FunctionName=target_arn(target),
        Principal="apigateway.amazonaws.com",
        SourceArn=source_arn,
    )


def _fixed(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers with fixed text. Raises `ConstructError` for what cannot stand between the quotes of a mapping."""
    for name, value in headers.items():
        if not isinstance(name, str) or not isinstance(value, str) or (not has_marker(value) and "'" in value):
            raise ConstructError(
                f"the header {name!r} cannot be {value!r}", place=caller(), fix="fixed text without single quotes"
            )
    return dict(headers)


def _uri(service: str, what: str, region: str) -> str:
    return f"arn:{AWS.Partition}:apigateway:{region}:{service}:{what}"


def _here() -> tuple[str, str]:
    return AWS.Region, AWS.AccountId


def _velocity(text: str) -> str:
    """Text as an argument inside a mapping template: what begins with `$` is taken from the request."""
    return text if type(text) is str and text.startswith("$") else f"'{text}'"


def _answer(status: str, pattern: str | None, body: str, headers: dict[str, str], cors: Cors | None) -> dict[str, Any]:
    shared = {} if cors is None else cors.answers()
    choice = "" if cors is None else cors.choice()
    return {
        "StatusCode": status,
        "SelectionPattern": pattern,
        "ResponseParameters": {f"method.response.header.{name}": v for name, v in {**headers, **shared}.items()}
        or None,
        "ResponseTemplates": {"application/json": f"{choice}{body}"},
    }


def _declared(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "StatusCode": answer["StatusCode"],
            "ResponseParameters": dict.fromkeys(answer["ResponseParameters"] or (), True) or None,
        }
        for answer in answers
    ]
