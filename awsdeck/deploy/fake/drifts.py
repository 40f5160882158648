"""What the fake says of changes made behind its back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


def detect_stack_drift(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {"StackDriftDetectionId": fake.find_stack(call.arguments["StackName"]).id}


def describe_stack_drift_detection_status(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackDriftDetectionId"])
    drifted = any(fake.drifted.get(f"{stack.name}/{name}") for name in stack.resources)
    return {
        "StackId": stack.id,
        "StackDriftDetectionId": stack.id,
        "DetectionStatus": "DETECTION_COMPLETE",
        "StackDriftStatus": "DRIFTED" if drifted else "IN_SYNC",
        "Timestamp": fake.clock.now(),
    }


def describe_stack_resource_drifts(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    found = []
    for name, item in stack.resources.items():
        changed = fake.drifted.get(f"{stack.name}/{name}", {})
        differences = [
            {"PropertyPath": path, "ExpectedValue": before, "ActualValue": after, "DifferenceType": "NOT_EQUAL"}
            for path, (before, after) in changed.items()
        ]
        found.append(
            {
                "StackId": stack.id,
                "LogicalResourceId": name,
                "PhysicalResourceId": item["PhysicalResourceId"],
                "ResourceType": item["ResourceType"],
                "StackResourceDriftStatus": "MODIFIED" if differences else "IN_SYNC",
                "PropertyDifferences": differences,
                "Timestamp": fake.clock.now(),
            }
        )
    return fake.paged(call.arguments, "StackResourceDrifts", found)


ANSWERS: dict[str, Answer] = {
    "DetectStackDrift": detect_stack_drift,
    "DescribeStackDriftDetectionStatus": describe_stack_drift_detection_status,
    "DescribeStackResourceDrifts": describe_stack_resource_drifts,
}
