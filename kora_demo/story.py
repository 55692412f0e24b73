"""The story of the thread, told by ``kora demo --once``: from a registered work to its ISWC, and a proof of no loss."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from kora_demo import balance
from kora_demo.parts import FAULTY, NODES, Demo, patiently, together
from kora_demo.servers import DemoFailed

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
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The works of both nodes when every partner has said its last word."""
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
        return f"two nodes, the gateway and the simulated CIS-Net answer. {self.demo.stage.servers.words}"

    def _enrol(self) -> str:
        return f"{self.demo.enrol()} nodes enrolled and approved"

    def _register(self) -> str:
        planted = self.demo.plant()
        works = sum(one["works"] for one in planted.values())
        return f"{sum(one['right_owners'] for one in planted.values())} right owners and {works} works registered"

    def _import(self) -> str:
        self.imported = self.demo.publish(self.file)
        works = self.imported["works"]
        self.quarantined += works["quarantined"]
        return ", ".join(f"{number} {name}" for name, number in works.items())

    def _push(self) -> str:
        self._patiently(lambda: not balance.waiting(self.demo.stage), "messages are still waiting to be receipted")
        return f"every message of both nodes is receipted ({balance.of(self.demo.stage)['sent']} so far)"

    def _send(self) -> str:
        self._patiently(lambda: not self.demo.health("gateway")["due"], "works are still due for the partner")
        return "everything that was due is with the partner"

    def _acknowledge(self) -> str:
        """Wait for the last word about every work, and until the nodes have heard it."""
        self._patiently(self._is_quiet, "not every work has its last answer")
        listed = together(lambda part: self.demo.ask(part, "node", "works", "list", "--limit", "5000"), NODES)
        self.listed = dict(zip(NODES, listed, strict=True))
        said = self._said()
        if OPEN & set(said):
            raise DemoFailed(f"not every work has its last answer: {said}")
        return ", ".join(f"{number} {status}" for status, number in sorted(said.items()))

    def _is_quiet(self) -> bool:
        health = self.demo.health("gateway")
        return not (health["due"] or health["awaited"] or balance.waiting(self.demo.stage))

    def _patiently(self, done: Callable[[], bool], otherwise: str) -> None:
        for _ in patiently():
            self.demo.players.check()
            if done():
                return
        raise DemoFailed(otherwise)

    def _iswc(self) -> str:
        said = self._said()
        with_iswc = sum(one["with_iswc"] for one in self.listed.values())
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

    def _said(self) -> Mapping[str, int]:
        """Last words of CIS-Net by status, both nodes together."""
        counts: Counter[str] = Counter()
        for listed in self.listed.values():
            counts.update(listed["partners"].get("cisnet", {}))
        return counts

    def _bad_input(self) -> str:
        """A file whose only work owns too little: refused with its reason, and visible until somebody decides."""
        with as_file(files("kora_demo").joinpath(FAULTY)) as path:
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
