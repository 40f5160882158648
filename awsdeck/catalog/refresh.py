"""Make `schemas/` anew: `python -m awsdeck.catalog.refresh [--wheel FILE] [--service-spec FILE|none] [--out DIR]`.

Reads the resource schemas inside the newest cfn-lint wheel and adds what AWS's service specification for the CDK
knows beyond them. Both are only read, never imported; without file names the newest of each is fetched.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from . import proof
from .encode import Service
from .store import SCHEMAS, file_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Schema = dict[str, Any]

DATA = "cfnlint/data/schemas/"
POLICIES = "cfnlint/data/AdditionalSpecs/Policies.json"
HOME = "us-east-1"
LEFT_OUT = {
    "description": "prose",
    "title": "prose",
    "examples": "prose",
    "$comment": "prose",
    "relationshipRef": "which type's attribute is meant; not a constraint",
    "propertyTransform": "how a value is rewritten on reading; used for drift only",
    "typeConfiguration": "settings of third-party types",
    "sourceUrl": "addresses",
    "documentationUrl": "addresses",
    "resourceLink": "addresses",
}


class Wheel:
    """The resource schemas of one cfn-lint release."""

    def __init__(self, file: str) -> None:
        self.file = file
        archive = zipfile.ZipFile(file)
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        fields = dict(
            line.split(": ", 1) for line in archive.read(info).decode().split("\n\n")[0].splitlines() if ": " in line
        )
        self.version = fields["Version"]
        self.license = fields.get("License-Expression") or fields.get("License") or "MIT-0"
        self.date: str = json.loads(archive.read(DATA + "version.json"))["schema_date"]
        self.regions: dict[str, dict[str, str]] = {}
        for name in sorted(archive.namelist()):
            folder, _, base = name.rpartition("/")
            if folder == DATA + "providers" and base.endswith(".json") and base != "sam.json":
                self.regions[base.removesuffix(".json")] = json.loads(archive.read(name))
        self.policies: Schema = json.loads(archive.read(POLICIES))
        hashes: dict[str, str] = {}
        for region in (HOME, *self.regions):
            for type_name, digest in self.regions[region].items():
                hashes.setdefault(type_name, digest)
        self.schemas: dict[str, Schema] = {
            type_name: json.loads(archive.read(f"{DATA}resources/{hashes[type_name]}.json"))
            for type_name in sorted(hashes)
        }
        archive.close()


class ServiceSpec:
    """AWS's service specification, by type; empty when there is none."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.version = None
        self.types: dict[str, Schema] = {}
        if file is None:
            return
        if file.endswith(".tgz"):
            with tarfile.open(file) as archive:
                data, package = archive.extractfile("package/db.json.gz"), archive.extractfile("package/package.json")
                if data is None or package is None:
                    raise SystemExit(f"{file} is not the service specification")
                database = json.loads(gzip.decompress(data.read()))
                self.version = json.load(package)["version"]
        else:
            with gzip.open(file) as unpacked:
                database = json.load(unpacked)
        for resource in database["schema"]["resource"]["entities"]:
            self.types[resource["cloudFormationType"]] = resource

    def beyond(self, type_name: str, schema: Schema) -> Schema:
        """What the specification adds to a resource schema, under the keys of a type's record."""
        found = self.types.get(type_name)
        if found is None:
            return {}
        said: Schema = {}
        reference = found.get("cfnRefIdentifier")
        if reference:
            said["rf"] = reference
        if found.get("isStateful"):
            said["st"] = 1
        conditional = [path.removeprefix("/properties/") for path in schema.get("conditionalCreateOnlyProperties", ())]
        certain = {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", ())}
        maybe = [
            name
            for name, value in sorted(found["properties"].items())
            if value.get("causesReplacement") and name in schema["properties"]
            if name not in certain and name not in conditional and name != updatable_tags(schema)
        ]
        if maybe:
            said["cc"] = [path.replace("/properties/", "/").replace("/items/", "/*/") for path in conditional] + maybe
        attributes = sorted(
            name
            for name in found["attributes"]
            if f"/properties/{name.replace('.', '/')}" not in schema.get("readOnlyProperties", ())
        )
        if attributes:
            said["at"] = attributes
        return said


def updatable_tags(schema: Schema) -> str | None:
    """The property of tags that can be changed in place, whatever older sources say."""
    tagging = schema.get("tagging") or {}
    if tagging.get("taggable") is False or tagging.get("tagUpdatable") is False or not tagging:
        return None
    return (tagging.get("tagProperty") or "/properties/Tags").removeprefix("/properties/")


def tables(wheel: Wheel, spec: ServiceSpec) -> dict[str, Schema]:
    """The compact table of every service."""
    made: dict[str, Service] = {}
    for type_name, schema in wheel.schemas.items():
        name = "::".join(type_name.split("::")[:2])
        service = made.setdefault(name, Service(name))
        service.add({**schema, "typeName": type_name}, spec.beyond(type_name, schema))
    return {name: service.table() for name, service in made.items()}


def permissions(wheel: Wheel) -> dict[str, dict[str, list[str]]]:
    """The IAM actions of every handler of every type, and those that tagging needs."""
    found: dict[str, dict[str, list[str]]] = {}
    for type_name, schema in wheel.schemas.items():
        by_handler = {
            handler: sorted(set(said.get("permissions", ())))
            for handler, said in sorted(schema.get("handlers", {}).items())
        }
        tagging = (schema.get("tagging") or {}).get("permissions")
        if tagging:
            by_handler["tagging"] = sorted(set(tagging))
        if by_handler:
            found[type_name] = by_handler
    return found


def scopes(wheel: Wheel) -> dict[str, dict[str, list[str]]]:
    """The kinds of resources that the actions of handlers can be limited to: for each its ARNs, and those actions."""
    found: dict[str, dict[str, list[str]]] = {}
    asked = {
        action for by_handler in permissions(wheel).values() for actions in by_handler.values() for action in actions
    }
    for action in sorted(asked):
        service, _, name = action.partition(":")
        known = wheel.policies.get(service, {})
        for kind in known.get("Actions", {}).get(name.lower(), {}).get("Resources", ()):
            formats = known["Resources"].get(kind, {}).get("ARNFormats", ())
            arns = [
                re.sub(r"\$\{(\w+)\}", lambda one: f"{{{one[1].lower()}}}", form).replace(".*", "*") for form in formats
            ]
            if arns:
                entry = found.setdefault(service, {}).setdefault(kind, [" ".join(sorted(set(arns))), ""])
                entry[1] = f"{entry[1]} {name}".strip()
    return {service: dict(sorted(kinds.items())) for service, kinds in sorted(found.items())}


def availability(wheel: Wheel) -> Schema:
    """Where each type exists, as a hexadecimal bit set over the sorted regions.

    A region whose list equals that of the home region has no list of its own: nothing is published for it.
    """
    names = sorted(wheel.regions)
    unpublished = [name for name in names if name != HOME and wheel.regions[name] == wheel.regions[HOME]]
    bits = {
        type_name: f"{sum(1 << place for place, name in enumerate(names) if type_name in wheel.regions[name]):x}"
        for type_name in wheel.schemas
    }
    return {"regions": names, "unpublished": unpublished, "types": bits}


def provenance(wheel: Wheel, spec: ServiceSpec, made: Mapping[str, Schema], result: proof.Result) -> Schema:
    sources: list[Schema] = [
        {
            "name": "cfn-lint",
            "version": wheel.version,
            "schema_date": wheel.date,
            "license": "MIT-0",
            "sha256": digest(wheel.file),
            "used_for": "types, properties, constraints, replacement, attributes, permissions and what they can be limited to, regions",
        }
    ]
    if spec.file is not None:
        sources.append({
            "name": "@aws-cdk/aws-service-spec",
            "version": spec.version,
            "license": "Apache-2.0",
            "sha256": digest(spec.file),
            "used_for": "what Ref gives, more attributes, stateful types, more conditional replacement",
        })  # fmt: skip
    return {
        "sources": sources,
        "counts": {
            "services": len(made),
            "types": sum(len(table["types"]) for table in made.values()),
            "specs": sum(len(table["specs"]) for table in made.values()),
            "top_level_properties": sum(len(schema["properties"]) for schema in wheel.schemas.values()),
            "regions": len(wheel.regions),
        },
        "proof": {
            "compared": result.compared,
            "differences": len(result.differences),
            "patterns": result.patterns,
            "not_carried": result.not_carried,
            "left_out": {key: {"count": result.left_out.get(key, 0), "why": why} for key, why in LEFT_OUT.items()},
        },
    }


def digest(file: str) -> str:
    with open(file, "rb") as opened:
        return hashlib.sha256(opened.read()).hexdigest()


def compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=True)


def by_line(opening: str, entries: Sequence[str], closing: str) -> str:
    return opening + "\n" + ",\n".join(entries) + "\n" + closing


def write_table(table: Schema) -> str:
    """One spec and one type a line, so that a refresh can be reviewed."""
    types = by_line("{", [f"{compact(name)}:{compact(record)}" for name, record in table["types"].items()], "}")
    specs = by_line("[", [compact(spec) for spec in table["specs"]], "]")
    return f'{{"service":{compact(table["service"])},"specs":{specs},"types":{types}}}\n'


def write(out: str, files: Mapping[str, str]) -> None:
    """Write all files, and delete the tables of services that are gone."""
    os.makedirs(os.path.join(out, "aws"), exist_ok=True)
    for name in os.listdir(os.path.join(out, "aws")):
        if name.endswith(".json") and f"aws/{name}" not in files:
            os.remove(os.path.join(out, "aws", name))
    for name, text in files.items():
        with open(os.path.join(out, name), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)


def refresh(wheel: Wheel, spec: ServiceSpec, out: str) -> proof.Result:
    """Make every file below `out`; nothing is written unless the tables say what the schemas say."""
    made = tables(wheel, spec)
    result = proof.compare(wheel.schemas, made, LEFT_OUT)
    if result.differences:
        return result
    files = {f"aws/{file_name(name)}": write_table(table) for name, table in made.items()}
    if len({name.lower() for name in files}) != len(made):
        raise SystemExit("two services would share one file")
    index = [f"{compact(name)}:{compact(list(made[name]['types']))}" for name in sorted(made)]
    files["aws/index.json"] = by_line("{", index, "}") + "\n"
    actions = [f"{compact(name)}:{compact(found)}" for name, found in permissions(wheel).items()]
    files["permissions.json"] = by_line("{", actions, "}") + "\n"
    limits = [f"{compact(name)}:{compact(found)}" for name, found in scopes(wheel).items()]
    files["scopes.json"] = by_line("{", limits, "}") + "\n"
    where = availability(wheel)
    bits = by_line("{", [f"{compact(name)}:{compact(found)}" for name, found in where["types"].items()], "}")
    files["regions.json"] = (
        f'{{"regions":{compact(where["regions"])},\n"unpublished":{compact(where["unpublished"])},\n"types":{bits}}}\n'
    )
    files["PROVENANCE.json"] = json.dumps(provenance(wheel, spec, made, result), indent=2) + "\n"
    write(out, files)
    return result


def fetch_wheel(folder: str) -> str:
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "cfn-lint",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-q",
            "-d",
            folder,
        ],
        check=True,
    )
    return next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".whl"))


def fetch_service_spec(folder: str) -> str:
    subprocess.run(
        ["npm", "pack", "@aws-cdk/aws-service-spec", "--silent"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    return next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".tgz"))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m awsdeck.catalog.refresh", description="Make schemas/ anew.")
    parser.add_argument("--wheel", metavar="FILE", help="a cfn-lint wheel; the newest one when left out")
    parser.add_argument(
        "--service-spec",
        metavar="FILE",
        help="@aws-cdk/aws-service-spec as .tgz or its db.json.gz; the newest one when left out; none to do without",
    )
    parser.add_argument("--out", metavar="DIR", default=SCHEMAS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        wheel = Wheel(given.wheel or fetch_wheel(folder))
        no_spec = given.service_spec == "none"
        spec = ServiceSpec(None if no_spec else given.service_spec or fetch_service_spec(folder))
        result = refresh(wheel, spec, given.out)
    for line in result.differences[:40]:
        print(line, file=sys.stderr)
    if result.differences:
        print(f"{len(result.differences)} differences between schemas and tables; nothing written", file=sys.stderr)
        return 1
    print(f"{len(wheel.schemas)} types of {wheel.date}; {sum(result.compared.values()):,} facts compared, all carried"
          f" except {sum(result.not_carried.values())}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
