"""Rules of a project's own, the way from an older template, and looking again at every change."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Project

RULES = """
from awsdeck.rules import Rule
from awsdeck.rules.vocabulary import Present

RULES = (
    Rule(
        "ACME001", "AWS::SQS::Queue", "error", "every queue of ours has a name", then={"QueueName": Present()},
        source="the handbook of Acme", good={"QueueName": "orders"}, bad={},
    ),
)
"""
QUEUE = """
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 5
"""
TABLE = """
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
DECK = """
from awsdeck import App, SQSQueue, Stack

app = App()
SQSQueue(Stack(app, "shop"), "Orders")
app.synth()
"""


@pytest.fixture
def acme(empty: Project) -> Project:
    empty.write("checks/acme.py", RULES)
    empty.write("awsdeck.toml", '[lint]\nrules = ["checks/acme.py"]\n')
    return empty


def test_a_rule_of_ones_own_speaks_of_templates_and_decks_at_their_lines(acme: Project) -> None:
    acme.write("queue.yaml", QUEUE)
    acme.write("deck.py", DECK)
    template = acme.run("lint", "queue.yaml")
    assert template.code == 4
    assert "error ACME001 every queue of ours has a name" in template.out
    assert "source: the handbook of Acme" in template.out
    deck = acme.run("lint", "deck.py", "--select", "ACME")
    assert "  4  error ACME001" in deck.out


def test_a_rule_of_ones_own_can_be_selected_ignored_and_suppressed(acme: Project) -> None:
    acme.write("queue.yaml", QUEUE)
    assert acme.run("lint", "queue.yaml", "--ignore", "ACME").code == 0
    suppression = '    Metadata: {awsdeck: {ignore: [{rule: ACME001, reason: "an old one"}]}}\n'
    acme.write("queue.yaml", QUEUE.replace("    Properties", suppression + "    Properties"))
    answer = acme.run("lint", "queue.yaml")
    assert answer.code == 0
    assert "1 suppressed" in answer.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RULES = (", "was never closed"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("x = 1", "there are no rules in it"),
        ("RULES = (1,)", "which is no Rule"),
        (RULES.replace("ACME001", "SQS001"), "is taken"),
        (RULES.replace("ACME001", "acme"), "is no id"),
    ],
)
def test_rules_that_do_not_load_are_one_message_with_their_file(acme: Project, text: str, said: str) -> None:
    acme.write("checks/acme.py", text)
    acme.write("queue.yaml", QUEUE)
    answer = acme.run("lint", "queue.yaml")
    assert answer.code == 4
    assert said in answer.err
    assert "acme.py" in answer.err
    assert "Traceback" not in answer.err


def test_a_file_of_rules_that_is_not_there_is_named(acme: Project) -> None:
    (acme.folder / "checks" / "acme.py").unlink()
    acme.write("queue.yaml", QUEUE)
    answer = acme.run("lint", "queue.yaml")
    assert answer.code == 4
    assert "checks/acme.py" in answer.err


def test_the_way_from_an_older_file_is_judged_at_the_new_line(empty: Project) -> None:
    empty.write("old.yaml", TABLE)
    empty.write("new.yaml", TABLE.replace("id", "customer"))
    answer = empty.run("lint", "new.yaml", "--against", "old.yaml")
    assert answer.code == 4
    assert "UPD007" in answer.out
    assert "new.yaml" in answer.out
    assert empty.run("lint", "new.yaml").code == 0


def test_the_way_from_an_older_folder_or_revision_is_judged_file_by_file(empty: Project) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=empty.folder, check=True)

    empty.write("templates/table.yaml", TABLE)
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    empty.write("older/templates/table.yaml", TABLE)
    empty.write("templates/table.yaml", TABLE.replace("id", "customer"))
    empty.write("templates/fresh.yaml", QUEUE)
    for against in ("HEAD", "older"):
        answer = empty.run("lint", "templates", "--against", against)
        assert answer.code == 4
        assert answer.out.count("error") == 2  # the finding and the last line
        assert "UPD007" in answer.out
    unknown = empty.run("lint", "templates", "--against", "no-such-revision")
    assert unknown.code == 4
    assert "neither a file nor a git revision" in unknown.err


def test_the_way_from_an_older_assembly_is_judged_for_a_deck(empty: Project) -> None:
    empty.write("deck.py", DECK)
    empty.run("synth", "--out", "before")
    empty.write("deck.py", DECK.replace('"Orders"', '"Orders", fifo=True'))
    answer = empty.run("lint", "deck.py", "--against", "before")
    assert "UPD0" in answer.out
    assert "deck.py" in answer.out


def test_watch_looks_again_when_a_file_changes_and_ends_at_an_interrupt(empty: Project) -> None:
    path = empty.write("queue.yaml", QUEUE)
    with empty.start("lint", "queue.yaml", "--watch") as process:
        out, err = process.stdout, process.stderr
        assert out is not None
        assert err is not None
        assert "watching" in "".join(iter(err.readline, "watching for changes; Ctrl-C ends it\n")) + "watching"
        assert "nothing found" in out.readline()
        path.write_text(QUEUE.replace("5", "5000").lstrip(), encoding="utf-8")
        os.utime(path, ns=(time.time_ns(), time.time_ns()))
        assert out.readline() == "queue.yaml\n"
        assert "SQS004" in out.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_files_that_are_no_templates_can_be_left_out_also_when_they_are_named(empty: Project) -> None:
    empty.write("workflow.yaml", "on: push\njobs: {}\n")
    empty.write("package.json", "{}")
    empty.write("queue.yaml", QUEUE)
    assert empty.run("lint", "workflow.yaml", "queue.yaml").code == 4
    answer = empty.run("lint", "--skip-others", "workflow.yaml", "package.json", "queue.yaml")
    assert answer.code == 0
    assert "1 template" in answer.out
    assert empty.run("lint", "--skip-others", "package.json").code == 0
    empty.write("broken.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nResources: [\n")
    assert empty.run("lint", "--skip-others", "broken.yaml").code == 4


def test_rules_may_be_a_package_whose_modules_import_each_other(empty: Project) -> None:
    empty.write("checks/__init__.py", "from .queues import QUEUES\n\nRULES = QUEUES\n")
    empty.write("checks/queues.py", RULES.replace("RULES = (", "QUEUES = ("))
    empty.write("awsdeck.toml", '[lint]\nrules = ["checks"]\n')
    empty.write("t.yaml", QUEUE)
    answer = empty.run("lint", "t.yaml", "--select", "ACME")
    assert answer.code == 4
    assert "every queue of ours has a name" in answer.out
    empty.write("checks/__init__.py", "from .nothing import RULES\n")
    broken = empty.run("lint", "t.yaml")
    assert broken.code == 4
    assert "the rules do not load" in broken.err
    assert "Traceback" not in broken.err


THING = """
{
  "typeName": "Acme::Shop::Thing",
  "properties": {"Size": {"type": "integer", "maximum": 5}, "Arn": {"type": "string"}},
  "readOnlyProperties": ["/properties/Arn"],
  "primaryIdentifier": ["/properties/Arn"],
  "additionalProperties": false
}
"""


@pytest.mark.parametrize("named", ["types/thing.json", "types"])
def test_registry_schemas_that_the_configuration_names_count(empty: Project, named: str) -> None:
    empty.write("types/thing.json", THING)
    empty.write("awsdeck.toml", f'schemas = ["{named}"]\n')
    empty.write("t.yaml", "Resources:\n  T:\n    Type: Acme::Shop::Thing\n    Properties: {Size: 6, Colour: red}\n")
    answer = empty.python("-m", "awsdeck", "lint", "t.yaml")
    assert answer.code == 4
    assert "Thing has no property 'Colour'" in answer.out
    assert "Size is 6" in answer.out
    empty.write("awsdeck.toml", 'schemas = ["types/nothing.json"]\n')
    missing = empty.python("-m", "awsdeck", "lint", "t.yaml")
    assert missing.code == 4
    assert "nothing.json cannot be read" in missing.err
