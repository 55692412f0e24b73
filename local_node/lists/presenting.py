"""A list as its page shows it: heads that sort, the saved filters, the foot with what comes next and the exports."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import abort, url_for
from werkzeug.wrappers import Response

from interface.database import database
from interface.downloads import Cell, csv_download, xlsx_download
from local_node.lists import queries, rules
from local_node.lists.rules import Layout, Wanted
from local_node.web import person

Shown = dict[str, Any]


def shown(layout: Layout, asked: Wanted, *, total: int, next_before: str | None, count: int) -> Shown:
    """Everything around the rows of a list."""
    following = rules.following(asked, total, next_before)
    own = database()
    return {
        "key": layout.key,
        "asked": asked,
        "total": total,
        "first": asked.offset + 1 if asked.sort and total else None,
        "last": asked.offset + count,
        "heads": [_head(layout, asked, name) for name in asked.columns],
        "columns": [(name, words(), name in asked.columns) for name, words in layout.columns.items()],
        "next": address(layout, following) if following else None,
        "ends": bool(asked.sort) and asked.page == rules.LAST_PAGE and asked.offset + count < total,
        "plain": url_for(layout.endpoint),
        "query": rules.query(rules.from_the_start(asked), layout),
        "csv": _export(layout, asked, "csv"),
        "xlsx": _export(layout, asked, "xlsx"),
        "sizes": rules.SIZES,
        "saved": [
            {
                "id": one.id,
                "name": one.name,
                "shared": one.shared,
                "mine": one.owner == person(),
                "url": f"{url_for(layout.endpoint)}?{one.query}",
                "current": one.query == rules.query(rules.from_the_start(asked), layout),
            }
            for one in queries.filters_of(own, layout.key, person())
        ],
    }


def address(layout: Layout, asked: Wanted) -> str:
    """The address of a list."""
    said = rules.query(asked, layout)
    return f"{url_for(layout.endpoint)}?{said}" if said else url_for(layout.endpoint)


def download(name: str, form: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The rows as a file of the form that was asked for."""
    if form == "xlsx":
        return xlsx_download(f"{name}.xlsx", head, rows)
    if form != "csv":
        abort(404)
    # Read to the end here: when the answer is sent, the request has let go of the database.
    return csv_download(f"{name}.csv", head, list(rows))


def _head(layout: Layout, asked: Wanted, name: str) -> Shown:
    sortable = name in layout.sorts
    return {
        "name": name,
        "label": layout.columns[name](),
        "url": address(layout, rules.sorted_by(asked, name)) if sortable else None,
        "direction": rules.direction(asked, name) if sortable else None,
    }


def _export(layout: Layout, asked: Wanted, form: str) -> str:
    said = rules.query(replace(rules.from_the_start(asked), size=rules.USUAL_SIZE), layout)
    base = url_for(f"{layout.endpoint.rpartition('.')[0]}.export", form=form)
    return f"{base}?{said}" if said else base
