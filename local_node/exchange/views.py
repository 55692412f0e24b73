"""Pages of the exchange.

/exchange                   our messages and those that arrived, by what became of them
/exchange/send              let everything that waits be sent now
/exchange/review            conflicts with what partners hold, for a person to decide
/exchange/review/<n>        one of them: ours and theirs side by side
/exchange/<id>              one message: its life line, its content, and what can be done
/exchange/<id>/send         let this message be sent again now
/exchange/<id>/decide       run a parked message again, or give it up
"""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from interface.database import database
from interface.pages import say
from interface.permissions import permission
from local_node.admin import queries as admin
from local_node.exchange import operations, presenting, queries, sending
from local_node.exchange.queries import Filter
from local_node.web import now, person, wake
from local_node.works import queries as works
from local_node.works.models import WorkConflict
from local_node.works.operations import decide_conflict
from local_node.works.words import partner_name
from queues import boxes
from queues.parking import CannotRunAgain, NotParked

pages = Blueprint("exchange", __name__)

PER_PAGE = 50
Answer = str | Response | tuple[str, int]


@pages.get("/exchange")
@permission("exchange.read")
def index() -> str:
    """One group of messages, newest first."""
    session, wanted = database(), _wanted()
    before = request.args.get("before", type=int)
    page = queries.lines(session, wanted, before=before, limit=PER_PAGE)
    strays = queries.strays(session) if wanted.group == "troubled" and before is None else []
    return render_template(
        "exchange/index.html",
        wanted=wanted,
        is_incoming=wanted.group in queries.INCOMING,
        tabs=presenting.tabs(session, wanted),
        types=presenting.types(wanted),
        rows=presenting.rows(session, [*strays, *page.lines]),
        total=page.total + len(strays),
        older=_address(wanted, page.next_before) if page.next_before else None,
        status=boxes.status(session, now=now()),
        paused=sending.rule(session).paused_by,
        enrolled=admin.office(session).node_id is not None,
    )


@pages.post("/exchange/send")
@permission("exchange.send")
def send_all() -> Response:
    """Let everything that waits be sent now."""
    count = operations.send_now(database(), now=now())
    database().commit()
    if sending.rule(database()).paused_by is not None:
        say(_("Sending is paused. Everything is kept and goes when you resume."), kind="warn")
        return redirect(url_for("sending.index"))
    wake()
    say(ngettext("%(num)d message is sent now.", "%(num)d messages are sent now.", count))
    return redirect(url_for("exchange.index"))


@pages.get("/exchange/review")
@permission("exchange.read")
def review() -> str:
    """What waits for a person, longest waiting first."""
    waiting = works.conflicts(database())
    return render_template("exchange/review.html", rows=presenting.conflict_rows(database(), waiting))


@pages.get("/exchange/review/<int:number>")
@permission("exchange.read")
def conflict(number: int) -> str:
    """Ours and theirs side by side."""
    session = database()
    found = _conflict(number)
    row = works.get(session, found.work_id)
    if row is None:
        abort(404)
    others = [one for one in works.conflicts(session) if one.id != number]
    return render_template(
        "exchange/conflict.html",
        conflict=found,
        row=row,
        title=row.titles[0],
        partner=partner_name(found.partner),
        what=presenting.conflict_words(found),
        fields=presenting.both_sides(row, found),
        overtaken=found.decision is None and presenting.is_overtaken(row, found),
        others=presenting.conflict_rows(session, others[:12]),
        more=max(len(others) - 12, 0),
    )


@pages.post("/exchange/review/<int:number>")
@permission("exchange.decide")
def settle(number: int) -> Response:
    """Keep ours, or take theirs; shares that are theirs are changed by hand in the work."""
    found = _conflict(number)
    theirs, note = request.form.get("decision") == "theirs", request.form.get("note", "").strip()
    try:
        decide_conflict(database(), number, theirs=theirs, note=note, by=person(), now=now())
    except LookupError:
        say(_("Somebody else has decided about this meanwhile."), kind="warn")
        return redirect(url_for("exchange.conflict", number=number))
    database().commit()
    if theirs and found.kind == "shares":
        say(_("The decision is kept. Change the shares now; saving sends them."))
        return redirect(url_for("works.work", key=found.work_id))
    say(_("The decision is kept."))
    return redirect(url_for("exchange.review"))


@pages.get("/exchange/<key>")
@permission("exchange.read")
def message(key: str) -> str:
    """One message."""
    return _message(key)


@pages.post("/exchange/<key>/send")
@permission("exchange.send")
def send_one(key: str) -> Response:
    """Let this message be sent again now."""
    if not operations.send_now(database(), now=now(), message_id=key):
        abort(404)
    database().commit()
    wake()
    say(_("The message is sent now."))
    return redirect(url_for("exchange.message", key=key))


@pages.post("/exchange/<key>/decide")
@permission("exchange.decide")
def decide(key: str) -> Answer:
    """Run a parked message again, or give it up with a reason."""
    waiting = queries.undecided(database(), key)
    if waiting is None:
        abort(404)
    reason, gives_up = request.form.get("reason", "").strip(), request.form.get("do") == "give-up"
    if gives_up and not reason:
        return _message(key, problem=_("Say why you give the message up; the gateway is told.")), 400
    try:
        if gives_up:
            operations.give_up(database(), waiting.id, key, by=person(), reason=reason, now=now())
        else:
            operations.run_again(database(), waiting.id, key, by=person(), now=now())
    except CannotRunAgain:
        database().rollback()
        return _message(key, problem=_("This message cannot run again: it contradicts what is stored.")), 400
    except NotParked:
        abort(404)
    database().commit()
    wake()
    say(_("The message is given up. The gateway is told why.") if gives_up else _("The message runs again."))
    return redirect(url_for("exchange.index", group="troubled") if gives_up else url_for("exchange.message", key=key))


def _conflict(number: int) -> WorkConflict:
    found = database().get(WorkConflict, number)
    if found is None:
        abort(404)
    return found


def _wanted() -> Filter:
    group = request.args.get("group", "all")
    if group not in {**queries.OUTGOING, **queries.INCOMING}:
        abort(404)
    return Filter(group, request.args.get("type", "").strip(), request.args.get("q", "").strip())


def _address(wanted: Filter, before: int) -> str:
    return url_for("exchange.index", group=wanted.group, type=wanted.type or None, q=wanted.text or None, before=before)


def _message(key: str, problem: str | None = None) -> str:
    """The page of a message of ours, of one that arrived, or of one that could not even be taken in."""
    shown = _found(key)
    return render_template("exchange/message.html", **shown, text=presenting.as_json(shown["body"]), problem=problem)


def _found(key: str) -> dict[str, Any]:
    session = database()
    if (row := queries.own(session, key)) is not None:
        return presenting.own_message(session, row)
    if (row := queries.arrived(session, key)) is not None:
        return presenting.arrived_message(session, row)
    if (row := queries.undecided(session, key)) is None:
        abort(404)
    return presenting.stray_message(session, row)
