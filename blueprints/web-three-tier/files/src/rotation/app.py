"""Changes the password of the database's master user, in the four steps in which Secrets Manager asks for it.

RDS itself sets the new password, so nothing has to connect to the database. Until RDS has done so, the old password is
the right one; programs read the secret again when they are refused.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import boto3

DATABASE = os.environ["DATABASE"]
EXCLUDED = "/\"@ '&\\"  # what engines, or connection strings made of a password, do not take
LENGTH = 32
PAUSE = 10  # seconds between two looks

secrets = boto3.client("secretsmanager")
rds = boto3.client("rds")


def handle(event: dict[str, str], context: object) -> None:
    """Do one step for one version of the secret."""
    secret, version, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    versions: dict[str, list[str]] = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    if "AWSCURRENT" in versions.get(version, []):
        return  # asked again for what is done
    if "AWSPENDING" not in versions.get(version, []):
        raise ValueError(f"the version {version} is not the one that is to come")
    if step == "createSecret":
        create(secret, version)
    elif step == "setSecret":
        apply(secret, version)
    elif step == "testSecret":
        wait()
    elif step == "finishSecret":
        finish(secret, version, versions)
    else:
        raise ValueError(f"there is no step {step}")


def create(secret: str, version: str) -> None:
    """Make a new password up, unless an earlier try has."""
    try:
        secrets.get_secret_value(SecretId=secret, VersionId=version, VersionStage="AWSPENDING")
        return
    except secrets.exceptions.ResourceNotFoundException:
        pass
    current = secrets.get_secret_value(SecretId=secret, VersionStage="AWSCURRENT")
    fields: dict[str, Any] = json.loads(current["SecretString"])
    made_up = secrets.get_random_password(PasswordLength=LENGTH, ExcludeCharacters=EXCLUDED)
    fields["password"] = made_up["RandomPassword"]
    secrets.put_secret_value(
        SecretId=secret, ClientRequestToken=version, SecretString=json.dumps(fields), VersionStages=["AWSPENDING"]
    )


def apply(secret: str, version: str) -> None:
    """Have RDS set the new password."""
    wait()
    pending = secrets.get_secret_value(SecretId=secret, VersionId=version, VersionStage="AWSPENDING")
    password = json.loads(pending["SecretString"])["password"]
    rds.modify_db_instance(DBInstanceIdentifier=DATABASE, MasterUserPassword=password, ApplyImmediately=True)


def wait() -> None:
    """Until RDS has nothing more to do with the database's password."""
    while True:
        (found,) = rds.describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"]
        busy = found["DBInstanceStatus"] == "resetting-master-credentials"
        if not busy and "MasterUserPassword" not in found.get("PendingModifiedValues", {}):
            return
        time.sleep(PAUSE)


def finish(secret: str, version: str, versions: dict[str, list[str]]) -> None:
    """The new password is the current one from now on."""
    current = next(id for id, stages in versions.items() if "AWSCURRENT" in stages)
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=version, RemoveFromVersionId=current
    )
