"""Decisions about right owners: what a record must have, which numbers hold, which names look alike."""

import dataclasses
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from formats.identifiers import SCHEMES, check
from mappings.latin import LATIN, folded, script_of, suggest_latin
from mappings.model import Identifier, Party, PartyName

LONGEST_NAME = 300
"""Characters of a first and a last name each: more is a slip of the hand, and no index takes it."""
PERSON_SCHEMES = ("ipi-name", "ipi-base", "ipn", "isni", "orcid", "dpid")
"""Numbers a right owner may have, in the order they are shown."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one field of a record; the pages make a sentence of it."""

    code: str
    field: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)


class RightOwnerRefused(ValueError):
    """The record cannot be kept; ``findings`` say why, field by field."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(", ".join(f"{one.field}: {one.code}" for one in findings))
        self.findings = tuple(findings)


def findings(party: Party) -> tuple[Finding, ...]:
    """Everything that keeps the record from being saved."""
    found = [] if party.names and party.names[0].name else [Finding("name-missing", "names")]
    for place, name in enumerate(party.names):
        if max(len(name.name), len(name.first_name or "")) > LONGEST_NAME:
            found.append(Finding("name-too-long", f"names.{place}.name", {"most": str(LONGEST_NAME)}))
        if party.kind == "firm" and name.first_name:
            found.append(Finding("firm-has-first-name", f"names.{place}.first_name"))
    for place, identifier in enumerate(party.identifiers):
        if identifier.scheme in SCHEMES and (reason := problem_of(identifier.scheme, identifier.value)):
            found.append(Finding(reason, f"identifiers.{place}", {"scheme": identifier.scheme}))
    return tuple(found)


def problem_of(scheme: str, value: str) -> str | None:
    """Why a number does not hold (``check-digit``, ``length`` ...), or None when it does."""
    found = check(value, scheme)[0]
    return None if found.valid else found.reason or "length"


def tidied(party: Party) -> Party:
    """The same party with composed letters, known scripts and numbers in the form they are stored in."""
    return replace(
        party,
        names=tuple(_tidy_name(name) for name in party.names),
        identifiers=tuple(_tidy_identifier(one) for one in party.identifiers),
    )


def with_latin(party: Party) -> Party:
    """The party with a Latin form of its first name, not accepted yet, when it has none at all."""
    if not party.names or any(name.script == LATIN for name in party.names):
        return party
    first = party.names[0]
    latin = PartyName(
        name=suggest_latin(first.name, first.script),
        first_name=suggest_latin(first.first_name, first.script) if first.first_name else None,
        kind="transliteration" if party.kind == "person" else "firm",
        script=LATIN,
        accepted=False,
    )
    return replace(party, names=(*party.names, latin))


def search_key(name: PartyName) -> str:
    """The key a name is found by: first name, then last name, folded."""
    return folded(f"{name.first_name or ''} {name.name}")


def first_words(keys: Iterable[str]) -> frozenset[str]:
    """The words of folded keys that are long enough to look for."""
    return frozenset(word for key in keys for word in key.split() if len(word) > 2)


def _tidy_name(name: PartyName) -> PartyName:
    text = _composed(name.name)
    first = _composed(name.first_name) if name.first_name else None
    return replace(name, name=text, first_name=first or None, script=name.script or script_of(f"{text} {first or ''}"))


def _tidy_identifier(identifier: Identifier) -> Identifier:
    if identifier.scheme not in SCHEMES:
        return identifier
    found = check(identifier.value, identifier.scheme)[0]
    return replace(identifier, value=found.canonical or identifier.value.strip())


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
