"""What the catalog knows of types: names, attributes, replacement, tags, state, permissions, regions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from awsdeck import catalog
from awsdeck.errors import InputError


def kind(name: str) -> catalog.ResourceType:
    found = catalog.find(name)
    assert found is not None
    return found


def test_every_listed_type_is_found_under_its_name() -> None:
    names = catalog.type_names()
    assert len(names) >= 1_850
    assert names == sorted(set(names))
    for name in names:
        assert kind(name).name == name


@pytest.mark.parametrize(
    "name", ["AWS::SQS::Qeue", "AWS::sqs::Queue", "AWS::Nothing::Here", "", "Queue", "AWS::../x::Y", "::", "AWS::SQS"]
)
def test_what_is_no_type_is_not_found(name: str) -> None:
    assert catalog.find(name) is None


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("AWS::SQS::Qeue", "AWS::SQS::Queue"),
        ("aws::s3::bucket", "AWS::S3::Bucket"),
        ("AWS::Dynamo::Table", "AWS::DynamoDB::Table"),
        ("Completely::Different::Words", None),
    ],
)
def test_a_wrong_name_gets_the_one_that_was_meant(given: str, meant: str | None) -> None:
    assert catalog.suggest(given) == meant


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        ("AWS::SQS::Queue", "QueueUrl"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::EC2::EIP", "PublicIp"),
        ("AWS::ECS::Service", "ServiceArn"),
        ("AWS::ElasticLoadBalancing::LoadBalancer", "LoadBalancerName"),
        ("AWS::Events::Rule", None),
    ],
)
def test_what_ref_gives(name: str, ref: str | None) -> None:
    assert kind(name).ref == ref


@pytest.mark.parametrize(
    ("name", "attribute", "takes"),
    [
        ("AWS::SQS::Queue", "Arn", True),
        ("AWS::SQS::Queue", "QueueName", True),
        ("AWS::RDS::DBInstance", "Endpoint.Address", True),
        ("AWS::RDS::DBInstance", "Endpoint", True),
        ("AWS::SNS::Topic", "TopicName", True),
        ("AWS::CloudFormation::Stack", "Outputs.Url", True),
        ("AWS::SQS::Queue", "DelaySeconds", None),
        ("AWS::CloudFormation::CustomResource", "Anything", None),
        ("AWS::SQS::Queue", "Url", False),
    ],
)
def test_what_get_att_takes(name: str, attribute: str, takes: bool | None) -> None:
    assert kind(name).has_attribute(attribute) is takes


@pytest.mark.parametrize(
    ("name", "path", "verdict"),
    [
        ("AWS::SQS::Queue", ("QueueName",), "replace"),
        ("AWS::SQS::Queue", ("DelaySeconds",), "no"),
        ("AWS::SQS::Queue", ("Arn",), "no"),
        ("AWS::S3::Bucket", ("BucketName",), "replace"),
        ("AWS::S3::Bucket", ("Tags", 0, "Value"), "no"),
        ("AWS::RDS::DBInstance", ("StorageEncrypted",), "replace"),
        ("AWS::ECS::TaskDefinition", ("ContainerDefinitions", 0, "Image"), "replace"),
        ("AWS::EC2::Instance", ("InstanceType",), "maybe"),
        ("AWS::DynamoDB::Table", ("KeySchema",), "maybe"),
        ("AWS::DynamoDB::Table", ("KeySchema", 0, "AttributeName"), "maybe"),
        ("AWS::EC2::Instance", ("ImageId", "Fn::If", 1), "replace"),
        ("AWS::CloudFormation::Stack", ("TemplateURL",), "no"),
    ],
)
def test_what_a_change_does(name: str, path: tuple[str | int, ...], verdict: str) -> None:
    assert kind(name).replacement(path) == verdict


def test_a_change_above_a_create_only_property_may_replace() -> None:
    name, path = next(
        (name, path)
        for name in catalog.type_names()
        for path in kind(name).create_only
        if len(path) == 2 and (path[0],) not in kind(name).create_only and kind(name).updatable
    )
    assert kind(name).replacement(path) == "replace"
    assert kind(name).replacement(path[:1]) == "maybe"


def test_a_type_that_cannot_be_updated_is_replaced_by_any_change() -> None:
    assert not kind("AWS::AppStream::ImageBuilder").updatable
    assert kind("AWS::AppStream::ImageBuilder").replacement(("Description",)) == "replace"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("AWS::SQS::Queue", ("Tags", "list")),
        ("AWS::SSM::Parameter", ("Tags", "map")),
        ("AWS::EFS::FileSystem", ("FileSystemTags", "list")),
        ("AWS::SQS::QueuePolicy", (None, None)),
        ("AWS::AppStream::Application", ("Tags", "list")),
    ],
)
def test_how_tags_are_written(name: str, written: tuple[str | None, str | None]) -> None:
    assert (kind(name).tag_property, kind(name).tags_as) == written


@pytest.mark.parametrize(
    ("name", "stateful", "snapshot", "guarded"),
    [
        ("AWS::S3::Bucket", True, False, True),
        ("AWS::DynamoDB::Table", True, False, True),
        ("AWS::RDS::DBInstance", True, True, True),
        ("AWS::EC2::Volume", True, True, True),
        ("AWS::ECR::Repository", True, False, True),
        ("AWS::SQS::Queue", False, False, True),
        ("AWS::CloudFormation::Stack", False, False, True),
        ("AWS::Neptune::DBInstance", False, False, True),
        ("AWS::Lambda::Function", False, False, False),
    ],
)
def test_what_is_lost_with_a_resource(name: str, stateful: bool, snapshot: bool, guarded: bool) -> None:
    found = kind(name)
    assert (found.stateful, found.snapshot, found.guarded) == (stateful, snapshot, guarded)


def test_a_queue_holds_messages_and_no_data_at_rest() -> None:
    assert kind("AWS::SQS::Queue").holds_messages
    assert not kind("AWS::SQS::Queue").stateful


def test_permissions_are_those_of_one_handler_or_of_all() -> None:
    queue = kind("AWS::SQS::Queue")
    assert "sqs:CreateQueue" in queue.permissions("create")
    assert "sqs:DeleteQueue" not in queue.permissions("create")
    assert {"sqs:CreateQueue", "sqs:DeleteQueue"} <= set(queue.permissions())
    assert queue.permissions("no such handler") == ()


def test_availability_is_unknown_where_nothing_is_published() -> None:
    queue = kind("AWS::SQS::Queue")
    assert queue.available_in("eu-west-1") is True
    assert queue.available_in("us-iso-east-1") is None
    assert queue.available_in("atlantis-1") is None
    assert any(kind(name).available_in("ap-southeast-7") is False for name in catalog.type_names())


def test_a_nested_property_is_described_as_plain_data() -> None:
    said = kind("AWS::SQS::Queue").describe(("DelaySeconds",))
    assert said == {
        "type": "integer",
        "required": False,
        "replacement": "no",
        "read_only": False,
        "write_only": False,
        "deprecated": False,
        "range": "0 to 900",
    }
    tag = kind("AWS::SQS::Queue").describe(("Tags", "*", "Key"))
    assert tag is not None
    assert (tag["type"], tag["required"], tag["length"]) == ("string", True, "1 to 128 characters")
    assert kind("AWS::SQS::Queue").describe(("Tags", 0, "Key")) == tag
    billing = kind("AWS::DynamoDB::Table").describe(("BillingMode",))
    assert billing is not None
    assert billing["enum"] == ["PAY_PER_REQUEST", "PROVISIONED"]
    assert kind("AWS::SQS::Queue").describe(("Nothing",)) is None


def test_a_type_that_contains_itself_can_be_followed_down() -> None:
    statement = ("Rules", "*", "Statement", "NotStatement", "Statement", "NotStatement", "Statement")
    shape = kind("AWS::WAFv2::RuleGroup").shape(statement)
    assert shape is not None
    assert shape.name == "Statement"


# A user's own types

SCHEMA: dict[str, Any] = {
    "typeName": "Acme::Shop::Widget",
    "properties": {
        "Name": {"type": "string", "maxLength": 5},
        "Size": {"$ref": "#/definitions/Size"},
        "Arn": {"type": "string"},
    },
    "definitions": {"Size": {"type": "integer", "minimum": 1}},
    "required": ["Name"],
    "additionalProperties": False,
    "createOnlyProperties": ["/properties/Name"],
    "readOnlyProperties": ["/properties/Arn"],
    "primaryIdentifier": ["/properties/Arn"],
    "handlers": {"create": {"permissions": ["acme:Make"]}, "update": {"permissions": []}},
}


def test_a_private_type_is_known_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "widget.json"
    file.write_text(json.dumps(SCHEMA), encoding="utf-8")
    assert catalog.add(file) is catalog.find("Acme::Shop::Widget")
    widget = kind("Acme::Shop::Widget")
    assert widget.ref == "Arn"
    assert widget.replacement(("Name",)) == "replace"
    assert [problem.kind for problem in widget.check({"Size": 0, "Arn": "x"})] == ["range", "missing", "read-only"]
    assert "Acme::Shop::Widget" in catalog.type_names()
    assert catalog.services()["Acme::Shop"] == ["Widget"]
    assert catalog.suggest("Acme::Shop::Wigdet") == "Acme::Shop::Widget"


def test_a_newer_schema_of_a_known_type_hides_the_one_that_came_with_the_package() -> None:
    newer = {"typeName": "AWS::SQS::Queue", "properties": {"Brand": {"type": "string"}}, "additionalProperties": False}
    assert kind("AWS::SQS::Queue").check({"Brand": "new"})
    catalog.add(newer)
    assert kind("AWS::SQS::Queue").check({"Brand": "new"}) == []
    assert catalog.type_names().count("AWS::SQS::Queue") == 1


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"typeName": 5, "properties": {}},
        {"typeName": "Widget", "properties": {}},
        {"typeName": "A::B::C"},
        {"typeName": "A::B::C", "properties": {"D": {"$ref": "#/definitions/Missing"}}},
        {"typeName": "A::B::C", "properties": {"D": {"type": "strange"}}},
        {"typeName": "A::B::C", "properties": []},
    ],
)
def test_what_is_no_schema_is_refused_with_a_sentence(schema: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        catalog.add(schema)


def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json"):
        catalog.add(tmp_path / "nowhere.json")
    (tmp_path / "text.json").write_text("no json", encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        catalog.add(tmp_path / "text.json")


def test_the_catalog_loads_nothing_it_can_do_without() -> None:
    code = (
        "import sys, json, re, __future__; before = set(sys.modules); import awsdeck.catalog as c; k = c.find('AWS::SQS::Queue');"
        "assert not k.check({'DelaySeconds': 1}); print(sorted(m for m in set(sys.modules) - before if not m.startswith('awsdeck')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_finding_a_type_reads_its_service_and_nothing_else() -> None:
    code = (
        "import builtins; real, seen = builtins.open, []\n"
        "def spy(file, *more, **named): seen.append(str(file)); return real(file, *more, **named)\n"
        "builtins.open = spy\n"
        "import awsdeck.catalog as c; c.find('AWS::SQS::Queue').check({})\n"
        "print([file for file in seen if file.endswith('.json')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.count(".json") == 1
    assert "sqs.json" in done.stdout
