"""The EDI files of the ISWC network, 03.00 and the classic 02.00: CAR, CUR, CDR, CMQ, CIQ, MER, WFT, ACK, CSN, CSE."""

from formats.iswc.edi.reading import Reader
from formats.iswc.edi.records import VERSIONS
from formats.iswc.edi.turning import from_records, to_records
from formats.iswc.edi.writing import write

__all__ = ["VERSIONS", "Reader", "from_records", "to_records", "write"]
