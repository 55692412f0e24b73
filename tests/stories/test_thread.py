"""The thread from end to end, as users run it: two nodes, the gateway and a simulated CIS-Net, each its own process."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.samples.publisher import publisher_file
from tests.services import until
from tests.stories.telling import ROOT, STEPS, demonstration, faults_of, four_free_ports, processes_of, told


@pytest.mark.timeout(180)
def test_a_work_registered_at_a_node_reaches_cis_net_and_its_iswc_comes_back(tmp_path: Path) -> None:
    code, answer = told(tmp_path / "demo")
    assert faults_of(answer) == []
    assert (code, answer["ok"]) == (0, True)
    assert [step["step"] for step in answer["story"]] == STEPS
    messages = answer["messages"]
    assert (messages["lost"], messages["duplicated"], messages["parked"]) == (0, 0, 0)
    assert messages["sent"] == messages["applied"] + messages["refused"] + messages["parked"]
    works = answer["works"]
    assert (works["imported"], works["quarantined"], works["rejected"]) == (40, 1, 0)
    assert works["acknowledged"] == works["sent"]
    assert works["with_iswc"] >= works["sent"] - 1  # the work in conflict waits for a person


@pytest.mark.timeout(180)
def test_a_publishers_production_file_is_imported_sent_and_acknowledged(tmp_path: Path) -> None:
    """353 works and 60 agreements with the habits of real files; three works are wrong and stay behind, visible."""
    path = tmp_path / "CW260007TWP_997.V21"
    path.write_bytes(publisher_file(353, 60, wrong=3))
    code, answer = told(tmp_path / "demo", "--import", str(path))
    assert faults_of(answer) == []
    assert code == 0
    assert (answer["works"]["imported"], answer["works"]["quarantined"]) == (350, 4)
    assert answer["works"]["acknowledged"] == answer["works"]["sent"] >= 350
    assert (answer["messages"]["lost"], answer["messages"]["duplicated"]) == (0, 0)


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    first = four_free_ports()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 2))
        taken.listen()
        ran = subprocess.run(
            [sys.executable, "-m", "kora", "demo", "--once", "--data", str(tmp_path / "demo"), "--port", str(first)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 1
    assert f"port {first + 2}, for gateway, is taken" in ran.stderr


@pytest.mark.timeout(240)
def test_who_stops_a_story_in_the_middle_leaves_no_process_behind(tmp_path: Path) -> None:
    """Stopped while commands of the parts are still running, and told twice to hurry."""
    folder = tmp_path / "demo"
    with demonstration(folder, "--once", "--json") as process:
        until(lambda: any("serve" in command for command in processes_of(folder).values()), "the pages", 120)
        until(lambda: any("serve" not in command for command in processes_of(folder).values()), "a command", 120)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "")
    assert processes_of(folder) == {}
