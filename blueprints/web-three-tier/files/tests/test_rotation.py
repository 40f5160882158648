"""What the rotation does, step by step; no account is needed."""

from __future__ import annotations

import importlib.util
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

APP = Path(__file__).parents[1] / "src" / "rotation" / "app.py"


class NotThere(Exception):
    """What Secrets Manager says of a version without a value."""


class Secrets:
    """As much of Secrets Manager as the rotation needs: one secret whose version "new" is to come."""

    def __init__(self) -> None:
        self.values = {"old": json.dumps({"username": "dbadmin", "password": "before", "host": "db"})}
        self.stages = {"old": ["AWSCURRENT"], "new": ["AWSPENDING"]}
        self.exceptions = SimpleNamespace(ResourceNotFoundException=NotThere)
        self.made_up = 0

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:
        return {"VersionIdsToStages": {version: list(stages) for version, stages in self.stages.items()}}

    def get_secret_value(self, *, SecretId: str, VersionStage: str, VersionId: str | None = None) -> dict[str, Any]:
        for version, stages in self.stages.items():
            if VersionStage in stages and VersionId in (None, version) and version in self.values:
                return {"SecretString": self.values[version]}
        raise NotThere

    def get_random_password(self, *, PasswordLength: int, ExcludeCharacters: str) -> dict[str, Any]:
        self.made_up += 1
        assert not set("/\"@ '&\\") - set(ExcludeCharacters)
        return {"RandomPassword": f"after {self.made_up}".ljust(PasswordLength, "x")}

    def put_secret_value(
        self, *, SecretId: str, ClientRequestToken: str, SecretString: str, VersionStages: list[str]
    ) -> None:
        assert VersionStages == ["AWSPENDING"]
        self.values[ClientRequestToken] = SecretString

    def update_secret_version_stage(
        self, *, SecretId: str, VersionStage: str, MoveToVersionId: str, RemoveFromVersionId: str
    ) -> None:
        self.stages[RemoveFromVersionId].remove(VersionStage)
        self.stages[MoveToVersionId].append(VersionStage)

    def password(self, version: str) -> str:
        found: str = json.loads(self.values[version])["password"]
        return found


class Databases:
    """As much of RDS as the rotation needs: it takes a moment to set a password."""

    def __init__(self) -> None:
        self.passwords: list[str] = []
        self.looks = 0

    def modify_db_instance(self, *, DBInstanceIdentifier: str, MasterUserPassword: str, ApplyImmediately: bool) -> None:
        assert (DBInstanceIdentifier, ApplyImmediately) == ("db-1", True)
        self.passwords.append(MasterUserPassword)
        self.looks = 0

    def describe_db_instances(self, *, DBInstanceIdentifier: str) -> dict[str, Any]:
        self.looks += 1
        busy = self.passwords and self.looks < 3
        status = "resetting-master-credentials" if busy and self.looks > 1 else "available"
        pending = {"MasterUserPassword": "****"} if busy else {}
        return {"DBInstances": [{"DBInstanceStatus": status, "PendingModifiedValues": pending}]}


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def databases() -> Databases:
    return Databases()


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, secrets: Secrets, databases: Databases) -> Any:
    """The rotation's module, as Lambda loads it; waiting takes no time."""
    monkeypatch.setenv("DATABASE", "db-1")
    monkeypatch.setattr(boto3, "client", lambda service: {"secretsmanager": secrets, "rds": databases}[service])
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    spec = importlib.util.spec_from_file_location("rotation_app", APP)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def step(app: Any, name: str, version: str = "new") -> None:
    app.handle({"SecretId": "secret", "ClientRequestToken": version, "Step": name}, None)


def test_the_four_steps_give_the_database_and_the_secret_the_same_new_password(
    app: Any, secrets: Secrets, databases: Databases
) -> None:
    for name in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        step(app, name)
    assert databases.passwords == [secrets.password("new")]
    assert len(databases.passwords[0]) == 32
    assert secrets.stages["new"] == ["AWSPENDING", "AWSCURRENT"]
    assert secrets.stages["old"] == []
    assert json.loads(secrets.values["new"])["host"] == "db"


def test_a_step_that_is_asked_for_again_makes_up_no_second_password(app: Any, secrets: Secrets) -> None:
    step(app, "createSecret")
    step(app, "createSecret")
    assert secrets.made_up == 1


def test_the_new_password_is_current_only_when_the_database_has_it(
    app: Any, secrets: Secrets, databases: Databases
) -> None:
    step(app, "createSecret")
    step(app, "setSecret")
    step(app, "testSecret")
    assert databases.looks == 3
    assert secrets.stages["old"] == ["AWSCURRENT"]


def test_what_is_done_is_left_alone(app: Any, secrets: Secrets, databases: Databases) -> None:
    step(app, "setSecret", version="old")
    assert databases.passwords == []


@pytest.mark.parametrize(("name", "version"), [("setSecret", "other"), ("dropSecret", "new")])
def test_what_was_not_agreed_on_is_refused(app: Any, databases: Databases, name: str, version: str) -> None:
    with pytest.raises(ValueError, match=r"version other|step dropSecret"):
        step(app, name, version)
    assert databases.passwords == []
