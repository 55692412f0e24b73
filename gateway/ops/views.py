"""The operators' console: the first page, partners and their files, and what machines ask.

/                          leads to the console
/health                    is the gateway well? for machines, without names
/metrics                   numbers for Prometheus, for this machine or with a token
/ops                       Now: partners, nodes, queues, and what has to be looked at
/ops/now                   the part of it that is fetched again every ten seconds
/ops/canary                send a message of the gateway's own to every node
/ops/partners/<name>       one partner: its calls, the files sent and received; pause and resume
/ops/files/<id>            the original bytes of a file
"""

import hmac
from io import BytesIO

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from gateway import audit, words
from gateway.members import queries as members
from gateway.ops import alerts, canaries, metrics, now_presenting, parkings, queries
from gateway.ops.finding import DAY
from gateway.ops.queues import sizes
from gateway.partners import states
from gateway.web import gateway, now, person, wake
from interface.database import database
from interface.pages import say
from interface.permissions import permission, public
from interface.settings import is_loopback

pages = Blueprint("ops", __name__)

Answer = str | AnyResponse | tuple[str, int]


@pages.get("/")
@permission("ops.read")
def home() -> Answer:
    """The console is all there is."""
    return redirect(url_for("ops.status"))


@pages.get("/health")
@public
def health() -> tuple[Response, int]:
    """Whether the gateway answers and its database too; numbers without names."""
    session = database()
    counts = {"parked": parkings.count(session), "due": queries.due_count(session)}
    return jsonify(ok=True, **counts, awaited=queries.awaited_count(session), nodes=len(members.active(session))), 200


@pages.get("/metrics")
@public
def numbers() -> AnyResponse:
    """Numbers for Prometheus. They name nodes, so they are for this machine, or for who shows the token (S-15)."""
    if not _may_measure():
        abort(404)
    session, at = database(), now()
    found = queries.status(session, gateway().partners, {}, at)
    return Response(metrics.page(session, found, at), content_type=metrics.CONTENT_TYPE)


@pages.get("/ops")
@permission("ops.read")
def status() -> str:
    """Everything at a glance; every number leads to the list behind it."""
    return render_template("ops/now.html", **_now())


@pages.get("/ops/now")
@permission("ops.read")
def part() -> str:
    """The same without the frame, for the page that is open."""
    return render_template("ops/now_part.html", **_now())


@pages.post("/ops/canary")
@permission("ops.decide")
def canary() -> Answer:
    """Send a message of the gateway's own to every node that is heard."""
    try:
        sent = canaries.send(database(), by=person(), now=now())
    except canaries.NobodyToAsk:
        say(_("Nothing was sent: no node is let in."), kind="warn")
        return redirect(url_for("members.index"))
    database().commit()
    wake()
    say(ngettext("A canary went to %(num)d node.", "Canaries went to %(num)d nodes.", len(sent)))
    return redirect(url_for("members.index"))


@pages.get("/ops/partners/<name>")
@permission("ops.read")
def partner(name: str) -> str:
    """One partner: how it is, its last calls, the files that went and came."""
    known = gateway().partners.get(name)
    if known is None:
        abort(404)
    return render_template(
        "ops/partner.html",
        partner=known,
        line=now_presenting.partner(queries.partner_status(database(), known, now())),
        calls=queries.calls(database(), name, now()),
        files=queries.files(database(), name),
        actions=audit.about(database(), f"partner/{name}"),
        words=words,
    )


@pages.post("/ops/files/<int:key>")
@permission("ops.body")
def file(key: int) -> AnyResponse:
    """The original bytes of a file, after noting who asked."""
    known = queries.file(database(), key)
    if known is None:
        abort(404)
    audit.note(database(), "file-shown", f"file/{key}", by=person(), now=now(), node_id=known.node_id)
    database().commit()
    return send_file(
        BytesIO(known.content), mimetype="application/octet-stream", as_attachment=True, download_name=known.name
    )


@pages.post("/ops/partners/<name>/<any(pause, resume):action>")
@permission("ops.decide")
def switch(name: str, action: str) -> Answer:
    """Call a partner no more for a while, or call it again."""
    if name not in gateway().partners:
        abort(404)
    reason = request.form.get("reason", "").strip()
    if action == "pause" and not reason:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("ops.partner", name=name))
    if action == "pause":
        states.pause(database(), name, by=person(), reason=reason, now=now())
        done = _("The partner is paused. What is due for it waits.")
    else:
        states.resume(database(), name, by=person(), reason=reason or None, now=now())
        done = _("The partner is called again.")
    database().commit()
    say(done)
    return redirect(url_for("ops.partner", name=name))


def _now() -> dict[str, object]:
    found = queries.status(database(), gateway().partners, sizes(gateway()), now())
    day_ago = (now() - DAY).isoformat(timespec="seconds").replace("+00:00", "Z")
    return now_presenting.now_page(found, alerts.unseen_count(database())) | {"at": now(), "day_ago": day_ago}


def _may_measure() -> bool:
    """With a token file the token decides; without one only a caller on this machine, which no proxy speaks for."""
    path = gateway().settings.metrics_token_file
    if path is not None:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        return bool(shown) and hmac.compare_digest(shown.encode(), path.read_text(encoding="utf-8").strip().encode())
    return not gateway().settings.proxies and is_loopback(request.remote_addr or "")
