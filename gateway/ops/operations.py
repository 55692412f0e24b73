"""What an operator can do about what is parked: run it again, or give it up with a reason that goes to the node."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway import audit
from gateway.ops.queries import Parking, parking_of, parkings
from gateway.partners import answers, due
from gateway.partners.answers import About
from mappings.model import Reason, Refusal
from queues import jobs, node_urn, parking
from queues.tables import inbox, job

GIVEN_UP = "given-up"


class NothingParked(LookupError):
    """Nothing of this message waits for a person."""


def run_again(session: Session, message_id: str, *, by: str, now: datetime, reason: str | None = None) -> int:
    """Let everything parked of a message run once more. Raises NothingParked, ``queues.parking.CannotRunAgain``."""
    waiting = _waiting(session, message_id)
    for one in waiting:
        _again(session, one, by=by, now=now)
    _note(session, "run-again", waiting, by=by, now=now, reason=reason)
    return len(waiting)


def run_alike(session: Session, key: str, *, by: str, now: datetime, reason: str | None = None) -> int:
    """Let one parked thing and all with the same cause run again, longest waiting first; how many.

    ``key`` is the thing's key or the id of its message. Raises NothingParked, ``queues.parking.CannotRunAgain``.
    """
    all_ = parkings(session)
    chosen = next((one for one in all_ if key in (one.key, one.entry.id)), None)
    if chosen is None:
        raise NothingParked(key)
    alike = [one for one in all_ if (one.what, one.detail) == (chosen.what, chosen.detail)]
    for one in alike:
        _again(session, one, by=by, now=now)
    _note(session, "run-again", alike, by=by, now=now, reason=reason)
    return len(alike)


def give_up(session: Session, message_id: str, *, by: str, reason: str, now: datetime) -> int:
    """End everything parked of a message as refused; the node is told why. Raises NothingParked."""
    waiting = _waiting(session, message_id)
    for one in waiting:
        row = int(one.key.rpartition("-")[2])
        if one.what == "message":
            parking.give_up(session, row, by=by, reason=reason, now=now)
        else:
            _end_job(session, row, one, reason, now)
    _note(session, "gave-up", waiting, by=by, now=now, reason=reason)
    return len(waiting)


def _waiting(session: Session, message_id: str) -> Sequence[Parking]:
    waiting = parking_of(session, message_id)
    if not waiting:
        raise NothingParked(message_id)
    return waiting


def _again(session: Session, one: Parking, *, by: str, now: datetime) -> None:
    row = int(one.key.rpartition("-")[2])
    if one.what == "message":
        parking.run_again(session, row, by=by, now=now)
    else:
        jobs.run_again(session, row, now=now)


def _end_job(session: Session, row: int, one: Parking, reason: str, now: datetime) -> None:
    """The partner never hears of the message; the node hears that, in the operator's words."""
    ended = update(job).where(job.c.id == row, job.c.state == "parked").values(state="refused", finished_at=now)
    session.execute(ended.values(last_error=GIVEN_UP))
    kind = session.scalar(select(job.c.kind).where(job.c.id == row)) or ""
    story = session.scalar(
        select(inbox.c.correlationid).where(
            inbox.c.source == node_urn(one.entry.node), inbox.c.msg_id == one.entry.id
        )
    )
    said = Refusal(
        message=one.entry.id, code=GIVEN_UP, type=one.entry.type, reasons=(Reason(GIVEN_UP, None, reason),)
    )
    about = About(one.entry.node, one.entry.subject, one.entry.id, story)
    answers.tell(session, due.partner_of(kind), about, said, now=now)


def _note(
    session: Session, action: str, about: Sequence[Parking], *, by: str, now: datetime, reason: str | None
) -> None:
    for entry in {one.entry.id: one.entry for one in about}.values():
        audit.note(session, action, f"message/{entry.id}", by=by, now=now, node_id=entry.node, reason=reason)
