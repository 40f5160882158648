"""Whether two programs did the same work: their templates, or what they printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .process import Failed


def templates(folder: Path) -> dict[str, Any]:
    """The templates a program left in its folder, by file name, without what only an order or a tool is about."""
    found = sorted((folder / "awsdeck.out").glob("*.template.json")) or sorted(
        (folder / "cdk.out").glob("*.template.json")
    )
    if not found:
        raise Failed(f"{folder} holds no templates")
    return {path.name: normal(json.loads(path.read_text(encoding="utf-8"))) for path in found}


def normal(template: dict[str, Any]) -> Any:
    """Tags in one order, and nothing that CDK adds of its own: its metadata, its version check, its path of a resource."""
    template.pop("AWSTemplateFormatVersion", None)
    template.get("Conditions", {}).pop("CDKMetadataAvailable", None)
    template.get("Parameters", {}).pop("BootstrapVersion", None)
    template.get("Rules", {}).pop("CheckBootstrapVersion", None)
    resources = template["Resources"]
    resources.pop("CDKMetadata", None)
    for resource in resources.values():
        resource.get("Metadata", {}).pop("aws:cdk:path", None)
    empty = [section for section in ("Conditions", "Parameters", "Rules") if template.get(section) == {}]
    for section in empty:
        del template[section]
    for resource in resources.values():
        if resource.get("Metadata") == {}:
            del resource["Metadata"]
    return _sorted(template, "")


def _sorted(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _sorted(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = [_sorted(item, "") for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if key == "Tags" else items
    return value


def same_templates(folders: dict[str, Path]) -> str:
    """Raise `Failed` with the first difference unless every program wrote the same templates."""
    first, *others = folders
    wanted = templates(folders[first])
    for other in others:
        difference = _difference(wanted, templates(folders[other]), "")
        if difference:
            raise Failed(f"{first} and {other} wrote different templates: {difference}")
    resources = sum(len(template["Resources"]) for template in wanted.values())
    return f"equal templates, {resources:,} resources"


def same_text(folders: dict[str, Path]) -> str:
    """Raise `Failed` unless every program that printed something printed the same."""
    texts = {text for folder in folders.values() if (text := (folder / "stdout").read_text(encoding="utf-8"))}
    if len(texts) != 1:
        raise Failed(f"the programs printed {' and '.join(sorted(texts)) or 'nothing'}")
    return f"all printed {texts.pop().strip()}"


def _difference(one: Any, other: Any, path: str) -> str | None:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                return f"{path}/{key} is only in the {'second' if key not in one else 'first'}"
            found = _difference(one[key], other[key], f"{path}/{key}")
            if found:
                return found
        return None
    return None if one == other and type(one) is type(other) else f"{path}: {one!r} and {other!r}"
