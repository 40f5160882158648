"""Conditions of a policy held against what is known of a request."""

from __future__ import annotations

from ..rules.policies.access import every, some
from .match import fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..rules.vocabulary import Verdict


def _equal(wanted: str, found: str) -> Verdict:
    return fits(wanted.replace("*", "\ue003"), found.replace("*", "\ue003"))


def _equal_in_any_case(wanted: str, found: str) -> Verdict:
    return _equal(wanted.lower(), found.lower())


def _number(test: Callable[[float, float], bool]) -> Callable[[str, str], Verdict]:
    def hold(wanted: str, found: str) -> Verdict:
        try:
            return test(float(found), float(wanted))
        except ValueError:
            return None

    return hold


_TESTS: dict[str, Callable[[str, str], Verdict]] = {
    "stringequals": _equal,
    "stringequalsignorecase": _equal_in_any_case,
    "stringlike": fits,
    "arnequals": fits,
    "arnlike": fits,
    "bool": _equal_in_any_case,
    "numericequals": _number(lambda found, wanted: found == wanted),
    "numericlessthan": _number(lambda found, wanted: found < wanted),
    "numericlessthanequals": _number(lambda found, wanted: found <= wanted),
    "numericgreaterthan": _number(lambda found, wanted: found > wanted),
    "numericgreaterthanequals": _number(lambda found, wanted: found >= wanted),
}


def decide(operator: str, wanted: Sequence[str], found: Sequence[str] | None) -> Verdict:
    """Whether a condition holds for the values that a request is known to have; None when nothing is known of them.

    An empty list of values is a request without the key. Source: IAM User Guide, IAM JSON policy elements, condition
    operators.
    """
    if found is None:
        return None
    name = operator.lower()
    several, _, rest = name.rpartition(":")
    optional = rest.endswith("ifexists")
    rest = rest.removesuffix("ifexists")
    if rest == "null":
        return all(one.lower() == ("true" if not found else "false") for one in wanted)
    negated = "not" in rest
    test = _TESTS.get(rest.replace("not", "", 1))
    if test is None:
        return None
    if not found:
        return optional or negated or several == "forallvalues"
    verdicts = [_negative(some(test(want, one) for want in wanted), negated) for one in found]
    if several == "forallvalues":
        return every(verdicts)
    return some(verdicts)


def _negative(verdict: Verdict, negated: bool) -> Verdict:
    return verdict if not negated or verdict is None else not verdict
