"""Right owners, works and agreements for tests: sensible by default, changed by keyword. All people are invented.

``a_work(title="X")`` is complete enough to be sent to CIS-Net: every number in it has a right check digit.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from mappings.model import (
    Agreement,
    AgreementParty,
    Identifier,
    Interest,
    Party,
    PartyName,
    TerritoryLine,
    Title,
    Work,
    share,
)

RIGHTS = ("PR", "MR", "SR")


def an_ipi(number: int) -> str:
    """The IPI name number (11 digits) whose first nine digits are ``number``."""
    body = f"{number:09d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 101
    return f"{body}{(101 - rest) % 101 % 100:02d}"


def an_ipi_base(number: int) -> str:
    """The IPI base number ``I-NNNNNNNNN-C`` of a running number."""
    body = f"{number:09d}"
    return f"I-{body}-{-(2 + sum(place * int(digit) for place, digit in enumerate(body, 1))) % 10}"


def an_iswc(number: int) -> str:
    """The ISWC (11 characters, no punctuation) of a running number."""
    body = f"{number:09d}"
    return f"T{body}{-(1 + sum(place * int(digit) for place, digit in enumerate(body, 1))) % 10}"


def shares(pr: Any, mr: Any = None, sr: Any = None) -> dict[str, Any]:
    """Shares by right from percents; rights that are not named have the first one's."""
    return {right: share(pr if value is None else value) for right, value in zip(RIGHTS, (pr, mr, sr), strict=True)}


def an_id(kind: int, number: int) -> str:
    """A UUID as version 7 writes it, the same on every run."""
    return f"0193{kind:04x}-0000-7000-8000-{number:012d}"


def a_right_owner(
    name: str = "DIALLO",
    first_name: str | None = "AWA",
    *,
    number: int | None = 1,
    own_script: str | None = None,
    **changes: Any,
) -> Party:
    """A writer with an IPI name number, a society for each right and a Latin name.

    ``own_script`` adds the same name in another script, in front. ``number=None`` leaves number, IPI and id out.
    """
    names = (PartyName(name, first_name, script="Latn"),)
    if own_script:
        names = (PartyName(own_script, script="Arab"), *names)
    party = Party(names=names, societies={"PR": "058", "MR": "058", "SR": "058"})
    if number is not None:
        ipi = Identifier("ipi-name", an_ipi(700_000_000 + number))
        party = replace(party, id=an_id(1, number), number=str(number), identifiers=(ipi,))
    return replace(party, **changes)


def a_publisher(name: str = "NORTH WIND MUSIC", *, number: int | None = 500, **changes: Any) -> Party:
    """A publishing firm, otherwise as ``a_right_owner``."""
    firm = a_right_owner(name, None, number=number, kind="firm", names=(PartyName(name, kind="firm", script="Latn"),))
    return replace(firm, **changes)


def an_interest(role: str = "CA", party: Party | None = None, part: Any = 100, **changes: Any) -> Interest:
    """A controlled part of ``part`` percent in every right, for a default right owner unless one is given."""
    interest = Interest(role, party or a_right_owner(), controlled=True, shares=shares(part))
    return replace(interest, **changes)


def a_work(title: str = "SONG OF THE SHORE", *, number: int = 1, **changes: Any) -> Work:
    """A musical work of one controlled writer who owns all of it."""
    work = Work(
        titles=(Title(title, script="Latn"),),
        interests=(an_interest(),),
        id=an_id(2, number),
        number=f"W{number}",
    )
    return replace(work, **changes)


def a_published_work(title: str = "SONG OF THE SHORE", *, number: int = 1, **changes: Any) -> Work:
    """A work of one writer and one publisher, both ours: performing halves, everything else to the publisher."""
    interests = (
        an_interest("E", a_publisher(), shares=shares(50, 100, 100)),
        an_interest("CA", shares=shares(50, 0, 0)),
    )
    return a_work(title, number=number, interests=interests, **changes)


def an_agreement(source_number: str = "A1", **changes: Any) -> Agreement:
    """An original specific agreement: a writer gives a publisher half of the performing and all other rights."""
    agreement = Agreement(
        source_number=source_number,
        kind="OS",
        starts_on=date(2020, 1, 1),
        parties=(
            AgreementParty(a_right_owner(), "AS", shares(50, 0, 0), {"PR": "058", "MR": "058", "SR": "058"}),
            AgreementParty(a_publisher(), "AC", shares(50, 100, 100), {"PR": "058", "MR": "058", "SR": "058"}),
        ),
        territories=(TerritoryLine("2136"),),
    )
    return replace(agreement, **changes)
