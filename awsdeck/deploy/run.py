"""Deploy and destroy: each stack is planned, confirmed, executed and followed, in the order of the assembly."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from ..assembly import Assembly, StackArtifact
from ..errors import InputError
from . import request as requests
from .files.inputs import unused
from .observer import Observer, Silent
from .preview.forgotten import check_forgotten
from .preview.phases import Leg, legs_of
from .repair.moves import check_done
from .repair.recover import plan_cancel, plan_follow, plan_rollback
from .repair.teardown import Removal, plan_destroy
from .result import Result, StackResult
from .stackplan import Options, StackPlan
from .terms.conduct import Conduct, check_dependents
from .terms.hooks import Hooks
from .work import Confirm, Run

if TYPE_CHECKING:
    from .account.aws import AWS
    from .account.cloudformation import CloudFormation


def deploy(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    confirm: Confirm | None = None,
    allow_replace: Collection[str] = (),
    allow_destroy: Collection[str] = (),
    observer: Observer | None = None,
    concurrency: int = 4,
    keep_going: bool = False,
    bucket: str | None = None,
    role: str | None = None,
    timeout: float | None = None,
    force: bool = False,
    conduct: Conduct | None = None,
    hooks: Hooks | None = None,
    terms: Mapping[str, Any] | None = None,
    stateful: Collection[str] = (),
) -> Result:
    """Bring stacks to where the assembly wants them, each through a change set that is shown before it is executed.

    `parameters` are `Key` for every stack that declares it, or `stack:Key`. `confirm` gets each plan and says yes or
    no to all of it; without one, ordinary changes go ahead and those in `plan.asks` do not. `bucket` takes large
    templates and the stacks' files; it must be in the stack's region. `role` is what CloudFormation works with for stacks
    that name none. `timeout` ends watching, never the operation. `conduct` is how operations are carried out. `terms` go
    before those of the stacks: `execution_role`, `notification_arns`, `rollback_triggers`, `monitoring`, `stack_policy`.
    `hooks` are called besides those of the deck. `stateful` are types of resources that hold data, besides those that are
    known to. `observer`, `confirm` and hooks are called on this thread.

    Raises the error that matters most when a stack is not as it should be, after the observer was told of every stack:
    `RolledBack`, `NotClean`, `ApprovalNeeded`, `StackBusy`, `RollbackFirst`, `LeftBehind`, `StoppedWatching`,
    `CredentialsError`, or `InputError`. Ctrl-C before anything was started raises KeyboardInterrupt and leaves nothing behind.
    """
    chosen = chosen_stacks(assembly, stacks)
    requests.check_given(parameters or {}, {artifact.name: artifact.template for artifact in chosen.values()})
    check_forgotten(chosen, aws, parameters or {})
    conduct = conduct or Conduct()
    check_dependents(chosen, conduct)
    check_done(assembly, chosen, aws, allow_destroy=allow_destroy)
    options = Options(parameters or {}, tags or {}, allow_replace, allow_destroy, bucket, role, force)
    options = evolve(options, conduct=conduct, stateful=stateful, terms=terms or {})
    run = Run(aws, options, confirm, observer or Silent(), timeout, assembly=assembly, hooks=hooks or Hooks())
    keep_going = keep_going or not conduct.wait  # a stack that was only started stops nothing but what needs it
    return run.walk(legs_of(assembly, chosen, aws, options), run.deploy_one, concurrency, keep_going)


def destroy(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    confirm: Confirm | None = None,
    allow_destroy: Collection[str] = (),
    retain: Collection[str] = (),
    force_delete: bool = False,
    disable_protection: bool = False,
    observer: Observer | None = None,
    concurrency: int = 4,
    keep_going: bool = False,
    timeout: float | None = None,
) -> Result:
    """Delete stacks, those that others need last.

    In a stack that failed to be deleted the resources in `retain` are left behind, with `force_delete` all that cannot
    go. Refuses a stack with termination protection unless told to take it off, and one with data that is not kept by a DeletionPolicy and not named
    in `allow_destroy`; and one whose values another stack of the assembly that stays has taken with `across`. What is
    kept is in the result's leftovers with its physical id. Errors are those of `deploy`.
    """
    chosen = chosen_stacks(assembly, stacks)
    unused(assembly, chosen, aws)
    removal = Removal(allow_destroy, retain, force_delete, disable_protection)
    if len(chosen) > 1 and any("/" not in word and ":" not in word for word in retain):
        raise InputError("several stacks are destroyed, so --retain needs to know whose it is", fix="say STACK/ID")
    run = Run(aws, Options(), confirm, observer or Silent(), timeout)
    needs: dict[str, set[str]] = {name: set() for name in reversed(chosen)}
    for name, artifact in chosen.items():
        for dependency in artifact.dependencies:
            if dependency in needs and dependency != name:
                needs[dependency].add(name)
    legs = {name: Leg(name, chosen[name], frozenset(users)) for name, users in needs.items()}

    def work(leg: Leg) -> StackResult:
        of_it = [word for word in retain if len(chosen) == 1 or re.split("[/:]", word, maxsplit=1)[0] == leg.key]
        own = evolve(removal, retain=of_it)
        return run.one(leg, lambda cf, identity, _: plan_destroy(leg.artifact, cf, own, identity))

    return run.walk(legs, work, concurrency, keep_going)


def follow(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str] | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Watch what is running on stacks, whoever started it; when nothing is, the last operation's end is the verdict.

    Errors are those of `deploy`.
    """
    return each(assembly, stacks, aws, None, observer, timeout, plan_follow)


def rollback(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str],
    skip: Iterable[str] = (),
    force: bool = False,
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Undo a failed operation that was left as it was, or continue a rollback that failed.

    `skip` are logical ids that cannot be rolled back, `Nested.Id` for one in a nested stack; `force` skips whatever the
    rollback has failed on. What is skipped and the template differ from then on.
    """
    ids = tuple(skip)

    def plan(one: StackArtifact, cf: CloudFormation) -> StackPlan:
        return plan_rollback(one, cf, ids, force=force)

    return each(assembly, stacks, aws, confirm, observer, timeout, plan)


def cancel(
    assembly: Assembly,
    *,
    aws: AWS,
    stacks: Iterable[str],
    delete: bool = False,
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    timeout: float | None = None,
) -> Result:
    """Break running updates off; CloudFormation rolls them back.

    A creation can only be deleted with what it has made so far, which `delete` asks for.
    """
    return each(assembly, stacks, aws, confirm, observer, timeout, lambda one, cf: plan_cancel(one, cf, delete=delete))


def each(
    assembly: Assembly,
    stacks: Iterable[str] | None,
    aws: AWS,
    confirm: Confirm | None,
    observer: Observer | None,
    timeout: float | None,
    make_plan: Callable[[StackArtifact, CloudFormation], StackPlan],
) -> Result:
    """The same for every stack, side by side and without regard to the order."""
    chosen = chosen_stacks(assembly, stacks)
    run = Run(aws, Options(), confirm, observer or Silent(), timeout)
    legs = {name: Leg(name, artifact) for name, artifact in chosen.items()}

    def work(leg: Leg) -> StackResult:
        return run.one(leg, lambda cf, _, __: make_plan(leg.artifact, cf))

    return run.walk(legs, work, concurrency=4, keep_going=True)


def chosen_stacks(assembly: Assembly, stacks: Iterable[str] | None) -> dict[str, StackArtifact]:
    names = list(assembly.stacks) if stacks is None else list(stacks)
    unknown = [name for name in names if name not in assembly.stacks]
    if unknown:
        raise InputError(
            f"there is no stack {', '.join(unknown)}", fix=f"the stacks are {', '.join(assembly.stacks) or 'none'}"
        )
    return {name: assembly[name] for name in assembly.stacks if name in names}
