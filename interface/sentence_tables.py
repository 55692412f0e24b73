"""The templates of :mod:`interface.sentences`: what a code says to a person, in English, the source of all catalogues.

Names of fields (``%(field)s``) are those of the standard and are never translated.
"""

from collections.abc import Mapping


def N_(text: str) -> str:
    """Mark a text for translation without translating it here; the name is the one extraction tools look for."""
    return text


FOUND = N_("Found: %(value)s.")
SUM = N_("%(right)s adds up to %(sum)s.")
UNKNOWN = N_("There is a problem with the code %(code)s.")

_OWN: Mapping[str, str] = {
    "KORA-UNKNOWN-FORMAT": N_("This file has none of the formats that Kora reads."),
    "KORA-LINE-TOO-LONG": N_("The line is longer than any record can be; it was skipped."),
    "KORA-NOT-A-VALUE": N_("%(field)s holds a text that is no value of this field; it was left empty."),
    "KORA-NUL": N_("The line holds characters with the code zero."),
    "KORA-ONE-LINE": N_("The file is one line longer than any record can be. Nothing of it was taken in."),
    "KORA-MIXED-ENCODING": N_(
        "The line holds letters in UTF-8, but the file is Windows-1252 and was read as that. Look at its accents."
    ),
    "KORA-DISK-FULL": N_(
        "The disk of this computer is full. Nothing is lost: make room, then send this again or let the import go on."
    ),
    "KORA-VERSION-NOT-READ": N_("Kora does not read this version of the format: %(version)s."),
    "KORA-XML-TOO-LARGE": N_("The document is too large."),
    "KORA-XML-DOCTYPE": N_("The document brings its own document type, which is not accepted."),
    "KORA-XML-ENTITY": N_("The document uses an entity, which is not accepted."),
    "KORA-XML-NOT-WELL-FORMED": N_("The document is not well-formed XML: %(detail)s"),
    "KORA-XML-SCHEMA": N_("The document differs from its schema: %(detail)s"),
    "KORA-IPI-COUNT": N_("%(record)s says %(value)s in %(field)s, but %(expected)s were counted."),
    "KORA-IPI-DETAILS": N_("A transaction %(transaction)s needs %(expected)s here."),
    "KORA-IPI-LACKS": N_("The file lacks its %(expected)s record."),
    "KORA-IPI-LONGER": N_("The line goes on after its last field."),
    "KORA-IPI-ONCE": N_("%(record)s may stand only once in a transaction %(transaction)s."),
    "KORA-IPI-ORDER": N_("%(record)s stands in the wrong place; expected before it: %(expected)s."),
    "KORA-IPI-RECORD": N_("%(record)s does not belong here in a transaction %(transaction)s."),
    "KORA-IPI-STATUS": N_("The periods of the statuses do not follow each other."),
    "KORA-IPI-UNKNOWN": N_("The format has no record type %(record)s."),
    "KORA-IPI-VALUE": N_("%(field)s is %(value)s and should be %(expected)s."),
    "KORA-NOT-A-SNAPSHOT": N_("The file holds changes, not a full copy."),
}

_NUMBERS: Mapping[str, str] = {
    "check-digit": N_("The check digit does not fit; most often one digit was mistyped."),
    "length": N_("The number is too short or too long."),
    "character": N_("A character stands where it may not."),
    "prefix": N_("The number does not begin as it must."),
    "placeholder": N_("This is a filler, not a number. Leave the field empty."),
}

_MESSAGES: Mapping[str, str] = {
    "too-large": N_("The message is larger than allowed."),
    "bad-shape": N_("The message is not a signed message."),
    "bad-algorithm": N_("The message is signed with a method that is not accepted."),
    "unknown-key": N_("The message is signed with a key nobody knows here."),
    "inactive-key": N_("The message is signed with a key that is not active."),
    "foreign-key": N_("The message is signed with the key of another node."),
    "bad-signature": N_("The signature of the message is wrong."),
    "bad-schema": N_("The message does not have the agreed form."),
    "foreign-source": N_("The message names another sender than the one who signed it."),
    "wrong-audience": N_("The message was meant for somebody else."),
    "distrusted-key": N_("The message was signed after its key stopped being trusted."),
    "nodeseq-conflict": N_("Two different messages bear the same number of this node."),
    "chain-mismatch": N_("The message does not follow the one before it."),
    "unsupported-version": N_("The other side speaks a newer version of this message."),
    "unknown-type": N_("Nobody here knows this kind of message."),
    "expired": N_("The message came after the time it was valid."),
    "bad-data": N_("A field of the message cannot be used."),
    "given-up": N_("An operator gave this message up."),
    "not-expressible": N_("The partner's format cannot carry this record."),
    "no-latin-title": N_("The partner needs a title in Latin letters."),
    "before-image-missing": N_("What was to be replaced is not there (%(field)s); the new record was put in."),
    "uncertain": N_("It is not known whether the partner took this. A person must look."),
}

_FILE: Mapping[str, str] = {
    "FIL-E-001": N_("The file cannot be opened, unpacked or divided into lines."),
    "FIL-E-002": N_("The first line must be a HDR record."),
    "FIL-E-003": N_("The second line must be a GRH record."),
    "FIL-E-004": N_("A group must begin directly after the end of the one before."),
    "FIL-E-005": N_("The last line must be a TRL record."),
    "FIL-E-006": N_("A group must begin with the header of a transaction."),
    "FIL-E-007": N_("After the end of a group comes another group or the end of the file."),
    "FIL-E-008": N_("The file must hold exactly one HDR and one TRL record."),
    "FIL-F-001": N_("The line does not begin with a record type of this version."),
    "FIL-F-002": N_("The first transaction of a group must have the number 00000000."),
    "FIL-F-003": N_("The transaction number does not follow the one before."),
    "FIL-F-004": N_("The line bears another transaction number than the line before."),
    "FIL-F-005": N_("The header of a transaction must have the record number 00000000."),
    "FIL-F-006": N_("The record number does not follow the one before."),
    "FIL-F-007": N_("The transaction numbers of the group go back."),
    "FIL-F-008": N_("The line bears another transaction number than its header."),
    "FIL-F-009": N_("The line is not as long as its record type demands."),
    "GRH-F-002": N_("The group number does not follow the one before."),
    "GRH-F-003": N_("A group must begin after the file header or after the end of a group."),
    "GRH-F-004": N_("The group is written in a version of the format that Kora does not read."),
    "GRH-F-005": N_("Two groups of the file have the same transaction type."),
    "GRT-F-001": N_("The group ends with another number than it began with."),
    "GRT-F-002": N_("The group does not hold as many transactions as it says."),
    "GRT-F-003": N_("The group does not hold as many lines as it says."),
    "TRL-F-001": N_("The file does not hold as many groups as it says."),
    "TRL-F-002": N_("The file does not hold as many transactions as it says."),
    "TRL-F-003": N_("The file does not hold as many lines as it says."),
}

_WORKS: Mapping[str, str] = {
    "NWR-T-001": N_("A work must have exactly one header line."),
    "NWR-T-002": N_("This work was never sent before, so it is taken as a new one."),
    "NWR-T-003": N_("A serious work needs its instruments."),
    "NWR-T-004": N_("The publishers together own more than they may."),
    "NWR-T-007": N_("A publisher who collects needs at least one territory."),
    "NWR-T-008": N_("A line of this type does not belong to a work; it was left out."),
    "NWR-T-009": N_("The writers together own less or more than they may."),
    "NWR-T-010": N_("A modified work needs an arranger, an adapter or a translator."),
    "NWR-T-011": N_("The ownership shares of one right must add up to 100 %% or to nothing."),
    "NWR-T-012": N_("A work needs at least one writer."),
    "NWR-T-013": N_("This work was registered before; a change must be sent as a revision."),
    "NWR-T-014": N_("More than 100 %% would be collected in one territory."),
    "NWR-T-015": N_("A work needs at least one composer or author."),
    "NWR-T-016": N_("A publisher we do not control stands in the chain of one we control."),
    "NWR-T-017": N_("A chain of publishers has more than one original publisher."),
    "NWR-T-018": N_("The lines of the work are not in the order of the standard."),
    "NWR-T-020": N_("A writer who collects needs at least one territory."),
    "NWR-T-022": N_("The work stands in a group of another transaction type."),
    "NWR-T-023": N_("An original work has no arranger, adapter or translator."),
    "NWR-T-024": N_("All writers are in the public domain, so nobody can own performing shares."),
    "NWR-T-025": N_("The original publisher of a chain owns nothing."),
    "NWR-T-026": N_("When the acquirer owns the share, the original publisher owns nothing."),
    "NWR-T-027": N_("In one territory the chain collects another share than it owns."),
    "NWR-T-043": N_("The lines of the work are not in the order of the standard."),
    "NWR-T-044": N_("More than 100 %% would be collected in one territory."),
}

_AGREEMENTS_AND_ANSWERS: Mapping[str, str] = {
    "AGR-T-001": N_("An agreement must have exactly one header line."),
    "AGR-T-002": N_("An agreement needs at least one territory."),
    "AGR-T-003": N_("An agreement needs one who gives rights and one who takes them."),
    "AGR-T-004": N_("More works name this agreement than it covers."),
    "AGR-T-005": N_("The shares of the agreement must add up to 100 %% for each right."),
    "AGR-T-006": N_("The agreement stands in a group of another transaction type."),
    "ACK-T-001": N_("An answer must have exactly one header line."),
    "ACK-T-002": N_("The answer does not show what it answers."),
    "ACK-T-003": N_("The work of another party must follow the work that was answered."),
    "ACK-T-004": N_("The answer stands in a group of another transaction type."),
}

_ISWC: Mapping[str, str] = {
    "KORA-ISWC-STRUCTURE": N_("A line of this type may not stand here."),
    "KORA-ISWC-MISSING": N_("%(field)s must be given."),
    "KORA-ISWC-COUNT": N_("The numbers at the end do not fit what the file or the group holds."),
    "KORA-ISWC-NUMBERING": N_("The numbering of the lines does not go on as it must."),
    "KORA-ISWC-NOT-JSON": N_("The file is no JSON document of transactions: %(detail)s"),
    "KORA-ISWC-UNKNOWN-KEY": N_("The ISWC network knows no key %(field)s; it was left out."),
    "KORA-ISWC-NUMBER-TWICE": N_("Two transactions of the file bear the same number."),
}

_IMPORTS: Mapping[str, str] = {
    "KORA-NAME-USED": N_("A file with this name and other content was imported as batch %(batch)s. Is it meant?"),
    "KORA-NOT-ONE-FILE": N_("The archive must hold exactly one file that is not encrypted."),
    "KORA-TOO-LARGE": N_("The file is larger than Kora takes in."),
    "KORA-NOT-IMPORTED": N_("Only works and agreements are taken in; this transaction was left out."),
    "KORA-REFUSED-WITH-FILE": N_("The work is held back because its file or its group is refused."),
    "KORA-NUMBER-LEFT-OUT": N_("The number was left out because its check digit does not fit."),
    "KORA-SIMILAR-PARTY": N_("A new right owner was made; number %(number)s bears the same name. Are they the same?"),
    "KORA-PARTY-DIFFERS": N_(
        "The sender used this number before for somebody with another IPI number (%(held)s, now %(ipi)s)."
    ),
    "KORA-PRIVATE-LEFT-OUT": N_("Tax numbers and personal numbers of the file were not taken over."),
    "KORA-UNKNOWN-WITH-NAME": N_("The party has a name although the file calls it unknown; the name counts."),
    "KORA-WORK-TITLE-MISSING": N_("A title is empty."),
    "KORA-WORK-NOBODY": N_("The work needs at least one right holder."),
    "KORA-WORK-ROLE-NOT-ALLOWED": N_("The role %(role)s does not belong to the class %(class)s."),
    "KORA-WORK-ROLE-MISSING": N_("Choose a role for each right holder of ours."),
    "KORA-WORK-OURS-WITHOUT-NAME": N_("A right holder of ours needs a name."),
    "KORA-WORK-SHARE-TOO-LARGE": N_("A share is at most 100 %%, not %(share)s."),
    "KORA-WORK-TERRITORY-UNKNOWN": N_("There is no territory %(territory)s."),
    "KORA-WORK-SHARES-DO-NOT-ADD-UP": N_("%(right)s: the shares add up to %(sum)s, they must be 100 or nothing."),
    "KORA-WORK-IDENTIFIER": N_("%(value)s is not a right number of this kind."),
    "KORA-WORK-NAME-MISSING": N_("A right owner needs a name."),
    "KORA-WORK-FIRM-HAS-FIRST-NAME": N_("A firm has no first name."),
}

SENTENCES: Mapping[str, str] = {
    **_OWN, **_NUMBERS, **_MESSAGES, **_ISWC, **_IMPORTS, **_FILE, **_WORKS, **_AGREEMENTS_AND_ANSWERS,
}  # fmt: skip

CONDITIONS: Mapping[str, str] = {
    "given": N_("%(field)s must be given."),
    "given_when": N_("%(field)s must be given here."),
    "blank": N_("%(field)s must be empty here."),
    "blank_unless": N_("%(field)s must be empty here."),
    "in_table": N_("%(field)s holds a code that its table does not have: %(value)s."),
    "one_of": N_("%(field)s holds a value that is not allowed: %(value)s."),
    "one_of_these": N_("%(field)s must be one of: %(expected)s. Found: %(value)s."),
    "listed": N_("%(field)s holds a code that the lists of the register do not have: %(value)s."),
    "number_shape": N_("%(field)s must be written %(expected)s. Found: %(value)s."),
    "real_day": N_("%(field)s must be a real day, written as year, month, day."),
    "real_time": N_("%(field)s must be a time, written as hours, minutes, seconds."),
    "numeric": N_("%(field)s must hold only digits."),
    "share_up_to": N_("%(field)s is larger than the share it may be."),
    "written_in": N_("%(field)s holds a character that the standard does not have."),
    "check_digits": N_("The check digit of %(field)s does not fit; most often one digit was mistyped."),
    "after": N_("%(field)s must be a later day."),
    "counts_from": N_("%(field)s does not follow the number before."),
    "length": N_("%(field)s is too short or too long."),
    "text": N_("%(field)s must be a text."),
    "list": N_("%(field)s must be a list."),
    "object": N_("%(field)s must be an object with keys."),
    "not_original": N_("A work has one original title; the others need another type."),
    "creator": N_("A work needs at least one creator."),
    "real_person": N_("At least one creator must be a real person."),
    "iswc_shape": N_("%(field)s must be T and ten digits, without dots and hyphens."),
    "refused_party": N_("The ISWC database does not take this party."),
    "in_register": N_("The IPI register does not have this number, or its party is gone."),
    "eligible": N_("The society represents nobody in this work, so it may not ask for its ISWC."),
    "itself": N_("A number cannot be merged into itself."),
    "central_range": N_("Numbers that begin with T3 are given by the ISWC database alone."),
}

FAMILIES: Mapping[str, str] = {
    "ISWC-": N_("The ISWC database would refuse the file (number %(code)s)."),
    "IV/": N_("The ISWC database would refuse this (rule %(code)s)."),
    "KORA-": N_("Kora cannot use this part of the file (%(code)s)."),
    "FIL-": N_("The file is not built as the standard says (rule %(code)s)."),
    "HDR-": N_("The header of the file breaks the rule %(code)s."),
}

LEVELS: Mapping[str, str] = {
    "E": N_("The file breaks the rule %(code)s."),
    "G": N_("The group breaks the rule %(code)s."),
    "T": N_("The transaction breaks the rule %(code)s."),
    "R": N_("The record breaks the rule %(code)s."),
    "F": N_("The field %(field)s breaks the rule %(code)s."),
}
