"""Resource schemas in JSON, to and from the compact table of a service.

A table is a list of specs, each said once and referred to by its index. A spec is the name of a type when that is
all it says (`"s"`), and otherwise an object with one short key for each JSON Schema keyword, listed in `KEYS`.
Every keyword that constrains a value is carried; `decode` gives the schema back, and `proof` compares the two.
"""

from __future__ import annotations

import json

from .pattern import translate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Schema = dict[str, Any]
    Spec = Any

TYPES = {
    "string": "s",
    "integer": "i",
    "number": "n",
    "boolean": "b",
    "object": "o",
    "array": "a",
    "null": "z",
}

KEYS = {
    "type": "t",
    # objects
    "properties": "p",
    "required": "r",
    "additionalProperties": "+",  # left out where "properties" stands and nothing else is allowed
    "patternProperties": "q",
    "propertyNames": "pn",
    "minProperties": "pa",
    "maxProperties": "pz",
    "requiredXor": "rx",
    "requiredOr": "ro",
    "dependentRequired": "dr",
    "dependentExcluded": "dx",
    # lists
    "items": "l",
    "prefixItems": "li",
    "minItems": "la",
    "maxItems": "lz",
    "uniqueItems": "u",
    "uniqueKeys": "uk",
    "maxUniqueItems": "uz",
    "insertionOrder": "io",
    "arrayType": "at",
    # scalars
    "enum": "e",
    "enumCaseInsensitive": "ei",
    "const": "k",
    "pattern": "m",
    "minLength": "sa",
    "maxLength": "sz",
    "minimum": "lo",
    "maximum": "hi",
    "exclusiveMinimum": "xlo",
    "exclusiveMaximum": "xhi",
    "multipleOf": "mo",
    "format": "f",
    # alternatives
    "oneOf": "one",
    "anyOf": "any",
    "allOf": "all",
    "not": "not",
    "if": "if",
    "then": "then",
    "else": "else",
    "$ref": "$",  # only where other keywords stand beside it
    # not a constraint
    "default": "d",
}
KEYWORDS = {key: keyword for keyword, key in KEYS.items()}

NAMED = frozenset({"p", "q"})  # {name: spec}
LISTED = frozenset({"one", "any", "all", "li"})  # [spec, …]
SINGLE = frozenset({"l", "pn", "not", "if", "then", "else", "$"})  # spec; "+" is a spec or 0 or 1

NOTES = frozenset(
    {"description", "title", "examples", "$comment", "relationshipRef", "default"}
)  # say nothing of values
SAY_NOTHING = {
    "required": [],
    "minItems": 0,
    "minLength": 0,
    "minProperties": 0,
    "uniqueItems": False,
    "insertionOrder": True,
}
ALIASES = {"dependencies": "dependentRequired"}

# What is said of a type as a whole.
PATHS = {
    "createOnlyProperties": "co",
    "conditionalCreateOnlyProperties": "cc",
    "readOnlyProperties": "ro",
    "writeOnlyProperties": "wo",
    "deprecatedProperties": "dp",
    "primaryIdentifier": "id",
}


def facts(schema: Schema) -> Schema:
    """The keywords of one schema that are carried, under the names of `KEYS`; what says nothing is left out."""
    found: Schema = {}
    for given, value in schema.items():
        keyword = ALIASES.get(given, given)
        if keyword not in KEYS or (keyword in SAY_NOTHING and value == SAY_NOTHING[keyword]):
            continue
        found[keyword] = value
    if "properties" in found:
        if found.get("additionalProperties", True) is False:
            del found["additionalProperties"]
        else:
            found.setdefault("additionalProperties", True)
    elif found.get("additionalProperties") is True:
        del found["additionalProperties"]
    return found


def lookup(document: Schema, ref: str) -> Schema:
    """The schema a local `$ref` points at."""
    found: Any = document
    for step in ref[2:].split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found  # type: ignore[no-any-return]


def path(pointer: str) -> str:
    """A JSON pointer to a property as a plain path: `Listeners/*/Port`."""
    steps = pointer.removeprefix("/properties/").split("/")
    plain: list[str] = []
    for place, step in enumerate(steps):
        if step == "properties" and place and plain[-1:] != ["properties"]:
            continue
        plain.append("*" if step == "items" and place else step)
    return "/".join(plain)


class Service:
    """The table of one service while it is made: add raw schemas, then take `table()`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.specs: list[Spec] = []
        self.types: dict[str, Schema] = {}
        self.roots: dict[str, int] = {}

    def add(self, document: Schema, extra: Schema | None = None) -> None:
        """Take in one resource schema; `extra` are facts of the type that the schema does not say."""
        name = document["typeName"].removeprefix(self.name + "::")
        self.roots[name] = _Reader(self.specs, document).root(name)
        record: Schema = {
            key: [path(p) for p in document[keyword]] for keyword, key in PATHS.items() if document.get(keyword)
        }
        if document.get("additionalIdentifiers"):
            record["ai"] = [
                [path(p) for p in ([one] if isinstance(one, str) else one)] for one in document["additionalIdentifiers"]
            ]
        tagging = document.get("tagging") or {}
        taggable = tagging.get("taggable", document.get("taggable", True))
        if taggable is not False:
            tags = path(tagging.get("tagProperty") or "/properties/Tags")
            if tags in document["properties"]:
                record["tg"] = tags
                if tagging.get("tagUpdatable") is False:
                    record["tu"] = 0
                if tagging.get("cloudFormationSystemTags") is False:
                    record["ts"] = 0
        if document.get("replacementStrategy"):
            record["rs"] = document["replacementStrategy"]
        if document.get("handlers") and "update" not in document["handlers"]:
            record["nu"] = 1
        if document.get("lifecycle"):
            record["lc"] = document["lifecycle"]
        self.types[name] = {**record, **(extra or {})}

    def table(self) -> Schema:
        """Equal specs merged, unused ones dropped, numbered in the order in which the sorted types reach them."""
        names = sorted(self.types)
        kinds = _merge(self.specs)
        order: dict[int, int] = {}
        kept: list[int] = []
        stack = [kinds[self.roots[name]] for name in reversed(names)]
        while stack:
            at = stack.pop()
            if at in order:
                continue
            order[at] = len(kept)
            kept.append(at)
            stack.extend(kinds[child] for child in reversed(list(children(self.specs[at]))))
        new = {at: order[kind] for at, kind in enumerate(kinds) if kind in order}
        return {
            "service": self.name,
            "specs": [_renumber(self.specs[at], new) for at in kept],
            "types": {name: {"s": new[self.roots[name]], **self.types[name]} for name in names},
        }


class _Reader:
    """Turns one resource schema into specs; a `$ref` met twice becomes the same spec, also inside itself."""

    def __init__(self, specs: list[Spec], document: Schema) -> None:
        self.specs = specs
        self.document = document
        self.refs: dict[str, int] = {}

    def root(self, name: str) -> int:
        return self.take(self.document, name)

    def put(self, spec: Spec) -> int:
        self.specs.append(spec)
        return len(self.specs) - 1

    def take(self, schema: Any, name: str) -> int:
        if not isinstance(schema, dict) or not schema:
            return self.put("")
        ref = schema.get("$ref")
        if isinstance(ref, str):
            beside = {k: v for k, v in schema.items() if k not in NOTES and k != "$ref"}
            if not beside:
                return self.refer(ref)
        at = self.put(None)
        self.specs[at] = self.spec(facts(schema), name)
        return at

    def refer(self, ref: str) -> int:
        if not ref.startswith("#/"):
            return self.put("")
        at = self.refs.get(ref)
        if at is None:
            target = lookup(self.document, ref)
            onward = isinstance(target, dict) and set(target) - NOTES == {"$ref"}
            if onward:
                at = self.refs[ref] = self.refer(target["$ref"])
            else:
                at = self.refs[ref] = self.put(None)
                self.specs[at] = self.spec(facts(target), ref.rsplit("/", 1)[-1]) if target else ""
        return at

    def spec(self, known: Schema, name: str) -> Spec:
        made: Schema = {}
        for keyword, value in known.items():
            key = KEYS[keyword]
            if key == "t":
                made["t"] = "".join(sorted(TYPES[one] for one in ([value] if isinstance(value, str) else value)))
            elif key == "p":
                made[key] = {k: self.take(v, k) for k, v in value.items()}
            elif key == "q":
                made[key] = {pattern_of_keys(k): self.take(v, name) for k, v in value.items()}
            elif key in LISTED:
                made[key] = [self.take(v, name) for v in value]
            elif key == "$":
                made[key] = self.refer(value)
            elif key == "+" and isinstance(value, bool):
                made[key] = int(value) if value else -1
            elif key == "l" and isinstance(value, list):
                made["li"] = [self.take(v, name) for v in value]
            elif key in SINGLE or key == "+":
                made[key] = self.take(value, name)
                if key == "+":
                    made[key] = [made[key]]
            elif key == "m":
                pattern = translate(value).python
                if pattern is not None:
                    made[key] = pattern
            else:
                made[key] = value
        if "p" in made:
            made["n"] = name
        if not made:
            return ""
        if set(made) == {"t"} and len(made["t"]) == 1:
            return made["t"]
        return {key: made[key] for key in ("n", *KEYS.values()) if key in made}


def pattern_of_keys(pattern: str) -> str:
    """A pattern for the keys of a map; one that Python cannot run lets every key pass."""
    return translate(pattern).python or ""


def children(spec: Spec) -> Iterable[int]:
    """The indices a spec refers to."""
    if not isinstance(spec, dict):
        return
    for key, value in spec.items():
        if key in NAMED:
            yield from value.values()
        elif key in LISTED:
            yield from value
        elif key in SINGLE:
            yield value
        elif key == "+" and isinstance(value, list):
            yield value[0]


def _renumber(spec: Spec, new: dict[int, int]) -> Spec:
    if not isinstance(spec, dict):
        return spec
    made: Schema = {}
    for key, value in spec.items():
        if key in NAMED:
            made[key] = {name: new[at] for name, at in value.items()}
        elif key in LISTED or (key == "+" and isinstance(value, list)):
            made[key] = [new[at] for at in value]
        elif key in SINGLE:
            made[key] = new[value]
        else:
            made[key] = value
    return made


def _merge(specs: list[Spec]) -> list[int]:
    """For each spec the first one that says the same, specs inside specs included."""
    frozen = [json.dumps(_bare(spec), sort_keys=True) for spec in specs]
    below = [list(children(spec)) for spec in specs]
    kinds = [0] * len(specs)
    count = 0
    while True:
        seen: dict[tuple[object, ...], int] = {}
        kinds = [seen.setdefault((frozen[at], *[kinds[child] for child in below[at]]), at) for at in range(len(specs))]
        if len(seen) == count:
            return kinds
        count = len(seen)


def _bare(spec: Spec) -> Spec:
    """A spec with every index taken out, its shape kept."""
    if not isinstance(spec, dict):
        return spec
    made: Schema = {}
    for key, value in spec.items():
        if key in NAMED:
            made[key] = list(value)
        elif key in LISTED:
            made[key] = len(value)
        elif key in SINGLE or (key == "+" and isinstance(value, list)):
            made[key] = None
        else:
            made[key] = value
    return made


def decode(specs: list[Spec], at: int) -> Schema:
    """One spec as JSON Schema again, its children left as indices under `$ref`."""
    spec = specs[at]
    if isinstance(spec, str):
        return {"type": _TYPE_NAMES[spec]} if spec else {}
    made: Schema = {}
    for key, value in spec.items():
        if key == "n":
            continue
        keyword = KEYWORDS[key]
        if key == "t":
            names = [_TYPE_NAMES[one] for one in value]
            made[keyword] = names[0] if len(names) == 1 else names
        elif key in NAMED:
            made[keyword] = {name: {"$ref": child} for name, child in value.items()}
        elif key in LISTED:
            made[keyword] = [{"$ref": child} for child in value]
        elif key == "+":
            made[keyword] = {"$ref": value[0]} if isinstance(value, list) else value > 0
        elif key in SINGLE:
            made[keyword] = {"$ref": value} if key != "$" else value
        else:
            made[keyword] = value
    if "p" in spec and "+" not in spec:
        made["additionalProperties"] = False
    return made


_TYPE_NAMES = {letter: name for name, letter in TYPES.items()}
