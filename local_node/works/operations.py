"""The verbs of works. Each works in the caller's transaction; the caller commits.

A message leaves only when the public state changed by somebody here; what the gateway tells us is attached in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from local_node.admin.numbers import next_number
from local_node.alike.rules import skeleton
from local_node.classes.queries import creation_classes
from local_node.history import operations as history
from local_node.history import queries as past
from local_node.history.rules import FieldChange, changes
from local_node.outgoing import tell
from local_node.right_owners.models import RightOwner
from local_node.right_owners.queries import to_party
from local_node.search import operations as search
from local_node.works import answers
from local_node.works.models import InterestRow, WorkIdentifier, WorkRow, WorkTitle
from local_node.works.queries import to_work
from local_node.works.rules import BY_PEOPLE, ONE_PER_WORK, WorkRefused, blockers, check, check_draft, tidied
from mappings.latin import folded
from mappings.messages import to_json
from mappings.model import Acknowledged, Assigned, Identifier, Interest, Party, Refusal, Title, Work
from queues import uuid7


class UnknownWork(LookupError):
    """No work has this id, or an interest names a right owner that does not exist."""


class Overtaken(Exception):
    """Somebody else changed the record since it was read."""


class NotADraft(ValueError):
    """The work is registered; it can be changed or withdrawn, but is no draft again."""


def subject_of(id: str) -> str:
    """The subject of a work's messages."""
    return f"work/{id}"


def register_work(session: Session, work: Work, *, by: str, now: datetime) -> Work:
    """Keep a new work, give it a number and tell the gateway; returns it with id and number.

    Interests whose party has an ``id`` belong to that right owner of ours. Raises WorkRefused with every finding,
    UnknownWork for a right owner that does not exist.
    """
    work = tidied(work)
    _demand(session, work)
    row = _new_row(session, work, status="registered", by=by, now=now)
    kept = to_work(row)
    history.note(session, subject_of(row.id), version=1, action="registered", before=None, after=kept, by=by, now=now)
    tell(session, "kora.work.registered.v1", subject_of(row.id), kept, now=now)
    return kept


def save_draft(session: Session, work: Work, *, by: str, now: datetime, version: int | None = None) -> Work:
    """Keep a work that is not complete yet: nobody else hears of it.

    Raises NotADraft for a registered one, and WorkRefused for what cannot be kept.
    """
    work = tidied(work)
    if problems := check_draft(work):
        raise WorkRefused(problems)
    if work.id is None:
        row = _new_row(session, work, status="draft", by=by, now=now)
        kept = to_work(row)
        history.note(session, subject_of(row.id), version=1, action="saved", before=None, after=kept, by=by, now=now)
        return kept
    row = _for_change(session, work.id, version)
    if row.status != "draft":
        raise NotADraft(row.number)
    return _replace(session, row, work, action="saved", by=by, now=now)[0]


def update_work(
    session: Session, work: Work, *, by: str, now: datetime, version: int | None = None, action: str = "updated"
) -> Work:
    """Replace the public state of a work; a draft becomes registered. The gateway hears of it only when it changed.

    Raises WorkRefused, UnknownWork, and Overtaken when ``version`` is not the present one.
    """
    work = tidied(work)
    _demand(session, work)
    row = _for_change(session, work.id, version)
    was_registered = row.status == "registered"
    row.status = "registered"
    kept, found = _replace(session, row, work, action=action if was_registered else "registered", by=by, now=now)
    if not was_registered:
        tell(session, "kora.work.registered.v1", subject_of(row.id), kept, now=now)
    elif found:
        parts = (one.field.split(".")[0] for one in found)
        tell(session, "kora.work.updated.v1", subject_of(row.id), kept, changed=parts, now=now)
    return kept


def withdraw_work(session: Session, id: str, *, by: str, now: datetime, version: int | None = None) -> Work:
    """Take a work back: it stays readable, its number is never given again. A draft goes without a message."""
    row = _for_change(session, id, version)
    kept = to_work(row)
    if row.status == "withdrawn":
        return kept
    was_registered = row.status == "registered"
    row.status, row.version, row.changed_at, row.changed_by = "withdrawn", row.version + 1, now, by
    session.flush()
    change = FieldChange("status", "registered" if was_registered else "draft", "withdrawn")
    subject = subject_of(id)
    history.note(session, subject, version=row.version, action="withdrawn", before=kept, after=kept, by=by, now=now)
    history.note_fields(session, subject, version=row.version, action="withdrawn", fields=[change], by=by, now=now)
    if was_registered:
        tell(session, "kora.work.withdrawn.v1", subject, kept, now=now)
    return kept


def undo(session: Session, id: str, *, by: str, now: datetime) -> Work:
    """Take back the last change of a work. Raises UnknownWork, LookupError when there is nothing before it."""
    row = _for_change(session, id, None)
    before = past.state(session, subject_of(id), row.version - 1, Work)
    if before is None:
        raise LookupError("nothing to take back")
    before = replace(before, id=id, interests=tuple(_of_today(session, one) for one in before.interests))
    if row.status == "draft":
        return _replace(session, row, tidied(before), action="undone", by=by, now=now)[0]
    return update_work(session, before, by=by, now=now, action="undone")


def attach_acknowledgement(session: Session, id: str, answer: Acknowledged, *, message_id: str, now: datetime) -> None:
    """Keep a partner's answer; other shares it holds become conflicts, an ISWC is attached. Posts nothing."""
    row = _for_change(session, id, None)
    if answers.keep(session, row, answer, message_id=message_id, now=now) and answer.iswc:
        assigned = Assigned("iswc", answer.iswc, answer.partner, answer.number)
        attach_identifier(session, id, assigned, message_id=message_id, now=now)


def attach_identifier(session: Session, id: str, assigned: Assigned, *, message_id: str, now: datetime) -> str:
    """Keep a number that a partner gave: ``attached``, ``known`` or ``conflict``. Posts nothing.

    A work has one ISWC: another one than ours waits as a conflict and never overwrites it.
    """
    row = _for_change(session, id, None)
    scheme, value = assigned.scheme, _canonical(assigned)
    held = [one for one in row.identifiers if one.scheme == scheme and one.replaced_at is None]
    if any(one.value == value for one in held):
        return "known"
    if held and scheme in ONE_PER_WORK:
        answers.note_other_number(
            session, row, assigned, ours=held[0].value, theirs=value, message_id=message_id, now=now
        )
        return "conflict"
    row.identifiers.append(WorkIdentifier(scheme=scheme, value=value, source=assigned.partner, since=now))
    _let_be_found(session, row)
    _note_number(session, row, "attached", scheme, None, value, assigned.partner, now)
    session.flush()
    return "attached"


def note_refusal(session: Session, id: str, refusal: Refusal, *, message_id: str, now: datetime) -> None:
    """Keep that the gateway refused a message of ours about this work, with its reasons."""
    answers.keep_refusal(session, _for_change(session, id, None), refusal, message_id=message_id, now=now)


def decide_conflict(session: Session, conflict_id: int, *, theirs: bool, note: str, by: str, now: datetime) -> None:
    """End a conflict: ours stays, or (for a number) theirs takes its place and ours stays known as replaced.

    Taking their number over tells nobody: the partner has it already. Shares are changed by hand in the work itself.
    Raises LookupError for a conflict that is not waiting.
    """
    conflict = answers.waiting(session, conflict_id)
    row = _for_change(session, conflict.work_id, None)
    conflict.decision, conflict.decided_at, conflict.decided_by = "theirs" if theirs else "ours", now, by
    conflict.note = note
    if theirs and conflict.kind == "identifier" and conflict.scheme and conflict.theirs:
        for one in row.identifiers:
            if one.scheme == conflict.scheme and one.value == conflict.ours:
                one.replaced_at = now
        row.identifiers.append(
            WorkIdentifier(scheme=conflict.scheme, value=conflict.theirs, source=conflict.partner, since=now)
        )
        _let_be_found(session, row)
        _note_number(session, row, "decided", conflict.scheme, conflict.ours, conflict.theirs, by, now)
    else:
        change = FieldChange(f"conflict.{conflict.kind}", conflict.theirs, conflict.decision)
        history.note_fields(
            session, subject_of(row.id), version=row.version, action="decided", fields=[change], by=by, now=now
        )
    session.flush()


def tell_everything(session: Session, *, now: datetime) -> int:
    """Post every registered work, for an office that has just been enrolled; how many."""
    rows = session.scalars(select(WorkRow).where(WorkRow.status == "registered").order_by(WorkRow.id)).all()
    for row in rows:
        tell(session, "kora.work.registered.v1", subject_of(row.id), to_work(row), now=now)
    return len(rows)


def _demand(session: Session, work: Work) -> None:
    if found := check(work, creation_classes(session)):
        raise WorkRefused(found)


def _for_change(session: Session, id: str | None, version: int | None) -> WorkRow:
    row = session.get(WorkRow, id, with_for_update=True) if id else None
    if row is None:
        raise UnknownWork(id)
    if version is not None and row.version != version:
        raise Overtaken(row.version)
    return row


def _new_row(session: Session, work: Work, *, status: str, by: str, now: datetime) -> WorkRow:
    row = WorkRow(
        id=uuid7(),
        number=next_number(session, "work"),
        creation_class=work.creation_class,
        status=status,
        version=1,
        created_at=now,
        created_by=by,
    )
    _write(session, row, work, by=by, now=now)
    session.add(row)
    session.flush()
    return row


def _replace(
    session: Session, row: WorkRow, work: Work, *, action: str, by: str, now: datetime
) -> tuple[Work, Sequence[FieldChange]]:
    """Write a new state over a row and note what changed; an equal state changes nothing."""
    before = to_work(row)
    work = replace(
        work,
        id=row.id,
        number=row.number,
        identifiers=_merged(before.identifiers, work.identifiers),
        interests=tuple(_of_today(session, one) for one in work.interests),
    )
    if not changes(before, work) and _parties(before) == _parties(work) and action != "registered":
        return before, ()
    _write(session, row, work, by=by, now=now)
    row.version += 1
    session.flush()
    kept = to_work(row)
    found = history.note(
        session, subject_of(row.id), version=row.version, action=action, before=before, after=kept, by=by, now=now
    )
    return kept, found or (FieldChange("interests", None, None),)


def _parties(work: Work) -> list[str | None]:
    return [one.party.id if one.party else None for one in work.interests]


def _merged(present: Sequence[Identifier], typed: Sequence[Identifier]) -> tuple[Identifier, ...]:
    """The numbers people give and those partners gave; a partner's ISWC is not replaced by typing another."""
    said = {(one.scheme, one.value) for one in typed}
    stay = [one for one in present if one.source not in BY_PEOPLE or (one.scheme, one.value) in said]
    known = {(one.scheme, one.value) for one in stay}
    fixed = {one.scheme for one in stay if one.scheme in ONE_PER_WORK}
    return (*stay, *(one for one in typed if (one.scheme, one.value) not in known and one.scheme not in fixed))


def _of_today(session: Session, interest: Interest) -> Interest:
    """An interest with its right owner as it is known today."""
    if interest.party is None or interest.party.id is None:
        return interest
    return replace(interest, party=to_party(_right_owner(session, interest.party)))


def _right_owner(session: Session, party: Party) -> RightOwner:
    found = session.get(RightOwner, party.id)
    if found is None:
        raise UnknownWork(f"no right owner {party.id}")
    return found


def _write(session: Session, row: WorkRow, work: Work, *, by: str, now: datetime) -> None:
    # Nothing is flushed half way, so that one change is one version.
    with session.no_autoflush:
        today = replace(work, interests=tuple(_of_today(session, one) for one in work.interests))
        row.creation_class = work.creation_class
        row.details = dict(work.details)
        row.annexes = [to_json(one) for one in work.annexes]
        row.changed_at, row.changed_by = now, by
        row.blockers = list(blockers(today, creation_classes(session)))
        row.blocked = bool(row.blockers)
        row.titles = [_title_row(place, one) for place, one in enumerate(work.titles)]
        row.interests = [_interest_row(session, place, one) for place, one in enumerate(work.interests)]
        _write_identifiers(row, work.identifiers, now)
        _let_be_found(session, row)


def _let_be_found(session: Session, row: WorkRow) -> None:
    """By its titles, its numbers, and the names of those who are no right owners of ours."""
    numbers = [one.value for one in row.identifiers if one.replaced_at is None]
    names = [name for one in row.interests for name in _names(one.named_party)]
    search.keep(session, "work", row.id, [*(one.text for one in row.titles), *numbers, *names])


def _names(party: Mapping[str, Any] | None) -> Iterator[str]:
    for name in (party or {}).get("names", ()):
        yield f"{name.get('first_name') or ''} {name['name']}"


def _title_row(place: int, title: Title) -> WorkTitle:
    return WorkTitle(
        position=place,
        text=title.text,
        kind=title.kind,
        language=title.language,
        script=title.script,
        accepted=title.accepted,
        folded=folded(title.text),
        skeleton=skeleton(title.text),
    )


def _interest_row(session: Session, place: int, interest: Interest) -> InterestRow:
    data: Mapping[str, object] = to_json(interest)
    party = interest.party
    ours = _right_owner(session, party) if party is not None and party.id else None
    stored = {name: data.get(name, {}) for name in ("shares", "societies", "details")}
    lists = {name: data.get(name, []) for name in ("collection", "represented_by")}
    return InterestRow(
        position=place,
        role=interest.role,
        controlled=interest.controlled,
        right_owner_id=ours.id if ours else None,
        right_owner=ours,
        named_party=data.get("party") if ours is None else None,
        chain=interest.chain,
        **stored,
        **lists,
    )


def _write_identifiers(row: WorkRow, wanted: Sequence[Identifier], now: datetime) -> None:
    """Add what is new; what is no longer said stays known (a number is never erased)."""
    present = {(one.scheme, one.value): one for one in row.identifiers}
    said = {(one.scheme, one.value): one for one in wanted}
    for key, stored in present.items():
        stored.replaced_at = None if key in said else stored.replaced_at or now
    row.identifiers.extend(
        WorkIdentifier(scheme=one.scheme, value=one.value, issuer=one.issuer, source=one.source, since=now)
        for key, one in said.items()
        if key not in present
    )


def _canonical(assigned: Assigned) -> str:
    work = tidied(Work(titles=(Title("-"),), identifiers=(Identifier(assigned.scheme, assigned.value),)))
    return work.identifiers[0].value


def _note_number(
    session: Session, row: WorkRow, action: str, scheme: str, old: str | None, new: str, by: str, now: datetime
) -> None:
    change = FieldChange(f"identifiers.{scheme}", old, new)
    history.note_fields(
        session, subject_of(row.id), version=row.version, action=action, fields=[change], by=by, now=now
    )
