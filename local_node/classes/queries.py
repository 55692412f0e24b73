"""Which creation classes there are: the rows of ``creation_classes.csv``, then those of this office."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from local_node.classes.models import OwnClass
from mappings import tables
from mappings.codes.rows import CreationClass
from mappings.codes.table import Table

_KEPT = "kora_classes"


def creation_classes(session: Session) -> Table[CreationClass]:
    """Every class by its code; read once for each session, so a class added a moment ago is there at the next page."""
    if _KEPT not in session.info:
        own = session.scalars(select(OwnClass).order_by(OwnClass.code)).all()
        session.info[_KEPT] = tables.creation_classes.with_rows([one.cells for one in own]) if own else None
    return cast("Table[CreationClass]", session.info[_KEPT] or tables.creation_classes)


def own_codes(session: Session) -> frozenset[str]:
    """Codes of the classes that are this office's own, or changed by it."""
    return frozenset(session.scalars(select(OwnClass.code)))


def forget(session: Session) -> None:
    """Read the classes anew; call it after a change of them."""
    session.info.pop(_KEPT, None)
