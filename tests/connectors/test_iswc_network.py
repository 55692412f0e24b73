"""What can go wrong on the way to the ISWC network and back, tried on real connections; every fault is proven."""

import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import PartnerFailure, StepFailed
from connectors.iswc import Iswc, IswcClient
from connectors.iswc.client import Refused
from connectors.simulating import Switches
from formats.iswc.transactions import Merge, TaskAnswer, WorkCode
from mappings.model import Acknowledged, Reason, Refusal
from tests.builders import a_work
from tests.connectors.iswc_partner import FIRST_ISWC, OTHER, IswcPartner, a_submission, written_by
from tests.connectors.partner import WITHDRAWN, an_item

BATCH = "POST /submission/batch"


def failure_of(partner: IswcPartner, connector: Iswc | None = None) -> PartnerFailure:
    """How sending a work fails."""
    with pytest.raises(PartnerFailure) as failure:
        (connector or partner.connector).send(partner.batch(an_item(a_work())))
    return failure.value


@pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"down": True}, "F1"),
        ({"cut": 300}, "F1"),
        ({"lost_answers": 1}, "F1"),
        ({"rate": 0}, "F2"),
        ({"garbage": 100}, "F3"),
        ({"oversize": True}, "F3"),
        ({"deny": True}, "F5"),
    ],
)
def test_a_fault_has_its_class_and_the_batch_may_be_sent_again(
    iswc: IswcPartner, switches: dict[str, Any], kind: str
) -> None:
    iswc.simulator.control.set(**switches)
    assert failure_of(iswc).failure_class == kind
    assert iswc.simulator.log.details(next(iter(switches))) != []
    iswc.simulator.control.set(**{name: getattr(Switches(), name) for name in switches})
    assert [one.iswc for one in iswc.said(a_work())] == [FIRST_ISWC]
    assert iswc.taken() == 1


def test_a_partner_slower_than_our_patience_is_a_failure_of_the_network(iswc: IswcPartner) -> None:
    iswc.simulator.control.set(slow=30)
    assert failure_of(iswc, iswc.made(timeout_s=0.5)).failure_class == "F1"
    assert iswc.simulator.log.details("slow") == [BATCH]


def test_answers_that_come_twice_and_out_of_order_find_their_works(iswc: IswcPartner) -> None:
    iswc.simulator.control.set(duplicate=True, reorder=True)
    works = [written_by(700_000_060 + number, title=f"SONG {number}", number=number) for number in range(1, 5)]
    delivery = iswc.send(*map(an_item, works))
    said = json.loads(delivery.files[1].content)
    assert [each["submissionId"] for each in said] == [3, 2, 1, 0, 3, 2, 1, 0]
    answers = [answer.data for answer in delivery.answers if isinstance(answer.data, Acknowledged)]
    assert [(one.number, one.title) for one in answers] == [(f"W{number}", f"SONG {number}") for number in range(1, 5)]
    assert len({one.iswc for one in answers}) == 4


def test_a_number_of_calls_above_the_rate_waits_as_long_as_we_are_told(iswc: IswcPartner) -> None:
    iswc.simulator.control.set(rate=1)
    assert [one.status for one in iswc.said(a_work())] == ["AS"]
    failure = failure_of(iswc)
    assert (failure.failure_class, failure.retry_after) == ("F2", 7)
    iswc.clock.move(60)
    assert [one.status for one in iswc.said(a_work())] == ["AS"]


def test_our_own_bucket_keeps_the_published_rate_and_nothing_is_sent_beyond_it(iswc: IswcPartner) -> None:
    connector = Iswc(iswc.settings, iswc.context, now=iswc.clock)
    for number in range(1, 11):
        connector.send(iswc.batch(an_item(written_by(700_000_070 + number, number=number))))
    failure = failure_of(iswc, connector)
    assert failure.failure_class == "F2"
    assert failure.retry_after is not None and 0 < failure.retry_after <= 60
    assert len(iswc.simulator.log.details("call")) == 10


def test_one_work_that_spoils_a_whole_call_is_found_by_halving_and_the_others_go(iswc: IswcPartner) -> None:
    good = [written_by(700_000_080 + number, number=number) for number in range(1, 8)]
    bad = written_by(700_000_089, number=8)
    long = replace(bad, titles=(*bad.titles, replace(bad.titles[0], text="LA " * 400, kind="AT")))
    delivery = iswc.send(*map(an_item, [*good[:3], long, *good[3:]]))
    said = {answer.message_id: answer.data for answer in delivery.answers}
    refusal = said.pop("message-W8")
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.reasons) == ("not-expressible", (Reason("schema"),))
    assert [one.status for one in said.values() if isinstance(one, Acknowledged)] == ["AS"] * 7
    assert iswc.simulator.log.details("malformed") != []
    assert len(iswc.simulator.log.details("call")) == 7  # all, two halves, and twice two more


def test_a_work_the_agency_refuses_leaves_the_others_alone(iswc: IswcPartner) -> None:
    works = [written_by(700_000_091, number=1), written_by(790_000_001, number=2), written_by(700_000_093, number=3)]
    assert [one.status for one in iswc.said(*works)] == ["AS", "RJ", "AS"]


def test_some_works_are_refused_by_the_switch_and_always_the_same(iswc: IswcPartner) -> None:
    iswc.simulator.control.set(reject=50)
    works = [written_by(700_000_200 + number, number=number) for number in range(1, 11)]
    first, again = [[one.status for one in iswc.said(*works)] for _ in range(2)]
    assert first == again
    assert {"AS", "RJ"} == set(first)


# -- calls that may not be repeated -----------------------------------------------------------------------------------


def test_a_deletion_whose_answer_is_lost_is_looked_up_and_counts_as_done(iswc: IswcPartner) -> None:
    iswc.said(a_work())
    lost = iswc.made()
    look_up = lost._client.by_codes

    def then_lose(codes: Any, **options: Any) -> Any:
        found = look_up(codes, **options)
        lost._client.by_codes = look_up  # type: ignore[method-assign]
        iswc.simulator.control.set(lost_answers=1)
        return found

    lost._client.by_codes = then_lose  # type: ignore[method-assign]
    (answer,) = lost.send(iswc.batch(an_item(a_work(), WITHDRAWN))).answers
    assert isinstance(answer.data, Acknowledged)
    assert answer.data.status == "AS"
    calls = iswc.simulator.log.details("call")
    assert (iswc.simulator.log.details("lost_answers"), calls.count("DELETE /submission")) == (
        ["DELETE /submission"],
        1,
    )
    assert calls[-1] == "POST /iswc/searchByAgencyWorkCode/batch"


def test_a_merge_whose_answer_is_lost_is_uncertain_and_never_repeated_blindly(iswc: IswcPartner) -> None:
    one, two = iswc.said(written_by(700_000_011, number=1), written_by(700_000_012, number=2))
    iswc.simulator.control.set(lost_answers=1)
    with pytest.raises(PartnerFailure) as failure:
        iswc.client.merge(Merge(iswc=one.iswc, merged_works=(WorkCode("997", "W2"),)))
    assert failure.value.failure_class == "F8"
    assert iswc.simulator.log.details("lost_answers") == ["POST /iswc/merge"]
    assert iswc.client.by_iswc(two.iswc or "").overall_parent == one.iswc  # type: ignore[union-attr]


def test_an_answer_to_a_task_that_was_lost_is_looked_up(iswc: IswcPartner) -> None:
    one, two = iswc.said(written_by(700_000_011, number=1), written_by(700_000_012, number=2))
    iswc.other.add([a_submission("X1", 700_000_011)])
    iswc.simulator.office.merge(OTHER, one.iswc or "", [two.iswc or ""])
    (task,) = iswc.connector.tasks()
    iswc.simulator.control.set(lost_answers=1)
    assert iswc.connector.answer_task(TaskAnswer(task=task.id, kind=task.kind, status="Approved")) == "Approved"
    assert iswc.simulator.log.details("lost_answers") == ["PATCH /iswc/workflowTasks"]
    assert [each.status for each in iswc.client.tasks(status="Approved")] == ["Approved"]


def test_a_sorry_page_in_answer_to_a_merge_is_uncertain(iswc: IswcPartner) -> None:
    iswc.simulator.control.set(garbage=100)
    with pytest.raises(PartnerFailure) as failure:
        iswc.client.merge(Merge(iswc=FIRST_ISWC, merged=(FIRST_ISWC,)))
    assert failure.value.failure_class == "F8"


# -- access -----------------------------------------------------------------------------------------------------------


def step_of(client: IswcClient) -> StepFailed:
    """How trying the access fails."""
    with pytest.raises(StepFailed) as failure:
        client.check()
    return failure.value


def test_trying_the_access_names_the_step_that_failed(iswc: IswcPartner, tmp_path: Path) -> None:
    key = tmp_path / "key"
    client = IswcClient(replace(iswc.settings, key_file=key))
    assert (step_of(client).step, step_of(client).failure_class) == ("settings", "F5")
    key.write_text("another key")
    assert (step_of(client).step, list(step_of(client).done)) == ("authenticate", ["settings", "reach"])
    iswc.simulator.control.set(garbage=100)
    assert step_of(iswc.client).step == "read"
    iswc.simulator.control.set(garbage=0, down=True)
    assert (step_of(iswc.client).step, step_of(iswc.client).failure_class) == ("reach", "F1")
    iswc.simulator.control.set(down=False)
    assert iswc.client.check()["read"] == "0 tasks"


def test_the_key_is_in_no_log_line_no_message_and_no_kept_bytes(
    iswc: IswcPartner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key = iswc.settings.key_file.read_text().strip()
    delivery = iswc.send(an_item(a_work()))
    iswc.simulator.control.set(deny=True)
    said = f"{caplog.text} {failure_of(iswc)} {step_of(iswc.client)} {iswc.connector.__dict__} {iswc.settings}"
    assert len(key) == 32
    assert key not in said
    assert all(key.encode() not in file.content for file in delivery.files)
    assert "web: POST http://127.0.0.1" in caplog.text
    assert "DIALLO" not in caplog.text


def test_a_request_the_database_finds_malformed_is_our_fault(iswc: IswcPartner) -> None:
    with pytest.raises(PartnerFailure) as failure:
        iswc.client.add([a_submission(title="LA " * 400)])
    assert failure.value.failure_class == "F4"
    page = {"agency": "997", "csnTransactionType": "MER", "fromDate": "2026-11-01", "continuationToken": "nobody"}
    with pytest.raises(Refused) as refused:
        iswc.client._asked("GET", "/agent/notification", doing="asking", params=page)
    assert refused.value.code == "175"


def test_a_refusal_nobody_expects_is_our_fault_and_no_crash(iswc: IswcPartner) -> None:
    with pytest.raises(PartnerFailure) as failure:
        iswc.client.merge(Merge(iswc=FIRST_ISWC, merged=(FIRST_ISWC,)))
    assert (failure.value.failure_class, str(failure.value)[:4]) == ("F4", "132 ")
    assert isinstance(failure.value, Refused)
