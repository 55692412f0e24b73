"""Invented right owners of several scripts. ``a`` and ``b`` know some of the same people, as neighbours do."""

from dataclasses import dataclass

from mappings.model import Identifier, Party, PartyName

FIRST_INVENTED_IPI = 990_000_000
"""Name numbers above this are invented here; only their check digits are real."""


@dataclass(frozen=True, slots=True)
class Person:
    """One invented right owner: Latin name, and the own form where it is another script."""

    key: str
    last: str
    first: str | None
    own: str | None = None
    script: str | None = None
    language: str | None = None
    offices: str = "a"
    accepted: bool = True
    """False: the Latin form was made by machine and nobody looked at it yet."""


PEOPLE = (
    Person("salem", "WELD SALEM", "MOHAMMED ALI", "محمد علي ولد سالم", "Arab", "ar", "ab"),
    Person("ndiaye", "N'DIAYE-FAYE", "AISSATOU", "Aïssatou N'Diaye-Faye", "Latn", "fr", "ab"),
    Person("tesfaye", "TESFAYE", "TSEHAY", "ፀሐይ ተስፋዬ", "Ethi", "am"),
    Person("kovaleva", "KOVALYOVA", "MARIA", "Мария Ковалёва", "Cyrl", "ru", "ab"),
    Person("hayashi", "HAYASHI", "AKARI", "林 明里", "Hani", "ja"),
    Person("min", "MIN", "SEO-YUN", "민서윤", "Hang", "ko"),
    Person("papadaki", "PAPADAKI", "ELENI", "Ελένη Παπαδάκη", "Grek", "el"),
    Person("sharma", "SHARMA", "KAVYA", "काव्या शर्मा", "Deva", "hi"),
    Person("keita", "KEITA-SARR", "MOUSSA", offices="ab"),
    Person("solano", "SOLANO PRADO", "LUCIA"),
    Person("prata", "PRATA", "JOAO"),
    Person("okafor", "OKAFOR", "CHIDINMA"),
    Person("jallow", "JALLOW", "SIRA", offices="b"),
    Person("mwangi", "MWANGI", "GRACE", offices="b"),
    Person("haddad", "Haddad", "Nour", "نور حداد", "Arab", "ar", accepted=False),
    Person("rive", "EDITIONS RIVE CLAIRE", None, offices="ab"),
    Person("baobab", "BAOBAB SONGS", None, offices="b"),
    Person("delta", "DELTA RECORDS", None),
    Person("lantern", "LANTERN PRESS", None),
    Person("choir", "HILLSIDE CHOIR", None),
)


def an_ipi(number: int) -> str:
    """The IPI name number whose first nine digits are ``number``: weighted sum modulo 101 (CISAC, IPI)."""
    body = f"{number:09d}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 101
    return f"{body}{(101 - rest) % 101 % 100:02d}"


def party_of(person: Person, place: int, society: str) -> Party:
    """The right owner as one office registers it."""
    firm = person.first is None
    latin = PartyName(
        person.last, person.first, kind="firm" if firm else "patronym", script="Latn", accepted=person.accepted
    )
    own = PartyName(person.own, script=person.script, language=person.language) if person.own else None
    return Party(
        names=(own, latin) if own else (latin,),
        kind="firm" if firm else "person",
        identifiers=(Identifier("ipi-name", an_ipi(FIRST_INVENTED_IPI + place), source="typed"),),
        societies={"PR": society, "MR": society},
    )
