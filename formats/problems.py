"""What is wrong with a file, without words: a code and what a sentence needs. Applications make the sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as default_of

ERROR, WARNING = "error", "warning"
REJECTING = ("ER", "GR", "TR")
"""Effects that refuse the file, the group or the transaction."""
REPAIRING = ("RR", "FR")
"""Effects that leave out a record or put a default into a field."""
EFFECTS = (*REJECTING, *REPAIRING)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``line`` and ``column`` count from 1, columns in characters after a byte order mark."""

    code: str
    """The standard's rule (``NWR-T-011``) or one of ours (``KORA-...``)."""
    level: str = ERROR
    effect: str | None = None
    """ER, GR, TR, RR or FR where the standard names one; None where we tolerate what it would refuse."""
    line: int | None = None
    column: int | None = None
    field: str | None = None
    value: str | None = None
    """The raw text as it stands in the file."""
    params: Mapping[str, object] = default_of(default_factory=dict)
    record: str | None = None
    """Record type, element or sheet."""


def level_of(effect: str) -> str:
    """error for what refuses something, warning for what the standard repairs by itself."""
    return ERROR if effect in REJECTING else WARNING


def worst(problems: Iterable[Problem]) -> str | None:
    """The gravest effect among the problems, None when none of them has one."""
    found = {problem.effect for problem in problems}
    return next((effect for effect in EFFECTS if effect in found), None)


def rejects(problems: Iterable[Problem]) -> bool:
    """True when one of the problems refuses what it belongs to."""
    return any(problem.effect in REJECTING for problem in problems)
