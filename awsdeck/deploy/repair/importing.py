"""Take existing resources into a stack: planned, confirmed, followed like a deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...assembly import Assembly
from ..files.inputs import filled
from ..observer import Observer, Silent
from ..preview.phases import Leg
from ..result import Result, StackResult
from ..run import chosen_stacks
from ..stackplan import Options
from ..work import Confirm, Run
from .adoption import Adoption, plan_import

if TYPE_CHECKING:
    from ..account.aws import AWS


def import_resources(
    assembly: Assembly,
    *,
    aws: AWS,
    stack: str,
    identifiers: Mapping[str, str | Mapping[str, str]],
    retain: bool = False,
    parameters: Mapping[str, str] | None = None,
    confirm: Confirm | None = None,
    observer: Observer | None = None,
    bucket: str | None = None,
    role: str | None = None,
    timeout: float | None = None,
) -> Result:
    """Import existing resources into one stack of the assembly, new or deployed, without changing them.

    `identifiers` are what the resources of the deck go by in AWS: a text, or texts by property; what the template says
    need not be given. CloudFormation wants a DeletionPolicy on each of them; `retain` sets Retain for the import where
    the deck says nothing. Nothing else of the deck is deployed. Errors are those of `deploy`.
    """
    chosen = chosen_stacks(assembly, [stack])
    adoption = Adoption(identifiers, retain, parameters or {}, bucket, role)
    run = Run(aws, Options(parameters or {}), confirm, observer or Silent(), timeout, assembly=assembly)

    def work(leg: Leg) -> StackResult:
        artifact = filled(leg.artifact, assembly.stacks, aws, adoption.parameters, run.desk.stop)
        return run.one(leg, lambda cf, identity, tell: plan_import(artifact, cf, identity, adoption, tell))

    return run.walk({stack: Leg(stack, chosen[stack])}, work, concurrency=1, keep_going=False)
