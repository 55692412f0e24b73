"""Rows of the database as the templates want them: words, kinds, links."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from gateway.members import queries as members
from gateway.ops import queries
from gateway.ops.queries import Entry, NodeStatus, Parking, PartnerStatus, Status
from gateway.registry import queries as registry
from gateway.registry.models import RegisteredRecord
from gateway.routes import ROUTES
from gateway.words import direction_word, duration, member_state, message_state, partner_state, step_word
from interface.numbers import format_instant, format_number
from queues import REFUSAL, envelope_of, messages

STOPS = frozenset({"refused", "parked"})
WAITS = frozenset({"held"})
MESSAGE_STATES = ("new", "sealed", "sent", "receipted", "received", "applied", "stale", "held", "refused", "parked")
OUTGOING = ("kora.work.acknowledged.v1", "kora.identifier.assigned.v1", REFUSAL)
MOST_IN_ROW = 10
"""Steps of a life line that stand beside each other; longer ones stand below each other."""
SAMPLE = 20
"""Lines shown of each cause of parking."""
MOST_SHOWN = 20_000
"""Bytes of a file that a page shows; all of it can be downloaded."""


def now_page(status: Status) -> dict[str, Any]:
    """The strip and the three tables of the first page."""
    nodes = [
        {
            "row": one,
            "seen": _seen(one),
            "lag": duration(one.receipt_lag_seconds),
        }
        for one in status.nodes
    ]
    lines = [
        {
            "row": one,
            "oldest": duration(one.oldest_seconds),
            "gap": _is_gap(one.name, one.ready),
            "url": _behind_queue(one.name),
        }
        for one in status.queues
    ]
    return {
        "strip": _strip(status),
        "partners": [partner(one) for one in status.partners],
        "nodes": nodes,
        "queues": lines,
    }


def partner(row: PartnerStatus) -> dict[str, Any]:
    """How a partner is, in words."""
    word, kind = partner_state(row.state)
    if row.state == "paused":
        word = _("paused by %(person)s", person=row.paused_by)
    return {
        "row": row,
        "state": word,
        "kind": kind,
        "success": None if row.success_percent is None else format_number(str(row.success_percent), 1),
        "p95": _seconds(row.p95_seconds),
    }


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
    return {
        "row": row,
        "state": word,
        "kind": kind,
        "direction": direction_word(row.direction),
        "node": names.get(row.node, row.node),
        "record": records.get((row.node, row.subject)),
        "age": duration(max(0, int((now - row.since).total_seconds()))),
        "url": url_for("ops.message", key=row.id) if _is_uuid(row.id) else None,
    }


def types() -> list[str]:
    """Message types to choose from."""
    return [*ROUTES, *OUTGOING]


def states() -> list[tuple[str, str]]:
    """States to choose from, with their words."""
    found: dict[str, str] = {}
    for code in MESSAGE_STATES:
        # Two states with one word are told apart on the message's page; here the second would only confuse.
        found.setdefault(message_state(code)[0], code)
    return [(queries.OPEN, _("not at its end")), *((code, word) for word, code in found.items())]


def work(name: str) -> str:
    """What the messages of a list have to do with a partner."""
    words: dict[str, str] = {
        "": _("any work for the partner"),
        "waiting": _("waits for the partner"),
        "parked": _("parked on the way to the partner"),
        "asked": _("the partner has not said its last word"),
    }
    return words.get(name, words[""])


def pager(page: int, size: int, shown: int, total: int, address: Callable[[int], str]) -> dict[str, Any]:
    """Where we are in a long list."""
    first = (page - 1) * size + 1 if shown else 0
    last = first + shown - 1 if shown else 0
    return {
        "first": first,
        "last": last,
        "total": total,
        "previous": address(page - 1) if page > 1 else None,
        "next": address(page + 1) if last < total and shown else None,
    }


def groups(session: Session, waiting: Sequence[Parking], now: datetime) -> list[dict[str, Any]]:
    """What is parked, gathered by cause; the longest waiting cause first."""
    found: dict[tuple[str, str], list[Parking]] = {}
    for one in waiting:
        found.setdefault((one.what, one.detail or one.entry.reason or ""), []).append(one)
    return [_group(session, what, cause, rows, now) for (what, cause), rows in found.items()]


def _group(session: Session, what: str, cause: str, rows: Sequence[Parking], now: datetime) -> dict[str, Any]:
    lines = entries(session, [one.entry for one in rows[:SAMPLE]], now)
    return {
        "key": rows[0].key,
        "what": what,
        "reason": rows[0].entry.reason or "",
        "cause": cause,
        "count": len(rows),
        "first": rows[0].entry.since,
        "last": rows[-1].entry.since,
        "rows": [line | {"times": one.times} for line, one in zip(lines, rows, strict=False)],
        "more": len(rows) - len(lines),
    }


def message_page(
    session: Session, one: Entry, steps: Sequence[messages.Step], life: messages.Life, now: datetime
) -> dict[str, Any]:
    """Heading, life line, answers and neighbours of one message."""
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
        "story": [_neighbour(summary) for summary in related if summary.id != one.id][:50],
        "files": queries.files_of(session, one.id),
    }


def body(life: messages.Life) -> str:
    """The message as readable JSON; a message that was not sealed yet has no bytes."""
    if life.raw is None:
        return ""
    return json.dumps(envelope_of(life.raw), ensure_ascii=False, indent=2)


def readable(content: bytes) -> str:
    """The beginning of a file as text; what is no UTF-8 is read as Windows-1252."""
    start = content[:MOST_SHOWN]
    try:
        return start.decode()
    except UnicodeDecodeError:
        return start.decode("cp1252", errors="replace")


def _neighbour(summary: messages.Summary) -> dict[str, Any]:
    word, kind = message_state(summary.state)
    return {"row": summary, "state": word, "kind": kind, "direction": direction_word(summary.direction)}


def _step(step: messages.Step) -> dict[str, Any]:
    state = "stop" if step.step in STOPS else "now" if step.step in WAITS else "done"
    return {"state": state, "title": step_word(step.step), "text": step.detail, "at": format_instant(step.at, "exact")}


def _strip(status: Status) -> list[dict[str, Any]]:
    return [
        _whole(status),
        {
            "value": duration(status.oldest_seconds),
            "text": _("oldest message that waits"),
            "url": url_for("ops.messages", state=queries.OPEN),
        },
        {
            "value": _("%(count)s parked", count=format_number(status.parked)),
            "kind": "bad" if status.parked else "",
            "text": _("waiting for a person"),
            "url": url_for("ops.parked"),
        },
        {
            "value": _("%(count)s waiting", count=format_number(sum(one.waiting for one in status.partners))),
            "text": _("for partners"),
            "url": url_for("ops.status", _anchor="partners"),
        },
        _places(status),
    ]


def _whole(status: Status) -> dict[str, Any]:
    troubled = sum(one.state == "circuit-open" for one in status.partners)
    silent = sum(one.state == "active" and _seen_kind(one.seen_seconds) == "warn" for one in status.nodes)
    things = troubled + silent + (1 if status.parked else 0)
    if not things:
        return {
            "value": _("All is well"), "kind": "ok", "icon": "ok", "text": _("partners answer, nodes are heard"),
            "url": url_for("ops.status", _anchor="partners"),
        }  # fmt: skip
    look = ngettext("%(num)d thing to look at", "%(num)d things to look at", things)
    text = ngettext("%(num)d partner not reachable", "%(num)d partners not reachable", troubled)
    anchor = "partners"
    if silent and not troubled:
        text, anchor = ngettext("%(num)d node silent", "%(num)d nodes silent", silent), "nodes"
    elif not troubled:
        text = _("something is parked")
    return {
        "value": look, "kind": "warn", "icon": "warn", "text": text, "url": url_for("ops.status", _anchor=anchor)
    }  # fmt: skip


def _places(status: Status) -> dict[str, Any]:
    inside = sum(one.state == "active" for one in status.nodes)
    asking = sum(one.state == "pending" for one in status.nodes)
    text = ngettext("%(num)d waits for your approval", "%(num)d wait for your approval", asking)
    return {
        "value": ngettext("%(num)d node let in", "%(num)d nodes let in", inside),
        "kind": "warn" if asking else "",
        "text": text if asking else _("none waits for your approval"),
        "url": url_for("members.index"),
    }


def _seen(node: NodeStatus) -> tuple[str, str]:
    """Word and kind of when a node was heard last, or of its state while it may not speak."""
    if node.state != "active":
        return member_state(node.state)
    if node.seen_seconds is None:
        return _("not heard yet"), "wait"
    return duration(node.seen_seconds), _seen_kind(node.seen_seconds)


def _seen_kind(seconds: int | None) -> str:
    if seconds is None:
        return "wait"
    return "ok" if seconds < queries.SILENT_AFTER.total_seconds() else "warn"


def _behind_queue(name: str) -> str:
    """The list behind the number of a queue."""
    where, _dot, whose = name.partition(".")
    if where == "conn":
        return url_for("ops.messages", partner=whose, work="waiting")
    if where == "parking":
        return url_for("ops.parked")
    return url_for("ops.messages", node=whose, direction=where)


def _is_gap(name: str, ready: int | None) -> bool:
    return name == "parking" and bool(ready)


def _seconds(value: float | None) -> str:
    return "–" if value is None else str(_("%(number)s s", number=format_number(str(round(value, 1)), 1)))


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4
