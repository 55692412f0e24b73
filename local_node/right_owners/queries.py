"""Questions about right owners. Values are the model's ``Party``; nothing private is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from local_node.right_owners.models import RightOwner, RightOwnerIdentifier, RightOwnerName
from local_node.right_owners.rules import first_words, search_key, sounds_alike
from mappings.latin import folded
from mappings.model import Identifier, Party, PartyName

_PRESENT = RightOwner.withdrawn_at.is_(None)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, how many there are in all, and where the next page begins."""

    rows: Sequence[RightOwner]
    total: int
    next_before: str | None


def to_party(row: RightOwner) -> Party:
    """The public party of a row."""
    return Party(
        names=tuple(
            PartyName(one.name, one.first_name, one.kind, one.script, one.language, one.accepted) for one in row.names
        ),
        kind=row.kind,
        id=row.id,
        number=row.number,
        identifiers=tuple(
            Identifier(one.scheme, one.value, one.issuer, one.source)
            for one in row.identifiers
            if one.replaced_at is None
        ),
        societies=dict(row.societies),
    )


def get(session: Session, id: str) -> RightOwner | None:
    """The row of a right owner."""
    return session.get(RightOwner, id)


def by_number(session: Session, number: str) -> RightOwner | None:
    """The right owner with our running number."""
    return session.scalar(select(RightOwner).where(RightOwner.number == number))


def by_identifier(session: Session, scheme: str, value: str, *, withdrawn: bool = False) -> Sequence[RightOwner]:
    """Right owners that bear a number now; with ``withdrawn`` those that were withdrawn too."""
    held = exists().where(
        RightOwnerIdentifier.right_owner_id == RightOwner.id,
        RightOwnerIdentifier.scheme == scheme,
        RightOwnerIdentifier.value == value,
        RightOwnerIdentifier.replaced_at.is_(None),
    )
    statement = select(RightOwner).where(held).order_by(RightOwner.id)
    return session.scalars(statement if withdrawn else statement.where(_PRESENT)).all()


def by_name(session: Session, text: str, limit: int = 20) -> Sequence[RightOwner]:
    """Right owners one of whose names is this text, in any script, case or accent."""
    held = exists().where(RightOwnerName.right_owner_id == RightOwner.id, RightOwnerName.folded == folded(text))
    return session.scalars(select(RightOwner).where(held, _PRESENT).order_by(RightOwner.id).limit(limit)).all()


def similar(session: Session, party: Party, limit: int = 5) -> Sequence[RightOwner]:
    """Other right owners with a name like one of this party's."""
    keys = [search_key(name) for name in party.names]
    words = first_words(keys)
    if not words:
        return []
    likely = exists().where(
        RightOwnerName.right_owner_id == RightOwner.id,
        or_(*(RightOwnerName.folded.contains(word, autoescape=True) for word in sorted(words))),
    )
    statement = select(RightOwner).where(likely, _PRESENT, RightOwner.kind == party.kind).limit(200)
    if party.id:
        statement = statement.where(RightOwner.id != party.id)
    near = (row for row in session.scalars(statement) if _is_near(row, keys))
    return [row for _, row in zip(range(limit), near, strict=False)]


def search(session: Session, text: str = "", *, before: str | None = None, limit: int = 50) -> Page:
    """Right owners whose name, number or identifier fits a text, newest first; ``before`` continues a list."""
    statement = _found(text)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    if before:
        statement = statement.where(RightOwner.id < before)
    rows = session.scalars(statement.order_by(RightOwner.id.desc()).limit(limit + 1)).all()
    return Page(rows[:limit], total, rows[limit - 1].id if len(rows) > limit else None)


def changed_since(session: Session, since: datetime) -> Sequence[RightOwner]:
    """Right owners changed at or after an instant."""
    return session.scalars(select(RightOwner).where(RightOwner.changed_at >= since).order_by(RightOwner.id)).all()


def _found(text: str) -> Select[RightOwner]:
    statement = select(RightOwner).where(_PRESENT)
    for word in folded(text).split():
        named = exists().where(
            RightOwnerName.right_owner_id == RightOwner.id,
            RightOwnerName.folded.contains(word, autoescape=True),
        )
        numbered = exists().where(
            RightOwnerIdentifier.right_owner_id == RightOwner.id,
            func.lower(RightOwnerIdentifier.value).startswith(word, autoescape=True),
        )
        statement = statement.where(or_(named, numbered, RightOwner.number == word.upper()))
    return statement


def _is_near(row: RightOwner, keys: Sequence[str]) -> bool:
    return any(sounds_alike(name.folded, key) for name in row.names for key in keys)
