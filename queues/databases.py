"""Engines: SQLite for one office on one machine, PostgreSQL for everything larger."""

from sqlalchemy import Connection, Engine, create_engine, make_url, text

from queues.sqlite import prepare

POOL_SIZE = 10
"""Connections one process keeps: eight threads of pages, the carrier, the partners."""
OVERFLOW = 10
WAIT_SECONDS = 30
_CHANGING_TABLES = 7_061_926
"""Number of the advisory lock of whoever changes the tables; any number that nobody else uses."""


def open_database(url: str) -> Engine:
    """An engine for the URL. On SQLite every writing transaction takes the write lock at its beginning.

    On PostgreSQL a transaction is READ COMMITTED: what must not change under a reader's hands is read under a row
    lock. A connection that the server closed meanwhile is replaced before it is used.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return prepare(create_engine(url))
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
    )


def only_one_changes_tables(connection: Connection) -> None:
    """Wait until no other process changes the tables of this database, until the end of the transaction.

    SQLite does that by itself.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _CHANGING_TABLES})
