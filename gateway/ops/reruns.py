"""A group of parked things runs again: oldest first, each record in its order, so many at a time.

Nothing is started blindly: the next one starts when one before it has ended, and where it parks again the group may
stop by itself. The state is in the database, so a gateway that dies in the middle goes on where it was.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from gateway import audit
from gateway.database import NOBODY
from gateway.ops import parkings, rules
from gateway.ops.models import Rerun, RerunItem
from gateway.ops.parkings import MESSAGE, Group, NothingParked, Parking
from queues import jobs, parking
from queues.parking import CannotRunAgain
from queues.tables import inbox, job, parked

RUNNING, DONE, STOPPED = "running", "done", "stopped"
AT_A_TIME = 10
LOOK_AHEAD = 1000
"""Waiting things looked at to find some whose record is not busy."""


class UnknownRerun(LookupError):
    """There is no running group of this number."""


def start(
    session: Session,
    key: str,
    *,
    by: str,
    now: datetime,
    reason: str | None = None,
    at_a_time: int = AT_A_TIME,
    stop_on_failure: bool = True,
) -> Rerun:
    """Let the group of this key run again and start its first ones.

    Raises NothingParked, ``queues.parking.CannotRunAgain`` for a cause that cannot be run again.
    """
    chosen = parkings.group(session, key)
    if not chosen.can_run:
        raise CannotRunAgain(chosen.reason)
    busy = _busy(session)
    things = [one for one in parkings.of_group(session, chosen) if one.key not in busy]
    if not things:
        raise NothingParked(key)
    rerun = _kept(session, chosen, things, by, reason, min(max(at_a_time, 1), rules.MOST_AT_A_TIME), now)
    rerun.stop_on_failure = stop_on_failure
    advance(session, rerun, now=now)
    return rerun


def advance(session: Session, rerun: Rerun, *, now: datetime) -> int:
    """See what became of those that run, stop or start the next; how many were started."""
    going = _items(session, rerun, "going")
    still = [item for item in going if not _has_ended(session, item, now)]
    failed = any(item.state == "failed" for item in going)
    if failed and rerun.stop_on_failure:
        _end(session, rerun, STOPPED, now)
        return 0
    waiting = _items(session, rerun, "waiting", LOOK_AHEAD)
    if not waiting and not still:
        _end(session, rerun, DONE, now)
        return 0
    busy = [(item.node_id, item.subject) for item in still]
    free = rerun.at_a_time - len(still)
    chosen = rules.next_to_go([(item, (item.node_id, item.subject)) for item in waiting], busy, free)
    for item in chosen:
        _go(session, rerun, item, now)
    session.flush()
    return len(chosen)


def stop(session: Session, rerun_id: int, *, by: str, now: datetime) -> None:
    """Start nothing more of the group; what was started goes on. Raises UnknownRerun."""
    rerun = session.get(Rerun, rerun_id, with_for_update=True)
    if rerun is None or rerun.state != RUNNING:
        raise UnknownRerun(str(rerun_id))
    _end(session, rerun, STOPPED, now)
    audit.note(session, "rerun-stopped", f"rerun/{rerun_id}", by=by, now=now)


def recent(session: Session, now: datetime) -> Sequence[Rerun]:
    """Groups that run, and those that ended in the last 24 hours, newest first."""
    shown = (Rerun.state == RUNNING) | (Rerun.ended_at >= now - rules.RECENT)
    return session.scalars(select(Rerun).where(shown).order_by(Rerun.id.desc())).all()


def progress(session: Session, rerun: Rerun) -> dict[str, int]:
    """Its things by state."""
    counted = select(RerunItem.state, func.count()).where(RerunItem.rerun_id == rerun.id).group_by(RerunItem.state)
    return {state: number for state, number in session.execute(counted)}  # noqa: C416  rows are no pairs to mypy


class RerunTurn:
    """The part of the background that lets groups go on."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def run_once(self, now: datetime) -> int:
        """How many were started."""
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            running = session.scalars(select(Rerun.id).where(Rerun.state == RUNNING).order_by(Rerun.id)).all()
        return sum(self._advance(one, now) for one in running)

    def _advance(self, rerun_id: int, now: datetime) -> int:
        with self._sessions.begin() as session:
            rerun = session.get(Rerun, rerun_id, with_for_update=True)
            return 0 if rerun is None or rerun.state != RUNNING else advance(session, rerun, now=now)


def _busy(session: Session) -> set[str]:
    """Keys of what waits in a group that runs already."""
    running = select(Rerun.id).where(Rerun.state == RUNNING)
    held = select(RerunItem.key).where(RerunItem.rerun_id.in_(running), RerunItem.state == "waiting")
    return set(session.scalars(held))


def _kept(
    session: Session, chosen: Group, things: Sequence[Parking], by: str, reason: str | None, at_a_time: int,
    now: datetime,
) -> Rerun:  # fmt: skip
    rerun = Rerun(
        node_id=NOBODY, what=chosen.what, cause=chosen.signature, by=by, reason=reason, at_a_time=at_a_time,
        stop_on_failure=True, state=RUNNING, started_at=now,
    )  # fmt: skip
    session.add(rerun)
    session.flush()
    rows = [
        {
            "rerun_id": rerun.id, "position": position, "node_id": one.entry.node, "key": one.key,
            "message_id": one.entry.id, "subject": one.turn.record[1], "state": "waiting",
        }
        for position, one in enumerate(things, 1)
    ]  # fmt: skip
    session.execute(insert(cast(Table, RerunItem.__table__)), rows)
    return rerun


def _items(session: Session, rerun: Rerun, state: str, limit: int | None = None) -> Sequence[RerunItem]:
    mine = select(RerunItem).where(RerunItem.rerun_id == rerun.id, RerunItem.state == state)
    return session.scalars(mine.order_by(RerunItem.position).limit(limit)).all()


def _go(session: Session, rerun: Rerun, item: RerunItem, now: datetime) -> None:
    """Start one. What somebody decided about meanwhile is left as it is."""
    kind, _, row = item.key.rpartition("-")
    item.moved_at = now
    try:
        if kind == MESSAGE:
            parking.run_again(session, int(row), by=rerun.by, now=now)
        elif not jobs.run_again(session, int(row), now=now):
            item.state = "left"
            return
    except parking.NotParked:
        item.state = "left"
        return
    except CannotRunAgain:
        item.state = "failed"
        return
    item.state = "going"
    audit.note(
        session, audit.RUN_AGAIN, f"message/{item.message_id}", by=rerun.by, now=now, node_id=item.node_id,
        reason=rerun.reason,
    )  # fmt: skip


def _has_ended(session: Session, item: RerunItem, now: datetime) -> bool:
    """Note what became of a thing that was started."""
    kind, _, row = item.key.rpartition("-")
    if kind == MESSAGE:
        mine = select(parked.c.source, parked.c.msg_id).where(parked.c.id == int(row)).subquery()
        same = (inbox.c.source == mine.c.source) & (inbox.c.msg_id == mine.c.msg_id)
        state = session.scalar(select(inbox.c.outcome).select_from(inbox.join(mine, same)))
        open_ = state == "held"
    else:
        state = session.scalar(select(job.c.state).where(job.c.id == int(row)))
        open_ = state in ("due", "running")
    if open_:
        return False
    item.state, item.moved_at = "failed" if state == "parked" else "done", now
    return True


def _end(session: Session, rerun: Rerun, state: str, now: datetime) -> None:
    rerun.state, rerun.ended_at = state, now
    rest = (RerunItem.rerun_id == rerun.id, RerunItem.state == "waiting")
    session.execute(update(RerunItem).where(*rest).values(state="left"))
    session.flush()
