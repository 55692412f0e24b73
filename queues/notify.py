"""Hints that there is something to do, so that nobody has to look all the time.

On PostgreSQL a transaction that posts a message or adds a job notifies every process that listens, at its commit. On
SQLite only the own process is woken. A hint may be lost; whoever waits looks now and then anyway.
"""

import selectors
import socket
from collections.abc import Iterable
from typing import cast

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

_RUNG = "kora_rung"
_RING, _LISTEN = text("NOTIFY kora"), text("LISTEN kora")


def ring(session: Session) -> None:
    """Tell those who listen, when the caller's transaction commits; the second call in a transaction costs nothing."""
    if session.get_bind().dialect.name != "postgresql":
        return
    connection = session.connection()
    here = session.get_nested_transaction() or session.get_transaction()
    if session.info.get(_RUNG) is not here:
        connection.execute(_RING)
        session.info[_RUNG] = here


class Bell:
    """What one thread waits at: for a call of this process, a notification of the database, or bytes on a socket."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._listens = engine.dialect.name == "postgresql"
        self._line: Connection | None = None
        self._mine, self._others = socket.socketpair()
        for end in (self._mine, self._others):
            end.setblocking(False)

    def ring(self) -> None:
        """Wake who waits, or who will wait next; from any thread."""
        try:
            self._others.send(b"!")
        except OSError:
            return  # full: it rings already; closed: nobody waits any more

    def wait(self, seconds: float, sockets: Iterable[int] = ()) -> None:
        """Until it rings, something can be read from one of the sockets, or the time is over."""
        with selectors.DefaultSelector() as selector:
            watched = {self._mine.fileno(), *sockets, *self._database()}
            for number in watched:
                selector.register(number, selectors.EVENT_READ)
            selector.select(seconds)
        self._be_quiet()

    def close(self) -> None:
        self._hang_up()
        self._mine.close()
        self._others.close()

    def _database(self) -> list[int]:
        """The socket of the connection that listens; none while the database cannot be reached."""
        if not self._listens:
            return []
        try:
            if self._line is None:
                line = self._engine.connect()
                self._line = line.execution_options(isolation_level="AUTOCOMMIT")
                self._line.execute(_LISTEN)
            return [self._driver(self._line).fileno()]
        except (SQLAlchemyError, psycopg.Error):
            self._hang_up()
            return []

    def _be_quiet(self) -> None:
        """Take what was said; all of it means the same."""
        try:
            while self._mine.recv(4096):
                pass
        except BlockingIOError:
            pass
        if self._line is not None:
            try:
                for _ in self._driver(self._line).notifies(timeout=0):
                    pass
            except psycopg.Error:
                self._hang_up()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.invalidate()  # nobody else must inherit a connection that listens
            line.close()

    @staticmethod
    def _driver(line: Connection) -> psycopg.Connection:
        return cast(psycopg.Connection, line.connection.driver_connection)
