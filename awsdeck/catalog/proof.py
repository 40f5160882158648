"""Proof that the compact tables say what the resource schemas say: both are walked side by side, fact by fact."""

from __future__ import annotations

import json

from .encode import ALIASES, KEYS, NOTES, PATHS, SAY_NOTHING, decode, lookup
from .pattern import translate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    Schema = dict[str, Any]

MAPS = ("properties", "patternProperties")
LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
ONES = ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else")
OF_TYPES = frozenset({
    "typeName", "definitions", "handlers", "tagging", "taggable", "additionalIdentifiers", "replacementStrategy",
    "lifecycle", "$schema", "$id", *PATHS,
})  # fmt: skip


class Result:
    """How many facts were compared by keyword, what differs, and what could not be carried."""

    def __init__(self) -> None:
        self.compared: dict[str, int] = {}
        self.differences: list[str] = []
        self.patterns: dict[str, int] = {}
        self.not_carried: dict[str, int] = {}
        self.left_out: dict[str, int] = {}

    def count(self, what: str, number: int = 1) -> None:
        self.compared[what] = self.compared.get(what, 0) + number

    def sort(self) -> None:
        for name in ("compared", "patterns", "not_carried", "left_out"):
            setattr(self, name, dict(sorted(getattr(self, name).items())))


def compare(schemas: Mapping[str, Schema], tables: Mapping[str, Schema], left_out: Iterable[str] = ()) -> Result:
    """Compare every schema with its type in the tables; nothing is taken over from the way they were made."""
    result = Result()
    patterns: dict[str, str] = {}
    for type_name, schema in schemas.items():
        parts = type_name.split("::")
        table = tables.get("::".join(parts[:2]), {"types": {}, "specs": []})
        record = table["types"].get("::".join(parts[2:]))
        if record is None:
            result.differences.append(f"{type_name} is missing")
            continue
        result.count("types")
        _Walk(type_name, schema, table["specs"], result, patterns, frozenset(left_out)).run(record)
    listed = {f"{name}::{short}" for name, table in tables.items() for short in table["types"]}
    for extra in sorted(listed - set(schemas)):
        result.differences.append(f"{extra} is in the tables only")
    for pattern in patterns.values():
        result.patterns[pattern] = result.patterns.get(pattern, 0) + 1
    result.sort()
    return result


class _Walk:
    def __init__(
        self,
        type_name: str,
        document: Schema,
        specs: list[Any],
        result: Result,
        patterns: dict[str, str],
        left_out: frozenset[str],
    ) -> None:
        self.type_name = type_name
        self.document = document
        self.specs = specs
        self.result = result
        self.patterns = patterns
        self.left_out = left_out
        self.seen: set[tuple[int, int]] = set()

    def differ(self, where: str, what: str) -> None:
        self.result.differences.append(f"{self.type_name} {where or '/'}: {what}")

    def run(self, record: Schema) -> None:
        self.of_type(record)
        self.node("", {k: v for k, v in self.document.items() if k not in OF_TYPES}, record["s"])

    def of_type(self, record: Schema) -> None:
        for keyword, key in PATHS.items():
            wanted = {_plain(pointer) for pointer in self.document.get(keyword, ())}
            given = {tuple(path.split("/")) for path in record.get(key, ())}
            missing = wanted - given
            more = given - wanted if key != "cc" else set()  # the service specification adds to these
            if missing or more:
                self.differ("", f"{keyword}: missing {sorted(missing)}, too many {sorted(more)}")
            self.result.count(keyword, len(wanted))
        tagging = self.document.get("tagging") or {}
        if tagging:
            self.result.count("tagging")
            wanted_tags = None
            if tagging.get("taggable") is not False:
                wanted_tags = (tagging.get("tagProperty") or "/properties/Tags").removeprefix("/properties/")
                if wanted_tags not in self.document["properties"]:
                    wanted_tags = None
            if record.get("tg") != wanted_tags:
                self.differ("", f"tags: {wanted_tags} became {record.get('tg')}")
        for keyword, key in (("replacementStrategy", "rs"), ("lifecycle", "lc")):
            if record.get(key) != self.document.get(keyword):
                self.differ("", f"{keyword} became {record.get(key)}")
            self.result.count(keyword, keyword in self.document)
        handlers = self.document.get("handlers")
        if bool(record.get("nu")) != bool(handlers and "update" not in handlers):
            self.differ("", "the update handler")

    def node(self, where: str, raw: Any, at: int) -> None:
        if raw is True or raw == {}:
            raw = {}
        while set(raw) - NOTES == {"$ref"}:
            raw = lookup(self.document, raw["$ref"])
        if (id(raw), at) in self.seen:
            return
        self.seen.add((id(raw), at))
        given = decode(self.specs, at)
        wanted = {}
        for said, value in raw.items():
            keyword = str(ALIASES.get(said, said))
            if keyword in NOTES or keyword in self.left_out:
                self.result.left_out[keyword] = self.result.left_out.get(keyword, 0) + 1
            if keyword in SAY_NOTHING and value == SAY_NOTHING[keyword]:
                continue
            if keyword in KEYS:
                wanted[keyword] = value
            elif keyword not in NOTES and keyword not in self.left_out:
                self.result.not_carried[keyword] = self.result.not_carried.get(keyword, 0) + 1
        wanted_extra = wanted.get("additionalProperties", True)
        given_extra = given.get("additionalProperties", True)
        if (wanted_extra is True) != (given_extra is True):
            self.differ(where, f"additionalProperties {wanted_extra!r} became {given_extra!r}")
        if wanted_extra is True:
            wanted.pop("additionalProperties", None)
        if given_extra is True:
            given.pop("additionalProperties", None)
        for name in sorted({*wanted, *given}):
            self.fact(f"{where}/{name}", name, wanted.get(name, _NOTHING), given.get(name, _NOTHING))

    def fact(self, where: str, keyword: str, wanted: Any, given: Any) -> None:
        if keyword == "pattern" and isinstance(wanted, str):
            self.pattern(where, wanted, given)
            return
        if wanted is _NOTHING or given is _NOTHING:
            self.differ(where, "is missing" if given is _NOTHING else "stands in the table only")
            return
        if keyword in MAPS:
            if keyword == "patternProperties":
                for key in wanted:
                    self.pattern(where, key, translate(key).python or _NOTHING)
                wanted = {translate(key).python or "": value for key, value in wanted.items()}
            if set(wanted) != set(given):
                self.differ(where, f"names differ: {sorted(set(wanted) ^ set(given))[:5]}")
                return
            for name, value in wanted.items():
                self.result.count(keyword)
                self.node(f"{where}/{name}", value, given[name]["$ref"])
            return
        self.result.count(keyword)
        if keyword in LISTS:
            if len(wanted) != len(given):
                self.differ(where, f"{len(wanted)} became {len(given)}")
                return
            for place, (value, child) in enumerate(zip(wanted, given, strict=True)):
                self.node(f"{where}/{place}", value, child["$ref"])
        elif keyword == "$ref":
            self.node(where, lookup(self.document, wanted), given)
        elif keyword in ONES and isinstance(given, dict):
            self.node(where, wanted, given["$ref"])
        elif keyword in ("type", "required") and not isinstance(wanted, str) and not isinstance(given, str):
            if sorted(wanted) != sorted(given):
                self.differ(where, f"{wanted} became {given}")
        elif keyword == "type" and isinstance(wanted, list) and len(wanted) == 1:
            if wanted[0] != given:
                self.differ(where, f"{wanted} became {given}")
        elif json.dumps(wanted, sort_keys=True) != json.dumps(given, sort_keys=True):
            self.differ(where, f"{wanted!r} became {given!r}")

    def pattern(self, where: str, wanted: str, given: Any) -> None:
        made = translate(wanted)
        self.patterns[wanted] = made.how
        if made.how == "dropped":
            self.result.not_carried["pattern"] = self.result.not_carried.get("pattern", 0) + 1
            if given is not _NOTHING:
                self.differ(where, f"a pattern that cannot run became {given!r}")
            return
        self.result.count("pattern")
        if given is _NOTHING or given != made.python or (made.how == "same" and given != wanted):
            self.differ(where, f"{wanted!r} became {given!r}")


_NOTHING = object()


def _plain(pointer: str) -> tuple[str, ...]:
    """A pointer's steps, said without the encoder's own words."""
    steps = pointer.split("/")[2:]
    return tuple(
        "*" if step == "items" and place else step
        for place, step in enumerate(steps)
        if step != "properties" or not place
    )
