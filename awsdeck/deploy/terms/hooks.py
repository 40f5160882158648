"""A user's own functions around a deploy: before it, to look and perhaps refuse; after it, to look at what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import field, frozen

from ...errors import ApprovalNeeded, DeckError, DeployError, Place
from ...source import raised_at
from ..request import masked
from ..result import StackResult
from ..stackplan import StackPlan

BeforeDeploy = Callable[[StackPlan], object]
AfterDeploy = Callable[[StackResult], object]
DEPLOYS = ("create", "update", "recreate")


def _before(hooks: Iterable[BeforeDeploy]) -> tuple[BeforeDeploy, ...]:
    return tuple(hooks)


def _after(hooks: Iterable[AfterDeploy]) -> tuple[AfterDeploy, ...]:
    return tuple(hooks)


@frozen
class Hooks:
    """Functions for every stack of a run, called before those that the deck has given a stack itself.

    `before` gets the plan of a stack once everybody has said yes and nothing is changed yet; `after` gets the result of a
    stack that was deployed, well or not. Each may return a text that says why not: before, the deploy is declined and its
    change set taken away; after, the stack counts as failed, and those that need it are not deployed.
    """

    before: tuple[BeforeDeploy, ...] = field(default=(), converter=_before)
    after: tuple[AfterDeploy, ...] = field(default=(), converter=_after)

    def check(self, plan: StackPlan) -> None:
        """Call what comes before a deploy; raises `ApprovalNeeded` when one refuses, `DeployError` when one fails."""
        for hook in (*self.before, *plan.artifact.before):
            no = _called(hook, plan, plan.name, plan.secrets)
            if no:
                raise ApprovalNeeded(f"{plan.name}: {name_of(hook)} refuses the deploy: {no}", place=_place(hook))

    def objections(self, plan: StackPlan, result: StackResult) -> Iterable[DeployError]:
        """Call what comes after a deploy; every no, and every failure of a hook, as an error."""
        for hook in (*self.after, *plan.artifact.after):
            try:
                no = _called(hook, result, plan.name, plan.secrets)
            except DeployError as error:
                yield error
            else:
                if no:
                    text = f"{plan.name}: deployed, and {name_of(hook)} does not accept it: {no}"
                    yield DeployError(text, place=_place(hook))


def name_of(hook: Callable[..., object]) -> str:
    """What a hook is called in messages."""
    return str(getattr(hook, "__qualname__", type(hook).__name__)).removeprefix("<locals>.")


def _called(hook: Callable[[Any], object], what: object, stack: str, secrets: tuple[str, ...]) -> str:
    """Why the hook says no; nothing when it does not."""
    try:
        said: Any = hook(what)
    except DeckError as error:
        return error.message
    except (Exception, SystemExit) as error:
        kind, text = type(error).__name__, masked(str(error), secrets)
        raise DeployError(
            f"{stack}: {name_of(hook)} has failed: {kind}{': ' + text if text else ''}",
            place=_raised(error) or _place(hook),
        ) from error
    if isinstance(said, str):
        return masked(said.strip(), secrets)
    if said is None or said is True:
        return ""
    if said is False:
        return "it gives no reason"
    if hasattr(said, "close"):
        said.close()  # a coroutine that nobody waits for
    raise DeployError(
        f"{stack}: {name_of(hook)} returns {'a coroutine' if hasattr(said, 'send') else repr(said)}",
        place=_place(hook),
        fix="return nothing, or a text that says why not",
    )


def _raised(error: BaseException) -> Place | None:
    return raised_at(error.__traceback__, None)


def _place(hook: Callable[..., object]) -> Place | None:
    """Where a hook is written."""
    code = getattr(hook, "__code__", None) or getattr(getattr(hook, "__func__", None), "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code is not None else None
