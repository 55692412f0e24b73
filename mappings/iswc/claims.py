"""The ISWCs several sources claim for one work, compared after resolution.

Equal after resolution is agreement, whatever was written. What still differs goes by rank, and a person is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mappings.iswc.chains import preferred

Source = Literal["person", "agency", "cisnet", "submitter"]
RANK: Mapping[str, int] = {"person": 0, "agency": 1, "cisnet": 2, "submitter": 3}
"""The lower, the more it counts; nothing a machine hears overrules a person."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A number somebody claims for the work, since when (aware UTC)."""

    value: str
    source: Source
    since: datetime


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How the claims stand to one another."""

    current: str | None
    """The number to use, resolved; None without claims or where its chain is in trouble."""
    former: tuple[str, ...] = ()
    """Numbers that lead to the current one."""
    others: tuple[Claim, ...] = ()
    """Claims that differ after resolution: the node asks a person (``number-differs``)."""
    troubled: tuple[str, ...] = ()
    """Numbers whose chain runs in a circle or never ends."""


def reconcile(claims: Iterable[Claim], standing: Mapping[str, str]) -> Reconciled:
    """Compare claims by the chains ``standing`` (child to parent).

    The claim of the highest rank is current, of equal ones the newest. The same value claimed again counts once.
    """
    ordered = sorted(claims, key=lambda claim: (RANK[claim.source], -claim.since.timestamp(), claim.value))
    resolved = {claim.value: preferred(claim.value, standing) for claim in ordered}
    troubled = tuple(value for value, found in resolved.items() if found.number is None)
    sound = [claim for claim in ordered if resolved[claim.value].number is not None]
    if not sound:
        return Reconciled(None, troubled=troubled)
    current = resolved[sound[0].value].number
    former = dict.fromkeys(
        value for claim in sound if resolved[claim.value].number == current
        for value in resolved[claim.value].path if value != current
    )  # fmt: skip
    others = _once(claim for claim in sound if resolved[claim.value].number != current)
    return Reconciled(current, tuple(former), others, troubled)


def _once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    first: dict[str, Claim] = {}
    for claim in claims:
        first.setdefault(claim.value, claim)
    return tuple(first.values())
