"""What stood before: templates of an older file, an assembly, or a git revision."""

from __future__ import annotations

import os

from ..errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..template import Template
    from .context import Context

    Before = Mapping[str, Any] | None


def given(context: Context, against: str, names: list[str]) -> tuple[dict[str, Before], str]:
    """The older template of each stack of a deck, and in words what it is.

    `against` is a template, an assembly, or a git revision. Raises `InputError` for anything else.
    """
    if os.path.isdir(against):
        return assembly_templates(against), against
    if os.path.exists(against):
        from ..template import load

        if len(names) != 1:
            raise InputError(
                f"{against} is one template, and there are {len(names)} stacks", fix="name the stack it is for"
            )
        return {names[0]: load(against).data}, against
    return _revision(context, against), f"revision {against}"


def assembly_templates(folder: str) -> dict[str, Before]:
    """The templates of an assembly by stack, nested ones inside."""
    from ..assembly import Assembly
    from ..diff.nested import whole

    return {stack.name: whole(stack) for stack in Assembly.load(folder)}


def _revision(context: Context, revision: str) -> dict[str, Before]:
    """The templates that the deck of an older revision makes: checked out beside, and synthesized in a process of its own."""
    import subprocess
    import sys
    import tarfile
    import tempfile

    here = os.getcwd()
    top = _top(revision)
    with tempfile.TemporaryDirectory(prefix="awsdeck-") as folder:
        packed = os.path.join(folder, "tree.tar")
        tree, out = os.path.join(folder, "tree"), os.path.join(folder, "out")
        _git("-C", top, "archive", "--format=tar", f"--output={packed}", revision)
        with tarfile.open(packed) as archive:
            archive.extractall(tree, filter="data")
        there = os.path.join(tree, os.path.relpath(here, top))
        deck = context.deck()
        if not os.path.exists(os.path.join(there, deck)) and deck.endswith(".py"):
            raise InputError(f"revision {revision} has no {deck}")
        package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        limits = ["--limits", context.limits] if context.limits else []
        done = subprocess.run(
            [sys.executable, "-m", "awsdeck", "synth", deck, "--out", out, "--quiet", *limits],
            cwd=there, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise InputError(f"the deck of revision {revision} does not synthesize:\n{done.stderr.rstrip()}")
        return assembly_templates(out)


def _top(revision: str) -> str:
    """The folder of the repository we are in, once it is sure that it has this revision."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None:
        raise InputError(f"{revision} is neither a file nor a revision: this is no git repository")
    if revision.startswith("-") or _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise InputError(
            f"{revision} is neither a file nor a git revision", fix="name a file, a folder, a branch, tag or commit"
        )
    return top


def template(file: str, against: str) -> Template | None:
    """What a template file was before: the file `against`, the one of the same name in that folder, or in a revision.

    None when there was none yet. Raises `InputError` when `against` is nothing of these.
    """
    from ..template import load, loads

    if os.path.isdir(against):
        older = next((one for one in _candidates(file, against) if os.path.isfile(one)), None)
        return load(older) if older else None
    if os.path.exists(against):
        return load(against)
    folder = os.path.dirname(os.path.abspath(file))
    _top(against)
    text = _git("-C", folder, "show", f"{against}:./{os.path.basename(file)}", strip=False)
    return None if text is None else loads(text, file=file)


def _candidates(file: str, folder: str) -> list[str]:
    relative = os.path.relpath(file)
    inside = [] if relative.startswith(os.pardir) else [os.path.join(folder, relative)]
    return [*inside, os.path.join(folder, os.path.basename(file))]


def _git(*words: str, strip: bool = True) -> str | None:
    """What git says, or None when it refuses."""
    import subprocess

    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except OSError:
        raise InputError("git cannot be run", fix="install git, or give --against a file or folder") from None
    if done.returncode:
        return None
    return done.stdout.strip() if strip else done.stdout
