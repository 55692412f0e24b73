"""ISSN, International Standard Serial Number: a journal, newspaper or series (ISO 3297).

Issued by the ISSN International Centre. Seven digits and a check character (weights 8 to 2, modulus 11, X for 10).

>>> validate("ISSN 0378-5955")
'03785955'
>>> validate("0000-0000")
Traceback (most recent call last):
formats.identifiers.errors.Placeholder: 0000-0000
>>> format("1050124x")
'1050-124X'
"""

import re

from stdnum import issn

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongLength, translated

LABEL = text.label("e?-?ISSN(?:-L)?", "portal.issn.org/resource/ISSN")
SHAPE = re.compile(r"\d{7}[\dX]", re.ASCII)


def compact(value: str) -> str:
    """The eight characters without label and hyphen; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The eight characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) != 8:
        raise WrongLength(value)
    if not SHAPE.fullmatch(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[:7]):
        raise Placeholder(value)
    with translated(value):
        return str(issn.validate(number))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: two groups of four. Raises InvalidIdentifier."""
    return str(issn.format(validate(value)))
