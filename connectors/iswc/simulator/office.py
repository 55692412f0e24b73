"""The simulated ISWC database at work: what it refuses, which number it gives, and who is asked about a change.

Rules and codes are those that are publicly described; where the description leaves the choice, the simplest is taken
(see the connector's README).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta

from connectors.iswc.simulator import shown
from connectors.iswc.simulator.people import Register as People
from connectors.iswc.simulator.people import SourceDatabases
from connectors.iswc.simulator.register import Refusal, Register, Stored, StoredTask
from connectors.simulating import chosen
from formats.iswc.comparing import SIMILAR_TITLE, compared_titles, similarity
from formats.iswc.json import keys
from formats.iswc.rules import References, check
from formats.iswc.rules.people import creators
from formats.iswc.transactions import Add, Composite, Result, Submission, Task, TaskAnswer, Update

SILENCE = timedelta(days=30)
"""A task nobody answers for so long counts as approved."""
KNOWN = References(People(), People(), SourceDatabases(), frozenset())
ELIGIBILITY = frozenset({"EL/01", "EL/03"})


class Office:
    """Everything it decides is committed before it is told. Called by one thread at a time."""

    def __init__(self, register: Register, now: Callable[[], datetime], *, reject: Callable[[], int], checksums: bool):
        self.register = register
        self._now = now
        self._reject = reject
        self._checksums = checksums

    # -- works ------------------------------------------------------------------------------------------------------

    def add(self, work: Add) -> Result:
        """Register a work; a known one is changed instead (PV/02)."""
        self._judge(work)
        known = self.register.find(work.agency, work.work_code, work.source_db)
        if known is not None and not known.deleted:
            if work.no_switching:
                raise Refusal("168")
            return self._changed(work, known, self.register.top(known.iswc))
        return self._attached(work, self._number_for(work))

    def update(self, work: Update) -> Result:
        """Change a work; an unknown one is added instead (PV/03)."""
        self._judge(work)
        known = self.register.find(work.agency, work.work_code, work.source_db)
        as_add = _as_add(work)
        if known is None:
            return self.add(as_add)
        if known.deleted:
            raise Refusal("131")
        current = self.register.top(known.iswc)
        wanted = work.iswc or current
        if wanted == current:
            return self._changed(as_add, known, current)
        return self._moved_or_merged(as_add, known, current, wanted)

    def _judge(self, work: Submission) -> None:
        """The static rules, the register, and the switch that refuses some."""
        for breach in check(work, KNOWN).breaches:
            if breach.rule not in ELIGIBILITY:
                raise Refusal(breach.number)
        if chosen(work.work_code or "", self._reject()):
            raise Refusal("148")

    def _is_eligible(self, work: Add) -> bool:
        return all(breach.rule not in ELIGIBILITY for breach in check(work, KNOWN).breaches)

    def _number_for(self, work: Add) -> str:
        """The number a new work hangs on: the one it claims, one that matches, or a new one."""
        eligible, now = self._is_eligible(work), self._now()
        for apart in work.disambiguate_from:
            if not self._is_preferred(apart):
                raise Refusal("128")
        if work.local_iswc and work.allow_local:
            if self.register.exists(work.local_iswc):
                raise Refusal("169")
            return self.register.add_number(work.local_iswc, now)
        if claimed := work.iswc or work.local_iswc:
            if not self._is_preferred(claimed):
                raise Refusal("117")
            self._must_be_alike(work, claimed)
            return claimed
        matches = self._matches(work)
        if not eligible and len(matches) != 1:
            raise Refusal("160" if matches else "140")
        return matches[0] if matches else self.register.new_number(now)

    def _is_preferred(self, number: str) -> bool:
        return self.register.exists(number) and self.register.top(number) == number

    def _matches(self, work: Add) -> list[str]:
        """Preferred numbers of works with the same creators and a title alike, the best first, then the older."""
        made = sorted(creators(work, KNOWN))
        best: dict[str, int] = {}
        for stored in self.register.by_creators(made):
            top = self.register.top(stored.iswc)
            if top not in work.disambiguate_from and sorted(creators(stored.work, KNOWN)) == made:
                best[top] = max(best.get(top, 0), _alike(work, stored.work))
        alike = [(-score, number) for number, score in best.items() if score >= SIMILAR_TITLE]
        return [number for _, number in sorted(alike)]

    def _must_be_alike(self, work: Add, number: str) -> None:
        """A number that is claimed must be of the same work (PV/04, PV/26)."""
        for stored in self.register.living(number):
            if sorted(creators(stored.work, KNOWN)) != sorted(creators(work, KNOWN)):
                raise Refusal("247")
            if _alike(work, stored.work) < SIMILAR_TITLE:
                raise Refusal("127")
            return

    def _attached(self, work: Add, number: str) -> Result:
        stored = self.register.keep(
            _plain(work), number, creators(work, KNOWN), eligible=self._is_eligible(work), now=self._now()
        )
        self.register.commit()
        return Result(shown.verified(self.register, stored))

    def _changed(self, work: Add, known: Stored, current: str) -> Result:
        """The new state of a work on the number it has."""
        before, after = known.work, _plain(work)
        if self._checksums and keys.ADD.write(before) == keys.ADD.write(after):
            raise Refusal("174")
        changed = before.title != after.title or sorted(creators(before, KNOWN)) != sorted(creators(after, KNOWN))
        if changed:
            self._may_change(work, before, current)
        result = self._attached(work, known.iswc)
        if changed:
            undo = json.dumps({"work": keys.ADD.write(before)})
            self._ask("UpdateApproval", work.agency or "", self._others(work.agency, current), current, undo)
        return result

    def _may_change(self, work: Add, before: Add, current: str) -> None:
        """PV/20 and PV/21: who may change what belongs to the number and not to the work alone."""
        if not self._is_eligible(work):
            raise Refusal("144")
        gone = set(creators(before, KNOWN)) - set(creators(work, KNOWN))
        foreign = [base for base in gone if not People().represents(base, work.agency or "")]
        if foreign and self._others(work.agency, current):
            raise Refusal("145")

    def _moved_or_merged(self, work: Add, known: Stored, current: str, wanted: str) -> Result:
        """PV/26: an update that names another number merges the two, or moves a work that is not eligible."""
        if not self.register.exists(wanted):
            raise Refusal("117")
        if not self._is_preferred(wanted):
            raise Refusal("116")
        self._must_be_alike(work, wanted)
        if self._is_eligible(work):
            self._merge(work.agency or "", wanted, [current])
            return self._attached(work, known.iswc)
        return self._attached(work, wanted)

    def delete(self, agency: str, source_db: str, code: str, number: str, reason: str) -> None:
        """Withdraw a work."""
        known = self.register.find(agency, code, source_db)
        if not reason:
            raise Refusal("133")
        if known is None or known.deleted:
            raise Refusal("130")
        if not self.register.exists(number) or self.register.top(known.iswc) != number:
            raise Refusal("117")
        self.register.withdraw(known)
        self.register.commit()

    # -- merging ----------------------------------------------------------------------------------------------------

    def merge(self, agency: str, survivor: str, numbers: Sequence[str]) -> None:
        """Merge other numbers into one."""
        for number in (survivor, *numbers):
            if not self.register.exists(number):
                raise Refusal("132")
        if not numbers:
            raise Refusal("132")
        if not self._is_preferred(survivor):
            raise Refusal("156" if self.register.top(survivor) in numbers else "116")
        if survivor in numbers:
            raise Refusal("156")
        if any(not self._is_preferred(number) for number in numbers):
            raise Refusal("157")
        on_any = (stored for number in (survivor, *numbers) for stored in self.register.living(number))
        if not any(stored.eligible and stored.work.agency == agency for stored in on_any):
            raise Refusal("150")
        self._merge(agency, survivor, numbers)

    def _merge(self, agency: str, survivor: str, numbers: Sequence[str]) -> None:
        asked = [other for number in (survivor, *numbers) for other in self._others(agency, number)]
        for number in numbers:
            self.register.link(number, survivor)
            self.register.add_move("MER", number, survivor, agency, self._now())
        undo = json.dumps({"parent": survivor, "children": list(numbers)})
        self._ask("MergeApproval", agency, asked, survivor, undo)
        self.register.commit()

    def demerge(self, agency: str, number: str, code: str) -> None:
        """Make the number of one work itself again."""
        known = self.register.find(agency, code)
        if not self.register.exists(number):
            raise Refusal("153")
        if known is None or known.deleted:
            raise Refusal("130")
        parent = self.register.parents().get(known.iswc)
        if parent is None or self.register.top(known.iswc) != number:
            raise Refusal("172")
        if not known.eligible:
            raise Refusal("150")
        asked = self._others(agency, number)
        self.register.link(known.iswc, None)
        self.register.add_move("DMR", known.iswc, parent, agency, self._now())
        undo = json.dumps({"parent": parent, "children": [known.iswc]})
        self._ask("DemergeApproval", agency, asked, number, undo)
        self.register.commit()

    # -- tasks ------------------------------------------------------------------------------------------------------

    def _others(self, agency: str | None, number: str) -> list[str]:
        """Other agencies with an eligible work on a number."""
        found = (stored for stored in self.register.living(number) if stored.eligible)
        return [one for one in dict.fromkeys(stored.work.agency or "" for stored in found) if one != agency]

    def _ask(self, kind: str, agency: str, others: Iterable[str], number: str, undo: str) -> None:
        for other in dict.fromkeys(others):
            self.register.add_task(kind, agency, other, number, undo, self._now())
        self.register.commit()

    def tasks(self, agency: str, *, mine: bool = True) -> list[Task]:
        """Tasks assigned to an agency, or asked by it; silence for long enough counts as consent."""
        for task in self.register.tasks():
            if task.status == "Outstanding" and datetime.fromisoformat(task.created_at) + SILENCE <= self._now():
                self.register.set_task(task.id, "Approved")
        self.register.commit()
        named = [one for one in self.register.tasks() if (one.to_agency if mine else one.from_agency) == agency]
        return [shown.task(self.register, one) for one in named]

    def answer(self, agency: str, answer: TaskAnswer) -> Task:
        """Approve or reject; a rejection takes back what was done."""
        open_ones = {str(task.id): task for task in self.register.tasks() if task.to_agency == agency}
        task = open_ones.get(answer.task or "")
        if task is None or task.status != "Outstanding" or answer.kind != task.kind or answer.status == "Outstanding":
            raise Refusal("152")
        self.register.set_task(task.id, answer.status or "", answer.text)
        if answer.status == "Rejected":
            self._take_back(task)
            for other in self.register.tasks():
                if other.undo == task.undo and other.status == "Outstanding":
                    self.register.set_task(other.id, "Cancelled")
        self.register.commit()
        return shown.task(self.register, next(one for one in self.register.tasks() if one.id == task.id))

    def _take_back(self, task: StoredTask) -> None:
        undo = json.loads(task.undo)
        if "work" in undo:
            before: Add = keys.ADD.read(undo["work"])
            known = self.register.find(before.agency, before.work_code, before.source_db)
            if known is not None:
                self.register.keep(
                    before, known.iswc, creators(before, KNOWN), eligible=known.eligible, now=self._now()
                )
            return
        merged = task.kind == "MergeApproval"
        for child in undo["children"]:
            self.register.link(child, None if merged else undo["parent"])
            kind = "DMR" if merged else "MER"
            self.register.add_move(kind, child, undo["parent"], task.to_agency, self._now())

    # -- answers ----------------------------------------------------------------------------------------------------

    def composite(self, number: str) -> Composite:
        """A number with the works on it. Raises Refusal 180 for one nobody was given."""
        return shown.composite(self.register, number)

    def by_code(self, agency: str, code: str) -> Composite | None:
        """The number an agency's work hangs on."""
        known = self.register.find(agency, code)
        return None if known is None or known.deleted else self.composite(self.register.top(known.iswc))

    def by_title(self, asked: Add) -> list[Composite]:
        """Numbers of works with these creators and a title alike."""
        return list(map(self.composite, self._matches(asked)))


def _alike(one: Add, other: Add) -> int:
    """Percent in which the best pair of titles agrees."""
    pairs = (
        similarity(left, right)
        for left in compared_titles(one.title, one.titles)
        for right in compared_titles(other.title, other.titles)
    )
    return max(pairs, default=0)


def _plain(work: Add) -> Add:
    """A work without its number and without what only said how to treat it."""
    return replace(
        work, number=None, iswc=None, archived_iswc=None, local_iswc=None, preview=None, no_switching=None,
        allow_local=None, detail=None,
    )  # fmt: skip


def _as_add(work: Update) -> Add:
    said = {field.name: getattr(work, field.name) for field in fields(Add)}
    return Add(**{**said, "iswc": None})
