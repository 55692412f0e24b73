"""Works and the agency API: what is sent, which number a work gets, and what becomes of numbers later."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.contract import PartnerFailure
from connectors.iswc import Iswc
from connectors.iswc.client import Refused
from connectors.iswc.news import OpenTask
from connectors.iswc.simulator.office import KNOWN
from formats.iswc.transactions import Delete, Demerge, Merge, Party, TaskAnswer, Title, WorkCode
from mappings.iswc import preferred
from mappings.iswc.chains import parents
from mappings.model import Acknowledged, Assigned, Identifier, Reason, Refusal, Remark
from tests.builders import a_published_work, a_right_owner, a_work, an_interest, an_ipi, an_iswc
from tests.connectors.iswc_partner import (
    FIRST_ISWC,
    OTHER,
    SECOND_ISWC,
    THIRD_ISWC,
    IswcPartner,
    a_submission,
    written_by,
)
from tests.connectors.partner import UPDATED, WITHDRAWN, an_item


def test_a_new_work_gets_a_number_at_once(iswc: IswcPartner) -> None:
    delivery = iswc.send(an_item(a_published_work(number=7)))
    (awaited,), (answer,) = delivery.awaited, delivery.answers
    assert awaited.reference == answer.reference == "997/20261124T101500Z/1"
    assert answer.final
    assert answer.data == Acknowledged(
        partner="iswc", status="AS", number="W7", title="SONG OF THE SHORE", partner_number="1",
        processed_on=date(2026, 11, 24), received_at=iswc.clock.now, iswc=FIRST_ISWC, reference=awaited.reference,
    )  # fmt: skip
    request, said = delivery.files
    assert json.loads(request.content)[0]["submission"]["workcode"] == "W7"
    assert json.loads(said.content)[0]["submission"]["verifiedSubmission"]["iswc"] == FIRST_ISWC


def test_the_same_work_of_another_agency_has_the_number_already(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission(title="THE SONGS OF THE SHORES")])
    iswc.other.add([a_submission("X2", title="ANOTHER SONG ALTOGETHER")])
    (said,) = iswc.said(a_work("Song of the shore, the", number=1))
    assert said.iswc == THIRD_ISWC
    (same,) = iswc.said(a_work("The songs of the shore", number=2))
    assert same.iswc == FIRST_ISWC


def test_a_work_that_is_kept_apart_gets_a_number_of_its_own(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission()])
    apart = a_submission("X2", disambiguation=True, disambiguation_reason="DIT", disambiguate_from=(FIRST_ISWC,))
    (outcome,) = iswc.other.add([apart])
    assert outcome.result is not None and outcome.result.work is not None
    assert outcome.result.work.iswc == SECOND_ISWC


def test_twenty_five_works_are_three_calls_and_twenty_five_answers(iswc: IswcPartner) -> None:
    works = [written_by(700_000_100 + number, number=number) for number in range(1, 26)]
    said = iswc.said(*works)
    assert [one.number for one in said] == [f"W{number}" for number in range(1, 26)]
    assert len({one.iswc for one in said}) == 25
    assert iswc.simulator.log.details("call") == ["POST /submission/batch"] * 3


def test_what_the_agency_would_refuse_is_answered_here_and_nothing_is_called(iswc: IswcPartner) -> None:
    nameless = a_work(interests=(an_interest(), an_interest(party=a_right_owner(number=2, identifiers=()))))
    delivery = iswc.send(an_item(nameless))
    (answer,) = delivery.answers
    assert answer.data == Refusal(
        "message-W1",
        "needs-data",
        "kora.work.registered.v1",
        (Reason("IV/19", "interests.1.party.identifiers.ipi-name"),),
    )
    assert (delivery.awaited, iswc.simulator.log.details("call")) == ((), [])


def test_a_society_that_represents_nobody_in_the_work_does_not_ask_where_the_mandates_are_known(
    iswc: IswcPartner,
) -> None:
    foreign = written_by(720_000_001)
    (said,) = iswc.said(foreign)
    assert (said.status, said.iswc) == ("RJ", None)
    assert said.remarks == (Remark("refused by the simulated ISWC database with number 140", "140", "T"),)
    iswc.known = KNOWN
    iswc.connector = iswc.made()
    (answer,) = iswc.send(an_item(foreign)).answers
    assert isinstance(answer.data, Refusal)
    assert (answer.data.code, answer.data.reasons) == ("needs-data", (Reason("EL/01", "interests"),))
    assert len(iswc.simulator.log.details("call")) == 1


def test_a_society_that_represents_nobody_may_hang_its_work_on_one_number_but_not_on_one_of_several(
    iswc: IswcPartner,
) -> None:
    iswc.other.add([a_submission("X1", 720_000_001)])
    foreign = written_by(720_000_001)
    assert [one.iswc for one in iswc.said(foreign)] == [FIRST_ISWC]
    apart = a_submission(
        "X2", 720_000_001, disambiguation=True, disambiguation_reason="DIV", disambiguate_from=(FIRST_ISWC,)
    )
    iswc.other.add([apart])
    assert [one.remarks[0].code for one in iswc.said(written_by(720_000_001, number=2))] == ["160"]


def test_a_work_of_nobodys_may_be_sent_by_anybody(iswc: IswcPartner) -> None:
    assert [one.status for one in iswc.said(written_by(780_000_001))] == ["AS"]


@pytest.mark.parametrize(("body", "code"), [(790_000_001, "137"), (760_000_001, "137"), (750_000_001, "108")])
def test_people_the_register_does_not_have_are_refused_by_the_agency(iswc: IswcPartner, body: int, code: str) -> None:
    assert [one.remarks[0].code for one in iswc.said(written_by(body))] == [code]


def test_a_merged_person_is_the_survivor(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission("X1", 700_000_009)])
    assert [one.iswc for one in iswc.said(written_by(770_000_009))] == [FIRST_ISWC]


# -- changes ----------------------------------------------------------------------------------------------------------


def test_a_change_goes_out_as_a_change_and_the_same_work_does_not_go_out_at_all(iswc: IswcPartner) -> None:
    work = a_work()
    first = iswc.send(an_item(work))
    numbered = replace(work, identifiers=(Identifier("iswc", FIRST_ISWC),))
    again = iswc.send(an_item(numbered, UPDATED, accepted_before=True, last_digest=first.awaited[0].digest))
    assert again.unchanged == ("message-W1",)
    longer = replace(numbered, titles=(*work.titles, replace(work.titles[0], text="Shore", kind="AT")))
    (said,) = iswc.said(longer, type=UPDATED, accepted_before=True)
    assert (said.status, said.iswc) == ("AS", FIRST_ISWC)
    assert iswc.simulator.log.details("call") == ["POST /submission/batch", "PUT /submission/batch"]
    assert [title.text for title in iswc.client.by_iswc(FIRST_ISWC).titles] == ["SHORE"]  # type: ignore[union-attr]


def test_a_work_that_changed_twice_goes_out_once_as_it_is_now(iswc: IswcPartner) -> None:
    draft, final = an_item(a_work("DRAFT")), an_item(a_work("FINAL"), UPDATED, message_id="message-later")
    delivery = iswc.send(draft, final)
    assert delivery.unchanged == ("message-W1",)
    assert [answer.data.title for answer in delivery.answers if isinstance(answer.data, Acknowledged)] == ["FINAL"]


def test_a_change_that_says_nothing_new_is_done_and_the_number_is_looked_up(iswc: IswcPartner) -> None:
    iswc.said(a_work())
    iswc.simulator.office._checksums = True
    (said,) = iswc.said(a_work())
    assert (said.status, said.iswc) == ("AS", FIRST_ISWC)
    assert iswc.simulator.log.details("call")[-1] == "POST /iswc/searchByAgencyWorkCode/batch"


def test_a_change_that_names_another_number_merges_the_two(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission("X1", title="SONGS OF THE SHORE")])
    apart = a_submission(
        "W1", disambiguation=True, disambiguation_reason="DIT", disambiguate_from=(FIRST_ISWC,), agency="997"
    )
    iswc.client.add([apart])
    ours = a_work(identifiers=(Identifier("iswc", FIRST_ISWC),))
    (said,) = iswc.said(ours, type=UPDATED, accepted_before=True)
    assert (said.status, said.iswc) == ("AS", FIRST_ISWC)
    archived = iswc.client.by_iswc(SECOND_ISWC)
    assert archived is not None
    assert (archived.status, archived.parent, archived.overall_parent) == ("Archived", FIRST_ISWC, FIRST_ISWC)


@pytest.mark.parametrize(
    ("number", "title", "code"),
    [(an_iswc(960_000_500), "SONG OF THE SHORE", "117"), (SECOND_ISWC, "SONG OF THE SHORE", "247")],
)
def test_a_number_that_is_not_of_this_work_is_refused(iswc: IswcPartner, number: str, title: str, code: str) -> None:
    iswc.said(a_work(), written_by(700_000_055, number=2))
    ours = a_work(title, identifiers=(Identifier("iswc", number),))
    assert [one.remarks[0].code for one in iswc.said(ours, type=UPDATED, accepted_before=True)] == [code]


def test_another_agencys_creators_may_not_be_taken_off(iswc: IswcPartner) -> None:
    both = (710_000_001, 720_000_001)
    iswc.other.add([a_submission("X1", *both)])
    iswc.said(written_by(*both))
    ours = replace(written_by(710_000_001), identifiers=(Identifier("iswc", FIRST_ISWC),))
    assert [one.remarks[0].code for one in iswc.said(ours, type=UPDATED, accepted_before=True)] == ["145"]


def test_a_withdrawn_work_is_looked_up_and_taken_back(iswc: IswcPartner) -> None:
    iswc.said(a_work())
    (said,) = iswc.said(a_work(), type=WITHDRAWN)
    assert (said.status, said.iswc) == ("AS", None)
    assert iswc.client.by_codes(["W1"]) == [None]
    (again,) = iswc.said(a_work(), type=WITHDRAWN)
    assert again.status == "AS"
    assert iswc.simulator.log.details("call").count("DELETE /submission") == 1


# -- merges, tasks, notifications -------------------------------------------------------------------------------------


def two_numbers(partner: IswcPartner) -> tuple[str, str]:
    """Two works of ours, the first of them also of the other agency."""
    one, two = partner.said(written_by(700_000_011, number=11), written_by(700_000_012, number=12))
    partner.heard.clear()
    partner.other.add([a_submission("X11", 700_000_011)])
    assert one.iswc is not None and two.iswc is not None
    return one.iswc, two.iswc


def test_a_merge_by_another_agency_reaches_us_with_the_number_to_use(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    iswc.other.merge(Merge(iswc=survivor, merged=(child,)))
    moved, task = iswc.collected()
    (answer,) = moved.answers
    assert answer.data == Assigned("iswc", survivor, "iswc", "W11", (f"merge {child} {survivor}",))
    assert (task.answers, json.loads(task.content)["workflowType"]) == ((), "MergeApproval")
    assert iswc.collected() == []


def test_a_task_says_until_when_silence_is_no_consent_and_merges_come_first(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    both = (Party(an_ipi(700_000_011), "CA"), Party(an_ipi(700_000_099), "A"))
    change = replace(a_submission("X11"), parties=both)
    iswc.other.add([change])
    iswc.clock.move(60)
    iswc.other.merge(Merge(iswc=survivor, merged=(child,)))
    asked_at = datetime(2026, 11, 24, 12, 1, tzinfo=UTC)
    merge, update = iswc.connector.tasks()
    assert merge == OpenTask(
        "2", "MergeApproval", OTHER, survivor, "SONG OF THE SHORE", ("W11", "W12"), asked_at, date(2026, 12, 24)
    )
    assert (update.kind, update.consent_on) == ("UpdateApproval", date(2026, 12, 24))
    assert [task.kind for task in iswc.other.tasks()] == []


def test_a_rejected_merge_is_taken_back_and_told_again(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    iswc.other.merge(Merge(iswc=survivor, merged=(child,)))
    assert iswc.client.by_iswc(child).overall_parent == survivor  # type: ignore[union-attr]
    (task,) = iswc.connector.tasks()
    assert iswc.connector.answer_task(TaskAnswer(task=task.id, kind=task.kind, status="Rejected")) == "Rejected"
    assert iswc.client.by_iswc(child).overall_parent is None  # type: ignore[union-attr]
    assert [task.status for task in iswc.client.tasks(status="Rejected")] == ["Rejected"]
    assert iswc.connector.tasks() == []
    told = [moved for moved, _ in iswc.other.moves("DMR", date(2026, 11, 1))]
    assert [(moved.kind, moved.child) for moved in told] == [("DMR", child)]


def test_silence_for_thirty_days_is_consent(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    iswc.other.merge(Merge(iswc=survivor, merged=(child,)))
    iswc.clock.move(timedelta(days=30).total_seconds())
    assert iswc.connector.tasks() == []
    assert [task.status for task in iswc.client.tasks(status="Approved")] == ["Approved"]


def test_a_demerge_makes_the_old_number_ours_again(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    iswc.client.merge(Merge(iswc=survivor, merged_works=(WorkCode("997", "W12"),)))
    assert [one.iswc for one in iswc.client.by_codes(["W12"]) if one] == [survivor]
    iswc.client.demerge(Demerge(iswc=survivor, work_code="W12"))
    assert [one.iswc for one in iswc.client.by_codes(["W12"]) if one] == [child]
    heard = [*iswc.other.moves("MER", date(2026, 11, 1)), *iswc.other.moves("DMR", date(2026, 11, 1))]
    assert [(moved.kind, moved.work_code) for moved, _ in heard] == [("MER", "X11"), ("DMR", "X11")]


def test_a_chain_of_merges_leads_to_its_top(iswc: IswcPartner) -> None:
    numbers = [one.iswc or "" for one in iswc.said(*(written_by(700_000_020 + n, number=n) for n in range(3)))]
    first, second, third = numbers
    iswc.client.merge(Merge(iswc=second, merged=(first,)))
    iswc.client.merge(Merge(iswc=third, merged=(second,)))
    told = iswc.client.by_iswc(first)
    assert told is not None
    assert (told.parent, told.overall_parent) == (second, third)
    standing = parents(())
    assert preferred(first, standing, told=told.overall_parent).number == third
    assert [each.iswc for each in iswc.said(written_by(700_000_020, number=30))] == [third]


@pytest.mark.parametrize(
    ("survivor", "merged", "code"),
    [
        (FIRST_ISWC, (FIRST_ISWC,), "156"),
        (FIRST_ISWC, (an_iswc(960_000_700),), "132"),
        (SECOND_ISWC, (THIRD_ISWC,), "157"),
        (THIRD_ISWC, (FIRST_ISWC,), "156"),
    ],
)
def test_a_merge_that_would_go_in_a_circle_or_to_nowhere_is_refused(
    iswc: IswcPartner, survivor: str, merged: tuple[str, ...], code: str
) -> None:
    iswc.said(*(written_by(700_000_040 + number, number=number) for number in range(3)))
    iswc.client.merge(Merge(iswc=FIRST_ISWC, merged=(THIRD_ISWC,)))
    with pytest.raises(Refused) as refused:
        iswc.client.merge(Merge(iswc=survivor, merged=merged))
    assert refused.value.code == code


def test_what_is_not_ours_cannot_be_merged_deleted_or_answered(iswc: IswcPartner) -> None:
    iswc.other.add([a_submission("X1", 720_000_001), a_submission("X2", 720_000_002, title="OTHER")])
    with pytest.raises(Refused) as refused:
        iswc.client.merge(Merge(iswc=FIRST_ISWC, merged=(SECOND_ISWC,)))
    assert refused.value.code == "150"
    with pytest.raises(Refused) as refused:
        iswc.client.demerge(Demerge(iswc=an_iswc(960_000_700), work_code="X1"))
    assert refused.value.code == "153"
    with pytest.raises(Refused) as refused:
        iswc.client.delete(Delete(agency="997", source_db="997", work_code="X1", iswc=FIRST_ISWC, reason="R01"))
    assert refused.value.code == "130"
    with pytest.raises(Refused) as refused:
        iswc.client.answer_task(TaskAnswer(task="99", kind="MergeApproval", status="Approved"))
    assert refused.value.code == "152"


def test_numbers_are_found_by_title_and_creators(iswc: IswcPartner) -> None:
    iswc.said(a_work())
    writer = Party(an_ipi(700_000_001), "CA")
    found = iswc.client.by_title([Title("Songs of the shore", "OT")], [writer])
    assert [one.iswc for one in found] == [FIRST_ISWC]
    assert iswc.client.by_title([Title("NOTHING LIKE IT", "OT")], [writer]) == []
    assert iswc.client.by_iswc(SECOND_ISWC) is None


def test_pages_of_notifications_are_followed_to_the_last(iswc: IswcPartner) -> None:
    survivor, child = two_numbers(iswc)
    for _ in range(105):
        iswc.simulator.office.register.add_move("MER", child, survivor, OTHER, iswc.clock.now)
    iswc.simulator.office.register.commit()
    assert len(list(iswc.client.moves("MER", date(2026, 11, 1)))) == 105
    assert iswc.simulator.log.details("call").count("GET /agent/notification") == 2


def test_news_is_asked_for_no_more_often_than_agreed(iswc: IswcPartner) -> None:
    connector: Iswc = iswc.made(poll_s=900)
    assert connector.collect() == []
    survivor, child = two_numbers(iswc)
    iswc.simulator.office.merge(OTHER, survivor, [child])
    assert connector.collect() == []
    iswc.clock.move(900)
    assert len(connector.collect()) == 2
    assert len(connector.collect()) == 2
    calls = iswc.simulator.log.details("call")
    assert (calls.count("GET /agent/notification"), calls.count("GET /iswc/workflowTasks")) == (4, 2)


def test_more_works_than_a_minute_carries_are_a_fault_of_the_caller(iswc: IswcPartner) -> None:
    connector = Iswc(iswc.settings, iswc.context, now=iswc.clock)
    works = [an_item(written_by(700_000_100 + number, number=number)) for number in range(101)]
    with pytest.raises(PartnerFailure) as failure:
        connector.send(iswc.batch(*works))
    assert failure.value.failure_class == "F4"
    assert Iswc.most_items == 50
    assert iswc.simulator.log.details("call") == []
