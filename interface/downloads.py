"""Lists as CSV files: always a download, and no cell that a spreadsheet would take for a formula (S-47)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from flask import Response

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
Cell = str | int | Decimal | date | None


def csv_download(filename: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send the rows as UTF-8 with the mark that spreadsheets look for; numbers stay numbers."""
    response = Response(csv_lines(head, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
    return response


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of the file, one by one."""
    yield "\ufeff" + _line(head)
    for row in rows:
        yield _line(row)


def safe_cell(value: Cell) -> str:
    """Text that begins like a formula gets an apostrophe; numbers and dates are written as they are."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, str) and text.startswith(FORMULA_SIGNS):
        return "'" + text
    return text


def _line(cells: Sequence[Cell]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
