"""What Kora says about a number somebody pasted, and the traps other software fell into."""

import pytest
from stdnum import isan as stdnum_isan
from stdnum import isbn as stdnum_isbn
from stdnum import isrc as stdnum_isrc
from stdnum import issn as stdnum_issn

from formats.identifiers import SCHEMES, Finding, InvalidIdentifier, check, ipi_base, ipi_name, ipn, isni, iswc


def reason(scheme: str, value: str) -> str | None:
    (finding,) = check(value, scheme)
    return finding.reason


def test_the_schemes_are_those_of_the_command():
    assert set(SCHEMES) == {
        *("isni", "ipi-name", "ipi-base", "ipn", "iswc", "isrc", "isan", "eidr", "isbn", "issn"),
        *("ismn", "istc", "grid", "doi", "orcid", "dpid", "society"),
    }


def test_a_finding_says_scheme_forms_and_reason():
    assert check("T-034.524.680-1") == [
        Finding("iswc", "T-034.524.680-1", True, "T0345246801", "T-034.524.680-1", None)
    ]
    assert check("T0345246802") == [Finding("iswc", "T0345246802", False, None, None, "check-digit")]


def test_with_a_scheme_there_is_exactly_one_finding_even_when_the_shape_is_another():
    assert check("T0345246801", "isrc") == [Finding("isrc", "T0345246801", False, None, None, "length")]


@pytest.mark.parametrize("value", ["", "   ", "hello", "Œuvre musicale", "T-034", "123456789012"])
def test_a_value_of_no_shape_gets_one_finding_without_scheme(value):
    assert check(value) == [Finding(None, value, False, None, None, None)]


def test_a_scheme_nobody_knows_is_an_error_of_the_caller():
    with pytest.raises(KeyError):
        check("T0345246801", "isxn")


def test_an_orcid_written_bare_may_be_an_isni_too():
    assert [(f.scheme, f.valid) for f in check("0000000218250097")] == [("isni", True), ("orcid", True)]


def test_an_isni_outside_the_orcid_blocks_is_not_offered_as_orcid():
    assert [f.scheme for f in check("0000000121707484")] == ["isni"]
    assert not isni.looks_like_orcid("0000000121707484")
    assert isni.looks_like_orcid("0000-0002-1825-0097")


def test_an_address_leaves_no_doubt_about_the_scheme():
    assert [f.scheme for f in check("https://orcid.org/0000-0002-1825-0097")] == ["orcid"]
    assert [f.scheme for f in check("https://isni.org/isni/0000000218250097")] == ["isni"]
    assert [f.scheme for f in check("urn:isni:0000000218250097")] == ["isni"]


def test_a_label_names_the_scheme_even_when_the_number_is_too_short():
    assert [(f.scheme, f.reason) for f in check("ISNI 00000001217074")] == [("isni", "length")]


def test_an_eidr_is_not_called_a_good_doi_when_its_check_character_is_wrong():
    assert [(f.scheme, f.reason) for f in check("10.5240/7791-8534-2C23-9030-8004-7")] == [("eidr", "check-digit")]
    assert [f.scheme for f in check("https://doi.org/10.5240/7791-8534-2C23-9030-8610-5")] == ["eidr"]
    assert [f.scheme for f in check("https://doi.org/10.1000/182")] == ["doi"]


def test_eight_digits_may_be_an_ipn_an_old_cae_number_or_an_issn():
    assert [(f.scheme, f.valid) for f in check("14107338")] == [("ipi-name", True), ("ipn", True), ("issn", False)]


@pytest.mark.parametrize(
    ("scheme", "value", "canonical"),
    [
        ("iswc", "\uff34\uff0d\uff10\uff13\uff14\uff15\uff12\uff14\uff16\uff18\uff10\uff0d\uff11", "T0345246801"),
        ("iswc", "t\u2013034\u2011524\u2010680\u20141", "T0345246801"),
        ("iswc", "ISWC: T-034.524.680-1", "T0345246801"),
        ("ipi-name", " 00014107338\u00a0", "00014107338"),
        ("ipi-name", "IPI name number: 14107338", "00014107338"),
        ("ipi-name", "000.14.10.73.38", "00014107338"),
        ("ipi-base", "i 000000229 7", "I-000000229-7"),
        ("isrc", "isrc us-rc1-76-07839", "USRC17607839"),
        ("isbn", "ISBN-13: 978-0-306-40615-7", "9780306406157"),
        ("doi", "http://dx.doi.org/10.1000/ABC", "10.1000/abc"),
        ("grid", "grid:a1-2425g-abc1234002-m", "A12425GABC1234002M"),
    ],
)
def test_spreadsheets_may_write_a_number_in_their_own_way(scheme, value, canonical):
    assert SCHEMES[scheme].validate(value) == canonical


def test_digits_of_other_scripts_are_not_taken_for_numbers():
    assert reason("ipi-name", "\u0660\u0660\u0660\u0661\u0664\u0661\u0660\u0667\u0663\u0663\u0668") == "character"


def test_an_icelandic_recording_whose_code_begins_with_isrc_keeps_its_prefix():
    assert SCHEMES["isrc"].validate("ISRC12345678") == "ISRC12345678"


def test_a_recording_of_the_current_handbook_is_taken_though_its_prefix_is_no_country():
    assert not stdnum_isrc.is_valid("AA6Q72000047")
    assert SCHEMES["isrc"].is_valid("AA6Q72000047")


def test_a_number_of_printed_music_is_no_book():
    assert stdnum_isbn.is_valid("9790230671187")
    assert reason("isbn", "9790230671187") == "prefix"
    assert [f.scheme for f in check("9790230671187")] == ["ismn"]


def test_zeros_that_satisfy_the_formula_are_absent_and_not_valid():
    assert stdnum_issn.is_valid("0000-0000")
    assert ipi_name.check_digits("000000000") == "00"
    assert reason("issn", "0000-0000") == reason("ipi-name", "00000000000") == "placeholder"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("isni", "0000000000000001"),
        ("orcid", "0000-0000-0000-0001"),
        ("ipi-name", "99999999999"),
        ("ipi-base", "I-000000000-8"),
        ("ipn", "99999999"),
        ("iswc", "T9999999990"),
        ("isrc", "XX0000000000"),
        ("isan", "0000-0000-0000-0000"),
        ("eidr", "10.5240/0000-0000-0000-0000-0000-1"),
        ("isbn", "0000000000"),
        ("ismn", "M000000000"),
        ("istc", "0000000000000000"),
        ("grid", "A10000000000000000"),
        ("society", "999"),
    ],
)
def test_zeros_and_nines_are_placeholders(scheme, value):
    assert reason(scheme, value) == "placeholder"


def test_a_placeholder_is_told_apart_from_a_slip_of_the_pen():
    assert iswc.check_digit("000000000") == "9"
    assert reason("iswc", "T0000000000") == "placeholder"
    assert reason("iswc", "T0000000011") == "check-digit"


def test_check_characters_of_an_isan_are_looked_at_before_they_are_dropped():
    wrong = "006A-15FA-002B-C95F-X"
    assert stdnum_isan.compact(wrong) == "006A15FA002BC95F"
    assert reason("isan", wrong) == "check-digit"
    assert SCHEMES["isan"].validate("006A15FA002BC95F") == "006A15FA002BC95F"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("iswc", "T-345246800-1"),
        ("ismn", "M-5215-9669-6"),
        ("dpid", "PADPIDA2014120301R"),
        ("eidr", "10.5240/7791-8534-2C23-9030-8004-7"),
    ],
)
def test_wrong_numbers_of_public_samples_give_a_reason_and_no_crash(scheme, value):
    assert [(f.valid, f.reason) for f in check(value)] == [(False, "check-digit")]


def test_the_check_characters_follow_their_alphabets():
    assert SCHEMES["isni"].is_valid("000000012281955X")
    assert reason("isni", "0000000122819550") == "check-digit"
    assert SCHEMES["grid"].is_valid("A12425GABC1234002M")


def test_an_ipi_name_number_whose_check_comes_to_a_hundred_ends_in_zeros():
    body = next(
        f"{n:09d}" for n in range(1, 2_000_000) if sum(int(d) * (10 - i) for i, d in enumerate(f"{n:09d}")) % 101 == 1
    )
    assert ipi_name.check_digits(body) == "00"
    assert ipi_name.is_valid(body + "00")


def test_every_slip_of_one_digit_in_an_ipi_or_iswc_is_noticed():
    for position in range(11):
        for digit in "0123456789":
            slip = "00014107338"[:position] + digit + "00014107338"[position + 1 :]
            assert ipi_name.is_valid(slip) == (slip == "00014107338")
    assert iswc.check_digit("034524680") == "1"
    assert ipi_base.check_digit("000000229") == "7"


def test_an_odd_ipn_is_taken_with_a_doubt():
    assert ipn.doubts("10012345") == ()
    assert ipn.doubts("1234567") == ("unusual-length",)
    assert ipn.doubts("00014107338") == ("unusual-length", "looks-like-ipi-name")


def test_an_error_is_a_value_error_that_quotes_the_value():
    with pytest.raises(ValueError, match="T0345246802") as error:
        iswc.validate("T0345246802")
    assert isinstance(error.value, InvalidIdentifier)
