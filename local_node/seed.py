"""Fills a node with invented people and works, through the same operations that people use."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from local_node.admin.queries import office
from local_node.demo.people import PEOPLE, party_of
from local_node.demo.works import OF_A, OF_B, Piece
from local_node.right_owners import operations as right_owners
from local_node.right_owners import queries as known
from local_node.works import operations as works
from local_node.works import queries as catalogue
from mappings.model import Interest, Party, Title, Work, share


def plant(session: Session, which: str, *, by: str, now: datetime) -> dict[str, int]:
    """Register the people and works of demonstration ``a`` or ``b``; what is there already is left alone.

    Returns how many ``right_owners`` and ``works`` were added.
    """
    people, added = _people(session, which, by=by, now=now)
    pieces = [piece for piece in (OF_A if which == "a" else OF_B) if not _is_there(session, piece)]
    for piece in pieces:
        works.register_work(session, _work(piece, people), by=by, now=now)
    return {"right_owners": added, "works": len(pieces)}


def _people(session: Session, which: str, *, by: str, now: datetime) -> tuple[dict[str, Party], int]:
    society = office(session).society
    found: dict[str, Party] = {}
    added = 0
    for place, person in enumerate(PEOPLE, 1):
        if which not in person.offices:
            continue
        party = party_of(person, place, society)
        present = known.by_identifier(session, "ipi-name", party.identifiers[0].value)
        added += not present
        found[person.key] = known.to_party(present[0]) if present else _register(session, party, by, now)
    return found, added


def _register(session: Session, party: Party, by: str, now: datetime) -> Party:
    return right_owners.register(session, party, by=by, now=now)


def _is_there(session: Session, piece: Piece) -> bool:
    return any(row.creation_class == piece.creation_class for row in catalogue.by_title(session, piece.title))


def _work(piece: Piece, people: Mapping[str, Party]) -> Work:
    latin = Title(piece.title, "OT", piece.language, "Latn", piece.latin_accepted)
    own = (Title(piece.own[0], "OT", piece.own[2], piece.own[1]),) if piece.own else ()
    return Work(
        titles=(*own, latin),
        interests=tuple(_interest(part, people) for part in piece.parts.split()),
        creation_class=piece.creation_class,
        details=dict(pair.split("=", 1) for pair in piece.details.split()),
    )


def _interest(part: str, people: Mapping[str, Party]) -> Interest:
    key, role, performing, mechanical = part.rstrip("!").split(":")
    return Interest(
        role=role,
        party=people[key],
        controlled=not part.endswith("!"),
        shares={"PR": share(performing), "MR": share(mechanical)},
    )
