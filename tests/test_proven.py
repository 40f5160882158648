"""What an earlier run has found sound is not checked again, and nothing else is ever skipped for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck import App, Parameter, Stack, catalog, proven, resource
from awsdeck import synth as passes
from awsdeck.assembly import Assembly
from awsdeck.cfn import rds, sqs, ssm
from awsdeck.errors import ConstraintError
from awsdeck.rules import View, check_resource
from awsdeck.tree import WORTH

MANY = WORTH + 50


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("AWSDECK_CACHE", str(folder))
    return folder


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The resources that go through the catalog and the rules."""
    ids: list[str] = []

    def noting(view: View) -> Any:
        ids.append(view.id)
        return check_resource(view)

    monkeypatch.setattr(resource, "check_resource", noting)
    return ids


def app_with(folder: Path, count: int = MANY, **special: Any) -> App:
    """An app of many parameters, and a queue of which there is something to say; `special` are its properties."""
    app = App()
    app.folder = str(folder)
    stack = Stack(app, "shop")
    for number in range(count - 1):
        ssm.Parameter(stack, f"P{number}", Type="String", Value=f"value {-number}")
    sqs.Queue(stack, "Hinted", ReceiveMessageWaitTimeSeconds=0, **special)
    return app


def run(folder: Path, count: int = MANY, **special: Any) -> tuple[Assembly, list[str]]:
    app = app_with(folder, count, **special)
    assembly = passes.synthesize(app)
    return assembly, sorted(f"{one.rule} {one.resource}" for one in app.findings)


def test_the_second_run_gives_the_same_and_checks_only_what_had_something(tmp_path: Path, checked: list[str]) -> None:
    first, said = run(tmp_path)
    assert len(checked) == MANY
    checked.clear()
    second, again = run(tmp_path)
    assert (second.manifest(), again) == (first.manifest(), said)
    assert second["shop"].template == first["shop"].template
    assert checked == []
    assert [one for one in said if one.startswith("SQS012")] == ["SQS012 Hinted"]


def test_what_has_changed_is_checked(tmp_path: Path, checked: list[str]) -> None:
    run(tmp_path)
    checked.clear()
    app = app_with(tmp_path)
    with pytest.raises(ConstraintError, match="Type"):
        ssm.Parameter(app.stacks[0], "Wrong", Value="value 1", Type="Text")  # type: ignore[arg-type]
    assert checked == ["Wrong"]


def test_a_small_app_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    run(tmp_path, 20)
    assert not cache.exists()


@pytest.mark.parametrize("word", ["off", "relative/folder"])
def test_it_can_be_switched_off(tmp_path: Path, word: str, checked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWSDECK_CACHE", word)
    monkeypatch.chdir(tmp_path)
    run(tmp_path)
    run(tmp_path)
    assert len(checked) == 2 * MANY
    assert not os.path.exists(word)


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path, cache: Path, checked: list[str]) -> None:
    cache.write_text("a file where the folder should be")
    run(tmp_path)
    run(tmp_path)
    assert len(checked) == 2 * MANY


def test_other_code_another_day_or_other_limits_count_for_nothing(
    tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    checked.clear()
    print_of = proven._fingerprint()
    monkeypatch.setattr(proven, "_fingerprint", lambda: bytes(len(print_of)))
    run(tmp_path)
    assert len(checked) == MANY
    monkeypatch.undo()
    assert proven._fingerprint() == print_of


def test_the_fingerprint_hangs_on_every_file_of_rules_and_schemas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("aws",):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(catalog, "SCHEMAS", str(tmp_path))
    prints = [proven._fingerprint()]
    (tmp_path / "aws" / "sqs.json").write_text("{}")
    prints.append(proven._fingerprint())
    (tmp_path / "aws" / "sqs.json").write_text("{ }")
    prints.append(proven._fingerprint())
    assert len(set(prints)) == len(prints)


@pytest.mark.skipif(os.name == "nt", reason="no such modes there")
@pytest.mark.parametrize("mode", [0o622, 0o620, 0o602])
def test_what_others_can_write_counts_for_nothing(tmp_path: Path, cache: Path, mode: int, checked: list[str]) -> None:
    run(tmp_path)
    checked.clear()
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(mode)
    run(tmp_path)
    assert len(checked) == MANY


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), noise=st.binary(max_size=40))
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, cut: int, noise: bytes) -> None:
    path = tmp_path / "one.proven"
    whole = proven.Proven(str(path), read=False)
    whole.add(b"sound")
    digest = proven.digest_of([{"Resources": {}}])
    assert digest is not None
    whole.conclude(digest, ())
    whole.keep()
    intact = path.read_bytes()
    damaged = intact[:cut] + noise + intact[cut + len(noise) :]
    path.write_bytes(damaged)
    again = proven.Proven(str(path), read=True)
    assert not again.has(b"never seen")
    same = damaged == intact
    assert again.has(b"sound") is same
    assert again.findings(digest) == ([] if same else None)


def test_types_of_ones_own_are_checked_every_time(
    tmp_path: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path)
    checked.clear()
    monkeypatch.setattr(catalog, "extended", lambda: True)
    run(tmp_path)
    assert len(checked) == MANY


def test_a_parameter_that_no_longer_hides_its_value_is_an_error_in_the_next_run(tmp_path: Path) -> None:
    def deck(*, hidden: bool) -> App:
        app = app_with(tmp_path)
        stack = app.stacks[0]
        word = Parameter(stack, "Word", type="String", secret=hidden)
        rds.DBInstance(
            stack, "Db", Engine="postgres", DBInstanceClass="db.m5.large", AllocatedStorage="100", StorageEncrypted=True,
            MasterUsername="shop", MasterUserPassword=word.ref,
        )  # fmt: skip
        return app

    passes.synthesize(deck(hidden=True))
    with pytest.raises(ConstraintError, match="MasterUserPassword"):
        deck(hidden=False)


def test_a_mistake_between_resources_is_told_every_time(tmp_path: Path) -> None:
    def deck() -> App:
        app = app_with(tmp_path)
        dead = sqs.Queue(app.stacks[0], "DeadFifo", FifoQueue=True)
        sqs.Queue(app.stacks[0], "Source", RedrivePolicy={"deadLetterTargetArn": dead.Arn, "maxReceiveCount": 3})
        return app

    run(tmp_path)
    for _ in range(2):
        with pytest.raises(ConstraintError, match="SQS010"):
            passes.synthesize(deck())
