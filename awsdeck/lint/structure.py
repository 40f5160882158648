"""What must be right about a template before rules can speak of it: there are resources, and their types are types."""

from __future__ import annotations

from .. import catalog
from ..errors import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

RULE = "XSV018"
SOURCE = "CloudFormation User Guide, Template sections"
ONE = "a template holds at least one resource"


def structure(data: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings about a template without resources, and about types that are nobody's.

    Types in AWS's namespace are judged by the schema rule; private ones, modules, custom resources, and whatever a
    transform may understand are left alone.
    """
    resources = data.get("Resources")
    if "Resources" not in data:
        yield _finding("the template has no Resources", (), fix=ONE)
    elif not isinstance(resources, dict):
        shown = "empty" if resources is None else "a list" if isinstance(resources, list) else "a single value"
        yield _finding(f"Resources is {shown}, not a mapping of logical ids to resources", ("Resources",), fix=ONE)
    else:
        for id, body in resources.items():
            type = body.get("Type") if isinstance(body, dict) else None
            if isinstance(type, str):
                yield from _type(str(id), type, "Transform" in data)


def _type(id: str, type: str, transformed: bool) -> Iterator[Finding]:
    parts = type.split("::")
    if type.startswith("AWS::Serverless::"):
        if not transformed:
            fix = "add Transform: AWS::Serverless-2016-10-31 to the template"
            yield _no_type(id, type, f"{type} means nothing without its transform", fix)
        return
    known = parts[0] in ("AWS", "Custom") and len(parts) > 1
    if known or parts[-1] == "MODULE" or transformed or catalog.find(type) is not None:
        return
    close = catalog.suggest(type)
    if len(parts) < 3:
        fix = f"did you mean {close}?" if close else "write Vendor::Service::Resource, as AWS::S3::Bucket"
        yield _no_type(id, type, f"{type} is not the name of a resource type", fix)
    elif close is not None and close.lower().split("::")[1:] == type.lower().split("::")[1:]:
        yield _no_type(id, type, f"the type {type} does not exist", f"did you mean {close}?")


def _no_type(id: str, type: str, message: str, fix: str) -> Finding:
    return _finding(message, ("Resources", id, "Type"), id, type, fix=fix)


def _finding(
    message: str,
    path: tuple[str | int, ...],
    resource: str | None = None,
    type: str | None = None,
    *,
    fix: str | None = None,
) -> Finding:
    return Finding(RULE, "error", message, path=path, resource=resource, type=type, fix=fix, source=SOURCE)
