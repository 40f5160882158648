"""How long it takes until a program can make its first resource."""

from pathlib import Path

from .cdk import ENVIRONMENT
from .contest import Bench, Budget, Contender, Contest
from .sameness import same_text

PROGRAMS = Path(__file__).parent / "programs"


def _starts(name: str, python: str = "{python}", **more: object) -> Contender:
    program = PROGRAMS / f"start_{name.replace('-', '_')}.py"
    return Contender(name, [python, program.name], [program], **more)  # type: ignore[arg-type]


def contests(bench: Bench) -> list[Contest]:
    return [
        Contest(
            "startup",
            "import, and the class of one resource type; ratios without the interpreter's own start",
            [
                _starts("awsdeck"),
                _starts("troposphere"),
                _starts("aws-cdk-lib", "{cdk-python}", needs=["cdk"], rounds=3, extra=ENVIRONMENT),
                Contender("python", ["{python}", "empty.py"], [PROGRAMS / "empty.py"]),
            ],
            [
                Budget("awsdeck", "troposphere", 0.35, less="python"),
                Budget("awsdeck", "aws-cdk-lib", None, less="python"),
            ],
            same_text,
            rounds=25,
            quick=9,
        ),
    ]
