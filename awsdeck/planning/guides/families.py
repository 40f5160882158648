"""Which family of instances for which use."""

from __future__ import annotations

from ...rules.ec2.usecases import USE_CASES
from ..advice import Advice, Choice, Guide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ...rules.vocabulary import Mode


def _listed(families: tuple[str, ...]) -> str:
    return ", ".join(family.upper() for family in families)


INSTANCE_FAMILY = Guide(
    "Which family of instances?",
    "course notes, EC2 instance types",
    {
        case.key: Choice(_listed(case.families), case.words, f"it is made for {case.speciality}", _listed(case.today))
        for case in USE_CASES
    },
)


def instance_family(
    *,
    use_case: Literal[
        "genomics", "nosql", "video-encoding", "mapreduce", "web-server", "file-server", "memory-intensive",
        "application-server", "cpu-intensive", "machine-learning", "sap-hana",
    ],
    limits: Mode = "documented",
) -> Advice:  # fmt: skip
    """Which family of instances to use.

    - `use_case`: what the instances do
    """
    return INSTANCE_FAMILY.advise(use_case, limits)
