"""Whatever stands in a file, the loader says one thing about it or gives a template, and the linter never breaks."""

from __future__ import annotations

import copy
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck.errors import DeckError
from awsdeck.lint import lint
from awsdeck.rules import conditions
from awsdeck.template import load, loads
from benchmarks.lint.mutants import bases
from tests.fuzz.targets import FOUND, TARGETS, seeds

SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
TEXTS = [base.text for base in bases()]
DATA = [loads(base.text, file=base.name).data for base in bases()]

FUNCTIONS = (
    "Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::ForEach::X",
    "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Select",
    "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform", "Fn::Nothing",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=8),
    st.sampled_from(["", "*", "${", "${}", "${A.B}", "{{resolve:ssm:a}}", "arn:aws:s3:::a", "10.0.0.0/33", "Jobs"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(FUNCTIONS), st.text(max_size=6)), inner, max_size=3),
    ),
    max_leaves=12,
)


def places(data: Any) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = []
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while waiting:
        path, item = waiting.pop()
        inside = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
        for key, value in inside:
            found.append((*path, key))
            waiting.append(((*path, key), value))
    return found


def judged(data: Any) -> None:
    """Lint in both ways; that it comes back is what is asked."""
    for one in (*lint(data, limits="current", packs=["security"]), *lint(data, parameters={"Stage": "prod"})):
        assert one.message


@SOME
@given(st.integers(0, len(DATA) - 1), st.lists(st.tuples(st.integers(0, 10**6), VALUES), min_size=1, max_size=3))
def test_any_value_at_any_place_is_judged(which: int, changes: list[tuple[int, Any]]) -> None:
    data = copy.deepcopy(DATA[which])
    for place, value in changes:
        found = places(data)
        *way, last = found[place % len(found)]
        holder: Any = data
        for step in way:
            holder = holder[step]
        holder[last] = value
    judged(data)


@SOME
@given(VALUES)
def test_any_value_is_judged_as_a_template(value: Any) -> None:
    if isinstance(value, dict):
        judged(value)
    judged({"Resources": value})
    judged({"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": value}}})
    judged({"Resources": {"A": {"Type": "AWS::S3::Bucket"}}, "Conditions": value, "Outputs": value, "Mappings": value,
            "Parameters": value, "Rules": value, "Transform": value, "Metadata": value})  # fmt: skip


@SOME
@given(
    st.integers(0, len(TEXTS) - 1), st.integers(0, 10**6), st.integers(0, 60),
    st.one_of(st.text(max_size=6), st.sampled_from(["!Sub ", "!If [", "&a ", "*a", "<<: *a", "\t", "\x00", "- ", ": ", "|", "{", "]", "?"])),
)  # fmt: skip
def test_any_edit_of_a_text_is_read_or_refused(which: int, place: int, cut: int, put: str) -> None:
    text = TEXTS[which]
    place %= len(text)
    try:
        template = loads(text[:place] + put + text[place + cut :])
    except DeckError:
        return
    judged(template)


@SOME
@given(st.binary(max_size=200))
def test_any_bytes_in_a_file_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("bytes") / "template.yaml"
    for written in (content, b"Resources:\n  A:\n    Type: AWS::S3::Bucket\n# " + content):
        file.write_bytes(written)
        assert all(one.message for one in lint(file))


@pytest.mark.parametrize("opened", ["[", "{a: ", '{"a":', "!Sub [", "- ", "? "])
def test_ten_thousand_levels_are_refused_in_one_sentence(opened: str) -> None:
    with pytest.raises(DeckError):
        loads("Resources: " + opened * 10_000)


@pytest.mark.parametrize("levels", [50, 90])
def test_what_is_deep_but_readable_is_judged(levels: int) -> None:
    value: Any = "a"
    for number in range(levels):
        value = {"Fn::If": ["A", value, "b"]} if number % 2 else {"Fn::Join": ["", [value]]}
    judged({"Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}}}})


def test_a_bomb_of_aliases_takes_no_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    tracemalloc.start()
    try:
        with pytest.raises(DeckError):
            loads("\n".join([*lines, "Resources: *a11"]))
        assert tracemalloc.get_traced_memory()[1] < 64_000_000
    finally:
        tracemalloc.stop()


def test_memory_grows_with_the_resources_and_not_faster() -> None:
    def peak(number: int) -> int:
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Tags": [{"Key": "a", "Value": "b"}]}}
        text = json.dumps({"Resources": {f"Q{n}": queue for n in range(number)}})
        tracemalloc.start()
        try:
            lint(loads(text))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(400) < 6 * peak(100)


def interlocking(number: int) -> dict[str, Any]:
    """Conditions of which each asks all earlier ones, and properties under all of them."""
    names = [f"C{n}" for n in range(number)]
    parameters = {f"P{n}": {"Type": "String"} for n in range(number)}
    made: dict[str, Any] = {}
    for n, name in enumerate(names):
        parts: list[Any] = [{"Fn::Equals": [{"Ref": f"P{n}"}, "a"]}]
        parts += [{"Condition": other} for other in names[max(0, n - 8) : n]]
        made[name] = {"Fn::Or": parts} if len(parts) > 1 else parts[0]
    value: Any = {"Ref": "AWS::NoValue"}
    for name in names:
        value = {"Fn::If": [name, value, "b"]}
    topics = {
        f"T{n}": {"Type": "AWS::SNS::Topic", "Condition": name, "Properties": {"DisplayName": value}}
        for n, name in enumerate(names)
    }
    return {"Parameters": parameters, "Conditions": made, "Resources": topics}


def test_twenty_six_interlocking_conditions_take_few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    plain = conditions._truth

    def counted(formula: Any, values: Any, done: Any) -> bool | None:
        nonlocal steps
        steps += 1
        return plain(formula, values, done)

    monkeypatch.setattr(conditions, "_truth", counted)
    assert lint(interlocking(26)) is not None
    lint(interlocking(10))
    assert 0 < steps < 2 * conditions.MOST_WORK


def test_a_file_that_is_no_template_is_one_finding(tmp_path: Any) -> None:
    file = tmp_path / "picture.yaml"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(DeckError):
        load(file)
    assert [one.rule for one in lint(file)] == ["LNT001"]


@pytest.mark.parametrize("found", sorted(FOUND.glob("*/*")), ids=lambda file: f"{file.parent.name}-{file.name}")
def test_what_a_fuzzer_once_found_is_mended(found: Path) -> None:
    begun = time.process_time()
    TARGETS[found.parent.name](found.read_bytes())
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("target", TARGETS)
def test_a_fuzzer_has_where_to_begin(target: str) -> None:
    for content in [b"", *list(seeds(target))[-3:]]:
        TARGETS[target](content)


AGES = ("^(a+)+$", "^(a|aa)+$", "(a*a*a*a*a*a*)*b")


@pytest.mark.parametrize("pattern", AGES)
def test_a_pattern_of_the_user_takes_no_ages(pattern: str) -> None:
    value = "a" * 500 + "!"
    parameter = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": value, "AllowedPattern": pattern},
    }
    declared = {"P": {"Type": "String", "Default": value, "AllowedPattern": pattern}}
    begun = time.process_time()
    found = {one.rule for one in lint({"Parameters": declared, "Resources": {"It": parameter}})}
    assert "TPL001" in found
    assert time.process_time() - begun < 5


def test_a_wildcard_of_the_user_takes_no_ages() -> None:
    wild, long = "*a" * 16 + "b", "a" * 60
    said = {
        "Effect": "Allow",
        "Action": [f"s3:{wild}", f"s3:{long}"],
        "Resource": [f"arn:aws:s3:::{wild}", f"arn:aws:s3:::{long}"],
    }
    document = {"Version": "2012-10-17", "Statement": [said]}
    begun = time.process_time()
    assert (
        lint({"Resources": {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}}})
        is not None
    )
    assert time.process_time() - begun < 5
