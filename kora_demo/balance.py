"""Did every message arrive once? Found by comparing what the databases hold, never by counters."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

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
    question = "SELECT count(*) FROM outbox WHERE receipted_at IS NULL"
    return sum(_count(sender, question) for sender, _ in _directions(stage))


def _node(stage: Stage, name: str) -> Path:
    return stage.folder(name) / "node.db"


def _directions(stage: Stage) -> Iterator[tuple[Path, list[Path]]]:
    gateway = stage.folder("gateway") / "gateway.db"
    nodes = [_node(stage, name) for name in NODES]
    yield from ((node, [gateway]) for node in nodes)
    yield gateway, nodes


def _sent(path: Path) -> list[str]:
    return [row[0] for row in _rows(path, "SELECT msg_id FROM outbox")]


def _settled(receivers: list[Path], sent: set[str]) -> list[tuple[str, str]]:
    found = [row for path in receivers for row in _rows(path, "SELECT msg_id, outcome FROM inbox")]
    return [(message, outcome) for message, outcome in found if message in sent and outcome]


def _count(path: Path, question: str) -> int:
    return int(_rows(path, question)[0][0])


def _rows(path: Path, question: str) -> list[tuple[str, ...]]:
    if not path.exists():
        return [("0",)] if "count(" in question else []
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as database:
        return database.execute(question).fetchall()
