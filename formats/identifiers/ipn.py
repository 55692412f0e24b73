"""IPN, International Performer Number: a performer in the directory of SCAPR, the performers' organisations.

Issued through the member organisations of SCAPR. Digits only, most often eight; neither the length nor a check digit is
public, so other lengths up to eleven are accepted and ``doubts`` names what a person should look at.

>>> validate("10012345")
'10012345'
>>> validate("1234-5678")
Traceback (most recent call last):
formats.identifiers.errors.WrongCharacter: 1234-5678
>>> format(" IPN 00123456 ")
'00123456'
"""

import re

from formats.identifiers import ipi_name, text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongLength

LABEL = text.label("IPN", gap=r"[:\s]+")
SHAPE = re.compile(r"\d{8}", re.ASCII)
"""The usual form. ``validate`` takes 1 to 11 digits, but nobody should read any short number as an IPN."""


def compact(value: str) -> str:
    """The digits without label and spaces. A hyphen stays: this number is never written with one."""
    return text.bare(value, LABEL).replace(" ", "")


def validate(value: str) -> str:
    """The digits to store. Raises InvalidIdentifier."""
    number = compact(value)
    if not number or len(number) > 11:
        raise WrongLength(value)
    if not text.is_digits(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number):
        raise Placeholder(value)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: the digits. Raises InvalidIdentifier."""
    return validate(value)


def doubts(value: str) -> tuple[str, ...]:
    """What is odd about a valid number: ``unusual-length``, ``looks-like-ipi-name``. Raises InvalidIdentifier.

    >>> doubts("00014107338")
    ('unusual-length', 'looks-like-ipi-name')
    """
    number = validate(value)
    unusual = ("unusual-length",) if len(number) != 8 else ()
    return (*unusual, "looks-like-ipi-name") if len(number) >= 9 and ipi_name.is_valid(number) else unusual
