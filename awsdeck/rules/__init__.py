"""The documented constraints as data, and the one checker behind both doors.

A construct renders its own properties and runs `check_resource`; lint builds a `Graph` of templates and runs the same
`check_resource` on every resource, then `check_graph` on what only shows across resources. Diff and deploy run
`check_update` on the graphs before and after. Modules of rules are loaded when a resource of their service is seen.
"""

from __future__ import annotations

from .engine import check_graph, check_hints, check_more, check_references, check_resource, check_update
from .graph import Graph, Member
from .registry import all_rules, find, rules_for
from .view import View
from .vocabulary import Rule, Violation

__all__ = [
    "Graph",
    "Member",
    "Rule",
    "View",
    "Violation",
    "all_rules",
    "check_graph",
    "check_hints",
    "check_more",
    "check_references",
    "check_resource",
    "check_update",
    "find",
    "rules_for",
]
