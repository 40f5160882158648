"""What took how long in an operation, and which of it everything else was waiting for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ..preview.needs import Needs, needs_of
from .history import Operation, last_operation

if TYPE_CHECKING:
    from ..account.cloudformation import CloudFormation
    from ..records import EventRecord

ACTIONS = ("CREATE", "UPDATE", "DELETE", "IMPORT")
TOLERANCE = 0.5  # seconds by which CloudFormation's own times may overlap


@frozen
class Span:
    """The time from the start of one action on a resource to its end; `end` is None while it runs."""

    name: str  # `Nested.Id` in a nested stack
    type: str
    action: str  # create, update, delete, import
    start: float
    end: float | None
    status: str
    nested: bool = False  # a nested stack, whose own spans are among the others

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        return None if self.end is None else max(0.0, self.end - self.start)


@frozen
class Timeline:
    """The spans of an operation in the order they began. `critical` is the chain that decided how long it took."""

    stack: str
    stack_id: str
    kind: str
    status: str
    started: float
    ended: float | None
    spans: tuple[Span, ...] = ()
    critical: tuple[str, ...] = ()

    @property
    def seconds(self) -> float | None:
        """How long the operation took; None while it runs."""
        return None if self.ended is None else max(0.0, self.ended - self.started)

    @property
    def parallelism(self) -> float:
        """How many resources were being worked on at once, on average over the operation."""
        work = sum(span.seconds or 0.0 for span in self.spans if not span.nested)
        return work / self.seconds if self.seconds else 0.0

    @property
    def durations(self) -> dict[str, float]:
        """Seconds of everything that came to a good end, the longest action of each resource."""
        found: dict[str, float] = {}
        for span in self.spans:
            if span.seconds is not None and span.status.endswith("_COMPLETE"):
                found[span.name] = max(found.get(span.name, 0.0), round(span.seconds, 3))
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data; times in seconds since the operation began."""
        critical = set(self.critical)
        data: dict[str, Any] = {
            "stack": self.stack,
            "stack_id": self.stack_id,
            "operation": self.kind,
            "status": self.status,
            "started": self.started,
            "ended": self.ended,
            "seconds": None if self.seconds is None else round(self.seconds, 3),
            "parallelism": round(self.parallelism, 2),
            "critical_path": list(self.critical),
            "resources": [
                {
                    "logical_id": span.name,
                    "resource_type": span.type,
                    "action": span.action,
                    "status": span.status,
                    "start": round(span.start - self.started, 3),
                    "seconds": None if span.seconds is None else round(span.seconds, 3),
                    "critical": span.name in critical,
                }
                for span in self.spans
            ],
        }
        return {name: value for name, value in data.items() if value is not None}


def spans(events: Iterable[EventRecord]) -> tuple[Span, ...]:
    """Every action on every resource that the events tell of, in the order they began."""
    running: dict[tuple[str, str], Span] = {}
    done: list[Span] = []
    for event in events:
        action, _, state = event.status.partition("_")
        if event.of_stack or event.hook or action not in ACTIONS:
            continue
        key = (event.name, action)
        if state == "IN_PROGRESS":
            if key not in running:
                running[key] = Span(
                    event.name, event.type, action.lower(), event.time, None, event.status, event.of_nested
                )
        elif state in ("COMPLETE", "FAILED") or (state == "SKIPPED" and key in running):
            begun = running.pop(key, None)
            start = begun.start if begun is not None else event.time
            done.append(Span(event.name, event.type, action.lower(), start, event.time, event.status, event.of_nested))
    return tuple(sorted((*done, *running.values()), key=lambda span: (span.start, span.name)))


def timeline(
    stack: str, stack_id: str, operation: Operation, templates: Mapping[str, Mapping[str, Any]] | None = None
) -> Timeline:
    """The timeline of an operation. `templates` are those of the stack ("") and its nested stacks, by their path."""
    found = spans(operation.events)
    needs = {path: needs_of(template) for path, template in (templates or {}).items()}
    return Timeline(
        stack,
        stack_id,
        operation.kind,
        operation.status,
        operation.started,
        operation.ended,
        found,
        critical_path(found, needs, backwards=operation.kind == "delete"),
    )


def last_timeline(cf: CloudFormation, stack: str, stack_id: str, *, token: str = "") -> Timeline | None:
    """The timeline of the last operation on a deployed stack, or of the one with `token`, with its nested stacks."""
    from ...errors import DeckError
    from ..files.template import deployed

    operation = last_operation(cf, stack_id, token=token)
    if operation is None:
        return None
    wanted = {"": stack_id} | {
        event.name: event.physical_id
        for event in operation.events
        if event.of_nested and event.physical_id.startswith("arn:")
    }
    templates: dict[str, Mapping[str, Any]] = {}
    for path, arn in wanted.items():
        try:
            templates[path] = deployed(cf, arn)
        except DeckError:  # deleted or not allowed: times are enough for a chain
            continue
    return timeline(stack, stack_id, operation, templates)


@frozen
class _Chain:
    """The way back from the span that ended last, within one stack."""

    spans: tuple[Span, ...]
    needs: Mapping[str, Needs]
    backwards: bool
    names: list[str] = field(factory=list)

    def walk(self, path: str) -> None:
        inside = [span for span in self.spans if _home(span.name) == path and span.end is not None]
        if not inside:
            return
        links: list[Span] = []
        span: Span | None = max(inside, key=_end)
        while span is not None and span not in links:
            links.append(span)
            span = self._before(span, inside, path)
        for link in reversed(links):
            self.names.append(link.name)
            if link.nested:
                self.walk(link.name)

    def _before(self, span: Span, inside: list[Span], path: str) -> Span | None:
        """What a span had been waiting for: of all that it needs, what ended last before it began."""
        known = self.needs.get(path)
        earlier = [one for one in inside if one is not span and _end(one) <= span.start + TOLERANCE]
        if known is not None:
            own = span.name.rpartition(".")[2]
            wanted = known.users(own) if self.backwards or span.action == "delete" else known.of(own)
            same = {f"{path}.{id}" if path else id for id in (*wanted, own)}
            earlier = [one for one in earlier if one.name in same]
        return max(earlier, key=_end, default=None)


def critical_path(found: tuple[Span, ...], needs: Mapping[str, Needs], *, backwards: bool = False) -> tuple[str, ...]:
    """The names of the spans that each waited for the one before, up to the one that ended last.

    A nested stack is followed by the chain inside it. `needs` are those of each template by its path; without them,
    what ended last before is taken for what was waited for.
    """
    chain = _Chain(found, needs, backwards)
    chain.walk("")
    return tuple(dict.fromkeys(chain.names))


def _home(name: str) -> str:
    return name.rpartition(".")[0]


def _end(span: Span) -> float:
    return span.end if span.end is not None else float("inf")
