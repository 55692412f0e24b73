"""The simulated society at work: takes files from ``incoming``, decides, and lays answers into ``outgoing``."""

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from connectors.cisnet.simulator.answering import Registered, Verdict, message, verdict
from connectors.cisnet.simulator.letters import About, Letter, acknowledgement, rejection_of_file
from connectors.cisnet.simulator.register import Register
from formats.cwr import ReadContext, Reader, Record, Transaction, filename
from formats.problems import rejects
from mappings.cwr import echo

log = logging.getLogger(__name__)

CODE, NAME = "996", "SIMULATED CIS-NET"
SOCIETIES = frozenset({"996", "997", "998"})
"""Codes that CISAC has given to nobody; here they are this partner and two invented CMOs."""
PART = ".part"
WORKS = frozenset({"NWR", "REV"})
ANSWERED = WORKS | {"AGR"}


@dataclass
class Switches:
    """What can be set to make life hard for the other side; may be changed while the simulator runs."""

    slow: float = 0
    """Seconds before each answer on the network."""
    down: bool = False
    """Accept and drop every connection."""
    reject: int = 0
    """Percent of works that are rejected, by a hash of their number."""
    ack_delay: float = 0
    """Seconds between the first answer (RA) and the final one."""
    cut: int | None = None
    """Break the connection once so many bytes of a file were received."""
    lost_answers: int = 0
    """Do the next so many renames, but break the connection instead of answering."""

    def lose_answer(self) -> bool:
        """Whether the answer to this rename is lost."""
        lost = self.lost_answers > 0
        self.lost_answers -= lost
        return lost


@dataclass
class _Answers:
    """The transactions of the two answer files to one file."""

    first: list[list[Record]] = field(default_factory=list)
    final: list[list[Record]] = field(default_factory=list)


class Office:
    """One step is one look at the folders. Everything it decides is committed before it shows."""

    def __init__(self, data: Path, switches: Switches, now: Callable[[], datetime]) -> None:
        self.incoming, self.outgoing = data / "files" / "incoming", data / "files" / "outgoing"
        self._taken = data / "taken"
        for folder in (self.incoming, self.outgoing / "done", self._taken):
            folder.mkdir(parents=True, exist_ok=True)
        self.register = Register(data / "simulator.sqlite")
        self._switches = switches
        self._now = now

    def step(self) -> None:
        """Take every file, write every answer that is due, lay everything into the outgoing folder."""
        for path in sorted(self.incoming.iterdir()):
            if path.is_file() and path.suffix != PART:
                self._take(path)
        for letter in self.register.pop_due(self._now()):
            self._put_out(Letter.from_json(letter))
        self.register.commit()
        self._lay_out()

    def _take(self, path: Path) -> None:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if self.register.is_taken(path.name):
            outcome = "name used before"
        else:
            outcome = self._outcome(path.name, content)
        self.register.take(path.name, digest, self._now(), outcome)
        self.register.commit()
        path.rename(self._taken / f"{digest[:16]}-{path.name}")

    def _outcome(self, name: str, content: bytes) -> str:
        """Decide about a file. What cannot be read at all has no answer, only its line in the log."""
        try:
            receiver = filename.parse(name).sender
        except ValueError:
            return "no file name of CWR"
        try:
            return self._answered(content, receiver)
        except Exception as error:  # whatever a file does to us, the next one must still be answered
            log.exception("simulator: %s could not be answered", name)
            self.register.rollback()
            return f"not answered: {type(error).__name__}"

    def _answered(self, content: bytes, receiver: str) -> str:
        known = ReadContext(societies=SOCIETIES, accepted=lambda number: self._accepted(reader, number))
        reader = Reader(io.BytesIO(content), "strict", known)
        answers = _Answers()
        for transaction in reader:
            if reader.header is not None and _can_be_answered(reader.header):
                self._decide(reader, reader.header, transaction, answers)
        if reader.header is None or not _can_be_answered(reader.header):
            self.register.rollback()
            return "unreadable"
        letter = Letter(receiver, reader.version, reader.header.character_set)
        return self._written(letter, reader, reader.header, answers)

    def _accepted(self, reader: Reader, number: str) -> bool:
        return self.register.find(_sender(reader), number) is not None

    def _written(self, to: Letter, reader: Reader, header: Record, answers: _Answers) -> str:
        """The first answer goes out now, the final one when its time has come."""
        if rejects(reader.problems):
            self.register.rollback()
            messages = [message(problem, 1) for problem in reader.problems if problem.effect]
            rejection = rejection_of_file(header, messages, self._now().date(), version=reader.version)
            self._put_out(to.with_transactions([rejection]))
            return "file rejected"
        if answers.first:
            self._put_out(to.with_transactions(answers.first))
        if answers.final:
            at = self._now() + timedelta(seconds=self._switches.ack_delay)
            self.register.postpone(at, to.with_transactions(answers.final).to_json())
        return f"{len(answers.first)} answered"

    def _decide(self, reader: Reader, header: Record, transaction: Transaction, answers: _Answers) -> None:
        if transaction.type not in ANSWERED:
            return
        records, sender = transaction.records, _sender(reader)
        about = About(header, transaction, reader.version, self._now().date())
        known = self.register.alike(records) if transaction.type in WORKS else []
        decided = verdict(transaction, sender, known, reject_percent=self._switches.reject)
        answers.first.append(acknowledgement(about, decided.first, decided.messages))
        if decided.final is None:
            return
        if transaction.type not in WORKS:
            answers.final.append(acknowledgement(about, decided.final, ()))
            return
        work = self._registered(sender, records, decided, reader.version)
        shown = decided.same if decided.same and decided.final == "DU" else work
        number, repeated = f"SIM{shown.running:08d}", echo(records, iswc=work.iswc)
        answers.final.append(
            acknowledgement(about, decided.final, decided.messages, number=number, repeated=repeated,
                            conflicts=decided.conflicts)
        )  # fmt: skip

    def _registered(self, sender: str, records: Sequence[Record], decided: Verdict, version: str) -> Registered:
        """The work in the register, with the ISWC it has, the one of the same work, its own, or a new one."""
        before = self.register.find(sender, records[0].submitter_work_number)
        iswc = (before and before.iswc) or (decided.same and decided.same.iswc) or records[0].iswc
        if iswc is None and decided.final != "CO":
            iswc = self.register.new_iswc()
        return self.register.keep(sender, records, number=iswc, version=version)

    def _put_out(self, letter: Letter) -> None:
        now = self.register.next_instant(self._now())
        number = self.register.next(f"file {letter.receiver} {now.year}")
        name = filename.build(
            year=now.year, number=number, sender=CODE, receiver=letter.receiver, version=letter.version
        )
        self.register.put_out(name, letter.content(CODE, NAME, now))

    def _lay_out(self) -> None:
        """After the commit, so that an answer that shows is never forgotten; a crash in between is made good here."""
        for name, content in self.register.outgoing():
            part = self.outgoing / f"{name}{PART}"
            part.write_bytes(content)
            part.rename(self.outgoing / name)
            self.register.laid_out(name)
        self.register.commit()


def _sender(reader: Reader) -> str:
    """Type and number of who made the file."""
    header = reader.header
    return f"{header.sender_type or ''}{header.sender_id or ''}" if header else ""


def _can_be_answered(header: Record) -> bool:
    """An answer quotes the sender and the instant of the file."""
    return None not in (header.sender_id, header.creation_date, header.creation_time)
