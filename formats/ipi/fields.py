"""Lines to records, each field held against its format and its list.

Nearly all lines of the register are good, so a line is first held against one pattern for all its fields and the check
digits of its numbers. A line that does not fit at once goes the long way, which alone decides: it looks at each field
by itself and says what is wrong with it and what would be right.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from operator import getitem, itemgetter
from typing import Any

from formats.fixed_width import CLOCK, DAY, NUMBER, SHARE, Field, Memo, Record, Unfit
from formats.identifiers import ipi_base, ipi_name
from formats.ipi.lists import LIST_OF, CodeLists
from formats.ipi.records import LAYOUTS
from formats.ipi.standard import CODES
from formats.problems import ERROR, WARNING, Problem

WHOLE_SHARE = 10_000

_BASE = re.compile(r"I-[0-9]{9}-[0-9]")
_NUMBER = re.compile(r"[0-9]{11}")
_THREE, _FOUR, _TIME = re.compile("[0-9]{3}"), re.compile("[0-9]{4}"), re.compile("([01][0-9]|2[0-3])([0-5][0-9]){2}")
NAME_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/'()!#$%&+.?@ ")
_ONLY_SAID = frozenset({"remitting_society_name", "sender_society_name", "sender_name", "sender_user", "submitter"})
"""Mandatory, but nothing depends on them: a blank is told and does no harm."""
_MILD = frozenset({"check_digits", "written_in", "listed"})
"""Real files of the register have such values; they are told and kept."""


def _has_shape(pattern: re.Pattern[str], condition: str, text: str) -> str | None:
    return None if pattern.fullmatch(text) else condition


def _base(text: str) -> str | None:
    if not _BASE.fullmatch(text):
        return "number_shape"
    return None if ipi_base.check_digit(text[2:11]) == text[12] else "check_digits"


def _name_number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        return "number_shape"
    return None if ipi_name.check_digits(text[:9]) == text[9:] else "check_digits"


_TESTS: Mapping[str, Callable[[str], str | None]] = {
    "ipi_base": _base,
    "ipi_name": _name_number,
    "society": lambda text: _has_shape(_THREE, "numeric", text),
    "tisn": lambda text: _has_shape(_FOUR, "numeric", text),
    "time": lambda text: _has_shape(_TIME, "real_time", text),
    "name": lambda text: None if NAME_LETTERS.issuperset(text) else "written_in",
    "share": lambda share: None if 0 < int(share) <= WHOLE_SHARE else "share_up_to",
}
"""Kind of a field to its test: the condition that a value does not meet, or None."""


def code_of(condition: str) -> str:
    """The code of a problem: ``KORA-IPI-REAL-DAY`` for a day that is none."""
    return f"KORA-IPI-{condition.upper().replace('_', '-')}"


def expected(field: Field, condition: str, text: str) -> str:
    """What would be right, as far as it can be said."""
    if condition == "check_digits":
        if field.table == "ipi_base":
            return f"{text[:12]}{ipi_base.check_digit(text[2:11])}"
        return f"{text[:9]}{ipi_name.check_digits(text[:9])}"
    if condition == "one_of_these":
        return " ".join(sorted(CODES[field.table or ""]))
    if condition == "number_shape":
        return "I-nnnnnnnnn-c" if field.table == "ipi_base" else "nnnnnnnnnnn"
    return ""


class Fields:
    """Parsers for all record types, and the long way for lines they refuse. ``lists`` are the codes known so far."""

    def __init__(self, lists: CodeLists | None = None) -> None:
        self.lists = lists or CodeLists()
        self._memos: dict[tuple[Any, ...], Memo] = {}
        self.parsers: Mapping[str, Callable[[str, int], Record]] = {
            tag: _parser(record, tag, self._memo) for tag, record in LAYOUTS.items()
        }
        self.widths: Mapping[str, int] = {tag: record.WIDTH for tag, record in LAYOUTS.items()}

    def forget(self) -> None:
        """Look at every text anew: the lists have grown."""
        for memo in self._memos.values():
            memo.clear()

    def _memo(self, field: Field) -> Memo:
        """One memory for all fields that allow the same."""
        key = (field.kind, field.width, field.table, field.zero, field.required)
        return self._memos.setdefault(key, Memo(partial(self._value, field)))

    def _value(self, field: Field, text: str) -> Any:
        value = field.read(text)
        broken = self._broken(field, value)
        if broken:
            raise Unfit(broken)
        return value

    def _broken(self, field: Field, value: Any) -> str | None:
        """The condition that a value which could be read does not meet."""
        if value is None:
            return "given" if field.required else None
        table = field.table
        if table is None:
            return None
        if table in CODES:
            return None if value in CODES[table] else "one_of_these"
        test = _TESTS.get(table)
        broken = test(value) if test else None
        if broken is None and table in LIST_OF and self.lists.holds(LIST_OF[table], value) is False:
            return "listed"
        return broken

    def record(self, tag: str, line: str, number: int) -> Record:
        """The record of a line with what could be read."""
        try:
            return self.parsers[tag](line, number)
        except Unfit:
            return self.diagnose(tag, line, number)[0]

    def problems(self, tag: str, line: str, number: int) -> list[Problem]:
        """What is wrong with a line that is not surely right."""
        try:
            self.parsers[tag](line, number)
        except Unfit:
            return self.diagnose(tag, line, number)[1]
        return []

    def diagnose(self, tag: str, line: str, number: int) -> tuple[Record, list[Problem]]:
        """The long way: the record with what could be read, and what is wrong with it."""
        record = LAYOUTS[tag](record_type=tag, line=number)
        line = line.ljust(record.WIDTH)
        problems: list[Problem] = []
        for field in record.FIELDS.values():
            text = field.cut(line)
            try:
                value = field.read(text)
                broken = self._broken(field, value)
            except Unfit as wrong:
                value, broken = None, wrong.condition
            setattr(record, field.name, value)
            if broken:
                problems.append(_problem(tag, field, text.rstrip(), number, broken))
        return record, problems


_DAY = (
    "[0-9]{4}(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    "|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
"""Days that are surely real; the others are looked at one by one."""
_PATTERNS: Mapping[str, str] = {
    "ipi_base": "(I-[0-9]{9}-[0-9])",
    "ipi_name": "([0-9]{11})",
    "society": "[0-9]{3}",
    "tisn": "[0-9]{4}",
    "time": "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
    "share": "(?:0(?!0000)[0-9]{4}|10000)",
}
"""Kind of a field to the texts that are surely right; numbers are groups, because their check digits are looked at."""


def _pattern(field: Field) -> str:
    blank, table = f" {{{field.width}}}", field.table or ""
    if table in _PATTERNS:
        said = _PATTERNS[table]
    elif table in CODES:
        said = f"(?:{'|'.join(sorted(CODES[table]))})"
    elif table == "name":
        letters = re.escape("".join(sorted(NAME_LETTERS - {" "})))
        said = f"[{letters}][{letters} ]{{{field.width - 1}}}"
    elif field.kind == DAY:
        said = _DAY
    elif field.kind == NUMBER:
        said = f"[0-9]{{{field.width}}}"
    else:
        said = f"[^ ].{{{field.width - 1}}}" if field.required else f".{{{field.width}}}"
    return said if field.required else f"(?:{said}|{blank})"


def _glance(record: type[Record]) -> Callable[[str], bool]:
    """Whether a line is surely right; it may have anything behind its last field, or end before it."""
    pattern = re.compile("".join(("...", *map(_pattern, record.FIELDS.values()))), re.DOTALL)
    match, width, right = pattern.match, record.WIDTH, _CHECKED.__getitem__

    def fits(line: str) -> bool:
        return (match(line) or match(line.ljust(width))) is not None

    def fits_with_its_number(line: str) -> bool:
        found = match(line) or match(line.ljust(width))
        return found is not None and right(found[1])

    def fits_with_its_numbers(line: str) -> bool:
        found = match(line) or match(line.ljust(width))
        return found is not None and all(map(right, found.groups()))

    return (fits, fits_with_its_number, fits_with_its_numbers)[min(pattern.groups, 2)]


def _check_digits_fit(number: str | None) -> bool:
    if number is None:
        return True
    return (_base(number) if number[0] == "I" else _name_number(number)) is None


_CHECKED = Memo(_check_digits_fit)
GLANCES: Mapping[str, Callable[[str], bool]] = {tag: _glance(record) for tag, record in LAYOUTS.items()}
"""Record type to whether a line is surely right, as far as it can be said without the lists of the register."""


def _parser(record: type[Record], tag: str, memo_of: Callable[[Field], Memo]) -> Callable[[str, int], Record]:
    """A function of line and line number that makes a record, raising Unfit for any text that is not as it should be.

    One call cuts the line into all its fields and one more looks each of them up.
    """
    fields = tuple(record.FIELDS.values())
    memos = tuple(map(memo_of, fields))
    cut = itemgetter(*(slice(field.at, field.at + field.width) for field in fields))
    build: Callable[..., Record] = record
    width = record.WIDTH

    def parse(line: str, number: int) -> Record:
        if len(line) < width:
            line = line.ljust(width)
        return build(tag, number, *map(getitem, memos, cut(line)))

    return parse


def _problem(tag: str, field: Field, text: str, number: int, condition: str) -> Problem:
    mild = condition in _MILD or (condition == "given" and field.name in _ONLY_SAID)
    params = {"condition": condition, "field": field.name, "value": text.strip()}
    params["expected"] = expected(field, condition, text.strip())
    level, effect = (WARNING, None) if mild else (ERROR, "TR")
    return Problem(code_of(condition), level, effect, number, field.column, field.name, text, params, tag)


ZERO_IS_BLANK = frozenset({CLOCK, DAY, NUMBER, SHARE})
"""Kinds of fields in which blanks and zeros say the same."""
