"""The committed tables hold together; no network, no other package needed."""

from __future__ import annotations

import json
import re
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from awsdeck import catalog
from awsdeck.catalog import refresh
from awsdeck.catalog.encode import KEYWORDS, NAMED, PATHS, TYPES, children
from awsdeck.catalog.properties import shape
from awsdeck.catalog.stateful import AT_REST, IN_TRANSIT, OWNERS, SNAPSHOT

SCHEMAS = Path(catalog.SCHEMAS)
TABLES: dict[str, dict[str, Any]] = {
    file.name: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted((SCHEMAS / "aws").glob("*.json"))
    if file.name != "index.json"
}
PROVENANCE = json.loads((SCHEMAS / "PROVENANCE.json").read_text(encoding="utf-8"))
SHIPPED = [name for name in catalog.type_names() if not name.startswith(("Test::", "Acme::"))]


def test_the_index_lists_what_the_tables_hold() -> None:
    index = json.loads((SCHEMAS / "aws" / "index.json").read_text(encoding="utf-8"))
    assert index == {table["service"]: sorted(table["types"]) for table in TABLES.values()}
    assert {catalog.file_name(service) for service in index} == set(TABLES)


def test_the_counts_are_those_of_the_provenance() -> None:
    counts = PROVENANCE["counts"]
    assert counts["services"] == len(TABLES)
    assert counts["types"] == sum(len(table["types"]) for table in TABLES.values()) >= 1_850
    assert counts["specs"] == sum(len(table["specs"]) for table in TABLES.values())
    assert counts["top_level_properties"] == sum(
        len(table["specs"][record["s"]]["p"]) for table in TABLES.values() for record in table["types"].values()
    )
    assert PROVENANCE["proof"]["differences"] == 0


def test_the_provenance_names_its_sources_with_licence_and_digest() -> None:
    for source in PROVENANCE["sources"]:
        assert source["license"] in ("MIT-0", "Apache-2.0")
        assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"])
        assert source["version"]


def test_every_spec_is_used_and_made_of_known_keys() -> None:
    for name, table in TABLES.items():
        used = {record["s"] for record in table["types"].values()}
        for spec in table["specs"]:
            used.update(children(spec))
            if isinstance(spec, str):
                assert not spec or spec in TYPES.values(), name
            else:
                assert spec.keys() <= {*KEYWORDS, "n"}, name
        assert used == set(range(len(table["specs"]))), name


def test_no_spec_is_said_twice() -> None:
    for name, table in TABLES.items():
        texts = [json.dumps(spec) for spec in table["specs"]]
        assert len(texts) == len(set(texts)), name


def test_a_table_is_written_one_entry_a_line() -> None:
    for name, table in TABLES.items():
        text = (SCHEMAS / "aws" / name).read_text(encoding="utf-8")
        assert text.isascii(), name
        assert text == refresh.write_table(table), name
        assert len(text.splitlines()) == len(table["specs"]) + len(table["types"]) + 3, name


@pytest.mark.parametrize("key", ["co", "cc", "ro", "wo", "id"])
def test_every_path_leads_to_a_property(key: str) -> None:
    lost = []
    total = 0
    for name in SHIPPED:
        kind = catalog.find(name)
        assert kind is not None
        for path in kind.record.get(key, ()):
            total += 1
            if shape(kind, path.split("/")) is None:
                lost.append(f"{name} {path}")
    assert lost == []
    keyword = next(keyword for keyword, short in PATHS.items() if short == key)
    assert total >= PROVENANCE["proof"]["compared"][keyword]


def test_every_required_property_is_a_property() -> None:
    lost = [
        (name, required)
        for name, table in TABLES.items()
        for spec in table["specs"]
        if isinstance(spec, dict) and "p" in spec and "+" not in spec
        for required in spec.get("r", ())
        if required not in spec["p"]
    ]
    assert lost == []


def test_every_type_can_be_checked_and_read() -> None:
    for name in SHIPPED:
        kind = catalog.find(name)
        assert kind is not None
        missing = {problem.kind for problem in kind.check({})}
        assert missing <= {"missing"}
        assert bool(missing) >= bool(set(kind.required))
        assert all(kind.has_attribute(attribute) for attribute in kind.attributes)
        assert kind.tag_property is None or kind.shape((kind.tag_property,)) is not None


def test_no_type_demands_what_it_refuses() -> None:
    for name in SHIPPED:
        kind = catalog.find(name)
        assert kind is not None
        assert not kind.read_only & set(kind.required), name


def patterns() -> list[str]:
    found: set[str] = set()
    for table in TABLES.values():
        for spec in table["specs"]:
            if isinstance(spec, dict):
                found.update(key for name in NAMED - {"p"} for key in spec.get(name, ()))
                if "m" in spec:
                    found.add(spec["m"])
    return sorted(found)


def test_every_pattern_runs_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len([re.compile(pattern) for pattern in patterns()]) > 2_500


# Texts that a pattern with nested repeats takes ages to refuse.
HOSTILE = [
    *(
        one * 13 + "\x01"
        for one in ("aa", "a-", "00", "a.", "/a", "a ", "  ", "AA", "a/", "a_", "a,", "1.", "a:", "aA0")
    ),
    "arn:aws:iam::123456789012:role/" + "a" * 26 + "\x01",
]


def test_no_pattern_can_be_made_to_run_for_ages() -> None:
    slow = []
    for pattern in patterns():
        search = re.compile(pattern).search
        start = time.process_time()
        for text in HOSTILE:
            search(text)
        if time.process_time() - start > 0.1:
            slow.append(pattern)
    assert slow == []


def test_the_curated_lists_name_types_that_exist() -> None:
    assert (AT_REST | IN_TRANSIT | OWNERS | SNAPSHOT) - set(SHIPPED) == set()


def test_permissions_and_regions_speak_of_the_same_types() -> None:
    permissions = json.loads((SCHEMAS / "permissions.json").read_text(encoding="utf-8"))
    regions = json.loads((SCHEMAS / "regions.json").read_text(encoding="utf-8"))
    assert set(permissions) <= set(SHIPPED) == set(regions["types"])
    assert len(permissions) > 1_700
    assert len(regions["regions"]) == PROVENANCE["counts"]["regions"]
    assert "us-east-1" not in regions["unpublished"]
