"""The query protocol for the fake: arguments out of a request, and answers in XML by botocore's own service model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import botocore.session

_SERVICES = {"GetCallerIdentity": "sts", "AssumeRole": "sts"}


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def arguments(query: Mapping[str, str]) -> dict[str, Any]:
    """`Tags.member.1.Key=a` and so on as nested lists and objects."""
    tree: dict[str, Any] = {}
    for name, value in query.items():
        if name == "Version":
            continue
        *steps, last = name.split(".")
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    result: dict[str, Any] = _lists(tree)
    return result


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node.keys() == {"member"}:
        items = node["member"]
        return [_lists(items[key]) for key in sorted(items, key=int)] if isinstance(items, dict) else []
    return {key: _lists(value) for key, value in node.items()}


def answer_xml(operation: str, result: Mapping[str, Any]) -> str:
    """A successful answer as it comes over the wire."""
    model = _model(_SERVICES.get(operation, "cloudformation")).operation_model(operation)
    inner = _xml(model.output_shape, result) if model.output_shape is not None else ""
    wrapper = f"{operation}Result"
    return (
        f'<{operation}Response xmlns="{model.service_model.metadata.get("xmlNamespace", "")}"><{wrapper}>{inner}</{wrapper}>'
        f"<ResponseMetadata><RequestId>fake</RequestId></ResponseMetadata></{operation}Response>"
    )


def error_xml(code: str, message: str) -> str:
    """A refusal as it comes over the wire."""
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        "<RequestId>fake</RequestId></ErrorResponse>"
    )


def _xml(shape: Any, value: Any) -> str:
    if shape.type_name == "structure":
        return "".join(
            f"<{name}>{_xml(shape.members[name], item)}</{name}>"
            for name, item in value.items()
            if name in shape.members and item is not None
        )
    if shape.type_name == "list":
        return "".join(f"<member>{_xml(shape.member, item)}</member>" for item in value)
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if shape.type_name == "boolean":
        return "true" if value else "false"
    return escape(json.dumps(value) if isinstance(value, (dict, list)) else str(value))
