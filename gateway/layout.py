"""The frame around the console's pages: sections with what waits in them, search, the broker's light."""

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.ops import alerts, parkings
from interface.database import database
from interface.frame import Frame, Link, Search, Tasks
from interface.permissions import may


def frame() -> Frame:
    """What this request's page is framed with."""
    parked = parkings.count(database()) if may("ops.read") else 0
    open_ = alerts.unseen_count(database()) if may("ops.read") else 0
    return Frame(
        navigation=[
            Link(_("Now"), url_for("ops.status"), "ops.read", key="h"),
            Link(_("Messages"), url_for("messages.index"), "ops.read", key="m"),
            Link(_("Parked"), url_for("parked.index"), "ops.read", badge=parked or None, key="p"),
            Link(_("Nodes"), url_for("members.index"), "ops.read", key="n"),
            Link(_("Alerts"), url_for("alerts.index"), "ops.read", key="a"),
            Link(_("Audit"), url_for("audit.index"), "ops.read", key="u"),
        ],
        search=Search(
            url_for("messages.index"),
            _("Find a message"),
            _("Message, work, node, external number"),
            request.args.get("q", ""),
        ),
        tasks=Tasks(open_, url_for("alerts.index"), ngettext("alert", "alerts", open_), icon="warn"),
        home_url=url_for("ops.status"),
    )
