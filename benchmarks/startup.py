"""How long it takes until a program can make its first resource."""

from pathlib import Path

from .contest import Budget, Contender, Contest
from .peers import Bench
from .sameness import same_text

PROGRAMS = Path(__file__).parent / "programs"


def contests(bench: Bench) -> list[Contest]:
    return [
        Contest(
            "startup",
            "import, and the class of one resource type; the interpreter's own start taken off",
            [
                Contender("python", ["{python}", "empty.py"], [PROGRAMS / "empty.py"]),
                Contender("awsdeck", ["{python}", "start_awsdeck.py"], [PROGRAMS / "start_awsdeck.py"]),
                Contender("troposphere", ["{python}", "start_troposphere.py"], [PROGRAMS / "start_troposphere.py"]),
            ],
            [Budget("awsdeck", "troposphere", 0.35, less="python")],
            same_text,
            rounds=25,
            quick=9,
        ),
    ]
