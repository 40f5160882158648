"""`awsdeck doctor`: what is installed, and what stands between here and a deploy."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..errors import DeckError
from .account import OPTIONS, open_account
from .command import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..deploy import AWS
    from .context import Context

PATIENCE = 4.0  # seconds for an endpoint to answer
FAILED = 1


class Check:
    """One line: how it is, and when that keeps something from working, what to do about it."""

    __slots__ = ("name", "value", "ok", "fix")

    def __init__(self, name: str, value: str, ok: bool | None = True, fix: str | None = None) -> None:
        self.name = name
        self.value = value
        self.ok = ok  # None: not there, and not needed either
        self.fix = fix

    def to_dict(self) -> dict[str, object]:
        """Plain data."""
        fields = {"name": self.name, "value": self.value, "ok": self.ok, "fix": self.fix}
        return {name: value for name, value in fields.items() if value is not None}


def doctor(context: Context, local: bool, profile: str | None, region: str | None) -> int:
    """Look at everything a deploy needs; 1 when something is missing."""
    checks = [*_installed(), *_project(context), *_reach(context, local, profile, region)]
    if context.json:
        context.screen.data({"version": 1, "checks": [check.to_dict() for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            word, style = {True: ("ok", "good"), False: ("no", "error"), None: ("-", "label")}[check.ok]
            mark = context.screen.paint(word.ljust(2), style)
            context.screen.say(f"{mark}  {check.name.ljust(width)}  {check.value}")
            if check.fix and check.ok is not True:
                context.screen.say(f"    {' ' * width}  {context.screen.paint('fix:', 'label')} {check.fix}")
    return FAILED if any(check.ok is False for check in checks) else 0


def _installed() -> Iterator[Check]:
    yield Check("awsdeck", __version__)
    yield Check("python", f"{platform.python_version()} ({sys.executable})")
    yield Check("boto3", version("boto3"))
    for package, extra in (("ministack", "local"), ("cfn-lint", "deep"), ("cloudformation-validate", "deep")):
        try:
            yield Check(package, version(package))
        except PackageNotFoundError:
            yield Check(package, "not installed", None, f"pip install 'awsdeck[{extra}]'")
    yield Check("schemas", _schemas())


def _schemas() -> str:
    import json

    from .. import catalog
    from ..catalog.store import SCHEMAS

    with open(os.path.join(SCHEMAS, "PROVENANCE.json"), encoding="utf-8") as file:
        sources = json.load(file)["sources"]
    day = max(source.get("schema_date", "") for source in sources)[:10]
    return f"{len(catalog.type_names()):,} types, of {day}"


def _project(context: Context) -> Iterator[Check]:
    file = context.config.file
    yield Check("configuration", os.path.relpath(file) if file else "none", True if file else None)
    target = context.deck()
    there = not target.endswith(".py") or os.path.exists(target)
    fix = "name it with --app, or run `awsdeck init`"
    yield Check("deck", target if there else f"{target} is not there", True if there else None, fix)


def _reach(context: Context, local: bool, profile: str | None, region: str | None) -> Iterator[Check]:
    from .. import local as embedded

    engine = embedded.status(context.config.folder)
    needed = False if local else None
    fix = "`awsdeck local up` starts it"
    yield Check("engine", engine.url if engine else "not running", True if engine else needed, fix)
    if local:
        return
    aws, _ = open_account(context, local, profile, region)
    where = aws.where()
    yield Check("region", where or "none", where is not None, "use --region, deploy.region, or set AWS_REGION")
    source = aws.credentials_from()
    fix = "log in, or choose credentials with --profile or AWS_PROFILE"
    yield Check("credentials", f"found ({source})" if source else "none", source is not None, fix)
    if where is None:
        return
    address = aws.endpoint(where)
    trouble = _trouble(address)
    yield Check("endpoint", f"{address} {trouble or 'answers'}", trouble is None, "check the network and a proxy")
    if source is not None and trouble is None:
        yield _account(aws, where)


def _trouble(address: str) -> str | None:
    """Why nobody answers there; None when somebody does."""
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    try:
        urlopen(address, timeout=PATIENCE).close()  # noqa: S310 - botocore's own address
    except HTTPError as answer:
        answer.close()
    except (URLError, OSError) as error:
        return f"does not answer: {getattr(error, 'reason', error)}"
    return None


def _account(aws: AWS, region: str) -> Check:
    try:
        return Check("account", aws.account(region))
    except DeckError as error:
        return Check("account", error.message, False, error.fix)


COMMANDS = (
    Command(
        "doctor", doctor, "Look at what is installed, and whether a deploy could work from here.", *OPTIONS,
        epilog="Exit code 1 when something that a deploy needs is missing.",
    ),
)  # fmt: skip
