"""What an operator should be told: one row when a condition begins and one when it ends, never one per attempt."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from gateway import audit
from gateway.database import NOBODY
from gateway.members import queries as members
from gateway.ops import beats, canaries, certificates, parkings, rules
from gateway.ops.models import Alert
from gateway.partners.models import PartnerState
from gateway.partners.rules import FAILURES_BEFORE_OPEN
from queues.tables import alarm, inbox_held, outbox, upsert

if TYPE_CHECKING:
    from gateway.gateway import Gateway

BEGAN, ENDED = "began", "ended"
BETWEEN_LOOKS = timedelta(seconds=10)
PARKING = "parking"
CARRIER = "carrier"
OF_LINES = frozenset({"unread", "nearly-full", "broker"})
"""Conditions that ``gateway.ops.lines`` finds."""
_TABLE = cast(Table, Alert.__table__)


class UnknownAlert(LookupError):
    """There is no open alert of this number."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is so at the moment. ``kind`` is a stable word, ``subject`` what it is about."""

    kind: str
    subject: str
    detail: str = ""
    node_id: str = NOBODY


Lines = Callable[[datetime, Collection[tuple[str, str]]], Sequence[Condition]]


def conditions(session: Session, now: datetime) -> list[Condition]:
    """Everything that deserves an alert now, as far as the database of the gateway knows."""
    seen = members.last_seen(session)
    return [
        *_unanswered(session, seen, now),
        *_silent(session, seen, now),
        *_gaps(session, now),
        *_alarms(session, now),
        *_clocks(session, now),
        *_canaries(session, seen, now),
        *_unreachable(session),
        *_parked(session, now),
        *_certificates(session, now),
    ]


def of_lines(session: Session) -> list[Condition]:
    """What was found about queues and broker when they were looked at last, which only the carrying process does."""
    mine = [one for one in unended(session) if one.condition in OF_LINES]
    return [Condition(one.condition, one.subject, one.detail) for one in mine]


def compare(session: Session, found: Sequence[Condition], now: datetime) -> int:
    """Write down what began and what ended since the last look; how many rows."""
    open_ = {(one.condition, one.subject): one for one in unended(session)}
    current = {(one.kind, one.subject): one for one in found}
    began = [_begin(session, current[key], now) for key in current.keys() - open_.keys()]
    ended = [_end(session, open_[key], now) for key in open_.keys() - current.keys()]
    return sum(began) + sum(ended)


def _begin(session: Session, one: Condition, now: datetime) -> bool:
    """One row, unless another process wrote it a moment ago."""
    row = {
        "node_id": one.node_id, "condition": one.kind, "subject": one.subject, "event": BEGAN, "at": now,
        "detail": one.detail,
    }  # fmt: skip
    written = upsert(session, _TABLE).values(**row).on_conflict_do_nothing().returning(_TABLE.c.id)
    return session.scalar(written) is not None


def _end(session: Session, began: Alert, now: datetime) -> bool:
    """Close the alert with a row of its own, unless another process did a moment ago."""
    closed = update(Alert).where(Alert.id == began.id, Alert.ended_at.is_(None)).values(ended_at=now)
    if session.scalar(closed.returning(Alert.id)) is None:
        return False
    session.add(
        Alert(
            node_id=began.node_id, condition=began.condition, subject=began.subject, event=ENDED, at=now,
            detail=began.detail, began_id=began.id,
        )
    )  # fmt: skip
    session.flush()
    return True


def unended(session: Session) -> Sequence[Alert]:
    """Alerts whose condition goes on, oldest first."""
    mine = select(Alert).where(Alert.event == BEGAN, Alert.ended_at.is_(None))
    return session.scalars(mine.order_by(Alert.id)).all()


def unseen_count(session: Session) -> int:
    """How many go on and nobody has acknowledged."""
    mine = select(func.count()).select_from(Alert)
    open_ = (Alert.event == BEGAN, Alert.ended_at.is_(None), Alert.acknowledged_at.is_(None))
    return session.scalar(mine.where(*open_)) or 0


def recent(session: Session, limit: int = 100) -> Sequence[Alert]:
    """What began and what ended, newest first."""
    return session.scalars(select(Alert).order_by(Alert.id.desc()).limit(limit)).all()


def acknowledge(session: Session, alert_id: int, *, by: str, note: str, now: datetime) -> Alert:
    """Somebody looks after it, and says what is done. Raises UnknownAlert."""
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None or alert.event != BEGAN or alert.ended_at is not None:
        raise UnknownAlert(str(alert_id))
    alert.acknowledged_by, alert.acknowledged_at, alert.note = by, now, note
    audit.note(session, "acknowledged", f"alert/{alert_id}", by=by, now=now, node_id=alert.node_id, reason=note)
    return alert


class Watch:
    """The part of the background that looks at the conditions every ten seconds.

    ``lines`` says what has to be asked outside the database, given the instant and the alerts that go on.
    """

    def __init__(self, gateway: "Gateway", lines: Lines = lambda now, open_: ()) -> None:
        self._sessions = gateway.sessions
        self._settings = gateway.settings
        self._lines = lines
        self._looked: datetime | None = None
        self._certificates_at: datetime | None = None

    def run_once(self, now: datetime) -> int:
        """Always 0: that a condition began is no reason to look again at once."""
        if self._looked is not None and abs(now - self._looked) < BETWEEN_LOOKS:
            return 0
        self._looked = now
        self._look_at_certificates(now)
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            found = conditions(session, now)
            open_ = {(one.condition, one.subject) for one in unended(session)}
        found += self._lines(now, open_)
        if {(one.kind, one.subject) for one in found} != open_:
            with self._sessions.begin() as session:
                compare(session, found, now)
        return 0

    def _look_at_certificates(self, now: datetime) -> None:
        if self._certificates_at is not None and abs(now - self._certificates_at) < certificates.BETWEEN_LOOKS:
            return
        self._certificates_at = now
        # Servers are asked before the transaction begins, because one that is slow must not hold up who writes.
        found = certificates.look(self._settings)
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            nothing = not found and not certificates.known(session)
        if not nothing:
            with self._sessions.begin() as session:
                certificates.keep(session, self._settings, found, now)


def _unanswered(session: Session, seen: dict[str, datetime], now: datetime) -> list[Condition]:
    """A message was sent long ago to a node that is there, and no receipt came."""
    oldest = (
        select(outbox.c.node_id, func.min(outbox.c.sent_at, type_=outbox.c.sent_at.type))
        .where(outbox.c.state == "sent")
        .group_by(outbox.c.node_id)
    )
    carried = set(members.talking(session))
    return [
        Condition("unanswered", f"node/{node}", f"{sent:%Y-%m-%d %H:%M} UTC", node)
        for node, sent in session.execute(oldest)
        if node in carried and now - sent > rules.LATE and node in seen and now - seen[node] <= rules.LATE
    ]


def _silent(session: Session, seen: dict[str, datetime], now: datetime) -> list[Condition]:
    """A node that is let in, and was heard before, says nothing."""
    return [
        Condition("silent", f"node/{node}", f"{seen[node]:%Y-%m-%d %H:%M} UTC", node)
        for node in members.talking(session)
        if node in seen and now - seen[node] > rules.SILENT
    ]


def _gaps(session: Session, now: datetime) -> list[Condition]:
    """A message waits for one before it that does not come."""
    held = (
        select(inbox_held.c.node_id, func.min(inbox_held.c.since, type_=inbox_held.c.since.type))
        .where(~inbox_held.c.again)
        .group_by(inbox_held.c.node_id)
    )
    return [
        Condition("gap", f"node/{node}", f"{since:%Y-%m-%d %H:%M} UTC", node)
        for node, since in session.execute(held)
        if now - since > rules.GAP_LONG
    ]


def _alarms(session: Session, now: datetime) -> list[Condition]:
    """A signed message broke a rule of the carriage within the last day: a broken chain, a number used twice."""
    raised = (
        select(alarm.c.kind, alarm.c.node_id, func.count())
        .where(alarm.c.at >= now - rules.RECENT)
        .group_by(alarm.c.kind, alarm.c.node_id)
    )
    return [Condition(kind, f"node/{node}", str(times), node) for kind, node, times in session.execute(raised)]


def _clocks(session: Session, now: datetime) -> list[Condition]:
    """A node's clock is far from ours."""
    return [
        Condition("clock", f"node/{node}", f"{round(difference.total_seconds()):+d} s", node)
        for node, difference in members.clock_differences(session, now).items()
        if abs(difference) > rules.SKEW
    ]


def _canaries(session: Session, seen: dict[str, datetime], now: datetime) -> list[Condition]:
    """The last canary of a node took too long, or is not back although the node speaks or somebody waits for it."""
    carried = set(members.talking(session))
    late = {
        node: one
        for node, one in canaries.last(session).items()
        if node in carried and _took(one, now) > rules.CANARY_LONG
    }
    asked = canaries.asked_by_people(session) if late else set()
    # An office that is switched off for the night answers in the morning, which is no reason to wake anybody.
    return [
        Condition("canary", f"node/{node}", f"{one.at:%Y-%m-%d %H:%M} UTC", node)
        for node, one in late.items()
        if one.roundtrip_seconds is not None or (node, one.at) in asked or (node in seen and seen[node] > one.at)
    ]


def _took(one: canaries.Canary, now: datetime) -> timedelta:
    return now - one.at if one.roundtrip_seconds is None else timedelta(seconds=one.roundtrip_seconds)


def _unreachable(session: Session) -> list[Condition]:
    """A partner failed so often in a row that it is left alone for a while; it ends with the first call that works."""
    failing = select(PartnerState).where(PartnerState.failures >= FAILURES_BEFORE_OPEN)
    return [
        Condition("partner", f"partner/{one.partner}", one.last_error or "")
        for one in session.scalars(failing.order_by(PartnerState.partner))
    ]


def _parked(session: Session, now: datetime) -> list[Condition]:
    """Something waits for a person for an hour."""
    since = parkings.oldest(session)
    if since is None or now - since <= rules.PARKED_LONG:
        return []
    return [Condition("parked", PARKING, f"{since:%Y-%m-%d %H:%M} UTC")]


def _certificates(session: Session, now: datetime) -> list[Condition]:
    """A certificate ends soon, or has ended."""
    return [
        Condition("certificate", f"certificate/{one.source}", f"{one.not_after:%Y-%m-%d %H:%M} UTC")
        for one in certificates.known(session)
        if one.not_after - now <= rules.CERTIFICATE_SOON
    ]


def standing_still(session: Session, now: datetime) -> list[Condition]:
    """Nobody carries messages. No carrier can write that down, so whoever looks at the pages or asks is told."""
    last = beats.last_intake(session)
    if last is None or now - last <= rules.STANDS_STILL:
        return []
    return [Condition("standing-still", CARRIER, f"{last:%Y-%m-%d %H:%M} UTC")]
