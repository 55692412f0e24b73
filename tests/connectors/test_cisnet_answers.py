"""Files a partner may lay out for us: notifications, rubbish, and more than we can read."""

from datetime import UTC, datetime
from pathlib import Path

from connectors.cisnet.client import LARGEST_BYTES
from connectors.contract import Arrival
from formats.cwr import Record, record_class, write
from mappings.cwr import echo, from_work
from mappings.model import Assigned
from tests.builders import a_published_work, a_work, an_iswc
from tests.connectors.partner import Partner

NAME = "CW260077996_997.V21"


def lay_out(partner: Partner, content: bytes, name: str = NAME) -> Arrival:
    """A file in the partner's outgoing folder, and what we make of it."""
    path = partner.simulator.data / "files" / "outgoing" / name
    path.write_bytes(content)
    (arrival,) = partner.connector.collect()
    assert arrival.name == name
    return arrival


def a_file(kind: str, *transactions: list[Record]) -> bytes:
    """A file of the partner with one group."""
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    header = record_class("HDR")(
        record_type="HDR", sender_type="SO", sender_id="000000996", sender_name="SIMULATED CIS-NET",
        edi_standard_version="01.10", creation_date=now.date(), creation_time="090000", transmission_date=now.date(),
    )  # fmt: skip
    return b"".join(write(header, [(kind, transactions)]))


def notification(number: int, iswc: str | None) -> list[Record]:
    records, _ = from_work(a_published_work(number=number), kind="NWR", version="2.1")
    records = echo(records, iswc=iswc)
    head = records[0]
    values = {field.name: value for field, value in head.values()}
    return [record_class("ISW")(record_type="ISW", **values), *records[1:]]


def test_an_iswc_notification_assigns_the_number_to_our_work(cisnet: Partner) -> None:
    arrival = lay_out(cisnet, a_file("ISW", notification(1, an_iswc(900_000_001)), notification(2, None)))
    (answer,) = arrival.answers
    assert answer.data == Assigned("iswc", an_iswc(900_000_001), "cisnet", "W1")
    assert (answer.subject, answer.reference, answer.final) == (None, None, True)
    assert "KORA-NO-ANSWER ISW line 9" in arrival.problems


def test_a_work_instead_of_an_answer_is_told_and_answers_nothing(cisnet: Partner) -> None:
    records, _ = from_work(a_work(), kind="NWR", version="2.1")
    arrival = lay_out(cisnet, a_file("NWR", records))
    assert (arrival.answers, arrival.problems) == ((), ("KORA-NO-ANSWER NWR line 3",))


def test_rubbish_is_an_arrival_with_problems_and_does_not_stop_the_others(cisnet: Partner) -> None:
    folder = cisnet.simulator.data / "files" / "outgoing"
    (folder / "CW260001996_997.V21").write_bytes(bytes(range(256)) * 40)
    (folder / "CW260002996_997.V21").write_bytes(b"<html><body>503 Service Unavailable</body></html>\n")
    (folder / "CW260003996_997.V21").write_bytes(b"")
    (folder / "CW260004996_997.V21").write_bytes(a_file("ISW", notification(1, an_iswc(900_000_001))))
    arrivals = cisnet.connector.collect()
    assert [len(arrival.answers) for arrival in arrivals] == [0, 0, 0, 1]
    assert all(arrival.problems for arrival in arrivals[:3])
    assert all(len(arrival.problems) <= 50 for arrival in arrivals)
    for arrival in arrivals:
        cisnet.connector.confirm(arrival)
    assert cisnet.connector.collect() == []


def test_an_answer_cut_in_the_middle_gives_what_can_be_read_and_says_so(cisnet: Partner) -> None:
    whole = a_file("ISW", notification(1, an_iswc(900_000_001)), notification(2, an_iswc(900_000_002)))
    arrival = lay_out(cisnet, whole[: whole.rindex(b"ISW") + 40])
    assert arrival.answers[0].data == Assigned("iswc", an_iswc(900_000_001), "cisnet", "W1")
    assert arrival.problems


def test_an_acknowledgement_without_its_date_is_no_answer(cisnet: Partner) -> None:
    answer = record_class("ACK")(
        record_type="ACK", original_group_id=1, original_transaction_sequence=0, original_transaction_type="NWR",
        creation_title="X", submitter_creation_number="W1", transaction_status="AS",
        processing_date=datetime(2026, 11, 24, tzinfo=UTC).date(),
    )  # fmt: skip
    arrival = lay_out(cisnet, a_file("ACK", [answer]))
    assert arrival.answers == ()
    assert "KORA-NO-ANSWER ACK line 3" in arrival.problems


def test_a_file_too_large_to_be_read_is_told_and_left_to_people(cisnet: Partner) -> None:
    path: Path = cisnet.simulator.data / "files" / "outgoing" / NAME
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    (arrival,) = cisnet.connector.collect()
    assert (arrival.answers, arrival.problems, arrival.content) == ((), ("KORA-TOO-LARGE",), b"")
    cisnet.connector.confirm(arrival)
    assert cisnet.connector.collect() == []
