"""Lines read in one go: never otherwise than the long way, which looks at each field by itself, would read them."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.cwr import standard
from formats.cwr.fields import Fields
from formats.fixed_width import TEXT, Field, Record, Unfit
from tests.builders import an_ipi
from tests.formats.cwr.made import a_work, an_agreement, written

PROFILES = [(version, lenient) for version in standard.VERSIONS for lenient in (False, True)]
BLANKS = st.text(" 0\t\xa0\u3000", max_size=4)
TEXTS = st.one_of(
    st.text("ABC XYZ'", max_size=20),
    st.text("AÉé\u0150 \t\n\x00\xa0\u3000\u4e00", max_size=6),
    st.text("0123456789", max_size=14),
    st.sampled_from(["20260302", "20260230", "093000", "096000", "10001", "T0345246801", an_ipi(102)]),
)


@cache
def fields_of(version: str, lenient: bool) -> Fields:
    return Fields(version, lenient=lenient, societies={"997"})


@cache
def raw_texts(field: Field, version: str) -> st.SearchStrategy[str]:
    """What a field of a line may hold: mostly what it should, else anything."""
    if field.kind == TEXT:
        return st.one_of(BLANKS, TEXTS).map(lambda text: text.ljust(field.width)[: field.width])
    table = field.table if field.table not in {"YN", "YNU", "ean", "isrc", "ipi_name", "ipi_base"} else None
    right = sorted(standard.codes(table, version)) if table else [*"YNU", "POP", "ORI", "0052", "I"]
    digits = st.integers(0, 12).map(lambda number: f"{number:0{field.width}d}")
    return st.one_of(st.just(""), digits, st.sampled_from(right), BLANKS, TEXTS).map(
        lambda text: text.ljust(field.width)[: field.width]
    )


@cache
def right_line(tag: str, version: str) -> str:
    """A line of a sound work or agreement; for other types a blank one."""
    sound = [a_work(version), an_agreement()] if version == "2.1" else [a_work(version)]
    content = written(*sound, version=version).decode()
    blank = tag + "".join(field.blank for field in standard.record_class(tag, version).FIELDS.values())
    return next((line for line in content.split("\r\n") if line.startswith(tag)), blank)


@st.composite
def lines(draw: st.DrawFn) -> tuple[str, bool, str, str]:
    """Version, profile, record type, and a right line with some fields overwritten, sometimes cut after its text."""
    version, lenient = draw(st.sampled_from(PROFILES))
    tag, record = draw(st.sampled_from(sorted(standard.layouts(version).items())))
    changed = draw(st.lists(st.sampled_from(list(record.FIELDS)), max_size=3))
    line = right_line(tag, version)
    for field in map(record.FIELDS.__getitem__, changed):
        line = line[: field.at] + draw(raw_texts(field, version)) + line[field.at + field.width :]
    return version, lenient, tag, line.rstrip(" ") if draw(st.booleans()) else line


def in_one_go(fields: Fields, tag: str, line: str) -> Record | None:
    try:
        return fields.parsers[tag](line, 7)
    except Unfit:
        return None


@settings(max_examples=300)
@given(lines())
def test_a_line_is_read_in_one_go_as_the_long_way_reads_it_and_refused_when_that_finds_fault(
    given_line: tuple[str, bool, str, str],
) -> None:
    version, lenient, tag, line = given_line
    fields = fields_of(version, lenient)
    record, problems, _ = fields.diagnose(tag, line.ljust(standard.record_class(tag, version).WIDTH), 7)
    assert in_one_go(fields, tag, line) == (None if problems else record)


SPT = "SPT0000000000000002P1             050001000010000I2136 001"
SWR = f"SWR0000000000000003W1       {'DIALLO':45}{'AWA':30} CA{'':9}{an_ipi(102)}052050000520000005200000"
ODD: dict[str, tuple[str, dict[str, Any]]] = {
    "a name that begins with a blank": (SWR.replace("DIALLO ", " DIALLO"), {"writer_last_name": " DIALLO"}),
    "a number that begins with a tab": (SWR.replace("W1       ", "\tW1      "), {"interested_party_number": "\tW1"}),
    "a number of other blanks": (SWR.replace("W1       ", "\t\xa0       "), {"interested_party_number": None}),
    "more letters than there are columns": (SPT + "MORE", {"sequence_number": 1}),
    "fewer letters than there are columns": (SWR, {"writer_last_name": "DIALLO", "personal_number": None}),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_line_without_fault_is_read(what: str) -> None:
    line, expected = ODD[what]
    record = in_one_go(fields_of("2.1", lenient=False), line[:3], line)
    assert {name: getattr(record, name) for name in expected} == expected


TITLE = "SONG OF THE SHORE"
REFUSED = {
    "a small letter": SWR.replace("DIALLO", "DIALLo"),
    "a small letter in front": SWR.replace("DIALLO", "dIALLO"),
    "an accent": SWR.replace("AWA ", "AW\u00c1 "),
    "a title left out": right_line("NWR", "2.1").replace(TITLE, " " * len(TITLE)),
    "a title of another blank": right_line("NWR", "2.1").replace(TITLE, "\xa0".ljust(len(TITLE))),
    "a share above the whole": SPT.replace("05000", "50000"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_line_with_a_fault_goes_the_long_way(what: str) -> None:
    assert in_one_go(fields_of("2.1", lenient=True), REFUSED[what][:3], REFUSED[what]) is None
