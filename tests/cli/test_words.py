"""The command line itself: one definition, two readers that agree."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck.cli import careful, commands, quick
from awsdeck.errors import InputError

if TYPE_CHECKING:
    from .conftest import Project

RIGHT = [
    "synth",
    "synth deck.py --out x --yaml",
    "synth --out=x -q",
    "lint a.yaml b.yaml --select SQS --select S3,RDS --format json",
    "lint -- -odd.yaml",
    "lint -",
    "--output json lint x.json --severity info",
    "--no-color --app=other.py ls",
    "diff shop --against HEAD --exit-code --local",
    "plan shop -o plan.json --exit-code --allow-replace Table --approve",
    "apply plan.json -y --parameters shop:Password=x --outputs-file out.json",
    "deploy -y --parameters A=1 --parameters shop:B=2 --concurrency 3",
    "deploy --wait-in-progress shop --no-wait --monitoring 5",
    "deploy shop --wait-in-progress=60 --on-create-failure keep --role-arn x",
    "deploy --role x -- --wait-in-progress",
    "destroy shop --allow-destroy Db --keep-going",
    "deploy shop --exclusively --keep-going",
    "stackset plan guards --allow-destroy Table --retain-stacks --force",
    "stackset deploy -y --tags team=shop --progress events",
    "stackset follow guards --operation awsdeck-1 --delegated-admin --timeout 60",
    "stackset drift guards --exit-code --region eu-west-1",
    "local up --port 4566",
    "-v local status",
    "explain SQS001 --limits current",
    "why shop Orders.DelaySeconds --output json",
    "schema add x.json",
    "outputs --key Url",
    "follow arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1 --timeout 60",
    "follow 20261125T192300Z-0a1b2c3d --progress none",
    "events shop --all --failed --output json",
    "timeline shop --region eu-west-1",
    "deploy -y --progress errors",
    "rollback shop other --skip Db,Nested.Db -y --local",
    "cancel shop --region eu-west-1",
    "drift --exit-code --output json",
    "permissions shop --for plan",
    "purchases --output json --limits current",
    "doctor --profile shop",
    "init queue-worker there --set name=shop --force",
]
WRONG = [
    "lnt",
    "lint --slect SQS",
    "lint --severity none",
    "synth a b",
    "explain",
    "deploy --concurrency many",
    "deploy --wait-in-progress=soon",
    "deploy --on-create-failure explode",
    "diff --against",
    "local",
    "local sideways",
    "rollback",
    "permissions --for nothing",
    "synth --yaml=yes",
    "deploy --progress all",
]


def quickly(words: list[str]) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    args = quick.common_first(words)
    for command in commands.of_word(args[0]) if args else ():
        size = len(command.words)
        if args is not None and tuple(args[:size]) == command.words:
            values = quick.read(command, args[size:])
            if values is not None:
                return command.words, values
    return None


@pytest.mark.parametrize("line", RIGHT)
def test_the_quick_reader_understands_what_typer_understands(line: str) -> None:
    words = line.split()
    moved = quick.common_first(words)
    assert moved is not None
    chosen = careful.read(moved, "1")
    assert not isinstance(chosen, int)
    command, values = chosen
    assert quickly(words) == (command.words, values)


WORDS = [
    "synth", "lint", "local", "up", "a.json", "-", "--", "-q", "-y", "--yaml", "--out", "--out=x", "--select", "SQS",
    "--format", "json", "--format=xml", "--port", "12", "--app", "--output", "--help", "-x", "--no-color", "",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_quick_reader_understands_typer_understands_alike(words: list[str]) -> None:
    quick_answer = quickly(words)
    if quick_answer is not None:
        moved = quick.common_first(words)
        assert moved is not None
        chosen = careful.read(moved, "1")
        assert not isinstance(chosen, int)
        assert quick_answer == (chosen[0].words, chosen[1])


@pytest.mark.parametrize("line", WRONG)
def test_what_typer_refuses_is_not_understood_quickly(line: str) -> None:
    words = line.split()
    assert quickly(words) is None
    with pytest.raises(InputError):
        careful.read(words, "1")


def test_every_word_of_the_help_leads_to_commands_with_what_they_need() -> None:
    for command in commands.every():
        if command.words[0] in ("calc", "advise"):  # made from the function's own keywords
            continue
        taken = command.run.__code__.co_varnames[: command.run.__code__.co_argcount]
        given = {argument.name for argument in command.arguments} | {option.name for option in command.options}
        rest = command.run.__code__.co_flags & inspect.CO_VARKEYWORDS
        assert set(taken) == {"context", *given} or (rest and set(taken) < {"context", *given}), command.words


def test_wrong_words_are_one_message_and_exit_code_4(empty: Project) -> None:
    answer = empty.run("lnt")
    assert answer.code == 4
    assert "lnt" in answer.err
    assert "lint" in answer.err
    assert answer.out == ""


def test_wrong_words_are_json_when_json_is_asked_for(empty: Project) -> None:
    answer = empty.run("lint", "--slect", "SQS", "--output", "json")
    assert answer.code == 4
    assert "--slect" in answer.data["error"]["message"]
    assert answer.data["error"]["exit_code"] == 4


def test_help_shows_every_command_and_every_argument(empty: Project) -> None:
    answer = empty.run("--help")
    assert answer.code == 0
    for word in commands.HOMES:
        assert f" {word} " in answer.out
    answer = empty.run("lint", "--help")
    assert answer.code == 0
    assert "standard input" in answer.out
    assert "--list-rules" in answer.out


def test_no_words_show_the_help(empty: Project) -> None:
    answer = empty.run()
    assert (answer.code, "Usage" in answer.out) == (0, True)


def test_version(empty: Project) -> None:
    from awsdeck import __version__

    assert empty.run("--version").out == f"awsdeck {__version__}\n"


def test_completion_knows_the_commands(empty: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_AWSDECK_COMPLETE", "complete_bash"), ("COMP_WORDS", "awsdeck de"), ("COMP_CWORD", "1")):
        monkeypatch.setenv(name, value)
    assert set(empty.call().out.split()) >= {"deploy", "destroy"}
