"""Societies that only this installation knows, in ``societies.csv`` of its data folder."""

import csv

from local_node.settings import NodeSettings
from mappings.codes.table import read_cells

COLUMNS = ("code", "name", "former_name", "territory", "status")


def add_society(settings: NodeSettings, code: str, name: str) -> None:
    """Add a society that CISAC's list does not hold; one that is known stays as it is."""
    if code in settings.societies():
        return
    path = settings.own_societies
    present = read_cells(path) if path.exists() else []
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*present, {"code": code, "name": name, "status": "listed"}])
