"""Breaches of rules while a transaction is judged: noted as problems, with what the standard does about them done."""

from collections.abc import Sequence
from typing import Any

from formats.cwr import standard
from formats.fixed_width import Record
from formats.problems import Problem, level_of

_BLANKS = frozenset({"blank", "zeros"})


class Faults:
    """Called by the rules of one transaction. ``problems`` are its findings, ``dropped`` the places it loses."""

    def __init__(self, version: str, lines: Sequence[str], first_line: int, problems: list[Problem]) -> None:
        self.version = version
        self.problems = problems
        self.dropped: set[int] = set()
        self._lines = lines
        self._first = first_line

    def __call__(
        self, code: str, record: Record, field: str | None = None, condition: str | None = None, **params: object
    ) -> None:
        """The rule ``code`` is broken by a record, in one field where the rule speaks of one."""
        rule = standard.rules()[code]
        effect = rule.effects[self.version]
        column, value = None, None
        if field is not None:
            place = record.FIELDS[field]
            column, value = place.column, self._raw(record, field)
        if effect == "RR":
            self.dropped.add(record.line)
        elif effect == "FR" and field is not None and rule.default:
            setattr(record, field, None if rule.default in _BLANKS else rule.default)
        said: dict[str, Any] = {**params}
        if condition is not None:
            said["condition"] = condition
        if field is not None:
            said |= {"field": field, "value": value or ""}
        self.problems.append(
            Problem(code, level_of(effect), effect, record.line, column, field, value, said, record.record_type)
        )

    def _raw(self, record: Record, field: str) -> str | None:
        at = record.line - self._first
        return record.FIELDS[field].cut(self._lines[at]).rstrip() if 0 <= at < len(self._lines) else None
