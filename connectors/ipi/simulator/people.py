"""The invented parties of the simulated register, and what happens to some of them day by day. Pure.

Among them are all four statuses, a chain of three merged parties, two that point to each other, a firm that was bought,
a group's name and a holding's name.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from formats.fixed_width import Record
from formats.identifiers import ipi_base, ipi_name
from formats.ipi.records import record_class

COUNT = 500
STAMP_TIME = "101112"
BORN, OPEN = date(2001, 1, 1), date(9999, 12, 31)
CHANGED = date(2025, 6, 1)
FAMILIES = (
    *("BASILIQUE", "CORMORANT", "DUNELAND", "EVERMORE", "FARAWAY", "GRANADILLE", "HARBOURLY", "ILLUSTRA", "JASMINER"),
    *(
        "KESTRELLO",
        "LANTERNA",
        "MARJOLAINE",
        "NIGHTJAR",
        "OLEANDRO",
        "PERIWINKLE",
        "QUILLON",
        "ROSEMARIN",
        "SALAMANDRA",
    ),
    *("TAMARISK", "UNDERWOOD", "VERBENA", "WILLOWBY", "YARROWEN", "ZINNIA"),
)
FIRSTS = ("ADA", "BRUNO", "CLEO", "DARIO", "ELSA", "FARID", "GRETA", "HUGO", "INES", "JONAS", "KENZA", "LEON", "MIRA")
SOCIETIES = ("052", "058", "072", "080", "101", "035")
GROUP, HOLDING = 45_000, 45_001
CHAIN, CYCLE, BOUGHT, DELETED = (10, 11, 12), (20, 21), 30, 40
"""Numbers of parties that are merged one into the next, point to each other, were bought, and were deleted."""
FIRMS = range(30, 40)


def base_number(number: int) -> str:
    """The base number of an invented party."""
    body = f"{990_000_000 + number:09d}"
    return f"I-{body}-{ipi_base.check_digit(body)}"


def name_number(number: int) -> str:
    """The name number of an invented name."""
    body = f"{990_000_000 + number:09d}"
    return f"{body}{ipi_name.check_digits(body)}"


def make(tag: str, **values: Any) -> Record:
    """One record from keywords."""
    return record_class(tag)(record_type=tag, **values)


@dataclass(frozen=True, slots=True)
class Party:
    """A party as the register knows it. Lists hold what its records say, in the order of their fields."""

    base: str
    kind: str
    names: tuple[tuple[str, str, str, str], ...]
    """Number, type, name, first name."""
    usages: tuple[tuple[str, str], ...]
    """Role and name number; all are of musical works."""
    mandates: tuple[tuple[str, str, str], ...] = ()
    """Society, role, right; all are for the world and without an end."""
    status: str = "1"
    refers_to: str = ""
    changed: str = ""
    """Day of the change of status, ISO; empty while it is the first."""
    shared: tuple[tuple[str, str, str], ...] = field(default=())
    """Number, type and text of names that others have too."""

    @property
    def patronym(self) -> str:
        return next(number for number, kind, *_ in self.names if kind == "PA")

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "Party":
        lists = ("names", "usages", "mandates", "shared")
        return cls(**said | {name: tuple(map(tuple, said[name])) for name in lists})

    def details(self) -> list[Record]:
        """All records of the party."""
        return [
            make("BDN", ip_type=self.kind, birth_year=str(1930 + int(self.base[8:11]) % 70)),
            *self.statuses(),
            *(name_record(self.kind, *name) for name in self.names),
            *(_shared_record(self.base, *name) for name in self.shared),
            *(record for mandate in self.mandates for record in mandate_records(*mandate)),
            *(usage_record(*usage) for usage in self.usages),
        ]

    def statuses(self) -> list[Record]:
        """Every status with its days, the current one last."""
        if not self.changed:
            return [_status("1", self.base, BORN, OPEN)]
        day = date.fromisoformat(self.changed)
        return [_status("1", self.base, BORN, day), _status(self.status, self.refers_to, day, OPEN)]


def _status(code: str, refers_to: str, since: date, until: date) -> Record:
    ends = "235959" if until == OPEN else STAMP_TIME
    return make(
        "STN", ref_ip_base_number=refers_to, status_code=code, valid_from_date=since,
        valid_from_time="000000" if since == BORN else STAMP_TIME, valid_to_date=until, valid_to_time=ends,
    )  # fmt: skip


def name_record(kind: str, number: str, type_of_name: str, name: str, first: str, tag: str = "NCN") -> Record:
    """A name of one party."""
    return make(tag, ip_name_number=number, name=name, first_name=first or None, name_type=type_of_name)


def _shared_record(base: str, number: str, type_of_name: str, name: str) -> Record:
    return make("MCN", ip_name_number=number, name=name, name_type=type_of_name, ip_base_number=base)


def mandate_records(society: str, role: str, right: str) -> list[Record]:
    """A mandate for the world."""
    mandate = make(
        "MAN", society_code=society, creation_class="MW", role=role, right=right, valid_from_date=BORN,
        valid_from_time="000000", valid_to_date=OPEN, valid_to_time="235959", signature_date=BORN, share=10_000,
    )  # fmt: skip
    return [mandate, make("TMA", tisn="2136", tisan="WORLD", include_exclude="I")]


def usage_record(role: str, number: str) -> Record:
    """A usage of one party's name for musical works."""
    return make("NUN", ip_name_number=number, creation_class="MW", role=role)


def everybody() -> list[Party]:
    """The parties of the first day."""
    return [_placed(number, _party(number)) for number in range(COUNT)]


def _party(number: int) -> Party:
    chance = random.Random(number)  # noqa: S311  invents people
    base, own = base_number(number), name_number(2 * number)
    family, first = chance.choice(FAMILIES), chance.choice(FIRSTS)
    society = chance.choice(SOCIETIES)
    if number in FIRMS:
        names: tuple[tuple[str, str, str, str], ...] = ((own, "PA", f"{family} EDITIONS", ""),)
        return Party(base, "L", names, (("EM", own),), ((society, "EM", "MR"),), refers_to=base)
    role = chance.choice(("MC", "LY"))
    names = ((own, "PA", family, first),)
    if chance.random() < 0.4:
        names = (*names, (name_number(2 * number + 1), "PP", f"DJ {family}", ""))
    return Party(
        base, "N", names, ((role, own),), tuple((society, role, right) for right in ("PR", "MR")), refers_to=base
    )


def _placed(number: int, party: Party) -> Party:
    """The few whose story is told."""
    if number in CHAIN[:-1]:
        return _changed(party, "3", base_number(number + 1))
    if number in CYCLE:
        return _changed(party, "3", base_number(sum(CYCLE) - number))
    if number == BOUGHT:
        return _changed(party, "2", base_number(BOUGHT + 1))
    if number == DELETED:
        return _changed(party, "4", party.base)
    if number in (50, 51, 52):
        return replace(party, shared=((name_number(GROUP), "PG", "THE LANTERN CHOIR"),))
    if number in (32, 33):
        return replace(party, shared=((name_number(HOLDING), "HR", "HARBOUR HOLDING"),))
    return party


def _changed(party: Party, status: str, refers_to: str, day: date = CHANGED) -> Party:
    return replace(party, status=status, refers_to=refers_to, changed=day.isoformat())


Told = tuple[str, Party, list[Record]]


def a_day(number: int, day: date, known: Callable[[str], Party]) -> Iterator[Told]:
    """What day ``number`` (from 1) brings: type of transaction, the party afterwards, and the details."""
    new = _party(COUNT + number)
    yield "IPA", new, new.details()

    user = known(base_number(100 + number))
    used = ("AR", user.patronym)
    yield "NUA", replace(user, usages=(*user.usages, used)), [usage_record(*used)]

    member = known(base_number(150 + number))
    given = (member.mandates[0][0], member.mandates[0][1], "SY")
    yield "MAA", replace(member, mandates=(*member.mandates, given)), mandate_records(*given)

    married = known(base_number(200 + number))
    yield _new_patronym(married, number)

    double = _changed(known(base_number(250 + number)), "3", base_number(300 + number), day)
    yield "STA", double, double.statuses()


def _new_patronym(party: Party, number: int) -> Told:
    """The old legal name keeps its number as a former name; the new one has its own."""
    old = next(name for name in party.names if name[1] == "PA")
    former = (old[0], "MO", old[2], old[3])
    new = (name_number(5_000 + number), "PA", f"{old[2]}-VERBENA", old[3])
    others = tuple(name for name in party.names if name != old)
    usages = tuple((role, new[0]) for role, used in party.usages if used == old[0])
    details = [
        name_record(party.kind, *old, tag="NCO"),
        name_record(party.kind, *former),
        name_record(party.kind, *new),
        *(usage_record(*usage) for usage in usages),
    ]
    return "NPA", replace(party, names=(new, former, *others), usages=(*party.usages, *usages)), details
