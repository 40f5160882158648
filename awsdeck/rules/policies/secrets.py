"""What a secret in plain text looks like: by the name that somebody gave a value, and by the value."""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Path = tuple[str | int, ...]

ENVIRONMENTS = {
    "AWS::Batch::JobDefinition": ("ContainerProperties", "Environment", "*"),
    "AWS::CodeBuild::Project": ("Environment", "EnvironmentVariables", "*"),
    "AWS::ECS::TaskDefinition": ("ContainerDefinitions", "*", "Environment", "*"),
    "AWS::ElasticBeanstalk::ConfigurationTemplate": ("OptionSettings", "*"),
    "AWS::ElasticBeanstalk::Environment": ("OptionSettings", "*"),
    "AWS::Glue::Connection": ("ConnectionInput", "ConnectionProperties"),
    "AWS::Lambda::Function": ("Environment", "Variables"),
}
"""Where names that people choose have values: as a dictionary, or as entries with a name and a value."""
_OPTIONS = ("aws:elasticbeanstalk:application:environment", "aws:rds:dbinstance")
"""The namespaces of Elastic Beanstalk's options in which names tell of secrets."""
_TELLING = (
    r"(?:password|passwd|passphrase|secret|api_?key|secret_?key|private_?key|secret_?access_?key"
    r"|(?<!next_)(?<!page_)(?<!continuation_)(?<!service_)token)$"
)
_SWITCHES = r"^(?:has|use|uses|require|requires|rotate|generate|enable|enabled|show|hide|allow|reset)_"
_ELSEWHERE = r"(?is:arn:.*|/.*|[a-z0-9_-]+(?:/[a-z0-9._-]+)+|true|false|yes|no|on|off|none|null|[01]?)"
"""What stands for a secret without being one: an ARN, the path of a parameter or secret, a switch, nothing."""
_NAME = r"[a-z]+(?:-[a-z]+)+"
_KEY_ID = r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
_SAMPLES = ("AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE")


def text_of(value: Any) -> str | None:
    """The text that a value is for everybody who reads the template; None where something else gives (part of) it.

    AWS's own parameters, such as the region, hide nothing.
    """
    if type(value) is str:
        return None if "{{resolve:" in value else value
    if type(value) is not dict or len(value) != 1:
        return None
    ((function, given),) = value.items()
    if function == "Fn::Sub" and type(given) is str:
        plain = re.sub(r"\$\{AWS::\w+\}", "", given)
        return None if "${" in plain.replace("${!", "") else text_of(plain)
    if function == "Ref" and type(given) is str and given.startswith("AWS::"):
        return ""
    if function == "Fn::Join" and type(given) is list and len(given) == 2 and type(given[1]) is list:
        parts = [text_of(part) for part in given[1]]
        return None if None in parts else str(given[0]).join(part or "" for part in parts)
    return None


def is_secret(name: str, text: str) -> bool:
    """Whether a text that somebody gave a name is a secret, as far as the two tell; an access key always is."""
    if ("AKIA" in text or "ASIA" in text) and any(key not in _SAMPLES for key in re.findall(_KEY_ID, text)):
        return True
    words = _telling(name)
    if not words or re.fullmatch(_ELSEWHERE, text):
        return False
    return not (words.endswith("secret") and re.fullmatch(_NAME, text))


@lru_cache(1_000)
def _telling(name: str) -> str | None:
    """The words of a name, if they tell of a secret."""
    words = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower())
    return None if not re.search(_TELLING, words) or re.match(_SWITCHES, words) else words


def named_secrets(type: str, properties: dict[str, Any]) -> Iterator[Path]:
    """Where in a resource a name chosen by people has a secret in plain text: environments and custom resources."""
    steps = ENVIRONMENTS.get(type)
    if steps is not None and steps[0] in properties:
        for path, value in reach(properties, steps, ()):
            if steps[-1] == "*" and isinstance(value, dict):
                name, text = value.get("Name"), text_of(value.get("Value"))
                if value.get("Namespace") in _OPTIONS:
                    name = value.get("OptionName")
                if isinstance(name, str) and text and is_secret(name, text):
                    yield (*path, "Value")
            elif isinstance(value, dict) and not (len(value) == 1 and next(iter(value)).startswith("Fn::")):
                yield from _below(value, path)
    elif is_custom(type):
        yield from _below(properties, ())


def is_custom(type: str) -> bool:
    """Whether a type's properties are what somebody's function makes of them."""
    return type.startswith("Custom::") or type == "AWS::CloudFormation::CustomResource"


def _below(value: Any, path: Path) -> Iterator[Path]:
    for name, item in value.items() if isinstance(value, dict) else enumerate(value):
        text = text_of(item)
        if text is None:
            if isinstance(item, dict | list):
                yield from _below(item, (*path, name))
        elif text and is_secret(str(name), text):
            yield (*path, name)


def reach(value: Any, steps: Sequence[str], path: Path) -> Iterator[tuple[Path, Any]]:
    """What stands at the steps, where `*` means every entry of a list."""
    if not steps:
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield (*path, index), item
        else:
            yield path, value
    elif steps[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from reach(item, steps[1:], (*path, index))
    elif isinstance(value, dict) and steps[0] in value:
        yield from reach(value[steps[0]], steps[1:], (*path, steps[0]))
