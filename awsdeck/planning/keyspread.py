"""How many key prefixes a rate of requests to S3 needs."""

from __future__ import annotations

from math import ceil

import attrs

from ..rules.limits import GETS_PER_SECOND, PUTS_PER_SECOND
from .inputs import within
from .result import Result, value


@attrs.frozen(kw_only=True)
class Prefixes(Result):
    """Prefixes over which the keys must spread."""

    prefixes: int = value("prefixes")


def prefixes(*, puts: float = 0, gets: float = 0) -> Prefixes:
    """How many prefixes a bucket's keys need, from the requests a second.

    - `puts`: PUT, COPY, POST and DELETE requests a second
    - `gets`: GET and HEAD requests a second

    Source: course notes, S3 performance; S3 User Guide, optimizing performance.
    """
    within(puts=(puts, 0, None), gets=(gets, 0, None))
    needed = max(ceil(puts / PUTS_PER_SECOND.current), ceil(gets / GETS_PER_SECOND.current), 1)
    early = []
    if puts > PUTS_PER_SECOND.documented or gets > GETS_PER_SECOND.documented:
        early.append(
            f"before {PUTS_PER_SECOND.as_of}, above {PUTS_PER_SECOND.documented} PUT or {GETS_PER_SECOND.documented} "
            "GET a second, keys needed a random prefix"
        )
    return Prefixes(prefixes=needed, notes=tuple(early))
