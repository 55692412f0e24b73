"""What the gateway expects of a connector: one folder a partner, three verbs.

The gateway keeps the state (sender profiles, file counters, submissions, the ledger of files); a connector keeps none.
It reads no environment and no database: settings and context are given to it when it is made.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from mappings.model import Acknowledged, Assigned, Refusal


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name we speak: a CMO with its code and official name as the partner's tables know it."""

    code: str
    name: str
    type: str = "SO"
    ipi: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One message that is due at the partner."""

    message_id: str
    type: str
    subject: str
    data: Mapping[str, Any]
    accepted_before: bool = False
    """The partner has accepted this record before (RA, AS or AC), so that a change is a revision."""
    last_digest: str | None = None
    """SHA-256 of the body last sent for this subject; an equal body is not sent again."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What goes to the partner in one call: one sender, one receiver, one file number, one creation instant."""

    sender: Sender
    receiver: str
    version: str
    file_number: int
    created: datetime
    """Aware UTC in whole seconds: with some partners the key of the answer."""
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Something to tell the node about one record.

    Found by ``subject`` or ``reference``; without both (CWR ISW) by the work number the partner quotes. An answer whose
    reference ends in ``/0/0`` is about the whole file.
    """

    data: Acknowledged | Assigned | Refusal
    subject: str | None = None
    """Known when we answer ourselves (a message the partner's format cannot carry)."""
    reference: str | None = None
    """The partner's reference as ``Awaited.reference`` gave it out; the gateway finds the subject by it."""
    message_id: str | None = None
    final: bool = True
    """False while the partner will say more (CWR RA)."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """One item that was handed over and whose answer comes later."""

    message_id: str
    subject: str
    reference: str
    digest: str
    """SHA-256 of the body as sent, without numbering."""


@dataclass(frozen=True, slots=True)
class ExchangedFile:
    """The original bytes of one file or call, kept beside the submission."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a batch: answers at once, answers waited for, and items whose body had not changed."""

    answers: tuple[Answer, ...] = ()
    awaited: tuple[Awaited, ...] = ()
    unchanged: tuple[str, ...] = ()
    """Message ids that needed no sending."""
    files: tuple[ExchangedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing the partner had for us, with its original bytes and what it says."""

    name: str
    sha256: str
    content: bytes
    answers: tuple[Answer, ...] = ()
    problems: tuple[str, ...] = ()
    """What could not be read, for the operations team: code, line and column in one short text each."""


class PartnerFailure(Exception):
    """The partner could not be used. ``failure_class`` is F1 (transport) to F8 (not repeatable)."""

    def __init__(self, failure_class: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.failure_class = failure_class
        self.retry_after = retry_after


class StepFailed(PartnerFailure):
    """``check`` failed at ``step``; ``done`` are the steps that went well before."""

    def __init__(self, failure: PartnerFailure, step: str, done: Mapping[str, str]) -> None:
        super().__init__(failure.failure_class, str(failure), retry_after=failure.retry_after)
        self.step = step
        self.done = dict(done)


Direction = Literal["renaming", "sent", "collected"]
"""``renaming``: written completely, and about to be given its name; so a process that dies then is no riddle."""


class FileLedger(Protocol):
    """Files exchanged with one partner, by name and SHA-256: one memory for all workers, wherever they run."""

    def has(self, direction: Direction, name: str, sha256: str) -> bool:
        """Whether exactly this file went that way."""
        ...

    def digests(self, direction: Direction, name: str) -> frozenset[str]:
        """The digests of all files of this name that went that way."""
        ...

    def add(self, direction: Direction, name: str, sha256: str) -> None:
        """Remember a file; once more changes nothing."""
        ...

    def remove(self, direction: Direction, name: str, sha256: str) -> None:
        """Forget a file."""
        ...

    def alone(self, name: str, sha256: str) -> AbstractContextManager[None]:
        """Let nobody else send this file for the length of a with block.

        Raises PartnerFailure F2 while another worker sends it; one that died is waited for no longer than its work
        stays with it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What the gateway does for a connector."""

    ledger: FileLedger


class Connector(Protocol):
    """One partner."""

    name: str
    """Also its queue (``conn.<name>``) and its settings (``KORA_<NAME>_...``)."""
    tier: str
    """Which access it needs, in words (connectors/<name>/README.md)."""
    accepts: frozenset[str]
    """Message types it understands."""

    def send(self, batch: Batch) -> Delivery:
        """Hand the batch over. Raises PartnerFailure; then nothing of the batch counts as sent."""
        ...

    def collect(self) -> list[Arrival]:
        """Whatever the partner has for us since the last confirmed arrival. Repeatable."""
        ...

    def confirm(self, arrival: Arrival) -> None:
        """Tell the partner (or the ledger) that the arrival is safely stored; called after our commit."""
        ...

    def check(self) -> Mapping[str, str]:
        """Try the access without writing anything: step name to a short detail. Raises PartnerFailure."""
        ...
