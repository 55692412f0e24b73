"""Imports that were started on a page: the background takes them one after the other."""

import logging
from datetime import datetime, timedelta

from interface.full_disk import CODE, is_full
from local_node.imports import operations
from local_node.imports.operations import KIND, Office
from queues import FailureClass, jobs, uuid7

LEASE = timedelta(hours=1)
"""Far longer than an import takes; when it runs out anyway, the next one goes on behind the last commit."""

log = logging.getLogger(__name__)


def run_due(office: Office, now: datetime) -> int:
    """Import one batch that was started; how many were. While the disk has hardly any room, imports wait."""
    if office.room_of(office.folder.parent).is_nearly_full:
        return 0
    with office.sessions.begin() as session:
        claimed = jobs.claim(session, kind=KIND, owner=uuid7(), limit=1, lease=LEASE, now=now)
    for job in claimed:
        try:
            operations.run(office, int(job.payload_ref or 0), by="background")
        except operations.NotNow as error:
            _end(office, job, f"NotNow: {error}")
        except Exception as error:
            failure, said = _failure(error)
            log.error("import failed", extra={"batch": job.payload_ref, "why": said}, exc_info=said != CODE)
            with office.sessions.begin() as session:
                jobs.again(session, job, failure, said, office.now())
        else:
            _end(office, job, None)
    return len(claimed)


def _failure(error: Exception) -> tuple[FailureClass, str]:
    """No room is nobody's fault: the import goes on behind its last commit as soon as there is some."""
    return (FailureClass.BUSY, CODE) if is_full(error) else (FailureClass.POISON, type(error).__name__)


def _end(office: Office, job: jobs.Job, why_not: str | None) -> None:
    with office.sessions.begin() as session:
        if why_not is None:
            jobs.done(session, job, now=office.now())
        else:
            jobs.park(session, job, why_not, now=office.now())
