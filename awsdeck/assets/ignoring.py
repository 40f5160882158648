"""Which files stay out of a zip: patterns as in a .gitignore."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT = (
    "__pycache__/", "*.py[cod]", ".git/", ".hg/", ".svn/", ".venv/", "venv/", ".mypy_cache/", ".pytest_cache/",
    ".ruff_cache/", ".tox/", ".nox/", ".idea/", ".vscode/", ".DS_Store", "Thumbs.db", ".awsdeck/", "awsdeck.out/",
    ".env", ".env.*", ".aws/", ".netrc", ".pypirc",
)  # fmt: skip
"""What never helps a function, and files that hold this machine's secrets."""


class Ignoring:
    """Patterns in order; the last one that fits a path decides, and `!` in front of it lets the path in again.

    `build/` fits folders alone, `/data` and `docs/*.md` start at the top, `**` stands for any number of folders.
    What lies in a folder that is left out cannot be let in again.
    """

    __slots__ = ("patterns",)

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = [made for pattern in patterns if (made := _compiled(pattern)) is not None]

    def leaves_out(self, path: str, *, folder: bool) -> bool:
        """Whether a path, written from the top with slashes, stays out."""
        for expression, keeps, folders_only in reversed(self.patterns):
            if (folder or not folders_only) and expression.fullmatch(path):
                return not keeps
        return False


def _compiled(pattern: str) -> tuple[re.Pattern[str], bool, bool] | None:
    text = re.sub(r"(?<!\\)\s+$", "", pattern)
    if not text or text.startswith("#"):
        return None
    keeps = text.startswith("!")
    text = text[1:] if keeps else text
    folders_only = text.endswith("/")
    text = text.rstrip("/")
    anchored = "/" in text
    expression = _expression(text.lstrip("/"))
    return re.compile(expression if anchored else f"(?:.*/)?{expression}", re.DOTALL), keeps, folders_only


_STEP = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[[!^]?\]?[^\]]*\]|\\.|.", re.DOTALL)


def _expression(text: str) -> str:
    parts = []
    for step in _STEP.findall(text):
        if step == "**/":
            parts.append("(?:.*/)?")
        elif step == "/**":
            parts.append("/.*")
        elif step[0] == "*":
            parts.append("[^/]*")
        elif step == "?":
            parts.append("[^/]")
        elif step[0] == "[" and len(step) > 1:
            inside = step[1:-1].replace("\\", "\\\\").replace("[", "\\[")
            parts.append(f"[^{inside[1:]}]" if inside[:1] in ("!", "^") else f"[{inside}]")
        else:
            parts.append(re.escape(step[-1]))
    return "".join(parts)
