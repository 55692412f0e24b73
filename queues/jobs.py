"""Background jobs as rows: the row is the truth, whoever runs it holds a lease on it.

States: ``due`` (wait until ``next_attempt_at``), ``running`` (leased), ``done``, ``refused``, ``parked``. A lease that
ran out makes the row due again, so a crashed worker costs time and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from queues.notify import ring
from queues.retry import End, FailureClass, decide
from queues.tables import job as table
from queues.tables import upsert, write_all


class LeaseLost(Exception):
    """Another worker took the job over; what this one did must not be committed."""


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. ``attempts`` counts the failures so far."""

    id: int
    kind: str
    key: str
    node_id: str
    payload_ref: str | None
    attempts: int
    lease_owner: str


def add(
    session: Session,
    *,
    kind: str,
    key: str,
    node_id: str,
    payload_ref: str | None,
    now: datetime,
    due: datetime | None = None,
) -> bool:
    """Add a due row in the caller's transaction; False when this ``key`` is known, so a replay makes no second job."""
    row = _due(kind=kind, node_id=node_id, now=now, due=due)
    statement = _added(session).values(key=key, payload_ref=payload_ref, **row)
    ring(session)
    return session.execute(statement.returning(table.c.id)).scalar_one_or_none() is not None


def add_all(
    session: Session,
    *,
    kind: str,
    refs: Mapping[str, str],
    node_id: str,
    now: datetime,
    due: datetime | None = None,
) -> None:
    """Add a due row for each key of ``refs`` (key to payload), as ``add`` does."""
    if refs:
        ring(session)
        rows = [{"key": key, "payload_ref": ref} for key, ref in refs.items()]
        write_all(session, _added(session), rows, **_due(kind=kind, node_id=node_id, now=now, due=due))


def _added(session: Session) -> Any:
    return upsert(session, table).on_conflict_do_nothing(index_elements=["key"])


def _due(*, kind: str, node_id: str, now: datetime, due: datetime | None) -> dict[str, Any]:
    return {"kind": kind, "node_id": node_id, "state": "due", "created_at": now, "next_attempt_at": due or now}


def claim(
    session: Session,
    *,
    kind: str,
    owner: str,
    limit: int,
    lease: timedelta,
    now: datetime,
    first: int | None = None,
) -> list[Job]:
    """Take up to ``limit`` due rows of this kind, oldest first, under a lease. The caller commits before it works.

    With ``first`` that row and others with it; nothing at all when it is not to be had any more.
    """
    ids = _free_ids(session, kind=kind, limit=limit, now=now, first=first)
    if first is not None and first not in ids:
        return []
    taken = (
        update(table)
        .where(table.c.id.in_(ids), _is_free(now))
        .values(state="running", lease_owner=owner, lease_until=now + lease)
        .returning(table.c.id, table.c.kind, table.c.key, table.c.node_id, table.c.payload_ref, table.c.attempts)
    )
    rows = session.execute(taken).all() if ids else []
    return sorted((Job(**row._mapping, lease_owner=owner) for row in rows), key=lambda job: job.id)


def ready(session: Session, *, kind: str, limit: int, now: datetime) -> list[int]:
    """Ids of rows of this kind that could be claimed now, oldest first."""
    return _free_ids(session, kind=kind, limit=limit, now=now)


def kind_of(session: Session, job_id: int) -> str | None:
    """The kind of a row; None when there is no such row."""
    return session.scalar(select(table.c.kind).where(table.c.id == job_id))


def done(session: Session, job: Job, *, now: datetime | None = None, result_ref: str | None = None) -> None:
    """The job is finished. Raises LeaseLost when another worker holds it by now."""
    _finish(session, job, state="done", finished_at=now, result_ref=result_ref, last_error=None)


def again(
    session: Session,
    job: Job,
    failure_class: FailureClass,
    error: str,
    now: datetime,
    *,
    told: timedelta | None = None,
    jitter: float = 0.0,
) -> End | None:
    """Note a failure; the class decides when to try again or how it ends (then ``End`` is returned).

    ``error`` must hold no personal data. Raises LeaseLost when another worker holds the job by now.
    """
    decision = decide(failure_class, job.attempts + 1, told=told, jitter=jitter)
    values: dict[str, Any] = {
        "attempts": job.attempts + 1,
        "failure_class": str(failure_class),
        "last_error": error,
    }
    if decision.wait is None:
        state = "refused" if decision.end is End.REFUSE else "parked"
        _finish(session, job, state=state, finished_at=now, **values)
    else:
        _finish(session, job, state="due", next_attempt_at=now + decision.wait, **values)
    return decision.end


def park(session: Session, job: Job, reason: str, *, now: datetime | None = None) -> None:
    """Leave the job to a person. Raises LeaseLost when another worker holds it by now."""
    _finish(session, job, state="parked", finished_at=now, last_error=reason)


def run_again(session: Session, job_id: int, *, now: datetime) -> bool:
    """A person lets a parked or refused job run again; False when it is in another state."""
    statement = (
        update(table)
        .where(table.c.id == job_id, table.c.state.in_(("parked", "refused")))
        .values(state="due", attempts=0, next_attempt_at=now, finished_at=None)
        .returning(table.c.id)
    )
    return session.execute(statement).scalar_one_or_none() is not None


def counts(session: Session, *, node_id: str | None = None) -> dict[str, dict[str, int]]:
    """Rows by kind and state: ``{"conn.cisnet": {"due": 2, "done": 40}}``."""
    statement = select(table.c.kind, table.c.state, func.count()).group_by(table.c.kind, table.c.state)
    if node_id is not None:
        statement = statement.where(table.c.node_id == node_id)
    result: dict[str, dict[str, int]] = {}
    for kind, state, number in session.execute(statement):
        result.setdefault(kind, {})[state] = number
    return result


def _free_ids(session: Session, *, kind: str, limit: int, now: datetime, first: int | None = None) -> list[int]:
    free = and_(table.c.kind == kind, _is_free(now))
    order = [table.c.id] if first is None else [table.c.id != first, table.c.id]
    return list(session.scalars(select(table.c.id).where(free).order_by(*order).limit(limit)))


def _is_free(now: datetime) -> Any:
    waiting = and_(table.c.state == "due", table.c.next_attempt_at <= now)
    abandoned = and_(table.c.state == "running", table.c.lease_until < now)
    return or_(waiting, abandoned)


def _finish(session: Session, job: Job, **values: Any) -> None:
    statement = (
        update(table)
        .where(table.c.id == job.id, table.c.state == "running", table.c.lease_owner == job.lease_owner)
        .values(lease_owner=None, lease_until=None, **values)
        .returning(table.c.id)
    )
    if session.execute(statement).scalar_one_or_none() is None:
        raise LeaseLost(f"job {job.id} is no longer held by {job.lease_owner}")
