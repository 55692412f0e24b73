"""The verbs of the exchange. Each works in the caller's transaction; the caller commits and wakes the worker."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from local_node.history import operations as history
from local_node.history.rules import FieldChange
from queues import parking
from queues.tables import outbox

OPEN = ("new", "sealed", "sent", "held", "parked")


def send_now(session: Session, *, now: datetime, message_id: str | None = None) -> int:
    """Let what has no final receipt be sent at the next turn instead of waiting; how many.

    A repeat is the same bytes, which the gateway recognises. With ``message_id`` only that message.
    """
    due = update(outbox).where(outbox.c.state.in_(OPEN))
    if message_id is not None:
        due = due.where(outbox.c.msg_id == message_id)
    return len(session.execute(due.values(next_attempt_at=now).returning(outbox.c.id)).all())


def run_again(session: Session, parked_id: int, message_id: str, *, by: str, now: datetime) -> None:
    """Let a parked message be handled once more. Raises queues.parking.NotParked or CannotRunAgain."""
    parking.run_again(session, parked_id, by=by, now=now)
    _note(session, message_id, "again", None, by, now)


def give_up(session: Session, parked_id: int, message_id: str, *, by: str, reason: str, now: datetime) -> None:
    """End a parked message; the reason goes back to the gateway. Raises queues.parking.NotParked."""
    parking.give_up(session, parked_id, by=by, reason=reason, now=now)
    _note(session, message_id, "given-up", reason, by, now)


def _note(session: Session, message_id: str, decision: str, reason: str | None, by: str, now: datetime) -> None:
    """Who decided stays known even when the message is parked a second time, which clears the parked row."""
    change = FieldChange("decision", decision, reason)
    history.note_fields(session, f"message/{message_id}", version=0, action="decided", fields=[change], by=by, now=now)
