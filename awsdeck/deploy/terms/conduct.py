"""How operations are carried out: what happens when they fail, and how much of them is waited for."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from ...errors import ApprovalNeeded, InputError
from ...terms import COMPOSITE

if TYPE_CHECKING:
    from ...assembly import StackArtifact
    from ..account.cloudformation import CloudFormation

OnFailure = Literal["rollback", "delete", "keep"]
ON_FAILURE: tuple[OnFailure, ...] = ("rollback", "delete", "keep")
_ALARM = "AWS::CloudWatch::Alarm"
_COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"


@frozen
class Conduct:
    """How a run carries its operations out.

    - `rollback`: undo an update that fails; without it the stack stays as it then is, and can be deployed again in the
      same way. CloudFormation replaces no resources in such an update.
    - `on_create_failure`: what becomes of a stack whose creation fails: "rollback" leaves an empty one, "delete" none,
      "keep" everything made so far. None is "rollback", or "keep" without `rollback`.
    - `auto_rollback`: undo an update that failed earlier and was left as it was, as a step of its own before the deploy.
    - `express`: be done when every resource is configured, not when it is ready.
    - `revert_drift`: bring resources that were changed by hand back to the template.
    - `import_existing`: take resources with names of their own in when they exist already.
    - `validate`: let CloudFormation check names and properties before it begins.
    - `wait_in_progress`: seconds to wait for somebody else's operation; None is not at all.
    - `wait`: see operations through to their end; without it they are only started.
    - `strict_cleanup`: call an update that could not remove what it replaced a failure.
    - `capabilities`: all that templates may need; None is no limit.

    Raises `InputError` for what does not go together. Source: CloudFormation User Guide, stack failure options and express
    mode; CloudFormation API Reference, CreateChangeSet and ExecuteChangeSet.
    """

    rollback: bool = True
    on_create_failure: OnFailure | None = None
    auto_rollback: bool = False
    express: bool = False
    revert_drift: bool = False
    import_existing: bool = False
    validate: bool = True
    wait_in_progress: float | None = None
    wait: bool = True
    strict_cleanup: bool = False
    capabilities: Collection[str] | None = field(default=None)

    def __attrs_post_init__(self) -> None:
        if self.on_create_failure not in (None, *ON_FAILURE):
            raise InputError(f"on_create_failure={self.on_create_failure!r}", fix=f"one of {', '.join(ON_FAILURE)}")
        if not self.rollback and self.on_create_failure == "rollback":
            raise InputError(
                "a creation cannot be rolled back without rollback", fix='leave out one of the two, or say "keep"'
            )
        if not self.rollback and self.auto_rollback:
            raise InputError(
                "to roll an earlier update back and to go on from it without rollback are two different ways",
                fix="choose one: --auto-rollback, or --no-rollback",
            )
        if self.express and self.on_create_failure == "delete":
            raise InputError(
                "express mode rolls a failed creation back or keeps it, and cannot delete it",
                fix="leave out one of --express and --on-create-failure delete",
            )

    @property
    def after_create(self) -> OnFailure:
        """What becomes of a stack whose creation fails."""
        return self.on_create_failure or ("rollback" if self.rollback else "keep")

    def disables_rollback(self, create: bool) -> bool:
        """Whether what fails is left as it is."""
        return self.after_create == "keep" if create else not self.rollback

    def at_execution(self, create: bool) -> bool | None:
        """`DisableRollback` of ExecuteChangeSet; None where the change set says it.

        A creation that is kept says it here: CloudFormation never updates a stack whose change set said DO_NOTHING.
        """
        said_already = self.express or (create and self.after_create != "keep")
        return None if said_already else self.disables_rollback(create)


def on_terms(artifact: StackArtifact, terms: Mapping[str, Any]) -> StackArtifact:
    """The stack with these terms in place of its own; those that are None stay its own."""
    said = {name: value for name, value in terms.items() if value is not None}
    if not said:
        return artifact
    agreed = copy.copy(artifact)
    for name, value in said.items():
        setattr(agreed, name, tuple(value) if isinstance(value, list) else value)
    return agreed


def check_dependents(chosen: Mapping[str, StackArtifact], conduct: Conduct) -> None:
    """Raise `ApprovalNeeded` when a stack of the run needs one that express mode would leave before it is ready."""
    needs = [
        f"{name} needs {needed}"
        for name, artifact in chosen.items()
        for needed in artifact.dependencies
        if conduct.express and needed in chosen and needed != name
    ]
    if needs:
        raise ApprovalNeeded(
            f"in express mode a stack is done before its resources are ready, and here {'; '.join(needs)}",
            fix="deploy those stacks without --express, or one after the other",
        )


def members(cf: CloudFormation, artifact: StackArtifact, conduct: Conduct, *, create: bool) -> dict[str, Any]:
    """What a change set is asked for beyond its template, parameters and tags; nothing that nobody has asked for.

    Raises `InputError` for what the installed boto3 does not know.
    """
    found: dict[str, Any] = {}
    if artifact.notification_arns is not None:
        found["NotificationARNs"] = list(artifact.notification_arns)
    triggers = rollback_configuration(artifact)
    if triggers:
        found["RollbackConfiguration"] = triggers
    if conduct.express:
        _known(cf, "DeploymentConfig", "--express")
        found["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": conduct.disables_rollback(create)}
    elif create and conduct.after_create != "keep":
        found["OnStackFailure"] = conduct.after_create.upper()
    if conduct.import_existing:
        _known(cf, "ImportExistingResources", "--import-existing")
        found["ImportExistingResources"] = True
    if conduct.revert_drift and not create:
        _known(cf, "DeploymentMode", "--revert-drift")
        found["DeploymentMode"] = "REVERT_DRIFT"
    if not conduct.validate:
        _known(cf, "DisableValidation", "--skip-validation")
        found["DisableValidation"] = True
    return found


def rollback_configuration(artifact: StackArtifact) -> dict[str, Any]:
    """The alarms and minutes that a stack says, as CloudFormation takes them; what it does not say stays as it is."""
    found: dict[str, Any] = {}
    if artifact.rollback_triggers is not None:
        found["RollbackTriggers"] = [
            {
                "Arn": arn.removeprefix(COMPOSITE),
                "Type": _COMPOSITE_ALARM if arn.startswith(COMPOSITE) else _ALARM,
            }
            for arn in artifact.rollback_triggers
        ]
    if artifact.monitoring is not None:
        found["MonitoringTimeInMinutes"] = artifact.monitoring
    return found


def triggers_of(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The alarms in CloudFormation's words as a stack says them."""
    return tuple(
        f"{COMPOSITE if trigger['Type'] == _COMPOSITE_ALARM else ''}{trigger['Arn']}"
        for trigger in configuration.get("RollbackTriggers") or ()
    )


def _known(cf: CloudFormation, member: str, flag: str) -> None:
    if not cf.knows("CreateChangeSet", member):
        raise InputError(
            f"{flag}: the installed boto3 is too old to ask CloudFormation for that ({member})",
            fix="pip install --upgrade boto3",
        )
