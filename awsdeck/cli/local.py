"""`awsdeck local`: the embedded CloudFormation of a project."""

from __future__ import annotations

from ..errors import InputError
from .command import Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..local import Engine
    from .context import Context


def up(context: Context, port: int | None) -> int:
    """Start the engine, or say that it runs."""
    from .. import local

    return _tell(context, local.up(port, context.config.folder))


def status(context: Context) -> int:
    """Say whether the engine runs; 1 when it does not."""
    from .. import local

    engine = local.status(context.config.folder)
    if engine is not None:
        return _tell(context, engine)
    if context.json:
        context.screen.data({"version": 1, "running": False})
    else:
        context.screen.say("not running; `awsdeck local up` starts it")
    return 1


def down(context: Context) -> int:
    """End the engine; what is deployed in it is gone."""
    from .. import local

    ended = local.down(context.config.folder)
    if context.json:
        context.screen.data({"version": 1, "ended": ended})
    else:
        context.screen.say("ended" if ended else "it was not running")
    return 0


def running(context: Context) -> Engine:
    """The engine that runs; raises `InputError` when there is none."""
    from .. import local

    engine = local.status(context.config.folder)
    if engine is None:
        raise InputError("the embedded CloudFormation is not running", fix="`awsdeck local up` starts it")
    return engine


def _tell(context: Context, engine: Engine) -> int:
    if context.json:
        context.screen.data({
            "version": 1, "running": True, "url": engine.url, "account": engine.account, "pid": engine.pid,
            "engine": engine.version, "log": engine.log,
        })  # fmt: skip
    else:
        context.screen.say(
            f"running at {engine.url}, account {engine.account} (process {engine.pid})",
            f"  another client: AWS_ENDPOINT_URL={engine.url} AWS_ACCESS_KEY_ID={engine.access_key} "
            f"AWS_SECRET_ACCESS_KEY={engine.secret_key}",
        )
    return 0


COMMANDS = (
    Command(
        "local up",
        up,
        "Start the embedded CloudFormation.",
        Option("--port", "The port (default: a free one).", "number", metavar="PORT"),
    ),
    Command("local status", status, "Say whether it runs and where."),
    Command("local down", down, "End it, with everything deployed in it."),
)
