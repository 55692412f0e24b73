"""From a work to CWR: what a person typed becomes a transaction that societies accept, or a clear refusal."""

from dataclasses import replace
from typing import Any

import pytest

from formats.cwr import Record
from mappings.cwr import Change, NoLatinTitle, NotExpressible, body_digest, from_work
from mappings.model import Annex, CollectionLine, Interest, Party, PartyName, Representation, Title, Work, share
from tests.builders import a_published_work, a_publisher, a_right_owner, a_work, an_interest, an_ipi, shares

DETAILS = {"musical_work_distribution_category": "POP", "recorded_indicator": "U", "version_type": "ORI"}


def written(work: Work, **settings: Any) -> list[Record]:
    return from_work(work, **{"kind": "NWR", "version": "2.1"} | settings)[0]


def tags(records: list[Record]) -> list[str]:
    return [record.record_type for record in records]


def codes(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str]]:
    return [(change.code, change.record, change.value, change.written) for change in changes]


def test_a_typed_work_gets_world_wide_collection_and_its_writer_a_publisher() -> None:
    records = written(a_published_work())
    assert tags(records) == ["NWR", "SPU", "SPT", "SWR", "SWT", "PWR"]
    _, spu, spt, swr, swt, pwr = records
    assert (spu.publisher_sequence_number, spu.publisher_type, spu.interested_party_number) == (1, "E", "500")
    assert (spu.pr_ownership_share, spu.mr_ownership_share, spu.sr_ownership_share) == (5000, 10000, 10000)
    assert (spt.tis_numeric_code, spt.inclusion_exclusion_indicator, spt.sequence_number) == ("2136", "I", 1)
    assert (spt.pr_collection_share, spt.mr_collection_share, spt.sr_collection_share) == (5000, 10000, 10000)
    assert (swr.writer_last_name, swr.writer_first_name, swr.pr_affiliation_society) == ("DIALLO", "AWA", "058")
    assert (swt.pr_collection_share, swt.tis_numeric_code) == (5000, "2136")
    assert (pwr.publisher_interested_party_number, pwr.publisher_name) == ("500", "NORTH WIND MUSIC")
    assert pwr.writer_interested_party_number == "1"


def test_a_writer_who_owns_everything_needs_no_publisher() -> None:
    assert tags(written(a_work())) == ["NWR", "SWR", "SWT"]


def test_what_cwr_wants_and_the_work_does_not_say_is_filled_in_and_shown() -> None:
    records, changes = from_work(a_work(), kind="NWR", version="2.1")
    head = records[0]
    assert (head.musical_work_distribution_category, head.recorded_indicator, head.version_type) == ("UNC", "U", "ORI")
    assert [change.code for change in changes] == ["default"] * 3
    assert from_work(a_work(details=DETAILS), kind="NWR", version="2.1")[1] == ()


def test_an_arranged_work_is_a_modified_version() -> None:
    work = a_work(interests=(an_interest("C", part=50), an_interest("AR", a_right_owner("KEITA", number=2), 50)))
    head = written(work)[0]
    assert (head.version_type, head.music_arrangement, head.lyric_adaptation) == ("MOD", "UNS", "UNS")


def test_a_revision_differs_from_the_first_registration_in_its_type_only() -> None:
    first, revision = written(a_published_work(), kind="NWR"), written(a_published_work(), kind="REV")
    assert tags(revision) == ["REV", *tags(first)[1:]]
    assert body_digest(first) == body_digest(revision)
    assert body_digest(first) != body_digest(written(a_published_work(title="ANOTHER SHORE")))


def test_parties_that_are_not_ours_are_written_behind_ours_and_collect_nothing() -> None:
    other = replace(an_interest("C", a_right_owner("KEITA", number=2), 50), controlled=False)
    records = written(a_work(interests=(other, an_interest(part=50))))
    assert tags(records) == ["NWR", "SWR", "SWT", "OWR"]


def test_a_party_nobody_knows_is_marked_unknown() -> None:
    nobody = Interest("C", None, shares=shares(50))
    owr = written(a_work(interests=(an_interest(part=50), nobody)))[-1]
    assert (owr.record_type, owr.writer_unknown_indicator, owr.writer_last_name) == ("OWR", "Y", None)
    assert owr.pr_ownership_share == 5000


def test_a_party_without_ipi_goes_by_our_number() -> None:
    swr = written(a_work(interests=(an_interest(party=a_right_owner(identifiers=())),)))[1]
    assert (swr.writer_ipi_name_number, swr.interested_party_number) == (None, "1")
    assert written(a_work())[1].writer_ipi_name_number == an_ipi(700_000_001)


def test_chains_are_numbered_in_the_order_they_are_written() -> None:
    foreign = replace(an_interest("E", a_publisher("FAR MUSIC", number=501), 25), controlled=False, chain=1)
    ours = an_interest("E", a_publisher(), 25, chain=2)
    writer = an_interest(part=50, represented_by=(Representation(chain=2, agreement="A7"),))
    records = written(a_work(interests=(foreign, ours, writer)), version="2.2")
    publishers = [(r.record_type, r.publisher_sequence_number) for r in records if r.record_type in {"SPU", "OPU"}]
    assert publishers == [("SPU", 1), ("OPU", 2)]
    assert [(r.publisher_sequence_number, r.submitter_agreement_number) for r in records if r.record_type == "PWR"] == [
        (1, "A7")
    ]


def test_an_administrator_without_chain_number_joins_the_publisher_before_it() -> None:
    administrator = an_interest("AM", a_publisher("COAST ADMINISTRATION", number=501), 0)
    first, second = an_interest("E", a_publisher(), 25), an_interest("E", a_publisher("TWO", number=502), 25)
    records = written(a_work(interests=(first, administrator, second, an_interest(part=50))))
    found = [(r.publisher_type, r.publisher_sequence_number) for r in records if r.record_type == "SPU"]
    assert found == [("E", 1), ("AM", 1), ("E", 2)]


def test_territories_are_written_in_their_order() -> None:
    lines = (CollectionLine("2136", shares=shares(100)), CollectionLine("0840", include=False))
    swt = [r for r in written(a_work(interests=(an_interest(collection=lines),))) if r.record_type == "SWT"]
    assert [(r.inclusion_exclusion_indicator, r.tis_numeric_code, r.sequence_number) for r in swt] == [
        ("I", "2136", 1),
        ("E", "0840", 2),
    ]


def test_thirds_are_rounded_to_hundredths_and_shown() -> None:
    thirds = tuple(
        Interest("CA", a_right_owner(number=n), shares={"PR": share("1/3")}, societies={"PR": "058"}) for n in (1, 2, 3)
    )
    records, changes = from_work(a_work(interests=thirds, details=DETAILS), kind="NWR", version="2.1")
    assert [record.pr_ownership_share for record in records[1:]] == [3333, 3333, 3333]
    assert codes(changes) == [("share-rounded", "OWR", "1/3", "33.33")] * 3


def test_letters_cis_does_not_allow_are_replaced_and_shown() -> None:
    party = a_right_owner("ÅBERG", "Søren")
    work = a_work(title="Smørrebrød på Åen", interests=(an_interest(party=party),), details=DETAILS)
    records, changes = from_work(work, kind="NWR", version="2.1")
    assert records[0].work_title == "SMOERREBROED PAA AAEN"
    assert (records[1].writer_last_name, records[1].writer_first_name) == ("AABERG", "SOEREN")
    assert codes(changes) == [
        ("letters-replaced", "NWR", "SMØRREBRØD PÅ ÅEN", "SMOERREBROED PAA AAEN"),
        ("letters-replaced", "SWR", "ÅBERG", "AABERG"),
        ("letters-replaced", "SWR", "SØREN", "SOEREN"),
    ]


def test_a_title_longer_than_its_field_is_cut_and_shown() -> None:
    title = "A SONG " * 10
    records, changes = from_work(a_work(title=title, details=DETAILS), kind="NWR", version="2.1")
    assert records[0].work_title == ("A SONG " * 9)[:60].rstrip()
    assert [change.code for change in changes] == ["cut"]


def test_other_titles_are_written_behind_the_parties() -> None:
    titles = (
        Title("أغنية الشاطئ", language="ar", script="Arab"),
        Title("UGHNIYAT ASH-SHATI", script="Latn"),
        Title("SONG OF THE SHORE", "TT", "en", "Latn"),
        Title("CHANT DU RIVAGE", "OT", "fr", "Latn"),
        Title("PROPOSED BY MACHINE", "AT", script="Latn", accepted=False),
    )
    plain = written(a_work(titles=titles))
    assert plain[0].work_title == "UGHNIYAT ASH-SHATI"
    assert [(r.alternate_title, r.title_type, r.language_code) for r in plain[3:]] == [
        ("SONG OF THE SHORE", "TT", "EN"),
        ("CHANT DU RIVAGE", "AT", "FR"),
    ]
    nat = written(a_work(titles=titles), non_roman=True)[-1]
    assert (nat.record_type, nat.title, nat.title_type, nat.language_code) == ("NAT", "أغنية الشاطئ", "OT", "AR")


def test_names_in_their_own_script_go_only_where_the_partner_takes_them() -> None:
    names = (PartyName("ديالو", "أوا", script="Arab", language="ar"), PartyName("DIALLO", "AWA", script="Latn"))
    work = a_work(interests=(an_interest(party=a_right_owner(names=names)),))
    assert "NWN" not in tags(written(work))
    nwn = written(work, non_roman=True)[2]
    assert (nwn.writer_last_name, nwn.writer_first_name, nwn.language_code) == ("ديالو", "أوا", "AR")
    assert nwn.interested_party_number == "1"


def test_what_a_version_has_no_place_for_is_left_out_and_shown() -> None:
    other = Interest("C", a_right_owner(number=2), shares=shares(50), collection=(CollectionLine("2136"),))
    xrf = Annex("XRF", {"organisation_code": "058", "identifier": "K1", "identifier_type": "W", "validity": "Y"})
    work = a_work(interests=(an_interest(part=50), other), annexes=(xrf,), details=DETAILS)
    records, changes = from_work(work, kind="NWR", version="2.1")
    assert tags(records) == ["NWR", "SWR", "OWR"]
    assert codes(changes) == [("left-out", "OWT", "2", ""), ("left-out", "XRF", "K1", "")]
    assert tags(written(work, version="2.2")) == ["NWR", "SWR", "OWR", "OWT", "XRF"]


def test_carried_lines_are_put_into_the_order_of_the_standard() -> None:
    annexes = (
        Annex("ARI", {"society_number": "000", "type_of_right": "ALL", "subject_code": "DI", "note": "X"}),
        Annex("COM", {"title": "PART", "writer_1_last_name": "KEITA"}),
        Annex("PER", {"performing_artist_last_name": "CHOIR"}),
        Annex("EWT", {"entire_work_title": "ALL"}),
    )
    assert tags(written(a_work(annexes=annexes)))[3:] == ["EWT", "PER", "COM", "ARI"]


def test_a_link_to_a_publisher_of_others_is_shown_because_2_1_has_no_place_for_it() -> None:
    publisher = replace(an_interest("E", a_publisher(), 50), controlled=False)
    work = a_work(interests=(publisher, an_interest(part=50)), details=DETAILS)
    records, changes = from_work(work, kind="NWR", version="2.1")
    assert tags(records) == ["NWR", "OPU", "SWR", "SWT", "PWR"]
    assert [change.code for change in changes] == ["publisher-not-controlled"]


@pytest.mark.parametrize(
    ("work", "code", "field"),
    [
        (a_work(creation_class="AV"), "class", "creation_class"),
        (a_work(number=1, interests=()), "no-writer", "interests"),
        (a_work(interests=(an_interest("DIR"),)), "role", "interests.0.role"),
        (a_work(interests=(an_interest(party=a_right_owner(number=None)),)), "no-number", "interests.0.party.number"),
        (replace(a_work(), number=None), "no-number", "number"),
        (replace(a_work(), number="W" * 15), "number-too-long", "number"),
    ],
)
def test_what_cwr_cannot_say_is_refused_with_its_place(work: Work, code: str, field: str) -> None:
    with pytest.raises(NotExpressible) as refused:
        written(work)
    assert (refused.value.status, refused.value.code, refused.value.field) == ("not-expressible", code, field)


@pytest.mark.parametrize(
    ("work", "field"),
    [
        (a_work(titles=(Title("أغنية", script="Arab"),)), "titles"),
        (a_work(titles=(Title("أغنية", script="Arab"), Title("UGHNIYA", script="Latn", accepted=False))), "titles"),
        (
            a_work(interests=(an_interest(), Interest("C", Party(names=(PartyName("김민준", script="Hang"),))))),
            "interests.1.party",
        ),
    ],
)
def test_without_an_accepted_latin_form_nothing_is_sent(work: Work, field: str) -> None:
    with pytest.raises(NoLatinTitle) as refused:
        written(work)
    assert (refused.value.status, refused.value.field) == ("no-latin-title", field)
