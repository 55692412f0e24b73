"""What people of the office did.

/settings/audit            all of it, to be narrowed by person, deed, kind of record and time
/settings/audit/download   what the filter finds, as a table; that somebody took it is written down as well
"""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.downloads import csv_download
from interface.pages import say
from interface.permissions import permission
from interface.times import instant
from local_node.audit import queries
from local_node.audit.operations import note
from local_node.audit.queries import Done, Wanted
from local_node.audit.words import action_words, kind_words
from local_node.exchange.queries import records
from local_node.web import now, person

pages = Blueprint("audit", __name__)

Answer = str | Response
PAGE_SIZE = 50
MOST_ROWS = 100_000
"""Rows of a download at most."""
FILTERS = ("by", "action", "kind", "subject", "from", "to")
KINDS = ("work", "party", "message", "account", "class", "office", "audit")


@pages.get("/settings/audit")
@permission("audit.read")
def index() -> Answer:
    """What was done, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    try:
        wanted = _wanted(asked)
    except ValueError:
        return _not_a_time()
    session = database()
    found = queries.listed(session, wanted, limit=PAGE_SIZE + 1, before=request.args.get("before", type=int))
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    older = url_for("audit.index", **given, before=found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else None
    return render_template(
        "audit/index.html",
        rows=_lines(found[:PAGE_SIZE]),
        total=queries.count(session, wanted),
        asked=asked,
        given=given,
        older=older,
        people=queries.people(session),
        deeds=[(one, action_words(one)) for one in queries.actions(session)],
        kinds=[(one, kind_words(one)) for one in KINDS],
    )


@pages.post("/settings/audit/download")
@permission("audit.read")
def download() -> Answer:
    """What the filter finds, as a table."""
    asked = {name: request.form.get(name, "").strip() for name in FILTERS}
    try:
        wanted = _wanted(asked)
    except ValueError:
        return _not_a_time()
    found = queries.listed(database(), wanted, limit=MOST_ROWS)
    said = ", ".join(f"{name}={value}" for name, value in asked.items() if value)
    note(database(), "audit/1", "exported", by=person(), now=now(), said=said or None)
    database().commit()
    head = [_("Time"), _("Who"), _("What"), _("About"), _("Field"), _("Before"), _("After")]
    cells = [[one.at.isoformat(), one.by, one.action, one.subject, one.field, one.old, one.new] for one in found]
    return csv_download("audit.csv", [str(one) for one in head], cells)


def _not_a_time() -> Response:
    say(_("A time is written like 2026-11-24 or 2026-11-24 09:41."), kind="warn")
    return redirect(url_for("audit.index"))


def _wanted(asked: Mapping[str, str]) -> Wanted:
    since, until = instant(asked["from"], time.min), instant(asked["to"], time.max)
    return Wanted(asked["by"], asked["action"], asked["kind"], asked["subject"], since, until)


def _lines(found: Sequence[Done]) -> list[dict[str, Any]]:
    known = records(database(), [one.subject for one in found])
    shown = []
    for one in found:
        kind, _slash, whose = one.subject.partition("/")
        record = known.get(one.subject)
        shown.append(
            {
                "row": one,
                "word": action_words(one.action),
                "kind": kind_words(kind),
                "name": record.name if record else whose,
                "lang": record.lang if record else None,
                "url": _page_of(kind, whose),
            }
        )
    return shown


def _page_of(kind: str, whose: str) -> str | None:
    pages_of = {
        "work": ("works.past", "key"),
        "party": ("right_owners.past", "key"),
        "message": ("exchange.message", "key"),
    }
    if kind not in pages_of:
        return None
    endpoint, name = pages_of[kind]
    return url_for(endpoint, **{name: whose})  # type: ignore[arg-type]
