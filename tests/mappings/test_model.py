"""Shares stay exact, and the model answers what pages and mappings ask of it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.model import Party, PartyName, Title, Work, percent, share
from tests.builders import a_right_owner, a_work, an_ipi, an_ipi_base, an_iswc


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("50.00", Fraction(1, 2)),
        ("33.33", Fraction(3333, 10000)),
        ("1/3", Fraction(1, 3)),
        (Decimal("12.5"), Fraction(1, 8)),
        (100, Fraction(1)),
    ],
)
def test_a_share_is_read_exactly(written: str | Decimal | int, part: Fraction) -> None:
    assert share(written) == part


@pytest.mark.parametrize("wrong", [0.5, True, "half", None, "1/0", "1E+999999", "-5", Decimal("NaN"), "٥٠"])
def test_what_is_not_exact_is_no_share(wrong: object) -> None:
    with pytest.raises(ValueError, match="share"):
        share(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("part", "written"),
    [
        (Fraction(1, 2), "50.00"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 80000), "0.00125"),
        (Fraction(0), "0.00"),
        (Fraction(1), "100.00"),
    ],
)
def test_a_share_is_written_as_percent_or_else_as_part_of_the_whole(part: Fraction, written: str) -> None:
    assert percent(part) == written


@given(st.fractions(min_value=0, max_value=1, max_denominator=10**9))
def test_a_share_written_and_read_is_the_same(part: Fraction) -> None:
    assert share(percent(part)) == part


def test_a_latin_name_counts_only_when_a_person_accepted_it() -> None:
    proposed = PartyName("DIALLO", "AWA", script="Latn", accepted=False)
    assert Party(names=(PartyName("ديالو", script="Arab"), proposed)).latin is None
    assert a_right_owner(own_script="ديالو").latin == PartyName("DIALLO", "AWA", script="Latn")


def test_a_latin_title_may_stand_behind_the_title_in_its_own_script() -> None:
    work = a_work(titles=(Title("أغنية", script="Arab"), Title("UGHNIYA", script="Latn")))
    assert (work.title.text, work.latin_title and work.latin_title.text) == ("أغنية", "UGHNIYA")
    assert Work(titles=(Title("أغنية", script="Arab"),)).latin_title is None


def test_numbers_of_the_builders_have_right_check_digits() -> None:
    """Against published examples of the three schemes."""
    assert an_ipi(141073) == "00014107338"
    assert an_ipi_base(229) == "I-000000229-7"
    assert an_iswc(34524680) == "T0345246801"
