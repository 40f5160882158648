"""What is given to a calculator, checked all at once."""

from __future__ import annotations

from ..errors import ConstructError
from ..source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fractions import Fraction

    Amount = int | float


def exact(amount: Amount) -> Fraction:
    """A number without the error of binary fractions: 0.1 is one tenth."""
    from fractions import Fraction

    return Fraction(str(amount))


MOST = 10**15
"""What no amount of anything here comes near to; more is a slip of the keyboard."""


def within(**given: tuple[Amount | None, Amount, Amount | None]) -> None:
    """Each amount between its bounds, both included; None as the upper bound is a quadrillion, a None amount is not given.

    Raises `ConstructError` at the caller's line with everything that is out of bounds.
    """
    wrong = []
    for name, (amount, low, high) in given.items():
        if amount is None:
            continue
        number = isinstance(amount, int | float) and not isinstance(amount, bool)
        if number and low <= amount <= (MOST if high is None else high):
            continue
        vast = number and amount > MOST and amount != float("inf")
        allowed = f"{low:,} or more" if high is None and not vast else f"{low:,} to {MOST if high is None else high:,}"
        shown = f"more than {MOST:,}" if vast else repr(amount)
        wrong.append(f"{name} is {shown}; it takes a number, {allowed}")
    if wrong:
        raise ConstructError("\n".join(wrong), place=caller())
