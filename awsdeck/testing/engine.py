"""Stacks deployed into the embedded CloudFormation for as long as the tests run."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..deploy import AWS
    from ..local import Engine
    from ..tree import App, Stack

REGION = "us-east-1"
"""Where stacks go that name no region."""


class Deployed:
    """A stack as it was deployed: its `outputs`, what is only `recorded`, and clients that reach it."""

    def __init__(self, name: str, region: str, outputs: Mapping[str, str], engine: Engine, aws: AWS) -> None:
        self.name = name
        self.region = region
        self.outputs = dict(outputs)
        self._engine = engine
        self._aws = aws

    @property
    def recorded(self) -> list[str]:
        """The types of its resources that the engine keeps but does not emulate."""
        return sorted({str(one["type"]) for one in self._engine.recorded(self.name, region=self.region)})

    def client(self, service: str) -> Any:
        """A boto3 client for a service (`"sqs"`) at the engine, in the stack's region."""
        return self._aws.client(service, self.region)


class Ground:
    """The engine of a test run, started when the first stack is deployed and ended with the run."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._engine: Engine | None = None
        self._done: dict[tuple[int, str], Deployed] = {}
        self._apps: list[App] = []

    def deploys_locally(self, stack: Stack, **parameters: str) -> Deployed:
        """Deploy a stack and those it needs, once. Raises the error that a deploy would, with the resource's line."""
        from ..deploy import AWS, deploy
        from .assertions import template_of

        template_of(stack)
        app = stack.node.root_app
        done = self._done.get((id(app), stack.name))
        if done is not None:
            return done
        self._apps.append(app)
        assembly = app.assembly
        assert assembly is not None
        engine = self.engine
        aws: AWS = AWS(region=REGION, endpoint_url=engine.url, credentials=(engine.access_key, engine.secret_key))
        names: list[str] = []
        waiting = [stack.name]
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.append(name)
                waiting.extend(assembly[name].dependencies)
        result = deploy(assembly, aws=aws, stacks=names, parameters=dict(parameters), confirm=lambda _: True)
        region = assembly[stack.name].region or REGION
        made = Deployed(stack.name, region, result.outputs.get(stack.name, {}), engine, aws)
        self._done[id(app), stack.name] = made
        return made

    @property
    def engine(self) -> Engine:
        """The embedded CloudFormation; raises `InputError` when it is not installed."""
        if self._engine is None:
            from .. import local

            self._engine = local.ensure(self.folder)
        return self._engine

    def end(self) -> None:
        """End the engine with all it holds."""
        if self._engine is not None:
            from .. import local

            local.down(self.folder)
            self._engine = None
