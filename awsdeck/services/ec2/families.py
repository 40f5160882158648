"""Which families of instances there are, and which are for what.

Source: course notes, EC2 Instance Types; EC2 User Guide, instance types.
"""

from __future__ import annotations

import re

from ...errors import ConstructError
from ...rules.ec2.usecases import USE_CASES
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    CommonType: TypeAlias = Literal[
        "t2.nano", "t2.micro", "t2.small", "t2.medium", "t2.large", "t2.xlarge", "t2.2xlarge", "t3.nano",
        "t3.micro", "t3.small", "t3.medium", "t3.large", "t3.xlarge", "t3.2xlarge", "t3a.nano", "t3a.micro",
        "t3a.small", "t3a.medium", "t3a.large", "t3a.xlarge", "t3a.2xlarge", "t4g.nano", "t4g.micro",
        "t4g.small", "t4g.medium", "t4g.large", "t4g.xlarge", "t4g.2xlarge", "m5.large", "m5.xlarge",
        "m5.2xlarge", "m5.4xlarge", "m5.8xlarge", "m5.12xlarge", "m5.16xlarge", "m5.24xlarge", "c5.large",
        "c5.xlarge", "c5.2xlarge", "c5.4xlarge", "c5.9xlarge", "c5.12xlarge", "c5.18xlarge", "c5.24xlarge",
        "r4.large", "r4.xlarge", "r4.2xlarge", "r4.4xlarge", "r4.8xlarge", "r4.16xlarge", "i3.large",
        "i3.xlarge", "i3.2xlarge", "i3.4xlarge", "i3.8xlarge", "i3.16xlarge", "d2.xlarge", "d2.2xlarge",
        "d2.4xlarge", "d2.8xlarge", "h1.2xlarge", "h1.4xlarge", "h1.8xlarge", "h1.16xlarge", "x1.16xlarge",
        "x1.32xlarge", "p3.2xlarge", "p3.8xlarge", "p3.16xlarge", "g3.4xlarge", "g3.8xlarge", "g3.16xlarge",
        "f1.2xlarge", "f1.4xlarge", "f1.16xlarge", "m6i.large", "m6i.xlarge", "m6i.2xlarge", "m6i.4xlarge",
        "m6i.8xlarge", "m6i.12xlarge", "m6i.16xlarge", "m6i.24xlarge", "m6i.32xlarge", "m6g.medium",
        "m6g.large", "m6g.xlarge", "m6g.2xlarge", "m6g.4xlarge", "m6g.8xlarge", "m6g.12xlarge", "m6g.16xlarge",
        "m7i.large", "m7i.xlarge", "m7i.2xlarge", "m7i.4xlarge", "m7i.8xlarge", "m7i.12xlarge", "m7i.16xlarge",
        "m7i.24xlarge", "m7i.48xlarge", "m7i-flex.large", "m7i-flex.xlarge", "m7i-flex.2xlarge",
        "m7i-flex.4xlarge", "m7i-flex.8xlarge", "m7i-flex.12xlarge", "m7i-flex.16xlarge", "m7g.medium",
        "m7g.large", "m7g.xlarge", "m7g.2xlarge", "m7g.4xlarge", "m7g.8xlarge", "m7g.12xlarge", "m7g.16xlarge",
        "m8g.medium", "m8g.large", "m8g.xlarge", "m8g.2xlarge", "m8g.4xlarge", "m8g.8xlarge", "m8g.12xlarge",
        "m8g.16xlarge", "m8g.24xlarge", "m8g.48xlarge", "m8i.large", "m8i.xlarge", "m8i.2xlarge", "m8i.4xlarge",
        "m8i.8xlarge", "m8i.12xlarge", "m8i.16xlarge", "m8i.24xlarge", "m8i.32xlarge", "m8i.48xlarge",
        "m8i.96xlarge", "c6g.medium", "c6g.large", "c6g.xlarge", "c6g.2xlarge", "c6g.4xlarge", "c6g.8xlarge",
        "c6g.12xlarge", "c6g.16xlarge", "c6i.large", "c6i.xlarge", "c6i.2xlarge", "c6i.4xlarge", "c6i.8xlarge",
        "c6i.12xlarge", "c6i.16xlarge", "c6i.24xlarge", "c6i.32xlarge", "c7g.medium", "c7g.large", "c7g.xlarge",
        "c7g.2xlarge", "c7g.4xlarge", "c7g.8xlarge", "c7g.12xlarge", "c7g.16xlarge", "c7i.large", "c7i.xlarge",
        "c7i.2xlarge", "c7i.4xlarge", "c7i.8xlarge", "c7i.12xlarge", "c7i.16xlarge", "c7i.24xlarge",
        "c7i.48xlarge", "c7i-flex.large", "c7i-flex.xlarge", "c7i-flex.2xlarge", "c7i-flex.4xlarge",
        "c7i-flex.8xlarge", "c7i-flex.12xlarge", "c7i-flex.16xlarge", "c8g.medium", "c8g.large", "c8g.xlarge",
        "c8g.2xlarge", "c8g.4xlarge", "c8g.8xlarge", "c8g.12xlarge", "c8g.16xlarge", "c8g.24xlarge",
        "c8g.48xlarge", "c8i.large", "c8i.xlarge", "c8i.2xlarge", "c8i.4xlarge", "c8i.8xlarge", "c8i.12xlarge",
        "c8i.16xlarge", "c8i.24xlarge", "c8i.32xlarge", "c8i.48xlarge", "c8i.96xlarge", "r5.large", "r5.xlarge",
        "r5.2xlarge", "r5.4xlarge", "r5.8xlarge", "r5.12xlarge", "r5.16xlarge", "r5.24xlarge", "r6g.medium",
        "r6g.large", "r6g.xlarge", "r6g.2xlarge", "r6g.4xlarge", "r6g.8xlarge", "r6g.12xlarge", "r6g.16xlarge",
        "r7i.large", "r7i.xlarge", "r7i.2xlarge", "r7i.4xlarge", "r7i.8xlarge", "r7i.12xlarge", "r7i.16xlarge",
        "r7i.24xlarge", "r7i.48xlarge", "r7g.medium", "r7g.large", "r7g.xlarge", "r7g.2xlarge", "r7g.4xlarge",
        "r7g.8xlarge", "r7g.12xlarge", "r7g.16xlarge", "r8g.medium", "r8g.large", "r8g.xlarge", "r8g.2xlarge",
        "r8g.4xlarge", "r8g.8xlarge", "r8g.12xlarge", "r8g.16xlarge", "r8g.24xlarge", "r8g.48xlarge",
        "r8i.large", "r8i.xlarge", "r8i.2xlarge", "r8i.4xlarge", "r8i.8xlarge", "r8i.12xlarge", "r8i.16xlarge",
        "r8i.24xlarge", "r8i.32xlarge", "r8i.48xlarge", "r8i.96xlarge", "i4i.large", "i4i.xlarge",
        "i4i.2xlarge", "i4i.4xlarge", "i4i.8xlarge", "i4i.12xlarge", "i4i.16xlarge", "i4i.24xlarge",
        "i4i.32xlarge", "i7i.large", "i7i.xlarge", "i7i.2xlarge", "i7i.4xlarge", "i7i.8xlarge", "i7i.12xlarge",
        "i7i.16xlarge", "i7i.24xlarge", "i7i.48xlarge", "g6.xlarge", "g6.2xlarge", "g6.4xlarge", "g6.8xlarge",
        "g6.12xlarge", "g6.16xlarge", "g6.24xlarge", "g6.48xlarge", "d3.xlarge", "d3.2xlarge", "d3.4xlarge",
        "d3.8xlarge", "p5.4xlarge", "p5.48xlarge", "f2.6xlarge", "f2.12xlarge", "f2.48xlarge", "x2idn.16xlarge",
        "x2idn.24xlarge", "x2idn.32xlarge",
    ]  # fmt: skip
    InstanceType: TypeAlias = CommonType | str
    """An instance type; those of the families in common use complete in an editor, any other is as good."""


class Suggestion:
    """What suits a use case: `families` of the course notes, those of `today`, and what they are good at."""

    __slots__ = ("use_case", "families", "today", "speciality")

    def __init__(self, use_case: str, families: tuple[str, ...], today: tuple[str, ...], speciality: str) -> None:
        self.use_case = use_case
        self.families = families
        self.today = today
        self.speciality = speciality

    def __repr__(self) -> str:
        return f"Suggestion({self.use_case!r}: {', '.join(self.families)}; today {', '.join(self.today)})"


def suggest(use_case: str) -> list[Suggestion]:
    """The families that suit a use case in words, the best first: `suggest("machine learning")`.

    Raises `ConstructError` with the known use cases when no word of it is known.
    """
    wanted = _words(use_case)
    rated = [(len(wanted & _words(f"{case.words} {case.speciality}")), case) for case in USE_CASES]
    found = [case for rate, case in sorted(rated, key=lambda pair: -pair[0]) if rate]
    if not found:
        known = "; ".join(case.words for case in USE_CASES)
        raise ConstructError(f"{use_case!r} is no use case of the table", place=caller(), fix=f"one of: {known}")
    return [Suggestion(case.words, case.families, case.today, case.speciality) for case in found]


def _words(text: str) -> set[str]:
    """The words of a text without their endings, so that `database` is found in `databases`."""
    return {word[:7].rstrip("s") for word in re.findall(r"[a-z0-9]{2,}", text.lower())} - {"and", "for", "or", "of"}
