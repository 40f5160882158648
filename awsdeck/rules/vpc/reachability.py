"""Whether a security group lets a client in, so far as templates tell."""

from __future__ import annotations

from ..vocabulary import is_unknown
from .blocks import EVERYWHERE, block, inside
from .routing import GROUP, Routing
from .securitygroups import INGRESS, ends_of, ports_of, rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Verdict


class Doors:
    """What the security groups of a graph let in."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.routing = graph.kept(Routing)
        self._rules: dict[int, list[tuple[View, dict[str, Any]]]] = {}
        self.open = False
        """Whether there are rules of groups that are not known."""
        for view in graph.of(GROUP, INGRESS):
            for _path, rule, inbound in rules_of(view):
                group = view if view.type == GROUP else self.routing.find(view, rule.get("GroupId"), GROUP)
                if inbound and group is not None:
                    self._rules.setdefault(id(group), []).append((view, rule))
                elif inbound and not isinstance(rule.get("GroupId"), str):
                    self.open = True

    def lets_in(self, groups: Iterable[View], port: int, clients: list[View], subnets: list[View] | None) -> Verdict:
        """Whether one of `groups` lets TCP connections of clients behind other groups in; None when it is not known."""
        verdict: Verdict = None if self.open else False
        for group in groups:
            if not group.settled or self._shown(group):
                verdict = None
            for view, rule in self._rules.get(id(group), ()):
                found = self._passes(view, rule, port, clients, subnets)
                if found is True and view.body.get("Condition") is None:
                    return True
                if found is not False:
                    verdict = None
        return verdict

    def _shown(self, group: View) -> bool:
        """Whether templates that are not here may add rules, since the group's own one gives its name away."""
        if self.graph.complete or group.member is None:
            return False
        return any(edge.target == group.id for edge in group.member.elsewhere())

    def _passes(
        self, view: View, rule: dict[str, Any], port: int, clients: list[View], subnets: list[View] | None
    ) -> Verdict:
        ports = ports_of(rule)
        if ports is not None and not ports.covers(port):
            return False
        verdicts = [self._from(view, name, value, clients, subnets) for name, value in ends_of(rule, True)]
        return None if ports is None or not verdicts else verdicts[0]

    def _from(self, view: View, name: str, value: Any, clients: list[View], subnets: list[View] | None) -> Verdict:
        if name == "SourceSecurityGroupId":
            source = self.routing.find(view, value, GROUP)
            return None if source is None and not isinstance(value, str) else any(source is one for one in clients)
        if name != "CidrIp" or is_unknown(value):
            return False if name == "CidrIpv6" and isinstance(value, str) and value not in EVERYWHERE else None
        if value in EVERYWHERE:
            return True
        known = block(value)
        homes = [block(subnet.get("CidrBlock")) for subnet in subnets or ()]
        if known is None or not homes or None in homes:
            return None
        return any(inside(home, known) or inside(known, home) for home in homes)


def listed(view: View, *paths: str) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The values at several paths."""
    for path in paths:
        yield from view.values(path)
