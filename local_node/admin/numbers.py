"""Our running numbers of right owners, works and agreements: given once, never again."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from local_node.admin.models import NumberSeries

LONGEST = {"party": 9, "work": 14, "agreement": 14}
"""Characters that CWR has for our number of each kind of record."""


class SeriesIsFull(ValueError):
    """The next number of a series would be longer than partners can carry."""


def next_number(session: Session, kind: str) -> str:
    """The next running number of ``party``, ``work`` or ``agreement``; never given again.

    Raises SeriesIsFull.
    """
    count = _take(session, kind)
    prefix = session.scalar(select(NumberSeries.prefix).where(NumberSeries.kind == kind)) or ""
    number = f"{prefix}{count}"
    if len(number) > LONGEST[kind]:
        raise SeriesIsFull(f"{number} is longer than {LONGEST[kind]} characters")
    return number


def set_prefix(session: Session, kind: str, prefix: str) -> None:
    """Let the numbers of a kind begin with ``prefix`` from now on; at least six characters stay for counting."""
    if len(prefix) > LONGEST[kind] - 6:
        raise SeriesIsFull(f"a prefix of {kind} numbers has at most {LONGEST[kind] - 6} characters")
    _series(session, kind)
    session.execute(update(NumberSeries).where(NumberSeries.kind == kind).values(prefix=prefix))


def _take(session: Session, kind: str) -> int:
    _series(session, kind)
    taken = (
        update(NumberSeries)
        .where(NumberSeries.kind == kind)
        .values(next=NumberSeries.next + 1)
        .returning(NumberSeries.next)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(taken).scalar_one()) - 1


def _series(session: Session, kind: str) -> None:
    if kind not in LONGEST:
        raise KeyError(kind)
    if session.scalar(select(NumberSeries.kind).where(NumberSeries.kind == kind)) is None:
        session.execute(insert(NumberSeries).values(kind=kind, prefix="", next=1))
