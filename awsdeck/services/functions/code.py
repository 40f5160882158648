"""Where a function's code comes from: files of the project, a few lines in the template, or an image."""

from __future__ import annotations

import os
import re

from ...assembly import ASSETS_BUCKET
from ...errors import ConstructError
from ...rules.functions.runtimes import family, version
from ...sections import Parameter
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ...assets.packing import Package
    from ...constructs import Construct
    from ...tree import Stack

REQUIREMENTS = "requirements.txt"
STORE = ".awsdeck"
_IMAGE = re.compile(r"\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)/.+")


class Asset:
    """Files of the project that are zipped and uploaded; made by `asset(…)`."""

    __slots__ = ("path", "ignore", "requirements")

    def __init__(self, path: str, ignore: Sequence[str], requirements: str | None) -> None:
        self.path = path
        self.ignore = tuple(ignore)
        self.requirements = requirements


class Inline:
    """Code that stands in the template itself; made by `inline(…)`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Image:
    """A container image; made by `image(…)`."""

    __slots__ = ("uri", "command", "entry_point", "working_directory")

    def __init__(
        self, uri: str, command: Sequence[str], entry_point: Sequence[str], working_directory: str | None
    ) -> None:
        self.uri = uri
        self.command = list(command)
        self.entry_point = list(entry_point)
        self.working_directory = working_directory


def asset(path: str, *, ignore: Sequence[str] = (), requirements: str | None = REQUIREMENTS) -> Asset:
    """A file or directory as code: `asset("src/worker", ignore=["tests/", "*.md"])`; a zip or jar is used as it is.

    - `path` starts at the project's folder: that of `awsdeck.toml`, else of the deck.
    - `ignore`: patterns as in a .gitignore; caches, virtual environments, `.git` and `.env` stay out
      unless a pattern such as `!.env` lets them in.
    - `requirements`: a file in the directory whose Python packages are put beside the code, as wheels for the
      function's runtime and processor; `requirements.txt` when there is one, None for no packages. Give exact
      versions there, so that every machine fetches the same.
    """
    return Asset(path, ignore, requirements)


def inline(text: str) -> Inline:
    """A few lines of Python or Node.js in the template itself, as the file `index`; they may hold deploy-time values.

    Source: CloudFormation User Guide, AWS::Lambda::Function Code.
    """
    return Inline(text)


def image(
    uri: str,
    *,
    command: Sequence[str] = (),
    entry_point: Sequence[str] = (),
    working_directory: str | None = None,
) -> Image:
    """A container image in ECR by its URI; the rest replaces what the image says of itself.

    Raises `ConstructError` for an image of another registry, which Lambda takes none of.
    """
    if not (isinstance(uri, str) and (has_marker(uri) or _IMAGE.fullmatch(uri))):
        raise ConstructError(
            f"{uri!r} is not the URI of an image in ECR", place=caller(),
            fix="such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker:1; push it there first",
        )  # fmt: skip
    return Image(uri, command, entry_point, working_directory)


def code_of(given: object) -> Asset | Inline | Image:
    """What a user wrote for `code=`: a path, the URI of an image in ECR, or one of the above."""
    if isinstance(given, Asset | Inline | Image):
        return given
    if isinstance(given, str):
        if has_marker(given) or _IMAGE.fullmatch(given):
            return Image(given, (), (), None)
        return Asset(given, (), REQUIREMENTS)
    if isinstance(given, os.PathLike):
        return Asset(os.fspath(given), (), REQUIREMENTS)
    raise ConstructError(
        f"code={given!r}", place=caller(),
        fix='a path such as "src/worker", asset(…), inline("…"), or an image by its URI',
    )  # fmt: skip


def within(path: str, written: str, project: str) -> None:
    """Refuse a path of the project that a link leads out of it."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        raise ConstructError(
            f"no file can be called {written!r}", place=caller(), fix="give a path of the project"
        ) from None
    home = os.path.realpath(project)
    inside = path.startswith(project.rstrip(os.sep) + os.sep)
    if inside and not os.path.realpath(path).startswith(home.rstrip(os.sep) + os.sep):
        raise ConstructError(
            f"{written} is a link that leads out of the project, to {os.path.realpath(path)}", place=caller(),
            fix="copy what it leads to, or give that path itself",
        )  # fmt: skip


def package(scope: Construct, code: Asset, runtime: str | None, architecture: str, *, below: str = "") -> Package:
    """The files of an asset as a package, with the wheels its requirements ask for in the folder `below`."""
    from ...assets.packing import packed

    project = scope.node.root_app.folder
    path = os.path.normpath(os.path.join(project, code.path))
    within(path, code.path, project)
    requirements = code.requirements
    python = version(runtime) if runtime is not None and family(runtime) == "python" else None
    if requirements is not None and not os.path.isfile(os.path.join(path, requirements)):
        if requirements != REQUIREMENTS:
            raise ConstructError(
                f"{scope.node.path}: there is no {code.path}/{requirements}", place=caller(),
                fix="requirements= is a file in the code's directory",
            )  # fmt: skip
        requirements = None
    if requirements is not None and python is None and below:
        raise ConstructError(
            f"{scope.node.path}: {code.path}/{requirements} asks for packages, and not for which Python", place=caller(),
            fix='give one Python in runtimes=["python3.13"], or leave the packages out with asset(…, requirements=None)',
        )  # fmt: skip
    return packed(
        path, _shown(path, project), ignore=code.ignore, requirements=requirements, python=python,
        architecture=architecture, store=os.path.join(project, STORE), below=below,
    )  # fmt: skip


def bundle(scope: Construct, code: Asset, most: int, taker: str) -> Package:
    """The files of an asset as they are, without packages beside them; `taker` takes `most` bytes of them zipped."""
    from ...assets.packing import biggest, packed

    project = scope.node.root_app.folder
    path = os.path.normpath(os.path.join(project, code.path))
    within(path, code.path, project)
    store = os.path.join(project, STORE)
    made = packed(path, _shown(path, project), ignore=code.ignore, store=store, limited=False)
    if made.size > most and os.path.getsize(made.zipped()) > most:
        sizes = [(name, file.size) for name, file in made.files.items()]
        raise ConstructError(
            f"{scope.node.path}: {code.path} has more than the {most / 1024**2:,.0f} MB zipped that {taker} takes; the "
            f"biggest: {biggest(sizes)}",
            place=caller(),
            fix="leave files out with asset(…, ignore=[…])",
        )
    return made


def _shown(path: str, project: str) -> str:
    """A path as people and the manifest see it: from the project on, where it lies in there."""
    inside = path.startswith(project.rstrip(os.sep) + os.sep)
    return (os.path.relpath(path, project) if inside else path).replace(os.sep, "/")


def location(scope: Construct, made: Package) -> dict[str, Any]:
    """Where CloudFormation finds a package; the stack takes note that it needs it.

    The bucket is a parameter of the stack, which `awsdeck deploy` fills in.
    """
    stack = scope.node.own_stack
    known = stack.assets.setdefault(made.hash, made)
    known.user = known.user or scope.node.plain_id
    return {"S3Bucket": assets_bucket(stack).ref, "S3Key": known.key}


def assets_bucket(stack: Stack) -> Parameter:
    """The parameter that says where the stack's files are; made on first use."""
    made = stack.node.children.get(ASSETS_BUCKET)
    if isinstance(made, Parameter):
        return made
    return Parameter(
        stack, ASSETS_BUCKET, description="The bucket that holds this stack's files; awsdeck deploy fills it in",
    )  # fmt: skip
