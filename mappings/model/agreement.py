"""Agreements between parties, as a partner's file told of them: shown, not sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mappings.model.party import Party
from mappings.model.values import Share, TerritoryLine


@dataclass(frozen=True, slots=True)
class AgreementParty:
    """One side of an agreement with its shares by right."""

    party: Party
    role: str
    """AS assignor or AC acquirer."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    societies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A transfer of rights. ``source_number`` is the number in the sender's database, which interests quote."""

    source_number: str
    kind: str
    """A code of ``agreement_types.csv`` (OS, PS, OG, PG)."""
    starts_on: date
    ends_on: date | None = None
    parties: tuple[AgreementParty, ...] = ()
    territories: tuple[TerritoryLine, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    """The original lines, so that nothing is lost."""
    id: str | None = None
    number: str | None = None
