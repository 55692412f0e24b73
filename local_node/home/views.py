"""The first page.

/            numbers that are links, tasks, where one left off, and what partners answered
/news/seen   the news are seen; only later ones are new
/health      is the node well? for machines, without names
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.full_disk import watch
from interface.permissions import may, permission, public
from local_node.admin import queries as admin
from local_node.exchange.words import group_words
from local_node.history.rules import name_of
from local_node.home import queries as home
from local_node.home.operations import see_news
from local_node.home.tasks import tasks, unfinished
from local_node.right_owners import queries as right_owners
from local_node.right_owners.models import RightOwner
from local_node.web import now, person, room
from local_node.works import presenting, queries
from local_node.works.models import WorkRow
from local_node.works.words import answer_words, partner_name
from queues import boxes

pages = Blueprint("home", __name__)


@pages.get("/health")
@public
def health() -> Response:
    """Whether the node answers and its database too; numbers without names."""
    status = boxes.status(database(), done=False, now=now())
    left = room()
    disk = not left.is_nearly_full and not watch().is_full(now())
    waiting = status.new + status.sealed + status.sent
    told = {"ok": disk, "used_percent": left.used_percent}
    return jsonify(ok=disk, waiting=waiting, parked=status.parked, disk=told)


@pages.get("/")
@permission("home.read")
def page() -> str | Response:
    """Five numbers, the tasks, where the person left off, the news, the line."""
    session = database()
    if may("settings.edit") and _is_first_start():
        return redirect(url_for("admin.setup"))
    status, messages = boxes.status(session, done=False, now=now()), unfinished()
    seen = home.seen_until(session, person())
    left = [_left(row, at) for row, at in home.left_at(session, person())]
    return render_template(
        "home/page.html",
        counters=_counters(messages["waiting"] + messages["sent"]),
        tasks=tasks(),
        left=left,
        rows=[] if left else presenting.list_rows(queries.recent(session)),
        news=[_news(answer, work) for answer, work in queries.news(session, since=seen)],
        seen=seen,
        line=_line(messages),
        last_receipt=status.last_receipt,
        today=now(),
        can_import="imports.index" in current_app.view_functions,
    )


@pages.post("/news/seen")
@permission("home.read")
def see() -> Response:
    """The person has seen the news; from now on only what comes later is new."""
    see_news(database(), by=person(), now=now())
    database().commit()
    return redirect(url_for("home.page"))


def _is_first_start() -> bool:
    """Whether nobody has said yet how this office begins, and nothing is here."""
    session = database()
    if admin.office(session).set_up_at is not None:
        return False
    return not queries.recent(session, limit=1) and not right_owners.search(session, limit=1).rows


def _left(row: WorkRow | RightOwner, at: datetime) -> dict[str, Any]:
    """A record the person changed, as a line of *continue where you left*."""
    if isinstance(row, WorkRow):
        word, kind = presenting.state_of(row)
        title, url = row.titles[0], url_for("works.work", key=row.id)
        return {"name": title.text, "lang": title.language, "url": url, "what": _("Work")} | {
            "state": word, "kind": kind, "at": at
        }  # fmt: skip
    party = right_owners.to_party(row)
    word, kind = (_("can be sent"), "ok") if row.has_latin_name else (_("no accepted Latin name"), "warn")
    lang = party.names[0].language if party.names else None
    url = url_for("right_owners.right_owner", key=row.id)
    return {"name": name_of(party) or row.number, "lang": lang, "url": url, "what": _("Right owner")} | {
        "state": word, "kind": kind, "at": at
    }  # fmt: skip


def _counters(waiting: int) -> list[dict[str, Any]]:
    session = database()
    blocked, conflicts = queries.count(session, "blocked"), queries.count_conflicts(session)
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
