"""What a resource goes by in AWS: which properties an import has to be told, what is given for them, and by whom."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ... import catalog
from ...assembly import StackArtifact
from ...errors import DeckError, InputError, Place
from ..request import INLINE_LIMIT, minified

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation

MAPPING = 'write {"LogicalId": "physical-id"}, or {"LogicalId": {"Property": "value", …}} where there are several'


@frozen
class Candidate:
    """A resource of the deck that its stack does not have yet, so that it can be imported.

    `parts` are the properties that identify it, empty when CloudFormation does not import its type; `known` are those
    whose value stands in the template.
    """

    logical_id: str
    type: str
    parts: tuple[str, ...]
    known: Mapping[str, str]
    place: Place | None = None

    @property
    def importable(self) -> bool:
        """Whether CloudFormation imports resources of this type."""
        return bool(self.parts)

    def to_mapping(self) -> dict[str, str]:
        """Its entry in a mapping file: every part, empty where it has to be filled in."""
        return {part: self.known.get(part, "") for part in self.parts}


def candidates(artifact: StackArtifact, cf: CloudFormation, there: Iterable[str]) -> dict[str, Candidate]:
    """The resources of the deck's stack that are not `there`, by logical id."""
    have = set(there)
    bodies = {
        name: body
        for name, body in (artifact.template.get("Resources") or {}).items()
        if isinstance(body, dict) and name not in have
    }
    parts = _parts(cf, artifact.template, {str(body.get("Type", "")) for body in bodies.values()})
    found = {}
    for name, body in sorted(bodies.items()):
        type_name = str(body.get("Type", ""))
        properties = body.get("Properties") or {}
        wanted = parts.get(type_name, ())
        known = {part: str(properties[part]) for part in wanted if isinstance(properties.get(part), (str, int))}
        origin = artifact.origins.get(name)
        found[name] = Candidate(name, type_name, wanted, known, origin.place() if origin else None)
    return found


def _parts(cf: CloudFormation, template: Mapping[str, Any], types: set[str]) -> dict[str, tuple[str, ...]]:
    """The identifying properties of each type: CloudFormation's word, the schema's where it gives none."""
    body = minified(template)
    if len(body.encode()) <= INLINE_LIMIT:
        try:
            answer = cf.hasty().call("GetTemplateSummary", "get_template_summary", TemplateBody=body)
        except DeckError:  # only a better word is lost: not everybody may ask
            answer = {}
        summaries = answer.get("ResourceIdentifierSummaries")
        if summaries:
            return {one["ResourceType"]: tuple(one.get("ResourceIdentifiers") or ()) for one in summaries}
    known = {name: catalog.find(name) for name in types}
    return {name: kind.primary_identifier for name, kind in known.items() if kind is not None}


def identified(
    stack: str, offered: Mapping[str, Candidate], given: Mapping[str, str | Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """The full identifier of each resource that is `given`; what its template says need not be given.

    A text is the value of the one identifying property that is missing, or all of them with `|` between. Raises
    `InputError` with everything that is wrong.
    """
    found: dict[str, dict[str, str]] = {}
    wrong: list[str] = []
    for name, value in sorted(given.items()):
        one = offered.get(name)
        if one is None:
            wrong.append(f"{name} is no resource of the deck that {stack} does not have yet")
            continue
        if not one.importable:
            wrong.append(f"{name}: CloudFormation does not import {one.type}")
            continue
        values = _values(one, value)
        strange = sorted(values.keys() - set(one.parts))
        missing = [part for part in one.parts if not values.get(part)]
        if strange or missing:
            said = [f"no value for {', '.join(missing)}"] if missing else []
            said += [f"{', '.join(strange)} does not identify it"] if strange else []
            wrong.append(f"{name} ({one.type}): {'; '.join(said)}; it goes by {' and '.join(one.parts)}")
            continue
        wrong += [
            f"{name}: {part} is {one.known[part]} in the template and {values[part]} in what is given"
            for part in one.parts
            if part in one.known and values[part] != one.known[part]
        ]
        found[name] = {part: values[part] for part in one.parts}
    if wrong:
        able = ", ".join(name for name, one in offered.items() if one.importable)
        raise InputError(
            "\n  ".join((f"{stack}: this cannot be imported:", *wrong)), fix=f"to import there is: {able or 'nothing'}"
        )
    return found


def _values(one: Candidate, value: str | Mapping[str, str]) -> dict[str, str]:
    if not isinstance(value, str):
        return {**one.known, **{part: text for part, text in value.items() if text}}
    open_parts = [part for part in one.parts if part not in one.known] or list(one.parts)
    pieces = value.split("|")
    parts = list(one.parts) if len(pieces) == len(one.parts) > 1 else open_parts
    if len(parts) == 1:
        pieces = [value]
    return {**one.known, **dict(zip(parts, pieces, strict=False))}


def read_mapping(path: str) -> dict[str, str | Mapping[str, str]]:
    """A mapping file: logical ids to identifiers; entries that nobody has filled in are left out."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            data = json.load(file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}", fix=MAPPING) from None
    if not isinstance(data, dict):
        raise InputError(f"{path} holds no mapping", fix=MAPPING)
    found: dict[str, str | Mapping[str, str]] = {}
    for name, value in data.items():
        if isinstance(value, str):
            if value:
                found[name] = value
        elif isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
            if any(value.values()):
                found[name] = dict(value)
        else:
            raise InputError(f"{path}: {name} has no text and no texts by property", fix=MAPPING)
    return found
