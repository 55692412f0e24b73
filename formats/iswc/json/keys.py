"""The JSON objects of the ISWC network, for REST and for files: the same keys wherever the two agree.

Source: the public interface description of the agency API and the design document of the JSON files (SPE_20191118).
"""

from collections.abc import Mapping

from formats.iswc import codes
from formats.iswc import transactions as t
from formats.iswc.json.shapes import (
    FLAG,
    NAME_NUMBER,
    NAMED,
    NUMBER,
    SOURCE_DB,
    TEXT,
    Code,
    Key,
    Several,
    Shape,
    Within,
    choice,
)

ISWC = TEXT
"""Shape and check digit are rules (IV/14, IV/15): a wrong number is read and then found wrong."""
ISWCS = Several(TEXT)
CODE = Code()
TASK_TYPE = choice(codes.TASK_TYPES.values())
TASK_STATE = choice(codes.TASK_STATES.values(), {str(digit): word for digit, word in codes.TASK_STATES.items()})
"""The document of the files writes a digit where its schema has the word."""

TITLE = Shape(
    t.Title,
    Key("title", "text", TEXT, required=True),
    Key("type", "kind", TEXT, required=True),
    Key("languageCode", "language", TEXT),
)
PARTY = Shape(
    t.Party,
    Key("name", "name", TEXT),
    Key("lastName", "last_name", TEXT),
    Key("displayName", "display_name", TEXT),
    Key("nameNumber", "name_number", NAME_NUMBER),
    Key("baseNumber", "base_number", TEXT),
    Key("affiliation", "affiliation", TEXT),
    Key("role", "role", TEXT),
    Key("legalEntityType", "legal_type", TEXT),
)
PERFORMER = Shape(
    t.Performer,
    Key("isni", "isni", TEXT),
    Key("ipn", "ipn", NAMED),
    Key("firstName", "first_name", TEXT),
    Key("lastName", "last_name", TEXT),
    Key("designation", "designation", TEXT),
)
ORIGIN = Shape(t.Origin, Key("iswc", "iswc", ISWC), Key("title", "title", TEXT))
REFUSED = Shape(t.Refused, Key("code", "code", TEXT), Key("message", "text", TEXT))
WORK_CODE = Shape(
    t.WorkCode,
    Key("agency", "agency", TEXT),
    Key("workCode", "code", TEXT),
    Key("rejection", "refusal", REFUSED),
)
WORK_NUMBER = Shape(t.WorkCode, Key("agencyCode", "agency", TEXT), Key("agencyWorkCode", "code", TEXT))
RECORDING = Shape(
    t.Recording,
    Key("isrc", "isrc", TEXT, required=True),
    Key("recordingTitle", "title", TEXT, required=True),
    Key("subTitle", "subtitle", TEXT),
    Key("labelName", "label", TEXT),
    Key("releaseEmbargoDate", "embargo", TEXT),
    Key("performers", "performers", Several(PERFORMER)),
)
PUBLISHER_CODES = Shape(
    t.PublisherCodes,
    Key("nameNumber", "name_number", NAME_NUMBER),
    Key("submitterCode", "submitter_code", TEXT),
    Key("workCode", "codes", Several(TEXT)),
)
LABEL_CODES = Shape(
    t.LabelCodes,
    Key("submitterDPID", "submitter_dpid", TEXT),
    Key("workCode", "codes", Several(TEXT)),
)
OTHER_NUMBERS = Shape(
    t.OtherNumbers,
    Key("isrcs", "isrcs", Several(TEXT)),
    Key("publisherIdentifiers", "publishers", Several(PUBLISHER_CODES)),
    Key("agencyWorkCodes", "agencies", Several(WORK_CODE)),
    Key("labelIdentifiers", "labels", Several(LABEL_CODES)),
    Key("recordings", "recordings", Several(RECORDING)),
)

DESCRIBED = (
    Key("agency", "agency", TEXT),
    Key("sourcedb", "source_db", SOURCE_DB),
    Key("workcode", "work_code", TEXT),
    Key("category", "category", TEXT),
    Key("disambiguation", "disambiguation", FLAG),
    Key("disambiguationReason", "disambiguation_reason", TEXT),
    Key("disambiguateFrom", "disambiguate_from", Several(Within("iswc"))),
    Key("bvltr", "bvltr", choice(codes.BVLTR)),
    Key("derivedWorkType", "derived_type", TEXT),
    Key("derivedFromIswcs", "derived_from", Several(ORIGIN)),
    Key("performers", "performers", Several(PERFORMER)),
    Key("instrumentation", "instruments", Several(Within("code"))),
    Key("cisnetCreatedDate", "created_at", TEXT),
    Key("cisnetLastModifiedDate", "modified_at", TEXT),
    Key("additionalIdentifiers", "other_numbers", OTHER_NUMBERS),
    Key("originalTitle", "title", TEXT),
    Key("otherTitles", "titles", Several(TITLE)),
    Key("interestedParties", "parties", Several(PARTY)),
)
"""How a work is described, everywhere. What is missing is for the rules to say, which have the agency's codes."""

# -- REST -------------------------------------------------------------------------------------------------------------

_TREATMENT = (
    Key("previewDisambiguation", "preview", FLAG),
    Key("disableAddUpdateSwitching", "no_switching", FLAG),
    Key("allowProvidedIswc", "allow_local", FLAG),
    Key("detailLevel", "detail", TEXT),
)
ADD = Shape(t.Add, *DESCRIBED, Key("preferredIswc", "iswc", ISWC), Key("iswc", "local_iswc", ISWC), *_TREATMENT)
"""A number the agency allocated itself goes as ``iswc``, together with ``allowProvidedIswc``."""
UPDATE = Shape(
    t.Update, *DESCRIBED, Key("iswc", "archived_iswc", ISWC), Key("preferredIswc", "iswc", ISWC), *_TREATMENT
)
FIND = ADD.extended(t.Find)

ADD_ENTRY, UPDATE_ENTRY, FIND_ENTRY = (
    Shape(
        t.Numbered,
        Key("submissionId", "number", NUMBER, required=True),
        Key("submission", "submission", each, required=True),
        Key("multipleAgencyWorkCodes", "other_codes", Several(WORK_CODE)),
    )
    for each in (ADD, UPDATE, FIND)
)

_STORED = (
    Key("createdDate", "stored_at", TEXT),
    Key("lastModifiedDate", "changed_at", TEXT),
    Key("lastModifiedBy", "changed_by", TEXT),
)
VERIFIED = Shape(
    t.Verified,
    Key("id", "id", NUMBER),
    Key("iswc", "iswc", ISWC),
    Key("iswcStatus", "iswc_status", TEXT),
    Key("iswcEligible", "eligible", FLAG),
    Key("deleted", "deleted", FLAG),
    *DESCRIBED,
    Key("linkedFrom", "linked_from", ISWC),
    Key("linkedTo", "linked_to", ISWC),
    Key("archivedIswc", "archived_iswc", ISWC),
    Key("overallParentISWC", "overall_parent", ISWC),
    *_STORED,
    Key("rejection", "refusal", REFUSED),
)
COMPOSITE = Shape(
    t.Composite,
    Key("iswc", "iswc", ISWC, required=True),
    Key("iswcStatus", "status", TEXT),
    Key("agency", "agency", TEXT),
    Key("originalTitle", "title", TEXT),
    Key("otherTitles", "titles", Several(TITLE)),
    Key("interestedParties", "parties", Several(PARTY)),
    Key("works", "works", Several(VERIFIED)),
    Key("parentISWC", "parent", ISWC),
    Key("linkedISWC", "merged", ISWCS),
    Key("overallParentISWC", "overall_parent", ISWC),
    Key("createdDate", "created_at", TEXT),
    Key("lastModifiedDate", "changed_at", TEXT),
    Key("lastModifiedBy", "changed_by", TEXT),
)
RESULT = Shape(
    t.Result,
    Key("verifiedSubmission", "work", VERIFIED),
    Key("linkedIswcs", "linked", Several(Shape(
        t.Linked, Key("linkedReason", "reason", NUMBER), Key("iswcMetadata", "about", COMPOSITE)
    ))),
    Key("potentialMatches", "potential", Several(COMPOSITE)),
    Key("multipleAgencyWorkCodes", "other_codes", Several(WORK_CODE)),
    Key("alternateIswcMatches", "alternatives", Several(COMPOSITE)),
)  # fmt: skip
OUTCOME = Shape(
    t.Outcome,
    Key("submissionId", "number", NUMBER),
    Key("submission", "result", RESULT),
    Key("rejection", "refusal", REFUSED),
)
FOUND = Shape(
    t.Found,
    Key("searchId", "number", NUMBER),
    Key("searchResults", "records", Several(COMPOSITE)),
    Key("rejection", "refusal", REFUSED),
)
ASK_ISWC = Shape(t.AskIswc, Key("iswc", "iswc", ISWC))
ASK_CODE = Shape(t.AskWork, Key("agency", "agency", TEXT), Key("workCode", "work_code", TEXT))
ASK_TITLE = Shape(
    t.AskWork,
    Key("titles", "titles", Several(TITLE)),
    Key("interestedParties", "parties", Several(PARTY)),
)
MERGE = Shape(t.Merge, Key("iswcs", "merged", ISWCS), Key("agencyWorks", "merged_works", Several(WORK_NUMBER)))
TASK = Shape(
    t.Task,
    Key("workflowTaskId", "id", NAMED, required=True),
    Key("workflowType", "kind", TASK_TYPE),
    Key("status", "status", TASK_STATE),
    Key("createdDate", "created_at", TEXT),
    Key("originatingSociety", "from_agency", TEXT),
    Key("assignedSociety", "to_agency", TEXT),
    Key("iswcMetadata", "about", COMPOSITE),
    Key("rejection", "refusal", REFUSED),
    Key("workflowMessage", "text", TEXT),
)
TASK_ANSWER = Shape(
    t.TaskAnswer,
    Key("taskId", "task", NAMED, required=True),
    Key("workflowType", "kind", TASK_TYPE, required=True),
    Key("status", "status", TASK_STATE, required=True),
    Key("workflowMessage", "text", TEXT),
)
MOVED = Shape(
    t.Moved,
    Key("submittingAgencyCode", "by_agency", TEXT),
    Key("receivingAgencyCode", "to_agency", TEXT),
    Key("toIswc", "parent", ISWC),
    Key("fromIswc", "child", ISWC),
    Key("processingDate", "processed_at", TEXT),
    Key("csnTransactionType", "kind", choice(("MER", "DMR"))),
    Key("workflowTaskId", "task", TEXT),
    Key("workflowStatus", "task_status", TASK_STATE),
    Key("receivingAgencyWorkCode", "work_code", TEXT),
    Key("processedOnDate", "shown_at", TEXT),
    Key("iswcMetadata", "about", COMPOSITE),
    Key("workflowMessage", "text", TEXT),
)
PAGE = Shape(t.Page, Key("notifications", "moves", Several(MOVED)), Key("continuationToken", "next", TEXT))
FAULT = Shape(
    t.Fault,
    Key("code", "code", TEXT),
    Key("message", "text", TEXT),
    Key("title", "title", TEXT),
    Key("status", "status", NUMBER),
)

# -- files ------------------------------------------------------------------------------------------------------------

_NUMBER = Key("submissionId", "number", NUMBER, required=True)
_OTHER_CODES = Key("multipleAgencyWorkCodes", "other_codes", Several(WORK_CODE))
_KEY_OF_WORK = (
    Key("agency", "agency", TEXT),
    Key("sourcedb", "source_db", SOURCE_DB),
    Key("workcode", "work_code", TEXT),
)

_ANSWER = (
    _NUMBER,
    Key("originalFileCreationDateTime", "sent_at", TEXT, required=True),
    Key("originalSubmissionId", "answered", NUMBER, required=True),
    Key("originalTransactionType", "answered_type", choice(codes.TRANSACTIONS), required=True),
    Key("processingDate", "processed_at", TEXT, required=True, also=("processingDateTime",)),
    Key("transactionStatus", "status", choice(codes.STATUSES), required=True),
    Key("preferredIswc", "iswc", ISWC),
    Key("iswc", "deleted_iswc", ISWC),
    *DESCRIBED,
    Key("workInfo", "works", Several(Shape(
        t.Attached,
        *(Key(key.name, key.attribute, key.kind) for key in _KEY_OF_WORK),
        Key("archivedIswc", "archived_iswc", ISWC),
        Key("iswc", "iswc", ISWC),
    ))),
    _OTHER_CODES,
    Key("errorMessages", "messages", Several(Shape(
        t.Message,
        Key("errorType", "level", choice(codes.ERROR_TYPES)),
        Key("errorNumber", "code", CODE),
        Key("errorMessage", "text", TEXT),
        Key("errorField", "field", TEXT),
    ))),
)  # fmt: skip

GROUPS: Mapping[str, Shape] = {
    "addSubmissions": Shape(
        t.Add, _NUMBER, *DESCRIBED, Key("iswc", "iswc", ISWC), Key("locallyAllocatedIswc", "local_iswc", ISWC),
        _OTHER_CODES,
    ),
    "updateSubmissions": Shape(t.Update, _NUMBER, Key("preferredIswc", "iswc", ISWC), *DESCRIBED, _OTHER_CODES),
    "deleteSubmissions": Shape(
        t.Delete, _NUMBER, Key("preferredIswc", "iswc", ISWC), *_KEY_OF_WORK, Key("reasonCode", "reason", TEXT)
    ),
    "searchByIswcSubmissions": Shape(t.AskIswc, _NUMBER, Key("iswc", "iswc", ISWC)),
    "searchByAgencyWorkCodeSubmissions": Shape(t.AskWork, _NUMBER, *_KEY_OF_WORK),
    "searchByTitleAndContributorsSubmissions": ASK_TITLE.extended(t.AskWork, _NUMBER),
    "mergeSubmissions": Shape(
        t.Merge, _NUMBER, Key("preferredIswc", "iswc", ISWC), *_KEY_OF_WORK, Key("mergeIswcs", "merged", ISWCS)
    ),
    "updateWorkflowTasks": TASK_ANSWER.extended(t.TaskAnswer, _NUMBER),
    "findSubmissions": Shape(t.Find, _NUMBER, *DESCRIBED, Key("iswc", "iswc", ISWC)),
    "acknowledgements": Shape(t.Acknowledgement, *_ANSWER),
    "notifications": Shape(
        t.Notification, *_ANSWER, Key("workflowTaskId", "task", NAMED),
        Key("workflowStatus", "task_status", TASK_STATE), Key("parentIswc", "parent_iswc", ISWC),
        Key("workflowMessage", "text", TEXT),
    ),
}  # fmt: skip
"""The groups of a file in the order we write them."""

HEADER = Shape(
    t.Header,
    Key("submittingAgency", "sender", TEXT, required=True),
    Key("submittingSourcedb", "source_db", SOURCE_DB, also=("sunmittingSourcedb",)),
    Key("fileCreationDateTime", "created_at", TEXT, required=True),
    Key("receivingAgency", "receiver", TEXT),
    Key("submittingPublisher", "publisher", Shape(
        t.Publisher,
        Key("name", "name", TEXT),
        Key("nameNumber", "name_number", NAME_NUMBER),
        Key("email", "email", TEXT),
        Key("role", "role", TEXT),
    )),
)  # fmt: skip
"""One sample of the document spells ``sunmittingSourcedb``."""
