"""IPv6 addresses of networks: MiniStack gives none, so every VPC has a block of those that are set aside for examples."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from .kind import Made, Properties


def block(vpc: str) -> str:
    """A /56 that no host on the internet has; the same for the same network."""
    digest = sha256(vpc.encode()).hexdigest()
    return f"2001:db8:{digest[:4]}:{digest[4:6]}00::/56"


def with_ipv6(known: dict[str, Any]) -> dict[str, Any]:
    """MiniStack's own handler of VPCs, with the attributes that an IPv6 block gives."""

    def given(made: Made) -> Made:
        physical_id, attributes = made
        return physical_id, {"CidrBlockAssociations": [], **attributes, "Ipv6CidrBlocks": [block(physical_id)]}

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        return given(known["create"](logical_id, properties, stack))

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        return given(known["update"](physical_id, old, new, stack, *logical_id))

    return {**known, "create": create, "update": update}
