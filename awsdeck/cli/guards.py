"""`awsdeck protect` and `awsdeck policy`: what keeps a deployed stack from being deleted or changed."""

from __future__ import annotations

from ..errors import ApprovalNeeded, InputError
from .account import OPTIONS, open_account
from .command import Argument, Command
from .subjects import subjects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..assembly import Assembly, StackArtifact
    from ..deploy import AWS
    from ..deploy.account.cloudformation import CloudFormation
    from ..deploy.records import StackRecord
    from .context import Context

    There = tuple[StackArtifact, CloudFormation, StackRecord]


def protect_on(context: Context, stacks: list[str], local: bool, profile: str | None, region: str | None) -> int:
    """Turn termination protection on."""
    return _protect(context, stacks, True, local, profile, region)


def protect_off(context: Context, stacks: list[str], local: bool, profile: str | None, region: str | None) -> int:
    """Turn termination protection off."""
    return _protect(context, stacks, False, local, profile, region)


def _protect(
    context: Context, stacks: list[str], enabled: bool, local: bool, profile: str | None, region: str | None
) -> int:
    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, stacks)
    if isinstance(assembly, int):
        return assembly
    there = list(_there(assembly, aws))
    changing = [one for one in there if one[2].protected != enabled]
    if changing and not enabled:
        names = ", ".join(record.name for _, _, record in changing)
        _ask(context, f"{names} can be deleted then", f"Take the termination protection of {names} off?")
    for _, cf, record in changing:
        cf.protect(record.id, enabled)
    if context.json:
        context.screen.data(
            {"version": 1, "stacks": [{"stack": record.name, "protected": enabled} for _, _, record in there]}
        )
        return 0
    word = "protected from deletion" if enabled else "not protected any more"
    for artifact, _, record in there:
        changed = any(record is one[2] for one in changing)
        context.screen.say(f"{record.name}: {word if changed else 'as it was: ' + word}")
        if artifact.template and artifact.termination_protection != enabled:
            context.screen.note(f"  the deck says otherwise, so the next deploy of {record.name} turns it round again")
    return 0


def policy_get(context: Context, stack: str, local: bool, profile: str | None, region: str | None) -> int:
    """Print the stack policy."""
    import json

    from ..deploy.preview.stackpolicy import policy_of

    [(_, cf, record)] = _one(context, stack, local, profile, region)
    policy = policy_of(cf, record.id)
    if context.json:
        context.screen.data({"version": 1, "stack": record.name, "policy": policy})
    elif policy is None:
        context.screen.note(f"{record.name} has no policy: every update is allowed")
    else:
        context.screen.say(json.dumps(policy, indent=2, ensure_ascii=False))
    return 0


def policy_set(context: Context, stack: str, file: str, local: bool, profile: str | None, region: str | None) -> int:
    """Give a stack a policy for updates."""
    from ..deploy.preview.stackpolicy import set_policy
    from ..terms import problems

    policy = _policy_file(file)
    wrong = problems(stack_policy=policy)
    if wrong:
        fixes = dict.fromkeys(one.fix for one in wrong if one.fix)
        raise InputError("\n".join(f"{file}: {one.text}" for one in wrong), fix="; ".join(fixes) or None)
    [(artifact, cf, record)] = _one(context, stack, local, profile, region)
    _ask(context, f"{record.name} gets another policy", f"Set the policy of {record.name}?")
    set_policy(cf, record.id, policy)
    if context.json:
        context.screen.data({"version": 1, "stack": record.name, "policy": policy})
    else:
        context.screen.say(f"{record.name}: the policy is set; it holds for every update from now on")
    if artifact.stack_policy is not None and artifact.stack_policy != policy:
        context.screen.note(f"  the deck has another policy, which the next deploy of {record.name} sets again")
    return 0


def _policy_file(path: str) -> dict[str, Any]:
    import json

    try:
        with open(path, encoding="utf-8-sig") as file:
            policy = json.load(file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    if not isinstance(policy, dict):
        raise InputError(f"{path} holds no policy", fix='write {"Statement": [{"Effect": "Allow", …}]}')
    return policy


def _one(context: Context, stack: str, local: bool, profile: str | None, region: str | None) -> list[There]:
    aws, _ = open_account(context, local, profile, region)
    assembly = subjects(context, aws, [stack])
    if isinstance(assembly, int):
        raise InputError("the deck has errors", fix="run `awsdeck lint`")
    if len(assembly) != 1:
        raise InputError(f"{stack} means {', '.join(assembly.stacks)}", fix="name one stack")
    return list(_there(assembly, aws))


def _there(assembly: Assembly, aws: AWS) -> Iterator[There]:
    for artifact in assembly:
        identity = aws.of(artifact)
        identity.belongs(artifact, artifact.region)
        cf = identity.cloudformation(artifact.region)
        record = cf.stack(artifact.name)
        if record is None or record.gone:
            raise InputError(f"{artifact.name} is not deployed")
        yield artifact, cf, record


def _ask(context: Context, what: str, question: str) -> None:
    if context.yes:
        return
    if context.json:
        raise ApprovalNeeded(what, fix="say --yes")
    if not context.confirm(question):
        raise ApprovalNeeded("declined; nothing was changed")


SOME = Argument("stacks", "Stacks by name, pattern or ARN.", metavar="STACK", many=True, required=True)
ONE = Argument("stack", "The stack, by name or ARN.", metavar="STACK", required=True)

COMMANDS = (
    Command("protect on", protect_on, "Keep stacks from being deleted.", SOME, *OPTIONS),
    Command("protect off", protect_off, "Let stacks be deleted again.", SOME, *OPTIONS),
    Command("policy get", policy_get, "Print what updates of a stack may not touch.", ONE, *OPTIONS),
    Command(
        "policy set", policy_set, "Say what updates of a stack may not touch.",
        ONE, Argument("file", "The policy, a JSON file.", metavar="FILE", required=True), *OPTIONS,
        epilog="CloudFormation has no way to take a policy off again: set one that allows everything.",
    ),
)  # fmt: skip
