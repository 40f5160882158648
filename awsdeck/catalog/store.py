"""The types CloudFormation knows, read from `schemas/` one service at a time on first use."""

from __future__ import annotations

import json
import os

from .stateful import AT_REST, IN_TRANSIT, OWNERS, SNAPSHOT, keeps_nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from functools import cached_property as fact
    from typing import Any, Literal

    from .problem import Problem
    from .properties import Shape
    from .validate import Checks

    Path = tuple[str, ...]
else:

    class fact:  # noqa: N801
        """An attribute worked out on first use and then kept."""

        def __init__(self, make):
            self.make = make
            self.name = make.__name__
            self.__doc__ = make.__doc__

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.make(instance)
            return value


_INTERRUPTED = {
    "AWS::RDS::DBInstance": frozenset({
        "AutoMinorVersionUpgrade", "BackupRetentionPeriod", "DBParameterGroupName", "MultiAZ",
        "PreferredMaintenanceWindow", "StorageType",
    }),
}  # fmt: skip
"""Properties that a schema calls create-only under conditions, and whose change interrupts a resource at most.

Source: CloudFormation Template Reference, AWS::RDS::DBInstance ("Update requires: Some interruptions"); RDS User Guide,
settings for DB instances.
"""


def _schemas() -> str:
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "schemas")
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(package), "schemas")


SCHEMAS = _schemas()  # "awsdeck/schemas" in a wheel, "schemas" beside the package in a checkout


# Types whose attributes are not in any schema.
MADE_UP = frozenset({
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Macro",
    "AWS::CloudFormation::Stack",
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
})  # fmt: skip


class Table:
    """One service's specs and types, with the checks made of them so far."""

    __slots__ = ("service", "specs", "types", "checks")

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.service: str = data["service"]
        self.specs: list[Any] = data["specs"]
        self.types: dict[str, dict[str, Any]] = data["types"]
        self.checks: Checks | None = None


_tables: dict[str, Table | None] = {}
_found: dict[str, ResourceType | None] = {}
_added: dict[str, ResourceType] = {}
_files: dict[str, Any] = {}


def file_name(service: str) -> str:
    """`AWS::SQS` lives in sqs.json, `Alexa::ASK` in alexa-ask.json."""
    vendor, _, name = service.partition("::")
    return (name if vendor == "AWS" else f"{vendor}-{name}").lower() + ".json"


def read_data(*names: str) -> Any:
    """A file below `schemas/`, read once; None when there is no such file."""
    key = "/".join(names)
    if key not in _files:
        try:
            with open(os.path.join(SCHEMAS, *names), encoding="utf-8") as file:
                _files[key] = json.load(file)
        except FileNotFoundError:
            _files[key] = None
    return _files[key]


def _table(service: str) -> Table | None:
    table = _tables.get(service)
    if table is None and service not in _tables:
        name = file_name(service)
        if name.replace("-", "").removesuffix(".json").isalnum():
            try:
                with open(os.path.join(SCHEMAS, "aws", name), encoding="utf-8") as file:
                    table = Table(json.load(file))
            except FileNotFoundError:
                pass
        if table is not None and table.service != service:
            table = None  # the user's spelling differs in case only
        _tables[service] = table
    return table


def find(type_name: str) -> ResourceType | None:
    """What CloudFormation says of a type, or None when it knows no such type."""
    known = _found.get(type_name)
    if known is None and type_name not in _found:
        known = _added.get(type_name)
        if known is None:
            vendor, _, rest = type_name.partition("::")
            name, _, kind = rest.partition("::")
            table = _table(f"{vendor}::{name}") if kind else None
            if table is not None and kind in table.types:
                known = ResourceType(type_name, table, table.types[kind])
        if len(_found) < 10_000:  # names come from users' templates
            _found[type_name] = known
    return known


def extended() -> bool:
    """Whether somebody has added types of his own."""
    return bool(_added)


def services() -> dict[str, list[str]]:
    """Every service with the short names of its types: `{"AWS::SQS": ["Queue", …], …}`; loads the index alone."""
    listed: dict[str, list[str]] = dict(read_data("aws", "index.json") or {})
    for name, kind in _added.items():
        names = listed.get(kind.service, [])
        short = name.removeprefix(kind.service + "::")
        if short not in names:
            listed[kind.service] = sorted([*names, short])
    return listed


def type_names() -> list[str]:
    """The full names of all types, sorted."""
    return sorted(f"{service}::{name}" for service, names in services().items() for name in names)


def suggest(name: str) -> str | None:
    """The type that was probably meant."""
    names = type_names()
    lower = {known.lower(): known for known in names}
    if name.lower() in lower:
        return lower[name.lower()]
    from difflib import get_close_matches

    service, _, kind = name.rpartition("::")
    same_kind = [known for known in names if known.rpartition("::")[2].lower() == kind.lower()]
    for among in (same_kind, [known for known in names if known.startswith(service + "::")], names):
        close = get_close_matches(name, among, 1, 0.75)
        if close:
            return close[0]
    return None


def add(schema: Mapping[str, Any] | str | os.PathLike[str]) -> ResourceType:
    """Make a private type known in this process; takes a CloudFormation registry schema or the path of its file.

    A type of AWS's with the same name is hidden by it.
    """
    from ..errors import InputError
    from .encode import Service

    where = "the schema"
    if isinstance(schema, (str, os.PathLike)):
        where = str(schema)
        try:
            with open(schema, encoding="utf-8-sig") as file:
                schema = json.load(file)
        except OSError as error:
            raise InputError(f"{where} cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise InputError(f"{where} is not JSON: {error}") from None
    if not isinstance(schema, dict) or not isinstance(schema.get("typeName"), str):
        raise InputError(f"{where} has no typeName", fix="give the schema of one resource type from the registry")
    name: str = schema["typeName"]
    parts = name.split("::")
    if len(parts) not in (3, 4) or not all(part.isalnum() for part in parts):
        raise InputError(f"{where}: {name!r} is not the name of a type", fix="write Organization::Service::Resource")
    if not isinstance(schema.get("properties"), dict) or not schema["properties"]:
        raise InputError(f"{where}: {name} has no properties", fix="give the whole schema, with what it allows")
    service = Service("::".join(parts[:2]))
    try:
        service.add(schema)
        table = Table(service.table())
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise InputError(f"{where}: {name} is not a resource schema ({type(error).__name__}: {error})") from None
    made = ResourceType(name, table, table.types["::".join(parts[2:])])
    _added[name] = made
    _found.pop(name, None)
    return made


class ResourceType:
    """What CloudFormation says of one resource type.

    Paths are tuples of property names, `"*"` stands for every item of a list or map.
    """

    def __init__(self, name: str, table: Table, record: Mapping[str, Any]) -> None:
        self.name = name
        self.service = table.service
        self.table = table
        self.record = record
        self.root: int = record["s"]

    def __repr__(self) -> str:
        return f"<{self.name}>"

    # properties

    @fact
    def properties(self) -> dict[str, int]:
        """Top-level properties, each with the index of its spec in the table."""
        properties: dict[str, int] = self.table.specs[self.root].get("p", {})
        return properties

    @fact
    def required(self) -> tuple[str, ...]:
        return tuple(self.table.specs[self.root].get("r", ()))

    @fact
    def read_only(self) -> frozenset[str]:
        """Top-level properties that AWS sets and a template may not."""
        return frozenset(path[0] for path in self.read_only_paths if len(path) == 1)

    @fact
    def read_only_paths(self) -> tuple[Path, ...]:
        """All read-only properties, nested ones too; a property that is also required or write-only is left out."""
        writable = {*self.required, *self.record.get("wo", ())}
        return _paths(path for path in self.record.get("ro", ()) if path not in writable)

    @fact
    def create_only(self) -> tuple[Path, ...]:
        return _paths(self.record.get("co", ()))

    @fact
    def conditional_create_only(self) -> tuple[Path, ...]:
        interrupting = _INTERRUPTED.get(self.name, ())
        return _paths(path for path in self.record.get("cc", ()) if path not in interrupting)

    @fact
    def write_only(self) -> tuple[Path, ...]:
        return _paths(self.record.get("wo", ()))

    @fact
    def deprecated(self) -> tuple[Path, ...]:
        return _paths(self.record.get("dp", ()))

    @fact
    def primary_identifier(self) -> tuple[str, ...]:
        """The properties that identify a resource, dotted where nested."""
        return tuple(path.replace("/", ".") for path in self.record.get("id", ()))

    @fact
    def additional_identifiers(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(path.replace("/", ".") for path in one) for one in self.record.get("ai", ()))

    @fact
    def ref(self) -> str | None:
        """The property or attribute whose value `Ref` gives; None when it joins several, or is not known."""
        parts = self.record.get("rf") or self.primary_identifier
        return parts[0] if len(parts) == 1 else None

    @fact
    def attributes(self) -> tuple[str, ...]:
        """What `Fn::GetAtt` takes, dotted where nested; `Outputs.*` stands for every output of a nested stack."""
        from .properties import attributes

        return attributes(self)

    def has_attribute(self, name: str) -> bool | None:
        """Whether `Fn::GetAtt` takes an attribute; None when the schema cannot tell.

        Some types give their ordinary properties too, and some make attributes up, as a nested stack its outputs.
        """
        if name in self.attributes or any(one.endswith(".*") and name.startswith(one[:-1]) for one in self.attributes):
            return True
        head, dot, _ = name.partition(".")
        if dot and head in self.attributes and self.name not in MADE_UP:
            return None if self.shape(name.split(".")) is not None else False
        if self.name == "AWS::CloudFormation::Stack":
            return False  # its outputs are below Outputs
        return None if self.name in MADE_UP or head in self.properties else False

    def property_names(self) -> tuple[str, ...]:
        """Top-level properties that a template may set, sorted."""
        return tuple(sorted(name for name in self.properties if name not in self.read_only))

    # tags

    @property
    def tag_property(self) -> str | None:
        """The property that takes tags."""
        return self.record.get("tg")

    @fact
    def tags_as(self) -> Literal["list", "map"] | None:
        """How tags are written: a list of keys and values, or a map; None when there are none or in another way."""
        from .properties import tags_as

        return tags_as(self)

    @property
    def tags_updatable(self) -> bool:
        return "tg" in self.record and self.record.get("tu", 1) == 1

    # what is lost with it

    @fact
    def stateful(self) -> bool:
        """Whether data at rest is deleted with the resource, so that it is kept by default."""
        if self.name in IN_TRANSIT or self.name in OWNERS:
            return False
        return self.name in AT_REST or bool(self.record.get("st"))

    @fact
    def removal(self) -> Literal["Snapshot", "Retain"] | None:
        """What becomes of the resource by default when it leaves its template; None where nothing is lost with it."""
        if not self.stateful:
            return None
        return "Snapshot" if self.snapshot else "Retain"

    def removal_of(self, properties: Mapping[str, Any]) -> Literal["Snapshot", "Retain"] | None:
        """The same for a resource with these properties: what nothing is lost with is not kept."""
        removal = self.removal
        return None if removal is None or keeps_nothing(self.name, properties) else removal

    @property
    def holds_messages(self) -> bool:
        """Whether messages that wait in it are lost with it."""
        return self.name in IN_TRANSIT

    @property
    def guarded(self) -> bool:
        """Whether a deploy asks before it deletes or replaces the resource."""
        return self.stateful or self.holds_messages or self.name in OWNERS

    @property
    def snapshot(self) -> bool:
        """Whether `DeletionPolicy: Snapshot` works."""
        return self.name in SNAPSHOT

    # life

    @property
    def updatable(self) -> bool:
        """Whether CloudFormation can change the resource at all without making it anew."""
        return "nu" not in self.record

    @property
    def replacement_strategy(self) -> Literal["create_then_delete", "delete_then_create"]:
        return self.record.get("rs", "create_then_delete")  # type: ignore[no-any-return]

    @property
    def lifecycle(self) -> Mapping[str, str] | None:
        """Whether AWS has announced the end: `{"status": "sunset", "date": "2026-09-30"}`."""
        return self.record.get("lc")

    def replacement(self, path: Sequence[str | int]) -> Literal["replace", "maybe", "no"]:
        """What a change of the property at `path` does to the resource."""
        from .properties import replacement

        return replacement(self, path)

    # looking inside

    def shape(self, path: Sequence[str | int] = ()) -> Shape | None:
        """The shape of the value at `path`, or None where there is no such property."""
        from .properties import shape

        return shape(self, path)

    def describe(self, path: Sequence[str | int]) -> dict[str, Any] | None:
        """What can be said of a nested property, as plain data; None where there is no such property."""
        from .properties import describe

        return describe(self, path)

    def check(self, properties: object, path: Sequence[str | int] = ("Properties",)) -> list[Problem]:
        """What is certainly wrong with these properties; every problem's path starts with `path`."""
        return self._check(properties, tuple(path))

    @fact
    def _check(self) -> Callable[[object, tuple[str | int, ...]], list[Problem]]:
        from .validate import checker

        return checker(self)

    # elsewhere

    def permissions(self, handler: str | None = None) -> tuple[str, ...]:
        """The IAM actions that CloudFormation needs to create, read, update, delete or list the resource; or all."""
        by_handler = (read_data("permissions.json") or {}).get(self.name, {})
        if handler is not None:
            return tuple(by_handler.get(handler, ()))
        return tuple(sorted({action for actions in by_handler.values() for action in actions}))

    def available_in(self, region: str) -> bool | None:
        """Whether the type exists in a region; None when that is not published."""
        data = read_data("regions.json") or {"regions": [], "unpublished": [], "types": {}}
        if region in data["unpublished"] or region not in data["regions"] or self.name not in data["types"]:
            return None
        return bool(int(data["types"][self.name], 16) >> data["regions"].index(region) & 1)


def _paths(written: Any) -> tuple[Path, ...]:
    return tuple(tuple(path.split("/")) for path in written)
