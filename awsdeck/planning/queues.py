"""How many FIFO queues a rate of messages needs."""

from __future__ import annotations

from math import ceil

import attrs

from ..rules.limits import BATCH_MOST, FIFO_CALLS, FIFO_CALLS_FAST, FIFO_CALLS_FAST_ELSEWHERE
from .inputs import within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rules.vocabulary import Mode


@attrs.frozen(kw_only=True)
class FifoQueues(Result):
    """Queues, and messages in each call, that carry the rate."""

    queues: int = value("queues")
    batch: int = value("messages a call")
    each: int = value("messages a second and queue, at most")


def fifo(
    *, messages: int, high_throughput: bool = False, region: str | None = None, limits: Mode = "documented"
) -> FifoQueues:
    """How many first-in-first-out queues carry so many messages a second.

    - `messages`: messages a second
    - `high_throughput`: order within message groups only, for many more calls a second
    - `region`: where the queues stand; high throughput differs by region

    The course notes know 300 a second and queue; today a call may carry 10 messages. Source: course notes, SQS FIFO.
    """
    within(messages=(messages, 0, None))
    calls = FIFO_CALLS
    if high_throughput:
        calls = FIFO_CALLS_FAST.get(region or "", FIFO_CALLS_FAST_ELSEWHERE)
    most_batch = 1 if limits == "documented" and not high_throughput else BATCH_MOST
    queues = max(1, ceil(messages / (calls * most_batch)))
    batch = min(most_batch, max(1, ceil(messages / (queues * calls))))
    notes = () if queues == 1 else ("several queues keep order each for itself; a standard queue has no such bound",)
    return FifoQueues(queues=queues, batch=batch, each=calls * batch, notes=notes)
