"""The bucket that a project may have for its files: read first, made like any stack, found by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck.assembly import ASSETS_BUCKET, Assembly, StackArtifact
from awsdeck.deploy import deploy
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.deploy.files.bootstrap import OUTPUT, STACK, bootstrap, template
from awsdeck.errors import InputError
from awsdeck.lint import lint


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"bucket": "files-of-the-shop"},
        {"key": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
        {"expire_after": 90},
    ],
)
def test_the_template_is_clean_even_for_the_pack_about_security(choices: dict[str, Any]) -> None:
    made = template(**choices)
    found = [
        f"{one.rule} {one.message}" for one in lint(made, packs=["security"]) if one.severity in ("error", "warning")
    ]
    assert [one for one in found if not one.startswith(("AUD", "S3002"))] == []
    bucket = made["Resources"]["Files"]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")


def with_code(folder: Path, name: str = "shop", **where: Any) -> Assembly:
    """A stack with a file, which it wants to find in the bucket."""
    (folder / "code.zip").write_bytes(b"code")
    body = {
        "Parameters": {ASSETS_BUCKET: {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    key = "awsdeck/abc.zip"
    asset = {"id": "Worker", "hash": "abc", "key": key, "kind": "zip", "path": "assets/abc.zip", "source": "src"}
    files = {key: lambda: str(folder / "code.zip")}
    return Assembly([StackArtifact(name, body, assets=[asset], files=files, **where)])


def test_a_deploy_finds_the_bucket_that_a_bootstrap_has_made(fake: FakeCloudFormation, tmp_path: Path) -> None:
    fake.script(STACK, Script(outputs={OUTPUT: "files-of-mine"}))
    made = deploy(bootstrap(template(), region="eu-west-1"), aws=fake.aws())
    assert made.outputs == {STACK: {OUTPUT: "files-of-mine"}}
    deploy(with_code(tmp_path), aws=fake.aws())
    assert next(stack for stack in fake.stacks if stack.name == "shop").parameters[ASSETS_BUCKET] == "files-of-mine"


def test_the_bucket_is_protected_from_being_deleted(fake: FakeCloudFormation) -> None:
    deploy(bootstrap(template(), region="eu-west-1"), aws=fake.aws())
    assert fake.stacks[0].protected


def test_a_bucket_that_is_named_goes_before(fake: FakeCloudFormation, tmp_path: Path) -> None:
    fake.script(STACK, Script(outputs={OUTPUT: "files-of-mine"}))
    deploy(bootstrap(template(), region="eu-west-1"), aws=fake.aws())
    deploy(with_code(tmp_path), aws=fake.aws(), bucket="another")
    assert next(stack for stack in fake.stacks if stack.name == "shop").parameters[ASSETS_BUCKET] == "another"


def test_without_a_bucket_the_ways_to_one_are_told(fake: FakeCloudFormation, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a bucket") as caught:
        deploy(with_code(tmp_path), aws=fake.aws())
    assert "--bucket" in str(caught.value.fix)
    assert "awsdeck bootstrap" in str(caught.value.fix)


def test_who_may_not_look_for_the_bucket_is_told_the_same(fake: FakeCloudFormation, tmp_path: Path) -> None:
    from awsdeck.deploy.files.bootstrap import bucket_there

    fake.fault("DescribeStacks", Denied())
    assert bucket_there(fake.aws().cloudformation("eu-west-1")) is None


def test_a_stack_without_files_never_asks_for_the_bucket(fake: FakeCloudFormation, make: Any) -> None:
    deploy(make.shop(), aws=fake.aws())
    assert STACK not in {call.arguments.get("StackName") for call in fake.calls}


@pytest.mark.parametrize("bucket", ["files.of.mine", "files-of-mine"])
def test_the_scripted_account_takes_files_for_any_bucket(fake: FakeCloudFormation, tmp_path: Path, bucket: str) -> None:
    fake.script(STACK, Script(outputs={OUTPUT: bucket}))
    deploy(bootstrap(template(), region="eu-west-1"), aws=fake.aws())
    deploy(with_code(tmp_path), aws=fake.aws())
    assert fake.objects == {"awsdeck/abc.zip": b"code"}


def test_a_large_template_goes_to_the_bucket_of_the_bootstrap(fake: FakeCloudFormation) -> None:
    body = {"Resources": {"T": {"Type": "AWS::SNS::Topic", "Metadata": {"note": "x" * 60_000}}}}
    large = Assembly([StackArtifact("large", body, region="eu-west-1")])
    with pytest.raises(InputError, match="without a bucket") as caught:
        deploy(large, aws=fake.aws())
    assert "awsdeck bootstrap" in str(caught.value.fix)
    fake.script(STACK, Script(outputs={OUTPUT: "files-of-mine"}))
    deploy(bootstrap(template(), region="eu-west-1"), aws=fake.aws())
    deploy(large, aws=fake.aws())
    assert [key.rpartition(".")[2] for key in fake.objects] == ["json"]
