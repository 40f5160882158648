"""Whether a pattern covers a text when parts of both are only known at deploy time.

Such a part stands as a mark. One that is `made` is a name CloudFormation makes up: it is like itself and nothing else.
One that is `open`, such as a parameter, may turn out to be anything; one that is `narrow`, the account or the region,
anything without a colon or slash.
"""

from __future__ import annotations

import re

from ..rules.policies.access import matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rules.vocabulary import Verdict

_MADE, _OPEN, _NARROW, _END = "\ue000", "\ue001", "\ue003", "\ue002"
_MARK = f"[{_MADE}{_OPEN}{_NARROW}][^{_END}]*{_END}"
_ONE = f"{_MARK}|."


def made(name: str) -> str:
    """The mark of a name that CloudFormation makes up for one resource."""
    return f"{_MADE}{name}{_END}"


def unknown(name: str) -> str:
    """The mark of a value that may turn out to be anything."""
    return f"{_OPEN}{name}{_END}"


def narrow(name: str) -> str:
    """The mark of a value that may be anything without colons and slashes: the account, the region."""
    return f"{_NARROW}{name}{_END}"


def open_ended(text: str) -> bool:
    """Whether a text has parts that may turn out to be anything."""
    return _OPEN in text or _NARROW in text


def is_made(text: str, ending: str) -> bool:
    """Whether a text is one made-up name and nothing more, whose own name ends so."""
    return re.fullmatch(f"{_MADE}[^{_END}]*{re.escape(ending)}{_END}", text, re.IGNORECASE) is not None


def readable(text: str) -> str:
    """The text for people, with marks as `<shop/Orders>`."""
    return re.sub(_MARK, lambda mark: f"<{mark[0][1:-1]}>", text)


def fits(pattern: str, text: str) -> Verdict:
    """Whether a pattern with `*` and `?` covers a text; None where only the deploy can tell.

    A `*` in the text is one more thing that must be covered.
    """
    if matches(pattern, text):
        return True
    if not re.search(_MARK, pattern + text):
        return False
    left, right = (re.findall(_ONE, side, re.DOTALL) for side in (pattern, text))
    return _Fit(left, right).at(0, 0)


def overlaps(pattern: str, text: str) -> Verdict:
    """Whether a pattern covers at least part of what a text with `*` stands for; None where only the deploy can tell."""
    if "*" not in text:
        return fits(pattern, text)
    left, right = (re.findall(_ONE, side, re.DOTALL) for side in (pattern, text))
    return _Overlap(left, right).at(0, 0)


class _Fit:
    """One comparison; remembers what it has found out."""

    __slots__ = ("pattern", "text", "known")

    def __init__(self, pattern: list[str], text: list[str]) -> None:
        self.pattern = pattern
        self.text = text
        self.known: dict[tuple[int, int], Verdict] = {}

    def at(self, i: int, j: int) -> Verdict:
        """Whether the pattern from `i` on covers the text from `j` on."""
        if (i, j) not in self.known:
            self.known[i, j] = self._at(i, j)
        return self.known[i, j]

    def _at(self, i: int, j: int) -> Verdict:
        pattern, text = self.pattern, self.text
        if i == len(pattern):
            return j == len(text)
        one = pattern[i]
        if one == "*":
            return _best(self.at(i + 1, j), self.at(i, j + 1) if j < len(text) else False)
        if j == len(text):
            return False
        other = text[j]
        if one == other:
            return self.at(i + 1, j + 1)
        found: Verdict = self.at(i + 1, j + 1) if one == "?" and len(other) == 1 else False
        if found is True:
            return True
        may = any(self.at(i + 1, k) is not False for k in _reach(one, text, j)) or any(
            self.at(k, j + 1) is not False for k in _reach(other, pattern, i)
        )
        if not may and other[0] == _MADE and one[0] != _MADE and "*" in pattern[i:]:
            star = pattern.index("*", i)  # a name made up may begin with what stands before the star
            may = any(self.at(k, j + 1) is not False for k in range(star, len(pattern) + 1))
        return None if may else found


class _Overlap(_Fit):
    """One comparison in which a `*` of the text stands for whatever suits the pattern."""

    __slots__ = ()

    def _at(self, i: int, j: int) -> Verdict:
        pattern, text = self.pattern, self.text
        if j < len(text) and text[j] == "*" and (i == len(pattern) or pattern[i] != "*"):
            return _best(self.at(i, j + 1), self.at(i + 1, j) if i < len(pattern) else False)
        return super()._at(i, j)


def _reach(mark: str, tokens: list[str], start: int) -> range:
    """Where in the tokens a mark that stands for one or several of them from `start` on may end."""
    if mark[0] == _OPEN:
        return range(start + 1, len(tokens) + 1)
    if mark[0] != _NARROW:
        return range(0)
    end = next((k for k in range(start, len(tokens)) if tokens[k] in (":", "/")), len(tokens))
    return range(start + 1, end + 1)


def _best(one: Verdict, other: Verdict) -> Verdict:
    if one is True or other is True:
        return True
    return None if one is None or other is None else False
