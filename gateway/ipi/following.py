"""Following the register through its web service: what its log names is fetched whole and put in place.

Every party that is fetched is complete, so it does no harm when the same second of the log is read again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from connectors.ipi.client import FIRST_MARK, MOST_ENTRIES, LogEntry
from formats.ipi import Transaction
from gateway.ipi import operations, queries
from interface.vault import Vault

AT_A_TIME = 50
"""Parties that are fetched and committed together."""


class NoLoad(RuntimeError):
    """The log tells changes of a directory, and there is none yet: load a full copy first."""


class Client(Protocol):
    """What is asked of the web service."""

    def log_since(self, mark: str, *, most: int) -> list[LogEntry]: ...

    def party(self, base: str) -> Transaction | None: ...


@dataclass(slots=True)
class Followed:
    """What one run did. ``unknown`` parties stand in the log or were wanted, and the register does not have them."""

    fetched: int = 0
    changed: int = 0
    unknown: int = 0
    mark: str = ""


def follow(sessions: sessionmaker[Session], vault: Vault, client: Client, now: Callable[[], datetime]) -> Followed:
    """Read the log from the mark to its end, then fetch who is wanted. Raises NoLoad and PartnerFailure.

    What was committed before a failure stays, with its mark.
    """
    done = Followed(mark=_mark(sessions))
    for entries in _portions(client, done.mark):
        bases = list(dict.fromkeys(entry.base for entry in entries))
        _replace(sessions, vault, client, bases, done, now)
        done.mark = entries[-1].at
        with sessions.begin() as session:
            operations.set_mark(session, operations.DELTA, done.mark)
    with sessions() as session:
        wanted = queries.wanted(session)
    _replace(sessions, vault, client, wanted, done, now)
    return done


def _mark(sessions: sessionmaker[Session]) -> str:
    with sessions() as session:
        load, delta = (queries.feed(session, kind) for kind in (operations.LOAD, operations.DELTA))
    if load is None:
        raise NoLoad
    return max(load.mark or FIRST_MARK, delta.mark if delta is not None else "")


def _portions(client: Client, mark: str) -> Iterator[list[LogEntry]]:
    """The log in portions that are new, oldest first.

    Each question begins at the last second that was seen, because others may bear the same time; when one second fills
    a whole answer, more is asked for at once.
    """
    seen: set[LogEntry] = set()
    most = MOST_ENTRIES
    while True:
        entries = client.log_since(mark, most=most)
        new = [entry for entry in dict.fromkeys(entries) if entry not in seen]
        if new:
            yield new
            mark = new[-1].at
            seen = {entry for entry in entries if entry.at == mark}
        elif len(entries) < most:
            return
        else:
            most *= 2


def _replace(
    sessions: sessionmaker[Session],
    vault: Vault,
    client: Client,
    bases: Sequence[str],
    done: Followed,
    now: Callable[[], datetime],
) -> None:
    for at in range(0, len(bases), AT_A_TIME):
        found = list(_fetched(client, bases[at : at + AT_A_TIME], done))
        with sessions.begin() as session:
            done.changed += len(operations.replace_parties(session, vault, found, now=now()).changed)


def _fetched(client: Client, bases: Iterable[str], done: Followed) -> Iterator[Transaction]:
    for base in bases:
        party = client.party(base)
        if party is None:
            done.unknown += 1
        else:
            done.fetched += 1
            yield party
