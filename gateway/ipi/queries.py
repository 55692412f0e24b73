"""Questions to the directory: who bears a name or a number, who stands for whom, who holds a mandate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formats.identifiers import ipi_base, ipi_name
from gateway.ipi import rules
from gateway.ipi.documents import SHARED_TYPES, Mandate, from_bytes, mandates, usages
from gateway.ipi.loading import unseal
from gateway.ipi.models import IpiFeed, IpiKey, IpiName, IpiParty, IpiWanted
from gateway.ipi.rules import Resolution, Step
from interface.vault import Vault
from mappings.identity.names import asked_keys, latin_key, likeness, rotations
from mappings.tables import UnknownTerritory, territory_members

How = Literal["number", "equal", "beginning", "similar"]

LIMIT = 50
"""Answers to a search, unless told otherwise."""
MOST_HOLDERS = 1_000
"""Of one key that are looked at; a name that more people bear tells nobody apart."""
MOST_EXAMINED = 200
"""Parties whose names are compared, or whose records are opened for a filter, in one search."""
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Found:
    """One answer: the party, its patronym, the name that was found and how; ``score`` is 0 to 1."""

    party: IpiParty
    patronym: IpiName | None
    matched: IpiName
    how: How
    score: float


@dataclass(frozen=True, slots=True)
class Answers:
    """``total`` counts all that fit, ``results`` are the best of them."""

    total: int
    results: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Only parties that use a name in this role (a code of the register), or gave this society a mandate."""

    role: str | None = None
    society: str | None = None

    @property
    def asks(self) -> bool:
        return self.role is not None or self.society is not None


# -- search -----------------------------------------------------------------------------------------------------------


def find(session: Session, vault: Vault, text: str, wanted: Filter | None = None, *, limit: int = LIMIT) -> Answers:
    """Parties by number, else by equal name, else by the beginning of a name, else by what a name sounds like."""
    wanted = wanted or Filter()
    for how, hits in _stages(session, text):
        if hits:
            return _answers(session, vault, text, how, hits, wanted, limit)
    return Answers(0, ())


def _stages(session: Session, text: str) -> Iterable[tuple[How, list[int]]]:
    """How and the parties, the most telling way first; a way is taken only when those before found nobody."""
    yield "number", _by_number(session, text)
    yield "equal", _by_key(session, rotations(text))
    yield "beginning", _by_beginning(session, latin_key(text.replace(",", " ")))
    yield "similar", _by_sound(session, text)


def _by_number(session: Session, text: str) -> list[int]:
    base, number = numbers_in(text)
    if base is not None:
        return list(session.scalars(select(IpiParty.id).where(IpiParty.base == base)))
    if number is not None:
        return list(session.scalars(select(IpiName.party_id).where(IpiName.number == number)))
    return []


def numbers_in(text: str) -> tuple[str | None, str | None]:
    """Base number and name number that a text may be, with or without punctuation; a wrong check digit is no bar."""
    compact = ipi_base.compact(text)
    if len(compact) == 11 and compact[0] == "I" and compact[1:].isascii() and compact[1:].isdigit():
        return f"I-{compact[1:10]}-{compact[10]}", None
    digits = ipi_name.compact(text)
    if 0 < len(digits) <= 11 and digits.isascii() and digits.isdigit():
        return None, digits.zfill(11)
    return None, None


def _by_key(session: Session, sort_keys: Sequence[str]) -> list[int]:
    if not sort_keys:
        return []
    return list(
        session.scalars(select(IpiName.party_id).where(IpiName.sort_key.in_(sort_keys)).distinct().limit(MOST_HOLDERS))
    )


def _by_beginning(session: Session, key: str) -> list[int]:
    if not key:
        return []
    begins = (IpiName.sort_key >= key) & (IpiName.sort_key < key + _LAST)
    found = select(IpiName.party_id).where(begins).order_by(IpiName.sort_key).limit(MOST_HOLDERS)
    return list(dict.fromkeys(session.scalars(found)))


def _by_sound(session: Session, text: str) -> list[int]:
    """Who shares keys with the text: the whole name first, then keys that few others have."""
    asked = asked_keys(text)
    if not asked:
        return []
    votes: dict[int, float] = {}
    for key in asked:
        holders = list(session.scalars(select(IpiKey.party_id).where(IpiKey.hash == key).limit(MOST_HOLDERS)))
        weight = (2.0 if key == asked[0] else 1.0) / (1 + len(holders))
        for party in holders:
            votes[party] = votes.get(party, 0.0) + weight
        if key == asked[0] and len(holders) >= LIMIT:
            break  # as many have the whole name as can be shown
    return sorted(votes, key=lambda party: (-votes[party], party))


def _answers(
    session: Session, vault: Vault, text: str, how: How, hits: Sequence[int], wanted: Filter, limit: int
) -> Answers:
    total = len(hits)
    looked_at = hits[: max(limit, MOST_EXAMINED if wanted.asks or how == "similar" else limit)]
    names = _names_of(session, looked_at)
    best = {party: _best(text, how, names.get(party, [])) for party in looked_at}
    ranked = sorted((party for party in looked_at if best[party]), key=lambda party: (-best[party][1], party))  # type: ignore[index]
    parties = {row.id: row for row in session.scalars(select(IpiParty).where(IpiParty.id.in_(ranked)))}
    if wanted.asks:
        ranked = [party for party in ranked if _fits(vault, parties[party], wanted)]
        total = len(ranked)
    return Answers(
        total, tuple(_found(parties[party], names[party], best[party], how) for party in ranked[:limit])
    )  # fmt: skip


def _names_of(session: Session, parties: Sequence[int]) -> dict[int, list[IpiName]]:
    names: dict[int, list[IpiName]] = {}
    for row in session.scalars(select(IpiName).where(IpiName.party_id.in_(parties)).order_by(IpiName.number)):
        names.setdefault(row.party_id, []).append(row)
    return names


def _best(text: str, how: How, names: Sequence[IpiName]) -> tuple[IpiName, float] | None:
    """The name of a party that was meant, and how well it fits."""
    if not names:
        return None
    if how == "number":
        _, number = numbers_in(text)
        meant = next((name for name in names if name.number == number), None)
        return meant or next((name for name in names if name.type == "PA"), names[0]), 1.0
    scored = [(name, _score(text, how, name)) for name in names]
    return max(scored, key=lambda one: one[1])


def _score(text: str, how: How, name: IpiName) -> float:
    if how == "beginning":
        key = latin_key(text.replace(",", " "))
        return round(len(key) / len(name.sort_key), 4) if name.sort_key.startswith(key) else 0.0
    return 1.0 if name.sort_key in rotations(text) else likeness(text, name.name, name.first_name)


def _found(party: IpiParty, names: Sequence[IpiName], best: tuple[IpiName, float] | None, how: How) -> Found:
    matched, score = best or (names[0], 0.0)
    patronym = next((name for name in names if name.number == party.patronym), None)
    return Found(party, patronym, matched, how, score)


def _fits(vault: Vault, party: IpiParty, wanted: Filter) -> bool:
    lines = lines_of(vault, party)
    if wanted.role is not None and all(role != wanted.role for _, role, _ in usages(lines)):
        return False
    return wanted.society is None or any(mandate.society == wanted.society for mandate in mandates(lines))


# -- one party --------------------------------------------------------------------------------------------------------


def lines_of(vault: Vault, party: IpiParty) -> list[str]:
    """The records of a party. They hold birth dates; whoever shows some of them leaves BDN out."""
    return from_bytes(unseal(vault, party.body, party.base))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a number stands for: one party, or with a shared name its members. All empty: nobody."""

    number: str
    party: IpiParty | None = None
    names: tuple[IpiName, ...] = ()
    usages: tuple[tuple[str, str, str], ...] = ()
    mandates: tuple[Mandate, ...] = ()
    resolution: Resolution | None = None
    members: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return self.party is not None or bool(self.members)


def show(session: Session, vault: Vault, text: str) -> Shown:
    """Everything about the party a name number or a base number stands for; money follows purchases too."""
    base, number = numbers_in(text)
    if number is not None:
        holders = list(session.scalars(select(IpiName).where(IpiName.number == number).order_by(IpiName.party_id)))
        if any(name.type in SHARED_TYPES or _spells_a_shared_one(session, name) for name in holders):
            members = session.scalars(
                select(IpiParty.base)
                .where(IpiParty.id.in_([name.party_id for name in holders]))
                .order_by(IpiParty.base)
            )
            return Shown(text, names=tuple(holders[:1]), members=tuple(members))
        found = session.get(IpiParty, holders[0].party_id) if holders else None
    else:
        found = by_base(session, base) if base is not None else None
    if found is None:
        return Shown(text)
    lines = lines_of(vault, found)
    names = session.scalars(select(IpiName).where(IpiName.party_id == found.id).order_by(IpiName.number))
    return Shown(
        number=text,
        party=found,
        names=tuple(names),
        usages=tuple(usages(lines)),
        mandates=tuple(mandates(lines)),
        resolution=resolve(session, found.base),
    )


def _spells_a_shared_one(session: Session, name: IpiName) -> bool:
    """A spelling belongs to a name; when that is shared, so is the spelling."""
    if name.parent is None:
        return False
    types = session.scalars(select(IpiName.type).where(IpiName.number == name.parent))
    return any(type in SHARED_TYPES for type in types)


def by_base(session: Session, base: str) -> IpiParty | None:
    """The party of a base number."""
    return session.scalar(select(IpiParty).where(IpiParty.base == base))


def bases_of(session: Session, number: str) -> Sequence[str]:
    """The base numbers behind a name number: one, or all members of a shared name. Raises InvalidIdentifier."""
    canonical = ipi_name.validate(number)
    held = select(IpiName.party_id).where(IpiName.number == canonical)
    return session.scalars(select(IpiParty.base).where(IpiParty.id.in_(held)).order_by(IpiParty.base)).all()


def resolve(session: Session, base: str, *, money: bool = True) -> Resolution:
    """Whom a party stands for now. Each step is one question, and chains are short."""

    def step_of(one: str) -> Step | None:
        row = session.execute(select(IpiParty.status, IpiParty.refers_to).where(IpiParty.base == one)).first()
        return None if row is None else Step(row.status, row.refers_to)

    return rules.resolve(base, step_of, money=money)


def expand(lines: Sequence[tuple[bool, str]], on: date) -> frozenset[str]:
    """The single territories that lines of a mandate mean on a day; a code the TIS does not have means itself."""
    known: frozenset[str] = frozenset()
    for include, code in lines:
        try:
            members = territory_members(code, on)
        except UnknownTerritory:
            members = frozenset({code})
        known = known | members if include else known - members
    return known


# -- the directory itself ---------------------------------------------------------------------------------------------


def feed(session: Session, kind: str) -> IpiFeed | None:
    """How far a feed was followed."""
    return session.get(IpiFeed, kind)


def wanted(session: Session) -> Sequence[str]:
    """Parties to be fetched whole, longest wanted first."""
    return session.scalars(select(IpiWanted.base).order_by(IpiWanted.since, IpiWanted.base)).all()


def size(session: Session) -> int:
    """How many parties the directory holds."""
    return session.scalar(select(func.count()).select_from(IpiParty)) or 0
