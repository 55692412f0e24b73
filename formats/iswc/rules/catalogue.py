"""The rules of the ISWC database, each declared once: a function here, or a row for what only the database can tell.

Source: ValidationRules and MatchingRules (SPE_20190424), the agency API (SPE_20191217) and the later message catalogue,
as restated publicly. The database can switch rules on and off: our checks save round trips and decide nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from formats.iswc.entries import Where
from formats.iswc.rules.references import References

FAMILIES = ("IV", "MD", "EL", "MAT", "PV")
"""Static, standardisation, eligibility, matching, after matching: the order the database goes in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One breach. ``number`` is the agency's code, the rule's first where the function names none."""

    where: Where
    condition: str
    number: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)


Test = Callable[[Any, References], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the transactions it is applied to and the agency's numbers for breaking it."""

    id: str
    on: frozenset[str]
    numbers: tuple[str, ...]
    test: Test | None = None
    needs: tuple[str, ...] = ()
    """Members of References the test asks for, or words for what nobody outside the database has."""
    applied: bool = False
    """Not a test but something done: by a reader, or where works are compared."""
    reading: str | None = None
    """What is tested instead, where the rule cannot be tested as it is written."""
    forms: tuple[str, ...] = ("EDI", "JSON", "REST")

    @property
    def family(self) -> str:
        """The phase, which is the part of the id before the stroke."""
        return self.id.partition("/")[0]

    @property
    def implemented(self) -> bool:
        """Whether anything here tests or does it."""
        return self.test is not None or self.applied


RULES: dict[str, Rule] = {}
SENT = "CAR CUR"


def rule(id: str, on: str, *numbers: str, needs: str = "", reading: str | None = None) -> Callable[[Test], Test]:
    """Declare a function as the test of a rule."""

    def declare(test: Test) -> Test:
        _add(Rule(id, frozenset(on.split()), numbers, test, tuple(needs.split()), reading=reading))
        return test

    return declare


def row(
    id: str, on: str, numbers: str = "", *, needs: str = "", applied: bool = False, forms: str = "EDI JSON REST"
) -> None:
    """Declare a rule that has no test here; ``needs`` are words divided by commas."""
    lacking = tuple(part.strip() for part in needs.split(",") if part.strip())
    on_all = frozenset(on.split())
    _add(Rule(id, on_all, tuple(numbers.split()), None, lacking, applied, forms=tuple(forms.split())))


def _add(one: Rule) -> None:
    if one.id in RULES:
        raise ValueError(f"rule {one.id} is declared twice")
    RULES[one.id] = one


def in_order() -> Iterator[Rule]:
    """Every rule, by phase and number."""
    return iter(sorted(RULES.values(), key=lambda one: (FAMILIES.index(one.family), one.id)))
