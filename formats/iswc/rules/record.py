"""Rules about a transaction by itself (IV): what must be given, and how it must look."""

from collections.abc import Iterator
from typing import Any

from formats.identifiers import InvalidIdentifier, iswc
from formats.identifiers.errors import Placeholder, WrongCheckDigit
from formats.iswc import codes
from formats.iswc.entries import Where
from formats.iswc.rules.catalogue import SENT, Fault, rule
from formats.iswc.rules.references import UNKNOWN_PUBLISHER, References
from formats.iswc.transactions import AskWork, Party

LONGEST_WORK_CODE, LONGEST_NAME = 20, 50
CENTRAL_RANGE = "T3"
RESOLVING_AGENCY = "312"
Faults = Iterator[Fault]


def _asks_by_code(work: Any) -> bool:
    """A question by work code needs neither title nor creators."""
    return isinstance(work, AskWork) and work.work_code is not None


def sent_parties(work: Any) -> Iterator[tuple[int, Party]]:
    """The parties with their places, without publishers the database leaves out (IV/25, IV/50)."""
    for at, party in enumerate(work.parties):
        left_out = party.base_number == UNKNOWN_PUBLISHER or (
            party.role in codes.PUBLISHERS and party.name_number is None
        )
        if not left_out:
            yield at, party


@rule("IV/02", "CAR CUR CIQ", "104")
def somebody_is_named(work: Any, _: References) -> Faults:
    if not work.parties and not _asks_by_code(work):
        yield Fault(("parties",), "given")


@rule("IV/05", "CAR CUR CIQ", "109", reading="the first title of type OT counts as well in a search")
def there_is_an_original_title(work: Any, _: References) -> Faults:
    asked = isinstance(work, AskWork) and any(title.kind == codes.ORIGINAL for title in work.titles)
    if not work.title and not asked and not _asks_by_code(work):
        yield Fault(("title",), "given")


@rule("IV/06", "CAR CUR CDR", "110")
def there_is_one_original_title(work: Any, _: References) -> Faults:
    for at, title in enumerate(work.titles):
        if title.kind == codes.ORIGINAL:
            yield Fault(("titles", at, "kind"), "not_original")


@rule("IV/07", SENT, "111")
def somebody_made_it(work: Any, _: References) -> Faults:
    if work.parties and not any(party.is_creator for party in work.parties):
        yield Fault(("parties",), "creator")


@rule("IV/10", "CAR CUR CDR", "103", reading="three digits are given; the list of agencies is not public")
def the_agency_is_named(work: Any, _: References) -> Faults:
    yield from _three_digits(work.agency, "agency")


@rule("IV/11", "CAR CUR CDR", "136")
def the_work_has_a_code(work: Any, _: References) -> Faults:
    if not work.work_code:
        yield Fault(("work_code",), "given")


@rule("IV/12", "CAR CUR CDR", "138", reading="three digits are given; the list of source databases is not public")
def the_source_database_is_named(work: Any, _: References) -> Faults:
    yield from _three_digits(work.source_db, "source_db")


def _three_digits(code: str | None, name: str) -> Faults:
    if not code:
        yield Fault((name,), "given")
    elif len(code) != 3 or not (code.isascii() and code.isdigit()):
        yield Fault((name,), "numeric" if len(code) == 3 else "length")


@rule("IV/08", "CAR CUR CDR", "115", needs="agencies")
def the_agency_may_use_the_source_database(work: Any, known: References) -> Faults:
    pair = (work.agency, work.source_db)
    if None not in pair and known.agencies is not None and pair not in known.agencies:
        yield Fault(("source_db",), "in_table")


@rule("IV/13", "CUR CDR", "107")
def the_preferred_iswc_is_given(work: Any, _: References) -> Faults:
    if not work.iswc:
        yield Fault(("iswc",), "given")


@rule("IV/44", "CMQ", "107")
def the_iswc_asked_about_is_given(work: Any, _: References) -> Faults:
    if not work.iswc:
        yield Fault(("iswc",), "given")


def _numbers(work: Any) -> Iterator[tuple[Where, str]]:
    """Every ISWC of a transaction but those to be kept apart from, which have a code of their own."""
    for name in ("iswc", "archived_iswc", "local_iswc"):
        if value := getattr(work, name, None):
            yield (name,), value
    for at, value in enumerate(getattr(work, "merged", ())):
        yield ("merged", at), value
    for at, origin in enumerate(getattr(work, "derived_from", ())):
        if origin.iswc:
            yield ("derived_from", at, "iswc"), origin.iswc


def _has_shape(value: str) -> bool:
    return iswc.SHAPE.fullmatch(value) is not None


def _has_check_digit(value: str) -> bool:
    try:
        iswc.validate(value)
    except (WrongCheckDigit, Placeholder):
        return False
    except InvalidIdentifier:
        return True  # IV/14 speaks of that
    return True


@rule("IV/14", "CAR CUR CDR CMQ CIQ MER DMR FSQ", "113")
def an_iswc_looks_like_one(work: Any, _: References) -> Faults:
    for where, value in _numbers(work):
        if not _has_shape(value):
            yield Fault(where, "iswc_shape")


@rule("IV/15", "CAR CUR CDR CMQ CIQ MER DMR FSQ", "141")
def an_iswc_has_its_check_digit(work: Any, _: References) -> Faults:
    for where, value in _numbers(work):
        if _has_shape(value) and not _has_check_digit(value):
            yield Fault(where, "check_digits")


@rule("IV/19", "CAR CUR CIQ", "102", reading="publishers without a number are left out by the database (IV/50)")
def everybody_has_a_name_number(work: Any, _: References) -> Faults:
    for at, party in sent_parties(work):
        if party.name_number is None:
            yield Fault(("parties", at, "name_number"), "given")


@rule("IV/20", "CAR CUR CDR CIQ", "134")
def a_name_number_is_a_number(work: Any, _: References) -> Faults:
    for at, party in enumerate(work.parties):
        number = party.name_number
        if number is not None and not (number.isascii() and number.isdigit()):
            yield Fault(("parties", at, "name_number"), "numeric")


@rule("IV/22", "CAR CUR CDR CIQ", "106", "139")
def everybody_has_a_known_role(work: Any, _: References) -> Faults:
    for at, party in enumerate(work.parties):
        if party.role is None:
            yield Fault(("parties", at, "role"), "given", "106")
        elif party.role not in codes.ROLES:
            yield Fault(("parties", at, "role"), "in_table", "139")


@rule("IV/29", SENT, "148", needs="refused")
def nobody_is_a_refused_account(work: Any, known: References) -> Faults:
    for at, party in enumerate(work.parties):
        if known.refused is not None and party.base_number in known.refused:
            yield Fault(("parties", at, "base_number"), "refused_party")


@rule("IV/31", "CAR CUR CIQ", "112", "135")
def every_title_has_a_known_type(work: Any, _: References) -> Faults:
    for at, title in enumerate(work.titles):
        if title.kind is None:
            yield Fault(("titles", at, "kind"), "given", "112")
        elif title.kind not in codes.TITLE_TYPES:
            yield Fault(("titles", at, "kind"), "in_table", "135")


def _sources(work: Any, kind: str, number: str | None) -> Faults:
    """A source is an ISWC or a title; with ``number`` at least one is needed."""
    if work.derived_type != kind:
        return
    if number is not None and not work.derived_from:
        yield Fault(("derived_from",), "given", number)
    for at, origin in enumerate(work.derived_from):
        if origin.iswc is None and origin.title is None:
            yield Fault(("derived_from", at, "iswc"), "given", "120")


@rule("IV/34", SENT, "120", "118", "119", reading="whether a source is preferred only the database knows")
def a_modified_version_names_its_sources(work: Any, _: References) -> Faults:
    yield from _sources(work, "ModifiedVersion", None)
    if work.derived_type is not None and work.derived_type not in codes.DERIVED_TYPES:
        yield Fault(("derived_type",), "one_of")


@rule("IV/36", SENT, "121", "119", "120", reading="whether a source is preferred only the database knows")
def a_composite_names_a_source(work: Any, _: References) -> Faults:
    yield from _sources(work, "Composite", "121")


@rule("IV/38", SENT, "147", "119", "120", reading="whether a source is preferred only the database knows")
def an_excerpt_names_its_source(work: Any, _: References) -> Faults:
    yield from _sources(work, "Excerpt", "147")


@rule("IV/40", SENT, "122", "123", "124", "125", "126", "129", "146", reading="instruments: three letters or digits")
def what_keeps_a_work_apart_is_complete(work: Any, _: References) -> Faults:
    if work.disambiguation:
        if work.disambiguation_reason not in codes.REASONS:
            given = "one_of" if work.disambiguation_reason else "given"
            yield Fault(("disambiguation_reason",), given, "123")
        if not work.disambiguate_from:
            yield Fault(("disambiguate_from",), "given", "124")
    for at, number in enumerate(work.disambiguate_from):
        if not (_has_shape(number) and _has_check_digit(number)):
            yield Fault(("disambiguate_from", at), "check_digits", "122")
    if work.bvltr is not None and work.bvltr not in codes.BVLTR:
        yield Fault(("bvltr",), "one_of", "125")
    for at, performer in enumerate(work.performers):
        if not performer.last_name:
            yield Fault(("performers", at, "last_name"), "given", "126")
    for at, code in enumerate(work.instruments):
        if not (1 <= len(code) <= 3 and code.isascii() and code.isalnum()):
            yield Fault(("instruments", at), "in_table", "146")


@rule("IV/45", SENT, "158")
def the_work_code_is_not_too_long(work: Any, _: References) -> Faults:
    if work.work_code and len(work.work_code) > LONGEST_WORK_CODE:
        yield Fault(("work_code",), "length")


@rule("IV/47", SENT, "162")
def names_of_performers_are_not_too_long(work: Any, _: References) -> Faults:
    for at, performer in enumerate(work.performers):
        for name in ("first_name", "last_name"):
            if len(getattr(performer, name) or "") > LONGEST_NAME:
                yield Fault(("performers", at, name), "length")


@rule("IV/49", "FSQ", "166")
def only_the_centre_resolves(work: Any, _: References) -> Faults:
    if work.agency != RESOLVING_AGENCY:
        yield Fault(("agency",), "one_of", params={"allowed": RESOLVING_AGENCY})


@rule("IV/53", SENT, "171")
def a_local_number_is_outside_the_central_range(work: Any, _: References) -> Faults:
    if work.local_iswc and work.local_iswc.startswith(CENTRAL_RANGE):
        yield Fault(("local_iswc",), "central_range")


@rule("IV/57", SENT, "182")
def agencies_do_not_send_each_others_codes(work: Any, _: References) -> Faults:
    others = work.other_numbers
    if others is not None and others.agencies and not others.publishers:
        yield Fault(("other_numbers",), "blank")


@rule("IV/58", SENT, "181")
def only_the_portal_previews(work: Any, _: References) -> Faults:
    if work.preview:
        yield Fault(("preview",), "blank")


@rule("PV/09", "MER", "132", reading="at least one is given; whether it exists only the database knows")
def something_is_merged(merge: Any, _: References) -> Faults:
    if not merge.merged and not merge.merged_works:
        yield Fault(("merged",), "given")


@rule("PV/13", "CDR", "133")
def a_deletion_has_a_reason(work: Any, _: References) -> Faults:
    if not work.reason:
        yield Fault(("reason",), "given")


@rule("PV/31", "MER", "156", "157", reading="whether it has a parent only the database knows")
def nothing_is_merged_into_itself(merge: Any, _: References) -> Faults:
    for at, number in enumerate(merge.merged):
        if number == merge.iswc:
            yield Fault(("merged", at), "itself")
