"""Patterns for other engines mean the same in Python, or let more pass, and never less."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.catalog.pattern import QUICK, translate


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        (r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$", ["team", "größe 1", "日本"], ["a!", "a\n!"]),
        (r"^\p{L}+$", ["abc", "ß"], ["1", "a1"]),
        (r"^\P{C}+$", ["abc def"], ["a\x07b"]),
        (r"^https://[^\p{C}]*$", ["https://a"], ["https://a\x07"]),
        (r"^(?!(?i)aws)[A-Za-z]+$", ["shop"], ["aws", "AwS"]),
        (r"^(a|(?i)b|c)$", ["a", "B", "C"], ["A"]),
        (r"^(?s).+$", ["a\nb"], [""]),
        (r"^[\w-.]+$", ["a-b.c"], ["a b"]),
        (r"^(?<name>a+)$", ["aa"], ["b"]),
        (r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*$", ["plain", "\U0001f600"], ["\x01"]),
        (r"^[\u0020-\uFFFD\u10000-\u10FFFF]*$", ["plain", "\U0001f600", "10"], ["\x01"]),
        (r"^[a[b]+$", ["a[b"], ["c"]),
        (r"^[[:alpha:]]+$", ["abc"], ["1", ":"]),
        (r"^a\z", ["a"], ["ab"]),
        (r"^[]a]+$", ["]a"], ["b"]),
    ],
)  # fmt: skip
def test_a_foreign_pattern_means_the_same(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    python = translate(pattern).python
    assert python is not None
    assert [text for text in fits if not re.search(python, text)] == []
    assert [text for text in fits_not if re.search(python, text)] == []


@pytest.mark.parametrize(
    "pattern", [r"^[a-z0-9-]{1,63}$", r"(?<!a)b", r"^arn:aws(-cn)?:s3:::[^/]+$", r"a|b", r"\$\{x\}"]
)
def test_a_pattern_that_python_knows_is_left_as_it_is(pattern: str) -> None:
    made = translate(pattern)
    assert (made.python, made.how) == (pattern, "same")


@pytest.mark.parametrize("pattern", [r"^[\p{Print}&&[^|]]+$", r"\p{Klingon}", "(", "[a", r"a{2}{3}", r"^$+{1,2}"])
def test_what_cannot_be_said_in_python_is_dropped(pattern: str) -> None:
    made = translate(pattern)
    assert (made.python, made.how) == (None, "dropped")


PIECES = ["a", "A", "0", "9", "-", ".", "_", "/", "*", "#", " ", "\t", "\x01", "${A.b}", "${A}", "{%x%}"]


@pytest.mark.parametrize("pattern", QUICK)
@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=7))
def test_a_quick_pattern_fits_what_the_slow_one_fits(pattern: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    assert bool(re.search(pattern, text)) == bool(re.search(QUICK[pattern], text))
