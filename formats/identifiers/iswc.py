"""ISWC, International Standard Musical Work Code: a musical work (ISO 15707).

Issued through CISAC's ISWC agencies. T, nine digits and a check digit: 1 plus the digits weighted 1 to 9 plus the check
make a multiple of 10. Stored as 11 characters, as CWR carries it.

>>> validate("T-034.524.680-1")
'T0345246801'
>>> validate("T-034.524.680-2")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: T-034.524.680-2
>>> format("T0345246801")
'T-034.524.680-1'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import (
    InvalidIdentifier,
    Placeholder,
    WrongCharacter,
    WrongCheckDigit,
    WrongLength,
    WrongPrefix,
)

LABEL = text.label("ISWC", "iswcnet.cisac.org/search")
SHAPE = re.compile(r"T\d{10}", re.ASCII)
_ZEROS = 48 * 45
"""ASCII value of ``0`` times the sum of the weights: files are checked line by line, so we add up the bytes."""


def compact(value: str) -> str:
    """T and digits without label and punctuation; unchecked."""
    return text.compact(value, LABEL)


def check_digit(body: str) -> str:
    """The check digit of nine ASCII digits."""
    b = body.encode()
    weighted = b[0] + 2 * b[1] + 3 * b[2] + 4 * b[3] + 5 * b[4] + 6 * b[5] + 7 * b[6] + 8 * b[7] + 9 * b[8]
    return str(-(1 + weighted - _ZEROS) % 10)


def validate(value: str) -> str:
    """The 11 characters to store. Raises InvalidIdentifier."""
    number = value if len(value) == 11 and value[0] == "T" and text.is_digits(value[1:]) else compact(value)
    if number and number[0] != "T":
        raise WrongPrefix(value)
    if len(number) != 11:
        raise WrongLength(value)
    if not text.is_digits(number[1:]):
        raise WrongCharacter(value)
    if text.is_empty_body(number[1:10]):
        raise Placeholder(value)
    if check_digit(number[1:10]) != number[10]:
        raise WrongCheckDigit(value)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: ``T-034.524.680-1``. Raises InvalidIdentifier."""
    number = validate(value)
    return f"T-{number[1:4]}.{number[4:7]}.{number[7:10]}-{number[10]}"
