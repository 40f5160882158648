"""Nothing a schema says is lost on the way into a table, and a loss would be noticed."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path
from typing import Any

import pytest

from awsdeck import catalog
from awsdeck.catalog import proof, refresh
from awsdeck.catalog.encode import KEYS, Service, decode

WHEEL = os.environ.get("AWSDECK_CFN_LINT_WHEEL", "")
SPEC = os.environ.get("AWSDECK_SERVICE_SPEC", "")

EVERYTHING: dict[str, Any] = {
    "typeName": "Acme::All::Thing",
    "additionalProperties": False,
    "required": ["Text"],
    "properties": {
        "Text": {"type": "string", "pattern": r"^\p{L}+$", "minLength": 1, "maxLength": 9, "format": "date-time", "default": "a"},
        "Choice": {"type": "string", "enum": ["a", "b"]},
        "Folded": {"type": "string", "enumCaseInsensitive": ["a", "b"]},
        "Fixed": {"const": 5},
        "Number": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 9, "multipleOf": 0.5},
        "Whole": {"type": "integer", "minimum": 1, "maximum": 2},
        "List": {
            "type": "array", "items": {"$ref": "#/definitions/Node"}, "minItems": 1, "maxItems": 9, "uniqueItems": True,
            "uniqueKeys": ["Name"], "maxUniqueItems": 4, "insertionOrder": False, "arrayType": "AttributeList",
            "prefixItems": [{"required": ["Name"]}],
        },
        "Map": {
            "type": "object", "patternProperties": {"^a": {"type": "string"}}, "additionalProperties": {"type": "integer"},
            "propertyNames": {"maxLength": 3}, "minProperties": 1, "maxProperties": 5,
        },
        "Either": {"oneOf": [{"type": "string"}, {"type": "integer"}], "anyOf": [{}, {"not": {"enum": ["x"]}}]},
        "Both": {"allOf": [{"minLength": 1}, {"$ref": "#/definitions/Node"}]},
        "Near": {"$ref": "#/definitions/Node", "maxProperties": 2},
    },
    "definitions": {
        "Node": {
            "type": "object",
            "properties": {"Name": {"type": "string"}, "Next": {"$ref": "#/definitions/Node"}, "Any": {}},
            "required": ["Name"],
        }
    },
    "requiredXor": ["Choice", "Folded"],
    "requiredOr": ["Number", "Whole"],
    "dependentRequired": {"List": ["Map"]},
    "dependentExcluded": {"Map": ["Fixed"]},
    "if": {"required": ["Map"]},
    "then": {"required": ["List"]},
    "else": {"required": ["Text"]},
    "createOnlyProperties": ["/properties/Text", "/properties/List/*/Name"],
    "conditionalCreateOnlyProperties": ["/properties/Whole"],
    "readOnlyProperties": ["/properties/Map/properties/Deep"],
    "writeOnlyProperties": ["/properties/Choice"],
    "deprecatedProperties": ["/properties/Fixed"],
    "primaryIdentifier": ["/properties/Text"],
    "tagging": {"taggable": True, "tagProperty": "/properties/Map"},
    "replacementStrategy": "delete_then_create",
    "lifecycle": {"status": "sunset", "date": "2026-09-30"},
    "handlers": {"create": {"permissions": []}},
}  # fmt: skip


def table(schema: dict[str, Any]) -> dict[str, Any]:
    service = Service("Acme::All")
    service.add(schema)
    return service.table()


def differences(schema: dict[str, Any], made: dict[str, Any]) -> list[str]:
    return proof.compare({"Acme::All::Thing": schema}, {"Acme::All": made}).differences


def test_a_schema_with_every_keyword_is_carried_whole() -> None:
    result = proof.compare({"Acme::All::Thing": EVERYTHING}, {"Acme::All": table(EVERYTHING)})
    assert result.differences == []
    assert result.not_carried == {}
    assert set(KEYS) - set(result.compared) == set()


def test_a_recursive_definition_becomes_a_spec_that_refers_to_itself() -> None:
    made = table(EVERYTHING)
    at = next(at for at, spec in enumerate(made["specs"]) if isinstance(spec, dict) and spec.get("n") == "Node")
    assert made["specs"][at]["p"]["Next"] == at
    assert decode(made["specs"], at)["properties"]["Next"] == {"$ref": at}


def tampered() -> list[tuple[str, dict[str, Any]]]:
    """Tables with one fact taken out, or changed."""
    made = table(EVERYTHING)
    found = []
    for at, spec in enumerate(made["specs"]):
        if not isinstance(spec, dict):
            continue
        for key in spec:
            if key == "n":
                continue
            without = copy.deepcopy(made)
            del without["specs"][at][key]
            found.append((f"spec {at} without {key}", without))
            if (
                isinstance(spec[key], (int, float))
                and key in KEYS.values()
                and key not in ("+", "$", "l", "pn", "not", "if", "then", "else")
            ):
                other = copy.deepcopy(made)
                other["specs"][at][key] = spec[key] + 1
                found.append((f"spec {at} with another {key}", other))
    for key in made["types"]["Thing"]:
        if key in ("s", "ai"):
            continue
        without = copy.deepcopy(made)
        del without["types"]["Thing"][key]
        found.append((f"record without {key}", without))
    return found


@pytest.mark.parametrize(("name", "made"), tampered(), ids=[name for name, _ in tampered()])
def test_a_fact_that_is_lost_or_changed_is_noticed(name: str, made: dict[str, Any]) -> None:
    assert differences(EVERYTHING, made), name


def test_a_type_that_is_lost_or_made_up_is_noticed() -> None:
    made = table(EVERYTHING)
    assert differences(EVERYTHING, {**made, "types": {}}) == ["Acme::All::Thing is missing"]
    more = {**made, "types": {**made["types"], "Other": made["types"]["Thing"]}}
    assert differences(EVERYTHING, more) == ["Acme::All::Other is in the tables only"]


def test_a_pattern_that_cannot_run_is_counted() -> None:
    schema = {"typeName": "Acme::All::Thing", "properties": {"A": {"type": "string", "pattern": r"\p{Klingon}"}}}
    result = proof.compare({"Acme::All::Thing": schema}, {"Acme::All": table(schema)})
    assert (result.differences, result.not_carried, result.patterns) == ([], {"pattern": 1}, {"dropped": 1})


def test_a_keyword_nobody_knows_is_counted() -> None:
    schema = {"typeName": "Acme::All::Thing", "properties": {"A": {"type": "string", "contentEncoding": "base64"}}}
    result = proof.compare({"Acme::All::Thing": schema}, {"Acme::All": table(schema)})
    assert (result.differences, result.not_carried) == ([], {"contentEncoding": 1})


def test_equal_specs_are_merged_and_unused_ones_dropped() -> None:
    same = {"type": "object", "properties": {"B": {"type": "string", "maxLength": 5}}, "additionalProperties": False}
    schema = {
        "typeName": "Acme::All::Thing",
        "properties": {"A": {"$ref": "#/definitions/X"}, "C": {"type": "array", "items": {"$ref": "#/definitions/X"}}},
        "definitions": {"X": same, "Unused": {"type": "integer", "minimum": 77}},
    }
    specs = table(schema)["specs"]
    assert len(specs) == 4
    assert "77" not in json.dumps(specs)


needs_wheel = pytest.mark.skipif(
    not Path(WHEEL).is_file(), reason="set AWSDECK_CFN_LINT_WHEEL to the cfn-lint wheel that PROVENANCE.json names"
)


@needs_wheel
def test_the_committed_tables_say_what_the_raw_schemas_say() -> None:
    wheel = refresh.Wheel(WHEEL)
    provenance = json.loads((Path(catalog.SCHEMAS) / "PROVENANCE.json").read_text(encoding="utf-8"))
    if refresh.digest(WHEEL) != provenance["sources"][0]["sha256"]:
        pytest.skip(
            f"the tables were made from cfn-lint {provenance['sources'][0]['version']}, this is {wheel.version}"
        )
    tables = {}
    for file in (Path(catalog.SCHEMAS) / "aws").glob("*.json"):
        if file.name != "index.json":
            made = json.loads(file.read_text(encoding="utf-8"))
            tables[made["service"]] = made
    result = proof.compare(wheel.schemas, tables, refresh.LEFT_OUT)
    assert result.differences == []
    assert result.not_carried == provenance["proof"]["not_carried"]
    assert result.compared == provenance["proof"]["compared"]
    assert sum(result.compared.values()) > 190_000


@needs_wheel
@pytest.mark.skipif(not Path(SPEC).is_file(), reason="set AWSDECK_SERVICE_SPEC to the service specification's .tgz")
def test_a_refresh_from_the_same_sources_gives_the_same_bytes(tmp_path: Path) -> None:
    assert refresh.main(["--wheel", WHEEL, "--service-spec", SPEC, "--out", str(tmp_path)]) == 0
    made = {str(file.relative_to(tmp_path)): file.read_bytes() for file in tmp_path.rglob("*.json")}
    committed = {name: (Path(catalog.SCHEMAS) / name).read_bytes() for name in made}
    assert [name for name in made if made[name] != committed[name]] == []
    assert len(made) > 300
