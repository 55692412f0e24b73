"""The code lists of the ISWC network, each with the words of the JSON forms and the letters of the EDI form.

Source: design documents of the ISWC database (EDI format SPE_20190806, REST API SPE_20191217), as restated publicly.
"""

from collections.abc import Mapping

ORIGINAL = "OT"
TITLE_TYPES = frozenset({"CT", "OT", "RT", "AT", "ET", "ST", "TO", "OA", "TE", "FT", "IT", "TT", "PT", "OL", "AL"})
CREATORS = frozenset({"C", "CA", "A", "AR", "SR", "AD", "SA", "TR"})
PUBLISHERS = frozenset({"E", "AM"})
OTHERS = frozenset({"PA", "ES", "SE", "AQ", "MA", "TA"})
"""Accepted and not stored (PA, ES, SE, AQ), or the result of rolling up (MA, TA)."""
ROLES = CREATORS | PUBLISHERS | OTHERS
ROLLED_UP: Mapping[str, str] = {
    **dict.fromkeys(("C", "CA", "A"), "C"),
    **dict.fromkeys(("AR", "SR", "MA"), "MA"),
    **dict.fromkeys(("AD", "SA", "TR", "TA"), "TA"),
    **dict.fromkeys(("E", "AM"), "E"),
}
"""Rule MD/01: what a role counts as; a role that is not here is not stored."""

CATEGORIES = frozenset({"DOM", "INT"})
DERIVED_TYPES = frozenset({"ModifiedVersion", "Excerpt", "Composite"})
REASONS = frozenset({"DIT", "DIA", "DIE", "DIC", "DIP", "DIV"})
"""Why a work must be kept apart: other work of this title, arrangement, excerpt, cue, performer, version."""
ISWC_STATES = frozenset({"Preferred", "Provisional", "Archived"})

BVLTR: Mapping[str, str] = {"B": "Background", "L": "Logo", "T": "Theme", "V": "Visual", "R": "RolledUpCue"}
STATUSES: Mapping[str, str] = {"FA": "FullyAccepted", "PA": "PartiallyAccepted", "RJ": "Rejected"}
TASK_TYPES: Mapping[int, str] = {1: "UpdateApproval", 2: "MergeApproval", 3: "DemergeApproval"}
TASK_STATES: Mapping[int, str] = {0: "Outstanding", 1: "Approved", 2: "Rejected", 3: "Cancelled"}
ERROR_TYPES: Mapping[str, str] = {"F": "Field Rejected", "T": "Transaction Rejected", "E": "Entire File Rejected"}

TRANSACTIONS: Mapping[str, str] = {
    "CAR": "AddSubmission",
    "CUR": "UpdateSubmission",
    "CDR": "DeleteSubmission",
    "CMQ": "SearchByIswcSubmission",
    "CIQ": "SearchByAgencyWorkCodeSubmission",
    "MER": "MergeSubmission",
    "DMR": "DemergeSubmission",
    "WFT": "UpdateWorkflowTask",
    "FSQ": "FindSubmission",
}
"""EDI transaction type to the word of the JSON acknowledgements. DMR and FSQ have no EDI record."""
