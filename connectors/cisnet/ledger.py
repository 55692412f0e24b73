"""The client's memory of files: what was sent and what was collected, so that nothing is picked up twice."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

Direction = Literal["renaming", "sent", "collected"]
"""``renaming``: written completely, and about to be given its name; so a process that dies then is no riddle."""

_TABLE = """
CREATE TABLE IF NOT EXISTS file (
    direction TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (direction, name, sha256)
)
"""


class Ledger:
    """Names with the SHA-256 of their bytes. Each call opens and closes the file, so threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def has(self, direction: Direction, name: str, sha256: str) -> bool:
        """Whether exactly this file went that way."""
        query = "SELECT 1 FROM file WHERE direction = ? AND name = ? AND sha256 = ?"
        with self._open() as database:
            return database.execute(query, (direction, name, sha256)).fetchone() is not None

    def digests(self, direction: Direction, name: str) -> frozenset[str]:
        """The digests of all files of this name that went that way."""
        query = "SELECT sha256 FROM file WHERE direction = ? AND name = ?"
        with self._open() as database:
            return frozenset(row[0] for row in database.execute(query, (direction, name)))

    def add(self, direction: Direction, name: str, sha256: str) -> None:
        """Remember a file; once more changes nothing."""
        with self._open() as database:
            database.execute("INSERT OR IGNORE INTO file VALUES (?, ?, ?)", (direction, name, sha256))

    def remove(self, direction: Direction, name: str, sha256: str) -> None:
        """Forget a file."""
        query = "DELETE FROM file WHERE direction = ? AND name = ? AND sha256 = ?"
        with self._open() as database:
            database.execute(query, (direction, name, sha256))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=10)
        try:
            with database:
                database.execute(_TABLE)
                yield database
        finally:
            database.close()
