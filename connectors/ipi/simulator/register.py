"""The simulated register: five hundred invented parties, a log of what happened to them, and the files about it.

What it holds are the lines of each party's details; the service and the files are written from the same ones.
"""

import json
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from connectors.ipi.simulator import people
from connectors.ipi.simulator.people import STAMP_TIME, Party, make
from formats.fixed_width import Record
from formats.ipi import write
from formats.ipi.records import record_class
from formats.ipi.writing import DOWNLOAD_WIDTH, line_of

SUISA = {"remitting_society_code": "080", "remitting_society_name": "SUISA"}
FIRST_DAY = date(2026, 1, 5)
"""The day of the full copy; each ``advance`` is one day more."""
SET, STAMP = "IPI01080.edi", "IPI01080.txt"

_TABLES = """
CREATE TABLE IF NOT EXISTS party (base TEXT PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY, at TEXT NOT NULL, type TEXT NOT NULL, base TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS day (day TEXT NOT NULL);
"""

Told = tuple[str, Party, list[Record]]
"""Type of a transaction, the party afterwards, and its details."""


class Register:
    """Kept in a SQLite file; the first opening fills it and lays out the full copy."""

    def __init__(self, path: Path, outgoing: Path) -> None:
        self._outgoing = outgoing
        outgoing.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False)
        self._db.executescript(_TABLES)
        if self._db.execute("SELECT count(*) FROM day").fetchone()[0] == 0:
            self._found()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _found(self) -> None:
        """The parties, and the full copy with its timestamp file."""
        for party in people.everybody():
            self._keep(party)
        self._db.execute("INSERT INTO day VALUES (?)", (FIRST_DAY.isoformat(),))
        self._db.commit()
        transactions = [self._transaction("IPA", party, party.details(), FIRST_DAY) for party in self._parties()]
        content = b"".join(write(_header(FIRST_DAY, SET), [("IPA", transactions)], padded=DOWNLOAD_WIDTH))
        with zipfile.ZipFile(self._outgoing / f"{SET}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(SET, content)
        (self._outgoing / STAMP).write_text(f"{FIRST_DAY:%Y%m%d}235959\r\n", encoding="ascii")

    # -- reading --------------------------------------------------------------------------------------------------

    def log_since(self, mark: str, most: int) -> list[bytes]:
        """Lines of the log from an instant on, oldest first."""
        rows = self._db.execute("SELECT at, type, base FROM log WHERE at >= ? ORDER BY id LIMIT ?", (mark, most))
        return [line_of(_entry(place, *row)) for place, row in enumerate(rows)]

    def snapshot(self, base: str) -> list[bytes] | None:
        """The lines of one party as it is; None for one the register does not have."""
        party = self._party(base)
        if party is None:
            return None
        day = date.fromisoformat(self._db.execute("SELECT day FROM day").fetchone()[0])
        records = self._transaction("IPA", party, party.details(), day)
        for place, record in enumerate(records):
            record.transaction_seq, record.detail_seq = 0, place
        return [line_of(record, DOWNLOAD_WIDTH) for record in records]

    def _party(self, base: str) -> Party | None:
        row = self._db.execute("SELECT data FROM party WHERE base = ?", (base,)).fetchone()
        return None if row is None else Party.from_json(json.loads(row[0]))

    def _parties(self) -> Iterator[Party]:
        for (data,) in self._db.execute("SELECT data FROM party ORDER BY base").fetchall():
            yield Party.from_json(json.loads(data))

    def _keep(self, party: Party) -> None:
        self._db.execute("INSERT OR REPLACE INTO party VALUES (?, ?)", (party.base, json.dumps(party.as_json())))

    # -- a day more -----------------------------------------------------------------------------------------------

    def advance(self) -> Path:
        """Let a day go by and lay out its daily file; everything in it stands in the log too."""
        before = date.fromisoformat(self._db.execute("SELECT day FROM day").fetchone()[0])
        day = before + timedelta(days=1)
        groups: list[tuple[str, list[Sequence[Record]]]] = []
        for kind, party, details in self._happened(day):
            self._keep(party)
            at = f"{day:%Y%m%d}{STAMP_TIME}"
            self._db.execute("INSERT INTO log (at, type, base) VALUES (?, ?, ?)", (at, kind, party.base))
            groups.append((kind, [self._transaction(kind, party, details, day)]))
        self._db.execute("UPDATE day SET day = ?", (day.isoformat(),))
        path = self._outgoing / f"{day:%Y%m%d}.IPI"
        part = path.with_suffix(".part")
        part.write_bytes(b"".join(write(_header(day + timedelta(days=1), path.name), groups, padded=DOWNLOAD_WIDTH)))
        part.replace(path)
        self._db.commit()
        return path

    def _happened(self, day: date) -> Iterator[Told]:
        """What a day brings: somebody new, a usage, a mandate, a former name, and a duplicate that is merged."""
        number = (day - FIRST_DAY).days
        yield from people.a_day(number, day, self._known)

    def _known(self, base: str) -> Party:
        found = self._party(base)
        if found is None:
            raise LookupError(base)
        return found

    def _transaction(self, kind: str, party: Party, details: list[Record], day: date) -> list[Record]:
        """Details with their header in front."""
        refers_to = self._party(party.refers_to) or party
        header = make(
            kind,
            transaction_date=day,
            transaction_time=STAMP_TIME,
            **SUISA,
            ip_base_number=party.base,
            status_code=party.status,
            ip_name_number=party.patronym,
            name_type="PA",
            ref_ip_base_number=party.refers_to,
            ref_status_code=refers_to.status,
            ref_ip_name_number=refers_to.patronym,
            ref_name_type="PA",
        )
        return [header, *details]


def _header(day: date, name: str) -> Record:
    return make(
        "HDR", sender_type="SO", sender_id="080", sender_name="SUISA", version="01.00", creation_date=day,
        creation_time="010203", transmission_date=day, file_name=name[:15],
    )  # fmt: skip


def _entry(place: int, at: str, kind: str, base: str) -> Record:
    values: dict[str, Any] = {"transaction_seq": place, "detail_seq": 0, **SUISA}
    day = date(int(at[:4]), int(at[4:6]), int(at[6:8]))
    return record_class("TLS")(
        record_type="TLS", transaction_date=day, transaction_time=at[8:], transaction_type=kind, ip_base_number=base,
        user_name="SIM", **values,
    )  # fmt: skip
