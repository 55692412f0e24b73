"""Writing down what is no change of a record: who came in, who took something along."""

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from interface.accounts import find_user
from interface.database import database
from interface.tables import User
from local_node.history.operations import note_fields
from local_node.history.rules import FieldChange

UNKNOWN = "-"


def note(
    session: Session, subject: str, action: str, *, by: str, now: datetime, field: str = "", said: str | None = None
) -> None:
    """One line about something that has no versions."""
    change = FieldChange(field, None, said)
    note_fields(session, subject, version=0, action=action, fields=[change], by=by, now=now)


def note_sign_in(app: Flask, user: User, authn_via: list[str] | None = None, **_: Any) -> None:
    """Somebody came in with a password (S-33); a session that only gets a new id is none."""
    if authn_via:
        note(database(), f"account/{user.email}", "signed-in", by=user.email, now=app.extensions["kora_now"]())
        database().commit()


def note_failed_sign_in(app: Flask, email: str, **_: Any) -> None:
    """Somebody could not come in (S-33). What was typed for an unknown account may be a password, so it is not kept."""
    known = find_user(database(), email)
    subject, by = ("account/-", UNKNOWN) if known is None else (f"account/{known.email}", known.email)
    note(database(), subject, "not-signed-in", by=by, now=app.extensions["kora_now"]())
