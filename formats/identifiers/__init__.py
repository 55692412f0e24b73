"""Numbers of people, works, recordings and books: what they are, whether they hold, how they are stored and printed.

A module a scheme, each with the same four functions:

``compact(value)``   the number without label and punctuation, unchecked;
``validate(value)``  the form to store, or an InvalidIdentifier whose ``reason`` says what is wrong;
``is_valid(value)``  the same as yes or no;
``format(value)``    the form to print.

``check`` answers for a value of which nobody knows the scheme.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from formats.identifiers import (
    doi,
    dpid,
    eidr,
    grid,
    ipi_base,
    ipi_name,
    ipn,
    isan,
    isbn,
    ismn,
    isni,
    isrc,
    issn,
    istc,
    iswc,
    orcid,
    society,
)
from formats.identifiers.errors import InvalidIdentifier

__all__ = ["SCHEMES", "Finding", "InvalidIdentifier", "Scheme", "check"]


class Scheme(Protocol):
    """What the module of a scheme offers. ``SHAPE`` is matched with the compact form, ``LABEL`` with the beginning."""

    LABEL: re.Pattern[str]
    SHAPE: re.Pattern[str]

    def compact(self, value: str) -> str: ...
    def validate(self, value: str) -> str: ...
    def is_valid(self, value: str) -> bool: ...
    def format(self, value: str) -> str: ...


SCHEMES: Mapping[str, Scheme] = {
    "isni": isni,
    "ipi-name": ipi_name,
    "ipi-base": ipi_base,
    "ipn": ipn,
    "iswc": iswc,
    "isrc": isrc,
    "isan": isan,
    "eidr": eidr,
    "isbn": isbn,
    "issn": issn,
    "ismn": ismn,
    "istc": istc,
    "grid": grid,
    "doi": doi,
    "orcid": orcid,
    "dpid": dpid,
    "society": society,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one scheme says about a value. ``scheme`` is None when the value has the shape of no scheme."""

    scheme: str | None
    value: str
    valid: bool
    canonical: str | None
    display: str | None
    reason: str | None
    """check-digit, length, character, placeholder or prefix; None for a valid value and when no scheme fits."""


def check(value: str, scheme: str | None = None) -> list[Finding]:
    """What a value is: one finding for each scheme whose shape it has, or exactly one for the scheme asked for.

    A label before the value (``ISNI``, ``https://orcid.org/``) leaves only the schemes it names. When no scheme fits
    there is one finding without scheme. Raises KeyError for a scheme that is not in SCHEMES.
    """
    if scheme is not None:
        return [_find(scheme, value)]
    return [_find(name, value) for name in _fitting(value)] or [Finding(None, value, False, None, None, None)]


def _fitting(value: str) -> list[str]:
    labelled = [name for name, module in SCHEMES.items() if module.LABEL.match(value)]
    fitting = [name for name in labelled or SCHEMES if _fits(SCHEMES[name], value)]
    return fitting or (labelled if len(labelled) == 1 else [])


def _fits(module: Scheme, value: str) -> bool:
    return module.SHAPE.fullmatch(module.compact(value)) is not None


def _find(scheme: str, value: str) -> Finding:
    module = SCHEMES[scheme]
    try:
        return Finding(scheme, value, True, module.validate(value), module.format(value), None)
    except InvalidIdentifier as error:
        return Finding(scheme, value, False, None, None, error.reason)
