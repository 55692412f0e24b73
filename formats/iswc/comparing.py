"""Titles and creators as the ISWC database compares them (MD/01, MD/03, MD/06 to MD/13, matching parameters).

The spelling table of MD/09 is not public. Source: MatchingRules and ValidationRules (SPE_20190424), publicly restated.
"""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from formats.characters import fold
from formats.iswc.codes import ROLLED_UP
from formats.iswc.transactions import Party, Title

SIMILAR_TITLE = 90
"""Percent from which two titles are alike."""
IGNORED_TITLES = frozenset({"PT", "CT"})
_DIGITS = ("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE")
_SPELLINGS = (("IZE", "ISE"), ("YZE", "YSE"))


def rolled_up(role: str | None) -> str | None:
    """What a role counts as (C, MA, TA, E); None for roles that are not stored."""
    return ROLLED_UP.get(role or "")


def standard_title(title: str) -> str:
    """A title as the database compares it beside the raw one.

    >>> standard_title("Dancing 2 the Songs!")
    'DANCIN TWO THE SONG'
    """
    text = re.sub("[0-9]", lambda digit: f" {_DIGITS[int(digit[0])]} ", fold(title, "titles"))
    return " ".join(map(_word, re.sub("[^A-Z ]", "", text).split()))


def _word(word: str) -> str:
    for one, other in _SPELLINGS:
        word = word.replace(one, other)
    if word == "PART":
        return "PT"
    return word.removesuffix("G") if word.endswith("ING") else word.removesuffix("S") or word


def similarity(one: str, other: str) -> int:
    """Percent in which two titles agree, the better of the raw and the standard form; UNKNOWN and ? are ignored."""
    pairs = ((one.upper(), other.upper()), (standard_title(one), standard_title(other)))
    return max(_percent(*map(_plain, pair)) for pair in pairs)


def _plain(title: str) -> str:
    return " ".join(title.replace("?", " ").replace("UNKNOWN", " ").split())


def _percent(one: str, other: str) -> int:
    return 100 if one == other else int(SequenceMatcher(None, one, other, autojunk=False).ratio() * 100)


def compared_titles(title: str | None, titles: Iterable[Title]) -> list[str]:
    """The titles of a work that count when works are compared, the original first."""
    others = [each.text for each in titles if each.text and each.kind not in IGNORED_TITLES]
    return [title, *others] if title else others


def creators(parties: Iterable[Party]) -> list[Party]:
    """The parties that count when works are compared."""
    return [party for party in parties if rolled_up(party.role) in {"C", "MA", "TA"}]
