"""What CloudFormation wants to hear a yes to before it takes a template: permissions, and macros that rewrite it.

Source: CloudFormation API Reference, CreateChangeSet, Capabilities.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...diff.nested import STACK, Whole, nested_stacks
from ...errors import InputError

IAM, NAMED, EXPAND = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"
ALL = (IAM, NAMED, EXPAND)

_NAMES = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
_WITHOUT_ROLES = {"AWS::Serverless::LayerVersion", "AWS::Serverless::SimpleTable"}
_NO_VALUE = {"Ref": "AWS::NoValue"}


def capabilities(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Exactly the acknowledgements that a template needs, together with its nested stacks when it is a `Whole`.

    A nested stack whose template is not known may need any of them.
    """
    return tuple(sorted({capability for capability, _ in reasons(template)}))


def check(stack: str, template: Mapping[str, Any], allowed: Collection[str] | None) -> None:
    """Raise `InputError` for acknowledgements beyond the allowed ones, with what needs them."""
    if allowed is None:
        return
    wanted: dict[str, list[str]] = {}
    for capability, why in reasons(template):
        if capability not in allowed and not (capability == IAM and NAMED in allowed):
            wanted.setdefault(capability, []).append(why)
    if wanted:
        lines = [f"{capability} because of {', '.join(whys)}" for capability, whys in sorted(wanted.items())]
        raise InputError(
            f"{stack} needs {'; '.join(lines)}, and only {', '.join(sorted(allowed)) or 'none'} may be given",
            fix="change the template, or add it to capabilities in the configuration",
        )


def reasons(template: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Every acknowledgement that is needed, with the resource or the part of the template that needs it."""
    inner = template.inner if isinstance(template, Whole) else {}
    for name, body in (template.get("Resources") or {}).items():
        if name not in inner:
            yield from ((capability, f"{path}{name}") for capability in _of_resource(body))
    for name, within in inner.items():
        if name in nested_stacks(template):
            yield from reasons(within, f"{path}{name}.")
    if template.get("Transform"):
        yield EXPAND, f"{path}Transform"
    for section in ("Conditions", "Mappings", "Outputs", "Resources"):
        if _transforms(template.get(section)):
            yield EXPAND, f"Fn::Transform in {path}{section}"


def _of_resource(body: Any) -> tuple[str, ...]:
    if not isinstance(body, dict):
        return (EXPAND,)  # a Fn::ForEach stands for resources
    type_name, properties = str(body.get("Type", "")), body.get("Properties")
    properties = properties if isinstance(properties, dict) else {}
    if type_name.startswith("AWS::IAM::"):
        name = _NAMES.get(type_name)
        return (IAM, NAMED) if name and properties.get(name, _NO_VALUE) != _NO_VALUE else (IAM,)
    if type_name in (STACK, "AWS::Serverless::Application") or type_name.endswith("::MODULE"):
        return ALL
    if type_name.startswith("AWS::Serverless::") and type_name not in _WITHOUT_ROLES:
        return (IAM,)
    if type_name == "AWS::SecretsManager::RotationSchedule" and "HostedRotationLambda" in properties:
        return (IAM, EXPAND)  # its transform adds a function with its role
    return ()


def _transforms(value: Any) -> bool:
    if isinstance(value, dict):
        return "Fn::Transform" in value or any(_transforms(item) for item in value.values())
    return isinstance(value, list) and any(_transforms(item) for item in value)
