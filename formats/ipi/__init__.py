"""IPI EDI 01.00, the files of the register of interested parties: read, judged and written.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3 (data flow and EDI). Where its tables contradict themselves the record says
how it is read here.
"""

from formats.fixed_width import CannotWrite, Record
from formats.ipi.lists import CodeLists
from formats.ipi.reading import Reader, read
from formats.ipi.records import record_class
from formats.ipi.transaction import Group, Transaction
from formats.ipi.writing import write

__all__ = [
    "CannotWrite",
    "CodeLists",
    "Group",
    "Reader",
    "Record",
    "Transaction",
    "read",
    "record_class",
    "write",
]
