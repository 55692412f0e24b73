"""Whether a partner may be called: a person's pause, and the time it is given after failures."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from connectors.contract import PartnerFailure
from gateway import audit
from gateway.partners import rules
from gateway.partners.models import PartnerState
from queues.tables import upsert

_TABLE = cast(Table, PartnerState.__table__)


def may_be_called(session: Session, partner: str, now: datetime) -> bool:
    """False while somebody paused it or it has to be left alone."""
    state = session.get(PartnerState, partner)
    if state is None:
        return True
    return state.paused_by is None and (state.retry_at is None or now >= state.retry_at)


def is_paused(session: Session, partner: str) -> bool:
    """Whether a person asked to call it no more."""
    state = session.get(PartnerState, partner)
    return state is not None and state.paused_by is not None


def plan_alone(session: Session, partner: str) -> None:
    """Let nobody else plan for this partner before our commit, so that no two batches hold versions of one record."""
    _row(session, partner)


def note_success(session: Session, partner: str) -> None:
    """The partner works: forget the failures before."""
    state = session.get(PartnerState, partner)
    if state is not None and state.failures:
        state.failures, state.retry_at, state.last_error = 0, None, None


def note_failure(session: Session, partner: str, failure: PartnerFailure, now: datetime) -> None:
    """Count a failure of the partner. A fault of ours says nothing about the partner."""
    if failure.failure_class not in ("F1", "F3", "F5"):
        return
    state = _row(session, partner)
    state.failures += 1
    pause = rules.pause_after(state.failures, failure.failure_class)
    state.retry_at = None if pause is None else now + pause
    state.last_error = f"{failure.failure_class}: {failure}"


def pause(session: Session, partner: str, *, by: str, reason: str, now: datetime) -> None:
    """Call the partner no more until somebody resumes; due rows go on gathering."""
    state = _row(session, partner)
    state.paused_by, state.paused_at, state.paused_reason = by, now, reason
    audit.note(session, "paused", f"partner/{partner}", by=by, now=now, reason=reason)


def resume(session: Session, partner: str, *, by: str, now: datetime, reason: str | None = None) -> None:
    """Call the partner again, at once."""
    state = _row(session, partner)
    state.paused_by = state.paused_at = state.paused_reason = None
    state.retry_at, state.failures = None, 0
    audit.note(session, "resumed", f"partner/{partner}", by=by, now=now, reason=reason)


def _row(session: Session, partner: str) -> PartnerState:
    session.execute(
        upsert(session, _TABLE).values(partner=partner, failures=0).on_conflict_do_nothing(index_elements=["partner"])
    )
    return session.get_one(PartnerState, partner, with_for_update=True)
