"""Custom resources: the function in the template, what it may do, and what it answers CloudFormation."""

from __future__ import annotations

import http.server
import json
import pathlib
import textwrap
import threading
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import App, ConstraintError, ConstructError, CustomResource, Output, S3Bucket, SQSQueue, Stack, answering
from awsdeck.custom import INLINE_MOST, RUNTIME
from awsdeck.rules.functions.runtimes import NEWEST
from awsdeck.synth import synthesize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from awsdeck.assembly import Assembly
    from awsdeck.local import Engine

GREET = """\
    def handler(event):
        if event["ResourceProperties"]["Name"] == "nobody":
            raise ValueError("there is nobody to greet")
        return {"Greeting": "hello " + event["ResourceProperties"]["Name"]}
    """


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "shop", region="eu-west-1")


def write(app: App, text: str = GREET, name: str = "greet.py") -> str:
    (pathlib.Path(app.folder) / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return f"{name}:handler"


def resources(app: App) -> dict[str, Any]:
    made: dict[str, Any] = synthesize(app)["shop"].template["Resources"]
    return made


def test_a_short_function_stands_in_the_template_with_what_answers_cloudformation(app: App, stack: Stack) -> None:
    greet = CustomResource(stack, "Greet", handler=write(app), properties={"Name": "Ada"}, timeout=60)
    Output(stack, "Said", greet.get_att("Greeting"))
    Output(stack, "Id", greet.ref)
    made = synthesize(app)["shop"]
    body = made.template["Resources"]["Greet"]
    assert body["Type"] == "Custom::Greet"
    assert body["Properties"] == {
        "Name": "Ada",
        "ServiceToken": {"Fn::GetAtt": ["GreetFunction", "Arn"]},
        "ServiceTimeout": 120,
    }
    assert made.template["Outputs"]["Said"]["Value"] == {"Fn::GetAtt": ["Greet", "Greeting"]}
    assert made.template["Outputs"]["Id"]["Value"] == {"Ref": "Greet"}
    function = made.template["Resources"]["GreetFunction"]["Properties"]
    assert function["Runtime"] == RUNTIME == NEWEST["python"]
    assert function["Timeout"] == 60
    code = function["Code"]["ZipFile"]
    assert code.startswith("try:\n    def handler(event):")
    assert "type: ignore" not in code
    compile(code, "index.py", "exec")
    assert not made.assets


def test_it_waits_for_its_function_and_every_permission_given_to_it(app: App, stack: Stack) -> None:
    greet = CustomResource(stack, "Greet", handler=write(app), properties={"Name": "Ada"})
    greet.allow("ses:VerifyEmailIdentity", on="*", when={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    made = resources(app)
    assert "GreetFunction" in made["Greet"]["DependsOn"]
    policies = {id: body for id, body in made.items() if body["Type"] == "AWS::IAM::Policy"}
    assert set(policies) <= set(made["Greet"]["DependsOn"])
    statements = [
        one for _, body in sorted(policies.items()) for one in body["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert statements == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": ["GreetFunctionLogs", "Arn"]},
        },
        {
            "Effect": "Allow",
            "Action": "ses:VerifyEmailIdentity",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
        },
    ]
    assert made["GreetFunctionLogs"]["Properties"]["RetentionInDays"] == 30


def test_grants_of_other_constructs_reach_the_function(app: App, stack: Stack) -> None:
    greet = CustomResource(stack, "Greet", handler=write(app), properties={"Name": "Ada"})
    SQSQueue(stack, "Q").grant_send(greet)
    S3Bucket(stack, "B").grant_read(greet)
    made = json.dumps(resources(app))
    assert "sqs:SendMessage" in made
    assert "s3:GetObject" in made


def test_a_secret_among_its_properties_is_refused(app: App, stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="Password is written in plain text"):
        CustomResource(stack, "Greet", handler=write(app), properties={"Password": "hunter2"})


def test_a_handler_that_a_link_leads_out_of_the_project_to_is_refused(app: App, stack: Stack) -> None:
    (pathlib.Path(app.folder) / "link.py").symlink_to(__file__)
    with pytest.raises(ConstructError, match="leads out of the project"):
        CustomResource(stack, "Greet", handler="link.py:handler")


def test_a_long_function_is_uploaded(app: App, stack: Stack) -> None:
    text = textwrap.dedent(GREET) + "\n".join(f"# line {number}" for number in range(INLINE_MOST // 8))
    CustomResource(stack, "Greet", handler=write(app, text), properties={"Name": "Ada"})
    made = synthesize(app)["shop"]
    (asset,) = made.assets
    code = made.template["Resources"]["GreetFunction"]["Properties"]["Code"]
    assert code == {"S3Bucket": {"Ref": "AssetsBucket"}, "S3Key": asset["key"]}
    import zipfile

    with zipfile.ZipFile(made.files[asset["key"]]()) as zipped:
        assert zipped.namelist() == ["index.py"]
        assert b"_awsdeck_entry = " in zipped.read("index.py")


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ("def handler(event): ...", "lambda event, _: handler(event)"),
        ("def handler(event, context): ...", "handler"),
        ("def handler(event, context, more=1): ...", "handler"),
        ("def handler(*all): ...", "handler"),
    ],
)
def test_a_function_may_take_the_context_or_not(app: App, stack: Stack, written: str, called: str) -> None:
    CustomResource(stack, "G", handler=write(app, written))
    code = resources(app)["GFunction"]["Properties"]["Code"]["ZipFile"]
    assert code.endswith(f"_awsdeck_entry = _awsdeck({called})\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def handle(event): ...", "did you mean handle"),
        ("handler = 1", "written with def"),
        ("async def handler(event): ...", "written with def"),
        ("def handler(): ...", "takes the event"),
        ("def handler(a, b, c): ...", "takes the event"),
        ("def handler(event, *, context): ...", "takes the event"),
        ("def handler(event) ...", "not Python"),
    ],
)
def test_a_function_that_cannot_be_called_is_refused(app: App, stack: Stack, text: str, said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        CustomResource(stack, "G", handler=write(app, text))
    assert caught.value.place is not None


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        ({"handler": "nowhere.py:handler"}, "cannot read nowhere.py"),
        ({"handler": "greet.handler"}, "FILE.py:FUNCTION"),
        ({"timeout": 901}, "3 to 900"),
        ({"timeout": 0}, "3 to 900"),
        ({"type": "Greet"}, "custom resource's type"),
        ({"type": "Custom::" + "x" * 60}, "custom resource's type"),
        ({"properties": {"ServiceToken": "x"}}, "CloudFormation's own"),
    ],
)
def test_a_wrong_keyword_is_told_at_the_users_line(app: App, stack: Stack, keywords: dict[str, Any], said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        CustomResource(stack, "G", **{"handler": write(app), **keywords})
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_custom.py")


class Context:
    log_stream_name = "2026/11/25/1"

    def __init__(self, seconds: float = 60) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


class Listener(http.server.BaseHTTPRequestHandler):
    answers: list[dict[str, Any]]
    refuse = 0

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if type(self).refuse:
            type(self).refuse -= 1
            self.send_error(500)
            return
        self.answers.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def ask() -> Iterator[Callable[..., dict[str, Any]]]:
    """Calls a function as Lambda would and gives what CloudFormation is told."""
    kind: Any = type("Kind", (Listener,), {"answers": [], "refuse": 0})
    answering_for: Any = answering._awsdeck
    server = http.server.HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def run(work: Any, *, seconds: float = 60, refuse: int = 0, **more: Any) -> dict[str, Any]:
        kind.refuse = refuse
        event = {
            "RequestType": "Create", "StackId": "s", "RequestId": "0123456789", "LogicalResourceId": "Greet",
            "ResponseURL": f"http://127.0.0.1:{server.server_port}/", "ResourceProperties": {}, **more,
        }  # fmt: skip
        answering_for(work)(event, Context(seconds))
        answer: dict[str, Any] = kind.answers[-1]
        return answer

    yield run
    server.shutdown()
    server.server_close()


def test_what_the_function_returns_are_the_attributes(ask: Any) -> None:
    assert ask(lambda event, context: {"A": 1}) == {
        "StackId": "s", "RequestId": "0123456789", "LogicalResourceId": "Greet", "Status": "SUCCESS",
        "PhysicalResourceId": "Greet-01234567", "NoEcho": False, "Data": {"A": 1},
    }  # fmt: skip
    assert ask(lambda event, context: None)["Data"] == {}


def test_the_physical_id_stays_until_the_function_gives_another(ask: Any) -> None:
    known = {"RequestType": "Update", "PhysicalResourceId": "one"}
    assert ask(lambda event, context: {}, **known)["PhysicalResourceId"] == "one"
    changed = ask(lambda event, context: {"PhysicalResourceId": "two", "NoEcho": True, "A": 1}, **known)
    assert changed["PhysicalResourceId"] == "two"
    assert changed["NoEcho"] is True
    assert changed["Data"] == {"A": 1}


def fail(event: Any, context: Any) -> None:
    raise KeyError("Name")


def test_what_it_raises_fails_the_deploy_with_its_words(ask: Any, capsys: pytest.CaptureFixture[str]) -> None:
    answer = ask(fail, RequestType="Update", PhysicalResourceId="one")
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "KeyError: 'Name' (log stream 2026/11/25/1)"
    assert answer["PhysicalResourceId"] == "one"
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("error", [SystemExit("no"), KeyboardInterrupt("no"), GeneratorExit("no")])
def test_a_function_that_leaves_the_program_is_answered_for(ask: Any, error: BaseException) -> None:
    def leave(event: Any, context: Any) -> None:
        raise error

    answer = ask(leave)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(f"{type(error).__name__}: no")


@pytest.mark.parametrize("top", ["import nowhere_to_be_found", "raise SystemExit('no')", "1 / 0"])
def test_a_file_that_cannot_be_imported_is_answered_for(app: App, stack: Stack, ask: Any, top: str) -> None:
    CustomResource(stack, "G", handler=write(app, f"{top}\n\ndef handler(event):\n    return {{}}\n"))
    made: dict[str, Any] = {}
    exec(resources(app)["GFunction"]["Properties"]["Code"]["ZipFile"], made)
    kept = made["handler"]
    answer = ask(lambda event, context: kept(event))
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith(("ModuleNotFoundError", "SystemExit: no", "ZeroDivisionError"))


def test_the_source_keeps_its_texts_and_what_it_imports_from_the_future(app: App, stack: Stack) -> None:
    source = (
        '"""What it is."""\nfrom __future__ import (\n    annotations,\n)\n\nTEXT = """one\n  two\n"""  # ü\n'
        'SHOWN = f"""a\n{TEXT}\nb"""\n\ndef handler(event: Nowhere):\n    return {\'A\': TEXT, \'B\': SHOWN}\n'
    )
    CustomResource(stack, "G", handler=write(app, source))
    made: dict[str, Any] = {}
    exec(resources(app)["GFunction"]["Properties"]["Code"]["ZipFile"], made)
    assert made["handler"]({}) == {"A": "one\n  two\n", "B": "a\none\n  two\n\nb"}


def test_what_was_never_made_is_not_deleted(ask: Any) -> None:
    failed = ask(fail)["PhysicalResourceId"]
    calls: list[Any] = []
    answer = ask(lambda event, context: calls.append(event), RequestType="Delete", PhysicalResourceId=failed)
    assert answer["Status"] == "SUCCESS"
    assert calls == []


def test_an_answer_that_cloudformation_would_not_take_is_a_failure_that_says_so(ask: Any) -> None:
    answer = ask(lambda event, context: {"A": "x" * 5_000})
    assert answer["Status"] == "FAILED"
    assert "4096" in answer["Reason"]
    assert ask(lambda event, context: {"A": object()})["Status"] == "FAILED"


def test_a_function_that_runs_out_of_time_is_answered_for_before_it_ends(ask: Any) -> None:
    begun = time.monotonic()
    answer = ask(lambda event, context: time.sleep(30), seconds=2.5)
    assert answer["Status"] == "FAILED"
    assert "time is up" in answer["Reason"]
    assert time.monotonic() - begun < 10


def test_an_answer_that_does_not_get_through_is_sent_again(ask: Any) -> None:
    assert ask(lambda event, context: {}, refuse=2)["Status"] == "SUCCESS"


def test_a_custom_resource_is_made_changed_and_removed(local_engine: Engine, tmp_path: pathlib.Path) -> None:
    from awsdeck.deploy import AWS, deploy, destroy
    from awsdeck.errors import DeployError

    aws = AWS(
        endpoint_url=local_engine.url,
        region="eu-west-1",
        credentials=(local_engine.access_key, local_engine.secret_key),
    )
    name = f"custom-{uuid.uuid4().hex[:8]}"

    def program(who: str) -> Assembly:
        app = App()
        app.folder = str(tmp_path)
        stack = Stack(app, name, region="eu-west-1")
        greet = CustomResource(stack, "Greet", handler=write(app), properties={"Name": who}, timeout=20)
        greet.node.retain(False)
        Output(stack, "Said", greet.get_att("Greeting"))
        return synthesize(app)

    for who in ("Ada", "Grace"):
        result = deploy(program(who), aws=aws, confirm=lambda plan: True)
        assert result.outputs[name]["Said"] == f"hello {who}"
    with pytest.raises(DeployError, match="nobody to greet"):
        deploy(program("nobody"), aws=aws, confirm=lambda plan: True)
    destroy(program("Ada"), aws=aws, confirm=lambda plan: True, allow_destroy=["GreetFunctionLogs"])
