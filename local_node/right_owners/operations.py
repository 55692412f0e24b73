"""The verbs of right owners. Each works in the caller's transaction; the caller commits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.vault import Vault
from local_node.admin.numbers import next_number
from local_node.alike.rules import skeleton, written
from local_node.history import operations as history
from local_node.history import queries as past
from local_node.history.rules import FieldChange, changes
from local_node.outgoing import tell
from local_node.right_owners.models import RightOwner, RightOwnerIdentifier, RightOwnerName
from local_node.right_owners.queries import to_party
from local_node.right_owners.rules import RightOwnerRefused, findings, search_key, tidied
from local_node.search import operations as search
from mappings.model import Identifier, Party
from queues import uuid7

BY_PEOPLE = frozenset({"typed", "import", None})
"""Sources of a number that a person may correct; what a register gave stays."""


class UnknownRightOwner(LookupError):
    """No right owner has this id."""


class Overtaken(Exception):
    """Somebody else changed the record since it was read."""


def subject_of(id: str) -> str:
    """The subject of a right owner's messages."""
    return f"party/{id}"


def register(session: Session, party: Party, *, by: str, now: datetime) -> Party:
    """Keep a new right owner, give it a number and tell the gateway; returns it with id and number.

    Raises RightOwnerRefused with every finding.
    """
    party = _checked(party)
    row = RightOwner(
        id=uuid7(),
        number=next_number(session, "party"),
        version=1,
        created_at=now,
        created_by=by,
        birth_date_sealed=None,
    )
    _write(session, row, party, by=by, now=now)
    session.add(row)
    session.flush()
    kept = to_party(row)
    subject = subject_of(row.id)
    history.note(session, subject, version=1, action="registered", before=None, after=kept, by=by, now=now)
    tell(session, "kora.party.registered.v1", subject, kept, now=now)
    return kept


def update(
    session: Session, party: Party, *, by: str, now: datetime, version: int | None = None, action: str = "updated"
) -> Party:
    """Replace the public state of a right owner; the gateway hears of it only when something changed.

    Raises UnknownRightOwner, RightOwnerRefused, and Overtaken when ``version`` is not the present one.
    """
    row = _for_change(session, party.id, version)
    before = to_party(row)
    party = replace(_checked(party), id=row.id, number=row.number)
    party = replace(party, identifiers=_merged(before.identifiers, party.identifiers))
    if not changes(before, party):
        return before
    _write(session, row, party, by=by, now=now)
    row.version += 1
    session.flush()
    kept = to_party(row)
    subject = subject_of(row.id)
    found = history.note(
        session, subject, version=row.version, action=action, before=before, after=kept, by=by, now=now
    )
    tell(session, "kora.party.updated.v1", subject, kept, changed=(one.field.split(".")[0] for one in found), now=now)
    return kept


def undo(session: Session, id: str, *, by: str, now: datetime) -> Party:
    """Take back the last change. Raises UnknownRightOwner, LookupError when there is nothing before it."""
    row = _for_change(session, id, None)
    before = past.state(session, subject_of(id), row.version - 1, Party)
    if before is None:
        raise LookupError("nothing to take back")
    return update(session, before, by=by, now=now, action="undone")


def withdraw(session: Session, id: str, *, by: str, now: datetime) -> None:
    """Take back a right owner that came by mistake; the number is never given again.

    Nothing is posted: a party means something to others only in a work. Raises UnknownRightOwner.
    """
    _mark(session, id, "withdrawn", now, by=by, now=now)


def revive(session: Session, id: str, *, by: str, now: datetime) -> None:
    """Let a withdrawn right owner be present again, because somebody names it anew. Raises UnknownRightOwner."""
    _mark(session, id, "registered", None, by=by, now=now)


def _mark(session: Session, id: str, action: str, withdrawn_at: datetime | None, *, by: str, now: datetime) -> None:
    row = _for_change(session, id, None)
    if (row.withdrawn_at is None) == (withdrawn_at is None):
        return
    row.withdrawn_at, row.changed_at, row.changed_by = withdrawn_at, now, by
    session.flush()
    old = "registered" if withdrawn_at else "withdrawn"
    fields = [FieldChange("status", old, action)]
    history.note_fields(session, subject_of(id), version=row.version, action=action, fields=fields, by=by, now=now)


def attach_identifier(
    session: Session, id: str, *, scheme: str, value: str, partner: str, by: str, now: datetime
) -> str:
    """Keep a number that a register gave: ``attached``, ``known``, or ``differs`` from the one we have.

    Nothing is posted: who told us knows it already. Raises UnknownRightOwner.
    """
    row = _for_change(session, id, None)
    known = {one.value for one in row.identifiers if one.scheme == scheme and one.replaced_at is None}
    if value in known:
        return "known"
    # People may have several name numbers; of every other scheme there is one.
    if known and scheme != "ipi-name":
        _note_number(session, row, "differs", scheme, ", ".join(sorted(known)), value, by, now)
        return "differs"
    row.identifiers.append(RightOwnerIdentifier(scheme=scheme, value=value, source=partner, since=now))
    _let_be_found(session, row)
    _note_number(session, row, "attached", scheme, None, value, by, now)
    session.flush()
    return "attached"


def keep_birth_date(session: Session, id: str, born: date | None, *, vault: Vault, by: str, now: datetime) -> None:
    """Keep the birth date encrypted (S-20); the history says that it changed, not what it is."""
    row = _for_change(session, id, None)
    row.birth_date_sealed = vault.seal_text(born.isoformat(), _birth_place(id)) if born else None
    row.version, row.changed_at, row.changed_by = row.version + 1, now, by
    session.flush()
    subject, party = subject_of(id), to_party(row)
    change = FieldChange("birth_date", None, "***" if born else None)
    history.note(session, subject, version=row.version, action="updated", before=party, after=party, by=by, now=now)
    history.note_fields(session, subject, version=row.version, action="updated", fields=[change], by=by, now=now)


def read_birth_date(session: Session, id: str, *, vault: Vault, reason: str, by: str, now: datetime) -> date | None:
    """The birth date in clear; who read it and why is written down (S-21)."""
    row = _for_change(session, id, None)
    if row.birth_date_sealed is None:
        return None
    seen = FieldChange("birth_date", None, reason)
    history.note_fields(session, subject_of(id), version=row.version, action="seen", fields=[seen], by=by, now=now)
    return date.fromisoformat(vault.open_text(row.birth_date_sealed, _birth_place(id)))


def tell_everything(session: Session, *, now: datetime) -> int:
    """Post every right owner, for an office that has just been enrolled; how many."""
    rows = session.scalars(select(RightOwner).order_by(RightOwner.id)).all()
    for row in rows:
        tell(session, "kora.party.registered.v1", subject_of(row.id), to_party(row), now=now)
    return len(rows)


def _birth_place(id: str) -> str:
    return f"right_owner/birth_date/{id}"


def _checked(party: Party) -> Party:
    party = tidied(party)
    if found := findings(party):
        raise RightOwnerRefused(found)
    return party


def _for_change(session: Session, id: str | None, version: int | None) -> RightOwner:
    row = session.get(RightOwner, id, with_for_update=True) if id else None
    if row is None:
        raise UnknownRightOwner(id)
    if version is not None and row.version != version:
        raise Overtaken(row.version)
    return row


def _merged(present: Sequence[Identifier], typed: Sequence[Identifier]) -> tuple[Identifier, ...]:
    """The numbers a person gives and those a register told us of, known ones in their old order."""
    said = {(one.scheme, one.value) for one in typed}
    stay = [one for one in present if one.source not in BY_PEOPLE or (one.scheme, one.value) in said]
    known = {(one.scheme, one.value) for one in stay}
    return (*stay, *(one for one in typed if (one.scheme, one.value) not in known))


def _write(session: Session, row: RightOwner, party: Party, *, by: str, now: datetime) -> None:
    row.kind = party.kind
    row.societies = dict(party.societies)
    row.has_latin_name = party.latin is not None
    row.changed_at, row.changed_by = now, by
    row.names = [
        RightOwnerName(
            position=place,
            name=one.name,
            first_name=one.first_name,
            kind=one.kind,
            script=one.script,
            language=one.language,
            accepted=one.accepted,
            folded=search_key(one),
            skeleton=skeleton(written(one)),
        )
        for place, one in enumerate(party.names)
    ]
    _write_identifiers(row, party.identifiers, now)
    _let_be_found(session, row)


def _let_be_found(session: Session, row: RightOwner) -> None:
    numbers = [one.value for one in row.identifiers if one.replaced_at is None]
    names = [f"{one.first_name or ''} {one.name}" for one in row.names]
    search.keep(session, "party", row.id, [*names, *numbers])


def _write_identifiers(row: RightOwner, wanted: Sequence[Identifier], now: datetime) -> None:
    """Add what is new; what is no longer said stays known (a number is never erased)."""
    present = {(one.scheme, one.value): one for one in row.identifiers}
    said = {(one.scheme, one.value): one for one in wanted}
    for key, stored in present.items():
        stored.replaced_at = None if key in said else stored.replaced_at or now
    row.identifiers.extend(
        RightOwnerIdentifier(scheme=one.scheme, value=one.value, issuer=one.issuer, source=one.source, since=now)
        for key, one in said.items()
        if key not in present
    )


def _note_number(
    session: Session, row: RightOwner, action: str, scheme: str, old: str | None, new: str, by: str, now: datetime
) -> None:
    change = FieldChange(f"identifiers.{scheme}", old, new)
    history.note_fields(
        session, subject_of(row.id), version=row.version, action=action, fields=[change], by=by, now=now
    )
