"""What a list shows of works, read for all rows of a page at once and no more than is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from local_node.history.rules import name_of, written
from local_node.right_owners.models import RightOwner, RightOwnerName
from local_node.works.models import InterestRow, PartnerStatus, WorkIdentifier, WorkRow, WorkTitle
from mappings.messages import from_json
from mappings.model import Party, PartyName, Title, Work, share


@dataclass(frozen=True, slots=True)
class Holder:
    """One right holder in a list: an unknown one has no name; the share is of the performing right."""

    name: str
    language: str | None
    role: str
    share: Fraction | None


@dataclass(slots=True)
class Line:
    """One work in a list."""

    row: WorkRow
    titles: list[Title] = field(default_factory=list)
    holders: list[Holder] = field(default_factory=list)
    iswc: str | None = None
    answer: tuple[str, str] | None = None
    """The partner that spoke last, and its status."""
    blocked: bool = False

    @property
    def latin(self) -> Title | None:
        """The Latin title that may be sent to partners, where it is not the first title anyway."""
        found = Work(titles=tuple(self.titles)).latin_title
        return None if found == self.titles[0] else found


def lines(session: Session, rows: Sequence[WorkRow]) -> list[Line]:
    """What lists show of these works, in their order."""
    found = {row.id: Line(row, blocked=row.blocked) for row in rows}
    _add_titles(session, found)
    _add_holders(session, found)
    _add_numbers(session, found)
    _add_answers(session, found)
    return list(found.values())


def _add_titles(session: Session, found: Mapping[str, Line]) -> None:
    title = (WorkTitle.text, WorkTitle.kind, WorkTitle.language, WorkTitle.script, WorkTitle.accepted)
    statement = select(WorkTitle.work_id, *title).where(WorkTitle.work_id.in_(found)).order_by(WorkTitle.position)
    for one in session.execute(statement):
        found[one.work_id].titles.append(Title(one.text, one.kind, one.language, one.script, one.accepted))


def _add_holders(session: Session, found: Mapping[str, Line]) -> None:
    shown = (InterestRow.role, InterestRow.shares, InterestRow.named_party)
    name = (RightOwnerName.name, RightOwnerName.first_name, RightOwnerName.language)
    first = and_(RightOwnerName.right_owner_id == InterestRow.right_owner_id, RightOwnerName.position == 0)
    statement = (
        select(InterestRow.work_id, RightOwner.has_latin_name, *shown, *name)
        .outerjoin(RightOwner, RightOwner.id == InterestRow.right_owner_id)
        .outerjoin(RightOwnerName, first)
        .where(InterestRow.work_id.in_(found))
        .order_by(InterestRow.position)
    )
    for one in session.execute(statement):
        line = found[one.work_id]
        line.holders.append(_holder(one))
        line.blocked = line.blocked or one.has_latin_name is False


def _holder(one: Any) -> Holder:
    part = share(one.shares["PR"]) if "PR" in one.shares else None
    if one.named_party is not None:
        party = from_json(Party, one.named_party)
        return Holder(name_of(party), party.names[0].language if party.names else None, one.role, part)
    name = written(PartyName(one.name, one.first_name)) if one.name else ""
    return Holder(name, one.language, one.role, part)


def _add_numbers(session: Session, found: Mapping[str, Line]) -> None:
    # All numbers of the few works, sifted here: asked for the scheme too, SQLite would read every ISWC there is.
    number = (WorkIdentifier.scheme, WorkIdentifier.value, WorkIdentifier.replaced_at)
    statement = select(WorkIdentifier.work_id, *number).where(WorkIdentifier.work_id.in_(found))
    for one in session.execute(statement.order_by(WorkIdentifier.id)):
        if one.scheme == "iswc" and one.replaced_at is None:
            found[one.work_id].iswc = found[one.work_id].iswc or one.value


def _add_answers(session: Session, found: Mapping[str, Line]) -> None:
    last: dict[str, datetime] = {}
    columns = (PartnerStatus.work_id, PartnerStatus.partner, PartnerStatus.status, PartnerStatus.at)
    statement = select(*columns).where(PartnerStatus.work_id.in_(found)).order_by(PartnerStatus.partner)
    for id, partner, status, at in session.execute(statement):
        if id not in last or at > last[id]:
            last[id], found[id].answer = at, (partner, status)
