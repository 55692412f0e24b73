"""What operators did, when, about what and why.

/ops/audit            all of it, to be narrowed
/ops/audit/download   what the filter finds, as a table; that somebody took it is written down as well
"""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway import audit
from gateway.audit import OperatorAction, Wanted
from gateway.members import queries as members
from gateway.web import gateway, now, person
from gateway.words import action_word
from interface.database import database
from interface.downloads import csv_download
from interface.pages import say
from interface.permissions import permission
from interface.times import instant

pages = Blueprint("audit", __name__)

Answer = str | Response
PAGE_SIZE = 50
MOST_ROWS = 100_000
"""Rows of a download at most."""
FILTERS = ("by", "action", "subject", "from", "to")


@pages.get("/ops/audit")
@permission("ops.read")
def index() -> Answer:
    """What was done, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    try:
        wanted = _wanted(asked)
    except ValueError:
        return _not_a_time()
    rows = audit.listed(database(), wanted, limit=PAGE_SIZE + 1, before=request.args.get("before", type=int))
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    older = url_for("audit.index", **given, before=rows[PAGE_SIZE - 1].id) if len(rows) > PAGE_SIZE else None
    return render_template(
        "ops/audit.html",
        rows=_lines(rows[:PAGE_SIZE]),
        total=audit.count(database(), wanted),
        asked=asked,
        given=given,
        older=older,
        people=audit.people(database()),
        deeds=[(one, action_word(one)) for one in audit.ACTIONS],
    )


@pages.post("/ops/audit/download")
@permission("ops.body")
def download() -> Answer:
    """What the filter finds, as a table."""
    asked = {name: request.form.get(name, "").strip() for name in FILTERS}
    try:
        wanted = _wanted(asked)
    except ValueError:
        return _not_a_time()
    rows = audit.listed(database(), wanted, limit=MOST_ROWS)
    said = ", ".join(f"{name}={value}" for name, value in asked.items() if value)
    audit.note(database(), "audit-exported", "audit", by=person(), now=now(), reason=said or None)
    database().commit()
    head = [_("Time"), _("Who"), _("What"), _("About"), _("Node"), _("Reason")]
    cells = [[one.at.isoformat(), one.by, one.action, one.subject, one.node_id, one.reason] for one in rows]
    return csv_download("audit.csv", [str(one) for one in head], cells)


def _not_a_time() -> Response:
    say(_("A time is written like 2026-11-24 or 2026-11-24 09:41."), kind="warn")
    return redirect(url_for("audit.index"))


def _wanted(asked: Mapping[str, str]) -> Wanted:
    return Wanted(
        asked["by"], asked["action"], asked["subject"], instant(asked["from"], time.min), instant(asked["to"], time.max)
    )


def _lines(rows: Sequence[OperatorAction]) -> list[dict[str, Any]]:
    names = members.names(database())
    titles = {name: one.title for name, one in gateway().partners.items()}
    return [{"row": row, "word": action_word(row.action), **_about(row.subject, names, titles)} for row in rows]


def _about(subject: str, names: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str | None]:
    """The name and the page of what an action was about."""
    what, _slash, whose = subject.partition("/")
    if what == "node":
        return {"name": names.get(whose, whose), "url": url_for("members.one", node_id=whose)}
    if what == "partner":
        return {"name": titles.get(whose, whose), "url": url_for("ops.partner", name=whose)}
    if what == "message":
        return {"name": subject, "url": url_for("messages.one", key=whose)}
    if what == "alert":
        return {"name": subject, "url": url_for("alerts.index")}
    return {"name": subject, "url": None}
