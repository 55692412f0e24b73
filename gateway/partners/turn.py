"""One partner's turn: hand over what is due, collect what the partner has for us.

The order makes every crash harmless. Claim and plan are committed before the call, so a repeat says the same bytes;
answers are committed before they are confirmed, so a repeat finds them known.
"""

import logging
import os
import platform
import random
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from connectors.contract import Arrival, Connector, Context, Delivery, PartnerFailure
from gateway.database import NOBODY, only
from gateway.gateway import Gateway
from gateway.partners import answers, due, states
from gateway.partners.connectors import Partner
from gateway.partners.files import StoredLedger
from gateway.partners.models import PartnerCall, Transmission
from gateway.partners.planning import Plan, plan
from queues import FailureClass, jobs
from queues.crash import crash_point
from queues.jobs import Job
from queues.retry import decide

MOST_ITEMS = 1000
"""Due rows taken in one turn."""
LEASE = timedelta(minutes=15)
COLLECTS_PER_WINDOW = 60
"""A partner whose works are gathered for an hour is asked for news once a minute."""
OF_THE_PARTNER = frozenset({FailureClass.TRANSPORT, FailureClass.BUSY, FailureClass.NOT_ALLOWED})
"""Failures that would meet every other batch too, so that the rest of a turn is not tried."""
PARKED_AT_ONCE = frozenset({FailureClass.OUR_REQUEST, FailureClass.CONFLICT, FailureClass.UNCERTAIN})
"""The batch as a whole is at fault, or nobody knows whether it arrived: no node is to blame, an operator decides."""

log = logging.getLogger(__name__)


class PartnerTurn:
    """The work for one partner. ``collect_s`` is how often the partner is asked for news (seconds).

    ``run_once`` is a turn of the background thread of the embedded stack; ``send`` and ``collect`` are what a job of
    the partner's queue asks for by the id of a row.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        partner: Partner,
        *,
        collect_s: float,
        lease: timedelta = LEASE,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._sessions = sessions
        self._partner = partner
        self._lease = lease
        self._collect_every = timedelta(seconds=collect_s)
        self._collected: datetime | None = None
        self._stopwatch = stopwatch
        self._connector: Connector | None = None

    def run_once(self, now: datetime) -> int:
        """What was handed over and collected; 0 for a partner that is not set up, paused or given time."""
        connector = self._called(now)
        return 0 if connector is None else self._send_due(connector, now) + self._collect_in_time(connector, now)

    def send(self, job_id: int, now: datetime) -> int:
        """Hand over what this row asks for, and whatever else is due; 0 when somebody did or does."""
        connector = self._called(now)
        return 0 if connector is None else self._send_due(connector, now, first=job_id)

    def collect(self, job_id: int, now: datetime) -> int:
        """Ask the partner for news, as the row for collecting says; 0 when somebody did or does."""
        connector = self._called(now)
        if connector is None:
            return 0
        with self._sessions.begin() as session:
            held = self._claim(session, due.collect_kind(self._partner.name), now, first=job_id)
        if not held:
            return 0
        done = self._collect(connector, now)
        with self._sessions.begin() as session:
            due.later(session, held[0], now + self._collect_every)
        return done

    def _called(self, now: datetime) -> Connector | None:
        """The connector of a partner that may be called now."""
        if not self._partner.is_set_up:
            return None
        with self._sessions() as session:
            session.connection(execution_options={"read_only": True})
            if not states.may_be_called(session, self._partner.name, now):
                return None
        if self._connector is None:
            # Half a call of the partner may not outlive the lease: then others carry the work out.
            ledger = StoredLedger(self._sessions, self._partner.name, hold=self._lease * 0.8)
            self._connector = self._partner.connector(Context(ledger))
        return self._connector

    def _claim(self, session: Session, kind: str, now: datetime, *, first: int | None) -> list[Job]:
        owner = f"{platform.node()[:40]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        return jobs.claim(session, kind=kind, owner=owner, limit=MOST_ITEMS, lease=self._lease, now=now, first=first)

    def _send_due(self, connector: Connector, now: datetime, *, first: int | None = None) -> int:
        with self._sessions.begin() as session:
            claimed = self._claim(session, due.kind(self._partner.name), now, first=first)
            if claimed:
                states.plan_alone(session, self._partner.name)
            plans = plan(session, self._partner, claimed, now) if claimed else []
        crash_point("partner.after_plan")
        done = 0
        for place, one in enumerate(plans):
            failure = self._send(connector, one, now)
            if failure is None:
                done += len(one.jobs)
            elif failure in OF_THE_PARTNER:
                self._put_off(plans[place + 1 :], failure, now)
                break
        return done

    def _send(self, connector: Connector, one: Plan, now: datetime) -> FailureClass | None:
        """Hand one batch over; why it could not be."""
        started = self._stopwatch()
        try:
            delivery = connector.send(one.batch)
        except PartnerFailure as failure:
            self._not_sent(one, failure, started, now)
            return FailureClass(failure.failure_class)
        except Exception as error:
            log.exception("connector failed", extra={"partner": self._partner.name})
            self._not_sent(one, PartnerFailure("F6", type(error).__name__), started, now)
            return FailureClass.POISON
        crash_point("partner.after_send")
        self._sent(one, delivery, started, now)
        return None

    def _put_off(self, plans: Sequence[Plan], failure: FailureClass, now: datetime) -> None:
        """Batches that were not tried because the one before them found nobody: the wait of a first failure."""
        wait = decide(failure, 1).wait or timedelta(0)
        with self._sessions.begin() as session:
            for job in (job for one in plans for job in one.jobs):
                due.later(session, job, now + wait)

    def _sent(self, one: Plan, delivery: Delivery, started: float, now: datetime) -> None:
        with self._sessions.begin() as session:
            with only(session, one.node_id):
                answers.keep_delivery(session, self._partner.name, one, delivery, now)
                _move(session, one, state="sent", sent_at=now)
                for job in one.jobs:
                    jobs.done(session, job, now=now, result_ref=f"transmission/{one.transmission_id}")
            self._note_call(session, "send", started, now, plan_=one)
            states.note_success(session, self._partner.name)

    def _not_sent(self, one: Plan, failure: PartnerFailure, started: float, now: datetime) -> None:
        """Every job of the batch waits or parks alike, so that the batch stays together."""
        class_ = FailureClass(failure.failure_class)
        told = None if failure.retry_after is None else timedelta(seconds=failure.retry_after)
        jitter = random.uniform(-1, 1)  # noqa: S311  spreads repeats, decides nothing
        with self._sessions.begin() as session:
            parked = [_failed(session, job, class_, str(failure), now, told, jitter) for job in one.jobs]
            if any(parked) or class_ is FailureClass.POISON:
                _move(session, one, state="dropped")
            self._note_call(session, "send", started, now, plan_=one, failure=failure)
            states.note_failure(session, self._partner.name, failure, now)

    def _collect_in_time(self, connector: Connector, now: datetime) -> int:
        if self._collected is not None and now - self._collected < self._collect_every:
            return 0
        self._collected = now
        return self._collect(connector, now)

    def _collect(self, connector: Connector, now: datetime) -> int:
        started = self._stopwatch()
        try:
            arrivals = connector.collect()
        except PartnerFailure as failure:
            self._not_collected(failure, started, now)
            return 0
        except Exception as error:
            log.exception("connector failed", extra={"partner": self._partner.name})
            self._not_collected(PartnerFailure("F6", type(error).__name__), started, now)
            return 0
        if arrivals:
            with self._sessions.begin() as session:
                self._note_call(session, "collect", started, now)
                states.note_success(session, self._partner.name)
        return sum(self._keep(connector, arrival, now) for arrival in arrivals)

    def _keep(self, connector: Connector, arrival: Arrival, now: datetime) -> int:
        """One arrival, stored and then confirmed. What cannot be kept stays at the partner and stops only itself."""
        try:
            with self._sessions.begin() as session:
                if answers.is_early(session, self._partner.name, arrival):
                    return 0
                if not answers.is_known(session, self._partner.name, arrival):
                    answers.keep_arrival(session, self._partner.name, arrival, nobody=NOBODY, now=now)
            crash_point("partner.after_answers")
            connector.confirm(arrival)
        except Exception as error:
            log.exception("arrival not kept", extra={"partner": self._partner.name, "arrival": arrival.name})
            class_ = error.failure_class if isinstance(error, PartnerFailure) else "F6"
            failure = PartnerFailure(class_, f"{arrival.name}: {type(error).__name__}")
            self._not_collected(failure, self._stopwatch(), now)
            return 0
        return 1

    def _not_collected(self, failure: PartnerFailure, started: float, now: datetime) -> None:
        with self._sessions.begin() as session:
            self._note_call(session, "collect", started, now, failure=failure)
            states.note_failure(session, self._partner.name, failure, now)

    def _note_call(
        self,
        session: Session,
        operation: str,
        started: float,
        now: datetime,
        *,
        plan_: Plan | None = None,
        failure: PartnerFailure | None = None,
    ) -> None:
        session.add(
            PartnerCall(
                node_id=NOBODY if plan_ is None else plan_.node_id,
                partner=self._partner.name,
                operation=operation,
                transmission_id=None if plan_ is None else plan_.transmission_id,
                at=now,
                milliseconds=round((self._stopwatch() - started) * 1000),
                failure_class=None if failure is None else failure.failure_class,
                error=None if failure is None else str(failure),
            )
        )


def turns_of(gateway: Gateway) -> dict[str, PartnerTurn]:
    """The turns of all partners that are set up, by name."""
    settings = gateway.settings
    return {
        name: PartnerTurn(
            gateway.sessions,
            partner,
            collect_s=max(settings.poll_s, partner.window_s / COLLECTS_PER_WINDOW),
            lease=timedelta(seconds=settings.partner_lease_s),
        )
        for name, partner in gateway.partners.items()
        if partner.is_set_up
    }


def _failed(
    session: Session, job: Job, class_: FailureClass, error: str, now: datetime, told: timedelta | None, jitter: float
) -> bool:
    """Note the failure of one job; True when it parks."""
    if class_ in PARKED_AT_ONCE:
        jobs.park(session, job, f"{class_}: {error}", now=now)
        return True
    return jobs.again(session, job, class_, f"{class_}: {error}", now, told=told, jitter=jitter) is not None


def _move(session: Session, one: Plan, **values: object) -> None:
    session.execute(update(Transmission).where(Transmission.id == one.transmission_id).values(**values))
