"""Many resources: made, checked and written."""

from pathlib import Path

from .contest import Budget, Contender, Contest
from .peers import Bench
from .process import Failed
from .sameness import same_templates, templates

PROGRAMS = Path(__file__).parent / "programs"


def _contender(name: str, resources: int, stacks: int, *how: str) -> Contender:
    program = f"many_{name}.py"
    return Contender(name, ["{python}", program, str(resources), str(stacks), *how], [PROGRAMS / program])


def _contest(name: str, title: str, *how: str) -> Contest:
    return Contest(
        name,
        f"5,000 resources of 20 kinds in 10 stacks, made, checked and written; {title}",
        [_contender("awsdeck", 5_000, 10, *how), _contender("troposphere", 5_000, 10, *how)],
        [Budget("awsdeck", "troposphere", 0.5)],
        same_templates,
        rounds=9,
        quick=5,
    )


def _constructs() -> Contest:
    programs = {name: f"l2_{name}.py" for name in ("awsdeck", "troposphere")}
    return Contest(
        "l2",
        "5,000 resources made by buckets, queues, topics and subscriptions with all rules on, in 10 stacks",
        [
            Contender(name, ["{python}", program, "5000", "10"], [PROGRAMS / program])
            for name, program in programs.items()
        ],
        [Budget("awsdeck", "troposphere", 1.0)],
        same_templates,
        rounds=9,
        quick=5,
    )


def _all_there(folders: dict[str, Path]) -> str:
    for name, folder in folders.items():
        made = sum(len(template["Resources"]) for template in templates(folder).values())
        if f"{made:,}" != name:
            raise Failed(f"{name} resources were to be made, and {made:,} were")
    return "every resource stands in a template"


def contests(bench: Bench) -> list[Contest]:
    return [
        _contest("resources", "no two resources are equal"),
        _contest("resources-alike", "the stacks are alike, as for ten regions", "alike"),
        _constructs(),
        Contest(
            "growth",
            "ten times the resources, in ten times the stacks",
            [
                Contender("5,000", ["{python}", "many_awsdeck.py", "5000", "10"], [PROGRAMS / "many_awsdeck.py"]),
                Contender("50,000", ["{python}", "many_awsdeck.py", "50000", "100"], [PROGRAMS / "many_awsdeck.py"]),
            ],
            [Budget("50,000", "5,000", 10.5)],
            _all_there,
            rounds=3,
            quick=1,
        ),
    ]
