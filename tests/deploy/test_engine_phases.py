"""Exports that stacks hold each other by, against the embedded CloudFormation."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import AWS, deploy, destroy, status

if TYPE_CHECKING:
    from awsdeck.local import Engine

pytestmark = pytest.mark.local


@pytest.fixture
def aws(local_engine: Engine) -> AWS:
    keys = (local_engine.access_key, local_engine.secret_key)
    return AWS(endpoint_url=local_engine.url, region="eu-west-1", credentials=keys)


def pair(name: str, *exports: str, uses: tuple[str, ...]) -> Assembly:
    net: dict[str, Any] = {
        "Resources": {
            "Stays": {"Type": "AWS::SQS::Queue", "Properties": {}},
            **{key: {"Type": "AWS::SQS::Queue", "Properties": {}} for key in exports},
        },
        "Outputs": {
            f"Export{key}": {"Value": {"Fn::GetAtt": [key, "QueueName"]}, "Export": {"Name": f"{name}:{key}"}}
            for key in exports
        },
    }
    web: dict[str, Any] = {
        "Resources": {
            "Own": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "own"}},
            **{
                f"Uses{key}": {
                    "Type": "AWS::SNS::Topic",
                    "Properties": {"DisplayName": {"Fn::ImportValue": f"{name}:{key}"}},
                }
                for key in uses
            },
        }
    }
    return Assembly([StackArtifact(name, net), StackArtifact(f"{name}-web", web, dependencies=[name])])


def test_an_export_goes_while_its_importer_lives_on(aws: AWS, listener: Any) -> None:
    name = f"phases-{secrets.token_hex(4)}"
    deploy(pair(name, "Jobs", "Mails", uses=("Jobs", "Mails")), aws=aws)
    deploy(pair(name, "Jobs", uses=("Jobs",)), aws=aws, observer=listener, confirm=lambda plan: True)
    assert [(plan.name, plan.phase) for plan in listener.plans] == [
        (name, (1, 2)),
        (f"{name}-web", None),
        (name, (2, 2)),
    ]
    gone = pair(name, "Jobs", uses=("Jobs",))
    found = status(gone, aws=aws)
    assert all(one.healthy for one in found.values())
    record = found[name].record
    assert record is not None
    assert list(record.exports) == [f"{name}:Jobs"]
    assert {item.logical_id for item in aws.cloudformation().resources(record.id)} == {"Stays", "Jobs"}
    destroy(gone, aws=aws, confirm=lambda plan: True)


def test_an_export_goes_although_no_resource_changes(aws: AWS) -> None:
    name = f"phases-{secrets.token_hex(4)}"
    deploy(pair(name, "Jobs", uses=("Jobs",)), aws=aws)
    without = pair(name, "Jobs", uses=())
    without[name].template["Outputs"] = {}
    result = deploy(without, aws=aws, confirm=lambda plan: True)
    assert result.stacks[name].status == "updated"
    record = status(without, aws=aws)[name].record
    assert record is not None
    assert not record.exports
    assert deploy(without, aws=aws).stacks[name].status == "unchanged"
    destroy(without, aws=aws, confirm=lambda plan: True)
