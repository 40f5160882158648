"""What an OpenAPI definition says that API Gateway cannot import.

Source: API Gateway Developer Guide, REST API important notes; OpenAPI Specification 3.0, Path Item Object, Reference Object.
"""

from __future__ import annotations

from ..vocabulary import is_unknown
from .apipaths import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

INTEGRATION = "x-amazon-apigateway-integration"
ANY_METHOD = "x-amazon-apigateway-any-method"
OPERATIONS = {verb.lower(): verb for verb in VERBS if verb != "ANY"} | {ANY_METHOD: "ANY"}
"""How a definition writes methods."""
KINDS = ("aws", "aws_proxy", "http", "http_proxy", "mock")
_BESIDE = ("$ref", "description", "parameters", "servers", "summary")
_MODELS = "https://apigateway.amazonaws.com/restapis/"

Path = tuple["str | int", ...]


def problems(body: dict[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Where something is wrong, what, and how it is mended."""
    yield from _references(body, body, ())
    named: dict[str, str] = {}
    paths = body.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) and not is_unknown(paths) else ():
        if not isinstance(item, dict) or is_unknown(item):
            continue
        for name, operation in item.items():
            if name not in OPERATIONS:
                yield from _beside(path, name)
            elif isinstance(operation, dict) and not is_unknown(operation):
                yield from _operation(("paths", path, name), operation, named)


def _beside(path: str, name: Any) -> Iterator[tuple[Path, str, str]]:
    if not isinstance(name, str) or name in _BESIDE or name.startswith(("x-", "Fn::")):
        return
    small = name.lower() in OPERATIONS
    yield (
        ("paths", path, name),
        f"{name} of {path} is written in small letters"
        if small
        else f"{path} has {name}, which is no method of API Gateway",
        f"write {name.lower()}" if small else f"one of {', '.join(OPERATIONS)}",
    )


def _operation(where: Path, operation: dict[str, Any], named: dict[str, str]) -> Iterator[tuple[Path, str, str]]:
    spoken = f"{where[2]} of {where[1]}"
    id = operation.get("operationId")
    if id is not None and not is_unknown(id):
        if isinstance(id, dict | list):
            yield (*where, "operationId"), f"the operationId of {spoken} is no text", "such as listOrders"
        elif (other := named.setdefault(str(id), spoken)) != spoken:
            yield (
                (*where, "operationId"),
                f"{spoken} is called {id}, as {other} is already",
                "give it a name of its own",
            )
    given = operation.get(INTEGRATION, operation)
    if given is operation or is_unknown(given):
        return
    kind = given.get("type") if isinstance(given, dict) else None
    if not isinstance(given, dict):
        yield (*where, INTEGRATION), f"the integration of {spoken} is no mapping", "such as {type: mock}"
    elif not any(key.startswith("Fn::") for key in given) and not is_unknown(kind) and str(kind).lower() not in KINDS:
        yield (
            (*where, INTEGRATION),
            f"the integration of {spoken} has no type" if kind is None else f"{kind} is no type of integration",
            f"one of {', '.join(KINDS)}",
        )


def _references(body: dict[str, Any], part: Any, at: Path) -> Iterator[tuple[Path, str, str]]:
    waiting: list[tuple[Any, Path]] = [(part, at)]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, dict):
            target = value.get("$ref")
            if isinstance(target, str) and not target.startswith(_MODELS) and "$" not in target:
                yield from _reference(body, target, (*path, "$ref"))
            waiting += [(item, (*path, key)) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [(item, (*path, place)) for place, item in enumerate(value)]


def _reference(body: dict[str, Any], target: str, path: Path) -> Iterator[tuple[Path, str, str]]:
    if not target.startswith("#/"):
        yield path, f"$ref leads out of the definition: {target}", "put what it means into the definition"
        return
    found: Any = body
    for step in target[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if is_unknown(found):
            return
        if isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, dict) and any(str(key).startswith("Fn::") for key in found):
            return
        else:
            yield path, f"$ref leads to nothing: there is no {target}", "correct its name, or add what it means"
            return
