"""What a gp2 volume performs."""

from __future__ import annotations

from math import ceil

import attrs

from ..errors import ConstructError
from ..rules.limits import GP2_IOPS_LEAST, GP2_IOPS_MOST, GP2_IOPS_PER_GIB, VOLUME_SIZES
from ..source import caller
from .inputs import within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rules.vocabulary import Mode

GP2_BURST = 3_000
"""IOPS that a volume bursts to."""
CREDITS = 5_400_000
"""I/O credits of a full bucket: 30 minutes of 3,000 IOPS."""


@attrs.frozen(kw_only=True)
class Gp2(Result):
    """Size and I/O operations a second; `burst_seconds` from a full bucket, None where no burst is needed."""

    size: int = value("GiB")
    baseline: int = value("IOPS")
    burst: int = value("IOPS")
    burst_seconds: int | None = value("s")


def gp2(*, size_gib: int | None = None, iops: int | None = None, limits: Mode = "documented") -> Gp2:
    """What a gp2 volume of a size performs, or the size that gives so many IOPS all the time.

    - `size_gib`: GiB of the volume, 1 to 16,384
    - `iops`: I/O operations a second that it must always give

    Three IOPS a GiB, at least 100, up to the cap: 10,000 in the course notes, 16,000 today. Below 1,000 GiB a volume
    bursts to 3,000. Raises `ConstructError` for more IOPS than gp2 gives. Source: course notes, EBS; Amazon EBS User
    Guide, general purpose SSD volumes.
    """
    if (size_gib is None) == (iops is None):
        raise ConstructError("give the size or the IOPS, one of them", place=caller(), fix="size_gib= or iops=")
    cap: int = GP2_IOPS_MOST.of(limits)
    least, most = VOLUME_SIZES["gp2"]
    within(size_gib=(size_gib, least, most), iops=(iops, 0, None))
    if iops is not None:
        if iops > cap:
            raise ConstructError(
                f"gp2 gives {cap:,} IOPS at most, not {iops:,}", place=caller(),
                fix="io1 (today io2 or gp3), where IOPS are provisioned",
            )  # fmt: skip
        size_gib = max(least, ceil(iops / GP2_IOPS_PER_GIB)) if iops > GP2_IOPS_LEAST else least
    assert size_gib is not None
    baseline = min(max(GP2_IOPS_LEAST, GP2_IOPS_PER_GIB * size_gib), cap)
    bursts = baseline < GP2_BURST
    note = "bursts matter below 1,000 GiB; 3,334 GiB is where three IOPS a GiB reach 10,000"
    return Gp2(
        size=size_gib,
        baseline=baseline,
        burst=max(baseline, GP2_BURST),
        burst_seconds=CREDITS // (GP2_BURST - baseline) if bursts else None,
        notes=(note,),
    )
