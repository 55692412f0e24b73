"""The trade: what a node says becomes a file for CIS-Net, and CIS-Net's answers become messages to the node."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from gateway.database import NOBODY
from gateway.ops import lives
from gateway.partners.models import ExchangedFile, FileCounter, Submission
from gateway.partners.turn import PartnerTurn
from gateway.registry import queries as registry
from mappings.messages import to_json
from mappings.model import Title
from queues.tables import inbox, job, outbox
from tests.builders import a_published_work, a_publisher, a_right_owner, a_work, an_interest, shares
from tests.databases import BOTH
from tests.gateway.world import ACKNOWLEDGED, BARAKA, UPDATED, WITHDRAWN, Office, World

pytestmark = BOTH

FIRST_ISWC = "T9500000011"
"""The first number the simulator gives."""
SUBJECT = f"work/{a_work().id}"


def rows(world: World, model: Any) -> list[Any]:
    with world.sessions() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def sent(world: World) -> list[str]:
    """The transactions of each file that went out, in order."""
    files = [one for one in rows(world, ExchangedFile) if one.direction == "out"]
    return [
        " ".join(line[:3].decode() for line in one.content.splitlines() if line[:3] in (b"NWR", b"REV"))
        for one in files
    ]


def jobs(world: World) -> list[tuple[str, str]]:
    with world.sessions() as session:
        return [(kind, state) for kind, state in session.execute(select(job.c.kind, job.c.state).order_by(job.c.id))]


def test_a_work_goes_out_and_comes_home_with_its_iswc(trade: World, tamala: Office) -> None:
    cause = tamala.say(a_work())
    trade.run()
    assert tamala.states() == ["receipted"]
    assert tamala.heard() == [(SUBJECT, "RA"), (SUBJECT, "AS")]
    first, final = tamala.told
    assert (first.type, first.causationid, first.correlationid) == (ACKNOWLEDGED, cause, final.correlationid)
    assert (final.data["iswc"], final.data["number"], final.data["partner"]) == (FIRST_ISWC, "W1", "cisnet")
    (submission,) = rows(trade, Submission)
    assert (submission.state, submission.status, submission.accepted) == ("closed", "AS", True)
    assert (submission.message_id, submission.reference) == (cause, "20261124T120103Z/1/0")
    files = [(one.direction, one.name, one.node_id, one.answers, one.problems) for one in rows(trade, ExchangedFile)]
    assert files == [
        ("out", "CW260001997_996.V21", "n001", 0, []),
        ("in", "CW260001996_997.V21", "n001", 1, []),
        ("in", "CW260002996_997.V21", "n001", 1, []),
    ]


def test_the_registry_knows_the_work_its_number_and_what_was_answered(trade: World, tamala: Office) -> None:
    cause = tamala.say(a_work())
    trade.run()
    record = trade.ask(registry.record, "n001", SUBJECT)
    assert (record.name, record.number, record.state, record.revision) == ("SONG OF THE SHORE", "W1", "registered", 1)
    numbers = trade.ask(registry.identifiers, "n001", SUBJECT)
    assert [(one.scheme, one.value, one.source) for one in numbers] == [("iswc", FIRST_ISWC, "cisnet")]
    answers = trade.ask(registry.answers_to, cause)
    assert [(one.partner, one.status, one.file_id) for one in answers] == [("cisnet", "RA", 2), ("cisnet", "AS", 3)]
    (found,) = trade.ask(registry.with_identifier, "iswc", FIRST_ISWC)
    assert found.subject == SUBJECT


def test_a_second_delivery_of_the_same_message_sends_nothing_twice(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    with tamala.sessions.begin() as session:
        session.execute(update(outbox).values(state="sealed", next_attempt_at=trade.clock()))
    trade.run()
    assert trade.outcomes() == [("kora.work.registered.v1", "applied")]
    assert jobs(trade) == [("partner:cisnet", "done")]
    assert sent(trade) == ["NWR"]
    assert tamala.heard() == [(SUBJECT, "RA"), (SUBJECT, "AS")]


def test_works_of_one_window_share_a_file_and_each_office_has_its_own(trade: World, tamala: Office) -> None:
    baraka = trade.office(BARAKA)
    tamala.say(a_work(number=1))
    tamala.say(a_work("OTHER SONG", number=2))
    baraka.say(a_work("THIRD SONG", number=3))
    trade.run()
    assert sent(trade) == ["NWR NWR", "NWR"]
    names = [one.name for one in rows(trade, ExchangedFile) if one.direction == "out"]
    assert names == ["CW260001997_996.V21", "CW260001998_996.V21"]
    assert [status for _, status in tamala.heard()] == ["RA", "RA", "AS", "AS"]
    assert [status for _, status in baraka.heard()] == ["RA", "AS"]


def test_files_of_one_sender_never_share_a_second_or_a_number(trade: World, tamala: Office) -> None:
    for number in (1, 2, 3):
        tamala.say(a_work(f"SONG {number}", number=number))
        trade.carry()
        trade.exchange()
    headers = [one.content.splitlines()[0] for one in rows(trade, ExchangedFile) if one.direction == "out"]
    assert len({header[64:78] for header in headers}) == 3
    (counter,) = trade.ask(lambda session: session.scalars(select(FileCounter)).all())
    assert (counter.sender, counter.receiver, counter.year, counter.number) == ("997", "996", 2026, 3)


def test_a_change_after_acceptance_goes_out_as_a_revision(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    tamala.say(a_work("SONG OF THE OTHER SHORE"), UPDATED)
    trade.run()
    assert sent(trade) == ["NWR", "REV"]
    assert [status for _, status in tamala.heard()] == ["RA", "AS", "RA", "AS"]
    assert trade.ask(registry.record, "n001", SUBJECT).name == "SONG OF THE OTHER SHORE"


def test_a_change_that_the_partner_would_not_see_is_not_sent(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    tamala.say(a_work(), UPDATED)
    trade.run()
    assert sent(trade) == ["NWR"]
    assert jobs(trade) == [("partner:cisnet", "done"), ("partner:cisnet", "done")]
    assert len(tamala.told) == 2


def test_a_change_waits_while_the_partner_has_said_nothing_about_the_record(trade: World, tamala: Office) -> None:
    (partner,) = trade.gateway.partners.values()
    rarely = PartnerTurn(trade.gateway.sessions, partner, collect_s=3600)
    rarely.run_once(trade.clock())
    for title in ("SONG OF THE SHORE", "SONG OF THE OTHER SHORE"):
        tamala.say(a_work(title), UPDATED)
        trade.carry()
        trade.clock.move(60)
        rarely.run_once(trade.clock())
    assert sent(trade) == ["NWR"]
    assert jobs(trade) == [("partner:cisnet", "done"), ("partner:cisnet", "due")]
    trade.run()
    assert sent(trade) == ["NWR", "REV"]


def test_a_rejected_work_is_sent_as_a_new_one_when_it_is_corrected(trade: World, tamala: Office) -> None:
    assert trade.simulator is not None
    trade.simulator.switches.reject = 100
    tamala.say(a_work())
    trade.run()
    assert [status for _, status in tamala.heard()][-1] == "RJ"
    (submission,) = rows(trade, Submission)
    assert (submission.state, submission.accepted) == ("closed", False)
    trade.simulator.switches.reject = 0
    tamala.say(a_work("SONG OF THE OTHER SHORE"), UPDATED)
    trade.run()
    assert sent(trade) == ["NWR", "NWR"]
    assert [status for _, status in tamala.heard()][-2:] == ["RA", "AS"]


def test_two_offices_with_other_shares_of_one_work_are_in_conflict(trade: World, tamala: Office) -> None:
    baraka = trade.office(BARAKA)
    writer = a_right_owner("KEITA", "SALIOU", number=9)
    tamala.say(a_work("RIVER MARKET", number=1, interests=(an_interest(party=writer),)))
    trade.run()
    published = (
        an_interest("E", a_publisher(), shares=shares(50, 100, 100)),
        an_interest("CA", writer, shares=shares(50, 0, 0)),
    )
    baraka.say(a_work("RIVER MARKET", number=44, interests=published))
    trade.run()
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
    assert [status for _, status in baraka.heard()] == ["RA", "CO"]
    (other,) = baraka.told[-1].data["conflicts"]
    assert other["number"] == "W1"
    assert [(one.node_id, one.status) for one in rows(trade, Submission)] == [("n001", "AS"), ("n002", "CO")]


def test_a_work_without_a_latin_title_is_answered_at_once_and_not_sent(trade: World, tamala: Office) -> None:
    cause = tamala.say(replace(a_work(), titles=(Title("أغنية الشاطئ", script="Arab"),)))
    trade.run()
    assert tamala.heard() == [(SUBJECT, "no-latin-title")]
    assert tamala.told[0].data["message"] == cause
    assert sent(trade) == []


def test_a_withdrawal_cannot_be_said_to_cis_net_and_the_office_is_told(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    tamala.say(a_work(), WITHDRAWN)
    trade.run()
    assert tamala.heard()[-1] == (SUBJECT, "not-expressible")
    assert trade.ask(registry.record, "n001", SUBJECT).state == "withdrawn"
    assert sent(trade) == ["NWR"]


def test_a_work_of_a_class_that_cis_net_does_not_take_is_kept_and_not_sent(trade: World, tamala: Office) -> None:
    tamala.say(a_work(creation_class="AV"))
    trade.run()
    assert trade.ask(registry.record, "n001", SUBJECT).creation_class == "AV"
    assert (jobs(trade), tamala.told) == ([], [])


def test_a_right_owner_is_kept_and_sends_nothing_by_itself(trade: World, tamala: Office) -> None:
    owner = a_right_owner()
    tamala.say(owner)
    trade.run()
    assert trade.ask(registry.record, "n001", f"party/{owner.id}").name == "AWA DIALLO"
    assert jobs(trade) == []


def test_a_subject_of_another_record_is_refused(trade: World, tamala: Office) -> None:
    other = f"work/{a_work(number=2).id}"
    tamala.post("kora.work.registered.v1", other, to_json(a_work(number=1)))
    trade.run()
    assert trade.outcomes() == [("kora.work.registered.v1", "refused")]
    assert tamala.heard() == [(other, "wrong-subject")]
    assert tamala.states() == ["refused"]


def test_answers_that_belong_to_nobody_are_kept_and_visible(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    done = trade.folder / "cisnet" / "files" / "outgoing" / "done"
    stray = (done / "CW260001996_997.V21").read_bytes().replace(b"20261124120103", b"20251124120103")
    (done.parent / "CW260099996_997.V21").write_bytes(stray)
    trade.exchange()
    last = rows(trade, ExchangedFile)[-1]
    assert (last.name, last.node_id, last.answers) == ("CW260099996_997.V21", NOBODY, 0)
    assert last.problems == ["KORA-NOT-OURS 20251124T120103Z/1/0"]
    assert last.content == stray
    page = trade.sign_in("viewer").open("/ops/partners/cisnet")
    assert "KORA-NOT-OURS 20251124T120103Z/1/0" in page
    assert len(tamala.told) == 2


def test_when_the_partner_refuses_a_whole_file_every_work_in_it_is_told(trade: World) -> None:
    """The partner does not know this society, so it does not look into the file."""
    with (trade.gateway.settings.data / "societies.csv").open("a") as societies:
        societies.write("995,ILHA AUTORES\n")
    ilha = trade.office(("995", "ILHA AUTORES"))
    ilha.say(a_work(number=1))
    ilha.say(a_work("OTHER SONG", number=2))
    trade.run()
    assert [(status, one.data["number"]) for one, (_, status) in zip(ilha.told, ilha.heard(), strict=True)] == [
        ("RJ", "W1"),
        ("RJ", "W2"),
    ]
    assert [one.data["title"] for one in ilha.told] == ["SONG OF THE SHORE", "OTHER SONG"]
    assert [(one.state, one.status, one.accepted) for one in rows(trade, Submission)] == [("closed", "RJ", False)] * 2
    assert rows(trade, ExchangedFile)[-1].problems == []


def test_an_answer_whose_receipt_was_lost_is_told_once(trade: World, tamala: Office) -> None:
    assert trade.simulator is not None
    tamala.say(a_work())
    trade.carry()
    trade.simulator.switches.lost_answers = 1
    trade.run(4)
    assert [len([one for one in rows(trade, ExchangedFile) if one.direction == "out"]), sent(trade)] == [1, ["NWR"]]
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]


def test_the_life_of_a_message_is_told_from_receipt_to_answer(trade: World, tamala: Office) -> None:
    cause = tamala.say(a_published_work())
    trade.run()
    known = trade.ask(lives.life, cause)
    assert known is not None
    entry, steps, _ = known
    assert (entry.id, entry.node, entry.state, entry.direction) == (cause, "n001", "applied", "in")
    assert [step.step for step in steps] == [
        "received", "applied", "routed", "called", "handed-over", "answered", "sent", "answered", "sent",
        "receipted", "receipted",
    ]  # fmt: skip
    assert [step.detail for step in steps if step.step == "answered"] == ["cisnet RA", "cisnet AS"]
    files = trade.ask(lives.files_of, cause)
    assert [(one.direction, one.name) for one in files] == [
        ("out", "CW260001997_996.V21"),
        ("in", "CW260001996_997.V21"),
        ("in", "CW260002996_997.V21"),
    ]


def test_the_log_keeps_the_original_bytes(trade: World, tamala: Office) -> None:
    tamala.say(a_work())
    trade.run()
    with tamala.sessions() as session:
        sealed = session.scalar(select(outbox.c.sealed))
    with trade.sessions() as session:
        assert session.scalar(select(inbox.c.raw)) == sealed
