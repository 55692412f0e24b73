"""The connector itself: a batch becomes calls of ten works, what others did becomes arrivals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from connectors.contract import Answer, Arrival, Batch, Context, Delivery, ExchangedFile, PartnerFailure
from connectors.iswc import news, submitting
from connectors.iswc.client import LATER, MOST_AT_ONCE, IswcClient, Refused
from connectors.iswc.settings import IswcSettings
from connectors.iswc.submitting import PARTNER, SENT, WITHDRAWN, Prepared, accepted, rejected
from connectors.web import Bucket
from formats.iswc import transactions as t
from formats.iswc.rules import References
from mappings.model import Reason

KNOWN, UNCHANGED = "168", "174"
"""The agency has the work already; nothing in it is new."""
NOTHING = References()


def _now() -> datetime:
    return datetime.now(UTC)


class Iswc:
    """The ISWC network over REST. Keeps nothing; the ledger of what was collected is the gateway's.

    ``known`` are the register of people and the society's mandates where the gateway has them, ``bucket`` the calls
    left for all workers.
    """

    name = PARTNER
    tier = "approved ISWC agency with a subscription to the agency API (REST)"
    accepts = SENT | {WITHDRAWN}
    most_items = 50
    """Of a batch: half of what a minute's calls carry, so that each call may be followed by one more."""

    def __init__(
        self,
        settings: IswcSettings,
        context: Context,
        *,
        known: References = NOTHING,
        bucket: Bucket | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings = settings
        self._ledger = context.ledger
        self._known = known
        self._kept: list[ExchangedFile] = []
        self._client = IswcClient(settings, bucket, keep=self._kept.append)
        self._now = now
        self._asked_at: datetime | None = None
        self._waiting: list[Arrival] = []

    # -- sending ----------------------------------------------------------------------------------------------------

    def send(self, batch: Batch) -> Delivery:
        """Submit the works of a batch; every answer comes at once.

        A work the agency would refuse is answered without a call. All calls of the batch are reserved together, so a
        batch never stops in its middle for want of calls; one that takes more than a minute allows is F4. Adds and
        changes may be repeated after any failure.
        """
        made = submitting.plan(batch, self._settings, self._known)
        if not (made.adds or made.updates or made.deletes):
            return Delivery(answers=made.answers, unchanged=made.unchanged)
        self._kept.clear()
        self._client.reserve(submitting.calls_of(made, MOST_AT_ONCE), "sending works")
        answers = [
            *(answer for page in _pages(made.adds) for answer in self._added(page)),
            *(answer for page in _pages(made.updates) for answer in self._updated(page)),
            *(self._withdrawn(one) for one in made.deletes),
        ]
        awaited = tuple(one.awaited for one in (*made.adds, *made.updates, *made.deletes))
        return Delivery((*made.answers, *answers), awaited, made.unchanged, tuple(self._kept))

    def _added(self, page: Sequence[Prepared]) -> list[Answer]:
        works = [cast(t.Add, one.work) for one in page]
        return self._settled(page, lambda at, reserved: self._client.add([works[i] for i in at], reserved=reserved))

    def _updated(self, page: Sequence[Prepared]) -> list[Answer]:
        works = [cast(t.Update, one.work) for one in page]
        return self._settled(page, lambda at, reserved: self._client.update([works[i] for i in at], reserved=reserved))

    def _settled(
        self, page: Sequence[Prepared], submit: Callable[[Sequence[int], bool], list[t.Outcome]]
    ) -> list[Answer]:
        """The answers of one call. Raises PartnerFailure F3 where the agency says of one work: later."""
        outcomes = self._halved(list(range(len(page))), submit, reserved=True)
        looked_up = self._numbers([page[at] for at, said in outcomes.items() if _code(said) in {KNOWN, UNCHANGED}])
        answers = []
        for at, one in enumerate(page):
            said = outcomes[at]
            if _code(said) in LATER:
                raise PartnerFailure("F3", f"sending works: the agency cannot process one now ({_code(said)})")
            answers.append(self._answer(one, said, looked_up.get(one.reference)))
        return answers

    def _halved(
        self, places: list[int], submit: Callable[[Sequence[int], bool], list[t.Outcome]], *, reserved: bool
    ) -> dict[int, t.Outcome | None]:
        """The outcomes by place. One work that spoils a whole call is found by halving; its outcome is None."""
        try:
            return dict(zip(places, submit(places, reserved), strict=True))
        except PartnerFailure as failure:
            if failure.failure_class != "F4":
                raise
            if len(places) == 1:
                refusal = t.Refused(failure.code, failure.text) if isinstance(failure, Refused) else None
                return {places[0]: t.Outcome(0, None, refusal) if refusal else None}
        middle = len(places) // 2
        halves = (places[:middle], places[middle:])
        return {at: said for half in halves for at, said in self._halved(half, submit, reserved=False).items()}

    def _numbers(self, works: Sequence[Prepared]) -> dict[str, str | None]:
        """The preferred numbers of works the agency has already, by our references."""
        if not works:
            return {}
        found = self._client.by_codes([one.work.work_code or "" for one in works])
        return {one.reference: _top(each) for one, each in zip(works, found, strict=True)}

    def _answer(self, one: Prepared, said: t.Outcome | None, looked_up: str | None) -> Answer:
        if said is None:
            return submitting.refused(one.item, "not-expressible", [Reason("schema")])
        code = _code(said)
        if code == KNOWN and looked_up is not None and isinstance(one.work, t.Add):
            return self._switched(one, submitting.as_update(one.work, looked_up))
        if code == UNCHANGED:
            return accepted(one, looked_up, now=self._now())
        if said.refusal is not None:
            return rejected(one, code or "", said.refusal.text or "", now=self._now())
        work = said.result.work if said.result else None
        if work is None:
            raise PartnerFailure("F3", "sending works: an answer holds neither a work nor a reason")
        number = work.overall_parent or work.iswc
        return accepted(one, number, now=self._now(), known_as=str(work.id) if work.id is not None else None)

    def _switched(self, one: Prepared, change: t.Update) -> Answer:
        """An add of a work the agency has is sent as a change of it."""
        said = self._halved([0], lambda at, reserved: self._client.update([change]), reserved=False)[0]
        if _code(said) == KNOWN:
            return rejected(one, KNOWN, "neither a new work nor a change", now=self._now())
        return self._answer(one, said, change.iswc)

    def _withdrawn(self, one: Prepared) -> Answer:
        """A deletion may not be repeated, so the work is looked up before it and after a lost answer."""
        work = cast(t.Delete, one.work)
        number = self._number_of(one, reserved=True)
        if number is None:
            return accepted(one, None, now=self._now())
        try:
            self._client.delete(replace(work, iswc=number))
        except Refused as refusal:
            return rejected(one, refusal.code, refusal.text, now=self._now())
        except PartnerFailure as failure:
            if failure.failure_class != "F8":
                raise
            if self._is_still_there(one, failure):
                raise PartnerFailure(
                    "F1", "withdrawing a work: it is still there, so it may be tried again"
                ) from failure
        return accepted(one, None, now=self._now())

    def _is_still_there(self, one: Prepared, lost: PartnerFailure) -> bool:
        """Whether a work outlived a deletion whose answer was lost. Raises that failure when nobody can be asked."""
        try:
            return self._number_of(one) is not None
        except PartnerFailure:
            raise lost from None

    def _number_of(self, one: Prepared, *, reserved: bool = False) -> str | None:
        (found,) = self._client.by_codes([one.work.work_code or ""], reserved=reserved)
        return _top(found)

    # -- collecting -------------------------------------------------------------------------------------------------

    def collect(self) -> list[Arrival]:
        """Merges, demerges and tasks that were not confirmed yet; asked for no more often than ``poll_s``."""
        now = self._now()
        if self._asked_at is None or now - self._asked_at >= timedelta(seconds=self._settings.poll_s):
            self._waiting = list(self._news(now))
            self._asked_at = now
        self._waiting = [one for one in self._waiting if not self._ledger.has("collected", one.name, one.sha256)]
        return list(self._waiting)

    def _news(self, now: datetime) -> Iterator[Arrival]:
        since = (now - timedelta(days=self._settings.look_back_days)).date()
        for kind in ("MER", "DMR"):
            for moved, raw in self._client.moves(kind, since):
                yield news.told(moved, raw)
        for task, raw in self._client.raw_tasks():
            if task.from_agency != self._settings.agency:
                yield news.asked(task, raw)

    def confirm(self, arrival: Arrival) -> None:
        """Never give this out again."""
        self._ledger.add("collected", arrival.name, arrival.sha256)

    def tasks(self) -> list[news.OpenTask]:
        """What waits for a person at the agency now, merges first."""
        return news.open_tasks(self._client.tasks(), self._settings.agency)

    def answer_task(self, answer: t.TaskAnswer) -> str:
        """Approve or reject; the state of the task afterwards. Raises Refused and PartnerFailure.

        An answer that was lost is looked up: a task that is no longer open took it, and one that is may be answered
        again.
        """
        try:
            return self._client.answer_task(answer).status or ""
        except PartnerFailure as failure:
            if failure.failure_class != "F8":
                raise
            open_ones = {task.id for task in self._client.tasks()}
            if answer.task in open_ones:
                raise PartnerFailure("F1", "answering a task: the answer did not arrive") from failure
            return answer.status or ""

    def check(self) -> Mapping[str, str]:
        """Settings, reach, authenticate and read; raises contract.StepFailed at the first that fails."""
        return self._client.check()


def _code(said: t.Outcome | None) -> str | None:
    return said.refusal.code if said is not None and said.refusal is not None else None


def _top(found: t.Composite | None) -> str | None:
    return None if found is None else found.overall_parent or found.iswc


def _pages(works: Sequence[Prepared]) -> Iterator[Sequence[Prepared]]:
    for start in range(0, len(works), MOST_AT_ONCE):
        yield works[start : start + MOST_AT_ONCE]
