"""The frame around the console's pages: sections with what waits in them, search, the broker's light."""

from flask import request, url_for
from flask_babel import gettext as _

from gateway.ops import queries
from interface.database import database
from interface.frame import Frame, Link, Search
from interface.permissions import may


def frame() -> Frame:
    """What this request's page is framed with."""
    parked = queries.parked_count(database()) if may("ops.read") else 0
    return Frame(
        navigation=[
            Link(_("Now"), url_for("ops.status"), "ops.read"),
            Link(_("Messages"), url_for("ops.messages"), "ops.read"),
            Link(_("Parked"), url_for("ops.parked"), "ops.read", badge=parked or None),
            Link(_("Nodes"), url_for("members.index"), "ops.read"),
        ],
        search=Search(
            url_for("ops.messages"), _("Find a message"), _("Message, work, node, external number"),
            request.args.get("q", ""),
        ),
        home_url=url_for("ops.status"),
    )
