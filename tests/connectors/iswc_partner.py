"""The ISWC connectors of two agencies with the simulated database behind them, on real sockets and files."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.contract import Answer, Arrival, Batch, Context, Delivery, FileLedger, Item, Sender
from connectors.iswc import Iswc, IswcClient, IswcSettings
from connectors.iswc.simulator import Simulator
from connectors.web import MemoryBucket
from formats.identifiers.iswc import check_digit
from formats.iswc.rules import References
from formats.iswc.transactions import Add, Party
from mappings.model import Acknowledged, Identifier, Work
from tests.builders import a_right_owner, a_work, an_interest, an_ipi, an_iswc
from tests.connectors.partner import SENT_AT, TAMALA, Clock, an_item

FIRST_ISWC, SECOND_ISWC, THIRD_ISWC = (an_iswc(960_000_000 + number) for number in (1, 2, 3))
"""The first numbers the simulator gives."""
OTHER = "998"
PLENTY = 10_000
"""Calls in a minute, where the rate is not what is tried."""


def settings_for(ready: dict[str, Any], agency: str = TAMALA.code, **changes: Any) -> IswcSettings:
    """What a CMO would set to reach the simulator that gave out ``ready``."""
    settings = IswcSettings(ready["url"], Path(ready["key_file"]), agency, agency, timeout_s=10, poll_s=0)
    return replace(settings, **changes)


def written_by(*bodies: int, title: str = "SONG OF THE SHORE", number: int = 1) -> Work:
    """A work by the people whose name numbers begin with these nine digits."""
    part = 100 // len(bodies)
    makers = [a_right_owner(f"WRITER {body}", number=None, identifiers=(), id=None) for body in bodies]
    parties = [
        replace(maker, identifiers=(Identifier("ipi-name", an_ipi(body)),))
        for maker, body in zip(makers, bodies, strict=True)
    ]
    return a_work(title, number=number, interests=tuple(an_interest(party=each, part=part) for each in parties))


def a_submission(code: str = "X1", *bodies: int, agency: str = OTHER, **changes: Any) -> Add:
    """What another agency sends of a work; by the same writer as ``a_work`` unless ``bodies`` say otherwise."""
    parties = tuple(Party(an_ipi(body), "CA") for body in bodies or (700_000_001,))
    work = Add(
        agency=agency, source_db=agency, work_code=code, category="DOM", title="SONG OF THE SHORE", parties=parties
    )
    return replace(work, **changes)


@dataclass
class IswcPartner:
    """A simulator and what one CMO does with it, by the same verbs as with every other partner."""

    simulator: Simulator
    settings: IswcSettings
    ledger: FileLedger
    clock: Clock
    known: References = field(default_factory=References)
    connector: Iswc = field(init=False)
    heard: list[Answer] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        self.connector = self.made()

    def made(self, **changes: Any) -> Iswc:
        """A connector of ours, its settings changed."""
        settings = replace(self.settings, **changes)
        return Iswc(settings, self.context, known=self.known, bucket=MemoryBucket(PLENTY), now=self.clock)

    @property
    def context(self) -> Context:
        """What the gateway does for the connector."""
        return Context(self.ledger)

    @property
    def client(self) -> IswcClient:
        """Our client, for calls that are no works."""
        return IswcClient(self.settings, MemoryBucket(PLENTY))

    @property
    def other(self) -> IswcClient:
        """The client of another agency."""
        return IswcClient(replace(self.settings, agency=OTHER, source_db=OTHER), MemoryBucket(PLENTY))

    def batch(self, *items: Item, sender: Sender = TAMALA) -> Batch:
        """The next batch, a minute after the one before."""
        self.sent += 1
        return Batch(sender, "315", "", self.sent, SENT_AT + timedelta(minutes=self.sent - 1), items)

    def send(self, *items: Item) -> Delivery:
        """Send the items as one batch."""
        return self.deliver(self.batch(*items))

    def deliver(self, batch: Batch) -> Delivery:
        """Send a batch; what is answered at once is heard."""
        delivery = self.connector.send(batch)
        self.heard += [answer for answer in delivery.answers if answer.reference is not None]
        return delivery

    def said(self, *works: Work, **changes: Any) -> list[Acknowledged]:
        """What the agency says to works, in order."""
        delivery = self.send(*(an_item(work, **changes) for work in works))
        return [answer.data for answer in delivery.answers if isinstance(answer.data, Acknowledged)]

    def full_answers(self) -> list[Answer]:
        """Everything heard since the last look, and what was collected."""
        heard, self.heard = self.heard, []
        return [*heard, *(answer for arrival in self.collected() for answer in arrival.answers)]

    def collected(self) -> list[Arrival]:
        """Everything new, confirmed at once."""
        arrivals = self.connector.collect()
        for arrival in arrivals:
            assert arrival.problems == ()
            self.connector.confirm(arrival)
        return arrivals

    def make_news(self) -> None:
        """Another agency merges two numbers of ours, which is told and asked about."""
        number = 900 + 2 * self.sent
        ours = self.said(
            written_by(700_000_000 + number, number=number), written_by(700_000_001 + number, number=number + 1)
        )
        self.heard.clear()
        survivor, child = (one.iswc for one in ours)
        assert survivor is not None and child is not None
        self.other.add([a_submission(f"X{number}", 700_000_000 + number)])
        self.simulator.office.merge(OTHER, survivor, [child])

    @contextmanager
    def down(self) -> Iterator[None]:
        """The partner drops every connection."""
        self.simulator.control.set(down=True)
        yield
        self.simulator.control.set(down=False)

    def settle(self) -> None:
        """Everything is answered at once here."""

    def taken(self) -> int:
        """How many works the partner has ever taken."""
        register = self.simulator.office.register
        return len(register.on([register.top(each) for each in self.numbers()]))

    def numbers(self) -> list[str]:
        """The numbers the partner has given, in order."""
        return [
            f"T{body}{check_digit(body)}"
            for body in map(str, range(960_000_001, 960_000_999))
            if self.simulator.office.register.exists(f"T{body}{check_digit(body)}")
        ]
