"""Who bears a name: by number, equal, by its beginning, or by what it sounds like in any script."""

import pytest

from gateway.ipi import queries
from mappings.identity.names import asked_keys, keys, latin_key, readings, skeleton
from tests.builders import an_ipi, an_ipi_base
from tests.databases import BOTH
from tests.formats.ipi.made import (
    ADA,
    ADA_NAME,
    DJ_NAME,
    FIRM,
    Records,
    a_firm,
    a_mandate,
    a_name,
    a_person,
    a_territory,
    a_usage,
    about,
    ada,
    make,
)
from tests.gateway.ipi.conftest import Register

PEOPLE = (
    ("DARWISHI", "MAHMOUD"),
    ("BARANOVSKY", "PYOTR"),
    ("KARAGIANNIS", "GIORGOS"),
    ("O'NEIL-BAUM", "ZOE"),
    ("LONGFELLOW", "ANNA MARIA LUISA"),
)


def a_party(number: int, name: str, first: str | None, *more: object) -> Records:
    base, own = an_ipi_base(800_000_000 + number), an_ipi(850_000_000 + number)
    return [about("IPA", base, own), a_person(), a_name(name, first, own), *more]  # type: ignore[list-item]


def base_of(name: str) -> str:
    return an_ipi_base(800_000_000 + [family for family, _ in PEOPLE].index(name))


@pytest.fixture
def peopled(register: Register) -> Register:
    register.load(ada(), a_firm(), *(a_party(number, *names) for number, names in enumerate(PEOPLE)))
    return register


@BOTH
@pytest.mark.parametrize(
    "text", [ADA_NAME, ADA_NAME.lstrip("0"), f"IPI {ADA_NAME}", DJ_NAME, ADA, ADA.replace("-", "")]
)
def test_a_number_of_any_of_its_names_finds_a_party(peopled: Register, text: str) -> None:
    (answer,) = peopled.find(text).results
    assert (answer.party.base, answer.how, answer.score) == (ADA, "number", 1.0)
    assert answer.patronym is not None and answer.patronym.number == ADA_NAME
    assert answer.matched.number == (DJ_NAME if text == DJ_NAME else ADA_NAME)


@BOTH
@pytest.mark.parametrize(
    ("text", "base", "how"),
    [
        ("EXAMPLE ADA", ADA, "equal"),
        ("Ada Example", ADA, "equal"),
        ("Example, Ada", ADA, "equal"),
        ("dj sample", ADA, "equal"),
        ("oneil baum zoé", base_of("O'NEIL-BAUM"), "equal"),
        ("Anna Maria Luisa Longfellow", base_of("LONGFELLOW"), "equal"),
        ("north wi", FIRM, "beginning"),
        ("longf", base_of("LONGFELLOW"), "beginning"),
        ("Longfellow, Maria Anna", base_of("LONGFELLOW"), "similar"),
        ("Maria Longfelow", base_of("LONGFELLOW"), "similar"),
        ("Darouiche Mahmud", base_of("DARWISHI"), "similar"),
        ("محمود درويشي", base_of("DARWISHI"), "similar"),
        ("Пётр Барановский", base_of("BARANOVSKY"), "similar"),
        ("Γιώργος Καραγιάννης", base_of("KARAGIANNIS"), "equal"),
        ("Ζωή Μπάουμ", base_of("O'NEIL-BAUM"), "similar"),
        ("A. Longfellow", base_of("LONGFELLOW"), "similar"),
    ],
)
def test_a_name_is_found_in_whatever_order_script_and_spelling(
    peopled: Register, text: str, base: str, how: str
) -> None:
    first = peopled.find(text).results[0]
    assert (first.party.base, first.how) == (base, how)
    assert 0 < first.score <= 1


@BOTH
def test_nobody_is_found_by_what_nobody_is_called(peopled: Register) -> None:
    for text in ("QQQQ XXXX", "", "  ", "?!", "00000000000", "%", "_"):
        assert peopled.find(text) == queries.Answers(0, ())


@BOTH
def test_a_common_name_is_cut_and_says_how_many_more_there_are(register: Register) -> None:
    register.load(*(a_party(number, "SAMPLEMAN", "JO") for number in range(60)))
    found = register.find("Sampleman Jo", limit=50)
    assert (found.total, len(found.results)) == (60, 50)
    assert {one.how for one in found.results} == {"equal"}


@BOTH
def test_a_role_or_a_society_tells_namesakes_apart(register: Register) -> None:
    given = (a_mandate("052"), a_territory())
    register.load(
        a_party(1, "SAMPLEMAN", "JO", *given),
        a_party(2, "SAMPLEMAN", "JO", a_usage(an_ipi(850_000_002), role="LY")),
        a_party(3, "SAMPLEMAN", "JO"),
    )
    assert register.find("sampleman jo").total == 3
    lyricists = register.find("sampleman jo", role="LY")
    assert (lyricists.total, [one.party.base for one in lyricists.results]) == (1, [an_ipi_base(800_000_002)])
    members = register.find("sampleman jo", society="052")
    assert [one.party.base for one in members.results] == [an_ipi_base(800_000_001)]
    assert register.find("sampleman jo", society="999") == queries.Answers(0, ())


@BOTH
def test_what_stands_behind_a_number_has_usages_and_mandates_and_no_birth_data(peopled: Register) -> None:
    shown = peopled.show(ADA_NAME)
    assert shown.usages == (("MW", "MC", ADA_NAME), ("MW", "MC", DJ_NAME))
    assert [(one.society, one.share, one.territories) for one in shown.mandates] == [("080", 10_000, (("I", "2136"),))]
    assert "SAMPLETOWN" not in repr(shown)
    assert not peopled.show("12345678901").is_known
    assert not peopled.show("nonsense").is_known


@BOTH
def test_a_name_with_a_hundred_letters_is_kept_and_found(register: Register) -> None:
    register.load(a_party(1, "W" * 90, "Ä" * 45, make("NTN", tisn="0756")))
    assert register.find("W" * 90).results[0].how == "beginning"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MOHAMED", "muhammad"),
        ("TCHAIKOVSKY", "Чайковский"),
        ("PAPADOPOULOS", "Παπαδόπουλος"),
        ("KHALED", "خالد"),
        ("SCHEVCHENKO", "Шевченко"),
        ("PHILIPPE", "Filipe"),
    ],
)
def test_one_name_has_one_skeleton_whatever_the_habit_of_romanising(one: str, other: str) -> None:
    assert skeleton(latin_key(one)) == skeleton(latin_key(other))


@pytest.mark.parametrize(
    ("greek", "latin"), [("Μπάκας", "BAKAS"), ("Λαμπράκης", "LAMBRAKIS"), ("Ντόκα", "DOKA"), ("Αντωνίου", "ANTONIOU")]
)
def test_two_greek_letters_that_write_one_sound_are_read_both_ways(greek: str, latin: str) -> None:
    assert skeleton(latin_key(latin)) in {skeleton(reading) for reading in readings(greek)}


def test_keys_of_a_name_meet_those_of_a_question() -> None:
    known = keys("EXAMPLE", "ADA MARIA")
    assert asked_keys("maria example ada")[0] in known
    assert set(asked_keys("ada example")) & known
    assert set(asked_keys("a. example maria")) & known
    assert not set(asked_keys("other person")) & known
    assert (keys(""), asked_keys("")) == (set(), [])
    assert all(-(1 << 63) <= key < 1 << 63 for key in known)
