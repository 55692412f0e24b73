"""Persons and firms, as the public may know them. Bank, tax, contact and birth data are not here: they stay home."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mappings.model.identifier import Identifier


@dataclass(frozen=True, slots=True)
class PartyName:
    """One form of a name. A firm has no first name."""

    name: str
    first_name: str | None = None
    kind: str = "patronym"
    """patronym, pseudonym, spelling, transliteration or firm."""
    script: str | None = None
    """ISO 15924, such as ``Arab``."""
    language: str | None = None
    """ISO 639-1, lower case."""
    accepted: bool = True
    """False for a Latin form made by machine that nobody has accepted yet; such a form is never sent to a partner."""


@dataclass(frozen=True, slots=True)
class Party:
    """A right owner. ``id`` is the record's UUID at its node, ``number`` the node's running number (up to 9 digits)."""

    names: tuple[PartyName, ...] = ()
    kind: str = "person"
    """person or firm."""
    id: str | None = None
    number: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    societies: Mapping[str, str] = field(default_factory=dict)
    """Right code (PR, MR, SR) to the CISAC code of the society the party belongs to for it."""

    def identifier(self, scheme: str) -> str | None:
        """The first value of a scheme, or None."""
        return next((i.value for i in self.identifiers if i.scheme == scheme), None)

    @property
    def latin(self) -> PartyName | None:
        """The Latin name that may be sent to partners: accepted by a person, or None."""
        return next((n for n in self.names if n.accepted and n.script in (None, "Latn")), None)
