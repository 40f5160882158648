"""What the blueprint serverless-api promises, with and without the cache, and deployed."""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import blueprint
from awsdeck.deploy import AWS, deploy, destroy, outputs
from tests.blueprints.project import Project, Rendered
from tests.blueprints.promises import (
    test_cfn_lint_finds_no_error,
    test_it_synthesizes_and_lints_without_an_error_or_a_warning,
    test_its_code_is_as_ruff_wants_it,
)

if TYPE_CHECKING:
    from awsdeck.local import Engine

BLUEPRINT = "serverless-api"
ANSWERS: dict[str, dict[str, Any]] = {
    "only a name": {"name": "shop"},
    "the cache and the logs": {
        "name": "shop", "environment": "prod", "region": "us-east-1", "dax": True, "logs": True,
        "email": "night-shift.operations+alarms@department.of.the-company.example.com",
    },
    "the least": {"name": "ab", "environment": "test", "rate": "1", "burst": "1", "quota": "1", "logs": "true"},
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "dax": True, "rate": 10_000, "burst": 5_000,
        "quota": 1_000_000_000,
    },
}  # fmt: skip


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("api") / "project", request.param)


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [
        ".gitignore", "README.md", "awsdeck.toml", "deck.py", "src/orders/app.py", "tests/test_deck.py",
        "tests/test_function.py",
    ]  # fmt: skip
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "{%" not in text
        assert "{{" not in text


def test_its_own_tests_pass(rendered: Rendered) -> None:
    done = rendered.own_tests("-k", "not deployed_api")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", "api_key=True", "auth='iam'", "asks_for_a_key"),
        ("deck.py", "keys=[first]", "", "rate_and_a_quota"),
        ("deck.py", "throttle=Throttle(rate=1000, burst=500),", "", "all_keys_together"),
        ("deck.py", "route(live, body=order)", "route(live)", "bodies_are_checked"),
        ("deck.py", '"PUT /orders/{id}": route(live,', '"PUT /orders/{id}": route(function,', "leads_to_the_alias"),
        ("deck.py", '"dynamodb:GetItem"', '"dynamodb:Scan"', "nothing_else"),
        ("deck.py", "cache.grant_read(function)", "cache.grant_read_write(function)", "from_the_cache"),
        ("deck.py", "alarm.notify(alerts)", "pass", "is_told"),
        ("src/orders/app.py", "answer(404, ", "answer(200, ", "is_not_found"),
        ("src/orders/app.py", 'table.delete_item(Key={"id": id})', "pass", "is_gone"),
    ],
)
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", {"name": "shop", "dax": True})
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", "not deployed_api")
    assert done.returncode == 1, done.stdout
    assert any(line.startswith("FAILED") and broken in line for line in done.stdout.splitlines()), done.stdout


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers = rendered.answers
    (plan,) = rendered.ids("AWS::ApiGateway::UsagePlan")
    assert rendered.properties(plan)["Throttle"] == {"RateLimit": answers["rate"], "BurstLimit": answers["burst"]}
    assert rendered.properties(plan)["Quota"] == {"Limit": answers["quota"], "Period": "MONTH"}
    assert bool(rendered.ids("AWS::DAX::Cluster")) is answers["dax"]
    assert bool(rendered.ids("AWS::EC2::VPC")) is answers["dax"]
    assert ("VpcConfig" in rendered.properties("Function")) is answers["dax"]
    assert ("DAX" in rendered.properties("Function")["Environment"]["Variables"]) is answers["dax"]
    assert bool(rendered.ids("AWS::ApiGateway::Account")) is answers["logs"]
    assert ("AccessLogSetting" in rendered.properties("ApiStage")) is answers["logs"]
    told = [rendered.properties(id)["Endpoint"] for id in rendered.ids("AWS::SNS::Subscription")]
    assert told == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == answers["region"]
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    protected = answers["environment"] == "prod"
    assert stack.get("terminationProtection", False) is protected
    assert rendered.properties("Orders").get("DeletionProtectionEnabled", False) is protected


def test_api_gateway_may_invoke_the_alias_by_method_and_path_alone(rendered: Rendered) -> None:
    found = [rendered.properties(id) for id in rendered.ids("AWS::Lambda::Permission")]
    assert {json.dumps(one["FunctionName"]) for one in found} == {'{"Ref": "FunctionLive"}'}
    assert sorted(one["SourceArn"]["Fn::Sub"].rpartition("${Api}")[2] for one in found) == [
        "/*/DELETE/orders/*", "/*/GET/orders/*", "/*/PUT/orders/*",
    ]  # fmt: skip


def test_an_earlier_version_keeps_a_share_of_the_calls(tmp_path: Path) -> None:
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["only a name"])
    deck = project.folder / "deck.py"
    text = deck.read_text(encoding="utf-8")
    deck.write_text(text.replace("EARLIER: str | None = None", 'EARLIER: str | None = "7"'), encoding="utf-8")
    assert project.run("-m", "awsdeck", "synth").returncode == 0
    made = json.loads((project.folder / "awsdeck.out" / "shop-dev.template.json").read_text(encoding="utf-8"))
    alias = made["Resources"]["FunctionLive"]["Properties"]
    assert alias["RoutingConfig"] == {"AdditionalVersionWeights": [{"FunctionVersion": "7", "FunctionWeight": 0.9}]}
    assert made["Resources"][alias["FunctionVersion"]["Fn::GetAtt"][0]]["Type"] == "AWS::Lambda::Version"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Shop"), ("name", "a"), ("region", "europe"), ("environment", "staging"), ("dax", "perhaps"),
        ("rate", "0"), ("rate", "10001"), ("burst", "0"), ("burst", "5001"), ("quota", "0"), ("quota", "1000000001"),
        ("logs", "some"), ("email", "ops"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find(BLUEPRINT).check({"name": "shop", name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find(BLUEPRINT).folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find(BLUEPRINT).questions():
        shown = str(question.default).lower() if isinstance(question.default, bool) else question.default
        default = "" if shown is None else f"`{shown}`" if shown != "" else "none"
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text


# Deployed into the embedded CloudFormation


class Running:
    """The project as it runs: its outputs, and calls of its API."""

    def __init__(self, outputs: dict[str, str], aws: AWS, url: str) -> None:
        self.outputs = outputs
        self.client: Callable[[str], Any] = aws.client
        self.url = f"{url}/restapis/{outputs['ApiId']}/prod/_user_request_"
        self.key = self.client("apigateway").get_api_key(apiKey=outputs["KeyId"], includeValue=True)["value"]

    def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **({} if key is None else {"X-Api-Key": key})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", method=method, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            text = refused.read()
            return refused.code, json.loads(text) if text else None


@pytest.fixture(scope="module", params=[False, True], ids=["table", "cache"])
def running(
    request: pytest.FixtureRequest, local_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The project with a rate that one client reaches: five requests at once."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    answers = {"name": f"t{secrets.token_hex(4)}", "dax": request.param, "rate": 1, "burst": 5, "quota": 30}
    blueprint.find(BLUEPRINT).render(blueprint.find(BLUEPRINT).check(answers), str(folder))
    here = Path.cwd()
    os.chdir(folder)
    try:
        _, assembly = assemble(Context({}))
    finally:
        os.chdir(here)
    assert assembly is not None
    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)
    deploy(assembly, aws=aws, confirm=lambda plan: True)
    ((_, values),) = outputs(assembly, aws=aws).items()
    yield Running(dict(values), aws, local_engine.url)
    destroy(assembly, aws=aws, confirm=lambda plan: True)


def test_an_order_is_written_read_and_deleted_with_a_key(running: Running) -> None:
    order = {"item": "tea", "amount": 2}
    assert running.ask("PUT", "/orders/1", order, key=running.key) == (200, order)
    assert running.ask("GET", "/orders/1", key=running.key) == (200, order)
    found = running.client("dynamodb").get_item(TableName=running.outputs["TableName"], Key={"id": {"S": "1"}})
    assert json.loads(found["Item"]["order"]["S"]) == order
    assert running.ask("DELETE", "/orders/1", key=running.key)[0] == 204


def test_nobody_comes_in_without_the_key(running: Running) -> None:
    assert running.ask("GET", "/orders/1")[0] == 403
    assert running.ask("GET", "/orders/1", key="x" * 40)[0] == 403


def test_a_path_that_is_not_in_the_table_is_not_answered(running: Running) -> None:
    assert running.ask("GET", "/customers", key=running.key)[0] in (403, 404)


def test_what_is_beyond_the_rate_is_answered_with_429(running: Running) -> None:
    codes = [running.ask("GET", "/orders/none", key=running.key)[0] for _ in range(12)]
    assert 404 in codes
    assert 429 in codes


def test_stage_plan_and_alias_are_as_the_deck_says(running: Running) -> None:
    gateway, api = running.client("apigateway"), running.outputs["ApiId"]
    (plan,) = [one for one in gateway.get_usage_plans()["items"] if one["apiStages"][0]["apiId"] == api]
    assert plan["throttle"] == {"rateLimit": 1.0, "burstLimit": 5}
    assert plan["quota"]["limit"] == 30
    stage = gateway.get_stage(restApiId=api, stageName="prod")
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 1000
    function = running.client("lambda").get_alias(FunctionName=running.outputs["FunctionName"], Name="live")
    assert function["FunctionVersion"] == "1"
