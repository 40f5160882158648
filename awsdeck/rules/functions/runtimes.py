"""The runtimes of AWS Lambda: when each is given up, and what takes its place.

Read 2026-11-25 from Lambda Developer Guide, Lambda runtimes, and cfn-lint 1.58 (its table of runtime lifecycles); the
runtimes without dates are in the CloudFormation resource schema of 2026-10 alone.
"""

from __future__ import annotations

import re
import time

NEWEST = {
    "dotnet": "dotnet10",
    "go": "provided.al2023",
    "java": "java25",
    "nodejs": "nodejs24.x",
    "provided": "provided.al2023",
    "python": "python3.14",
    "ruby": "ruby4.0",
}
"""What to move to, by family."""

LIFECYCLE: dict[str, tuple[str, str, str]] = {
    # runtime: deprecated, no new functions from, no updates from
    "dotnet10": ("2028-11-14", "2028-12-14", "2029-01-15"),
    "dotnet6": ("2024-12-20", "2027-02-01", "2027-03-03"),
    "dotnet8": ("2026-11-10", "2027-02-01", "2027-03-03"),
    "dotnetcore1.0": ("2019-06-27", "2019-06-30", "2019-07-30"),
    "dotnetcore2.0": ("2019-05-30", "2019-04-30", "2019-05-30"),
    "dotnetcore2.1": ("2022-01-05", "2022-01-05", "2022-04-13"),
    "dotnetcore3.1": ("2023-04-03", "2023-04-03", "2023-05-03"),
    "go1.x": ("2024-01-08", "2024-02-08", "2027-03-03"),
    "java11": ("2027-06-30", "2027-07-31", "2027-08-31"),
    "java17": ("2027-06-30", "2027-07-31", "2027-08-31"),
    "java21": ("2029-06-30", "2029-07-31", "2029-08-31"),
    "java25": ("2029-06-30", "2029-07-31", "2029-08-31"),
    "java8": ("2024-01-08", "2024-02-08", "2027-03-03"),
    "java8.al2": ("2027-06-30", "2027-07-31", "2027-08-31"),
    "nodejs": ("2016-08-30", "2016-09-30", "2016-10-31"),
    "nodejs10.x": ("2021-07-30", "2021-07-30", "2022-02-14"),
    "nodejs12.x": ("2023-03-31", "2023-03-31", "2023-04-30"),
    "nodejs14.x": ("2023-12-04", "2024-01-09", "2027-03-03"),
    "nodejs16.x": ("2024-06-12", "2027-02-01", "2027-03-03"),
    "nodejs18.x": ("2025-09-01", "2027-02-01", "2027-03-03"),
    "nodejs20.x": ("2026-04-30", "2027-02-01", "2027-03-03"),
    "nodejs22.x": ("2027-04-30", "2027-06-01", "2027-07-01"),
    "nodejs24.x": ("2028-04-30", "2028-06-01", "2028-07-01"),
    "nodejs4.3": ("2020-03-05", "2020-02-03", "2020-03-05"),
    "nodejs4.3-edge": ("2020-03-05", "2019-03-31", "2019-04-30"),
    "nodejs6.10": ("2019-08-12", "2019-07-12", "2019-08-12"),
    "nodejs8.10": ("2020-03-06", "2020-02-04", "2020-03-06"),
    "provided": ("2024-01-08", "2024-02-08", "2027-03-03"),
    "provided.al2": ("2026-07-31", "2027-02-01", "2027-03-03"),
    "provided.al2023": ("2029-06-30", "2029-07-31", "2029-08-31"),
    "python2.7": ("2021-07-15", "2021-07-15", "2022-05-30"),
    "python3.10": ("2026-10-31", "2027-02-01", "2027-03-03"),
    "python3.11": ("2027-06-30", "2027-07-31", "2027-08-31"),
    "python3.12": ("2028-10-31", "2028-11-30", "2029-01-10"),
    "python3.13": ("2029-06-30", "2029-07-31", "2029-08-31"),
    "python3.14": ("2029-06-30", "2029-07-31", "2029-08-31"),
    "python3.6": ("2022-07-18", "2022-07-18", "2022-08-29"),
    "python3.7": ("2023-12-04", "2024-01-09", "2027-03-03"),
    "python3.8": ("2024-10-14", "2027-02-01", "2027-03-03"),
    "python3.9": ("2025-12-15", "2027-02-01", "2027-03-03"),
    "ruby2.5": ("2021-07-30", "2021-07-30", "2022-03-31"),
    "ruby2.7": ("2023-12-07", "2024-01-09", "2027-03-03"),
    "ruby3.2": ("2026-03-31", "2027-02-01", "2027-03-03"),
    "ruby3.3": ("2027-03-31", "2027-04-30", "2027-05-31"),
    "ruby3.4": ("2028-03-31", "2028-04-30", "2028-05-31"),
    "ruby4.0": ("2029-03-31", "2029-04-30", "2029-05-31"),
}
WITHOUT_DATES = frozenset(("java11.al2023", "java17.al2023", "java8.al2023", "nodejs26.x", "python3.15"))

_FAMILY = r"dotnet|go|java|nodejs|provided|python|ruby"
_VERSION = r"[a-z]+(?:\.al)?(\d+)(?:\.(\d+))?(?:\.(?:x|al2023|al2))?"


def today() -> str:
    """The date as the table writes dates."""
    return time.strftime("%Y-%m-%d")


def known(runtime: str) -> bool:
    """Whether the runtime is one that Lambda has or had."""
    return runtime in LIFECYCLE or runtime in WITHOUT_DATES


def family(runtime: str) -> str:
    """`python` for `python3.13`; empty for what is no runtime."""
    match = re.match(_FAMILY, runtime)
    return match[0] if match else ""


def version(runtime: str) -> tuple[int, int]:
    """The numbers in a runtime's name, for comparing two of one family."""
    match = re.fullmatch(_VERSION, runtime)
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)


def newer(runtime: str) -> bool:
    """Whether the name reads like a later member of a family than all that are known here."""
    mine = family(runtime)
    if known(runtime) or not mine or version(runtime) == (0, 0):
        return False
    ours = [version(name) for name in (*LIFECYCLE, *WITHOUT_DATES) if family(name) == mine]
    return version(runtime) > max(ours, default=(0, 0))


def snapshots(runtime: str) -> bool:
    """Whether SnapStart works with the runtime: Java from 11, Python from 3.12, .NET from 8.

    Source: Lambda Developer Guide, Lambda SnapStart, supported features and limitations.
    """
    least = {"java": (11, 0), "python": (3, 12), "dotnet": (8, 0)}.get(family(runtime))
    return least is not None and version(runtime) >= least


def takes_inline_code(runtime: str) -> bool:
    """Whether a function's code may stand in the template: Node.js and Python alone."""
    return family(runtime) in ("nodejs", "python")
