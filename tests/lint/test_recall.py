"""The good templates of the benchmark say nothing, and the share of their mistakes that is found does not shrink."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import DeckError
from awsdeck.lint import lint
from awsdeck.template import loads
from benchmarks.mutants import Base, Mutant, bases, mutants

LEAST = 0.98


@pytest.mark.parametrize("limits", ["current", "documented"])
@pytest.mark.parametrize("base", bases(), ids=lambda base: base.name)
def test_a_template_that_deploys_has_no_finding(base: Base, limits: Any) -> None:
    found = lint(loads(base.text, file=base.name), limits=limits, regions=["us-east-1"])
    assert [(one.rule, one.path, one.message) for one in found] == []


def is_found(mutant: Mutant) -> bool:
    try:
        template = loads(mutant.text, file=mutant.name)
    except DeckError:
        return True
    return bool(lint(template, limits="current", regions=["us-east-1"]))


def test_the_mistakes_of_the_benchmark_are_found() -> None:
    missed = [f"{mutant.name}: {mutant.why}" for mutant in mutants() if not is_found(mutant)]
    rate = 1 - len(missed) / len(mutants())
    assert rate >= LEAST, "\n".join([f"{rate:.1%}", *missed])


def test_every_mistake_changes_its_template() -> None:
    texts = {base.name: loads(base.text, file=base.name).data for base in bases()}
    for mutant in mutants():
        try:
            assert loads(mutant.text, file=mutant.name).data != texts[mutant.base], mutant.name
        except DeckError:
            continue
