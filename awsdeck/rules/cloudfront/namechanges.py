"""What happens to the names of CloudFront distributions from one deploy to the next.

Source: CloudFront API Reference, CNAMEAlreadyExists; CloudFront Developer Guide, move an alternate domain name to a
different distribution.
"""

from __future__ import annotations

from ..policies.access import literal
from ..templates.update import exists, pairs, removed
from ..vocabulary import Update, Violation
from .distributions import CONFIG, DISTRIBUTION, example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import Path, View


def _names(view: View) -> dict[str, Path]:
    found = {}
    for path, value in view.values(f"{CONFIG}/Aliases/*"):
        name = literal(value)
        if name is not None:
            found[name.lower()] = path
    return found


def _open(view: View) -> bool:
    """Whether there may be names that only the deploy knows."""
    listed = view.get(f"{CONFIG}/Aliases", [])
    return not isinstance(listed, list) or any(literal(one) is None for one in listed)


def aliases(before: Graph, after: Graph) -> Iterator[Violation]:
    """Names that a distribution loses, or takes from another one."""
    owners = {name: view for view in before.of(DISTRIBUTION) if exists(view) for name in _names(view)}
    for view in after.of(DISTRIBUTION):
        for name, path in _names(view).items():
            owner = owners.get(name)
            if owner is not None and exists(view) and owner.id != view.id:
                yield Violation(
                    path,
                    view=view,
                    message="{name} belongs to {owner} until that is updated, and CloudFront refuses a second distribution "
                    "with it",
                    fix="take the alias from {owner} in one deploy and give it to {id} in the next, or move it with "
                    "AssociateAlias",
                    name=name,
                    owner=owner.id,
                )
    now = {name for view in after.of(DISTRIBUTION) for name in _names(view)}
    for old, new in pairs(before, after, DISTRIBUTION):
        lost = [] if _open(new) else [name for name in _names(old) if name not in now]
        if lost:
            yield Violation(
                (CONFIG, "Aliases"), view=new, message="{id} answers for {names} no more: viewers get an error as long as "
                "DNS leads here", fix="take the DNS record out first, and wait for its TTL", names=", ".join(lost),
            )  # fmt: skip
    for old, member in removed(before, after):
        lost = [name for name in _names(old) if name not in now] if old.type == DISTRIBUTION else []
        if lost:
            yield Violation(
                ("Resources", old.id), member=member, message="{names} leads to a distribution that goes",
                fix="take the DNS record out first, and wait for its TTL", names=", ".join(lost),
            )  # fmt: skip


def _named(id: str, *names: str) -> dict[str, Any]:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
    shown = {"AcmCertificateArn": arn, "SslSupportMethod": "sni-only"}
    return {id: {"Type": DISTRIBUTION, "Properties": example(Aliases=list(names), ViewerCertificate=shown)}}


GOOD = (
    Update({"Resources": _named("It", "a.example.com")}, {"Resources": _named("It", "A.example.com", "b.example.com")}),
)
BAD = (
    Update(
        {"Resources": {**_named("It", "a.example.com"), **_named("New")}},
        {"Resources": {**_named("It"), **_named("New", "a.example.com")}},
    ),
    Update({"Resources": _named("It", "a.example.com", "b.example.com")}, {"Resources": _named("It", "b.example.com")}),
)
