"""What the fake says of changes made behind its back."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ...diff.nested import STACK
from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation
    from .stack import FakeStack


def detect_stack_drift(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    if fake.comparing.get(stack.id, ("", 0.0))[1] > fake.clock.now():
        raise Refusal("ValidationError", f"Drift detection is already in progress for stack [{stack.id}]")
    detection = str(uuid.uuid4())
    fake.comparing[stack.id] = (detection, fake.clock.now() + fake.comparison_seconds)
    return {"StackDriftDetectionId": detection}


def describe_stack_drift_detection_status(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    asked = call.arguments["StackDriftDetectionId"]
    found = next(((id, end) for id, (detection, end) in fake.comparing.items() if detection == asked), None)
    if found is None:
        raise Refusal("ValidationError", f"Stack drift detection {asked} does not exist")
    stack = fake.find_stack(found[0])
    head = {"StackId": stack.id, "StackDriftDetectionId": asked, "Timestamp": fake.clock.now()}
    if fake.clock.now() < found[1]:
        return {**head, "DetectionStatus": "DETECTION_IN_PROGRESS"}
    statuses = {item["StackResourceDriftStatus"] for item in _compared(fake, stack)}
    reason = fake.incomparable.get(stack.name)
    return {
        **head,
        "DetectionStatus": "DETECTION_FAILED" if reason else "DETECTION_COMPLETE",
        "DetectionStatusReason": reason,
        "StackDriftStatus": "DRIFTED" if statuses & {"MODIFIED", "DELETED"} else "UNKNOWN" if reason else "IN_SYNC",
    }


def describe_stack_resource_drifts(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    stack = fake.find_stack(call.arguments["StackName"])
    return fake.paged(call.arguments, "StackResourceDrifts", _compared(fake, stack))


def _compared(fake: FakeCloudFormation, stack: FakeStack) -> list[dict[str, Any]]:
    found = []
    for name, item in stack.resources.items():
        changed = fake.drifted.get(f"{stack.name}/{name}", {})
        differences = [
            {"PropertyPath": path, "ExpectedValue": before, "ActualValue": after, "DifferenceType": "NOT_EQUAL"}
            for path, (before, after) in changed.items()
        ]
        status = "NOT_CHECKED" if item["ResourceType"] == STACK else "MODIFIED" if differences else "IN_SYNC"
        found.append(
            {
                "StackId": stack.id,
                "LogicalResourceId": name,
                "PhysicalResourceId": item["PhysicalResourceId"],
                "ResourceType": item["ResourceType"],
                "StackResourceDriftStatus": fake.drift_status.get(f"{stack.name}/{name}", status),
                "PropertyDifferences": differences,
                "Timestamp": fake.clock.now(),
            }
        )
    return found


ANSWERS: dict[str, Answer] = {
    "DetectStackDrift": detect_stack_drift,
    "DescribeStackDriftDetectionStatus": describe_stack_drift_detection_status,
    "DescribeStackResourceDrifts": describe_stack_resource_drifts,
}
