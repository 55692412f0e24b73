"""What waits for a person, by cause.

/ops/parked                    all causes; groups that run again
/ops/parked/<group>/foresee    what would happen if a group ran again now
/ops/parked/<group>/again      run it again
/ops/parked/<group>/give-up    end it as refused, with a reason for the nodes
/ops/reruns/<id>/stop          start nothing more of a group that runs
"""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from gateway.ops import operations, parkings, presenting, reruns, rules
from gateway.ops.rehearsal import MOST, rehearse
from gateway.web import gateway, now, person, wake
from gateway.words import foreseen_word, remedy
from interface.database import database
from interface.pages import say
from interface.permissions import permission
from queues.parking import CannotRunAgain

pages = Blueprint("parked", __name__)

Answer = str | Response | tuple[str, int]


@pages.get("/ops/parked")
@permission("ops.read")
def index() -> str:
    """What waits for a person, by cause."""
    return _page()


@pages.post("/ops/parked/<key>/foresee")
@permission("ops.decide")
def foresee(key: str) -> Answer:
    """Handle the group for real, keep nothing of it, and say what came out."""
    try:
        chosen = parkings.group(database(), key)
    except parkings.NothingParked:
        abort(404)
    things = parkings.of_group(database(), chosen)
    ends = rehearse(database(), gateway(), things[:MOST])
    return _page(
        foreseen={
            "key": chosen.key,
            "rows": presenting.foreseen(database(), ends, now()),
            "more": len(things) - len(ends),
        }
    )


@pages.post("/ops/parked/<key>/again")
@permission("ops.decide")
def run(key: str) -> Answer:
    """Run all of one cause again, oldest first, each record in its order, so many at a time."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("parked.index"))
    at_a_time = request.form.get("at_a_time", reruns.AT_A_TIME, type=int)
    stop = request.form.get("stop") == "yes"
    try:
        started = reruns.start(
            database(), key, by=person(), reason=reason, now=now(), at_a_time=at_a_time, stop_on_failure=stop
        )
    except operations.NothingParked:
        abort(404)
    except CannotRunAgain:
        database().rollback()
        say(_("These messages cannot run again: they contradict what is stored."), kind="bad")
        return redirect(url_for("parked.index"))
    count = sum(reruns.progress(database(), started).values())
    database().commit()
    wake()
    say(ngettext("%(num)d message runs again.", "%(num)d messages run again.", count))
    return redirect(url_for("parked.index"))


@pages.post("/ops/parked/<key>/give-up")
@permission("ops.decide")
def give_up(key: str) -> Answer:
    """End all of one cause as refused; the nodes are told why."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        say(_("Nothing was changed. A reason is needed."), kind="warn")
        return redirect(url_for("parked.index"))
    try:
        count = operations.give_up_group(database(), key, by=person(), reason=reason, now=now())
    except operations.NothingParked:
        abort(404)
    database().commit()
    wake()
    said = ngettext(
        "%(num)d message was given up. Its node is told why.",
        "%(num)d messages were given up. Their nodes are told why.",
        count,
    )
    say(said)
    return redirect(url_for("parked.index"))


@pages.post("/ops/reruns/<int:key>/stop")
@permission("ops.decide")
def stop(key: int) -> Answer:
    """Start nothing more of a group that runs."""
    try:
        reruns.stop(database(), key, by=person(), now=now())
    except reruns.UnknownRerun:
        abort(404)
    database().commit()
    say(_("The group is stopped. What was started goes on, the rest stays parked."))
    return redirect(url_for("parked.index"))


def _page(foreseen: dict[str, Any] | None = None) -> str:
    session = database()
    return render_template(
        "ops/parked.html",
        groups=presenting.groups(session, parkings.groups(session), now()),
        reruns=[presenting.rerun(session, one) for one in reruns.recent(session, now())],
        partners=gateway().partners,
        foreseen=foreseen,
        foreseen_word=foreseen_word,
        remedy=remedy,
        most=rules.MOST_AT_A_TIME,
        at_a_time=reruns.AT_A_TIME,
    )
