"""Messages of nodes about their works and right owners."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from gateway.registry import operations
from mappings.messages import from_json
from mappings.model import Party, Work
from queues import Envelope, Refused


def party_said(session: Session, envelope: Envelope) -> None:
    """A right owner was registered or changed."""
    _check_subject(envelope, "party")
    operations.keep_party(session, envelope, from_json(Party, envelope.data))


def work_said(session: Session, envelope: Envelope) -> None:
    """A work was registered or changed."""
    _check_subject(envelope, "work")
    operations.keep_work(session, envelope, from_json(Work, envelope.data))


def work_withdrawn(session: Session, envelope: Envelope) -> None:
    """A work was withdrawn."""
    _check_subject(envelope, "work")
    operations.keep_work(session, envelope, from_json(Work, envelope.data), withdrawn=True)


def _check_subject(envelope: Envelope, kind: str) -> None:
    """The subject names the record the data is about; else somebody would write over another record."""
    said, _, id_ = envelope.subject.partition("/")
    data: Mapping[str, Any] = envelope.data
    if said != kind or not id_ or data.get("id") not in (None, id_):
        text = f"the subject is not {kind}/<id of the record>"
        raise Refused("wrong-subject", [{"code": "wrong-subject", "field": "subject", "text": text}])
