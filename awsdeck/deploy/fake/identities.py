"""Who asks the fake: keys that were given, and roles that were taken on for a while."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation

_KEY = re.compile(r"Credential=([^/]+)/")


@frozen
class Session:
    """A role that was taken on, until when its keys are good, and with which external id."""

    role: str
    until: float
    external_id: str = ""


def key_of(header: Any) -> str:
    """The access key in a request's Authorization header."""
    text = header.decode() if isinstance(header, bytes) else str(header or "")
    found = _KEY.search(text)
    return found[1] if found else ""


def check(fake: FakeCloudFormation, call: Call) -> None:
    """Refuse keys of a session that is over."""
    session = fake.sessions.get(call.key)
    if session is not None and fake.clock.now() >= session.until:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")


def get_caller_identity(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    session = fake.sessions.get(call.key)
    if session is None:
        return {"Account": fake.account, "UserId": "fake", "Arn": f"arn:aws:iam::{fake.account}:user/fake"}
    account, name = session.role.split(":")[4], session.role.rsplit("/", 1)[-1]
    return {"Account": account, "UserId": "fake", "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/awsdeck"}


def assume_role(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    role, external_id = call.arguments["RoleArn"], call.arguments.get("ExternalId", "")
    if role in fake.closed_roles or fake.external_ids.get(role, "") != external_id:
        raise Refusal(
            "AccessDenied",
            f"User: arn:aws:iam::{fake.account}:user/fake is not authorized to perform: sts:AssumeRole on resource: {role}",
        )
    key = f"ASIAFAKE{len(fake.sessions):04}"
    until = fake.clock.now() + fake.session_seconds
    fake.sessions[key] = Session(role, until, external_id)
    name = call.arguments["RoleSessionName"]
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": until + fake.unseen_expiry,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"AROAFAKE:{name}",
            "Arn": f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rsplit('/', 1)[-1]}/{name}",
        },
    }


ANSWERS: dict[str, Answer] = {"GetCallerIdentity": get_caller_identity, "AssumeRole": assume_role}
