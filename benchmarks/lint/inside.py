"""What linting costs in a process that is warm: `python -m benchmarks.lint.inside`, run alone, prints JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from awsdeck.lint import lint
from awsdeck.template import loads

from ..checking import template

SIZES = (125, 250, 500)
INTERLOCKED = 26


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least CPU of some rounds; the first one warms up."""
    times = []
    for _ in range(rounds + 1):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times[1:])


def of_size(resources: int) -> float:
    """Seconds for a template with so many resources, reading it included."""
    text = json.dumps(template(resources), indent=2)
    return seconds(lambda: lint(loads(text, file="many.json"), regions=["us-east-1"]))


def interlocked(conditions: int) -> dict[str, Any]:
    """A template whose conditions depend on one another, and whose resources and values depend on all of them."""
    names = [chr(ord("A") + number) for number in range(conditions)]
    told: dict[str, Any] = {}
    for number, name in enumerate(names):
        own = {"Fn::Equals": [{"Ref": f"P{name}"}, "yes"]}
        before = [{"Condition": one} for one in names[max(0, number - 3) : number]]
        told[name] = {"Fn::Or": [own, {"Fn::And": [own, *before]}]} if before else own
    value: Any = "none"
    for name in names:
        value = {"Fn::If": [name, {"Ref": f"Queue{name}"}, value]}
    return {
        "Parameters": {f"P{name}": {"Type": "String", "AllowedValues": ["yes", "no"]} for name in names},
        "Conditions": told,
        "Resources": {
            **{f"Queue{name}": {"Type": "AWS::SQS::Queue", "Condition": name} for name in names},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": value}},
        },
        "Outputs": {
            f"Out{name}": {"Condition": name, "Value": {"Fn::GetAtt": [f"Queue{name}", "Arn"]}} for name in names
        },
    }


def main() -> None:
    text = json.dumps(interlocked(INTERLOCKED))
    told = {
        "sizes": {str(size): of_size(size) for size in SIZES},
        "interlocked": seconds(lambda: lint(loads(text, file="interlocked.json"), regions=["us-east-1"])),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
