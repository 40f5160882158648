"""MiniStack with every type CloudFormation knows: emulated where it or we can, recorded where nobody does."""

from __future__ import annotations

from typing import Any

from ministack.app import app
from ministack.core.responses import request_scope
from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners

from ..catalog import type_names
from . import (
    alarms,
    caches,
    databases,
    deliveries,
    edge,
    identity,
    images,
    integrations,
    keys,
    machines,
    mail,
    names,
    network,
    omissions,
    pools,
    proposals,
    ranges,
    secured,
    topic,
    traffic,
    workflows,
)
from .kind import Kind, Made, Properties
from .recorded import Recorded

__all__ = ["app", "emulated", "install", "recorded"]

Handler = dict[str, Any]
_emulated: set[str] = set()
OURS = (
    alarms, caches, databases, deliveries, edge, identity, keys, machines, mail, names, network, secured, topic, traffic,
    workflows,
)  # fmt: skip
"""The modules with types of our own."""
AROUND = {
    "AWS::Cognito::UserPool": pools.with_issuer,
    "AWS::EC2::VPC": ranges.with_ipv6,
    "AWS::KMS::Key": keys.without_cryptography,
    "AWS::RDS::DBCluster": databases.clusters,
    "AWS::RDS::DBInstance": databases.instances,
    "AWS::SES::EmailIdentity": mail.with_tokens,
    "AWS::SecretsManager::Secret": secured.secrets,
}
"""Types whose own handlers of MiniStack's are made to do more."""


def install() -> None:
    """Teach MiniStack's CloudFormation what it does not know; again is harmless."""
    handlers: dict[str, Handler] = provisioners._RESOURCE_HANDLERS
    if _emulated:
        return
    for name, kind in ((name, kind) for module in OURS for name, kind in module.TYPES.items()):
        handlers[name] = {**handlers.get(name, {}), **handler(kind)}  # an import handler of MiniStack's stays
    for name, apply in omissions.AFTERWARDS.items():
        handlers[name] = completed(handlers[name], name, apply)
    for name, around in AROUND.items():
        handlers[name] = around(handlers[name])
    images.install()
    integrations.install()
    proposals.install()
    provisioners._STACK_TAG_PROPERTY.update(omissions.STACK_TAGS)
    _emulated.update(handlers)
    for name in type_names():
        handlers.setdefault(name, handler(Recorded(name)))


def emulated(type_name: str) -> bool:
    """Whether something stands behind resources of a type."""
    return type_name in _emulated or type_name.startswith("Custom::")


def handler(kind: Kind) -> Handler:
    """A kind in the form MiniStack asks for; a new physical id makes it delete the old resource later."""

    def update(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None) -> Made:
        differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
        if differing - kind.in_place:
            return kind.create(logical_id or physical_id, new, stack)
        return kind.update(physical_id, old, new)

    return {"create": kind.create, "update": update, "update_with_logical_id": True, "delete": kind.delete}


def completed(known: Handler, name: str, apply: omissions.Apply) -> Handler:
    """MiniStack's own handler, with what it leaves out done afterwards."""

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        physical_id, attributes = known["create"](logical_id, properties, stack)
        try:
            apply(physical_id, {}, properties)
        except Exception:
            known["delete"](physical_id, properties)
            raise
        return physical_id, attributes

    def update(physical_id: str, old: Properties, new: Properties, stack: str, *logical_id: str) -> Made:
        changed_id, attributes = known["update"](physical_id, old, new, stack, *logical_id)
        apply(changed_id, old if changed_id == physical_id else {}, new)
        return changed_id, attributes

    def delete(physical_id: str, properties: Properties) -> None:
        if check := omissions.BEFORE_DELETE.get(name):
            check(physical_id)
        known["delete"](physical_id, properties)

    return {**known, "create": create, "update": update, "delete": delete}


def recorded(stack: str, account: str, region: str) -> list[dict[str, Any]]:
    """The resources of a stack that are only recorded, with the properties they were given."""
    with request_scope(account, region):
        resources: dict[str, Any] = (cloudformation._stacks.get(stack) or {}).get("_resources", {})
        return [
            {
                "logical_id": logical_id,
                "type": resource["ResourceType"],
                "physical_id": resource["PhysicalResourceId"],
                "properties": resource.get("Properties", {}),
            }
            for logical_id, resource in sorted(resources.items())
            if not emulated(resource["ResourceType"])
        ]
