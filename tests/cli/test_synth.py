"""`awsdeck synth` and `ls`: what is written, what is said, and what a broken deck is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project

HEAVY = ("typer", "click", "rich", "boto3", "botocore", "jinja2", "jsonschema", "yaml", "attr", "typing", "dataclasses",
         "pathlib", "inspect", "tomllib", "importlib.metadata", "difflib")  # fmt: skip
BESIDE = """
from awsdeck import App, SNSTopic, Stack
import part

app = App()
SNSTopic(Stack(app, part.NAME), "Topic")
"""


def test_synth_writes_the_templates_and_the_manifest(project: Project) -> None:
    answer = project.run("synth")
    assert answer.code == 0
    assert "shop  2 resources" in answer.out
    template = json.loads((project.folder / "awsdeck.out" / "shop.template.json").read_text())
    assert template["Resources"]["Orders"]["Properties"] == {"DelaySeconds": 5}
    manifest = json.loads((project.folder / "awsdeck.out" / "manifest.json").read_text())
    assert manifest["stacks"]["shop"]["resources"]["Orders"]["line"] == 6


def test_synth_writes_only_where_it_is_told(project: Project) -> None:
    assert project.run("synth", "--out", "elsewhere").code == 0
    assert sorted(path.name for path in project.folder.iterdir() if path.suffix != ".pyc") == ["deck.py", "elsewhere"]


def test_printing_writes_nothing(project: Project) -> None:
    answer = project.run("synth", "--print", "--yaml")
    assert "Type: AWS::SQS::Queue" in answer.out
    assert not (project.folder / "awsdeck.out").exists()


def test_json_is_all_that_stands_on_standard_output(project: Project) -> None:
    deck = project.folder / "deck.py"
    deck.write_text("print('hello')\nimport os\nos.system('echo from a child')\n" + deck.read_text())
    answer = project.call("synth", "--output", "json")
    assert answer.code == 0
    assert answer.data["version"] == 1
    assert [stack["name"] for stack in answer.data["stacks"]] == ["shop"]
    assert "hello" in answer.err
    assert "from a child" in answer.err


def test_ls_shows_the_stacks_in_the_order_of_their_needs(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import sns, sqs
        app = App()
        first = Stack(app, "aaa")
        second = Stack(app, "bbb")
        queue = sqs.Queue(second, "Q")
        sns.Topic(first, "T", DisplayName=queue.QueueName)
        """,
    )
    assert [stack["name"] for stack in empty.run("ls", "--output", "json").data["stacks"]] == ["bbb", "aaa"]
    lines = empty.run("ls").out.splitlines()
    assert [line.split()[0] for line in lines] == ["STACK", "bbb", "aaa"]


MISTAKES = {
    "a deck that is missing": (None, "there is no such file"),
    "a deck that is not Python": ("import os\napp = App(\n", "deck.py:2:10: this is not Python"),
    "a module that is not there": ("import no_such_module_at_all\n", "deck.py:1: there is no module no_such_module_at_all"),
    "a deck that raises": ("from awsdeck import App\napp = App()\n{}['a']\n", "deck.py:3: KeyError: 'a'"),
    "no app": ("x = 1\n", "the deck makes no App"),
    "an app for Python only": (
        "from awsdeck import App\nif __name__ == '__main__':\n    App()\n",
        "deck.py:2: the deck makes its App only when it is run by itself",
    ),
    "two apps": ("from awsdeck import App\na = App()\nb = App()\n", "2 Apps, at deck.py:2 and at deck.py:3"),
    "sys.exit": ("import sys\nfrom awsdeck import App\napp = App()\nsys.exit(1)\n", "deck.py:4: the deck ends itself"),
    "a wrong keyword of a stack": (
        "from awsdeck import App, Stack\napp = App()\nStack(app, 's', regio='x')\n", "did you mean region=?",
    ),
    "a wrong name of ours": ("from awsdeck import Ap\n", "did you mean 'App'?"),
    "a wrong service": ("from awsdeck.cfn import sqss\n", "deck.py:1: CloudFormation has no service 'sqss'"),
    "a service that was meant": ("import awsdeck.cfn.sqss\n", "fix: did you mean 'sqs'?"),
    "a wrong type of a service": ("from awsdeck.cfn.sqs import Quue\n", "fix: did you mean 'Queue'?"),
    "an id twice": (
        "from awsdeck import App, Stack\nfrom awsdeck.cfn import sqs\napp = App()\ns = Stack(app, 's')\n"
        + "sqs.Queue(s, 'Q')\n" * 2,
        "deck.py:6: s already holds",
    ),
    "a reference across regions": (
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import sns, sqs
        app = App()
        a = Stack(app, "a", region="eu-west-1")
        b = Stack(app, "b", region="us-east-1")
        q = sqs.Queue(a, "Q")
        sns.Topic(b, "T", DisplayName=q.QueueName)
        """,
        "deck.py:7: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_broken_deck_is_one_message_with_the_users_line(empty: Project, name: str) -> None:
    source, message = MISTAKES[name]
    if source is not None:
        empty.write("deck.py", source)
    answer = empty.run("synth")
    assert answer.code == 4
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert not (empty.folder / "awsdeck.out").exists()
    assert "error" in empty.run("synth", "--output", "json").data


def test_all_wrong_properties_are_told_at_once_with_their_lines(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import sqs
        app = App()
        stack = Stack(app, "s")
        sqs.Queue(stack, "A", DelaySecnds=1)
        sqs.Queue(stack, "B",
                  DelaySeconds=-1)
        app.synth()
        """,
    )
    answer = empty.run("synth")
    assert answer.code == 4
    assert "did you mean 'DelaySeconds'?" in answer.err
    assert "2 errors" in answer.err
    assert not (empty.folder / "awsdeck.out").exists()
    findings = empty.run("synth", "--output", "json").data["findings"]
    assert [(finding["line"], finding["resource"]) for finding in findings] == [(5, "A"), (7, "B")]


def test_findings_are_told_before_the_exception_that_follows_from_them(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, Stack
        from awsdeck.cfn import sqs
        app = App()
        queue = sqs.Queue(Stack(app, "s"), "A", DelaySeconds=-1)
        raise RuntimeError("after that")
        """,
    )
    answer = empty.run("synth")
    assert answer.code == 4
    assert answer.err.index("DelaySeconds is") < answer.err.index("RuntimeError: after that")


def test_debug_shows_where_it_came_from(empty: Project) -> None:
    empty.write("deck.py", "1 / 0\n")
    assert "Traceback" in empty.run("synth", "--debug").err


def test_an_app_can_be_named(empty: Project) -> None:
    empty.write(
        "two.py",
        """
        from awsdeck import App, SNSTopic, Stack
        a = App()
        b = App()
        SNSTopic(Stack(b, "beta"), "Topic")
        def make():
            return a
        """,
    )
    assert empty.run("ls", "--app", "two.py:b", "--output", "json").data["stacks"][0]["name"] == "beta"
    assert empty.run("ls", "--app", "two.py:make", "--output", "json").data["stacks"] == []
    assert empty.run("ls", "--app", "two:b", "--output", "json").data["stacks"][0]["name"] == "beta"
    assert empty.run("ls", "--app", "two.py:c").code == 4
    assert empty.run("ls", "--app", "three:b").code == 4


def test_a_deck_finds_the_modules_beside_it(empty: Project) -> None:
    empty.write("inner/part.py", "NAME = 'fromthepart'\n")
    empty.write("inner/deck.py", BESIDE)
    assert "fromthepart" in empty.run("ls", "inner/deck.py").out


def test_two_decks_do_not_share_the_modules_beside_them(empty: Project) -> None:
    for name in ("one", "two"):
        empty.write(f"{name}/part.py", f"NAME = 'stack-of-{name}'\n")
        empty.write(f"{name}/deck.py", BESIDE)
    for name in ("one", "two"):
        assert f"stack-of-{name}" in empty.run("ls", f"{name}/deck.py").out


def test_more_is_said_when_asked_for(project: Project) -> None:
    assert "Orders  AWS::SQS::Queue  deck.py:6" in project.run("synth", "-v").out
    assert project.run("synth", "-q").out == ""


def test_limits_on_the_command_line_go_before_the_app_and_do_not_stay(empty: Project) -> None:
    empty.write(
        "deck.py",
        """
        from awsdeck import App, SNSTopic, Stack
        app = App(limits="documented")
        SNSTopic(Stack(app, app.limits), "Topic")
        """,
    )
    assert "current" in empty.run("ls", "--limits", "current").out
    assert "documented" in empty.run("ls").out


def test_a_folder_that_cannot_be_written_is_named(project: Project) -> None:
    (project.folder / "taken").write_text("a file")
    answer = project.run("synth", "--out", "taken")
    assert answer.code == 4
    assert "taken" in answer.err
    assert (project.folder / "taken").read_text() == "a file"


def test_an_interruption_is_exit_code_130_without_a_traceback(empty: Project) -> None:
    empty.write("deck.py", "import sys, time\nprint('ready', file=sys.stderr, flush=True)\ntime.sleep(60)\n")
    process = empty.start("synth")
    assert process.stderr is not None
    assert process.stderr.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")


def test_a_reader_that_goes_away_is_no_error(project: Project) -> None:
    reader, writer = os.pipe()
    process = project.start("lint", "--list-rules", stdout=writer)
    os.close(writer)
    os.close(reader)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_output_that_does_not_fit_is_an_error(project: Project) -> None:
    with open("/dev/full", "w") as full:
        answer = project.call("synth", "--print", stdout=full)
    assert answer.code == 4
    assert "no space left" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("words", [["synth", "-q"], ["lint", "t.json"], ["ls"]])
def test_the_frequent_commands_load_nothing_heavy(project: Project, words: list[str]) -> None:
    project.write("t.json", '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}}')
    script = (
        "import sys\nbefore = set(sys.modules)\nfrom awsdeck.cli.main import main\ncode = main(sys.argv[1:])\n"
        "print(code, *sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {root!r})\n{script}", *words],
        cwd=project.folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, *modules = done.stderr.splitlines()[-1].split()
    assert code == "0"
    assert "awsdeck.cli.main" in modules
    assert [name for name in modules if name in HEAVY or name.partition(".")[0] in HEAVY] == []


def test_synth_starts_in_less_time_than_it_takes_to_notice(project: Project) -> None:
    started = time.perf_counter()
    assert project.run("synth").code == 0
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("module", ["awsdeck.cli.main", "awsdeck.cli.context", "awsdeck.synth"])
def test_ctrl_c_while_it_still_loads_is_one_word_and_130(project: Project, module: str) -> None:
    project.write(
        "interrupted.py",
        f"""
        import os, signal, sys

        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == {module!r}:
                    os.kill(os.getpid(), signal.SIGINT)

        sys.meta_path.insert(0, Finder())
        from awsdeck.__main__ import main
        sys.argv = ["awsdeck", "synth"]
        sys.exit(main())
        """,
    )
    answer = project.python("interrupted.py")
    assert (answer.code, answer.out, answer.err) == (130, "", "interrupted\n")


def test_a_relative_import_is_told_with_how_to_run_the_deck(project: Project) -> None:
    project.write("infra/deck.py", "from awsdeck import App\nfrom .queues import make\n")
    answer = project.call("synth", "--app", "infra/deck.py")
    assert answer.code == 4
    assert "infra/deck.py:2: a relative import" in answer.err
    assert "--app infra.deck:app" in answer.err
