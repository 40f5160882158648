"""Keywords are held against their annotations when a construct is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pytest

from awsdeck import (
    App,
    Certificate,
    Construct,
    ConstructError,
    LogGroup,
    Parameter,
    RDSOptionGroup,
    S3Bucket,
    SQSQueue,
    SSMParameter,
    Stack,
    Token,
    construct,
    get_azs,
)
from awsdeck.keywords import checked


class Size:
    """A class of the user's."""


@construct
class Everything(Construct):
    """One keyword of every kind."""

    flag: bool = False
    count: int | None = None
    number: int | Token | None = None
    share: float = 0.5
    text: str | None = None
    word: Literal["a", "b", 3] = "a"
    texts: Sequence[str] = ()
    table: Mapping[str, int] | None = None
    size: Size | None = None
    unknown: Any = None
    nested: Sequence[Mapping[str, Any]] = ()


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop")
    stack.app = app  # type: ignore[attr-defined]
    return stack


RIGHT: dict[str, list[Any]] = {
    "flag": [True, False],
    "count": [1, None],
    "number": [1, None],
    "share": [1, 0.25],
    "text": ["x", "", None],
    "word": ["a", "b", 3],
    "texts": [[], ["a"], ("a", "b"), get_azs()],
    "table": [{"a": 1}, {}, None],
    "size": [Size(), None],
    "unknown": [object(), 7],
    "nested": [[{"a": 1}], []],
}
WRONG: dict[str, list[Any]] = {
    "flag": [1, "true", None],
    "count": [True, 1.5, "1"],
    "number": [True, "1", [1]],
    "share": ["0.5", None, True],
    "text": [7, ["x"]],
    "word": ["c", None, True, "3"],
    "texts": ["a", [1], {"a": 1}, None, 7, b"a", bytearray(b"a"), [b"a"], [["a"]], {1}, range(3)],
    "table": [["a"], "a", 7],
    "size": ["big", 7],
    "nested": [["a"], {"a": 1}],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_value_of_the_right_kind_is_taken(stack: Stack, name: str, value: Any) -> None:
    assert getattr(Everything(stack, "E", **{name: value}), name) is value


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_of_the_wrong_kind_is_refused_naming_what_is_taken(stack: Stack, name: str, value: Any) -> None:
    with pytest.raises(ConstructError, match=f"shop/E: {name}= takes") as caught:
        Everything(stack, "E", **{name: value})
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_keywords.py")


def test_every_wrong_keyword_is_told_at_once(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        SQSQueue(stack, "Q", fifo="yes", encryption="rot13", dead_letter=SQSQueue(stack, "R"))  # type: ignore[arg-type]
    said = str(caught.value)
    assert "fifo= takes True or False, not 'yes'" in said
    assert "encryption= takes 'sqs', 'kms', 'none' or None, not 'rot13'" in said
    assert "dead_letter= takes a DeadLetter or None, not a SQSQueue" in said


def test_a_deploy_time_value_is_taken_where_it_may_stand_and_refused_where_it_must_be_known(stack: Stack) -> None:
    size = Parameter(stack, "Size", type="Number")
    Everything(stack, "E", number=size.ref, text=size.ref)
    for name in ("flag", "count", "word"):
        wrong: dict[str, Any] = {name: size.ref}
        with pytest.raises(ConstructError, match="must be known when the template is made"):
            Everything(stack, f"E{name}", **wrong)


def test_one_thing_in_place_of_a_list_is_refused(stack: Stack) -> None:
    from awsdeck import LifecycleRule

    with pytest.raises(ConstructError, match="takes a list of a LifecycleRule, not a LifecycleRule"):
        S3Bucket(stack, "B", lifecycle=LifecycleRule(expire_after=3))  # type: ignore[arg-type]


class Plain:
    """What no construct is, whose arguments are checked all the same."""

    @checked
    def __init__(self, size: int, *words: str, flag: bool = False, other: object = None) -> None:
        self.said = (size, words, flag, other)

    @checked
    def grow(self, by: int | None = None) -> int | None:
        return by


def test_a_plain_class_may_check_its_arguments_too() -> None:
    assert Plain(1, "a", "b", flag=True, other=[]).said == (1, ("a", "b"), True, [])
    assert Plain(2).grow() is None
    assert Plain(2).grow(by=3) == 3
    with pytest.raises(ConstructError) as caught:
        Plain("1", "a", 7, flag="no")  # type: ignore[arg-type]
    assert str(caught.value).endswith(
        ": Plain: size= takes a whole number, not '1'\n"
        "Plain: words takes text, not 7\n"
        "Plain: flag= takes True or False, not 'no'"
    )
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_keywords.py")
    with pytest.raises(ConstructError, match=r"Plain\.grow: by= takes a whole number or None, not 'much'"):
        Plain(1).grow("much")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [b"EmailAddress", [["EmailAddress"]], [b"EmailAddress"]])
def test_bytes_and_nested_lists_are_no_lists_of_text_of_any_construct(stack: Stack, given: Any) -> None:
    for make in (
        lambda: LogGroup(stack, "L", mask=given),
        lambda: SSMParameter(stack, "P", value=given),
        lambda: Certificate(stack, "C", domain="example.com", names=given),
        lambda: RDSOptionGroup(stack, "O", engine="mysql", major_version="8.0", options=given),
    ):
        with pytest.raises(ConstructError, match="takes "):
            make()
