"""Questions about records across nodes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.registry.models import PartnerAnswer, RegisteredIdentifier, RegisteredRecord


def record(session: Session, node_id: str, subject: str) -> RegisteredRecord | None:
    """One record of one node."""
    key = (RegisteredRecord.node_id == node_id, RegisteredRecord.subject == subject)
    return session.scalar(select(RegisteredRecord).where(*key))


def records_of(session: Session, subjects: Iterable[str]) -> dict[tuple[str, str], RegisteredRecord]:
    """The records of these subjects, by node and subject."""
    named = select(RegisteredRecord).where(RegisteredRecord.subject.in_(set(subjects)))
    return {(row.node_id, row.subject): row for row in session.scalars(named)}


def identifiers(session: Session, node_id: str, subject: str) -> Sequence[RegisteredIdentifier]:
    """The numbers of a record with their sources."""
    key = (RegisteredIdentifier.node_id == node_id, RegisteredIdentifier.subject == subject)
    ordered = select(RegisteredIdentifier).where(*key).order_by(RegisteredIdentifier.scheme, RegisteredIdentifier.value)
    return session.scalars(ordered).all()


def with_identifier(session: Session, scheme: str, value: str) -> Sequence[RegisteredRecord]:
    """Records of any node that bear a number, whoever says so."""
    named = select(RegisteredIdentifier.node_id, RegisteredIdentifier.subject).where(
        RegisteredIdentifier.scheme == scheme, RegisteredIdentifier.value == value
    )
    found: list[RegisteredRecord] = []
    for node_id, subject in session.execute(named.distinct().order_by(RegisteredIdentifier.node_id)):
        one = record(session, node_id, subject)
        if one is not None:
            found.append(one)
    return found


def by_number(session: Session, kind: str, number: str) -> Sequence[RegisteredRecord]:
    """Records with this running number, at most one per node."""
    same = (RegisteredRecord.kind == kind, RegisteredRecord.number == number)
    return session.scalars(select(RegisteredRecord).where(*same).order_by(RegisteredRecord.node_id)).all()


def answers_to(session: Session, message_id: str) -> Sequence[PartnerAnswer]:
    """What was answered to one message of a node, oldest first."""
    return session.scalars(
        select(PartnerAnswer).where(PartnerAnswer.cause == message_id).order_by(PartnerAnswer.id)
    ).all()
