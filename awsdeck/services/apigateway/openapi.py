"""Swagger 2.0 and OpenAPI 3.0 files as the body of a REST API.

Source: API Gateway Developer Guide, develop REST APIs using OpenAPI; course notes, API Gateway.
"""

from __future__ import annotations

import os

from ...errors import ConstructError, TemplateError
from ...rules.apigateway.definition import INTEGRATION, OPERATIONS, problems
from ...source import caller
from ...template import load
from .apiroutes import Key, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...errors import Place
    from ...node import Node
    from .apigateway import RestApi
    from .integration import Integration

_NAMES = {
    "CacheKeyParameters": "cacheKeyParameters", "ConnectionId": "connectionId", "ConnectionType": "connectionType",
    "Credentials": "credentials", "IntegrationHttpMethod": "httpMethod", "PassthroughBehavior": "passthroughBehavior",
    "RequestParameters": "requestParameters", "RequestTemplates": "requestTemplates", "TimeoutInMillis": "timeoutInMillis",
    "Uri": "uri",
}  # fmt: skip
"""CloudFormation's names of an integration's properties, and OpenAPI's."""
_NAMED = 12  # more operations than these are counted, not listed


class Operation:
    """One operation of a file, and the target that was given for it."""

    __slots__ = ("key", "body", "path", "integration")

    def __init__(self, key: Key, body: dict[str, Any], path: tuple[str, ...], integration: Integration | None) -> None:
        self.key = key
        self.body = body
        self.path = path
        self.integration = integration


class Definition:
    """A file that says what an API answers; its operations get their targets here.

    Raises `ConstructError` at the file's own line for what is wrong in it, and `TemplateError` when it cannot be read.
    """

    def __init__(self, node: Node, file: str | os.PathLike[str]) -> None:
        self.node = node
        if not isinstance(file, str | os.PathLike) or not isinstance(os.fspath(file), str):
            raise ConstructError(
                f"{node.path}: openapi= takes the path of a file, not a {type(file).__name__}", place=caller()
            )
        path = os.path.normpath(os.path.join(node.root_app.folder, os.fspath(file)))
        try:
            self.template = load(path)
        except TemplateError as error:
            raise TemplateError(error.message, place=error.place or caller(), fix=error.fix) from None
        self.operations: list[Operation] = []

    def body(self, api: RestApi, targets: Mapping[str, Integration]) -> dict[str, Any]:
        """What stands in the template: the file, with an integration in every operation."""
        data = self.template.data
        wrong = [*self._head(data), *self._operations(data, targets)]
        wrong += [(self._at(*path), f"{said}: {fix}") for path, said, fix in problems(data)]
        known = [str(one.body["operationId"]) for one in self.operations if "operationId" in one.body]
        there = ", ".join(known[:_NAMED]) or "none"
        there += f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        wrong += [
            (None, f"{self.node.path}: integrations= names {name!r}, no operationId of the file; there are: {there}")
            for name in targets
            if name not in known
        ]
        if wrong:
            first = wrong[0][0]
            lines = [said if place in (None, first) else f"{place}: {said}" for place, said in wrong]
            raise ConstructError("\n".join(lines), place=first or caller())
        found = dict(data)
        found["paths"] = {path: dict(item) for path, item in data["paths"].items()}
        for one in self.operations:
            if one.integration is not None:
                made = self._connected(api, one)
                found["paths"][one.path[1]][one.path[2]] = {**one.body, INTEGRATION: made}
        return found

    def _connected(self, api: RestApi, one: Operation) -> dict[str, Any]:
        from .apimethod import ImportedMethod

        assert one.integration is not None
        holder = ImportedMethod(api, one.key.id, api=api, key=one.key, integration=one.integration)
        api.versions += one.integration.versions
        return extension(holder.made.properties)

    def _head(self, data: dict[str, Any]) -> Iterator[tuple[Place | None, str]]:
        version = str(data.get("swagger", data.get("openapi", "")))
        if not ("swagger" in data and version == "2.0") and not ("openapi" in data and version.startswith("3.")):
            yield self._at(), "this is neither Swagger 2.0 (swagger: '2.0') nor OpenAPI 3 (openapi: '3.0.1')"
        if not isinstance(data.get("info"), dict):
            yield self._at(), "the definition has no info with a title and a version"
        paths = data.get("paths")
        if not isinstance(paths, dict) or not paths:
            yield self._at("paths"), "the definition has no paths"

    def _operations(
        self, data: dict[str, Any], targets: Mapping[str, Integration]
    ) -> Iterator[tuple[Place | None, str]]:
        paths = data.get("paths")
        table = Table()
        for path, item in paths.items() if isinstance(paths, dict) else ():
            if not isinstance(item, dict):
                yield self._at("paths", path), f"{path} holds no operations"
                continue
            for name, body in item.items():
                if name not in OPERATIONS:
                    continue
                if not isinstance(body, dict):
                    yield self._at("paths", path, name), f"{name} of {path} is no operation"
                    continue
                row = f"{OPERATIONS[name]} {path}"
                key, said = table.add(row)
                if key is None:
                    yield self._at("paths", path, name), f"{self.node.path}: {said}"
                    continue
                target = targets.get(str(body.get("operationId")))
                if target is None and INTEGRATION not in body:
                    fix = (
                        f"give integrations={{{str(body['operationId'])!r}: …}}" if "operationId" in body else "name it"
                    )
                    yield self._at("paths", path, name), f"{row} leads nowhere: {fix}, or write {INTEGRATION}"
                self.operations.append(Operation(key, body, ("paths", path, name), target))

    def _at(self, *path: str | int) -> Place | None:
        return self.template.place(path, key=True) if path else self.template.place(())


def extension(properties: Mapping[str, Any]) -> dict[str, Any]:
    """An integration under OpenAPI's names.

    Source: API Gateway Developer Guide, x-amazon-apigateway-integration object.
    """
    found = {_NAMES[name]: value for name, value in properties.items() if name in _NAMES and value is not None}
    found["type"] = properties["Type"].lower()
    answers = properties.get("IntegrationResponses") or ()
    if answers:
        found["responses"] = {
            answer.get("SelectionPattern") or "default": {
                name: value
                for name, value in (
                    ("statusCode", answer["StatusCode"]),
                    ("responseParameters", answer.get("ResponseParameters")),
                    ("responseTemplates", answer.get("ResponseTemplates")),
                )
                if value is not None
            }
            for answer in answers
        }
    return found
