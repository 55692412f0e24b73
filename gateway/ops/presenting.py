"""Rows of the database as the templates want them: words, kinds, links."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bodies import envelope_of
from gateway.members import queries as members
from gateway.ops.queries import Entry, Parking, Status
from gateway.partners.models import ExchangedFile, TransmissionItem
from gateway.registry import queries as registry
from gateway.routes import ROUTES
from gateway.words import duration, message_state, partner_state, step_word
from interface.numbers import format_instant
from queues import REFUSAL, messages

STOPS = frozenset({"refused", "parked"})
WAITS = frozenset({"held"})
MESSAGE_STATES = ("new", "sent", "receipted", "applied", "stale", "held", "refused", "parked")
OUTGOING = ("kora.work.acknowledged.v1", "kora.identifier.assigned.v1", REFUSAL)


def now_page(status: Status) -> dict[str, Any]:
    """The strip and the three tables of the first page."""
    partners = []
    for one in status.partners:
        word, kind = partner_state(one.state)
        partners.append({"row": one, "state": word, "kind": kind, "p95": _seconds(one.p95_seconds)})
    nodes = [
        {
            "row": one,
            "seen": duration(one.seen_seconds),
            "lag": duration(one.receipt_lag_seconds),
            "kind": _seen_kind(one.state, one.seen_seconds),
        }
        for one in status.nodes
    ]
    lines = [{"row": one, "oldest": duration(one.oldest_seconds), "gap": _is_gap(one.name, one.ready)}
             for one in status.queues]
    return {"strip": _strip(status), "partners": partners, "nodes": nodes, "queues": lines}


def entry(row: Entry, names: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """One line of a list of messages."""
    word, kind = message_state(row.state)
    return {
        "row": row,
        "state": word,
        "kind": kind,
        "node": names.get(row.node, row.node),
        "age": duration(max(0, int((now - row.since).total_seconds()))),
        "url": url_for("ops.message", key=row.id) if _is_uuid(row.id) else None,
    }


def types() -> list[str]:
    """Message types to choose from."""
    return [*ROUTES, *OUTGOING]


def states() -> list[tuple[str, str]]:
    """States to choose from, with their words."""
    return [(code, message_state(code)[0]) for code in MESSAGE_STATES]


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


def groups(waiting: Sequence[Parking], names: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """What is parked, gathered by cause; the longest waiting cause first."""
    found: dict[tuple[str, str], list[Parking]] = {}
    for one in waiting:
        found.setdefault((one.what, one.detail or one.entry.reason or ""), []).append(one)
    return [
        {
            "key": rows[0].key,
            "what": what,
            "cause": cause,
            "count": len(rows),
            "nodes": sorted({names.get(one.entry.node, one.entry.node) for one in rows}),
            "rows": [entry(one.entry, names, now) | {"times": one.times} for one in rows[:20]],
        }
        for (what, cause), rows in found.items()
    ]


def message_page(
    session: Session, one: Entry, steps: Sequence[messages.Step], life: messages.Life, now: datetime
) -> dict[str, Any]:
    """Heading, life line, answers and neighbours of one message."""
    related = messages.story(session, life.summary.correlationid) if life.summary.correlationid else []
    names = members.names(session)
    record = registry.record(session, one.node, one.subject)
    return {
        "line": entry(one, names, now),
        "seq": life.summary.seq,
        "steps": [_step(step) for step in steps],
        "reasons": life.reasons,
        "record": record,
        "numbers": registry.identifiers(session, one.node, one.subject),
        "answers": registry.answers_to(session, one.id),
        "story": [summary for summary in related if summary.id != one.id][:50],
        "files": _files(session, one.id),
    }


def body(life: messages.Life) -> str:
    """The message as readable JSON; a message that was not sealed yet has no bytes."""
    if life.raw is None:
        return ""
    return json.dumps(envelope_of(life.raw), ensure_ascii=False, indent=2)


def _step(step: messages.Step) -> dict[str, Any]:
    state = "stop" if step.step in STOPS else "now" if step.step in WAITS else "done"
    return {"state": state, "title": step_word(step.step), "text": step.detail, "at": format_instant(step.at, "exact")}


def _files(session: Session, message_id: str) -> Sequence[ExchangedFile]:
    held = select(TransmissionItem.transmission_id).where(TransmissionItem.message_id == message_id)
    return session.scalars(select(ExchangedFile).where(ExchangedFile.transmission_id.in_(held))).all()


def _strip(status: Status) -> list[dict[str, Any]]:
    troubled = [one for one in status.partners if one.state == "circuit-open"]
    silent = [one for one in status.nodes if one.state == "active" and _seen_kind(one.state, one.seen_seconds) != "ok"]
    things = len(troubled) + len(silent) + (1 if status.parked else 0)
    look = ngettext("%(num)d thing to look at", "%(num)d things to look at", things)
    return [
        {"value": look if things else _("All is well"), "kind": "warn" if things else "ok",
         "icon": "warn" if things else "ok", "label": "",
         "text": _("%(partners)s partners not reachable, %(nodes)s nodes silent", partners=len(troubled),
                   nodes=len(silent))},
        {"value": duration(status.oldest_seconds), "label": "", "text": _("oldest message that waits")},
        {"value": _("%(count)s parked", count=status.parked), "kind": "bad" if status.parked else "", "label": "",
         "text": _("waiting for a person"), "url": url_for("ops.parked")},
        {"value": _("%(count)s waiting", count=sum(one.waiting for one in status.partners)), "label": "",
         "text": _("for partners")},
    ]


def _seen_kind(state: str, seconds: int | None) -> str:
    if state != "active" or seconds is None:
        return "wait"
    return "ok" if seconds < 86400 else "warn"


def _is_gap(name: str, ready: int | None) -> bool:
    return name == "parking" and bool(ready)


def _seconds(value: float | None) -> str:
    return "–" if value is None else _("%(number)s s", number=f"{value:.1f}")


def _is_uuid(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4
