"""The declared records against the published tables, which stand in ``layouts.csv`` and ``transactions.csv``."""

import csv
from pathlib import Path

import pytest

from formats.ipi.records import LAYOUTS, record_class
from formats.ipi.standard import SHAPES

FOLDER = Path(__file__).parent
WIDER = {("SOC", "society_name"): 30}
"""Ten columns the table leaves out are read as part of the name."""
OPTIONAL = {
    ("MAN", "signature_date"): "real consumers keep it as optional",
    ("MAO", "signature_date"): "the same",
}


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8") as table:
        return list(csv.DictReader(table))


def test_every_field_stands_where_the_standard_says() -> None:
    for row in rows("layouts.csv"):
        field = record_class(row["record"]).FIELDS.get(row["field"])
        if row["field"] == "record_type":
            assert (row["start"], row["size"]) == ("1", "3")
            continue
        assert field is not None, row
        key = (row["record"], row["field"])
        assert (field.column, field.width) == (int(row["start"]), WIDER.get(key, int(row["size"]))), row


def test_what_is_mandatory_is_asked_for() -> None:
    for row in rows("layouts.csv"):
        key = (row["record"], row["field"])
        if row["req"] == "M" and row["field"] not in {"record_type", "ref_name_type"} and key not in OPTIONAL:
            assert record_class(row["record"]).FIELDS[row["field"]].required, row


def test_no_record_has_more_than_the_standard() -> None:
    declared = {(tag, name) for tag, record in LAYOUTS.items() for name in record.FIELDS}
    assert declared == {(row["record"], row["field"]) for row in rows("layouts.csv") if row["record"] != "TLS"} - {
        (tag, "record_type") for tag in LAYOUTS
    }


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_a_transaction_takes_the_details_of_the_standard(kind: str) -> None:
    details = {row["record"]: row for row in rows("transactions.csv") if row["transaction"] == kind}
    # The note to STD adds the statuses that remain.
    told = {"STN"} if kind == "STD" else set()
    assert SHAPES[kind].allowed - {"TRS", "DRS"} == set(details) | told
    needed = {tag for tag, row in details.items() if row["req"] == "M"}
    assert set(SHAPES[kind].needs) == needed
    once = {tag for tag, row in details.items() if row["max"] == "1"}
    assert set(SHAPES[kind].once) | set(SHAPES[kind].one_of) == once
