"""Files that a stack needs in a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import Refused, deploy
from awsdeck.deploy.fake import Cut, Denied, FakeCloudFormation
from awsdeck.errors import ApprovalNeeded, InputError

TEMPLATE: dict[str, Any] = {
    "Parameters": {"AssetsBucket": {"Type": "String"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "awsdeck/abc.zip"}}},
}


@pytest.fixture
def stack(tmp_path: Path) -> Assembly:
    (tmp_path / "code.zip").write_bytes(b"PK code")
    files = {"awsdeck/abc.zip": lambda: str(tmp_path / "code.zip")}
    return Assembly([StackArtifact("shop", TEMPLATE, assets=[{"key": key} for key in files], files=files)])


def test_files_are_sent_before_the_operation_starts_and_the_stack_knows_the_bucket(
    fake: FakeCloudFormation, stack: Assembly
) -> None:
    deploy(stack, aws=fake.aws(), bucket="files")
    assert list(fake.objects.values()) == [b"PK code"]
    assert fake.stacks[0].parameters == {"AssetsBucket": "files"}
    assert fake.operations().index("PutObject") < fake.operations().index("ExecuteChangeSet")


def test_what_is_there_is_not_sent_again(fake: FakeCloudFormation, stack: Assembly) -> None:
    deploy(stack, aws=fake.aws(), bucket="files")
    deploy(stack, aws=fake.aws(), tags={"run": "2"})
    assert fake.operations().count("PutObject") == 1
    assert fake.stacks[0].parameters == {"AssetsBucket": "files"}


def test_without_a_bucket_nothing_is_asked_of_aws_but_the_state(fake: FakeCloudFormation, stack: Assembly) -> None:
    with pytest.raises(InputError, match=r"awsdeck/abc\.zip"):
        deploy(stack, aws=fake.aws())
    assert set(fake.operations()) == {"DescribeStacks"}


def test_a_file_that_is_gone_is_said_before_anything_is_made(
    fake: FakeCloudFormation, stack: Assembly, tmp_path: Path
) -> None:
    (tmp_path / "code.zip").unlink()
    with pytest.raises(InputError, match="awsdeck synth"):
        deploy(stack, aws=fake.aws(), bucket="files")
    assert "CreateChangeSet" not in fake.operations()


def test_a_declined_plan_sends_nothing(fake: FakeCloudFormation, stack: Assembly) -> None:
    with pytest.raises(ApprovalNeeded):
        deploy(stack, aws=fake.aws(), bucket="files", confirm=lambda plan: False)
    assert fake.objects == {}


def test_a_bucket_that_may_not_be_written_ends_it_cleanly(fake: FakeCloudFormation, stack: Assembly) -> None:
    fake.fault("PutObject", Denied())
    with pytest.raises(Refused, match="s3:PutObject"):
        deploy(stack, aws=fake.aws(), bucket="files")
    assert fake.status("shop") == "DELETE_COMPLETE"


def test_a_cut_while_sending_is_tried_again(fake: FakeCloudFormation, stack: Assembly) -> None:
    fake.fault("PutObject", Cut("after"), times=2)
    assert deploy(stack, aws=fake.aws(), bucket="files").ok
