"""Suppressions written into templates: `Metadata.awsdeck.ignore`, on a resource or on the whole template.

    Metadata:
      awsdeck:
        ignore:
          - {rule: SQS012, reason: "messages are worthless after a minute", until: 2027-01-31}

A plain list of ids with one `reason` beside it is the short form. Without a reason a suppression does not count.
What a deck ignores, with `node.ignore`, stands in the manifest of its assembly and counts just so.
"""

from __future__ import annotations

import re

from ..errors import Finding
from .own import EXPIRED, NO_REASON, OWN, UNUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any

    from ..assembly import StackArtifact

    Path = tuple[str | int, ...]
    Word = tuple[str, str, str | None]  # the rule, the reason, until when

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Suppression:
    """One rule that is not to be reported for one resource, or for the whole template when `resource` is None.

    `word` is what the deck said, once for everything below a construct; None when it stands in the template.
    """

    __slots__ = ("rule", "resource", "reason", "until", "path", "word", "used")

    def __init__(
        self, rule: str, resource: str | None, reason: str, until: str | None, path: Path, word: Word | None = None
    ) -> None:
        self.rule = rule
        self.resource = resource
        self.reason = reason
        self.until = until
        self.path = path
        self.word = word
        self.used = False

    def covers(self, finding: Finding) -> bool:
        """Whether the finding is about this rule and resource."""
        return finding.rule == self.rule and self.resource in (None, finding.resource)


class Suppressions:
    """All suppressions of one template, and what is wrong with how they are written."""

    __slots__ = ("entries", "problems")

    def __init__(self, data: Mapping[str, Any], day: str | None = None, stack: StackArtifact | None = None) -> None:
        self.entries: list[Suppression] = []
        self.problems: list[Finding] = []
        for word in _of_deck(stack) if stack is not None else ():
            if word.until is None or word.until >= (day or today()):
                self.entries.append(word)
        for resource, type, path, note in _notes(data):
            for entry in _entries(note, resource, path):
                if isinstance(entry, Suppression):
                    if entry.until is not None and entry.until < (day or today()):
                        self.problems.append(_expired(entry, type))
                    else:
                        self.entries.append(entry)
                else:
                    self.problems.append(entry.replace(type=type))

    def split(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[tuple[Finding, str]]]:
        """The findings that stay, and those that are suppressed with the reason given."""
        if not self.entries:
            return list(findings), []
        kept: list[Finding] = []
        suppressed: list[tuple[Finding, str]] = []
        for finding in findings:
            covering = [entry for entry in self.entries if entry.covers(finding)]
            for entry in covering:
                entry.used = True
            if covering:
                suppressed.append((finding, covering[0].reason))
            else:
                kept.append(finding)
        return kept, suppressed

    def unused(self, more: Collection[str] = ()) -> Iterator[Finding]:
        """A finding for each suppression that has suppressed nothing, though its rule, or one of `more`, has run."""
        for entry in self.entries:
            if not entry.used and entry.word is None and (what := idle(entry.rule, more=more)):
                yield Finding(
                    UNUSED, "warning", what, resource=entry.resource, path=entry.path, fix="take the suppression out"
                )


def idle(id: str, *, constructs: bool = False, more: Collection[str] = ()) -> str | None:
    """What to say of a suppression of this rule that has suppressed nothing; None when lint does not run the rule.

    `more` are the ids of rules that ran beyond those that always do.
    """
    from ..rules import find

    rule = find(id)
    if rule is None and id not in OWN and id not in more:
        from .packs import find_in_packs

        return f"there is no rule {id}" if find_in_packs(id) is None else None
    run = ("resource", "graph", "schema", *(("construct",) if constructs else ()))
    return f"{id} is suppressed and not violated" if rule is None or rule.scope in run else None


def unused_words(suppressions: Iterable[Suppressions], more: Collection[str] = ()) -> Iterator[tuple[int, Finding]]:
    """What a deck ignores and nothing in its whole assembly violates: one finding for all that it was said for, with
    the number of the suppressions it stands in first.
    """
    words: dict[Word, tuple[int, Suppression]] = {}
    used: set[Word] = set()
    for index, one in enumerate(suppressions):
        for entry in one.entries:
            if entry.word is not None:
                words.setdefault(entry.word, (index, entry))
                if entry.used:
                    used.add(entry.word)
    for word, (index, entry) in words.items():
        what = None if word in used else idle(entry.rule, more=more)
        if what:
            yield (
                index,
                Finding(
                    UNUSED, "warning", what, resource=entry.resource, path=entry.path, fix="take node.ignore(…) out"
                ),
            )


def _of_deck(stack: StackArtifact) -> Iterator[Suppression]:
    told = [(None, stack.ignore), *((id, origin.ignore) for id, origin in stack.origins.items())]
    for resource, ignored in told:
        for rule, said in ignored.items():
            until = said.get("until")
            path = ("Resources", resource) if resource is not None else ()
            yield Suppression(rule, resource, said["reason"], until, path, (rule, said["reason"], until))


def _notes(data: Mapping[str, Any]) -> Iterator[tuple[str | None, str | None, Path, Mapping[str, Any]]]:
    """Every `Metadata.awsdeck` with the resource it stands in, its type, and the way there."""
    note = _note(data)
    if note:
        yield None, None, ("Metadata", "awsdeck"), note
    resources = data.get("Resources")
    if isinstance(resources, dict):
        for id, body in resources.items():
            if isinstance(body, dict) and "Metadata" in body:
                note = _note(body)
                if note:
                    type = body.get("Type")
                    yield id, type if isinstance(type, str) else None, ("Resources", id, "Metadata", "awsdeck"), note


def _note(holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    metadata = holder.get("Metadata")
    note = metadata.get("awsdeck") if isinstance(metadata, dict) else None
    return note if isinstance(note, dict) and "ignore" in note else None


def _entries(note: Mapping[str, Any], resource: str | None, path: Path) -> Iterator[Suppression | Finding]:
    given = note["ignore"]
    items = given if isinstance(given, list) else [given]
    for index, item in enumerate(items):
        where = (*path, "ignore", index) if isinstance(given, list) else (*path, "ignore")
        entry = item if isinstance(item, dict) else {"rule": item}
        rule, reason, until = (
            entry.get("rule"),
            entry.get("reason", note.get("reason")),
            entry.get("until", note.get("until")),
        )
        if not isinstance(rule, str) or not rule:
            yield _problem("a suppression names no rule", resource, where, "write {rule: ID, reason: why}")
        elif not isinstance(reason, str) or not reason.strip():
            yield _problem(f"{rule.upper()} is suppressed without a reason, so it is not suppressed", resource, where,
                           f"write {{rule: {rule.upper()}, reason: why}}")  # fmt: skip
        elif until is not None and not _DATE.fullmatch(str(until)):
            yield _problem(f"until {until!r} is not a date", resource, where, "write YYYY-MM-DD")
        else:
            yield Suppression(rule.upper(), resource, reason, None if until is None else str(until), where)


def _problem(message: str, resource: str | None, path: Path, fix: str) -> Finding:
    return Finding(NO_REASON, "error", message, resource=resource, path=path, fix=fix)


def _expired(entry: Suppression, type: str | None) -> Finding:
    return Finding(
        EXPIRED, "warning", f"{entry.rule} was suppressed until {entry.until}", resource=entry.resource, type=type,
        path=entry.path, fix="mend the resource, or give the suppression a later date",
    )  # fmt: skip


def today() -> str:
    """Today as suppressions write days."""
    import time

    return time.strftime("%Y-%m-%d")
