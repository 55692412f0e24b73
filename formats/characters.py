"""The CIS character set: which letters titles and names may hold, and what replaces the others.

Source: CISAC SR06-1311a, CIS character set; the classes are those of its columns.
"""

import csv
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from anyascii import anyascii

CLASSES = ("titles", "names", "national_titles")


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with files("formats").joinpath("cis_characters.csv").open(encoding="utf-8") as table:
        return tuple(csv.DictReader(table))


@cache
def allowed(kind: str) -> frozenset[str]:
    """The characters a class of field may hold. Raises ValueError for an unknown class."""
    if kind not in CLASSES:
        raise ValueError(f"no class of fields: {kind}")
    found = {row["char"] for row in _rows() if row[kind] == "Y"}
    # "LAST, FIRST" is prescribed for names that are not divided, although the column leaves the comma out.
    return frozenset(found | {","} if kind == "names" else found)


@cache
def replacements() -> Mapping[str, str]:
    """Character to the text that stands for it where it is not allowed."""
    return {row["char"]: row["transliteration"] for row in _rows() if row["transliteration"]}


def outside(text: str, kind: str) -> str:
    """The characters of a text that its class of field may not hold, each once, in order."""
    inside = allowed(kind)
    return "" if inside.issuperset(text) else "".join(dict.fromkeys(each for each in text if each not in inside))


def fold(text: str, kind: str) -> str:
    """The text in upper case and in the characters of a class, by the table first, then by the plain Latin letter."""
    upper = unicodedata.normalize("NFC", text).upper()
    return "".join(letter if letter in allowed(kind) else _replaced(letter, kind) for letter in upper)


def _replaced(letter: str, kind: str) -> str:
    by_table = replacements().get(letter)
    said = by_table if by_table is not None else anyascii(letter).upper()
    return "".join(one for one in said if one in allowed(kind))
