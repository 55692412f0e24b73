"""Finding messages: by anything anybody may know of them, among many, and by what they say."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from gateway.audit import OperatorAction
from gateway.ops import finding, lives, parkings, reruns, saved, transcripts
from gateway.ops.finding import Filter
from gateway.ops.models import SavedFilter
from gateway.partners.models import ExchangedFile, Submission
from gateway.registry.models import PartnerAnswer, RegisteredIdentifier
from queues import node_urn, uuid7
from queues.tables import inbox, job
from tests.builders import a_work
from tests.databases import BOTH
from tests.gateway.scenes import repaired
from tests.gateway.world import Browser, World

MANY, AT_PARTNER = 100_000, 20_000


def ids(world: World, wanted: Filter, limit: int = 1000) -> list[str]:
    return [one.id for one in world.ask(finding.messages, wanted, limit=limit)[0]]


def said(world: World, number: int, node: str = "n001") -> str:
    """The first message about the work of this number."""
    same = (inbox.c.aggregate == f"work/{a_work(number=number).id}", inbox.c.node_id == node)
    found = world.ask(lambda session: session.scalar(select(inbox.c.msg_id).where(*same).limit(1)))
    assert found is not None
    return str(found)


def file_names(world: World, direction: str) -> list[str]:
    with world.sessions() as session:
        mine = select(ExchangedFile.name).where(ExchangedFile.direction == direction).order_by(ExchangedFile.id)
        return list(session.scalars(mine))


def test_a_message_is_found_by_whatever_a_partner_knows_it_by(full: World) -> None:
    mine = said(full, 1)
    with full.sessions() as session:
        reference = session.scalar(select(Submission.reference).where(Submission.message_id == mine))
        number = session.scalar(select(PartnerAnswer.partner_number).where(PartnerAnswer.cause == mine))
        iswc = session.scalar(
            select(RegisteredIdentifier.value).where(RegisteredIdentifier.subject == f"work/{a_work().id}").limit(1)
        )
    assert reference is not None
    assert iswc is not None
    place = reference.partition("/")[2]
    sent, answered = file_names(full, "out")[0], file_names(full, "in")[0]
    assert ids(full, Filter(external=reference)) == [mine]
    assert ids(full, Filter(external=f"{sent}/{place}")) == [mine]
    assert {mine, said(full, 2)} == set(ids(full, Filter(external=sent, direction="in")))
    assert mine in ids(full, Filter(external=answered, direction="in"))
    assert {one for one in (number, iswc) if one and mine in ids(full, Filter(external=one))} == {number, iswc} - {None}
    assert ids(full, Filter(external="nothing of ours")) == []


def test_a_message_is_found_by_its_id_its_record_the_number_or_a_part_of_the_name(full: World) -> None:
    mine = said(full, 1)
    everything = set(ids(full, Filter(text=f"work/{a_work().id}")))
    assert mine in everything
    assert ids(full, Filter(text=mine)) == [mine]
    assert set(ids(full, Filter(text=a_work().id))) == everything
    assert mine in ids(full, Filter(text="W1"))
    assert {mine, said(full, 44, "n002")} <= set(ids(full, Filter(text="river mark")))
    assert ids(full, Filter(text="100%_")) == []


def test_several_states_types_and_a_stretch_of_time_are_asked_for_at_once(full: World) -> None:
    refused, applied = set(ids(full, Filter(states=("refused",)))), set(ids(full, Filter(states=("applied",))))
    assert (len(refused), set(ids(full, Filter(states=("refused", "applied"))))) == (1, refused | applied)
    both = ("kora.party.registered.v1", "kora.work.acknowledged.v1")
    assert {one.type for one in full.ask(finding.messages, Filter(types=both))[0]} == set(both)
    entries, total = full.ask(finding.messages, Filter())
    assert total == len(entries)
    assert [one.at for one in entries] == sorted((one.at for one in entries), reverse=True)
    middle = entries[len(entries) // 2].at
    assert middle is not None
    later = {one.id for one in entries if one.at is not None and one.at >= middle}
    assert set(ids(full, Filter(since=middle))) == later
    assert set(ids(full, Filter(until=middle - timedelta(microseconds=1)))) == {one.id for one in entries} - later
    waiting = set(ids(full, Filter(states=("waiting",))))
    assert (len(waiting), set(ids(full, Filter(states=("waiting", "refused"))))) == (1, refused | waiting)


def test_the_page_asks_for_them_the_same_way(full: World) -> None:
    browser = full.sign_in("viewer")

    def lines(query: str) -> int:
        return len(re.findall(r'<tr role="row">', browser.open(f"/ops/messages?{query}").partition("<tbody")[2]))

    assert lines("state=refused&state=waiting") == 2
    assert browser.page.count("checked") == 2
    assert lines("type=kora.party.registered.v1&state=applied&node=n001&direction=in") == 1
    assert lines("external=CW260001997_996.V21&direction=in") == 2
    browser.open("/ops/messages?from=yesterday")
    assert "A time is written like 2026-11-24" in browser.words()


def test_messages_are_found_by_the_failure_they_met(stuck: World) -> None:
    both = set(ids(stuck, Filter(direction="in")))
    assert (set(ids(stuck, Filter(error="F4"))), ids(stuck, Filter(error="F1"))) == (both, [])


def test_messages_whose_handler_failed_are_failures_of_ours(broken: World) -> None:
    (parked,) = broken.ask(parkings.everything)
    assert ids(broken, Filter(error="F6")) == [parked.entry.id]


def test_what_was_run_again_and_is_settled_is_left_out_unless_asked_for(broken: World) -> None:
    (parked,) = broken.ask(parkings.everything)
    repaired(broken)
    broken.do(reruns.start, parked.group)
    broken.run()
    assert parked.entry.id not in ids(broken, Filter())
    assert broken.ask(finding.hidden_count, Filter()) == 1
    assert parked.entry.id in ids(broken, Filter(with_rerun=True))
    assert ids(broken, Filter(text=parked.entry.id)) == [parked.entry.id]
    browser = broken.sign_in("viewer")
    browser.open("/ops/messages")
    assert "1 message that a person let run again is left out." in browser.words()


def test_text_in_the_content_is_searched_on_demand_and_that_is_written_down(full: World) -> None:
    browser = full.sign_in()
    browser.open("/ops/messages")
    browser.post("/ops/messages/content", text="شاطئ")
    assert "1 message says it" in browser.words()
    assert said(full, 2) in browser.page
    browser.post("/ops/messages/content", text="river MARKET", node="n002")
    assert said(full, 44, "n002") in browser.page
    assert said(full, 1) not in browser.page
    browser.post("/ops/messages/content", text="ab")
    assert "at least three letters" in browser.words()
    with full.sessions() as session:
        noted = session.scalars(select(OperatorAction).where(OperatorAction.action == "content-searched")).all()
    assert [(one.by, one.subject, one.reason) for one in noted] == [
        ("operator@gateway.example", "messages", "شاطئ"),
        ("operator@gateway.example", "messages", "river MARKET"),
    ]


def test_a_search_in_the_content_says_how_far_it_looked(full: World) -> None:
    with full.sessions() as session:
        entries, _ = finding.messages(session, Filter())
        some = finding.in_content(session, Filter(), "no message says this", most=3)
        everything = finding.in_content(session, Filter(), "no message says this")
    assert (some.read, some.back_to) == (3, entries[2].at)
    assert (everything.read, everything.back_to) == (len(entries), None)


@BOTH
def test_filters_are_saved_shared_replaced_and_removed(world: World) -> None:
    def names(browser: Browser) -> list[str]:
        page = browser.open("/ops/messages")
        return re.findall(r'<a href="/ops/messages\?([^"]+)"[^>]*><bdi>([^<]+)', page)

    rita, viewer = world.sign_in("operator"), world.sign_in("viewer")
    rita.open("/ops/messages?state=refused&state=held&node=n001")
    query = re.search(r'name="query" value="([^"]+)"', rita.page)
    assert query is not None
    rita.post("/ops/messages/filters", name="trouble", query=query[1].replace("&amp;", "&"), shared="yes")
    rita.post("/ops/messages/filters", name="mine", query="state=held&next=//elsewhere")
    assert names(rita) == [
        ("state=held", "mine"), ("node=n001&amp;state=refused&amp;state=held", "trouble")
    ]  # fmt: skip
    assert [name for _, name in names(viewer)] == ["trouble"]
    rita.post("/ops/messages/filters", name="trouble", query="state=parked")
    assert [name for _, name in names(viewer)] == []
    kept = world.ask(lambda session: session.scalars(select(SavedFilter)).all())
    assert {(one.name, one.query, one.shared) for one in kept} == {
        ("trouble", "state=parked", False), ("mine", "state=held", False)
    }  # fmt: skip
    viewer.post(f"/ops/messages/filters/{kept[0].id}/forget")
    assert viewer.status == 404
    rita.post(f"/ops/messages/filters/{kept[0].id}/forget")
    assert len(world.ask(saved.of, "operator@gateway.example")) == 1
    rita.post("/ops/messages/filters", name=" ", query="state=held")
    assert "A name of at most 80 letters is needed." in rita.words()


def test_request_and_answers_show_just_this_transaction_as_sent_and_as_read(full: World) -> None:
    mine = said(full, 2)
    with full.sessions() as session:
        entry = finding.one(session, mine)
        assert entry is not None
        found = transcripts.of_message(session, entry)
    assert [(one.file.direction, one.file.name) for one in found] == [
        ("out", "CW260001997_996.V21"), ("in", "CW260001996_997.V21"), ("in", "CW260002996_997.V21")
    ]  # fmt: skip
    for one in found:
        assert len(one.original.splitlines()) >= len(one.readable.splitlines()) - 1
        assert "RIVER MARKET" not in one.original + one.readable
        assert one.original.encode() in one.file.content.replace(b"\r\n", b"\n")
    assert found[0].original.startswith("NWR")
    assert "NWR  work_title=" in found[0].readable
    assert "transaction_status=RA" in found[1].readable
    assert "transaction_status=AS" in found[2].readable


def test_one_transaction_of_a_very_large_file_is_cut_out_at_once(full: World) -> None:
    with full.sessions() as session:
        small = session.scalars(select(ExchangedFile).where(ExchangedFile.direction == "out")).first()
        assert small is not None
        lines = small.content.splitlines()
    first, last = lines.index(next(line for line in lines if line.startswith(b"GRH"))), len(lines) - 2
    one = [line for line in lines[first + 1 : last] if line[3:11] == b"00000000"]
    many = [line[:3] + b"%08d" % number + line[11:] for number in range(20_000) for line in one]
    content = b"\r\n".join([*lines[: first + 1], *many, *lines[last:]])
    started = time.perf_counter()
    (found,) = transcripts.sent_as(content, ["20261124T120101Z/1/19876"])
    assert time.perf_counter() - started < 1
    assert (found.lines[0][3:11], len(found.lines)) == (b"00019876", len(one))
    assert transcripts.readable(found).startswith("NWR 00001/00019876, line ")


@pytest.fixture
def crowded(trade: World) -> World:
    """One message that went to the partner, somewhere among very many."""
    office = trade.office()
    office.say(a_work())
    trade.run()
    with trade.gateway.sessions.begin() as session:
        kept = dict(session.execute(select(inbox).limit(1)).one()._mapping)
        del kept["id"]
        made = dict(session.execute(select(job).limit(1)).one()._mapping)
        del made["id"]
        session.execute(inbox.insert(), [_other(kept, number) for number in range(MANY)])
        session.execute(job.insert(), [made | {"key": f"x{n}", "payload_ref": f"x{n}"} for n in range(AT_PARTNER)])
        sent = session.scalars(select(Submission)).one()
        row = {column.key: getattr(sent, column.key) for column in Submission.__table__.columns if column.key != "id"}
        more = [row | {"reference": f"20250101T000000Z/1/{n}", "message_id": f"x{n}"} for n in range(AT_PARTNER)]
        session.execute(insert(Submission), more)
        session.execute(text("ANALYZE"))  # what grows by and by is looked through by the server itself
    return trade


def _other(kept: dict[str, Any], number: int) -> dict[str, Any]:
    same = {"aggregate": f"work/x{number}", "source": node_urn("n002"), "node_id": "n002", "correlationid": None}
    return kept | same | {"msg_id": uuid7(), "nodeseq": number + 10, "raw": b"{}"}


def quickest(do: Callable[[], object]) -> float:
    """Seconds of the best of three tries, because a test run shares its machine."""

    def took() -> float:
        started = time.perf_counter()
        do()
        return time.perf_counter() - started

    return min(took() for _ in range(3))


@BOTH
def test_a_message_is_found_among_a_hundred_thousand_within_a_second(crowded: World) -> None:
    mine = said(crowded, 1)
    with crowded.sessions() as session:
        reference = session.scalar(select(Submission.reference).where(Submission.message_id == mine))
    for wanted in (
        Filter(text=mine), Filter(text=a_work().id), Filter(text="W1"), Filter(text="SONG OF THE"),
        Filter(external=reference), Filter(external=file_names(crowded, "out")[0]), Filter(node="n001"),
        Filter(states=("applied",)), Filter(states=("waiting",)), Filter(),
    ):  # fmt: skip
        assert (wanted, quickest(partial(crowded.ask, finding.messages, wanted)) < 1) == (wanted, True)
        if wanted.text or wanted.external or wanted.node:
            assert mine in ids(crowded, wanted)
    known = crowded.ask(lives.life, mine)
    assert known is not None
    assert known[1][-1].step == "receipted"
    browser = crowded.sign_in("viewer")
    for address in (f"/ops/messages/{mine}", "/ops/messages", "/ops"):
        assert (address, quickest(partial(browser.open, address)) < 1) == (address, True)
        assert browser.status == 200
