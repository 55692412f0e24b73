"""The operators' console.

/                          leads to the console
/health                    is the gateway well? for machines, without names
/ops                       Now: nodes, queues, partners, and what has to be looked at
/ops/messages              all messages, to be narrowed and searched
/ops/messages/<id>         one message: its life line, its answers, what can be done
/ops/parked                what waits for a person
/ops/partners/<name>       one partner: its calls, the files sent and received; pause and resume
/ops/files/<id>            the original bytes of a file
"""

from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from gateway import audit, words
from gateway.members import queries as members
from gateway.ops import operations, presenting, queries
from gateway.ops.queues import sizes
from gateway.partners import states
from gateway.web import gateway, now, person, wake
from interface.database import database
from interface.pages import say
from interface.permissions import permission, public
from queues.parking import CannotRunAgain

pages = Blueprint("ops", __name__)

Answer = str | AnyResponse | tuple[str, int]
PAGE_SIZE = 50
ASKED = ("q", "node", "type", "state", "direction", "partner", "work", "day")
"""What a list of messages may be narrowed by, as the address says it."""


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
    counts = {"parked": queries.parked_count(session), "due": queries.due_count(session)}
    return jsonify(ok=True, **counts, awaited=queries.awaited_count(session), nodes=len(members.active(session))), 200


@pages.get("/ops")
@permission("ops.read")
def status() -> str:
    """Everything at a glance; every number leads to the list behind it."""
    found = queries.status(database(), gateway().partners, sizes(gateway()), now())
    return render_template("ops/now.html", **presenting.now_page(found), at=now())


@pages.get("/ops/messages")
@permission("ops.read")
def messages() -> str:
    """Messages of both directions, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in ASKED}
    page = max(request.args.get("page", 1, type=int), 1)
    wanted = queries.Filter(
        node=asked["node"], type=asked["type"], state=asked["state"], direction=asked["direction"], text=asked["q"],
        partner=asked["partner"], work=asked["work"], since=now() - queries.DAY if asked["day"] else None,
    )  # fmt: skip
    rows, total = queries.messages(database(), wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return render_template(
        "ops/messages.html",
        rows=presenting.entries(database(), rows, now()),
        asked=asked,
        partner=gateway().partners.get(asked["partner"]),
        work=presenting.work(asked["work"]),
        nodes=members.everybody(database()),
        types=presenting.types(),
        states=presenting.states(),
        pager=presenting.pager(page, PAGE_SIZE, len(rows), total, lambda n: url_for("ops.messages", **given, page=n)),
    )


@pages.get("/ops/messages/<uuid:key>")
@permission("ops.read")
def message(key: UUID) -> str:
    """One message; its body is shown when somebody asks for it."""
    return _message(str(key))


@pages.post("/ops/messages/<uuid:key>/body")
@permission("ops.body")
def body(key: UUID) -> str:
    """The same page with the body, after noting who asked."""
    id_ = str(key)
    known = queries.life(database(), id_)
    if known is None:
        abort(404)
    audit.note(database(), "body-shown", f"message/{id_}", by=person(), now=now(), node_id=known[0].node)
    database().commit()
    return _message(id_, shown=True)


@pages.post("/ops/messages/<uuid:key>/decide")
@permission("ops.decide")
def decide(key: UUID) -> Answer:
    """Run a parked message again, or give it up."""
    id_, reason = str(key), request.form.get("reason", "").strip()
    if not reason:
        return _message(id_, problem=_("A reason is needed; it is kept, and the node reads it when you give up.")), 400
    try:
        if request.form.get("do") == "give-up":
            operations.give_up(database(), id_, by=person(), reason=reason, now=now())
            done = _("The message was given up. The node is told why.")
        else:
            operations.run_again(database(), id_, by=person(), reason=reason, now=now())
            done = _("The message runs again.")
    except operations.NothingParked:
        abort(404)
    except CannotRunAgain:
        database().rollback()
        return _message(id_, problem=_("This message cannot run again: it contradicts one that is stored.")), 400
    database().commit()
    wake()
    say(done)
    return redirect(url_for("ops.message", key=key))


@pages.get("/ops/parked")
@permission("ops.read")
def parked() -> str:
    """What waits for a person, by cause."""
    waiting = queries.parkings(database())
    return render_template(
        "ops/parked.html", groups=presenting.groups(database(), waiting, now()), partners=gateway().partners
    )


@pages.post("/ops/parked/<key>/again")
@permission("ops.decide")
def run_group(key: str) -> Answer:
    """Run all of one cause again, longest waiting first."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("ops.parked"))
    try:
        count = operations.run_alike(database(), key, by=person(), reason=reason, now=now())
    except operations.NothingParked:
        abort(404)
    except CannotRunAgain:
        database().rollback()
        say(_("These messages cannot run again: they contradict what is stored."), kind="bad")
        return redirect(url_for("ops.parked"))
    database().commit()
    wake()
    say(ngettext("%(num)d message runs again.", "%(num)d messages run again.", count))
    return redirect(url_for("ops.parked"))


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
        line=presenting.partner(queries.partner_status(database(), known, now())),
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
        states.resume(database(), name, by=person(), now=now())
        done = _("The partner is called again.")
    database().commit()
    say(done)
    return redirect(url_for("ops.partner", name=name))


def _message(id_: str, *, shown: bool = False, problem: str | None = None) -> str:
    session = database()
    known = queries.life(session, id_)
    if known is None:
        abort(404)
    entry, steps, life = known
    details: dict[str, Any] = presenting.message_page(session, entry, steps, life, now())
    return render_template(
        "ops/message.html",
        **details,
        shown=presenting.body(life) if shown else None,
        readable=presenting.readable,
        partners=gateway().partners,
        actions=audit.about(session, f"message/{id_}"),
        waiting=queries.parking_of(session, id_),
        problem=problem,
    )
