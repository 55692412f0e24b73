"""The frame around the node's pages: sections, search, the sync light."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import current_app, url_for
from flask_babel import gettext as _

from interface.database import database
from interface.frame import Frame, Link, Search, Sync, Tasks
from interface.languages import time_zone
from interface.numbers import format_instant
from interface.permissions import may
from local_node.admin import queries as admin
from local_node.home.tasks import tasks
from local_node.web import now
from queues import boxes

LATE_AFTER = timedelta(minutes=15)
OFF_AFTER = timedelta(hours=24)

SECTIONS: Sequence[tuple[str, Callable[[], str], str, str]] = (
    ("home.page", lambda: _("Home"), "home.read", "h"),
    ("right_owners.index", lambda: _("Right owners"), "right_owners.read", "r"),
    ("works.index", lambda: _("Works"), "works.read", "w"),
    ("agreements.index", lambda: _("Agreements"), "agreements.read", "a"),
    ("imports.index", lambda: _("Import"), "imports.read", "i"),
    ("exchange.index", lambda: _("Exchange"), "exchange.read", "e"),
    ("admin.settings", lambda: _("Settings"), "settings.read", "s"),
)
"""Endpoint, name, permission and key; sections whose module has no pages are left out."""


def frame() -> Frame:
    """What this request's page is framed with."""
    known = current_app.view_functions
    links = [Link(name(), url_for(end), allowed, key=key) for end, name, allowed, key in SECTIONS if end in known]
    office = admin.office(database())
    return Frame(
        name=office.name,
        time_zone=time_zone(),
        navigation=links,
        search=Search(url_for("works.index"), _("Search works"), _("Title, person, number")),
        sync=_sync(),
        tasks=_tasks(),
    )


def _tasks() -> Tasks | None:
    found = tasks()
    if not found:
        return None
    return Tasks(sum(one.count for one in found), f"{url_for('home.page')}#tasks", _("tasks"))


def _sync() -> Sync | None:
    if not may("exchange.read"):
        return None
    status = boxes.status(database(), done=False, now=now())
    waiting = status.new + status.sealed + status.sent
    oldest = timedelta(seconds=status.oldest_seconds or 0)
    text = _("last answer %(time)s", time=format_instant(status.last_receipt)) if status.last_receipt else ""
    state = "off" if oldest > OFF_AFTER else "late" if oldest > LATE_AFTER else "ok"
    url = url_for("exchange.index") if "exchange.index" in current_app.view_functions else url_for("home.page")
    return Sync(waiting, url, text, state)
