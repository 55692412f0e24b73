"""File, groups and numbering: what every receiver looks at first, and what real files do differently."""

import io
from collections import Counter

import pytest

from formats.cwr import Group, Reader
from tests.formats.cwr.made import a_work, an_agreement, codes, header, make, put, reader, written
from tests.samples.publisher import publisher_file


def lines_of(content: bytes) -> list[str]:
    return content.decode("cp1252").split("\r\n")[:-1]


def joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def without(content: bytes, tag: str) -> bytes:
    return joined([line for line in lines_of(content) if not line.startswith(tag)])


SOUND = written(a_work())
TWO = written(an_agreement(), a_work())


@pytest.mark.parametrize("version", ["2.1", "2.2"])
def test_a_file_we_write_is_without_fault_in_strict_reading(version: str) -> None:
    done, transactions = reader(written(a_work(version), a_work(version, "REV"), version=version))
    assert [problem.code for problem in done.problems] == []
    assert (done.version, done.encoding, done.records) == (version, "ascii", 18)
    assert done.groups == [Group("NWR", 1, 1, 8), Group("REV", 2, 1, 8)]
    assert done.record_types == Counter(
        HDR=1, GRH=2, GRT=2, TRL=1, NWR=1, REV=1, SPU=2, SPT=2, SWR=2, SWT=2, PWR=2
    )  # fmt: skip
    assert [each.type for each in transactions] == ["NWR", "REV"]


def test_records_read_equal_the_records_written() -> None:
    records = a_work()
    _, (work,) = reader(written(records))
    assert work.records == records


BROKEN = {
    "no header": (without(SOUND, "HDR"), ["FIL-E-002", "FIL-E-002", "TRL-F-003"]),
    "no trailer": (without(SOUND, "TRL"), ["FIL-E-005"]),
    "no group header": (without(SOUND, "GRH"), ["FIL-E-003", "FIL-E-003", "TRL-F-001", "TRL-F-002", "TRL-F-003"]),
    "no end of a group": (without(TWO, "GRT"), ["FIL-E-004", "FIL-E-007", "TRL-F-003"]),
    "two trailers": (joined([*lines_of(SOUND), lines_of(SOUND)[-1]]), ["FIL-E-008", "TRL-F-003"]),
    "two headers": (joined([lines_of(SOUND)[0], *lines_of(SOUND)]), ["FIL-E-008", "TRL-F-003"]),
    "lines after the end": (joined([*lines_of(SOUND), lines_of(SOUND)[3]]), ["FIL-E-005", "TRL-F-003"]),
    "an empty group": (
        joined([lines_of(SOUND)[0], lines_of(SOUND)[1], *lines_of(SOUND)[-2:]]),
        [
            "FIL-E-006",
            "GRT-F-002",
            "GRT-F-003",
            "TRL-F-002",
            "TRL-F-003",
        ],
    ),
    "a detail where a header should be": (
        joined([*lines_of(SOUND)[:2], *lines_of(SOUND)[3:]]),
        ["FIL-E-006"] * 6 + ["GRT-F-002", "GRT-F-003", "TRL-F-002", "TRL-F-003"],
    ),
    "unknown record type": (
        put(SOUND, "PWR", "transaction_sequence", "00000000").replace(b"PWR0", b"QQQ0"),
        [
            "FIL-F-001",
            "SWR-R-002",
        ],
    ),
    "wrong sender type": (put(SOUND, "HDR", "sender_type", "XX"), ["HDR-F-002"]),
    "unknown society": (put(SOUND, "HDR", "sender_id", "000000997"), ["HDR-F-004"]),
    "society by another name": (put(SOUND, "HDR", "sender_name", "PRS LTD"), ["HDR-F-006"]),
    "wrong edi version": (put(SOUND, "HDR", "edi_standard_version", "01.11"), ["HDR-F-009"]),
    "impossible time": (put(SOUND, "HDR", "creation_time", "096000"), ["HDR-F-010"]),
    "no transmission day": (put(SOUND, "HDR", "transmission_date", "00000000"), ["HDR-F-011"]),
    "unknown characters": (put(SOUND, "HDR", "character_set", "KLINGON"), ["HDR-F-014"]),
    "unknown group type": (put(SOUND, "GRH", "transaction_type", "XXX"), ["GRH-F-001", "NWR-T-022"]),
    "group number": (put(SOUND, "GRH", "group_id", "00002"), ["GRH-F-002", "GRT-F-001"]),
    "group version": (put(SOUND, "GRH", "version_number", "02.00"), ["GRH-F-004"]),
    "the same group twice": (put(TWO, "GRH", "transaction_type", "NWR"), ["AGR-T-006", "GRH-F-005"]),
    "group ends otherwise": (put(SOUND, "GRT", "group_id", "00009"), ["GRT-F-001"]),
    "transactions miscounted": (put(SOUND, "GRT", "transaction_count", "00000002"), ["GRT-F-002"]),
    "lines miscounted": (put(SOUND, "GRT", "record_count", "00000009"), ["GRT-F-003"]),
    "groups miscounted in all": (put(SOUND, "TRL", "group_count", "00002"), ["TRL-F-001"]),
    "transactions miscounted in all": (put(SOUND, "TRL", "transaction_count", "00000002"), ["TRL-F-002"]),
    "lines miscounted in all": (put(SOUND, "TRL", "record_count", "00000011"), ["TRL-F-003"]),
    "a line of another transaction": (
        put(SOUND, "SPT", "transaction_sequence", "00000003"),
        ["FIL-F-004", "FIL-F-008"],
    ),
    "header not numbered zero": (put(SOUND, "NWR", "record_sequence", "00000001"), ["FIL-F-005", "FIL-F-006"]),
    "lines not counted on": (put(SOUND, "PWR", "record_sequence", "00000009"), ["FIL-F-006"]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_of_structure_is_named(what: str) -> None:
    content, expected = BROKEN[what]
    assert codes(content) == expected


def test_transactions_must_count_from_zero_and_on() -> None:
    two = written(a_work(), a_work())
    two = put(two, "NWR", "submitter_work_number", "W2", nth=2)
    for tag in ("NWR", "SPU", "SPT", "SWR", "SWT", "PWR"):
        two = put(two, tag, "transaction_sequence", "00000004", nth=2)
    assert codes(two) == ["FIL-F-003"]
    assert [problem.code for problem in reader(two, "import")[0].problems] == ["FIL-F-003"]
    back = two
    for tag in ("NWR", "SPU", "SPT", "SWR", "SWT", "PWR"):
        back = put(back, tag, "transaction_sequence", "00000000", nth=2)
    assert codes(back) == ["FIL-F-003", "FIL-F-007"]


def test_right_trimmed_lines_are_refused_in_strict_reading_and_told_once_a_record_type_on_import() -> None:
    content = joined([line.rstrip() for line in lines_of(written(a_work(), a_work(kind="REV")))])
    assert set(codes(content)) == {"FIL-F-009"}
    done, works = reader(content, "import")
    assert {(problem.code, problem.level, problem.effect) for problem in done.problems} == {
        ("FIL-F-009", "warning", None)
    }
    assert len({problem.record for problem in done.problems}) == len(done.problems)
    assert [work.problems for work in works] == [[], []]


def test_a_file_with_the_habits_of_a_large_publisher_is_read_with_warnings_only() -> None:
    done = Reader(io.BytesIO(publisher_file(350, 60)))
    transactions = list(done)
    assert done.encoding == "cp1252-bom"
    assert [(group.type, group.transactions) for group in done.groups] == [("AGR", 60), ("NWR", 350)]
    assert [problem for each in transactions for problem in each.problems] == []
    assert {problem.level for problem in done.problems} == {"warning"}
    assert {problem.code for problem in done.problems} == {"FIL-F-002", "FIL-F-006", "FIL-F-009"}


def test_societies_without_their_zeros_are_read_and_told() -> None:
    records = a_work()
    records[3].pr_affiliation_society = "52"
    _, (work,) = reader(written(records), "import")
    assert [(each.code, each.level, each.effect, each.value) for each in work.problems] == [
        ("SWR-F-010", "warning", None, "52")
    ]
    assert work.records[3].pr_affiliation_society == "052"


def test_a_garbled_line_leaves_the_rest_of_the_file_readable() -> None:
    content = written(a_work(), a_work(kind="REV")).replace(b"SPT", b"S\0T", 1)
    done, works = reader(content, "import")
    assert [(each.code, each.line) for each in works[0].problems if each.code == "FIL-F-001"] == [("FIL-F-001", 5)]
    assert ("KORA-NUL", 5) in [(each.code, each.line) for each in done.problems]
    assert works[1].problems == []


def test_a_line_without_end_is_cut_and_the_rest_of_the_file_read() -> None:
    lines = lines_of(SOUND)
    done, works = reader(joined([*lines[:8], "ALT" + "X" * 9_000_000, *lines[8:]]), "import")
    assert [(each.code, each.line) for each in done.problems if each.code.startswith("KORA")] == [
        ("KORA-LINE-TOO-LONG", 9)
    ]
    assert done.records == len(lines) + 1
    assert len(works[0].lines[-1]) == 8192


def test_two_agreements_more_works_than_they_cover() -> None:
    works = [a_work(), a_work()]
    for number, records in enumerate(works, 1):
        records[0].submitter_work_number = f"W{number}"
        records[5].submitter_agreement_number = "AG1"
    content = written(an_agreement(), *works)
    assert codes(content) == ["AGR-T-004"]
    assert [(each.level, each.effect) for each in reader(content, "import")[0].problems] == [("warning", None)]


def test_the_society_that_signs_must_sign_with_its_official_name() -> None:
    assert codes(written(a_work(), head=header(sender_name="PRS"))) == []
    assert [
        each.code for each in reader(written(a_work(), head=header(sender_name="P.R.S.")), "import")[0].problems
    ] == ["HDR-F-006"]


def test_an_unknown_profile_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="no profile"):
        Reader(io.BytesIO(SOUND), "kind")


def test_a_record_of_2_2_is_unknown_in_2_1() -> None:
    content = SOUND.replace(b"PWR", b"XRF", 1)
    assert "FIL-F-001" in codes(content)


def test_a_publisher_in_another_script_follows_its_line() -> None:
    records = a_work()
    name = make("NPN", publisher_sequence_number=1, interested_party_number="P1", publisher_name="BAOBAB")
    assert codes(written([*records[:2], name, *records[2:]])) == []
    wrong = make("NPN", publisher_sequence_number=2, interested_party_number="P7", publisher_name="BAOBAB")
    assert codes(written([*records[:2], wrong, *records[2:]])) == ["NPN-F-001", "NPN-F-002"]
