"""Messages of both directions.

/ops/messages              all messages, to be narrowed and searched; saved filters
/ops/messages/content      those that say something, searched in their content
/ops/messages/<id>         one message: its life line, its answers, what can be done
"""

from datetime import time
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gateway import audit
from gateway.members import queries as members
from gateway.ops import finding, lives, operations, parkings, presenting, saved, transcripts
from gateway.ops.finding import Filter
from gateway.web import gateway, now, person, wake
from interface.database import database
from interface.pages import say
from interface.permissions import permission
from interface.times import instant
from queues.parking import CannotRunAgain

pages = Blueprint("messages", __name__)

Answer = str | Response | tuple[str, int]
PAGE_SIZE = 50
SEVERAL = ("type", "state")
SINGLE = ("q", "external", "node", "direction", "partner", "error", "from", "to", "rerun")
"""What a list of messages may be narrowed by, as the address says it."""
SHORTEST_CONTENT = 3


@pages.get("/ops/messages")
@permission("ops.read")
def index() -> Answer:
    """Messages of both directions, newest first."""
    page = min(max(request.args.get("page", 1, type=int), 1), presenting.LAST_PAGE)
    try:
        wanted = _filter(request.args)
    except ValueError:
        say(_("A time is written like 2026-11-24 or 2026-11-24 09:41."), kind="warn")
        return redirect(url_for("messages.index"))
    rows, total = finding.messages(database(), wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    given = _given(request.args)

    def address(**changed: Any) -> str:
        return url_for("messages.index", **{**given, **changed})

    return _list(
        rows,
        pager=presenting.pager(page, PAGE_SIZE, len(rows), total, address, rows[-1] if rows else None),
        hidden=finding.hidden_count(database(), wanted),
        with_hidden=address(rerun=1),
    )


@pages.post("/ops/messages/content")
@permission("ops.body")
def content() -> Answer:
    """Messages that say something, newest first, after noting who looked for what."""
    text = request.form.get("text", "").strip()
    given = MultiDict(item for item in request.form.items(multi=True) if item[0] in (*SINGLE, *SEVERAL))
    if len(text) < SHORTEST_CONTENT:
        say(_("Nothing was searched. Write at least three letters of the content."), kind="warn")
        return redirect(url_for("messages.index", **_given(given)))
    audit.note(database(), "content-searched", "messages", by=person(), now=now(), reason=text)
    database().commit()
    read = finding.in_content(database(), _filter(given), text)
    found = Filter(ids=read.ids)
    rows, _total = finding.messages(database(), found, limit=len(read.ids)) if read.ids else ([], 0)
    return _list(rows, args=given, searched=text, read=read)


@pages.post("/ops/messages/filters")
@permission("ops.read")
def save() -> Answer:
    """Keep the filter of the page under a name."""
    name, query = request.form.get("name", "").strip(), request.form.get("query", "")
    if not name or len(name) > saved.LONGEST_NAME:
        say(_("Nothing was saved. A name of at most 80 letters is needed."), kind="warn")
    else:
        shared = request.form.get("shared") == "yes"
        saved.keep(database(), owner=person(), name=name, query=_clean(query), shared=shared, now=now())
        database().commit()
        say(_("The filter is saved."))
    return redirect(url_for("messages.index") + "?" + _clean(query))


@pages.post("/ops/messages/filters/<int:key>/forget")
@permission("ops.read")
def forget(key: int) -> Answer:
    """Remove one of one's own filters."""
    try:
        saved.forget(database(), key, owner=person())
    except saved.UnknownFilter:
        abort(404)
    database().commit()
    say(_("The filter is removed."))
    return redirect(url_for("messages.index"))


@pages.get("/ops/messages/<uuid:key>")
@permission("ops.read")
def one(key: UUID) -> str:
    """One message; its body is shown when somebody asks for it."""
    return _message(str(key))


@pages.post("/ops/messages/<uuid:key>/body")
@permission("ops.body")
def body(key: UUID) -> str:
    """The same page with the content, after noting who asked."""
    id_ = str(key)
    known = finding.one(database(), id_)
    if known is None:
        abort(404)
    audit.note(database(), "body-shown", f"message/{id_}", by=person(), now=now(), node_id=known.node)
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
        return _message(id_, problem=_("This message cannot run again: it contradicts what is stored.")), 400
    database().commit()
    wake()
    say(done)
    return redirect(url_for("messages.one", key=key))


def _list(rows: Any, *, args: MultiDict[str, str] | None = None, **more: Any) -> str:
    asked: MultiDict[str, str] = request.args if args is None else args
    defaults: dict[str, Any] = {"pager": None, "hidden": 0, "with_hidden": "", "searched": None, "read": None}
    return render_template(
        "ops/messages.html",
        rows=presenting.entries(database(), rows, now()),
        asked={name: asked.get(name, "").strip() for name in SINGLE},
        chosen={name: asked.getlist(name) for name in SEVERAL},
        query=_clean(urlencode(_given(asked), doseq=True)),
        filters=saved.of(database(), person()),
        owner=person(),
        partners=gateway().partners,
        nodes=members.everybody(database()),
        types=[(one, one) for one in presenting.types()],
        states=presenting.states(),
        classes=presenting.classes(),
        **{**defaults, **more},
    )


def _filter(args: MultiDict[str, str]) -> Filter:
    """What the address asks for. Raises ValueError for a time that is none."""
    asked = {name: args.get(name, "").strip() for name in SINGLE}
    states = [state for one in args.getlist("state") for state in one.split(",") if state]
    return Filter(
        node=asked["node"], types=tuple(filter(None, args.getlist("type"))), states=tuple(states),
        direction=asked["direction"], partner=asked["partner"], error=asked["error"],
        since=instant(asked["from"], time.min), until=instant(asked["to"], time.max),
        text=asked["q"], external=asked["external"], with_rerun=bool(asked["rerun"]),
    )  # fmt: skip


def _given(args: MultiDict[str, str]) -> dict[str, Any]:
    """What stands in the address and says something."""
    several = {name: values for name in SEVERAL if (values := [one for one in args.getlist(name) if one])}
    return {name: args[name].strip() for name in SINGLE if args.get(name, "").strip()} | several


def _clean(query: str) -> str:
    """A filter as it is stored: only names we know, so that a saved one leads nowhere else."""
    return urlencode(_given(MultiDict(parse_qsl(query))), doseq=True)


def _message(id_: str, *, shown: bool = False, problem: str | None = None) -> str:
    session = database()
    known = lives.life(session, id_)
    if known is None:
        abort(404)
    entry, steps, life = known
    details: dict[str, Any] = presenting.message_page(session, entry, steps, life, now())
    waiting = parkings.with_reruns(session, parkings.of_message(session, id_))
    return render_template(
        "ops/message.html",
        **details,
        shown=presenting.body(life) if shown else None,
        transcripts=transcripts.of_message(session, entry) if shown else (),
        partners=gateway().partners,
        actions=audit.about(session, f"message/{id_}"),
        waiting=[(one, parkings.group(session, one.group).count - 1) for one in waiting],
        problem=problem,
    )
