"""Sessions: whose credentials a deploy works with, and roles that it takes on.

A role is assumed by botocore's own provider, which gets new credentials before the old ones run out. Keys that were
fetched once would last an hour, and a deploy may take longer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, CredentialProvider, DeferredRefreshableCredentials

if TYPE_CHECKING:
    from .clock import Clock

SESSION_NAME = "awsdeck"  # what CloudTrail shows
_METHOD = "awsdeck-role"


class _RoleProvider(CredentialProvider):  # type: ignore[misc,unused-ignore]
    METHOD = _METHOD

    def __init__(self, credentials: Any) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> Any:
        """The credentials, which are fetched when they are first used."""
        return self._credentials


def own_session(profile: str | None, region: str | None, keys: tuple[str, ...] | None) -> Any:
    """A boto3 session on a profile, on keys, or on whatever botocore finds."""
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    return boto3.Session(profile_name=profile, region_name=region, **dict(zip(names, keys or (), strict=False)))


def role_session(
    source: Any, role: str, external_id: str | None, region: str | None, make_client: Callable[..., Any], clock: Clock
) -> Any:
    """A boto3 session that takes on a role with the credentials of `source`, again and again.

    `make_client` makes the STS client: the service's name and the keys are given.
    """
    extra = {"RoleSessionName": SESSION_NAME, **({"ExternalId": external_id} if external_id else {})}
    fetcher = AssumeRoleCredentialFetcher(make_client, source.get_credentials(), role, extra_args=extra, cache={})
    credentials = DeferredRefreshableCredentials(
        fetcher.fetch_credentials, _METHOD, time_fetcher=lambda: datetime.fromtimestamp(clock.now(), UTC)
    )
    inner = botocore.session.Session()
    inner.get_component("credential_provider").insert_before("env", _RoleProvider(credentials))
    return boto3.Session(botocore_session=inner, region_name=region)


def account_of(arn: str) -> str | None:
    """The account in a role's ARN."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None


def is_region(name: str) -> bool:
    """Whether botocore knows a region of this name, or a partition whose regions are called like it."""
    try:
        botocore.session.get_session().get_partition_for_region(name)
    except botocore.exceptions.UnknownRegionError:
        return False
    return True
