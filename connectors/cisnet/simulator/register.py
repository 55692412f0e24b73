"""The simulator's state, one SQLite file: works, file numbers, files taken, and answers that are still to go out."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from connectors.cisnet.simulator.answering import Registered, content_digest, title_key
from formats.cwr import Record, record_class
from formats.fixed_width import parser, render
from formats.identifiers import iswc

_SCHEMA = """
CREATE TABLE IF NOT EXISTS work (
    sender TEXT NOT NULL, number TEXT NOT NULL, running INTEGER NOT NULL, title TEXT NOT NULL, content TEXT NOT NULL,
    iswc TEXT, version TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (sender, number)
);
CREATE INDEX IF NOT EXISTS work_title ON work (title);
CREATE INDEX IF NOT EXISTS work_iswc ON work (iswc);
CREATE INDEX IF NOT EXISTS work_content ON work (content);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS taken (name TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL, outcome TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due (id INTEGER PRIMARY KEY, at TEXT NOT NULL, letter TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outgoing (name TEXT PRIMARY KEY, content BLOB NOT NULL);
"""
FIRST_ISWC = 950_000_000
"""Body of the invented numbers, from T-950.000.001 on; no agency has reached this range."""


class Register:
    """Not for several threads. Changes count once ``commit`` was called."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self.commit, self.rollback, self.close = self._db.commit, self._db.rollback, self._db.close

    def next(self, counter: str) -> int:
        """1, 2, 3 ... for each counter."""
        query = "INSERT INTO counter VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
        value: int = self._db.execute(query, (counter,)).fetchone()[0]
        return value

    def next_instant(self, now: datetime) -> datetime:
        """``now`` in whole seconds, moved on where a file was made in that second already."""
        second = int(now.timestamp())
        row = self._db.execute("SELECT value FROM counter WHERE name = 'instant'").fetchone()
        second = max(second, row[0] + 1) if row else second
        self._db.execute("INSERT OR REPLACE INTO counter VALUES ('instant', ?)", (second,))
        return datetime.fromtimestamp(second, now.tzinfo)

    # -- works ------------------------------------------------------------------------------------------------------

    def find(self, sender: str, number: str) -> Registered | None:
        """The work a sender registered under a number."""
        row = self._db.execute(f"{_SELECT} WHERE sender = ? AND number = ?", (sender, number)).fetchone()
        return _registered(row) if row else None

    def alike(self, records: Sequence[Record]) -> list[Registered]:
        """Registered works that share ISWC, title or content with these records, oldest first."""
        head = records[0]
        where = "WHERE iswc = ? OR title = ? OR content = ? ORDER BY running"
        about = (head.iswc, title_key(head.work_title), content_digest(records))
        return [_registered(row) for row in self._db.execute(f"{_SELECT} {where}", about)]

    def keep(self, sender: str, records: Sequence[Record], *, number: str | None, version: str) -> Registered:
        """Register a work or its revision, with the ISWC ``number``; it keeps the running number it has."""
        head = records[0]
        before = self.find(sender, head.submitter_work_number)
        running = before.running if before else self.next("work")
        lines = json.dumps([render(record) for record in records])
        self._db.execute(
            "INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (sender, head.submitter_work_number, running, title_key(head.work_title), content_digest(records),
             number, version, lines),
        )  # fmt: skip
        return Registered(sender, head.submitter_work_number, running, number, records)

    def new_iswc(self) -> str:
        """An invented ISWC with a right check digit."""
        body = str(FIRST_ISWC + self.next("iswc"))
        return f"T{body}{iswc.check_digit(body)}"

    # -- files ------------------------------------------------------------------------------------------------------

    def is_taken(self, name: str) -> bool:
        """Whether a file of this name was taken before."""
        return self._db.execute("SELECT 1 FROM taken WHERE name = ?", (name,)).fetchone() is not None

    def take(self, name: str, sha256: str, at: datetime, outcome: str) -> None:
        """Write into the log what became of a file."""
        self._db.execute("INSERT INTO taken VALUES (?, ?, ?, ?)", (name, sha256, at.isoformat(), outcome))

    def log(self) -> list[tuple[str, str]]:
        """Names of the files taken and what became of them, in order."""
        return list(self._db.execute("SELECT name, outcome FROM taken ORDER BY rowid"))

    def postpone(self, at: datetime, letter: str) -> None:
        """Keep an answer until its time has come."""
        self._db.execute("INSERT INTO due (at, letter) VALUES (?, ?)", (at.isoformat(), letter))

    def pop_due(self, now: datetime) -> list[str]:
        """The answers whose time has come, oldest first; they are no longer kept."""
        rows = self._db.execute("SELECT id, at, letter FROM due ORDER BY id").fetchall()
        ready = [(number, letter) for number, at, letter in rows if datetime.fromisoformat(at) <= now]
        self._db.executemany("DELETE FROM due WHERE id = ?", [(number,) for number, _ in ready])
        return [letter for _, letter in ready]

    def until_due(self, now: datetime) -> timedelta | None:
        """How long until the next answer is due; None when none waits."""
        instants = [datetime.fromisoformat(row[0]) for row in self._db.execute("SELECT at FROM due")]
        return max(min(instants) - now, timedelta()) if instants else None

    def put_out(self, name: str, content: bytes) -> None:
        """A file for the outgoing folder; it goes there after the commit."""
        self._db.execute("INSERT INTO outgoing VALUES (?, ?)", (name, content))

    def outgoing(self) -> list[tuple[str, bytes]]:
        """Files that still have to be laid into the outgoing folder."""
        return list(self._db.execute("SELECT name, content FROM outgoing ORDER BY name"))

    def laid_out(self, name: str) -> None:
        """The file is in the folder."""
        self._db.execute("DELETE FROM outgoing WHERE name = ?", (name,))


_SELECT = "SELECT sender, number, running, iswc, version, lines FROM work"


def _registered(row: tuple[str, str, int, str | None, str, str]) -> Registered:
    sender, number, running, iswc_of_work, version, lines = row
    records = parsed(json.loads(lines), version)
    records[0].iswc = iswc_of_work
    return Registered(sender, number, running, iswc_of_work, records)


def parsed(lines: Sequence[str], version: str) -> list[Record]:
    """Lines that were rendered before, as records again."""
    return [parser(record_class(line[:3], version), line[:3])(line, 0) for line in lines]
