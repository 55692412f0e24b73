"""Pages of agreements.

/agreements         the list
/agreements/<id>    one agreement, with the lines of the file it came with
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _

from interface.database import database
from interface.languages import language
from interface.permissions import permission
from local_node.agreements import queries
from local_node.agreements.models import AgreementRow
from local_node.history.rules import name_of
from mappings import tables
from mappings.model import Agreement, AgreementParty

pages = Blueprint("agreements", __name__)

PER_PAGE = 50


@pages.get("/agreements")
@permission("agreements.read")
def index() -> str:
    """The list, newest first."""
    rows, next_before = queries.listed(database(), before=request.args.get("before"), limit=PER_PAGE)
    older = url_for("agreements.index", before=next_before) if next_before else None
    shown = [_row(row) for row in rows]
    return render_template("agreements/index.html", rows=shown, total=queries.count(database()), older=older)


@pages.get("/agreements/<uuid:key>")
@permission("agreements.read")
def agreement(key: UUID) -> str:
    """One agreement."""
    row = queries.get(database(), str(key))
    if row is None:
        abort(404)
    said = queries.to_agreement(row)
    lang = language()
    return render_template(
        "agreements/agreement.html",
        row=row,
        kind=kind_words(row.kind),
        parties=[_party(one) for one in said.parties],
        territories=[
            (tables.territory_name(one.territory, lang) if one.territory in tables.territories else one.territory,
             one.include)
            for one in said.territories
        ],
        details=sorted(said.details.items()),
    )  # fmt: skip


def kind_words(kind: str) -> str:
    """The kind of an agreement."""
    kinds: Mapping[str, str] = {
        "OS": _("original, for named works"),
        "OG": _("original, general"),
        "PS": _("sub-publishing, for named works"),
        "PG": _("sub-publishing, general"),
    }
    return kinds.get(kind, kind)


def _row(row: AgreementRow) -> dict[str, Any]:
    said: Agreement = queries.to_agreement(row)
    return {
        "id": row.id,
        "number": row.number,
        "source_number": row.source_number,
        "kind": kind_words(row.kind),
        "parties": [{"name": _name(one), "role": one.role, "share": None} for one in said.parties[:3]],
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }


def _party(one: AgreementParty) -> dict[str, Any]:
    roles: Mapping[str, str] = {"AS": _("gives rights"), "AC": _("takes rights")}
    return {"name": _name(one), "role": roles.get(one.role, one.role), "shares": dict(one.shares)}


def _name(one: AgreementParty) -> str:
    return name_of(one.party) or _("unknown")
