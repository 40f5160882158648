"""What the tests of single rules share: everything that the rules say of some resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from awsdeck.rules import Graph, check_graph, check_hints, check_resource
from awsdeck.template import Template

if TYPE_CHECKING:
    from awsdeck.errors import Finding
    from awsdeck.rules.vocabulary import Mode


class Said:
    """Findings, and short questions about them."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def of(self, rule: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.rule == rule]

    def severities(self, rule: str) -> list[str]:
        return sorted(finding.severity for finding in self.of(rule))

    def where(self, rule: str) -> list[tuple[str | int, ...]]:
        """The places, from the resource on."""
        return [finding.path[1:] for finding in self.of(rule)]


class Ask(Protocol):
    def __call__(
        self, resources: dict[str, Any], mode: Mode = "documented", *, member: dict[str, Any] | None = None, **rest: Any
    ) -> Said: ...


class AskAll(Protocol):
    def __call__(self, stacks: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]] | None = None) -> Said: ...


class AskHints(Protocol):
    def __call__(self, type: str, mode: Mode = "documented", /, **hints: Any) -> Said: ...


def _said(graph: Graph) -> Said:
    alone = [finding for view in graph for finding in check_resource(view)]
    return Said([*alone, *check_graph(graph)])


@pytest.fixture
def ask() -> Ask:
    """Asks about one template: its resources, `member`'s keywords (region, parameters …), other sections by name."""

    def asked(
        resources: dict[str, Any], mode: Mode = "documented", *, member: dict[str, Any] | None = None, **rest: Any
    ) -> Said:
        graph = Graph(mode)
        graph.add(Template.from_dict({"Resources": resources, **rest}, "shop"), **(member or {}))
        return _said(graph)

    return asked


@pytest.fixture
def ask_all() -> AskAll:
    """Asks about several templates, given by their resources."""

    def asked(stacks: dict[str, dict[str, Any]], known: dict[str, dict[str, Any]] | None = None) -> Said:
        graph = Graph()
        for name, resources in stacks.items():
            graph.add(Template.from_dict({"Resources": resources}, name), **(known or {}).get(name, {}))
        return _said(graph)

    return asked


@pytest.fixture
def ask_hints() -> AskHints:
    """Asks about hints given to a construct."""

    def asked(type: str, mode: Mode = "documented", /, **hints: Any) -> Said:
        return Said(check_hints(type, "It", hints, mode))

    return asked
