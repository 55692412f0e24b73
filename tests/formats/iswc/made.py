"""Transactions of invented agencies for tests: complete enough for every rule, changed by keyword."""

from dataclasses import replace
from typing import Any

from formats.iswc.transactions import (
    Acknowledgement,
    Add,
    AskIswc,
    AskWork,
    Attached,
    Delete,
    Header,
    Merge,
    Message,
    Notification,
    Party,
    TaskAnswer,
    Title,
    Transaction,
    Update,
)
from tests.builders import an_ipi, an_ipi_base, an_iswc

AGENCY = "999"
AT = "2026-01-05T10:11:12Z"
HEADER = Header(
    sender=AGENCY, receiver="315", source_db=AGENCY, created_at=AT, sender_name="SAMPLE SOCIETY", sender_type="SO"
)
KEY: dict[str, Any] = {"agency": AGENCY, "source_db": AGENCY, "work_code": "W0001"}
WRITER = Party(an_ipi(299_999_901), "CA", an_ipi_base(999_999_901))
FIRST, SECOND = an_iswc(999_999_901), an_iswc(999_999_902)


def an_add(**changes: Any) -> Add:
    """A new work of one writer with one further title."""
    work = Add(
        **KEY, category="DOM", title="AN INVENTED SONG", titles=(Title("INVENTED SONG", "AT"),), parties=(WRITER,)
    )
    return replace(work, **changes)


def an_update(**changes: Any) -> Update:
    work = Update(**KEY, category="DOM", title="AN INVENTED SONG", parties=(WRITER,), iswc=FIRST)
    return replace(work, **changes)


def a_delete(**changes: Any) -> Delete:
    return replace(Delete(**KEY, title="AN INVENTED SONG", iswc=FIRST, reason="R01"), **changes)


def a_merge(**changes: Any) -> Merge:
    return replace(Merge(**KEY, iswc=FIRST, merged=(SECOND,)), **changes)


def an_acknowledgement(**changes: Any) -> Acknowledgement:
    """The answer to the first transaction of a file: accepted, with a number."""
    answer = Acknowledgement(
        **KEY, title="AN INVENTED SONG", iswc=FIRST, sent_at=AT, answered_group=1, answered=0, answered_type="CAR",
        processed_at="2026-01-05", status="FA", works=(Attached(AGENCY, AGENCY, "W0001", FIRST),),
    )  # fmt: skip
    return replace(answer, **changes)


def a_refusal(number: str = "137") -> Acknowledgement:
    """The answer to the second transaction: refused."""
    message = Message(number, f"TEXT OF CODE {number}", "T", record="CAR", record_sequence=0)
    return an_acknowledgement(
        answered=1, work_code="W0002", title="REFUSED SONG", iswc=None, status="RJ", works=(), messages=(message,)
    )


def a_notification(**changes: Any) -> Notification:
    """Another agency merged our number away; a task asks whether we agree."""
    told = Notification(
        **KEY, title="AN INVENTED SONG", iswc=FIRST, parties=(WRITER,), sent_at=AT, answered_group=0, answered=0,
        answered_type="MER", processed_at="2026-01-05", status="FA", works=(Attached(AGENCY, AGENCY, "W0001", FIRST),),
        merged=(SECOND,), task="17", task_status="Outstanding",
    )  # fmt: skip
    return replace(told, **changes)


def all_kinds() -> list[Transaction]:
    """One of each that an agency sends."""
    return [
        an_add(),
        an_update(),
        a_delete(),
        AskIswc(iswc=FIRST),
        AskWork(**KEY),
        a_merge(),
        TaskAnswer(task="17", kind="MergeApproval", status="Approved"),
    ]
