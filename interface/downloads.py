"""Lists as CSV and XLSX files: always a download, and no cell that a spreadsheet takes for a formula (S-47)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from flask import Response

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | None


def csv_download(filename: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send the rows as UTF-8 with the mark that spreadsheets look for; numbers stay numbers."""
    return _attached(filename, Response(csv_lines(head, rows), content_type="text/csv; charset=utf-8"))


def xlsx_download(filename: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send the rows as a workbook: text is text whatever it begins with, numbers and dates can be counted with."""
    from xlsxwriter import Workbook  # loaded when somebody exports, not at every start

    out = io.BytesIO()
    with Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        bold, wrapped, day = (
            book.add_format(one) for one in ({"bold": True}, {"text_wrap": True}, {"num_format": "yyyy-mm-dd"})
        )
        for place, text in enumerate(head):
            sheet.write_string(0, place, text, bold)
        sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                elif isinstance(value, int | Decimal):
                    sheet.write_number(line, place, value)
                elif value is not None:
                    sheet.write_string(line, place, value, wrapped if "\n" in value else None)
    return _attached(filename, Response(out.getvalue(), content_type=XLSX))


def _attached(filename: str, response: Response) -> Response:
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
