"""Rules that ask the register of interested parties: who the creators are, and may the agency speak for them?"""

from collections.abc import Iterator
from typing import Any

from formats.identifiers import ipi_name
from formats.iswc import codes
from formats.iswc.rules.catalogue import SENT, Fault, rule
from formats.iswc.rules.record import Faults, sent_parties
from formats.iswc.rules.references import GENERIC, UNKNOWN_PUBLISHER, References

ALIVE = frozenset({1, 2})
"""IPI statuses the database takes; a merged one is followed first."""


@rule("MD/16", "CAR CUR CIQ", "137", needs="people", reading="check digits are tested without the register, too")
def everybody_is_in_the_register(work: Any, known: References) -> Faults:
    for at, party in sent_parties(work):
        number = party.name_number
        if number is None or not number.isdigit():
            continue  # IV/19 and IV/20 speak of that
        if not ipi_name.is_valid(number):
            yield Fault(("parties", at, "name_number"), "check_digits")
        elif known.people is not None:
            found = known.people.find(number)
            if found is None or found.status not in ALIVE:
                yield Fault(("parties", at, "name_number"), "in_register")


def creators(work: Any, known: References) -> Iterator[str]:
    """Base numbers of the creators, as far as they are known."""
    yield from _bases(work, known, codes.CREATORS)


def _bases(work: Any, known: References, roles: frozenset[str]) -> Iterator[str]:
    for _, party in sent_parties(work):
        if party.role not in roles:
            continue
        found = known.people.find(party.name_number) if known.people is not None and party.name_number else None
        base = found.base_number if found is not None else party.base_number
        if base is not None and base != UNKNOWN_PUBLISHER:
            yield base


@rule("IV/24", SENT, "108", needs="people", reading="long-dead creators count as real people; only all generic fails")
def somebody_real_made_it(work: Any, known: References) -> Faults:
    if known.people is not None and (made := set(creators(work, known))) and made <= GENERIC:
        yield Fault(("parties",), "real_person")


@rule("EL/01", "CAR", "140", needs="people mandates", reading="together with EL/02")
def the_agency_represents_somebody(work: Any, known: References) -> Faults:
    yield from _not_eligible(work, known, free=True)


@rule("EL/03", "CUR", "144", "149", needs="people mandates", reading="deletions and merges name no creators here")
def the_agency_still_represents_somebody(work: Any, known: References) -> Faults:
    yield from _not_eligible(work, known, free=False)


def _not_eligible(work: Any, known: References, *, free: bool) -> Faults:
    """A breach unless the agency represents, or ever did, a creator or publisher of the work.

    With ``free`` a work is also anybody's when no society at all has an agreement with one of its creators.
    """
    if known.people is None or known.mandates is None or work.agency is None:
        return
    mandates = known.mandates
    made = list(creators(work, known))
    if any(mandates.represents(base, work.agency) for base in (*made, *_bases(work, known, codes.PUBLISHERS))):
        return
    if free and made and not any(mandates.is_anybodys(base) for base in made):
        return
    yield Fault(("parties",), "eligible")
