"""What a user's own code has raised, as one sentence with the user's line."""

from __future__ import annotations

import sys

from ..errors import DeckLoadError, Place
from ..source import raised_at


def told(error: BaseException, file: str | None, module: str | None = None) -> DeckLoadError:
    """Somebody else's exception as one sentence with the user's line; `module` is what the file is in its package."""
    if isinstance(error, SyntaxError):
        place = Place(error.filename or file or "", error.lineno, error.offset or None)
        return DeckLoadError(f"this is not Python: {error.msg}", place=place)
    place_of = raised_at(error.__traceback__, file)
    if isinstance(error, ModuleNotFoundError) and not str(error).startswith("No module named"):
        what, _, fix = str(error).partition("; ")  # ours, about awsdeck.cfn: it knows what was meant
        return DeckLoadError(what, place=place_of, fix=fix or None)
    if isinstance(error, ModuleNotFoundError):
        return DeckLoadError(
            f"there is no module {error.name}", place=place_of,
            fix=f"install it where awsdeck is installed ({sys.prefix})",
        )  # fmt: skip
    if isinstance(error, SystemExit):
        return DeckLoadError(f"sys.exit({error.code!r}) is called while the deck loads", place=place_of)
    text = str(error)
    if isinstance(error, ImportError) and text.startswith("attempted relative import with no known parent"):
        fix = f"run it as a module: --app {module}:app" if module else "write the import without the leading dot"
        return DeckLoadError("a relative import in a deck that is run as a file", place=place_of, fix=fix)
    return DeckLoadError(
        f"{type(error).__name__}{': ' + text if text else ''}", place=place_of, fix=_meant(error, text)
    )


def _meant(error: BaseException, text: str) -> str | None:
    """What was probably meant, for a wrong name of ours."""
    import re

    import awsdeck

    name = re.search(r"cannot import name '(\w+)' from '(awsdeck[\w.]*)'", text)
    if isinstance(error, ImportError) and name:
        try:
            getattr(sys.modules[name[2]], name[1])
        except (AttributeError, KeyError) as missing:
            return str(missing).partition("; ")[2] or str(missing)
    keyword = re.search(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", text)
    if isinstance(error, TypeError) and keyword and keyword[1] in dir(awsdeck):
        from difflib import get_close_matches
        from inspect import signature

        known = [known for known in signature(getattr(awsdeck, keyword[1])).parameters if known != "scope"]
        close = get_close_matches(keyword[2], known, 1)
        return f"did you mean {close[0]}=?" if close else f"{keyword[1]} takes {', '.join(known)}"
    return None
