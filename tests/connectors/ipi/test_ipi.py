"""The register's web service and its folder of files, with everything that may go wrong proven by the simulator."""

import base64
import io
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kora
from connectors.contract import Batch, PartnerFailure, Sender, StepFailed
from connectors.ipi import Ipi, IpiClient, IpiSettings, LogEntry
from connectors.ipi.client import FIRST_MARK
from connectors.ipi.simulator import Simulator, advance, people
from formats.check import check
from formats.ipi import Reader
from tests.connectors.partner import Clock

SOMEBODY = people.base_number(101)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register(tmp_path: Path, clock: Clock) -> Iterator[Simulator]:
    """A register in which one day has gone by."""
    simulator = Simulator(tmp_path / "ipi", now=clock)
    simulator.register.advance()
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def settings(register: Simulator) -> IpiSettings:
    assert (register.at["name"], register.at["key_file"]) == ("ipi", None)
    return IpiSettings(
        url=register.at["url"],
        user=register.at["user"],
        password_file=Path(register.at["password_file"]),
        folder=register.data / "outgoing",
        timeout_s=5,
    )


@pytest.fixture
def client(settings: IpiSettings) -> IpiClient:
    return IpiClient(settings)


def failure_of(call: Any) -> PartnerFailure:
    with pytest.raises(PartnerFailure) as failure:
        call()
    return failure.value


# -- what it says -----------------------------------------------------------------------------------------------------


def test_the_log_names_what_happened_in_the_order_of_its_time(client: IpiClient) -> None:
    entries = client.log_since(FIRST_MARK)
    assert [entry.type for entry in entries] == ["IPA", "NUA", "MAA", "NPA", "STA"]
    assert entries[1] == LogEntry("20260106101112", "NUA", SOMEBODY)
    assert client.log_since("20260106101112", most=2) == entries[:2]
    assert client.log_since("20260106101113") == []


def test_a_party_comes_whole_and_as_it_is_now(client: IpiClient) -> None:
    party = client.party(SOMEBODY)
    assert party is not None
    assert (party.type, party.header.ip_base_number, party.problems) == ("IPA", SOMEBODY, [])
    used = [(record.role, record.ip_name_number) for record in party.records if record.record_type == "NUN"]
    assert ("AR", party.header.ip_name_number) in used
    assert client.party(people.base_number(9_999)) is None


def test_the_register_has_all_four_statuses_chains_a_cycle_and_shared_names(register: Simulator) -> None:
    path = register.data / "outgoing" / "IPI01080.edi.zip"
    with zipfile.ZipFile(path) as archive:
        content = archive.read("IPI01080.edi")
    transactions = {each.header.ip_base_number: each for each in Reader(io.BytesIO(content))}
    assert len(transactions) == people.COUNT
    points = {base: (each.header.status_code, each.header.ref_ip_base_number) for base, each in transactions.items()}
    first, second, third = map(people.base_number, people.CHAIN)
    assert (points[first], points[second], points[third]) == (("3", second), ("3", third), ("1", third))
    one, other = map(people.base_number, people.CYCLE)
    assert (points[one], points[other]) == (("3", other), ("3", one))
    assert points[people.base_number(people.BOUGHT)][0] == "2"
    assert points[people.base_number(people.DELETED)] == ("4", people.base_number(people.DELETED))
    shared = [
        record.name_type for each in transactions.values() for record in each.records if record.record_type == "MCN"
    ]
    assert sorted(shared) == ["HR", "HR", "PG", "PG", "PG"]


def test_its_files_are_without_fault(register: Simulator) -> None:
    daily = register.data / "outgoing" / "20260106.IPI"
    report = check(io.BytesIO(daily.read_bytes()))
    assert (report.format, report.transactions, report.totals) == ("ipi", 5, {"error": 0, "warning": 0})
    assert (register.data / "outgoing" / "IPI01080.txt").read_text() == "20260105235959\n"


def test_what_happened_is_kept_over_a_restart(tmp_path: Path) -> None:
    assert advance(tmp_path / "ipi").name == "20260106.IPI"
    assert advance(tmp_path / "ipi").name == "20260107.IPI"


def test_the_command_lets_a_day_go_by(tmp_path: Path) -> None:
    ran = CliRunner().invoke(kora.main, ["simulate", "ipi", "--data", str(tmp_path / "ipi"), "--advance"])
    assert (ran.exit_code, ran.output) == (0, f"{tmp_path / 'ipi' / 'outgoing' / '20260106.IPI'}\n")


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_daily_file_is_given_out_until_it_is_confirmed(register: Simulator, settings: IpiSettings) -> None:
    connector = Ipi(settings)
    (first,) = connector.collect()
    register.register.advance()
    assert [one.name for one in connector.collect()] == ["20260106.IPI", "20260107.IPI"]
    (register.data / "outgoing" / "20260108.part").write_bytes(b"HDR")
    for _ in range(2):
        connector.confirm(first)
    assert [one.name for one in connector.collect()] == ["20260107.IPI"]
    assert [path.name for path in (register.data / "outgoing" / "done").iterdir()] == ["20260106.IPI"]


def test_a_file_of_other_bytes_under_a_known_name_stays(register: Simulator, settings: IpiSettings) -> None:
    connector = Ipi(settings)
    (first,) = connector.collect()
    path = register.data / "outgoing" / first.name
    path.write_bytes(first.content + b"\r\n")
    connector.confirm(first)
    assert path.exists()


def test_nothing_is_ever_sent_to_the_register(settings: IpiSettings) -> None:
    batch = Batch(Sender("997", "TAMALA"), "080", "01.00", 1, datetime(2026, 1, 5, tzinfo=UTC), ())
    assert failure_of(lambda: Ipi(settings).send(batch)).failure_class == "F4"
    assert Ipi.accepts == frozenset()


# -- the test of the access -------------------------------------------------------------------------------------------


def test_the_access_is_tried_step_by_step(settings: IpiSettings, register: Simulator) -> None:
    connector = Ipi(settings)
    assert list(connector.check()) == ["settings", "reach", "authenticate", "read", "folder"]
    register.control.set(deny=True)
    with pytest.raises(StepFailed) as failed:
        connector.check()
    assert (failed.value.step, failed.value.failure_class) == ("authenticate", "F5")
    register.control.set(deny=False, down=True)
    with pytest.raises(StepFailed) as failed:
        connector.check()
    assert (failed.value.step, failed.value.failure_class) == ("reach", "F1")
    with pytest.raises(StepFailed) as failed:
        Ipi(replace(settings, password_file=None)).check()
    assert failed.value.step == "settings"
    assert failure_of(Ipi(IpiSettings()).check).failure_class == "F5"


# -- when it fails ----------------------------------------------------------------------------------------------------

FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "down": ({"down": True}, "F1"),
    "slow": ({"slow": 3.0}, "F1"),
    "cut": ({"cut": 300}, "F1"),
    "garbage": ({"garbage": 100}, "F3"),
    "oversize": ({"oversize": True}, "F3"),
    "deny": ({"deny": True}, "F5"),
    "rate": ({"rate": 0}, "F2"),
    "lost_answers": ({"lost_answers": 9}, "F1"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_by_its_class_and_nothing_is_lost(
    register: Simulator, settings: IpiSettings, fault: str
) -> None:
    switches, expected = FAULTS[fault]
    client = IpiClient(replace(settings, timeout_s=1))
    register.control.set(**switches)
    for call in (lambda: client.log_since(FIRST_MARK), lambda: client.party(SOMEBODY)):
        assert failure_of(call).failure_class == expected
    assert register.log.details(fault)
    register.control.set(down=False, slow=0, cut=None, garbage=0, oversize=False, deny=False, rate=None, lost_answers=0)
    assert len(client.log_since(FIRST_MARK)) == 5
    assert client.party(SOMEBODY) is not None


def test_answers_that_come_twice_or_out_of_order_say_the_same(register: Simulator, client: IpiClient) -> None:
    plain, party = client.log_since(FIRST_MARK), client.party(SOMEBODY)
    register.register.advance()
    plain = client.log_since(FIRST_MARK)
    register.control.set(duplicate=True, reorder=True)
    twice = client.log_since(FIRST_MARK)
    assert len(twice) == 2 * len(plain)
    assert [entry.at for entry in twice] == sorted(entry.at for entry in twice)
    assert set(twice) == set(plain)
    again = client.party(SOMEBODY)
    assert party is not None and again is not None
    assert [line[19:] for line in again.lines[1:]] == [line[19:] for line in party.lines[1:]]


def test_the_password_stands_in_no_message_and_no_log(
    register: Simulator, settings: IpiSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = IpiClient(settings)
    client.party(SOMEBODY)
    register.control.set(deny=True)
    failure = failure_of(lambda: client.party(SOMEBODY))
    password = register.password_file.read_text(encoding="ascii").strip()
    signed = base64.b64encode(f"kora:{password}".encode()).decode()
    said = f"{caplog.text} {failure!r} {settings!r} {client!r}"
    assert password not in said
    assert signed not in said
