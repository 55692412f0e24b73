"""Telling the workers: ids of due rows go to the queues of their partners.

One turn does all three: a row that an intake just committed, rows whose gathering window ended, and ids that were
lost on the way. What was announced is remembered in memory only; after a restart everything is announced once more,
which costs a few jobs that find nothing to do. A row that was done and is due again, all between two turns, is told
from one that still waits by its time, which has moved.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.gateway import Gateway
from gateway.partners import due, states
from queues import jobs

MOST_IDS = 1000
"""Ids of one partner in the queue and not done; more would only wait there."""
LOST_AFTER = timedelta(seconds=60)
"""A row that is still due so long after it was announced, with nothing left in the queue, is announced again."""

Due = tuple[int, datetime]
"""A row's id and since when it is due."""


class Announcer:
    """``send`` takes a queue and a row's id; ``is_empty`` says whether a queue holds no job."""

    def __init__(self, gateway: Gateway, *, send: Callable[[str, int], None], is_empty: Callable[[str], bool]) -> None:
        self._gateway = gateway
        self._send = send
        self._is_empty = is_empty
        self._partners = [name for name, one in gateway.partners.items() if one.is_set_up]
        self._announced: dict[str, dict[Due, datetime]] = {name: {} for name in self._partners}
        with gateway.sessions.begin() as session:
            for name in self._partners:
                due.add_collecting(session, name, now=gateway.now())

    def run_once(self, now: datetime) -> int:
        """How many ids were sent. Raises ConnectionError when the broker does not take them."""
        return sum(self._announce(name, now) for name in self._partners)

    def _announce(self, partner: str, now: datetime) -> int:
        with self._gateway.sessions() as session:
            session.connection(execution_options={"read_only": True})
            ready = self._ready(session, partner, now)
        queue, known = due.queue(partner), self._announced[partner]
        self._announced[partner] = told = {one: known[one] for one in ready if one in known}
        if self._are_lost(queue, told.values(), now):
            told.clear()
        fresh = [one for one in ready if one not in told]
        for one in fresh:
            self._send(queue, one[0])
            told[one] = now
        return len(fresh)

    def _ready(self, session: Session, partner: str, now: datetime) -> list[Due]:
        """Rows to be carried out; none while the partner may not be called."""
        if not states.may_be_called(session, partner, now):
            return []
        kinds = (due.collect_kind(partner), due.kind(partner))
        ids = [id_ for kind in kinds for id_ in jobs.ready(session, kind=kind, limit=MOST_IDS, now=now)]
        since = due.times(session, ids)
        return [(id_, since[id_]) for id_ in ids if id_ in since]

    def _are_lost(self, queue: str, told: Iterable[datetime], now: datetime) -> bool:
        late = any(now - at >= LOST_AFTER for at in told)
        return late and self._is_empty(queue)
