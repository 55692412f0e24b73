"""Keeping what nodes say about their records, and what partners answer."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gateway.registry.models import PartnerAnswer, RegisteredIdentifier, RegisteredRecord
from mappings.messages import to_json
from mappings.model import Acknowledged, Assigned, Identifier, Party, Refusal, Work
from queues import Envelope

NODE = "node"


def keep_work(session: Session, envelope: Envelope, work: Work, *, withdrawn: bool = False) -> None:
    """The work as its node describes it now."""
    row = _row(session, envelope, "work")
    row.name, row.number, row.creation_class = work.title.text[:500], work.number, work.creation_class
    row.state = "withdrawn" if withdrawn else "registered"
    row.data = to_json(work)
    _replace_numbers(session, envelope, work.identifiers)


def keep_party(session: Session, envelope: Envelope, party: Party) -> None:
    """The right owner as its node describes it now."""
    row = _row(session, envelope, "party")
    name = party.names[0] if party.names else None
    row.name = "" if name is None else " ".join(filter(None, (name.first_name, name.name)))[:500]
    row.number, row.state, row.data = party.number, "registered", to_json(party)
    _replace_numbers(session, envelope, party.identifiers)


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
    status = (
        said.status if isinstance(said, Acknowledged) else said.scheme if isinstance(said, Assigned) else said.code
    )
    session.add(
        PartnerAnswer(
            node_id=node_id, subject=subject, partner=partner, type=type, status=status[:60], data=to_json(said),
            cause=cause, message_id=message_id, file_id=file_id, at=now,
        )
    )
    if isinstance(said, Assigned):
        _add_number(session, node_id, subject, said.scheme, said.value, partner)
    if isinstance(said, Acknowledged) and said.iswc:
        _add_number(session, node_id, subject, "iswc", said.iswc, partner)
    session.flush()


def _row(session: Session, envelope: Envelope, kind: str) -> RegisteredRecord:
    """The row of the message's record, moved on to this message."""
    node_id = envelope.source_id
    key = (RegisteredRecord.node_id == node_id, RegisteredRecord.subject == envelope.subject)
    row = session.scalar(select(RegisteredRecord).where(*key))
    if row is None:
        row = RegisteredRecord(node_id=node_id, subject=envelope.subject, kind=kind)
        session.add(row)
    row.revision, row.message_id, row.said_at = envelope.seq, envelope.id, envelope.time
    return row


def _replace_numbers(session: Session, envelope: Envelope, identifiers: Iterable[Identifier]) -> None:
    node_id = envelope.source_id
    mine = (
        RegisteredIdentifier.node_id == node_id,
        RegisteredIdentifier.subject == envelope.subject,
        RegisteredIdentifier.source == NODE,
    )
    held = {(row.scheme, row.value) for row in session.scalars(select(RegisteredIdentifier).where(*mine))}
    told = {(one.scheme, one.value) for one in identifiers}
    if gone := held - told:
        values = [value for _, value in gone]
        session.execute(delete(RegisteredIdentifier).where(*mine, RegisteredIdentifier.value.in_(values)))
    session.add_all(
        RegisteredIdentifier(node_id=node_id, subject=envelope.subject, scheme=scheme, value=value, source=NODE)
        for scheme, value in sorted(told - held)
    )
    session.flush()


def _add_number(session: Session, node_id: str, subject: str, scheme: str, value: str, source: str) -> None:
    fields = {"node_id": node_id, "subject": subject, "scheme": scheme, "value": value, "source": source}
    if session.scalar(select(RegisteredIdentifier.id).filter_by(**fields)) is None:
        session.add(RegisteredIdentifier(**fields))
