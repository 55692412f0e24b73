"""What agencies are shown of the database: works, numbers with their links, tasks, and moves of numbers."""

import json
from dataclasses import fields
from datetime import datetime

from connectors.iswc.simulator.register import Refusal, Register, Stored, StoredMove, StoredTask
from formats.iswc.transactions import ISWC_DATABASE, Add, Composite, Moved, Task, Verified


def verified(register: Register, stored: Stored) -> Verified:
    """A work as the database shows it."""
    top = register.top(stored.iswc)
    said = {name: getattr(stored.work, name) for name in _SAME}
    return Verified(
        **said,
        id=stored.id,
        iswc=top,
        archived_iswc=stored.iswc if stored.iswc != top else None,
        iswc_status="Preferred",
        eligible=stored.eligible,
        deleted=stored.deleted,
        overall_parent=top if stored.iswc != top else None,
        stored_at=_at(stored.stored_at),
        changed_at=_at(stored.changed_at),
        changed_by=stored.work.agency,
    )


def composite(register: Register, number: str) -> Composite:
    """A number with the works on it. Raises Refusal 180 for one nobody was given."""
    if not register.exists(number):
        raise Refusal("180")
    parents = register.parents()
    top = register.top(number)
    works = register.living(number) if top == number else register.on([number])
    newest = max((one for one in works if one.eligible), key=lambda one: one.changed_at, default=None)
    shown = newest or (works[0] if works else None)
    return Composite(
        iswc=number,
        status="Preferred" if top == number else "Archived",
        agency=shown.work.agency if shown else ISWC_DATABASE,
        title=shown.work.title if shown else None,
        titles=shown.work.titles if shown else (),
        parties=shown.work.parties if shown else (),
        works=tuple(verified(register, work) for work in works),
        parent=parents.get(number),
        merged=tuple(child for child, parent in parents.items() if parent == number),
        overall_parent=top if top != number else None,
        created_at=_at(register.created_at(number)),
    )


def task(register: Register, stored: StoredTask) -> Task:
    """A task as an agency sees it."""
    return Task(
        str(stored.id), stored.kind, stored.status, _at(stored.created_at), stored.from_agency, stored.to_agency,
        composite(register, stored.iswc), None, stored.text,
    )  # fmt: skip


def moved(register: Register, move: StoredMove, agency: str) -> Moved | None:
    """A move as an agency with a work on one of the numbers sees it; None for all others and for its author."""
    mine = [one for one in register.on([move.child, move.parent]) if one.work.agency == agency]
    if move.by_agency == agency or not mine:
        return None
    asked = (
        one for one in register.tasks()
        if one.to_agency == agency and move.child in json.loads(one.undo).get("children", ())
    )  # fmt: skip
    about = next(asked, None)
    return Moved(
        kind=move.kind, child=move.child, parent=move.parent, by_agency=move.by_agency, to_agency=agency,
        work_code=mine[0].work.work_code, processed_at=_at(move.at), shown_at=_at(move.at),
        task=str(about.id) if about else None, task_status=about.status if about else None,
        about=composite(register, register.top(move.child)),
    )  # fmt: skip


def _at(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%Y-%m-%dT%H:%M:%SZ")


_SAME = tuple(
    field.name for field in fields(Add)
    if field.name in {one.name for one in fields(Verified)} - {"number", "iswc", "archived_iswc"}
)  # fmt: skip
