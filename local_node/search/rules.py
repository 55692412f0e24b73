"""Which words a record is found by. Pure."""

import re
from collections.abc import Iterable

from mappings.latin import folded

LONGEST = 40
"""Letters of a word that are kept; a longer beginning finds what begins like its first forty."""
SHORTEST_ENDING = 2
MOST_WORDS = 12
"""Words that are looked for; nobody needs more to find something, and a database takes only so many."""
_APOSTROPHES = re.compile("['’ʼ‘`]")
_LATIN = re.compile(r"[a-z0-9]+", re.ASCII)
LAST = "\U0010ffff"
"""Stands behind every letter."""


def words(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts, folded.

    A word with an apostrophe is found whole and by what stands behind it (``d'été``, ``N'Diaye``). In scripts that
    write articles on to a word, or no spaces at all, a person searches from the middle: there every ending of a word
    counts as a word too.
    """
    found: set[str] = set()
    for text in texts:
        for word in {*folded(text).split(), *folded(_APOSTROPHES.sub(" ", text)).split()}:
            found.update(_forms(word[:LONGEST]))
    return frozenset(found)


def asked(text: str) -> tuple[str, ...]:
    """The beginnings somebody looks for, each once, the first twelve."""
    return tuple(dict.fromkeys(word[:LONGEST] for word in folded(text).split()))[:MOST_WORDS]


def beyond(beginning: str) -> str:
    """A text behind every word that begins so."""
    return beginning + LAST


def _forms(word: str) -> Iterable[str]:
    if _LATIN.fullmatch(word):
        return (word,)
    return (word[place:] for place in range(max(len(word) - SHORTEST_ENDING + 1, 1)))
