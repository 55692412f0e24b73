"""A number somebody gave to a party or a work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value of one scheme of ``formats.identifiers.SCHEMES``, or a society's own number (scheme ``society-work``)."""

    scheme: str
    value: str
    issuer: str | None = None
    """CISAC code of the society, or name of the register, that gave it; None when the scheme itself says so."""
    source: str | None = None
    """Who told us: ``typed``, ``import`` or a partner's name."""
