"""Public parameters of AWS that name machine images: the engine has stand-ins for those it does not know."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from ministack.core.responses import get_region
from ministack.services import ssm

PUBLIC = "/aws/service/"
VERSION = "stand-in of the embedded CloudFormation"

_known = ssm._public_parameter


def install() -> None:
    """Let whoever asks for the public parameter of an image find one."""
    ssm._public_parameter = public


def public(name: str) -> dict[str, Any] | None:
    """A public parameter: MiniStack's own, else for an image an id that is the same for the same name."""
    found: dict[str, Any] | None = _known(name)
    if found is not None or not name.startswith(PUBLIC) or "ami" not in name:
        return found
    return {
        "Name": name,
        "Type": "String",
        "DataType": "aws:ec2:image",
        "Value": stand_in(name),
        "Version": 1,
        "LastModifiedDate": 0,
        "ARN": f"arn:aws:ssm:{get_region()}::parameter{name}",
        "Selector": VERSION,
    }


def stand_in(name: str) -> str:
    """An id that looks like an image's; there is no such image."""
    return f"ami-{sha256(name.encode()).hexdigest()[:17]}"
