"""Records of fixed width: declared once, read, written, and refused where a value does not fit."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.cwr.standard import layouts
from formats.fixed_width import (
    CLOCK,
    CODE,
    DAY,
    FLAG,
    NUMBER,
    SHARE,
    TEXT,
    CannotWrite,
    Memo,
    Record,
    Unfit,
    clock,
    code,
    day,
    digits,
    flag,
    number,
    parser,
    render,
    share,
    text,
)


class Parcel(Record):
    """A made-up record with a field of each kind."""

    tags = ("PAR", "POR")
    title = text(10, required=True)
    kind = code(2, "kinds")
    weight = number(4)
    rank = number(2, zero=True)
    part = share()
    sent = day()
    at = clock()
    fragile = flag()
    account = digits(5)


class LongParcel(Parcel):
    """The next version: one field wider, one more."""

    tags = ("PAR",)
    weight = number(6)
    note = text(3)


LINE = "PARSONG      AB001200050002026030209300000Y00042".replace("09300000", "093000")


def test_a_line_becomes_a_record_and_the_record_the_line() -> None:
    record = parser(Parcel, "PAR")(LINE, 7)
    assert (record.title, record.kind, record.weight, record.rank, record.part) == ("SONG", "AB", 12, 0, 5000)
    assert (record.sent, record.at, record.fragile, record.account) == (date(2026, 3, 2), "093000", "Y", "00042")
    assert (record.record_type, record.line) == ("PAR", 7)
    assert render(record) == LINE


def test_blank_is_none_and_zero_is_none_but_where_zero_counts() -> None:
    record = parser(Parcel, "PAR")("PAR" + " " * 10 + "  0000  " + " " * 25, 1)
    assert [value for _, value in record.values()] == [None] * 9
    zeros = parser(Parcel, "PAR")("PAR" + " " * 12 + "0000" + "00" + "00000" + "00000000" + "000000", 1)
    assert (zeros.weight, zeros.rank, zeros.part, zeros.sent, zeros.at) == (None, 0, 0, None, None)


def test_a_short_line_is_read_as_if_padded() -> None:
    assert parser(Parcel, "PAR")("PARSONG", 1).title == "SONG"


def test_fields_say_where_they_stand() -> None:
    assert [(field.name, field.column, field.width) for field in Parcel.FIELDS.values()][:3] == [
        ("title", 4, 10),
        ("kind", 14, 2),
        ("weight", 16, 4),
    ]
    assert (Parcel.WIDTH, Parcel.width("weight")) == (46, 4)


def test_a_later_version_keeps_its_fields_in_place() -> None:
    assert [(field.name, field.column) for field in LongParcel.FIELDS.values()][2:4] == [("weight", 16), ("rank", 22)]
    assert (LongParcel.WIDTH, list(LongParcel.FIELDS)[-1]) == (51, "note")
    record = LongParcel(title="SONG", weight=123456, rank=1, part=5000, note="NEW")
    assert parser(LongParcel, "PAR")(render(record), 0) == record


@pytest.mark.parametrize(
    ("field", "raw", "condition"),
    [
        ("weight", "12A4", "numeric"),
        ("weight", " 124", "numeric"),
        ("part", "5000", "numeric"),
        ("sent", "20260230", "real_day"),
        ("sent", "2026 302", "real_day"),
        ("at", "096000", "real_time"),
    ],
)
def test_a_text_that_is_no_value_says_what_it_should_be(field: str, raw: str, condition: str) -> None:
    with pytest.raises(Unfit) as refused:
        Parcel.FIELDS[field].read(raw)
    assert refused.value.condition == condition


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"title": "ELEVEN CHARS"}, "length"),
        ({"weight": 12345}, "length"),
        ({"weight": -1}, "kind"),
        ({"weight": "12"}, "kind"),
        ({"title": 12}, "kind"),
        ({"sent": "2026-03-02"}, "kind"),
        ({"at": "0930"}, "length"),
        ({"rank": 1.0}, "kind"),
    ],
)
def test_a_value_its_field_cannot_carry_is_refused_on_writing(values: dict[str, object], reason: str) -> None:
    with pytest.raises(CannotWrite) as refused:
        render(Parcel(**values))
    assert (refused.value.record, refused.value.field, refused.value.reason) == ("PAR", *values, reason)


def test_a_name_no_field_has_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Parcel(colour="RED")


def test_records_are_equal_when_they_say_the_same_wherever_they_stand() -> None:
    assert Parcel(line=1, title="A") == Parcel(line=9, title="A")
    assert Parcel(title="A") != Parcel(record_type="POR", title="A")
    assert Parcel(title="A") != "A"
    assert repr(Parcel(title="A", weight=3)) == "PAR(title='A', weight=3)"


def test_a_memory_of_values_stays_bounded() -> None:
    memo = Memo(len)
    for made in range(Memo.LIMIT * 2 + 5):
        assert memo[f"{made}"] == len(f"{made}")
    assert len(memo) <= Memo.LIMIT


letters = st.text(alphabet="ABCXYZ019 '-", max_size=10).map(str.rstrip)


@given(
    letters,
    st.none() | st.integers(1, 9999),
    st.integers(0, 99),
    st.none() | st.integers(0, 10000),
    st.none() | st.dates(),
)
def test_what_is_written_is_read_again(
    title: str, weight: int | None, rank: int, part: int | None, sent: date | None
) -> None:
    record = Parcel(title=title or None, weight=weight, rank=rank, part=part or 0, sent=sent)
    assert parser(Parcel, "PAR")(render(record), 0) == record


class Title(str):
    """A text of somebody else's type."""


RIGHT: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys((TEXT, CODE, FLAG), st.text("ABC é%{", max_size=6)),
    **dict.fromkeys((NUMBER, SHARE), st.integers(0, 99999)),
    DAY: st.dates(),
    CLOCK: st.text("012359", min_size=6, max_size=6),
}
ANYTHING = st.one_of(
    st.text(max_size=12),
    st.text("0123456789", max_size=12).map(Title),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.binary(max_size=3),
)
RECORDS = [Parcel, *layouts("2.1").values(), *layouts("2.2").values()]


@st.composite
def records_of_any_values(draw: st.DrawFn) -> Record:
    """A record of a standard: most of its fields blank, some right, one in two times some with anything in them."""
    record = draw(st.sampled_from(RECORDS))()
    names = st.lists(st.sampled_from(list(record.FIELDS)), unique=True, max_size=5)
    for name in draw(names):
        setattr(record, name, draw(RIGHT[record.FIELDS[name].kind]))
    if draw(st.booleans()):
        for name in draw(names):
            setattr(record, name, draw(ANYTHING))
    return record


@settings(max_examples=500)
@given(records_of_any_values())
def test_a_record_written_at_once_says_and_refuses_what_its_fields_would_one_by_one(record: Record) -> None:
    expected = record.record_type
    for field, value in record.values():
        try:
            expected += field.write(value)
        except (ValueError, AttributeError, TypeError) as error:
            with pytest.raises(CannotWrite) as refused:
                render(record)
            reason = "length" if str(error) == "length" else "kind"
            assert (refused.value.record, refused.value.field, refused.value.reason) == (
                record.record_type,
                field.name,
                reason,
            )
            assert refused.value.value is value
            return
    assert render(record) == expected
    assert len(expected) == record.WIDTH
