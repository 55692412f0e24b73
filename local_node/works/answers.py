"""Keeping what partners answered, as it came: statuses, refusals, and what they hold against ours.

Every row bears the id of its message, so a message that is handled a second time changes nothing.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from local_node.works.models import PartnerAnswer, PartnerStatus, WorkConflict, WorkRow
from mappings.messages import to_json
from mappings.model import Acknowledged, Assigned, Refusal

GATEWAY = "gateway"
REFUSED = "refused"


def keep(session: Session, row: WorkRow, answer: Acknowledged, *, message_id: str, now: datetime) -> bool:
    """Keep an acknowledgement and the partner's last word; False when this message was kept before."""
    if not _add(session, row, answer.partner, answer.status, to_json(answer), message_id, now):
        return False
    _last_word(row, answer.partner, answer.status, answer.partner_number, now)
    for position, held in enumerate(answer.conflicts):
        session.add(
            WorkConflict(
                message_id=message_id,
                position=position,
                work_id=row.id,
                kind="shares",
                partner=answer.partner,
                theirs=answer.partner_number,
                data=to_json(held),
                at=now,
            )
        )
    session.flush()
    return True


def keep_refusal(session: Session, row: WorkRow, refusal: Refusal, *, message_id: str, now: datetime) -> None:
    """Keep that the gateway could not use what we said."""
    if _add(session, row, GATEWAY, REFUSED, to_json(refusal), message_id, now):
        _last_word(row, GATEWAY, REFUSED, None, now)
    session.flush()


def note_other_number(
    session: Session, row: WorkRow, assigned: Assigned, *, ours: str, theirs: str, message_id: str, now: datetime
) -> None:
    """Keep that a partner names another number than ours, once per number and partner."""
    same = select(WorkConflict.id).where(
        WorkConflict.work_id == row.id,
        WorkConflict.kind == "identifier",
        WorkConflict.partner == assigned.partner,
        WorkConflict.theirs == theirs,
    )
    if session.scalar(same.limit(1)) is None:
        session.add(
            WorkConflict(
                message_id=message_id,
                position=1000,
                work_id=row.id,
                kind="identifier",
                partner=assigned.partner,
                scheme=assigned.scheme,
                ours=ours,
                theirs=theirs,
                data={},
                at=now,
            )
        )
        session.flush()


def waiting(session: Session, conflict_id: int) -> WorkConflict:
    """A conflict that nobody decided yet, locked. Raises LookupError."""
    found = session.get(WorkConflict, conflict_id, with_for_update=True)
    if found is None or found.decision is not None:
        raise LookupError(conflict_id)
    return found


def _add(
    session: Session, row: WorkRow, partner: str, status: str, data: dict[str, object], message_id: str, now: datetime
) -> bool:
    if session.scalar(select(PartnerAnswer.id).where(PartnerAnswer.message_id == message_id)) is not None:
        return False
    session.add(PartnerAnswer(message_id=message_id, work_id=row.id, partner=partner, status=status, at=now, data=data))
    return True


def _last_word(row: WorkRow, partner: str, status: str, partner_number: str | None, now: datetime) -> None:
    known = next((one for one in row.partners if one.partner == partner), None)
    if known is None:
        known = PartnerStatus(partner=partner)
        row.partners.append(known)
    known.status, known.at = status, now
    known.partner_number = partner_number or known.partner_number
