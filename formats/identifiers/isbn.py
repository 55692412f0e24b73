"""ISBN, International Standard Book Number: an edition of a book (ISO 2108).

Issued by national agencies of the International ISBN Agency. 13 digits that begin with 978 or 979 and end with a check
digit; the ten-character form of before 2007 is converted. 979-0 is the room of printed music (ISMN), not of books.

>>> validate("0-306-40615-2")
'9780306406157'
>>> validate("9780306406158")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 9780306406158
>>> format("9780306406157")
'978-0-306-40615-7'
"""

import re

from stdnum import isbn

from formats.identifiers import text
from formats.identifiers.errors import (
    InvalidIdentifier,
    Placeholder,
    WrongCharacter,
    WrongLength,
    WrongPrefix,
    translated,
)

LABEL = text.label(r"ISBN(?:-1[03])?")
SHAPE = re.compile(r"97(?:8\d|9[1-9])\d{9}|\d{9}[\dX]", re.ASCII)
_CHARACTERS = re.compile(r"\d{13}|\d{9}[\dX]", re.ASCII)


def compact(value: str) -> str:
    """Digits without label and hyphens, 10 or 13 as they came; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 13 digits to store. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) not in (10, 13):
        raise WrongLength(value)
    if len(number) == 13 and (not number.startswith(("978", "979")) or number.startswith("9790")):
        raise WrongPrefix(value)
    if not _CHARACTERS.fullmatch(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[-10:-1]):
        raise Placeholder(value)
    with translated(value):
        return str(isbn.validate(number, convert=True))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed, with hyphens where the ranges of the agency put them. Raises InvalidIdentifier."""
    return str(isbn.format(validate(value)))
