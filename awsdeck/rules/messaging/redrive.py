"""Dead-letter queues: which queue sends its messages where, and which queues may."""

from __future__ import annotations

import json

from ..limits import RECEIVES_MOST, RETENTION_DEFAULT, RETENTION_MOST
from ..policies.access import QUEUE, fifo, only, together
from ..vocabulary import ABSENT, Between, Violation, is_unknown, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

_RECEIVES = Between(1, RECEIVES_MOST)

_REDRIVE_PERMISSIONS = ("allowAll", "byQueue", "denyAll")

SOURCES_MOST = 10


def _redrive(view: View) -> Any:
    """The redrive policy as an object; None when there is none or it cannot be read."""
    policy = view.get("RedrivePolicy")
    if isinstance(policy, str) and "{{resolve:" not in policy:
        try:
            policy = json.loads(policy)
        except ValueError:
            return None
    return policy if isinstance(policy, dict) and not is_unknown(policy) else None


def dead_letter(graph: Graph) -> Iterator[Violation]:
    for queue in graph.of(QUEUE):
        if "RedrivePolicy" not in queue.properties:
            continue
        for world in only(queue, "RedrivePolicy", "FifoQueue").worlds():
            for violation in (*_redrive_alone(world), *_redrive_target(graph, queue, world)):
                violation.view = world
                yield violation


def _redrive_alone(queue: View) -> Iterator[Violation]:
    policy = _redrive(queue)
    if policy is None:
        return
    if "deadLetterTargetArn" not in policy:
        yield Violation(
            ("RedrivePolicy",),
            message="a redrive policy without deadLetterTargetArn names no dead-letter queue",
            fix="set deadLetterTargetArn to the Arn of the dead-letter queue",
        )
    receives = policy.get("maxReceiveCount", ABSENT)
    if receives is ABSENT:
        yield Violation(
            ("RedrivePolicy",),
            severity="warning",
            message="say after how many receives a message goes to the dead-letter queue; the documented default is 10",
            fix="set maxReceiveCount",
            allowed=_RECEIVES.allowed(queue.mode),
        )
    elif _RECEIVES(receives, queue.mode) is False:
        yield Violation(
            ("RedrivePolicy", "maxReceiveCount"),
            message="a message goes to the dead-letter queue after 1 to 1,000 receives",
            allowed=_RECEIVES.allowed(queue.mode),
            value=receives,
        )


def _redrive_target(graph: Graph, queue: View, world: View) -> Iterator[Violation]:
    policy = _redrive(world)
    arn = None if policy is None else policy.get("deadLetterTargetArn")
    where = ("RedrivePolicy", "deadLetterTargetArn")
    found = graph.target(queue, arn)
    if found is None:
        yield from _literal_target(queue, arn, fifo(world), where)
    elif found.view is queue:
        yield Violation(
            where,
            severity="warning",
            message="a queue that is its own dead-letter queue keeps what it cannot handle",
            fix="use a queue of its own for dead letters",
        )
    elif found.view.type == QUEUE:
        dead = found.view
        for mine, other in together(world, only(dead, "FifoQueue")):
            kinds = fifo(mine), fifo(other)
            if None not in kinds and kinds[0] is not kinds[1]:
                yield _other_kind(where, dead.id, kinds[0] is True)
                break
        here = queue.member.region if queue.member else None
        there = dead.member.region if dead.member else None
        if here and there and here != there:
            yield _other_region(where, dead.id, here, there)


def _literal_target(queue: View, arn: Any, kind: bool | None, where: tuple[str, ...]) -> Iterator[Violation]:
    parts = arn.split(":") if isinstance(arn, str) and not is_unknown(arn) else []
    if len(parts) != 6 or parts[0] != "arn":
        return
    if kind is not None and "${" not in parts[5] and parts[5].endswith(".fifo") is not kind:
        yield _other_kind(where, parts[5], kind)
    region = queue.member.region if queue.member else None
    if region and parts[3] and "${" not in parts[3] and parts[3] != region:
        yield _other_region(where, parts[5], region, parts[3])
    account = queue.member.account if queue.member else None
    if account and parts[4] and "${" not in parts[4] and parts[4] != account:
        yield Violation(
            where,
            severity="warning",
            message="the dead-letter queue {dead} belongs to another account",
            fix="use a dead-letter queue in the same account",
            dead=parts[5],
        )


def _other_kind(where: tuple[str, ...], dead: str, source_is_fifo: bool) -> Violation:
    kind = "FIFO" if source_is_fifo else "standard"
    return Violation(
        where,
        message="the dead-letter queue of a {kind} queue is a {kind} queue too, and {dead} is not",
        fix=f"make {{dead}} a {kind} queue",
        kind=kind,
        dead=dead,
    )


def _other_region(where: tuple[str, ...], dead: str, here: str, there: str) -> Violation:
    return Violation(
        where,
        message="the dead-letter queue {dead} is in {there}, the queue in {here}: both must be in one region",
        fix="use a dead-letter queue in {here}",
        dead=dead,
        here=here,
        there=there,
    )


def sources_allowed(graph: Graph) -> Iterator[Violation]:
    for queue in graph.of(QUEUE):
        for world in only(queue, "RedriveAllowPolicy").worlds():
            for violation in _allow_policy(world):
                violation.view = world
                yield violation
        for world in only(queue, "RedrivePolicy").worlds():
            policy = _redrive(world)
            found = graph.target(queue, policy.get("deadLetterTargetArn")) if policy is not None else None
            if found is None or found.view.type != QUEUE:
                continue
            for _, dead in together(world, only(found.view, "RedriveAllowPolicy")):
                if dead.get("RedriveAllowPolicy/redrivePermission") == "denyAll":
                    yield Violation(
                        ("RedrivePolicy", "deadLetterTargetArn"),
                        view=world,
                        message="{dead} lets no queue use it as dead-letter queue",
                        fix="allow this queue in the RedriveAllowPolicy of {dead}",
                        dead=dead.id,
                    )
                    break


def _allow_policy(queue: View) -> Iterator[Violation]:
    policy = queue.get("RedriveAllowPolicy")
    if not isinstance(policy, dict) or is_unknown(policy):
        return
    where = ("RedriveAllowPolicy",)
    permission, sources = policy.get("redrivePermission", ABSENT), policy.get("sourceQueueArns", ABSENT)
    if permission is ABSENT or is_unknown(permission):
        return
    if permission not in _REDRIVE_PERMISSIONS:
        yield Violation((*where, "redrivePermission"), value=permission, allowed=", ".join(_REDRIVE_PERMISSIONS))
    elif (permission == "byQueue") is (sources is ABSENT or sources == []):
        problem = (
            "byQueue needs sourceQueueArns" if permission == "byQueue" else f"{permission} takes no sourceQueueArns"
        )
        yield Violation(where, message=problem, fix="list up to 10 queues beside byQueue, and none beside the others")
    elif isinstance(sources, list) and len(sources) > SOURCES_MOST:
        yield Violation(
            (*where, "sourceQueueArns"),
            message="a dead-letter queue can list {most} queues that use it, and these are {n}",
            fix="list fewer, or use allowAll",
            allowed=f"at most {SOURCES_MOST}",
            most=SOURCES_MOST,
            n=len(sources),
        )


def dead_letter_retention(graph: Graph) -> Iterator[Violation]:
    for queue in graph.of(QUEUE):
        policy = _redrive(queue)
        found = graph.target(queue, policy.get("deadLetterTargetArn")) if policy else None
        if found is None or found.view.type != QUEUE or found.view is queue:
            continue
        for source, dead in together(
            only(queue, "FifoQueue", "MessageRetentionPeriod"), only(found.view, "MessageRetentionPeriod")
        ):
            if fifo(source) is not False:
                continue
            kept = number(source.get("MessageRetentionPeriod", RETENTION_DEFAULT))
            longer = number(dead.get("MessageRetentionPeriod", RETENTION_DEFAULT))
            if kept is not None and longer is not None and longer <= kept and longer < RETENTION_MOST:
                yield Violation(
                    ("MessageRetentionPeriod",), view=found.view, dead=found.view.id, source=queue.id, kept=int(kept)
                )
                break
