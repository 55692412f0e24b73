"""Works at CIS-Net: what goes out and what the simulated partner answers, from registration to conflict."""

from dataclasses import replace
from datetime import date

import pytest

from connectors.cisnet import Cisnet, CisnetSettings
from connectors.contract import Context, PartnerFailure, Sender
from formats.cwr import Record
from formats.identifiers import iswc
from mappings.cwr import to_work
from mappings.model import Acknowledged, Identifier, Reason, Refusal, Remark, Title
from tests.builders import (
    a_published_work,
    a_publisher,
    a_right_owner,
    a_work,
    an_interest,
    an_iswc,
    shares,
)
from tests.connectors.partner import (
    BARAKA,
    TAMALA,
    UPDATED,
    WITHDRAWN,
    Partner,
    an_item,
    records_of,
    transactions,
)

FIRST_ISWC = "T9500000011"
"""The first number the simulator gives."""


def said(record: Record) -> tuple[str, dict[str, object]]:
    """What a record says, wherever it stands."""
    values = {field.name: value for field, value in record.values() if not field.name.endswith("_sequence")}
    return record.record_type, values


def test_a_new_work_is_accepted_first_and_registered_with_its_iswc_after(cisnet: Partner) -> None:
    delivery = cisnet.send(an_item(a_published_work(number=7)))
    (awaited,) = delivery.awaited
    assert awaited.reference == "20261124T101500Z/1/0"
    first, final = cisnet.collected()
    assert (first.name, final.name) == ("CW260001996_997.V21", "CW260002996_997.V21")
    accepted, registered = first.answers[0], final.answers[0]
    assert (accepted.reference, accepted.final) == ("20261124T101500Z/1/0", False)
    assert (registered.reference, registered.final) == ("20261124T101500Z/1/0", True)
    assert accepted.data == Acknowledged(
        partner="cisnet", status="RA", number="W7", title="SONG OF THE SHORE", processed_on=date(2026, 11, 24),
        received_at=cisnet.clock.now, reference="20261124T101500Z/1/0",
    )  # fmt: skip
    assert registered.data == replace(accepted.data, status="AS", partner_number="SIM00000001", iswc=FIRST_ISWC)
    assert iswc.is_valid(FIRST_ISWC)


def test_the_answer_repeats_the_work_as_it_was_sent(cisnet: Partner) -> None:
    sent = records_of(cisnet.send(an_item(a_published_work())).files[0].content)[0]
    first, final = cisnet.collected()
    assert [said(record) for record in transactions(first.content)[0].echo] == [said(record) for record in sent]
    assert to_work(transactions(final.content)[0], source="cisnet")[0].identifier("iswc") == FIRST_ISWC


def test_the_file_has_the_name_and_the_header_the_partner_expects(cisnet: Partner) -> None:
    (file,) = cisnet.send(an_item(a_work())).files
    assert file.name == "CW260001997_996.V21"
    lines = file.content.decode("ascii").split("\r\n")
    assert lines[0] == (f"HDRSO000000997{TAMALA.name:45}01.1020261124101500{'20261124':8}{'':15}")
    assert [line[:3] for line in lines] == ["HDR", "GRH", "NWR", "SWR", "SWT", "GRT", "TRL", ""]


def test_new_works_stand_before_revisions_each_in_a_group_of_its_own(cisnet: Partner) -> None:
    known = an_item(a_work("OLD SONG", number=1), accepted_before=True)
    delivery = cisnet.send(known, an_item(a_work("NEW SONG", number=2)))
    assert [(each.message_id, each.reference) for each in delivery.awaited] == [
        ("message-W2", "20261124T101500Z/1/0"),
        ("message-W1", "20261124T101500Z/2/0"),
    ]
    assert [records[0].record_type for records in records_of(delivery.files[0].content)] == ["NWR", "REV"]


def test_a_change_after_acceptance_is_a_revision_and_keeps_the_iswc(cisnet: Partner) -> None:
    cisnet.send(an_item(a_work(number=1)))
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]
    changed = a_work("SONG OF THE OTHER SHORE", number=1)
    delivery = cisnet.send(an_item(changed, UPDATED, accepted_before=True, last_digest="0" * 64))
    assert records_of(delivery.files[0].content)[0][0].record_type == "REV"
    first, final = cisnet.answers()
    assert (first.status, final.status) == ("RA", "AS")
    assert (final.title, final.iswc, final.partner_number) == ("SONG OF THE OTHER SHORE", FIRST_ISWC, "SIM00000001")


def test_what_was_sent_as_new_and_is_sent_again_as_a_revision_is_the_same_body(cisnet: Partner) -> None:
    work = a_published_work()
    digest = cisnet.send(an_item(work)).awaited[0].digest
    again = cisnet.send(an_item(work, UPDATED, accepted_before=True, last_digest=digest))
    assert again.unchanged == ("message-W1",)
    assert cisnet.folder("incoming") == []
    assert len(cisnet.simulator.office.register.log()) == 1


def test_a_work_that_changed_twice_goes_out_once_as_it_is_now(cisnet: Partner) -> None:
    before, after = an_item(a_work("DRAFT")), an_item(a_work("FINAL TITLE"), UPDATED)
    after = replace(after, message_id="message-later")
    delivery = cisnet.send(before, after)
    assert delivery.unchanged == ("message-W1",)
    assert [each.message_id for each in delivery.awaited] == ["message-later"]
    assert [records[0].work_title for records in records_of(delivery.files[0].content)] == ["FINAL TITLE"]


def test_an_iswc_of_ours_is_kept(cisnet: Partner) -> None:
    ours = an_iswc(900_000_123)
    cisnet.send(an_item(a_work(identifiers=(Identifier("iswc", ours),))))
    assert [answer.iswc for answer in cisnet.answers()] == [ours, ours]


def test_other_shares_of_another_society_are_a_conflict_that_shows_the_other_work(cisnet: Partner) -> None:
    writer = a_right_owner("KEITA", "SALIOU", number=9)
    whole = a_work("RIVER MARKET", number=1, interests=(an_interest(party=writer),))
    published = a_work(
        "River market!",
        number=44,
        interests=(an_interest("E", a_publisher(), shares=shares(50, 100, 100)),
                   an_interest("CA", writer, shares=shares(50, 0, 0))),
    )  # fmt: skip
    cisnet.send(an_item(whole), sender=TAMALA)
    cisnet.collected()
    cisnet.send(an_item(published), sender=BARAKA)
    accepted, conflict = cisnet.answers()
    assert (accepted.status, accepted.conflicts) == ("RA", ())
    assert (conflict.status, conflict.number, conflict.iswc) == ("CO", "W44", None)
    (other,) = conflict.conflicts
    assert (other.number, other.title.text, other.identifier("iswc")) == ("W1", "RIVER MARKET", FIRST_ISWC)
    assert [(interest.role, interest.shares) for interest in other.interests] == [("CA", shares(100))]


def test_the_answer_to_a_conflict_carries_an_exc_with_the_other_work(cisnet: Partner) -> None:
    ours, theirs = an_iswc(900_000_007), a_right_owner("OKAFOR", "CHIDI", number=12)
    numbers = (Identifier("iswc", ours),)
    cisnet.send(an_item(a_work("HERS", number=1, identifiers=numbers)), sender=TAMALA)
    cisnet.collected()
    two = (an_interest(part=50), an_interest(party=theirs, part=50))
    cisnet.send(an_item(a_work("HIS", number=2, identifiers=numbers, interests=two)), sender=BARAKA)
    _, final = cisnet.collected()
    (transaction,) = transactions(final.content)
    (conflict,) = transaction.conflicts
    assert [record.record_type for record in conflict] == ["EXC", "SWR", "SWT"]
    assert (conflict[0].work_title, conflict[0].submitter_work_number, conflict[0].iswc) == ("HERS", "W1", ours)


def test_a_conflict_ends_when_the_revision_has_the_same_shares(cisnet: Partner) -> None:
    cisnet.send(an_item(a_published_work(number=1)), sender=TAMALA)
    cisnet.collected()
    cisnet.send(an_item(a_work(number=2)), sender=BARAKA)
    assert cisnet.statuses() == [("W2", "RA"), ("W2", "CO")]
    cisnet.send(an_item(a_published_work(number=2), UPDATED, accepted_before=True), sender=BARAKA)
    _, final = cisnet.answers()
    assert (final.status, final.iswc) == ("AS", FIRST_ISWC)


def test_two_societies_that_agree_get_the_same_iswc(cisnet: Partner) -> None:
    cisnet.send(an_item(a_published_work(number=1)), sender=TAMALA)
    cisnet.send(an_item(a_published_work(number=9)), sender=BARAKA)
    finals = [answer for answer in cisnet.answers() if answer.status != "RA"]
    assert [(answer.number, answer.status, answer.iswc) for answer in finals] == [
        ("W1", "AS", FIRST_ISWC),
        ("W9", "AS", FIRST_ISWC),
    ]


def test_works_that_share_only_the_title_are_two_works(cisnet: Partner) -> None:
    cisnet.send(an_item(a_work("MORNING", number=1)), sender=TAMALA)
    other = an_interest(party=a_right_owner("PRATA", "INES", number=33))
    cisnet.send(an_item(a_work("MORNING", number=2, interests=(other,))), sender=BARAKA)
    finals = [answer for answer in cisnet.answers() if answer.status != "RA"]
    assert [(answer.status, answer.iswc) for answer in finals] == [("AS", FIRST_ISWC), ("AS", "T9500000022")]


def test_the_same_work_under_another_number_is_a_duplicate(cisnet: Partner) -> None:
    cisnet.send(an_item(a_published_work(number=1)))
    cisnet.collected()
    cisnet.send(an_item(a_published_work(number=2)))
    accepted, duplicate = cisnet.full_answers()
    assert (accepted.data.status, accepted.final) == ("RA", False)
    assert (duplicate.data.status, duplicate.final) == ("DU", True)
    assert (duplicate.data.number, duplicate.data.partner_number, duplicate.data.iswc) == (
        "W2", "SIM00000001", FIRST_ISWC,
    )  # fmt: skip


def test_a_second_new_registration_of_an_accepted_number_is_rejected(cisnet: Partner) -> None:
    cisnet.send(an_item(a_work(number=1)))
    cisnet.collected()
    cisnet.send(an_item(a_work("ANOTHER SONG", number=1)))
    (answer,) = cisnet.full_answers()
    assert (answer.data.status, answer.data.number, answer.final) == ("RJ", "W1", True)
    assert answer.data.remarks == (Remark("NWR-T-013 NWR SUBMITTER_WORK_NUMBER", "NWR-T-013", "T", "NWR", 0),)


def test_a_revision_of_an_unknown_work_is_registered_with_a_change(cisnet: Partner) -> None:
    cisnet.send(an_item(a_work(number=5), UPDATED, accepted_before=True))
    accepted, final = cisnet.answers()
    assert (accepted.status, final.status, final.iswc) == ("RA", "AC", FIRST_ISWC)
    assert [remark.code for remark in final.remarks] == ["NWR-T-002"]


def test_a_work_whose_writers_are_in_no_society_is_answered_with_no_participation(cisnet: Partner) -> None:
    nobodys = a_right_owner("MWANGI", "GRACE", number=21, societies={"PR": "099", "MR": "099", "SR": "099"})
    cisnet.send(an_item(a_work(interests=(an_interest(party=nobodys),))), an_item(a_work("HERS", number=2)))
    assert cisnet.statuses() == [("W1", "NP"), ("W2", "RA"), ("W2", "AS")]


def test_rejections_by_percent_repeat_with_the_work_number(cisnet: Partner) -> None:
    cisnet.simulator.switches.reject = 40
    items = [an_item(a_work(f"SONG {number}", number=number)) for number in range(1, 11)]
    cisnet.send(*items)
    assert [number for number, status in cisnet.statuses() if status == "RJ"] == ["W3", "W4", "W9", "W10"]
    cisnet.send(*(item for item in items if item.data["number"] in {"W3", "W4", "W9", "W10"}))
    answers = cisnet.answers()
    assert [(answer.number, answer.status) for answer in answers] == [
        ("W3", "RJ"),
        ("W4", "RJ"),
        ("W9", "RJ"),
        ("W10", "RJ"),
    ]
    assert {remark.text for answer in answers for remark in answer.remarks} == {
        "REJECTED BY A SETTING OF THE SIMULATOR"
    }


def test_the_final_answer_comes_after_its_delay(cisnet: Partner) -> None:
    cisnet.simulator.switches.ack_delay = 3600
    cisnet.send(an_item(a_work()))
    assert cisnet.statuses() == [("W1", "RA")]
    cisnet.clock.move(3599)
    cisnet.simulator.settle()
    assert cisnet.statuses() == []
    cisnet.clock.move(1)
    cisnet.simulator.settle()
    assert cisnet.statuses() == [("W1", "AS")]


def test_a_withdrawal_cannot_be_said_in_this_format(cisnet: Partner) -> None:
    delivery = cisnet.send(an_item(a_work(), WITHDRAWN))
    (answer,) = delivery.answers
    assert answer.data == Refusal("message-W1", "not-expressible", WITHDRAWN, (Reason("withdrawal"),))
    assert (answer.subject, delivery.files) == (f"work/{a_work().id}", ())


def test_a_work_without_a_latin_title_is_answered_with_the_field(cisnet: Partner) -> None:
    arabic = a_work(titles=(Title("أغنية الساحل", script="Arab"),))
    delivery = cisnet.send(an_item(arabic), an_item(a_work("HERS", number=2)))
    (answer,) = delivery.answers
    assert answer.data == Refusal(
        "message-W1", "no-latin-title", "kora.work.registered.v1", (Reason("no-latin-title", "titles"),)
    )
    assert [each.message_id for each in delivery.awaited] == ["message-W2"]


def test_a_work_of_another_class_is_not_expressible(cisnet: Partner) -> None:
    (answer,) = cisnet.send(an_item(a_work(creation_class="SR"))).answers
    assert isinstance(answer.data, Refusal)
    assert (answer.data.code, answer.data.reasons) == ("not-expressible", (Reason("class", "creation_class"),))


def test_a_work_the_standard_would_reject_is_refused_here_and_the_others_go(cisnet: Partner) -> None:
    half = a_work("HALF A SONG", number=2, interests=(an_interest(part=50),))
    delivery = cisnet.send(an_item(a_work(number=1)), an_item(half), an_item(a_work("THIRD", number=3)))
    (answer,) = delivery.answers
    assert isinstance(answer.data, Refusal)
    assert answer.data.code == "cwr-rules"
    assert "NWR-T-011" in [reason.code for reason in answer.data.reasons]
    assert [(each.message_id, each.reference[-4:]) for each in delivery.awaited] == [
        ("message-W1", "/1/0"),
        ("message-W3", "/1/1"),
    ]
    assert cisnet.statuses() == [("W1", "RA"), ("W3", "RA"), ("W1", "AS"), ("W3", "AS")]


def test_a_letter_that_the_file_cannot_carry_refuses_one_work_only(cisnet: Partner) -> None:
    odd = a_work(number=2, details={"contact_name": "ŁUCJA"})
    delivery = cisnet.send(an_item(a_work(number=1)), an_item(odd))
    (answer,) = delivery.answers
    assert isinstance(answer.data, Refusal)
    assert (answer.data.code, answer.data.reasons) == ("not-expressible", (Reason("character", "NWR.contact_name"),))
    assert len(delivery.awaited) == 1


def test_a_line_end_in_a_text_never_becomes_a_record_of_its_own(cisnet: Partner) -> None:
    forged = a_work(number=2, details={"contact_name": "X\r\nTRL0000100000001"})
    delivery = cisnet.send(an_item(a_work(number=1)), an_item(forged))
    (answer,) = delivery.answers
    assert isinstance(answer.data, Refusal)
    assert answer.data.reasons == (Reason("control-character", "NWR.contact_name"),)
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]


@pytest.mark.parametrize(
    ("sender", "number"),
    [(Sender("997", "N" * 46), 1), (Sender("997", "ŁÓDŹ MUSIC"), 1), (Sender("997", TAMALA.name), 10_000)],
)
def test_what_no_header_or_file_name_can_carry_stops_the_batch(cisnet: Partner, sender: Sender, number: int) -> None:
    batch = replace(cisnet.batch(an_item(a_work()), sender=sender), file_number=number)
    with pytest.raises(PartnerFailure) as failure:
        cisnet.connector.send(batch)
    assert failure.value.failure_class == "F4"
    assert cisnet.folder("incoming") == []


def test_a_wrong_name_of_the_sender_is_our_fault_and_no_works(cisnet: Partner) -> None:
    with pytest.raises(PartnerFailure, match="HDR-F-006") as failure:
        cisnet.send(an_item(a_work()), sender=Sender("058", "NOT WHAT SACEM IS CALLED"))
    assert failure.value.failure_class == "F4"
    assert cisnet.folder("incoming") == []


def test_version_2_2_is_sent_and_answered_in_2_2(cisnet: Partner) -> None:
    delivery = cisnet.send(an_item(a_published_work()), version="2.2")
    assert delivery.files[0].name == "CW260001997_996.V22"
    assert [arrival.name for arrival in cisnet.connector.collect()] == ["CW260001996_997.V22", "CW260002996_997.V22"]
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]


def test_names_in_their_own_script_go_to_a_partner_that_takes_them(cisnet: Partner) -> None:
    connector = Cisnet(replace(cisnet.settings, non_roman=True), Context(cisnet.ledger), now=cisnet.clock)
    writer = an_interest(party=a_right_owner(own_script="ديالو"))
    titles = (Title("SONG OF THE SHORE", script="Latn"), Title("أغنية الساحل", "AT", "ar", "Arab"))
    delivery = connector.send(cisnet.batch(an_item(a_work(titles=titles, interests=(writer,)))))
    cisnet.simulator.settle()
    assert [record.record_type for record in records_of(delivery.files[0].content)[0]] == [
        "NWR", "SWR", "NWN", "SWT", "NAT",
    ]  # fmt: skip
    assert cisnet.statuses() == [("W1", "RA"), ("W1", "AS")]


def test_a_version_that_cannot_be_sent_is_said_before_anything_is(cisnet: Partner) -> None:
    with pytest.raises(PartnerFailure, match=r"3\.1") as failure:
        cisnet.send(an_item(a_work()), version="3.1")
    assert failure.value.failure_class == "F4"


def test_settings_have_the_values_a_first_connection_needs(cisnet: Partner) -> None:
    assert isinstance(cisnet.settings, CisnetSettings)
    defaults = CisnetSettings("h", 22, "u", cisnet.settings.key_file, "k", "996")
    assert (defaults.version, defaults.window_s, defaults.non_roman, defaults.timeout_s) == ("2.1", 3600, False, 30.0)
