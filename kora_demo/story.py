"""The story of the thread, told by ``kora demo --once``: from a registered work to its ISWC, and a proof of no loss."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from kora_demo import balance
from kora_demo.parts import NODES, Demo, DemoFailed, patiently

OPEN = frozenset({"RA"})
"""Statuses after which the partner will say more."""


@dataclass
class Story:
    """The steps in order; each says in a few words what it saw. ``file`` takes the place of the built-in CWR file."""

    demo: Demo
    file: Path | None
    told: list[dict[str, Any]] = field(default_factory=list)
    imported: dict[str, Any] = field(default_factory=dict)
    quarantined: int = 0
    works: dict[str, int] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """Tell it. A step that fails ends the story; the parts are stopped and the databases compared in any case."""
        begin = time.monotonic()
        for name, step in self._steps():
            if not self._tell(name, step):
                break
        self._tell("stop", self._stop)
        messages = balance.of(self.demo.stage)
        good = not messages["lost"] and not messages["duplicated"]
        return {
            "ok": good and all(step["ok"] for step in self.told),
            "seconds": round(time.monotonic() - begin, 1),
            "story": self.told,
            "messages": messages,
            "works": {
                "imported": sum(self.imported.get("works", {}).get(key, 0) for key in ("new", "updated")),
                "quarantined": self.quarantined,
                **self.works,
            },
        }

    def _steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "start", self._start
        yield "enrol", self._enrol
        yield "register", self._register
        yield "import", self._import
        yield "push", self._push
        yield "send", self._send
        yield "acknowledge", self._acknowledge
        yield "iswc", self._iswc
        yield "conflict", self._conflict
        yield "bad-input", self._bad_input

    def _tell(self, name: str, step: Callable[[], str]) -> bool:
        try:
            detail, ok = step(), True
        except DemoFailed as error:
            detail, ok = error.message, False
        self.told.append({"step": name, "ok": ok, "detail": detail})
        return ok

    def _start(self) -> str:
        self.demo.set_up()
        self.demo.start()
        return "two nodes, the gateway and the simulated CIS-Net answer"

    def _enrol(self) -> str:
        return f"{self.demo.enrol()} nodes enrolled and approved"

    def _register(self) -> str:
        planted = self.demo.plant()
        works = sum(one["works"] for one in planted.values())
        return f"{sum(one['right_owners'] for one in planted.values())} right owners and {works} works registered"

    def _import(self) -> str:
        with self._publishers_file() as path:
            self.imported = self.demo.ask("node-a", "node", "import", str(path), "--as", "works", accept=(0, 1))
        works = self.imported["works"]
        self.quarantined += works["quarantined"]
        return ", ".join(f"{number} {name}" for name, number in works.items())

    def _publishers_file(self) -> Any:
        if self.file is not None:
            return as_file(self.file)
        return as_file(files("kora_demo").joinpath("CW260001TWP_997.V21"))

    def _push(self) -> str:
        for _ in patiently():
            self.demo.players.check()
            waiting = balance.waiting(self.demo.stage)
            if not waiting:
                return f"every message of both nodes is receipted ({balance.of(self.demo.stage)['sent']} so far)"
        raise DemoFailed(f"{waiting} messages are still waiting")

    def _send(self) -> str:
        for _ in patiently():
            self.demo.players.check()
            said = self._said()
            if said:
                return f"the partner speaks of {sum(said.values())} works"
        raise DemoFailed("the partner never answered")

    def _acknowledge(self) -> str:
        quiet = 0
        said: dict[str, int] = {}
        for _ in patiently():
            self.demo.players.check()
            now = self._said()
            busy = self._partner_waits() or balance.waiting(self.demo.stage) or OPEN & set(now)
            quiet = quiet + 1 if now == said and not busy else 0
            said = now
            if quiet >= 2:
                return ", ".join(f"{number} {status}" for status, number in sorted(said.items()))
        raise DemoFailed(f"not every work has its last answer: {said}")

    def _partner_waits(self) -> int:
        status = self.demo.ask("gateway", "gateway", "ops", "status", accept=(0, 1))
        return sum(partner["waiting"] for partner in status["partners"])

    def _said(self) -> dict[str, int]:
        """Last words of CIS-Net by status, both nodes together."""
        counts: dict[str, int] = {}
        for listed in self._listed().values():
            for status, number in listed["partners"].get("cisnet", {}).items():
                counts[status] = counts.get(status, 0) + number
        return counts

    def _listed(self) -> Mapping[str, dict[str, Any]]:
        return {part: self.demo.ask(part, "node", "works", "list", "--limit", "5000") for part in NODES}

    def _iswc(self) -> str:
        listed, said = self._listed(), self._said()
        with_iswc = sum(one["with_iswc"] for one in listed.values())
        self.works = {
            "sent": sum(said.values()),
            "acknowledged": sum(number for status, number in said.items() if status not in OPEN),
            "rejected": said.get("RJ", 0),
            "with_iswc": with_iswc,
        }
        if with_iswc < said.get("AS", 0) + said.get("AC", 0):
            raise DemoFailed(f"only {with_iswc} works have an ISWC")
        return f"{with_iswc} works have an ISWC"

    def _conflict(self) -> str:
        conflicts = self._said().get("CO", 0)
        if not conflicts:
            raise DemoFailed("the work both offices registered was not told to be in conflict")
        return f"{conflicts} works in conflict wait for a person"

    def _bad_input(self) -> str:
        """A file whose only work owns too little: refused with its reason, and visible until somebody decides."""
        with as_file(files("kora_demo").joinpath("CW260002TWP_997.V21")) as path:
            answer = self.demo.ask("node-a", "node", "import", str(path), "--as", "works", accept=(0, 1))
        codes = sorted({problem["code"] for problem in answer["problems"] if problem["level"] == "error"})
        if answer["works"]["quarantined"] != 1 or not codes:
            raise DemoFailed(f"the faulty work was not held back: {answer['works']}")
        self.quarantined += 1
        return f"1 work held back: {', '.join(codes)}"

    def _stop(self) -> str:
        self.demo.players.stop()
        wrong = {part: code for part, code in self.demo.players.exit_codes.items() if code != 0}
        if wrong:
            raise DemoFailed(f"ended badly: {wrong}")
        return "all parts ended by themselves"
