"""A second name for a stack, by which CloudFormation finds it too: as near as it comes to renaming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ...errors import InputError
from ..errors import Refused
from ..request import is_stack_name

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..account.cloudformation import CloudFormation

NEEDED = "1.44"  # the boto3 that first knows aliases


@frozen
class Alias:
    """A stack's second name; `before` is the one that goes for it."""

    stack: str
    stack_id: str
    alias: str | None
    before: str | None = None


def plan_alias(stack: str, alias: str | None, *, aws: AWS, region: str | None = None) -> Alias:
    """What giving a stack another name does; None takes the second name away. Nothing is changed.

    A stack has one alias at most, so a former one goes. Raises `InputError` when that cannot be.
    """
    cf = aws.cloudformation(region)
    check_known(cf)
    if alias is not None and not is_stack_name(alias):
        raise InputError(
            f"{alias!r} is no name for a stack", fix="start with a letter; letters, digits and hyphens, at most 128"
        )
    record = cf.stack(stack)
    if record is None or record.gone:
        raise InputError(f"there is no stack {stack} in {cf.region}", fix="name its region with --region")
    now = alias_of(cf, record.id)
    if alias is None and now is None:
        raise InputError(f"{record.name} has no second name")
    if alias == record.name:
        raise InputError(f"{record.name} is called that already", fix="say --remove to take its second name away")
    other = cf.stack(alias) if alias is not None else None
    if other is not None and other.id != record.id and not other.gone:
        raise InputError(f"{alias} is the name of another stack in {cf.region}: {other.id}")
    return Alias(record.name, record.id, alias, now if now != alias else None)


def set_alias(plan: Alias, *, aws: AWS, region: str | None = None) -> None:
    """Do it; said twice it is done once. Raises `Refused`."""
    cf = aws.cloudformation(region)
    if plan.before is not None:
        try:
            cf.call("RemoveAlias", "remove_alias", AliasName=plan.before)
        except Refused as refused:
            if refused.kind != "missing":
                raise
    if plan.alias is None:
        return
    try:
        cf.call("SetAlias", "set_alias", StackName=plan.stack_id, AliasName=plan.alias)
    except Refused as refused:
        if refused.kind != "exists" or alias_of(cf, plan.stack_id) != plan.alias:
            raise


def alias_of(cf: CloudFormation, stack_id: str) -> str | None:
    """The second name that a stack has now."""
    answer = cf.call("DescribeStacks", "describe_stacks", StackName=stack_id)
    name = answer["Stacks"][0].get("AliasName")
    return str(name) if name else None


def check_known(cf: CloudFormation) -> None:
    """Raise `InputError` when the installed botocore does not know aliases."""
    if not cf.knows("SetAlias"):
        from importlib.metadata import version

        raise InputError(
            f"botocore {version('botocore')} does not know a second name for stacks yet",
            fix=f"pip install 'boto3>={NEEDED}'",
        )
