"""How far a stream is complete: its last number without gap, and the hash of its chain there."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from queues.envelope import FIRST_PREVHASH
from queues.settling import raise_alarm
from queues.tables import inbox, stream_position, upsert


def position(session: Session, source: str, *, node_id: str, now: datetime) -> tuple[int, str]:
    """Last number without gap and chain hash of a stream, under a row lock where the database has one."""
    table = stream_position.c
    mine = select(table.contiguous_nodeseq, table.chain_hash).where(table.source == source).with_for_update()
    found = session.execute(mine).one_or_none()
    if found is None:
        first = upsert(session, stream_position).values(
            source=source, node_id=node_id, contiguous_nodeseq=0, chain_hash=FIRST_PREVHASH, updated_at=now
        )
        session.execute(first.on_conflict_do_nothing())
        found = session.execute(mine).one()
    return found.contiguous_nodeseq, found.chain_hash


def advance(session: Session, source: str, *, node_id: str, now: datetime) -> None:
    """Move the stream on over what is there without gap, checking the chain link by link."""
    contiguous, chain_hash = start, _ = position(session, source, node_id=node_id, now=now)
    while (link := _link(session, source, contiguous + 1)) is not None:
        if link.prevhash != chain_hash:
            detail = f"number {link.nodeseq} does not continue the chain"
            raise_alarm(
                session,
                node_id=node_id,
                kind="chain-mismatch",
                source=source,
                msg_id=link.msg_id,
                detail=detail,
                now=now,
            )
            break
        contiguous, chain_hash = link.nodeseq, link.digest
    if contiguous != start:
        session.execute(
            update(stream_position)
            .where(stream_position.c.source == source)
            .values(contiguous_nodeseq=contiguous, chain_hash=chain_hash, updated_at=now, gap_told_at=None)
        )


def _link(session: Session, source: str, nodeseq: int) -> Any:
    table = inbox.c
    return session.execute(
        select(table.nodeseq, table.prevhash, table.digest, table.msg_id).where(
            table.source == source, table.nodeseq == nodeseq
        )
    ).one_or_none()
