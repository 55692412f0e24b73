"""Two people edit one record: the second sees both values field by field and decides; nothing of either is lost."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from local_node.admin import queries as admin
from local_node.admin.models import NumberSeries
from local_node.classes.queries import creation_classes
from local_node.history import queries as history
from local_node.overtaken.rules import meet, taken
from local_node.right_owners import operations as right_owners
from local_node.right_owners import queries as owners
from local_node.works import operations as works
from local_node.works import queries
from mappings.model import Work
from tests.builders import a_right_owner, a_work, an_interest
from tests.local_node.conftest import PASSWORD, Browser, Office

People = Callable[[str], tuple[Browser, Browser]]
OVERTAKEN = 409


def a_song(office: Office) -> str:
    """A work of this office, of one writer who is known by name."""
    writer = a_right_owner(number=None, identifiers=())
    song = replace(a_work(interests=(an_interest(party=writer),)), id=None, number=None)
    return str(office.do(works.register_work, song).id)


def words(browser: Browser) -> str:
    """The table of what both said, as one reads it."""
    table = browser.page.split('id="overtaken"', 1)[1].split("</table>", 1)[0]
    return " ".join("".join(part.split(">", 1)[-1] for part in table.split("<")).split())


def kept(office: Office, id: str) -> Work:
    return queries.to_work(office.ask(queries.get, id))


def test_two_people_change_different_fields_of_a_work_and_both_are_kept(office: Office, people: People) -> None:
    id = a_song(office)
    first, second = people(f"/works/{id}")
    first.send(f"/works/{id}", titles__0__text="RIVER MARKET")
    assert first.status == 200
    second.send(f"/works/{id}", detail_duration="00:03:30")
    assert second.status == OVERTAKEN
    assert "Awa Documentation changed this meanwhile" in second.page
    assert ("Title, line 1" in second.page, "RIVER MARKET" in second.page, "taken over" in second.page) == (True,) * 3
    assert kept(office, id).details.get("duration") is None
    second.send(f"/works/{id}")
    assert second.status == 200
    both = kept(office, id)
    assert (both.title.text, both.details["duration"]) == ("RIVER MARKET", "00:03:30")


@pytest.mark.parametrize(("choice", "title"), [({}, "RIVER BANK"), ({"theirs": "titles-0-text"}, "RIVER MARKET")])
def test_two_people_change_the_same_field_of_a_work_and_the_second_decides(
    office: Office, people: People, choice: dict[str, str], title: str
) -> None:
    id = a_song(office)
    before = kept(office, id).title.text
    first, second = people(f"/works/{id}")
    first.send(f"/works/{id}", titles__0__text="RIVER MARKET")
    second.send(f"/works/{id}", titles__0__text="RIVER BANK", detail_duration="00:03:30")
    assert second.status == OVERTAKEN
    row = words(second)
    assert [row.index(one) for one in (before, "RIVER MARKET", "RIVER BANK")] == sorted(
        row.index(one) for one in (before, "RIVER MARKET", "RIVER BANK")
    )
    assert second.fields()["titles-0-text"] == "RIVER BANK"
    second.send(f"/works/{id}", **choice)
    assert second.status == 200
    after = kept(office, id)
    assert (after.title.text, after.details["duration"]) == (title, "00:03:30")
    told = [(one.old, one.new) for one in office.ask(history.of, f"work/{id}") if one.field == "titles.1.text"]
    assert (before, "RIVER MARKET") in told
    assert len([one for one in office.posted(f"work/{id}") if one.type == "kora.work.updated.v1"]) == 2


def test_shares_to_which_a_line_was_added_meanwhile_are_shown_whole_and_lose_nobody(
    office: Office, people: People
) -> None:
    id = a_song(office)
    first, second = people(f"/works/{id}")
    line = {f"interests-1-{cell}": text for cell, text in {"holder": "KOFI LIN", "role": "A", "pr": "50"}.items()}
    first.send(f"/works/{id}", interests__0__pr="50", **line)
    assert first.status == 200, first.page
    second.send(f"/works/{id}", interests__0__role="A")
    assert second.status == OVERTAKEN
    assert "KOFI LIN" in words(second)
    second.send(f"/works/{id}", theirs="interests")
    assert second.status == 200
    assert len(kept(office, id).interests) == 2


def test_two_people_change_a_right_owner(office: Office, people: People) -> None:
    id = str(office.do(right_owners.register, a_right_owner(number=None, identifiers=())).id)
    first, second = people(f"/right-owners/{id}")
    first.send(f"/right-owners/{id}", form="p", names__0__first_name="AMINATA", society_PR="058")
    second.send(f"/right-owners/{id}", form="p", names__0__first_name="AWA MARIE", society_MR="010")
    assert second.status == OVERTAKEN
    assert ("AMINATA" in words(second), "AWA MARIE" in words(second)) == (True, True)
    second.send(f"/right-owners/{id}", form="p")
    party = owners.to_party(office.ask(owners.get, id))
    assert party.names[0].first_name == "AWA MARIE"
    assert (party.societies["PR"], party.societies["MR"]) == ("058", "010")
    assert "AMINATA" in {one.new for one in office.ask(history.of, f"party/{id}")}


def test_the_second_reads_it_in_their_own_language(office: Office, people: People) -> None:
    id = a_song(office)
    first, second = people(f"/works/{id}")
    first.send(f"/works/{id}", titles__0__text="RIVER MARKET")
    second.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    second.send(f"/works/{id}", titles__0__text="RIVER BANK")
    assert second.status == OVERTAKEN
    assert ('<html lang="fr"' in second.page, "Champ" in words(second), "Titre" in words(second)) == (True,) * 3


def two_admins(sign_in: Callable[..., Browser], address: str) -> tuple[Browser, Browser]:
    first = sign_in("admin")
    second = Browser(first.client.application.test_client())
    second.open("/sign-in")
    second.post("/sign-in", email="admin@tamala.example", password=PASSWORD)
    first.open(address)
    second.open(address)
    return first, second


def test_two_people_change_a_class(office: Office, sign_in: Callable[..., Browser]) -> None:
    first, second = two_admins(sign_in, "/settings/classes/MW")
    first.send("/settings/classes/MW", form="c", name_en="Song", name_fr="Chanson")
    second.send("/settings/classes/MW", form="c", name_en="Tune", name_es="Tonada")
    assert second.status == OVERTAKEN
    assert ("Song" in words(second), "Tune" in words(second), "Chanson" in words(second)) == (True,) * 3
    second.send("/settings/classes/MW", form="c", theirs="name_en")
    row = office.ask(creation_classes)["MW"]
    assert (row.names["en"], row.names["fr"], row.names["es"]) == ("Song", "Chanson", "Tonada")


def test_two_people_change_what_the_office_is(office: Office, sign_in: Callable[..., Browser]) -> None:
    first, second = two_admins(sign_in, "/settings")
    first.send("/settings/office", form="office", name="TAMALA", currency="XOF", time_zone="Africa/Dakar")
    second.send("/settings/office", form="office", name="SOCIETY OF TAMALA", currency="EUR")
    assert second.status == OVERTAKEN
    assert ("TAMALA" in words(second), "SOCIETY OF TAMALA" in words(second)) == (True, True)
    assert office.ask(admin.office).name == "TAMALA"
    second.send("/settings/office", form="office", theirs="currency")
    row = office.ask(admin.office)
    assert (row.name, row.currency, row.time_zone) == ("SOCIETY OF TAMALA", "XOF", "Africa/Dakar")


def test_two_people_change_what_numbers_begin_with(office: Office, sign_in: Callable[..., Browser]) -> None:
    first, second = two_admins(sign_in, "/settings")
    was = second.fields_of_page()["was"]
    first.post("/settings", kind="work", prefix="TA", was=first.fields_of_page()["was"])
    second.post("/settings", kind="work", prefix="SO", was=was)
    assert second.status == OVERTAKEN
    assert ("TA" in words(second), "SO" in words(second)) == (True, True)
    given = office.ask(lambda session: session.get(NumberSeries, "work").prefix)
    assert given == "TA"


def test_two_people_give_somebody_roles(office: Office, sign_in: Callable[..., Browser]) -> None:
    sign_in("viewer")
    first, second = two_admins(sign_in, "/settings/people")
    forms = first.page.split("<form")
    opened = next(one for one in forms if 'value="viewer@tamala.example"' in one and 'name="was"' in one)
    was = opened.split('name="was" value="', 1)[1].split('"', 1)[0]
    said = {"email": "viewer@tamala.example", "was": unescape(was)}
    first.post("/settings/people/roles", role="auditor", **said)
    second.post("/settings/people/roles", role="documentation", **said)
    assert "Somebody else gave other roles meanwhile: auditor. You wanted: documentation." in second.page


def test_a_field_that_one_changed_has_that_ones_text_and_one_that_both_changed_waits() -> None:
    was = {"version": "1", "a": "1", "b": "1", "c": "1", "lines": [{"keep": "0", "x": "1", "y": "1"}]}
    theirs = {"version": "2", "a": "2", "b": "2", "c": "1", "lines": [{"keep": "0", "x": "2", "y": "1"}]}
    mine = {"version": "1", "a": "1", "b": "3", "c": "4", "lines": [{"keep": "0", "x": "1", "y": "5"}]}
    met = meet(was, theirs, mine)
    assert met.data == {
        "version": "1", "a": "2", "b": "3", "c": "4", "lines": [{"keep": "0", "x": "2", "y": "5"}],
    }  # fmt: skip
    assert [(one.field, one.by_both) for one in met.differences] == [("a", False), ("b", True), ("lines-0-x", False)]
    assert taken(met.data, theirs, ["b", "lines-0-y"])["b"] == "2"
    assert taken(met.data, theirs, ["lines-0-y"])["lines"] == [{"keep": "0", "x": "2", "y": "1"}]


def test_a_typed_line_follows_its_stored_line_to_its_new_place() -> None:
    def line(keep: str, holder: str, share: str) -> dict[str, str]:
        return {"keep": keep, "party": "", "holder": holder, "role": "C", "pr": share}

    was = {"interests": [line("0", "AWA", "50"), line("1", "KOFI", "50")]}
    theirs = {"interests": [line("0", "KOFI", "50")]}
    mine = {"interests": [line("0", "AWA", "40"), line("1", "KOFI", "60")]}
    met = meet(was, theirs, mine)
    assert met.data["interests"] == [line("", "AWA", "40"), line("0", "KOFI", "60")]
    assert [(one.field, one.by_both) for one in met.differences] == [("interests", True)]
