"""S-47: what people typed is text on every page, and no formula in any file."""

import re
from decimal import Decimal
from pathlib import Path

from flask import render_template_string

from interface.downloads import csv_download

ROOT = Path(__file__).parents[2]
REVIEWED: set[str] = {
    "gateway/ops/now_presenting.py",  # isolates texts of the strip; ``Markup.format`` escapes what it is given
}
"""Files that may say ``|safe`` or ``Markup(``, each looked at by a second person."""


def test_s47_a_name_with_markup_stays_a_name(site):
    source = (
        '{% import "interface/macros.html" as k %}{{ k.name(name) }}{{ k.text_cell("A", name) }}{{ k.toast(name) }}'
    )
    with site.app.test_request_context("/"):
        page = render_template_string(source, name='<img src=x onerror="alert(1)">')
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=&#34;alert(1)&#34;&gt;") == 3


def test_s47_no_template_and_no_code_switches_escaping_off_unless_reviewed():
    found = set()
    for package in ("interface", "local_node", "gateway"):
        for path in (ROOT / package).rglob("*"):
            if path.suffix in (".html", ".py") and re.search(
                r"\|\s*safe\b|Markup\(|autoescape\s+false", path.read_text(encoding="utf-8")
            ):
                found.add(path.relative_to(ROOT).as_posix())
    assert found == REVIEWED


def test_s47_a_cell_that_looks_like_a_formula_is_made_harmless():
    rows = [["=1+1", Decimal("-5.00")], ["@cmd", 3], ["\tx", None], ["-", -1], ["Kaira", "+220 7000000"]]
    answer = csv_download("works of ليل.csv", ["Title", "Amount"], rows)
    assert answer.get_data(as_text=True) == (
        "\ufeffTitle,Amount\r\n'=1+1,-5.00\r\n'@cmd,3\r\n'\tx,\r\n'-,-1\r\nKaira,'+220 7000000\r\n"
    )


def test_s47_a_list_is_sent_as_a_download():
    answer = csv_download("works of ليل.csv", ["Title"], [])
    assert answer.headers["Content-Disposition"] == ("attachment; filename*=UTF-8''works%20of%20%D9%84%D9%8A%D9%84.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
