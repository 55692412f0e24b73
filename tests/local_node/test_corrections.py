"""Fields of a publisher's file typed anew: in one line, everywhere at once, and in what waits in quarantine."""

import io
from typing import Any

import pytest

from local_node.imports import operations, queries
from local_node.imports.correcting import CannotCorrect, Change
from local_node.works import queries as works
from tests.local_node.conftest import Browser, Office
from tests.samples.publisher import publisher_file

CATEGORY = "musical_work_distribution_category"


def faulty(number: int = 6) -> bytes:
    """Every work names a category that the standard does not have, which refuses it (NWR-F-006)."""
    return publisher_file(number, 0).replace(b"POP0", b"XXX0")


def received(office: Office, content: bytes) -> int:
    return operations.receive(office.node.imports(), io.BytesIO(content), name="CW1.V21", by="awa@tamala.example")


def correct(office: Office, number: int, new: str, line: int | None = None, **changes: Any) -> Any:
    said = {"record": "NWR", "field": CATEGORY, "old": "XXX", "new": new, "line": line} | changes
    return operations.correct(office.node.imports(), number, Change(**said), by="awa@tamala.example")


def test_one_fix_for_all_mends_every_line_that_says_the_same(office: Office) -> None:
    number = received(office, faulty())
    batch = correct(office, number, "POP")
    assert (batch.found["refused"], batch.found["errors"]) == (0, 0)
    done = operations.run(office.node.imports(), number, by="awa@tamala.example")
    assert done.outcome["new"] == 6
    work = works.to_work(office.ask(works.by_title, "QUIET RIVER")[0])
    assert work.details[CATEGORY] == "POP"


def test_one_line_is_mended_and_the_others_wait(office: Office) -> None:
    number = received(office, faulty())
    batch = correct(office, number, "JAZ", line=13)
    assert (batch.found["refused"], batch.found["errors"]) == (5, 5)
    done = operations.run(office.node.imports(), number, by="awa@tamala.example")
    assert (done.outcome["new"], done.outcome["quarantined"]) == (1, 5)


def test_the_bytes_that_came_stay_and_are_known_again(office: Office) -> None:
    content = faulty()
    number = received(office, content)
    sha256 = office.ask(queries.get, number).sha256
    correct(office, number, "POP")
    operations.run(office.node.imports(), number, by="awa@tamala.example")
    assert (office.node.settings.data / "imports" / sha256).read_bytes() == content
    with pytest.raises(operations.AlreadyImported):
        received(office, content)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"new": "POPULAR"}, "length"),
        ({"new": "ж"}, "letters"),
        ({"new": "A", "field": "no_such_field"}, "field"),
        ({"new": "A", "record": "XYZ"}, "field"),
    ],
)
def test_a_text_that_cannot_stand_in_the_field_changes_nothing(
    office: Office, changes: dict[str, Any], reason: str
) -> None:
    number = received(office, faulty())
    with pytest.raises(CannotCorrect, match=reason):
        correct(office, number, **changes)
    assert office.ask(queries.corrections, number) == []


def test_numbers_get_their_zeros(office: Office) -> None:
    content = publisher_file(1, 0)
    at = content.index(b"05000")
    wrong = content[:at] + b"5O000" + content[at + 5 :]
    number = received(office, wrong)
    (problem,) = [one for one in office.ask(queries.get, number).problems if one.get("value") == "5O000"]
    batch = correct(
        office, number, "5000", line=problem["line"], record=problem["record"], field=problem["field"], old="5O000"
    )
    assert not [one for one in batch.problems if one.get("value") == "5O000"]
    assert operations.run(office.node.imports(), number, by="x").outcome["new"] == 1


def test_what_waits_in_quarantine_is_taken_in_when_its_field_is_right_and_goes_with_its_batch(
    office: Office, awa: Browser
) -> None:
    number = received(office, faulty(2))
    operations.run(office.node.imports(), number, by="awa@tamala.example")
    first, second = office.ask(queries.quarantine)[0]
    address = f"/import/quarantine/{first.id}"
    page = awa.open(address)
    assert "XXX" in page
    said = {"line": str(first.line), "record": "NWR", "field": CATEGORY, "old": "XXX"}
    awa.post(f"{address}/correct", **said, new="YYY")
    assert "It still waits" in awa.page
    awa.post(f"{address}/correct", **(said | {"old": "YYY"}), new="POP")
    assert "Corrected and taken in." in awa.page
    batch = office.ask(queries.get, number)
    assert (batch.outcome["new"], batch.outcome["quarantined"]) == (1, 1)
    (row,) = office.ask(works.by_title, "QUIET RIVER")
    assert row.status == "registered"
    assert [one.id for one in office.ask(queries.quarantine)[0]] == [second.id]
    assert "CW1.V21" in awa.open(f"/works/{row.id}")
    undone = office.do(operations.undo, number)
    assert undone.works == 1


def test_the_page_offers_one_fix_for_all_and_tells_who_corrected_what(office: Office, awa: Browser) -> None:
    number = received(office, faulty())
    page = awa.open(f"/import/{number}")
    assert "Apply to 6" in page
    awa.post(f"/import/{number}/correct", record="NWR", field=CATEGORY, old="XXX", new="POP")
    assert "Corrected. 0 errors are left." in awa.page
    assert "XXX to POP" in awa.page
    table = awa.client.get(f"/import/{number}/problems.csv").text
    assert "Text of the line" in table.splitlines()[0]


def test_somebody_who_only_reads_corrects_nothing(office: Office, sign_in: Any) -> None:
    number = received(office, faulty())
    viewer = sign_in("viewer")
    assert "Apply to 6" not in viewer.open(f"/import/{number}")
    viewer.post(f"/import/{number}/correct", record="NWR", field=CATEGORY, old="XXX", new="POP")
    assert viewer.status == 404
    assert office.ask(queries.corrections, number) == []
