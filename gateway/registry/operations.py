"""Keeping what nodes say about their records, and what partners answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from gateway.registry.models import PartnerAnswer, RegisteredIdentifier, RegisteredRecord
from mappings.messages import to_json
from mappings.model import Acknowledged, Assigned, Party, Refusal, Work
from queues import Envelope
from queues.tables import upsert, write_all

NODE = "node"


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says about a record of its node."""

    envelope: Envelope
    value: Work | Party
    name: str
    creation_class: str | None
    state: str
    """registered or withdrawn."""

    @property
    def subject(self) -> str:
        return self.envelope.subject


def keep(session: Session, said: Sequence[Said]) -> None:
    """Records as their node describes them now, in the order of its messages; all are of one node."""
    last = list({one.subject: one for one in said}.values())
    if not last:
        return
    table = cast(Table, RegisteredRecord.__table__)
    written = upsert(session, table)
    rows = [_row(one) for one in last]
    moved = {name: written.excluded[name] for name in rows[0] if name not in ("node_id", "subject", "kind")}
    session.execute(written.on_conflict_do_update(index_elements=["node_id", "subject"], set_=moved), rows)
    _replace_numbers(session, last)


def keep_answer(
    session: Session,
    *,
    node_id: str,
    subject: str,
    partner: str,
    type: str,
    said: Acknowledged | Assigned | Refusal,
    cause: str | None,
    message_id: str,
    file_id: int | None,
    now: datetime,
) -> None:
    """What a partner said, beside the message that told the node; a number it gave is indexed."""
    status = said.status if isinstance(said, Acknowledged) else said.scheme if isinstance(said, Assigned) else said.code
    session.add(
        PartnerAnswer(
            node_id=node_id,
            subject=subject,
            partner=partner,
            type=type,
            status=status[:60],
            data=to_json(said),
            cause=cause,
            message_id=message_id,
            file_id=file_id,
            at=now,
            partner_number=said.partner_number if isinstance(said, Acknowledged) else None,
        )
    )
    if isinstance(said, Assigned):
        _add_number(session, node_id, subject, said.scheme, said.value, partner)
    if isinstance(said, Acknowledged) and said.iswc:
        _add_number(session, node_id, subject, "iswc", said.iswc, partner)
    session.flush()


def _row(said: Said) -> dict[str, Any]:
    envelope = said.envelope
    return {
        "node_id": envelope.source_id, "subject": envelope.subject, "kind": envelope.subject.partition("/")[0],
        "number": said.value.number, "name": said.name[:500], "creation_class": said.creation_class,
        "revision": envelope.seq, "state": said.state, "data": to_json(said.value), "message_id": envelope.id,
        "said_at": envelope.time,
    }  # fmt: skip


def _replace_numbers(session: Session, said: Sequence[Said]) -> None:
    """The numbers a node gives its records; those of partners stay beside them."""
    node_id = said[0].envelope.source_id
    mine = select(RegisteredIdentifier).where(
        RegisteredIdentifier.node_id == node_id,
        RegisteredIdentifier.source == NODE,
        RegisteredIdentifier.subject.in_([one.subject for one in said]),
    )
    held = {(row.subject, row.scheme, row.value): row.id for row in session.scalars(mine)}
    told = {(one.subject, number.scheme, number.value) for one in said for number in one.value.identifiers}
    if gone := [id_ for key, id_ in held.items() if key not in told]:
        session.execute(delete(RegisteredIdentifier).where(RegisteredIdentifier.id.in_(gone)))
    new = [
        {"subject": subject, "scheme": scheme, "value": value} for subject, scheme, value in sorted(told - set(held))
    ]
    table = cast(Table, RegisteredIdentifier.__table__)
    write_all(session, upsert(session, table), new, node_id=node_id, source=NODE)


def _add_number(session: Session, node_id: str, subject: str, scheme: str, value: str, source: str) -> None:
    fields = {"node_id": node_id, "subject": subject, "scheme": scheme, "value": value, "source": source}
    if session.scalar(select(RegisteredIdentifier.id).filter_by(**fields)) is None:
        session.add(RegisteredIdentifier(**fields))
