"""Adding a creation class, or changing one, while the office works."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from local_node.classes import queries, rules
from local_node.classes.models import OwnClass
from local_node.history import operations as history
from local_node.history.rules import FieldChange
from mappings.codes.rows import CreationClass


class ClassRefused(ValueError):
    """The class cannot be used as it is; ``findings`` say why, cell by cell."""

    def __init__(self, findings: Sequence[rules.Finding]) -> None:
        super().__init__(", ".join(f"{one.field}: {one.code}" for one in findings))
        self.findings = tuple(findings)


def keep(session: Session, cells: Mapping[str, str], *, new: bool, by: str, now: datetime) -> CreationClass:
    """Keep a class of this office; every page knows it from now on. Raises ClassRefused."""
    known = queries.creation_classes(session)
    if found := rules.findings(cells, taken=known if new else ()):
        raise ClassRefused(found)
    code = cells["code"]
    before = rules.cells_of(known[code]) if code in known else None
    changes = [FieldChange(*one) for one in rules.changed(before, cells)]
    row = session.get(OwnClass, code) or OwnClass(code=code)
    row.cells, row.changed_at, row.changed_by = dict(cells), now, by
    session.add(row)
    session.flush()
    action = "registered" if before is None else "updated"
    history.note_fields(session, f"class/{code}", version=1, action=action, fields=changes, by=by, now=now)
    queries.forget(session)
    return queries.creation_classes(session)[code]
