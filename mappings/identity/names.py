"""Names as they are compared and found, in any script: a folded Latin form, consonant skeletons, and keys.

A skeleton keeps what a name sounds like and drops what habits of romanisation change, so that BARYNOVA and Baryonova,
TCHAIKOVSKY and Čajkovskij, MOHAMED and Muhammad have the same one. It finds; it proves nothing.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

from mappings.latin import LATIN, folded, script_of, suggest_latin

VERSION = "1"
"""Of the skeletons and keys; an index made with another has to be made again."""
MOST_REMEMBERED = 65_536
"""Words whose skeleton is at hand; names have few different words, and most of them are common."""
MOST_WORDS = 5
"""Words of a name that are paired for keys."""

_GREEK = {"μπ": "b", "ντ": "d", "γκ": "g"}
_GREEK_PAIR = re.compile("|".join(_GREEK))
_GREEK_INITIAL = re.compile(rf"\b(?:{'|'.join(_GREEK)})")
_ALL, _PAIR = 1, 2
"""Kinds of keys; that of a family name with an initial is the initial, which is larger."""
_SPREAD, _WHOLE = 0x9E3779B97F4A7C15, (1 << 64) - 1
_PUNCTUATION = {ord(sign): " " for sign in '-/()!#$%&+.?@,;:"*_'} | {ord("'"): None}
_CLASSES: dict[str, str] = {
    **dict.fromkeys(("tch", "sh", "ch", "ts", "tz", "x", "s", "z"), "S"),
    **dict.fromkeys(("dj", "zh", "j"), "J"),
    **dict.fromkeys(("ck", "qu", "c", "k", "q"), "K"),
    **dict.fromkeys(("ph", "b", "p", "v", "f"), "B"),
    **dict.fromkeys(("d", "t"), "T"),
    **dict.fromkeys(("l", "m", "n", "r", "g"), ""),
}
_SOUND = re.compile("|".join(sorted(_CLASSES, key=len, reverse=True)))
_SILENT = re.compile("[^A-Z0-9]+")
_DOUBLED = re.compile(r"(.)\1+")


def latin_key(text: str) -> str:
    """The folded Latin form of a text: what beginnings and equal names are compared by."""
    if text.isascii():
        return " ".join(text.lower().translate(_PUNCTUATION).split())
    latin = text if script_of(text) == LATIN else suggest_latin(text)
    return " ".join(folded(latin).split())


@lru_cache(maxsize=256)
def readings(text: str) -> tuple[str, ...]:
    """The folded Latin forms a typed name may have: Greek writes b, d and g with two letters, and their sound with m or
    n before them with the same two."""
    plain = text.replace(",", " ")
    if script_of(plain) != "Grek":
        return (latin_key(plain),)
    lower = unicodedata.normalize("NFC", plain).casefold()
    first = _GREEK_INITIAL.sub(lambda found: _GREEK[found[0]], lower)
    anywhere = _GREEK_PAIR.sub(lambda found: _GREEK[found[0]], lower)
    return tuple(dict.fromkeys(map(latin_key, (plain, first, anywhere))))


def sort_key(name: str, first_name: str | None = None) -> str:
    """Family name, then first names, folded."""
    return latin_key(f"{name} {first_name}" if first_name else name)


@lru_cache(maxsize=MOST_REMEMBERED)
def skeleton(word: str) -> str:
    """The consonants of a folded word by what they sound like; a word without any keeps 0 and its first letter."""
    classes = _SOUND.sub(lambda found: _CLASSES[found[0]] or found[0].upper(), word)
    kept = _DOUBLED.sub(r"\1", _SILENT.sub("", classes))
    return kept or f"0{word[:1]}"


def forms(name: str, first_name: str | None = None) -> tuple[str, set[int]]:
    """The sort key of a name, and the keys it is found by: signed numbers of 64 bits that are the same everywhere.

    One key for all its skeletons in any order, one for the family name and an initial, one for each pair of skeletons.
    """
    family = latin_key(name).split()
    first = latin_key(first_name).split() if first_name else []
    words = family + first
    bones = [_bone(word) for word in words]
    if not bones:
        return "", set()
    found = {_key(_ALL, sorted(bones)), *_pairs(bones)}
    if first:
        found.add(_key(ord(first[0][0]), sorted(bones[: len(family)])))
    return " ".join(words), found


def keys(name: str, first_name: str | None = None) -> set[int]:
    """The keys a name is found by."""
    return forms(name, first_name)[1]


def asked_keys(text: str) -> list[int]:
    """The keys of a name somebody typed, in whatever order and script; those of the whole name first."""
    asked = [words for words in (reading.split() for reading in readings(text)) if words]
    found = [_key(_ALL, sorted(map(_bone, words))) for words in asked]
    for words in asked:
        bones = list(map(_bone, words))
        found += sorted(_pairs(bones))
        if len(words) > 1:
            rest = (sorted(bones[:at] + bones[at + 1 :]) for at in range(len(words)))
            found += [_key(ord(word[0]), others) for word, others in zip(words, rest, strict=True)]
    return list(dict.fromkeys(found))


def _pairs(bones: list[int]) -> list[int]:
    if len(bones) < 2:
        return []
    return [_key(_PAIR, pair) for pair in combinations(sorted(set(bones[:MOST_WORDS])), 2)]


@lru_cache(maxsize=MOST_REMEMBERED)
def _bone(word: str) -> int:
    return int.from_bytes(blake2b(skeleton(word).encode(), digest_size=8).digest(), "big")


def _key(kind: int, bones: Iterable[int]) -> int:
    """Kind and hashes mixed: a million names have four million keys, and a digest of each would cost most of a load."""
    mixed = kind
    for bone in bones:
        mixed = ((mixed ^ bone) * _SPREAD) & _WHOLE
    return mixed - (mixed >> 63 << 64)


@lru_cache(maxsize=256)
def rotations(text: str) -> tuple[str, ...]:
    """The folded forms of a typed name with each of its words in front: people write the first name first."""
    found = []
    for words in (reading.split() for reading in readings(text)):
        found += [" ".join(words[at:] + words[:at]) for at in range(min(len(words), MOST_WORDS))]
    return tuple(dict.fromkeys(found))


def likeness(asked: str, name: str, first_name: str | None = None) -> float:
    """How alike a typed name and a name are, 0 to 1: equal words count whole, equal skeletons nearly, initials half.

    It orders a list; who somebody is, it does not decide.
    """
    theirs = sort_key(name, first_name).split()
    return max((_of_words(reading.split(), theirs) for reading in readings(asked)), default=0.0)


def _of_words(ours: list[str], theirs: list[str]) -> float:
    if not ours or not theirs:
        return 0.0
    left, total = list(theirs), 0.0
    for word in ours:
        best, value = max(((other, _alike(word, other)) for other in left), key=lambda one: one[1], default=("", 0.0))
        if value:
            left.remove(best)
            total += value
    return round(2 * total / (len(ours) + len(theirs)), 4)


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if skeleton(one) == skeleton(other):
        return 0.9
    shorter, longer = sorted((one, other), key=len)
    return 0.5 if len(shorter) == 1 and longer.startswith(shorter) else 0.0
