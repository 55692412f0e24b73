"""The first page.

/         numbers that are links, the records changed last, and what partners answered
/health   is the node well? for machines, without names
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for
from flask_babel import gettext as _

from interface.database import database
from interface.permissions import permission, public
from local_node.exchange import queries as exchange
from local_node.exchange.words import group_words
from local_node.web import now
from local_node.works import presenting, queries
from local_node.works.words import answer_words, partner_name
from queues import boxes

pages = Blueprint("home", __name__)


@pages.get("/health")
@public
def health() -> Response:
    """Whether the node answers and its database too; numbers without names."""
    status = boxes.status(database(), now=now())
    return jsonify(ok=True, waiting=status.new + status.sealed + status.sent, parked=status.parked)


@pages.get("/")
@permission("home.read")
def page() -> str:
    """Five numbers, the works changed last, the news, the line."""
    session = database()
    status, messages = boxes.status(session, now=now()), exchange.unfinished(session)
    return render_template(
        "home/page.html",
        counters=_counters(messages["waiting"] + messages["sent"]),
        rows=[presenting.list_row(row) for row in queries.recent(session)],
        news=[_news(answer, work) for answer, work in queries.news(session)],
        line=_line(messages),
        last_receipt=status.last_receipt,
        today=now(),
        can_import="imports.index" in current_app.view_functions,
    )


def _counters(waiting: int) -> list[dict[str, Any]]:
    session = database()
    blocked, conflicts = queries.count(session, "blocked"), len(queries.conflicts(session))
    return [
        {"value": queries.count(session), "label": _("works"), "url": url_for("works.index")},
        {
            "value": blocked,
            "label": _("works cannot be sent"),
            "kind": "bad" if blocked else None,
            "text": _("something is missing"),
            "url": url_for("works.index", state="blocked"),
        },
        {
            "value": waiting,
            "label": _("messages wait"),
            "url": url_for("exchange.index"),
            "text": _("they go by themselves"),
        },
        {
            "value": queries.count_answers(session),
            "label": _("answers received"),
            "url": url_for("works.index", state="answered"),
        },
        {
            "value": conflicts,
            "label": _("conflicts"),
            "kind": "warn" if conflicts else None,
            "text": _("a person decides"),
            "url": url_for("exchange.review"),
        },
    ]


def _line(messages: Mapping[str, int]) -> list[dict[str, Any]]:
    """How many messages are on their way, as links; what went wrong only when there is some."""
    return [
        {"label": group_words(group), "value": number, "url": url_for("exchange.index", group=group)}
        for group, number in messages.items()
        if number or group in ("waiting", "sent")
    ]


def _news(answer: Any, work: Any) -> dict[str, Any]:
    words, kind = answer_words(answer.status)
    return {
        "title": work.titles[0].text,
        "lang": work.titles[0].language,
        "url": url_for("works.work", key=work.id),
        "words": words,
        "kind": kind,
        "partner": partner_name(answer.partner),
        "at": answer.at,
    }
