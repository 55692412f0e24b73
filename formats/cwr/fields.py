"""Lines to records: every field read, its format and table edits applied.

The way of good lines is short: one pattern for the whole line tells that its free texts are right, and every other text
is looked up among those already found right. Any other line goes the long way, which looks at each field by itself and
says what is wrong with it.
"""

from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any

from formats import characters
from formats.cwr import standard
from formats.cwr.standard import Edit
from formats.fixed_width import TEXT, Field, Memo, Record, Texts, Unfit, Values, parser
from formats.identifiers import ipi_base, ipi_name, isrc, iswc
from formats.problems import Problem, level_of

Parser = Callable[[str, int], Record]

_ZERO_DIGITS = frozenset("0")
_OF_TEXTS = frozenset({"given", "written_in"})
"""Conditions that a pattern of letters can tell."""


def ean_is_valid(number: str) -> bool:
    """A GTIN-13 or GTIN-12 (in front of a blank) with its check digit, GS1 General Specifications 7.9."""
    if len(number) not in (12, 13) or not (number.isascii() and number.isdigit()):
        return False
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _check(field: Field) -> Callable[[str], bool]:
    if field.table in {"ipi_name", "ipi_base", "isrc"}:
        return {"ipi_name": ipi_name.is_valid, "ipi_base": ipi_base.is_valid, "isrc": isrc.is_valid}[field.table]
    return ean_is_valid if field.table == "ean" else iswc.is_valid


class Fields:
    """Parsers for all record types of one version.

    ``lenient`` tolerates what real files do: society codes without their zeros, accented letters in titles.
    ``societies`` are codes valid beside those of the standard's table.
    """

    def __init__(self, version: str, *, lenient: bool, societies: Container[str] | None = None) -> None:
        self.version = version
        self.lenient = lenient
        self.societies = societies if societies is not None else ()
        self._edits = standard.edits(version)
        self._memos: dict[tuple[Any, ...], Memo] = {}
        self.parsers: Mapping[str, Parser] = {
            tag: parser(record, tag, partial(self._values, tag)) for tag, record in standard.layouts(version).items()
        }

    def _values(self, tag: str, field: Field) -> Values:
        edits = self._edits.get((tag, field.name), ())
        make = partial(self._value, field, edits)
        conditions = {condition for edit in edits for condition in edit.conditions}
        if field.kind != TEXT or not conditions <= _OF_TEXTS:
            return self._memo(field, edits, make)
        letters = [characters.allowed(edit.argument) for edit in edits if "written_in" in edit.conditions]
        both = frozenset.intersection(*letters) if letters else None
        return Texts(field.width, make, letters=both, given="given" in conditions)

    def _memo(self, field: Field, edits: tuple[Edit, ...], make: Callable[[str], Any]) -> Memo:
        """One memory for all fields that allow the same."""
        what = tuple((edit.conditions, edit.argument) for edit in edits)
        number = field.name if field.name.startswith("iswc") else None
        key = (field.kind, field.width, field.table, field.zero, field.required, number, what)
        return self._memos.setdefault(key, Memo(make))

    def _value(self, field: Field, edits: tuple[Edit, ...], text: str) -> Any:
        value = self._read(field, text)
        for edit in edits:
            broken = self._broken(edit, field, text, value)
            if broken:
                raise Unfit(broken)
        return value

    def _read(self, field: Field, text: str) -> Any:
        value = field.read(text)
        if field.table == "ipi_name" and isinstance(value, str) and set(value) == _ZERO_DIGITS:
            return None  # as many senders leave a number they do not know
        return value

    def _broken(self, edit: Edit, field: Field, text: str, value: Any) -> str | None:
        """The condition of the edit that a value which could be read does not meet."""
        return next((name for name in edit.conditions if not self._meets(name, edit, field, text, value)), None)

    def _meets(self, condition: str, edit: Edit, field: Field, text: str, value: Any) -> bool:
        if condition == "given":
            return value is not None
        if condition == "blank":
            return value is None
        if value is None:
            return True
        if condition == "in_table":
            return value in standard.codes(edit.argument, self.version) or (
                edit.argument == "society_code" and value in self.societies
            )
        if condition == "one_of":
            return value in edit.argument.split()
        if condition == "share_up_to":
            return int(value) <= int(edit.argument)
        if condition == "check_digits":
            return _check(field)(value)
        if condition == "written_in":
            return not characters.outside(value, edit.argument)
        if condition == "numeric":
            return isinstance(value, int) or (value.isascii() and value.isdigit())
        return True  # real_day and real_time: what could be read is one

    def diagnose(self, tag: str, line: str, number: int) -> tuple[Record, list[Problem], bool]:
        """The long way: the record with defaults in place, what is wrong with it, and whether it must be left out."""
        record = standard.layouts(self.version)[tag](record_type=tag, line=number)
        problems: list[Problem] = []
        for field in record.FIELDS.values():
            text = field.cut(line)
            value, found = self._diagnosed(tag, field, text)
            setattr(record, field.name, value)
            problems += [self._problem(tag, field, text, number, *one) for one in found]
        return record, problems, any(problem.effect == "RR" for problem in problems)

    def _diagnosed(self, tag: str, field: Field, text: str) -> tuple[Any, list[tuple[str, str, bool]]]:
        """Value and findings: (code, condition, tolerated)."""
        edits = self._edits.get((tag, field.name), ())
        try:
            value = self._read(field, text)
        except Unfit as wrong:
            code = next((edit.id for edit in edits if wrong.condition in edit.conditions), None)
            code = code or next((edit.id for edit in edits), None) or _OF_CONTROL.get((tag, field.name))
            return self._default(code), [(code or "KORA-NOT-A-VALUE", wrong.condition, False)]
        found: list[tuple[str, str, bool]] = []
        for edit in edits:
            condition = self._broken(edit, field, text, value)
            if condition is None:
                continue
            repaired = self._tolerated(edit, field, text) if self.lenient else None
            if repaired is not None:
                value = repaired
                found.append((edit.id, condition, True))
                continue
            found.append((edit.id, condition, False))
            if self._effect(edit.id) == "FR":
                value = self._default(edit.id)
                break
        return value, found

    def _tolerated(self, edit: Edit, field: Field, text: str) -> str | None:
        """The value to go on with where real files differ from the text of the standard; None where none is known."""
        said = text.strip()
        if edit.argument == "society_code" and said.isdigit():
            padded = said.zfill(3)
            if padded in standard.codes("society_code", self.version) or padded in self.societies:
                return padded
        if edit.argument == "titles" and not characters.outside(said, "national_titles"):
            return said
        return None

    def _effect(self, code: str | None) -> str | None:
        rule = standard.rules().get(code or "")
        return rule.effects.get(self.version) if rule else None

    def _default(self, code: str | None) -> Any:
        rule = standard.rules().get(code or "")
        default = rule.default if rule else None
        if default in (None, "blank", "zeros"):
            return None
        return default

    def _problem(
        self, tag: str, field: Field, text: str, number: int, code: str, condition: str, tolerated: bool
    ) -> Problem:
        # A text that is no value at all and that no rule speaks of: the field is left empty, as FR would.
        effect = None if tolerated else self._effect(code) or "FR"
        params: dict[str, object] = {"condition": condition, "field": field.name, "value": text.strip()}
        level = "warning" if effect is None else level_of(effect)
        return Problem(code, level, effect, number, field.column, field.name, text.rstrip(), params, tag)


_OF_CONTROL: Mapping[tuple[str, str], str] = {
    ("HDR", "creation_date"): "HDR-F-010",
    ("HDR", "creation_time"): "HDR-F-010",
    ("HDR", "transmission_date"): "HDR-F-011",
    ("HDR", "revision"): "HDR-F-016",
    ("GRH", "group_id"): "GRH-F-002",
    ("GRT", "group_id"): "GRT-F-001",
    ("GRT", "transaction_count"): "GRT-F-002",
    ("GRT", "record_count"): "GRT-F-003",
    ("TRL", "group_count"): "TRL-F-001",
    ("TRL", "transaction_count"): "TRL-F-002",
    ("TRL", "record_count"): "TRL-F-003",
    ("AGR", "retention_end_date"): "AGR-F-007",
    ("AGR", "post_term_collection_end_date"): "AGR-F-013",
    ("NWR", "duration"): "NWR-F-008",
    ("REV", "duration"): "NWR-F-008",
    ("ISW", "duration"): "NWR-F-008",
    ("EXC", "duration"): "NWR-F-008",
    ("NWR", "composite_component_count"): "NWR-F-020",
    ("REV", "composite_component_count"): "NWR-F-020",
    ("SPU", "publisher_sequence_number"): "SPU-F-001",
    ("OPU", "publisher_sequence_number"): "SPU-F-001",
    ("NPN", "publisher_sequence_number"): "NPN-F-001",
    ("PWR", "publisher_sequence_number"): "PWR-F-007",
    ("ORN", "year_of_production"): "ORN-F-008",
    ("MSG", "original_record_sequence"): "MSG-F-002",
}
"""The rule that speaks of a text which is no value of its field, where it is not an edit of that field alone."""
