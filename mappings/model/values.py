"""Small values: shares and territories."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_WRITTEN = re.compile(r"[0-9]{1,3}(\.[0-9]{1,12})?|[0-9]{1,18}/[1-9][0-9]{0,17}", re.ASCII)
"""What a share looks like as text; anything longer is refused before arithmetic, as messages come from outside."""


def share(value: "str | int | Decimal | Fraction") -> Fraction:
    """The part of a whole: ``"50.00"`` (percent) or ``"1/3"`` (of the whole) as an exact Fraction.

    Numbers that are already a ``Fraction`` are taken as they are; ``int`` and ``Decimal`` are percent.
    Raises ValueError for anything else, for floats above all. Whether shares add up is for the rules to say.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise ValueError("a share is text, int, Decimal or Fraction, never a float")
    return _exact(format(value, "f") if isinstance(value, Decimal) else str(value).strip())


@lru_cache(maxsize=4096)
def _exact(text: str) -> Fraction:
    """The same few shares stand in most works, and arithmetic with fractions is slow."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a share")
    return Fraction(text) if "/" in text else Fraction(text) / 100


def percent(value: Fraction) -> str:
    """A share as people and messages write it: ``"50.00"``; ``"1/3"`` when a percent of twelve decimals says less."""
    scaled, rest = divmod(value.numerator * 10**14, value.denominator)
    if rest:
        return f"{value.numerator}/{value.denominator}"
    whole, decimals = divmod(scaled, 10**12)
    return f"{whole}.{f'{decimals:012d}'.rstrip('0').ljust(2, '0')}"


Share = Annotated[Fraction, BeforeValidator(share), PlainSerializer(percent, return_type=str)]
"""A part of a whole, exact. In JSON: percent as text, or ``n/d`` of the whole."""


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """One line of a territory list; lines apply in order (TIS numeric codes of four digits)."""

    territory: str
    include: bool = True
