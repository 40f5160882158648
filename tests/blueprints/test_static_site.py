"""What the blueprint static-site promises, for the answers at both ends of what it takes, and deployed."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
from collections.abc import Iterator
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

BLUEPRINT = "static-site"
ANSWERS: dict[str, dict[str, Any]] = {
    "only a name": {"name": "pages"},
    "a domain, and its zone made": {
        "name": "ab", "environment": "test", "domain": "a.io", "price_class": "100", "log_days": "1",
    },
    "the most": {
        "name": "a-quite-long-name-of-forty-characters-xx", "environment": "prod", "domain": "pages.of.the-company.example.com",
        "zone_id": "Z1D633PJN98FT9", "single_page": "true", "price_class": "200", "log_days": 3650,
        "email": "night-shift.operations+alarms@department.of.the-company.example.com",
    },
}  # fmt: skip
SOURCE = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}"}


@pytest.fixture(scope="module", params=list(ANSWERS.values()), ids=list(ANSWERS))
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return Rendered(BLUEPRINT, tmp_path_factory.mktemp("site") / "project", request.param)


def config(rendered: Rendered) -> dict[str, Any]:
    found: dict[str, Any] = rendered.properties("Site")["DistributionConfig"]
    return found


def test_a_project_is_complete(rendered: Rendered) -> None:
    assert rendered.files == [
        ".gitignore", "README.md", "awsdeck.toml", "deck.py", "public/404.html", "public/index.html", "publish.py",
        "src/edge/viewer.js", "tests/test_deck.py",
    ]  # fmt: skip
    for name in rendered.files:
        text = (rendered.folder / name).read_text(encoding="utf-8")
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert "{%" not in text
        assert "{{" not in text


def test_its_own_tests_pass(rendered: Rendered) -> None:
    done = rendered.own_tests("-k", "not published")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.local
@pytest.mark.skipif(
    importlib.util.find_spec("ministack") is None and "CI" not in os.environ, reason="needs the embedded CloudFormation"
)
def test_its_own_test_on_this_machine_passes(rendered: Rendered) -> None:
    done = rendered.own_tests("-k", "published")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "broken"),
    [
        ("deck.py", "origin=files,", "origin=files.regional_domain_name,", "nobody_reads"),
        ("deck.py", "behavior=Behavior(", 'behavior=Behavior(viewers="https-only", ', "over_https"),
        ("deck.py", "status=404", "status=200", "not_found"),
        ("deck.py", "expire_after=1, abort", "expire_after=2, abort", "their_time"),
        ("deck.py", "versioned=True", "versioned=False", "their_time"),
        ("deck.py", "failing.notify(alerts)\n", "", "is_told"),
        ("deck.py", '("", "www")', '("",)', "names_lead"),
        ("src/edge/viewer.js", "'index.html'", "'index.htm'", "ends_in_a_slash"),
        ("src/edge/viewer.js", "query(request.querystring)", "''", "www_leads"),
    ],
)
def test_its_own_tests_notice_what_is_taken_away(tmp_path: Path, file: str, old: str, new: str, broken: str) -> None:
    if file.endswith(".js") and shutil.which("node") is None:
        pytest.skip("needs Node.js")
    project = Project(BLUEPRINT, tmp_path / "project", ANSWERS["a domain, and its zone made"])
    changed = project.folder / file
    text = changed.read_text(encoding="utf-8")
    assert old in text
    changed.write_text(text.replace(old, new), encoding="utf-8")
    done = project.own_tests("-k", "not published")
    assert done.returncode == 1, done.stdout
    assert any(line.startswith("FAILED") and broken in line for line in done.stdout.splitlines()), done.stdout


def test_the_answers_reach_the_template(rendered: Rendered) -> None:
    answers, told = rendered.answers, config(rendered)
    domain = answers["domain"]
    assert told.get("Aliases") == ([domain, f"www.{domain}"] if domain else None)
    assert told.get("PriceClass", "PriceClass_all") == f"PriceClass_{answers['price_class']}"
    page, status = ("/index.html", 200) if answers["single_page"] else ("/404.html", 404)
    assert [(one["ErrorCode"], one["ResponsePagePath"], one["ResponseCode"]) for one in told["CustomErrorResponses"]] == [
        (403, page, status), (404, page, status),
    ]  # fmt: skip
    assert len(rendered.ids("AWS::Route53::HostedZone")) == (1 if domain and not answers["zone_id"] else 0)
    assert len(rendered.ids("AWS::Route53::RecordSet")) == (4 if domain else 0)
    assert len(rendered.ids("AWS::CertificateManager::Certificate")) == (1 if domain else 0)
    (rule,) = rendered.properties("Logs")["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == answers["log_days"]
    emails = [rendered.properties(id)["Endpoint"] for id in rendered.ids("AWS::SNS::Subscription")]
    assert emails == ([answers["email"]] if answers["email"] else [])
    manifest = json.loads((rendered.folder / "awsdeck.out" / "manifest.json").read_text(encoding="utf-8"))
    stack = manifest["stacks"][rendered.stack]
    assert stack["region"] == "us-east-1"
    assert stack["tags"] == {"project": answers["name"], "environment": answers["environment"]}
    assert stack.get("terminationProtection", False) is (answers["environment"] == "prod")


def test_buckets_are_open_to_whom_they_must_be_statement_by_statement(rendered: Rendered) -> None:
    allowed = {
        id: [
            (one["Principal"], one["Action"], one["Resource"])
            for one in rendered.properties(id)["PolicyDocument"]["Statement"]
            if one["Effect"] == "Allow"
        ]
        for id in rendered.ids("AWS::S3::BucketPolicy")
    }
    logs = {"Fn::Sub": "${Logs.Arn}/AWSLogs/${AWS::AccountId}/*"}
    assert allowed == {
        "FilesPolicy": [({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject", {"Fn::Sub": "${Files.Arn}/*"})],
        "LogsPolicy": [({"Service": "delivery.logs.amazonaws.com"}, "s3:PutObject", logs)],
    }
    (read,) = (
        one for one in rendered.properties("FilesPolicy")["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"
    )
    assert read["Condition"] == {"StringEquals": {"AWS:SourceArn": SOURCE}}
    assert rendered.ids("AWS::IAM::Policy") == []


def test_the_outputs_are_what_publishing_and_operations_need(rendered: Rendered) -> None:
    names = {"Address", "BucketName", "DistributionId", "LogsBucketName", "AlertsTopicArn"}
    made = rendered.answers["domain"] and not rendered.answers["zone_id"]
    assert set(rendered.template["Outputs"]) == names | ({"NameServers"} if made else set())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Pages"), ("name", "a"), ("name", '"; import os; "'), ("environment", "staging"),
        ("domain", "example"), ("domain", "https://example.com"), ("domain", "example.com."), ("domain", '"+x+".com'),
        ("domain", "*.example.com"), ("zone_id", "example.com"), ("zone_id", "/hostedzone/Z1"), ("single_page", "perhaps"),
        ("price_class", "300"), ("email", "ops"), ("log_days", "0"), ("log_days", "3651"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_work_is_refused(name: str, value: str) -> None:
    from awsdeck.errors import InputError

    with pytest.raises(InputError, match=name):
        blueprint.find(BLUEPRINT).check({"name": "pages", name: value})


def test_the_readme_explains_every_answer_with_its_default() -> None:
    text = (Path(blueprint.find(BLUEPRINT).folder) / "README.md").read_text(encoding="utf-8")
    for question in blueprint.find(BLUEPRINT).questions():
        default = "" if question.default is None else f"`{question.default}`" if question.default != "" else "none"
        assert f"| `{question.name}` | {default} |".replace("|  |", "| |") in text


# Deployed into the embedded CloudFormation


@pytest.fixture(scope="module")
def running(local_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], AWS]]:
    """The project with a domain whose zone it makes: its outputs, and what clients are made of."""
    from awsdeck.cli.context import Context
    from awsdeck.cli.deck import assemble

    folder = tmp_path_factory.mktemp("running") / "project"
    answers = {**ANSWERS["a domain, and its zone made"], "name": f"t{secrets.token_hex(4)}"}
    blueprint.find(BLUEPRINT).render(blueprint.find(BLUEPRINT).check(answers), str(folder))
    here = Path.cwd()
    os.chdir(folder)
    try:
        _, assembly = assemble(Context({}))
    finally:
        os.chdir(here)
    assert assembly is not None
    keys = (local_engine.access_key, local_engine.secret_key)
    aws = AWS(endpoint_url=local_engine.url, region="us-east-1", credentials=keys)
    deploy(assembly, aws=aws, confirm=lambda plan: True)
    ((_, values),) = outputs(assembly, aws=aws).items()
    yield dict(values), aws
    destroy(assembly, aws=aws, confirm=lambda plan: True)


def test_the_distribution_serves_the_bucket_under_the_domain(running: tuple[dict[str, str], AWS]) -> None:
    values, aws = running
    told = aws.client("cloudfront").get_distribution(Id=values["DistributionId"])["Distribution"]["DistributionConfig"]
    assert told["Aliases"]["Items"] == ["a.io", "www.a.io"]
    (origin,) = told["Origins"]["Items"]
    assert origin["DomainName"].startswith(f"{values['BucketName']}.s3.")
    assert told["DefaultRootObject"] == "index.html"
    assert values["Address"] == "https://a.io"


def test_the_records_lead_to_it(running: tuple[dict[str, str], AWS]) -> None:
    values, aws = running
    route53 = aws.client("route53")
    (zone,) = (one for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "a.io.")
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    led = {(one["Name"], one["Type"]): one["AliasTarget"]["DNSName"] for one in records if "AliasTarget" in one}
    assert set(led) == {(name, type) for name in ("a.io.", "www.a.io.") for type in ("A", "AAAA")}
    domain = aws.client("cloudfront").get_distribution(Id=values["DistributionId"])["Distribution"]["DomainName"]
    assert {name.removesuffix(".") for name in led.values()} == {domain}
    assert len(values["NameServers"].split()) >= 1


def test_the_buckets_policy_names_this_distribution(running: tuple[dict[str, str], AWS]) -> None:
    values, aws = running
    policy = json.loads(aws.client("s3").get_bucket_policy(Bucket=values["BucketName"])["Policy"])
    (read,) = (one for one in policy["Statement"] if one["Effect"] == "Allow")
    source = read["Condition"]["StringEquals"]["AWS:SourceArn"]
    assert source.endswith(f":distribution/{values['DistributionId']}")
    assert source.startswith("arn:aws:cloudfront::")
