"""CWR and the model: works both ways, agreements and acknowledgements as partners tell of them.

The records themselves (columns, widths, rules of the standard) are ``formats.cwr``; here is what they mean to Kora.
"""

from mappings.cwr.acknowledgements import Origin, reference, to_acknowledgement, to_assigned
from mappings.cwr.agreements import from_agreement, to_agreement
from mappings.cwr.answers import CannotBeSent, Change, NoLatinTitle, NotExpressible
from mappings.cwr.digest import body_digest
from mappings.cwr.echoes import echo
from mappings.cwr.reading import NoWork, to_work, work_of
from mappings.cwr.writing import from_work

__all__ = [
    "CannotBeSent",
    "Change",
    "NoLatinTitle",
    "NoWork",
    "NotExpressible",
    "Origin",
    "body_digest",
    "echo",
    "from_agreement",
    "from_work",
    "reference",
    "to_acknowledgement",
    "to_agreement",
    "to_assigned",
    "to_work",
    "work_of",
]
