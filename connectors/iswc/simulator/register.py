"""The simulated database's state, one SQLite file: works, numbers with their links, tasks, and what was told."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from formats.identifiers import iswc
from formats.iswc.json import keys
from formats.iswc.transactions import Add
from mappings.iswc.chains import preferred

_SCHEMA = """
CREATE TABLE IF NOT EXISTS work (
    id INTEGER PRIMARY KEY, agency TEXT NOT NULL, source_db TEXT NOT NULL, code TEXT NOT NULL, iswc TEXT NOT NULL,
    eligible INTEGER NOT NULL, deleted INTEGER NOT NULL, body TEXT NOT NULL, stored_at TEXT NOT NULL,
    changed_at TEXT NOT NULL, UNIQUE (agency, source_db, code)
);
CREATE INDEX IF NOT EXISTS work_iswc ON work (iswc);
CREATE TABLE IF NOT EXISTS creator (work INTEGER NOT NULL, base TEXT NOT NULL, PRIMARY KEY (base, work)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS number (iswc TEXT PRIMARY KEY, parent TEXT, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL,
    from_agency TEXT NOT NULL, to_agency TEXT NOT NULL, iswc TEXT NOT NULL, undo TEXT NOT NULL, text TEXT
);
CREATE TABLE IF NOT EXISTS move (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, child TEXT NOT NULL, parent TEXT NOT NULL, by_agency TEXT NOT NULL,
    at TEXT NOT NULL
);
"""
FIRST_ISWC = 960_000_000
"""Body of the invented numbers, from T-960.000.001 on; no agency has reached this range."""


class Refusal(Exception):
    """The database refuses; the argument is the agency's number."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Stored:
    """A work as it stands in the database; ``iswc`` is the number it was given, whatever that was merged into."""

    id: int
    iswc: str
    eligible: bool
    deleted: bool
    work: Add
    stored_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task, with what its rejection undoes."""

    id: int
    kind: str
    status: str
    created_at: str
    from_agency: str
    to_agency: str
    iswc: str
    undo: str
    text: str | None


@dataclass(frozen=True, slots=True)
class StoredMove:
    """A merge or demerge as told to others."""

    id: int
    kind: str
    child: str
    parent: str
    by_agency: str
    at: str


class Register:
    """Not for several threads at once. Changes count once ``commit`` was called."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        self.commit, self.rollback, self.close = self._db.commit, self._db.rollback, self._db.close

    # -- numbers ----------------------------------------------------------------------------------------------------

    def new_number(self, now: datetime) -> str:
        """An invented ISWC with a right check digit."""
        taken: int = self._db.execute("SELECT count(*) FROM number").fetchone()[0]
        while True:
            taken += 1
            body = str(FIRST_ISWC + taken)
            number = f"T{body}{iswc.check_digit(body)}"
            if not self.exists(number):
                return self.add_number(number, now)

    def add_number(self, number: str, now: datetime) -> str:
        """A number that an agency allocated itself."""
        self._db.execute("INSERT INTO number VALUES (?, NULL, ?)", (number, now.isoformat()))
        return number

    def exists(self, number: str) -> bool:
        """Whether anybody was ever given this number."""
        return self._db.execute("SELECT 1 FROM number WHERE iswc = ?", (number,)).fetchone() is not None

    def parents(self) -> dict[str, str]:
        """Every merged number and what it was merged into."""
        return dict(self._db.execute("SELECT iswc, parent FROM number WHERE parent IS NOT NULL"))

    def top(self, number: str) -> str:
        """The preferred number; links never make a circle here, because merging refuses it."""
        return preferred(number, self.parents()).number or number

    def link(self, child: str, parent: str | None) -> None:
        """Merge a number away, or with None make it itself again."""
        self._db.execute("UPDATE number SET parent = ? WHERE iswc = ?", (parent, child))

    def created_at(self, number: str) -> str:
        """When the number was given."""
        at: str = self._db.execute("SELECT created_at FROM number WHERE iswc = ?", (number,)).fetchone()[0]
        return at

    # -- works ------------------------------------------------------------------------------------------------------

    def find(self, agency: str | None, code: str | None, source_db: str | None = None) -> Stored | None:
        """The work an agency sent under a code."""
        where = "agency = ? AND code = ? AND (? IS NULL OR source_db = ?)"
        row = self._db.execute(f"{_WORK} WHERE {where}", (agency, code, source_db, source_db)).fetchone()
        return _stored(row) if row else None

    def on(self, numbers: Iterable[str]) -> list[Stored]:
        """The works that were given one of these numbers, oldest first, deleted ones too."""
        found = [row for number in numbers for row in self._db.execute(f"{_WORK} WHERE iswc = ?", (number,))]
        return sorted(map(_stored, found), key=lambda stored: stored.id)

    def living(self, number: str) -> list[Stored]:
        """The works on a preferred number and on those merged into it, without the deleted ones."""
        below = dict.fromkeys(each for each in (number, *self.parents()) if self.top(each) == number)
        return [stored for stored in self.on(below) if not stored.deleted]

    def by_creators(self, bases: Iterable[str]) -> Iterator[Stored]:
        """Works that one of these people made, each once, oldest first."""
        ids = {row[0] for base in bases for row in self._db.execute("SELECT work FROM creator WHERE base = ?", (base,))}
        for one in sorted(ids):
            yield _stored(self._db.execute(f"{_WORK} WHERE id = ?", (one,)).fetchone())

    def keep(self, work: Add, number: str, bases: Iterable[str], *, eligible: bool, now: datetime) -> Stored:
        """Store a work or its new state, with the number it is given."""
        body, at = json.dumps(keys.ADD.write(work)), now.isoformat()
        row = self._db.execute(
            "INSERT INTO work VALUES (NULL, ?, ?, ?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO UPDATE SET iswc = excluded.iswc, "
            "eligible = excluded.eligible, deleted = 0, body = excluded.body, changed_at = excluded.changed_at "
            "RETURNING id",
            (work.agency, work.source_db, work.work_code, number, eligible, body, at, at),
        ).fetchone()
        self._db.execute("DELETE FROM creator WHERE work = ?", row)
        self._db.executemany("INSERT INTO creator VALUES (?, ?)", [(row[0], base) for base in sorted(set(bases))])
        return _stored(self._db.execute(f"{_WORK} WHERE id = ?", row).fetchone())

    def withdraw(self, stored: Stored) -> None:
        """Mark an eligible work as deleted, forget another."""
        if stored.eligible:
            self._db.execute("UPDATE work SET deleted = 1 WHERE id = ?", (stored.id,))
        else:
            self._db.execute("DELETE FROM work WHERE id = ?", (stored.id,))
        self._db.execute("DELETE FROM creator WHERE work = ?", (stored.id,))

    # -- tasks and moves --------------------------------------------------------------------------------------------

    def add_task(self, kind: str, by: str, to: str, number: str, undo: str, now: datetime) -> int:
        """A task for another agency; its number."""
        row = self._db.execute(
            "INSERT INTO task VALUES (NULL, ?, 'Outstanding', ?, ?, ?, ?, ?, NULL) RETURNING id",
            (kind, now.isoformat(), by, to, number, undo),
        ).fetchone()
        task: int = row[0]
        return task

    def tasks(self) -> list[StoredTask]:
        """All tasks, oldest first."""
        return [StoredTask(*row) for row in self._db.execute("SELECT * FROM task ORDER BY id")]

    def set_task(self, task: int, status: str, text: str | None = None) -> None:
        """What became of a task."""
        self._db.execute("UPDATE task SET status = ?, text = ? WHERE id = ?", (status, text, task))

    def add_move(self, kind: str, child: str, parent: str, by: str, now: datetime) -> None:
        """A merge (MER) or demerge (DMR) to tell others of."""
        row = (kind, child, parent, by, now.isoformat())
        self._db.execute("INSERT INTO move VALUES (NULL, ?, ?, ?, ?, ?)", row)

    def moves(self, kind: str, after: int) -> list[StoredMove]:
        """Moves of a kind after the one with this id."""
        query = "SELECT * FROM move WHERE kind = ? AND id > ? ORDER BY id"
        return [StoredMove(*row) for row in self._db.execute(query, (kind, after))]


_WORK = "SELECT id, iswc, eligible, deleted, body, stored_at, changed_at FROM work"


def _stored(row: tuple[int, str, int, int, str, str, str]) -> Stored:
    number, iswc_of_work, eligible, deleted, body, stored_at, changed_at = row
    work = keys.ADD.read(json.loads(body))
    return Stored(number, iswc_of_work, bool(eligible), bool(deleted), work, stored_at, changed_at)
