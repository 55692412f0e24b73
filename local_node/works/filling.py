"""Filling the share grid: the remainder on one line, equal parts, the line above, rows of a spreadsheet. Pure.

Lines are those of the form, as dictionaries of what was typed; nothing here changes the ones it is given.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from fractions import Fraction
from typing import Any

from local_node.works.grid import NotAShare, parse_share
from mappings.model import percent

TypedLine = dict[str, Any]

RIGHTS = ("pr", "mr", "sr")
USUAL = ("pr", "mr")
"""Rights that every line has a place for; the third is filled only where somebody began with it."""
COLUMNS = ("holder", "role", "pr", "mr", "territory", "ours", "sr")
"""Columns of a spreadsheet, in the order of the grid."""
YES = frozenset({"x", "y", "yes", "1", "true", "oui", "o", "si", "sí", "s", "sim", "نعم", "✓"})
SHARED = ("role", *RIGHTS, "territory", "ours")


def part(text: str | None) -> Fraction:
    """A share as it was typed; one that cannot be read counts as nothing."""
    try:
        return parse_share(text or "") or Fraction(0)
    except NotAShare:
        return Fraction(0)


def with_remainder(lines: Sequence[TypedLine], place: int) -> list[TypedLine]:
    """What is missing of each right, put on one line; where too much was typed nothing changes."""
    filled = [dict(one) for one in lines]
    for right in _used(lines):
        missing = 1 - sum((part(one[right]) for one in lines), Fraction(0))
        if missing > 0:
            filled[place][right] = percent(part(lines[place][right]) + missing)
    return filled


def divided(lines: Sequence[TypedLine]) -> list[TypedLine]:
    """Every right in equal parts, to the hundredth: what cannot be divided goes to the first lines."""
    named = [place for place, one in enumerate(lines) if one["holder"]] or list(range(len(lines)))
    filled = [dict(one) for one in lines]
    if not named:
        return filled
    each, over = divmod(10_000, len(named))
    for order, place in enumerate(named):
        hundredths = each + (1 if order < over else 0)
        for right in _used(lines):
            filled[place][right] = percent(Fraction(hundredths, 10_000))
    return filled


def like_above(lines: Sequence[TypedLine], place: int) -> list[TypedLine]:
    """A line with role, shares and territory of the line above it; the right holder stays."""
    filled = [dict(one) for one in lines]
    if 0 < place < len(lines):
        filled[place] |= {name: lines[place - 1][name] for name in SHARED}
    return filled


def pasted(
    lines: Sequence[TypedLine], at: int, text: str, *, roles: Container[str], new: Callable[[], TypedLine]
) -> list[TypedLine]:
    """The grid with the rows of a spreadsheet from line ``at`` on; cells that are not there stay as they were."""
    filled = [dict(one) for one in lines]
    for order, cells in enumerate(_rows(text)):
        place = at + order
        while place >= len(filled):
            filled.append(new())
        filled[place] |= _typed(cells, roles)
    return filled


def _rows(text: str) -> list[list[str]]:
    """The cells of each row; a head, whose share is no share, is left out."""
    mark = "\t" if "\t" in text else ";"
    rows = [[cell.strip() for cell in line.split(mark)] for line in text.splitlines() if line.strip()]
    return rows[1:] if rows and _is_head(rows[0]) else rows


def _is_head(cells: Sequence[str]) -> bool:
    shares = [cell for cell in cells[2:4] if cell]
    return bool(shares) and all(not any(letter.isdigit() for letter in cell) for cell in shares)


def _typed(cells: Sequence[str], roles: Container[str]) -> Mapping[str, Any]:
    said: TypedLine = dict(zip(COLUMNS, cells, strict=False))
    said = {name: value for name, value in said.items() if value}
    if "role" in said:
        code = said["role"].split()[0].upper()
        said["role"] = code if code in roles else ""
    if "ours" in said or len(cells) > COLUMNS.index("ours"):
        said["ours"] = said.get("ours", "").casefold() in YES
    if "holder" in said:
        said |= {"party": "", "keep": ""}
    return said


def _used(lines: Sequence[TypedLine]) -> tuple[str, ...]:
    return (*USUAL, *(("sr",) if any(part(one["sr"]) for one in lines) else ()))
