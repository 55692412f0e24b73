"""Who collects where: territory lines with their groups opened, as the TIS tree has them.

Source: CISAC TIS09-1540, territories and their hierarchy; the lines of one party apply in their order.
"""

from collections import Counter
from datetime import date
from functools import cache, lru_cache

from formats.cwr import standard

Line = tuple[str, str, int, int, int]
"""Sign (I or E), TIS code, collected shares PR, MR, SR in hundredths of a percent."""

TOLERANCE = 6
WHOLE = 10000


@cache
def _links() -> dict[str, tuple[tuple[str, str, str], ...]]:
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for row in standard.rows("tis_hierarchy"):
        link = (row["child"], row["valid_from"], row["valid_to"])
        found[row["parent"]] = (*found.get(row["parent"], ()), link)
    return found


@lru_cache(maxsize=4096)
def members(code: str, on: date) -> frozenset[str]:
    """The single territories of a group that belong to it on a day; a single territory is its own only member."""
    links = _links().get(code)
    if links is None:
        return frozenset({code})
    day = on.isoformat()
    alive = [child for child, since, until in links if (not since or since <= day) and (not until or day <= until)]
    return frozenset[str]().union(*(members(child, on) for child in alive))


@lru_cache(maxsize=4096)
def collected(lines: tuple[Line, ...], on: date) -> dict[str, tuple[int, int, int]]:
    """Territory to what one party collects there; a later line has the last word about its territories."""
    found: dict[str, tuple[int, int, int]] = {}
    for sign, code, *shares in lines:
        for territory in members(code, on):
            if sign == "I":
                found[territory] = (shares[0], shares[1], shares[2])
            else:
                found.pop(territory, None)
    return found


@lru_cache(maxsize=4096)
def most_collected(parties: tuple[tuple[Line, ...], ...], on: date) -> tuple[int, int, int]:
    """For each right the largest sum that all parties together collect in one territory."""
    sums: list[Counter[str]] = [Counter(), Counter(), Counter()]
    for lines in parties:
        for territory, shares in collected(lines, on).items():
            for right, share in enumerate(shares):
                sums[right][territory] += share
    return tuple(max(counter.values(), default=0) for counter in sums)  # type: ignore[return-value]


@lru_cache(maxsize=4096)
def collects_what_it_owns(parties: tuple[tuple[Line, ...], ...], owned: int, on: date) -> bool:
    """True when a chain collects of the performing right, wherever it collects at all, what it owns."""
    sums: Counter[str] = Counter()
    for lines in parties:
        for territory, shares in collected(lines, on).items():
            sums[territory] += shares[0]
    return all(abs(share - owned) <= TOLERANCE for share in sums.values())
