"""What a deployment of a REST API takes a picture of: a stage shows it as it was then, until there is another deployment.

Source: API Gateway Developer Guide, deploy REST APIs in API Gateway.
"""

from __future__ import annotations

from .apipaths import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

API = "AWS::ApiGateway::RestApi"
PARTS = (
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::DocumentationPart",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
)
"""What is in the picture beside the API itself."""
_APART = {API: frozenset(("Description", "Name", "Tags"))}
_SPOKEN = frozenset(("Description",))
_WORDS = frozenset(("description", "summary"))
_OPERATIONS = frozenset((*(verb.lower() for verb in VERBS), "x-amazon-apigateway-any-method"))


def pictured(type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that a stage shows: all but names, tags and what is there to be read."""
    apart = _APART.get(type, _SPOKEN)
    held = {name: value for name, value in properties.items() if name not in apart}
    if type == API and isinstance(held.get("Body"), dict):
        held["Body"] = _unworded(held["Body"])
    return held


def _unworded(body: dict[str, Any]) -> dict[str, Any]:
    """A definition without the descriptions of the API and of its operations."""
    found = {name: value for name, value in body.items() if name != "info"}
    paths = body.get("paths")
    if isinstance(paths, dict):
        found["paths"] = {path: _item(item) for path, item in paths.items()}
    return found


def _item(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    return {
        name: {key: value for key, value in said.items() if key not in _WORDS}
        if isinstance(said, dict) and name in _OPERATIONS
        else said
        for name, said in item.items()
        if name not in _WORDS
    }
