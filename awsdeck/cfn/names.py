"""How CloudFormation's names become Python's: `AWS::Lambda` is `lambda_`, `Alexa::ASK` is `alexa_ask`."""

from __future__ import annotations

from keyword import iskeyword

from .. import catalog

_modules: dict[str, str] = {}


def module_name(service: str) -> str:
    """The module of a service: its name in lower case, the vendor before it unless that is AWS."""
    vendor, _, name = service.partition("::")
    module = (name if vendor == "AWS" else f"{vendor}_{name}").lower()
    return f"{module}_" if iskeyword(module) else module


def modules() -> dict[str, str]:
    """Every module with the service it stands for."""
    services = catalog.services()
    if len(_modules) != len(services):  # private types may be added at any time
        _modules.update({module_name(service): service for service in services})
    return _modules


def service_of(module: str) -> str | None:
    """The service a module stands for, or None."""
    return modules().get(module)


def close(name: str, names: list[str]) -> str:
    """`; did you mean …?` when one of the names is close, else nothing."""
    from difflib import get_close_matches

    lower = {known.lower(): known for known in names}
    match = lower.get(name.lower()) or next(iter(get_close_matches(name, names, 1)), None)
    return f"; did you mean {match!r}?" if match else ""


def unknown_service(module: str) -> str:
    """What to say of `cfn.module` when there is no such service."""
    return f"CloudFormation has no service {module!r}{close(module, list(modules()))}"


def unknown_type(service: str, name: str) -> str:
    """What to say of `sqs.name` when the service has no such type."""
    return f"{service} has no resource type {name!r}{close(name, catalog.services().get(service, []))}"


class UnknownAttribute(AttributeError):
    """`resource.name` when the type has neither such a property nor such an attribute.

    What was meant is looked for when somebody reads the message: `hasattr` never does.
    """

    def __str__(self) -> str:
        type_name, name = self.args
        known = catalog.find(type_name)
        names = [] if known is None else [*known.attributes, *known.properties]
        return f"{type_name} has no property or attribute {name!r}{close(name, names)}"
