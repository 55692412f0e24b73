"""What a list is narrowed to, sorted by and cut into, read from its address and written back into one. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Protocol
from urllib.parse import urlencode

SIZES = (25, 50, 100)
USUAL_SIZE = 50
LAST_PAGE = 40
"""Sorted lists are counted off from their beginning, which costs more with every page; behind this one, narrow."""

Words = Callable[[], str]


class Args(Protocol):
    """What stands behind the question mark of an address."""

    def get(self, key: str, default: str, /) -> str: ...
    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Layout:
    """What a list offers. ``columns`` and ``sorts`` name their words; the first column is always shown."""

    key: str
    endpoint: str
    columns: Mapping[str, Words]
    sorts: Sequence[str]
    filters: Sequence[str]
    hidden: frozenset[str] = frozenset()
    """Columns that are not shown before somebody asks for them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One list as somebody asked for it. ``sort`` is a key, with a minus for the other direction."""

    text: str = ""
    filters: Mapping[str, str] = ()  # type: ignore[assignment]  # always given by ``wanted``
    sort: str = ""
    size: int = USUAL_SIZE
    page: int = 1
    before: str = ""
    columns: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.filters.get(name, "")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.text or any(self.filters.values()))

    @property
    def offset(self) -> int:
        """Rows before the first one shown."""
        return (self.page - 1) * self.size


def wanted(args: Args, layout: Layout) -> Wanted:
    """What an address asks for; what it says wrong is as if it said nothing."""
    sort = args.get("sort", "")
    size, page = _whole(args.get("size", "")), _whole(args.get("page", ""))
    chosen = tuple(name for name in layout.columns if name in args.getlist("col"))
    usual = tuple(name for name in layout.columns if name not in layout.hidden)
    first = next(iter(layout.columns))
    return Wanted(
        text=args.get("q", "").strip(),
        filters={name: args.get(name, "").strip() for name in layout.filters},
        sort=sort if sort.removeprefix("-") in layout.sorts else "",
        size=size if size in SIZES else USUAL_SIZE,
        page=min(max(page, 1), LAST_PAGE),
        before=args.get("before", "").strip(),
        columns=tuple(dict.fromkeys((first, *chosen))) if chosen else usual,
    )


def query(asked: Wanted, layout: Layout) -> str:
    """What stands behind the question mark for this list; what is as usual is left out."""
    said: list[tuple[str, str]] = [("q", asked.text), *asked.filters.items(), ("sort", asked.sort)]
    if asked.size != USUAL_SIZE:
        said.append(("size", str(asked.size)))
    if asked.page > 1:
        said.append(("page", str(asked.page)))
    said.append(("before", asked.before))
    if asked.columns != tuple(name for name in layout.columns if name not in layout.hidden):
        said += [("col", name) for name in asked.columns]
    return urlencode([(name, value) for name, value in said if value])


def from_the_start(asked: Wanted) -> Wanted:
    """The same list from its first row."""
    return replace(asked, page=1, before="")


def sorted_by(asked: Wanted, name: str) -> Wanted:
    """The list sorted by a column; asked twice, the other way round."""
    return replace(from_the_start(asked), sort=f"-{name}" if asked.sort == name else name)


def direction(asked: Wanted, name: str) -> str:
    """How a column is sorted, in the words of ``aria-sort``."""
    if asked.sort.removeprefix("-") != name:
        return "none"
    return "descending" if asked.sort.startswith("-") else "ascending"


def following(asked: Wanted, total: int, next_before: str | None) -> Wanted | None:
    """The next part of a list, or None at its end."""
    if not asked.sort:
        return replace(asked, before=next_before) if next_before else None
    ends = asked.offset + asked.size >= total or asked.page >= LAST_PAGE
    return None if ends else replace(asked, page=asked.page + 1)


def since(text: str) -> datetime | None:
    """The beginning of a day that was typed, or None."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
