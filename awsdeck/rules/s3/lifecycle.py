"""The way of objects through storage classes, as lifecycle rules tell it."""

from __future__ import annotations

from itertools import pairwise

from ..limits import INFREQUENT_ACCESS_DAYS, LIFECYCLE_RULES_MOST
from ..policies.access import literal
from ..vocabulary import Violation, as_list, grouped, is_unknown, number, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

_FROM = {
    # class: the classes that objects may come from
    "STANDARD_IA": ("STANDARD",),
    "INTELLIGENT_TIERING": ("STANDARD", "STANDARD_IA"),
    "ONEZONE_IA": ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING"),
    "GLACIER_IR": ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING"),
    "GLACIER": ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR"),
    "DEEP_ARCHIVE": ("STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER"),
}
_INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
_ACTIONS = (
    "AbortIncompleteMultipartUpload", "ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker",
    "NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays", "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions", "Transition", "Transitions",
)  # fmt: skip


def _lifecycle_rules(view: View) -> Iterator[tuple[int, Path, dict[str, Any]]]:
    for index, rule in enumerate(as_list(view.get("LifecycleConfiguration/Rules"))):
        if isinstance(rule, dict) and not is_unknown(rule):
            yield index + 1, ("LifecycleConfiguration", "Rules", index), rule


def _moves(rule: dict[str, Any], one: str, several: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    for name in (one, several):
        given = rule.get(name)
        for index, item in enumerate(as_list(given)):
            if isinstance(item, dict) and not is_unknown(item):
                yield (name, index) if isinstance(given, list) else (name,), item


def _class(item: dict[str, Any]) -> str | None:
    name = literal(item.get("StorageClass"))
    return "GLACIER" if name == "Glacier" else name


def transitions(view: View) -> Iterator[Violation]:
    for n, where, rule in _lifecycle_rules(view):
        if "Transition" in rule and "Transitions" in rule:
            yield Violation(
                (*where, "Transition"),
                message="lifecycle rule {n} has Transition and Transitions, and S3 takes one of them",
                fix="move it into Transitions",
                n=n,
            )
        moves = list(_moves(rule, "Transition", "Transitions"))
        later = list(_moves(rule, "NoncurrentVersionTransition", "NoncurrentVersionTransitions"))
        for below, item in (*moves, *later):
            name = _class(item)
            if name is not None and name not in _FROM:
                yield Violation((*where, *below, "StorageClass"), n=n, value=name, allowed=", ".join(sorted(_FROM)))
        for below, item in moves:
            yield from _when_moved(n, (*where, *below), item)
        gone = rule.get("NoncurrentVersionExpiration")
        gone = (
            number(gone.get("NoncurrentDays"))
            if isinstance(gone, dict)
            else number(rule.get("NoncurrentVersionExpirationInDays"))
        )
        for below, item in later:
            moved = number(item.get("TransitionInDays"))
            if gone is not None and moved is not None and gone <= moved:
                yield Violation(
                    (*where, *below, "TransitionInDays"),
                    message="lifecycle rule {n} moves old versions after {moved} days, and they are gone after {gone}",
                    fix="let them expire later than they are moved",
                    n=n,
                    moved=moved,
                    gone=gone,
                )
        days = "ExpirationInDays" in rule or any("TransitionInDays" in item for _, item in moves)
        dates = "ExpirationDate" in rule or any("TransitionDate" in item for _, item in moves)
        if days and dates and not any("TransitionInDays" in item and "TransitionDate" in item for _, item in moves):
            yield Violation(
                where,
                message="lifecycle rule {n} counts in days and names dates, and S3 takes one of the two in a rule",
                fix="use days everywhere, or dates everywhere",
                n=n,
            )


def _when_moved(n: int, where: Path, item: dict[str, Any]) -> Iterator[Violation]:
    if "TransitionInDays" in item and "TransitionDate" in item:
        yield Violation(
            where,
            message="a transition of lifecycle rule {n} has days and a date, and S3 takes one of them",
            fix="keep TransitionInDays or TransitionDate",
            n=n,
        )
    elif "TransitionInDays" not in item and "TransitionDate" not in item:
        yield Violation(
            where,
            severity="warning",
            message="a transition of lifecycle rule {n} does not say when",
            fix="set TransitionInDays",
            n=n,
        )


def courses(view: View) -> Iterator[Violation]:
    rules = as_list(view.get("LifecycleConfiguration/Rules"))
    if len(rules) > LIFECYCLE_RULES_MOST:
        yield Violation(
            ("LifecycleConfiguration", "Rules"),
            message="a bucket has at most {most} lifecycle rules, this one has {count}",
            fix="merge rules",
            most=LIFECYCLE_RULES_MOST,
            count=len(rules),
        )
    ids: dict[str, int] = {}
    for n, where, rule in _lifecycle_rules(view):
        id = literal(rule.get("Id"))
        first = ids.setdefault(id, n) if id else n
        if first != n:
            yield Violation(
                (*where, "Id"), n=n, problem=f"rule {first} has the same Id", value=id, fix="give each rule its own Id"
            )
        if truth(rule.get("ExpiredObjectDeleteMarker")) and ("ExpirationInDays" in rule or "ExpirationDate" in rule):
            yield Violation(
                (*where, "ExpiredObjectDeleteMarker"),
                n=n,
                problem="S3 does not take ExpiredObjectDeleteMarker beside a day on which objects expire",
                fix="put it into a rule of its own",
            )
        if not any(action in rule for action in _ACTIONS):
            yield Violation(where, n=n, problem="it does nothing", fix="add a transition or an expiration")
        yield from _course(n, where, rule)


def _course(n: int, where: Path, rule: dict[str, Any]) -> Iterator[Violation]:
    """The way of an object through the classes of one rule, by days."""
    found = [
        (number(item.get("TransitionInDays")), _class(item), (*where, *below))
        for below, item in _moves(rule, "Transition", "Transitions")
    ]
    for days, name, path in found:
        if days is not None and name in _INFREQUENT and days < INFREQUENT_ACCESS_DAYS:
            yield Violation(
                (*path, "TransitionInDays"),
                severity="warning",
                n=n,
                problem=f"{name} charges for at least {INFREQUENT_ACCESS_DAYS} days and is not for younger objects",
                fix=f"move objects after {INFREQUENT_ACCESS_DAYS} days or later",
                value=days,
            )
    steps = [
        (days, name, path) for days, name, path in found if days is not None and name is not None and name in _FROM
    ]
    steps.sort(key=_days)
    if len(steps) != len(found) or not steps:
        return
    for (before, source, _), (days, name, path) in pairwise(steps):
        if days == before:
            yield Violation(
                path, severity="warning", n=n, problem=f"{source} and {name} begin on the same day", fix="leave one out"
            )
        elif source not in _FROM[name]:
            yield Violation(
                path,
                n=n,
                problem=f"objects cannot go from {source} to {name}",
                allowed=", ".join(_FROM[name]) + " before " + name,
                fix="move objects towards colder classes only",
            )
        elif source in _INFREQUENT and name in ("GLACIER", "DEEP_ARCHIVE") and days - before < INFREQUENT_ACCESS_DAYS:
            yield Violation(
                (*path, "TransitionInDays"),
                severity="warning",
                n=n,
                problem=f"{source} charges for at least {INFREQUENT_ACCESS_DAYS} days before objects move on",
                fix=f"leave at least {INFREQUENT_ACCESS_DAYS} days between the two",
                value=days,
            )
    expires = number(rule.get("ExpirationInDays"))
    if expires is not None and expires <= steps[-1][0]:
        yield Violation(
            (*where, "ExpirationInDays"),
            n=n,
            problem=f"objects expire before they move to {steps[-1][1]} after {grouped(steps[-1][0])} days",
            fix="let objects expire after their last transition",
            value=expires,
        )


def _days(step: tuple[float, str, Path]) -> float:
    return step[0]
