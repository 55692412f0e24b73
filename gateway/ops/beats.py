"""How the parts of the running processes turn: how often, how long, when last.

Only the process itself knows it, and whoever asks (``/metrics``, the first page) is another process. So each process
writes it down every ten seconds, one row for each of its parts.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from gateway.database import NOBODY
from gateway.ops.models import ProcessPart
from queues.tables import upsert

BETWEEN_NOTES = timedelta(seconds=10)
FORGOTTEN = timedelta(days=1)
"""A process that turned last so long ago is gone for good."""
INTAKE, RELAY = "intake", "relay"
Turn = Callable[[datetime], int]
_TABLE = cast(Table, ProcessPart.__table__)


@dataclass
class _Count:
    at: datetime
    turns: int = 0
    failures: int = 0
    busy_seconds: float = 0.0


class Beats:
    """The count of one process. ``timed`` turns may run in several threads."""

    def __init__(self, sessions: sessionmaker[Session], instance: str | None = None) -> None:
        self._sessions = sessions
        self._instance = instance or f"{socket.gethostname()}:{os.getpid()}"
        self._lock = threading.Lock()
        self._counts: dict[str, _Count] = {}
        self._noted: datetime | None = None

    def timed(self, part: str, turn: Turn) -> Turn:
        """The same turn, counted under a name."""

        def counted(now: datetime) -> int:
            begin = time.perf_counter()
            failed = 1
            try:
                done = turn(now)
                failed = 0
                return done
            finally:
                self._count(part, now, time.perf_counter() - begin, failed)

        return counted

    def run_once(self, now: datetime) -> int:
        """Write down what was counted; always 0, because nothing has to be looked at again for it."""
        if self._noted is not None and abs(now - self._noted) < BETWEEN_NOTES:
            return 0
        self._noted = now
        with self._lock:
            rows = [
                {
                    "node_id": NOBODY, "instance": self._instance, "part": part, "last_at": one.at,
                    "turns": one.turns, "failures": one.failures, "busy_ms": round(one.busy_seconds * 1000),
                }
                for part, one in self._counts.items()
            ]  # fmt: skip
        if rows:
            with self._sessions.begin() as session:
                _write(session, rows)
                session.execute(delete(ProcessPart).where(ProcessPart.last_at < now - FORGOTTEN))
        return 0

    def _count(self, part: str, now: datetime, seconds: float, failed: int) -> None:
        with self._lock:
            one = self._counts.setdefault(part, _Count(now))
            one.at, one.turns = now, one.turns + 1
            one.failures, one.busy_seconds = one.failures + failed, one.busy_seconds + seconds


def parts(session: Session) -> Sequence[ProcessPart]:
    """The parts of all processes, by name and process."""
    return session.scalars(select(ProcessPart).order_by(ProcessPart.part, ProcessPart.instance)).all()


def last_intake(session: Session) -> datetime | None:
    """When messages of nodes were looked for last, by whichever process."""
    return session.scalar(
        select(func.max(ProcessPart.last_at, type_=ProcessPart.last_at.type)).where(ProcessPart.part == INTAKE)
    )


def _write(session: Session, rows: list[dict[str, object]]) -> None:
    new = upsert(session, _TABLE).values(rows)
    counted = {name: new.excluded[name] for name in ("last_at", "turns", "failures", "busy_ms")}
    session.execute(new.on_conflict_do_update(index_elements=["instance", "part"], set_=counted))
