"""IPI: the register of interested parties, read through its web service and its daily and quarterly files."""

from connectors.ipi.client import IpiClient, LogEntry
from connectors.ipi.connector import Ipi
from connectors.ipi.settings import IpiSettings

__all__ = ["Ipi", "IpiClient", "IpiSettings", "LogEntry"]
