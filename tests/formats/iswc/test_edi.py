"""EDI files: what agencies send, what the database answers, and what real files do differently."""

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given

from formats.detect import detect
from formats.fixed_width import CannotWrite
from formats.iswc import edi
from formats.iswc.edi.roundtrip import compare
from formats.iswc.edi.showing import as_json, as_rows, as_text
from formats.iswc.entries import Entry
from formats.iswc.transactions import Add, Demerge, NodeRefusal, Origin, Party, Performer, Title, Transaction
from tests.formats.iswc import generated
from tests.formats.iswc.made import (
    FIRST,
    HEADER,
    KEY,
    SECOND,
    WRITER,
    a_delete,
    a_notification,
    a_refusal,
    all_kinds,
    an_acknowledgement,
    an_add,
)

SAMPLE = """\
HDRSO000000999SAMPLE SOCIETY                               03.002026010510111220260105
GRHCAR0000101.00
CAR0000000000000000AN INVENTED SONG                                                                                    999W0001               999                                          F
CTL0000000000000001INVENTED SONG                                                                                       AT
CIP000000000000000229999990162I-999999901-7CA
GRT000010000000100000005
TRL000010000000100000007
"""  # noqa: E501
ANSWER = """\
ACK0000000000000000202601051011120000100000000CARAN INVENTED SONG                                                                                    999W0001               999T999999901820260105FA
CWI0000000000000001999W0001               999T9999999018
ACK0000000100000000202601051011120000100000001CARREFUSED SONG                                                                                        999W0002               999           20260105RJ
MSG0000000100000001T00000000CART137TEXT OF CODE 137
"""  # noqa: E501


def written(*transactions: Transaction, version: str = "03.00") -> bytes:
    return b"".join(edi.write(HEADER, transactions, version=version))


def read(content: bytes, profile: str = "strict", *, rules: bool = False) -> tuple[edi.Reader, list[Entry]]:
    reader = edi.Reader(io.BytesIO(content), profile, rules=rules)
    return reader, list(reader)


def trimmed(content: bytes) -> list[str]:
    return [line.rstrip() for line in content.decode().splitlines()]


def codes_of(reader: edi.Reader, entries: Sequence[Entry]) -> list[tuple[str, int | None, int | None]]:
    problems = [*reader.problems, *(problem for entry in entries for problem in entry.problems)]
    return [(problem.code, problem.line, problem.column) for problem in problems]


def test_a_new_work_is_written_as_the_document_lays_it_out() -> None:
    work = an_add(parties=(replace(WRITER, name_number="29999990162"),), disambiguation=False)
    assert trimmed(written(work)) == SAMPLE.splitlines()
    reader, (entry,) = read(SAMPLE.encode())
    assert reader.problems == entry.problems == []
    assert entry.transaction == replace(work, category=None)
    assert (reader.version, reader.encoding, reader.header) == (
        "03.00",
        "ascii",
        replace(HEADER, receiver=None, source_db=None, transmitted_on="2026-01-05"),
    )
    assert [(group.type, group.id, group.transactions, group.records) for group in reader.groups] == [("CAR", 1, 1, 5)]


def test_an_answer_says_which_transaction_it_answers_and_why_one_was_refused() -> None:
    content = written(an_acknowledgement(), a_refusal())
    assert trimmed(content)[2:6] == ANSWER.splitlines()
    _, (accepted, refused) = read(content)
    assert (accepted.transaction, refused.transaction) == (an_acknowledgement(), a_refusal())
    assert [(entry.type, entry.status) for entry in (accepted, refused)] == [("ACK", "FA"), ("ACK", "RJ")]


def test_a_notification_brings_the_task_and_a_file_without_tasks_brings_none() -> None:
    told = a_notification(task=None, task_status=None)
    _, (with_task, without) = read(written(a_notification(), told))
    assert (with_task.transaction, without.transaction) == (a_notification(), told)
    zeros = written(told).replace(b"FA" + b"0" * 10 + b" ", b"FA" + b"0" * 11)
    assert read(zeros)[1][0].transaction == told


def test_a_merged_number_below_a_notification_may_be_a_line_of_the_type_mer() -> None:
    short = written(a_notification()).replace(b"MLI", b"MER")
    before, after = short.split(b"MER0", 1)[0], short.split(b"MER0", 1)[1]
    long = before + b"MER0" + after[:15] + b" " * 126 + after[15:]  # as in the header of a merge
    for content in (short, long):
        reader, (entry,) = read(content)
        assert entry.transaction == a_notification()
        assert codes_of(reader, [entry]) == []


def test_a_line_without_an_end_and_letters_of_another_encoding_are_told() -> None:
    content = SAMPLE.replace("INVENTED SONG ", "CAF\u00e9          ", 1).encode("cp1252")
    content = content.replace(b"\nTRL", b"\nXXX" + b"Y" * 9000 + b"\nTRL").replace(b"SAMPLE", b"SAMP\0E")
    reader, _ = read(content, "import")
    said = {(problem.code, problem.line) for problem in reader.problems}
    assert {("KORA-LINE-TOO-LONG", 7), ("KORA-NUL", 1), ("IV/09", 7)} <= said
    assert reader.encoding == "cp1252"


def test_a_refusal_from_a_node_has_short_titles_and_the_record_type_of_a_notification() -> None:
    told = NodeRefusal(
        **KEY, title="A SONG", sent_at="2026-01-05T10:11:12Z", answered_group=1, answered=0, answered_type="CAR",
        processed_at="2026-01-05", status="RJ",
    )  # fmt: skip
    content = written(told)
    assert trimmed(content)[1:3] == [
        "GRHCSE0000101.00",
        f"CSN0000000000000000202601051011120000100000000CAR{'A SONG':60}999W0001               999           "
        "20260105RJ0000000000",
    ]
    reader, (entry,) = read(content)
    assert (entry.type, entry.transaction, codes_of(reader, [entry])) == ("CSE", told, [])
    assert compare(io.BytesIO(content)) is None


@given(generated.MODERN)
def test_what_03_00_carries_reads_back_equal_and_writes_the_same_bytes(transaction: Transaction) -> None:
    content = written(transaction)
    reader, (entry,) = read(content)
    assert entry.transaction == transaction
    assert reader.problems == entry.problems == []
    assert written(entry.transaction) == content
    assert compare(io.BytesIO(content)) is None


@given(generated.CLASSIC)
def test_what_02_00_carries_reads_back_equal_and_writes_the_same_bytes(transaction: Transaction) -> None:
    content = written(transaction, version="02.00")
    reader, (entry,) = read(content)
    assert (reader.version, entry.transaction, reader.problems, entry.problems) == ("02.00", transaction, [], [])
    assert written(entry.transaction, version="02.00") == content


def test_a_title_in_its_own_script_is_a_record_in_utf_8() -> None:
    work = an_add(category=None, titles=(Title("INVENTED SONG", "AT"), Title("أغنية مخترعة", "OA", "ar")))
    content = written(work)
    assert content.splitlines()[0][86:91] == b"UTF-8"
    assert trimmed(content)[4] == "NAT0000000000000002OAarأغنية مخترعة"
    reader, (entry,) = read(content)
    assert (entry.transaction, reader.encoding) == (work, "utf-8")


@pytest.mark.parametrize(
    ("work", "version", "field", "reason"),
    [
        (an_add(derived_type="Excerpt"), "02.00", "derived_type", "version"),
        (a_delete(), "02.00", "reason", "version"),
        (an_add(titles=(Title("أغنية", "OA", "ar"),)), "02.00", "titles", "version"),
        (an_add(local_iswc=FIRST), "03.00", "local_iswc", "version"),
        (an_add(title="SONG " * 13), "02.00", "work_title", "length"),
        (an_add(title="CAFÉ"), "03.00", "work_title", "character"),
        (an_add(title="TWO\r\nLINES"), "03.00", "work_title", "character"),
        (an_add(parties=(Party("no number", "CA"),)), "03.00", "ip_name_number", "kind"),
        (Demerge(agency="999", iswc=FIRST), "03.00", "record_type", "version"),
    ],
)
def test_what_a_version_cannot_carry_is_refused_and_never_left_out(
    work: Transaction, version: str, field: str, reason: str
) -> None:
    with pytest.raises(CannotWrite) as refused:
        written(work, version=version)
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_every_kind_of_transaction_has_a_group_of_its_own_and_is_counted() -> None:
    reader, entries = read(written(*all_kinds(), an_add(work_code="W0002")))
    assert [(group.type, group.transactions) for group in reader.groups] == [
        ("CAR", 2), ("CUR", 1), ("CDR", 1), ("CMQ", 1), ("CIQ", 1), ("MER", 1), ("WFT", 1),
    ]  # fmt: skip
    assert codes_of(reader, entries) == []
    assert (reader.records, reader.record_types["CIP"], reader.record_types["MLI"]) == (30, 3, 1)


def test_numbers_beside_their_place_are_read_as_real_answers_write_them() -> None:
    assert read(SAMPLE.replace("29999990162", "299999901  ").encode())[1][0].transaction.parties[0].name_number == (
        "00299999901"
    )
    right = SAMPLE.replace("29999990162", "  299999901")
    _, (entry,) = read(right.encode(), "import")
    assert entry.transaction.parties[0].name_number == "00299999901"
    assert [(problem.code, problem.level, problem.line, problem.column) for problem in entry.problems] == [
        ("KORA-NOT-A-VALUE", "warning", 5, 20)
    ]
    _, (strict,) = read(right.encode())
    assert [(problem.level, problem.effect) for problem in strict.problems] == [("error", "TR")]


def test_counts_and_numbering_that_do_not_fit_are_tolerated_once_and_refused_in_strict_reading() -> None:
    off = SAMPLE.replace("CTL0000000000000001", "CTL0000000000000007").replace("GRT0000100000001", "GRT0000100000009")
    reader, entries = read(off.encode(), "import")
    assert codes_of(reader, entries) == [("KORA-ISWC-NUMBERING", 4, None), ("KORA-ISWC-COUNT", 6, None)]
    assert {problem.level for problem in reader.problems} == {"warning"}
    reader, entries = read(off.encode())
    assert {problem.effect for problem in reader.problems} == {"ER"}
    assert entries[0].transaction.title == "AN INVENTED SONG"


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("CTL0", "XYZ0", "IV/09", 4),
        ("GRHCAR0000101.00\n", "", "IV/01", 2),
        ("TRL000010000000100000007\n", "", "KORA-ISWC-STRUCTURE", 6),
        ("CAR0000000000000000", "DIS0000000000000000", "KORA-ISWC-STRUCTURE", 3),
        ("GRHCAR", "GRHCUR", "KORA-ISWC-STRUCTURE", 3),
        ("03.002026", "04.002026", "KORA-VERSION-NOT-READ", 1),
    ],
)
def test_a_broken_structure_is_an_error_of_the_file_at_its_line(before: str, after: str, code: str, line: int) -> None:
    reader, entries = read(SAMPLE.replace(before, after).encode(), "import")
    problems = [*reader.problems, *(problem for entry in entries for problem in entry.problems)]
    found = next(problem for problem in problems if problem.code == code)
    assert (found.line, found.level, found.effect) == (line, "error", "ER")


def test_a_detail_that_does_not_belong_to_its_transaction_is_left_out() -> None:
    stray = SAMPLE.replace("CTL0000000000000001", "CWI0000000000000001")
    _, (entry,) = read(stray.encode())
    assert [(problem.code, problem.line, problem.effect) for problem in entry.problems if problem.effect == "RR"] == [
        ("KORA-ISWC-STRUCTURE", 4, "RR")
    ]
    assert isinstance(entry.transaction, Add)


def test_a_rule_that_is_broken_is_told_where_it_is_with_the_agencys_number() -> None:
    content = SAMPLE.replace("I-999999901-7CA", "I-999999901-7XX").replace("29999990162", "29999990163")
    _, (entry,) = read(content.encode(), rules=True)
    said = [
        (each.code, each.line, each.column, each.field, each.value, each.params["number"]) for each in entry.problems
    ]
    assert said == [
        ("IV/07", 3, None, "parties", None, "111"),
        ("IV/22", 5, 44, "ip_role", "XX", "139"),
        ("MD/16", 5, 20, "ip_name_number", "29999990163", "137"),
    ]


def test_an_acknowledgement_that_says_nothing_is_no_answer_of_its_own_and_says_what_lacks() -> None:
    blank = written(an_acknowledgement()).replace(b"20260105FA", b"20260105  ")
    _, (entry,) = read(blank, "import")
    assert [(each.code, each.field, each.params["condition"]) for each in entry.problems] == [
        ("KORA-ISWC-MISSING", "transaction_status", "given")
    ]
    assert entry.transaction.status is None


def test_a_file_is_known_by_its_header() -> None:
    for version in edi.VERSIONS:
        found = detect(io.BytesIO(written(an_add(disambiguation=None), version=version)))
        assert found is not None
        assert (found.format, found.version, found.readable) == ("iswc-edi", version, True)


def test_a_transaction_is_shown_as_json_as_a_row_and_as_text() -> None:
    work = an_add(derived_from=(Origin(SECOND, None),), performers=(Performer("KEITA", "SALIOU"),))
    _, (entry,) = read(written(work))
    shown = as_json(entry)
    assert (shown["type"], shown["line"]) == ("CAR", 3)
    assert [record["tag"] for record in shown["records"]] == ["CAR", "CTL", "CIP", "DER", "PER"]
    assert shown["records"][0]["fields"]["archived_iswc"] is None
    (row,) = as_rows(entry)
    assert (row["work_code"], row["parties"], row["line"]) == ("W0001", f"{WRITER.name_number} CA", 3)
    text = list(as_text(entry))
    assert text[0] == "CAR 00001/00000000, line 3"
    assert text[2] == "  CTL  work_title=INVENTED SONG  title_type=AT"
