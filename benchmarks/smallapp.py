"""A bucket, a queue with its dead-letter queue, a topic and a subscription, from source to template."""

from pathlib import Path

from .contest import Budget, Contender, Contest
from .peers import Bench
from .sameness import same_templates

PROGRAMS = Path(__file__).parent / "programs"
DECK = PROGRAMS / "small_awsdeck.py"


def contests(bench: Bench) -> list[Contest]:
    return [
        Contest(
            "small-app",
            "five constructs, all rules on, against the same template written by hand",
            [
                Contender("python deck.py", ["{python}", DECK.name], [DECK]),
                Contender("awsdeck synth", ["{awsdeck}", "synth", DECK.name], [DECK]),
                Contender("troposphere", ["{python}", "small_troposphere.py"], [PROGRAMS / "small_troposphere.py"]),
            ],
            [Budget("python deck.py", "troposphere", 1.0), Budget("awsdeck synth", "troposphere", 1.5)],
            same_templates,
            rounds=20,
            quick=7,
        ),
    ]
