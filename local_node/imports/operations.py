"""The verbs of imports: receive a file, import it in pieces, undo it, decide about what waits in quarantine.

A long import holds no long transaction: a few works are taken in and committed together, with the line they stand in,
so an import that is cut off goes on behind it and nothing is taken in twice.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from formats.archives import unpacked
from formats.check import MOST_LISTED
from formats.cwr import ReadContext, Reader, Transaction
from formats.lines import has_lines
from formats.problems import ERROR
from local_node.agreements import operations as agreements
from local_node.disk import Room, room_of
from local_node.imports import files, queries, rules, taking
from local_node.imports.checking import Looked, look
from local_node.imports.correcting import (
    CannotCorrect,
    Change,
    corrected_file,
    corrected_line,
    field_of,
    fitted,
    judged,
    texts_of,
)
from local_node.imports.models import Correction, ImportBatch, ImportItem, Quarantined
from local_node.imports.parties import Arrivals
from local_node.right_owners import operations as owners
from local_node.right_owners import queries as owner_queries
from local_node.works import operations as works
from local_node.works import queries as work_queries
from mappings.messages import from_json, to_json
from mappings.model import Work
from queues import jobs

TOGETHER = 50
"""Transactions taken in under one commit."""
KIND = "import"
"""Kind of the background jobs of imports."""


class AlreadyImported(ValueError):
    """The same bytes were imported before; ``number`` is that batch."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class NameUsed(ValueError):
    """A file of this name with other bytes was imported before; ``number`` is that batch."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class OneLine(ValueError):
    """The file has no line ends where there must be some, so it is none of our formats; nothing of it was kept."""


class NotNow(ValueError):
    """The batch is in a state that does not allow this; the argument is the state."""


class UsedLater(ValueError):
    """Records of the batch were changed after it, so it cannot be undone; ``subjects`` names them."""

    def __init__(self, subjects: Sequence[str]) -> None:
        super().__init__(", ".join(subjects))
        self.subjects = tuple(subjects)


class CannotTake(ValueError):
    """A quarantined work cannot be made a draft: nothing of it could be understood."""


@dataclass(frozen=True, slots=True)
class Office:
    """What an import needs beside the database: the folder of the files and the societies only this office knows."""

    sessions: sessionmaker[Session]
    folder: Path
    societies: Container[str] | None
    now: Callable[[], datetime]
    room_of: Callable[[Path], Room] = room_of


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undone batch took back; ``withdrawn`` counts the messages that tell partners."""

    works: int
    parties: int
    withdrawn: int


def receive(office: Office, stream: BinaryIO, *, name: str, by: str, same_name: bool = False) -> int:
    """Keep a file and look at it; returns the number of its batch, in state ``checked``.

    A file that was looked at before and not imported yet is the same batch. Raises AlreadyImported; NameUsed unless
    ``same_name`` says that this is meant; OneLine; ``formats.archives.NotOneFile`` and ``TooLargeUnpacked`` for a bad
    archive; OSError when the disk is full.
    """
    with unpacked(stream) as plain:
        if not has_lines(plain):
            raise OneLine(name)
        kept = files.keep(plain, office.folder)
    with office.sessions() as session:
        session.connection(execution_options={"read_only": True})
        known = queries.same_bytes(session, kept.sha256)
        if known is not None and known.state == "done":
            raise AlreadyImported(known.id)
        if known is not None:
            return known.id
        if not same_name and (other := queries.same_name(session, name)) is not None:
            raise NameUsed(other.id)
    with kept.path.open("rb") as source:
        looked = look(source, office.societies)
    with office.sessions.begin() as session:
        row = _batch(looked, name=name, kept=kept, by=by, now=office.now())
        session.add(row)
        session.flush()
        return row.id


def start(session: Session, number: int, *, in_spite: bool, node_id: str, now: datetime) -> None:
    """Let the background import a batch that was looked at, or go on with one that was cut off. Raises NotNow."""
    row = _demand(session, number, "checked", "running")
    if row.state == "checked":
        row.in_spite = in_spite
    row.state = "waiting"
    key = f"{KIND}:{number}:{now.isoformat()}"
    jobs.add(session, kind=KIND, key=key, node_id=node_id, payload_ref=str(number), now=now)


def drop(session: Session, number: int, *, by: str, now: datetime) -> None:
    """Do not import a file that was looked at. Raises NotNow."""
    row = _demand(session, number, "checked")
    row.state, row.undone_at, row.undone_by = "dropped", now, by


def correct(office: Office, number: int, change: Change, *, by: str) -> ImportBatch:
    """Correct a field of a file that was looked at, in one line or everywhere, and look at the whole file again.

    Raises LookupError, NotNow for a batch that is not only looked at, CannotCorrect.
    """
    with office.sessions.begin() as session:
        row = _demand(session, number, "checked")
        field = field_of(change.record, change.field, row.version)
        if field is None:
            raise CannotCorrect("field")
        fitted(field, change.new, row.encoding)
        session.add(
            Correction(
                batch_id=number, line=change.line, record=change.record, field=change.field, old=change.old,
                new=change.new.strip(), at=office.now(), by=by,
            )
        )  # fmt: skip
    with _content(office, number) as stream:
        looked = look(stream, office.societies)
    with office.sessions.begin() as session:
        row = _demand(session, number, "checked")
        row.found, row.records, row.transactions = looked.found, looked.records, looked.transactions
        row.problems = [rules.as_json(one) for one in looked.problems]
        row.refused = [list(one) for one in looked.refused]
        row.sender = looked.sender if looked.readable else None
        row.sender_name = looked.sender_name
    return row


def correct_held(
    office: Office, session: Session, held_id: int, change: Change, *, by: str, now: datetime
) -> tuple[Quarantined, str | None]:
    """Correct a field of a quarantined transaction and judge it again; a sound one is taken in.

    Returns its row, and the id of the work when it came in. Raises LookupError, CannotCorrect.
    """
    held = _waiting(session, held_id)
    batch = session.get_one(ImportBatch, held.batch_id)
    version, field = batch.version or "", field_of(change.record, change.field, batch.version)
    if field is None:
        raise CannotCorrect("field")
    fitted(field, change.new, "utf-8")
    numbered = enumerate(held.lines, held.line)
    lines = [corrected_line(text, number, [change], version, "utf-8") for number, text in numbered]
    with files.path_of(office.folder, batch.sha256).open("rb") as source:
        header = texts_of(source, [1], batch.encoding).get(1, "")
    context = ReadContext(office.societies)
    transaction = judged(lines, first=held.line, header=header, version=version, context=context)
    if transaction is None:
        raise CannotCorrect("field")
    taken = taking.Taken()
    work, reasons = taking.attempt(session, batch, transaction, taken, by=by, now=now)
    held.lines = lines
    if reasons is None and held.type in rules.WORKS:
        _came_in(session, batch, held, taken, by=by, now=now)
        return held, held.work_id
    found = [*transaction.problems, *(one for one in reasons or () if one not in transaction.problems)]
    held.problems = [rules.as_json(one) for one in found[: taking.MOST_PROBLEMS]]
    held.data = None if work is None else to_json(work)
    return held, None


def _came_in(
    session: Session, batch: ImportBatch, held: Quarantined, taken: taking.Taken, *, by: str, now: datetime
) -> None:
    """A corrected transaction is one of the batch's own from now on, so that undoing the batch takes it back too."""
    session.flush()
    counts = Counter[str](batch.outcome)
    counts.update(taken.counts)
    counts["quarantined"] -= 1
    batch.outcome = dict(counts)
    held.work_id = held.work_id or queries.by_source(session, "work", held.sender, held.source_number or "")
    held.state, held.decided_at, held.decided_by = "taken", now, by


def lines_of(office: Office, number: int, lines: Sequence[int]) -> dict[int, str]:
    """Lines of a batch's file by their numbers, with what people corrected in them."""
    with office.sessions() as session:
        session.connection(execution_options={"read_only": True})
        encoding = session.get_one(ImportBatch, number).encoding
    with _content(office, number) as stream:
        return texts_of(stream, lines, encoding)


@contextmanager
def _content(office: Office, number: int) -> Iterator[BinaryIO]:
    """The bytes of a batch with what people corrected in them."""
    with office.sessions() as session:
        session.connection(execution_options={"read_only": True})
        row = session.get_one(ImportBatch, number)
        said = queries.corrections(session, number)
        changes = [Change(one.line, one.record, one.field, one.old, one.new) for one in said]
    with files.path_of(office.folder, row.sha256).open("rb") as source:
        if not changes:
            yield source
            return
        with corrected_file(source, changes, row.version or "", row.encoding) as better:
            yield cast(BinaryIO, better)


def run(office: Office, number: int, *, by: str, in_spite: bool | None = None) -> ImportBatch:
    """Import a batch to its end, going on where it was cut off; returns its row as it is then.

    Raises NotNow for a batch that is done, undone or dropped, or whose file cannot be read at all.
    """
    with office.sessions.begin() as session:
        row = _demand(session, number, "checked", "waiting", "running")
        if row.sender is None:
            raise NotNow("unreadable")
        if in_spite is not None and row.state == "checked":
            row.in_spite = in_spite
        row.state = "running"
    with _content(office, number) as stream:
        reader = iter(Reader(stream, "import", ReadContext(office.societies)))
        while piece := list(islice(reader, TOGETHER)):
            _take_piece(office, number, piece, by=by)
    with office.sessions.begin() as session:
        row = session.get_one(ImportBatch, number)
        row.state, row.finished_at = "done", office.now()
    return row


def undo(session: Session, number: int, *, by: str, now: datetime) -> Undone:
    """Take a batch back: its new works are withdrawn, changed ones get their state of before.

    Having been sent does not stand in the way; a change after the import does. Raises NotNow, UsedLater.
    """
    row = _demand(session, number, "done")
    works_of, parties_of = queries.items(session, number, "work"), queries.items(session, number, "party")
    if later := [*_changed_later(session, works_of)]:
        raise UsedLater(later)
    withdrawn = 0
    for one in works_of:
        if one.outcome == "new":
            works.withdraw_work(session, one.record_id, by=by, now=now)
            withdrawn += 1
        else:
            works.undo(session, one.record_id, by=by, now=now)
    parties = sum(_take_back(session, one, by=by, now=now) for one in parties_of if one.outcome == "new")
    for one in queries.items(session, number, "agreement"):
        agreements.remove(session, one.record_id)
    for held in queries.quarantine(session, batch=number, limit=1 << 30)[0]:
        held.state, held.decided_at, held.decided_by = "dropped", now, by
    row.state, row.undone_at, row.undone_by = "undone", now, by
    return Undone(len(works_of), parties, withdrawn)


def take_as_draft(session: Session, held_id: int, *, by: str, now: datetime) -> str:
    """Make a draft of a quarantined work, to be corrected in its page; returns its id.

    A work that is registered already is changed instead. Raises LookupError, CannotTake, ``WorkRefused`` (a registered
    work takes no faulty change), ``RightOwnerRefused``.
    """
    held = _waiting(session, held_id)
    if held.data is None:
        raise CannotTake(held_id)
    work = from_json(Work, held.data)
    arrivals = Arrivals(session, held.batch_id, held.sender, held.line, by, now)
    if queries.by_source(session, "work", held.sender, held.source_number or ""):
        id, _ = taking.register(session, work, arrivals=arrivals, source_number=held.source_number, by=by, now=now)
    else:
        kept = works.save_draft(session, _as_new(arrivals.settle(work)), by=by, now=now)
        id = str(kept.id)
        if held.source_number and held.sender:
            queries.keep_source(session, "work", held.sender, held.source_number, id)
    held.state, held.decided_at, held.decided_by, held.work_id = "taken", now, by, id
    return id


def drop_quarantined(session: Session, held_id: int, *, note: str, by: str, now: datetime) -> None:
    """Decide that a quarantined transaction is not wanted. Raises LookupError."""
    held = _waiting(session, held_id)
    held.state, held.decided_at, held.decided_by, held.note = "dropped", now, by, note


def _batch(looked: Looked, *, name: str, kept: files.Kept, by: str, now: datetime) -> ImportBatch:
    return ImportBatch(
        kind="works", name=name[:255], sha256=kept.sha256, size=kept.size, state="checked", format=looked.format,
        version=looked.version, encoding=looked.encoding, sender=looked.sender if looked.readable else None,
        sender_name=looked.sender_name, records=looked.records, transactions=looked.transactions, found=looked.found,
        problems=[rules.as_json(one) for one in looked.problems], refused=[list(one) for one in looked.refused],
        in_spite=False, done_line=0, outcome={}, created_at=now, created_by=by,
    )  # fmt: skip


def _take_piece(office: Office, number: int, piece: Sequence[Transaction], *, by: str) -> None:
    """Take some transactions in under one commit; those behind which the import stands already are left out."""
    with office.sessions.begin() as session:
        batch = session.get_one(ImportBatch, number)
        after = batch.done_line
        fresh = [one for one in piece if one.line > after]
        if not fresh:
            return
        counts, problems = Counter[str](batch.outcome), list(batch.problems)
        held: list[object] = []
        for transaction in fresh:
            taken = taking.take(session, batch, transaction, by=by, now=office.now())
            counts.update(taken.counts)
            problems += [rules.as_json(one) for one in taken.problems]
            # A session forgets what nobody holds; the same right owners come again and again in a file.
            held = list(session.identity_map.values())
        del held
        mine = (ImportBatch.id == number, ImportBatch.done_line == after)
        moved = update(ImportBatch).where(*mine).values(done_line=fresh[-1].line).returning(ImportBatch.id)
        if session.execute(moved, execution_options={"synchronize_session": False}).scalar_one_or_none() is None:
            raise jobs.LeaseLost(f"batch {number} is being imported by somebody else")
        batch.outcome, batch.problems = dict(counts), _listed(problems)


def _listed(problems: list[dict[str, object]]) -> list[dict[str, object]]:
    """As many problems as are listed, errors first."""
    if len(problems) <= MOST_LISTED:
        return problems
    return sorted(problems, key=lambda one: one.get("level") != ERROR)[:MOST_LISTED]


def _demand(session: Session, number: int, *states: str) -> ImportBatch:
    row = session.get(ImportBatch, number, with_for_update=True)
    if row is None:
        raise LookupError(number)
    if row.state not in states:
        raise NotNow(row.state)
    return row


def _changed_later(session: Session, items: Sequence[ImportItem]) -> Iterator[str]:
    for one in items:
        row = work_queries.get(session, one.record_id)
        if row is None or row.version != one.version:
            yield works.subject_of(one.record_id)


def _take_back(session: Session, one: ImportItem, *, by: str, now: datetime) -> bool:
    """Withdraw a right owner of the batch, unless somebody changed it since or another work names it."""
    row = owner_queries.get(session, one.record_id)
    if row is None or row.withdrawn_at is not None or row.version != one.version:
        return False
    if any(work.status != "withdrawn" for work in work_queries.of_right_owner(session, row.id)):
        return False
    owners.withdraw(session, row.id, by=by, now=now)
    return True


def _waiting(session: Session, held_id: int) -> Quarantined:
    held = session.get(Quarantined, held_id, with_for_update=True)
    if held is None or held.state != "waiting":
        raise LookupError(held_id)
    return held


def _as_new(work: Work) -> Work:
    return replace(work, id=None, number=None)
