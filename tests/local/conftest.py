from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from awsdeck.local import Engine

REGION = "eu-west-1"


class Deployed:
    """One stack in the engine, driven through boto3 as any client would."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.cloudformation = client("cloudformation")
        self.name = f"t{secrets.token_hex(6)}"

    def put(self, body: str, change: str = "UPDATE") -> str:
        """Run a change set and give the status the stack ends in."""
        made = self.cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=f"c{secrets.token_hex(4)}",
            ChangeSetType=change,
            TemplateBody=body,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        self.cloudformation.get_waiter("change_set_create_complete").wait(
            ChangeSetName=made["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 5}
        )
        self.cloudformation.execute_change_set(ChangeSetName=made["Id"])
        return self.settled()

    def settled(self) -> str:
        until = time.monotonic() + 20
        while (status := str(self.describe()["StackStatus"])).endswith("IN_PROGRESS"):
            assert time.monotonic() < until, f"{self.name} is still {status}"
            time.sleep(0.02)
        return status

    def describe(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return found

    @property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.describe().get("Outputs", [])}

    @property
    def ids(self) -> dict[str, str]:
        found = self.cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}

    def reasons(self) -> list[str]:
        events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [event.get("ResourceStatusReason", "") for event in events if event["ResourceStatus"].endswith("FAILED")]


@pytest.fixture
def client(local_engine: Engine) -> Callable[[str], Any]:
    def make(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=local_engine.url,
            region_name=REGION,
            aws_access_key_id=local_engine.access_key,
            aws_secret_access_key=local_engine.secret_key,
        )

    return make


@pytest.fixture
def stack(client: Callable[[str], Any]) -> Iterator[Deployed]:
    deployed = Deployed(client)
    yield deployed
    deployed.cloudformation.delete_stack(StackName=deployed.name)
