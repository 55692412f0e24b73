"""The ISWC network: works go out over the agency API, their numbers, merges and questions come back."""

from connectors.iswc.client import IswcClient
from connectors.iswc.connector import Iswc
from connectors.iswc.settings import IswcSettings

__all__ = ["Iswc", "IswcClient", "IswcSettings"]
