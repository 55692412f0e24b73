"""The ledger of files that connectors are given: one memory in the gateway's database for workers everywhere."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session, sessionmaker

from connectors.contract import Direction, PartnerFailure
from gateway.gateway import utc_now
from gateway.partners.models import PartnerFile
from queues.tables import upsert

SENDING = "sending"
_KEY = ("partner", "direction", "name", "sha256")
_TABLE = cast(Table, PartnerFile.__table__)


class StoredLedger:
    """The files of one partner (``connectors.contract.FileLedger``). Every call is a transaction of its own.

    Who sends a file holds it for ``hold`` at most; a worker that died with it costs the others no more than that.
    """

    def __init__(self, sessions: sessionmaker[Session], partner: str, *, hold: timedelta) -> None:
        self._sessions = sessions
        self._partner = partner
        self._hold = hold

    def digests(self, direction: Direction, name: str) -> frozenset[str]:
        mine = select(PartnerFile.sha256).where(
            PartnerFile.partner == self._partner, PartnerFile.direction == direction, PartnerFile.name == name
        )
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            return frozenset(session.scalars(mine))

    def has(self, direction: Direction, name: str, sha256: str) -> bool:
        return sha256 in self.digests(direction, name)

    def add(self, direction: Direction, name: str, sha256: str) -> None:
        row = self._row(direction, name, sha256) | {"at": utc_now()}
        with self._sessions.begin() as session:
            session.execute(upsert(session, _TABLE).values(row).on_conflict_do_nothing(index_elements=_KEY))

    def remove(self, direction: Direction, name: str, sha256: str) -> None:
        with self._sessions.begin() as session:
            session.execute(delete(_TABLE).where(*self._is(direction, name, sha256)))

    @contextmanager
    def alone(self, name: str, sha256: str) -> Iterator[None]:
        holder, now = uuid.uuid4().hex, utc_now()
        with self._sessions.begin() as session:
            other = self._hold_or_who_holds_until(session, name, sha256, holder, now)
        if other is not None:
            wait = max((other - now).total_seconds(), 1)
            raise PartnerFailure("F2", f"another worker is sending {name}", retry_after=wait)
        try:
            yield
        finally:
            with self._sessions.begin() as session:
                session.execute(delete(_TABLE).where(*self._is(SENDING, name, sha256), _TABLE.c.holder == holder))

    def _hold_or_who_holds_until(
        self, session: Session, name: str, sha256: str, holder: str, now: datetime
    ) -> datetime | None:
        """Take the file, or say how long another has it; one statement decides between two at once."""
        held = {"at": now, "holder": holder, "until": now + self._hold}
        row = self._row(SENDING, name, sha256) | held
        taking = upsert(session, _TABLE).values(row)
        taking = taking.on_conflict_do_update(index_elements=_KEY, set_=held, where=_TABLE.c.until < now)
        if session.execute(taking.returning(_TABLE.c.holder)).scalar_one_or_none() is not None:
            return None
        until = session.scalar(select(_TABLE.c.until).where(*self._is(SENDING, name, sha256)))
        return until or now  # it has just been let go

    def _row(self, direction: str, name: str, sha256: str) -> dict[str, Any]:
        return {"partner": self._partner, "direction": direction, "name": name, "sha256": sha256}

    def _is(self, direction: str, name: str, sha256: str) -> list[Any]:
        return [_TABLE.c[column] == value for column, value in self._row(direction, name, sha256).items()]
