"""Jobs are rows under a lease; the failure class decides what becomes of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from queues import jobs
from queues.retry import End, FailureClass, decide, resend_wait
from queues.tables import job
from tests.queues.world import START, Side

LEASE = timedelta(minutes=5)


def add(side: Side, key: str, kind: str = "conn.cisnet") -> bool:
    with side.sessions.begin() as session:
        return jobs.add(session, kind=kind, key=key, node_id="n001", payload_ref=key, now=side.clock.now)


def claim(side: Side, owner: str, limit: int = 10) -> list[jobs.Job]:
    with side.sessions.begin() as session:
        return jobs.claim(session, kind="conn.cisnet", owner=owner, limit=limit, lease=LEASE, now=side.clock.now)


def act(side: Side, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    with side.sessions.begin() as session:
        return verb(session, *arguments, **named)


def states(side: Side) -> list[str]:
    return [row.state for row in side.rows(select(job.c.state).order_by(job.c.id))]


def test_a_key_makes_one_job_however_often_it_is_asked_for(gateway: Side) -> None:
    assert [add(gateway, "cisnet:m1"), add(gateway, "cisnet:m1"), add(gateway, "cisnet:m2")] == [True, False, True]
    assert states(gateway) == ["due", "due"]


def test_due_jobs_are_claimed_oldest_first_and_by_one_owner(gateway: Side) -> None:
    for number in range(3):
        add(gateway, f"cisnet:{number}")
    add(gateway, "ipi:1", kind="conn.ipi")
    assert [one.key for one in claim(gateway, "a", limit=2)] == ["cisnet:0", "cisnet:1"]
    assert [one.key for one in claim(gateway, "b")] == ["cisnet:2"]
    assert claim(gateway, "c") == []


def test_a_job_of_a_dead_worker_is_taken_over_and_the_dead_one_may_not_finish_it(gateway: Side) -> None:
    add(gateway, "cisnet:1")
    (mine,) = claim(gateway, "a")
    gateway.clock.forward(minutes=5, seconds=1)
    (theirs,) = claim(gateway, "b")
    with pytest.raises(jobs.LeaseLost):
        act(gateway, jobs.done, mine)
    act(gateway, jobs.done, theirs, now=gateway.clock.now)
    assert states(gateway) == ["done"]


def test_a_failed_line_is_tried_again_later(gateway: Side) -> None:
    add(gateway, "cisnet:1")
    (mine,) = claim(gateway, "a")
    assert act(gateway, jobs.again, mine, FailureClass.TRANSPORT, "refused", gateway.clock.now) is None
    gateway.clock.forward(seconds=29)
    assert claim(gateway, "a") == []
    gateway.clock.forward(seconds=1)
    assert [one.attempts for one in claim(gateway, "a")] == [1]


def test_our_own_mistake_ends_at_once_and_a_person_can_run_it_again(gateway: Side) -> None:
    add(gateway, "cisnet:1")
    (mine,) = claim(gateway, "a")
    assert act(gateway, jobs.again, mine, FailureClass.OUR_REQUEST, "schema", gateway.clock.now) is End.REFUSE
    assert states(gateway) == ["refused"]
    assert act(gateway, jobs.run_again, mine.id, now=gateway.clock.now) is True
    (again,) = claim(gateway, "a")
    act(gateway, jobs.park, again, "uncertain", now=gateway.clock.now)
    assert act(gateway, jobs.counts) == {"conn.cisnet": {"parked": 1}}
    assert gateway.clock.now == START


def seconds(failure: FailureClass, tries: int) -> list[float | None]:
    waits = [decide(failure, attempt).wait for attempt in range(1, tries + 1)]
    return [None if wait is None else wait.total_seconds() for wait in waits]


def test_the_line_is_tried_for_ever_and_hourly_in_the_end() -> None:
    assert seconds(FailureClass.TRANSPORT, 7) == [30, 120, 600, 1800, 3600, 3600, 3600]


def test_a_fault_of_the_other_side_is_tried_five_times_in_a_day_and_parked() -> None:
    waits = seconds(FailureClass.REMOTE_FAULT, 5)
    assert sum(wait or 0 for wait in waits) == 24 * 3600
    assert decide(FailureClass.REMOTE_FAULT, 5).end is End.PARK


@pytest.mark.parametrize(
    ("failure", "end"),
    [(FailureClass.OUR_REQUEST, End.REFUSE), (FailureClass.CONFLICT, End.PERSON), (FailureClass.UNCERTAIN, End.PARK)],
)
def test_what_must_not_be_repeated_is_not_repeated(failure: FailureClass, end: End) -> None:
    assert (decide(failure, 1).wait, decide(failure, 1).end) == (None, end)


def test_the_other_side_may_ask_for_patience_up_to_six_hours() -> None:
    assert decide(FailureClass.BUSY, 1, told=timedelta(minutes=7)).wait == timedelta(minutes=7)
    assert decide(FailureClass.BUSY, 9, told=timedelta(days=2)).wait == timedelta(hours=6)


def test_jitter_moves_a_wait_by_at_most_a_fifth() -> None:
    waits = [decide(FailureClass.TRANSPORT, 1, jitter=jitter).wait for jitter in (-1, 0, 1, 5)]
    assert waits == [timedelta(seconds=one) for one in (24, 30, 36, 36)]


def test_a_missing_receipt_is_waited_for_longer_each_time_up_to_an_hour() -> None:
    waits = [resend_wait(attempt).total_seconds() for attempt in range(1, 10)]
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
