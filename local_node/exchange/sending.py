"""When the office lets its messages go: always, only in some hours of the day, or not at all for a while.

Only our own messages wait. Receipts for what arrives are a few bytes and go at once, so nobody sends to us twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from local_node.admin import queries as admin
from local_node.exchange.models import SendingRule
from local_node.history import operations as history
from local_node.history.rules import FieldChange
from queues.tables import outbox

SUBJECT = "office/sending"
WAITING = ("new", "sealed")


class NotHours(ValueError):
    """The hours are no times of day, or both are the same."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Our messages that were not sent yet: how many, and how many bytes they say at least."""

    number: int
    size: int


def rule(session: Session) -> SendingRule:
    """The rule of the office; a new one lets everything go at once."""
    return session.get(SendingRule, 1) or SendingRule(id=1)


def pause(session: Session, *, reason: str, by: str, now: datetime) -> None:
    """Let our messages wait until somebody resumes."""
    kept = session.merge(rule(session))
    kept.paused_by, kept.paused_at, kept.reason = by, now, reason or None
    _note(session, "paused", reason or None, by, now)


def resume(session: Session, *, by: str, now: datetime) -> None:
    """Let them go again."""
    kept = session.merge(rule(session))
    kept.paused_by = kept.paused_at = kept.reason = None
    _note(session, "resumed", None, by, now)


def schedule(session: Session, *, begin: str, end: str, by: str, now: datetime) -> None:
    """Send only between two times of day of the office (``22:00``, ``05:30``); two empty ones mean at any time.

    Raises NotHours.
    """
    hours = _hours(begin, end)
    kept = session.merge(rule(session))
    kept.begins, kept.ends = (None, None) if hours is None else (f"{hours[0]:%H:%M}", f"{hours[1]:%H:%M}")
    _note(session, "hours", None if hours is None else f"{kept.begins} {kept.ends}", by, now)


def waiting(session: Session) -> Waiting:
    """What waits to be sent. Signature and envelope add a third and some hundred bytes a message to what is counted."""
    found = select(func.count(), func.coalesce(func.sum(func.length(outbox.c.body)), 0))
    number, size = session.execute(found.where(outbox.c.state.in_(WAITING))).one()
    return Waiting(number, int(size))


def may_send(kept: SendingRule, local: time) -> bool:
    """Whether messages go at this time of the office's day; hours may go over midnight."""
    if kept.paused_by is not None:
        return False
    if kept.begins is None or kept.ends is None:
        return True
    begin, end = time.fromisoformat(kept.begins), time.fromisoformat(kept.ends)
    return begin <= local < end if begin < end else local >= begin or local < end


def holds(sessions: sessionmaker[Session], zone: str, now: Callable[[], datetime]) -> Callable[[str], bool]:
    """What the relay asks before it sends a stream: does the office hold its messages back now?"""

    def held(_stream: str) -> bool:
        with sessions() as session:
            session.connection(execution_options={"read_only": True})
            own = admin.office(session).time_zone or zone
            return not may_send(rule(session), now().astimezone(ZoneInfo(own)).time())

    return held


def _hours(begin: str, end: str) -> tuple[time, time] | None:
    if not begin and not end:
        return None
    try:
        told = time.fromisoformat(begin), time.fromisoformat(end)
    except ValueError as error:
        raise NotHours(f"{begin} {end}") from error
    if told[0] == told[1]:
        raise NotHours(f"{begin} {end}")
    return told


def _note(session: Session, what: str, said: str | None, by: str, now: datetime) -> None:
    change = FieldChange(what, None, said)
    history.note_fields(session, SUBJECT, version=0, action="decided", fields=[change], by=by, now=now)
    session.flush()
