"""Makes the modules and classes of L1 when they are first asked for."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from .. import catalog
from ..resource import Resource
from .names import module_name, service_of, unknown_service, unknown_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from ..resource import Untyped

PACKAGE = __package__


class ServiceModule(ModuleType):
    """One service: its resource types are classes made on access."""

    def __init__(self, name: str, service: str) -> None:
        super().__init__(f"{PACKAGE}.{name}", f"Every resource type of {service}, under CloudFormation's own names.")
        self.__dict__["_service"] = service
        self.__dict__["__package__"] = PACKAGE
        self.__dict__["__path__"] = []  # so that `from awsdeck.cfn.sqs import Quue` asks the finder, which knows better

    def __getattr__(self, name: str) -> type[Untyped]:
        service: str = self.__dict__["_service"]
        if not name.startswith("_") and name in catalog.services().get(service, ()):
            made = resource_class(f"{service}::{name}")
            self.__dict__[name] = made
            return made
        raise AttributeError(unknown_type(service, name))

    def __dir__(self) -> list[str]:
        return sorted(catalog.services().get(self.__dict__["_service"], []))

    @property
    def __all__(self) -> list[str]:
        return dir(self)


class ResourceKind(type):  # noqa: D101  the class of resource classes; its docstring would be theirs
    TYPE: str

    @property
    def __doc__(cls) -> str:  # type: ignore[override]
        known = catalog.find(cls.TYPE)
        if known is None:
            return cls.TYPE
        properties = [
            f"    {name}{' (required)' if name in known.required else ''}" for name in sorted(known.property_names())
        ]
        attributes = ", ".join(sorted(known.attributes)) or "none"
        return "\n".join((f"{cls.TYPE}.", "", "Properties:", *properties, "", f"Attributes: {attributes}."))

    def __getattr__(cls, name: str) -> type[dict[str, Any]]:
        """A nested value's type in the stubs, `s3.Bucket.RuleProperty`, is `dict` when the program runs."""
        known = None if name.startswith("_") else catalog.find(cls.TYPE)
        if known is not None:
            from .shapes import Shapes

            if name in Shapes(known).names():
                return dict
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")


def resource_class(type_name: str) -> type[Untyped]:
    """The class of a resource type; the same class for the same type."""
    made: Any = _classes.get(type_name)
    if made is None:
        service, _, name = type_name.rpartition("::")
        body = {
            "__slots__": (),
            "__module__": f"{PACKAGE}.{module_name(service)}",
            "TYPE": type_name,
        }
        made = _classes[type_name] = ResourceKind(name, (Resource,), body)
    return made  # type: ignore[no-any-return]


_classes: dict[str, Any] = {}


def service_module(name: str) -> ModuleType:
    """The module of a service; raises AttributeError with a suggestion when there is no such service."""
    if service_of(name) is None:
        raise AttributeError(unknown_service(name))
    full = f"{PACKAGE}.{name}"
    __import__(full)
    return sys.modules[full]


class ServiceFinder:
    """Lets `import awsdeck.cfn.sqs` and `from awsdeck.cfn.sqs import Queue` find the made modules."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """A spec for a service's module; what else is looked for among them is reported with a suggestion."""
        package, _, last = name.rpartition(".")
        if package == PACKAGE:
            if service_of(last) is not None:
                return ModuleSpec(name, self, origin=f"schemas of {service_of(last)}", is_package=True)  # type: ignore[arg-type]
            if PathFinder.find_spec(name, path) is None:
                raise ModuleNotFoundError(unknown_service(last), name=last)
        elif package.startswith(f"{PACKAGE}."):
            service = service_of(package.rpartition(".")[2])
            if service is not None:
                raise ModuleNotFoundError(unknown_type(service, last), name=last)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module itself."""
        name = spec.name.rpartition(".")[2]
        service = service_of(name)
        assert service is not None
        return ServiceModule(name, service)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: its content is made on access."""


def install() -> None:
    """Make the service modules importable, before the folders of stubs are taken for packages."""
    if not any(isinstance(finder, ServiceFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, ServiceFinder())
