"""A refresh from a small wheel made here: what it writes, and when it refuses to."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.catalog import refresh
from awsdeck.catalog.encode import Service
from awsdeck.catalog.store import ResourceType, Table

if TYPE_CHECKING:
    from pathlib import Path

QUEUE = {
    "typeName": "AWS::SQS::Queue",
    "description": "prose that stays behind",
    "properties": {
        "QueueName": {"type": "string", "description": "more prose"},
        "Size": {"type": "integer"},
        "Tags": {"type": "array", "items": {}},
        "Url": {"type": "string"},
    },
    "createOnlyProperties": ["/properties/QueueName"],
    "readOnlyProperties": ["/properties/Url"],
    "primaryIdentifier": ["/properties/Url"],
    "tagging": {"taggable": True, "tagUpdatable": True, "permissions": ["sqs:TagQueue"]},
    "handlers": {"update": {"permissions": ["sqs:Set", "sqs:Get", "sqs:Get"]}, "create": {"permissions": ["sqs:Make"]}},
    "additionalProperties": False,
}
POLICIES = {
    "sqs": {
        "Actions": {
            "make": {"Resources": ["queue"]},
            "set": {"Resources": ["queue"]},
            "get": {},
            "list": {"Resources": ["queue"]},
        },
        "Resources": {"queue": {"ARNFormats": ["arn:${Partition}:sqs:${Region}:${Account}:.*"]}},
    }
}
SKILL = {"typeName": "Alexa::ASK::Skill", "properties": {"Name": {"type": "string", "pattern": "\\p{Klingon}"}}}

KNOWN = [
    {
        "cloudFormationType": "AWS::SQS::Queue",
        "cfnRefIdentifier": ["QueueName"],
        "isStateful": True,
        "attributes": {"Url": {}, "Arn": {}},
        "properties": {"Tags": {"causesReplacement": "yes"}, "Size": {"causesReplacement": "maybe"}, "QueueName": {}},
    }
]


@pytest.fixture
def sources(tmp_path: Path) -> list[str]:
    wheel, spec = tmp_path / "cfn_lint-9.9-py3-none-any.whl", tmp_path / "db.json.gz"
    folder = refresh.DATA
    regions = {
        "us-east-1": {"AWS::SQS::Queue": "q", "Alexa::ASK::Skill": "s"},
        "us-iso-east-1": {"AWS::SQS::Queue": "q", "Alexa::ASK::Skill": "s"},
        "eu-west-1": {"AWS::SQS::Queue": "q"},
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("cfn_lint-9.9.dist-info/METADATA", "Metadata-Version: 2.1\nVersion: 9.9\n\nText: none\n")
        archive.writestr(refresh.POLICIES, json.dumps(POLICIES))
        archive.writestr(folder + "version.json", json.dumps({"schema_date": "2026-01-02T00:00:00Z"}))
        for region, types in regions.items():
            archive.writestr(f"{folder}providers/{region}.json", json.dumps(types))
        archive.writestr(folder + "resources/q.json", json.dumps(QUEUE))
        archive.writestr(folder + "resources/s.json", json.dumps(SKILL))
    spec.write_bytes(gzip.compress(json.dumps({"schema": {"resource": {"entities": KNOWN}}}).encode()))
    return ["--wheel", str(wheel), "--service-spec", str(spec)]


def written(out: Path) -> dict[str, Any]:
    return {str(file.relative_to(out)): json.loads(file.read_text(encoding="utf-8")) for file in out.rglob("*.json")}


def test_a_refresh_writes_tables_index_permissions_regions_and_provenance(sources: list[str], tmp_path: Path) -> None:
    out = tmp_path / "schemas"
    assert refresh.main([*sources, "--out", str(out)]) == 0
    files = written(out)
    assert sorted(files) == [
        "PROVENANCE.json", "aws/alexa-ask.json", "aws/index.json", "aws/sqs.json", "permissions.json", "regions.json", "scopes.json",
    ]  # fmt: skip
    assert files["aws/index.json"] == {"AWS::SQS": ["Queue"], "Alexa::ASK": ["Skill"]}
    assert files["scopes.json"] == {"sqs": {"queue": ["arn:{partition}:sqs:{region}:{account}:*", "Make Set"]}}
    assert files["permissions.json"] == {
        "AWS::SQS::Queue": {"create": ["sqs:Make"], "tagging": ["sqs:TagQueue"], "update": ["sqs:Get", "sqs:Set"]}
    }
    assert files["regions.json"]["unpublished"] == ["us-iso-east-1"]
    assert "prose" not in (out / "aws" / "sqs.json").read_text(encoding="utf-8")


def test_the_provenance_counts_what_was_not_carried(sources: list[str], tmp_path: Path) -> None:
    refresh.main([*sources, "--out", str(tmp_path / "schemas")])
    said = written(tmp_path / "schemas")["PROVENANCE.json"]
    assert said["sources"][0]["version"] == "9.9"
    assert said["sources"][0]["sha256"] == refresh.digest(sources[1])
    assert said["counts"]["types"] == 2
    assert said["proof"]["not_carried"] == {"pattern": 1}
    assert said["proof"]["left_out"]["description"]["count"] == 2


def test_the_service_specification_adds_ref_state_attributes_and_replacement(
    sources: list[str], tmp_path: Path
) -> None:
    refresh.main([*sources, "--out", str(tmp_path)])
    table = Table(written(tmp_path)["aws/sqs.json"])
    queue = ResourceType("AWS::SQS::Queue", table, table.types["Queue"])
    assert queue.ref == "QueueName"
    assert queue.attributes == ("Arn", "Url")
    assert queue.record["st"] == 1
    assert queue.replacement(("Size",)) == "maybe"


def test_tags_that_can_be_changed_never_replace(sources: list[str], tmp_path: Path) -> None:
    refresh.main([*sources, "--out", str(tmp_path)])
    assert "Tags" not in written(tmp_path)["aws/sqs.json"]["types"]["Queue"]["cc"]


def test_without_the_service_specification_only_what_the_schemas_say_is_known(
    sources: list[str], tmp_path: Path
) -> None:
    assert refresh.main([*sources[:2], "--service-spec", "none", "--out", str(tmp_path)]) == 0
    files = written(tmp_path)
    assert len(files["PROVENANCE.json"]["sources"]) == 1
    assert "cc" not in files["aws/sqs.json"]["types"]["Queue"]


def test_a_second_refresh_gives_the_same_bytes(sources: list[str], tmp_path: Path) -> None:
    for name in ("one", "two"):
        refresh.main([*sources, "--out", str(tmp_path / name)])
    one, two = (
        {str(file.relative_to(tmp_path / name)): file.read_bytes() for file in (tmp_path / name).rglob("*.json")}
        for name in ("one", "two")
    )
    assert one == two


def test_the_table_of_a_service_that_is_gone_is_deleted(sources: list[str], tmp_path: Path) -> None:
    (tmp_path / "aws").mkdir()
    (tmp_path / "aws" / "simpledb.json").write_text("{}", encoding="utf-8")
    refresh.main([*sources, "--out", str(tmp_path)])
    assert not (tmp_path / "aws" / "simpledb.json").exists()


def test_nothing_is_written_when_a_fact_would_be_lost(
    sources: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Service.table

    def lossy(self: Service) -> dict[str, Any]:
        made = whole(self)
        made["types"] = {name: {k: v for k, v in record.items() if k != "co"} for name, record in made["types"].items()}
        return made

    monkeypatch.setattr(Service, "table", lossy)
    assert refresh.main([*sources, "--out", str(tmp_path / "schemas")]) == 1
    assert "createOnlyProperties: missing" in capsys.readouterr().err
    assert not (tmp_path / "schemas").exists()
