"""CWR, Common Works Registration 2.1 and 2.2: read, judged and written.

Source: CISAC CWR11-1991R4 (2.1 revision 8) and CWR19-1070R1 (2.2 revision 2).
"""

from formats.cwr import filename
from formats.cwr.reading import ReadContext, Reader, read
from formats.cwr.standard import VERSIONS, record_class
from formats.cwr.transaction import Group, Transaction
from formats.cwr.writing import write
from formats.fixed_width import CannotWrite, Record

__all__ = [
    "VERSIONS",
    "CannotWrite",
    "Group",
    "ReadContext",
    "Reader",
    "Record",
    "Transaction",
    "filename",
    "read",
    "record_class",
    "write",
]
