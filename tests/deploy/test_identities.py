"""Accounts and roles: each stack with the credentials that are meant for it, for as long as it takes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import AWS, deploy, destroy, status
from awsdeck.deploy.fake import Expired, FakeCloudFormation, Script, Skewed
from awsdeck.errors import CredentialsError, InputError

TEMPLATE: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}}
PROD, TEST = "arn:aws:iam::111122223333:role/deploy", "arn:aws:iam::444455556666:role/deploy"


def stack(name: str, role: str | None = None, account: str | None = None, **options: Any) -> StackArtifact:
    artifact = StackArtifact(name, TEMPLATE, account=account, **options)
    artifact.role = role
    return artifact


def assumed(fake: FakeCloudFormation) -> list[str]:
    return [call.arguments["RoleArn"] for call in fake.calls if call.operation == "AssumeRole"]


def roles_of(fake: FakeCloudFormation, operation: str) -> set[str]:
    return {
        fake.sessions[call.key].role if call.key in fake.sessions else ""
        for call in fake.calls
        if call.operation == operation
    }


def test_a_stack_is_deployed_with_its_own_role(fake: FakeCloudFormation) -> None:
    result = deploy(Assembly([stack("prod", PROD, "111122223333"), stack("own")]), aws=fake.aws())
    assert result.ok
    assert assumed(fake) == [PROD]
    created = {call.arguments["StackName"]: call.key for call in fake.calls if call.operation == "CreateChangeSet"}
    assert fake.sessions[created["prod"]].role == PROD
    assert created["own"] == "AKIDFAKE"


def test_one_role_is_taken_on_once_for_all_its_stacks_and_commands(fake: FakeCloudFormation) -> None:
    aws = fake.aws()
    assembly = Assembly([stack(name, PROD) for name in ("a", "b", "c")])
    deploy(assembly, aws=aws)
    assert all(one.healthy for one in status(assembly, aws=aws).values())
    destroy(assembly, aws=aws)
    assert assumed(fake) == [PROD]
    assert roles_of(fake, "DeleteStack") == {PROD}


def test_the_owner_of_a_role_hears_its_external_id(fake: FakeCloudFormation) -> None:
    fake.external_ids[PROD] = "shop-4711"
    assert deploy(Assembly([stack("prod", PROD)]), aws=fake.aws(external_ids={PROD: "shop-4711"})).ok
    with pytest.raises(CredentialsError, match="cannot be assumed"):
        deploy(Assembly([stack("prod", PROD)]), aws=fake.aws())


def test_the_account_is_checked_for_each_role_before_anything_is_written(fake: FakeCloudFormation) -> None:
    assembly = Assembly([stack("prod", PROD, "111122223333"), stack("test", PROD, "444455556666")])
    with pytest.raises(InputError, match=r"the role .*111122223333.* is of 111122223333"):
        deploy(assembly, aws=fake.aws(), keep_going=True)
    assert {call.arguments["StackName"] for call in fake.calls if call.operation == "CreateChangeSet"} == {"prod"}


def test_nothing_is_deleted_in_the_wrong_account(fake: FakeCloudFormation) -> None:
    fake.add_stack("prod", TEMPLATE)
    with pytest.raises(InputError, match="999999999999"):
        destroy(Assembly([stack("prod", account="999999999999")]), aws=fake.aws())
    assert "DeleteStack" not in fake.operations()


def test_keys_of_a_role_are_got_anew_before_they_run_out(fake: FakeCloudFormation) -> None:
    fake.script("prod", Script(seconds=9_000))
    start = fake.clock.now()
    assert deploy(Assembly([stack("prod", PROD)]), aws=fake.aws()).ok
    assert fake.clock.now() - start > 9_000
    assert len(assumed(fake)) >= 3
    assert fake.operations().count("ExecuteChangeSet") == 1


def test_keys_that_ran_out_unnoticed_are_got_anew_and_the_verdict_stays(fake: FakeCloudFormation) -> None:
    fake.session_seconds, fake.unseen_expiry = 600.0, 86_400.0
    fake.script("prod", Script(seconds=2_000))
    assert deploy(Assembly([stack("prod", PROD)]), aws=fake.aws()).ok
    assert len(assumed(fake)) >= 3
    assert fake.operations().count("ExecuteChangeSet") == 1


def test_a_role_that_is_closed_under_way_says_how_to_go_on(fake: FakeCloudFormation) -> None:
    fake.session_seconds, fake.unseen_expiry = 600.0, 86_400.0
    fake.script("prod", Script(seconds=2_000))

    def choose(operation: str, number: int) -> None:
        if operation == "ExecuteChangeSet":
            fake.closed_roles.add(PROD)

    fake.choose = choose
    with pytest.raises(CredentialsError, match="awsdeck follow prod") as caught:
        deploy(Assembly([stack("prod", PROD)]), aws=fake.aws())
    assert "arn:aws:cloudformation" in str(caught.value)
    assert PROD in str(caught.value)
    assert "DeleteStack" not in fake.operations()


def test_one_closed_role_does_not_stop_other_accounts(fake: FakeCloudFormation, listener: Any) -> None:
    fake.closed_roles.add(PROD)
    names = {"prod-a": PROD, "prod-b": PROD, "test-a": TEST, "test-b": TEST}
    assembly = Assembly([stack(name, role) for name, role in names.items()])
    with pytest.raises(CredentialsError, match=r"the role .*111122223333.* cannot be assumed"):
        deploy(assembly, aws=fake.aws(), observer=listener, concurrency=1)
    assert {result.name: result.status for result in listener.results} == {
        "prod-a": "refused",
        "prod-b": "skipped",
        "test-a": "created",
        "test-b": "created",
    }


def test_what_needs_a_stack_of_a_closed_role_is_skipped(fake: FakeCloudFormation, listener: Any) -> None:
    fake.closed_roles.add(PROD)
    with pytest.raises(CredentialsError):
        deploy(
            Assembly([stack("net", PROD), stack("shop", TEST, dependencies=["net"])]), aws=fake.aws(), observer=listener
        )
    assert [result.status for result in listener.results] == ["refused", "skipped"]


def test_a_wrong_clock_is_told_with_both_times_and_at_once(fake: FakeCloudFormation, make: Any) -> None:
    fake.choose = lambda operation, number: Skewed(1_200)
    start = fake.clock.now()
    ours = dt.datetime.fromtimestamp(start, dt.UTC).strftime("%H:%M:%S")
    theirs = dt.datetime.fromtimestamp(start + 1_200, dt.UTC).strftime("%H:%M:%S")
    with pytest.raises(CredentialsError, match="the clock of this machine is wrong") as caught:
        deploy(make.shop(TEMPLATE), aws=fake.aws())
    assert ours in str(caught.value)
    assert theirs in str(caught.value)
    assert fake.clock.now() - start < 1


def test_a_profile_of_the_account_is_used_for_its_stacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    file = tmp_path / "credentials"
    file.write_text("[prod]\naws_access_key_id = AKIDPROD\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    fake = FakeCloudFormation(account="111122223333")
    aws = fake.aws(profiles={"111122223333": "prod"})
    assert deploy(Assembly([stack("prod", account="111122223333")]), aws=aws).ok
    assert {call.key for call in fake.calls} == {"AKIDPROD"}


def test_keys_in_a_file_that_somebody_else_renews_are_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    file = tmp_path / "credentials"
    text = "[prod]\naws_access_key_id = {}\naws_secret_access_key = secret\n"
    file.write_text(text.format("AKIDOLD"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    fake = FakeCloudFormation()

    def choose(operation: str, number: int) -> Expired | None:
        if "ExecuteChangeSet" in fake.operations()[:-1]:
            file.write_text(text.format("AKIDNEW"))
            return Expired() if fake.calls[-1].key == "AKIDOLD" else None
        return None

    fake.choose = choose
    aws = AWS(region=fake.region, profile="prod", clock=fake.clock, hook=fake.install)
    assert deploy(Assembly([stack("shop")]), aws=aws).ok
    assert fake.operations().count("ExecuteChangeSet") == 1
    assert fake.calls[-1].key == "AKIDNEW"
