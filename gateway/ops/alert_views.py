"""What began and what ended.

/ops/alerts                    all alerts, those that go on first
/ops/alerts/<id>/acknowledge   somebody looks after it, with a note
/ops/alerts/runbook            what each alert means and what to do about it
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from gateway.members import queries as members
from gateway.ops import alerts, certificates, presenting, runbook
from gateway.web import gateway, now, person
from interface.database import database
from interface.pages import say
from interface.permissions import permission

pages = Blueprint("alerts", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/ops/alerts")
@permission("ops.read")
def index() -> str:
    """Alerts whose condition goes on, and what began and ended before."""
    session = database()
    names = members.names(session)
    titles = {name: one.title for name, one in gateway().partners.items()}
    return render_template(
        "ops/alerts.html",
        open=[presenting.alert(one, names, titles) for one in alerts.unended(session)],
        certificates=certificates.known(session),
        past=[presenting.alert(one, names, titles) for one in alerts.recent(session)],
    )


@pages.get("/ops/alerts/runbook")
@permission("ops.read")
def handbook() -> str:
    """What each alert means and what to do about it."""
    return render_template("ops/runbook.html", sections=runbook.sections(), spans=runbook.spans)


@pages.post("/ops/alerts/<int:key>/acknowledge")
@permission("ops.decide")
def acknowledge(key: int) -> Answer:
    """Say that one looks after it, and what is done."""
    note = request.form.get("note", "").strip()
    if not note:
        say(_("Nothing was changed. Say in a few words what is done about it."), kind="warn")
        return redirect(url_for("alerts.index"))
    try:
        alerts.acknowledge(database(), key, by=person(), note=note, now=now())
    except alerts.UnknownAlert:
        abort(404)
    database().commit()
    say(_("The alert is acknowledged."))
    return redirect(url_for("alerts.index"))
