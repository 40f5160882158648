"""Activities, versions and aliases of state machines, and archives of events, where MiniStack has only the API."""

from __future__ import annotations

from typing import Any

from .call import call
from .called import Called, listed
from .kind import Fixed, Kind, Made, Properties, made_up


class Version(Fixed):
    """AWS::StepFunctions::StateMachineVersion."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        made = call("stepfunctions", "PublishStateMachineVersion", **version(properties))
        arn = str(made["stateMachineVersionArn"])
        return arn, {"Arn": arn}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        return physical_id, {"Arn": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("stepfunctions", "DeleteStateMachineVersion", stateMachineVersionArn=physical_id)


def version(properties: Properties) -> Properties:
    return {
        "stateMachineArn": properties["StateMachineArn"],
        "description": properties.get("Description"),
        "revisionId": properties.get("StateMachineRevisionId"),
    }


class Alias:
    """AWS::StepFunctions::StateMachineAlias; what would move over little by little has moved at once."""

    in_place = frozenset({"DeploymentPreference", "Description", "RoutingConfiguration"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = properties.get("Name") or made_up(stack, logical_id, 80)
        arn = str(
            call("stepfunctions", "CreateStateMachineAlias", name=name, **alias(properties))["stateMachineAliasArn"]
        )
        return arn, {"Arn": arn}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        call("stepfunctions", "UpdateStateMachineAlias", stateMachineAliasArn=physical_id, **alias(new))
        return physical_id, {"Arn": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        call("stepfunctions", "DeleteStateMachineAlias", stateMachineAliasArn=physical_id)


def alias(properties: Properties) -> Properties:
    routes: list[dict[str, Any]] = properties.get("RoutingConfiguration") or [
        {"StateMachineVersionArn": properties["DeploymentPreference"]["StateMachineVersionArn"], "Weight": 100}
    ]
    return {"description": properties.get("Description"), "routingConfiguration": routes}


def activity(properties: Properties) -> Properties:
    return {"name": properties["Name"], "tags": listed(properties.get("Tags"))}


TYPES: dict[str, Kind] = {
    "AWS::Events::Archive": Called(
        "events", "CreateArchive", "=ArchiveName", "DeleteArchive", "ArchiveName",
        shape=lambda properties: {**properties, "EventSourceArn": properties["SourceArn"]}, named="ArchiveName",
        longest=48, change="UpdateArchive", in_place=("Description", "EventPattern", "KmsKeyIdentifier", "RetentionDays"),
        attributes={"Arn": "ArchiveArn"},
    ),
    "AWS::StepFunctions::Activity": Called(
        "stepfunctions", "CreateActivity", "activityArn", "DeleteActivity", "activityArn", shape=activity,
        named="Name", longest=80, in_place=("Tags",), same=("Arn",),
    ),
    "AWS::StepFunctions::StateMachineAlias": Alias(),
    "AWS::StepFunctions::StateMachineVersion": Version(),
}  # fmt: skip
