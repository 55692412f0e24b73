"""Did every message arrive once? Found by comparing what the databases hold, never by counters."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from kora_demo.parts import NODES, Stage

OUTCOMES = {"applied": "applied", "stale": "applied", "refused": "refused", "parked": "parked"}
"""Outcome of the receiver to the word of the answer; a stale message was applied by the newer one of its record."""


def of(stage: Stage) -> dict[str, int]:
    """Messages in both directions without receipts: sent, applied, refused, parked, lost and duplicated."""
    counts = dict.fromkeys(("sent", "applied", "refused", "parked", "lost", "duplicated"), 0)
    for sender, receiver in _directions(stage):
        sent = _sent(sender)
        counts["sent"] += len(sent)
        settled = _settled(receiver, set(sent))
        counts["lost"] += len(set(sent) - {message for message, _ in settled})
        counts["duplicated"] += len(settled) - len({message for message, _ in settled})
        for _, outcome in settled:
            if outcome in OUTCOMES:
                counts[OUTCOMES[outcome]] += 1
    return counts


def waiting(stage: Stage) -> int:
    """Messages in both directions that are not receipted yet."""
    question = "SELECT msg_id FROM outbox WHERE receipted_at IS NULL"
    return sum(len(_rows(sender, "outbox", question)) for sender, _ in _directions(stage))


def _directions(stage: Stage) -> Iterator[tuple[str, list[str]]]:
    """Database of the sender, databases of those who receive from it."""
    gateway = stage.database("gateway")
    nodes = [stage.database(name) for name in NODES]
    yield from ((node, [gateway]) for node in nodes)
    yield gateway, nodes


def _sent(url: str) -> list[str]:
    return [row[0] for row in _rows(url, "outbox", "SELECT msg_id FROM outbox")]


def _settled(receivers: list[str], sent: set[str]) -> list[tuple[str, str]]:
    found = [row for url in receivers for row in _rows(url, "inbox", "SELECT msg_id, outcome FROM inbox")]
    return [(message, outcome) for message, outcome in found if message in sent and outcome]


def _rows(url: str, table: str, question: str) -> list[tuple[str, ...]]:
    """Nothing where there is no such table yet."""
    with _looking(url) as connection:
        if connection is None or not inspect(connection).has_table(table):
            return []
        return [tuple(row) for row in connection.execute(text(question))]


@contextmanager
def _looking(url: str) -> Iterator[Connection | None]:
    """A connection over the rows of all nodes; None where no part made its database yet. Nothing is changed here."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite" and not Path(str(where.database)).exists():
        yield None
        return
    engine = create_engine(where, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT set_config('kora.node_id', '*', true)"))
        yield connection
