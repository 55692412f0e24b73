"""Transactions of any content that a form can carry, for properties."""

from typing import Any

from hypothesis import strategies as st

from formats.iswc import codes
from formats.iswc.transactions import (
    Acknowledgement,
    Add,
    AskWork,
    Attached,
    Delete,
    Merge,
    Message,
    Notification,
    Origin,
    Party,
    Performer,
    TaskAnswer,
    Title,
    Transaction,
    Update,
)

PLAIN = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
NATIVE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf", "Zs"))


def words(longest: int, alphabet: Any = PLAIN) -> st.SearchStrategy[str]:
    """Text of one field: without blanks, which stand for nothing at its ends."""
    return st.text(alphabet, min_size=1, max_size=longest)


def digits(width: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**width - 1).map(lambda number: f"{number:0{width}d}")


def maybe(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | one


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


ISWCS = digits(10).map(lambda number: f"T{number}")
PARTIES = st.builds(
    Party, name_number=maybe(digits(11)), role=st.sampled_from(sorted(codes.ROLES)), base_number=maybe(words(13))
)
TITLE_TYPES = st.sampled_from(sorted(codes.TITLE_TYPES))
LATIN_TITLES = st.builds(Title, text=words(60), kind=TITLE_TYPES)
NATIVE_TITLES = st.builds(
    Title, text=words(100, NATIVE), kind=TITLE_TYPES, language=st.sampled_from(["ar", "fr", "el"])
)
INSTANTS = st.datetimes().map(lambda at: f"{at.replace(microsecond=0).isoformat()}Z")
DAYS = st.dates().map(lambda day: day.isoformat())

_KEY = {"agency": maybe(digits(3)), "source_db": maybe(digits(3)), "work_code": maybe(words(20))}
_CLASSIC = {**_KEY, "title": maybe(words(60)), "iswc": maybe(ISWCS), "archived_iswc": maybe(ISWCS)}
_LISTS = {"titles": several(LATIN_TITLES), "parties": several(PARTIES)}
_MODERN = {
    **_CLASSIC,
    "title": maybe(words(100)),
    "parties": several(PARTIES),
    # In EDI the titles in their own script stand behind the others.
    "titles": st.tuples(several(LATIN_TITLES), several(NATIVE_TITLES)).map(lambda pair: pair[0] + pair[1]),
    "derived_type": maybe(st.sampled_from(sorted(codes.DERIVED_TYPES))),
    "disambiguation": maybe(st.booleans()),
    "disambiguation_reason": maybe(st.sampled_from(sorted(codes.REASONS))),
    "bvltr": maybe(st.sampled_from(sorted(codes.BVLTR))),
    "disambiguate_from": several(ISWCS),
    "derived_from": several(st.builds(Origin, iswc=ISWCS, title=maybe(words(100)))),
    "performers": several(st.builds(Performer, last_name=words(50), first_name=maybe(words(50)))),
    "instruments": several(words(3)),
}
_ANSWER = {
    **_KEY,
    "title": maybe(words(60)),
    "iswc": maybe(ISWCS),
    "sent_at": INSTANTS,
    "answered_group": st.integers(0, 99_999),
    "answered": st.integers(0, 99_999_999),
    "answered_type": st.sampled_from(["CAR", "CUR", "CDR", "MER"]),
    "processed_at": DAYS,
    "status": st.sampled_from(sorted(codes.STATUSES)),
    "works": several(
        st.builds(Attached, agency=digits(3), source_db=digits(3), work_code=words(20), iswc=maybe(ISWCS),
                  archived_iswc=maybe(ISWCS))
    ),
    "messages": several(
        st.builds(Message, code=digits(3), text=words(150), level=st.sampled_from("FTE"), record=st.just("CAR"),
                  record_sequence=st.integers(0, 99))
    ),
}  # fmt: skip
_TASK = st.fixed_dictionaries(
    {"task": st.integers(1, 9_999_999_999).map(str), "task_status": st.sampled_from(sorted(codes.TASK_STATES.values()))}
)


def _notified(values: tuple[dict[str, Any], dict[str, Any]]) -> Notification:
    return Notification(**values[0], **values[1])


ANSWERS = st.builds(Acknowledgement, **_ANSWER) | st.tuples(st.fixed_dictionaries(_ANSWER), _TASK).map(_notified)
TASK_ANSWERS = st.builds(
    TaskAnswer,
    task=st.integers(1, 9_999_999_999).map(str),
    kind=st.sampled_from(sorted(codes.TASK_TYPES.values())),
    status=st.sampled_from(sorted(codes.TASK_STATES.values())),
)

MODERN: st.SearchStrategy[Transaction] = st.one_of(
    st.builds(Add, **_MODERN),
    st.builds(Update, **_MODERN),
    st.builds(AskWork, **_MODERN),
    st.builds(Delete, **_MODERN, reason=maybe(words(25))),
    st.builds(Merge, **_CLASSIC, merged=several(ISWCS)),
    TASK_ANSWERS,
    ANSWERS,
)
"""What EDI 03.00 carries."""
CLASSIC: st.SearchStrategy[Transaction] = st.one_of(
    st.builds(Add, **_CLASSIC, **_LISTS),
    st.builds(Update, **_CLASSIC, **_LISTS),
    st.builds(Delete, **_CLASSIC),
    st.builds(Merge, **_CLASSIC, merged=several(ISWCS)),
    ANSWERS,
)
"""What EDI 02.00 carries."""

_JSON_WORK = {name: strategy for name, strategy in _MODERN.items() if name not in {"archived_iswc", "titles"}} | {
    "titles": several(LATIN_TITLES | NATIVE_TITLES),
    "category": maybe(st.sampled_from(["DOM", "INT"])),
}
IN_JSON: st.SearchStrategy[Transaction] = st.one_of(
    st.builds(Add, **_JSON_WORK, local_iswc=maybe(ISWCS)),
    st.builds(Update, **_JSON_WORK),
    st.builds(Delete, **_KEY, iswc=maybe(ISWCS), reason=maybe(words(25))),
    st.builds(Merge, **_KEY, iswc=maybe(ISWCS), merged=several(ISWCS)),
    TASK_ANSWERS,
)
"""What agencies send in JSON files."""
