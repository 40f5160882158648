"""Which type of volume gives so many I/O operations a second for the least money."""

from __future__ import annotations

import attrs

from ..errors import ConstructError
from ..rules.limits import (
    GP3_IOPS_DEFAULT,
    GP3_IOPS_MOST,
    IO2_IOPS_MOST,
    PROVISIONED_IOPS_LEAST,
    VOLUME_IOPS_PER_GIB,
    VOLUME_SIZES,
)
from ..source import caller
from .inputs import within
from .result import Result, value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


@attrs.frozen(kw_only=True)
class VolumeChoice(Result):
    """A type, and the IOPS to provision on it; None where what it has by itself is enough."""

    type: Literal["gp3", "io2"] = value()
    iops: int | None = value("IOPS to provision")


def volume(*, iops: int, size_gib: int | None = None) -> VolumeChoice:
    """The cheapest type of EBS volume that always gives so many IOPS.

    - `iops`: I/O operations a second that it must always give, up to 256,000
    - `size_gib`: GiB of the volume, 1 to 65,536; how many IOPS it may have depends on it

    gp3 is the cheapest type on SSDs, and has 3,000 IOPS whatever its size; above 80,000, or 500 a GiB, it takes io2,
    which costs what io1 does. Types on magnetic disks promise throughput and no IOPS. Raises `ConstructError` for more
    than a volume of this size gives.

    Source: Amazon EBS User Guide, EBS volume types; Amazon EBS pricing.
    """
    within(iops=(iops, 0, None), size_gib=(size_gib, VOLUME_SIZES["gp3"][0], VOLUME_SIZES["gp3"][1]))
    per_gib = VOLUME_IOPS_PER_GIB
    gp3 = GP3_IOPS_MOST if size_gib is None else min(GP3_IOPS_MOST, max(GP3_IOPS_DEFAULT, per_gib["gp3"] * size_gib))
    if iops <= gp3:
        return VolumeChoice(
            type="gp3",
            iops=iops if iops > GP3_IOPS_DEFAULT else None,
            notes=("3,000 IOPS are part of every gp3 volume; those above are paid for",),
        )
    large = size_gib is None or size_gib >= VOLUME_SIZES["io2"][0]
    io2 = IO2_IOPS_MOST if size_gib is None else min(IO2_IOPS_MOST, per_gib["io2"] * size_gib) if large else 0
    if iops <= io2:
        return VolumeChoice(
            type="io2",
            iops=max(PROVISIONED_IOPS_LEAST, iops),
            notes=("every provisioned IOPS of io2 is paid for",),
        )
    if iops > IO2_IOPS_MOST:
        raise ConstructError(
            f"no EBS volume gives {iops:,} IOPS; io2 has {IO2_IOPS_MOST:,} at most", place=caller(),
            fix="spread the data over several volumes (RAID 0), or use an instance with disks of its own",
        )  # fmt: skip
    enough = max(VOLUME_SIZES["io2"][0], -(-iops // per_gib["io2"]))
    raise ConstructError(
        f"no EBS volume of {size_gib:,} GiB gives {iops:,} IOPS", place=caller(),
        fix=f"{enough:,} GiB or more, on io2",
    )  # fmt: skip
