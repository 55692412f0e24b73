"""The thread from end to end, as users run it: two nodes, the gateway and a simulated CIS-Net, each its own process."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.samples.publisher import publisher_file

ROOT = Path(__file__).parents[2]
STEPS = [
    "start",
    "enrol",
    "register",
    "import",
    "push",
    "send",
    "acknowledge",
    "iswc",
    "conflict",
    "bad-input",
    "stop",
]


def four_free_ports() -> int:
    """The first of four ports in a row that nobody uses."""
    for first in range(21_000, 40_000, 4):
        probes = [socket.socket() for _ in range(4)]
        try:
            for place, probe in enumerate(probes):
                probe.bind(("127.0.0.1", first + place))
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
        return first
    raise AssertionError("no four free ports in a row")


def told(folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``kora demo --once --json``."""
    command = [sys.executable, "-m", "kora", "demo", "--once", "--json", "--data", str(folder)]
    ran = subprocess.run(
        [*command, "--port", str(four_free_ports()), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert ran.stdout, ran.stderr
    return ran.returncode, json.loads(ran.stdout)


@pytest.mark.timeout(180)
def test_a_work_registered_at_a_node_reaches_cis_net_and_its_iswc_comes_back(tmp_path: Path) -> None:
    code, answer = told(tmp_path / "demo")
    assert [step for step in answer["story"] if not step["ok"]] == []
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
    assert [step for step in answer["story"] if not step["ok"]] == []
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
