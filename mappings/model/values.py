"""Small values: shares and territories."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer


def share(value: "str | int | Decimal | Fraction") -> Fraction:
    """The part of a whole: ``"50.00"`` (percent) or ``"1/3"`` (of the whole) as a Fraction between 0 and 1.

    Numbers that are already a ``Fraction`` are taken as they are; ``int`` and ``Decimal`` are percent.
    Raises ValueError for anything else, for floats above all.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, str) and "/" in value:
        return Fraction(value)
    if isinstance(value, bool | float):
        raise ValueError("a share is text, Decimal or Fraction, never a float")
    try:
        return Fraction(Decimal(value)) / 100
    except ArithmeticError as error:
        raise ValueError(f"{value!r} is not a share") from error


def percent(value: Fraction) -> str:
    """A share as people and messages write it: ``"50.00"``; ``"1/3"`` when no finite percent says the same."""
    hundredths = value * 10000
    if hundredths.denominator == 1:
        return f"{Decimal(hundredths.numerator) / 100:.2f}"
    denominator = hundredths.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return format((Decimal((value * 100).numerator) / Decimal((value * 100).denominator)).normalize(), "f")


Share = Annotated[Fraction, BeforeValidator(share), PlainSerializer(percent, return_type=str)]
"""A part of a whole, exact. In JSON: percent as text, or ``n/d`` of the whole."""


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """One line of a territory list; lines apply in order (TIS numeric codes of four digits)."""

    territory: str
    include: bool = True
