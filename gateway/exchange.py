"""The background of the gateway: a thread that carries messages, and whatever gets the work for partners done.

On the embedded stack that is a thread per partner; with a broker the ids of due rows go to its queues, where the
workers of ``kora gateway worker`` take them.
"""

import logging
import threading
from datetime import datetime
from typing import Any

from gateway.broker import AccountTurn
from gateway.gateway import Gateway
from gateway.members import queries as members
from gateway.members.queries import StoredKeys
from gateway.ops.alerts import Watch
from gateway.ops.beats import INTAKE, RELAY, Beats, Turn
from gateway.ops.canaries import CanaryTurn
from gateway.ops.lines import Lines
from gateway.ops.reruns import RerunTurn
from gateway.partners.announcing import Announcer
from gateway.partners.turn import PartnerTurn, turns_of
from gateway.routes import handlers
from queues import Carrier, Intake, Relay, gateway_uplink, id_of, is_embedded

AFTER_FAILURE_SECONDS = 5.0

log = logging.getLogger(__name__)


class GatewayIntake(Intake):
    """The intake with the members as they are now, so that a suspended or paused node is not heard from at once."""

    def __init__(self, keys: StoredKeys, beats: Beats, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, keys=keys, **named)
        self._stored = keys
        self._turn = beats.timed(INTAKE, self._take_in)
        self._heard: set[str] = set()

    def run_once(self, now: datetime) -> int:
        return self._turn(now)

    def _take_in(self, now: datetime) -> int:
        self._stored.refresh()
        self._listen_anew()
        return super().run_once(now)

    def _listen_anew(self) -> None:
        """When a node is to be heard no more, its queue is let go; what was taken from it goes back and waits there."""
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            heard = set(members.talking(session))
        if self._heard - heard:
            self._uplink.close()
        self._heard = heard


class GatewayRelay(Relay):
    """The relay whose turns are counted."""

    def __init__(self, beats: Beats, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turn = beats.timed(RELAY, super().run_once)

    def run_once(self, now: datetime) -> int:
        return self._turn(now)


def make_carrier(gateway: Gateway, beats: Beats | None = None) -> Carrier:
    """Relay and intake of the gateway, and what watches over them. ``beats`` counts the turns of the process."""
    beats = beats or Beats(gateway.sessions)
    accounts = id_of if gateway.settings.broker_accounts else None
    uplink = gateway_uplink(gateway.settings.broker, nodes=lambda: talking_nodes(gateway), user_of=accounts)
    relay = GatewayRelay(
        beats,
        gateway.sessions,
        uplink,
        key=gateway.key,
        source=gateway.urn,
        paused=lambda stream: id_of(stream) not in talking_nodes(gateway),
    )
    intake = GatewayIntake(
        StoredKeys(gateway.sessions, gateway.now),
        beats,
        gateway.sessions,
        uplink,
        key=gateway.key,
        source=gateway.urn,
        handlers=handlers(gateway.partners, gateway.now),
    )
    turns = [
        beats.run_once,
        beats.timed("reruns", RerunTurn(gateway.sessions).run_once),
        beats.timed("alerts", Watch(gateway, Lines(gateway).conditions).run_once),
    ]
    if gateway.settings.canary_s:
        turns.append(beats.timed("canaries", CanaryTurn(gateway).run_once))
    if not is_embedded(gateway.settings.broker):
        turns.append(beats.timed("accounts", AccountTurn(gateway).run_once))
        turns.append(beats.timed("announcer", _announcer(gateway).run_once))
    return Carrier(relay, intake, turns=turns, now=gateway.now, idle=gateway.settings.poll_s)


def make_turns(gateway: Gateway) -> list[PartnerTurn]:
    """The turns of all partners that are set up."""
    return list(turns_of(gateway).values())


def _announcer(gateway: Gateway) -> Announcer:
    # The embedded stack has no workers to tell and does without Celery.
    from gateway import jobs

    app = jobs.make_app(gateway.settings)
    return Announcer(gateway, send=jobs.sender(app), is_empty=lambda queue: jobs.is_empty(app, queue))


def talking_nodes(gateway: Gateway) -> list[str]:
    """Ids of the nodes whose messages are carried now."""
    with gateway.sessions() as session:
        session.connection(execution_options={"read_only": True})
        return members.talking(session)


class Exchange:
    """Everything in the background, from start to stop. A slow partner holds up neither messages nor other partners."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        beats = Beats(gateway.sessions)
        self._carrier = make_carrier(gateway, beats)
        self._stopping = threading.Event()
        turns = turns_of(gateway) if is_embedded(gateway.settings.broker) else {}
        self._threads = [
            threading.Thread(
                target=self._serve,
                args=(beats.timed(f"conn.{name}", turn.run_once),),
                name=f"kora-partner-{name}",
                daemon=True,
            )
            for name, turn in turns.items()
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        self._carrier.start()
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something to carry."""
        self._carrier.wake()

    def stop(self) -> None:
        """End after the present turns."""
        self._stopping.set()
        self._carrier.stop()
        for thread in self._threads:
            thread.join(timeout=10)

    def _serve(self, turn: Turn) -> None:
        while not self._stopping.is_set():
            wait = self._gateway.settings.poll_s
            try:
                if turn(self._gateway.now()):
                    self._carrier.wake()
            except Exception:
                log.exception("a turn of a partner failed")
                wait = AFTER_FAILURE_SECONDS
            self._stopping.wait(wait)
