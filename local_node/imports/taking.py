"""Taking one transaction of a file in: a work is registered or changed, an agreement kept, the rest quarantined."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from formats.cwr import Transaction
from formats.problems import WARNING, Problem
from local_node.agreements import operations as agreements
from local_node.imports import queries, rules
from local_node.imports.models import ImportBatch, ImportItem, Quarantined
from local_node.imports.parties import Arrivals
from local_node.right_owners.rules import Finding as OwnerFinding
from local_node.right_owners.rules import RightOwnerRefused
from local_node.works import operations as works
from local_node.works import queries as work_queries
from local_node.works.models import WorkRow
from local_node.works.rules import Finding, WorkRefused
from mappings import cwr
from mappings.messages import to_json
from mappings.model import Work

MOST_PROBLEMS = 100
"""Problems kept with one quarantined transaction."""
REMARKS = {cwr_code: f"KORA-{cwr_code.upper()}" for cwr_code in ("private-left-out", "unknown-with-name")}
"""What the mapping remarks, as problem codes."""


@dataclass(slots=True)
class Taken:
    """What became of one transaction."""

    counts: Counter[str] = field(default_factory=Counter)
    """``new``, ``updated``, ``unchanged``, ``quarantined``, ``parties.new``, ``parties.known``, ``agreements``."""
    problems: list[Problem] = field(default_factory=list)


class _Refused(Exception):
    """The transaction cannot be taken in; the argument are the problems."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


def take(session: Session, batch: ImportBatch, transaction: Transaction, *, by: str, now: datetime) -> Taken:
    """Take a transaction in, or put it in quarantine with its reasons; nothing of it is done by halves."""
    taken = Taken()
    if transaction.type in rules.WORKS:
        work, reasons = attempt(session, batch, transaction, taken, by=by, now=now)
        if reasons is None:
            return taken
        ours = [one for one in reasons if one not in transaction.problems]
        quarantine(session, batch, transaction, work, [*transaction.problems, *ours])
        taken.counts["quarantined"] += 1
        taken.problems += ours
    elif transaction.type == "AGR":
        _keep_agreement(session, batch, transaction, taken, by=by, now=now)
    else:
        params = {"value": transaction.type}
        taken.problems.append(
            Problem("KORA-NOT-IMPORTED", WARNING, None, transaction.line, params=params, record=transaction.type)
        )
    return taken


def attempt(
    session: Session, batch: ImportBatch, transaction: Transaction, taken: Taken, *, by: str, now: datetime
) -> tuple[Work | None, list[Problem] | None]:
    """Try to take a work in: the work as far as it is understood, and why it is held back, None when it came in."""
    work, remarks = _work(transaction)
    taken.problems += remarks
    reasons = _reasons(batch, transaction)
    if reasons or work is None:
        return work, reasons
    try:
        with session.begin_nested():
            _keep_work(session, batch, transaction, work, taken, by=by, now=now)
    except _Refused as refused:
        taken.counts.clear()
        return work, refused.problems
    return work, None


def register(
    session: Session,
    work: Work,
    *,
    arrivals: Arrivals,
    source_number: str | None,
    by: str,
    now: datetime,
) -> tuple[str, str]:
    """Register or change the work a sender describes: our id and ``new``, ``updated`` or ``unchanged``.

    Raises WorkRefused, RightOwnerRefused.
    """
    settled = arrivals.settle(work)
    sender = arrivals.sender
    known = queries.by_source(session, "work", sender, source_number or "")
    row = work_queries.get(session, known) if known else None
    if row is None:
        kept = works.register_work(session, replace(settled, id=None, number=None), by=by, now=now)
        outcome = "new"
    else:
        before, was = row.version, row.status
        better = rules.merged(work_queries.to_work(row), settled)
        kept = works.update_work(session, better, by=by, now=now, action="imported")
        # A withdrawn work that comes again is new to everybody; an equal state changes nothing.
        outcome = "new" if was == "withdrawn" else "unchanged" if row.version == before else "updated"
    if source_number and sender:
        queries.keep_source(session, "work", sender, source_number, str(kept.id))
    return str(kept.id), outcome


def quarantine(
    session: Session,
    batch: ImportBatch,
    transaction: Transaction,
    work: Work | None,
    problems: Sequence[Problem],
) -> None:
    """Keep a transaction that was not taken in, until somebody decides."""
    header = transaction.records[0] if transaction.records else None
    number = getattr(header, "submitter_work_number", None) or getattr(header, "submitter_agreement_number", None)
    session.add(
        Quarantined(
            batch_id=batch.id,
            line=transaction.line,
            type=transaction.type,
            sender=batch.sender or "",
            source_number=number,
            title=getattr(header, "work_title", None) or number or transaction.type,
            lines=list(transaction.lines),
            problems=[rules.as_json(one) for one in problems[:MOST_PROBLEMS]],
            data=None if work is None else to_json(work),
            state="waiting",
        )
    )
    session.flush()


def problems_of(findings: Iterable[Finding | OwnerFinding], line: int) -> list[Problem]:
    """What this office's own rules say against a work or a right owner, as problems of its file."""
    return [
        Problem(f"KORA-WORK-{one.code.upper()}", "error", "TR", line, None, one.field, None, one.params)
        for one in findings
    ]


def _work(transaction: Transaction) -> tuple[Work | None, list[Problem]]:
    """The work of a transaction as far as it can be understood, and what was left out of it."""
    if not transaction.records or not transaction.records[0].work_title:
        return None, []
    work, remarks = cwr.to_work(transaction, source="import")
    return work, [Problem(REMARKS[one], WARNING, None, transaction.line) for one in remarks]


def _reasons(batch: ImportBatch, transaction: Transaction) -> list[Problem]:
    """Why a work is held back; empty when it may come in."""
    found = [one for one in transaction.problems if one.effect in ("ER", "GR", "TR")]
    if not batch.in_spite and rules.is_refused(transaction.line, batch.refused):
        found.append(Problem("KORA-REFUSED-WITH-FILE", "error", "TR", transaction.line, record=transaction.type))
    return found


def _keep_work(
    session: Session, batch: ImportBatch, transaction: Transaction, work: Work, taken: Taken, *, by: str, now: datetime
) -> None:
    number = transaction.records[0].submitter_work_number
    arrivals = Arrivals(session, batch.id, batch.sender or "", transaction.line, by, now)
    try:
        id, outcome = register(session, work, arrivals=arrivals, source_number=number, by=by, now=now)
    except (WorkRefused, RightOwnerRefused) as refused:
        raise _Refused(problems_of(refused.findings, transaction.line)) from refused
    if outcome != "unchanged":
        version = session.get_one(WorkRow, id).version
        _note(session, batch, "work", id, outcome, version=version, line=transaction.line)
    for held in queries.waiting_of_source(session, batch.sender or "", number or ""):
        held.state, held.decided_at, held.decided_by, held.work_id = "replaced", now, by, id
    taken.counts[outcome] += 1
    taken.counts.update({f"parties.{name}": count for name, count in arrivals.counts.items()})
    taken.problems += arrivals.problems


def _keep_agreement(
    session: Session, batch: ImportBatch, transaction: Transaction, taken: Taken, *, by: str, now: datetime
) -> None:
    head = transaction.records[0] if transaction.records else None
    usable = head is not None and head.submitter_agreement_number and head.agreement_start_date
    if not usable or _reasons(batch, transaction):
        quarantine(session, batch, transaction, None, transaction.problems)
        return
    agreement = cwr.to_agreement(transaction, source="import", lines=transaction.lines)
    id, outcome = agreements.keep(session, agreement, sender=batch.sender or "", by=by, now=now)
    if outcome == "new":
        _note(session, batch, "agreement", id, outcome, version=1, line=transaction.line)
    taken.counts["agreements"] += 1


def _note(session: Session, batch: ImportBatch, kind: str, id: str, outcome: str, *, version: int, line: int) -> None:
    session.add(ImportItem(batch_id=batch.id, kind=kind, record_id=id, outcome=outcome, version=version, line=line))
