"""What an application tells the frame around its pages: sections, search, sync light, tasks, footer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Link:
    """One section of the navigation. Shown only to people with ``permission`` (None: to everybody signed in)."""

    label: str
    url: str
    permission: str | None = None
    badge: int | None = None
    current: bool = False
    key: str = ""
    """The letter that leads here after ``g``."""


@dataclass(frozen=True)
class Search:
    """The search box: where it goes, its label for screen readers, its hint, what was searched."""

    url: str
    label: str
    hint: str
    value: str = ""


@dataclass(frozen=True)
class Sync:
    """The sync light: how many messages wait, the time of the last answer in words; state ok, late or off."""

    waiting: int
    url: str
    text: str = ""
    state: str = "ok"


@dataclass(frozen=True)
class Tasks:
    """The task badge: one number for the person signed in; gone at zero."""

    count: int
    url: str
    label: str
    icon: str = "tray"


@dataclass(frozen=True)
class Frame:
    """All around the page. ``name`` is the society's or the gateway's name, ``subtitle`` a second line under it."""

    name: str = ""
    subtitle: str = ""
    navigation: Sequence[Link] = ()
    search: Search | None = None
    sync: Sync | None = None
    tasks: Tasks | None = None
    mode: str = ""
    help_url: str = ""
    home_url: str = "/"
    footer: Sequence[str] = ()
    edition: str = "node"
    version: str = ""
    time_zone: str = ""


def with_current(links: Sequence[Link], path: str) -> tuple[Link, ...]:
    """Mark the section the path lies in: the longest address that begins it."""
    inside = [link.url for link in links if _lies_in(path, link.url)]
    current = max(inside, key=len, default=None)
    return tuple(replace(link, current=link.url == current) for link in links)


def _lies_in(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url.rstrip("/") + "/"))
