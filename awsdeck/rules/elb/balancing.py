"""What load balancers, listeners, rules and target groups of a graph have to do with each other."""

from __future__ import annotations

from ..policies.access import identity, literal
from ..vocabulary import ABSENT, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"

NAMES = {"application": "an Application Load Balancer", "network": "a Network Load Balancer"}
SECURE = ("HTTPS", "TLS")
HTTP = ("HTTP", "HTTPS")


def known(view: View, name: str, default: str | None = None) -> str | None:
    """The text of a property, `default` when it is not there; None when only the deploy knows it."""
    value = view.get(name)
    return default if value is ABSENT else literal(value)


def kind(balancer: View) -> str | None:
    """The type of a load balancer as far as it is known."""
    return known(balancer, "Type", "application")


def attributes(view: View, name: str) -> dict[str, tuple[Path, Any]]:
    """The attributes of a load balancer or target group that can be read: value and place by key, the first of each."""
    given = view.get(name)
    found: dict[str, tuple[Path, Any]] = {}
    for place, entry in enumerate(given if isinstance(given, list) else ()):
        key = entry.get("Key") if isinstance(entry, dict) else None
        if isinstance(key, str) and not is_unknown(key) and "Value" in entry:
            found.setdefault(key, ((name, place, "Value"), entry["Value"]))
    return found


def whole(view: View, name: str) -> bool:
    """Whether every attribute of a load balancer or target group can be read, but for some values."""
    given = view.get(name, [])
    return isinstance(given, list) and all(
        isinstance(entry, dict) and isinstance(entry.get("Key"), str) and not is_unknown(entry["Key"])
        for entry in given
    )


def setting(view: View, name: str, key: str, default: Any) -> Any:
    """The value of one attribute: `default` when it is not given, None when that cannot be told."""
    found = attributes(view, name).get(key)
    if found is None:
        return default if whole(view, name) else None
    return None if is_unknown(found[1]) else found[1]


class Balancers:
    """Which listeners a load balancer of the graph has, which rules they have, and where all of them forward to."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._listeners: dict[tuple[int, str], list[View]] = {}
        self._rules: dict[tuple[int, str], list[View]] = {}
        for listener in graph.of(LISTENER):
            balancer = self.of(listener)
            if balancer is not None:
                self._listeners.setdefault(identity(balancer), []).append(listener)
        for rule in graph.of(LISTENER_RULE):
            its = self.listener(rule)
            if its is not None:
                self._rules.setdefault(identity(its), []).append(rule)

    def of(self, listener: View) -> View | None:
        """The load balancer of a listener, when it is in the graph."""
        return self._found(listener, "LoadBalancerArn", BALANCER)

    def listener(self, rule: View) -> View | None:
        """The listener of a rule, when it is in the graph."""
        return self._found(rule, "ListenerArn", LISTENER)

    def _found(self, view: View, name: str, type: str) -> View | None:
        found = self.graph.target(view, view.get(name))
        return found.view if found is not None and found.view.type == type else None

    def listeners(self, balancer: View) -> list[View]:
        """The listeners of a load balancer."""
        return self._listeners.get(identity(balancer), [])

    def rules(self, listener: View) -> list[View]:
        """The rules of a listener."""
        return self._rules.get(identity(listener), [])

    def forwards(self, view: View) -> Iterator[tuple[Path, View]]:
        """Every target group of the graph that a listener or rule, in one of its worlds, forwards to."""
        for path, value in destinations(view):
            found = self.graph.target(view, value)
            if found is not None and found.view.type == TARGET_GROUP:
                yield path, found.view

    def groups(self, balancer: View) -> Iterator[tuple[View, View, Path]]:
        """Every target group behind a load balancer, with the listener or rule that forwards to it and the place."""
        for listener in self.listeners(balancer):
            for source in (listener, *self.rules(listener)):
                for world in source.worlds():
                    for path, group in self.forwards(world):
                        yield group, world, path


def action_list(view: View) -> str:
    """The property with a listener's or rule's actions."""
    return "DefaultActions" if view.type == LISTENER else "Actions"


def destinations(view: View) -> Iterator[tuple[Path, Any]]:
    """Every target group that the actions of a listener or rule name."""
    actions = action_list(view)
    yield from view.values(f"{actions}/*/TargetGroupArn")
    yield from view.values(f"{actions}/*/ForwardConfig/TargetGroups/*/TargetGroupArn")
