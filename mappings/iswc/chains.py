"""Which of several ISWCs is the preferred one, after merges and demerges.

A number that was merged is never forgotten: links are history, and the last one about a child counts. Source: the
agency's description of parents and overall parents, as restated publicly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MOST_STEPS = 50
"""Of a chain; a longer one is as suspicious as a cycle."""

Kind = Literal["merge", "demerge"]


@dataclass(frozen=True, slots=True)
class Link:
    """One merge or its undoing: ``child`` leads to ``parent``, or no longer does."""

    child: str
    parent: str
    kind: Kind
    at: datetime
    """Aware UTC."""
    source: str = "agency"


@dataclass(frozen=True, slots=True)
class Preferred:
    """The number to use, and the way to it. Without ``number`` a person must look: ``trouble`` says why."""

    number: str | None
    path: tuple[str, ...]
    """From the number asked about, itself included."""
    trouble: Literal["cycle", "too-long"] | None = None


def parents(links: Iterable[Link]) -> dict[str, str]:
    """Child to parent as things stand: links in the order of their instants, of equal ones the later in the list."""
    standing: dict[str, str] = {}
    for link in sorted(links, key=lambda link: link.at):
        if link.kind == "merge":
            standing[link.child] = link.parent
        elif standing.get(link.child) == link.parent:
            del standing[link.child]
    return standing


def preferred(number: str, standing: Mapping[str, str], *, told: str | None = None) -> Preferred:
    """The preferred number of ``number``. ``told`` is the overall parent where the database named it.

    What the database says about the top of a chain counts more than what we heard of its links.
    """
    if told is not None and told != number:
        return Preferred(told, (number, told))
    path = [number]
    while path[-1] in standing:
        above = standing[path[-1]]
        if above in path:
            return Preferred(None, (*path, above), "cycle")
        path.append(above)
        if len(path) > MOST_STEPS:
            return Preferred(None, tuple(path), "too-long")
    return Preferred(path[-1], tuple(path))
