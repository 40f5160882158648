"""What is loaded by the commands that people run all day: start-up time is a feature, and imports are what it is lost to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

DECK = """
from awsdeck import App, S3Bucket, SNSTopic, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")
uploads = S3Bucket(shop, "Uploads", versioned=True)
failed = SQSQueue(shop, "Failed")
orders = SQSQueue(shop, "Orders", dead_letter=failed.after(5))
placed = SNSTopic(shop, "Placed")
placed.subscribe(orders)
app.synth()
"""

TEMPLATE = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "Orders": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}},
        "Placed": {"Type": "AWS::SNS::Topic"},
    },
}

# Runs a deck as `python deck.py` does, or a command line as the console script does.
PROGRAM = """
import sys
before = set(sys.modules)
report, command, *words = sys.argv[1:]
sys.argv = [command, *words]
if command == "python":
    name = words[0]
    with open(name) as file:
        code = compile(file.read(), name, "exec")
    exec(code, {"__name__": "__main__", "__file__": name})
else:
    from awsdeck.__main__ import main
    code = main()
    assert code == 0, code
with open(report, "w") as file:
    file.write("\\n".join(set(sys.modules) - before))
"""

INSTALLED = (
    "attr", "attrs", "boto3", "botocore", "cfnlint", "click", "jinja2", "jsonschema", "ministack", "pydantic",
    "referencing", "rich", "typer", "typing_extensions", "yaml",
)  # fmt: skip
"""Packages that cost more than all of awsdeck; only the commands that need one load it."""

STANDARD = (
    "argparse", "ast", "asyncio", "concurrent", "csv", "dataclasses", "datetime", "decimal", "difflib", "email",
    "hashlib", "http", "importlib.metadata", "importlib.resources", "inspect", "logging", "multiprocessing", "pathlib",
    "pkgutil", "platform", "random", "runpy", "shutil", "socket", "ssl", "subprocess", "tempfile", "textwrap", "threading",
    "traceback", "typing", "unittest", "urllib", "uuid", "xml", "zipfile",
)  # fmt: skip
"""Modules of Python's own that are worth a millisecond or more, and that nothing on these paths needs."""

ROOMS = ("awsdeck.blueprint", "awsdeck.deploy", "awsdeck.diff", "awsdeck.local", "awsdeck.planning")


def loaded(folder: Path, *command: str) -> set[str]:
    """The modules that one run loads beyond those of the bare interpreter."""
    report = folder / "modules"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(report), *command],
        cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(report.read_text().split())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    folder = tmp_path_factory.mktemp("startup")
    (folder / "deck.py").write_text(DECK)
    (folder / "template.json").write_text(json.dumps(TEMPLATE))
    commands = (("python", "deck.py"), ("awsdeck", "synth", "deck.py"), ("awsdeck", "lint", "template.json"))
    return {" ".join(command[:2]): loaded(folder, *command) for command in commands}


RUNS = ("python deck.py", "awsdeck synth", "awsdeck lint")


def below(modules: set[str], names: tuple[str, ...]) -> list[str]:
    """The modules that are one of the names, or inside one."""
    return sorted(module for module in modules if module in names or module.startswith(tuple(f"{n}." for n in names)))


@pytest.mark.parametrize("run", RUNS)
def test_no_installed_package_is_loaded(runs: dict[str, set[str]], run: str) -> None:
    assert below(runs[run], INSTALLED) == []


@pytest.mark.parametrize("run", RUNS)
def test_no_slow_module_of_the_standard_library_is_loaded(runs: dict[str, set[str]], run: str) -> None:
    found = below(runs[run], STANDARD)
    assert found == [], f"`python -X importtime` says who asks for {', '.join(found)}; import it where it is used"


@pytest.mark.parametrize("run", RUNS)
def test_no_room_is_loaded_that_the_command_does_not_enter(runs: dict[str, set[str]], run: str) -> None:
    assert below(runs[run], ROOMS) == []


@pytest.mark.parametrize("run", ["python deck.py", "awsdeck lint"])
def test_the_command_line_is_loaded_by_the_command_line_alone(runs: dict[str, set[str]], run: str) -> None:
    assert bool(below(runs[run], ("awsdeck.cli",))) == run.startswith("awsdeck")


@pytest.mark.parametrize("run", RUNS)
def test_a_service_that_is_not_used_brings_neither_rules_nor_constructs(runs: dict[str, set[str]], run: str) -> None:
    unused = ("dynamodb", "ec2", "iam", "lambda_", "rds")
    assert below(runs[run], tuple(f"awsdeck.{room}.{name}" for room in ("rules", "services") for name in unused)) == []


@pytest.mark.parametrize("run", RUNS)
def test_the_rules_about_updates_wait_for_an_update(runs: dict[str, set[str]], run: str) -> None:
    assert below(runs[run], ("awsdeck.rules.templates.update",)) == []


def test_lint_knows_nothing_of_constructs(runs: dict[str, set[str]]) -> None:
    rooms = ("awsdeck.cfn", "awsdeck.services", "awsdeck.synth", "awsdeck.tokens", "awsdeck.tree")
    assert below(runs["awsdeck lint"], rooms) == []


@pytest.mark.parametrize(("run", "most"), [*zip(RUNS, (91, 108, 82), strict=True)])
def test_few_modules_of_awsdeck_are_loaded(runs: dict[str, set[str]], run: str, most: int) -> None:
    own = below(runs[run], ("awsdeck",))
    by_room = {
        name: sum(one.startswith(f"awsdeck.{name}.") for one in own) for name in ("catalog", "cli", "lint", "rules")
    }
    assert len(own) <= most, (
        f"{run} loads {len(own)} modules of awsdeck, more than {most} (of these {by_room}); a module costs a third of a "
        f"millisecond, so look for one that this run does not need:\n  " + "\n  ".join(own)
    )
