"""What an operator can do about what is parked: run it again, or give it up with a reason that goes to the node."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway import audit
from gateway.ops import parkings
from gateway.ops.parkings import MESSAGE, NothingParked, Parking
from gateway.partners import answers, due
from gateway.partners.answers import About
from mappings.model import Reason, Refusal
from queues import jobs, node_urn, parking
from queues.tables import inbox, job

GIVEN_UP = "given-up"

__all__ = ["GIVEN_UP", "NothingParked", "give_up", "give_up_group", "run_again"]


def run_again(session: Session, message_id: str, *, by: str, now: datetime, reason: str | None = None) -> int:
    """Let everything parked of a message run once more. Raises NothingParked, ``queues.parking.CannotRunAgain``."""
    waiting = _waiting(session, message_id)
    for one in waiting:
        if one.what == MESSAGE:
            parking.run_again(session, one.row, by=by, now=now)
        else:
            jobs.run_again(session, one.row, now=now)
    _note(session, audit.RUN_AGAIN, waiting, by=by, now=now, reason=reason)
    return len(waiting)


def give_up(session: Session, message_id: str, *, by: str, reason: str, now: datetime) -> int:
    """End everything parked of a message as refused; the node is told why. Raises NothingParked."""
    waiting = _waiting(session, message_id)
    _end(session, waiting, by=by, reason=reason, now=now)
    return len(waiting)


def give_up_group(session: Session, key: str, *, by: str, reason: str, now: datetime) -> int:
    """End everything that is parked for one cause as refused; the nodes are told why. Raises NothingParked."""
    waiting = parkings.of_group(session, parkings.group(session, key))
    _end(session, waiting, by=by, reason=reason, now=now)
    return len(waiting)


def _waiting(session: Session, message_id: str) -> Sequence[Parking]:
    waiting = parkings.of_message(session, message_id)
    if not waiting:
        raise NothingParked(message_id)
    return waiting


def _end(session: Session, waiting: Sequence[Parking], *, by: str, reason: str, now: datetime) -> None:
    for one in waiting:
        if one.what == MESSAGE:
            parking.give_up(session, one.row, by=by, reason=reason, now=now)
        else:
            _end_job(session, one, reason, now)
    _note(session, "gave-up", waiting, by=by, now=now, reason=reason)


def _end_job(session: Session, one: Parking, reason: str, now: datetime) -> None:
    """The partner never hears of the message; the node hears that, in the operator's words."""
    ended = update(job).where(job.c.id == one.row, job.c.state == "parked").values(state="refused", finished_at=now)
    session.execute(ended.values(last_error=GIVEN_UP))
    kind = session.scalar(select(job.c.kind).where(job.c.id == one.row)) or ""
    story = session.scalar(
        select(inbox.c.correlationid).where(inbox.c.source == node_urn(one.entry.node), inbox.c.msg_id == one.entry.id)
    )
    said = Refusal(message=one.entry.id, code=GIVEN_UP, type=one.entry.type, reasons=(Reason(GIVEN_UP, None, reason),))
    about = About(one.entry.node, one.entry.subject, one.entry.id, story)
    answers.tell(session, due.partner_of(kind), about, said, now=now)


def _note(
    session: Session, action: str, about: Sequence[Parking], *, by: str, now: datetime, reason: str | None
) -> None:
    for entry in {one.entry.id: one.entry for one in about}.values():
        audit.note(session, action, f"message/{entry.id}", by=by, now=now, node_id=entry.node, reason=reason)
