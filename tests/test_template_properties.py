"""Promises about templates that hold for every input hypothesis can think of."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.errors import DeckError, Place, TemplateError
from awsdeck.jsontext import render_json
from awsdeck.output import write_atomic
from awsdeck.references import references, sub_parts
from awsdeck.template import Template, load, loads, render_yaml, walk
from awsdeck.yamlscalars import read_plain

NASTY = (
    "", " ", "\n", "\n\n", "a\n", "a\n\n", " a", "a ", "a\n b\n", "a\n\nb", "a \nb\n", "\ta", "a\t", "a: b", "a #b", "#a", "- a", "-", "?",
    ": ", "a:", ":a", "<<", "=", "~", "null", "true", "Off", "yes", "y", "012", "0x1f", "1:30", "1_0", "1e3", "1.", ".5", ".inf", "-",
    "---", "...", "--- a", "%a", "@a", "`a", "&a", "*a", "!a", "!Ref a", "|", ">", "'", '"', "\\", "''", "{}", "[]", "[a", "{a", "a, b",
    "2012-10-17", "12:00:00", "\x85", "\u2028", "\ufeff", "\x00", "\x7f", "\x1b", "é", "😀", "a\r\nb", "\r", "10.0.0.0/16", "arn:aws:s3:::b/*",
    "${A}", "${A}-${B.C}", "x" * 2000, "é" * 700, "k: v\nk2:\n  - x\n", "#!/bin/sh\necho hi\n", "a\n   \nb", "a\n  ", "\\n", "a.b.c", ".", "a.",
)  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8"), max_size=12))
names = st.sampled_from(
    (
        "Ref",
        "Condition",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::If",
        "Fn::Join",
        "Fn::Base64",
        "Fn::Transform",
        "Fn::Select",
        "Type",
    )
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts,
    st.sampled_from((1e16, -1e-7, 1.5e300, 10**30, 0.1, -0.0)),
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(texts, inner, max_size=4),
        st.dictionaries(names, inner, min_size=1, max_size=1),
        st.lists(texts, min_size=2, max_size=2).map(lambda parts: {"Fn::GetAtt": parts}),
    ),
    max_leaves=12,
)
templates = st.dictionaries(st.one_of(texts, names), trees, max_size=4)


def same(one: Any, other: Any) -> bool:
    """Equal and of equal types: True is not 1, 1 is not 1.0."""
    return repr_sorted(one) == repr_sorted(other)


def outcome(text: str | None, file: str) -> tuple[Template | None, str]:
    """What reading the text (the file, for None) gives: a template, or what the error says."""
    try:
        return (load(file) if text is None else loads(text, file=file)), ""
    except TemplateError as error:
        return None, str(error)


def repr_sorted(value: Any) -> str:
    if isinstance(value, dict):
        return repr(sorted((key, repr_sorted(item)) for key, item in value.items()))
    return repr([repr_sorted(item) for item in value]) if isinstance(value, list) else repr(value)


@given(templates)
def test_json_comes_back_as_it_was_written(data: dict[str, Any]) -> None:
    assert same(loads(render_json(data)).data, data)


@given(templates)
def test_json_has_the_bytes_of_the_standard_library(data: dict[str, Any]) -> None:
    assert render_json(data) == json.dumps(data, indent=2, sort_keys=True) + "\n"


@settings(max_examples=300)
@given(templates)
def test_yaml_comes_back_as_it_was_written(data: dict[str, Any]) -> None:
    template = loads(render_yaml(data), file="t.yaml")
    assert same(template.data, data)


@given(texts)
def test_a_text_alone_comes_back_from_yaml_as_value_key_and_item(text: str) -> None:
    data = {"v": text, "l": [text, text], "m": {text: text}, "s": {"Ref": text}, "after": 1}
    template = loads(render_yaml(data), file="t.yaml")
    assert same(template.data, data)
    assert template.doubts == ()


@given(templates)
def test_every_place_points_at_the_text_of_its_value(data: dict[str, Any]) -> None:
    json_text = render_json(data)
    template = loads(json_text)
    decoder = json.JSONDecoder()
    lines = json_text.split("\n")
    for path, value in walk(template.data):
        place = template.place(path)
        assert place is not None
        assert place.line is not None
        assert place.column is not None
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert same(decoder.raw_decode(rest)[0], value)
        if path and isinstance(path[-1], str):
            key = template.place(path, key=True)
            assert key is not None
            assert key.line is not None
            assert key.column is not None
            assert decoder.raw_decode(lines[key.line - 1][key.column - 1 :])[0] == path[-1]


@given(st.dictionaries(st.from_regex("[A-Z][a-z]{1,5}", fullmatch=True), trees, min_size=1, max_size=4))
def test_a_yaml_key_is_found_on_the_line_its_mark_names(data: dict[str, Any]) -> None:
    template = loads(render_yaml(data), file="t.yaml")
    for name in data:
        place = template.place((name,), key=True)
        assert place is not None
        assert place.line is not None
        assert place.column == 1
        assert template.source_line(place.line).startswith((f"{name}:", f"'{name}':"))


@given(st.lists(st.sampled_from("[]{}\"'`:,-?!&*|>%@#\t \n\r\x00\\abR0179~<=.\ufeff\x85é😀"), max_size=60))
def test_no_text_crashes_the_reader(pieces: list[str]) -> None:
    for file in ("t.json", "t.yaml"):
        template, said = outcome("".join(pieces), file)
        if template is None:
            assert file in said
            continue
        assert same(loads(render_json(template.data)).data, template.data)
        assert same(loads(render_yaml(template.data), file="t.yaml").data, template.data)
        assert all(template.place(path) for path, _value in walk(template.data))


@given(st.one_of(st.binary(max_size=80), st.binary(max_size=40).map(lambda tail: b"Resources:\n  A:\n" + tail)))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "t.template")
        path.write_bytes(content)
        template, said = outcome(None, str(path))
        assert template is not None or str(Place(str(path))) in said


@given(st.binary(min_size=1, max_size=3), st.integers(0, 400), st.sampled_from(["json", "yaml"]))
def test_a_damaged_template_never_crashes_the_reader(noise: bytes, at: int, kind: str) -> None:
    data = {
        "Resources": {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "a", "Value": {"Fn::Sub": "x\ny\n"}}]}}
        },
        "Outputs": {"U": {"Value": {"Fn::GetAtt": ["Q", "Arn"]}}},
    }
    content = (render_json(data) if kind == "json" else render_yaml(data)).encode()
    damaged = content[: at % len(content)] + noise + content[at % len(content) + 1 :]
    with contextlib.suppress(TemplateError):
        loads(damaged.decode("utf-8", "surrogateescape"), file=f"t.{kind}")


@given(trees)
def test_every_reference_is_at_a_path_that_exists(data: Any) -> None:
    values = {path for path, _ in walk(data)}
    assert all(reference.path in values for reference in references(data))


@given(st.text("ab${}!. :A", max_size=30))
def test_the_parts_of_a_sub_string_add_up_to_it(text: str) -> None:
    whole = "".join(part if kind == "text" else "${" + part + "}" for kind, part in sub_parts(text))
    assert whole.replace("${!", "${") == text.replace("${!", "${")


@given(st.text("0123456789_.:+-xobeEaf", max_size=12))
def test_a_plain_scalar_is_never_another_number_without_a_word(text: str) -> None:
    value, meaning = read_plain(text)
    if isinstance(value, (int, float)) and meaning is None:
        assert float(value) == float(text)
        assert repr(value) == text or "e" in text.lower()


@given(
    st.dictionaries(
        st.one_of(texts, st.integers()), st.one_of(scalars, st.binary(max_size=2), st.sets(st.integers(), max_size=2))
    )
)
def test_what_is_written_is_written_whole_or_refused(data: dict[Any, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "out.json")
        try:
            write_atomic(path, render_json(data))
        except DeckError:
            assert list(Path(folder).iterdir()) == []
        else:
            assert same(load(path).data, data)


@given(templates, st.lists(st.one_of(texts, st.integers(-2, 3)), max_size=4))
def test_a_path_that_leads_nowhere_still_has_a_place(data: dict[str, Any], path: list[str | int]) -> None:
    for template in (loads(render_json(data)), loads(render_yaml(data), file="t.yaml")):
        assert template.place(path) is not None
        assert template.place(path, key=True) is not None
    assert Template.from_dict(data).place(path) is None
