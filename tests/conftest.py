"""What every test shares: no AWS account in reach, and one embedded CloudFormation for the whole run."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import shutil
import signal
import tempfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from awsdeck.local import Engine

NOBODY = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


pytest.register_assert_rewrite("tests.blueprints.promises")

KEPT = "AWSDECK_TEST_TEMPLATES"


def pytest_configure() -> None:
    """The user's own credentials and colours never reach a test, not even one that starts a process.

    Ctrl-C does, also where the tests themselves run in the background of a shell, which has it ignored.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL", "FORCE_COLOR", "NO_COLOR"):
        os.environ.pop(name, None)
    os.environ.update(NOBODY)
    from tests.collected import collect_into

    os.environ.setdefault(KEPT, tempfile.mkdtemp(prefix="templates-"))
    collect_into(pathlib.Path(os.environ[KEPT]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The run fails when cfn-lint finds an error in any template that a test synthesized."""
    if hasattr(session.config, "workerinput") or importlib.util.find_spec("cfnlint") is None:
        return
    from tests.collected import errors_in

    folder = pathlib.Path(os.environ[KEPT])
    found = errors_in(folder)
    count = len(list(folder.glob("*.json")))
    shutil.rmtree(folder)
    print(f"\ncfn-lint: {count} synthesized templates, {len(found)} errors")
    for line in found:
        print(line)
    if found:
        session.exitstatus = 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need the engine run in one worker, so that a parallel run starts it once."""
    for item in items:
        if "local_engine" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.local)
            item.add_marker(pytest.mark.xdist_group("local"))


@pytest.fixture(scope="session")
def local_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The embedded CloudFormation in its own process; share it, and use names of your own."""
    if importlib.util.find_spec("ministack") is None and "CI" not in os.environ:
        pytest.skip("needs pip install 'awsdeck[local]'")
    from awsdeck import local

    project = tmp_path_factory.mktemp("engine")
    engine = local.ensure(project)
    yield engine
    local.down(project)
