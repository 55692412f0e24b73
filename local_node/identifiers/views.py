"""What is to say about a number while it is typed.

/identifiers/<scheme>    whether it holds, how it is written, who bears it already
"""

from flask import Blueprint, abort, render_template, request, url_for

from formats.identifiers import SCHEMES, check
from interface.database import database
from interface.permissions import may, permission
from local_node.history.rules import name_of
from local_node.identifiers.words import said_of
from local_node.right_owners import queries as right_owners
from local_node.works import queries as works

pages = Blueprint("identifiers", __name__)

MOST_BEARERS = 3


@pages.get("/identifiers/<scheme>")
@permission("home.read")
def said(scheme: str) -> str:
    """The line under the field of a number; ``own`` is the record that is being changed."""
    if scheme not in SCHEMES:
        abort(404)
    typed = next((text for name, text in request.args.items() if name != "own"), "")
    return render_template(
        "identifiers/said.html", one=said_of(scheme, typed), bearers=_bearers(scheme, typed, request.args.get("own"))
    )


def _bearers(scheme: str, typed: str, own: str | None) -> list[tuple[str, str]]:
    """Name and address of other records of ours that bear the number."""
    value = check(typed, scheme)[0].canonical if typed.strip() else None
    if value is None:
        return []
    found: list[tuple[str, str]] = []
    if may("right_owners.read"):
        for owner in right_owners.by_identifier(database(), scheme, value)[:MOST_BEARERS]:
            if owner.id != own:
                name = name_of(right_owners.to_party(owner))
                found.append((name, url_for("right_owners.right_owner", key=owner.id)))
    if may("works.read"):
        for work in works.by_identifier(database(), scheme, value)[:MOST_BEARERS]:
            if work.id != own:
                found.append((work.titles[0].text, url_for("works.work", key=work.id)))
    return found
