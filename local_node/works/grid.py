"""The share grid: lines that people edit, and the interests they stand for.

A line shows the simple case (role, shares, territory, ours). Whatever else an interest holds – chains, several
territories, representation – is kept from the stored one and shown under the line's details.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from local_node.history.rules import name_of
from mappings import tables
from mappings.latin import folded
from mappings.model import CollectionLine, Interest, Party, Work, percent, share

WORLD = "2136"
RIGHTS = ("PR", "MR", "SR")


class NotAShare(ValueError):
    """The text is no share."""


class NoTerritory(ValueError):
    """The text names no territory."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a person typed it. ``keep`` is the place of the stored interest it comes from, or None."""

    keep: int | None
    party: str
    holder: str
    role: str
    shares: Mapping[str, str]
    territory: str
    ours: bool


def line_of(interest: Interest, keep: int | None, lang: str) -> Line:
    """The line an interest is shown as."""
    return Line(
        keep=keep,
        party=(interest.party.id or "") if interest.party else "",
        holder=name_of(interest.party),
        role=interest.role,
        shares={right: percent(part) for right, part in interest.shares.items()},
        territory=territory_words(interest, lang),
        ours=interest.controlled,
    )


def is_simple(interest: Interest) -> bool:
    """Whether the grid can say where the interest is collected: nowhere in particular, or own shares in one place."""
    if len(interest.collection) > 1:
        return False
    return all(line.include and dict(line.shares) == dict(interest.shares) for line in interest.collection)


def territory_words(interest: Interest, lang: str) -> str:
    """Territories of an interest in one line: ``World − France``."""
    if not interest.collection:
        return tables.territory_name(WORLD, lang)
    parts = [
        ("" if line.include else "− ") + tables.territory_name(line.territory, lang) for line in interest.collection
    ]
    return " ".join(part if part.startswith("−") or place == 0 else f"+ {part}" for place, part in enumerate(parts))


def territory_code(text: str, lang: str) -> str:
    """The TIS code of a name in the reader's language, or of a code. Raises NoTerritory."""
    text = text.strip()
    if not text:
        return WORLD
    if tables.is_territory(text.zfill(4)):
        return text.zfill(4)
    wanted = folded(text)
    for code in tables.territories:
        if wanted in (folded(tables.territory_name(code, lang)), folded(tables.territory_name(code, "en"))):
            return code
    raise NoTerritory(text)


def parse_share(text: str) -> Fraction | None:
    """A percent as people type it, with point or comma and digits of any script; blank is None. Raises NotAShare."""
    plain = "".join(_plain(letter) for letter in text.strip().rstrip("%").strip())
    if not plain:
        return None
    try:
        return share(plain)
    except ValueError as error:
        raise NotAShare(text) from error


def interest_of(line: Line, stored: Interest | None, party: Party | None, lang: str) -> Interest:
    """The interest a line stands for. Raises NotAShare, NoTerritory."""
    base = stored or Interest(role="")
    parts = {right: parse_share(text) for right, text in line.shares.items()}
    shares = {right: part for right, part in parts.items() if part is not None}
    collection = base.collection
    if is_simple(base) and line.territory.strip() != territory_words(base, lang):
        code = territory_code(line.territory, lang)
        collection = (CollectionLine(code, shares=shares),) if code != WORLD or base.collection else ()
    elif is_simple(base) and base.collection:
        collection = (replace(base.collection[0], shares=shares),)
    return replace(base, role=line.role, party=party, controlled=line.ours, shares=shares, collection=collection)


def completed(lines: Sequence[Line], interests: Sequence[Interest]) -> tuple[Interest, ...]:
    """New lines of ours collect in the whole world, said in so many words where other lines say where they collect."""
    if not any(one.collection for one in interests):
        return tuple(interests)
    return tuple(
        replace(one, collection=(CollectionLine(WORLD, shares=one.shares),))
        if line.keep is None and one.controlled and not one.collection and any(one.shares.values())
        else one
        for line, one in zip(lines, interests, strict=True)
    )


def stored_interest(work: Work | None, keep: int | None) -> Interest | None:
    """The interest a line comes from."""
    if work is None or keep is None or not 0 <= keep < len(work.interests):
        return None
    return work.interests[keep]


def _plain(letter: str) -> str:
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    return "." if letter in ",٫" else "" if letter.isspace() else letter
