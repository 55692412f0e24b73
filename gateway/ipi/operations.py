"""Following the register: daily files and single parties as its web service gives them.

Each transaction is applied whole or not at all. One that speaks of a party the directory does not have, or that cannot
be used, makes nothing up: the party is wanted, and is fetched whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from formats.archives import NotOneFile, TooLargeUnpacked, unpacked
from formats.detect import detect
from formats.ipi import Reader, Transaction
from formats.ipi.standard import ABOUT_A_PARTY
from formats.problems import Problem
from gateway.ipi import feeds, rules
from gateway.ipi.documents import Document, Name, document, facts, from_bytes, in_order, to_bytes
from gateway.ipi.loading import seal, unseal
from gateway.ipi.models import LONGEST_KEY, IpiCode, IpiFeed, IpiKey, IpiName, IpiParty, IpiWanted
from gateway.ipi.preparing import Told, codes_of, stamp_of
from interface.vault import Vault
from mappings.identity.names import keys, sort_key
from queues.tables import upsert

AT_A_TIME = 500
"""Transactions that are committed together."""
DAILY, LOAD, DELTA = "daily", "load", "delta"
MISSING, BROKEN = "missing-base", "broken-transaction"


class Gap(ValueError):
    """Daily files are missing; the arguments are the first and the last day of them."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first:%Y%m%d} to {last:%Y%m%d}")
        self.first, self.last = first, last


@dataclass(slots=True)
class Applied:
    """What became of transactions: every one is in exactly one of the three counts."""

    applied: int = 0
    skipped: int = 0
    missing_base: int = 0
    wanted: dict[str, str] = field(default_factory=dict)
    """Base number to why it is to be fetched whole."""
    changed: dict[str, None] = field(default_factory=dict)
    """Parties that are not as they were, in the order in which they changed."""
    told: Told = field(default_factory=Told)

    @property
    def transactions(self) -> int:
        return self.applied + self.skipped + self.missing_base


# -- daily files ------------------------------------------------------------------------------------------------------


def apply_files(
    sessions: sessionmaker[Session], vault: Vault, paths: Sequence[Path], *, gap_ok: bool, now: Callable[[], datetime]
) -> Applied:
    """Apply daily files in the order of their days, then others in the order given. Raises Gap.

    A run that was cut off goes on after its last commit. What is older than the last full load changes nothing.
    """
    ordered = sorted(paths, key=lambda path: feeds.day_of(path.name) or date.max)
    _refuse_a_gap(sessions, ordered, gap_ok)
    done = Applied()
    for path in ordered:
        _apply_file(sessions, vault, path, done, now)
    return done


def _refuse_a_gap(sessions: sessionmaker[Session], paths: Iterable[Path], gap_ok: bool) -> None:
    days = [day for day in (feeds.day_of(path.name) for path in paths) if day is not None]
    with sessions() as session:
        missing = feeds.gap(_last_day(session), days)
    if missing is not None and not gap_ok:
        raise Gap(*missing)


def _last_day(session: Session) -> date | None:
    """The last day that is in: of the daily files, else of the load."""
    marks = [feed.mark for feed in session.scalars(select(IpiFeed).where(IpiFeed.kind.in_((DAILY, LOAD))))]
    return max((date.fromisoformat(mark[:8]) for mark in marks if mark), default=None)


def _apply_file(
    sessions: sessionmaker[Session], vault: Vault, path: Path, done: Applied, now: Callable[[], datetime]
) -> None:
    try:
        with path.open("rb") as packed, unpacked(packed) as stream:
            found = detect(stream)
            if found is not None and found.format == "ipi":
                _apply_stream(sessions, vault, stream, path.name, done, now)
                return
        done.told.add([Problem("KORA-UNKNOWN-FORMAT", line=1)], path.name)
    except (NotOneFile, TooLargeUnpacked):
        done.told.add([Problem("FIL-E-001", line=1)], path.name)


def _apply_stream(
    sessions: sessionmaker[Session],
    vault: Vault,
    stream: BinaryIO,
    name: str,
    done: Applied,
    now: Callable[[], datetime],
) -> None:
    reader = Reader(stream)
    transactions = iter(reader)
    with sessions() as session:
        behind = _committed(session, name)
    for transaction in islice(transactions, behind):
        done.told.add(transaction.problems, name)
        done.skipped += 1
    count = behind
    while several := list(islice(transactions, AT_A_TIME)):
        count += len(several)
        with sessions.begin() as session:
            apply(session, vault, several, done, file=name, now=now())
            _mark_daily(session, name, count)
    done.told.add(reader.problems, name)
    with sessions.begin() as session:
        _mark_daily(session, name, 0)


def _committed(session: Session, file: str) -> int:
    feed = session.get(IpiFeed, DAILY)
    return feed.transaction if feed is not None and feed.file == file else 0


def _mark_daily(session: Session, file: str, transaction: int) -> None:
    """Remember how far a file is applied; its day is in when all of it is (0)."""
    feed = session.get(IpiFeed, DAILY)
    if feed is None:
        feed = IpiFeed(kind=DAILY, mark="", transaction=0)
        session.add(feed)
    feed.file, feed.transaction = file, transaction
    day = feeds.day_of(file)
    if day is not None and not transaction:
        feed.mark = max(feed.mark, f"{day:%Y%m%d}")


# -- transactions -----------------------------------------------------------------------------------------------------


def apply(
    session: Session, vault: Vault, transactions: Sequence[Transaction], done: Applied, *, file: str, now: datetime
) -> None:
    """Apply transactions in their order. The parties they speak of are read at once and written at once."""
    parties = _Parties(session, vault, {base for each in transactions for base in rules.bases_of_any(each)})
    loaded = session.get(IpiFeed, LOAD)
    since = loaded.mark if loaded is not None else ""
    for transaction in transactions:
        if transaction.problems:
            done.told.add(transaction.problems, file)
        if transaction.type == "IDA" and transaction.is_sound:
            _keep_codes(session, transaction)
            done.applied += 1
        elif transaction.type not in ABOUT_A_PARTY or stamp_of(transaction) <= since:
            done.skipped += 1
        elif not transaction.is_sound or not rules.bases_of(transaction):
            done.skipped += 1
            done.wanted |= dict.fromkeys(rules.bases_of(transaction), BROKEN)
        else:
            _apply_one(parties, transaction, done, file)
    parties.write(done)
    _want(session, done.wanted, now)


def _apply_one(parties: "_Parties", transaction: Transaction, done: Applied, file: str) -> None:
    """Each party it speaks of by itself: a name that moves leaves one even if the other is not known here."""
    missing, changed = False, False
    for change in rules.changes(transaction):
        known = parties.get(change.base)
        if known is None and change.kind != rules.SNAPSHOT:
            done.wanted.setdefault(change.base, MISSING)
            missing = True
            continue
        outcome = rules.applied(known or {}, change)
        done.told.add(outcome.problems, file)
        if outcome.changed:
            parties.put(change.base, outcome.document, stamp_of(transaction))
            changed = True
        if change.kind == rules.SNAPSHOT:
            done.wanted.pop(change.base, None)
            parties.found.add(change.base)
    if missing:
        done.missing_base += 1
    elif changed:
        done.applied += 1
    else:
        done.skipped += 1


def replace_parties(session: Session, vault: Vault, snapshots: Sequence[Transaction], *, now: datetime) -> Applied:
    """Parties as the web service gives them now; what hangs on each is replaced. They are wanted no longer.

    Unlike daily files they may be older than the last load's mark: they say how a party is, not what happened to it.
    """
    done = Applied()
    parties = _Parties(session, vault, {base for each in snapshots for base in rules.bases_of_any(each)})
    for transaction in snapshots:
        done.told.add(transaction.problems, "")
        if transaction.type == rules.SNAPSHOT and transaction.is_sound and rules.bases_of(transaction):
            _apply_one(parties, transaction, done, "")
        else:
            done.skipped += 1
    parties.write(done)
    return done


def set_mark(session: Session, kind: str, mark: str) -> None:
    """Remember up to which instant of the register's clock a feed was followed."""
    feed = session.get(IpiFeed, kind)
    if feed is None:
        session.add(IpiFeed(kind=kind, mark=mark, transaction=0))
    else:
        feed.mark = mark


def last_mark(session: Session) -> str | None:
    """Up to when the directory is complete, by the feed that is farthest."""
    return max(filter(None, session.scalars(select(IpiFeed.mark))), default=None)


def _want(session: Session, wanted: dict[str, str], now: datetime) -> None:
    if wanted:
        written = upsert(session, cast(Table, IpiWanted.__table__)).on_conflict_do_nothing(index_elements=["base"])
        session.execute(written, [{"base": base, "since": now, "why": why} for base, why in wanted.items()])


def _keep_codes(session: Session, transaction: Transaction) -> None:
    """A list that comes again replaces the one that was."""
    rows = list(codes_of(transaction))
    session.execute(delete(IpiCode).where(IpiCode.list.in_({row[0] for row in rows})))
    last = {(list_, code, language): fields for list_, code, language, fields in rows}
    if last:
        session.execute(
            insert(IpiCode),
            [
                {"list": list_, "code": code, "language": language, "fields": fields}
                for (list_, code, language), fields in last.items()
            ],
        )


@dataclass(slots=True)
class _Held:
    """A party as it was read, and as it is now."""

    id: int | None
    document: Document
    written: list[str]
    changed_at: str = ""
    changed: bool = False


class _Parties:
    """The parties of some transactions, read with one question."""

    def __init__(self, session: Session, vault: Vault, bases: set[str]) -> None:
        self._session = session
        self._vault = vault
        self._held: dict[str, _Held] = {}
        self.found: set[str] = set()
        """Parties a snapshot came for."""
        for at in _chunks(sorted(bases)):
            for row in session.scalars(select(IpiParty).where(IpiParty.base.in_(at))):
                lines = from_bytes(unseal(vault, row.body, row.base))
                self._held[row.base] = _Held(row.id, document(lines), lines, row.changed_at)

    def get(self, base: str) -> Document | None:
        held = self._held.get(base)
        return None if held is None else held.document

    def put(self, base: str, known: Document, stamp: str) -> None:
        held = self._held.setdefault(base, _Held(None, {}, []))
        held.document, held.changed_at, held.changed = known, max(held.changed_at, stamp), True

    def write(self, done: Applied) -> None:
        """Write what changed, names and keys with it."""
        changed = {base: held for base, held in self._held.items() if held.changed}
        next_id = (self._session.scalar(select(func.max(IpiParty.id))) or 0) + 1
        for base, held in changed.items():
            if held.id is None:
                held.id, next_id = next_id, next_id + 1
                self._session.add(IpiParty(id=held.id, base=base, **_columns(self._vault, base, held)))
                self._session.flush()
            else:
                kept = update(IpiParty).where(IpiParty.id == held.id)
                self._session.execute(kept.values(**_columns(self._vault, base, held)))
            _write_names(self._session, base, held)
            done.changed[base] = None
        for at in _chunks(sorted(self.found)):
            self._session.execute(delete(IpiWanted).where(IpiWanted.base.in_(at)))


def _columns(vault: Vault, base: str, held: _Held) -> dict[str, Any]:
    lines = in_order(held.document)
    known = facts(lines, base)
    return {
        "kind": known.kind,
        "status": known.status,
        "refers_to": known.refers_to,
        "patronym": known.patronym,
        "changed_at": held.changed_at,
        "body": seal(vault, to_bytes(lines), base),
    }


def _write_names(session: Session, base: str, held: _Held) -> None:
    before, after = facts(held.written, base).names, facts(in_order(held.document), base).names
    if before == after:
        return
    session.execute(delete(IpiName).where(IpiName.party_id == held.id))
    for name in {name.number: name for name in after}.values():
        said = {"parent": name.parent, "type": name.type, "name": name.name, "first_name": name.first_name}
        key = sort_key(name.name, name.first_name)[:LONGEST_KEY]
        session.add(IpiName(party_id=held.id, number=name.number, sort_key=key, **said))
    old, new = _keys_of(before), _keys_of(after)
    session.execute(delete(IpiKey).where(IpiKey.party_id == held.id, IpiKey.hash.in_(old - new)))
    session.add_all(IpiKey(hash=key, party_id=held.id) for key in new - old)


def _keys_of(names: Iterable[Name]) -> set[int]:
    return {key for name in names for key in keys(name.name, name.first_name)}


def _chunks(bases: Sequence[str]) -> Iterator[Sequence[str]]:
    """Few enough for one statement."""
    for at in range(0, len(bases), AT_A_TIME):
        yield bases[at : at + AT_A_TIME]
