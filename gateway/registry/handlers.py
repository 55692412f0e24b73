"""Messages of a node about its works and right owners."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.registry import operations
from gateway.registry.operations import Said
from mappings.messages import from_json
from mappings.model import Party, Work
from queues import Envelope, Refused


def parties_said(session: Session, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Right owners were registered or changed."""
    operations.keep(session, [_party(envelope) for envelope in envelopes])


def works_said(session: Session, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Works were registered or changed."""
    operations.keep(session, [_work(envelope) for envelope in envelopes])


def works_withdrawn(session: Session, envelopes: Sequence[Envelope], now: datetime) -> None:
    """Works were withdrawn."""
    operations.keep(session, [_work(envelope, state="withdrawn") for envelope in envelopes])


def _party(envelope: Envelope) -> Said:
    _check_subject(envelope, "party")
    party = from_json(Party, envelope.data)
    first = party.names[0] if party.names else None
    name = "" if first is None else " ".join(filter(None, (first.first_name, first.name)))
    return Said(envelope, party, name, None, "registered")


def _work(envelope: Envelope, *, state: str = "registered") -> Said:
    _check_subject(envelope, "work")
    work = from_json(Work, envelope.data)
    return Said(envelope, work, work.title.text, work.creation_class, state)


def _check_subject(envelope: Envelope, kind: str) -> None:
    """The subject names the record the data is about; else somebody would write over another record."""
    said, _, id_ = envelope.subject.partition("/")
    data: Mapping[str, Any] = envelope.data
    if said != kind or not id_ or data.get("id") not in (None, id_):
        text = f"the subject is not {kind}/<id of the record>"
        raise Refused("wrong-subject", [{"code": "wrong-subject", "field": "subject", "text": text}])
