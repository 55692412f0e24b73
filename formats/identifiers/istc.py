"""ISTC, International Standard Text Code: a textual work (ISO 21047, withdrawn).

Nobody issues it any more; files of reproduction rights organisations still hold it. 16 hexadecimal digits: 3 of the
agency, 4 of the year, 8 of the work, and a check digit (weights 11, 9, 3, 1 in turn, modulus 16).

>>> validate("ISTC A02-2009-000004BE-A")
'A022009000004BEA'
>>> validate("A02-2009-000004EB-A")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: A02-2009-000004EB-A
>>> format("0A9200212B4A1057")
'ISTC 0A9-2002-12B4A105-7'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongCheckDigit, WrongLength

LABEL = text.label("ISTC")
SHAPE = re.compile(r"[0-9A-F]{3}(?:19|20)[0-9]{2}[0-9A-F]{9}")


def compact(value: str) -> str:
    """The 16 digits without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def check_digit(body: str) -> str:
    """The check digit of fifteen hexadecimal digits."""
    weights = (11, 9, 3, 1) * 4
    return f"{sum(weight * int(digit, 16) for weight, digit in zip(weights, body, strict=False)) % 16:X}"


def validate(value: str) -> str:
    """The 16 digits to store. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) != 16:
        raise WrongLength(value)
    if not re.fullmatch(r"[0-9A-F]{16}", number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[:15]):
        raise Placeholder(value)
    if check_digit(number[:15]) != number[15]:
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
    """As printed: the word ISTC and four groups. Raises InvalidIdentifier."""
    number = validate(value)
    return f"ISTC {number[:3]}-{number[3:7]}-{number[7:15]}-{number[15]}"
