"""Reading, walking and writing plain templates."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from awsdeck import yamlmarks
from awsdeck.errors import InputError, Place, TemplateError
from awsdeck.jsontext import render_json
from awsdeck.marks import MAX_DEPTH
from awsdeck.output import write_atomic
from awsdeck.template import Reference, Template, is_template, load, loads, references, render_yaml, sub_parts, walk

AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


def yaml_of(text: str) -> Template:
    return loads(textwrap.dedent(text), file="t.yaml")


def refusal(text: str, file: str = "t.yaml") -> str:
    with pytest.raises(TemplateError) as caught:
        loads(text, file=file)
    return str(caught.value)


# Short tags


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("!Ref Bucket", {"Ref": "Bucket"}),
        ("!Ref AWS::Region", {"Ref": "AWS::Region"}),
        ("!Condition IsProd", {"Condition": "IsProd"}),
        ("!GetAtt Queue.Arn", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!GetAtt Nested.Outputs.Url", {"Fn::GetAtt": ["Nested", "Outputs.Url"]}),
        ("!GetAtt [Queue, Arn]", {"Fn::GetAtt": ["Queue", "Arn"]}),
        ("!GetAtt Queue", {"Fn::GetAtt": "Queue"}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!Sub ['${A}', {A: 1}]", {"Fn::Sub": ["${A}", {"A": 1}]}),
        ("!If [C, 1, !Ref AWS::NoValue]", {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]}),
        ("!Join ['', [a, !Ref B]]", {"Fn::Join": ["", ["a", {"Ref": "B"}]]}),
        ("!Select [0, !GetAZs '']", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
        ("!Split [',', 'a,b']", {"Fn::Split": [",", "a,b"]}),
        ("!FindInMap [M, a, b]", {"Fn::FindInMap": ["M", "a", "b"]}),
        ("!ImportValue net-vpc", {"Fn::ImportValue": "net-vpc"}),
        ("!Base64 text", {"Fn::Base64": "text"}),
        ("!Cidr [10.0.0.0/16, 4, 8]", {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}),
        ("!And [!Condition A, !Not [!Condition B]]", {"Fn::And": [{"Condition": "A"}, {"Fn::Not": [{"Condition": "B"}]}]}),
        ("!Or [!Equals [a, b]]", {"Fn::Or": [{"Fn::Equals": ["a", "b"]}]}),
        ("!Transform {Name: T, Parameters: {a: 1}}", {"Fn::Transform": {"Name": "T", "Parameters": {"a": 1}}}),
        ("!ToJsonString {a: 1}", {"Fn::ToJsonString": {"a": 1}}),
        ("!Length [1, 2]", {"Fn::Length": [1, 2]}),
        ("!Contains [[a], a]", {"Fn::Contains": [["a"], "a"]}),
        ("!ValueOf [P, Q]", {"Fn::ValueOf": ["P", "Q"]}),
        ("!Ref 0123", {"Ref": "0123"}),
        ("!Base64 true", {"Fn::Base64": "true"}),
        ("!Ref", {"Ref": ""}),
    ],
)  # fmt: skip
def test_a_short_tag_becomes_its_function(text: str, meaning: Any) -> None:
    template = loads(f"V: {text}\nL:\n  - {text}\n")
    assert template.data == {"V": meaning, "L": [meaning]}
    assert template.doubts == ()


def test_unknown_tags_are_all_reported_with_their_lines_and_a_suggestion() -> None:
    message = refusal("a: !GetAttr X.Y\nb: !!python/object/apply:os.system ['echo']\nc: !!binary aGk=\n")
    assert "t.yaml:1:4: the tag !GetAttr is not one CloudFormation knows; did you mean !GetAtt?" in message
    assert "t.yaml:2:4: the tag !!python/object/apply:os.system" in message
    assert "t.yaml:3:4: the tag !!binary" in message


def test_standard_tags_say_what_a_scalar_is() -> None:
    data = yaml_of("a: !!str 12\nb: !!int '3'\nc: !!float 3\nd: !!bool 'yes'\ne: !!null ''\nf: !!map {}\ng: ! 7\n").data
    assert data == {"a": "12", "b": 3, "c": 3.0, "d": True, "e": None, "f": {}, "g": "7"}
    assert "'x' is not a plain int" in refusal("a: !!int x\n")


# Scalars


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2012-10-17", "2012-10-17"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("0", 0), ("30", 30), ("-5", -5), ("3.5", 3.5), ("123456789012", 123456789012),
        ("true", True), ("True", True), ("FALSE", False),
        ("null", None), ("~", None), ("", None),
        ("y", "y"), ("N", "N"), ("oN", "oN"), ("=", "="), ("t3.micro", "t3.micro"), ("10.0.0.0/16", "10.0.0.0/16"),
        ("1.2.3", "1.2.3"), ("03:00-04:00", "03:00-04:00"), ("80:80", "80:80"), ("0o7", "0o7"),
    ],
)  # fmt: skip
def test_a_plain_scalar_is_read_as_it_looks(text: str, value: object) -> None:
    template = loads(f"V: {text}\n")
    assert template.data == {"V": value}
    assert type(template.data["V"]) is type(value)
    assert template.doubts == ()


@pytest.mark.parametrize(
    ("text", "value", "meaning"),
    [
        ("0300", "0300", "the number 192"),
        ("012345678901", "012345678901", "the number 1.2345678901E10"),
        ("12_000", "12_000", "the number 12000"),
        ("1:30", "1:30", "the number 90"),
        ("1:30.5", "1:30.5", "the number 90.5"),
        ("-1:30", "-1:30", "the number -90"),
        ("0x1F", "0x1F", "the number 31"),
        ("0b101", "0b101", "the number 5"),
        ("+15551234567", "+15551234567", "the number 15551234567"),
        ("1e3", "1e3", "the number 1000.0"),
        ("1e999", "1e999", "a number without bound"),
        (".inf", ".inf", "not a finite number"),
        ("-0", "-0", "the number 0"),
        ("3.10", 3.1, "the number 3.1"),
        ("yes", True, "the boolean true"),
        ("OFF", False, "the boolean false"),
    ],
)
def test_a_scalar_cloudformation_reads_differently_is_doubted(text: str, value: object, meaning: str) -> None:
    template = loads(f"A:\n  - x\n  - B: {text}\n", file="t.yaml")
    assert template.data == {"A": ["x", {"B": value}]}
    (doubt,) = template.doubts
    assert (doubt.text, doubt.meaning, doubt.path) == (text, meaning, ("A", 1, "B"))
    assert doubt.place == Place("t.yaml", 3, 8)
    assert not doubt.is_key
    quoted = loads(f"A: '{text}'\n")
    assert quoted.data == {"A": text}
    assert quoted.doubts == ()


def test_keys_stay_as_written_and_are_doubted_where_cloudformation_reads_another() -> None:
    template = yaml_of("M:\n  012345678901: a\n  80: b\n  on: c\n  true: d\n  'off': e\n")
    assert template.data == {"M": {"012345678901": "a", "80": "b", "on": "c", "true": "d", "off": "e"}}
    assert [(doubt.path, doubt.is_key) for doubt in template.doubts] == [
        (("M", "012345678901"), True),
        (("M", "on"), True),
    ]


def test_a_doubtful_key_is_doubted_each_time_even_after_a_quoted_one() -> None:
    template = yaml_of("a: {'on': 1}\nb: {on: 1}\nc: {on: 1}\n")
    assert [doubt.path for doubt in template.doubts] == [("b", "on"), ("c", "on")]


def test_doubts_inside_a_short_tag_have_the_path_of_the_long_form() -> None:
    (doubt,) = yaml_of("R: !If [C, {P: [!Ref X, 0300]}, b]\n").doubts
    assert doubt.path == ("R", "Fn::If", 1, "P", 1)


def test_a_key_that_is_no_text_is_refused() -> None:
    assert "t.yaml:1:1: the key is null" in refusal("~: 1\n")
    assert "t.yaml:2:2: the key is missing" in refusal("a: 1\n? \n: 2\n")
    assert "a key must be text, not a list" in refusal("? [a]\n: 1\n")
    assert "without the tag !Ref" in refusal("!Ref x: 1\n")


# Anchors, aliases, merge keys


def test_aliases_are_copies() -> None:
    data = yaml_of("a: &x {n: [1]}\nb: *x\n").data
    assert data == {"a": {"n": [1]}, "b": {"n": [1]}}
    data["b"]["n"].append(2)
    assert data["a"] == {"n": [1]}


def test_merge_keys_fill_what_is_missing_and_earlier_mappings_win() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\nd: {<<: *b, '<<': k}\n"
    data = yaml_of(text).data
    assert data["c"] == {"x": 3, "y": 1, "z": 2}
    assert data["d"] == {"y": 2, "z": 2, "<<": "k"}
    assert "takes a mapping" in refusal("a:\n  <<: 1\n")
    assert "given twice" in refusal("a: &a {}\nb:\n  <<: *a\n  <<: *a\n")


def test_merged_and_aliased_values_are_placed_where_they_were_written() -> None:
    template = yaml_of("a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\nc: *a\n")
    assert template.place(("b", "x")) == Place("t.yaml", 2, 6)
    assert template.place(("c",)) == Place("t.yaml", 6, 4)
    assert template.place(("c", "x")) == Place("t.yaml", 2, 6)


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.process_time()
    assert "aliases add more than 200,000 values" in refusal("\n".join(lines))
    assert time.process_time() - started < 2


def test_an_alias_to_itself_or_to_nothing_is_refused() -> None:
    assert "t.yaml:1:8: *x stands inside &x itself" in refusal("a: &x [*x]\n")
    assert "t.yaml:1:4: there is no &x above for *x" in refusal("a: *x\n")


def test_aliases_cannot_nest_deeper_than_written_text_may() -> None:
    chain = ["a0: &a0 []"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MAX_DEPTH + 10)]
    assert "aliases nest more than" in refusal("\n".join(chain))


# What is refused


def test_a_duplicate_key_is_reported_with_both_lines() -> None:
    assert refusal("a: 1\nb: 2\na: 3\n") == "t.yaml:3:1: the key 'a' is given twice; the first is on line 1"
    text = '{"a": {"x": 1,\n "y": 2,\n "x": {"k": 1, "k": 2}}}'
    message = refusal(text, "t.json")
    assert "t.json:3:16: the key 'k' is given twice; the first is on line 3" in message
    assert "t.json:3:2: the key 'x' is given twice; the first is on line 1" in message


@pytest.mark.parametrize("text", ["a:\n\tb: 1\n", "a:\n  b: 1\n\tc: 2\n", "a:\n  - x\n \t- y\n"])
def test_a_yaml_tab_is_reported_with_its_line(text: str) -> None:
    line = next(number for number, line in enumerate(text.split("\n"), 1) if "\t" in line)
    message = refusal(text)
    assert message.startswith(f"t.yaml:{line}:")
    assert "a tab in the indentation" in message


@pytest.mark.parametrize("text", ["", "   \n\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_text_is_refused(text: str) -> None:
    assert "empty" in refusal(text)


@pytest.mark.parametrize(("text", "kind"), [("- a\n", "a list"), ("[1]", "a list"), ("just text\n", "a single value")])
def test_a_text_that_is_no_mapping_is_refused(text: str, kind: str) -> None:
    assert f"a template is a mapping of sections; this is {kind}" in refusal(text)


def test_a_second_document_is_refused_with_its_line() -> None:
    assert refusal("---\na: 1\n---\nb: 2\n").startswith("t.yaml:3:1: a second document")


@pytest.mark.parametrize("text", ["a: " + "[" * 10_000, "- " * 10_000 + "x", '{"a":' * 10_000, "[" * 10_000])
def test_deep_nesting_is_refused(text: str) -> None:
    assert "deep" in refusal(text)


def test_nesting_up_to_the_limit_is_read_written_and_read_again() -> None:
    data: dict[str, Any] = {"k": "v"}
    for _ in range(MAX_DEPTH - 1):
        data = {"k": data}
    assert loads(render_json(data)).data == data
    assert loads(render_yaml(data)).data == data
    assert "deep" in refusal(json.dumps({"k": data}))
    assert "deep" in refusal(json.dumps({"k": data})[:-1] + ",}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": NaN}', "t.json:1:7: NaN is not a number"),
        ('{"a": [1, -Infinity]}', "t.json:1:11: -Infinity is not"),
        ('{"a": 1e999}', "t.json:1:7: 1e999 is not"),
        ('{"a": ' + "1" * 5000 + "}", "(5000 characters) is not"),
        ('{"a": {"x": 1, "x": 2}}, "b": NaN}', "t.json:1:16: the key 'x' is given twice"),
        ('{"a": 1,\n}', "t.json:2:1: this is not JSON: a comma before the closing bracket"),
        ('{"a": [1,]}', "remove the comma"),
        ('{"a": 1, // why\n}', "JSON has no comments"),
        ("{'a': 1}", "use double quotes"),
        ('{"a": 1', "it ends too early"),
        ('{"a" 1}', "t.json:1:6: this is not JSON: expecting ':' delimiter"),
        ('{"a": "\\ud83d"}', "t.json:1:7: this text holds half a character"),
        ('{"a": "\x07"}', "control character"),
    ],
)
def test_broken_json_is_reported_with_line_and_column(text: str, said: str) -> None:
    assert said in refusal(text, "t.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c\n", "t.yaml:1:5: this is not YAML: mapping values are not allowed"),
        ("a: [1,\n", "this is not YAML"),
        ("a: 'x\n", "this is not YAML"),
        ("a: @x\n", "put quotes around"),
        ("é: 1\né: \x07\n", "t.yaml:2:4: this is not YAML: '\\x07' is not allowed"),
        ("a: \ud800\n", "t.yaml:1:4: the text holds half a character"),
        ("a: 1\0\n", "t.yaml:1:5: this is a binary file"),
        ("%TAG !a! tag:x,2000:\n" * 200 + "---\na: 1\n", "lines that start with %"),
    ],
)
def test_broken_yaml_is_reported_with_line_and_column(text: str, said: str) -> None:
    assert said in refusal(text)


def test_the_python_parser_reads_and_refuses_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    good = "A: &a [!Ref B, 0300, {x: y}]\nB:\n  <<: {c: 'd'}\n  e: *a\n"
    bad = ("a:\n\tb: 1\n", "a: 1\na: 2\n", "a: !No x\n", "a: " + "[" * 200, "a: \x07")
    first, refused = loads(good), [refusal(text) for text in bad]
    monkeypatch.setattr(yamlmarks, "_parser", yamlmarks._PythonParser)
    second = loads(good)
    assert first.data == second.data
    assert [first.place(path) for path, _ in walk(first.data)] == [second.place(path) for path, _ in walk(second.data)]
    assert [refusal(text) for text in bad] == refused


# Files


def test_load_knows_name_and_file(tmp_path: Path) -> None:
    for name in ("shop.json", "shop.template.json", "shop.yaml", "shop.yml", "shop.template"):
        path = tmp_path / name
        path.write_bytes(b'\xef\xbb\xbf{"Resources": {}}\r\n')
        template = load(path)
        assert (template.name, template.file, template.format) == ("shop", str(path), "json")


def test_the_content_decides_between_json_and_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("Resources:\n  A: !Ref B\n")
    assert load(tmp_path / "a.json").format == "yaml"
    (tmp_path / "b.yaml").write_text('{"Resources": {"A": {"Ref": "B"}}}')
    assert load(tmp_path / "b.yaml").format == "json"
    (tmp_path / "c.yaml").write_text("{Resources: {A: !Ref B}}")
    assert load(tmp_path / "c.yaml").data == load(tmp_path / "a.json").data
    (tmp_path / "d.json").write_text("{Resources: {A: !Ref B}}")
    with pytest.raises(TemplateError, match="this is not JSON"):
        load(tmp_path / "d.json")


def test_windows_line_ends_change_neither_data_nor_lines() -> None:
    text = "A:\n  B: |\n    x\n    y\n  C: 1\n"
    unix, windows = loads(text), loads(text.replace("\n", "\r\n"))
    assert unix.data == windows.data
    assert windows.place(("A", "C")) == unix.place(("A", "C")) == Place("<text>", 5, 6)
    assert windows.source_line(5) == "  C: 1"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: \xff\xfe\n", ":2:4: the byte 0xff is not UTF-8"),
        (b"\xff\xfea\x00", "the file is UTF-16"),
        (b"\x7fELF\x00\x80", "binary file"),
        (b"a\x00b", "binary file"),
        (b"", "the file is empty"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(content)
    with pytest.raises(TemplateError) as caught:
        load(path)
    assert str(caught.value).startswith(str(Place(str(path))) + ":")
    assert said in str(caught.value)


def test_what_cannot_be_opened_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere.yaml")
    (tmp_path / "loop").symlink_to("loop")
    cases = {
        "missing.yaml": "there is no such file",
        "no/where.yaml": "there is no directory",
        "": "it is a directory",
        "link": "it is a link to nowhere.yaml, which does not exist",
        "loop": "symbolic links",
        "x" * 300: "name too long",
        "a\0b": "null byte",
    }
    for name, said in cases.items():
        with pytest.raises(TemplateError) as caught:
            load(os.path.join(tmp_path, name))
        assert said in str(caught.value)


@pytest.mark.skipif(AS_ROOT, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text("{}")
    path.chmod(0)
    with pytest.raises(TemplateError, match="permission denied"):
        load(path)


def test_a_file_over_the_limit_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(TemplateError, match="larger than 10,485,760 bytes"):
        load(path)
    path.write_text('{"a": 1}')
    assert load(path, max_bytes=8).data == {"a": 1}
    with pytest.raises(TemplateError, match="larger than 7 bytes"):
        load(path, max_bytes=7)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("é: !Ref x\n".encode())))
    template = load("-")
    assert template.data == {"é": {"Ref": "x"}}
    assert (template.name, template.place(("é",))) == ("stdin", Place("<stdin>", 1, 4))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(TemplateError, match="standard input"):
        load("-")


# Places

YAML = """\
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      Tags:
        - Key: a
          Value: !Ref B
      "Port": 5432
"""
JSON = """\
{ "Resources": {
    "Db": { "Type": "AWS::RDS::DBInstance",
      "Properties": { "Tags": [ {"Key": "a \\"q\\" }",
         "Value": {"Ref": "B"}} ],
      "Port" : 5432 } } } }
"""


@pytest.mark.parametrize(
    ("path", "in_yaml", "in_json"),
    [
        ((), (1, 1), (1, 1)),
        (("Resources", "Db", "Type"), (3, 11), (2, 21)),
        (("Resources", "Db", "Properties", "Tags"), (6, 9), (3, 31)),
        (("Resources", "Db", "Properties", "Tags", 0), (6, 11), (3, 33)),
        (("Resources", "Db", "Properties", "Tags", 0, "Value"), (7, 18), (4, 19)),
        (("Resources", "Db", "Properties", "Tags", 0, "Value", "Ref"), (7, 18), (4, 27)),
        (("Resources", "Db", "Properties", "Port"), (8, 15), (5, 16)),
        (("Resources", "Db", "Properties", "Port", "x"), (8, 15), (5, 16)),
        (("Resources", "Db", "Properties", "Tags", 7), (6, 9), (3, 31)),
        (("Resources", "Db", "Properties", "Tags", "0"), (6, 9), (3, 31)),
        (("Resources", "Nope", "x"), (2, 3), (1, 16)),
    ],
)
def test_a_place_is_where_the_value_stands_or_the_nearest_container(
    path: tuple[str | int, ...], in_yaml: tuple[int, int], in_json: tuple[int, int]
) -> None:
    data = {"Type": "AWS::RDS::DBInstance", "Properties": {"Port": 5432}}
    assert loads(YAML).data["Resources"]["Db"]["Properties"]["Port"] == data["Properties"]["Port"]  # type: ignore[index]
    assert loads(YAML, file="y").place(path) == Place("y", *in_yaml)
    assert loads(JSON, file="j").place(path) == Place("j", *in_json)


def test_the_place_of_a_key_is_the_key() -> None:
    path = ("Resources", "Db", "Properties", "Port")
    assert loads(YAML).place(path, key=True) == Place("<text>", 8, 7)
    assert loads(JSON).place(path, key=True) == Place("<text>", 5, 7)
    assert loads(JSON).place((*path[:3], "Prt"), key=True) == Place("<text>", 3, 7)
    assert loads(YAML).source_line(8) == '      "Port": 5432'
    assert loads(YAML).source_line(99) == loads(YAML).source_line(0) == ""


def test_a_template_from_a_dict_has_the_places_it_was_given() -> None:
    places = {("Resources", "Db"): Place("deck.py", 12)}
    template = Template.from_dict({"Resources": {"Db": {}}}, "shop", places=places)
    assert template.place(("Resources", "Db", "Properties", "Port")) == Place("deck.py", 12)
    assert template.place(("Resources",)) is None
    assert Template.from_dict({}).place(("a",)) is None
    assert (template.name, Template.from_dict({}, file="x/net.yaml").name) == ("shop", "net")


# Recognising, walking, references


def test_a_template_is_told_from_other_files() -> None:
    assert is_template({"AWSTemplateFormatVersion": "2010-09-09"})
    assert is_template({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}})
    assert is_template({"Resources": {"Fn::ForEach::Topics": []}})
    assert not is_template({"services": {"web": {}}})
    assert not is_template({"Resources": {"cpu": 2}})
    assert not is_template({"Resources": {"A": {"Type": "deployment"}}})
    assert not is_template([{"Type": "AWS::SQS::Queue"}])


def test_walk_gives_every_value_in_order_without_recursion() -> None:
    assert list(walk({"a": [1, {"b": None}]})) == [
        ((), {"a": [1, {"b": None}]}),
        (("a",), [1, {"b": None}]),
        (("a", 0), 1),
        (("a", 1), {"b": None}),
        (("a", 1, "b"), None),
    ]
    deep: Any = 0
    for _ in range(5_000):
        deep = [deep]
    assert sum(1 for _ in walk(deep)) == 5_001


def test_references_are_found_in_every_form() -> None:
    template = yaml_of(
        """
        Metadata: {Note: !Ref NotResolved}
        Conditions:
          Both: !And [!Condition A, !Equals [!Ref P, x]]
        Resources:
          One:
            Type: AWS::SQS::Queue
            Condition: Both
            DependsOn: [Two, Three]
            Properties:
              A: !Ref Two
              B: !GetAtt Two.Arn
              C: !GetAtt [Nested, Outputs, Url]
              D: !Sub "${Two}-${Nested.Outputs.Url}-${!Kept}-${AWS::Region}-$x"
              E: !Sub ["${Own}-${Four}", {Own: !Ref Five}]
              F: !If [Prod, 1, 2]
              G: !ImportValue net
              H: !ImportValue {"Fn::Sub": "${Six}-x"}
              I: !FindInMap [Map, a, b]
              J: !FindInMap [Map, !Ref AWS::Region, b]
              K: {Fn::GetAtt: Two.Name}
              DependsOn: [not-a-resource]
              Statement: {Effect: Allow, Type: x, Condition: not-one}
          Two: {Type: "AWS::SQS::Queue", DependsOn: Three}
          Fn::ForEach::Topics:
            - Name
            - [X, Y]
            - Topic${Name}: {Type: "AWS::SNS::Topic", Properties: {TopicName: !Ref Name, D: !Sub "${Name}${Seven}"}}
        Outputs:
          O: {Condition: A, Value: !Ref One}
        """
    )
    here = ("Resources", "One", "Properties")
    found = list(references(template.data))
    assert {(r.kind, r.target, r.attribute) for r in found} == {
        ("Condition", "A", None), ("Ref", "P", None), ("Condition", "Both", None),
        ("DependsOn", "Two", None), ("DependsOn", "Three", None), ("Ref", "Two", None), ("GetAtt", "Two", "Arn"),
        ("GetAtt", "Nested", "Outputs.Url"), ("Sub", "Two", None), ("Sub", "Nested", "Outputs.Url"),
        ("Sub", "AWS::Region", None), ("Sub", "Four", None), ("Ref", "Five", None), ("Condition", "Prod", None),
        ("ImportValue", "net", None), ("Sub", "Six", None), ("FindInMap", "Map", "a.b"), ("FindInMap", "Map", None),
        ("Ref", "AWS::Region", None), ("GetAtt", "Two", "Name"), ("Sub", "Seven", None), ("Ref", "One", None),
    }  # fmt: skip
    assert Reference("DependsOn", "Three", None, ("Resources", "One", "DependsOn", 1)) in found
    assert Reference("DependsOn", "Three", None, ("Resources", "Two", "DependsOn")) in found
    assert Reference("Sub", "Four", None, (*here, "E", "Fn::Sub", 0)) in found
    assert Reference("Ref", "Five", None, (*here, "E", "Fn::Sub", 1, "Own", "Ref")) in found
    assert Reference("Condition", "A", None, ("Outputs", "O", "Condition")) in found
    values = dict(walk(template.data))
    assert all(reference.path in values for reference in found)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("plain $ {x}", [("text", "plain $ {x}")]),
        ("${A}", [("name", "A")]),
        ("a${B.C}d${E}", [("text", "a"), ("name", "B.C"), ("text", "d"), ("name", "E")]),
        ("${!Kept} ${A}", [("text", "${Kept} "), ("name", "A")]),
        ("$${A}", [("text", "$"), ("name", "A")]),
        ("open ${A", [("text", "open ${A")]),
        ("${A${B}}", [("text", "${A"), ("name", "B"), ("text", "}")]),
        ("${AWS::Region}${}", [("name", "AWS::Region"), ("name", "")]),
    ],
)
def test_a_sub_string_is_cut_into_texts_and_names(text: str, parts: list[tuple[str, str]]) -> None:
    assert sub_parts(text) == parts


# Writing


def test_yaml_for_people_uses_blocks_short_tags_and_the_usual_order() -> None:
    data = {
        "Resources": {
            "Q": {
                "Properties": {
                    "Arn": {"Fn::GetAtt": ["Dlq", "Arn"]},
                    "Data": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${AWS::Region}\n"}},
                    "Empty": [{}, [], ""],
                    "If": {"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
                    "Tags": [{"Value": "012", "Key": "on"}, {"Ref": "T"}],
                },
                "Type": "AWS::SQS::Queue",
            }
        },
        "AWSTemplateFormatVersion": "2010-09-09",
    }
    assert render_yaml(data) == textwrap.dedent(
        """\
        AWSTemplateFormatVersion: '2010-09-09'
        Resources:
          Q:
            Type: AWS::SQS::Queue
            Properties:
              Arn: !GetAtt Dlq.Arn
              Data:
                Fn::Base64: !Sub |
                  #!/bin/sh
                  echo ${AWS::Region}
              Empty:
                - {}
                - []
                - ''
              If: !If
                - C
                - !Ref A
                - !Ref AWS::NoValue
              Tags:
                - Key: 'on'
                  Value: '012'
                - !Ref T
        """
    )


def test_what_json_and_yaml_cannot_hold_is_refused_with_its_path() -> None:
    cyclic: dict[str, Any] = {}
    cyclic["me"] = cyclic
    cases: list[tuple[Any, str]] = [
        ({"a": {1: 2}}, "a key must be text, not int 1, in a"),
        ({"a": [0, float("nan")]}, "nan is not a number a template can hold, at a/1"),
        ({"a": {"b": {1, 2}}}, "a template cannot hold a set, at a/b"),
        ({"a": b"x"}, "cannot hold a bytes"),
        ({"a": 10**5000}, "too many digits"),
        (cyclic, "contains itself"),
    ]
    for write in (render_json, render_yaml):
        for data, said in cases:
            with pytest.raises(TemplateError) as caught:
                write(data)
            assert said in str(caught.value)


def test_write_atomic_replaces_the_file_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    write_atomic(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    path.chmod(0o640)
    (tmp_path / "link").symlink_to("t.json")
    write_atomic(str(tmp_path / "link"), "two\n")
    assert path.read_text() == "two\n"
    assert (tmp_path / "link").is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link", "t.json"]


def test_a_failed_write_says_why_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.json"
    path.write_text("old")
    (tmp_path / "file").write_text("")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for target, said in {
        "no/t.json": "there is no directory",
        "file/t.json": "is not a directory",
        "": "it is a directory",
        "a\0b": "null byte",
    }.items():
        with pytest.raises(InputError) as caught:
            write_atomic(os.path.join(tmp_path, target), "new")
        assert said in str(caught.value)
    with pytest.raises(InputError, match="half a character"):
        write_atomic(path, "\ud800")
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="no space left on device"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["file", "t.json"]


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_write_into_a_read_only_directory_says_permission_denied(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="permission denied"):
        write_atomic(tmp_path / "t.json", "x")
    tmp_path.chmod(0o700)


def test_a_device_is_written_to_not_replaced() -> None:
    write_atomic(os.devnull, "x")
    assert not os.path.isfile(os.devnull)


def test_importing_the_module_loads_nothing_heavy() -> None:
    code = "import sys, awsdeck.template; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    heavy = {"yaml", "typing", "pathlib", "dataclasses", "inspect", "tempfile", "difflib"}
    loaded = set(run.stdout.split())
    assert not heavy & loaded
    assert "awsdeck.yamlmarks" not in loaded
    assert "awsdeck.jsonmarks" not in loaded
