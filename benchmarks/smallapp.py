"""A bucket, a queue with its dead-letter queue, a topic and a subscription, from source to template."""

from pathlib import Path

from . import cdk
from .contest import Bench, Budget, Contender, Contest, Written
from .sameness import same_templates

DECK = Path(__file__).parent / "programs" / "small_awsdeck.py"


def contests(bench: Bench) -> list[Contest]:
    return [
        Contest(
            "small-app",
            "four constructs and a subscription, all rules on, against the same template written by hand",
            [
                Contender("python deck.py", ["{python}", DECK.name], [DECK]),
                Contender("awsdeck synth", ["{awsdeck}", "synth", DECK.name], [DECK]),
                Contender("troposphere", ["{python}", "app.py"], [Written("small", "troposphere")]),
                cdk.library("small", rounds=3),
                cdk.synth("small", rounds=3),
                cdk.synth("small", rounds=2, as_it_comes=True),
            ],
            [
                Budget("python deck.py", "troposphere", 1.0),
                Budget("awsdeck synth", "troposphere", 1.5),
                Budget("awsdeck synth", "cdk synth", 1 / 25),
                Budget("awsdeck synth", "cdk synth, as it comes", None),
            ],
            same_templates,
            rounds=15,
            quick=7,
        ),
    ]
