"""The gateway follows the register: by its files or by its web service, the directory says the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.contract import PartnerFailure
from connectors.ipi import IpiClient, IpiSettings
from connectors.ipi.simulator import Simulator, people
from gateway.ipi import following, queries
from gateway.ipi.models import IpiParty
from tests.connectors.partner import Clock
from tests.formats.ipi.made import a_usage, about
from tests.gateway.ipi.conftest import Register


@pytest.fixture
def simulator(tmp_path: Path, clock: Clock) -> Iterator[Simulator]:
    made = Simulator(tmp_path / "ipi", now=clock)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(simulator: Simulator) -> IpiClient:
    at = simulator.at
    return IpiClient(IpiSettings(at["url"], at["user"], Path(at["password_file"]), timeout_s=5))


def outgoing(simulator: Simulator, name: str) -> Path:
    return simulator.data / "outgoing" / name


def load(register: Register, simulator: Simulator) -> None:
    done = register.load_files(outgoing(simulator, "IPI01080.edi.zip"), outgoing(simulator, "IPI01080.txt"))
    assert (done.parties, done.mark, done.mark_source) == (people.COUNT, "20260105235959", "timestamp")


def follow(register: Register, client: IpiClient) -> following.Followed:
    return following.follow(register.gateway.sessions, register.vault, client, register.now)


def everything(register: Register) -> dict[str, list[str]]:
    """Every party with its records, in whatever order."""
    with register.session() as session:
        return {
            party.base: sorted(queries.lines_of(register.vault, party)) for party in session.scalars(select(IpiParty))
        }


def test_the_log_brings_the_directory_where_the_daily_files_bring_it(
    register: Register, simulator: Simulator, client: IpiClient
) -> None:
    load(register, simulator)
    for _ in range(3):
        simulator.register.advance()
    done = follow(register, client)
    assert (done.fetched, done.changed, done.unknown, done.mark) == (15, 15, 0, "20260108101112")
    followed = everything(register)
    load(register, simulator)
    applied = register.apply_files(*(outgoing(simulator, f"2026010{day}.IPI") for day in (6, 7, 8)))
    assert (applied.applied, applied.skipped, applied.missing_base) == (15, 0, 0)
    assert everything(register) == followed
    assert len(followed) == people.COUNT + 3


def test_following_again_changes_nothing_and_a_day_more_brings_that_day(
    register: Register, simulator: Simulator, client: IpiClient
) -> None:
    load(register, simulator)
    simulator.register.advance()
    assert follow(register, client).changed == 5
    assert follow(register, client).changed == 0
    simulator.register.advance()
    assert follow(register, client).changed == 5
    assert register.mark("delta") == "20260107101112"


def test_a_second_with_more_entries_than_an_answer_holds_is_read_to_its_end(
    register: Register, simulator: Simulator, client: IpiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MOST_ENTRIES", 2)
    load(register, simulator)
    simulator.register.advance()
    simulator.register.advance()
    assert follow(register, client).changed == 10


def test_a_party_that_is_wanted_is_fetched_whole(register: Register, simulator: Simulator, client: IpiClient) -> None:
    load(register, simulator)
    simulator.register.advance()
    new = people.base_number(people.COUNT + 1)
    late = {"transaction_date": about("NUA").transaction_date.replace(day=7)}
    register.apply([about("NUA", new, people.name_number(1_002), **late), a_usage(people.name_number(1_002))])
    assert register.wanted() == [new]
    assert follow(register, client).fetched == 5
    assert register.wanted() == []
    assert register.show(new).is_known


def test_a_register_that_breaks_off_leaves_what_was_committed_and_is_followed_on(
    register: Register, simulator: Simulator, client: IpiClient
) -> None:
    load(register, simulator)
    simulator.register.advance()
    simulator.control.set(rate=3)
    with pytest.raises(PartnerFailure) as failure:
        follow(register, client)
    assert failure.value.failure_class == "F2"
    assert simulator.log.details("rate")
    assert register.mark("delta") is None
    simulator.control.set(rate=None)
    assert follow(register, client).changed == 5


def test_without_a_full_copy_there_is_nothing_to_follow(register: Register, client: IpiClient) -> None:
    with pytest.raises(following.NoLoad):
        follow(register, client)


def test_chains_of_the_register_end_where_they_should(register: Register, simulator: Simulator) -> None:
    load(register, simulator)
    ends = {}
    for number in (people.CHAIN[0], people.CYCLE[0], people.BOUGHT, people.DELETED, 100):
        resolution = register.show(people.base_number(number)).resolution
        assert resolution is not None
        ends[number] = (resolution.base, resolution.reason)
    assert ends == {
        people.CHAIN[0]: (people.base_number(people.CHAIN[-1]), "merged"),
        people.CYCLE[0]: (None, "cycle"),
        people.BOUGHT: (people.base_number(people.BOUGHT + 1), "purchase"),
        people.DELETED: (None, "dead"),
        100: (people.base_number(100), None),
    }
    group = register.show(people.name_number(people.GROUP))
    assert group.members == tuple(people.base_number(number) for number in (50, 51, 52))
