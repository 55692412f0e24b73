"""The JSON forms of the ISWC network: files of groups, and the objects of the REST interface (``keys``)."""

from formats.iswc.json.reading import Reader
from formats.iswc.json.writing import write

__all__ = ["Reader", "write"]
