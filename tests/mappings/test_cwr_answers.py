"""What partners answer: acknowledgements, conflicts and ISWC notifications, and the simulator's echo."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from formats.cwr import Record, Transaction, record_class
from mappings.cwr import NoWork, echo, from_work, reference, to_acknowledgement, to_assigned, to_work
from mappings.model import Remark
from tests.builders import a_published_work, a_right_owner, a_work, an_interest, an_iswc

RECEIVED = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def record(tag: str, **values: Any) -> Record:
    return record_class(tag, "2.1")(record_type=tag, **values)


def an_answer(status: str = "AS", **values: Any) -> Record:
    fields = {
        "creation_date": date(2026, 11, 19),
        "creation_time": SENT_AT,
        "original_group_id": 1,
        "original_transaction_sequence": 3,
        "original_transaction_type": "NWR",
        "creation_title": "SONG OF THE SHORE",
        "submitter_creation_number": "W1",
        "recipient_creation_number": "K-5512",
        "processing_date": date(2026, 11, 20),
        "transaction_status": status,
    }
    return record("ACK", **fields | values)


def written(work: Any) -> list[Record]:
    return from_work(work, kind="NWR", version="2.1")[0]


SENT_AT = "101500"


def test_an_acknowledgement_says_what_became_of_which_transaction() -> None:
    answer, origin = to_acknowledgement(Transaction("ACK", [an_answer()]), partner="cisnet", received_at=RECEIVED)
    assert (answer.partner, answer.status, answer.number, answer.title) == ("cisnet", "AS", "W1", "SONG OF THE SHORE")
    assert (answer.partner_number, answer.processed_on) == ("K-5512", date(2026, 11, 20))
    assert answer.received_at == RECEIVED
    assert origin.created == datetime(2026, 11, 19, 10, 15, tzinfo=UTC)
    assert (origin.group, origin.transaction, origin.type) == (1, 3, "NWR")
    assert answer.reference == origin.reference == "20261119T101500Z/1/3"
    assert answer.reference == reference(origin.created, 1, 3)


def test_messages_keep_the_partners_words_and_name_its_rule() -> None:
    message = record(
        "MSG",
        message_type="T",
        original_record_sequence=0,
        message_record_type="NWR",
        message_level="T",
        validation_number="013",
        message_text="ALREADY REGISTERED",
    )
    answer, _ = to_acknowledgement(Transaction("ACK", [an_answer("RJ"), message]), partner="cisnet")
    assert answer.remarks == (Remark("ALREADY REGISTERED", "NWR-T-013", "T", "NWR", 0),)


def test_the_iswc_stands_in_the_echoed_work() -> None:
    echoed = echo(written(a_published_work()), iswc=an_iswc(900000001))
    answer, _ = to_acknowledgement(Transaction("ACK", [an_answer()], echo=echoed), partner="cisnet")
    assert answer.iswc == an_iswc(900000001)
    assert to_work(Transaction("ACK", [an_answer()], echo=echoed), source="cisnet")[0].number == "W1"


def test_an_acknowledgement_may_echo_nothing() -> None:
    answer, _ = to_acknowledgement(Transaction("ACK", [an_answer("NP")]), partner="cisnet")
    assert (answer.status, answer.iswc, answer.conflicts) == ("NP", None, ())


def test_an_echo_leaves_the_records_it_repeats_alone() -> None:
    records = written(a_work())
    repeated = echo(records, iswc=an_iswc(900000001))
    assert (records[0].iswc, repeated[0].iswc) == (None, an_iswc(900000001))
    assert [r.record_type for r in repeated] == ["NWR", "SWR", "SWT"]


def test_a_conflict_brings_the_work_the_partner_holds_against_ours() -> None:
    other = written(a_work(number=7, interests=(an_interest(party=a_right_owner("KEITA", "SALIOU", number=9)),)))
    conflicting = [record("EXC", work_title="SONG OF THE SHORE", submitter_work_number="B7"), *other[1:]]
    transaction = Transaction("ACK", [an_answer("CO")], conflicts=[conflicting])
    answer, _ = to_acknowledgement(transaction, partner="cisnet")
    (work,) = answer.conflicts
    assert (work.number, work.title.text) == ("B7", "SONG OF THE SHORE")
    assert work.interests[0].party is not None
    assert work.interests[0].party.names[0].name == "KEITA"


def test_a_whole_file_at_fault_is_group_and_transaction_zero() -> None:
    head = an_answer("RJ", original_group_id=0, original_transaction_sequence=0, original_transaction_type="HDR")
    answer, origin = to_acknowledgement(Transaction("ACK", [head]), partner="cisnet")
    assert (origin.group, origin.transaction, origin.type) == (0, 0, "HDR")
    assert answer.reference == "20261119T101500Z/0/0"


def test_an_iswc_notification_assigns_a_number() -> None:
    isw = record("ISW", work_title="SONG OF THE SHORE", submitter_work_number="W1", iswc=an_iswc(900000001))
    assigned = to_assigned(Transaction("ISW", [isw]), partner="cisnet")
    assert (assigned.scheme, assigned.value, assigned.number) == ("iswc", an_iswc(900000001), "W1")


def test_a_notification_without_number_assigns_nothing() -> None:
    isw = record("ISW", work_title="SONG OF THE SHORE", submitter_work_number="W1")
    with pytest.raises(NoWork):
        to_assigned(Transaction("ISW", [isw]), partner="cisnet")
