"""Methods and paths of a REST API, as API Gateway takes them.

Source: API Gateway Developer Guide, methods for REST APIs; API Gateway API Reference, CreateResource.
"""

from __future__ import annotations

import re

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY")
VERBS_WORDS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS and ANY"
PART_WORDS = "letters, digits and . _ - : , or a variable such as {id}, or {proxy+} for all that follows"
_PART = re.compile(r"[A-Za-z0-9._:,-]+|\{[A-Za-z0-9._:-]+\+?\}")


def is_part(text: str) -> bool:
    """Whether a text can stand between two slashes."""
    return _PART.fullmatch(text) is not None


def is_variable(part: str) -> bool:
    """Whether a part of a path stands for any text."""
    return part.startswith("{") and part.endswith("}")


def setting_path(path: str) -> str:
    """How a stage's method settings name a path: `/~1orders~1{id}`, and `/` for the root.

    Source: CloudFormation Template Reference, AWS::ApiGateway::Stage MethodSetting, ResourcePath.
    """
    return "/" if path == "/" else "/" + path.replace("/", "~1")
