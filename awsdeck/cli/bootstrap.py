"""`awsdeck bootstrap`: the bucket for files, as a stack that can be read before it is made."""

from __future__ import annotations

import re

from ..errors import InputError
from .account import OPTIONS, open_account
from .command import Command, Option
from .watching import PROGRESS, confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..deploy import Result
    from .context import Context
    from .progress import Shown

_NAME = r"(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"


def bootstrap(
    context: Context,
    show: bool,
    bucket_name: str | None,
    key: str | None,
    expire_after: int | None,
    progress: Shown | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Make the bucket for files in one region, or show its template."""
    from ..deploy import deploy as run
    from ..deploy.files.bootstrap import bootstrap as assembled
    from ..deploy.files.bootstrap import template
    from ..template import render_json

    _check(bucket_name, key, expire_after)
    made = template(bucket=bucket_name, key=key, expire_after=expire_after)
    if show:
        if context.json:
            context.screen.data(made)
        else:
            context.screen.say(render_json(made).rstrip("\n"))
        return 0
    aws, _ = open_account(context, local, profile, region, start=True)
    watch = watching(context, progress)

    def work() -> Result:
        confirm = confirming(context, watch, approve=True, local=local)
        return run(assembled(made, region=region or aws.where()), aws=aws, confirm=confirm, observer=watch)

    return watched(context, watch, work)[0]


def _check(name: str | None, key: str | None, expire_after: int | None) -> None:
    wrong = []
    if name is not None and not re.fullmatch(_NAME, name):
        wrong.append(
            f"--bucket-name {name}: 3 to 63 small letters, digits, hyphens and dots, a letter or digit at both ends"
        )
    if key is not None and not re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+", key):
        wrong.append(f"--key {key}: the ARN of a KMS key")
    if expire_after is not None and expire_after < 1:
        wrong.append(f"--expire-after {expire_after}: days, from 1 on")
    if wrong:
        raise InputError("; ".join(wrong))


COMMANDS = (
    Command(
        "bootstrap", bootstrap, "Make a bucket for functions' code and large templates; once in a region, if at all.",
        Option("--show", "Print the template and do nothing.", "flag"),
        Option("--bucket-name", "What the bucket is called; CloudFormation makes a name when it is left out.", metavar="NAME"),
        Option("--key", "The KMS key that encrypts it; S3's own when it is left out.", metavar="ARN"),
        Option("--expire-after", "Delete files that have been there for so many days; kept for good by default.", "number", metavar="DAYS"),
        PROGRESS,
        *OPTIONS,
        epilog="Deploys find the bucket by themselves. Without it, name one with --bucket. Plain templates need neither.",
    ),
)  # fmt: skip
