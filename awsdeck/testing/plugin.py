"""The pytest plugin: a deck that is synthesized once, its templates, and deploys on this machine."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..tree import App
    from .assertions import Assertions
    from .engine import Deployed


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--deck` and `--update-snapshots`."""
    group = parser.getgroup("awsdeck")
    group.addoption("--deck", metavar="FILE|MODULE:NAME", help="the deck (default: awsdeck.toml's app, else deck.py)")
    group.addoption("--update-snapshots", action="store_true", help="take the snapshots of templates anew")


def pytest_configure(config: pytest.Config) -> None:
    """Tell snapshots where tests begin and whether they are to be taken anew."""
    import os

    if config.getoption("update_snapshots"):
        os.environ["AWSDECK_UPDATE_SNAPSHOTS"] = "1"
    os.environ["AWSDECK_TESTS_BEGIN"] = str(config.rootpath)


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    import os

    os.environ.pop("AWSDECK_UPDATE_SNAPSHOTS", None)
    os.environ.pop("AWSDECK_TESTS_BEGIN", None)


class Deck:
    """A deck that was run and synthesized once for all tests."""

    def __init__(self, app: App) -> None:
        self.app = app

    def template(self, stack: str) -> Assertions:
        """The template of a stack by name."""
        from .assertions import template_of

        by_name = {one.name: one for one in self.app.stacks}
        if stack not in by_name:
            raise AssertionError(f"the deck has no stack {stack}; it has {', '.join(by_name) or 'none'}")
        return template_of(by_name[stack])

    def __getitem__(self, path: str) -> object:
        """A construct by its path: `deck["shop/Orders"]`."""
        found: object = self.app
        for step in path.split("/"):
            children = getattr(found, "node").children  # noqa: B009
            if step not in children:
                raise AssertionError(f"the deck has no {path}; there are {', '.join(children) or 'none'}")
            found = children[step]
        return found


@pytest.fixture(scope="session")
def deck(pytestconfig: pytest.Config) -> Deck:
    """The project's deck, run and synthesized once."""
    import os

    from ..cli.context import Context
    from ..cli.deck import assemble
    from ..errors import DeckError

    here = os.getcwd()
    os.chdir(pytestconfig.rootpath)
    try:
        loaded, assembly = assemble(Context({"app": pytestconfig.getoption("deck")}))
    except DeckError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        os.chdir(here)
    if assembly is None:
        wrong = [str(finding) for finding in loaded.app.findings if finding.severity == "error"]
        if loaded.broken is not None:
            wrong.append(str(loaded.broken))
        pytest.fail("\n".join(wrong), pytrace=False)
    return Deck(loaded.app)


@pytest.fixture(scope="session")
def template(deck: Deck) -> Assertions:
    """The template of the deck's only stack."""
    from .assertions import template_of

    return template_of(deck.app)


@pytest.fixture(scope="session")
def deploys_locally(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Deployed]]:
    """`deploys_locally(stack)`: the stack and those it needs in the embedded CloudFormation, for the whole run."""
    from .engine import Ground

    ground = Ground(str(tmp_path_factory.mktemp("awsdeck")))
    yield ground.deploys_locally
    ground.end()
