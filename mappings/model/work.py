"""A work of any creation class, with the interests people hold in it (shares as CWR knows them, without loss)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator

from mappings.model.identifier import Identifier
from mappings.model.party import Party
from mappings.model.values import Share


@dataclass(frozen=True, slots=True)
class Title:
    """One title. ``kind`` is a code of ``title_types.csv``; the first title of a work is its main title."""

    text: str
    kind: str = "OT"
    language: str | None = None
    script: str | None = None
    accepted: bool = True
    """False for a Latin form made by machine that nobody has accepted yet; such a form is never sent to a partner."""


def _with_a_title(titles: tuple[Title, ...]) -> tuple[Title, ...]:
    """Refuse a work from outside that has no title at all."""
    if not titles:
        raise ValueError("a work has at least one title")
    return titles


@dataclass(frozen=True, slots=True)
class CollectionLine:
    """Who collects where: one territory, included or taken out again, and the shares collected there."""

    territory: str
    include: bool = True
    shares: Mapping[str, Share] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    """What a format says besides: ``shares_change``."""


@dataclass(frozen=True, slots=True)
class Representation:
    """A writer's link to the publisher that represents him (CWR PWR).

    ``chain`` says which: the party that opens it. Number and name are only kept when no chain of the work fits them.
    """

    publisher_number: str | None = None
    publisher_name: str | None = None
    chain: int | None = None
    agreement: str | None = None
    """Number of the agreement at the submitter."""
    society_agreement: str | None = None
    """Number of the agreement at the society."""


@dataclass(frozen=True, slots=True)
class Interest:
    """One person's or firm's part in a work. The order of interests in a work is the order within chains."""

    role: str
    """A code of ``roles.csv``; empty when a source said nothing."""
    party: Party | None = None
    """None: nobody knows who it is. A party without ``id`` is known by name only."""
    controlled: bool = False
    """The CMO (or the submitting publisher) acts for this party."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """Own share by right code (PR, MR, SR); a right that is absent was left blank."""
    societies: Mapping[str, str] = field(default_factory=dict)
    """Right code to CISAC society code, as declared for this work."""
    collection: tuple[CollectionLine, ...] = ()
    chain: int | None = None
    """Number of the publisher chain; None for writers and others."""
    represented_by: tuple[Representation, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    """What a format says besides, by its own field name (``submitter_agreement_number``, ``work_for_hire`` ...)."""


@dataclass(frozen=True, slots=True)
class Annex:
    """A record of a partner's format that Kora carries along unread (CWR: EWT VER PER REC ORN INS IND COM ...)."""

    tag: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Work:
    """A protected creation of one creation class.

    ``id`` is the record's UUID at its node, ``number`` the node's running number (up to 14 characters), which
    partners quote back. ``details`` holds what the class asks for, checked against its row of ``creation_classes.csv``.
    """

    titles: Annotated[tuple[Title, ...], AfterValidator(_with_a_title)]
    interests: tuple[Interest, ...] = ()
    creation_class: str = "MW"
    id: str | None = None
    number: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    annexes: tuple[Annex, ...] = ()

    @property
    def title(self) -> Title:
        """The main title."""
        return self.titles[0]

    def identifier(self, scheme: str) -> str | None:
        """The first value of a scheme, or None."""
        return next((i.value for i in self.identifiers if i.scheme == scheme), None)

    @property
    def latin_title(self) -> Title | None:
        """The Latin title that may be sent to partners: accepted by a person, an original one first, or None."""
        latin = [title for title in self.titles if title.accepted and title.script in (None, "Latn")]
        return next((title for title in latin if title.kind == "OT"), latin[0] if latin else None)
