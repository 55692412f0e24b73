"""A full load of the register: the new directory is built beside the old one, which answers until both change places.

Rows go into tables of their own, which become the directory in one transaction. Nothing of a load that failed shows.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from psycopg import sql
from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, DropTable

from gateway.database import metadata
from gateway.ipi import feeds
from gateway.ipi.deflating import deflated, inflated
from gateway.ipi.models import LONGEST_KEY, OF_THE_DIRECTORY, IpiCode, IpiFeed, IpiWanted
from gateway.ipi.preparing import Batch, Row, Told, batches
from interface.vault import Vault
from mappings.identity.names import forms

log = logging.getLogger(__name__)

PARTY, NAME, KEY = TABLES = tuple(cast(Table, model.__table__) for model in OF_THE_DIRECTORY)

_BESIDE = MetaData(naming_convention=metadata.naming_convention)


def _beside(table: Table) -> Table:
    """The table in which a new one is built. PostgreSQL keeps the names of indexes apart in the whole database."""
    made = table.to_metadata(_BESIDE, name=f"{table.name}_new")
    made.primary_key.name = f"pk_{table.name}_new"
    return made


NEW_PARTY, NEW_NAME, NEW_KEY = NEW = tuple(map(_beside, TABLES))
KEYS_AS_THEY_COME = Table("ipi_key_stage", _BESIDE, Column("hash", BigInteger), Column("party_id", Integer))
"""The keys of the directory are filled from it in their order, which is many times faster."""


class NoMark(ValueError):
    """A set of files came without the instant up to which it is complete."""


class Unfit(ValueError):
    """The files are no full copy of the register, or are not whole; the directory stays as it was."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did; counts are transactions but for ``parties`` and ``names``."""

    transactions: int
    applied: int
    skipped: int
    parties: int
    names: int
    mark: str
    mark_source: str
    """timestamp (a file said so), option, or transactions (the newest of them)."""
    seconds: float


def place_of(base: str) -> str:
    """Where a party's document is sealed for."""
    return f"ipi_party/body/{base}"


def seal(vault: Vault, content: bytes, base: str) -> bytes:
    """A party's document as it is stored."""
    return vault.seal(deflated(content), place_of(base))


def unseal(vault: Vault, body: bytes, base: str) -> bytes:
    """A party's document again."""
    return inflated(vault.open(body, place_of(base)))


def load(
    engine: Engine, vault: Vault, paths: Sequence[Path], told: Told, *, as_of: str | None, now: datetime
) -> Loaded:
    """Replace the directory by what the files say. ``told`` is filled on the way, also when the load fails.

    Raises NoMark when a set has neither timestamp file nor ``as_of``, Unfit when the files must not replace anything.
    """
    began = time.monotonic()
    data, stamp = _stamp_among(paths)
    mark, source = (as_of, "option") if as_of else (stamp, "timestamp")
    if mark is None and any(feeds.is_of_a_set(path.name) for path in data):
        raise NoMark
    filled = _Filled()
    _clear(engine)
    try:
        for batch in batches(data, told):
            _put(engine, vault, batch, filled)
        if told.unfit or not filled.parties:
            raise Unfit
        if mark is None:
            mark, source = told.newest, "transactions"
        with engine.begin() as connection:
            _arrange(connection)
        doubles = _swap(engine, mark, data[-1].name, told, filled, now)
    except BaseException:
        with suppress(Exception):  # the first failure is the one to tell
            _clear(engine)
        raise
    skipped = told.skipped + doubles
    applied = told.transactions - skipped
    parties = filled.parties - doubles
    seconds = round(time.monotonic() - began, 3)
    log.info("ipi directory loaded", extra={"parties": parties, "mark": mark, "seconds": seconds})
    return Loaded(told.transactions, applied, skipped, parties, filled.names, mark, source, seconds)


def _stamp_among(paths: Sequence[Path]) -> tuple[list[Path], str | None]:
    """The data files, and what the timestamp file among them says."""
    data: list[Path] = []
    stamp: str | None = None
    for path in paths:
        small = path.stat().st_size <= feeds.LARGEST_TIMESTAMP_BYTES
        found = feeds.mark_in(path.read_bytes()) if small else None
        if found is None:
            data.append(path)
        else:
            stamp = found
    return data, stamp


# -- filling ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Filled:
    parties: int = 0
    names: int = 0
    codes: list[Row] = field(default_factory=list)


def _clear(engine: Engine) -> None:
    """Empty tables for a new directory; those of a load that died are dropped."""
    with engine.begin() as connection:
        for table in (KEYS_AS_THEY_COME, *NEW):
            connection.execute(DropTable(table, if_exists=True))
            connection.execute(CreateTable(table))


def _put(engine: Engine, vault: Vault, batch: Batch, filled: _Filled) -> None:
    first = filled.parties + 1
    documents = ((deflated(row[-1].encode("cp1252", "as-they-came")), place_of(row[0])) for row in batch.parties)
    bodies = vault.seal_all(documents)
    parties = [
        (first + place, *row[:-1], body) for place, (row, body) in enumerate(zip(batch.parties, bodies, strict=True))
    ]
    names, keys = _names_and_keys(batch.names, first)
    with engine.begin() as connection:
        put = _copied if connection.dialect.name == "postgresql" else _inserted
        put(connection, NEW_PARTY, parties)
        put(connection, NEW_NAME, names)
        put(connection, KEYS_AS_THEY_COME, keys)
    filled.parties += len(parties)
    filled.names += len(batch.names)
    filled.codes += batch.codes


def _names_and_keys(rows: list[Row], first: int) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Names with their sort keys, and what the parties are found by; a party counts each key once."""
    names: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    for place, number, parent, kind, name, first_name in rows:
        key, heard = forms(name, first_name)
        names.append((first + place, number, parent, kind, name, first_name, key[:LONGEST_KEY]))
        keys += [(one, first + place) for one in heard]  # doubles go when they are put in order
    return names, keys


def _inserted(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """The driver gets the rows as they are: to look at each would cost more than the database does."""
    if rows:
        connection.exec_driver_sql(str(insert(table).compile(dialect=connection.dialect)), rows)


def _copied(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    raw: Any = connection.connection.driver_connection
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table.name))
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


# -- changing places --------------------------------------------------------------------------------------------------


def _arrange(connection: Connection) -> None:
    """What can be made ready while the old directory still answers."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA cache_size = -16000"))
    ordered = select(KEYS_AS_THEY_COME).distinct().order_by(KEYS_AS_THEY_COME.c.hash, KEYS_AS_THEY_COME.c.party_id)
    connection.execute(insert(NEW_KEY).from_select(["hash", "party_id"], ordered))
    connection.execute(DropTable(KEYS_AS_THEY_COME))
    if connection.dialect.name == "postgresql":
        _forget_doubles(connection, *NEW)
        for old, new in zip(TABLES, NEW, strict=True):
            for index in old.indexes:
                columns = [new.c[column.name] for column in index.columns]
                connection.execute(CreateIndex(Index(f"{index.name}_new", *columns, unique=index.unique)))
            # Without a count of its rows the server would read the whole table for every question.
            _told(connection, "ANALYZE %(table)s", table=new.name)


def _swap(engine: Engine, mark: str, file: str, told: Told, filled: _Filled, now: datetime) -> int:
    """Make the new tables the directory; returns how many parties stood in the files twice.

    SQLite cannot rename an index, so its own are made here; readers still see the old directory meanwhile.
    """
    with engine.begin() as connection:
        for old, new in zip(TABLES, NEW, strict=True):
            connection.execute(DropTable(old))
            _rename(connection, "TABLE", new.name, old.name)
        if connection.dialect.name == "postgresql":
            for table in TABLES:
                for name in (f"pk_{table.name}", *(str(index.name) for index in table.indexes)):
                    _rename(connection, "INDEX", f"{name}_new", name)
        else:
            _forget_doubles(connection, *TABLES)
            for index in (index for table in TABLES for index in table.indexes):
                connection.execute(CreateIndex(index))
        held = connection.scalar(select(func.count()).select_from(PARTY)) or 0
        _remember(connection, mark, file, told, filled, now)
    return filled.parties - held


def _rename(connection: Connection, what: str, old: str, new: str) -> None:
    _told(connection, "ALTER %(what)s %(old)s RENAME TO %(new)s", what=what, old=old, new=new)


def _told(connection: Connection, statement: str, **names: str) -> None:
    """A statement about tables; names are those of our own metadata."""
    command: Any = DDL(statement, context=names)  # type: ignore[no-untyped-call]
    connection.execute(command)


def _forget_doubles(connection: Connection, party: Table, name: Table, key: Table) -> None:
    """Of a party that stands in the files twice the last is kept."""
    by_base = Index("ix_ipi_party_stage_base", party.c.base)
    connection.execute(CreateIndex(by_base))
    later = party.alias()
    twice = select(party.c.id).join(later, (later.c.base == party.c.base) & (later.c.id > party.c.id)).distinct()
    doubles = list(connection.scalars(twice))
    connection.execute(DropIndex(by_base))
    party.indexes.discard(by_base)
    for column in (name.c.party_id, key.c.party_id, party.c.id):
        for at in range(0, len(doubles), 500):
            connection.execute(delete(column.table).where(column.in_(doubles[at : at + 500])))


def _remember(connection: Connection, mark: str, file: str, told: Told, filled: _Filled, now: datetime) -> None:
    connection.execute(delete(IpiFeed))
    connection.execute(insert(IpiFeed).values(kind="load", mark=mark, file=file, transaction=0))
    connection.execute(delete(IpiWanted))
    if told.broken:
        why = {"since": now, "why": "broken-transaction"}
        connection.execute(insert(IpiWanted), [{"base": base, **why} for base in sorted(set(told.broken))])
    if filled.codes:
        connection.execute(delete(IpiCode))
        last = {(list_, code, language): fields for list_, code, language, fields in filled.codes}
        rows = [
            {"list": list_, "code": code, "language": language, "fields": fields}
            for (list_, code, language), fields in last.items()
        ]
        connection.execute(insert(IpiCode), rows)
