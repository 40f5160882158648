"""Deploy-time values: what works on them, what refuses, and what CloudFormation gets to see."""

from __future__ import annotations

import gc
import json
import re
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsdeck import (
    AWS,
    App,
    Condition,
    ListToken,
    NoValue,
    Output,
    Parameter,
    SQSQueue,
    Stack,
    Token,
    TokenError,
    base64,
    cidr,
    equals,
    get_azs,
    if_,
    join,
    secret_value,
    select,
    split,
    ssm_value,
    to_json,
)
from awsdeck.cfn import rds, sns, sqs
from awsdeck.errors import ConstructError
from awsdeck.synth import synthesize
from awsdeck.tokens import render


@pytest.fixture
def stack() -> Stack:
    app = App()
    stack = Stack(app, "shop")
    stack.keep = app  # type: ignore[attr-defined]
    return stack


@pytest.fixture
def queue(stack: Stack) -> Any:
    return sqs.Queue(stack, "Orders")


def rendered(stack: Stack, value: Any) -> Any:
    return render(value, stack.wiring.provisional, [])


def test_a_token_alone_becomes_the_smallest_function(stack: Stack, queue: Any) -> None:
    assert rendered(stack, queue.ref) == {"Ref": "Orders"}
    assert rendered(stack, queue.Arn) == {"Fn::GetAtt": ["Orders", "Arn"]}
    assert rendered(stack, f"{queue.Arn}") == {"Fn::GetAtt": ["Orders", "Arn"]}
    assert rendered(stack, AWS.Region) == {"Ref": "AWS::Region"}


@pytest.mark.parametrize(
    "made",
    [
        lambda q: f"{q.Arn}/x",
        lambda q: q.Arn + "/x",
        lambda q: f"{q.Arn!s}/x",
        lambda q: "".join([q.Arn, "/x"]),
        lambda q: "{}/x".format(q.Arn),
        lambda q: "%s/x" % q.Arn,
    ],
)
def test_every_way_to_put_text_around_a_token_gives_a_sub(stack: Stack, queue: Any, made: Any) -> None:
    assert rendered(stack, made(queue)) == {"Fn::Sub": "${Orders.Arn}/x"}


def test_text_before_a_token_works_with_plus(stack: Stack, queue: Any) -> None:
    assert rendered(stack, "x/" + queue.ref) == {"Fn::Sub": "x/${Orders}"}


def test_a_dollar_brace_in_the_users_own_text_stays_text(stack: Stack, queue: Any) -> None:
    assert rendered(stack, f"{queue.ref}/${{aws:username}}") == {"Fn::Sub": "${Orders}/${!aws:username}"}


def test_other_functions_inside_text_become_variables_of_the_sub(stack: Stack, queue: Any) -> None:
    text = f"a-{select(0, split(',', queue.ref))}-{select(0, split(',', queue.ref))}-{AWS.Region}"
    chosen = {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Orders"}]}]}
    assert rendered(stack, text) == {"Fn::Sub": ["a-${Select}-${Select}-${AWS::Region}", {"Select": chosen}]}


def test_known_text_is_joined_at_once_and_tokens_later(stack: Stack, queue: Any) -> None:
    assert join("-", ["a", "b"]) == "ab".replace("b", "-b")
    assert rendered(stack, join("-", ["a", queue.ref])) == {"Fn::Sub": "a-${Orders}"}
    assert rendered(stack, join(",", get_azs())) == {"Fn::Join": [",", {"Fn::GetAZs": ""}]}


def test_the_remaining_functions_render_as_cloudformation_writes_them(stack: Stack, queue: Any) -> None:
    assert rendered(stack, base64(f"echo {queue.ref}")) == {"Fn::Base64": {"Fn::Sub": "echo ${Orders}"}}
    assert rendered(stack, cidr("10.0.0.0/16", 4, 8)) == {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}
    assert rendered(stack, get_azs(AWS.Region)) == {"Fn::GetAZs": {"Ref": "AWS::Region"}}
    assert rendered(stack, get_azs()[1]) == {"Fn::Select": [1, {"Fn::GetAZs": ""}]}
    production = Condition(stack, "Production", equals(AWS.Region, "eu-west-1"))
    assert rendered(stack, if_(production, f"{queue.ref}x", NoValue)) == {
        "Fn::If": ["Production", {"Fn::Sub": "${Orders}x"}, {"Ref": "AWS::NoValue"}]
    }
    assert secret_value("db", "password") == "{{resolve:secretsmanager:db:SecretString:password::}}"
    assert ssm_value("/a/b", 3) == "{{resolve:ssm:/a/b:3}}"


def test_a_number_parameter_stands_where_a_number_is_wanted(stack: Stack) -> None:
    size = Parameter(stack, "Delay", type="Number", default=5)
    queue = sqs.Queue(stack, "Q", DelaySeconds=size.ref)
    assert queue.body["Properties"] == {"DelaySeconds": {"Ref": "Delay"}}


REFUSED = {
    "upper": lambda t: t.upper(),
    "lower": lambda t: t.lower(),
    "replace": lambda t: t.replace("a", "b"),
    "strip": lambda t: t.strip(),
    "split": lambda t: t.split(":"),
    "partition": lambda t: t.partition(":"),
    "startswith": lambda t: t.startswith("arn"),
    "find": lambda t: t.find(":"),
    "index": lambda t: t[0],
    "slice": lambda t: t[:8],
    "len": len,
    "in": lambda t: "a" in t,
    "equal": lambda t: t == "a",
    "not equal": lambda t: t != "a",
    "equal from the left": lambda t: "a" == t,
    "in a list": lambda t: t in ["a", "b"],
    "truth": bool,
    "not": lambda t: not t,
    "or": lambda t: t or "x",
    "iterate": list,
    "int": int,
    "float": float,
    "range": range,
    "plus a number": lambda t: 1 - t,
    "times": lambda t: t * 2,
    "modulo": lambda t: t % "x",
    "order": lambda t: t < "x",
    "sorted": lambda t: sorted([t, "x"]),
    "format width": lambda t: f"{t:>40}",
    "join with it": lambda t: t.join(["a", "b"]),
    "encode": lambda t: t.encode(),
    "title": lambda t: t.title(),
    "removeprefix": lambda t: t.removeprefix("arn:"),
    "zfill": lambda t: t.zfill(3),
}


@pytest.mark.parametrize("operation", REFUSED.values(), ids=REFUSED.keys())
def test_an_operation_that_needs_the_text_raises_here_and_says_what_to_write(queue: Any, operation: Any) -> None:
    with pytest.raises(TokenError) as caught:
        operation(queue.Arn)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_tokens.py")
    assert caught.value.fix


def test_no_string_method_of_python_slips_through(queue: Any) -> None:
    harmless = {"maketrans"}
    for name in dir(str):
        if not name.startswith("_") and name not in harmless:
            with pytest.raises(TokenError):
                getattr(queue.Arn, name)()


@pytest.mark.parametrize(
    "operation",
    [len, bool, list, lambda t: "a" in t, lambda t: t[0:2], str, lambda t: f"{t}", ",".join],
)
def test_a_list_known_at_deploy_refuses_to_be_read(operation: Any) -> None:
    with pytest.raises(TokenError):
        operation(split(",", AWS.Region))


DAMAGE = {
    "upper": lambda t: t.upper(),
    "lower": lambda t: t.lower(),
    "cut at the end": lambda t: t[:-3],
    "cut at the start": lambda t: t[3:],
    "half": lambda t: t[: len(t) // 2],
    "split at a colon": lambda t: t.split(":")[0],
    "split at a slash": lambda t: t.split("/")[0],
    "split at a dot": lambda t: t.split(".")[0],
    "split at a dash": lambda t: t.split("-")[0],
    "replace": lambda t: t.replace("A", "b"),
    "reverse": lambda t: t[::-1],
    "sorted": lambda t: "".join(sorted(t)),
    "regex": lambda t: re.sub(r"[a-z]", "x", t),
    "json": json.dumps,
    "repr": repr,
    "title": lambda t: t.title(),
    "strip quotes": lambda t: t.replace('"', ""),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_marker_damaged_inside_plain_text_never_reaches_a_template(stack: Stack, queue: Any, damage: Any) -> None:
    plain = f"x{queue.Arn}"
    assert type(plain) is str
    with pytest.raises(TokenError) as caught:
        sns.Topic(stack, "T", DisplayName=damage(plain))
    assert "DisplayName" in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_tokens.py")


REMAINS = {
    "dropped signs": lambda t: re.sub(r"[^A-Za-z0-9-]", "", t),
    "replaced signs": lambda t: re.sub(r"[^A-Za-z0-9-]", "-", t),
    "small letters": lambda t: re.sub(r"[^A-Za-z0-9]", "", t).lower(),
    "ignored": lambda t: t.encode("ascii", "ignore").decode(),
    "question marks": lambda t: t.encode("ascii", "replace").decode(),
    "XML": lambda t: t.encode("ascii", "xmlcharrefreplace").decode(),
    "URL": quote,
    "hexadecimal": lambda t: t.encode().hex(),
    "base64, first": lambda t: b64encode(f"{t}".encode()).decode(),
    "base64, second": lambda t: b64encode(f"-{t}".encode()).decode(),
    "base64, third": lambda t: b64encode(f"--{t}".encode()).decode(),
    "PyYAML": lambda t: t.encode("ascii", "backslashreplace").decode().replace("\\ufd", "\\uFD").replace("e0", "E0"),
    "an object of Python": lambda t: f"x {object()}",
}


@pytest.mark.parametrize("damage", REMAINS.values(), ids=REMAINS.keys())
def test_what_an_encoding_leaves_of_a_marker_never_reaches_a_template(stack: Stack, queue: Any, damage: Any) -> None:
    text = damage(f"x{queue.Arn}")
    Output(stack, "O", text)
    with pytest.raises(TokenError, match="Outputs/O/Value") as caught:
        synthesize(stack.node.root_app)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_tokens.py")


def test_remains_of_a_marker_are_told_before_what_the_schema_thinks_of_them(stack: Stack, queue: Any) -> None:
    with pytest.raises(TokenError, match="DisplayName") as caught:
        sns.Topic(stack, "T", DisplayName=quote(f"x{queue.Arn}"), Tags=[{"Key": "k" * 129, "Value": "v"}])
    assert caught.value.place is not None


def test_text_of_ones_own_that_looks_a_little_like_remains_is_left_alone(stack: Stack) -> None:
    for number, text in enumerate(
        ("caf\u00e9 \ufdfa", "%EF%B7%BA", "efb7a0", "zQ9", "&#6500;", "77eQ", "look at 0x10")
    ):
        sns.Topic(stack, f"T{number}", Tags=[{"Key": "k", "Value": text}])
    synthesize(stack.node.root_app)


def test_a_token_printed_as_a_python_value_is_caught_too(stack: Stack, queue: Any) -> None:
    with pytest.raises(TokenError, match="DisplayName"):
        sns.Topic(stack, "T", DisplayName=f"{queue.Arn!r}")


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_no_cut_of_a_text_with_a_token_gives_a_wrong_value_in_silence(first: int, second: int) -> None:
    stack = Stack(App(), "shop")
    queue = sqs.Queue(stack, "Orders")
    text = f"<{queue.Arn}>"
    start, end = sorted((first % (len(text) + 1), second % (len(text) + 1)))
    piece = text[start:end]
    whole = start <= 1 and end >= len(text) - 1
    outside = end <= 1 or start >= len(text) - 1 or start == end or (piece.isascii() and len(piece) == 1)
    if whole or outside:
        shown = rendered(stack, piece)
        assert isinstance(shown, str) == outside
    else:
        with pytest.raises(TokenError):
            rendered(stack, piece)


@given(st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["ref", "arn", "region", "select"])), max_size=6))
def test_text_and_tokens_in_any_mixture_say_the_same_as_a_join(parts: list[str]) -> None:
    stack = Stack(App(), "shop")
    queue = sqs.Queue(stack, "Orders")
    known = {"ref": queue.ref, "arn": queue.Arn, "region": AWS.Region, "select": select(0, get_azs())}
    values = {
        "ref": "<ref>", "arn": "<arn>", "region": "<region>", "select": "<select>",
    }  # fmt: skip
    if any(0xFDD0 <= ord(character) <= 0xFDEF for part in parts for character in part):
        return
    if any("\\ufd" in part for part in parts):
        return
    text = "".join(known.get(part, part) for part in parts)
    expected = "".join(values.get(part, part) for part in parts)
    assert evaluate(rendered(stack, text)) == expected


def evaluate(value: Any) -> str:
    """What CloudFormation would make of a rendered value, with stand-ins for what it knows."""
    if isinstance(value, str):
        return value
    ((name, argument),) = value.items()
    if name == "Ref":
        return {"Orders": "<ref>", "AWS::Region": "<region>"}[argument]
    if name == "Fn::GetAtt":
        return "<arn>"
    if name == "Fn::Select":
        return "<select>"
    text, local = argument if isinstance(argument, list) else (argument, {})

    def fill(match: re.Match[str]) -> str:
        inner = match[1]
        if inner.startswith("!"):
            return f"${{{inner[1:]}}}"
        if inner in local:
            return evaluate(local[inner])
        return evaluate({"Fn::GetAtt": inner.split(".")} if "." in inner else {"Ref": inner})

    return re.sub(r"\$\{([^}]*)\}", fill, text)


def test_to_json_keeps_tokens_inside_json_text(stack: Stack, queue: Any) -> None:
    text = to_json({"queue": queue.Arn, "note": f'say "{queue.ref}"', "n": [1, True, None]})
    assert rendered(stack, text) == {
        "Fn::Sub": '{"n":[1,true,null],"note":"say \\"${Orders}\\"","queue":"${Orders.Arn}"}'
    }


def test_a_deploy_time_name_of_an_entry_is_refused(stack: Stack, queue: Any) -> None:
    with pytest.raises(TokenError, match="cannot be a deploy-time value"):
        rendered(stack, {"Tags": {queue.ref: "x"}})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({1, 2}, "no order"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        (object(), "object"),
        (b"x", "bytes"),
        ([None], "None in a list"),
    ],
)
def test_a_value_json_cannot_hold_is_named_with_its_place(stack: Stack, value: Any, said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        rendered(stack, {"A": {"B": value}})
    assert "A/B" in str(caught.value)


def test_a_construct_in_place_of_one_of_its_values_is_an_error_that_says_so(stack: Stack, queue: Any) -> None:
    with pytest.raises(ConstructError, match=r"\.ref, \.arn"):
        rendered(stack, {"A": queue})


@pytest.mark.parametrize(
    "written",
    [lambda c: f"x {c}", lambda c: "x " + c, lambda c: c + " x", str, lambda c: f"{c:>3}"],
    ids=["f-string", "after text", "before text", "str", "format"],
)
def test_a_construct_inside_text_is_refused_naming_its_values(stack: Stack, queue: Any, written: Any) -> None:
    asked = [SQSQueue(stack, "Q"), Parameter(stack, "P"), Condition(stack, "C", equals("a", "b")), queue]
    database = rds.DBInstance(
        stack, "D", DBInstanceClass="db.t3.micro", Engine="mysql", AllocatedStorage="20", MasterUsername="admin",
        ManageMasterUserPassword=True,
    )  # fmt: skip
    asked.append(database.Endpoint)
    for thing in asked:
        with pytest.raises(ConstructError) as caught:
            written(thing)
        assert caught.value.place is not None
        assert caught.value.fix
        with pytest.raises(TokenError):
            rendered(stack, f"{thing!r}")
    with pytest.raises(ConstructError, match=r"\.arn"):
        written(asked[0])


@pytest.mark.parametrize(
    "wrong",
    [
        lambda q: select(-1, ["a"]),
        lambda q: select(2, ["a", q.Arn]),
        lambda q: split("", q.Arn),
        lambda q: cidr("10.0.0.0/8", 0, 8),
        lambda q: cidr("10.0.0.0/8", 4, 129),
        lambda q: join(",", [1]),  # type: ignore[list-item]
        lambda q: join(",", [split(",", q.Arn)]),  # type: ignore[list-item]
        lambda q: to_json({"a": {1, 2}}),
        lambda q: to_json([float("nan")]),
        lambda q: to_json({"a": q}),
    ],
)
def test_a_function_that_cannot_work_is_refused_at_the_line(queue: Any, wrong: Any) -> None:
    with pytest.raises(TokenError) as caught:
        wrong(queue)
    assert caught.value.place is not None
    assert caught.value.fix


def test_no_value_inside_text_is_refused(stack: Stack) -> None:
    with pytest.raises(TokenError, match="NoValue"):
        rendered(stack, f"{NoValue}x")


def test_text_that_looks_like_a_placeholder_stays_in_json_text(stack: Stack, queue: Any) -> None:
    made = to_json({"x": queue.Arn, "y": "\x000\x00", 1: None})
    assert rendered(stack, made) == {"Fn::Sub": '{"1":null,"x":"${Orders.Arn}","y":"\\u00000\\u0000"}'}


def test_a_token_of_an_app_that_is_gone_is_an_error(stack: Stack) -> None:
    arn = sqs.Queue(Stack(App(), "other"), "Q").Arn
    gc.collect()
    with pytest.raises(TokenError, match="no longer exists"):
        rendered(stack, arn)


def test_tokens_are_strings_and_lists_are_not(queue: Any) -> None:
    assert isinstance(queue.Arn, str)
    assert isinstance(queue.Arn, Token)
    assert isinstance(split(",", queue.Arn), ListToken)
    assert {queue.Arn: 1}[queue.Arn] == 1
    assert "Orders.Arn" in repr(queue.Arn)
