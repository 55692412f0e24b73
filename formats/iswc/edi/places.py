"""Which field of which EDI record carries which part of a transaction: one table, used for reading and for writing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from formats.iswc import codes
from formats.iswc import transactions as t


@dataclass(frozen=True, slots=True)
class Turn:
    """How a value of a record becomes one of a transaction, and back. None stays None."""

    ours: Callable[[Any], Any]
    theirs: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _digits(width: int) -> Turn:
    return Turn(lambda value: f"{value:0{width}d}", int)


def _word(table: Mapping[int, str]) -> Turn:
    back = {word: digit for digit, word in table.items()}
    return Turn(lambda value: table.get(int(value)) if str(value).isdigit() else None, back.__getitem__)


PLAIN = Turn(_same, _same)
NAME_NUMBER = _digits(11)
TASK = Turn(str, int)
FLAG = Turn({"T": True, "Y": True, "F": False, "N": False}.get, {True: "T", False: "F"}.__getitem__)
"""The document defines Y and N, describes T and F, and shows T: both are read, T and F written."""
DAY = Turn(date.isoformat, t.day_of)
KIND, STATE = _word(codes.TASK_TYPES), _word(codes.TASK_STATES)
STATE_DIGIT = Turn(STATE.ours, lambda word: str(STATE.theirs(word)))


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a record and the attribute it fills."""

    field: str
    attribute: str
    turn: Turn = PLAIN


_WORK = (
    Cell("work_title", "title"),
    Cell("agency_code", "agency"),
    Cell("agency_work_code", "work_code"),
    Cell("source_db_code", "source_db"),
    Cell("preferred_iswc", "iswc"),
)
_ASKED = (
    *_WORK,
    Cell("archived_iswc", "archived_iswc"),
    Cell("derived_work_type", "derived_type"),
    Cell("disambiguation", "disambiguation", FLAG),
    Cell("disambiguation_reason", "disambiguation_reason"),
    Cell("bvltr", "bvltr"),
)
_ANSWERED = (
    Cell("orig_group", "answered_group"),
    Cell("orig_transaction_seq", "answered"),
    Cell("orig_transaction_type", "answered_type"),
    *_WORK,
    Cell("processing_date", "processed_at", DAY),
    Cell("transaction_status", "status"),
)
_NOTIFIED = (*_ANSWERED, Cell("workflow_task_id", "task", TASK), Cell("workflow_status", "task_status", STATE_DIGIT))

HEADERS: Mapping[str, tuple[Cell, ...]] = {
    **dict.fromkeys(("CAR", "CUR", "CMQ", "CIQ", "MER"), _ASKED),
    "CDR": (*_ASKED, Cell("deletion_reason", "reason")),
    "WFT": (
        Cell("workflow_task_id", "task", TASK),
        Cell("workflow_type", "kind", KIND),
        Cell("status", "status", STATE),
    ),
    "ACK": _ANSWERED,
    "CSN": _NOTIFIED,
    "CSE": _NOTIFIED,
}
"""Creation day and time of an answer together are ``sent_at``; see edi.py."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A record that is one entry of a list of the transaction. Without ``made`` the entry is the value of its cell."""

    attribute: str
    made: type[Any] | None
    cells: tuple[Cell, ...]


DETAILS: Mapping[str, Detail] = {
    "CTL": Detail("titles", t.Title, (Cell("work_title", "text"), Cell("title_type", "kind"))),
    "NAT": Detail(
        "titles",
        t.Title,
        (Cell("work_title", "text"), Cell("title_type", "kind"), Cell("language_code", "language")),
    ),
    "CIP": Detail(
        "parties",
        t.Party,
        (
            Cell("ip_name_number", "name_number", NAME_NUMBER),
            Cell("ip_base_number", "base_number"),
            Cell("ip_role", "role"),
        ),
    ),
    "DIS": Detail("disambiguate_from", None, (Cell("iswc", ""),)),
    "DER": Detail("derived_from", t.Origin, (Cell("iswc", "iswc"), Cell("title", "title"))),
    "PER": Detail("performers", t.Performer, (Cell("first_name", "first_name"), Cell("last_name", "last_name"))),
    "INS": Detail("instruments", None, (Cell("code", ""),)),
    "MLI": Detail("merged", None, (Cell("iswc", ""),)),
    "CWI": Detail(
        "works",
        t.Attached,
        (
            Cell("agency_code", "agency"),
            Cell("agency_work_code", "work_code"),
            Cell("source_db_code", "source_db"),
            Cell("preferred_iswc", "iswc"),
            Cell("archived_iswc", "archived_iswc"),
        ),
    ),
    "MSG": Detail(
        "messages",
        t.Message,
        (
            Cell("message_level", "level"),
            Cell("condition_number", "code"),
            Cell("message_text", "text"),
            Cell("orig_record_type", "record"),
            Cell("orig_record_seq", "record_sequence"),
        ),
    ),
}
"""Record types below a header, in the order we write them."""

KEPT_BY_ALL = frozenset({"local_iswc", "other_codes", "merged_works"})
"""What changes the meaning of a request and has no place in any EDI record: refused when it is to be written."""
KEPT_BY_MODERN = frozenset(
    {"derived_type", "disambiguation", "disambiguation_reason", "bvltr", "reason", "disambiguate_from", "derived_from",
     "performers", "instruments"}
)  # fmt: skip
"""What 03.00 has a place for and 02.00 has not."""
