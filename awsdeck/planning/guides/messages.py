"""Mail, notifications and queues."""

from __future__ import annotations

from ...rules.limits import FIFO_CALLS
from ..advice import Advice, Choice, Guide
from ..inputs import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...rules.vocabulary import Mode

MAIL = Guide(
    "SES or SNS?",
    "course notes, SES and SNS",
    {
        "ses": Choice(
            "SES",
            "customers get e-mail (confirmations, newsletters), or e-mail comes in",
            "an address is enough; nobody has to subscribe",
        ),
        "sns": Choice(
            "SNS",
            "one message goes to many: SMS, HTTP, queues, functions, e-mail to subscribers",
            "everybody who subscribed is told at once",
        ),
    },
)


def mail(
    *, to_customers: bool = False, incoming: bool = False, fan_out: bool = False, limits: Mode = "documented"
) -> Advice:
    """SES or SNS.

    - `to_customers`: people who did not subscribe get e-mail
    - `incoming`: e-mail is received
    - `fan_out`: one message goes to many who subscribed, in several ways
    """
    if not to_customers and not incoming:
        return MAIL.advise("sns", limits)
    return MAIL.advise("ses", limits, *(("for those who subscribe, SNS beside it",) if fan_out else ()))


QUEUE = Guide(
    "Which kind of queue?",
    "course notes, SQS",
    {
        "fifo": Choice(
            "SQS FIFO",
            "order matters and nothing may be handled twice, at up to 300 calls a second",
            "first in, first out, exactly once",
        ),
        "standard": Choice(
            "SQS standard",
            "the rate is high, and a message may come twice or out of order",
            "nearly any number of messages a second",
        ),
        "sns": Choice("SNS", "many receivers are told of each message", "it pushes; a queue waits to be asked"),
    },
)
LONG_POLLING = "wait up to 20 seconds in each receive call: fewer empty answers, lower cost"


def queue(
    *,
    ordered: bool = False,
    exactly_once: bool = False,
    calls: int = 0,
    many_receivers: bool = False,
    limits: Mode = "documented",
) -> Advice:
    """SQS FIFO, SQS standard, or SNS.

    - `ordered`: messages are handled in the order they were sent
    - `exactly_once`: no message may be handled twice
    - `calls`: calls a second
    - `many_receivers`: each message goes to several receivers
    """
    within(calls=(calls, 0, None))
    if many_receivers:
        return QUEUE.advise(
            "sns", limits, "put a queue behind each receiver, so that it takes messages at its own pace"
        )
    if not ordered and not exactly_once:
        return QUEUE.advise("standard", limits, LONG_POLLING)
    if calls <= FIFO_CALLS:
        return QUEUE.advise("fifo", limits, LONG_POLLING)
    several = (
        f"{calls:,} calls a second are more than {FIFO_CALLS}: send in batches, use high throughput, or several queues"
    )
    return QUEUE.advise("fifo", limits, several, LONG_POLLING)
