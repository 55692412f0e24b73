"""The first page: the strip on top and the tables of partners, nodes and queues, what needs a look first."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from gateway.ops import rules
from gateway.ops.finding import AT_PARTNER, OPEN
from gateway.ops.queries import NodeStatus, PartnerStatus, QueueStatus, Status
from gateway.words import condition_word, duration, member_state, partner_state
from interface.numbers import format_number, format_percent

MOST_ROWS = 12
"""Rows of a table of the first page, so that what is fetched every ten seconds stays small."""


def now_page(status: Status, alerts: int) -> dict[str, Any]:
    """The strip and the three tables. ``alerts`` counts those that nobody has acknowledged."""
    nodes = sorted(status.nodes, key=_trouble_of_node, reverse=True)[:MOST_ROWS]
    queues = sorted(status.queues, key=_load_of_queue, reverse=True)[:MOST_ROWS]
    shown = {one.name for one in queues}
    return {
        # Isolated, because a sentence that begins with a number turns around in a right-to-left page.
        "strip": [one | {"text": Markup("<bdi>{}</bdi>").format(one["text"])} for one in _strip(status, alerts)],
        "partners": [partner(one) for one in status.partners],
        "nodes": [node(one) for one in nodes],
        "node_count": len(status.nodes),
        "queues": [_queue(one) for one in status.queues if one.name in shown],
        "queue_count": len(status.queues),
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
        "success": "–" if row.success_percent is None else format_percent(str(row.success_percent), 1),
        "p50": seconds(row.p50_seconds),
        "p95": seconds(row.p95_seconds),
    }


def node(row: NodeStatus) -> dict[str, Any]:
    """How a node is, in words."""
    word, kind = _seen(row)
    return {
        "row": row,
        "seen": word,
        "kind": kind,
        "lag": duration(row.receipt_lag_seconds),
        "clock": clock(row.skew_seconds),
        "clock_off": clock_is_off(row.skew_seconds),
        "canary": seconds(row.canary_seconds),
    }


def clock(skew: int | None) -> str:
    """How far a clock is ahead, or behind with a minus."""
    if skew is None:
        return "–"
    sign = "+" if skew > 0 else "−" if skew < 0 else ""
    return f"{sign}{duration(abs(skew))}"


def clock_is_off(skew: int | None) -> bool:
    """Whether a clock is so far from ours that somebody should set it."""
    return skew is not None and timedelta(seconds=abs(skew)) > rules.SKEW


def seconds(value: float | None) -> str:
    """A short duration with one decimal, or a dash."""
    return "–" if value is None else str(_("%(number)s s", number=format_number(str(round(value, 1)), 1)))


def _trouble_of_node(row: NodeStatus) -> tuple[bool, int]:
    """Sorts what needs a look to the top; the rest keeps its order."""
    trouble = row.state == "pending" or row.paused_by is not None or bool(row.held or row.refused)
    return trouble or _seen(row)[1] == "warn" or clock_is_off(row.skew_seconds), row.outbox


def _load_of_queue(row: QueueStatus) -> tuple[bool, bool, int]:
    return row.name == "parking", row.name.startswith("conn."), (row.ready or 0) + (row.unacked or 0)


def _queue(row: QueueStatus) -> dict[str, Any]:
    gap = row.name == "parking" and bool(row.ready)
    return {"row": row, "oldest": duration(row.oldest_seconds), "gap": gap, "url": _behind_queue(row.name)}


def _strip(status: Status, alerts: int) -> list[dict[str, Any]]:
    return [
        _whole(status, alerts),
        {
            "value": duration(status.oldest_seconds),
            "text": _("oldest message that waits"),
            "url": url_for("messages.index", state=OPEN),
        },
        {
            "value": _("%(count)s parked", count=format_number(status.parked)),
            "kind": "bad" if status.parked else "",
            "text": _("waiting for a person"),
            "url": url_for("parked.index"),
        },
        {
            "value": _("%(count)s waiting", count=format_number(sum(one.waiting for one in status.partners))),
            "text": _("for partners"),
            "url": url_for("messages.index", state=AT_PARTNER, rerun=1),
        },
        _places(status.nodes),
    ]


def _whole(status: Status, alerts: int) -> dict[str, Any]:
    """All is well, or how many things are to be looked at and what the first of them is."""
    things = [condition_word(one.kind) for one in status.conditions]
    things += [_("a node is paused") for one in status.nodes if one.paused_by]
    things += [_("a partner is paused") for one in status.partners if one.state == "paused"]
    if status.parked and not any(one.kind == "parked" for one in status.conditions):
        things.append(_("something is parked"))
    if not things:
        return {
            "value": _("All is well"), "kind": "ok", "icon": "ok", "text": _("partners answer, nodes are heard"),
            "url": url_for("alerts.index"),
        }  # fmt: skip
    look = ngettext("%(num)d thing to look at", "%(num)d things to look at", len(things))
    text = things[0]
    if alerts:
        text = ngettext("%(num)d alert nobody looks after", "%(num)d alerts nobody looks after", alerts)
    return {"value": look, "kind": "warn", "icon": "warn", "text": text, "url": url_for("alerts.index")}


def _places(nodes: Sequence[NodeStatus]) -> dict[str, Any]:
    inside = sum(one.state == "active" for one in nodes)
    asking = sum(one.state == "pending" for one in nodes)
    text = ngettext("%(num)d waits for your approval", "%(num)d wait for your approval", asking)
    back = [one.canary_seconds for one in nodes if one.canary_seconds is not None]
    if not asking:
        text = _("slowest canary %(time)s", time=seconds(max(back))) if back else _("none waits for your approval")
    return {
        "value": ngettext("%(num)d node let in", "%(num)d nodes let in", inside),
        "kind": "warn" if asking else "",
        "text": text,
        "url": url_for("members.index"),
    }


def _seen(row: NodeStatus) -> tuple[str, str]:
    """Word and kind of when a node was heard last, or of its state while it may not speak."""
    if row.state != "active":
        return member_state(row.state)
    if row.paused_by:
        return _("paused"), "wait"
    if row.seen_seconds is None:
        return _("not heard yet"), "wait"
    return duration(row.seen_seconds), "ok" if row.seen_seconds < rules.SILENT.total_seconds() else "warn"


def _behind_queue(name: str) -> str:
    """The list behind the number of a queue."""
    where, _dot, whose = name.partition(".")
    if where == "conn":
        return url_for("messages.index", partner=whose, state=AT_PARTNER, rerun=1)
    if where == "parking":
        return url_for("parked.index")
    return url_for("messages.index", node=whose, direction=where)
