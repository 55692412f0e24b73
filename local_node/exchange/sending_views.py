"""When our messages go, how much waits, and what went out in a month.

/exchange/sending           all of it; ``?month=2026-11`` another month
/exchange/sending/pause     let our messages wait
/exchange/sending/resume    let them go again
/exchange/sending/hours     send only between two times of day
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.languages import time_zone
from interface.pages import say
from interface.permissions import permission
from local_node.exchange import sending, sent
from local_node.web import now, person, wake
from local_node.works.words import answer_words, partner_name

pages = Blueprint("sending", __name__)


@pages.get("/exchange/sending")
@permission("exchange.read")
def index() -> str:
    """The rule, what waits, and the month."""
    session, kept = database(), sending.rule(database())
    first = _month(request.args.get("month", ""))
    following = _next(first)
    return render_template(
        "exchange/sending.html",
        rule=kept,
        goes=sending.may_send(kept, now().astimezone(ZoneInfo(time_zone())).time()),
        waiting=sending.waiting(session),
        month=first,
        before=f"{_before(first):%Y-%m}",
        after=f"{following:%Y-%m}" if following <= now() else None,
        number=sent.messages_sent(session, first, following),
        handed=[
            {
                "partner": partner_name(one.partner),
                "at": one.at,
                "works": len(one.works),
                "answers": [(*answer_words(status), number) for status, number in one.answers],
            }
            for one in sent.handed_over(session, first, following)
        ],
    )


@pages.post("/exchange/sending/pause")
@permission("exchange.send")
def pause() -> Response:
    """Let our messages wait."""
    sending.pause(database(), reason=request.form.get("reason", "").strip(), by=person(), now=now())
    return _done(_("Sending is paused. Everything is kept and goes when you resume."))


@pages.post("/exchange/sending/resume")
@permission("exchange.send")
def resume() -> Response:
    """Let them go again."""
    sending.resume(database(), by=person(), now=now())
    return _done(_("Messages are sent again."))


@pages.post("/exchange/sending/hours")
@permission("exchange.send")
def hours() -> Response:
    """Send only between two times of day."""
    begin, end = (request.form.get(name, "").strip() for name in ("begins", "ends"))
    try:
        sending.schedule(database(), begin=begin, end=end, by=person(), now=now())
    except sending.NotHours:
        say(_("Nothing was changed. Write two different times, like 22:00 and 05:00, or none."), kind="warn")
        return redirect(url_for("sending.index"))
    return _done(_("The hours are kept.") if begin else _("Messages go at any time."))


def _done(text: str) -> Response:
    database().commit()
    wake()
    say(text)
    return redirect(url_for("sending.index"))


def _month(text: str) -> datetime:
    """The first instant of a month of the office; of the present one when the text names none."""
    zone = ZoneInfo(time_zone())
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        return now().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next(first: datetime) -> datetime:
    return first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)


def _before(first: datetime) -> datetime:
    return first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
