"""Works and the numbers of works between Kora's model and the ISWC network."""

from mappings.iswc.chains import Link, Preferred, preferred
from mappings.iswc.claims import Claim, Reconciled, reconcile
from mappings.iswc.works import Sent, from_work

__all__ = ["Claim", "Link", "Preferred", "Reconciled", "Sent", "from_work", "preferred", "reconcile"]
