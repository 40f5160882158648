"""Many resources: made, checked and written."""

from collections.abc import Sequence
from pathlib import Path

from . import cdk
from .contest import Bench, Budget, Contender, Contest, Written
from .process import Failed
from .sameness import same_templates, templates
from .sources import COMPANY

PROGRAMS = Path(__file__).parent / "programs"
FIRST = "awsdeck, first run"
SIZES = {1_000: 3, 2_000: 6, 5_000: 15, 10_000: 30, 20_000: 60, 50_000: 150}
"""Resources, and in how many stacks."""


def _program(source: str, peer: str, *arguments: str, name: str | None = None, rounds: int | None = None) -> Contender:
    return Contender(name or peer, ["{python}", "app.py", *arguments], [Written(source, peer)], rounds=rounds)


def _first(words: list[str], files: list[Path | Written]) -> Contender:
    """awsdeck without what an earlier run has found sound, as on a machine that has never seen the app."""
    return Contender(FIRST, ["env", "AWSDECK_CACHE=off", "{python}", *words], files)


def _many(name: str, title: str, resources: int, stacks: int, *how: str, rounds: int, cdk_rounds: int) -> Contest:
    words = (str(resources), str(stacks), *how)
    contenders = [_program("many", "awsdeck", *words), _program("many", "troposphere", *words)]
    if resources >= 5_000:  # the size from which on a run remembers for the next is far behind
        contenders.append(_first(["app.py", *words], [Written("many", "awsdeck")]))
    if cdk_rounds:
        contenders.append(cdk.library("many", *words, rounds=cdk_rounds))
    return Contest(
        name,
        f"{resources:,} resources of 20 kinds in {stacks} stack{'s' * (stacks > 1)}, made, checked and written; {title}",
        contenders,
        [
            Budget("awsdeck", "troposphere", None if resources < 5_000 else 0.5),
            *([Budget(FIRST, "troposphere", None)] if resources >= 5_000 else []),
            *([Budget("awsdeck", "aws-cdk-lib", None)] if cdk_rounds else []),
        ],
        same_templates,
        rounds=rounds,
        quick=3,
    )


def _constructs() -> Contest:
    words = ("5000", "11")
    return Contest(
        "l2",
        "5,000 resources made by buckets, queues, topics and subscriptions with all rules on, in 11 stacks",
        [
            Contender("awsdeck", ["{python}", "l2_awsdeck.py", *words], [PROGRAMS / "l2_awsdeck.py"]),
            _program("l2", "troposphere", *words),
            _first(["l2_awsdeck.py", *words], [PROGRAMS / "l2_awsdeck.py"]),
        ],
        [Budget("awsdeck", "troposphere", 1.0), Budget(FIRST, "troposphere", None)],
        same_templates,
        rounds=7,
        quick=3,
    )


def _company() -> Contest:
    deck = sorted(COMPANY.glob("*.py"))
    return Contest(
        "company",
        "a company's app of constructs from every service with all rules on, against its templates written by hand",
        [
            Contender("python deck.py", ["{python}", "deck.py"], deck),
            Contender("awsdeck synth", ["{awsdeck}", "synth"], deck),
            _program("company", "awsdeck", name="awsdeck, by hand"),
            _program("company", "troposphere"),
            cdk.library("company", rounds=2),
            cdk.synth("company", rounds=2),
            cdk.synth("company", rounds=1, as_it_comes=True),
        ],
        [
            Budget("python deck.py", "troposphere", None),
            Budget("awsdeck synth", "cdk synth", None),
            Budget("awsdeck synth", "cdk synth, as it comes", None),
            Budget("python deck.py", "troposphere", None, peak=True),
        ],
        same_templates,
        rounds=5,
        quick=2,
    )


def _all_there(folders: dict[str, Path]) -> str:
    for name, folder in folders.items():
        made = sum(len(template["Resources"]) for template in templates(folder).values())
        if f"{made:,}" != name.removeprefix("troposphere, "):
            raise Failed(f"{name} resources were to be made, and {made:,} were")
    return "every resource stands in a template"


def _growth() -> Contest:
    contenders = [_program("many", "awsdeck", str(n), str(s), name=f"{n:,}") for n, s in SIZES.items()]
    least, most = min(SIZES), max(SIZES)
    contenders += [
        _program("many", "troposphere", str(n), str(SIZES[n]), name=f"troposphere, {n:,}", rounds=1)
        for n in (least, 5_000, most)
    ]
    span = most - least
    return Contest(
        "growth",
        "1,000 to 50,000 resources in 3 to 150 stacks",
        contenders,
        _slopes(f"{most:,}", f"{least:,}", "5,000", span),
        _all_there,
        rounds=3,
        quick=1,
    )


def _slopes(most: str, least: str, middle: str, span: int) -> Sequence[Budget]:
    """What one more resource takes, and that ten times as many take no more than ten times as much."""
    return [
        Budget(most, middle, 10.5),
        Budget(most, None, 150, less=least, per=span / 1000, unit="µs CPU each"),
        Budget(most, None, 6, less=least, per=span / 1024, unit="KB each", peak=True),
        Budget(f"troposphere, {most}", None, None, less=f"troposphere, {least}", per=span / 1000, unit="µs CPU each"),
        Budget(
            f"troposphere, {most}", None, None, less=f"troposphere, {least}", per=span / 1024, unit="KB each", peak=True
        ),
    ]


def contests(bench: Bench) -> list[Contest]:
    return [
        _many("resources-500", "no two are equal", 500, 1, rounds=9, cdk_rounds=3),
        _many("resources", "no two are equal", 5_000, 10, rounds=7, cdk_rounds=2),
        _many(
            "resources-alike", "the stacks are alike, as for ten regions", 5_000, 10, "alike", rounds=5, cdk_rounds=0
        ),
        _constructs(),
        _company(),
        _growth(),
    ]
