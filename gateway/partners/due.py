"""Due rows of partners: a row per message and partner, so that a replay sends nothing twice."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.database import NOBODY
from gateway.partners import rules
from gateway.partners.connectors import Partner
from queues import jobs
from queues.jobs import Job
from queues.tables import job as table

_PREFIX = "partner:"
_COLLECT = "collect:"


def kind(partner: str) -> str:
    """The kind of the partner's jobs."""
    return f"{_PREFIX}{partner}"


def partner_of(kind_: str) -> str:
    """The partner of a job's kind."""
    return kind_.removeprefix(_PREFIX).removeprefix(_COLLECT)


def queue(partner: str) -> str:
    """The broker's queue with the ids of the partner's rows."""
    return f"conn.{partner}"


def collect_kind(partner: str) -> str:
    """The kind of the one row that says when the partner is asked for news."""
    return f"{_COLLECT}{partner}"


def add_collecting(session: Session, partner: str, *, now: datetime) -> None:
    """See to it that the partner has its row for collecting; it never ends, only its time moves on."""
    kind_ = collect_kind(partner)
    jobs.add(session, kind=kind_, key=kind_, node_id=NOBODY, payload_ref=None, now=now)


def add(session: Session, partner: Partner, *, node_id: str, message_ids: Iterable[str], now: datetime) -> None:
    """Let the partner hear of messages at the end of the present gathering window."""
    jobs.add_all(
        session,
        kind=kind(partner.name),
        refs={f"{partner.name}:{message_id}": message_id for message_id in message_ids},
        node_id=node_id,
        now=now,
        due=rules.window_end(now, partner.window_s),
    )


def times(session: Session, ids: Collection[int]) -> dict[int, datetime]:
    """Since when each of these rows is due."""
    found = select(table.c.id, table.c.next_attempt_at).where(table.c.id.in_(ids))
    return dict(tuple(row) for row in session.execute(found)) if ids else {}


def later(session: Session, job: Job, until: datetime) -> None:
    """Put a claimed job back without counting a failure."""
    mine = (table.c.id == job.id, table.c.state == "running", table.c.lease_owner == job.lease_owner)
    session.execute(
        update(table).where(*mine).values(state="due", lease_owner=None, lease_until=None, next_attempt_at=until)
    )
