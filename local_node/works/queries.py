"""Questions about works. A whole work is the model's ``Work``, its parties as they are known today."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    exists,
    func,
    intersect,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased, lazyload

from local_node.alike.queries import told_apart
from local_node.alike.rules import SHORTEST, Reason, skeleton, work_reasons
from local_node.right_owners.models import RightOwner
from local_node.right_owners.queries import to_party
from local_node.search.queries import beginning
from local_node.search.rules import asked
from local_node.works.models import (
    InterestRow,
    PartnerAnswer,
    PartnerStatus,
    WorkConflict,
    WorkIdentifier,
    WorkRow,
    WorkTitle,
)
from mappings import tables
from mappings.latin import folded
from mappings.messages import from_json
from mappings.model import Annex, Identifier, Interest, Party, Title, Work

_ALONE = [lazyload(one) for one in (WorkRow.titles, WorkRow.interests, WorkRow.identifiers, WorkRow.partners)]
TOGETHER = 500
MOST_NEAR = 50
"""Works that are compared with a new one."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, how many there are in all, and where the next page begins."""

    rows: Sequence[WorkRow]
    total: int
    next_before: str | None


def to_work(row: WorkRow) -> Work:
    """The whole work of a row, as it stands in messages."""
    return Work(
        titles=tuple(Title(one.text, one.kind, one.language, one.script, one.accepted) for one in row.titles),
        interests=tuple(_interest(one) for one in row.interests),
        creation_class=row.creation_class,
        id=row.id,
        number=row.number,
        identifiers=tuple(
            Identifier(one.scheme, one.value, one.issuer, one.source)
            for one in row.identifiers
            if one.replaced_at is None
        ),
        details=dict(row.details),
        annexes=tuple(from_json(Annex, one) for one in row.annexes),
    )


def get(session: Session, id: str) -> WorkRow | None:
    """The row of a work."""
    return session.get(WorkRow, id)


def by_number(session: Session, number: str) -> WorkRow | None:
    """The work with our running number."""
    return session.scalar(select(WorkRow).where(WorkRow.number == number))


def by_identifier(session: Session, scheme: str, value: str, issuer: str | None = None) -> Sequence[WorkRow]:
    """Works that bear a number now; ``issuer`` narrows numbers that only hold within one society."""
    held = select(WorkIdentifier.work_id).where(
        WorkIdentifier.scheme == scheme,
        WorkIdentifier.value == value,
        WorkIdentifier.replaced_at.is_(None),
        *([] if issuer is None else [WorkIdentifier.issuer == issuer]),
    )
    return session.scalars(select(WorkRow).where(WorkRow.id.in_(held)).order_by(WorkRow.id)).all()


def by_title(session: Session, text: str, limit: int = 20) -> Sequence[WorkRow]:
    """Works one of whose titles is this text, in any case or accent."""
    held = select(WorkTitle.work_id).where(WorkTitle.folded == folded(text))
    return session.scalars(select(WorkRow).where(WorkRow.id.in_(held)).order_by(WorkRow.id).limit(limit)).all()


def of_right_owner(session: Session, right_owner_id: str, limit: int = 200) -> Sequence[WorkRow]:
    """Works a right owner has a part in, newest first."""
    part = select(InterestRow.work_id).where(InterestRow.right_owner_id == right_owner_id).distinct()
    ids = session.scalars(part.order_by(InterestRow.work_id.desc()).limit(limit)).all()
    return _in_order(session, ids)


def search(
    session: Session,
    text: str = "",
    *,
    creation_class: str | None = None,
    state: str | None = None,
    answer: str | None = None,
    since: datetime | None = None,
    sort: str = "",
    before: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Works that fit a text, newest first.

    ``state`` is draft, registered, withdrawn, blocked, conflict, answered, iswc, or a partner's status; ``answer`` a
    partner's last status, or ``none``. The text is searched in titles, names, numbers and identifiers; ``title / name``
    asks for both at once. ``sort`` is title, class or changed, with a minus for the other direction; a sorted list is
    continued by ``offset``.
    """
    narrowed = [*_narrowed(creation_class, state, answer)]
    if since:
        narrowed.append(WorkRow.changed_at >= since)
    found = _found(text)
    if found is not None and not narrowed and not sort:
        wanted = select(found.c.id)  # the works themselves need not be looked at
    else:
        wanted = select(WorkRow.id).where(*narrowed)
        wanted = wanted if found is None else wanted.join(found, found.c.id == WorkRow.id)
    id = wanted.selected_columns.id
    shown = wanted.where(id < before) if before else wanted
    ids = session.scalars(_sorted(shown, id, sort).offset(offset).limit(limit + 1)).all()
    is_all = len(ids) <= limit and not before and not offset
    total = len(ids) if is_all else session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    return Page(_in_order(session, ids[:limit]), total, ids[limit - 1] if len(ids) > limit else None)


def _in_order(session: Session, ids: Sequence[str]) -> list[WorkRow]:
    """The works with these ids. Lists show little of each, so what belongs to a work is read when it is asked for."""
    found = _read(session, ids, select(WorkRow).options(*_ALONE))
    return [found[id] for id in ids if id in found]


def _read(session: Session, ids: Sequence[str], statement: Select[WorkRow]) -> dict[str, WorkRow]:
    """Works by their ids, asked for in parts, because a statement holds only so many values."""
    parts = (ids[first : first + TOGETHER] for first in range(0, len(ids), TOGETHER))
    return {row.id: row for part in parts for row in session.scalars(statement.where(WorkRow.id.in_(part)))}


def _narrowed(creation_class: str | None, state: str | None, answer: str | None) -> Iterator[ColumnElement[bool]]:
    if creation_class:
        yield WorkRow.creation_class == creation_class
    if state:
        yield _in_state(state)
    if answer:
        yield _answered(answer)


def whole(session: Session, ids: Sequence[str]) -> dict[str, WorkRow]:
    """Works of a list with all that belongs to them, by id, read together."""
    return _read(session, ids, select(WorkRow).execution_options(populate_existing=True))


def similar(session: Session, work: Work, limit: int = 5) -> list[tuple[WorkRow, tuple[Reason, ...]]]:
    """Other works that may be this one, with the reasons, numbers first; those told apart are left out."""
    apart = told_apart(session, "work", work.id)
    found: dict[str, tuple[WorkRow, tuple[Reason, ...]]] = {}
    for row in _candidates(session, work):
        if row.id in found or row.id in apart or row.id == work.id or row.status == "withdrawn":
            continue
        reasons = work_reasons(work, to_work(row))
        if reasons:
            found[row.id] = (row, reasons)
    return sorted(found.values(), key=lambda one: one[1][0].code != "same-number")[:limit]


def _candidates(session: Session, work: Work) -> Iterator[WorkRow]:
    """Works worth comparing: with the same number, or a title that says the same in any script."""
    for number in work.identifiers:
        yield from by_identifier(session, number.scheme, number.value)
    keys = {folded(one.text) for one in work.titles} - {""}
    bones = {one for one in (skeleton(title.text) for title in work.titles) if len(one.replace(" ", "")) >= SHORTEST}
    held = select(WorkTitle.work_id).where(or_(WorkTitle.folded.in_(keys), WorkTitle.skeleton.in_(bones)))
    yield from session.scalars(select(WorkRow).where(WorkRow.id.in_(held)).order_by(WorkRow.id).limit(MOST_NEAR))


def next_older(session: Session, id: str) -> str | None:
    """The work that stands behind this one in the list."""
    return session.scalar(select(WorkRow.id).where(WorkRow.id < id).order_by(WorkRow.id.desc()).limit(1))


def numbers_of_works(session: Session, ids: Iterable[str]) -> dict[str, int]:
    """In how many works that are not withdrawn each right owner has a part."""
    counted = (
        select(InterestRow.right_owner_id, func.count(InterestRow.work_id.distinct()))
        .join(WorkRow, WorkRow.id == InterestRow.work_id)
        .where(InterestRow.right_owner_id.in_(list(ids)), WorkRow.status != "withdrawn")
        .group_by(InterestRow.right_owner_id)
    )
    return {id: number for id, number in session.execute(counted) if id is not None}


def count(session: Session, state: str | None = None) -> int:
    """How many works there are, or are in a state."""
    statement = select(func.count()).select_from(WorkRow)
    return session.scalar(statement if state is None else statement.where(_in_state(state))) or 0


def is_blocked(row: WorkRow) -> bool:
    """Whether something keeps the work from partners: in itself, or a right owner without an accepted Latin name."""
    return row.blocked or any(one.right_owner and not one.right_owner.has_latin_name for one in row.interests)


def answers(session: Session, work_id: str) -> Sequence[PartnerAnswer]:
    """What partners answered about a work, oldest first."""
    statement = select(PartnerAnswer).where(PartnerAnswer.work_id == work_id)
    return session.scalars(statement.order_by(PartnerAnswer.at, PartnerAnswer.id)).all()


def news(session: Session, since: datetime | None = None, limit: int = 12) -> Sequence[tuple[PartnerAnswer, WorkRow]]:
    """The latest answers of all partners with their works, newest first."""
    statement = select(PartnerAnswer, WorkRow).join(WorkRow, WorkRow.id == PartnerAnswer.work_id)
    if since is not None:
        statement = statement.where(PartnerAnswer.at >= since)
    found = session.execute(statement.order_by(PartnerAnswer.at.desc(), PartnerAnswer.id.desc()).limit(limit))
    return [(answer, work) for answer, work in found]


def count_answers(session: Session) -> int:
    """How many answers of partners came."""
    return session.scalar(select(func.count()).select_from(PartnerAnswer)) or 0


def conflicts(session: Session, work_id: str | None = None) -> Sequence[WorkConflict]:
    """Conflicts that wait for a person, oldest first."""
    statement = select(WorkConflict).where(WorkConflict.decision.is_(None)).order_by(WorkConflict.id)
    return session.scalars(statement if work_id is None else statement.where(WorkConflict.work_id == work_id)).all()


def count_conflicts(session: Session) -> int:
    """How many conflicts wait for a person."""
    return session.scalar(select(func.count()).select_from(WorkConflict).where(WorkConflict.decision.is_(None))) or 0


def recent(session: Session, limit: int = 8) -> Sequence[WorkRow]:
    """The works people changed last."""
    ids = session.scalars(select(WorkRow.id).order_by(WorkRow.changed_at.desc(), WorkRow.id.desc()).limit(limit)).all()
    return _in_order(session, ids)


def summary(session: Session) -> dict[str, Any]:
    """Counts for machines: works by status and by each partner's last word, waiting conflicts, works with an ISWC."""
    by_status = select(WorkRow.status, func.count()).group_by(WorkRow.status)
    partners = select(PartnerStatus.partner, PartnerStatus.status, func.count())
    said: dict[str, dict[str, int]] = {}
    for partner, status, number in session.execute(partners.group_by(PartnerStatus.partner, PartnerStatus.status)):
        said.setdefault(partner, {})[status] = number
    with_iswc = select(func.count(WorkIdentifier.work_id.distinct())).where(
        WorkIdentifier.scheme == "iswc", WorkIdentifier.replaced_at.is_(None)
    )
    return {
        "works": count(session),
        "by_status": {status: number for status, number in session.execute(by_status)},  # noqa: C416
        "partners": said,
        "with_iswc": session.scalar(with_iswc) or 0,
        "blocked": count(session, "blocked"),
        "conflicts": len(conflicts(session)),
    }


def items(session: Session, limit: int) -> list[dict[str, Any]]:
    """The newest works in short, for machines."""
    ids = [row.id for row in search(session, limit=limit).rows]
    found = whole(session, ids)
    return [item(found[id]) for id in ids]


def item(row: WorkRow) -> dict[str, Any]:
    """One work in short, for machines."""
    iswc = next((one.value for one in row.identifiers if one.scheme == "iswc" and one.replaced_at is None), None)
    return {
        "id": row.id,
        "number": row.number,
        "title": row.titles[0].text,
        "class": row.creation_class,
        "status": row.status,
        "blocked": is_blocked(row),
        "iswc": iswc,
        "partners": {one.partner: one.status for one in row.partners},
    }


def _interest(row: InterestRow) -> Interest:
    stored = {
        "role": row.role,
        "controlled": row.controlled,
        "shares": row.shares,
        "societies": row.societies,
        "collection": row.collection,
        "chain": row.chain,
        "represented_by": row.represented_by,
        "details": row.details,
    }
    interest = from_json(Interest, stored)
    party = to_party(row.right_owner) if row.right_owner else _named(row)
    return Interest(
        role=interest.role,
        party=party,
        controlled=interest.controlled,
        shares=interest.shares,
        societies=interest.societies,
        collection=interest.collection,
        chain=interest.chain,
        represented_by=interest.represented_by,
        details=interest.details,
    )


def _named(row: InterestRow) -> Party | None:
    return None if row.named_party is None else from_json(Party, row.named_party)


def _found(text: str) -> Subquery | None:
    """The column ``id`` of the works that a text finds, each once; None for a text without a word.

    Made of sets alone: a condition on each work would let a database look at every work, in whatever order it thinks
    best, and with two names in common use it thinks badly.
    """
    title, _divider, name = (asked(part) for part in text.partition(" / "))
    if title and name:
        return _in_all([*map(_titled, title), *map(_held_by, name)])
    return _in_all([union(_titled(word), _held_by(word), _numbered(word)) for word in asked(text)])


def _in_all(sets: Sequence[Select[str] | CompoundSelect[str]]) -> Subquery | None:
    named = [one.subquery() for one in sets]
    parts = [select(one.c[0].label("id")) for one in named]
    return None if not parts else (intersect(*parts) if len(parts) > 1 else parts[0]).subquery("found")


def _titled(word: str) -> Select[str]:
    return beginning("work", word)


def _numbered(word: str) -> Select[str]:
    return select(WorkRow.id).where(WorkRow.number.in_((word, word.upper())))


def _sorted(statement: Select[str], id: ColumnElement[str], sort: str) -> Select[str]:
    key = sort.removeprefix("-")
    if key == "title":
        statement = statement.outerjoin(WorkTitle, and_(WorkTitle.work_id == WorkRow.id, WorkTitle.position == 0))
    by = {"title": WorkTitle.folded, "class": WorkRow.creation_class, "changed": WorkRow.changed_at}.get(key)
    if by is None:
        return statement.order_by(id.desc())
    return statement.order_by(by.desc() if sort.startswith("-") else by.asc(), id.desc())


def _answered(status: str) -> ColumnElement[bool]:
    if status == "none":
        return ~exists().where(PartnerStatus.work_id == WorkRow.id)
    return WorkRow.id.in_(select(PartnerStatus.work_id).where(PartnerStatus.status == status))


def _held_by(word: str) -> Select[str]:
    """Ids of the works in which a right owner has a part one of whose names begins so."""
    return select(InterestRow.work_id).where(InterestRow.right_owner_id.in_(beginning("party", word)))


def _in_state(state: str) -> ColumnElement[bool]:
    """A condition of sets, which is asked once: of two indexes for each work SQLite may take the endless one."""
    if state in {"draft", "registered", "withdrawn"}:
        return WorkRow.status == state
    if state == "blocked":
        # By the few records that are not well; to look at each work would take longer with every work.
        blocked, unnamed = aliased(WorkRow), select(RightOwner.id).where(not_(RightOwner.has_latin_name))
        held = select(InterestRow.work_id).where(InterestRow.right_owner_id.in_(unnamed))
        return and_(
            WorkRow.status != "withdrawn", WorkRow.id.in_(union(select(blocked.id).where(blocked.blocked), held))
        )
    if state == "conflict":
        return WorkRow.id.in_(select(WorkConflict.work_id).where(WorkConflict.decision.is_(None)))
    if state == "answered":
        return exists().where(PartnerAnswer.work_id == WorkRow.id)
    if state == "iswc":
        bears = (WorkIdentifier.scheme == "iswc", WorkIdentifier.replaced_at.is_(None))
        return WorkRow.id.in_(select(WorkIdentifier.work_id).where(*bears))
    return _answered(state)


def closes(status: str) -> bool:
    """Whether a partner says no more after this status."""
    row = tables.acknowledgement_statuses.get(status)
    return row is None or row.closes
