"""Rows of the database as the templates want them: lists of messages, one message, what is parked, alerts."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from gateway.members import queries as members
from gateway.ops import canaries, lives, parkings, reruns, runbook
from gateway.ops.finding import ASKED, AT_PARTNER, OPEN, Entry
from gateway.ops.models import Alert, Rerun
from gateway.ops.parkings import Group, Parking
from gateway.registry import queries as registry
from gateway.registry.models import RegisteredRecord
from gateway.routes import ROUTES
from gateway.words import condition_word, direction_word, duration, failure_word, message_state, step_word
from interface.numbers import format_instant
from queues import REFUSAL, envelope_of, messages

if TYPE_CHECKING:
    from gateway.ops.rehearsal import Foreseen

STOPS = frozenset({"refused", "parked"})
WAITS = frozenset({"held"})
MESSAGE_STATES = ("new", "sealed", "sent", "receipted", "received", "applied", "stale", "held", "refused", "parked")
OUTGOING = ("kora.work.acknowledged.v1", "kora.identifier.assigned.v1", REFUSAL, canaries.TYPE)
CLASSES = ("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8")
MOST_IN_ROW = 10
"""Steps of a life line that stand beside each other; longer ones stand below each other."""
SAMPLE = 5
"""Lines shown of each cause of parking."""
LAST_PAGE = 40
"""Further back one goes by time, because turning so many pages reads all of them."""


def entries(session: Session, rows: Sequence[Entry], now: datetime) -> list[dict[str, Any]]:
    """Lines of a list of messages, with the names of nodes and records."""
    names = members.names(session)
    records = registry.records_of(session, [row.subject for row in rows])
    return [entry(row, names, records, now) for row in rows]


def entry(
    row: Entry, names: Mapping[str, str], records: Mapping[tuple[str, str], RegisteredRecord], now: datetime
) -> dict[str, Any]:
    """One line of a list of messages."""
    word, kind = message_state(row.state)
    at = row.at or row.since
    return {
        "row": row,
        "at": at,
        "state": word,
        "kind": kind,
        "direction": direction_word(row.direction),
        "node": names.get(row.node, row.node),
        "record": records.get((row.node, row.subject)),
        "age": duration(max(0, int((now - at).total_seconds()))),
        "url": url_for("messages.one", key=row.id) if _is_uuid(row.id) else None,
    }


def types() -> list[str]:
    """Message types to choose from."""
    return [*ROUTES, *OUTGOING]


def states() -> list[tuple[str, str]]:
    """States to choose from, with their words."""
    found: dict[str, list[str]] = {}
    for code in MESSAGE_STATES:
        # Two states with one word are told apart on the message's page; here they are chosen together.
        found.setdefault(message_state(code)[0], []).append(code)
    stored = [(",".join(codes), word) for word, codes in found.items()]
    return [
        (OPEN, _("not at its end")),
        (AT_PARTNER, _("waits for a partner")),
        (ASKED, _("a partner has not said its last word")),
        *stored,
    ]


def classes() -> list[tuple[str, str]]:
    """Kinds of failure to choose from, with their words."""
    return [(code, failure_word(code)[0]) for code in CLASSES]


def pager(page: int, size: int, shown: int, total: int, address: Callable[..., str], last: Entry | None) -> Any:
    """Where we are in a long list; after many pages the way goes on by time."""
    first = (page - 1) * size + 1 if shown else 0
    end = first + shown - 1 if shown else 0
    following = None
    if end < total and shown:
        following = address(page=page + 1)
        if page >= LAST_PAGE and last is not None and last.at is not None:
            following = address(to=last.at.isoformat(timespec="seconds").replace("+00:00", "Z"))
    return {
        "first": first,
        "last": end,
        "total": total,
        "previous": address(page=page - 1) if page > 1 else None,
        "next": following,
    }


def groups(session: Session, found: Sequence[Group], now: datetime) -> list[dict[str, Any]]:
    """What is parked, by cause, each with a few of its lines."""
    names = members.names(session)
    return [_group(session, one, names, now) for one in found]


def _group(session: Session, one: Group, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    sample = parkings.with_reruns(session, parkings.of_group(session, one, SAMPLE)[:SAMPLE])
    return {
        "group": one,
        "nodes": [(node, names.get(node, node)) for node in one.nodes],
        "rows": parked_lines(session, sample, now),
        "more": one.count - len(sample),
        "failure": None if one.what == parkings.MESSAGE else failure_word(one.reason or None),
    }


def parked_lines(session: Session, things: Sequence[Parking], now: datetime) -> list[dict[str, Any]]:
    """Lines of what is parked, with how often it was tried and run again."""
    lines = entries(session, [one.entry for one in things], now)
    return [line | {"times": one.times, "reruns": one.reruns} for line, one in zip(lines, things, strict=True)]


def foreseen(session: Session, ends: Sequence["Foreseen"], now: datetime) -> list[dict[str, Any]]:
    """What would happen to each, in the order in which they would run."""
    lines = entries(session, [one.thing.entry for one in ends], now)
    return [line | {"end": one.end, "detail": one.detail} for line, one in zip(lines, ends, strict=True)]


def rerun(session: Session, row: Rerun) -> dict[str, Any]:
    """How far a group is that runs again."""
    counted = reruns.progress(session, row)
    total = sum(counted.values())
    ended = counted.get("done", 0) + counted.get("failed", 0)
    return {"row": row, "counted": counted, "total": total, "percent": ended * 100 // max(total, 1)}


def alert(row: Alert, names: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, Any]:
    """One alert in words, with the list of what caused it."""
    what, _slash, whose = row.subject.partition("/")
    links = {
        "node": lambda: url_for("members.one", node_id=whose),
        "partner": lambda: url_for("ops.partner", name=whose),
        "parking": lambda: url_for("parked.index"),
        "queue": lambda: url_for("ops.status", _anchor="queues"),
        "broker": lambda: url_for("ops.status", _anchor="queues"),
        "certificate": lambda: url_for("alerts.index", _anchor="certificates"),
    }
    called = {
        "node": names.get(whose, whose),
        "partner": titles.get(whose, whose),
        "parking": _("Parked"),
        "broker": _("Broker"),
    }
    return {
        "row": row,
        "word": condition_word(row.condition),
        "name": called.get(what, whose),
        "runbook": url_for("alerts.handbook", _anchor=runbook.anchor(row.condition)),
        "url": _cause_of(row.condition, whose) or links[what](),
    }


def _cause_of(condition: str, node: str) -> str | None:
    """The messages that caused an alert, where there is a list of them."""
    if condition == "unanswered":
        return url_for("messages.index", node=node, direction="out", state="sent")
    if condition == "gap":
        return url_for("messages.index", node=node, direction="in", state="held")
    if condition == "canary":
        return url_for("messages.index", node=node, type=canaries.TYPE)
    return None


def message_page(
    session: Session, one: Entry, steps: Sequence[messages.Step], life: messages.Life, now: datetime
) -> dict[str, Any]:
    """Heading, life line, attempts, answers and neighbours of one message."""
    # That an answer arrived says that it was sent, so the line of a node's message leaves the sending out.
    shown = [step for step in steps if one.direction == "out" or step.step != "sent"]
    related = messages.story(session, life.summary.correlationid) if life.summary.correlationid else []
    return {
        "line": entries(session, [one], now)[0],
        "seq": life.summary.seq,
        "steps": [_step(step) for step in shown],
        "in_row": len(shown) <= MOST_IN_ROW,
        "reasons": life.reasons,
        "numbers": registry.identifiers(session, one.node, one.subject),
        "answers": registry.answers_to(session, one.id),
        "attempts": [(call, *failure_word(call.failure_class)) for call in lives.attempts(session, one.id)],
        "story": [_neighbour(summary) for summary in related if summary.id != one.id][:50],
        "files": lives.files_of(session, one.id),
        "behind": lives.behind(session, one),
        "replaced_by": lives.replaced_by(session, one, life.summary.seq),
    }


def body(life: messages.Life) -> str:
    """The message as readable JSON; a message that was not sealed yet has no bytes."""
    if life.raw is None:
        return ""
    return json.dumps(envelope_of(life.raw), ensure_ascii=False, indent=2)


def _neighbour(summary: messages.Summary) -> dict[str, Any]:
    word, kind = message_state(summary.state)
    return {"row": summary, "state": word, "kind": kind, "direction": direction_word(summary.direction)}


def _step(step: messages.Step) -> dict[str, Any]:
    state = "stop" if step.step in STOPS else "now" if step.step in WAITS else "done"
    return {"state": state, "title": step_word(step.step), "text": step.detail, "at": format_instant(step.at, "exact")}


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4
