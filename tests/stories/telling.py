"""The demonstration as a process of its own: told to its end, or left running; nothing of it stays behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FAREWELL_SECONDS = 60
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
    """The first of four ports in a row that nobody uses; tests side by side look in different places."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
    for first in range(21_000 + 4_000 * worker, 25_000 + 4_000 * worker, 4):
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


@contextmanager
def demonstration(folder: Path, *options: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """``kora demo`` in a folder, with these settings and none of the caller's shell; stopped at the end as by a person.

    A demonstration that is killed leaves its parts behind, so it is asked to end first.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KORA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "kora", "demo", "--data", str(folder), "--port", str(four_free_ports()), *options],
        cwd=ROOT, env={**inherited, "PYTHONUNBUFFERED": "1", **settings}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(FAREWELL_SECONDS)
            process.kill()


def told(folder: Path, *options: str, seconds: float = 170, **settings: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of ``kora demo --once --json``."""
    with demonstration(folder, "--once", "--json", *options, **settings) as process:
        said, complained = process.communicate(timeout=seconds)
    assert said, complained
    return process.returncode, json.loads(said)


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that were told a folder below this one, with their command; dead ones nobody waited for count not."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError):
            environment = (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if command and any(one.startswith(f"KORA_DATA={folder}/".encode()) for one in environment):
                found[int(entry.name)] = command.partition(" -m kora ")[2].strip()
    return found


def faults_of(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps that went wrong."""
    return [step for step in answer["story"] if not step["ok"]]
