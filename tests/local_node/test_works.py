"""Works as operations keep them: what is refused, what is posted, what stays."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select

from local_node.history import queries as history
from local_node.right_owners import operations as right_owners
from local_node.works import operations as works
from local_node.works import queries
from local_node.works.rules import WorkRefused
from mappings.messages import from_json
from mappings.model import Acknowledged, Assigned, CollectionLine, Interest, Representation, Title, Work, share
from tests.builders import a_publisher, a_right_owner, an_interest, an_iswc, shares
from tests.local_node.conftest import Office


def unnumbered(**changes: Any) -> Any:
    return a_right_owner(number=None, **changes)


def a_new_work(*interests: Interest, title: str = "SONG OF THE SHORE", **changes: Any) -> Work:
    held = interests or (an_interest(party=unnumbered()),)
    return Work(titles=(Title(title, script="Latn"),), interests=held, **changes)


def registered(office: Office, *interests: Interest, **changes: Any) -> Work:
    kept: Work = office.do(works.register_work, a_new_work(*interests, **changes))
    return kept


def body(message: Any) -> dict[str, Any]:
    import json

    data: dict[str, Any] = json.loads(message.body)
    return data


def row_of(office: Office, work: Work) -> Any:
    return office.ask(queries.get, work.id)


def test_a_registered_work_posts_exactly_one_message_that_says_the_whole_work(office: Office) -> None:
    work = registered(office)
    (message,) = office.posted()
    assert (message.type, message.aggregate) == ("kora.work.registered.v1", f"work/{work.id}")
    assert message.stream == "urn:kora:gateway:g1"
    assert from_json(Work, body(message)) == work
    assert work.number == "1"


def test_every_part_of_an_interest_comes_back_from_the_database(office: Office) -> None:
    publisher = office.do(right_owners.register, a_publisher(number=None))
    interests = (
        an_interest(
            "E",
            publisher,
            shares=shares("1/3", 100, 100),
            chain=1,
            collection=(
                CollectionLine("2136", shares=shares(50, 100, 100)),
                CollectionLine("0250", include=False, details={"shares_change": "Y"}),
            ),
            details={"submitter_agreement_number": "A1"},
        ),
        an_interest(
            "CA",
            unnumbered(),
            shares=shares("2/3", 0, 0),
            represented_by=(Representation(chain=1, agreement="A1"),),
            societies={"PR": "058"},
        ),
    )
    work = registered(office, *interests, details={"duration": "00:03:42", "contact_name": "N. N."})
    assert work.interests == interests
    assert office.ask(lambda session: queries.to_work(queries.get(session, work.id))) == work
    assert work.interests[0].shares["PR"] == Fraction(1, 3)


def test_shares_of_125_percent_are_refused_with_the_sum_named(office: Office) -> None:
    lines = (
        an_interest("C", unnumbered(), shares={"PR": share(75), "MR": share(50)}),
        an_interest("A", unnumbered(first_name="FATOU"), shares={"PR": share(50), "MR": share(50)}),
    )
    with pytest.raises(WorkRefused) as refused:
        registered(office, *lines)
    (finding,) = refused.value.findings
    assert (finding.code, finding.params["right"], finding.params["sum"]) == ("shares-do-not-add-up", "PR", "125.00")
    assert office.posted() == []


@pytest.mark.parametrize(("part", "holds"), [("99.94", True), ("99.93", False), ("0.06", True), ("0.07", False)])
def test_sums_hold_within_six_hundredths_of_a_percent(office: Office, part: str, holds: bool) -> None:
    line = an_interest("CA", unnumbered(), shares={"PR": share(part)})
    if holds:
        assert registered(office, line).number == "1"
    else:
        with pytest.raises(WorkRefused):
            registered(office, line)


def test_a_role_of_film_is_refused_in_a_musical_work_and_taken_in_a_film(office: Office) -> None:
    director = an_interest("DIR", unnumbered())
    with pytest.raises(WorkRefused, match="role-not-allowed"):
        registered(office, director)
    assert registered(office, director, creation_class="AD").creation_class == "AD"


def test_acquirers_and_income_participants_of_real_files_are_taken_in_musical_works(office: Office) -> None:
    lines = (
        an_interest("CA", unnumbered(), shares=shares(50)),
        an_interest("AQ", a_publisher(number=None), shares=shares(50)),
    )
    assert [one.role for one in registered(office, *lines).interests] == ["CA", "AQ"]


@pytest.mark.parametrize(
    ("creation_class", "role", "details", "code"),
    [
        ("MW", "CA", {"duration": "3 minutes"}, "detail-duration"),
        ("LF", "A", {"pages": "many"}, "detail-number"),
        ("PH", "PHO", {"taken_on": "2025-02-30"}, "detail-date"),
        ("PH", "PHO", {"colour": "green"}, "detail-choice"),
        ("AV", "DIR", {"production_year": "25"}, "detail-year"),
    ],
)
def test_details_are_checked_against_the_row_of_their_class(
    office: Office, creation_class: str, role: str, details: dict[str, str], code: str
) -> None:
    with pytest.raises(WorkRefused, match=code):
        registered(office, an_interest(role, unnumbered()), creation_class=creation_class, details=details)


def test_running_numbers_are_never_given_twice(office: Office) -> None:
    first, second = registered(office), registered(office, title="ANOTHER")
    office.do(works.withdraw_work, second.id)
    third = registered(office, title="A THIRD")
    with pytest.raises(WorkRefused):
        registered(office, an_interest("CA", unnumbered(), part=90))
    assert [first.number, second.number, third.number] == ["1", "2", "3"]
    assert registered(office, title="A FOURTH").number == "4"


def test_saving_the_same_again_posts_nothing(office: Office) -> None:
    work = registered(office)
    office.do(works.update_work, work)
    assert len(office.posted()) == 1
    assert row_of(office, work).version == 1


def test_a_change_posts_the_new_state_and_the_parts_that_changed(office: Office) -> None:
    work = registered(office)
    changed = office.do(works.update_work, replace(work, titles=(Title("SONG OF THE SHORE II", script="Latn"),)))
    message = office.posted()[-1]
    assert message.type == "kora.work.updated.v1"
    assert body(message)["changed"] == ["titles"]
    assert from_json(Work, body(message)) == changed


def test_attaching_an_iswc_posts_no_message_and_keeps_who_gave_it(office: Office) -> None:
    work = registered(office)
    number = an_iswc(900_000_001)
    attach(office, work, number)
    kept = office.ask(lambda session: queries.to_work(queries.get(session, work.id)))
    assert kept.identifier("iswc") == number
    assert kept.identifiers[0].source == "cisnet"
    assert len(office.posted()) == 1
    assert row_of(office, work).version == 1


def test_another_iswc_than_ours_waits_as_a_conflict_and_overwrites_nothing(office: Office) -> None:
    work = registered(office)
    ours, theirs = an_iswc(900_000_001), an_iswc(900_000_002)
    attach(office, work, ours)
    assert attach(office, work, theirs, message="m2") == "conflict"
    assert attach(office, work, theirs, message="m3") == "conflict"
    (conflict,) = office.ask(queries.conflicts)
    assert (conflict.ours, conflict.theirs, conflict.partner) == (ours, theirs, "cisnet")
    assert current_iswc(office, work) == ours
    office.do(works.decide_conflict, conflict.id, theirs=True, note="their database is older")
    assert current_iswc(office, work) == theirs
    row = row_of(office, work)
    assert {one.value: one.replaced_at is None for one in row.identifiers} == {ours: False, theirs: True}
    assert len(office.posted()) == 1


def test_a_person_cannot_type_over_an_iswc_that_a_partner_gave(office: Office) -> None:
    work = registered(office)
    attach(office, work, an_iswc(900_000_001))
    from mappings.model import Identifier

    typed = replace(work, identifiers=(Identifier("iswc", an_iswc(900_000_009), source="typed"),))
    office.do(works.update_work, typed)
    assert current_iswc(office, work) == an_iswc(900_000_001)


def attach(office: Office, work: Work, number: str, message: str = "m1") -> str:
    assigned = Assigned("iswc", number, "cisnet", str(work.number))
    with office.node.sessions.begin() as session:
        return works.attach_identifier(session, str(work.id), assigned, message_id=message, now=office.clock())


def current_iswc(office: Office, work: Work) -> str | None:
    kept: Work = office.ask(lambda session: queries.to_work(queries.get(session, work.id)))
    return kept.identifier("iswc")


def test_an_acknowledgement_is_kept_once_however_often_it_is_handled(office: Office) -> None:
    work = registered(office)
    other = a_new_work(an_interest("CA", unnumbered(), part=100))
    answer = Acknowledged(
        "cisnet", "CO", str(work.number), partner_number="P77", conflicts=(other,), iswc=an_iswc(900_000_003)
    )
    for _ in range(2):
        with office.node.sessions.begin() as session:
            works.attach_acknowledgement(session, str(work.id), answer, message_id="m1", now=office.clock())
    row = row_of(office, work)
    assert [(one.partner, one.status, one.partner_number) for one in row.partners] == [("cisnet", "CO", "P77")]
    assert len(office.ask(queries.answers, work.id)) == 1
    assert [one.kind for one in office.ask(queries.conflicts)] == ["shares"]
    assert current_iswc(office, work) == an_iswc(900_000_003)
    assert len(office.posted()) == 1


def test_undo_brings_the_former_state_back_and_tells_the_gateway(office: Office) -> None:
    work = registered(office)
    office.do(works.update_work, replace(work, titles=(Title("A MISTAKE", script="Latn"),)))
    attach(office, work, an_iswc(900_000_001))
    back = office.do(works.undo, work.id)
    assert back.titles == work.titles
    assert back.identifier("iswc") == an_iswc(900_000_001)
    assert [one.type for one in office.posted()][-1] == "kora.work.updated.v1"
    assert row_of(office, work).version == 3


def test_nothing_comes_before_the_first_state(office: Office) -> None:
    work = registered(office)
    with pytest.raises(LookupError):
        office.do(works.undo, work.id)


def test_a_change_to_a_version_that_is_gone_is_refused(office: Office) -> None:
    work = registered(office)
    renamed = replace(work, titles=(Title("FIRST", script="Latn"),))
    office.do(works.update_work, renamed, version=1)
    with pytest.raises(works.Overtaken):
        office.do(works.update_work, replace(work, titles=(Title("SECOND", script="Latn"),)), version=1)
    assert office.ask(lambda session: queries.to_work(queries.get(session, work.id))).title.text == "FIRST"


def test_the_history_names_field_old_new_and_person(office: Office) -> None:
    work = registered(office)
    part = an_interest("CA", unnumbered(), shares={"PR": share(100), "MR": share(0)})
    office.clock.move(minutes=5)
    office.do(works.update_work, replace(work, interests=(part,)))
    changes = [one for one in office.ask(history.of, f"work/{work.id}") if one.version == 2]
    assert {(one.field, one.old, one.new) for one in changes} == {
        ("interests.1.shares.MR", "100.00", "0.00"),
        ("interests.1.shares.SR", "100.00", None),
    }
    assert {(one.who, one.at) for one in changes} == {("awa@tamala.example", office.clock())}


def test_a_draft_is_told_to_nobody_until_it_is_complete(office: Office) -> None:
    draft = office.do(works.save_draft, a_new_work(an_interest("CA", unnumbered(), part=40)))
    assert (draft.number, office.posted()) == ("1", [])
    office.do(works.update_work, replace(draft, interests=(an_interest("CA", unnumbered()),)))
    assert [one.type for one in office.posted()] == ["kora.work.registered.v1"]


def test_a_withdrawn_work_is_told_once_and_stays_readable(office: Office) -> None:
    work = registered(office)
    office.do(works.withdraw_work, work.id)
    office.do(works.withdraw_work, work.id)
    assert [one.type for one in office.posted()] == ["kora.work.registered.v1", "kora.work.withdrawn.v1"]
    assert row_of(office, work).status == "withdrawn"


def test_an_office_without_gateway_posts_nothing_and_tells_everything_when_it_is_enrolled(unenrolled: Office) -> None:
    from local_node.admin.operations import pin

    person = unenrolled.do(right_owners.register, unnumbered())
    work = registered(unenrolled, an_interest(party=person))
    assert unenrolled.posted() == []
    with unenrolled.node.sessions.begin() as session:
        pin(session, node_id="n001", gateway_id="g1", gateway_url="x", keys=[], now=unenrolled.clock())
        right_owners.tell_everything(session, now=unenrolled.clock())
        works.tell_everything(session, now=unenrolled.clock())
    assert [one.aggregate for one in unenrolled.posted()] == [f"party/{person.id}", f"work/{work.id}"]


def test_a_work_is_found_by_title_name_number_and_iswc_in_any_script(office: Office) -> None:
    person = office.do(right_owners.register, unnumbered(own_script="أوا ديالو"))
    work = registered(office, an_interest(party=person), title="CHANSON D'ÉTÉ")
    attach(office, work, an_iswc(900_000_001))
    registered(office, an_interest(party=unnumbered(name="OKAFOR", first_name="CHIDI")), title="SOMETHING ELSE")
    for text in ("chanson", "été", "ديالو", "diallo awa", "1", "T900000001", "ete / diallo"):
        found = office.ask(queries.search, text)
        assert [row.id for row in found.rows] == [work.id], text
    assert office.ask(queries.search, "chanson / keita").total == 0


def test_a_list_continues_where_it_stopped(office: Office) -> None:
    all_of_them = [registered(office, title=f"SONG {number}").id for number in range(5)]
    first = office.ask(queries.search, limit=3)
    second = office.ask(queries.search, limit=3, before=first.next_before)
    assert [row.id for row in (*first.rows, *second.rows)] == all_of_them[::-1]
    assert (first.total, second.next_before) == (5, None)


def test_a_work_without_accepted_latin_title_is_kept_but_cannot_be_sent(office: Office) -> None:
    titles = (Title("أغنية", script="Arab"), Title("Aghnia", script="Latn", accepted=False))
    work = office.do(works.register_work, replace(a_new_work(), titles=titles))
    assert row_of(office, work).blockers == ["no-latin-title"]
    assert office.ask(queries.count, "blocked") == 1


def test_a_work_can_be_sent_as_soon_as_its_right_owner_has_an_accepted_latin_name(office: Office) -> None:
    from mappings.model import Party, PartyName

    own, latin = PartyName("ديالو", script="Arab"), PartyName("DIALLO", script="Latn", accepted=False)
    person = office.do(right_owners.register, Party(names=(own, latin)))
    registered(office, an_interest(party=person))
    assert office.ask(queries.count, "blocked") == 1
    office.do(right_owners.update, replace(person, names=(own, replace(latin, accepted=True))))
    assert office.ask(queries.count, "blocked") == 0


def test_no_number_is_ever_erased(office: Office) -> None:
    from local_node.works.models import WorkIdentifier
    from mappings.model import Identifier

    work = registered(office, identifiers=(Identifier("iswc", an_iswc(900_000_004), source="typed"),))
    office.do(works.update_work, replace(work, identifiers=()))
    (kept,) = office.ask(lambda session: session.scalars(select(WorkIdentifier)).all())
    assert (kept.value, kept.replaced_at) == (an_iswc(900_000_004), office.clock())
