"""Domain names as Route 53 takes them, of zones and of records.

Source: Route 53 Developer Guide, DNS domain name format.
"""

from __future__ import annotations

from ..vocabulary import Rule, Violation, is_unknown
from .recordsets import RECORDS, ZONE, entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

LABEL_MOST = 63
"""Characters between two dots."""
NAME_MOST = 255


def _names(view: View) -> Iterator[Violation]:
    if view.type == ZONE:
        yield from _name(("Name",), view.get("Name"))
    else:
        for record in entries(view):
            yield from _name(record.under("Name"), record.get("Name"))


def _name(where: Any, name: Any) -> Iterator[Violation]:
    if not isinstance(name, str) or is_unknown(name) or not name.removesuffix("."):
        return
    labels = name.strip().removesuffix(".").split(".")
    if any(ord(sign) > 126 for sign in name):
        yield Violation(
            where, value=name, why="it has letters beyond ASCII", fix="write it in Punycode: xn--mnchen-3ya.example.com"
        )
    elif len(name.strip().split()) > 1:
        yield Violation(where, value=name, why="there is a space in it", fix=r"write a space as \040, or leave it out")
    elif "" in labels:
        yield Violation(where, value=name, why="there is nothing between two of its dots", fix="take one dot away")
    elif any(len(label.replace("\\", "")) > LABEL_MOST and "\\" not in label for label in labels):
        yield Violation(
            where, value=name, why="it has more between two dots than DNS allows", allowed=f"{LABEL_MOST} characters"
        )
    elif len(name) > NAME_MOST and "\\" not in name:
        yield Violation(where, value=name, why="it is too long", allowed=f"at most {NAME_MOST} characters")


def _record(name: str) -> tuple[str, dict[str, Any]]:
    return "AWS::Route53::RecordSet", {
        "HostedZoneName": "example.com.", "Name": name, "Type": "A", "TTL": "300", "ResourceRecords": ["192.0.2.1"],
    }  # fmt: skip


def _example(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


NAME_RULES: tuple[Rule, ...] = (
    Rule(
        "R53019", (ZONE, *RECORDS), "error",
        "{value} is no domain name: {why}",
        check=_names,
        source="Route 53 Developer Guide, DNS domain name format",
        good=(
            _example(ZONE, {"Name": "example.com."}),
            *(_example(*_record(name)) for name in (
                "*.example.com", r"\052.example.com", "_sip._tcp.example.com.", "xn--mnchen-3ya.example.com", r"a\040b.example.com",
            )),
        ),
        bad=(
            _example(ZONE, {"Name": "my example.com"}),
            *(_example(*_record(name)) for name in (
                "a..example.com", f"{'a' * 64}.example.com", "münchen.example.com", "sp ace.example.com",
            )),
        ),
    ),
)  # fmt: skip
