"""Why two records look alike. Pure; the pages make sentences of the reasons, and people decide."""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mappings.latin import folded, suggest_latin
from mappings.model import Identifier, Party, PartyName, Work

_VOWELS = frozenset("aeiouwy")
_ARTICLE = re.compile(r"\b[ae]l(?: |(?=\w{3}))")
"""The Arabic article, which Latin spellings write apart, with a hyphen, or as one word with what follows."""
SHORTEST = 3
"""Letters a skeleton needs before two scripts are compared by it; shorter ones fit too many names."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One likeness: ``same-number``, ``same-name``, ``same-words``, ``other-script``, ``name-within``, ``same-title``
    or ``title-other-script``."""

    code: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


def skeleton(text: str) -> str:
    """What stays of a name in every script: the consonants of its Latin form, doubled ones once, words in order.

    Scripts that write no vowels, and spellings that differ in them, meet here: ``محمد`` and ``Mohamed`` are ``mhmd``.
    """
    words = _ARTICLE.sub("", folded(suggest_latin(text))).split()
    return " ".join(sorted(_bare(word) for word in words))


def _bare(word: str) -> str:
    kept = [letter for letter in word if letter not in _VOWELS and letter.isalnum()]
    once = [letter for place, letter in enumerate(kept) if place == 0 or kept[place - 1] != letter]
    bare = "".join(once)
    # The Arabic ending of feminine words is written as an h that no Latin spelling has.
    return (bare[:-1] if len(bare) > 2 and bare.endswith("h") else bare) or "a"


def written(name: PartyName) -> str:
    """First and last name in one text."""
    return f"{name.first_name or ''} {name.name}".strip()


def party_reasons(one: Party, other: Party) -> tuple[Reason, ...]:
    """Why two right owners look alike, the strongest likeness first."""
    numbers = [Reason("same-number", {"scheme": scheme, "value": value}) for scheme, value in shared(one, other)]
    return (*numbers, *_best(_names(one.names, other.names)))


def work_reasons(one: Work, other: Work) -> tuple[Reason, ...]:
    """Why two works look alike: a number in common, or a title in common and somebody who has a part in both."""
    numbers = tuple(Reason("same-number", {"scheme": scheme, "value": value}) for scheme, value in shared(one, other))
    titles = tuple(_titles(one, other))
    people = common_people(one, other)
    if not titles or not people:
        return numbers
    return (*numbers, titles[0], Reason("same-person", {"name": people[0]}))


def shared(one: Party | Work, other: Party | Work) -> list[tuple[str, str]]:
    """Numbers both records bear."""
    theirs = {_key(number) for number in other.identifiers}
    return [_key(number) for number in one.identifiers if _key(number) in theirs]


def common_people(one: Work, other: Work) -> list[str]:
    """Names of those who have a part in both works."""
    theirs = [interest.party for interest in other.interests if interest.party and interest.party.names]
    ours = [interest.party for interest in one.interests if interest.party and interest.party.names]
    return [written(party.names[0]) for party in ours if any(_same_person(party, known) for known in theirs)]


def _key(number: Identifier) -> tuple[str, str]:
    return number.scheme, number.value


def _same_person(one: Party, other: Party) -> bool:
    if one.id and one.id == other.id:
        return True
    return bool(shared(one, other)) or any(reason.code != "name-within" for reason in _names(one.names, other.names))


def _names(ours: Sequence[PartyName], theirs: Sequence[PartyName]) -> Iterator[Reason]:
    for mine in ours:
        for yours in theirs:
            code = likeness(written(mine), written(yours))
            if code:
                yield Reason(code, {"name": written(yours)})


def _titles(one: Work, other: Work) -> Iterator[Reason]:
    for mine in one.titles:
        for yours in other.titles:
            code = likeness(mine.text, yours.text)
            if code in ("same-name", "other-script"):
                kind = "same-title" if code == "same-name" else "title-other-script"
                yield Reason(kind, {"title": yours.text})


def likeness(mine: str, yours: str) -> str | None:
    """How two names are alike: the same, the same words in another order, the same in another script, or one within
    the other."""
    one, other = folded(mine), folded(yours)
    if not one or not other:
        return None
    if one == other:
        return "same-name"
    words, others = set(one.split()), set(other.split())
    if words == others:
        return "same-words"
    bare = skeleton(mine)
    if len(bare.replace(" ", "")) >= SHORTEST and bare == skeleton(yours) and _scripts_differ(one, other):
        return "other-script"
    return "name-within" if words <= others or others <= words else None


def _scripts_differ(one: str, other: str) -> bool:
    return one.isascii() != other.isascii()


_RANK = ("same-name", "same-words", "other-script", "name-within")


def _best(reasons: Iterable[Reason]) -> list[Reason]:
    """The strongest likeness of names; weaker ones say nothing more."""
    return sorted(reasons, key=lambda one: _RANK.index(one.code))[:1]
