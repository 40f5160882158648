"""How much is done for a fixed program, in counts that no busy machine changes.

A count that grows says that something is done twice, or for nothing: look at what was added to the way of every
resource. A count that shrinks is good news: write the new one down.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Makes an app twice in one process and counts in the second run, when everything that is loaded once is loaded.
PROGRAM = """
import gc, os, sys
from collections import Counter
from awsdeck import App, S3Bucket, SNSTopic, SQSQueue, Stack, catalog
from awsdeck.lint import lint
from awsdeck.synth import synthesize

def make():
    app = App()
    shop = Stack(app, "shop", region="eu-west-1")
    for n in range(10):
        S3Bucket(shop, f"Uploads{n}", encryption="kms", versioned=True)
        failed = SQSQueue(shop, f"Failed{n}")
        orders = SQSQueue(shop, f"Orders{n}", dead_letter=failed.after(5))
        placed = SNSTopic(shop, f"Placed{n}", display_name=f"orders {n}")
        placed.subscribe(orders)
    return synthesize(app)

def count(work):
    calls = 0
    def note(frame, event, argument):
        nonlocal calls
        calls += event == "call" and frame.f_code.co_name not in ("<listcomp>", "<dictcomp>", "<setcomp>")
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls

template = make()["shop"].template
lint(template)
closures = sum(len(table.checks.made) for table in catalog.store._tables.values() if table and table.checks)
print(__import__("json").dumps({
    "resources": len(template["Resources"]),
    "made": count(make),
    "linted": count(lambda: lint(template)),
    "closures": closures,
}))
"""

EXPECTED = {"made": 20_142, "linted": 10_097, "closures": 275}
"""The most of each: function calls to make and check the app, to lint its template; checks compiled for its types."""
SLACK = 1.02
"""Releases of Python call their own functions a little differently."""


@pytest.fixture(scope="module")
def counted() -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(ROOT), "PATH": "", "AWSDECK_CACHE": "off", "PYTHONHASHSEED": "0"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, int] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("what", EXPECTED)
def test_no_more_is_done_than_before(what: str, counted: dict[str, int]) -> None:
    most = round(EXPECTED[what] * SLACK)
    each = counted[what] / counted["resources"]
    assert counted[what] <= most, (
        f"{what}: {counted[what]:,} for {counted['resources']} resources ({each:.0f} each), and {most:,} were enough; "
        "look for what every resource does more than it did"
    )
    assert counted[what] >= EXPECTED[what] * 0.9, f"{what}: only {counted[what]:,} now; write that down in EXPECTED"


GROWTH = """
import gc, sys
from awsdeck.lint import lint
from awsdeck.rules import registry

registry.PLANS_MOST = 200  # so that what is held for types is complete early

def template(n):
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": n % 900, "QueueName": f"q-{n}"}}
    other = {"Type": f"Acme::Own::Thing{n}", "Properties": {"A": {"Fn::Sub": f"${{Queue{n}.Arn}}-{n}"}}}
    return {"Resources": {f"Queue{n}": queue, **({} if n % 10 else {f"Other{n}": other})}}

def blocks():
    gc.collect()
    return sys.getallocatedblocks()

held = []
for n in range(10_000):
    lint(template(n))
    if n % 500 == 499:
        held.append(blocks())
print(max(held[10:]) - max(held[:10]))
"""


@pytest.mark.timeout(300)
def test_ten_thousand_templates_in_one_process_leave_nothing_behind() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GROWTH],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    more = int(done.stdout)
    assert more < 5_000, f"five thousand more templates hold {more:,} more blocks of memory"
