"""Keeping the words of a record as they are now."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from local_node.search import rules
from local_node.search.models import SearchWord


def keep(session: Session, kind: str, record_id: str, texts: Iterable[str]) -> None:
    """Let a record be found by the words of these texts and by no others."""
    wanted = rules.words(texts)
    mine = (SearchWord.kind == kind, SearchWord.record_id == record_id)
    held = set(session.scalars(select(SearchWord.word).where(*mine)))
    if gone := held - wanted:
        session.execute(delete(SearchWord).where(*mine, SearchWord.word.in_(gone)))
    if new := sorted(wanted - held):
        session.execute(insert(SearchWord), [{"kind": kind, "word": word, "record_id": record_id} for word in new])
