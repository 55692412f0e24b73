"""Saved filters.

/filters/<list>            keep the filter of a list under a name
/filters/<n>/change        give it another name, share it, or keep it to oneself
/filters/<n>/forget        delete it
"""

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from interface.database import database
from interface.pages import say
from interface.permissions import may, permission
from local_node.lists import operations
from local_node.web import now, person

pages = Blueprint("lists", __name__)

LISTS = {"works": ("works.index", "works.read"), "right_owners": ("right_owners.index", "right_owners.read")}
"""Key of a list to its page and the permission to see it."""
LONGEST_NAME, LONGEST_QUERY = 80, 2000


@pages.post("/filters/<key>")
@permission("home.read")
def save(key: str) -> Response:
    """Keep the filter of a list under a name."""
    page, needed = LISTS.get(key, ("", ""))
    if not page or not may(needed):
        abort(404)
    name, query = request.form.get("name", "").strip()[:LONGEST_NAME], request.form.get("query", "").lstrip("?")
    if not name or len(query) > LONGEST_QUERY or not query.isprintable():
        say(_("Give the filter a name."), kind="warn")
        return redirect(_address(key, query if len(query) <= LONGEST_QUERY and query.isprintable() else ""))
    shared = bool(request.form.get("shared"))
    operations.save(database(), list=key, name=name, shared=shared, query=query, by=person(), now=now())
    database().commit()
    say(_("The filter is kept."))
    return redirect(_address(key, query))


@pages.post("/filters/<int:number>/change")
@permission("home.read")
def change(number: int) -> Response:
    """Give it another name, share it, or keep it to oneself."""
    name = request.form.get("name", "").strip()[:LONGEST_NAME]
    shared = bool(request.form.get("shared"))
    try:
        row = operations.change(database(), number, name=name or None, shared=shared, by=person(), now=now())
    except operations.NotYours:
        abort(404)
    database().commit()
    say(_("The filter is changed."))
    return redirect(_address(row.list, row.query))


@pages.post("/filters/<int:number>/forget")
@permission("home.read")
def forget(number: int) -> Response:
    """Delete it."""
    try:
        key = operations.forget(database(), number, by=person())
    except operations.NotYours:
        abort(404)
    database().commit()
    say(_("The filter is deleted."))
    return redirect(_address(key, ""))


def _address(key: str, query: str) -> str:
    base = url_for(LISTS[key][0])
    return f"{base}?{query}" if query else base
