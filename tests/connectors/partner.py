"""The CIS-Net connector of one CMO with the simulated partner behind it, on real sockets and files."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.cisnet import Cisnet, CisnetSettings
from connectors.cisnet.simulator import Simulator
from connectors.contract import Answer, Arrival, Batch, Context, Delivery, FileLedger, Item, Sender
from formats.cwr import ReadContext, Reader, Record, Transaction
from formats.problems import ERROR
from gateway.database import EVERYBODY, metadata, session_maker
from gateway.partners.files import StoredLedger
from mappings import messages
from mappings.model import Acknowledged, Work
from queues import open_engine
from tests.builders import a_work

TAMALA = Sender("997", "TAMALA SOCIETY OF AUTHORS")
BARAKA = Sender("998", "BARAKA MUSIC RIGHTS")
SENT_AT = datetime(2026, 11, 24, 10, 15, tzinfo=UTC)
REGISTERED, UPDATED, WITHDRAWN = (f"kora.work.{what}.v1" for what in ("registered", "updated", "withdrawn"))
INVENTED = {"997": TAMALA.name, "998": BARAKA.name}


class Clock:
    """Stands still until it is told to move on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def an_item(work: Work, type: str = REGISTERED, **changes: Any) -> Item:
    """The message about a work; its id follows from the work's number."""
    item = Item(f"message-{work.number}", type, f"work/{work.id}", messages.to_json(work))
    return replace(item, **changes)


def ledger_at(path: Path) -> FileLedger:
    """The gateway's ledger in a database of its own; the same file remembers the same."""
    engine = open_engine(path)
    metadata.create_all(engine, tables=[metadata.tables["partner_file"]])
    return StoredLedger(session_maker(engine, EVERYBODY), "cisnet", hold=timedelta(minutes=10))


def settings_for(ready: dict[str, Any], **changes: Any) -> CisnetSettings:
    """What a CMO would set to reach the simulator that gave out ``ready``."""
    settings = CisnetSettings(
        host=ready["host"],
        port=ready["port"],
        user=ready["user"],
        key_file=Path(ready["key_file"]),
        host_key=ready["host_key"],
        receiver="996",
        timeout_s=10,
        societies=INVENTED,
    )
    return replace(settings, **changes)


@dataclass
class Partner:
    """A simulator and what one CMO does with it. ``sent`` counts files, as the gateway would."""

    simulator: Simulator
    settings: CisnetSettings
    ledger: FileLedger
    clock: Clock
    connector: Cisnet = field(init=False)
    sent: int = 0

    def __post_init__(self) -> None:
        self.connector = Cisnet(self.settings, Context(self.ledger), now=self.clock)

    def batch(self, *items: Item, sender: Sender = TAMALA, version: str = "2.1") -> Batch:
        """The next file of a sender, a minute after the one before."""
        self.sent += 1
        return Batch(sender, "996", version, self.sent, SENT_AT + timedelta(minutes=self.sent - 1), items)

    def send(self, *items: Item, sender: Sender = TAMALA, version: str = "2.1") -> Delivery:
        """Send the items as one file and let the partner read it."""
        return self.deliver(self.batch(*items, sender=sender, version=version))

    def deliver(self, batch: Batch) -> Delivery:
        """Send a batch and let the partner read it."""
        delivery = self.connector.send(batch)
        self.simulator.settle()
        return delivery

    def taken(self) -> int:
        """How many files the partner has ever taken."""
        return len(self.simulator.office.register.log())

    def settle(self) -> None:
        """Wait until the partner has answered everything that arrived."""
        self.simulator.settle()

    def make_news(self) -> None:
        """The partner has something for us: the two answers to a work."""
        self.send(an_item(a_work()))

    def collected(self) -> list[Arrival]:
        """Everything new, confirmed at once. The partner's answers must all be good CWR."""
        arrivals = self.connector.collect()
        for arrival in arrivals:
            assert arrival.problems == ()
            assert errors_in(arrival.content) == []
            self.connector.confirm(arrival)
        return arrivals

    def answers(self) -> list[Acknowledged]:
        """What the partner says, in order."""
        return [answer.data for answer in self.full_answers() if isinstance(answer.data, Acknowledged)]

    def full_answers(self) -> list[Answer]:
        return [answer for arrival in self.collected() for answer in arrival.answers]

    def statuses(self) -> list[tuple[str, str]]:
        """Submitter number and status of each answer, in order."""
        return [(answer.number, answer.status) for answer in self.answers()]

    def folder(self, name: str) -> list[str]:
        """Names of the files in one of the partner's folders."""
        return sorted(path.name for path in (self.simulator.data / "files" / name).iterdir() if path.is_file())

    @contextmanager
    def down(self) -> Iterator[None]:
        """The partner drops every connection."""
        self.simulator.switches.down = True
        yield
        self.simulator.switches.down = False


def transactions(content: bytes) -> list[Transaction]:
    """What stands in a file."""
    return list(Reader(io.BytesIO(content), "strict", ReadContext(societies={**INVENTED, "996": "SIMULATED CIS-NET"})))


def records_of(content: bytes) -> list[list[Record]]:
    return [transaction.records for transaction in transactions(content)]


def errors_in(content: bytes) -> list[str]:
    """Codes of what strict reading finds wrong in a file."""
    reader = Reader(io.BytesIO(content), "strict", ReadContext(societies={**INVENTED, "996": "SIMULATED CIS-NET"}))
    found = [problem for transaction in reader for problem in transaction.problems]
    return [problem.code for problem in [*reader.problems, *found] if problem.level == ERROR]
