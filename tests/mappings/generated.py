"""Works and agreements as CWR can say them, made up by hypothesis: chains, territories, parties nobody knows."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import strategies as st

from mappings.cwr.parties import UNKNOWN
from mappings.latin import script_of
from mappings.model import (
    Agreement,
    AgreementParty,
    Annex,
    CollectionLine,
    Identifier,
    Interest,
    Party,
    PartyName,
    Representation,
    TerritoryLine,
    Title,
    Work,
)
from tests.builders import RIGHTS, an_ipi, an_ipi_base, an_iswc

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-&'."
OWN_SCRIPT = ["مريم", "南风音乐", "ПЕТРОВА", "さくら", "አበበ", "Τραγούδι"]
ANNEXES = [
    Annex("EWT", {"entire_work_title": "THE WHOLE", "language_code": "EN", "writer_1_last_name": "KEITA"}),
    Annex("NET", {"title": "الكل"}),
    Annex("VER", {"original_work_title": "THE FIRST", "iswc_of_original_work": an_iswc(900000001)}),
    Annex("PER", {"performing_artist_last_name": "THE SHORE CHOIR"}),
    Annex("NPR", {"performing_artist_name": "合唱团", "performance_language": "ZH"}),
    Annex("REC", {"release_date": "2021-05-31", "release_duration": "00:03:25", "isrc": "AA6Q72000047"}),
    Annex("ORN", {"intended_purpose": "FIL", "production_title": "THE RIVER", "cut_number": "7"}),
    Annex("INS", {"number_of_voices": "4", "standard_instrumentation_type": "SQ4"}),
    Annex("IND", {"instrument_code": "VLN", "number_of_players": "2"}),
    Annex("COM", {"title": "PART ONE", "duration": "00:01:00", "writer_1_last_name": "DIALLO"}),
    Annex("NOW", {"writer_name": "ДИАЛЛО", "writer_first_name": "АВА", "writer_position": "1"}),
    Annex("ARI", {"society_number": "058", "type_of_right": "PER", "subject_code": "DI", "note": "SEE LETTER"}),
]

latin = st.lists(st.text(LETTERS, min_size=1, max_size=9), min_size=1, max_size=4).map(" ".join)
first_names = st.none() | st.text(LETTERS, min_size=1, max_size=12)
languages = st.sampled_from([None, "ar", "en", "fr", "sw"])
part = st.integers(0, 10000).map(lambda hundredths: Fraction(hundredths, 10000))
shares = st.dictionaries(st.sampled_from(RIGHTS), part)
societies = st.dictionaries(st.sampled_from(RIGHTS), st.sampled_from(["010", "052", "058", "099"]))


def some(details: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    """Any part of the given details."""
    return st.fixed_dictionaries({}, optional=details)


publisher_details = some(
    {
        "submitter_agreement_number": st.sampled_from(["A1", "A2"]),
        "special_agreements_indicator": st.just("L"),
        "society_assigned_agreement_number": st.just("0014"),
        "agreement_type": st.sampled_from(["OS", "PG"]),
        "usa_license_indicator": st.just("B"),
    }
)
writer_details = some(
    {
        "reversionary_indicator": st.sampled_from(["Y", "N", "U"]),
        "first_recording_refusal_indicator": st.sampled_from(["Y", "N"]),
        "work_for_hire_indicator": st.sampled_from(["Y", "N"]),
    }
)
work_details = st.fixed_dictionaries(
    {
        "musical_work_distribution_category": st.sampled_from(["POP", "JAZ", "UNC"]),
        "recorded_indicator": st.sampled_from(["Y", "N", "U"]),
        "version_type": st.just("ORI"),
    },
    optional={
        "duration": st.just("00:04:59"),
        "copyright_date": st.just("1999-12-31"),
        "composite_component_count": st.just("3"),
        "opus_number": st.just("OP 7"),
        "grand_rights_indicator": st.just("Y"),
    },
)


@st.composite
def collections(draw: st.DrawFn) -> tuple[CollectionLine, ...]:
    """Territories put in and taken out, in any order."""
    lines = []
    for territory in draw(st.lists(st.sampled_from(["2136", "0840", "2130", "0756"]), max_size=3)):
        include = draw(st.booleans())
        change = {"shares_change": "Y"} if draw(st.booleans()) else {}
        lines.append(CollectionLine(territory, include, draw(shares) if include else {}, change))
    return tuple(lines)


@st.composite
def own_names(draw: st.DrawFn, *, firm: bool) -> tuple[PartyName, ...]:
    """None or one name in another script."""
    name = draw(st.none() | st.sampled_from(OWN_SCRIPT))
    if name is None:
        return ()
    kind, first_name = ("firm", None) if firm else ("patronym", draw(st.none() | st.just("Авва")))
    return (PartyName(name, first_name, kind, script_of(name), draw(languages)),)


@st.composite
def parties(draw: st.DrawFn, number: int, *, firm: bool, known: bool) -> Party:
    """A party that a line can name; only a known one must have name and number."""
    name = PartyName(draw(latin), None if firm else draw(first_names), "firm" if firm else "patronym", "Latn")
    ipi = (Identifier("ipi-name", an_ipi(700000000 + number), source="import"),)
    base = (Identifier("ipi-base", an_ipi_base(700000000 + number), source="import"),)
    return Party(
        names=(*draw(own_names(firm=firm)), name),
        kind="firm" if firm else "person",
        number=str(number) if known or draw(st.booleans()) else None,
        identifiers=draw(st.sampled_from([(), ipi, base, (*ipi, *base)])),
    )


@st.composite
def interests(
    draw: st.DrawFn, number: int, *, firm: bool, controlled: bool, version: str, chain: int | None
) -> Interest:
    """One line's interest; a party of others may be unknown, with or without a number."""
    roles = ["E"] if firm else ["A", "C", "CA"] + ([] if controlled else [""])
    party = draw(parties(number, firm=firm, known=controlled))
    details = draw(publisher_details if firm else writer_details)
    if not controlled:
        unknown = draw(st.sampled_from(["named", "said so", "numbered", "nobody"]))
        if unknown == "said so":
            details |= {UNKNOWN: "N"}
        elif unknown == "numbered":
            party = replace(party, names=(), number=str(number))
        elif unknown == "nobody":
            party = None  # type: ignore[assignment]
            details |= draw(st.sampled_from([{}, {UNKNOWN: ""}]))
    belongs_to = draw(societies)
    return Interest(
        role=draw(st.sampled_from(roles)),
        party=replace(party, societies=belongs_to) if party else None,
        controlled=controlled,
        shares=draw(shares),
        societies=belongs_to,
        collection=draw(collections()) if controlled or version != "2.1" else (),
        chain=chain,
        details=details,
    )


@st.composite
def chains(draw: st.DrawFn, version: str) -> tuple[Interest, ...]:
    """Publisher chains, ours before others; what follows the opener is an acquirer, administrator or sub-publisher."""
    ours, others = draw(st.integers(0, 2)), draw(st.integers(0, 2))
    lines = []
    for chain in range(1, ours + others + 1):
        controlled = chain <= ours
        for place, role in enumerate(
            ["E", *draw(st.lists(st.sampled_from(["AQ", "AM", "SE", "ES", "PA"]), max_size=2))]
        ):
            number = 100 * chain + place
            line = draw(interests(number, firm=True, controlled=controlled, version=version, chain=chain))
            lines.append(replace(line, role=role))
    return tuple(lines)


@st.composite
def links(draw: st.DrawFn, publishers: tuple[Interest, ...]) -> tuple[Representation, ...]:
    """Links to openers that have a number, and now and then to a publisher the work does not name."""
    openers = [line.chain for line in publishers if line.role == "E" and line.party and line.party.number]
    found = []
    for chain in draw(st.lists(st.sampled_from([None, *openers]), max_size=2)):
        agreement = draw(st.none() | st.just("A9"))
        known = Representation(chain=chain, agreement=agreement)
        unknown = Representation("777", "ELSEWHERE MUSIC", agreement=agreement, society_agreement="X1")
        found.append(known if chain else unknown)
    return tuple(found)


@st.composite
def titles(draw: st.DrawFn) -> tuple[Title, ...]:
    """The original in another script first, if there is one, then Latin titles, then others."""
    own = st.builds(Title, st.sampled_from(OWN_SCRIPT), st.sampled_from(["AT", "TT"]), languages)
    plain = st.builds(Title, latin, st.sampled_from(["AT", "FT", "TT"]), languages, st.just("Latn"))
    national = st.builds(
        Title, st.just("ÉTÉ À LA PLAGE"), st.sampled_from(["OL", "AL"]), st.just("fr"), st.just("Latn")
    )
    first = draw(st.lists(own.map(lambda title: replace(title, kind="OT")), max_size=1))
    main = Title(draw(latin), "OT", draw(languages), "Latn")
    rest = [*draw(st.lists(plain | national, max_size=3)), *draw(st.lists(own, max_size=2))]
    return tuple(replace(title, script=script_of(title.text)) for title in [*first, main, *rest])


@st.composite
def works(draw: st.DrawFn, version: str) -> Work:
    """A musical work with every number and territory given, so that nothing is left for defaults."""
    publishers = draw(chains(version))
    writers = []
    for place, controlled in enumerate(sorted(draw(st.lists(st.booleans(), min_size=1, max_size=4)), reverse=True)):
        line = draw(interests(10 + place, firm=False, controlled=controlled, version=version, chain=None))
        linked = draw(links(publishers)) if controlled or version != "2.1" else ()
        writers.append(replace(line, represented_by=linked))
    lines = (*publishers, *writers)
    if not any(line.collection or line.represented_by for line in lines):
        lines = tuple(
            replace(line, collection=(CollectionLine("2136"),)) if line.controlled else line for line in lines
        )
    xrf = [Annex("XRF", {"organisation_code": "058", "identifier": "K1", "identifier_type": "W", "validity": "Y"})]
    return Work(
        titles=draw(titles()),
        interests=lines,
        number=draw(st.text("ABC0123456789", min_size=1, max_size=14)),
        identifiers=draw(st.sampled_from([(), (Identifier("iswc", an_iswc(900000002), source="import"),)])),
        details=draw(work_details),
        annexes=tuple(
            annex for annex in [*ANNEXES, *(xrf if version != "2.1" else [])] if draw(st.integers(0, 3)) == 0
        ),
    )


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """An agreement with one assignor and some acquirers."""
    members = []
    for place, role in enumerate(["AS", *draw(st.lists(st.just("AC"), min_size=1, max_size=3))]):
        belongs_to = draw(societies)
        party = replace(draw(parties(10 + place, firm=role == "AC", known=True)), societies=belongs_to)
        members.append(AgreementParty(party, role, draw(shares), belongs_to))
    return Agreement(
        source_number=draw(st.text("A0123456789", min_size=1, max_size=14)),
        kind="OS",
        starts_on=draw(st.dates(date(1950, 1, 1), date(2040, 1, 1))),
        ends_on=draw(st.none() | st.just(date(2050, 12, 31))),
        parties=tuple(members),
        territories=tuple(
            TerritoryLine(territory, draw(st.booleans()))
            for territory in draw(st.lists(st.sampled_from(["2136", "0840"]), min_size=1, max_size=3))
        ),
        details={"prior_royalty_status": "N", "post_term_collection_status": "N", "number_of_works": "12"},
    )
