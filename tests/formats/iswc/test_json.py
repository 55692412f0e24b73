"""JSON files of agencies: groups of transactions, what the schema refuses, and what samples spell differently."""

import io
import json
from typing import Any

import pytest
from hypothesis import given

from formats.detect import detect
from formats.fixed_width import CannotWrite
from formats.iswc import json as iswc_json
from formats.iswc.entries import Entry
from formats.iswc.json.roundtrip import compare
from formats.iswc.json.showing import as_json, as_rows, as_text
from formats.iswc.transactions import (
    Acknowledgement,
    AskWork,
    Demerge,
    Message,
    Notification,
    Party,
    Title,
    Transaction,
    instant,
)
from tests.formats.iswc import generated
from tests.formats.iswc.made import FIRST, HEADER, SECOND, WRITER, all_kinds, an_add

FILE_HEADER = {
    "submittingAgency": "315",
    "submittingSourcedb": 315,
    "fileCreationDateTime": "2026-01-05T10:11:12Z",
    "receivingAgency": "999",
}


def read(content: bytes, *, rules: bool = False) -> tuple[iswc_json.Reader, list[Entry]]:
    reader = iswc_json.Reader(io.BytesIO(content), rules=rules)
    return reader, list(reader)


def document(**groups: Any) -> bytes:
    return json.dumps({"fileHeader": FILE_HEADER, **groups}).encode()


def told(reader: iswc_json.Reader, *entries: Entry) -> list[tuple[str, str | None, str | None]]:
    problems = [*reader.problems, *(problem for entry in entries for problem in entry.problems)]
    return [(problem.code, problem.field, problem.value) for problem in problems]


def test_a_new_work_is_written_with_the_keys_of_the_document() -> None:
    content = iswc_json.write(HEADER, [an_add()])
    assert json.loads(content) == {
        "fileHeader": {
            "submittingAgency": "999",
            "submittingSourcedb": 999,
            "fileCreationDateTime": "2026-01-05T10:11:12Z",
            "receivingAgency": "315",
        },
        "addSubmissions": [
            {
                "submissionId": 1,
                "agency": "999",
                "sourcedb": 999,
                "workcode": "W0001",
                "category": "DOM",
                "originalTitle": "AN INVENTED SONG",
                "otherTitles": [{"title": "INVENTED SONG", "type": "AT"}],
                "interestedParties": [
                    {"nameNumber": int(WRITER.name_number or 0), "baseNumber": WRITER.base_number, "role": "CA"}
                ],
            }
        ],
    }


def test_transactions_stand_in_their_groups_and_are_numbered_on() -> None:
    content = iswc_json.write(
        HEADER, [an_add(number=7), *all_kinds(), AskWork(titles=(Title("A", "OT"),), parties=(WRITER,))]
    )
    reader, entries = read(content)
    assert [(group.type, group.transactions) for group in reader.groups] == [
        ("addSubmissions", 2), ("updateSubmissions", 1), ("deleteSubmissions", 1), ("searchByIswcSubmissions", 1),
        ("searchByAgencyWorkCodeSubmissions", 1), ("searchByTitleAndContributorsSubmissions", 1),
        ("mergeSubmissions", 1), ("updateWorkflowTasks", 1),
    ]  # fmt: skip
    assert sorted(entry.transaction.number or 0 for entry in entries) == list(range(7, 16))
    assert told(reader, *entries) == []


@given(generated.IN_JSON)
def test_what_an_agency_sends_reads_back_equal_and_writes_the_same_document(transaction: Transaction) -> None:
    content = iswc_json.write(HEADER, [transaction])
    reader, (entry,) = read(content)
    assert told(reader, entry) == []
    again = iswc_json.write(reader.header or HEADER, [entry.transaction])
    assert again == content
    assert compare(io.BytesIO(content)) is None


def test_an_acknowledgement_names_the_file_and_the_submission_it_answers() -> None:
    answer = {
        "submissionId": 5,
        "originalFileCreationDateTime": "2026-01-04T08:00:00Z",
        "originalSubmissionId": 2,
        "originalTransactionType": "AddSubmission",
        "processingDate": "2026-01-05T10:11:12.250Z",
        "transactionStatus": "Rejected",
        "agency": "999",
        "sourcedb": 999,
        "workcode": "W0002",
        "originalTitle": "REFUSED SONG",
        "errorMessages": [
            {"errorType": "Transaction Rejected", "errorNumber": "137", "errorMessage": "no such person"}
        ],
    }
    content = document(acknowledgements=[answer])
    reader, (entry,) = read(content)
    said = entry.transaction
    assert isinstance(said, Acknowledgement)
    assert (said.answered, said.answered_type, said.status, entry.type) == (2, "CAR", "RJ", "ACK")
    assert said.messages == (Message("137", "no such person", "T"),)
    assert str(instant(said.processed_at)) == "2026-01-05 10:11:12.250000+00:00"
    assert told(reader, entry) == []
    assert compare(io.BytesIO(content)) is None


def test_a_notification_may_write_its_task_state_as_a_digit_and_the_processing_date_by_its_other_name() -> None:
    told_of = {
        "submissionId": 1, "originalFileCreationDateTime": "2026-01-04T08:00:00Z", "originalSubmissionId": 2,
        "originalTransactionType": "DemergeSubmission", "processingDateTime": "2026-01-05T10:11:12Z",
        "transactionStatus": "FullyAccepted", "preferredIswc": FIRST, "parentIswc": SECOND, "workflowTaskId": 17,
        "workflowStatus": 0,
    }  # fmt: skip
    reader, (entry,) = read(document(notifications=[told_of]))
    said = entry.transaction
    assert isinstance(said, Notification)
    assert (said.answered_type, said.parent_iswc, said.task, said.task_status) == ("DMR", SECOND, "17", "Outstanding")
    assert told(reader, entry) == []


def test_what_samples_of_the_document_spell_wrong_is_read() -> None:
    header = {key: value for key, value in FILE_HEADER.items() if key != "submittingSourcedb"}
    content = json.dumps({"fileHeader": {**header, "sunmittingSourcedb": 21}, " searchByIswcSubmissions": [
        {"submissionId": 1, "iswc": FIRST}
    ]}).encode()  # fmt: skip
    reader, (entry,) = read(content)
    assert reader.header is not None
    assert (reader.header.source_db, entry.type, told(reader, entry)) == ("021", "CMQ", [])


@pytest.mark.parametrize(
    ("change", "field", "condition"),
    [
        ({"sourcedb": "twenty-one"}, "sourcedb", "numeric"),
        ({"sourcedb": 1000}, "sourcedb", "length"),
        ({"disambiguation": "T"}, "disambiguation", "one_of"),
        ({"bvltr": "B"}, "bvltr", "one_of"),
        ({"workcode": 17}, "workcode", "text"),
        ({"workcode": "\ud800"}, "workcode", "text"),
        ({"otherTitles": {"title": "A"}}, "otherTitles", "list"),
        ({"otherTitles": [{"type": "AT"}]}, "otherTitles[0].title", "given"),
        ({"interestedParties": [{"nameNumber": -1, "role": "CA"}]}, "interestedParties[0].nameNumber", "length"),
        ({"interestedParties": ["nobody"]}, "interestedParties[0]", "object"),
        ({"disambiguateFrom": [{"number": FIRST}]}, "disambiguateFrom[0].iswc", "given"),
        ({"submissionId": None}, "submissionId", "given"),
    ],
)
def test_what_the_schema_refuses_is_told_with_its_path_and_the_rest_is_read(
    change: dict[str, Any], field: str, condition: str
) -> None:
    good = json.loads(iswc_json.write(HEADER, [an_add()]))["addSubmissions"][0]
    reader, (entry,) = read(document(addSubmissions=[{**good, **change}]))
    assert [(each.code, each.effect, each.field, each.params["condition"]) for each in entry.problems] == [
        ("ISWC-142", "ER", f"addSubmissions[0].{field}", condition)
    ]
    assert entry.transaction.title == "AN INVENTED SONG"
    assert reader.problems == []


def test_a_key_nobody_told_us_of_is_a_warning_and_shows_in_the_round_trip() -> None:
    content = document(searchByIswcSubmissions=[{"submissionId": 1, "iswc": FIRST, "mood": "calm"}])
    _, (entry,) = read(content)
    assert [(each.code, each.level, each.field) for each in entry.problems] == [
        ("KORA-ISWC-UNKNOWN-KEY", "warning", "searchByIswcSubmissions[0].mood")
    ]
    difference = compare(io.BytesIO(content))
    assert difference is not None
    assert difference.read == "searchByIswcSubmissions[0].mood: 'calm'"


def test_a_number_that_stands_twice_and_a_group_nobody_knows_are_told() -> None:
    ask = {"submissionId": 1, "iswc": FIRST}
    reader, entries = read(document(searchByIswcSubmissions=[ask, ask], wishes=[1]))
    assert told(reader, *entries) == [
        ("KORA-ISWC-UNKNOWN-KEY", "wishes", "[1]"),
        ("KORA-ISWC-NUMBER-TWICE", "searchByIswcSubmissions[1].submissionId", "1"),
    ]


def test_a_rule_that_is_broken_is_told_by_the_path_of_the_document() -> None:
    content = iswc_json.write(HEADER, [an_add(title=None, parties=(WRITER, Party("00000000123", "XX")))])
    reader, (entry,) = read(content, rules=True)
    said = [(each.code, each.field, each.value, each.params["number"]) for each in entry.problems]
    assert said == [
        ("IV/05", "addSubmissions[0].originalTitle", None, "109"),
        ("IV/22", "addSubmissions[0].interestedParties[1].role", "XX", "139"),
        ("MD/16", "addSubmissions[0].interestedParties[1].nameNumber", "123", "137"),
    ]
    assert reader.not_checked["MD/16"] == 1


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b'{"fileHeader": {}\n, "a": }', 2, 8),
        (b"[]", 1, 1),
        (b'{"fileHeader": "\xff"}', 1, 17),
        (b'{"fileHeader": NaN}', None, None),
        (b'{"a":' * 100_000, None, None),
        (b"9" * 5000, None, None),
    ],
)
def test_what_is_no_json_says_where(content: bytes, line: int | None, column: int | None) -> None:
    reader, entries = read(content)
    assert entries == []
    assert [(each.code, each.effect, each.line, each.column) for each in reader.problems] == [
        ("KORA-ISWC-NOT-JSON", "ER", line, column)
    ]


def test_what_json_files_have_no_group_for_is_refused() -> None:
    with pytest.raises(CannotWrite, match="DMR"):
        iswc_json.write(HEADER, [Demerge(agency="999", iswc=FIRST)])


def test_a_file_is_known_by_its_header_even_behind_a_schema() -> None:
    content = iswc_json.write(HEADER, [an_add()])
    for bytes_ in (content, b"\xef\xbb\xbf" + content, content.replace(b"{", b'{"$schema": "s",', 1)):
        found = detect(io.BytesIO(bytes_))
        assert found is not None
        assert (found.format, found.version, found.readable) == ("iswc-json", None, True)
    assert detect(io.BytesIO(b'{"hello": 1}')) is None


def test_a_transaction_is_shown_as_json_as_a_row_and_as_text() -> None:
    _, (entry,) = read(iswc_json.write(HEADER, [an_add()]))
    shown = as_json(entry)
    assert (shown["type"], shown["line"], shown["records"][0]["tag"]) == ("CAR", None, "addSubmissions")
    assert shown["records"][0]["fields"]["workcode"] == "W0001"
    (row,) = as_rows(entry)
    assert (row["title"], row["other_titles"], row["parties"]) == (
        "AN INVENTED SONG", "INVENTED SONG", f"{WRITER.name_number} CA",
    )  # fmt: skip
    assert "  otherTitles[0]  title=INVENTED SONG  type=AT" in list(as_text(entry))
