"""Cleaning what people and spreadsheets make of a number: full-width digits, odd hyphens, labels, addresses."""

import re
import unicodedata

_DROPPED = dict.fromkeys(map(ord, " \t\r\n.-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"))


def label(names: str, *addresses: str, gap: str = r"[:\s]*") -> re.Pattern[str]:
    """A pattern for what may stand before a number: ``ISNI``, ``urn:isni:``, ``https://isni.org/isni/``.

    ``names`` is a regular expression of scheme names, ``addresses`` are hosts with path, ``gap`` is what has to follow
    a name.
    """
    hosts = "|".join(re.escape(address) for address in addresses)
    resolver = rf"|https?://(?:www\.)?(?:{hosts})/" if hosts else ""
    return re.compile(rf"\s*(?:(?:urn:)?(?:{names}){gap}{resolver})", re.IGNORECASE)


def bare(value: str, pattern: re.Pattern[str]) -> str:
    """The value in Unicode NFKC, trimmed, without its label."""
    value = unicodedata.normalize("NFKC", value)
    found = pattern.match(value)
    return (value[found.end() :] if found else value).strip()


def compact(value: str, pattern: re.Pattern[str]) -> str:
    """``bare``, upper case, without spaces, dots and hyphens of any kind."""
    return bare(value, pattern).translate(_DROPPED).upper()


def is_digits(value: str) -> bool:
    """True for ASCII digits only; ``str.isdigit`` alone would take digits of every script."""
    return value.isascii() and value.isdigit()


def is_empty_body(body: str) -> bool:
    """True when the part of a number that tells things apart is all zeros or all nines, which means *absent*."""
    return body.strip("0") == "" or body.strip("9") == ""
