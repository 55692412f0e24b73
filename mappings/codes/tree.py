"""Lists of territories, resolved to the countries they mean on a day.

Lines apply in order: an include puts its countries in, an exclude takes its countries out of what earlier lines put
in. Groups are expanded over the links of the TIS hierarchy, all links and countries valid on that day only.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from mappings.codes.rows import Territory
from mappings.codes.table import FOLDER, Table, read_cells


class UnknownTerritory(ValueError):
    """A code that the Territory Information System does not hold."""


class _Link(NamedTuple):
    child: str
    valid_from: date | None
    valid_to: date | None

    def valid_on(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class TerritoryTree:
    """The TIS hierarchy. Answers are remembered by era (days between two changes of the map), so that files of a
    million lines with a few dozen different lists stay cheap."""

    KEPT = 50_000

    def __init__(self, territories: Table[Territory]) -> None:
        self._territories = territories
        self._members: dict[tuple[str, int], frozenset[str]] = {}
        self._lists: dict[tuple[tuple[tuple[bool, str], ...], int], frozenset[str]] = {}

    @cached_property
    def _links(self) -> dict[str, list[_Link]]:
        links: dict[str, list[_Link]] = defaultdict(list)
        for row in read_cells(FOLDER / "territory_tree.csv"):
            links[row["parent"]].append(_Link(row["child"], _day(row["valid_from"]), _day(row["valid_to"])))
        return dict(links)

    @cached_property
    def _changes(self) -> list[date]:
        spans = [(link.valid_from, link.valid_to) for links in self._links.values() for link in links]
        spans += [(row.valid_from, row.valid_to) for row in self._territories.values()]
        starts = {start for start, _ in spans if start}
        return sorted(starts | {end + timedelta(days=1) for _, end in spans if end})

    def members(self, code: str, on: date) -> frozenset[str]:
        """The countries of a group on a day; a country is its own only member, while it exists.

        Raises UnknownTerritory.
        """
        key = (code, bisect_right(self._changes, on))
        found = self._members.get(key)
        if found is None:
            found = self._members[key] = self._find_members(code, on)
        return found

    def _find_members(self, code: str, on: date) -> frozenset[str]:
        territory = self._territories.get(code)
        if territory is None:
            raise UnknownTerritory(code)
        if not territory.valid_on(on):
            return frozenset()
        if not territory.is_group:
            return frozenset((code,))
        links = (link.child for link in self._links.get(code, ()) if link.valid_on(on))
        return frozenset().union(*(self.members(child, on) for child in links))

    def expand(self, lines: Iterable[tuple[bool, str]], on: date) -> frozenset[str]:
        """The countries that lines of (include, code) mean on a day. Raises UnknownTerritory."""
        lines = tuple(lines)
        key = (lines, bisect_right(self._changes, on))
        found = self._lists.get(key)
        if found is None:
            found = frozenset()
            for include, code in lines:
                members = self.members(code, on)
                found = found | members if include else found - members
            if len(self._lists) >= self.KEPT:
                self._lists.clear()
            self._lists[key] = found
        return found
