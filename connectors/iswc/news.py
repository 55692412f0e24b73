"""What other agencies did to numbers of ours: merges, demerges, and changes we are asked to approve. Pure."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.contract import Answer, Arrival
from connectors.iswc.submitting import PARTNER
from formats.iswc import transactions as t
from mappings.iswc import Link
from mappings.model import Assigned

SILENCE = timedelta(days=30)
"""After this a task nobody answered counts as approved, unless the agency says otherwise."""
MERGES_FIRST = ("MergeApproval", "DemergeApproval", "UpdateApproval")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A change to approve or reject, with the day on which silence counts as consent."""

    id: str
    kind: str
    from_agency: str | None
    iswc: str | None
    title: str | None
    work_codes: tuple[str, ...]
    """Ours on the number."""
    created_at: datetime | None
    consent_on: date | None


def open_tasks(tasks: Iterable[t.Task], agency: str) -> list[OpenTask]:
    """Tasks for a person, merges first, then the older. What we started ourselves is never a task for us."""
    found = [_open(task, agency) for task in tasks if task.from_agency != agency and task.id and task.kind]
    oldest = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: (MERGES_FIRST.index(one.kind), one.created_at or oldest, one.id))


def _open(task: t.Task, agency: str) -> OpenTask:
    about = task.about or t.Composite()
    created = t.instant(task.created_at)
    ours = (work.work_code for work in about.works if work.agency == agency and work.work_code)
    until = (created + SILENCE).date() if created else None
    return OpenTask(
        task.id or "", task.kind or "", task.from_agency, about.iswc, about.title, tuple(ours), created, until
    )


def link_of(moved: t.Moved) -> Link | None:
    """A merge or demerge as history of numbers; None for one that does not say enough."""
    at = t.instant(moved.processed_at)
    if moved.child is None or moved.parent is None or at is None or moved.kind not in ("MER", "DMR"):
        return None
    return Link(moved.child, moved.parent, "merge" if moved.kind == "MER" else "demerge", at)


def told(moved: t.Moved, raw: Any) -> Arrival:
    """One merge or demerge with its answer: our work's number is now the preferred one it leads to."""
    link = link_of(moved)
    name = f"{moved.kind or 'CSN'}-{moved.child}-{moved.parent}-{moved.processed_at}.json"
    if link is None or not moved.work_code:
        return _arrival(name, raw, problems=("KORA-NO-ANSWER",))
    top = moved.about.overall_parent or moved.about.iswc if moved.about else None
    value = top or (link.parent if link.kind == "merge" else link.child)
    evidence = (f"{link.kind} {link.child} {link.parent}",)
    return _arrival(name, raw, Answer(Assigned("iswc", value, PARTNER, moved.work_code, evidence)))


def asked(task: t.Task, raw: Any) -> Arrival:
    """One task as it came; who answers it reads it with ``open_tasks``."""
    return _arrival(f"task-{task.id}-{task.status}.json", raw)


def _arrival(name: str, raw: Any, *answers: Answer, problems: tuple[str, ...] = ()) -> Arrival:
    content = json.dumps(raw, ensure_ascii=False).encode()
    return Arrival(name, hashlib.sha256(content).hexdigest(), content, answers, problems)
