"""The good templates of the benchmark are sound, and the share of their mistakes that is found does not shrink."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck.errors import DeckError
from awsdeck.lint import lint
from awsdeck.template import loads
from benchmarks.lint.mutants import HELD_OUT, TUNED, Base, Mutant, bases, mutants

LEAST = {TUNED: 0.98, HELD_OUT: 0.945}
SETS = pytest.mark.parametrize("folder", [TUNED, HELD_OUT], ids=["tuned", "held out"])


@pytest.mark.parametrize("limits", ["current", "documented"])
@pytest.mark.parametrize("base", bases(TUNED), ids=lambda base: base.name)
def test_a_template_that_deploys_has_no_finding(base: Base, limits: Any) -> None:
    found = lint(loads(base.text, file=base.name), limits=limits, regions=["us-east-1"])
    assert [(one.rule, one.path, one.message) for one in found] == []


@pytest.mark.parametrize("base", bases(HELD_OUT), ids=lambda base: base.name)
def test_a_template_that_deploys_has_no_error_whatever_could_be_better(base: Base) -> None:
    found = lint(loads(base.text, file=base.name), limits="current", regions=["us-east-1"])
    assert [(one.rule, one.path, one.message) for one in found if one.severity == "error"] == []


def is_found(mutant: Mutant, good: frozenset[tuple[Any, ...]]) -> bool:
    try:
        template = loads(mutant.text, file=mutant.name)
    except DeckError:
        return True
    return bool(said(template) - good)


def said(template: Any) -> frozenset[tuple[Any, ...]]:
    return frozenset((one.rule, tuple(one.path)) for one in lint(template, limits="current", regions=["us-east-1"]))


@SETS
def test_the_mistakes_of_the_benchmark_are_found(folder: Path) -> None:
    good = {base.name: said(loads(base.text, file=base.name)) for base in bases(folder)}
    missed = [f"{one.name}: {one.why}" for one in mutants(folder) if not is_found(one, good[one.base])]
    rate = 1 - len(missed) / len(mutants(folder))
    assert rate >= LEAST[folder], "\n".join([f"{rate:.1%}", *missed])


@SETS
def test_every_mistake_changes_its_template(folder: Path) -> None:
    texts = {base.name: loads(base.text, file=base.name).data for base in bases(folder)}
    for mutant in mutants(folder):
        try:
            assert loads(mutant.text, file=mutant.name).data != texts[mutant.base], mutant.name
        except DeckError:
            continue
