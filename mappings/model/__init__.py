"""Kora's own view of the trade: frozen values that travel in messages and that every format maps to.

A module a noun. The classes are plain dataclasses; ``mappings.messages`` gives them their JSON form.
"""

from mappings.model.agreement import Agreement, AgreementParty
from mappings.model.answer import Acknowledged, Assigned, Reason, Refusal, Remark
from mappings.model.identifier import Identifier
from mappings.model.party import Party, PartyName
from mappings.model.values import Share, TerritoryLine, percent, share
from mappings.model.work import Annex, CollectionLine, Interest, Representation, Title, Work

__all__ = [
    "Acknowledged",
    "Agreement",
    "AgreementParty",
    "Annex",
    "Assigned",
    "CollectionLine",
    "Identifier",
    "Interest",
    "Party",
    "PartyName",
    "Reason",
    "Refusal",
    "Remark",
    "Representation",
    "Share",
    "TerritoryLine",
    "Title",
    "Work",
    "percent",
    "share",
]
