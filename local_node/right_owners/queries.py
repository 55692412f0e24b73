"""Questions about right owners. Values are the model's ``Party``; nothing private is in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, and_, func, intersect, not_, or_, select, union
from sqlalchemy.orm import Session

from local_node.alike.queries import told_apart
from local_node.alike.rules import SHORTEST, Reason, party_reasons, skeleton, written
from local_node.lists.rules import since
from local_node.right_owners.models import RightOwner, RightOwnerIdentifier, RightOwnerName
from local_node.right_owners.rules import first_words, search_key
from local_node.search.queries import beginning
from local_node.search.rules import MOST_WORDS, asked
from mappings.latin import folded
from mappings.model import Identifier, Party, PartyName

_PRESENT = RightOwner.withdrawn_at.is_(None)
MOST_NEAR, MOST_FAR = 50, 200
"""Right owners that are compared with a new one: those whose names say the same, those with a word in common."""


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
    held = select(RightOwnerIdentifier.right_owner_id).where(
        RightOwnerIdentifier.scheme == scheme,
        RightOwnerIdentifier.value == value,
        RightOwnerIdentifier.replaced_at.is_(None),
    )
    statement = select(RightOwner).where(RightOwner.id.in_(held)).order_by(RightOwner.id)
    return session.scalars(statement if withdrawn else statement.where(_PRESENT)).all()


def by_name(session: Session, text: str, limit: int = 20) -> Sequence[RightOwner]:
    """Right owners one of whose names is this text, in any script, case or accent."""
    held = RightOwner.id.in_(select(RightOwnerName.right_owner_id).where(RightOwnerName.folded == folded(text)))
    return session.scalars(select(RightOwner).where(held, _PRESENT).order_by(RightOwner.id).limit(limit)).all()


def similar(session: Session, party: Party, limit: int = 5) -> list[tuple[RightOwner, tuple[Reason, ...]]]:
    """Other right owners that may be this party, with the reasons, numbers first; those told apart are left out."""
    apart = told_apart(session, "party", party.id)
    found: dict[str, tuple[RightOwner, tuple[Reason, ...]]] = {}
    for row in _candidates(session, party):
        if row.id in found or row.id in apart or row.id == party.id:
            continue
        reasons = party_reasons(party, to_party(row))
        if reasons:
            found[row.id] = (row, reasons)
    return sorted(found.values(), key=lambda one: one[1][0].code != "same-number")[:limit]


def _candidates(session: Session, party: Party) -> Iterator[RightOwner]:
    """Right owners worth comparing: with the same number, the same words, the same bones, a word in common."""
    for number in party.identifiers:
        yield from by_identifier(session, number.scheme, number.value)
    keys = [search_key(name) for name in party.names]
    bones = {skeleton(written(name)) for name in party.names}
    words = sorted(first_words(keys))[:MOST_WORDS]
    for condition, most in (
        (or_(*(_with_words(key.split()[:MOST_WORDS]) for key in keys if key)), MOST_NEAR),
        (RightOwnerName.skeleton.in_(bones), MOST_NEAR),
        (or_(*(_with_words([word]) for word in words)), MOST_FAR),
    ):
        held = RightOwner.id.in_(select(RightOwnerName.right_owner_id).where(condition))
        if words:
            yield from session.scalars(select(RightOwner).where(held, _PRESENT).order_by(RightOwner.id).limit(most))


def _with_words(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(RightOwnerName.folded.contains(word, autoescape=True) for word in words))


def lookup(session: Session, text: str, limit: int) -> Sequence[RightOwner]:
    """The newest right owners that fit what is being typed; they are not counted."""
    ids = session.scalars(_found(text).order_by(RightOwner.id.desc()).limit(limit)).all()
    return _in_order(session, ids)


def search(
    session: Session,
    text: str = "",
    *,
    filters: Mapping[str, str] = MappingProxyType({}),
    sort: str = "",
    before: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Right owners whose name, number or identifier fits a text, newest first; ``before`` continues a list.

    ``filters``: ``kind``, ``lacks`` (ipi or latin), ``since`` (a day). ``sort`` is name or changed, with a minus for
    the other direction; a sorted list is continued by ``offset``.
    """
    wanted = _found(text).where(*_narrowed(filters))
    shown = wanted.where(RightOwner.id < before) if before else wanted
    ids = session.scalars(_sorted(shown, sort).offset(offset).limit(limit + 1)).all()
    is_all = len(ids) <= limit and not before and not offset
    total = len(ids) if is_all else session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Page(_in_order(session, ids[:limit]), total, ids[limit - 1] if len(ids) > limit else None)


def _in_order(session: Session, ids: Sequence[str]) -> list[RightOwner]:
    found = {row.id: row for row in session.scalars(select(RightOwner).where(RightOwner.id.in_(ids)))}
    return [found[id] for id in ids if id in found]


def changed_since(session: Session, since: datetime) -> Sequence[RightOwner]:
    """Right owners changed at or after an instant."""
    return session.scalars(select(RightOwner).where(RightOwner.changed_at >= since).order_by(RightOwner.id)).all()


def _narrowed(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if kind := filters.get("kind"):
        conditions.append(RightOwner.kind == kind)
    if filters.get("lacks") == "latin":
        conditions.append(not_(RightOwner.has_latin_name))
    if filters.get("lacks") == "ipi":
        conditions.append(not_(_bears("ipi-name")))
    if day := since(filters.get("since", "")):
        conditions.append(RightOwner.changed_at >= day)
    return conditions


def _bears(scheme: str) -> ColumnElement[bool]:
    bears = (RightOwnerIdentifier.scheme == scheme, RightOwnerIdentifier.replaced_at.is_(None))
    return RightOwner.id.in_(select(RightOwnerIdentifier.right_owner_id).where(*bears))


def _sorted(statement: Select[str], sort: str) -> Select[str]:
    key = sort.removeprefix("-")
    if key == "name":
        first = and_(RightOwnerName.right_owner_id == RightOwner.id, RightOwnerName.position == 0)
        statement = statement.outerjoin(RightOwnerName, first)
    by = {"name": RightOwnerName.folded, "changed": RightOwner.changed_at}.get(key)
    if by is None:
        return statement.order_by(RightOwner.id.desc())
    return statement.order_by(by.desc() if sort.startswith("-") else by.asc(), RightOwner.id.desc())


def _found(text: str) -> Select[str]:
    """Ids of those whose words, numbers or consonants fit; of sets alone, as works are found."""
    statement = select(RightOwner.id).where(_PRESENT)
    sets = [union(beginning("party", word), _numbered(word)).subquery() for word in asked(text)]
    if not sets:
        return statement
    fits = intersect(*(select(one.c[0]) for one in sets)) if len(sets) > 1 else select(sets[0].c[0])
    bones = skeleton(text)
    if len(bones.replace(" ", "")) >= SHORTEST:
        fits = union(select(fits.subquery().c[0]), _with_skeleton(bones))
    return statement.where(RightOwner.id.in_(fits))


def _numbered(word: str) -> Select[str]:
    return select(RightOwner.id).where(RightOwner.number.in_((word, word.upper())))


def _with_skeleton(bones: str) -> Select[str]:
    return select(RightOwnerName.right_owner_id).where(RightOwnerName.skeleton == bones)
