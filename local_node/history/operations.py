"""Writing down what was changed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from local_node.history.models import Revision, Snapshot
from local_node.history.rules import FieldChange, changes
from mappings.messages import to_json


def note(
    session: Session, subject: str, *, version: int, action: str, before: Any | None, after: Any, by: str, now: datetime
) -> tuple[FieldChange, ...]:
    """Keep the new state of a record and every field that changed; returns those.

    A first state is one line of the history: its fields are all new, and stand in the state itself.
    """
    found = changes(before, after)
    session.add(Snapshot(subject=subject, version=version, data=to_json(after)))
    fields = (FieldChange("", None, None),) if before is None else found
    note_fields(session, subject, version=version, action=action, fields=fields, by=by, now=now)
    return found


def note_fields(
    session: Session,
    subject: str,
    *,
    version: int,
    action: str,
    fields: Iterable[FieldChange],
    by: str,
    now: datetime,
) -> None:
    """Write rows about a record without a new version of it, such as a number that a partner gave."""
    session.add_all(
        Revision(
            subject=subject,
            version=version,
            at=now,
            by=by,
            action=action,
            field=one.field[:200],
            old=one.old,
            new=one.new,
        )
        for one in fields
    )
