"""From a file of the partner to answers: ACK transactions, and ISWCs that come in a group of their own. Pure."""

import io
from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from connectors.cisnet.client import Found
from connectors.contract import Answer, Arrival
from formats.cwr import ReadContext, Reader, Transaction
from formats.problems import ERROR, Problem
from mappings.cwr import NoWork, to_acknowledgement, to_assigned

PARTNER = "cisnet"
NOT_FINAL = frozenset({"RA"})
"""Transaction accepted: the answer about the work itself is still to come."""
MOST_PROBLEMS = 50
"""Told about one file; what matters is which file cannot be used and why."""


def arrival(found: Found, *, societies: Container[str], received_at: datetime) -> Arrival:
    """What a file says, with what could not be read in it. A file that is no CWR gives problems and no answers."""
    if found.content is None:
        return Arrival(found.name, found.sha256, b"", problems=("KORA-TOO-LARGE",))
    reader = Reader(io.BytesIO(found.content), "import", ReadContext(societies=societies))
    answers: list[Answer] = []
    problems: list[str] = []
    for transaction in reader:
        problems += _texts(transaction.problems)
        answer = _answer(transaction, received_at)
        if answer is None:
            problems.append(f"KORA-NO-ANSWER {transaction.type} line {transaction.line}")
        else:
            answers.append(answer)
    problems = [*_texts(reader.problems), *problems]
    return Arrival(found.name, found.sha256, found.content, tuple(answers), tuple(problems[:MOST_PROBLEMS]))


def _answer(transaction: Transaction, received_at: datetime) -> Answer | None:
    """What one transaction tells us; None when it tells nothing we can use."""
    head = transaction.header
    if transaction.type == "ACK":
        if None in (head.creation_date, head.creation_time, head.transaction_status):
            return None
        data, origin = to_acknowledgement(transaction, partner=PARTNER, received_at=received_at)
        return Answer(data, reference=origin.reference, final=data.status not in NOT_FINAL)
    if transaction.type == "ISW":
        try:
            return Answer(to_assigned(transaction, partner=PARTNER))
        except NoWork:
            return None
    return None


def _texts(problems: Iterable[Problem]) -> Iterator[str]:
    for problem in problems:
        if problem.level == ERROR:
            place = f" column {problem.column}" if problem.column else ""
            yield f"{problem.code} line {problem.line}{place}" if problem.line else problem.code
