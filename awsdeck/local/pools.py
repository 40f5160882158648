"""User pools: the attribute that MiniStack's own handler does not give."""

from __future__ import annotations

from typing import Any

from .kind import Made, Properties


def with_issuer(known: dict[str, Any]) -> dict[str, Any]:
    """AWS::Cognito::UserPool: also where its tokens say that they come from."""

    def told(made: Made) -> Made:
        physical_id, attributes = made
        return physical_id, {**attributes, "ProviderURL": f"https://{attributes['ProviderName']}"}

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        return told(known["create"](logical_id, properties, stack))

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        return told(known["update"](physical_id, old, new, stack, *logical_id))

    return {**known, "create": create, "update": update}
