"""What a reader says of the register's files: sound ones, those of other senders, and those that are wrong."""

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest

from formats.check import check
from formats.detect import detect
from formats.ipi import CannotWrite, CodeLists, Group, write
from formats.ipi.roundtrip import compare
from formats.ipi.showing import as_json, as_rows, as_text
from tests.builders import an_ipi
from tests.formats.ipi.made import (
    ADA,
    ADA_NAME,
    ADAS_DOUBLE,
    DAY,
    DJ_NAME,
    DOUBLE_NAME,
    Records,
    a_firm,
    a_mandate,
    a_name,
    a_person,
    a_shared_name,
    a_status,
    a_territory,
    a_usage,
    about,
    ada,
    codes,
    header,
    joined,
    lines_of,
    make,
    merged,
    numbered,
    reader,
    written,
)

MISTYPED = f"{ADA_NAME[:10]}{9 - int(ADA_NAME[10])}"
USED = f"NUN0000000000000007{ADA_NAME}MWMC"
SOUND = written(ada(), a_firm(), merged())


def test_a_sound_file_is_without_fault_and_counted() -> None:
    done, (composer, firm, merge) = reader(SOUND)
    assert done.problems == composer.problems == firm.problems == merge.problems == []
    assert (done.encoding, done.records) == ("ascii", 23)
    assert done.groups == [Group("IPA", 1, 2, 16), Group("STA", 2, 1, 5)]
    assert done.record_types == Counter(
        HDR=1, GRH=2, GRT=2, TRL=1, IPA=2, STA=1, BDN=2, STN=4, NCN=3, MAN=1, TMA=1, NUN=3
    )  # fmt: skip
    assert composer.records == numbered(ada())
    assert [line[:3] for line in composer.lines] == ["IPA", "BDN", "STN", "NCN", "NCN", "MAN", "TMA", "NUN", "NUN"]


def test_the_owner_of_a_status_is_the_party_of_the_header_and_not_the_one_it_points_to() -> None:
    _, (*_, merge) = reader(SOUND)
    assert merge.header.ip_base_number == ADAS_DOUBLE
    assert [(each.status_code, each.ref_ip_base_number) for each in merge.records[1:]] == [
        ("1", ADAS_DOUBLE),
        ("3", ADA),
    ]
    assert merge.records[2].valid_to_date == date(9999, 12, 31)


def test_midnight_is_a_time_and_a_blank_day_is_none() -> None:
    _, (composer, *_) = reader(SOUND)
    mandate, territory = composer.records[5:7]
    assert (mandate.valid_from_time, mandate.share) == ("000000", 10_000)
    assert (territory.tisn, territory.tisn_valid_from, territory.tisan) == ("2136", None, "WORLD")


def test_lines_may_be_padded_cut_or_end_with_line_feeds() -> None:
    cut = joined([line.rstrip() for line in lines_of(SOUND)])
    assert max(map(len, lines_of(SOUND))) == 206
    for content in (cut, cut.replace(b"\r\n", b"\n"), written(ada(), a_firm(), merged(), padded=210)):
        done, transactions = reader(content)
        assert [each.problems for each in transactions] == [[], [], []]
        assert done.problems == []
        assert transactions[0].records == numbered(ada())


def test_accents_in_remarks_are_windows_1252() -> None:
    remark = [about("REA"), make("REN", ip_name_number=ADA_NAME, society_code="080", block_no="0001", text="voir déjà")]
    content = written(remark)
    assert "déjà".encode("cp1252") in content
    done, (read,) = reader(content)
    assert (done.encoding, read.records[1].text, read.problems) == ("cp1252", "voir déjà", [])


def test_two_bytes_are_never_one_character() -> None:
    """What is good UTF-8 by accident would move all columns behind it."""
    records = [about("NTA", remitting_society_name="Â¡"), make("NTN", tisn="0756")]
    done, (read,) = reader(written(records))
    assert (done.encoding, read.problems) == ("cp1252", [])
    assert (read.header.remitting_society_name, read.header.ip_base_number) == ("Â¡", ADA)


def test_what_windows_1252_does_not_have_cannot_be_written() -> None:
    with pytest.raises(CannotWrite) as wrong:
        list(write(header(), [("IPA", [[about("IPA"), a_person(), a_name("ЗОЯ")]])]))
    assert (wrong.value.record, wrong.value.field, wrong.value.reason) == ("NCN", "name", "character")
    with pytest.raises(CannotWrite) as wrong:
        list(write(header(), [("IPA", [[about("IPA"), a_person(birth_place="X" * 31)]])]))
    assert (wrong.value.field, wrong.value.reason) == ("birth_place", "length")


def change(content: bytes, old: str, new: str) -> bytes:
    text = content.decode("cp1252")
    assert old in text
    return text.replace(old, new.ljust(len(old)), 1).encode("cp1252")


FIELDS = {
    "a day that is none": (("19991231", "19991331"), ("real_day", "error")),
    "a time that is none": (("101112080", "256112080"), ("real_time", "error")),
    "letters in a share": (("1000020260105", "1O00020260105"), ("numeric", "error")),
    "a share above the whole": (("1000020260105", "1000120260105"), ("share_up_to", "error")),
    "a status nobody has": ((f"{ADA}1{ADA_NAME}", f"{ADA}7{ADA_NAME}"), ("one_of_these", "error")),
    "a base number cut short": (("I-900000001-", "I-90000001- "), ("number_shape", "error")),
    "a wrong check digit of a name": ((f"{ADA_NAME}PA", f"{MISTYPED}PA"), ("check_digits", "warning")),
    "a small letter in a name": (("EXAMPLE ", "EXAMPLe "), ("written_in", "warning")),
    "no name": (("EXAMPLE ", "        "), ("given", "error")),
    "no name of the society": (("080SUISA", "080     "), ("given", "warning")),
}  # fmt: skip


@pytest.mark.parametrize("what", FIELDS)
def test_a_field_that_is_wrong_is_told_with_its_place(what: str) -> None:
    (old, new), (condition, level) = FIELDS[what]
    content = SOUND if old != "19991231" else change(written(ada()), "20260101", "19991231")
    done, transactions = reader(change(content, old, new))
    (problem,) = [each for transaction in transactions for each in transaction.problems]
    assert (problem.params["condition"], problem.level) == (condition, level)
    assert problem.code == f"KORA-IPI-{condition.upper().replace('_', '-')}"
    assert problem.line is not None and problem.column is not None
    raw = lines_of(change(content, old, new))[problem.line - 1][problem.column - 1 :]
    assert raw.startswith(problem.value or "")
    assert problem.record == lines_of(content)[problem.line - 1][:3]
    assert done.problems == []


def test_a_wrong_check_digit_says_which_would_be_right_and_the_number_is_kept() -> None:
    _, (composer,) = reader(written([about("IPA"), a_person(), a_name(number=MISTYPED)]))
    (problem,) = composer.problems
    assert (problem.field, problem.value, problem.params["expected"]) == ("ip_name_number", MISTYPED, ADA_NAME)
    assert composer.records[2].ip_name_number == MISTYPED
    assert composer.is_sound


BROKEN = {
    "no header": (joined(lines_of(SOUND)[1:]), ["KORA-IPI-ORDER", "KORA-IPI-LACKS", "KORA-IPI-COUNT"]),
    "no trailer": (joined(lines_of(SOUND)[:-1]), ["KORA-IPI-LACKS"]),
    "no group header": (
        joined([line for line in lines_of(written(ada())) if line[:3] != "GRH"]),
        ["KORA-IPI-ORDER", "KORA-IPI-ORDER", "KORA-IPI-COUNT", "KORA-IPI-COUNT", "KORA-IPI-COUNT"],
    ),
    "a group of another type": (SOUND.replace(b"GRHSTA", b"GRHBDU"), ["KORA-IPI-VALUE"]),
    "another version": (SOUND.replace(b"01.0020260106", b"02.0020260106"), ["KORA-IPI-VALUE"]),
    "a group that counts wrongly": (SOUND.replace(b"GRT0000100000002", b"GRT0000100000003"), ["KORA-IPI-COUNT"]),
    "a record nobody knows": (SOUND.replace(b"NUN", b"XYZ", 1), ["KORA-IPI-UNKNOWN"]),
    "numbers that go back": (SOUND.replace(b"NUN0000000000000007", b"NUN0000000000000003"), ["KORA-IPI-VALUE"]),
    "text after the last field": (change(SOUND, f"{USED}  ", f"{USED} X"), ["KORA-IPI-LONGER"]),
    "no base data": (written([about("IPA"), a_name()]), ["KORA-IPI-DETAILS"]),
    "two patronyms": (
        written([about("IPA"), a_person(), a_name(), a_name("OTHER", None, DJ_NAME)]),
        ["KORA-IPI-DETAILS"],
    ),
    "no patronym": (written([about("IPA"), a_person(), a_name("OTHER", None, DJ_NAME, "PP")]), ["KORA-IPI-DETAILS"]),
    "base data twice": (written([about("BDU"), a_person(), a_person(), make("BDO", ip_type="N")]), ["KORA-IPI-ONCE"]),
    "a mandate without territory": (
        written([about("MAA"), a_mandate(), a_mandate(right="MR"), a_territory()]),
        ["KORA-IPI-DETAILS"],
    ),
    "a territory without mandate": (written([*ada(), a_territory()]), ["KORA-IPI-RECORD"]),
    "a stranger": (written([about("NTA"), make("NTN", tisn="0756"), a_usage()]), ["KORA-IPI-RECORD"]),
    "a group name among own names": (
        written([about("NCA"), a_name("GROUP", None, DJ_NAME, "PG")]),
        ["KORA-IPI-ONE-OF-THESE"],
    ),
    "a firm with a first name": (written([about("IPA"), make("BDN", ip_type="L"), a_name()]), ["KORA-IPI-BLANK"]),
    "a gap between two statuses": (
        written([about("STA"), a_status("1", ADA, date(2010, 1, 1), date(2011, 1, 1)), a_status("3", ADAS_DOUBLE)]),
        ["KORA-IPI-STATUS"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_is_built_wrongly_says_what_is_wrong(what: str) -> None:
    content, expected = BROKEN[what]
    assert codes(content) == expected


def test_a_transaction_that_is_wrong_does_not_stop_the_next() -> None:
    content = written([about("IPA"), a_name()], a_firm())
    _, (broken, firm) = reader(content)
    assert not broken.is_sound
    assert firm.problems == []
    assert firm.records == numbered(a_firm(), 1)


def code_lists() -> list[Records]:
    """What the register hands out about classes, roles and rights."""
    head: dict[str, Any] = {"transaction_date": DAY, "transaction_time": "000000"}
    head |= {"remitting_society_code": "080", "remitting_society_name": "SUISA"}
    return [
        [make("IDA", **head, domain_name="CCL"), make("CCL", creation_class="MW", description="MUSIC", language="EN")],
        [make("IDA", **head, domain_name="ROL"), make("ROL", role="MC", description="COMPOSER", language="EN")],
        [make("IDA", **head, domain_name="RCC"), make("RCC", creation_class="MW", role="MC")],
        [make("IDA", **head, domain_name="RIG"), make("RIG", right="PR", description="PERFORMANCE", language="EN")],
        [make("IDA", **head, domain_name="IRI"), make("IRI", creation_class="MW", right="PR")],
    ]


def test_codes_come_from_the_lists_of_the_register_and_are_not_judged_before() -> None:
    strange = [about("NUA"), a_usage(creation_class="MW", role="QQ")]
    lists = CodeLists()
    assert codes(written(strange)) == []
    done, transactions = reader(written(*code_lists(), ada(), strange), lists)
    assert [len(each.problems) for each in transactions] == [0, 0, 0, 0, 0, 0, 2]
    assert {each.params["condition"] for each in transactions[-1].problems} == {"listed"}
    assert lists.holds("RCC", "MW", "MC") is True
    assert lists.holds("RCC", "MW", "QQ") is False
    assert lists.holds("SOC", "080") is None
    assert done.problems == []


def test_a_shared_name_and_a_spelling_are_names_too() -> None:
    group = [about("NCA"), a_shared_name("THE SAMPLES", DJ_NAME, ADA)]
    _, (read,) = reader(written(group))
    assert read.problems == []
    assert [row["name"] for row in as_rows(read)] == ["THE SAMPLES"]


# -- check, show, convert, roundtrip ----------------------------------------------------------------------------------


def test_check_tells_format_version_groups_and_problems() -> None:
    report = check(io.BytesIO(change(SOUND, "EXAMPLE ", "EXAMPLe ")))
    assert (report.format, report.version, report.encoding, report.records) == ("ipi", "01.00", "ascii", 23)
    assert (report.transactions, report.totals) == (3, {"error": 0, "warning": 1})
    (problem,) = report.problems
    assert (problem.line, problem.column, problem.field, problem.value) == (6, 31, "name", "EXAMPLe")


def test_cwr_and_ipi_are_told_apart_by_their_version() -> None:
    found = detect(io.BytesIO(SOUND))
    assert found is not None and (found.format, found.version, found.readable) == ("ipi", "01.00", True)
    works = detect(io.BytesIO(SOUND.replace(b"01.00", b"01.10").replace(b"GRHIPA0000101.10", b"GRHNWR0000102.10")))
    assert works is not None and works.format == "cwr"


def test_json_has_iso_dates_shares_with_two_decimals_and_null() -> None:
    _, (composer, *_) = reader(SOUND)
    shown = as_json(composer)
    assert (shown["type"], shown["line"]) == ("IPA", 3)
    mandate = shown["records"][5]
    assert mandate["tag"] == "MAN"
    assert {name: mandate["fields"][name] for name in ("share", "valid_from_date", "valid_from_time", "right")} == {
        "share": "100.00", "valid_from_date": "2026-01-01", "valid_from_time": "00:00:00", "right": "PR",
    }  # fmt: skip
    assert shown["records"][6]["fields"]["tisn_valid_from"] is None


def test_a_table_has_a_row_for_each_name() -> None:
    _, transactions = reader(SOUND)
    rows = [row for transaction in transactions for row in as_rows(transaction)]
    assert [(row["ip_base_number"], row["ip_name_number"], row["name"]) for row in rows][:2] == [
        (ADA, ADA_NAME, "EXAMPLE"),
        (ADA, DJ_NAME, "DJ SAMPLE"),
    ]
    assert len(rows) == 3


def test_a_dump_shows_what_says_something() -> None:
    _, (*_, merge) = reader(SOUND)
    lines = list(as_text(merge))
    assert lines[0] == "STA 00002/00000000, line 19"
    assert f"ip_name_number={DOUBLE_NAME}" in lines[1]
    assert "transaction_seq" not in lines[1]


def test_a_clean_file_is_written_back_byte_for_byte() -> None:
    assert compare(io.BytesIO(SOUND)) is None
    done, transactions = reader(SOUND)
    assert done.header is not None
    groups = [("IPA", [each.records for each in transactions[:2]]), ("STA", [transactions[2].records])]
    assert b"".join(write(done.header, groups, padded=206)) == SOUND


def test_what_cannot_be_written_back_is_the_difference() -> None:
    difference = compare(io.BytesIO(change(SOUND, "1000020260105", "1O00020260105")))
    assert difference is not None
    assert (difference.line, difference.column, difference.read) == (8, 65, "1O000")


def test_an_invented_number_with_remainder_one_ends_in_two_zeros() -> None:
    number = next(each for each in map(an_ipi, range(1_000, 9_000)) if each.endswith("00") and int(each[:9]) % 7)
    _, (read,) = reader(written([about("IPA", number=number), a_person(), a_name(number=number)]))
    assert read.problems == []
