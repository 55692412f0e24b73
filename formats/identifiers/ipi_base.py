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


def compact(value: str) -> str:
    """Letter and digits without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def check_digit(body: str) -> str:
    """The check digit of nine ASCII digits."""
    return str(-(2 + sum(weight * int(digit) for weight, digit in enumerate(body, start=1))) % 10)


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
