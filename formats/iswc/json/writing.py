"""Writing the JSON files: groups in the order of the document, numbers given to transactions that have none."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from formats.fixed_width import CannotWrite
from formats.iswc.json import keys
from formats.iswc.transactions import (
    Acknowledgement,
    Add,
    AskIswc,
    AskWork,
    Delete,
    Find,
    Header,
    Merge,
    Notification,
    TaskAnswer,
    Transaction,
    Update,
)

GROUP_OF: Mapping[type[Transaction], str] = {
    Add: "addSubmissions",
    Update: "updateSubmissions",
    Delete: "deleteSubmissions",
    AskIswc: "searchByIswcSubmissions",
    AskWork: "searchByAgencyWorkCodeSubmissions",
    Merge: "mergeSubmissions",
    TaskAnswer: "updateWorkflowTasks",
    Find: "findSubmissions",
    Acknowledgement: "acknowledgements",
    Notification: "notifications",
}


def group_of(transaction: Transaction) -> str:
    """The group a transaction stands in. Raises CannotWrite for what JSON files have no group for."""
    if isinstance(transaction, AskWork) and transaction.work_code is None:
        return "searchByTitleAndContributorsSubmissions"
    if type(transaction) not in GROUP_OF:
        raise CannotWrite(transaction.tag, "", transaction.tag, "kind")
    return GROUP_OF[type(transaction)]


def write(header: Header, transactions: Iterable[Transaction]) -> bytes:
    """A file: UTF-8, groups in the order of the document. Transactions without a number are counted on from 1.

    Raises CannotWrite for what JSON files have no group for (demerge, CSE).
    """
    groups: dict[str, list[dict[str, Any]]] = {}
    last = 0
    for transaction in transactions:
        name = group_of(transaction)
        written = keys.GROUPS[name].write(transaction)
        number = last + 1 if transaction.number is None else transaction.number
        last = max(last, number)
        groups.setdefault(name, []).append({"submissionId": number, **written})
    ordered = {name: groups[name] for name in keys.GROUPS if name in groups}
    document = {"fileHeader": keys.HEADER.write(header), **ordered}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
