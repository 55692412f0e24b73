"""Records that are here already: found across scripts and spellings, shown with reasons, told apart for good."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from local_node.alike.rules import likeness, skeleton
from local_node.history import queries as history
from local_node.right_owners import operations as right_owners
from local_node.right_owners import queries
from local_node.right_owners.models import RightOwner
from local_node.works import operations as works
from local_node.works import queries as catalogue
from local_node.works.models import WorkRow
from mappings.model import Identifier, Party, PartyName, Title, Work
from tests.builders import a_right_owner, an_interest, an_ipi, an_iswc
from tests.local_node.conftest import Browser, Office


def somebody(name: str, first: str | None = None, *numbers: Identifier) -> Party:
    return Party(names=(PartyName(name, first),), identifiers=numbers)


def reasons(office: Office, party: Party) -> list[list[str]]:
    return [[one.code for one in why] for _row, why in office.ask(queries.similar, party)]


@pytest.mark.parametrize(
    ("mine", "yours", "found"),
    [
        ("AWA DIALLO", "Awa Diallo", "same-name"),
        ("Traoré", "TRAORE", "same-name"),
        ("AWA DIALLO", "DIALLO AWA", "same-words"),
        ("محمد علي", "Mohamed Ali", "other-script"),
        ("فاطمة كيتا", "Fatima Keita", "other-script"),
        ("Мария Ковалёва", "Maria Kovaleva", "other-script"),
        ("AWA DIALLO", "AWA MARIE DIALLO", "name-within"),
        ("AWA DIALLO", "BAKARY KEITA", None),
        ("ALI", "LEO", None),
        ("", "AWA", None),
    ],
)
def test_names_are_compared_in_every_script(mine: str, yours: str, found: str | None) -> None:
    assert likeness(mine, yours) == found


def test_a_skeleton_knows_neither_vowels_nor_the_order_of_words() -> None:
    assert skeleton("Mohamed Ali") == skeleton("ALI, Mohammed") == skeleton("محمد علي") == "l mhmd"


def test_the_same_number_comes_first_whatever_the_name(office: Office) -> None:
    number = Identifier("ipi-name", an_ipi(810_000_001))
    office.do(right_owners.register, somebody("KEITA", "BAKARY", number))
    office.do(right_owners.register, somebody("DIALLO", "AWA"))
    assert reasons(office, somebody("DIALLO", "AWA", number)) == [["same-number"], ["same-name"]]


def test_a_name_in_another_script_is_found_though_nobody_gave_it_a_latin_form(office: Office) -> None:
    office.do(right_owners.register, somebody("علي", "محمد"))
    assert reasons(office, somebody("ALI", "MOHAMED")) == [["other-script"]]


def test_a_new_right_owner_waits_for_the_person_who_then_tells_them_apart(office: Office, awa: Browser) -> None:
    known = office.do(right_owners.register, somebody("DIALLO", "AWA"))
    awa.open("/right-owners/new")
    page = awa.send("/right-owners/new", form="p", names__0__name="Diallo", names__0__first_name="Awa")
    assert "1 similar right owner" in page
    assert "The name is the same." in page
    assert f'href="/right-owners/{known.id}"' in page
    assert count(office, RightOwner) == 1
    awa.send("/right-owners/new", form="p", do="different")
    assert count(office, RightOwner) == 2
    other = awa.address.rpartition("/")[2]
    told = [one for one in office.ask(history.of, f"party/{other}") if one.action == "told-apart"]
    assert [(one.new, one.who) for one in told] == [("AWA DIALLO (1)", "Awa Documentation")]
    # Nobody is asked again about these two; a third one is another question.
    kept = office.ask(queries.get, other)
    assert office.ask(queries.similar, queries.to_party(kept)) == []
    awa.open(f"/right-owners/{other}")
    assert "similar" not in awa.send(f"/right-owners/{other}", form="p", names__0__first_name="AWA")
    office.do(right_owners.register, somebody("DIALLO", "AWA"))
    assert "1 similar right owner" in reopen(awa, other, "Awa")


def reopen(awa: Browser, key: str, first: str) -> str:
    awa.open(f"/right-owners/{key}")
    return awa.send(f"/right-owners/{key}", form="p", names__0__first_name=first)


def count(office: Office, table: type) -> int:
    return int(office.ask(lambda session: session.scalar(select(func.count()).select_from(table))))


def a_song(office: Office, title: str, *numbers: Identifier, person: Party | None = None) -> Work:
    party = person or office.do(right_owners.register, a_right_owner(number=None))
    song = Work(titles=(Title(title),), interests=(an_interest(party=party),), identifiers=numbers)
    kept: Work = office.do(works.register_work, song)
    return kept


def test_works_are_alike_by_a_number_or_by_title_and_person(office: Office) -> None:
    iswc = Identifier("iswc", an_iswc(900_000_001))
    song = a_song(office, "RIVER SONG", iswc)
    same_people = replace(song, id=None, number=None, identifiers=())
    other_people = (an_interest(party=somebody("KEITA", "BAKARY")),)

    def found(work: Work) -> list[list[str]]:
        return [[one.code for one in why] for _row, why in office.ask(catalogue.similar, work)]

    assert found(replace(same_people, identifiers=(iswc,), titles=(Title("OTHER"),))) == [["same-number"]]
    assert found(same_people) == [["same-title", "same-person"]]
    assert found(replace(same_people, interests=other_people)) == []
    assert found(replace(same_people, titles=(Title("ANOTHER"),))) == []


def test_a_title_in_another_script_is_found_with_the_same_person(office: Office) -> None:
    song = a_song(office, "نهر الحب")
    for spelling in ("Nahr al-hubb", "Nahr El Hob", "Nahr Alhub"):
        latin = replace(song, id=None, number=None, titles=(Title(spelling),))
        (found,) = office.ask(catalogue.similar, latin)
        assert [one.code for one in found[1]] == ["title-other-script", "same-person"], spelling
    assert office.ask(catalogue.similar, replace(latin, titles=(Title("Nahr Alqamar"),))) == []


def test_a_second_registration_of_a_work_waits_for_the_person(office: Office, awa: Browser) -> None:
    song = a_song(office, "RIVER SONG")
    address = "/works/new?class=MW"
    awa.open(address)
    page = awa.send(
        address, titles__0__text="River Song", interests__0__holder="AWA DIALLO", interests__0__role="CA",
        interests__0__pr="100", interests__0__mr="100",
    )  # fmt: skip
    assert "1 similar work" in page
    assert "The title is the same." in page
    assert "AWA DIALLO has a part in both." in page
    assert f'href="/works/{song.id}"' in page
    assert count(office, WorkRow) == 1
    awa.send(address, do="different")
    assert count(office, WorkRow) == 2
    assert "Told apart from" in awa.page


def test_a_draft_asks_nothing(office: Office, awa: Browser) -> None:
    a_song(office, "RIVER SONG")
    awa.open("/works/new?class=MW")
    awa.send("/works/new?class=MW", do="draft", titles__0__text="River Song", interests__0__holder="AWA DIALLO")
    assert count(office, WorkRow) == 2


def test_a_number_is_judged_while_it_is_typed(office: Office, awa: Browser) -> None:
    number = an_ipi(810_000_001)
    known = office.do(right_owners.register, somebody("KEITA", "BAKARY", Identifier("ipi-name", number)))
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "The check digit does not fit" in awa.open(f"/identifiers/ipi-name?number_ipi_name={wrong}")
    right = awa.open(f"/identifiers/ipi-name?number_ipi_name={number}")
    assert "The number is right." in right
    assert "BAKARY KEITA" in right
    assert "BAKARY KEITA" not in awa.open(f"/identifiers/ipi-name?number_ipi_name={number}&own={known.id}")
    assert awa.open("/identifiers/ipi-name?number_ipi_name=").strip() == ""
    assert "T-034.524.680-1" in awa.open("/identifiers/iswc?number_iswc=T0345246801")
    assert awa.client.get("/identifiers/nothing?x=1").status_code == 404


def test_without_script_a_button_says_the_same(awa: Browser) -> None:
    awa.open("/right-owners/new")
    page = awa.send("/right-owners/new", do="check", form="p", names__0__name="DIALLO", number_isni="0000000121032684")
    assert "The check digit does not fit" in page
    assert awa.fields("p")["names-0-name"] == "DIALLO"


def test_the_lookup_shows_name_latin_form_number_and_works(office: Office, awa: Browser) -> None:
    latin = PartyName("ALI", "MOHAMED", "transliteration", "Latn")
    names = (PartyName("علي", "محمد"), latin)
    person = office.do(
        right_owners.register, Party(names=names, identifiers=(Identifier("ipi-name", an_ipi(810_000_001)),))
    )
    a_song(office, "RIVER SONG", person=person)
    for text in ("mohamed", "محمد", an_ipi(810_000_001)[:6]):
        page = awa.open(f"/right-owners/lookup?q={text}")
        assert page.count("data-id=") == 1, text
        for part in ("محمد علي", "MOHAMED ALI", an_ipi(810_000_001), "1 work", "Create new"):
            assert part in page
    assert "data-id" not in awa.open("/right-owners/lookup?q=m")
    packed = awa.client.get("/right-owners/lookup?q=mohamed", headers={"Accept-Encoding": "gzip"})
    assert len(packed.data) < 1_000


def test_a_small_form_makes_a_right_owner_or_offers_the_one_that_is_there(office: Office, awa: Browser) -> None:
    page = awa.open("/right-owners/quick?name=Awa Diallo")
    assert 'value="Awa"' in page
    awa.post("/right-owners/quick", kind="person", name="Diallo", first_name="Awa", ipi="")
    assert "<p data-made" in awa.page
    awa.open("/right-owners/quick")
    awa.post("/right-owners/quick", kind="person", name="Diallo", first_name="Awa", ipi="")
    assert "Use this one" in awa.page
    assert count(office, RightOwner) == 1
    apart = awa.page.split('name="apart" value="')[1].split('"')[0]
    awa.post("/right-owners/quick", kind="person", name="Diallo", first_name="Awa", ipi="", apart=apart, do="different")
    assert count(office, RightOwner) == 2
    awa.open("/right-owners/quick")
    awa.post("/right-owners/quick", kind="person", name="Keita", first_name="", ipi="123")
    assert "The right owner is not saved yet" in awa.page
