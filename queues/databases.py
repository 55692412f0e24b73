"""Engines: SQLite for one office on one machine, PostgreSQL for everything larger."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from queues.sqlite import prepare

POOL_SIZE = 10
"""Connections one process keeps: eight threads of pages, the carrier, the partners."""
OVERFLOW = 10
WAIT_SECONDS = 30
RESTED_SECONDS = 5
"""A connection that nobody used for so long may have been closed by the server."""
_CHANGING_TABLES = 7_061_926
"""Number of the advisory lock of whoever changes the tables; any number that nobody else uses."""


def open_database(url: str) -> Engine:
    """An engine for the URL. On SQLite every writing transaction takes the write lock at its beginning.

    On PostgreSQL a transaction is READ COMMITTED: what must not change under a reader's hands is read under a row
    lock. A connection that the server closed meanwhile is replaced before it is used. Errors name the statement without
    its values, because they end in logs, and people's names are among the values (S-24).
    """
    if make_url(url).get_backend_name() == "sqlite":
        return prepare(create_engine(url, hide_parameters=True))
    engine = create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=WAIT_SECONDS,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
    )
    return _checked_after_rest(engine)


def _checked_after_rest(engine: Engine) -> Engine:
    """A connection that rested is tried before it is used; to try one in use each time would cost a question each."""

    @event.listens_for(engine, "checkin")
    def _rests(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wakes(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
        if time.monotonic() - record.info.get("since", time.monotonic()) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("the server closed the connection") from error

    return engine


def only_one_changes_tables(connection: Connection) -> None:
    """Wait until no other process changes the tables of this database, until the end of the transaction.

    SQLite does that by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _CHANGING_TABLES})


def beside(url: str, name: str) -> str:
    """The URL of ``<database of url>_<name>`` on the same server of PostgreSQL; the database is made when missing."""
    whole = make_url(url)
    wanted = f"{whole.database}_{name}"
    with _server(url) as connection:
        there = connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": wanted})
        if not there:
            connection.exec_driver_sql(f"CREATE DATABASE {_quoted(connection, wanted)}")
    return whole.set(database=wanted).render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Remove a database of PostgreSQL with everything in it; whoever is connected under our account is cut off."""
    whole = make_url(url)
    ours = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name AND usename = current_user"
    )
    with _server(whole.set(database="postgres").render_as_string(hide_password=False)) as connection:
        connection.execute(ours, {"name": whole.database})
        # Not WITH (FORCE): that fails while the server itself tidies the database up, and this waits for it.
        connection.exec_driver_sql(f"DROP DATABASE {_quoted(connection, str(whole.database))}")


@contextmanager
def _server(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
