"""SQLite as a database that several threads and processes write to without losing a commit."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=ON",
)


def prepare(engine: Engine) -> Engine:
    """Make every transaction of this engine ``BEGIN IMMEDIATE`` with full synchronisation; returns the engine.

    Taking the write lock at the start avoids the failure of a transaction that read first and wants to write later.
    A connection with the execution option ``read_only=True`` begins without the lock.
    """

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def open_engine(path: Path) -> Engine:
    """An engine on the SQLite file ``path``, prepared."""
    return prepare(create_engine(f"sqlite:///{path}", hide_parameters=True))
