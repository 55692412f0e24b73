"""Remembering that two records are not the same."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from local_node.alike.models import ToldApart
from local_node.history import operations as history
from local_node.history.rules import FieldChange


def tell_apart(
    session: Session, kind: str, id: str, others: Mapping[str, str], *, version: int, by: str, now: datetime
) -> None:
    """Keep that a record is none of the others (id to name); its history says so."""
    new = [one for one in others if one != id and not session.get(ToldApart, (kind, *_pair(id, one)))]
    for one in new:
        first, second = _pair(id, one)
        session.add(ToldApart(kind=kind, first=first, second=second, at=now, by=by))
    changes = [FieldChange("told_apart", None, others[one]) for one in new]
    history.note_fields(session, f"{kind}/{id}", version=version, action="told-apart", fields=changes, by=by, now=now)
    session.flush()


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
