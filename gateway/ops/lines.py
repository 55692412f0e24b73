"""What has to be asked outside the database: queues nobody reads, queues nearly full, a broker that is away."""

from collections.abc import Collection, Mapping
from datetime import datetime

from gateway.gateway import Gateway
from gateway.ops import rules
from gateway.ops.alerts import Condition
from gateway.ops.queues import depths
from queues import Depth, topology

BROKER = "broker"
LENGTHS: Mapping[str, int] = {"in": topology.IN_LENGTH, "out": topology.OUT_LENGTH}


class Lines:
    """Looks at the queues once a minute, and remembers since when nobody reads one."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._looked: datetime | None = None
        self._found: list[Condition] = []
        self._unread: dict[str, datetime] = {}

    def conditions(self, now: datetime, open_: Collection[tuple[str, str]]) -> list[Condition]:
        """What deserves an alert. ``open_`` are kinds and subjects of alerts that go on, whoever began them."""
        if self._looked is None or abs(now - self._looked) >= rules.BETWEEN_QUEUES:
            self._looked = now
            self._found = self._look(now, open_)
        return self._found

    def _look(self, now: datetime, open_: Collection[tuple[str, str]]) -> list[Condition]:
        try:
            found = depths(self._gateway)
        except Exception as error:
            # What is not known has neither begun nor ended.
            kept = [one for one in self._found if one.kind != BROKER]
            return [*kept, Condition(BROKER, BROKER, type(error).__name__)]
        return [*self._nobody_reads(found, now, open_), *nearly_full(found)]

    def _nobody_reads(
        self, found: Mapping[str, Depth], now: datetime, open_: Collection[tuple[str, str]]
    ) -> list[Condition]:
        unread = unread_queues(found)
        self._unread = {name: self._unread.get(name, now) for name in unread}
        return [
            Condition("unread", f"queue/{name}", str(found[name].ready))
            for name, since in self._unread.items()
            if now - since >= rules.UNREAD_LONG or ("unread", f"queue/{name}") in open_
        ]


def unread_queues(found: Mapping[str, Depth]) -> list[str]:
    """Queues with messages that no process of ours reads.

    A node reads its own queue whenever it is switched on, so that one is no trouble of ours.
    """
    ours = {name: one for name, one in found.items() if not name.startswith("out.")}
    return [name for name, one in ours.items() if one.ready and one.consumers == 0]


def nearly_full(found: Mapping[str, Depth]) -> list[Condition]:
    """Queues whose length comes near to where a broker takes nothing more."""
    limits = {name: LENGTHS.get(name.partition(".")[0]) for name in found}
    return [
        Condition("nearly-full", f"queue/{name}", f"{found[name].ready} / {limit}")
        for name, limit in limits.items()
        if limit is not None and found[name].ready * 100 >= limit * rules.NEARLY_FULL_PERCENT
    ]
