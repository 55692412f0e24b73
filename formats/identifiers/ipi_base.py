"""IPI base number: one interested party, whatever its names.

Issued by the IPI centre for CISAC. The letter I, nine digits and a check digit: 2 plus the digits weighted 1 to 9 plus
the check make a multiple of 10. Stored and carried with hyphens, 13 characters.

>>> validate("I0000002297")
'I-000000229-7'
>>> validate("I-000000229-8")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: I-000000229-8
>>> format("I 000000039 3")
'I-000000039-3'
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

LABEL = text.label(r"IPI(?:[\s-]?(?:base|number|nr|no)\.?)*", gap=r"[:\s]+")
SHAPE = re.compile(r"I\d{10}", re.ASCII)
_ZEROS = 48 * 45
"""ASCII value of ``0`` times the sum of the weights: files are checked line by line, so we add up the bytes."""


def compact(value: str) -> str:
    """Letter and digits without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def check_digit(body: str) -> str:
    """The check digit of nine ASCII digits."""
    b = body.encode()
    weighted = b[0] + 2 * b[1] + 3 * b[2] + 4 * b[3] + 5 * b[4] + 6 * b[5] + 7 * b[6] + 8 * b[7] + 9 * b[8]
    return str((_ZEROS - 2 - weighted) % 10)


def validate(value: str) -> str:
    """The 13 characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if number and number[0] != "I":
        raise WrongPrefix(value)
    if len(number) != 11:
        raise WrongLength(value)
    body, check = number[1:10], number[10]
    if not text.is_digits(body + check):
        raise WrongCharacter(value)
    if text.is_empty_body(body):
        raise Placeholder(value)
    if check_digit(body) != check:
        raise WrongCheckDigit(value)
    return f"I-{body}-{check}"


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: with hyphens. Raises InvalidIdentifier."""
    return validate(value)
