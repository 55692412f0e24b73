"""The simulated partner itself: files of others, files it cannot use, restarts, and its command."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.cisnet import CisnetClient
from connectors.cisnet.simulator import Simulator
from tests.builders import a_work
from tests.connectors.partner import Clock, Partner, an_item, errors_in, ledger_at, settings_for, transactions
from tests.samples.publisher import publisher_file

SERVE = """
import json, sys
from pathlib import Path
from connectors.cisnet.simulator import serve
serve(Path(sys.argv[1]), 0, ready=lambda told: print(json.dumps(told), flush=True))
"""


def put(partner: Partner, name: str, content: bytes) -> list[tuple[str, str]]:
    """Any file at all, uploaded; what the partner's log says about each file so far."""
    CisnetClient(partner.settings, partner.ledger).upload(name, content)
    partner.simulator.settle()
    return partner.simulator.office.register.log()


def a_publishers_file(wrong: int = 0) -> bytes:
    return publisher_file(20, 3, wrong=wrong, bom=False, latin1=False, trimmed=False, running_sequences=False)


def test_a_publishers_file_is_answered_work_by_work(cisnet: Partner) -> None:
    assert put(cisnet, "CW260001TWP_996.V21", a_publishers_file(wrong=2)) == [("CW260001TWP_996.V21", "23 answered")]
    first, final = cisnet.connector.collect()
    assert first.name == "CW260001996_TWP.V21"
    assert errors_in(first.content) == errors_in(final.content) == []
    said = Counter(each.records[0].transaction_status for each in transactions(first.content))
    assert said == {"RA": 21, "RJ": 2}
    rejected = [each for each in transactions(first.content) if each.records[0].transaction_status == "RJ"]
    for each in rejected:
        assert [message.message_text for message in each.records[1:]] == ["NWR-T-009 NWR", "NWR-T-011 NWR"]
    assert {each.records[0].transaction_status for each in transactions(final.content)} <= {"AS", "AC"}
    assert len(transactions(final.content)) == 21


def test_a_file_with_wrong_counts_is_rejected_as_a_whole(cisnet: Partner) -> None:
    broken = a_publishers_file().replace(b"TRL00002", b"TRL00003")
    assert put(cisnet, "CW260001TWP_996.V21", broken) == [("CW260001TWP_996.V21", "file rejected")]
    (arrival,) = cisnet.connector.collect()
    (answer,) = arrival.answers
    assert (answer.data.status, answer.reference, answer.final) == ("RJ", "20260302T093000Z/0/0", True)
    assert all(remark.code.startswith("TRL") for remark in answer.data.remarks) and answer.data.remarks
    assert put(cisnet, "CW260002TWP_996.V21", a_publishers_file())[-1] == ("CW260002TWP_996.V21", "23 answered")


@pytest.mark.parametrize("content", [b"", b"hello\r\n", bytes(range(256)), b"HDR" + b" " * 84])
def test_a_file_it_cannot_read_has_only_a_line_in_the_log(cisnet: Partner, content: bytes) -> None:
    assert put(cisnet, "CW260001997_996.V21", content) == [("CW260001997_996.V21", "unreadable")]
    assert cisnet.connector.collect() == []
    assert cisnet.folder("incoming") == []


def test_a_file_of_another_name_has_only_a_line_in_the_log(cisnet: Partner) -> None:
    assert put(cisnet, "works.txt", a_publishers_file()) == [("works.txt", "no file name of CWR")]
    assert cisnet.connector.collect() == []


def test_a_name_is_used_once(cisnet: Partner, tmp_path: Path) -> None:
    put(cisnet, "CW260001TWP_996.V21", a_publishers_file())
    forgetful = replace(cisnet, ledger=ledger_at(tmp_path / "other.sqlite"))
    assert put(forgetful, "CW260001TWP_996.V21", a_publishers_file())[-1][1] == "name used before"


def test_what_it_knows_and_owes_outlives_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    before = Simulator(tmp_path / "cisnet", now=clock)
    before.switches.ack_delay = 60
    ready = before.start()
    partner = Partner(before, settings_for(ready), ledger_at(tmp_path / "ledger.sqlite"), clock)
    partner.send(an_item(a_work(number=1)))
    assert partner.statuses() == [("W1", "RA")]
    before.stop()

    clock.move(60)
    after = Simulator(tmp_path / "cisnet", now=clock)
    again = after.start()
    assert (again["host_key"], again["key_file"]) == (ready["host_key"], ready["key_file"])
    partner = replace(partner, simulator=after, settings=replace(partner.settings, port=again["port"]))
    after.settle()
    assert partner.statuses() == [("W1", "AS")]
    partner.send(an_item(a_work("ANOTHER", number=1)))
    assert partner.statuses() == [("W1", "RJ")]
    after.stop()


def test_its_keys_are_for_its_owner_only_and_not_to_be_had_over_the_network(cisnet: Partner) -> None:
    for name in ("host_key", "client_key"):
        assert stat.S_IMODE((cisnet.simulator.data / name).stat().st_mode) == 0o600
    before = (cisnet.simulator.data / "client_key").read_bytes()
    CisnetClient(cisnet.settings, cisnet.ledger).upload("../../../client_key", b"not a key")
    assert (cisnet.simulator.data / "client_key").read_bytes() == before
    assert (cisnet.simulator.data / "files" / "client_key").read_bytes() == b"not a key"


def test_the_command_says_where_it_listens_and_ends_on_sigterm(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(tmp_path / "cisnet")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    with process:
        assert process.stdout and process.stderr
        told = json.loads(process.stdout.readline())
        assert list(told) == ["name", "host", "port", "url", "user", "password_file", "key_file", "host_key"]
        assert list(CisnetClient(settings_for(told), ledger_at(tmp_path / "ledger.sqlite")).check()) == [
            "settings", "reach", "authenticate", "read",
        ]  # fmt: skip
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert process.stderr.read() == ""
