"""DOI, Digital Object Identifier: anything a publisher or archive registers (ISO 26324).

Issued by registration agencies of the DOI Foundation. ``10.``, the registrant's digits, a slash and any text without
spaces. No check digit. Upper and lower case mean the same, so the lower-case form is stored.

>>> validate("https://doi.org/10.1016/0032-3861(93)90481-O")
'10.1016/0032-3861(93)90481-o'
>>> validate("11.1000/182")
Traceback (most recent call last):
formats.identifiers.errors.WrongPrefix: 11.1000/182
>>> format("doi:10.1000/182")
'https://doi.org/10.1000/182'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, WrongCharacter, WrongLength, WrongPrefix

LABEL = text.label("doi", "doi.org", "dx.doi.org")
SHAPE = re.compile(r"10\.(?!5240/)[\d.]+/.*", re.ASCII)
"""Not the prefix of EIDR, whose numbers have a check character of their own."""
_NUMBER = re.compile(r"10\.(?P<registrant>[\d.]*)(?P<slash>/?)(?P<suffix>.*)", re.ASCII | re.DOTALL)


def compact(value: str) -> str:
    """Prefix and suffix without label and address, lower case; unchecked."""
    return text.bare(value, LABEL).lower()


def validate(value: str) -> str:
    """The lower-case form to store. Raises InvalidIdentifier."""
    number = compact(value)
    parts = _NUMBER.fullmatch(number)
    if parts is None:
        raise WrongPrefix(value) if number else WrongLength(value)
    if not parts["slash"] and parts["suffix"]:
        raise WrongCharacter(value)
    if not parts["suffix"] or not re.fullmatch(r"\d{4,9}(?:\.\d+)*", parts["registrant"]):
        raise WrongLength(value)
    if re.search(r"\s", parts["suffix"]):
        raise WrongCharacter(value)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """The address that leads to the object. Raises InvalidIdentifier."""
    return f"https://doi.org/{validate(value)}"
