"""From a musical work to what an agency submits of it.

Titles go in the letters of the CIS character set, upper case; titles in their own script go beside them with their
language. Publishers without a name number are left out, because the database drops them (rule IV/50).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from formats.characters import fold
from formats.iswc import codes
from formats.iswc.entries import Where
from formats.iswc.transactions import Add, Origin, Party, Performer, Title
from mappings.cwr.answers import NoLatinTitle, NotExpressible
from mappings.latin import LATIN
from mappings.model import Annex, Interest, Work
from mappings.model import Title as WorkTitle

CLASS = "MW"
_SOURCES: Mapping[str, tuple[str, str]] = {
    "VER": ("iswc_of_original_work", "original_work_title"),
    "EWT": ("iswc_of_entire_work", "entire_work_title"),
    "COM": ("iswc_of_component", "title"),
}
"""Annexes that name what a work is derived from: the fields with its number and title."""
_DERIVED = (("composite_type", "Composite", "COM"), ("excerpt_type", "Excerpt", "EWT"))
"""Details that say a work is derived, with the kind and the annexes that name the sources. Inferred: CWR and the ISWC
network divide derived works alike, but nobody says so."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is submitted, and where in the work each party of it stands."""

    submission: Add
    places: tuple[int, ...]
    """For each party the place of its interest in the work."""

    def field(self, where: Where) -> str:
        """A place of the submission as a place of the work: ``("parties", 0, "role")`` is ``interests.2.role``."""
        name, *inside = where
        if name == "parties" and inside and isinstance(inside[0], int):
            inner = _OF_PARTY.get(str(inside[1]) if len(inside) > 1 else "", "party")
            return f"interests.{self.places[inside[0]]}.{inner}"
        return _OF_WORK.get(str(name), str(name))


_OF_PARTY = {
    "name_number": "party.identifiers.ipi-name",
    "base_number": "party.identifiers.ipi-base",
    "role": "role",
}
_OF_WORK = {"parties": "interests", "title": "titles", "work_code": "number", "iswc": "identifiers.iswc"}


def from_work(work: Work, *, agency: str, source_db: str) -> Sent:
    """What ``agency`` submits of a work under the work's running number.

    Raises NotExpressible for a work of another class and NoLatinTitle without a Latin title that somebody accepted.
    """
    if work.creation_class != CLASS:
        raise NotExpressible("class", "creation_class")
    main = work.latin_title
    if main is None:
        raise NoLatinTitle("no-latin-title", "titles")
    named = list(_parties(work.interests))
    kind, sources = _derivation(work)
    submission = Add(
        agency=agency,
        source_db=source_db,
        work_code=work.number,
        category="DOM" if any(interest.controlled and _creates(interest) for interest in work.interests) else "INT",
        title=_latin(main.text) or None,
        titles=tuple(_titles(work, main)),
        parties=tuple(party for _, party in named),
        iswc=work.identifier("iswc"),
        derived_type=kind,
        derived_from=sources,
        performers=tuple(_performers(work.annexes)),
    )
    return Sent(submission, tuple(place for place, _ in named))


def _creates(interest: Interest) -> bool:
    return interest.role in codes.CREATORS


def _latin(text: str) -> str:
    return " ".join(fold(text, "titles").split())


def _titles(work: Work, main: WorkTitle) -> Iterator[Title]:
    """Every other title the database has a type for; of a second original one it is an alternative."""
    for title in work.titles:
        if title is main or not title.accepted:
            continue
        kind = "AT" if title.kind == codes.ORIGINAL else title.kind
        if kind not in codes.TITLE_TYPES:
            continue
        text = _latin(title.text) if title.script in (None, LATIN) else title.text
        if text:
            yield Title(text, kind, None if title.script in (None, LATIN) else title.language)


def _parties(interests: tuple[Interest, ...]) -> Iterator[tuple[int, Party]]:
    for place, interest in enumerate(interests):
        party = interest.party
        number = party.identifier("ipi-name") if party else None
        if interest.role not in codes.ROLES or (number is None and not _creates(interest)):
            continue
        name = party.latin if party else None
        said = ", ".join(part for part in (name.name, name.first_name) if part) if name else None
        yield place, Party(number, interest.role, party.identifier("ipi-base") if party else None, said)


def _derivation(work: Work) -> tuple[str | None, tuple[Origin, ...]]:
    """Whether and from what a work is derived. A composite or excerpt without a source goes as an original work,
    because the database would refuse it (IV/36, IV/38)."""
    for detail, kind, tag in _DERIVED:
        sources = tuple(_origins(work.annexes, tag))
        if work.details.get(detail) and sources:
            return kind, sources
    if work.details.get("version_type") == "MOD":
        return "ModifiedVersion", tuple(_origins(work.annexes, "VER"))
    return None, ()


def _origins(annexes: tuple[Annex, ...], tag: str) -> Iterator[Origin]:
    number, title = _SOURCES[tag]
    for annex in annexes:
        if annex.tag == tag and (annex.fields.get(number) or annex.fields.get(title)):
            yield Origin(annex.fields.get(number), _latin(annex.fields[title]) if annex.fields.get(title) else None)


def _performers(annexes: tuple[Annex, ...]) -> Iterator[Performer]:
    for annex in annexes:
        if annex.tag == "PER" and annex.fields.get("performing_artist_last_name"):
            first = annex.fields.get("performing_artist_first_name")
            yield Performer(annex.fields["performing_artist_last_name"], first)
