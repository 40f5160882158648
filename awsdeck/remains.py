"""What is left of a deploy-time value that C code cut, encoded, escaped or printed as if it were known text.

Looked for once in every finished template, so that the writing of values need not ask each of them.
"""

from __future__ import annotations

import marshal
import re

from .tokens import LETTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Path = tuple[str | int, ...]

SAID = "a deploy-time value was cut, encoded or printed as if it were known text"
FIX = "use select(...), split(...), join(...), to_json(...) or an f-string on the value itself"
_CUT = ".{0,2}?".join(LETTERS.lower()).encode()
_DAMAGE = (  # what makes a text suspect, and what proves it; in small letters
    (b"\xef\xb7", rb"\xef\xb7[\x90-\xaf]"),
    (b"\\ufd", rb"\\ufd[de]"),
    (b"%ef%b7", rb"%ef%b7%[9a]"),
    (b"&#6", rb"&#6(497[6-9]|498\d|499[0-4]);"),
    (b"&#xfd", rb"&#xfd[de].;"),
    (b"efb7", rb"(efb7[9a].(2f|3a)?){3}"),
    (b" at 0x", rb"<[^<>]{1,200} at 0x[0-9a-f]{6,}>"),  # an object of Python, printed
)
_BASE64 = ((b"77e", rb"(77e.){3}"), (b"vt5", rb"(vt[56].){3}"), (b"+3", rb"(\+3[k-n].){3}"))  # letters as they are


def remains(data: Any) -> Iterator[Path]:
    """The paths of values in a template that hold what is left of a deploy-time value."""
    try:
        suspect = is_damaged(marshal.dumps(data, 2))
    except ValueError:  # something that only looks like plain data
        suspect = True
    if not suspect:
        return
    waiting: list[tuple[Path, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, str):
            if is_damaged(value.encode("utf-8", "surrogatepass")):
                yield path
        elif isinstance(value, dict):
            waiting.extend(((*path, key), item) for key, item in reversed(value.items()))
            if any(isinstance(key, str) and is_damaged(key.encode("utf-8", "surrogatepass")) for key in value):
                yield path
        elif isinstance(value, list):
            waiting.extend(reversed([((*path, index), item) for index, item in enumerate(value)]))


def is_damaged(text: bytes) -> bool:
    """Whether a text in UTF-8 holds such remains."""
    small = text.lower()
    return (
        any(rare in small and re.search(proof, small) for rare, proof in _DAMAGE)
        or re.search(_CUT, small, re.DOTALL) is not None
        or any(rare in text and re.search(proof, text) for rare, proof in _BASE64)
    )
