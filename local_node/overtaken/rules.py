"""What two people made of one record. Pure: three states of a form in, fields and one form out.

A field that one of them changed has that one's text. A field that both changed keeps what was typed last, until the
person who typed it says otherwise. Lines of a list are compared cell by cell while all three lists hold the same lines;
a list in which lines came, went or changed places is one field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Data = Mapping[str, Any]
BESIDE = frozenset({"version", "csrf_token", "pasted", "paste_at"})
"""Fields of a form that say nothing about the record."""
PLACES = frozenset({"keep", "party", "pick"})
"""Cells that say which stored line is meant; nobody types them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed, as it was, as it is now, and as it was typed here.

    ``field`` is its name in the form: ``titles-0-text``, ``number_iswc``, or ``titles`` for a whole list.
    """

    field: str
    was: str
    theirs: str
    mine: str

    @property
    def by_both(self) -> bool:
        """Both changed it, each in another way: a person decides."""
        return self.mine not in (self.was, self.theirs)


@dataclass(frozen=True, slots=True)
class Meeting:
    """``differences`` in the order of the form, and the ``data`` of the form in which both come together."""

    differences: tuple[Difference, ...]
    data: dict[str, Any]


def meet(was: Data, theirs: Data, mine: Data) -> Meeting:
    """Bring what is stored now and what was typed together, knowing the state from which both began."""
    data, found = dict(mine), list[Difference]()
    for name in (one for one in theirs if one not in BESIDE):
        if isinstance(theirs[name], list):
            data[name] = _lists(name, was.get(name, []), theirs[name], mine.get(name, []), found)
            continue
        one = Difference(name, as_typed(was.get(name)), as_typed(theirs[name]), as_typed(mine.get(name)))
        if one.was != one.theirs:
            found.append(one)
        data[name] = mine.get(name) if one.mine != one.was else theirs[name]
    return Meeting(tuple(found), data)


def taken(data: Data, theirs: Data, fields: Sequence[str]) -> dict[str, Any]:
    """The data of a form with some fields as they are stored now, because the person said so."""
    result = dict(data)
    for field in fields:
        name, _, rest = field.partition("-")
        place, _, cell = rest.partition("-")
        if field in theirs:
            result[field] = theirs[field]
        elif place.isascii() and place.isdigit() and isinstance(theirs.get(name), list):
            line = int(place)
            if line < min(len(theirs[name]), len(result[name])) and cell in theirs[name][line]:
                lines = [dict(one) for one in result[name]]
                lines[line][cell] = theirs[name][line][cell]
                result[name] = lines
    return result


def as_typed(value: Any) -> str:
    """A value of a form as a person reads it."""
    return "" if value in (None, False) else "Y" if value is True else str(value).replace("\r\n", "\n")


def _lists(name: str, was: list[Data], theirs: list[Data], mine: list[Data], found: list[Difference]) -> list[Any]:
    if not _same_lines(was, theirs, mine):
        one = Difference(name, _written(was), _written(theirs), _written(mine))
        if one.was == one.theirs:
            return list(mine)
        found.append(one)
        return [_placed(line, was, theirs) for line in mine] if one.mine != one.was else list(theirs)
    lines = []
    for place, now in enumerate(theirs):
        merged = dict(mine[place])
        for cell in (one for one in now if one not in PLACES):
            one = Difference(
                f"{name}-{place}-{cell}", *(as_typed(each[place].get(cell)) for each in (was, theirs, mine))
            )
            if one.was != one.theirs:
                found.append(one)
            if one.mine == one.was:
                merged |= {cell: now[cell]}
        lines.append(merged)
    return lines


def _same_lines(was: list[Data], theirs: list[Data], mine: list[Data]) -> bool:
    """Whether all three hold the same lines in the same places, so that a cell of one is that cell of the others."""
    if not len(was) == len(theirs) == len(mine):
        return False
    whose = [[one.get("party") or one.get("holder") or "" for one in lines] for lines in (was, theirs)]
    kept = [[one.get("keep") or "" for one in lines] for lines in (was, mine)]
    return whose[0] == whose[1] and kept[0] == kept[1]


def _placed(line: Data, was: list[Data], theirs: list[Data]) -> dict[str, Any]:
    """A typed line that points to where its stored line is now; nowhere when the other person took that out."""
    meant = next((one for one in was if one.get("keep") and one.get("keep") == line.get("keep")), None)
    if meant is None:
        return dict(line)
    same = ("party", "holder", "role")
    now = next((one for one in theirs if all(one.get(cell) == meant.get(cell) for cell in same)), None)
    return {**line, "keep": now["keep"] if now else ""}


def _written(lines: list[Data]) -> str:
    """A list as text."""
    cells = (
        " · ".join(as_typed(value) for name, value in one.items() if name not in PLACES and value) for one in lines
    )
    return " / ".join(cells)
