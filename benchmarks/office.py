"""An office that has worked for years, written in bulk: what ``kora bench pages`` measures.

Every work went to the gateway and was answered with an ISWC, so messages, answers and words to be found by are there
as after years of typing. Titles and names are invented in five scripts; those that are not Latin have a Latin form.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from formats.identifiers import iswc
from interface.accounts import create_user, find_user, seed_roles, set_password
from local_node.admin.models import NumberSeries
from local_node.admin.operations import found_office, pin
from local_node.alike.rules import skeleton
from local_node.node import Node
from local_node.permissions import USERS
from local_node.right_owners.models import RightOwner, RightOwnerName
from local_node.search import rules as search
from local_node.search.models import SearchWord
from local_node.works.models import InterestRow, PartnerStatus, WorkIdentifier, WorkRow, WorkTitle
from mappings.latin import LATIN, folded, suggest_latin
from queues import gateway_urn, node_urn, uuid7
from queues.tables import inbox, outbox, receipt

EMAIL = "bench@example.org"
PASSWORD = "a calm sentence about rivers"  # noqa: S105  of a folder that is thrown away
OWNERS = 10_000
NODE, GATEWAY = "n001", "g1"
PIECE = 5_000
YEARS = timedelta(days=1000)
BODY_BYTES, SEALED_BYTES, WORKS_PER_RECEIPT = 1_000, 2_000, 100
"""Sizes of a message as they usually are, and how many messages one receipt speaks of."""
UNNAMED = 500
"""One of so many right owners has no Latin name that was accepted, so that the works cannot be sent."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "Latn": ("QUIET", "RIVER", "GOLDEN", "MORNING", "LANTERN", "MARKET", "DRUM", "HARVEST", "LETTER", "SALT"),
    "Arab": ("أغنية", "النهر", "الليل", "البحر", "صباح", "قمر", "مدينة", "حب"),
    "Cyrl": ("песня", "море", "ночь", "река", "город", "утро", "снег", "песок"),
    "Ethi": ("የጠባይ", "ሌሊት", "ወንዝ", "ባሕር", "ፍቅር"),
    "Grek": ("παλιό", "καράβι", "θάλασσα", "νύχτα", "πρωί"),
}
NAMES = ("DIALLO", "KEITA", "OKAFOR", "SOLANO", "PETRAKI", "NDIAYE", "MWANGI", "PRATA", "OSEI", "TRAORE", "HAYASHI")
_SCRIPTS = tuple(WORDS)

Row = dict[str, Any]


def fill(node: Node, works: int, right_owners: int = OWNERS) -> None:
    """Write an office with so many works and right owners, and one person who may do everything with them."""
    now = datetime.now(UTC) - YEARS
    with node.sessions.begin() as session:
        _found(session, now)
    owners = [uuid7() for _ in range(right_owners)]
    for places in _pieces(right_owners):
        with node.sessions.begin() as session:
            _add_owners(session, [(owners[place], place) for place in places], now)
    for numbers in _pieces(works):
        with node.sessions.begin() as session:
            _add_works(session, [(uuid7(), number) for number in numbers], owners, now)
    with node.sessions.begin() as session:
        _count_on(session, {"party": right_owners, "work": works})
    _settle(node.engine)


def _settle(engine: Engine) -> None:
    """On PostgreSQL do at once what its own housekeeping does within minutes."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def words_of(number: int) -> tuple[str, tuple[str, str]]:
    """Script and words of the title of the work with this number, the same each time."""
    chance = random.Random(number)  # noqa: S311  invents titles
    script = chance.choice(_SCRIPTS)
    return script, (chance.choice(WORDS[script]), chance.choice(WORDS[script]))


def owners_of(number: int, right_owners: int = OWNERS) -> tuple[int, int]:
    """Places of the two right owners of the work with this number."""
    return number % right_owners, number * 7 % right_owners


def _found(session: Session, now: datetime) -> None:
    found_office(session, society="997", name="BENCHMARK")
    pin(session, node_id=NODE, gateway_id=GATEWAY, gateway_url="http://127.0.0.1:1", keys=[], now=now)
    seed_roles(session, USERS.roles)
    create_user(session, email=EMAIL, full_name="Bench", roles=["documentation"], now=now, time_cost=1)
    user = find_user(session, EMAIL)
    if user is not None:
        set_password(user, PASSWORD, 1)


def _count_on(session: Session, given: Mapping[str, int]) -> None:
    """Let the series of numbers go on behind those that were given."""
    session.add_all(NumberSeries(kind=kind, next=number + 1) for kind, number in given.items())


def _pieces(count: int) -> Iterator[range]:
    return (range(first, min(first + PIECE, count)) for first in range(0, count, PIECE))


def _add_owners(session: Session, owners: Sequence[tuple[str, int]], now: datetime) -> None:
    named = [(id, place, f"PERSON{place} {NAMES[place % len(NAMES)]}") for id, place in owners]
    session.execute(insert(RightOwner), [_owner(id, place, now) for id, place in owners])
    session.execute(insert(RightOwnerName), [_name(id, place) for id, place in owners])
    _let_be_found(session, "party", ((id, (name,)) for id, place, name in named))
    _add_messages(session, "party", owners, now)


def _add_works(session: Session, works: Sequence[tuple[str, int]], owners: Sequence[str], now: datetime) -> None:
    titles = {id: _titles(number) for id, number in works}
    session.execute(insert(WorkRow), [_work(id, number, now) for id, number in works])
    session.execute(
        insert(WorkTitle), [_title(id, place, *one) for id in titles for place, one in enumerate(titles[id])]
    )
    session.execute(
        insert(InterestRow),
        [
            _interest(id, place, owners[one])
            for id, number in works
            for place, one in enumerate(owners_of(number, len(owners)))
        ],
    )
    session.execute(insert(WorkIdentifier), [_iswc(id, number, now) for id, number in works])
    session.execute(insert(PartnerStatus), [_answered(id, number, now) for id, number in works])
    said = ((id, (*(title for _script, title in titles[id]), _iswc_of(number))) for id, number in works)
    _let_be_found(session, "work", said)
    _add_messages(session, "work", works, now)
    _add_answers(session, works, now)


def _let_be_found(session: Session, kind: str, records: Iterable[tuple[str, Sequence[str]]]) -> None:
    rows = [{"kind": kind, "word": word, "record_id": id} for id, texts in records for word in search.words(texts)]
    session.execute(insert(SearchWord), rows)


def _owner(id: str, place: int, now: datetime) -> Row:
    return {
        "id": id, "number": str(place + 1), "kind": "person", "version": 1, "societies": {},
        "has_latin_name": place % UNNAMED != 0, "created_at": now, "created_by": "bench",
        "changed_at": now + timedelta(seconds=place), "changed_by": "bench",
    }  # fmt: skip


def _name(id: str, place: int) -> Row:
    name, first = NAMES[place % len(NAMES)], f"PERSON{place}"
    whole = f"{first} {name}"
    return {
        "right_owner_id": id, "position": 0, "name": name, "first_name": first, "kind": "patronym", "script": LATIN,
        "accepted": place % UNNAMED != 0, "folded": folded(whole), "skeleton": skeleton(whole),
    }  # fmt: skip


def _work(id: str, number: int, now: datetime) -> Row:
    return {
        "id": id, "number": str(number + 1), "creation_class": "MW", "status": "registered", "version": 1,
        "details": {}, "annexes": [], "blockers": [], "blocked": False, "created_at": now, "created_by": "bench",
        "changed_at": now + timedelta(seconds=number), "changed_by": "bench",
    }  # fmt: skip


def _titles(number: int) -> Sequence[tuple[str, str]]:
    """Script and text: as it is written, and in Latin letters when that is something else."""
    script, words = words_of(number)
    own = (script, f"{' '.join(words)} {number}")
    return [own] if script == LATIN else [own, (LATIN, f"{' '.join(_latin(one) for one in words)} {number}")]


@cache
def _latin(word: str) -> str:
    return suggest_latin(word)


def _title(id: str, position: int, script: str, text: str) -> Row:
    return {
        "work_id": id, "position": position, "text": text, "kind": ("OT", "TT")[position], "script": script,
        "accepted": True, "folded": folded(text), "skeleton": skeleton(text),
    }  # fmt: skip


def _interest(id: str, place: int, owner: str) -> Row:
    return {
        "work_id": id, "position": place, "role": ("C", "A")[place], "controlled": True, "right_owner_id": owner,
        "named_party": None, "shares": {"PR": "50.00", "MR": "50.00"}, "societies": {}, "collection": [],
        "chain": None, "represented_by": [], "details": {},
    }  # fmt: skip


def _iswc_of(number: int) -> str:
    body = f"{number + 1:09}"
    return f"T{body}{iswc.check_digit(body)}"


def _iswc(id: str, number: int, now: datetime) -> Row:
    return {"work_id": id, "scheme": "iswc", "value": _iswc_of(number), "source": "cisnet", "since": now}


def _answered(id: str, number: int, now: datetime) -> Row:
    return {"work_id": id, "partner": "cisnet", "status": "AS", "partner_number": str(number), "at": now}


def _add_messages(session: Session, kind: str, records: Sequence[tuple[str, int]], now: datetime) -> None:
    """What was said to the gateway about each record, and its receipts."""
    stream = gateway_urn(GATEWAY)
    sent = [
        {
            "node_id": NODE, "msg_id": (id_ := uuid7()), "stream": stream, "aggregate": f"{kind}/{id}", "seq": 1,
            "type": f"kora.{kind}.registered.v1", "body": "k" * BODY_BYTES, "correlationid": id_, "created_at": now,
            "state": "receipted", "sealed": bytes(SEALED_BYTES), "next_attempt_at": now, "receipted_at": now,
        }
        for id, number in records
    ]  # fmt: skip
    session.execute(insert(outbox), sent)
    session.execute(insert(receipt), [_receipt(stream, now) for _ in range(-(-len(records) // WORKS_PER_RECEIPT))])


def _receipt(source: str, now: datetime) -> Row:
    return {
        "node_id": NODE, "source": source, "audience": node_urn(NODE), "upto_nodeseq": 1, "chain_hash": "",
        "outcomes": [], "signature": b"", "at": now,
    }  # fmt: skip


def _add_answers(session: Session, works: Sequence[tuple[str, int]], now: datetime) -> None:
    arrived = [
        {
            "node_id": NODE, "source": gateway_urn(GATEWAY), "msg_id": uuid7(), "nodeseq": number + 1, "prevhash": "",
            "digest": "", "type": "kora.work.acknowledged.v1", "aggregate": f"work/{id}", "seq": 1,
            "received_at": now, "outcome": "applied", "outcome_at": now, "owed": False, "raw": bytes(SEALED_BYTES),
        }
        for id, number in works
    ]  # fmt: skip
    session.execute(insert(inbox), arrived)
