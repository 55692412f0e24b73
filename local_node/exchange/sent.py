"""What went to partners in a month, as their answers tell it: each names the file by the instant it was made."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from local_node.exchange.queries import ANSWERS, said_in
from mappings.model import Acknowledged
from queues.tables import inbox, outbox

MOST_ANSWERS = 20_000
"""Answers that are read for a month, the newest first."""


@dataclass(slots=True)
class Handed:
    """One file that went to a partner: when it was made, and what was said last to each work in it."""

    partner: str
    at: datetime
    works: dict[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> list[tuple[str, int]]:
        """Status and number of works, the most first."""
        return Counter(self.works.values()).most_common()


def instant_of(reference: str | None) -> datetime | None:
    """The instant a reference (``20261124T120104Z/1/0``) begins with; None for one of another form."""
    try:
        return datetime.strptime((reference or "").partition("/")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def handed_over(session: Session, since: datetime, until: datetime) -> Sequence[Handed]:
    """Files that partners answered, made from ``since`` on and before ``until``, newest first."""
    rows = select(inbox).where(inbox.c.type.in_(ANSWERS), inbox.c.received_at >= since).order_by(inbox.c.id.desc())
    found: dict[tuple[str, datetime], Handed] = {}
    for row in reversed(session.execute(rows.limit(MOST_ANSWERS)).all()):
        said = said_in(row)
        if said is None or not isinstance(said.value, Acknowledged):
            continue
        at = instant_of(said.value.reference)
        if at is not None and since <= at < until:
            one = found.setdefault((said.value.partner, at), Handed(said.value.partner, at))
            one.works[row.aggregate] = said.value.status
    return sorted(found.values(), key=lambda one: (one.at, one.partner), reverse=True)


def messages_sent(session: Session, since: datetime, until: datetime) -> int:
    """How many messages of ours left for the gateway in this time."""
    mine = select(func.count()).select_from(outbox).where(outbox.c.sent_at >= since, outbox.c.sent_at < until)
    return session.scalar(mine) or 0
