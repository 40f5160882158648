"""`awsdeck doctor`: what is installed, and what stands between here and a deploy."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from ..errors import CredentialsError, DeckError
from .account import OPTIONS, open_account
from .command import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..deploy import AWS
    from ..deploy.account.cloudformation import CloudFormation
    from .context import Context

PATIENCE = 4.0  # seconds for an endpoint to answer
SKEW = 240.0  # seconds that a clock may be wrong; AWS refuses what is five minutes off
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
    yield Check("botocore", version("botocore"))
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
    where = region or aws.where()
    yield _region(where)
    yield (credentials := _credentials(aws, where))
    if where is None:
        return
    address = aws.endpoint(where)
    trouble, ahead = _answer(address)
    yield Check("endpoint", f"{address} {trouble or 'answers'}", trouble is None, "check the network and a proxy")
    if ahead is not None:
        yield _clock(ahead)
    if credentials.ok and trouble is None:
        account = _account(aws, where)
        yield account
        if account.ok:
            yield from _inside(context, aws, where)


def _region(where: str | None) -> Check:
    from ..deploy.account.identity import is_region

    if where is None:
        return Check("region", "none", False, "use --region, deploy.region, or set AWS_REGION")
    if not is_region(where):
        return Check("region", f"{where} is none that botocore knows", False, "write one such as eu-west-1")
    return Check("region", where)


def _credentials(aws: AWS, where: str | None) -> Check:
    fix = "log in, or choose credentials with --profile or AWS_PROFILE"
    try:
        aws.client("sts", where or "us-east-1")
    except CredentialsError as error:
        return Check("credentials", error.message, False, error.fix or fix)
    except DeckError:
        pass  # about something else, which has a line of its own
    source = aws.credentials_from()
    return Check("credentials", f"found ({source})" if source else "none", source is not None, fix)


def _answer(address: str) -> tuple[str | None, float | None]:
    """Why nobody answers there, None when somebody does; and by how many seconds this clock is ahead of theirs."""
    import time
    from email.utils import parsedate_to_datetime
    from urllib.error import HTTPError, URLError
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 - botocore's own address
            date = answer.headers.get("Date")
    except HTTPError as refused:
        date = refused.headers.get("Date")
        refused.close()
    except (URLError, OSError) as error:
        return f"does not answer: {getattr(error, 'reason', error)}", None
    try:
        return None, time.time() - parsedate_to_datetime(date).timestamp() if date else None
    except ValueError:
        return None, None


def _clock(ahead: float) -> Check:
    if abs(ahead) <= SKEW:
        return Check("clock", "right")
    way = "ahead" if ahead > 0 else "behind"
    return Check(
        "clock", f"{abs(ahead):,.0f} seconds {way}", False, "set the clock: AWS refuses what is signed at another time"
    )


def _account(aws: AWS, region: str) -> Check:
    try:
        return Check("account", aws.account(region))
    except DeckError as error:
        return Check("account", error.message, False, error.fix)


def _inside(context: Context, aws: AWS, region: str) -> Iterator[Check]:
    """What the account allows and holds; only reads."""
    from ..deploy.account import checkup

    cf = aws.cloudformation(region)
    try:
        for permission in checkup.permissions(cf):
            needed = permission.action.endswith(":DescribeStacks")
            ok = not permission.lost or (False if needed else None)
            fix = "`awsdeck permissions` prints the policy that a deploy needs"
            said = f"not allowed: {permission.lost}" if permission.lost else "allowed"
            yield Check("permission", f"{permission.action} {said}", ok, fix)
        for quota in checkup.quotas(cf):
            used = "" if quota.used is None else f"{quota.used:,} of "
            fix = "remove stacks that nobody needs, or ask AWS for a higher quota"
            yield Check("quota", f"{used}{quota.limit:,} {quota.name}", None if quota.nearly else True, fix)
        yield _bucket(context, cf)
    except CredentialsError as error:
        yield Check("account", error.message, False, error.fix)
        return
    missing = checkup.lacking(cf)
    if missing:
        yield Check(
            "newer calls", f"this botocore does not know {', '.join(missing)}", None, "pip install --upgrade boto3"
        )


def _bucket(context: Context, cf: CloudFormation) -> Check:
    from ..deploy.files.bootstrap import bucket_there

    named = context.config.get("deploy.bucket")
    if named:
        return Check("bucket", f"{named} (configured)")
    try:
        bucket = bucket_there(cf)
    except DeckError as error:
        return Check("bucket", error.message, None, error.fix)
    fix = "`awsdeck bootstrap` makes one; only code of functions and large templates need it"
    return Check("bucket", bucket or "none", True if bucket else None, fix)


COMMANDS = (
    Command(
        "doctor", doctor, "Look at what is installed, and whether a deploy could work from here.", *OPTIONS,
        epilog="Exit code 1 when something that a deploy needs is missing.",
    ),
)  # fmt: skip
