"""Which AWS a command speaks to: an account, or the embedded CloudFormation."""

from __future__ import annotations

import os

from .command import Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import AWS
    from ..local import Engine
    from .context import Context

LOCAL = Option("--local", "The embedded CloudFormation on this machine; needs no account.", "flag", group="Account")
OPTIONS = (
    LOCAL,
    Option("--profile", "The AWS profile.", metavar="NAME", group="Account"),
    Option("--region", "The region of stacks that name none.", metavar="NAME", group="Account"),
)
LOCAL_REGION = "us-east-1"
_SIGNS = (
    "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
)  # fmt: skip


def open_account(
    context: Context, local: bool, profile: str | None, region: str | None, *, start: bool = False
) -> tuple[AWS, Engine | None]:
    """The account, and the engine when it is the embedded one; with `start` the engine is started if need be."""
    from ..deploy import AWS

    config = context.config
    if local:
        from .. import local as embedded
        from .local import running

        engine = embedded.ensure(config.folder) if start else running(context)
        chosen = region or config.get("deploy.region") or os.environ.get("AWS_REGION") or LOCAL_REGION
        return AWS(region=chosen, endpoint_url=engine.url, credentials=(engine.access_key, engine.secret_key)), engine
    aws = AWS(
        region=region or config.get("deploy.region"),
        profile=profile or config.get("deploy.profile"),
        profiles=config.get("deploy.profiles"),
        external_ids=config.get("deploy.external_ids"),
        endpoint_url=emulator(),
    )
    return aws, None


def emulator() -> str | None:
    """An emulator on this machine that the environment names; other addresses are botocore's own matter."""
    from ..deploy.account.aws import on_this_machine

    named = os.environ.get("AWS_ENDPOINT_URL")
    return named if named and on_this_machine(named) else None


def in_reach(context: Context, profile: str | None) -> bool:
    """Whether there are signs of credentials for AWS; nothing is asked for."""
    if profile or context.config.get("deploy.profile") or any(os.environ.get(name) for name in _SIGNS):
        return True
    files = (
        os.environ.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        os.environ.get("AWS_CONFIG_FILE", "~/.aws/config"),
    )
    return any(os.path.isfile(os.path.expanduser(file)) for file in files)
